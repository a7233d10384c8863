//! Clipped matches of n-grams against one reference, by where its tokens stand: a bit for each place, and a run of
//! tokens ends where the shifted bits agree.

use super::text::{Bag, Quick};
use std::hash::Hasher;

/// Places of a reference, a bit each.
pub type Bits<const W: usize> = [u64; W];

/// Words of bits that a reference of so many tokens takes.
const fn places(words: usize) -> usize {
    64 * words
}

/// The words of bits of a sentence.
pub const SENTENCE: usize = 2;
const SLOTS: usize = 256;

/// The places of each token of a sentence.
#[derive(Debug)]
pub struct Places<'a> {
    /// By hash the number of a token from 1; 0 where there is none.
    slots: [u8; SLOTS],
    tokens: Vec<(&'a str, Bits<SENTENCE>)>,
}

impl<'a> Places<'a> {
    /// Of a reference's tokens; `None` where there are more than the bits of a sentence.
    pub fn new(tokens: &[&'a str]) -> Option<Self> {
        if tokens.len() > places(SENTENCE) {
            return None;
        }
        let mut found = Places {
            slots: [0; SLOTS],
            tokens: Vec::with_capacity(tokens.len()),
        };
        for (place, token) in tokens.iter().enumerate() {
            let slot = found.slot(token);
            // There are twice as many slots as tokens, so numbers fit a byte.
            if found.slots[slot] == 0 {
                found.tokens.push((token, [0; SENTENCE]));
                found.slots[slot] = found.tokens.len() as u8;
            }
            let number = usize::from(found.slots[slot]) - 1;
            if let Some((_, bits)) = found.tokens.get_mut(number) {
                set(bits, place);
            }
        }
        Some(found)
    }

    /// Where a token is, or would be put.
    fn slot(&self, token: &str) -> usize {
        let mut hasher = Quick::default();
        hasher.write(token.as_bytes());
        hasher.write_usize(token.len());
        let mut slot = hasher.finish() as usize % SLOTS;
        loop {
            let known = usize::from(self.slots[slot]).checked_sub(1);
            match known.and_then(|number| self.tokens.get(number)) {
                Some((other, _)) if *other != token => slot = (slot + 1) % SLOTS,
                _ => return slot,
            }
        }
    }

    /// Where a token stands.
    pub fn of(&self, token: &str) -> Bits<SENTENCE> {
        let number = usize::from(self.slots[self.slot(token)]).checked_sub(1);
        let known = number.and_then(|number| self.tokens.get(number));
        known.map_or([0; SENTENCE], |(_, bits)| *bits)
    }
}

/// How many runs of 1 to `N` characters of a hypothesis stand in the reference, each at most as often as it stands
/// there; `None` where the reference is longer than is worth while.
pub fn clipped_characters<const N: usize>(
    hypothesis: &[u32],
    reference: &[u32],
) -> Option<[u32; N]> {
    match reference.len() {
        n if n <= places(2) => Some(of_characters::<N, 2>(hypothesis, reference)),
        n if n <= places(4) => Some(of_characters::<N, 4>(hypothesis, reference)),
        n if n <= places(8) => Some(of_characters::<N, 8>(hypothesis, reference)),
        _ => None,
    }
}

fn of_characters<const N: usize, const W: usize>(
    hypothesis: &[u32],
    reference: &[u32],
) -> [u32; N] {
    // Most characters are ASCII.
    let mut few = [[0; W]; 128];
    let mut rest: Bag<u32, Bits<W>> = Bag::default();
    for (place, character) in reference.iter().enumerate() {
        match few.get_mut(*character as usize) {
            Some(bits) => set(bits, place),
            None => set(rest.entry(*character).or_insert([0; W]), place),
        }
    }
    let of = |character: &u32| match few.get(*character as usize) {
        Some(bits) => *bits,
        None => rest.get(character).copied().unwrap_or([0; W]),
    };
    let places: Vec<Bits<W>> = hypothesis.iter().map(of).collect();
    clipped(&places)
}

fn set<const W: usize>(bits: &mut Bits<W>, place: usize) {
    if let Some(word) = bits.get_mut(place / 64) {
        *word |= 1 << (place % 64);
    }
}

/// How many n-grams of a hypothesis stand in the reference, for n from 1 to `N`, each at most as often as it stands
/// there. `places` are those of its tokens.
pub fn clipped<const N: usize, const W: usize>(places: &[Bits<W>]) -> [u32; N] {
    let mut matched = [0; N];
    let mut used = [[0u64; W]; N];
    for from in 0..places.len() {
        // Equal n-grams end at equal places, others nowhere the same: taking one place for each match counts as many
        // of an n-gram as there are on both sides.
        let mut ends = [u64::MAX; W];
        let orders = places[from..].iter().zip(matched.iter_mut().zip(&mut used));
        for (ahead, (places, (matched, used))) in orders.enumerate() {
            if ahead > 0 {
                ends = one_on(ends);
            }
            ends.iter_mut().zip(places).for_each(|(e, p)| *e &= p);
            if ends == [0; W] {
                break;
            }
            for (used, ends) in used.iter_mut().zip(&ends) {
                let free = ends & !*used;
                if free != 0 {
                    *used |= free & free.wrapping_neg();
                    *matched += 1;
                    break;
                }
            }
        }
    }
    matched
}

/// All places moved by one.
fn one_on<const W: usize>(bits: Bits<W>) -> Bits<W> {
    let mut carry = 0;
    bits.map(|word| {
        let moved = word << 1 | carry;
        carry = word >> 63;
        moved
    })
}

#[cfg(test)]
mod tests {
    use super::super::text::{Numbers, matches};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_match_what_bags_match(
            hypothesis in proptest::collection::vec(0usize..5, 0..20),
            reference in proptest::collection::vec(0usize..5, 0..20),
        ) {
            let named = |codes: &[usize]| codes.iter().map(|&c| ["a", "bb", "c", "dd", "e"][c]).collect::<Vec<_>>();
            let (hypothesis, reference) = (named(&hypothesis), named(&reference));
            let places = Places::new(&reference).unwrap();
            let of: Vec<Bits<SENTENCE>> = hypothesis.iter().map(|t| places.of(t)).collect();
            let mut numbers = Numbers::default();
            let hypothesis = numbers.of(hypothesis.iter().copied());
            let reference = vec![numbers.of(reference.iter().copied())];
            let bags: Vec<u32> = (1..=4)
                .map(|n| matches(&hypothesis, &reference, (n, 32), &mut Bag::default()))
                .collect();
            prop_assert_eq!(clipped::<4, SENTENCE>(&of).to_vec(), bags);
        }

        /// Of few characters, some beyond ASCII, in references that take each number of words.
        #[test]
        fn places_of_characters_match_what_bags_match(
            hypothesis in proptest::collection::vec(0usize..3, 0..600),
            reference in proptest::collection::vec(0usize..3, 0..512),
        ) {
            let coded = |codes: &[usize]| codes.iter().map(|&c| [97, 98, 0x1f600][c]).collect::<Vec<u32>>();
            let (hypothesis, reference) = (coded(&hypothesis), vec![coded(&reference)]);
            let bags: Vec<u32> = (1..=6)
                .map(|n| matches(&hypothesis, &reference, (n, 21), &mut Bag::default()))
                .collect();
            let places = clipped_characters::<6>(&hypothesis, &reference[0]).unwrap();
            prop_assert_eq!(places.to_vec(), bags);
        }
    }

    #[test]
    fn long_references_are_not_for_places() {
        assert!(Places::new(&["a"; places(SENTENCE) + 1]).is_none());
        assert!(clipped_characters::<6>(&[], &[97; places(8) + 1]).is_none());
        let names: Vec<String> = (0..places(SENTENCE)).map(|i| i.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let places = Places::new(&names).unwrap();
        let all: Vec<Bits<SENTENCE>> = names.iter().map(|n| places.of(n)).collect();
        assert_eq!(clipped::<4, SENTENCE>(&all), [128, 127, 126, 125]);
    }
}
