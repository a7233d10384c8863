//! What is in a file and in the open folders: symbols, folds, and what grows round a place.

use super::Refusal;
use super::open::{Open, on};
use crate::editing::{self, Document, Symbol, SymbolKind};
use crate::lsp::convert;
use crate::lsp::desk::Desk;
use crate::syntax::ast::Keyword;
use crate::text::Span;
use gen_lsp_types as lsp;

pub(super) fn symbols(
    desk: &mut Desk,
    params: &lsp::DocumentSymbolParams,
) -> Result<Vec<lsp::DocumentSymbol>, Refusal> {
    on(desk, &params.text_document, |open, d| {
        let found = editing::symbols(d).into_iter();
        found.map(|s| symbol(open, s)).collect()
    })
}

#[allow(deprecated, reason = "the protocol's own type has the field")]
fn symbol(open: &Open, of: Symbol) -> lsp::DocumentSymbol {
    let children: Vec<_> = of.children.into_iter().map(|c| symbol(open, c)).collect();
    lsp::DocumentSymbol {
        name: of.name,
        detail: Some(of.detail.to_owned()).filter(|d| !d.is_empty()),
        kind: symbol_kind(of.kind),
        tags: None,
        deprecated: None,
        range: open.range(of.span),
        selection_range: open.range(of.name_span),
        children: (!children.is_empty()).then_some(children),
    }
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

pub(super) fn workspace_symbols(
    desk: &mut Desk,
    params: &lsp::WorkspaceSymbolParams,
) -> Result<Vec<lsp::WorkspaceSymbol>, Refusal> {
    let query = params.query.to_lowercase();
    let paths = desk.plans();
    let token = params.work_done_progress_params.work_done_token.as_ref();
    let progress = desk.client.progress(token, "looking through plans");
    let mut found = Vec::new();
    for (done, path) in paths.iter().enumerate() {
        progress.report(&desk.client, done, paths.len());
        let Some(analysis) = desk.analysis(path) else {
            continue;
        };
        let open = Open {
            path: path.clone(),
            analysis,
            encoding: desk.client.encoding,
        };
        let symbols = open
            .document()
            .map_or_else(Vec::new, |d| editing::symbols(&d));
        let wanted = |s: &Symbol| s.name.to_lowercase().contains(&query);
        let symbols = symbols.into_iter().filter(wanted);
        found.extend(symbols.map(|s| workspace_symbol(&open, s)));
    }
    progress.end(&desk.client);
    Ok(found)
}

fn workspace_symbol(open: &Open, symbol: Symbol) -> lsp::WorkspaceSymbol {
    lsp::WorkspaceSymbol {
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
    }
}

pub(super) fn folding(
    desk: &mut Desk,
    params: &lsp::FoldingRangeParams,
) -> Result<Vec<lsp::FoldingRange>, Refusal> {
    on(desk, &params.text_document, |open, d| {
        let found = editing::folds(d).into_iter();
        let mut ranges: Vec<_> = found.map(|span| fold(open, d, span)).collect();
        ranges.retain(|r| r.end_line > r.start_line);
        ranges.dedup_by_key(|r| r.start_line);
        ranges
    })
}

fn fold(open: &Open, document: &Document<'_>, span: Span) -> lsp::FoldingRange {
    let range = open.range(span);
    let text = document.text().get(span.range());
    let comment = text.is_some_and(|t| t.starts_with('#'));
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
}

pub(super) fn selections(
    desk: &mut Desk,
    params: &lsp::SelectionRangeParams,
) -> Result<Vec<lsp::SelectionRange>, Refusal> {
    on(desk, &params.text_document, |open, d| {
        let places = params.positions.iter();
        places.map(|place| selection(open, d, *place)).collect()
    })
}

fn selection(open: &Open, document: &Document<'_>, at: lsp::Position) -> lsp::SelectionRange {
    let spans = editing::selections(document, open.offset(at));
    let around = spans.into_iter().rev().fold(None, |parent, span| {
        Some(lsp::SelectionRange {
            range: open.range(span),
            parent: parent.map(Box::new),
        })
    });
    around.unwrap_or(lsp::SelectionRange {
        range: lsp::Range { start: at, end: at },
        parent: None,
    })
}
