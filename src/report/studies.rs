//! Ablations and factorials.

use super::blocks::{Block, Detail, adjustment};
use super::number::{alone as number, count};
use super::table::{Cell, Column, Row, Table};
use super::values::{Value, alone, p_values, ranges};
use crate::result::{Ablation, Arm, Factorial, RunResult};

/// Half the width of a bar, in columns.
const BAR: usize = 9;

/// Every study of the run.
pub(super) fn blocks(result: &RunResult, detail: Detail) -> Vec<Block> {
    let ablations = result.ablations.iter().flat_map(|a| ablation(a, detail));
    let factorials = result.factorials.iter().flat_map(factorial);
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
    if let Some(gap) = a.additivity_gap {
        let gap = alone(&[Value {
            signed: true,
            ..Value::new(&a.unit.difference(), Some(gap), None)
        }])
        .concat();
        blocks.push(Block::Note(format!(
            "all off at once minus the sum of the single changes: {gap}"
        )));
    }
    blocks
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

fn change(arm: &Arm) -> String {
    match arm.change.as_str() {
        "removed" | "off" | "" => format!("− {}", arm.component),
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
    let how = match (minimal.predicted, minimal.needs_confirmation) {
        (Some(p), true) => format!(" ({} predicted, not yet run)", number(&a.unit, p)),
        (Some(p), false) => format!(" ({} measured)", number(&a.unit, p)),
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

fn factorial(f: &Factorial) -> Vec<Block> {
    let values: Vec<Value> = f
        .effects
        .iter()
        .map(|e| Value::difference(&f.unit, e.estimate, e.interval.as_ref()))
        .collect();
    let columns = vec![
        Column::new("effect of"),
        Column::new("effect"),
        Column::quiet("interval"),
        Column::new("not told apart from").flexible().dropped(1),
    ];
    let rows = f
        .effects
        .iter()
        .zip(alone(&values).into_iter().zip(ranges(&values)))
        .map(|(e, (effect, range))| Row {
            cells: vec![
                Cell::new(e.components.join(" × ")),
                Cell::new(effect),
                Cell::new(range),
                Cell::new(e.aliases.join(", ")),
            ],
            below: None,
        })
        .collect();
    let heading = Block::Heading {
        text: format!("factorial of {}", f.reference),
        aside: format!("{} on {}", f.metric, f.partition),
    };
    vec![
        heading,
        Block::Table(Table { columns, rows }.without_empty_columns()),
    ]
}
