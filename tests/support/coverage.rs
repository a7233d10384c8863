//! How often intervals hold the true value: experiments drawn from laws whose true value is known, and every interval
//! method on each. The study (`benches/coverage.rs`) runs all of it, the tests a corner.

use benchwright::stats::analytic::{self, Ends, Pairs};
use benchwright::stats::binomial::{binomial, multinomial};
use benchwright::stats::delong::Area;
use benchwright::stats::interval::{Method, interval, studentized};
use benchwright::stats::jackknife::Jackknife;
use benchwright::stats::law::binomial_mass;
use benchwright::stats::quantile::Ranked;
use benchwright::stats::random::{Purpose, below, key, stream, unit};
use benchwright::stats::replicates::Replicates;
use benchwright::stats::{normal, proportion, summary};
use rayon::prelude::*;

/// The nominal level of every interval.
pub const LEVEL: f64 = 0.95;

/// How one method did in one setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What is estimated.
    pub family: &'static str,
    /// Of what law.
    pub setting: String,
    /// Units: rows, clusters or runs.
    pub n: usize,
    pub method: &'static str,
    /// The share of experiments whose interval holds the true value.
    pub coverage: f64,
    /// The mean width of the intervals that have one.
    pub width: f64,
    /// Experiments; 0 where all outcomes were enumerated.
    pub experiments: u32,
}

/// How much is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    pub experiments: u32,
    pub resamples: usize,
}

type Found = Vec<(&'static str, Option<Ends>)>;

/// Experiments drawn one by one.
fn drawn(
    family: &'static str,
    setting: &str,
    n: usize,
    truth: f64,
    scale: Scale,
    experiment: impl Fn(&mut dyn FnMut() -> f64, u64) -> Found + Sync,
) -> Vec<Row> {
    let own = key(&["coverage", family, setting, &n.to_string()]);
    let all: Vec<Found> = (0..u64::from(scale.experiments))
        .into_par_iter()
        .map(|index| {
            let mut rng = stream(1, Purpose::Prediction, own, index);
            let mut next = || unit(&mut rng);
            experiment(&mut next, own ^ index)
        })
        .collect();
    let weighted = all.into_iter().map(|found| (1.0, found)).collect();
    let mut rows = rows(family, setting, n, truth, weighted);
    rows.iter_mut()
        .for_each(|r| r.experiments = scale.experiments);
    rows
}

/// Outcomes, each with its probability or 1.
fn rows(
    family: &'static str,
    setting: &str,
    n: usize,
    truth: f64,
    outcomes: Vec<(f64, Found)>,
) -> Vec<Row> {
    let methods: Vec<&'static str> = outcomes
        .first()
        .map(|(_, found)| found.iter().map(|(m, _)| *m).collect())
        .unwrap_or_default();
    let all: f64 = outcomes.iter().map(|(p, _)| p).sum();
    let of = |(place, method): (usize, &&'static str)| {
        let (mut held, mut width, mut wide) = (0.0, 0.0, 0.0);
        for (p, found) in &outcomes {
            let Some((_, Some((low, high)))) = found.get(place) else {
                continue;
            };
            // A hair of slack, so that a lattice of values is not judged by rounding.
            if *low <= truth + 1e-12 && truth - 1e-12 <= *high {
                held += p;
            }
            if (high - low).is_finite() {
                width += p * (high - low);
                wide += p;
            }
        }
        Row {
            family,
            setting: setting.to_owned(),
            n,
            method,
            coverage: held / all,
            width: width / wide,
            experiments: 0,
        }
    };
    methods.iter().enumerate().map(of).collect()
}

fn gauss(next: &mut dyn FnMut() -> f64) -> f64 {
    normal::quantile(next().max(1e-300)).unwrap_or(0.0)
}

fn ends(i: Result<benchwright::stats::interval::Interval, impl Sized>) -> Option<Ends> {
    i.ok().map(|i| (i.low, i.high))
}

/// Percentile, basic and BCa of the same replicates.
fn bootstraps(theta: f64, replicates: &Replicates, jackknife: &Jackknife<'_>) -> Found {
    let of = |method| ends(interval(theta, replicates, Some(jackknife), method, LEVEL));
    vec![
        ("percentile", of(Method::Percentile)),
        ("basic", of(Method::Basic)),
        ("bca", of(Method::Bca)),
    ]
}

fn found(all: &Found, method: &str) -> Option<Ends> {
    all.iter().find(|(m, _)| *m == method).and_then(|f| f.1)
}

/// A share of independent rows: every outcome, weighted by its probability.
pub fn share(p: f64, n: u64, scale: Scale) -> Vec<Row> {
    let outcomes: Vec<(f64, Found)> = (0..=n)
        .into_par_iter()
        .filter_map(|k| {
            let mass = binomial_mass(k, n, p);
            (mass > 1e-10).then(|| (mass, of_share(k, n, scale)))
        })
        .collect();
    rows("share", &format!("p = {p}"), n as usize, p, outcomes)
}

fn of_share(k: u64, n: u64, scale: Scale) -> Found {
    let theta = k as f64 / n as f64;
    let mut rng = stream(2, Purpose::Cells, key(&["share", &n.to_string()]), k);
    let replicates = (0..scale.resamples).map(|_| binomial(&mut rng, n, theta) as f64 / n as f64);
    let replicates = Replicates::new(replicates.collect());
    let without = n as f64 - 1.0;
    let (values, weights) = ([(k as f64 - 1.0) / without, k as f64 / without], [k, n - k]);
    let there: Vec<usize> = (0..2).filter(|i| weights[*i] > 0).collect();
    let values: Vec<f64> = there.iter().map(|i| values[*i]).collect();
    let weights: Vec<u64> = there.iter().map(|i| weights[*i]).collect();
    let jackknife = Jackknife {
        values: &values,
        weights: Some(&weights),
        strata: None,
    };
    let mut all = vec![
        ("wald", proportion::wald(k, n, LEVEL)),
        ("wilson", analytic::wilson(k, n, LEVEL)),
        ("exact", analytic::clopper_pearson(k, n, LEVEL)),
        ("jeffreys", proportion::jeffreys(k, n, LEVEL)),
    ];
    all.extend(bootstraps(theta, &replicates, &jackknife));
    let few = k.min(n - k) < 15;
    all.push(("auto", found(&all, if few { "wilson" } else { "bca" })));
    all
}

/// The gain in a share on the same rows, of which some are right in one system alone.
pub fn paired_shares(only: (f64, f64), n: usize, scale: Scale) -> Vec<Row> {
    let setting = format!("{} % and {} % differ", 100.0 * only.0, 100.0 * only.1);
    drawn(
        "gain in a share",
        &setting,
        n,
        only.0 - only.1,
        scale,
        |next, seed| {
            let mut counts = [0u64; 4];
            for _ in 0..n {
                let u = next();
                let cell = match u {
                    u if u < only.0 => 1,
                    u if u < only.0 + only.1 => 2,
                    u if u < 0.9 => 0,
                    _ => 3,
                };
                counts[cell] += 1;
            }
            let gain = |c: &[u64]| (c[1] as f64 - c[2] as f64) / n as f64;
            let theta = gain(&counts);
            let mut rng = stream(3, Purpose::Cells, seed, 0);
            let mut drawn = [0u64; 4];
            let replicates = (0..scale.resamples).map(|_| {
                multinomial(&mut rng, n as u64, &counts, &mut drawn);
                gain(&drawn)
            });
            let replicates = Replicates::new(replicates.collect());
            let without = |cell: usize| {
                let mut left = counts;
                left[cell] -= 1;
                (left[1] as f64 - left[2] as f64) / (n as f64 - 1.0)
            };
            let cells: Vec<usize> = (0..4).filter(|c| counts[*c] > 0).collect();
            let values: Vec<f64> = cells.iter().map(|c| without(*c)).collect();
            let weights: Vec<u64> = cells.iter().map(|c| counts[*c]).collect();
            let jackknife = Jackknife {
                values: &values,
                weights: Some(&weights),
                strata: None,
            };
            let pairs = Pairs {
                both: counts[0],
                first: counts[1],
                second: counts[2],
                neither: counts[3],
            };
            let mut d = vec![0.0; n];
            d.iter_mut().take(counts[1] as usize).for_each(|d| *d = 1.0);
            d.iter_mut()
                .rev()
                .take(counts[2] as usize)
                .for_each(|d| *d = -1.0);
            let mut all = vec![
                ("newcombe", analytic::newcombe_paired(pairs, LEVEL)),
                ("exact", analytic::discordant_exact(pairs, LEVEL)),
                ("t", analytic::mean_t(&d, LEVEL)),
            ];
            all.extend(bootstraps(theta, &replicates, &jackknife));
            let few = counts[1] + counts[2] < 15;
            all.push(("auto", found(&all, if few { "newcombe" } else { "bca" })));
            all
        },
    )
}

/// Means of resamples of `units`, with their standard errors.
fn means(units: &[f64], resamples: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let n = units.len();
    let mut rng = stream(4, Purpose::Units, seed, 0);
    let one = |_| {
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let x = units[below(&mut rng, n as u32) as usize];
            sum += x;
            squares += x * x;
        }
        let (n, mean) = (n as f64, sum / n as f64);
        let variance = ((squares - n * mean * mean) / (n - 1.0)).max(0.0);
        (mean, (variance / n).sqrt())
    };
    (0..resamples).map(one).unzip()
}

fn left_out_means(units: &[f64]) -> Vec<f64> {
    let (sum, n) = (units.iter().sum::<f64>(), units.len() as f64);
    units.iter().map(|x| (sum - x) / (n - 1.0)).collect()
}

fn of_mean(units: &[f64], scale: Scale, seed: u64) -> Found {
    let theta = summary::mean(units).unwrap();
    let (values, errors) = means(units, scale.resamples, seed);
    let left_out = left_out_means(units);
    let jackknife = Jackknife {
        values: &left_out,
        ..Default::default()
    };
    let se = summary::sd(units).unwrap() / (units.len() as f64).sqrt();
    let mut all = vec![
        ("t", analytic::mean_t(units, LEVEL)),
        (
            "studentized",
            ends(studentized(theta, se, &values, &errors, LEVEL)),
        ),
    ];
    all.extend(bootstraps(theta, &Replicates::new(values), &jackknife));
    let few = units.len() < 20;
    all.push(("auto", found(&all, if few { "t" } else { "bca" })));
    all
}

/// A mean of log-normal values, as latencies and lengths are.
pub fn skewed_mean(n: usize, scale: Scale) -> Vec<Row> {
    drawn(
        "mean",
        "log-normal",
        n,
        0.5f64.exp(),
        scale,
        |next, seed| {
            let x: Vec<f64> = (0..n).map(|_| gauss(next).exp()).collect();
            of_mean(&x, scale, seed)
        },
    )
}

/// A mean of normal values.
pub fn normal_mean(n: usize, scale: Scale) -> Vec<Row> {
    drawn("mean", "normal", n, 0.0, scale, |next, seed| {
        let x: Vec<f64> = (0..n).map(|_| gauss(next)).collect();
        of_mean(&x, scale, seed)
    })
}

/// A quantile of log-normal values.
pub fn quantile(q: f64, n: usize, scale: Scale) -> Vec<Row> {
    let truth = normal::quantile(q).unwrap().exp();
    let setting = format!("P{:.0} of log-normal", 100.0 * q);
    drawn("quantile", &setting, n, truth, scale, |next, seed| {
        let x: Vec<f64> = (0..n).map(|_| gauss(next).exp()).collect();
        let ranked = Ranked::new(&x).unwrap();
        let mut weights = vec![1u32; n];
        let theta = ranked.linear(&weights, q).unwrap();
        let mut left_out = Vec::new();
        for row in 0..n {
            weights[row] = 0;
            left_out.push(ranked.linear(&weights, q).unwrap());
            weights[row] = 1;
        }
        let mut rng = stream(5, Purpose::Units, seed, 0);
        let replicates = (0..scale.resamples).map(|_| {
            weights.fill(0);
            for _ in 0..n {
                weights[below(&mut rng, n as u32) as usize] += 1;
            }
            ranked.linear(&weights, q).unwrap()
        });
        let replicates = Replicates::new(replicates.collect());
        let jackknife = Jackknife {
            values: &left_out,
            ..Default::default()
        };
        let sorted = ranked.sorted().values();
        let order = analytic::quantile_order(sorted, q, LEVEL);
        let mut all = vec![("order statistics", order)];
        all.extend(bootstraps(theta, &replicates, &jackknife));
        let closed = order.filter(|(low, high)| low.is_finite() && high.is_finite());
        let few = n as f64 * q.min(1.0 - q) < 10.0;
        let auto = if few && closed.is_some() {
            "order statistics"
        } else {
            "bca"
        };
        all.push(("auto", found(&all, auto)));
        all
    })
}

/// Macro-F1 of three classes over cells of label and two predictions.
fn macro_f1(cells: &[f64], second: bool) -> f64 {
    let (mut hits, mut sizes) = ([0.0; 3], [0.0; 3]);
    for (cell, weight) in cells.iter().enumerate() {
        let (y, a, b) = (cell / 9, cell / 3 % 3, cell % 3);
        let p = if second { b } else { a };
        sizes[y] += weight;
        sizes[p] += weight;
        if y == p {
            hits[y] += weight;
        }
    }
    let f1 = |c: usize| {
        if sizes[c] > 0.0 {
            2.0 * hits[c] / sizes[c]
        } else {
            0.0
        }
    };
    (0..3).map(f1).sum::<f64>() / 3.0
}

/// The gain in macro-F1 on the same rows, with a class as rare as said.
pub fn macro_f1_gain(rare: f64, n: usize, scale: Scale) -> Vec<Row> {
    let labels = [0.6 * (1.0 - rare), 0.4 * (1.0 - rare), rare];
    let said = |right: f64, y: usize, p: usize| if y == p { right } else { (1.0 - right) / 2.0 };
    let law: Vec<f64> = (0..27)
        .map(|c| labels[c / 9] * said(0.72, c / 9, c / 3 % 3) * said(0.76, c / 9, c % 3))
        .collect();
    let gain = |cells: &[f64]| macro_f1(cells, true) - macro_f1(cells, false);
    let setting = format!("rarest class {} %", 100.0 * rare);
    drawn(
        "gain in macro-F1",
        &setting,
        n,
        gain(&law),
        scale,
        |next, seed| {
            let mut counts = vec![0u64; 27];
            for _ in 0..n {
                let mut u = next();
                let cell = law.iter().position(|p| {
                    u -= p;
                    u < 0.0
                });
                counts[cell.unwrap_or(26)] += 1;
            }
            let real = |c: &[u64]| c.iter().map(|&c| c as f64).collect::<Vec<f64>>();
            let theta = gain(&real(&counts));
            let mut rng = stream(6, Purpose::Cells, seed, 0);
            let mut drawn = vec![0u64; 27];
            let replicates = (0..scale.resamples).map(|_| {
                multinomial(&mut rng, n as u64, &counts, &mut drawn);
                gain(&real(&drawn))
            });
            let replicates = Replicates::new(replicates.collect());
            let cells: Vec<usize> = (0..27).filter(|c| counts[*c] > 0).collect();
            let without = |c: &usize| {
                let mut left = real(&counts);
                left[*c] -= 1.0;
                gain(&left)
            };
            let values: Vec<f64> = cells.iter().map(without).collect();
            let weights: Vec<u64> = cells.iter().map(|c| counts[*c]).collect();
            let jackknife = Jackknife {
                values: &values,
                weights: Some(&weights),
                strata: None,
            };
            bootstraps(theta, &replicates, &jackknife)
        },
    )
}

/// The area of rows in ascending order of their scores.
fn area(order: &[usize], positive: &[bool], weights: &[u32]) -> f64 {
    let (mut below, mut yes, mut won) = (0.0, 0.0, 0.0);
    for &row in order {
        let w = f64::from(weights[row]);
        if positive[row] {
            won += w * below;
            yes += w;
        } else {
            below += w;
        }
    }
    won / (yes * below)
}

/// The area under a binormal ROC curve.
pub fn roc_auc(prevalence: f64, n: usize, scale: Scale) -> Vec<Row> {
    let apart = 1.5;
    let truth = normal::cdf(apart / std::f64::consts::SQRT_2);
    let setting = format!("{} % positive", 100.0 * prevalence);
    drawn("ROC-AUC", &setting, n, truth, scale, |next, seed| {
        let positive: Vec<bool> = (0..n).map(|_| next() < prevalence).collect();
        let score = |p: &bool| gauss(next) + if *p { apart } else { 0.0 };
        let scores: Vec<f64> = positive.iter().map(score).collect();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        let mut weights = vec![1u32; n];
        let theta = area(&order, &positive, &weights);
        let mut left_out = Vec::new();
        for row in 0..n {
            weights[row] = 0;
            left_out.push(area(&order, &positive, &weights));
            weights[row] = 1;
        }
        let mut rng = stream(7, Purpose::Units, seed, 0);
        let replicates = (0..scale.resamples).map(|_| {
            weights.fill(0);
            for _ in 0..n {
                weights[below(&mut rng, n as u32) as usize] += 1;
            }
            area(&order, &positive, &weights)
        });
        let replicates = Replicates::new(replicates.collect());
        let jackknife = Jackknife {
            values: &left_out,
            ..Default::default()
        };
        let delong = || {
            let a = Area::new(&positive, &scores)?;
            analytic::around_z(a.value, a.covariance(&a)?.sqrt(), LEVEL)
        };
        let mut all = vec![("delong", delong())];
        all.extend(bootstraps(theta, &replicates, &jackknife));
        all
    })
}

/// A mean of clusters of ten rows, of whose variance a share lies between clusters; the same rows drawn one by one.
pub fn clusters(shared: f64, n: usize, scale: Scale) -> Vec<Row> {
    let setting = format!("{} % of the variance between clusters", 100.0 * shared);
    drawn("mean of clusters", &setting, n, 0.0, scale, |next, seed| {
        let mut rows = Vec::new();
        let mut clusters = Vec::new();
        for _ in 0..n {
            let common = shared.sqrt() * gauss(next);
            let own = (1.0 - shared).sqrt();
            let of: Vec<f64> = (0..10).map(|_| common + own * gauss(next)).collect();
            clusters.push(summary::mean(&of).unwrap());
            rows.extend(of);
        }
        let by_rows = of_mean(&rows, scale, seed ^ 1);
        let mut all = vec![("rows as units", found(&by_rows, "bca"))];
        all.extend(
            of_mean(&clusters, scale, seed)
                .into_iter()
                .filter(|f| f.0 != "studentized"),
        );
        all
    })
}

/// A mean over runs and rows that both vary, and what is left where only one of them is drawn.
pub fn runs(n: usize, scale: Scale) -> Vec<Row> {
    const ROWS: usize = 200;
    drawn(
        "mean of runs on 200 rows",
        "both vary",
        n,
        0.0,
        scale,
        |next, seed| {
            // The rows' own part, each run's own part, and noise of both.
            let row: Vec<f64> = (0..ROWS).map(|_| gauss(next)).collect();
            let run: Vec<f64> = (0..n).map(|_| 0.07 * gauss(next)).collect();
            let values: Vec<Vec<f64>> = run
                .iter()
                .map(|r| row.iter().map(|x| x + r + 0.5 * gauss(next)).collect())
                .collect();
            let mean = |of: &[f64]| summary::mean(of).unwrap();
            let by_run: Vec<f64> = values.iter().map(|v| mean(v)).collect();
            let by_row: Vec<f64> = (0..ROWS)
                .map(|i| values.iter().map(|v| v[i]).sum::<f64>() / n as f64)
                .collect();
            let theta = mean(&by_run);
            let left_out = left_out_means(&by_row);
            let jackknife = Jackknife {
                values: &left_out,
                ..Default::default()
            };
            let mut rng = stream(8, Purpose::Runs, seed, 0);
            let mut times = vec![0u32; ROWS];
            let replicates = (0..scale.resamples).map(|_| {
                times.fill(0);
                (0..ROWS).for_each(|_| times[below(&mut rng, ROWS as u32) as usize] += 1);
                let one = |v: &Vec<f64>| {
                    let sum: f64 = v.iter().zip(&times).map(|(v, t)| v * f64::from(*t)).sum();
                    sum / ROWS as f64
                };
                let drawn = (0..n).map(|_| one(&values[below(&mut rng, n as u32) as usize]));
                drawn.sum::<f64>() / n as f64
            });
            let replicates = Replicates::new(replicates.collect());
            let rows_alone = of_mean(&by_row, scale, seed ^ 1);
            let mut all = vec![
                ("rows alone", found(&rows_alone, "bca")),
                ("runs alone, t", analytic::mean_t(&by_run, LEVEL)),
            ];
            all.extend(bootstraps(theta, &replicates, &jackknife));
            all
        },
    )
}
