//! What a check costs: a plan of 5,000 lines from text to diagnostics, what each phase takes of it,
//! 200 systems × 30 components × 20 metrics, and brackets nested 60 deep, closed and unclosed.

mod plans;

use benchwright::analysis::analyse;
use benchwright::text::{FileId, MemoryWorld};
use benchwright::{checks, format, graph, hir, syntax};
use divan::{Bencher, black_box};
use plans::plan;
use std::fmt::Write;
use std::path::Path;

fn main() {
    divan::main();
}

fn sound(text: &str) -> MemoryWorld {
    let world = MemoryWorld::default().with("plan.bench", text);
    let analysis = analyse(&world, Path::new("plan.bench"));
    assert!(analysis.is_ok_and(|a| !a.has_errors()), "the plan is sound");
    world
}

#[divan::bench(args = [500, 5_000])]
fn check(bencher: Bencher, lines: usize) {
    let world = sound(&plan(lines));
    bencher.bench(|| analyse(black_box(&world), Path::new("plan.bench")));
}

#[divan::bench]
fn parse_5_000_lines(bencher: Bencher) {
    let text = plan(5_000);
    bencher.bench(|| syntax::parse(FileId(0), black_box(&text)));
}

#[divan::bench]
fn format_5_000_lines(bencher: Bencher) {
    let text = plan(5_000);
    bencher.bench(|| format::format(black_box(&text)));
}

/// A baseline with 30 components, 199 candidates derived from it, each compared with it by 20 metrics and
/// decided on, and an ablation of all components.
fn grid() -> String {
    let names = |prefix: &str, n: usize| -> Vec<String> {
        (0..n).map(|i| format!("{prefix}{i}")).collect()
    };
    let (components, metrics) = (names("part", 30), names("errors", 20));
    let mut text = "dataset d {\n  source: \"d.csv\", version: \"1\", id: id, label: y in [a, b, c]\n  \
        split: column(split)\n}\n\nplan grid { objective: \"o\", primary: errors0, guardrails: [errors1] }\n\n"
        .to_string();
    for (i, metric) in metrics.iter().enumerate() {
        let _ = writeln!(
            text,
            "metric {metric} {{ better: lower, range: 0%..100%, value: count(prediction != label and label == a) / (count(label == a) + {i}) }}"
        );
    }
    for component in &components {
        let _ = writeln!(
            text,
            "component {component} {{ off: \"--no-{component}\" }}"
        );
    }
    let (components, metrics) = (components.join(", "), metrics.join(", "));
    let _ = writeln!(
        text,
        "\nbaseline s0 {{\n  components: [{components}]\n  train: d.train, tune: d.val {{ by: errors0, trials: 9 }}, seeds: 3\n  \
         predictions: \"s0-{{variant}}-{{seed}}.csv\"\n}}\n\n\
         ablation of s0 {{ on: d.val, remove: [{components}], metric: errors0, tolerance: 1pp }}\n"
    );
    for i in 1..200 {
        let _ = writeln!(
            text,
            "candidate s{i} from s0 {{ predictions: \"s{i}-{{variant}}-{{seed}}.csv\" }}\n\
             compare s{i} with s0 {{ on: d.test, metrics: [{metrics}], correct: holm }}\n\
             decide for s{i} against s0 {{\n  ship when gain(errors0) > 1pp\n  reject otherwise\n}}\n"
        );
    }
    text
}

#[divan::bench]
fn check_200_systems_30_components_20_metrics(bencher: Bencher) {
    let world = sound(&grid());
    bencher.bench(|| analyse(black_box(&world), Path::new("plan.bench")));
}

/// Resolution, the DAG and the checks, apart; the tree is made before.
#[divan::bench(args = ["resolve", "graph", "checks"])]
fn phase_of_5_000_lines(bencher: Bencher, phase: &str) {
    let world = sound(&plan(5_000));
    let Ok(loaded) = benchwright::analysis::load(&world, Path::new("plan.bench")) else {
        return;
    };
    let (resolved, _) = hir::resolve(&loaded.modules);
    let dag = graph::build(&resolved);
    match phase {
        "resolve" => bencher.bench(|| hir::resolve(black_box(&loaded.modules))),
        "graph" => bencher.bench(|| graph::build(black_box(&resolved))),
        _ => bencher.bench(|| checks::check(black_box(&resolved), black_box(&dag), &|| false)),
    }
}

/// A metric whose formula nests 60 brackets of one kind, or leaves them open.
fn nest(open: &str, close: &str) -> String {
    let mut text = "metric deep { better: higher, value: ".to_string();
    let _ = write!(text, "{}1{} }}", open.repeat(60), close.repeat(60));
    text
}

const NESTS: [(&str, &str, &str); 8] = [
    ("round", "(", ")"),
    ("square", "[", "]"),
    ("call", "f(", ")"),
    ("index", "x[", "]"),
    ("record", "1 { a: ", " }"),
    ("fold", "mean over class c of (", ")"),
    ("every", "every x (", ")"),
    ("minus", "-(", ")"),
];

#[divan::bench(args = ["round", "square", "call", "index", "record", "fold", "every", "minus"])]
fn nested_60_deep(bencher: Bencher, kind: &str) {
    let (_, open, close) = NESTS.into_iter().find(|n| n.0 == kind).unwrap_or(NESTS[0]);
    let text = nest(open, close);
    bencher.bench(|| syntax::parse(FileId(0), black_box(&text)));
}

#[divan::bench(args = ["round", "square", "call", "index", "record", "fold", "every", "minus"])]
fn unclosed_60_deep(bencher: Bencher, kind: &str) {
    let (_, open, _) = NESTS.into_iter().find(|n| n.0 == kind).unwrap_or(NESTS[0]);
    let text = nest(open, "");
    bencher.bench(|| syntax::parse(FileId(0), black_box(&text)));
}
