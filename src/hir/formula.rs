//! Metric formulas, resolved: expressions over aggregates of rows.

use super::model::{Arithmetic, MetricRef};
use crate::text::Span;
use crate::types::Measure;

/// A formula over aggregates.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    /// A number, canonical.
    Constant(f64, Measure),
    /// The metric's `i`-th parameter.
    Param(usize),
    /// An aggregate of rows.
    Aggregate(Box<Aggregate>),
    /// `mean over class c of (…)`; in the body the class is [`Operand::Bound`] at `depth`.
    OverClass {
        /// How the classes are put together.
        fold: Fold,
        /// How many classes are bound outside this one.
        depth: usize,
        /// What is computed for each class.
        body: Box<Formula>,
    },
    /// `max by column of (…)`.
    By {
        /// How the groups are put together.
        fold: Fold,
        /// The dataset's column.
        column: String,
        /// What is computed for each group.
        body: Box<Formula>,
        /// Where the column is named.
        span: Span,
    },
    /// Another metric.
    Metric(Box<MetricRef>),
    /// `hardware.price`, canonical (money per ms).
    Price,
    /// `greatest(a, b)`, `least(a, b)`, `abs(x)`, `sqrt(x)`, `log(x)`.
    Call(Function, Vec<Formula>),
    /// Arithmetic. Zero divided by zero is 0.
    Binary(Arithmetic, Box<Formula>, Box<Formula>),
}

/// How parts are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the fold of its name")]
pub enum Fold {
    Mean,
    Sum,
    Min,
    Max,
}

/// Functions of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the function of its name")]
pub enum Function {
    Greatest,
    Least,
    Abs,
    Sqrt,
    Log,
}

/// An aggregate of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// What is done with the rows.
    pub kind: AggregateKind,
    /// Only rows where this holds.
    pub filter: Option<RowCondition>,
    /// Where it is written.
    pub span: Span,
}

/// What is done with the rows.
#[derive(Debug, Clone, PartialEq)]
pub enum AggregateKind {
    /// How many (weighted).
    Count,
    /// Rows of the group over all rows.
    Share,
    /// The sum of a number.
    Sum(RowNumber),
    /// The mean of a number.
    Mean(RowNumber),
    /// The share of rows where a condition holds.
    MeanOf(RowCondition),
    /// The quantile of a number (linear interpolation).
    Quantile(RowNumber, Box<Formula>),
    /// The smallest.
    Min(RowNumber),
    /// The largest.
    Max(RowNumber),
}

/// A number of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum RowNumber {
    /// A role, such as `latency`.
    Role(String),
    /// A number.
    Constant(f64),
    /// The metric's `i`-th parameter.
    Param(usize),
    /// Arithmetic.
    Binary(Arithmetic, Box<RowNumber>, Box<RowNumber>),
    /// A function of one number.
    Call(Function, Vec<RowNumber>),
}

/// A condition on a row.
#[derive(Debug, Clone, PartialEq)]
pub enum RowCondition {
    /// Both hold.
    And(Box<RowCondition>, Box<RowCondition>),
    /// One holds.
    Or(Box<RowCondition>, Box<RowCondition>),
    /// It does not hold.
    Not(Box<RowCondition>),
    /// Two classes are the same (`true`) or not (`false`).
    Same(Operand, Operand, bool),
    /// Two numbers compare.
    Compare(super::model::Comparison, RowNumber, RowNumber),
}

/// A class, wherever it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// The class in this role's column: `label` or `prediction`.
    Role(String),
    /// The class bound by the `over class` at this depth.
    Bound(usize),
    /// The dataset's positive class.
    Positive,
    /// A class by name.
    Class(String, Span),
}
