//! The fields of every item, with their one-line meaning: what resolution accepts, suggestions are
//! drawn from, and the language reference prints.

use crate::syntax::ast::Keyword;

/// A field of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
}

const fn f(name: &'static str, doc: &'static str) -> FieldSpec {
    FieldSpec { name, doc }
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
    f("objective", "what the plan wants to find out"),
    f("hypothesis", "what its authors expect, and why"),
    f("primary", "the metric the decision is about"),
    f("guardrails", "metrics that must not suffer"),
    f("alpha", "the significance level, 5% unless said"),
    f("power", "the power wished for, 80% unless said"),
    f(
        "favours",
        "the favourable outcome, the first rule's unless said",
    ),
    f("owner", "who answers for the plan"),
    f("risks", "known risks, printed in every report"),
];

const DATASET: &[FieldSpec] = &[
    f("source", "the file with the rows"),
    f("version", "which edition of the data"),
    f("sha256", "the hash the file must have"),
    f("released", "when the data became public"),
    f("cutoff", "the newest date in the data"),
    f("rows", "how many rows, in all or by partition"),
    f("clusters", "how many clusters"),
    f("id", "the column of row ids"),
    f("label", "what is predicted: `column in [classes]`"),
    f("positive", "the positive class"),
    f("text", "the text column"),
    f(
        "group",
        "rows that belong together; never straddles a split",
    ),
    f("cluster", "the unit of resampling, the group unless said"),
    f("time", "when a row came to be"),
    f("strata", "columns within whose values resampling stays"),
    f("weight", "the weight of a row"),
    f("columns", "what is known of other columns"),
    f("split", "how rows fall into partitions"),
    f("folds", "how rows fall into cross-validation folds"),
    f("derived_from", "datasets this one was made from"),
    f("overlaps", "datasets that share rows with this one"),
    f(
        "disjoint_from",
        "data that surely shares no row with this one",
    ),
    f("license", "the licence of the data"),
];

const STEP: &[FieldSpec] = &[
    f(
        "kind",
        "vectorizer, scaler, imputer, selector, sampler, deduper, tokenizer, prompt, retrieval, judge or teacher",
    ),
    f("fit", "the partitions or systems it learns from"),
    f("labels", "`unused` where it reads no labels"),
    f("features", "the columns it reads"),
    f("uses", "steps it reads its input through"),
    f("model", "the system or outside model it is made of"),
    f("per_item", "`exclude_self` where an item never sees itself"),
    f(
        "transductive",
        "`yes` where it may read unlabelled rows of the evaluation",
    ),
    f("agreement", "how a judge agrees with people"),
];

const COMPONENT: &[FieldSpec] = &[
    f("levels", "its levels; a toggle has `off` and `on`"),
    f("absent", "the level that means the component is not there"),
    f("default", "the level unless said"),
    f(
        "flag",
        "what reaches the command when it is on, or for each `{level}`",
    ),
    f("on", "what reaches the command when it is on"),
    f("off", "what reaches the command when it is off"),
    f("env", "the environment variable that carries the level"),
    f("requires", "components that must be there too"),
    f("excludes", "components that must not be there"),
];

const HARDWARE: &[FieldSpec] = &[
    f("cores", "how many cores"),
    f("memory", "how much memory"),
    f("accelerator", "the accelerator"),
    f("price", "the price per time, such as `0.04USD/h`"),
];

const METRIC: &[FieldSpec] = &[
    f("value", "the formula"),
    f("better", "`higher` or `lower`"),
    f("range", "lowest and highest value"),
    f("unit", "the unit the formula must have"),
    f("needs", "columns it needs"),
    f("judge", "the judge it relies on"),
];

const SYSTEM: &[FieldSpec] = &[
    f("steps", "steps its input goes through"),
    f("components", "components it has"),
    f("features", "columns it reads"),
    f("model", "the model's name"),
    f("published", "the year it was published"),
    f("train", "rows it is trained on"),
    f("tune", "rows that judge its trials, `{ by:, trials: }`"),
    f(
        "retune",
        "`each` or `none`: whether variants are tuned again",
    ),
    f("select", "rows that chose it"),
    f("early_stop", "rows that stopped its training"),
    f("threshold", "rows its threshold was set on, `{ at: }`"),
    f("calibrate", "rows it was calibrated on"),
    f("pretrained_on", "data it was pre-trained on"),
    f("distilled_from", "systems it was distilled from"),
    f("ensemble", "its members"),
    f("budget", "epochs, rows, time: what it may spend"),
    f("params", "parameters that are part of what is compared"),
    f("seeds", "how many runs, or the seeds of each"),
    f("deterministic", "`yes` where every seed gives the same"),
    f("hardware", "what it runs on"),
    f("version", "its version"),
    f("handicap", "why an unequal budget is fair"),
    f("run", "the command that makes its outputs"),
    f(
        "predictions",
        "the files of its outputs, `{ prediction: column, … }`",
    ),
    f(
        "predict",
        "a built-in predictor, such as `majority(data.train)`",
    ),
    f("reported", "published numbers, without rows"),
    f("serve", "a process that answers one request at a time"),
];

const COMPARE: &[FieldSpec] = &[
    f("on", "the rows compared on"),
    f("metrics", "the metrics compared"),
    f("slices", "columns whose values are looked at one by one"),
    f(
        "interval",
        "the uncertainty method, `bootstrap(10_000, level: 95%, method: auto)` unless said",
    ),
    f("test", "the significance test"),
    f("paired", "`no` where the systems saw different rows"),
    f("over", "what is resampled: rows, runs, folds"),
    f("correct", "the correction for many claims"),
    f("margin", "the margin of an equivalence claim"),
    f("pilot", "what a pilot showed: `{ disagreement:, sd: }`"),
];

const ABLATION: &[FieldSpec] = &[
    f("on", "the rows measured on"),
    f("metric", "the metric, the plan's primary unless said"),
    f("remove", "components taken away one at a time"),
    f("set", "components set to another level one at a time"),
    f("interval", "the uncertainty method"),
    f("correct", "the correction for many claims"),
    f(
        "tolerance",
        "how far below the reference the smallest configuration may lie",
    ),
];

const FACTORIAL: &[FieldSpec] = &[
    f("on", "the rows measured on"),
    f("metric", "the metric, the plan's primary unless said"),
    f("over", "the components varied together"),
    f(
        "fraction",
        "which fraction of the full design is run, such as `1/2`: all of it unless said",
    ),
    f(
        "generators",
        "which product a component of a fraction follows, as in `[d: a * b * c]`",
    ),
    f("interactions", "the interactions claimed, as in `[a * b]`"),
    f("interval", "the uncertainty method"),
];

const SELECT: &[FieldSpec] = &[
    f("on", "the rows that choose"),
    f("require", "what a choice must meet"),
    f("maximize", "the metric whose largest value wins"),
    f("minimize", "the metric whose smallest value wins"),
    f("prefer", "the tie-break, `metric { within: }`"),
    f("report_on", "other rows on which the choice is reported"),
];

const DECIDE: &[FieldSpec] = &[f("failed", "the outcome of a failed or NaN result")];

const STOP: &[FieldSpec] = &[
    f("look", "when the runs are looked at"),
    f("at_most", "the largest number of looks"),
    f("using", "the sequential method"),
];

/// What may be mapped under `predictions: "…" { … }`, with the meaning of each.
pub const ROLES: &[FieldSpec] = &[
    f("prediction", "the predicted class or number"),
    f(
        "score",
        "the score of the positive class; `[p_a, p_b]` or `\"p_{class}\"` of each",
    ),
    f("latency", "the time for this one row"),
    f("tokens", "the tokens spent on this one row"),
    f("id", "the row's id, named like the dataset's unless said"),
];
