//! What is known of one quantity: its estimate, replicates and jackknife values.

use crate::hir::BootstrapMethod;
use crate::metrics::Basis;
use crate::stats::copies::Copies;
use crate::stats::interval::{Interval, Method, Undefined, interval, studentized};
use crate::stats::jackknife::Jackknife;
use crate::stats::random::key;
use crate::stats::replicates::Replicates;
use crate::stats::resample::draw_runs;
use std::sync::Arc;

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
    /// The value without each unit, or without one of each kind of units, runs averaged.
    pub left_out: Vec<f64>,
    /// The stratum of each unit left out.
    pub strata: Vec<u32>,
    /// How many units each value left out stands for; one each where absent.
    pub copies: Option<Arc<[u64]>>,
    /// Of an area under a curve: for each value left out whether it is a positive row.
    pub positive: Option<Arc<[bool]>>,
    /// Of a quantile of independent rows: their numbers in ascending order, and the quantile.
    pub quantile: Option<Arc<(Vec<f64>, f64)>>,
    /// What it rests on by its formula, or both of `sides`.
    pub basis: Basis,
    /// Whether it depends on single order statistics, so that values without each unit tell little of its spread.
    pub rough: bool,
    /// Of a difference: the two sides.
    pub sides: Option<Box<Sides>>,
    /// Standard errors, where an interval is studentized.
    pub errors: Option<Box<Errors>>,
    /// The values on the folds, where the rows are those of a cross-validation.
    pub folds: Option<Box<ByFold>>,
    /// Set where the units are folds: held-out rows over training rows, which says how far the folds depend
    /// on each other (Nadeau & Bengio 2003).
    pub test_over_train: Option<f64>,
    /// Set where the rows follow each other in time: how many neighbours a resample draws together.
    pub block: Option<u32>,
}

/// The values of a quantity on the folds of a cross-validation.
#[derive(Debug, Clone)]
pub struct ByFold {
    /// On each fold, runs averaged.
    pub values: Vec<f64>,
    /// Held-out rows over training rows.
    pub test_over_train: f64,
}

/// The two sides of a difference, unit by unit, or kind by kind of equal units.
#[derive(Debug, Clone)]
pub struct Sides {
    /// The candidate.
    pub candidate: Side,
    /// The baseline.
    pub baseline: Side,
    /// −1 where the difference is turned so that more is better.
    pub sign: f64,
    /// Whether the units of both are the same.
    pub paired: bool,
}

/// One side of a difference.
#[derive(Debug, Clone)]
pub struct Side {
    /// Its estimate.
    pub estimate: f64,
    /// The pseudo-value of each kind of units.
    pub values: Vec<f64>,
    /// How many units each stands for; one each where absent.
    pub copies: Option<Arc<[u64]>>,
    /// Of a share of requests: for each run how many said yes, of how many.
    pub trials: Option<Vec<(u64, u64)>>,
}

impl Side {
    /// The pseudo-values with their copies.
    pub fn counted(&self) -> Copies<'_> {
        Copies::new(&self.values, self.copies.as_deref())
    }

    /// The pseudo-value of each unit.
    pub fn units(&self) -> Vec<f64> {
        let each = self.counted().each();
        each.flat_map(|(value, times)| (0..times).map(move |_| value))
            .collect()
    }
}

/// The standard error of an estimate, and of its value on each resample.
#[derive(Debug, Clone)]
pub struct Errors {
    /// Of the estimate.
    pub own: f64,
    /// Of each replicate.
    pub replicates: Vec<f64>,
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
            copies: self.copies.clone(),
            positive: self.positive.clone(),
            quantile: None,
            basis: Basis::Rows,
            rough: self.rough || other.rough,
            sides: None,
            errors: None,
            folds: None,
            test_over_train: self.test_over_train,
            block: self.block.max(other.block),
        }
    }

    /// The quantity `f(self, other)` where the sides are sampled apart: each resample of one meets
    /// another resample of the other, and units of both are left out in turn.
    #[must_use]
    pub fn apart(&self, other: &Sample, f: impl Fn(f64, f64) -> f64) -> Sample {
        let shifted = other.replicates.iter().cycle().skip(1);
        let strata = self.strata.iter().max().map_or(0, |s| s + 1);
        let own = self.left_out.iter().map(|&a| f(a, other.estimate));
        let others = other.left_out.iter().map(|&b| f(self.estimate, b));
        let pairs = self.replicates.iter().zip(shifted);
        Sample {
            rows: self.rows,
            estimate: f(self.estimate, other.estimate),
            runs: self
                .runs
                .iter()
                .zip(&other.runs)
                .map(|(&a, &b)| f(a, b))
                .collect(),
            replicates: pairs.map(|(&a, &b)| f(a, b)).collect(),
            left_out: own.chain(others).collect(),
            strata: self
                .strata
                .iter()
                .copied()
                .chain(other.strata.iter().map(|s| s + strata))
                .collect(),
            copies: match (&self.copies, &other.copies) {
                (None, None) => None,
                _ => Some(self.each_copies().chain(other.each_copies()).collect()),
            },
            positive: None,
            quantile: None,
            basis: Basis::Rows,
            rough: self.rough || other.rough,
            sides: None,
            errors: None,
            folds: None,
            test_over_train: None,
            block: self.block.max(other.block),
        }
    }

    /// The estimate as a quantity that doesn't vary, with as many resamples and units as `other` has.
    #[must_use]
    pub fn constant_beside(&self, other: &Sample) -> Sample {
        let estimate = self.estimate;
        Sample {
            rows: self.rows,
            ..other.with(other, |_, _| estimate)
        }
    }

    /// How many units it rests on.
    pub fn units(&self) -> u64 {
        self.each_copies().sum()
    }

    fn each_copies(&self) -> impl Iterator<Item = u64> {
        let known = self.copies.as_deref();
        (0..self.left_out.len()).map(move |i| known.and_then(|c| c.get(i)).copied().unwrap_or(1))
    }

    /// What belongs to each value left out, once for each unit that it stands for.
    pub fn by_unit<'a, T: Copy>(&'a self, of: &'a [T]) -> impl Iterator<Item = T> + 'a {
        let both = of.iter().zip(self.each_copies());
        both.flat_map(|(&value, copies)| (0..copies).map(move |_| value))
    }

    /// [`Sample::pseudo_values`] kind by kind of equal units.
    pub fn side(&self) -> Side {
        let n = self.units() as f64;
        let value = |without: &f64| n * self.estimate - (n - 1.0) * without;
        Side {
            estimate: self.estimate,
            values: self.left_out.iter().map(value).collect(),
            copies: self.copies.clone(),
            trials: self.trials(),
        }
    }

    /// Of a share of requests: for each run how many said yes, of how many; `None` of anything else.
    pub fn trials(&self) -> Option<Vec<(u64, u64)>> {
        let Basis::Requests(sent) = &self.basis else {
            return None;
        };
        let count = |(&sent, share): (&u64, &f64)| ((share * sent as f64).round() as u64, sent);
        let known = sent.len() == self.runs.len() && sent.iter().all(|&n| n > 0);
        known.then(|| sent.iter().zip(&self.runs).map(count).collect())
    }

    /// The units' pseudo-values nθ - (n-1)θ₍ᵢ₎ (Tukey 1958): of a mean the units' own values.
    pub fn pseudo_values(&self) -> Vec<f64> {
        self.side().units()
    }

    /// The same quantity where runs are what varies and the rows are taken as given: `resamples` draws of
    /// runs, shared by every system with as many runs.
    #[must_use]
    pub fn over_runs(&self, resamples: u32, seed: u64) -> Sample {
        let k = u32::try_from(self.runs.len()).unwrap_or(u32::MAX);
        let (sum, n) = (self.runs.iter().sum::<f64>(), f64::from(k));
        let (mut replicates, mut errors, mut drawn) = (Vec::new(), Vec::new(), Vec::new());
        for index in 0..resamples {
            draw_runs(seed, key(&["over runs"]), index.into(), k, &mut drawn);
            let both = || {
                drawn
                    .iter()
                    .zip(&self.runs)
                    .map(|(&m, v)| (f64::from(m), v))
            };
            let mean = both().map(|(m, v)| m * v).sum::<f64>() / n;
            let squares: f64 = both().map(|(m, v)| m * (v - mean).powi(2)).sum();
            replicates.push(mean);
            errors.push((squares / (n * (n - 1.0))).sqrt());
        }
        let own = crate::stats::summary::sd(&self.runs).map(|sd| sd / n.sqrt());
        Sample {
            rows: self.rows,
            estimate: self.estimate,
            left_out: self.runs.iter().map(|v| (sum - v) / (n - 1.0)).collect(),
            strata: vec![0; self.runs.len()],
            copies: None,
            runs: self.runs.clone(),
            replicates,
            positive: None,
            quantile: None,
            // Runs are the units: what is a share of requests, or a figure of runs, is so still.
            basis: match &self.basis {
                Basis::Rows | Basis::Share => Basis::Rows,
                own => own.clone(),
            },
            rough: false,
            sides: None,
            errors: own.map(|own| {
                Box::new(Errors {
                    own,
                    replicates: errors,
                })
            }),
            folds: None,
            test_over_train: None,
            block: None,
        }
    }

    /// The same quantity where folds are what varies: the mean of the folds' values, whose units are the
    /// folds; `None` where the rows are in none.
    #[must_use]
    pub fn over_folds(&self) -> Option<Sample> {
        let folds = self.folds.as_ref()?;
        let (sum, k) = (folds.values.iter().sum::<f64>(), folds.values.len() as f64);
        Some(Sample {
            rows: self.rows,
            estimate: sum / k,
            runs: self.runs.clone(),
            replicates: Vec::new(),
            left_out: folds.values.iter().map(|v| (sum - v) / (k - 1.0)).collect(),
            strata: vec![0; folds.values.len()],
            copies: None,
            positive: None,
            quantile: None,
            basis: Basis::Rows,
            rough: false,
            sides: None,
            errors: None,
            folds: None,
            test_over_train: Some(folds.test_over_train),
            block: None,
        })
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

    /// The mean over runs that were measured one by one on the same draws of rows; `None` of no runs.
    #[must_use]
    pub fn mean_of_runs(each: &[&Sample]) -> Option<Sample> {
        let share = 1.0 / each.len() as f64;
        let terms: Vec<(f64, &Sample)> = each.iter().map(|s| (share, *s)).collect();
        let mean = Sample::combined(&terms)?;
        Some(Sample {
            runs: each.iter().flat_map(|s| &s.runs).copied().collect(),
            ..mean
        })
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
        weights: sample.copies.as_deref(),
        strata: Some(&sample.strata),
    };
    let method = match method {
        // What single rows do to the value says nothing of the bias or skew of a series that is drawn in blocks.
        BootstrapMethod::Auto | BootstrapMethod::Bca | BootstrapMethod::Studentized
            if sample.block.is_some() =>
        {
            Method::Percentile
        }
        BootstrapMethod::Auto | BootstrapMethod::Bca => Method::Bca,
        BootstrapMethod::Percentile => Method::Percentile,
        BootstrapMethod::Basic => Method::Basic,
        BootstrapMethod::Studentized => Method::Studentized,
    };
    let found = match (&sample.errors, method) {
        (Some(errors), Method::Studentized) => studentized(
            sample.estimate,
            errors.own,
            &sample.replicates,
            &errors.replicates,
            level,
        ),
        _ => interval(
            sample.estimate,
            &replicates,
            Some(&jackknife),
            method,
            level,
        ),
    };
    Estimated {
        estimate: sample.estimate.is_finite().then_some(sample.estimate),
        p_value: replicates.p_value(sample.estimate, 0.0),
        interval: Some(found),
    }
}
