//! Finished tasks are brought to the disk in groups, so that many short ones do not each wait for it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Beyond this many folders at once the whole file system is asked, not file by file.
const MANY: usize = 8;

/// Folders that wait for the disk.
#[derive(Debug, Default)]
pub(super) struct Syncer {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    folders: Vec<PathBuf>,
    closed: bool,
    failed: Option<(PathBuf, io::ErrorKind, String)>,
}

impl Syncer {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a folder.
    pub(super) fn add(&self, folder: PathBuf) {
        self.lock().folders.push(folder);
        self.more.notify_one();
    }

    /// No more will come.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.more.notify_one();
    }

    /// What could not be brought to the disk, if anything.
    pub(super) fn failed(&self) -> Option<(PathBuf, io::Error)> {
        let failed = self.lock().failed.take();
        failed.map(|(path, kind, text)| (path, io::Error::new(kind, text)))
    }

    /// Works until it is closed and everything is on the disk.
    pub(super) fn work(&self) {
        loop {
            let folders = {
                let mut waiting = self.lock();
                while waiting.folders.is_empty() && !waiting.closed {
                    let woken = self.more.wait(waiting);
                    waiting = woken.unwrap_or_else(PoisonError::into_inner);
                }
                if waiting.folders.is_empty() {
                    return;
                }
                std::mem::take(&mut waiting.folders)
            };
            if let Err((path, error)) = bring(&folders) {
                let said = (path, error.kind(), error.to_string());
                self.lock().failed.get_or_insert(said);
            }
        }
    }
}

fn bring(folders: &[PathBuf]) -> Result<(), (PathBuf, io::Error)> {
    if folders.len() > MANY
        && let Some(first) = folders.first()
        && whole(first)
    {
        return Ok(());
    }
    let sync = |path: &Path| {
        let done = File::open(path).and_then(|file| file.sync_all());
        done.map_err(|error| (path.to_owned(), error))
    };
    for folder in folders {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|t| t.is_file()) {
                sync(&entry.path())?;
            }
        }
        sync(folder)?;
    }
    match folders.first().and_then(|f| f.parent()) {
        Some(parent) => sync(parent),
        None => Ok(()),
    }
}

#[cfg(target_os = "linux")]
fn whole(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| rustix::fs::syncfs(file).is_ok())
}

#[cfg(not(target_os = "linux"))]
fn whole(_: &Path) -> bool {
    false
}
