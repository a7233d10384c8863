//! From a formula to a program: classes bound, parameters filled in, statistics gathered.

use super::program::{
    Argument, Class, Grouping, Key, Kind, Native, Node, Number, Program, Statistic, Test,
};
use crate::hir::Arithmetic;
use crate::hir::formula::{
    Aggregate, AggregateKind, Cell, Formula, GroupBy, NativeArg, NativeCall, Operand, RowCondition,
    RowNumber,
};
use crate::hir::natives::OptionKind;
use crate::hir::{self, MetricRef, Plan};
use crate::text::Span;

/// The classes of a label.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Classes {
    /// Names in declared order; the codes of labels and predictions are places in this list.
    pub names: Vec<String>,
    /// The positive class.
    pub positive: Option<u32>,
}

/// Why a metric cannot be computed for a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompileError {
    /// The metric has no formula.
    NoFormula,
    /// The formula is about the positive class, and the dataset names none.
    NoPositive,
    /// The formula names a class that the label doesn't have.
    NoClass(String, Span),
    /// The formula is about classes, and the label has none.
    NoClasses,
    /// The formula reads a price, and the system's hardware has none.
    NoPrice,
    /// A quantile outside 0 to 1.
    BadQuantile,
    /// A quantile or extreme of weighted rows.
    WeightedOrder,
    /// A number of bins that is no whole number of at least 1.
    BadBins,
    /// An option of a native outside what it may be; with the native's and its own name.
    BadOption(&'static str, &'static str),
}

/// Compiles a metric for a label's classes. `price` is that of the system's hardware, in money per
/// ms; `weighted` says whether rows have weights.
///
/// # Errors
/// What the formula needs and isn't there.
pub fn compile(
    plan: &Plan,
    metric: &MetricRef,
    classes: &Classes,
    price: Option<f64>,
    weighted: bool,
) -> Result<Program, CompileError> {
    let mut compiler = Compiler {
        plan,
        classes,
        price,
        weighted,
        statistics: Vec::new(),
    };
    let nothing = Scope {
        args: &[],
        bound: &[],
        grouping: &[],
    };
    let mut root = compiler.metric(metric, nothing)?;
    // The formula's numbers are in the label's unit, the program's are canonical.
    if let Some(factor) = plan.metrics[metric.metric]
        .label_factor
        .filter(|f| *f != 1.0)
    {
        let factor = Box::new(Node::Constant(factor));
        root = Node::Binary(Arithmetic::Mul, Box::new(root), factor);
    }
    Ok(Program {
        statistics: compiler.statistics,
        root,
        share: plan.share_of(metric.metric),
    })
}

struct Compiler<'a> {
    plan: &'a Plan,
    classes: &'a Classes,
    price: Option<f64>,
    weighted: bool,
    statistics: Vec<Statistic>,
}

/// What names stand for inside a formula: the metric's arguments, the class that each `over class`
/// has bound, and what tells the groups apart that aggregates are of.
#[derive(Clone, Copy)]
struct Scope<'a> {
    args: &'a [hir::Argument],
    bound: &'a [u32],
    grouping: &'a [Key],
}

impl Compiler<'_> {
    fn metric(&mut self, metric: &MetricRef, outer: Scope<'_>) -> Result<Node, CompileError> {
        let plan = self.plan;
        let formula = plan.metrics[metric.metric].formula.as_ref();
        let args: Vec<hir::Argument> = metric
            .args
            .iter()
            .map(|arg| match arg {
                hir::Argument::Param(i) => {
                    let given = outer.args.get(*i).cloned();
                    given.unwrap_or(hir::Argument::Number(f64::NAN))
                }
                hir::Argument::Number(_) | hir::Argument::Column(_) => arg.clone(),
            })
            .collect();
        let scope = Scope {
            args: &args,
            bound: &[],
            grouping: outer.grouping,
        };
        self.formula(formula.ok_or(CompileError::NoFormula)?, scope)
    }

    fn statistic(&mut self, kind: Kind, filter: Option<Test>, grouping: &[Key]) -> usize {
        let statistic = Statistic {
            kind,
            filter,
            grouping: grouping.to_vec(),
        };
        let known = self.statistics.iter().position(|s| *s == statistic);
        known.unwrap_or_else(|| {
            self.statistics.push(statistic);
            self.statistics.len() - 1
        })
    }

    fn formula(&mut self, formula: &Formula, scope: Scope<'_>) -> Result<Node, CompileError> {
        Ok(match formula {
            Formula::Constant(c, _) => Node::Constant(*c),
            Formula::Param(i) => Node::Constant(argument(scope, *i)),
            Formula::Aggregate(aggregate) => self.aggregate(aggregate, scope)?,
            Formula::OverClass { fold, body, .. } => {
                if self.classes.names.is_empty() {
                    return Err(CompileError::NoClasses);
                }
                let mut parts = Vec::new();
                for code in (0u32..).take(self.classes.names.len()) {
                    let mut bound = scope.bound.to_vec();
                    bound.push(code);
                    let inner = Scope {
                        bound: &bound,
                        ..scope
                    };
                    parts.push(self.formula(body, inner)?);
                }
                Node::Fold(*fold, parts)
            }
            Formula::By {
                fold, group, body, ..
            } => {
                let mut grouping: Grouping = scope.grouping.to_vec();
                grouping.push(self.key(group, scope)?);
                let inner = Scope {
                    grouping: &grouping,
                    ..scope
                };
                let body = self.formula(body, inner)?;
                Node::By {
                    fold: *fold,
                    rows: self.statistic(Kind::Linear(None), None, &grouping),
                    body: Box::new(body),
                    grouping,
                }
            }
            Formula::Metric(metric) => self.metric(metric, scope)?,
            Formula::Price => Node::Constant(self.price.ok_or(CompileError::NoPrice)?),
            Formula::Figure(figure) => Node::Figure(*figure),
            Formula::Call(function, parts) => {
                let parts: Result<Vec<Node>, _> =
                    parts.iter().map(|p| self.formula(p, scope)).collect();
                Node::Call(*function, parts?)
            }
            Formula::Binary(op, a, b) => {
                let (a, b) = (self.formula(a, scope)?, self.formula(b, scope)?);
                Node::Binary(*op, Box::new(a), Box::new(b))
            }
        })
    }

    fn key(&mut self, group: &GroupBy, scope: Scope<'_>) -> Result<Key, CompileError> {
        Ok(match group {
            GroupBy::Cell(cell) => Key::Cell(cell.clone()),
            GroupBy::Param(i) => Key::Cell(column(scope, *i)?),
            GroupBy::Bins(number, bins) => {
                let bins = self.formula(bins, scope)?.constant();
                if !hir::whole_bins(bins) {
                    return Err(CompileError::BadBins);
                }
                // At most a million, so the cast is exact.
                Key::Bins(self.number(number, scope)?, bins as u32)
            }
        })
    }

    fn aggregate(&mut self, a: &Aggregate, scope: Scope<'_>) -> Result<Node, CompileError> {
        let filter = match &a.filter {
            Some(f) => Some(self.test(f, scope)?),
            None => None,
        };
        let groups = scope.grouping;
        let count = Kind::Linear(None);
        Ok(match &a.kind {
            AggregateKind::Count => Node::Statistic(self.statistic(count, filter, groups)),
            AggregateKind::Share => {
                let some = self.statistic(count.clone(), filter, groups);
                Node::Mean(some, self.statistic(count, None, &[]))
            }
            AggregateKind::Sum(number) => {
                let value = Kind::Linear(Some(self.number(number, scope)?));
                Node::Statistic(self.statistic(value, filter, groups))
            }
            AggregateKind::Mean(number) => {
                let value = Kind::Linear(Some(self.number(number, scope)?));
                let sum = self.statistic(value, filter.clone(), groups);
                Node::Mean(sum, self.statistic(count, filter, groups))
            }
            AggregateKind::MeanOf(condition) => {
                let test = self.test(condition, scope)?;
                let both = match &filter {
                    Some(f) => Test::And(Box::new(f.clone()), Box::new(test)),
                    None => test,
                };
                let some = self.statistic(count.clone(), Some(both), groups);
                Node::Mean(some, self.statistic(count, filter, groups))
            }
            AggregateKind::Quantile(number, q) => {
                self.refuse_weights()?;
                let q = self.formula(q, scope)?.constant();
                if !(0.0..=1.0).contains(&q) {
                    return Err(CompileError::BadQuantile);
                }
                let value = Kind::Quantile(self.number(number, scope)?, q);
                Node::Statistic(self.statistic(value, filter, groups))
            }
            AggregateKind::Min(number) | AggregateKind::Max(number) => {
                let largest = matches!(a.kind, AggregateKind::Max(_));
                let value = Kind::Extreme(self.number(number, scope)?, largest);
                Node::Statistic(self.statistic(value, filter, groups))
            }
            AggregateKind::Native(call) => {
                let native = Kind::Native(self.native(call, scope)?);
                Node::Statistic(self.statistic(native, filter, groups))
            }
        })
    }

    fn refuse_weights(&self) -> Result<(), CompileError> {
        if self.weighted {
            return Err(CompileError::WeightedOrder);
        }
        Ok(())
    }

    fn native(&mut self, call: &NativeCall, scope: Scope<'_>) -> Result<Native, CompileError> {
        let args: Result<Vec<Argument>, _> = call
            .args
            .iter()
            .map(|arg| {
                Ok(match arg {
                    NativeArg::Number(n) => Argument::Number(self.number(n, scope)?),
                    NativeArg::Condition(c) => Argument::Condition(self.test(c, scope)?),
                    NativeArg::Class(c) => Argument::Class(self.class(c, scope, false)?),
                    NativeArg::Text(c) => Argument::Text(c.clone()),
                    NativeArg::List(kind, c) => Argument::List(*kind, c.clone()),
                    NativeArg::Scores => Argument::Scores,
                })
            })
            .collect();
        let args = args?;
        let mut options = Vec::new();
        for (option, formula) in call.native.options.iter().zip(&call.options) {
            let value = self.formula(formula, scope)?.constant();
            let fine = match option.kind {
                OptionKind::Choice(words) => value >= 0.0 && value < words.len() as f64,
                OptionKind::Number(low, high, whole) => {
                    (low..=high).contains(&value) && (!whole || value.fract() == 0.0)
                }
            };
            if !fine {
                return Err(CompileError::BadOption(call.native.name, option.name));
            }
            options.push(value);
        }
        Ok(Native {
            signature: call.native,
            args,
            options,
        })
    }

    fn test(&mut self, c: &RowCondition, scope: Scope<'_>) -> Result<Test, CompileError> {
        Ok(match c {
            RowCondition::And(a, b) => Test::And(
                Box::new(self.test(a, scope)?),
                Box::new(self.test(b, scope)?),
            ),
            RowCondition::Or(a, b) => Test::Or(
                Box::new(self.test(a, scope)?),
                Box::new(self.test(b, scope)?),
            ),
            RowCondition::Not(a) => Test::Not(Box::new(self.test(a, scope)?)),
            RowCondition::Same(a, b, same) => {
                // Beside a column that is neither label nor prediction a name is a word of it.
                let free = |o: &Operand| matches!(o, Operand::Cell(cell) if !of_label(cell));
                let (x, y) = (
                    self.class(a, scope, free(b))?,
                    self.class(b, scope, free(a))?,
                );
                Test::Same(x, y, *same)
            }
            RowCondition::Compare(op, a, b) => {
                Test::Compare(*op, self.number(a, scope)?, self.number(b, scope)?)
            }
        })
    }

    fn class(
        &self,
        operand: &Operand,
        scope: Scope<'_>,
        free: bool,
    ) -> Result<Class, CompileError> {
        Ok(match operand {
            Operand::Cell(cell) => Class::Cell(cell.clone()),
            Operand::Param(i) => Class::Cell(column(scope, *i)?),
            Operand::Bound(depth) => Class::Code(
                scope
                    .bound
                    .get(*depth)
                    .copied()
                    .ok_or(CompileError::NoClasses)?,
            ),
            Operand::Positive => {
                Class::Code(self.classes.positive.ok_or(CompileError::NoPositive)?)
            }
            Operand::Class(name, span) => {
                let code = (0u32..)
                    .zip(&self.classes.names)
                    .find(|(_, n)| *n == name)
                    .map(|(code, _)| code);
                match code {
                    Some(code) => Class::Code(code),
                    None if free => Class::Word(name.clone()),
                    None => return Err(CompileError::NoClass(name.clone(), *span)),
                }
            }
        })
    }

    fn number(&mut self, n: &RowNumber, scope: Scope<'_>) -> Result<Number, CompileError> {
        Ok(match n {
            RowNumber::Cell(Cell::Role(role)) if role == "score" => Number::Score,
            RowNumber::Cell(cell) => Number::Cell(cell.clone()),
            RowNumber::Score(class) => {
                if self.classes.names.is_empty() {
                    return Err(CompileError::NoClasses);
                }
                Number::ScoreOf(self.class(class, scope, false)?)
            }
            RowNumber::Constant(c) => Number::Constant(*c),
            RowNumber::Param(i) => Number::Constant(argument(scope, *i)),
            RowNumber::Binary(op, a, b) => Number::Binary(
                *op,
                Box::new(self.number(a, scope)?),
                Box::new(self.number(b, scope)?),
            ),
            RowNumber::Call(f, parts) => {
                let parts: Result<Vec<Number>, _> =
                    parts.iter().map(|p| self.number(p, scope)).collect();
                Number::Call(*f, parts?)
            }
            RowNumber::Native(call) => Number::Native(Box::new(self.native(call, scope)?)),
        })
    }
}

/// Whether the field holds classes of the label.
fn of_label(cell: &Cell) -> bool {
    matches!(cell, Cell::Role(role) if role == "label" || role == "prediction")
}

/// The column that is a metric's argument.
fn column(scope: Scope<'_>, i: usize) -> Result<Cell, CompileError> {
    match scope.args.get(i) {
        Some(hir::Argument::Column(cell)) => Ok(cell.clone()),
        Some(hir::Argument::Number(_) | hir::Argument::Param(_)) | None => {
            Err(CompileError::NoFormula)
        }
    }
}

fn argument(scope: Scope<'_>, i: usize) -> f64 {
    match scope.args.get(i) {
        Some(hir::Argument::Number(n)) => *n,
        Some(hir::Argument::Column(_) | hir::Argument::Param(_)) | None => f64::NAN,
    }
}
