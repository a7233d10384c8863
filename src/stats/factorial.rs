//! Factorial designs: which cells are run, what each effect takes of them, and what a fraction
//! cannot tell apart.
//!
//! A factor has its levels numbered from 0, the low one. The effect of a set S of factors, each at some
//! level above 0, is twice the coefficient that least squares gives to the product of their codes,
//! −1 for the low level and +1 for the one meant:
//!
//! `effect(S) = 2 / n · Σ over cells of (Π over f in S of code_f(cell)) · y(cell)`
//!
//! where n counts the cells in which every factor of S is at one of its two levels. Of one factor that is the
//! mean of the cells at its level minus the mean of those at its low one; of two, half of what the effect of the
//! one changes by with the other. (Box, Hunter & Hunter 2005, *Statistics for Experimenters*, chapters 5 and 6.)
//!
//! In a fraction of two-level factors, products of codes are words that multiply by cancelling what they share; a
//! generator `d = a·b·c` makes the word `abcd` the same in every cell. All products of such words are the defining
//! relation, the length of its shortest word the resolution, and an effect times each of them its aliases.
//! What the factors are is left to callers.

use std::collections::BTreeSet;

/// More factors than this have no word.
pub const MAX_FACTORS: usize = 32;

/// A product of factors' codes, with its sign: bit `i` stands for the `i`-th factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Word {
    /// The factors.
    pub factors: u32,
    /// Whether it is minus the product.
    pub negative: bool,
}

impl Word {
    /// The product of some factors; those from [`MAX_FACTORS`] on are left out.
    pub fn of(factors: impl IntoIterator<Item = usize>) -> Word {
        let bit = |f: usize| u32::try_from(f).ok().and_then(|f| 1u32.checked_shl(f));
        let factors = factors.into_iter().filter_map(bit).fold(0, |a, b| a | b);
        Word {
            factors,
            negative: false,
        }
    }

    /// The product of two words: what they share cancels.
    #[must_use]
    pub fn times(self, other: Word) -> Word {
        Word {
            factors: self.factors ^ other.factors,
            negative: self.negative != other.negative,
        }
    }

    /// How many factors it has.
    pub fn order(self) -> u32 {
        self.factors.count_ones()
    }

    /// Its factors, from the first.
    pub fn members(self) -> Vec<usize> {
        (0..MAX_FACTORS)
            .filter(|f| self.factors >> f & 1 == 1)
            .collect()
    }
}

/// The defining relation of a fraction: every word that is the same in all cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relation(BTreeSet<Word>);

impl Relation {
    /// All products of the generating words, 2^p − 1 of them for p independent ones. A full design has
    /// none.
    pub fn new(generating: &[Word]) -> Relation {
        let mut words: BTreeSet<Word> = BTreeSet::new();
        for &word in generating {
            let products: Vec<Word> = words.iter().map(|w| w.times(word)).collect();
            words.insert(word);
            words.extend(products);
        }
        words.retain(|w| w.factors != 0);
        Relation(words)
    }

    /// The words, shortest first.
    pub fn words(&self) -> Vec<Word> {
        let mut words: Vec<Word> = self.0.iter().copied().collect();
        words.sort_by_key(|w| (w.order(), w.members()));
        words
    }

    /// The length of the shortest word; `None` of a full design.
    pub fn resolution(&self) -> Option<u32> {
        self.0.iter().map(|w| w.order()).min()
    }

    /// What this design cannot tell from an effect, the simplest first: with the sign it enters with. The
    /// empty word is the mean of all cells.
    pub fn aliases(&self, effect: Word) -> Vec<Word> {
        let mut aliases: Vec<Word> = self.0.iter().map(|w| w.times(effect)).collect();
        aliases.sort_by_key(|w| (w.order(), w.members()));
        aliases
    }
}

/// The cells of a full design, the last factor fastest; `None` of more than `limit`.
pub fn full(levels: &[usize], limit: usize) -> Option<Vec<Vec<usize>>> {
    let cells = levels
        .iter()
        .try_fold(1usize, |product, &n| product.checked_mul(n))?;
    (cells <= limit).then(|| {
        let place = |mut number: usize| {
            let mut cell: Vec<usize> = levels
                .iter()
                .rev()
                .map(|&n| {
                    let level = number % n.max(1);
                    number /= n.max(1);
                    level
                })
                .collect();
            cell.reverse();
            cell
        };
        (0..cells).map(place).collect()
    })
}

/// The cells of a fraction of `factors` two-level factors: those without a generator vary in full, each
/// generated one follows the product of its word. `None` of more than `limit` cells.
pub fn fraction(
    factors: usize,
    generators: &[(usize, Word)],
    limit: usize,
) -> Option<Vec<Vec<usize>>> {
    let free: Vec<usize> = (0..factors)
        .filter(|f| generators.iter().all(|g| g.0 != *f))
        .collect();
    let cells = full(&vec![2; free.len()], limit)?;
    let whole = |base: Vec<usize>| {
        let mut cell = vec![0; factors];
        for (&f, level) in free.iter().zip(base) {
            if let Some(slot) = cell.get_mut(f) {
                *slot = level;
            }
        }
        for &(f, word) in generators {
            let low = |m: &usize| cell.get(*m) == Some(&0);
            let minus = word.members().iter().filter(|m| low(m)).count() % 2 == 1;
            if let Some(slot) = cell.get_mut(f) {
                *slot = usize::from(minus == word.negative);
            }
        }
        cell
    };
    Some(cells.into_iter().map(whole).collect())
}

/// What each cell counts in an effect, given as factors with the level meant of each; `None` where no cell
/// has all of them at one of their two levels, or at high and low unequally often.
pub fn contrast(cells: &[Vec<usize>], effect: &[(usize, usize)]) -> Option<Vec<f64>> {
    let code = |cell: &Vec<usize>| {
        effect.iter().try_fold(1i32, |sign, &(factor, high)| {
            match cell.get(factor).copied()? {
                0 => Some(-sign),
                level if level == high => Some(sign),
                _ => None,
            }
        })
    };
    let codes: Vec<Option<i32>> = cells.iter().map(code).collect();
    let taken = codes.iter().flatten().count();
    if taken == 0 || codes.iter().flatten().sum::<i32>() != 0 {
        return None;
    }
    let weight = 2.0 / taken as f64;
    Some(
        codes
            .into_iter()
            .map(|code| code.map_or(0.0, |c| f64::from(c) * weight))
            .collect(),
    )
}

/// The effect whose [`contrast`] this is, of the cells' values.
pub fn effect(contrast: &[f64], values: &[f64]) -> f64 {
    contrast.iter().zip(values).map(|(c, y)| c * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(word: Word) -> String {
        let sign = if word.negative { "-" } else { "" };
        let names: String = word
            .members()
            .iter()
            .map(|&f| char::from(b'A' + u8::try_from(f).unwrap()))
            .collect();
        format!("{sign}{names}")
    }

    /// Box, Hunter & Hunter 2005, section 6.7: the 2^(5-2) design with D = AB and E = AC.
    #[test]
    fn the_defining_relation_of_a_quarter() {
        let relation = Relation::new(&[Word::of([0, 1, 3]), Word::of([0, 2, 4])]);
        let words: Vec<String> = relation.words().into_iter().map(letters).collect();
        assert_eq!(words, ["ABD", "ACE", "BCDE"]);
        assert_eq!(relation.resolution(), Some(3));
        let of_a: Vec<String> = relation
            .aliases(Word::of([0]))
            .into_iter()
            .map(letters)
            .collect();
        assert_eq!(of_a, ["BD", "CE", "ABCDE"]);
    }

    #[test]
    fn a_half_of_four_has_resolution_four() {
        let generator = Word::of([0, 1, 2]);
        let relation = Relation::new(&[generator.times(Word::of([3]))]);
        assert_eq!(relation.resolution(), Some(4));
        assert_eq!(relation.aliases(Word::of([0, 1])), [Word::of([2, 3])]);
        let cells = fraction(4, &[(3, generator)], 100).unwrap();
        assert_eq!(cells.len(), 8);
        for cell in &cells {
            let sign: i32 = cell.iter().map(|&l| if l == 0 { -1 } else { 1 }).product();
            assert_eq!(sign, 1, "{cell:?}");
        }
        // What is aliased has one contrast.
        assert_eq!(
            contrast(&cells, &[(0, 1), (1, 1)]),
            contrast(&cells, &[(2, 1), (3, 1)])
        );
    }

    #[test]
    fn the_other_half_has_the_other_sign() {
        let minus = Word {
            negative: true,
            ..Word::of([0, 1])
        };
        let cells = fraction(3, &[(2, minus)], 100).unwrap();
        assert_eq!(cells, [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]);
        let relation = Relation::new(&[minus.times(Word::of([2]))]);
        assert_eq!(
            relation
                .aliases(Word::of([2]))
                .into_iter()
                .map(letters)
                .collect::<Vec<_>>(),
            ["-AB"]
        );
    }

    #[test]
    fn a_third_level_has_an_effect_of_its_own() {
        let cells = full(&[3, 2], 100).unwrap();
        assert_eq!(cells.len(), 6);
        let y = [1.0, 2.0, 3.0, 5.0, 10.0, 20.0];
        let of = |e: &[(usize, usize)]| effect(&contrast(&cells, e).unwrap(), &y);
        assert!((of(&[(0, 1)]) - 2.5).abs() < 1e-12);
        assert!((of(&[(0, 2)]) - 13.5).abs() < 1e-12);
        assert!((of(&[(1, 1)]) - 13.0 / 3.0).abs() < 1e-12);
        assert!((of(&[(0, 2), (1, 1)]) - 4.5).abs() < 1e-12);
    }

    #[test]
    fn too_many_cells_are_none() {
        assert_eq!(full(&[2; 40], 1024), None);
        assert_eq!(full(&[usize::MAX, usize::MAX], usize::MAX), None);
        assert_eq!(contrast(&[vec![0]], &[(0, 1)]), None);
    }
}
