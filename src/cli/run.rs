//! `benchwright run`.

use super::args::{ReportFormat, RunArgs};
use super::progress::Progress;
use super::{exit, io, planned};
use crate::analysis::{self, Analysis};
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::exec;
use crate::graph::Dag;
use crate::render;
use crate::report;
use crate::result::RunResult;
use crate::runner::{self, Settings};
use crate::text::DiskWorld;
use crate::verdict::{self, Setting};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

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
    runner::catch_interrupts();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, usize::from))
        .build();
    let outcome = match pool {
        Ok(pool) => pool.install(|| execute(args, &mut analysis)),
        Err(_) => execute(args, &mut analysis),
    };
    match outcome {
        Ok(Some(result)) => report(args, &analysis, result),
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
fn execute(args: &RunArgs, analysis: &mut Analysis) -> Result<Option<RunResult>, Vec<Diagnostic>> {
    let progress = Progress::new();
    let events = |event: exec::Event<'_>| progress.tell(event);
    let said = |found: &Analysis| io::complain(&found.diagnostics, found, args.color);
    let read =
        exec::refuse(&analysis.plan).and_then(|()| analysis::audit(analysis, &DiskWorld, &events));
    let read = read.inspect_err(|_| progress.done());
    // A policy that can't be followed was told when the plan was loaded.
    let _ = analysis::hold(&mut analysis.diagnostics, &io::policy(&args.policy));
    progress.hide(|| said(analysis));
    let shelf = read?;
    if analysis.has_errors() {
        progress.done();
        return Ok(None);
    }
    let (plan, sources) = (&analysis.plan, &analysis.sources);
    let (dag, folder) = (&analysis.dag, exec::folder(plan, sources));
    let evidence = commanded(args, analysis, shelf, &folder, dag, &progress);
    let evidence = evidence.inspect_err(|_| progress.done())?;
    let file = args.plan.display().to_string();
    let text = sources.get(plan.root).map(|f| f.text.clone());
    let setting = Setting {
        seed: args.seed,
        file: &file,
        plan_sha256: text.map_or(String::new(), |t| data::sha256(t.as_bytes())),
        meaning_sha256: analysis.meaning_sha256.clone(),
    };
    let result = verdict::conclude(plan, &evidence, &setting, &events);
    progress.done();
    Ok(Some(result))
}

/// Runs the commands and measures all outputs.
fn commanded(
    args: &RunArgs,
    analysis: &Analysis,
    shelf: exec::Shelf,
    folder: &Path,
    dag: &Dag,
    progress: &Progress,
) -> Result<exec::Evidence, Vec<Diagnostic>> {
    let (plan, sources) = (&analysis.plan, &analysis.sources);
    let events = |event: exec::Event<'_>| progress.tell(event);
    let commands = exec::commands(plan, dag, folder, &shelf)?;
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
            folder
        },
        machine,
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

fn report(args: &RunArgs, analysis: &Analysis, mut result: RunResult) -> ExitCode {
    let mut found = analysis.diagnostics.clone();
    found.extend(analysis.proved());
    result.checks = render::checks(&found, &analysis.sources);
    let folder = planned::store(&args.plan, args.out.as_deref());
    let written = |name: &str| folder.join(name);
    let shown = |name: &str| written(name).display().to_string();
    result.provenance.evidence = vec![shown("report.json"), shown("report.md")];
    let json = report::json(&result);
    let markdown = report::markdown(&result);
    for (name, text) in [("report.json", &json), ("report.md", &markdown)] {
        if let Err(error) = write(&written(name), text) {
            io::complain(&[*error], analysis, args.color);
            return ExitCode::from(exit::OUTSIDE);
        }
    }
    match args.format {
        ReportFormat::Terminal => {
            io::out(&report::terminal(&result, &io::stdout_style(args.color)));
        }
        ReportFormat::Json => io::out(&json),
        ReportFormat::Markdown => io::out(&markdown),
    }
    required(args, &result)
}

fn write(path: &Path, text: &str) -> Result<(), Box<Diagnostic>> {
    if let Some(folder) = path.parent() {
        // What is wrong with the folder shows when the file is written.
        let _ = std::fs::create_dir_all(folder);
    }
    data::write_atomic(path, text.as_bytes()).map_err(|e| Box::new(data::diagnose(&e, None)))
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
