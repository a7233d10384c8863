//! Influence sets: the data that could have shaped a variant, each with how and by which path.

use super::{Dag, Edge, How, Node};
use crate::hir::{DataRef, Variant};
use crate::text::Span;
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use std::collections::{BTreeMap, VecDeque};

/// One edge on the way from data to a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where the information comes from.
    pub from: Node,
    /// How it travels.
    pub how: How,
    /// Where the plan says so.
    pub span: Span,
    /// Where it arrives.
    pub to: Node,
}

/// Data that could have shaped a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Influence {
    /// The rows.
    pub data: DataRef,
    /// How they entered: the first link of the path.
    pub how: How,
    /// The shortest path from the rows to the variant; never empty.
    pub path: Vec<Link>,
}

impl Dag {
    /// The influence set of a variant: for every set of rows and every place at which they entered, the
    /// shortest path. Sorted by data, way and length.
    pub fn influences(&self, variant: &Variant) -> Vec<Influence> {
        let Some(&target) = self.index.get(&Node::System(variant.clone())) else {
            return Vec::new();
        };
        let next = self.backwards(target);
        // Only what reaches the target is looked at: plans have many systems.
        let mut partitions: Vec<(&DataRef, NodeIndex)> = next
            .keys()
            .filter_map(|&at| match self.graph.node_weight(at) {
                Some(Node::Partition(data)) => Some((data, at)),
                _ => None,
            })
            .collect();
        partitions.sort();
        let mut found = Vec::new();
        for (data, at) in partitions {
            let mut ways: Vec<Influence> = self
                .graph
                .edges(at)
                .filter(|e| {
                    e.weight().how.shapes()
                        && (e.target() == target || next.contains_key(&e.target()))
                })
                .map(|e| Influence {
                    data: data.clone(),
                    how: e.weight().how,
                    path: self.follow(at, *e.weight(), e.target(), target, &next),
                })
                .collect();
            ways.sort_by_key(|i| (i.how, i.path.len()));
            found.extend(ways);
        }
        found
    }

    /// For every node that reaches `target` along shaping edges, the first edge of a shortest way.
    fn backwards(&self, target: NodeIndex) -> BTreeMap<NodeIndex, (Edge, NodeIndex)> {
        let mut next = BTreeMap::new();
        let mut queue = VecDeque::from([target]);
        while let Some(node) = queue.pop_front() {
            let mut incoming: Vec<_> = self
                .graph
                .edges_directed(node, Direction::Incoming)
                .filter(|e| e.weight().how.shapes())
                .map(|e| (e.source(), *e.weight()))
                .collect();
            incoming.sort_by_key(|(source, e)| (*source, e.how));
            for (source, edge) in incoming {
                if source != target && !next.contains_key(&source) {
                    next.insert(source, (edge, node));
                    queue.push_back(source);
                }
            }
        }
        next
    }

    fn follow(
        &self,
        from: NodeIndex,
        first: Edge,
        to: NodeIndex,
        target: NodeIndex,
        next: &BTreeMap<NodeIndex, (Edge, NodeIndex)>,
    ) -> Vec<Link> {
        let link = |from: NodeIndex, edge: Edge, to: NodeIndex| {
            Some(Link {
                from: self.graph.node_weight(from)?.clone(),
                how: edge.how,
                span: edge.span,
                to: self.graph.node_weight(to)?.clone(),
            })
        };
        let mut path: Vec<Link> = link(from, first, to).into_iter().collect();
        let mut at = to;
        while at != target {
            let Some(&(edge, after)) = next.get(&at) else {
                break;
            };
            path.extend(link(at, edge, after));
            at = after;
        }
        path
    }
}
