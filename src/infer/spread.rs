//! The standard error of a claim on every resample, by the jackknife of the resample's own units and
//! the spread of its runs: what a studentized interval divides by.
//!
//! It needs metrics whose statistics are sums, so that leaving a unit out is a subtraction.

use super::{Errors, Member, Panel};
use crate::metrics::{Contributions, Kernel};
use crate::stats::resample::{draw_runs, draw_units};
use rayon::prelude::*;

/// What a standard error is of: a metric of one member, or its difference from another's.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Place of the part.
    pub part: usize,
    /// The member and the place of its metric.
    pub of: (usize, usize),
    /// The other side of a difference.
    pub against: Option<(usize, usize)>,
}

/// One side: for each run what every unit adds to the statistics.
struct Side<'a> {
    seeds: u64,
    metric: usize,
    runs: Vec<(&'a Kernel, Vec<Vec<f64>>)>,
}

/// The standard errors of a claim on the panel's resamples, those that [`super::resample`] draws;
/// `None` where a statistic is no sum.
pub fn spread(panel: &Panel, claim: Claim, resamples: u32, seed: u64) -> Option<Errors> {
    let side = |(member, metric): (usize, usize)| side(panel, claim.part, member, metric);
    let of = side(claim.of)?;
    let against = match claim.against {
        Some(other) => Some(side(other)?),
        None => None,
    };
    let copies = |copies: &[u64]| copies.iter().map(|&c| c as u32).collect();
    let ones = panel
        .units
        .copies()
        .map_or_else(|| vec![1; panel.units.n_units()], copies);
    let own = error(panel, &of, against.as_ref(), &ones, None);
    if !own.is_finite() {
        return None;
    }
    let replicates = (0..u64::from(resamples))
        .into_par_iter()
        .map_init(Vec::new, |multiplicity, index| {
            draw_units(&panel.units, seed, panel.key, index, multiplicity);
            error(
                panel,
                &of,
                against.as_ref(),
                multiplicity,
                Some((seed, index)),
            )
        })
        .collect();
    Some(Errors { own, replicates })
}

fn side(panel: &Panel, part: usize, member: usize, metric: usize) -> Option<Side<'_>> {
    let member: &Member = panel.members.get(member)?;
    let mut runs = Vec::new();
    for parts in &member.kernels {
        let kernel = parts.get(part)?;
        let Contributions { rows, statistics } = kernel.contributions();
        let mut units: Vec<Vec<f64>> = vec![Vec::new(); panel.units.n_units()];
        for (row, own) in rows.iter().zip(&statistics) {
            let unit = *panel.units.unit_of_row().get(*row as usize)?;
            let sums = units.get_mut(unit as usize)?;
            sums.resize(own.len(), 0.0);
            sums.iter_mut().zip(own).for_each(|(sum, x)| *sum += x);
        }
        runs.push((kernel, units));
    }
    Some(Side {
        seeds: member.seeds,
        metric,
        runs,
    })
}

impl Side<'_> {
    /// How often each run stands in a resample.
    fn drawn(&self, which: Option<(u64, u64)>) -> Vec<u32> {
        let k = u32::try_from(self.runs.len()).unwrap_or(u32::MAX);
        let mut times = vec![1; self.runs.len()];
        if let (Some((seed, index)), true) = (which, k > 1) {
            draw_runs(seed, self.seeds, index, k, &mut times);
        }
        times
    }

    /// The statistics of each run.
    fn totals(&self, multiplicity: &[u32]) -> Vec<Vec<f64>> {
        let total = |units: &Vec<Vec<f64>>| {
            let mut total = Vec::new();
            for (own, &times) in units.iter().zip(multiplicity) {
                if own.is_empty() || times == 0 {
                    continue;
                }
                total.resize(own.len(), 0.0);
                let times = f64::from(times);
                total
                    .iter_mut()
                    .zip(own)
                    .for_each(|(sum, x)| *sum += times * x);
            }
            total
        };
        self.runs.iter().map(|(_, units)| total(units)).collect()
    }

    /// Each run's value, without a unit where one is named.
    fn values(&self, totals: &[Vec<f64>], without: Option<usize>) -> Vec<f64> {
        let value = |((kernel, units), total): (&(&Kernel, Vec<Vec<f64>>), &Vec<f64>)| {
            let gone = without
                .and_then(|u| units.get(u))
                .filter(|own| !own.is_empty());
            match gone {
                Some(gone) => {
                    let left: Vec<f64> = total.iter().zip(gone).map(|(t, g)| t - g).collect();
                    kernel.value_of(self.metric, &left)
                }
                None => kernel.value_of(self.metric, total),
            }
        };
        self.runs.iter().zip(totals).map(value).collect()
    }
}

fn mean(values: &[f64], times: &[u32]) -> f64 {
    let sum: f64 = values
        .iter()
        .zip(times)
        .map(|(v, &m)| f64::from(m) * v)
        .sum();
    sum / values.len() as f64
}

/// The squared standard error of the mean over runs that runs alone cause.
fn of_runs(values: &[f64], times: &[u32]) -> f64 {
    let k = values.len() as f64;
    if values.len() < 2 {
        return 0.0;
    }
    let centre = mean(values, times);
    let both = values.iter().zip(times);
    let squares: f64 = both
        .map(|(v, &m)| f64::from(m) * (v - centre).powi(2))
        .sum();
    squares / (k * (k - 1.0))
}

fn error(
    panel: &Panel,
    of: &Side<'_>,
    against: Option<&Side<'_>>,
    multiplicity: &[u32],
    which: Option<(u64, u64)>,
) -> f64 {
    let sides: Vec<&Side<'_>> = std::iter::once(of).chain(against).collect();
    let prepared: Vec<_> = sides
        .iter()
        .map(|side| (*side, side.totals(multiplicity), side.drawn(which)))
        .collect();
    let value = |without: Option<usize>| -> f64 {
        let each = prepared
            .iter()
            .map(|(side, totals, times)| mean(&side.values(totals, without), times));
        each.reduce(|a, b| a - b).unwrap_or(f64::NAN)
    };
    let mut variance = 0.0;
    for members in panel.units.strata() {
        let here = |u: &&u32| {
            let u = **u as usize;
            let rows = of
                .runs
                .first()
                .and_then(|r| r.1.get(u))
                .is_some_and(|own| !own.is_empty());
            rows && multiplicity.get(u).copied().unwrap_or(0) > 0
        };
        let found: Vec<(f64, f64)> = members
            .iter()
            .filter(here)
            .map(|&u| (f64::from(multiplicity[u as usize]), value(Some(u as usize))))
            .collect();
        let n: f64 = found.iter().map(|f| f.0).sum();
        let centre = found.iter().map(|(m, v)| m * v).sum::<f64>() / n;
        let squares: f64 = found.iter().map(|(m, v)| m * (v - centre).powi(2)).sum();
        if n > 0.0 {
            variance += (n - 1.0) / n * squares;
        }
    }
    let by_run: Vec<(Vec<f64>, &Vec<u32>)> = prepared
        .iter()
        .map(|(side, totals, times)| (side.values(totals, None), times))
        .collect();
    let shared = matches!(against, Some(b) if b.seeds == of.seeds && b.runs.len() == of.runs.len());
    variance += match by_run.as_slice() {
        [(a, times), (b, _)] if shared => {
            let both: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
            of_runs(&both, times)
        }
        all => all
            .iter()
            .map(|(values, times)| of_runs(values, times))
            .sum(),
    };
    variance.sqrt()
}
