//! Safe fixes, applied until none is left.

use super::{Analysis, LoadError, analyse};
use crate::diagnostic::{Diagnostic, Fix, apply_fixes};
use crate::text::World;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One fix may make room for another; more rounds than this would be fixes that undo each other.
const ROUNDS: usize = 10;

/// A plan file before and after its fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The file.
    pub path: PathBuf,
    /// Its text as it is.
    pub before: Arc<str>,
    /// Its text with the fixes.
    pub after: Arc<str>,
}

/// What came of mending a plan.
#[derive(Debug)]
pub struct Mending {
    /// The files that change, by path.
    pub files: Vec<Mended>,
    /// What each fix does, in the order applied.
    pub titles: Vec<String>,
    /// The plan as it is once they have changed.
    pub analysis: Analysis,
}

/// The plan at `path` with every safe fix applied that `counts` lets pass. Nothing is written.
///
/// # Errors
/// The file cannot be read, or is not UTF-8.
pub fn mend(
    world: &dyn World,
    path: &Path,
    counts: &dyn Fn(&mut Vec<Diagnostic>),
) -> Result<Mending, LoadError> {
    let mut texts = Overlay {
        below: world,
        texts: BTreeMap::new(),
    };
    let mut before: BTreeMap<PathBuf, Arc<str>> = BTreeMap::new();
    let mut titles = Vec::new();
    let mut analysis = analyse(&texts, path)?;
    counts(&mut analysis.diagnostics);
    for _ in 0..ROUNDS {
        let fixes: Vec<&Fix> = safe(&analysis.diagnostics).collect();
        let mut changed = false;
        for (id, file) in analysis.sources.iter() {
            let Some(place) = &file.path else { continue };
            let after = apply_fixes(&file.text, id, fixes.iter().copied());
            if *after != *file.text {
                before
                    .entry(place.clone())
                    .or_insert_with(|| file.text.clone());
                texts.texts.insert(place.clone(), after.into());
                changed = true;
            }
        }
        if !changed {
            break;
        }
        titles.extend(fixes.iter().map(|f| f.title.clone()));
        analysis = analyse(&texts, path)?;
        counts(&mut analysis.diagnostics);
    }
    let files = before.into_iter().filter_map(|(path, before)| {
        let after = texts.texts.get(&path)?.clone();
        (before != after).then_some(Mended {
            path,
            before,
            after,
        })
    });
    Ok(Mending {
        files: files.collect(),
        titles,
        analysis,
    })
}

fn safe(diagnostics: &[Diagnostic]) -> impl Iterator<Item = &Fix> {
    let standing = diagnostics.iter().filter(|d| d.waived.is_none());
    standing.flat_map(|d| &d.fixes).filter(|f| f.safe)
}

/// Texts in memory before the files below.
struct Overlay<'w> {
    below: &'w dyn World,
    texts: BTreeMap<PathBuf, Arc<str>>,
}

impl World for Overlay<'_> {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send + '_>> {
        match self.texts.get(path) {
            Some(text) => Ok(Box::new(text.as_bytes())),
            None => self.below.open(path),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.below.list(folder)
    }
}
