//! L104: the rows that chose a system, or the parts it keeps, also judge it.

use super::context::{Context, Findings};
use super::declare_check;
use super::leak::{self, Leak, Scope};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{How, Node};
use crate::hir::{Ablation, DataUse, Plan, Select};
use crate::text::Span;

declare_check!("L104" "selected-on-test" Error "l104_selected_on_test.md" run);

/// Rows that only choose judge nothing yet; folds that choose and judge are L115's.
const SCOPE: Scope = Scope {
    influence: |_, influence| influence.how == How::Selected,
    evaluation: |e| !e.choice,
    both: |i, e| !leak::folds_reused(i, e),
};

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for leak in leak::leaks(cx, SCOPE) {
        out.report(diagnose(code, cx.plan, &leak));
    }
    leak::prove(code, cx, out, SCOPE, "selects");
}

/// What chooses.
enum Choice<'a> {
    Selection(&'a Select),
    Ablation(&'a Ablation),
    Field,
}

fn choice(plan: &Plan, at: Span) -> Choice<'_> {
    let here = |on: &Option<DataUse>| on.as_ref().is_some_and(|on| on.span == at);
    let mut selects = plan.selects.iter().map(|(_, s)| s);
    if let Some(select) = selects.find(|s| here(&s.on)) {
        return Choice::Selection(select);
    }
    let mut ablations = plan.ablations.iter().map(|(_, a)| a);
    match ablations.find(|a| a.tolerance.is_some() && here(&a.on)) {
        Some(ablation) => Choice::Ablation(ablation),
        None => Choice::Field,
    }
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, leak: &Leak<'_>) -> Diagnostic {
    let judged = leak
        .evaluation()
        .map_or(String::new(), |e| plan.show(&e.variant));
    let chosen = match leak.entered() {
        Some(Node::System(v)) => plan.show(v),
        _ => judged.clone(),
    };
    let choice = choice(plan, leak.enters().map(|l| l.span).unwrap_or_default());
    let what = match &choice {
        Choice::Ablation(_) => format!("the parts that `{chosen}` keeps are chosen on"),
        Choice::Selection(_) | Choice::Field => format!("`{chosen}` is chosen on"),
    };
    let message = if chosen == judged {
        format!("{what} the rows it is judged on")
    } else {
        format!("{what} the rows that `{judged}`, which rests on it, is judged on")
    };
    let d = leak::tell(plan, leak, Diagnostic::new(code, message)).why(
        "the best of several looks better on the rows that chose it than on any others, so its score there is \
         optimistic (Cawley & Talbot 2010; Kapoor & Narayanan 2023, L1.1)",
    );
    let d = told(plan, &choice, d);
    mend(plan, leak, &choice, d)
}

/// Among how many the choice is made, and what to do instead.
fn told(plan: &Plan, choice: &Choice<'_>, d: Diagnostic) -> Diagnostic {
    match choice {
        Choice::Selection(select) => {
            let names: Vec<String> = select.from.iter().map(|v| plan.show(&v.variant)).collect();
            d.witness(format!(
                "chosen among {}: {}",
                names.len(),
                names.join(", ")
            ))
            .help("choose on tuning rows, and report the chosen on others with `report_on:`")
        }
        Choice::Ablation(ablation) => {
            let parts: Vec<&str> = ablation
                .arms
                .iter()
                .map(|arm| plan.components[arm.component].common.name.as_str())
                .collect();
            d.witness(format!("`tolerance:` chooses which stay of {}", parts.join(", ")))
            .help("ablate on tuning rows, or leave out `tolerance:`, which chooses, and describe only")
        }
        Choice::Field => d.help("choose on rows that are kept for it and judge nothing"),
    }
}

fn mend(plan: &Plan, leak: &Leak<'_>, choice: &Choice<'_>, d: Diagnostic) -> Diagnostic {
    let names = ["val", "dev", "valid", "validation", "tune"];
    let Some(held) = leak::partition(plan, leak.influence.data.dataset, &names) else {
        return d;
    };
    let uses: &[DataUse] = match (choice, leak.entered()) {
        (Choice::Selection(select), _) => select.on.as_slice(),
        (Choice::Ablation(ablation), _) => ablation.on.as_slice(),
        (Choice::Field, Some(Node::System(v))) => {
            leak::written(&plan.systems[v.system], How::Selected)
        }
        (Choice::Field, _) => &[],
    };
    match leak::without(plan, leak, uses, &held) {
        // Never safe: other rows may choose another.
        Some((span, text)) => {
            let title = format!("choose on `{}`", plan.show_data(&held));
            d.fix(title, false, span, text)
        }
        None => d,
    }
}
