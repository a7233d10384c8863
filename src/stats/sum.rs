//! Sums of binary64 numbers that do not depend on the order of the terms.
//!
//! A superaccumulator (Kulisch 1971; Neal 2015, arXiv:1505.05571): a fixed-point number wide enough
//! for every double, so addition is exact and only the final value is rounded, once. Shards may be
//! summed apart and merged in any order: the bytes are the same.

/// 32-bit digits: 2,098 bits of a double's range and 78 for carries.
const DIGITS: usize = 68;
/// Additions before digits must be carried: each adds less than 2^32 to a 63-bit digit.
const MAX_PENDING: u32 = 1 << 30;

/// An exact running sum.
#[derive(Debug, Clone, PartialEq)]
pub struct ExactSum {
    /// Little-endian digits of 2^32, in units of 2^-1074; signed while carries are pending.
    digits: [i64; DIGITS],
    pending: u32,
    /// The sum of the infinities and NaNs that were added; 0 where there were none.
    special: f64,
}

impl Default for ExactSum {
    fn default() -> Self {
        Self {
            digits: [0; DIGITS],
            pending: 0,
            special: 0.0,
        }
    }
}

impl ExactSum {
    /// Adds `x`.
    #[inline]
    pub fn add(&mut self, x: f64) {
        self.add_times(x, 1);
    }

    /// Adds `x` as often as `times` says: what that many additions give.
    #[inline]
    pub fn add_times(&mut self, x: f64, times: u64) {
        if !x.is_finite() {
            if times > 0 {
                self.special += x;
            }
            return;
        }
        if self.pending >= MAX_PENDING {
            self.carry();
        }
        // Either half of `times` is one addition.
        self.pending += 2;
        let bits = x.to_bits();
        let exponent = (bits >> 52 & 0x7ff) as usize;
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, shift) = match exponent {
            0 => (fraction, 0),
            _ => (fraction | 1 << 52, exponent - 1),
        };
        let negative = x.is_sign_negative();
        for (half, place) in [times & 0xffff_ffff, times >> 32]
            .into_iter()
            .zip(shift / 32..)
        {
            if half == 0 {
                continue;
            }
            let wide = (u128::from(mantissa) * u128::from(half)) << (shift % 32);
            for (digit, part) in self.digits[place..].iter_mut().zip([
                (wide & 0xffff_ffff) as i64,
                (wide >> 32 & 0xffff_ffff) as i64,
                (wide >> 64 & 0xffff_ffff) as i64,
                (wide >> 96) as i64,
            ]) {
                *digit += if negative { -part } else { part };
            }
        }
    }

    /// Adds all that `other` holds.
    pub fn merge(&mut self, other: &ExactSum) {
        let mut other = other.clone();
        other.carry();
        self.carry();
        for (digit, more) in self.digits.iter_mut().zip(other.digits) {
            *digit += more;
        }
        self.pending = 1;
        self.special += other.special;
    }

    /// The sum, rounded once to the nearest double, ties to even.
    ///
    /// NaN where a NaN or infinities of both signs were added; infinite where one was, or where the
    /// sum is beyond the range of a double.
    pub fn value(&self) -> f64 {
        if self.special != 0.0 {
            return self.special;
        }
        let mut sum = self.clone();
        sum.carry();
        let negative = sum.digits[DIGITS - 1] < 0;
        if negative {
            for digit in &mut sum.digits {
                *digit = -*digit;
            }
            sum.carry();
        }
        let magnitude = round(&sum.digits);
        if negative { -magnitude } else { magnitude }
    }

    /// Brings every digit but the last into 0..2^32.
    fn carry(&mut self) {
        let mut carry = 0;
        for digit in &mut self.digits[..DIGITS - 1] {
            let value = *digit + carry;
            *digit = value & 0xffff_ffff;
            carry = value >> 32;
        }
        self.digits[DIGITS - 1] += carry;
        self.pending = 0;
    }
}

/// The double nearest to non-negative, carried digits.
fn round(digits: &[i64; DIGITS]) -> f64 {
    let Some(highest) = digits.iter().rposition(|&d| d != 0) else {
        return 0.0;
    };
    // Three digits hold the 53 bits and the rounding bit; what lies below only breaks ties.
    let top = highest.max(2);
    let window = digits[top - 2..=top]
        .iter()
        .rev()
        .fold(0u128, |w, &d| w << 32 | d as u128);
    let below = digits[..top - 2].iter().any(|&d| d != 0);
    let length = 128 - window.leading_zeros() as usize;
    let base = 32 * (top - 2);
    let drop = length.saturating_sub(53);
    let kept = (window >> drop) as u64;
    let rest = window & ((1u128 << drop) - 1);
    let half = if drop == 0 { 1 } else { 1u128 << (drop - 1) };
    let up = drop > 0 && (rest > half || rest == half && (below || kept & 1 == 1));
    let exponent = (base + drop) as u64;
    // A carry out of the 53 bits lands in the exponent, which is right.
    let bits = (exponent << 52) + kept + u64::from(up);
    if exponent >= 2047 || bits >= 0x7ff << 52 {
        f64::INFINITY
    } else {
        f64::from_bits(bits)
    }
}

/// The exact sum of `values`, rounded once.
pub fn exact_sum(values: &[f64]) -> f64 {
    let mut sum = ExactSum::default();
    for &value in values {
        sum.add(value);
    }
    sum.value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cancellation_leaves_the_small_term() {
        assert_eq!(exact_sum(&[1e308, 1.0, -1e308]), 1.0);
        assert_eq!(exact_sum(&[1e308, 1e308, -1e308, -1e308, 5e-324]), 5e-324);
        assert_eq!(exact_sum(&[0.1; 10]), 1.0);
        assert_eq!(exact_sum(&[]), 0.0);
        assert_eq!(exact_sum(&[-0.5, 0.25]), -0.25);
    }

    #[test]
    fn rounding_is_to_nearest_even() {
        let two53 = (1u64 << 53) as f64;
        assert_eq!(exact_sum(&[two53, 1.0]), two53);
        assert_eq!(exact_sum(&[two53, 1.0, 5e-324]), two53 + 2.0);
        assert_eq!(exact_sum(&[two53, 3.0]), two53 + 4.0);
        assert_eq!(exact_sum(&[-two53, -1.0, -1e-200]), -two53 - 2.0);
    }

    #[test]
    fn range_ends() {
        assert_eq!(exact_sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(exact_sum(&[-f64::MAX, -f64::MAX]), f64::NEG_INFINITY);
        assert_eq!(exact_sum(&[f64::MAX, f64::MAX, -f64::MAX]), f64::MAX);
        assert_eq!(
            exact_sum(&[f64::MIN_POSITIVE, -5e-324]),
            2.225_073_858_507_201e-308
        );
        assert!(exact_sum(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert!(exact_sum(&[1.0, f64::NAN]).is_nan());
        assert_eq!(exact_sum(&[f64::INFINITY, -f64::MAX]), f64::INFINITY);
    }

    proptest! {
        /// Integers that fit i128 give the sum to check against.
        #[test]
        fn equals_integer_arithmetic(terms in prop::collection::vec((-(1i64 << 53)..1 << 53, 0u32..40), 0..60)) {
            let values: Vec<f64> = terms.iter().map(|&(m, e)| m as f64 * f64::from(e).exp2()).collect();
            let total: i128 = terms.iter().map(|&(m, e)| i128::from(m) << e).sum();
            prop_assert_eq!(exact_sum(&values), total as f64);
        }

        #[test]
        fn any_order_and_any_shards_give_the_same_bits(
            mut values in prop::collection::vec(any::<f64>().prop_filter("finite", |x| x.is_finite()), 1..80),
            cut in 0usize..80,
            turn in 0usize..80,
        ) {
            let whole = exact_sum(&values).to_bits();
            let turn = turn % values.len();
            values.rotate_left(turn);
            values.reverse();
            prop_assert_eq!(exact_sum(&values).to_bits(), whole);
            values.sort_unstable_by(f64::total_cmp);
            prop_assert_eq!(exact_sum(&values).to_bits(), whole);
            let (left, right) = values.split_at(cut.min(values.len()));
            let mut sum = ExactSum::default();
            right.iter().for_each(|&x| sum.add(x));
            let mut more = ExactSum::default();
            left.iter().for_each(|&x| more.add(x));
            sum.merge(&more);
            prop_assert_eq!(sum.value().to_bits(), whole);
        }
    }
}
