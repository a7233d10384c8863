//! Names: where one is declared, where it is used, and how it is renamed.

use super::Document;
use crate::analysis::Analysis;
use crate::diagnostic::Edit;
use crate::text::Span;
use std::collections::BTreeSet;

/// Why a name cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenameError {
    /// There is no name of the plan at this place.
    NoName,
    /// The library's names are everybody's.
    Library,
    /// The new name is no name.
    Malformed(String),
    /// Something else is called so.
    Taken(String),
}

impl std::fmt::Display for RenameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RenameError::NoName => write!(f, "there is no name of this plan here"),
            RenameError::Library => write!(f, "this is a name of the library"),
            RenameError::Malformed(name) => write!(
                f,
                "`{name}` is no name; names are letters, digits and `_`, and begin with no digit"
            ),
            RenameError::Taken(name) => write!(f, "`{name}` is already declared"),
        }
    }
}

impl std::error::Error for RenameError {}

/// The words that can be no name.
const RESERVED: [&str; 5] = ["and", "or", "not", "in", "every"];

/// The name at `offset` with where it is declared, which may be in another file.
pub fn declaration(document: &Document<'_>, offset: u32) -> Option<(Span, Span)> {
    let plan = &document.analysis.plan;
    let here = |span: Span| document.has(span) && span.touches(offset);
    let used = plan.uses.iter().filter(|u| here(u.at));
    // Of `a.b` at the dot the name before it.
    if let Some(found) = used.min_by_key(|u| (u.at.start, u.at.len())) {
        return Some((found.at, found.declared));
    }
    let declared = declared(document.analysis);
    let found = declared.into_iter().find(|span| here(*span))?;
    Some((found, found))
}

/// Every place where the name declared at `declared` is used, in the files of the analysis, by place.
pub fn references(analysis: &Analysis, declared: Span) -> Vec<Span> {
    let uses = analysis.plan.uses.iter();
    let found = uses.filter(|u| u.declared == declared).map(|u| u.at);
    found.collect()
}

/// The name at `offset`, if it is one that may be changed.
///
/// # Errors
/// There is no name, or it is the library's.
pub fn renamable(document: &Document<'_>, offset: u32) -> Result<Span, RenameError> {
    let (at, declared) = declaration(document, offset).ok_or(RenameError::NoName)?;
    let file = document.analysis.sources.get(declared.file);
    if file.is_none_or(|f| f.path.is_none()) {
        return Err(RenameError::Library);
    }
    // A module's name stands for a file.
    if declared.is_empty() {
        return Err(RenameError::NoName);
    }
    Ok(at)
}

/// The edits that give the name at `offset` another name, in all files of the analysis.
///
/// # Errors
/// The name cannot be changed, or not to this.
pub fn rename(document: &Document<'_>, offset: u32, to: &str) -> Result<Vec<Edit>, RenameError> {
    renamable(document, offset)?;
    let (_, declared) = declaration(document, offset).ok_or(RenameError::NoName)?;
    let mut letters = to.chars();
    let begins = letters
        .next()
        .is_some_and(|c| c == '_' || c.is_alphabetic());
    if !begins || !letters.all(|c| c == '_' || c.is_alphanumeric()) || RESERVED.contains(&to) {
        return Err(RenameError::Malformed(to.to_owned()));
    }
    let analysis = document.analysis;
    let now = analysis.sources.text(declared);
    let taken = self::declared(analysis)
        .into_iter()
        .filter(|span| span.file == declared.file && *span != declared);
    let mut names = taken.map(|span| analysis.sources.text(span));
    if to != now && names.any(|name| name == to) {
        return Err(RenameError::Taken(to.to_owned()));
    }
    let mut places: BTreeSet<Span> = references(analysis, declared).into_iter().collect();
    places.insert(declared);
    // `use "file" as name` and the like keep what they import.
    let edit = |span: Span| {
        let quoted = analysis.sources.text(span).starts_with('"');
        let text = if quoted {
            format!("\"{to}\"")
        } else {
            to.to_owned()
        };
        Edit { span, text }
    };
    Ok(places.into_iter().map(edit).collect())
}

/// Where names are declared: of items, and of partitions.
fn declared(analysis: &Analysis) -> BTreeSet<Span> {
    let plan = &analysis.plan;
    let mut found: BTreeSet<Span> = plan.uses.iter().map(|u| u.declared).collect();
    found.extend(plan.datasets.iter().map(|(_, d)| d.common.name_span));
    found.extend(plan.steps.iter().map(|(_, d)| d.common.name_span));
    found.extend(plan.components.iter().map(|(_, d)| d.common.name_span));
    found.extend(plan.hardware.iter().map(|(_, d)| d.common.name_span));
    found.extend(plan.metrics.iter().map(|(_, d)| d.common.name_span));
    let systems = plan.systems.iter().filter(|(_, s)| !s.of_arm);
    found.extend(systems.map(|(_, d)| d.common.name_span));
    found
}
