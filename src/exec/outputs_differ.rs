//! Whether the outputs that are there have the ids of the rows they are judged on.

use super::dataset::diagnosed;
use super::outputs::{Run, runs};
use super::shelf::{Held, Shelf};
use super::wanted::{Wanted, wanted};
use super::{Event, Events, Files, folder};
use crate::data::{self, ColumnKind, ColumnRequest, IdIndex};
use crate::diagnostic::Diagnostic;
use crate::hir::{Id, Outputs, Plan, System};
use crate::text::{SourceMap, World};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Joins the ids of every file of outputs that is there to the rows of the partitions it is judged on.
/// Files that aren't there yet say nothing.
pub fn outputs_differ(
    world: &dyn World,
    plan: &Plan,
    sources: &SourceMap,
    events: Events<'_>,
    shelf: Shelf,
) -> Vec<Diagnostic> {
    let folder = folder(plan, sources);
    let files = Files {
        world,
        folder: &folder,
        seed: 0,
        copies: None,
        events,
    };
    let wanted = wanted(plan);
    let Ok(runs) = runs(plan, &wanted) else {
        return Vec::new();
    };
    let there = |r: &&Run| {
        r.path
            .as_ref()
            .is_some_and(|p| world.open(&folder.join(p)).is_ok())
    };
    let runs: Vec<&Run> = runs.iter().filter(there).collect();
    events(Event::Files(runs.len() as u64));
    let mut found = Vec::new();
    for held in shelf.held.values() {
        found.extend(of_dataset(&files, plan, &wanted, held, &runs));
    }
    found
}

fn of_dataset(
    files: &Files<'_>,
    plan: &Plan,
    wanted: &[Wanted],
    held: &Held,
    runs: &[&Run],
) -> Vec<Diagnostic> {
    let own: Vec<&Wanted> = wanted
        .iter()
        .filter(|w| w.on.dataset == held.dataset)
        .collect();
    let Some(id) = held.id.as_deref().filter(|_| !own.is_empty()) else {
        return Vec::new();
    };
    // Ids that repeat are the data's own fault, which is said.
    let Ok(index) = IdIndex::new(&held.table, id) else {
        return Vec::new();
    };
    let one = |run: &&Run| {
        let judged = |w: &&&Wanted| w.variants.contains_key(&run.variant) && run.tells(plan, &w.on);
        let parts: BTreeSet<Option<&str>> = own
            .iter()
            .filter(judged)
            .map(|w| w.on.part.as_deref())
            .collect();
        if parts.is_empty() {
            return Vec::new();
        }
        join(files, plan, (held, &index), run, &parts)
            .err()
            .unwrap_or_default()
    };
    // The first run of a system speaks for its others, which went wrong alike.
    let found: Vec<Vec<Diagnostic>> = runs.par_iter().map(one).collect();
    let mut said: BTreeSet<Id<System>> = BTreeSet::new();
    let each = found.into_iter().zip(runs.iter().map(|r| r.variant.system));
    each.filter(|(found, system)| !found.is_empty() && said.insert(*system))
        .flat_map(|(found, _)| found)
        .collect()
}

fn join(
    files: &Files<'_>,
    plan: &Plan,
    (held, index): (&Held, &IdIndex<'_>),
    run: &Run,
    parts: &BTreeSet<Option<&str>>,
) -> Result<(), Vec<Diagnostic>> {
    let path = files.folder.join(run.path.as_deref().unwrap_or_default());
    let map = match &plan.systems[run.variant.system].outputs {
        Some(Outputs::Predictions { columns, .. }) => columns.as_deref().unwrap_or_default(),
        Some(Outputs::Run { .. } | Outputs::Predict { .. } | Outputs::Reported(_)) | None => &[],
    };
    // Rows with ranks are several for an id.
    if map.iter().any(|m| m.role.value == "rank") {
        return Ok(());
    }
    let mapped = map.iter().find(|m| m.role.value == "id");
    let id = mapped.map_or(held.id.as_deref().unwrap_or("id"), |m| {
        m.column.value.as_str()
    });
    (files.events)(Event::Reading(&path));
    let progress = |bytes| (files.events)(Event::Bytes(bytes));
    let asked = [ColumnRequest::new(id, ColumnKind::Key)];
    let table = data::read_table(files.world, &path, &asked, &progress)
        .map_err(|e| diagnosed(&e, run.span))?;
    (files.events)(Event::Read);
    for part in parts {
        let rows = held.rows(*part).unwrap_or_default();
        index
            .join(&rows, &table, id)
            .map_err(|e| diagnosed(&e, run.span))?;
    }
    Ok(())
}
