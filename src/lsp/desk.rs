//! What is open in the editor, and what is known of it.

use super::convert::{self, Encoding};
use super::overlay::Overlay;
use crate::analysis::{Analysis, MetricFacts, analyse, metrics};
use crate::editing::Document;
use crate::text::{FileId, LineIndex, MemoryWorld};
use gen_lsp_types as lsp;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is open, analysed as far as it was looked at.
pub(super) struct Desk {
    /// How the client counts within a line.
    pub(super) encoding: Encoding,
    /// The folders that are open.
    pub(super) folders: Vec<PathBuf>,
    /// The files.
    pub(super) world: Overlay,
    /// By path; of those that are open only.
    analyses: BTreeMap<PathBuf, Arc<Analysis>>,
    /// Open files that must be looked at again.
    dirty: BTreeSet<PathBuf>,
    /// For each open plan the files that it was said something of.
    told: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// Closed files whose diagnostics are to be taken back.
    closed: BTreeSet<PathBuf>,
    library: Option<Arc<Vec<MetricFacts>>>,
}

impl Desk {
    pub(super) fn new(encoding: Encoding, folders: Vec<PathBuf>) -> Self {
        Desk {
            encoding,
            folders,
            world: Overlay::default(),
            analyses: BTreeMap::new(),
            dirty: BTreeSet::new(),
            told: BTreeMap::new(),
            closed: BTreeSet::new(),
            library: None,
        }
    }

    /// Whether something must be looked at.
    pub(super) fn is_dirty(&self) -> bool {
        !self.dirty.is_empty() || !self.closed.is_empty()
    }

    /// A file was opened, or has this text now.
    pub(super) fn open(&mut self, uri: &lsp::Uri, text: String) {
        let path = convert::path(uri);
        self.world.texts.insert(path.clone(), text.into());
        self.changed(&path);
    }

    /// A stretch of an open file was replaced.
    pub(super) fn edit(&mut self, uri: &lsp::Uri, range: lsp::Range, by: &str) {
        let path = convert::path(uri);
        let Some(text) = self.world.texts.get(&path) else {
            return;
        };
        let lines = LineIndex::new(text);
        let at = |p| convert::offset(text, &lines, p, self.encoding) as usize;
        let (from, to) = (at(range.start), at(range.end).max(at(range.start)));
        let mut changed = String::with_capacity(text.len() + by.len());
        changed.push_str(text.get(..from).unwrap_or(""));
        changed.push_str(by);
        changed.push_str(text.get(to..).unwrap_or(""));
        self.world.texts.insert(path.clone(), changed.into());
        self.changed(&path);
    }

    /// A file was closed.
    pub(super) fn close(&mut self, uri: &lsp::Uri) {
        let path = convert::path(uri);
        self.world.texts.remove(&path);
        self.analyses.remove(&path);
        self.dirty.remove(&path);
        self.changed(&path);
        self.dirty.remove(&path);
        self.closed.insert(path);
    }

    /// Something outside changed: every open plan may mean something else.
    pub(super) fn look_again(&mut self) {
        self.dirty.extend(self.world.texts.keys().cloned());
    }

    /// Marks the file and the open plans that use it.
    fn changed(&mut self, path: &Path) {
        self.dirty.insert(path.to_path_buf());
        let uses = |a: &Analysis| {
            a.sources
                .iter()
                .any(|(_, f)| f.path.as_deref() == Some(path))
        };
        for (root, analysis) in &self.analyses {
            if uses(analysis) {
                self.dirty.insert(root.clone());
            }
        }
    }

    /// What is known of an open file, or of one on the disk.
    pub(super) fn analysis(&mut self, path: &Path) -> Option<Arc<Analysis>> {
        let fresh = !self.dirty.contains(path);
        if let Some(known) = self.analyses.get(path).filter(|_| fresh) {
            return Some(Arc::clone(known));
        }
        let analysis = Arc::new(analyse(&self.world, path).ok()?);
        if self.world.texts.contains_key(path) {
            self.analyses
                .insert(path.to_path_buf(), Arc::clone(&analysis));
        }
        Some(analysis)
    }

    /// Every open plan, analysed.
    pub(super) fn all(&mut self) -> Vec<Arc<Analysis>> {
        let paths: Vec<PathBuf> = self.world.texts.keys().cloned().collect();
        paths.iter().filter_map(|p| self.analysis(p)).collect()
    }

    /// Looks at everything that must be looked at; what is to be told the client.
    pub(super) fn refresh(&mut self) -> Vec<lsp::PublishDiagnosticsParams> {
        let dirty: Vec<PathBuf> = self.dirty.iter().cloned().collect();
        let mut touched: BTreeSet<PathBuf> = std::mem::take(&mut self.closed);
        for path in &touched {
            self.told.remove(path);
        }
        for path in dirty {
            let _ = self.analysis(&path);
            self.dirty.remove(&path);
            let about: BTreeSet<PathBuf> = match self.analyses.get(&path) {
                Some(analysis) => self.files_with_faults(analysis),
                None => BTreeSet::new(),
            };
            let before = self.told.insert(path.clone(), about.clone());
            touched.extend(before.into_iter().flatten());
            touched.extend(about);
            touched.insert(path);
        }
        touched.iter().map(|path| self.diagnostics(path)).collect()
    }

    /// The plan's own file, and those it uses that are not open themselves, where there is something to say.
    fn files_with_faults(&self, analysis: &Analysis) -> BTreeSet<PathBuf> {
        let firsts = analysis.diagnostics.iter().filter_map(|d| d.labels.first());
        let files = firsts.filter_map(|l| analysis.sources.get(l.span.file)?.path.clone());
        files.collect()
    }

    /// What is to be said of a file: by its own analysis where it is open, else by those that use it.
    fn diagnostics(&self, path: &Path) -> lsp::PublishDiagnosticsParams {
        let own = self.analyses.get(path);
        let using = self.analyses.values().filter(|_| own.is_none());
        let mut found = Vec::new();
        for analysis in own.into_iter().chain(using) {
            let Some(file) = analysis.sources.find(path) else {
                continue;
            };
            let of = |d| convert::diagnostic(analysis, d, file, self.encoding);
            for diagnostic in analysis.diagnostics.iter().filter_map(of) {
                if !found.contains(&diagnostic) {
                    found.push(diagnostic);
                }
            }
        }
        lsp::PublishDiagnosticsParams {
            uri: convert::uri(path),
            version: None,
            diagnostics: found,
        }
    }

    /// What is known of the library's metrics.
    pub(super) fn library(&mut self) -> Arc<Vec<MetricFacts>> {
        let known = self.library.get_or_insert_with(|| {
            Arc::new(metrics(&MemoryWorld::default(), None).unwrap_or_default())
        });
        Arc::clone(known)
    }
}

/// The document of a path in an analysis.
pub(super) fn document<'a>(analysis: &'a Analysis, path: &Path) -> Option<Document<'a>> {
    let file: FileId = analysis.sources.find(path)?;
    Some(Document { analysis, file })
}
