//! L115: the folds that chose the hyperparameters also give the estimate.

use super::context::{Context, Findings};
use super::declare_check;
use super::held;
use super::leak::{self, Leak, Scope};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{How, Influence, Node};
use crate::hir::{Plan, Variant};
use crate::text::Span;

declare_check!("L115" "folds-reused" Error "l115_folds_reused.md" run);

const SCOPE: Scope = Scope {
    influence: chooses,
    evaluation: |e| !e.choice,
    both: leak::folds_reused,
};

/// What is claimed on folds, whatever rows chose.
const APART: Scope = Scope {
    influence: chooses,
    evaluation: |e| held::of_folds(&e.on) && !e.choice,
    both: |_, _| true,
};

fn chooses(_: &Plan, influence: &Influence) -> bool {
    matches!(
        influence.how,
        How::Tuned | How::Selected | How::StoppedEarly | How::Thresholded | How::Calibrated
    )
}

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for leak in leak::leaks(cx, SCOPE) {
        out.report(diagnose(code, cx.plan, &leak));
    }
    leak::prove(code, cx, out, APART, "chooses settings of");
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, leak: &Leak<'_>) -> Diagnostic {
    let judged = leak
        .evaluation()
        .map_or(String::new(), |e| plan.show(&e.variant));
    let chosen = match leak.entered() {
        Some(Node::System(v)) => plan.show(v),
        _ => judged.clone(),
    };
    let what = match leak.influence.how {
        How::Selected => "chose",
        How::StoppedEarly => "stopped",
        How::Thresholded => "gave its threshold to",
        How::Calibrated => "calibrated",
        _ => "tuned",
    };
    let message = format!("the folds that {what} `{chosen}` also give the estimate of `{judged}`");
    let d = leak::tell(plan, leak, Diagnostic::new(code, message))
        .why(
            "the settings were chosen because they did well on these folds, so the average over them is optimistic \
             (Varma & Simon 2006; Cawley & Talbot 2010)",
        )
        .help("tune on rows outside the folds (`folds: kfold(k: 5, of: train)` and `tune: data.val`), or judge the tuned system on a partition that the folds leave out");
    let edit = match leak.entered() {
        Some(Node::System(v)) => held_for(plan, leak, v),
        _ => None,
    };
    match edit {
        // Never safe: the outputs that exist came from the other rows.
        Some((span, text)) => d.fix("choose on rows outside the folds", false, span, text),
        None => d,
    }
}

/// The edit that puts a tuning partition for the folds.
fn held_for(plan: &Plan, leak: &Leak<'_>, v: &Variant) -> Option<(Span, String)> {
    let uses = leak::written(&plan.systems[v.system], leak.influence.how);
    let written = leak.enters().map(|l| l.span);
    if !uses.iter().any(|u| Some(u.span) == written) {
        return None;
    }
    let names = ["val", "dev", "valid", "validation", "tune"];
    let held = leak::partition(plan, leak.influence.data.dataset, &names)?;
    leak::without(plan, leak, uses, &held)
}
