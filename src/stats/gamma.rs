//! Normal, gamma and beta draws, written here so that no other version of a crate changes them;
//! held by test vectors and tested for their laws. Logarithms are `libm`'s.

use super::random::unit;
use rand::Rng;

/// A draw from the standard normal law, by the polar method (Marsaglia & Bray 1964).
pub fn normal(rng: &mut impl Rng) -> f64 {
    loop {
        let (x, y) = (2.0 * unit(rng) - 1.0, 2.0 * unit(rng) - 1.0);
        let s = x * x + y * y;
        if s > 0.0 && s < 1.0 {
            return x * (-2.0 * libm::log(s) / s).sqrt();
        }
    }
}

/// A draw from Gamma(`shape`, 1); 0 unless `shape` is a positive number.
///
/// Marsaglia & Tsang 2000, ACM Transactions on Mathematical Software 26:363; below shape 1 that of shape + 1
/// times U^(1/shape).
pub fn gamma(rng: &mut impl Rng, shape: f64) -> f64 {
    if !(shape > 0.0 && shape.is_finite()) {
        return 0.0;
    }
    if shape < 1.0 {
        let above = gamma(rng, shape + 1.0);
        return above * libm::pow(1.0 - unit(rng), 1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(rng);
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        let u = 1.0 - unit(rng);
        let square = x * x;
        if u < 1.0 - 0.0331 * square * square
            || libm::log(u) < 0.5 * square + d * (1.0 - v + libm::log(v))
        {
            return d * v;
        }
    }
}

/// A draw from Beta(`a`, `b`): X/(X + Y) of a pair of gammas, or by inversion where one of them is 1. Both
/// parameters positive.
pub fn beta(rng: &mut impl Rng, a: f64, b: f64) -> f64 {
    if a == 1.0 {
        // 1 - U^(1/b), without losing the digits of small values.
        return -libm::expm1(libm::log1p(-unit(rng)) / b);
    }
    if b == 1.0 {
        return libm::exp(libm::log1p(-unit(rng)) / a);
    }
    let (x, y) = (gamma(rng, a), gamma(rng, b));
    if x + y > 0.0 { x / (x + y) } else { 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::{Purpose, stream};
    use statrs::function::beta::beta_reg;
    use statrs::function::erf::erf;
    use statrs::function::gamma::gamma_lr;

    /// Kolmogorov's distance of draws from a law, times √n.
    fn distance(mut draws: Vec<f64>, law: impl Fn(f64) -> f64) -> f64 {
        draws.sort_unstable_by(f64::total_cmp);
        let n = draws.len() as f64;
        let far = draws.iter().enumerate().fold(0.0f64, |far, (i, &x)| {
            let p = law(x);
            far.max((p - i as f64 / n).abs())
                .max(((i + 1) as f64 / n - p).abs())
        });
        far * n.sqrt()
    }

    /// The 0.9999 quantile of Kolmogorov's law.
    const FAR: f64 = 2.23;

    #[test]
    fn draws_follow_their_laws() {
        let mut rng = stream(2, Purpose::Order, 0, 0);
        let many =
            |draw: &mut dyn FnMut() -> f64| (0..40_000).map(|_| draw()).collect::<Vec<f64>>();
        let normals = many(&mut || normal(&mut rng));
        assert!(distance(normals, |x| 0.5 + 0.5 * erf(x / 2f64.sqrt())) < FAR);
        for shape in [0.3, 1.0, 2.5, 40.0, 9_501.0] {
            let gammas = many(&mut || gamma(&mut rng, shape));
            assert!(distance(gammas, |x| gamma_lr(shape, x)) < FAR, "{shape}");
        }
        for (a, b) in [
            (1.0, 1.0),
            (1.0, 500.0),
            (7.0, 1.0),
            (3.0, 2.0),
            (0.5, 0.5),
            (950.0, 51.0),
        ] {
            let betas = many(&mut || beta(&mut rng, a, b));
            assert!(distance(betas, |x| beta_reg(a, b, x)) < FAR, "{a} {b}");
        }
    }

    /// The values are those of a second implementation, in Python, but for rounding.
    #[test]
    fn draws_are_frozen() {
        let mut rng = stream(7, Purpose::Order, 42, 3);
        let got = [
            normal(&mut rng),
            gamma(&mut rng, 0.5),
            gamma(&mut rng, 30.0),
            beta(&mut rng, 1.0, 9.0),
            beta(&mut rng, 95.0, 6.0),
        ];
        let want = [
            -0.712_654_869_965_034_6,
            0.004_016_427_316_979_404,
            23.039_729_929_897_007,
            0.287_949_834_864_488_83,
            0.959_850_619_481_224_3,
        ];
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() <= 1e-14 * want.abs(), "{got} {want}");
        }
    }

    #[test]
    fn what_is_no_parameter() {
        let mut rng = stream(7, Purpose::Order, 0, 0);
        assert_eq!(
            (gamma(&mut rng, 0.0), gamma(&mut rng, f64::NAN)),
            (0.0, 0.0)
        );
    }
}
