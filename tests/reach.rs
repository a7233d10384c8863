//! What bears on a decision is read off a plan's fields by their names, since a sealed plan is known by its fields alone. Here
//! that is held against what flows into the decisions in the DAG, for every plan there is: of a comparison what its rules read.

use benchwright::analysis::{Analysis, analyse};
use benchwright::graph::{self, Node};
use benchwright::registry::Reach;
use benchwright::text::DiskWorld;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The plans of the repository.
fn plans() -> Vec<PathBuf> {
    let mut open: Vec<PathBuf> = ["examples", "tests/plans", "tests/faults", "tests/decisions"]
        .map(PathBuf::from)
        .into();
    open.push("tests/whole-plan".into());
    open.push("tests/checks".into());
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "bench") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What flows into a decision, as items of the plan: kind and name.
fn flowing(analysis: &Analysis) -> BTreeSet<(&'static str, String)> {
    let (plan, nodes) = (&analysis.plan, analysis.dag().nodes());
    let edges = analysis.dag().edges();
    let decides = |n: &Node| matches!(n, Node::Decision(_));
    let read: BTreeSet<String> = (plan.decides.iter())
        .flat_map(|(_, d)| graph::metrics_of(d))
        .map(|m| m.text)
        .collect();
    let unread = |n: &Node| matches!(n, Node::Metric(_, _, shown) if !read.contains(shown));
    let mut open: Vec<usize> = (0..nodes.len()).filter(|&n| decides(nodes[n])).collect();
    let mut reached: BTreeSet<usize> = BTreeSet::new();
    while let Some(at) = open.pop() {
        if reached.insert(at) {
            let into = edges.iter().filter(|e| e.1 == at && !unread(nodes[e.0]));
            open.extend(into.map(|e| e.0));
        }
    }
    let mut found = BTreeSet::new();
    for at in reached {
        match nodes[at] {
            Node::Partition(d) => {
                found.insert(("dataset", plan.datasets[d.dataset].common.name.clone()));
            }
            Node::Step(step) => {
                found.insert(("step", plan.steps[*step].common.name.clone()));
            }
            Node::System(v) | Node::Run(v, _) | Node::Output(v, _) => {
                let system = &plan.systems[v.system];
                found.insert(("system", system.common.name.clone()));
                if let Some(hardware) = &system.hardware {
                    let name = &plan.hardware[hardware.value].common.name;
                    found.insert(("hardware", name.clone()));
                }
                for component in &system.components {
                    let name = &plan.components[component.value].common.name;
                    found.insert(("component", name.clone()));
                }
            }
            Node::Metric(_, _, shown) => {
                let name = shown.split('(').next().unwrap_or_default();
                found.insert(("metric", name.to_owned()));
            }
            Node::Selection(select) => {
                found.insert(("select", plan.selects[*select].common.name.clone()));
            }
            Node::Resample(_)
            | Node::Comparison(..)
            | Node::Ablation(_)
            | Node::Factorial(_)
            | Node::Decision(_) => {}
        }
    }
    found
}

/// The kind of an item by its keyword.
fn kind(keyword: &str) -> &str {
    match keyword {
        "baseline" | "candidate" => "system",
        other => other,
    }
}

#[test]
fn whatever_flows_into_a_decision_bears_on_it() {
    let (mut plans_with, mut items, mut missed) = (0, 0, String::new());
    for path in plans() {
        let Ok(analysis) = analyse(&DiskWorld, Path::new(&path)) else {
            continue;
        };
        let broken = |d: &benchwright::diagnostic::Diagnostic| {
            d.is_error() && d.code.code.starts_with(['S', 'N', 'T', 'I'])
        };
        if analysis.plan.decides.iter().next().is_none() || analysis.diagnostics.iter().any(broken)
        {
            continue;
        }
        plans_with += 1;
        let reach = Reach::new(&analysis.meaning().items);
        let flowing = flowing(&analysis);
        for item in analysis.meaning().items.keys() {
            let own = item.split_once(": ").map_or(item.as_str(), |(_, own)| own);
            let mut words = own.split(' ');
            let (keyword, name) = (words.next().unwrap(), words.next().unwrap_or_default());
            if flowing.contains(&(kind(keyword), name.to_owned())) {
                items += 1;
                if !reach.item(item) {
                    missed += &format!("{}: {item}\n", path.display());
                }
            }
        }
    }
    assert_eq!(missed, "", "flows into a decision and does not bear on it");
    assert!(plans_with > 150 && items > 600, "{plans_with} {items}");
}
