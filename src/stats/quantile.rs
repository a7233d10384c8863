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
        let rows = by_digits(values);
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

/// As many bits as are told apart in one pass, and so many passes.
const DIGIT: u32 = 11;
const PASSES: usize = 3;

/// The rows of finite numbers in ascending order of those, equal ones by row: by the first 32 bits in which the numbers
/// differ digit by digit (least significant first), then by all others where those agree.
fn by_digits(values: &[f64]) -> Vec<u32> {
    let keys = || values.iter().map(|&v| ascending(v));
    let (low, high) = keys().fold((u64::MAX, 0), |(low, high), key| {
        (low.min(key), high.max(key))
    });
    let shift = u64::BITS
        .saturating_sub(high.saturating_sub(low).leading_zeros())
        .saturating_sub(u32::BITS);
    let first = |key: u64| (key - low) >> shift;
    let mut order: Vec<u64> = keys()
        .zip(0u64..)
        .map(|(k, row)| first(k) << 32 | row)
        .collect();
    let mut other = vec![0u64; order.len()];
    let digit =
        |item: u64, pass: usize| (item >> (32 + DIGIT * pass as u32)) as usize & ((1 << DIGIT) - 1);
    let mut counts = vec![[0u32; 1 << DIGIT]; PASSES];
    for &item in &order {
        for (pass, counts) in counts.iter_mut().enumerate() {
            counts[digit(item, pass)] += 1;
        }
    }
    for (pass, places) in counts.iter_mut().enumerate() {
        let mut before = 0;
        for place in places.iter_mut() {
            (*place, before) = (before, before + *place);
        }
        for &item in &order {
            let place = &mut places[digit(item, pass)];
            if let Some(slot) = other.get_mut(*place as usize) {
                *slot = item;
            }
            *place += 1;
        }
        std::mem::swap(&mut order, &mut other);
    }
    let mut rows: Vec<u32> = order.iter().map(|&item| item as u32).collect();
    let key = |&row: &u32| (values.get(row as usize).map(|&v| ascending(v)), row);
    let mut from = 0;
    for alike in order.chunk_by(|a, b| a >> 32 == b >> 32) {
        let to = from + alike.len();
        if shift > 0
            && alike.len() > 1
            && let Some(rows) = rows.get_mut(from..to)
        {
            rows.sort_unstable_by_key(key);
        }
        from = to;
    }
    rows
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

    /// Whatever the numbers look like, they and their rows stand as a sort puts them.
    #[test]
    fn digits_sort_as_comparisons_do() {
        let mut rng = crate::stats::random::stream(3, crate::stats::random::Purpose::Units, 0, 0);
        let mut uniform = || crate::stats::random::unit(&mut rng);
        let mut lists: Vec<Vec<f64>> = vec![
            vec![],
            vec![1.5],
            vec![0.0, -0.0, 0.0, -0.0],
            vec![-f64::MAX, f64::MAX, 0.0, 1.0, f64::MIN_POSITIVE, -1.0],
            vec![7.0; 100],
            (0..500).map(|i| f64::from(i % 7)).collect(),
            (0..500).map(|i| f64::from(500 - i)).collect(),
        ];
        for n in [2, 30, 1000] {
            lists.push((0..n).map(|_| uniform() - 0.5).collect());
            // Over many binades, and with few bits apart.
            lists.push((0..n).map(|_| 1.0 / uniform().powi(3)).collect());
            lists.push(
                (0..n)
                    .map(|_| 5e-324 * (uniform() * 50.0).floor())
                    .collect(),
            );
        }
        for list in lists {
            let ranked = Ranked::new(&list).unwrap();
            let mut rows: Vec<u32> = (0u32..).take(list.len()).collect();
            rows.sort_by(|&a, &b| list[a as usize].total_cmp(&list[b as usize]));
            assert_eq!(ranked.rows, rows);
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            let sorted: Vec<f64> = rows.iter().map(|&r| list[r as usize]).collect();
            assert_eq!(bits(ranked.sorted.values()), bits(&sorted));
        }
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
