//! What can be mended at a place: the checks' own fixes, fields that have to be there, and waiving with a reason.

use super::Document;
use crate::analysis::Gap;
use crate::diagnostic::{Answer, Diagnostic, Edit, Level};
use crate::syntax::ast::{Body, Entry, Field, Item, ItemKind};
use crate::text::Span;

/// A change that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// As an order: “fit on the training rows only”.
    pub title: String,
    /// Which of the analysis' diagnostics it mends.
    pub mends: usize,
    /// Whether it is what most would want.
    pub preferred: bool,
    /// The edits, in any of the plan's files.
    pub edits: Vec<Edit>,
}

/// What is offered between two bytes of a document.
pub fn actions(document: &Document<'_>, from: u32, to: u32) -> Vec<Action> {
    let mut found = Vec::new();
    for (index, d) in document.analysis.diagnostics.iter().enumerate() {
        let Some(first) = d.labels.first() else {
            continue;
        };
        let near = document.has(first.span) && first.span.start <= to && from <= first.span.end;
        if !near || d.waived.is_some() {
            continue;
        }
        for fix in &d.fixes {
            found.push(Action {
                title: sentence(&fix.title),
                mends: index,
                preferred: fix.safe,
                edits: fix.edits.clone(),
            });
        }
        found.extend(missing(document, index, d, first.span));
        found.extend(waiver(document, index, d, first.span));
    }
    found
}

/// The field that has to be there, behind those that are.
fn missing(document: &Document<'_>, index: usize, d: &Diagnostic, at: Span) -> Option<Action> {
    let named = |g: &&Gap| g.at == at && d.message.ends_with(&format!("has no `{}:`", g.field));
    let gap = document
        .analysis
        .gaps
        .iter()
        .filter(|g| document.has(g.inside))
        .find(named)?;
    let body = body_within(document, gap.inside)?;
    // Rules stand each on a line of their own.
    let written: Vec<&str> = match gap.field {
        "otherwise" => gap.example.split(", ").collect(),
        _ => vec![gap.example],
    };
    Some(Action {
        title: format!("Add `{}:`", gap.field),
        mends: index,
        preferred: true,
        edits: vec![added(document.text(), body, &written)],
    })
}

/// The braces of an item, or of a record that ends a value.
fn body_within<'a>(document: &Document<'a>, inside: Span) -> Option<&'a Body> {
    let around = |s: Span| s.start <= inside.start && inside.end <= s.end;
    let item = document.items().iter().find(|i| around(i.span))?;
    let ItemKind::Block(block) = &item.kind else {
        return None;
    };
    let body = block.body.as_ref()?;
    if item.span == inside {
        return Some(body);
    }
    let value = |f: &&Field| f.value.span == inside;
    body.fields()
        .find(value)
        .and_then(|f| f.value.record.as_ref())
}

/// Entries at the end of braces, laid out as the others are.
fn added(text: &str, body: &Body, entries: &[&str]) -> Edit {
    let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let at = |span: u32, text: String| Edit {
        span: Span::new(body.span.file, span, span),
        text,
    };
    let Some(last) = body.entries.last().map(place) else {
        let inner = Span::new(body.span.file, body.span.start + 1, body.span.end - 1);
        let text = format!(" {} ", entries.join(", "));
        return Edit { span: inner, text };
    };
    let rest = text
        .get(last.end as usize..body.span.end as usize)
        .unwrap_or("");
    let Some(line) = rest.find(['\n', '\r']) else {
        return at(last.end, format!(", {}", entries.join(", ")));
    };
    let before = text.get(..last.start as usize).unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let indent: String = text
        .get(line_start..)
        .unwrap_or("")
        .chars()
        .take_while(|c| *c == ' ' || *c == '\t')
        .collect();
    let column = body.fields().last().and_then(|f| {
        let expr = f.value.expr.as_ref()?;
        Some((expr.span.start.saturating_sub(f.name.span.start)) as usize)
    });
    let lines: Vec<String> = entries
        .iter()
        .map(|e| format!("\n{indent}{}", aligned(e, column.unwrap_or(0))))
        .collect();
    at(byte(last.end as usize + line), lines.concat())
}

fn place(entry: &Entry) -> Span {
    match entry {
        Entry::Field(field) => field.span,
        Entry::Rule(rule) => rule.span,
        Entry::Error(span) => *span,
    }
}

/// `name: value` with its value at a column, where the name leaves room.
fn aligned(entry: &str, column: usize) -> String {
    match entry.split_once(": ") {
        Some((name, value)) if !name.contains(' ') => {
            let width = column.max(name.len() + 2);
            format!("{:width$}{value}", format!("{name}:"))
        }
        _ => entry.to_owned(),
    }
}

/// `@allow` before the item, with a reason to be written.
fn waiver(document: &Document<'_>, index: usize, d: &Diagnostic, at: Span) -> Option<Action> {
    if d.level == Level::Error || d.answer == Answer::Proved {
        return None;
    }
    let around = |i: &&Item| i.span.start <= at.start && at.end <= i.span.end;
    let item = document.items().iter().find(around)?;
    if !matches!(item.kind, ItemKind::Block(_)) {
        return None;
    }
    Some(Action {
        title: format!("Waive {} here, with a reason", d.code.code),
        mends: index,
        preferred: false,
        edits: vec![Edit {
            span: item.span.at_start(),
            text: format!("@allow({}, \"why this is fine\")\n", d.code.code),
        }],
    })
}

fn sentence(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
