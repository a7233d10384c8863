//! How many rows a claim has, as far as the plan declares it, and the steps that shares of them take.

use crate::hir::formula::{AggregateKind, Formula, RowNumber};
use crate::hir::{Arithmetic, DataRef, FOLDS, Id, Metric, Plan, Rows};
use crate::text::Span;

/// A declared number of rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    /// How many there are, or at most are.
    pub rows: f64,
    /// Whether there are exactly as many.
    pub exact: bool,
    /// Where it is declared.
    pub at: Span,
}

/// The rows of a partition or dataset; of a partition that isn't declared by itself no more than all.
pub(super) fn size(plan: &Plan, data: &DataRef) -> Option<Size> {
    let declared = plan.datasets[data.dataset].rows.as_ref()?;
    match (declared, &data.part) {
        (Rows::Unknown(_), _) => None,
        (Rows::All(n), part) => Some(Size {
            rows: n.value,
            exact: part.as_deref().is_none_or(|p| p == FOLDS),
            at: n.span,
        }),
        (Rows::Parts(parts), Some(part)) => {
            let (_, n) = parts.iter().find(|(name, _)| name.value == *part)?;
            Some(Size {
                rows: n.value,
                exact: true,
                at: n.span,
            })
        }
        (Rows::Parts(_), None) => None,
    }
}

/// The step between neighbouring values of a metric over `n` rows, where it is a share of them or made
/// of one: `1/n` of accuracy.
pub(super) fn step(plan: &Plan, metric: Id<Metric>, n: f64) -> Option<f64> {
    let formula = plan.metrics[metric].formula.as_ref()?;
    of_formula(plan, formula, n, 0).filter(|s| s.is_finite() && *s > 0.0)
}

fn of_formula(plan: &Plan, formula: &Formula, n: f64, depth: usize) -> Option<f64> {
    if depth > 16 {
        return None;
    }
    let inner = |f: &Formula| of_formula(plan, f, n, depth + 1);
    match formula {
        Formula::Aggregate(a) => match &a.kind {
            AggregateKind::MeanOf(_) if a.filter.is_none() => Some(1.0 / n),
            AggregateKind::Mean(RowNumber::Native(call))
                if a.filter.is_none() && call.native.is_yes_or_no() =>
            {
                Some(1.0 / n)
            }
            AggregateKind::Count => Some(1.0),
            AggregateKind::MeanOf(_)
            | AggregateKind::Share
            | AggregateKind::Sum(_)
            | AggregateKind::Mean(_)
            | AggregateKind::Quantile(..)
            | AggregateKind::Min(_)
            | AggregateKind::Max(_)
            | AggregateKind::Native(_) => None,
        },
        Formula::Metric(m) => inner(plan.metrics[m.metric].formula.as_ref()?),
        Formula::Binary(op, left, right) => match (op, constant(left), constant(right)) {
            (Arithmetic::Add | Arithmetic::Sub, Some(_), None) => inner(right),
            (Arithmetic::Add | Arithmetic::Sub, None, Some(_)) => inner(left),
            (Arithmetic::Mul, Some(c), None) => Some(inner(right)? * c.abs()),
            (Arithmetic::Mul, None, Some(c)) => Some(inner(left)? * c.abs()),
            (Arithmetic::Div, None, Some(c)) => Some(inner(left)? / c.abs()),
            (Arithmetic::Div, None, None) if all_rows(right) => Some(inner(left)? / n),
            (_, _, _) => None,
        },
        Formula::Constant(..)
        | Formula::Param(_)
        | Formula::OverClass { .. }
        | Formula::By { .. }
        | Formula::Price
        | Formula::Figure(_)
        | Formula::Call(..) => None,
    }
}

fn constant(formula: &Formula) -> Option<f64> {
    match formula {
        Formula::Constant(c, _) => Some(*c),
        Formula::Param(_)
        | Formula::Aggregate(_)
        | Formula::OverClass { .. }
        | Formula::By { .. }
        | Formula::Metric(_)
        | Formula::Price
        | Formula::Figure(_)
        | Formula::Call(..)
        | Formula::Binary(..) => None,
    }
}

fn all_rows(formula: &Formula) -> bool {
    matches!(formula, Formula::Aggregate(a)
        if a.filter.is_none() && matches!(a.kind, AggregateKind::Count))
}
