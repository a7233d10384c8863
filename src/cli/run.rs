//! `benchwright run`.

use super::args::{ReportFormat, RunArgs};
use super::progress::Progress;
use super::registering::{self, Registering};
use super::{drifting, exit, io, planned};
use crate::analysis::{self, Analysis};
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::exec;
use crate::registry;
use crate::render;
use crate::report;
use crate::result::{Check, RunResult};
use crate::runner::{self, Settings, TaskRecord};
use crate::text::DiskWorld;
use crate::verdict::{self, Setting};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

/// How long a command may take to clean up when it is asked to end.
const GRACE: Duration = Duration::from_secs(1);

/// Checks, runs, reports.
pub(super) fn run(args: &RunArgs) -> ExitCode {
    let mut analysis = match io::load(&args.plan, &args.policy) {
        Ok(analysis) => analysis,
        Err(code) => return code,
    };
    if analysis.has_errors() {
        io::complain(&analysis.diagnostics, &analysis, args.color);
        io::err("the plan has errors and was not run\n");
        return ExitCode::from(exit::ERRORS);
    }
    let earlier = match drifting::earlier(args) {
        Ok(earlier) => earlier,
        Err(code) => return code,
    };
    let started = registry::now();
    runner::catch_interrupts();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, usize::from))
        .build();
    let outcome = match pool {
        Ok(pool) => pool.install(|| execute(args, &mut analysis)),
        Err(_) => execute(args, &mut analysis),
    };
    match outcome {
        Ok(Some((mut result, registering))) => {
            if let Some(earlier) = &earlier
                && let Err(code) = drifting::compare(earlier, &analysis.plan, &mut result)
            {
                return code;
            }
            report(args, &analysis, result, &registering, started)
        }
        Ok(None) => {
            io::err("the data contradict the plan, and it was not run\n");
            ExitCode::from(exit::ERRORS)
        }
        Err(diagnostics) => {
            io::complain(&diagnostics, &analysis, args.color);
            if runner::interrupted() {
                io::err(
                    "interrupted: what is finished is kept, and the next run goes on from there\n",
                );
                return ExitCode::from(exit::INTERRUPTED);
            }
            let outside = diagnostics.iter().any(exec::is_outside);
            ExitCode::from(if outside { exit::OUTSIDE } else { exit::ERRORS })
        }
    }
}

/// Reads, checks the data, and runs; no result where the data have errors.
fn execute(
    args: &RunArgs,
    analysis: &mut Analysis,
) -> Result<Option<(RunResult, Registering)>, Vec<Diagnostic>> {
    let progress = Progress::new();
    let events = |event: exec::Event<'_>| progress.tell(event);
    let said = |found: &Analysis| io::complain(&found.diagnostics, found, args.color);
    let read =
        exec::refuse(&analysis.plan).and_then(|()| analysis::audit(analysis, &DiskWorld, &events));
    let read = read.inspect_err(|_| progress.done());
    let shelf = read.as_ref().ok();
    let registered = shelf.map(|shelf| registering::early(args, analysis, shelf));
    // A policy that can't be followed was told when the plan was loaded.
    let _ = analysis::hold(&mut analysis.diagnostics, &io::policy(&args.policy));
    progress.hide(|| said(analysis));
    let (shelf, Some(registered)) = (read?, registered) else {
        return Ok(None);
    };
    if analysis.has_errors() {
        progress.done();
        return Ok(None);
    }
    let evidence = commanded(args, analysis, shelf, &progress);
    let evidence = evidence.inspect_err(|_| progress.done())?;
    let looked = registering::look(args, analysis, &evidence, registered, &progress);
    let Some(registering) = looked.inspect_err(|_| progress.done())? else {
        progress.done();
        return Ok(None);
    };
    let file = args.plan.display().to_string();
    let mut result = conclude(analysis, &file, args.seed, &evidence, &events);
    registering.registered.standing.mark(&mut result);
    progress.done();
    Ok(Some((result, registering)))
}

/// Runs the commands and measures all outputs.
fn commanded(
    args: &RunArgs,
    analysis: &Analysis,
    shelf: exec::Shelf,
    progress: &Progress,
) -> Result<exec::Evidence, Vec<Diagnostic>> {
    let (plan, sources) = (&analysis.plan, &analysis.sources);
    let folder = exec::folder(plan, sources);
    let events = |event: exec::Event<'_>| progress.tell(event);
    let commands = exec::commands(plan, analysis.dag(), &folder, &shelf)?;
    let prepared = exec::prepare(plan, shelf)?;
    let machine = runner::machine();
    let settings = Settings {
        jobs: args.jobs.map_or(machine.cores as usize, usize::from),
        time: args.timeout,
        grace: GRACE,
        fail_fast: args.fail_fast,
        folder: if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &folder
        },
        machine,
        clock: SystemTime::now,
    };
    let root = planned::store(&args.plan, args.out.as_deref());
    let (made, failures) = exec::execute(
        plan, sources, &prepared, &commands, &root, &settings, &events,
    )?;
    if runner::interrupted() || !exec::survives(plan, &failures) {
        return Err(failures);
    }
    progress.hide(|| io::complain(&failures, analysis, args.color));
    exec::measure(
        &DiskWorld, plan, sources, args.seed, &events, prepared, &made,
    )
}

/// The result of the evidence.
pub(super) fn conclude(
    analysis: &Analysis,
    file: &str,
    seed: u64,
    evidence: &exec::Evidence,
    events: exec::Events<'_>,
) -> RunResult {
    let text = analysis.sources.get(analysis.plan.root).map(|f| &f.text);
    let setting = Setting {
        seed,
        file,
        plan_sha256: text.map_or(String::new(), |t| data::sha256(t.as_bytes())),
        meaning_sha256: analysis.meaning_sha256().to_owned(),
    };
    verdict::conclude(&analysis.plan, evidence, &setting, events)
}

/// What the checks said, for the report.
pub(super) fn checks(analysis: &Analysis) -> Vec<Check> {
    let mut found = analysis.diagnostics.clone();
    found.extend(analysis.proved());
    render::checks(&found, &analysis.sources)
}

fn report(
    args: &RunArgs,
    analysis: &Analysis,
    mut result: RunResult,
    registering: &Registering,
    started: String,
) -> ExitCode {
    result.checks = checks(analysis);
    result.provenance.policy = io::policy_used(&args.policy);
    let folder = planned::store(&args.plan, args.out.as_deref());
    let written = |name: &str| folder.join(name);
    let shown = |name: &str| written(name).display().to_string();
    result.provenance.evidence = VIEWS.map(shown).to_vec();
    let texts = views(&result);
    let files = texts
        .each_ref()
        .map(|(name, text)| (written(name), data::sha256(text.as_bytes())));
    let recorded = registering.record(&result, &files);
    let recorded = recorded.and_then(|entry| {
        for (name, text) in &texts {
            write(&written(name), text)?;
        }
        let manifest = registering.manifest(analysis, &result, (&folder, &files), &entry, started);
        write(&written("manifest.json"), &manifest.text())
    });
    if let Err(error) = recorded {
        io::complain(&[*error], analysis, args.color);
        return ExitCode::from(exit::OUTSIDE);
    }
    match args.format {
        ReportFormat::Terminal => {
            io::out(&report::terminal(&result, &io::stdout_style(args.color)));
        }
        ReportFormat::Json => io::out(&report::json(&result)),
        ReportFormat::Markdown => io::out(&report::markdown(&result)),
    }
    let got_worse = drifting::regressed(&result);
    let code = required(args, &result);
    if got_worse {
        return ExitCode::from(exit::OTHER_VERDICT);
    }
    code
}

/// The views of a result that are written beside each other.
const VIEWS: [&str; 2] = ["report.json", "report.md"];

/// Each of them, with what it holds.
pub(super) fn views(result: &RunResult) -> [(&'static str, String); 2] {
    let [json, markdown] = VIEWS;
    [
        (json, report::json(result)),
        (markdown, report::markdown(result)),
    ]
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), Box<Diagnostic>> {
    if let Some(folder) = path.parent() {
        // What is wrong with the folder shows when the file is written.
        let _ = std::fs::create_dir_all(folder);
    }
    data::write_atomic(path, text.as_bytes()).map_err(|e| Box::new(data::diagnose(&e, None)))
}

/// What was run to make the outputs of a result, as its runner wrote it down beside them.
pub(super) fn commands(store: &Path, result: &RunResult) -> Vec<TaskRecord> {
    let Ok(entries) = std::fs::read_dir(store.join("runs")) else {
        return Vec::new();
    };
    let key = |e: std::fs::DirEntry| e.file_name().to_string_lossy().into_owned();
    let mut keys: Vec<String> = entries.filter_map(|e| Some(key(e.ok()?))).collect();
    keys.sort();
    let inputs = &result.provenance.inputs;
    let read = |key: &String| match runner::stored(store, key) {
        runner::Entry::Done(record) => Some(*record),
        runner::Entry::Failed(_) | runner::Entry::Absent => None,
    };
    // Others are of earlier versions of the plan.
    let used = |record: &TaskRecord| {
        let output = record.output.as_ref();
        output.is_some_and(|o| inputs.iter().any(|i| i.sha256 == o.sha256))
    };
    keys.iter().filter_map(read).filter(used).collect()
}

fn required(args: &RunArgs, result: &RunResult) -> ExitCode {
    let Some(wanted) = &args.require else {
        return ExitCode::from(exit::OK);
    };
    let other: Vec<String> = result
        .decisions
        .iter()
        .filter(|d| d.outcome.as_ref() != Some(wanted))
        .map(|d| {
            format!(
                "`{}` is {}",
                d.name,
                d.outcome.as_deref().unwrap_or("undecided")
            )
        })
        .collect();
    if result.decisions.is_empty() {
        io::err(&format!("`--require {wanted}`: the plan decides nothing\n"));
        return ExitCode::from(exit::OTHER_VERDICT);
    }
    if other.is_empty() {
        return ExitCode::from(exit::OK);
    }
    io::err(&format!("`--require {wanted}`: {}\n", other.join(", ")));
    ExitCode::from(exit::OTHER_VERDICT)
}
