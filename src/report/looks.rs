//! Gains beside a margin, and looks at a growing number of runs.

use super::blocks::{Block, mark, word};
use super::decisions::rules;
use super::number::{alone as number, p_value};
use super::table::{Cell, Column, Row, Table};
use super::values::{Value, with_range};
use crate::result::{Comparison, Equivalence, Rule, RunResult, Stop};

/// Margins first, then one table for each `stop`.
pub(super) fn blocks(result: &RunResult) -> Vec<Block> {
    let mut blocks: Vec<Block> = margins(result).into_iter().collect();
    blocks.extend(result.stops.iter().flat_map(looks));
    blocks
}

/// `equivalent within ±1 pp: established`.
fn margins(result: &RunResult) -> Option<Block> {
    let of = |c: &Comparison| Some((c.clone(), c.equivalence.clone()?));
    let claims: Vec<(Comparison, Equivalence)> = result.comparisons.iter().filter_map(of).collect();
    if claims.is_empty() {
        return None;
    }
    let columns = vec![
        Column::new("margin of"),
        Column::new("in"),
        Column::new("equivalent"),
        Column::new("not worse"),
        Column::new("p").dropped(1),
    ];
    let rows = claims.iter().map(|(c, e)| {
        let margin = number(&c.unit, e.margin);
        let truth = |t, what: String| format!("{what}: {} {}", mark(t), word(t));
        let place = match &c.slice {
            Some(slice) => format!("{}, {slice}", c.metric),
            None => c.metric.clone(),
        };
        let p = e.p_value.map(p_value);
        Row {
            cells: vec![
                Cell::new(format!("{} on {}", c.candidate, c.baseline)),
                Cell::new(place),
                Cell::new(truth(e.within, format!("within ±{margin}"))),
                Cell::new(truth(e.not_worse, format!("by {margin}"))),
                Cell::new(p.unwrap_or_default()),
            ],
            below: None,
        }
    });
    let rows = rows.collect();
    Some(Block::Table(
        Table { columns, rows }.without_empty_columns(),
    ))
}

fn looks(s: &Stop) -> Vec<Block> {
    let level = (s.level * 1e6).round() / 1e4;
    let method = match s.method.as_str() {
        "confidence_sequence" => "confidence sequence",
        "obrien_fleming" => "O’Brien–Fleming boundary",
        "pocock" => "Pocock boundary",
        other => other,
    };
    let heading = Block::Heading {
        text: format!("looks at {} against {}", s.candidate, s.baseline),
        aside: format!("gain({}) on {}, {level} % {method}", s.metric, s.partition),
    };
    let values: Vec<Value> = s
        .looks
        .iter()
        .map(|l| Value::difference(&s.unit, l.gain, l.interval.as_ref()))
        .collect();
    let columns = vec![
        Column::new("after"),
        Column::new("gain over all looks"),
        Column::new("stop"),
        Column::new("rules"),
    ];
    let rows = s
        .looks
        .iter()
        .zip(with_range(&values))
        .map(|(l, gain)| Row {
            cells: vec![
                Cell::new(match l.runs {
                    1 => "1 run".to_owned(),
                    n => format!("{n} runs"),
                }),
                Cell::new(gain),
                Cell::new(match (&l.interval, l.stop) {
                    (None, _) => "no spread of runs yet",
                    (Some(_), true) => "yes",
                    (Some(_), false) => "no",
                }),
                Cell::new(judged(&l.rules)),
            ],
            below: None,
        });
    let table = Table {
        columns,
        rows: rows.collect(),
    };
    let mut blocks = vec![heading, Block::Table(table.without_empty_columns())];
    // The numbers behind the rules: those of the last look that was taken.
    let last = s.looks.last().map_or(&[][..], |l| &l.rules);
    if !last.is_empty() {
        blocks.push(Block::Table(rules(&last.iter().collect::<Vec<_>>())));
    }
    blocks.push(Block::Note(said(s)));
    blocks
}

/// `harm: ✗ refuted, enough: ? unclear`.
fn judged(rules: &[Rule]) -> String {
    let one = |r: &Rule| format!("{}: {} {}", r.outcome, mark(r.truth), word(r.truth));
    rules.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What the looks come to.
fn said(s: &Stop) -> String {
    let ruled = s.looks.iter().any(|l| !l.rules.is_empty());
    match (s.ended_after.zip(s.ended_by.as_ref()), s.stopped_after) {
        (Some((n, rule)), _) => {
            let runs = if n == 1 {
                "1 run"
            } else {
                &format!("{n} runs")
            };
            format!("`{rule}` ended the runs after {runs}; all else reads these runs alone")
        }
        (None, _) if ruled => "no rule ended the runs".to_owned(),
        (None, Some(n)) => format!(
            "could stop after {n} of {} runs; the decision above reads all runs",
            s.looks.last().map_or(0, |l| l.runs)
        ),
        (None, None) => "no look tells the gain from 0".to_owned(),
    }
}
