//! The requests, one after the other: asked of `editing`, answered in the protocol's shape.

use super::capabilities::token_type;
use super::convert::{self, Encoding};
use super::desk::{Desk, document};
use crate::analysis::Analysis;
use crate::diagnostic::Edit;
use crate::editing::{self, CompletionKind, Document, Symbol, SymbolKind};
use crate::syntax::ast::Keyword;
use crate::text::Span;
use gen_lsp_types as lsp;
use lsp_server::{ErrorCode, Request, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a request has no answer: a code of the protocol, and words.
type Refusal = (ErrorCode, String);

/// Answers a request.
pub(super) fn answer(desk: &mut Desk, request: Request) -> Response {
    let Request { id, method, params } = request;
    let answered = match method.as_str() {
        "textDocument/hover" => of(params, |p| hover(desk, &p)),
        "textDocument/completion" => of(params, |p| completion(desk, &p)),
        "textDocument/definition" => of(params, |p| definition(desk, &p)),
        "textDocument/references" => of(params, |p| references(desk, &p)),
        "textDocument/documentHighlight" => of(params, |p| highlights(desk, &p)),
        "textDocument/prepareRename" => of(params, |p| prepare_rename(desk, &p)),
        "textDocument/rename" => of(params, |p| rename(desk, &p)),
        "textDocument/documentSymbol" => of(params, |p| symbols(desk, &p)),
        "workspace/symbol" => of(params, |p| workspace_symbols(desk, &p)),
        "textDocument/formatting" => of(params, |p| formatting(desk, &p)),
        "textDocument/rangeFormatting" => of(params, |p| range_formatting(desk, &p)),
        "textDocument/onTypeFormatting" => of(params, |p| typed_formatting(desk, &p)),
        "textDocument/signatureHelp" => of(params, |p| signatures(desk, &p)),
        "textDocument/codeAction" => of(params, |p| actions(desk, &p)),
        "textDocument/codeLens" => of(params, |p| lenses(desk, &p)),
        "textDocument/documentLink" => of(params, |p| links(desk, &p)),
        "textDocument/foldingRange" => of(params, |p| folding(desk, &p)),
        "textDocument/selectionRange" => of(params, |p| selections(desk, &p)),
        "textDocument/semanticTokens/full" => of(params, |p| tokens(desk, &p)),
        "textDocument/inlayHint" => of(params, |p| hints(desk, &p)),
        other => Err((
            ErrorCode::MethodNotFound,
            format!("there is no method `{other}`"),
        )),
    };
    match answered {
        Ok(value) => Response::new_ok(id, value),
        Err((code, message)) => Response::new_err(id, code as i32, message),
    }
}

fn of<P: DeserializeOwned, R: Serialize>(
    params: serde_json::Value,
    answer: impl FnOnce(P) -> Result<R, Refusal>,
) -> Result<serde_json::Value, Refusal> {
    let params =
        serde_json::from_value(params).map_err(|e| (ErrorCode::InvalidParams, e.to_string()))?;
    let result = answer(params)?;
    serde_json::to_value(result).map_err(|e| (ErrorCode::InternalError, e.to_string()))
}

/// An open file with what is known of it.
struct Open {
    path: PathBuf,
    analysis: Arc<Analysis>,
    encoding: Encoding,
}

impl Open {
    fn document(&self) -> Option<Document<'_>> {
        document(&self.analysis, &self.path)
    }

    fn offset(&self, position: lsp::Position) -> u32 {
        let file = self.analysis.sources.find(&self.path);
        let file = file.and_then(|id| self.analysis.sources.get(id));
        file.map_or(0, |f| {
            convert::offset(&f.text, &f.lines, position, self.encoding)
        })
    }

    fn range(&self, span: Span) -> lsp::Range {
        let file = self.analysis.sources.get(span.file);
        file.map_or_else(lsp::Range::default, |f| {
            convert::range(f, span, self.encoding)
        })
    }

    /// Edits of the file itself.
    fn laid_out(&self, edits: impl FnOnce(&Document<'_>) -> Vec<Edit>) -> Vec<lsp::TextEdit> {
        let edits = self.document().map_or_else(Vec::new, |d| edits(&d));
        let one = |e: Edit| lsp::TextEdit {
            range: self.range(e.span),
            new_text: e.text,
        };
        edits.into_iter().map(one).collect()
    }

    fn edit(&self, edits: &[Edit]) -> lsp::WorkspaceEdit {
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

fn open(desk: &mut Desk, uri: &lsp::Uri) -> Result<Open, Refusal> {
    let path = convert::path(uri);
    let analysis = desk.analysis(&path).ok_or_else(|| {
        let text = format!("`{}` cannot be read", path.display());
        (ErrorCode::RequestFailed, text)
    })?;
    Ok(Open {
        path,
        analysis,
        encoding: desk.encoding,
    })
}

/// An open file and a byte of it.
fn at(desk: &mut Desk, place: &lsp::TextDocumentPositionParams) -> Result<(Open, u32), Refusal> {
    let open = open(desk, &place.text_document.uri)?;
    let offset = open.offset(place.position);
    Ok((open, offset))
}

fn hover(desk: &mut Desk, params: &lsp::HoverParams) -> Result<Option<lsp::Hover>, Refusal> {
    let metrics = desk.library();
    let (open, offset) = at(desk, &params.text_document_position_params)?;
    let found = open
        .document()
        .and_then(|d| editing::hover(&d, offset, &metrics));
    Ok(found.map(|h| lsp::Hover {
        contents: lsp::Contents::MarkupContent(lsp::MarkupContent {
            kind: lsp::MarkupKind::Markdown,
            value: h.text,
        }),
        range: Some(open.range(h.span)),
    }))
}

fn completion(
    desk: &mut Desk,
    params: &lsp::CompletionParams,
) -> Result<Vec<lsp::CompletionItem>, Refusal> {
    let metrics = desk.library();
    let (open, offset) = at(desk, &params.text_document_position_params)?;
    let Some(document) = open.document() else {
        return Ok(Vec::new());
    };
    let found = editing::complete(&document, offset, &metrics, &desk.world);
    let item = |(rank, c): (usize, editing::Completion)| lsp::CompletionItem {
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
    };
    Ok(found.into_iter().enumerate().map(item).collect())
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

fn definition(
    desk: &mut Desk,
    params: &lsp::DefinitionParams,
) -> Result<Option<lsp::Location>, Refusal> {
    let (open, offset) = at(desk, &params.text_document_position_params)?;
    let found = open
        .document()
        .and_then(|d| editing::declaration(&d, offset));
    let Some((_, declared)) = found else {
        return Ok(None);
    };
    let place = convert::location(&open.analysis.sources, declared, open.encoding);
    Ok(place.or_else(|| library_file(&open, declared)))
}

/// A place in the library, in a copy that the editor can open.
fn library_file(open: &Open, span: Span) -> Option<lsp::Location> {
    let file = open.analysis.sources.get(span.file)?;
    let version = env!("CARGO_PKG_VERSION");
    let folder = std::env::temp_dir().join(format!("benchwright-{version}"));
    let path = folder.join(&file.name);
    std::fs::create_dir_all(path.parent()?).ok()?;
    if std::fs::read(&path).ok().as_deref() != Some(file.text.as_bytes()) {
        crate::data::write_atomic(&path, file.text.as_bytes()).ok()?;
    }
    Some(lsp::Location {
        uri: convert::uri(&path),
        range: convert::range(file, span, open.encoding),
    })
}

/// Every use of a name, over all open plans; each place once.
fn places(
    desk: &mut Desk,
    open: &Open,
    declared: Span,
    with_declaration: bool,
) -> Vec<lsp::Location> {
    let Some(file) = open.analysis.sources.get(declared.file) else {
        return Vec::new();
    };
    let mut found: BTreeMap<(String, u32, u32), lsp::Location> = BTreeMap::new();
    let mut analyses = desk.all();
    analyses.push(Arc::clone(&open.analysis));
    for analysis in analyses {
        // The same file may have another id in another plan.
        let same = |f: &crate::text::SourceFile| f.path == file.path && f.name == file.name;
        let of_path = |f: &crate::text::SourceFile| f.path.is_some() && f.path == file.path;
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

fn references(
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

fn highlights(
    desk: &mut Desk,
    params: &lsp::DocumentHighlightParams,
) -> Result<Vec<lsp::DocumentHighlight>, Refusal> {
    let (open, offset) = at(desk, &params.text_document_position_params)?;
    let Some(document) = open.document() else {
        return Ok(Vec::new());
    };
    let Some((_, declared)) = editing::declaration(&document, offset) else {
        return Ok(Vec::new());
    };
    let mut spans = editing::references(&open.analysis, declared);
    spans.push(declared);
    spans.retain(|s| s.file == document.file);
    spans.sort_unstable();
    spans.dedup();
    let highlight = |span: Span| lsp::DocumentHighlight {
        range: open.range(span),
        kind: None,
    };
    Ok(spans.into_iter().map(highlight).collect())
}

fn prepare_rename(
    desk: &mut Desk,
    params: &lsp::PrepareRenameParams,
) -> Result<Option<lsp::PrepareRenameResult>, Refusal> {
    let (open, offset) = at(desk, &params.text_document_position_params)?;
    let Some(document) = open.document() else {
        return Ok(None);
    };
    match editing::renamable(&document, offset) {
        Ok(span) => Ok(Some(lsp::PrepareRenameResult::PrepareRenamePlaceholder(
            lsp::PrepareRenamePlaceholder {
                range: open.range(span),
                placeholder: open
                    .analysis
                    .sources
                    .text(span)
                    .trim_matches('"')
                    .to_owned(),
            },
        ))),
        Err(error) => Err((ErrorCode::RequestFailed, error.to_string())),
    }
}

fn rename(desk: &mut Desk, params: &lsp::RenameParams) -> Result<lsp::WorkspaceEdit, Refusal> {
    let (open, offset) = at(desk, &params.text_document_position_params)?;
    let failed = |e: editing::RenameError| (ErrorCode::RequestFailed, e.to_string());
    let document = open
        .document()
        .ok_or_else(|| failed(editing::RenameError::NoName))?;
    let edits = editing::rename(&document, offset, &params.new_name).map_err(failed)?;
    let (_, declared) = editing::declaration(&document, offset)
        .ok_or_else(|| failed(editing::RenameError::NoName))?;
    let mut edit = open.edit(&edits);
    // Other open plans may use the file, too.
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

#[allow(deprecated, reason = "the protocol's own type has the field")]
fn symbols(
    desk: &mut Desk,
    params: &lsp::DocumentSymbolParams,
) -> Result<Vec<lsp::DocumentSymbol>, Refusal> {
    fn one(open: &Open, symbol: Symbol) -> lsp::DocumentSymbol {
        let children: Vec<_> = symbol.children.into_iter().map(|c| one(open, c)).collect();
        lsp::DocumentSymbol {
            name: symbol.name,
            detail: Some(symbol.detail.to_owned()).filter(|d| !d.is_empty()),
            kind: symbol_kind(symbol.kind),
            tags: None,
            deprecated: None,
            range: open.range(symbol.span),
            selection_range: open.range(symbol.name_span),
            children: (!children.is_empty()).then_some(children),
        }
    }
    let open = open(desk, &params.text_document.uri)?;
    let found = open
        .document()
        .map_or_else(Vec::new, |d| editing::symbols(&d));
    Ok(found.into_iter().map(|s| one(&open, s)).collect())
}

fn symbol_kind(kind: SymbolKind) -> lsp::SymbolKind {
    match kind {
        SymbolKind::Item(keyword) => match keyword {
            Keyword::Plan => lsp::SymbolKind::Package,
            Keyword::Dataset => lsp::SymbolKind::Array,
            Keyword::Step | Keyword::Hardware => lsp::SymbolKind::Struct,
            Keyword::Component => lsp::SymbolKind::Variable,
            Keyword::Metric | Keyword::Protocol => lsp::SymbolKind::Function,
            Keyword::System | Keyword::Baseline | Keyword::Candidate => lsp::SymbolKind::Class,
            Keyword::Compare | Keyword::Ablation | Keyword::Factorial => lsp::SymbolKind::Operator,
            Keyword::Select | Keyword::Decide | Keyword::Stop => lsp::SymbolKind::Event,
        },
        SymbolKind::Field => lsp::SymbolKind::Field,
        SymbolKind::Rule => lsp::SymbolKind::EnumMember,
    }
}

fn workspace_symbols(
    desk: &mut Desk,
    params: &lsp::WorkspaceSymbolParams,
) -> Result<Vec<lsp::WorkspaceSymbol>, Refusal> {
    let query = params.query.to_lowercase();
    let mut paths: Vec<PathBuf> = desk.world.texts.keys().cloned().collect();
    for folder in desk.folders.clone() {
        plans(&folder, 0, &mut paths);
    }
    paths.sort();
    paths.dedup();
    let mut found = Vec::new();
    for path in paths {
        let Some(analysis) = desk.analysis(&path) else {
            continue;
        };
        let open = Open {
            path,
            analysis,
            encoding: desk.encoding,
        };
        let symbols = open
            .document()
            .map_or_else(Vec::new, |d| editing::symbols(&d));
        for symbol in symbols
            .into_iter()
            .filter(|s| s.name.to_lowercase().contains(&query))
        {
            found.push(lsp::WorkspaceSymbol {
                location: lsp::WorkspaceSymbolLocation::Location(lsp::Location {
                    uri: convert::uri(&open.path),
                    range: open.range(symbol.name_span),
                }),
                data: None,
                base_symbol_information: lsp::BaseSymbolInformation {
                    name: symbol.name,
                    kind: symbol_kind(symbol.kind),
                    tags: None,
                    container_name: Some(symbol.detail.to_owned()),
                },
            });
        }
    }
    Ok(found)
}

/// Plans below a folder; folders of tools are left out, and how deep it goes is bounded.
fn plans(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kind = entry.file_type();
        if kind.as_ref().is_ok_and(std::fs::FileType::is_dir) {
            let tools =
                name.starts_with('.') || ["target", "node_modules"].contains(&name.as_ref());
            if depth < 8 && !tools {
                plans(&path, depth + 1, found);
            }
        } else if name.ends_with(".bench") && kind.is_ok_and(|k| k.is_file()) {
            found.push(path);
        }
    }
}

fn formatting(
    desk: &mut Desk,
    params: &lsp::DocumentFormattingParams,
) -> Result<Vec<lsp::TextEdit>, Refusal> {
    let open = open(desk, &params.text_document.uri)?;
    Ok(open.laid_out(|d| editing::layout(d, 0, u32::MAX)))
}

fn range_formatting(
    desk: &mut Desk,
    params: &lsp::DocumentRangeFormattingParams,
) -> Result<Vec<lsp::TextEdit>, Refusal> {
    let open = open(desk, &params.text_document.uri)?;
    let (from, to) = (
        open.offset(params.range.start),
        open.offset(params.range.end),
    );
    Ok(open.laid_out(|d| editing::layout(d, from, to)))
}

fn typed_formatting(
    desk: &mut Desk,
    params: &lsp::DocumentOnTypeFormattingParams,
) -> Result<Vec<lsp::TextEdit>, Refusal> {
    let open = open(desk, &params.text_document.uri)?;
    let offset = open.offset(params.position);
    let typed = params.ch.chars().next().unwrap_or('\n');
    Ok(open.laid_out(|d| editing::layout_typed(d, offset, typed)))
}

fn signatures(
    desk: &mut Desk,
    params: &lsp::SignatureHelpParams,
) -> Result<Option<lsp::SignatureHelp>, Refusal> {
    let metrics = desk.library();
    let (open, offset) = at(desk, &params.text_document_position_params)?;
    let found = open
        .document()
        .and_then(|d| editing::call(&d, offset, &metrics));
    Ok(found.map(|call| {
        let one = |s: editing::Signature| {
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
        };
        let argument = u32::try_from(call.argument).unwrap_or(0);
        lsp::SignatureHelp {
            signatures: call.signatures.into_iter().map(one).collect(),
            active_signature: Some(0),
            active_parameter: Some(argument.into()),
        }
    }))
}

fn actions(
    desk: &mut Desk,
    params: &lsp::CodeActionParams,
) -> Result<Vec<lsp::CodeAction>, Refusal> {
    let open = open(desk, &params.text_document.uri)?;
    let Some(document) = open.document() else {
        return Ok(Vec::new());
    };
    let (from, to) = (
        open.offset(params.range.start),
        open.offset(params.range.end),
    );
    let found = editing::actions(&document, from, to);
    let wanted = |kind: &lsp::CodeActionKind| {
        params
            .context
            .only
            .as_ref()
            .is_none_or(|only| only.contains(kind))
    };
    let one = |action: editing::Action| {
        let diagnostic = open.analysis.diagnostics.get(action.mends);
        let diagnostic = diagnostic
            .and_then(|d| convert::diagnostic(&open.analysis, d, document.file, open.encoding));
        lsp::CodeAction {
            title: action.title,
            kind: Some(lsp::CodeActionKind::QuickFix),
            diagnostics: diagnostic.map(|d| vec![d]),
            is_preferred: Some(action.preferred),
            edit: Some(open.edit(&action.edits)),
            ..lsp::CodeAction::default()
        }
    };
    let mut actions: Vec<lsp::CodeAction> = match wanted(&lsp::CodeActionKind::QuickFix) {
        true => found.into_iter().map(one).collect(),
        false => Vec::new(),
    };
    actions.sort_by_key(|a| !a.is_preferred.unwrap_or(false));
    Ok(actions)
}

fn lenses(desk: &mut Desk, params: &lsp::CodeLensParams) -> Result<Vec<lsp::CodeLens>, Refusal> {
    let open = open(desk, &params.text_document.uri)?;
    let found = open
        .document()
        .map_or_else(Vec::new, |d| editing::lenses(&d));
    let one = |lens: editing::Lens| {
        let command = match lens.command {
            "" => String::new(),
            command => format!("benchwright.{command}"),
        };
        let file = serde_json::Value::from(params.text_document.uri.0.clone());
        lsp::CodeLens {
            range: open.range(lens.span),
            command: Some(lsp::Command {
                title: lens.title,
                tooltip: None,
                arguments: (!command.is_empty()).then(|| vec![file]),
                command,
            }),
            data: None,
        }
    };
    Ok(found.into_iter().map(one).collect())
}

fn links(
    desk: &mut Desk,
    params: &lsp::DocumentLinkParams,
) -> Result<Vec<lsp::DocumentLink>, Refusal> {
    let open = open(desk, &params.text_document.uri)?;
    let found = open
        .document()
        .map_or_else(Vec::new, |d| editing::links(&d));
    let one = |link: editing::Link| lsp::DocumentLink {
        range: open.range(link.span),
        target: Some(convert::uri(&link.path)),
        tooltip: None,
        data: None,
    };
    let there = |link: &editing::Link| link.path.exists();
    Ok(found.into_iter().filter(there).map(one).collect())
}

fn folding(
    desk: &mut Desk,
    params: &lsp::FoldingRangeParams,
) -> Result<Vec<lsp::FoldingRange>, Refusal> {
    let open = open(desk, &params.text_document.uri)?;
    let Some(document) = open.document() else {
        return Ok(Vec::new());
    };
    let one = |span: Span| {
        let range = open.range(span);
        let comment = document
            .text()
            .get(span.range())
            .is_some_and(|t| t.starts_with('#'));
        // The line of the closing brace stays in sight.
        let end_line = if comment {
            range.end.line
        } else {
            range.end.line.saturating_sub(1)
        };
        lsp::FoldingRange {
            start_line: range.start.line,
            end_line,
            kind: comment.then_some(lsp::FoldingRangeKind::Comment),
            ..lsp::FoldingRange::default()
        }
    };
    let mut ranges: Vec<lsp::FoldingRange> =
        editing::folds(&document).into_iter().map(one).collect();
    ranges.retain(|r| r.end_line > r.start_line);
    ranges.dedup_by_key(|r| r.start_line);
    Ok(ranges)
}

fn selections(
    desk: &mut Desk,
    params: &lsp::SelectionRangeParams,
) -> Result<Vec<lsp::SelectionRange>, Refusal> {
    let open = open(desk, &params.text_document.uri)?;
    let Some(document) = open.document() else {
        return Ok(Vec::new());
    };
    let one = |position: &lsp::Position| {
        let spans = editing::selections(&document, open.offset(*position));
        let around = spans.into_iter().rev().fold(None, |parent, span| {
            Some(lsp::SelectionRange {
                range: open.range(span),
                parent: parent.map(Box::new),
            })
        });
        around.unwrap_or(lsp::SelectionRange {
            range: lsp::Range {
                start: *position,
                end: *position,
            },
            parent: None,
        })
    };
    Ok(params.positions.iter().map(one).collect())
}

fn tokens(
    desk: &mut Desk,
    params: &lsp::SemanticTokensParams,
) -> Result<lsp::SemanticTokens, Refusal> {
    let open = open(desk, &params.text_document.uri)?;
    let found = open
        .document()
        .map_or_else(Vec::new, |d| editing::tokens(&d));
    let mut data = Vec::with_capacity(found.len());
    let mut last = lsp::Position::default();
    for token in found {
        let range = open.range(token.span);
        // No token of a plan goes over a line's end; one that did could not be told.
        if range.start.line != range.end.line {
            continue;
        }
        let place = editing::Class::ALL.iter().position(|c| *c == token.class);
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
    Ok(lsp::SemanticTokens {
        result_id: None,
        data,
    })
}

fn hints(desk: &mut Desk, params: &lsp::InlayHintParams) -> Result<Vec<lsp::InlayHint>, Refusal> {
    let open = open(desk, &params.text_document.uri)?;
    let Some(document) = open.document() else {
        return Ok(Vec::new());
    };
    let (from, to) = (
        open.offset(params.range.start),
        open.offset(params.range.end),
    );
    let found = editing::hints(&document)
        .into_iter()
        .filter(|h| from <= h.at && h.at <= to);
    let one = |hint: editing::Hint| lsp::InlayHint {
        position: open.range(Span::new(document.file, hint.at, hint.at)).start,
        label: lsp::Label::String(hint.text),
        padding_left: Some(true),
        kind: None,
        text_edits: None,
        tooltip: None,
        padding_right: None,
        data: None,
    };
    Ok(found.map(one).collect())
}
