//! From a dataset's split and folds as the plan says them to rows.

use super::dataset::diagnosed;
use crate::data::{self, Bound, Share, Table};
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Dataset, FOLDS, SplitRule, Take};
use std::collections::BTreeMap;

/// The rows of a dataset's partitions and folds.
#[derive(Debug, Default)]
pub struct Cut {
    /// In the order of the plan.
    pub partitions: Vec<data::Partition>,
    /// Rows in no partition.
    pub unassigned: usize,
    /// The folds, where the dataset has some.
    pub folds: Option<data::Folds>,
}

impl Cut {
    /// Rows by name, those of the folds as one more partition.
    pub(super) fn by_name(&self) -> BTreeMap<String, Vec<u32>> {
        let parts = self.partitions.iter();
        let mut named: BTreeMap<String, Vec<u32>> =
            parts.map(|p| (p.name.clone(), p.rows.clone())).collect();
        if let Some(folds) = &self.folds {
            named.insert(FOLDS.to_string(), folds.rows());
        }
        named
    }
}

/// Deals the rows of a table; `id` is the column of ids. Whether groups are whole is [`straddles`]' to say.
pub(super) fn cut(d: &Dataset, table: &Table, id: &str) -> Result<Cut, Vec<Diagnostic>> {
    let mut cut = Cut::default();
    if let Some(split) = &d.split {
        let found = data::split(table, &split_rule(d, split), Some(id))
            .map_err(|e| diagnosed(&e, split.span))?;
        cut.partitions = found.partitions;
        cut.unassigned = found.unassigned;
    }
    let Some(folds) = &d.folds else {
        return Ok(cut);
    };
    let all: Vec<u32>;
    let of = folds.of.as_ref().map(|of| of.value.as_str());
    let rows = match cut.partitions.iter().find(|p| Some(p.name.as_str()) == of) {
        Some(part) => &part.rows,
        None => {
            all = (0u32..).take(table.rows()).collect();
            &all
        }
    };
    let found = data::folds(table, &fold_rule(d, folds, id), rows)
        .map_err(|e| diagnosed(&e, folds.span))?;
    cut.folds = Some(found);
    Ok(cut)
}

/// Groups of the dataset that stand in two of its partitions or folds. What is cut by time isn't held to
/// keep them whole.
pub fn straddles(d: &Dataset, table: &Table, cut: &Cut) -> Option<Diagnostic> {
    let group = d.group.as_ref()?;
    let found = |parts: &[(String, &[u32])], span| {
        let error = data::straddling(table, parts, &group.value)?;
        let labelled = data::diagnose(&error, Some(span));
        Some(labelled.label(group.span, "the group is declared here"))
    };
    let held = |s: &&hir::Split| !matches!(s.rule, SplitRule::Before(_));
    let of_split = d.split.as_ref().filter(held).and_then(|split| {
        let parts = cut.partitions.iter();
        let parts: Vec<(String, &[u32])> =
            parts.map(|p| (p.name.clone(), p.rows.as_slice())).collect();
        found(&parts, split.span)
    });
    let held = |f: &&hir::Folds| !matches!(f.rule, hir::FoldRule::Rolling(_));
    of_split.or_else(|| {
        let (folds, dealt) = d.folds.as_ref().filter(held).zip(cut.folds.as_ref())?;
        dealt.each().find_map(|repeat| {
            let named: Vec<(String, &[u32])> = (1..)
                .zip(repeat)
                .map(|(n, rows)| (format!("fold {n}"), rows.as_slice()))
                .collect();
            found(&named, folds.span)
        })
    })
}

/// The columns that split and folds read as text.
pub(super) fn columns<'d>(d: &'d Dataset, id: &'d str) -> Vec<&'d str> {
    let split = d.split.iter().filter_map(|s| match &s.rule {
        SplitRule::Column(c) | SplitRule::Before(c) | SplitRule::Hash { column: c, .. } => {
            Some(c.value.as_str())
        }
        SplitRule::All(_) => None,
    });
    let folds = d.folds.iter().flat_map(|f| match &f.rule {
        hir::FoldRule::KFold => vec![whole(d, id)],
        hir::FoldRule::Grouped(c) | hir::FoldRule::Rolling(c) => vec![c.value.as_str()],
        hir::FoldRule::Stratified(columns) => {
            let columns = columns.iter().map(|c| c.value.as_str());
            columns.chain([whole(d, id)]).collect()
        }
    });
    split.chain(folds).collect()
}

/// What stays together in folds that name no column of their own.
fn whole<'d>(d: &'d Dataset, id: &'d str) -> &'d str {
    d.group.as_ref().map_or(id, |g| g.value.as_str())
}

fn fold_rule(d: &Dataset, folds: &hir::Folds, id: &str) -> data::FoldRule {
    let (column, strata) = match &folds.rule {
        hir::FoldRule::KFold => (whole(d, id), Vec::new()),
        hir::FoldRule::Grouped(column) => (column.value.as_str(), Vec::new()),
        hir::FoldRule::Stratified(columns) => {
            let columns = columns.iter().map(|c| c.value.clone());
            (whole(d, id), columns.collect())
        }
        hir::FoldRule::Rolling(column) => {
            return data::FoldRule::Rolling {
                column: column.value.clone(),
                k: folds.k,
            };
        }
    };
    data::FoldRule::Whole {
        column: column.to_string(),
        k: folds.k,
        seed: folds.seed,
        strata,
        repeats: folds.repeats,
    }
}

fn split_rule(d: &Dataset, split: &hir::Split) -> data::SplitRule {
    let named = || {
        split
            .parts
            .iter()
            .map(|(name, take)| (name.value.clone(), take))
    };
    match &split.rule {
        SplitRule::Column(column) => data::SplitRule::Column {
            column: column.value.clone(),
            parts: named()
                .map(|(name, take)| match take {
                    Take::Value(value) => (name, vec![value.clone()]),
                    Take::Share(_) | Take::Before(_) | Take::Rest => (name, Vec::new()),
                })
                .collect(),
        },
        SplitRule::All(name) => data::SplitRule::All {
            name: name.value.clone(),
        },
        SplitRule::Hash { column, seed } => data::SplitRule::Hash {
            column: column.value.clone(),
            seed: *seed,
            parts: named()
                .map(|(name, take)| match take {
                    Take::Share(share) => (name, Share::Percent(share * 100.0)),
                    Take::Value(_) | Take::Before(_) | Take::Rest => (name, Share::Rest),
                })
                .collect(),
            strata: d.strata.iter().map(|c| c.value.clone()).collect(),
        },
        SplitRule::Before(column) => data::SplitRule::Before {
            column: column.value.clone(),
            parts: named()
                .map(|(name, take)| match take {
                    Take::Before(date) => (name, Bound::Before(date.clone())),
                    Take::Value(_) | Take::Share(_) | Take::Rest => (name, Bound::Rest),
                })
                .collect(),
        },
    }
}
