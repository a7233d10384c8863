//! Factorials: the effects, then the cells they come from.

use super::blocks::{Block, Detail};
use super::number::count;
use super::table::{Cell, Column, Row, Table};
use super::values::{Value, alone, ranges};
use crate::result::{Effect, Factorial};

/// More cells than this are left to the full report.
const CELLS: usize = 16;

/// More aliases of an effect than this are counted.
const ALIASES: usize = 3;

/// The tables of one factorial.
pub fn blocks(f: &Factorial, detail: Detail) -> Vec<Block> {
    let size = match &f.fraction {
        Some(fraction) => format!("{} cells, {fraction} of all", f.cells.len()),
        None => format!("{} cells", f.cells.len()),
    };
    let heading = Block::Heading {
        text: format!("factorial of {}", f.reference),
        aside: format!(
            "{} on {} · {} rows · {size}",
            f.metric,
            f.partition,
            count(f.rows)
        ),
    };
    let mut legend: Vec<String> = f.note.iter().cloned().collect();
    legend.push("effect: high minus low level over all other settings".into());
    if f.effects.iter().any(|e| e.components.len() > 1) {
        legend.push("a × b: half of what the effect of a changes by with b".into());
    }
    legend.push("intervals of single effects".into());
    let mut blocks = vec![heading, Block::Table(effects(f)), Block::Legend(legend)];
    blocks.extend(fraction(f).map(Block::Note));
    if detail == Detail::Full || f.cells.len() <= CELLS {
        blocks.push(Block::Table(cells(f)));
    }
    blocks
}

/// `fraction of resolution IV: the same in all cells are a × b × c × d`.
fn fraction(f: &Factorial) -> Option<String> {
    let resolution = f.resolution?;
    let numeral = ["0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII"];
    let numeral = numeral
        .get(resolution as usize)
        .map_or_else(|| resolution.to_string(), |n| (*n).to_owned());
    Some(format!(
        "fraction of resolution {numeral}: the same in all cells: {}",
        times(&f.relation.join(", "))
    ))
}

fn times(text: &str) -> String {
    text.replace(" * ", " × ")
}

fn effects(f: &Factorial) -> Table {
    let unit = f.unit.difference();
    let values: Vec<Value> = f
        .effects
        .iter()
        .map(|e| Value::difference(&unit, e.estimate, e.interval.as_ref()))
        .collect();
    let columns = vec![
        Column::new("effect of"),
        Column::new("effect"),
        Column::quiet("interval"),
        Column::new("not told from").flexible().dropped(1),
        Column::remark("note"),
    ];
    let rows = f
        .effects
        .iter()
        .zip(alone(&values).into_iter().zip(ranges(&values)))
        .map(|(e, (effect, range))| Row {
            cells: vec![
                Cell::new(named(e)),
                Cell::new(effect),
                Cell::new(range),
                Cell::new(aliases(e)),
                Cell::new(
                    e.interval
                        .as_ref()
                        .and_then(|i| i.note.clone())
                        .unwrap_or_default(),
                ),
            ],
            below: None,
        })
        .collect();
    Table { columns, rows }.without_empty_columns()
}

/// `augment × pca`, with its level where there are several: `augment: strong`.
fn named(e: &Effect) -> String {
    let mut levels = e.levels.iter();
    let parts: Vec<String> = e
        .components
        .iter()
        .map(|c| match levels.next() {
            Some(level) => format!("{c}: {level}"),
            None => c.clone(),
        })
        .collect();
    parts.join(" × ")
}

fn aliases(e: &Effect) -> String {
    let mut shown: Vec<String> = e.aliases.iter().take(ALIASES).map(|a| times(a)).collect();
    if e.aliases.len() > ALIASES {
        shown.push(format!("{} more", e.aliases.len() - ALIASES));
    }
    shown.join(", ")
}

fn cells(f: &Factorial) -> Table {
    let values: Vec<Value> = f
        .cells
        .iter()
        .map(|c| Value::new(&f.unit, c.estimate, c.interval.as_ref()))
        .collect();
    // Single components come first, by size; the cells name them as the plan does.
    let names = &f.components;
    let mut columns: Vec<Column> = names.iter().map(|n| Column::new(n.as_str())).collect();
    columns.push(Column::new(&f.metric));
    columns.push(Column::quiet("interval"));
    let rows = f
        .cells
        .iter()
        .zip(alone(&values).into_iter().zip(ranges(&values)))
        .map(|(cell, (estimate, range))| {
            let level = |n: &String| cell.levels.get(n).cloned().unwrap_or_default();
            let levels = names.iter().map(|n| Cell::new(level(n)));
            Row {
                cells: levels
                    .chain([Cell::new(estimate), Cell::new(range)])
                    .collect(),
                below: None,
            }
        })
        .collect();
    Table { columns, rows }.without_empty_columns()
}
