//! Edit distances between sequences, and the alignment behind word error rates.
//!
//! Memory grows with the shorter sequence for distances, and with two bits a pair for alignments.

/// The Levenshtein distance: insertions, deletions and substitutions.
pub fn distance<T: Eq>(a: &[T], b: &[T]) -> usize {
    let (a, b) = without_common_ends(a, b);
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut row: Vec<usize> = (0..=short.len()).collect();
    for (i, x) in long.iter().enumerate() {
        next_row(&mut row, short, x, i + 1, |_, _| ());
    }
    row.last().copied().unwrap_or(0)
}

/// One more row of the table of distances, in place: `row[j]` is that to the first j of `short`.
/// `told` learns of each step downwards: (j, change of column j from the row above).
fn next_row<T: Eq>(
    row: &mut [usize],
    short: &[T],
    x: &T,
    first: usize,
    mut told: impl FnMut(usize, isize),
) {
    let Some((head, tail)) = row.split_first_mut() else {
        return;
    };
    let mut diagonal = std::mem::replace(head, first);
    let mut left = first;
    for (j, (cell, y)) in tail.iter_mut().zip(short).enumerate() {
        let above = *cell;
        let kept = diagonal + usize::from(x != y);
        *cell = kept.min(above + 1).min(left + 1);
        told(j, *cell as isize - above as isize);
        diagonal = above;
        left = *cell;
    }
}

fn without_common_ends<'a, T: Eq>(a: &'a [T], b: &'a [T]) -> (&'a [T], &'a [T]) {
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(front..).unwrap_or(&[]), b.get(front..).unwrap_or(&[]));
    let pairs = a.iter().rev().zip(b.iter().rev());
    let back = pairs.take_while(|(x, y)| x == y).count();
    let cut = |s: &'a [T]| s.get(..s.len() - back).unwrap_or(&[]);
    (cut(a), cut(b))
}

/// A shortest way from a reference to a hypothesis, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Alignment {
    /// Parts that stand in both.
    pub hits: usize,
    /// Insertions, deletions and substitutions.
    pub edits: usize,
}

/// Aligns a hypothesis with a reference. Of several shortest alignments that of RapidFuzz is taken,
/// and with it the hits of jiwer: from the end, a deletion before an insertion before a substitution.
pub fn align<T: Eq>(reference: &[T], hypothesis: &[T]) -> Alignment {
    let (r, h) = without_common_ends(reference, hypothesis);
    let shared = reference.len() - r.len();
    // Two bits a cell: the step from reference part i - 1 to i is +1, or is -1.
    let width = h.len() + 1;
    let mut up = Bits::new((r.len() + 1) * width);
    let mut down = Bits::new((r.len() + 1) * width);
    let mut row: Vec<usize> = (0..=h.len()).collect();
    for (i, x) in r.iter().enumerate() {
        up.set((i + 1) * width);
        next_row(&mut row, h, x, i + 1, |j, step| {
            let place = (i + 1) * width + j + 1;
            match step {
                1 => up.set(place),
                -1 => down.set(place),
                _ => {}
            }
        });
    }
    let (mut i, mut j, mut hits) = (r.len(), h.len(), 0);
    while i > 0 && j > 0 {
        if up.get(i * width + j) {
            i -= 1;
        } else if j > 1 && down.get(i * width + j - 1) {
            j -= 1;
        } else {
            i -= 1;
            j -= 1;
            hits += usize::from(r.get(i) == h.get(j));
        }
    }
    Alignment {
        hits: shared + hits,
        edits: row.last().copied().unwrap_or(0),
    }
}

/// A row of bits; places beyond its end are 0.
pub struct Bits(Vec<u64>);

impl Bits {
    /// `n` zeros.
    pub fn new(n: usize) -> Self {
        Bits(vec![0; n.div_ceil(64)])
    }

    /// Sets a bit.
    pub fn set(&mut self, i: usize) {
        if let Some(word) = self.0.get_mut(i / 64) {
            *word |= 1 << (i % 64);
        }
    }

    /// Whether a bit is set.
    pub fn get(&self, i: usize) -> bool {
        self.0
            .get(i / 64)
            .is_some_and(|word| word >> (i % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, edits, hits) in [
            ("", "", 0, 0),
            ("abc", "", 3, 0),
            ("", "abc", 3, 0),
            ("kitten", "sitting", 3, 4),
            ("saturday", "sunday", 3, 5),
        ] {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            let (a, b) = (chars(a), chars(b));
            assert_eq!(distance(&a, &b), edits);
            assert_eq!(align(&a, &b), Alignment { hits, edits });
        }
    }

    /// Both sides of an alignment add up whatever the texts.
    #[test]
    fn an_alignment_uses_every_part() {
        for seed in 0..200u32 {
            let part = |i: u32| (seed.wrapping_mul(2_654_435_761).rotate_left(i * 3) ^ (i * 7)) % 3;
            let a: Vec<u32> = (0..seed % 9).map(part).collect();
            let b: Vec<u32> = (9..9 + seed % 7).map(part).collect();
            let found = align(&a, &b);
            assert_eq!(found.edits, distance(&a, &b));
            assert!(found.hits <= a.len().min(b.len()));
            // Hits and substitutions use a part of both, deletions and insertions of one.
            assert!(found.edits + found.hits >= a.len().max(b.len()));
            assert!(found.edits + 2 * found.hits <= a.len() + b.len());
        }
    }
}
