//! How long the blocks of a series are drawn: as long as its values depend on each other.
//!
//! The length that makes the variance of a mean most exact grows like n^⅓ (Hall, Horowitz & Jing 1995); how fast is read
//! from the autocovariances under a flat-top window (Politis & White 2004, with the correction of Patton, Politis & White
//! 2009, for the circular bootstrap). What is drawn is said by [`super::resample::Units::blocks`].

use super::summary::mean;

/// The length of the blocks of a series for its value and for whether it lies beyond its quantile `q`: the longest of
/// what [`automatic`] says of both and of n^⅓, rounded up, and at most [`longest`]. 1 of fewer than 8 values.
///
/// That the series looks independent in so few values is no reason to take it so: hence n^⅓ at least.
pub fn length(series: &[f64], q: f64) -> u32 {
    let n = series.len();
    if n < 8 {
        return 1;
    }
    let mut sorted = series.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = ((n as f64 * q) as usize).min(n - 1);
    let high = sorted.get(place).copied().unwrap_or(f64::NAN);
    let beyond: Vec<f64> = series.iter().map(|&x| f64::from(x > high)).collect();
    let least = (n as f64).cbrt();
    let found = [automatic(series), automatic(&beyond)];
    let wanted = found.into_iter().flatten().fold(least, f64::max);
    // At most 3√n, which fits.
    wanted.min(longest(n)).ceil() as u32
}

/// The longest blocks that are taken: min(3√n, n/3), rounded up (Politis & White 2004, §3).
pub fn longest(n: usize) -> f64 {
    (3.0 * (n as f64).sqrt()).min(n as f64 / 3.0).ceil()
}

/// The optimal length for the circular bootstrap, b = (2 Ĝ²/D̂)^⅓ n^⅓ with D̂ = 4/3 ĝ(0)² (Politis & White 2004, eq. 9 and
/// §3; Patton, Politis & White 2009). Not rounded, and at most [`longest`]; `None` of a constant series or of fewer than 8
/// values.
pub fn automatic(series: &[f64]) -> Option<f64> {
    let n = series.len();
    let centre = mean(series).filter(|_| n >= 8)?;
    let e: Vec<f64> = series.iter().map(|x| x - centre).collect();
    let covariance = |lag: usize| -> f64 {
        let pairs = e.iter().zip(e.iter().skip(lag));
        pairs.map(|(a, b)| a * b).sum::<f64>() / n as f64
    };
    // How many lags in a row must be small for what comes later to count as nothing, and where the search ends.
    let run = 5.max((n as f64).log10() as usize);
    let most = (((n as f64).sqrt().ceil() as usize) + run).min(n - 1);
    let all: Vec<f64> = (0..=most).map(covariance).collect();
    let variance = all.first().copied().filter(|v| *v > 0.0)?;
    let small = 2.0 * ((n as f64).log10() / n as f64).sqrt();
    // The first lag of a run of small ones, as Patton's own program has it and those that follow it.
    let quiet = all
        .get(..most)
        .unwrap_or_default()
        .windows(run)
        .position(|lags| lags.iter().all(|c| (c / variance).abs() < small));
    // The window is twice as wide.
    let width = quiet.map_or(most, |first| (2 * first.max(1)).min(most));
    let (mut slope, mut spectrum) = (0.0, variance);
    for (lag, c) in all.iter().enumerate().skip(1).take(width) {
        let share = lag as f64 / width as f64;
        let weight = if share <= 0.5 {
            1.0
        } else {
            2.0 * (1.0 - share)
        };
        slope += 2.0 * weight * lag as f64 * c;
        spectrum += 2.0 * weight * c;
    }
    let length = (2.0 * slope * slope / (4.0 / 3.0 * spectrum * spectrum)).cbrt();
    let length = length * (n as f64).cbrt();
    length.is_finite().then(|| length.min(longest(n)))
}

#[cfg(test)]
mod tests {
    use super::super::quantile::Sorted;
    use super::super::resample::{Units, draw_units};
    use super::*;
    use std::collections::BTreeMap;

    /// x(t) = φ x(t-1) + e(t), e uniform on [-½, ½) from a generator that is easily written again elsewhere.
    fn autoregressive(phi: f64, n: usize, seed: u64) -> Vec<f64> {
        let (mut state, mut x) = (seed, 0.0);
        let mut next = || {
            state = (state * 1_103_515_245 + 12_345) % (1 << 31);
            x = phi * x + (state as f64 / f64::from(1u32 << 31) - 0.5);
            x
        };
        (0..n).map(|_| next()).collect()
    }

    /// The values are those of `arch.bootstrap.optimal_block_length` (arch 8.0.0). In short series the two may part: there
    /// `arch` divides by the variance of the values that overlap, which the paper does not.
    #[test]
    fn lengths_are_those_of_another_implementation() {
        for (phi, n, seed, expected) in [
            (0.7, 500, 1, 14.150_557_653_756_85),
            (0.3, 200, 2, 4.852_429_676_431_924),
            (0.0, 1000, 3, 0.880_814_612_969_927_9),
            (0.9, 2000, 4, 59.326_557_814_755_53),
            (-0.5, 300, 5, 5.315_975_184_386_329),
        ] {
            let found = automatic(&autoregressive(phi, n, seed)).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-9, "{phi} {n}: {found}");
        }
    }

    #[test]
    fn dependence_makes_blocks_longer_within_their_bounds() {
        let of = |phi| length(&autoregressive(phi, 1000, 3), 0.95);
        assert_eq!(of(0.0), 10);
        assert!(
            of(0.5) < of(0.9) && of(0.9) < of(0.99),
            "{} {}",
            of(0.5),
            of(0.9)
        );
        let trend: Vec<f64> = (0..1000).map(f64::from).collect();
        let of_trend = length(&trend, 0.95);
        assert!(of_trend > of(0.9) && f64::from(of_trend) <= longest(1000));
        assert_eq!(length(&[1.0; 100], 0.95), 5);
        assert_eq!(length(&[1.0, 2.0], 0.95), 1);
        assert_eq!(automatic(&[3.0; 50]), None);
    }

    /// With blocks of one row every one of the 27 resamples of three rows is as likely as with rows drawn one by one.
    #[test]
    fn blocks_of_one_row_are_rows() {
        let mut counts: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
        let mut drawn = Vec::new();
        for index in 0..27_000 {
            draw_units(&Units::blocks(3, 1), 1, 2, index, &mut drawn);
            *counts.entry(drawn.clone()).or_default() += 1.0;
        }
        let chi2: f64 = counts
            .iter()
            .map(|(times, count)| {
                let orders = 6 / times
                    .iter()
                    .map(|&k| (1..=k).product::<u32>())
                    .product::<u32>();
                let expected = f64::from(orders) * 1000.0;
                (count - expected).powi(2) / expected
            })
            .sum();
        assert_eq!(counts.len(), 10);
        // The 0.999 quantile of chi-square with 9 degrees of freedom.
        assert!(chi2 < 27.88, "{chi2}");
    }

    /// Of five rows in blocks of two: two whole blocks and one row, each row as likely as the others.
    #[test]
    fn neighbours_are_drawn_together_and_each_row_is_as_likely() {
        let (mut sums, mut drawn) = ([0u32; 5], Vec::new());
        for index in 0..20_000 {
            draw_units(&Units::blocks(5, 2), 3, 4, index, &mut drawn);
            assert_eq!(drawn.iter().sum::<u32>(), 5);
            let lone = (0..5)
                .filter(|&i| drawn[i] > 0 && drawn[(i + 1) % 5] == 0 && drawn[(i + 4) % 5] == 0);
            // A row without its neighbours is the one that was cut short.
            assert!(lone.count() <= 1, "{drawn:?}");
            sums.iter_mut().zip(&drawn).for_each(|(sum, &k)| *sum += k);
        }
        for sum in sums {
            assert!(
                (f64::from(sum) - 20_000.0).abs() < 4.5 * 20_000f64.sqrt(),
                "{sum}"
            );
        }
        draw_units(&Units::blocks(4, 9), 3, 4, 0, &mut drawn);
        assert_eq!(drawn, [1, 1, 1, 1]);
        draw_units(&Units::blocks(0, 3), 3, 4, 0, &mut drawn);
        assert!(drawn.is_empty());
    }

    /// The share of 95 % percentile intervals that hold the true mean, and the true 95th percentile, of an
    /// autoregressive series: rows one by one claim far too much, blocks nearly keep their word.
    #[test]
    fn blocks_cover_what_rows_miss() {
        let (phi, n, series) = (0.7, 500, 300);
        // The truth about the percentile: of a series of 400,000.
        let long = Sorted::new(autoregressive(phi, 400_000, 77)).unwrap();
        let truth = [0.0, long.linear(0.95).unwrap()];
        let mut held = [[0u32; 2]; 2];
        for index in 0..series {
            // The first values are not from the middle of the law.
            let x = autoregressive(phi, n + 50, 1000 + 7919 * index).split_off(50);
            let lengths = [1, length(&x, 0.95)];
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
            for (held, length) in held.iter_mut().zip(lengths) {
                let units = Units::blocks(n as u32, length);
                let (mut means, mut tails, mut drawn) = (vec![], vec![], vec![]);
                for b in 0..200 {
                    draw_units(&units, 9, index, b, &mut drawn);
                    let sum: f64 = x.iter().zip(&drawn).map(|(x, &k)| x * f64::from(k)).sum();
                    means.push(sum / n as f64);
                    let mut beyond = n as u32 / 20;
                    let tail = order.iter().rev().find(|&&row| {
                        let out = drawn[row] > beyond;
                        beyond = beyond.saturating_sub(drawn[row]);
                        out
                    });
                    tails.push(tail.map_or(f64::NAN, |&row| x[row]));
                }
                for ((held, truth), replicates) in held.iter_mut().zip(truth).zip([means, tails]) {
                    let sorted = Sorted::new(replicates).unwrap();
                    let ends = [0.025, 0.975].map(|q| sorted.linear(q).unwrap());
                    *held += u32::from(ends[0] <= truth && truth <= ends[1]);
                }
            }
        }
        let share = |count: u32| f64::from(count) / series as f64;
        let [rows, blocks] = held.map(|of| of.map(share));
        assert!(rows[0] < 0.75 && rows[1] < 0.85, "rows: {rows:?}");
        // Of a tail quantile in so few values percentile intervals fall a little short, blocks or not.
        assert!(
            blocks[0] > 0.88 && blocks[1] > 0.84 && blocks[1] > rows[1] + 0.1,
            "rows: {rows:?}, blocks: {blocks:?}"
        );
    }
}
