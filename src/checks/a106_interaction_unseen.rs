//! A106: a rule speaks of an interaction, and components are only taken away one at a time.

use super::context::{Context, Findings};
use super::declare_check;
use super::family;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Component, Condition, Decide, Id, Plan, Quantity, QuantityKind};

declare_check!("A106" "interaction-unseen" Warning "a106_interaction_unseen.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (_, decide) in cx.plan.decides.iter() {
        let conditions = decide.rules.iter().filter_map(|r| r.when.as_ref());
        let mut done = Vec::new();
        for q in conditions.flat_map(Condition::quantities) {
            let QuantityKind::Interaction(a, b) = q.kind else {
                continue;
            };
            if done.contains(&(a, b)) {
                continue;
            }
            done.push((a, b));
            match cx.plan.interacting(&decide.subject.variant, a, b) {
                Some(_) => out.prove(
                    code,
                    q.span,
                    format!(
                        "a factorial varies `{}` and `{}` together",
                        family::name(cx.plan, a),
                        family::name(cx.plan, b)
                    ),
                ),
                None => out.report(diagnose(code, cx.plan, decide, q, (a, b))),
            }
        }
    }
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    decide: &Decide,
    q: &Quantity,
    (a, b): (Id<Component>, Id<Component>),
) -> Diagnostic {
    let (an, bn) = (family::name(plan, a), family::name(plan, b));
    let message =
        format!("the interaction of `{an}` and `{bn}` is read, and no run is without both");
    let mut d = Diagnostic::new(code, message)
        .label(q.span, "so this has no value, and its rule never fires");
    let of = &decide.subject.variant;
    let singly = plan.ablations.iter().find(|(_, x)| {
        let has = |c| x.arms.iter().any(|arm| arm.component == c);
        x.of.variant == *of && has(a) && has(b)
    });
    if let Some((_, ablation)) = singly {
        for c in [a, b] {
            let arm = ablation.arms.iter().find(|arm| arm.component == c);
            if let Some(arm) = arm {
                let text = format!("`{}` is taken away alone", family::name(plan, c));
                d = d.label(arm.span, text);
            }
        }
    }
    d.why(
        "an interaction is how the effect of the one changes with the other: it takes runs with both, each and \
         neither (Fisher 1935; Montgomery 2017, chapter 5)",
    )
    .help(format!(
        "measure it: `factorial of {} {{ on: …, over: [{an}, {bn}] }}`",
        plan.show(of)
    ))
}
