//! Intervals and p values in closed form, from the units' own values, or those of runs where no unit says anything.

use super::shares::{Shares, pairs, shares};
use crate::hir::{AnalyticMethod, TestMethod};
use crate::infer::{Sample, Side};
use crate::metrics::Basis;
use crate::stats::analytic::{self, Ends};
use crate::stats::delong::Area;
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

/// The p value of no difference by a test, with the name of what was computed.
pub(super) fn p_value(
    gain: &Sample,
    test: TestMethod,
    draws: u32,
    seed: u64,
) -> Option<(P, &'static str)> {
    // The tests take the rows for independent; requests that follow each other are not.
    let sides = gain.sides.as_ref().filter(|_| gain.block.is_none())?;
    match gain.basis {
        // No row says anything of them.
        Basis::Requests(_) => return None,
        Basis::Runs if !fits_runs(gain) => return None,
        Basis::Runs | Basis::Rows | Basis::Share => {}
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
        return Some((significance::mcnemar(pairs(sides)?), "McNemar’s test"));
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
pub(super) mod tests {
    use super::super::book::published;
    use super::*;
    use crate::infer::Sides;

    /// A figure of runs, which no row says anything of.
    pub(in crate::verdict) fn figure(runs: &[f64], basis: Basis) -> Sample {
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
    pub(in crate::verdict) fn less(a: &Sample, b: &Sample) -> Sample {
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
