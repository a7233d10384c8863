//! The metrics of one system, compiled for the data that they are asked of.

use super::builtins;
use super::dataset::Evidenced;
use super::errors::ExecError;
use super::roles;
use super::served;
use super::wanted::Wanted;
use crate::hir::{MetricRef, Plan, Variant};
use crate::metrics::{CompileError, Need, Program, compile};

/// One system's metrics, compiled.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) programs: Vec<Program>,
    pub(super) places: Vec<Option<usize>>,
}

pub(super) fn needs<'p>(programs: impl Iterator<Item = &'p Program>) -> Vec<Need> {
    let mut needs: Vec<Need> = programs.flat_map(Program::needs).collect();
    needs.sort_unstable();
    needs.dedup();
    needs
}

/// Compiles the metrics of one system. A built-in floor has no latency, and unpriced hardware no
/// cost: there the metric isn't claimed. Anything else that is missing is an error.
pub(super) fn compile_all(
    plan: &Plan,
    w: &Wanted,
    variant: &Variant,
    metrics: &[usize],
    data: &Evidenced,
    notes: &mut Vec<String>,
) -> Result<Compiled, Vec<ExecError>> {
    let system = &plan.systems[variant.system];
    let d = &plan.datasets[data.dataset];
    let price = system
        .hardware
        .as_ref()
        .and_then(|h| plan.hardware[h.value].price.as_ref())
        .map(|p| p.value);
    let scores = builtins::scores(plan, w, variant);
    let mut compiled = Compiled {
        programs: Vec::new(),
        places: vec![None; w.metrics.len()],
    };
    let mut errors = Vec::new();
    for &place in metrics {
        let Some(metric) = w.metrics.get(place) else {
            continue;
        };
        match compile(plan, metric, &data.classes, price, d.weight.is_some()) {
            Ok(program) => {
                let classes = &data.classes;
                let needs = (program.needs(), program.figures());
                let needs = (needs.0.as_slice(), needs.1.as_slice());
                match roles::missing(plan, variant.system, d, metric, needs, (classes, scores)) {
                    Some(_) if system.is_builtin() => {}
                    Some(ExecError::NoFigure { .. }) if served::of_others(plan, w, metric) => {
                        let note = format!(
                            "{} of {} is not claimed: nothing serves it",
                            metric.text, system.common.name
                        );
                        if !notes.contains(&note) {
                            notes.push(note);
                        }
                    }
                    Some(error) => errors.push(error),
                    None => {
                        if let Some(slot) = compiled.places.get_mut(place) {
                            *slot = Some(compiled.programs.len());
                        }
                        compiled.programs.push(program);
                    }
                }
            }
            Err(CompileError::NoPrice) => {
                if !system.is_builtin() {
                    let note = format!(
                        "{} of {} is not claimed: its hardware has no price",
                        metric.text, system.common.name
                    );
                    if !notes.contains(&note) {
                        notes.push(note);
                    }
                }
            }
            Err(error) => errors.push(metric_error(metric, d.common.name.clone(), error)),
        }
    }
    if errors.is_empty() {
        Ok(compiled)
    } else {
        Err(errors)
    }
}

fn metric_error(metric: &MetricRef, dataset: String, error: CompileError) -> ExecError {
    ExecError::Metric {
        metric: metric.text.clone(),
        dataset,
        error,
        span: metric.span,
    }
}

/// Each error once: every variant of a system has the same ones.
pub(super) fn unique(errors: &[ExecError]) -> Vec<ExecError> {
    let mut found: Vec<ExecError> = Vec::new();
    for error in errors {
        if !found.contains(error) {
            found.push(error.clone());
        }
    }
    found
}
