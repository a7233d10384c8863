//! Reads a plan file and, transitively, what its `use` items name.

use crate::hir::{HirError, Module, library, library_names};
use crate::syntax::{self, Parsed, SyntaxError, ast};
use crate::text::{FileId, SourceMap, Span, World};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

/// All files of a plan, parsed.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Their texts.
    pub sources: SourceMap,
    /// Their syntax trees; the root file is the first.
    pub modules: Vec<Module>,
    /// Everything that could not be read of them.
    pub errors: Vec<SyntaxError>,
    /// Imports that cannot be used.
    pub imports: Vec<HirError>,
}

/// Why the root file itself could not be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// It cannot be read.
    Unreadable(PathBuf, std::io::Error),
    /// It is not UTF-8 text; the first bad byte is at this line (from 1).
    NotText(PathBuf, usize),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LoadError::Unreadable(path, error) => {
                write!(f, "cannot read `{}`: {error}", path.display())
            }
            LoadError::NotText(path, line) => {
                write!(f, "`{}` is not UTF-8 text (line {line})", path.display())
            }
        }
    }
}

impl std::error::Error for LoadError {}

/// Loads the plan at `path`.
///
/// # Errors
/// The root file cannot be read. A used file that cannot be read is an entry of
/// [`Loaded::imports`].
pub fn load(world: &dyn World, path: &Path) -> Result<Loaded, LoadError> {
    load_again(world, path, Earlier::default())
}

/// The same, from what was read earlier.
///
/// # Errors
/// As [`load`].
pub fn load_again(world: &dyn World, path: &Path, earlier: Earlier) -> Result<Loaded, LoadError> {
    let text = read(world, path)?;
    let mut loader = Loader {
        world,
        earlier,
        loaded: Loaded::default(),
        by_path: BTreeMap::new(),
    };
    loader.file(path, text, &mut Vec::new());
    Ok(loader.loaded)
}

/// Trees of an earlier reading, by path.
#[derive(Debug, Default)]
pub struct Earlier {
    files: BTreeMap<PathBuf, (FileId, Arc<str>, Parsed)>,
}

impl Earlier {
    /// What was read of the files of a plan, with the errors in them.
    pub fn new(sources: &SourceMap, modules: Vec<Module>, errors: &[SyntaxError]) -> Self {
        let mut files = BTreeMap::new();
        for module in modules {
            let Some(source) = sources.get(module.file) else {
                continue;
            };
            let own = errors.iter().filter(|e| e.span.file == module.file);
            if let Some(path) = &source.path {
                let parsed = Parsed {
                    errors: own.cloned().collect(),
                    file: Arc::unwrap_or_clone(module.ast),
                };
                let known = (module.file, Arc::clone(&source.text), parsed);
                files.insert(path.clone(), known);
            }
        }
        Earlier { files }
    }

    /// The tree of a text, from that of the file's earlier one where there is one.
    fn parse(&mut self, path: &Path, id: FileId, text: &str) -> Parsed {
        match self.files.remove(path) {
            Some((known, before, parsed)) if known == id => {
                syntax::parse_again(id, text, &before, parsed)
            }
            _ => syntax::parse(id, text),
        }
    }
}

struct Loader<'w> {
    world: &'w dyn World,
    earlier: Earlier,
    loaded: Loaded,
    /// Normalised path, or `std.name` → module.
    by_path: BTreeMap<PathBuf, usize>,
}

impl Loader<'_> {
    /// Parses a file and loads what it uses. `open` holds the files on the way here, with the place
    /// of the `use` that led on from each.
    fn file(&mut self, path: &Path, text: Arc<str>, open: &mut Vec<(PathBuf, Span)>) -> usize {
        let name = path.display().to_string();
        let id = self
            .loaded
            .sources
            .add(name.clone(), Some(path.to_path_buf()), text.clone());
        let parsed = self.earlier.parse(path, id, &text);
        let index = self.module(id, name, Arc::new(parsed.file), parsed.errors);
        self.by_path.insert(normal(path), index);
        let uses = self.uses(index);
        for used in uses {
            match used {
                ast::Use::Path { path, .. } => self.library(&path),
                ast::Use::File { file, .. } => {
                    if let Some(target) = self.import(path, &file, open)
                        && let Some(module) = self.loaded.modules.get_mut(index)
                    {
                        module.files.insert(file.value.clone(), target);
                    }
                }
            }
        }
        index
    }

    fn module(
        &mut self,
        id: FileId,
        name: String,
        tree: Arc<ast::File>,
        errors: Vec<SyntaxError>,
    ) -> usize {
        self.loaded.errors.extend(errors);
        self.loaded.modules.push(Module {
            file: id,
            name,
            ast: tree,
            files: BTreeMap::new(),
        });
        self.loaded.modules.len() - 1
    }

    fn uses(&self, index: usize) -> Vec<ast::Use> {
        let items = self.loaded.modules.get(index).map(|m| &m.ast.items);
        items
            .into_iter()
            .flatten()
            .filter_map(|item| match &item.kind {
                ast::ItemKind::Use(u) => Some(u.clone()),
                ast::ItemKind::Block(_) | ast::ItemKind::Error => None,
            })
            .collect()
    }

    fn library(&mut self, path: &ast::Path) {
        let [first, module, ..] = path.names.as_slice() else {
            return;
        };
        let known = library_names().any(|n| n == module.text);
        let name = format!("std.{}", module.text);
        if first.text != "std" || !known || self.by_path.contains_key(Path::new(&name)) {
            return; // what isn't there is reported where names are bound
        }
        if let Some(text) = library(&module.text) {
            let shown = format!("std/{}.bench", module.text);
            let id = self.loaded.sources.add(shown, None, text.into());
            let tree = library_tree(&name, id, text);
            let index = self.module(id, name.clone(), tree, Vec::new());
            self.by_path.insert(name.into(), index);
        }
    }

    fn import(
        &mut self,
        from: &Path,
        file: &ast::Text,
        open: &mut Vec<(PathBuf, Span)>,
    ) -> Option<usize> {
        let path = from.parent().unwrap_or(Path::new("")).join(&file.value);
        open.push((from.to_path_buf(), file.span));
        let found = self.import_open(&path, file, open);
        open.pop();
        found
    }

    fn import_open(
        &mut self,
        path: &Path,
        file: &ast::Text,
        open: &mut Vec<(PathBuf, Span)>,
    ) -> Option<usize> {
        if let Some(at) = open.iter().position(|(p, _)| normal(p) == normal(path)) {
            let way = open.get(at..).unwrap_or_default();
            let names: Vec<String> = way
                .iter()
                .map(|(p, _)| p.as_path())
                .chain([path])
                .map(|p| format!("`{}`", normal(p).display()))
                .collect();
            self.loaded.imports.push(HirError::Circle {
                path: names.join(" → "),
                verb: "is a circle of `use`",
                spans: way
                    .iter()
                    .enumerate()
                    .map(|(i, (_, span))| (*span, format!("{}. used here", i + 1)))
                    .collect(),
            });
            return None;
        }
        if let Some(&known) = self.by_path.get(&normal(path)) {
            return Some(known);
        }
        match read(self.world, path) {
            Ok(text) => Some(self.file(path, text, open)),
            Err(error) => {
                self.loaded.imports.push(HirError::Import {
                    message: error.to_string(),
                    span: file.span,
                    help: "give the path of a plan file, relative to this one".into(),
                });
                None
            }
        }
    }
}

/// Trees of the library by module and file id; kept, because they never change and reading them takes longer
/// than the rest of an analysis: editors and tests analyse often.
static TREES: Mutex<BTreeMap<(String, FileId), Arc<ast::File>>> = Mutex::new(BTreeMap::new());
/// Plans of more files than this don't keep trees.
const MOST_KEPT: u32 = 16;

/// The tree of a module of the library, in which nothing is wrong.
fn library_tree(name: &str, id: FileId, text: &str) -> Arc<ast::File> {
    let key = (name.to_string(), id);
    let kept = TREES.lock().ok().and_then(|trees| trees.get(&key).cloned());
    if let Some(tree) = kept {
        return tree;
    }
    let tree = Arc::new(syntax::parse(id, text).file);
    if let Ok(mut trees) = TREES.lock()
        && id.0 < MOST_KEPT
    {
        trees.insert(key, Arc::clone(&tree));
    }
    tree
}

fn read(world: &dyn World, path: &Path) -> Result<Arc<str>, LoadError> {
    let bytes = world
        .read(path)
        .map_err(|e| LoadError::Unreadable(path.to_path_buf(), e))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).into()),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let line = error
                .as_bytes()
                .iter()
                .take(good)
                .filter(|&&b| b == b'\n')
                .count()
                + 1;
            Err(LoadError::NotText(path.to_path_buf(), line))
        }
    }
}

/// The path without `.` and, where they can be resolved by name alone, `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
