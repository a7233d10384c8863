//! The unit of number labels (`label: price in USD`) in metrics: a metric that scales with the label, such as
//! a mean error, has the label's unit; one that doesn't, or scales with its square, is a plain number.
//!
//! The library is written once for labels of every unit, so formulas are typed with plain numbers in the
//! place of labels and predictions, and the unit follows from how the formula scales (its degree).

use super::formula::{Aggregate, AggregateKind, Cell, Formula, Function, RowNumber};
use super::model::*;
use super::scope::Resolver;
use crate::types::Measure;

/// How a number scales with the unit of the label.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Degree {
    /// A constant, which goes with any.
    Any,
    /// With this power of it.
    Power(f64),
    /// With none: a sum of things that scale differently.
    None,
}

impl Degree {
    /// Of a sum, or of the larger of two.
    fn beside(self, other: Degree) -> Degree {
        match (self, other) {
            (Degree::Any, d) | (d, Degree::Any) => d,
            (Degree::Power(a), Degree::Power(b)) if a == b => self,
            (Degree::Power(_) | Degree::None, _) => Degree::None,
        }
    }

    fn power(self) -> Option<f64> {
        match self {
            Degree::Any => Some(0.0),
            Degree::Power(p) => Some(p),
            Degree::None => None,
        }
    }

    /// Of a product (`sign` 1) or a quotient (-1).
    fn times(self, other: Degree, sign: f64) -> Degree {
        match (self, other, self.power(), other.power()) {
            (Degree::Any, Degree::Any, ..) => Degree::Any,
            (_, _, Some(a), Some(b)) => Degree::Power(a + sign * b),
            _ => Degree::None,
        }
    }

    fn of_call(function: Function, parts: impl Iterator<Item = Degree>) -> Degree {
        let all = parts.fold(Degree::Any, Degree::beside);
        match (function, all) {
            (Function::Abs | Function::Greatest | Function::Least, _) => all,
            (Function::Sqrt, Degree::Power(p)) => Degree::Power(p / 2.0),
            (Function::Sqrt, Degree::Any | Degree::None) => all,
            (Function::Log | Function::Exp, Degree::Any | Degree::Power(0.0)) => all,
            (Function::Log | Function::Exp, Degree::Power(_) | Degree::None) => Degree::None,
        }
    }

    fn of_binary(op: Arithmetic, a: Degree, b: Degree) -> Degree {
        match op {
            Arithmetic::Add | Arithmetic::Sub => a.beside(b),
            Arithmetic::Mul => a.times(b, 1.0),
            Arithmetic::Div => a.times(b, -1.0),
        }
    }
}

fn of_row(number: &RowNumber) -> Degree {
    match number {
        RowNumber::Cell(Cell::Role(role)) if role == "label" || role == "prediction" => {
            Degree::Power(1.0)
        }
        RowNumber::Constant(_) | RowNumber::Param(_) => Degree::Any,
        RowNumber::Cell(_) | RowNumber::Score(_) | RowNumber::Native(_) => Degree::Power(0.0),
        RowNumber::Binary(op, a, b) => Degree::of_binary(*op, of_row(a), of_row(b)),
        RowNumber::Call(function, parts) => Degree::of_call(*function, parts.iter().map(of_row)),
    }
}

fn of_aggregate(aggregate: &Aggregate) -> Degree {
    match &aggregate.kind {
        AggregateKind::Sum(n)
        | AggregateKind::Mean(n)
        | AggregateKind::Quantile(n, _)
        | AggregateKind::Min(n)
        | AggregateKind::Max(n) => of_row(n),
        AggregateKind::Count
        | AggregateKind::Share
        | AggregateKind::MeanOf(_)
        | AggregateKind::Native(_) => Degree::Power(0.0),
    }
}

fn of_formula(plan: &Plan, formula: &Formula) -> Degree {
    match formula {
        Formula::Constant(..) | Formula::Param(_) => Degree::Any,
        Formula::Aggregate(aggregate) => of_aggregate(aggregate),
        Formula::OverClass { body, .. } | Formula::By { body, .. } => of_formula(plan, body),
        // Circles were refused.
        Formula::Metric(m) => match &plan.metrics[m.metric].formula {
            Some(formula) => of_formula(plan, formula),
            None => Degree::Power(0.0),
        },
        Formula::Price | Formula::Figure(_) => Degree::Power(0.0),
        Formula::Call(function, parts) => {
            let parts = parts.iter().map(|p| of_formula(plan, p));
            Degree::of_call(*function, parts)
        }
        Formula::Binary(op, a, b) => {
            Degree::of_binary(*op, of_formula(plan, a), of_formula(plan, b))
        }
    }
}

impl Resolver<'_> {
    /// The unit that all number labels of the plan have; where they differ, metrics stay plain numbers.
    pub(super) fn one_label_unit(&mut self) {
        let labels = self.plan.datasets.iter();
        let mut units = labels.filter_map(|(_, d)| d.label.as_ref()?.unit.clone());
        let first = units.next();
        if units.all(|unit| Some(&unit) == first.as_ref()) {
            self.plan.label_unit = first;
        }
    }

    /// The label's unit, for a formula of plain numbers that scales with the label.
    pub(super) fn unit_of_label(&self, formula: &Formula, measure: &Measure) -> Option<LabelUnit> {
        let scales = of_formula(&self.plan, formula) == Degree::Power(1.0);
        let unit = self.plan.label_unit.clone()?;
        (*measure == Measure::Number && scales).then_some(unit)
    }

    /// Beside a number that scales with the label a quantity in the label's unit: the numbers of the file are
    /// in that unit, so the quantity is written as one of them.
    pub(super) fn meet_label(
        &self,
        a: (RowNumber, Measure),
        b: (RowNumber, Measure),
    ) -> ((RowNumber, Measure), (RowNumber, Measure)) {
        let Some(unit) = &self.plan.label_unit else {
            return (a, b);
        };
        let of_label =
            |n: &(RowNumber, Measure)| n.1 == Measure::Number && of_row(&n.0) == Degree::Power(1.0);
        let plain = |n: (RowNumber, Measure)| {
            let factor = Box::new(RowNumber::Constant(unit.factor));
            let number = RowNumber::Binary(Arithmetic::Div, Box::new(n.0), factor);
            (number, Measure::Number)
        };
        if of_label(&a) && b.1 == unit.measure {
            (a, plain(b))
        } else if of_label(&b) && a.1 == unit.measure {
            (plain(a), b)
        } else {
            (a, b)
        }
    }
}
