//! Looks at a growing number of runs.

use super::Unit;
use super::decisions::Rule;
use super::measures::{Interval, absent};
use serde::Serialize;

/// What a sequential rule says at each look.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Stop {
    /// The system judged.
    pub candidate: String,
    /// What it is judged against.
    pub baseline: String,
    /// The metric whose gain is watched.
    pub metric: String,
    /// The unit of the gains.
    pub unit: Unit,
    /// The rows.
    pub partition: String,
    /// `confidence_sequence`, `obrien_fleming` or `pocock`.
    pub method: String,
    /// The level that all looks keep together.
    pub level: f64,
    /// How many looks the plan asks for.
    pub planned: u64,
    /// The looks, in order.
    pub looks: Vec<Look>,
    /// After how many runs the first interval left 0; absent where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_after: Option<u64>,
    /// After how many runs a rule ended them; absent where none did. Nothing else reads later runs of the pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_after: Option<u64>,
    /// The outcome of that rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
}

/// One look.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Look {
    /// How many runs are seen.
    pub runs: u64,
    /// The gain over these.
    #[serde(skip_serializing_if = "absent")]
    pub gain: Option<f64>,
    /// Its interval, valid at all looks together; absent of a single run, whose spread nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// Whether the interval leaves 0, so that the runs could stop here.
    pub stop: bool,
    /// The plan's rules for stopping, up to the first established one, on intervals valid at all looks together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
}
