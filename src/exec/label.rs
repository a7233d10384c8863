//! Whether a dataset's label is read as numbers or as classes: as the metrics wanted of it read it.

use super::errors::{Declared, ExecError};
use super::roles::{Home, home_in_dataset};
use super::wanted::Wanted;
use crate::hir::{Dataset, Id, MetricRef, Plan};
use crate::metrics::{Need, Outline, outline};
use crate::text::Span;

/// Whether the label is a number: it has a unit, or it has no classes and a metric reads a number.
pub(super) fn is_number(plan: &Plan, dataset: Id<Dataset>, wanted: &[Wanted]) -> bool {
    let Some(label) = &plan.datasets[dataset].label else {
        return false;
    };
    let reads = || {
        metrics(dataset, wanted)
            .filter_map(|m| outline(plan, m).ok())
            .any(|o| o.needs.iter().any(|n| n.is_number("label")))
    };
    label.unit.is_some() || (label.classes.is_empty() && reads())
}

/// The columns of the dataset that formulas read, beside its label and weight: name, whether as numbers,
/// and where the metric is asked for.
pub(super) fn columns(
    plan: &Plan,
    dataset: Id<Dataset>,
    wanted: &[Wanted],
) -> Vec<(String, bool, Span)> {
    let d = &plan.datasets[dataset];
    let mut found: Vec<(String, bool, Span)> = Vec::new();
    for metric in metrics(dataset, wanted) {
        let Ok(outline) = outline(plan, metric) else {
            continue;
        };
        for need in &outline.needs {
            let home = need.cell().and_then(|cell| home_in_dataset(d, cell));
            let Some(Home::Dataset(column)) = home else {
                continue;
            };
            if need.is_number("label") || need.is_class("label") {
                continue;
            }
            let numeric = matches!(need, Need::Number(_));
            if !found.iter().any(|(c, n, _)| *c == column && *n == numeric) {
                found.push((column, numeric, metric.span));
            }
        }
    }
    found
}

/// Metrics that cannot be computed for the label of their dataset, or not beside each other.
pub(super) fn conflicts(plan: &Plan, wanted: &[Wanted]) -> Vec<ExecError> {
    let mut ids: Vec<Id<Dataset>> = wanted.iter().map(|w| w.on.dataset).collect();
    ids.sort_unstable();
    ids.dedup();
    let of = |id: &Id<Dataset>| of_dataset(plan, *id, wanted);
    ids.iter().flat_map(of).collect()
}

/// What some system is measured by on the dataset's rows, each metric once for each partition.
fn metrics(dataset: Id<Dataset>, wanted: &[Wanted]) -> impl Iterator<Item = &MetricRef> {
    let own = wanted.iter().filter(move |w| w.on.dataset == dataset);
    own.flat_map(|w| {
        let asked = |place: usize| w.variants.values().any(|(of, _)| of.contains(&place));
        let places = w.metrics.iter().enumerate();
        places
            .filter(move |(place, _)| asked(*place))
            .map(|(_, m)| m)
    })
}

fn of_dataset(plan: &Plan, id: Id<Dataset>, wanted: &[Wanted]) -> Vec<ExecError> {
    // What cannot be outlined is reported where it is compiled.
    let outlined: Vec<(&MetricRef, Outline)> = metrics(id, wanted)
        .filter_map(|m| Some((m, outline(plan, m).ok()?)))
        .collect();
    let d = &plan.datasets[id];
    let place = d
        .label
        .as_ref()
        .map_or(d.common.name_span, |l| l.column.span);
    let wrong = |declared: Declared, reads: &dyn Fn(&Outline) -> bool| -> Vec<ExecError> {
        let mut found: Vec<ExecError> = Vec::new();
        for (metric, _) in outlined.iter().filter(|(_, o)| reads(o)) {
            let error = ExecError::LabelKind {
                metric: metric.text.clone(),
                dataset: d.common.name.clone(),
                declared,
                span: metric.span,
                label: place,
            };
            if !found.contains(&error) {
                found.push(error);
            }
        }
        found
    };
    let mut found = match &d.label {
        None if d.common.broken => Vec::new(),
        None => wrong(Declared::Nothing, &|o| of_numbers(o) || of_classes(o)),
        Some(l) if l.unit.is_some() => wrong(Declared::Unit, &of_classes),
        Some(l) if !l.classes.is_empty() => wrong(Declared::Classes, &of_numbers),
        Some(_) => both("label", &outlined, &of_numbers, &of_classes, place),
    };
    if found.is_empty() {
        let number = |o: &Outline| o.needs.iter().any(|n| n.is_number("prediction"));
        let class = |o: &Outline| o.needs.iter().any(|n| n.is_class("prediction"));
        found = both("prediction", &outlined, &number, &class, place);
    }
    found
}

fn of_numbers(o: &Outline) -> bool {
    o.needs.iter().any(|n| n.is_number("label"))
}

/// Also predicted classes are read by the label's.
fn of_classes(o: &Outline) -> bool {
    let class = |n: &Need| n.is_class("label") || n.is_class("prediction");
    o.over_classes || o.needs.iter().any(class)
}

fn both(
    role: &'static str,
    outlined: &[(&MetricRef, Outline)],
    number: &dyn Fn(&Outline) -> bool,
    class: &dyn Fn(&Outline) -> bool,
    label: Span,
) -> Vec<ExecError> {
    let first = |reads: &dyn Fn(&Outline) -> bool| {
        let mut of = outlined.iter().filter(|(_, o)| reads(o));
        of.next().map(|(m, _)| (m.text.clone(), m.span))
    };
    match (first(number), first(class)) {
        (Some(number), Some(class)) => vec![ExecError::Both {
            role,
            number,
            class,
            label,
        }],
        _ => Vec::new(),
    }
}
