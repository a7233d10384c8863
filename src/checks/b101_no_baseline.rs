//! B101: a claim sets a system against nothing that is a baseline.

use super::context::{Context, Findings};
use super::declare_check;
use super::family::{self, Side};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Plan, Role, Variant, VariantRef};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

declare_check!("B101" "no-baseline" Warning "b101_no_baseline.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let sides = family::sides(plan);
    let mut faults: BTreeMap<(Span, Span), Vec<&Side<'_>>> = BTreeMap::new();
    let mut done = BTreeSet::new();
    for side in &sides {
        let system = side.subject.variant.system;
        if let Some(with) = held(plan, side, &sides) {
            if done.insert((system, with.clone())) {
                let (a, b) = (plan.show(&side.subject.variant), plan.show(&with));
                out.prove(
                    code,
                    side.subject.span,
                    format!("`{a}` is set against `{b}`"),
                );
            }
        } else if !plan.incomplete && whole(plan, side) {
            let name = |v: &VariantRef| plan.systems[v.variant.system].common.name_span;
            let key = (name(side.subject), name(side.against));
            faults.entry(key).or_default().push(side);
        }
    }
    for group in faults.values() {
        if let Some(d) = diagnose(code, plan, group) {
            out.report(d);
        }
    }
}

fn whole(plan: &Plan, side: &Side<'_>) -> bool {
    let read = |v: &Variant| family::role(plan, v).is_some();
    !side.broken && read(&side.subject.variant) && read(&side.against.variant)
}

/// The baseline, or variant of the subject itself, that the side has for comparison: its own other
/// side, or a baseline that the subject is compared with elsewhere.
fn held(plan: &Plan, side: &Side<'_>, all: &[Side<'_>]) -> Option<Variant> {
    let (subject, against) = (&side.subject.variant, &side.against.variant);
    let baseline = |v: &Variant| plan.systems[v.system].role == Some(Role::Baseline);
    if baseline(against) || family::variants_of_one(plan, subject, against) {
        return Some(against.clone());
    }
    if baseline(subject) {
        return Some(subject.clone());
    }
    all.iter()
        .filter(|s| s.subject.variant.system == subject.system)
        .map(|s| &s.against.variant)
        .find(|v| baseline(v))
        .cloned()
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, group: &[&Side<'_>]) -> Option<Diagnostic> {
    let side = group.first()?;
    let name = plan.show(&side.subject.variant);
    let other = &plan.systems[side.against.variant.system];
    let other_name = &other.common.name;
    let role = other.role.map_or("system", Role::text);
    let verb = |s: &Side<'_>| {
        if s.decided {
            "decided against"
        } else {
            "compared with"
        }
    };
    let message = format!(
        "`{name}` is {} `{other_name}`, which is no baseline",
        verb(side)
    );
    let mut d = Diagnostic::new(code, message);
    for s in group {
        let shown = plan.show(&s.against.variant);
        d = d.label(
            s.against.span,
            format!("`{name}` is {} `{shown}` here", verb(s)),
        );
    }
    d = d
        .label(
            other.common.name_span,
            format!("`{other_name}` is declared as a `{role}`"),
        )
        .why(
            "a gain on something that nobody would use says nothing about progress \
             (Armstrong et al. 2009; Sculley et al. 2018)",
        )
        .help(format!(
            "if `{other_name}` is what you would use otherwise, declare it as a `baseline`"
        ))
        .help("else add a baseline, tuned as carefully, to the comparison");
    let item = other.common.span;
    if other.role == Some(Role::System) {
        let keyword = Span::new(item.file, item.start, item.start + 6);
        let title = format!("declare `{other_name}` as a baseline");
        d = d.fix(title, false, keyword, "baseline");
    }
    Some(d)
}
