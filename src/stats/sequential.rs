//! Looking at data more than once: group-sequential boundaries and an always-valid confidence
//! sequence.

/// Points across a boundary's inside at each look.
const POINTS: usize = 240;

/// The shape of a group-sequential boundary over equally spaced looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// c·√(K/k) at look k (O'Brien & Fleming 1979): hard to cross early.
    OBrienFleming,
    /// c at every look (Pocock 1977).
    Pocock,
}

/// The two-sided boundary of |z| at each of `looks` equally spaced looks that is crossed by chance
/// with probability `alpha` in all; `None` of no looks, more than 200, or `alpha` outside 0..1.
///
/// The constant solves the recursion of Armitage, McPherson & Rowe (1969) by Simpson's rule.
pub fn boundary(shape: Shape, looks: usize, alpha: f64) -> Option<Vec<f64>> {
    if looks == 0 || looks > 200 || !(alpha > 1e-12 && alpha < 1.0) {
        return None;
    }
    let at = |c: f64| -> Vec<f64> {
        let scale = |k: usize| match shape {
            Shape::OBrienFleming => c * (looks as f64 / k as f64).sqrt(),
            Shape::Pocock => c,
        };
        (1..=looks).map(scale).collect()
    };
    let (mut low, mut high) = (0.0, 12.0);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if crossing(&at(middle)) <= alpha {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(at(0.5 * (low + high)))
}

/// The chance that a driftless walk of standard normal steps, seen as z at each look, ever leaves
/// ±`bounds`.
pub fn crossing(bounds: &[f64]) -> f64 {
    // The walk itself, not z: look k has variance k and edge c·√k.
    let mut inside: Vec<(f64, f64)> = vec![(0.0, 1.0)];
    for (i, c) in bounds.iter().enumerate() {
        let edge = c * ((i + 1) as f64).sqrt();
        let grid = simpson(edge);
        let density = |b: f64| -> f64 {
            inside
                .iter()
                .map(|&(a, mass)| mass * normal_density(b - a))
                .sum()
        };
        inside = grid
            .into_iter()
            .map(|(b, weight)| (b, weight * density(b)))
            .collect();
    }
    1.0 - inside.iter().map(|(_, mass)| mass).sum::<f64>()
}

fn normal_density(x: f64) -> f64 {
    const ROOT: f64 = 0.398_942_280_401_432_7;
    if x.abs() > 9.0 {
        0.0
    } else {
        ROOT * (-0.5 * x * x).exp()
    }
}

/// Places and weights of Simpson's rule over ±`edge`.
fn simpson(edge: f64) -> Vec<(f64, f64)> {
    let width = 2.0 * edge / POINTS as f64;
    let weight = |i: usize| match i {
        0 | POINTS => 1.0,
        i if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    (0..=POINTS)
        .map(|i| (i as f64 * width - edge, weight(i) * width / 3.0))
        .collect()
}

/// A two-sided normal-mixture confidence sequence (Robbins 1970; Howard et al. 2021, eq. 14): with
/// information t = 1/se² the estimate's error stays within √((t + ρ) ln((t + ρ)/(ρα²)))/t at every
/// time at once. With an estimated se it holds as information grows (Waudby-Smith et al. 2024).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mixture {
    rho: f64,
    alpha: f64,
}

impl Mixture {
    /// Tightest where the information is `information`; `None` unless that is positive and
    /// 0 < `alpha` < 1.
    pub fn tightest_at(information: f64, alpha: f64) -> Option<Self> {
        if !(information > 0.0 && information.is_finite() && alpha > 0.0 && alpha < 1.0) {
            return None;
        }
        // The best ratio w = t/ρ solves w = ln((1 + w)/α²) (Howard et al. 2021, Proposition 3).
        let mut w = 1.0;
        for _ in 0..200 {
            w = ((1.0f64 + w) / (alpha * alpha)).ln();
        }
        Some(Mixture {
            rho: information / w,
            alpha,
        })
    }

    /// Half the width of the interval where the estimate's standard error is `se`.
    pub fn radius(&self, se: f64) -> f64 {
        let t = 1.0 / (se * se);
        let total = t + self.rho;
        (total * (total / (self.rho * self.alpha * self.alpha)).ln()).sqrt() / t
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal;
    use crate::stats::random::{Purpose, stream, unit};

    /// Jennison & Turnbull 2000, tables 2.1 and 2.3.
    #[test]
    fn constants_as_tabulated() {
        for (looks, pocock, obrien) in [
            (1, 1.960, 1.960),
            (2, 2.178, 1.977),
            (3, 2.289, 2.004),
            (4, 2.361, 2.024),
            (5, 2.413, 2.040),
            (10, 2.555, 2.087),
            (20, 2.672, 2.126),
        ] {
            let p = boundary(Shape::Pocock, looks, 0.05).unwrap();
            assert!((p[0] - pocock).abs() < 6e-4, "{looks} {p:?}");
            let o = boundary(Shape::OBrienFleming, looks, 0.05).unwrap();
            assert!((o[looks - 1] - obrien).abs() < 6e-4, "{looks} {o:?}");
        }
        let p = boundary(Shape::Pocock, 5, 0.01).unwrap();
        assert!((p[0] - 2.986).abs() < 6e-4, "{p:?}");
        assert_eq!(boundary(Shape::Pocock, 0, 0.05), None);
    }

    /// Walks of 200 steps with a look after each leave the sequence in at most 5 % of 2,000 cases.
    #[test]
    fn the_sequence_holds_at_all_times_at_once() {
        let mixture = Mixture::tightest_at(100.0, 0.05).unwrap();
        let mut left = 0;
        for walk in 0..2000 {
            let mut rng = stream(3, Purpose::Units, 9, walk);
            let mut sum = 0.0;
            let out = (1..=200).any(|k| {
                sum += normal::quantile(unit(&mut rng).max(1e-300)).unwrap_or(0.0);
                let k = f64::from(k);
                (sum / k).abs() > mixture.radius(1.0 / k.sqrt())
            });
            left += i32::from(out);
        }
        assert!((20..=100).contains(&left), "{left} of 2000");
    }

    #[test]
    fn tightest_where_asked() {
        let at = |v: f64| Mixture::tightest_at(v, 0.05).unwrap().radius(0.1);
        assert!(at(100.0) < at(60.0) && at(100.0) < at(160.0));
        assert_eq!(Mixture::tightest_at(0.0, 0.05), None);
    }
}
