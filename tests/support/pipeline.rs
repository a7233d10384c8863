//! A plan run from text to result, in process.

use benchwright::analysis::{Analysis, analyse};
use benchwright::diagnostic::Diagnostic;
use benchwright::exec;
use benchwright::result::RunResult;
use benchwright::text::World;
use benchwright::verdict::{self, Setting};
use std::path::Path;

/// Analyses and runs a plan.
///
/// # Errors
/// The errors of the plan, or what is wrong with its files.
pub fn run(world: &dyn World, path: &str) -> Result<RunResult, Vec<Diagnostic>> {
    let analysis = analyse(world, Path::new(path)).unwrap();
    if analysis.has_errors() {
        return Err(analysis.diagnostics);
    }
    run_analysed(world, &analysis, path)
}

/// Runs an analysed plan.
///
/// # Errors
/// What is wrong with its files.
pub fn run_analysed(
    world: &dyn World,
    analysis: &Analysis,
    path: &str,
) -> Result<RunResult, Vec<Diagnostic>> {
    let evidence = exec::gather(world, &analysis.plan, &analysis.sources, 42, &|_| {})?;
    let setting = Setting {
        seed: 42,
        file: path,
        plan_sha256: String::new(),
        meaning_sha256: analysis.meaning_sha256.clone(),
    };
    Ok(verdict::conclude(
        &analysis.plan,
        &evidence,
        &setting,
        &|_| {},
    ))
}
