//! Whole units dealt to shares: by chance, deterministically, and evenly within strata.

use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Rows that stay together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// What it is known by.
    pub(super) code: u32,
    /// Its place in the order of dealing.
    pub(super) digest: [u8; 32],
    /// Its rows in each stratum that it has some in, ascending.
    pub(super) rows: Vec<(usize, u64)>,
}

/// The order in which units are dealt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// That of their digests: no share gets larger units than another, in expectation.
    Digests,
    /// Units of more rows first, equal ones by their digests: the evenest, where all shares are alike.
    LargestFirst,
}

/// The sha256 of `SEED:VALUE`.
pub(super) fn digest(seed: u64, value: &str) -> [u8; 32] {
    Sha256::digest(format!("{seed}:{value}")).into()
}

/// A number in [0, 1) from the first 53 bits of the sha256 of `SEED:VALUE`.
pub(super) fn uniform(seed: u64, value: &str) -> f64 {
    let bits = digest(seed, value)
        .iter()
        .take(8)
        .fold(0u64, |bits, &byte| bits << 8 | u64::from(byte));
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// The number of the share that each unit goes to, by the unit's code.
///
/// Units come in the given order. Each goes to the share that lacks most of it: with
/// N(s) rows in stratum s, of which the share wants `share * N(s)` and has had `a(s)`, and n(s) rows
/// of the unit, the share with the largest sum of `n(s) * (share * N(s) - a(s)) / N(s)`; the first
/// of equal ones. Where every unit is one row, no share misses its rows of a stratum by one or more.
pub(super) fn deal(units: &[Unit], shares: &[f64], order: Order) -> BTreeMap<u32, usize> {
    let mut totals: BTreeMap<usize, u64> = BTreeMap::new();
    for &(stratum, n) in units.iter().flat_map(|u| &u.rows) {
        *totals.entry(stratum).or_insert(0) += n;
    }
    let mut lacks: Vec<BTreeMap<usize, f64>> = shares
        .iter()
        .map(|share| {
            totals
                .iter()
                .map(|(&s, &n)| (s, share * n as f64))
                .collect()
        })
        .collect();
    let size = |unit: &&Unit| -> u64 { unit.rows.iter().map(|(_, n)| n).sum() };
    let mut units: Vec<&Unit> = units.iter().collect();
    units.sort_by_key(|unit| unit.digest);
    match order {
        Order::Digests => {}
        Order::LargestFirst => units.sort_by_key(|unit| Reverse(size(unit))),
    }
    let mut dealt = BTreeMap::new();
    for unit in units {
        let wish = |lacks: &BTreeMap<usize, f64>| -> f64 {
            let of = |&(s, n): &(usize, u64)| {
                let total = totals.get(&s).copied().unwrap_or(1);
                n as f64 * lacks.get(&s).copied().unwrap_or(0.0) / total as f64
            };
            unit.rows.iter().map(of).sum()
        };
        let mut best = (0, f64::NEG_INFINITY);
        for (share, lacks) in lacks.iter().enumerate() {
            let wish = wish(lacks);
            if wish > best.1 {
                best = (share, wish);
            }
        }
        dealt.insert(unit.code, best.0);
        if let Some(lacks) = lacks.get_mut(best.0) {
            for (s, n) in &unit.rows {
                if let Some(lack) = lacks.get_mut(s) {
                    *lack -= *n as f64;
                }
            }
        }
    }
    dealt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(strata: &[usize]) -> Vec<Unit> {
        let unit = |(code, &s): (u32, &usize)| Unit {
            code,
            digest: digest(1, &code.to_string()),
            rows: vec![(s, 1)],
        };
        (0u32..).zip(strata).map(unit).collect()
    }

    #[test]
    fn single_rows_are_dealt_to_within_one_row_of_every_stratum() {
        let strata: Vec<usize> = (0..997)
            .map(|n| usize::from(n % 17 == 0) + usize::from(n % 3 == 0))
            .collect();
        let units = rows(&strata);
        let shares = [0.7, 0.1, 0.2];
        let dealt = deal(&units, &shares, Order::Digests);
        assert_eq!(dealt.len(), 997);
        for s in 0..3 {
            let of: Vec<u32> = (0..997).filter(|&n| strata[n as usize] == s).collect();
            for (share, wanted) in shares.iter().enumerate() {
                let got = of.iter().filter(|n| dealt[n] == share).count() as f64;
                let wanted = wanted * of.len() as f64;
                assert!((got - wanted).abs() < 1.0, "{s} {share}: {got} of {wanted}");
            }
        }
        let mut backwards = units.clone();
        backwards.reverse();
        assert_eq!(deal(&backwards, &shares, Order::Digests), dealt);
    }

    #[test]
    fn large_units_go_where_there_is_room() {
        let unit = |code: u32, n: u64| Unit {
            code,
            digest: digest(0, &code.to_string()),
            rows: vec![(0, n)],
        };
        let units: Vec<Unit> = (0..40).map(|c| unit(c, 1 + u64::from(c % 7) * 3)).collect();
        let dealt = deal(&units, &[0.25; 4], Order::LargestFirst);
        let total: u64 = units.iter().map(|u| u.rows[0].1).sum();
        for share in 0..4 {
            let of = |u: &&Unit| dealt[&u.code] == share;
            let got: u64 = units.iter().filter(of).map(|u| u.rows[0].1).sum();
            assert!(
                (got as f64 - total as f64 / 4.0).abs() <= 4.0,
                "{share}: {got}"
            );
        }
    }
}
