//! The folder of a plan's runs: `runs/KEY` for what is finished, `failed/KEY` for what failed, `splits` for
//! the files that runs are given, `tmp` for what is under way.
//!
//! A folder in `runs` is whole: everything in it was written before it was given its name. Whatever else
//! happens to it shows when it is looked up, and then it isn't there.

use super::capture::last_lines;
use super::group;
use super::lock::Lock;
use super::record::TaskRecord;
use crate::data;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The name of a task's record in its folder.
pub(super) const RECORD: &str = "task.json";

/// The store of a plan, held by this process alone.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    lock: Lock,
    next: AtomicU64,
}

/// Why a store cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// Another process runs in it.
    Held {
        /// The lock's file.
        path: PathBuf,
        /// Who holds it.
        holder: String,
    },
    /// It cannot be written.
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        reason: String,
        /// Whether the disk is full.
        full: bool,
    },
}

impl StoreError {
    pub(super) fn unwritable(path: &Path, error: &io::Error) -> Self {
        StoreError::Unwritable {
            path: path.to_owned(),
            reason: error.to_string(),
            full: is_full(error),
        }
    }
}

/// Whether an error tells that there is no room left.
pub(super) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// What a store holds of a task.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// It is finished.
    Done(Box<TaskRecord>),
    /// It failed when it was tried last.
    Failed(Box<TaskRecord>),
    /// Nothing.
    Absent,
}

/// The file of a finished task's output in the store at `root`.
pub fn output(root: &Path, key: &str, name: &str) -> PathBuf {
    root.join("runs").join(key).join(name)
}

/// What is stored of a task, without holding the store.
pub fn stored(root: &Path, key: &str) -> Entry {
    if let Some(record) = finished(&root.join("runs").join(key), key) {
        return Entry::Done(Box::new(record));
    }
    match record(&root.join("failed").join(key)) {
        Some(record) => Entry::Failed(Box::new(record)),
        None => Entry::Absent,
    }
}

/// The last lines that a failed task complained with, or else printed.
pub fn complaint(root: &Path, key: &str, record: &TaskRecord, lines: usize) -> Vec<String> {
    let log = if record.stderr.bytes > 0 {
        "stderr.log"
    } else {
        "stdout.log"
    };
    let file = root.join("failed").join(key).join(log);
    last_lines(&fs::read(file).unwrap_or_default(), lines)
}

fn record(folder: &Path) -> Option<TaskRecord> {
    let text = fs::read(folder.join(RECORD)).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The record of a finished task, if its output is the one that was written.
fn finished(folder: &Path, key: &str) -> Option<TaskRecord> {
    let record = record(folder).filter(|r| r.key == key && r.failure.is_none())?;
    let output = record.output.as_ref()?;
    let bytes = fs::read(folder.join(&output.file)).ok()?;
    let same = bytes.len() as u64 == output.bytes && data::sha256(&bytes) == output.sha256;
    same.then_some(record)
}

impl Store {
    /// Opens the store at `root`, makes it where there is none, and clears away what a process that died left.
    ///
    /// # Errors
    /// Another process holds it, or it cannot be written.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let made = |path: &Path| {
            fs::create_dir_all(path).map_err(|error| StoreError::unwritable(path, &error))
        };
        made(root)?;
        let root = fs::canonicalize(root).map_err(|e| StoreError::unwritable(root, &e))?;
        let lock = Lock::take(&root.join("lock"))?;
        let store = Store {
            root,
            lock,
            next: AtomicU64::new(0),
        };
        if store.lock.left_over {
            group::sweep(&store.mark());
        }
        // No one else writes here, so what is under way there is no longer.
        let tmp = store.folder("tmp");
        if tmp.exists() {
            fs::remove_dir_all(&tmp).map_err(|e| StoreError::unwritable(&tmp, &e))?;
        }
        for folder in ["runs", "failed", "splits", "tmp"] {
            made(&store.folder(folder))?;
        }
        Ok(store)
    }

    /// The folder of the store.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The beginning of the marks of all processes of this store.
    pub(super) fn mark(&self) -> String {
        format!("{}:", self.root.display())
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The record of a task, if it is finished and whole.
    pub fn finished(&self, key: &str) -> Option<TaskRecord> {
        finished(&self.folder("runs").join(key), key)
    }

    /// The file of `splits` of this name; it is written with `bytes` unless it is there with this hash.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn split(&self, name: &str, sha256: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.split_path(name);
        let there = fs::read(&path).is_ok_and(|old| data::sha256(&old) == sha256);
        if there {
            return Ok(());
        }
        data::write_atomic(&path, bytes).map_err(|error| match error {
            data::DataError::Unwritable { path, reason } => StoreError::Unwritable {
                full: reason.contains("No space left") || reason.contains("too large"),
                path,
                reason,
            },
            _ => StoreError::Unwritable {
                path: path.clone(),
                reason: "it cannot be written".into(),
                full: false,
            },
        })?;
        read_only(&path).map_err(|e| StoreError::unwritable(&path, &e))
    }

    pub(super) fn split_path(&self, name: &str) -> PathBuf {
        self.folder("splits").join(name)
    }

    /// A new folder for a task under way.
    pub(super) fn begin(&self, key: &str) -> Result<PathBuf, StoreError> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder("tmp").join(format!("{key}-{n}"));
        fs::create_dir_all(&folder).map_err(|error| StoreError::unwritable(&folder, &error))?;
        Ok(folder)
    }

    /// Gives a finished folder its place: `kind` is `runs` or `failed`.
    pub(super) fn settle(&self, from: &Path, kind: &str, key: &str) -> Result<PathBuf, StoreError> {
        let to = self.folder(kind).join(key);
        let unwritable = |error: io::Error| StoreError::unwritable(&to, &error);
        if to.exists() {
            let old = from.with_extension("old");
            fs::rename(&to, &old).map_err(unwritable)?;
            let _ = fs::remove_dir_all(&old);
        }
        fs::rename(from, &to).map_err(unwritable)?;
        if kind == "runs" {
            let _ = fs::remove_dir_all(self.folder("failed").join(key));
        }
        Ok(to)
    }

    /// Takes away finished and failed tasks but those with these keys, and files of `splits` but those named; how many
    /// tasks and how many bytes that were.
    ///
    /// # Errors
    /// Something cannot be taken away.
    pub fn clean(&self, keys: &[String], splits: &[String]) -> Result<(usize, u64), StoreError> {
        let (mut tasks, mut bytes) = (0, 0);
        for (kind, keep) in [("runs", keys), ("failed", keys), ("splits", splits)] {
            let folder = self.folder(kind);
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if keep.contains(&name) {
                    continue;
                }
                let path = entry.path();
                bytes += size(&path);
                let gone = if path.is_dir() {
                    tasks += 1;
                    fs::remove_dir_all(&path)
                } else {
                    fs::remove_file(&path)
                };
                gone.map_err(|error| StoreError::unwritable(&path, &error))?;
            }
        }
        Ok((tasks, bytes))
    }
}

fn size(path: &Path) -> u64 {
    if path.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        return entries.map(|entry| size(&entry.path())).sum();
    }
    fs::metadata(path).map_or(0, |m| m.len())
}

fn read_only(path: &Path) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_readonly(true);
    fs::set_permissions(path, permissions)
}
