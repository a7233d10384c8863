//! The columns of one run, as programs read them.

use crate::hir::formula::{Cell, Figure};
use std::collections::BTreeMap;

/// A column of texts: `words[codes[row]]`; other codes are missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Texts<'a> {
    /// Code of each row.
    pub codes: &'a [u32],
    /// The distinct texts.
    pub words: &'a [String],
}

/// The columns of one run, row by row of a partition; what a run doesn't have is not there.
#[derive(Debug, Clone, Default)]
pub struct RunColumns<'a> {
    /// Codes of classes: places among the label's, then among `extra`; `u32::MAX` is missing.
    pub classes: BTreeMap<Cell, &'a [u32]>,
    /// The label's classes.
    pub names: &'a [String],
    /// Words of class columns that are no classes of the label, sorted.
    pub extra: &'a [String],
    /// Numbers.
    pub numbers: BTreeMap<Cell, &'a [f64]>,
    /// Texts.
    pub texts: BTreeMap<Cell, Texts<'a>>,
    /// The score of the positive class.
    pub score: &'a [f64],
    /// The score of each class, by class.
    pub scores: &'a [Vec<f64>],
    /// The weight of each row; empty where all weigh 1.
    pub weight: &'a [f64],
    /// Figures of the whole run.
    pub figures: BTreeMap<Figure, f64>,
}

impl<'a> RunColumns<'a> {
    /// With a role's classes.
    #[must_use]
    pub fn class(mut self, role: &str, codes: &'a [u32]) -> Self {
        self.classes.insert(Cell::Role(role.into()), codes);
        self
    }

    /// With the words of a column of the dataset, as codes.
    #[must_use]
    pub fn group(mut self, column: &str, codes: &'a [u32]) -> Self {
        self.classes.insert(Cell::Column(column.into()), codes);
        self
    }

    /// With a role's numbers.
    #[must_use]
    pub fn number(mut self, role: &str, numbers: &'a [f64]) -> Self {
        self.numbers.insert(Cell::Role(role.into()), numbers);
        self
    }

    /// With a role's texts.
    #[must_use]
    pub fn text(mut self, role: &str, texts: Texts<'a>) -> Self {
        self.texts.insert(Cell::Role(role.into()), texts);
        self
    }

    /// With the score of the positive class.
    #[must_use]
    pub fn score(mut self, score: &'a [f64]) -> Self {
        self.score = score;
        self
    }

    /// With the score of each class.
    #[must_use]
    pub fn scores(mut self, scores: &'a [Vec<f64>]) -> Self {
        self.scores = scores;
        self
    }

    /// With the weight of each row.
    #[must_use]
    pub fn weight(mut self, weight: &'a [f64]) -> Self {
        self.weight = weight;
        self
    }

    /// The code of a word that a formula names beside a column; one that no row has where there is none.
    pub(super) fn word(&self, word: &str) -> u32 {
        let place = self.extra.iter().position(|w| w == word);
        let code = place.and_then(|p| u32::try_from(self.names.len() + p).ok());
        code.unwrap_or(u32::MAX - 1)
    }
}
