//! Quantiles of one system's rows, drawn from the law of the order statistics of a resample: no row is drawn.
//!
//! A resample of n rows is n uniform numbers, each standing for the row ⌊n·U⌋ of the sorted values, so its k-th
//! smallest value is that of the k-th smallest uniform number, V ~ Beta(k, n−k+1). Given that one, the next
//! wanted rank r is V + (1−V)·Beta(r−k, n−r+1) (Devroye 1986, V.3.1). So all quantiles of a system, with the
//! neighbours that they interpolate between, are drawn together, as their joint law has it.

use super::Panel;
use crate::metrics::{Kernel, LANES, Lanes};
use crate::stats::gamma::beta;
use crate::stats::quantile::{between, linear_position};
use crate::stats::random::{Purpose, stream};

/// The quantiles of a panel of one system.
#[derive(Debug)]
pub(super) struct Orders {
    /// How many rows there are.
    n: usize,
    /// The ranks that are needed, from 1, ascending.
    ranks: Vec<usize>,
    /// For each statistic the places of its two neighbours among the ranks, and the way between them.
    statistics: Vec<(usize, usize, f64)>,
}

impl Orders {
    /// `None` unless all that is measured are quantiles of the same values, on all rows of one run of one
    /// system, and rows are drawn from one stratum.
    pub(super) fn new(panel: &Panel) -> Option<Orders> {
        let mut kernels = panel.kernels();
        let (kernel, None) = (kernels.next()?, kernels.next()) else {
            return None;
        };
        if !panel.units.rows_are_units() || panel.units.strata().count() != 1 {
            return None;
        }
        let (sorted, quantiles) = kernel.quantiles()?;
        let n = sorted.len();
        let mut pairs = Vec::new();
        for q in quantiles {
            let (index, fraction) = linear_position(n as u64, q)?;
            let low = usize::try_from(index).ok()? + 1;
            let high = if fraction > 0.0 {
                (low + 1).min(n)
            } else {
                low
            };
            pairs.push((low, high, fraction));
        }
        let mut ranks: Vec<usize> = pairs.iter().flat_map(|p| [p.0, p.1]).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let place = |rank: usize| ranks.partition_point(|&r| r < rank);
        let statistics = pairs.iter().map(|&(a, b, f)| (place(a), place(b), f));
        Some(Orders {
            n,
            statistics: statistics.collect(),
            ranks,
        })
    }

    /// The statistics of the resamples from `first` on of its panel, whose rows they are drawn from.
    pub(super) fn draw(&self, panel: &Panel, seed: u64, first: u64) -> Vec<Lanes> {
        let mut found = vec![[f64::NAN; LANES]; self.statistics.len()];
        let n = self.n;
        let known = panel.kernels().next().and_then(Kernel::sorted);
        let sorted = known.unwrap_or_default();
        let mut values = Vec::with_capacity(self.ranks.len());
        for (l, index) in (first..).take(LANES).enumerate() {
            let mut rng = stream(seed, Purpose::Order, panel.key, index);
            let (mut before, mut v) = (0, 0.0);
            values.clear();
            for &rank in &self.ranks {
                let step = beta(&mut rng, (rank - before) as f64, (n - rank + 1) as f64);
                v += (1.0 - v) * step;
                before = rank;
                let place = ((n as f64 * v) as usize).min(n - 1);
                values.push(sorted.get(place).copied().unwrap_or(f64::NAN));
            }
            let at = |place: usize| values.get(place).copied().unwrap_or(f64::NAN);
            for (lanes, &(low, high, fraction)) in found.iter_mut().zip(&self.statistics) {
                lanes[l] = between(at(low), at(high), fraction);
            }
        }
        found
    }
}
