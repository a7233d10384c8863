//! Which brace was never closed.
//!
//! A record that lost its `}` adopts the fields below and takes the `}` of the item around it, so
//! the item seems to be the unclosed one. Indentation tells: a `}` that begins its line stands
//! under the line of its `{`.

use super::super::ast::{Body, Entry, Item, ItemKind};
use super::super::errors::Fault;
use super::Lower;
use crate::text::Span;

/// The braces of one body.
pub(super) struct Braces {
    /// The opening brace; empty where it was missing itself.
    pub(super) open: Span,
    /// The closing brace, where there is one.
    pub(super) close: Option<Span>,
    /// Where the body ends.
    pub(super) end: u32,
}

impl Lower<'_> {
    /// Reports the unclosed braces of an item once, at the likeliest place, and marks the record
    /// that surely lost its own.
    pub(super) fn check_braces(&self, item: &mut Item, quiet: bool) {
        let braces = self.braces.take();
        let unclosed: Vec<&Braces> = braces.iter().filter(|b| b.close.is_none()).collect();
        let Some(outermost) = unclosed.iter().min_by_key(|b| b.open.start) else {
            return;
        };
        let suspect = braces
            .iter()
            .filter(|b| b.close.is_some_and(|close| self.is_askew(b.open, close)))
            .min_by_key(|b| b.open.start);
        if let (Some(suspect), ItemKind::Block(block)) = (suspect, &mut item.kind)
            && let Some(body) = &mut block.body
        {
            mark_unclosed(body, suspect.open.start);
        }
        if quiet {
            return;
        }
        let innermost = unclosed.iter().max_by_key(|b| b.open.start);
        let at = suspect.or(innermost.copied()).unwrap_or(outermost);
        let text = self.text.get(..outermost.end as usize).unwrap_or("");
        let end = self.range(text.trim_end().len(), text.trim_end().len());
        let indent: String = std::iter::repeat_n(' ', self.indent(outermost.open)).collect();
        self.note(
            at.open,
            Fault::UnclosedBrace {
                count: unclosed.len(),
                adopted_by: suspect.and_then(|s| s.close),
                insert: (unclosed.len() == 1 && suspect.is_none())
                    .then(|| (end, format!("\n{indent}}}"))),
            },
        );
    }

    /// Whether `close` begins its line, and not under the line that holds `open`.
    fn is_askew(&self, open: Span, close: Span) -> bool {
        // Looks at blanks only: a line may hold very many braces.
        let before = self.text.get(..close.start as usize).unwrap_or("");
        let before = before.trim_end_matches([' ', '\t']);
        if !before.is_empty() && !before.ends_with(['\n', '\r']) {
            return false;
        }
        let line = self.line_before(close);
        let same_line = self.line_start(open) == self.line_start(close);
        !same_line && line.chars().count() != self.indent(open)
    }

    /// The text of the line before `span`.
    fn line_before(&self, span: Span) -> &str {
        self.text
            .get(self.line_start(span)..span.start as usize)
            .unwrap_or("")
    }

    fn line_start(&self, span: Span) -> usize {
        let before = self.text.get(..span.start as usize).unwrap_or("");
        before.rfind(['\n', '\r']).map_or(0, |at| at + 1)
    }

    fn indent(&self, span: Span) -> usize {
        let line = self.line_before(span);
        let after = line.trim_start();
        line.chars().count() - after.chars().count()
    }
}

fn mark_unclosed(body: &mut Body, open: u32) {
    if body.span.start == open {
        body.closed = false;
    }
    for entry in &mut body.entries {
        if let Entry::Field(field) = entry
            && let Some(record) = &mut field.value.record
        {
            mark_unclosed(record, open);
        }
    }
}
