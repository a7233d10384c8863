//! Columns of values with what is known about them, aligned to each other.

use super::layout::{left, right, width};
use super::number::{
    Digits, bare, decimals, exponent, half_width, p_value, signed, signed_with_unit, with_unit,
};
use crate::result::{Interval, Unit};

/// A value to be shown in a column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Value {
    /// The unit of the numbers.
    pub unit: Unit,
    /// The value.
    pub value: Option<f64>,
    /// The ends of its interval.
    pub range: Option<(f64, f64)>,
    /// Whether it is a difference, shown with its sign.
    pub signed: bool,
}

impl Value {
    /// A value and its interval.
    pub fn new(unit: &Unit, value: Option<f64>, interval: Option<&Interval>) -> Self {
        Self {
            unit: unit.clone(),
            value,
            range: interval.map(|i| (i.low, i.high)),
            signed: false,
        }
    }

    /// A difference and its interval.
    pub fn difference(unit: &Unit, value: Option<f64>, interval: Option<&Interval>) -> Self {
        Self {
            signed: true,
            ..Self::new(unit, value, interval)
        }
    }

    fn half_width(&self) -> Option<f64> {
        let (low, high) = self.range?;
        half_width(&Interval {
            low,
            high,
            ..Interval::default()
        })
    }

    fn decimals(&self, exponent: i32) -> usize {
        self.value
            .map_or(0, |v| decimals(&self.unit, v, self.half_width(), exponent))
    }

    fn written(&self, digits: Digits) -> String {
        match self.value {
            Some(v) if v.is_finite() && self.signed => signed_with_unit(&self.unit, v, digits),
            Some(v) if v.is_finite() => with_unit(&self.unit, v, digits),
            _ => "—".to_owned(),
        }
    }

    fn end(&self, x: f64, digits: Digits) -> String {
        if self.signed {
            signed(&self.unit, x, digits)
        } else {
            bare(&self.unit, x, digits)
        }
    }
}

/// The digits of each value of a column: the power of ten of the largest one of the same unit, and the
/// decimals of the least precise one, save that no value loses more than one of its own.
fn common(values: &[Value]) -> Vec<Digits> {
    values
        .iter()
        .map(|v| {
            let same = || {
                values
                    .iter()
                    .filter(|o| o.unit == v.unit && o.value.is_some())
            };
            let largest = same().filter_map(|o| o.value).map(f64::abs);
            let exponent = exponent(&v.unit, largest.fold(0.0, f64::max));
            let own = v.decimals(exponent);
            let least = same().map(|o| o.decimals(exponent)).min().unwrap_or(own);
            Digits {
                decimals: least.max(own.saturating_sub(1)),
                exponent,
            }
        })
        .collect()
}

/// `0.0004` for each p value, points under each other; empty where there is none.
pub fn p_values(p: &[Option<f64>]) -> Vec<String> {
    let texts: Vec<String> = p
        .iter()
        .map(|p| p.map(p_value).unwrap_or_default())
        .collect();
    let below = texts.iter().any(|t| t.starts_with('<'));
    texts
        .into_iter()
        .map(|t| match t.chars().next() {
            Some('0'..='9') if below => format!("  {t}"),
            _ => t,
        })
        .collect()
}

/// `84.9 % ± 2.1` for each value.
pub fn plus_minus(values: &[Value], sign: &str) -> Vec<String> {
    let digits = common(values);
    let halves = values
        .iter()
        .zip(&digits)
        .map(|(v, &d)| match (v.value, v.half_width()) {
            (Some(_), Some(h)) => format!("{sign} {}", bare(&v.unit, h, d)),
            _ => String::new(),
        });
    beside(&heads(values, &digits), &halves.collect::<Vec<_>>())
}

/// `+3.8 pp [+1.9, +5.6]` for each value.
pub fn with_range(values: &[Value]) -> Vec<String> {
    beside(&heads(values, &common(values)), &ranges(values))
}

/// `+3.8 pp` for each value.
pub fn alone(values: &[Value]) -> Vec<String> {
    aligned(&heads(values, &common(values)))
}

/// `[+1.9, +5.6]` for each value; empty where there is no interval.
pub fn ranges(values: &[Value]) -> Vec<String> {
    let ends: Vec<Option<(String, String)>> = values
        .iter()
        .zip(common(values))
        .map(|(v, d)| v.range.map(|(low, high)| (v.end(low, d), v.end(high, d))))
        .collect();
    let widest = |pick: fn(&(String, String)) -> &String| {
        ends.iter()
            .flatten()
            .map(|e| width(pick(e)))
            .max()
            .unwrap_or(0)
    };
    let (low, high) = (widest(|e| &e.0), widest(|e| &e.1));
    ends.iter()
        .map(|e| {
            e.as_ref().map_or_else(String::new, |(l, h)| {
                format!("[{}, {}]", right(l, low), right(h, high))
            })
        })
        .collect()
}

fn heads(values: &[Value], digits: &[Digits]) -> Vec<String> {
    values
        .iter()
        .zip(digits)
        .map(|(v, &d)| v.written(d))
        .collect()
}

/// Numbers ending at one edge, whatever their unit: `+3.8 pp` over `12.4 ms`.
fn aligned(texts: &[String]) -> Vec<String> {
    let split = |t: &String| {
        t.split_once(' ')
            .map_or((t.clone(), String::new()), |(n, u)| {
                (n.to_owned(), format!(" {u}"))
            })
    };
    let parts: Vec<(String, String)> = texts.iter().map(split).collect();
    let number = parts.iter().map(|p| width(&p.0)).max().unwrap_or(0);
    parts
        .iter()
        .map(|(n, u)| format!("{}{u}", right(n, number)))
        .collect()
}

fn beside(heads: &[String], tails: &[String]) -> Vec<String> {
    let heads = aligned(heads);
    let widest = heads.iter().map(|h| width(h)).max().unwrap_or(0);
    heads
        .iter()
        .zip(tails)
        .map(|(h, t)| format!("{} {t}", left(h, widest)).trim_end().to_owned())
        .collect()
}
