//! Unit words as plans write them, read into a factor and a [`Measure`].

use super::{Dimension, Measure};

/// A unit: `canonical = number * numerator / denominator`, kept as two factors so that `95%` is
/// exactly the nearest double to 0.95.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Multiplies.
    pub numerator: f64,
    /// Divides.
    pub denominator: f64,
    /// What it measures.
    pub measure: Measure,
}

impl Unit {
    /// `number` of this unit, in canonical units.
    pub fn canonical(&self, number: f64) -> f64 {
        number * self.numerator / self.denominator
    }
}

/// Why a unit was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitError {
    /// No such unit word.
    Unknown(String),
    /// Something like `%/s` that means nothing.
    NoRate(String),
}

const TIMES: [(&str, f64, f64); 6] = [
    ("us", 1.0, 1000.0),
    ("ms", 1.0, 1.0),
    ("s", 1e3, 1.0),
    ("min", 6e4, 1.0),
    ("h", 3.6e6, 1.0),
    ("d", 8.64e7, 1.0),
];
const SIZES: [(&str, f64); 4] = [
    ("B", 1.0),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
];
const CURRENCIES: [&str; 10] = [
    "USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "CAD", "AUD", "SEK",
];

/// Every unit word, for suggestions and completion.
pub fn known_words() -> Vec<&'static str> {
    let mut words = vec!["%", "pp", "J", "kWh", "tokens"];
    words.extend(TIMES.iter().map(|t| t.0));
    words.extend(SIZES.iter().map(|s| s.0));
    words.extend(CURRENCIES);
    words
}

/// Every unit word with what it measures, for the language reference.
pub fn units() -> Vec<(&'static str, String)> {
    let of = |word: &'static str| Some((word, parse_unit(word).ok()?.measure.to_string()));
    known_words().into_iter().filter_map(of).collect()
}

/// Reads `%`, `pp`, `ms`, `USD/h`, `/s` (blanks already left out).
///
/// # Errors
/// An unknown word, or a ratio or `pp` in a rate.
pub fn parse_unit(text: &str) -> Result<Unit, UnitError> {
    match text.split_once('/') {
        None => word(text),
        Some((above, below)) => {
            let above = if above.is_empty() {
                plain(1.0, 1.0, Measure::Number)
            } else {
                word(above)?
            };
            let below = word(below)?;
            if matches!(above.measure, Measure::Ratio | Measure::Points)
                || !matches!(below.measure, Measure::Dimension(_))
            {
                return Err(UnitError::NoRate(text.to_string()));
            }
            let measure = above
                .measure
                .over(&below.measure)
                .map_err(|_| UnitError::NoRate(text.to_string()))?;
            Ok(Unit {
                numerator: above.numerator * below.denominator,
                denominator: above.denominator * below.numerator,
                measure,
            })
        }
    }
}

fn plain(numerator: f64, denominator: f64, measure: Measure) -> Unit {
    Unit {
        numerator,
        denominator,
        measure,
    }
}

fn word(text: &str) -> Result<Unit, UnitError> {
    let none = Dimension::default();
    match text {
        "%" => return Ok(plain(1.0, 100.0, Measure::Ratio)),
        "pp" => return Ok(plain(1.0, 100.0, Measure::Points)),
        "J" | "kWh" => {
            let factor = if text == "J" { 1.0 } else { 3.6e6 };
            let energy = Dimension { energy: 1, ..none };
            return Ok(plain(factor, 1.0, Measure::Dimension(energy)));
        }
        "tokens" | "token" => {
            let tokens = Dimension { tokens: 1, ..none };
            return Ok(plain(1.0, 1.0, Measure::Dimension(tokens)));
        }
        _ => {}
    }
    if let Some(&(_, up, down)) = TIMES.iter().find(|t| t.0 == text) {
        return Ok(plain(up, down, Measure::time()));
    }
    if let Some(&(_, factor)) = SIZES.iter().find(|s| s.0 == text) {
        let size = Dimension { size: 1, ..none };
        return Ok(plain(factor, 1.0, Measure::Dimension(size)));
    }
    if CURRENCIES.contains(&text) {
        let money = Dimension {
            money: 1,
            currency: Some(text.to_string()),
            ..none
        };
        return Ok(plain(1.0, 1.0, Measure::Dimension(money)));
    }
    Err(UnitError::Unknown(text.to_string()))
}

/// A quantity in one of all the ways to write it: `0.1s` and `100ms` are both `100ms`. In a whole number of the largest
/// unit that has one, else in the fewest digits; `None` of a unit that isn't known.
pub fn settled(number: f64, unit: &str) -> Option<(String, String)> {
    let own = parse_unit(unit).ok()?;
    let (above, below) = unit
        .split_once('/')
        .map_or((unit, None), |(a, b)| (a, Some(b)));
    let alike = |word: &str| -> Vec<&'static str> {
        // Of equally short ways the more usual one, as in `0.04USD/h`.
        let times = ["s", "h", "ms", "min", "us", "d"];
        let sizes = SIZES.iter().map(|s| s.0);
        let energies = ["J", "kWh"];
        let kinds: [Vec<&str>; 3] = [times.to_vec(), sizes.collect(), energies.to_vec()];
        let kind = kinds.into_iter().find(|kind| kind.contains(&word));
        kind.unwrap_or_default()
    };
    let ways: Vec<String> = match below {
        None => alike(above).iter().map(ToString::to_string).collect(),
        Some(below) => alike(below)
            .iter()
            .map(|b| format!("{above}/{b}"))
            .collect(),
    };
    let ways = if ways.is_empty() {
        vec![unit.to_string()]
    } else {
        ways
    };
    let canonical = own.canonical(number);
    let written = ways.into_iter().enumerate().filter_map(|(usual, way)| {
        let unit = parse_unit(&way).ok().filter(|u| u.measure == own.measure)?;
        let value = canonical * unit.denominator / unit.numerator;
        // Twelve digits: what comes of dividing is no other quantity.
        let value: f64 = format!("{value:.11e}").parse().ok()?;
        let digits = format!("{value}");
        Some(((value.fract() != 0.0, digits.len(), usual), (digits, way)))
    });
    let best = written.min_by(|(a, _), (b, _)| a.cmp(b))?;
    Some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_quantities_are_written_alike() {
        let of = |number, unit| settled(number, unit).map(|(digits, unit)| digits + &unit);
        for (all, one) in [
            (&[(100.0, "ms"), (0.1, "s"), (100_000.0, "us")][..], "100ms"),
            (&[(2.0, "h"), (120.0, "min"), (7200.0, "s")], "2h"),
            (&[(1.5, "s"), (1500.0, "ms"), (0.025, "min")], "1500ms"),
            (&[(20.0, "/s"), (1200.0, "/min")], "20/s"),
            (&[(0.04, "USD/h"), (0.96, "USD/d")], "0.04USD/h"),
            (&[(1.0, "GiB"), (1024.0, "MiB")], "1GiB"),
            (&[(95.0, "%")], "95%"),
            (&[(1.0, "pp")], "1pp"),
            (&[(0.3, "J")], "0.3J"),
        ] {
            for &(number, unit) in all {
                assert_eq!(of(number, unit).as_deref(), Some(one), "{number}{unit}");
            }
        }
        assert_eq!(of(1.0, "furlong"), None);
        assert_ne!(of(100.0, "ms"), of(101.0, "ms"));
    }

    #[test]
    fn literals_are_exact() {
        let of = |n: f64, u: &str| parse_unit(u).unwrap().canonical(n);
        assert_eq!(of(95.0, "%"), 0.95);
        assert_eq!(of(0.5, "pp"), 0.005);
        assert_eq!(of(2.0, "s"), 2000.0);
        assert_eq!(of(500.0, "us"), 0.5);
        assert_eq!(of(20.0, "/s"), 0.02);
        assert_eq!(of(0.04, "USD/h"), 0.04 / 3.6e6);
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(parse_unit("foo"), Err(UnitError::Unknown("foo".into())));
        assert_eq!(parse_unit("%/s"), Err(UnitError::NoRate("%/s".into())));
        assert_eq!(parse_unit("/pp"), Err(UnitError::NoRate("/pp".into())));
    }
}
