//! The claims of a plan, each with the level it is held to and the effect the decision asks of it.

use super::needed::{Asked, Needed, needed};
use super::sizes::{Reads, runs};
use crate::hir::{
    Compare, Correction, DataRef, Factorial, Header, IntervalSpec, MetricRef, Over, Pilot, Plan,
    Slice, SliceBy, Variant, rows_of,
};
use crate::stats::factorial::contrast;
use crate::text::{Span, Spanned};
use std::collections::BTreeMap;

/// Which kind of claim it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A metric × baseline × slice of a comparison.
    Comparison,
    /// An arm of an ablation.
    Arm,
    /// A gain that a rule reads and no comparison claims.
    Decision,
    /// An effect of a factorial.
    Effect,
}

/// What an effect of a factorial is made of: differences of cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Contrast {
    /// `bigrams`, `bigrams × augment`.
    pub name: String,
    /// How many pairs of cells are averaged; differences of rows in one pair may tell nothing of those in the
    /// next, or be the same.
    pub pairs: f64,
}

/// The rows of a claim: all of the partition, or those of a slice.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<'a> {
    /// The slice.
    pub slice: &'a Slice,
    /// Its part, where the rows were read.
    pub value: Option<String>,
    /// Rows and clusters of that part.
    pub read: Option<(u64, Option<u64>)>,
}

/// The claims that are corrected together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// The correction.
    pub correction: Option<Correction>,
    /// How many claims; of a slice whose values aren't known one part is counted.
    pub claims: usize,
    /// Whether there may be more.
    pub at_least: bool,
}

/// One claim.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    /// Which kind.
    pub kind: Kind,
    /// The system claimed to be better.
    pub subject: &'a Variant,
    /// What it is held against.
    pub against: &'a Variant,
    /// The metric.
    pub metric: &'a MetricRef,
    /// The rows.
    pub on: &'a DataRef,
    /// The part of the rows, where it isn't all of them.
    pub part: Option<Part<'a>>,
    /// Where it is claimed.
    pub span: Span,
    /// The level its interval is read at.
    pub level: f64,
    /// The level its p value has to pass once corrected, at worst.
    pub corrected: f64,
    /// What it is corrected with.
    pub family: Family,
    /// What varies.
    pub over: Over,
    /// Whether rows count one by one, whatever group they belong to.
    pub row_by_row: bool,
    /// Whether both sides are sampled together.
    pub paired: bool,
    /// What a pilot showed.
    pub pilot: Option<&'a Pilot>,
    /// What the pilot's baseline scored, where that is of this metric.
    pub level_of_baseline: Option<f64>,
    /// What an effect of a factorial is made of.
    pub contrast: Option<Contrast>,
    /// The runs of both sides; none of published numbers.
    pub runs: (usize, usize),
    /// The effect a decision asks for.
    pub needed: Option<Needed>,
    /// Whether something it rests on could not be read; then nothing absent proves anything.
    pub broken: bool,
}

/// The plan's significance level.
pub fn alpha(plan: &Plan) -> f64 {
    let said = plan.header.as_ref().and_then(|h| h.alpha.as_ref());
    said.map_or(0.05, |a| a.value)
}

/// The power wished for: 80 % unless the plan says otherwise.
pub fn wished(plan: &Plan) -> f64 {
    let said = |h: &Header| h.power.as_ref().map(|p| p.value);
    plan.header.as_ref().and_then(said).unwrap_or(0.8)
}

/// The level that an interval leaves; the plan's where it is not said.
pub fn level(plan: &Plan, interval: Option<&Spanned<IntervalSpec>>) -> f64 {
    match interval.map(|i| &i.value) {
        Some(IntervalSpec::Bootstrap { level, .. } | IntervalSpec::Analytic { level, .. }) => {
            1.0 - level
        }
        Some(IntervalSpec::None) | None => alpha(plan),
    }
}

/// The level that the smallest p value of a family has to pass. Step-down and step-up corrections are
/// taken at their first step: the claim is then the only one that holds.
pub fn corrected(level: f64, correction: Option<Correction>, claims: usize) -> f64 {
    let claims = claims.max(1);
    match correction {
        None | Some(Correction::None) => level,
        Some(Correction::Bonferroni | Correction::Holm | Correction::Hochberg | Correction::Bh) => {
            level / claims as f64
        }
        Some(Correction::By) => {
            let harmonic: f64 = (1..=claims).map(|k| 1.0 / k as f64).sum();
            level / (claims as f64 * harmonic)
        }
    }
}

/// Every claim of the plan's comparisons, ablations and decisions, in this order.
pub fn claims<'a>(plan: &'a Plan, reads: &Reads) -> Vec<Claim<'a>> {
    let mut found: Vec<Claim<'a>> = Vec::new();
    for (_, c) in plan.compares.iter() {
        compared(plan, reads, c, &mut found);
    }
    for (_, a) in plan.ablations.iter() {
        let (Some(on), Some(metric)) = (&a.on, &a.metric) else {
            continue;
        };
        let level = level(plan, a.interval.as_ref());
        let family = Family {
            correction: a.correct.map(|c| c.value),
            claims: a.arms.len(),
            at_least: false,
        };
        found.extend(a.arms.iter().map(|arm| Claim {
            kind: Kind::Arm,
            subject: &a.of.variant,
            against: &arm.variant,
            metric,
            on: &on.data,
            part: None,
            span: arm.span,
            level,
            corrected: corrected(level, family.correction, family.claims),
            family,
            over: Over::Rows,
            row_by_row: false,
            paired: true,
            pilot: None,
            level_of_baseline: None,
            contrast: None,
            runs: (runs(plan, &a.of.variant), runs(plan, &arm.variant)),
            needed: None,
            broken: a.common.broken || unread(plan, &on.data, &[&a.of.variant, &arm.variant]),
        }));
    }
    for (_, f) in plan.factorials.iter() {
        found.extend(effects(plan, f));
    }
    ask(plan, &mut found);
    found
}

/// The effect of each component, and of each interaction that is claimed.
fn effects<'a>(plan: &'a Plan, f: &'a Factorial) -> Vec<Claim<'a>> {
    let (Some(on), Some(metric)) = (&f.on, &f.metric) else {
        return Vec::new();
    };
    let cells: Vec<Vec<usize>> = f.cells.iter().map(|c| c.levels.clone()).collect();
    let level = level(plan, f.interval.as_ref());
    let variants: Vec<&Variant> = f.cells.iter().map(|c| &c.variant).collect();
    let fewest = variants.iter().map(|v| runs(plan, v)).min().unwrap_or(0);
    let singles = (0..f.over.len()).map(|a| vec![a]);
    let sets = singles.chain(f.interactions.iter().map(|i| i.value.clone()));
    let claimed: Vec<Contrast> = sets
        .flat_map(|set| terms(f, &set))
        .filter_map(|t| contrast_of(plan, f, &cells, &t))
        .collect();
    let family = Family {
        correction: None,
        claims: claimed.len(),
        at_least: false,
    };
    let claim = |contrast| Claim {
        kind: Kind::Effect,
        subject: &f.of.variant,
        against: &f.of.variant,
        metric,
        on: &on.data,
        part: None,
        span: f.over_span,
        level,
        corrected: level,
        family,
        over: Over::Rows,
        row_by_row: false,
        paired: true,
        pilot: None,
        level_of_baseline: None,
        contrast: Some(contrast),
        runs: (fewest, fewest),
        needed: None,
        broken: f.common.broken || unread(plan, &on.data, &variants),
    };
    claimed.into_iter().map(claim).collect()
}

/// The components of an effect with each choice of the levels that are meant.
fn terms(f: &Factorial, set: &[usize]) -> Vec<Vec<(usize, usize)>> {
    let highs = |factor: usize| 1..f.over.get(factor).map_or(1, |f| f.levels.len());
    set.iter().fold(vec![Vec::new()], |all, &factor| {
        let longer = |t: &Vec<(usize, usize)>| {
            let t = t.clone();
            highs(factor).map(move |high| [t.as_slice(), &[(factor, high)]].concat())
        };
        all.iter().flat_map(longer).collect()
    })
}

fn contrast_of(
    plan: &Plan,
    f: &Factorial,
    cells: &[Vec<usize>],
    terms: &[(usize, usize)],
) -> Option<Contrast> {
    let weights = contrast(cells, terms)?;
    let counted = weights.iter().filter(|w| **w != 0.0).count();
    let name = |&(factor, high): &(usize, usize)| {
        let of = f.over.get(factor)?;
        let component = &plan.components[of.component.value];
        let name = &component.common.name;
        let level = of.levels.get(high).and_then(|l| component.levels.get(*l));
        Some(match level.filter(|_| of.levels.len() > 2) {
            Some(level) => format!("{name}: {level}"),
            None => name.clone(),
        })
    };
    let names: Option<Vec<String>> = terms.iter().map(name).collect();
    Some(Contrast {
        name: names?.join(" × "),
        pairs: (counted as f64 / 2.0).max(1.0),
    })
}

fn compared<'a>(plan: &'a Plan, reads: &Reads, c: &'a Compare, found: &mut Vec<Claim<'a>>) {
    let Some(on) = &c.on else { return };
    let parts = parts(c, reads, &on.data);
    let unknown = |p: &Option<Part<'_>>| {
        let of_column = |p: &Part<'_>| matches!(p.slice.by, SliceBy::Column(_));
        p.as_ref().is_some_and(|p| p.read.is_none() && of_column(p))
    };
    let family = Family {
        correction: c.correct.map(|c| c.value),
        claims: c.against.len() * c.metrics.len() * parts.len(),
        at_least: parts.iter().any(unknown),
    };
    let level = level(plan, c.interval.as_ref());
    for against in &c.against {
        for metric in &c.metrics {
            found.extend(parts.iter().map(|part| {
                Claim {
                    kind: Kind::Comparison,
                    subject: &c.subject.variant,
                    against: &against.variant,
                    metric,
                    on: &on.data,
                    part: part.clone(),
                    span: metric.span,
                    level,
                    corrected: corrected(level, family.correction, family.claims),
                    family,
                    over: c.over.map_or(Over::Rows, |o| o.value),
                    row_by_row: c.row_by_row(),
                    paired: c.paired.is_none_or(|p| p.value),
                    pilot: c.pilot.as_ref(),
                    level_of_baseline: (c.pilot.as_ref())
                        .and_then(|p| p.level.as_ref())
                        .filter(|_| c.about(plan).is_some_and(|m| m.same(metric)))
                        .map(|l| l.value),
                    contrast: None,
                    runs: (runs(plan, &c.subject.variant), runs(plan, &against.variant)),
                    needed: None,
                    broken: c.common.broken
                        || unread(plan, &on.data, &[&c.subject.variant, &against.variant]),
                }
            }));
        }
    }
}

fn unread(plan: &Plan, on: &DataRef, variants: &[&Variant]) -> bool {
    let header = plan.header.as_ref().is_some_and(|h| h.common.broken);
    let broken = |v: &&Variant| plan.systems[v.system].common.broken;
    plan.incomplete
        || header
        || plan.datasets[on.dataset].common.broken
        || variants.iter().any(broken)
}

/// The whole, and the parts of the slices as far as known.
fn parts<'a>(c: &'a Compare, reads: &Reads, on: &DataRef) -> Vec<Option<Part<'a>>> {
    let mut parts = vec![None];
    for slice in &c.slices {
        let read = reads.get(on).and_then(|r| r.slices.get(&slice.name.value));
        match read {
            Some(values) => parts.extend(values.iter().map(|(value, rows, clusters)| {
                let named = matches!(slice.by, SliceBy::Column(_));
                Some(Part {
                    slice,
                    value: named.then(|| value.clone()),
                    read: Some((*rows, *clusters)),
                })
            })),
            None => parts.push(Some(Part {
                slice,
                value: None,
                read: None,
            })),
        }
    }
    parts
}

/// Puts what decisions ask to their claims; without one the gain is a claim of the decision, on the
/// rows and at the level of the pair's other claims.
fn ask<'a>(plan: &'a Plan, found: &mut Vec<Claim<'a>>) {
    let mut pairs: BTreeMap<(&Variant, &Variant), Vec<usize>> = BTreeMap::new();
    for (i, claim) in found.iter().enumerate() {
        pairs
            .entry((claim.subject, claim.against))
            .or_default()
            .push(i);
    }
    let mut more: Vec<Claim<'a>> = Vec::new();
    for asked in needed(plan) {
        let d = asked.decide;
        let pair = (&d.subject.variant, &d.against.variant);
        let own = pairs.get(&pair).map_or(&[][..], Vec::as_slice);
        let mut claimed = false;
        let mut put = |claim: &mut Claim<'a>| {
            if !asked.is_of(claim) {
                return;
            }
            claimed = true;
            if claim.needed.as_ref().is_none_or(|n| asked.needed.over(n)) {
                claim.needed = Some(asked.needed.clone());
            }
        };
        for &i in own {
            found.get_mut(i).into_iter().for_each(&mut put);
        }
        more.iter_mut()
            .filter(|c| (c.subject, c.against) == pair)
            .for_each(&mut put);
        let turned = (pair.1, pair.0);
        let beside = own.first().or_else(|| pairs.get(&turned)?.first());
        let Some(beside) = beside.and_then(|&i| found.get(i)) else {
            continue;
        };
        if !claimed && asked.slice.is_none() && rows_of(plan, d).as_ref() == Some(beside.on) {
            more.push(alone(plan, beside, asked));
        }
    }
    found.extend(more);
}

fn alone<'a>(plan: &Plan, beside: &Claim<'a>, asked: Asked<'a>) -> Claim<'a> {
    let (subject, against) = (&asked.decide.subject.variant, &asked.decide.against.variant);
    Claim {
        kind: Kind::Decision,
        subject,
        against,
        metric: asked.metric,
        part: None,
        span: asked.needed.span,
        corrected: beside.level,
        family: Family {
            correction: None,
            claims: 1,
            at_least: false,
        },
        runs: (runs(plan, subject), runs(plan, against)),
        needed: Some(asked.needed),
        ..beside.clone()
    }
}

impl Asked<'_> {
    fn is_of(&self, claim: &Claim<'_>) -> bool {
        let slice = claim.part.as_ref().map(|p| p.slice.name.value.as_str());
        claim.metric.same(self.metric) && slice == self.slice
    }
}
