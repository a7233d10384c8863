//! Groups of rows: one for each value of a column, or each bin, that some row has.

use super::bind::RowNumber;
use super::columns::RunColumns;
use crate::metrics::program::Key;
use std::collections::BTreeMap;

/// The groups of one or several `by`s, one within the other.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    /// The group of each row.
    pub(super) of_row: Vec<u32>,
    /// How many groups have rows.
    pub(super) count: usize,
    /// For each group of the outer `by`s the groups within it.
    pub(super) inside: Vec<Vec<u32>>,
}

impl Groups {
    pub(super) fn new(keys: &[Key], columns: &RunColumns<'_>, rows: &[u32]) -> Self {
        let (own, outer) = match keys.split_last() {
            Some((own, outer)) if !outer.is_empty() => {
                (Some(own), Some(Groups::new(outer, columns, rows)))
            }
            Some((own, _)) => (Some(own), None),
            None => (None, None),
        };
        let codes = own.map_or_else(|| vec![0; rows.len()], |key| codes(key, columns, rows));
        let around = |place: usize| {
            let outer = outer.as_ref().and_then(|o| o.of_row.get(place));
            outer.copied().unwrap_or(0)
        };
        let pairs = || codes.iter().enumerate().map(|(p, &c)| (around(p), c));
        let mut numbers: BTreeMap<(u32, u32), u32> = pairs().map(|pair| (pair, 0)).collect();
        let mut inside = vec![Vec::new(); outer.as_ref().map_or(1, |o| o.count)];
        for (next, ((around, _), number)) in (0u32..).zip(numbers.iter_mut()) {
            *number = next;
            if let Some(slot) = inside.get_mut(*around as usize) {
                slot.push(next);
            }
        }
        Groups {
            of_row: pairs()
                .map(|pair| numbers.get(&pair).copied().unwrap_or(0))
                .collect(),
            count: numbers.len(),
            inside,
        }
    }
}

fn codes(key: &Key, columns: &RunColumns<'_>, rows: &[u32]) -> Vec<u32> {
    match key {
        Key::Cell(cell) => {
            let column = columns.classes.get(cell).copied().unwrap_or_default();
            let code = |&row: &u32| column.get(row as usize).copied().unwrap_or(u32::MAX);
            rows.iter().map(code).collect()
        }
        Key::Bins(number, bins) => {
            let number = RowNumber::new(number, columns);
            // Numbers below 0 fall into the first bin, above 1 into the last.
            let bin = |&row: &u32| {
                let bin = (number.value(row) * f64::from(*bins)).floor();
                (bin as u32).min(bins - 1)
            };
            rows.iter().map(bin).collect()
        }
    }
}
