//! What a resample costs: draw and row weights at n = 20,000, the cells' draw for 16 resamples, reading a BCa interval, and a
//! metric of one's own beside the library's.

use benchwright::analysis::analyse;
use benchwright::exec;
use benchwright::infer;
use benchwright::metrics::LANES;
use benchwright::stats::binomial::multinomials;
use benchwright::stats::interval::{Method, interval};
use benchwright::stats::jackknife::Jackknife;
use benchwright::stats::quantile::Ranked;
use benchwright::stats::random::{Purpose, Stream, stream, unit};
use benchwright::stats::replicates::Replicates;
use benchwright::stats::resample::{Units, draw_units, row_weights};
use benchwright::text::MemoryWorld;
use divan::{Bencher, black_box};
use std::fmt::Write;
use std::path::Path;

const ROWS: u32 = 20_000;

fn main() {
    divan::main();
}

fn draws(bencher: Bencher, units: Units) {
    let (mut drawn, mut weights) = (vec![], vec![]);
    let mut index = 0;
    bencher.bench_local(|| {
        index += 1;
        draw_units(&units, 1, 2, index, &mut drawn);
        row_weights(&units, &drawn, &mut weights);
        black_box(&weights);
    });
}

#[divan::bench]
fn draw_and_weigh_rows(bencher: Bencher) {
    draws(bencher, Units::rows(ROWS));
}

#[divan::bench]
fn draw_and_weigh_clusters_in_strata(bencher: Bencher) {
    let cluster: Vec<u32> = (0..ROWS).map(|row| row / 4).collect();
    let strata: Vec<u32> = (0..ROWS).map(|row| row / 4 % 5).collect();
    let units = Units::new(ROWS as usize, Some(&cluster), Some(&strata));
    draws(bencher, units.unwrap_or_default());
}

/// 16 resamples at once.
#[divan::bench]
fn draw_27_cells(bencher: Bencher) {
    let counts: Vec<u64> = (0..27).map(|cell| 20 + 55 * cell).collect();
    let n = counts.iter().sum();
    let mut drawn = vec![[0; LANES]; 27];
    let mut index = 0;
    bencher.bench_local(|| {
        let mut rngs: Vec<Stream> = (index..)
            .take(LANES)
            .map(|index| stream(1, Purpose::Cells, 2, index))
            .collect();
        index += LANES as u64;
        multinomials(&mut rngs, n, &counts, &mut drawn);
        black_box(&drawn);
    });
}

fn noise(n: u64) -> Vec<f64> {
    let mut rng = stream(1, Purpose::Prediction, 0, 0);
    (0..n).map(|_| unit(&mut rng)).collect()
}

#[divan::bench]
fn quantile_of_weighted_rows(bencher: Bencher) {
    let Ok(ranked) = Ranked::new(&noise(u64::from(ROWS))) else {
        return;
    };
    let weights = vec![1; ROWS as usize];
    bencher.bench_local(|| ranked.linear(black_box(&weights), 0.95));
}

#[divan::bench]
fn bca_of_10_000_replicates_and_20_000_rows(bencher: Bencher) {
    let (replicates, values) = (noise(10_000), noise(u64::from(ROWS)));
    bencher
        .with_inputs(|| replicates.clone())
        .bench_values(|replicates| {
            let jackknife = Jackknife {
                values: &values,
                ..Default::default()
            };
            let replicates = Replicates::new(replicates);
            interval(0.5, &replicates, Some(&jackknife), Method::Bca, 0.95)
        });
}

/// Two systems on 20,000 rows of three classes, measured by one metric.
fn panel(metric: &str) -> Option<exec::Evidence> {
    let plan = format!(
        "use std.classification.f1_macro
dataset d {{ source: \"d.csv\", version: \"1\", id: id, label: y in [a, b, c], split: all(test) }}
metric own_f1 {{
  better: higher
  range:  0%..100%
  value:  mean over class k of (2 * count(prediction == k and label == k) / (count(prediction == k) + count(label == k)))
}}
baseline one {{ deterministic: yes, predictions: \"one.csv\" }}
candidate two {{ deterministic: yes, predictions: \"two.csv\" }}
compare two with one {{ on: d.test, metrics: [{metric}] }}
"
    );
    let class = |value: f64| ["a", "b", "c"][(value * 2.999) as usize];
    let numbers = noise(3 * u64::from(ROWS));
    let column = |name: &str, from: usize| {
        let mut text = format!("id,{name}\n");
        for (row, value) in numbers.iter().skip(from).step_by(3).enumerate() {
            let _ = writeln!(text, "{row},{}", class(*value));
        }
        text
    };
    let world = MemoryWorld::default()
        .with("p.bench", &plan)
        .with("d.csv", column("y", 0))
        .with("one.csv", column("prediction", 1))
        .with("two.csv", column("prediction", 2));
    let analysis = analyse(&world, Path::new("p.bench")).ok()?;
    exec::gather(&world, &analysis.plan, &analysis.sources, 42, &|_| {}).ok()
}

#[divan::bench(args = ["f1_macro", "own_f1"])]
fn resamples_of_a_metric(bencher: Bencher, metric: &str) {
    let Some(evidence) = panel(metric) else {
        return;
    };
    let Some(measured) = evidence.measured.first() else {
        return;
    };
    bencher.bench_local(|| infer::resample(black_box(&measured.panel), 256, 42, &|_| {}));
}
