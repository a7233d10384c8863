//! Metrics of generated text.

use crate::support::csv_file::csv_file;
use crate::support::native::{Call, Given};
use crate::support::oracle::{Case, cases};
use crate::support::pipeline::{estimate, run};
use benchwright::metrics::native::Value;
use benchwright::result::RunResult;
use benchwright::text::MemoryWorld;

fn of(prefix: &str) -> Vec<Case> {
    let found = cases("text")
        .into_iter()
        .filter(|c| c.name.starts_with(prefix));
    let found: Vec<Case> = found.collect();
    assert!(!found.is_empty(), "no case {prefix}");
    found
}

fn texts(case: &Case, column: &str) -> Vec<String> {
    case.texts(column).into_iter().flatten().collect()
}

fn call(name: &str, words: &[(&str, &'static str)]) -> Call {
    let given: Vec<_> = words.iter().map(|(o, w)| (*o, Given::Word(w))).collect();
    Call::new(name, &given)
}

/// Hypotheses with the references of each.
fn pairs(case: &Case) -> Vec<(String, Vec<String>)> {
    let streams: Vec<Vec<String>> =
        serde_json::from_value(case.input["references"].clone()).unwrap();
    let at = |row: usize| streams.iter().map(|s| s[row].clone()).collect();
    let hypotheses = texts(case, "hypotheses").into_iter().enumerate();
    hypotheses.map(|(row, h)| (h, at(row))).collect()
}

fn args(pair: &(String, Vec<String>)) -> [Value<'_>; 2] {
    [Value::Text(&pair.0), Value::List(&pair.1)]
}

/// The oracle's scale is 0 to 100.
fn percent(call: &Call, pairs: &[(String, Vec<String>)]) -> f64 {
    100.0 * call.corpus(pairs.iter().map(args))
}

#[test]
pub fn translations() {
    for case in of("mt_") {
        let pairs = pairs(&case);
        for (key, words) in [
            ("bleu", vec![]),
            ("bleu_smooth_none", vec![("smoothing", "none")]),
            ("bleu_smooth_floor_0.1", vec![("smoothing", "floor")]),
            ("bleu_smooth_add_k_1", vec![("smoothing", "add")]),
            ("bleu_lowercase", vec![("case", "lower")]),
            ("bleu_tok_none", vec![("tokens", "words")]),
            ("bleu_tok_char", vec![("tokens", "characters")]),
        ] {
            case.check_within(key, percent(&call("bleu", &words), &pairs), 1e-12);
        }
        case.check_within("chrf", percent(&call("chrf", &[]), &pairs), 1e-12);
        let plus = Call::new("chrf", &[("word_order", Given::Number(2.0))]);
        case.check_within("chrfpp", percent(&plus, &pairs), 1e-12);
        for (key, name) in [
            ("sentence_bleu_effective_order_first10", "sentence_bleu"),
            ("sentence_chrf_first10", "sentence_chrf"),
        ] {
            let rows = pairs
                .iter()
                .take(10)
                .map(|p| 100.0 * call(name, &[]).row(&args(p)));
            case.check_all(key, &rows.collect::<Vec<_>>());
        }
        if case.expects("ter") {
            edit_rate(&case, &pairs);
        }
    }
}

fn edit_rate(case: &Case, pairs: &[(String, Vec<String>)]) {
    let sums = |words: &[(&str, &'static str)]| {
        let (edits, length) = (call("ter_edits", words), call("ter_words", words));
        let rows = pairs.iter().map(args);
        rows.fold((0.0, 0.0), |(e, l), row| {
            (e + edits.row(&row), l + length.row(&row[1..]))
        })
    };
    let (edits, words) = sums(&[]);
    case.check("ter_edits", edits);
    case.check("ter_ref_len", words);
    case.check("ter", 100.0 * edits / words);
    let (edits, words) = sums(&[("normalized", "yes")]);
    case.check("ter_normalized", 100.0 * edits / words);
}

#[test]
pub fn summaries() {
    for case in of("rouge_") {
        let (hypotheses, references) = (texts(&case, "hypotheses"), texts(&case, "references"));
        for (key, name, n) in [
            ("rouge1", "rouge_n", Some(1.0)),
            ("rouge2", "rouge_n", Some(2.0)),
            ("rougeL", "rouge_l", None),
            ("rougeLsum", "rouge_lsum", None),
        ] {
            for (suffix, stem) in [("", "no"), ("_stem", "yes")] {
                let calls = ["precision", "recall", "f"].map(|of| {
                    let words = [("of", Given::Word(of)), ("stem", Given::Word(stem))];
                    let n = n.map(|n| ("n", Given::Number(n)));
                    Call::new(name, &words.into_iter().chain(n).collect::<Vec<_>>())
                });
                let rows = hypotheses.iter().zip(&references);
                let values: Vec<f64> = rows
                    .flat_map(|(h, r)| {
                        let args = [Value::Text(h), Value::List(std::slice::from_ref(r))];
                        calls.each_ref().map(|call| call.row(&args))
                    })
                    .collect();
                case.check_all(&format!("{key}{suffix}"), &values);
            }
        }
    }
}

#[test]
pub fn answers() {
    for case in of("qa_") {
        let answers = case.input["answers"].as_array().unwrap().iter();
        let answers = answers.map(|a| match a.as_str() {
            Some(one) => vec![one.to_owned()],
            None => serde_json::from_value(a.clone()).unwrap(),
        });
        let rows: Vec<(String, Vec<String>)> = texts(&case, "predictions")
            .into_iter()
            .zip(answers)
            .collect();
        let raw = [("normal_form", "none")];
        for (key, name, words) in [
            ("exact_raw", "exact_match", raw.as_slice()),
            ("exact_normalised", "exact_match", &[]),
            ("token_f1", "token_f1", &[]),
        ] {
            if case.expects(key) {
                let values = rows.iter().map(|row| call(name, words).row(&args(row)));
                case.check_all(key, &values.collect::<Vec<_>>());
            }
        }
    }
}

#[test]
pub fn transcripts() {
    for case in of("wer_") {
        let (hypotheses, references) = (texts(&case, "hypotheses"), texts(&case, "references"));
        let pairs = || hypotheses.iter().zip(&references);
        let both = |name: &str| -> Vec<f64> {
            let values =
                pairs().map(|(h, r)| call(name, &[]).row(&[Value::Text(h), Value::Text(r)]));
            values.collect()
        };
        let one = |name: &str, texts: &[String]| -> Vec<f64> {
            let values = texts.iter().map(|t| call(name, &[]).row(&[Value::Text(t)]));
            values.collect()
        };
        let sum = |values: &[f64]| values.iter().sum::<f64>();
        let (edits, hits) = (both("word_edits"), both("word_hits"));
        let words = one("words", &references);
        case.check("edits", sum(&edits));
        case.check("ref_words", sum(&words));
        case.check("wer", sum(&edits) / sum(&words));
        case.check("mer", sum(&edits) / (sum(&edits) + sum(&hits)));
        let shared = sum(&hits) / sum(&words) * sum(&hits) / sum(&one("words", &hypotheses));
        case.check("wil", 1.0 - shared);
        let characters = sum(&one("characters", &references));
        case.check("cer", sum(&both("character_edits")) / characters);
        if case.expects("wer_each") {
            let each: Vec<f64> = edits.iter().zip(&words).map(|(e, w)| e / w).collect();
            case.check_all("wer_each", &each);
        }
    }
}

/// A plan that measures a system's texts and a copy of the first references.
fn measured(metrics: &[&str], rows: &[(String, Vec<String>)]) -> RunResult {
    let names: Vec<&str> = metrics.to_vec();
    let plan = format!(
        r#"
use std.generation.{{{0}}}

dataset texts {{ source: "texts.csv", version: "1", id: id, label: reference, split: all(test) }}

baseline copy {{ predictions: "copy.csv" {{ prediction: answer }} }}
candidate model {{ predictions: "model.csv" {{ prediction: answer }} }}

compare model with [copy] {{
  on:       texts.test
  metrics:  [{0}]
  interval: bootstrap(300, level: 95%, method: percentile)
}}
"#,
        names.join(", ")
    );
    let id = |i: usize| format!("r{i}");
    type Row = (String, Vec<String>);
    let file = |column: &str, text: &dyn Fn(&Row) -> String| {
        let rows = rows
            .iter()
            .enumerate()
            .map(|(i, row)| vec![id(i), text(row)]);
        csv_file(&["id", column], rows)
    };
    let references = |row: &(String, Vec<String>)| match row.1.as_slice() {
        [one] => one.clone(),
        several => serde_json::to_string(several).unwrap(),
    };
    let world = MemoryWorld::default()
        .with("p.bench", plan)
        .with("texts.csv", file("reference", &references))
        .with("copy.csv", file("answer", &|row| row.1[0].clone()))
        .with("model.csv", file("answer", &|row| row.0.clone()));
    run(&world, "p.bench").unwrap()
}

fn named(name: &str) -> Case {
    cases("text").into_iter().find(|c| c.name == name).unwrap()
}

#[test]
pub fn a_plan_of_translations() {
    for name in ["mt_corpus60", "mt_two_references"] {
        let case = named(name);
        let metrics = [
            ("bleu", "bleu"),
            ("bleu_lowercase", "bleu_lowercase"),
            ("bleu_tok_char", "bleu_characters"),
            ("chrf", "chrf"),
            ("chrfpp", "chrf_plus_plus"),
            ("ter", "ter"),
        ];
        let result = measured(&metrics.map(|m| m.1), &pairs(&case));
        for (key, metric) in metrics {
            case.check(key, 100.0 * estimate(&result, "model", metric));
        }
        assert!(estimate(&result, "copy", "bleu") > 0.999_999);
        assert_eq!(estimate(&result, "copy", "ter"), 0.0);
    }
}

/// Texts against one reference each.
fn against_one(case: &Case, hypotheses: &str, references: &str) -> Vec<(String, Vec<String>)> {
    let references = texts(case, references).into_iter().map(|r| vec![r]);
    texts(case, hypotheses)
        .into_iter()
        .zip(references)
        .collect()
}

#[test]
pub fn a_plan_of_transcripts() {
    let case = named("wer_random30");
    let metrics = ["wer", "cer", "mer", "wil"];
    let result = measured(&metrics, &against_one(&case, "hypotheses", "references"));
    for metric in metrics {
        case.check(metric, estimate(&result, "model", metric));
        assert_eq!(estimate(&result, "copy", metric), 0.0);
    }
}

/// The mean of the third, or only, number of each row.
fn mean(case: &Case, key: &str) -> f64 {
    let rows = case.expect[key].as_array().unwrap();
    let last = |row: &serde_json::Value| row.get(2).unwrap_or(row).as_f64().unwrap();
    rows.iter().map(last).sum::<f64>() / rows.len() as f64
}

#[test]
pub fn a_plan_of_summaries_and_answers() {
    let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-9, "{got} {want}");
    let case = named("rouge_random20");
    let metrics = [
        ("rouge1", "rouge_1"),
        ("rouge2", "rouge_2"),
        ("rougeL", "rouge_l"),
        ("rougeLsum", "rouge_lsum"),
        ("rouge1_stem", "rouge_1_stemmed"),
        ("rouge2_stem", "rouge_2_stemmed"),
        ("rougeL_stem", "rouge_l_stemmed"),
    ];
    let rows = against_one(&case, "hypotheses", "references");
    let result = measured(&metrics.map(|m| m.1), &rows);
    for (key, metric) in metrics {
        close(estimate(&result, "model", metric), mean(&case, key));
    }
    let case = named("qa_squad");
    let metrics = [
        ("exact_normalised", "exact_match"),
        ("exact_raw", "exact_match_strict"),
        ("token_f1", "token_f1"),
    ];
    let result = measured(
        &metrics.map(|m| m.1),
        &against_one(&case, "predictions", "answers"),
    );
    for (key, metric) in metrics {
        close(estimate(&result, "model", metric), mean(&case, key));
    }
}
