//! What a resample costs: draw and row weights at n = 20,000, the cells' draw, and reading a BCa interval.

use benchwright::stats::binomial::multinomial;
use benchwright::stats::interval::{Method, interval};
use benchwright::stats::jackknife::Jackknife;
use benchwright::stats::quantile::Ranked;
use benchwright::stats::random::{Purpose, stream, unit};
use benchwright::stats::replicates::Replicates;
use benchwright::stats::resample::{Units, draw_units, row_weights};
use divan::{Bencher, black_box};

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

#[divan::bench]
fn draw_27_cells(bencher: Bencher) {
    let counts: Vec<u64> = (0..27).map(|cell| 20 + 55 * cell).collect();
    let n = counts.iter().sum();
    let mut drawn = vec![0; 27];
    let mut index = 0;
    bencher.bench_local(|| {
        index += 1;
        let mut rng = stream(1, Purpose::Cells, 2, index);
        multinomial(&mut rng, n, &counts, &mut drawn);
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
