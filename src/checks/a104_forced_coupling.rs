//! A104: taking a component away takes others with it, because they require it.

use super::context::{Context, Findings};
use super::declare_check;
use super::family;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Ablation, Arm, Plan};

declare_check!("A104" "forced-coupling" Warning "a104_forced_coupling.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (_, ablation) in cx.plan.ablations.iter() {
        for arm in &ablation.arms {
            let plain = arm.by_hand.is_none() && arm.overrides.is_empty();
            if !arm.forced.is_empty() {
                out.report(diagnose(code, cx.plan, ablation, arm));
            } else if plain && !ablation.common.broken {
                let name = family::name(cx.plan, arm.component);
                out.prove(
                    code,
                    arm.span,
                    format!("no other component requires `{name}`"),
                );
            }
        }
    }
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, ablation: &Ablation, arm: &Arm) -> Diagnostic {
    let name = family::name(plan, arm.component);
    let others: Vec<String> = arm
        .forced
        .iter()
        .map(|&c| format!("`{}`", family::name(plan, c)))
        .collect();
    let list = others.join(" and ");
    let message = format!(
        "taking `{name}` away takes {list} with it, so the effect of `{name}` alone can't be told"
    );
    let mut d = Diagnostic::new(code, message).label(
        arm.span,
        format!("the table would credit the whole difference to `{name}`"),
    );
    for &c in &arm.forced {
        let here = |r: &crate::hir::Id<crate::hir::Component>| {
            *r == arm.component || arm.forced.contains(r)
        };
        let requires = &plan.components[c].requires;
        if let Some(rule) = requires.iter().find(|r| here(&r.value)) {
            let text = format!(
                "`{}` requires `{}`",
                family::name(plan, c),
                family::name(plan, rule.value)
            );
            d = d.label(rule.span, text);
        }
    }
    let lacking: Vec<&str> = arm
        .forced
        .iter()
        .filter(|c| !ablation.arms.iter().any(|a| a.component == **c))
        .map(|&c| family::name(plan, c))
        .collect();
    d = d.why(
        "what always goes together has one effect, and nothing says how much of it is whose \
         (Lipton & Steinhardt 2019, sources of empirical gains)",
    );
    if !lacking.is_empty() {
        d = d.help(format!(
            "give what requires it an arm of its own as well: `remove: [{}]`",
            lacking.join(", ")
        ));
    }
    d.help(format!(
        "make `{name}` and {list} one component with a level for each step: `levels: [none, plain, whole]`"
    ))
}
