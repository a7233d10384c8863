//! Binomial and multinomial draws: a resample's counts without its rows.
//!
//! The counts of a resample over cells are multinomial exactly, at every n: n independent uniform
//! indices hit cell k with probability c_k/n. So drawing them costs the cells, not the rows.
//! Logarithms are `libm`'s, for the platform's may differ in the last bit.

use super::random::unit;
use rand::Rng;

/// Where inversion gives way to rejection (the bound of Hörmann 1993).
const INVERSION_MEAN: f64 = 10.0;

/// A draw from Binomial(`n`, `p`); `p` outside 0..=1 is taken as the nearer end, NaN as 0.
///
/// By inversion where n·min(p, 1-p) is under 10, else by transformed rejection with squeeze and
/// decomposition (algorithm BTRD: Hörmann 1993, Journal of Statistical Computation and Simulation 46:101),
/// whose constants cost least where each draw has others. Both are exact up to rounding of binary64;
/// `n` up to 2^53.
pub fn binomial(rng: &mut impl Rng, n: u64, p: f64) -> u64 {
    if n == 0 || p.is_nan() || p <= 0.0 {
        return 0;
    }
    if p >= 1.0 {
        return n;
    }
    let share = Share::new(p);
    let n = n as f64;
    let mut hats = Hats::<1>::default();
    hats.set(&[n], share.p);
    share.draw(rng, n, &hats, 0) as u64
}

/// A draw of `out.len()` cell counts that sum to `n`, cell k with probability `weights[k]` over
/// the sum of the weights: conditional binomials in the cells' order (Devroye 1986, XI.1.5).
///
/// `weights` are counts, so the conditional probabilities carry no rounding but one division.
/// Where the two lengths differ, the surplus cells get 0 or play no part; no weight, no counts.
pub fn multinomial(rng: &mut impl Rng, n: u64, weights: &[u64], out: &mut [u64]) {
    let mut counts = vec![[0u64; 1]; out.len()];
    multinomials(std::slice::from_mut(rng), n, weights, &mut counts);
    for (slot, [count]) in out.iter_mut().zip(counts) {
        *slot = count;
    }
}

/// [`multinomial`] of `L` streams at once, lane by lane what it gives to that stream alone: `out[k][l]` is cell
/// k's count in lane l. A cell's draws of all lanes stand side by side, for none waits for another.
pub fn multinomials<const L: usize, R: Rng>(
    rngs: &mut [R],
    n: u64,
    weights: &[u64],
    out: &mut [[u64; L]],
) {
    let cells = weights.len().min(out.len());
    out.iter_mut().for_each(|lanes| lanes.fill(0));
    let mut left = [n as f64; L];
    let mut weight_left: u64 = weights.iter().take(cells).sum();
    let mut hats = Hats::default();
    for (slot, &weight) in out.iter_mut().zip(weights) {
        if weight_left == 0 {
            return;
        }
        if weight == weight_left {
            for (drawn, left) in slot.iter_mut().zip(&mut left) {
                *drawn = *left as u64;
                *left = 0.0;
            }
        } else if weight > 0 {
            let share = Share::new(weight as f64 / weight_left as f64);
            hats.set(&left, share.p);
            for (l, ((drawn, left), rng)) in
                slot.iter_mut().zip(&mut left).zip(&mut *rngs).enumerate()
            {
                if *left > 0.0 {
                    let count = share.draw(rng, *left, &hats, l);
                    *left -= count;
                    *drawn = count as u64;
                }
            }
        }
        weight_left -= weight;
    }
}

/// A probability, mirrored into the lower half.
struct Share {
    p: f64,
    mirrored: bool,
    /// ln(1 - p), where inversion may ask for it.
    log_q: f64,
}

impl Share {
    fn new(p: f64) -> Self {
        let mirrored = p > 0.5;
        let p = if mirrored { 1.0 - p } else { p };
        Share {
            p,
            mirrored,
            log_q: libm::log1p(-p),
        }
    }

    #[inline]
    fn draw<const L: usize>(&self, rng: &mut impl Rng, n: f64, hats: &Hats<L>, lane: usize) -> f64 {
        let hat = hats.lane(lane);
        let count = if n * self.p < INVERSION_MEAN {
            inversion(rng, n, self)
        } else {
            let v = unit(rng);
            if v <= hat.inner {
                // Most draws end here, after one uniform.
                whole(hat.at(v * hat.per_v - 0.43))
            } else {
                rejection(rng, n, self.p, &hat, v)
            }
        };
        if self.mirrored { n - count } else { count }
    }
}

/// Sequential search from 0 (algorithm BINV of Kachitvichyanukul & Schmeiser 1988).
fn inversion(rng: &mut impl Rng, n: f64, share: &Share) -> f64 {
    let odds = share.p / (1.0 - share.p);
    let a = (n + 1.0) * odds;
    let at_zero = libm::exp(n * share.log_q);
    // With a mean under 10 there is less than 1e-60 beyond 150: only rounding gets there.
    let last = n.min(150.0);
    loop {
        let mut u = unit(rng);
        let mut mass = at_zero;
        let mut x = 0.0;
        while x <= last {
            if u < mass {
                return x;
            }
            u -= mass;
            x += 1.0;
            mass *= a / x - odds;
        }
    }
}

/// The constants of BTRD that each draw needs, for lanes that share a probability; names as in the paper.
struct Hats<const L: usize> {
    a: [f64; L],
    b: [f64; L],
    c: [f64; L],
    v_r: [f64; L],
    per_v: [f64; L],
}

impl<const L: usize> Default for Hats<L> {
    fn default() -> Self {
        Hats {
            a: [0.0; L],
            b: [0.0; L],
            c: [0.0; L],
            v_r: [0.0; L],
            per_v: [0.0; L],
        }
    }
}

/// Those of one lane.
struct Hat {
    a: f64,
    b: f64,
    c: f64,
    v_r: f64,
    /// 1/v_r.
    per_v: f64,
    /// 0.86 v_r: below it lies the rectangle where no test is needed.
    inner: f64,
}

impl<const L: usize> Hats<L> {
    #[allow(
        clippy::needless_range_loop,
        reason = "lanes of several arrays, side by side"
    )]
    fn set(&mut self, n: &[f64; L], p: f64) {
        let q = 1.0 - p;
        for l in 0..L {
            let mean = n[l] * p;
            let b = 1.15 + 2.53 * (mean * q).sqrt();
            let v_r = 0.92 - 4.2 / b;
            self.a[l] = -0.0873 + 0.0248 * b + 0.01 * p;
            self.b[l] = b;
            self.c[l] = mean + 0.5;
            self.v_r[l] = v_r;
            self.per_v[l] = 1.0 / v_r;
        }
    }

    #[inline]
    fn lane(&self, l: usize) -> Hat {
        Hat {
            a: self.a[l],
            b: self.b[l],
            c: self.c[l],
            v_r: self.v_r[l],
            per_v: self.per_v[l],
            inner: 0.86 * self.v_r[l],
        }
    }
}

impl Hat {
    /// The transformation of a uniform number in (-0.5, 0.5).
    #[inline]
    fn at(&self, u: f64) -> f64 {
        (2.0 * self.a / (0.5 - u.abs()) + self.b) * u + self.c
    }
}

/// A number without its fraction, of those below 2^53: by casts, for rounding is a call on machines without an
/// instruction for it.
#[inline]
fn whole(x: f64) -> f64 {
    x as i64 as f64
}

/// Steps 2 and 3 of BTRD, from a first `v` beyond the inner rectangle.
#[inline(never)]
fn rejection(rng: &mut impl Rng, n: f64, p: f64, hat: &Hat, mut v: f64) -> f64 {
    let mode = Mode::new(n, p);
    let alpha = (2.83 + 5.1 / hat.b) * mode.npq.sqrt();
    loop {
        let u = if v >= hat.v_r {
            unit(rng) - 0.5
        } else {
            let u = v * hat.per_v - 0.93;
            v = unit(rng) * hat.v_r;
            0.5f64.copysign(u) - u
        };
        let us = 0.5 - u.abs();
        let x = hat.at(u);
        let k = whole(x);
        if x >= 0.0 && k <= n && mode.accepts(k, v * alpha / (hat.a / (us * us) + hat.b)) {
            return k;
        }
        v = unit(rng);
        if v <= hat.inner {
            return whole(hat.at(v * hat.per_v - 0.43));
        }
    }
}

/// What acceptance compares with: the mass at the mode m.
struct Mode {
    n: f64,
    m: f64,
    npq: f64,
    /// p/(1 - p).
    r: f64,
}

impl Mode {
    fn new(n: f64, p: f64) -> Self {
        Mode {
            n,
            m: whole((n + 1.0) * p),
            npq: n * p * (1.0 - p),
            r: p / (1.0 - p),
        }
    }

    /// Whether `v` lies under f(k)/f(m): by the recursion of the masses near the mode, else squeezed first.
    fn accepts(&self, k: f64, v: f64) -> bool {
        let far = (k - self.m).abs();
        if far <= 15.0 {
            return v <= self.ratio(k);
        }
        let rho = (far / self.npq) * (((far / 3.0 + 0.625) * far + 1.0 / 6.0) / self.npq + 0.5);
        let t = -far * far / (2.0 * self.npq);
        let log_v = libm::log(v);
        if log_v < t - rho {
            return true;
        }
        log_v <= t + rho && log_v <= self.log_ratio(k)
    }

    /// f(k)/f(m) by the recursion of the masses, as one fraction.
    fn ratio(&self, k: f64) -> f64 {
        let (mut up, mut down) = (1.0, 1.0);
        let (from, to) = (self.m.min(k), self.m.max(k));
        let mut i = from + 1.0;
        while i <= to {
            up *= (self.n + 1.0 - i) * self.r;
            down *= i;
            i += 1.0;
        }
        if k < self.m { down / up } else { up / down }
    }

    /// ln f(k)/f(m) by Stirling's series.
    fn log_ratio(&self, k: f64) -> f64 {
        let (n, m) = (self.n, self.m);
        let (n_m, n_k) = (n - m + 1.0, n - k + 1.0);
        let h =
            (m + 0.5) * libm::log((m + 1.0) / (self.r * n_m)) + stirling(m + 1.0) + stirling(n_m);
        h + (n + 1.0) * libm::log(n_m / n_k) + (k + 0.5) * libm::log(n_k * self.r / (k + 1.0))
            - stirling(k + 1.0)
            - stirling(n_k)
    }
}

/// ln Γ(a) less its leading terms: 1/12a - 1/360a³ + 1/1260a⁵ - 1/1680a⁷ + 1/1188a⁹, by Γ(a + 1) = a Γ(a) from
/// where the next term is below 2·10⁻¹⁴.
fn stirling(a: f64) -> f64 {
    let (mut a, mut before) = (a, 0.0);
    while a < 10.0 {
        before += (a + 0.5) * libm::log1p(1.0 / a) - 1.0;
        a += 1.0;
    }
    let a2 = a * a;
    before + (13860.0 - (462.0 - (132.0 - (99.0 - 140.0 / a2) / a2) / a2) / a2) / a / 166_320.0
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

    /// The values are those of a second implementation, in Python.
    #[test]
    fn draws_are_frozen() {
        let mut rng = stream(3, Purpose::Cells, 9, 1);
        let small: Vec<u64> = (0..8).map(|_| binomial(&mut rng, 12, 0.3)).collect();
        assert_eq!(small, [4, 5, 3, 1, 5, 5, 4, 3]);
        let large: Vec<u64> = (0..8).map(|_| binomial(&mut rng, 20_000, 0.7)).collect();
        assert_eq!(
            large,
            [13871, 14075, 14087, 14095, 13972, 13951, 14084, 13998]
        );
        let mut cells = [0; 5];
        multinomial(&mut rng, 1_000, &[500, 0, 300, 150, 50], &mut cells);
        assert_eq!(cells, [492, 0, 309, 137, 62]);
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
    fn lanes_draw_what_their_streams_draw_alone() {
        let weights = [7u64, 0, 2_000, 300, 40, 9_000, 1];
        let mut rngs: Vec<_> = (0..4).map(|l| stream(3, Purpose::Cells, 0, l)).collect();
        let mut lanes = [[0; 4]; 7];
        multinomials(&mut rngs, 11_348, &weights, &mut lanes);
        for l in 0..4 {
            let mut alone = [0; 7];
            multinomial(
                &mut stream(3, Purpose::Cells, 0, l),
                11_348,
                &weights,
                &mut alone,
            );
            assert_eq!(lanes.map(|cell| cell[l as usize]), alone);
        }
    }

    /// The recursion and Stirling's series are the same ratio, on both sides of the mode.
    #[test]
    fn ratios_agree() {
        for (n, p) in [(40.0, 0.3), (1e3, 0.5), (1e6, 0.02), (1e8, 0.4)] {
            let mode = Mode::new(n, p);
            for far in [-11.0, -4.0, -1.0, 0.0, 1.0, 5.0, 14.0] {
                let (a, b) = (mode.ratio(mode.m + far), mode.log_ratio(mode.m + far));
                assert!((a.ln() - b).abs() < 1e-8, "{n} {p} {far}: {a} {b}");
            }
        }
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
