//! L103: the rows that tune, stop, set a threshold or calibrate also judge.

use super::context::{Context, Findings};
use super::declare_check;
use super::leak::{self, Leak, Scope};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{How, Influence, Node};
use crate::hir::Plan;

declare_check!("L103" "tuned-on-test" Error "l103_tuned_on_test.md" run);

/// Rows that only choose may be tuning rows: the chosen has to be claimed on others.
const SCOPE: Scope = Scope {
    influence: tunes,
    evaluation: |e| !e.choice,
    // Folds that choose and judge are L115's.
    both: |i, e| !leak::folds_reused(i, e),
};

fn tunes(_: &Plan, influence: &Influence) -> bool {
    matches!(
        influence.how,
        How::Tuned | How::StoppedEarly | How::Thresholded | How::Calibrated
    )
}

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for leak in leak::leaks(cx, SCOPE) {
        out.report(diagnose(code, cx.plan, &leak));
    }
    leak::prove(code, cx, out, SCOPE, "tunes");
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, leak: &Leak<'_>) -> Diagnostic {
    let judged = leak
        .evaluation()
        .map_or(String::new(), |e| plan.show(&e.variant));
    let system = match leak.entered() {
        Some(Node::System(v)) => Some(v),
        _ => None,
    };
    let (what, order) = words(leak.influence.how);
    let through = match system.map(|v| plan.show(v)) {
        Some(name) if name != judged => format!("`{judged}` rests on `{name}`, which is {what}"),
        _ => format!("`{judged}` is {what}"),
    };
    let message = format!("{through} the rows it is judged on");
    let d = leak::tell(plan, leak, Diagnostic::new(code, message))
        .why(
            "the best of many settings on some rows looks better there than anywhere else, so the score is no \
             longer one on unseen rows (Cawley & Talbot 2010; Kapoor & Narayanan 2023, L1.1)",
        )
        .help(format!("{order} rows that are kept for it and judge nothing"));
    let edit = system.and_then(|v| {
        let uses = leak::written(&plan.systems[v.system], leak.influence.how);
        let names = ["val", "dev", "valid", "validation", "tune"];
        let held = leak::partition(plan, leak.influence.data.dataset, &names)?;
        leak::without(plan, leak, uses, &held).map(|(span, text)| (span, text, held))
    });
    match edit {
        // Never safe: the outputs that exist came from the other rows.
        Some((span, text, held)) => {
            let title = format!("{order} `{}`", plan.show_data(&held));
            d.fix(title, false, span, text)
        }
        None => d,
    }
}

/// What is done, and as an order up to its rows.
fn words(how: How) -> (&'static str, &'static str) {
    match how {
        How::StoppedEarly => ("stopped early by", "stop on"),
        How::Thresholded => ("given its threshold on", "set the threshold on"),
        How::Calibrated => ("calibrated on", "calibrate on"),
        _ => ("tuned on", "tune on"),
    }
}
