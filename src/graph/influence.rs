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
        self.influences_of(&Node::System(variant.clone()))
    }

    /// The nodes that shape a node, directly or through others, each with the way it takes; nearest first.
    pub fn shapers(&self, node: &Node) -> Vec<(Node, Vec<Link>)> {
        let Some(&target) = self.index.get(node) else {
            return Vec::new();
        };
        let next = self.backwards(target);
        let mut found: Vec<(Node, Vec<Link>)> = next
            .iter()
            .filter_map(|(&at, &(edge, to))| {
                let path = self.follow(at, edge, to, target, &next);
                Some((self.graph.node_weight(at)?.clone(), path))
            })
            .collect();
        found.sort_by(|a, b| (a.1.len(), &a.0).cmp(&(b.1.len(), &b.0)));
        found
    }

    /// The influence set of a system or step, as [`Dag::influences`] gives a variant's.
    pub fn influences_of(&self, node: &Node) -> Vec<Influence> {
        let Some(&target) = self.index.get(node) else {
            return Vec::new();
        };
        let next = self.backwards(target);
        // Only what reaches the target is looked at: plans have many systems.
        let mut found = Vec::new();
        for &at in next.keys().chain([&target]) {
            for edge in self.graph.edges_directed(at, Direction::Incoming) {
                let from = self.graph.node_weight(edge.source());
                if let (Some(Node::Partition(data)), true) = (from, edge.weight().how.shapes()) {
                    found.push(Influence {
                        data: data.clone(),
                        how: edge.weight().how,
                        path: self.follow(edge.source(), *edge.weight(), at, target, &next),
                    });
                }
            }
        }
        let key = |i: &Influence| {
            let first = i.path.first().map(|l| (l.span, l.to.clone()));
            (i.data.clone(), i.how, i.path.len(), first)
        };
        found.sort_by_cached_key(key);
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
