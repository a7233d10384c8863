//! Copies of what has no file of its own, where an editor can open them: modules of the library, pages of codes.
//!
//! They lie in the machine's folder for what may be lost, below one for each version, and are written when they are
//! first needed: an editor can open a file, and few could open anything else.

use super::convert;
use crate::diagnostic::CodeInfo;
use gen_lsp_types as lsp;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The pages that were written.
#[derive(Debug, Default)]
pub(super) struct Pages {
    known: RefCell<BTreeMap<&'static str, Option<lsp::Uri>>>,
}

impl Pages {
    /// Where the page of a code lies; `None` where it cannot be written.
    pub(super) fn of(&self, code: &'static CodeInfo) -> Option<lsp::Uri> {
        let write = || {
            let name = format!("codes/{}.md", code.code);
            Some(convert::uri(&copy(Path::new(&name), code.page)?))
        };
        let mut known = self.known.borrow_mut();
        known.entry(code.code).or_insert_with(write).clone()
    }
}

/// A text as a file that an editor can open.
pub(super) fn copy(name: &Path, text: &str) -> Option<PathBuf> {
    let version = env!("CARGO_PKG_VERSION");
    let folder = std::env::temp_dir().join(format!("benchwright-{version}"));
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent()?).ok()?;
    if std::fs::read(&path).ok().as_deref() != Some(text.as_bytes()) {
        crate::data::write_atomic(&path, text.as_bytes()).ok()?;
    }
    Some(path)
}
