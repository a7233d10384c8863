//! Areas under the ROC curve with their covariance (DeLong, DeLong & Clarke-Pearson 1988).
//!
//! The structural components come from mid-ranks in O(n log n) (Sun & Xu 2014), or, where only
//! leave-one-out values are at hand, from those: without a positive i the area of m positives is
//! (m·A - V_i)/(m - 1), so both ways give the same numbers.

/// One area with its structural components.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The area.
    pub value: f64,
    /// For each positive the share of negatives below it, ties half.
    pub positives: Vec<f64>,
    /// For each negative the share of positives above it, ties half.
    pub negatives: Vec<f64>,
}

impl Area {
    /// The area of `scores`; `None` unless there are positives and negatives and all scores are
    /// numbers.
    pub fn new(positive: &[bool], scores: &[f64]) -> Option<Self> {
        let pick = |want: bool| -> Vec<f64> {
            let both = positive.iter().zip(scores);
            both.filter(|(p, _)| **p == want).map(|(_, s)| *s).collect()
        };
        let (high, low) = (pick(true), pick(false));
        if high.is_empty() || low.is_empty() || scores.iter().any(|s| s.is_nan()) {
            return None;
        }
        let all: Vec<f64> = high.iter().chain(&low).copied().collect();
        let ranks = mid_ranks(&all);
        let (own_high, own_low) = (mid_ranks(&high), mid_ranks(&low));
        let (m, n) = (high.len() as f64, low.len() as f64);
        let positives: Vec<f64> = ranks
            .iter()
            .zip(&own_high)
            .map(|(r, o)| (r - o) / n)
            .collect();
        let of_low = ranks.iter().skip(high.len()).zip(&own_low);
        let negatives: Vec<f64> = of_low.map(|(r, o)| 1.0 - (r - o) / m).collect();
        let value = positives.iter().sum::<f64>() / m;
        Some(Area {
            value,
            positives,
            negatives,
        })
    }

    /// The same from leave-one-out values; `None` of fewer than two of either class.
    pub fn from_left_out(positive: &[bool], value: f64, left_out: &[f64]) -> Option<Self> {
        let m = positive.iter().filter(|p| **p).count();
        let n = positive.len().checked_sub(m)?;
        if m < 2 || n < 2 || positive.len() != left_out.len() || !value.is_finite() {
            return None;
        }
        let component = |want: bool, count: usize| -> Vec<f64> {
            let count = count as f64;
            let own = positive.iter().zip(left_out).filter(|(p, _)| **p == want);
            own.map(|(_, without)| count * value - (count - 1.0) * without)
                .collect()
        };
        Some(Area {
            value,
            positives: component(true, m),
            negatives: component(false, n),
        })
    }

    /// The covariance of two areas on the same rows; `None` of fewer than two of either class.
    pub fn covariance(&self, other: &Area) -> Option<f64> {
        let s10 = cross(&self.positives, &other.positives)? / self.positives.len() as f64;
        let s01 = cross(&self.negatives, &other.negatives)? / self.negatives.len() as f64;
        Some(s10 + s01)
    }

    /// The variance of the difference of two areas on the same rows.
    pub fn variance_of_difference(&self, other: &Area) -> Option<f64> {
        let twice = 2.0 * self.covariance(other)?;
        Some((self.covariance(self)? + other.covariance(other)? - twice).max(0.0))
    }
}

/// The sample covariance, n - 1 below.
fn cross(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() < 2 || a.len() != b.len() {
        return None;
    }
    let n = a.len() as f64;
    let (ma, mb) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let sum: f64 = a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb)).sum();
    Some(sum / (n - 1.0))
}

/// Ranks from 1, ties sharing their mean.
pub(super) fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for tie in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = from as f64 + 0.5 * (tie.len() as f64 + 1.0);
        tie.iter().for_each(|&i| ranks[i] = rank);
        from += tie.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leave_one_out_gives_the_same_components() {
        let positive = [true, false, true, true, false, false, true];
        let scores = [0.9, 0.3, 0.3, 0.7, 0.5, 0.1, 0.5];
        let area = Area::new(&positive, &scores).unwrap();
        let without = |i: usize| {
            let drop = |x: usize| x != i;
            let p: Vec<bool> = (0..7).filter(|&x| drop(x)).map(|x| positive[x]).collect();
            let s: Vec<f64> = (0..7).filter(|&x| drop(x)).map(|x| scores[x]).collect();
            Area::new(&p, &s).unwrap().value
        };
        let left_out: Vec<f64> = (0..7).map(without).collect();
        let other = Area::from_left_out(&positive, area.value, &left_out).unwrap();
        let pairs = area.positives.iter().zip(&other.positives);
        for (a, b) in pairs.chain(area.negatives.iter().zip(&other.negatives)) {
            assert!((a - b).abs() < 1e-12);
        }
    }

    #[test]
    fn one_class_has_no_area() {
        assert_eq!(Area::new(&[true, true], &[0.1, 0.2]), None);
        assert_eq!(Area::new(&[], &[]), None);
    }
}
