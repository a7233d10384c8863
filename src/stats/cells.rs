//! Multinomial counts whose law is the same at every draw, as it is for the resamples of a partition.
//!
//! Independent Poisson counts are multinomial given their sum. So each cell's count is drawn from a Poisson law of
//! its own, frozen in a table, of a mean a little below what it will be; where their sum exceeds n all are drawn
//! again, which says nothing of how a smaller sum is divided; and the rows that are missing, about √n, are drawn one
//! by one. The law is the multinomial's exactly, up to the 2^-60 to which tables are rounded.

use super::alias::Alias;
use super::binomial::multinomials;
use rand::Rng;

/// How far below n the mean of the sum of all Poisson counts lies, in standard deviations: little enough that few rows
/// are missing, enough that not a third of the sums are too large.
const SHIFT: f64 = 0.5;
/// Tables pay off up to that many draws for each pair of cells, and for not more than `MOST` draws.
const DRAWS_A_PAIR: u64 = 500;
/// Tables of more draws would have more values than a word tells apart.
const MOST: u64 = 1 << 20;
/// From that many draws on, Poisson counts are worth while.
const LEAST: u64 = 64;
/// Masses are rounded to 2^-60.
const SCALE: f64 = (1u64 << 60) as f64;

/// The law of the counts of cells over n draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    weights: Vec<u64>,
    n: u64,
    way: Way,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    /// Conditional binomials, cell by cell.
    Conditional,
    /// Each draw by itself.
    Single(Singles),
    /// Poisson counts, and what is missing by single draws.
    Poisson(Poissons, Singles),
}

/// The law of one draw, or of two at once where few cells have few pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Singles {
    One(Alias),
    /// With what each pair adds to the cells' counts, four bits a cell.
    Two(Alias, Vec<u128>),
}

/// A Poisson law for each cell.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Poissons {
    laws: Vec<(u64, Alias)>,
    /// The law of each cell: cells of equal weight share theirs.
    of_cell: Vec<u32>,
}

impl Cells {
    /// As many draws as the `weights` add up to, each falling into cell k with probability `weights[k]` over their sum.
    /// How they are drawn follows from the weights alone.
    pub fn new(weights: Vec<u64>) -> Self {
        let n: u64 = weights.iter().sum();
        let cells = weights.len() as u64;
        let single = Singles::new(&weights, n);
        let way = match single {
            Some(single) if n < LEAST || n < 4 * cells => Way::Single(single),
            Some(single) if n <= MOST.min(DRAWS_A_PAIR * cells * cells) => {
                Way::Poisson(Poissons::new(&weights, n), single)
            }
            _ => Way::Conditional,
        };
        Self { weights, n, way }
    }

    /// One draw for each of `L` streams: `out[k][l]` is cell k's count in lane l. A lane is what its stream gives
    /// alone.
    pub fn draw<const L: usize, R: Rng>(&self, rngs: &mut [R], out: &mut [[u64; L]]) {
        match &self.way {
            Way::Conditional => multinomials(rngs, self.n, &self.weights, out),
            Way::Single(single) => {
                out.iter_mut().for_each(|lanes| lanes.fill(0));
                single.draw(rngs, [self.n; L], out);
            }
            Way::Poisson(poissons, single) => {
                let sums = poissons.draw(rngs, self.n, out);
                single.draw(rngs, sums.map(|sum| self.n - sum), out);
            }
        }
    }
}

impl Poissons {
    fn new(weights: &[u64], n: u64) -> Self {
        let mean = n as f64 - SHIFT * (n as f64).sqrt();
        let mut kinds: Vec<u64> = weights.to_vec();
        kinds.sort_unstable();
        kinds.dedup();
        let place = |w: &u64| kinds.binary_search(w).map_or(0, |place| place as u32);
        let of_cell = weights.iter().map(place).collect();
        let law = |&w: &u64| poisson(mean * (w as f64 / n as f64));
        let laws = kinds.iter().filter_map(law).collect();
        Self { laws, of_cell }
    }

    /// Counts of sums up to `n`, and the sums.
    fn draw<const L: usize, R: Rng>(
        &self,
        rngs: &mut [R],
        n: u64,
        out: &mut [[u64; L]],
    ) -> [u64; L] {
        let mut words = vec![0u8; 2 * self.of_cell.len() * L];
        let row = 2 * self.of_cell.len();
        let mut sums = [0; L];
        for (bytes, rng) in words.chunks_exact_mut(row.max(1)).zip(&mut *rngs) {
            rng.fill_bytes(bytes);
        }
        // Cell by cell, so that a table is at hand for all lanes.
        for (k, (slot, &law)) in out.iter_mut().zip(&self.of_cell).enumerate() {
            let Some((least, law)) = self.laws.get(law as usize) else {
                continue;
            };
            for (l, (slot, rng)) in slot.iter_mut().zip(&mut *rngs).enumerate() {
                let at = l * row + 2 * k;
                let word = u16::from_le_bytes([words[at], words[at + 1]]);
                *slot = least + u64::from(law.value(word, rng));
                sums[l] += *slot;
            }
        }
        for (l, (sum, rng)) in sums.iter_mut().zip(&mut *rngs).enumerate() {
            while *sum > n {
                *sum = self.again(rng, &mut words[..row], out, l);
            }
        }
        sums
    }

    /// One lane anew; the sum.
    fn again<const L: usize, R: Rng>(
        &self,
        rng: &mut R,
        words: &mut [u8],
        out: &mut [[u64; L]],
        lane: usize,
    ) -> u64 {
        rng.fill_bytes(words);
        let mut sum = 0;
        for ((slot, &law), word) in out.iter_mut().zip(&self.of_cell).zip(words.chunks_exact(2)) {
            if let Some((least, law)) = self.laws.get(law as usize) {
                let word = u16::from_le_bytes([word[0], word[1]]);
                slot[lane] = least + u64::from(law.value(word, rng));
                sum += slot[lane];
            }
        }
        sum
    }
}

/// Up to so many cells two draws are one word.
const FEW: usize = 32;

impl Singles {
    fn new(weights: &[u64], n: u64) -> Option<Self> {
        // Products of weights stay below 2^64.
        if weights.len() > FEW || n > u64::from(u32::MAX) {
            return Alias::new(weights).map(Singles::One);
        }
        let both = weights
            .iter()
            .flat_map(|a| weights.iter().map(move |b| a * b));
        let law = Alias::new(&both.collect::<Vec<u64>>())?;
        let one = |cell: usize| 1u128 << (4 * cell);
        let cells = 0..weights.len();
        let pairs = cells
            .clone()
            .flat_map(|a| cells.clone().map(move |b| one(a) + one(b)));
        Some(Singles::Two(law, pairs.collect()))
    }

    /// Adds `counts[l]` draws of one cell each to lane l.
    fn draw<const L: usize, R: Rng>(&self, rngs: &mut [R], counts: [u64; L], out: &mut [[u64; L]]) {
        let mut bytes = [0u8; 2 * SOME];
        for (l, (rng, count)) in rngs.iter_mut().zip(counts).enumerate() {
            let mut left = usize::try_from(count).unwrap_or(usize::MAX);
            while left > 0 {
                let some = match self {
                    Singles::One(_) => left.min(SOME),
                    Singles::Two(..) => left.div_ceil(2).min(SOME),
                };
                let bytes = &mut bytes[..2 * some];
                rng.fill_bytes(bytes);
                match self {
                    Singles::One(law) => {
                        for word in bytes.chunks_exact(2) {
                            let word = u16::from_le_bytes([word[0], word[1]]);
                            if let Some(slot) = out.get_mut(law.value(word, rng) as usize) {
                                slot[l] += 1;
                            }
                        }
                        left -= some;
                    }
                    Singles::Two(law, pairs) => {
                        let last = two_by_two(law, pairs, bytes, rng, out, l);
                        if 2 * some > left {
                            // Of an odd number the last pair is one too many.
                            let second = last as usize % out.len().max(1);
                            out[second][l] -= 1;
                        }
                        left = left.saturating_sub(2 * some);
                    }
                }
            }
        }
    }
}

/// So many words at once: sums of four bits are moved to bytes after every seven pairs, and 18 such sums fit a byte.
const SOME: usize = 7 * 18;

/// A pair of draws for each word of `bytes`, at most [`SOME`], added to a lane; the last pair. Counts are kept in registers: in memory
/// one cell's would wait for its own last one.
fn two_by_two<const L: usize, R: Rng>(
    law: &Alias,
    pairs: &[u128],
    bytes: &[u8],
    rng: &mut R,
    out: &mut [[u64; L]],
    lane: usize,
) -> u32 {
    const LOW: u128 = u128::from_le_bytes([0x0f; 16]);
    let (mut even, mut odd, mut last) = (0u128, 0u128, 0);
    for seven in bytes.chunks(14) {
        let mut sum = 0u128;
        for word in seven.chunks_exact(2) {
            last = law.value(u16::from_le_bytes([word[0], word[1]]), rng);
            sum += pairs.get(last as usize).copied().unwrap_or(0);
        }
        even += sum & LOW;
        odd += sum >> 4 & LOW;
    }
    for (two, (even, odd)) in out
        .chunks_mut(2)
        .zip(even.to_le_bytes().into_iter().zip(odd.to_le_bytes()))
    {
        for (slot, count) in two.iter_mut().zip([even, odd]) {
            slot[lane] += u64::from(count);
        }
    }
    last
}

/// A Poisson law: its least value, and the law of what is above it. Masses by recursion from the mode; beyond those
/// told apart lies less than 2^-60.
fn poisson(mean: f64) -> Option<(u64, Alias)> {
    let mode = mean as u64;
    let (mut down, mut up) = (Vec::new(), vec![1.0]);
    let small = 1.0 / SCALE;
    let (mut k, mut mass) = (mode, 1.0);
    while k > 0 && mass > small {
        mass *= k as f64 / mean;
        down.push(mass);
        k -= 1;
    }
    let (mut k, mut mass) = (mode, 1.0);
    while mass > small {
        k += 1;
        mass *= mean / k as f64;
        up.push(mass);
    }
    let total: f64 = down.iter().rev().chain(&up).sum();
    let weights: Vec<u64> = down
        .iter()
        .rev()
        .chain(&up)
        .map(|mass| (mass / total * SCALE).round() as u64)
        .collect();
    Some((mode - down.len() as u64, Alias::new(&weights)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::{Purpose, stream};

    fn drawn(cells: &Cells, index: u64) -> Vec<u64> {
        let mut out = vec![[9u64; 1]; cells.weights.len()];
        let mut rng = stream(3, Purpose::Cells, 9, index);
        cells.draw(std::slice::from_mut(&mut rng), &mut out);
        out.into_iter().map(|[n]| n).collect()
    }

    /// Cells whose draws take each way.
    fn examples() -> Vec<Vec<u64>> {
        let mut many = vec![6000, 4000, 2500, 1500, 900, 50, 49, 1];
        many.extend([30; 40]);
        vec![
            vec![500, 0, 300, 150, 50],
            vec![20, 3, 7],
            many,
            vec![1 << 21, 1 << 20],
            vec![],
            vec![0, 0],
        ]
    }

    /// The values are those of a second implementation, in Python.
    #[test]
    fn draws_are_frozen() {
        let all = examples();
        let of = |example: usize, index| drawn(&Cells::new(all[example].clone()), index);
        assert_eq!(of(0, 0), [511, 0, 296, 144, 49]);
        assert_eq!(of(0, 1), [484, 0, 317, 146, 53]);
        assert_eq!(of(1, 0), [21, 3, 6]);
        assert_eq!(of(2, 0)[..8], [5939, 3991, 2612, 1520, 860, 62, 42, 2]);
    }

    #[test]
    fn lanes_draw_what_their_streams_draw_alone() {
        for weights in examples() {
            let cells = Cells::new(weights.clone());
            let mut rngs: Vec<_> = (0..4).map(|l| stream(3, Purpose::Cells, 9, l)).collect();
            let mut lanes = vec![[7; 4]; weights.len()];
            cells.draw(&mut rngs, &mut lanes);
            for l in 0..4 {
                let lane: Vec<u64> = lanes.iter().map(|lanes| lanes[l]).collect();
                assert_eq!(lane, drawn(&cells, l as u64));
                assert_eq!(lane.iter().sum::<u64>(), weights.iter().sum::<u64>());
            }
        }
    }

    /// All 15 outcomes of four draws over three cells by each way, against n!/∏x! ∏p^x.
    #[test]
    fn counts_are_multinomial() {
        let weights = vec![5u64, 2, 3];
        let (n, law) = (4u64, [0.5f64, 0.2, 0.3]);
        // Ten draws are the weights' own number; four show every outcome.
        let single = || Singles::new(&weights, 10).unwrap();
        let scaled = |w: &u64| poisson(3.2 * *w as f64 / 10.0).unwrap();
        let poissons = Poissons {
            laws: weights.iter().map(scaled).collect(),
            of_cell: vec![0, 1, 2],
        };
        for way in [
            Way::Single(single()),
            Way::Single(Singles::One(Alias::new(&weights).unwrap())),
            Way::Poisson(poissons, single()),
        ] {
            let cells = Cells {
                weights: weights.clone(),
                n,
                way,
            };
            let mut counts = std::collections::BTreeMap::new();
            for index in 0..100_000 {
                *counts.entry(drawn(&cells, index)).or_insert(0u32) += 1;
            }
            let factorial = |k: u64| (1..=k).product::<u64>() as f64;
            let mut chi2 = 0.0;
            for (cells, count) in &counts {
                let mut mass = factorial(n);
                for (x, p) in cells.iter().zip(law) {
                    mass *= p.powi(*x as i32) / factorial(*x);
                }
                chi2 += (f64::from(*count) - mass * 1e5).powi(2) / (mass * 1e5);
            }
            assert_eq!(counts.len(), 15);
            // The 0.999 quantile of chi-square with 14 degrees of freedom.
            assert!(chi2 < 36.12, "{chi2}");
        }
    }

    /// Means, variances and covariances of 27 cells over 20,000 rows.
    #[test]
    fn moments_of_many_rows() {
        let weights: Vec<u64> = (0..27u64).map(|i| 1 + 57 * i * i / 10).collect();
        let cells = Cells::new(weights.clone());
        assert!(matches!(cells.way, Way::Poisson(..)));
        let n = cells.n as f64;
        let p: Vec<f64> = weights.iter().map(|&w| w as f64 / n).collect();
        let draws = 20_000u64;
        let mut sums = vec![0.0; 27];
        let mut products = vec![vec![0.0; 27]; 27];
        for index in 0..draws {
            let found = drawn(&cells, index);
            let off: Vec<f64> = found
                .iter()
                .zip(&p)
                .map(|(&x, p)| x as f64 - n * p)
                .collect();
            for a in 0..27 {
                sums[a] += off[a];
                (0..27).for_each(|b| products[a][b] += off[a] * off[b]);
            }
        }
        let draws = draws as f64;
        for a in 0..27 {
            let va = n * p[a] * (1.0 - p[a]);
            assert!(
                (sums[a] / draws).abs() < 4.5 * (va / draws).sqrt(),
                "mean {a}"
            );
            for b in 0..27 {
                let vb = n * p[b] * (1.0 - p[b]);
                let expected = if a == b { va } else { -n * p[a] * p[b] };
                // Of nearly normal counts the product varies by about √(v v' + c²).
                let error = ((va * vb + expected * expected + va.max(1.0)) / draws).sqrt();
                let found = products[a][b] / draws;
                assert!(
                    (found - expected).abs() < 4.8 * error,
                    "{a} {b}: {found} {expected}"
                );
            }
        }
    }
}
