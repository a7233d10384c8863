//! Paired differences between a system and each of its baselines.

use super::book::{Book, Page, name, number, part_name, spec, unit_of};
use crate::hir::{Compare, Correction, MetricRef, VariantRef};
use crate::infer::Sample;
use crate::result::Comparison;
use crate::stats::multiple::{self, adjust};

/// Every claim of every `compare`: a metric × baseline × slice.
pub(super) fn comparisons(book: &Book<'_>) -> Vec<Comparison> {
    let mut all = Vec::new();
    for (_, c) in book.plan.compares.iter() {
        let Some(page) = c.on.as_ref().and_then(|on| book.page(&on.data)) else {
            continue;
        };
        let mut family = Vec::new();
        for against in &c.against {
            for metric in &c.metrics {
                for part in parts(c, &page) {
                    family.extend(one(book, &page, c, against, metric, part));
                }
            }
        }
        correct(c, &mut family);
        all.extend(family);
    }
    all
}

/// The whole and the parts of the comparison's own slices.
fn parts(c: &Compare, page: &Page<'_>) -> Vec<usize> {
    let mut parts = vec![0];
    for slice in &c.slices {
        parts.extend(page.parts(&slice.name.value).iter().map(|p| p.0));
    }
    parts
}

/// The difference of two samples turned so that more is better.
pub(super) fn gain(a: &Sample, b: &Sample, sign: f64) -> Sample {
    a.with(b, |a, b| sign * (a - b))
}

fn one(
    book: &Book<'_>,
    page: &Page<'_>,
    c: &Compare,
    against: &VariantRef,
    metric: &MetricRef,
    part: usize,
) -> Option<Comparison> {
    let candidate = page.sample(&c.subject.variant, metric, part)?;
    let baseline = page.sample(&against.variant, metric, part)?;
    let m = &book.plan.metrics[metric.metric];
    let (unit, factor) = unit_of(&m.measure.difference());
    let gain = gain(&candidate, &baseline, m.sign());
    let spec = spec(c.interval.as_ref().map(|i| &i.value));
    let found = number(&gain, &spec, page.unit(), factor);
    let relative = (candidate.estimate - baseline.estimate) / baseline.estimate;
    Some(Comparison {
        candidate: name(book.plan, &c.subject.variant),
        baseline: name(book.plan, &against.variant),
        metric: metric.text.clone(),
        unit,
        partition: book.plan.show_data(&page.measured.wanted.on),
        slice: page
            .measured
            .parts
            .get(part)
            .and_then(Option::as_ref)
            .map(part_name),
        delta: found.estimate.map(|g| g * m.sign()),
        gain: found.estimate,
        relative: Some(relative).filter(|r| r.is_finite()),
        interval: found.interval,
        p_value: found.p_value,
        rows: gain.rows as u64,
        ..Comparison::default()
    })
}

fn correct(c: &Compare, family: &mut [Comparison]) {
    let Some(correction) = c.correct.as_ref().map(|x| x.value) else {
        return;
    };
    let Some(method) = correction_of(correction) else {
        return;
    };
    let p: Vec<f64> = family.iter().filter_map(|f| f.p_value).collect();
    let Ok(adjusted) = adjust(&p, method) else {
        return;
    };
    let claims = family.iter_mut().filter(|f| f.p_value.is_some());
    for (claim, adjusted) in claims.zip(adjusted) {
        claim.p_adjusted = Some(adjusted);
        claim.correction = Some(correction_name(correction).into());
        claim.claims = Some(p.len() as u64);
    }
}

/// The adjustment of a plan's correction; `None` of `none`.
pub(super) fn correction_of(c: Correction) -> Option<multiple::Correction> {
    match c {
        Correction::None => None,
        Correction::Bonferroni => Some(multiple::Correction::Bonferroni),
        Correction::Holm => Some(multiple::Correction::Holm),
        Correction::Hochberg => Some(multiple::Correction::Hochberg),
        Correction::Bh => Some(multiple::Correction::Bh),
        Correction::By => Some(multiple::Correction::By),
    }
}

pub(super) fn correction_name(c: Correction) -> &'static str {
    match c {
        Correction::None => "none",
        Correction::Bonferroni => "bonferroni",
        Correction::Holm => "holm",
        Correction::Hochberg => "hochberg",
        Correction::Bh => "bh",
        Correction::By => "by",
    }
}
