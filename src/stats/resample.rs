//! The resampling plan: which units there are, and how often each stands in a resample.
//!
//! A unit is a row, or a cluster of rows; units are drawn with replacement within their stratum. A
//! draw depends on (seed, key, index) alone, so every system, metric and comparison on a partition
//! shares it, and any number of threads gives the same. Buffers are the caller's: no draw allocates
//! once they have grown.
//!
//! A draw is a tree. The units of a stratum are cut into blocks, multinomial counts say how many draws fall
//! into each block, and within a block each is one byte of the stream: what n independent uniform indices
//! give, in law, at a quarter of the random numbers and without a jump through memory. Units that nothing
//! tells apart are one *kind* with its number of `copies`: there the counts are all that is drawn.

use super::binomial::multinomials;
use super::cells::Cells;
use super::random::{Purpose, Stream, below, stream};
use rand::Rng;
use std::collections::HashMap;
use std::sync::Arc;

/// How many units a block has: as many as a byte tells apart.
pub const BLOCK: usize = 256;

/// The units of a partition's rows and the strata of the units.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Units {
    unit_of_row: Vec<u32>,
    stratum_of_unit: Vec<u32>,
    /// Units by stratum, in stratum `s` those of `start[s]..start[s + 1]`.
    members: Vec<u32>,
    start: Vec<usize>,
    /// Whether unit i is row i.
    rows_are_units: bool,
    /// How many equal units each stands for; empty where all stand for themselves.
    copies: Vec<u64>,
    /// Where there are copies: the law of a resample's counts in each stratum.
    laws: Arc<[Cells]>,
}

/// Why labels don't make a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadUnits {
    /// There are not as many labels as rows.
    Length {
        /// Rows.
        rows: usize,
        /// Labels.
        labels: usize,
    },
    /// More rows than fit a 32-bit index.
    TooManyRows(usize),
}

impl Units {
    /// Rows as units, in one stratum.
    pub fn rows(n: u32) -> Self {
        Self {
            unit_of_row: (0..n).collect(),
            stratum_of_unit: vec![0; n as usize],
            members: (0..n).collect(),
            start: vec![0, n as usize],
            rows_are_units: true,
            copies: Vec::new(),
            laws: Arc::default(),
        }
    }

    /// Units by `cluster` label and strata by `strata` label, both one per row.
    ///
    /// Without `cluster` each row is a unit; without `strata` there is one stratum. Labels are any
    /// numbers; units and strata count from 0 in order of first appearance. A unit that spans strata
    /// belongs to the stratum of its first row.
    pub fn new(
        n: usize,
        cluster: Option<&[u32]>,
        strata: Option<&[u32]>,
    ) -> Result<Self, BadUnits> {
        let rows = u32::try_from(n).map_err(|_| BadUnits::TooManyRows(n))?;
        for labels in [cluster, strata].into_iter().flatten() {
            if labels.len() != n {
                return Err(BadUnits::Length {
                    rows: n,
                    labels: labels.len(),
                });
            }
        }
        let (unit_of_row, n_units) = match cluster {
            Some(labels) => by_first_appearance(labels),
            None => ((0..rows).collect(), n),
        };
        let (stratum_of_row, n_strata) = match strata {
            Some(labels) => by_first_appearance(labels),
            None => (vec![0; n], 1),
        };
        let mut stratum_of_unit = vec![0; n_units];
        for (&unit, &stratum) in unit_of_row.iter().zip(&stratum_of_row).rev() {
            stratum_of_unit[unit as usize] = stratum;
        }
        let (members, start) = group(&stratum_of_unit, n_strata);
        Ok(Self {
            rows_are_units: n_units == n,
            unit_of_row,
            stratum_of_unit,
            members,
            start,
            copies: Vec::new(),
            laws: Arc::default(),
        })
    }

    /// Kinds of units, one row each: kind k stands for `copies[k]` equal units, in the stratum `strata[k]`
    /// (one where absent). So counts of cells are resampled whatever the rows.
    pub fn kinds(copies: Vec<u64>, strata: Option<&[u32]>) -> Result<Self, BadUnits> {
        let units = Self::new(copies.len(), None, strata)?;
        Ok(units.with_copies(copies))
    }

    /// These units with equal ones put together, and the rows that are left: those of the first unit of
    /// each kind. `kind_of_unit` counts from 0 in order of first appearance; a kind lies in one stratum.
    #[must_use]
    pub fn merged(&self, kind_of_unit: &[u32]) -> (Self, Vec<u32>) {
        let kinds = kind_of_unit.iter().max().map_or(0, |&k| k as usize + 1);
        let (mut copies, mut first) = (vec![0; kinds], vec![u32::MAX; kinds]);
        for (unit, &kind) in (0u32..).zip(kind_of_unit) {
            copies[kind as usize] += self.copies_of(unit);
            first[kind as usize] = first[kind as usize].min(unit);
        }
        let stands = |unit: u32| {
            let kind = kind_of_unit.get(unit as usize).copied()?;
            (first[kind as usize] == unit).then_some(kind)
        };
        let kept = (0u32..).zip(&self.unit_of_row);
        let kept = kept.filter_map(|(row, &unit)| Some((row, stands(unit)?)));
        let (rows, unit_of_row): (Vec<u32>, Vec<u32>) = kept.unzip();
        let stratum = |&unit: &u32| self.stratum_of_unit.get(unit as usize).copied();
        let stratum_of_unit: Vec<u32> = first.iter().filter_map(stratum).collect();
        let (members, start) = group(&stratum_of_unit, self.start.len().saturating_sub(1));
        let units = Self {
            rows_are_units: self.rows_are_units,
            unit_of_row,
            stratum_of_unit,
            members,
            start,
            ..Self::default()
        };
        (units.with_copies(copies), rows)
    }

    fn with_copies(self, copies: Vec<u64>) -> Self {
        let of =
            |members: &[u32]| Cells::new(members.iter().map(|&u| copies[u as usize]).collect());
        let laws = self.strata().map(of).collect();
        Self {
            copies,
            laws,
            ..self
        }
    }

    /// How many rows.
    pub fn n_rows(&self) -> usize {
        self.unit_of_row.len()
    }

    /// How many kinds of units: units, where none are equal.
    pub fn n_units(&self) -> usize {
        self.stratum_of_unit.len()
    }

    /// How many equal units each stands for; `None` where all stand for themselves.
    pub fn copies(&self) -> Option<&[u64]> {
        (!self.copies.is_empty()).then_some(self.copies.as_slice())
    }

    /// How many units all kinds stand for.
    pub fn n_copies(&self) -> u64 {
        self.copies()
            .map_or(self.n_units() as u64, |copies| copies.iter().sum())
    }

    fn copies_of(&self, unit: u32) -> u64 {
        self.copies.get(unit as usize).copied().unwrap_or(1)
    }

    /// How often each row stands in the partition itself.
    pub fn rows_as_they_are(&self) -> Vec<u32> {
        let of = |&unit: &u32| u32::try_from(self.copies_of(unit)).unwrap_or(u32::MAX);
        self.unit_of_row.iter().map(of).collect()
    }

    /// The unit of each row.
    pub fn unit_of_row(&self) -> &[u32] {
        &self.unit_of_row
    }

    /// The stratum of each unit.
    pub fn stratum_of_unit(&self) -> &[u32] {
        &self.stratum_of_unit
    }

    /// Whether unit i is row i, so that multiplicities of units are weights of rows.
    pub fn rows_are_units(&self) -> bool {
        self.rows_are_units
    }

    /// How many units are alone in their stratum: they stand once in every resample, so an interval
    /// knows nothing of their variation.
    pub fn lone_units(&self) -> usize {
        let alone = |members: &&[u32]| matches!(members, [one] if self.copies_of(*one) == 1);
        self.strata().filter(alone).count()
    }

    /// The units of each stratum.
    pub fn strata(&self) -> impl Iterator<Item = &[u32]> {
        self.start
            .windows(2)
            .map(|ends| &self.members[ends[0]..ends[1]])
    }
}

/// How often something stands in a resample.
pub trait Times: Copy + Default + Send + Sync + Into<u32> {
    /// Once more.
    fn add_one(&mut self);
    /// That many times more.
    fn add(&mut self, times: u64);
}

impl Times for u32 {
    #[inline]
    fn add_one(&mut self) {
        *self += 1;
    }

    fn add(&mut self, times: u64) {
        *self = self.saturating_add(u32::try_from(times).unwrap_or(u32::MAX));
    }
}

/// For units that stand for themselves: that one of n is drawn more than 255 times has a probability under
/// n/256!, less than 10⁻⁴⁹⁰.
impl Times for u8 {
    #[inline]
    fn add_one(&mut self) {
        *self = self.wrapping_add(1);
    }

    fn add(&mut self, times: u64) {
        *self = self.saturating_add(u8::try_from(times).unwrap_or(u8::MAX));
    }
}

/// Draws resample `index`: how often each unit stands in it, into `multiplicity`.
///
/// From each stratum as many units as it has, with replacement, each equally likely. O(units), and
/// O(kinds) where equal units are put together.
pub fn draw_units(units: &Units, seed: u64, key: u64, index: u64, multiplicity: &mut Vec<u32>) {
    let mut lanes: Vec<[u32; 1]> = Vec::new();
    draw_lanes(units, seed, key, index, &mut lanes);
    multiplicity.clear();
    multiplicity.extend(lanes.iter().map(|[times]| *times));
}

/// Draws the `L` resamples from `first` on: `times[u][l]` is how often unit u stands in resample `first + l`.
/// Each is what [`draw_units`] gives.
pub fn draw_lanes<const L: usize, T: Times>(
    units: &Units,
    seed: u64,
    key: u64,
    first: u64,
    times: &mut Vec<[T; L]>,
) {
    times.clear();
    times.resize(units.n_units(), [T::default(); L]);
    let mut rngs: Vec<Stream> = (first..)
        .take(L)
        .map(|index| stream(seed, Purpose::Units, key, index))
        .collect();
    for (members, law) in units.strata().zip(&*units.laws) {
        let mut counts = vec![[0u64; L]; members.len()];
        law.draw(&mut rngs, &mut counts);
        for (&unit, counts) in members.iter().zip(&counts) {
            let slot = &mut times[unit as usize];
            slot.iter_mut().zip(counts).for_each(|(t, &n)| t.add(n));
        }
    }
    if units.copies().is_some() {
        return;
    }
    let mut local = [[T::default(); L]; BLOCK];
    for members in units.strata() {
        in_blocks::<L, _>(&mut rngs, members.len(), |from, size, rngs, counts| {
            local[..size].fill([T::default(); L]);
            for (l, (rng, &count)) in rngs.iter_mut().zip(counts).enumerate() {
                draw_block(rng, count, size, |places| {
                    places.iter().for_each(|&p| local[p as usize][l].add_one());
                });
            }
            for (&unit, lanes) in members[from..].iter().zip(&local[..size]) {
                times[unit as usize] = *lanes;
            }
        });
    }
}

/// The blocks of `n` units, one after the other, with how many of the n draws fall into each, by lane.
pub fn in_blocks<const L: usize, R: Rng>(
    rngs: &mut [R],
    n: usize,
    mut visit: impl FnMut(usize, usize, &mut [R], &[u64; L]),
) {
    let sizes: Vec<u64> = (0..n)
        .step_by(BLOCK)
        .map(|from| (n - from).min(BLOCK) as u64)
        .collect();
    let mut counts = vec![[0u64; L]; sizes.len()];
    multinomials(rngs, n as u64, &sizes, &mut counts);
    for ((from, &size), counts) in (0..n).step_by(BLOCK).zip(&sizes).zip(&counts) {
        visit(from, size as usize, rngs, counts);
    }
}

/// `count` draws from a block of `size` units, handed to `draw` some at a time: bytes of the stream where the
/// block has all [`BLOCK`] units, else 16-bit words by Lemire's method (2019, algorithm 5).
#[inline]
pub fn draw_block(rng: &mut impl Rng, count: u64, size: usize, mut draw: impl FnMut(&[u8])) {
    let mut places = [0u8; BLOCK];
    let mut left = count as usize;
    if size == BLOCK {
        while left > 0 {
            let some = &mut places[..left.min(BLOCK)];
            rng.fill_bytes(some);
            draw(some);
            left -= some.len();
        }
        return;
    }
    let threshold = 65_536 % size.max(1) as u32;
    while left > 0 {
        let wanted = left.min(BLOCK);
        if size > 1 {
            lemire_words(rng, size as u32, threshold, &mut places[..wanted]);
        }
        draw(&places[..wanted]);
        left -= wanted;
    }
}

/// Uniform integers below `size`, at most 256, from 16-bit words.
fn lemire_words(rng: &mut impl Rng, size: u32, threshold: u32, out: &mut [u8]) {
    let mut bytes = [0u8; 2 * BLOCK];
    let mut found = 0;
    while found < out.len() {
        let some = &mut bytes[..2 * (out.len() - found)];
        rng.fill_bytes(some);
        for word in some.chunks_exact(2) {
            let product = (u32::from(word[0]) | u32::from(word[1]) << 8) * size;
            if product & 0xffff >= threshold {
                out[found] = (product >> 16) as u8;
                found += 1;
            }
        }
    }
}

/// The weight of each row, its unit's multiplicity, into `weights`; a unit without a multiplicity
/// weighs 0.
pub fn row_weights(units: &Units, multiplicity: &[u32], weights: &mut Vec<u32>) {
    weights.clear();
    if units.rows_are_units && multiplicity.len() == units.n_rows() {
        weights.extend_from_slice(multiplicity);
        return;
    }
    let weight = |&unit: &u32| multiplicity.get(unit as usize).copied().unwrap_or(0);
    weights.extend(units.unit_of_row.iter().map(weight));
}

/// Draws the runs of resample `index`: how often each of `k` runs stands in it, into `multiplicity`.
///
/// The second level of a crossed resampling: independent of the units drawn for the same index.
pub fn draw_runs(seed: u64, key: u64, index: u64, k: u32, multiplicity: &mut Vec<u32>) {
    multiplicity.clear();
    multiplicity.resize(k as usize, 0);
    let mut rng = stream(seed, Purpose::Runs, key, index);
    for _ in 0..k {
        multiplicity[below(&mut rng, k) as usize] += 1;
    }
}

/// Each label's number in order of first appearance, and how many there are.
fn by_first_appearance(labels: &[u32]) -> (Vec<u32>, usize) {
    let mut numbers: HashMap<u32, u32> = HashMap::new();
    let numbered = labels
        .iter()
        .map(|&label| {
            let next = numbers.len() as u32;
            *numbers.entry(label).or_insert(next)
        })
        .collect();
    (numbered, numbers.len())
}

/// Items by group, ascending within each, and where each group starts.
fn group(group_of_item: &[u32], groups: usize) -> (Vec<u32>, Vec<usize>) {
    let mut start = vec![0; groups + 1];
    for &group in group_of_item {
        start[group as usize + 1] += 1;
    }
    for group in 0..groups {
        start[group + 1] += start[group];
    }
    let mut next = start.clone();
    let mut members = vec![0; group_of_item.len()];
    for (item, &group) in (0..).zip(group_of_item) {
        members[next[group as usize]] = item;
        next[group as usize] += 1;
    }
    (members, start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(units: &Units, index: u64) -> Vec<u32> {
        let mut multiplicity = vec![];
        draw_units(units, 5, 77, index, &mut multiplicity);
        multiplicity
    }

    /// The values are those of a second implementation, in Python.
    #[test]
    fn draws_are_frozen() {
        assert_eq!(
            drawn(&Units::rows(12), 0),
            [4, 0, 0, 0, 1, 1, 2, 1, 0, 2, 0, 1]
        );
        assert_eq!(
            drawn(&Units::rows(12), 1),
            [1, 2, 2, 1, 0, 2, 0, 0, 2, 2, 0, 0]
        );
        let strata = [9, 4, 9, 4, 9, 4, 9, 4, 9, 4, 4, 4];
        let units = Units::new(12, None, Some(&strata)).unwrap();
        assert_eq!(drawn(&units, 0), [0, 3, 0, 0, 3, 0, 1, 1, 1, 0, 2, 1]);
        let mut runs = vec![];
        draw_runs(5, 77, 0, 5, &mut runs);
        assert_eq!(runs, [1, 1, 2, 1, 0]);
        // Three blocks.
        let long = drawn(&Units::rows(600), 2);
        let of = |places: std::ops::Range<usize>| long[places].iter().sum::<u32>();
        assert_eq!([of(0..256), of(256..512), of(512..600)], [262, 249, 89]);
        let places: usize = long.iter().enumerate().map(|(i, &k)| i * k as usize).sum();
        assert_eq!(places, 179_278);
        assert_eq!(long[590..], [1, 0, 1, 0, 0, 1, 1, 3, 1, 0]);
    }

    #[test]
    fn lanes_are_draws_and_bytes_are_words() {
        let strata: Vec<u32> = (0..700).map(|i| i % 3 / 2).collect();
        let rows = Units::new(700, None, Some(&strata)).unwrap();
        let kinds = Units::kinds(vec![400, 7, 0, 90, 3], Some(&[0, 0, 1, 1, 0])).unwrap();
        for units in [rows, kinds] {
            let mut bytes: Vec<[u8; 4]> = vec![];
            let mut words: Vec<[u32; 4]> = vec![];
            draw_lanes(&units, 5, 77, 8, &mut words);
            draw_lanes(&units, 5, 77, 8, &mut bytes);
            for l in 0..4 {
                let alone = drawn(&units, 8 + l as u64);
                let lane: Vec<u32> = words.iter().map(|times| times[l]).collect();
                assert_eq!(lane, alone);
                let all = if units.copies().is_some() { 500 } else { 700 };
                assert_eq!(lane.iter().sum::<u32>(), all);
                let small = lane.iter().all(|&times| times < 256);
                let lane: Vec<u32> = bytes.iter().map(|times| times[l].into()).collect();
                assert!(!small || lane == alone);
            }
        }
    }

    #[test]
    fn equal_units_are_one_kind() {
        let cluster = [7, 7, 3, 3, 9, 5, 5];
        let units = Units::new(7, Some(&cluster), Some(&[0, 0, 0, 0, 1, 0, 0])).unwrap();
        let (kinds, rows) = units.merged(&[0, 0, 1, 2]);
        assert_eq!(rows, [0, 1, 4, 5, 6]);
        assert_eq!(kinds.unit_of_row(), [0, 0, 1, 2, 2]);
        assert_eq!(kinds.copies(), Some(&[2, 1, 1][..]));
        assert_eq!(kinds.stratum_of_unit(), [0, 1, 0]);
        assert_eq!(kinds.rows_as_they_are(), [2, 2, 1, 1, 1]);
        assert_eq!((kinds.n_units(), kinds.lone_units()), (3, 1));
        let once_more = kinds.merged(&[0, 1, 0]).0;
        assert_eq!(once_more.copies(), Some(&[3, 1][..]));
    }

    /// Every size of block, each of its units as likely as the others.
    #[test]
    fn blocks_are_uniform() {
        for size in [1usize, 2, 3, 100, 129, 255, 256] {
            let mut rng = stream(9, Purpose::Units, size as u64, 0);
            let mut counts = vec![0u32; size];
            let draws = 400 * size as u64;
            draw_block(&mut rng, draws, size, |places| {
                places.iter().for_each(|&place| counts[place as usize] += 1);
            });
            let chi2: f64 = counts
                .iter()
                .map(|&c| (f64::from(c) - 400.0).powi(2) / 400.0)
                .sum();
            let free = (size - 1) as f64;
            assert_eq!(counts.iter().map(|&c| u64::from(c)).sum::<u64>(), draws);
            assert!(chi2 <= free + 4.0 * (2.0 * free).sqrt(), "{size}: {chi2}");
        }
    }

    #[test]
    fn a_draw_knows_neither_its_predecessors_nor_the_buffer() {
        let units = Units::rows(50);
        let first: Vec<_> = (0..6).map(|i| drawn(&units, i)).collect();
        let mut buffer = vec![7; 3];
        for i in (0..6).rev() {
            draw_units(&units, 5, 77, i, &mut buffer);
            assert_eq!(buffer, first[i as usize]);
        }
    }

    #[test]
    fn rows_and_unlabelled_units_are_the_same_plan() {
        assert_eq!(Units::new(9, None, None).unwrap(), Units::rows(9));
    }

    #[test]
    fn every_stratum_keeps_its_size() {
        let strata: Vec<u32> = (0..100).map(|i| i * i % 7).collect();
        let cluster: Vec<u32> = (0..100).map(|i| 1000 - i / 3).collect();
        let units = Units::new(100, Some(&cluster), Some(&strata)).unwrap();
        assert_eq!(units.n_units(), 34);
        for index in 0..20 {
            let multiplicity = drawn(&units, index);
            for members in units.strata() {
                let drawn: u32 = members.iter().map(|&u| multiplicity[u as usize]).sum();
                assert_eq!(drawn as usize, members.len());
            }
        }
    }

    #[test]
    fn a_cluster_comes_whole_and_takes_its_first_rows_stratum() {
        let units = Units::new(5, Some(&[8, 3, 8, 3, 1]), Some(&[0, 6, 6, 0, 6])).unwrap();
        assert_eq!(units.unit_of_row(), [0, 1, 0, 1, 2]);
        assert_eq!(units.stratum_of_unit(), [0, 1, 1]);
        assert_eq!(units.lone_units(), 1);
        assert!(!units.rows_are_units());
        let mut weights = vec![9];
        row_weights(&units, &[1, 2, 0], &mut weights);
        assert_eq!(weights, [1, 2, 1, 2, 0]);
        row_weights(&units, &[4], &mut weights);
        assert_eq!(weights, [4, 0, 4, 0, 0]);
    }

    #[test]
    fn clusters_of_one_row_are_rows() {
        let units = Units::new(3, Some(&[5, 4, 6]), None).unwrap();
        assert!(units.rows_are_units());
        assert_eq!(drawn(&units, 3), drawn(&Units::rows(3), 3));
    }

    #[test]
    fn nothing_and_bad_labels() {
        assert!(drawn(&Units::rows(0), 0).is_empty());
        assert!(drawn(&Units::new(0, Some(&[]), Some(&[])).unwrap(), 0).is_empty());
        let bad = BadUnits::Length { rows: 3, labels: 2 };
        assert_eq!(Units::new(3, Some(&[1, 2]), None), Err(bad));
        assert_eq!(Units::new(3, None, Some(&[1, 2])), Err(bad));
        let mut runs = vec![1];
        draw_runs(1, 1, 1, 0, &mut runs);
        assert!(runs.is_empty());
    }

    /// Multiplicities of three rows over all 27 equally likely resamples.
    #[test]
    fn resamples_follow_their_law() {
        let units = Units::rows(3);
        let mut counts = std::collections::BTreeMap::new();
        let mut multiplicity = vec![];
        for index in 0..27_000 {
            draw_units(&units, 1, 2, index, &mut multiplicity);
            *counts.entry(multiplicity.clone()).or_insert(0u32) += 1;
        }
        let chi2: f64 = counts
            .iter()
            .map(|(m, &count)| {
                let orders = 6 / m.iter().map(|&k| (1..=k).product::<u32>()).product::<u32>();
                let expected = f64::from(orders) * 1000.0;
                (f64::from(count) - expected).powi(2) / expected
            })
            .sum();
        assert_eq!(counts.len(), 10);
        // The 0.999 quantile of chi-square with 9 degrees of freedom.
        assert!(chi2 < 27.88, "{chi2}");
    }

    #[test]
    fn runs_and_units_are_drawn_apart() {
        let units = Units::rows(40);
        let mut runs = vec![];
        draw_runs(5, 77, 0, 40, &mut runs);
        assert_ne!(runs, drawn(&units, 0));
        assert_eq!(runs.iter().sum::<u32>(), 40);
    }
}
