//! How a plan stands to its seal: not sealed, unchanged, or changed, and in what.

use super::changes;
use super::place::Place;
use super::reach::{Items, Reach};
use super::seal::{self, Found, Library, SealedData};
use crate::result::{self, Deviation, RunResult, Status};
use crate::text::World;

/// A plan as it is now.
#[derive(Debug, Clone, Copy)]
pub struct Now<'a> {
    /// What it says.
    pub items: &'a Items,
    /// The library.
    pub library: &'a Library,
    /// Its datasets.
    pub data: &'a [SealedData],
    /// The seed of the resampling; `None` where nothing is resampled.
    pub seed: Option<u64>,
}

/// How a plan stands to its seal.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// The seal, where there is one.
    pub sealed: Option<Found>,
    /// Why there is a seal that cannot be read.
    pub trouble: Option<String>,
    /// What has changed since.
    pub changes: Vec<Deviation>,
    /// Datasets that weren't there when the plan was sealed.
    pub awaited: Vec<String>,
    /// Whether the held-out rows were looked at before.
    pub looked_before: bool,
}

impl Standing {
    /// Reads the seal and compares.
    pub fn of(world: &dyn World, place: &Place, now: Now<'_>) -> Self {
        let found = match seal::read(world, &place.plan) {
            Ok(found) => found,
            Err(error) => {
                return Standing {
                    trouble: Some(error.to_string()),
                    ..Standing::default()
                };
            }
        };
        let Some(found) = found else {
            return Standing::default();
        };
        let sealed = &found.seal;
        let mut changes = changes::between(&sealed.meaning, now.items);
        changes.extend(data(sealed, now));
        changes.extend(library(&sealed.library, now.library));
        if let Some(seed) = now.seed.filter(|s| *s != sealed.seed) {
            changes.push(change("the run", "seed", sealed.seed, seed, true));
        }
        let absent = |d: &&SealedData| d.sha256.is_none();
        let awaited = sealed.data.iter().filter(absent).map(|d| d.dataset.clone());
        Standing {
            awaited: awaited.collect(),
            sealed: Some(found),
            trouble: None,
            changes,
            looked_before: false,
        }
    }

    /// The status of a run.
    pub fn status(&self) -> Status {
        match &self.sealed {
            None => Status::Exploratory,
            Some(_) if self.changes.is_empty() => Status::Confirmatory,
            Some(_) => Status::Deviating,
        }
    }

    /// The status as a word.
    pub fn word(&self) -> &'static str {
        match self.status() {
            Status::Exploratory => "exploratory",
            Status::Confirmatory => "confirmatory",
            Status::Deviating => "deviating",
        }
    }

    /// More on it: `sealed 2026-11-20, unchanged`.
    pub fn note(&self) -> Option<String> {
        let day = self.sealed.as_ref()?.seal.day();
        let (n, bearing) = (self.changes.len(), self.bearing());
        let s = if n == 1 { "" } else { "s" };
        // A seal that came after the results must not read as one that came before them.
        let day = match self.looked_before {
            true => format!("{day} after a look at the rows"),
            false => day.to_owned(),
        };
        Some(match (n, bearing) {
            (0, _) => format!("sealed {day}, unchanged"),
            (1, 0) => format!("sealed {day}, 1 change, which does not bear on a decision"),
            (1, _) => format!("sealed {day}, 1 change, which bears on a decision"),
            (_, 0) => format!("sealed {day}, {n} change{s}, none bears on a decision"),
            (_, b) if b == n => format!("sealed {day}, {n} change{s}, all bear on a decision"),
            (_, 1) => format!("sealed {day}, {n} change{s}, 1 bears on a decision"),
            (_, b) => format!("sealed {day}, {n} change{s}, {b} bear on a decision"),
        })
    }

    /// How many changes bear on a decision.
    pub fn bearing(&self) -> usize {
        self.changes.iter().filter(|c| c.bears).count()
    }

    /// Writes the standing into a result.
    pub fn mark(&self, result: &mut RunResult) {
        result.plan.status = self.status();
        result.plan.status_note = self.note();
        result.plan.deviations.clone_from(&self.changes);
        result.plan.sealed = self.sealed.as_ref().map(|found| result::Sealed {
            time: found.seal.sealed.clone(),
            lock_sha256: found.lock_sha256.clone(),
            tool: found.seal.tool.clone(),
        });
        if let Some(found) = &self.sealed
            && found.seal.tool != result.tool.version
        {
            let (then, now) = (&found.seal.tool, &result.tool.version);
            result
                .risks
                .push(format!("sealed by version {then}, run by {now}"));
        }
        for name in &self.awaited {
            result.risks.push(format!(
                "the data of {name} weren't there when the plan was sealed"
            ));
        }
    }
}

fn change(
    item: &str,
    field: &str,
    before: impl ToString,
    after: impl ToString,
    bears: bool,
) -> Deviation {
    Deviation {
        item: item.to_owned(),
        field: Some(field.to_owned()),
        before: Some(before.to_string()),
        after: Some(after.to_string()),
        adds_claim: false,
        bears,
    }
}

/// Datasets whose files have other bytes. One that came or went is an item that did.
fn data(sealed: &seal::Seal, now: Now<'_>) -> Vec<Deviation> {
    let reach = Reach::new(now.items);
    let changed = sealed.data.iter().filter_map(|then| {
        let is = now.data.iter().find(|d| d.dataset == then.dataset)?;
        // Another file is another `source:`.
        if is.source != then.source {
            return None;
        }
        let (was, is) = (
            then.sha256.as_ref()?,
            is.sha256.as_deref().unwrap_or("not there"),
        );
        let bears = reach.dataset(&then.dataset);
        let item = format!("dataset {}", then.dataset);
        (was != is).then(|| change(&item, "sha256 of its file", was, is, bears))
    });
    changed.collect()
}

/// Modules of the library that define something else than they did. Which are used is said by `use`.
fn library(sealed: &Library, now: &Library) -> Vec<Deviation> {
    let changed = sealed.used.iter().filter_map(|(name, was)| {
        let is = now.used.get(name)?;
        (was != is).then(|| change(name, "definitions", was, is, true))
    });
    changed.collect()
}
