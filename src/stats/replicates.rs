//! The values of a statistic over resamples, and what is read directly off them.

use super::normal;
use super::quantile::{between, linear_position};

/// Values within this share of the largest magnitude at hand count as tied: rounding alone decides
/// their order, and it must not decide a bias correction.
const TIE: f64 = 1e-12;

/// The replicates of one statistic, sorted; those that aren't finite numbers are only counted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Replicates {
    sorted: Vec<f64>,
    undefined: usize,
}

impl Replicates {
    /// Sorts `values`, one per resample; NaN and infinities stand for "undefined in this resample".
    pub fn new(mut values: Vec<f64>) -> Self {
        let drawn = values.len();
        values.retain(|value| value.is_finite());
        values.sort_unstable_by(f64::total_cmp);
        Self {
            undefined: drawn - values.len(),
            sorted: values,
        }
    }

    /// The defined replicates in ascending order.
    pub fn sorted(&self) -> &[f64] {
        &self.sorted
    }

    /// How many resamples left the statistic undefined.
    pub fn undefined(&self) -> usize {
        self.undefined
    }

    /// How many resamples were drawn.
    pub fn resamples(&self) -> usize {
        self.sorted.len() + self.undefined
    }

    /// The `q` quantile (numpy's `linear`); `None` of nothing or unless 0 ≤ `q` ≤ 1.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let (index, fraction) = linear_position(self.sorted.len() as u64, q)?;
        let low = *self.sorted.get(index as usize)?;
        let high = self.sorted.get(index as usize + 1).copied().unwrap_or(low);
        Some(between(low, high, fraction))
    }

    /// The mean of the defined replicates.
    pub fn mean(&self) -> Option<f64> {
        super::summary::mean(&self.sorted)
    }

    /// The bootstrap standard error: the standard deviation of the replicates, B - 1 below.
    pub fn standard_error(&self) -> Option<f64> {
        super::summary::sd(&self.sorted)
    }

    /// How many replicates lie below `value`, and how many tie with it up to rounding.
    pub fn below_and_tied(&self, value: f64) -> (usize, usize) {
        let slack = self.slack(value);
        let below = self.sorted.partition_point(|&t| t < value - slack);
        let through = self.sorted.partition_point(|&t| t <= value + slack);
        (below, through - below)
    }

    /// The share of replicates below `estimate`, ties counted half; `None` of nothing.
    pub fn share_below(&self, estimate: f64) -> Option<f64> {
        let (below, tied) = self.below_and_tied(estimate);
        let share = (below as f64 + 0.5 * tied as f64) / self.sorted.len() as f64;
        share.is_finite().then_some(share)
    }

    /// The bias correction z0 = Φ⁻¹(share below, ties half); `None` where all lie on one side.
    ///
    /// Efron 1987, eq. 4.1 of Journal of the American Statistical Association 82:171, with ties halved.
    pub fn z0(&self, estimate: f64) -> Option<f64> {
        normal::quantile(self.share_below(estimate)?)
    }

    /// The two-sided resampling p value of `estimate` against `null`: (1 + #extreme)/(B + 1), where a
    /// replicate is extreme when it lies at least as far from the estimate as the null does.
    ///
    /// Resamples are centred at the estimate, which stands for the null's distribution by a shift
    /// (Efron & Tibshirani 1993, §16.4; the added one by Davison & Hinkley 1997, eq. 4.11). `None`
    /// where the estimate isn't a finite number or no replicate is.
    pub fn p_value(&self, estimate: f64, null: f64) -> Option<f64> {
        let distance = (estimate - null).abs();
        if !distance.is_finite() || self.sorted.is_empty() {
            return None;
        }
        let slack = self.slack(estimate).max(TIE * null.abs());
        let low = estimate - distance + slack;
        let high = estimate + distance - slack;
        let at_most = self.sorted.partition_point(|&t| t <= low);
        let above = self.sorted.partition_point(|&t| t < high).max(at_most);
        let extreme = at_most + (self.sorted.len() - above);
        Some((1.0 + extreme as f64) / (self.sorted.len() as f64 + 1.0))
    }

    fn slack(&self, value: f64) -> f64 {
        let ends = [self.sorted.first(), self.sorted.last()];
        let scale = ends
            .into_iter()
            .flatten()
            .fold(value.abs(), |scale, end| scale.max(end.abs()));
        TIE * scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undefined_values_are_counted_and_left_out() {
        let replicates = Replicates::new(vec![2.0, f64::NAN, 1.0, f64::INFINITY]);
        assert_eq!(replicates.sorted(), [1.0, 2.0]);
        assert_eq!((replicates.undefined(), replicates.resamples()), (2, 4));
    }

    #[test]
    fn ties_count_half_even_up_to_rounding() {
        let replicates = Replicates::new(vec![0.1 + 0.2, 0.3, 0.1, 0.5, 0.6, 0.7]);
        assert_eq!(replicates.below_and_tied(0.3), (1, 2));
        assert_eq!(replicates.share_below(0.3), Some(2.0 / 6.0));
    }

    #[test]
    fn one_sided_replicates_have_no_z0() {
        let replicates = Replicates::new(vec![1.0, 2.0]);
        assert_eq!(replicates.z0(0.0), None);
        assert_eq!(replicates.z0(3.0), None);
        assert_eq!(replicates.z0(1.5), Some(0.0));
        assert_eq!(Replicates::default().z0(1.0), None);
    }

    #[test]
    fn p_values_count_both_tails_and_the_observation() {
        let replicates = Replicates::new((0..99).map(|i| f64::from(i) / 10.0).collect());
        // Distance 4.9 from 4.9: only the two ends, 0.0 and 9.8.
        assert_eq!(replicates.p_value(4.9, 0.0), Some(3.0 / 100.0));
        assert_eq!(replicates.p_value(4.9, 9.8), Some(3.0 / 100.0));
        assert_eq!(replicates.p_value(4.9, -1.0), Some(1.0 / 100.0));
        assert_eq!(replicates.p_value(4.9, 4.9), Some(1.0));
        assert_eq!(replicates.p_value(f64::NAN, 0.0), None);
        assert_eq!(Replicates::default().p_value(1.0, 0.0), None);
    }

    #[test]
    fn no_spread_and_no_difference_is_no_evidence() {
        let replicates = Replicates::new(vec![0.0; 99]);
        assert_eq!(replicates.p_value(0.0, 0.0), Some(1.0));
    }
}
