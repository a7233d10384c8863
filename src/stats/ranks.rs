//! How far a ranking could be another: confidence sets of ranks.

use super::quantile::Sorted;
use super::summary;

/// For each of several quantities the ranks it may have, all at once with confidence `level`; rank 1 is the largest,
/// equal values share the better rank. `replicates[i][b]` is the i-th quantity on the b-th resample; a resample on
/// which some quantity is undefined is left out.
///
/// Every difference of two has an interval of estimate ± c·se, with se from the resamples and c so that all hold at
/// once: the `level` quantile of the largest standardised error (max-T). A quantity ranks behind those that are
/// established to be larger and before those established to be smaller (Mogstad, Romano, Shaikh & Wilhelm 2024,
/// *Inference for Ranks*, §3.2 and Theorem 3.4). Resampling ranks themselves (Hall & Miller 2009) does not cover
/// where quantities are close. `None` of fewer than two quantities or resamples.
pub fn confidence_sets(
    estimates: &[f64],
    replicates: &[&[f64]],
    level: f64,
) -> Option<Vec<(u32, u32)>> {
    let resamples = replicates.iter().map(|r| r.len()).min()?;
    let kept: Vec<usize> = (0..resamples)
        .filter(|&b| {
            replicates
                .iter()
                .all(|r| r.get(b).is_some_and(|v| v.is_finite()))
        })
        .collect();
    let count = estimates.len();
    if count < 2 || kept.len() < 2 || replicates.len() != count || !(level > 0.0 && level < 1.0) {
        return None;
    }
    let at = |i: usize, b: usize| replicates.get(i).and_then(|r| r.get(b)).copied();
    let mut worst = vec![0.0f64; kept.len()];
    let mut pairs = Vec::new();
    for (i, x) in estimates.iter().enumerate() {
        for (j, y) in estimates.iter().enumerate().skip(i + 1) {
            let apart = x - y;
            let drawn = |&b: &usize| Some(at(i, b)? - at(j, b)?);
            let drawn: Vec<f64> = kept.iter().filter_map(drawn).collect();
            let se = summary::sd(&drawn)?;
            // What never moves apart beyond rounding has no error to standardise by.
            let still = se <= 1e-12 * (1.0 + apart.abs());
            if !still {
                for (worst, d) in worst.iter_mut().zip(&drawn) {
                    *worst = worst.max(((d - apart) / se).abs());
                }
            }
            pairs.push((i, j, apart, if still { 0.0 } else { se }));
        }
    }
    let c = Sorted::new(worst).ok()?.linear(level)?;
    let mut sets = vec![(1u32, u32::try_from(count).unwrap_or(u32::MAX)); count];
    for (i, j, apart, se) in pairs {
        let slack = (c * se).max(1e-12 * (1.0 + apart.abs()));
        let (larger, smaller) = match apart {
            a if a > slack => (i, j),
            a if -a > slack => (j, i),
            _ => continue,
        };
        if let Some(set) = sets.get_mut(larger) {
            set.1 -= 1;
        }
        if let Some(set) = sets.get_mut(smaller) {
            set.0 += 1;
        }
    }
    Some(sets)
}

#[cfg(test)]
mod tests {
    use super::confidence_sets;
    use crate::stats::normal;
    use crate::stats::random::{Purpose, stream, unit};

    #[test]
    fn a_clear_order_has_one_rank_each() {
        let (a, b) = ([3.0, 3.1, 2.9, 3.0], [1.0, 0.9, 1.1, 1.0]);
        assert_eq!(
            confidence_sets(&[1.0, 3.0], &[&b, &a], 0.95),
            Some(vec![(2, 2), (1, 1)])
        );
    }

    #[test]
    fn what_may_change_place_has_a_range() {
        let (a, b) = ([3.0, 1.0, 2.0, f64::NAN], [1.0, 3.0, 2.1, 9.0]);
        assert_eq!(
            confidence_sets(&[2.0, 2.1], &[&a, &b], 0.95),
            Some(vec![(1, 2), (1, 2)])
        );
    }

    #[test]
    fn equal_things_and_too_few() {
        let same = [1.0, 2.0, 3.0];
        assert_eq!(
            confidence_sets(&[2.0, 2.0], &[&same, &same], 0.9),
            Some(vec![(1, 2), (1, 2)])
        );
        // Always one apart: no error at all, so the order is certain.
        let more = [2.0, 3.0, 4.0];
        assert_eq!(
            confidence_sets(&[3.0, 2.0], &[&more, &same], 0.9),
            Some(vec![(1, 1), (2, 2)])
        );
        assert_eq!(confidence_sets(&[1.0], &[&same], 0.9), None);
        assert_eq!(confidence_sets(&[1.0, 2.0], &[&[], &[]], 0.9), None);
    }

    /// Six quantities, some equal: in at least 90 % of 400 experiments (less three standard deviations) every true
    /// rank lies in its set. True ranks of equal ones are all places they share.
    #[test]
    fn the_sets_hold_all_at_once() {
        let truth: [f64; 6] = [0.0, 0.0, 0.0, 0.5, 0.6, 3.0];
        let mut held = 0;
        for experiment in 0..400 {
            let mut rng = stream(5, Purpose::Units, 17, experiment);
            let mut noise = || normal::quantile(unit(&mut rng).max(1e-300)).unwrap_or(0.0);
            let estimates: Vec<f64> = truth.iter().map(|t| t + noise()).collect();
            let drawn: Vec<Vec<f64>> = estimates
                .iter()
                .map(|e| (0..300).map(|_| e + noise()).collect())
                .collect();
            let drawn: Vec<&[f64]> = drawn.iter().map(Vec::as_slice).collect();
            let sets = confidence_sets(&estimates, &drawn, 0.9).unwrap();
            let holds = |(i, set): (usize, &(u32, u32))| {
                let better = truth.iter().filter(|t| **t > truth[i]).count() as u32 + 1;
                let worst = truth.iter().filter(|t| **t >= truth[i]).count() as u32;
                set.0 <= worst && set.1 >= better
            };
            held += i32::from(sets.iter().enumerate().all(holds));
        }
        assert!(held >= 342, "{held} of 400");
    }
}
