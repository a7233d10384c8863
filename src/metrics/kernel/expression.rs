//! The value of a program, from the statistics.

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
#[derive(Debug)]
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

fn at(statistics: &[f64], place: Place, groups: &[u32]) -> f64 {
    let group = match place.depth {
        0 => 0,
        depth => groups.get(depth - 1).map_or(usize::MAX, |&g| g as usize),
    };
    let index = place.offset.checked_add(group);
    index
        .and_then(|i| statistics.get(i))
        .copied()
        .unwrap_or(f64::NAN)
}
