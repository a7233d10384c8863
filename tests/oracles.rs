//! Statistics against values of trusted Python libraries (`tests/oracles/README.md`).

use crate::support::oracle::{Case, cases};
use benchwright::stats::binomial::multinomial;
use benchwright::stats::interval::{Interval, Method, interval};
use benchwright::stats::jackknife::{Jackknife, acceleration};
use benchwright::stats::multiple::{Correction, adjust};
use benchwright::stats::order::OrderLaw;
use benchwright::stats::quantile::{Ranked, Sorted};
use benchwright::stats::random::{Purpose, key, stream};
use benchwright::stats::replicates::Replicates;
use benchwright::stats::resample::{Units, draw_units, row_weights};
use benchwright::stats::summary;

/// What the tolerances are made for.
const RESAMPLES: u64 = 20_000;
const SEED: u64 = 20_240_601;

/// A statistic of rows that stand `weights[r]` times each.
type Statistic = Box<dyn Fn(&[u32]) -> f64>;

fn statistic(case: &Case) -> Statistic {
    let numbers = |column| case.numbers(column);
    let classes = |column| case.classes(column);
    match case.params["statistic"].as_str().unwrap() {
        "mean" => {
            let x = numbers("x");
            Box::new(move |w| mean(&x, w))
        }
        "mean(b)-mean(a)" => {
            let (a, b) = (numbers("a"), numbers("b"));
            Box::new(move |w| mean(&b, w) - mean(&a, w))
        }
        "median" => quantile(case, 0.5),
        "p95 (numpy linear)" => quantile(case, 0.95),
        "accuracy" => {
            let (y, p) = (classes("y_true"), classes("y_pred"));
            let right: Vec<f64> = y.iter().zip(&p).map(|(y, p)| f64::from(y == p)).collect();
            Box::new(move |w| mean(&right, w))
        }
        "macro_f1" => {
            let (y, p) = (classes("y_true"), classes("y_pred"));
            Box::new(move |w| macro_f1(&y, &p, w))
        }
        "macro_f1(b)-macro_f1(a)" => {
            let (y, a, b) = (classes("y_true"), classes("pred_a"), classes("pred_b"));
            Box::new(move |w| macro_f1(&y, &b, w) - macro_f1(&y, &a, w))
        }
        "pearson" => {
            let (x, y) = (numbers("x"), numbers("y"));
            Box::new(move |w| pearson(&x, &y, w))
        }
        other => panic!("{}: no statistic {other}", case.name),
    }
}

fn quantile(case: &Case, q: f64) -> Statistic {
    let ranked = Ranked::new(&case.numbers("x")).unwrap();
    Box::new(move |w| ranked.linear(w, q).unwrap())
}

fn mean(x: &[f64], w: &[u32]) -> f64 {
    let weight: u32 = w.iter().sum();
    let sum: f64 = x.iter().zip(w).map(|(x, &w)| x * f64::from(w)).sum();
    sum / f64::from(weight)
}

fn macro_f1(y: &[usize], p: &[usize], w: &[u32]) -> f64 {
    let (mut hits, mut sizes) = ([0u32; 3], [0u32; 3]);
    for ((&y, &p), &w) in y.iter().zip(p).zip(w) {
        sizes[y] += w;
        sizes[p] += w;
        hits[y] += if y == p { w } else { 0 };
    }
    let f1 = |(&h, &s): (&u32, &u32)| 2.0 * f64::from(h) / f64::from(s.max(1));
    hits.iter().zip(&sizes).map(f1).sum::<f64>() / 3.0
}

fn pearson(x: &[f64], y: &[f64], w: &[u32]) -> f64 {
    let (mx, my) = (mean(x, w), mean(y, w));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for ((x, y), &w) in x.iter().zip(y).zip(w) {
        let (x, y, w) = (x - mx, y - my, f64::from(w));
        xx += w * x * x;
        yy += w * y * y;
        xy += w * x * y;
    }
    xy / (xx * yy).sqrt()
}

fn first_column(case: &Case) -> usize {
    let columns = ["x", "y_true", "a"];
    let column = columns.into_iter().find(|c| case.has(c)).unwrap();
    case.texts(column).len()
}

fn jackknife(n: usize, statistic: &Statistic) -> Vec<f64> {
    let mut weights = vec![1; n];
    let without = |row: usize| {
        weights[row] = 0;
        let value = statistic(&weights);
        weights[row] = 1;
        value
    };
    (0..n).map(without).collect()
}

fn check_ends(case: &Case, replicates: &Replicates, theta: f64, jackknife: &Jackknife) {
    let level = case.params["level"].as_f64().unwrap();
    for (name, method) in [
        ("percentile", Method::Percentile),
        ("basic", Method::Basic),
        ("bca", Method::Bca),
    ] {
        let got: Interval = interval(theta, replicates, Some(jackknife), method, level).unwrap();
        assert_eq!((got.method, got.note), (method, None), "{}", case.name);
        if case.expects(name) {
            case.check_all(name, &[got.low, got.high]);
        }
    }
    case.check("se", replicates.standard_error().unwrap());
    case.check("bias", replicates.mean().unwrap() - theta);
    if case.expects("z0") {
        case.check("z0", replicates.z0(theta).unwrap());
    }
}

#[test]
pub fn bootstrap_by_rows() {
    let sampled = |case: &Case| case.expects("bca") || case.name == "mean_n3";
    let all: Vec<Case> = cases("bootstrap").into_iter().filter(sampled).collect();
    assert_eq!(all.len(), 12);
    for case in &all {
        let n = first_column(case);
        let statistic = statistic(case);
        let theta = statistic(&vec![1; n]);
        let values = jackknife(n, &statistic);
        let jackknife = Jackknife {
            values: &values,
            ..Default::default()
        };
        case.check("theta_hat", theta);
        case.check_all("jackknife_first5", &values[..n.min(5)]);
        case.check("jackknife_mean", summary::mean(&values).unwrap());
        case.check("acceleration", acceleration(&jackknife).unwrap());
        let units = Units::rows(n as u32);
        let (mut drawn, mut weights) = (vec![], vec![]);
        let replicate = |index| {
            draw_units(&units, SEED, key(&[&case.name]), index, &mut drawn);
            row_weights(&units, &drawn, &mut weights);
            statistic(&weights)
        };
        let replicates = Replicates::new((0..RESAMPLES).map(replicate).collect());
        check_ends(case, &replicates, theta, &jackknife);
    }
}

/// The count statistics once more, over cells: multinomial counts in the place of rows.
#[test]
pub fn bootstrap_by_cells() {
    let of_counts = |case: &Case| case.has("y_true");
    let all: Vec<Case> = cases("bootstrap").into_iter().filter(of_counts).collect();
    assert_eq!(all.len(), 4);
    for case in &all {
        let columns = ["y_true", "y_pred", "pred_a", "pred_b"];
        let present: Vec<&str> = columns.into_iter().filter(|c| case.has(c)).collect();
        let (cells, counts) = cells(case, &present);
        let of_cells = |weights: &[u32]| {
            let column = |name| &cells[present.iter().position(|c| *c == name).unwrap()];
            let y = column("y_true");
            match case.params["statistic"].as_str().unwrap() {
                "accuracy" => {
                    let right = y.iter().zip(column("y_pred"));
                    let right: Vec<f64> = right.map(|(y, p)| f64::from(y == p)).collect();
                    mean(&right, weights)
                }
                "macro_f1" => macro_f1(y, column("y_pred"), weights),
                _ => {
                    macro_f1(y, column("pred_b"), weights) - macro_f1(y, column("pred_a"), weights)
                }
            }
        };
        let mut weights: Vec<u32> = counts.iter().map(|&c| c as u32).collect();
        let theta = of_cells(&weights);
        case.check("theta_hat", theta);
        let mut values = vec![];
        for cell in 0..counts.len() {
            weights[cell] -= 1;
            values.push(of_cells(&weights));
            weights[cell] += 1;
        }
        let jackknife = Jackknife {
            values: &values,
            weights: Some(&counts),
            strata: None,
        };
        case.check("acceleration", acceleration(&jackknife).unwrap());
        let n = counts.iter().sum();
        let mut drawn = vec![0; counts.len()];
        let replicate = |index| {
            let mut rng = stream(SEED, Purpose::Cells, key(&[&case.name]), index);
            multinomial(&mut rng, n, &counts, &mut drawn);
            weights
                .iter_mut()
                .zip(&drawn)
                .for_each(|(w, &d)| *w = d as u32);
            of_cells(&weights)
        };
        let replicates = Replicates::new((0..RESAMPLES).map(replicate).collect());
        check_ends(case, &replicates, theta, &jackknife);
    }
}

/// The distinct rows of `columns`, as columns, and how often each occurs.
fn cells(case: &Case, columns: &[&str]) -> (Vec<Vec<usize>>, Vec<u64>) {
    let data: Vec<Vec<usize>> = columns.iter().map(|c| case.classes(c)).collect();
    let mut counts = std::collections::BTreeMap::new();
    for row in 0..data[0].len() {
        let cell: Vec<usize> = data.iter().map(|column| column[row]).collect();
        *counts.entry(cell).or_insert(0u64) += 1;
    }
    let column = |i: usize| counts.keys().map(|cell| cell[i]).collect();
    let cells = (0..columns.len()).map(column).collect();
    (cells, counts.into_values().collect())
}

/// All n^n resamples, each once.
#[test]
pub fn bootstrap_by_enumeration() {
    let exact = |case: &Case| case.params.get("exact").is_some();
    let all: Vec<Case> = cases("bootstrap").into_iter().filter(exact).collect();
    assert_eq!(all.len(), 6);
    for case in &all {
        let n = first_column(case);
        let statistic = statistic(case);
        let theta = statistic(&vec![1; n]);
        let resamples = n.pow(n as u32);
        let replicate = |mut code: usize| {
            let mut weights = vec![0; n];
            for _ in 0..n {
                weights[code % n] += 1;
                code /= n;
            }
            statistic(&weights)
        };
        let replicates = Replicates::new((0..resamples).map(replicate).collect());
        let values = jackknife(n, &statistic);
        let jackknife = Jackknife {
            values: &values,
            ..Default::default()
        };
        let b = resamples as f64;
        let (below, tied) = replicates.below_and_tied(theta);
        case.check("theta_hat", theta);
        case.check("n_resamples", b);
        case.check("mean_of_distribution", replicates.mean().unwrap());
        let se = replicates.standard_error().unwrap() * ((b - 1.0) / b).sqrt();
        case.check("se_ddof0", se);
        case.check("z0", replicates.z0(theta).unwrap());
        case.check("share_below", below as f64 / b);
        case.check("share_equal", tied as f64 / b);
        case.check("acceleration", acceleration(&jackknife).unwrap());
    }
}

#[test]
pub fn bootstrap_of_an_order_statistic_in_closed_form() {
    let closed = |case: &Case| case.params.get("q").is_some();
    let all: Vec<Case> = cases("bootstrap").into_iter().filter(closed).collect();
    assert_eq!(all.len(), 3);
    for case in &all {
        let sorted = Sorted::new(case.numbers("x")).unwrap();
        let law = OrderLaw::new(&sorted, case.params["k"].as_u64().unwrap() as usize).unwrap();
        let q = case.params["q"].as_f64().unwrap();
        let level = case.params["level"].as_f64().unwrap();
        let ends = [(1.0 - level) / 2.0, (1.0 + level) / 2.0].map(|p| law.quantile(p).unwrap());
        case.check("theta_hat", sorted.nearest_rank(q).unwrap());
        case.check_all("percentile", &ends);
        case.check("mean_of_distribution", law.mean());
        case.check("se_ddof0", law.sd());
    }
}

/// The reader itself, on the area with long columns, texts, missing values and refusals.
#[test]
pub fn classification_cases_are_readable() {
    let all = cases("classification");
    assert_eq!(all.len(), 47);
    for case in &all {
        let rows = case.texts("y_true").len();
        for column in ["y_pred", "y_score", "proba", "sample_weight"] {
            assert!(!case.has(column) || case.texts(column).len() == rows);
        }
        let missing = case.has("y_score") && case.texts("y_score").contains(&None);
        assert_eq!(case.expects_error(), missing, "{}", case.name);
    }
}

#[test]
pub fn multiple_testing() {
    let corrections: [(&str, Correction); 8] = [
        ("bonferroni", Correction::Bonferroni),
        ("sidak", Correction::Sidak),
        ("holm", Correction::Holm),
        ("holm_sidak", Correction::HolmSidak),
        ("hochberg", Correction::Hochberg),
        ("hommel", Correction::Hommel),
        ("bh", Correction::Bh),
        ("by", Correction::By),
    ];
    let all = cases("multiple_testing");
    assert_eq!(all.len(), 10);
    for case in &all {
        let p = case.numbers("p");
        for (name, correction) in corrections {
            let adjusted = adjust(&p, correction).unwrap();
            case.check_all(name, &adjusted);
            for (adjusted, want) in adjusted.iter().zip(case.expect[name].as_array().unwrap()) {
                let want = want.as_f64().unwrap();
                assert!(
                    (adjusted - want).abs() <= 1e-10 * want,
                    "{}: {name}",
                    case.name
                );
            }
            let rejected: Vec<bool> = adjusted.iter().map(|&p| p <= 0.05).collect();
            case.check_flags(&format!("{name}_reject_0.05"), &rejected);
        }
    }
}

#[test]
pub fn latency() {
    let all = cases("latency");
    assert_eq!(all.len(), 10);
    for case in &all {
        let x = case.numbers("latency_ms");
        let sorted = Sorted::new(x.clone()).unwrap();
        case.check("n", x.len() as f64);
        case.check("mean", summary::mean(&x).unwrap());
        case.check("std_ddof1", summary::sd(&x).unwrap_or(f64::NAN));
        case.check("min", sorted.linear(0.0).unwrap());
        case.check("max", sorted.linear(1.0).unwrap());
        for (name, q) in [
            ("p50", 0.5),
            ("p90", 0.9),
            ("p95", 0.95),
            ("p99", 0.99),
            ("p99.9", 0.999),
        ] {
            case.check(&format!("{name}_linear"), sorted.linear(q).unwrap());
            let nearest = sorted.nearest_rank(q).unwrap();
            case.check(&format!("{name}_nearest_rank"), nearest);
        }
    }
}
