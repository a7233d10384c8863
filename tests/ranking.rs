//! Metrics of ranked lists, and of scores by query.
//!
//! Not covered, because they need what no role holds (the catalogue, the popularity and the features of
//! items): `catalog_coverage`, `novelty` and `intra_list_diversity` of ranking.json. `dcg` and
//! `ndcg_ignore_ties` have no native: the former is no share, the latter rests on the order of the rows.

use crate::support::native::{Call, Given};
use crate::support::oracle::{Case, cases};
use benchwright::metrics::native::Value;
use serde_json::Value as Json;

const K: [f64; 4] = [1.0, 3.0, 5.0, 10.0];

fn items(json: &Json) -> Vec<String> {
    serde_json::from_value(json.clone()).unwrap()
}

/// As the parts of a graded list are spelt.
fn relevant(json: &Json) -> Vec<String> {
    let grades = json.as_object().unwrap();
    grades
        .iter()
        .map(|(item, grade)| format!("{item}\t{grade}"))
        .collect()
}

fn lists(case: &Case) -> impl Iterator<Item = (Vec<String>, Vec<String>)> {
    let (ranked, relevance) = (&case.input["ranked"], &case.input["relevance"]);
    let rows = ranked
        .as_array()
        .unwrap()
        .iter()
        .zip(relevance.as_array().unwrap());
    rows.map(|(list, grades)| (items(list), relevant(grades)))
}

#[test]
fn lists_against_relevant_items() {
    let of_lists = cases("ranking").into_iter().filter(|c| c.has("ranked"));
    for case in of_lists {
        for k in K {
            let call = |name: &str, more: Option<(&str, &'static str)>| {
                let more = more.map(|(option, word)| (option, Given::Word(word)));
                let given: Vec<_> = [("k", Given::Number(k))].into_iter().chain(more).collect();
                Call::new(name, &given)
            };
            for (key, call) in [
                ("ndcg_linear", call("ndcg", None)),
                ("ndcg_exp", call("ndcg", Some(("gain", "exponential")))),
                ("ap_over_R", call("average_precision_at", None)),
                (
                    "ap_over_min_R_k",
                    call("average_precision_at", Some(("over", "reachable"))),
                ),
                ("rr", call("reciprocal_rank", None)),
                ("hit", call("hit", None)),
                ("recall", call("recall_at", None)),
                ("precision", call("precision_at", None)),
            ] {
                let score = |(list, relevant): (Vec<String>, Vec<String>)| {
                    call.row(&[Value::List(&list), Value::List(&relevant)])
                };
                let values: Vec<f64> = lists(&case).map(score).collect();
                case.check_all(&format!("{key}@{k}_per_query"), &values);
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                case.check(&format!("{key}@{k}"), mean);
            }
        }
    }
}

#[test]
fn scores_of_a_query() {
    let matrix = |case: &Case, name: &str| -> Vec<Vec<f64>> {
        serde_json::from_value(case.input[name].clone()).unwrap()
    };
    let of_scores: Vec<Case> = cases("ranking")
        .into_iter()
        .filter(|c| c.has("score_matrix"))
        .collect();
    assert_eq!(of_scores.len(), 2);
    for case in of_scores {
        let (grades, scores) = (
            matrix(&case, "relevance_matrix"),
            matrix(&case, "score_matrix"),
        );
        for k in K {
            let call = Call::new("ndcg_of_scores", &[("k", Given::Number(k))]);
            let queries = scores.iter().zip(&grades);
            let values: Vec<f64> = queries.map(|(s, g)| call.whole(s, g)).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            case.check(&format!("ndcg@{k}"), mean);
        }
    }
}
