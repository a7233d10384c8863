//! What claims can show before a run: closed forms against enumeration, simulated spreads against what
//! they have to be, and the command's answers.

use crate::support::oracle::cases;
use benchwright::analysis;
use benchwright::power::sizes::Reads;
use benchwright::power::{Basis, Effort, Enough, assess, chance, claims, simulate};
use benchwright::stats::power::{
    best_pairs, best_power, best_proportion, fewest_wins, margin_pairs, margin_power,
    margin_proportion, mcnemar_pairs, pairs_for_mean,
};
use benchwright::stats::two_samples;
use benchwright::text::MemoryWorld;
use std::path::Path;
use std::process::Command;

fn near(got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance, "{got} for {want}");
}

#[test]
pub fn pairs_for_means_are_those_of_statsmodels() {
    for case in cases("power") {
        let Some(d) = case.input["effect_size"].as_f64() else {
            continue;
        };
        for (key, power) in [("paired_t_n_0.8", 0.8), ("paired_t_n_0.9", 0.9)] {
            if case.expects(key) {
                case.check(key, pairs_for_mean(d, 0.05, power).unwrap());
            }
        }
    }
}

fn mass(k: u32, n: u32, p: f64) -> f64 {
    (0..k).fold((1.0 - p).powi((n - k) as i32), |m, i| {
        m * p * f64::from(n - i) / f64::from(i + 1)
    })
}

/// Fewer wins than that leave 0 in the percentile interval: of the resamples too many have no win.
#[test]
fn fewest_wins_are_those_that_a_bootstrap_needs() {
    for (alpha, wins) in [(0.05, 4), (0.01, 6), (0.1, 3)] {
        assert_eq!(fewest_wins(alpha), Some(wins));
        let none = |m: u64| (1.0 - m as f64 / 1000.0f64).powi(1000);
        assert!(none(wins) <= alpha / 2.0 && none(wins - 1) > alpha / 2.0);
    }
}

#[test]
fn the_best_case_is_a_binomial_tail() {
    let tail = |n: u32, p: f64| 1.0 - (0..4).map(|k| mass(k, n, p)).sum::<f64>();
    for (n, p) in [(40u32, 0.1), (100, 0.05), (300, 0.02)] {
        near(
            best_power(f64::from(n), p, 0.05).unwrap(),
            tail(n, p),
            1e-10,
        );
    }
    let p = best_proportion(100.0, 0.05, 0.8).unwrap();
    near(tail(100, p), 0.8, 1e-9);
    let n = best_pairs(0.05, 0.05, 0.8).unwrap() as u32;
    assert!(tail(n, 0.05) >= 0.8 && tail(n - 1, 0.05) < 0.8, "{n}");
    assert_eq!(best_proportion(3.0, 0.05, 0.8), None);
    // No procedure needs fewer than this bound: Connor's formula at the same disagreement asks for more.
    let connor = mcnemar_pairs(0.05, 0.0, 0.05, 0.8).unwrap();
    assert!(f64::from(n) < connor);
}

/// The power of a Wald interval against a margin, by enumeration of wins and losses.
#[test]
fn margins_agree_with_enumeration() {
    let (n, discordant) = (400u32, 0.2);
    let margin = margin_proportion(f64::from(n), discordant, 0.05, 0.8).unwrap();
    near(
        margin_pairs(discordant, margin, 0.05, 0.8).unwrap(),
        f64::from(n),
        1e-6,
    );
    near(
        margin_power(f64::from(n), discordant, margin, 0.05).unwrap(),
        0.8,
        1e-9,
    );
    let mut power = 0.0;
    for m in 0..=n {
        let of_m = mass(m, n, discordant);
        if of_m < 1e-13 {
            continue;
        }
        for wins in 0..=m {
            let (w, l, n) = (f64::from(wins), f64::from(m - wins), f64::from(n));
            let gain = (w - l) / n;
            let error = (((w + l) / n - gain * gain) / n).sqrt();
            if gain - 1.959_963_984_540_054 * error > -margin {
                power += of_m * mass(wins, m, 0.5);
            }
        }
    }
    near(power, 0.8, 0.015);
}

fn plan(metric: &str, dataset: &str, compare: &str, rule: &str) -> String {
    format!(
        r#"use std.classification.{{accuracy, f1_macro, f1_micro, balanced_accuracy}}
use std.serving.latency_p95
plan p {{ objective: "o", primary: {metric} }}
dataset d {{
  source: "d.csv", version: "1", id: id, label: y in [neg, pos], split: column(part) {{ train: "train", test: "test" }}
  {dataset}
}}
baseline a {{ train: d.train, seeds: 1, predictions: "a.csv" }}
candidate b from a {{ predictions: "b.csv" }}
compare b with a {{
  on: d.test, metrics: [{metric}]
  {compare}
}}
decide for b against a {{
  ship when {rule}
  hold otherwise
}}
"#
    )
}

/// What the first claim's assessment says: basis, best and worst smallest effect, best and worst rows.
fn first(text: &str) -> (Basis, [Option<f64>; 4], Enough) {
    let world = MemoryWorld::default().with("plan.bench", text);
    let a = analysis::analyse(&world, Path::new("plan.bench")).unwrap();
    assert!(!a.has_errors(), "{:?}", a.diagnostics);
    let reads = Reads::new();
    let all = claims(&a.plan, &reads);
    let found = assess(&a.plan, &reads, &all[0], None, Effort::Full);
    let reached = chance(&all[0], &found);
    assert!(reached.best.is_none_or(|c| (0.0..=1.0).contains(&c)));
    let numbers = [
        found.smallest.best,
        found.smallest.worst,
        found.rows_needed.best,
        found.rows_needed.worst,
    ];
    (found.basis, numbers, found.enough)
}

const ROWS: &str = "rows: { train: 100, test: 1_050 }";
const PILOT: &str = "pilot: { disagreement: 14% }";

#[test]
fn a_declared_disagreement_gives_the_smallest_gain() {
    let rule = "point(gain(accuracy)) >= 1pp";
    let (basis, numbers, enough) = first(&plan("accuracy", ROWS, PILOT, rule));
    assert_eq!(basis, Basis::Disagreement(0.14));
    let [best, worst, least, most] = numbers.map(Option::unwrap);
    assert_eq!((best, least), (worst, most));
    near(best, 0.0324, 1e-4);
    near(least, mcnemar_pairs(0.075, 0.065, 0.05, 0.8).unwrap(), 1e-6);
    near(least, 10_987.0, 5.0);
    assert_eq!(enough, Enough::No);
    let asked = plan("accuracy", ROWS, PILOT, "gain(accuracy) >= 4pp");
    assert_eq!(first(&asked).2, Enough::Yes);
}

#[test]
fn without_a_pilot_there_are_bounds() {
    let rule = "gain(accuracy) > 1pp";
    let (basis, numbers, enough) = first(&plan("accuracy", ROWS, "", rule));
    assert_eq!((basis, enough), (Basis::AnyDisagreement, Enough::Unsure));
    near(numbers[0].unwrap(), 5.515 / 1050.0, 2e-5);
    near(numbers[1].unwrap(), 2.801_585 / 1050f64.sqrt(), 4e-4);
    let few = plan("accuracy", "rows: { train: 9, test: 100 }", "", rule);
    assert_eq!(first(&few).2, Enough::No);
    let unknown = first(&plan("accuracy", "", "", rule));
    assert_eq!((unknown.1[0], unknown.2), (None, Enough::Unsure));
}

#[test]
fn a_margin_needs_rows_as_a_gain_does() {
    let rule = "gain(accuracy) > -3pp";
    let (_, numbers, enough) = first(&plan("accuracy", ROWS, PILOT, rule));
    near(
        numbers[0].unwrap(),
        2.801_585 * (0.14f64 / 1050.0).sqrt(),
        1e-6,
    );
    assert_eq!(enough, Enough::No);
    near(numbers[2].unwrap(), 7.848_88 * 0.14 / 0.0009, 0.01);
}

/// Apart, a difference of shares is hardest to see round one half, where each row varies by a half; whole runs apart have
/// twice the variance of one.
#[test]
fn samples_apart_have_bounds_of_their_own() {
    let rule = "gain(accuracy) > 1pp";
    let apart = |compare: &str, rule: &str| first(&plan("accuracy", ROWS, compare, rule));
    let (basis, numbers, enough) = apart("paired: no", rule);
    assert_eq!((basis, enough), (Basis::ApartShares, Enough::Unsure));
    let pairs = first(&plan("accuracy", ROWS, "", rule)).1;
    assert_eq!(numbers[0], pairs[0]);
    let [_, worst, _, needed] = numbers.map(Option::unwrap);
    near(worst, 2.801_585 * (0.5f64 / 1050.0).sqrt(), 2e-4);
    near(needed, 7.848_88 * 0.5 / 0.0001, 5.0);
    let (_, margin, _) = apart("paired: no", "gain(accuracy) > -3pp");
    near(margin[3].unwrap(), 7.848_88 * 0.5 / 0.0009, 0.01);
    let text = plan("accuracy", ROWS, "paired: no, over: runs", rule);
    let text = text
        .replace("seeds: 1", "seeds: 5")
        .replace("a.csv", "a-{seed}.csv")
        .replace("b.csv", "b-{seed}.csv");
    let (basis, runs, _) = first(&text);
    assert_eq!(basis, Basis::ApartRuns);
    near(
        runs[1].unwrap(),
        two_samples::t_detectable(5.0, 0.05, 0.8).unwrap(),
        1e-12,
    );
}

/// Micro-F1 is accuracy, and of accuracy the spread is known: the square root of the disagreement.
#[test]
fn simulated_spreads_are_those_of_shares() {
    let rule = "gain(f1_micro) > 1pp";
    let (basis, numbers, _) = first(&plan("f1_micro", ROWS, PILOT, rule));
    match basis {
        Basis::Simulated(d, (low, high)) => {
            let tolerance = 4.0 * 0.14f64.sqrt() / (2.0 * simulate::TABLES as f64).sqrt();
            near(d, 0.14, 0.0);
            near(low, 0.14f64.sqrt(), tolerance);
            near(high, 0.14f64.sqrt(), tolerance);
        }
        // A plain share has its closed form.
        Basis::Disagreement(d) => near(d, 0.14, 0.0),
        other => panic!("{other:?}"),
    }
    near(numbers[0].unwrap(), 0.0324, 0.003);
}

/// With equally frequent classes balanced accuracy and macro-F1 spread as accuracy does, give or take; and
/// the same numbers come out again.
#[test]
fn macro_averages_are_simulated() {
    let rule = "gain(f1_macro) > 1pp";
    let text = plan("f1_macro", ROWS, PILOT, rule);
    let found = first(&text);
    assert_eq!(found, first(&text));
    let Basis::Simulated(_, (low, high)) = found.0 else {
        panic!("{:?}", found.0);
    };
    assert!(0.34 < low && low < high && high < 0.45, "{low} {high}");
    let skewed = text.replace("[neg, pos]", "[neg: 95%, pos: 5%]");
    let Basis::Simulated(_, (_, wide)) = first(&skewed).0 else {
        panic!();
    };
    // A rare class makes its F1, and so the mean, less certain.
    assert!(wide > 1.2 * high, "{wide} {high}");
}

#[test]
fn what_has_no_form_says_so() {
    let (basis, numbers, enough) = first(&plan("latency_p95", ROWS, "", "gain(latency_p95) > 5ms"));
    assert!(matches!(basis, Basis::Nothing(_)));
    assert_eq!((numbers, enough), ([None; 4], Enough::Unsure));
}

/// Standard normal numbers of a generator that is not the crate's (Marsaglia 1958 over a linear congruence).
struct Normals(u64);

impl Normals {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn next(&mut self) -> f64 {
        let (u, v) = (self.uniform(), self.uniform());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

/// The variance of an area under the curve from the chance that two positives beat one negative (Hanley & McNeil 1982,
/// eq. 1), for normal scores by numeric integration, both kinds equally frequent: of two independent systems twice that.
#[test]
fn areas_are_simulated() {
    let text = |pilot: &str| {
        let dataset = format!("{ROWS}, positive: pos");
        plan("roc_auc", &dataset, pilot, "gain(roc_auc) > 1pp")
            .replace("balanced_accuracy}", "balanced_accuracy, roc_auc}")
    };
    let (basis, numbers, enough) = first(&text("pilot: { level: 86% }"));
    let Basis::AnyScores(sd) = basis else {
        panic!("{basis:?}");
    };
    // Φ(d/√2) = 86 %.
    let apart = 1.080_319 * std::f64::consts::SQRT_2;
    let cdf = benchwright::stats::normal::cdf;
    let both: f64 = (-6000..6000)
        .map(|i| f64::from(i) / 1000.0)
        .map(|y| cdf(apart - y).powi(2) * (-0.5 * y * y).exp() * 0.001)
        .sum::<f64>()
        / std::f64::consts::TAU.sqrt();
    let per_row = 2.0 * (both - 0.86f64.powi(2)) * 2.0;
    near(sd, (2.0 * per_row).sqrt(), 0.08 * sd);
    // At worst that; two systems may also give the same scores.
    assert_eq!((numbers[0], enough), (Some(0.0), Enough::Unsure));
    near(numbers[1].unwrap(), 2.801_585 * sd / 1050f64.sqrt(), 1e-3);
    let Basis::AnyScores(unknown) = first(&text("")).0 else {
        panic!();
    };
    assert!(unknown > sd, "of no known level the worst is taken");
}

#[test]
fn quantiles_are_simulated_from_a_pilot() {
    let text = |pilot: &str| plan("latency_p95", ROWS, pilot, "gain(latency_p95) > 5ms");
    let (basis, numbers, _) = first(&text("pilot: { level: 80ms, sd: 12ms }"));
    let Basis::Tail((least, most)) = basis else {
        panic!("{basis:?}");
    };
    let of_tail = |tail: f64| {
        let mut draw = Normals(5);
        let middle = 80.0 / (tail * 1.644_854).exp();
        let gains: Vec<f64> = (0..400)
            .map(|_| {
                let rows = (0..1000).map(|_| {
                    let time = middle * (tail * draw.next()).exp();
                    (time, time + 12.0 * draw.next())
                });
                let (mut a, mut b): (Vec<f64>, Vec<f64>) = rows.unzip();
                a.sort_by(f64::total_cmp);
                b.sort_by(f64::total_cmp);
                a[950] - b[950]
            })
            .collect();
        deviation(&gains) * 1000f64.sqrt()
    };
    let (slim, heavy) = (of_tail(0.2), of_tail(0.8));
    near(least, slim.min(heavy), 0.15 * least);
    near(most, slim.max(heavy), 0.15 * most);
    near(
        numbers[1].unwrap(),
        2.801_585 * most / 1050f64.sqrt(),
        0.05 * numbers[1].unwrap(),
    );
    // Nothing is made up where the pilot says less.
    assert!(matches!(
        first(&text("pilot: { sd: 12ms }")).0,
        Basis::Nothing(_)
    ));
}

/// With four cells an effect averages two pairs of cells.
#[test]
fn effects_of_a_factorial_are_bounded_by_their_pairs() {
    let text = r#"use std.classification.accuracy
plan p { objective: "o", primary: accuracy }
dataset d {
  source: "d.csv", version: "1", id: id, label: y in [neg, pos], split: column(part) { test: "test" }
  rows: { test: 900 }
}
component left { flag: "--left {level}", levels: [off, on], absent: off, default: on }
component right { flag: "--right {level}", levels: [off, on], absent: off, default: on }
system full { components: [left, right], seeds: 1, predictions: "full-{variant}.csv" }
factorial of full { on: d.test, metric: accuracy, over: [left, right], interactions: [left * right] }
"#;
    let world = MemoryWorld::default().with("plan.bench", text);
    let a = analysis::analyse(&world, Path::new("plan.bench")).unwrap();
    assert!(!a.has_errors(), "{:?}", a.diagnostics);
    let reads = Reads::new();
    let all = claims(&a.plan, &reads);
    let found: Vec<(String, [f64; 2])> = all
        .iter()
        .map(|c| {
            let found = assess(&a.plan, &reads, c, None, Effort::Full);
            let ends = [found.smallest.best, found.smallest.worst].map(Option::unwrap);
            (c.contrast.as_ref().unwrap().name.clone(), ends)
        })
        .collect();
    let names: Vec<&str> = found.iter().map(|f| f.0.as_str()).collect();
    assert_eq!(names, ["left", "right", "left × right"]);
    // At best two pairs of each row, at worst the same row differs alike in both.
    let best = best_proportion(1800.0, 0.05, 0.8).unwrap();
    let worst = benchwright::stats::power::detectable_proportion(900.0, 1.0, 0.05, 0.8).unwrap();
    near(found[0].1[0], best, 1e-12);
    near(found[0].1[1], worst, 1e-12);
    // An interaction is half the difference of the differences: as far from 0 by chance as they are.
    assert_eq!(found[2].1, found[0].1);
}

#[test]
fn clusters_bound_from_both_sides() {
    let dataset = format!("{ROWS}, clusters: 230, group: author");
    let rule = "gain(accuracy) > 4pp";
    let (_, numbers, enough) = first(&plan("accuracy", &dataset, PILOT, rule));
    let [best, worst, least, most] = numbers.map(Option::unwrap);
    near(best, 0.0324, 1e-4);
    // 210 of the 230 clusters, by the share of rows.
    near(worst, 0.0324 * 5f64.sqrt(), 2e-3);
    near(most / least, 5.0, 1e-9);
    assert_eq!(enough, Enough::Unsure);
}

fn command(args: &[&str]) -> (String, String, Option<i32>) {
    let out = Command::new(env!("CARGO_BIN_EXE_benchwright"))
        .arg("power")
        .args(args)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(out.stdout), text(out.stderr), out.status.code())
}

#[test]
fn the_command_reads_rows_where_they_are() {
    let (out, err, code) = command(&["examples/classifier/classifier.bench"]);
    assert_eq!((err.as_str(), code), ("", Some(0)));
    insta::assert_snapshot!("power-classifier", out);
    let (out, ..) = command(&["examples/reviews/reviews.bench"]);
    insta::assert_snapshot!("power-reviews", out);
}

#[test]
fn the_command_takes_declared_rows_where_no_file_is() {
    let (out, err, code) = command(&["examples/faulty/U108-underpowered.bench"]);
    assert!(err.contains("not read: there is no file"), "{err}");
    assert_eq!(code, Some(0));
    insta::assert_snapshot!("power-declared", out);
}

#[test]
fn the_command_writes_json() {
    let path = "examples/faulty/U108-underpowered.bench";
    let (out, _, code) = command(&[path, "--format", "json", "--effect", "accuracy=10pp"]);
    assert_eq!(code, Some(0));
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let all = json["claims"].as_array().unwrap();
    let of = |metric: &str| all.iter().find(|c| c["metric"] == metric).unwrap();
    let accuracy = of("accuracy");
    assert_eq!(accuracy["enough"], "yes");
    assert_eq!(accuracy["asked"]["effect"], 0.1);
    assert_eq!(accuracy["rows"]["count"], 400.0);
    near(accuracy["corrected_level"].as_f64().unwrap(), 0.025, 1e-12);
    let smallest = accuracy["smallest"]["best"].as_f64().unwrap();
    near(smallest, 2.801_585 * (0.14f64 / 400.0).sqrt(), 2e-3);
    let f1 = of("f1_macro");
    assert_eq!(
        (&f1["method"], &f1["enough"]),
        (&"simulation".into(), &"no".into())
    );
    assert_eq!(f1["asked"]["rule"], "gain(f1_macro) > 1pp");
    assert!(f1["asked"]["chance"]["best"].as_f64().unwrap() < 0.2);
}

#[test]
fn effects_that_mean_nothing_are_refused() {
    let plan = "examples/classifier/classifier.bench";
    for effect in ["pp", "0pp", "-1pp", "1 banana", "accuracy="] {
        let (out, err, code) = command(&[plan, &format!("--effect={effect}")]);
        assert_eq!((out.as_str(), code), ("", Some(2)), "{effect}");
        assert!(err.contains("is no effect; write `1pp`"), "{err}");
    }
    let (_, err, code) = command(&[plan, "--effect", "5ms"]);
    assert!(err.contains("fits nothing"), "{err}");
    assert_eq!(code, Some(0));
}
