//! Fields as small numbers: the words of one column, and combinations of several.

use super::Odd;
use std::collections::HashMap;

/// A column of more different words than this is no column of classes.
const MOST_WORDS: usize = 1 << 20;
/// No slot has this key: a packed field is shorter than 8 bytes.
const FREE: u64 = u64::MAX;

/// The words of one column, each with a code, in the order in which they were met.
pub(super) struct Words {
    /// Words of up to 7 bytes, packed, in open addressing.
    short: Vec<(u64, u32)>,
    short_held: usize,
    long: HashMap<Box<[u8]>, u32>,
    pub(super) words: Vec<Box<[u8]>>,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            short: vec![(FREE, 0); 64],
            short_held: 0,
            long: HashMap::new(),
            words: Vec::new(),
        }
    }
}

/// The bytes of a short field and its length in one number.
#[inline]
fn packed(field: &[u8]) -> u64 {
    let mut x = (field.len() as u64) << 56;
    for (at, &byte) in field.iter().enumerate() {
        x |= u64::from(byte) << (8 * at);
    }
    x
}

/// Where a packed field belongs in a table of `slots`, a power of two.
#[inline]
fn home(key: u64, slots: usize) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (slots - 1)
}

impl Words {
    /// The code of a field.
    #[inline]
    pub(super) fn code(&mut self, field: &[u8]) -> Result<u32, Odd> {
        if field.len() > 7 {
            return self.long_code(field);
        }
        let key = packed(field);
        let mut at = home(key, self.short.len());
        loop {
            let (held, code) = self.short[at];
            if held == key {
                return Ok(code);
            }
            if held == FREE {
                return self.add_short(key, field);
            }
            at = (at + 1) & (self.short.len() - 1);
        }
    }

    fn long_code(&mut self, field: &[u8]) -> Result<u32, Odd> {
        if let Some(&code) = self.long.get(field) {
            return Ok(code);
        }
        let code = self.add(field)?;
        self.long.insert(field.into(), code);
        Ok(code)
    }

    fn add(&mut self, field: &[u8]) -> Result<u32, Odd> {
        if self.words.len() >= MOST_WORDS {
            return Err(Odd::TooMany);
        }
        self.words.push(field.into());
        Ok((self.words.len() - 1) as u32)
    }

    fn add_short(&mut self, key: u64, field: &[u8]) -> Result<u32, Odd> {
        let code = self.add(field)?;
        if 2 * (self.short_held + 1) > self.short.len() {
            let grown = vec![(FREE, 0); 4 * self.short.len()];
            let held = std::mem::replace(&mut self.short, grown);
            for (key, code) in held.into_iter().filter(|(key, _)| *key != FREE) {
                self.place(key, code);
            }
        }
        self.place(key, code);
        self.short_held += 1;
        Ok(code)
    }

    fn place(&mut self, key: u64, code: u32) {
        let mut at = home(key, self.short.len());
        while self.short[at].0 != FREE {
            at = (at + 1) & (self.short.len() - 1);
        }
        self.short[at] = (key, code);
    }
}

/// Pairs of numbers as one: what was combined so far with one more code.
#[derive(Default)]
pub(super) struct Pairs {
    /// By the first and then the second number; `u32::MAX` where the pair was not met.
    by_first: Vec<Vec<u32>>,
    /// The pairs met, in order.
    pub(super) met: Vec<(u32, u32)>,
}

impl Pairs {
    #[inline]
    pub(super) fn code(&mut self, first: u32, second: u32) -> Result<u32, Odd> {
        let known = self
            .by_first
            .get(first as usize)
            .and_then(|row| row.get(second as usize));
        match known {
            Some(&code) if code != u32::MAX => Ok(code),
            _ => self.add(first, second),
        }
    }

    fn add(&mut self, first: u32, second: u32) -> Result<u32, Odd> {
        if self.met.len() >= super::MOST_CELLS {
            return Err(Odd::TooMany);
        }
        let (first_at, second_at) = (first as usize, second as usize);
        if self.by_first.len() <= first_at {
            self.by_first.resize(first_at + 1, Vec::new());
        }
        let row = &mut self.by_first[first_at];
        if row.len() <= second_at {
            row.resize(second_at + 1, u32::MAX);
        }
        row[second_at] = self.met.len() as u32;
        self.met.push((first, second));
        Ok(row[second_at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_one_code_each_whatever_their_length() {
        let mut words = Words::default();
        let all: Vec<String> = (0..5000)
            .map(|n| "x".repeat(n % 12) + &n.to_string())
            .collect();
        for _ in 0..2 {
            for (at, word) in all.iter().enumerate() {
                assert_eq!(words.code(word.as_bytes()).unwrap(), at as u32);
            }
        }
        assert_eq!(words.code(b"").unwrap(), 5000);
        assert_eq!(words.code(b"\0").unwrap(), 5001);
        assert_eq!(words.code(b"\0\0").unwrap(), 5002);
        assert_eq!(words.code(b"").unwrap(), 5000);
    }

    #[test]
    fn pairs_have_one_code_each() {
        let mut pairs = Pairs::default();
        assert_eq!(pairs.code(3, 1).unwrap(), 0);
        assert_eq!(pairs.code(0, 7).unwrap(), 1);
        assert_eq!(pairs.code(3, 1).unwrap(), 0);
        assert_eq!(pairs.code(1, 3).unwrap(), 2);
        assert_eq!(pairs.met, [(3, 1), (0, 7), (1, 3)]);
    }
}
