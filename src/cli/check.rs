//! `benchwright check`.

use super::args::{CheckArgs, CheckFormat};
use super::progress::Progress;
use super::{exit, io};
use crate::analysis::{self, Analysis, Mended, Mending, hold, mend};
use crate::audit;
use crate::checks::{self, supports::supports};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::exec;
use crate::registry::{self, When};
use crate::render::{self, Checked, Counts, Options};
use crate::text::DiskWorld;
use std::path::Path;
use std::process::ExitCode;

/// Checks every plan; the worst exit code of them counts.
pub(super) fn check(args: &CheckArgs) -> ExitCode {
    let mut worst = exit::OK;
    let mut checked: Vec<(&Path, Analysis)> = Vec::new();
    for plan in &args.plans {
        match read(args, plan) {
            Ok(mut analysis) => {
                if args.data {
                    look(args, plan, &mut analysis);
                }
                worst = worst.max(code(&analysis));
                if !one_document(args.format) {
                    show(args, plan, &analysis);
                }
                checked.push((plan, analysis));
            }
            Err(_) => worst = exit::OUTSIDE,
        }
    }
    if one_document(args.format) {
        document(args, &checked);
    }
    ExitCode::from(worst)
}

/// Adds what the data say. Beside errors of the plan nothing can be said of them.
fn look(args: &CheckArgs, path: &Path, analysis: &mut Analysis) {
    if analysis.has_errors() {
        return;
    }
    let progress = Progress::new();
    let events = |event: exec::Event<'_>| progress.tell(event);
    match analysis::audit(analysis, &DiskWorld, &events) {
        Ok(shelf) => {
            let mut registered = analysis::registered(analysis, &DiskWorld, path, &shelf, None);
            for when in [When::Early, When::Late] {
                registered.check(analysis, when, None);
            }
            let (plan, sources) = (&analysis.plan, &analysis.sources);
            let found = exec::outputs_differ(&DiskWorld, plan, sources, &events, shelf);
            analysis.diagnostics.extend(found);
        }
        Err(found) => analysis.diagnostics.extend(found),
    }
    progress.done();
    // A policy that can't be followed was told when the plan was loaded.
    let _ = hold(&mut analysis.diagnostics, &io::policy(&args.policy));
}

/// 2 where a file cannot be read, 1 where the plan or its data have errors.
fn code(analysis: &Analysis) -> u8 {
    let errors = || analysis.diagnostics.iter().filter(|d| d.is_error());
    if errors().any(|d| d.code.code.starts_with("F1")) {
        exit::OUTSIDE
    } else if errors().next().is_some() {
        exit::ERRORS
    } else {
        exit::OK
    }
}

/// Whether the format is one document for all plans.
fn one_document(format: CheckFormat) -> bool {
    matches!(format, CheckFormat::Sarif | CheckFormat::Junit)
}

/// The plan's analysis, once its safe fixes are written where they are asked for.
fn read(args: &CheckArgs, plan: &Path) -> Result<Analysis, ExitCode> {
    if !args.fix && !args.diff {
        return io::load(plan, &args.policy);
    }
    let policy = io::policy(&args.policy);
    // A policy that can't be followed is told by the ordinary way of loading.
    let unfixed = io::load(plan, &args.policy)?;
    let counts = |diagnostics: &mut Vec<Diagnostic>| {
        let _ = hold(diagnostics, &policy);
    };
    let mended = mend(&DiskWorld, plan, &counts).map_err(|error| io::unread(plan, &error))?;
    if args.diff {
        for file in &mended.files {
            io::out(&render::diff(
                &file.path.display().to_string(),
                &file.before,
                &file.after,
            ));
        }
        return Ok(unfixed);
    }
    for file in &mended.files {
        write(file)?;
    }
    report(plan, &mended);
    Ok(mended.analysis)
}

/// Writes a mended file, with the byte-order mark that its text came without.
fn write(file: &Mended) -> Result<(), ExitCode> {
    let marked = std::fs::read(&file.path).is_ok_and(|b| b.starts_with(b"\xEF\xBB\xBF"));
    let mark = if marked { "\u{FEFF}" } else { "" };
    let text = format!("{mark}{}", file.after);
    io::replace(&file.path, &text).map_err(|reason| {
        let name = file.path.display();
        io::err(&format!("error: cannot write `{name}`: {reason}\n"));
        ExitCode::from(exit::OUTSIDE)
    })
}

fn report(plan: &Path, mended: &Mending) {
    for title in &mended.titles {
        io::err(&format!("fixed: {title}\n"));
    }
    if mended.titles.is_empty() {
        io::err(&format!(
            "{}: nothing that a safe fix mends\n",
            plan.display()
        ));
    }
}

fn show(args: &CheckArgs, plan: &Path, analysis: &Analysis) {
    let file = plan.display().to_string();
    let mut all: Vec<Diagnostic> = analysis.diagnostics.clone();
    all.extend(analysis.proved());
    let counts = Counts::of(&all);
    let shown = if args.explain_proofs {
        &all
    } else {
        &analysis.diagnostics
    };
    let supports = args.supports.then(|| supports(&analysis.plan));
    match args.format {
        CheckFormat::Terminal => {
            if args.diff {
                return;
            }
            let style = io::stdout_style(args.color);
            let options = Options {
                style,
                fixable: true,
                proofs: args.explain_proofs,
            };
            io::out(&render::terminal(shown, &analysis.sources, &options));
            io::out(&format!("{file}: {}\n", render::summary(&counts, &style)));
            if let Some(supports) = &supports {
                io::out(&render::supports(supports, &style));
            }
        }
        CheckFormat::Json => io::out(&render::json_with(
            &file,
            shown,
            &analysis.sources,
            counts,
            supports.as_ref(),
        )),
        CheckFormat::Github => io::out(&render::github(shown, &analysis.sources)),
        CheckFormat::Sarif | CheckFormat::Junit => {}
    }
}

fn document(args: &CheckArgs, checked: &[(&Path, Analysis)]) {
    let files: Vec<String> = checked
        .iter()
        .map(|(p, _)| p.display().to_string())
        .collect();
    let found: Vec<Vec<Diagnostic>> = checked
        .iter()
        .map(|(_, a)| {
            let mut all = a.diagnostics.clone();
            if args.explain_proofs {
                all.extend(a.proved());
            }
            all
        })
        .collect();
    let plans: Vec<Checked<'_>> = checked
        .iter()
        .zip(files.iter().zip(&found))
        .map(|((_, analysis), (file, diagnostics))| Checked {
            file,
            diagnostics,
            sources: &analysis.sources,
        })
        .collect();
    io::out(&match args.format {
        CheckFormat::Junit => {
            let mut checks: Vec<&CodeInfo> = checks::ALL.iter().map(|c| &c.info).collect();
            if args.data {
                checks.extend(audit::ALL.iter().map(|c| c.info));
                checks.extend(registry::ALL.iter().map(|c| c.info));
            }
            render::junit(&plans, &checks)
        }
        _ => render::sarif(&plans),
    });
}
