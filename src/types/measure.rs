//! What kind of thing a number is: a plain number, a ratio, a difference of ratios, or a dimension.

use std::fmt;

/// Exponents of the base dimensions. Canonical units are ms, the currency's own unit, B, J and
/// tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub struct Dimension {
    /// Exponent of time (ms).
    pub time: i8,
    /// Exponent of money.
    pub money: i8,
    /// The currency, where `money` is not 0.
    pub currency: Option<String>,
    /// Exponent of size (B).
    pub size: i8,
    /// Exponent of energy (J).
    pub energy: i8,
    /// Exponent of a count of tokens.
    pub tokens: i8,
}

impl Dimension {
    /// Whether all exponents are 0.
    pub fn is_none(&self) -> bool {
        self.time == 0 && self.money == 0 && self.size == 0 && self.energy == 0 && self.tokens == 0
    }

    fn combine(&self, other: &Dimension, sign: i8) -> Result<Dimension, Mismatch> {
        let currency = match (&self.currency, &other.currency) {
            (Some(a), Some(b)) if a != b => {
                return Err(Mismatch::Currencies(a.clone(), b.clone()));
            }
            (a, b) => a.clone().or_else(|| b.clone()),
        };
        let money = self.money + sign * other.money;
        Ok(Dimension {
            time: self.time + sign * other.time,
            money,
            currency: if money == 0 { None } else { currency },
            size: self.size + sign * other.size,
            energy: self.energy + sign * other.energy,
            tokens: self.tokens + sign * other.tokens,
        })
    }
}

/// The type of a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// A plain number or count.
    Number,
    /// A share or rate between parts and whole, written in `%`.
    Ratio,
    /// An absolute difference of two ratios, written in `pp`.
    Points,
    /// Something with a dimension, such as a time or a price.
    Dimension(Dimension),
}

/// Why two measures do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// Two things of different kind.
    Kinds(Measure, Measure),
    /// Money in two currencies.
    Currencies(String, String),
}

impl Measure {
    /// A time.
    pub fn time() -> Measure {
        Measure::Dimension(Dimension {
            time: 1,
            ..Dimension::default()
        })
    }

    fn dimension(&self) -> Dimension {
        match self {
            Measure::Dimension(d) => d.clone(),
            Measure::Number | Measure::Ratio | Measure::Points => Dimension::default(),
        }
    }

    fn of(dimension: Dimension, otherwise: Measure) -> Measure {
        if dimension.is_none() {
            otherwise
        } else {
            Measure::Dimension(dimension)
        }
    }

    /// The measure of a product.
    ///
    /// # Errors
    /// The factors are money in two currencies.
    pub fn times(&self, other: &Measure) -> Result<Measure, Mismatch> {
        let dimension = self.dimension().combine(&other.dimension(), 1)?;
        let plain = match (self, other) {
            (Measure::Points, Measure::Number | Measure::Ratio)
            | (Measure::Number | Measure::Ratio, Measure::Points) => Measure::Points,
            (Measure::Ratio, _) | (_, Measure::Ratio) => Measure::Ratio,
            _ => Measure::Number,
        };
        Ok(Measure::of(dimension, plain))
    }

    /// The measure of a quotient.
    ///
    /// # Errors
    /// Money in two currencies.
    pub fn over(&self, other: &Measure) -> Result<Measure, Mismatch> {
        let dimension = self.dimension().combine(&other.dimension(), -1)?;
        let plain = match (self, other) {
            (Measure::Ratio, Measure::Number | Measure::Ratio) => Measure::Ratio,
            (Measure::Points, Measure::Number) => Measure::Points,
            _ => Measure::Number,
        };
        Ok(Measure::of(dimension, plain))
    }

    /// The measure of a sum, or of a difference where `minus`.
    ///
    /// # Errors
    /// The operands are of different kinds.
    pub fn plus(&self, other: &Measure, minus: bool) -> Result<Measure, Mismatch> {
        match (self, other) {
            (Measure::Ratio, Measure::Ratio) if minus => Ok(Measure::Points),
            (Measure::Ratio, Measure::Points) => Ok(Measure::Ratio),
            (Measure::Points, Measure::Ratio) if !minus => Ok(Measure::Ratio),
            // 1 − accuracy: a plain number beside a ratio is read as a ratio.
            (Measure::Number, Measure::Ratio) | (Measure::Ratio, Measure::Number) => {
                Ok(Measure::Ratio)
            }
            (a, b) if a == b => Ok(a.clone()),
            (a, b) => Err(mismatch(a, b)),
        }
    }

    /// Whether values of the two may be compared.
    ///
    /// # Errors
    /// They are of different kinds.
    pub fn comparable(&self, other: &Measure) -> Result<(), Mismatch> {
        if self == other {
            Ok(())
        } else {
            Err(mismatch(self, other))
        }
    }

    /// The measure of a difference of two values of this one (`delta`, `gain`).
    pub fn difference(&self) -> Measure {
        match self {
            Measure::Ratio | Measure::Points => Measure::Points,
            Measure::Number => Measure::Number,
            Measure::Dimension(d) => Measure::Dimension(d.clone()),
        }
    }

    /// The unit a result is shown in, and the factor from canonical to it.
    pub fn display_unit(&self) -> (String, f64) {
        match self {
            Measure::Number => (String::new(), 1.0),
            Measure::Ratio => ("%".into(), 100.0),
            Measure::Points => ("pp".into(), 100.0),
            Measure::Dimension(d) => dimension_unit(d),
        }
    }
}

fn dimension_unit(d: &Dimension) -> (String, f64) {
    // Rates are per second for people, while the canonical time is the millisecond.
    let factor = if d.time < 0 {
        1000f64.powi(i32::from(-d.time))
    } else {
        1.0
    };
    let part = |name: &str, e: i8| match e {
        1 | -1 => name.to_string(),
        e => format!("{name}^{}", e.abs()),
    };
    let time = if d.time < 0 { "s" } else { "ms" };
    let parts = [
        (d.currency.as_deref().unwrap_or("money"), d.money),
        ("tokens", d.tokens),
        ("B", d.size),
        ("J", d.energy),
        (time, d.time),
    ];
    let join = |above: bool| {
        parts
            .iter()
            .filter(|&&(_, e)| if above { e > 0 } else { e < 0 })
            .map(|&(n, e)| part(n, e))
            .collect::<Vec<_>>()
            .join("·")
    };
    let (up, down) = (join(true), join(false));
    let unit = if down.is_empty() {
        up
    } else {
        format!("{up}/{down}")
    };
    (unit, factor)
}

fn mismatch(a: &Measure, b: &Measure) -> Mismatch {
    if let (Measure::Dimension(x), Measure::Dimension(y)) = (a, b)
        && let (Some(c), Some(d)) = (&x.currency, &y.currency)
        && c != d
    {
        return Mismatch::Currencies(c.clone(), d.clone());
    }
    Mismatch::Kinds(a.clone(), b.clone())
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Measure::Number => f.write_str("a plain number"),
            Measure::Ratio => f.write_str("a ratio (in %)"),
            Measure::Points => f.write_str("a difference of ratios (in pp)"),
            Measure::Dimension(d) => {
                let kind = match (d.time, d.money, d.size, d.energy, d.tokens) {
                    (1, 0, 0, 0, 0) => "a time",
                    (-1, 0, 0, 0, 0) => "a rate",
                    (0, 1, 0, 0, 0) => "an amount of money",
                    (-1, 1, 0, 0, 0) => "a price per time",
                    (0, 0, 1, 0, 0) => "a size",
                    (0, 0, 0, 1, 0) => "an energy",
                    (0, 0, 0, 0, 1) => "a count of tokens",
                    _ => "a quantity",
                };
                write!(f, "{kind} (in {})", dimension_unit(d).0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_ratios_are_kept_apart() {
        assert!(Measure::Points.comparable(&Measure::Ratio).is_err());
        assert_eq!(
            Measure::Ratio.plus(&Measure::Ratio, true),
            Ok(Measure::Points)
        );
        assert_eq!(Measure::Ratio.difference(), Measure::Points);
        assert!(Measure::time().comparable(&Measure::Points).is_err());
    }

    #[test]
    fn a_price_times_a_time_is_money() {
        let price = Measure::Dimension(Dimension {
            money: 1,
            time: -1,
            currency: Some("USD".into()),
            ..Dimension::default()
        });
        let cost = price.times(&Measure::time()).unwrap();
        assert_eq!(cost.to_string(), "an amount of money (in USD)");
        assert_eq!(price.display_unit(), ("USD/s".to_string(), 1000.0));
    }
}
