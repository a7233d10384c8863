//! A101: a variant changes more than the one component it stands for.

use super::context::{Context, Findings};
use super::declare_check;
use super::family::{self, Side, StepChange};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Ablation, Arm, Component, Id, Plan, Role, System, Variant};
use std::collections::BTreeSet;

declare_check!("A101" "coupled-ablation" Error "a101_coupled_ablation.md" run);

const WHY: &str = "a difference could come from either, or from both together, so neither gets the credit \
                   (Lipton & Steinhardt 2019, sources of empirical gains)";

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (_, ablation) in cx.plan.ablations.iter() {
        for arm in &ablation.arms {
            match fault(cx.plan, ablation, arm) {
                Some(fault) => out.report(diagnose(code, cx.plan, ablation, arm, &fault)),
                None if sound(cx.plan, ablation, arm) => {
                    let (name, of) = (family::name(cx.plan, arm.component), &ablation.of.variant);
                    let of = cx.plan.show(of);
                    out.prove(
                        code,
                        arm.span,
                        format!("the arm differs from `{of}` in `{name}` alone"),
                    );
                }
                None => {}
            }
        }
    }
    if !cx.plan.incomplete {
        claims(code, cx.plan, out);
    }
}

/// What an arm changes beside its component.
struct Fault {
    components: Vec<Id<Component>>,
    steps: StepChange,
}

fn whole(plan: &Plan, ablation: &Ablation, arm: &Arm) -> bool {
    let read = |v: &Variant| !plan.systems[v.system].common.broken;
    read(&ablation.of.variant) && read(&arm.variant) && !ablation.common.broken
}

/// Whether it is plain from the plan that the arm changes its component and nothing else here.
fn sound(plan: &Plan, ablation: &Ablation, arm: &Arm) -> bool {
    let differing = family::components(plan, &ablation.of.variant, &arm.variant);
    whole(plan, ablation, arm) && differing == [arm.component]
}

fn fault(plan: &Plan, ablation: &Ablation, arm: &Arm) -> Option<Fault> {
    if !whole(plan, ablation, arm) {
        return None;
    }
    let mut components = family::components(plan, &ablation.of.variant, &arm.variant);
    let named = components.contains(&arm.component);
    // What requires the component goes with it: A104 says so.
    components.retain(|c| *c != arm.component && !arm.forced.contains(c));
    let mut steps = changed_steps(plan, ablation, arm);
    let stands = |step: &String| family::embodies(family::name(plan, arm.component), step);
    // Without a level of its own, one changed step is how the arm takes its component away.
    let embodied = steps.names.iter().any(stands) || !named;
    if steps.count == 1 && embodied {
        steps = StepChange::default();
    }
    (!components.is_empty() || steps.count > 0).then_some(Fault { components, steps })
}

fn changed_steps(plan: &Plan, ablation: &Ablation, arm: &Arm) -> StepChange {
    let reference = ablation.of.variant.system;
    if arm.by_hand.is_some() {
        return family::steps(plan, reference, arm.variant.system);
    }
    let Some(steps) = arm.overrides.get("steps") else {
        return StepChange::default();
    };
    let new: Vec<String> = steps
        .value
        .trim_matches(['[', ']'])
        .split(", ")
        .filter(|n| !n.is_empty())
        .map(str::to_string)
        .collect();
    let old = &plan.systems[reference].steps;
    let old = old.iter().map(|s| plan.steps[s.value].common.name.clone());
    family::change(&old.collect::<Vec<_>>(), &new)
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    ablation: &Ablation,
    arm: &Arm,
    fault: &Fault,
) -> Diagnostic {
    let component = family::name(plan, arm.component);
    let system = &plan.systems[arm.variant.system];
    let shown = match &arm.by_hand {
        Some(_) => system.common.name.clone(),
        None => plan.show(&arm.variant),
    };
    let mut others: Vec<String> = fault
        .components
        .iter()
        .map(|&c| format!("`{}`", family::name(plan, c)))
        .collect();
    others.extend(fault.steps.names.iter().map(|s| format!("step `{s}`")));
    let others = others.join(", ");
    let message = format!(
        "the arm `{shown}` changes {others} beside `{component}`, so neither effect can be told"
    );
    let mut d = Diagnostic::new(code, message);
    let of = plan.show(&ablation.of.variant);
    // An arm's own block is its own place, which is labelled below.
    if let Some(span) = family::set_at(system, arm.component).filter(|_| !system.of_arm) {
        d = d.label(
            span,
            format!("this differs from `{of}`, as the ablation says"),
        );
    }
    for &c in &fault.components {
        let at = family::set_at(system, c);
        let text = match at {
            Some(_) => "and so does this".to_string(),
            None => format!(
                "in `{}` it differs from `{of}` as well",
                family::name(plan, c)
            ),
        };
        d = d.label(at.unwrap_or(system.common.name_span), text);
    }
    if fault.steps.count > 0 {
        let over = arm.overrides.get("steps").map(|s| s.span);
        let at = over
            .or(system.steps_span)
            .unwrap_or(system.common.name_span);
        d = d.label(at, format!("its steps differ from those of `{of}`"));
    }
    d.label(
        arm.span,
        format!("the table would credit the whole difference to `{component}`"),
    )
    .why(WHY)
    .help(format!("change `{component}` alone in this arm"))
    .help("give what else it changes an arm of its own")
}

/// Comparisons and decisions between variants of one system.
fn claims(code: &'static CodeInfo, plan: &Plan, out: &mut Findings) {
    let sides = family::sides(plan);
    let singles = singles(plan, &sides);
    let mut done = BTreeSet::new();
    for side in &sides {
        let (a, b) = (&side.subject.variant, &side.against.variant);
        let pair = (a.min(b), a.max(b));
        let read = [a, b].iter().all(|v| !plan.systems[v.system].common.broken);
        if side.broken || !read || !of_one_system(plan, a, b) || done.contains(&pair) {
            continue;
        }
        let components = family::components(plan, b, a);
        let steps = family::steps(plan, b.system, a.system);
        if components.len() + steps.count < 2 {
            continue;
        }
        if steps.count == 0 && components.iter().all(|c| singles.contains(c)) {
            continue;
        }
        done.insert(pair);
        out.report(joint(code, plan, side, &components, &steps));
    }
}

/// Variants of one system, or a plain `system` derived from the other by setting levels. A baseline
/// or candidate of its own is a new version, which may change as much as it likes.
fn of_one_system(plan: &Plan, a: &Variant, b: &Variant) -> bool {
    let plain = |child: Id<System>, parent: Id<System>| {
        family::derived(plan, child, parent) && plan.systems[child].role == Some(Role::System)
    };
    a.system == b.system || plain(a.system, b.system) || plain(b.system, a.system)
}

/// The components whose effect the plan measures alone somewhere.
fn singles(plan: &Plan, sides: &[Side<'_>]) -> BTreeSet<Id<Component>> {
    let arms = plan.ablations.iter().flat_map(|(_, a)| {
        let of = &a.of.variant;
        a.arms.iter().map(move |arm| (of, &arm.variant))
    });
    let pairs = sides
        .iter()
        .map(|s| (&s.subject.variant, &s.against.variant));
    arms.chain(pairs)
        .filter(|(a, b)| family::variants_of_one(plan, a, b))
        .filter_map(|(a, b)| match family::components(plan, a, b).as_slice() {
            [one] => Some(*one),
            _ => None,
        })
        .collect()
}

fn joint(
    code: &'static CodeInfo,
    plan: &Plan,
    side: &Side<'_>,
    components: &[Id<Component>],
    steps: &StepChange,
) -> Diagnostic {
    let (a, b) = (
        plan.show(&side.subject.variant),
        plan.show(&side.against.variant),
    );
    let mut changed: Vec<String> = components
        .iter()
        .map(|&c| format!("`{}`", family::name(plan, c)))
        .collect();
    changed.extend(steps.names.iter().map(|s| format!("step `{s}`")));
    let list = changed.join(" and ");
    let mut d = Diagnostic::new(
        code,
        format!("`{a}` and `{b}` differ in {list} at once, so no effect can be told from another"),
    );
    for r in [side.subject, side.against] {
        let system = &plan.systems[r.variant.system];
        for &c in components {
            let here = r.sets.iter().find(|s| s.0 == c).map(|s| s.1);
            let Some(at) = here.or_else(|| family::set_at(system, c)) else {
                continue;
            };
            if !d.labels.iter().any(|l| l.span == at) {
                d = d.label(at, format!("`{}` differs here", family::name(plan, c)));
            }
        }
    }
    let verb = if side.decided { "decided" } else { "compared" };
    d.label(
        side.against.span.to(side.subject.span),
        format!("and the two are {verb} here as if one thing had changed"),
    )
    .why(WHY)
    .help("change one component at a time")
    .help(format!(
        "or measure each alone as well: `remove: [{}]` in an ablation",
        list.replace('`', "").replace(" and ", ", ")
    ))
}
