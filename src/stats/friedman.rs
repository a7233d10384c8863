//! Several systems over several datasets: Friedman's test, Iman and Davenport's, Nemenyi's critical difference,
//! and the groups of systems that it does not tell apart (Demšar 2006).

use super::delong::mid_ranks;
use super::law::{beta_cdf, chi_square_upper};
use super::normal;

/// What the ranks of k systems over n blocks say.
#[derive(Debug, Clone, PartialEq)]
pub struct Friedman {
    /// The mean rank of each system; 1 is the largest value, equal ones share the middle.
    pub mean_ranks: Vec<f64>,
    /// Blocks.
    pub blocks: usize,
    /// χ² with k − 1 degrees of freedom, corrected for ties (Friedman 1937; Conover 1999).
    pub chi2: f64,
    /// Its p value.
    pub chi2_p: f64,
    /// F with k − 1 and (k − 1)(n − 1) degrees of freedom, less conservative (Iman & Davenport 1980); infinite where
    /// every block ranks alike.
    pub f: f64,
    /// Its p value.
    pub f_p: f64,
}

/// Friedman's test of `scores`, one row a block (a dataset, a task) with a value for each system, the larger the
/// better. `None` of fewer than two blocks or systems, rows of unequal length, a missing value, or where every
/// block ties fully.
pub fn friedman(scores: &[Vec<f64>]) -> Option<Friedman> {
    let systems = scores.first()?.len();
    let fine = |row: &Vec<f64>| row.len() == systems && row.iter().all(|v| v.is_finite());
    if scores.len() < 2 || systems < 2 || !scores.iter().all(fine) {
        return None;
    }
    let (n, k) = (scores.len() as f64, systems as f64);
    let mut sums = vec![0.0; systems];
    let mut ties = 0.0;
    for row in scores {
        let worse: Vec<f64> = row.iter().map(|v| -v).collect();
        for (sum, rank) in sums.iter_mut().zip(mid_ranks(&worse)) {
            *sum += rank;
        }
        let mut sorted = worse;
        sorted.sort_by(f64::total_cmp);
        for tied in sorted.chunk_by(|a, b| a == b) {
            let t = tied.len() as f64;
            ties += t * t * t - t;
        }
    }
    let correction = 1.0 - ties / (n * k * (k * k - 1.0));
    let squares: f64 = sums.iter().map(|s| s * s).sum();
    let chi2 = (12.0 / (n * k * (k + 1.0)) * squares - 3.0 * n * (k + 1.0)) / correction;
    if !chi2.is_finite() {
        return None;
    }
    let f = (n - 1.0) * chi2 / (n * (k - 1.0) - chi2);
    let f = if f < 0.0 { f64::INFINITY } else { f };
    Some(Friedman {
        mean_ranks: sums.iter().map(|s| s / n).collect(),
        blocks: scores.len(),
        chi2,
        chi2_p: chi_square_upper(chi2, k - 1.0),
        f,
        f_p: f_upper(f, k - 1.0, (k - 1.0) * (n - 1.0)),
    })
}

/// P(F > `f`) with `a` and `b` degrees of freedom.
fn f_upper(f: f64, a: f64, b: f64) -> f64 {
    if f.is_infinite() {
        return 0.0;
    }
    beta_cdf(b / (b + a * f.max(0.0)), 0.5 * b, 0.5 * a)
}

/// Panels of Simpson's rule over the normal density.
const PANELS: u32 = 2000;

/// P(range of `k` standard normals > `q`): the studentized range with known variance, k∫φ(z)(Φ(z) − Φ(z − q))^(k−1)dz
/// (Tukey 1953), by Simpson's rule.
pub fn range_upper(q: f64, k: usize) -> f64 {
    if q.is_nan() || q < 0.0 || k < 2 {
        return f64::NAN;
    }
    let power = i32::try_from(k - 1).unwrap_or(i32::MAX);
    let (low, high) = (-9.0, 9.0 + q);
    let width = (high - low) / f64::from(PANELS);
    let mut sum = 0.0;
    for i in 0..=PANELS {
        let z = low + width * f64::from(i);
        let weight = match i {
            0 | PANELS => 1.0,
            i if i % 2 == 1 => 4.0,
            _ => 2.0,
        };
        let inside = normal::cdf(z) - normal::cdf(z - q);
        sum += weight * normal::density(z) * inside.powi(power);
    }
    (1.0 - k as f64 * sum * width / 3.0).clamp(0.0, 1.0)
}

/// Nemenyi's q_α for `k` systems: the upper `alpha` point of the range over √2. `None` unless 0 < `alpha` < 1 and
/// `k` is at least 2.
pub fn nemenyi_q(k: usize, alpha: f64) -> Option<f64> {
    if k < 2 || !(alpha > 0.0 && alpha < 1.0) {
        return None;
    }
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if range_upper(middle, k) > alpha {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(0.5 * (low + high) / std::f64::consts::SQRT_2)
}

impl Friedman {
    fn systems(&self) -> usize {
        self.mean_ranks.len()
    }

    /// The standard error of a difference of mean ranks: √(k(k+1)/6n).
    fn step(&self) -> f64 {
        let k = self.systems() as f64;
        (k * (k + 1.0) / (6.0 * self.blocks as f64)).sqrt()
    }

    /// The difference of mean ranks above which two systems differ at `alpha`, all pairs together (Nemenyi 1963).
    pub fn critical_difference(&self, alpha: f64) -> Option<f64> {
        Some(nemenyi_q(self.systems(), alpha)? * self.step())
    }

    /// The p value of Nemenyi's test of two systems, by their places.
    pub fn nemenyi_p(&self, a: usize, b: usize) -> Option<f64> {
        let apart = (self.mean_ranks.get(a)? - self.mean_ranks.get(b)?).abs();
        if a == b {
            return Some(1.0);
        }
        let q = apart / self.step() * std::f64::consts::SQRT_2;
        Some(range_upper(q, self.systems()))
    }

    /// The largest sets of systems whose mean ranks lie within the critical difference of each other, as places, the
    /// best first; a system that differs from all others stands in none. These are the bars of a critical-difference
    /// diagram.
    pub fn groups(&self, alpha: f64) -> Option<Vec<Vec<usize>>> {
        let reach = self.critical_difference(alpha)?;
        let mut order: Vec<usize> = (0..self.systems()).collect();
        let rank = |i: usize| self.mean_ranks.get(i).copied().unwrap_or(f64::NAN);
        order.sort_by(|&a, &b| rank(a).total_cmp(&rank(b)));
        let mut found: Vec<Vec<usize>> = Vec::new();
        let mut reached = 0;
        for (from, &first) in order.iter().enumerate() {
            let near = |i: &&usize| rank(**i) - rank(first) < reach;
            let group: Vec<usize> = order.iter().skip(from).take_while(near).copied().collect();
            let to = from + group.len();
            if group.len() > 1 && to > reached {
                reached = to;
                found.push(group);
            }
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Demšar 2006, table 5: q at 0.05 and 0.10.
    #[test]
    fn nemenyi_as_tabulated() {
        for (k, five, ten) in [
            (2, 1.960, 1.645),
            (3, 2.343, 2.052),
            (4, 2.569, 2.291),
            (6, 2.850, 2.589),
            (10, 3.164, 2.920),
        ] {
            assert!((nemenyi_q(k, 0.05).unwrap() - five).abs() < 1.1e-3, "{k}");
            assert!((nemenyi_q(k, 0.10).unwrap() - ten).abs() < 1.1e-3, "{k}");
        }
    }

    #[test]
    fn groups_overlap_and_alone_is_no_group() {
        let of = |ranks: &[f64]| Friedman {
            mean_ranks: ranks.to_vec(),
            blocks: 30,
            chi2: 0.0,
            chi2_p: 1.0,
            f: 0.0,
            f_p: 1.0,
        };
        // Four systems over 30 blocks: CD = 2.569·√(20/180) = 0.856.
        assert_eq!(
            of(&[3.0, 1.0, 2.5, 1.8]).groups(0.05).unwrap(),
            [vec![1, 3], vec![3, 2], vec![2, 0]]
        );
        assert_eq!(
            of(&[1.0, 2.0, 3.0, 4.0]).groups(0.05).unwrap(),
            Vec::<Vec<usize>>::new()
        );
        assert_eq!(
            of(&[2.4, 2.5, 2.6, 2.5]).groups(0.05).unwrap(),
            [vec![0, 1, 3, 2]]
        );
    }

    #[test]
    fn undefined() {
        assert_eq!(friedman(&[vec![1.0, 2.0]]), None);
        assert_eq!(friedman(&[vec![1.0, 1.0], vec![2.0, 2.0]]), None);
        assert_eq!(friedman(&[vec![1.0, 2.0], vec![f64::NAN, 2.0]]), None);
        assert_eq!(friedman(&[vec![1.0, 2.0], vec![2.0]]), None);
        let all_alike = friedman(&vec![vec![1.0, 2.0, 3.0]; 4]).unwrap();
        assert!(
            all_alike.f.is_infinite() && all_alike.f_p == 0.0,
            "{all_alike:?}"
        );
    }
}
