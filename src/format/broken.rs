//! Which lines are left as they are: those of whatever could not be read.
//!
//! The unit is an entry of an item's body, else the whole item. A line is either printed anew or
//! copied, so whatever shares a line with a broken part is copied, too.

use crate::syntax::ast::{Arg, Block, Body, Entry, Expr, ExprKind, Head, Item, ItemKind, Value};
use crate::syntax::{Fault, Parsed, SyntaxError};
use crate::text::{LineIndex, Span};
use std::ops::RangeInclusive;

/// For each line of the text, whether it is copied.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Line starts of the text.
    pub(super) index: LineIndex,
    lines: Vec<bool>,
}

/// Lines that are copied together or not at all.
struct Unit {
    lines: RangeInclusive<usize>,
    /// The lines that are copied as soon as one of `lines` is.
    whole: RangeInclusive<usize>,
}

/// The lines to copy of `text`, from which `parsed` was read.
pub(super) fn kept(text: &str, parsed: &Parsed) -> Kept {
    let index = LineIndex::new(text);
    let mut kept = Kept {
        lines: vec![false; index.count()],
        index,
    };
    for error in &parsed.errors {
        kept.fault(error, parsed);
    }
    let mut units = Vec::new();
    for item in &parsed.file.items {
        kept.item(text, item, &mut units);
    }
    // Two units may share a line: the second is then copied because of the first, and so on.
    while units.iter().any(|unit| kept.spread(unit)) {
        for unit in &units {
            kept.spread(unit);
        }
    }
    kept
}

impl Kept {
    /// Whether line `line` (from 0) is copied.
    pub(super) fn line(&self, line: usize) -> bool {
        self.lines.get(line).copied().unwrap_or(false)
    }

    /// Whether anything is.
    pub(super) fn any(&self) -> bool {
        self.lines.contains(&true)
    }

    fn mark(&mut self, lines: &RangeInclusive<usize>) {
        let count = lines.end() + 1 - lines.start();
        let marked = self.lines.iter_mut().skip(*lines.start()).take(count);
        marked.for_each(|line| *line = true);
    }

    /// Copies the whole of a unit with a copied line; whether that changed anything.
    fn spread(&mut self, unit: &Unit) -> bool {
        let touched = unit.lines.clone().any(|line| self.line(line));
        let changes = touched && unit.whole.clone().any(|line| !self.line(line));
        if changes {
            self.mark(&unit.whole);
        }
        changes
    }

    fn lines_of(&self, span: Span) -> RangeInclusive<usize> {
        self.index.line(span.start)..=self.index.line(span.end.max(span.start + 1) - 1)
    }

    fn fault(&mut self, error: &SyntaxError, parsed: &Parsed) {
        let mut lines = self.lines_of(error.span);
        match &error.fault {
            // The slashes are a comment like any other where no entry is cut by them.
            Fault::SlashComment => {
                let inside = parsed.file.items.iter().any(|i| in_entry(i, error.span));
                if !inside {
                    return;
                }
            }
            Fault::Conflict { others } => {
                let last = others.last().copied().unwrap_or(error.span);
                lines = *lines.start()..=*self.lines_of(last).end();
            }
            Fault::UnclosedBrace { .. } => {
                let items = parsed.file.items.iter();
                for item in items.filter(|i| i.span.touches(error.span.start)) {
                    self.mark(&self.lines_of(item.span));
                }
            }
            _ => {}
        }
        self.mark(&lines);
    }

    fn item(&mut self, text: &str, item: &Item, units: &mut Vec<Unit>) {
        let start = item.allows.first().map_or(item.span, |a| a.span);
        let whole = self.lines_of(start.to(item.span).to(entries_span(item)));
        units.push(Unit {
            lines: whole.clone(),
            whole: whole.clone(),
        });
        let Some(body) = sound_body(item) else {
            if !matches!(item.kind, ItemKind::Use(_)) {
                self.mark(&whole);
            }
            return;
        };
        let broken: Vec<Span> = body.entries.iter().filter_map(broken_entry).collect();
        for span in broken {
            self.mark(&self.lines_of(span));
        }
        if !text.get(body.span.range()).unwrap_or("").contains('\n') {
            return;
        }
        units.pop();
        let head = *whole.start()..=self.index.line(body.span.start);
        let close = *whole.end()..=*whole.end();
        for lines in [head, close] {
            units.push(Unit {
                lines,
                whole: whole.clone(),
            });
        }
        for entry in &body.entries {
            let lines = self.lines_of(entry_span(entry));
            units.push(Unit {
                whole: lines.clone(),
                lines,
            });
        }
    }
}

/// The body of an item that is understood from its head to its closing brace.
fn sound_body(item: &Item) -> Option<&Body> {
    match &item.kind {
        ItemKind::Block(Block {
            head: Head::Broken { .. },
            ..
        }) => None,
        ItemKind::Block(block) => block.body.as_ref().filter(|body| body.closed),
        ItemKind::Use(_) | ItemKind::Error => None,
    }
}

/// From the item's first byte to the end of its last entry, which may lie below an unclosed item.
fn entries_span(item: &Item) -> Span {
    let body = match &item.kind {
        ItemKind::Block(block) => block.body.as_ref(),
        ItemKind::Use(_) | ItemKind::Error => None,
    };
    let entries = body.map_or(&[][..], |body| &body.entries);
    entries.iter().map(entry_span).fold(item.span, Span::to)
}

fn in_entry(item: &Item, span: Span) -> bool {
    let entries = sound_body(item).map_or(&[][..], |body| &body.entries);
    entries
        .iter()
        .map(entry_span)
        .any(|e| e.touches(span.start))
}

/// From the first to the last byte of an entry.
pub(super) fn entry_span(entry: &Entry) -> Span {
    match entry {
        Entry::Field(field) => field.span,
        Entry::Rule(rule) => rule.span,
        Entry::Error(span) => *span,
    }
}

fn broken_entry(entry: &Entry) -> Option<Span> {
    let broken = match entry {
        Entry::Field(field) => broken_value(&field.value),
        Entry::Rule(rule) => rule.when.as_ref().is_some_and(broken_expr),
        Entry::Error(_) => true,
    };
    broken.then(|| entry_span(entry))
}

fn broken_value(value: &Value) -> bool {
    let record = value.record.as_ref();
    value.expr.as_ref().is_some_and(broken_expr)
        || record.is_some_and(|r| !r.closed || r.entries.iter().any(|e| broken_entry(e).is_some()))
}

fn broken_args(args: &[Arg]) -> bool {
    args.iter().any(|arg| broken_value(&arg.value))
}

fn broken_expr(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Quantity(_) | ExprKind::Text(_) | ExprKind::Path(_) => false,
        ExprKind::List(args)
        | ExprKind::Call { path: _, args }
        | ExprKind::Index { path: _, args } => broken_args(args),
        ExprKind::Paren(body)
        | ExprKind::Every { path: _, body }
        | ExprKind::Over { body, .. }
        | ExprKind::Unary { operand: body, .. } => broken_expr(body),
        ExprKind::By { args, body, .. } => {
            args.as_deref().is_some_and(broken_args) || broken_expr(body)
        }
        ExprKind::Binary { left, right, .. } => broken_expr(left) || broken_expr(right),
        ExprKind::Error => true,
    }
}
