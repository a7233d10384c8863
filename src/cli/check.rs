//! `benchwright check`.

use super::args::{CheckArgs, CheckFormat};
use super::{exit, io};
use crate::analysis::{Analysis, Mended, Mending, hold, mend};
use crate::checks::{self, supports::supports};
use crate::diagnostic::{CodeInfo, Diagnostic};
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
            Ok(analysis) => {
                if analysis.has_errors() {
                    worst = worst.max(exit::ERRORS);
                }
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
            let checks: Vec<&CodeInfo> = checks::ALL.iter().map(|c| &c.info).collect();
            render::junit(&plans, &checks)
        }
        _ => render::sarif(&plans),
    });
}
