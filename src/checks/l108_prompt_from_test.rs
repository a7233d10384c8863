//! L108: few-shot examples or a retrieval pool come from the rows that judge.

use super::context::{Context, Findings};
use super::declare_check;
use super::leak::{self, Leak, Scope};
use crate::diagnostic::{CodeInfo, Diagnostic, Level};
use crate::graph::{How, Influence, Node};
use crate::hir::{Id, Plan, Step};

declare_check!("L108" "prompt-from-test" Error "l108_prompt_from_test.md" run);

const SCOPE: Scope = Scope {
    influence: shows,
    evaluation: |_| true,
    both: |_, _| true,
};

const WHOLE: Scope = Scope {
    influence: |_, influence| matches!(influence.how, How::Prompted | How::Retrieved),
    evaluation: |_| true,
    both: |_, _| true,
};

/// Rows without their labels are L114's.
fn shows(plan: &Plan, influence: &Influence) -> bool {
    let Some(Node::Step(id)) = influence.path.first().map(|l| &l.to) else {
        return false;
    };
    let step = &plan.steps[*id];
    (WHOLE.influence)(plan, influence) && !step.labels_unused && !step.transductive
}

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for leak in leak::leaks(cx, SCOPE) {
        if let Some(Node::Step(step)) = leak.entered() {
            out.report(diagnose(code, cx.plan, &leak, *step));
        }
    }
    leak::prove(code, cx, out, WHOLE, "is shown to");
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, leak: &Leak<'_>, id: Id<Step>) -> Diagnostic {
    let step = &plan.steps[id];
    let name = &step.common.name;
    let judged = leak
        .evaluation()
        .map_or(String::new(), |e| plan.show(&e.variant));
    let what = match leak.influence.how {
        How::Retrieved => "finds rows",
        _ => "shows rows",
    };
    let message = if step.excludes_self {
        format!("`{name}` {what} beside the judged one that judge `{judged}`, with their labels")
    } else {
        format!("`{name}` {what} that judge `{judged}`, with their labels")
    };
    let d = leak::tell(plan, leak, Diagnostic::new(code, message)).why(
        "an item that is shown with its answer needs only to be copied, and other items of the test set tell of its \
         labels, too (Brown et al. 2020, appendix C; Kapoor & Narayanan 2023, L1.1)",
    );
    let training = ["train", "training"];
    let edit = leak::partition(plan, leak.influence.data.dataset, &training)
        .and_then(|train| leak::without(plan, leak, &step.fit, &train));
    let d = match edit {
        // Never safe: the outputs that exist were made with the other examples.
        Some((span, text)) => d.fix("take examples from the training rows", false, span, text),
        None => d.help("take examples from rows that judge nothing, such as the training rows"),
    };
    if step.excludes_self {
        // What is left is the other items' labels.
        Diagnostic {
            level: Level::Warning,
            ..d
        }
    } else {
        d.help("where only the judged rows have labels, leave each item itself out: `per_item: exclude_self` (a warning stays)")
    }
}
