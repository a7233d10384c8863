//! Leave-one-out tables: what each component is worth, ranked, whether the single losses add up, and the
//! smallest configuration that loses no more than the tolerance.

use super::book::{Book, Page, name, number, published, spec, unit_of};
use super::compare::{correction_name, correction_of};
use super::design::Design;
use crate::graph::{Relation, relation};
use crate::hir::{self, IntervalSpec, MetricRef, Variant};
use crate::infer::Sample;
use crate::result::{Ablation, Arm, Minimal, ResampleUnit};
use crate::stats::multiple::adjust;
use crate::stats::ranks::confidence_sets;
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

/// An arm's row, with what its difference was on every resample.
struct Measured {
    place: usize,
    row: Arm,
    delta: Sample,
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
    let mut arms: Vec<Measured> = a
        .arms
        .iter()
        .enumerate()
        .filter_map(|(place, arm)| row(book, &source, a, (place, arm)))
        .collect();
    let correction = correct(a, &mut arms);
    rank(&mut arms, m.sign(), a);
    let sums = Sums {
        book,
        a,
        source: &source,
        reference: &reference,
        arms: &arms,
        sign: m.sign(),
    };
    let gap = sums.gap();
    let (minimal, gap) = (
        a.tolerance
            .as_ref()
            .and_then(|t| sums.minimal(t.value, factor)),
        gap.map(|gap| sums.shown(&gap)),
    );
    let estimate = reference
        .estimate
        .is_finite()
        .then_some(reference.estimate * factor);
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
        minimal,
        estimate,
        arms: arms.into_iter().map(|arm| arm.row).collect(),
        additivity_gap: gap.as_ref().and_then(|g| g.estimate),
        additivity_interval: gap.and_then(|g| g.interval),
        tolerance: a.tolerance.as_ref().map(|t| t.value * factor),
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
    tuned_on(book.plan, a.of.variant.system, &a.on.as_ref()?.data)
}

fn row(
    book: &Book<'_>,
    source: &Source<'_>,
    a: &hir::Ablation,
    (place, arm): (usize, &hir::Arm),
) -> Option<Measured> {
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
    let named = |c: &hir::Id<hir::Component>| book.plan.components[*c].common.name.clone();
    let row = Arm {
        component: component.common.name.clone(),
        change: if arm.set {
            component.levels.get(arm.level).cloned().unwrap_or_default()
        } else {
            "removed".into()
        },
        with: arm.forced.iter().map(named).collect(),
        estimate: sample
            .estimate
            .is_finite()
            .then_some(sample.estimate * factor),
        delta: found.estimate,
        interval: found.interval,
        rank: 0,
        ranks: None,
        p_value: found.p_value,
    };
    Some(Measured { place, row, delta })
}

/// Adjusts the p values; the correction and the size of its family where there is one.
fn correct(a: &hir::Ablation, arms: &mut [Measured]) -> Option<(String, u64)> {
    let correction = a.correct.as_ref()?.value;
    let p: Vec<f64> = arms.iter().filter_map(|arm| arm.row.p_value).collect();
    let adjusted = adjust(&p, correction_of(correction)?).ok()?;
    let claims = arms.iter_mut().filter(|arm| arm.row.p_value.is_some());
    for (arm, adjusted) in claims.zip(adjusted) {
        arm.row.p_value = Some(adjusted);
    }
    Some((correction_name(correction).into(), p.len() as u64))
}

/// Rank 1 hurts most; equal losses share a rank. Beside it the ranks that the arm may have, all at once with the level
/// of the intervals.
fn rank(arms: &mut [Measured], sign: f64, a: &hir::Ablation) {
    let losses: Vec<Option<f64>> = arms
        .iter()
        .map(|a| a.row.delta.map(|d| -sign * d))
        .collect();
    for (arm, loss) in arms.iter_mut().zip(&losses) {
        let worse = losses
            .iter()
            .flatten()
            .filter(|&&other| loss.is_none_or(|l| other > l));
        arm.row.rank = u32::try_from(worse.count() + 1).unwrap_or(u32::MAX);
    }
    let IntervalSpec::Bootstrap {
        resamples, level, ..
    } = spec(a.interval.as_ref().map(|i| &i.value))
    else {
        return;
    };
    let drawn: Vec<Vec<f64>> = arms
        .iter()
        .map(|arm| {
            let first = arm.delta.replicates.iter().take(resamples as usize);
            first.map(|d| -sign * d).collect()
        })
        .collect();
    let drawn: Vec<&[f64]> = drawn.iter().map(Vec::as_slice).collect();
    let estimates: Vec<f64> = arms.iter().map(|arm| -sign * arm.delta.estimate).collect();
    let found = confidence_sets(&estimates, &drawn, level).unwrap_or_default();
    for (arm, set) in arms.iter_mut().zip(found) {
        arm.row.ranks = Some(set);
    }
}

/// What several arms take away together, from their single losses or as another claim measured it.
struct Sums<'b, 'a> {
    book: &'b Book<'a>,
    a: &'b hir::Ablation,
    source: &'b Source<'a>,
    reference: &'b Sample,
    arms: &'b [Measured],
    sign: f64,
}

impl Sums<'_, '_> {
    /// The arms that take a component away.
    fn removals(&self) -> Vec<&Measured> {
        let removed = |arm: &&Measured| arm.row.change == "removed" && arm.row.delta.is_some();
        self.arms.iter().filter(removed).collect()
    }

    /// The loss or gain of taking away what some arms do, at once, where it was measured on these rows.
    fn at_once(&self, places: &[usize]) -> Option<Sample> {
        let Source::Measured(page) = self.source else {
            return None;
        };
        let metric = self.a.metric.as_ref()?;
        let variant = page.measured.variants.iter().find(|v| {
            let taken = self.a.takes_away(self.book.plan, v);
            taken.is_some_and(|taken| taken == places)
        })?;
        let sample = page.sample(variant, metric, 0)?;
        Some(sample.with(self.reference, |x, y| x - y))
    }

    /// The sum of the single differences.
    fn sum(arms: &[&Measured]) -> Option<Sample> {
        let terms: Vec<(f64, &Sample)> = arms.iter().map(|arm| (1.0, &arm.delta)).collect();
        Sample::combined(&terms)
    }

    /// All at once minus the sum of the single differences: 0 where the components do not interact.
    fn gap(&self) -> Option<Sample> {
        let removals = self.removals();
        let mut places: Vec<usize> = removals.iter().map(|arm| arm.place).collect();
        places.sort_unstable();
        let all = self.at_once(&places).filter(|_| places.len() > 1)?;
        Some(all.with(&Self::sum(&removals)?, |x, y| x - y))
    }

    fn shown(&self, sample: &Sample) -> super::book::Number {
        let metric = self.a.metric.as_ref();
        let measure = metric.map(|m| self.book.plan.metrics[m.metric].measure.difference());
        let factor = measure.map_or(1.0, |m| unit_of(&m).1);
        let spec = spec(self.a.interval.as_ref().map(|i| &i.value));
        number(sample, &spec, self.source.unit(), factor)
    }

    /// The most components that can go together within the tolerance: as measured, or, where that combination was
    /// not run, if the single losses add up. Taking the smallest losses first removes the most.
    fn minimal(&self, tolerance: f64, factor: f64) -> Option<Minimal> {
        let mut removals = self.removals();
        let loss = |arm: &Measured| -self.sign * arm.delta.estimate;
        removals.sort_by(|a, b| {
            let names = a.row.component.cmp(&b.row.component);
            loss(a).total_cmp(&loss(b)).then(names)
        });
        // A hair of slack, so that a loss of exactly the tolerance counts as within it.
        let within = |delta: f64| -self.sign * delta <= tolerance + 1e-12;
        let none = self.reference.times(0.0);
        for gone in (0..=removals.len()).rev() {
            let (away, kept) = removals.split_at(gone);
            let mut places: Vec<usize> = away.iter().map(|arm| arm.place).collect();
            places.sort_unstable();
            let measured = match gone {
                0 => Some(none.clone()),
                1 => away.first().map(|arm| arm.delta.clone()),
                _ => self.at_once(&places),
            };
            let known = measured.is_some();
            let Some(delta) = measured.or_else(|| Self::sum(away)) else {
                continue;
            };
            if !within(delta.estimate) {
                continue;
            }
            let mut names: Vec<String> = kept.iter().map(|arm| arm.row.component.clone()).collect();
            names.sort();
            let defined: Vec<f64> = delta
                .replicates
                .iter()
                .copied()
                .filter(|d| !d.is_nan())
                .collect();
            let fine = defined.iter().filter(|d| within(**d)).count();
            return Some(Minimal {
                components_kept: names,
                predicted: Some((self.reference.estimate + delta.estimate) * factor)
                    .filter(|p| p.is_finite()),
                confidence: (gone > 0 && !defined.is_empty())
                    .then(|| fine as f64 / defined.len() as f64),
                needs_confirmation: !known || matches!(self.source, Source::Published),
            });
        }
        None
    }
}

/// Whether a system was tuned on the rows of a table, in words.
pub(super) fn tuned_on(
    plan: &hir::Plan,
    system: hir::Id<hir::System>,
    on: &hir::DataRef,
) -> Option<String> {
    let system = &plan.systems[system];
    let tuned = system.tune.iter().flat_map(|t| &t.on);
    let overlap = |t: &hir::DataUse| relation(plan, &t.data, on) == Relation::Overlapping;
    tuned.into_iter().any(overlap).then(|| {
        format!(
            "{} was tuned on these rows: take the effects as hints and claim them on others",
            system.common.name
        )
    })
}
