//! The manifest beside a report, held against what the report was made again from.
//!
//! Where and when a run was made, on which machine and at which commit, is a witness's word: nothing is left to hold it
//! against. Everything else in a manifest can be made again.

use super::registering;
use super::run;
use crate::data;
use crate::hir::Plan;
use crate::registry::{File, Manifest};
use crate::result::RunResult;
use crate::runner::TaskRecord;
use std::path::Path;

/// What a manifest is held against.
pub(super) struct Made<'a> {
    pub(super) plan: &'a Plan,
    pub(super) result: &'a RunResult,
    /// Hash of the library.
    pub(super) library: &'a str,
    /// How the plan stands to its seal, in a word.
    pub(super) status: &'a str,
    /// The folder of the report.
    pub(super) store: &'a Path,
}

/// The fields of a manifest that are not what they were made from; `Err` of a text that is no manifest.
pub(super) fn slips(bytes: &[u8], made: &Made<'_>) -> Result<Vec<&'static str>, String> {
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let Made { plan, result, .. } = made;
    let provenance = &result.provenance;
    let tool = format!("{} {}", result.tool.name, result.tool.version);
    let of_plan = (
        &manifest.plan.title,
        &manifest.plan.objective,
        &manifest.plan.sha256,
        &manifest.plan.meaning_sha256,
    );
    let now = (
        &result.plan.title,
        &result.plan.objective,
        &provenance.plan_sha256,
        &result.plan.meaning_sha256,
    );
    let held = [
        ("tool", manifest.tool == tool),
        ("plan", of_plan == now),
        ("library_sha256", manifest.library_sha256 == made.library),
        ("status", manifest.status == made.status),
        ("data", manifest.data == registering::data(plan, result)),
        ("outputs", manifest.outputs == registering::outputs(result)),
        ("reports", are_there(&manifest.reports, made.store)),
        ("seed", manifest.seed == provenance.seed),
        ("seeds", manifest.seeds == registering::seeds(plan)),
        (
            "commands",
            manifest.commands == as_read(run::commands(made.store, result)),
        ),
    ];
    let wrong = held.into_iter().filter(|(_, as_made)| !as_made);
    Ok(wrong.map(|(field, _)| field).collect())
}

/// Records as a manifest gives them back: numbers that were written and read may differ in their last bit.
fn as_read(records: Vec<TaskRecord>) -> Vec<TaskRecord> {
    let read = |record: TaskRecord| {
        let text = serde_json::to_vec(&record).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or(record)
    };
    records.into_iter().map(read).collect()
}

/// Whether the files of a run are what it wrote; one that isn't there tells nothing.
fn are_there(files: &[File], folder: &Path) -> bool {
    files.iter().all(|file| {
        let name = Path::new(&file.path).file_name().unwrap_or_default();
        let bytes = std::fs::read(folder.join(name));
        bytes.map_or(true, |bytes| data::sha256(&bytes) == file.sha256)
    })
}
