//! Running a plan on good, odd and bad files: each oddity is accepted rightly, or refused with file,
//! line, column and remedy.

use super::support::pipeline;
use benchwright::diagnostic::Diagnostic;
use benchwright::result::RunResult;
use benchwright::text::MemoryWorld;

const PLAN: &str = r#"use std.classification.{accuracy, f1_macro}

plan p { objective: "o", primary: accuracy, guardrails: [f1_macro] }

dataset d {
  source:  "d.csv"
  version: "1"
  id:      id
  label:   y in [neg, pos]
  split:   column(part) { train: "train", val: "val", test: "test" }
}

baseline a {
  train:       d.train
  tune:        d.val { by: accuracy, trials: 2 }
  seeds:       2
  predictions: "a-{seed}.csv" { prediction: pred, score: p }
}

candidate b from a { predictions: "b-{seed}.csv" { prediction: pred, score: p } }

compare b with a { on: d.test, metrics: [accuracy, f1_macro], interval: bootstrap(200) }

decide for b against a {
  ship when gain(accuracy) > 0pp
  hold otherwise
}
"#;

const DATA: &str = "id,y,part\nt1,neg,train\nt2,pos,train\nv1,neg,val\n1,neg,test\n2,pos,test\n3,pos,test\n4,neg,test\n5,pos,test\n6,neg,test\n";
const A: &str = "id,pred,p\n1,neg,0.2\n2,neg,0.4\n3,pos,0.7\n4,pos,0.6\n5,pos,0.9\n6,neg,0.3\n";
const B: &str = "id,pred,p\n1,neg,0.1\n2,pos,0.8\n3,pos,0.9\n4,neg,0.2\n5,pos,0.9\n6,pos,0.6\n";

fn world() -> MemoryWorld {
    MemoryWorld::default()
        .with("p.bench", PLAN)
        .with("d.csv", DATA)
        .with("a-1.csv", A)
        .with("a-2.csv", A)
        .with("b-1.csv", B)
        .with("b-2.csv", B)
}

/// The result, without what is different in the bytes of a file.
fn result(world: &MemoryWorld) -> String {
    let mut result: RunResult =
        pipeline::run(world, "p.bench").unwrap_or_else(|e| panic!("{}", shown(&e)));
    for data in &mut result.data {
        data.sha256.clear();
    }
    for input in &mut result.provenance.inputs {
        input.sha256.clear();
    }
    benchwright::report::json(&result)
}

/// Code, message, places and remedies.
fn shown(diagnostics: &[Diagnostic]) -> String {
    let mut lines = Vec::new();
    for d in diagnostics {
        lines.push(format!("{} {}: {}", d.code.code, d.code.name, d.message));
        for p in &d.places {
            lines.push(format!(
                "  at {} line {} column {}",
                p.path.display(),
                p.line,
                p.column
            ));
        }
        for l in &d.labels {
            let text = PLAN.get(l.span.range()).unwrap_or("");
            lines.push(format!("  in the plan: `{text}`"));
        }
        lines.extend(d.witness.iter().map(|w| format!("  witness: {w}")));
        lines.extend(d.help.iter().map(|h| format!("  help: {h}")));
    }
    lines.join("\n")
}

fn refused(path: &str, bytes: impl AsRef<[u8]>) -> String {
    let errors = pipeline::run(&world().with(path, bytes), "p.bench");
    shown(&errors.expect_err("refused"))
}

fn accepted(path: &str, bytes: impl AsRef<[u8]>) {
    assert_eq!(result(&world().with(path, bytes)), result(&world()));
}

#[test]
fn a_good_run_is_what_it_should_be() {
    let result = pipeline::run(&world(), "p.bench").unwrap();
    let accuracy = |system: &str| {
        let m = result
            .metrics
            .iter()
            .find(|m| m.system == system && m.metric == "accuracy" && m.seed.is_none());
        m.and_then(|m| m.estimate).unwrap()
    };
    assert_eq!(accuracy("a"), 4.0 / 6.0);
    assert_eq!(accuracy("b"), 5.0 / 6.0);
    assert_eq!(result.decisions[0].outcome.as_deref(), Some("hold"));
    assert_eq!(result.data[0].partitions["test"], 6);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_name() {
    accepted("d.csv", format!("\u{feff}{DATA}"));
    accepted("a-1.csv", format!("\u{feff}{A}"));
}

#[test]
fn windows_line_ends_are_line_ends() {
    accepted("d.csv", DATA.replace('\n', "\r\n"));
    accepted("b-2.csv", B.replace('\n', "\r\n"));
}

#[test]
fn a_last_line_needs_no_newline() {
    accepted("d.csv", DATA.trim_end());
    accepted("b-1.csv", B.trim_end());
}

#[test]
fn quoted_newlines_are_part_of_a_field() {
    let quoted = DATA
        .replace("id,y,part", "id,text,y,part")
        .replace(",neg,", ",\"one\ntwo, \"\"three\"\"\",neg,")
        .replace(",pos,", ",plain,pos,");
    accepted("d.csv", quoted);
}

#[test]
fn a_missing_label_column() {
    insta::assert_snapshot!(refused("d.csv", DATA.replace("id,y,part", "id,label,part")));
}

#[test]
fn a_missing_output_column() {
    insta::assert_snapshot!(refused("a-1.csv", A.replace("pred", "prd")));
}

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(refused("d.csv", ""));
}

#[test]
fn a_header_without_rows() {
    insta::assert_snapshot!(refused("b-1.csv", "id,pred,p\n"));
}

#[test]
fn a_truncated_last_line() {
    insta::assert_snapshot!(refused("b-1.csv", &B[..B.len() - 5]));
}

#[test]
fn a_wrong_hash() {
    let sha = "0".repeat(64);
    let plan = PLAN.replace(
        "version: \"1\"",
        &format!("version: \"1\"\n  sha256:  \"{sha}\""),
    );
    let errors = pipeline::run(&world().with("p.bench", plan), "p.bench").expect_err("refused");
    let text: Vec<String> = errors
        .iter()
        .map(|d| format!("{} {}\n{}", d.code.code, d.message, d.help.join("\n")))
        .collect();
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn an_id_twice_in_the_outputs() {
    insta::assert_snapshot!(refused("b-1.csv", format!("{B}3,pos,0.9\n")));
}

#[test]
fn an_id_twice_in_the_data() {
    insta::assert_snapshot!(refused("d.csv", format!("{DATA}3,pos,test\n")));
}

#[test]
fn an_id_too_many() {
    insta::assert_snapshot!(refused("b-2.csv", format!("{B}77,pos,0.9\n")));
}

#[test]
fn an_id_too_few() {
    insta::assert_snapshot!(refused("b-2.csv", B.replace("4,neg,0.2\n", "")));
}

#[test]
fn a_label_never_declared() {
    insta::assert_snapshot!(refused(
        "d.csv",
        DATA.replace("4,neg,test", "4,neutral,test")
    ));
}

#[test]
fn a_predicted_class_never_declared() {
    insta::assert_snapshot!(refused("b-1.csv", B.replace("4,neg", "4,Neg")));
}

#[test]
fn a_score_that_is_not_a_number() {
    insta::assert_snapshot!(refused("a-2.csv", A.replace("0.7", "NaN")));
}

#[test]
fn an_infinite_score() {
    insta::assert_snapshot!(refused("a-2.csv", A.replace("0.9", "inf")));
}

#[test]
fn a_file_that_is_not_there() {
    let mut small = MemoryWorld::default();
    for (path, text) in [
        ("p.bench", PLAN),
        ("d.csv", DATA),
        ("a-1.csv", A),
        ("a-2.csv", A),
        ("b-1.csv", B),
        ("b_2.csv", B),
    ] {
        small = small.with(path, text);
    }
    let errors = pipeline::run(&small, "p.bench").expect_err("refused");
    insta::assert_snapshot!(shown(&errors));
}

#[test]
fn a_binary_file() {
    insta::assert_snapshot!(refused("d.csv", b"PAR1\x15\x04\x00\x00id\xff\xfe"));
}

#[test]
fn several_bad_files_are_reported_in_one_go() {
    let bad = world()
        .with("a-1.csv", "")
        .with("b-1.csv", B.replace("p\n", "q\n"))
        .with("b-2.csv", B.replace("0.8", "x"));
    let errors = pipeline::run(&bad, "p.bench").expect_err("refused");
    assert_eq!(errors.len(), 3, "{}", shown(&errors));
}

#[test]
fn one_slip_in_the_map_is_one_error() {
    let plan = PLAN.replace(
        "{ prediction: pred, score: p } }",
        "{ prediction: prd, score: p } }",
    );
    let errors = pipeline::run(&world().with("p.bench", plan), "p.bench").expect_err("refused");
    assert_eq!(errors.len(), 1, "{}", shown(&errors));
    assert!(
        errors[0]
            .witness
            .iter()
            .any(|w| w == "the same in `b-2.csv`"),
        "{}",
        shown(&errors)
    );
}

#[test]
fn one_file_for_two_runs() {
    let plan = PLAN.replace("\"b-{seed}.csv\"", "\"b-1.csv\"");
    let errors = pipeline::run(&world().with("p.bench", plan), "p.bench").expect_err("refused");
    let shared = errors.iter().find(|e| e.code.code == "R106").unwrap();
    assert!(shared.help[0].contains("{seed}"));
}

#[test]
fn a_metric_of_a_column_that_is_not_mapped() {
    let plan = PLAN
        .replace("plan p", "use std.serving.latency_p95\nplan p")
        .replace("metrics: [accuracy,", "metrics: [latency_p95, accuracy,");
    let errors = pipeline::run(&world().with("p.bench", plan), "p.bench").expect_err("refused");
    assert!(errors.iter().any(|e| e.code.code == "M106"));
}

#[test]
fn a_partition_that_the_column_does_not_have() {
    let plan = PLAN
        .replace(" { train: \"train\", val: \"val\", test: \"test\" }", "")
        .replace("on: d.test", "on: d.tset");
    let errors = pipeline::run(&world().with("p.bench", plan), "p.bench").expect_err("refused");
    assert_eq!(errors[0].code.code, "N101");
    assert_eq!(errors[0].help, ["did you mean `test`?"]);
}

/// A failed or undefined value makes a rule unclear; `failed:` names the outcome.
#[test]
fn an_undefined_value_is_a_failure_and_not_a_zero() {
    let metric = "metric odds { better: higher, value: count(prediction == label) / count(prediction != prediction) }\n";
    let plan = PLAN
        .replace("plan p", &format!("{metric}plan p"))
        .replace("metrics: [accuracy,", "metrics: [odds, accuracy,")
        .replace(
            "ship when gain(accuracy) > 0pp",
            "ship when gain(odds) > 0\n  failed: broken",
        );
    let result = pipeline::run(&world().with("p.bench", plan), "p.bench")
        .unwrap_or_else(|e| panic!("{}", shown(&e)));
    assert_eq!(result.decisions[0].outcome.as_deref(), Some("broken"));
    assert!(result.decisions[0].failed.is_some());
}

#[test]
fn threads_and_their_number_leave_no_trace() {
    let in_pool = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n)
            .build()
            .unwrap();
        pool.install(|| result(&world()))
    };
    assert_eq!(in_pool(1), in_pool(4));
}

/// Systems with other seeds, one run and several: estimates are means over runs.
#[test]
fn runs_are_averaged() {
    let other = world().with(
        "b-2.csv",
        B.replace("2,pos", "2,neg").replace("3,pos", "3,neg"),
    );
    let result = pipeline::run(&other, "p.bench").unwrap();
    let b: Vec<&_> = result
        .metrics
        .iter()
        .filter(|m| m.system == "b" && m.metric == "accuracy")
        .collect();
    let of = |seed: Option<u64>| b.iter().find(|m| m.seed == seed).unwrap();
    assert_eq!(of(Some(1)).estimate, Some(5.0 / 6.0));
    assert_eq!(of(Some(2)).estimate, Some(0.5));
    assert_eq!(of(None).estimate, Some((5.0 / 6.0 + 0.5) / 2.0));
    let sd = of(None).seed_sd.unwrap();
    assert!((sd - (5.0 / 6.0 - 0.5) / 2f64.sqrt()).abs() < 1e-15);
}
