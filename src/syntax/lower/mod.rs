//! From pest's pairs to the syntax tree, noting every fault on the way.
//!
//! `items` has files, items and heads; `bodies` has entries, values and what recovery skipped;
//! `exprs` has expressions; `texts` has literals. Start with [`lower`].

mod bodies;
mod braces;
mod exprs;
mod items;
mod texts;

use super::ast::{Comment, File, Name};
use super::errors::{Fault, SyntaxError};
use super::grammar::{Node, Rule};
use crate::text::{FileId, Span};
use std::cell::{Cell, RefCell};

/// Operators on one way from an expression's root to a leaf, beyond which it is refused: whoever
/// walks or drops the tree recurses that deep.
const MAX_OPERATORS: usize = 500;

/// Turns the production `file` of `text` into a tree and its errors. `base` is where the text begins in
/// its file; places of errors are right only where that is 0.
pub fn lower(file: FileId, text: &str, base: usize, root: Node<'_>) -> (File, Vec<SyntaxError>) {
    let lower = Lower {
        file,
        text,
        base,
        errors: RefCell::default(),
        braces: RefCell::default(),
        operators: Cell::new(MAX_OPERATORS),
    };
    let comments = lower.comments(&root);
    let items = lower.items(&root, &comments);
    (File { items, comments }, lower.errors.into_inner())
}

/// What lowering carries along.
struct Lower<'i> {
    file: FileId,
    text: &'i str,
    base: usize,
    errors: RefCell<Vec<SyntaxError>>,
    /// The braces of the item at hand.
    braces: RefCell<Vec<braces::Braces>>,
    /// Operators still allowed below the expression at hand.
    operators: Cell<usize>,
}

impl<'i> Lower<'i> {
    fn note(&self, span: Span, fault: Fault) {
        self.errors.borrow_mut().push(SyntaxError { span, fault });
    }

    fn range(&self, start: usize, end: usize) -> Span {
        let offset = |o: usize| u32::try_from(self.base + o).unwrap_or(u32::MAX);
        Span::new(self.file, offset(start), offset(end))
    }

    fn span(&self, node: &Node<'_>) -> Span {
        self.range(node.as_span().start(), node.as_span().end())
    }

    /// The span without the blanks and comments that a production may end in.
    fn tight(&self, node: &Node<'_>) -> Span {
        let (start, mut end) = (node.as_span().start(), node.as_span().end());
        for child in node.clone().into_inner().rev() {
            end = start + self.text.get(start..end).unwrap_or("").trim_end().len();
            let inner = child.as_span();
            if inner.start() == inner.end() {
                continue;
            }
            if inner.end() < end {
                break;
            }
            if child.as_rule() != Rule::COMMENT {
                return Span::new(self.file, self.span(node).start, self.tight(&child).end);
            }
            end = inner.start();
        }
        let length = self.text.get(start..end).unwrap_or("").trim_end().len();
        self.range(start, start + length)
    }

    fn slice(&self, span: Span) -> &'i str {
        let range = span.range();
        let local = |at: usize| at.saturating_sub(self.base);
        let part = self.text.get(local(range.start)..local(range.end));
        part.unwrap_or("")
    }

    fn name(&self, node: &Node<'_>) -> Name {
        Name {
            text: node.as_str().to_owned(),
            span: self.span(node),
        }
    }

    fn missing_name(&self, at: Span) -> Name {
        Name {
            text: String::new(),
            span: at.at_end(),
        }
    }

    /// Every comment of the file; conflict markers and `//` are reported on the way.
    fn comments(&self, root: &Node<'_>) -> Vec<Comment> {
        let mut comments = Vec::new();
        let all = root.clone().into_inner().flatten();
        let mut conflict: Option<(Span, Vec<Span>)> = None;
        for node in all.filter(|n| n.as_rule() == Rule::COMMENT) {
            let (span, text) = (self.span(&node), node.as_str());
            if text.starts_with("<<<<<<<") {
                self.note_conflict(conflict.replace((span, Vec::new())));
            } else if text.starts_with(['=', '|', '>']) {
                conflict.get_or_insert((span, Vec::new())).1.push(span);
            } else {
                comments.push(self.comment(span, text));
            }
        }
        self.note_conflict(conflict);
        comments
    }

    fn note_conflict(&self, conflict: Option<(Span, Vec<Span>)>) {
        if let Some((span, others)) = conflict {
            self.note(span, Fault::Conflict { others });
        }
    }

    fn comment(&self, span: Span, text: &str) -> Comment {
        if let Some(rest) = text.strip_prefix("//") {
            let slashes = Span::new(self.file, span.start, span.start + 2);
            self.note(slashes, Fault::SlashComment);
            return Comment {
                span,
                text: rest.trim().to_owned(),
                doc: false,
            };
        }
        let doc = text.starts_with("##");
        Comment {
            span,
            text: text.trim_start_matches('#').trim().to_owned(),
            doc,
        }
    }
}
