//! Clipped matches of n-grams against one reference, by where its tokens stand: one word of bits for each token, and
//! a run of tokens stands where the shifted words agree.

use super::text::Quick;
use std::hash::Hasher;

/// The most tokens that a reference may have.
pub const PLACES: usize = 128;
const SLOTS: usize = 256;

/// The places of each token of a reference.
#[derive(Debug)]
pub struct Places<'a> {
    /// By hash the number of a token from 1; 0 where there is none.
    slots: [u8; SLOTS],
    tokens: Vec<(&'a str, u128)>,
}

impl<'a> Places<'a> {
    /// Of a reference's tokens; `None` where there are more than [`PLACES`].
    pub fn new(tokens: &[&'a str]) -> Option<Self> {
        if tokens.len() > PLACES {
            return None;
        }
        let mut places = Places {
            slots: [0; SLOTS],
            tokens: Vec::with_capacity(tokens.len()),
        };
        for (place, token) in tokens.iter().enumerate() {
            let slot = places.slot(token);
            // There are twice as many slots as tokens, so numbers fit a byte.
            if places.slots[slot] == 0 {
                places.tokens.push((token, 0));
                places.slots[slot] = places.tokens.len() as u8;
            }
            let number = usize::from(places.slots[slot]) - 1;
            if let Some((_, bits)) = places.tokens.get_mut(number) {
                *bits |= 1 << place;
            }
        }
        Some(places)
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

    /// Where a token stands, a bit for each place.
    pub fn of(&self, token: &str) -> u128 {
        let number = usize::from(self.slots[self.slot(token)]).checked_sub(1);
        let known = number.and_then(|number| self.tokens.get(number));
        known.map_or(0, |(_, bits)| *bits)
    }
}

/// How many n-grams of a hypothesis stand in the reference, for n from 1 to `N`, each at most as often as it stands
/// there. `places` are those of its tokens.
pub fn clipped<const N: usize>(places: &[u128]) -> [u32; N] {
    let mut matched = [0; N];
    let mut used = [0u128; N];
    for from in 0..places.len() {
        // Equal n-grams stand at equal places, others nowhere the same: taking one place for each match counts as many
        // of an n-gram as there are on both sides.
        let mut here = u128::MAX;
        let orders = places[from..].iter().zip(matched.iter_mut().zip(&mut used));
        for (ahead, (places, (matched, used))) in orders.enumerate() {
            here &= places >> ahead;
            if here == 0 {
                break;
            }
            let free = here & !*used;
            *used |= free & free.wrapping_neg();
            *matched += u32::from(free != 0);
        }
    }
    matched
}

#[cfg(test)]
mod tests {
    use super::super::text::{Bag, Numbers, matches};
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
            let of: Vec<u128> = hypothesis.iter().map(|t| places.of(t)).collect();
            let mut numbers = Numbers::default();
            let hypothesis = numbers.of(hypothesis.iter().copied());
            let reference = vec![numbers.of(reference.iter().copied())];
            let bags: Vec<u32> = (1..=4)
                .map(|n| matches(&hypothesis, &reference, (n, 32), &mut Bag::default()))
                .collect();
            prop_assert_eq!(clipped::<4>(&of).to_vec(), bags);
        }
    }

    #[test]
    fn long_references_are_not_for_places() {
        assert!(Places::new(&["a"; PLACES + 1]).is_none());
        let names: Vec<String> = (0..PLACES).map(|i| i.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let places = Places::new(&names).unwrap();
        let all: Vec<u128> = names.iter().map(|n| places.of(n)).collect();
        assert_eq!(clipped::<4>(&all), [128, 127, 126, 125]);
    }
}
