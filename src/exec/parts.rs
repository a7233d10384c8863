//! The rows of a partition: the parts that slices make of them, the folds they fall into, the units that are resampled.

use super::dataset::Evidenced;
use super::wanted::Wanted;
use crate::hir::{FOLDS, Plan, RowTest, SliceBy};
use crate::infer::Folds;
use crate::stats::resample::Units;
use std::collections::BTreeMap;

/// A part of a partition: all of it, or the rows with one value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartName {
    /// The slice's name.
    pub slice: String,
    /// The value of its column; empty where the slice is one condition.
    pub value: String,
}

/// The whole, then the values of each slice, sorted; with the places of their rows in the partition.
pub(super) fn parts(
    w: &Wanted,
    data: &Evidenced,
    rows: &[u32],
) -> (Vec<Option<PartName>>, Vec<Vec<u32>>) {
    let mut names = vec![None];
    let mut places: Vec<Vec<u32>> = vec![(0u32..).take(rows.len()).collect()];
    for slice in &w.slices {
        let found = match &slice.by {
            SliceBy::Column(column) => by_value(data, &column.value, rows),
            SliceBy::Where(test) => {
                let here = (0u32..)
                    .zip(rows)
                    .filter(|&(_, &row)| holds(data, test, row));
                BTreeMap::from([(String::new(), here.map(|(place, _)| place).collect())])
            }
        };
        for (value, rows) in found
            .into_iter()
            .filter(|(_, rows): &(_, Vec<u32>)| !rows.is_empty())
        {
            names.push(Some(PartName {
                slice: slice.name.value.clone(),
                value,
            }));
            places.push(rows);
        }
    }
    (names, places)
}

/// The places of the rows with each value of a column, by value.
fn by_value(data: &Evidenced, column: &str, rows: &[u32]) -> BTreeMap<String, Vec<u32>> {
    let mut found: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let Some((_, text)) = data.table.text(column) else {
        return found;
    };
    for (place, &row) in (0u32..).zip(rows) {
        let value = text.get(row as usize).unwrap_or("").to_string();
        found.entry(value).or_default().push(place);
    }
    found
}

/// Whether a condition holds of a row.
fn holds(data: &Evidenced, test: &RowTest, row: u32) -> bool {
    match test {
        RowTest::And(a, b) => holds(data, a, row) && holds(data, b, row),
        RowTest::Or(a, b) => holds(data, a, row) || holds(data, b, row),
        RowTest::Not(a) => !holds(data, a, row),
        RowTest::Number(column, op, number) => {
            let numbers = data.table.numbers(&column.value).unwrap_or_default();
            let value = numbers.get(row as usize).copied().unwrap_or(f64::NAN);
            op.holds(value, *number)
        }
        RowTest::Text(column, word, same) => {
            let text = data
                .table
                .text(&column.value)
                .and_then(|(_, t)| t.get(row as usize));
            (text == Some(word.as_str())) == *same
        }
    }
}

/// The folds of the rows, where they are those of the cross-validation.
pub(super) fn folds(w: &Wanted, data: &Evidenced, rows: &[u32]) -> Option<Folds> {
    let folds = data
        .folds
        .as_ref()
        .filter(|_| w.on.part.as_deref() == Some(FOLDS))?;
    let dealt = |repeat: &[Vec<u32>]| -> Vec<u32> {
        let mut of_row = BTreeMap::new();
        for (fold, held_out) in (0u32..).zip(repeat) {
            of_row.extend(held_out.iter().map(|&row| (row, fold)));
        }
        let own = rows.iter().filter_map(|row| of_row.get(row).copied());
        own.collect()
    };
    Some(Folds {
        of_row: folds.each().map(dealt).collect(),
        k: u32::try_from(folds.k()).unwrap_or(u32::MAX),
        test_over_train: folds.test_over_train(),
    })
}

/// What is resampled: clusters where the dataset names them (its `cluster:`, else its `group:`),
/// within strata where declared.
pub(super) fn units(plan: &Plan, data: &Evidenced, rows: &[u32]) -> (Units, bool) {
    let d = &plan.datasets[data.dataset];
    let declared = d.cluster.as_ref().or(d.group.as_ref());
    let cluster = declared.and_then(|c| codes(data, rows, &c.value));
    let units = units_of(plan, data, rows, cluster.as_deref());
    (units, cluster.is_some())
}

/// The units that these clusters make within the dataset's strata; rows where there are none.
pub(super) fn units_of(
    plan: &Plan,
    data: &Evidenced,
    rows: &[u32],
    cluster: Option<&[u32]>,
) -> Units {
    let strata = plan.datasets[data.dataset].strata.iter();
    let strata = strata.filter_map(|c| codes(data, rows, &c.value)).collect();
    let strata = combined(strata, rows.len());
    let all = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    Units::new(rows.len(), cluster, strata.as_deref()).unwrap_or_else(|_| Units::rows(all))
}

/// The codes of a column's texts on these rows.
fn codes(data: &Evidenced, rows: &[u32], column: &str) -> Option<Vec<u32>> {
    let (_, text) = data.table.text(column)?;
    let code = |&row: &u32| text.codes.get(row as usize).copied().unwrap_or(u32::MAX);
    Some(rows.iter().map(code).collect())
}

/// One code for each combination of several columns' codes.
fn combined(columns: Vec<Vec<u32>>, rows: usize) -> Option<Vec<u32>> {
    if columns.is_empty() {
        return None;
    }
    let mut known: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
    let codes = (0..rows)
        .map(|row| {
            let combination: Vec<u32> =
                columns.iter().filter_map(|c| c.get(row).copied()).collect();
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            *known.entry(combination).or_insert(next)
        })
        .collect();
    Some(codes)
}
