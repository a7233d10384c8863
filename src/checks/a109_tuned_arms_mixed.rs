//! A109: some arms of an ablation are tuned again, others are not, and no policy is stated.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Ablation, Arm, Plan};
use crate::text::Span;

declare_check!("A109" "tuned-arms-mixed" Warning "a109_tuned_arms_mixed.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    for (_, ablation) in plan.ablations.iter().filter(|(_, a)| !a.common.broken) {
        let reference = &plan.systems[ablation.of.variant.system];
        let read = |a: &&Arm| !plan.systems[a.variant.system].common.broken;
        if reference.common.broken
            || ablation.arms.iter().filter(read).count() < ablation.arms.len()
        {
            continue;
        }
        if reference.tune.is_none() || plan.is_reported(ablation.of.variant.system) {
            continue;
        }
        let (again, kept): (Vec<_>, Vec<_>) = ablation
            .arms
            .iter()
            .map(|arm| (arm, tuned(plan, ablation, arm)))
            .partition(|(_, at)| at.is_some());
        let policy = reference.retune.as_ref().map(|r| r.value.as_str());
        let mixed = match policy {
            // Every arm is tuned again, whether it says so itself or not.
            Some("each") => false,
            Some(_) => !again.is_empty(),
            None => !again.is_empty() && !kept.is_empty(),
        };
        if mixed {
            out.report(diagnose(code, plan, ablation, &again, &kept));
        } else {
            let how = match (policy, again.is_empty()) {
                (Some("each"), _) | (None, false) => "every arm is tuned again",
                (Some(_), _) | (None, true) => "every arm inherits the reference's settings",
            };
            out.prove(code, ablation.of.span, how);
        }
    }
}

/// Where an arm is tuned on its own.
fn tuned(plan: &Plan, ablation: &Ablation, arm: &Arm) -> Option<Span> {
    if let Some(tune) = arm.overrides.get("tune") {
        return Some(tune.span);
    }
    let inherited = plan.systems[ablation.of.variant.system].tune.as_ref()?.span;
    let own = plan.systems[arm.variant.system].tune.as_ref()?.span;
    (own != inherited).then_some(own)
}

type Tuned<'a> = (&'a Arm, Option<Span>);

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    ablation: &Ablation,
    again: &[Tuned<'_>],
    kept: &[Tuned<'_>],
) -> Diagnostic {
    let of = plan.show(&ablation.of.variant);
    let reference = &plan.systems[ablation.of.variant.system];
    let names = |arms: &[Tuned<'_>]| {
        let all: Vec<String> = arms
            .iter()
            .map(|(a, _)| format!("`{}`", plan.components[a.component].common.name))
            .collect();
        all.join(" and ")
    };
    let verb = if again.len() == 1 { "is" } else { "are" };
    let noun = if again.len() == 1 {
        "the arm"
    } else {
        "the arms"
    };
    let message = match &reference.retune {
        Some(policy) => format!(
            "{noun} of {} {verb} tuned again, and `{of}` states `retune: {}`",
            names(again),
            policy.value
        ),
        None => format!(
            "{noun} of {} {verb} tuned again, and {} of {} inherit{} the settings of `{of}`",
            names(again),
            if kept.len() == 1 { "that" } else { "those" },
            names(kept),
            if kept.len() == 1 { "s" } else { "" }
        ),
    };
    let mut d = Diagnostic::new(code, message);
    for (arm, at) in again {
        let name = &plan.components[arm.component].common.name;
        d = d.label(
            at.unwrap_or(arm.span),
            format!("without `{name}`: tuned again"),
        );
    }
    for (arm, _) in kept {
        let name = &plan.components[arm.component].common.name;
        d = d.label(
            arm.span,
            format!("without `{name}`: the settings of `{of}`"),
        );
    }
    if let Some(policy) = &reference.retune {
        d = d.label(policy.span, "no arm is said to be tuned again");
    } else if let Some(tune) = &reference.tune {
        d = d.label(
            tune.span,
            format!("`{of}` is tuned here, and states no `retune:`"),
        );
    }
    d.witness(format!("tuned again: {}", names(again)))
        .witness(format!("settings of `{of}`: {}", if kept.is_empty() { "none".into() } else { names(kept) }))
        .why(
            "an arm with settings made for another model loses by them, too, so effects of tuned and inherited arms \
             can't be compared (Melis et al. 2018; Dodge et al. 2019)",
        )
        .help("tune every arm again, with as many trials, or none")
        .help(format!("and state which in `{of}`: `retune: each` or `retune: none`"))
}
