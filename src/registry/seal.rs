//! The seal of a plan: what it said, on which data, before the held-out rows were looked at.
//!
//! `plan.bench.lock` is JSON for people and tools. It ends with a hash of all above it, so that an edit is
//! found out without the ledger; the ledger has the hash of the whole file, so that another seal in its place is.

use super::reach::Items;
use super::surroundings::Git;
use crate::data::sha256;
use crate::text::World;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Names the shape of the file.
pub const FORMAT: &str = "benchwright seal 1";

/// A sealed plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seal {
    /// [`FORMAT`].
    pub format: String,
    /// The plan's file, beside the seal.
    pub plan: String,
    /// Its name.
    pub title: String,
    /// When it was sealed, in UTC.
    pub sealed: String,
    /// Hash of what it means.
    pub meaning_sha256: String,
    /// The seed of the resampling.
    pub seed: u64,
    /// The version of the program.
    pub tool: String,
    /// Where the repository stood.
    pub git: Option<Git>,
    /// Hash of the whole library, and of each module that the plan uses.
    pub library: Library,
    /// The datasets with a file.
    pub data: Vec<SealedData>,
    /// What its claims can show, as `benchwright power --format json` has it.
    pub power: Value,
    /// Findings that the plan leaves open: code, name and message.
    pub open: Vec<Finding>,
    /// Warnings that stand.
    pub warnings: Vec<Finding>,
    /// Findings that it waives, with the reason.
    pub waivers: Vec<Finding>,
    /// What it says, item by item and field by field.
    pub meaning: Items,
    /// Hash of all above, as written.
    pub sha256: String,
}

/// The library of metrics and protocols.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Library {
    /// Hash of all modules.
    pub sha256: String,
    /// Of what each module means that the plan uses.
    pub used: BTreeMap<String, String>,
}

/// A dataset when the plan was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedData {
    /// Its name.
    pub dataset: String,
    /// The file as the plan names it.
    pub source: String,
    /// Its hash; `None` where it wasn't there yet.
    pub sha256: Option<String>,
}

/// What the checker said of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Such as `U108`.
    pub code: String,
    /// Such as `underpowered`.
    pub name: String,
    /// One clause.
    pub message: String,
    /// The author's reason, where it is waived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A seal as it lies on the disk.
#[derive(Debug, Clone)]
pub struct Found {
    /// What it says.
    pub seal: Seal,
    /// The hash of its file.
    pub lock_sha256: String,
    /// Whether it says what was sealed: its own hash holds.
    pub whole: bool,
}

/// Why a seal cannot be read.
#[derive(Debug)]
pub enum SealError {
    /// The system's reason.
    Unreadable(PathBuf, io::Error),
    /// It is no seal; at which line, and why.
    Form(PathBuf, usize, String),
    /// It is the seal of a newer program.
    Format(PathBuf, String),
}

impl std::fmt::Display for SealError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SealError::Unreadable(path, e) => write!(f, "cannot read `{}`: {e}", path.display()),
            SealError::Form(path, line, why) => {
                write!(f, "`{}` is no seal (line {line}): {why}", path.display())
            }
            SealError::Format(path, format) => write!(
                f,
                "`{}` is of the form “{format}”, and this version reads “{FORMAT}”",
                path.display()
            ),
        }
    }
}

impl std::error::Error for SealError {}

/// The file of a plan's seal: `plan.bench.lock`.
pub fn path(plan: &Path) -> PathBuf {
    let mut name = plan.file_name().unwrap_or_default().to_os_string();
    name.push(".lock");
    plan.with_file_name(name)
}

impl Seal {
    /// The seal with its hash.
    #[must_use]
    pub fn closed(mut self) -> Self {
        self.sha256 = self.own_hash();
        self
    }

    fn own_hash(&self) -> String {
        let open = Seal {
            sha256: String::new(),
            ..self.clone()
        };
        sha256(open.text().as_bytes())
    }

    /// The file's text.
    pub fn text(&self) -> String {
        // Every map has string keys and every number is finite: writing cannot fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The day on which it was sealed.
    pub fn day(&self) -> &str {
        super::surroundings::day(&self.sealed)
    }
}

/// The seal beside a plan, where there is one.
///
/// # Errors
/// It cannot be read, or is none.
pub fn read(world: &dyn World, plan: &Path) -> Result<Option<Found>, SealError> {
    let path = path(plan);
    let bytes = match world.read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(SealError::Unreadable(path, e)),
    };
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|e| SealError::Form(path.clone(), e.line(), e.to_string()))?;
    if let Some(format) = value.get("format").and_then(Value::as_str)
        && format != FORMAT
    {
        return Err(SealError::Format(path, format.to_owned()));
    }
    let seal: Seal = serde_json::from_slice(&bytes)
        .map_err(|e| SealError::Form(path, e.line(), e.to_string()))?;
    // Read and written again it is the same bytes, or somebody wrote in it.
    let whole = seal.own_hash() == seal.sha256 && seal.text().as_bytes() == bytes;
    Ok(Some(Found {
        seal,
        lock_sha256: sha256(&bytes),
        whole,
    }))
}
