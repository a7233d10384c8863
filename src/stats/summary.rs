//! Mean and spread of a list of numbers, independent of its order.

use super::copies::Copies;
use super::sum::ExactSum;

/// The mean; `None` of nothing, or where it isn't a finite number.
///
/// The exact sum, rounded once, over n: the same bits for every order of `values`, and for copies as for equal values.
pub fn mean<'a>(values: impl Into<Copies<'a>>) -> Option<f64> {
    let values = values.into();
    let mut sum = ExactSum::default();
    values.each().for_each(|(v, times)| sum.add_times(v, times));
    let mean = sum.value() / values.len() as f64;
    mean.is_finite().then_some(mean)
}

/// The standard deviation with n - 1 in the denominator; `None` of fewer than two values, or where
/// it isn't a finite number.
///
/// Corrected two-pass formula (Chan, Golub & LeVeque 1983, eq. 1.7), with exact sums.
pub fn sd<'a>(values: impl Into<Copies<'a>>) -> Option<f64> {
    let values = values.into();
    if values.len() < 2 {
        return None;
    }
    let n = values.len() as f64;
    let mean = mean(values)?;
    let (mut squares, mut shifts) = (ExactSum::default(), ExactSum::default());
    for (value, times) in values.each() {
        let shift = value - mean;
        shifts.add_times(shift, times);
        squares.add_times(shift * shift, times);
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

    /// Copies give the bits that as many equal values give.
    #[test]
    fn copies_are_equal_values() {
        let (values, copies) = ([0.1, -7.25e9, 3.0e-300, 2.5], [3u64, 1, 70, 12]);
        let all = || values.iter().zip(&copies);
        let long: Vec<f64> = all().flat_map(|(v, n)| vec![*v; *n as usize]).collect();
        let counted = Copies::new(&values, Some(&copies));
        assert_eq!(counted.len(), 86);
        assert_eq!(mean(counted), mean(&long));
        assert_eq!(sd(counted), sd(&long));
        let many = [3 * (1u64 << 34) + 1];
        assert_eq!(mean(Copies::new(&[0.1], Some(&many))), Some(0.1));
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let near: Vec<f64> = (0..1000).map(|i| f64::from(i % 7)).collect();
        let far: Vec<f64> = near.iter().map(|x| x + 1e9).collect();
        let (near, far) = (sd(&near).unwrap(), sd(&far).unwrap());
        assert!((near - far).abs() < 1e-12, "{near} {far}");
    }
}
