//! The fields of every item, with their one-line meaning: what resolution accepts, suggestions are
//! drawn from, and the language reference prints.

use crate::syntax::ast::Keyword;

/// A field of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// Its name.
    pub name: &'static str,
    /// A value of it, as in a plan; of a role, the mapping.
    pub example: &'static str,
    /// What it means.
    pub doc: &'static str,
}

const fn f(name: &'static str, example: &'static str, doc: &'static str) -> FieldSpec {
    FieldSpec { name, example, doc }
}

impl FieldSpec {
    /// A field of a record, of which there is no more to say.
    pub(super) const fn named(name: &'static str) -> Self {
        f(name, "", "")
    }
}

/// What an item of this kind is for, in a sentence or two.
pub fn about(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Plan => {
            "What the plan as a whole is about: one in the file that is checked or run."
        }
        Keyword::Dataset => {
            "Rows with their columns, and how they fall into partitions. A dataset without `source:` is one that \
             others were trained on."
        }
        Keyword::Step => {
            "Anything that learns from data and feeds a system: a vectoriser, a scaler, prompt examples, a judge, a teacher."
        }
        Keyword::Component => {
            "A part of a system that can be taken away or set to a level; a toggle that is on, unless said. `chars - bigrams` \
             is `chars` without it, `chars[augment: strong]` with it at a level."
        }
        Keyword::Hardware => "What systems run on, and its price.",
        Keyword::Metric => {
            "A formula over rows, with the direction that is better. Its parameters are numbers or columns."
        }
        Keyword::Protocol => "Rules with parameters, for `decide { protocol: … }`.",
        Keyword::System => {
            "What is evaluated; `from` inherits every field of another and overrides it."
        }
        Keyword::Baseline => "A system that others have to beat.",
        Keyword::Candidate => "A system that a decision may be about.",
        Keyword::Compare => {
            "Measures a system against others on the same rows, with the uncertainty of every difference."
        }
        Keyword::Ablation => {
            "Takes components away one at a time, and ranks what each contributes."
        }
        Keyword::Factorial => {
            "Varies components together: what each does, and whether they work together."
        }
        Keyword::Select => {
            "Chooses one of several systems by a metric, among those that meet a requirement."
        }
        Keyword::Decide => {
            "Ordered rules, `outcome when condition` and `outcome otherwise`; the first that is established gives the verdict."
        }
        Keyword::Stop => {
            "When the runs may end before all of them are there, without spoiling what the last look says. Rules, `outcome when condition`, are judged at each look on intervals that hold at all looks together; the first established one ends the runs of the pair, and the verdict is that of `decide` over these."
        }
    }
}

/// The fields an item of this kind may have, in the order of the language reference.
pub fn fields(keyword: Keyword) -> &'static [FieldSpec] {
    match keyword {
        Keyword::Plan => PLAN,
        Keyword::Dataset => DATASET,
        Keyword::Step => STEP,
        Keyword::Component => COMPONENT,
        Keyword::Hardware => HARDWARE,
        Keyword::Metric => METRIC,
        Keyword::Protocol => PROTOCOL,
        Keyword::System | Keyword::Baseline | Keyword::Candidate => SYSTEM,
        Keyword::Compare => COMPARE,
        Keyword::Ablation => ABLATION,
        Keyword::Factorial => FACTORIAL,
        Keyword::Select => SELECT,
        Keyword::Decide => DECIDE,
        Keyword::Stop => STOP,
    }
}

const PLAN: &[FieldSpec] = &[
    f(
        "objective",
        "\"At least +1 pp macro-F1 within 100 ms P95\"",
        "what the plan wants to find out",
    ),
    f(
        "hypothesis",
        "\"Characters help where spelling varies\"",
        "what its authors expect, and why",
    ),
    f("primary", "f1_macro", "the metric the decision is about"),
    f(
        "guardrails",
        "[latency_p95, accuracy]",
        "metrics that must not suffer",
    ),
    f("alpha", "5%", "the significance level, 5% unless said"),
    f("power", "80%", "the power wished for, 80% unless said"),
    f(
        "favours",
        "ship",
        "the favourable outcome, the first rule's unless said",
    ),
    f("owner", "\"search team\"", "who answers for the plan"),
    f(
        "risks",
        "[\"latency measured on one machine\"]",
        "known risks, printed in every report",
    ),
];

const DATASET: &[FieldSpec] = &[
    f("source", "\"data/reviews.csv\"", "the file with the rows"),
    f("version", "\"2024-06-01\"", "which edition of the data"),
    f(
        "sha256",
        "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
        "the hash the file must have",
    ),
    f("released", "\"2024-06\"", "when the data became public"),
    f("cutoff", "\"2024-05-31\"", "the newest date in the data"),
    f("rows", "30_000", "how many rows, in all or by partition"),
    f("clusters", "4_200", "how many clusters"),
    f("id", "review_id", "the column of row ids"),
    f(
        "label",
        "sentiment in [neg, neu, pos]",
        "what is predicted: `column in [classes]`",
    ),
    f("positive", "yes", "the positive class"),
    f("text", "body", "the text column"),
    f(
        "group",
        "author",
        "rows that belong together; never straddles a split",
    ),
    f(
        "cluster",
        "author",
        "the unit of resampling, the group unless said",
    ),
    f("time", "written_at", "when a row came to be"),
    f(
        "strata",
        "[language]",
        "columns within whose values resampling stays",
    ),
    f("weight", "importance", "the weight of a row"),
    f(
        "items",
        "\"items.csv\" { id: item, interactions: plays, features: [tempo, energy] }",
        "a table of the items that lists hold, with how often each was used and what it is like",
    ),
    f(
        "columns",
        "{ discharge_code: { known: after_outcome } }",
        "what is known of other columns",
    ),
    f(
        "split",
        "column(split) { train: \"train\", val: \"dev\", test: \"test\" }",
        "how rows fall into partitions",
    ),
    f(
        "folds",
        "kfold(k: 5, seed: 3, of: train)",
        "how rows fall into cross-validation folds; `repeats: 10` deals them anew",
    ),
    f(
        "derived_from",
        "[reviews]",
        "datasets this one was made from",
    ),
    f(
        "overlaps",
        "[reviews]",
        "datasets that share rows with this one",
    ),
    f(
        "disjoint_from",
        "[reviews.test]",
        "data that surely shares no row with this one",
    ),
    f("license", "\"CC BY 4.0\"", "the licence of the data"),
];

const STEP: &[FieldSpec] = &[
    f(
        "kind",
        "vectorizer",
        "vectorizer, scaler, imputer, selector, sampler, deduper, tokenizer, prompt, retrieval, judge or teacher",
    ),
    f(
        "fit",
        "reviews.train",
        "the partitions or systems it learns from",
    ),
    f("labels", "unused", "`unused` where it reads no labels"),
    f("features", "[body]", "the columns it reads"),
    f("uses", "[tfidf]", "steps it reads its input through"),
    f(
        "model",
        "\"all-MiniLM-L6-v2\"",
        "the system or outside model it is made of",
    ),
    f(
        "per_item",
        "exclude_self",
        "`exclude_self` where an item never sees itself",
    ),
    f(
        "transductive",
        "yes",
        "`yes` where it may read unlabelled rows of the evaluation",
    ),
    f(
        "agreement",
        "{ with: human, metric: cohen_kappa, rows: \"judge/human.csv\" }",
        "how a judge agrees with people",
    ),
];

const COMPONENT: &[FieldSpec] = &[
    f(
        "levels",
        "[none, mild, strong]",
        "its levels; a toggle has `off` and `on`",
    ),
    f(
        "absent",
        "none",
        "the level that means the component is not there",
    ),
    f("default", "mild", "the level unless said"),
    f(
        "flag",
        "\"--augment {level}\"",
        "what reaches the command when it is on, or for each `{level}`",
    ),
    f(
        "on",
        "\"--bigrams\"",
        "what reaches the command when it is on",
    ),
    f(
        "off",
        "\"--no-bigrams\"",
        "what reaches the command when it is off",
    ),
    f(
        "env",
        "\"AUGMENT\"",
        "the environment variable that carries the level",
    ),
    f("requires", "[bigrams]", "components that must be there too"),
    f("excludes", "[bigrams]", "components that must not be there"),
];

const HARDWARE: &[FieldSpec] = &[
    f("cores", "4", "how many cores"),
    f("memory", "16GiB", "how much memory"),
    f("accelerator", "\"one A10\"", "the accelerator"),
    f(
        "price",
        "0.04USD/h",
        "the price per time, such as `0.04USD/h`",
    ),
];

const METRIC: &[FieldSpec] = &[
    f("value", "mean(prediction == label)", "the formula"),
    f("better", "higher", "`higher` or `lower`"),
    f("range", "0%..100%", "lowest and highest value"),
    f("unit", "ms", "the unit the formula must have"),
    f("needs", "[score]", "columns it needs"),
    f("judge", "grader", "the judge it relies on"),
];

const SYSTEM: &[FieldSpec] = &[
    f("steps", "[tfidf]", "steps its input goes through"),
    f("components", "[bigrams, augment]", "components it has"),
    f("features", "[body, stars]", "columns it reads"),
    f("model", "\"logistic regression\"", "the model's name"),
    f("published", "2019", "the year it was published"),
    f("train", "reviews.train", "rows it is trained on"),
    f(
        "tune",
        "reviews.val { by: f1_macro, trials: 20 }",
        "rows that judge its trials, `{ by:, trials: }`",
    ),
    f(
        "retune",
        "each",
        "`each` or `none`: whether variants are tuned again",
    ),
    f("select", "reviews.val", "rows that chose it"),
    f(
        "early_stop",
        "reviews.val",
        "rows that stopped its training",
    ),
    f(
        "threshold",
        "reviews.val { at: accuracy >= 80% }",
        "rows its threshold was set on, `{ at: }`",
    ),
    f("calibrate", "reviews.val", "rows it was calibrated on"),
    f("pretrained_on", "[web]", "data it was pre-trained on"),
    f("distilled_from", "[words]", "systems it was distilled from"),
    f("ensemble", "[words, chars]", "its members"),
    f(
        "budget",
        "{ epochs: 5 }",
        "epochs, rows, time: what it may spend",
    ),
    f(
        "params",
        "{ c: 1.5 }",
        "parameters that are part of what is compared",
    ),
    f("seeds", "5", "how many runs, or the seeds of each"),
    f(
        "deterministic",
        "yes",
        "`yes` where every seed gives the same",
    ),
    f(
        "limits",
        "{ time: 30min, retries: 2, retry_on: [75, timeout] }",
        "how long a run may take, and which failures are tried again: exit codes, `timeout`, `signal`; all unless said",
    ),
    f("hardware", "cpu1", "what it runs on"),
    f("version", "\"1.2\"", "its version"),
    f(
        "handicap",
        "\"half the trials\"",
        "why an unequal budget is fair",
    ),
    f(
        "run",
        "\"python3 train.py --train {train} --predict {on} --seed {seed} --out {out}\"",
        "the command that makes its outputs, `{ prediction: column, … }`",
    ),
    f(
        "predictions",
        "\"runs/words-{seed}.csv\" { prediction: pred, latency: ms in ms }",
        "the files of its outputs, `{ prediction: column, … }`",
    ),
    f(
        "predict",
        "majority(reviews.train)",
        "a built-in predictor, such as `majority(data.train)`",
    ),
    f(
        "reported",
        "{ f1_macro: 82.4% }",
        "published numbers, without rows",
    ),
    f(
        "serve",
        "\"python3 serve.py\" { requests: 2_000, arrival: 20/s, warmup: 100 }",
        "a process that answers requests for single rows, on its standard input or at a `{port}`, or an endpoint of this machine; its latency is measured: how many requests are timed, how many arrive per time (else one is asked when one is answered), how many are under way at a time (`concurrency:`), how many go before (`warmup:`), how long an answer (`timeout:`) and a start (`start:`) may take, how often it may be started again (`restarts:`)",
    ),
];

const COMPARE: &[FieldSpec] = &[
    f("on", "reviews.test", "the rows compared on"),
    f("metrics", "[f1_macro, accuracy]", "the metrics compared"),
    f(
        "slices",
        "[language, elderly: age >= 75]",
        "columns whose values are looked at one by one",
    ),
    f(
        "interval",
        "bootstrap(10_000, level: 95%, method: bca)",
        "the uncertainty method, `bootstrap(10_000, level: 95%, method: auto)` unless said",
    ),
    f("test", "permutation", "the significance test"),
    f("paired", "no", "`no` where the systems saw different rows"),
    f("over", "runs", "what is resampled: rows, runs, folds"),
    f("correct", "holm", "the correction for many claims"),
    f("margin", "1pp", "the margin of an equivalence claim"),
    f(
        "pilot",
        "{ disagreement: 14% }",
        "what a pilot showed: `{ disagreement:, sd:, level: }`, the level that of the baseline",
    ),
];

const ABLATION: &[FieldSpec] = &[
    f("on", "reviews.val", "the rows measured on"),
    f(
        "metric",
        "f1_macro",
        "the metric, the plan's primary unless said",
    ),
    f(
        "remove",
        "[bigrams, augment]",
        "components taken away one at a time",
    ),
    f(
        "set",
        "[augment: strong]",
        "components set to another level one at a time",
    ),
    f("interval", "bootstrap(10_000)", "the uncertainty method"),
    f("correct", "holm", "the correction for many claims"),
    f(
        "tolerance",
        "0.5pp",
        "how far below the reference the smallest configuration may lie",
    ),
];

const FACTORIAL: &[FieldSpec] = &[
    f("on", "reviews.val", "the rows measured on"),
    f(
        "metric",
        "f1_macro",
        "the metric, the plan's primary unless said",
    ),
    f(
        "over",
        "[bigrams, deep, wide]",
        "the components varied together",
    ),
    f(
        "fraction",
        "1 / 2",
        "which fraction of the full design is run, such as `1/2`: all of it unless said",
    ),
    f(
        "generators",
        "[wide: bigrams * deep]",
        "which product a component of a fraction follows, as in `[d: a * b * c]`",
    ),
    f(
        "interactions",
        "[bigrams * deep]",
        "the interactions claimed, as in `[a * b]`",
    ),
    f("interval", "bootstrap(10_000)", "the uncertainty method"),
];

const SELECT: &[FieldSpec] = &[
    f("on", "reviews.val", "the rows that choose"),
    f("require", "latency_p95 <= 100ms", "what a choice must meet"),
    f(
        "maximize",
        "f1_macro",
        "the metric whose largest value wins",
    ),
    f(
        "minimize",
        "latency_p95",
        "the metric whose smallest value wins",
    ),
    f(
        "prefer",
        "cost_per_1k { within: 0.3pp }",
        "the tie-break, `metric { within: }`",
    ),
    f(
        "report_on",
        "reviews.test",
        "other rows on which the choice is reported",
    ),
];

const DECIDE: &[FieldSpec] = &[
    f(
        "protocol",
        "non_inferiority(f1_macro, margin: 1pp)",
        "rules from a protocol, such as `non_inferiority(f1_macro, margin: 1pp)`",
    ),
    f("failed", "hold", "the outcome of a failed or NaN result"),
];

/// A protocol has rules and nothing else.
const PROTOCOL: &[FieldSpec] = &[];

const STOP: &[FieldSpec] = &[
    f("look", "each(seed)", "when the runs are looked at"),
    f("at_most", "5", "the largest number of looks"),
    f(
        "using",
        "confidence_sequence(gain(f1_macro), level: 95%)",
        "the sequential method; without one each look is judged by itself (U110)",
    ),
];

/// What may be mapped under `predictions: "…" { … }`, with the meaning of each.
pub const ROLES: &[FieldSpec] = &[
    f(
        "prediction",
        "prediction: pred",
        "the predicted class or number",
    ),
    f(
        "score",
        "score: \"p_{class}\"",
        "the score of the positive class; `[p_a, p_b]` or `\"p_{class}\"` of each",
    ),
    f(
        "latency",
        "latency: latency_ms in ms",
        "the time for this one row",
    ),
    f(
        "tokens",
        "tokens: n in tokens",
        "the tokens spent on this one row",
    ),
    f(
        "rank",
        "rank: place",
        "the place of a row's item; the rows of an id become one list",
    ),
    f(
        "id",
        "id: row",
        "the row's id, named like the dataset's unless said",
    ),
];
