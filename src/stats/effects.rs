//! Effect sizes: standardised mean differences, and how often one side beats the other.

use super::summary;

/// Cohen's d of two independent samples, by the pooled standard deviation (Cohen 1988); `None`
/// without spread.
pub fn cohen_d(a: &[f64], b: &[f64]) -> Option<f64> {
    let (na, nb) = (a.len() as f64 - 1.0, b.len() as f64 - 1.0);
    let squares = na * summary::sd(a)?.powi(2) + nb * summary::sd(b)?.powi(2);
    let d = (summary::mean(a)? - summary::mean(b)?) / (squares / (na + nb)).sqrt();
    d.is_finite().then_some(d)
}

/// Hedges' g: d times its exact small-sample factor (Hedges 1981).
pub fn hedges_g(a: &[f64], b: &[f64]) -> Option<f64> {
    let df = (a.len() + b.len()) as f64 - 2.0;
    let factor = (libm::lgamma(0.5 * df) - libm::lgamma(0.5 * (df - 1.0))).exp();
    Some(cohen_d(a, b)? * factor / (0.5 * df).sqrt())
}

/// Cohen's d_z of paired differences: their mean over their standard deviation.
pub fn cohen_dz(differences: &[f64]) -> Option<f64> {
    let d = summary::mean(differences)? / summary::sd(differences)?;
    d.is_finite().then_some(d)
}

/// Cliff's delta: how much more often `a` exceeds `b` than the reverse (Cliff 1993). O(n log n).
pub fn cliff_delta(a: &[f64], b: &[f64]) -> Option<f64> {
    let mut sorted = b.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let score = |x: &f64| {
        let below = sorted.partition_point(|y| y < x) as f64;
        let above = (sorted.len() - sorted.partition_point(|y| y <= x)) as f64;
        below - above
    };
    let delta = a.iter().map(score).sum::<f64>() / (a.len() as f64 * b.len() as f64);
    delta.is_finite().then_some(delta)
}

/// Vargha and Delaney's A12: the chance that a value of `a` exceeds one of `b`, ties half.
pub fn a12(a: &[f64], b: &[f64]) -> Option<f64> {
    Some(0.5 * (cliff_delta(a, b)? + 1.0))
}
