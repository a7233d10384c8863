//! L203: a row that judges says nearly the same as one that it must be apart from.

use super::contents::Contents;
use super::context::{Context, Pair};
use super::l202_same_content_across_splits::shared;
use super::minhash::{self, BANDS, Buffers, NEAR};
use super::{Answers, declare_check, tell};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::Plan;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

declare_check!("L203" "near-duplicates" Warning "l203_near_duplicates.md" run);

/// Texts of a band that are looked at for one row.
const LOOKED_AT: usize = 32;

/// A row that judges, the one that it is nearly, and how nearly.
struct Near {
    judged: u32,
    other: u32,
    similarity: f64,
}

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Answers) {
    for pair in cx.pairs.iter().filter(|p| !p.corpus()) {
        let Some((judged, other)) = cx.contents(pair) else {
            continue;
        };
        if judged.text.is_none() || other.text.is_none() {
            continue;
        }
        let near = near(pair, judged, other);
        if near.is_empty() {
            let why = format!(
                "by the data, no text of `{}` is nearly one of {}",
                cx.plan.show_data(&pair.judged.data),
                tell::others(cx.plan, pair)
            );
            out.prove(code, pair.judged_at, why);
        } else {
            out.report(diagnose(code, cx.plan, pair, judged, other, &near));
        }
    }
}

/// The first rows that hold a text: one, and one of another fold.
type Holders = (u32, Option<u32>);

/// The rows whose near copies are sought: exact ones are L202's to tell.
fn near(pair: &Pair<'_>, judged: &Contents<'_>, other: &Contents<'_>) -> Vec<Near> {
    let exact: BTreeSet<u32> = shared(pair, judged, other)
        .into_iter()
        .map(|s| s.0)
        .collect();
    let mut asking: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for &row in pair.judged.rows.iter().filter(|r| !exact.contains(r)) {
        if let Some(code) = judged.code(row) {
            asking.entry(code).or_default().push(row);
        }
    }
    let mut holders: BTreeMap<u32, Holders> = BTreeMap::new();
    for &row in &pair.other.rows {
        let Some(code) = other.code(row) else {
            continue;
        };
        let (first, next) = holders.entry(code).or_insert((row, None));
        if next.is_none() && pair.folds.is_some() && pair.apart(*first, row) {
            *next = Some(row);
        }
    }
    let asking: Vec<(u32, Vec<u32>)> = asking.into_iter().collect();
    // Made before the threads ask for them: one that waits for another's would never be served.
    let _ = (judged.sketches(), other.sketches());
    let mut best: Vec<Option<(u32, f64)>> = vec![None; asking.len()];
    for band in 0..BANDS {
        let bucket = bucket(other, &holders, band);
        best.par_iter_mut().zip(&asking).for_each_init(
            Buffers::default,
            |buffers, (best, (code, rows))| {
                if best.is_none()
                    && let Some(&row) = rows.first()
                {
                    *best = seek(
                        pair,
                        (judged, *code, row),
                        (other, &holders, &bucket),
                        band,
                        buffers,
                    );
                }
            },
        );
    }
    let found = asking
        .iter()
        .zip(best)
        .filter_map(|((_, rows), best)| Some((rows, best?)));
    let mut found: Vec<Near> = found
        .flat_map(|(rows, (other, similarity))| {
            let near = move |&judged: &u32| Near {
                judged,
                other,
                similarity,
            };
            rows.iter().map(near)
        })
        .collect();
    found.sort_by_key(|n| n.judged);
    found
}

/// The others' texts by their keys in a band.
fn bucket(other: &Contents<'_>, holders: &BTreeMap<u32, Holders>, band: usize) -> Vec<(u32, u32)> {
    let sketches = other.sketches();
    let key = |&code: &u32| Some((*sketches.get(code as usize)?.get(band)?, code));
    let mut bucket: Vec<(u32, u32)> = holders
        .keys()
        .filter_map(key)
        .filter(|k| k.0 != 0)
        .collect();
    bucket.par_sort_unstable();
    bucket
}

/// A verified near copy of a text among those that share its key.
fn seek(
    pair: &Pair<'_>,
    (judged, code, row): (&Contents<'_>, u32, u32),
    (other, holders, bucket): (&Contents<'_>, &BTreeMap<u32, Holders>, &[(u32, u32)]),
    band: usize,
    buffers: &mut Buffers,
) -> Option<(u32, f64)> {
    let key = *judged.sketches().get(code as usize)?.get(band)?;
    if key == 0 {
        return None;
    }
    let from = bucket.partition_point(|b| b.0 < key);
    let mut own: Option<Vec<u64>> = None;
    for &(_, candidate) in bucket
        .iter()
        .skip(from)
        .take_while(|b| b.0 == key)
        .take(LOOKED_AT)
    {
        let (first, next) = *holders.get(&candidate)?;
        let holder = if pair.apart(row, first) {
            Some(first)
        } else {
            next
        };
        let Some(holder) = holder.filter(|h| pair.across() || *h != row) else {
            continue;
        };
        let own =
            own.get_or_insert_with(|| minhash::set(judged.shown(row).unwrap_or_default(), buffers));
        let theirs = minhash::set(other.shown(holder).unwrap_or_default(), buffers);
        let similarity = minhash::jaccard(own, &theirs);
        if similarity >= NEAR {
            return Some((holder, similarity));
        }
    }
    None
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    pair: &Pair<'_>,
    judged: &Contents<'_>,
    other: &Contents<'_>,
    near: &[Near],
) -> Diagnostic {
    let (verb, those) = match near.len() {
        1 => ("is", "a text"),
        _ => ("are", "texts"),
    };
    let message = format!(
        "{} of `{}` {verb} nearly {those} of {}",
        tell::counted(near.len(), "row"),
        plan.show_data(&pair.judged.data),
        tell::others(plan, pair),
    );
    let mut d = tell::places(plan, pair, Diagnostic::new(code, message));
    for n in near.iter().take(tell::NAMED) {
        d = tell::both(pair, n.judged, n.other, d);
        let text = |c: &Contents<'_>, row| tell::excerpt(c.shown(row).unwrap_or_default());
        d = d.witness(format!(
            "{:.0} % alike: {} {} and {} {}",
            // Rounding must not make near copies equal.
            (100.0 * n.similarity).floor(),
            tell::row(&pair.judged, n.judged),
            text(judged, n.judged),
            tell::row(&pair.other, n.other),
            text(other, n.other),
        ));
    }
    let total = pair.judged.rows.len();
    d.witness(format!(
        "{} of {} rows that judge",
        tell::percent(near.len(), total),
        tell::grouped(total)
    ))
    .why(
        "a copy with a few changed words is as good as the row itself to a system that recalls, so the \
         score is too good by an unknown amount (Lee et al. 2022)",
    )
    .help("take the near copies out of one side, and run again what learned from them")
    .help("or keep all versions of a text together: one value of a column, declared as `group:`")
}
