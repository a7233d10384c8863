//! One run at a time in a folder: a lock that the system takes back when its holder dies.

use super::store::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// The lock, held as long as this lives.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    /// Whether its last holder died without giving it back.
    pub(super) left_over: bool,
}

impl Lock {
    /// Takes the lock at `path`.
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        let unwritable = |error: std::io::Error| StoreError::unwritable(path, &error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                return Err(StoreError::Held {
                    path: path.to_owned(),
                    holder: holder.trim().to_string(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(unwritable(error)),
        }
        let mut before = String::new();
        let _ = file.read_to_string(&mut before);
        let mut lock = Lock {
            file,
            left_over: !before.trim().is_empty(),
        };
        let host = super::machine::host();
        lock.write(&format!("process {} on {host}\n", std::process::id()))
            .map_err(unwritable)?;
        Ok(lock)
    }

    fn write(&mut self, text: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text.as_bytes())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // An empty file tells that its holder ended in order; the lock itself goes with the file.
        let _ = self.write("");
    }
}
