//! Natives of the scores of a row's classes.

use super::{Implementation, Native, Value};

const fn row(name: &'static str, function: fn(&[Value<'_>], &[f64]) -> f64) -> Native {
    Native {
        name,
        implementation: Implementation::Row(function),
    }
}

pub(super) const TABLE: &[Native] = &[
    row("score_rank", score_rank),
    row("top_score", top_score),
    row("top_class_is", top_class_is),
];

/// The scores, unless one is missing.
fn scores<'a>(args: &[Value<'a>]) -> Option<&'a [f64]> {
    match args.first() {
        Some(Value::Scores(scores)) => {
            (!scores.is_empty() && !scores.iter().any(|s| s.is_nan())).then_some(scores)
        }
        _ => None,
    }
}

fn class(args: &[Value<'_>]) -> Option<usize> {
    match args.get(1) {
        Some(Value::Class(code)) => Some(*code as usize),
        _ => None,
    }
}

fn score_rank(args: &[Value<'_>], _: &[f64]) -> f64 {
    let (Some(scores), Some(class)) = (scores(args), class(args)) else {
        return f64::NAN;
    };
    let Some(own) = scores.get(class) else {
        return f64::NAN;
    };
    let before = |(j, s): &(usize, &f64)| *s > own || (*s == own && *j > class);
    1.0 + scores.iter().enumerate().filter(before).count() as f64
}

fn top_score(args: &[Value<'_>], _: &[f64]) -> f64 {
    scores(args).map_or(f64::NAN, |s| {
        s.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    })
}

fn top_class_is(args: &[Value<'_>], options: &[f64]) -> f64 {
    let (Some(scores), Some(class)) = (scores(args), class(args)) else {
        return f64::NAN;
    };
    let top = top_score(args, options);
    let first = scores.iter().position(|s| *s == top);
    f64::from(u8::from(first == Some(class)))
}
