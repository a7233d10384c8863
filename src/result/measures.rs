//! Measured values and differences, with their intervals.

use super::{Truth, Unit};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// Whether a number is missing or not finite, so that it stays out of the JSON.
#[allow(clippy::ref_option)]
pub(super) fn absent(value: &Option<f64>) -> bool {
    !value.is_some_and(f64::is_finite)
}

/// Whether a bound is not finite, so that it stays out of the JSON: an open side of an interval.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn unbounded(value: &f64) -> bool {
    !value.is_finite()
}

/// Writes the entries that are finite.
fn finite<S: Serializer>(
    effects: &BTreeMap<String, f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(effects.iter().filter(|(_, v)| v.is_finite()))
}

/// What was drawn as a whole when resampling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ResampleUnit {
    /// Single rows.
    #[default]
    Row,
    /// Groups of rows that share a source.
    Cluster,
    /// Whole runs.
    Run,
    /// Whole folds.
    Fold,
    /// Runs of requests that follow each other in time.
    Request,
}

/// An interval estimate, in the unit of the value it belongs to.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Interval {
    /// Lower bound; not finite (absent in JSON) where the interval is open below.
    #[serde(skip_serializing_if = "unbounded")]
    pub low: f64,
    /// Upper bound; not finite (absent in JSON) where the interval is open above.
    #[serde(skip_serializing_if = "unbounded")]
    pub high: f64,
    /// Confidence level, 0 to 1.
    pub level: f64,
    /// `bca`, `percentile`, `wilson`, …
    pub method: String,
    /// Resamples drawn, for a resampling method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resamples: Option<u64>,
    /// What was resampled.
    pub unit: ResampleUnit,
    /// How many of these units the value rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<u64>,
    /// How many runs the value is the mean of, resampled beside the units where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runs: Option<u64>,
    /// Monte-Carlo standard error of the bounds.
    #[serde(skip_serializing_if = "absent")]
    pub mc_error: Option<f64>,
    /// Resamples on which the statistic has no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<u64>,
    /// What a reader must know: `percentile interval: no single unit changes the value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One metric of one system on one set of rows.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Metric {
    /// The system's name.
    pub system: String,
    /// Its variant, `full` for the system as written.
    pub variant: String,
    /// The run; absent for the mean over runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The metric's name.
    pub metric: String,
    /// The unit of `estimate`, `seed_sd` and the interval.
    pub unit: Unit,
    /// `reviews.test`.
    pub partition: String,
    /// `language = en`; absent for all rows of the partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slice: Option<String>,
    /// Rows the value rests on, of one run.
    pub rows: u64,
    /// The value; absent where the metric has none on these rows.
    #[serde(skip_serializing_if = "absent")]
    pub estimate: Option<f64>,
    /// Standard deviation of the runs' values.
    #[serde(skip_serializing_if = "absent")]
    pub seed_sd: Option<f64>,
    /// Its interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// What a reader must know: `published, not measured here`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A gain beside a margin.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Equivalence {
    /// The margin, in the unit of the gain.
    pub margin: f64,
    /// Whether the gain lies within ±margin.
    pub within: Truth,
    /// Whether the candidate is worse by less than the margin.
    pub not_worse: Truth,
    /// p value of two one-sided tests, where rows allow them.
    #[serde(skip_serializing_if = "absent")]
    pub p_value: Option<f64>,
}

/// One difference between a candidate and a baseline.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Comparison {
    /// The system judged, with its variant unless full: `chars`, `chars[augment: strong]`.
    pub candidate: String,
    /// What it is judged against.
    pub baseline: String,
    /// The metric's name.
    pub metric: String,
    /// The unit of `delta`, `gain` and the interval: `ratio_difference` for a metric that is a ratio.
    pub unit: Unit,
    /// `reviews.test`.
    pub partition: String,
    /// `language = en`; absent for all rows of the partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slice: Option<String>,
    /// Candidate minus baseline.
    #[serde(skip_serializing_if = "absent")]
    pub delta: Option<f64>,
    /// The difference turned so that more is better.
    #[serde(skip_serializing_if = "absent")]
    pub gain: Option<f64>,
    /// `delta` over the baseline's value, a ratio.
    #[serde(skip_serializing_if = "absent")]
    pub relative: Option<f64>,
    /// Interval of `gain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// p-value of no difference.
    #[serde(skip_serializing_if = "absent")]
    pub p_value: Option<f64>,
    /// The test that `p_value` is of: `McNemar’s test, exact`; absent where the resamples gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// Whether the two sides were sampled apart.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unpaired: bool,
    /// What is established beside the plan's margin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equivalence: Option<Equivalence>,
    /// The smallest gain that these rows show with the plan's power, by its pilot.
    #[serde(skip_serializing_if = "absent")]
    pub detectable: Option<f64>,
    /// `p_value`, adjusted for the family of claims.
    #[serde(skip_serializing_if = "absent")]
    pub p_adjusted: Option<f64>,
    /// The correction: `holm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// Claims in the family the correction covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<u64>,
    /// Effect sizes by name: `cohens_d`, `cliffs_delta`, `odds_ratio`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", serialize_with = "finite")]
    pub effects: BTreeMap<String, f64>,
    /// Rows both sides share.
    pub rows: u64,
}
