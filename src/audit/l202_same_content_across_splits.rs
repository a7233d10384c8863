//! L202: a row that judges says the same as one that it must be apart from.

use super::contents::Contents;
use super::context::{Context, Pair, Rows};
use super::normal::normalise;
use super::{Answers, declare_check, tell};
use crate::diagnostic::{CodeInfo, Diagnostic, Level};
use crate::hir::Plan;
use std::collections::HashMap;

declare_check!("L202" "same-content-across-splits" Error "l202_same_content_across_splits.md" run);

/// Words below which a text is a phrase that people write again and again.
const PHRASE: usize = 4;
/// Features tell rows apart where this share of a partition's rows are alone with theirs.
const ALONE: f64 = 0.9;

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Answers) {
    for pair in cx.pairs.iter().filter(|p| !p.corpus()) {
        let Some((judged, other)) = cx.contents(pair) else {
            continue;
        };
        let coarse = |c: &Contents<'_>, rows: &Rows<'_>| c.text.is_none() && alone(c, rows) < ALONE;
        if coarse(judged, &pair.judged) || coarse(other, &pair.other) {
            continue;
        }
        let shared = shared(pair, judged, other);
        if shared.is_empty() {
            let why = format!(
                "by the data, no row of `{}` says the same as one of {}",
                cx.plan.show_data(&pair.judged.data),
                tell::others(cx.plan, pair)
            );
            out.prove(code, pair.judged_at, why);
        } else {
            out.report(diagnose(code, cx.plan, pair, judged, &shared));
        }
    }
}

/// The rows that judge whose content stands among the others, each with the first such row.
pub(super) fn shared(
    pair: &Pair<'_>,
    judged: &Contents<'_>,
    other: &Contents<'_>,
) -> Vec<(u32, u32)> {
    // Of each content the first row, and the first of another fold.
    let mut first: HashMap<u64, (u32, Option<u32>)> = HashMap::new();
    for &row in &pair.other.rows {
        let Some(hash) = other.hash(row) else {
            continue;
        };
        let (at, next) = first.entry(hash).or_insert((row, None));
        if next.is_none() && pair.folds.is_some() && pair.apart(*at, row) {
            *next = Some(row);
        }
    }
    let found = |&row: &u32| {
        let (at, next) = first.get(&judged.hash(row)?)?;
        let twin = if pair.apart(row, *at) {
            Some(*at)
        } else {
            *next
        };
        Some((row, twin?))
    };
    pair.judged.rows.iter().filter_map(found).collect()
}

/// The share of rows that are alone with their content.
fn alone(contents: &Contents<'_>, rows: &Rows<'_>) -> f64 {
    let mut hashes: Vec<u64> = rows.rows.iter().filter_map(|&r| contents.hash(r)).collect();
    let all = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.len() as f64 / all.max(1) as f64
}

/// Whether every shared text is a phrase that the others repeat among themselves, so that meeting it once
/// more says nothing.
fn phrases(judged: &Contents<'_>, pair: &Pair<'_>, shared: &[(u32, u32)]) -> bool {
    let mut seen: HashMap<u64, u32> = HashMap::new();
    for hash in pair.judged.rows.iter().filter_map(|&r| judged.hash(r)) {
        *seen.entry(hash).or_default() += 1;
    }
    let mut buffer = String::new();
    shared.iter().all(|(row, _)| {
        normalise(judged.shown(*row).unwrap_or_default(), &mut buffer);
        let repeated = judged
            .hash(*row)
            .and_then(|h| seen.get(&h))
            .is_some_and(|&n| n > 1);
        repeated && buffer.split(' ').count() < PHRASE
    })
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    pair: &Pair<'_>,
    judged: &Contents<'_>,
    shared: &[(u32, u32)],
) -> Diagnostic {
    let text = judged.text.is_some();
    let what = if text { "text" } else { "features" };
    let verb = if shared.len() == 1 { "has" } else { "have" };
    let message = format!(
        "{} of `{}` {verb} the same {what} as rows of {}",
        tell::counted(shared.len(), "row"),
        plan.show_data(&pair.judged.data),
        tell::others(plan, pair),
    );
    let mut d = tell::places(plan, pair, Diagnostic::new(code, message));
    for &(row, twin) in shared.iter().take(tell::NAMED) {
        d = tell::both(pair, row, twin, d);
        let shown = judged.shown(row).map(tell::excerpt).unwrap_or_default();
        let (row, twin) = (tell::row(&pair.judged, row), tell::row(&pair.other, twin));
        d = d.witness(format!("{row} = {twin}  {shown}").trim_end().to_string());
    }
    let total = pair.judged.rows.len();
    d = d.witness(format!(
        "{} of {} rows that judge",
        tell::percent(shared.len(), total),
        tell::grouped(total)
    ));
    if !text || phrases(judged, pair, shared) {
        d.level = Level::Warning;
    }
    d.why(
        "a system that met a row with its answer can recall it instead of telling it, so the score is \
         too good by an unknown amount (Kapoor & Narayanan 2023, L1.4; Lee et al. 2022)",
    )
    .help("take the repeated rows out of one side, and run again what learned from them")
    .help("or give equal contents one value of a column, declare it as `group:` and deal by it")
}
