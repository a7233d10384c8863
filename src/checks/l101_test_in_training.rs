//! L101: what a system learned from overlaps the rows it is judged on.

use super::context::{Context, Findings};
use super::declare_check;
use super::leak::{self, Leak, Scope};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{How, Influence, Node};
use crate::hir::{Plan, Variant};

declare_check!("L101" "test-in-training" Error "l101_test_in_training.md" run);

const SCOPE: Scope = Scope {
    influence: trains,
    evaluation: |_| true,
    both: |_, _| true,
};

fn trains(_: &Plan, influence: &Influence) -> bool {
    matches!(influence.how, How::Trained | How::PreTrained)
}

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for leak in leak::leaks(cx, SCOPE) {
        out.report(diagnose(code, cx.plan, &leak));
    }
    leak::prove(code, cx, out, SCOPE, "trains");
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, leak: &Leak<'_>) -> Diagnostic {
    let judged = leak.evaluation().map(|e| &e.variant);
    let learner = match leak.entered() {
        Some(Node::System(v)) => Some(v),
        _ => None,
    };
    let d = Diagnostic::new(code, message(plan, judged, learner));
    let d = leak::tell(plan, leak, d)
        .why(
            "a model can remember rows it was trained on, so its score says little about new ones \
             (Kapoor & Narayanan 2023, L1.1 and L1.4; Yang et al. 2022, overlap leak)",
        )
        .help("train on rows that are apart from those it is judged on, and run it again");
    match learner {
        Some(learner) => mend(plan, leak, learner, d),
        None => d,
    }
}

fn message(plan: &Plan, judged: Option<&Variant>, learner: Option<&Variant>) -> String {
    let name = |v: Option<&Variant>| v.map_or(String::new(), |v| plan.show(v));
    if judged == learner {
        format!("`{}` is trained on rows it is judged on", name(judged))
    } else {
        format!(
            "`{}` learns through `{}` from rows it is judged on",
            name(judged),
            name(learner)
        )
    }
}

fn mend(plan: &Plan, leak: &Leak<'_>, learner: &Variant, d: Diagnostic) -> Diagnostic {
    let dataset = leak.influence.data.dataset;
    let uses = &plan.systems[learner.system].train;
    let written = leak.enters().map(|l| l.span);
    if !uses.iter().any(|u| Some(u.span) == written) {
        return d;
    }
    let edit = leak::partition(plan, dataset, &["train", "training"])
        .and_then(|train| leak::without(plan, leak, uses, &train));
    match edit {
        // Never safe: the outputs that exist came from the other training.
        Some((span, text)) => d.fix("train on the training rows only", false, span, text),
        None => d,
    }
}
