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
/// The errors of the plan alone, or what is wrong with its files.
pub fn run(world: &dyn World, path: &str) -> Result<RunResult, Vec<Diagnostic>> {
    let analysis = analyse(world, Path::new(path)).unwrap();
    if analysis.has_errors() {
        let errors = analysis.diagnostics.into_iter();
        return Err(errors.filter(Diagnostic::is_error).collect());
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
        meaning_sha256: analysis.meaning_sha256().to_owned(),
    };
    Ok(verdict::conclude(
        &analysis.plan,
        &evidence,
        &setting,
        &|_| {},
    ))
}

/// What a run found of a system's metric over all rows, with an interval round it.
pub fn estimate(result: &RunResult, system: &str, metric: &str) -> f64 {
    let found = result
        .metrics
        .iter()
        .find(|m| (m.system.as_str(), m.metric.as_str(), &m.slice) == (system, metric, &None));
    let found = found.unwrap_or_else(|| panic!("nothing of {metric} of {system}"));
    let estimate = found.estimate.unwrap();
    let interval = found.interval.as_ref().unwrap();
    assert!(
        interval.low <= estimate && estimate <= interval.high,
        "{metric}"
    );
    assert!(interval.resamples.is_some(), "{metric}");
    estimate
}
