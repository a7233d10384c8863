//! Ids as numbers: whole numbers are themselves, other texts 127 bits of their hash.

use std::hash::{Hash, Hasher};

/// Set in the key of a text that is no whole number.
const HASHED: u128 = 1 << 127;

/// The ids of some rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Ids {
    /// Nobody asked for them.
    #[default]
    None,
    /// All are whole numbers, written as such.
    Whole(Vec<u64>),
    /// Keys.
    Keys(Vec<u128>),
}

impl Ids {
    pub(super) fn key(&self, row: usize) -> u128 {
        match self {
            Ids::None => 0,
            Ids::Whole(all) => all.get(row).copied().unwrap_or_default().into(),
            Ids::Keys(all) => all.get(row).copied().unwrap_or_default(),
        }
    }

    /// Whether `n` ids from `at` on are those of `other` from `there` on.
    pub(super) fn same(&self, at: usize, other: &Ids, there: usize, n: usize) -> bool {
        match (self, other) {
            (Ids::Whole(a), Ids::Whole(b)) => a.get(at..at + n) == b.get(there..there + n),
            (Ids::None, Ids::None) => true,
            _ => (0..n).all(|i| self.key(at + i) == other.key(there + i)),
        }
    }
}

/// Ids while they are read, and whether they ascend, so that none can repeat.
pub(super) struct IdReader {
    whole: Vec<u64>,
    keys: Vec<u128>,
    last_whole: Option<u64>,
    last_text: Vec<u8>,
    any: bool,
    pub(super) ascending: bool,
}

impl Default for IdReader {
    fn default() -> Self {
        Self {
            whole: Vec::new(),
            keys: Vec::new(),
            last_whole: None,
            last_text: Vec::new(),
            any: false,
            ascending: true,
        }
    }
}

impl IdReader {
    /// Adds the id of a row; `false` where it is empty.
    #[inline]
    pub(super) fn add(&mut self, field: &[u8]) -> bool {
        match whole(field) {
            Some(number) if self.keys.is_empty() => {
                self.add_whole(number);
                true
            }
            found => self.add_key(found, field),
        }
    }

    #[inline]
    fn add_whole(&mut self, number: u64) {
        self.ascending &= self.last_whole.is_none_or(|last| last < number);
        self.ascending &= self.last_text.is_empty();
        self.last_whole = Some(number);
        self.whole.push(number);
        self.any = true;
    }

    /// Adds a whole number to ids that may have others.
    #[inline]
    pub(super) fn add_whole_or_key(&mut self, number: u64) {
        if self.keys.is_empty() && number < 10u64.pow(18) {
            self.add_whole(number);
        } else {
            self.add(number.to_string().as_bytes());
        }
    }

    fn add_key(&mut self, found: Option<u64>, field: &[u8]) -> bool {
        if field.trim_ascii().is_empty() {
            return false;
        }
        self.keys.extend(self.whole.drain(..).map(u128::from));
        match found {
            Some(number) => {
                self.ascending &= self.last_text.is_empty();
                self.ascending &= self.last_whole.is_none_or(|last| last < number);
                self.last_whole = Some(number);
                self.keys.push(number.into());
            }
            None => {
                self.ascending &= self.last_whole.is_none();
                self.ascending &= !self.any || self.last_text.as_slice() < field;
                self.last_text.clear();
                self.last_text.extend_from_slice(field);
                self.keys.push(hashed(field));
            }
        }
        self.any = true;
        true
    }

    /// The ids since the last call.
    pub(super) fn take(&mut self) -> Ids {
        if self.keys.is_empty() {
            Ids::Whole(std::mem::take(&mut self.whole))
        } else {
            Ids::Keys(std::mem::take(&mut self.keys))
        }
    }
}

/// The whole number that a field spells without a sign or zeros before it.
#[inline]
fn whole(field: &[u8]) -> Option<u64> {
    if field.len() > 18 || field.is_empty() || field[0] == b'0' && field.len() > 1 {
        return None;
    }
    let mut number = 0u64;
    for &byte in field {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = 10 * number + u64::from(digit);
    }
    Some(number)
}

/// Two texts share 127 bits with a chance of 10⁻²² among 10⁸.
fn hashed(field: &[u8]) -> u128 {
    let half = |salt: u8| {
        let mut hasher = std::hash::DefaultHasher::new();
        salt.hash(&mut hasher);
        field.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1) | HASHED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(ids: &[&str]) -> (Ids, bool) {
        let mut reader = IdReader::default();
        assert!(ids.iter().all(|id| reader.add(id.as_bytes())));
        (reader.take(), reader.ascending)
    }

    #[test]
    fn numbers_are_themselves_and_ascend_as_such() {
        assert_eq!(read(&["0", "9", "10"]), (Ids::Whole(vec![0, 9, 10]), true));
        assert!(!read(&["9", "9"]).1 && !read(&["10", "9"]).1);
        assert_eq!(whole(b"007"), None);
        assert_eq!(whole(b"-7"), None);
        assert_eq!(whole(b"999999999999999999"), Some(999_999_999_999_999_999));
        assert_eq!(whole(b"9999999999999999999"), None);
    }

    #[test]
    fn texts_ascend_as_texts_and_a_mixture_does_not() {
        assert!(read(&["a", "b", "ba"]).1);
        assert!(!read(&["b", "a"]).1);
        assert!(!read(&["1", "a"]).1 && !read(&["a", "1"]).1);
        let (mixed, _) = read(&["1", "a", "2"]);
        assert_eq!((mixed.key(0), mixed.key(2)), (1, 2));
        assert_eq!(mixed.key(1), hashed(b"a"));
        let (alone, _) = read(&["a"]);
        assert!(mixed.same(1, &alone, 0, 1) && !mixed.same(0, &alone, 0, 1));
    }

    #[test]
    fn an_empty_id_is_none() {
        let mut reader = IdReader::default();
        assert!(!reader.add(b"") && !reader.add(b"  "));
    }
}
