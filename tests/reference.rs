//! The language reference is what the code says, and its examples mean something.
//! `UPDATE=1 cargo test reference` writes the pages anew.

use benchwright::analysis::analyse;
use benchwright::hir::{schema, vocabulary};
use benchwright::reference::pages;
use benchwright::syntax::ast::Keyword;
use benchwright::text::MemoryWorld;
use std::fmt::Write;
use std::path::Path;

#[test]
fn pages_are_what_the_code_says() {
    for page in pages() {
        let path = format!("docs/{}", page.file);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &page.text).unwrap();
        }
        let held = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            held == page.text,
            "{path} is stale; run `UPDATE=1 cargo test reference`"
        );
    }
}

/// What the examples of fields name, beside `tests/language/base.bench`.
const NAMES: &str = r#"
use std.protocols.non_inferiority
component deep { }
component wide { }
step grader { kind: judge, fit: reviews.train }
dataset web { version: "crawl" }
dataset ill { source: "i.csv", version: "1", id: id, label: y in [no, yes], split: all(test) }
candidate more from chars { components: [deep, wide], predictions: "m-{variant}-{seed}.csv" { prediction: pred, latency: ms in ms } }
compare more with words { on: reviews.test, metrics: [f1_macro, accuracy, latency_p95] }
baseline two { predictions: "t.csv" }
candidate one { predictions: "o.csv" }
"#;

/// An item of this kind with the field; what it needs beside the field, unless that is it.
fn item(keyword: Keyword, field: &str, example: &str) -> String {
    let outputs = ["run", "predictions", "predict", "reported"].contains(&field);
    let (head, needed): (&str, &[(&str, &str)]) = match keyword {
        Keyword::Plan => ("plan p", &[("objective", "\"o\""), ("primary", "f1_macro")]),
        Keyword::Dataset => (
            "dataset extra",
            &[
                ("source", "\"e.csv\""),
                ("version", "\"1\""),
                ("id", "id"),
                ("label", "y in [no, yes]"),
                ("split", "column(part)"),
            ],
        ),
        Keyword::Step if field == "agreement" => ("step extra", &[("kind", "judge")]),
        Keyword::Step => (
            "step extra",
            &[("kind", "scaler"), ("fit", "reviews.train")],
        ),
        Keyword::Component if ["absent", "default", "flag"].contains(&field) => (
            "component extra",
            &[("levels", "[none, mild, strong]"), ("absent", "none")],
        ),
        Keyword::Component => ("component extra", &[]),
        Keyword::Hardware => ("hardware extra", &[]),
        Keyword::Metric if ["unit"].contains(&field) => (
            "metric extra",
            &[("better", "lower"), ("value", "mean(latency)")],
        ),
        Keyword::Metric => (
            "metric extra",
            &[("better", "higher"), ("value", "mean(prediction == label)")],
        ),
        Keyword::System | Keyword::Baseline | Keyword::Candidate if outputs => {
            ("system extra", &[])
        }
        Keyword::System | Keyword::Baseline | Keyword::Candidate => (
            "system extra",
            &[("train", "reviews.train"), ("predictions", "\"x.csv\"")],
        ),
        // A test over rows needs rows that are independent, and one run.
        Keyword::Compare if field == "test" => (
            "compare one with two",
            &[("on", "ill.test"), ("metrics", "[accuracy]")],
        ),
        Keyword::Compare => (
            "compare chars - bigrams with words",
            &[("on", "reviews.test"), ("metrics", "[accuracy]")],
        ),
        Keyword::Ablation => (
            "ablation of chars",
            &[
                ("on", "reviews.val"),
                ("metric", "f1_macro"),
                ("remove", "[bigrams]"),
            ],
        ),
        Keyword::Factorial if field == "fraction" => (
            "factorial of more",
            &[
                ("on", "reviews.val"),
                ("metric", "f1_macro"),
                ("over", "[bigrams, deep, wide]"),
                ("generators", "[wide: bigrams * deep]"),
            ],
        ),
        Keyword::Factorial if field == "generators" => (
            "factorial of more",
            &[
                ("on", "reviews.val"),
                ("metric", "f1_macro"),
                ("over", "[bigrams, deep, wide]"),
                ("fraction", "1 / 2"),
            ],
        ),
        Keyword::Factorial => (
            "factorial of more",
            &[
                ("on", "reviews.val"),
                ("metric", "f1_macro"),
                ("over", "[bigrams, deep]"),
            ],
        ),
        Keyword::Select if field == "minimize" => {
            ("select extra from [chars, words]", &[("on", "reviews.val")])
        }
        Keyword::Select => (
            "select extra from [chars, words]",
            &[("on", "reviews.val"), ("maximize", "f1_macro")],
        ),
        Keyword::Decide => ("decide extra for chars against words", &[]),
        Keyword::Stop => (
            "stop for chars against words",
            &[
                ("look", "each(seed)"),
                ("at_most", "5"),
                ("using", "pocock(gain(f1_macro))"),
            ],
        ),
        Keyword::Protocol => ("protocol extra(m)", &[]),
    };
    let mut text = format!("{head} {{\n  {field}: {example}\n");
    for (name, value) in needed.iter().filter(|(name, _)| *name != field) {
        let _ = writeln!(text, "  {name}: {value}");
    }
    if keyword == Keyword::Decide && field == "failed" {
        text += "  ship when gain(f1_macro) > 0pp\n  hold otherwise\n";
    }
    text + "}\n"
}

#[test]
fn every_fields_example_means_something() {
    let base = std::fs::read_to_string("tests/language/base.bench").unwrap();
    // Words of the whole plan: classes with a positive one, hardware, partitions.
    let (before, rest) = base.split_once("plan ship_chars {").unwrap();
    let (_, after) = rest.split_once("\n}\n").unwrap();
    let mut faults = String::new();
    for keyword in Keyword::ALL {
        for field in schema::fields(keyword) {
            let own = item(keyword, field.name, field.example);
            let plan = if keyword == Keyword::Plan {
                format!("{before}{after}{NAMES}{own}")
            } else {
                format!("{base}{NAMES}{own}")
            };
            let world = MemoryWorld::default().with("plan.bench", &plan);
            let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
            let language = |c: &str| c.starts_with(['S', 'N', 'T', 'F', 'E']);
            for d in analysis
                .diagnostics
                .iter()
                .filter(|d| language(d.code.code))
            {
                let _ = writeln!(
                    faults,
                    "{} {}: {} {}",
                    keyword.text(),
                    field.name,
                    d.code.code,
                    d.message
                );
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn every_word_of_conditions_is_one() {
    let base = std::fs::read_to_string("tests/language/base.bench").unwrap();
    for word in vocabulary::CONDITIONS {
        let usage = word.usage.replace("condition", "gain(f1_macro) > 0pp");
        let usage = usage
            .replace("(x)", "(gain(f1_macro))")
            .replace("(a, b)", "(bigrams, deep)");
        let rule = match usage.split('(').next().unwrap() {
            "possibly" | "every language " => usage.clone(),
            "p_value" => format!("{usage} < 0.05"),
            "relative" => format!("{usage} > 1%"),
            "f1_macro" => format!("{usage} > 80%"),
            _ => format!("{usage} > 1pp"),
        };
        let plan = format!(
            "{base}{NAMES}factorial of more {{ on: reviews.test, metric: f1_macro, over: [bigrams, deep] }}\n\
             compare more with chars {{ on: reviews.test, metrics: [f1_macro], slices: [language] }}\n\
             decide extra for more against chars {{ ship when {rule}, stay otherwise }}\n"
        );
        let world = MemoryWorld::default().with("plan.bench", &plan);
        let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
        let language = |c: &str| c.starts_with(['S', 'N', 'T', 'F', 'E']);
        let said: Vec<String> = analysis
            .diagnostics
            .iter()
            .filter(|d| language(d.code.code))
            .map(|d| format!("{} {}", d.code.code, d.message))
            .collect();
        assert!(said.is_empty(), "{rule}: {said:?}");
    }
}
