//! Resampling of one partition: the replicates of every metric of every system, all from one draw.
//!
//! A resample is drawn once per (seed, partition, index) and shared by everything measured on that
//! partition, so that all deltas are paired and all intervals agree with each other. Units (rows or
//! clusters, within strata) and runs are drawn independently of each other: crossed two-level
//! resampling. Systems with the same seeds share the draw of runs. Requests, which follow each other in time, are a
//! panel of their own, drawn in blocks. How a resample is computed follows
//! from what is measured ([`Scheme`]) and leaves its law as it is. Reading outputs is left to
//! `exec`, what follows from the numbers to `verdict`. Start with [`resample`].

mod draw;
mod exchange;
mod kinds;
mod nested;
mod order;
mod sample;
mod spread;
mod sums;

pub use exchange::Exchange;
pub use nested::{Nested, nested};
pub use sample::{ByFold, Errors, Estimated, Sample, Side, Sides, estimate};
pub use spread::{Claim, spread};

use crate::metrics::{Basis, Kernel, Scratch};
use crate::stats::resample::Units;
use order::Orders;
use rayon::prelude::*;
use std::sync::Arc;
use sums::Sums;

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
    way: Way,
}

/// How the resamples of a panel are computed. All schemes have the law of drawing rows one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Units that are alike in all that is measured are one kind, and how many of each kind there are is one
    /// multinomial draw. What a resample costs doesn't depend on the rows.
    Kinds,
    /// Rows are drawn, and what they add to each sum is added up at once.
    Sums,
    /// Rows are drawn, how often each stands there is counted, and everything is computed from that.
    Rows,
    /// Quantiles of one system's rows are drawn from their own law, without any row.
    Order,
}

/// A scheme with what it needs.
#[derive(Debug)]
enum Way {
    Kinds,
    Sums(Sums),
    Rows,
    Order(Orders),
}

impl Panel {
    /// A panel of kernels over the rows that `units` is of, `parts` for each run of each member. Rows that
    /// nothing tells apart are put together where that leaves few.
    pub fn new(
        units: Units,
        key: u64,
        parts: usize,
        members: Vec<Member>,
        folds: Option<Folds>,
    ) -> Panel {
        let mut panel = Panel {
            units,
            key,
            parts,
            members,
            folds,
            way: Way::Rows,
        };
        // Rows that were counted are put together all the same, so that they are drawn as all rows would be.
        if let Some(kinds) = kinds::of(&panel) {
            panel = kinds::merge(panel, &kinds);
            panel.way = Way::Kinds;
        } else if panel.units.copies().is_some() {
            panel.way = Way::Kinds;
        }
        let kernels = panel.members.iter_mut().flat_map(|m| m.kernels.iter_mut());
        kernels
            .flatten()
            .for_each(|kernel| kernel.on_units(&panel.units));
        panel.settle();
        panel
    }

    /// Where rows are drawn one by one, the way that computes least.
    fn settle(&mut self) {
        // The other ways know only rows that are drawn one by one.
        if self.scheme() != Scheme::Rows || self.units.block().is_some() {
            return;
        }
        if let Some(orders) = Orders::new(self) {
            self.way = Way::Order(orders);
        } else if let Some(sums) = Sums::new(self) {
            self.way = Way::Sums(sums);
        }
    }

    /// How its resamples are computed.
    pub fn scheme(&self) -> Scheme {
        match self.way {
            Way::Kinds => Scheme::Kinds,
            Way::Sums(_) => Scheme::Sums,
            Way::Rows => Scheme::Rows,
            Way::Order(_) => Scheme::Order,
        }
    }

    /// The kernels of every member, run and part, in this order.
    fn kernels(&self) -> impl Iterator<Item = &Kernel> {
        self.members.iter().flat_map(|m| m.kernels.iter().flatten())
    }
}

/// How the rows of a panel fall into folds.
#[derive(Debug, Clone, PartialEq)]
pub struct Folds {
    /// For each repeat the fold of each row, from 0.
    pub of_row: Vec<Vec<u32>>,
    /// How many folds a repeat has.
    pub k: u32,
    /// Held-out rows over training rows.
    pub test_over_train: f64,
}

/// One system in one variant.
#[derive(Debug, Clone)]
pub struct Member {
    /// Hash of its seeds: systems with the same seeds share the draw of runs.
    pub seeds: u64,
    /// For each run and part a kernel with the member's metrics. Where it has outputs of its own for each repeat of a
    /// cross-validation, each of those is a run: all of the first seed, then all of the next.
    pub kernels: Vec<Vec<Kernel>>,
    /// How many runs a seed has: repeats of a cross-validation, else one.
    pub repeats: usize,
}

impl Panel {
    /// The same with each member's first seeds alone: as many as `most` says of its place.
    #[must_use]
    pub fn first_runs(&self, most: impl Fn(usize) -> usize) -> Panel {
        let first = |(place, member): (usize, &Member)| {
            let most = most(place).saturating_mul(member.repeats);
            Member {
                kernels: member.kernels.iter().take(most).cloned().collect(),
                ..*member
            }
        };
        let members = self.members.iter().enumerate().map(first).collect();
        let mut panel = self.of_members(members);
        panel.settle();
        panel
    }

    /// One seed of each member that is `read`; a member that has fewer seeds, or isn't, has none. All such panels
    /// draw the same rows.
    #[must_use]
    pub fn one_run(&self, run: usize, read: impl Fn(usize) -> bool) -> Panel {
        let one = |(place, member): (usize, &Member)| {
            let of_seed = member.kernels.chunks(member.repeats.max(1)).nth(run);
            let own = of_seed.filter(|_| read(place)).unwrap_or_default();
            Member {
                kernels: own.to_vec(),
                ..*member
            }
        };
        self.of_members(self.members.iter().enumerate().map(one).collect())
    }

    /// The same rows with fewer kernels: what was put together stays so.
    fn of_members(&self, members: Vec<Member>) -> Panel {
        Panel {
            units: self.units.clone(),
            key: self.key,
            parts: self.parts,
            members,
            folds: self.folds.clone(),
            way: match self.way {
                Way::Kinds => Way::Kinds,
                Way::Sums(_) | Way::Rows | Way::Order(_) => Way::Rows,
            },
        }
    }
}

impl Member {
    fn programs(&self) -> usize {
        let first = self.kernels.first().and_then(|parts| parts.first());
        first.map_or(0, Kernel::programs)
    }
}

/// The samples of every member, part and metric.
#[derive(Debug, Default)]
pub struct Samples {
    members: Vec<Vec<Vec<Sample>>>,
}

impl Samples {
    /// The sample of a member's metric on a part.
    pub fn get(&self, member: usize, part: usize, metric: usize) -> Option<&Sample> {
        self.members.get(member)?.get(part)?.get(metric)
    }

    /// Over several runs, of which each was measured by itself on the same draws of rows. The replicates vary by
    /// rows alone.
    pub fn over_runs(each: &[Samples]) -> Samples {
        let Some(first) = each.first() else {
            return Samples::default();
        };
        let place = |member: usize, part: usize, metric: usize| {
            let of: Vec<&Sample> = each
                .iter()
                .filter_map(|s| s.get(member, part, metric))
                .collect();
            Sample::mean_of_runs(&of)
        };
        let members = first.members.iter().enumerate().map(|(member, parts)| {
            let parts = parts.iter().enumerate();
            let of_part = |(part, metrics): (usize, &Vec<Sample>)| {
                let metrics = 0..metrics.len();
                metrics.filter_map(|m| place(member, part, m)).collect()
            };
            parts.map(of_part).collect()
        });
        Samples {
            members: members.collect(),
        }
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
    let mut columns = replicates(panel, resamples, seed, progress).into_iter();
    let mut members = Vec::new();
    for member in &panel.members {
        let mut parts = Vec::new();
        for part in 0..panel.parts {
            let mut observed = Observed::new(panel, member, part);
            let columns = columns.by_ref().take(member.programs());
            let metrics = columns
                .enumerate()
                .map(|(metric, column)| observed.take(metric, column));
            parts.push(metrics.collect());
        }
        members.push(parts);
    }
    Samples { members }
}

/// The value of every metric on each resample, for each member and part in turn.
pub fn replicates(
    panel: &Panel,
    resamples: u32,
    seed: u64,
    progress: &(dyn Fn(u64) + Sync),
) -> Vec<Vec<f64>> {
    let drawn = draw::blocks(panel, resamples, seed, progress);
    let width = panel
        .members
        .iter()
        .map(|m| m.programs() * panel.parts)
        .sum::<usize>();
    let column = |i: usize| {
        let lanes = drawn.iter().flat_map(|block| block.get(i)).flatten();
        lanes.take(resamples as usize).copied().collect()
    };
    (0..width).map(column).collect()
}

/// Numbers in ascending order, and a quantile of them.
type Quantile = Arc<(Vec<f64>, f64)>;

/// A member's observed values on one part: each run's, and those without each unit.
struct Observed {
    rows: usize,
    runs: Vec<Vec<f64>>,
    units: Vec<u32>,
    strata: Vec<u32>,
    copies: Option<Arc<[u64]>>,
    /// For each unit and metric the mean over runs.
    left_out: Vec<Vec<f64>>,
    /// For each metric that is an area its positive rows, where rows are the units.
    positive: Vec<Option<Arc<[bool]>>>,
    /// For each metric what it rests on.
    bases: Vec<Basis>,
    /// For each metric that is a quantile its numbers, where rows are the units; and whether it reads an order.
    orders: Vec<(Option<Quantile>, bool)>,
    /// For each fold and metric the mean over runs, with the ratio of held-out to training rows.
    folds: Option<(Vec<Vec<f64>>, f64)>,
    block: Option<u32>,
}

impl Observed {
    fn new(panel: &Panel, member: &Member, part: usize) -> Self {
        let ones = panel.units.rows_as_they_are();
        let mut scratch = Scratch::default();
        let k = member.kernels.len() as f64;
        let mut observed = Observed {
            rows: 0,
            runs: Vec::new(),
            units: Vec::new(),
            strata: Vec::new(),
            copies: None,
            left_out: Vec::new(),
            positive: Vec::new(),
            bases: Vec::new(),
            orders: Vec::new(),
            folds: None,
            block: panel.units.block(),
        };
        let kernels: Vec<&Kernel> = member
            .kernels
            .iter()
            .filter_map(|parts| parts.get(part))
            .collect();
        let jackknifes: Vec<Vec<(u32, Vec<f64>)>> = kernels
            .par_iter()
            .map(|kernel| kernel.jackknife(panel.units.unit_of_row(), &ones))
            .collect();
        for (kernel, jackknife) in kernels.iter().zip(jackknifes) {
            let mut values = vec![0.0; kernel.programs()];
            kernel.evaluate(&ones, &mut scratch, &mut values);
            observed.rows = kernel.rows_of(&ones);
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
        let independent = panel.units.rows_are_units() && panel.units.block().is_none();
        if let ([kernel], true) = (kernels.as_slice(), independent) {
            let of = |metric| kernel.positives(metric).map(Into::into);
            observed.positive = (0..kernel.programs()).map(of).collect();
        }
        if let Some(first) = kernels.first() {
            let lone = kernels.len() == 1 && independent;
            let numbers = |metric| first.quantile(metric, &ones).filter(|_| lone).map(Arc::new);
            let of = |metric| (numbers(metric), first.is_rough(metric));
            observed.orders = (0..first.programs()).map(of).collect();
            let basis = |metric| {
                let runs = kernels.iter().map(|kernel| kernel.basis(metric));
                runs.reduce(Basis::and).unwrap_or_default()
            };
            observed.bases = (0..first.programs()).map(basis).collect();
        }
        if let Some(folds) = &panel.folds {
            let values = by_fold(folds, member.repeats, &kernels, &ones);
            observed.folds = Some((values, folds.test_over_train));
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
        observed.copies = panel.units.copies().map(|copies| {
            let of = |&u: &u32| copies.get(u as usize).copied().unwrap_or(1);
            observed.units.iter().map(of).collect()
        });
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
            copies: self.copies.clone(),
            positive: self.positive.get(metric).cloned().flatten(),
            quantile: self.orders.get(metric).and_then(|o| o.0.clone()),
            basis: self.bases.get(metric).cloned().unwrap_or_default(),
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
            block: self.block,
        }
    }
}

/// For each fold of each repeat and each metric the mean over runs of the values on the fold's rows. A run that
/// belongs to a repeat counts in that one alone.
fn by_fold(folds: &Folds, repeats: usize, kernels: &[&Kernel], times: &[u32]) -> Vec<Vec<f64>> {
    let mut scratch = Scratch::default();
    let mut one = |(repeat, of_row, fold): (usize, &Vec<u32>, u32)| {
        let own = kernels.iter().enumerate();
        let own = own.filter(|(run, _)| repeats <= 1 || run % repeats == repeat);
        let own: Vec<&&Kernel> = own.map(|(_, kernel)| kernel).collect();
        let runs = own.len() as f64;
        let of_fold = |(f, times): (&u32, &u32)| if *f == fold { *times } else { 0 };
        let weights: Vec<u32> = of_row.iter().zip(times).map(of_fold).collect();
        let mut mean: Vec<f64> = Vec::new();
        for kernel in own {
            let mut values = vec![0.0; kernel.programs()];
            kernel.evaluate(&weights, &mut scratch, &mut values);
            mean.resize(values.len(), 0.0);
            mean.iter_mut()
                .zip(&values)
                .for_each(|(sum, v)| *sum += v / runs);
        }
        mean
    };
    let repeated = folds.of_row.iter().enumerate();
    let all = repeated.flat_map(|(repeat, of)| (0..folds.k).map(move |fold| (repeat, of, fold)));
    all.map(&mut one).collect()
}
