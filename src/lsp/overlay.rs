//! The machine's files, with what is open in the editor in front of what is on the disk.

use crate::text::{DiskWorld, World};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Unsaved texts by path.
#[derive(Debug, Clone, Default)]
pub(super) struct Overlay {
    pub(super) texts: BTreeMap<PathBuf, Arc<str>>,
}

impl World for Overlay {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send + '_>> {
        match self.texts.get(path) {
            Some(text) => Ok(Box::new(text.as_bytes())),
            None => DiskWorld.open(path),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        DiskWorld.list(folder)
    }
}
