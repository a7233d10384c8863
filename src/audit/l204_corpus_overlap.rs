//! L204: long stretches of rows that judge stand in another dataset that shaped what is judged.

use super::contents::Contents;
use super::context::{Context, Pair};
use super::l202_same_content_across_splits::shared;
use super::normal::{hash, mix, normalise};
use super::{Answers, declare_check, tell};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::Plan;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

declare_check!("L204" "corpus-overlap" Warning "l204_corpus_overlap.md" run);

/// Words of a stretch: the 5th percentile of the rows' lengths, within these bounds (Brown et al. 2020,
/// appendix C).
const SHORTEST: usize = 8;
const LONGEST: usize = 13;
/// Rows that judge in which a stretch may stand before it is a phrase of the trade.
const COMMON: usize = 10;
/// Stretches that are kept at most; of more, those whose hash is a multiple of some number.
const KEPT: usize = 1 << 26;

/// The stretches of the rows that judge.
struct Stretches {
    words: usize,
    stride: u64,
    /// Hash and row, sorted.
    of: Vec<(u64, u32)>,
    /// One bit for some hashes: most that aren't there are told apart without a search.
    bits: Vec<u64>,
}

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Answers) {
    for pair in cx.pairs.iter().filter(|p| p.across()) {
        let Some((judged, other)) = cx.contents(pair) else {
            continue;
        };
        if judged.text.is_none() || other.text.is_none() {
            continue;
        }
        let exact = shared(pair, judged, other);
        let known: BTreeSet<u32> = exact
            .iter()
            .map(|s| s.0)
            .filter(|_| !pair.corpus())
            .collect();
        let stretches = Stretches::new(pair, judged, &known);
        let mut found = meet(pair, other, &stretches);
        if pair.corpus() {
            for (row, twin) in exact {
                found.entry(row).or_insert(twin);
            }
        }
        if found.is_empty() {
            let why = format!(
                "by the data, no {} words in a row of `{}` stand in `{}`",
                stretches.words,
                cx.plan.show_data(&pair.judged.data),
                cx.plan.show_data(&pair.other.data),
            );
            out.prove(code, pair.judged_at, why);
        } else {
            let found: Vec<(u32, u32)> = found.into_iter().collect();
            out.report(diagnose(
                code,
                cx.plan,
                pair,
                (judged, other),
                stretches.words,
                &found,
            ));
        }
    }
}

impl Stretches {
    fn new(pair: &Pair<'_>, judged: &Contents<'_>, known: &BTreeSet<u32>) -> Self {
        let rows = || pair.judged.rows.par_iter().filter(|r| !known.contains(r));
        let words = |buffer: &mut String, &row: &u32| {
            normalise(judged.shown(row).unwrap_or_default(), buffer);
            buffer.split(' ').count()
        };
        let mut lengths: Vec<usize> = rows().map_init(String::new, words).collect();
        lengths.sort_unstable();
        let twentieth = lengths.get(lengths.len() / 20).copied().unwrap_or(LONGEST);
        let words = twentieth.clamp(SHORTEST, LONGEST);
        let all: usize = lengths.iter().map(|n| n.saturating_sub(words - 1)).sum();
        let stride = (all / KEPT + 1) as u64;
        let hashed = |buffers: &mut (String, Vec<u64>), &row: &u32| {
            let text = judged.shown(row).unwrap_or_default();
            let mut own = grams(text, words, buffers);
            own.retain(|g| g.is_multiple_of(stride));
            own.sort_unstable();
            own.dedup();
            own.into_iter().map(|g| (g, row)).collect::<Vec<_>>()
        };
        let own: Vec<Vec<(u64, u32)>> = rows().map_init(Default::default, hashed).collect();
        let mut of: Vec<(u64, u32)> = own.into_iter().flatten().collect();
        of.par_sort_unstable();
        let of: Vec<(u64, u32)> = of
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|same| same.len() <= COMMON)
            .flatten()
            .copied()
            .collect();
        let size = (of.len() * 16).next_power_of_two().max(64);
        let mut bits = vec![0u64; size / 64];
        for (gram, _) in &of {
            let (slot, bit) = place(*gram, bits.len());
            if let Some(word) = bits.get_mut(slot) {
                *word |= bit;
            }
        }
        Stretches {
            words,
            stride,
            of,
            bits,
        }
    }

    /// The rows that judge in which a stretch stands.
    fn rows(&self, gram: u64) -> impl Iterator<Item = u32> {
        let (slot, bit) = place(gram, self.bits.len());
        let there = gram.is_multiple_of(self.stride)
            && self.bits.get(slot).is_some_and(|word| word & bit != 0);
        let from = if there {
            self.of.partition_point(|(g, _)| *g < gram)
        } else {
            self.of.len()
        };
        let same = move |s: &&(u64, u32)| s.0 == gram;
        self.of.iter().skip(from).take_while(same).map(|s| s.1)
    }
}

fn place(gram: u64, words: usize) -> (usize, u64) {
    let at = mix(gram) as usize & (words * 64 - 1);
    (at / 64, 1 << (at % 64))
}

/// The hash of every stretch of so many words.
fn grams(text: &str, words: usize, (normal, hashes): &mut (String, Vec<u64>)) -> Vec<u64> {
    normalise(text, normal);
    hashes.clear();
    hashes.extend(normal.split(' ').map(|w| hash(w.as_bytes())));
    let gram = |w: &[u64]| w.iter().fold(0, |x, &h| mix(x ^ h));
    hashes.windows(words).map(gram).collect()
}

/// Rows that judge with the first row of the others that shares a stretch with them.
fn meet(pair: &Pair<'_>, other: &Contents<'_>, stretches: &Stretches) -> BTreeMap<u32, u32> {
    let one = |buffers: &mut (String, Vec<u64>), &row: &u32| {
        let text = other.shown(row).unwrap_or_default();
        let own = grams(text, stretches.words, buffers);
        let hit: BTreeSet<u32> = own.into_iter().flat_map(|g| stretches.rows(g)).collect();
        hit.into_iter()
            .map(|judged| (judged, row))
            .collect::<Vec<_>>()
    };
    let all: Vec<Vec<(u32, u32)>> = pair
        .other
        .rows
        .par_iter()
        .map_init(Default::default, one)
        .collect();
    let mut found = BTreeMap::new();
    for (judged, row) in all.into_iter().flatten() {
        found.entry(judged).or_insert(row);
    }
    found
}

/// The words that two texts share.
fn stretch(judged: &str, other: &str, words: usize) -> Option<String> {
    let mut buffers = Default::default();
    let theirs: BTreeSet<u64> = grams(other, words, &mut buffers).into_iter().collect();
    let at = grams(judged, words, &mut buffers)
        .iter()
        .position(|g| theirs.contains(g))?;
    let stretch: Vec<&str> = buffers.0.split(' ').skip(at).take(words).collect();
    Some(stretch.join(" "))
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    pair: &Pair<'_>,
    (judged, other): (&Contents<'_>, &Contents<'_>),
    words: usize,
    found: &[(u32, u32)],
) -> Diagnostic {
    let message = format!(
        "stretches of {} of `{}` stand in `{}`",
        tell::counted(found.len(), "row"),
        plan.show_data(&pair.judged.data),
        plan.show_data(&pair.other.data),
    );
    let mut d = tell::places(plan, pair, Diagnostic::new(code, message));
    for &(row, twin) in found.iter().take(tell::NAMED) {
        d = tell::both(pair, row, twin, d);
        let (a, b) = (judged.shown(row), other.shown(twin));
        let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
        d = d.witness(format!(
            "{} shares with {}: {}",
            tell::row(&pair.judged, row),
            tell::row(&pair.other, twin),
            tell::excerpt(&stretch(a, b, words).unwrap_or_else(|| a.to_string())),
        ));
    }
    let total = pair.judged.rows.len();
    d.witness(format!(
        "{} of {} rows that judge share {words} words in a row, or stand there whole",
        tell::percent(found.len(), total),
        tell::grouped(total)
    ))
    .why(
        "a model that met a row while it learned may recall it, and what it scores on such rows says \
         nothing about others (Brown et al. 2020, §4; Lee et al. 2022)",
    )
    .help("judge on the rows that are not met, or take the shared texts out of the corpus")
}
