"""The words of Bench."""

# words:begin (made by `UPDATE=1 cargo test editors`)
ITEMS = (
    "ablation", "baseline", "candidate", "compare", "component", "dataset", "decide", "factorial",
    "hardware", "metric", "plan", "protocol", "select", "step", "stop", "system",
)
HEADS = (
    "against", "for", "from", "of", "with",
)
IMPORTS = (
    "as", "use",
)
RULES = (
    "otherwise", "when",
)
OPERATORS = (
    "and", "every", "in", "not", "or",
)
FOLDS = (
    "max", "mean", "min", "sum",
)
FOLDED = (
    "by", "class", "over",
)
FIELDS = (
    "absent", "accelerator", "agreement", "alpha", "at_most", "better", "budget", "calibrate",
    "cluster", "clusters", "columns", "components", "cores", "correct", "cutoff", "default",
    "derived_from", "deterministic", "disjoint_from", "distilled_from", "early_stop", "ensemble",
    "env", "excludes", "failed", "favours", "features", "fit", "flag", "folds", "fraction",
    "generators", "group", "guardrails", "handicap", "hardware", "hypothesis", "id", "interactions",
    "interval", "items", "judge", "kind", "label", "labels", "latency", "levels", "license",
    "limits", "look", "margin", "maximize", "memory", "metric", "metrics", "minimize", "model",
    "needs", "objective", "off", "on", "over", "overlaps", "owner", "paired", "params", "per_item",
    "pilot", "positive", "power", "predict", "prediction", "predictions", "prefer", "pretrained_on",
    "price", "primary", "protocol", "published", "range", "rank", "released", "remove", "report_on",
    "reported", "require", "requires", "retune", "risks", "rows", "run", "score", "seeds", "select",
    "serve", "set", "sha256", "slices", "source", "split", "steps", "strata", "test", "text",
    "threshold", "time", "tokens", "tolerance", "train", "transductive", "tune", "unit", "uses",
    "using", "value", "version", "weight",
)
BUILTINS = (
    "abs", "all", "average_precision", "average_precision_at", "before", "bh", "bleu", "bonferroni",
    "bootstrap", "by", "calibration_error", "character_edits", "characters", "chrf", "cohen_kappa",
    "column", "count", "deduper", "delong", "delta", "distinct_items", "every", "exact",
    "exact_match", "exp", "fleiss_kappa", "gain", "greatest", "grouped", "hash", "higher", "hit",
    "hochberg", "holm", "imputer", "interaction", "judge", "kendall_tau_b", "kendall_tau_c",
    "kfold", "krippendorff_alpha", "label", "last_value", "latency", "least", "list_diversity",
    "log", "lower", "majority", "max", "mean", "median", "min", "ndcg", "ndcg_of_scores",
    "newcombe", "none", "normal", "order_statistic", "p_value", "pass_at_k", "pearson", "point",
    "popularity", "positive", "possibly", "pr_auc", "precision_at", "prediction", "prompt",
    "quantile", "r2", "randolph_kappa", "recall_at", "reciprocal_rank", "relative", "retrieval",
    "roc_auc", "rolling", "rouge_l", "rouge_lsum", "rouge_n", "same_set", "sampler", "scaler",
    "score", "score_rank", "selector", "self_information", "sentence_bleu", "sentence_chrf",
    "set_difference", "set_overlap", "sets_overlap", "share", "spearman", "sqrt", "stratified",
    "sum", "t", "teacher", "ter_edits", "ter_words", "token_f1", "tokenizer", "top_class_is",
    "top_score", "upper", "vectorizer", "width", "wilson", "win_rate", "word_edits", "word_hits",
    "words",
)
UNITS = (
    "AUD", "B", "CAD", "CHF", "CNY", "EUR", "GBP", "GiB", "INR", "J", "JPY", "KiB", "MiB", "SEK",
    "USD", "d", "h", "kWh", "min", "ms", "pp", "s", "tokens", "us",
)
# words:end
