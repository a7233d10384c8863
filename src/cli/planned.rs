//! The commands of a plan, for those who only look at them.

use super::args::{PlannedArgs, PolicyArgs};
use super::{exit, io};
use crate::analysis::{self, Analysis};
use crate::exec::{self, Commands};
use crate::text::DiskWorld;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// `.bench/PLAN` beside the plan, unless `--out`.
pub(super) fn store(plan: &Path, out: Option<&Path>) -> PathBuf {
    out.map(Path::to_owned).unwrap_or_else(|| {
        let stem = plan.file_stem().unwrap_or_default();
        let folder = plan.parent().unwrap_or(Path::new(""));
        folder.join(".bench").join(stem)
    })
}

/// Reads a plan and its datasets, and plans its commands; what goes wrong is printed.
pub(super) fn commands(args: &PlannedArgs) -> Result<(Analysis, Commands), ExitCode> {
    let mut analysis = io::load(&args.plan, &PolicyArgs::default())?;
    let refused = |analysis: &Analysis| {
        io::complain(&analysis.diagnostics, analysis, args.color);
        Err(ExitCode::from(exit::ERRORS))
    };
    if analysis.has_errors() {
        return refused(&analysis);
    }
    let complain = |found: Vec<_>, analysis: &Analysis| {
        io::complain(&found, analysis, args.color);
        let outside = found.iter().any(exec::is_outside);
        ExitCode::from(if outside { exit::OUTSIDE } else { exit::ERRORS })
    };
    let shelf = exec::refuse(&analysis.plan)
        .and_then(|()| analysis::audit(&mut analysis, &DiskWorld, &|_| {}));
    let shelf = shelf.map_err(|found| complain(found, &analysis))?;
    if analysis.has_errors() {
        return refused(&analysis);
    }
    let folder = exec::folder(&analysis.plan, &analysis.sources);
    let commands = exec::commands(&analysis.plan, analysis.dag(), &folder, &shelf)
        .map_err(|found| complain(found, &analysis))?;
    Ok((analysis, commands))
}
