//! Systems ranked over datasets, or over the slices of one: Friedman's test, and which systems Nemenyi's critical
//! difference does not tell apart.
//!
//! Comparisons that ask for `test: friedman` and compare the same systems by the same metric are blocks of one ranking:
//! one block for each of their datasets, or for each part of their slices where they have any.

use super::book::{Book, name, part_name};
use crate::hir::{Compare, MetricRef, TestMethod, Variant};
use crate::result::{RankedPair, RankedSystem, Ranking};
use crate::stats::bradley_terry::{NoStrengths, bradley_terry};
use crate::stats::friedman::friedman;
use std::cmp::Ordering;

/// What has been gathered of one ranking.
struct Gathered<'a> {
    metric: &'a MetricRef,
    systems: Vec<&'a Variant>,
    /// The name of each block, with each system's value turned so that more is better.
    blocks: Vec<(String, Vec<f64>)>,
}

/// One table for each metric and set of systems.
pub(super) fn rankings(book: &Book<'_>) -> Vec<Ranking> {
    let mut all: Vec<Gathered<'_>> = Vec::new();
    let asked = |c: &&Compare| c.test.is_some_and(|t| t.value == TestMethod::Friedman);
    for c in book.plan.compares.iter().map(|(_, c)| c).filter(asked) {
        let mut systems: Vec<&Variant> = std::iter::once(&c.subject)
            .chain(&c.against)
            .map(|v| &v.variant)
            .collect();
        systems.sort();
        systems.dedup();
        for metric in &c.metrics {
            let blocks = blocks(book, c, metric, &systems);
            let known = all
                .iter_mut()
                .find(|g| g.metric.same(metric) && g.systems == systems);
            match known {
                Some(known) => known.blocks.extend(blocks),
                None => all.push(Gathered {
                    metric,
                    systems: systems.clone(),
                    blocks,
                }),
            }
        }
    }
    all.iter().map(|g| ranking(book, g)).collect()
}

/// The blocks of one comparison.
fn blocks(
    book: &Book<'_>,
    c: &Compare,
    metric: &MetricRef,
    systems: &[&Variant],
) -> Vec<(String, Vec<f64>)> {
    let Some(page) = c.on.as_ref().and_then(|on| book.page(&on.data)) else {
        return Vec::new();
    };
    let rows = book.plan.show_data(&page.measured.wanted.on);
    let mut parts: Vec<(usize, String)> = Vec::new();
    for slice in &c.slices {
        for (place, part) in page.parts(&slice.name.value) {
            parts.push((place, format!("{rows}, {}", part_name(part))));
        }
    }
    if parts.is_empty() {
        parts.push((0, rows));
    }
    let sign = book.plan.metrics[metric.metric].sign();
    let value = |v: &Variant, part: usize| {
        let sample = page.sample(v, metric, part);
        sample.map_or(f64::NAN, |s| sign * s.estimate)
    };
    let of_part = |(place, name): (usize, String)| {
        let values = systems.iter().map(|v| value(v, place)).collect();
        (name, values)
    };
    parts.into_iter().map(of_part).collect()
}

/// How often each system beats each other over blocks; a tie is half a win of both.
fn wins(blocks: &[Vec<f64>], systems: usize) -> Vec<Vec<f64>> {
    let won = |block: &Vec<f64>, a: usize, b: usize| match block.get(a).partial_cmp(&block.get(b)) {
        _ if a == b => 0.0,
        Some(Ordering::Greater) => 1.0,
        Some(Ordering::Equal) => 0.5,
        Some(Ordering::Less) | None => 0.0,
    };
    let all = |a, b| blocks.iter().map(|block| won(block, a, b)).sum();
    let row = |a| (0..systems).map(|b| all(a, b)).collect();
    (0..systems).map(row).collect()
}

/// Elo ratings of the systems, which stand in `order`, or why there are none.
fn rate(found: &mut Ranking, order: &[usize], blocks: &[Vec<f64>], alpha: f64) {
    match bradley_terry(&wins(blocks, order.len())) {
        Ok(strengths) => {
            let (elo, half) = (strengths.elo(), strengths.elo_half_widths(1.0 - alpha));
            let half = half.unwrap_or_default();
            for (system, place) in found.systems.iter_mut().zip(order) {
                system.elo = elo.get(*place).copied();
                system.elo_half_width = half.get(*place).copied();
            }
        }
        Err(NoStrengths::Unbeaten(places)) => {
            let unbeaten = order.iter().zip(&found.systems);
            let unbeaten = unbeaten.filter(|(place, _)| places.contains(place));
            let names: Vec<&str> = unbeaten.map(|(_, s)| s.system.as_str()).collect();
            found.elo_note = Some(format!(
                "no Elo ratings: {} beat{} every other system on every block, so nothing limits how far above they are",
                names.join(", "),
                if names.len() == 1 { "s" } else { "" }
            ));
        }
        Err(NoStrengths::NoTable) => {}
    }
}

fn ranking(book: &Book<'_>, g: &Gathered<'_>) -> Ranking {
    let plan = book.plan;
    let header = plan.header.as_ref();
    let alpha = header
        .and_then(|h| h.alpha.as_ref())
        .map_or(0.05, |a| a.value);
    let names: Vec<String> = g.systems.iter().map(|v| name(plan, v)).collect();
    let named = |i: &usize| names.get(*i).cloned().unwrap_or_default();
    let mut found = Ranking {
        metric: g.metric.text.clone(),
        blocks: g.blocks.iter().map(|b| b.0.clone()).collect(),
        alpha,
        ..Ranking::default()
    };
    let values: Vec<Vec<f64>> = g.blocks.iter().map(|b| b.1.clone()).collect();
    let Some(tested) = friedman(&values) else {
        found.note = Some(match values.len() {
            0 | 1 => {
                "one block has no ranks to compare: compare on several partitions, or by slices"
                    .into()
            }
            _ => {
                "no ranks: some system has no value on some block, or all tie on every block".into()
            }
        });
        return found;
    };
    let rank = |i: usize| tested.mean_ranks.get(i).copied().unwrap_or(f64::NAN);
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|&a, &b| {
        rank(a)
            .total_cmp(&rank(b))
            .then(names.get(a).cmp(&names.get(b)))
    });
    found.systems = order
        .iter()
        .map(|i| RankedSystem {
            system: named(i),
            mean_rank: rank(*i),
            ..RankedSystem::default()
        })
        .collect();
    rate(&mut found, &order, &values, alpha);
    found.chi2 = Some(tested.chi2);
    found.p_value = Some(tested.chi2_p);
    found.f = Some(tested.f);
    found.f_p_value = Some(tested.f_p);
    found.critical_difference = tested.critical_difference(alpha);
    found.groups = tested
        .groups(alpha)
        .unwrap_or_default()
        .iter()
        .map(|group| group.iter().map(named).collect())
        .collect();
    for (place, a) in order.iter().enumerate() {
        for b in order.iter().skip(place + 1) {
            found.pairs.push(RankedPair {
                better: named(a),
                worse: named(b),
                p_value: tested.nemenyi_p(*a, *b),
            });
        }
    }
    found
}
