//! Datasets: their tables, partitions and classes.

use super::shelf::{Held, Shelf, is_own_file};
use super::wanted::Wanted;
use super::{Event, Files, Input};
use super::{builtins, label, splits};
use crate::data::{self, ColumnKind, ColumnRequest, IdIndex, Table};
use crate::diagnostic::Diagnostic;
use crate::hir::{
    Builtin, ColumnMap, DataRef, Dataset, FoldRule, Id, Outputs, Plan, Slice, SplitRule,
};
use crate::metrics::Classes;
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A dataset, as far as claims need it.
#[derive(Debug)]
pub struct Evidenced {
    /// Which.
    pub dataset: Id<Dataset>,
    /// The file it was read from.
    pub input: Input,
    /// Its rows in each partition, ascending.
    pub partitions: BTreeMap<String, Vec<u32>>,
    /// Rows in no partition.
    pub unassigned: usize,
    /// The label's classes; those of the data where none are declared.
    pub classes: Classes,
    pub(super) table: Table,
    /// The column of ids; `None` where every output stands in its label's own row.
    pub(super) id: Option<String>,
    pub(super) folds: Option<data::Folds>,
}

impl Evidenced {
    /// The rows of a partition, or all of them.
    pub fn rows(&self, part: Option<&str>) -> Vec<u32> {
        match part {
            Some(part) => self.partitions.get(part).cloned().unwrap_or_default(),
            None => (0u32..).take(self.table.rows()).collect(),
        }
    }

    /// Finds rows by their ids; `None` where rows need none.
    pub(super) fn index(&self, plan: &Plan) -> Result<Option<IdIndex<'_>>, Vec<Diagnostic>> {
        let Some(id) = &self.id else { return Ok(None) };
        let span = id_span(plan, self.dataset);
        let index = IdIndex::new(&self.table, id).map_err(|e| diagnosed(&e, span))?;
        Ok(Some(index))
    }

    /// The column of ids.
    pub(super) fn ids(&self) -> Option<&data::TextColumn> {
        let (_, ids) = self.table.text(self.id.as_deref()?)?;
        Some(ids)
    }
}

fn id_span(plan: &Plan, dataset: Id<Dataset>) -> Span {
    let d = &plan.datasets[dataset];
    d.id.as_ref()
        .or(d.source.as_ref())
        .map_or(d.common.name_span, |s| s.span)
}

pub(super) fn diagnosed(errors: &[data::DataError], span: Span) -> Vec<Diagnostic> {
    errors
        .iter()
        .map(|e| data::diagnose(e, Some(span)))
        .collect()
}

/// Diagnostics at the place where the plan names the missing column, or else at the file's.
pub(super) fn place_by_column(
    errors: &[data::DataError],
    file: Span,
    column: impl Fn(&str) -> Option<Span>,
) -> Vec<Diagnostic> {
    errors
        .iter()
        .map(|e| match e {
            data::DataError::MissingColumn { name, .. } => {
                data::diagnose(e, column(name).or(Some(file)))
            }
            _ => data::diagnose(e, Some(file)),
        })
        .collect()
}

/// Where the plan names a column of a dataset.
fn named(plan: &Plan, d: &Dataset, own: &[&Wanted], column: &str) -> Option<Span> {
    let split = match d.split.as_ref().map(|s| &s.rule) {
        Some(SplitRule::Column(c) | SplitRule::Before(c)) => Some(c),
        Some(SplitRule::Hash { column, .. }) => Some(column),
        Some(SplitRule::All(_)) | None => None,
    };
    let folds = d.folds.iter().flat_map(|f| match &f.rule {
        FoldRule::KFold => Vec::new(),
        FoldRule::Grouped(c) | FoldRule::Rolling(c) => vec![c],
        FoldRule::Stratified(columns) => columns.iter().collect(),
    });
    let copied = own.iter().flat_map(|w| w.variants.keys()).filter_map(|v| {
        match &plan.systems[v.system].outputs {
            Some(Outputs::Predict { column, .. }) => column.as_ref(),
            _ => None,
        }
    });
    let fields = [&d.id, &d.group, &d.cluster, &d.weight, &d.time];
    let written = fields
        .into_iter()
        .flatten()
        .chain(d.label.as_ref().map(|l| &l.column))
        .chain(&d.strata)
        .chain(split)
        .chain(folds)
        .chain(copied)
        .find(|c| c.value == column)
        .map(|c| c.span);
    let sliced = || {
        let mut sliced = own.iter().flat_map(|w| &w.slices).flat_map(Slice::columns);
        sliced.find(|(c, _)| c.value == column).map(|(c, _)| c.span)
    };
    written.or_else(sliced)
}

/// Makes evidence of every dataset that claims are made on.
pub(super) fn of_shelf(
    plan: &Plan,
    wanted: &[Wanted],
    shelf: Shelf,
) -> Result<Vec<Evidenced>, Vec<Diagnostic>> {
    let ids: BTreeSet<Id<Dataset>> = wanted.iter().map(|w| w.on.dataset).collect();
    let (mut made, mut errors) = (Vec::new(), Vec::new());
    for held in shelf.held.into_values() {
        if !ids.contains(&held.dataset) {
            continue;
        }
        match evidence(plan, wanted, held) {
            Ok(dataset) => made.push(dataset),
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() {
        Ok(made)
    } else {
        Err(errors)
    }
}

/// Reads a dataset that claims are made on: what they need of it, and `more` of its columns beside.
pub(super) fn read_one(
    files: &Files<'_>,
    plan: &Plan,
    id: Id<Dataset>,
    wanted: &[Wanted],
    more: &[ColumnRequest],
) -> Result<Held, Vec<Diagnostic>> {
    let d = &plan.datasets[id];
    let own: Vec<&Wanted> = wanted.iter().filter(|w| w.on.dataset == id).collect();
    let id_column = match &d.id {
        Some(id) => Some(id.value.clone()),
        None if in_own_rows(plan, d, &own) && !has_id(files, d) => None,
        None => Some("id".to_string()),
    };
    let read = label::columns(plan, id, wanted);
    let numeric = label::is_number(plan, id, wanted);
    let mut asked = requests(plan, d, id_column.as_deref(), &own, numeric, &read);
    for extra in more {
        let known = |c: &ColumnRequest| c.name == extra.name && c.kind != ColumnKind::Number;
        if !asked.iter().any(known) {
            asked.push(extra.clone());
        }
    }
    let table = table(files, d, &asked, |column| {
        let metric = || read.iter().find(|(c, ..)| c == column);
        named(plan, d, &own, column).or_else(|| metric().map(|(.., span)| *span))
    })?;
    let cut = splits::cut(d, &table, id_column.as_deref().unwrap_or("id"))?;
    Ok(Held {
        dataset: id,
        table,
        cut,
        id: id_column,
    })
}

/// Whether all outputs are columns of the dataset's own file, so that each stands in its label's row.
fn in_own_rows(plan: &Plan, d: &Dataset, own: &[&Wanted]) -> bool {
    let mut systems = own.iter().flat_map(|w| w.variants.keys());
    systems.all(|v| match &plan.systems[v.system].outputs {
        Some(Outputs::Predictions { template, columns }) => {
            let mapped = |m: &ColumnMap| matches!(m.role.value.as_str(), "id" | "rank");
            is_own_file(d, &template.value) && !columns.iter().flatten().any(mapped)
        }
        Some(Outputs::Predict { builtin, .. }) => builtin.value == Builtin::Column,
        Some(Outputs::Run { .. } | Outputs::Reported(_)) | None => false,
    })
}

fn has_id(files: &Files<'_>, d: &Dataset) -> bool {
    // Where the rows of an id belong together, it names a group.
    let mut group = [&d.group, &d.cluster].into_iter().flatten();
    if group.any(|g| g.value == "id") {
        return false;
    }
    let header = data::header(files.world, &files.source(d).0);
    header.is_none_or(|names| names.iter().any(|n| n == "id"))
}

/// Reads columns of a dataset's file, and holds it to the declared hash.
pub(super) fn table(
    files: &Files<'_>,
    d: &Dataset,
    asked: &[ColumnRequest],
    place: impl Fn(&str) -> Option<Span>,
) -> Result<Table, Vec<Diagnostic>> {
    let (path, span) = files.source(d);
    (files.events)(Event::Reading(&path));
    let progress = |bytes| (files.events)(Event::Bytes(bytes));
    let table = data::read_table(files.world, &path, asked, &progress)
        .map_err(|e| place_by_column(&e, span, place))?;
    (files.events)(Event::Read);
    if let Some(sha) = &d.sha256 {
        data::check_hash(&path, &sha.value, &table.sha256)
            .map_err(|e| diagnosed(&[e], sha.span))?;
    }
    Ok(table)
}

/// What is needed of a dataset to measure on it.
pub(super) fn evidence(
    plan: &Plan,
    wanted: &[Wanted],
    held: Held,
) -> Result<Evidenced, Vec<Diagnostic>> {
    let id = held.dataset;
    let d = &plan.datasets[id];
    if let Some(straddling) = splits::straddles(d, &held.table, &held.cut) {
        return Err(vec![straddling]);
    }
    let own: Vec<&Wanted> = wanted.iter().filter(|w| w.on.dataset == id).collect();
    let (partitions, unassigned) = (held.cut.by_name(), held.cut.unassigned);
    let missing = missing_parts(plan, id, &own, &partitions);
    if !missing.is_empty() {
        return Err(missing);
    }
    let table = held.table;
    let classes = classes(d, &table);
    let input = Input {
        path: table.path.clone(),
        sha256: table.sha256.clone(),
        rows: table.rows() as u64,
        run: None,
    };
    Ok(Evidenced {
        dataset: id,
        input,
        partitions,
        unassigned,
        classes,
        table,
        id: held.id,
        folds: held.cut.folds,
    })
}

/// Partitions that the plan names and the split's column doesn't have. Only a `column` split without
/// a record can name them unchecked.
fn missing_parts(
    plan: &Plan,
    id: Id<Dataset>,
    own: &[&Wanted],
    partitions: &BTreeMap<String, Vec<u32>>,
) -> Vec<Diagnostic> {
    let named = own
        .iter()
        .map(|w| (&w.on, w.on_span))
        .chain(learned_from(plan, id));
    let mut found = Vec::new();
    for (on, span) in named {
        let Some(part) = &on.part else { continue };
        if partitions.contains_key(part) || found.iter().any(|(p, _)| p == part) {
            continue;
        }
        found.push((part.clone(), span));
    }
    found
        .into_iter()
        .map(|(part, span)| {
            let legal: Vec<String> = partitions.keys().cloned().collect();
            crate::hir::diagnose(&crate::hir::HirError::UnknownName {
                wanted: "partition",
                name: plan.show_data(&DataRef {
                    dataset: id,
                    part: Some(part.clone()),
                }),
                span,
                near: crate::diagnostic::suggest(&part, legal.iter().map(String::as_str))
                    .map(str::to_string),
                legal,
            })
        })
        .collect()
}

/// The rows that built-in predictors learn from.
fn learned_from(plan: &Plan, id: Id<Dataset>) -> impl Iterator<Item = (&DataRef, Span)> {
    plan.systems
        .iter()
        .filter_map(move |(_, s)| match &s.outputs {
            Some(Outputs::Predict { from: Some(f), .. }) if f.data.dataset == id => {
                Some((&f.data, f.span))
            }
            _ => None,
        })
}

fn requests(
    plan: &Plan,
    d: &Dataset,
    id: Option<&str>,
    own: &[&Wanted],
    numeric: bool,
    read: &[(String, bool, Span)],
) -> Vec<ColumnRequest> {
    let id_request = id.map(|id| ColumnRequest::new(id, ColumnKind::Key));
    let mut columns: Vec<ColumnRequest> = id_request.into_iter().collect();
    // One column may be read as text by one and as numbers by another.
    let mut text = |name: &str, kind: ColumnKind| {
        let is_number = |kind: ColumnKind| kind == ColumnKind::Number;
        let known = |c: &ColumnRequest| c.name == name && is_number(c.kind) == is_number(kind);
        if !columns.iter().any(known) {
            columns.push(ColumnRequest::new(name, kind));
        }
    };
    if let Some(label) = &d.label {
        text(
            &label.column.value,
            match (numeric, label.classes.is_empty()) {
                (true, _) => ColumnKind::Number,
                // Without classes it may be a list or a text.
                (false, true) => ColumnKind::Json,
                (false, false) => ColumnKind::Text,
            },
        );
    }
    for column in [&d.group, &d.cluster]
        .into_iter()
        .flatten()
        .chain(&d.strata)
    {
        text(&column.value, ColumnKind::Text);
    }
    if let Some(weight) = &d.weight {
        text(&weight.value, ColumnKind::Number);
    }
    for column in splits::columns(d, id.unwrap_or("id")) {
        text(column, ColumnKind::Text);
    }
    for (column, kind) in builtins::columns(plan, d, own) {
        text(&column, kind);
    }
    let sliced = own.iter().flat_map(|w| &w.slices).flat_map(Slice::columns);
    let sliced = sliced.map(|(column, numeric)| (column.value.as_str(), numeric));
    let read = read
        .iter()
        .map(|(column, numeric, _)| (column.as_str(), *numeric));
    for (column, numeric) in sliced.chain(read) {
        // One column may be read as text by one and as numbers by another.
        let kind = if numeric {
            ColumnKind::Number
        } else {
            ColumnKind::Json
        };
        let text = |c: &ColumnRequest| !numeric && c.kind != ColumnKind::Number;
        let known = |c: &ColumnRequest| c.name == column && (c.kind == kind || text(c));
        if !columns.iter().any(known) {
            columns.push(ColumnRequest::new(column, kind));
        }
    }
    columns
}

fn classes(d: &Dataset, table: &Table) -> Classes {
    let Some(label) = &d.label else {
        return Classes::default();
    };
    let names: Vec<String> = if label.classes.is_empty() {
        let all: Vec<u32> = (0u32..).take(table.rows()).collect();
        table
            .text(&label.column.value)
            .map(|(_, text)| data::classes_of(text, &all))
            .unwrap_or_default()
    } else {
        label.classes.iter().map(|c| c.value.clone()).collect()
    };
    let positive = d.positive.as_ref().and_then(|p| {
        (0u32..)
            .zip(&names)
            .find(|(_, n)| **n == p.value)
            .map(|(code, _)| code)
    });
    Classes { names, positive }
}
