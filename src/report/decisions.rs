//! The verdict, and why.

use super::blocks::{Block, mark, paint, word};
use super::layout::Paint;
use super::table::{Cell, Column, Row, Table};
use super::values::{Value, alone, ranges};
use crate::result::{Atom, Decision, Rule, RunResult, Truth};

/// Each decision: its verdict, the rules up to the one that fired, and what would settle the rest.
pub(super) fn blocks(result: &RunResult) -> Vec<Block> {
    let several = result.decisions.len() > 1;
    result
        .decisions
        .iter()
        .flat_map(|d| decision(d, several))
        .collect()
}

fn decision(d: &Decision, several: bool) -> Vec<Block> {
    let mut blocks = vec![verdict(d, several)];
    let rules = looked_at(d);
    if !rules.is_empty() {
        blocks.push(Block::Table(self::rules(&rules)));
    }
    // What an atom says of itself stands under it; of a rule that wasn't reached it would mislead.
    let of_atoms: Vec<&str> = d
        .rules
        .iter()
        .flat_map(|r| &r.atoms)
        .filter_map(|a| a.would_settle.as_deref())
        .collect();
    let rest = d
        .would_settle
        .iter()
        .filter(|s| !of_atoms.iter().any(|a| s.ends_with(a)));
    blocks.extend(rest.map(|s| Block::Note(s.clone())));
    blocks
}

fn verdict(d: &Decision, several: bool) -> Block {
    let between = d.rules.split_last().is_some_and(|(last, before)| {
        d.outcome.as_ref() != Some(&last.outcome)
            && before
                .iter()
                .any(|r| d.outcome.as_ref() == Some(&r.outcome))
    });
    let (mark, paint) = match (d.favourable, between) {
        (Some(true), _) => ("✓", Paint::Good),
        (_, true) => ("▸", Paint::Doubt),
        (_, false) => ("✗", Paint::Bad),
    };
    let why = match (&d.outcome, d.verdict.is_empty()) {
        (Some(_), _) => d.verdict.clone(),
        (None, true) => "no rule fired".to_owned(),
        (None, false) => format!("no rule fired: {}", d.verdict),
    };
    Block::Verdict {
        mark,
        outcome: d.outcome.clone().unwrap_or_else(|| "undecided".to_owned()),
        of: several.then(|| d.name.clone()),
        why,
        failed: d.failed.clone(),
        paint,
    }
}

/// The rules with conditions, up to the first that fired.
fn looked_at(d: &Decision) -> Vec<&Rule> {
    let fired = d
        .rules
        .iter()
        .position(|r| r.truth == Truth::Established)
        .unwrap_or(d.rules.len());
    d.rules
        .iter()
        .take(fired + 1)
        .filter(|r| !r.atoms.is_empty())
        .collect()
}

/// Rules with their comparisons, and what these were judged on.
pub(super) fn rules(rules: &[&Rule]) -> Table {
    let atoms: Vec<&Atom> = rules.iter().flat_map(|r| &r.atoms).collect();
    let values: Vec<Value> = atoms.iter().map(|a| value(a)).collect();
    let (numbers, ranges) = (alone(&values), ranges(&values));
    let names = rules
        .iter()
        .flat_map(|r| (0..r.atoms.len()).map(|i| if i == 0 { r.outcome.as_str() } else { "" }));
    let rows = names
        .zip(&atoms)
        .zip(numbers.into_iter().zip(ranges))
        .map(|((name, atom), (number, range))| Row {
            cells: vec![
                Cell::painted(name, Paint::Strong),
                Cell::new(&atom.text),
                Cell::painted(mark(atom.truth), paint(atom.truth)),
                Cell::painted(word(atom.truth), paint(atom.truth)),
                Cell::new(atom.slice.clone().unwrap_or_default()),
                Cell::new(number),
                Cell::new(range),
            ],
            below: atom.would_settle.clone(),
        })
        .collect();
    let columns = vec![
        Column::quiet("rule"),
        Column::quiet("condition").flexible(),
        Column::quiet(""),
        // The mark says the same: the word may leave first.
        Column::quiet("holds").dropped(1),
        Column::quiet("slice"),
        Column::quiet("value"),
        Column::quiet("interval"),
    ];
    Table { columns, rows }.without_empty_columns()
}

fn value(atom: &Atom) -> Value {
    Value {
        unit: atom.unit.clone(),
        value: atom.value,
        range: match (atom.low, atom.high) {
            (None, None) => None,
            (low, high) => Some((
                low.unwrap_or(f64::NEG_INFINITY),
                high.unwrap_or(f64::INFINITY),
            )),
        },
        signed: difference(&atom.text),
    }
}

/// Whether the condition speaks of a difference, which is shown with its sign.
fn difference(text: &str) -> bool {
    ["gain(", "delta(", "relative(", "interaction("]
        .iter()
        .any(|f| text.contains(f))
}
