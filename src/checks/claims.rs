//! What several checks ask of a plan's claims: which metrics decide, what is favoured, and which
//! systems a claim measures.

use crate::graph;
use crate::hir::{
    Condition, DataRef, Decide, Id, MetricRef, Plan, QuantityKind, Rule, Select, System,
    VariantRef, rows_of,
};
use crate::text::Span;
use std::fmt::Display;

/// Systems that a claim measures by some metrics.
#[derive(Debug, Clone)]
pub(super) struct Measuring<'a> {
    /// The rows.
    pub on: DataRef,
    /// The metrics.
    pub metrics: Vec<&'a MetricRef>,
    /// The systems, each with where it is named first.
    pub systems: Vec<(Id<System>, Span)>,
}

/// What the plan's claims measure, in source order of each kind.
pub(super) fn measuring(plan: &Plan) -> Vec<Measuring<'_>> {
    let side = |v: &VariantRef| (v.variant.system, v.span);
    let mut all: Vec<Measuring<'_>> = Vec::new();
    for (_, c) in plan.compares.iter() {
        let Some(on) = &c.on else { continue };
        all.push(Measuring {
            on: on.data.clone(),
            metrics: c.metrics.iter().collect(),
            systems: std::iter::once(&c.subject)
                .chain(&c.against)
                .map(side)
                .collect(),
        });
    }
    for (_, a) in plan.ablations.iter() {
        let Some(on) = &a.on else { continue };
        let arms = a.arms.iter().map(|arm| (arm.variant.system, arm.span));
        all.push(Measuring {
            on: on.data.clone(),
            metrics: a.metric.iter().collect(),
            systems: std::iter::once(side(&a.of)).chain(arms).collect(),
        });
    }
    for (_, f) in plan.factorials.iter() {
        let Some(on) = &f.on else { continue };
        all.push(Measuring {
            on: on.data.clone(),
            metrics: f.metric.iter().collect(),
            systems: vec![side(&f.of)],
        });
    }
    for (_, s) in plan.selects.iter() {
        let Some(on) = &s.on else { continue };
        all.push(Measuring {
            on: on.data.clone(),
            metrics: chosen_by(s),
            systems: s.from.iter().map(side).collect(),
        });
    }
    for (_, d) in plan.decides.iter() {
        if let Some(on) = rows_of(plan, d) {
            decided(d, &on, &mut all);
        }
    }
    all
}

fn decided<'a>(d: &'a Decide, on: &DataRef, all: &mut Vec<Measuring<'a>>) {
    let side = |v: &VariantRef| (v.variant.system, v.span);
    let conditions = d.rules.iter().filter_map(|r| r.when.as_ref());
    for q in conditions.flat_map(Condition::quantities) {
        let systems = match (q.kind, &q.of) {
            (QuantityKind::Interaction(..), _) => continue,
            (QuantityKind::Value, Some(of)) => vec![side(of)],
            (QuantityKind::Value, None) => vec![side(&d.subject)],
            (QuantityKind::Gain | QuantityKind::Delta | QuantityKind::Relative, of) => {
                vec![side(of.as_ref().unwrap_or(&d.subject)), side(&d.against)]
            }
        };
        all.push(Measuring {
            on: on.clone(),
            metrics: vec![&q.metric],
            systems,
        });
    }
}

/// The metrics that decide, and whether part of what decides could not be read. Where there is no
/// `decide`, the plan's choices decide.
pub(super) fn deciding(plan: &Plan) -> (Vec<MetricRef>, bool) {
    if plan.decides.is_empty() {
        let chosen = plan.selects.iter().flat_map(|(_, s)| chosen_by(s));
        let broken = plan.selects.iter().any(|(_, s)| s.common.broken);
        return (chosen.cloned().collect(), broken);
    }
    let metrics = plan.decides.iter().flat_map(|(_, d)| graph::metrics_of(d));
    let broken = plan.decides.iter().any(|(_, d)| unread(d));
    (metrics.collect(), broken)
}

/// The metrics by which a choice is made.
pub(super) fn chosen_by(select: &Select) -> Vec<&MetricRef> {
    let objective = select.objective.iter().map(|(m, _)| m);
    let prefer = select.prefer.iter().map(|(m, _)| m);
    let required = select.require.iter().flat_map(|c| c.quantities());
    let required = required.map(|q| &q.metric);
    objective.chain(prefer).chain(required).collect()
}

/// Whether part of a decision could not be read.
pub(super) fn unread(decide: &Decide) -> bool {
    let conditions = decide.rules.iter().filter_map(|r| r.when.as_ref());
    decide.common.broken || conditions.into_iter().any(has_error)
}

fn has_error(condition: &Condition) -> bool {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(has_error),
        Condition::Not(inner) | Condition::Possibly(inner) => has_error(inner),
        Condition::Every { body, .. } => has_error(body),
        Condition::Atom(_) => false,
        Condition::Error => true,
    }
}

/// The rules of a decision that lead to the outcome the plan favours: `favours:`, else the first rule's.
pub(super) fn favourable<'a>(plan: &'a Plan, decide: &'a Decide) -> Vec<&'a Rule> {
    let said = plan.header.as_ref().and_then(|h| h.favours.as_ref());
    let first = decide.rules.first().map(|r| &r.outcome);
    let Some(outcome) = said.or(first) else {
        return Vec::new();
    };
    let leads = |r: &&Rule| r.outcome.value == outcome.value;
    decide.rules.iter().filter(leads).collect()
}

/// Whether a system's outputs are measured on rows, and were made by something that takes time and
/// learns: no built-in floor, no published number.
pub(super) fn is_run(plan: &Plan, v: &VariantRef) -> bool {
    let system: &System = &plan.systems[v.variant.system];
    !system.is_builtin() && !plan.is_reported(v.variant.system)
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed<T: Display>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.to_string(),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(ToString::to_string).collect();
            format!("{} and {last}", first.join(", "))
        }
    }
}

/// Each metric once, in reading order.
pub(super) fn once<'a>(metrics: impl IntoIterator<Item = &'a MetricRef>) -> Vec<&'a MetricRef> {
    let mut found: Vec<&MetricRef> = Vec::new();
    for m in metrics {
        if !found.iter().any(|f| f.same(m)) {
            found.push(m);
        }
    }
    found
}
