//! Holds a folder's ledger, seals, signatures and reports against each other, and says what does not fit.

use super::entry::{Entry, Event};
use super::ledger::{self, Ledger};
use super::manifest::Manifest;
use super::seal::{self, Found, SealError};
use super::{sign, surroundings::day};
use crate::data::sha256;
use crate::text::World;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// How much a finding says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It fits.
    Sound,
    /// It cannot be told, or a crash explains it.
    Note,
    /// Somebody changed it.
    Tampered,
}

/// What was found, in order: of the ledger, then of each plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inspection {
    /// About what, in one clause each.
    pub findings: Vec<(Severity, String)>,
}

impl Inspection {
    fn say(&mut self, severity: Severity, words: impl Into<String>) {
        self.findings.push((severity, words.into()));
    }

    /// The gravest finding.
    pub fn worst(&self) -> Severity {
        let worst = self.findings.iter().map(|(s, _)| *s).max();
        worst.unwrap_or(Severity::Sound)
    }
}

/// Inspects a folder of plans, or one plan of it.
///
/// # Errors
/// A file that is there cannot be read; the path is in the message.
pub fn inspect(
    world: &dyn World,
    project: &Path,
    only: Option<&str>,
    allowed: Option<&Path>,
) -> io::Result<Inspection> {
    let folder = project.join(".bench");
    let ledger = ledger::read(world, &folder).map_err(|e| named(&ledger::path(&folder), &e))?;
    let mut found = Inspection::default();
    of_ledger(&ledger, &mut found);
    let entries = &ledger.entries;
    let mut plans: BTreeSet<String> = entries
        .iter()
        .filter_map(|e| e.event.plan().map(str::to_owned))
        .collect();
    plans.extend(locks(world, project)?);
    if let Some(only) = only {
        plans.insert(only.to_owned());
        plans.retain(|p| p == only);
    }
    for plan in &plans {
        of_seal(world, project, plan, &ledger, allowed, &mut found)?;
        of_reports(world, project, plan, entries, &mut found)?;
    }
    Ok(found)
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("cannot read `{}`: {error}", path.display()),
    )
}

/// The plans that have a seal beside them.
fn locks(world: &dyn World, project: &Path) -> io::Result<Vec<String>> {
    let folder = if project.as_os_str().is_empty() {
        Path::new(".")
    } else {
        project
    };
    let names = world.list(folder).map_err(|e| named(folder, &e))?;
    let plan = |name: &String| name.strip_suffix(".lock").map(str::to_owned);
    Ok(names
        .iter()
        .filter_map(plan)
        .filter(|p| p.ends_with(".bench"))
        .collect())
}

fn of_ledger(ledger: &Ledger, found: &mut Inspection) {
    if ledger.faults.is_empty() {
        let n = ledger.entries.len();
        let s = if n == 1 { "y is" } else { "ies are" };
        match ledger.exists {
            true => found.say(
                Severity::Sound,
                format!("ledger: {n} entr{s} whole and in order"),
            ),
            false => found.say(Severity::Note, "ledger: there is none"),
        }
    }
    for fault in &ledger.faults {
        let severity = if fault.is_tampering() {
            Severity::Tampered
        } else {
            Severity::Note
        };
        found.say(severity, format!("ledger: {}", fault.words()));
    }
}

/// An entry that sealed a plan.
struct Sealing<'e> {
    entry: &'e Entry,
    lock: &'e str,
    signed: bool,
}

fn of_seal(
    world: &dyn World,
    project: &Path,
    plan: &str,
    ledger: &Ledger,
    allowed: Option<&Path>,
    found: &mut Inspection,
) -> io::Result<()> {
    let sealings: Vec<Sealing<'_>> = ledger
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Seal {
                plan: of,
                lock_sha256,
                signed,
                ..
            } if of == plan => Some(Sealing {
                entry,
                lock: lock_sha256,
                signed: *signed,
            }),
            _ => None,
        })
        .collect();
    let lock = format!("{plan}.lock");
    let seal = match seal::read(world, &project.join(plan)) {
        Ok(seal) => seal,
        Err(SealError::Unreadable(path, e)) => return Err(named(&path, &e)),
        Err(error) => {
            found.say(Severity::Tampered, format!("{lock}: {error}"));
            return Ok(());
        }
    };
    match (&seal, sealings.last()) {
        (None, None) => found.say(Severity::Note, format!("{plan}: not sealed")),
        (None, Some(last)) => {
            let (seq, on) = (last.entry.seq, last.entry.day());
            let words = format!("{lock}: the seal is gone; entry {seq} records it on {on}");
            found.say(Severity::Tampered, words);
        }
        (Some(seal), last) => {
            let (severity, words) = judged(seal, last, &sealings, ledger.exists);
            found.say(severity, format!("{lock}: {words}"));
        }
    }
    if let Some(seal) = &seal {
        let signed = sealings.iter().find(|s| s.lock == seal.lock_sha256);
        let must = signed.is_some_and(|s| s.signed);
        of_signature(project, &lock, must, allowed, found);
    }
    Ok(())
}

fn judged(
    seal: &Found,
    last: Option<&Sealing<'_>>,
    sealings: &[Sealing<'_>],
    ledger: bool,
) -> (Severity, String) {
    let at = day(&seal.seal.sealed);
    if !seal.whole {
        let words = "the seal was edited: its bytes are not those that its hash was made of";
        return (Severity::Tampered, words.to_owned());
    }
    let Some(last) = last else {
        return match ledger {
            true => (
                Severity::Tampered,
                "the ledger doesn't know this seal: it was put here, or its entry taken out"
                    .to_owned(),
            ),
            false => (
                Severity::Note,
                format!("sealed {at} by its own word; no ledger records it"),
            ),
        };
    };
    if last.lock == seal.lock_sha256 {
        return (
            Severity::Sound,
            format!("sealed {at}, as entry {} records", last.entry.seq),
        );
    }
    let earlier = sealings.iter().find(|s| s.lock == seal.lock_sha256);
    let words = match earlier {
        Some(s) => format!(
            "the seal was replaced by the earlier one of entry {}; the last is that of entry {}",
            s.entry.seq, last.entry.seq
        ),
        None => format!(
            "the seal was replaced: it is not the one that entry {} records",
            last.entry.seq
        ),
    };
    (Severity::Tampered, words)
}

fn of_signature(
    project: &Path,
    lock: &str,
    must: bool,
    allowed: Option<&Path>,
    found: &mut Inspection,
) {
    let path = project.join(lock);
    let there = sign::path(&path).exists();
    match (there, allowed) {
        (false, None) if !must => {}
        (false, Some(_)) if !must => {
            found.say(Severity::Note, format!("{lock}: not signed"));
        }
        (false, _) => {
            found.say(Severity::Tampered, format!("{lock}: the signature is gone"));
        }
        (true, None) => found.say(
            Severity::Note,
            format!("{lock}: signed; `--allowed-signers FILE` says by whom"),
        ),
        (true, Some(allowed)) => match sign::verify(&path, allowed) {
            Ok(who) => found.say(Severity::Sound, format!("{lock}: signed by {who}")),
            Err(e @ (sign::SignError::NoProgram(_) | sign::SignError::Unreadable(..))) => {
                found.say(Severity::Note, format!("{lock}: the signature cannot be checked: {e}"));
            }
            Err(sign::SignError::Refused(said)) => found.say(
                Severity::Tampered,
                format!("{lock}: the signature is not that of an allowed signer for these bytes ({said})"),
            ),
        },
    }
}

fn of_reports(
    world: &dyn World,
    project: &Path,
    plan: &str,
    entries: &[Entry],
    found: &mut Inspection,
) -> io::Result<()> {
    // By file, every hash that was recorded of it, in order.
    let mut recorded: BTreeMap<&str, Vec<(&Entry, &str)>> = BTreeMap::new();
    for entry in entries {
        let Event::Report {
            plan: of, files, ..
        } = &entry.event
        else {
            continue;
        };
        if of == plan {
            for (file, hash) in files {
                recorded.entry(file).or_default().push((entry, hash));
            }
        }
    }
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    for (file, hashes) in recorded {
        let path = project.join(file);
        folders.extend(path.parent().map(Path::to_path_buf));
        let Some((last, wanted)) = hashes.last() else {
            continue;
        };
        let bytes = match world.read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                found.say(Severity::Note, format!("{file}: no longer there"));
                continue;
            }
            Err(e) => return Err(named(&path, &e)),
        };
        let is = sha256(&bytes);
        let earlier = hashes.iter().rev().find(|(_, hash)| **hash == is);
        match earlier {
            Some(_) if is == **wanted => {
                let words = format!("{file}: as entry {} records", last.seq);
                found.say(Severity::Sound, words);
            }
            Some((entry, _)) => found.say(
                Severity::Note,
                format!(
                    "{file}: the report of entry {}; that of entry {} was not written to its end",
                    entry.seq, last.seq
                ),
            ),
            None => {
                let words = format!(
                    "{file}: the report was edited: entry {} records other bytes",
                    last.seq
                );
                found.say(Severity::Tampered, words);
            }
        }
    }
    for folder in folders {
        of_manifest(
            world,
            project,
            &folder.join("manifest.json"),
            entries,
            found,
        )?;
    }
    Ok(())
}

/// A manifest names the entry of its run; one that the ledger hasn't was cut off or taken out.
fn of_manifest(
    world: &dyn World,
    project: &Path,
    path: &Path,
    entries: &[Entry],
    found: &mut Inspection,
) -> io::Result<()> {
    let shown = path
        .strip_prefix(project)
        .unwrap_or(path)
        .display()
        .to_string();
    let bytes = match world.read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(named(path, &e)),
    };
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes) else {
        found.say(
            Severity::Tampered,
            format!("{shown}: no manifest can be read there"),
        );
        return Ok(());
    };
    let pointer = &manifest.ledger;
    let known = entries
        .iter()
        .any(|e| e.seq == pointer.seq && e.sha256 == pointer.sha256);
    if !known {
        let words = format!(
            "{shown}: its run is entry {}, and the ledger has no such entry",
            pointer.seq
        );
        found.say(Severity::Tampered, words);
    }
    Ok(())
}
