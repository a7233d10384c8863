//! The words of formulas and conditions with their one-line meaning, for the language reference and for
//! completion. What they do is in `formulas`, `groups`, `rows` and `conditions`.

/// A word and how it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// As in a plan.
    pub usage: &'static str,
    /// What it means.
    pub doc: &'static str,
}

const fn w(usage: &'static str, doc: &'static str) -> Word {
    Word { usage, doc }
}

/// What a step may be.
pub const STEP_KINDS: [&str; 11] = [
    "vectorizer",
    "scaler",
    "imputer",
    "selector",
    "sampler",
    "deduper",
    "tokenizer",
    "prompt",
    "retrieval",
    "judge",
    "teacher",
];

/// Of `value:` of metrics.
pub const FORMULAS: &[Word] = &[
    w(
        "count()",
        "how many rows; `count(condition)`: where it holds",
    ),
    w("share()", "rows of the group over all rows, inside `by`"),
    w("sum(latency)", "the sum of a number of each row"),
    w(
        "mean(latency)",
        "the mean of a number of each row; `mean(condition)`: the share of rows where it holds",
    ),
    w(
        "quantile(latency, 95%)",
        "the quantile, between two values by linear interpolation",
    ),
    w("min(latency)", "the smallest"),
    w("max(latency)", "the largest"),
    w(
        "mean(latency, where: label == pos)",
        "every aggregate takes `where:`, a condition on the row",
    ),
    w(
        "mean over class c of (…)",
        "binds a class of the label and keeps all rows; also `sum`, `min`, `max`",
    ),
    w(
        "max by language of (…)",
        "of each group of rows by a column, a parameter that is a column, or `bins(score, 15)`; groups without rows are skipped",
    ),
    w("greatest(a, b)", "the larger of two numbers"),
    w("least(a, b)", "the smaller of two numbers"),
    w("abs(x)", "without its sign"),
    w("sqrt(x)", "the square root"),
    w("log(x)", "the natural logarithm"),
    w("exp(x)", "e to the power"),
    w(
        "label",
        "the row's label: a class, a number, a text or a list",
    ),
    w("prediction", "the row's prediction"),
    w(
        "score",
        "the score of the positive class; `score[c]`, `score[label]`: of a class",
    ),
    w("latency", "the time for this row"),
    w("positive", "the dataset's positive class"),
    w(
        "hardware.price",
        "the price of the system's hardware, per time",
    ),
    w("run.elapsed", "how long the run took"),
    w("run.energy", "the energy it took"),
    w("run.peak_memory", "the most memory it held"),
    w("run.requests", "how many requests a server was timed on"),
    w(
        "run.errors",
        "how many of them had no answer that can be used, in time",
    ),
    w("run.timeouts", "how many of them had none in time"),
    w(
        "run.restarts",
        "how often the server was started again meanwhile",
    ),
    w("run.throughput", "its answers per time"),
];

/// Of rules and of `require:`.
pub const CONDITIONS: &[Word] = &[
    w(
        "f1_macro",
        "the metric of the candidate; `f1_macro(words)`: of another system",
    ),
    w(
        "gain(f1_macro)",
        "candidate against baseline, above 0 where the candidate is better",
    ),
    w("delta(f1_macro)", "candidate minus baseline"),
    w(
        "relative(f1_macro)",
        "the change relative to the baseline, in %",
    ),
    w("point(x)", "the estimate, without its interval"),
    w("lower(x)", "the lower end of the interval"),
    w("upper(x)", "the upper end of the interval"),
    w("width(x)", "from end to end"),
    w(
        "p_value(gain(f1_macro))",
        "the adjusted p value of the change",
    ),
    w(
        "possibly(condition)",
        "holds where the condition isn't refuted",
    ),
    w(
        "every language (condition)",
        "holds in each part of a slice",
    ),
    w(
        "interaction(a, b)",
        "of two components, from a `factorial` over both",
    ),
];

/// From the loosest to the tightest.
pub const OPERATORS: &[Word] = &[
    w("or", "one holds"),
    w("and", "both hold"),
    w("not", "doesn't hold"),
    w("== != < <= > >= in", "compare; they don't chain"),
    w("..", "a range, both ends included"),
    w("+ -", "of quantities of one kind"),
    w(
        "* /",
        "zero divided by zero is 0, anything else over 0 undefined",
    ),
    w("-x", "the opposite"),
];
