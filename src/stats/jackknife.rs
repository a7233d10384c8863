//! The jackknife's part in BCa: the acceleration.

use super::interval::Fallback;

/// Values with one unit left out each, as many as there are units or, with `weights`, fewer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Jackknife<'a> {
    /// The statistic without a unit; NaN where it is undefined without it.
    pub values: &'a [f64],
    /// How many units share each value (the count of a cell); one each where absent.
    pub weights: Option<&'a [u64]>,
    /// The stratum of each value's units, counted from 0 without gaps; one stratum where absent.
    pub strata: Option<&'a [u32]>,
}

/// Spread below this share of the values' magnitude is rounding, not spread.
const NO_SPREAD: f64 = 1e-14;

/// The acceleration a = Σ U³/n³ / (6 (Σ U²/n²)^1.5), U_i = (n-1)(mean of the values - value i).
///
/// Efron 1987, eq. 7.3, by the jackknife (Efron & Tibshirani 1993, eq. 14.15). Over strata both sums
/// run over the strata, each with its own n and mean (Davison & Hinkley 1997, §5.3.2). A value with
/// weight w stands for w units.
pub fn acceleration(jackknife: &Jackknife) -> Result<f64, Fallback> {
    let count = jackknife.values.len();
    let strata = jackknife
        .strata
        .map_or(1, |s| s.iter().max().map_or(0, |&s| s as usize + 1));
    let matches = |length: Option<usize>| length.is_none_or(|length| length == count);
    if !matches(jackknife.weights.map(<[u64]>::len))
        || !matches(jackknife.strata.map(<[u32]>::len))
        || strata > count.max(1)
        || jackknife.values.iter().any(|value| !value.is_finite())
    {
        return Err(Fallback::JackknifeUndefined);
    }
    let mut moments = vec![Moments::default(); strata];
    jackknife.each(|s, value, weight| moments[s].count(value, weight));
    jackknife.each(|s, value, weight| moments[s].shift(value, weight));
    let (cubes, squares) = moments.iter().fold((0.0, 0.0), |(c, s), m| {
        (c + m.cubes_term(), s + m.squares_term())
    });
    if moments.iter().all(|m| m.spread() <= 0.0) || squares <= 0.0 {
        return Err(Fallback::NoJackknifeSpread);
    }
    let a = cubes / (6.0 * squares.powf(1.5));
    if a.is_finite() {
        Ok(a)
    } else {
        Err(Fallback::JackknifeUndefined)
    }
}

impl Jackknife<'_> {
    fn each(&self, mut visit: impl FnMut(usize, f64, f64)) {
        for (i, &value) in self.values.iter().enumerate() {
            let weight = self.weights.map_or(1, |w| w[i]);
            let stratum = self.strata.map_or(0, |s| s[i] as usize);
            if weight > 0 {
                visit(stratum, value, weight as f64);
            }
        }
    }
}

/// Sums of one stratum: first about its first value, then about its mean.
#[derive(Debug, Clone, Default)]
struct Moments {
    n: f64,
    first: Option<f64>,
    shifts: f64,
    low: f64,
    high: f64,
    squares: f64,
    cubes: f64,
}

impl Moments {
    fn count(&mut self, value: f64, weight: f64) {
        let first = *self.first.get_or_insert(value);
        if self.n == 0.0 {
            (self.low, self.high) = (value, value);
        }
        self.n += weight;
        self.shifts += weight * (value - first);
        self.low = self.low.min(value);
        self.high = self.high.max(value);
    }

    fn shift(&mut self, value: f64, weight: f64) {
        let first = self.first.unwrap_or(value);
        let u = (self.n - 1.0) * (self.shifts / self.n - (value - first));
        self.squares += weight * u * u;
        self.cubes += weight * u * u * u;
    }

    fn spread(&self) -> f64 {
        self.high - self.low - NO_SPREAD * self.low.abs().max(self.high.abs())
    }

    fn squares_term(&self) -> f64 {
        if self.n > 0.0 {
            self.squares / self.n.powi(2)
        } else {
            0.0
        }
    }

    fn cubes_term(&self) -> f64 {
        if self.n > 0.0 {
            self.cubes / self.n.powi(3)
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(values: &[f64]) -> Result<f64, Fallback> {
        acceleration(&Jackknife {
            values,
            ..Default::default()
        })
    }

    #[test]
    fn by_hand() {
        // U = 2(mean - t) = 2, 0, -2 is symmetric; 4, -2, -2 gives 48/27 / (6 (24/9)^1.5).
        assert_eq!(plain(&[0.0, 1.0, 2.0]), Ok(0.0));
        let a = plain(&[0.0, 3.0, 3.0]).unwrap();
        assert!((a - 48.0 / 27.0 / (6.0 * (24.0f64 / 9.0).powf(1.5))).abs() < 1e-15);
    }

    #[test]
    fn weights_stand_for_units() {
        let long = plain(&[0.2, 0.2, 0.2, 0.7, 0.7, 0.9]).unwrap();
        let short = acceleration(&Jackknife {
            values: &[0.7, 0.2, 0.5, 0.9],
            weights: Some(&[2, 3, 0, 1]),
            strata: None,
        })
        .unwrap();
        assert!((long - short).abs() < 1e-15);
    }

    #[test]
    fn strata_have_means_of_their_own() {
        let values = [0.0, 3.0, 3.0, 10.0, 13.0, 13.0];
        let strata = Some(&[0, 0, 0, 1, 1, 1][..]);
        let one = plain(&values[..3]).unwrap();
        let two = acceleration(&Jackknife {
            values: &values,
            weights: None,
            strata,
        })
        .unwrap();
        // Two equal strata: twice the cubes over 2^1.5 the squares.
        assert!((two - one * 2.0 / 2f64.powf(1.5)).abs() < 1e-15);
        let single = Some(&[5, 5, 5, 5, 5, 5][..]);
        let same = acceleration(&Jackknife {
            values: &values,
            weights: None,
            strata: single,
        })
        .unwrap();
        assert!((same - plain(&values).unwrap()).abs() < 1e-15);
    }

    #[test]
    fn undefined() {
        assert_eq!(plain(&[]), Err(Fallback::NoJackknifeSpread));
        assert_eq!(plain(&[0.5; 9]), Err(Fallback::NoJackknifeSpread));
        assert_eq!(plain(&[0.3, 0.1 + 0.2]), Err(Fallback::NoJackknifeSpread));
        assert_eq!(plain(&[0.3, f64::NAN]), Err(Fallback::JackknifeUndefined));
        let short = Jackknife {
            values: &[1.0, 2.0],
            weights: Some(&[1]),
            strata: None,
        };
        assert_eq!(acceleration(&short), Err(Fallback::JackknifeUndefined));
    }
}
