//! What stands, or is due, at a place of a plan: the one answer that hover, completion and the help on calls share.

use super::Document;
use crate::syntax::ast::{
    Arg, Body, Entry, Expr, ExprKind, Head, ItemKind, Keyword, Path, SystemRef, Use, Value,
};
use crate::text::Span;

/// A place of a plan.
#[derive(Debug, Clone)]
pub(super) enum Place<'a> {
    /// Between items: another may begin here.
    Outside,
    /// A path or name that is imported.
    Import(&'a Use),
    /// In the code of a waiver.
    Code,
    /// In an item's head, behind its keyword.
    Head,
    /// In braces, where an entry begins, or on the name of one.
    Entry(Within<'a>),
    /// In the value of a field.
    Value(Within<'a>, &'a str, Inside<'a>),
    /// In the condition of a rule.
    Condition(Inside<'a>),
}

/// The braces around a place.
#[derive(Debug, Clone)]
pub(super) struct Within<'a> {
    /// The item's keyword.
    pub keyword: Keyword,
    /// The fields from the item down to the innermost braces.
    pub fields: Vec<&'a str>,
    /// The innermost braces.
    pub body: &'a Body,
}

/// What is around a place inside an expression.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Inside<'a> {
    /// The innermost call, and which of its arguments the place is in.
    pub call: Option<(&'a Path, usize)>,
    /// The path at the place.
    pub path: Option<&'a Path>,
    /// The system whose brackets are around the place: components are due.
    pub variant: Option<&'a Path>,
    /// The text literal at the place.
    pub text: Option<&'a crate::syntax::ast::Text>,
    /// The quantity at the place.
    pub quantity: Option<Span>,
}

/// What stands or is due at a byte of a document.
pub(super) fn place<'a>(document: &Document<'a>, offset: u32) -> Place<'a> {
    // An empty waiver is no waiver yet, and so in no tree.
    let before = document.text().get(..offset as usize).unwrap_or("");
    let word = |c: char| c == '-' || c.is_alphanumeric();
    if before.trim_end_matches(word).ends_with("@allow(") {
        return Place::Code;
    }
    for item in document.items() {
        if let Some(allow) = item.allows.iter().find(|a| a.span.touches(offset)) {
            let before_reason = allow.reason.as_ref().is_none_or(|r| offset < r.span.start);
            return if before_reason {
                Place::Code
            } else {
                Place::Outside
            };
        }
        match &item.kind {
            ItemKind::Use(used) if item.span.touches(offset) => return Place::Import(used),
            ItemKind::Block(block) => {
                let keyword = block.head.keyword();
                if let (Some(body), Some(keyword)) = (&block.body, keyword)
                    && inside(body, offset)
                {
                    let within = Within {
                        keyword,
                        fields: Vec::new(),
                        body,
                    };
                    return entry(document.text(), within, offset);
                }
                let head = block.head_span;
                let first = document.text().get(head.range()).and_then(|t| t.find(' '));
                let word_end = head.start
                    + first
                        .and_then(|i| u32::try_from(i).ok())
                        .unwrap_or(head.len());
                let body_start = block.body.as_ref().map_or(head.end, |b| b.span.start);
                if word_end < offset && offset <= body_start.max(head.end) {
                    return Place::Head;
                }
            }
            ItemKind::Use(_) | ItemKind::Error => {}
        }
    }
    Place::Outside
}

/// Behind the brace that opens and not behind the one that closes.
fn inside(body: &Body, offset: u32) -> bool {
    let end = if body.closed {
        body.span.end.saturating_sub(1)
    } else {
        body.span.end
    };
    body.span.start < offset && offset <= end
}

fn entry<'a>(text: &str, within: Within<'a>, offset: u32) -> Place<'a> {
    // Blanks behind a colon are where its value begins.
    let behind = |end: u32| {
        let between = text.get(end as usize..offset as usize);
        between.is_some_and(|b| b.chars().all(|c| c == ' ' || c == '\t'))
    };
    for entry in &within.body.entries {
        match entry {
            Entry::Field(field) if field.name.span.touches(offset) => return Place::Entry(within),
            Entry::Field(field) if field.span.start <= offset && offset <= field.span.end => {
                return value(text, within, &field.name.text, &field.value, offset);
            }
            Entry::Field(field) if behind(field.span.end) && is_missing(&field.value) => {
                return Place::Value(within, &field.name.text, Inside::default());
            }
            Entry::Rule(rule) if rule.outcome.span.touches(offset) => return Place::Entry(within),
            Entry::Rule(rule) if rule.span.touches(offset) => {
                let around = rule
                    .when
                    .as_ref()
                    .map_or(Inside::default(), |e| around(e, offset));
                return Place::Condition(around);
            }
            Entry::Field(_) | Entry::Rule(_) | Entry::Error(_) => {}
        }
    }
    Place::Entry(within)
}

/// Whether nothing is written yet of a value.
fn is_missing(value: &Value) -> bool {
    let nothing = |e: &Expr| matches!(e.kind, ExprKind::Error);
    value.record.is_none() && value.expr.as_ref().is_none_or(nothing)
}

fn value<'a>(
    text: &str,
    mut within: Within<'a>,
    field: &'a str,
    value: &'a Value,
    offset: u32,
) -> Place<'a> {
    if let Some(record) = value.record.as_ref().filter(|r| inside(r, offset)) {
        within.fields.push(field);
        within.body = record;
        return entry(text, within, offset);
    }
    let around = value
        .expr
        .as_ref()
        .map_or(Inside::default(), |e| around(e, offset));
    Place::Value(within, field, around)
}

/// The innermost of everything in an expression that is around a byte.
fn around(expr: &Expr, offset: u32) -> Inside<'_> {
    let mut found = Inside::default();
    descend(expr, offset, &mut found);
    found
}

fn descend<'a>(expr: &'a Expr, offset: u32, found: &mut Inside<'a>) {
    if !expr.span.touches(offset) {
        return;
    }
    match &expr.kind {
        ExprKind::Quantity(_) => found.quantity = Some(expr.span),
        ExprKind::Text(text) => found.text = Some(text),
        ExprKind::Path(path) => found.path = Some(path),
        ExprKind::List(args) => arguments(args, offset, found),
        ExprKind::Paren(inner) => descend(inner, offset, found),
        ExprKind::Call { path, args } => {
            if path.span.touches(offset) {
                found.path = Some(path);
            } else {
                let before = args.iter().filter(|a| a.span.end < offset).count();
                found.call = Some((path, before.min(args.len())));
                arguments(args, offset, found);
            }
        }
        ExprKind::Index { path, args } => {
            if path.span.touches(offset) {
                found.path = Some(path);
            } else {
                found.variant = Some(path);
                arguments(args, offset, found);
            }
        }
        ExprKind::Every { path, body } | ExprKind::By { path, body, .. } => {
            if path.span.touches(offset) {
                found.path = Some(path);
            }
            descend(body, offset, found);
        }
        ExprKind::Over { body, .. } => descend(body, offset, found),
        ExprKind::Binary { left, right, .. } => {
            descend(left, offset, found);
            descend(right, offset, found);
        }
        ExprKind::Unary { operand, .. } => descend(operand, offset, found),
        ExprKind::Error => {}
    }
}

fn arguments<'a>(args: &'a [Arg], offset: u32, found: &mut Inside<'a>) {
    for arg in args {
        if let Some(expr) = &arg.value.expr {
            descend(expr, offset, found);
        }
    }
}

/// The systems that a head names.
pub(super) fn systems_of(head: &Head) -> Vec<&SystemRef> {
    match head {
        Head::Declare { from, .. } => from.iter().collect(),
        Head::Compare { subject, against } => std::iter::once(subject).chain(against).collect(),
        Head::Ablation { of } | Head::Factorial { of } => vec![of],
        Head::Select { from, .. } => from.iter().collect(),
        Head::Decide {
            subject, against, ..
        }
        | Head::Stop { subject, against } => vec![subject, against],
        Head::Broken { .. } => Vec::new(),
    }
}
