//! Bootstrap intervals: percentile, basic and BCa, with the Monte-Carlo error of their ends.
//!
//! Takes the replicates and says what they claim; who drew them, and of what, is the caller's. Where
//! BCa has no value the percentile interval stands in and the interval says why.

use super::jackknife::{Jackknife, acceleration};
use super::normal;
use super::replicates::Replicates;

/// How the ends are read off the replicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Quantiles of the replicates (Efron & Tibshirani 1993, §13.3).
    Percentile,
    /// Quantiles mirrored at the estimate (Davison & Hinkley 1997, eq. 5.6).
    Basic,
    /// Bias-corrected and accelerated (Efron 1987; DiCiccio & Efron 1996).
    Bca,
    /// Quantiles of (replicate - estimate)/its own standard error, mirrored and scaled back (Efron &
    /// Tibshirani 1993, §12.5); by [`studentized`] alone.
    Studentized,
}

/// Why a percentile interval stands where BCa was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fallback {
    /// Every replicate lies on one side of the estimate.
    OneSided,
    /// No jackknife values were given.
    NoJackknife,
    /// The statistic doesn't change when a unit is left out.
    NoJackknifeSpread,
    /// The statistic is undefined when some unit is left out.
    JackknifeUndefined,
    /// The correction leaves the range of probabilities.
    CorrectionOutOfRange,
    /// No standard errors of the replicates were given, or none is positive.
    NoStandardErrors,
}

/// Why there is no interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Undefined {
    /// The estimate itself is undefined.
    NoEstimate,
    /// No resample gave a value.
    NoReplicates,
    /// More than one resample in twenty left the statistic undefined.
    TooManyUndefined {
        /// Resamples without a value.
        undefined: usize,
        /// Resamples drawn.
        resamples: usize,
    },
    /// The level isn't strictly between 0 and 1.
    Level(f64),
}

/// A confidence interval by resampling.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// Lower end, in the statistic's unit.
    pub low: f64,
    /// Upper end, in the statistic's unit.
    pub high: f64,
    /// Nominal coverage, as 0.95.
    pub level: f64,
    /// The method that gave the ends; `Percentile` where BCa fell back to it.
    pub method: Method,
    /// Resamples drawn, those without a value among them.
    pub resamples: usize,
    /// Monte-Carlo standard errors of `low` and `high`.
    pub mc_error: (f64, f64),
    /// Resamples that left the statistic undefined, and out of the interval.
    pub undefined: usize,
    /// Why BCa wasn't used, where it was asked for.
    pub note: Option<Fallback>,
}

impl Interval {
    /// `high - low`.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

/// The interval of `estimate` at `level` from its replicates; `jackknife` matters to BCa alone.
///
/// Quantiles are numpy's `linear`. The ends of BCa stand at Φ(z0 + (z0+z)/(1 - a(z0+z))).
pub fn interval(
    estimate: f64,
    replicates: &Replicates,
    jackknife: Option<&Jackknife>,
    method: Method,
    level: f64,
) -> Result<Interval, Undefined> {
    refuse_undefined(estimate, replicates, level)?;
    let (low, high) = ((1.0 - level) / 2.0, (1.0 + level) / 2.0);
    let plain = (End::at(low), End::at(high));
    let (method, ends, note) = match method {
        Method::Percentile | Method::Basic => (method, plain, None),
        Method::Bca => match bca_ends(estimate, replicates, jackknife, low) {
            Ok(ends) => (Method::Bca, ends, None),
            Err(why) => (Method::Percentile, plain, Some(why)),
        },
        Method::Studentized => (Method::Percentile, plain, Some(Fallback::NoStandardErrors)),
    };
    let (low, low_error) = ends.0.read(replicates).ok_or(Undefined::NoReplicates)?;
    let (high, high_error) = ends.1.read(replicates).ok_or(Undefined::NoReplicates)?;
    let mirrored = method == Method::Basic;
    Ok(Interval {
        low: if mirrored { 2.0 * estimate - high } else { low },
        high: if mirrored { 2.0 * estimate - low } else { high },
        level,
        method,
        resamples: replicates.resamples(),
        mc_error: if mirrored {
            (high_error, low_error)
        } else {
            (low_error, high_error)
        },
        undefined: replicates.undefined(),
        note,
    })
}

/// The studentized (bootstrap-t) interval of `estimate` with standard error `se`, from the value and the
/// standard error of each resample. A resample without spread says nothing of the ratio and counts as
/// one without a value.
pub fn studentized(
    estimate: f64,
    se: f64,
    values: &[f64],
    errors: &[f64],
    level: f64,
) -> Result<Interval, Undefined> {
    if !se.is_finite() {
        return Err(Undefined::NoEstimate);
    }
    let ratio = |(v, e): (&f64, &f64)| {
        if *e > 0.0 {
            (v - estimate) / e
        } else {
            f64::NAN
        }
    };
    let ratios = Replicates::new(values.iter().zip(errors).map(ratio).collect());
    refuse_undefined(estimate, &ratios, level)?;
    let (low, high) = (End::at((1.0 - level) / 2.0), End::at((1.0 + level) / 2.0));
    let (low, low_error) = low.read(&ratios).ok_or(Undefined::NoReplicates)?;
    let (high, high_error) = high.read(&ratios).ok_or(Undefined::NoReplicates)?;
    Ok(Interval {
        low: estimate - high * se,
        high: estimate - low * se,
        level,
        method: Method::Studentized,
        resamples: ratios.resamples(),
        mc_error: (high_error * se, low_error * se),
        undefined: ratios.undefined(),
        note: None,
    })
}

fn refuse_undefined(estimate: f64, replicates: &Replicates, level: f64) -> Result<(), Undefined> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Undefined::Level(level));
    }
    if !estimate.is_finite() {
        return Err(Undefined::NoEstimate);
    }
    let (undefined, resamples) = (replicates.undefined(), replicates.resamples());
    if undefined == resamples {
        return Err(Undefined::NoReplicates);
    }
    if undefined * 20 > resamples {
        return Err(Undefined::TooManyUndefined {
            undefined,
            resamples,
        });
    }
    Ok(())
}

/// One end: a quantile of the replicates whose probability may itself be estimated from them.
#[derive(Debug, Clone, Copy)]
struct End {
    /// The probability of the quantile.
    at: f64,
    /// The share below the estimate that `at` depends on, and the derivative of `at` by it.
    moved_by: Option<(f64, f64)>,
}

impl End {
    fn at(at: f64) -> Self {
        Self { at, moved_by: None }
    }

    /// The end and its Monte-Carlo standard error.
    ///
    /// The rank of a fixed quantile has binomial spread, so its probability is off by
    /// s = √(p(1-p)/B); the end is off by s times the slope of the quantile function there, taken from
    /// the order statistics s to either side (Woodruff 1952; Serfling 1980, §2.3.3 and §2.6). For BCa
    /// p moves with the share below the estimate, and both errors come from the same replicates: by
    /// the delta method the variance is (p(1-p) + g²r(1-r) - 2g(min(p,r) - pr))/B, g = dp/dr.
    fn read(&self, replicates: &Replicates) -> Option<(f64, f64)> {
        let p = self.at;
        let variance = match self.moved_by {
            None => p * (1.0 - p),
            Some((r, g)) => p * (1.0 - p) + g * g * r * (1.0 - r) - 2.0 * g * (p.min(r) - p * r),
        };
        let s = (variance.max(0.0) / replicates.sorted().len() as f64).sqrt();
        let (before, after) = ((p - s).max(0.0), (p + s).min(1.0));
        let span = replicates.quantile(after)? - replicates.quantile(before)?;
        let error = if after > before {
            span * s / (after - before)
        } else {
            0.0
        };
        Some((replicates.quantile(p)?, error))
    }
}

fn bca_ends(
    estimate: f64,
    replicates: &Replicates,
    jackknife: Option<&Jackknife>,
    tail: f64,
) -> Result<(End, End), Fallback> {
    let a = acceleration(jackknife.ok_or(Fallback::NoJackknife)?)?;
    let share = replicates.share_below(estimate).ok_or(Fallback::OneSided)?;
    let z0 = normal::quantile(share).ok_or(Fallback::OneSided)?;
    let z = normal::quantile(tail).ok_or(Fallback::CorrectionOutOfRange)?;
    let end = |z: f64| {
        let stretch = 1.0 - a * (z0 + z);
        if stretch <= 0.0 {
            return Err(Fallback::CorrectionOutOfRange);
        }
        let at = z0 + (z0 + z) / stretch;
        // dΦ(at)/d share = φ(at) · d at/d z0 · d z0/d share.
        let slope = normal::density(at) * (1.0 + stretch.powi(-2)) / normal::density(z0);
        Ok(End {
            at: normal::cdf(at),
            moved_by: Some((share, slope)),
        })
    };
    Ok((end(z)?, end(-z)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::{Purpose, stream, unit};

    fn ladder() -> Replicates {
        Replicates::new((0..=1000).map(f64::from).collect())
    }

    #[test]
    fn percentile_and_basic_by_hand() {
        let percentile = interval(400.0, &ladder(), None, Method::Percentile, 0.9).unwrap();
        assert!((percentile.low - 50.0).abs() < 1e-9 && (percentile.high - 950.0).abs() < 1e-9);
        let basic = interval(400.0, &ladder(), None, Method::Basic, 0.9).unwrap();
        assert!((basic.low + 150.0).abs() < 1e-9 && (basic.high - 750.0).abs() < 1e-9);
        assert_eq!(basic.mc_error.0, percentile.mc_error.1);
    }

    /// All 27 resamples of three numbers: where the spread is known exactly, the ends are the ratios'
    /// quantiles turned round the mean.
    #[test]
    fn studentized_by_enumeration() {
        let x = [0.0, 1.0, 5.0];
        let (mut values, mut errors, mut ratios) = (vec![], vec![], vec![]);
        let moments = |y: &[f64]| {
            let mean = y.iter().sum::<f64>() / 3.0;
            let squares: f64 = y.iter().map(|v| (v - mean).powi(2)).sum();
            (mean, (squares / 6.0).sqrt())
        };
        let (theta, se) = moments(&x);
        for i in 0..27 {
            let y = [x[i % 3], x[i / 3 % 3], x[i / 9]];
            let (mean, error) = moments(&y);
            values.push(mean);
            errors.push(error);
            if error > 0.0 {
                ratios.push((mean - theta) / error);
            }
        }
        // Three of 27 resamples have no spread: too many to leave out silently.
        assert!(studentized(theta, se, &values, &errors, 0.5).is_err());
        let keep: Vec<usize> = (0..27).filter(|&i| errors[i] > 0.0).collect();
        let pick = |all: &[f64]| keep.iter().map(|&i| all[i]).collect::<Vec<f64>>();
        let got = studentized(theta, se, &pick(&values), &pick(&errors), 0.5).unwrap();
        let ratios = Replicates::new(ratios);
        assert!((got.low - (theta - ratios.quantile(0.75).unwrap() * se)).abs() < 1e-12);
        assert!((got.high - (theta - ratios.quantile(0.25).unwrap() * se)).abs() < 1e-12);
        assert!(got.low < theta && theta < got.high);
    }

    #[test]
    fn bca_without_bias_or_skew_is_percentile() {
        let jackknife = Jackknife {
            values: &[1.0, 2.0, 3.0],
            ..Default::default()
        };
        let bca = interval(500.0, &ladder(), Some(&jackknife), Method::Bca, 0.9).unwrap();
        assert_eq!((bca.method, bca.note), (Method::Bca, None));
        assert!((bca.low - 50.0).abs() < 1e-9 && (bca.high - 950.0).abs() < 1e-9);
    }

    #[test]
    fn bca_falls_back_and_says_why() {
        let spread = Jackknife {
            values: &[1.0, 2.0, 4.0],
            ..Default::default()
        };
        let flat = Jackknife {
            values: &[1.0; 3],
            ..Default::default()
        };
        let broken = Jackknife {
            values: &[1.0, f64::NAN],
            ..Default::default()
        };
        for (estimate, jackknife, why) in [
            (-5.0, Some(&spread), Fallback::OneSided),
            (2000.0, Some(&spread), Fallback::OneSided),
            (500.0, None, Fallback::NoJackknife),
            (500.0, Some(&flat), Fallback::NoJackknifeSpread),
            (500.0, Some(&broken), Fallback::JackknifeUndefined),
        ] {
            let got = interval(estimate, &ladder(), jackknife, Method::Bca, 0.9).unwrap();
            assert_eq!((got.method, got.note), (Method::Percentile, Some(why)));
            assert!((got.low - 50.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_correction_beyond_all_probabilities_falls_back() {
        // A lone outlier among the units, and an estimate near the end of its replicates.
        let mut values = vec![0.0; 1000];
        values[0] = -1.0;
        let jackknife = Jackknife {
            values: &values,
            ..Default::default()
        };
        let got = interval(998.0, &ladder(), Some(&jackknife), Method::Bca, 0.9999).unwrap();
        assert_eq!(got.note, Some(Fallback::CorrectionOutOfRange));
    }

    #[test]
    fn undefined_intervals_say_why() {
        let some = |nans: usize| {
            let mut values = vec![1.0; 100 - nans];
            values.resize(100, f64::NAN);
            interval(
                1.0,
                &Replicates::new(values),
                None,
                Method::Percentile,
                0.95,
            )
        };
        assert_eq!(some(5).unwrap().undefined, 5);
        assert_eq!(some(5).unwrap().resamples, 100);
        let many = Undefined::TooManyUndefined {
            undefined: 6,
            resamples: 100,
        };
        assert_eq!(some(6), Err(many));
        assert_eq!(some(100), Err(Undefined::NoReplicates));
        let of = |estimate, level| interval(estimate, &ladder(), None, Method::Basic, level);
        assert_eq!(of(f64::NAN, 0.95), Err(Undefined::NoEstimate));
        assert_eq!(of(1.0, 1.0), Err(Undefined::Level(1.0)));
        assert_eq!(of(1.0, 0.0), Err(Undefined::Level(0.0)));
        assert!(of(1.0, f64::NAN).is_err());
        let none = Replicates::default();
        assert_eq!(
            interval(1.0, &none, None, Method::Bca, 0.95),
            Err(Undefined::NoReplicates)
        );
    }

    #[test]
    fn no_spread_gives_a_point_without_error() {
        let flat = Replicates::new(vec![0.5; 100]);
        let got = interval(0.5, &flat, None, Method::Percentile, 0.95).unwrap();
        assert_eq!((got.low, got.high, got.mc_error), (0.5, 0.5, (0.0, 0.0)));
    }

    /// The stated Monte-Carlo error against the spread of 400 independent intervals.
    #[test]
    fn monte_carlo_error_is_the_spread_over_repetitions() {
        let values: Vec<f64> = (0..30).map(|i| f64::from(i * i)).collect();
        let jackknife = Jackknife {
            values: &values,
            ..Default::default()
        };
        for method in [Method::Percentile, Method::Bca] {
            let (mut ends, mut errors) = ([vec![], vec![]], [0.0, 0.0]);
            for i in 0..400 {
                let mut rng = stream(1, Purpose::Units, 0, i);
                let draw = |_| normal::quantile(unit(&mut rng)).unwrap_or(0.0).exp();
                let replicates = Replicates::new((0..1000).map(draw).collect());
                let got = interval(1.2, &replicates, Some(&jackknife), method, 0.9).unwrap();
                assert_eq!(got.note, None);
                ends[0].push(got.low);
                ends[1].push(got.high);
                errors[0] += got.mc_error.0 / 400.0;
                errors[1] += got.mc_error.1 / 400.0;
            }
            for (end, error) in ends.iter().zip(errors) {
                let spread = crate::stats::summary::sd(end).unwrap();
                assert!(
                    (error / spread - 1.0).abs() < 0.15,
                    "{method:?} {error} {spread}"
                );
            }
        }
    }
}
