//! Bodies: fields, rules, and the parts that could not be read.
//!
//! Nothing may be concluded from half of what was written. So a field or rule that touches a
//! skipped part, by an operator or by a comma on its line, becomes an error node as well.

use super::super::ast::{Body, Entry, Field, Name, Rule as DecisionRule, Value};
use super::super::errors::{EqualsFor, Fault};
use super::super::explain::{self, Skipped};
use super::super::grammar::{Node, Rule, part, parts};
use super::super::scan::{self, Bracket};
use super::Lower;
use super::braces::Braces;
use super::exprs::missing;
use crate::text::Span;

/// An entry while its neighbours are not known yet.
struct Piece {
    entry: Entry,
    span: Span,
    skipped: bool,
    /// A bracket of a skipped part that has no partner there.
    bracket: Option<Bracket>,
    /// Index of the error that says the value is missing.
    missing_value: Option<usize>,
}

/// The skipped piece whose unclosed bracket `close` closes. What lies between was meant to stand
/// inside the bracket, so nothing follows from it.
fn partner(pieces: &[Piece], close: Bracket) -> Option<usize> {
    let Bracket::Close(_, close) = close else {
        return None;
    };
    let nearest = pieces.iter().rposition(|p| p.bracket.is_some())?;
    match pieces.get(nearest)?.bracket? {
        Bracket::Open(_, open) => {
            matches!((open, close), ('(', ')') | ('[', ']')).then_some(nearest)
        }
        Bracket::Close(..) => None,
    }
}

impl Lower<'_> {
    /// A block, or what stands where the opening brace of an item was lost.
    pub(super) fn body(&self, node: &Node<'_>) -> Body {
        let mut span = self.tight(node);
        let open = part(node, Rule::open).map_or(span.at_start(), |n| self.span(&n));
        let close = part(node, Rule::close).map(|n| self.span(&n));
        if close.is_none() {
            span.end = span.end.max(open.end);
        }
        self.braces.borrow_mut().push(Braces {
            open,
            close,
            end: self.span(node).end,
        });
        let mut pieces: Vec<Piece> = Vec::new();
        for n in parts(node) {
            match n.as_rule() {
                Rule::field => pieces.push(self.field(&n)),
                Rule::rule => pieces.push(self.rule(&n)),
                Rule::skipped_field => {
                    let piece = self.skipped(&n, &pieces);
                    pieces.push(piece);
                }
                Rule::semicolon => self.note(self.span(&n), Fault::Semicolon { inside: false }),
                _ => {}
            }
        }
        Body {
            span,
            entries: self.entries(pieces),
            closed: close.is_some(),
        }
    }

    fn entries(&self, pieces: Vec<Piece>) -> Vec<Entry> {
        let mut bracketed = vec![false; pieces.len()];
        for (i, piece) in pieces.iter().enumerate() {
            let before = pieces.get(..i).unwrap_or(&[]);
            if let Some(from) = piece.bracket.and_then(|b| partner(before, b)) {
                bracketed
                    .iter_mut()
                    .take(i)
                    .skip(from)
                    .for_each(|b| *b = true);
            }
        }
        let doubtful: Vec<bool> = (0..pieces.len())
            .map(|i| {
                let touches = |a: Option<&Piece>, b: Option<&Piece>| match (a, b) {
                    (Some(a), Some(b)) => (a.skipped || b.skipped) && self.touch(a.span, b.span),
                    (_, _) => false,
                };
                let before = i.checked_sub(1).and_then(|j| pieces.get(j));
                touches(before, pieces.get(i)) || touches(pieces.get(i), pieces.get(i + 1))
            })
            .collect();
        pieces
            .into_iter()
            .zip(doubtful.into_iter().zip(bracketed))
            .map(|(piece, (touching, bracketed))| {
                let doubtful = touching || bracketed;
                if doubtful {
                    Entry::Error(piece.span)
                } else {
                    piece.entry
                }
            })
            .collect()
    }

    /// Whether two neighbouring entries may have been meant as one: they stand on one line, or the
    /// second begins with an infix operator.
    fn touch(&self, a: Span, b: Span) -> bool {
        let gap = Span::new(self.file, a.end, b.start.max(a.end));
        !self.slice(gap).contains(['\n', '\r', ';']) || explain::begins_with_operator(self.slice(b))
    }

    fn field(&self, node: &Node<'_>) -> Piece {
        let span = self.tight(node);
        let name = part(node, Rule::field_name).map_or_else(
            || self.missing_name(span.at_start()),
            |n| self.field_name(&n),
        );
        if let Some(eq) = part(node, Rule::wrong_eq) {
            let meant = EqualsFor::FieldColon;
            self.note(self.first_byte(&eq), Fault::Equals { meant });
        }
        let mut missing_value = None;
        let value = match part(node, Rule::value) {
            Some(value) => self.value(&value),
            None => {
                missing_value = Some(self.errors.borrow().len());
                let of = name.text.clone();
                self.note(span, Fault::MissingValue { of });
                missing(span.at_end())
            }
        };
        Piece {
            entry: Entry::Field(Field { span, name, value }),
            span,
            skipped: false,
            bracket: None,
            missing_value,
        }
    }

    /// A field's name; a quoted one loses its quotes.
    pub(super) fn field_name(&self, node: &Node<'_>) -> Name {
        let quoted = part(node, Rule::text).map(|n| self.text(&n).value);
        Name {
            text: quoted.unwrap_or_else(|| node.as_str().trim_end().to_owned()),
            span: self.tight(node),
        }
    }

    fn rule(&self, node: &Node<'_>) -> Piece {
        let span = self.tight(node);
        let outcome = part(node, Rule::ident)
            .map_or_else(|| self.missing_name(span.at_start()), |n| self.name(&n));
        let mut missing_value = None;
        let when = match (part(node, Rule::expr), part(node, Rule::kw_otherwise)) {
            (Some(expr), _) => Some(self.expr(&expr)),
            (None, Some(_)) => None,
            (None, None) => {
                missing_value = Some(self.errors.borrow().len());
                let outcome = outcome.text.clone();
                self.note(span, Fault::MissingCondition { outcome });
                missing(span.at_end()).expr
            }
        };
        Piece {
            entry: Entry::Rule(DecisionRule {
                span,
                outcome,
                when,
            }),
            span,
            skipped: false,
            bracket: None,
            missing_value,
        }
    }

    fn skipped(&self, node: &Node<'_>, pieces: &[Piece]) -> Piece {
        let before = pieces.last();
        let start = node.as_span().start();
        let span = self.range(start, start + node.as_str().trim_end().len());
        let bracket = scan::unbalanced(self.slice(span));
        let closes = bracket.is_some_and(|b| partner(pieces, b).is_some());
        let error = explain::skipped_entry(&Skipped {
            text: self.text,
            span,
            before: before.map(|p| p.span),
            before_lacks_value: before.is_some_and(|p| p.missing_value.is_some()),
            touches: before.is_some_and(|p| self.touch(p.span, span)),
            after_skip: before.is_some_and(|p| p.skipped),
        });
        if let Some(error) = error.filter(|_| !closes) {
            let replaced = before.and_then(|p| p.missing_value);
            let mut errors = self.errors.borrow_mut();
            match replaced.and_then(|i| errors.get_mut(i)) {
                Some(slot) if matches!(error.fault, Fault::ValueBelow { .. }) => *slot = error,
                _ => errors.push(error),
            }
        }
        Piece {
            entry: Entry::Error(span),
            span,
            skipped: true,
            bracket,
            missing_value: None,
        }
    }

    /// A value: an expression, a record, or both.
    pub(super) fn value(&self, node: &Node<'_>) -> Value {
        Value {
            span: self.tight(node),
            expr: part(node, Rule::expr).map(|n| self.expr(&n)),
            record: part(node, Rule::block).map(|n| self.body(&n)),
        }
    }
}
