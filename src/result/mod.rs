//! What a run found, as plain data: the one result model that every report is a view of.
//!
//! `verdict` fills it, `report` shows it, `--format json` prints it. No logic lives here beyond the
//! order of arrays. Numbers are in base units (a ratio is 0 to 1, never percent); `None` means that
//! nothing is claimed and leaves the JSON, as does a number that is not finite. Start with [`RunResult`].

mod analyses;
mod decisions;
mod measures;
mod order;
mod rankings;
mod registration;
mod stops;
mod unit;

pub use analyses::{
    Ablation, Arm, Candidate, Choice, Effect, Factorial, FactorialCell, Minimal, Objective,
    Optimism, Requirement, Selection,
};
pub use decisions::{Atom, Decision, Rule, Truth};
pub use measures::{Comparison, Equivalence, Interval, Metric, ResampleUnit};
pub use rankings::{RankedPair, RankedSystem, Ranking};
pub use registration::{Deviation, Drift, Drifted, Drifting, Sealed};
pub use stops::{Look, Stop};
pub use unit::Unit;

use crate::diagnostic::{Answer, Level};
use serde::Serialize;
use std::collections::BTreeMap;

/// Version of the shape of [`RunResult`]; rises when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

/// The whole result of one run.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct RunResult {
    /// [`SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// What computed it.
    pub tool: Tool,
    /// The plan that was run.
    pub plan: Plan,
    /// The datasets read, by name.
    pub data: Vec<Data>,
    /// The systems measured: candidates, baselines, floors, others; by name within.
    pub systems: Vec<System>,
    /// Every measured value, per run and over runs.
    pub metrics: Vec<Metric>,
    /// Every difference claimed between two systems.
    pub comparisons: Vec<Comparison>,
    /// One table for each metric and set of systems that a `test: friedman` ranks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rankings: Vec<Ranking>,
    /// One table for each `ablation`.
    pub ablations: Vec<Ablation>,
    /// One table for each `factorial`.
    pub factorials: Vec<Factorial>,
    /// One entry for each `select`.
    pub selections: Vec<Selection>,
    /// One table for each `stop`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<Stop>,
    /// One entry for each `decide`.
    pub decisions: Vec<Decision>,
    /// What has moved since an earlier report, where one is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// What the checker said of the plan and its data.
    pub checks: Vec<Check>,
    /// Where the numbers come from.
    pub provenance: Provenance,
    /// What a reader should keep in mind, one short clause each, the gravest first.
    pub risks: Vec<String>,
}

/// The program that computed a result.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Tool {
    /// `benchwright`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Whether a run follows a sealed plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The plan was not sealed before the run.
    #[default]
    Exploratory,
    /// The plan was sealed and is unchanged.
    Confirmatory,
    /// The plan was sealed and has changed since.
    Deviating,
}

/// The plan that was run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Plan {
    /// Its name, or the file's stem.
    pub title: String,
    /// The file as it was given.
    pub file: String,
    /// SHA-256 of its meaning: comments and layout do not change it.
    pub meaning_sha256: String,
    /// Whether it was sealed.
    pub status: Status,
    /// More on the status: `sealed 2026-11-20, unchanged`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_note: Option<String>,
    /// Its seal, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Sealed>,
    /// What has changed since.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deviations: Vec<Deviation>,
    /// The objective in the author's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective: Option<String>,
    /// The metric the plan is about; views show it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<String>,
    /// Metrics that must not suffer, in the author's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guardrails: Vec<String>,
}

/// One dataset as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Data {
    /// Its name in the plan.
    pub dataset: String,
    /// The file or glob as the plan names it.
    pub source: String,
    /// SHA-256 of the bytes; of several files, of their sorted hashes.
    pub sha256: String,
    /// The version the plan states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The column whose values are clusters, drawn as a whole when resampling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Rows read.
    pub rows: u64,
    /// Rows of each partition, by its name.
    pub partitions: BTreeMap<String, u64>,
}

/// What part a system plays in the plan; the order is that of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// What is to be judged.
    Candidate,
    /// What it is judged against.
    Baseline,
    /// A built-in reference predictor that learns next to nothing.
    Floor,
    /// Anything else.
    #[default]
    System,
}

/// One measured system, in one variant.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct System {
    /// Its name in the plan.
    pub name: String,
    /// `full`, `no-bigrams`, `augment-strong`, joined by `+`.
    pub variant: String,
    /// Its part in the plan.
    pub role: Role,
    /// Runs (seeds) measured.
    pub runs: u32,
    /// Price for 1,000 items where the plan gives the means to know it and no metric says it.
    #[serde(skip_serializing_if = "measures::absent")]
    pub cost_per_1k: Option<f64>,
    /// The currency of `cost_per_1k`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The hardware the plan states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware: Option<String>,
    /// What a reader of the table should know: `tuned, 20 trials`, `published numbers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A place in a plan file (bytes given) or in a data file (none given).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Place {
    /// The file as it was given.
    pub file: String,
    /// Line, from 1; absent for the file as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column, from 1: characters in a plan, fields in a data file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// First byte in the plan file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<u32>,
    /// One past the last byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<u32>,
    /// What is to be seen there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// One answer of the checker.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// Such as `L102`.
    pub code: String,
    /// Such as `fit-beyond-train`.
    pub name: String,
    /// The level in force.
    pub level: Level,
    /// Refuted, proved or open.
    pub answer: Answer,
    /// One clause.
    pub message: String,
    /// Where.
    pub places: Vec<Place>,
    /// The author's reason, where a waiver stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
}

/// Where the numbers come from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Provenance {
    /// Seed of the resampling streams.
    pub seed: u64,
    /// SHA-256 of the plan's bytes.
    pub plan_sha256: String,
    /// What counted of the checks' answers, where anything was said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// Every file read beside the datasets, by path.
    pub inputs: Vec<Input>,
    /// Files written with the evidence, the folder first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

/// Checks that were raised, selected or left out: codes, names or letters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Policy {
    /// Treated as errors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<String>,
    /// The only ones asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub select: Vec<String>,
    /// Left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
}

/// One file of outputs that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Input {
    /// The path as the plan names it.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Rows read.
    pub rows: u64,
    /// The system whose outputs it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}
