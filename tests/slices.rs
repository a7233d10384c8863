//! Slices by a column and by a condition.

use super::support::pipeline;
use benchwright::analysis::analyse;
use benchwright::result::RunResult;
use benchwright::text::MemoryWorld;
use std::path::Path;

const PLAN: &str = r#"
use std.classification.accuracy
plan p { objective: "o", primary: accuracy }
dataset d { source: "d.csv", version: "1", id: id, label: y in [neg, pos], split: all(test) }
baseline a { seeds: 2, predictions: "a-{seed}.csv" }
candidate b { seeds: 2, predictions: "b-{seed}.csv" }
compare b with a {
  on:       d.test
  metrics:  [accuracy]
  slices:   [ward, elderly: age >= 75, young_icu: ward == icu and not (age >= 40)]
  interval: bootstrap(200)
}
decide for b against a {
  ship when every elderly (point(gain(accuracy)) > 0pp) and every ward (point(gain(accuracy)) >= 0pp)
  hold otherwise
}
"#;

const DATA: &str = "id,y,ward,age\n1,neg,icu,80\n2,pos,icu,30\n3,pos,er,75\n4,neg,er,74.5\n5,pos,er,20\n6,neg,icu,35\n";

fn world(plan: &str) -> MemoryWorld {
    let a = "id,prediction\n1,pos\n2,pos\n3,neg\n4,neg\n5,pos\n6,neg\n";
    let b = "id,prediction\n1,neg\n2,pos\n3,neg\n4,neg\n5,pos\n6,pos\n";
    let mut world = MemoryWorld::default()
        .with("plan.bench", plan)
        .with("d.csv", DATA);
    for seed in ["1", "2"] {
        world = world
            .with(format!("a-{seed}.csv"), a)
            .with(format!("b-{seed}.csv"), b);
    }
    world
}

fn run(plan: &str) -> RunResult {
    pipeline::run(&world(plan), "plan.bench").unwrap_or_else(|e| panic!("{e:#?}"))
}

/// The errors of a plan.
fn found(plan: &str) -> Vec<String> {
    let analysis = analyse(&world(plan), Path::new("plan.bench")).unwrap();
    let said = analysis.diagnostics.iter().filter(|d| d.is_error());
    said.map(|d| format!("{} {}", d.code.code, d.message))
        .collect()
}

#[test]
fn a_condition_makes_one_part() {
    let result = run(PLAN);
    let of = |system: &str, slice: &str| {
        let m = result
            .metrics
            .iter()
            .find(|m| m.system == system && m.seed.is_none() && m.slice.as_deref() == Some(slice));
        let m = m.unwrap_or_else(|| {
            panic!(
                "{slice}: {:?}",
                result.metrics.iter().map(|m| &m.slice).collect::<Vec<_>>()
            )
        });
        (m.rows, m.estimate.unwrap())
    };
    assert_eq!(of("a", "elderly"), (2, 0.0));
    assert_eq!(of("b", "elderly"), (2, 0.5));
    assert_eq!(of("a", "young_icu"), (2, 1.0));
    assert_eq!(of("b", "young_icu"), (2, 0.5));
    assert_eq!(of("a", "ward = icu"), (3, 2.0 / 3.0));
    assert_eq!(of("b", "ward = er"), (3, 2.0 / 3.0));
}

#[test]
fn every_reads_a_condition_and_names_it() {
    let result = run(PLAN);
    let d = &result.decisions[0];
    assert_eq!(d.outcome.as_deref(), Some("ship"));
    assert_eq!(d.rules[0].atoms[0].slice.as_deref(), Some("elderly"));
    assert_eq!(d.rules[0].atoms[0].value, Some(0.5));
}

#[test]
fn a_condition_is_about_columns_of_the_data() {
    let shape = found(&PLAN.replace("age >= 75", "age + 75"));
    assert!(shape[0].starts_with("T101"), "{shape:?}");
    let unit = found(&PLAN.replace("age >= 75", "age >= 75ms"));
    assert!(unit[0].starts_with("T102"), "{unit:?}");
    let twice = found(&PLAN.replace("slices:   [ward,", "slices:   [ward, ward,"));
    assert!(twice[0].starts_with("N103"), "{twice:?}");
    let missing = pipeline::run(
        &world(&PLAN.replace("age >= 75", "agee >= 75")),
        "plan.bench",
    )
    .unwrap_err();
    assert_eq!(missing[0].code.code, "F104");
    assert_eq!(missing[0].help, ["did you mean `age`?"]);
}
