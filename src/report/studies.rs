//! Ablations, factorials and selections.

use super::blocks::{Block, mark, paint, system_name, word};
use super::layout::Paint;
use super::number::{alone as number, count, p_value};
use super::table::{Cell, Column, Row, Table};
use super::values::{Value, alone, plus_minus, ranges};
use crate::result::{
    Ablation, Arm, Candidate, Factorial, Objective, Requirement, RunResult, Selection, Truth,
};

/// Half the width of a bar, in columns.
const BAR: usize = 9;

/// Every study of the run; `sign` is how plus-minus is spelt.
pub(super) fn blocks(result: &RunResult, sign: &str) -> Vec<Block> {
    let ablations = result.ablations.iter().flat_map(ablation);
    let factorials = result.factorials.iter().flat_map(factorial);
    let selections = result.selections.iter().flat_map(|s| selection(s, sign));
    ablations.chain(factorials).chain(selections).collect()
}

fn ablation(a: &Ablation) -> Vec<Block> {
    let full = a
        .estimate
        .map(|e| format!("{} {}", a.metric, number(&a.unit, e)))
        .unwrap_or_else(|| a.metric.clone());
    let mut aside = format!("{full} on {} · {} rows", a.partition, count(a.rows));
    if let Some(note) = &a.note {
        aside.push_str(&format!(" · {note}"));
    }
    let mut blocks = vec![
        Block::Heading {
            text: format!("ablation of {}", a.reference),
            aside,
        },
        Block::Table(arms(a)),
    ];
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

fn arms(a: &Ablation) -> Table {
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
    let bars = bars(
        &a.arms
            .iter()
            .map(|arm| arm.delta.unwrap_or(0.0))
            .collect::<Vec<_>>(),
    );
    let columns = vec![
        Column::new("rank").right().dropped(1),
        Column::new("change").flexible(),
        Column::new("effect"),
        Column::quiet("interval"),
        Column::new("").dropped(3),
        Column::new(&a.metric).dropped(2),
        Column::new("p").dropped(4),
    ];
    let (effects, ranges, estimates) = (alone(&deltas), ranges(&deltas), alone(&estimates));
    let rows = a
        .arms
        .iter()
        .zip(effects.into_iter().zip(ranges))
        .zip(bars.into_iter().zip(estimates))
        .map(|((arm, (effect, range)), (bar, estimate))| Row {
            cells: vec![
                Cell::new(arm.rank.to_string()),
                Cell::new(change(arm)),
                Cell::new(effect),
                Cell::new(range),
                Cell::new(bar),
                Cell::new(estimate),
                Cell::new(arm.p_value.map(p_value).unwrap_or_default()),
            ],
            below: None,
        })
        .collect();
    Table { columns, rows }.without_empty_columns()
}

fn change(arm: &Arm) -> String {
    match arm.change.as_str() {
        "removed" | "off" | "" => format!("− {}", arm.component),
        level => format!("{}: {level}", arm.component),
    }
}

/// `smallest within 0.5 pp: keep lexicon, chars; 84.6 % predicted, to be confirmed by a run`.
fn smallest(a: &Ablation) -> Option<String> {
    let minimal = a.minimal.as_ref()?;
    let within = a
        .tolerance
        .map(|t| format!(" within {}", number(&a.unit.difference(), t)))
        .unwrap_or_default();
    let kept = if minimal.components_kept.is_empty() {
        "no component is needed".to_owned()
    } else {
        format!("keep {}", minimal.components_kept.join(", "))
    };
    let value = minimal.predicted.map(|p| number(&a.unit, p));
    let value = match (value, minimal.needs_confirmation) {
        (Some(v), true) => format!("; {v} predicted, to be confirmed by a run"),
        (Some(v), false) => format!("; {v} measured"),
        (None, true) => "; to be confirmed by a run".to_owned(),
        (None, false) => String::new(),
    };
    Some(format!("smallest{within}: {kept}{value}"))
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

fn selection(s: &Selection, sign: &str) -> Vec<Block> {
    let chosen = match &s.chosen {
        Some(c) => system_name(&c.system, &c.variant),
        None => "nothing".to_owned(),
    };
    let mut aside = format!("on {}", s.partition);
    if let Some(rows) = &s.report_on {
        aside.push_str(&format!(", reported on {rows}"));
    }
    let heading = Block::Heading {
        text: format!("select {}: {chosen}", s.name),
        aside,
    };
    vec![
        heading,
        Block::Note(s.reason.clone()),
        Block::Table(contest(s, sign)),
    ]
}

fn contest(s: &Selection, sign: &str) -> Table {
    let objectives: Vec<Value> = s
        .candidates
        .iter()
        .map(|c| objective(c.objective.as_ref()))
        .collect();
    let title = s
        .candidates
        .iter()
        .find_map(|c| c.objective.as_ref())
        .map(|o| o.metric.clone())
        .unwrap_or_default();
    let asked: Vec<&Requirement> = s
        .candidates
        .first()
        .map(|c| c.requirements.iter().collect())
        .unwrap_or_default();
    let mut columns = vec![Column::new(""), Column::new("system"), Column::new(title)];
    let mut cells: Vec<Vec<Cell>> = vec![
        s.candidates
            .iter()
            .map(|c| Cell::new(if is_chosen(s, c) { "▶" } else { "" }))
            .collect(),
        s.candidates
            .iter()
            .map(|c| Cell::painted(system_name(&c.system, &c.variant), Paint::Strong))
            .collect(),
        texts(plus_minus(&objectives, sign)),
    ];
    for (i, requirement) in asked.iter().enumerate() {
        columns.push(Column::new(&requirement.text));
        cells.push(requirements(s, i));
    }
    columns.push(Column::new("eligible").dropped(2));
    cells.push(s.candidates.iter().map(|c| eligible(c.eligible)).collect());
    columns.push(Column::remark("note"));
    cells.push(
        s.candidates
            .iter()
            .map(|c| Cell::new(c.note.clone().unwrap_or_default()))
            .collect(),
    );
    let rows = (0..s.candidates.len())
        .map(|i| Row {
            cells: cells
                .iter()
                .map(|c| c.get(i).cloned().unwrap_or_default())
                .collect(),
            below: None,
        })
        .collect();
    Table { columns, rows }.without_empty_columns()
}

fn is_chosen(s: &Selection, c: &Candidate) -> bool {
    s.chosen
        .as_ref()
        .is_some_and(|x| x.system == c.system && x.variant == c.variant)
}

fn eligible(truth: Truth) -> Cell {
    Cell::painted(format!("{} {}", mark(truth), word(truth)), paint(truth))
}

/// The `i`th requirement of every candidate: its mark and value.
fn requirements(s: &Selection, i: usize) -> Vec<Cell> {
    let asked: Vec<Option<&Requirement>> =
        s.candidates.iter().map(|c| c.requirements.get(i)).collect();
    let values: Vec<Value> = asked
        .iter()
        .map(|r| r.map_or_else(Value::default, bounded))
        .collect();
    let texts = super::values::with_range(&values);
    asked
        .iter()
        .zip(texts)
        .map(|(r, text)| {
            r.map_or_else(Cell::default, |r| {
                Cell::painted(format!("{} {text}", mark(r.truth)), paint(r.truth))
            })
        })
        .collect()
}

fn bounded(r: &Requirement) -> Value {
    Value {
        range: r.low.zip(r.high),
        ..Value::new(&r.unit, r.value, None)
    }
}

fn objective(o: Option<&Objective>) -> Value {
    o.map_or_else(Value::default, |o| Value {
        range: o.low.zip(o.high),
        ..Value::new(&o.unit, o.estimate, None)
    })
}

fn texts(texts: Vec<String>) -> Vec<Cell> {
    texts.into_iter().map(Cell::new).collect()
}
