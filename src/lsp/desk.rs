//! What is open in the editor, and what is known of it.

use super::client::Client;
use super::convert;
use super::overlay::Overlay;
use super::pages::Pages;
use super::queue::Queue;
use super::workspace;
use crate::analysis::{self, Analysis, MetricFacts, Reading, Trees, metrics};
use crate::diagnostic::Diagnostic;
use crate::editing::Document;
use crate::text::{FileId, LineIndex, MemoryWorld};
use gen_lsp_types as lsp;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is open, analysed as far as it was looked at.
pub(super) struct Desk {
    /// The client.
    pub(super) client: Client,
    queue: Arc<Queue>,
    /// The folders that are open.
    pub(super) folders: Vec<PathBuf>,
    /// The files.
    pub(super) world: Overlay,
    /// By path; of those that are open only.
    known: BTreeMap<PathBuf, Known>,
    /// Trees of open files whose reading was given up.
    trees: BTreeMap<PathBuf, Trees>,
    /// Open files that mean something else than what is known of them.
    stale: BTreeSet<PathBuf>,
    /// Open files of which the client must be told anew.
    untold: BTreeSet<PathBuf>,
    /// For each open plan the files that it was said something of.
    told: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// Closed files whose diagnostics are to be taken back.
    closed: BTreeSet<PathBuf>,
    library: Option<Arc<Vec<MetricFacts>>>,
    pages: Pages,
}

/// An open file, read and resolved.
struct Known {
    analysis: Arc<Analysis>,
    /// Whether it was held to the checks.
    checked: bool,
}

impl Desk {
    pub(super) fn new(client: Client, queue: Arc<Queue>, folders: Vec<PathBuf>) -> Self {
        Desk {
            client,
            queue,
            folders,
            world: Overlay::default(),
            known: BTreeMap::new(),
            trees: BTreeMap::new(),
            stale: BTreeSet::new(),
            untold: BTreeSet::new(),
            told: BTreeMap::new(),
            closed: BTreeSet::new(),
            library: None,
            pages: Pages::default(),
        }
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
        let at = |p| convert::offset(text, &lines, p, self.client.encoding) as usize;
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
        self.known.remove(&path);
        self.trees.remove(&path);
        self.changed(&path);
        self.stale.remove(&path);
        self.untold.remove(&path);
        self.closed.insert(path);
    }

    /// Folders were opened and closed.
    pub(super) fn refold(&mut self, change: &lsp::WorkspaceFoldersChangeEvent) {
        let gone: Vec<PathBuf> = change
            .removed
            .iter()
            .map(|f| convert::path(&f.uri))
            .collect();
        self.folders.retain(|f| !gone.contains(f));
        let added = change.added.iter().map(|f| convert::path(&f.uri));
        self.folders.extend(added);
    }

    /// Something outside changed: every open plan may mean something else.
    pub(super) fn look_again(&mut self) {
        self.stale.extend(self.world.texts.keys().cloned());
        self.untold.extend(self.world.texts.keys().cloned());
    }

    /// Marks the file and the open plans that use it.
    fn changed(&mut self, path: &Path) {
        let uses = |k: &Known| k.analysis.sources.find(path).is_some();
        let users = self.known.iter().filter(|(_, known)| uses(known));
        let users: Vec<PathBuf> = users.map(|(root, _)| root.clone()).collect();
        for root in users.into_iter().chain([path.to_path_buf()]) {
            self.stale.insert(root.clone());
            self.untold.insert(root);
        }
    }

    /// What is known of an open file, or of one on the disk, read and resolved; its checks may wait. `None` where it
    /// cannot be read, or reading was given up.
    pub(super) fn analysis(&mut self, path: &Path) -> Option<Arc<Analysis>> {
        if !self.world.texts.contains_key(path) {
            return analysis::read(&self.world, path).ok().map(Arc::new);
        }
        if self.stale.contains(path) || !self.known.contains_key(path) {
            let before = self.known.remove(path);
            let before = before.and_then(|known| Arc::into_inner(known.analysis));
            let before = before.map(Analysis::into_trees);
            let before = before
                .or_else(|| self.trees.remove(path))
                .unwrap_or_default();
            let queue = &self.queue;
            let stop = || queue.gives_up(|edited| edited == path);
            match analysis::read_again(&self.world, path, before, &stop).ok()? {
                Reading::Whole(analysis) => {
                    let known = Known {
                        analysis: Arc::new(*analysis),
                        checked: false,
                    };
                    self.stale.remove(path);
                    self.known.insert(path.to_path_buf(), known);
                }
                Reading::GivenUp(trees) => {
                    self.trees.insert(path.to_path_buf(), trees);
                }
            }
        }
        let known = self.known.get(path)?;
        Some(Arc::clone(&known.analysis))
    }

    /// The same, held to the checks.
    pub(super) fn checked(&mut self, path: &Path) -> Option<Arc<Analysis>> {
        let mut analysis = self.analysis(path)?;
        let Some(mut known) = self.known.remove(path) else {
            let queue = &self.queue;
            let stop = || queue.gives_up(|_| false);
            let done = Arc::get_mut(&mut analysis)?.check_unless(&stop);
            return done.then_some(analysis);
        };
        drop(analysis);
        // Nobody else looks at it: this is one thread, and answers keep nothing.
        if !known.checked
            && let Some(analysis) = Arc::get_mut(&mut known.analysis)
        {
            let files = analysis.sources.iter().filter_map(|(_, f)| f.path.clone());
            let files: BTreeSet<PathBuf> = files.collect();
            let queue = &self.queue;
            let stop = || queue.gives_up(|edited| files.contains(edited));
            known.checked = analysis.check_unless(&stop);
        }
        let analysis = known.checked.then(|| Arc::clone(&known.analysis));
        self.known.insert(path.to_path_buf(), known);
        analysis
    }

    /// Every open plan, and those of the open folders that use a file.
    pub(super) fn users(&mut self, file: Option<&Path>) -> Vec<Arc<Analysis>> {
        let mut paths: BTreeSet<PathBuf> = self.world.texts.keys().cloned().collect();
        if let Some(file) = file {
            paths.extend(workspace::naming(&self.folders, file));
        }
        paths.iter().filter_map(|p| self.analysis(p)).collect()
    }

    /// Every plan that is open, or lies in the open folders.
    pub(super) fn plans(&self) -> Vec<PathBuf> {
        let mut paths: BTreeSet<PathBuf> = self.world.texts.keys().cloned().collect();
        paths.extend(workspace::plans(&self.folders));
        paths.into_iter().collect()
    }

    /// How many files the client must be told of, and how long their texts are in bytes.
    pub(super) fn untold(&self) -> (usize, usize) {
        let texts = self
            .untold
            .iter()
            .filter_map(|path| self.world.texts.get(path));
        let bytes = texts.map(|t| t.len()).sum();
        (
            self.untold.len() + usize::from(!self.closed.is_empty()),
            bytes,
        )
    }

    /// Looks at one of the files that must be looked at; what is to be told the client.
    pub(super) fn look(&mut self) -> Vec<lsp::PublishDiagnosticsParams> {
        let mut touched: BTreeSet<PathBuf> = std::mem::take(&mut self.closed);
        for path in &touched {
            self.told.remove(path);
        }
        if let Some(path) = self.untold.pop_first() {
            let analysis = self.checked(&path);
            if analysis.is_none() && self.known.contains_key(&path)
                || self.trees.contains_key(&path)
            {
                // Given up: it is looked at again behind the edit.
                self.untold.insert(path);
            } else {
                let about = analysis.map_or(BTreeSet::new(), |a| files_with_faults(&a));
                let before = self.told.insert(path.clone(), about.clone());
                touched.extend(before.into_iter().flatten());
                touched.extend(about);
                touched.insert(path);
            }
        }
        // Of those that are looked at later all is said then.
        let now = touched.iter().filter(|path| !self.untold.contains(*path));
        now.map(|path| self.publication(path)).collect()
    }

    /// What is to be said of a file: by its own analysis where it is open, else by those that use it.
    fn publication(&self, path: &Path) -> lsp::PublishDiagnosticsParams {
        let own = self.known.get(path);
        let using = self.known.values().filter(|k| own.is_none() && k.checked);
        let mut found = Vec::new();
        for Known { analysis, .. } in own.into_iter().chain(using) {
            let Some(file) = analysis.sources.find(path) else {
                continue;
            };
            let all = analysis.diagnostics.iter();
            for diagnostic in all.filter_map(|d| self.diagnostic(analysis, d, file)) {
                if own.is_some() || !found.contains(&diagnostic) {
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

    /// A diagnostic in the protocol's shape, if its first place is in `file`.
    pub(super) fn diagnostic(
        &self,
        analysis: &Analysis,
        d: &Diagnostic,
        file: FileId,
    ) -> Option<lsp::Diagnostic> {
        let describes = self.client.describes_codes;
        let page = |code| describes.then(|| self.pages.of(code)).flatten();
        convert::diagnostic(analysis, d, file, self.client.encoding, page)
    }

    /// What is known of the library's metrics.
    pub(super) fn library(&mut self) -> Arc<Vec<MetricFacts>> {
        let known = self.library.get_or_insert_with(|| {
            Arc::new(metrics(&MemoryWorld::default(), None).unwrap_or_default())
        });
        Arc::clone(known)
    }
}

/// The plan's own file, and those it uses, where there is something to say.
fn files_with_faults(analysis: &Analysis) -> BTreeSet<PathBuf> {
    let firsts = analysis.diagnostics.iter().filter_map(|d| d.labels.first());
    let files = firsts.filter_map(|l| analysis.sources.get(l.span.file)?.path.clone());
    files.collect()
}

/// The document of a path in an analysis.
pub(super) fn document<'a>(analysis: &'a Analysis, path: &Path) -> Option<Document<'a>> {
    let file: FileId = analysis.sources.find(path)?;
    Some(Document { analysis, file })
}
