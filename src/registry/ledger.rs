//! The ledger: every sealing, every look at held-out rows and every report, one line each, in a chain.
//!
//! Writers take a lock, hold the chain to its head, append one line, and wait until it is on the disk;
//! then the head moves on. So a crash loses at most the entry that was being written, whose torn line the
//! next writer keeps as an entry of its own. Numbers order the entries: a clock that goes back harms nothing.

use super::chain::{self, Fault, Head};
use super::entry::{Entry, Event};
use super::surroundings;
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::text::World;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const LEDGER: &str = "ledger.jsonl";
const HEAD: &str = "ledger.head";
const LOCK: &str = "ledger.lock";

/// A ledger as it was read.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Whether there is one.
    pub exists: bool,
    /// Its whole entries, as they stand.
    pub entries: Vec<Entry>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// Why nothing was appended.
#[derive(Debug)]
pub enum AppendError {
    /// The chain is broken; nothing may be added before it is seen to.
    Broken(Vec<Fault>),
    /// The system's reason.
    Unwritable(PathBuf, io::Error),
}

/// In words, for who runs a plan.
pub fn diagnose(error: &AppendError) -> Diagnostic {
    match error {
        AppendError::Unwritable(path, e) => data::diagnose(
            &data::DataError::Unwritable {
                path: path.clone(),
                reason: e.to_string(),
            },
            None,
        )
        .help("every look at held-out rows is recorded there before it is made, so without it there is none"),
        AppendError::Broken(faults) => {
            let d = Diagnostic::new(
                &super::x103_ledger_broken::INFO,
                "the ledger of looks at held-out rows is not what was written",
            );
            let d = faults.iter().fold(d, |d, f| d.witness(f.words()));
            d.help("`benchwright audit` says what was changed")
        }
    }
}

/// The ledger's file in a `.bench` folder.
pub fn path(folder: &Path) -> PathBuf {
    folder.join(LEDGER)
}

/// Reads the ledger of a `.bench` folder; one that isn't there is empty.
///
/// # Errors
/// The file is there and cannot be read.
pub fn read(world: &dyn World, folder: &Path) -> io::Result<Ledger> {
    let text = missing_is_none(world.read(&folder.join(LEDGER)))?;
    let head = missing_is_none(world.read(&folder.join(HEAD)))?;
    Ok(understood(text.as_deref(), head.as_deref()))
}

fn missing_is_none(read: io::Result<Vec<u8>>) -> io::Result<Option<Vec<u8>>> {
    match read {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

fn understood(text: Option<&[u8]>, head: Option<&[u8]>) -> Ledger {
    let read: Option<Result<Head, _>> = head.map(serde_json::from_slice);
    let unread = matches!(read, Some(Err(_)));
    let head = read.and_then(Result::ok);
    let (entries, mut faults) = chain::read(text.unwrap_or_default(), head.as_ref());
    if let (None, Some(head)) = (text, &head) {
        faults = vec![Fault::Gone(head.seq)];
    }
    if unread {
        faults.push(Fault::Head);
    }
    Ledger {
        exists: text.is_some(),
        entries,
        faults,
    }
}

/// Appends one entry and waits until it is on the disk; many processes may do so at once.
///
/// # Errors
/// The chain is broken, or a file cannot be written; then nothing was added.
pub fn append(folder: &Path, event: Event) -> Result<Entry, AppendError> {
    let path = folder.join(LEDGER);
    let failed = |e: io::Error| AppendError::Unwritable(path.clone(), e);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(LOCK))
        .map_err(failed)?;
    // Released when the file is closed, also by a crash.
    lock.lock().map_err(failed)?;
    let new = !path.exists();
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(&path)
        .map_err(failed)?;
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(failed)?;
    let head = missing_is_none(std::fs::read(folder.join(HEAD))).map_err(failed)?;
    let ledger = understood((!new).then_some(text.as_slice()), head.as_deref());
    let broken: Vec<Fault> = ledger
        .faults
        .iter()
        .filter(|f| f.is_tampering())
        .cloned()
        .collect();
    if !broken.is_empty() {
        if new {
            // Opening made it; an empty ledger would hide that the old one is gone.
            let _ = std::fs::remove_file(&path);
        }
        return Err(AppendError::Broken(broken));
    }
    let mut lines = String::new();
    let mut last = ledger.entries.last().cloned();
    let whole = whole_length(&text);
    let torn = text.get(whole..).unwrap_or_default();
    let mended = ledger.faults.iter().any(|f| matches!(f, Fault::Torn(_)));
    if mended {
        file.set_len(whole as u64).map_err(failed)?;
        let torn = String::from_utf8_lossy(torn).into_owned();
        let entry = Entry::after(last.as_ref(), surroundings::now(), Event::Mended { torn });
        lines += &(entry.line() + "\n");
        last = Some(entry);
    } else if !torn.is_empty() {
        // Only its line end was lost.
        lines.push('\n');
    }
    let entry = Entry::after(last.as_ref(), surroundings::now(), event);
    lines += &(entry.line() + "\n");
    let kept = if mended { whole } else { text.len() };
    if let Err(error) = written(&mut file, &lines) {
        // What is there in part is worse than nothing.
        let _ = file.set_len(kept as u64);
        return Err(failed(error));
    }
    if new {
        // A new file's name must survive a crash, too.
        File::open(folder)
            .and_then(|f| f.sync_all())
            .map_err(failed)?;
    }
    let head = Head {
        seq: entry.seq,
        sha256: entry.sha256.clone(),
    };
    let head = serde_json::to_string(&head).unwrap_or_default() + "\n";
    data::write_atomic(&folder.join(HEAD), head.as_bytes()).map_err(|e| match e {
        data::DataError::Unwritable { path, reason } => {
            AppendError::Unwritable(path, io::Error::other(reason))
        }
        _ => failed(io::Error::other("the head cannot be written")),
    })?;
    Ok(entry)
}

fn written(file: &mut File, lines: &str) -> io::Result<()> {
    file.seek(SeekFrom::End(0))?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

/// The length of the lines that have an end.
fn whole_length(text: &[u8]) -> usize {
    text.iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1)
}
