//! How far a ranking would move on other rows: the ranks that values take over resamples.

/// The range of ranks that each value takes over the resamples at a level: from its α/2 to its 1 − α/2 quantile,
/// outwards. Rank 1 is the largest, equal values share the better rank. `replicates[i][b]` is the i-th value on
/// the b-th resample; one on which some value is undefined is left out. `None` where none is left.
/// (Hall & Miller 2009, *Using the bootstrap to quantify the authority of an empirical ranking*.)
pub fn ranges(replicates: &[&[f64]], level: f64) -> Option<Vec<(u32, u32)>> {
    let resamples = replicates.iter().map(|r| r.len()).min()?;
    let mut ranks: Vec<Vec<u32>> = vec![Vec::new(); replicates.len()];
    for b in 0..resamples {
        let values: Vec<f64> = replicates
            .iter()
            .filter_map(|r| r.get(b))
            .copied()
            .collect();
        if values.iter().any(|v| v.is_nan()) {
            continue;
        }
        for (own, &value) in ranks.iter_mut().zip(&values) {
            let better = values.iter().filter(|&&other| other > value).count();
            own.push(u32::try_from(better + 1).unwrap_or(u32::MAX));
        }
    }
    let tail = (1.0 - level) / 2.0;
    ranks
        .into_iter()
        .map(|mut own| {
            own.sort_unstable();
            let last = own.len().checked_sub(1)? as f64;
            let low = own.get((tail * last).floor() as usize)?;
            let high = own.get(((1.0 - tail) * last).ceil() as usize)?;
            Some((*low, *high))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn a_clear_order_has_one_rank_each() {
        let (a, b) = ([3.0, 4.0, 5.0], [1.0, 2.0, 1.0]);
        assert_eq!(ranges(&[&b, &a], 0.95), Some(vec![(2, 2), (1, 1)]));
    }

    #[test]
    fn what_changes_place_has_a_range() {
        let (a, b) = ([3.0, 1.0, f64::NAN], [1.0, 2.0, 9.0]);
        assert_eq!(ranges(&[&a, &b], 0.95), Some(vec![(1, 2), (1, 2)]));
    }

    #[test]
    fn ties_share_the_better_rank_and_nothing_is_none() {
        assert_eq!(ranges(&[&[1.0], &[1.0]], 0.9), Some(vec![(1, 1), (1, 1)]));
        assert_eq!(ranges(&[&[], &[]], 0.9), None);
        assert_eq!(ranges(&[], 0.9), None);
    }
}
