//! The files of a plan's datasets, each read once: for what is measured, and for what is checked.

use super::wanted::{Wanted, wanted};
use super::{Event, Events, Files, dataset, folder, splits};
use crate::data::{self, ColumnKind, ColumnRequest, Table};
use crate::diagnostic::Diagnostic;
use crate::hir::template::Template;
use crate::hir::{Dataset, Id, Outputs, Plan};
use crate::text::{SourceMap, World};
use std::collections::{BTreeMap, BTreeSet};

/// The datasets that were read.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Those read.
    pub held: BTreeMap<Id<Dataset>, Held>,
    /// Those that no claim is made on and that could not be read.
    pub absent: Vec<Absent>,
}

/// A dataset's rows and how they are dealt.
#[derive(Debug)]
pub struct Held {
    /// Which.
    pub dataset: Id<Dataset>,
    /// Its columns, as far as asked for.
    pub table: Table,
    /// Its partitions and folds.
    pub cut: splits::Cut,
    /// The column of ids; `None` where the dataset declares none and has no `id`.
    pub id: Option<String>,
}

/// A dataset that could not be read.
#[derive(Debug)]
pub struct Absent {
    /// Which.
    pub dataset: Id<Dataset>,
    /// Why: the first thing that is wrong with it.
    pub why: String,
}

impl Held {
    /// The rows of a partition, of the folds, or all of them; `None` where there is no such partition.
    pub fn rows(&self, part: Option<&str>) -> Option<Vec<u32>> {
        match part {
            None => Some((0u32..).take(self.table.rows()).collect()),
            Some(part) => self.cut.by_name().remove(part),
        }
    }
}

/// Reads what claims need of the datasets they are made on.
pub(super) fn read_wanted(
    world: &dyn World,
    plan: &Plan,
    sources: &SourceMap,
    events: Events<'_>,
) -> Result<Shelf, Vec<Diagnostic>> {
    let wanted = wanted(plan);
    let ids = wanted.iter().map(|w| w.on.dataset).collect();
    read_all(world, plan, sources, events, &wanted, &ids, false)
}

/// Reads whole the datasets that claims are made on, and `beside` them those that may shape what is
/// judged. Of the latter, what cannot be read is absent and no error.
///
/// # Errors
/// Everything wrong with the files of the datasets that claims are made on.
pub fn read(
    world: &dyn World,
    plan: &Plan,
    sources: &SourceMap,
    events: Events<'_>,
    beside: &BTreeSet<Id<Dataset>>,
) -> Result<Shelf, Vec<Diagnostic>> {
    let wanted = wanted(plan);
    let judged = wanted.iter().map(|w| w.on.dataset);
    let ids = judged.chain(beside.iter().copied()).collect();
    read_all(world, plan, sources, events, &wanted, &ids, true)
}

fn read_all(
    world: &dyn World,
    plan: &Plan,
    sources: &SourceMap,
    events: Events<'_>,
    wanted: &[Wanted],
    ids: &BTreeSet<Id<Dataset>>,
    whole: bool,
) -> Result<Shelf, Vec<Diagnostic>> {
    let folder = folder(plan, sources);
    let files = Files {
        world,
        folder: &folder,
        seed: 0,
        copies: None,
        events,
    };
    events(Event::Files(ids.len() as u64));
    let (mut shelf, mut errors) = (Shelf::default(), Vec::new());
    for &id in ids {
        let header = whole.then(|| header(&files, &plan.datasets[id])).flatten();
        let more = header.as_deref().map_or(Vec::new(), everything);
        let judged = wanted.iter().any(|w| w.on.dataset == id);
        let read = if judged {
            dataset::read_one(&files, plan, id, wanted, &more)
        } else {
            beside(&files, plan, id, more)
        };
        match read {
            Ok(held) => {
                shelf.held.insert(id, held);
            }
            // What is wrong with a file that is there is worth saying, whoever reads it.
            Err(more) if judged || header.is_some() => errors.extend(more),
            Err(more) => shelf.absent.push(Absent {
                dataset: id,
                why: more.first().map_or(String::new(), |d| d.message.clone()),
            }),
        }
    }
    if errors.is_empty() {
        Ok(shelf)
    } else {
        Err(errors)
    }
}

fn header(files: &Files<'_>, d: &Dataset) -> Option<Vec<String>> {
    d.source.as_ref()?;
    data::header(files.world, &files.source(d).0)
}

fn everything(header: &[String]) -> Vec<ColumnRequest> {
    let asked = |name: &String| ColumnRequest::new(name.clone(), ColumnKind::Json);
    header.iter().map(asked).collect()
}

/// Reads a dataset that no claim is made on.
fn beside(
    files: &Files<'_>,
    plan: &Plan,
    id: Id<Dataset>,
    columns: Vec<ColumnRequest>,
) -> Result<Held, Vec<Diagnostic>> {
    let d = &plan.datasets[id];
    let table = dataset::table(files, d, &columns, |_| None)?;
    let named = d.id.as_ref().map_or("id", |c| c.value.as_str());
    let has = columns.iter().any(|c| c.name == named);
    let cut = splits::cut(d, &table, named)?;
    Ok(Held {
        dataset: id,
        table,
        cut,
        id: has.then(|| named.to_string()),
    })
}

/// The columns of a dataset's file that hold outputs of systems, not what they are given.
pub fn output_columns(plan: &Plan, dataset: Id<Dataset>) -> BTreeSet<String> {
    let d = &plan.datasets[dataset];
    let mut found = BTreeSet::new();
    for (_, system) in plan.systems.iter() {
        match &system.outputs {
            Some(Outputs::Predict {
                column: Some(column),
                ..
            }) => {
                found.insert(column.value.clone());
            }
            Some(Outputs::Predictions { template, columns }) => {
                let same = is_own_file(d, &template.value);
                let maps = columns.iter().flatten().filter(|_| same);
                found.extend(maps.map(|m| m.column.value.clone()));
            }
            Some(
                Outputs::Predict { column: None, .. } | Outputs::Run { .. } | Outputs::Reported(_),
            )
            | None => {}
        }
    }
    found
}

/// Whether outputs are read from the file of the dataset itself.
pub(super) fn is_own_file(d: &Dataset, template: &Template) -> bool {
    let path = template.fill(|_, _| None);
    path.is_some_and(|path| d.source.as_ref().is_some_and(|s| s.value == path))
}
