//! The resampling plan: which units there are, and how often each stands in a resample.
//!
//! A unit is a row, or a cluster of rows; units are drawn with replacement within their stratum. A
//! draw depends on (seed, key, index) alone, so every system, metric and comparison on a partition
//! shares it, and any number of threads gives the same. Buffers are the caller's: no draw allocates
//! once they have grown.

use super::random::{Purpose, below, stream};
use std::collections::HashMap;

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
        })
    }

    /// How many rows.
    pub fn n_rows(&self) -> usize {
        self.unit_of_row.len()
    }

    /// How many units.
    pub fn n_units(&self) -> usize {
        self.stratum_of_unit.len()
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
        self.strata().filter(|members| members.len() == 1).count()
    }

    /// The units of each stratum.
    pub fn strata(&self) -> impl Iterator<Item = &[u32]> {
        self.start
            .windows(2)
            .map(|ends| &self.members[ends[0]..ends[1]])
    }
}

/// Draws resample `index`: how often each unit stands in it, into `multiplicity`.
///
/// From each stratum as many units as it has, with replacement, each equally likely. O(units).
pub fn draw_units(units: &Units, seed: u64, key: u64, index: u64, multiplicity: &mut Vec<u32>) {
    multiplicity.clear();
    multiplicity.resize(units.n_units(), 0);
    let mut rng = stream(seed, Purpose::Units, key, index);
    if units.start.len() == 2 {
        // One stratum: its members are 0..n in order.
        let n = multiplicity.len() as u32;
        for _ in 0..n {
            multiplicity[below(&mut rng, n) as usize] += 1;
        }
        return;
    }
    for members in units.strata() {
        let n = members.len() as u32;
        for _ in 0..n {
            let unit = members[below(&mut rng, n) as usize];
            multiplicity[unit as usize] += 1;
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
            [4, 0, 1, 1, 0, 1, 1, 0, 2, 2, 0, 0]
        );
        assert_eq!(
            drawn(&Units::rows(12), 1),
            [0, 2, 2, 1, 1, 1, 0, 0, 2, 2, 1, 0]
        );
        let strata = [9, 4, 9, 4, 9, 4, 9, 4, 9, 4, 4, 4];
        let units = Units::new(12, None, Some(&strata)).unwrap();
        assert_eq!(drawn(&units, 0), [2, 2, 0, 1, 2, 1, 1, 0, 0, 2, 1, 0]);
        let mut runs = vec![];
        draw_runs(5, 77, 0, 5, &mut runs);
        assert_eq!(runs, [1, 1, 2, 1, 0]);
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
