//! Units of reported numbers.

use crate::types::Measure;
use serde::{Serialize, Serializer};

/// What a reported number counts; written as one word in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Unit {
    /// A share, 0 to 1; shown in %.
    Ratio,
    /// A difference of two shares, −1 to 1; shown in pp.
    RatioDifference,
    /// A bare number.
    #[default]
    Plain,
    /// A whole number of things.
    Count,
    /// An amount in a currency, by its ISO code: `USD`.
    Money(String),
    /// Any other unit as the language spells it: `ms`, `tokens`, `1/s`.
    Named(String),
}

impl Unit {
    /// The unit in which a measure is reported, and the factor to it from canonical.
    pub fn of(measure: &Measure) -> (Unit, f64) {
        match measure {
            Measure::Number => (Unit::Plain, 1.0),
            Measure::Ratio => (Unit::Ratio, 1.0),
            Measure::Points => (Unit::RatioDifference, 1.0),
            Measure::Dimension(d) => {
                let (name, factor) = measure.display_unit();
                match &d.currency {
                    Some(currency) if name == *currency => (Unit::Money(currency.clone()), factor),
                    _ => (Unit::Named(name), factor),
                }
            }
        }
    }

    /// The unit of a difference between two values of this unit.
    #[must_use]
    pub fn difference(&self) -> Unit {
        match self {
            Unit::Ratio | Unit::RatioDifference => Unit::RatioDifference,
            Unit::Plain => Unit::Plain,
            Unit::Count => Unit::Count,
            Unit::Money(c) => Unit::Money(c.clone()),
            Unit::Named(u) => Unit::Named(u.clone()),
        }
    }

    /// The word in JSON.
    pub fn as_str(&self) -> &str {
        match self {
            Unit::Ratio => "ratio",
            Unit::RatioDifference => "ratio_difference",
            Unit::Plain => "plain",
            Unit::Count => "count",
            Unit::Money(c) | Unit::Named(c) => c,
        }
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
