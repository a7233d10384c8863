//! What a data check is handed: the rows that judge, and the rows they must be apart from.

use super::contents::{Compared, Contents};
use crate::exec::{Held, Shelf, output_columns};
use crate::graph::{self, Dag, Evaluation, How, Influence, Relation};
use crate::hir::{DataRef, Dataset, FOLDS, Id, Known, Plan, SplitRule};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The plan, the files that were read, and what several checks need of them.
#[derive(Debug)]
pub struct Context<'a> {
    /// The resolved plan.
    pub plan: &'a Plan,
    /// The files.
    pub shelf: &'a Shelf,
    /// Rows that judge, each beside rows that shaped what is judged or are another part of its split.
    pub pairs: Vec<Pair<'a>>,
    /// Rows that judge, each with the place where the plan names them first.
    pub judged: Vec<(Rows<'a>, Span)>,
    contents: BTreeMap<(Id<Dataset>, Compared), Contents<'a>>,
}

/// Some rows of a dataset.
#[derive(Debug, Clone)]
pub struct Rows<'a> {
    /// The dataset, read.
    pub held: &'a Held,
    /// What the plan calls them.
    pub data: DataRef,
    /// Them, ascending.
    pub rows: Vec<u32>,
}

/// Rows that judge beside rows that they must be apart from.
#[derive(Debug, Clone)]
pub struct Pair<'a> {
    /// The rows that judge.
    pub judged: Rows<'a>,
    /// Where the plan names them first.
    pub judged_at: Span,
    /// The others; of a cross-validation the same rows.
    pub other: Rows<'a>,
    /// How the others shaped something that is judged, as far as the plan says.
    pub shaped: Option<Influence>,
    /// Of a cross-validation, for each repeat, the fold of each row of the dataset.
    pub folds: Option<Vec<Vec<u32>>>,
}

impl Pair<'_> {
    /// Whether a row that judges and a row of the others are in different parts.
    pub fn apart(&self, judged: u32, other: u32) -> bool {
        match &self.folds {
            None => true,
            Some(repeats) => repeats
                .iter()
                .any(|folds| folds.get(judged as usize) != folds.get(other as usize)),
        }
    }

    /// Whether the others are of another dataset.
    pub fn across(&self) -> bool {
        self.judged.data.dataset != self.other.data.dataset
    }

    /// Whether the others are what a model was pre-trained on.
    pub fn corpus(&self) -> bool {
        self.shaped
            .as_ref()
            .is_some_and(|i| i.how == How::PreTrained)
    }
}

impl<'a> Context<'a> {
    /// Gathers what checks need.
    pub fn new(plan: &'a Plan, dag: &Dag, shelf: &'a Shelf) -> Self {
        let evaluations = graph::evaluations(plan);
        let mut judged: BTreeMap<&DataRef, Vec<&Evaluation>> = BTreeMap::new();
        for e in &evaluations {
            judged.entry(&e.on).or_default().push(e);
        }
        let pairs = if judged.is_empty() {
            parts(plan, shelf)
        } else {
            pairs(plan, dag, shelf, &judged)
        };
        let place = |(on, of): (&&DataRef, &Vec<&Evaluation>)| {
            Some((rows(shelf, on)?, of.first()?.on_span))
        };
        let judged = judged.iter().filter_map(place).collect();
        let mut contents = BTreeMap::new();
        for pair in &pairs {
            let Some((judged, other)) = compared(plan, pair) else {
                continue;
            };
            for (rows, compared) in [(&pair.judged, judged), (&pair.other, other)] {
                let key = (rows.data.dataset, compared);
                if !contents.contains_key(&key)
                    && let Some(made) = Contents::new(&rows.held.table, &key.1)
                {
                    contents.insert(key, made);
                }
            }
        }
        Context {
            plan,
            shelf,
            pairs,
            judged,
            contents,
        }
    }

    /// What the rows of both sides of a pair say, where they can be compared.
    pub fn contents(&self, pair: &Pair<'a>) -> Option<(&Contents<'a>, &Contents<'a>)> {
        let (judged, other) = compared(self.plan, pair)?;
        let judged = self.contents.get(&(pair.judged.data.dataset, judged))?;
        let other = self.contents.get(&(pair.other.data.dataset, other))?;
        Some((judged, other))
    }

    /// The rows that judge or shape what is judged, each once; all parts of a plan that claims nothing.
    pub fn used(&self) -> Vec<&Rows<'a>> {
        let mut found: BTreeMap<&DataRef, &Rows<'a>> = BTreeMap::new();
        for (rows, _) in &self.judged {
            found.insert(&rows.data, rows);
        }
        for pair in &self.pairs {
            if self.judged.is_empty() {
                found.entry(&pair.judged.data).or_insert(&pair.judged);
            }
            if pair.shaped.is_some() || self.judged.is_empty() {
                found.entry(&pair.other.data).or_insert(&pair.other);
            }
        }
        found.into_values().collect()
    }
}

/// The datasets that may shape what is judged, as far as they name a file; all of them where nothing is
/// judged.
pub fn beside(plan: &Plan, dag: &Dag) -> BTreeSet<Id<Dataset>> {
    let evaluations = graph::evaluations(plan);
    let file = |id: &Id<Dataset>| plan.datasets[*id].source.is_some();
    if evaluations.is_empty() {
        return plan.datasets.ids().filter(file).collect();
    }
    let variants: BTreeSet<_> = evaluations.iter().map(|e| &e.variant).collect();
    let influences = variants.into_iter().flat_map(|v| dag.influences(v));
    influences.map(|i| i.data.dataset).filter(file).collect()
}

/// Of a plan that claims nothing, every two parts of a split.
fn parts<'a>(plan: &'a Plan, shelf: &'a Shelf) -> Vec<Pair<'a>> {
    let mut found = Vec::new();
    for held in shelf.held.values() {
        let Some(split) = &plan.datasets[held.dataset].split else {
            continue;
        };
        let part = |p: &crate::data::Partition| Rows {
            held,
            data: DataRef {
                dataset: held.dataset,
                part: Some(p.name.clone()),
            },
            rows: p.rows.clone(),
        };
        for (n, judged) in held.cut.partitions.iter().enumerate() {
            found.extend(held.cut.partitions.iter().take(n).map(|other| Pair {
                judged: part(judged),
                judged_at: split.span,
                other: part(other),
                shaped: None,
                folds: None,
            }));
        }
    }
    found
}

fn pairs<'a>(
    plan: &'a Plan,
    dag: &Dag,
    shelf: &'a Shelf,
    judged: &BTreeMap<&DataRef, Vec<&Evaluation>>,
) -> Vec<Pair<'a>> {
    let mut found: Vec<Pair<'a>> = Vec::new();
    for (on, evaluations) in judged {
        let (Some(rows), Some(first)) = (rows(shelf, on), evaluations.first()) else {
            continue;
        };
        for (data, shaped) in others(plan, dag, shelf, on, evaluations) {
            let Some(other) = self::rows(shelf, &data) else {
                continue;
            };
            found.push(Pair {
                judged: rows.clone(),
                judged_at: first.on_span,
                folds: (data == **on).then(|| fold_of(rows.held)),
                other,
                shaped,
            });
        }
    }
    once(found)
}

/// What the rows that judge must be apart from: all that shaped what they judge, and the other parts of
/// their split. The folds of a cross-validation stand beside themselves.
fn others(
    plan: &Plan,
    dag: &Dag,
    shelf: &Shelf,
    on: &DataRef,
    evaluations: &[&Evaluation],
) -> BTreeMap<DataRef, Option<Influence>> {
    let mut found: BTreeMap<DataRef, Option<Influence>> = BTreeMap::new();
    let variants: BTreeSet<_> = evaluations.iter().map(|e| &e.variant).collect();
    for influence in variants.into_iter().flat_map(|v| dag.influences(v)) {
        // What overlaps by design is said by the plan's own checks.
        if graph::relation(plan, &influence.data, on) == Relation::Overlapping {
            continue;
        }
        let slot = found.entry(influence.data.clone()).or_default();
        if slot.as_ref().is_none_or(|s| influence.how < s.how) {
            *slot = Some(influence);
        }
    }
    let folds = on.part.as_deref() == Some(FOLDS);
    if folds {
        found.entry(on.clone()).or_default();
    }
    if let (Some(part), Some(held)) = (&on.part, shelf.held.get(&on.dataset)) {
        for other in &held.cut.partitions {
            let data = DataRef {
                dataset: on.dataset,
                part: Some(other.name.clone()),
            };
            let apart = graph::relation(plan, &data, on) == Relation::Disjoint;
            if other.name != *part && apart {
                found.entry(data).or_default();
            }
        }
    }
    found
}

/// Of two pairs of the same rows the one whose others shaped something, else the first.
fn once(found: Vec<Pair<'_>>) -> Vec<Pair<'_>> {
    let (shaped, plain): (Vec<Pair<'_>>, Vec<Pair<'_>>) =
        found.into_iter().partition(|p| p.shaped.is_some());
    let mut seen: BTreeSet<(DataRef, DataRef)> = BTreeSet::new();
    let mut kept = shaped;
    for pair in &kept {
        seen.insert((pair.judged.data.clone(), pair.other.data.clone()));
    }
    for pair in plain {
        let (a, b) = (pair.judged.data.clone(), pair.other.data.clone());
        if !seen.contains(&(b.clone(), a.clone())) && seen.insert((a, b)) {
            kept.push(pair);
        }
    }
    kept.sort_by(|x, y| (&x.judged.data, &x.other.data).cmp(&(&y.judged.data, &y.other.data)));
    kept
}

fn rows<'a>(shelf: &'a Shelf, data: &DataRef) -> Option<Rows<'a>> {
    let held = shelf.held.get(&data.dataset)?;
    let rows = held.rows(data.part.as_deref())?;
    Some(Rows {
        held,
        data: data.clone(),
        rows,
    })
}

fn fold_of(held: &Held) -> Vec<Vec<u32>> {
    let of_repeat = |dealt: &[Vec<u32>]| {
        let mut of = vec![0; held.table.rows()];
        for (n, rows) in (1u32..).zip(dealt) {
            for &row in rows {
                if let Some(slot) = of.get_mut(row as usize) {
                    *slot = n;
                }
            }
        }
        of
    };
    let folds = held.cut.folds.iter();
    folds.flat_map(|f| f.each().map(of_repeat)).collect()
}

/// What is compared of the two sides: their texts, or all features of both.
fn compared(plan: &Plan, pair: &Pair<'_>) -> Option<(Compared, Compared)> {
    let (judged, other) = (&pair.judged, &pair.other);
    let declared = |rows: &Rows<'_>| plan.datasets[rows.data.dataset].text.clone();
    let has = |rows: &Rows<'_>, name: &str| rows.held.table.text(name).is_some();
    let Some(text) = declared(judged).map(|t| t.value) else {
        let (a, b) = (features(plan, judged.held), features(plan, other.held));
        let same = !a.is_empty() && a == b && declared(other).is_none();
        return same.then_some((Compared::Features(a), Compared::Features(b)));
    };
    let theirs = declared(other).map(|t| t.value);
    let theirs = theirs.or_else(|| {
        let names = [text.as_str(), "text"];
        let known = names.into_iter().find(|n| has(other, n));
        let only = match other.held.table.header.as_slice() {
            [only] => Some(only.as_str()),
            _ => None,
        };
        known.or(only).map(str::to_string)
    })?;
    (has(judged, &text) && has(other, &theirs))
        .then_some((Compared::Text(text), Compared::Text(theirs)))
}

/// The columns of a dataset that a system may be given, sorted: those that are no role of the plan, no
/// output, and not known to come of the label or after the outcome.
pub(super) fn features(plan: &Plan, held: &Held) -> Vec<String> {
    let d = &plan.datasets[held.dataset];
    let outputs = output_columns(plan, held.dataset);
    let roles = [&d.group, &d.cluster, &d.weight, &d.time, &d.id, &d.text];
    let split = match d.split.as_ref().map(|s| &s.rule) {
        Some(SplitRule::Column(c) | SplitRule::Before(c)) => Some(c),
        Some(SplitRule::Hash { .. } | SplitRule::All(_)) | None => None,
    };
    let late = d
        .columns
        .iter()
        .filter(|c| !c.derived_from.is_empty() || c.known.is_some_and(|k| k.value == Known::After));
    let own: BTreeSet<&str> = roles
        .into_iter()
        .flatten()
        .chain(split)
        .chain(d.label.as_ref().map(|l| &l.column))
        .chain(late.map(|c| &c.name))
        .map(|c| c.value.as_str())
        .chain(held.id.as_deref())
        .collect();
    let free = |n: &&String| !own.contains(n.as_str()) && !outputs.contains(*n);
    let mut names: Vec<String> = held.table.header.iter().filter(free).cloned().collect();
    names.sort();
    names
}
