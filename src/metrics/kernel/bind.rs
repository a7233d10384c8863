//! Expressions of a row, bound to the columns they read, so that a row costs no lookup.

use super::columns::{RunColumns, Texts};
use crate::hir::formula::{Cell, Function};
use crate::hir::{Arithmetic, Comparison};
use crate::metrics::native::{Implementation, Value, implementation, lists};
use crate::metrics::program::{Argument, Class, Native, Number, Test, arithmetic, call};

/// [`Number`], bound.
pub(super) enum RowNumber<'a> {
    Column(&'a [f64]),
    ScoreOf(&'a [Vec<f64>], RowClass<'a>),
    Constant(f64),
    Binary(Arithmetic, Box<RowNumber<'a>>, Box<RowNumber<'a>>),
    Call(Function, Vec<RowNumber<'a>>),
    Native(RowNative<'a>),
}

/// [`Class`], bound.
#[derive(Clone, Copy)]
pub(super) enum RowClass<'a> {
    Codes(&'a [u32]),
    Code(u32),
}

/// [`Test`], bound.
pub(super) enum RowTest<'a> {
    And(Box<RowTest<'a>>, Box<RowTest<'a>>),
    Or(Box<RowTest<'a>>, Box<RowTest<'a>>),
    Not(Box<RowTest<'a>>),
    Same(RowClass<'a>, RowClass<'a>, bool),
    Compare(Comparison, RowNumber<'a>, RowNumber<'a>),
}

/// A native's arguments, bound.
pub(super) struct RowArgs<'a> {
    args: Vec<RowArg<'a>>,
}

enum RowArg<'a> {
    Number(RowNumber<'a>),
    Condition(RowTest<'a>),
    Class(RowClass<'a>),
    Text(Texts<'a>),
    /// The list of each distinct text.
    List(&'a [u32], Vec<Vec<String>>),
    Scores(&'a [Vec<f64>]),
}

/// The function of a native of rows.
type RowFunction = fn(&[Value<'_>], &[f64]) -> f64;

/// A native of rows, bound.
pub(super) struct RowNative<'a> {
    function: Option<RowFunction>,
    args: RowArgs<'a>,
    options: Vec<f64>,
}

impl<'a> RowNumber<'a> {
    pub(super) fn new(number: &Number, columns: &RunColumns<'a>) -> Self {
        match number {
            Number::Cell(cell) => {
                RowNumber::Column(columns.numbers.get(cell).copied().unwrap_or_default())
            }
            Number::Score => RowNumber::Column(columns.score),
            Number::ScoreOf(class) => {
                RowNumber::ScoreOf(columns.scores, RowClass::new(class, columns))
            }
            Number::Constant(c) => RowNumber::Constant(*c),
            Number::Binary(op, a, b) => RowNumber::Binary(
                *op,
                Box::new(RowNumber::new(a, columns)),
                Box::new(RowNumber::new(b, columns)),
            ),
            Number::Call(f, parts) => RowNumber::Call(
                *f,
                parts.iter().map(|p| RowNumber::new(p, columns)).collect(),
            ),
            Number::Native(native) => RowNumber::Native(RowNative {
                function: match implementation(native.signature) {
                    Some(Implementation::Row(function)) => Some(function),
                    Some(
                        Implementation::Corpus { .. }
                        | Implementation::Whole(_)
                        | Implementation::Swept(_)
                        | Implementation::Table(_),
                    )
                    | None => None,
                },
                args: RowArgs::new(native, columns),
                options: native.options.clone(),
            }),
        }
    }

    /// The number of a row; NaN where it is missing.
    pub(super) fn value(&self, row: u32) -> f64 {
        match self {
            RowNumber::Column(column) => column.get(row as usize).copied().unwrap_or(f64::NAN),
            RowNumber::ScoreOf(scores, class) => scores
                .get(class.code(row) as usize)
                .and_then(|s| s.get(row as usize))
                .copied()
                .unwrap_or(f64::NAN),
            RowNumber::Constant(c) => *c,
            RowNumber::Binary(op, a, b) => arithmetic(*op, a.value(row), b.value(row)),
            RowNumber::Call(f, parts) => {
                let values: Vec<f64> = parts.iter().map(|p| p.value(row)).collect();
                call(*f, &values)
            }
            RowNumber::Native(native) => {
                let Some(function) = native.function else {
                    return f64::NAN;
                };
                native
                    .args
                    .with(row, |values| function(values, &native.options))
            }
        }
    }
}

impl<'a> RowClass<'a> {
    pub(super) fn new(class: &Class, columns: &RunColumns<'a>) -> Self {
        match class {
            Class::Cell(cell) => {
                RowClass::Codes(columns.classes.get(cell).copied().unwrap_or_default())
            }
            Class::Code(code) => RowClass::Code(*code),
            Class::Word(word) => RowClass::Code(columns.word(word)),
        }
    }

    pub(super) fn code(self, row: u32) -> u32 {
        match self {
            RowClass::Codes(codes) => codes.get(row as usize).copied().unwrap_or(u32::MAX),
            RowClass::Code(code) => code,
        }
    }
}

impl<'a> RowTest<'a> {
    pub(super) fn new(test: &Test, columns: &RunColumns<'a>) -> Self {
        let inner = |t: &Test| Box::new(RowTest::new(t, columns));
        match test {
            Test::And(a, b) => RowTest::And(inner(a), inner(b)),
            Test::Or(a, b) => RowTest::Or(inner(a), inner(b)),
            Test::Not(a) => RowTest::Not(inner(a)),
            Test::Same(a, b, same) => {
                RowTest::Same(RowClass::new(a, columns), RowClass::new(b, columns), *same)
            }
            Test::Compare(op, a, b) => {
                RowTest::Compare(*op, RowNumber::new(a, columns), RowNumber::new(b, columns))
            }
        }
    }

    pub(super) fn holds(&self, row: u32) -> bool {
        match self {
            RowTest::And(a, b) => a.holds(row) && b.holds(row),
            RowTest::Or(a, b) => a.holds(row) || b.holds(row),
            RowTest::Not(a) => !a.holds(row),
            RowTest::Same(a, b, same) => (a.code(row) == b.code(row)) == *same,
            RowTest::Compare(op, a, b) => op.holds(a.value(row), b.value(row)),
        }
    }
}

impl<'a> RowArgs<'a> {
    pub(super) fn new(native: &Native, columns: &RunColumns<'a>) -> Self {
        let texts = |cell: &Cell| columns.texts.get(cell).copied().unwrap_or_default();
        let one = |arg: &Argument| match arg {
            Argument::Number(n) => RowArg::Number(RowNumber::new(n, columns)),
            Argument::Condition(t) => RowArg::Condition(RowTest::new(t, columns)),
            Argument::Class(c) => RowArg::Class(RowClass::new(c, columns)),
            Argument::Text(cell) => RowArg::Text(texts(cell)),
            Argument::List(kind, cell) => {
                // What is no list was refused where the file was read.
                let texts = texts(cell);
                let lists = lists(*kind, texts.words.iter().map(String::as_str));
                RowArg::List(texts.codes, lists.unwrap_or_default())
            }
            Argument::Scores => RowArg::Scores(columns.scores),
        };
        RowArgs {
            args: native.args.iter().map(one).collect(),
        }
    }

    /// What `use_them` makes of a row's arguments.
    pub(super) fn with<T>(&self, row: u32, use_them: impl FnOnce(&[Value<'_>]) -> T) -> T {
        let scores: Vec<Vec<f64>> = self.args.iter().map(|arg| arg.scores(row)).collect();
        let values: Vec<Value<'_>> = self
            .args
            .iter()
            .zip(&scores)
            .map(|(arg, scores)| arg.value(row, scores))
            .collect();
        use_them(&values)
    }
}

impl RowArg<'_> {
    fn scores(&self, row: u32) -> Vec<f64> {
        match self {
            RowArg::Scores(scores) => scores
                .iter()
                .map(|s| s.get(row as usize).copied().unwrap_or(f64::NAN))
                .collect(),
            RowArg::Number(_)
            | RowArg::Condition(_)
            | RowArg::Class(_)
            | RowArg::Text(_)
            | RowArg::List(..) => Vec::new(),
        }
    }

    fn value<'v>(&'v self, row: u32, scores: &'v [f64]) -> Value<'v> {
        let code = |codes: &[u32]| codes.get(row as usize).map_or(usize::MAX, |&c| c as usize);
        match self {
            RowArg::Number(n) => Value::Number(n.value(row)),
            RowArg::Condition(t) => Value::Condition(t.holds(row)),
            RowArg::Class(c) => Value::Class(c.code(row)),
            RowArg::Text(texts) => Value::Text(
                texts
                    .words
                    .get(code(texts.codes))
                    .map_or("", String::as_str),
            ),
            RowArg::List(codes, lists) => {
                Value::List(lists.get(code(codes)).map_or(&[], Vec::as_slice))
            }
            RowArg::Scores(_) => Value::Scores(scores),
        }
    }
}
