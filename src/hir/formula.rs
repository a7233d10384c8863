//! Metric formulas, resolved: expressions over aggregates of rows.

use super::model::{Arithmetic, MetricRef};
use super::natives::{ListKind, Signature};
use crate::text::Span;
use crate::types::{Dimension, Measure};

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
    /// `max by column of (…)`; in the body aggregates are of the group's rows alone.
    By {
        /// How the groups are put together; one without rows is left out.
        fold: Fold,
        /// What tells the groups apart.
        group: GroupBy,
        /// What is computed for each group.
        body: Box<Formula>,
        /// Where the groups are named.
        span: Span,
    },
    /// Another metric.
    Metric(Box<MetricRef>),
    /// `hardware.price`, canonical (money per ms).
    Price,
    /// `run.elapsed` and its like, canonical.
    Figure(Figure),
    /// `greatest(a, b)`, `least(a, b)`, `abs(x)`, `sqrt(x)`, `log(x)`, `exp(x)`.
    Call(Function, Vec<Formula>),
    /// Arithmetic. Zero divided by zero is 0.
    Binary(Arithmetic, Box<Formula>, Box<Formula>),
}

impl Formula {
    /// The metrics it names itself, in reading order.
    pub fn metrics(&self) -> Vec<&MetricRef> {
        match self {
            Formula::Constant(..)
            | Formula::Param(_)
            | Formula::Aggregate(_)
            | Formula::Price
            | Formula::Figure(_) => Vec::new(),
            Formula::OverClass { body, .. } | Formula::By { body, .. } => body.metrics(),
            Formula::Metric(m) => vec![m],
            Formula::Call(_, args) => args.iter().flat_map(Formula::metrics).collect(),
            Formula::Binary(_, left, right) => {
                let mut found = left.metrics();
                found.extend(right.metrics());
                found
            }
        }
    }
}

/// What tells groups apart.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupBy {
    /// The values of a column.
    Cell(Cell),
    /// The values of the column that is the metric's `i`-th argument.
    Param(usize),
    /// `bins(number, M)`: bin min(⌊number · M⌋, M − 1).
    Bins(RowNumber, Box<Formula>),
}

/// A figure of a whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// `run.elapsed`, in ms.
    Elapsed,
    /// `run.energy`, in J.
    Energy,
    /// `run.peak_memory`, in bytes.
    PeakMemory,
    /// `run.requests`: how many were timed.
    Requests,
    /// `run.errors`: how many of them had no answer that can be used, in time.
    Errors,
    /// `run.timeouts`: how many of them had none in time.
    Timeouts,
    /// `run.restarts`: how often the server was started again meanwhile.
    Restarts,
    /// `run.throughput`, answers per ms.
    Throughput,
}

impl Figure {
    /// All figures.
    pub const ALL: [Figure; 8] = [
        Figure::Elapsed,
        Figure::Energy,
        Figure::PeakMemory,
        Figure::Requests,
        Figure::Errors,
        Figure::Timeouts,
        Figure::Restarts,
        Figure::Throughput,
    ];

    /// Whether it is measured by asking a server, not of a command that runs to its end.
    pub fn is_served(self) -> bool {
        match self {
            Figure::Elapsed | Figure::Energy | Figure::PeakMemory => false,
            Figure::Requests
            | Figure::Errors
            | Figure::Timeouts
            | Figure::Restarts
            | Figure::Throughput => true,
        }
    }

    /// As formulas write it.
    pub fn text(self) -> &'static str {
        match self {
            Figure::Elapsed => "run.elapsed",
            Figure::Energy => "run.energy",
            Figure::PeakMemory => "run.peak_memory",
            Figure::Requests => "run.requests",
            Figure::Errors => "run.errors",
            Figure::Timeouts => "run.timeouts",
            Figure::Restarts => "run.restarts",
            Figure::Throughput => "run.throughput",
        }
    }

    /// What it measures.
    pub fn measure(self) -> Measure {
        let mut dimension = Dimension::default();
        match self {
            Figure::Elapsed => dimension.time = 1,
            Figure::Energy => dimension.energy = 1,
            Figure::PeakMemory => dimension.size = 1,
            Figure::Throughput => dimension.time = -1,
            Figure::Requests | Figure::Errors | Figure::Timeouts | Figure::Restarts => {
                return Measure::Number;
            }
        }
        Measure::Dimension(dimension)
    }
}

/// A field of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// A role: `label`, or one that outputs are mapped to.
    Role(String),
    /// A column of the dataset.
    Column(String),
}

impl Cell {
    /// The role's or column's name.
    pub fn name(&self) -> &str {
        match self {
            Cell::Role(name) | Cell::Column(name) => name,
        }
    }
}

/// A call of a native function.
#[derive(Debug, Clone, PartialEq)]
pub struct NativeCall {
    /// Which.
    pub native: &'static Signature,
    /// Its arguments.
    pub args: Vec<NativeArg>,
    /// Its options in the signature's order; a choice is its place.
    pub options: Vec<Formula>,
    /// Where it is written.
    pub span: Span,
}

/// An argument of a native function.
#[derive(Debug, Clone, PartialEq)]
pub enum NativeArg {
    /// A number.
    Number(RowNumber),
    /// A condition.
    Condition(RowCondition),
    /// A class.
    Class(Operand),
    /// A text.
    Text(Cell),
    /// A list, and of what.
    List(ListKind, Cell),
    /// The scores of all classes.
    Scores,
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
    Exp,
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
    /// A native of all rows: any family but that of rows.
    Native(Box<NativeCall>),
}

/// A number of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum RowNumber {
    /// A role, such as `latency`, or a column of the dataset.
    Cell(Cell),
    /// The score of a class: `score[c]`.
    Score(Operand),
    /// A number.
    Constant(f64),
    /// The metric's `i`-th parameter.
    Param(usize),
    /// Arithmetic.
    Binary(Arithmetic, Box<RowNumber>, Box<RowNumber>),
    /// A function of numbers.
    Call(Function, Vec<RowNumber>),
    /// A native of the row.
    Native(Box<NativeCall>),
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
    /// The class or word in a role's or dataset's column.
    Cell(Cell),
    /// The class bound by the `over class` at this depth.
    Bound(usize),
    /// The class or word in the column that is the metric's `i`-th argument.
    Param(usize),
    /// The dataset's positive class.
    Positive,
    /// A class by name; beside a column of the dataset, a word of it.
    Class(String, Span),
}
