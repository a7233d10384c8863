//! Comparisons that the table of models doesn't show, and slices.

use super::blocks::{Block, system_name};
use super::models::{metric_names, partitions, reference, significance, transposed, turn};
use super::number::count;
use super::table::Column;
use super::values::{Value, plus_minus, with_range};
use crate::result::{Comparison, Metric, RunResult, System, Unit};

/// The other comparisons, then the slices.
pub(super) fn blocks(result: &RunResult, sign: &str) -> Vec<Block> {
    comparison_table(result)
        .into_iter()
        .chain(slice_table(result, sign))
        .collect()
}

/// Every comparison that the table of models doesn't show.
fn comparison_table(result: &RunResult) -> Option<Block> {
    let first = partitions(result).into_iter().next().unwrap_or_default();
    let primary = metric_names(result, &first)
        .into_iter()
        .next()
        .map(|(n, _)| n)
        .unwrap_or_default();
    let against = reference(result);
    let rest: Vec<&Comparison> = result
        .comparisons
        .iter()
        .filter(|c| {
            let shown = c.slice.is_none()
                && Some(c.baseline.as_str()) == against
                && c.metric == primary
                && c.partition == first;
            !shown
        })
        .collect();
    if rest.is_empty() {
        return None;
    }
    let values: Vec<Value> = rest
        .iter()
        .map(|c| Value::difference(&c.unit, c.gain, c.interval.as_ref()))
        .collect();
    let several = rest.iter().any(|c| c.partition != first);
    let columns = vec![
        Column::new("gain of"),
        Column::new("in"),
        Column::new(if several { "rows of" } else { "" }),
        Column::new("gain"),
        Column::new("relative").right().dropped(3),
        Column::new("rows").right().dropped(2),
        Column::remark("p"),
    ];
    let cells = [
        rest.iter()
            .map(|c| format!("{} on {}", c.candidate, c.baseline))
            .collect(),
        rest.iter().map(|c| place(c)).collect(),
        rest.iter()
            .map(|c| {
                if several {
                    c.partition.clone()
                } else {
                    String::new()
                }
            })
            .collect(),
        with_range(&values),
        rest.iter().map(|c| relative(c)).collect(),
        rest.iter().map(|c| count(c.rows)).collect(),
        rest.iter()
            .map(|c| significance(c).unwrap_or_default())
            .collect(),
    ];
    Some(Block::Table(
        transposed(columns, &cells).without_empty_columns(),
    ))
}

/// `+4.7 %`, or nothing where the change has no base.
fn relative(c: &Comparison) -> String {
    match c.relative.filter(|r| r.is_finite()) {
        Some(r) => super::number::signed_with_unit(&Unit::Ratio, r, 1),
        None => String::new(),
    }
}

/// `f1_macro, language = en`.
fn place(c: &Comparison) -> String {
    match &c.slice {
        Some(slice) => format!("{}, {slice}", c.metric),
        None => c.metric.clone(),
    }
}

/// Each sliced value, one column a system.
fn slice_table(result: &RunResult, sign: &str) -> Option<Block> {
    let sliced: Vec<&Metric> = result
        .metrics
        .iter()
        .filter(|m| m.seed.is_none() && m.slice.is_some())
        .collect();
    let mut keys: Vec<(&str, &str, &str)> = sliced
        .iter()
        .map(|m| {
            (
                m.metric.as_str(),
                m.slice.as_deref().unwrap_or_default(),
                m.partition.as_str(),
            )
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return None;
    }
    let found = |k: &(&str, &str, &str), s: &System| {
        sliced
            .iter()
            .find(|m| {
                (
                    m.metric.as_str(),
                    m.slice.as_deref().unwrap_or_default(),
                    m.partition.as_str(),
                ) == *k
                    && m.system == s.name
                    && m.variant == s.variant
            })
            .copied()
    };
    let rows = |k: &(&str, &str, &str)| {
        result
            .systems
            .iter()
            .filter_map(|s| found(k, s))
            .map(|m| m.rows)
            .max()
            .unwrap_or(0)
    };
    let mut columns = vec![
        Column::new("slice"),
        Column::new("metric"),
        Column::new("rows").right().dropped(1),
    ];
    let mut cells: Vec<Vec<String>> = vec![
        keys.iter().map(|k| k.1.to_owned()).collect(),
        keys.iter().map(|k| k.0.to_owned()).collect(),
        keys.iter().map(|k| count(rows(k))).collect(),
    ];
    for (i, s) in result.systems.iter().enumerate() {
        let values: Vec<Value> = keys
            .iter()
            .map(|k| {
                found(k, s).map_or_else(Value::default, |m| {
                    Value::new(&m.unit, m.estimate, m.interval.as_ref())
                })
            })
            .collect();
        if values.iter().any(|v| v.value.is_some()) {
            columns.push(
                Column::new(system_name(&s.name, &s.variant)).dropped(if i == 0 {
                    0
                } else {
                    turn(i)
                }),
            );
            cells.push(plus_minus(&values, sign));
        }
    }
    Some(Block::Table(transposed(columns, &cells)))
}
