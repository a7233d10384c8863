//! Laying out, as edits of the lines that change.

use super::Document;
use crate::diagnostic::Edit;
use crate::format;
use crate::syntax::ast::Item;
use crate::text::Span;
use similar::{DiffOp, TextDiff};

/// The edits that lay out the lines between two bytes; each stands for itself.
pub fn layout(document: &Document<'_>, from: u32, to: u32) -> Vec<Edit> {
    let before = document.text();
    let after = format::format(before).text;
    let lines = TextDiff::from_lines(before, &after);
    let (old, new) = (starts(before), starts(&after));
    let mut edits = Vec::new();
    for op in lines
        .ops()
        .iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
    {
        let (gone, here) = (op.old_range(), op.new_range());
        let byte = |line: usize| old.get(line).copied().unwrap_or(before.len());
        let span = Span::new(
            document.file,
            byte32(byte(gone.start)),
            byte32(byte(gone.end)),
        );
        let place = |line: usize| new.get(line).copied().unwrap_or(after.len());
        let text = after.get(place(here.start)..place(here.end)).unwrap_or("");
        if span.start <= to && from <= span.end {
            edits.push(Edit {
                span,
                text: text.to_owned(),
            });
        }
    }
    edits
}

/// What is laid out when a character has been typed before `offset`: with a closing brace the item that it ends, with
/// a line break the line before it.
pub fn layout_typed(document: &Document<'_>, offset: u32, typed: char) -> Vec<Edit> {
    if typed == '}' {
        let ends = |i: &&Item| i.span.start < offset && i.span.end == offset;
        let item = document.items().iter().find(ends);
        return item.map_or_else(Vec::new, |i| {
            // The line behind it is another's.
            let end = i.span.end.saturating_sub(1);
            layout(document, i.span.start.saturating_add(1), end)
        });
    }
    let text = document.text().get(..offset as usize).unwrap_or("");
    let line_end = text.trim_end_matches([' ', '\t']).len().saturating_sub(1);
    let line_start = text
        .get(..line_end)
        .and_then(|t| t.rfind('\n'))
        .map_or(0, |at| at + 1);
    let within =
        |e: &Edit| e.span.start as usize >= line_start && e.span.end as usize <= line_end + 1;
    let mut edits = layout(document, byte32(line_start), byte32(line_end));
    edits.retain(within);
    edits
}

/// Where each line begins.
fn starts(text: &str) -> Vec<usize> {
    let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(breaks).collect()
}

fn byte32(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
