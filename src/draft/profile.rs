//! What is to be seen in a column before anyone says what it is.

use crate::data::{Moment, TextColumn};

/// A column at a glance.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub(super) name: String,
    /// Rows with something in them.
    pub(super) filled: usize,
    pub(super) rows: usize,
    /// Different values, the empty one left out, with the rows of each, in the order of the file.
    pub(super) values: Vec<(String, usize)>,
    /// Set where every filled row is a finite number.
    pub(super) numbers: Option<Numbers>,
    /// Whether every filled row is a date or a moment.
    pub(super) moments: bool,
}

/// The numbers of a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) whole: bool,
}

impl Profile {
    pub(super) fn new(name: String, texts: &TextColumn) -> Self {
        let mut counts = vec![0; texts.words.len()];
        for &code in &texts.codes {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        }
        let values: Vec<(String, usize)> = texts
            .words
            .iter()
            .cloned()
            .zip(counts)
            .filter(|(word, _)| !word.trim().is_empty())
            .collect();
        Self {
            name,
            filled: values.iter().map(|(_, n)| n).sum(),
            rows: texts.codes.len(),
            numbers: numbers(&values),
            moments: !values.is_empty() && values.iter().all(|(w, _)| Moment::parse(w).is_some()),
            values,
        }
    }

    /// Different values.
    pub(super) fn distinct(&self) -> usize {
        self.values.len()
    }

    /// Whether every row has a value of its own.
    pub(super) fn unique(&self) -> bool {
        self.filled == self.rows && self.distinct() == self.rows && self.rows > 1
    }

    /// Whether it can be classes: few values, or few for so many rows.
    pub(super) fn few(&self) -> bool {
        let most = if self.numbers.is_some() { 20 } else { 50 };
        let whole = self.numbers.is_none_or(|n| n.whole);
        whole && (2..=most).contains(&self.distinct()) && 2 * self.distinct() <= self.rows
    }

    /// Whether all its values are among those of `other`.
    pub(super) fn within(&self, other: &Profile) -> bool {
        let among = |word: &String| other.values.iter().any(|(w, _)| w == word);
        // A column of many values is no column of classes, and need not be compared.
        (1..=other.distinct()).contains(&self.distinct())
            && self.values.iter().all(|(w, _)| among(w))
    }
}

fn numbers(values: &[(String, usize)]) -> Option<Numbers> {
    let mut all: Option<Numbers> = None;
    for (word, _) in values {
        let number: f64 = word.trim().parse().ok().filter(|n: &f64| n.is_finite())?;
        let so_far = all.unwrap_or(Numbers {
            low: number,
            high: number,
            whole: true,
        });
        all = Some(Numbers {
            low: so_far.low.min(number),
            high: so_far.high.max(number),
            whole: so_far.whole && number.fract() == 0.0 && !word.contains('.'),
        });
    }
    all
}
