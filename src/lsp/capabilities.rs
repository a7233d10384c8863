//! What client and server tell each other of what they can.

use super::convert::{self, Encoding};
use crate::editing::Class;
use gen_lsp_types as lsp;
use std::path::PathBuf;

#[allow(deprecated, reason = "older clients have nothing else")]
/// The folders that are open; clients that know no more than one say it by its old name.
pub(super) fn folders(params: &lsp::InitializeParams) -> Vec<PathBuf> {
    let folders = &params.workspace_folders_initialize_params.workspace_folders;
    match folders {
        Some(lsp::WorkspaceFolders::WorkspaceFolderList(all)) => {
            all.iter().map(|f| convert::path(&f.uri)).collect()
        }
        _ => params.root_uri.iter().map(convert::path).collect(),
    }
}

/// The name of a class of tokens in the protocol, and its modifiers as places in [`MODIFIERS`].
pub(super) fn token_type(class: Class) -> (&'static str, u32) {
    match class {
        Class::Comment => ("comment", 0),
        Class::DocComment => ("comment", 1),
        Class::Keyword => ("keyword", 0),
        Class::Operator => ("operator", 0),
        Class::Property => ("property", 0),
        Class::Parameter => ("parameter", 0),
        Class::Type => ("class", 0),
        Class::Function => ("function", 0),
        Class::Variable => ("variable", 0),
        Class::Module => ("namespace", 0),
        Class::Constant => ("enumMember", 0),
        Class::Number => ("number", 0),
        Class::Text => ("string", 0),
        Class::Hole => ("macro", 0),
        Class::Annotation => ("decorator", 0),
    }
}

/// Modifiers of tokens, each a bit.
const MODIFIERS: [&str; 1] = ["documentation"];

/// The legend of token types: each class at its own place.
fn legend() -> lsp::SemanticTokensLegend {
    lsp::SemanticTokensLegend {
        token_types: Class::ALL.map(|c| token_type(c).0.to_owned()).to_vec(),
        token_modifiers: MODIFIERS.map(str::to_owned).to_vec(),
    }
}

/// What the server can.
pub(super) fn answer(encoding: Encoding) -> lsp::InitializeResult {
    let kinds = vec![
        lsp::CodeActionKind::QuickFix,
        lsp::CodeActionKind::RefactorExtract,
    ];
    let folders = lsp::WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(lsp::ChangeNotifications::Bool(true)),
    };
    let capabilities = lsp::ServerCapabilities {
        position_encoding: Some(match encoding {
            Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
            Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
        }),
        text_document_sync: Some(lsp::TextDocumentSync::Options(
            lsp::TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(lsp::TextDocumentSyncKind::Incremental),
                save: Some(lsp::Save::Bool(true)),
                ..lsp::TextDocumentSyncOptions::default()
            },
        )),
        completion_provider: Some(lsp::CompletionOptions {
            trigger_characters: Some([".", "{", "[", ":", "\""].map(str::to_owned).to_vec()),
            ..lsp::CompletionOptions::default()
        }),
        hover_provider: Some(lsp::HoverProvider::Bool(true)),
        definition_provider: Some(lsp::DefinitionProvider::Bool(true)),
        references_provider: Some(lsp::ReferencesProvider::Bool(true)),
        document_highlight_provider: Some(lsp::DocumentHighlightProvider::Bool(true)),
        document_symbol_provider: Some(lsp::DocumentSymbolProvider::Bool(true)),
        workspace_symbol_provider: Some(lsp::WorkspaceSymbolProvider::WorkspaceSymbolOptions(
            lsp::WorkspaceSymbolOptions {
                resolve_provider: None,
                work_done_progress_options: lsp::WorkDoneProgressOptions {
                    work_done_progress: Some(true),
                },
            },
        )),
        workspace: Some(lsp::WorkspaceOptions {
            workspace_folders: Some(folders),
            ..lsp::WorkspaceOptions::default()
        }),
        code_action_provider: Some(lsp::CodeActionProvider::CodeActionOptions(
            lsp::CodeActionOptions {
                code_action_kinds: Some(kinds),
                ..lsp::CodeActionOptions::default()
            },
        )),
        code_lens_provider: Some(lsp::CodeLensOptions::default()),
        document_link_provider: Some(lsp::DocumentLinkOptions::default()),
        document_formatting_provider: Some(lsp::DocumentFormattingProvider::Bool(true)),
        document_range_formatting_provider: Some(lsp::DocumentRangeFormattingProvider::Bool(true)),
        document_on_type_formatting_provider: Some(lsp::DocumentOnTypeFormattingOptions::new(
            "}".to_owned(),
            Some(vec!["\n".to_owned()]),
        )),
        signature_help_provider: Some(lsp::SignatureHelpOptions {
            trigger_characters: Some(["(", ","].map(str::to_owned).to_vec()),
            ..lsp::SignatureHelpOptions::default()
        }),
        rename_provider: Some(lsp::RenameProvider::RenameOptions(lsp::RenameOptions {
            prepare_provider: Some(true),
            ..lsp::RenameOptions::default()
        })),
        folding_range_provider: Some(lsp::FoldingRangeProvider::Bool(true)),
        selection_range_provider: Some(lsp::SelectionRangeProvider::Bool(true)),
        inlay_hint_provider: Some(lsp::InlayHintProvider::Bool(true)),
        semantic_tokens_provider: Some(lsp::SemanticTokensProvider::SemanticTokensOptions(
            lsp::SemanticTokensOptions {
                legend: legend(),
                full: Some(lsp::Full::Bool(true)),
                range: None,
                work_done_progress_options: lsp::WorkDoneProgressOptions::default(),
            },
        )),
        ..lsp::ServerCapabilities::default()
    };
    lsp::InitializeResult {
        capabilities,
        server_info: Some(lsp::ServerInfo {
            name: "benchwright".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}
