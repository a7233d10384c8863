//! Which rows of a plan are held out: those that claims are made on and that shaped nothing they judge.

use crate::graph::{self, Dag, Relation};
use crate::hir::{DataRef, Plan, Variant};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The rows, each with the place where a claim names them first. Rows that only choose (a `select`, an
/// ablation with a tolerance) are for tuning; so are those that a judged system learned from, was tuned,
/// stopped or chosen on. Of a cross-validation each row is held out from the model that it judges.
pub fn held_out(plan: &Plan, dag: &Dag) -> Vec<(DataRef, Span)> {
    let evaluations = graph::evaluations(plan);
    let mut on: BTreeMap<&DataRef, (BTreeSet<&Variant>, Span)> = BTreeMap::new();
    for e in evaluations.iter().filter(|e| !e.choice) {
        if plan.is_reported(e.variant.system) {
            continue;
        }
        let slot = on.entry(&e.on).or_insert((BTreeSet::new(), e.on_span));
        slot.0.insert(&e.variant);
    }
    let chosen_on = |on: &DataRef| evaluations.iter().any(|e| e.choice && e.on == *on);
    let shaped = |on: &DataRef, v: &Variant| {
        dag.influences(v).iter().any(|i| {
            graph::relation(plan, &i.data, on) == Relation::Overlapping
                && !graph::out_of_fold(plan, i.how, &i.data, on)
        })
    };
    on.into_iter()
        .filter(|(on, (variants, _))| !chosen_on(on) && !variants.iter().any(|v| shaped(on, v)))
        .map(|(on, (_, span))| (on.clone(), span))
        .collect()
}

/// The systems that the plan's claims are about, by name: not those they are held against.
pub fn subjects(plan: &Plan) -> Vec<String> {
    let name = |v: &Variant| plan.systems[v.system].common.name.clone();
    let mut names: BTreeSet<String> = BTreeSet::new();
    names.extend(plan.compares.iter().map(|(_, c)| name(&c.subject.variant)));
    names.extend(plan.ablations.iter().map(|(_, a)| name(&a.of.variant)));
    names.extend(plan.decides.iter().map(|(_, d)| name(&d.subject.variant)));
    for (_, s) in plan.selects.iter() {
        names.extend(s.from.iter().map(|v| name(&v.variant)));
    }
    for (_, f) in plan.factorials.iter() {
        names.extend(f.cells.iter().map(|c| name(&c.variant)));
    }
    names.into_iter().collect()
}
