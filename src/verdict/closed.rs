//! Intervals and p values in closed form, from units' own values.

use crate::hir::{AnalyticMethod, TestMethod};
use crate::infer::{Sample, Side, Sides};
use crate::metrics::Basis;
use crate::stats::analytic::{self, Ends, Pairs, Share};
use crate::stats::delong::Area;
use crate::stats::proportion;
use crate::stats::random::key;
use crate::stats::significance::{self, P};
use crate::stats::summary;

/// How many assignments a permutation test draws where it doesn't enumerate them.
pub(super) const DRAWS: u32 = 10_000;

/// An analytic interval of a value or a difference, with the name of what was computed; `None` where
/// the method has no answer for it.
pub(super) fn interval(
    sample: &Sample,
    method: AnalyticMethod,
    level: f64,
) -> Option<(Ends, &'static str)> {
    match method {
        AnalyticMethod::T if sample.test_over_train.is_some() => {
            Some((mean(sample, level, true)?, "corrected t"))
        }
        AnalyticMethod::T => Some((mean(sample, level, true)?, "t")),
        AnalyticMethod::Normal => Some((mean(sample, level, false)?, "normal")),
        AnalyticMethod::Wilson | AnalyticMethod::Newcombe => match shares(sample, level)? {
            Shares::One(share) => Some((share.wilson(level)?, "Wilson")),
            Shares::Paired(p) => Some((analytic::newcombe_paired(p, level)?, "Newcombe paired")),
            Shares::Apart(a, b) => Some((analytic::newcombe_of(a, b, level)?, "Newcombe")),
        },
        AnalyticMethod::Exact => match shares(sample, level)? {
            Shares::One(share) => Some((share.clopper_pearson(level)?, "Clopper–Pearson")),
            Shares::Paired(p) => Some((analytic::discordant_exact(p, level)?, "exact conditional")),
            Shares::Apart(..) => None,
        },
        AnalyticMethod::Delong => {
            let variance = match &sample.sides {
                None => {
                    let positive = positive(sample)?;
                    let left_out: Vec<f64> = sample.by_unit(&sample.left_out).collect();
                    let area = Area::from_left_out(&positive, sample.estimate, &left_out)?;
                    area.covariance(&area)?
                }
                Some(_) => {
                    let (a, b) = areas(sample)?;
                    a.variance_of_difference(&b)?
                }
            };
            let ends = analytic::around_z(sample.estimate, variance.sqrt(), level)?;
            Some((ends, "DeLong"))
        }
        AnalyticMethod::OrderStatistic => {
            let (sorted, q) = sample.quantile.as_deref()?;
            Some((
                analytic::quantile_order(sorted, *q, level)?,
                "order statistics",
            ))
        }
    }
}

fn mean(sample: &Sample, level: f64, student: bool) -> Option<Ends> {
    if sample.basis == Basis::Runs {
        if !fits_runs(sample) {
            return None;
        }
        // Runs that are paired by no seed are none the worse for being subtracted one by one: the degrees are fewer.
        return match student {
            true => analytic::mean_t(&sample.runs, level),
            false => analytic::mean_z(&sample.runs, level),
        };
    }
    if let Some(ratio) = sample.test_over_train {
        let (mean, se, df) = analytic::corrected_resampled(&sample.pseudo_values(), ratio)?;
        return analytic::around_t(mean, se, df, level);
    }
    match &sample.sides {
        Some(s) if !s.paired => {
            let (difference, se, df) = analytic::welch(&s.candidate.units(), &s.baseline.units())?;
            let difference = s.sign * difference;
            if student {
                analytic::around_t(difference, se, df, level)
            } else {
                analytic::around_z(difference, se, level)
            }
        }
        _ if student => analytic::mean_t(sample.side().counted(), level),
        _ => analytic::mean_z(sample.side().counted(), level),
    }
}

/// For each unit whether it is a positive row.
fn positive(sample: &Sample) -> Option<Vec<bool>> {
    Some(sample.by_unit(sample.positive.as_ref()?).collect())
}

/// The areas of both sides of a paired difference.
fn areas(sample: &Sample) -> Option<(Area, Area)> {
    let positive = positive(sample)?;
    let sides = sample.sides.as_ref().filter(|s| s.paired)?;
    let area = |value: f64, pseudo: &[f64]| {
        let n = pseudo.len() as f64;
        let without = pseudo.iter().map(|p| (n * value - p) / (n - 1.0));
        Area::from_left_out(&positive, value, &without.collect::<Vec<f64>>())
    };
    let of = |side: &Side| area(side.estimate, &side.units());
    Some((of(&sides.candidate)?, of(&sides.baseline)?))
}

/// Yes/no rows, or requests, of one system, or of the two sides of a difference.
pub(super) enum Shares {
    One(Share),
    Paired(Pairs),
    Apart(Share, Share),
}

/// A share of rows or requests, or a difference of two; `None` where a row doesn't say yes or no, and of
/// what is no share by its formula: a mean that happens to be 0 on every row has no bound at 1.
pub(super) fn shares(sample: &Sample, level: f64) -> Option<Shares> {
    match sample.basis {
        Basis::Rows | Basis::Runs => return None,
        Basis::Requests(_) => {
            let Some(sides) = &sample.sides else {
                return Some(Shares::One(proportion::grouped(&sample.trials()?, level)?));
            };
            // Each side was asked in its own time, and failed in its own.
            let of = |side: &Side| proportion::grouped(side.trials.as_ref()?, level);
            let (mut a, mut b) = (of(&sides.candidate)?, of(&sides.baseline)?);
            if sides.sign < 0.0 {
                std::mem::swap(&mut a, &mut b);
            }
            return Some(Shares::Apart(a, b));
        }
        Basis::Share => {}
    }
    let Some(sides) = &sample.sides else {
        return Some(Shares::One(of_rows(sample, level)?));
    };
    let (a, b) = both(sides)?;
    if !sides.paired {
        let of = |hits: &[Hit]| Share::of(count(hits), all(hits));
        return Some(Shares::Apart(of(&a), of(&b)));
    }
    Some(Shares::Paired(pairs(&a, &b)))
}

/// How often the sides of a difference of shares agree, row by row; `None` where the rows do not pair.
pub(super) fn agreements(gain: &Sample) -> Option<Pairs> {
    let paired = |sides: &&Sides| sides.paired && gain.basis == Basis::Share;
    let (a, b) = both(gain.sides.as_deref().filter(paired)?)?;
    Some(pairs(&a, &b))
}

/// What the units of both sides say, the one first that more is better of.
fn both(sides: &Sides) -> Option<(Vec<Hit>, Vec<Hit>)> {
    let (a, b) = (hits(&sides.candidate)?, hits(&sides.baseline)?);
    Some(if sides.sign < 0.0 { (b, a) } else { (a, b) })
}

/// The share of rows. What several runs say of a row is one value of it.
fn of_rows(sample: &Sample, level: f64) -> Option<Share> {
    let side = sample.side();
    if sample.runs.len() == 1 {
        let hits = hits(&side)?;
        return Some(Share::of(count(&hits), all(&hits)));
    }
    let rows = side.counted();
    let within = rows.each().all(|(v, _)| (-1e-4..=1.0 + 1e-4).contains(&v));
    within.then(|| proportion::crossed(rows, &sample.runs, level))?
}

/// How many rows of the rarer kind there are: that some run calls other than most.
pub(super) fn rarer(sample: &Sample) -> u64 {
    let side = sample.side();
    let (mut some, mut all) = (0, 0);
    for (value, times) in side.counted().each() {
        some += if value > 1e-4 { times } else { 0 };
        all += if value < 1.0 - 1e-4 { times } else { 0 };
    }
    some.min(all)
}

/// Whether units are right, and how many.
type Hit = (bool, u64);

fn pairs(a: &[Hit], b: &[Hit]) -> Pairs {
    let mut pairs = Pairs::default();
    for ((a, times), (b, _)) in a.iter().zip(b) {
        match (a, b) {
            (true, true) => pairs.both += times,
            (true, false) => pairs.first += times,
            (false, true) => pairs.second += times,
            (false, false) => pairs.neither += times,
        }
    }
    pairs
}

fn count(hits: &[Hit]) -> u64 {
    let right = hits.iter().filter(|h| h.0);
    right.map(|(_, times)| times).sum()
}

fn all(hits: &[Hit]) -> u64 {
    hits.iter().map(|(_, times)| times).sum()
}

/// Values that are 0 or 1 up to rounding; `None` where one isn't.
fn hits(side: &Side) -> Option<Vec<Hit>> {
    let hit = |(v, times): (f64, u64)| {
        let near = |x: f64| (v - x).abs() < 1e-4;
        (near(0.0) || near(1.0)).then(|| (near(1.0), times))
    };
    side.counted().each().map(hit).collect()
}

/// The p value of no difference by a test, with the name of what was computed.
pub(super) fn p_value(
    gain: &Sample,
    test: TestMethod,
    draws: u32,
    seed: u64,
) -> Option<(P, &'static str)> {
    // The tests take the rows for independent; requests that follow each other are not.
    let sides = gain.sides.as_ref().filter(|_| gain.block.is_none())?;
    if let Basis::Requests(_) = gain.basis {
        // No row says anything of them; as many as they are worth are counted.
        return (test == TestMethod::Mcnemar)
            .then(|| of_requests(sides))
            .flatten();
    }
    if gain.basis == Basis::Runs && !fits_runs(gain) {
        return None;
    }
    if (!sides.paired || !test.pairs()) && gain.basis != Basis::Runs {
        let (a, b) = (&sides.candidate.units()[..], &sides.baseline.units()[..]);
        return match test {
            TestMethod::T | TestMethod::Welch => {
                Some((significance::welch_t(a, b)?, "Welch’s t test"))
            }
            TestMethod::MannWhitney => {
                Some((significance::mann_whitney(a, b)?, "Mann–Whitney test"))
            }
            TestMethod::Z => Some((significance::two_sample_z(a, b)?, "two-sample z test")),
            _ => None,
        };
    }
    if test == TestMethod::Mcnemar {
        let (a, b) = (hits(&sides.candidate)?, hits(&sides.baseline)?);
        return Some((significance::mcnemar(pairs(&a, &b)), "McNemar’s test"));
    }
    let differences = match gain.basis {
        Basis::Runs => without_rounding(gain.runs.clone()),
        Basis::Rows | Basis::Share | Basis::Requests(_) => rounded(gain),
    };
    let flips = || significance::sign_flips(&differences, draws, seed, key(&["permutation"]));
    match test {
        TestMethod::T => Some((significance::paired_t(&differences)?, "paired t test")),
        // Taken apart above; of all systems, not of two.
        TestMethod::Mcnemar
        | TestMethod::Welch
        | TestMethod::MannWhitney
        | TestMethod::Z
        | TestMethod::Friedman => None,
        TestMethod::CorrectedT => {
            let ratio = gain.test_over_train?;
            let p = significance::corrected_t(&differences, ratio)?;
            Some((p, "corrected resampled t test"))
        }
        TestMethod::Sign => Some((significance::sign(&differences)?, "sign test")),
        TestMethod::Wilcoxon => Some((
            significance::wilcoxon(&differences)?.1,
            "Wilcoxon’s signed-rank test",
        )),
        // Of means, changing places turns a difference; other values are the exchange's to test.
        TestMethod::Permutation | TestMethod::ApproximateRandomization => {
            Some((flips()?, permutation_name(test)))
        }
        TestMethod::Delong => {
            let (a, b) = areas(gain)?;
            Some((significance::delong(&a, &b)?.1, "DeLong’s test"))
        }
    }
}

/// Whether the runs' own values are what a figure's estimate is the mean of: those of a difference are taken run by run, which
/// leaves some out where one side has more.
fn fits_runs(sample: &Sample) -> bool {
    let mean = summary::mean(&sample.runs);
    mean.is_some_and(|mean| (mean - sample.estimate).abs() <= 1e-9 * sample.estimate.abs())
}

/// Fisher's exact test of two shares of requests, of as many as they are worth at 95 %.
fn of_requests(sides: &Sides) -> Option<(P, &'static str)> {
    let counted = |side: &Side| {
        let share = proportion::grouped(side.trials.as_ref()?, 0.95)?;
        Some(((share.p * share.n).round() as u64, share.n.round() as u64))
    };
    let (a, b) = (counted(&sides.candidate)?, counted(&sides.baseline)?);
    let p = P {
        value: proportion::fisher_exact(a, b)?,
        exact: true,
    };
    Some((p, "Fisher’s test"))
}

/// The name of a test of changed places.
pub(super) fn permutation_name(test: TestMethod) -> &'static str {
    match test {
        TestMethod::Permutation => "paired permutation test",
        _ => "approximate randomization",
    }
}

/// The units' differences.
fn rounded(gain: &Sample) -> Vec<f64> {
    without_rounding(gain.pseudo_values())
}

/// Units' values that come from leave-one-out values: rounding must not make a tie a difference, nor two equal
/// sizes two.
pub(super) fn without_rounding(values: Vec<f64>) -> Vec<f64> {
    let largest = values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return values;
    }
    // Eleven digits below the largest, and no -0.
    let step = 10f64.powf(largest.log10().ceil() - 10.0);
    values
        .iter()
        .map(|v| (v / step).round() * step + 0.0)
        .collect()
}

/// The larger and the first of the one-sided p values of `|difference| < margin`.
pub(super) fn equivalence(gain: &Sample, margin: f64) -> Option<(f64, f64)> {
    let (worse, better) = match &gain.sides {
        _ if matches!(gain.basis, Basis::Requests(_)) => return None,
        _ if gain.basis == Basis::Runs => {
            let runs = fits_runs(gain).then_some(&gain.runs)?;
            significance::two_one_sided(runs, margin, None)?
        }
        Some(s) if !s.paired => {
            let turned = |values: &[f64]| values.iter().map(|v| s.sign * v).collect::<Vec<f64>>();
            let (a, b) = (turned(&s.candidate.units()), turned(&s.baseline.units()));
            significance::two_one_sided_apart(&a, &b, margin)?
        }
        _ => significance::two_one_sided(&rounded(gain), margin, gain.test_over_train)?,
    };
    Some((worse.max(better), worse))
}

#[cfg(test)]
mod tests {
    use super::super::book::published;
    use super::*;

    /// A figure of runs, which no row says anything of.
    fn figure(runs: &[f64], basis: Basis) -> Sample {
        let estimate = summary::mean(runs).unwrap();
        Sample {
            rows: 4,
            estimate,
            runs: runs.to_vec(),
            left_out: vec![estimate; 4],
            strata: vec![0; 4],
            basis,
            ..published(estimate)
        }
    }

    /// How much less `a` is than `b`.
    fn less(a: &Sample, b: &Sample) -> Sample {
        Sample {
            basis: a.basis.beside(&b.basis),
            estimate: b.estimate - a.estimate,
            sides: Some(Box::new(Sides {
                candidate: a.side(),
                baseline: b.side(),
                sign: -1.0,
                paired: true,
            })),
            ..a.with(b, |a, b| b - a)
        }
    }

    #[test]
    fn shares_of_requests_count_requests() {
        let sent = || Basis::Requests(vec![1000; 3]);
        let (a, b) = (figure(&[0.0; 3], sent()), figure(&[0.01; 3], sent()));
        let gain = less(&a, &b);
        let (ends, name) = interval(&gain, AnalyticMethod::Newcombe, 0.95).unwrap();
        let of_counts = analytic::newcombe((30, 3000), (0, 3000), 0.95).unwrap();
        assert_eq!((ends, name), (of_counts, "Newcombe"));
        let (p, name) = p_value(&gain, TestMethod::Mcnemar, DRAWS, 1).unwrap();
        let of_counts = proportion::fisher_exact((0, 3000), (30, 3000)).unwrap();
        assert_eq!((p.value, name), (of_counts, "Fisher’s test"));
        // Rows, which are all alike, are not what is tested.
        assert!(p_value(&gain, TestMethod::T, DRAWS, 1).is_none());
        assert!(equivalence(&gain, 0.01).is_none());
        let (ends, _) = interval(&a, AnalyticMethod::Exact, 0.95).unwrap();
        assert_eq!(ends, analytic::clopper_pearson(0, 3000, 0.95).unwrap());
    }

    #[test]
    fn figures_of_runs_are_known_from_runs() {
        let of = |runs: &[f64]| figure(runs, Basis::Runs);
        let gain = less(&of(&[10.0, 11.0, 12.0]), &of(&[13.0, 15.0, 14.0]));
        let apart = [3.0, 4.0, 2.0];
        let (ends, _) = interval(&gain, AnalyticMethod::T, 0.95).unwrap();
        assert_eq!(ends, analytic::mean_t(&apart[..], 0.95).unwrap());
        let (p, _) = p_value(&gain, TestMethod::T, DRAWS, 1).unwrap();
        assert_eq!(p, significance::paired_t(&apart).unwrap());
        // Where one side has more runs, the differences of pairs are not the difference of means.
        let gain = less(&of(&[10.0, 11.0, 12.0]), &of(&[13.0, 15.0]));
        assert!(interval(&gain, AnalyticMethod::T, 0.95).is_none());
        assert!(p_value(&gain, TestMethod::T, DRAWS, 1).is_none());
    }
}
