//! What is written about a task beside its output: `task.json`. Plain data, to be read again.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The provenance of one task.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// Of this format.
    pub schema_version: u32,
    /// The key it is kept under.
    pub key: String,
    /// As people read it.
    pub name: String,
    /// What it is in the plan's words.
    pub what: What,
    /// The command, paths as `{train.csv}`.
    pub command: Vec<String>,
    /// The program as found, with its hash.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub program: Option<FileHash>,
    /// Files of the project that the command names.
    pub scripts: Vec<FileHash>,
    /// Files it was given.
    pub inputs: Vec<FileHash>,
    /// The keys of the tasks whose outputs it was given.
    pub upstream: Vec<String>,
    /// Variables set for it.
    pub env: BTreeMap<String, String>,
    /// Variables of the surroundings that may change the result.
    pub surroundings: BTreeMap<String, String>,
    /// What the plan declares: hardware, version.
    pub declared: BTreeMap<String, String>,
    /// When it began, UTC.
    pub started: String,
    /// When it ended.
    pub ended: String,
    /// How often it was tried.
    pub attempts: u32,
    /// How it ended.
    pub exit: Exit,
    /// How long the last attempt took, in ms.
    pub wall_ms: f64,
    /// Time on cores of it and its children, in ms: own and the system's.
    pub cpu_user_ms: f64,
    /// The system's.
    pub cpu_system_ms: f64,
    /// The most memory of one of its processes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub peak_memory: Option<Peak>,
    /// Energy of the machine's processors meanwhile, in J; only where nothing else of the run ran beside it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub energy_j: Option<f64>,
    /// What it printed.
    pub stdout: Log,
    /// What it complained.
    pub stderr: Log,
    /// What came of asking it, of a task that answers requests.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub served: Option<super::Served>,
    /// Its output.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub output: Option<FileHash>,
    /// Why it failed, in one line; of a task that failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failure: Option<String>,
    /// Where it ran.
    pub machine: super::Machine,
    /// The version of benchwright.
    pub tool: String,
}

/// What a task is in the plan's words.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct What {
    /// The system.
    pub system: String,
    /// Its variant, as `{variant}` spells it.
    pub variant: String,
    /// Its seed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seed: Option<u64>,
    /// The dataset whose rows it predicts.
    pub dataset: String,
    /// Their partitions.
    pub partitions: Vec<String>,
    /// The fold, from 1, in a cross-validation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fold: Option<u32>,
    /// The repeat, from 1, of a cross-validation that has several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub repeat: Option<u32>,
    /// Whether it is asked row by row, and its answers are timed.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub served: bool,
}

/// A file and its hash.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHash {
    /// Its name or path.
    pub file: String,
    /// Its hash, as `sha256sum` prints it.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Its rows, where it has some.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rows: Option<u64>,
    /// What it holds, in words.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub holds: String,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// It was ended because it took too long.
    TimedOut,
    /// It was ended because the run was.
    #[default]
    Stopped,
    /// It never began.
    NotStarted,
}

/// The most memory one process held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peak {
    /// In bytes.
    pub bytes: u64,
    /// Whether it was looked at now and then, not counted by the system: then it may have been more.
    pub sampled: bool,
}

/// How much a stream held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// Bytes written.
    pub bytes: u64,
    /// Bytes of the middle that are not kept.
    pub dropped: u64,
}
