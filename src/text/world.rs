//! The one door to files: the disk for the command line, a map of strings for tests and editors.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where plans and data come from. Paths are those the plan writes, already joined to its folder.
pub trait World: Sync {
    /// Opens a file for reading from its start.
    ///
    /// # Errors
    /// The file does not exist or cannot be read.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send + '_>>;

    /// The whole file.
    ///
    /// # Errors
    /// The file does not exist or cannot be read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(path)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The file itself, where it lies on a disk: for those who read it here and there.
    ///
    /// # Errors
    /// The file does not exist or cannot be read.
    fn file(&self, path: &Path) -> io::Result<Option<File>> {
        let _ = path;
        Ok(None)
    }

    /// The length of a file in bytes, where it can be had without reading it.
    fn size(&self, path: &Path) -> Option<u64> {
        let _ = path;
        None
    }

    /// Names of the files and folders in `folder`, sorted.
    ///
    /// # Errors
    /// The folder does not exist or cannot be listed.
    fn list(&self, folder: &Path) -> io::Result<Vec<String>>;
}

/// The machine's own files.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskWorld;

impl World for DiskWorld {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send + '_>> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "this is a folder, not a file",
            ));
        }
        Ok(Box::new(file))
    }

    fn file(&self, path: &Path) -> io::Result<Option<File>> {
        File::open(path).map(Some)
    }

    fn size(&self, path: &Path) -> Option<u64> {
        Some(std::fs::metadata(path).ok()?.len())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut names = std::fs::read_dir(folder)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    }
}

/// Files held in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryWorld {
    files: BTreeMap<PathBuf, Arc<[u8]>>,
}

impl MemoryWorld {
    /// The same world with one more file.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, bytes: impl AsRef<[u8]>) -> Self {
        self.files.insert(path.into(), bytes.as_ref().into());
        self
    }
}

impl World for MemoryWorld {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send + '_>> {
        let bytes = self
            .files
            .get(path)
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such file"))?;
        Ok(Box::new(bytes.as_ref()))
    }

    fn size(&self, path: &Path) -> Option<u64> {
        Some(self.files.get(path)?.len() as u64)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|p| p.strip_prefix(folder).ok())
            .filter_map(|rest| rest.components().next())
            .map(|c| c.as_os_str().to_string_lossy().into_owned())
            .collect();
        names.dedup();
        if names.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no such folder"));
        }
        Ok(names)
    }
}
