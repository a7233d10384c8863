//! The shape of a plan: its symbols, what folds, and what is selected step by step around a place.

use super::Document;
use super::place::systems_of;
use crate::syntax::ast::{Body, Entry, Head, Item, ItemKind, Keyword, Value};
use crate::text::Span;

/// A symbol of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name; of items without one, what they are about.
    pub name: String,
    /// The item's keyword.
    pub detail: &'static str,
    /// What kind it is.
    pub kind: SymbolKind,
    /// The whole item or field.
    pub span: Span,
    /// The name.
    pub name_span: Span,
    /// What it holds.
    pub children: Vec<Symbol>,
}

/// The kind of a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// An item of this kind.
    Item(Keyword),
    /// A field.
    Field,
    /// A rule.
    Rule,
}

/// The items with their fields and rules, in source order.
pub fn symbols(document: &Document<'_>) -> Vec<Symbol> {
    let items = document.items().iter();
    items.filter_map(|item| symbol(document, item)).collect()
}

fn symbol(document: &Document<'_>, item: &Item) -> Option<Symbol> {
    let ItemKind::Block(block) = &item.kind else {
        return None;
    };
    let keyword = block.head.keyword()?;
    let declared = match &block.head {
        Head::Declare { name, .. } | Head::Select { name, .. } => Some(name),
        Head::Decide { name, .. } | Head::Broken { name, .. } => name.as_ref(),
        Head::Compare { .. }
        | Head::Ablation { .. }
        | Head::Factorial { .. }
        | Head::Stop { .. } => None,
    };
    let systems = systems_of(&block.head);
    let (name, name_span) = match (declared, systems.first(), systems.last()) {
        (Some(name), ..) if !name.text.is_empty() => (name.text.clone(), name.span),
        (_, Some(first), Some(last)) => {
            let span = first.span.to(last.span);
            (document.analysis.sources.text(span).to_owned(), span)
        }
        _ => (keyword.text().to_owned(), block.head_span),
    };
    Some(Symbol {
        name,
        detail: keyword.text(),
        kind: SymbolKind::Item(keyword),
        span: item.span,
        name_span,
        children: block.body.as_ref().map_or(Vec::new(), entries),
    })
}

fn entries(body: &Body) -> Vec<Symbol> {
    let one = |entry: &Entry| {
        let (name, kind, span) = match entry {
            Entry::Field(f) => (&f.name, SymbolKind::Field, f.span),
            Entry::Rule(r) => (&r.outcome, SymbolKind::Rule, r.span),
            Entry::Error(_) => return None,
        };
        // An outline has no place for a name of nothing.
        (!name.text.is_empty()).then(|| Symbol {
            name: name.text.clone(),
            detail: "",
            kind,
            span,
            name_span: name.span,
            children: Vec::new(),
        })
    };
    body.entries.iter().filter_map(one).collect()
}

/// What folds: braces and brackets over several lines, and comments that follow each other.
pub fn folds(document: &Document<'_>) -> Vec<Span> {
    let Some(tree) = document.tree() else {
        return Vec::new();
    };
    let lines = |span: &Span| {
        document
            .text()
            .get(span.range())
            .is_some_and(|t| t.contains('\n'))
    };
    let mut found: Vec<Span> = Vec::new();
    for item in &tree.items {
        if let ItemKind::Block(block) = &item.kind
            && let Some(body) = &block.body
        {
            bodies(body, &mut found);
        }
    }
    let mut run: Option<Span> = None;
    for comment in &tree.comments {
        let follows = run.filter(|r| {
            let between = document
                .text()
                .get(r.end as usize..comment.span.start as usize);
            between.is_some_and(|b| b.trim().is_empty() && b.matches('\n').count() == 1)
        });
        if follows.is_none() {
            found.extend(run);
        }
        run = Some(follows.map_or(comment.span, |r| r.to(comment.span)));
    }
    found.extend(run);
    found.retain(lines);
    found.sort_unstable();
    found
}

fn bodies(body: &Body, found: &mut Vec<Span>) {
    found.push(body.span);
    for field in body.fields() {
        if let Some(record) = &field.value.record {
            bodies(record, found);
        } else {
            found.push(field.value.span);
        }
    }
}

/// The spans around a byte, from the word to the item, each inside the next.
pub fn selections(document: &Document<'_>, offset: u32) -> Vec<Span> {
    let mut found = Vec::new();
    for item in document.items().iter().filter(|i| i.span.touches(offset)) {
        found.push(item.span);
        if let ItemKind::Block(block) = &item.kind {
            if block.head_span.touches(offset) {
                found.push(block.head_span);
            }
            if let Some(body) = block.body.as_ref().filter(|b| b.span.touches(offset)) {
                inner(body, offset, &mut found);
            }
        }
    }
    found.extend(word(document, offset));
    found.sort_by_key(|s| (s.len(), s.start));
    found.dedup();
    // What only touches at its end holds nothing of what touches at its start.
    let mut nested: Vec<Span> = Vec::new();
    for span in found {
        if nested
            .last()
            .is_none_or(|last| span.start <= last.start && last.end <= span.end)
        {
            nested.push(span);
        }
    }
    nested
}

fn inner(body: &Body, offset: u32, found: &mut Vec<Span>) {
    found.push(body.span);
    for entry in &body.entries {
        match entry {
            Entry::Field(field) if field.span.touches(offset) => {
                found.push(field.span);
                value(&field.value, offset, found);
            }
            Entry::Rule(rule) if rule.span.touches(offset) => {
                found.push(rule.span);
                found.extend(
                    rule.when
                        .as_ref()
                        .map(|e| e.span)
                        .filter(|s| s.touches(offset)),
                );
            }
            Entry::Field(_) | Entry::Rule(_) | Entry::Error(_) => {}
        }
    }
}

fn value(value: &Value, offset: u32, found: &mut Vec<Span>) {
    if value.span.touches(offset) {
        found.push(value.span);
    }
    found.extend(
        value
            .expr
            .as_ref()
            .map(|e| e.span)
            .filter(|s| s.touches(offset)),
    );
    if let Some(record) = value.record.as_ref().filter(|r| r.span.touches(offset)) {
        inner(record, offset, found);
    }
}

fn word(document: &Document<'_>, offset: u32) -> Option<Span> {
    let letter = |c: char| c == '_' || c.is_alphanumeric();
    let (before, after) = document.text().split_at_checked(offset as usize)?;
    let size = |chars: &mut dyn Iterator<Item = char>| -> u32 {
        let bytes: usize = chars.take_while(|c| letter(*c)).map(char::len_utf8).sum();
        u32::try_from(bytes).unwrap_or(0)
    };
    let start = offset - size(&mut before.chars().rev());
    let end = offset + size(&mut after.chars());
    (start < end).then(|| Span::new(document.file, start, end))
}
