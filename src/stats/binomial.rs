//! Binomial and multinomial draws: a resample's counts without its rows.
//!
//! The counts of a resample over cells are multinomial exactly, at every n: n independent uniform
//! indices hit cell k with probability c_k/n. So drawing them costs the cells, not the rows.
//! Logarithms are `libm`'s, for the platform's may differ in the last bit.

use super::random::unit;
use rand::Rng;

/// Where inversion gives way to BTPE (the bound of Kachitvichyanukul & Schmeiser 1988).
const INVERSION_MEAN: f64 = 10.0;

/// A draw from Binomial(`n`, `p`); `p` outside 0..=1 is taken as the nearer end, NaN as 0.
///
/// By inversion where n·min(p, 1-p) is under 10, else by BTPE (Kachitvichyanukul & Schmeiser 1988,
/// Communications of the ACM 31:216). Both are exact up to rounding of binary64; `n` up to 2^53.
pub fn binomial(rng: &mut impl Rng, n: u64, p: f64) -> u64 {
    if n == 0 || p.is_nan() || p <= 0.0 {
        return 0;
    }
    if p >= 1.0 {
        return n;
    }
    if p > 0.5 {
        return n - lower_half(rng, n, 1.0 - p);
    }
    lower_half(rng, n, p)
}

/// A draw of `out.len()` cell counts that sum to `n`, cell k with probability `weights[k]` over
/// the sum of the weights: conditional binomials in the cells' order (Devroye 1986, XI.1.5).
///
/// `weights` are counts, so the conditional probabilities carry no rounding but one division.
/// Where the two lengths differ, the surplus cells get 0 or play no part; no weight, no counts.
pub fn multinomial(rng: &mut impl Rng, n: u64, weights: &[u64], out: &mut [u64]) {
    let cells = weights.len().min(out.len());
    out.fill(0);
    let mut left = n;
    let mut weight_left: u64 = weights.iter().take(cells).sum();
    for (slot, &weight) in out.iter_mut().zip(weights) {
        if left == 0 || weight_left == 0 {
            return;
        }
        let drawn = if weight == weight_left {
            left
        } else {
            binomial(rng, left, weight as f64 / weight_left as f64)
        };
        *slot = drawn;
        left -= drawn;
        weight_left -= weight;
    }
}

fn lower_half(rng: &mut impl Rng, n: u64, p: f64) -> u64 {
    if n as f64 * p < INVERSION_MEAN {
        inversion(rng, n, p)
    } else {
        btpe(rng, n, p)
    }
}

/// Sequential search from 0 (algorithm BINV of the paper).
fn inversion(rng: &mut impl Rng, n: u64, p: f64) -> u64 {
    let q = 1.0 - p;
    let odds = p / q;
    let a = (n as f64 + 1.0) * odds;
    let at_zero = libm::exp(n as f64 * libm::log1p(-p));
    loop {
        let mut u = unit(rng);
        let mut mass = at_zero;
        // With a mean under 10 there is less than 1e-60 beyond 150: only rounding gets there.
        for x in 0..=n.min(150) {
            if u < mass {
                return x;
            }
            u -= mass;
            mass *= a / (x + 1) as f64 - odds;
        }
    }
}

/// The constants of BTPE's four regions; names as in the paper.
struct Regions {
    n: f64,
    p: f64,
    q: f64,
    npq: f64,
    m: f64,
    x_m: f64,
    x_l: f64,
    x_r: f64,
    c: f64,
    lambda_l: f64,
    lambda_r: f64,
    p1: f64,
    p2: f64,
    p3: f64,
    p4: f64,
}

impl Regions {
    fn new(n: f64, p: f64) -> Self {
        let q = 1.0 - p;
        let npq = n * p * q;
        let f_m = n * p + p;
        let m = f_m.floor();
        let p1 = (2.195 * npq.sqrt() - 4.6 * q).floor() + 0.5;
        let x_m = m + 0.5;
        let (x_l, x_r) = (x_m - p1, x_m + p1);
        let c = 0.134 + 20.5 / (15.3 + m);
        let lambda = |a: f64| a * (1.0 + 0.5 * a);
        let lambda_l = lambda((f_m - x_l) / (f_m - x_l * p));
        let lambda_r = lambda((x_r - f_m) / (x_r * q));
        let p2 = p1 * (1.0 + 2.0 * c);
        let p3 = p2 + c / lambda_l;
        let p4 = p3 + c / lambda_r;
        Self {
            n,
            p,
            q,
            npq,
            m,
            x_m,
            x_l,
            x_r,
            c,
            lambda_l,
            lambda_r,
            p1,
            p2,
            p3,
            p4,
        }
    }

    /// A candidate and the height at which it is judged; `None` where it fell outside.
    fn propose(&self, u: f64, v: f64) -> Option<(f64, f64)> {
        let (y, v) = if u <= self.p2 {
            let x = self.x_l + (u - self.p1) / self.c;
            let v = v * self.c + 1.0 - (x - self.x_m).abs() / self.p1;
            if v > 1.0 || v <= 0.0 {
                return None;
            }
            (x.floor(), v)
        } else if u <= self.p3 {
            let y = (self.x_l + libm::log(v) / self.lambda_l).floor();
            (y, v * (u - self.p2) * self.lambda_l)
        } else {
            let y = (self.x_r - libm::log(v) / self.lambda_r).floor();
            (y, v * (u - self.p3) * self.lambda_r)
        };
        (y >= 0.0 && y <= self.n).then_some((y, v))
    }

    /// Whether `v` lies under f(y)/f(m), squeezed first.
    fn accepts(&self, y: f64, v: f64) -> bool {
        let k = (y - self.m).abs();
        if k <= 20.0 || k >= 0.5 * self.npq - 1.0 {
            return v <= self.ratio(y);
        }
        let rho = (k / self.npq) * ((k * (k / 3.0 + 0.625) + 1.0 / 6.0) / self.npq + 0.5);
        let t = -0.5 * k * k / self.npq;
        let log_v = libm::log(v);
        if log_v < t - rho {
            return true;
        }
        log_v <= t + rho && log_v <= self.log_ratio(y)
    }

    /// f(y)/f(m) by the recursion of the probabilities.
    fn ratio(&self, y: f64) -> f64 {
        let odds = self.p / self.q;
        let a = odds * (self.n + 1.0);
        let mut f = 1.0;
        let mut i = self.m.min(y) + 1.0;
        while i <= self.m.max(y) {
            f *= a / i - odds;
            i += 1.0;
        }
        if y < self.m { 1.0 / f } else { f }
    }

    /// ln f(y)/f(m) by Stirling's series.
    fn log_ratio(&self, y: f64) -> f64 {
        let (x1, f1) = (y + 1.0, self.m + 1.0);
        let (z, w) = (self.n + 1.0 - self.m, self.n - y + 1.0);
        self.x_m * libm::log(f1 / x1)
            + (self.n - self.m + 0.5) * libm::log(z / w)
            + (y - self.m) * libm::log(w * self.p / (x1 * self.q))
            + stirling(f1)
            + stirling(z)
            - stirling(x1)
            - stirling(w)
    }
}

/// ln Γ(a) less its leading terms: 1/12a - 1/360a³ + 1/1260a⁵ - 1/1680a⁷ + 1/1188a⁹.
fn stirling(a: f64) -> f64 {
    let a2 = a * a;
    (13860.0 - (462.0 - (132.0 - (99.0 - 140.0 / a2) / a2) / a2) / a2) / a / 166_320.0
}

fn btpe(rng: &mut impl Rng, n: u64, p: f64) -> u64 {
    let regions = Regions::new(n as f64, p);
    loop {
        let u = unit(rng) * regions.p4;
        let v = unit(rng);
        if u <= regions.p1 {
            return (regions.x_m - regions.p1 * v + u) as u64;
        }
        if let Some((y, v)) = regions.propose(u, v)
            && regions.accepts(y, v)
        {
            return y as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::{Purpose, stream};

    /// Binomial probabilities by recursion from the mode, normalised.
    fn masses(n: u64, p: f64) -> Vec<f64> {
        let mode = ((n + 1) as f64 * p).floor().min(n as f64) as usize;
        let odds = p / (1.0 - p);
        let mut f = vec![0.0; n as usize + 1];
        f[mode] = 1.0;
        for x in mode + 1..f.len() {
            f[x] = f[x - 1] * odds * (n as usize + 1 - x) as f64 / x as f64;
        }
        for x in (0..mode).rev() {
            f[x] = f[x + 1] * (x + 1) as f64 / (odds * (n as usize - x) as f64);
        }
        let total: f64 = f.iter().sum();
        f.iter().map(|v| v / total).collect()
    }

    /// Pearson's statistic over cells pooled to an expectation of at least 20, standardised.
    fn chi_square_excess(counts: &[u32], masses: &[f64], draws: f64) -> f64 {
        let (mut chi2, mut cells) = (0.0, 0.0);
        let (mut seen, mut expected) = (0.0, 0.0);
        let mut left = draws;
        for (count, mass) in counts.iter().zip(masses) {
            seen += f64::from(*count);
            expected += mass * draws;
            if expected >= 20.0 && left - expected >= 20.0 {
                chi2 += (seen - expected).powi(2) / expected;
                left -= expected;
                cells += 1.0;
                (seen, expected) = (0.0, 0.0);
            }
        }
        chi2 += (seen - expected).powi(2) / expected.max(1e-300);
        (chi2 - cells) / (2.0f64 * cells).sqrt()
    }

    #[test]
    fn binomial_follows_its_law() {
        for (i, (n, p)) in [
            (1u64, 0.3),
            (9, 0.5),
            (40, 0.2),
            (40, 0.9),
            (100, 0.1),
            (25, 0.4),
            (50, 0.5),
            (1_000, 0.02),
            (5_000, 0.37),
            (20_000, 0.81),
        ]
        .into_iter()
        .enumerate()
        {
            let mut rng = stream(11, Purpose::Cells, i as u64, 0);
            let mut counts = vec![0u32; n as usize + 1];
            for _ in 0..100_000 {
                counts[binomial(&mut rng, n, p) as usize] += 1;
            }
            let z = chi_square_excess(&counts, &masses(n, p), 100_000.0);
            assert!(z < 4.0, "n {n}, p {p}: {z}");
        }
    }

    #[test]
    fn binomial_ends() {
        let mut rng = stream(1, Purpose::Cells, 0, 0);
        assert_eq!(binomial(&mut rng, 0, 0.5), 0);
        assert_eq!(binomial(&mut rng, 10, 0.0), 0);
        assert_eq!(binomial(&mut rng, 10, 1.0), 10);
        assert_eq!(binomial(&mut rng, 10, f64::NAN), 0);
        assert_eq!(binomial(&mut rng, 10, 7.0), 10);
        assert!(binomial(&mut rng, 1 << 53, 1e-300) <= 1);
        let big = binomial(&mut rng, 1 << 50, 0.25);
        let sd = ((1u64 << 50) as f64 * 0.1875).sqrt();
        assert!((big as f64 - (1u64 << 48) as f64).abs() < 5.0 * sd);
    }

    #[test]
    fn draws_are_frozen() {
        let mut rng = stream(3, Purpose::Cells, 9, 1);
        let small: Vec<u64> = (0..8).map(|_| binomial(&mut rng, 12, 0.3)).collect();
        assert_eq!(small, [4, 5, 3, 1, 5, 5, 4, 3]);
        let large: Vec<u64> = (0..8).map(|_| binomial(&mut rng, 20_000, 0.7)).collect();
        assert_eq!(
            large,
            [14114, 13982, 13989, 14045, 13994, 13997, 14036, 13953]
        );
        let mut cells = [0; 5];
        multinomial(&mut rng, 1_000, &[500, 0, 300, 150, 50], &mut cells);
        assert_eq!(cells, [458, 0, 317, 168, 57]);
    }

    /// All 15 outcomes of four draws over three cells, against n!/∏x! ∏p^x.
    #[test]
    fn multinomial_follows_its_law() {
        let weights = [5u64, 2, 3];
        let mut rng = stream(17, Purpose::Cells, 0, 0);
        let mut counts = std::collections::BTreeMap::new();
        let mut cells = [0; 3];
        for _ in 0..100_000 {
            multinomial(&mut rng, 4, &weights, &mut cells);
            *counts.entry(cells).or_insert(0u32) += 1;
        }
        let factorial = |k: u64| (1..=k).product::<u64>() as f64;
        let mut chi2 = 0.0;
        for (cells, count) in &counts {
            let mut mass = factorial(4);
            for (x, w) in cells.iter().zip(weights) {
                mass *= (w as f64 / 10.0).powi(*x as i32) / factorial(*x);
            }
            chi2 += (f64::from(*count) - mass * 1e5).powi(2) / (mass * 1e5);
        }
        assert_eq!(counts.len(), 15);
        // The 0.999 quantile of chi-square with 14 degrees of freedom.
        assert!(chi2 < 36.12, "{chi2}");
    }

    #[test]
    fn multinomial_keeps_the_sum_and_empty_cells() {
        let mut rng = stream(17, Purpose::Cells, 1, 0);
        let mut cells = [9; 4];
        for _ in 0..1_000 {
            multinomial(&mut rng, 777, &[0, 10, 0, 30], &mut cells);
            assert_eq!(cells.iter().sum::<u64>(), 777);
            assert_eq!((cells[0], cells[2]), (0, 0));
        }
        multinomial(&mut rng, 777, &[0, 0], &mut cells);
        assert_eq!(cells, [0; 4]);
    }
}
