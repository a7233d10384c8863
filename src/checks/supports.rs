//! What a design supports: the comparisons and effects that a plan's runs can tell, and what of them is confounded.
//!
//! [`supports`] reads the plan alone. An ablation is read as a matrix of its arms: a column for each component (and
//! for whatever else an arm changes) and for each pair of components, coded by what differs from the reference; the
//! rank of the matrix says what is told apart ([`crate::stats::aliasing`]). A full factorial tells all effects, a
//! fraction tells each with its aliases.

use super::family;
use crate::hir::{Ablation, Arm, Compare, Factorial, Id, Outputs, Plan, System, VariantRef};
use crate::stats::aliasing::{self, Told};
use crate::stats::factorial::{Word, contrast};
use crate::text::Span;
use serde::Serialize;

/// What a plan's runs can tell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Supports {
    /// The comparisons, in source order, each pair on its own.
    pub comparisons: Vec<Contrast>,
    /// Ablations, then factorials, in source order.
    pub designs: Vec<Design>,
}

/// A system set against another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contrast {
    /// The system compared.
    pub candidate: String,
    /// The other.
    pub baseline: String,
    /// The rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// The metrics.
    pub metrics: Vec<String>,
    /// Whether the difference can be estimated.
    pub estimable: bool,
    /// How the two are paired.
    pub pairing: Pairing,
    /// What variants of one system differ in; empty where whole systems are compared. More than one are told only
    /// together.
    pub differ_in: Vec<String>,
    /// Where the plan compares them.
    #[serde(skip)]
    pub span: Span,
}

/// What two sides of a comparison share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairing {
    /// Rows and seeds.
    RowsAndSeeds,
    /// Rows.
    Rows,
    /// Nothing: the plan says `paired: no`.
    Unpaired,
    /// No rows: one side is known by published numbers.
    Published,
}

/// An ablation or factorial.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Design {
    /// `ablation` or `factorial`.
    pub kind: &'static str,
    /// The reference.
    pub of: String,
    /// The rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// The metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// How many variants are run.
    pub runs: usize,
    /// How many effects, the mean included, the runs can tell at most.
    pub rank: usize,
    /// Of a fraction, its resolution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<u32>,
    /// Single components, then pairs and what else is claimed.
    pub effects: Vec<Effect>,
    /// Where the plan asks for it.
    #[serde(skip)]
    pub span: Span,
}

/// The effect of a component, or of components together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// The components, with a level where there are several: `augment`, `augment: strong`.
    pub of: Vec<String>,
    /// Whether it can be told.
    pub answer: Answer,
    /// What it is told together with; of a fraction its aliases, the simplest first.
    pub with: Vec<String>,
}

/// Whether an effect can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It can be estimated.
    Told,
    /// It can, as far as three or more components do nothing together beyond what two of them do.
    ToldButForHigher,
    /// Only its sum with others can.
    Together,
    /// No run shows it.
    Unseen,
}

/// What the plan's runs can tell. What could not be read is left out.
pub fn supports(plan: &Plan) -> Supports {
    let compares = plan.compares.iter().filter(|(_, c)| !c.common.broken);
    let ablations = plan.ablations.iter().filter(|(_, a)| !a.common.broken);
    let factorials = plan.factorials.iter().filter(|(_, f)| !f.cells.is_empty());
    Supports {
        comparisons: compares
            .flat_map(|(_, c)| c.against.iter().map(move |a| compared(plan, c, a)))
            .collect(),
        designs: ablations
            .map(|(_, a)| ablated(plan, a))
            .chain(factorials.map(|(_, f)| varied(plan, f)))
            .collect(),
    }
}

fn compared(plan: &Plan, c: &Compare, against: &VariantRef) -> Contrast {
    let (a, b) = (&c.subject.variant, &against.variant);
    let one_system = family::variants_of_one(plan, a, b);
    let pairing = pairing(plan, c, against);
    let mut differ_in: Vec<String> = Vec::new();
    if one_system {
        differ_in = family::components(plan, b, a)
            .into_iter()
            .map(|c| family::name(plan, c).to_string())
            .collect();
        let beside = beside(plan, b.system, a.system, &differ_in);
        differ_in.extend(beside);
    }
    Contrast {
        candidate: plan.show(a),
        baseline: plan.show(b),
        partition: c.on.as_ref().map(|on| plan.show_data(&on.data)),
        metrics: c.metrics.iter().map(|m| m.text.clone()).collect(),
        estimable: pairing != Pairing::Published,
        pairing,
        differ_in,
        span: against.span,
    }
}

fn pairing(plan: &Plan, c: &Compare, against: &VariantRef) -> Pairing {
    let (a, b) = (c.subject.variant.system, against.variant.system);
    if plan.is_reported(a) || plan.is_reported(b) {
        return Pairing::Published;
    }
    if c.paired.is_some_and(|p| !p.value) {
        return Pairing::Unpaired;
    }
    let seeds = |id: Id<System>| match &plan.systems[id].outputs {
        Some(Outputs::Predict { .. }) => None,
        Some(Outputs::Run { .. } | Outputs::Predictions { .. } | Outputs::Reported(_)) | None => {
            plan.systems[id].seeds.as_ref().map(|s| &s.value)
        }
    };
    match (seeds(a), seeds(b)) {
        (Some(one), Some(other)) if one == other => Pairing::RowsAndSeeds,
        _ => Pairing::Rows,
    }
}

/// What two systems differ in beside their components: steps, fields and seeds, but for those that stand for one
/// of the components.
fn beside(
    plan: &Plan,
    reference: Id<System>,
    variant: Id<System>,
    components: &[String],
) -> Vec<String> {
    if reference == variant {
        return Vec::new();
    }
    let steps = family::steps(plan, reference, variant).names;
    let fields = family::fields(plan, reference, variant);
    let seeds = |id: Id<System>| plan.systems[id].seeds.as_ref().map(|s| &s.value);
    let unpaired = seeds(reference) != seeds(variant);
    let stands = |other: &String| components.iter().any(|c| family::embodies(c, other));
    steps
        .into_iter()
        .map(|s| format!("step {s}"))
        .chain(fields.into_iter().map(|f| f.field))
        .filter(|other| !stands(&other.trim_start_matches("step ").to_string()))
        .chain(unpaired.then(|| "seeds".to_string()))
        .collect()
}

/// A column of an ablation's matrix: a component at a level, something else that an arm changes, or two components.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Term(Vec<String>);

fn ablated(plan: &Plan, a: &Ablation) -> Design {
    let runs =
        distinct(std::iter::once(Vec::new()).chain(a.arms.iter().map(|arm| changes(plan, a, arm))));
    let mut singles: Vec<String> = Vec::new();
    for name in runs.iter().flatten() {
        if !singles.contains(name) {
            singles.push(name.clone());
        }
    }
    let mut terms: Vec<Term> = singles.iter().map(|s| Term(vec![s.clone()])).collect();
    for (i, one) in singles.iter().enumerate() {
        let others = singles.iter().skip(i + 1).filter(|o| bare(o) != bare(one));
        terms.extend(others.map(|o| Term(vec![one.clone(), o.clone()])));
    }
    let row = |run: &Vec<String>| {
        let has = |t: &Term| f64::from(u8::from(t.0.iter().all(|n| run.contains(n))));
        std::iter::once(1.0).chain(terms.iter().map(has)).collect()
    };
    let matrix: Vec<Vec<f64>> = runs.iter().map(row).collect();
    let reading = aliasing::read(&matrix);
    let answers = reading.columns.get(1..).unwrap_or(&[]);
    Design {
        kind: "ablation",
        of: plan.show(&a.of.variant),
        partition: a.on.as_ref().map(|on| plan.show_data(&on.data)),
        metric: metric(plan, a.metric.as_ref()),
        runs: runs.len(),
        rank: reading.rank,
        resolution: None,
        effects: effects(&terms, answers),
        span: a.of.span,
    }
}

/// `augment: strong` without its level.
fn bare(name: &str) -> &str {
    name.split_once(": ")
        .map_or(name, |(component, _)| component)
}

fn distinct(all: impl Iterator<Item = Vec<String>>) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for run in all {
        if !found.contains(&run) {
            found.push(run);
        }
    }
    found
}

/// What an arm changes, sorted.
fn changes(plan: &Plan, a: &Ablation, arm: &Arm) -> Vec<String> {
    let (reference, variant) = (&a.of.variant, &arm.variant);
    let levels = plan.configuration(variant);
    let components = family::components(plan, reference, variant);
    let mut names: Vec<String> = components
        .iter()
        .map(|c| {
            let component = &plan.components[*c];
            let level = levels.get(c).copied().or(component.absent);
            let name = &component.common.name;
            match level.filter(|l| component.absent != Some(*l)) {
                Some(l) => format!(
                    "{name}: {}",
                    component.levels.get(l).map_or("?", String::as_str)
                ),
                None => name.clone(),
            }
        })
        .collect();
    let own = family::name(plan, arm.component).to_string();
    let mut known: Vec<String> = names.iter().map(|n| bare(n).to_string()).collect();
    if !known.contains(&own) {
        known.push(own.clone());
    }
    names.extend(beside(plan, reference.system, variant.system, &known));
    // A hand-written arm without the component's level still stands for it.
    if !names.iter().any(|n| bare(n) == own) {
        names.push(own);
    }
    names.sort();
    names
}

fn effects(terms: &[Term], answers: &[Told]) -> Vec<Effect> {
    let together = |group: usize, own: &Term| {
        let same = terms
            .iter()
            .zip(answers)
            .filter(|(t, a)| **a == Told::Together(group) && *t != own);
        same.map(|(t, _)| t.0.join(" * ")).collect()
    };
    terms
        .iter()
        .zip(answers)
        .map(|(term, told)| {
            let (answer, with) = match told {
                Told::Alone => (Answer::Told, Vec::new()),
                Told::Unseen => (Answer::Unseen, Vec::new()),
                Told::Together(group) => (Answer::Together, together(*group, term)),
            };
            Effect {
                of: term.0.clone(),
                answer,
                with,
            }
        })
        .collect()
}

fn metric(plan: &Plan, own: Option<&crate::hir::MetricRef>) -> Option<String> {
    let primary = plan.header.as_ref().and_then(|h| h.primary.as_ref());
    own.or(primary).map(|m| m.text.clone())
}

fn varied(plan: &Plan, f: &Factorial) -> Design {
    let relation = f.relation();
    let cells: Vec<Vec<usize>> = f.cells.iter().map(|c| c.levels.clone()).collect();
    let effects = asked(f)
        .into_iter()
        .map(|terms| {
            let word = Word::of(terms.iter().map(|t| t.0));
            let aliases = relation.aliases(word);
            let answer = match aliases.first() {
                None if contrast(&cells, &terms).is_none() => Answer::Unseen,
                None => Answer::Told,
                // The simplest comes first.
                Some(first) if first.order() <= word.order().max(2) => Answer::Together,
                Some(_) => Answer::ToldButForHigher,
            };
            Effect {
                of: terms.iter().map(|t| named(plan, f, *t)).collect(),
                answer,
                with: aliases.into_iter().map(|w| f.show_word(plan, w)).collect(),
            }
        })
        .collect();
    Design {
        kind: "factorial",
        of: plan.show(&f.of.variant),
        partition: f.on.as_ref().map(|on| plan.show_data(&on.data)),
        metric: metric(plan, f.metric.as_ref()),
        runs: f.cells.len(),
        // Every cell of a full design or a regular fraction tells one effect more.
        rank: f.cells.len(),
        resolution: relation.resolution(),
        effects,
        span: f.of.span,
    }
}

/// The effects of a factorial, each as factors with the level meant: single components, pairs, what is claimed.
fn asked(f: &Factorial) -> Vec<Vec<(usize, usize)>> {
    let high = |factor: usize| {
        let n = f.over.get(factor).map_or(0, |f| f.levels.len());
        (1..n).map(move |level| (factor, level))
    };
    let mut found: Vec<Vec<(usize, usize)>> = Vec::new();
    for a in 0..f.over.len() {
        found.extend(high(a).map(|one| vec![one]));
    }
    for a in 0..f.over.len() {
        for b in a + 1..f.over.len() {
            found.extend(high(a).flat_map(|one| high(b).map(move |other| vec![one, other])));
        }
    }
    for claimed in &f.interactions {
        let mut factors = claimed.value.clone();
        factors.sort_unstable();
        let two_levels = factors.iter().all(|&x| high(x).count() == 1);
        let terms: Vec<(usize, usize)> = factors.iter().map(|&x| (x, 1)).collect();
        if two_levels && !found.contains(&terms) {
            found.push(terms);
        }
    }
    found
}

fn named(plan: &Plan, f: &Factorial, (factor, place): (usize, usize)) -> String {
    let Some(factor) = f.over.get(factor) else {
        return String::new();
    };
    let component = &plan.components[factor.component.value];
    let level = factor
        .levels
        .get(place)
        .and_then(|&l| component.levels.get(l));
    match level.filter(|_| factor.levels.len() > 2) {
        Some(level) => format!("{}: {level}", component.common.name),
        None => component.common.name.clone(),
    }
}
