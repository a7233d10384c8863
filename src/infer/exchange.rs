//! Two systems that change places: approximate randomisation of any metric (Noreen 1989; Riezler & Maxwell 2005).
//!
//! If nothing but chance tells the systems apart, each unit's answers could as well have come from the other one. Both systems'
//! rows stand in one kernel, the candidate's first; an assignment says which units changed places, and both
//! sides are what the kernel gives for the rows on them. So whatever has a value on rows has a test. Units whose answers are
//! alike in all that is measured are one kind: of those that changed places only the number counts, which is binomial.

use super::kinds::classes;
use crate::metrics::{Kernel, LANES, LaneScratch, Lanes};
use crate::stats::coins::Coins;
use crate::stats::law::binomial_mass;
use crate::stats::random::{Purpose, key, stream};
use crate::stats::resample::Units;
use crate::stats::significance::P;
use rayon::prelude::*;
use std::collections::HashMap;

/// Up to this many different assignments are enumerated, where that is not too much work.
const MOST_ENUMERATED: f64 = (1u64 << 20) as f64;
/// How many rows all of them may read.
const MOST_READ: f64 = (1u64 << 27) as f64;

/// A candidate and a baseline on the same rows, run by run.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// For each run the rows of both that stand for all others.
    kernels: Vec<Kernel>,
    /// How many units each kind stands for, and whether changing places changes anything.
    kinds: Vec<(u32, bool)>,
    /// The unit of each kind's rows in the kernels: of the candidate's, of the baseline's.
    places: Vec<(usize, usize)>,
    /// How many rows the kernels have.
    rows: usize,
}

impl Exchange {
    /// `kernels` hold, run by run, the rows of the candidate and then those of the baseline, as many as
    /// `unit_of_row` says the units of.
    pub fn new(kernels: Vec<Kernel>, unit_of_row: &[u32]) -> Option<Exchange> {
        let n = unit_of_row.len();
        let of_row = classes(kernels.iter(), 2 * n)?;
        let units = unit_of_row.iter().max().map_or(0, |&u| u as usize + 1);
        let mut answers = vec![(Vec::new(), Vec::new()); units];
        for (row, &unit) in unit_of_row.iter().enumerate() {
            let (own, other) = answers.get_mut(unit as usize)?;
            own.push(*of_row.get(row)?);
            other.push(*of_row.get(n + row)?);
        }
        let mut known: HashMap<(Vec<u32>, Vec<u32>), usize> = HashMap::new();
        let (mut kinds, mut stands) = (Vec::new(), vec![None; units]);
        for (slot, (mut own, mut other)) in stands.iter_mut().zip(answers) {
            own.sort_unstable();
            other.sort_unstable();
            let moves = own != other;
            let kind = *known.entry((own, other)).or_insert(kinds.len());
            if kind == kinds.len() {
                kinds.push((0, moves));
                *slot = Some(kind);
            }
            kinds.get_mut(kind)?.0 += 1;
        }
        let kind_of = |row: usize| {
            let unit = unit_of_row.get(row % n.max(1))?;
            stands.get(*unit as usize).copied().flatten()
        };
        let (mut labels, mut place_of_row) = (Vec::new(), vec![u32::MAX; 2 * n]);
        for (row, slot) in place_of_row.iter_mut().enumerate() {
            if let Some(kind) = kind_of(row) {
                *slot = u32::try_from(labels.len()).ok()?;
                labels.push(u32::try_from(2 * kind + row / n).ok()?);
            }
        }
        let units = Units::new(labels.len(), Some(&labels), None).ok()?;
        let mut places = vec![(usize::MAX, usize::MAX); kinds.len()];
        for (&label, &unit) in labels.iter().zip(units.unit_of_row()) {
            let pair = places.get_mut(label as usize / 2)?;
            match label % 2 {
                0 => pair.0 = unit as usize,
                _ => pair.1 = unit as usize,
            }
        }
        let kernels = kernels.into_iter().map(|kernel| {
            let mut kernel = kernel.of_rows(&place_of_row);
            kernel.on_units(&units);
            kernel
        });
        Some(Exchange {
            kernels: kernels.collect(),
            kinds,
            places,
            rows: labels.len(),
        })
    }

    /// For each program the p value of no difference: how likely assignments are on which the systems lie at least
    /// as far apart as they do. Enumerated where there are few, else (1 + extreme)/(B + 1) of `draws` random
    /// ones (Davison & Hinkley 1997, eq. 4.11); an undefined value counts as extreme. The result doesn't depend
    /// on the number of threads.
    pub fn p_values(&self, draws: u32, seed: u64) -> Vec<Option<P>> {
        let nobody = vec![[0; LANES]; self.kinds.len()];
        let observed: Vec<f64> = self
            .differences(&nobody, &mut Buffers::default())
            .iter()
            .map(|lanes| lanes[0])
            .collect();
        let ways: f64 = self
            .moving()
            .map(|(_, units)| f64::from(units) + 1.0)
            .product();
        let few = ways <= MOST_ENUMERATED && ways * self.rows as f64 <= MOST_READ;
        let (extreme, all) = if few {
            (self.enumerated(ways as u64, &observed), 1.0)
        } else {
            let mut extreme = self.drawn(draws, seed, &observed);
            extreme.iter_mut().for_each(|count| *count += 1.0);
            (extreme, f64::from(draws) + 1.0)
        };
        let both = observed.iter().zip(extreme);
        both.map(|(observed, extreme)| {
            observed.is_finite().then(|| P {
                value: (extreme / all).min(1.0),
                exact: few,
            })
        })
        .collect()
    }

    /// The kinds whose places matter, with how many units each stands for.
    fn moving(&self) -> impl Iterator<Item = (usize, u32)> {
        let kinds = self.kinds.iter().enumerate();
        kinds.filter_map(|(kind, &(units, moves))| moves.then_some((kind, units)))
    }

    /// The probability of the assignments that are as extreme as the observed one.
    fn enumerated(&self, ways: u64, observed: &[f64]) -> Vec<f64> {
        let moving: Vec<(usize, u32)> = self.moving().collect();
        let masses = |&(_, units): &(usize, u32)| -> Vec<f64> {
            let n = u64::from(units);
            (0..=n).map(|k| binomial_mass(k, n, 0.5)).collect()
        };
        let masses: Vec<Vec<f64>> = moving.iter().map(masses).collect();
        let lanes = LANES as u64;
        let blocks: Vec<Vec<f64>> = (0..ways.div_ceil(lanes))
            .into_par_iter()
            .map_init(Buffers::default, |buffers, block| {
                let mut moved = vec![[0; LANES]; self.kinds.len()];
                let mut chances = [0.0; LANES];
                for (l, chance) in chances.iter_mut().enumerate() {
                    let mut rest = block * lanes + l as u64;
                    if rest >= ways {
                        continue;
                    }
                    *chance = 1.0;
                    for ((kind, units), masses) in moving.iter().zip(&masses) {
                        let choices = u64::from(*units) + 1;
                        let k = rest % choices;
                        rest /= choices;
                        moved[*kind][l] = k as u32;
                        *chance *= masses[k as usize];
                    }
                }
                let found = self.differences(&moved, buffers);
                let both = found.iter().zip(observed);
                both.map(|(lanes, &observed)| {
                    let far = lanes
                        .iter()
                        .zip(&chances)
                        .filter(|(v, _)| far(**v, observed));
                    far.map(|(_, chance)| chance).sum()
                })
                .collect()
            })
            .collect();
        let mut sums = vec![0.0; observed.len()];
        for block in blocks {
            sums.iter_mut().zip(block).for_each(|(sum, v)| *sum += v);
        }
        sums
    }

    /// How many random assignments are as extreme as the observed one.
    fn drawn(&self, draws: u32, seed: u64, observed: &[f64]) -> Vec<f64> {
        let own = key(&["exchange"]);
        let (lanes, draws) = (LANES as u64, u64::from(draws));
        let none = || vec![0u64; observed.len()];
        let counts = (0..draws.div_ceil(lanes))
            .into_par_iter()
            .map_init(Buffers::default, |buffers, block| {
                let mut moved = vec![[0; LANES]; self.kinds.len()];
                let first = block * lanes;
                for (l, index) in (first..).take(LANES).enumerate() {
                    let mut coins = Coins::new(stream(seed, Purpose::Permutation, own, index));
                    for (kind, units) in self.moving() {
                        moved[kind][l] = coins.heads(units);
                    }
                }
                let asked = usize::try_from(draws - first).unwrap_or(LANES).min(LANES);
                let found = self.differences(&moved, buffers);
                let both = found.iter().zip(observed);
                both.map(|(lanes, &observed)| {
                    let asked = lanes.iter().take(asked);
                    asked.filter(|v| far(**v, observed)).count() as u64
                })
                .collect()
            })
            .reduce(none, |a, b| a.iter().zip(b).map(|(a, b)| a + b).collect());
        counts.iter().map(|&count| count as f64).collect()
    }

    /// Candidate's side minus baseline's, of every program, where so many units of each kind changed places: the
    /// mean over runs.
    fn differences(&self, moved: &[[u32; LANES]], buffers: &mut Buffers) -> Vec<Lanes> {
        let Buffers { sides, scratch } = buffers;
        let programs = self.kernels.first().map_or(0, Kernel::programs);
        let mut found = vec![[0.0; LANES]; programs];
        let mut own = vec![[0.0; LANES]; programs];
        for (side, sign) in [(0, 1.0), (1, -1.0)] {
            sides.clear();
            sides.resize(2 * self.kinds.len(), [0; LANES]);
            for ((&(units, _), &(candidate, baseline)), moved) in
                self.kinds.iter().zip(&self.places).zip(moved)
            {
                let stayed = moved.map(|m| units - m);
                let (here, there) = match side {
                    0 => (stayed, *moved),
                    _ => (*moved, stayed),
                };
                if let Some(slot) = sides.get_mut(candidate) {
                    *slot = here;
                }
                if let Some(slot) = sides.get_mut(baseline) {
                    *slot = there;
                }
            }
            for kernel in &self.kernels {
                own.iter_mut().for_each(|lanes| lanes.fill(0.0));
                kernel.evaluate_lanes(sides, scratch, &mut own);
                let scale = sign / self.kernels.len() as f64;
                for (sum, value) in found.iter_mut().zip(&own) {
                    sum.iter_mut().zip(value).for_each(|(s, v)| *s += scale * v);
                }
            }
        }
        found
    }
}

/// What a thread uses again and again.
#[derive(Debug, Default)]
struct Buffers {
    sides: Vec<[u32; LANES]>,
    scratch: LaneScratch,
}

/// Whether a difference is as far from 0 as the observed one; ties up to rounding are.
fn far(value: f64, observed: f64) -> bool {
    let reach = observed.abs() - 1e-12 * observed.abs().max(1.0);
    value.is_nan() || value.abs() >= reach
}
