//! Ablations; factorials are in `factorials`.

use super::blocks::{Block, Detail, adjustment};
use super::factorials;
use super::number::{alone as number, count};
use super::table::{Cell, Column, Row, Table};
use super::values::{Value, alone, p_values, ranges, with_range};
use crate::result::{Ablation, Arm, RunResult, Unit};

/// Half the width of a bar, in columns.
const BAR: usize = 9;

/// Every study of the run.
pub(super) fn blocks(result: &RunResult, detail: Detail) -> Vec<Block> {
    let ablations = result.ablations.iter().flat_map(|a| ablation(a, detail));
    let factorials = result
        .factorials
        .iter()
        .flat_map(|f| factorials::blocks(f, detail));
    ablations.chain(factorials).collect()
}

fn ablation(a: &Ablation, detail: Detail) -> Vec<Block> {
    let full = a
        .estimate
        .map(|e| format!("{} {}", a.metric, number(&a.unit, e)))
        .unwrap_or_else(|| a.metric.clone());
    let aside = match a.rows {
        0 => format!("{full} · {}", a.partition),
        rows => format!("{full} on {} · {} rows", a.partition, count(rows)),
    };
    let mut blocks = vec![
        Block::Heading {
            text: format!("ablation of {}", a.reference),
            aside,
        },
        Block::Table(arms(a, detail)),
    ];
    let tested = a.arms.iter().filter(|arm| arm.p_value.is_some());
    let mut legend: Vec<String> = a.note.iter().cloned().collect();
    legend.extend(adjustment(
        tested.map(|_| (a.correction.as_deref(), a.claims)),
    ));
    blocks.push(Block::Legend(legend));
    blocks.extend(smallest(a).map(Block::Note));
    blocks.extend(additivity(a).map(Block::Note));
    blocks
}

/// `all off at once minus the sum of the single changes: +0.4 pp [−0.6, +1.4], no interaction is established`.
fn additivity(a: &Ablation) -> Option<String> {
    let gap = [Value::difference(
        &a.unit.difference(),
        Some(a.additivity_gap?),
        a.additivity_interval.as_ref(),
    )];
    let says = match &a.additivity_interval {
        Some(i) if i.low > 0.0 || i.high < 0.0 => ", so the components interact",
        Some(_) => ", so no interaction is established",
        None => "",
    };
    Some(format!(
        "all off at once minus the sum of the single changes: {}{says}",
        with_range(&gap).concat()
    ))
}

fn arms(a: &Ablation, detail: Detail) -> Table {
    let unit = a.unit.difference();
    let deltas: Vec<Value> = a
        .arms
        .iter()
        .map(|arm| Value::difference(&unit, arm.delta, arm.interval.as_ref()))
        .collect();
    let estimates: Vec<Value> = a
        .arms
        .iter()
        .map(|arm| Value::new(&a.unit, arm.estimate, None))
        .collect();
    // Where blanks collapse, bars would lose their common line.
    let drawn = |arm: &Arm| match detail {
        Detail::Brief => arm.delta.unwrap_or(0.0),
        Detail::Full => 0.0,
    };
    let bars = bars(&a.arms.iter().map(drawn).collect::<Vec<_>>());
    let columns = vec![
        Column::new("rank").right().dropped(2),
        Column::quiet("may be").dropped(3),
        Column::new("change").flexible(),
        Column::new("effect"),
        Column::quiet("interval"),
        Column::new("").dropped(4),
        Column::new(&a.metric).dropped(3),
        Column::new("p").dropped(1),
        Column::remark("note"),
    ];
    let p: Vec<Option<f64>> = a.arms.iter().map(|arm| arm.p_value).collect();
    let (effects, ranges, estimates) = (alone(&deltas), ranges(&deltas), alone(&estimates));
    let rows = a
        .arms
        .iter()
        .zip(effects.into_iter().zip(ranges))
        .zip(bars.into_iter().zip(estimates).zip(p_values(&p)))
        .map(|((arm, (effect, range)), ((bar, estimate), p))| Row {
            cells: vec![
                Cell::new(rank(a, arm)),
                Cell::new(may_be(arm)),
                Cell::new(change(arm)),
                Cell::new(effect),
                Cell::new(range),
                Cell::new(bar),
                Cell::new(estimate),
                Cell::new(p),
                Cell::new(
                    arm.interval
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

/// `2`, or `2=` where arms share the rank; all as wide as each other.
fn rank(a: &Ablation, arm: &Arm) -> String {
    let shares = |x: &Arm| a.arms.iter().filter(|y| y.rank == x.rank).count() > 1;
    let tie = match (shares(arm), a.arms.iter().any(shares)) {
        (true, _) => "=",
        (false, true) => " ",
        (false, false) => "",
    };
    format!("{}{tie}", arm.rank)
}

/// `1–3`: the ranks over the resamples; empty where there is but one.
fn may_be(arm: &Arm) -> String {
    match arm.ranks {
        Some((low, high)) if low < high => format!("{low}–{high}"),
        Some((low, _)) => low.to_string(),
        None => String::new(),
    }
}

fn change(arm: &Arm) -> String {
    match arm.change.as_str() {
        "removed" | "off" | "" => {
            let names: Vec<&str> = std::iter::once(&arm.component)
                .chain(&arm.with)
                .map(String::as_str)
                .collect();
            format!("− {}", names.join(", "))
        }
        level => format!("{}: {level}", arm.component),
    }
}

/// `smallest within 0.5 pp: keep lexicon, chars (84.6 % predicted, not yet run)`.
fn smallest(a: &Ablation) -> Option<String> {
    let minimal = a.minimal.as_ref()?;
    let within = a
        .tolerance
        .map(|t| format!(" within {}", number(&a.unit.difference(), t)))
        .unwrap_or_default();
    let removable = a.arms.iter().filter(|arm| arm.change == "removed").count();
    let kept = match minimal.components_kept.len() {
        0 => "no component is needed".to_owned(),
        n if n == removable => "no component can go".to_owned(),
        _ => format!("keep {}", minimal.components_kept.join(", ")),
    };
    let sure = match minimal.confidence {
        Some(c) => format!(", within it on {} of resamples", number(&Unit::Ratio, c)),
        None => String::new(),
    };
    let how = match (minimal.predicted, minimal.needs_confirmation) {
        (Some(p), true) => format!(" ({} predicted, not yet run{sure})", number(&a.unit, p)),
        (Some(p), false) => format!(" ({} measured{sure})", number(&a.unit, p)),
        (None, true) => " (not yet run)".to_owned(),
        (None, false) => String::new(),
    };
    Some(format!("smallest{within}: {kept}{how}"))
}

/// A bar for each delta, losses left of a common line and gains right of it.
fn bars(deltas: &[f64]) -> Vec<String> {
    let largest = deltas
        .iter()
        .filter(|d| d.is_finite())
        .fold(0.0f64, |m, d| m.max(d.abs()));
    if largest <= 0.0 {
        return deltas.iter().map(|_| String::new()).collect();
    }
    let loses = deltas.iter().any(|d| *d < 0.0);
    let gains = deltas.iter().any(|d| *d > 0.0);
    deltas
        .iter()
        .map(|&d| {
            let eighths = if d.is_finite() {
                (d.abs() / largest * (BAR * 8) as f64).round() as usize
            } else {
                0
            };
            let (loss, gain) = if d < 0.0 { (eighths, 0) } else { (0, eighths) };
            let loss = if loses { leftward(loss) } else { String::new() };
            let gain = if gains {
                rightward(gain)
            } else {
                String::new()
            };
            format!("{loss}│{gain}")
        })
        .collect()
}

fn leftward(eighths: usize) -> String {
    let half = if eighths % 8 >= 4 { "▐" } else { "" };
    let drawn = half.to_owned() + &"█".repeat(eighths / 8);
    super::layout::right(&drawn, BAR)
}

fn rightward(eighths: usize) -> String {
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        .get(eighths % 8)
        .copied()
        .unwrap_or("");
    super::layout::left(&format!("{}{part}", "█".repeat(eighths / 8)), BAR)
}
