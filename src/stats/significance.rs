//! Tests of no difference: paired t, sign, Wilcoxon's signed rank, sign flips (paired permutation),
//! McNemar, DeLong's z, Welch's t, and the two one-sided tests of equivalence.
//!
//! p values are two-sided unless named otherwise. What a test cannot answer (no spread, no pairs) is
//! `None`, not 1.

use super::analytic::{Pairs, corrected_resampled, welch};
use super::delong::{Area, mid_ranks};
use super::law::{binomial_cdf, binomial_mass, t_two_sided, t_upper};
use super::normal;
use super::random::{Purpose, stream};
use super::summary;
use rand::Rng;

/// Up to this many units every assignment of signs is enumerated: 2^20.
pub const EXACT_UNITS: usize = 20;

/// A p value, and how it came about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct P {
    /// The p value.
    pub value: f64,
    /// By enumeration or an exact law rather than by simulation or a normal approximation.
    pub exact: bool,
}

impl P {
    fn exact(value: f64) -> P {
        P {
            value: value.min(1.0),
            exact: true,
        }
    }

    fn approximate(value: f64) -> P {
        P {
            value: value.min(1.0),
            exact: false,
        }
    }
}

/// The t statistic of a mean against `null`, with its degrees of freedom; `None` without spread.
pub fn t_statistic(differences: &[f64], null: f64) -> Option<(f64, f64)> {
    let n = differences.len() as f64;
    let se = summary::sd(differences)? / n.sqrt();
    let t = (summary::mean(differences)? - null) / se;
    t.is_finite().then_some((t, n - 1.0))
}

/// Student's t test of paired differences.
pub fn paired_t(differences: &[f64]) -> Option<P> {
    let (t, df) = t_statistic(differences, 0.0)?;
    Some(P::approximate(t_two_sided(t, df)))
}

/// The t test of differences on k folds that share training rows, with `test_over_train` held-out rows for
/// each training row (Nadeau & Bengio 2003).
pub fn corrected_t(differences: &[f64], test_over_train: f64) -> Option<P> {
    let (t, df) = corrected_statistic(differences, 0.0, test_over_train)?;
    Some(P::approximate(t_two_sided(t, df)))
}

fn corrected_statistic(differences: &[f64], null: f64, ratio: f64) -> Option<(f64, f64)> {
    let (mean, se, df) = corrected_resampled(differences, ratio)?;
    let t = (mean - null) / se;
    t.is_finite().then_some((t, df))
}

/// Welch's t test of two independent samples.
pub fn welch_t(a: &[f64], b: &[f64]) -> Option<P> {
    let (difference, se, df) = welch(a, b)?;
    let t = difference / se;
    t.is_finite().then(|| P::approximate(t_two_sided(t, df)))
}

/// The z test of two independent samples: difference of the means over its standard error.
pub fn two_sample_z(a: &[f64], b: &[f64]) -> Option<P> {
    let (difference, se, _) = welch(a, b)?;
    let z = difference / se;
    z.is_finite()
        .then(|| P::approximate(2.0 * normal::cdf(-z.abs())))
}

/// The Mann–Whitney test of two independent samples (Mann & Whitney 1947), normal with the variance
/// corrected for ties and half a unit towards the mean. `None` of an empty sample or where all values tie.
pub fn mann_whitney(a: &[f64], b: &[f64]) -> Option<P> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let all: Vec<f64> = a.iter().chain(b).copied().collect();
    let ranks = mid_ranks(&all);
    let (n, m) = (a.len() as f64, b.len() as f64);
    let own: f64 = ranks.iter().take(a.len()).sum();
    let away = (own - n * (n + m + 1.0) / 2.0).abs();
    let mut sorted = all;
    sorted.sort_by(f64::total_cmp);
    let ties: f64 = sorted
        .chunk_by(|x, y| x == y)
        .map(|tied| (tied.len() as f64).powi(3) - tied.len() as f64)
        .sum();
    let total = n + m;
    let variance = n * m / 12.0 * ((total + 1.0) - ties / (total * (total - 1.0)));
    let z = (away - 0.5).max(0.0) / variance.sqrt();
    z.is_finite()
        .then(|| P::approximate((2.0 * normal::cdf(-z)).min(1.0)))
}

/// The sign test (Dixon & Mood 1946): zeros don't count; without any other difference p is 1.
pub fn sign(differences: &[f64]) -> Option<P> {
    if differences.is_empty() || differences.iter().any(|d| d.is_nan()) {
        return None;
    }
    let up = differences.iter().filter(|d| **d > 0.0).count() as u64;
    let down = differences.iter().filter(|d| **d < 0.0).count() as u64;
    Some(P::exact(fair(up, down)))
}

/// Twice the smaller tail of `a` against `b` under even odds.
fn fair(a: u64, b: u64) -> f64 {
    (2.0 * binomial_cdf(a.min(b), a + b, 0.5)).min(1.0)
}

/// McNemar's exact test: the discordant pairs as a fair coin (McNemar 1947; 1 without any).
pub fn mcnemar(pairs: Pairs) -> P {
    P::exact(fair(pairs.first, pairs.second))
}

/// McNemar's mid-p test (Fagerland, Lydersen & Laake 2013).
pub fn mcnemar_mid(pairs: Pairs) -> P {
    let (b, c) = (pairs.first, pairs.second);
    let mass = binomial_mass(b.min(c), b + c, 0.5);
    let value = if b == c {
        1.0 - mass
    } else {
        fair(b, c) - mass
    };
    P::exact(if b + c == 0 { 1.0 } else { value })
}

/// McNemar's asymptotic statistic, χ² with one degree of freedom.
pub fn mcnemar_chi2(pairs: Pairs) -> Option<(f64, P)> {
    let (b, c) = (pairs.first as f64, pairs.second as f64);
    let chi2 = (b - c).powi(2) / (b + c);
    chi2.is_finite()
        .then(|| (chi2, P::approximate(2.0 * normal::cdf(-chi2.sqrt()))))
}

/// Wilcoxon's signed-rank test (Wilcoxon 1945), zeros dropped: the smaller rank sum and its p value,
/// exact up to 50 differences without ties, else normal with the variance corrected for ties.
/// `None` where every difference is zero.
pub fn wilcoxon(differences: &[f64]) -> Option<(f64, P)> {
    if differences.iter().any(|d| d.is_nan()) {
        return None;
    }
    let moved: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
    if moved.is_empty() {
        return None;
    }
    let sizes: Vec<f64> = moved.iter().map(|d| d.abs()).collect();
    let ranks = mid_ranks(&sizes);
    let n = moved.len() as f64;
    let up: f64 = moved
        .iter()
        .zip(&ranks)
        .filter(|(d, _)| **d > 0.0)
        .map(|(_, r)| r)
        .sum();
    let all = n * (n + 1.0) / 2.0;
    let w = up.min(all - up);
    let ties = ties(&sizes);
    if ties == 0.0 && moved.len() == differences.len() && moved.len() <= 50 {
        return Some((w, P::exact(2.0 * rank_sum_at_most(moved.len(), w))));
    }
    let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0;
    let z = (w - all / 2.0) / variance.sqrt();
    z.is_finite()
        .then(|| (w, P::approximate(2.0 * normal::cdf(z))))
}

/// Σ t³ - t over groups of t equal sizes.
fn ties(sizes: &[f64]) -> f64 {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let groups = sorted.chunk_by(|a, b| a == b).map(|g| g.len() as f64);
    groups.map(|t| t * t * t - t).sum()
}

/// The probability that the signed ranks 1..=n sum to at most `w`, by counting subsets.
fn rank_sum_at_most(n: usize, w: f64) -> f64 {
    let all = n * (n + 1) / 2;
    let mut ways = vec![0.0f64; all + 1];
    ways[0] = 1.0;
    for rank in 1..=n {
        for sum in (rank..=all).rev() {
            ways[sum] += 0.5 * (ways[sum - rank] - ways[sum]);
        }
        for low in ways.iter_mut().take(rank) {
            *low *= 0.5;
        }
    }
    ways.iter().take(w.floor() as usize + 1).sum()
}

/// The paired permutation test of a mean: every difference keeps or turns its sign (Fisher 1935).
/// Enumerated up to [`EXACT_UNITS`] differences that aren't zero, else (1 + extreme)/(B + 1) of `draws`
/// random assignments.
pub fn sign_flips(differences: &[f64], draws: u32, seed: u64, key: u64) -> Option<P> {
    let observed: f64 = differences.iter().sum();
    if differences.is_empty() || !observed.is_finite() {
        return None;
    }
    let moved: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
    permutation(moved.len(), observed, draws, seed, key, |turned| {
        let both = moved.iter().zip(turned);
        both.map(|(d, turn)| if *turn { -d } else { *d }).sum()
    })
}

/// The p value of `observed` among the values of `statistic` over assignments that turn units: all
/// 2^n for up to [`EXACT_UNITS`] units, else `draws` random ones with the observed one added (Davison
/// & Hinkley 1997, eq. 4.11). Values that tie up to rounding are as extreme. An undefined value
/// counts as extreme.
pub fn permutation(
    units: usize,
    observed: f64,
    draws: u32,
    seed: u64,
    key: u64,
    mut statistic: impl FnMut(&[bool]) -> f64,
) -> Option<P> {
    if !observed.is_finite() {
        return None;
    }
    let mut turned = vec![false; units];
    let reach = observed.abs() - 1e-12 * observed.abs().max(1.0);
    let far = |value: f64| value.is_nan() || value.abs() >= reach;
    if units <= EXACT_UNITS {
        let all = 1u64 << units;
        let mut extreme = 0u64;
        for which in 0..all {
            for (bit, turn) in turned.iter_mut().enumerate() {
                *turn = which >> bit & 1 == 1;
            }
            extreme += u64::from(far(statistic(&turned)));
        }
        return Some(P::exact(extreme as f64 / all as f64));
    }
    if draws == 0 {
        return None;
    }
    let mut extreme = 0u64;
    for index in 0..draws {
        let mut rng = stream(seed, Purpose::Permutation, key, u64::from(index));
        for chunk in turned.chunks_mut(64) {
            let word = rng.next_u64();
            for (bit, turn) in chunk.iter_mut().enumerate() {
                *turn = word >> bit & 1 == 1;
            }
        }
        extreme += u64::from(far(statistic(&turned)));
    }
    Some(P::approximate(
        (1.0 + extreme as f64) / (f64::from(draws) + 1.0),
    ))
}

/// DeLong's test of two areas on the same rows; `None` where their difference has no variance.
pub fn delong(a: &Area, b: &Area) -> Option<(f64, P)> {
    let z = (a.value - b.value) / a.variance_of_difference(b)?.sqrt();
    z.is_finite()
        .then(|| (z, P::approximate(2.0 * normal::cdf(-z.abs()))))
}

/// One-sided p values of mean ≤ -margin and mean ≥ margin, of paired differences: the larger of the
/// two is the p value of equivalence, the first that of non-inferiority (Schuirmann 1987). Of folds
/// with their `test_over_train`, as in [`corrected_t`].
pub fn two_one_sided(
    differences: &[f64],
    margin: f64,
    test_over_train: Option<f64>,
) -> Option<(f64, f64)> {
    let t = |null: f64| match test_over_train {
        Some(ratio) => corrected_statistic(differences, null, ratio),
        None => t_statistic(differences, null),
    };
    let ((below, df), (above, _)) = (t(-margin)?, t(margin)?);
    Some((t_upper(below, df), t_upper(-above, df)))
}

/// [`two_one_sided`] of the difference of two independent means, with Welch's degrees of freedom.
pub fn two_one_sided_apart(a: &[f64], b: &[f64], margin: f64) -> Option<(f64, f64)> {
    let (difference, se, df) = welch(a, b)?;
    let (below, above) = ((difference + margin) / se, (difference - margin) / se);
    (below.is_finite() && above.is_finite()).then(|| (t_upper(below, df), t_upper(-above, df)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::analytic::around_t;

    /// Five folds dealt three times (Bouckaert & Frank 2004), by NumPy 2.4 and SciPy 1.17: `se = sqrt((1/15 + 1/4) *
    /// d.var(ddof=1))`, `2 * t.sf(d.mean() / se, 14)`, `d.mean() ± t.ppf(0.975, 14) * se`.
    #[test]
    fn folds_of_several_repeats() {
        let d = [
            0.012, 0.031, -0.004, 0.018, 0.022, 0.009, 0.027, 0.001, 0.025, 0.014, 0.016, 0.02,
            -0.008, 0.03, 0.011,
        ];
        let (mean, se, df) = corrected_resampled(&d, 0.25).unwrap();
        let p = corrected_t(&d, 0.25).unwrap().value;
        let (low, high) = around_t(mean, se, df, 0.95).unwrap();
        for (found, want) in [
            (mean, 0.014_933_333_333_333_331),
            (se, 0.006_653_117_183_243_374_5),
            (p, 0.041_476_901_860_892_944),
            (low, 0.000_663_816_165_555_745_6),
            (high, 0.029_202_850_501_110_92),
        ] {
            assert!((found - want).abs() < 1e-12, "{found} {want}");
        }
        assert_eq!(df, 14.0);
    }

    /// R 4.3: `wilcox.test(c(1.1, 2, 3, 4.2, 5), c(2, 6, 7, 8.5), exact = FALSE)`: W = 3.5 of ranks with one
    /// tie, σ² = 5·4/12·(10 − 6/72).
    #[test]
    fn independent_ranks() {
        let p = mann_whitney(&[1.1, 2.0, 3.0, 4.2, 5.0], &[2.0, 6.0, 7.0, 8.5]).unwrap();
        let variance: f64 = 20.0 / 12.0 * (10.0 - 6.0 / 72.0);
        let z = (10.0 - 3.5 - 0.5) / variance.sqrt();
        assert!((p.value - 2.0 * normal::cdf(-z)).abs() < 1e-12, "{p:?}");
        assert!(mann_whitney(&[1.0, 1.0], &[1.0]).is_none());
        let z = two_sample_z(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]).unwrap();
        assert_eq!(z.value, 1.0);
    }

    /// Beyond twenty units assignments are drawn: the same law, to simulation error.
    #[test]
    fn drawn_sign_flips_agree_with_all_of_them() {
        let d: Vec<f64> = (0..18).map(|i| f64::from(i % 5) - 1.4).collect();
        let all = sign_flips(&d, 0, 1, 1).unwrap();
        assert!(all.exact);
        let statistic = |turned: &[bool]| -> f64 {
            let both = d.iter().zip(turned);
            both.map(|(d, t)| if *t { -d } else { *d }).sum()
        };
        let mut padded = |turned: &[bool]| statistic(turned);
        let observed = d.iter().sum();
        // Three units more that change nothing: too many to enumerate.
        let drawn = permutation(21, observed, 20_000, 7, 7, &mut padded).unwrap();
        assert!(!drawn.exact);
        let error = (all.value * (1.0 - all.value) / 20_000.0).sqrt();
        assert!(
            (drawn.value - all.value).abs() < 5.0 * error,
            "{drawn:?} {all:?}"
        );
    }

    #[test]
    fn nothing_to_test() {
        assert_eq!(paired_t(&[1.0]), None);
        assert_eq!(paired_t(&[0.0, 0.0]), None);
        assert_eq!(wilcoxon(&[0.0, 0.0]), None);
        assert_eq!(sign(&[]), None);
        assert_eq!(sign_flips(&[], 10, 1, 1), None);
        assert_eq!(mcnemar(Pairs::default()).value, 1.0);
        assert_eq!(mcnemar_chi2(Pairs::default()), None);
    }
}
