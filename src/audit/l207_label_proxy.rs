//! L207: a column beside the label tells the label.

use super::context::{Context, features};
use super::normal::mix;
use super::{Answers, declare_check, tell};
use crate::data::{Table, TextColumn};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::exec::Held;
use crate::hir::{Label, Plan};
use crate::stats::law::binomial_cdf;
use rayon::prelude::*;
use std::collections::BTreeSet;

declare_check!("L207" "label-proxy" Warning "l207_label_proxy.md" run);

/// Share of the errors of “always the commonest class” that a proxy does away with, on rows it was not
/// taken from.
const TOLD: f64 = 0.98;
/// Probability of so many hits by chance, for all columns together.
const CHANCE: f64 = 1e-4;
/// Correlation with a label of numbers that no honest feature has.
const CORRELATED: f64 = 0.9995;
const LEAST: usize = 20;

/// How well a column tells the label.
struct Told {
    column: String,
    right: usize,
    rows: usize,
    base: f64,
    correlation: Option<f64>,
}

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Answers) {
    let judged: BTreeSet<_> = cx.judged.iter().map(|(r, _)| r.data.dataset).collect();
    for held in cx.shelf.held.values() {
        let d = &cx.plan.datasets[held.dataset];
        let Some(label) = d
            .label
            .as_ref()
            .filter(|_| judged.is_empty() || judged.contains(&held.dataset))
        else {
            continue;
        };
        let columns = features(cx.plan, held);
        if columns.is_empty() {
            continue;
        }
        let told: Vec<Told> = columns
            .par_iter()
            .filter_map(|c| tells(held, label, c, columns.len()))
            .collect();
        if told.is_empty() {
            let why = format!(
                "by the data, no other column of `{}` tells its label",
                d.common.name
            );
            out.prove(code, label.column.span, why);
        }
        for one in told {
            out.report(diagnose(code, cx.plan, held, label, &one));
        }
    }
}

/// How well a column tells the label, where that is nearly always.
fn tells(held: &Held, label: &Label, column: &str, columns: usize) -> Option<Told> {
    let table = &held.table;
    let (_, text) = table.text(column)?;
    if let Some(numbers) = table.numbers(&label.column.value) {
        return correlates(numbers, text, column);
    }
    let (_, labels) = table.text(&label.column.value)?;
    let rows: Vec<(u32, u32, u32)> = (0u32..)
        .zip(text.codes.iter().zip(&labels.codes))
        .filter(|(row, _)| {
            labels
                .get(*row as usize)
                .is_some_and(|l| !l.trim().is_empty())
        })
        .map(|(row, (&code, &label))| (row, code, label))
        .collect();
    let found = of_classes(&rows, column, columns, &|learned, code| {
        let at = learned.binary_search_by_key(&code, |l| l.0).ok()?;
        learned.get(at).map(|l| l.1)
    });
    // Of numbers the nearest value tells.
    found.or_else(|| {
        let mut numbers = numbers(text)?;
        let ranked = ranked(&numbers, &rows)?;
        numbers.sort_by(f64::total_cmp);
        let tell = |learned: &[(u32, u32)], rank| nearest(&numbers, learned, rank);
        of_classes(&ranked, column, columns, &tell)
    })
}

/// The label that values with their labels, ascending, tell of a value.
type Tell<'t> = &'t dyn Fn(&[(u32, u32)], u32) -> Option<u32>;

/// Each half of the rows tells the other's labels by the commonest label of a value: ids and free texts,
/// whose values don't come again, tell nothing.
fn of_classes(
    rows: &[(u32, u32, u32)],
    column: &str,
    columns: usize,
    tell: Tell<'_>,
) -> Option<Told> {
    let n = rows.len();
    if n < LEAST {
        return None;
    }
    let common = commonest(rows.iter().map(|r| (0, r.2)).collect());
    let usual = common.first().map(|c| c.1);
    let base = rows.iter().filter(|r| Some(r.2) == usual).count() as f64 / n as f64;
    let half = |row: u32| mix(u64::from(row)) & 1;
    let right: usize = [0u64, 1]
        .iter()
        .map(|&own| {
            let learned = rows.iter().filter(|r| half(r.0) == own).map(|r| (r.1, r.2));
            let learned = commonest(learned.collect());
            let told = rows.iter().filter(|r| half(r.0) != own);
            let right = |r: &&(u32, u32, u32)| tell(&learned, r.1).or(usual) == Some(r.2);
            told.filter(right).count()
        })
        .sum();
    let lift = (right as f64 / n as f64 - base) / (1.0 - base);
    let by_chance = 1.0 - binomial_cdf((right as u64).saturating_sub(1), n as u64, base);
    (lift >= TOLD && by_chance * (columns as f64) < CHANCE).then(|| Told {
        column: column.to_string(),
        right,
        rows: n,
        base,
        correlation: None,
    })
}

/// For each value, ascending, its commonest label; of several the first.
fn commonest(mut pairs: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    pairs.sort_unstable();
    let mut found: Vec<(u32, u32, usize)> = Vec::new();
    for same in pairs.chunk_by(|a, b| a == b) {
        let Some(&(code, label)) = same.first() else {
            continue;
        };
        match found.last_mut() {
            Some(last) if last.0 == code => {
                if same.len() > last.2 {
                    *last = (code, label, same.len());
                }
            }
            _ => found.push((code, label, same.len())),
        }
    }
    found
        .into_iter()
        .map(|(code, label, _)| (code, label))
        .collect()
}

/// The rows with the rank of their value for a value.
fn ranked(numbers: &[f64], rows: &[(u32, u32, u32)]) -> Option<Vec<(u32, u32, u32)>> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    let value = |at: &usize| numbers.get(*at).copied().unwrap_or(f64::NAN);
    order.sort_by(|a, b| value(a).total_cmp(&value(b)));
    let mut rank = vec![0u32; numbers.len()];
    for (n, at) in (0u32..).zip(order) {
        if let Some(slot) = rank.get_mut(at) {
            *slot = n;
        }
    }
    let ranked =
        |&(row, code, label): &(u32, u32, u32)| Some((row, *rank.get(code as usize)?, label));
    rows.iter().map(ranked).collect()
}

/// The label of the nearest of the sorted numbers; of two as near, the lower one's.
fn nearest(numbers: &[f64], learned: &[(u32, u32)], rank: u32) -> Option<u32> {
    let value = |rank: u32| numbers.get(rank as usize).copied().unwrap_or(f64::NAN);
    let at = learned.partition_point(|l| l.0 < rank);
    let above = learned.get(at);
    let below = at.checked_sub(1).and_then(|at| learned.get(at));
    let near = match (below, above) {
        (Some(b), Some(a)) if value(rank) - value(b.0) <= value(a.0) - value(rank) => Some(b),
        (_, Some(a)) => Some(a),
        (below, None) => below,
    };
    near.map(|l| l.1)
}

fn numbers(text: &TextColumn) -> Option<Vec<f64>> {
    let parse = |w: &String| w.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    text.words.iter().map(parse).collect()
}

/// A label of numbers and a column of numbers on one line.
fn correlates(labels: &[f64], text: &TextColumn, column: &str) -> Option<Told> {
    let numbers = numbers(text)?;
    let pairs: Vec<(f64, f64)> = text
        .codes
        .iter()
        .filter_map(|&c| numbers.get(c as usize).copied())
        .zip(labels.iter().copied())
        .collect();
    let n = pairs.len();
    if n < LEAST || n != labels.len() || text.words.len() < LEAST {
        return None;
    }
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n as f64;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    let both = sum(&|p| (p.0 - x) * (p.1 - y));
    let (xx, yy) = (sum(&|p| (p.0 - x).powi(2)), sum(&|p| (p.1 - y).powi(2)));
    let r = both / (xx * yy).sqrt();
    (r.abs() >= CORRELATED).then(|| Told {
        column: column.to_string(),
        right: 0,
        rows: n,
        base: 0.0,
        correlation: Some(r),
    })
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    held: &Held,
    label: &Label,
    told: &Told,
) -> Diagnostic {
    let (column, name) = (&told.column, &label.column.value);
    let d = &plan.datasets[held.dataset];
    let message = format!(
        "the column `{column}` of `{}` tells the label `{name}`",
        d.common.name
    );
    let d = Diagnostic::new(code, message)
        .label(
            label.column.span,
            format!("`{column}` is this in other words"),
        )
        .data(held.table.path.clone(), 1, position(&held.table, column));
    let d = match told.correlation {
        Some(r) => d.witness(format!("correlation {r:.4} over {}", tell::counted(told.rows, "row"))),
        None => d.witness(format!(
            "the commonest `{name}` of a value of `{column}` in one half of the rows is right for {} of the other, \
             where always the commonest class is for {:.1} %",
            tell::percent(told.right, told.rows),
            100.0 * told.base
        )),
    };
    d.why(
        "a feature that equals the label, or was made from it, is not there when the system is used, and \
         whoever is given it needs to learn nothing else (Kaufman et al. 2012; Kapoor & Narayanan 2023, L2)",
    )
    .help(format!("keep `{column}` from every system, and say so: `columns: {{ {column}: {{ derived_from: label }} }}`"))
}

fn position(table: &Table, column: &str) -> u64 {
    table.text(column).map_or(0, |(c, _)| c.position)
}
