//! The value of a program, from the statistics.

use super::lanes::{LANES, Lanes};
use crate::hir::Arithmetic;
use crate::hir::formula::{Fold, Function};
use crate::metrics::program::{arithmetic, call, fold};

/// Where a statistic's values stand: one, or one for each group of the `by`s around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Of the first value.
    pub(super) offset: usize,
    /// How many `by`s tell its groups apart.
    pub(super) depth: usize,
}

/// An expression over placed statistics.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    Constant(f64),
    Statistic(Place),
    Mean(Place, Place),
    Binary(Arithmetic, Box<Expression>, Box<Expression>),
    Call(Function, Vec<Expression>),
    Fold(Fold, Vec<Expression>),
    By {
        fold: Fold,
        /// For each group outside the groups inside it.
        inside: Vec<Vec<u32>>,
        /// How many rows each group has.
        rows: Place,
        body: Box<Expression>,
    },
}

impl Expression {
    /// The value, given the statistics and the group of each `by` around; NaN where undefined.
    pub(super) fn value(&self, statistics: &[f64], groups: &mut Vec<u32>) -> f64 {
        match self {
            Expression::Constant(c) => *c,
            Expression::Statistic(place) => at(statistics, *place, groups),
            Expression::Mean(sum, count) => {
                at(statistics, *sum, groups) / at(statistics, *count, groups)
            }
            Expression::Binary(op, a, b) => arithmetic(
                *op,
                a.value(statistics, groups),
                b.value(statistics, groups),
            ),
            Expression::Call(function, parts) => {
                let values: Vec<f64> = parts.iter().map(|p| p.value(statistics, groups)).collect();
                call(*function, &values)
            }
            Expression::Fold(how, parts) => {
                fold(*how, parts.iter().map(|p| p.value(statistics, groups)))
            }
            Expression::By {
                fold: how,
                inside,
                rows,
                body,
            } => {
                let around = groups.last().map_or(0, |&g| g as usize);
                let mut values = Vec::new();
                for &group in inside.get(around).map_or(&[][..], Vec::as_slice) {
                    groups.push(group);
                    // A group that no drawn row is of says nothing.
                    if at(statistics, *rows, groups) != 0.0 {
                        values.push(body.value(statistics, groups));
                    }
                    groups.pop();
                }
                if values.is_empty() {
                    return f64::NAN;
                }
                fold(*how, values.into_iter())
            }
        }
    }
}

impl Expression {
    /// [`Expression::value`] of each lane.
    pub(super) fn lanes(&self, statistics: &[Lanes], groups: &mut Vec<u32>) -> Lanes {
        match self {
            Expression::Constant(c) => [*c; LANES],
            Expression::Statistic(place) => find(statistics, *place, groups).unwrap_or(UNDEFINED),
            Expression::Mean(sum, count) => {
                let sum = find(statistics, *sum, groups).unwrap_or(UNDEFINED);
                let count = find(statistics, *count, groups).unwrap_or(UNDEFINED);
                each(sum, count, |a, b| a / b)
            }
            Expression::Binary(op, a, b) => {
                let (a, b) = (a.lanes(statistics, groups), b.lanes(statistics, groups));
                match op {
                    Arithmetic::Add => each(a, b, |a, b| a + b),
                    Arithmetic::Sub => each(a, b, |a, b| a - b),
                    Arithmetic::Mul => each(a, b, |a, b| a * b),
                    Arithmetic::Div => each(a, b, |a, b| arithmetic(Arithmetic::Div, a, b)),
                }
            }
            Expression::Call(function, parts) => {
                let parts: Vec<Lanes> = parts.iter().map(|p| p.lanes(statistics, groups)).collect();
                let mut own = Vec::with_capacity(parts.len());
                std::array::from_fn(|l| {
                    own.clear();
                    own.extend(parts.iter().map(|lanes| lanes[l]));
                    call(*function, &own)
                })
            }
            Expression::Fold(how, parts) => {
                let mut folded = Folded::new(*how);
                for part in parts {
                    folded.take(part.lanes(statistics, groups), [true; LANES]);
                }
                // A sum over no classes is 0.
                let empty = if *how == Fold::Sum { 0.0 } else { f64::NAN };
                folded.value(empty)
            }
            Expression::By {
                fold: how,
                inside,
                rows,
                body,
            } => {
                let around = groups.last().map_or(0, |&g| g as usize);
                let mut folded = Folded::new(*how);
                for &group in inside.get(around).map_or(&[][..], Vec::as_slice) {
                    groups.push(group);
                    let rows = find(statistics, *rows, groups).unwrap_or(UNDEFINED);
                    // A group that no drawn row is of says nothing.
                    let here = rows.map(|n| n != 0.0);
                    if here.contains(&true) {
                        folded.take(body.lanes(statistics, groups), here);
                    }
                    groups.pop();
                }
                folded.value(f64::NAN)
            }
        }
    }
}

const UNDEFINED: Lanes = [f64::NAN; LANES];

fn each(a: Lanes, b: Lanes, f: impl Fn(f64, f64) -> f64) -> Lanes {
    std::array::from_fn(|l| f(a[l], b[l]))
}

/// [`fold`] of each lane, value by value.
struct Folded {
    how: Fold,
    value: Lanes,
    count: Lanes,
}

impl Folded {
    fn new(how: Fold) -> Self {
        Folded {
            how,
            value: [0.0; LANES],
            count: [0.0; LANES],
        }
    }

    /// One value more in the lanes where it is there.
    fn take(&mut self, more: Lanes, here: [bool; LANES]) {
        for (l, &more) in more.iter().enumerate().filter(|(l, _)| here[*l]) {
            let known = self.value[l];
            self.value[l] = match self.how {
                Fold::Sum | Fold::Mean => known + more,
                Fold::Min | Fold::Max if self.count[l] == 0.0 => more,
                Fold::Min | Fold::Max => fold(self.how, [known, more].into_iter()),
            };
            self.count[l] += 1.0;
        }
    }

    fn value(&self, empty: f64) -> Lanes {
        std::array::from_fn(|l| match (self.how, self.count[l]) {
            (_, 0.0) => empty,
            (Fold::Mean, n) => self.value[l] / n,
            (Fold::Sum | Fold::Min | Fold::Max, _) => self.value[l],
        })
    }
}

fn at(statistics: &[f64], place: Place, groups: &[u32]) -> f64 {
    find(statistics, place, groups).unwrap_or(f64::NAN)
}

fn find<T: Copy>(statistics: &[T], place: Place, groups: &[u32]) -> Option<T> {
    let group = match place.depth {
        0 => 0,
        depth => groups.get(depth - 1).map_or(usize::MAX, |&g| g as usize),
    };
    statistics.get(place.offset.checked_add(group)?).copied()
}
