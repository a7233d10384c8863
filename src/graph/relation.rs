//! Whether two sets of rows share any, and by which declarations.

use super::How;
use crate::hir::{DataRef, DataUse, Dataset, FOLDS, Id, Plan, Split, SplitRule};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

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

/// How two sets of rows come to share some.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meeting {
    /// The `derived_from` entries that lead from the first set to the shared rows.
    pub first: Vec<DataUse>,
    /// Those that lead from the second.
    pub second: Vec<DataUse>,
    /// The `overlaps:` entry that says so, if one does.
    pub declared: Option<Span>,
}

/// The relation of `a`, which may have shaped something, and `b`, which judges: of one dataset by its
/// split rule, across datasets by `derived_from`, `overlaps`, `disjoint_from`, equal sources, and the
/// date up to which `a` reaches.
pub fn relation(plan: &Plan, a: &DataRef, b: &DataRef) -> Relation {
    if a.dataset != b.dataset && apart(plan, a, b, &mut BTreeMap::new()) {
        return Relation::Disjoint;
    }
    if a.dataset == b.dataset {
        return within(plan, a, b);
    }
    match meeting(plan, a, b) {
        Some(_) => Relation::Overlapping,
        None if predates(plan, a, b) => Relation::Disjoint,
        None => Relation::Unknown,
    }
}

/// Whether the newest of `a`, or of all it was made from, is older than the day on which `b` became
/// public.
pub fn predates(plan: &Plan, a: &DataRef, b: &DataRef) -> bool {
    let released = plan.datasets[b.dataset].released.as_ref();
    let older = |d: &DataRef| {
        let cutoff = plan.datasets[d.dataset].cutoff.as_ref();
        cutoff
            .zip(released)
            .is_some_and(|(c, r)| before(&c.value, &r.value))
    };
    let made = &plan.datasets[a.dataset].derived_from;
    older(a) || (!made.is_empty() && made.iter().all(|m| older(&m.data)))
}

/// Whether a date such as `2023-09` is surely before another; one that holds the other is not.
fn before(a: &str, b: &str) -> bool {
    let parts = |text: &str| -> Option<Vec<u32>> {
        let all = text.split('-').map(|p| p.trim().parse().ok());
        all.collect()
    };
    match (parts(a), parts(b)) {
        (Some(a), Some(b)) => a
            .iter()
            .zip(&b)
            .find(|(x, y)| x != y)
            .is_some_and(|(x, y)| x < y),
        (None, _) | (_, None) => false,
    }
}

/// The shortest way in which `a` and `b` come to share rows; `None` where the plan doesn't say that
/// they do.
pub fn meeting(plan: &Plan, a: &DataRef, b: &DataRef) -> Option<Meeting> {
    if a.dataset == b.dataset {
        return (within(plan, a, b) == Relation::Overlapping).then(Meeting::default);
    }
    if declared_disjoint(plan, a, b) {
        return None;
    }
    let (origins_a, origins_b) = (origins(plan, a), origins(plan, b));
    let mut found: Option<Meeting> = None;
    for (x, first) in &origins_a {
        for (y, second) in &origins_b {
            let shorter = found
                .as_ref()
                .is_none_or(|m| first.len() + second.len() < m.first.len() + m.second.len());
            if shorter && direct(plan, x, y) == Relation::Overlapping {
                found = Some(Meeting {
                    first: first.clone(),
                    second: second.clone(),
                    declared: overlap(plan, x.dataset, y.dataset),
                });
            }
        }
    }
    found
}

/// Whether the rows are surely apart: by themselves, or because all that one was made from is.
fn apart(
    plan: &Plan,
    a: &DataRef,
    b: &DataRef,
    known: &mut BTreeMap<(DataRef, DataRef), bool>,
) -> bool {
    let key = (a.clone(), b.clone());
    if let Some(&answer) = known.get(&key) {
        return answer;
    }
    // Datasets derived from each other in a circle prove nothing.
    known.insert(key.clone(), false);
    let made = |d: &DataRef| -> &[DataUse] { &plan.datasets[d.dataset].derived_from };
    let answer = match direct(plan, a, b) {
        Relation::Disjoint => true,
        Relation::Overlapping => false,
        Relation::Unknown => {
            let (of_a, of_b) = (made(a), made(b));
            (!of_a.is_empty() && of_a.iter().all(|x| apart(plan, &x.data, b, known)))
                || (!of_b.is_empty() && of_b.iter().all(|y| apart(plan, a, &y.data, known)))
        }
    };
    known.insert(key, answer);
    answer
}

/// What is known of two sets of rows without looking at what they were derived from.
fn direct(plan: &Plan, a: &DataRef, b: &DataRef) -> Relation {
    if a.dataset == b.dataset {
        return within(plan, a, b);
    }
    if declared_disjoint(plan, a, b) {
        return Relation::Disjoint;
    }
    if overlap(plan, a.dataset, b.dataset).is_some() {
        return Relation::Overlapping;
    }
    let source = |d: Id<Dataset>| plan.datasets[d].source.as_ref().map(|s| s.value.as_str());
    if source(a.dataset).is_some() && source(a.dataset) == source(b.dataset) {
        return one_file(plan, a, b);
    }
    Relation::Unknown
}

/// Two datasets over one file.
fn one_file(plan: &Plan, a: &DataRef, b: &DataRef) -> Relation {
    if a.part.is_none() || b.part.is_none() {
        return Relation::Overlapping;
    }
    let split = |d: &DataRef| plan.datasets[d.dataset].split.as_ref();
    match (split(a), split(b)) {
        (Some(x), Some(y)) if same_split(x, y) => within(plan, a, b),
        _ => Relation::Unknown,
    }
}

fn same_split(a: &Split, b: &Split) -> bool {
    let rule = match (&a.rule, &b.rule) {
        (SplitRule::Column(x), SplitRule::Column(y))
        | (SplitRule::Before(x), SplitRule::Before(y))
        | (SplitRule::All(x), SplitRule::All(y)) => x.value == y.value,
        (SplitRule::Hash { column, seed }, SplitRule::Hash { column: c, seed: s }) => {
            column.value == c.value && seed == s
        }
        (
            SplitRule::Column(_)
            | SplitRule::Before(_)
            | SplitRule::All(_)
            | SplitRule::Hash { .. },
            _,
        ) => false,
    };
    let parts = |s: &Split| -> Vec<_> {
        let parts = s.parts.iter();
        parts.map(|(n, t)| (n.value.clone(), t.clone())).collect()
    };
    rule && parts(a) == parts(b)
}

fn within(plan: &Plan, a: &DataRef, b: &DataRef) -> Relation {
    let (Some(p), Some(q)) = (cut(plan, a), cut(plan, b)) else {
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

/// The partition whose rows these are: of folds, the one that is cut into them.
fn cut<'p>(plan: &'p Plan, data: &'p DataRef) -> Option<&'p String> {
    let part = data.part.as_ref()?;
    match &plan.datasets[data.dataset].folds {
        Some(folds) if part == FOLDS => folds.of.as_ref().map(|of| &of.value),
        _ => Some(part),
    }
}

/// Whether rows that were trained or fitted on fold by fold are judged out of fold: then each one is
/// told by a model that did not see its fold, and that they are the same rows is no leak.
pub fn out_of_fold(plan: &Plan, how: How, data: &DataRef, on: &DataRef) -> bool {
    let folds = plan.datasets[data.dataset].folds.is_some();
    let by_folds = data.part.as_deref() == Some(FOLDS) && folds;
    by_folds
        && data.dataset == on.dataset
        && matches!(
            how,
            How::Trained | How::Fitted | How::Prompted | How::Retrieved
        )
}

fn declared_disjoint(plan: &Plan, a: &DataRef, b: &DataRef) -> bool {
    let says = |a: &DataRef, b: &DataRef| {
        plan.datasets[a.dataset].disjoint_from.iter().any(|d| {
            d.data.dataset == b.dataset && (d.data.part.is_none() || d.data.part == b.part)
        })
    };
    says(a, b) || says(b, a)
}

fn overlap(plan: &Plan, a: Id<Dataset>, b: Id<Dataset>) -> Option<Span> {
    let says = |x: Id<Dataset>, y| {
        let mut all = plan.datasets[x].overlaps.iter();
        all.find(|o| o.value == y).map(|o| o.span)
    };
    says(a, b).or_else(|| says(b, a))
}

/// The data itself and all it was derived from, as far back as declared, nearest first, each with
/// the `derived_from` entries that lead there.
fn origins(plan: &Plan, data: &DataRef) -> Vec<(DataRef, Vec<DataUse>)> {
    let mut found = vec![(data.clone(), Vec::new())];
    let mut seen = BTreeSet::from([data.clone()]);
    let mut waiting = VecDeque::from([(data.clone(), Vec::new())]);
    while let Some((next, way)) = waiting.pop_front() {
        for from in &plan.datasets[next.dataset].derived_from {
            if seen.insert(from.data.clone()) {
                let way: Vec<DataUse> = way.iter().chain([from]).cloned().collect();
                found.push((from.data.clone(), way.clone()));
                waiting.push_back((from.data.clone(), way));
            }
        }
    }
    found
}
