//! Selections: the choice and why, then who took part.

use super::blocks::{Block, mark, paint, system_name, word};
use super::layout::Paint;
use super::models::rows_of;
use super::table::{Cell, Column, Row, Table};
use super::values::{Value, plus_minus};
use crate::result::{Candidate, Objective, Requirement, RunResult, Selection, Truth};

/// Every selection; `sign` is how plus-minus is spelt.
pub(super) fn blocks(result: &RunResult, sign: &str) -> Vec<Block> {
    let several = result.selections.len() + result.decisions.len() > 1;
    result
        .selections
        .iter()
        .flat_map(|s| selection(result, s, several, sign))
        .collect()
}

fn selection(result: &RunResult, s: &Selection, several: bool, sign: &str) -> Vec<Block> {
    let (mark, outcome, paint) = match &s.chosen {
        Some(c) => ("✓", system_name(&c.system, &c.variant), Paint::Good),
        None => ("✗", "nothing chosen".to_owned(), Paint::Bad),
    };
    vec![
        Block::Verdict {
            mark,
            outcome,
            of: several.then(|| s.name.clone()),
            why: s.reason.clone(),
            failed: None,
            paint,
        },
        Block::Heading {
            text: format!("select {}", s.name),
            aside: format!("on {} · {}", s.partition, rows_of(result, &s.partition)),
        },
        Block::Table(contest(s, sign)),
    ]
    .into_iter()
    .chain(chosen_here(s).map(Block::Note))
    .collect()
}

/// `of words' 84.2 %, 0.6 pp are owed to choosing on these rows: 83.6 % (81.9 to 85.2 %)`.
fn chosen_here(s: &Selection) -> Option<String> {
    let (o, chosen) = (s.optimism.as_ref()?, s.chosen.as_ref()?);
    let unit = s
        .candidates
        .iter()
        .find_map(|c| c.objective.as_ref())?
        .unit
        .clone();
    let left = Value::new(&unit, Some(o.corrected), Some(&o.interval));
    let left = super::values::with_range(&[left]).pop()?;
    Some(format!(
        "of {}’s {}, {} are owed to choosing on these rows: {left} is left",
        system_name(&chosen.system, &chosen.variant),
        super::number::alone(&unit, o.estimate),
        super::number::alone(&unit.difference(), o.optimism.abs()),
    ))
}

fn contest(s: &Selection, sign: &str) -> Table {
    let objectives: Vec<Value> = s
        .candidates
        .iter()
        .map(|c| objective(c.objective.as_ref()))
        .collect();
    let title = s
        .candidates
        .iter()
        .find_map(|c| c.objective.as_ref())
        .map(|o| o.metric.clone())
        .unwrap_or_default();
    let asked: Vec<&Requirement> = s
        .candidates
        .first()
        .map(|c| c.requirements.iter().collect())
        .unwrap_or_default();
    let mut columns = vec![Column::new(""), Column::new("system"), Column::new(title)];
    let mut cells: Vec<Vec<Cell>> = vec![
        s.candidates
            .iter()
            .map(|c| Cell::new(if is_chosen(s, c) { "▶" } else { "" }))
            .collect(),
        s.candidates
            .iter()
            .map(|c| Cell::painted(system_name(&c.system, &c.variant), Paint::Strong))
            .collect(),
        texts(plus_minus(&objectives, sign)),
    ];
    for (i, requirement) in asked.iter().enumerate() {
        columns.push(Column::new(&requirement.text));
        cells.push(requirements(s, i));
    }
    columns.push(Column::new("front").dropped(1));
    cells.push(
        s.candidates
            .iter()
            .map(|c| Cell::new(on_front(c)))
            .collect(),
    );
    columns.push(Column::new("eligible").dropped(2));
    cells.push(s.candidates.iter().map(|c| eligible(c.eligible)).collect());
    columns.push(Column::remark("note"));
    cells.push(
        s.candidates
            .iter()
            .map(|c| Cell::new(c.note.clone().unwrap_or_default()))
            .collect(),
    );
    let rows = (0..s.candidates.len())
        .map(|i| Row {
            cells: cells
                .iter()
                .map(|c| c.get(i).cloned().unwrap_or_default())
                .collect(),
            below: None,
        })
        .collect();
    Table { columns, rows }.without_empty_columns()
}

/// `yes, 93 %`: whether it is on the Pareto front, and on how many resamples.
fn on_front(c: &Candidate) -> String {
    let word = match c.front {
        Some(true) => "yes",
        Some(false) => "no",
        None => return String::new(),
    };
    match c.front_share {
        Some(share) => format!("{word}, {:.0} %", 100.0 * share),
        None => word.to_owned(),
    }
}

fn is_chosen(s: &Selection, c: &Candidate) -> bool {
    s.chosen
        .as_ref()
        .is_some_and(|x| x.system == c.system && x.variant == c.variant)
}

fn eligible(truth: Truth) -> Cell {
    Cell::painted(format!("{} {}", mark(truth), word(truth)), paint(truth))
}

/// The `i`th requirement of every candidate: its mark and value.
fn requirements(s: &Selection, i: usize) -> Vec<Cell> {
    let asked: Vec<Option<&Requirement>> =
        s.candidates.iter().map(|c| c.requirements.get(i)).collect();
    let values: Vec<Value> = asked
        .iter()
        .map(|r| r.map_or_else(Value::default, bounded))
        .collect();
    let texts = super::values::with_range(&values);
    asked
        .iter()
        .zip(texts)
        .map(|(r, text)| {
            r.map_or_else(Cell::default, |r| {
                Cell::painted(format!("{} {text}", mark(r.truth)), paint(r.truth))
            })
        })
        .collect()
}

fn bounded(r: &Requirement) -> Value {
    Value {
        range: r.low.zip(r.high),
        ..Value::new(&r.unit, r.value, None)
    }
}

fn objective(o: Option<&Objective>) -> Value {
    o.map_or_else(Value::default, |o| Value {
        range: o.low.zip(o.high),
        ..Value::new(&o.unit, o.estimate, None)
    })
}

fn texts(texts: Vec<String>) -> Vec<Cell> {
    texts.into_iter().map(Cell::new).collect()
}
