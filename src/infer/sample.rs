//! What is known of one quantity: its estimate, replicates and jackknife values.

use crate::hir::BootstrapMethod;
use crate::stats::interval::{Interval, Method, Undefined, interval};
use crate::stats::jackknife::Jackknife;
use crate::stats::replicates::Replicates;

/// A quantity on some rows.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Number of rows.
    pub rows: usize,
    /// The mean over runs of the runs' values; NaN where undefined.
    pub estimate: f64,
    /// Each run's value, in the order of the seeds.
    pub runs: Vec<f64>,
    /// The value on each resample.
    pub replicates: Vec<f64>,
    /// The value without each unit, runs averaged.
    pub left_out: Vec<f64>,
    /// The stratum of each unit left out.
    pub strata: Vec<u32>,
}

impl Sample {
    /// The quantity `f(self, other)`, resample by resample: both sides of a pair see the same rows.
    #[must_use]
    pub fn with(&self, other: &Sample, f: impl Fn(f64, f64) -> f64) -> Sample {
        let both = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(&a, &b)| f(a, b)).collect();
        Sample {
            rows: self.rows,
            estimate: f(self.estimate, other.estimate),
            runs: both(&self.runs, &other.runs),
            replicates: both(&self.replicates, &other.replicates),
            left_out: both(&self.left_out, &other.left_out),
            strata: self.strata.clone(),
        }
    }

    /// The sum of weights times quantities, resample by resample; `None` of no terms. All must have been drawn
    /// together.
    #[must_use]
    pub fn combined(terms: &[(f64, &Sample)]) -> Option<Sample> {
        let ((weight, first), rest) = terms.split_first()?;
        let start = first.times(*weight);
        Some(rest.iter().fold(start, |sum, (weight, sample)| {
            sum.with(sample, |a, b| a + weight * b)
        }))
    }

    /// The same quantity times a constant.
    #[must_use]
    pub fn times(&self, k: f64) -> Sample {
        self.with(self, |a, _| k * a)
    }

    /// The sample standard deviation of the runs; `None` of fewer than two.
    pub fn seed_sd(&self) -> Option<f64> {
        crate::stats::summary::sd(&self.runs)
    }
}

/// An estimate with its interval.
#[derive(Debug, Clone)]
pub struct Estimated {
    /// The estimate; `None` where undefined.
    pub estimate: Option<f64>,
    /// The interval, or why there is none; `None` where none was asked for.
    pub interval: Option<Result<Interval, Undefined>>,
    /// The two-sided resampling p value of “no change”, for changes.
    pub p_value: Option<f64>,
}

/// The interval of a sample from its first `resamples` replicates.
pub fn estimate(sample: &Sample, resamples: u32, level: f64, method: BootstrapMethod) -> Estimated {
    let replicates: Vec<f64> = sample
        .replicates
        .iter()
        .take(resamples as usize)
        .copied()
        .collect();
    let replicates = Replicates::new(replicates);
    let jackknife = Jackknife {
        values: &sample.left_out,
        weights: None,
        strata: Some(&sample.strata),
    };
    let method = match method {
        BootstrapMethod::Auto | BootstrapMethod::Bca => Method::Bca,
        BootstrapMethod::Percentile => Method::Percentile,
        BootstrapMethod::Basic => Method::Basic,
    };
    let found = interval(
        sample.estimate,
        &replicates,
        Some(&jackknife),
        method,
        level,
    );
    Estimated {
        estimate: sample.estimate.is_finite().then_some(sample.estimate),
        p_value: replicates.p_value(sample.estimate, 0.0),
        interval: Some(found),
    }
}
