//! The measured value of every metric of every system.

use super::book::{Book, Page, number, part_name, spec, unit_of};
use super::design::Design;
use crate::hir::{MetricRef, Outputs, Plan, Variant};
use crate::result::{Metric, Unit};
use crate::stats::summary::mean;

/// Over runs with their interval, and each run's value on all rows.
pub(super) fn metrics(book: &Book<'_>) -> Vec<Metric> {
    let mut all = Vec::new();
    // Where rows are resampled in two ways, a system's own values are shown once.
    for page in book.pages().filter(|p| is_first(book, p)) {
        let design = design_of(book, &page);
        for variant in &page.measured.variants {
            for metric in &page.measured.wanted.metrics {
                of_metric(book.plan, &page, &design, variant, metric, &mut all);
            }
        }
    }
    all.extend(reported(book.plan));
    all
}

fn is_first(book: &Book<'_>, page: &Page<'_>) -> bool {
    let first = book.page(&page.measured.wanted.on);
    first.is_some_and(|first| std::ptr::eq(first.measured, page.measured))
}

/// Published numbers, each marked as such.
fn reported(plan: &Plan) -> Vec<Metric> {
    let mut all = Vec::new();
    for (id, system) in plan.systems.iter() {
        let variant = Variant::plain(id);
        let own = match &system.outputs {
            // Those of an arm's own block are its arm's.
            Some(Outputs::Reported(own)) if !system.of_arm => own.as_slice(),
            _ => &[],
        };
        let arms = plan.ablations.iter().flat_map(|(_, a)| &a.arms);
        let of_arms = arms
            .filter(|arm| arm.variant.system == id && arm.variant != variant)
            .flat_map(|arm| arm.reported.iter().map(|r| (&arm.variant, r)));
        for (variant, r) in own.iter().map(|r| (&variant, r)).chain(of_arms) {
            let (unit, factor) = unit_of(&plan.metrics[r.metric.metric].measure);
            all.push(Metric {
                system: system.common.name.clone(),
                variant: plan.spell(variant),
                metric: r.metric.text.clone(),
                unit,
                partition: "published numbers".into(),
                estimate: Some(r.value * factor),
                note: Some("published, not measured here".into()),
                ..Metric::default()
            });
        }
    }
    all
}

/// How the first claim on these rows samples.
fn design_of(book: &Book<'_>, page: &Page<'_>) -> Design {
    let plan = book.plan;
    let on = &page.measured.wanted.on;
    let is = |d: &Option<crate::hir::DataUse>| d.as_ref().is_some_and(|d| d.data == *on);
    let compared = plan.compares.iter().find(|(_, c)| is(&c.on));
    let ablated = plan.ablations.iter().find(|(_, a)| is(&a.on));
    let varied = plan.factorials.iter().find(|(_, f)| is(&f.on));
    let said = match (compared, ablated, varied) {
        (Some((_, c)), ..) => c.interval.as_ref(),
        (None, Some((_, a)), _) => a.interval.as_ref(),
        (None, None, Some((_, f))) => f.interval.as_ref(),
        (None, None, None) => None,
    };
    Design::of(
        compared.map(|c| c.1),
        spec(said.map(|i| &i.value)),
        book.seed,
    )
}

fn of_metric(
    plan: &Plan,
    page: &Page<'_>,
    design: &Design,
    variant: &Variant,
    metric: &MetricRef,
    all: &mut Vec<Metric>,
) {
    let (unit, factor) = unit_of(&plan.metrics[metric.metric].measure);
    let base = |part: usize, unit: &Unit| -> Option<Metric> {
        let sample = page.sample(variant, metric, part)?;
        let name = page.measured.parts.get(part).and_then(Option::as_ref);
        Some(Metric {
            system: plan.systems[variant.system].common.name.clone(),
            variant: plan.spell(variant),
            metric: metric.text.clone(),
            unit: unit.clone(),
            partition: plan.show_data(&page.measured.wanted.on),
            slice: name.map(part_name),
            rows: sample.rows as u64,
            ..Metric::default()
        })
    };
    for part in 0..page.measured.parts.len() {
        let (Some(sample), Some(mut over)) =
            (page.sample(variant, metric, part), base(part, &unit))
        else {
            continue;
        };
        let mut whole = design.value(sample.clone()).into_owned();
        design.studentize(page, &mut whole, metric, part, (variant, None));
        let found = number(&whole, &design.spec, design.unit(page), factor);
        over.estimate = found.estimate;
        over.interval = found.interval;
        over.note = found.note;
        over.seed_sd = sample.seed_sd().map(|sd| sd * factor);
        all.push(over);
        if part > 0 {
            continue;
        }
        // Of a seed that was run for each repeat of a cross-validation their mean.
        let each = sample.runs.chunks(page.repeats(variant));
        for (seed, runs) in plan.systems[variant.system].runs().iter().zip(each) {
            if seed.is_none() {
                continue;
            }
            let value = mean(runs).unwrap_or(f64::NAN);
            all.extend(base(part, &unit).map(|m| Metric {
                seed: *seed,
                estimate: value.is_finite().then_some(value * factor),
                ..m
            }));
        }
    }
}
