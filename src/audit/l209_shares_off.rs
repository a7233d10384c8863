//! L209: parts or classes have another share of the rows than the plan declares.

use super::chance::{STRICT, fit};
use super::context::Context;
use super::{Answers, declare_check, tell};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::exec::Held;
use crate::hir::{Plan, Rows as Declared, SplitRule, Take};
use crate::text::Span;
use std::collections::BTreeMap;

declare_check!("L209" "shares-off" Warning "l209_shares_off.md" run);

/// How far a share must be from the declared one, beside being so by more than chance.
const APART: f64 = 0.05;
/// By how much of itself a share must be off where it is small.
const TIMES: f64 = 1.5;

/// A share that was declared, and the rows that are there.
struct Share {
    name: String,
    declared: f64,
    rows: usize,
}

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Answers) {
    for held in cx.shelf.held.values() {
        of_split(code, cx.plan, held, out);
        of_numbers(code, cx.plan, held, out);
    }
    of_classes(code, cx, out);
}

fn of_split(code: &'static CodeInfo, plan: &Plan, held: &Held, out: &mut Answers) {
    let d = &plan.datasets[held.dataset];
    let Some(split) = &d.split else { return };
    let SplitRule::Hash { column, .. } = &split.rule else {
        return;
    };
    let given: f64 = split.parts.iter().filter_map(|(_, take)| share(take)).sum();
    let shares: Vec<Share> = split
        .parts
        .iter()
        .filter_map(|(name, take)| {
            let part = held.cut.partitions.iter().find(|p| p.name == name.value)?;
            Some(Share {
                name: name.value.clone(),
                declared: share(take).unwrap_or(1.0 - given),
                rows: part.rows.len(),
            })
        })
        .collect();
    let what = format!(
        "the parts of `{}` have other shares of the rows than declared",
        d.common.name
    );
    match judge(&shares) {
        Some(p) if p < STRICT => {
            let found = diagnose(code, what, split.span, &shares, p);
            let found = match heaviest(held, &column.value) {
                Some((value, rows)) if rows > 1 => found.witness(format!(
                    "`{}` deals values, and `{value}` alone has {}",
                    column.value,
                    tell::counted(rows, "row")
                )),
                Some(_) | None => found,
            };
            out.report(found.help("state the shares that the rows have, or deal by a column with more and smaller values"));
        }
        Some(_) => out.prove(
            code,
            split.span,
            "by the data, the parts have their shares of the rows",
        ),
        None => {}
    }
}

fn share(take: &Take) -> Option<f64> {
    match take {
        Take::Share(share) => Some(*share),
        Take::Value(_) | Take::Before(_) | Take::Rest => None,
    }
}

/// The value of a column with the most rows.
fn heaviest<'h>(held: &'h Held, column: &str) -> Option<(&'h str, usize)> {
    let (_, text) = held.table.text(column)?;
    let mut counts = vec![0usize; text.words.len()];
    for &code in &text.codes {
        if let Some(count) = counts.get_mut(code as usize) {
            *count += 1;
        }
    }
    let (word, count) = text.words.iter().zip(counts).max_by_key(|(_, n)| *n)?;
    Some((word, count))
}

/// The chance of shares as far off, where they are far enough off to matter; 1 where they are not.
fn judge(shares: &[Share]) -> Option<f64> {
    let total: usize = shares.iter().map(|s| s.rows).sum();
    let counts: Vec<f64> = shares.iter().map(|s| s.rows as f64).collect();
    let declared: Vec<f64> = shares.iter().map(|s| s.declared).collect();
    let p = fit(&counts, &declared)?;
    let off = |s: &Share| {
        let seen = s.rows as f64 / total as f64;
        let times = (seen / s.declared).max(s.declared / seen);
        (seen - s.declared).abs() >= APART || times >= TIMES && s.declared > 0.0
    };
    Some(if shares.iter().any(off) { p } else { 1.0 })
}

fn of_classes(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Answers) {
    for (rows, _) in &cx.judged {
        let d = &cx.plan.datasets[rows.data.dataset];
        let Some(label) = d.label.as_ref().filter(|l| !l.shares.is_empty()) else {
            continue;
        };
        let Some((_, text)) = rows.held.table.text(&label.column.value) else {
            continue;
        };
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for &row in &rows.rows {
            *counts
                .entry(text.get(row as usize).unwrap_or_default())
                .or_default() += 1;
        }
        let mut shares: Vec<Share> = label
            .shares
            .iter()
            .map(|(class, declared)| Share {
                name: class.clone(),
                declared: *declared,
                rows: counts.remove(class.as_str()).unwrap_or(0),
            })
            .collect();
        let left: f64 = 1.0 - shares.iter().map(|s| s.declared).sum::<f64>();
        let others: usize = counts.values().sum();
        if left > 1e-9 || others > 0 {
            shares.push(Share {
                name: "others".to_string(),
                declared: left.max(0.0),
                rows: others,
            });
        }
        let on = cx.plan.show_data(&rows.data);
        match judge(&shares) {
            Some(p) if p < STRICT => out.report(
                diagnose(code, format!("the classes of `{on}` have other shares than declared"), label.column.span, &shares, p)
                    .help("state the shares that the data have, or sample the rows so that they have the declared ones"),
            ),
            Some(_) => out.prove(code, label.column.span, format!("by the data, the classes of `{on}` have their shares")),
            None => {}
        }
    }
}

/// Declared numbers of rows.
fn of_numbers(code: &'static CodeInfo, plan: &Plan, held: &Held, out: &mut Answers) {
    let d = &plan.datasets[held.dataset];
    let name = &d.common.name;
    let far = |declared: f64, rows: usize| (rows as f64 - declared).abs() > APART * declared;
    let mut wrong: Vec<(String, Span, f64, usize)> = Vec::new();
    match &d.rows {
        Some(Declared::All(n)) => {
            let rows = held.table.rows();
            wrong.extend(far(n.value, rows).then(|| (name.clone(), n.span, n.value, rows)));
        }
        Some(Declared::Parts(parts)) => {
            for (part, n) in parts {
                let found = held.cut.partitions.iter().find(|p| p.name == part.value);
                let Some(rows) = found.map(|p| p.rows.len()) else {
                    continue;
                };
                let shown = format!("{name}.{}", part.value);
                wrong.extend(far(n.value, rows).then_some((shown, n.span, n.value, rows)));
            }
        }
        Some(Declared::Unknown(_)) | None => {}
    }
    for (name, span, declared, rows) in wrong {
        out.report(
            Diagnostic::new(code, format!("`{name}` has {}, and {declared} are declared", tell::counted(rows, "row")))
                .label(span, "declared here")
                .data(held.table.path.clone(), 0, 0)
                .witness(format!("{rows} rows, {declared} declared"))
                .why("what a plan can show is reckoned from the declared number of rows (Button et al. 2013)")
                .help(format!("declare {rows}, or name the whole file")),
        );
    }
}

fn diagnose(
    code: &'static CodeInfo,
    message: String,
    span: Span,
    shares: &[Share],
    p: f64,
) -> Diagnostic {
    let total: usize = shares.iter().map(|s| s.rows).sum();
    let d = Diagnostic::new(code, message).label(span, "declared here");
    let d = shares.iter().fold(d, |d, s| {
        d.witness(format!(
            "`{}`: {} of {} rows = {}, declared {:.1} %",
            s.name,
            tell::grouped(s.rows),
            tell::grouped(total),
            tell::percent(s.rows, total),
            100.0 * s.declared
        ))
    });
    d.witness(format!("by chance rows fall so with probability {}", tell::chance(p))).why(
        "what follows from shares, such as power, prevalence and cost, holds for the declared ones and \
         not for these rows (Saerens, Latinne & Decaestecker 2002)",
    )
}
