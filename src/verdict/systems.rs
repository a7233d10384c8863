//! The plan and its systems as the result shows them, and the risks a reader should know.

use super::Setting;
use super::book::Book;
use crate::exec::{Evidence, Measured};
use crate::hir::{self, Plan, Variant};
use crate::result::{self, Role, System};
use std::collections::BTreeSet;
use std::path::Path;

/// The plan as it was run.
pub(super) fn plan(plan: &Plan, setting: &Setting<'_>) -> result::Plan {
    let header = plan.header.as_ref();
    let stem = Path::new(setting.file)
        .file_stem()
        .map_or(String::new(), |s| s.to_string_lossy().into_owned());
    result::Plan {
        title: header.map_or(stem, |h| h.common.name.clone()),
        file: setting.file.to_string(),
        meaning_sha256: setting.meaning_sha256.clone(),
        status: result::Status::Exploratory,
        status_note: None,
        sealed: None,
        deviations: Vec::new(),
        objective: header
            .and_then(|h| h.objective.as_ref())
            .map(|o| o.value.clone()),
        primary: header
            .and_then(|h| h.primary.as_ref())
            .map(|p| p.text.clone()),
        guardrails: header.map_or(Vec::new(), |h| {
            h.guardrails.iter().map(|g| g.text.clone()).collect()
        }),
    }
}

/// Every measured system in every variant.
pub(super) fn systems(book: &Book<'_>) -> Vec<System> {
    let mut variants: BTreeSet<&Variant> = book.measured.iter().flat_map(|m| &m.variants).collect();
    let evaluated = book.plan.evaluated();
    variants.extend(evaluated.keys().filter(|v| book.plan.is_reported(v.system)));
    variants.into_iter().map(|v| system(book, v)).collect()
}

fn system(book: &Book<'_>, variant: &Variant) -> System {
    let plan = book.plan;
    let s = &plan.systems[variant.system];
    let role = match s.role {
        _ if s.is_builtin() => Role::Floor,
        Some(hir::Role::Candidate) => Role::Candidate,
        Some(hir::Role::Baseline) => Role::Baseline,
        Some(hir::Role::System) | None => Role::System,
    };
    let runs = runs(book, variant).unwrap_or(s.runs().len());
    let mut notes = Vec::new();
    if let Some(trials) = s.tune.as_ref().and_then(|t| t.trials.as_ref()) {
        notes.push(format!("tuned, {} trials", trials.value));
    }
    if plan.is_reported(variant.system) {
        notes.push("published numbers".to_string());
    } else if s.is_builtin() {
        notes.push("floor".to_string());
    } else if runs == 1 {
        notes.push("one run".to_string());
    }
    System {
        name: s.common.name.clone(),
        variant: plan.spell(variant),
        role,
        runs: u32::try_from(runs).unwrap_or(u32::MAX),
        cost_per_1k: None,
        currency: None,
        hardware: s
            .hardware
            .as_ref()
            .map(|h| plan.hardware[h.value].common.name.clone()),
        note: (!notes.is_empty()).then(|| notes.join("; ")),
    }
}

/// How many runs were measured: fewer than planned where a rule ended them.
fn runs(book: &Book<'_>, variant: &Variant) -> Option<usize> {
    let of = |m: &Measured| {
        let member = m.variants.iter().position(|v| v == variant)?;
        Some(m.panel.members.get(member)?.kernels.len())
    };
    book.measured.iter().filter_map(of).min()
}

/// The plan's own risks, then what the run has to add.
pub(super) fn risks(book: &Book<'_>, evidence: &Evidence) -> Vec<String> {
    let plan = book.plan;
    let mut risks: Vec<String> = plan
        .header
        .iter()
        .flat_map(|h| h.risks.iter().map(|r| r.value.clone()))
        .collect();
    let single: BTreeSet<&str> = book
        .measured
        .iter()
        .flat_map(|m| &m.variants)
        .map(|v| &plan.systems[v.system])
        .filter(|s| {
            !s.is_builtin()
                && !matches!(s.outputs, Some(hir::Outputs::Reported(_)))
                && s.runs().len() == 1
                && !s.deterministic.is_some_and(|d| d.value)
        })
        .map(|s| s.common.name.as_str())
        .collect();
    if !single.is_empty() {
        let names: Vec<&str> = single.into_iter().collect();
        risks.push(format!(
            "{}: one run, so the intervals cover rows and not seeds",
            names.join(", ")
        ));
    }
    let mut told: BTreeSet<String> = BTreeSet::new();
    for (_, c) in plan.compares.iter().filter(|(_, c)| c.row_by_row()) {
        let Some(on) = &c.on else { continue };
        let d = &plan.datasets[on.data.dataset];
        if let Some(unit) = d.cluster.as_ref().or(d.group.as_ref()) {
            told.insert(format!(
                "rows of {} are resampled one by one, as `over: rows` says, though rows of one {} belong together",
                plan.show_data(&on.data),
                unit.value
            ));
        }
    }
    risks.extend(told);
    for d in evidence.data.iter().filter(|d| d.unassigned > 0) {
        let name = &plan.datasets[d.dataset].common.name;
        risks.push(format!(
            "{} rows of {name} belong to no partition",
            d.unassigned
        ));
    }
    risks.extend(evidence.notes.iter().cloned());
    risks
}
