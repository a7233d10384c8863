//! The title and the tables of models.

use super::blocks::{Block, adjustment, system_name};
use super::layout::Paint;
use super::number::count;
use super::table::{Cell, Column, Row, Table};
use super::values::{Value, alone, p_values, plus_minus, with_range};
use crate::result::{Comparison, Metric, ResampleUnit, Role, RunResult, Status, System, Unit};

/// Name and status of the plan, and what its main numbers rest on.
pub(super) fn title(result: &RunResult) -> Block {
    let status = match result.plan.status {
        Status::Exploratory => "exploratory",
        Status::Confirmatory => "confirmatory",
        Status::Deviating => "deviating",
    };
    let note = match (&result.plan.status_note, result.plan.status) {
        (Some(note), _) => format!(" ({note})"),
        (None, Status::Exploratory) => " (not sealed)".to_owned(),
        (None, _) => String::new(),
    };
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
    let runs = listed(result, &partition)
        .into_iter()
        .filter(|s| s.role != Role::Floor)
        .map(|s| s.runs);
    let (least, most) = (runs.clone().min().unwrap_or(0), runs.max().unwrap_or(0));
    let runs = match (least, most) {
        (0, _) => String::new(),
        (1, 1) => " · 1 run each".to_owned(),
        (a, b) if a == b => format!(" · {a} runs each"),
        (a, b) => format!(" · {a} to {b} runs each"),
    };
    if result.data.is_empty() {
        return partition; // published numbers have no rows
    }
    format!("{partition} · {}{runs}", rows_of(result, &partition))
}

/// `1,050 rows`: those measured, else those of the data.
pub(super) fn rows_of(result: &RunResult, partition: &str) -> String {
    let stored = || {
        let (dataset, part) = partition.split_once('.')?;
        let data = result.data.iter().find(|d| d.dataset == dataset)?;
        data.partitions.get(part).copied()
    };
    // Requests are not rows, and may be more or fewer.
    let of_rows = |m: &&Metric| {
        let interval = m.interval.as_ref();
        interval.is_none_or(|i| i.unit != ResampleUnit::Request)
    };
    let measured = whole(result, partition).filter(of_rows);
    let measured = measured.map(|m| m.rows).max();
    format!("{} rows", count(measured.or_else(stored).unwrap_or(0)))
}

/// Partitions with values, that of the decision, else of the claims first.
pub(super) fn partitions(result: &RunResult) -> Vec<String> {
    let decided = result
        .decisions
        .iter()
        .flat_map(|d| {
            let of = |c: &&Comparison| c.candidate == d.candidate && c.baseline == d.baseline;
            result.comparisons.iter().filter(of)
        })
        .map(|c| &c.partition);
    let claimed = result.comparisons.iter().map(|c| &c.partition);
    let chosen = result
        .selections
        .iter()
        .map(|s| s.report_on.as_ref().unwrap_or(&s.partition));
    let ablated = result.ablations.iter().map(|a| &a.partition);
    let varied = result.factorials.iter().map(|f| &f.partition);
    let measured = result.metrics.iter().map(|m| &m.partition);
    let mut all: Vec<String> = Vec::new();
    for p in decided
        .chain(claimed)
        .chain(chosen)
        .chain(ablated)
        .chain(varied)
        .chain(measured)
    {
        if !all.contains(p) {
            all.push(p.clone());
        }
    }
    all
}

/// The systems a table on `partition` lists: what is compared or decided, and the choice of a selection.
/// Arms stand in their ablation, and losers of a selection where it was made.
pub(super) fn listed<'a>(result: &'a RunResult, partition: &str) -> Vec<&'a System> {
    let claims = !result.comparisons.is_empty()
        || !result.ablations.is_empty()
        || !result.factorials.is_empty()
        || !result.selections.is_empty()
        || !result.decisions.is_empty();
    let compared = |name: &str| {
        let of = |c: &&Comparison| c.partition == partition;
        let named = |c: &Comparison| c.candidate == name || c.baseline == name;
        result.comparisons.iter().filter(of).any(named)
    };
    let ablated = |name: &str| {
        let of = |a: &&crate::result::Ablation| a.partition == partition;
        result
            .ablations
            .iter()
            .filter(of)
            .any(|a| a.reference == name)
    };
    let decided = |name: &str| {
        result
            .decisions
            .iter()
            .any(|d| d.candidate == name || d.baseline == name)
    };
    let chosen = |s: &System| {
        let here = |x: &&crate::result::Selection| x.report_on.as_deref() == Some(partition);
        let is = |c: &crate::result::Choice| c.system == s.name && c.variant == s.variant;
        result
            .selections
            .iter()
            .filter(here)
            .any(|x| x.chosen.as_ref().is_some_and(is))
    };
    let measured =
        |s: &System| whole(result, partition).any(|m| m.system == s.name && m.variant == s.variant);
    result
        .systems
        .iter()
        .filter(|s| {
            let name = system_name(&s.name, &s.variant);
            let wanted = compared(&name) || chosen(s) || decided(&name) && !ablated(&name);
            measured(s) && (wanted || !claims)
        })
        .collect()
}

/// Values over runs, of all rows of a partition.
fn whole<'a>(result: &'a RunResult, partition: &'a str) -> impl Iterator<Item = &'a Metric> {
    result
        .metrics
        .iter()
        .filter(move |m| m.partition == partition && m.seed.is_none() && m.slice.is_none())
}

/// The pair the plan is about: that of the decisions, else of the first comparison.
pub(super) fn pair(result: &RunResult) -> Option<(&str, &str)> {
    let decided = result.decisions.first();
    let compared = result.comparisons.first();
    decided
        .map(|d| (d.candidate.as_str(), d.baseline.as_str()))
        .or_else(|| compared.map(|c| (c.candidate.as_str(), c.baseline.as_str())))
        .filter(|(_, b)| !b.is_empty())
}

/// The metric the plan is about, or the first.
pub(super) fn primary(result: &RunResult, partition: &str) -> String {
    let first = metric_names(result, partition).into_iter().next();
    first.map(|(n, _)| n).unwrap_or_default()
}

/// Models on each partition.
pub(super) fn blocks(result: &RunResult, sign: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (i, partition) in partitions(result).iter().enumerate() {
        let systems = listed(result, partition);
        if systems.is_empty() {
            continue;
        }
        let chosen = result.comparisons.is_empty()
            && result
                .selections
                .iter()
                .any(|s| s.report_on.as_ref() == Some(partition));
        if i > 0 || chosen {
            let what = if chosen { "the choice on" } else { "on" };
            blocks.push(Block::Heading {
                text: format!("{what} {partition}"),
                aside: rows_of(result, partition),
            });
        }
        blocks.push(Block::Table(model_table(result, partition, &systems, sign)));
        blocks.push(Block::Legend(legend(result, partition, &systems, sign)));
    }
    blocks
}

/// What the signs of a table of models mean, and what all its models share.
fn legend(result: &RunResult, partition: &str, systems: &[&System], sign: &str) -> Vec<String> {
    let mut items = Vec::new();
    let level = whole(result, partition).find_map(|m| Some(m.interval.as_ref()?.level));
    items.extend(level.map(|l| format!("{sign} half the {} % interval", (l * 1e6).round() / 1e4)));
    let claims = result
        .comparisons
        .iter()
        .filter(|c| c.partition == partition && c.p_adjusted.or(c.p_value).is_some());
    items.extend(adjustment(
        claims.map(|c| (c.correction.as_deref(), c.claims)),
    ));
    if let Some(note) = shared_note(systems) {
        let floors: Vec<&str> = systems
            .iter()
            .filter(|s| s.role == Role::Floor)
            .map(|s| s.name.as_str())
            .collect();
        let but = match floors.as_slice() {
            [] => String::new(),
            floors => format!(" but {}", floors.join(" and ")),
        };
        items.push(format!("every model{but}: {note}"));
    }
    items
}

/// The note of all systems that are no floors, where they have one and the same.
fn shared_note<'a>(systems: &[&'a System]) -> Option<&'a str> {
    let mut notes = systems
        .iter()
        .filter(|s| s.role != Role::Floor)
        .map(|s| s.note.as_deref());
    let first = notes.next()??;
    let rest: Vec<Option<&str>> = notes.collect();
    (!rest.is_empty() && rest.iter().all(|n| *n == Some(first))).then_some(first)
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

fn model_table(result: &RunResult, partition: &str, systems: &[&System], sign: &str) -> Table {
    let shown: Vec<&Metric> = whole(result, partition).collect();
    let mut columns = vec![Column::new("model")];
    let mut cells: Vec<Vec<String>> = vec![
        systems
            .iter()
            .map(|s| system_name(&s.name, &s.variant))
            .collect(),
    ];
    let names = metric_names(result, partition);
    let against = pair(result).map(|p| p.1);
    for (i, (name, unit)) in names.iter().enumerate() {
        let values: Vec<Value> = systems
            .iter()
            .map(|s| measured(&shown, s, name, unit))
            .collect();
        let guards = result.plan.guardrails.contains(name);
        columns.push(match i {
            0 => Column::new(name),
            i if guards => Column::new(name).dropped(turn(i)),
            i => Column::new(name).dispensable(turn(i)),
        });
        cells.push(if i == 0 || against.is_none() {
            plus_minus(&values, sign)
        } else {
            alone(&values)
        });
        if i > 0 {
            continue;
        }
        columns.push(Column::new("run sd").dispensable(0));
        cells.push(spreads(&shown, systems, name));
        if let Some(against) = against {
            let claims: Vec<Option<&Comparison>> = systems
                .iter()
                .map(|s| claim(result, s, against, name, partition))
                .collect();
            columns.push(Column::new(format!("gain on {against}")));
            cells.push(gains(&claims, unit));
            columns.push(Column::new("p"));
            cells.push(significances(&claims));
        }
    }
    let costs: Vec<Value> = systems.iter().map(|s| cost(s)).collect();
    if costs.iter().any(|c| c.value.is_some()) {
        columns.push(Column::new("cost per 1k").dropped(turn(names.len())));
        cells.push(alone(&costs));
    }
    columns.push(Column::remark("note"));
    let shared = shared_note(systems);
    cells.push(
        systems
            .iter()
            .map(|s| note(&shown, s, shared, &names))
            .collect(),
    );
    transposed(columns, &cells).without_empty_columns()
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

/// The gain of each claim with its interval, `—` where there is no claim.
pub(super) fn gains(claims: &[Option<&Comparison>], unit: &Unit) -> Vec<String> {
    let values: Vec<Value> = claims
        .iter()
        .map(|c| match c {
            Some(c) => Value::difference(&c.unit, c.gain, c.interval.as_ref()),
            None => Value::difference(&unit.difference(), None, None),
        })
        .collect();
    with_range(&values)
}

/// The p value of each claim, adjusted where it was.
pub(super) fn significances(claims: &[Option<&Comparison>]) -> Vec<String> {
    let p = |c: &Option<&Comparison>| c.and_then(|c| c.p_adjusted.or(c.p_value));
    p_values(&claims.iter().map(p).collect::<Vec<_>>())
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

/// `0.9 pp` for each system: how far its runs are apart.
fn spreads(shown: &[&Metric], systems: &[&System], primary: &str) -> Vec<String> {
    let sd = |s: &&System| {
        let own = |m: &&&Metric| is_of(m, s) && m.metric == primary;
        let metric = shown.iter().find(own)?;
        Some((metric.unit.difference(), metric.seed_sd?))
    };
    systems
        .iter()
        .map(|s| match sd(s).filter(|(_, sd)| sd.is_finite()) {
            Some((unit, sd)) => super::number::alone(&unit, sd),
            None => String::new(),
        })
        .collect()
}

fn is_of(m: &Metric, s: &System) -> bool {
    m.system == s.name && m.variant == s.variant
}

/// The system's own note, unless all share it, and those of its values and intervals.
fn note(shown: &[&Metric], s: &System, shared: Option<&str>, names: &[(String, Unit)]) -> String {
    let own = s.note.iter().filter(|n| Some(n.as_str()) != shared);
    let mut notes: Vec<String> = own.cloned().collect();
    let primary = names.first().map(|(n, _)| n);
    for m in shown.iter().filter(|m| is_of(m, s)) {
        let of_interval = m
            .interval
            .as_ref()
            .filter(|_| Some(&m.metric) == primary)
            .and_then(|i| i.note.as_ref());
        for note in m.note.iter().chain(of_interval) {
            if !notes.contains(note) {
                notes.push(note.clone());
            }
        }
    }
    notes.join("; ")
}
