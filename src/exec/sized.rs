//! The sizes of what claims rest on, read from the datasets alone: no outputs need to be there.

use super::dataset::{self, Evidenced};
use super::parts::{parts, units};
use super::wanted::{Wanted, wanted};
use super::{Event, Files, folder};
use crate::diagnostic::Diagnostic;
use crate::hir::Plan;
use crate::power::sizes::{Read, Reads};
use crate::text::{SourceMap, World};
use std::collections::BTreeMap;

/// Rows, clusters, classes and slices of every partition that claims are made on, as far as the files
/// are there, and what is wrong with those that aren't.
pub fn sizes(world: &dyn World, plan: &Plan, sources: &SourceMap) -> (Reads, Vec<Diagnostic>) {
    let folder = folder(plan, sources);
    let files = Files {
        world,
        folder: &folder,
        seed: 0,
        copies: None,
        events: &|_: Event<'_>| {},
    };
    let wanted = wanted(plan);
    let mut ids: Vec<_> = wanted.iter().map(|w| w.on.dataset).collect();
    ids.sort_unstable();
    ids.dedup();
    let (mut reads, mut wrong) = (Reads::new(), Vec::new());
    for id in ids {
        let read_one = dataset::read_one(&files, plan, id, &wanted, &[]);
        match read_one.and_then(|held| dataset::evidence(plan, &wanted, held)) {
            Ok(data) => {
                let own = wanted.iter().filter(|w| w.on.dataset == id);
                reads.extend(own.map(|w| (w.on.clone(), read(plan, w, &data))));
            }
            Err(more) => wrong.extend(more),
        }
    }
    (reads, wrong)
}

fn read(plan: &Plan, w: &Wanted, data: &Evidenced) -> Read {
    let rows = data.rows(w.on.part.as_deref());
    let clusters = |rows: &[u32]| {
        let (units, clustered) = units(plan, data, rows);
        clustered.then(|| units.n_units() as u64)
    };
    let mut slices: BTreeMap<String, Vec<(String, u64, Option<u64>)>> = BTreeMap::new();
    let (names, places) = parts(w, data, &rows);
    for (name, places) in names.iter().zip(&places) {
        let Some(name) = name else { continue };
        let own: Vec<u32> = places
            .iter()
            .filter_map(|&p| rows.get(p as usize).copied())
            .collect();
        let part = (name.value.clone(), own.len() as u64, clusters(&own));
        slices.entry(name.slice.clone()).or_default().push(part);
    }
    Read {
        rows: rows.len() as u64,
        clusters: clusters(&rows),
        classes: classes(plan, w, data, &rows),
        slices,
    }
}

fn classes(plan: &Plan, w: &Wanted, data: &Evidenced, rows: &[u32]) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    let label = plan.datasets[w.on.dataset].label.as_ref();
    let Some((_, text)) = label.and_then(|l| data.table.text(&l.column.value)) else {
        return found;
    };
    for name in rows.iter().filter_map(|&row| text.get(row as usize)) {
        if data.classes.names.iter().any(|n| n == name) {
            *found.entry(name.to_string()).or_insert(0) += 1;
        }
    }
    found
}
