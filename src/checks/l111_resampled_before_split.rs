//! L111: rows are drawn, made or dropped before the split, so copies lie on both sides.

use super::context::{Context, Findings};
use super::declare_check;
use super::leak::{self, Leak, Scope};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{How, Influence, Node};
use crate::hir::{Id, Plan, Step};

declare_check!("L111" "resampled-before-split" Error "l111_resampled_before_split.md" run);

const SCOPE: Scope = Scope {
    influence: resamples,
    evaluation: |_| true,
    both: |_, _| true,
};

fn resamples(plan: &Plan, influence: &Influence) -> bool {
    let Some(Node::Step(id)) = influence.path.first().map(|l| &l.to) else {
        return false;
    };
    let step = &plan.steps[*id];
    let kind = step.kind.as_ref().map(|k| k.value.as_str());
    influence.how == How::Fitted
        && matches!(kind, Some("sampler" | "deduper"))
        && !step.transductive
        && !step.excludes_self
}

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for leak in leak::leaks(cx, SCOPE) {
        if let Some(Node::Step(step)) = leak.entered() {
            out.report(diagnose(code, cx.plan, &leak, *step));
        }
    }
    leak::prove(code, cx, out, SCOPE, "is drawn from or compared for");
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, leak: &Leak<'_>, id: Id<Step>) -> Diagnostic {
    let step = &plan.steps[id];
    let name = &step.common.name;
    let judged = leak
        .evaluation()
        .map_or(String::new(), |e| plan.show(&e.variant));
    let sampler = step.kind.as_ref().is_some_and(|k| k.value == "sampler");
    let (message, why) = if sampler {
        (
            format!(
                "`{name}` draws rows before the split, so copies of what judges `{judged}` train it"
            ),
            "a copy or a neighbour of a test row among the training rows gives its answer away (Kapoor & Narayanan \
             2023, L1.2; Vandewiele et al. 2021: oversampling first made AUC 0.6 look like 0.99)",
        )
    } else {
        (
            format!("`{name}` decides with the rows that judge `{judged}` which rows stay"),
            "what is dropped depends on test rows, and the test is no longer a sample of what will come (Kapoor & \
             Narayanan 2023, L1.2 and L3.3)",
        )
    };
    let d = leak::tell(plan, leak, Diagnostic::new(code, message)).why(why);
    let training = ["train", "training"];
    let edit = leak::partition(plan, leak.influence.data.dataset, &training)
        .and_then(|train| leak::without(plan, leak, &step.fit, &train));
    match edit {
        Some((span, text)) => d.fix(
            "split first, and resample the training rows only",
            true,
            span,
            text,
        ),
        None => d.help("split first, and resample the training rows only"),
    }
}
