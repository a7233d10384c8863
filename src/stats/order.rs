//! The bootstrap law of an order statistic, in closed form: no resample is drawn.

use super::quantile::Sorted;
use statrs::function::beta::beta_reg;

/// The law of the k-th smallest of n values drawn with replacement from n values.
///
/// P(X*₍ₖ₎ ≤ x₍ⱼ₎) = P(Bin(n, j/n) ≥ k) = I_{j/n}(k, n-k+1) (Maritz & Jarrett 1978;
/// Hutson & Ernst 2000). Of row resampling alone: clusters and strata have no such form.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderLaw<'a> {
    values: &'a [f64],
    cumulative: Vec<f64>,
}

impl<'a> OrderLaw<'a> {
    /// The law of the `k`-th smallest, `k` from 1; `None` unless 1 ≤ `k` ≤ n.
    pub fn new(sorted: &'a Sorted, k: usize) -> Option<Self> {
        let values = sorted.values();
        let n = values.len();
        if k == 0 || k > n {
            return None;
        }
        let (a, b) = (k as f64, (n - k + 1) as f64);
        let cumulative = (1..=n)
            .map(|j| {
                if j == n {
                    1.0
                } else {
                    beta_reg(a, b, j as f64 / n as f64)
                }
            })
            .collect();
        Some(Self { values, cumulative })
    }

    /// The smallest value whose probability of not being exceeded reaches `p`; `None` unless
    /// 0 ≤ `p` ≤ 1. At (1-level)/2 and (1+level)/2: the percentile interval of infinitely many
    /// resamples.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        if !(0.0..=1.0).contains(&p) {
            return None;
        }
        let index = self.cumulative.partition_point(|&c| c < p);
        self.values.get(index).copied()
    }

    /// The mean of the law.
    pub fn mean(&self) -> f64 {
        self.masses().map(|(x, mass)| x * mass).sum()
    }

    /// The standard deviation of the law: the bootstrap standard error of the order statistic.
    pub fn sd(&self) -> f64 {
        let mean = self.mean();
        let variance: f64 = self.masses().map(|(x, m)| m * (x - mean).powi(2)).sum();
        variance.sqrt()
    }

    fn masses(&self) -> impl Iterator<Item = (f64, f64)> {
        let before = std::iter::once(&0.0).chain(&self.cumulative);
        let steps = self.cumulative.iter().zip(before);
        self.values
            .iter()
            .zip(steps)
            .map(|(&x, (through, before))| (x, through - before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The median of three resampled values, counted over all 27 resamples: 7, 13 and 7.
    #[test]
    fn three_values_by_enumeration() {
        let sorted = Sorted::new(vec![1.0, 2.0, 4.0]).unwrap();
        let law = OrderLaw::new(&sorted, 2).unwrap();
        let mean = (7.0 + 26.0 + 28.0) / 27.0;
        assert!((law.mean() - mean).abs() < 1e-14);
        let square = (7.0 + 52.0 + 112.0) / 27.0;
        assert!((law.sd() - (square - mean * mean).sqrt()).abs() < 1e-14);
        assert_eq!(law.quantile(0.25), Some(1.0));
        assert_eq!(law.quantile(0.27), Some(2.0));
        assert_eq!(law.quantile(1.0), Some(4.0));
        assert_eq!(law.quantile(1.1), None);
    }

    #[test]
    fn ranks_outside_the_list_have_no_law() {
        let sorted = Sorted::new(vec![1.0, 2.0]).unwrap();
        assert_eq!(OrderLaw::new(&sorted, 0), None);
        assert_eq!(OrderLaw::new(&sorted, 3), None);
        assert_eq!(OrderLaw::new(&Sorted::default(), 1), None);
    }
}
