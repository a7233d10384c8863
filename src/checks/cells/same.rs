//! Metrics that read nothing a system gives out: they are the same for all systems on the same rows.

use crate::hir::formula::{
    Aggregate, AggregateKind, Cell, Formula, GroupBy, Operand, RowCondition, RowNumber,
};
use crate::hir::{Id, Metric, Plan};

/// Whether the metric has one value for all systems, as far as its formula shows.
pub fn same_for_all(plan: &Plan, metric: Id<Metric>) -> bool {
    let metric = &plan.metrics[metric];
    let formula = metric.formula.as_ref();
    // What a judge says is about a system's answers, whatever its columns are called.
    metric.judge.is_none() && formula.is_some_and(|f| fixed(plan, f, 0))
}

fn fixed(plan: &Plan, formula: &Formula, depth: usize) -> bool {
    let inner = |f: &Formula| depth < 64 && fixed(plan, f, depth + 1);
    match formula {
        Formula::Constant(..) | Formula::Param(_) => true,
        Formula::Aggregate(a) => aggregate(a),
        Formula::OverClass { body, .. } => inner(body),
        Formula::By { group, body, .. } => {
            let group = match group {
                GroupBy::Cell(cell) => of_data(cell),
                GroupBy::Param(_) | GroupBy::Bins(..) => false,
            };
            group && inner(body)
        }
        Formula::Metric(m) => {
            let metric = &plan.metrics[m.metric];
            let formula = metric.formula.as_ref();
            metric.judge.is_none() && m.args.is_empty() && formula.is_some_and(inner)
        }
        Formula::Price | Formula::Figure(_) => false,
        Formula::Call(_, args) => args.iter().all(inner),
        Formula::Binary(_, left, right) => inner(left) && inner(right),
    }
}

fn aggregate(a: &Aggregate) -> bool {
    a.filter.as_ref().is_none_or(condition)
        && match &a.kind {
            AggregateKind::Count | AggregateKind::Share => true,
            AggregateKind::Sum(n)
            | AggregateKind::Mean(n)
            | AggregateKind::Quantile(n, _)
            | AggregateKind::Min(n)
            | AggregateKind::Max(n) => number(n),
            AggregateKind::MeanOf(c) => condition(c),
            AggregateKind::Native(_) => false,
        }
}

fn condition(c: &RowCondition) -> bool {
    match c {
        RowCondition::And(a, b) | RowCondition::Or(a, b) => condition(a) && condition(b),
        RowCondition::Not(a) => condition(a),
        RowCondition::Same(a, b, _) => operand(a) && operand(b),
        RowCondition::Compare(_, a, b) => number(a) && number(b),
    }
}

fn number(n: &RowNumber) -> bool {
    match n {
        RowNumber::Cell(cell) => of_data(cell),
        RowNumber::Constant(_) | RowNumber::Param(_) => true,
        RowNumber::Score(_) | RowNumber::Native(_) => false,
        RowNumber::Binary(_, a, b) => number(a) && number(b),
        RowNumber::Call(_, args) => args.iter().all(number),
    }
}

fn operand(o: &Operand) -> bool {
    match o {
        Operand::Cell(cell) => of_data(cell),
        Operand::Bound(_) | Operand::Positive | Operand::Class(..) => true,
        Operand::Param(_) => false,
    }
}

/// Whether the field is the dataset's, not the system's.
fn of_data(cell: &Cell) -> bool {
    match cell {
        Cell::Role(name) => name == "label",
        Cell::Column(_) => true,
    }
}
