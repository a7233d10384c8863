//! Names as people give them to columns, and names as the language writes them.

/// Columns of right answers, the surest first.
pub(crate) const LABEL: &[&str] = &[
    "label",
    "labels",
    "target",
    "gold",
    "gold_label",
    "true_label",
    "y_true",
    "ground_truth",
    "truth",
    "y",
    "class",
    "true",
    "gt",
    "reference",
    "expected",
    "actual",
    "answer",
    "outcome",
];

/// Words that make a column one of predictions.
const PREDICTION: &[&str] = &[
    "pred",
    "preds",
    "prediction",
    "predictions",
    "predicted",
    "yhat",
    "hat",
    "output",
];

/// Words that make a column one of scores.
const SCORE: &[&str] = &[
    "score",
    "prob",
    "proba",
    "probability",
    "confidence",
    "conf",
];

/// Words that make a column one of times taken.
const LATENCY: &[&str] = &[
    "latency", "ms", "us", "seconds", "secs", "sec", "duration", "elapsed", "runtime",
];

/// Words that say nothing of a system: roles, and the letter that stands for answers.
const EMPTY: &[&str] = &[
    "y", "p", "s", "time", "model", "system", "full", "run", "seed", "results", "result", "test",
    "val", "dev",
];

/// Columns of rows that belong together.
const GROUP: &[&str] = &[
    "group", "cluster", "author", "user", "patient", "subject", "speaker", "writer", "session",
    "customer", "account", "document", "doc", "person",
];

/// Columns worth a look by value.
const SLICE: &[&str] = &[
    "language", "lang", "locale", "domain", "site", "country", "region", "category", "topic",
    "gender", "sex", "channel", "platform", "device", "dialect", "genre",
];

/// Columns that say which partition a row is of.
const SPLIT: &[&str] = &["split", "partition", "part", "subset", "set"];

/// Columns that say which system a row is of.
const SYSTEM: &[&str] = &["model", "system", "method", "algorithm", "run", "seed"];

/// Systems that others are held against.
const BASELINE: &[&str] = &[
    "baseline",
    "base",
    "old",
    "current",
    "control",
    "prod",
    "production",
    "champion",
    "served",
];

/// Systems that are new.
const CANDIDATE: &[&str] = &[
    "new",
    "candidate",
    "ours",
    "treatment",
    "challenger",
    "proposed",
];

/// The positive class, as it is usually called.
pub(crate) const POSITIVE: &[&str] = &[
    "pos", "positive", "yes", "true", "1", "spam", "fraud", "relevant",
];

/// The words of a name, in small letters.
pub(crate) fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn any(name: &str, of: &[&str]) -> bool {
    words(name).iter().any(|w| of.contains(&w.as_str()))
}

fn whole(name: &str, of: &[&str]) -> bool {
    let mut words = words(name);
    if words.len() > 1 && words.last().is_some_and(|w| w == "id") {
        words.pop();
    }
    matches!(words.as_slice(), [one] if of.contains(&one.as_str()))
}

pub(crate) fn is_prediction(name: &str) -> bool {
    any(name, PREDICTION)
}

pub(crate) fn is_score(name: &str) -> bool {
    any(name, SCORE)
}

pub(crate) fn is_latency(name: &str) -> bool {
    any(name, LATENCY)
}

pub(crate) fn is_group(name: &str) -> bool {
    whole(name, GROUP)
}

pub(crate) fn is_slice(name: &str) -> bool {
    whole(name, SLICE)
}

pub(crate) fn is_split(name: &str) -> bool {
    whole(name, SPLIT)
}

pub(crate) fn is_system(name: &str) -> bool {
    whole(name, SYSTEM)
}

pub(crate) fn is_baseline(name: &str) -> bool {
    any(name, BASELINE)
}

pub(crate) fn is_candidate(name: &str) -> bool {
    any(name, CANDIDATE)
}

/// Whether a column is named like an id: `id`, `review_id`, `rowid`, `uuid`, `key`, `index`.
pub(crate) fn is_id(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    matches!(
        last,
        "id" | "ids" | "uid" | "uuid" | "guid" | "key" | "index" | "idx" | "rowid"
    )
}

/// The unit that a name gives to a time; `None` where it gives none.
pub(crate) fn unit_of(name: &str) -> Option<&'static str> {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    match last {
        "ms" => Some("ms"),
        "us" => Some("us"),
        "s" | "sec" | "secs" | "seconds" => Some("s"),
        _ => None,
    }
}

/// What a name says beside a role: `bert` of `bert_pred`, `pred-bert`, `bert_latency_ms`; empty of `pred`.
pub(crate) fn whose(name: &str) -> String {
    let says = |w: &String| {
        let w = w.as_str();
        ![PREDICTION, SCORE, LATENCY, EMPTY]
            .iter()
            .any(|of| of.contains(&w))
    };
    words(name)
        .into_iter()
        .filter(says)
        .collect::<Vec<_>>()
        .join("_")
}

/// A name as an identifier that none of `taken` has.
pub(crate) fn identifier(name: &str, otherwise: &str, taken: &[String]) -> String {
    let mut plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    plain = plain.trim_matches('_').to_owned();
    if plain.is_empty() {
        plain = otherwise.to_owned();
    }
    if plain.starts_with(|c: char| c.is_ascii_digit()) {
        plain = format!("{otherwise}_{plain}");
    }
    if RESERVED.contains(&plain.as_str()) || taken.contains(&plain) {
        let free = |n: &usize| !taken.contains(&format!("{plain}_{n}"));
        let n = (2..).find(free).unwrap_or(2);
        plain = format!("{plain}_{n}");
    }
    plain
}

const RESERVED: &[&str] = &["and", "or", "not", "in", "every"];

/// A column or class as a plan writes it: bare where it is an identifier, in quotes otherwise.
pub(crate) fn written(name: &str) -> String {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let rest = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if starts && rest && !RESERVED.contains(&name) {
        return name.to_owned();
    }
    quoted(name)
}

/// A text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_and_whose() {
        assert_eq!(whose("bert_pred"), "bert");
        assert_eq!(whose("pred-bert-large"), "bert_large");
        assert_eq!(whose("bert_latency_ms"), "bert");
        assert_eq!(whose("y_pred"), "");
        assert!(is_prediction("y_pred") && !is_prediction("predator"));
        assert!(is_id("review_id") && is_id("ID") && !is_id("idle"));
        assert!(is_group("author") && is_group("patient_id") && !is_group("author_name"));
        assert_eq!(
            (unit_of("t_ms"), unit_of("time_s"), unit_of("latency")),
            (Some("ms"), Some("s"), None)
        );
    }

    #[test]
    fn names_become_identifiers() {
        let taken = ["bert".to_owned()];
        assert_eq!(
            identifier("RoBERTa large", "model", &taken),
            "RoBERTa_large"
        );
        assert_eq!(identifier("bert", "model", &taken), "bert_2");
        assert_eq!(identifier("7b", "model", &taken), "model_7b");
        assert_eq!(identifier("—", "model", &taken), "model");
        assert_eq!(identifier("not", "model", &taken), "not_2");
        assert_eq!(written("x y"), "\"x y\"");
        assert_eq!(written("a\"b"), "\"a\\\"b\"");
    }
}
