//! What a thing is, what may stand at a place, how a call is written.

use super::Refusal;
use super::open::{Open, on_place};
use crate::editing::{self, Completion, CompletionKind};
use crate::lsp::desk::Desk;
use gen_lsp_types as lsp;

pub(super) fn hover(
    desk: &mut Desk,
    params: &lsp::HoverParams,
) -> Result<Option<lsp::Hover>, Refusal> {
    let metrics = desk.library();
    on_place(
        desk,
        &params.text_document_position_params,
        |open, d, at| {
            let found = editing::hover(d, at, &metrics)?;
            Some(lsp::Hover {
                contents: lsp::Contents::MarkupContent(lsp::MarkupContent {
                    kind: lsp::MarkupKind::Markdown,
                    value: found.text,
                }),
                range: Some(open.range(found.span)),
            })
        },
    )
}

pub(super) fn completion(
    desk: &mut Desk,
    params: &lsp::CompletionParams,
) -> Result<Vec<lsp::CompletionItem>, Refusal> {
    let metrics = desk.library();
    let world = desk.world.clone();
    on_place(
        desk,
        &params.text_document_position_params,
        |open, d, at| {
            let found = editing::complete(d, at, &metrics, &world);
            let ranked = found.into_iter().enumerate();
            ranked.map(|(rank, c)| item(open, rank, c)).collect()
        },
    )
}

fn item(open: &Open, rank: usize, c: Completion) -> lsp::CompletionItem {
    lsp::CompletionItem {
        kind: Some(completion_kind(c.kind)),
        detail: Some(c.detail).filter(|d| !d.is_empty()),
        sort_text: Some(format!("{rank:04}")),
        filter_text: Some(c.label.clone()),
        text_edit: Some(lsp::CompletionItemTextEdit::TextEdit(lsp::TextEdit {
            range: open.range(c.replaces),
            new_text: c.insert.unwrap_or_else(|| c.label.clone()),
        })),
        label: c.label,
        ..lsp::CompletionItem::default()
    }
}

fn completion_kind(kind: CompletionKind) -> lsp::CompletionItemKind {
    match kind {
        CompletionKind::Item => lsp::CompletionItemKind::Keyword,
        CompletionKind::Field => lsp::CompletionItemKind::Property,
        CompletionKind::System | CompletionKind::Dataset => lsp::CompletionItemKind::Class,
        CompletionKind::Partition | CompletionKind::Column => lsp::CompletionItemKind::Field,
        CompletionKind::Step | CompletionKind::Hardware => lsp::CompletionItemKind::Struct,
        CompletionKind::Component => lsp::CompletionItemKind::Variable,
        CompletionKind::Metric | CompletionKind::Function => lsp::CompletionItemKind::Function,
        CompletionKind::Level | CompletionKind::Class => lsp::CompletionItemKind::EnumMember,
        CompletionKind::Unit => lsp::CompletionItemKind::Unit,
        CompletionKind::Code => lsp::CompletionItemKind::Constant,
        CompletionKind::Module => lsp::CompletionItemKind::Module,
        CompletionKind::Word => lsp::CompletionItemKind::Value,
        CompletionKind::Hole => lsp::CompletionItemKind::Variable,
    }
}

pub(super) fn signatures(
    desk: &mut Desk,
    params: &lsp::SignatureHelpParams,
) -> Result<Option<lsp::SignatureHelp>, Refusal> {
    let metrics = desk.library();
    on_place(desk, &params.text_document_position_params, |_, d, at| {
        let call = editing::call(d, at, &metrics)?;
        let argument = u32::try_from(call.argument).unwrap_or(0);
        Some(lsp::SignatureHelp {
            signatures: call.signatures.into_iter().map(signature).collect(),
            active_signature: Some(0),
            active_parameter: Some(argument.into()),
        })
    })
}

fn signature(s: editing::Signature) -> lsp::SignatureInformation {
    let parameter = |r: &std::ops::Range<usize>| lsp::ParameterInformation {
        label: s.usage.get(r.clone()).unwrap_or("").to_owned().into(),
        documentation: None,
    };
    lsp::SignatureInformation {
        parameters: Some(s.arguments.iter().map(parameter).collect()),
        documentation: Some(s.doc.into()),
        label: s.usage,
        active_parameter: None,
    }
}
