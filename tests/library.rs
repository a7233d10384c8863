//! The standard library: every file checks clean by the same compiler, and every metric says what it is.

use benchwright::analysis::{MetricFacts, analyse, metrics};
use benchwright::hir::{Better, library, library_names};
use benchwright::metrics::StatisticClass;
use benchwright::text::{MemoryWorld, World};
use std::path::Path;

fn facts(world: &dyn World, plan: Option<&str>) -> Vec<MetricFacts> {
    metrics(world, plan.map(Path::new)).unwrap()
}

fn all() -> Vec<MetricFacts> {
    facts(&MemoryWorld::default(), None)
}

/// Metrics so plain that nobody is their source.
const PLAIN: [&str; 13] = [
    "positive_rate",
    "max_error",
    "bias",
    "absolute_bias",
    "latency_mean",
    "latency_min",
    "latency_max",
    "cost_per_1k",
    "throughput",
    "peak_memory",
    "elapsed",
    "request_failures",
    "served_throughput",
];

/// Codes and messages.
fn wrong(world: &MemoryWorld, path: &str) -> Vec<String> {
    let analysis = analyse(world, Path::new(path)).unwrap();
    let shown = |d: &benchwright::diagnostic::Diagnostic| format!("{} {}", d.code.code, d.message);
    analysis.diagnostics.iter().map(shown).collect()
}

#[test]
fn every_file_checks_clean_as_a_plan_of_its_own() {
    for name in library_names() {
        let world = MemoryWorld::default().with("m.bench", library(name).unwrap());
        assert_eq!(wrong(&world, "m.bench"), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn importing_everything_works() {
    let mut uses = String::new();
    // Protocols are rules, no metrics; `tests/uncertainty.rs` uses them.
    for module in library_names().filter(|m| *m != "protocols") {
        let all = all();
        let own = all.iter().filter(|m| m.module == format!("std.{module}"));
        let own: Vec<&str> = own.map(|m| m.name.as_str()).collect();
        assert!(!own.is_empty(), "{module} has no metric");
        uses += &format!("use std.{module}.{{{}}}\n", own.join(", "));
    }
    let world = MemoryWorld::default().with("all.bench", &uses);
    assert_eq!(wrong(&world, "all.bench"), Vec::<String>::new());
}

#[test]
fn every_metric_says_what_it_is() {
    for m in all() {
        let name = &m.name;
        assert!(m.docs.ends_with('.'), "{name} has no sentence: {}", m.docs);
        let sourced = m.docs.contains("Source: ") || PLAIN.contains(&name.as_str());
        assert!(sourced, "{name} has no source");
        assert!(m.better.is_some(), "{name} has no direction");
        let formula = m.formula.as_deref().unwrap_or_default();
        assert!(!formula.is_empty(), "{name} has no formula");
        let outline = m.outline.unwrap_or_else(|e| panic!("{name}: {e:?}"));
        let needs = outline.needs.len() + outline.figures.len();
        assert!(needs > 0, "{name} needs nothing");
        // Bounded by `range:`, or by words where the language has no word for "unbounded".
        let bounded = m.range.is_some()
            || m.docs.contains("0 or more")
            || m.docs.contains("any number")
            || m.module == "std.serving";
        assert!(bounded, "{name} doesn't say its range");
    }
}

#[test]
fn names_are_unique_in_the_library() {
    let mut names: Vec<String> = all().into_iter().map(|m| m.name).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn units_are_right() {
    let unit = |name: &str| {
        let all = all();
        let found = all.iter().find(|m| m.name == name);
        found.unwrap().measure.to_string()
    };
    assert_eq!(unit("throughput"), "a rate (in /s)");
    assert_eq!(unit("latency_p90"), "a time (in ms)");
    assert_eq!(unit("peak_memory"), "a size (in B)");
    assert_eq!(unit("energy"), "an energy (in J)");
    assert_eq!(unit("mape"), "a ratio (in %)");
    assert_eq!(unit("specificity"), "a ratio (in %)");
    assert_eq!(unit("mcc"), "a plain number");
    assert_eq!(unit("cost_per_1k"), "an amount of money (in USD)");
}

#[test]
fn facts_are_those_of_the_compiled_metric() {
    let all = all();
    let of = |name: &str| all.iter().find(|m| m.name == name).unwrap();
    let class = |name: &str| of(name).outline.as_ref().unwrap().class;
    assert_eq!(class("peak_memory"), StatisticClass::Figures);
    assert_eq!(class("f1_macro"), StatisticClass::Counts);
    assert_eq!(class("mcc"), StatisticClass::Counts);
    assert_eq!(class("brier"), StatisticClass::Sums);
    assert_eq!(class("latency_p95"), StatisticClass::Order);
    assert_eq!(class("max_error"), StatisticClass::Order);
    let f1 = of("f1").outline.clone().unwrap();
    assert!(f1.positive && !f1.over_classes && !f1.price);
    assert!(of("cost_per_1k").outline.as_ref().unwrap().price);
    assert!(of("f1_macro").outline.as_ref().unwrap().over_classes);
    assert_eq!(of("pinball").params, ["q"]);
    assert_eq!(of("mae").better, Some(Better::Lower));
    assert_eq!(
        of("accuracy").formula.as_deref(),
        Some("mean(prediction == label)")
    );
}

#[test]
fn a_plan_has_its_own_metrics_too() {
    let text = "use std.regression.mae\n\n## What a wrong answer costs.\nmetric loss {\n  better: lower\n  value: 4.20USD * count(label == fraud and prediction != fraud) / count()\n}\nmetric length { better: lower, value: mean(tokens) }\n";
    let world = MemoryWorld::default().with("p.bench", text);
    let own = facts(&world, Some("p.bench"));
    let own: Vec<&MetricFacts> = own.iter().filter(|m| !m.is_library()).collect();
    assert_eq!(own.len(), 2);
    assert_eq!(own[0].name, "loss");
    assert_eq!(own[0].docs, "What a wrong answer costs.");
    let formula = own[0].formula.as_deref();
    assert!(formula.unwrap().starts_with("4.20USD * count("));
    let needs = benchwright::analysis::needs_in_words(own[1].outline.as_ref().unwrap());
    assert_eq!(needs, ["tokens"]);
}

/// Functions of numbers take numbers of one kind; roots and logarithms have no unit.
#[test]
fn functions_do_not_mix_units() {
    let found = |value: &str| {
        let plan = format!("metric m {{ better: lower, value: {value} }}\n");
        let world = benchwright::text::MemoryWorld::default().with("plan.bench", plan);
        let analysis =
            benchwright::analysis::analyse(&world, std::path::Path::new("plan.bench")).unwrap();
        let codes = analysis.diagnostics.iter().map(|d| d.code.code);
        codes.collect::<Vec<_>>()
    };
    assert_eq!(found("greatest(mean(latency), 5)"), ["T102"]);
    assert_eq!(found("mean(least(latency, 5))"), ["T102"]);
    assert_eq!(found("sqrt(mean(latency * latency))"), ["T102"]);
    assert_eq!(found("mean(log(latency))"), ["T102"]);
    assert_eq!(found("abs(mean(score), 1)"), ["T106"]);
    assert!(found("greatest(mean(latency), 5ms)").is_empty());
    assert!(found("mean(log(latency / 1ms))").is_empty());
    assert!(found("sqrt(mean(score * score))").is_empty());
}
