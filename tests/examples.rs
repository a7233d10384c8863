//! The example plans run to their verdicts, and their numbers are those of an independent
//! computation (`oracles/examples.py`).

use super::support::pipeline;
use benchwright::result::{Interval, RunResult, Unit};
use benchwright::text::DiskWorld;
use serde_json::Value;
use std::sync::LazyLock;

static ORACLE: LazyLock<Value> = LazyLock::new(|| {
    let text = std::fs::read_to_string("tests/oracles/examples.json").unwrap();
    serde_json::from_str(&text).unwrap()
});

fn example(path: &str) -> RunResult {
    pipeline::run(&DiskWorld, path).unwrap_or_else(|errors| panic!("{path}: {errors:#?}"))
}

fn near(got: f64, want: f64, tolerance: f64) -> bool {
    (got - want).abs() <= tolerance * want.abs().max(1.0)
}

/// The plans' metric for the oracle's, and what one unit of the oracle's is in it: the oracle gives
/// mean latencies in ms, the plans the price of 1,000 answers at 0.04 USD an hour.
fn metric_of(name: &str) -> (&str, f64) {
    match name {
        "latency_mean" => ("cost_per_1k", 1000.0 * 0.04 / 3.6e6),
        other => (other, 1.0),
    }
}

/// `{"domain": "yelp"}` as a result names it.
fn slice_of(want: &Value) -> Option<String> {
    let (column, value) = want.as_object()?.iter().next()?;
    Some(format!("{column} = {}", value.as_str().unwrap()))
}

/// Whether the interval is the oracle's, each end within the stated Monte-Carlo tolerance.
fn check_interval(found: Option<&Interval>, want: &Value, scale: f64, what: &str) {
    let sign = scale.signum();
    let found = found.unwrap_or_else(|| panic!("{what}: no interval"));
    let method = found.method.as_str();
    let ends = want[method]
        .as_array()
        .unwrap_or_else(|| panic!("{what}: the oracle has no {method}"));
    let (mut low, mut high) = (
        ends[0].as_f64().unwrap() * sign,
        ends[1].as_f64().unwrap() * sign,
    );
    if low > high {
        std::mem::swap(&mut low, &mut high);
    }
    let tolerance = want["tolerance"].as_f64().unwrap();
    for (got, want) in [(found.low, low), (found.high, high)] {
        let got = got / scale.abs();
        assert!(
            (got - want).abs() <= tolerance,
            "{what}: {got} against {want} ± {tolerance}"
        );
    }
}

/// The system and variant the oracle means.
fn system_of<'a>(reference: Option<&'a str>, name: &'a str) -> (&'a str, String) {
    match (reference, name.split_once(" - ")) {
        (Some(reference), _) if name == "full" || name == reference => (reference, "full".into()),
        (Some(reference), _) => (reference, name.to_string()),
        (None, Some((system, removed))) => (system, format!("no-{removed}")),
        (None, None) => (name, "full".into()),
    }
}

fn check_metrics(
    result: &RunResult,
    study: &str,
    partition: &str,
    reference: Option<&str>,
) -> usize {
    let wanted = ORACLE["studies"][study]["metrics"].as_array().unwrap();
    for want in wanted {
        let (system, variant) = system_of(reference, want["system"].as_str().unwrap());
        let (metric, scale) = metric_of(want["metric"].as_str().unwrap());
        let slice = slice_of(&want["slice"]);
        let what = format!("{study} {system} {variant} {metric} {slice:?}");
        let of = |seed: Option<u64>| {
            result.metrics.iter().find(|m| {
                m.system == system
                    && m.variant == variant
                    && m.metric == metric
                    && m.partition == partition
                    && m.seed == seed
                    && m.slice == slice
            })
        };
        let found = of(None).unwrap_or_else(|| panic!("{what}: not measured"));
        assert!(
            near(
                found.estimate.unwrap() / scale,
                want["estimate"].as_f64().unwrap(),
                1e-12
            ),
            "{what}"
        );
        assert_eq!(found.rows, want["rows"].as_u64().unwrap(), "{what}");
        if let Some(sd) = want["seed_sd"].as_f64() {
            assert!(
                near(found.seed_sd.unwrap() / scale, sd, 1e-12),
                "{what}: sd"
            );
        }
        let runs = want["runs"].as_array().unwrap();
        if slice.is_none() && runs.len() > 1 {
            for (seed, value) in (1..).zip(runs) {
                let run = of(Some(seed)).unwrap().estimate.unwrap();
                assert!(
                    near(run / scale, value.as_f64().unwrap(), 1e-12),
                    "{what}: seed {seed}"
                );
            }
        }
        check_interval(found.interval.as_ref(), &want["interval"], scale, &what);
    }
    wanted.len()
}

fn check_comparisons(result: &RunResult, study: &str) -> usize {
    let wanted = ORACLE["studies"][study]["deltas"].as_array().unwrap();
    for want in wanted {
        let (system, against) = (
            want["system"].as_str().unwrap(),
            want["against"].as_str().unwrap(),
        );
        let (metric, scale) = metric_of(want["metric"].as_str().unwrap());
        let slice = slice_of(&want["slice"]);
        let what = format!("{study} {system} against {against} {metric} {slice:?}");
        let found = result.comparisons.iter().find(|c| {
            c.candidate == system && c.baseline == against && c.metric == metric && c.slice == slice
        });
        let found = found.unwrap_or_else(|| panic!("{what}: not compared"));
        let (delta, gain) = (found.delta.unwrap(), found.gain.unwrap());
        assert!(
            near(delta / scale, want["delta"].as_f64().unwrap(), 1e-12),
            "{what}"
        );
        let lower_is_better = metric.starts_with("latency") || metric.starts_with("cost");
        let sign = if lower_is_better { -1.0 } else { 1.0 };
        assert_eq!(gain, sign * delta, "{what}");
        check_interval(
            found.interval.as_ref(),
            &want["interval"],
            sign * scale,
            &what,
        );
    }
    wanted.len()
}

fn check_arms(result: &RunResult, study: &str) -> usize {
    let wanted = ORACLE["studies"][study]["deltas"].as_array().unwrap();
    let table = &result.ablations[0];
    assert_eq!(table.arms.len(), wanted.len());
    for want in wanted {
        let name = want["system"].as_str().unwrap();
        let arm = table.arms.iter().find(|a| {
            name == format!("no-{}", a.component) || name == format!("{}-{}", a.component, a.change)
        });
        let arm = arm.unwrap_or_else(|| panic!("{study}: no arm {name}"));
        let what = format!("{study} {name}");
        assert!(
            near(arm.delta.unwrap(), want["delta"].as_f64().unwrap(), 1e-12),
            "{what}"
        );
        check_interval(arm.interval.as_ref(), &want["interval"], 1.0, &what);
    }
    wanted.len()
}

fn outcome(result: &RunResult) -> Option<&str> {
    result.decisions[0].outcome.as_deref()
}

#[test]
fn reviews() {
    let result = example("examples/reviews/reviews.bench");
    assert!(check_metrics(&result, "reviews/compare/test", "reviews.test", None) >= 38);
    assert!(check_comparisons(&result, "reviews/compare/test") >= 28);
    assert!(
        check_metrics(
            &result,
            "reviews/ablation/val",
            "reviews.val",
            Some("chars")
        ) >= 8
    );
    assert!(check_arms(&result, "reviews/ablation/val") >= 7);
    assert_eq!(outcome(&result), Some("iterate"));
    let ranked: Vec<&str> = result.ablations[0]
        .arms
        .iter()
        .map(|a| a.component.as_str())
        .collect();
    assert_eq!(ranked[0], "lexicon");
    assert!(
        result.ablations[0]
            .note
            .as_deref()
            .unwrap()
            .contains("was tuned on these rows")
    );
}

#[test]
fn digits() {
    let result = example("examples/digits/vision.bench");
    check_metrics(&result, "digits/compare/test", "digits.test", None);
    check_comparisons(&result, "digits/compare/test");
    check_metrics(&result, "digits/ablation/test", "digits.test", Some("mlp"));
    check_arms(&result, "digits/ablation/test");
    assert_eq!(outcome(&result), Some("drop"));
    let dead = result.ablations[0]
        .arms
        .iter()
        .find(|a| a.component == "scale")
        .unwrap();
    assert_eq!(dead.delta, Some(0.0));
}

#[test]
fn quality_against_latency() {
    let result = example("examples/latency/pick.bench");
    check_metrics(&result, "latency/select/val", "reviews.val", None);
    check_metrics(&result, "latency/select/test", "reviews.test", None);
    let chosen = result.selections[0].chosen.as_ref().unwrap();
    assert_eq!(
        (chosen.system.as_str(), chosen.variant.as_str()),
        ("chars", "no-char")
    );
}

#[test]
fn whole_plan() {
    let result = example("tests/whole-plan/whole-plan-predictions.bench");
    check_metrics(&result, "whole-plan/compare/test", "reviews.test", None);
    check_comparisons(&result, "whole-plan/compare/test");
    check_metrics(
        &result,
        "whole-plan/ablation/dev",
        "reviews.val",
        Some("chars"),
    );
    check_arms(&result, "whole-plan/ablation/dev");
    assert_eq!(outcome(&result), Some("ship"));
    let cost = result
        .metrics
        .iter()
        .find(|m| m.metric == "cost_per_1k")
        .unwrap();
    assert_eq!(cost.unit, Unit::Money("USD".into()));
}

#[test]
fn digits_in_every_combination() {
    let result = example("examples/digits/factorial.bench");
    let text = std::fs::read_to_string("tests/oracles/factorial.json").unwrap();
    let oracle: Value = serde_json::from_str(&text).unwrap();
    let f = &result.factorials[0];
    assert_eq!(f.rows, oracle["rows"].as_u64().unwrap());
    for (group, len) in [("cells", f.cells.len()), ("effects", f.effects.len())] {
        assert_eq!(len, oracle[group].as_object().unwrap().len(), "{group}");
    }
    for cell in &f.cells {
        let want = oracle["cells"][&cell.variant].as_f64().unwrap();
        assert!(
            near(cell.estimate.unwrap(), want, 1e-12),
            "{}",
            cell.variant
        );
    }
    for effect in &f.effects {
        let name = effect.components.join("*");
        let want = oracle["effects"][&name].as_f64().unwrap();
        assert!(near(effect.estimate.unwrap(), want, 1e-12), "{name}");
    }
    let gap = result.ablations[0].additivity_gap.unwrap();
    assert!(near(gap, oracle["additivity_gap"].as_f64().unwrap(), 1e-12));
    assert_eq!(outcome(&result), Some("keep"));
}
