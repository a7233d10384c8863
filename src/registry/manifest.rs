//! The manifest of a run: what a result came from, for those who must make it again or vouch for it.
//!
//! It lies beside the report and not in it: times and machines differ, and reports must not.

use super::surroundings::Git;
use crate::runner::{Machine, TaskRecord};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a run came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// 1.
    pub manifest_version: u32,
    /// `benchwright` and its version.
    pub tool: String,
    /// The plan.
    pub plan: PlanFile,
    /// Hash of all modules of the library.
    pub library_sha256: String,
    /// `exploratory`, `confirmatory` or `deviating`.
    pub status: String,
    /// Hash of the seal's file, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal_sha256: Option<String>,
    /// The ledger's entry of this run.
    pub ledger: Pointer,
    /// The files of the datasets; paths are from the plan's folder.
    pub data: Vec<File>,
    /// The files of outputs.
    pub outputs: Vec<File>,
    /// The files written.
    pub reports: Vec<File>,
    /// The seed of the resampling.
    pub seed: u64,
    /// The seeds of the runs, by system.
    pub seeds: BTreeMap<String, Vec<u64>>,
    /// What was run to make the outputs, as its runner wrote it down.
    pub commands: Vec<TaskRecord>,
    /// Where the repository stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<Git>,
    /// The variables that shape numeric programs, those that are set.
    pub environment: BTreeMap<String, String>,
    /// The machine.
    pub machine: Machine,
    /// When the run began, in UTC.
    pub started: String,
    /// When its results were there.
    pub ended: String,
}

/// The plan's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFile {
    /// Its name.
    pub file: String,
    /// The plan's name.
    pub title: String,
    /// What it wants to find out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective: Option<String>,
    /// Hash of its bytes.
    pub sha256: String,
    /// Hash of what it means.
    pub meaning_sha256: String,
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// Its number.
    pub seq: u64,
    /// Its hash.
    pub sha256: String,
}

/// A file with its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// From the plan's folder.
    pub path: String,
    /// Its hash; of several files, of their sorted hashes.
    pub sha256: String,
    /// Its rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// The dataset, or the system and variant, that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The licence, where the plan says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

impl Manifest {
    /// The file's text.
    pub fn text(&self) -> String {
        // Every map has string keys and every number is finite: writing cannot fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}
