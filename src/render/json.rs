//! Diagnostics as JSON, for editors and scripts.

use super::{Counts, sorted};
use crate::checks::supports::Supports;
use crate::diagnostic::{Answer, DataPlace, Diagnostic, Fix, Label, Level};
use crate::result::{Check, Place};
use crate::text::{SourceMap, Span};
use serde::Serialize;

/// Version of the shape of [`json`]; rises when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    file: &'a str,
    counts: Counts,
    diagnostics: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supports: Option<&'a Supports>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    level: Level,
    answer: Answer,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    help: &'a [String],
    places: Vec<Place>,
    witness: &'a [String],
    fixes: Vec<FixEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<&'a str>,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    file: String,
    start: u32,
    end: u32,
    text: &'a str,
}

/// The diagnostics of plan `file` as one JSON document, sorted by place and ended by a newline.
pub fn json(file: &str, diags: &[Diagnostic], sources: &SourceMap, counts: Counts) -> String {
    json_with(file, diags, sources, counts, None)
}

/// The same, with what the design supports.
pub fn json_with(
    file: &str,
    diags: &[Diagnostic],
    sources: &SourceMap,
    counts: Counts,
    supports: Option<&Supports>,
) -> String {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        file,
        counts,
        diagnostics: sorted(diags, sources)
            .iter()
            .map(|d| entry(d, sources))
            .collect(),
        supports,
    };
    // Strings, booleans and integers only: writing them cannot fail.
    serde_json::to_string_pretty(&document)
        .map(|text| text + "\n")
        .unwrap_or_default()
}

/// The diagnostics as a result's `checks`, sorted by place.
pub fn checks(diags: &[Diagnostic], sources: &SourceMap) -> Vec<Check> {
    let check = |d: &&Diagnostic| Check {
        code: d.code.code.to_owned(),
        name: d.code.name.to_owned(),
        level: d.level,
        answer: d.answer,
        message: d.message.clone(),
        places: places(d, sources),
        waived: d.waived.clone(),
    };
    sorted(diags, sources).iter().map(check).collect()
}

/// Places in the plan, then in data files.
fn places(d: &Diagnostic, sources: &SourceMap) -> Vec<Place> {
    let plan = d.labels.iter().map(|l| plan_place(l, sources));
    plan.chain(d.places.iter().map(data_place)).collect()
}

fn entry<'a>(d: &'a Diagnostic, sources: &SourceMap) -> Entry<'a> {
    Entry {
        code: d.code.code,
        name: d.code.name,
        level: d.level,
        answer: d.answer,
        message: &d.message,
        why: d.why.as_deref(),
        help: &d.help,
        places: places(d, sources),
        witness: &d.witness,
        fixes: d.fixes.iter().map(|f| fix_entry(f, sources)).collect(),
        waived: d.waived.as_deref(),
    }
}

fn plan_place(label: &Label, sources: &SourceMap) -> Place {
    let at = sources.position(label.span);
    Place {
        file: file(label.span, sources),
        line: Some(at.line.into()),
        column: Some(at.column.into()),
        start: Some(label.span.start),
        end: Some(label.span.end),
        label: (!label.text.is_empty()).then(|| label.text.clone()),
    }
}

fn data_place(place: &DataPlace) -> Place {
    let counted = |n: u64| (n > 0).then_some(n);
    Place {
        file: place.path.to_string_lossy().into_owned(),
        line: counted(place.line),
        column: counted(place.column),
        ..Place::default()
    }
}

fn fix_entry<'a>(fix: &'a Fix, sources: &SourceMap) -> FixEntry<'a> {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|e| e.span);
    FixEntry {
        title: &fix.title,
        safe: fix.safe,
        edits: edits
            .iter()
            .map(|e| EditEntry {
                file: file(e.span, sources),
                start: e.span.start,
                end: e.span.end,
                text: &e.text,
            })
            .collect(),
    }
}

fn file(span: Span, sources: &SourceMap) -> String {
    super::file_name(sources, span)
}
