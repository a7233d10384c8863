//! From a formula to a program: classes bound, parameters filled in, statistics gathered.

use super::program::{Class, Need, Node, Number, Program, Statistic, Test};
use crate::hir::formula::{Aggregate, AggregateKind, Formula, Operand, RowCondition, RowNumber};
use crate::hir::{MetricRef, Plan};
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
    /// The formula reads a role that outputs cannot be mapped to yet.
    NoRole(String),
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
    let root = compiler.metric(metric)?;
    Ok(Program {
        statistics: compiler.statistics,
        root,
    })
}

struct Compiler<'a> {
    plan: &'a Plan,
    classes: &'a Classes,
    price: Option<f64>,
    weighted: bool,
    statistics: Vec<Statistic>,
}

/// What names stand for inside a formula: the metric's arguments, and the class each `over class`
/// has bound.
#[derive(Clone, Copy)]
struct Scope<'a> {
    args: &'a [f64],
    bound: &'a [u32],
}

impl Compiler<'_> {
    fn metric(&mut self, metric: &MetricRef) -> Result<Node, CompileError> {
        let plan = self.plan;
        let formula = plan.metrics[metric.metric].formula.as_ref();
        let scope = Scope {
            args: &metric.args,
            bound: &[],
        };
        self.formula(formula.ok_or(CompileError::NoFormula)?, scope)
    }

    fn statistic(&mut self, statistic: Statistic) -> usize {
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
                        args: scope.args,
                        bound: &bound,
                    };
                    parts.push(self.formula(body, inner)?);
                }
                Node::Fold(*fold, parts)
            }
            // Refused when the plan is resolved.
            Formula::By { .. } => return Err(CompileError::NoFormula),
            Formula::Metric(metric) => self.metric(metric)?,
            Formula::Price => Node::Constant(self.price.ok_or(CompileError::NoPrice)?),
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

    fn aggregate(&mut self, a: &Aggregate, scope: Scope<'_>) -> Result<Node, CompileError> {
        let filter = match &a.filter {
            Some(f) => Some(self.test(f, scope)?),
            None => None,
        };
        let count = |filter: Option<Test>| Statistic::Linear {
            value: None,
            filter,
        };
        Ok(match &a.kind {
            AggregateKind::Count => Node::Statistic(self.statistic(count(filter))),
            AggregateKind::Share => {
                let (some, all) = (self.statistic(count(filter)), self.statistic(count(None)));
                Node::Mean(some, all)
            }
            AggregateKind::Sum(number) => {
                let value = Some(number_of(number, scope)?);
                Node::Statistic(self.statistic(Statistic::Linear { value, filter }))
            }
            AggregateKind::Mean(number) => {
                let sum = Statistic::Linear {
                    value: Some(number_of(number, scope)?),
                    filter: filter.clone(),
                };
                let (sum, rows) = (self.statistic(sum), self.statistic(count(filter)));
                Node::Mean(sum, rows)
            }
            AggregateKind::MeanOf(condition) => {
                let test = self.test(condition, scope)?;
                let both = match &filter {
                    Some(f) => Test::And(Box::new(f.clone()), Box::new(test)),
                    None => test,
                };
                let (some, all) = (
                    self.statistic(count(Some(both))),
                    self.statistic(count(filter)),
                );
                Node::Mean(some, all)
            }
            AggregateKind::Quantile(number, q) => {
                self.refuse_weights()?;
                let q = self.formula(q, scope)?.value(&[]);
                if !(0.0..=1.0).contains(&q) {
                    return Err(CompileError::BadQuantile);
                }
                let value = number_of(number, scope)?;
                Node::Statistic(self.statistic(Statistic::Quantile { value, q, filter }))
            }
            AggregateKind::Min(number) | AggregateKind::Max(number) => {
                let largest = matches!(a.kind, AggregateKind::Max(_));
                let value = number_of(number, scope)?;
                let extreme = Statistic::Extreme {
                    value,
                    largest,
                    filter,
                };
                Node::Statistic(self.statistic(extreme))
            }
        })
    }

    fn refuse_weights(&self) -> Result<(), CompileError> {
        if self.weighted {
            return Err(CompileError::WeightedOrder);
        }
        Ok(())
    }

    fn test(&self, c: &RowCondition, scope: Scope<'_>) -> Result<Test, CompileError> {
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
                Test::Same(self.class(a, scope)?, self.class(b, scope)?, *same)
            }
            RowCondition::Compare(op, a, b) => {
                Test::Compare(*op, number_of(a, scope)?, number_of(b, scope)?)
            }
        })
    }

    fn class(&self, operand: &Operand, scope: Scope<'_>) -> Result<Class, CompileError> {
        Ok(match operand {
            Operand::Role(role) if role == "label" => Class::Label,
            Operand::Role(_) => Class::Prediction,
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
                Class::Code(code.ok_or_else(|| CompileError::NoClass(name.clone(), *span))?)
            }
        })
    }
}

fn argument(scope: Scope<'_>, i: usize) -> f64 {
    scope.args.get(i).copied().unwrap_or(f64::NAN)
}

fn number_of(n: &RowNumber, scope: Scope<'_>) -> Result<Number, CompileError> {
    Ok(match n {
        RowNumber::Role(role) => Number::Column(match role.as_str() {
            "latency" => Need::Latency,
            "score" => Need::Score,
            "label" => Need::LabelNumber,
            "prediction" => Need::PredictionNumber,
            other => return Err(CompileError::NoRole(other.to_string())),
        }),
        RowNumber::Constant(c) => Number::Constant(*c),
        RowNumber::Param(i) => Number::Constant(argument(scope, *i)),
        RowNumber::Binary(op, a, b) => Number::Binary(
            *op,
            Box::new(number_of(a, scope)?),
            Box::new(number_of(b, scope)?),
        ),
        RowNumber::Call(f, parts) => {
            let parts: Result<Vec<Number>, _> = parts.iter().map(|p| number_of(p, scope)).collect();
            Number::Call(*f, parts?)
        }
    })
}
