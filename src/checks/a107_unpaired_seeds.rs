//! A107: a variant runs with other seeds than its reference.

use super::context::{Context, Findings};
use super::declare_check;
use super::family;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Id, Outputs, Plan, System};
use crate::text::{Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

declare_check!("A107" "unpaired-seeds" Warning "a107_unpaired_seeds.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    for ((reference, variant), at) in pairs(plan) {
        let (Some(theirs), Some(ours)) = (seeds(plan, reference), seeds(plan, variant)) else {
            continue;
        };
        let (a, b) = (set(ours), set(theirs));
        if a == b {
            let (name, of) = (
                &plan.systems[variant].common.name,
                &plan.systems[reference].common.name,
            );
            let why = if variant == reference {
                format!("every variant of `{of}` runs with its {} seeds", a.len())
            } else {
                format!("`{name}` runs with the {} seeds of `{of}`", a.len())
            };
            out.prove(code, at, why);
        } else if a.len() > 1 && b.len() > 1 {
            out.report(diagnose(
                code,
                plan,
                (reference, theirs),
                (variant, ours),
                at,
            ));
        }
    }
}

/// Reference and variant, each pair of systems with the first place that sets the two against each other.
fn pairs(plan: &Plan) -> BTreeMap<(Id<System>, Id<System>), Span> {
    let mut found = BTreeMap::new();
    for (_, ablation) in plan.ablations.iter().filter(|(_, a)| !a.common.broken) {
        let reference = ablation.of.variant.system;
        for arm in &ablation.arms {
            found
                .entry((reference, arm.variant.system))
                .or_insert(arm.span);
        }
    }
    for side in family::sides(plan).iter().filter(|s| !s.broken) {
        let (a, b) = (side.subject.variant.system, side.against.variant.system);
        if family::derived(plan, b, a) {
            found.entry((a, b)).or_insert(side.against.span);
        } else if family::derived(plan, a, b) {
            found.entry((b, a)).or_insert(side.subject.span);
        }
    }
    found
}

/// The seeds of a system that depends on them and has some.
fn seeds(plan: &Plan, id: Id<System>) -> Option<&Spanned<Vec<u64>>> {
    let system = &plan.systems[id];
    let fixed = system.deterministic.is_some_and(|d| d.value);
    let run = match &system.outputs {
        Some(Outputs::Run { .. } | Outputs::Predictions { .. }) => true,
        Some(Outputs::Predict { .. } | Outputs::Reported(_)) | None => false,
    };
    system
        .seeds
        .as_ref()
        .filter(|_| run && !fixed && !system.common.broken)
}

fn set(seeds: &Spanned<Vec<u64>>) -> BTreeSet<u64> {
    seeds.value.iter().copied().collect()
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    (reference, theirs): (Id<System>, &Spanned<Vec<u64>>),
    (variant, ours): (Id<System>, &Spanned<Vec<u64>>),
    at: Span,
) -> Diagnostic {
    let system = &plan.systems[variant];
    let of = &plan.systems[reference].common.name;
    let (a, b) = (set(ours), set(theirs));
    let shared = a.intersection(&b).count();
    let message = if system.of_arm {
        format!("an arm of `{of}` runs with other seeds than `{of}` itself")
    } else {
        format!(
            "`{}` runs with other seeds than its reference `{of}`",
            system.common.name
        )
    };
    let mut d = Diagnostic::new(code, message)
        .label(ours.span, format!("seeds {}", listed(&a)))
        .label(theirs.span, format!("seeds {}", listed(&b)));
    if !(ours.span.file == at.file && at.start <= ours.span.start && ours.span.end <= at.end) {
        d = d.label(at, "and the two are set against each other here");
    }
    let whole = listed(&b);
    let text = if b.iter().copied().eq(1..=b.len() as u64) {
        b.len().to_string()
    } else {
        format!("[{whole}]")
    };
    d.witness(format!("{shared} seeds in common, of {} and {}", a.len(), b.len()))
        .why(
            "runs that share a seed share initial weights and order of rows; unpaired, that chance stays in the \
             difference (Bouthillier et al. 2021; Reimers & Gurevych 2017)",
        )
        .help(format!("run it with the seeds of `{of}`: `seeds: {text}`"))
        .fix(format!("use the seeds of `{of}`"), false, ours.span, text)
}

fn listed(seeds: &BTreeSet<u64>) -> String {
    let all: Vec<String> = seeds.iter().map(u64::to_string).collect();
    all.join(", ")
}
