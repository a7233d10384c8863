//! L114: unlabelled rows of the evaluation are fitted on.

use super::context::{Context, Findings};
use super::declare_check;
use super::leak::{self, Leak, Scope};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{How, Influence, Node};
use crate::hir::{Id, Plan, Step};

declare_check!("L114" "transductive" Warning "l114_transductive.md" run);

const SCOPE: Scope = Scope {
    influence: unlabelled,
    evaluation: |_| true,
    both: |_, _| true,
};

const DECLARED: Scope = Scope {
    influence: declared,
    evaluation: |_| true,
    both: |_, _| true,
};

fn step<'p>(plan: &'p Plan, influence: &Influence) -> Option<&'p Step> {
    let fits = matches!(influence.how, How::Fitted | How::Prompted | How::Retrieved);
    match influence.path.first().map(|l| &l.to) {
        Some(Node::Step(id)) if fits => Some(&plan.steps[*id]),
        _ => None,
    }
}

/// Samplers and dedupers are L111's: what they do to rows is a leak without labels, too.
fn unlabelled(plan: &Plan, influence: &Influence) -> bool {
    step(plan, influence).is_some_and(|s| {
        let kind = s.kind.as_ref().map(|k| k.value.as_str());
        let resamples = matches!(kind, Some("sampler" | "deduper"));
        s.labels_unused && !s.transductive && !s.excludes_self && !resamples && !s.common.broken
    })
}

fn declared(plan: &Plan, influence: &Influence) -> bool {
    step(plan, influence).is_some_and(|s| s.transductive)
}

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for leak in leak::leaks(cx, SCOPE) {
        if let Some(Node::Step(step)) = leak.entered() {
            out.report(diagnose(code, cx.plan, &leak, *step));
        }
    }
    for leak in leak::leaks(cx, DECLARED) {
        if let (Some(Node::Step(step)), Some(link)) = (leak.entered(), leak.enters()) {
            let (name, data) = (
                &cx.plan.steps[*step].common.name,
                cx.plan.show_data(&leak.influence.data),
            );
            let why =
                format!("`{name}` reads rows of `{data}` that judge, and is declared transductive");
            out.prove(code, link.span, why);
        }
    }
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, leak: &Leak<'_>, id: Id<Step>) -> Diagnostic {
    let name = &plan.steps[id].common.name;
    let judged = leak
        .evaluation()
        .map_or(String::new(), |e| plan.show(&e.variant));
    let message =
        format!("`{name}` reads the rows that `{judged}` is judged on, if without their labels");
    let d = leak::tell(plan, leak, Diagnostic::new(code, message)).why(
        "the score holds only where all rows to be predicted are there beforehand; new ones will not have shaped the \
         model (Vapnik 1998, ch. 8; Kapoor & Narayanan 2023, L1.2)",
    );
    let training = ["train", "training"];
    let edit = leak::partition(plan, leak.influence.data.dataset, &training)
        .and_then(|train| leak::without(plan, leak, &plan.steps[id].fit, &train));
    let d = match edit {
        // Never safe: which of the two is meant is the author's to say.
        Some((span, text)) => d.fix("fit on the training rows only", false, span, text),
        None => d.help("fit on the training rows only"),
    };
    d.help("where all rows will be there before the first is answered, say so: `transductive: yes`")
}
