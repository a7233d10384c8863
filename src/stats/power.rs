//! How much a test can see before it is run: of paired proportions and of paired means. Samples apart are in
//! [`super::two_samples`].

use super::analytic::Pairs;
use super::law::{binomial_cdf, binomial_mass, bisect, noncentral_t_upper, t_quantile};
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

/// The fewest wins without a loss among many pairs that any two-sided procedure at `alpha` takes for a
/// difference: with m of n, a resample has no win with a chance of (1 − m/n)ⁿ ≈ e⁻ᵐ, which has to lie
/// under α/2; the t interval asks for more than z², McNemar's test for log₂(2/α).
pub fn fewest_wins(alpha: f64) -> Option<u64> {
    let wins = (2.0 / alpha).ln().ceil();
    (wins.is_finite() && wins >= 1.0).then_some(wins as u64)
}

/// The smallest difference of paired proportions that `n` pairs can show with `power` if all
/// disagreements go one way, by the binomial chance of [`fewest_wins`]: a bound that no procedure and
/// no disagreement gets under.
pub fn best_proportion(n: f64, alpha: f64, power: f64) -> Option<f64> {
    let (pairs, wins) = (whole(n)?, fewest_wins(alpha)?);
    (wins <= pairs).then(|| bisect(0.0, 1.0, |p| some_wins(pairs, wins, p) >= power))
}

/// The fewest pairs that can show a `difference` of paired proportions if all disagreements go one way.
pub fn best_pairs(difference: f64, alpha: f64, power: f64) -> Option<f64> {
    let wins = fewest_wins(alpha)?;
    if !(difference > 0.0 && difference <= 1.0 && power < 1.0) {
        return None;
    }
    let reached = |n: f64| {
        whole(n.ceil()).is_some_and(|n| n >= wins && some_wins(n, wins, difference) >= power)
    };
    least(wins as f64, reached).map(f64::ceil)
}

/// The power that goes with [`best_proportion`].
pub fn best_power(n: f64, difference: f64, alpha: f64) -> Option<f64> {
    let (pairs, wins) = (whole(n)?, fewest_wins(alpha)?);
    Some(if wins <= pairs {
        some_wins(pairs, wins, difference.clamp(0.0, 1.0))
    } else {
        0.0
    })
}

/// The chance of at least `wins` of `n` with chance `p` each.
fn some_wins(n: u64, wins: u64, p: f64) -> f64 {
    wins.checked_sub(1)
        .map_or(1.0, |fewer| 1.0 - binomial_cdf(fewer, n, p))
}

fn whole(n: f64) -> Option<u64> {
    (n.is_finite() && (1.0..1e15).contains(&n)).then_some(n as u64)
}

/// Pairs needed to establish that a proportion isn't worse by `margin`, where the two are as good as each
/// other and a share `discordant` disagrees: (z₁₋α⸝₂ + z_power)² · discordant / margin² (Lu & Bean 1995).
pub fn margin_pairs(discordant: f64, margin: f64, alpha: f64, power: f64) -> Option<f64> {
    let z = both_quantiles(alpha, power)?;
    let n = z * z * discordant / (margin * margin);
    n.is_finite().then_some(n)
}

/// The smallest margin that `n` pairs establish: [`margin_pairs`] solved for the margin.
pub fn margin_proportion(n: f64, discordant: f64, alpha: f64, power: f64) -> Option<f64> {
    let margin = both_quantiles(alpha, power)? * (discordant / n).sqrt();
    margin.is_finite().then_some(margin)
}

/// The power that goes with [`margin_pairs`].
pub fn margin_power(n: f64, discordant: f64, margin: f64, alpha: f64) -> Option<f64> {
    let z = normal::quantile(1.0 - 0.5 * alpha)?;
    let power = normal::cdf(margin * (n / discordant).sqrt() - z);
    power.is_finite().then_some(power)
}

pub(super) fn both_quantiles(alpha: f64, power: f64) -> Option<f64> {
    Some(normal::quantile(1.0 - 0.5 * alpha)? + normal::quantile(power)?)
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
pub(super) fn bisect_coarsely(high: f64, reached: impl Fn(f64) -> bool) -> f64 {
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

/// Pairs needed to show a standardised mean difference with `power`, a real number to be rounded up:
/// the two-sided paired t test (noncentral t) solved for n.
pub fn pairs_for_mean(effect: f64, alpha: f64, power: f64) -> Option<f64> {
    if !(effect > 0.0 && alpha > 0.0 && alpha < power && power < 1.0) {
        return None;
    }
    // By the normal law first: the t test never needs fewer, and only a few more.
    let normal = (both_quantiles(alpha, power)? / effect).powi(2);
    let reached = |n: f64| n >= 2.0 && paired_t(effect, n, alpha).is_some_and(|p| p >= power);
    least(normal.clamp(1.0, 1e12), reached)
}

/// The least number from `low` on at which `reached`, which then stays so, holds.
pub(super) fn least(low: f64, reached: impl Fn(f64) -> bool) -> Option<f64> {
    let (mut below, mut high) = (low, low);
    while !reached(high) {
        below = high;
        high *= 1.5;
        if high > 1e15 {
            return None;
        }
    }
    for _ in 0..40 {
        let middle = 0.5 * (below + high);
        if reached(middle) {
            high = middle;
        } else {
            below = middle;
        }
    }
    Some(high)
}
