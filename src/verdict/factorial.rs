//! Factorials: every cell, and the effect of each component and of components together, all from the same
//! resamples of rows and runs.

use super::ablate::tuned_on;
use super::book::{Book, Page, name, number, spec, unit_of};
use crate::hir::{self, Component, Id, Plan, Variant};
use crate::infer::Sample;
use crate::result::{Effect, Factorial, FactorialCell};
use crate::stats::factorial::{Relation, Word, contrast};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// One table for each `factorial`.
pub(super) fn factorials(book: &Book<'_>) -> Vec<Factorial> {
    book.plan
        .factorials
        .iter()
        .filter_map(|(_, f)| table(book, f))
        .collect()
}

/// The interaction of two components of a system, with the partition it is measured on.
pub(super) fn interaction(
    book: &Book<'_>,
    of: &Variant,
    components: (Id<Component>, Id<Component>),
    page: &Page<'_>,
    part: usize,
) -> Option<Sample> {
    let (_, f) = book.plan.interacting(of, components.0, components.1)?;
    let own = book.page(&f.on.as_ref()?.data)?;
    // The parts of a slice are those of the rows at hand.
    if part > 0 && own.measured.wanted.on != page.measured.wanted.on {
        return None;
    }
    let terms = [(f.factor(components.0)?, 1), (f.factor(components.1)?, 1)];
    effect(f, &samples(&own, f, part)?, &terms)
}

/// The sample of each cell.
fn samples<'a>(page: &Page<'a>, f: &hir::Factorial, part: usize) -> Option<Vec<Cow<'a, Sample>>> {
    let metric = f.metric.as_ref()?;
    f.cells
        .iter()
        .map(|cell| page.sample(&cell.variant, metric, part))
        .collect()
}

/// What is estimated of an effect, given as factors with the level meant of each.
fn effect(
    f: &hir::Factorial,
    samples: &[Cow<'_, Sample>],
    terms: &[(usize, usize)],
) -> Option<Sample> {
    let cells: Vec<Vec<usize>> = f.cells.iter().map(|c| c.levels.clone()).collect();
    let weights = contrast(&cells, terms)?;
    let weighted: Vec<(f64, &Sample)> = weights
        .into_iter()
        .zip(samples)
        .filter(|(weight, _)| *weight != 0.0)
        .map(|(weight, sample)| (weight, sample.as_ref()))
        .collect();
    Sample::combined(&weighted)
}

fn table(book: &Book<'_>, f: &hir::Factorial) -> Option<Factorial> {
    let plan = book.plan;
    let (on, metric) = (f.on.as_ref()?, f.metric.as_ref()?);
    let page = book.page(&on.data)?;
    let samples = samples(&page, f, 0)?;
    let measure = &plan.metrics[metric.metric].measure;
    let (unit, factor) = unit_of(measure);
    let spec = spec(f.interval.as_ref().map(|i| &i.value));
    let cells = f
        .cells
        .iter()
        .zip(&samples)
        .map(|(cell, sample)| {
            let found = number(sample, &spec, page.unit(), factor);
            FactorialCell {
                variant: plan.spell(&cell.variant),
                levels: levels(plan, f, cell),
                estimate: found.estimate,
                interval: found.interval,
            }
        })
        .collect();
    let relation = f.relation();
    let (_, factor) = unit_of(&measure.difference());
    let mut effects: Vec<Effect> = listed(f, &relation)
        .into_iter()
        .filter_map(|(terms, claimed)| {
            let found = number(&effect(f, &samples, &terms)?, &spec, page.unit(), factor);
            Some(Effect {
                components: terms.iter().map(|t| component(plan, f, t.0)).collect(),
                levels: meant(plan, f, &terms),
                claimed,
                estimate: found.estimate,
                interval: found.interval,
                aliases: relation
                    .aliases(Word::of(terms.iter().map(|t| t.0)))
                    .into_iter()
                    .map(|w| f.show_word(plan, w))
                    .collect(),
            })
        })
        .collect();
    // The largest first, single components before interactions; equal ones as written.
    let size = |e: &Effect| e.estimate.map_or(-1.0, f64::abs);
    effects.sort_by(|a, b| {
        let order = a.components.len().cmp(&b.components.len());
        order.then(size(b).total_cmp(&size(a)))
    });
    let shown = |w: Word| f.show_word(plan, w);
    Some(Factorial {
        reference: name(plan, &f.of.variant),
        metric: metric.text.clone(),
        unit,
        partition: plan.show_data(&on.data),
        rows: samples.first().map_or(0, |s| s.rows as u64),
        components: (0..f.over.len()).map(|i| component(plan, f, i)).collect(),
        fraction: (!f.generators.is_empty())
            .then(|| format!("1/{}", 1u64 << f.generators.len().min(63))),
        relation: relation.words().into_iter().map(shown).collect(),
        resolution: relation.resolution(),
        cells,
        effects,
        note: tuned_on(plan, f.of.variant.system, &on.data),
    })
}

fn component(plan: &Plan, f: &hir::Factorial, factor: usize) -> String {
    let factor = f.over.get(factor);
    factor.map_or(String::new(), |f| {
        plan.components[f.component.value].common.name.clone()
    })
}

fn level(plan: &Plan, f: &hir::Factorial, factor: usize, place: usize) -> String {
    let of = |f: &hir::Factor| {
        let levels = &plan.components[f.component.value].levels;
        levels.get(*f.levels.get(place)?).cloned()
    };
    f.over.get(factor).and_then(of).unwrap_or_default()
}

fn levels(
    plan: &Plan,
    f: &hir::Factorial,
    cell: &hir::DesignCell,
) -> std::collections::BTreeMap<String, String> {
    let of = |(factor, &place): (usize, &usize)| {
        (component(plan, f, factor), level(plan, f, factor, place))
    };
    cell.levels.iter().enumerate().map(of).collect()
}

/// The levels meant, where some component has more than two and the names alone would not say.
fn meant(plan: &Plan, f: &hir::Factorial, terms: &[(usize, usize)]) -> Vec<String> {
    let many = |t: &(usize, usize)| f.over.get(t.0).is_some_and(|f| f.levels.len() > 2);
    if !terms.iter().any(many) {
        return Vec::new();
    }
    terms.iter().map(|t| level(plan, f, t.0, t.1)).collect()
}

/// The effects of the table, each as factors with the level meant and whether the plan claims it: all single
/// components, the interactions claimed, then those of two components. Of what a fraction cannot tell apart
/// one stands for all, unless both are claimed.
fn listed(f: &hir::Factorial, relation: &Relation) -> Vec<(Vec<(usize, usize)>, bool)> {
    let factors = 0..f.over.len();
    let singles = factors.clone().map(|a| vec![a]);
    let claimed = f.interactions.iter().map(|i| i.value.clone());
    let pairs = factors
        .clone()
        .flat_map(|a| (a + 1..f.over.len()).map(move |b| vec![a, b]));
    let (mut done, mut known) = (BTreeSet::new(), BTreeSet::new());
    let mut found = Vec::new();
    let all = singles.chain(claimed).map(|s| (s, true));
    for (set, claims) in all.chain(pairs.map(|s| (s, false))) {
        let word = Word::of(set.iter().copied());
        if !done.insert(word) || (!claims && known.contains(&word.factors)) {
            continue;
        }
        known.extend(relation.aliases(word).iter().map(|w| w.factors));
        let mut terms: Vec<Vec<(usize, usize)>> = vec![Vec::new()];
        for &factor in &set {
            let highs = f.over.get(factor).map_or(1, |f| f.levels.len());
            terms = terms
                .iter()
                .flat_map(|t| {
                    (1..highs).map(move |high| {
                        let mut longer = t.clone();
                        longer.push((factor, high));
                        longer
                    })
                })
                .collect();
        }
        found.extend(terms.into_iter().map(|t| (t, claims)));
    }
    found
}
