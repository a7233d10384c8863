//! Whether a dataset's label is read as numbers or as classes: as the metrics wanted of it read it.

use super::errors::{Declared, ExecError};
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
            .any(|o| o.needs.contains(&Need::LabelNumber))
    };
    label.measure.is_some() || (label.classes.is_empty() && reads())
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
        Some(l) if l.measure.is_some() => wrong(Declared::Unit, &of_classes),
        Some(l) if !l.classes.is_empty() => wrong(Declared::Classes, &of_numbers),
        Some(_) => both("label", &outlined, &of_numbers, &of_classes, place),
    };
    if found.is_empty() {
        let number = |o: &Outline| o.needs.contains(&Need::PredictionNumber);
        let class = |o: &Outline| o.needs.contains(&Need::Prediction);
        found = both("prediction", &outlined, &number, &class, place);
    }
    found
}

fn of_numbers(o: &Outline) -> bool {
    o.needs.contains(&Need::LabelNumber)
}

/// Also predicted classes are read by the label's.
fn of_classes(o: &Outline) -> bool {
    o.over_classes || o.needs.contains(&Need::Label) || o.needs.contains(&Need::Prediction)
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
