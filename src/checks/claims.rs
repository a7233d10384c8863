//! What several checks ask of a plan's claims: which metrics decide, what is favoured, and which
//! systems a claim measures.

use crate::graph;
use crate::hir::{Condition, Decide, MetricRef, Plan, Rule, Select, System, VariantRef};
use std::fmt::Display;

/// The metrics that decide, and whether part of what decides could not be read. Where there is no
/// `decide`, the plan's choices decide.
pub(super) fn deciding(plan: &Plan) -> (Vec<MetricRef>, bool) {
    if plan.decides.is_empty() {
        let chosen = plan.selects.iter().flat_map(|(_, s)| chosen_by(s));
        let broken = plan.selects.iter().any(|(_, s)| s.common.broken);
        return (chosen.collect(), broken);
    }
    let metrics = plan.decides.iter().flat_map(|(_, d)| graph::metrics_of(d));
    let broken = plan.decides.iter().any(|(_, d)| unread(d));
    (metrics.collect(), broken)
}

fn chosen_by(select: &Select) -> Vec<MetricRef> {
    let objective = select.objective.iter().map(|(m, _)| m);
    let prefer = select.prefer.iter().map(|(m, _)| m);
    let required = select.require.iter().flat_map(|c| c.quantities());
    let required = required.map(|q| &q.metric);
    objective.chain(prefer).chain(required).cloned().collect()
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
