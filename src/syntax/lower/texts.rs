//! Literals: strings in any quotes, numbers with units.

use super::super::ast::{Name, Quantity, Text};
use super::super::errors::Fault;
use super::super::grammar::{Node, Rule, part, parts};
use super::Lower;
use crate::text::Span;

impl Lower<'_> {
    /// A string; wrong quotes and a missing end are reported.
    pub(super) fn text(&self, node: &Node<'_>) -> Text {
        let span = self.span(node);
        let Some(kind) = parts(node).next() else {
            return Text {
                span,
                value: String::new(),
                raw: String::new(),
            };
        };
        let raw = parts(&kind)
            .find(|n| matches!(n.as_rule(), Rule::raw | Rule::raw_single | Rule::raw_smart));
        let (raw, at) = raw.map_or((String::new(), span.end), |n| {
            (n.as_str().to_owned(), self.span(&n).start)
        });
        match kind.as_rule() {
            Rule::unclosed => self.note(span, Fault::UnclosedString),
            Rule::single | Rule::smart => self.note(
                span,
                Fault::Quotes {
                    content: raw.clone(),
                },
            ),
            _ => {}
        }
        let value = self.unescape(&raw, at);
        // The opening quote of a smart string is longer than a byte: places inside it are not told.
        let raw = if kind.as_rule() == Rule::smart {
            String::new()
        } else {
            raw
        };
        Text { span, value, raw }
    }

    fn unescape(&self, raw: &str, start: u32) -> String {
        let mut value = String::with_capacity(raw.len());
        let mut chars = raw.char_indices();
        while let Some((at, c)) = chars.next() {
            if c != '\\' {
                value.push(c);
                continue;
            }
            match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, quote @ ('"' | '\\' | '\''))) => value.push(quote),
                Some((_, other)) => {
                    value.extend(['\\', other]);
                    let from = start + u32::try_from(at).unwrap_or(0);
                    let length = 1 + u32::try_from(other.len_utf8()).unwrap_or(1);
                    let span = Span::new(self.file, from, from + length);
                    self.note(span, Fault::Escape { escaped: other });
                }
                None => value.push('\\'),
            }
        }
        value
    }

    /// A number with its unit.
    pub(super) fn quantity(&self, node: &Node<'_>) -> Quantity {
        let number = part(node, Rule::number);
        let digits = number.as_ref().map_or("", |n| n.as_str()).to_owned();
        let value = digits.replace('_', "").parse::<f64>().unwrap_or(0.0);
        if let Some(n) = number {
            let span = self.span(&n);
            if digits.starts_with('.') {
                self.note(span, Fault::LeadingDot);
            }
            if !value.is_finite() {
                self.note(span, Fault::HugeNumber);
            }
        }
        let unit = parts(node)
            .find(|n| matches!(n.as_rule(), Rule::unit_attached | Rule::unit_detached))
            .map(|n| Name {
                text: n.as_str().trim_end().to_owned(),
                span: self.span(&n),
            });
        Quantity {
            number: if value.is_finite() { value } else { 0.0 },
            digits,
            unit,
        }
    }
}
