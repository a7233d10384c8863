//! How much a test can see before it is run: of paired proportions and of paired means.

use super::analytic::Pairs;
use super::law::{binomial_mass, bisect, noncentral_t_upper, t_quantile};
use super::normal;
use super::significance::mcnemar;

/// Power of McNemar's exact test at `alpha` for chances `first` and `second` of either disagreement,
/// by enumeration of the discordant pairs. O(n²).
pub fn mcnemar_exact(n: u64, first: f64, second: f64, alpha: f64) -> f64 {
    let discordant = first + second;
    if discordant <= 0.0 {
        return 0.0;
    }
    let of = |m: u64| -> f64 {
        let hit = |k: &u64| {
            let pairs = Pairs {
                first: *k,
                second: m - k,
                ..Pairs::default()
            };
            // Equal up to rounding counts as reached.
            mcnemar(pairs).value <= alpha * (1.0 + 1e-12)
        };
        let ks = (0..=m).filter(hit);
        ks.map(|k| binomial_mass(k, m, first / discordant)).sum()
    };
    let masses = (0..=n).map(|m| (m, binomial_mass(m, n, discordant)));
    masses
        .filter(|(_, mass)| *mass > 1e-14)
        .map(|(m, mass)| mass * of(m))
        .sum()
}

/// Power of McNemar's test by the normal approximation (Miettinen 1968); `None` without a difference.
pub fn mcnemar_normal(n: f64, first: f64, second: f64, alpha: f64) -> Option<f64> {
    let (discordant, difference) = (first + second, (first - second).abs());
    let z = normal::quantile(1.0 - 0.5 * alpha)?;
    let spread = (discordant - difference * difference).sqrt();
    let power = normal::cdf((difference * n.sqrt() - z * discordant.sqrt()) / spread);
    (difference > 0.0 && power.is_finite()).then_some(power)
}

/// Pairs needed for `power` (Connor 1987), a real number to be rounded up.
pub fn mcnemar_pairs(first: f64, second: f64, alpha: f64, power: f64) -> Option<f64> {
    let (discordant, difference) = (first + second, (first - second).abs());
    let (za, zb) = (
        normal::quantile(1.0 - 0.5 * alpha)?,
        normal::quantile(power)?,
    );
    let root = za * discordant.sqrt() + zb * (discordant - difference * difference).sqrt();
    let n = (root / difference).powi(2);
    n.is_finite().then_some(n)
}

/// The smallest difference of paired proportions that `n` pairs show with `power`, where a share
/// `discordant` of them disagrees: Connor's formula solved for the difference. `None` where even a
/// difference of all disagreements is too small.
pub fn detectable_proportion(n: f64, discordant: f64, alpha: f64, power: f64) -> Option<f64> {
    let enough = |difference: f64| {
        let (first, second) = (
            0.5 * (discordant + difference),
            0.5 * (discordant - difference),
        );
        mcnemar_pairs(first, second, alpha, power).is_some_and(|needed| needed <= n)
    };
    (discordant > 0.0 && discordant <= 1.0 && enough(discordant))
        .then(|| bisect(0.0, discordant, enough))
}

/// Power of the two-sided paired t test for a standardised mean difference (noncentral t).
pub fn paired_t(effect: f64, n: f64, alpha: f64) -> Option<f64> {
    let (df, delta) = (n - 1.0, effect * n.sqrt());
    let t = t_quantile(1.0 - 0.5 * alpha, df)?;
    Some(noncentral_t_upper(t, df, delta) + noncentral_t_upper(t, df, -delta))
}

/// The same, one-sided.
pub fn paired_t_one_sided(effect: f64, n: f64, alpha: f64) -> Option<f64> {
    let df = n - 1.0;
    Some(noncentral_t_upper(
        t_quantile(1.0 - alpha, df)?,
        df,
        effect * n.sqrt(),
    ))
}

/// The smallest standardised mean difference that `n` pairs show with `power`.
pub fn detectable_mean(n: f64, alpha: f64, power: f64) -> Option<f64> {
    if n < 2.0 || !(alpha > 0.0 && alpha < power && power < 1.0) {
        return None;
    }
    let reached = |d: f64| paired_t(d, n, alpha).is_some_and(|p| p >= power);
    let mut high = 1.0;
    while !reached(high) && high < 1e6 {
        high *= 2.0;
    }
    Some(bisect_coarsely(high, reached))
}

/// Each step integrates: forty halvings are a relative error of 1e-12.
fn bisect_coarsely(high: f64, reached: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, high);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
