//! L107: nothing says whether what shaped a system shares rows with what judges it.

use super::context::{Context, Findings};
use super::declare_check;
use super::leak;
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::graph::{self, Evaluation, How, Influence, Node, Relation};
use crate::hir::{DataRef, Dataset, Id, Plan, StepModel};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

declare_check!("L107" "unknown-overlap" Warning "l107_unknown_overlap.md" run);

const WHY: &str = "what a model has read before its test it may simply recall, and large corpora hold many test sets \
                   (Kapoor & Narayanan 2023, L1.4; Sainz et al. 2023)";

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    corpora(code, cx, out);
    teachers(code, cx, out);
}

/// The dataset learned from, and the one that judges.
type Datasets = (Id<Dataset>, Id<Dataset>);

fn corpora(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    // One question for each two datasets, however many partitions and systems it concerns.
    let mut open: BTreeMap<Datasets, (&Influence, &Evaluation)> = BTreeMap::new();
    let mut old: BTreeSet<(&DataRef, &DataRef)> = BTreeSet::new();
    for e in &cx.evaluations {
        for i in cx.influences(&e.variant) {
            let broken = |d: &DataRef| cx.plan.datasets[d.dataset].common.broken;
            if i.data.dataset == e.on.dataset || broken(&i.data) || broken(&e.on) {
                continue;
            }
            match graph::relation(cx.plan, &i.data, &e.on) {
                Relation::Unknown => {
                    open.entry((i.data.dataset, e.on.dataset)).or_insert((i, e));
                }
                Relation::Disjoint if graph::predates(cx.plan, &i.data, &e.on) => {
                    if old.insert((&i.data, &e.on)) {
                        out.prove(code, e.on_span, dated(cx.plan, &i.data, &e.on));
                    }
                }
                Relation::Disjoint | Relation::Overlapping => {}
            }
        }
    }
    for (influence, e) in open.into_values() {
        out.report(unknown(code, cx.plan, influence, e));
    }
}

fn dated(plan: &Plan, data: &DataRef, on: &DataRef) -> String {
    format!(
        "`{}` ends before `{}` was released",
        plan.show_data(data),
        plan.show_data(on)
    )
}

fn unknown(
    code: &'static CodeInfo,
    plan: &Plan,
    influence: &Influence,
    e: &Evaluation,
) -> Diagnostic {
    let (corpus, judging) = (
        &plan.datasets[influence.data.dataset],
        &plan.datasets[e.on.dataset],
    );
    let (data, on) = (&corpus.common.name, plan.show_data(&e.on));
    let shown = plan.show(&e.variant);
    let message =
        format!("whether `{data}`, from which `{shown}` learned, holds rows of `{on}` is not said");
    let d = Diagnostic::new(code, message).answered(Answer::Open);
    let d = leak::walk(plan, influence, e, d);
    let d = match (&corpus.cutoff, &judging.released) {
        (Some(cutoff), Some(released)) => d
            .label(cutoff.span, format!("`{data}` reaches up to here"))
            .label(released.span, format!("and `{}` was public by then", judging.common.name))
            .witness(format!("cutoff {} is not before release {}", cutoff.value, released.value)),
        (Some(_), None) => d.help(format!(
            "say when `{}` became public: `released: \"2024-06\"`; after the cutoff of `{data}` it cannot be in it",
            judging.common.name
        )),
        (None, Some(_)) => d.help(format!(
            "say how far `{data}` reaches: `cutoff: \"2023-09\"`; before the release of `{}` it cannot hold it",
            judging.common.name
        )),
        (None, None) => d,
    };
    d.why(WHY).help(format!(
        "say what is known in `dataset {data}`: `disjoint_from: [{on}]` after looking, `overlaps: [{}]` or `derived_from:`",
        judging.common.name
    ))
}

/// Teachers of which nothing is known.
fn teachers(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let mut said: BTreeSet<Span> = BTreeSet::new();
    let mut done = BTreeSet::new();
    for e in &cx.evaluations {
        if !done.insert(e.variant.system) {
            continue;
        }
        for (node, path) in cx.dag.shapers(&Node::System(e.variant.clone())) {
            let Some(first) = path.first() else { continue };
            let teaches = matches!(first.how, How::Distilled | How::Taught);
            let Some((at, name)) = teacher(cx, &node, first.span, teaches) else {
                continue;
            };
            if said.insert(at) {
                out.report(untold(code, cx.plan, at, &name, e));
            }
        }
    }
}

/// The place and name of a teacher that says nothing of what it learned from.
fn teacher(cx: &Context<'_>, node: &Node, link: Span, teaches: bool) -> Option<(Span, String)> {
    match node {
        Node::System(v) if teaches => {
            let system = &cx.plan.systems[v.system];
            let told = !cx.dag.influences_of(node).is_empty() || system.is_builtin();
            (!told && !system.common.broken).then(|| (link, system.common.name.clone()))
        }
        Node::Step(id) => {
            let step = &cx.plan.steps[*id];
            let teacher = step.kind.as_ref().is_some_and(|k| k.value == "teacher");
            match &step.model {
                Some(StepModel::Outside(model)) if teacher && !step.common.broken => {
                    Some((model.span, model.value.clone()))
                }
                Some(StepModel::Outside(_) | StepModel::System(_)) | None => None,
            }
        }
        _ => None,
    }
}

fn untold(
    code: &'static CodeInfo,
    plan: &Plan,
    at: Span,
    name: &str,
    e: &Evaluation,
) -> Diagnostic {
    let (shown, on) = (plan.show(&e.variant), plan.show_data(&e.on));
    let message =
        format!("whether `{name}`, which teaches `{shown}`, learned from `{on}` is not said");
    Diagnostic::new(code, message)
        .answered(Answer::Open)
        .label(at, format!("1. `{name}` teaches; what it learned from is not said"))
        .label(e.on_span, format!("2. and `{shown}` is judged here"))
        .why(WHY)
        .help(format!(
            "declare it as a system with `train:` or `pretrained_on:`, and of those datasets whether they are `disjoint_from: [{on}]`"
        ))
}
