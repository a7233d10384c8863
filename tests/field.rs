//! The plans from the field: their verdicts, and every number that their pages claim, counted here from
//! the files and by no code of the crate.

use super::support::pipeline;
use benchwright::analysis::analyse;
use benchwright::diagnostic::Level;
use benchwright::format;
use benchwright::result::{Comparison, Metric, RunResult};
use benchwright::text::DiskWorld;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

fn run(path: &str) -> RunResult {
    pipeline::run(&DiskWorld, path).unwrap_or_else(|errors| panic!("{path}: {errors:#?}"))
}

/// A row by its columns.
type Row = BTreeMap<String, String>;

fn rows(path: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Rows of outputs by id.
fn by_id(path: &str, id: &str) -> BTreeMap<String, Row> {
    rows(path)
        .into_iter()
        .map(|row| (row[id].clone(), row))
        .collect()
}

fn near(got: f64, want: f64) -> bool {
    (got - want).abs() < 1e-12
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The share of pairs that agree.
fn accuracy(pairs: &[(String, String)]) -> f64 {
    let right = pairs
        .iter()
        .filter(|(label, answer)| label == answer)
        .count();
    right as f64 / pairs.len() as f64
}

/// The mean over classes of 2 TP / (2 TP + FP + FN).
fn f1_macro(pairs: &[(String, String)], classes: &[&str]) -> f64 {
    let of = |class: &&str| {
        let (mut both, mut either) = (0.0, 0.0);
        for (label, answer) in pairs {
            let (label, answer) = (label == class, answer == class);
            both += f64::from(u8::from(label && answer));
            either += f64::from(u8::from(label)) + f64::from(u8::from(answer));
        }
        2.0 * both / either
    };
    mean(&classes.iter().map(of).collect::<Vec<_>>())
}

/// By linear interpolation between order statistics.
fn percentile_95(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = 0.95 * (values.len() - 1) as f64;
    let below = at.floor() as usize;
    values[below] + (at - at.floor()) * (values[below + 1] - values[below])
}

fn metric<'r>(result: &'r RunResult, system: &str, variant: &str, metric: &str) -> &'r Metric {
    let found = result.metrics.iter().find(|m| {
        m.system == system
            && m.variant == variant
            && m.metric == metric
            && m.seed.is_none()
            && m.slice.is_none()
    });
    found.unwrap_or_else(|| panic!("no {metric} of {system} {variant}"))
}

fn comparison<'r>(result: &'r RunResult, metric: &str) -> &'r Comparison {
    let mut all = result.comparisons.iter();
    all.find(|c| c.metric == metric && c.slice.is_none())
        .unwrap()
}

fn outcome(result: &RunResult) -> Option<&str> {
    result.decisions[0].outcome.as_deref()
}

/// Every plan but the faulty ones.
fn plans() -> Vec<String> {
    let folders = std::fs::read_dir("examples").unwrap();
    let files = folders
        .map(|f| f.unwrap().path())
        .filter(|f| f.is_dir() && !f.ends_with("faulty"))
        .flat_map(|f| std::fs::read_dir(f).unwrap());
    let paths = files.map(|f| f.unwrap().path().display().to_string());
    let mut plans: Vec<String> = paths
        .filter(|p| p.ends_with(".bench") && Path::new(p).is_file())
        .collect();
    plans.sort();
    plans
}

#[test]
fn every_example_checks_clean_and_is_laid_out_and_listed() {
    let list = std::fs::read_to_string("examples/README.md").unwrap();
    let plans = plans();
    assert!(plans.len() >= 11);
    for path in plans {
        let analysis = analyse(&DiskWorld, Path::new(&path)).unwrap();
        let told = |d: &&benchwright::diagnostic::Diagnostic| {
            let counts = d.answer == benchwright::diagnostic::Answer::Refuted;
            counts && d.waived.is_none() && d.level >= Level::Warning
        };
        let found: Vec<&str> = analysis
            .diagnostics
            .iter()
            .filter(told)
            .map(|d| d.message.as_str())
            .collect();
        assert!(found.is_empty(), "{path}: {found:?}");
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(format::format(&text).text, text, "{path}");
        let path = Path::new(&path);
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(list.contains(&format!("`{name}`")), "{name} is not listed");
        assert!(path.with_file_name("README.md").exists(), "{name}");
    }
}

/// Where python3 is there: each script of a synthetic example writes the bytes that are committed.
#[test]
fn synthetic_rows_are_what_their_scripts_write() {
    if Command::new("python3").arg("--version").output().is_err() {
        return;
    }
    for (folder, printed) in [
        ("classifier", Some("results.csv")),
        ("latency", Some("encoders.csv")),
        ("hardware-cost", Some("served.csv")),
        ("augmentation", None),
        ("multilingual", None),
    ] {
        let script = std::fs::canonicalize(format!("examples/{folder}/synthesise.py")).unwrap();
        let made = tempfile::tempdir().unwrap();
        let output = Command::new("python3")
            .arg(script)
            .current_dir(made.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{folder}");
        if let Some(name) = printed {
            std::fs::write(made.path().join(name), output.stdout).unwrap();
        }
        let mut compared = 0;
        for below in ["", "runs"] {
            let Ok(files) = std::fs::read_dir(made.path().join(below)) else {
                continue;
            };
            for file in files.map(|f| f.unwrap().path()).filter(|f| f.is_file()) {
                let kept = Path::new("examples")
                    .join(folder)
                    .join(below)
                    .join(file.file_name().unwrap());
                assert!(
                    std::fs::read(&file).unwrap() == std::fs::read(&kept).unwrap(),
                    "{}",
                    kept.display()
                );
                compared += 1;
            }
        }
        assert!(compared > 0, "{folder}");
    }
}

#[test]
fn classifier() {
    let rows = rows("examples/classifier/results.csv");
    assert_eq!(rows.len(), 20_000);
    let right = |system: &str| rows.iter().filter(|r| r[system] == r["label"]).count();
    assert_eq!((right("baseline"), right("new")), (16_840, 17_060));
    let only = |one: &str, other: &str| {
        rows.iter()
            .filter(|r| r[one] == r["label"] && r[other] != r["label"])
            .count()
    };
    let (old, new) = (only("baseline", "new"), only("new", "baseline"));
    assert_eq!((old, new), (690, 910));
    let result = run("examples/classifier/classifier.bench");
    assert!(near(
        metric(&result, "served", "full", "accuracy")
            .estimate
            .unwrap(),
        0.842
    ));
    assert!(near(
        metric(&result, "new", "full", "accuracy").estimate.unwrap(),
        0.853
    ));
    let gain = comparison(&result, "accuracy");
    assert!(near(gain.delta.unwrap(), 0.011));
    // The normal interval of a paired difference of shares, from the four counts (McNemar 1947).
    let n: f64 = 20_000.0;
    let half = 1.959_964 * (1600.0 - 220.0 * 220.0 / n).sqrt() / n;
    let interval = gain.interval.as_ref().unwrap();
    assert!((interval.low - (0.011 - half)).abs() < 2e-4, "{interval:?}");
    assert!(
        (interval.high - (0.011 + half)).abs() < 2e-4,
        "{interval:?}"
    );
    assert_eq!(outcome(&result), Some("ship"));
}

#[test]
fn augmentation() {
    let labels = by_id("examples/augmentation/reviews.csv", "id");
    let share = |arm: &str| {
        let runs: Vec<f64> = (1..=5)
            .map(|seed| {
                let rows = rows(&format!("examples/augmentation/runs/{arm}-{seed}.csv"));
                let pair = |r: &Row| (labels[&r["id"]]["label"].clone(), r["prediction"].clone());
                accuracy(&rows.iter().map(pair).collect::<Vec<_>>())
            })
            .collect();
        mean(&runs)
    };
    let shares = ["full", "no-synonyms", "no-backtranslation"].map(share);
    assert!(
        shares
            .iter()
            .zip([0.841, 0.833, 0.838])
            .all(|(s, w)| near(*s, w)),
        "{shares:?}"
    );
    let result = run("examples/augmentation/augmentation.bench");
    let table = &result.ablations[0];
    let drops: Vec<(&str, f64)> = table
        .arms
        .iter()
        .map(|a| (a.component.as_str(), a.delta.unwrap()))
        .collect();
    assert_eq!((drops[0].0, drops[1].0), ("synonyms", "backtranslation"));
    assert!(
        near(drops[0].1, -0.008) && near(drops[1].1, -0.003),
        "{drops:?}"
    );
    for arm in &table.arms {
        let interval = arm.interval.as_ref().unwrap();
        assert!(interval.low < 0.0 && interval.high > 0.0, "{arm:?}");
    }
    assert_eq!(outcome(&result), Some("undecided"));
}

#[test]
fn encoders_within_a_limit() {
    let rows = rows("examples/latency/encoders.csv");
    let val: Vec<&Row> = rows.iter().filter(|r| r["split"] == "val").collect();
    let result = run("examples/latency/encoders.bench");
    for (system, share, p95) in [
        ("distilbert", 0.835, 45.0),
        ("bert", 0.842, 95.0),
        ("roberta", 0.853, 140.0),
    ] {
        let pair = |r: &&Row| (r["label"].clone(), r[system].clone());
        assert!(
            near(accuracy(&val.iter().map(pair).collect::<Vec<_>>()), share),
            "{system}"
        );
        let times = val
            .iter()
            .map(|r| r[&format!("{system}_ms")].parse().unwrap());
        assert!(near(percentile_95(times.collect()), p95), "{system}");
        let found = |name: &str| {
            let mut all = result.metrics.iter();
            let of = all
                .find(|m| m.system == system && m.metric == name && m.partition == "sentences.val");
            of.unwrap().estimate.unwrap()
        };
        assert!(
            near(found("accuracy"), share) && near(found("latency_p95"), p95),
            "{system}"
        );
    }
    let chosen = result.selections[0].chosen.as_ref().unwrap();
    assert_eq!(chosen.system, "bert");
}

#[test]
fn multilingual() {
    let labels = by_id("examples/multilingual/reviews.csv", "review_id");
    let classes = ["neg", "neu", "pos"];
    let result = run("examples/multilingual/multilingual.bench");
    let mut figures = Vec::new();
    for system in ["xlmr", "balanced"] {
        let (mut scores, mut times) = (Vec::new(), Vec::new());
        for seed in 11..=15 {
            let rows = rows(&format!("examples/multilingual/runs/{system}-{seed}.csv"));
            let pair = |r: &Row| {
                (
                    labels[&r["review_id"]]["sentiment"].clone(),
                    r["prediction"].clone(),
                )
            };
            scores.push(f1_macro(
                &rows.iter().map(pair).collect::<Vec<_>>(),
                &classes,
            ));
            times.push(percentile_95(
                rows.iter()
                    .map(|r| r["latency_ms"].parse().unwrap())
                    .collect(),
            ));
        }
        let of = |name: &str| metric(&result, system, "full", name).estimate.unwrap();
        assert!(near(of("f1_macro"), mean(&scores)), "{system}");
        assert!((of("latency_p95") - mean(&times)).abs() < 1e-9, "{system}");
        figures.push((mean(&scores), mean(&times)));
    }
    let gain = figures[1].0 - figures[0].0;
    assert!(gain >= 0.01 && figures[1].1 <= 100.0);
    assert!(near(comparison(&result, "f1_macro").gain.unwrap(), gain));
    assert_eq!(outcome(&result), Some("ship"));
}

#[test]
fn a_published_table() {
    let result = run("examples/vision-reported/vision.bench");
    let table = &result.ablations[0];
    let drops: Vec<(&str, f64)> = table
        .arms
        .iter()
        .map(|a| (a.component.as_str(), a.delta.unwrap()))
        .collect();
    let wanted = [
        ("pretraining", 0.792 - 0.824),
        ("mixup", 0.810 - 0.824),
        ("randaugment", 0.816 - 0.824),
        ("smoothing", 0.820 - 0.824),
    ];
    for ((name, drop), (wanted, by)) in drops.iter().zip(wanted) {
        assert!(*name == wanted && near(*drop, by), "{drops:?}");
    }
    assert!(
        table
            .arms
            .iter()
            .all(|a| a.interval.is_none() && a.p_value.is_none())
    );
    assert!(
        table
            .note
            .as_deref()
            .unwrap()
            .contains("nothing is known of interactions")
    );
    let minimal = table.minimal.as_ref().unwrap();
    assert_eq!(
        minimal.components_kept,
        ["mixup", "pretraining", "randaugment"]
    );
    assert!(near(minimal.predicted.unwrap(), 0.82) && minimal.needs_confirmation);
}

#[test]
fn costs_on_two_machines() {
    let rows = rows("examples/hardware-cost/served.csv");
    let result = run("examples/hardware-cost/cost.bench");
    let mut costs = BTreeMap::new();
    for model in ["small", "base", "large"] {
        for (machine, price) in [("cpu", 0.17), ("gpu", 0.53)] {
            let val = rows.iter().filter(|r| r["split"] == "val");
            let times: Vec<f64> = val
                .map(|r| r[&format!("{model}_{machine}_ms")].parse().unwrap())
                .collect();
            let cost = 1000.0 * mean(&times) * price / 3.6e6;
            let system = format!("{model}_{machine}");
            let mut all = result.metrics.iter();
            let of = all.find(|m| {
                m.system == system && m.metric == "cost_per_1k" && m.partition == "requests.val"
            });
            assert!(near(of.unwrap().estimate.unwrap(), cost), "{system}");
            costs.insert(system, cost);
        }
    }
    assert!(costs["small_cpu"] < costs["small_gpu"]);
    assert!(costs["base_gpu"] < 0.6 * costs["base_cpu"]);
    assert!(costs["large_gpu"] < 0.3 * costs["large_cpu"]);
    assert_eq!(outcome(&result), Some("gpu"));
    let chosen = result.selections[0].chosen.as_ref().unwrap();
    assert_eq!(chosen.system, "large_gpu");
}

/// Test rows of the real example with the outputs of one arm, run by run.
fn of_reviews(variant: &str) -> Vec<Vec<(Row, Row)>> {
    let labels = by_id("examples/reviews/data/reviews.csv", "id");
    (1..=5)
        .map(|seed| {
            let outputs = rows(&format!(
                "examples/reviews/runs/chars/{variant}-seed{seed}.csv"
            ));
            let joined = outputs.into_iter().map(|r| (labels[&r["id"]].clone(), r));
            joined
                .filter(|(label, _)| label["split"] == "test")
                .collect()
        })
        .collect()
}

fn mean_over_runs(variant: &str, of: impl Fn(&[(Row, Row)]) -> f64) -> f64 {
    mean(
        &of_reviews(variant)
            .iter()
            .map(|run| of(run))
            .collect::<Vec<_>>(),
    )
}

fn f1_of_reviews(variant: &str) -> f64 {
    mean_over_runs(variant, |run| {
        let pair = |(label, output): &(Row, Row)| (label["label"].clone(), output["pred"].clone());
        f1_macro(&run.iter().map(pair).collect::<Vec<_>>(), &["neg", "pos"])
    })
}

#[test]
fn atlas() {
    let result = run("examples/atlas/atlas.bench");
    let brier = |variant: &str| {
        mean_over_runs(variant, |run| {
            let square = |(label, output): &(Row, Row)| {
                let truth = f64::from(u8::from(label["label"] == "pos"));
                (output["score"].parse::<f64>().unwrap() - truth).powi(2)
            };
            mean(&run.iter().map(square).collect::<Vec<_>>())
        })
    };
    let p95 = |variant: &str| {
        mean_over_runs(variant, |run| {
            percentile_95(
                run.iter()
                    .map(|(_, output)| output["latency_ms"].parse().unwrap())
                    .collect(),
            )
        })
    };
    type Figure<'f> = &'f dyn Fn(&str) -> f64;
    let tables: [(&str, Figure); 3] = [
        ("f1_macro", &f1_of_reviews),
        ("brier", &brier),
        ("latency_p95", &p95),
    ];
    assert_eq!(result.ablations.len(), 3);
    for (name, of) in tables {
        let table = result.ablations.iter().find(|a| a.metric == name).unwrap();
        assert_eq!(table.arms.len(), 5);
        let full = of("full");
        for arm in &table.arms {
            let want = of(&format!("no-{}", arm.component)) - full;
            assert!(
                (arm.delta.unwrap() - want).abs() < 1e-9,
                "{name} {}",
                arm.component
            );
        }
    }
    assert_eq!(outcome(&result), Some("undecided"));
}

#[test]
fn five_lines() {
    let result = run("examples/five-lines/five-lines.bench");
    let gain = f1_of_reviews("full") - f1_of_reviews("no-lexicon");
    assert!(near(comparison(&result, "f1_macro").gain.unwrap(), gain));
    assert_eq!(outcome(&result), Some("more"));
    let text = std::fs::read_to_string("examples/five-lines/five-lines.bench").unwrap();
    let first: Vec<&str> = text.lines().skip(1).take(5).collect();
    let begins = ["use ", "plan ", "dataset ", "compare ", "decide "];
    assert!(
        first
            .iter()
            .zip(begins)
            .all(|(line, begin)| line.starts_with(begin)),
        "{first:#?}"
    );
}
