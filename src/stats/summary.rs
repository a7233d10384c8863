//! Mean and spread of a list of numbers, independent of its order.

use super::sum::{ExactSum, exact_sum};

/// The mean; `None` of nothing, or where it isn't a finite number.
///
/// The exact sum, rounded once, over n: the same bits for every order of `values`.
pub fn mean(values: &[f64]) -> Option<f64> {
    let mean = exact_sum(values) / values.len() as f64;
    mean.is_finite().then_some(mean)
}

/// The standard deviation with n - 1 in the denominator; `None` of fewer than two values, or where
/// it isn't a finite number.
///
/// Corrected two-pass formula (Chan, Golub & LeVeque 1983, eq. 1.7), with exact sums.
pub fn sd(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let n = values.len() as f64;
    let mean = mean(values)?;
    let (mut squares, mut shifts) = (ExactSum::default(), ExactSum::default());
    for value in values {
        let shift = value - mean;
        shifts.add(shift);
        squares.add(shift * shift);
    }
    let shift = shifts.value();
    let variance = (squares.value() - shift * shift / n).max(0.0) / (n - 1.0);
    variance.is_finite().then(|| variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_lists() {
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[3.5]), Some(3.5));
        assert_eq!(mean(&[1.0, f64::NAN]), None);
        assert_eq!(sd(&[3.5]), None);
        assert_eq!(sd(&[1.0, 3.0]), Some(std::f64::consts::SQRT_2));
        assert_eq!(sd(&[2.0, f64::INFINITY]), None);
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let near: Vec<f64> = (0..1000).map(|i| f64::from(i % 7)).collect();
        let far: Vec<f64> = near.iter().map(|x| x + 1e9).collect();
        let (near, far) = (sd(&near).unwrap(), sd(&far).unwrap());
        assert!((near - far).abs() < 1e-12, "{near} {far}");
    }
}
