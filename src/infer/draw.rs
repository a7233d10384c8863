//! Resamples in blocks of lanes, by the panel's scheme; blocks run on all threads and know nothing of each other.

use super::{Panel, Way};
use crate::metrics::{Drawn, Kernel, LANES, LaneScratch, Lanes};
use crate::stats::resample::{Times, draw_lanes, draw_runs};
use rayon::prelude::*;

/// For each block of [`LANES`] resamples the values of all members, parts and metrics. The last block may
/// hold more resamples than were asked for.
pub(super) fn blocks(
    panel: &Panel,
    resamples: u32,
    seed: u64,
    progress: &(dyn Fn(u64) + Sync),
) -> Vec<Vec<Lanes>> {
    let resamples = u64::from(resamples);
    let lanes = LANES as u64;
    (0..resamples.div_ceil(lanes))
        .into_par_iter()
        .map_init(Buffers::default, |buffers, block| {
            let first = block * lanes;
            let values = one(panel, first, seed, buffers);
            progress(lanes.min(resamples - first));
            values
        })
        .collect()
}

/// What a thread uses again and again.
#[derive(Debug, Default)]
struct Buffers {
    kinds: Vec<[u32; LANES]>,
    rows: Vec<[u8; LANES]>,
    scratch: LaneScratch,
}

fn one(panel: &Panel, first: u64, seed: u64, buffers: &mut Buffers) -> Vec<Lanes> {
    let Buffers {
        kinds,
        rows,
        scratch,
    } = buffers;
    match &panel.way {
        Way::Kinds => {
            draw_lanes(&panel.units, seed, panel.key, first, kinds);
            values(panel, first, seed, counted(kinds, scratch))
        }
        Way::Rows => {
            draw_lanes(&panel.units, seed, panel.key, first, rows);
            values(panel, first, seed, counted(rows, scratch))
        }
        Way::Sums(sums) => {
            let totals = sums.draw(seed, panel.key, first);
            let value = |number: usize, kernel: &Kernel, out: &mut [Lanes]| {
                kernel.values_of_lanes(&sums.statistics(number, &totals), out);
            };
            values(panel, first, seed, value)
        }
        Way::Order(orders) => {
            let statistics = orders.draw(panel, seed, first);
            let value = |_: usize, kernel: &Kernel, out: &mut [Lanes]| {
                kernel.values_of_lanes(&statistics, out);
            };
            values(panel, first, seed, value)
        }
    }
}

fn counted<'a, T: Times>(
    drawn: Drawn<'a, T>,
    scratch: &'a mut LaneScratch,
) -> impl FnMut(usize, &Kernel, &mut [Lanes]) + 'a {
    move |_, kernel, out| kernel.evaluate_lanes(drawn, scratch, out)
}

/// The values of all members, parts and metrics: the mean over the drawn runs. `evaluate` gets each kernel with
/// its number.
fn values(
    panel: &Panel,
    first: u64,
    seed: u64,
    mut evaluate: impl FnMut(usize, &Kernel, &mut [Lanes]),
) -> Vec<Lanes> {
    let mut values: Vec<Lanes> = Vec::new();
    let mut own: Vec<Lanes> = Vec::new();
    let mut number = 0;
    for member in &panel.members {
        let k = member.kernels.len();
        let runs = runs(member.seeds, k, first, seed);
        let start = values.len();
        values.resize(start + panel.parts * member.programs(), [0.0; LANES]);
        for (parts, times) in member.kernels.iter().zip(&runs) {
            let sums = values.get_mut(start..).unwrap_or_default();
            let sums = sums.chunks_mut(member.programs().max(1));
            for (kernel, sums) in parts.iter().zip(sums) {
                own.clear();
                own.resize(kernel.programs(), [0.0; LANES]);
                evaluate(number, kernel, &mut own);
                number += 1;
                for (sum, value) in sums.iter_mut().zip(&own) {
                    for (l, sum) in sum.iter_mut().enumerate().filter(|(l, _)| times[*l] > 0) {
                        *sum += f64::from(times[l]) * value[l];
                    }
                }
            }
        }
        for sum in values.iter_mut().skip(start).flatten() {
            *sum /= k as f64;
        }
    }
    values
}

/// How often each run stands in each resample.
fn runs(seeds: u64, k: usize, first: u64, seed: u64) -> Vec<[u32; LANES]> {
    let mut runs = vec![[1; LANES]; k];
    if k > 1 {
        let mut drawn = Vec::new();
        for (l, index) in (first..).take(LANES).enumerate() {
            draw_runs(
                seed,
                seeds,
                index,
                u32::try_from(k).unwrap_or(u32::MAX),
                &mut drawn,
            );
            for (lanes, &times) in runs.iter_mut().zip(&drawn) {
                lanes[l] = times;
            }
        }
    }
    runs
}
