//! The standard normal distribution.
//!
//! Φ goes through `libm`'s erfc (within an ulp): `statrs`' own has relative errors of 1e-10, which
//! show in the tails. Density and quantile are `statrs`', without its panics.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};
use std::f64::consts::FRAC_1_SQRT_2;

/// Φ(x), the probability of at most `x`.
pub fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// φ(x), the density at `x`.
pub fn density(x: f64) -> f64 {
    Normal::standard().pdf(x)
}

/// Φ⁻¹(p); `None` unless 0 < `p` < 1.
pub fn quantile(p: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then(|| Normal::standard().inverse_cdf(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!(
            (got - want).abs() <= relative * want.abs(),
            "{got:e} for {want:e}"
        );
    }

    /// Reference values by mpmath at 50 digits.
    #[test]
    fn cdf_into_the_tails() {
        for (x, want) in [
            (-30.0, 4.906_713_927_148_187e-198),
            (-20.0, 2.753_624_118_606_233_7e-89),
            (-10.0, 7.619_853_024_160_526e-24),
            (-8.0, 6.220_960_574_271_784e-16),
            (-5.0, 2.866_515_718_791_939e-7),
            (-3.0, 0.001_349_898_031_630_094_5),
            (-1.0, 0.158_655_253_931_457_05),
            (-0.1, 0.460_172_162_722_971),
            (0.5, 0.691_462_461_274_013_1),
            (2.0, 0.977_249_868_051_820_8),
            (5.0, 0.999_999_713_348_428_1),
        ] {
            close(cdf(x), want, 1e-15 * (1.0 + x * x));
        }
        assert_eq!(cdf(f64::NEG_INFINITY), 0.0);
        assert_eq!(cdf(f64::INFINITY), 1.0);
    }

    #[test]
    fn quantile_into_the_tails() {
        for (p, want) in [
            (1e-300, -37.047_096_299_361_2),
            (1e-100, -21.273_453_560_965_324),
            (1e-20, -9.262_340_089_798_408),
            (1e-10, -6.361_340_902_404_056),
            (1e-5, -4.264_890_793_922_825),
            (0.001, -3.090_232_306_167_813_5),
            (0.025, -1.959_963_984_540_054_2),
            (0.25, -0.674_489_750_196_081_7),
            (0.975, 1.959_963_984_540_053_9),
            (0.999_999, 4.753_424_308_817_088),
        ] {
            close(quantile(p).unwrap(), want, 1e-13);
        }
        assert_eq!(quantile(0.5), Some(0.0));
    }

    #[test]
    fn quantile_of_no_probability_is_none() {
        for p in [0.0, 1.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(quantile(p), None);
        }
    }
}
