//! Intervals in closed form: of means, of proportions and their differences, of quantiles, and of the
//! means of folds. Each is for independent units; what the units are is the caller's to know.

use super::copies::Copies;
use super::law::{beta_quantile, binomial_cdf, t_quantile};
use super::normal;
use super::summary;

/// Lower and upper end.
pub type Ends = (f64, f64);

fn z_of(level: f64) -> Option<f64> {
    normal::quantile(0.5 * (1.0 + level))
}

fn around(centre: f64, half: f64) -> Option<Ends> {
    (centre.is_finite() && half.is_finite()).then_some((centre - half, centre + half))
}

/// Student's t interval of a mean; `None` of fewer than two values.
pub fn mean_t<'a>(values: impl Into<Copies<'a>>, level: f64) -> Option<Ends> {
    let values = values.into();
    let n = values.len() as f64;
    let sd = summary::sd(values)?;
    let t = t_quantile(0.5 * (1.0 + level), n - 1.0)?;
    around(summary::mean(values)?, t * sd / n.sqrt())
}

/// The normal interval of a mean with its estimated standard error; `None` of fewer than two values.
pub fn mean_z<'a>(values: impl Into<Copies<'a>>, level: f64) -> Option<Ends> {
    let values = values.into();
    let half = z_of(level)? * summary::sd(values)? / (values.len() as f64).sqrt();
    around(summary::mean(values)?, half)
}

/// Difference of two independent means, its standard error, and Welch's degrees of freedom
/// (Welch 1947); `None` where a side has fewer than two values.
pub fn welch(a: &[f64], b: &[f64]) -> Option<(f64, f64, f64)> {
    let (va, vb) = (
        summary::sd(a)?.powi(2) / a.len() as f64,
        summary::sd(b)?.powi(2) / b.len() as f64,
    );
    let (na, nb) = (a.len() as f64 - 1.0, b.len() as f64 - 1.0);
    let df = (va + vb).powi(2) / (va * va / na + vb * vb / nb);
    let difference = summary::mean(a)? - summary::mean(b)?;
    Some((difference, (va + vb).sqrt(), df))
}

/// Welch's t interval of mean(a) - mean(b).
pub fn welch_t(a: &[f64], b: &[f64], level: f64) -> Option<Ends> {
    let (difference, se, df) = welch(a, b)?;
    if se == 0.0 {
        return around(difference, 0.0);
    }
    around(difference, t_quantile(0.5 * (1.0 + level), df)? * se)
}

/// Wilson's score interval of `k` of `n` (Wilson 1927); `None` of nothing.
pub fn wilson(k: u64, n: u64, level: f64) -> Option<Ends> {
    Share::of(k, n).wilson(level)
}

/// A share of trials, as many as it is worth: of trials that depend on each other fewer than there are, and no whole
/// number ([`effective_size`](super::proportion::effective_size)).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The share that says yes.
    pub p: f64,
    /// How many independent trials it is worth.
    pub n: f64,
}

impl Share {
    /// `k` of `n`.
    pub fn of(k: u64, n: u64) -> Share {
        Share {
            p: k as f64 / n as f64,
            n: n as f64,
        }
    }

    /// How many trials of the rarer kind there are, to the nearest whole number.
    pub fn rarer(self) -> u64 {
        (self.p.min(1.0 - self.p) * self.n).round() as u64
    }

    /// Wilson's score interval; `None` of nothing.
    pub fn wilson(self, level: f64) -> Option<Ends> {
        let Share { p, n } = self;
        if !(n > 0.0 && (0.0..=1.0).contains(&p)) {
            return None;
        }
        let z = z_of(level)?;
        let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt() / (1.0 + z * z / n);
        // At 0 and n one end is exactly the estimate; rounding must not move it.
        let low = if p == 0.0 {
            0.0
        } else {
            (centre - half).max(0.0)
        };
        let high = if p == 1.0 {
            1.0
        } else {
            (centre + half).min(1.0)
        };
        Some((low, high))
    }

    /// The exact interval (Clopper & Pearson 1934); `None` of nothing.
    pub fn clopper_pearson(self, level: f64) -> Option<Ends> {
        exact(self.p * self.n, self.n, level)
    }
}

/// The exact interval of `k` of `n` (Clopper & Pearson 1934); `None` of nothing.
pub fn clopper_pearson(k: u64, n: u64, level: f64) -> Option<Ends> {
    exact(k as f64, n as f64, level)
}

fn exact(k: f64, n: f64, level: f64) -> Option<Ends> {
    if !(n > 0.0 && (0.0..=n).contains(&k) && level > 0.0 && level < 1.0) {
        return None;
    }
    let tail = 0.5 * (1.0 - level);
    let low = match k {
        0.0 => 0.0,
        _ => beta_quantile(tail, k, n - k + 1.0)?,
    };
    let high = if k == n {
        1.0
    } else {
        beta_quantile(1.0 - tail, k + 1.0, n - k)?
    };
    Some((low, high))
}

/// Counts of pairs of yes/no answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pairs {
    /// Both yes.
    pub both: u64,
    /// Only the first.
    pub first: u64,
    /// Only the second.
    pub second: u64,
    /// Neither.
    pub neither: u64,
}

impl Pairs {
    /// How many pairs.
    pub fn n(&self) -> u64 {
        self.both + self.first + self.second + self.neither
    }
}

/// The interval of k1/n1 - k2/n2 of independent samples: square-and-add of Wilson's (Newcombe
/// 1998, Statistics in Medicine 17:873, method 10).
pub fn newcombe((k1, n1): (u64, u64), (k2, n2): (u64, u64), level: f64) -> Option<Ends> {
    newcombe_of(Share::of(k1, n1), Share::of(k2, n2), level)
}

/// [`newcombe`] of shares that are worth other numbers of trials than they have.
pub fn newcombe_of(a: Share, b: Share, level: f64) -> Option<Ends> {
    square_and_add((a.p, a.wilson(level)?), (b.p, b.wilson(level)?), 0.0)
}

/// The interval of p1 - p2 of paired answers: square-and-add with the correlation of the two
/// (Newcombe 1998, Statistics in Medicine 17:2635, method 10; recommended by Fagerland, Lydersen &
/// Laake 2014).
pub fn newcombe_paired(pairs: Pairs, level: f64) -> Option<Ends> {
    let n = pairs.n();
    let (k1, k2) = (pairs.both + pairs.first, pairs.both + pairs.second);
    let (a, b, c, d) = (
        pairs.both as f64,
        pairs.first as f64,
        pairs.second as f64,
        pairs.neither as f64,
    );
    let margins = (a + b) * (c + d) * (a + c) * (b + d);
    let cross = a * d - b * c;
    let cross = if cross > 0.0 {
        (cross - 0.5 * n as f64).max(0.0)
    } else {
        cross
    };
    let phi = if margins > 0.0 {
        cross / margins.sqrt()
    } else {
        0.0
    };
    square_and_add(
        (k1 as f64 / n as f64, wilson(k1, n, level)?),
        (k2 as f64 / n as f64, wilson(k2, n, level)?),
        phi,
    )
}

fn square_and_add(
    (p1, (l1, u1)): (f64, Ends),
    (p2, (l2, u2)): (f64, Ends),
    phi: f64,
) -> Option<Ends> {
    let root = |x: f64, y: f64| (x * x - 2.0 * phi * x * y + y * y).max(0.0).sqrt();
    let difference = p1 - p2;
    let (low, high) = (
        difference - root(p1 - l1, u2 - p2),
        difference + root(u1 - p1, p2 - l2),
    );
    (low.is_finite() && high.is_finite()).then_some((low.max(-1.0), high.min(1.0)))
}

/// The exact interval of p1 - p2 given how many pairs disagree: the share of them that favour the
/// first by Clopper & Pearson, scaled to all pairs. It holds 0 exactly where McNemar's exact test
/// does not reject.
pub fn discordant_exact(pairs: Pairs, level: f64) -> Option<Ends> {
    let (n, discordant) = (pairs.n(), pairs.first + pairs.second);
    if n == 0 {
        return None;
    }
    if discordant == 0 {
        return Some((0.0, 0.0));
    }
    let (low, high) = clopper_pearson(pairs.first, discordant, level)?;
    let share = discordant as f64 / n as f64;
    Some(((2.0 * low - 1.0) * share, (2.0 * high - 1.0) * share))
}

/// The distribution-free interval of the `q` quantile between two order statistics of `sorted`
/// (Hahn & Meeker 1991, §5.2), with at least `level` coverage and the smallest ranks that have it.
/// An end is infinite where no order statistic reaches the tail; `None` of nothing.
pub fn quantile_order(sorted: &[f64], q: f64, level: f64) -> Option<Ends> {
    let n = sorted.len() as u64;
    if n == 0 || !(q > 0.0 && q < 1.0) || !(level > 0.0 && level < 1.0) {
        return None;
    }
    let tail = 0.5 * (1.0 - level);
    // P(x_(l) > quantile) = P(fewer than l below) <= tail, the largest such l; P(x_(u) < quantile)
    // = P(at least u below) <= tail, the smallest such u.
    let at_most = |k: u64| binomial_cdf(k, n, q);
    let low = (1..=n).take_while(|l| at_most(l - 1) <= tail).last();
    let from = low.unwrap_or(1);
    let high = (from..=n).find(|u| 1.0 - at_most(u - 1) <= tail);
    let at = |rank: u64| {
        sorted
            .get(usize::try_from(rank).ok()?.checked_sub(1)?)
            .copied()
    };
    Some((
        low.and_then(at).unwrap_or(f64::NEG_INFINITY),
        high.and_then(at).unwrap_or(f64::INFINITY),
    ))
}

/// Mean and standard error of the differences on k folds that share training rows: the variance is
/// (1/k + test/train)·s² instead of s²/k (Nadeau & Bengio 2003), k - 1 degrees of freedom. Of k folds dealt r times all
/// k·r are handed in: (1/(k·r) + test/train)·s² with k·r - 1 degrees of freedom (Bouckaert & Frank 2004). `None` of
/// fewer than two folds.
pub fn corrected_resampled(differences: &[f64], test_over_train: f64) -> Option<(f64, f64, f64)> {
    let k = differences.len() as f64;
    let variance = summary::sd(differences)?.powi(2);
    let se = ((1.0 / k + test_over_train) * variance).sqrt();
    Some((summary::mean(differences)?, se, k - 1.0))
}

/// estimate ± t·se with `df` degrees of freedom.
pub fn around_t(estimate: f64, se: f64, df: f64, level: f64) -> Option<Ends> {
    around(estimate, t_quantile(0.5 * (1.0 + level), df)? * se)
}

/// estimate ± z·se.
pub fn around_z(estimate: f64, se: f64, level: f64) -> Option<Ends> {
    around(estimate, z_of(level)? * se)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Airway hyper-responsiveness before and after stem cell transplantation (Bentur et al. 2009), as
    /// worked through by Fagerland, Lydersen & Laake 2014: -0.507 to -0.026.
    #[test]
    fn newcombe_paired_as_published() {
        let pairs = Pairs {
            both: 1,
            first: 1,
            second: 7,
            neither: 12,
        };
        let (low, high) = newcombe_paired(pairs, 0.95).unwrap();
        assert!(
            (low + 0.507).abs() < 5e-4 && (high + 0.026).abs() < 5e-4,
            "{low} {high}"
        );
    }

    #[test]
    fn perfect_pairs_have_no_spread_between_them() {
        let pairs = Pairs {
            both: 500,
            neither: 500,
            ..Pairs::default()
        };
        let (low, high) = newcombe_paired(pairs, 0.95).unwrap();
        assert!(
            low < 0.0 && high > 0.0 && high - low < 0.005,
            "{low} {high}"
        );
        assert_eq!(discordant_exact(pairs, 0.95), Some((0.0, 0.0)));
        assert_eq!(newcombe_paired(Pairs::default(), 0.95), None);
    }

    /// Ranks of the median of ten: 2 and 9 cover 97.9 %, 3 and 8 only 89.1 %.
    #[test]
    fn ranks_of_a_quantile() {
        let sorted: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(quantile_order(&sorted, 0.5, 0.95), Some((2.0, 9.0)));
        assert_eq!(quantile_order(&sorted, 0.5, 0.89), Some((3.0, 8.0)));
        let (low, high) = quantile_order(&sorted, 0.95, 0.95).unwrap();
        assert!(low <= 8.0 && high.is_infinite());
        assert_eq!(quantile_order(&[], 0.5, 0.95), None);
    }

    /// Ten folds of a ten-fold split: the variance is 1/10 + 1/9 of s², not 1/10.
    #[test]
    fn folds_share_training_rows() {
        let d: Vec<f64> = (1..=10).map(f64::from).collect();
        let (mean, se, df) = corrected_resampled(&d, 1.0 / 9.0).unwrap();
        let s2 = 55.0 / 6.0;
        assert!((mean - 5.5).abs() < 1e-12 && df == 9.0);
        assert!((se * se - s2 * (0.1 + 1.0 / 9.0)).abs() < 1e-12);
    }
}
