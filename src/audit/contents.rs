//! What a row says: its text, or without one all that a system is given, as a hash of its normal form.

use super::minhash::{self, Buffers, Sketch};
use super::normal::{hash, mix, normalise};
use crate::data::{Table, TextColumn};
use rayon::prelude::*;
use std::sync::OnceLock;

/// What is compared of a dataset's rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compared {
    /// One column of text.
    Text(String),
    /// Columns of features, sorted.
    Features(Vec<String>),
}

/// The contents of a dataset's rows.
#[derive(Debug)]
pub struct Contents<'a> {
    /// For each row the place of its content.
    pub codes: Vec<u32>,
    /// For each content its hash; 0 where it is empty.
    pub hashes: Vec<u64>,
    /// The texts, where it is a text.
    pub text: Option<&'a TextColumn>,
    sketches: OnceLock<Vec<Sketch>>,
}

impl<'a> Contents<'a> {
    /// Of the rows of a table.
    pub(super) fn new(table: &'a Table, compared: &Compared) -> Option<Self> {
        match compared {
            Compared::Text(column) => {
                let (_, text) = table.text(column)?;
                Some(Contents {
                    codes: text.codes.clone(),
                    hashes: hashes(text),
                    text: Some(text),
                    sketches: OnceLock::new(),
                })
            }
            Compared::Features(names) => Some(Contents {
                codes: (0u32..).take(table.rows()).collect(),
                hashes: of_features(table, names),
                text: None,
                sketches: OnceLock::new(),
            }),
        }
    }

    /// The content of a row.
    pub fn code(&self, row: u32) -> Option<u32> {
        self.codes.get(row as usize).copied()
    }

    /// The hash of a row's content, where it has one.
    pub fn hash(&self, row: u32) -> Option<u64> {
        let hash = *self.hashes.get(self.code(row)? as usize)?;
        (hash != 0).then_some(hash)
    }

    /// The sketch of each text, made when first asked for; empty where contents are no texts.
    pub(super) fn sketches(&self) -> &[Sketch] {
        self.sketches.get_or_init(|| {
            let words = self.text.map_or(&[][..], |t| t.words.as_slice());
            let one = |buffers: &mut Buffers, word: &String| minhash::sketch(word, buffers);
            words.par_iter().map_init(Buffers::default, one).collect()
        })
    }

    /// The text of a row.
    pub fn shown(&self, row: u32) -> Option<&'a str> {
        self.text?.get(row as usize)
    }
}

fn hashes(text: &TextColumn) -> Vec<u64> {
    let one = |buffer: &mut String, word: &String| {
        normalise(word, buffer);
        if buffer.is_empty() {
            0
        } else {
            hash(buffer.as_bytes())
        }
    };
    text.words.par_iter().map_init(String::new, one).collect()
}

/// A row whose fields are all empty has no content.
fn of_features(table: &Table, names: &[String]) -> Vec<u64> {
    let mut found = vec![0u64; table.rows()];
    for name in names {
        let Some((_, text)) = table.text(name) else {
            continue;
        };
        let (own, column) = (hashes(text), hash(name.as_bytes()));
        for (slot, &code) in found.iter_mut().zip(&text.codes) {
            let field = own.get(code as usize).copied().unwrap_or(0);
            if field != 0 {
                // A sum, so that the order of the columns plays no part.
                *slot = slot.wrapping_add(mix(field ^ column));
            }
        }
    }
    found
}
