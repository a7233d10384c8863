//! From a plan to evidence: reads the data and every output the plan's claims need, joins them, and
//! prepares what is measured on each partition.
//!
//! Outputs come from prediction files, from commands, which `runner` runs, and from built-in predictors. Everything wrong with the files is
//! reported in one go. What the numbers mean is left to `infer` and `verdict`; showing progress to
//! the caller, by [`Event`]s. Start with [`gather`].

mod builtins;
mod columns;
mod commands;
mod compiled;
mod dataset;
mod errors;
mod exchange;
mod fits;
mod items;
mod label;
mod materialise;
mod outputs;
mod outputs_differ;
mod panel;
mod parts;
mod roles;
mod served;
mod shelf;
mod sized;
mod splits;
mod wanted;

pub use commands::{Commands, Made, commands, execute, is_outside, kept, locked, survives};
pub use dataset::Evidenced;
pub use errors::{CODES, Declared, ExecError, diagnose};
pub use exchange::Exchanged;
pub use fits::unfit;
pub use materialise::{SplitFile, materialise};
pub use outputs_differ::outputs_differ;
pub use panel::Measured;
pub use parts::PartName;
pub use shelf::{Absent, Held, Shelf, output_columns, read};
pub use sized::sizes;
pub use splits::{Cut, straddles};
pub use wanted::{Wanted, wanted};

use crate::diagnostic::Diagnostic;
use crate::hir::{Dataset, Id, Plan, System};
use crate::text::{DiskWorld, SourceMap, Span, World};
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
    /// So many commands will be run; so many more were run before.
    Commands(usize, usize),
    /// A command begins.
    Began(&'a str),
    /// A command ended; whether it gave its outputs.
    Ended(&'a str, bool),
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
    let prepared = prepare(plan, shelf)?;
    measure(
        world,
        plan,
        sources,
        seed,
        events,
        prepared,
        &Made::default(),
    )
}

/// The same as [`gather`] of rows that were counted: row r of the one dataset stands for `copies[r]` equal rows.
///
/// # Errors
/// Everything wrong with the plan's files.
pub fn gather_counted(
    world: &dyn World,
    plan: &Plan,
    sources: &SourceMap,
    copies: &[u64],
    events: Events<'_>,
) -> Result<Evidence, Vec<Diagnostic>> {
    refuse(plan)?;
    let shelf = shelf::read_wanted(world, plan, sources, events)?;
    let prepared = prepare(plan, shelf)?;
    let folder = folder(plan, sources);
    let files = Files {
        world,
        folder: &folder,
        seed: 0,
        copies: Some(copies),
        events,
    };
    measure_with(&files, plan, prepared, &Made::default())
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

/// Everything that outputs are held against: the rows that judge and what metrics need of them.
#[derive(Debug)]
pub struct Prepared {
    wanted: Vec<Wanted>,
    judged: Vec<panel::Judged>,
    notes: Vec<String>,
}

/// Makes ready what is measured, of a plan that is not refused and whose datasets were read; no output is read.
///
/// # Errors
/// Everything wrong with the datasets, and metrics that cannot be computed on them.
pub fn prepare(plan: &Plan, shelf: Shelf) -> Result<Prepared, Vec<Diagnostic>> {
    let wanted = wanted(plan);
    let data = dataset::of_shelf(plan, &wanted, shelf)?;
    let mut notes = Vec::new();
    let judged = panel::judged(plan, &wanted, data, &mut notes)?;
    Ok(Prepared {
        wanted,
        judged,
        notes,
    })
}

/// Reads every output and measures it; `made` has those of commands.
///
/// # Errors
/// Everything wrong with the outputs.
pub fn measure(
    world: &dyn World,
    plan: &Plan,
    sources: &SourceMap,
    seed: u64,
    events: Events<'_>,
    prepared: Prepared,
    made: &Made,
) -> Result<Evidence, Vec<Diagnostic>> {
    let folder = folder(plan, sources);
    let files = Files {
        world,
        folder: &folder,
        seed,
        copies: None,
        events,
    };
    measure_with(&files, plan, prepared, made)
}

fn measure_with(
    files: &Files<'_>,
    plan: &Plan,
    prepared: Prepared,
    made: &Made,
) -> Result<Evidence, Vec<Diagnostic>> {
    let runs = outputs::runs(plan, &prepared.wanted)?;
    let outputs = runs.iter().filter(|r| r.path.is_some()).count();
    (files.events)(Event::Files(outputs as u64));
    panel::measure(files, plan, prepared, &runs, made)
}

/// What is wrong with the output file of a task of `commands`: its ids, its columns, its values.
pub fn validate(
    plan: &Plan,
    sources: &SourceMap,
    prepared: &Prepared,
    commands: &Commands,
    (task, file): (usize, &Path),
) -> Vec<Diagnostic> {
    let folder = folder(plan, sources);
    let files = Files {
        world: &DiskWorld,
        folder: &folder,
        seed: 0,
        copies: None,
        events: &|_| {},
    };
    let who = commands.who(task);
    who.map_or(Vec::new(), |who| {
        let by_folds = commands.is_by_folds(who);
        panel::validate(&files, plan, prepared, who, by_folds, file)
    })
}

/// The folder of the plan.
pub fn folder(plan: &Plan, sources: &SourceMap) -> PathBuf {
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
    /// How many rows each row of the dataset stands for, where they were counted.
    pub(crate) copies: Option<&'a [u64]>,
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
