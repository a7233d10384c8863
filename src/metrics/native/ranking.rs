//! Ranked lists against relevant items: one number a list.
//!
//! A list is best first; an item that comes again counts nothing the second time but keeps its place.
//! An item is relevant where its grade is above 0. Where nothing is relevant the score is 0, and
//! stays in the mean.

use super::lists::item_and_grade;
use super::{Columns, Implementation, Native, Value};
use std::collections::{HashMap, HashSet};

const fn row(name: &'static str, function: fn(&[Value<'_>], &[f64]) -> f64) -> Native {
    Native {
        name,
        implementation: Implementation::Row(function),
    }
}

pub(super) const TABLE: &[Native] = &[
    row("ndcg", |args, options| {
        judged(args, options, |j| j.ndcg(gain(options)))
    }),
    row("average_precision_at", |args, options| {
        judged(args, options, |j| match options.get(1) {
            Some(1.0) => j.average_precision_reachable(),
            _ => j.average_precision(),
        })
    }),
    row("reciprocal_rank", |args, options| {
        judged(args, options, Judged::reciprocal_rank)
    }),
    row("hit", |args, options| judged(args, options, Judged::hit)),
    row("recall_at", |args, options| {
        judged(args, options, Judged::recall)
    }),
    row("precision_at", |args, options| {
        judged(args, options, Judged::precision)
    }),
    Native {
        name: "ndcg_of_scores",
        implementation: Implementation::Whole(ndcg_of_columns),
    },
];

/// Options: k, gain.
fn gain(options: &[f64]) -> Gain {
    match options.get(1) {
        Some(1.0) => Gain::Exponential,
        _ => Gain::Linear,
    }
}

/// A whole k of at least 1, from a parameter that the compiler could not see.
fn k(options: &[f64]) -> Option<f64> {
    options
        .first()
        .copied()
        .filter(|k| *k >= 1.0 && k.fract() == 0.0)
}

/// Arguments: the list, the relevant items with grades. The first option is k.
fn judged(args: &[Value<'_>], options: &[f64], score: impl Fn(&Judged) -> f64) -> f64 {
    let (&[Value::List(list), Value::List(relevant)], Some(k)) = (args, k(options)) else {
        return f64::NAN;
    };
    let relevant: Vec<(&str, f64)> = relevant.iter().map(|p| item_and_grade(p)).collect();
    score(&Judged::new(list, &relevant, k))
}

/// Columns: score, grade.
fn ndcg_of_columns(columns: &Columns, weights: &[f64], options: &[f64]) -> f64 {
    let ([scores, grades], Some(k)) = (columns.values.as_slice(), k(options)) else {
        return f64::NAN;
    };
    let rows = scores.iter().zip(grades).zip(weights);
    let rows: Vec<Scored> = rows
        .filter(|(_, weight)| **weight != 0.0)
        .map(|((&score, &grade), &weight)| Scored {
            score,
            grade,
            weight,
        })
        .collect();
    ndcg_of_scores(&rows, k, gain(options))
}

/// How much a grade is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gain {
    /// The grade itself (Järvelin & Kekäläinen 2002, Cumulated Gain-Based Evaluation of IR Techniques).
    Linear,
    /// 2^grade - 1 (Burges et al. 2005, Learning to Rank Using Gradient Descent).
    Exponential,
}

impl Gain {
    fn of(self, grade: f64) -> f64 {
        match self {
            Gain::Linear => grade,
            Gain::Exponential => grade.exp2() - 1.0,
        }
    }
}

/// A ranked list judged: the grades of its first `k` items, and those of everything relevant.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Grade of each item of the list, 0 where it isn't relevant; at most `k`.
    got: Vec<f64>,
    /// Grades of the relevant items, largest first.
    relevant: Vec<f64>,
    k: f64,
}

impl Judged {
    /// Judges the first `k` items of `list` by `relevant`, items with grades. An item named twice has
    /// its larger grade. `k` is a whole number from 1.
    pub fn new(list: &[String], relevant: &[(&str, f64)], k: f64) -> Self {
        let mut grades: HashMap<&str, f64> = HashMap::new();
        for &(item, grade) in relevant.iter().filter(|(_, g)| *g > 0.0) {
            let known = grades.entry(item).or_insert(grade);
            *known = grade.max(*known);
        }
        let mut ideal: Vec<f64> = grades.values().copied().collect();
        ideal.sort_by(|a, b| b.total_cmp(a));
        let mut seen = HashSet::new();
        let got = list.iter().take(k as usize).map(|item| {
            let grade = grades.get(item.as_str()).copied();
            grade.filter(|_| seen.insert(item)).unwrap_or(0.0)
        });
        Judged {
            got: got.collect(),
            relevant: ideal,
            k,
        }
    }

    fn hits(&self) -> f64 {
        self.got.iter().filter(|&&g| g > 0.0).count() as f64
    }

    /// The discounted gain of the list over that of the best list there is.
    pub fn ndcg(&self, gain: Gain) -> f64 {
        let ideal = self.relevant.iter().take(self.k as usize).copied();
        ratio(
            discounted(self.got.iter().copied(), gain),
            discounted(ideal, gain),
        )
    }

    /// The precisions at the places of the relevant items, summed.
    fn precisions(&self) -> f64 {
        let (mut hits, mut sum) = (0.0, 0.0);
        for (place, grade) in (1..).zip(&self.got) {
            if *grade > 0.0 {
                hits += 1.0;
                sum += hits / f64::from(place);
            }
        }
        sum
    }

    /// Average precision over all relevant items, as trec_eval has it: a list of `k` items cannot
    /// reach 1 where more than `k` are relevant.
    pub fn average_precision(&self) -> f64 {
        ratio(self.precisions(), self.relevant.len() as f64)
    }

    /// Average precision over the most relevant items that a list of `k` can hold, as contests of
    /// recommendation have it.
    pub fn average_precision_reachable(&self) -> f64 {
        ratio(self.precisions(), self.k.min(self.relevant.len() as f64))
    }

    /// One over the place of the first relevant item, 0 without one.
    pub fn reciprocal_rank(&self) -> f64 {
        let first = self.got.iter().position(|&g| g > 0.0);
        first.map_or(0.0, |place| 1.0 / (place + 1) as f64)
    }

    /// 1 where a relevant item is in the list.
    pub fn hit(&self) -> f64 {
        f64::from(self.hits() > 0.0)
    }

    /// The share of the relevant items that is in the list.
    pub fn recall(&self) -> f64 {
        ratio(self.hits(), self.relevant.len() as f64)
    }

    /// The share of relevant items among `k`, also where the list has fewer.
    pub fn precision(&self) -> f64 {
        ratio(self.hits(), self.k)
    }
}

fn ratio(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

fn discount(place: usize) -> f64 {
    1.0 / ((place + 1) as f64).log2()
}

fn discounted(grades: impl Iterator<Item = f64>, gain: Gain) -> f64 {
    let worth = (1..)
        .zip(grades)
        .map(|(place, grade)| gain.of(grade) * discount(place));
    worth.sum()
}

/// A grade placed by a score, `weight` times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The higher, the earlier.
    pub score: f64,
    /// How relevant.
    pub grade: f64,
    /// A whole number of rows.
    pub weight: f64,
}

/// Discounted cumulative gain at `k` of grades ordered by scores. Grades with the same score share
/// the places they take (McSherry & Najork 2008, Computing Information Retrieval Performance
/// Measures Efficiently in the Presence of Tied Scores). Undefined where a score or a grade is.
pub fn dcg_of_scores(rows: &[Scored], k: f64, gain: Gain) -> f64 {
    if rows
        .iter()
        .any(|r| (r.score + r.grade).is_nan() || r.weight.fract() != 0.0)
    {
        return f64::NAN;
    }
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| b.score.total_cmp(&a.score));
    let (mut before, mut sum) = (0, 0.0);
    for tied in rows.chunk_by(|a, b| a.score == b.score) {
        let size = tied.iter().map(|r| r.weight).sum::<f64>();
        let gains = tied
            .iter()
            .map(|r| r.weight * gain.of(r.grade))
            .sum::<f64>();
        let places = before + 1..=before + size as usize;
        before += size as usize;
        let within = places.take_while(|&place| place as f64 <= k);
        sum += gains / size * within.map(discount).sum::<f64>();
    }
    sum
}

/// [`dcg_of_scores`] over that of the best order; 0 where no grade is above 0.
pub fn ndcg_of_scores(rows: &[Scored], k: f64, gain: Gain) -> f64 {
    let best = |r: &Scored| Scored {
        score: r.grade,
        ..*r
    };
    let ideal: Vec<Scored> = rows.iter().map(best).collect();
    ratio(dcg_of_scores(rows, k, gain), dcg_of_scores(&ideal, k, gain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &str) -> Vec<String> {
        items.split(' ').map(str::to_string).collect()
    }

    #[test]
    fn an_item_counts_once() {
        let j = Judged::new(&list("a a b"), &[("a", 1.0), ("b", 1.0), ("a", 1.0)], 3.0);
        assert_eq!((j.recall(), j.precision()), (1.0, 2.0 / 3.0));
        assert_eq!(j.average_precision(), (1.0 + 2.0 / 3.0) / 2.0);
    }

    #[test]
    fn grades_of_nothing_are_not_relevant() {
        let j = Judged::new(&list("a b"), &[("a", 0.0), ("b", -1.0)], 2.0);
        assert_eq!((j.hit(), j.ndcg(Gain::Linear), j.recall()), (0.0, 0.0, 0.0));
    }

    #[test]
    fn drawn_twice_is_two_rows() {
        let row = |score, grade, weight| Scored {
            score,
            grade,
            weight,
        };
        let (once, twice) = (row(2.0, 1.0, 1.0), row(2.0, 1.0, 2.0));
        let rest = [row(2.0, 0.0, 1.0), row(3.0, 0.0, 1.0), row(1.0, 3.0, 1.0)];
        let by_rows = [&[once, once], rest.as_slice()].concat();
        let by_weight = [&[twice], rest.as_slice()].concat();
        for k in [1.0, 2.0, 4.0, 9.0] {
            let a = ndcg_of_scores(&by_rows, k, Gain::Exponential);
            let b = ndcg_of_scores(&by_weight, k, Gain::Exponential);
            assert!((a - b).abs() < 1e-12, "{a} {b}");
        }
    }

    #[test]
    fn undefined() {
        let row = Scored {
            score: f64::NAN,
            grade: 1.0,
            weight: 1.0,
        };
        assert!(dcg_of_scores(&[row], 1.0, Gain::Linear).is_nan());
        assert!(judged(&[], &[3.0], Judged::hit).is_nan());
        let empty = [Value::List(&[]), Value::List(&[])];
        assert!(judged(&empty, &[0.5], Judged::hit).is_nan());
        assert_eq!(judged(&empty, &[1.0], Judged::hit), 0.0);
    }
}
