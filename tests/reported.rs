//! Published numbers: taken as they are, marked, and nothing that needs rows is claimed of them.

use super::support::pipeline;
use benchwright::analysis::analyse;
use benchwright::result::{RunResult, Truth};
use benchwright::text::MemoryWorld;
use std::path::Path;

const VISION: &str = include_str!("plans/vision-reported.bench");

fn run(plan: &str) -> RunResult {
    let world = MemoryWorld::default().with("plan.bench", plan);
    pipeline::run(&world, "plan.bench").unwrap_or_else(|e| panic!("{e:#?}"))
}

/// Code and message of everything found.
fn found(plan: &str) -> Vec<String> {
    let world = MemoryWorld::default().with("plan.bench", plan);
    let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
    let said = analysis.diagnostics.iter();
    said.map(|d| format!("{} {}", d.code.code, d.message))
        .collect()
}

#[test]
fn an_ablation_of_published_numbers_is_a_table_and_no_more() {
    let result = run(VISION);
    let table = &result.ablations[0];
    let ranked: Vec<(&str, u32)> = table
        .arms
        .iter()
        .map(|a| (a.component.as_str(), a.rank))
        .collect();
    assert_eq!(
        ranked,
        [
            ("pretraining", 1),
            ("mixup", 2),
            ("randaugment", 3),
            ("smoothing", 4)
        ]
    );
    assert!((table.arms[0].delta.unwrap() + 0.032).abs() < 1e-12);
    assert!(
        table
            .arms
            .iter()
            .all(|a| a.interval.is_none() && a.p_value.is_none())
    );
    let minimal = table.minimal.as_ref().unwrap();
    assert_eq!(
        minimal.components_kept,
        ["mixup", "pretraining", "randaugment"]
    );
    assert!(minimal.needs_confirmation);
    assert!(table.note.as_ref().unwrap().contains("interactions"));
    assert!(
        result
            .metrics
            .iter()
            .all(|m| m.note.as_deref() == Some("published, not measured here"))
    );
}

#[test]
fn an_arm_without_its_number_is_named() {
    let plan = VISION.replace("mixup       { reported: { top1: 81.0% } }", "mixup");
    assert_eq!(
        found(&plan),
        [
            "T101 a published `top1` of `full - mixup`, as in `{ reported: { top1: … } }`, is needed here, not none"
        ]
    );
}

#[test]
fn published_numbers_have_the_unit_and_range_of_their_metric() {
    let points = found(&VISION.replace("81.6%", "81.6pp"));
    assert!(points.iter().any(|f| f.starts_with("T102")), "{points:?}");
    let beyond = found(&VISION.replace("81.6%", "181.6%"));
    assert!(beyond.iter().any(|f| f.starts_with("T104")), "{beyond:?}");
    let unknown = found(&VISION.replace("{ top1: 81.6% }", "{ top5: 81.6% }"));
    assert!(unknown.iter().any(|f| f.starts_with("N101")), "{unknown:?}");
}

#[test]
fn against_a_published_baseline_only_points_are_known() {
    let plan = r#"
use std.classification.accuracy
plan p { objective: "o", primary: accuracy }
dataset d { source: "d.csv", version: "1", id: id, label: y in [neg, pos], split: column(part) }
baseline paper { reported: { accuracy: 50% } }
candidate ours { train: d.train, seeds: 2, predictions: "o-{seed}.csv" }
compare ours with paper { on: d.test, metrics: [accuracy], interval: bootstrap(100) }
decide for ours against paper {
  ship    when gain(accuracy) > 0pp
  iterate when point(gain(accuracy)) > 0pp
  reject  otherwise
}
"#;
    let outputs = "id,prediction\n1,neg\n2,pos\n3,pos\n4,neg\n";
    let world = MemoryWorld::default()
        .with("plan.bench", plan)
        .with(
            "d.csv",
            "id,y,part\n0,neg,train\n1,neg,test\n2,pos,test\n3,pos,test\n4,pos,test\n",
        )
        .with("o-1.csv", outputs)
        .with("o-2.csv", outputs);
    let result = pipeline::run(&world, "plan.bench").unwrap_or_else(|e| panic!("{e:#?}"));
    let c = &result.comparisons[0];
    assert_eq!(
        (c.delta, c.interval.is_none(), c.p_value),
        (Some(0.25), true, None)
    );
    let d = &result.decisions[0];
    assert_eq!(d.outcome.as_deref(), Some("iterate"));
    assert_eq!(d.rules[0].truth, Truth::Unclear);
    assert_eq!(d.failed, None, "nothing failed; there are only no rows");
}
