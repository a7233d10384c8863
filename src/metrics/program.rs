//! What a compiled metric is: statistics of rows, and an expression over them.

use crate::hir::formula::{Fold, Function};
use crate::hir::{Arithmetic, Comparison};

/// A metric fitted to a label's classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// The statistics it needs, each once.
    pub(super) statistics: Vec<Statistic>,
    /// The value from the statistics.
    pub(super) root: Node,
}

/// A column that a program needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// The label's class.
    Label,
    /// The predicted class.
    Prediction,
    /// The label as a number.
    LabelNumber,
    /// The prediction as a number.
    PredictionNumber,
    /// The score.
    Score,
    /// The latency, in ms.
    Latency,
}

impl Need {
    /// The role's name in a plan.
    pub fn role(self) -> &'static str {
        match self {
            Need::Label | Need::LabelNumber => "label",
            Need::Prediction | Need::PredictionNumber => "prediction",
            Need::Score => "score",
            Need::Latency => "latency",
        }
    }
}

/// The kind of sufficient statistic that decides how a metric is resampled, cheapest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatisticClass {
    /// Counts of the cells (label, prediction).
    Counts,
    /// Sums of row values.
    Sums,
    /// Order statistics.
    Order,
}

/// How many statistics of each kind a program needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Counts of the cells (label, prediction).
    pub counts: usize,
    /// Sums of row values, and counts under conditions on numbers.
    pub sums: usize,
    /// Quantiles.
    pub quantiles: usize,
    /// Smallest and largest values.
    pub extremes: usize,
}

/// One statistic of rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Statistic {
    /// The sum of a value (1 where there is none) over the rows where the filter holds.
    Linear {
        value: Option<Number>,
        filter: Option<Test>,
    },
    /// A quantile.
    Quantile {
        value: Number,
        q: f64,
        filter: Option<Test>,
    },
    /// The smallest or largest value.
    Extreme {
        value: Number,
        largest: bool,
        filter: Option<Test>,
    },
}

/// A condition on a row, over class codes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Not(Box<Test>),
    Same(Class, Class, bool),
    Compare(Comparison, Number, Number),
}

/// A class of a row, or a fixed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Label,
    Prediction,
    Code(u32),
}

/// A number of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Number {
    Column(Need),
    Constant(f64),
    Binary(Arithmetic, Box<Number>, Box<Number>),
    Call(Function, Vec<Number>),
}

/// The value, from the statistics.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Constant(f64),
    Statistic(usize),
    /// The first statistic over the second; undefined over no rows.
    Mean(usize, usize),
    Binary(Arithmetic, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
    Fold(Fold, Vec<Node>),
}

impl Program {
    /// The columns it needs, sorted.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        for statistic in &self.statistics {
            match statistic {
                Statistic::Linear { value, filter } => {
                    value.iter().for_each(|v| v.needs(&mut needs));
                    filter.iter().for_each(|f| f.needs(&mut needs));
                }
                Statistic::Quantile { value, filter, .. }
                | Statistic::Extreme { value, filter, .. } => {
                    value.needs(&mut needs);
                    filter.iter().for_each(|f| f.needs(&mut needs));
                }
            }
        }
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// The dearest class of statistic it needs.
    pub fn class(&self) -> StatisticClass {
        let statistics = self.statistics();
        if statistics.quantiles + statistics.extremes > 0 {
            StatisticClass::Order
        } else if statistics.sums > 0 {
            StatisticClass::Sums
        } else {
            StatisticClass::Counts
        }
    }

    /// How many statistics of each kind it needs.
    pub fn statistics(&self) -> Statistics {
        let mut found = Statistics::default();
        for statistic in &self.statistics {
            match statistic {
                Statistic::Linear { value, filter } => {
                    let numeric = value
                        .as_ref()
                        .is_some_and(|v| !matches!(v, Number::Constant(_)))
                        || filter.as_ref().is_some_and(Test::is_numeric);
                    if numeric {
                        found.sums += 1;
                    } else {
                        found.counts += 1;
                    }
                }
                Statistic::Quantile { .. } => found.quantiles += 1,
                Statistic::Extreme { .. } => found.extremes += 1,
            }
        }
        found
    }
}

impl Test {
    fn needs(&self, found: &mut Vec<Need>) {
        match self {
            Test::And(a, b) | Test::Or(a, b) => {
                a.needs(found);
                b.needs(found);
            }
            Test::Not(a) => a.needs(found),
            Test::Same(a, b, _) => {
                for class in [a, b] {
                    match class {
                        Class::Label => found.push(Need::Label),
                        Class::Prediction => found.push(Need::Prediction),
                        Class::Code(_) => {}
                    }
                }
            }
            Test::Compare(_, a, b) => {
                a.needs(found);
                b.needs(found);
            }
        }
    }

    /// Whether it reads more than classes.
    pub(super) fn is_numeric(&self) -> bool {
        match self {
            Test::And(a, b) | Test::Or(a, b) => a.is_numeric() || b.is_numeric(),
            Test::Not(a) => a.is_numeric(),
            Test::Same(..) => false,
            Test::Compare(..) => true,
        }
    }
}

impl Number {
    fn needs(&self, found: &mut Vec<Need>) {
        match self {
            Number::Column(need) => found.push(*need),
            Number::Constant(_) => {}
            Number::Binary(_, a, b) => {
                a.needs(found);
                b.needs(found);
            }
            Number::Call(_, parts) => parts.iter().for_each(|p| p.needs(found)),
        }
    }
}

/// Zero divided by zero is 0, as the field has it for precision, recall and F; anything else over
/// zero is undefined.
pub(super) fn divide(a: f64, b: f64) -> f64 {
    if b != 0.0 {
        a / b
    } else if a == 0.0 {
        0.0
    } else {
        f64::NAN
    }
}

pub(super) fn arithmetic(op: Arithmetic, a: f64, b: f64) -> f64 {
    match op {
        Arithmetic::Add => a + b,
        Arithmetic::Sub => a - b,
        Arithmetic::Mul => a * b,
        Arithmetic::Div => divide(a, b),
    }
}

/// NaN in, NaN out.
pub(super) fn call(function: Function, parts: &[f64]) -> f64 {
    let first = parts.first().copied().unwrap_or(f64::NAN);
    if parts.iter().any(|p| p.is_nan()) {
        return f64::NAN;
    }
    match function {
        Function::Greatest => parts.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Function::Least => parts.iter().copied().fold(f64::INFINITY, f64::min),
        Function::Abs => first.abs(),
        Function::Sqrt => first.sqrt(),
        Function::Log => first.ln(),
    }
}

impl Node {
    /// The value, given the statistics; NaN where undefined.
    pub(super) fn value(&self, statistics: &[f64]) -> f64 {
        let at = |i: usize| statistics.get(i).copied().unwrap_or(f64::NAN);
        match self {
            Node::Constant(c) => *c,
            Node::Statistic(i) => at(*i),
            Node::Mean(sum, count) => at(*sum) / at(*count),
            Node::Binary(op, a, b) => arithmetic(*op, a.value(statistics), b.value(statistics)),
            Node::Call(function, parts) => {
                let values: Vec<f64> = parts.iter().map(|p| p.value(statistics)).collect();
                call(*function, &values)
            }
            Node::Fold(fold, parts) => {
                let values = parts.iter().map(|p| p.value(statistics));
                match fold {
                    Fold::Sum => values.sum(),
                    Fold::Mean => values.sum::<f64>() / parts.len() as f64,
                    Fold::Min => values.reduce(nan_min).unwrap_or(f64::NAN),
                    Fold::Max => values.reduce(nan_max).unwrap_or(f64::NAN),
                }
            }
        }
    }

    /// The same expression over other places of the statistics.
    pub(super) fn moved(&self, places: &[usize]) -> Node {
        let to = |i: usize| places.get(i).copied().unwrap_or(usize::MAX);
        match self {
            Node::Constant(c) => Node::Constant(*c),
            Node::Statistic(i) => Node::Statistic(to(*i)),
            Node::Mean(sum, count) => Node::Mean(to(*sum), to(*count)),
            Node::Binary(op, a, b) => {
                Node::Binary(*op, Box::new(a.moved(places)), Box::new(b.moved(places)))
            }
            Node::Call(f, parts) => Node::Call(*f, parts.iter().map(|p| p.moved(places)).collect()),
            Node::Fold(f, parts) => Node::Fold(*f, parts.iter().map(|p| p.moved(places)).collect()),
        }
    }
}

fn nan_min(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.min(b)
    }
}

fn nan_max(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.max(b)
    }
}
