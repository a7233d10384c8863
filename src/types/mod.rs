//! Units and dimensions, and the value types of formulas and conditions.
//!
//! Every quantity is kept in canonical units: times in ms, sizes in bytes, energy in J, ratios and
//! points as fractions (`95%` is 0.95, `1pp` is 0.01). A [`Measure`] says what kind of thing a
//! number is, so that `1pp` is never compared with `1%` or with `100ms`.

mod measure;
mod unit;

pub use measure::{Dimension, Measure, Mismatch};
pub use unit::{Unit, UnitError, known_words, parse_unit, settled, units};
