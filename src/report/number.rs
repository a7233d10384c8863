//! How numbers are written: the one place that knows digits, units, signs and thousands.
//!
//! Digits follow what is known: the half-width of the interval keeps two digits, or one where it starts
//! with 5 or more, and the value is cut at the same place. Numbers come in base units (a ratio is 0 to 1).

use crate::result::{Interval, Unit};

/// Decimals beyond which a number is written as a power of ten.
const MOST: usize = 8;

/// How a number is cut: digits after the point, of the number over a power of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Digits {
    /// Digits after the point.
    pub decimals: usize,
    /// The power of ten taken out: −5 writes 0.000024 as `2.4e-5`; 0 writes it as it is.
    pub exponent: i32,
}

/// The power of ten to take out of amounts up to `largest`: leading zeros are hard to count.
pub fn exponent(unit: &Unit, largest: f64) -> i32 {
    let small = largest > 0.0 && largest < 1e-3;
    match unit {
        Unit::Money(_) | Unit::Named(_) if small => largest.log10().floor().max(-300.0) as i32,
        _ => 0,
    }
}

/// How far the shown number is from the base unit.
fn scale(unit: &Unit) -> f64 {
    match unit {
        Unit::Ratio | Unit::RatioDifference => 100.0,
        Unit::Plain | Unit::Count | Unit::Money(_) | Unit::Named(_) => 1.0,
    }
}

/// Decimals to show of a value over `10^exponent` that is known to `half_width`, or of a value alone.
pub fn decimals(unit: &Unit, value: f64, half_width: Option<f64>, exponent: i32) -> usize {
    let least = match unit {
        Unit::Ratio | Unit::RatioDifference => 1,
        Unit::Count if half_width.is_none() => return 0,
        _ => 0,
    };
    let scale = scale(unit) / 10f64.powi(exponent);
    let known = half_width
        .map(|h| h.abs() * scale)
        .filter(|h| h.is_finite() && *h > 0.0);
    let size = value.abs() * scale;
    let needed = match (known, unit) {
        (Some(h), _) => places(h, if leading(h) < 5.0 { 2 } else { 1 }),
        (None, Unit::Ratio | Unit::RatioDifference) => 1,
        (None, Unit::Money(_)) if exponent != 0 => 1,
        (None, Unit::Money(_)) if size == 0.0 || size >= 0.1 => 2,
        (None, Unit::Money(_)) => places(size, 2),
        (None, Unit::Plain | Unit::Count | Unit::Named(_)) => places(size, 3),
    };
    needed.clamp(least, MOST)
}

/// Decimals that keep `digits` significant digits of `x`.
fn places(x: f64, digits: i32) -> usize {
    if !x.is_finite() || x <= 0.0 {
        return 0;
    }
    let exponent = x.log10().floor().clamp(-30.0, 30.0) as i32;
    usize::try_from(digits - 1 - exponent).unwrap_or(0)
}

/// The leading digit of `x` with its fraction, 1 to 10.
fn leading(x: f64) -> f64 {
    x / 10f64.powi(x.log10().floor() as i32)
}

/// The half-width of an interval, where both ends are finite.
pub fn half_width(interval: &Interval) -> Option<f64> {
    let half = (interval.high - interval.low) / 2.0;
    half.is_finite().then_some(half)
}

/// The number without its unit: `1,234.5`, `−0.4`, `—` where there is none.
pub fn bare(unit: &Unit, value: f64, digits: Digits) -> String {
    written(value * scale(unit), digits, false)
}

/// The number without its unit, with a plus sign where it is above zero.
pub fn signed(unit: &Unit, value: f64, digits: Digits) -> String {
    written(value * scale(unit), digits, true)
}

/// The number with its unit: `84.9 %`, `12.4 ms`, `$2.4e-5`.
pub fn with_unit(unit: &Unit, value: f64, digits: Digits) -> String {
    dressed(unit, bare(unit, value, digits))
}

/// The number with its unit and sign: `+3.8 pp`.
pub fn signed_with_unit(unit: &Unit, value: f64, digits: Digits) -> String {
    dressed(unit, signed(unit, value, digits))
}

/// A value alone, with as many digits as suit its size.
pub fn alone(unit: &Unit, value: f64) -> String {
    let exponent = exponent(unit, value.abs());
    let decimals = decimals(unit, value, None, exponent);
    with_unit(unit, value, Digits { decimals, exponent })
}

/// `1,050`.
pub fn count(n: u64) -> String {
    grouped(&n.to_string())
}

/// `0.0004`, `< 0.0001`.
pub fn p_value(p: f64) -> String {
    if !p.is_finite() {
        return "—".to_owned();
    }
    if p < 0.0001 {
        return "< 0.0001".to_owned();
    }
    let decimals = if p >= 0.0995 { 2 } else { places(p, 2).min(4) };
    let digits = Digits {
        decimals,
        exponent: 0,
    };
    written(p, digits, false)
}

fn written(x: f64, digits: Digits, plus: bool) -> String {
    let Digits { decimals, exponent } = digits;
    if !x.is_finite() {
        return match x {
            x if x.is_nan() => "—".to_owned(),
            x if x > 0.0 => "∞".to_owned(),
            _ => "−∞".to_owned(),
        };
    }
    let tiny = x != 0.0 && x.abs() < 0.5 * 10f64.powi(-(MOST as i32)) && decimals >= MOST;
    let text = if tiny || x.abs() >= 1e15 {
        format!("{:.1e}", x.abs())
    } else if exponent != 0 {
        format!("{:.decimals$}e{exponent}", x.abs() / 10f64.powi(exponent))
    } else {
        grouped(&format!("{:.*}", decimals, x.abs()))
    };
    let mantissa = text.split('e').next().unwrap_or_default();
    let zero = !mantissa.chars().any(|c| ('1'..='9').contains(&c));
    match (x < 0.0 && !zero, plus && x > 0.0 && !zero) {
        (true, _) => format!("−{text}"),
        (_, true) => format!("+{text}"),
        _ => text,
    }
}

fn dressed(unit: &Unit, number: String) -> String {
    if number == "—" {
        return number;
    }
    match unit {
        Unit::Ratio => format!("{number} %"),
        Unit::RatioDifference => format!("{number} pp"),
        Unit::Plain | Unit::Count => number,
        Unit::Money(currency) => money(currency, &number),
        Unit::Named(word) => format!("{number} {word}"),
    }
}

fn money(currency: &str, number: &str) -> String {
    let sign = match currency {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        _ => return format!("{number} {currency}"),
    };
    match number.strip_prefix(['−', '+']) {
        Some(rest) if number.starts_with('+') => format!("+{sign}{rest}"),
        Some(rest) => format!("−{sign}{rest}"),
        None => format!("{sign}{number}"),
    }
}

/// Digits in groups of three before the point.
fn grouped(digits: &str) -> String {
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    match fraction {
        Some(f) => format!("{out}.{f}"),
        None => out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(unit: &Unit, value: f64, half: f64) -> String {
        with_unit(unit, value, to(decimals(unit, value, Some(half), 0)))
    }

    fn to(decimals: usize) -> Digits {
        Digits {
            decimals,
            exponent: 0,
        }
    }

    #[test]
    fn digits_follow_the_interval() {
        let ms = Unit::Named("ms".into());
        assert_eq!(shown(&Unit::Ratio, 0.84912, 0.0213), "84.9 %");
        assert_eq!(shown(&Unit::Ratio, 0.84912, 0.0013), "84.91 %");
        assert_eq!(shown(&Unit::Ratio, 0.84912, 0.2), "84.9 %");
        assert_eq!(shown(&ms, 12.43, 0.65), "12.4 ms");
        assert_eq!(shown(&ms, 12_345.6, 210.0), "12,346 ms");
        assert_eq!(shown(&Unit::Plain, 0.123456, 0.0042), "0.1235");
    }

    #[test]
    fn values_alone_keep_what_suits_them() {
        let usd = Unit::Money("USD".into());
        assert_eq!(alone(&usd, 0.0001), "$1.0e-4");
        assert_eq!(alone(&usd, 0.000_023_7), "$2.4e-5");
        assert_eq!(alone(&usd, 0.0), "$0.00");
        assert_eq!(alone(&usd, 0.0132), "$0.013");
        assert_eq!(alone(&usd, 1234.5), "$1,234.50");
        assert_eq!(alone(&usd, -2.0), "−$2.00");
        assert_eq!(alone(&Unit::Money("CHF".into()), 4.2), "4.20 CHF");
        assert_eq!(alone(&Unit::Named("ms".into()), 3.1249), "3.12 ms");
        assert_eq!(alone(&Unit::Count, 1_234_567.0), "1,234,567");
        assert_eq!(alone(&Unit::Plain, 0.0), "0");
    }

    #[test]
    fn signs_are_real_and_zero_has_none() {
        assert_eq!(
            signed_with_unit(&Unit::RatioDifference, 0.038, to(1)),
            "+3.8 pp"
        );
        assert_eq!(
            signed_with_unit(&Unit::RatioDifference, -0.004, to(1)),
            "−0.4 pp"
        );
        assert_eq!(
            signed_with_unit(&Unit::RatioDifference, -0.0001, to(1)),
            "0.0 pp"
        );
    }

    #[test]
    fn odd_numbers_have_a_spelling() {
        assert_eq!(with_unit(&Unit::Ratio, f64::NAN, to(1)), "—");
        assert_eq!(bare(&Unit::Plain, f64::NEG_INFINITY, to(1)), "−∞");
        assert_eq!(alone(&Unit::Plain, 1e300), "1.0e300");
        assert_eq!(alone(&Unit::Plain, 3e-12), "3.0e-12");
        assert_eq!(alone(&Unit::Plain, f64::MIN_POSITIVE), "2.2e-308");
    }

    #[test]
    fn p_values_stop_at_four_decimals() {
        assert_eq!(p_value(0.0004), "0.0004");
        assert_eq!(p_value(0.00001), "< 0.0001");
        assert_eq!(p_value(0.0123), "0.012");
        assert_eq!(p_value(0.0456), "0.046");
        assert_eq!(p_value(0.4321), "0.43");
        assert_eq!(p_value(1.0), "1.00");
    }
}
