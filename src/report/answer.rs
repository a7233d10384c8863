//! The answer to a question without a plan: one line, then a table.

use super::blocks::{Block, adjustment};
use super::closing::methods;
use super::layout::{Paint, Style};
use super::number::{Digits, count, p_value, with_unit};
use super::table::{Cell, Column, Row, Table};
use super::terminal::shown;
use super::values::{Value, p_values, with_range};
use crate::result::{Comparison, Metric, RunResult};
use serde::Serialize;

/// What a question left open and the files answered, as it is shown: `label y (its name says so)`.
pub type Guessed = String;

/// The `metrics` and `comparisons` of the result, as JSON ended by a newline.
pub fn answer_json(result: &RunResult, guessed: &[Guessed]) -> String {
    #[derive(Serialize)]
    struct Answer<'a> {
        schema_version: &'a str,
        metrics: &'a [Metric],
        comparisons: &'a [Comparison],
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        guessed: &'a [Guessed],
    }
    let mut result = result.clone();
    result.sort();
    let schema_version = result.schema_version.to_string();
    let answer = Answer {
        schema_version: &schema_version,
        metrics: &result.metrics,
        comparisons: &result.comparisons,
        guessed,
    };
    // Every map has string keys and every number is finite: writing cannot fail.
    serde_json::to_string_pretty(&answer)
        .map(|text| text + "\n")
        .unwrap_or_default()
}

/// The answer for a terminal: the first metric on one line, then all of it as a table. `metrics` are in the order
/// in which they were asked for.
pub fn answer(
    result: &RunResult,
    metrics: &[String],
    guessed: &[Guessed],
    style: &Style,
) -> String {
    let mut result = result.clone();
    result.sort();
    let rank = |name: &str| metrics.iter().position(|m| m == name);
    result.metrics.sort_by_key(|m| rank(&m.metric));
    result.comparisons.sort_by_key(|c| rank(&c.metric));
    let mut blocks = if result.comparisons.is_empty() {
        scores(&result)
    } else {
        differences(&result)
    };
    let facts = [("method", methods(&result)), ("guessed", guessed.to_vec())];
    blocks.extend(
        facts
            .into_iter()
            .filter(|(_, items)| !items.is_empty())
            .map(|(name, items)| Block::Facts { name, items }),
    );
    shown(blocks, style)
}

fn of_metric(m: &Metric) -> Value {
    Value::new(&m.unit, m.estimate, m.interval.as_ref())
}

/// Candidate minus baseline, with the interval turned the same way.
fn of_delta(c: &Comparison) -> Value {
    let mut value = Value::difference(&c.unit, c.delta, c.interval.as_ref());
    let turned = c.delta.zip(c.gain).is_some_and(|(d, g)| d != g);
    if let (true, Some((low, high))) = (turned, value.range) {
        value.range = Some((-high, -low));
    }
    value
}

fn rows_of(n: u64) -> String {
    format!("{} row{}", count(n), if n == 1 { "" } else { "s" })
}

fn scores(result: &RunResult) -> Vec<Block> {
    let Some(first) = result.metrics.first() else {
        return Vec::new();
    };
    let line = with_range(&[of_metric(first)]).concat();
    let title = Block::Title {
        left: format!("{} · {} {line}", first.system, first.metric),
        right: rows_of(first.rows),
        objective: None,
    };
    let values: Vec<Value> = result.metrics.iter().map(of_metric).collect();
    let columns = vec![
        Column::new("metric"),
        Column::new("rows with").flexible(),
        Column::new("value"),
        Column::new("rows").right().dropped(2),
        Column::remark("note"),
    ];
    let rows = result
        .metrics
        .iter()
        .zip(with_range(&values))
        .map(|(m, value)| Row {
            cells: vec![
                Cell::new(&m.metric),
                Cell::new(m.slice.clone().unwrap_or_default()),
                Cell::painted(value, Paint::Strong),
                Cell::new(count(m.rows)),
                Cell::new(note(m.note.as_ref(), m.interval.as_ref())),
            ],
            below: None,
        });
    let table = Table {
        columns,
        rows: rows.collect(),
    };
    vec![title, Block::Table(table.without_empty_columns())]
}

fn note(of_value: Option<&String>, interval: Option<&crate::result::Interval>) -> String {
    let of_interval = interval.and_then(|i| i.note.as_ref());
    let notes: Vec<&str> = of_value
        .into_iter()
        .chain(of_interval)
        .map(String::as_str)
        .collect();
    notes.join("; ")
}

fn differences(result: &RunResult) -> Vec<Block> {
    let mut blocks: Vec<Block> = result.comparisons.first().map(line).into_iter().collect();
    let values: Vec<Value> = result.comparisons.iter().map(of_delta).collect();
    let p: Vec<Option<f64>> = result
        .comparisons
        .iter()
        .map(|c| c.p_adjusted.or(c.p_value))
        .collect();
    let columns = vec![
        Column::new("metric"),
        Column::new("rows with").flexible(),
        Column::new("candidate"),
        Column::new("baseline"),
        Column::new("delta"),
        Column::new("relative").right().dropped(2),
        Column::new("effect").dropped(3),
        Column::new("p"),
        Column::new("test").flexible().dropped(4),
        Column::remark("note"),
    ];
    let rows = result
        .comparisons
        .iter()
        .zip(with_range(&values).into_iter().zip(p_values(&p)))
        .map(|(c, (delta, p))| Row {
            cells: vec![
                Cell::new(&c.metric),
                Cell::new(c.slice.clone().unwrap_or_default()),
                Cell::new(side(result, c, &c.candidate)),
                Cell::new(side(result, c, &c.baseline)),
                Cell::painted(delta, Paint::Strong),
                Cell::new(c.relative.map(relative).unwrap_or_default()),
                Cell::new(effects(c)),
                Cell::new(p),
                Cell::new(test(c)),
                Cell::new(note(None, c.interval.as_ref())),
            ],
            below: None,
        });
    let table = Table {
        columns,
        rows: rows.collect(),
    };
    blocks.push(Block::Table(table.without_empty_columns()));
    let tested = result.comparisons.iter().filter(|c| c.p_value.is_some());
    let adjusted = adjustment(tested.map(|c| (c.correction.as_deref(), c.claims)));
    let mut legend: Vec<String> = adjusted
        .into_iter()
        .filter(|_| result.comparisons.len() > 1)
        .collect();
    legend.push("delta is candidate minus baseline".to_owned());
    blocks.push(Block::Legend(legend));
    blocks
}

/// `✓ a beats b   f1_macro +3.8 pp [+1.9, +5.6], p = 0.0004`.
fn line(c: &Comparison) -> Block {
    let (a, b) = (&c.candidate, &c.baseline);
    let (mark, outcome, paint) = match c.interval.as_ref() {
        Some(i) if i.low > 0.0 => ("✓", format!("{a} beats {b}"), Paint::Good),
        Some(i) if i.high < 0.0 => ("✗", format!("{a} loses to {b}"), Paint::Bad),
        Some(_) => ("?", format!("{a} or {b}: unclear"), Paint::Doubt),
        None => ("·", format!("{a} and {b}"), Paint::Plain),
    };
    let p = c.p_adjusted.or(c.p_value).map(|p| match p_value(p) {
        small if small.starts_with('<') => format!(", p {small}"),
        other => format!(", p = {other}"),
    });
    Block::Verdict {
        mark,
        outcome,
        of: None,
        why: format!(
            "{} {}{}, {}",
            c.metric,
            with_range(&[of_delta(c)]).concat(),
            p.unwrap_or_default(),
            rows_of(c.rows)
        ),
        failed: None,
        paint,
    }
}

/// `chars 84.9 %`: a side of a comparison by its own value.
fn side(result: &RunResult, c: &Comparison, name: &str) -> String {
    let of = |m: &&Metric| {
        m.system == name && m.metric == c.metric && m.slice == c.slice && m.seed.is_none()
    };
    let value = result.metrics.iter().find(of).and_then(|m| {
        let estimate = m.estimate?;
        let half = m.interval.as_ref().and_then(super::number::half_width);
        let exponent = super::number::exponent(&m.unit, estimate.abs());
        let decimals = super::number::decimals(&m.unit, estimate, half, exponent);
        Some(with_unit(&m.unit, estimate, Digits { decimals, exponent }))
    });
    format!("{name} {}", value.unwrap_or_else(|| "—".to_owned()))
}

fn relative(share: f64) -> String {
    super::number::signed_with_unit(
        &crate::result::Unit::Ratio,
        share,
        Digits {
            decimals: 1,
            exponent: 0,
        },
    )
}

/// `cohens_d 0.21, cliffs_delta 0.12`.
fn effects(c: &Comparison) -> String {
    let one = |(name, value): (&String, &f64)| {
        let plain = crate::result::Unit::Plain;
        format!("{name} {}", super::number::alone(&plain, *value))
    };
    c.effects.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn test(c: &Comparison) -> String {
    match (&c.test, c.p_value) {
        (Some(test), _) => test.clone(),
        (None, Some(_)) => "resampling".to_owned(),
        (None, None) => String::new(),
    }
}
