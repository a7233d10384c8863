//! Paired differences between a system and each of its baselines.

use super::book::{Book, Number, Page, name, number, part_name, spec, unit_of};
use super::closed;
use super::design::Design;
use super::effects::effects;
use super::margins::{detectable, equivalence};
use super::shares;
use crate::hir::{
    Compare, Correction, IntervalSpec, MetricKind, MetricRef, Over, TestMethod, VariantRef,
};
use crate::infer::Sample;
use crate::metrics::Basis;
use crate::result::{Comparison, ResampleUnit};
use crate::stats::multiple::{self, adjust};
use crate::stats::significance::P;

/// Every claim of every `compare`: a metric × baseline × slice.
pub(super) fn comparisons(book: &Book<'_>) -> Vec<Comparison> {
    let compares = book.plan.compares.iter();
    compares.flat_map(|(_, c)| family(book, c)).collect()
}

/// The claims of one `compare`.
pub(super) fn family(book: &Book<'_>, c: &Compare) -> Vec<Comparison> {
    let Some(page) = book.page_of(c) else {
        return Vec::new();
    };
    let mut family = Vec::new();
    for against in &c.against {
        let exchanged = page.exchanged(c, against, book.seed);
        for metric in &c.metrics {
            for part in parts(c, &page) {
                let swapped = exchanged.p_value(metric, part);
                family.extend(one(book, &page, (c, swapped), against, metric, part));
            }
        }
    }
    correct(c, &mut family);
    family
}

/// The whole and the parts of the comparison's own slices.
fn parts(c: &Compare, page: &Page<'_>) -> Vec<usize> {
    let mut parts = vec![0];
    for slice in &c.slices {
        parts.extend(page.parts(&slice.name.value).iter().map(|p| p.0));
    }
    parts
}

/// The p value of a gain: by the test asked for, by that of an analytic interval, else from the
/// resamples; with the test's name.
fn p_value(
    (c, kind, swapped): (&Compare, MetricKind, Option<P>),
    spec: &IntervalSpec,
    gain: &Sample,
    found: &Number,
    seed: u64,
) -> (Option<f64>, Option<String>) {
    let resampled = found.p_value;
    let of_interval = match (spec, found.chosen) {
        (_, Some(chosen)) => chosen.test(),
        // The resamples that a value without a closed form needs are no test of the others.
        (IntervalSpec::Analytic { method, .. }, None) if resampled.is_none() => method.test(),
        _ => None,
    };
    let asked = c
        .test
        .map(|t| t.value)
        .filter(|t| *t != TestMethod::Friedman);
    let Some(test) = asked.or(of_interval) else {
        return (resampled, None);
    };
    let test = match test {
        // Whole runs and independent rows have no discordant pairs.
        TestMethod::T if gain.test_over_train.is_some() => TestMethod::CorrectedT,
        TestMethod::Mcnemar if gain.sides.as_ref().is_some_and(|s| !s.paired) => TestMethod::T,
        test => test,
    };
    let of_rows = c.over.is_none_or(|o| o.value == Over::Rows);
    let mean = matches!(kind, MetricKind::Mean | MetricKind::Share);
    let found = match test {
        // What goes with their interval; tests of rows say nothing of them.
        _ if matches!(gain.basis, Basis::Requests(_)) => {
            shares::of_requests(gain).filter(|_| asked.is_none())
        }
        TestMethod::Permutation | TestMethod::ApproximateRandomization if of_rows && !mean => {
            swapped.map(|p| (p, closed::permutation_name(test)))
        }
        test => closed::p_value(gain, test, closed::DRAWS, seed),
    };
    match found {
        Some((p, name)) => {
            let how = if p.exact { ", exact" } else { "" };
            (Some(p.value), Some(format!("{name}{how}")))
        }
        None => (None, None),
    }
}

fn one(
    book: &Book<'_>,
    page: &Page<'_>,
    (c, swapped): (&Compare, Option<P>),
    against: &VariantRef,
    metric: &MetricRef,
    part: usize,
) -> Option<Comparison> {
    let candidate = page.sample(&c.subject.variant, metric, part)?;
    let baseline = page.sample(&against.variant, metric, part)?;
    let m = &book.plan.metrics[metric.metric];
    let (unit, factor) = unit_of(&m.measure.difference());
    let spec = spec(c.interval.as_ref().map(|i| &i.value));
    let design = Design::of(Some(c), spec.clone(), book.seed);
    let mut gain = design.gain(&candidate, &baseline, m.sign());
    let pair = (&c.subject.variant, Some(&against.variant));
    design.studentize(page, &mut gain, metric, part, pair);
    let found = number(&gain, &spec, design.unit(page), factor);
    let kind = book.plan.metric_kind(metric.metric);
    let (p_value, test) = p_value((c, kind, swapped), &spec, &gain, &found, book.seed);
    let equivalence = equivalence(
        c,
        &m.measure.difference(),
        &gain,
        found.interval.as_ref(),
        factor,
    );
    let detectable = detectable(book.plan, c, &gain, &m.measure.difference(), factor);
    let sides = (candidate.as_ref(), baseline.as_ref());
    let unit_drawn = match gain.block {
        Some(_) => ResampleUnit::Request,
        None => design.unit(page),
    };
    let effects = effects(&gain, sides, kind, unit_drawn);
    let (own, other) = (design.value(candidate), design.value(baseline));
    let relative = (own.estimate - other.estimate) / other.estimate;
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
        p_value,
        test,
        unpaired: c.paired.is_some_and(|p| !p.value),
        equivalence,
        detectable,
        effects,
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
