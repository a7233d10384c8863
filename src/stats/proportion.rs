//! Further intervals and tests of proportions, beside Wilson's and the exact one of [`analytic`]: those that
//! people report, for reading their numbers again and for the study of coverage.
//!
//! [`analytic`]: super::analytic

use super::analytic::{Ends, around_z};
use super::law::{beta_quantile, binomial_mass};
use super::normal;

/// The textbook interval p ± z·√(p(1−p)/n), cut to 0..1; it covers far too little near 0 and 1 (Brown, Cai &
/// DasGupta 2001). `None` of nothing.
pub fn wald(k: u64, n: u64, level: f64) -> Option<Ends> {
    let (k, n) = counts(k, n)?;
    within(around_z(k / n, (k / n * (1.0 - k / n) / n).sqrt(), level)?)
}

/// Wald's interval after z²/2 more of either kind (Agresti & Coull 1998). `None` of nothing.
pub fn agresti_coull(k: u64, n: u64, level: f64) -> Option<Ends> {
    let (k, n) = counts(k, n)?;
    let z = normal::quantile(0.5 * (1.0 + level))?;
    let (k, n) = (k + 0.5 * z * z, n + z * z);
    within(around_z(k / n, (k / n * (1.0 - k / n) / n).sqrt(), level)?)
}

/// The equal-tailed interval of the posterior under Jeffreys' prior Beta(½, ½), its ends moved to 0 and 1 where
/// nothing or everything succeeds (Brown, Cai & DasGupta 2001). `None` of nothing.
pub fn jeffreys(k: u64, n: u64, level: f64) -> Option<Ends> {
    let (k, n) = counts(k, n)?;
    let tail = 0.5 * (1.0 - level);
    let end = |p: f64| beta_quantile(p, k + 0.5, n - k + 0.5);
    let low = if k == 0.0 { 0.0 } else { end(tail)? };
    let high = if k == n { 1.0 } else { end(1.0 - tail)? };
    Some((low, high))
}

fn counts(k: u64, n: u64) -> Option<(f64, f64)> {
    (n > 0 && k <= n).then_some((k as f64, n as f64))
}

fn within((low, high): Ends) -> Option<Ends> {
    Some((low.max(0.0), high.min(1.0)))
}

/// The z statistic of k1/n1 − k2/n2 with the pooled proportion, and its two-sided p value; `None` where all or
/// none succeed.
pub fn pooled_z((k1, n1): (u64, u64), (k2, n2): (u64, u64)) -> Option<(f64, f64)> {
    let ((k1, n1), (k2, n2)) = (counts(k1, n1)?, counts(k2, n2)?);
    let pooled = (k1 + k2) / (n1 + n2);
    let se = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
    let z = (k1 / n1 - k2 / n2) / se;
    z.is_finite().then(|| (z, 2.0 * normal::cdf(-z.abs())))
}

/// Fisher's exact test of two independent proportions: what all tables with the same margins weigh that are no
/// more likely than this one (Fisher 1935). `None` of nothing.
pub fn fisher_exact((k1, n1): (u64, u64), (k2, n2): (u64, u64)) -> Option<f64> {
    counts(k1, n1)?;
    counts(k2, n2)?;
    let all = k1 + k2;
    // The hypergeometric law as a product of binomials with any chance; that of the margin keeps it in range.
    let p = (all as f64 / (n1 + n2) as f64).clamp(1e-9, 1.0 - 1e-9);
    let mass = |k: u64| binomial_mass(k, n1, p) * binomial_mass(all - k, n2, p);
    let (low, high) = (all.saturating_sub(n2), all.min(n1));
    let own = mass(k1);
    let (mut total, mut extreme) = (0.0, 0.0);
    for k in low..=high {
        let mass = mass(k);
        total += mass;
        // A hair of slack: equal tables must not be told apart by rounding.
        if mass <= own * (1.0 + 1e-7) {
            extreme += mass;
        }
    }
    Some((extreme / total).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_no_proportion() {
        assert_eq!(wald(0, 0, 0.95), None);
        assert_eq!(jeffreys(2, 1, 0.95), None);
        assert_eq!(agresti_coull(1, 0, 0.95), None);
        assert_eq!(pooled_z((0, 5), (0, 7)), None);
        assert_eq!(fisher_exact((1, 0), (1, 2)), None);
    }

    /// The lady tasting tea, three of four right (Fisher 1935): 34/70.
    #[test]
    fn tea() {
        let p = fisher_exact((3, 4), (1, 4)).unwrap();
        assert!((p - 34.0 / 70.0).abs() < 1e-12, "{p}");
    }

    /// Without any success the textbook interval is a point, and claims what no data show.
    #[test]
    fn wald_claims_too_much_at_the_border() {
        assert_eq!(wald(0, 20, 0.95), Some((0.0, 0.0)));
        assert!(jeffreys(0, 20, 0.95).unwrap().1 > 0.1);
    }
}
