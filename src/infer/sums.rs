//! Sums of row values by gather: where all that a panel measures are sums, a draw adds what its unit adds to
//! each of them and nothing else is remembered.

use super::Panel;
use crate::metrics::{LANES, Lanes};
use crate::stats::random::{Purpose, Stream, stream};
use crate::stats::resample::{BLOCK, draw_block, in_blocks};

/// The most different sums that are quicker to gather than rows are to count.
const MOST: usize = 8;

/// What every unit adds to the sums of a panel.
#[derive(Debug)]
pub(super) struct Sums {
    /// Units in each stratum, in the order of `values`.
    strata: Vec<usize>,
    /// For each unit, stratum by stratum, what it adds to each sum, and zeros to fill up.
    values: Values,
    /// For each kernel where its statistics come from.
    kernels: Vec<Vec<Source>>,
}

/// Rows of some sizes, so that each has its own loop.
#[derive(Debug)]
enum Values {
    One(Vec<[f64; 1]>),
    Two(Vec<[f64; 2]>),
    Four(Vec<[f64; 4]>),
    Eight(Vec<[f64; MOST]>),
}

/// Where a statistic comes from.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// It is the same in every resample.
    Constant(f64),
    /// A sum.
    Sum(usize),
}

/// The sums of each resample.
pub(super) type Totals = Vec<[f64; MOST]>;

impl Sums {
    /// `None` where a statistic is no sum, or there are too many sums.
    pub(super) fn new(panel: &Panel) -> Option<Sums> {
        let n = panel.units.n_units();
        let mut columns: Vec<Vec<f64>> = Vec::new();
        let mut kernels = Vec::new();
        for kernel in panel.kernels() {
            let mut sources = Vec::new();
            for by_place in kernel.sums(MOST)? {
                let mut by_unit = vec![0.0; n];
                for (&unit, value) in kernel.units().iter().zip(by_place) {
                    *by_unit.get_mut(unit as usize)? += value;
                }
                let first = by_unit.first().copied().unwrap_or(0.0);
                sources.push(if by_unit.iter().all(|&v| v == first) {
                    Source::Constant(first * n as f64)
                } else {
                    let known = columns.iter().position(|c| *c == by_unit);
                    Source::Sum(known.unwrap_or_else(|| {
                        columns.push(by_unit);
                        columns.len() - 1
                    }))
                });
            }
            if columns.len() > MOST {
                return None;
            }
            kernels.push(sources);
        }
        let order: Vec<u32> = panel.units.strata().flatten().copied().collect();
        Some(Sums {
            strata: panel.units.strata().map(<[u32]>::len).collect(),
            values: match columns.len() {
                0 | 1 => Values::One(rows(&columns, &order)),
                2 => Values::Two(rows(&columns, &order)),
                3 | 4 => Values::Four(rows(&columns, &order)),
                _ => Values::Eight(rows(&columns, &order)),
            },
            kernels,
        })
    }

    /// The sums of the resamples from `first` on, drawn as [`crate::stats::resample::draw_lanes`] draws.
    pub(super) fn draw(&self, seed: u64, key: u64, first: u64) -> Totals {
        let mut rngs: Vec<Stream> = (first..)
            .take(LANES)
            .map(|index| stream(seed, Purpose::Units, key, index))
            .collect();
        match &self.values {
            Values::One(values) => gather_one(values, &self.strata, &mut rngs),
            Values::Two(values) => gather(values, &self.strata, &mut rngs),
            Values::Four(values) => gather(values, &self.strata, &mut rngs),
            Values::Eight(values) => gather(values, &self.strata, &mut rngs),
        }
    }

    /// The statistics of a kernel.
    pub(super) fn statistics(&self, kernel: usize, totals: &Totals) -> Vec<Lanes> {
        let lanes = |source: &Source| match source {
            Source::Constant(value) => [*value; LANES],
            Source::Sum(place) => std::array::from_fn(|l| {
                let own = totals.get(l).and_then(|sums| sums.get(*place));
                own.copied().unwrap_or(f64::NAN)
            }),
        };
        let sources = self.kernels.get(kernel);
        sources.map_or_else(Vec::new, |s| s.iter().map(lanes).collect())
    }
}

fn rows<const K: usize>(columns: &[Vec<f64>], order: &[u32]) -> Vec<[f64; K]> {
    let of = |&unit: &u32| {
        std::array::from_fn(|k| {
            let own = columns.get(k).and_then(|c| c.get(unit as usize));
            own.copied().unwrap_or(0.0)
        })
    };
    order.iter().map(of).collect()
}

/// The places of a block, each with its values; a short block is filled up, for every byte has a place.
fn block<const K: usize>(values: &[[f64; K]], from: usize, size: usize) -> [[f64; K]; BLOCK] {
    let mut all = [[0.0; K]; BLOCK];
    let own = values.get(from..from + size).unwrap_or_default();
    all.iter_mut().zip(own).for_each(|(slot, v)| *slot = *v);
    all
}

fn gather<const K: usize>(values: &[[f64; K]], strata: &[usize], rngs: &mut [Stream]) -> Totals {
    let mut totals = vec![[0.0; MOST]; LANES];
    let mut start = 0;
    for &n in strata {
        in_blocks::<LANES, _>(rngs, n, |from, size, rngs, counts| {
            let block = block(values, start + from, size);
            for ((rng, &count), total) in rngs.iter_mut().zip(counts).zip(&mut totals) {
                let mut sum = [0.0; K];
                draw_block(rng, count, size, |places| {
                    for &place in places {
                        let own = &block[place as usize];
                        sum.iter_mut().zip(own).for_each(|(s, v)| *s += v);
                    }
                });
                total.iter_mut().zip(sum).for_each(|(t, s)| *t += s);
            }
        });
        start += n;
    }
    totals
}

/// One sum is added up in four parts, so that no addition waits for the one before.
fn gather_one(values: &[[f64; 1]], strata: &[usize], rngs: &mut [Stream]) -> Totals {
    let mut totals = vec![[0.0; MOST]; LANES];
    let mut start = 0;
    for &n in strata {
        in_blocks::<LANES, _>(rngs, n, |from, size, rngs, counts| {
            let block = block(values, start + from, size);
            for ((rng, &count), total) in rngs.iter_mut().zip(counts).zip(&mut totals) {
                let mut sum = [0.0; 4];
                draw_block(rng, count, size, |places| {
                    let (fours, rest) = places.as_chunks::<4>();
                    for four in fours {
                        for (s, &place) in sum.iter_mut().zip(four) {
                            *s += block[place as usize][0];
                        }
                    }
                    for (s, &place) in sum.iter_mut().zip(rest) {
                        *s += block[place as usize][0];
                    }
                });
                total[0] += (sum[0] + sum[1]) + (sum[2] + sum[3]);
            }
        });
        start += n;
    }
    totals
}
