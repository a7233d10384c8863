//! Leave-one-out tables: what each component is worth, ranked, and the smallest configuration that
//! loses no more than the tolerance.

use super::book::{Book, Page, name, number, spec, unit_of};
use super::compare::{correction_name, correction_of};
use crate::graph::{Relation, relation};
use crate::hir;
use crate::result::{Ablation, Arm, Minimal};
use crate::stats::multiple::adjust;

/// One table for each `ablation`.
pub(super) fn ablations(book: &Book<'_>) -> Vec<Ablation> {
    book.plan
        .ablations
        .iter()
        .filter_map(|(_, a)| table(book, a))
        .collect()
}

fn table(book: &Book<'_>, a: &hir::Ablation) -> Option<Ablation> {
    let (on, metric) = (a.on.as_ref()?, a.metric.as_ref()?);
    let page = book.page(&on.data)?;
    let m = &book.plan.metrics[metric.metric];
    let (unit, factor) = unit_of(&m.measure);
    let reference = page.sample(&a.of.variant, metric, 0)?;
    let mut arms: Vec<Arm> = a
        .arms
        .iter()
        .filter_map(|arm| row(book, &page, a, arm))
        .collect();
    let correction = correct(a, &mut arms);
    rank(&mut arms, m.sign());
    let estimate = reference
        .estimate
        .is_finite()
        .then_some(reference.estimate * factor);
    let tolerance = a.tolerance.as_ref().map(|t| t.value * factor);
    Some(Ablation {
        reference: name(book.plan, &a.of.variant),
        metric: metric.text.clone(),
        unit,
        partition: book.plan.show_data(&on.data),
        rows: reference.rows as u64,
        minimal: tolerance
            .zip(estimate)
            .map(|(t, e)| minimal(&arms, e, t, m.sign())),
        estimate,
        arms,
        additivity_gap: None,
        tolerance,
        claims: correction.as_ref().map(|c| c.1),
        correction: correction.map(|c| c.0),
        note: on_tuning_rows(book, a).then(|| {
            let system = &book.plan.systems[a.of.variant.system].common.name;
            format!(
                "{system} was tuned on these rows: take the effects as hints and claim them on others"
            )
        }),
    })
}

fn row(book: &Book<'_>, page: &Page<'_>, a: &hir::Ablation, arm: &hir::Arm) -> Option<Arm> {
    let metric = a.metric.as_ref()?;
    let reference = page.sample(&a.of.variant, metric, 0)?;
    let sample = page.sample(&arm.variant, metric, 0)?;
    let (_, factor) = unit_of(&book.plan.metrics[metric.metric].measure.difference());
    let delta = sample.with(reference, |x, y| x - y);
    let spec = spec(a.interval.as_ref().map(|i| &i.value));
    let found = number(&delta, &spec, page.unit(), factor);
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
fn minimal(arms: &[Arm], estimate: f64, tolerance: f64, sign: f64) -> Minimal {
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
        needs_confirmation: gone > 1,
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
