//! The functions behind `native.name(…)`, by family. What formulas may write is in `hir::natives`;
//! the two tables are held together by a test. Functions here are pure: rows in, numbers out; NaN is
//! undefined.

mod agreement;
mod bleu;
mod chrf;
mod clipped;
mod code;
mod edits;
mod generation;
mod lists;
mod moments;
mod mteval;
mod order;
mod porter;
mod rank;
mod ranking;
mod rouge;
mod scores;
mod sets;
mod ter;
mod text;

pub use lists::{ListError, item_and_grade, lists};

use crate::hir::natives::Signature;

/// An argument of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// A number; NaN where it is missing.
    Number(f64),
    /// Whether a condition holds.
    Condition(bool),
    /// The place of a class; `u32::MAX` where it is missing.
    Class(u32),
    /// A text.
    Text(&'a str),
    /// A list.
    List(&'a [String]),
    /// The score of each class.
    Scores(&'a [f64]),
}

/// A native's function. Options come in the order of its signature, a choice as its place.
#[derive(Debug, Clone, Copy)]
pub enum Implementation {
    /// Of a row's arguments and the options.
    Row(fn(&[Value<'_>], &[f64]) -> f64),
    /// Of sums over rows.
    Corpus {
        /// Length of the vectors, from the options.
        width: fn(&[f64]) -> usize,
        /// Writes a row's vector, of zeros before, from its arguments and the options.
        row: fn(&[Value<'_>], &[f64], &mut [f64]),
        /// The value from the sums of the vectors and the options.
        combine: fn(&[f64], &[f64]) -> f64,
    },
    /// Of all rows, prepared, each with its weight (0 where it wasn't drawn), and the options.
    Whole(fn(&Columns, &[f64], &[f64]) -> f64),
    /// The same, with what is quicker than one value after the other.
    Swept(Swept),
    /// Of a square table of counts, row by row, its side, and the options.
    Table(fn(&[f64], usize, &[f64]) -> f64),
}

/// A native of all rows that sweeps over their order.
#[derive(Debug, Clone, Copy)]
pub struct Swept {
    /// As of a whole one.
    pub value: fn(&Columns, &[f64], &[f64]) -> f64,
    /// For each row the value where it weighs that much less, all in one sweep.
    pub without: fn(&Columns, &[f64], &[f64]) -> Vec<f64>,
    /// Whether it is the area under the ROC curve, which many resamples share one sweep for.
    pub area: bool,
}

/// The arguments of a whole native, by column. Conditions are 1 and 0; classes the numbers that
/// they are called where all are called by numbers, else their places; missing ones are NaN.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// The values of each argument.
    pub values: Vec<Vec<f64>>,
    /// For each argument the rows in ascending order of its values.
    pub order: Vec<Vec<u32>>,
    /// For each argument that is a list, in order, each row's items, as numbers that all lists share.
    pub lists: Vec<Vec<Vec<u32>>>,
}

impl Columns {
    /// One argument more.
    pub fn push(&mut self, values: Vec<f64>) {
        let mut order: Vec<u32> = (0u32..).take(values.len()).collect();
        let at = |i: u32| values.get(i as usize).copied().unwrap_or(f64::NAN);
        order.sort_by(|&a, &b| at(a).total_cmp(&at(b)));
        self.values.push(values);
        self.order.push(order);
    }
}

/// A native and its function.
#[derive(Debug, Clone, Copy)]
pub struct Native {
    /// Its name, as in its signature.
    pub name: &'static str,
    /// Its function.
    pub implementation: Implementation,
}

/// The tables of all natives.
const TABLES: [&[Native]; 9] = [
    rank::TABLE,
    order::TABLE,
    moments::TABLE,
    agreement::TABLE,
    scores::TABLE,
    generation::TABLE,
    ranking::TABLE,
    code::TABLE,
    sets::TABLE,
];

/// The function of a native.
pub fn implementation(signature: &Signature) -> Option<Implementation> {
    let mut all = TABLES.iter().flat_map(|table| table.iter());
    let found = all.find(|n| n.name == signature.name)?;
    Some(found.implementation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::natives::{Family, natives};

    #[test]
    fn every_signature_has_a_function_of_its_family_and_no_other_is_there() {
        for signature in natives() {
            let family = match implementation(signature) {
                Some(Implementation::Row(_)) => Some(Family::Row),
                Some(Implementation::Corpus { .. }) => Some(Family::Corpus),
                Some(Implementation::Whole(_) | Implementation::Swept(_)) => Some(Family::Whole),
                Some(Implementation::Table(_)) => Some(Family::Table),
                None => None,
            };
            assert_eq!(family, Some(signature.family), "{}", signature.name);
        }
        let mut names: Vec<&str> = natives().map(|s| s.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(TABLES.iter().map(|t| t.len()).sum::<usize>(), count);
    }
}
