//! Diagnostics as people and tools read them: terminal text (through miette, which lives here alone),
//! JSON, SARIF, JUnit, annotation lines for GitHub; and what fixes change, as a diff.
//!
//! Start with [`terminal`]. What a diagnostic says is made elsewhere; here it is only shown.

mod counts;
mod diff;
mod excerpt;
mod fixes;
mod github;
mod json;
mod junit;
mod sarif;
mod supports;
mod terminal;

pub use counts::{Counts, summary};
pub use diff::diff;
pub use github::github;
pub use json::{SCHEMA_VERSION, checks, json, json_with};
pub use junit::{Checked, junit};
pub use sarif::sarif;
pub use supports::supports;
pub use terminal::{Options, terminal};

use crate::diagnostic::Diagnostic;
use crate::text::SourceMap;

/// The diagnostics by place: file name, first byte, code, message; those without a place first, by data place.
pub fn sorted<'a>(diags: &'a [Diagnostic], sources: &SourceMap) -> Vec<&'a Diagnostic> {
    let mut all: Vec<&Diagnostic> = diags.iter().collect();
    all.sort_by_cached_key(|d| {
        let place = d
            .labels
            .first()
            .map(|l| (file_name(sources, l.span), l.span.start, l.span.end));
        let data = d.places.first().map(|p| (p.path.clone(), p.line, p.column));
        (place, data, d.code.code, d.message.clone())
    });
    all
}

fn file_name(sources: &SourceMap, span: crate::text::Span) -> String {
    sources
        .get(span.file)
        .map(|f| f.name.clone())
        .unwrap_or_default()
}

/// `plan.bench:14:21`, counted from 1.
fn place_in_words(span: crate::text::Span, sources: &SourceMap) -> String {
    let at = sources.position(span);
    format!("{}:{}:{}", file_name(sources, span), at.line, at.column)
}
