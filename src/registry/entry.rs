//! One line of the ledger: what happened, when, after what, sealed by its own hash.

use crate::data::sha256;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The `prev` of the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Rows that judge, whatever they are called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Partition {
    /// What the plan calls them: `reviews.test`.
    pub name: String,
    /// SHA-256 of their dataset's file.
    pub dataset_sha256: String,
    /// SHA-256 of their ids and labels, sorted by id: the same for the same rows, wherever they stand.
    pub rows_sha256: String,
    /// How many.
    pub rows: u64,
}

/// What an entry records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Event {
    /// A plan was sealed.
    Seal {
        /// The plan's file, from the ledger's folder's parent.
        plan: String,
        /// Hash of its meaning.
        meaning_sha256: String,
        /// Hash of the seal's file.
        lock_sha256: String,
        /// Whether a signature lies beside it.
        signed: bool,
    },
    /// Systems were judged on held-out rows. Written before anything is computed from them.
    Access {
        /// The plan's file.
        plan: String,
        /// Hash of its meaning.
        meaning_sha256: String,
        /// `exploratory`, `confirmatory` or `deviating`.
        status: String,
        /// What the result depends on, as one hash: meaning, data, outputs and seed. Equal ones have equal
        /// results.
        key: String,
        /// The rows.
        partitions: Vec<Partition>,
        /// The systems that the claims are about.
        subjects: Vec<String>,
        /// What it decides, by name; empty for claims alone.
        decides: Vec<String>,
    },
    /// A report is about to be written.
    Report {
        /// The plan's file.
        plan: String,
        /// The key of its access.
        key: String,
        /// The files by path from the plan's folder, with their hashes.
        files: BTreeMap<String, String>,
        /// The outcome of each decision; empty text where it is undecided.
        outcomes: BTreeMap<String, String>,
    },
    /// The last line had not been written whole, and was put here.
    Mended {
        /// What there was of it.
        torn: String,
    },
}

impl Event {
    /// The plan it is about.
    pub fn plan(&self) -> Option<&str> {
        match self {
            Event::Seal { plan, .. } | Event::Access { plan, .. } | Event::Report { plan, .. } => {
                Some(plan)
            }
            Event::Mended { .. } => None,
        }
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1. Numbers order the ledger; times are what the clock said.
    pub seq: u64,
    /// When, in UTC.
    pub time: String,
    /// The hash of the entry before it.
    pub prev: String,
    /// What happened.
    pub event: Event,
    /// Its own hash.
    pub sha256: String,
}

/// All of an entry but its hash.
#[derive(Serialize, Deserialize)]
struct Body {
    seq: u64,
    time: String,
    prev: String,
    #[serde(flatten)]
    event: Event,
}

/// Why a line is no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unwhole {
    /// It has not the form of one.
    Form,
    /// Its hash is another one.
    Hash,
}

const BEFORE_HASH: &str = ",\"sha256\":\"";

impl Entry {
    /// The entry that follows `prev`.
    pub(super) fn after(prev: Option<&Entry>, time: String, event: Event) -> Entry {
        let mut entry = Entry {
            seq: prev.map_or(1, |p| p.seq + 1),
            time,
            prev: prev.map_or(GENESIS.to_owned(), |p| p.sha256.clone()),
            event,
            sha256: String::new(),
        };
        entry.sha256 = sha256(entry.body().as_bytes());
        entry
    }

    fn body(&self) -> String {
        let body = Body {
            seq: self.seq,
            time: self.time.clone(),
            prev: self.prev.clone(),
            event: self.event.clone(),
        };
        // Every key is a string: writing cannot fail.
        serde_json::to_string(&body).unwrap_or_default()
    }

    /// The line, without its end.
    pub fn line(&self) -> String {
        let body = self.body();
        let open = body.strip_suffix('}').unwrap_or(&body);
        format!("{open}{BEFORE_HASH}{}\"}}", self.sha256)
    }

    /// Reads a line, and holds its bytes to its hash.
    pub(super) fn read(line: &str) -> Result<Entry, Unwhole> {
        let (open, hash) = line.rsplit_once(BEFORE_HASH).ok_or(Unwhole::Form)?;
        let hash = hash.strip_suffix("\"}").ok_or(Unwhole::Form)?;
        let body = format!("{open}}}");
        if sha256(body.as_bytes()) != hash {
            return Err(Unwhole::Hash);
        }
        let body: Body = serde_json::from_str(&body).map_err(|_| Unwhole::Form)?;
        Ok(Entry {
            seq: body.seq,
            time: body.time,
            prev: body.prev,
            event: body.event,
            sha256: hash.to_owned(),
        })
    }

    /// The day of its time.
    pub fn day(&self) -> &str {
        super::surroundings::day(&self.time)
    }
}
