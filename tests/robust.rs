//! Broken plans: cut anywhere, or with a line gone, a plan gives diagnostics with places inside its
//! text, and never a panic.

use benchwright::analysis::analyse;
use benchwright::export::{GraphFormat, graph};
use benchwright::render::{Counts, json};
use benchwright::text::MemoryWorld;
use rayon::prelude::*;
use std::path::Path;

const PLANS: [&str; 5] = [
    "examples/reviews/reviews.bench",
    "examples/digits/vision.bench",
    "examples/latency/pick.bench",
    "tests/whole-plan/whole-plan.bench",
    "examples/faulty/ten-faults.bench",
];

/// Analyses the text and looks at everything an editor or CI would; whether something was said.
fn survives(text: &[u8]) -> bool {
    let world = MemoryWorld::default().with("plan.bench", text);
    let Ok(analysis) = analyse(&world, Path::new("plan.bench")) else {
        return std::str::from_utf8(text).is_err();
    };
    for label in analysis.diagnostics.iter().flat_map(|d| &d.labels) {
        let file = analysis.sources.get(label.span.file).unwrap();
        assert!(file.text.get(label.span.range()).is_some(), "{label:?}");
    }
    for edit in analysis
        .diagnostics
        .iter()
        .flat_map(|d| &d.fixes)
        .flat_map(|f| &f.edits)
    {
        let file = analysis.sources.get(edit.span.file).unwrap();
        assert!(file.text.get(edit.span.range()).is_some(), "{edit:?}");
    }
    let counts = Counts::of(&analysis.diagnostics);
    let shown = json(
        "plan.bench",
        &analysis.diagnostics,
        &analysis.sources,
        counts,
    );
    let drawn = graph(&analysis.plan, analysis.dag(), GraphFormat::Text);
    !shown.is_empty() && !drawn.is_empty()
}

#[test]
fn plans_cut_at_any_byte() {
    for plan in PLANS {
        let text = std::fs::read(plan).unwrap();
        let bad: Vec<usize> = (0..=text.len())
            .into_par_iter()
            .filter(|&end| !survives(&text[..end]))
            .collect();
        assert!(bad.is_empty(), "{plan}: {bad:?}");
    }
}

#[test]
fn plans_without_any_one_line() {
    for plan in PLANS {
        let text = std::fs::read_to_string(plan).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let bad: Vec<usize> = (0..lines.len())
            .into_par_iter()
            .filter(|&gone| {
                let kept: String = lines
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| *i != gone)
                    .map(|(_, l)| *l)
                    .collect();
                !survives(kept.as_bytes())
            })
            .collect();
        assert!(bad.is_empty(), "{plan}: {bad:?}");
    }
}

#[test]
fn ten_faults_are_reported_in_one_run() {
    let text = std::fs::read("examples/faulty/ten-faults.bench").unwrap();
    let world = MemoryWorld::default().with("plan.bench", text);
    let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
    let source = analysis.sources.get(analysis.plan.root).unwrap();
    // Each fault is marked in the plan by `#  N.` on its line.
    let marked: Vec<u32> = (1u32..)
        .zip(source.text.lines())
        .filter(|(_, line)| {
            line.split('#').skip(1).any(|c| {
                c.trim_start()
                    .split_once('.')
                    .is_some_and(|(n, _)| n.parse::<u8>().is_ok())
            })
        })
        .map(|(n, _)| n)
        .collect();
    assert_eq!(marked.len(), 10);
    let found: Vec<u32> = analysis
        .diagnostics
        .iter()
        .flat_map(|d| &d.labels)
        .map(|l| analysis.sources.position(l.span).line)
        .collect();
    let missed: Vec<&u32> = marked.iter().filter(|line| !found.contains(line)).collect();
    assert!(missed.is_empty(), "no diagnostic on {missed:?}");
    assert!(analysis.diagnostics.len() >= 10);
}
