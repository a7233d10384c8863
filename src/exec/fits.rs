//! Whether metrics fit what they are asked of, as far as the plan says: columns that outputs are mapped
//! to, kinds of labels, classes. No file is read.

use super::errors::{ExecError, diagnose};
use super::wanted::{Wanted, wanted};
use super::{builtins, label, roles, served};
use crate::diagnostic::Diagnostic;
use crate::hir::{MetricRef, Plan, Variant};
use crate::metrics::{Classes, CompileError, compile, outline};

/// Metrics that cannot be computed, whatever the files hold.
pub fn unfit(plan: &Plan) -> Vec<Diagnostic> {
    let wanted = wanted(plan);
    let mut found = label::conflicts(plan, &wanted);
    for w in &wanted {
        for (variant, (metrics, _)) in &w.variants {
            for metric in metrics.iter().filter_map(|&place| w.metrics.get(place)) {
                let misfit = misfit(plan, w, variant, metric);
                found.extend(misfit.filter(|error| !found.contains(error)));
            }
        }
    }
    found.iter().map(diagnose).collect()
}

fn misfit(plan: &Plan, w: &Wanted, variant: &Variant, metric: &MetricRef) -> Option<ExecError> {
    let system = &plan.systems[variant.system];
    let d = &plan.datasets[w.on.dataset];
    if system.common.broken || d.common.broken || system.outputs.is_none() {
        return None;
    }
    let refused = |error| ExecError::Metric {
        metric: metric.text.clone(),
        dataset: d.common.name.clone(),
        error,
        span: metric.span,
    };
    let outline = match outline(plan, metric) {
        Ok(outline) => outline,
        // A metric without a formula is one of published numbers, or broken.
        Err(CompileError::NoFormula) => return None,
        Err(error) => return Some(refused(error)),
    };
    let names = d.label.iter().flat_map(|l| &l.classes);
    let names: Vec<String> = names.map(|c| c.value.clone()).collect();
    let positive = d.positive.as_ref().and_then(|p| {
        let place = names.iter().position(|n| *n == p.value)?;
        u32::try_from(place).ok()
    });
    let classes = Classes { names, positive };
    let needs = (outline.needs.as_slice(), outline.figures.as_slice());
    let scores = builtins::scores(plan, w, variant);
    let missing = roles::missing(plan, variant.system, d, metric, needs, (&classes, scores));
    if missing.is_some() && !system.is_builtin() {
        // A column that is not mapped is the check's to tell.
        let elsewhere = served::of_others(plan, w, metric);
        return missing
            .filter(|error| !error.is_column())
            .filter(|error| !(elsewhere && matches!(error, ExecError::NoFigure { .. })));
    }
    if classes.names.is_empty() || missing.is_some() {
        return None;
    }
    // Classes that are declared are known before any file is.
    match compile(plan, metric, &classes, Some(1.0), d.weight.is_some()) {
        Err(error @ (CompileError::NoClass(..) | CompileError::NoPositive)) => Some(refused(error)),
        Ok(_) | Err(_) => None,
    }
}
