//! Metrics of generated text.

use crate::support::native::{Call, Given};
use crate::support::oracle::{Case, cases};
use benchwright::metrics::native::Value;

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
fn translations() {
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
fn summaries() {
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
fn answers() {
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
fn transcripts() {
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
