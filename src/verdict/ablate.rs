//! Leave-one-out tables: what each component is worth, ranked, and the smallest configuration that
//! loses no more than the tolerance.

use super::book::{Book, Page, name, number, published, spec, unit_of};
use super::compare::{correction_name, correction_of};
use super::design::Design;
use crate::graph::{Relation, relation};
use crate::hir::{self, MetricRef, Variant};
use crate::infer::Sample;
use crate::result::{Ablation, Arm, Minimal, ResampleUnit};
use crate::stats::multiple::adjust;
use std::borrow::Cow;

/// One table for each `ablation`.
pub(super) fn ablations(book: &Book<'_>) -> Vec<Ablation> {
    book.plan
        .ablations
        .iter()
        .filter_map(|(_, a)| table(book, a))
        .collect()
}

/// Where an ablation's numbers come from.
enum Source<'a> {
    /// Rows of a partition.
    Measured(Page<'a>),
    /// A paper.
    Published,
}

impl<'a> Source<'a> {
    fn sample(
        &self,
        book: &Book<'a>,
        variant: &Variant,
        metric: &MetricRef,
    ) -> Option<Cow<'a, Sample>> {
        match self {
            Source::Measured(page) => page.sample(variant, metric, 0),
            Source::Published => {
                let value = book.plan.reported(variant, metric)?;
                Some(Cow::Owned(published(value)))
            }
        }
    }

    fn unit(&self) -> ResampleUnit {
        match self {
            Source::Measured(page) => page.unit(),
            Source::Published => ResampleUnit::Row,
        }
    }
}

pub(super) fn table(book: &Book<'_>, a: &hir::Ablation) -> Option<Ablation> {
    let metric = a.metric.as_ref()?;
    let source = if book.plan.is_reported(a.of.variant.system) {
        Source::Published
    } else {
        Source::Measured(book.page(&a.on.as_ref()?.data)?)
    };
    let m = &book.plan.metrics[metric.metric];
    let (unit, factor) = unit_of(&m.measure);
    let reference = source.sample(book, &a.of.variant, metric)?;
    let mut arms: Vec<Arm> = a
        .arms
        .iter()
        .filter_map(|arm| row(book, &source, a, arm))
        .collect();
    let correction = correct(a, &mut arms);
    rank(&mut arms, m.sign());
    let estimate = reference
        .estimate
        .is_finite()
        .then_some(reference.estimate * factor);
    let tolerance = a.tolerance.as_ref().map(|t| t.value * factor);
    let partition = match (&source, &a.on) {
        (Source::Measured(_), Some(on)) => book.plan.show_data(&on.data),
        _ => "published numbers".into(),
    };
    Some(Ablation {
        reference: name(book.plan, &a.of.variant),
        metric: metric.text.clone(),
        unit,
        partition,
        rows: reference.rows as u64,
        minimal: tolerance
            .zip(estimate)
            .map(|(t, e)| minimal(&arms, e, t, m.sign(), matches!(source, Source::Published))),
        estimate,
        arms,
        additivity_gap: None,
        tolerance,
        claims: correction.as_ref().map(|c| c.1),
        correction: correction.map(|c| c.0),
        note: note(book, a, &source),
    })
}

/// What a reader must know of the table.
fn note(book: &Book<'_>, a: &hir::Ablation, source: &Source<'_>) -> Option<String> {
    if let Source::Published = source {
        return Some(
            "published numbers have no rows: no interval, no significance, and with one component off at a \
             time nothing is known of interactions"
                .into(),
        );
    }
    let system = &book.plan.systems[a.of.variant.system].common.name;
    on_tuning_rows(book, a).then(|| {
        format!(
            "{system} was tuned on these rows: take the effects as hints and claim them on others"
        )
    })
}

fn row(book: &Book<'_>, source: &Source<'_>, a: &hir::Ablation, arm: &hir::Arm) -> Option<Arm> {
    let metric = a.metric.as_ref()?;
    let reference = source.sample(book, &a.of.variant, metric)?;
    let sample = source.sample(book, &arm.variant, metric)?;
    let (_, factor) = unit_of(&book.plan.metrics[metric.metric].measure.difference());
    let spec = spec(a.interval.as_ref().map(|i| &i.value));
    let design = Design::of(None, spec.clone(), book.seed);
    let mut delta = design.gain(&sample, &reference, 1.0);
    if let Source::Measured(page) = source {
        let pair = (&arm.variant, Some(&a.of.variant));
        design.studentize(page, &mut delta, metric, 0, pair);
    }
    let found = number(&delta, &spec, source.unit(), factor);
    let component = &book.plan.components[arm.component];
    Some(Arm {
        component: component.common.name.clone(),
        change: if arm.set {
            component.levels.get(arm.level).cloned().unwrap_or_default()
        } else {
            "removed".into()
        },
        estimate: sample
            .estimate
            .is_finite()
            .then_some(sample.estimate * factor),
        delta: found.estimate,
        interval: found.interval,
        rank: 0,
        p_value: found.p_value,
    })
}

/// Adjusts the p values; the correction and the size of its family where there is one.
fn correct(a: &hir::Ablation, arms: &mut [Arm]) -> Option<(String, u64)> {
    let correction = a.correct.as_ref()?.value;
    let p: Vec<f64> = arms.iter().filter_map(|arm| arm.p_value).collect();
    let adjusted = adjust(&p, correction_of(correction)?).ok()?;
    let claims = arms.iter_mut().filter(|arm| arm.p_value.is_some());
    for (arm, adjusted) in claims.zip(adjusted) {
        arm.p_value = Some(adjusted);
    }
    Some((correction_name(correction).into(), p.len() as u64))
}

/// Rank 1 hurts most; equal losses share a rank.
fn rank(arms: &mut [Arm], sign: f64) {
    let losses: Vec<Option<f64>> = arms.iter().map(|a| a.delta.map(|d| -sign * d)).collect();
    for (arm, loss) in arms.iter_mut().zip(&losses) {
        let worse = losses
            .iter()
            .flatten()
            .filter(|&&other| loss.is_none_or(|l| other > l));
        arm.rank = u32::try_from(worse.count() + 1).unwrap_or(u32::MAX);
    }
}

/// The most components that can go together within the tolerance, if their single losses add up:
/// taking the smallest losses first removes the most.
fn minimal(arms: &[Arm], estimate: f64, tolerance: f64, sign: f64, published: bool) -> Minimal {
    let mut removed: Vec<(&str, f64)> = arms
        .iter()
        .filter(|a| a.change == "removed")
        .filter_map(|a| Some((a.component.as_str(), a.delta?)))
        .collect();
    removed.sort_by(|a, b| (-sign * a.1).total_cmp(&(-sign * b.1)).then(a.0.cmp(b.0)));
    let (mut gone, mut delta) = (0, 0.0);
    for (_, d) in &removed {
        // A hair of slack, so that a loss of exactly the tolerance counts as within it.
        if -sign * (delta + d) > tolerance + 1e-12 {
            break;
        }
        delta += d;
        gone += 1;
    }
    let mut kept: Vec<String> = removed
        .iter()
        .skip(gone)
        .map(|(c, _)| (*c).to_string())
        .collect();
    kept.sort();
    Minimal {
        components_kept: kept,
        predicted: Some(estimate + delta),
        needs_confirmation: published || gone > 1,
    }
}

fn on_tuning_rows(book: &Book<'_>, a: &hir::Ablation) -> bool {
    let system = &book.plan.systems[a.of.variant.system];
    let tuned = system.tune.iter().flat_map(|t| &t.on);
    a.on.as_ref().is_some_and(|on| {
        tuned
            .into_iter()
            .any(|t| relation(book.plan, &t.data, &on.data) == Relation::Overlapping)
    })
}
