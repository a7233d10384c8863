//! The runs whose outputs claims need, and the file of each.

use super::commands::Of;
use super::errors::{ExecError, diagnose};
use super::wanted::Wanted;
use crate::diagnostic::Diagnostic;
use crate::hir::{DataRef, Outputs, Plan, Variant};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// One run.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) variant: Variant,
    pub(super) seed: Option<u64>,
    /// The repeat of a cross-validation, from 0, where it has outputs of its own.
    pub(super) repeat: Option<u32>,
    /// Whether its outputs on the rows of folds are those of other runs, one for each repeat.
    pub(super) elsewhere: bool,
    /// The file as the plan writes it, holes filled; `None` of a built-in predictor.
    pub(super) path: Option<String>,
    /// What a command made, where it was run.
    pub(super) made: Option<Of>,
    /// Where the plan says how the outputs come to be.
    pub(super) span: Span,
}

impl Run {
    /// Whether the outputs of these rows are this run's.
    pub(super) fn tells(&self, plan: &Plan, on: &DataRef) -> bool {
        match (self.repeat, plan.repeats(on)) {
            (Some(repeat), repeats) => repeats.is_some_and(|repeats| repeat < repeats),
            (None, Some(_)) => !self.elsewhere,
            (None, None) => true,
        }
    }

    /// One run for each of so many repeats, and one for all other rows.
    pub(super) fn repeated(self, repeats: u32) -> impl Iterator<Item = Run> {
        let rest = Run {
            elsewhere: true,
            ..self
        };
        let one = rest.clone();
        let each = (0..repeats).map(move |repeat| Run {
            repeat: Some(repeat),
            ..one.clone()
        });
        std::iter::once(rest).chain(each)
    }
}

/// All runs, in the order of variants, seeds and repeats. Which commands are run for each repeat, what they made tells.
pub(super) fn runs(plan: &Plan, wanted: &[Wanted]) -> Result<Vec<Run>, Vec<Diagnostic>> {
    let variants: BTreeSet<&Variant> = wanted.iter().flat_map(|w| w.variants.keys()).collect();
    let mut runs = Vec::new();
    for variant in variants {
        let system = &plan.systems[variant.system];
        for seed in system.runs() {
            let span = match &system.outputs {
                Some(Outputs::Predictions { template, .. } | Outputs::Run { template, .. }) => {
                    template.span
                }
                Some(Outputs::Predict { builtin, .. }) => builtin.span,
                Some(Outputs::Reported(_)) | None => system.common.name_span,
            };
            let run = Run {
                variant: variant.clone(),
                seed,
                repeat: None,
                elsewhere: false,
                path: None,
                made: None,
                span,
            };
            let Some(Outputs::Predictions { template, .. }) = &system.outputs else {
                runs.push(run);
                continue;
            };
            let file = |repeat| plan.output_file(&template.value, variant, seed, repeat);
            let with_path = |run: Run| Run {
                path: Some(file(run.repeat).unwrap_or_default()),
                ..run
            };
            if template.value.holes().all(|(name, ..)| name != "repeat") {
                runs.push(with_path(run));
                continue;
            }
            let on = wanted.iter().filter(|w| w.variants.contains_key(variant));
            let on: Vec<&DataRef> = on.map(|w| &w.on).collect();
            let repeats = on.iter().filter_map(|on| plan.repeats(on)).max();
            let each = run.repeated(repeats.unwrap_or(0));
            let needed = each.filter(|run| on.iter().any(|on| run.tells(plan, on)));
            runs.extend(needed.map(with_path));
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
