//! What one claim can show: the smallest effect, and the units that the effect asked for needs.
//!
//! Where the plan declares what is needed both ends of a [`Between`] are one number. Where rows come in
//! clusters of unknown likeness, the favourable end takes rows as independent, the unfavourable one
//! a cluster's rows as all alike. Where no pilot is declared, the favourable end is the least
//! disagreement that the effect itself makes, the unfavourable one the most there can be.

use super::claims::{Claim, Part, wished};
use super::needed::Ask;
use super::scores;
use super::simulate;
use super::sizes::{Count, Reads, Units, units};
use crate::hir::{MetricKind, Over, Plan};
use crate::stats::power;
use crate::stats::two_samples::{self, difference_of_h, smallest_h};
use crate::types::Measure;

/// From the most favourable to the least; none where there is no such bound.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Between {
    /// The favourable end.
    pub best: Option<f64>,
    /// The unfavourable end.
    pub worst: Option<f64>,
}

impl Between {
    fn both(best: Option<f64>, worst: Option<f64>) -> Between {
        Between { best, worst }
    }
}

/// How much an answer may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Simulates only where a pilot asks for it: for checks, which run at every keystroke.
    Quick,
    /// Simulates what has no closed form.
    Full,
}

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Basis {
    /// Paired proportions with a declared share of disagreement (Connor 1987).
    Disagreement(f64),
    /// Paired means with a declared standard deviation of the differences (noncentral t).
    Spread(f64),
    /// Resampled tables with a declared share of disagreement; the standard deviation a row contributes,
    /// for the most and the least favourable level of the systems.
    Simulated(f64, (f64, f64)),
    /// Paired proportions, all disagreements one way or all rows disagreeing.
    AnyDisagreement,
    /// Resampled tables in which every row disagrees; the standard deviation a row contributes at most.
    AnySimulated(f64),
    /// Simulated scores of two systems that are independent given the class; the standard deviation a row contributes
    /// at most.
    AnyScores(f64),
    /// Simulated times with the pilot's level and spread; the standard deviation a row contributes, of the tail that is
    /// most and least favourable.
    Tail((f64, f64)),
    /// Paired means between the ends of the metric's range.
    Bounded(f64),
    /// Whole runs vary; in standard deviations of the runs' differences (noncentral t).
    Runs,
    /// Shares of two samples, from one of them at an end to both round one half, where a difference is hardest to see.
    ApartShares,
    /// Means of two samples whose rows lie at the ends of the metric's range.
    ApartBounded(f64),
    /// Whole runs, sampled apart; in standard deviations of the runs (noncentral t).
    ApartRuns,
    /// No answer, and why.
    Nothing(Why),
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A side has published numbers only.
    Published,
    /// The sides are sampled apart, and the metric is neither a share nor a mean with a range.
    Apart,
    /// The metric has no closed form, and nothing is declared to simulate from.
    NoForm,
    /// A mean without a range, and no pilot's standard deviation.
    NoSpread,
    /// A quantile, and no pilot's level and standard deviation.
    NoTail,
}

/// Whether the units suffice for the effect that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enough {
    /// They do.
    Yes,
    /// They don't, whatever isn't declared.
    No,
    /// It depends on what isn't declared.
    Unsure,
    /// Nothing is asked for.
    NotAsked,
}

/// What a claim can show.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment<'a> {
    /// Rows and clusters.
    pub units: Units<'a>,
    /// Where the answer comes from.
    pub basis: Basis,
    /// The smallest effect that is shown with the power wished for.
    pub smallest: Between,
    /// The same at the corrected level.
    pub smallest_corrected: Between,
    /// The numbers of independent units reckoned with.
    pub independent: Between,
    /// The effect asked for.
    pub asked: Option<(f64, Ask)>,
    /// Rows (or runs) that it needs.
    pub rows_needed: Between,
    /// Whether there are enough.
    pub enough: Enough,
}

/// The most optimistic and the most pessimistic number of independent units.
#[derive(Clone, Copy)]
struct Span {
    best: Option<f64>,
    worst: Option<f64>,
    /// Rows for each unit of the pessimistic end.
    per_unit: Option<f64>,
}

/// Assesses a claim; `effect` takes the place of what its decision asks.
pub fn assess<'a>(
    plan: &'a Plan,
    reads: &Reads,
    claim: &Claim<'_>,
    effect: Option<f64>,
    effort: Effort,
) -> Assessment<'a> {
    let mut units = of_part(units(plan, reads, claim.on), claim.part.as_ref());
    if claim.row_by_row {
        units.clusters = None;
    }
    let asked = effect
        .map(|e| (e, Ask::Point))
        .or_else(|| claim.needed.as_ref().map(|n| (n.effect, n.how)));
    let basis = basis(plan, reads, claim, effort);
    let pairs = pairs(claim);
    let margin = asked.is_some_and(|a| a.1 == Ask::Margin);
    let mut span = match basis {
        Basis::Runs | Basis::ApartRuns => of_runs(claim),
        _ => span(&units),
    };
    span.best = span.best.map(|n| n * pairs);
    let ask = Question {
        alpha: claim.level,
        power: wished(plan),
        margin,
        runs: runs(claim),
    };
    let smallest = |ask: &Question| {
        Between::both(
            span.best.and_then(|n| ask.smallest(basis, n, true)),
            span.worst.and_then(|n| ask.smallest(basis, n, false)),
        )
    };
    let corrected = Question {
        alpha: claim.corrected,
        margin: false,
        ..ask
    };
    let smallest_corrected = if claim.corrected < claim.level {
        smallest(&corrected)
    } else {
        Between::default()
    };
    let smallest = smallest(&ask);
    let needs = |best| asked.and_then(|(e, _)| ask.needs(basis, e, best));
    let rows_needed = Between::both(
        needs(true).map(|n| n / pairs),
        needs(false).zip(span.per_unit).map(|(n, rows)| n * rows),
    );
    Assessment {
        enough: enough(asked, basis, smallest),
        units,
        basis,
        smallest,
        smallest_corrected,
        independent: Between::both(span.best, span.worst),
        asked,
        rows_needed,
    }
}

/// The pairs of cells that an effect of a factorial averages: at best each tells of the rows anew.
fn pairs(claim: &Claim<'_>) -> f64 {
    claim.contrast.as_ref().map_or(1.0, |c| c.pairs)
}

/// Averaging over runs can at best make as many pairs of each row.
fn runs(claim: &Claim<'_>) -> f64 {
    claim.runs.0.max(claim.runs.1).max(1) as f64
}

/// The chance that the effect asked for is shown, if it is there.
pub fn chance(claim: &Claim<'_>, found: &Assessment<'_>) -> Between {
    let Some((effect, ask)) = found.asked else {
        return Between::default();
    };
    let margin = ask == Ask::Margin;
    let of = |n: Option<f64>, best: bool| {
        n.and_then(|n| chance_at(claim, found.basis, n, effect, (margin, best)))
    };
    Between::both(
        of(found.independent.best, true),
        of(found.independent.worst, false),
    )
}

fn chance_at(
    claim: &Claim<'_>,
    basis: Basis,
    n: f64,
    effect: f64,
    (margin, best): (bool, bool),
) -> Option<f64> {
    let alpha = claim.level;
    let mean = |sd: f64| power::paired_t(effect / sd, n, alpha);
    let pairs = |d: f64| {
        if margin {
            return power::margin_power(n, d, effect, alpha);
        }
        let (first, second) = (0.5 * (d + effect), 0.5 * (d - effect));
        if second < 0.0 {
            return None;
        }
        if n <= MOST_EXACT {
            return Some(power::mcnemar_exact(n as u64, first, second, alpha));
        }
        power::mcnemar_normal(n, first, second, alpha)
    };
    match basis {
        Basis::Disagreement(d) => pairs(d),
        Basis::AnyDisagreement if best && margin => Some(1.0),
        Basis::AnyDisagreement if best => power::best_power(n * runs(claim), effect, alpha),
        Basis::AnyDisagreement => pairs(1.0),
        Basis::Spread(sd) => mean(sd),
        Basis::Simulated(_, (low, high)) | Basis::Tail((low, high)) => {
            mean(if best { low } else { high })
        }
        Basis::Bounded(_) | Basis::AnySimulated(_) | Basis::AnyScores(_) if best => Some(1.0),
        Basis::Bounded(range) => mean(range),
        Basis::AnySimulated(sd) | Basis::AnyScores(sd) => mean(sd),
        Basis::ApartShares if best && margin => Some(1.0),
        Basis::ApartShares if best => power::best_power(n * runs(claim), effect, alpha),
        Basis::ApartShares if margin => power::margin_power(n, APART, effect, alpha),
        Basis::ApartShares => two_samples::shares_power(smallest_h(effect), n, alpha),
        Basis::ApartBounded(_) if best => Some(1.0),
        Basis::ApartBounded(range) => two_samples::t_power(effect / (0.5 * range), n, alpha),
        Basis::Runs | Basis::ApartRuns | Basis::Nothing(_) => None,
    }
}

/// The most that the difference of two rows of shares varies where they are apart: both round one half.
const APART: f64 = 0.5;

/// Up to this many pairs the power of the exact test is enumerated.
const MOST_EXACT: f64 = 200.0;

fn enough(asked: Option<(f64, Ask)>, basis: Basis, smallest: Between) -> Enough {
    let Some((effect, _)) = asked else {
        return Enough::NotAsked;
    };
    // An effect in standard deviations isn't comparable with one in the metric's unit.
    if matches!(basis, Basis::Runs | Basis::ApartRuns | Basis::Nothing(_)) {
        return Enough::Unsure;
    }
    let over = |end: Option<f64>| end.map(|s| s > effect * (1.0 + 1e-9));
    match (over(smallest.best), over(smallest.worst)) {
        (_, Some(false)) => Enough::Yes,
        (Some(true), _) => Enough::No,
        _ => Enough::Unsure,
    }
}

/// The rows of a slice's part: as read, else at most all.
fn of_part<'a>(mut units: Units<'a>, part: Option<&Part<'_>>) -> Units<'a> {
    let Some(part) = part else { return units };
    let of = |n: u64| Count::Exactly(n as f64);
    let bound = |c: Count| c.bound().map_or(Count::Unknown, Count::AtMost);
    units.rows.count = match part.read {
        Some((rows, _)) => of(rows),
        None => bound(units.rows.count),
    };
    if let Some((_, size)) = &mut units.clusters {
        size.count = match part.read {
            Some((_, clusters)) => clusters.map_or(Count::Unknown, of),
            None => bound(size.count),
        };
    }
    units
}

fn span(units: &Units<'_>) -> Span {
    let rows = units.rows.count;
    match &units.clusters {
        None => Span {
            best: rows.bound(),
            worst: rows.number(),
            per_unit: Some(1.0),
        },
        Some((_, clusters)) => Span {
            best: rows.bound(),
            worst: clusters.count.number(),
            per_unit: (rows.number().zip(clusters.count.number()))
                .filter(|(_, c)| *c > 0.0)
                .map(|(r, c)| (r / c).max(1.0)),
        },
    }
}

fn of_runs(claim: &Claim<'_>) -> Span {
    let runs = match claim.runs {
        // A side without a run of its own is a constant.
        (a, b) if a.min(b) <= 1 => a.max(b),
        (a, b) => a.min(b),
    };
    Span {
        best: Some(runs as f64),
        worst: Some(runs as f64),
        per_unit: Some(1.0),
    }
}

fn basis(plan: &Plan, reads: &Reads, claim: &Claim<'_>, effort: Effort) -> Basis {
    if claim.runs.0 == 0 || claim.runs.1 == 0 {
        return Basis::Nothing(Why::Published);
    }
    let metric = &plan.metrics[claim.metric.metric];
    match (claim.paired, claim.over) {
        (true, Over::Runs) => return Basis::Runs,
        (false, Over::Runs) => return Basis::ApartRuns,
        (false, _) => return apart(plan.metric_kind(claim.metric.metric), metric.range),
        (true, _) => {}
    }
    let measure = metric.measure.difference();
    let spread = claim.pilot.and_then(|p| p.sd.as_ref());
    let disagreement = claim.pilot.and_then(|p| p.disagreement.as_ref());
    let points = measure == Measure::Points;
    match plan.metric_kind(claim.metric.metric) {
        MetricKind::Share => match (disagreement, spread) {
            (Some(d), _) => Basis::Disagreement(d.value),
            (None, Some((sd, of))) if *of == measure => Basis::Spread(sd.value),
            (None, _) => Basis::AnyDisagreement,
        },
        MetricKind::Mean => match spread {
            Some((sd, of)) if *of == measure => Basis::Spread(sd.value),
            // Rows that are right or wrong, scored by a native.
            _ if points && disagreement.is_some() && metric.range == Some((0.0, 1.0)) => {
                Basis::Disagreement(disagreement.map_or(1.0, |d| d.value))
            }
            _ => match metric.range {
                Some((low, high)) if (high - low).is_finite() => Basis::Bounded(high - low),
                _ => Basis::Nothing(Why::NoSpread),
            },
        },
        MetricKind::Quantile => {
            let sd = spread.filter(|(_, of)| *of == measure && effort == Effort::Full);
            let found = sd.and_then(|(sd, _)| scores::of_quantile(plan, claim, sd.value));
            found.map_or(Basis::Nothing(Why::NoTail), Basis::Tail)
        }
        MetricKind::RocArea if effort == Effort::Full => scores::of_area(plan, reads, claim)
            .map_or(Basis::Nothing(Why::NoForm), Basis::AnyScores),
        MetricKind::RocArea | MetricKind::Other => {
            let declared = disagreement.filter(|_| points).map(|d| d.value);
            let spread = |d: f64| simulate::spread(plan, reads, claim, d);
            let found = match (declared, effort) {
                (Some(d), _) => spread(d).map(|spread| Basis::Simulated(d, spread)),
                (None, Effort::Full) if points => spread(1.0).map(|s| Basis::AnySimulated(s.1)),
                (None, Effort::Full | Effort::Quick) => None,
            };
            found.unwrap_or(Basis::Nothing(Why::NoForm))
        }
    }
}

fn apart(kind: MetricKind, range: Option<(f64, f64)>) -> Basis {
    match (kind, range) {
        (MetricKind::Share, _) => Basis::ApartShares,
        (MetricKind::Mean, Some((low, high))) if (high - low).is_finite() => {
            Basis::ApartBounded(high - low)
        }
        _ => Basis::Nothing(Why::Apart),
    }
}

/// What is asked of the formulas.
#[derive(Clone, Copy)]
struct Question {
    alpha: f64,
    power: f64,
    margin: bool,
    /// Averaging over runs can at best make as many pairs of each row.
    runs: f64,
}

impl Question {
    fn smallest(&self, basis: Basis, n: f64, best: bool) -> Option<f64> {
        let (alpha, power) = (self.alpha, self.power);
        let mean = |sd: f64| Some(power::detectable_mean(n, alpha, power)? * sd);
        match basis {
            Basis::Disagreement(d) if self.margin => power::margin_proportion(n, d, alpha, power),
            Basis::Disagreement(d) => power::detectable_proportion(n, d, alpha, power),
            // Systems that never disagree are no worse, by whatever margin.
            Basis::AnyDisagreement if best && self.margin => Some(0.0),
            Basis::AnyDisagreement if best => power::best_proportion(n * self.runs, alpha, power),
            Basis::AnyDisagreement if self.margin => power::margin_proportion(n, 1.0, alpha, power),
            Basis::AnyDisagreement => power::detectable_proportion(n, 1.0, alpha, power),
            Basis::Spread(sd) => mean(sd),
            Basis::Simulated(_, (low, high)) | Basis::Tail((low, high)) => {
                mean(if best { low } else { high })
            }
            Basis::Bounded(_) | Basis::AnySimulated(_) | Basis::AnyScores(_) if best => Some(0.0),
            Basis::Bounded(range) => mean(range),
            Basis::AnySimulated(sd) | Basis::AnyScores(sd) => mean(sd),
            Basis::Runs => mean(1.0),
            Basis::ApartShares if best && self.margin => Some(0.0),
            Basis::ApartShares if best => power::best_proportion(n * self.runs, alpha, power),
            Basis::ApartShares if self.margin => power::margin_proportion(n, APART, alpha, power),
            Basis::ApartShares => difference_of_h(two_samples::shares_detectable(n, alpha, power)?),
            Basis::ApartBounded(_) if best => Some(0.0),
            Basis::ApartBounded(range) => {
                Some(two_samples::t_detectable(n, alpha, power)? * 0.5 * range)
            }
            Basis::ApartRuns => two_samples::t_detectable(n, alpha, power),
            Basis::Nothing(_) => None,
        }
    }

    fn needs(&self, basis: Basis, effect: f64, best: bool) -> Option<f64> {
        let (alpha, power) = (self.alpha, self.power);
        let mean = |sd: f64| power::pairs_for_mean(effect / sd, alpha, power);
        let pairs = |d: f64| {
            let (first, second) = (0.5 * (d + effect), 0.5 * (d - effect));
            let fits = second >= 0.0;
            fits.then(|| power::mcnemar_pairs(first, second, alpha, power))?
        };
        match basis {
            Basis::Disagreement(d) if self.margin => power::margin_pairs(d, effect, alpha, power),
            Basis::Disagreement(d) => pairs(d),
            Basis::AnyDisagreement if best && self.margin => None,
            Basis::AnyDisagreement if best => {
                Some(power::best_pairs(effect, alpha, power)? / self.runs)
            }
            Basis::AnyDisagreement if self.margin => power::margin_pairs(1.0, effect, alpha, power),
            Basis::AnyDisagreement => pairs(1.0),
            Basis::Spread(sd) => mean(sd),
            Basis::Simulated(_, (low, high)) | Basis::Tail((low, high)) => {
                mean(if best { low } else { high })
            }
            Basis::Bounded(_) | Basis::AnySimulated(_) | Basis::AnyScores(_) if best => None,
            Basis::Bounded(range) => mean(range),
            Basis::AnySimulated(sd) | Basis::AnyScores(sd) => mean(sd),
            Basis::ApartShares if best && self.margin => None,
            Basis::ApartShares if best => {
                Some(power::best_pairs(effect, alpha, power)? / self.runs)
            }
            Basis::ApartShares if self.margin => power::margin_pairs(APART, effect, alpha, power),
            Basis::ApartShares => two_samples::shares_needed(smallest_h(effect), alpha, power),
            Basis::ApartBounded(_) if best => None,
            Basis::ApartBounded(range) => {
                two_samples::t_needed(effect / (0.5 * range), alpha, power)
            }
            Basis::Runs | Basis::ApartRuns | Basis::Nothing(_) => None,
        }
    }
}
