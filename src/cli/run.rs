//! `benchwright run`.

use super::args::{ReportFormat, RunArgs};
use super::progress::Progress;
use super::{exit, io};
use crate::analysis::{self, Analysis};
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::exec;
use crate::render;
use crate::report;
use crate::result::RunResult;
use crate::text::DiskWorld;
use crate::verdict::{self, Setting};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
            let outside = diagnostics.iter().any(|d| d.code.code.starts_with('F'));
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
    let gathered = exec::gather_from(&DiskWorld, plan, sources, args.seed, &events, shelf);
    let evidence = gathered.inspect_err(|_| progress.done())?;
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

fn report(args: &RunArgs, analysis: &Analysis, mut result: RunResult) -> ExitCode {
    let mut found = analysis.diagnostics.clone();
    found.extend(analysis.proved());
    result.checks = render::checks(&found, &analysis.sources);
    let folder = out_folder(args);
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

/// `.bench/PLAN` beside the plan, unless `--out`.
fn out_folder(args: &RunArgs) -> PathBuf {
    args.out.clone().unwrap_or_else(|| {
        let stem = args.plan.file_stem().unwrap_or_default();
        args.plan
            .parent()
            .unwrap_or(Path::new(""))
            .join(".bench")
            .join(stem)
    })
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
