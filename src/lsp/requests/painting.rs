//! What is shown in and between the lines: colours, hints, lenses, links.

use super::Refusal;
use super::open::{Open, on};
use crate::editing::{self, Class, Document, Hint, Lens, Link, Token};
use crate::lsp::capabilities::token_type;
use crate::lsp::convert;
use crate::lsp::desk::Desk;
use crate::text::Span;
use gen_lsp_types as lsp;

pub(super) fn tokens(
    desk: &mut Desk,
    params: &lsp::SemanticTokensParams,
) -> Result<lsp::SemanticTokens, Refusal> {
    on(desk, &params.text_document, |open, d| lsp::SemanticTokens {
        result_id: None,
        data: relative(open, editing::tokens(d)),
    })
}

/// Tokens, each from where the one before it begins.
fn relative(open: &Open, tokens: Vec<Token>) -> Vec<lsp::SemanticToken> {
    let mut data = Vec::with_capacity(tokens.len());
    let mut last = lsp::Position::default();
    for token in tokens {
        let range = open.range(token.span);
        // No token of a plan goes over a line's end; one that did could not be told.
        if range.start.line != range.end.line {
            continue;
        }
        let place = Class::ALL.iter().position(|c| *c == token.class);
        let delta_line = range.start.line - last.line;
        let before = if delta_line == 0 { last.character } else { 0 };
        data.push(lsp::SemanticToken {
            delta_line,
            delta_start: range.start.character - before,
            length: range.end.character - range.start.character,
            token_type: place.and_then(|p| u32::try_from(p).ok()).unwrap_or(0),
            token_modifiers_bitset: token_type(token.class).1,
        });
        last = range.start;
    }
    data
}

pub(super) fn hints(
    desk: &mut Desk,
    params: &lsp::InlayHintParams,
) -> Result<Vec<lsp::InlayHint>, Refusal> {
    on(desk, &params.text_document, |open, d| {
        let (from, to) = open.offsets(params.range);
        let found = editing::hints(d, from, to);
        found.into_iter().map(|h| hint(open, d, h)).collect()
    })
}

fn hint(open: &Open, document: &Document<'_>, hint: Hint) -> lsp::InlayHint {
    lsp::InlayHint {
        position: open.range(Span::new(document.file, hint.at, hint.at)).start,
        label: lsp::Label::String(hint.text),
        tooltip: hint.why.map(Into::into),
        padding_left: Some(true),
        kind: None,
        text_edits: None,
        padding_right: None,
        data: None,
    }
}

pub(super) fn lenses(
    desk: &mut Desk,
    params: &lsp::CodeLensParams,
) -> Result<Vec<lsp::CodeLens>, Refusal> {
    let uri = &params.text_document.uri.0;
    on(desk, &params.text_document, |open, d| {
        let found = editing::lenses(d);
        found.into_iter().map(|l| lens(open, uri, l)).collect()
    })
}

fn lens(open: &Open, uri: &str, lens: Lens) -> lsp::CodeLens {
    let command = match lens.command {
        "" => String::new(),
        command => format!("benchwright.{command}"),
    };
    lsp::CodeLens {
        range: open.range(lens.span),
        command: Some(lsp::Command {
            title: lens.title,
            tooltip: None,
            arguments: (!command.is_empty()).then(|| vec![uri.into()]),
            command,
        }),
        data: None,
    }
}

pub(super) fn links(
    desk: &mut Desk,
    params: &lsp::DocumentLinkParams,
) -> Result<Vec<lsp::DocumentLink>, Refusal> {
    on(desk, &params.text_document, |open, d| {
        let there = |link: &Link| link.path.exists();
        let one = |link: Link| lsp::DocumentLink {
            range: open.range(link.span),
            target: Some(convert::uri(&link.path)),
            tooltip: None,
            data: None,
        };
        let found = editing::links(d).into_iter().filter(there);
        found.map(one).collect()
    })
}
