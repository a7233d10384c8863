//! The experiment DAG: partitions, steps, systems × variants × seeds, outputs, metrics, resamples,
//! comparisons, ablations, selections and decisions, and what information flows along its edges.
//!
//! [`build`] expands a plan, [`shaping`] no further than what shapes systems; [`Dag::influences`] gives
//! the data that could have shaped a variant, with the path; [`relation`] says whether two sets of rows
//! are disjoint. petgraph stays in this folder: others see plain nodes and edges.

mod build;
mod influence;
mod relation;

pub use build::{build, shaping};
pub use influence::{Influence, Link};
pub use relation::{Meeting, Relation, meeting, out_of_fold, predates, relation};

use crate::hir::{
    Ablation, Compare, DataRef, DataUse, Decide, Factorial, Id, MetricRef, Plan, Select, Step,
    System, Variant,
};
use crate::text::Span;
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::collections::HashMap;

/// A node of the DAG.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// Rows of a dataset.
    Partition(DataRef),
    /// A fitted step.
    Step(Id<Step>),
    /// A system, as a whole or in a variant.
    System(Variant),
    /// One run of a variant.
    Run(Variant, Option<u64>),
    /// The outputs of one run.
    Output(Variant, Option<u64>),
    /// A metric of a variant on some rows: the metric as shown.
    Metric(Variant, DataRef, String),
    /// The resamples of some rows, shared by all that is measured on them.
    Resample(DataRef),
    /// The comparison of a system with one other.
    Comparison(Id<Compare>, Variant),
    /// An ablation.
    Ablation(Id<Ablation>),
    /// A factorial.
    Factorial(Id<Factorial>),
    /// A selection.
    Selection(Id<Select>),
    /// A decision.
    Decision(Id<Decide>),
}

/// What an edge carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// The rows are trained on.
    Trained,
    /// A step is fitted on them.
    Fitted,
    /// They judge the trials.
    Tuned,
    /// They chose the system.
    Selected,
    /// They stopped the training.
    StoppedEarly,
    /// The threshold was set on them.
    Thresholded,
    /// They calibrated the scores.
    Calibrated,
    /// They were pre-trained on.
    PreTrained,
    /// They are shown as examples in a prompt.
    Prompted,
    /// They are what a retriever finds.
    Retrieved,
    /// A system reads its input through a step, or a step through another.
    Through,
    /// A system learned from another.
    Distilled,
    /// A system is a member of another.
    Ensembled,
    /// A step learned from a system, or is one.
    Taught,
    /// A judge gives the judgements that a metric reads.
    Judged,
    /// A system is run.
    Runs,
    /// A run yields outputs.
    Yields,
    /// Outputs or rows are measured.
    Measured,
    /// Rows are resampled.
    Resampled,
    /// A measurement enters a claim.
    Enters,
}

impl How {
    /// Whether information about the source shapes the target.
    pub fn shapes(self) -> bool {
        match self {
            How::Trained
            | How::Fitted
            | How::Tuned
            | How::Selected
            | How::StoppedEarly
            | How::Thresholded
            | How::Calibrated
            | How::PreTrained
            | How::Prompted
            | How::Retrieved
            | How::Through
            | How::Distilled
            | How::Ensembled
            | How::Taught
            | How::Judged => true,
            How::Runs | How::Yields | How::Measured | How::Resampled | How::Enters => false,
        }
    }

    /// One word for what the edge is: trained, fitted, measured, …
    pub fn word(self) -> &'static str {
        match self {
            How::Trained => "trained",
            How::Fitted => "fitted",
            How::Tuned => "tuned",
            How::Selected => "selected",
            How::StoppedEarly => "stopped",
            How::Thresholded => "thresholded",
            How::Calibrated => "calibrated",
            How::PreTrained => "pre-trained",
            How::Prompted => "prompted",
            How::Retrieved => "retrieved",
            How::Through => "through",
            How::Distilled => "distilled",
            How::Ensembled => "member",
            How::Taught => "taught",
            How::Judged => "judged",
            How::Runs => "run",
            How::Yields => "yields",
            How::Measured => "measured",
            How::Resampled => "resampled",
            How::Enters => "enters",
        }
    }

    /// What the source does to the target, as a verb: `reviews.train` trains `chars`.
    pub fn verb(self) -> &'static str {
        match self {
            How::Trained => "trains",
            How::Fitted => "fits",
            How::Tuned => "tunes",
            How::Selected => "selects",
            How::StoppedEarly => "stops",
            How::Thresholded => "sets the threshold of",
            How::Calibrated => "calibrates",
            How::PreTrained => "pre-trains",
            How::Prompted => "is shown by",
            How::Retrieved => "is retrieved by",
            How::Through => "feeds",
            How::Distilled => "is distilled into",
            How::Ensembled => "is a member of",
            How::Taught => "teaches",
            How::Judged => "judges",
            How::Runs => "runs as",
            How::Yields => "yields",
            How::Measured => "is measured by",
            How::Resampled => "is resampled by",
            How::Enters => "enters",
        }
    }
}

/// An edge: what it carries, and where the plan says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// What it carries.
    pub how: How,
    /// Where the plan says so.
    pub span: Span,
}

/// The experiment DAG of a plan.
#[derive(Debug, Clone, Default)]
pub struct Dag {
    graph: DiGraph<Node, Edge>,
    /// Only ever asked for one node: its order shows nowhere.
    index: HashMap<Node, NodeIndex>,
}

impl Dag {
    fn node(&mut self, node: Node) -> NodeIndex {
        if let Some(&found) = self.index.get(&node) {
            return found;
        }
        let added = self.graph.add_node(node.clone());
        self.index.insert(node, added);
        added
    }

    fn edge(&mut self, from: NodeIndex, to: NodeIndex, how: How, span: Span) {
        // Rows reach thousands of systems; what reaches one of them is little.
        let known = self
            .graph
            .edges_directed(to, Direction::Incoming)
            .any(|e| e.source() == from && e.weight().how == how);
        if !known && from != to {
            self.graph.add_edge(from, to, Edge { how, span });
        }
    }

    /// All nodes, in the order they were built.
    pub fn nodes(&self) -> Vec<&Node> {
        self.graph.node_weights().collect()
    }

    /// Things that are made of each other: each circle of shaping edges, as its links.
    pub fn circles(&self) -> Vec<Vec<Link>> {
        petgraph::algo::tarjan_scc(&self.graph)
            .into_iter()
            .filter(|component| component.len() > 1)
            .filter_map(|component| self.circle(&component))
            .collect()
    }

    /// One way round a strongly connected component, along its smallest nodes.
    fn circle(&self, component: &[NodeIndex]) -> Option<Vec<Link>> {
        let start = *component.iter().min()?;
        let (mut at, mut links, mut seen) = (start, Vec::new(), vec![start]);
        loop {
            let next = self
                .graph
                .edges(at)
                .filter(|e| component.contains(&e.target()))
                .min_by_key(|e| {
                    (
                        e.target() != start && seen.contains(&e.target()),
                        e.target(),
                    )
                })?;
            links.push(Link {
                from: self.graph.node_weight(at)?.clone(),
                how: next.weight().how,
                span: next.weight().span,
                to: self.graph.node_weight(next.target())?.clone(),
            });
            at = next.target();
            if at == start {
                return Some(links);
            }
            if let Some(i) = seen.iter().position(|&n| n == at) {
                links.drain(..i);
                return Some(links);
            }
            seen.push(at);
        }
    }

    /// All edges as (index of source, index of target, edge), indices into [`Dag::nodes`], sorted.
    pub fn edges(&self) -> Vec<(usize, usize, Edge)> {
        let mut edges: Vec<_> = self
            .graph
            .edge_references()
            .map(|e| (e.source().index(), e.target().index(), *e.weight()))
            .collect();
        edges.sort_by_key(|&(a, b, e)| (a, b, e.how));
        edges
    }
}

/// A variant evaluated on some rows, by a claim.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// What is evaluated.
    pub variant: Variant,
    /// Where it is named.
    pub variant_span: Span,
    /// The rows.
    pub on: DataRef,
    /// Where the rows are named.
    pub on_span: Span,
    /// Whether the rows only choose, and another claim has to be made on other rows (a `select`, or
    /// an ablation with a tolerance).
    pub choice: bool,
    /// The claim: `compare`, `ablation`, `factorial`, `select`, or `decide` where it rests on an ablation
    /// that chooses.
    pub claim: &'static str,
}

/// Everything the plan evaluates, in source order of the claims.
pub fn evaluations(plan: &Plan) -> Vec<Evaluation> {
    let mut all = Vec::new();
    let mut add =
        |variant: &Variant, span: Span, on: &Option<crate::hir::DataUse>, choice, claim| {
            if let Some(on) = on {
                all.push(Evaluation {
                    variant: variant.clone(),
                    variant_span: span,
                    on: on.data.clone(),
                    on_span: on.span,
                    choice,
                    claim,
                });
            }
        };
    for (_, c) in plan.compares.iter() {
        for v in std::iter::once(&c.subject).chain(&c.against) {
            add(&v.variant, v.span, &c.on, false, "compare");
        }
    }
    for (_, a) in plan.ablations.iter() {
        let choice = a.tolerance.is_some();
        add(&a.of.variant, a.of.span, &a.on, choice, "ablation");
        for arm in &a.arms {
            add(&arm.variant, arm.span, &a.on, choice, "ablation");
        }
    }
    for (_, f) in plan.factorials.iter() {
        for cell in &f.cells {
            add(&cell.variant, f.over_span, &f.on, false, "factorial");
        }
    }
    for (_, s) in plan.selects.iter() {
        for v in &s.from {
            add(&v.variant, v.span, &s.on, true, "select");
            add(&v.variant, v.span, &s.report_on, false, "select");
        }
    }
    for (_, d) in plan.decides.iter() {
        // One that rests on a comparison is judged where the comparison is.
        if let Some((_, a)) = build::choosing(plan, d) {
            for v in [&d.subject, &d.against] {
                let on = a.on.as_ref().map(|on| DataUse {
                    data: on.data.clone(),
                    span: v.span,
                });
                add(&v.variant, v.span, &on, false, "decide");
            }
        }
    }
    all
}

/// The metrics a decision's rules read.
pub fn metrics_of(decide: &Decide) -> Vec<MetricRef> {
    build::metrics_of(decide)
}

/// The plan's name for a node.
pub fn show(plan: &Plan, node: &Node) -> String {
    let seed = |s: &Option<u64>| s.map_or(String::new(), |s| format!(" seed {s}"));
    match node {
        Node::Partition(d) => plan.show_data(d),
        Node::Step(s) => plan.steps[*s].common.name.clone(),
        Node::System(v) => plan.show(v),
        Node::Run(v, s) => format!("{}{}", plan.show(v), seed(s)),
        Node::Output(v, s) => format!("outputs of {}{}", plan.show(v), seed(s)),
        Node::Metric(v, d, m) => format!("{m} of {} on {}", plan.show(v), plan.show_data(d)),
        Node::Resample(d) => format!("resamples of {}", plan.show_data(d)),
        Node::Comparison(c, v) => {
            let subject = plan.show(&plan.compares[*c].subject.variant);
            format!("compare {subject} with {}", plan.show(v))
        }
        Node::Ablation(a) => format!("ablation of {}", plan.ablations[*a].common.name),
        Node::Factorial(f) => format!("factorial of {}", plan.factorials[*f].common.name),
        Node::Selection(s) => format!("select {}", plan.selects[*s].common.name),
        Node::Decision(d) => format!("decide {}", plan.decides[*d].common.name),
    }
}

/// The kind of a node, as one word.
pub fn kind(node: &Node) -> &'static str {
    match node {
        Node::Partition(_) => "partition",
        Node::Step(_) => "step",
        Node::System(_) => "system",
        Node::Run(..) => "run",
        Node::Output(..) => "output",
        Node::Metric(..) => "metric",
        Node::Resample(_) => "resample",
        Node::Comparison(..) => "comparison",
        Node::Ablation(_) => "ablation",
        Node::Factorial(_) => "factorial",
        Node::Selection(_) => "selection",
        Node::Decision(_) => "decision",
    }
}

/// A system in none of its variants.
fn plain(system: Id<System>) -> Node {
    Node::System(Variant::plain(system))
}
