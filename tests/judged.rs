//! Judges of metrics and served systems: what flows from them, and what a run says of them.

use super::support::pipeline::{estimate, run};
use benchwright::analysis::{Analysis, analyse};
use benchwright::diagnostic::Diagnostic;
use benchwright::export::{GraphFormat, graph};
use benchwright::graph::{How, show};
use benchwright::text::MemoryWorld;
use std::fmt::Write;
use std::path::Path;

const HEAD: &str = r#"use std.classification.accuracy
use std.serving.latency_mean

dataset d { source: "d.csv", version: "1", id: id, label: y in [a, b], split: column(part) }
step judge {
  kind: judge, model: "other-family-70b", fit: d.val
  agreement: { with: human, metric: cohen_kappa, rows: "human.csv" }
}
metric kappa { better: higher, range: -1..1, judge: judge, value: native.cohen_kappa(judged, human) }
metric twice { better: higher, value: 2 * kappa }
baseline old {
  train: d.train, seeds: 2
  predictions: "old-{seed}.csv" { prediction: y, judged: judged, human: human LATENCY }
  SERVE
}
candidate new from old { predictions: "new-{seed}.csv" { prediction: y, judged: judged, human: human LATENCY } }
"#;

const SERVED: &str =
    r#"serve: "python3 serve.py --seed {seed}" { requests: 2_000, arrival: 20/s, warmup: 100 }"#;

/// The judge and a person agree on 4 good and 3 bad answers of 10, and the judge finds 6 good, the person 5.
const RATED: [(&str, &str, usize); 4] = [
    ("good", "good", 4),
    ("bad", "bad", 3),
    ("good", "bad", 2),
    ("bad", "good", 1),
];

fn world(metrics: &str, serve: &str, latency: &str) -> MemoryWorld {
    let claims = format!("compare new with old {{ on: d.test, metrics: [{metrics}] }}\n");
    let head = HEAD.replace("SERVE", serve).replace("LATENCY", latency);
    let mut data = "id,y,part\nt,a,train\nv,b,val\n".to_string();
    let mut outputs = "id,y,judged,human,ms\n".to_string();
    let rated = RATED.iter().flat_map(|r| std::iter::repeat_n(r, r.2));
    for (row, (judge, person, _)) in rated.enumerate() {
        let class = if row % 2 == 0 { "a" } else { "b" };
        writeln!(data, "{row},{class},test").unwrap();
        writeln!(outputs, "{row},{class},{judge},{person},{}", row + 1).unwrap();
    }
    let mut world = MemoryWorld::default()
        .with("p.bench", head + &claims)
        .with("d.csv", data);
    for file in ["old-1.csv", "old-2.csv", "new-1.csv", "new-2.csv"] {
        world = world.with(file, outputs.clone());
    }
    world
}

fn analysed(world: &MemoryWorld) -> Analysis {
    let analysis = analyse(world, Path::new("p.bench")).unwrap();
    let errors: Vec<&Diagnostic> = analysis
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    analysis
}

#[test]
fn a_judge_and_what_it_is_fitted_on_reach_the_metrics_that_read_it() {
    let a = analysed(&world("kappa, twice, accuracy", "", ""));
    let nodes = a.dag().nodes();
    let named = |place: usize| show(&a.plan, nodes[place]);
    let edges: Vec<(String, How, String)> = a
        .dag()
        .edges()
        .into_iter()
        .map(|(from, to, edge)| (named(from), edge.how, named(to)))
        .collect();
    let of_judge: Vec<&str> = edges
        .iter()
        .filter(|(from, how, _)| from == "judge" && *how == How::Judged)
        .map(|(_, _, to)| to.as_str())
        .collect();
    for metric in ["kappa of new on d.test", "twice of old on d.test"] {
        assert!(of_judge.contains(&metric), "{of_judge:?}");
    }
    assert!(!of_judge.iter().any(|m| m.starts_with("accuracy")));
    let fitted = ("d.val".to_string(), How::Fitted, "judge".to_string());
    assert!(edges.contains(&fitted), "{edges:?}");
}

#[test]
fn agreement_of_judge_and_people_is_computed() {
    let result = run(&world("kappa, twice", "", ""), "p.bench").unwrap();
    // Observed 0.7, by chance 0.6 · 0.5 + 0.4 · 0.5 = 0.5: κ = 0.2 / 0.5.
    assert!((estimate(&result, "new", "kappa") - 0.4).abs() < 1e-12);
    assert!((estimate(&result, "new", "twice") - 0.8).abs() < 1e-12);
}

#[test]
fn latency_of_a_served_system_needs_a_server_or_measured_times() {
    let unserved = run(&world("latency_mean", "", ""), "p.bench").unwrap_err();
    assert_eq!(unserved[0].code.code, "M106");
    let served = run(&world("latency_mean", SERVED, ""), "p.bench").unwrap_err();
    let said: Vec<&str> = served.iter().map(|d| d.message.as_str()).collect();
    assert!(served.iter().all(|d| d.code.code == "E102"), "{said:?}");
    assert_eq!(
        said[0],
        "`old` gets its outputs by a command, and it was not run"
    );
    assert!(run(&world("accuracy", SERVED, ""), "p.bench").is_ok());
    // Beside a server, times that were measured elsewhere count for nothing.
    let both = run(
        &world("latency_mean", SERVED, ", latency: ms in ms"),
        "p.bench",
    )
    .unwrap_err();
    assert_eq!(both[0].code.code, "E102");
    let timed = world("latency_mean", "", ", latency: ms in ms");
    let result = run(&timed, "p.bench").unwrap();
    assert!((estimate(&result, "new", "latency_mean") - 5.5).abs() < 1e-12);
}

#[test]
fn graphs_show_agreement_and_serving() {
    let a = analysed(&world("kappa", SERVED, ""));
    let text = graph(&a.plan, a.dag(), GraphFormat::Text);
    assert!(
        text.contains("judge, held against human by cohen_kappa"),
        "{text}"
    );
    // Inherited like the other fields.
    assert!(text.contains("new × 2 runs, served at 20/s"), "{text}");
    assert!(
        text.contains("judge, held against human by cohen_kappa (judged)"),
        "{text}"
    );
}
