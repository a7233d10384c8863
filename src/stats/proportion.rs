//! Further intervals and tests of proportions, beside Wilson's and the exact one of [`analytic`]: those that
//! people report, for reading their numbers again and for the study of coverage.
//!
//! [`analytic`]: super::analytic

use super::analytic::{Ends, Share, around_z};
use super::copies::Copies;
use super::law::{beta_quantile, binomial_mass, t_quantile};
use super::{normal, summary};

/// The textbook interval p ± z·√(p(1−p)/n), cut to 0..1; it covers far too little near 0 and 1 (Brown, Cai &
/// DasGupta 2001). `None` of nothing.
pub fn wald(k: u64, n: u64, level: f64) -> Option<Ends> {
    let (k, n) = counts(k, n)?;
    within(around_z(k / n, (k / n * (1.0 - k / n) / n).sqrt(), level)?)
}

/// Wald's interval after z²/2 more of either kind (Agresti & Coull 1998). `None` of nothing.
pub fn agresti_coull(k: u64, n: u64, level: f64) -> Option<Ends> {
    let (k, n) = counts(k, n)?;
    let z = normal::quantile(0.5 * (1.0 + level))?;
    let (k, n) = (k + 0.5 * z * z, n + z * z);
    within(around_z(k / n, (k / n * (1.0 - k / n) / n).sqrt(), level)?)
}

/// The equal-tailed interval of the posterior under Jeffreys' prior Beta(½, ½), its ends moved to 0 and 1 where
/// nothing or everything succeeds (Brown, Cai & DasGupta 2001). `None` of nothing.
pub fn jeffreys(k: u64, n: u64, level: f64) -> Option<Ends> {
    let (k, n) = counts(k, n)?;
    let tail = 0.5 * (1.0 - level);
    let end = |p: f64| beta_quantile(p, k + 0.5, n - k + 0.5);
    let low = if k == 0.0 { 0.0 } else { end(tail)? };
    let high = if k == n { 1.0 } else { end(1.0 - tail)? };
    Some((low, high))
}

/// How many independent trials a share `p` is worth that is the mean of groups of trials which may differ: as many as
/// would make it vary as it does, p(1 − p)/`variance`, fewer where `variance` is known with few degrees of freedom
/// `df` (Korn & Graubard 1998, Survey Methodology 24:193, §2), and never more than `most`, which is all that is known
/// where it doesn't vary.
pub fn effective_size(p: f64, (variance, df): (f64, f64), most: f64, level: f64) -> Option<f64> {
    if variance <= 0.0 {
        return Some(most);
    }
    let tail = 0.5 * (1.0 + level);
    let narrower = normal::quantile(tail)? / t_quantile(tail, df)?;
    Some((p * (1.0 - p) / variance * narrower * narrower).min(most))
}

/// The share of all trials of groups that may differ, such as runs; of each group how many said yes, of how many. It is worth
/// as many trials as the groups agree on ([`effective_size`]); how far one group would differ from another is not known of it alone.
/// `None` of nothing.
pub fn grouped(groups: &[(u64, u64)], level: f64) -> Option<Share> {
    let total = |(k, n), own: &(u64, u64)| (k + own.0, n + own.1);
    let (yes, all) = groups.iter().fold((0, 0), total);
    let (k, n) = counts(yes, all)?;
    let shares: Vec<f64> = groups.iter().map(|&(k, n)| k as f64 / n as f64).collect();
    let of = shares.len() as f64;
    let variance = summary::sd(&shares).map_or(0.0, |sd| sd * sd / of);
    let n = effective_size(k / n, (variance, of - 1.0), n, level)?;
    Some(Share {
        p: yes as f64 / all as f64,
        n,
    })
}

/// The share of rows that several runs say yes or no of: `rows` has each row's mean over runs, `runs` each run's share. It is
/// worth as many trials as both the spread of rows and that of runs allow, with Welch and Satterthwaite's degrees of freedom,
/// and no more than there are rows. `None` of fewer than two of either.
pub fn crossed<'a>(rows: impl Into<Copies<'a>>, runs: &[f64], level: f64) -> Option<Share> {
    let rows = rows.into();
    let (n, k) = (rows.len() as f64, runs.len() as f64);
    let (of_rows, of_runs) = (
        summary::sd(rows)?.powi(2) / n,
        summary::sd(runs)?.powi(2) / k,
    );
    let variance = of_rows + of_runs;
    let df = variance.powi(2) / (of_rows.powi(2) / (n - 1.0) + of_runs.powi(2) / (k - 1.0));
    let p = summary::mean(runs)?.clamp(0.0, 1.0);
    let n = effective_size(p, (variance, df), n, level)?;
    Some(Share { p, n })
}

fn counts(k: u64, n: u64) -> Option<(f64, f64)> {
    (n > 0 && k <= n).then_some((k as f64, n as f64))
}

fn within((low, high): Ends) -> Option<Ends> {
    Some((low.max(0.0), high.min(1.0)))
}

/// The z statistic of k1/n1 − k2/n2 with the pooled proportion, and its two-sided p value; `None` where all or
/// none succeed.
pub fn pooled_z((k1, n1): (u64, u64), (k2, n2): (u64, u64)) -> Option<(f64, f64)> {
    let ((k1, n1), (k2, n2)) = (counts(k1, n1)?, counts(k2, n2)?);
    let pooled = (k1 + k2) / (n1 + n2);
    let se = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
    let z = (k1 / n1 - k2 / n2) / se;
    z.is_finite().then(|| (z, 2.0 * normal::cdf(-z.abs())))
}

/// Fisher's exact test of two independent proportions: what all tables with the same margins weigh that are no
/// more likely than this one (Fisher 1935). `None` of nothing.
pub fn fisher_exact((k1, n1): (u64, u64), (k2, n2): (u64, u64)) -> Option<f64> {
    counts(k1, n1)?;
    counts(k2, n2)?;
    let all = k1 + k2;
    // The hypergeometric law as a product of binomials with any chance; that of the margin keeps it in range.
    let p = (all as f64 / (n1 + n2) as f64).clamp(1e-9, 1.0 - 1e-9);
    let mass = |k: u64| binomial_mass(k, n1, p) * binomial_mass(all - k, n2, p);
    let (low, high) = (all.saturating_sub(n2), all.min(n1));
    let own = mass(k1);
    let (mut total, mut extreme) = (0.0, 0.0);
    for k in low..=high {
        let mass = mass(k);
        total += mass;
        // A hair of slack: equal tables must not be told apart by rounding.
        if mass <= own * (1.0 + 1e-7) {
            extreme += mass;
        }
    }
    Some((extreme / total).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::{Purpose, stream, unit};

    #[test]
    fn nothing_has_no_proportion() {
        assert_eq!(wald(0, 0, 0.95), None);
        assert_eq!(jeffreys(2, 1, 0.95), None);
        assert_eq!(agresti_coull(1, 0, 0.95), None);
        assert_eq!(pooled_z((0, 5), (0, 7)), None);
        assert_eq!(fisher_exact((1, 0), (1, 2)), None);
    }

    /// The lady tasting tea, three of four right (Fisher 1935): 34/70.
    #[test]
    fn tea() {
        let p = fisher_exact((3, 4), (1, 4)).unwrap();
        assert!((p - 34.0 / 70.0).abs() < 1e-12, "{p}");
    }

    /// Groups that agree are worth all their trials; groups that don't as many as their spread says: 4, 0, 2 of 100 have
    /// a mean of 0.02 with a variance of 0.02²/3, 0.02·0.98·3/0.02² = 147 trials, times (1.95996/4.30265)².
    #[test]
    fn groups_that_differ_are_worth_less() {
        let share = grouped(&[(0, 1000), (0, 1000), (0, 1000)], 0.95).unwrap();
        assert_eq!((share.p, share.n), (0.0, 3000.0));
        let share = grouped(&[(4, 100), (0, 100), (2, 100)], 0.95).unwrap();
        let worth = 147.0 * (1.959_963_985 / 4.302_652_73f64).powi(2);
        assert!(
            (share.p - 0.02).abs() < 1e-15 && (share.n - worth).abs() < 1e-5,
            "{share:?}"
        );
        assert_eq!(grouped(&[(2, 50)], 0.95), Some(Share::of(2, 50)));
        assert_eq!(grouped(&[], 0.95), None);
        assert_eq!(crossed(&[0.0; 40][..], &[0.0; 3], 0.95).unwrap().n, 40.0);
    }

    /// Shares near 0 of rows that differ in how hard they are, seen by runs that differ in how good they are: Wilson's
    /// interval of what they are worth holds the truth often enough, where that of all answers as independent does not.
    #[test]
    fn rare_rows_of_several_runs_are_covered() {
        let (rows, runs, studies) = (150u32, 3u32, 2000);
        let mut rng = stream(7, Purpose::Units, 0, 0);
        let mut uniform = || unit(&mut rng);
        let (mut held, mut naive) = (0, 0);
        for _ in 0..studies {
            // One row in 25 is hard, and fails in 3 of 5 runs; a run fails 0.6 to 1.4 times as often.
            let truth = 0.04 * 0.6;
            let bad: Vec<f64> = (0..runs).map(|_| 0.6 + 0.8 * uniform()).collect();
            let mut failures = vec![0.0; runs as usize];
            let means: Vec<f64> = (0..rows)
                .map(|_| {
                    let hard = uniform() < 0.04;
                    let mut sum = 0.0;
                    for (run, bad) in failures.iter_mut().zip(&bad) {
                        let failed = f64::from(u8::from(hard && uniform() < 0.6 * bad));
                        *run += failed / f64::from(rows);
                        sum += failed;
                    }
                    sum / f64::from(runs)
                })
                .collect();
            let holds =
                |ends: Option<Ends>| ends.is_some_and(|(low, high)| low <= truth && truth <= high);
            held += u32::from(holds(
                crossed(&means[..], &failures, 0.95).unwrap().wilson(0.95),
            ));
            let all = f64::from(rows * runs);
            let p = means.iter().sum::<f64>() / f64::from(rows);
            naive += u32::from(holds(Share { p, n: all }.wilson(0.95)));
        }
        let (held, naive) = (
            f64::from(held) / f64::from(studies),
            f64::from(naive) / f64::from(studies),
        );
        assert!(held >= 0.94 && naive < 0.88, "{held} {naive}");
    }

    /// Without any success the textbook interval is a point, and claims what no data show.
    #[test]
    fn wald_claims_too_much_at_the_border() {
        assert_eq!(wald(0, 20, 0.95), Some((0.0, 0.0)));
        assert!(jeffreys(0, 20, 0.95).unwrap().1 > 0.1);
    }
}
