//! Where a field of a formula comes from: a run's outputs, or the dataset.

use super::builtins;
use super::errors::ExecError;
use crate::hir::formula::{Cell, Figure};
use crate::hir::{Builtin, Dataset, Each, Id, MetricRef, Outputs, Plan, System};
use crate::metrics::{Classes, Need};
use crate::text::Span;

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Home {
    /// A column of the dataset.
    Dataset(String),
    /// The dataset's table of items.
    Items,
    /// The outputs of a run.
    Outputs,
    /// The system is asked row by row, and its answers are timed.
    Served,
}

/// The field that a served system is timed for.
pub(super) fn latency() -> Cell {
    Cell::Role("latency".into())
}

/// The dataset's column that a field is, if it is one whatever the outputs.
pub(super) fn home_in_dataset(d: &Dataset, cell: &Cell) -> Option<Home> {
    let role = match cell {
        Cell::Column(column) => return Some(Home::Dataset(column.clone())),
        Cell::Role(role) => role.as_str(),
    };
    let column = match role {
        "label" => d.label.as_ref().map(|l| &l.column),
        "text" => d.text.as_ref(),
        "group" => d.group.as_ref(),
        "cluster" => d.cluster.as_ref(),
        "time" => d.time.as_ref(),
        "weight" => d.weight.as_ref(),
        _ => None,
    }?;
    Some(Home::Dataset(column.value.clone()))
}

/// Where a field comes from for a system; `None` where neither has it.
pub(super) fn home(plan: &Plan, system: Id<System>, d: &Dataset, cell: &Cell) -> Option<Home> {
    if let Some(home) = home_in_dataset(d, cell) {
        return Some(home);
    }
    if let (Cell::Role(role), Some(items)) = (cell, &d.items)
        && items.offers(role)
    {
        return Some(Home::Items);
    }
    if *cell == latency() && plan.systems[system].serve.is_some() {
        return Some(Home::Served);
    }
    let offered = match (&plan.systems[system].outputs, cell) {
        (_, Cell::Column(_)) => false,
        (_, Cell::Role(role)) if role == "label" => false,
        (
            Some(
                Outputs::Predictions {
                    columns: Some(maps),
                    ..
                }
                | Outputs::Run {
                    columns: Some(maps),
                    ..
                },
            ),
            Cell::Role(role),
        ) => maps.iter().any(|m| m.role.value == *role),
        (Some(Outputs::Predict { .. }), Cell::Role(role)) => role == "prediction",
        (
            Some(
                Outputs::Predictions { columns: None, .. }
                | Outputs::Run { columns: None, .. }
                | Outputs::Reported(_),
            )
            | None,
            Cell::Role(_),
        ) => true,
    };
    offered.then_some(Home::Outputs)
}

/// What a metric needs and a system's outputs don't offer.
pub(super) fn missing(
    plan: &Plan,
    system: Id<System>,
    d: &Dataset,
    metric: &MetricRef,
    (needs, figures): (&[Need], &[Figure]),
    (classes, scores): (&Classes, bool),
) -> Option<ExecError> {
    let s = &plan.systems[system];
    let span = match &s.outputs {
        Some(Outputs::Predictions { template, .. } | Outputs::Run { template, .. }) => {
            template.span
        }
        Some(Outputs::Predict { .. } | Outputs::Reported(_)) | None => s.common.name_span,
    };
    let lacks = |role: &str| ExecError::NeedsColumn {
        metric: metric.text.clone(),
        role: role.to_string(),
        system: s.common.name.clone(),
        metric_span: metric.span,
        span,
    };
    let builtin = match &s.outputs {
        Some(Outputs::Predict { builtin, .. }) => Some(builtin.value),
        _ => None,
    };
    for need in needs {
        let offered = builtin.and_then(|b| builtins::offers(b, need, scores));
        let there = offered.unwrap_or_else(|| match need {
            Need::Score | Need::Scores => scored(plan, system),
            Need::Number(Cell::Role(role))
            | Need::Text(Cell::Role(role))
            | Need::List(_, Cell::Role(role))
                if role == "prediction" =>
            {
                !s.is_builtin() && home(plan, system, d, &Cell::Role(role.clone())).is_some()
            }
            // What the label lacks is said of the dataset.
            Need::Class(Cell::Role(role))
            | Need::Number(Cell::Role(role))
            | Need::Text(Cell::Role(role))
            | Need::List(_, Cell::Role(role))
                if role == "label" =>
            {
                true
            }
            Need::Class(cell) | Need::Number(cell) | Need::Text(cell) | Need::List(_, cell) => {
                home(plan, system, d, cell).is_some()
            }
        });
        if !there {
            return Some(lacks(need.role().unwrap_or_default()));
        }
        if *need == Need::Scores
            && let Some(error) = one_score(plan, system, metric, classes)
        {
            return Some(error);
        }
    }
    let stated = plan.metrics[metric.metric].needs.iter();
    for role in stated.map(|n| n.value.as_str()) {
        let there = match role {
            "score" => builtin == Some(Builtin::Column) && scores || scored(plan, system),
            _ => home(plan, system, d, &Cell::Role(role.into())).is_some(),
        };
        if !there {
            return Some(lacks(role));
        }
    }
    // Of a command its figures are measured, and of a server those of its answers.
    let measured = |figure: &Figure| match figure.is_served() {
        true => s.serve.is_some(),
        false => matches!(s.outputs, Some(Outputs::Run { .. })),
    };
    let figure = figures.iter().copied().find(|f| !measured(f))?;
    Some(no_figure(plan, system, metric, figure))
}

/// Nothing measured figures of whole runs: the outputs were made elsewhere.
fn no_figure(plan: &Plan, system: Id<System>, metric: &MetricRef, figure: Figure) -> ExecError {
    ExecError::NoFigure {
        metric: metric.text.clone(),
        figure: figure.text(),
        system: plan.systems[system].common.name.clone(),
        span: metric.span,
    }
}

fn scored(plan: &Plan, system: Id<System>) -> bool {
    match &plan.systems[system].outputs {
        Some(Outputs::Predict { .. }) => false,
        outputs => match outputs.as_ref().and_then(Outputs::columns) {
            Some(maps) => maps.iter().any(|m| m.role.value == "score"),
            None => true,
        },
    }
}

/// The scores of all classes where one column of scores cannot give them, or too many or few do.
fn one_score(
    plan: &Plan,
    system: Id<System>,
    metric: &MetricRef,
    classes: &Classes,
) -> Option<ExecError> {
    let s = &plan.systems[system];
    let maps = s.outputs.as_ref().and_then(Outputs::columns);
    let map = maps.and_then(|maps| maps.iter().find(|m| m.role.value == "score"));
    let wanted = classes.names.len();
    if wanted == 0 {
        return None;
    }
    let two = wanted == 2 && classes.positive.is_some();
    let found = match map.map(|m| &m.each) {
        Some(Each::Named) => return None,
        Some(Each::InOrder(columns)) if columns.len() == wanted => return None,
        Some(Each::InOrder(columns)) => columns.len(),
        Some(Each::One) | None if two => return None,
        Some(Each::One) | None => 1,
    };
    Some(ExecError::Scores {
        metric: metric.text.clone(),
        system: s.common.name.clone(),
        found,
        classes: classes.names.clone(),
        metric_span: metric.span,
        span: map.map_or(s.common.name_span, |m| span_of(&m.column.span, m)),
    })
}

fn span_of(first: &Span, map: &crate::hir::ColumnMap) -> Span {
    match &map.each {
        Each::InOrder(columns) => columns.last().map_or(*first, |last| Span {
            end: last.span.end,
            ..*first
        }),
        Each::One | Each::Named => *first,
    }
}
