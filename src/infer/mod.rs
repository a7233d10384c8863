//! Resampling of one partition: the replicates of every metric of every system, all from one draw.
//!
//! A resample is drawn once per (seed, partition, index) and shared by everything measured on that
//! partition, so that all deltas are paired and all intervals agree with each other. Units (rows or
//! clusters, within strata) and runs are drawn independently of each other: crossed two-level
//! resampling. Systems with the same seeds share the draw of runs. Reading outputs is left to
//! `exec`, what follows from the numbers to `verdict`. Start with [`resample`].

mod nested;
mod sample;
mod spread;

pub use nested::{Nested, nested};
pub use sample::{ByFold, Errors, Estimated, Sample, Sides, estimate};
pub use spread::{Claim, spread};

use crate::metrics::{Kernel, Scratch};
use crate::stats::resample::{Units, draw_runs, draw_units, row_weights};
use rayon::prelude::*;
use std::sync::Arc;

/// How many resamples one task draws.
const BLOCK: usize = 32;

/// What is measured on one partition.
#[derive(Debug)]
pub struct Panel {
    /// What is resampled.
    pub units: Units,
    /// Hash of the partition's name and rows: another partition draws other resamples.
    pub key: u64,
    /// How many parts there are: the whole partition first, then the parts of slices.
    pub parts: usize,
    /// The systems.
    pub members: Vec<Member>,
    /// The folds that the rows fall into, where they are those of a cross-validation.
    pub folds: Option<Folds>,
}

/// How the rows of a panel fall into folds.
#[derive(Debug, Clone, PartialEq)]
pub struct Folds {
    /// The fold of each row, from 0.
    pub of_row: Vec<u32>,
    /// How many folds.
    pub k: u32,
    /// Held-out rows over training rows.
    pub test_over_train: f64,
}

/// One system in one variant.
#[derive(Debug)]
pub struct Member {
    /// Hash of its seeds: systems with the same seeds share the draw of runs.
    pub seeds: u64,
    /// For each run and part a kernel with the member's metrics.
    pub kernels: Vec<Vec<Kernel>>,
}

impl Member {
    fn programs(&self) -> usize {
        let first = self.kernels.first().and_then(|parts| parts.first());
        first.map_or(0, Kernel::programs)
    }
}

/// The samples of every member, part and metric.
#[derive(Debug)]
pub struct Samples {
    members: Vec<Vec<Vec<Sample>>>,
}

impl Samples {
    /// The sample of a member's metric on a part.
    pub fn get(&self, member: usize, part: usize, metric: usize) -> Option<&Sample> {
        self.members.get(member)?.get(part)?.get(metric)
    }
}

/// Draws `resamples` resamples and evaluates everything on each. `progress` is told of resamples
/// done, from any thread. The result doesn't depend on the number of threads.
pub fn resample(
    panel: &Panel,
    resamples: u32,
    seed: u64,
    progress: &(dyn Fn(u64) + Sync),
) -> Samples {
    let blocks = (resamples as usize).div_ceil(BLOCK);
    let drawn: Vec<Vec<f64>> = (0..blocks)
        .into_par_iter()
        .map(|block| {
            let from = block * BLOCK;
            let to = (from + BLOCK).min(resamples as usize);
            let values = draw(panel, from..to, seed);
            progress((to - from) as u64);
            values
        })
        .collect();
    let width = panel
        .members
        .iter()
        .map(|m| m.programs() * panel.parts)
        .sum::<usize>();
    let column = |i: usize| -> Vec<f64> {
        let of = |block: &Vec<f64>| {
            block
                .iter()
                .skip(i)
                .step_by(width.max(1))
                .copied()
                .collect::<Vec<_>>()
        };
        drawn.iter().flat_map(of).collect()
    };
    let mut next = 0;
    let mut members = Vec::new();
    for member in &panel.members {
        let mut parts = Vec::new();
        for part in 0..panel.parts {
            let mut observed = Observed::new(panel, member, part);
            let metrics = (0..member.programs()).map(|metric| {
                next += 1;
                observed.take(metric, column(next - 1))
            });
            parts.push(metrics.collect());
        }
        members.push(parts);
    }
    Samples { members }
}

/// The values of all members, parts and metrics for some resamples, one resample after the other.
fn draw(panel: &Panel, indices: std::ops::Range<usize>, seed: u64) -> Vec<f64> {
    let (mut multiplicity, mut weights, mut runs) = (Vec::new(), Vec::new(), Vec::new());
    let mut scratch = Scratch::default();
    let mut values = Vec::new();
    let mut one = Vec::new();
    for index in indices {
        let index = index as u64;
        draw_units(&panel.units, seed, panel.key, index, &mut multiplicity);
        row_weights(&panel.units, &multiplicity, &mut weights);
        for member in &panel.members {
            let k = u32::try_from(member.kernels.len()).unwrap_or(u32::MAX);
            if k > 1 {
                draw_runs(seed, member.seeds, index, k, &mut runs);
            } else {
                runs.clear();
                runs.resize(member.kernels.len(), 1);
            }
            for part in 0..panel.parts {
                let start = values.len();
                values.resize(start + member.programs(), 0.0);
                for (kernels, &times) in member.kernels.iter().zip(&runs) {
                    let Some(kernel) = kernels.get(part).filter(|_| times > 0) else {
                        continue;
                    };
                    one.clear();
                    one.resize(kernel.programs(), 0.0);
                    kernel.evaluate(&weights, &mut scratch, &mut one);
                    for (sum, value) in values.iter_mut().skip(start).zip(&one) {
                        *sum += f64::from(times) * value;
                    }
                }
                for sum in values.iter_mut().skip(start) {
                    *sum /= f64::from(k);
                }
            }
        }
    }
    values
}

/// Numbers in ascending order, and a quantile of them.
type Quantile = Arc<(Vec<f64>, f64)>;

/// A member's observed values on one part: each run's, and those without each unit.
struct Observed {
    rows: usize,
    runs: Vec<Vec<f64>>,
    units: Vec<u32>,
    strata: Vec<u32>,
    /// For each unit and metric the mean over runs.
    left_out: Vec<Vec<f64>>,
    /// For each metric that is an area its positive rows, where rows are the units.
    positive: Vec<Option<Arc<[bool]>>>,
    /// For each metric that is a quantile its numbers, where rows are the units; and whether it reads an order.
    orders: Vec<(Option<Quantile>, bool)>,
    /// For each fold and metric the mean over runs, with the ratio of held-out to training rows.
    folds: Option<(Vec<Vec<f64>>, f64)>,
}

impl Observed {
    fn new(panel: &Panel, member: &Member, part: usize) -> Self {
        let ones = vec![1; panel.units.n_rows()];
        let mut scratch = Scratch::default();
        let k = member.kernels.len() as f64;
        let mut observed = Observed {
            rows: 0,
            runs: Vec::new(),
            units: Vec::new(),
            strata: Vec::new(),
            left_out: Vec::new(),
            positive: Vec::new(),
            orders: Vec::new(),
            folds: None,
        };
        let kernels: Vec<&Kernel> = member
            .kernels
            .iter()
            .filter_map(|parts| parts.get(part))
            .collect();
        let jackknifes: Vec<Vec<(u32, Vec<f64>)>> = kernels
            .par_iter()
            .map(|kernel| kernel.jackknife(panel.units.unit_of_row()))
            .collect();
        for (kernel, jackknife) in kernels.iter().zip(jackknifes) {
            let mut values = vec![0.0; kernel.programs()];
            kernel.evaluate(&ones, &mut scratch, &mut values);
            observed.rows = kernel.rows();
            observed.runs.push(values);
            // Every run of a member has the same rows, and so the same units.
            if observed.left_out.is_empty() {
                observed.units = jackknife.iter().map(|(unit, _)| *unit).collect();
                observed.left_out = vec![vec![0.0; kernel.programs()]; jackknife.len()];
            }
            for (sums, (_, values)) in observed.left_out.iter_mut().zip(&jackknife) {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += value / k;
                }
            }
        }
        if let ([kernel], true) = (kernels.as_slice(), panel.units.rows_are_units()) {
            let of = |metric| kernel.positives(metric).map(Into::into);
            observed.positive = (0..kernel.programs()).map(of).collect();
        }
        if let Some(first) = kernels.first() {
            let lone = kernels.len() == 1 && panel.units.rows_are_units();
            let numbers = |metric| first.quantile(metric).filter(|_| lone).map(Arc::new);
            let of = |metric| (numbers(metric), first.is_rough(metric));
            observed.orders = (0..first.programs()).map(of).collect();
        }
        if let Some(folds) = &panel.folds {
            observed.folds = Some((by_fold(folds, &kernels), folds.test_over_train));
        }
        let stratum = |&u: &u32| {
            panel
                .units
                .stratum_of_unit()
                .get(u as usize)
                .copied()
                .unwrap_or(0)
        };
        observed.strata = observed.units.iter().map(stratum).collect();
        observed
    }

    fn take(&mut self, metric: usize, replicates: Vec<f64>) -> Sample {
        let at = |values: &Vec<f64>| values.get(metric).copied().unwrap_or(f64::NAN);
        let runs: Vec<f64> = self.runs.iter().map(at).collect();
        Sample {
            rows: self.rows,
            estimate: crate::stats::summary::mean(&runs).unwrap_or(f64::NAN),
            runs,
            replicates,
            left_out: self.left_out.iter().map(at).collect(),
            strata: self.strata.clone(),
            positive: self.positive.get(metric).cloned().flatten(),
            quantile: self.orders.get(metric).and_then(|o| o.0.clone()),
            rough: self.orders.get(metric).is_some_and(|o| o.1),
            sides: None,
            errors: None,
            folds: self.folds.as_ref().map(|(values, test_over_train)| {
                Box::new(ByFold {
                    values: values.iter().map(at).collect(),
                    test_over_train: *test_over_train,
                })
            }),
            test_over_train: None,
        }
    }
}

/// For each fold and metric the mean over runs of the values on the fold's rows.
fn by_fold(folds: &Folds, kernels: &[&Kernel]) -> Vec<Vec<f64>> {
    let mut scratch = Scratch::default();
    let runs = kernels.len() as f64;
    let one = |fold: u32| {
        let of_fold = |f: &u32| u32::from(*f == fold);
        let weights: Vec<u32> = folds.of_row.iter().map(of_fold).collect();
        let mut mean: Vec<f64> = Vec::new();
        for kernel in kernels {
            let mut values = vec![0.0; kernel.programs()];
            kernel.evaluate(&weights, &mut scratch, &mut values);
            mean.resize(values.len(), 0.0);
            mean.iter_mut()
                .zip(&values)
                .for_each(|(sum, v)| *sum += v / runs);
        }
        mean
    };
    (0..folds.k).map(one).collect()
}
