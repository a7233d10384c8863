//! Names: where one is declared, where it is used, and how it is renamed.

use super::Refusal;
use super::open::{Open, at, on_place};
use crate::editing;
use crate::lsp::convert;
use crate::lsp::desk::Desk;
use crate::lsp::pages;
use crate::text::{SourceFile, Span};
use gen_lsp_types as lsp;
use lsp_server::ErrorCode;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub(super) fn definition(
    desk: &mut Desk,
    params: &lsp::DefinitionParams,
) -> Result<Option<lsp::Location>, Refusal> {
    on_place(
        desk,
        &params.text_document_position_params,
        |open, d, at| {
            let (_, declared) = editing::declaration(d, at)?;
            let place = convert::location(&open.analysis.sources, declared, open.encoding);
            place.or_else(|| library_file(open, declared))
        },
    )
}

/// A place in the library, in a copy that the editor can open.
fn library_file(open: &Open, span: Span) -> Option<lsp::Location> {
    let file = open.analysis.sources.get(span.file)?;
    let path = pages::copy(Path::new(&file.name), &file.text)?;
    Some(lsp::Location {
        uri: convert::uri(&path),
        range: convert::range(file, span, open.encoding),
    })
}

/// Every use of a name, in the open plans and those of the open folders; each place once.
pub(super) fn places(
    desk: &mut Desk,
    open: &Open,
    declared: Span,
    with_declaration: bool,
) -> Vec<lsp::Location> {
    let Some(file) = open.analysis.sources.get(declared.file) else {
        return Vec::new();
    };
    let mut found: BTreeMap<(String, u32, u32), lsp::Location> = BTreeMap::new();
    let mut analyses = desk.users(file.path.as_deref());
    analyses.push(Arc::clone(&open.analysis));
    for analysis in analyses {
        // The same file may have another id in another plan.
        let same = |f: &SourceFile| f.path == file.path && f.name == file.name;
        let of_path = |f: &SourceFile| f.path.is_some() && f.path == file.path;
        let Some((id, _)) = analysis.sources.iter().find(|(_, f)| same(f) || of_path(f)) else {
            continue;
        };
        let declared = Span::new(id, declared.start, declared.end);
        let mut spans = editing::references(&analysis, declared);
        if with_declaration {
            spans.push(declared);
        }
        for span in spans {
            if let Some(place) = convert::location(&analysis.sources, span, open.encoding) {
                let start = place.range.start;
                found.insert((place.uri.0.clone(), start.line, start.character), place);
            }
        }
    }
    found.into_values().collect()
}

pub(super) fn references(
    desk: &mut Desk,
    params: &lsp::ReferenceParams,
) -> Result<Vec<lsp::Location>, Refusal> {
    let (open, offset) = at(desk, &params.text_document_position_params)?;
    let found = open
        .document()
        .and_then(|d| editing::declaration(&d, offset));
    let with_declaration = params.context.include_declaration;
    Ok(found.map_or_else(Vec::new, |(_, declared)| {
        places(desk, &open, declared, with_declaration)
    }))
}

pub(super) fn highlights(
    desk: &mut Desk,
    params: &lsp::DocumentHighlightParams,
) -> Result<Vec<lsp::DocumentHighlight>, Refusal> {
    on_place(
        desk,
        &params.text_document_position_params,
        |open, d, at| {
            let Some((_, declared)) = editing::declaration(d, at) else {
                return Vec::new();
            };
            let mut spans = editing::references(&open.analysis, declared);
            spans.push(declared);
            spans.retain(|s| s.file == d.file);
            spans.sort_unstable();
            spans.dedup();
            let highlight = |span: Span| lsp::DocumentHighlight {
                range: open.range(span),
                kind: None,
            };
            spans.into_iter().map(highlight).collect()
        },
    )
}

fn failed(error: editing::RenameError) -> Refusal {
    (ErrorCode::RequestFailed, error.to_string())
}

pub(super) fn prepare_rename(
    desk: &mut Desk,
    params: &lsp::PrepareRenameParams,
) -> Result<Option<lsp::PrepareRenameResult>, Refusal> {
    let place = &params.text_document_position_params;
    let answered = on_place(desk, place, |open, d, at| {
        Some(editing::renamable(d, at).map(|span| {
            let placeholder = lsp::PrepareRenamePlaceholder {
                range: open.range(span),
                placeholder: open
                    .analysis
                    .sources
                    .text(span)
                    .trim_matches('"')
                    .to_owned(),
            };
            lsp::PrepareRenameResult::PrepareRenamePlaceholder(placeholder)
        }))
    })?;
    answered.transpose().map_err(failed)
}

pub(super) fn rename(
    desk: &mut Desk,
    params: &lsp::RenameParams,
) -> Result<lsp::WorkspaceEdit, Refusal> {
    let (open, offset) = at(desk, &params.text_document_position_params)?;
    let nothing = || failed(editing::RenameError::NoName);
    let document = open.document().ok_or_else(nothing)?;
    let edits = editing::rename(&document, offset, &params.new_name).map_err(failed)?;
    let (_, declared) = editing::declaration(&document, offset).ok_or_else(nothing)?;
    let mut edit = open.edit(&edits);
    // Other plans may use the file, too.
    let changes = edit.changes.get_or_insert_default();
    for lsp::Location { uri, range } in places(desk, &open, declared, true) {
        let edits = changes.entry(uri).or_default();
        if edits.iter().all(|e| e.range != range) {
            let new_text = params.new_name.clone();
            edits.push(lsp::TextEdit { range, new_text });
        }
    }
    Ok(edit)
}
