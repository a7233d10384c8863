//! Near copies of texts: sets of character 5-grams, their MinHash sketches in bands, and the Jaccard
//! similarity by which candidates are verified (Broder 1997; Leskovec, Rajaraman and Ullman 2014, §3.4).

use super::normal::{mix, normalise};

/// Characters of a shingle.
const SHINGLE: usize = 5;
/// Shingles below which a text is too short to be nearly another.
pub(super) const LEAST: usize = 20;
/// Similarity from which texts are near copies (Lee et al. 2022).
pub(super) const NEAR: f64 = 0.8;
/// Bands of a sketch. With five hashes in each, a pair of similarity 0.8 shares one in 998 of 1,000 cases.
pub(super) const BANDS: usize = 16;
const ROWS: usize = 5;
const HASHES: usize = BANDS * ROWS;

/// One key for each band; all 0 where a text is too short.
pub(super) type Sketch = [u32; BANDS];

/// Room that is used again for each text.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    text: String,
    chars: Vec<char>,
    shingles: Vec<u64>,
}

/// The sketch of a text.
pub(super) fn sketch(text: &str, buffers: &mut Buffers) -> Sketch {
    let mut found = [0; BANDS];
    shingles(text, buffers);
    if buffers.shingles.len() < LEAST {
        return found;
    }
    let least = least(&buffers.shingles);
    for (slot, band) in found.iter_mut().zip(least.chunks(ROWS)) {
        let key = band.iter().fold(0u64, |key, &h| mix(key ^ u64::from(h)));
        *slot = ((key >> 32) as u32).max(1);
    }
    found
}

/// The least value of each hash function, h(x) = (a·x + b mod 2⁶⁴) >> 32 with 64-bit a: a shorter one would
/// keep the order of the shingles (Dietzfelbinger 1996).
fn least(shingles: &[u64]) -> [u32; HASHES] {
    let mut found = [u32::MAX; HASHES];
    for &shingle in shingles {
        for (slot, (a, b)) in found.iter_mut().zip(&FUNCTIONS) {
            let hash = (shingle.wrapping_mul(*a).wrapping_add(*b) >> 32) as u32;
            *slot = (*slot).min(hash);
        }
    }
    found
}

const FUNCTIONS: [(u64, u64); HASHES] = functions();

const fn functions() -> [(u64, u64); HASHES] {
    let mut found = [(0, 0); HASHES];
    // SplitMix64, as in `normal::mix`, which is no constant function.
    let mut state = 0x5EED_0F5E_7C4E_5E75u64;
    let mut at = 0;
    while at < HASHES {
        let (a, next) = draw(state);
        let (b, next) = draw(next);
        found[at] = (a | 1, b);
        state = next;
        at += 1;
    }
    found
}

const fn draw(state: u64) -> (u64, u64) {
    let state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31), state)
}

/// Fills the shingles of a text: hashes of its runs of five characters, sorted, each once.
fn shingles(text: &str, buffers: &mut Buffers) {
    let Buffers {
        text: normal,
        chars,
        shingles,
    } = buffers;
    normalise(text, normal);
    shingles.clear();
    if normal.is_ascii() {
        shingles.extend(
            normal
                .as_bytes()
                .windows(SHINGLE)
                .map(|w| mix(w.iter().fold(0, |x, &b| x << 8 | u64::from(b)))),
        );
    } else {
        chars.clear();
        chars.extend(normal.chars());
        shingles.extend(
            chars
                .windows(SHINGLE)
                .map(|w| w.iter().fold(0, |x, &c| mix(x ^ u64::from(u32::from(c))))),
        );
    }
    shingles.sort_unstable();
    shingles.dedup();
}

/// A text as the set of its shingles.
pub(super) fn set(text: &str, buffers: &mut Buffers) -> Vec<u64> {
    shingles(text, buffers);
    buffers.shingles.clone()
}

/// Shared over all members of two sorted sets.
pub(super) fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let (mut i, mut j, mut shared) = (0, 0, 0usize);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        i += usize::from(x <= y);
        j += usize::from(y <= x);
        shared += usize::from(x == y);
    }
    shared as f64 / (a.len() + b.len() - shared).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_copies_share_a_band_and_others_do_not() {
        let buffers = &mut Buffers::default();
        let one = "the battery of this phone lasts for two days and the screen is bright enough";
        let near =
            "The battery of this phone lasts for two days, and the screen is bright enough!!";
        let far = "nobody in the shop knew when the order would come, so we left without one";
        let bands = |a: &str, b: &str, buffers: &mut Buffers| {
            let (a, b) = (sketch(a, buffers), sketch(b, buffers));
            a.iter().zip(b).filter(|(x, y)| **x == *y).count()
        };
        assert_eq!(bands(one, near, buffers), BANDS);
        assert_eq!(bands(one, far, buffers), 0);
        let (a, b) = (set(one, buffers), set(far, buffers));
        assert!(jaccard(&a, &a) == 1.0 && jaccard(&a, &b) < 0.1);
        assert_eq!(sketch("too short", buffers), [0; BANDS]);
    }

    #[test]
    fn sketches_are_frozen() {
        let text = "the same bytes on every machine, whatever its number of threads";
        let first = sketch(text, &mut Buffers::default())[0];
        assert_eq!(first, sketch(text, &mut Buffers::default())[0]);
        assert_ne!(first, 0);
    }
}
