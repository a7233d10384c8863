//! Datasets on which systems are judged, and which other rows of them shape the systems: what checks of
//! split rules and of held-out rows read.

use super::context::Context;
use crate::graph::{self, Evaluation, How, Influence, Relation};
use crate::hir::{DataRef, Dataset, FOLDS, Id};
use std::collections::BTreeMap;

/// A dataset on which systems are judged.
pub(super) struct Judged<'a> {
    /// The dataset.
    pub dataset: Id<Dataset>,
    /// Who is judged on rows of it, in source order.
    pub evaluations: Vec<&'a Evaluation>,
    /// Rows of the dataset, apart from those that judge, that shape who is judged.
    pub shaping: Vec<(&'a Influence, &'a Evaluation)>,
    /// Whether the plan doesn't say of someone judged what it learned from.
    pub silent: bool,
}

impl Judged<'_> {
    /// Whether folds judge.
    pub fn by_folds(&self) -> bool {
        self.evaluations.iter().any(|e| of_folds(&e.on))
    }

    /// Whether folds take part at all.
    pub fn uses_folds(&self) -> bool {
        self.by_folds() || self.shaping.iter().any(|(i, _)| of_folds(&i.data))
    }

    /// Whether a partition judges, rather than folds or the whole.
    pub fn by_parts(&self) -> bool {
        let part = |e: &&Evaluation| e.on.part.is_some() && !of_folds(&e.on);
        self.evaluations.iter().any(part)
    }
}

/// Whether the rows are those of the dataset's folds.
pub(super) fn of_folds(data: &DataRef) -> bool {
    data.part.as_deref() == Some(FOLDS)
}

/// Every dataset that `wanted` takes and on which something is judged, by id.
pub(super) fn judged<'a>(cx: &'a Context<'_>, wanted: fn(&Dataset) -> bool) -> Vec<Judged<'a>> {
    let mut found: BTreeMap<Id<Dataset>, Judged<'a>> = BTreeMap::new();
    let meant = |e: &&Evaluation| wanted(&cx.plan.datasets[e.on.dataset]);
    for e in cx.evaluations.iter().filter(meant) {
        let at = found.entry(e.on.dataset).or_insert_with(|| Judged {
            dataset: e.on.dataset,
            evaluations: Vec::new(),
            shaping: Vec::new(),
            silent: false,
        });
        at.evaluations.push(e);
        let learned = || {
            let all = cx.influences(&e.variant).iter();
            all.filter(|i| i.how != How::Selected)
        };
        at.silent |= learned().next().is_none();
        let apart = |i: &&Influence| {
            i.data.dataset == e.on.dataset
                && (of_folds(&i.data)
                    || graph::relation(cx.plan, &i.data, &e.on) == Relation::Disjoint)
        };
        at.shaping.extend(learned().filter(apart).map(|i| (i, e)));
    }
    found.into_values().collect()
}
