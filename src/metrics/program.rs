//! What a compiled metric is: statistics of rows, and an expression over them.

use crate::hir::formula::{Cell, Figure, Fold, Function};
use crate::hir::natives::{Family, ListKind, Signature};
use crate::hir::{Arithmetic, Comparison, ShareOf};

/// A metric fitted to a label's classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// The statistics it needs, each once.
    pub(super) statistics: Vec<Statistic>,
    /// The value from the statistics.
    pub(super) root: Node,
    /// What it is a share of by its formula, whatever its values are.
    pub(super) share: Option<ShareOf>,
}

/// A column that a program needs, and how it reads it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// A class, or the word that tells groups apart.
    Class(Cell),
    /// A number.
    Number(Cell),
    /// A text.
    Text(Cell),
    /// A list, and of what.
    List(ListKind, Cell),
    /// The score of the positive class.
    Score,
    /// The score of each class.
    Scores,
}

impl Need {
    /// The role or column it is; `None` of a column of the dataset.
    pub fn role(&self) -> Option<&str> {
        match self {
            Need::Class(Cell::Role(role))
            | Need::Number(Cell::Role(role))
            | Need::Text(Cell::Role(role))
            | Need::List(_, Cell::Role(role)) => Some(role),
            Need::Score | Need::Scores => Some("score"),
            Need::Class(Cell::Column(_))
            | Need::Number(Cell::Column(_))
            | Need::Text(Cell::Column(_))
            | Need::List(_, Cell::Column(_)) => None,
        }
    }

    /// The field of the row; `None` of scores.
    pub fn cell(&self) -> Option<&Cell> {
        match self {
            Need::Class(c) | Need::Number(c) | Need::Text(c) | Need::List(_, c) => Some(c),
            Need::Score | Need::Scores => None,
        }
    }

    /// The label as a number.
    pub fn is_number(&self, role: &str) -> bool {
        matches!(self, Need::Number(Cell::Role(r)) if r == role)
    }

    /// The role as a class.
    pub fn is_class(&self, role: &str) -> bool {
        matches!(self, Need::Class(Cell::Role(r)) if r == role)
    }
}

/// The kind of sufficient statistic that decides how a metric is resampled, cheapest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatisticClass {
    /// Figures of runs, which no row takes part in.
    Figures,
    /// Counts of cells of classes.
    Counts,
    /// Sums of row values.
    Sums,
    /// Sums of a vector for each row, combined by a native.
    Vectors,
    /// Order statistics.
    Order,
    /// All rows in their order, by a native.
    Ranks,
}

/// How many statistics of each kind a program needs; those of groups count once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Counts of cells.
    pub counts: usize,
    /// Sums of row values, and counts under conditions on numbers.
    pub sums: usize,
    /// Sums of vectors.
    pub vectors: usize,
    /// Quantiles.
    pub quantiles: usize,
    /// Smallest and largest values.
    pub extremes: usize,
    /// Natives of all rows.
    pub ranks: usize,
    /// Statistics that are computed for each group.
    pub grouped: usize,
}

/// What tells groups apart, outermost first.
pub(super) type Grouping = Vec<Key>;

/// What tells the groups of one `by` apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    /// The value of a field.
    Cell(Cell),
    /// min(⌊number · bins⌋, bins − 1).
    Bins(Number, u32),
}

/// One statistic of rows, or of the rows of each group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statistic {
    /// What is computed.
    pub(super) kind: Kind,
    /// Only of rows where this holds.
    pub(super) filter: Option<Test>,
    /// Of each group, where there are any.
    pub(super) grouping: Grouping,
}

/// What is computed of rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// The sum of a value (1 where there is none).
    Linear(Option<Number>),
    /// A quantile.
    Quantile(Number, f64),
    /// The smallest or (`true`) largest value.
    Extreme(Number, bool),
    /// A native of all rows.
    Native(Native),
}

/// A native with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Native {
    pub(super) signature: &'static Signature,
    pub(super) args: Vec<Argument>,
    pub(super) options: Vec<f64>,
}

/// An argument of a native.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Argument {
    Number(Number),
    Condition(Test),
    Class(Class),
    Text(Cell),
    List(ListKind, Cell),
    Scores,
}

/// A condition on a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Not(Box<Test>),
    Same(Class, Class, bool),
    Compare(Comparison, Number, Number),
}

/// A class of a row, or a fixed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Class {
    Cell(Cell),
    Code(u32),
    /// A word of a column that need not be a class of the label.
    Word(String),
}

/// A number of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Number {
    Cell(Cell),
    /// The score of the positive class.
    Score,
    /// The score of a class.
    ScoreOf(Class),
    Constant(f64),
    Binary(Arithmetic, Box<Number>, Box<Number>),
    Call(Function, Vec<Number>),
    Native(Box<Native>),
}

/// The value, from the statistics.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Constant(f64),
    Statistic(usize),
    /// The first statistic over the second; undefined over no rows.
    Mean(usize, usize),
    Figure(Figure),
    Binary(Arithmetic, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
    Fold(Fold, Vec<Node>),
    /// Over the groups that have rows; `rows` is the statistic that counts them.
    By {
        fold: Fold,
        grouping: Grouping,
        rows: usize,
        body: Box<Node>,
    },
}

impl Program {
    /// The columns it needs, sorted.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        for statistic in &self.statistics {
            statistic.needs(&mut needs);
        }
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// The figures of a run that it needs, sorted.
    pub fn figures(&self) -> Vec<Figure> {
        let mut found = Vec::new();
        self.root.figures(&mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The dearest class of statistic it needs.
    pub fn class(&self) -> StatisticClass {
        let statistics = self.statistics();
        if statistics.ranks > 0 {
            StatisticClass::Ranks
        } else if statistics.quantiles + statistics.extremes > 0 {
            StatisticClass::Order
        } else if statistics.vectors > 0 {
            StatisticClass::Vectors
        } else if statistics.sums > 0 {
            StatisticClass::Sums
        } else if statistics.counts == 0 && !self.figures().is_empty() {
            StatisticClass::Figures
        } else {
            StatisticClass::Counts
        }
    }

    /// How many statistics of each kind it needs.
    pub fn statistics(&self) -> Statistics {
        let mut found = Statistics::default();
        for statistic in &self.statistics {
            found.grouped += usize::from(!statistic.grouping.is_empty());
            match &statistic.kind {
                Kind::Linear(_) if statistic.is_count() => found.counts += 1,
                Kind::Linear(_) => found.sums += 1,
                Kind::Quantile(..) => found.quantiles += 1,
                Kind::Extreme(..) => found.extremes += 1,
                Kind::Native(native) => match native.signature.family {
                    Family::Table if !statistic.is_numeric() => found.counts += 1,
                    Family::Corpus => found.vectors += 1,
                    Family::Whole | Family::Table | Family::Row => found.ranks += 1,
                },
            }
        }
        found
    }
}

impl Statistic {
    /// Whether it is a multiple of a count of classes' cells.
    pub(super) fn is_count(&self) -> bool {
        let constant = match &self.kind {
            Kind::Linear(value) => value
                .as_ref()
                .is_none_or(|v| matches!(v, Number::Constant(_))),
            Kind::Quantile(..) | Kind::Extreme(..) | Kind::Native(_) => false,
        };
        constant && !self.is_numeric()
    }

    /// Whether its filter reads more than classes.
    pub(super) fn is_numeric(&self) -> bool {
        self.filter.as_ref().is_some_and(Test::is_numeric)
    }

    fn needs(&self, found: &mut Vec<Need>) {
        match &self.kind {
            Kind::Linear(value) => value.iter().for_each(|v| v.needs(found)),
            Kind::Quantile(value, _) | Kind::Extreme(value, _) => value.needs(found),
            Kind::Native(native) => native.needs(found),
        }
        self.filter.iter().for_each(|f| f.needs(found));
        for key in &self.grouping {
            match key {
                Key::Cell(cell) => found.push(Need::Class(cell.clone())),
                Key::Bins(number, _) => number.needs(found),
            }
        }
    }
}

impl Native {
    fn needs(&self, found: &mut Vec<Need>) {
        for arg in &self.args {
            match arg {
                Argument::Number(n) => n.needs(found),
                Argument::Condition(t) => t.needs(found),
                Argument::Class(c) => c.needs(found),
                Argument::Text(c) => found.push(Need::Text(c.clone())),
                Argument::List(kind, c) => found.push(Need::List(*kind, c.clone())),
                Argument::Scores => found.push(Need::Scores),
            }
        }
    }
}

impl Class {
    fn needs(&self, found: &mut Vec<Need>) {
        match self {
            Class::Cell(cell) => found.push(Need::Class(cell.clone())),
            Class::Code(_) | Class::Word(_) => {}
        }
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
                a.needs(found);
                b.needs(found);
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
            Number::Cell(cell) => found.push(Need::Number(cell.clone())),
            Number::Score => found.push(Need::Score),
            Number::ScoreOf(class) => {
                found.push(Need::Scores);
                class.needs(found);
            }
            Number::Constant(_) => {}
            Number::Binary(_, a, b) => {
                a.needs(found);
                b.needs(found);
            }
            Number::Call(_, parts) => parts.iter().for_each(|p| p.needs(found)),
            Number::Native(native) => native.needs(found),
        }
    }
}

impl Node {
    fn figures(&self, found: &mut Vec<Figure>) {
        match self {
            Node::Constant(_) | Node::Statistic(_) | Node::Mean(..) => {}
            Node::Figure(figure) => found.push(*figure),
            Node::Binary(_, a, b) => {
                a.figures(found);
                b.figures(found);
            }
            Node::Call(_, parts) | Node::Fold(_, parts) => {
                parts.iter().for_each(|p| p.figures(found));
            }
            Node::By { body, .. } => body.figures(found),
        }
    }

    /// The value where no statistic is in it; NaN where one is.
    pub(super) fn constant(&self) -> f64 {
        match self {
            Node::Constant(c) => *c,
            Node::Binary(op, a, b) => arithmetic(*op, a.constant(), b.constant()),
            Node::Call(function, parts) => {
                let values: Vec<f64> = parts.iter().map(Node::constant).collect();
                call(*function, &values)
            }
            Node::Statistic(_)
            | Node::Mean(..)
            | Node::Figure(_)
            | Node::Fold(..)
            | Node::By { .. } => f64::NAN,
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
        Function::Exp => first.exp(),
    }
}

/// Values put together; undefined where one is, or where there are none but of a sum over classes.
pub(super) fn fold(fold: Fold, values: impl Iterator<Item = f64>) -> f64 {
    match fold {
        Fold::Sum => values.sum(),
        Fold::Mean => {
            let (sum, n) = values.fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
            sum / n
        }
        Fold::Min => values.reduce(nan_min).unwrap_or(f64::NAN),
        Fold::Max => values.reduce(nan_max).unwrap_or(f64::NAN),
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
