//! How long requests to served systems took.

use super::layout::Style;
use super::number::{alone, count};
use super::table::{Cell, Column, Row, Table, lay_out};
use crate::result::Unit;
use crate::runner::Latencies;

/// The shares of requests whose latency is told, with their headings.
const SHARES: [(f64, &str); 6] = [
    (0.5, "p50"),
    (0.9, "p90"),
    (0.95, "p95"),
    (0.99, "p99"),
    (0.999, "p99.9"),
    (1.0, "max"),
];

/// The requests of a system, all its runs together.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// How many runs there are.
    pub runs: usize,
    /// Their latencies.
    pub latencies: Latencies,
}

/// A table of latencies, to 0.1 %, one line a system; empty of none.
pub fn served<'a>(all: impl Iterator<Item = (String, &'a Asked)>, style: &Style) -> String {
    let numbers = |title| Column::new(title).right();
    let mut table = Table {
        columns: [Column::new("served"), numbers("runs"), numbers("requests")]
            .into_iter()
            .chain(SHARES.map(|(_, title)| numbers(title)))
            .collect(),
        rows: Vec::new(),
    };
    let ms = Unit::Named("ms".into());
    for (name, asked) in all {
        let latency = |(share, _)| alone(&ms, asked.latencies.quantile(share));
        let first = [
            name,
            count(asked.runs as u64),
            count(asked.latencies.requests()),
        ];
        let cells = first.into_iter().chain(SHARES.map(latency));
        table.rows.push(Row {
            cells: cells.map(Cell::new).collect(),
            below: None,
        });
    }
    if table.rows.is_empty() {
        return String::new();
    }
    let lines = lay_out(&table, 0, style);
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    style.finish(lines)
}
