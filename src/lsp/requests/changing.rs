//! Changes that are asked for: laying out, mending, moving.

use super::Refusal;
use super::naming;
use super::open::{Open, checked, on};
use crate::editing::{self, Action, Extraction};
use crate::lsp::convert;
use crate::lsp::desk::Desk;
use gen_lsp_types as lsp;

pub(super) fn formatting(
    desk: &mut Desk,
    params: &lsp::DocumentFormattingParams,
) -> Result<Vec<lsp::TextEdit>, Refusal> {
    on(desk, &params.text_document, |open, d| {
        open.own(editing::layout(d, 0, u32::MAX))
    })
}

pub(super) fn range_formatting(
    desk: &mut Desk,
    params: &lsp::DocumentRangeFormattingParams,
) -> Result<Vec<lsp::TextEdit>, Refusal> {
    on(desk, &params.text_document, |open, d| {
        let (from, to) = open.offsets(params.range);
        open.own(editing::layout(d, from, to))
    })
}

pub(super) fn typed_formatting(
    desk: &mut Desk,
    params: &lsp::DocumentOnTypeFormattingParams,
) -> Result<Vec<lsp::TextEdit>, Refusal> {
    on(desk, &params.text_document, |open, d| {
        let offset = open.offset(params.position);
        let typed = params.ch.chars().next().unwrap_or('\n');
        open.own(editing::layout_typed(d, offset, typed))
    })
}

pub(super) fn actions(
    desk: &mut Desk,
    params: &lsp::CodeActionParams,
) -> Result<Vec<lsp::CodeAction>, Refusal> {
    let wanted = |kind: &lsp::CodeActionKind| {
        let only = params.context.only.as_ref();
        // `refactor` asks for `refactor.extract`, too.
        let asks = |o: &lsp::CodeActionKind| {
            o == kind
                || *o == lsp::CodeActionKind::Refactor && *kind != lsp::CodeActionKind::QuickFix
        };
        only.is_none_or(|only| only.iter().any(asks))
    };
    let open = checked(desk, &params.text_document.uri)?;
    let Some(document) = open.document() else {
        return Ok(Vec::new());
    };
    let (from, to) = open.offsets(params.range);
    let mut actions: Vec<lsp::CodeAction> = Vec::new();
    if wanted(&lsp::CodeActionKind::QuickFix) {
        let found = editing::actions(&document, from, to).into_iter();
        actions.extend(found.map(|a| mending(desk, &open, a)));
    }
    if wanted(&lsp::CodeActionKind::RefactorExtract) && from == to {
        let found = editing::extractions(&document, from, &desk.world);
        for extraction in found {
            actions.extend(moving(desk, &open, extraction));
        }
    }
    actions.sort_by_key(|a| !a.is_preferred.unwrap_or(false));
    Ok(actions)
}

fn mending(desk: &Desk, open: &Open, action: Action) -> lsp::CodeAction {
    let diagnostic = open.analysis.diagnostics.get(action.mends);
    let file = open.analysis.sources.find(&open.path);
    let diagnostic = diagnostic
        .zip(file)
        .and_then(|(d, file)| desk.diagnostic(&open.analysis, d, file));
    lsp::CodeAction {
        title: action.title,
        kind: Some(lsp::CodeActionKind::QuickFix),
        diagnostics: diagnostic.map(|d| vec![d]),
        is_preferred: Some(action.preferred),
        edit: Some(open.edit(&action.edits)),
        ..lsp::CodeAction::default()
    }
}

/// The move as an edit; `None` where the client can make no file, or other plans use what would move by its old name.
fn moving(desk: &mut Desk, open: &Open, extraction: Extraction) -> Option<lsp::CodeAction> {
    let elsewhere = |place: &lsp::Location| convert::path(&place.uri) != open.path;
    let mut used = extraction.moved.iter();
    if used.any(|name| {
        naming::places(desk, open, *name, false)
            .iter()
            .any(elsewhere)
    }) {
        return None;
    }
    let mut edit = open.edit(&extraction.edits);
    if let Some((path, text)) = extraction.made {
        if !desk.client.makes_files {
            return None;
        }
        let uri = convert::uri(&path);
        let mut changes = vec![lsp::DocumentChange::CreateFile(lsp::CreateFile {
            uri: uri.clone(),
            options: None,
            annotation_id: None,
        })];
        let start = lsp::TextEdit {
            range: lsp::Range::default(),
            new_text: text,
        };
        changes.push(document_edit(uri, vec![start]));
        let own = edit.changes.take().into_iter().flatten();
        changes.extend(own.map(|(uri, edits)| document_edit(uri, edits)));
        edit.document_changes = Some(changes);
    }
    Some(lsp::CodeAction {
        title: extraction.title,
        kind: Some(lsp::CodeActionKind::RefactorExtract),
        edit: Some(edit),
        ..lsp::CodeAction::default()
    })
}

fn document_edit(uri: lsp::Uri, edits: Vec<lsp::TextEdit>) -> lsp::DocumentChange {
    lsp::DocumentChange::TextDocumentEdit(lsp::TextDocumentEdit {
        text_document: lsp::OptionalVersionedTextDocumentIdentifier {
            version: None,
            text_document_identifier: lsp::TextDocumentIdentifier { uri },
        },
        edits: edits.into_iter().map(lsp::Edit::TextEdit).collect(),
    })
}
