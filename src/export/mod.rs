//! Plans and runs in other systems' formats: the experiment DAG as text, Graphviz DOT, Mermaid and JSON, and what
//! a run came from as an RO-Crate.
//!
//! Runs of one variant are one node in the drawn forms (`×5 seeds`); the JSON has every node. Start
//! with [`graph()`] and [`ro_crate()`].

mod drawn;
mod ro_crate;

pub use ro_crate::{Crate, METADATA, ro_crate};

use crate::graph::{self, Dag};
use crate::hir::Plan;
use serde::Serialize;

/// The forms a DAG can be printed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphFormat {
    /// Lines for people.
    Text,
    /// Graphviz.
    Dot,
    /// Mermaid flowchart.
    Mermaid,
    /// Every node and edge.
    Json,
}

/// Prints the DAG of a plan.
pub fn graph(plan: &Plan, dag: &Dag, format: GraphFormat) -> String {
    match format {
        GraphFormat::Text => drawn::text(plan, dag),
        GraphFormat::Dot => drawn::dot(plan, dag),
        GraphFormat::Mermaid => drawn::mermaid(plan, dag),
        GraphFormat::Json => json(plan, dag),
    }
}

#[derive(Serialize)]
struct JsonGraph {
    schema_version: u32,
    nodes: Vec<JsonNode>,
    edges: Vec<JsonEdge>,
}

#[derive(Serialize)]
struct JsonNode {
    id: usize,
    kind: &'static str,
    label: String,
}

#[derive(Serialize)]
struct JsonEdge {
    from: usize,
    to: usize,
    how: String,
    shapes: bool,
}

fn json(plan: &Plan, dag: &Dag) -> String {
    let nodes = dag.nodes();
    let graph = JsonGraph {
        schema_version: 1,
        nodes: nodes
            .iter()
            .enumerate()
            .map(|(id, node)| JsonNode {
                id,
                kind: graph::kind(node),
                label: graph::show(plan, node),
            })
            .collect(),
        edges: dag
            .edges()
            .into_iter()
            .map(|(from, to, edge)| JsonEdge {
                from,
                to,
                how: edge.how.word().to_string(),
                shapes: edge.how.shapes(),
            })
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&graph).unwrap_or_default();
    text.push('\n');
    text
}
