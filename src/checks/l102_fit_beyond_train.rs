//! L102: a step is fitted on rows that judge what reads through it.

use super::context::{Context, Findings};
use super::declare_check;
use super::leak::{self, Leak, Scope};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{How, Influence, Node};
use crate::hir::{DataRef, Id, Plan, Step};
use std::collections::BTreeSet;

declare_check!("L102" "fit-beyond-train" Error "l102_fit_beyond_train.md" run);

const SCOPE: Scope = Scope {
    influence: fits,
    evaluation: |_| true,
    both: |_, _| true,
};

/// What is left to other checks is not proved here either.
const WHOLE: Scope = Scope {
    influence: |_, influence| influence.how == How::Fitted,
    evaluation: |_| true,
    both: |_, _| true,
};

/// Samplers and dedupers are L111's, prompts and retrieval pools L108's, unlabelled rows L114's.
fn fits(plan: &Plan, influence: &Influence) -> bool {
    let Some(Node::Step(id)) = influence.path.first().map(|l| &l.to) else {
        return false;
    };
    let step = &plan.steps[*id];
    let kind = step.kind.as_ref().map(|k| k.value.as_str());
    let others = step.excludes_self || step.transductive || step.labels_unused;
    let unread = step.common.broken && kind.is_none();
    let resamples = matches!(kind, Some("sampler" | "deduper"));
    influence.how == How::Fitted && !others && !unread && !resamples
}

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for leak in leak::leaks(cx, SCOPE) {
        let Some(Node::Step(step)) = leak.entered() else {
            continue;
        };
        out.report(diagnose(code, cx.plan, &leak, *step));
    }
    leak::prove(code, cx, out, WHOLE, "fits the steps of");
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, leak: &Leak<'_>, step: Id<Step>) -> Diagnostic {
    let name = &plan.steps[step].common.name;
    let judged = leak
        .evaluation()
        .map_or(String::new(), |e| plan.show(&e.variant));
    let message = format!("`{name}` learns from the rows that `{judged}` is judged on");
    let d = leak::tell(plan, leak, Diagnostic::new(code, message)).why(
        "statistics of the judging rows reach the model before it is judged, so its score is optimistic by an \
         unknown amount (Kapoor & Narayanan 2023, L1.2 and L1.3; Yang et al. 2022, preprocessing leak)",
    );
    let edit = training(plan, leak, step)
        .and_then(|train| leak::without(plan, leak, &plan.steps[step].fit, &train));
    match edit {
        Some((span, text)) => d.fix("fit on the training rows only", true, span, text),
        None => d.help("fit on the training rows only"),
    }
}

/// The rows to fit on instead: those that everything reading through the step is trained on, or
/// the one partition called `train`.
fn training(plan: &Plan, leak: &Leak<'_>, step: Id<Step>) -> Option<DataRef> {
    let dataset = leak.influence.data.dataset;
    let readers = plan.systems.iter().map(|(_, s)| s);
    let trained: BTreeSet<Vec<&DataRef>> = readers
        .filter(|s| s.steps.iter().any(|r| r.value == step))
        .map(|s| s.train.iter().map(|u| &u.data).collect())
        .collect();
    let mut ways = trained.into_iter();
    match (ways.next().as_deref(), ways.next()) {
        (Some([one]), None) if one.dataset == dataset => Some((*one).clone()),
        _ => leak::partition(plan, dataset, &["train"]),
    }
}
