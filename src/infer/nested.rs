//! Resamples of resamples: what the bootstrap would have said had one of its own resamples been the data.

use super::Panel;
use crate::metrics::Scratch;
use crate::stats::binomial::multinomial;
use crate::stats::random::{Purpose, below, key, stream};
use crate::stats::resample::{draw_runs, draw_units, row_weights};
use rayon::prelude::*;

/// Values of some claims on a resample, and on resamples drawn from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Nested {
    /// Each claim's value on the resample.
    pub outer: Vec<f64>,
    /// The same on each resample of the resample.
    pub inner: Vec<Vec<f64>>,
}

/// Draws `outer` resamples of the panel's units and runs, and from each `inner` more, and evaluates `claims`, places of
/// members and of their metrics, on the whole partition (Efron 1983; Hall 1992, §1.4). Units stay within their strata.
/// The result doesn't depend on the number of threads.
pub fn nested(
    panel: &Panel,
    claims: &[(usize, usize)],
    (outer, inner): (u32, u32),
    seed: u64,
) -> Vec<Nested> {
    let own = key(&["nested", &panel.key.to_string()]);
    (0..u64::from(outer))
        .into_par_iter()
        .map(|index| one(panel, claims, inner, seed, (own, index)))
        .collect()
}

/// How often units and each member's runs stand in a resample.
struct Drawn {
    units: Vec<u32>,
    runs: Vec<Vec<u32>>,
}

fn one(
    panel: &Panel,
    claims: &[(usize, usize)],
    inner: u32,
    seed: u64,
    (own, index): (u64, u64),
) -> Nested {
    let mut first = Drawn {
        units: Vec::new(),
        runs: Vec::new(),
    };
    draw_units(&panel.units, seed, own, index, &mut first.units);
    for member in &panel.members {
        let k = u32::try_from(member.kernels.len()).unwrap_or(u32::MAX);
        let mut runs = vec![1; member.kernels.len()];
        if k > 1 {
            draw_runs(seed, own ^ member.seeds, index, k, &mut runs);
        }
        first.runs.push(runs);
    }
    let mut scratch = Scratch::default();
    let outer = evaluate(panel, claims, &first, &mut scratch);
    let again = (0..u64::from(inner)).map(|i| {
        let at = index * u64::from(inner) + i;
        let drawn = drawn_from(panel, &first, seed, (own, at));
        evaluate(panel, claims, &drawn, &mut scratch)
    });
    Nested {
        outer,
        inner: again.collect(),
    }
}

/// A resample of a resample.
fn drawn_from(panel: &Panel, first: &Drawn, seed: u64, (own, index): (u64, u64)) -> Drawn {
    let mut units = vec![0; first.units.len()];
    let mut rng = stream(seed, Purpose::Units, own ^ 1, index);
    for stratum in panel.units.strata() {
        let times = |&u: &u32| first.units.get(u as usize).copied().unwrap_or(0);
        let of: Vec<u64> = stratum.iter().map(|u| u64::from(times(u))).collect();
        let n: u64 = of.iter().sum();
        if n > 4 * of.len() as u64 {
            // Few kinds of many units each: how many of each kind there are is one draw.
            let mut drawn = vec![0; of.len()];
            multinomial(&mut rng, n, &of, &mut drawn);
            for (unit, drawn) in stratum.iter().zip(drawn) {
                if let Some(slot) = units.get_mut(*unit as usize) {
                    *slot += u32::try_from(drawn).unwrap_or(u32::MAX);
                }
            }
            continue;
        }
        let listed: Vec<u32> = stratum
            .iter()
            .flat_map(|u| std::iter::repeat_n(*u, times(u) as usize))
            .collect();
        redraw(&listed, &mut units, |n| below(&mut rng, n));
    }
    let runs = panel.members.iter().zip(&first.runs).map(|(member, runs)| {
        let mut again = vec![0; runs.len()];
        let listed: Vec<u32> = (0u32..)
            .zip(runs)
            .flat_map(|(run, times)| std::iter::repeat_n(run, *times as usize))
            .collect();
        let mut rng = stream(seed, Purpose::Runs, own ^ member.seeds ^ 1, index);
        redraw(&listed, &mut again, |n| below(&mut rng, n));
        again
    });
    Drawn {
        runs: runs.collect(),
        units,
    }
}

/// As many as are listed, each equally likely, with replacement.
fn redraw(listed: &[u32], times: &mut [u32], mut pick: impl FnMut(u32) -> u32) {
    let n = u32::try_from(listed.len()).unwrap_or(u32::MAX);
    for _ in 0..n {
        let place = listed.get(pick(n) as usize);
        if let Some(slot) = place.and_then(|p| times.get_mut(*p as usize)) {
            *slot += 1;
        }
    }
}

fn evaluate(
    panel: &Panel,
    claims: &[(usize, usize)],
    drawn: &Drawn,
    scratch: &mut Scratch,
) -> Vec<f64> {
    let mut weights = Vec::new();
    row_weights(&panel.units, &drawn.units, &mut weights);
    let mut of_member: Vec<Option<Vec<f64>>> = vec![None; panel.members.len()];
    let mut one = Vec::new();
    claims
        .iter()
        .map(|&(member, metric)| {
            let (Some(m), Some(slot), Some(runs)) = (
                panel.members.get(member),
                of_member.get_mut(member),
                drawn.runs.get(member),
            ) else {
                return f64::NAN;
            };
            let values = slot.get_or_insert_with(|| {
                let mut sums = vec![0.0; m.programs()];
                for (parts, times) in m.kernels.iter().zip(runs).filter(|(_, t)| **t > 0) {
                    let Some(kernel) = parts.first() else {
                        continue;
                    };
                    one.clear();
                    one.resize(kernel.programs(), 0.0);
                    kernel.evaluate(&weights, scratch, &mut one);
                    for (sum, value) in sums.iter_mut().zip(&one) {
                        *sum += f64::from(*times) * value / m.kernels.len() as f64;
                    }
                }
                sums
            });
            values.get(metric).copied().unwrap_or(f64::NAN)
        })
        .collect()
}
