//! L113: a claim is made on rows that were held out from nothing.

use super::context::{Context, Findings};
use super::declare_check;
use super::held;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{self, Evaluation, How, Influence, Relation};
use crate::hir::{Plan, SplitRule};
use std::collections::BTreeSet;

declare_check!("L113" "no-held-out" Error "l113_no_held_out.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let mut said = BTreeSet::new();
    let mut proved = BTreeSet::new();
    for e in cx.evaluations.iter().filter(|e| !e.choice) {
        if cx.plan.datasets[e.on.dataset].common.broken || cx.plan.is_reported(e.variant.system) {
            continue;
        }
        let learned: Vec<&Influence> = cx
            .influences(&e.variant)
            .iter()
            .filter(|i| i.how != How::Selected)
            .collect();
        if let Some(held) = from(cx.plan, &learned, e) {
            if proved.insert(&e.on) {
                let why = format!("`{}` is held out from {held}", cx.plan.show_data(&e.on));
                out.prove(code, e.on_span, why);
            }
        } else if learned.is_empty() && !silent(cx.plan, e) && said.insert(&e.on) {
            out.report(diagnose(code, cx, e));
        }
    }
}

/// What the rows are held out from, where that is known.
fn from(plan: &Plan, learned: &[&Influence], e: &Evaluation) -> Option<String> {
    let apart = |i: &&Influence| {
        graph::relation(plan, &i.data, &e.on) == Relation::Disjoint
            || graph::out_of_fold(plan, i.how, &i.data, &e.on)
    };
    let all: BTreeSet<String> = learned
        .iter()
        .map(|i| format!("`{}`", plan.show_data(&i.data)))
        .collect();
    let whole = !learned.is_empty() && learned.iter().all(apart);
    whole.then(|| all.into_iter().collect::<Vec<_>>().join(", "))
}

/// Whether nothing more can be asked of a system that doesn't say what it learned from: the rows it is
/// judged on are one partition of several, or the only one and named as such.
fn silent(plan: &Plan, e: &Evaluation) -> bool {
    let split = plan.datasets[e.on.dataset].split.as_ref();
    match (&e.on.part, split.map(|s| &s.rule)) {
        (None, Some(SplitRule::All(_))) => true,
        (None, _) => false,
        (Some(part), _) => held::of_folds(&e.on) || !trains(part),
    }
}

fn trains(part: &str) -> bool {
    matches!(part, "train" | "training")
}

fn diagnose(code: &'static CodeInfo, cx: &Context<'_>, e: &Evaluation) -> Diagnostic {
    let (plan, on) = (cx.plan, cx.plan.show_data(&e.on));
    let dataset = &plan.datasets[e.on.dataset];
    let shown = plan.show(&e.variant);
    let message = format!("`{shown}` is judged on `{on}`, which is held out from nothing");
    let d = Diagnostic::new(code, message);
    let d = match (&e.on.part, &dataset.split) {
        (Some(part), _) => d
            .label(e.on_span, format!("1. `{part}` is by its name what systems learn from"))
            .help("judge on rows that no system saw, such as `test`"),
        (None, Some(split)) => d
            .label(e.on_span, "1. all rows judge, those to train on included")
            .label(split.span, "2. though the dataset has partitions")
            .help(format!("judge on one partition, such as `{on}.test`")),
        (None, None) => d
            .label(e.on_span, "1. all rows judge")
            .label(dataset.common.name_span, "2. and no `split:` says that any were kept apart")
            .help(format!(
                "split the rows, as with `split: column(split)`, and judge on `{on}.test`; where all rows of the file \
                 are test rows, say so: `split: all(test)`"
            )),
    };
    let n = d.labels.len() + 1;
    let d = d.label(
        plan.systems[e.variant.system].common.name_span,
        format!("{n}. what `{shown}` learned from is not said"),
    );
    d.why(
        "a score on rows that a system may have learned from says little about new ones (Kapoor & Narayanan 2023, \
         L1.1: no test set)",
    )
}
