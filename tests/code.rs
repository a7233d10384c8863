//! Metrics of generated code.

use crate::support::csv_file::csv_file;
use crate::support::native::{Call, Given};
use crate::support::oracle::{Case, cases};
use crate::support::pipeline::{estimate, run};
use benchwright::metrics::native::Value;
use benchwright::text::MemoryWorld;

#[test]
pub fn pass_at_k() {
    for case in cases("code") {
        let (samples, correct) = (case.numbers("n_samples"), case.numbers("n_correct"));
        for k in case.param_texts("k") {
            let call = Call::new("pass_at_k", &[("k", Given::Number(k.parse().unwrap()))]);
            let rows = samples.iter().zip(&correct);
            let values: Vec<f64> = rows
                .map(|(&n, &c)| call.row(&[Value::Number(n), Value::Number(c)]))
                .collect();
            case.check_all(&format!("pass@{k}_per_task"), &values);
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            case.check(&format!("pass@{k}"), mean);
        }
    }
}

const PLAN: &str = r#"
use std.code.pass_at

dataset tasks { source: "tasks.csv", version: "1", id: task, split: all(test) }

baseline none { predictions: "none.csv" { samples: n, correct: passed } }
candidate model { predictions: "model.csv" { samples: n, correct: passed } }

compare model with [none] {
  on:       tasks.test
  metrics:  [pass_at(k: 1), pass_at(k: 5), pass_at(k: 10)]
  interval: bootstrap(400, level: 95%, method: percentile)
}
"#;

fn world(case: &Case, correct: &[String]) -> MemoryWorld {
    let samples: Vec<String> = case.texts("n_samples").into_iter().flatten().collect();
    let task = |i: usize| format!("t{i}");
    let tasks = (0..samples.len()).map(|i| vec![task(i)]);
    let outputs = |correct: &[String]| {
        let rows = samples.iter().zip(correct).enumerate();
        let rows = rows.map(|(i, (n, c))| vec![task(i), n.clone(), c.clone()]);
        csv_file(&["task", "n", "passed"], rows)
    };
    MemoryWorld::default()
        .with("p.bench", PLAN)
        .with("tasks.csv", csv_file(&["task"], tasks))
        .with("none.csv", outputs(&vec!["0".into(); samples.len()]))
        .with("model.csv", outputs(correct))
}

#[test]
fn a_plan_of_code() {
    let case = cases("code").into_iter().find(|c| c.name == "n10").unwrap();
    let correct: Vec<String> = case.texts("n_correct").into_iter().flatten().collect();
    let result = run(&world(&case, &correct), "p.bench").unwrap();
    for k in [1, 5, 10] {
        let metric = format!("pass_at(k: {k})");
        case.check(&format!("pass@{k}"), estimate(&result, "model", &metric));
        assert_eq!(estimate(&result, "none", &metric), 0.0);
    }
}
