//! Tail probabilities and quantiles of the laws that tests and analytic intervals rest on: beta,
//! binomial, Student's t and its noncentral form.
//!
//! All go through one regularised incomplete beta function. `statrs`' own gives up after 140 terms,
//! too few for the counts of large tables. What has no value is `None` or NaN.

use super::normal;

/// Terms of the continued fraction at most; it needs about the square root of the larger parameter.
const TERMS: usize = 100_000;
const TINY: f64 = 1e-300;

/// The regularised incomplete beta function I_x(a, b), the probability of at most `x` under Beta(a, b).
///
/// Continued fraction of NIST DLMF 8.17.22 by Lentz's method, on the side where it converges fast.
/// NaN unless a, b > 0 and 0 ≤ x ≤ 1.
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if !(a > 0.0 && b > 0.0 && (0.0..=1.0).contains(&x)) {
        return f64::NAN;
    }
    if x == 0.0 || x == 1.0 {
        return x;
    }
    let front =
        a * x.ln() + b * libm::log1p(-x) + libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b);
    if x < (a + 1.0) / (a + b + 2.0) {
        front.exp() * fraction(x, a, b) / a
    } else {
        1.0 - front.exp() * fraction(1.0 - x, b, a) / b
    }
}

fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let floor = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / floor(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for term in 1..TERMS {
        let m = term as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut step = 1.0;
        for numerator in [even, odd] {
            d = 1.0 / floor(1.0 + numerator * d);
            c = floor(1.0 + numerator / c);
            step = c * d;
            value *= step;
        }
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// The `p` quantile of Beta(a, b), by bisection of [`beta_cdf`]; `None` unless 0 ≤ `p` ≤ 1.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> Option<f64> {
    let positive = a > 0.0 && b > 0.0;
    if !(0.0..=1.0).contains(&p) || !positive {
        return None;
    }
    Some(bisect(0.0, 1.0, |x| beta_cdf(x, a, b) >= p))
}

/// The probability of at most `k` successes of `n` with chance `p`.
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    beta_cdf(1.0 - p, (n - k) as f64, k as f64 + 1.0)
}

/// The probability of exactly `k` successes of `n` with chance `p`.
pub fn binomial_mass(k: u64, n: u64, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    let (k, n) = (k as f64, n as f64);
    let times = |count: f64, log: f64| if count == 0.0 { 0.0 } else { count * log };
    let ways = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
    (ways + times(k, p.ln()) + times(n - k, libm::log1p(-p))).exp()
}

/// P(T > `t`) of Student's t with `df` degrees of freedom, exact into the tails.
pub fn t_upper(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    let half = 0.5 * beta_cdf(df / (df + t * t), 0.5 * df, 0.5);
    if t >= 0.0 { half } else { 1.0 - half }
}

/// The two-sided p value of a t statistic.
pub fn t_two_sided(t: f64, df: f64) -> f64 {
    (2.0 * t_upper(t.abs(), df)).min(1.0)
}

/// The `p` quantile of Student's t; `None` unless 0 < `p` < 1 and `df` > 0.
pub fn t_quantile(p: f64, df: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && df > 0.0) {
        return None;
    }
    if p < 0.5 {
        return t_quantile(1.0 - p, df).map(|t| -t);
    }
    let tail = 1.0 - p;
    let mut high = 1.0;
    while t_upper(high, df) > tail && high < 1e300 {
        high *= 2.0;
    }
    Some(bisect(0.0, high, |t| t_upper(t, df) <= tail))
}

/// P(T > `t`) of the noncentral t with `df` degrees of freedom and noncentrality `delta`: the mean
/// of Φ(δ - t·s) over s² ~ χ²/df (Johnson, Kotz & Balakrishnan 1995, ch. 31), by Simpson's rule.
pub fn noncentral_t_upper(t: f64, df: f64, delta: f64) -> f64 {
    if !(df > 0.0 && t.is_finite() && delta.is_finite()) {
        return f64::NAN;
    }
    let steps = 4000;
    let spread = 1.0 / (2.0 * df).sqrt();
    let (low, high) = (
        (1.0 - 12.0 * spread).max(0.0),
        1.0 + 12.0 * spread + 4.0 / df,
    );
    let log = (0.5 * df) * (0.5 * df).ln() + std::f64::consts::LN_2 - libm::lgamma(0.5 * df);
    let density = |s: f64| {
        if s <= 0.0 {
            return if df == 1.0 { (log).exp() } else { 0.0 };
        }
        (log + (df - 1.0) * s.ln() - 0.5 * df * s * s).exp()
    };
    let width = (high - low) / f64::from(steps);
    let mut sum = 0.0;
    for i in 0..=steps {
        let s = low + f64::from(i) * width;
        let weight = match i {
            0 => 1.0,
            i if i == steps => 1.0,
            i if i % 2 == 1 => 4.0,
            _ => 2.0,
        };
        sum += weight * density(s) * normal::cdf(delta - t * s);
    }
    (sum * width / 3.0).clamp(0.0, 1.0)
}

/// The smallest number of `low..=high` at which `reached` holds, to the last bit or two.
pub(super) fn bisect(mut low: f64, mut high: f64, reached: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..2000 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    0.5 * (low + high)
}

/// The probability of more than `x` under χ² with `df` degrees of freedom, Q(df/2, x/2).
///
/// NaN unless `x` ≥ 0 and `df` > 0.
pub fn chi_square_upper(x: f64, df: f64) -> f64 {
    if x == 0.0 && df > 0.0 {
        return 1.0;
    }
    statrs::function::gamma::checked_gamma_ur(df / 2.0, x / 2.0).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64) {
        assert!(
            (got - want).abs() <= 1e-12 * want.abs().max(1e-300),
            "{got:e} for {want:e}"
        );
    }

    /// Closed forms: Beta(2, 1), Cauchy, and binomials of one and two.
    #[test]
    fn closed_forms() {
        close(beta_cdf(0.3, 2.0, 1.0), 0.09);
        close(beta_cdf(0.3, 1.0, 4.0), 1.0 - 0.7f64.powi(4));
        close(t_upper(1.0, 1.0), 0.25);
        close(binomial_cdf(0, 2, 0.25), 0.5625);
        close(binomial_mass(1, 2, 0.25), 0.375);
        close(t_quantile(0.75, 1.0).unwrap(), 1.0);
        assert!((beta_quantile(0.09, 2.0, 1.0).unwrap() - 0.3).abs() < 1e-14);
        assert!(beta_cdf(0.5, 0.0, 1.0).is_nan());
        assert_eq!(t_quantile(1.0, 3.0), None);
    }

    /// Half of a million: the median of a symmetric law is a half.
    #[test]
    fn large_parameters_converge() {
        assert!((beta_cdf(0.5, 5e5, 5e5) - 0.5).abs() < 1e-8);
    }

    #[test]
    fn noncentral_without_a_centre_is_central() {
        for df in [1.0, 4.0, 60.0] {
            let got = noncentral_t_upper(1.3, df, 0.0);
            assert!((got - t_upper(1.3, df)).abs() < 1e-6, "{df} {got}");
        }
    }
}
