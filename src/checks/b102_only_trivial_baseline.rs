//! B102: every baseline a system is set against is a built-in that learns nothing worth beating.

use super::context::{Context, Findings};
use super::declare_check;
use super::family::{self, Side};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Builtin, Id, Outputs, Plan, Role, System, Variant};
use std::collections::{BTreeMap, BTreeSet};

declare_check!("B102" "only-trivial-baseline" Warning "b102_only_trivial_baseline.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let sides = family::sides(plan);
    let mut subjects: BTreeMap<Id<System>, Vec<&Side<'_>>> = BTreeMap::new();
    for side in &sides {
        let subject = side.subject.variant.system;
        if plan.systems[subject].role != Some(Role::Baseline) {
            subjects.entry(subject).or_default().push(side);
        }
    }
    for group in subjects.values() {
        answer(code, plan, group, out);
    }
}

fn answer(code: &'static CodeInfo, plan: &Plan, group: &[&Side<'_>], out: &mut Findings) {
    let strong = group.iter().find(|s| {
        let v = &s.against.variant;
        let counts = plan.systems[v.system].role == Some(Role::Baseline)
            || family::variants_of_one(plan, &s.subject.variant, v);
        counts && trivial(plan, v).is_none()
    });
    if let Some(side) = strong {
        let (a, b) = (
            plan.show(&side.subject.variant),
            plan.show(&side.against.variant),
        );
        out.prove(
            code,
            side.against.span,
            format!("`{a}` is set against `{b}`, which is no built-in"),
        );
        return;
    }
    let read = |s: &&&Side<'_>| !s.broken && family::role(plan, &s.against.variant).is_some();
    let floors: Vec<&&Side<'_>> = group
        .iter()
        .filter(|s| trivial(plan, &s.against.variant).is_some())
        .collect();
    let whole = !plan.incomplete && group.iter().filter(read).count() == group.len();
    if whole && !floors.is_empty() {
        out.report(diagnose(code, plan, &floors));
    }
}

/// What a built-in predictor always does; `None` for what may be worth beating.
fn trivial(plan: &Plan, v: &Variant) -> Option<&'static str> {
    let Some(Outputs::Predict { builtin, .. }) = &plan.systems[v.system].outputs else {
        return None;
    };
    match builtin.value {
        Builtin::Majority => Some("always says the commonest class"),
        Builtin::Stratified => Some("says classes at random, as often as they occur"),
        Builtin::Mean => Some("always says the mean"),
        Builtin::Median => Some("always says the median"),
        Builtin::Popularity => Some("always says what is most popular"),
        Builtin::LastValue => Some("says the last value again"),
        // Somebody's score that stands in the data: may be as good as any.
        Builtin::Column => None,
    }
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, floors: &[&&Side<'_>]) -> Diagnostic {
    let name = floors
        .first()
        .map_or(String::new(), |s| plan.show(&s.subject.variant));
    let message = format!("`{name}` is set against nothing but what learns nothing");
    let mut d = Diagnostic::new(code, message);
    let mut shown = BTreeSet::new();
    for side in floors {
        let system = &plan.systems[side.against.variant.system];
        let verb = if side.decided {
            "decided against"
        } else {
            "compared with"
        };
        d = d.label(
            side.against.span,
            format!("`{name}` is {verb} `{}` here", system.common.name),
        );
        if let (Some(Outputs::Predict { builtin, .. }), Some(does)) =
            (&system.outputs, trivial(plan, &side.against.variant))
            && shown.insert(builtin.span)
        {
            d = d.label(builtin.span, format!("`{}` {does}", system.common.name));
        }
    }
    d.why(
        "anything that learns at all beats a floor, so beating one says nothing about progress \
         (Armstrong et al. 2009; Ferrari Dacrema et al. 2019)",
    )
    .help("keep it as the floor, and add the simplest model that learns, tuned like the candidate, as a `baseline`")
}
