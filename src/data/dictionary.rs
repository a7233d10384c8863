//! Text columns: every distinct string once, and a code for each row.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// A column of text: `words[codes[row]]` is the text of a row.
///
/// Words stand in the order of their first row, so the column depends on the file alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextColumn {
    /// The distinct strings, in the order of their first row.
    pub words: Vec<String>,
    /// One index into `words` for each row.
    pub codes: Vec<u32>,
}

impl TextColumn {
    /// The text of a row; `None` beyond the last one.
    pub fn get(&self, row: usize) -> Option<&str> {
        let code = *self.codes.get(row)?;
        self.words.get(code as usize).map(String::as_str)
    }

    /// The texts of all rows in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.codes
            .iter()
            .filter_map(|&code| self.words.get(code as usize).map(String::as_str))
    }
}

impl FromIterator<String> for TextColumn {
    fn from_iter<T: IntoIterator<Item = String>>(texts: T) -> Self {
        let mut builder = TextBuilder::default();
        texts.into_iter().for_each(|text| builder.push(&text));
        builder.finish()
    }
}

/// Finds the code of a word without keeping a second copy of it.
///
/// Keys are hashes; a word whose hash is taken by another goes to the next free key.
#[derive(Debug, Clone, Default)]
pub(super) struct Lookup {
    codes: HashMap<u64, u32, BuildHasherDefault<DefaultHasher>>,
}

impl Lookup {
    /// The lookup of distinct `words`.
    pub(super) fn new(words: &[String]) -> Self {
        let mut lookup = Self::default();
        for (code, word) in (0u32..).zip(words) {
            if let Err(key) = lookup.find(words, word) {
                lookup.codes.insert(key, code);
            }
        }
        lookup
    }

    /// The code of `word` among `words`, or the free key at which it belongs.
    pub(super) fn find(&self, words: &[String], word: &str) -> Result<u32, u64> {
        let mut key = hash(word);
        loop {
            match self.codes.get(&key) {
                None => return Err(key),
                Some(&code) if words.get(code as usize).is_some_and(|w| w == word) => {
                    return Ok(code);
                }
                Some(_) => key = key.wrapping_add(1),
            }
        }
    }
}

/// Builds a [`TextColumn`] row by row; a word seen before costs no allocation.
#[derive(Debug, Default)]
pub(super) struct TextBuilder {
    column: TextColumn,
    lookup: Lookup,
}

impl TextBuilder {
    /// Adds a row.
    pub(super) fn push(&mut self, word: &str) {
        let words = &mut self.column.words;
        let code = match self.lookup.find(words, word) {
            Ok(code) => code,
            Err(key) => {
                let code = u32::try_from(words.len()).unwrap_or(u32::MAX);
                words.push(word.to_owned());
                self.lookup.codes.insert(key, code);
                code
            }
        };
        self.column.codes.push(code);
    }

    /// The finished column.
    pub(super) fn finish(self) -> TextColumn {
        self.column
    }
}

fn hash(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_once_in_order_of_first_row() {
        let mut builder = TextBuilder::default();
        for word in ["b", "a", "b", "", "a"] {
            builder.push(word);
        }
        let column = builder.finish();
        assert_eq!(column.words, ["b", "a", ""]);
        assert_eq!(column.codes, [0, 1, 0, 2, 1]);
        assert_eq!(column.iter().collect::<Vec<_>>(), ["b", "a", "b", "", "a"]);
    }

    #[test]
    fn a_taken_key_moves_on_to_the_next() {
        let words = vec!["a".to_owned(), "b".to_owned()];
        let mut lookup = Lookup::default();
        lookup.codes.insert(hash("b"), 0);
        lookup.codes.insert(hash("b").wrapping_add(1), 1);
        assert_eq!(lookup.find(&words, "b"), Ok(1));
    }
}
