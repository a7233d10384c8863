//! `benchwright check`.

use super::args::{CheckArgs, CheckFormat};
use super::{exit, io};
use crate::analysis::Analysis;
use crate::diagnostic::Diagnostic;
use crate::render::{self, Counts, Options};
use std::path::Path;
use std::process::ExitCode;

/// Checks every plan; the worst exit code of them counts.
pub(super) fn check(args: &CheckArgs) -> ExitCode {
    let mut worst = exit::OK;
    for plan in &args.plans {
        let code = match io::load(plan, &args.deny) {
            Ok(analysis) => {
                show(args, plan, &analysis);
                if analysis.has_errors() {
                    exit::ERRORS
                } else {
                    exit::OK
                }
            }
            Err(_) => exit::OUTSIDE,
        };
        worst = worst.max(code);
    }
    ExitCode::from(worst)
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
    match args.format {
        CheckFormat::Terminal => {
            let style = io::stdout_style(args.color);
            let options = Options {
                style,
                fixable: false,
                proofs: args.explain_proofs,
            };
            io::out(&render::terminal(shown, &analysis.sources, &options));
            io::out(&format!("{file}: {}\n", render::summary(&counts, &style)));
        }
        CheckFormat::Json => io::out(&render::json(&file, shown, &analysis.sources, counts)),
        CheckFormat::Github => io::out(&render::github(shown, &analysis.sources)),
    }
}
