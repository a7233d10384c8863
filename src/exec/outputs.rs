//! The runs whose outputs claims need, and the file of each.

use super::commands::Of;
use super::errors::{ExecError, diagnose};
use super::wanted::Wanted;
use crate::diagnostic::Diagnostic;
use crate::hir::{Outputs, Plan, Variant};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// One run.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) variant: Variant,
    pub(super) seed: Option<u64>,
    /// The file as the plan writes it, holes filled; `None` of a built-in predictor.
    pub(super) path: Option<String>,
    /// What a command made, where it was run.
    pub(super) made: Option<Of>,
    /// Where the plan says how the outputs come to be.
    pub(super) span: Span,
}

/// All runs, in the order of variants and seeds.
pub(super) fn runs(plan: &Plan, wanted: &[Wanted]) -> Result<Vec<Run>, Vec<Diagnostic>> {
    let variants: BTreeSet<&Variant> = wanted.iter().flat_map(|w| w.variants.keys()).collect();
    let mut runs = Vec::new();
    for variant in variants {
        let system = &plan.systems[variant.system];
        for seed in system.runs() {
            let (path, span) = match &system.outputs {
                Some(Outputs::Predictions { template, .. }) => {
                    let path = plan
                        .output_file(&template.value, variant, seed)
                        .unwrap_or_default();
                    (Some(path), template.span)
                }
                Some(Outputs::Run { template, .. }) => (None, template.span),
                Some(Outputs::Predict { builtin, .. }) => (None, builtin.span),
                Some(Outputs::Reported(_)) | None => (None, system.common.name_span),
            };
            runs.push(Run {
                variant: variant.clone(),
                seed,
                path,
                made: None,
                span,
            });
        }
    }
    let shared = shared(plan, &runs);
    if shared.is_empty() {
        Ok(runs)
    } else {
        Err(shared.iter().map(diagnose).collect())
    }
}

/// Pairs of runs that would read the same columns of one file; one for each template.
fn shared(plan: &Plan, runs: &[Run]) -> Vec<ExecError> {
    let mut readers: BTreeMap<&str, Vec<&Run>> = BTreeMap::new();
    let mut found: Vec<ExecError> = Vec::new();
    let mut reported: BTreeSet<Span> = BTreeSet::new();
    for run in runs {
        let Some(path) = &run.path else { continue };
        let earlier = readers.entry(path).or_default();
        let same = earlier
            .iter()
            .find(|other| plan.same_columns(other.variant.system, run.variant.system));
        let Some(other) = same.copied() else {
            earlier.push(run);
            continue;
        };
        if !reported.insert(run.span) {
            continue;
        }
        let name = |r: &Run| match r.seed {
            Some(seed) => format!("`{}` with seed {seed}", plan.show(&r.variant)),
            None => format!("`{}`", plan.show(&r.variant)),
        };
        let hole = if run.variant.system != other.variant.system {
            "system"
        } else if run.variant != other.variant {
            "variant"
        } else {
            "seed"
        };
        found.push(ExecError::Shared {
            path: path.into(),
            runs: (name(other), name(run)),
            hole,
            span: run.span,
        });
    }
    found
}
