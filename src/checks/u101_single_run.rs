//! U101: a system that depends on a seed takes part in a claim with a single run.

use super::context::{Context, Findings};
use super::declare_check;
use super::family;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Id, Outputs, Plan, System, Variant};
use crate::text::Span;
use std::collections::BTreeMap;

declare_check!("U101" "single-run" Warning "u101_single_run.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let mut faults: BTreeMap<Span, Vec<(Id<System>, Span)>> = BTreeMap::new();
    for (id, at) in claimed(plan) {
        let s = &plan.systems[id];
        let name = &s.common.name;
        if s.common.broken || s.is_builtin() || matches!(s.outputs, Some(Outputs::Reported(_))) {
            continue;
        }
        if s.deterministic.is_some_and(|d| d.value) {
            out.prove(
                code,
                at,
                format!("`{name}` is declared the same whatever the seed"),
            );
            continue;
        }
        match &s.seeds {
            Some(seeds) if seeds.value.len() > 1 => {
                let n = seeds.value.len();
                out.prove(code, seeds.span, format!("`{name}` runs with {n} seeds"));
            }
            Some(seeds) => faults.entry(seeds.span).or_default().push((id, at)),
            None => {
                let place = plan.systems[family::eldest(plan, id)].common.name_span;
                faults.entry(place).or_default().push((id, at));
            }
        }
    }
    for (place, systems) in faults {
        out.report(diagnose(code, plan, place, &systems));
    }
}

/// The systems that a comparison, an ablation, a factorial or a decision rests on, each where it is named first.
/// A `select` alone claims nothing about them.
fn claimed(plan: &Plan) -> BTreeMap<Id<System>, Span> {
    let mut found = BTreeMap::new();
    let mut add = |v: &Variant, span| {
        found.entry(v.system).or_insert(span);
    };
    for (_, c) in plan.compares.iter() {
        add(&c.subject.variant, c.subject.span);
        c.against.iter().for_each(|a| add(&a.variant, a.span));
    }
    for (_, d) in plan.decides.iter() {
        add(&d.subject.variant, d.subject.span);
        add(&d.against.variant, d.against.span);
    }
    for (_, a) in plan.ablations.iter() {
        add(&a.of.variant, a.of.span);
        a.arms.iter().for_each(|arm| add(&arm.variant, arm.span));
    }
    for (_, f) in plan.factorials.iter() {
        add(&f.of.variant, f.of.span);
    }
    found
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    place: Span,
    systems: &[(Id<System>, Span)],
) -> Diagnostic {
    let names: Vec<String> = systems
        .iter()
        .map(|(id, _)| format!("`{}`", plan.systems[*id].common.name))
        .collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    let message = format!("{} {verb} judged by a single run", names.join(" and "));
    let declared = systems
        .iter()
        .any(|(id, _)| plan.systems[*id].seeds.is_some());
    let label = if declared {
        "one seed"
    } else {
        "neither `seeds:` nor `deterministic: yes` is declared"
    };
    let mut d = Diagnostic::new(code, message).label(place, label);
    if let Some((_, at)) = systems.first() {
        d = d.label(*at, "and a claim rests on it here");
    }
    d.why(
        "another seed may move the score by more than the effect, and one run cannot tell \
         (Reimers & Gurevych 2017; Bouthillier et al. 2021)",
    )
    .help("run several seeds, such as `seeds: 5`")
    .help("or declare `deterministic: yes` where no seed plays a part")
}
