//! Effect sizes: standardised mean differences, and how often one side beats the other.

use super::copies::Copies;
use super::summary;

/// Cohen's d of two independent samples, by the pooled standard deviation (Cohen 1988); `None`
/// without spread.
pub fn cohen_d<'a>(a: impl Into<Copies<'a>>, b: impl Into<Copies<'a>>) -> Option<f64> {
    let (a, b) = (a.into(), b.into());
    let (na, nb) = (a.len() as f64 - 1.0, b.len() as f64 - 1.0);
    let squares = na * summary::sd(a)?.powi(2) + nb * summary::sd(b)?.powi(2);
    let d = (summary::mean(a)? - summary::mean(b)?) / (squares / (na + nb)).sqrt();
    d.is_finite().then_some(d)
}

/// Hedges' g: d times its exact small-sample factor (Hedges 1981); `None` of one degree of freedom.
pub fn hedges_g<'a>(a: impl Into<Copies<'a>>, b: impl Into<Copies<'a>>) -> Option<f64> {
    let (a, b) = (a.into(), b.into());
    small_sample(cohen_d(a, b)?, (a.len() + b.len()) as f64 - 2.0)
}

/// d with `df` degrees of freedom times Γ(df/2)/(√(df/2)·Γ((df−1)/2)).
fn small_sample(d: f64, df: f64) -> Option<f64> {
    let factor = (libm::lgamma(0.5 * df) - libm::lgamma(0.5 * (df - 1.0))).exp();
    (df > 1.0).then(|| d * factor / (0.5 * df).sqrt())
}

/// The difference of the means over the standard deviation of `b` alone (Glass 1976); `None` without spread.
pub fn glass_delta(a: &[f64], b: &[f64]) -> Option<f64> {
    let d = (summary::mean(a)? - summary::mean(b)?) / summary::sd(b)?;
    d.is_finite().then_some(d)
}

/// Cohen's d_av of pairs: the mean difference over the mean of both standard deviations (Cumming 2012).
pub fn cohen_dav(a: &[f64], b: &[f64]) -> Option<f64> {
    let d = 2.0 * (summary::mean(a)? - summary::mean(b)?) / (summary::sd(a)? + summary::sd(b)?);
    d.is_finite().then_some(d)
}

/// Cohen's d_z of paired differences: their mean over their standard deviation.
pub fn cohen_dz<'a>(differences: impl Into<Copies<'a>>) -> Option<f64> {
    let differences = differences.into();
    let d = summary::mean(differences)? / summary::sd(differences)?;
    d.is_finite().then_some(d)
}

/// d_z with Hedges' factor for n − 1 degrees of freedom; `None` of fewer than three pairs.
pub fn hedges_gz(differences: &[f64]) -> Option<f64> {
    small_sample(cohen_dz(differences)?, differences.len() as f64 - 1.0)
}

/// How often a pair's difference is above 0, ties half: the probability of improvement of paired runs, P(A > B)
/// (Bouthillier et al. 2021, eq. 9). `None` of nothing.
pub fn probability_of_improvement<'a>(differences: impl Into<Copies<'a>>) -> Option<f64> {
    let differences = differences.into();
    // Twice the score, in whole numbers.
    let mut twice = 0;
    for (d, times) in differences.each() {
        twice += match d.partial_cmp(&0.0)? {
            std::cmp::Ordering::Greater => 2 * times,
            std::cmp::Ordering::Equal => times,
            std::cmp::Ordering::Less => 0,
        };
    }
    let share = 0.5 * twice as f64 / differences.len() as f64;
    share.is_finite().then_some(share)
}

/// Cliff's delta: how much more often `a` exceeds `b` than the reverse (Cliff 1993). O(n log n).
pub fn cliff_delta<'a>(a: impl Into<Copies<'a>>, b: impl Into<Copies<'a>>) -> Option<f64> {
    let (a, b) = (a.into(), b.into());
    let mut sorted: Vec<(f64, u64)> = b.each().collect();
    sorted.sort_unstable_by(|x, y| x.0.total_cmp(&y.0));
    // How many numbers stand before each place.
    let mut before = vec![0u64; sorted.len() + 1];
    for (place, (_, times)) in sorted.iter().enumerate() {
        before[place + 1] = before[place] + times;
    }
    let all = b.len();
    let score = |(x, times): (f64, u64)| {
        let below = before[sorted.partition_point(|y| y.0 < x)];
        let above = all - before[sorted.partition_point(|y| y.0 <= x)];
        times as f64 * (below as f64 - above as f64)
    };
    let delta = a.each().map(score).sum::<f64>() / (a.len() as f64 * all as f64);
    delta.is_finite().then_some(delta)
}

/// Vargha and Delaney's A12: the chance that a value of `a` exceeds one of `b`, ties half.
pub fn a12<'a>(a: impl Into<Copies<'a>>, b: impl Into<Copies<'a>>) -> Option<f64> {
    Some(0.5 * (cliff_delta(a, b)? + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn improvement_counts_ties_half() {
        assert_eq!(
            probability_of_improvement(&[1.0, 0.0, -1.0, 2.0]),
            Some(0.625)
        );
        assert_eq!(probability_of_improvement(&[]), None);
        assert_eq!(probability_of_improvement(&[f64::NAN]), None);
    }

    #[test]
    fn copies_are_equal_values() {
        let (a, b) = ([0.0, 1.0, 3.0], [1.0, 2.0]);
        let (of_a, of_b) = ([4u64, 1, 2], [3u64, 5]);
        let long = |v: &[f64], n: &[u64]| -> Vec<f64> {
            let both = v.iter().zip(n);
            both.flat_map(|(v, n)| vec![*v; *n as usize]).collect()
        };
        let (long_a, long_b) = (long(&a, &of_a), long(&b, &of_b));
        let (a, b) = (Copies::new(&a, Some(&of_a)), Copies::new(&b, Some(&of_b)));
        assert_eq!(cohen_d(a, b), cohen_d(&long_a, &long_b));
        assert_eq!(hedges_g(a, b), hedges_g(&long_a, &long_b));
        assert_eq!(cliff_delta(a, b), cliff_delta(&long_a, &long_b));
        assert_eq!(cohen_dz(a), cohen_dz(&long_a));
        assert_eq!(
            probability_of_improvement(a),
            probability_of_improvement(&long_a)
        );
    }

    #[test]
    fn one_degree_of_freedom_has_no_factor() {
        assert_eq!(hedges_gz(&[1.0, 2.0]), None);
        assert_eq!(glass_delta(&[1.0, 2.0], &[1.0, 1.0]), None);
    }
}
