//! How much a comparison of two independent samples of equal size can see before it is run: of shares by the arcsine
//! transformation, of means by the t test. Pairs are in [`super::power`].

use super::law::{noncentral_t_upper, t_quantile};
use super::normal;
use super::power::{bisect_coarsely, both_quantiles, least};

/// Cohen's h of two shares: 2·asin √`first` − 2·asin √`second` (Cohen 1988, eq. 6.2.1). Its variance hardly depends on
/// where the shares lie.
pub fn cohens_h(first: f64, second: f64) -> f64 {
    2.0 * (libm::asin(first.sqrt()) - libm::asin(second.sqrt()))
}

/// The h of a difference of shares where it is hardest to see: round one half, 2·asin `difference`.
pub fn smallest_h(difference: f64) -> f64 {
    2.0 * libm::asin(difference)
}

/// The difference that [`smallest_h`] belongs to; `None` where no two shares are so far apart.
pub fn difference_of_h(h: f64) -> Option<f64> {
    (h >= 0.0 && h <= std::f64::consts::PI).then(|| libm::sin(0.5 * h))
}

/// Power of the two-sided test of a difference `h` with `n` units on each side (Cohen 1988, §6.3, both tails).
pub fn shares_power(h: f64, n: f64, alpha: f64) -> Option<f64> {
    let z = normal::quantile(1.0 - 0.5 * alpha)?;
    let shift = h * (0.5 * n).sqrt();
    let power = normal::cdf(shift - z) + normal::cdf(-shift - z);
    power.is_finite().then_some(power)
}

/// The smallest h that `n` units on each side show with `power`; `None` unless `alpha` < `power` < 1.
pub fn shares_detectable(n: f64, alpha: f64, power: f64) -> Option<f64> {
    if !(n > 0.0 && alpha > 0.0 && alpha < power && power < 1.0) {
        return None;
    }
    // One tail alone asks for a little more.
    let one_tail = both_quantiles(alpha, power)? * (2.0 / n).sqrt();
    let reached = |h: f64| shares_power(h, n, alpha).is_some_and(|p| p >= power);
    Some(bisect_coarsely(one_tail, reached))
}

/// Units on each side that show `h` with `power`, a real number to be rounded up.
pub fn shares_needed(h: f64, alpha: f64, power: f64) -> Option<f64> {
    let h = h.abs();
    let n = (shares_detectable(1.0, alpha, power)? / h).powi(2);
    n.is_finite().then_some(n)
}

/// Power of the two-sided t test of two samples of `n` units for a difference of `effect` standard deviations
/// (noncentral t with 2n − 2 degrees of freedom; Cohen 1988, §2.3).
pub fn t_power(effect: f64, n: f64, alpha: f64) -> Option<f64> {
    let (df, delta) = (2.0 * n - 2.0, effect * (0.5 * n).sqrt());
    let t = t_quantile(1.0 - 0.5 * alpha, df)?;
    Some(noncentral_t_upper(t, df, delta) + noncentral_t_upper(t, df, -delta))
}

/// The smallest difference, in standard deviations, that `n` units on each side show with `power`.
pub fn t_detectable(n: f64, alpha: f64, power: f64) -> Option<f64> {
    if !(n >= 2.0 && alpha > 0.0 && alpha < power && power < 1.0) {
        return None;
    }
    let reached = |d: f64| t_power(d, n, alpha).is_some_and(|p| p >= power);
    let mut high = 1.0;
    while !reached(high) && high < 1e6 {
        high *= 2.0;
    }
    Some(bisect_coarsely(high, reached))
}

/// Units on each side that show a difference of `effect` standard deviations with `power`, a real number to be rounded
/// up: [`t_power`] solved for n.
pub fn t_needed(effect: f64, alpha: f64, power: f64) -> Option<f64> {
    if !(effect > 0.0 && alpha > 0.0 && alpha < power && power < 1.0) {
        return None;
    }
    // By the normal law first: the t test never needs fewer, and only a few more.
    let normal = 2.0 * (both_quantiles(alpha, power)? / effect).powi(2);
    let reached = |n: f64| n >= 2.0 && t_power(effect, n, alpha).is_some_and(|p| p >= power);
    least(normal.clamp(1.0, 1e12), reached)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_hardest_to_see_round_one_half() {
        for difference in [0.01, 0.1, 0.4] {
            let middle = cohens_h(0.5 + 0.5 * difference, 0.5 - 0.5 * difference);
            assert!((middle - smallest_h(difference)).abs() < 1e-12);
            assert!((difference_of_h(middle).unwrap() - difference).abs() < 1e-12);
            for low in [0.0, 0.1, 0.3, 0.55] {
                assert!(cohens_h(low + difference, low) >= middle - 1e-12, "{low}");
            }
        }
        assert_eq!(difference_of_h(3.2), None);
    }

    #[test]
    fn what_is_detectable_is_what_is_needed() {
        let h = shares_detectable(300.0, 0.05, 0.8).unwrap();
        assert!((shares_needed(h, 0.05, 0.8).unwrap() - 300.0).abs() < 1e-6);
        let d = t_detectable(30.0, 0.05, 0.8).unwrap();
        assert!((t_needed(d, 0.05, 0.8).unwrap() - 30.0).abs() < 1e-6);
        assert_eq!(t_detectable(1.0, 0.05, 0.8), None);
        assert_eq!(shares_detectable(10.0, 0.9, 0.8), None);
    }
}
