//! How a plan stands to its seal and to the ledger of its folder.

use super::{Analysis, Meaning, sort, waivers};
use crate::data;
use crate::exec::{self, Held, Shelf};
use crate::hir::{self, DataRef, Plan, library_names};
use crate::registry::{self, Ledger, Library, Now, Partition, Place, SealedData, Standing, When};
use crate::text::{Span, World};
use std::collections::BTreeMap;
use std::path::Path;

/// A plan's seal, and what the ledger knows.
#[derive(Debug)]
pub struct Registered {
    /// Where they lie.
    pub place: Place,
    /// How the plan stands to its seal.
    pub standing: Standing,
    /// The ledger of its folder.
    pub ledger: Ledger,
    /// The library as it is.
    pub library: Library,
    /// Its datasets as they are.
    pub data: Vec<SealedData>,
    /// Its held-out rows, and where a claim names them first.
    pub held_out: Vec<(DataRef, Span)>,
    /// The same rows by what they hold.
    pub partitions: Vec<Partition>,
    /// The systems that its claims are about.
    pub subjects: Vec<String>,
    /// The decisions it takes, by name.
    pub decides: Vec<String>,
}

/// Reads the seal and the ledger of a plan and compares. Datasets that `shelf` holds are not read again; `seed`
/// is that of the resampling, where there will be any.
pub fn registered(
    analysis: &Analysis,
    world: &dyn World,
    file: &Path,
    shelf: &Shelf,
    seed: Option<u64>,
) -> Registered {
    let plan = &analysis.plan;
    let place = Place::of(file);
    let library = library(analysis.meaning());
    let data = datasets(plan, world, &place, shelf);
    let now = Now {
        items: &analysis.meaning().items,
        library: &library,
        data: &data,
        seed,
    };
    let standing = Standing::of(world, &place, now);
    let ledger = registry::ledger::read(world, &place.folder());
    // One that cannot be read is one that nothing can be told from.
    let ledger = ledger.unwrap_or_else(|_| Ledger {
        exists: true,
        entries: Vec::new(),
        faults: vec![registry::Fault::Form(1)],
    });
    let held_out = registry::held_out(plan, analysis.dag());
    let partitions = held_out
        .iter()
        .filter_map(|(on, _)| partition(plan, shelf.held.get(&on.dataset)?, on))
        .collect();
    let name = |d: &hir::Decide| match d.common.name.as_str() {
        "" => format!(
            "{} against {}",
            plan.show(&d.subject.variant),
            plan.show(&d.against.variant)
        ),
        name => name.to_owned(),
    };
    Registered {
        standing,
        ledger,
        data,
        held_out,
        partitions,
        subjects: registry::subjects(plan),
        decides: plan.decides.iter().map(|(_, d)| name(d)).collect(),
        library,
        place,
    }
}

impl Registered {
    /// Adds what the checks of seal and ledger that can answer at `when` find; `key` is what the result depends
    /// on, once the outputs are read.
    pub fn check(&mut self, analysis: &mut Analysis, when: When, key: Option<&str>) {
        let name = self.place.name();
        let context = registry::Context {
            plan: &analysis.plan,
            meaning: analysis.meaning(),
            meaning_sha256: analysis.meaning_sha256(),
            standing: &self.standing,
            ledger: &self.ledger,
            name: &name,
            held_out: &self.held_out,
            partitions: &self.partitions,
            subjects: &self.subjects,
            key,
        };
        let found = registry::check(&context, when);
        let mut diagnostics = found.diagnostics;
        // Whether it is waived or left out, the report's head says so.
        self.standing.looked_before |= diagnostics.iter().any(|d| d.code.code == "X101");
        let of = |code: &str| {
            let mut all = registry::ALL.iter().filter(|c| c.when == when);
            all.any(|c| c.info.code == code || c.info.name == code)
        };
        waivers::apply_where(&analysis.plan, &analysis.sources, &mut diagnostics, &of);
        analysis.diagnostics.extend(diagnostics);
        analysis.proofs.extend(found.proofs);
        sort(&mut analysis.diagnostics);
    }
}

/// The library as it is: all modules, and what those that the plan uses mean.
pub fn library(meaning: &Meaning) -> Library {
    let mut all = String::new();
    for name in library_names() {
        all += name;
        all += hir::library(name).unwrap_or_default();
    }
    let used = meaning.library.iter();
    Library {
        sha256: data::sha256(all.as_bytes()),
        used: used
            .map(|(name, text)| (name.clone(), data::sha256(text.as_bytes())))
            .collect(),
    }
}

/// The datasets with a file, and its hash where it is there.
pub fn datasets(plan: &Plan, world: &dyn World, place: &Place, shelf: &Shelf) -> Vec<SealedData> {
    let mut found: Vec<SealedData> = plan
        .datasets
        .iter()
        .filter_map(|(id, d)| {
            let source = d.source.as_ref()?.value.clone();
            let read = shelf.held.get(&id).map(|h| h.table.sha256.clone());
            let path = place.project().join(&source);
            // What cannot be read is told where it is read.
            let hash = || data::hash_found(world, &path).ok().flatten();
            Some(SealedData {
                dataset: d.common.name.clone(),
                source,
                sha256: read.or_else(hash),
            })
        })
        .collect();
    found.sort_by(|a, b| a.dataset.cmp(&b.dataset));
    found
}

/// Rows by what they hold: their ids and labels, sorted by id, so that they are the same rows wherever they
/// stand and whatever else the file holds. Without ids, by the file and their numbers in it.
fn partition(plan: &Plan, held: &Held, on: &DataRef) -> Option<Partition> {
    let rows = held.rows(on.part.as_deref())?;
    let table = &held.table;
    let label = plan.datasets[on.dataset].label.as_ref();
    let label = label.map(|l| l.column.value.as_str());
    let ids = held.id.as_deref().and_then(|id| table.text(id));
    let texts = label.and_then(|l| table.text(l));
    let numbers = label.and_then(|l| table.numbers(l));
    let mut lines: Vec<String> = rows
        .iter()
        .map(|&row| {
            let at = row as usize;
            let id = match ids {
                Some((_, ids)) => ids.get(at).unwrap_or_default().to_owned(),
                None => format!("{} {row}", table.sha256),
            };
            let label = match (texts, numbers) {
                (Some((_, texts)), _) => texts.get(at).unwrap_or_default().to_owned(),
                (None, Some(numbers)) => numbers.get(at).map_or(String::new(), f64::to_string),
                (None, None) => String::new(),
            };
            format!("{id:?} {label:?}\n")
        })
        .collect();
    lines.sort_unstable();
    Some(Partition {
        name: plan.show_data(on),
        dataset_sha256: table.sha256.clone(),
        rows_sha256: data::sha256(lines.concat().as_bytes()),
        rows: rows.len() as u64,
    })
}

/// What a result depends on, as one hash: the plan's meaning, the bytes of data and outputs, and the seed.
/// Results with equal keys are equal.
pub fn key(analysis: &Analysis, evidence: &exec::Evidence, seed: u64) -> String {
    let mut parts: BTreeMap<String, String> = BTreeMap::new();
    for data in &evidence.data {
        let name = &analysis.plan.datasets[data.dataset].common.name;
        parts.insert(format!("dataset {name}"), data.input.sha256.clone());
    }
    for input in &evidence.inputs {
        let Some((system, variant, run)) = &input.run else {
            continue;
        };
        let name = &analysis.plan.systems[*system].common.name;
        parts.insert(
            format!("output {name} {variant} {run:?}"),
            input.sha256.clone(),
        );
    }
    let mut text = format!("{}\n{seed}\n", analysis.meaning_sha256());
    for (what, hash) in parts {
        text += &format!("{what:?} {hash}\n");
    }
    data::sha256(text.as_bytes())
}
