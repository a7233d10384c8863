//! Quantiles of sorted numbers, plain or with integer multiplicities.
//!
//! NaN and infinities are refused by [`Sorted`], so no quantile is ever NaN. [`Ranked`] remembers
//! where each value stood, so that a resample's quantile is one sweep over its row weights.

/// Finite numbers in ascending order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sorted(Vec<f64>);

/// A list of numbers held a NaN or an infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotFinite {
    /// Position of the first one in the list.
    pub index: usize,
}

impl Sorted {
    /// Sorts `values`; refuses NaN and infinities.
    pub fn new(mut values: Vec<f64>) -> Result<Self, NotFinite> {
        refuse_not_finite(&values)?;
        values.sort_unstable_by(f64::total_cmp);
        Ok(Self(values))
    }

    /// The numbers in ascending order.
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// The `q` quantile by linear interpolation at h = (n-1)q, numpy's `linear` (Hyndman & Fan 1996,
    /// type 7); `None` of nothing or unless 0 ≤ `q` ≤ 1.
    pub fn linear(&self, q: f64) -> Option<f64> {
        let (index, fraction) = linear_position(self.0.len() as u64, q)?;
        let low = *self.0.get(index as usize)?;
        let high = self.0.get(index as usize + 1).copied().unwrap_or(low);
        Some(between(low, high, fraction))
    }

    /// The `q` quantile by nearest rank, the ⌈nq⌉-th smallest (Hyndman & Fan 1996, type 1); `None`
    /// of nothing or unless 0 ≤ `q` ≤ 1.
    pub fn nearest_rank(&self, q: f64) -> Option<f64> {
        let rank = nearest_rank(self.0.len() as u64, q)?;
        self.0.get(rank as usize - 1).copied()
    }
}

/// Finite numbers in ascending order, each with the row it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    sorted: Sorted,
    rows: Vec<u32>,
}

impl Ranked {
    /// Ranks `values`, equal ones by row; refuses NaN and infinities.
    pub fn new(values: &[f64]) -> Result<Self, NotFinite> {
        refuse_not_finite(values)?;
        // One whole number for both, so that a comparison is one subtraction.
        let both =
            |(&value, row): (&f64, u32)| u128::from(ascending(value)) << 32 | u128::from(row);
        let mut order: Vec<u128> = values.iter().zip(0..).map(both).collect();
        order.sort_unstable();
        let rows: Vec<u32> = order.iter().map(|&both| both as u32).collect();
        let value = |&row: &u32| values.get(row as usize).copied().unwrap_or(f64::NAN);
        let values = rows.iter().map(value).collect();
        Ok(Self {
            sorted: Sorted(values),
            rows,
        })
    }

    /// The numbers in ascending order.
    pub fn sorted(&self) -> &Sorted {
        &self.sorted
    }

    /// The row of each number, in ascending order of the numbers.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// [`Sorted::linear`] of the list in which row r stands `weights[r]` times; rows beyond
    /// `weights` don't stand in it. O(n), no allocation.
    pub fn linear(&self, weights: &[u32], q: f64) -> Option<f64> {
        let (index, fraction) = linear_position(self.total(weights), q)?;
        let (low, high) = self.neighbours(weights, index)?;
        Some(between(low, high, fraction))
    }

    /// [`Sorted::nearest_rank`] of the list in which row r stands `weights[r]` times.
    pub fn nearest_rank(&self, weights: &[u32], q: f64) -> Option<f64> {
        let rank = nearest_rank(self.total(weights), q)?;
        Some(self.neighbours(weights, rank - 1)?.0)
    }

    fn total(&self, weights: &[u32]) -> u64 {
        let rows = self.rows.len().min(weights.len());
        weights.iter().take(rows).map(|&w| u64::from(w)).sum()
    }

    /// The numbers at 0-based `index` and the next one (the same one at the end).
    fn neighbours(&self, weights: &[u32], index: u64) -> Option<(f64, f64)> {
        let mut seen = 0u64;
        let mut low = None;
        for (&value, &row) in self.sorted.0.iter().zip(&self.rows) {
            let weight = weights.get(row as usize).copied().unwrap_or(0);
            seen += u64::from(weight);
            if low.is_none() && seen > index {
                low = Some(value);
            }
            if let Some(low) = low
                && seen > index + 1
            {
                return Some((low, value));
            }
        }
        low.map(|low| (low, low))
    }
}

fn refuse_not_finite(values: &[f64]) -> Result<(), NotFinite> {
    match values.iter().position(|v| !v.is_finite()) {
        Some(index) => Err(NotFinite { index }),
        None => Ok(()),
    }
}

/// A whole number that stands among those of other values as `f64::total_cmp` has it.
fn ascending(value: f64) -> u64 {
    let bits = value.to_bits();
    let sign = 1 << 63;
    if bits & sign == 0 { bits | sign } else { !bits }
}

/// The index below (n-1)q and the fraction beyond it.
pub fn linear_position(n: u64, q: f64) -> Option<(u64, f64)> {
    if n == 0 || !(0.0..=1.0).contains(&q) {
        return None;
    }
    let position = (n - 1) as f64 * q;
    Some((position.floor() as u64, position.fract()))
}

/// ⌈nq⌉ within 1..=n. A product within rounding of an integer is that integer, so the 95 % rank of
/// 20 is 19 whatever binary64 makes of 0.95.
fn nearest_rank(n: u64, q: f64) -> Option<u64> {
    if n == 0 || !(0.0..=1.0).contains(&q) {
        return None;
    }
    let product = n as f64 * q;
    let whole = product.round();
    let near = (product - whole).abs() <= 4.0 * f64::EPSILON * whole;
    let rank = if near { whole } else { product.ceil() };
    Some((rank as u64).clamp(1, n))
}

/// lo + f·(hi - lo), never beyond `high`.
pub fn between(low: f64, high: f64, fraction: f64) -> f64 {
    if fraction <= 0.0 || low == high {
        return low;
    }
    let span = high - low;
    if span.is_finite() {
        (low + fraction * span).min(high)
    } else {
        low * (1.0 - fraction) + high * fraction
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_what_has_no_order() {
        assert_eq!(
            Sorted::new(vec![1.0, f64::NAN]),
            Err(NotFinite { index: 1 })
        );
        assert_eq!(
            Ranked::new(&[f64::INFINITY]).err(),
            Some(NotFinite { index: 0 })
        );
    }

    #[test]
    fn bounds() {
        let sorted = Sorted::new(vec![3.0, 1.0, 2.0]).unwrap();
        assert_eq!(sorted.linear(0.0), Some(1.0));
        assert_eq!(sorted.linear(1.0), Some(3.0));
        assert_eq!(sorted.nearest_rank(0.0), Some(1.0));
        assert_eq!(sorted.nearest_rank(1.0), Some(3.0));
        for q in [-0.1, 1.1, f64::NAN] {
            assert_eq!(sorted.linear(q), None);
            assert_eq!(sorted.nearest_rank(q), None);
        }
        let none = Sorted::default();
        assert_eq!((none.linear(0.5), none.nearest_rank(0.5)), (None, None));
        let wide = Sorted::new(vec![-f64::MAX, f64::MAX]).unwrap();
        assert_eq!(wide.linear(0.5), Some(0.0));
    }

    #[test]
    fn exact_ranks_survive_binary64() {
        for (n, q, rank) in [
            (20, 0.95, 19),
            (100, 0.55, 55),
            (1000, 0.999, 999),
            (100, 0.07, 7),
        ] {
            assert_eq!(nearest_rank(n, q), Some(rank));
        }
        assert_eq!(nearest_rank(100, 0.951), Some(96));
    }

    #[test]
    fn no_weight_no_quantile() {
        let ranked = Ranked::new(&[1.0, 2.0]).unwrap();
        assert_eq!(ranked.linear(&[0, 0], 0.5), None);
        assert_eq!(ranked.linear(&[], 0.5), None);
    }

    proptest! {
        #[test]
        fn multiplicities_repeat_values(
            rows in prop::collection::vec((-4i32..4, 0u32..4), 1..30),
            q in 0.0..=1.0f64,
        ) {
            let values: Vec<f64> = rows.iter().map(|r| f64::from(r.0) / 3.0).collect();
            let weights: Vec<u32> = rows.iter().map(|r| r.1).collect();
            let repeated: Vec<f64> = rows.iter().zip(&values)
                .flat_map(|(r, v)| std::iter::repeat_n(*v, r.1 as usize)).collect();
            let ranked = Ranked::new(&values).unwrap();
            let sorted = Sorted::new(repeated).unwrap();
            prop_assert_eq!(ranked.linear(&weights, q), sorted.linear(q));
            prop_assert_eq!(ranked.nearest_rank(&weights, q), sorted.nearest_rank(q));
        }
    }
}
