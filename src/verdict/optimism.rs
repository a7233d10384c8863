//! What choosing adds to the winner's value: on the rows that chose it the winner looks better than it is.
//!
//! The choice is made again on every resample. By how much the resample's winner beats its own value on all rows is the
//! optimism of one choice (Efron 1983; Harrell, Lee & Mark 1996). Where systems lie close together that is itself too
//! small, since the resampled systems lie further apart than the true ones; a second level of resampling says by how
//! much, and is added (Hall 1992, §1.4: the bias correction iterated once).

use super::book::Page;
use crate::hir::{MetricRef, Variant};
use crate::infer::nested;
use crate::result::{Interval, Optimism, ResampleUnit};
use crate::stats::quantile::Sorted;

/// Resamples of the first level that are resampled again, and how often each.
const LEVELS: (u32, u32) = (200, 50);

/// How a choice is made among systems, by their places.
pub(super) struct Rule<'a> {
    /// Those that may be chosen.
    pub(super) systems: &'a [&'a Variant],
    pub(super) objective: &'a MetricRef,
    /// 1 where the largest value wins, −1 where the smallest does.
    pub(super) sign: f64,
    /// The tie-break: the metric, its sign, and how far from the best it decides; canonical.
    pub(super) prefer: Option<(&'a MetricRef, f64, f64)>,
}

impl Rule<'_> {
    /// The place of the winner by objectives and tie-breaks; `None` where no value is known.
    fn winner(&self, objectives: &[f64], ties: &[f64]) -> Option<usize> {
        let merit = |i: usize| objectives.get(i).map_or(f64::NAN, |v| self.sign * v);
        let places = || (0..objectives.len()).filter(|i| merit(*i).is_finite());
        let best = places().max_by(|&a, &b| merit(a).total_cmp(&merit(b)).then(b.cmp(&a)))?;
        let Some((_, sign, within)) = self.prefer else {
            return Some(best);
        };
        let near = |i: &usize| merit(best) - merit(*i) <= within + 1e-12;
        let score = |i: usize| ties.get(i).map_or(f64::NAN, |v| sign * v);
        places()
            .filter(near)
            .filter(|i| score(*i).is_finite())
            .max_by(|&a, &b| score(a).total_cmp(&score(b)).then(b.cmp(&a)))
            .or(Some(best))
    }

    /// How much better the winner looks than it is by `truth`.
    fn excess(&self, objectives: &[f64], ties: &[f64], truth: &[f64]) -> Option<f64> {
        let winner = self.winner(objectives, ties)?;
        let excess = self.sign * (objectives.get(winner)? - truth.get(winner)?);
        excess.is_finite().then_some(excess)
    }
}

/// The winner's value, corrected for having been chosen on these rows; `None` where there was nothing to choose, or no
/// resamples to choose again on. `factor` is from canonical to display units.
pub(super) fn optimism(
    page: &Page<'_>,
    rule: &Rule<'_>,
    winner: &Variant,
    (level, seed, factor): (f64, u64, f64),
) -> Option<Optimism> {
    let place = rule.systems.iter().position(|v| *v == winner)?;
    if rule.systems.len() < 2 {
        return None;
    }
    let samples = |metric: &MetricRef| -> Option<Vec<_>> {
        let of = |v: &&Variant| {
            page.sample(v, metric, 0)
                .filter(|s| !s.replicates.is_empty())
        };
        rule.systems.iter().map(of).collect()
    };
    let objectives = samples(rule.objective)?;
    let ties = match rule.prefer {
        Some((metric, ..)) => samples(metric)?,
        None => Vec::new(),
    };
    let observed: Vec<f64> = objectives.iter().map(|s| s.estimate).collect();
    let drawn = objectives
        .iter()
        .chain(&ties)
        .map(|s| s.replicates.len())
        .min()?;
    let at = |b: usize, of: &[std::borrow::Cow<'_, crate::infer::Sample>]| -> Vec<f64> {
        of.iter()
            .map(|s| s.replicates.get(b).copied().unwrap_or(f64::NAN))
            .collect()
    };
    let excess: Vec<f64> = (0..drawn)
        .filter_map(|b| rule.excess(&at(b, &objectives), &at(b, &ties), &observed))
        .collect();
    let first = crate::stats::summary::mean(&excess)?;
    let second = second_level(page, rule, seed)?;
    let more = first - second;
    let optimism = (first + more).max(0.0);
    let estimate = *observed.get(place)?;
    let sorted = Sorted::new(excess).ok()?;
    let (low, high) = (
        sorted.linear(0.5 * (1.0 - level))?,
        sorted.linear(0.5 * (1.0 + level))?,
    );
    // The basic interval of what is chosen: the winner's value less how far a winner's value is off.
    let end = |off: f64| (estimate - rule.sign * (off + more)) * factor;
    let (a, b) = (end(high), end(low));
    Some(Optimism {
        estimate: estimate * factor,
        optimism: rule.sign * optimism * factor,
        corrected: (estimate - rule.sign * optimism) * factor,
        interval: Interval {
            low: a.min(b),
            high: a.max(b),
            level,
            method: "basic, chosen again".into(),
            resamples: Some(drawn as u64),
            unit: page.unit(),
            units: objectives.first().map(|s| s.units()),
            runs: objectives
                .first()
                .map(|s| s.runs.len() as u64)
                .filter(|_| page.unit() != ResampleUnit::Run),
            ..Interval::default()
        },
    })
}

/// The mean optimism of choosing on a resample, by resamples of it.
fn second_level(page: &Page<'_>, rule: &Rule<'_>, seed: u64) -> Option<f64> {
    let mut claims = Vec::new();
    for metric in std::iter::once(rule.objective).chain(rule.prefer.iter().map(|p| p.0)) {
        for v in rule.systems {
            claims.push(page.place(v, metric)?);
        }
    }
    let count = rule.systems.len();
    let all = nested(&page.measured.panel, &claims, LEVELS, seed);
    let mut excess = Vec::new();
    for one in &all {
        let (truth, _) = one.outer.split_at_checked(count)?;
        for again in &one.inner {
            let (objectives, ties) = again.split_at_checked(count)?;
            excess.extend(rule.excess(objectives, ties, truth));
        }
    }
    crate::stats::summary::mean(&excess)
}
