//! What a run owes to the seal and the ledger: checks before it, an entry before it looks, one for its report.

use super::args::RunArgs;
use super::progress::Progress;
use super::{io, run};
use crate::analysis::{self, Analysis, Registered};
use crate::diagnostic::Diagnostic;
use crate::exec::{Evidence, Shelf};
use crate::hir::Plan;
use crate::registry::{self, Entry, Event, File, Manifest, Pointer, When};
use crate::result::RunResult;
use crate::runner;
use crate::text::DiskWorld;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A run that the ledger knows of.
#[derive(Debug)]
pub(super) struct Registering {
    /// The plan's seal, and the ledger before the run.
    pub(super) registered: Registered,
    /// What the result depends on.
    key: String,
}

/// Reads seal and ledger, and says what can be said before the outputs are read.
pub(super) fn early(args: &RunArgs, analysis: &mut Analysis, shelf: &Shelf) -> Registered {
    let seed = Some(args.seed);
    let mut registered = analysis::registered(analysis, &DiskWorld, &args.plan, shelf, seed);
    registered.check(analysis, When::Early, None);
    registered
}

/// Says what is left to say, and records that held-out rows will be looked at; no look where errors stand.
pub(super) fn look(
    args: &RunArgs,
    analysis: &mut Analysis,
    evidence: &Evidence,
    mut registered: Registered,
    progress: &Progress,
) -> Result<Option<Registering>, Vec<Diagnostic>> {
    let key = analysis::key(analysis, evidence, args.seed);
    registered.check(analysis, When::Late, Some(&key));
    let _ = analysis::hold(&mut analysis.diagnostics, &io::policy(&args.policy));
    let late = |d: &&Diagnostic| {
        let mut all = registry::ALL.iter().filter(|c| c.when == When::Late);
        all.any(|c| c.info.code == d.code.code)
    };
    let found: Vec<Diagnostic> = analysis.diagnostics.iter().filter(late).cloned().collect();
    progress.hide(|| io::complain(&found, analysis, args.color));
    if analysis.has_errors() {
        return Ok(None);
    }
    let registering = Registering { registered, key };
    registering.access(analysis).map_err(|d| vec![*d])?;
    Ok(Some(registering))
}

impl Registering {
    fn append(&self, event: Event) -> Result<Entry, Box<Diagnostic>> {
        let folder = self.registered.place.folder();
        registry::ledger::append(&folder, event).map_err(|e| Box::new(registry::diagnose(&e)))
    }

    fn access(&self, analysis: &Analysis) -> Result<(), Box<Diagnostic>> {
        let r = &self.registered;
        if r.partitions.is_empty() {
            return Ok(());
        }
        self.append(Event::Access {
            plan: r.place.name(),
            meaning_sha256: analysis.meaning_sha256().to_owned(),
            status: r.standing.word().to_owned(),
            key: self.key.clone(),
            partitions: r.partitions.clone(),
            subjects: r.subjects.clone(),
            decides: r.decides.clone(),
        })
        .map(|_| ())
    }

    /// Records a report that is about to be written.
    pub(super) fn record(
        &self,
        result: &RunResult,
        files: &[(PathBuf, String)],
    ) -> Result<Entry, Box<Diagnostic>> {
        let place = &self.registered.place;
        let outcome =
            |d: &crate::result::Decision| (d.name.clone(), d.outcome.clone().unwrap_or_default());
        self.append(Event::Report {
            plan: place.name(),
            key: self.key.clone(),
            files: files
                .iter()
                .map(|(path, hash)| (place.below(path), hash.clone()))
                .collect(),
            outcomes: result.decisions.iter().map(outcome).collect(),
        })
    }

    /// What the run came from.
    pub(super) fn manifest(
        &self,
        analysis: &Analysis,
        result: &RunResult,
        (store, files): (&Path, &[(PathBuf, String)]),
        entry: &Entry,
        started: String,
    ) -> Manifest {
        let place = &self.registered.place;
        let plan = &analysis.plan;
        let reports = files.iter().map(|(path, hash)| File {
            path: place.below(path),
            sha256: hash.clone(),
            rows: None,
            of: None,
            seed: None,
            license: None,
        });
        let sealed = self.registered.standing.sealed.as_ref();
        Manifest {
            manifest_version: 1,
            tool: format!("{} {}", result.tool.name, result.tool.version),
            plan: registry::PlanFile {
                file: place.name(),
                title: result.plan.title.clone(),
                objective: result.plan.objective.clone(),
                sha256: result.provenance.plan_sha256.clone(),
                meaning_sha256: result.plan.meaning_sha256.clone(),
            },
            library_sha256: self.registered.library.sha256.clone(),
            status: self.registered.standing.word().to_owned(),
            seal_sha256: sealed.map(|s| s.lock_sha256.clone()),
            ledger: Pointer {
                seq: entry.seq,
                sha256: entry.sha256.clone(),
            },
            data: data(plan, result),
            outputs: outputs(result),
            reports: reports.collect(),
            seed: result.provenance.seed,
            seeds: seeds(plan),
            commands: run::commands(store, result),
            git: registry::git(place.project()),
            environment: registry::environment(),
            machine: runner::machine(),
            started,
            ended: registry::now(),
        }
    }
}

/// The files of the datasets, as a manifest lists them.
pub(super) fn data(plan: &Plan, result: &RunResult) -> Vec<File> {
    let license = |dataset: &str| {
        let mut all = plan.datasets.iter().map(|(_, d)| d);
        let found = all.find(|d| d.common.name == dataset)?;
        found.license.as_ref().map(|l| l.value.clone())
    };
    let file = |d: &crate::result::Data| File {
        path: d.source.clone(),
        sha256: d.sha256.clone(),
        rows: Some(d.rows),
        of: Some(d.dataset.clone()),
        seed: None,
        license: license(&d.dataset),
    };
    result.data.iter().map(file).collect()
}

/// The files of outputs, as a manifest lists them.
pub(super) fn outputs(result: &RunResult) -> Vec<File> {
    let inputs = result.provenance.inputs.iter();
    let file = |i: &crate::result::Input| File {
        path: i.path.clone(),
        sha256: i.sha256.clone(),
        rows: Some(i.rows),
        of: i.system.as_ref().map(|system| match i.variant.as_deref() {
            None | Some("full") => system.clone(),
            Some(variant) => format!("{system} {variant}"),
        }),
        seed: i.seed,
        license: None,
    };
    inputs.map(file).collect()
}

/// The seeds of the systems that have some.
pub(super) fn seeds(plan: &Plan) -> BTreeMap<String, Vec<u64>> {
    let of = plan.systems.iter().map(|(_, system)| {
        let own: Vec<u64> = system.runs().into_iter().flatten().collect();
        (system.common.name.clone(), own)
    });
    of.filter(|(_, own)| !own.is_empty()).collect()
}
