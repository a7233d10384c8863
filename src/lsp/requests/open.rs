//! A file that is asked about, with what is known of it; what every request begins with.

use super::Refusal;
use crate::analysis::Analysis;
use crate::diagnostic::Edit;
use crate::editing::Document;
use crate::lsp::convert::{self, Encoding};
use crate::lsp::desk::{Desk, document};
use crate::text::Span;
use gen_lsp_types as lsp;
use lsp_server::ErrorCode;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A file with what is known of it.
pub(super) struct Open {
    pub(super) path: PathBuf,
    pub(super) analysis: Arc<Analysis>,
    pub(super) encoding: Encoding,
}

impl Open {
    pub(super) fn document(&self) -> Option<Document<'_>> {
        document(&self.analysis, &self.path)
    }

    pub(super) fn offset(&self, position: lsp::Position) -> u32 {
        let file = self.analysis.sources.find(&self.path);
        let file = file.and_then(|id| self.analysis.sources.get(id));
        file.map_or(0, |f| {
            convert::offset(&f.text, &f.lines, position, self.encoding)
        })
    }

    /// The bytes of a range.
    pub(super) fn offsets(&self, range: lsp::Range) -> (u32, u32) {
        (self.offset(range.start), self.offset(range.end))
    }

    pub(super) fn range(&self, span: Span) -> lsp::Range {
        let file = self.analysis.sources.get(span.file);
        file.map_or_else(lsp::Range::default, |f| {
            convert::range(f, span, self.encoding)
        })
    }

    /// Edits of the file itself.
    pub(super) fn own(&self, edits: Vec<Edit>) -> Vec<lsp::TextEdit> {
        let one = |e: Edit| lsp::TextEdit {
            range: self.range(e.span),
            new_text: e.text,
        };
        edits.into_iter().map(one).collect()
    }

    /// Edits of any files of the plan.
    pub(super) fn edit(&self, edits: &[Edit]) -> lsp::WorkspaceEdit {
        let mut changes: HashMap<lsp::Uri, Vec<lsp::TextEdit>> = HashMap::new();
        for edit in edits {
            let place = convert::location(&self.analysis.sources, edit.span, self.encoding);
            if let Some(lsp::Location { uri, range }) = place {
                let new_text = edit.text.clone();
                changes
                    .entry(uri)
                    .or_default()
                    .push(lsp::TextEdit { range, new_text });
            }
        }
        lsp::WorkspaceEdit {
            changes: Some(changes),
            ..lsp::WorkspaceEdit::default()
        }
    }
}

/// The file of an address, read and resolved.
pub(super) fn open(desk: &mut Desk, uri: &lsp::Uri) -> Result<Open, Refusal> {
    let path = convert::path(uri);
    let analysis = desk.analysis(&path);
    opened(desk, path, analysis)
}

/// The same, held to the checks.
pub(super) fn checked(desk: &mut Desk, uri: &lsp::Uri) -> Result<Open, Refusal> {
    let path = convert::path(uri);
    let analysis = desk.checked(&path);
    opened(desk, path, analysis)
}

fn opened(desk: &Desk, path: PathBuf, analysis: Option<Arc<Analysis>>) -> Result<Open, Refusal> {
    let analysis = analysis.ok_or_else(|| {
        let text = format!("`{}` cannot be read", path.display());
        (ErrorCode::RequestFailed, text)
    })?;
    Ok(Open {
        path,
        analysis,
        encoding: desk.client.encoding,
    })
}

/// A file and a byte of it.
pub(super) fn at(
    desk: &mut Desk,
    place: &lsp::TextDocumentPositionParams,
) -> Result<(Open, u32), Refusal> {
    let open = open(desk, &place.text_document.uri)?;
    let offset = open.offset(place.position);
    Ok((open, offset))
}

/// What is answered of a file.
pub(super) fn on<R: Default>(
    desk: &mut Desk,
    file: &lsp::TextDocumentIdentifier,
    answer: impl FnOnce(&Open, &Document<'_>) -> R,
) -> Result<R, Refusal> {
    let open = open(desk, &file.uri)?;
    Ok(open
        .document()
        .map_or_else(R::default, |d| answer(&open, &d)))
}

/// What is answered of a byte of a file.
pub(super) fn on_place<R: Default>(
    desk: &mut Desk,
    place: &lsp::TextDocumentPositionParams,
    answer: impl FnOnce(&Open, &Document<'_>, u32) -> R,
) -> Result<R, Refusal> {
    let (open, offset) = at(desk, place)?;
    Ok(open
        .document()
        .map_or_else(R::default, |d| answer(&open, &d, offset)))
}
