//! How a run stands to the plan's seal, and to an earlier report.

use super::Unit;
use super::measures::absent;
use serde::Serialize;

/// The seal of the plan that was run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Sealed {
    /// When, in UTC.
    pub time: String,
    /// SHA-256 of the seal's file.
    pub lock_sha256: String,
    /// The version of the program that sealed it.
    pub tool: String,
}

/// One difference between a plan as it was sealed and as it was run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Deviation {
    /// The item: `decide for chars against words`.
    pub item: String,
    /// The field of it; absent where the whole item came or went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// As it was sealed; absent where it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// As it was run; absent where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Whether it claims something that was not claimed when the plan was sealed.
    pub adds_claim: bool,
    /// Whether something flows from it into a decision's claims.
    pub bears: bool,
}

/// What has moved since an earlier report.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Drift {
    /// The earlier report as it was given.
    pub report: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Whether every dataset of both has the same bytes.
    pub same_data: bool,
    /// Whether the plan means the same.
    pub same_plan: bool,
    /// The version of the program that wrote it.
    pub tool: String,
    /// By how much values may get worse, as it was given; else no further than the earlier interval.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tolerated: Vec<String>,
    /// Every value over runs that either report has.
    pub metrics: Vec<Drifted>,
    /// How many of them got worse beyond what is tolerated.
    pub regressions: u64,
}

/// What became of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Drifting {
    /// Inside what is tolerated.
    #[default]
    Steady,
    /// Better by more than that.
    Better,
    /// Worse by more than that.
    Worse,
    /// The earlier report has it, this one doesn't.
    Gone,
    /// This report has it, the earlier one doesn't.
    New,
}

/// One value then and now.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Drifted {
    /// The system.
    pub system: String,
    /// Its variant.
    pub variant: String,
    /// The metric.
    pub metric: String,
    /// The unit of the numbers.
    pub unit: Unit,
    /// The rows.
    pub partition: String,
    /// The slice of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slice: Option<String>,
    /// Then.
    #[serde(skip_serializing_if = "absent")]
    pub before: Option<f64>,
    /// Now.
    #[serde(skip_serializing_if = "absent")]
    pub after: Option<f64>,
    /// Now minus then.
    #[serde(skip_serializing_if = "absent")]
    pub change: Option<f64>,
    /// The change in standard errors of a difference of two independent estimates, each taken from the width of
    /// its interval as if it were normal.
    #[serde(skip_serializing_if = "absent")]
    pub standard_errors: Option<f64>,
    /// Whether the earlier interval holds the value of now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inside: Option<bool>,
    /// What became of it.
    pub drifting: Drifting,
}
