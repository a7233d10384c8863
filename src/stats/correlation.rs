//! Intervals and tests of correlation coefficients.

use super::analytic::{Ends, around_z};
use super::law::t_two_sided;

/// Fisher's interval of a product-moment correlation of `n` pairs: artanh r ± z/√(n−3), turned back (Fisher
/// 1921). A point where |r| is 1; `None` of fewer than four pairs.
pub fn fisher_interval(r: f64, n: usize, level: f64) -> Option<Ends> {
    if n < 4 || r.is_nan() || r.abs() > 1.0 {
        return None;
    }
    if r.abs() == 1.0 {
        return Some((r, r));
    }
    let (low, high) = around_z(libm::atanh(r), 1.0 / (n as f64 - 3.0).sqrt(), level)?;
    Some((libm::tanh(low), libm::tanh(high)))
}

/// The two-sided p value of no correlation: t = r·√((n−2)/(1−r²)) with n−2 degrees of freedom; exact for normal
/// pairs, approximate for ranks (Kendall & Stuart 1973, §31.19). `None` of fewer than three pairs.
pub fn p_value(r: f64, n: usize) -> Option<f64> {
    if n < 3 || r.is_nan() || r.abs() > 1.0 {
        return None;
    }
    let df = n as f64 - 2.0;
    let t = r * (df / ((1.0 - r) * (1.0 + r))).sqrt();
    Some(t_two_sided(t, df))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_pairs() {
        assert_eq!(fisher_interval(0.5, 3, 0.95), None);
        assert_eq!(fisher_interval(1.0, 30, 0.95), Some((1.0, 1.0)));
        assert_eq!(p_value(0.5, 2), None);
        assert_eq!(p_value(0.0, 10), Some(1.0));
        assert_eq!(p_value(1.0, 10), Some(0.0));
    }
}
