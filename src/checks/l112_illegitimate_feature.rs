//! L112: a column that is known only after the outcome, or made from the label, feeds a system.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::graph::{Evaluation, Link, Node};
use crate::hir::{Builtin, Dataset, Id, Known, Outputs, Plan, StepModel, Variant};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

declare_check!("L112" "illegitimate-feature" Error "l112_illegitimate_feature.md" run);

const WHY: &str = "the column carries the answer, and will not be there when it is needed (Kapoor & Narayanan 2023, L2)";

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let mut told = Told::default();
    for e in &cx.evaluations {
        if !told.evaluated.insert((e.variant.system, e.on.dataset)) {
            continue;
        }
        let mut datasets = BTreeSet::from([e.on.dataset]);
        datasets.extend(cx.influences(&e.variant).iter().map(|i| i.data.dataset));
        let mut known = BTreeMap::new();
        for dataset in datasets {
            known.extend(forbidden(&cx.plan.datasets[dataset]));
        }
        judge(code, cx, e, &known, &mut told, out);
    }
}

/// What was said already.
#[derive(Default)]
struct Told {
    evaluated: BTreeSet<(Id<crate::hir::System>, Id<Dataset>)>,
    places: BTreeSet<(Span, String)>,
    open: BTreeSet<Id<Dataset>>,
    proved: BTreeSet<Span>,
}

/// Why a column must not be read: the places that say so, from the column to the label or outcome.
struct Reason {
    places: Vec<(Span, String)>,
    clause: String,
    given: bool,
}

/// The columns of the dataset that carry the outcome, the label's own included.
fn forbidden(dataset: &Dataset) -> BTreeMap<String, Reason> {
    let mut found = BTreeMap::new();
    if let Some(label) = &dataset.label {
        let reason = Reason {
            places: vec![(label.column.span, "this is the label".into())],
            clause: "is the label".into(),
            given: false,
        };
        found.insert(label.column.value.clone(), reason);
    }
    for fact in &dataset.columns {
        if let Some(known) = fact.known.filter(|k| k.value == Known::After) {
            let reason = Reason {
                places: vec![(
                    known.span,
                    "its value is known only after the outcome".into(),
                )],
                clause: "is known only after the outcome".into(),
                given: true,
            };
            found.insert(fact.name.value.clone(), reason);
        }
    }
    // Columns may be made of columns; each round adds at least one or ends.
    for _ in 0..dataset.columns.len() {
        for fact in &dataset.columns {
            if found.contains_key(&fact.name.value) {
                continue;
            }
            let label = |c: &str| c == "label" && dataset.label.is_some();
            let source = fact
                .derived_from
                .iter()
                .find(|c| label(&c.value) || found.contains_key(&c.value));
            let Some(source) = source else { continue };
            let mut places = vec![(source.span, format!("it is made from `{}`", source.value))];
            let before = found.get(&source.value);
            places.extend(before.iter().flat_map(|r| r.places.clone()));
            let clause = match before {
                Some(r) if r.given => "is made from what is known only after the outcome",
                Some(_) | None => "is made from the label",
            };
            let reason = Reason {
                places,
                clause: clause.into(),
                given: true,
            };
            found.insert(fact.name.value.clone(), reason);
        }
    }
    found
}

fn judge(
    code: &'static CodeInfo,
    cx: &Context<'_>,
    e: &Evaluation,
    known: &BTreeMap<String, Reason>,
    told: &mut Told,
    out: &mut Findings,
) {
    let own = Node::System(e.variant.clone());
    let mut all = vec![(own.clone(), Vec::new())];
    all.extend(cx.dag.shapers(&own));
    let (mut silent, mut clean) = (None, Vec::new());
    for (node, path) in &all {
        match reads(cx.plan, node) {
            Reads::Columns(columns) => {
                let mut bad = false;
                for (column, at) in columns {
                    let Some(reason) = known.get(&column) else {
                        continue;
                    };
                    bad = true;
                    if told.places.insert((at, column.clone())) {
                        out.report(diagnose(
                            code,
                            cx.plan,
                            e,
                            (&column, at),
                            (node, path),
                            reason,
                        ));
                    }
                }
                if !bad {
                    clean.push(node);
                }
            }
            Reads::Unknown => silent = silent.or(Some(node.clone())),
            Reads::Nothing => {}
        }
    }
    match silent {
        Some(node) if known.values().any(|r| r.given) => {
            if told.open.insert(e.on.dataset) {
                out.report(unsaid(code, cx.plan, e, &node, known));
            }
        }
        None if !clean.is_empty() && told.proved.insert(e.variant_span) => {
            let why = format!(
                "the columns that `{}` reads are no outcome",
                cx.plan.show(&e.variant)
            );
            out.prove(code, e.variant_span, why);
        }
        Some(_) | None => {}
    }
}

/// What a node reads.
enum Reads {
    Columns(Vec<(String, Span)>),
    Unknown,
    Nothing,
}

fn reads(plan: &Plan, node: &Node) -> Reads {
    match node {
        Node::System(v) => of_system(plan, v),
        Node::Step(id) => {
            let step = &plan.steps[*id];
            let columns = step.features.iter().map(|f| (f.value.clone(), f.span));
            match &step.model {
                Some(StepModel::System(_) | StepModel::Outside(_)) => Reads::Nothing,
                None if step.features.is_empty() => Reads::Nothing,
                None => Reads::Columns(columns.collect()),
            }
        }
        _ => Reads::Nothing,
    }
}

fn of_system(plan: &Plan, v: &Variant) -> Reads {
    let system = &plan.systems[v.system];
    if let Some(Outputs::Predict {
        builtin, column, ..
    }) = &system.outputs
    {
        return match (builtin.value, column) {
            (Builtin::Column, Some(c)) => Reads::Columns(vec![(c.value.clone(), c.span)]),
            _ => Reads::Nothing,
        };
    }
    match (&system.features, &system.outputs) {
        (Some(features), _) => Reads::Columns(
            features
                .value
                .split(", ")
                .map(|c| (c.to_string(), features.span))
                .collect(),
        ),
        // A system that combines others reads their outputs.
        (None, Some(Outputs::Run { .. } | Outputs::Predictions { .. }))
            if system.ensemble.is_empty() =>
        {
            if system.common.broken {
                Reads::Nothing
            } else {
                Reads::Unknown
            }
        }
        (None, _) => Reads::Nothing,
    }
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    e: &Evaluation,
    (column, at): (&str, Span),
    (node, path): (&Node, &[Link]),
    reason: &Reason,
) -> Diagnostic {
    let reader = crate::graph::show(plan, node);
    let shown = plan.show(&e.variant);
    let mut places = vec![(at, format!("`{reader}` reads `{column}`"))];
    places.extend(reason.places.iter().cloned());
    places.extend(path.iter().map(|l| (l.span, super::leak::passing(plan, l))));
    places.push((e.on_span, format!("`{shown}` is judged here")));
    let message = format!("`{reader}` reads `{column}`, which {}", reason.clause);
    let mut d = Diagnostic::new(code, message);
    for (n, (span, text)) in places.into_iter().enumerate() {
        d = d.label(span, format!("{}. {text}", n + 1));
    }
    d.why(WHY).help(format!(
        "leave `{column}` out of what `{reader}` reads, and produce the outputs again"
    ))
}

fn unsaid(
    code: &'static CodeInfo,
    plan: &Plan,
    e: &Evaluation,
    node: &Node,
    known: &BTreeMap<String, Reason>,
) -> Diagnostic {
    let reader = crate::graph::show(plan, node);
    let given: Vec<String> = known
        .iter()
        .filter(|(_, r)| r.given)
        .map(|(c, _)| format!("`{c}`"))
        .collect();
    let message = format!(
        "whether `{reader}` reads {} is not said",
        given.join(" or ")
    );
    let mut d = Diagnostic::new(code, message).answered(Answer::Open);
    for (span, text) in known
        .values()
        .filter(|r| r.given)
        .filter_map(|r| r.places.first())
    {
        d = d.label(*span, text.clone());
    }
    let at = match node {
        Node::System(v) => plan.systems[v.system].common.name_span,
        _ => e.variant_span,
    };
    d.label(at, "has no `features:`").why(WHY).help(format!(
        "say what `{reader}` reads: `features: [age, ward]`"
    ))
}
