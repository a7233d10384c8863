//! Every scheme of resampling has the law of drawing rows one by one: against plain draws by two-sample tests,
//! and against all n^n resamples of a few rows.

use crate::metrics::{Made, Row, config, plan, programs_of, row};
use benchwright::infer::{Member, Panel, Scheme, replicates};
use benchwright::metrics::{Kernel, LANES, LaneScratch, Scratch};
use benchwright::stats::random::{Purpose, below, stream};
use benchwright::stats::resample::{Units, draw_lanes, draw_units, row_weights};
use proptest::prelude::*;
use std::collections::BTreeMap;

const RESAMPLES: u32 = 3_000;

/// Rows made from a seed, of `patterns` different ones at most where that is given.
fn rows(n: usize, patterns: Option<u32>, seed: u64) -> Vec<Row> {
    let of = |index: u64| -> Row {
        let mut rng = stream(seed, Purpose::Prediction, 7, index);
        let label = below(&mut rng, 3);
        let right = below(&mut rng, 10) < 7;
        let prediction = if right { label } else { below(&mut rng, 3) };
        let score = (below(&mut rng, 8) + 3 * u32::from(label == 1)).min(11);
        let latency = below(&mut rng, 12) * below(&mut rng, 12) / 11;
        (
            label,
            prediction,
            score,
            latency,
            1,
            below(&mut rng, 6),
            1,
            true,
        )
    };
    let mut rng = stream(seed, Purpose::Prediction, 8, 0);
    let one = |i: u64| match patterns {
        Some(patterns) => of(u64::from(below(&mut rng, patterns))),
        None => of(i),
    };
    (0..n as u64).map(one).collect()
}

/// The same rows as a second system answers them: some predictions and all scores and times are its own.
fn other(rows: &[Row]) -> Vec<Row> {
    let answer = |&(label, prediction, score, latency, w, u, k, on): &Row| {
        let prediction = if score % 3 == 0 {
            (prediction + 1) % 3
        } else {
            prediction
        };
        (
            label,
            prediction,
            (score + 5) % 12,
            (latency * 7 + 1) % 12,
            w,
            u,
            k,
            on,
        )
    };
    rows.iter().map(answer).collect()
}

struct Systems {
    made: Vec<Made>,
    metrics: Vec<&'static str>,
}

impl Systems {
    fn new(rows: &[Row], metrics: &[&'static str]) -> Self {
        Systems {
            made: vec![Made::new(rows, false), Made::new(&other(rows), false)],
            metrics: metrics.to_vec(),
        }
    }

    fn kernels(&self, rows: u32) -> Vec<Kernel> {
        let programs = programs_of(&plan(), &self.metrics, false);
        let rows: Vec<u32> = (0..rows).collect();
        self.made
            .iter()
            .map(|made| made.kernel(&programs, &rows))
            .collect()
    }

    fn panel(&self, units: Units, copied: bool) -> Panel {
        let rows = units.n_rows() as u32;
        assert_eq!(units.copies().is_some(), copied);
        let member = |kernel| Member {
            seeds: 0,
            kernels: vec![vec![kernel]],
            repeats: 1,
        };
        let members = self.kernels(rows).into_iter().map(member).collect();
        Panel::new(units, 9, 1, members, None)
    }

    /// Replicates by drawing units one by one and evaluating each resample for itself.
    fn plain(&self, units: &Units, resamples: u32) -> Vec<Vec<f64>> {
        let kernels = self.kernels(units.n_rows() as u32);
        let mut columns = vec![Vec::new(); kernels.len() * self.metrics.len()];
        let (mut weights, mut scratch) = (Vec::new(), Scratch::default());
        for index in 0..u64::from(resamples) {
            let mut rng = stream(1, Purpose::Simulation, 77, index);
            let mut times = vec![0; units.n_units()];
            for members in units.strata() {
                for _ in members {
                    times[members[below(&mut rng, members.len() as u32) as usize] as usize] += 1;
                }
            }
            row_weights(units, &times, &mut weights);
            let mut columns = columns.iter_mut();
            for kernel in &kernels {
                let mut values = vec![0.0; kernel.programs()];
                kernel.evaluate(&weights, &mut scratch, &mut values);
                values
                    .iter()
                    .zip(columns.by_ref())
                    .for_each(|(v, c)| c.push(*v));
            }
        }
        columns
    }
}

/// Kolmogorov's distance of two samples, in units of what chance makes of it; undefined values are one more value.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    // Sums in another order differ in the last bits.
    let rounded = |x: &f64| {
        if x.is_nan() {
            f64::MAX
        } else {
            (x * 1e9).round()
        }
    };
    let (mut a, mut b): (Vec<f64>, Vec<f64>) = (
        a.iter().map(rounded).collect(),
        b.iter().map(rounded).collect(),
    );
    a.sort_unstable_by(f64::total_cmp);
    b.sort_unstable_by(f64::total_cmp);
    let share = |of: &[f64], x: f64| of.partition_point(|&y| y <= x) as f64 / of.len() as f64;
    let far = a.iter().chain(&b).fold(0.0f64, |far, &x| {
        far.max((share(&a, x) - share(&b, x)).abs())
    });
    let (n, m) = (a.len() as f64, b.len() as f64);
    far * (n * m / (n + m)).sqrt()
}

/// The 0.9999 quantile of Kolmogorov's law.
const FAR: f64 = 2.23;

/// Compares every metric of both systems, and their paired differences.
fn same_law(systems: &Systems, units: &Units, scheme: Scheme) {
    let panel = systems.panel(units.clone(), false);
    assert_eq!(panel.scheme(), scheme);
    let got = replicates(&panel, RESAMPLES, 5, &|_| {});
    let want = systems.plain(units, RESAMPLES);
    assert_eq!(got.len(), want.len());
    for (i, (got, want)) in got.iter().zip(&want).enumerate() {
        let far = distance(got, want);
        assert!(
            far < FAR,
            "{scheme:?}: {} {far}",
            systems.metrics[i % systems.metrics.len()]
        );
    }
    let k = systems.metrics.len();
    let delta = |all: &[Vec<f64>], i: usize| -> Vec<f64> {
        all[i].iter().zip(&all[k + i]).map(|(a, b)| a - b).collect()
    };
    for (i, metric) in systems
        .metrics
        .iter()
        .enumerate()
        .filter(|_| systems.made.len() == 2)
    {
        let far = distance(&delta(&got, i), &delta(&want, i));
        assert!(far < FAR, "{scheme:?}: difference of {metric} {far}");
    }
}

const MIXED: [&str; 11] = [
    "accuracy",
    "f1_macro",
    "cohen_kappa",
    "log_loss",
    "auc",
    "pr",
    "auc_groups",
    "latency_p95",
    "group_median",
    "right_slowest",
    "ranks",
];

#[test]
fn kinds_have_the_law_of_rows() {
    let rows = rows(640, Some(30), 3);
    let systems = Systems::new(&rows, &MIXED);
    same_law(&systems, &Units::rows(640), Scheme::Kinds);
    let strata: Vec<u32> = rows.iter().map(|row| row.0).collect();
    let units = Units::new(640, None, Some(&strata)).unwrap();
    same_law(&systems, &units, Scheme::Kinds);
}

#[test]
fn counted_rows_have_the_law_of_rows() {
    let rows = rows(300, None, 4);
    let systems = Systems::new(&rows, &MIXED);
    same_law(&systems, &Units::rows(300), Scheme::Rows);
    let cluster: Vec<u32> = (0..300).map(|i| i * i % 97).collect();
    let strata: Vec<u32> = cluster.iter().map(|c| c % 4).collect();
    let units = Units::new(300, Some(&cluster), Some(&strata)).unwrap();
    same_law(&systems, &units, Scheme::Rows);
}

#[test]
fn gathered_sums_have_the_law_of_rows() {
    for metrics in [
        &["latency_mean"][..],
        &["latency_mean", "brier"],
        &["accuracy", "log_loss"],
    ] {
        let rows = rows(300, None, 5);
        let mut systems = Systems::new(&rows, metrics);
        let unlike = systems.made.into_iter().map(Made::with_unlike_latencies);
        systems.made = unlike.collect();
        same_law(&systems, &Units::rows(300), Scheme::Sums);
        let cluster: Vec<u32> = (0..300).map(|i| i / 2).collect();
        let units = Units::new(300, Some(&cluster), None).unwrap();
        same_law(&systems, &units, Scheme::Sums);
    }
    let mut one = Systems::new(&rows(700, None, 6), &["latency_mean"]);
    one.made.truncate(1);
    same_law(&one, &Units::rows(700), Scheme::Kinds);
}

#[test]
fn order_statistics_have_the_law_of_rows() {
    let mut systems = Systems::new(&rows(150, None, 7), &["latency_p50", "latency_p95"]);
    systems.made.truncate(1);
    let units = Units::rows(150);
    same_law(&systems, &units, Scheme::Order);
    // Both quantiles of one resample are drawn together.
    let got = replicates(&systems.panel(units.clone(), false), RESAMPLES, 6, &|_| {});
    let want = systems.plain(&units, RESAMPLES);
    let spread = |all: &[Vec<f64>]| {
        all[1]
            .iter()
            .zip(&all[0])
            .map(|(a, b)| a - b)
            .collect::<Vec<_>>()
    };
    assert!(distance(&spread(&got), &spread(&want)) < FAR);
}

#[test]
fn clusters_that_are_alike_are_one_kind() {
    // Fifteen bags of rows, each forty times.
    let bags = rows(30, None, 8);
    let all: Vec<Row> = (0..40).flat_map(|_| bags.clone()).collect();
    let cluster: Vec<u32> = (0..1_200).map(|i| i / 2).collect();
    let systems = Systems::new(&all, &["f1_macro", "latency_p95", "auc"]);
    let units = Units::new(1_200, Some(&cluster), None).unwrap();
    same_law(&systems, &units, Scheme::Kinds);
}

/// How far counts of values are from their probabilities: Pearson's statistic, standardised.
fn excess(draws: &[Vec<f64>], law: &BTreeMap<Vec<i64>, f64>) -> f64 {
    let mut counts: BTreeMap<Vec<i64>, f64> = BTreeMap::new();
    for b in 0..draws[0].len() {
        *counts
            .entry(outcome(draws.iter().map(|column| column[b])))
            .or_default() += 1.0;
    }
    assert!(
        counts.keys().all(|value| law.contains_key(value)),
        "an impossible value"
    );
    let total = draws[0].len() as f64;
    let (mut chi2, mut cells) = (0.0, -1.0);
    let (mut rest, mut rest_expected) = (0.0, 0.0);
    for (value, mass) in law {
        let (count, expected) = (counts.get(value).copied().unwrap_or(0.0), mass * total);
        if expected < 10.0 {
            rest += count;
            rest_expected += expected;
        } else {
            chi2 += (count - expected).powi(2) / expected;
            cells += 1.0;
        }
    }
    if rest_expected > 0.0 {
        chi2 += (rest - rest_expected).powi(2) / rest_expected;
        cells += 1.0;
    }
    if cells == 0.0 {
        0.0
    } else {
        (chi2 - cells) / (2.0f64 * cells).sqrt()
    }
}

/// Values as they can be told apart whatever the order of sums.
fn outcome(values: impl Iterator<Item = f64>) -> Vec<i64> {
    values
        .map(|v| {
            if v.is_nan() {
                i64::MAX
            } else {
                (v * 1e9).round() as i64
            }
        })
        .collect()
}

/// The law of all metrics together over all n^n resamples; `kind` is the row that stands for each unit.
fn law(systems: &Systems, kind: &[u32], rows: u32) -> BTreeMap<Vec<i64>, f64> {
    let kernels = systems.kernels(rows);
    let n = kind.len();
    let all = n.pow(n as u32);
    let mut scratch = Scratch::default();
    let mut law = BTreeMap::new();
    let mut known: BTreeMap<Vec<u32>, Vec<i64>> = BTreeMap::new();
    for mut code in 0..all {
        let mut weights = vec![0u32; rows as usize];
        for _ in 0..n {
            weights[kind[code % n] as usize] += 1;
            code /= n;
        }
        let value = known.entry(weights.clone()).or_insert_with(|| {
            outcome(kernels.iter().flat_map(|kernel| {
                let mut values = vec![0.0; kernel.programs()];
                kernel.evaluate(&weights, &mut scratch, &mut values);
                values
            }))
        });
        *law.entry(value.clone()).or_default() += 1.0 / all as f64;
    }
    law
}

#[test]
fn few_rows_by_enumeration() {
    let five = rows(5, None, 11);
    let each: Vec<u32> = (0..5).collect();
    for (metrics, scheme, one) in [
        (&MIXED[..], Scheme::Rows, false),
        (&["latency_mean"], Scheme::Sums, false),
        (&["latency_mean", "brier"], Scheme::Sums, true),
        (&["latency_p50", "latency_p95"], Scheme::Order, true),
    ] {
        let mut systems = Systems::new(&five, metrics);
        systems.made.truncate(if one { 1 } else { 2 });
        let panel = systems.panel(Units::rows(5), false);
        assert_eq!(panel.scheme(), scheme);
        let draws = replicates(&panel, 30_000, 3, &|_| {});
        let z = excess(&draws, &law(&systems, &each, 5));
        assert!(z.abs() < 4.0, "{metrics:?} {z}");
    }
    // Six units of three kinds.
    let systems = Systems::new(&rows(3, None, 12), &MIXED);
    let panel = systems.panel(Units::kinds(vec![3, 2, 1], None).unwrap(), true);
    assert_eq!(panel.scheme(), Scheme::Kinds);
    let draws = replicates(&panel, 30_000, 3, &|_| {});
    let z = excess(&draws, &law(&systems, &[0, 0, 0, 1, 1, 2], 3));
    assert!(z.abs() < 4.0, "kinds {z}");
}

proptest! {
    #![proptest_config(config())]

    /// Lanes are evaluation of each resample for itself.
    #[test]
    fn lanes_are_evaluation(
        rows in prop::collection::vec(row(), 0..40),
        weighted: bool,
        seed in 0u64..1_000,
    ) {
        let metrics = crate::metrics::all(weighted);
        let programs = programs_of(&plan(), &metrics, weighted);
        let on = crate::metrics::chosen(&rows);
        let cluster: Vec<u32> = rows.iter().map(|row| row.5).collect();
        for units in [Units::rows(rows.len() as u32), Units::new(rows.len(), Some(&cluster), None).unwrap()] {
            let mut kernel = Made::new(&rows, weighted).kernel(&programs, &on);
            kernel.on_units(&units);
            let mut drawn: Vec<[u8; LANES]> = Vec::new();
            draw_lanes(&units, seed, 3, 32, &mut drawn);
            let mut lanes = vec![[0.0; LANES]; kernel.programs()];
            kernel.evaluate_lanes(&drawn, &mut LaneScratch::default(), &mut lanes);
            let (mut times, mut weights) = (Vec::new(), Vec::new());
            for l in 0..LANES {
                draw_units(&units, seed, 3, 32 + l as u64, &mut times);
                row_weights(&units, &times, &mut weights);
                let mut want = vec![0.0; kernel.programs()];
                kernel.evaluate(&weights, &mut Scratch::default(), &mut want);
                let got: Vec<f64> = lanes.iter().map(|lane| lane[l]).collect();
                crate::metrics::assert_same(&got, &want, "lane");
            }
        }
    }

    /// A kernel of one row of each kind is that of all rows: observed, and without one unit.
    #[test]
    fn merged_rows_are_rows(rows in prop::collection::vec(row(), 1..8), again in prop::collection::vec(0usize..8, 20..60), weighted: bool) {
        let metrics = crate::metrics::all(weighted);
        let programs = programs_of(&plan(), &metrics, weighted);
        let many: Vec<Row> = again.iter().map(|&i| rows[i % rows.len()]).collect();
        let on = crate::metrics::chosen(&many);
        let full = Made::new(&many, weighted).kernel(&programs, &on);
        let mut kind_of_unit: Vec<u32> = Vec::new();
        let mut first: Vec<usize> = Vec::new();
        for &i in &again {
            let i = i % rows.len();
            let kind = first.iter().position(|&f| f == i).unwrap_or_else(|| {
                first.push(i);
                first.len() - 1
            });
            kind_of_unit.push(kind as u32);
        }
        let units = Units::rows(many.len() as u32);
        let (kinds, kept) = units.merged(&kind_of_unit);
        let mut place = vec![u32::MAX; many.len()];
        for (new, &row) in kept.iter().enumerate() {
            place[row as usize] = new as u32;
        }
        let few = Made::new(&many, weighted).kernel(&programs, &on).of_rows(&place);
        let (ones, times) = (vec![1; many.len()], kinds.rows_as_they_are());
        let value = |kernel: &Kernel, weights: &[u32]| {
            let mut values = vec![0.0; kernel.programs()];
            kernel.evaluate(weights, &mut Scratch::default(), &mut values);
            values
        };
        crate::metrics::assert_same(&value(&few, &times), &value(&full, &ones), "observed");
        let all: BTreeMap<u32, Vec<f64>> = full.jackknife(units.unit_of_row(), &ones).into_iter().collect();
        let without = few.jackknife(kinds.unit_of_row(), &times);
        for (kind, values) in without {
            let unit = kept[kind as usize];
            crate::metrics::assert_same(&values, &all[&unit], "without one of a kind");
        }
    }
}
