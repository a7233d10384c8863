//! From a plan to evidence: reads the data and every output the plan's claims need, joins them, and
//! prepares what is measured on each partition.
//!
//! Outputs come from prediction files and built-in predictors. Everything wrong with the files is
//! reported in one go. What the numbers mean is left to `infer` and `verdict`; showing progress to
//! the caller, by [`Event`]s. Start with [`gather`].

mod builtins;
mod columns;
mod dataset;
mod errors;
mod fits;
mod items;
mod label;
mod materialise;
mod outputs;
mod outputs_differ;
mod panel;
mod roles;
mod shelf;
mod sized;
mod splits;
mod wanted;

pub use dataset::Evidenced;
pub use errors::{CODES, Declared, ExecError, diagnose};
pub use fits::unfit;
pub use materialise::{SplitFile, materialise};
pub use outputs_differ::outputs_differ;
pub use panel::{Measured, PartName};
pub use shelf::{Absent, Held, Shelf, output_columns, read};
pub use sized::sizes;
pub use splits::{Cut, straddles};
pub use wanted::{Wanted, wanted};

use crate::diagnostic::Diagnostic;
use crate::hir::{Dataset, Id, Plan, System};
use crate::text::{SourceMap, Span, World};
use std::path::{Path, PathBuf};

/// What happens while a plan is run.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// So many more files will be read.
    Files(u64),
    /// A file is about to be read.
    Reading(&'a Path),
    /// So many bytes of a file were read, in all.
    Bytes(u64),
    /// A file was read.
    Read,
    /// So many resamples will be drawn.
    Resamples(u64),
    /// So many more were drawn.
    Drawn(u64),
}

/// Told of events, from any thread.
pub type Events<'a> = &'a (dyn Fn(Event<'_>) + Sync);

/// A file that shaped a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The file, as found from the plan's folder.
    pub path: PathBuf,
    /// Its hash.
    pub sha256: String,
    /// Its rows.
    pub rows: u64,
    /// The system, its variant and seed, where it is a run's outputs.
    pub run: Option<(Id<System>, String, Option<u64>)>,
}

/// All that a plan's claims rest on.
#[derive(Debug)]
pub struct Evidence {
    /// The datasets that take part.
    pub data: Vec<Evidenced>,
    /// Every file read.
    pub inputs: Vec<Input>,
    /// What is measured, for each partition that claims are made on.
    pub measured: Vec<Measured>,
    /// What could not be claimed, and why.
    pub notes: Vec<String>,
}

/// Reads everything the plan's claims need; paths are those from the plan's own folder, and `seed` is
/// that of built-in predictors that guess.
///
/// # Errors
/// Everything wrong with the plan's files.
pub fn gather(
    world: &dyn World,
    plan: &Plan,
    sources: &SourceMap,
    seed: u64,
    events: Events<'_>,
) -> Result<Evidence, Vec<Diagnostic>> {
    refuse(plan)?;
    let shelf = shelf::read_wanted(world, plan, sources, events)?;
    gather_from(world, plan, sources, seed, events, shelf)
}

/// What keeps the plan from being run, beside its files.
///
/// # Errors
/// All of it.
pub fn refuse(plan: &Plan) -> Result<(), Vec<Diagnostic>> {
    let wanted = wanted(plan);
    let mut refused = errors::refusals(plan, &wanted);
    refused.extend(label::conflicts(plan, &wanted));
    if refused.is_empty() {
        outputs::runs(plan, &wanted).map(|_| ())
    } else {
        Err(refused.iter().map(diagnose).collect())
    }
}

/// The same as [`gather`], of a plan that is not refused and whose datasets were read.
///
/// # Errors
/// Everything wrong with the plan's other files.
pub fn gather_from(
    world: &dyn World,
    plan: &Plan,
    sources: &SourceMap,
    seed: u64,
    events: Events<'_>,
    shelf: Shelf,
) -> Result<Evidence, Vec<Diagnostic>> {
    let folder = folder(plan, sources);
    let files = Files {
        world,
        folder: &folder,
        seed,
        events,
    };
    let wanted = wanted(plan);
    let runs = outputs::runs(plan, &wanted)?;
    let outputs = runs.iter().filter(|r| r.path.is_some()).count();
    events(Event::Files(outputs as u64));
    let data = dataset::of_shelf(plan, &wanted, shelf)?;
    panel::measure(&files, plan, &wanted, data, &runs)
}

/// The folder of the plan.
fn folder(plan: &Plan, sources: &SourceMap) -> PathBuf {
    let file = sources.get(plan.root).and_then(|f| f.path.as_deref());
    let parent = file.and_then(Path::parent);
    parent.unwrap_or(Path::new("")).to_path_buf()
}

/// Where files are found and who is told of it.
#[derive(Clone, Copy)]
pub(crate) struct Files<'a> {
    pub(crate) world: &'a dyn World,
    pub(crate) folder: &'a Path,
    pub(crate) seed: u64,
    pub(crate) events: Events<'a>,
}

impl Files<'_> {
    /// The file of a dataset, and where the plan names it.
    fn source(&self, d: &Dataset) -> (PathBuf, Span) {
        let named = d.source.as_ref();
        let (source, span) = named.map_or(("", d.common.name_span), |s| (&s.value, s.span));
        (self.folder.join(source), span)
    }
}
