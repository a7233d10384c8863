//! Draws from a law of few values that is asked again and again: a table, one short word and one comparison.
//!
//! The alias method (Walker 1977; built as in Vose 1991, IEEE Transactions on Software Engineering 17:972), on whole
//! numbers throughout, so that the table holds the weights as they are.

use rand::Rng;

/// A law over 0..n, n at most 65,536.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alias {
    columns: Vec<Column>,
    /// Of each column the share of its own value, in 2^-64.
    cuts: Vec<u64>,
    /// How many bits of a word are left once a column is chosen.
    below: u32,
}

/// One of 2^b equally likely columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Column {
    /// The upper bits of its cut, as many as a word has left.
    cut: u16,
    /// The value of the rest.
    other: u16,
}

impl Alias {
    /// The law with these weights; `None` of more than 65,536 values or without any weight.
    pub fn new(weights: &[u64]) -> Option<Self> {
        let total: u128 = weights.iter().map(|&w| u128::from(w)).sum();
        if total == 0 || weights.len() > 1 << 16 {
            return None;
        }
        let size = weights.len().next_power_of_two();
        let below = 16 - size.trailing_zeros();
        // What each value has yet to give, where a column holds `total`.
        let mut left: Vec<u128> = weights
            .iter()
            .map(|&w| u128::from(w) * size as u128)
            .collect();
        left.resize(size, 0);
        let (mut short, mut long): (Vec<usize>, Vec<usize>) =
            (0..size).partition(|&i| left[i] < total);
        let mut law = Alias {
            columns: (0..size).map(|_| Column { cut: 0, other: 0 }).collect(),
            cuts: vec![u64::MAX; size],
            below,
        };
        (0..size).for_each(|i| law.set(i, u64::MAX, i));
        while let (Some(i), Some(&j)) = (short.pop(), long.last()) {
            law.set(i, share(left[i], total), j);
            left[j] -= total - left[i];
            if left[j] < total {
                long.pop();
                short.push(j);
            }
        }
        Some(law)
    }

    fn set(&mut self, column: usize, cut: u64, other: usize) {
        self.cuts[column] = cut;
        self.columns[column] = Column {
            cut: cut.checked_shr(64 - self.below).unwrap_or(0) as u16,
            other: other as u16,
        };
    }

    /// The value that `word` stands for; where its bits don't settle it, 64 more from `rng` do.
    #[inline]
    pub fn value(&self, word: u16, rng: &mut impl Rng) -> u32 {
        let place = u32::from(word) >> self.below;
        let rest = u32::from(word) & ((1 << self.below) - 1);
        // There are 2^(16 - below) columns, so each word has one.
        let column = self.columns.get(place as usize);
        let column = column.copied().unwrap_or(Column { cut: 0, other: 0 });
        let (cut, other) = (u32::from(column.cut), u32::from(column.other));
        if rest == cut {
            return self.settle(place, rng);
        }
        // Whether the rest lies below the cut is a coin that no machine foresees: no jump depends on it.
        let beyond = u32::from(rest > cut).wrapping_neg();
        place ^ ((place ^ other) & beyond)
    }

    #[cold]
    #[inline(never)]
    fn settle(&self, place: u32, rng: &mut impl Rng) -> u32 {
        let cut = self.cuts[place as usize] << self.below;
        if rng.next_u64() < cut {
            place
        } else {
            u32::from(self.columns[place as usize].other)
        }
    }
}

/// part/whole in 2^-64, part below whole: two digits of 32 bits, so that nothing overflows where whole is under 2^96.
fn share(part: u128, whole: u128) -> u64 {
    let digit = |part: u128| ((part << 32) / whole, (part << 32) % whole);
    let (high, rest) = digit(part);
    let (low, _) = digit(rest);
    (high as u64) << 32 | low as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::{Purpose, stream};

    /// The probability of each value, read off the table.
    fn law(alias: &Alias, values: usize) -> Vec<f64> {
        let size = alias.columns.len() as f64;
        let mut law = vec![0.0; values.max(alias.columns.len())];
        for (i, (column, &cut)) in alias.columns.iter().zip(&alias.cuts).enumerate() {
            let own = cut as f64 / 2f64.powi(64);
            law[i] += own / size;
            law[usize::from(column.other)] += (1.0 - own) / size;
        }
        law
    }

    #[test]
    fn tables_hold_the_weights_as_they_are() {
        for weights in [
            vec![1u64],
            vec![0, 7],
            vec![5, 2, 3],
            vec![1, 1_000_000_007, 3, 0, 12],
            (0..300u64).map(|i| i * i % 97).collect(),
            vec![1 << 62, 1 << 62, 1],
        ] {
            let total: f64 = weights.iter().map(|&w| w as f64).sum();
            let found = law(&Alias::new(&weights).unwrap(), weights.len());
            for (i, p) in found.iter().enumerate() {
                let expected = weights.get(i).map_or(0.0, |&w| w as f64 / total);
                assert!((p - expected).abs() < 1e-15, "{weights:?} {i}: {p}");
            }
        }
        assert_eq!(Alias::new(&[]), None);
        assert_eq!(Alias::new(&[0, 0]), None);
    }

    /// Every word of 16 bits once: a word alone decides but where it meets a cut.
    #[test]
    fn words_mean_what_the_table_says() {
        let weights: Vec<u64> = (0..300u64).map(|i| i * i % 97).collect();
        let alias = Alias::new(&weights).unwrap();
        let total: f64 = weights.iter().map(|&w| w as f64).sum();
        let mut rng = stream(1, Purpose::Cells, 0, 0);
        let mut counts = vec![0u32; 300];
        for _ in 0..20 {
            (0..=u16::MAX).for_each(|word| counts[alias.value(word, &mut rng) as usize] += 1);
        }
        for (count, weight) in counts.iter().zip(&weights) {
            let expected = 20.0 * 65_536.0 * *weight as f64 / total;
            // One word of a column at most is open, and it is drawn 20 times.
            let columns = 2.0 + expected / (20.0 * 128.0);
            let slack = 4.0 * (columns * 5.0).sqrt();
            assert!((f64::from(*count) - expected).abs() <= slack + 1e-9);
        }
    }
}
