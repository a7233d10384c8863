//! The DAG as people look at it: runs and outputs of one variant folded into one node.

use crate::graph::{self, Dag, How, Node};
use crate::hir::{AgreementMeasure, Id, Plan, Step, Variant};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A folded DAG: labels with their kind, and edges between them.
struct Folded {
    nodes: Vec<(&'static str, String)>,
    edges: Vec<(usize, usize, How)>,
}

/// Runs and outputs of a variant become one node, named by how many there are.
fn fold(plan: &Plan, dag: &Dag) -> Folded {
    let all = dag.nodes();
    let mut runs: BTreeMap<&Variant, usize> = BTreeMap::new();
    for node in &all {
        if let Node::Run(variant, _) = node {
            *runs.entry(variant).or_default() += 1;
        }
    }
    let mut folded = Folded {
        nodes: Vec::new(),
        edges: Vec::new(),
    };
    let mut places: Vec<usize> = Vec::new();
    let mut known: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
    for node in &all {
        let key = match node {
            Node::Run(v, _) | Node::Output(v, _) => {
                let n = runs.get(v).copied().unwrap_or(0);
                let times = if n == 1 {
                    "1 run".to_string()
                } else {
                    format!("{n} runs")
                };
                let served = served(plan, v);
                ("output", format!("{} × {times}{served}", plan.show(v)))
            }
            Node::Step(step) => {
                let held = held(plan, *step);
                (
                    graph::kind(node),
                    format!("{}{held}", graph::show(plan, node)),
                )
            }
            other => (graph::kind(other), graph::show(plan, other)),
        };
        let place = *known.entry(key.clone()).or_insert_with(|| {
            folded.nodes.push(key);
            folded.nodes.len() - 1
        });
        places.push(place);
    }
    for (from, to, edge) in dag.edges() {
        let (Some(&from), Some(&to)) = (places.get(from), places.get(to)) else {
            continue;
        };
        let edge = (from, to, edge.how);
        if from != to && !folded.edges.contains(&edge) {
            folded.edges.push(edge);
        }
    }
    folded
}

/// `, served at 20/s` of a variant that answers requests.
fn served(plan: &Plan, variant: &Variant) -> String {
    let Some(serve) = &plan.systems[variant.system].serve else {
        return String::new();
    };
    // Rates are kept per ms.
    let arrival = serve.arrival.map(|a| format!(" at {}/s", a.value * 1000.0));
    format!(", served{}", arrival.unwrap_or_default())
}

/// `, held against human by cohen_kappa` of a judge whose agreement is told.
fn held(plan: &Plan, step: Id<Step>) -> String {
    let Some(agreement) = &plan.steps[step].agreement else {
        return String::new();
    };
    let by = match agreement.by.value {
        AgreementMeasure::Metric(metric) => plan.metrics[metric].common.name.as_str(),
        AgreementMeasure::Native(name) => name,
    };
    format!(", held against {} by {by}", agreement.with.value)
}

const KINDS: [(&str, &str); 11] = [
    ("partition", "data"),
    ("step", "steps"),
    ("system", "systems"),
    ("output", "outputs"),
    ("resample", "resamples"),
    ("metric", "metrics"),
    ("comparison", "comparisons"),
    ("ablation", "ablations"),
    ("factorial", "factorials"),
    ("selection", "selections"),
    ("decision", "decisions"),
];

/// One section for each kind of node, each node with what it is made from.
pub(super) fn text(plan: &Plan, dag: &Dag) -> String {
    let folded = fold(plan, dag);
    let runs = dag
        .nodes()
        .iter()
        .filter(|n| matches!(n, Node::Run(..)))
        .count();
    let mut out = String::new();
    let title = plan
        .header
        .as_ref()
        .map_or("plan", |h| h.common.name.as_str());
    let _ = writeln!(
        out,
        "{title}: {} nodes, {} edges, {runs} runs",
        dag.nodes().len(),
        dag.edges().len()
    );
    for (kind, heading) in KINDS {
        let of_kind: Vec<(usize, &String)> = folded
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, n)| n.0 == kind)
            .map(|(i, n)| (i, &n.1))
            .collect();
        if of_kind.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{heading}");
        let width = of_kind
            .iter()
            .map(|(_, l)| l.chars().count())
            .max()
            .unwrap_or(0)
            .min(48);
        for (i, label) in of_kind {
            let sources = sources(&folded, i);
            if sources.is_empty() {
                let _ = writeln!(out, "  {label}");
            } else {
                let _ = writeln!(out, "  {label:<width$}  ← {sources}");
            }
        }
    }
    out
}

/// What feeds a node, by the way it does: `reviews.train (trains), tfidf (feeds)`.
fn sources(folded: &Folded, node: usize) -> String {
    let mut names: Vec<String> = Vec::new();
    for (from, _, how) in folded.edges.iter().filter(|e| e.1 == node) {
        let Some((_, label)) = folded.nodes.get(*from) else {
            continue;
        };
        let name = if how.shapes() {
            format!("{label} ({})", how.word())
        } else {
            label.clone()
        };
        names.push(name);
    }
    let many = names.len() > 6;
    let rest = names.len().saturating_sub(5);
    if many {
        names.truncate(5);
        names.push(format!("and {rest} more"));
    }
    names.join(", ")
}

fn shape(kind: &str) -> &'static str {
    match kind {
        "partition" => "cylinder",
        "step" => "component",
        "system" => "box",
        "decision" => "diamond",
        "metric" | "resample" => "ellipse",
        _ => "note",
    }
}

/// Graphviz: `dot -Tsvg`.
pub(super) fn dot(plan: &Plan, dag: &Dag) -> String {
    let folded = fold(plan, dag);
    let mut out = String::from("digraph plan {\n  rankdir=LR;\n  node [fontname=\"Helvetica\"];\n");
    for (i, (kind, label)) in folded.nodes.iter().enumerate() {
        let label = label.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(out, "  n{i} [label=\"{label}\", shape={}];", shape(kind));
    }
    for (from, to, how) in &folded.edges {
        let style = if how.shapes() {
            format!("label=\"{}\"", how.word())
        } else {
            "style=dashed".to_string()
        };
        let _ = writeln!(out, "  n{from} -> n{to} [{style}];");
    }
    out.push_str("}\n");
    out
}

/// Mermaid flowchart.
pub(super) fn mermaid(plan: &Plan, dag: &Dag) -> String {
    let folded = fold(plan, dag);
    let mut out = String::from("flowchart LR\n");
    for (i, (kind, label)) in folded.nodes.iter().enumerate() {
        let label = label.replace('"', "#quot;");
        let (open, close) = match shape(kind) {
            "cylinder" => ("[(", ")]"),
            "component" => ("[[", "]]"),
            "diamond" => ("{", "}"),
            "ellipse" => ("([", "])"),
            _ => ("[", "]"),
        };
        let _ = writeln!(out, "  n{i}{open}\"{label}\"{close}");
    }
    for (from, to, how) in &folded.edges {
        let _ = if how.shapes() {
            writeln!(out, "  n{from} -->|{}| n{to}", how.word())
        } else {
            writeln!(out, "  n{from} -.-> n{to}")
        };
    }
    out
}
