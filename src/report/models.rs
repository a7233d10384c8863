//! The title and the tables of models.

use super::blocks::{Block, system_name};
use super::layout::Paint;
use super::number::{count, p_value};
use super::table::{Cell, Column, Row, Table};
use super::values::{Value, alone, plus_minus, with_range};
use crate::result::{Comparison, Metric, Role, RunResult, Status, System, Unit};

/// Name and status of the plan, and what its main numbers rest on.
pub(super) fn title(result: &RunResult) -> Block {
    let status = match result.plan.status {
        Status::Exploratory => "exploratory",
        Status::Confirmatory => "confirmatory",
        Status::Deviating => "deviating",
    };
    let note = result
        .plan
        .status_note
        .as_ref()
        .map(|n| format!(" ({n})"))
        .unwrap_or_default();
    Block::Title {
        left: format!("{} · {status}{note}", result.plan.title),
        right: basis(result),
        objective: result.plan.objective.clone(),
    }
}

/// `reviews.test · 1,050 rows · 5 runs each`.
fn basis(result: &RunResult) -> String {
    let Some(partition) = partitions(result).into_iter().next() else {
        return String::new();
    };
    let rows = whole(result, &partition).map(|m| m.rows).max().unwrap_or(0);
    let runs = result
        .systems
        .iter()
        .filter(|s| s.role != Role::Floor)
        .map(|s| s.runs);
    let (least, most) = (runs.clone().min().unwrap_or(0), runs.max().unwrap_or(0));
    let runs = match (least, most) {
        (0, _) => String::new(),
        (1, 1) => " · 1 run each".to_owned(),
        (a, b) if a == b => format!(" · {a} runs each"),
        (a, b) => format!(" · {a} to {b} runs each"),
    };
    format!("{partition} · {} rows{runs}", count(rows))
}

/// Partitions with values, that of the claims first.
pub(super) fn partitions(result: &RunResult) -> Vec<String> {
    let claimed = result.comparisons.iter().map(|c| &c.partition);
    let measured = result.metrics.iter().map(|m| &m.partition);
    let mut all: Vec<String> = Vec::new();
    for p in claimed.chain(measured) {
        if !all.contains(p) {
            all.push(p.clone());
        }
    }
    all
}

/// Values over runs, of all rows of a partition.
fn whole<'a>(result: &'a RunResult, partition: &'a str) -> impl Iterator<Item = &'a Metric> {
    result
        .metrics
        .iter()
        .filter(move |m| m.partition == partition && m.seed.is_none() && m.slice.is_none())
}

/// The baseline of the decisions, else of the first comparison.
pub(super) fn reference(result: &RunResult) -> Option<&str> {
    let decided = result.decisions.first().map(|d| d.baseline.as_str());
    decided
        .or_else(|| result.comparisons.first().map(|c| c.baseline.as_str()))
        .filter(|b| !b.is_empty())
}

/// Models on each partition.
pub(super) fn blocks(result: &RunResult, sign: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (i, partition) in partitions(result).iter().enumerate() {
        let Some(table) = model_table(result, partition, i == 0, sign) else {
            continue;
        };
        if i > 0 {
            blocks.push(Block::Heading {
                text: format!("on {partition}"),
                aside: String::new(),
            });
        }
        blocks.push(Block::Table(table));
    }
    blocks
}

/// Names of the metrics on a partition: the primary one, the guardrails, the rest by name.
pub(super) fn metric_names(result: &RunResult, partition: &str) -> Vec<(String, Unit)> {
    let mut names: Vec<(String, Unit)> = Vec::new();
    for m in whole(result, partition) {
        if !names.iter().any(|(n, _)| *n == m.metric) {
            names.push((m.metric.clone(), m.unit.clone()));
        }
    }
    let plan = &result.plan;
    let rank = |name: &String| match plan.guardrails.iter().position(|g| g == name) {
        _ if plan.primary.as_ref() == Some(name) => 0,
        Some(i) => i + 1,
        None => plan.guardrails.len() + 1,
    };
    names.sort_by_key(|(n, _)| (rank(n), n.clone()));
    names
}

fn model_table(result: &RunResult, partition: &str, main: bool, sign: &str) -> Option<Table> {
    let ablated = |m: &Metric| {
        result
            .ablations
            .iter()
            .any(|a| a.partition == partition && a.metric == m.metric && a.reference == m.system)
    };
    let shown: Vec<&Metric> = whole(result, partition)
        .filter(|m| main || !ablated(m))
        .collect();
    let systems: Vec<&System> = result
        .systems
        .iter()
        .filter(|s| {
            shown
                .iter()
                .any(|m| m.system == s.name && m.variant == s.variant)
        })
        .collect();
    if systems.is_empty() {
        return None;
    }
    let mut columns = vec![Column::new("model")];
    let mut cells: Vec<Vec<String>> = vec![
        systems
            .iter()
            .map(|s| system_name(&s.name, &s.variant))
            .collect(),
    ];
    let names = metric_names(result, partition);
    for (i, (name, unit)) in names.iter().enumerate() {
        let values: Vec<Value> = systems
            .iter()
            .map(|s| measured(&shown, s, name, unit))
            .collect();
        let primary = i == 0;
        columns.push(Column::new(name).dropped(if primary { 0 } else { turn(i) }));
        cells.push(if primary {
            plus_minus(&values, sign)
        } else {
            alone(&values)
        });
        if primary && let Some(against) = reference(result) {
            columns.push(Column::new(format!("gain on {against}")));
            cells.push(gains(result, &systems, against, name, unit, partition));
        }
    }
    let costs: Vec<Value> = systems.iter().map(|s| cost(s)).collect();
    if costs.iter().any(|c| c.value.is_some()) {
        columns.push(Column::new("cost per 1k").dropped(turn(names.len())));
        cells.push(alone(&costs));
    }
    columns.push(Column::remark("note"));
    let against = reference(result);
    let primary = names.first().map(|(n, _)| n.as_str()).unwrap_or_default();
    cells.push(
        systems
            .iter()
            .map(|s| note(result, s, against, primary, partition))
            .collect(),
    );
    Some(transposed(columns, &cells).without_empty_columns())
}

/// A column's turn to leave: later metrics before earlier ones.
pub(super) fn turn(i: usize) -> u8 {
    u8::try_from(i + 1).unwrap_or(u8::MAX)
}

pub(super) fn transposed(columns: Vec<Column>, cells: &[Vec<String>]) -> Table {
    let height = cells.first().map_or(0, Vec::len);
    let rows = (0..height)
        .map(|i| Row {
            cells: cells
                .iter()
                .enumerate()
                .map(|(j, column)| {
                    let text = column.get(i).cloned().unwrap_or_default();
                    Cell::painted(text, if j == 0 { Paint::Strong } else { Paint::Plain })
                })
                .collect(),
            below: None,
        })
        .collect();
    Table { columns, rows }
}

fn measured(shown: &[&Metric], s: &System, name: &str, unit: &Unit) -> Value {
    match shown
        .iter()
        .find(|m| m.system == s.name && m.variant == s.variant && m.metric == name)
    {
        Some(m) => Value::new(&m.unit, m.estimate, m.interval.as_ref()),
        None => Value::new(unit, None, None),
    }
}

fn cost(s: &System) -> Value {
    let unit = Unit::Money(s.currency.clone().unwrap_or_else(|| "USD".to_owned()));
    Value::new(&unit, s.cost_per_1k, None)
}

fn gains(
    result: &RunResult,
    systems: &[&System],
    against: &str,
    name: &str,
    unit: &Unit,
    partition: &str,
) -> Vec<String> {
    let values: Vec<Value> = systems
        .iter()
        .map(|s| match claim(result, s, against, name, partition) {
            Some(c) => Value::difference(&c.unit, c.gain, c.interval.as_ref()),
            None => Value::difference(&unit.difference(), None, None),
        })
        .collect();
    with_range(&values)
}

/// The comparison of a system with the reference on all rows.
fn claim<'a>(
    result: &'a RunResult,
    s: &System,
    against: &str,
    metric: &str,
    partition: &str,
) -> Option<&'a Comparison> {
    let name = system_name(&s.name, &s.variant);
    result.comparisons.iter().find(|c| {
        c.candidate == name
            && c.baseline == against
            && c.metric == metric
            && c.partition == partition
            && c.slice.is_none()
    })
}

fn note(
    result: &RunResult,
    s: &System,
    against: Option<&str>,
    primary: &str,
    partition: &str,
) -> String {
    let mut notes: Vec<String> = s.note.iter().cloned().collect();
    let claim = against.and_then(|a| claim(result, s, a, primary, partition));
    notes.extend(claim.and_then(significance));
    let values = whole(result, partition).filter(|m| m.system == s.name && m.variant == s.variant);
    notes.extend(values.filter_map(|m| m.note.clone()));
    notes.extend(spread(result, s, primary, partition));
    notes.dedup();
    notes.join("; ")
}

/// `sd 0.4 pp over runs`.
fn spread(result: &RunResult, s: &System, primary: &str, partition: &str) -> Option<String> {
    let metric = whole(result, partition)
        .find(|m| m.system == s.name && m.variant == s.variant && m.metric == primary)?;
    let sd = metric.seed_sd.filter(|sd| sd.is_finite())?;
    Some(format!(
        "sd {} over runs",
        super::number::alone(&metric.unit.difference(), sd)
    ))
}

/// `p = 0.0004 (holm, 6 claims)`.
pub(super) fn significance(c: &Comparison) -> Option<String> {
    let p = c.p_adjusted.or(c.p_value)?;
    let claims = c
        .claims
        .map(|n| format!(", {n} claim{}", if n == 1 { "" } else { "s" }))
        .unwrap_or_default();
    let how = match (&c.correction, c.p_adjusted) {
        (Some(name), Some(_)) => format!(" ({name}{claims})"),
        _ => String::new(),
    };
    Some(p_value(p) + &how)
}
