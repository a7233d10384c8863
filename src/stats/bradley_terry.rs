//! How strong each of several systems is, from which beat which: Bradley and Terry's model, on whose scale Elo's ratings
//! stand.

use super::normal;

/// Elo's scale: 400 points make the odds of winning ten to one.
const ELO: f64 = 400.0 / std::f64::consts::LN_10;

/// The strengths of k systems: i beats j with the odds exp(βᵢ − βⱼ).
#[derive(Debug, Clone, PartialEq)]
pub struct Strengths {
    /// βᵢ, whose sum is 0.
    pub log: Vec<f64>,
    /// The log-likelihood of all wins.
    pub log_likelihood: f64,
    /// k × k: the inverse of the anchored information.
    covariance: Vec<Vec<f64>>,
}

/// Why there are no finite strengths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoStrengths {
    /// Fewer than two systems, a table that is not square, or a count that is negative or no number.
    NoTable,
    /// These never lose to any of the others, or never meet them: how much stronger they are has no limit (Ford 1957).
    Unbeaten(Vec<usize>),
}

/// The strengths that make `wins` most likely; `wins[i][j]` is how often i beat j, a tie half a win of each (Bradley & Terry
/// 1952; Hunter 2004, *MM algorithms for generalized Bradley–Terry models*). By Newton's method: the log-likelihood is
/// concave.
///
/// # Errors
/// Where some systems never lose to the rest, the likelihood has no maximum.
pub fn bradley_terry(wins: &[Vec<f64>]) -> Result<Strengths, NoStrengths> {
    let k = wins.len();
    let fine = |row: &Vec<f64>| row.len() == k && row.iter().all(|w| w.is_finite() && *w >= 0.0);
    if k < 2 || !wins.iter().all(fine) {
        return Err(NoStrengths::NoTable);
    }
    let won = |i: usize, j: usize| {
        wins.get(i)
            .and_then(|row| row.get(j))
            .copied()
            .unwrap_or(0.0)
    };
    // Who can be reached from the first by wins, and by losses: all, both ways, or there is no maximum.
    let reached = |beats: &dyn Fn(usize, usize) -> bool| {
        let (mut known, mut open) = (vec![false; k], vec![0]);
        while let Some(i) = open.pop() {
            if std::mem::replace(&mut known[i], true) {
                continue;
            }
            open.extend((0..k).filter(|&j| beats(i, j)));
        }
        known
    };
    let down = reached(&|i, j| won(i, j) > 0.0);
    let up = reached(&|i, j| won(j, i) > 0.0);
    let which = |known: &[bool], is: bool| (0..k).filter(|&i| known[i] == is).collect::<Vec<_>>();
    if down.contains(&false) {
        return Err(NoStrengths::Unbeaten(which(&down, false)));
    }
    if up.contains(&false) {
        return Err(NoStrengths::Unbeaten(which(&up, true)));
    }
    let mut log = vec![0.0; k];
    let mut value = likelihood(wins, &log);
    for _ in 0..100 {
        let (gradient, information) = slopes(wins, &log);
        let step = solved(&information, &gradient).ok_or(NoStrengths::NoTable)?;
        // Halved until it climbs: far from the maximum a whole step may overshoot.
        let (mut size, mut next, mut better) = (1.0, log.clone(), value);
        for _ in 0..60 {
            next = log.iter().zip(&step).map(|(b, s)| b + size * s).collect();
            better = likelihood(wins, &next);
            if better >= value {
                break;
            }
            size *= 0.5;
        }
        let moved = step.iter().fold(0.0f64, |m, s| m.max((size * s).abs()));
        (log, value) = (next, better);
        if moved < 1e-12 {
            break;
        }
    }
    let mean = log.iter().sum::<f64>() / k as f64;
    log.iter_mut().for_each(|b| *b -= mean);
    let (_, information) = slopes(wins, &log);
    let unit = |i: usize| {
        (0..k)
            .map(|j| f64::from(u8::from(i == j)))
            .collect::<Vec<f64>>()
    };
    let covariance: Option<Vec<Vec<f64>>> =
        (0..k).map(|i| solved(&information, &unit(i))).collect();
    Ok(Strengths {
        log_likelihood: value,
        log,
        covariance: covariance.ok_or(NoStrengths::NoTable)?,
    })
}

impl Strengths {
    /// Elo's ratings, whose mean is 0: 400 more make the odds ten to one.
    pub fn elo(&self) -> Vec<f64> {
        self.log.iter().map(|b| ELO * b).collect()
    }

    /// exp(βᵢ) over their sum.
    pub fn shares(&self) -> Vec<f64> {
        let each: Vec<f64> = self.log.iter().map(|b| libm::exp(*b)).collect();
        let all: f64 = each.iter().sum();
        each.iter().map(|s| s / all).collect()
    }

    /// The standard error of βᵢ − βⱼ; `None` of no such systems.
    pub fn error_of_difference(&self, i: usize, j: usize) -> Option<f64> {
        let at = |i: usize, j: usize| self.covariance.get(i)?.get(j).copied();
        Some((at(i, i)? + at(j, j)? - 2.0 * at(i, j)?).max(0.0).sqrt())
    }

    /// How far Elo's rating of each reaches at `level`, against the mean of all: half of a normal interval.
    pub fn elo_half_widths(&self, level: f64) -> Option<Vec<f64>> {
        let z = normal::quantile(0.5 * (1.0 + level))?;
        // What anchors the information leaves 1/k² in each entry of its inverse.
        let k = self.log.len() as f64;
        let half = |(i, row): (usize, &Vec<f64>)| {
            let own = row.get(i)? - 1.0 / (k * k);
            Some(ELO * z * own.max(0.0).sqrt())
        };
        self.covariance.iter().enumerate().map(half).collect()
    }
}

fn likelihood(wins: &[Vec<f64>], log: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (row, a) in wins.iter().zip(log) {
        for (w, b) in row.iter().zip(log) {
            if *w > 0.0 {
                sum -= w * softplus(b - a);
            }
        }
    }
    sum
}

/// ln(1 + eˣ).
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

/// The first derivatives of the log-likelihood, and minus the second ones. Those know differences alone; 1 in every entry
/// anchors them, so that they have an inverse.
fn slopes(wins: &[Vec<f64>], log: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let k = log.len();
    let mut gradient = vec![0.0; k];
    let mut information = vec![vec![1.0; k]; k];
    for (i, (row, a)) in wins.iter().zip(log).enumerate() {
        for (j, (w, b)) in row.iter().zip(log).enumerate() {
            if i == j || *w == 0.0 {
                continue;
            }
            let lost = 1.0 / (1.0 + libm::exp(a - b));
            gradient[i] += w * lost;
            gradient[j] -= w * lost;
            let weight = w * lost * (1.0 - lost);
            information[i][i] += weight;
            information[j][j] += weight;
            information[i][j] -= weight;
            information[j][i] -= weight;
        }
    }
    (gradient, information)
}

/// x with `a`x = `b` for a symmetric positive definite `a` (Cholesky); `None` of another.
fn solved(a: &[Vec<f64>], b: &[f64]) -> Option<Vec<f64>> {
    let n = b.len();
    let mut lower = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|m| lower[i][m] * lower[j][m]).sum();
            let rest = a[i][j] - dot;
            if i == j {
                if rest <= 0.0 || rest.is_nan() {
                    return None;
                }
                lower[i][i] = rest.sqrt();
            } else {
                lower[i][j] = rest / lower[j][j];
            }
        }
    }
    let mut x = b.to_vec();
    for i in 0..n {
        let dot: f64 = (0..i).map(|m| lower[i][m] * x[m]).sum();
        x[i] = (x[i] - dot) / lower[i][i];
    }
    for i in (0..n).rev() {
        let dot: f64 = (i + 1..n).map(|m| lower[m][i] * x[m]).sum();
        x[i] = (x[i] - dot) / lower[i][i];
    }
    Some(x)
}
