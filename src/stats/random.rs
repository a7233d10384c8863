//! Random streams and the draws built on them, fixed for good.
//!
//! A stream belongs to a (seed, purpose, key, index), never to a thread, so the order in which
//! resamples are computed cannot change them. The draws are written here rather than taken from
//! `rand`, whose samplers may change between versions; test vectors hold them.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// What a stream is for: two purposes never share numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Units (rows or clusters) of a resample.
    Units,
    /// Runs (seeds) of a resample.
    Runs,
    /// Counts over cells of a resample.
    Cells,
    /// Built-in predictors that guess.
    Prediction,
    /// Systems that change places in a permutation test.
    Permutation,
    /// Tables simulated before there are results.
    Simulation,
    /// Order statistics of a resample.
    Order,
}

impl Purpose {
    /// The number that stands for the purpose in a stream's seed; never changed, never reused.
    pub fn tag(self) -> u64 {
        match self {
            Self::Units => 1,
            Self::Runs => 2,
            Self::Cells => 3,
            Self::Prediction => 4,
            Self::Permutation => 5,
            Self::Simulation => 6,
            Self::Order => 11,
        }
    }
}

/// A stream of random numbers.
pub type Stream = ChaCha8Rng;

/// The random stream of (`seed`, `purpose`, `key`, `index`).
///
/// ChaCha with 8 rounds (Bernstein 2008); its 256-bit key is the little-endian bytes of `seed`,
/// the purpose's tag, `key` and the ASCII word `benchwri`, and `index` is its 64-bit stream number.
/// Distinct arguments give distinct ChaCha inputs, so no two streams coincide.
pub fn stream(seed: u64, purpose: Purpose, key: u64, index: u64) -> Stream {
    let words = [seed, purpose.tag(), key, u64::from_le_bytes(*b"benchwri")];
    let mut bytes = [0u8; 32];
    for (chunk, word) in bytes.chunks_exact_mut(8).zip(words) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    let mut rng = ChaCha8Rng::from_seed(bytes);
    rng.set_stream(index);
    rng
}

/// A 64-bit key of a list of texts, the same on every machine and in every version.
///
/// FNV-1a (Fowler, Noll & Vo) over each part's length as eight little-endian bytes and then its
/// UTF-8 bytes, so `["ab", "c"]` and `["a", "bc"]` differ. For keys of streams, not for security.
pub fn key(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        let length = (part.len() as u64).to_le_bytes();
        for byte in length.iter().chain(part.as_bytes()) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}

/// A uniform integer in `0..n`; 0 where `n` is 0.
///
/// Lemire 2019, algorithm 5, on 32-bit words: exact, by rejection.
#[inline]
pub fn below(rng: &mut impl Rng, n: u32) -> u32 {
    let mut product = u64::from(rng.next_u32()) * u64::from(n);
    if (product as u32) < n {
        let threshold = n.wrapping_neg() % n;
        while (product as u32) < threshold {
            product = u64::from(rng.next_u32()) * u64::from(n);
        }
    }
    (product >> 32) as u32
}

/// A uniform number in `[0, 1)`: the upper 53 bits of a 64-bit word over 2^53.
#[inline]
pub fn unit(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values are those of a second implementation of ChaCha8 and of the draws, in Python.
    #[test]
    fn streams_are_frozen() {
        let mut rng = stream(7, Purpose::Units, 42, 3);
        let words: Vec<u32> = (0..4).map(|_| rng.next_u32()).collect();
        assert_eq!(words, [2768865088, 2509761341, 724104931, 2309581391]);
        let mut rng = stream(7, Purpose::Runs, 42, 3);
        let draws: Vec<u32> = (0..12).map(|_| below(&mut rng, 10)).collect();
        assert_eq!(draws, [9, 0, 4, 5, 8, 3, 1, 6, 8, 5, 1, 8]);
        let mut rng = stream(0, Purpose::Cells, 0, 0);
        assert_eq!(
            [unit(&mut rng), unit(&mut rng)],
            [0.428_512_460_574_057_56, 0.535_583_874_306_135]
        );
    }

    #[test]
    fn each_argument_changes_the_stream() {
        let first = |s, p, k, i| stream(s, p, k, i).next_u64();
        let all = [
            first(1, Purpose::Units, 1, 1),
            first(2, Purpose::Units, 1, 1),
            first(1, Purpose::Runs, 1, 1),
            first(1, Purpose::Units, 2, 1),
            first(1, Purpose::Units, 1, 2),
        ];
        let distinct: std::collections::BTreeSet<u64> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn keys_are_frozen_and_framed() {
        assert_eq!(key(&[]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(key(&["reviews", "test"]), 0xa176_0bf1_20d6_c15b);
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_ne!(key(&["a"]), key(&["a", ""]));
    }

    #[test]
    fn bounded_integers_are_uniform() {
        let mut rng = stream(1, Purpose::Units, 0, 0);
        let mut counts = [0u32; 7];
        for _ in 0..70_000 {
            counts[below(&mut rng, 7) as usize] += 1;
        }
        let chi2: f64 = counts
            .iter()
            .map(|&c| (f64::from(c) - 10_000.0).powi(2) / 10_000.0)
            .sum();
        // The 0.999 quantile of chi-square with 6 degrees of freedom.
        assert!(chi2 < 22.46, "{chi2}");
    }

    /// 3 * 2^30 rejects a quarter of all words, and without rejection the low third would be twice
    /// as likely as it should be.
    #[test]
    fn large_bounds_reject() {
        let n = 3 << 30;
        let mut rng = stream(5, Purpose::Units, 0, 0);
        let low = (0..30_000).filter(|_| below(&mut rng, n) % 3 == 0).count();
        assert!((9_600..10_400).contains(&low), "{low}");
    }

    #[test]
    fn degenerate_bounds() {
        let mut rng = stream(5, Purpose::Units, 0, 0);
        assert_eq!(below(&mut rng, 0), 0);
        assert_eq!(below(&mut rng, 1), 0);
    }
}
