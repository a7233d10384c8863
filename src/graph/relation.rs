//! Whether two sets of rows share any.

use crate::hir::{DataRef, Dataset, Id, Plan, SplitRule};
use std::collections::BTreeSet;

/// What is known of two sets of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// They share no row.
    Disjoint,
    /// They share rows.
    Overlapping,
    /// The plan doesn't say.
    Unknown,
}

/// The relation of `a` and `b`: of one dataset by its split rule, across datasets by
/// `derived_from`, `overlaps`, `disjoint_from` and equal sources.
pub fn relation(plan: &Plan, a: &DataRef, b: &DataRef) -> Relation {
    if a.dataset == b.dataset {
        return within(plan, a, b);
    }
    if declared_disjoint(plan, a, b) || declared_disjoint(plan, b, a) {
        return Relation::Disjoint;
    }
    let (origins_a, origins_b) = (origins(plan, a), origins(plan, b));
    let mut answer = Relation::Unknown;
    for x in &origins_a {
        for y in &origins_b {
            let found = if x.dataset == y.dataset {
                within(plan, x, y)
            } else if share_source(plan, x.dataset, y.dataset) {
                Relation::Overlapping
            } else {
                Relation::Unknown
            };
            match found {
                Relation::Overlapping => return Relation::Overlapping,
                Relation::Disjoint => answer = Relation::Disjoint,
                Relation::Unknown => {}
            }
        }
    }
    answer
}

fn within(plan: &Plan, a: &DataRef, b: &DataRef) -> Relation {
    let (Some(p), Some(q)) = (&a.part, &b.part) else {
        return Relation::Overlapping;
    };
    if p == q {
        return Relation::Overlapping;
    }
    let Some(split) = &plan.datasets[a.dataset].split else {
        return Relation::Unknown;
    };
    match &split.rule {
        // Two names for one value of the column are the same rows.
        SplitRule::Column(_) => {
            let take = |name: &str| split.parts.iter().find(|x| x.0.value == name).map(|x| &x.1);
            match (take(p), take(q)) {
                (Some(x), Some(y)) if x == y => Relation::Overlapping,
                _ => Relation::Disjoint,
            }
        }
        SplitRule::Hash { .. } | SplitRule::Before(_) => Relation::Disjoint,
        SplitRule::All(_) => Relation::Overlapping,
    }
}

fn declared_disjoint(plan: &Plan, a: &DataRef, b: &DataRef) -> bool {
    plan.datasets[a.dataset]
        .disjoint_from
        .iter()
        .any(|d| d.data.dataset == b.dataset && (d.data.part.is_none() || d.data.part == b.part))
}

fn share_source(plan: &Plan, a: Id<Dataset>, b: Id<Dataset>) -> bool {
    let source = |d: Id<Dataset>| plan.datasets[d].source.as_ref().map(|s| s.value.as_str());
    let overlaps = |x: Id<Dataset>, y| plan.datasets[x].overlaps.iter().any(|o| o.value == y);
    (source(a).is_some() && source(a) == source(b)) || overlaps(a, b) || overlaps(b, a)
}

/// The data itself and all it was derived from, as far back as declared.
fn origins(plan: &Plan, data: &DataRef) -> BTreeSet<DataRef> {
    let mut found = BTreeSet::from([data.clone()]);
    let mut waiting = vec![data.clone()];
    while let Some(next) = waiting.pop() {
        for from in &plan.datasets[next.dataset].derived_from {
            if found.insert(from.data.clone()) {
                waiting.push(from.data.clone());
            }
        }
    }
    found
}
