//! B106: nothing says what a predictor that learns nothing would reach.

use super::context::{Context, Findings};
use super::declare_check;
use super::family;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Builtin, Compare, Dataset, Id, Outputs, Plan, SplitRule, VariantRef};
use std::collections::BTreeMap;

declare_check!("B106" "no-trivial-floor" Info "b106_no_trivial_floor.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let mut of_data: BTreeMap<Id<Dataset>, Vec<&Compare>> = BTreeMap::new();
    for (_, c) in plan.compares.iter() {
        // Variants of one system tell of a component, not of how hard the rows are.
        let subject = &c.subject.variant;
        let apart = |v: &VariantRef| !family::variants_of_one(plan, subject, &v.variant);
        if let Some(on) = c.on.as_ref().filter(|_| c.against.iter().any(apart)) {
            of_data.entry(on.data.dataset).or_default().push(c);
        }
    }
    for (dataset, compares) in of_data {
        let sides = compares
            .iter()
            .flat_map(|c| c.against.iter().chain([&c.subject]));
        let floor = sides.clone().find(|v| is_floor(plan, v));
        let read = |v: &&VariantRef| !plan.systems[v.variant.system].common.broken;
        if let Some(floor) = floor {
            let why = format!(
                "`{}` shows what learning nothing reaches",
                plan.show(&floor.variant)
            );
            out.prove(code, floor.span, why);
        } else if let (Some(words), Some(c)) = (proposed(&plan.datasets[dataset]), compares.first())
            && !plan.incomplete
            && sides.clone().filter(read).count() == sides.count()
            && compares.iter().all(|c| !c.common.broken)
        {
            out.report(diagnose(code, plan, c, dataset, words));
        }
    }
}

fn is_floor(plan: &Plan, v: &VariantRef) -> bool {
    match &plan.systems[v.variant.system].outputs {
        Some(Outputs::Predict { builtin, .. }) => builtin.value != Builtin::Column,
        Some(Outputs::Run { .. } | Outputs::Predictions { .. } | Outputs::Reported(_)) | None => {
            false
        }
    }
}

/// The predictor that fits the label; `None` where none does, as for texts.
fn proposed(dataset: &Dataset) -> Option<&'static str> {
    let label = dataset.label.as_ref()?;
    if dataset.common.broken {
        None
    } else if !label.classes.is_empty() {
        Some("majority")
    } else {
        label.unit.is_some().then_some("mean")
    }
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    c: &Compare,
    dataset: Id<Dataset>,
    builtin: &str,
) -> Diagnostic {
    let name = &plan.datasets[dataset].common.name;
    let subject = plan.show(&c.subject.variant);
    let learns = &plan.systems[c.subject.variant.system].train;
    let rows = learns
        .first()
        .map_or_else(|| format!("{name}.train"), |u| plan.show_data(&u.data));
    let all_judged = learns.is_empty() && !may_train(plan, dataset);
    let first = if all_judged {
        "keep rows apart to learn from, as `train` in `split:`, and "
    } else {
        ""
    };
    let others: Vec<String> = c
        .against
        .iter()
        .map(|v| format!("`{}`", plan.show(&v.variant)))
        .collect();
    let d = Diagnostic::new(
        code,
        format!("no floor shows what learning nothing reaches on `{name}`"),
    )
    .label(
        c.subject.span,
        format!(
            "`{subject}` is compared with {} alone",
            others.join(" and ")
        ),
    );
    let d = match c.against.first().zip(c.against.last()) {
        Some((first, last)) => d.label(
            first.span.to(last.span),
            "none of these is a built-in floor",
        ),
        None => d,
    };
    d.why(
        "a score means little without what a guess scores: on unbalanced data that can be most of it \
         (Pineau et al. 2021; Lipton & Steinhardt 2019)",
    )
    .help(format!(
        "{first}add one to the comparison: `baseline floor {{ predict: {builtin}({rows}) }}`"
    ))
}

/// Whether the split leaves rows to learn from; one by a column may.
fn may_train(plan: &Plan, dataset: Id<Dataset>) -> bool {
    plan.datasets[dataset].split.as_ref().is_none_or(|s| {
        let all_one = matches!(s.rule, SplitRule::All(_));
        !all_one && (s.parts.is_empty() || s.parts.iter().any(|(p, _)| p.value == "train"))
    })
}
