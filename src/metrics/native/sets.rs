//! Natives of sets and of lists as wholes: several labels a row, and what lists of recommendations are like.
//!
//! Zero over zero is 0 (scikit-learn's `zero_division=0`). An item that a list has twice counts once.

use super::{Columns, Implementation, Native, Value};
use std::collections::{BTreeMap, BTreeSet, HashSet};

const fn row(name: &'static str, function: fn(&[Value<'_>], &[f64]) -> f64) -> Native {
    Native {
        name,
        implementation: Implementation::Row(function),
    }
}

const fn whole(name: &'static str, function: fn(&Columns, &[f64], &[f64]) -> f64) -> Native {
    Native {
        name,
        implementation: Implementation::Whole(function),
    }
}

pub(super) const TABLE: &[Native] = &[
    row("same_set", |args, _| {
        both(args).map_or(f64::NAN, |c| f64::from(u8::from(c.wrong + c.missed == 0.0)))
    }),
    row("set_difference", |args, _| {
        both(args).map_or(f64::NAN, |c| c.wrong + c.missed)
    }),
    row("set_overlap", |args, options| {
        both(args).map_or(f64::NAN, |c| c.score(options))
    }),
    whole("sets_overlap", sets_overlap),
    whole("distinct_items", distinct_items),
    row("self_information", self_information),
    row("list_diversity", list_diversity),
];

/// How often something was predicted rightly, wrongly, or missed.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    right: f64,
    wrong: f64,
    missed: f64,
}

impl Counts {
    /// Jaccard, precision, recall or F1, as the first option says.
    fn score(self, options: &[f64]) -> f64 {
        let Counts {
            right,
            wrong,
            missed,
        } = self;
        match options.first().copied().unwrap_or(0.0) {
            0.0 => ratio(right, right + wrong + missed),
            1.0 => ratio(right, right + wrong),
            2.0 => ratio(right, right + missed),
            _ => ratio(2.0 * right, 2.0 * right + wrong + missed),
        }
    }

    fn add(&mut self, weight: f64, predicted: bool, there: bool) {
        match (predicted, there) {
            (true, true) => self.right += weight,
            (true, false) => self.wrong += weight,
            (false, true) => self.missed += weight,
            (false, false) => {}
        }
    }
}

fn ratio(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

/// The sets of a row compared: predicted, true.
fn both(args: &[Value<'_>]) -> Option<Counts> {
    let &[Value::List(predicted), Value::List(truth)] = args else {
        return None;
    };
    let set = |list: &[String]| -> HashSet<String> { list.iter().cloned().collect() };
    let (predicted, truth) = (set(predicted), set(truth));
    let right = predicted.intersection(&truth).count() as f64;
    Some(Counts {
        right,
        wrong: predicted.len() as f64 - right,
        missed: truth.len() as f64 - right,
    })
}

/// Options: what, the average. The items are those that occur in either list of any row, drawn or not.
fn sets_overlap(columns: &Columns, weights: &[f64], options: &[f64]) -> f64 {
    let [predicted, truth] = columns.lists.as_slice() else {
        return f64::NAN;
    };
    let mut items: BTreeMap<u32, Counts> = BTreeMap::new();
    for ((predicted, truth), weight) in predicted.iter().zip(truth).zip(weights) {
        let (predicted, truth): (BTreeSet<u32>, BTreeSet<u32>) = (
            predicted.iter().copied().collect(),
            truth.iter().copied().collect(),
        );
        for item in predicted.union(&truth) {
            let counts = items.entry(*item).or_default();
            counts.add(*weight, predicted.contains(item), truth.contains(item));
        }
    }
    let each = || items.values();
    match options.get(1).copied().unwrap_or(0.0) {
        0.0 => {
            let pooled = each().fold(Counts::default(), |sum, c| Counts {
                right: sum.right + c.right,
                wrong: sum.wrong + c.wrong,
                missed: sum.missed + c.missed,
            });
            pooled.score(options)
        }
        1.0 => ratio(each().map(|c| c.score(options)).sum(), items.len() as f64),
        _ => {
            let support = |c: &Counts| c.right + c.missed;
            let sum = each().map(|c| support(c) * c.score(options)).sum();
            ratio(sum, each().map(support).sum())
        }
    }
}

fn first_k(options: &[f64]) -> Option<usize> {
    let k = options.first().copied()?;
    // At most a billion, so the cast is exact.
    (k >= 1.0 && k.fract() == 0.0).then_some(k as usize)
}

/// Option: k.
fn distinct_items(columns: &Columns, weights: &[f64], options: &[f64]) -> f64 {
    let ([lists], Some(k)) = (columns.lists.as_slice(), first_k(options)) else {
        return f64::NAN;
    };
    let drawn = lists.iter().zip(weights).filter(|(_, w)| **w > 0.0);
    let shown = drawn.flat_map(|(list, _)| list.iter().take(k));
    shown.collect::<HashSet<&u32>>().len() as f64
}

/// What is known of the first k items of a row's list; `None` unless something is of each item.
fn known<'a>(args: &[Value<'a>], options: &[f64]) -> Option<&'a [String]> {
    let (&[Value::List(list), Value::List(of_items)], Some(k)) = (args, first_k(options)) else {
        return None;
    };
    let first = of_items.get(..k.min(of_items.len()))?;
    (list.len() == of_items.len()).then_some(first)
}

/// Option: k. 0 of an empty list.
fn self_information(args: &[Value<'_>], options: &[f64]) -> f64 {
    let shares = known(args, options).map(|first| {
        let numbers = first.iter().map(|part| part.trim().parse::<f64>());
        numbers.collect::<Result<Vec<f64>, _>>()
    });
    let Some(Ok(shares)) = shares else {
        return f64::NAN;
    };
    let bits: f64 = shares.iter().map(|share| -share.log2()).sum();
    ratio(bits, shares.len() as f64)
}

/// Option: k.
fn list_diversity(args: &[Value<'_>], options: &[f64]) -> f64 {
    let Some(first) = known(args, options) else {
        return f64::NAN;
    };
    let unit = |part: &String| -> Option<Vec<f64>> {
        let vector: Result<Vec<f64>, _> = part.split_whitespace().map(str::parse).collect();
        let vector = vector.ok()?;
        let length = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
        Some(vector.into_iter().map(|v| v / length).collect())
    };
    let vectors: Option<Vec<Vec<f64>>> = first.iter().map(unit).collect();
    let Some(vectors) = vectors else {
        return f64::NAN;
    };
    let (mut sum, mut pairs) = (0.0, 0.0);
    for (i, a) in vectors.iter().enumerate() {
        for b in vectors.iter().skip(i + 1) {
            if a.len() != b.len() {
                return f64::NAN;
            }
            sum += 1.0 - a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            pairs += 1.0;
        }
    }
    ratio(sum, pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &str) -> Vec<String> {
        items.split_whitespace().map(str::to_string).collect()
    }

    #[test]
    fn sets_of_a_row() {
        let (a, b, none) = (list("x y x"), list("y z w"), list(""));
        let of = |a: &[String], b: &[String], what: f64| {
            let function = |name: &str| {
                TABLE
                    .iter()
                    .find(|n| n.name == name)
                    .map(|n| n.implementation)
            };
            let Some(Implementation::Row(f)) = function("set_overlap") else {
                return f64::NAN;
            };
            f(&[Value::List(a), Value::List(b)], &[what])
        };
        assert_eq!(of(&a, &b, 0.0), 0.25);
        assert_eq!(of(&a, &b, 1.0), 0.5);
        assert_eq!(of(&a, &b, 2.0), 1.0 / 3.0);
        assert_eq!(of(&a, &b, 3.0), 0.4);
        assert_eq!(of(&none, &none, 3.0), 0.0);
    }

    #[test]
    fn items_of_rows_that_were_not_drawn_are_not_covered() {
        let columns = Columns {
            lists: vec![vec![vec![0, 1, 2], vec![2, 3], vec![4]]],
            ..Columns::default()
        };
        assert_eq!(distinct_items(&columns, &[1.0, 2.0, 0.0], &[2.0]), 4.0);
        assert_eq!(distinct_items(&columns, &[0.0, 2.0, 1.0], &[9.0]), 3.0);
        assert!(distinct_items(&columns, &[1.0; 3], &[0.5]).is_nan());
    }

    #[test]
    fn what_is_no_number_is_undefined() {
        let (shares, words, items) = (list("0.5 0.25"), list("0.5 x"), list("a b"));
        let bits = |known: &[String], k: f64| {
            self_information(&[Value::List(&items), Value::List(known)], &[k])
        };
        assert_eq!(bits(&shares, 5.0), 1.5);
        assert!(bits(&words, 5.0).is_nan());
        assert_eq!(bits(&words, 1.0), 1.0);
        assert!(bits(&shares[..1], 1.0).is_nan());
        let (items, vectors) = (
            list("a b c"),
            ["1 0".to_string(), "0 2".into(), "-3 0".into()],
        );
        let of = |k: f64| list_diversity(&[Value::List(&items), Value::List(&vectors)], &[k]);
        assert!((of(3.0) - (1.0 + 2.0 + 1.0) / 3.0).abs() < 1e-12);
        assert_eq!(of(1.0), 0.0);
    }
}
