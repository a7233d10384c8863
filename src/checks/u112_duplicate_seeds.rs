//! U112: a seed stands twice in a list, so one run is counted twice.

use super::context::{Context, Findings};
use super::{claims, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Id, Plan, System};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

declare_check!("U112" "duplicate-seeds" Error "u112_duplicate_seeds.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (at, systems) in listed(cx.plan) {
        let Some(&first) = systems.first() else {
            continue;
        };
        let Some(seeds) = &cx.plan.systems[first].seeds else {
            continue;
        };
        let distinct: BTreeSet<u64> = seeds.value.iter().copied().collect();
        if distinct.len() < seeds.value.len() {
            out.report(diagnose(code, cx.plan, at, &seeds.value, &systems));
        } else if distinct.len() > 1 {
            let name = &cx.plan.systems[first].common.name;
            let n = distinct.len();
            out.prove(code, at, format!("the {n} seeds of `{name}` differ"));
        }
    }
}

/// The systems by where their seeds are written: one that inherits them has no fault of its own.
fn listed(plan: &Plan) -> BTreeMap<Span, Vec<Id<System>>> {
    let mut found: BTreeMap<Span, Vec<Id<System>>> = BTreeMap::new();
    for (id, s) in plan.systems.iter() {
        if let Some(seeds) = &s.seeds {
            found.entry(seeds.span).or_default().push(id);
        }
    }
    found
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    at: Span,
    seeds: &[u64],
    systems: &[Id<System>],
) -> Diagnostic {
    let mut kept: Vec<u64> = Vec::new();
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for seed in seeds {
        *counts.entry(*seed).or_default() += 1;
        if !kept.contains(seed) {
            kept.push(*seed);
        }
    }
    let twice: Vec<u64> = counts.iter().filter(|c| *c.1 > 1).map(|c| *c.0).collect();
    let mut names: Vec<String> = systems
        .iter()
        .map(|s| format!("`{}`", plan.systems[*s].common.name))
        .collect();
    // Arms of an ablation bear their reference's name.
    names.dedup();
    let word = if twice.len() == 1 { "seed" } else { "seeds" };
    let message = format!(
        "the {word} {} of {} {} more than once",
        claims::listed(&twice),
        claims::listed(&names),
        if twice.len() == 1 { "stands" } else { "stand" },
    );
    let list: Vec<String> = kept.iter().map(ToString::to_string).collect();
    let mended = format!("[{}]", list.join(", "));
    let n = kept.len();
    Diagnostic::new(code, message)
        .label(at, format!("{} runs, and {n} distinct {}", seeds.len(), if n == 1 { "seed" } else { "seeds" }))
        .witness(format!("{} runs are {n}: the others are copies", seeds.len()))
        .why(
            "a copy of a run varies with nothing, so the spread over runs comes out too small and the \
             interval too narrow (Hurlbert 1984, pseudoreplication; Bouthillier et al. 2021)",
        )
        .help("give each run a seed of its own, such as `seeds: 5`")
        // With one seed left the plan would have another fault.
        .fix("count each run once", n > 1, at, mended)
}
