//! Metrics of ranked lists, of scores by query, and of what lists are like.

use crate::support::csv_file::csv_file;
use crate::support::native::{Call, Given};
use crate::support::oracle::{Case, cases};
use crate::support::pipeline::{estimate, run};
use benchwright::metrics::native::{Value, item_and_grade};
use benchwright::text::MemoryWorld;
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
pub fn lists_against_relevant_items() {
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
pub fn scores_of_a_query() {
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
            // Without ties, ignoring them changes nothing.
            if case.expects(&format!("ndcg_ignore_ties@{k}")) {
                case.check(&format!("ndcg_ignore_ties@{k}"), mean);
            }
        }
    }
}

const PLAN: &str = r#"
use std.ranking.{ndcg, ndcg_exponential, map_at, map_reachable, mrr, hit_rate, recall_at, precision_at}

dataset queries { source: "queries.csv", version: "1", id: query, label: relevant, split: all(test) }

baseline long { predictions: "long.csv" { prediction: item, rank: place } }
candidate model { predictions: "model.csv" { prediction: items } }

compare model with [long] {
  on:       queries.test
  metrics:  [
    ndcg(k: 5), ndcg_exponential(k: 5), map_at(k: 5), map_reachable(k: 5), mrr(k: 5), hit_rate(k: 5),
    recall_at(k: 5), precision_at(k: 5)
  ]
  interval: bootstrap(400, level: 95%, method: percentile)
}
"#;

/// The lists of a case in one row a query, and again with one row an item, shuffled.
fn world(case: &Case) -> MemoryWorld {
    let query = |i: usize| format!("q{i}");
    let grades = case.input["relevance"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate();
    let queries = grades.map(|(i, grades)| vec![query(i), grades.to_string()]);
    let lists = || lists(case).map(|(list, _)| list).enumerate();
    let mut long: Vec<Vec<String>> = lists()
        .flat_map(|(i, list)| {
            let places = list.into_iter().enumerate();
            places.map(move |(place, item)| vec![query(i), (place + 1).to_string(), item])
        })
        .collect();
    long.sort_by_key(|row| (row[2].len(), row[1].clone()));
    MemoryWorld::default()
        .with("p.bench", PLAN)
        .with("queries.csv", csv_file(&["query", "relevant"], queries))
        .with("long.csv", csv_file(&["query", "place", "item"], long))
        .with(
            "model.csv",
            csv_file(
                &["query", "items"],
                lists().map(|(i, list)| vec![query(i), list.join(" ")]),
            ),
        )
}

#[test]
pub fn a_plan_of_lists() {
    let case = cases("ranking")
        .into_iter()
        .find(|c| c.name == "graded")
        .unwrap();
    let result = run(&world(&case), "p.bench").unwrap();
    for (key, metric) in [
        ("ndcg_linear@5", "ndcg(k: 5)"),
        ("ndcg_exp@5", "ndcg_exponential(k: 5)"),
        ("ap_over_R@5", "map_at(k: 5)"),
        ("ap_over_min_R_k@5", "map_reachable(k: 5)"),
        ("rr@5", "mrr(k: 5)"),
        ("hit@5", "hit_rate(k: 5)"),
        ("recall@5", "recall_at(k: 5)"),
        ("precision@5", "precision_at(k: 5)"),
    ] {
        for system in ["model", "long"] {
            case.check(key, estimate(&result, system, metric));
        }
    }
}

#[test]
pub fn what_is_no_list_is_refused() {
    let case = cases("ranking")
        .into_iter()
        .find(|c| c.name == "short_lists")
        .unwrap();
    let rows = lists(&case).enumerate().map(|(i, (list, _))| {
        let items = if i == 3 {
            "[d1, d2]".to_string()
        } else {
            list.join("|")
        };
        vec![format!("q{i}"), items]
    });
    let world = world(&case).with("model.csv", csv_file(&["query", "items"], rows));
    let errors = run(&world, "p.bench").unwrap_err();
    let shown: Vec<String> = errors
        .iter()
        .map(|d| format!("{} {}", d.code.code, d.message))
        .collect();
    assert_eq!(
        shown,
        ["F116 a field of `items` is no list: it begins like JSON and is none"]
    );
    assert_eq!(errors[0].places[0].line, 5);
}

const SCORES: &str = r#"
use std.ranking.ndcg_by

dataset items {
  source: "items.csv", version: "1", id: id, label: grade, cluster: query, split: all(test)
}

baseline same { predictions: "same.csv" { score: s } }
candidate model { predictions: "model.csv" { score: s } }

compare model with [same] {
  on:       items.test
  metrics:  [ndcg_by(query, k: 5)]
  interval: bootstrap(400, level: 95%, method: percentile)
}
"#;

#[test]
pub fn a_plan_of_scores_by_query() {
    let case = cases("ranking")
        .into_iter()
        .find(|c| c.name == "scores_ties")
        .unwrap();
    let matrix =
        |name: &str| -> Vec<Vec<f64>> { serde_json::from_value(case.input[name].clone()).unwrap() };
    let cells = |name: &str| -> Vec<(String, String, String)> {
        let rows = matrix(name).into_iter().enumerate();
        rows.flat_map(|(q, row)| {
            let cells = row.into_iter().enumerate();
            cells.map(move |(i, x)| (format!("q{q}i{i}"), format!("q{q}"), x.to_string()))
        })
        .collect()
    };
    let items = cells("relevance_matrix")
        .into_iter()
        .map(|(id, query, x)| vec![id, query, x]);
    let scores = || cells("score_matrix").into_iter();
    let world = MemoryWorld::default()
        .with("p.bench", SCORES)
        .with("items.csv", csv_file(&["id", "query", "grade"], items))
        .with(
            "same.csv",
            csv_file(&["id", "s"], scores().map(|(id, ..)| vec![id, "0".into()])),
        )
        .with(
            "model.csv",
            csv_file(&["id", "s"], scores().map(|(id, _, x)| vec![id, x])),
        );
    let result = run(&world, "p.bench").unwrap();
    case.check("ndcg@5", estimate(&result, "model", "ndcg_by(query, k: 5)"));
    assert!(estimate(&result, "same", "ndcg_by(query, k: 5)") < 1.0);
}

/// What lists are like, with a table of items: a plan's run against the oracle.
fn recommended(items: &[String]) -> (Case, MemoryWorld) {
    let case = cases("ranking")
        .into_iter()
        .find(|c| c.has("popularity"))
        .unwrap();
    let plan = r#"
use std.ranking.{coverage, novelty, diversity, ndcg}

dataset plays {
  source:  "users.csv"
  version: "1"
  id:      user
  label:   liked
  split:   all(test)
  items:   "items.csv" { id: item, interactions: plays, features: [e0, e1, e2, e3] }
}

baseline long { predictions: "long.csv" { prediction: item, rank: place } }
candidate model { predictions: "model.csv" { prediction: items } }

compare model with [long] {
  on:       plays.test
  metrics:  [
    ndcg(k: 5), coverage(k: 5, catalog: 40), novelty(k: 5), diversity(k: 5), novelty(k: 10), diversity(k: 10)
  ]
  interval: bootstrap(200, method: percentile)
}
"#;
    let rows: Vec<(Vec<String>, Vec<String>)> = lists(&case).collect();
    let user = |i: usize| format!("u{i}");
    let users = rows.iter().enumerate().map(|(i, (_, liked))| {
        let liked: Vec<&str> = liked.iter().map(|l| item_and_grade(l).0).collect();
        vec![user(i), liked.join("|")]
    });
    let model = rows
        .iter()
        .enumerate()
        .map(|(i, (list, _))| vec![user(i), list.join("|")]);
    let long = rows.iter().enumerate().flat_map(|(i, (list, _))| {
        let each = list.iter().enumerate();
        each.map(move |(place, item)| vec![format!("u{i}"), item.clone(), (place + 1).to_string()])
    });
    let item = |name: &String| {
        let plays = case.input["popularity"][name].to_string();
        let vector: Vec<f64> =
            serde_json::from_value(case.input["embedding"][name].clone()).unwrap();
        let numbers = vector.iter().map(f64::to_string);
        [name.clone(), plays]
            .into_iter()
            .chain(numbers)
            .collect::<Vec<_>>()
    };
    let header = ["item", "plays", "e0", "e1", "e2", "e3"];
    let world = MemoryWorld::default()
        .with("p.bench", plan)
        .with(
            "users.csv",
            csv_file(&["user", "liked"], users.collect::<Vec<_>>()),
        )
        .with(
            "model.csv",
            csv_file(&["user", "items"], model.collect::<Vec<_>>()),
        )
        .with(
            "long.csv",
            csv_file(&["user", "item", "place"], long.collect::<Vec<_>>()),
        )
        .with(
            "items.csv",
            csv_file(&header, items.iter().map(item).collect::<Vec<_>>()),
        );
    (case, world)
}

fn all_items() -> Vec<String> {
    (0..40).map(|i| format!("d{i}")).collect()
}

#[test]
fn a_plan_of_what_lists_are_like() {
    let (case, world) = recommended(&all_items());
    let result = run(&world, "p.bench").unwrap();
    let value = |system: &str, metric: &str| {
        let is = |m: &&benchwright::result::Metric| m.system == system && m.metric == metric;
        result.metrics.iter().find(is).unwrap().estimate.unwrap()
    };
    for system in ["model", "long"] {
        for (key, metric) in [
            ("catalog_coverage@5", "coverage(k: 5, catalog: 40)"),
            ("novelty@5", "novelty(k: 5)"),
            ("novelty@10", "novelty(k: 10)"),
            ("intra_list_diversity@5", "diversity(k: 5)"),
            ("intra_list_diversity@10", "diversity(k: 10)"),
            ("ndcg_linear@5", "ndcg(k: 5)"),
        ] {
            case.check(key, value(system, metric));
        }
    }
    // The table is evidence: its hash is among the inputs.
    let inputs = &result.provenance.inputs;
    assert!(inputs.iter().any(|i| i.path == "items.csv"), "{inputs:?}");
}

#[test]
fn items_that_the_table_lacks_are_named() {
    let known: Vec<String> = all_items().into_iter().filter(|i| i != "d17").collect();
    let (_, world) = recommended(&known);
    let errors = run(&world, "p.bench").unwrap_err();
    let first = &errors[0];
    assert_eq!(first.code.code, "F118");
    assert!(first.message.contains("lacks 1 item"), "{}", first.message);
}
