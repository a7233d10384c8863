//! Labels that are numbers: a regression plan from text to verdict, and labels that cannot be both.

use super::support::pipeline;
use benchwright::diagnostic::Diagnostic;
use benchwright::text::MemoryWorld;

const PLAN: &str = r#"use std.regression.{mae, rmse}

plan prices { objective: "o", primary: mae, guardrails: [rmse] }

dataset homes {
  source:  "homes.csv"
  version: "1"
  id:      id
  label:   price
  split:   column(part) { train: "train", val: "val", test: "test" }
}

baseline linear {
  train:       homes.train
  tune:        homes.val { by: mae, trials: 2 }
  seeds:       2
  predictions: "linear-{seed}.csv"
}

candidate trees from linear { predictions: "trees-{seed}.csv" }

compare trees with linear { on: homes.test, metrics: [mae, rmse], interval: bootstrap(500) }

decide for trees against linear {
  ship when gain(mae) > 0.25
  hold otherwise
}
"#;

/// Prices 100, 101, …; `linear` is 2 off, up and down in turn, `trees` 1 off, and 5 off in one row.
fn world(plan: &str) -> MemoryWorld {
    let mut homes = String::from("id,price,part\nt,90.5,train\nv,1e2,val\n");
    let (mut linear, mut trees) = (
        String::from("id,prediction\n"),
        String::from("id,prediction\n"),
    );
    for i in 0..40i32 {
        let (price, sign) = (100 + i, 1 - 2 * (i % 2));
        homes += &format!("{i},{price},test\n");
        linear += &format!("{i},{}\n", price + 2 * sign);
        trees += &format!("{i},{}\n", price + if i == 7 { 5 } else { sign });
    }
    MemoryWorld::default()
        .with("p.bench", plan)
        .with("homes.csv", homes)
        .with("linear-1.csv", &linear)
        .with("linear-2.csv", &linear)
        .with("trees-1.csv", &trees)
        .with("trees-2.csv", &trees)
}

fn refused(plan: &str) -> Vec<Diagnostic> {
    let mut found = pipeline::run(&world(plan), "p.bench").expect_err("refused");
    found.retain(Diagnostic::is_error);
    found
}

#[test]
fn a_regression_plan_runs_to_its_verdict() {
    let result = pipeline::run(&world(PLAN), "p.bench");
    let result = result.unwrap_or_else(|e| panic!("{}: {:?}", e[0].message, e[0].help));
    let measured = |system: &str, metric: &str| {
        let mut of = result.metrics.iter();
        let of = of.find(|m| m.system == system && m.metric == metric && m.seed.is_none());
        of.unwrap()
    };
    assert_eq!(measured("linear", "mae").estimate, Some(2.0));
    assert_eq!(measured("trees", "mae").estimate, Some(44.0 / 40.0));
    let rmse = measured("trees", "rmse").estimate.unwrap();
    assert!((rmse - (64.0f64 / 40.0).sqrt()).abs() < 1e-12);
    let gain = result.comparisons.iter().find(|c| c.metric == "mae");
    let gain = gain.unwrap();
    assert!((gain.gain.unwrap() - 0.9).abs() < 1e-12);
    let interval = gain.interval.as_ref().unwrap();
    assert!(interval.low > 0.25 && interval.low < 0.9 && interval.high > 0.9);
    assert_eq!(result.decisions[0].outcome.as_deref(), Some("ship"));
}

#[test]
fn a_label_that_is_no_number_is_named() {
    let world = world(PLAN).with("homes.csv", "id,price,part\n0,cheap,test\n");
    let errors = pipeline::run(&world, "p.bench").expect_err("refused");
    assert!(errors[0].message.contains("price"), "{}", errors[0].message);
    assert_eq!(errors[0].places[0].line, 2);
}

#[test]
fn a_label_is_a_number_or_a_class_and_not_both() {
    let plan = PLAN
        .replace(
            "plan prices",
            "use std.classification.accuracy\nplan prices",
        )
        .replace("metrics: [mae, rmse]", "metrics: [mae, accuracy]")
        .replace("guardrails: [rmse]", "guardrails: [accuracy]");
    let errors = refused(&plan);
    assert_eq!(errors[0].code.code, "E105");
    assert_eq!(
        errors[0].message,
        "`mae` reads the label as a number, and `accuracy` reads it as a class"
    );
    let at: Vec<&str> = errors[0]
        .labels
        .iter()
        .map(|l| &plan[l.span.range()])
        .collect();
    assert_eq!(at, ["mae", "accuracy", "price"]);
    assert_eq!(errors.len(), 1);
}

#[test]
fn declared_classes_and_units_bind() {
    let classes = PLAN.replace("label:   price", "label:   price in [low, high]");
    let errors = refused(&classes);
    assert_eq!(errors.len(), 2);
    assert_eq!(
        errors[0].message,
        "`mae` cannot be computed: it reads the label as a number, and that of `homes` is one of some classes"
    );
    let unit = PLAN
        .replace("label:   price", "label:   price in USD")
        .replace(
            "use std.regression.{mae, rmse}",
            "use std.classification.{accuracy, f1_macro}",
        )
        .replace("mae > 0.5", "accuracy > 0pp")
        .replace("(mae)", "(accuracy)")
        .replace("mae", "accuracy")
        .replace("rmse", "f1_macro")
        .replace("> 0.25", "> 0pp");
    let errors = refused(&unit);
    assert_eq!(errors.len(), 2);
    assert_eq!(
        errors[0].message,
        "`accuracy` cannot be computed: it reads the label as a class, and that of `homes` is a number"
    );
}

#[test]
fn a_metric_that_reads_a_column_in_both_ways_is_refused() {
    let odd = "metric odd { better: lower, value: mean(abs(label - prediction), where: prediction == high) }\n";
    let plan = PLAN
        .replace("plan prices", &format!("{odd}plan prices"))
        .replace("guardrails: [rmse]", "guardrails: [odd]")
        .replace("metrics: [mae, rmse]", "metrics: [odd]")
        .replace("primary: mae", "primary: odd")
        .replace("gain(mae)", "gain(odd)");
    let errors = refused(&plan);
    assert_eq!(errors[0].code.code, "E105");
    assert_eq!(
        errors[0].message,
        "`odd` reads the label as a number and as a class"
    );
}

#[test]
fn the_majority_has_no_number() {
    let plan = PLAN
        .replace(
            "compare trees",
            "baseline floor { predict: majority(homes.train) }\ncompare trees",
        )
        .replace("with linear { on", "with [linear, floor] { on");
    let result = pipeline::run(&world(&plan), "p.bench");
    let result = result.unwrap_or_else(|e| panic!("{}: {:?}", e[0].message, e[0].help));
    let floor = result.metrics.iter().filter(|m| m.system == "floor");
    assert!(floor.filter(|m| m.estimate.is_some()).count() == 0);
    assert_eq!(result.decisions[0].outcome.as_deref(), Some("ship"));
}

/// The plan with a label in a unit, and metrics of one's own beside the library's.
fn in_unit(unit: &str, threshold: &str) -> String {
    let own =
        "metric mse_ { better: lower, value: mean((prediction - label) * (prediction - label)) }
metric relative_error { better: lower, value: mae / mean(label) }
metric close { better: higher, value: mean(abs(prediction - label) <= LIMIT) }
";
    PLAN.replace("label:   price", &format!("label:   price in {unit}"))
        .replace("plan prices", &format!("{own}\nplan prices"))
        .replace(
            "metrics: [mae, rmse]",
            "metrics: [mae, rmse, mse_, relative_error, close]",
        )
        .replace("LIMIT", threshold)
        .replace("> 0.25", &format!("> {threshold}"))
}

#[test]
fn what_scales_with_the_label_has_its_unit() {
    let result = pipeline::run(&world(&in_unit("USD", "0.5USD")), "p.bench").unwrap();
    let of = |metric: &str| {
        let found = result
            .metrics
            .iter()
            .find(|m| m.system == "linear" && m.metric == metric && m.seed.is_none());
        let m = found.unwrap();
        (serde_json::to_value(&m.unit).unwrap(), m.estimate.unwrap())
    };
    let (money, number, ratio) = ("USD".into(), "plain".into(), "ratio".into());
    assert_eq!(of("mae"), (money, 2.0));
    assert_eq!(of("mse_"), (number, 4.0));
    assert_eq!(of("relative_error").1, 2.0 / 119.5);
    assert_eq!(of("relative_error").0, of("mse_").0);
    assert_eq!(of("close"), (ratio, 0.0));
    let atom = &result.decisions[0].rules[0].atoms[0];
    // (39 · 1 + 5) / 40 = 1.1 beside 2.
    assert!((atom.value.unwrap() - 0.9).abs() < 1e-12);
}

/// Minutes are 60,000 ms: thresholds in any unit of time mean what they say.
#[test]
fn a_label_in_minutes_is_compared_in_seconds() {
    for (threshold, outcome) in [("0.5min", "ship"), ("30s", "ship"), ("70s", "hold")] {
        let result = pipeline::run(&world(&in_unit("min", threshold)), "p.bench").unwrap();
        assert_eq!(
            result.decisions[0].outcome.as_deref(),
            Some(outcome),
            "{threshold}"
        );
        let close = result
            .metrics
            .iter()
            .find(|m| m.metric == "close" && m.system == "trees");
        // Rows that are 1 minute off, never less.
        let share = if threshold == "70s" { 39.0 / 40.0 } else { 0.0 };
        assert_eq!(close.unwrap().estimate, Some(share), "{threshold}");
    }
}

#[test]
fn a_threshold_without_the_labels_unit_is_an_error() {
    let errors = refused(&in_unit("USD", "0.5USD").replace("> 0.5USD", "> 0.5"));
    assert_eq!(
        errors[0].message,
        "`gain(mae)` is an amount of money (in USD), and `0.5` is a plain number"
    );
    let errors = refused(&in_unit("USD", "0.5EUR"));
    let codes: Vec<&str> = errors.iter().map(|d| d.code.code).collect();
    assert!(codes.iter().all(|c| c.starts_with('T')), "{codes:?}");
}
