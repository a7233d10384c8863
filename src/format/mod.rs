//! The canonical form of a plan's text.
//!
//! [`format()`] keeps what its writer decided — which records take several lines, where blank lines
//! stand, at which column comments are — and settles the rest: indentation, blanks, aligned values,
//! units attached, one element a line with a comma behind it. It never changes what is said: no
//! field is moved, no string touched, no comment lost. What could not be read stays as it is, line
//! by line (`broken`); lines are put together by `printer`, and placed by `lines`. The
//! command and its files are `cli`'s.

mod broken;
mod excerpt;
mod exprs;
mod items;
mod lines;
mod printer;

pub use excerpt::excerpt;

use crate::syntax::ast::{Comment, Entry, File, ItemKind};
use crate::syntax::{Parsed, parse};
use crate::text::{FileId, Span};
use broken::Kept;
use lines::Line;
use printer::{Candidate, Printer};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Columns that a line should keep to.
pub const WIDTH: usize = 120;

/// What came of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formatted {
    /// The text in canonical form, or as it was.
    pub text: String,
    /// How much of it is.
    pub extent: Extent,
}

/// How much of a text was formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// What could be read; the other lines are as they were.
    Readable,
    /// Nothing: the canonical form would not have been read as the same plan.
    Nothing,
}

/// The canonical form of `text`, a whole plan. Lines end in `\n`; a byte-order mark goes.
///
/// The result is read again and compared: where tree, comments or faults would differ, the text
/// comes back as it was ([`Extent::Nothing`]).
pub fn format(text: &str) -> Formatted {
    let source = plain(text);
    let before = parse(FileId(0), &source);
    let kept = broken::kept(&source, &before);
    let extent = if kept.any() {
        Extent::Readable
    } else {
        Extent::Whole
    };
    let printed = print(&source, &before.file, &kept);
    match printed.filter(|printed| same(&source, &before, printed)) {
        Some(text) => Formatted { text, extent },
        None => Formatted {
            text: text.to_owned(),
            extent: Extent::Nothing,
        },
    }
}

/// The text without byte-order mark and carriage returns.
fn plain(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    match text.contains('\r') {
        true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(text),
    }
}

/// Prints until no line that could be broken is too long. `None` where source and tree disagree.
fn print(source: &str, file: &File, kept: &Kept) -> Option<String> {
    let mut forced = BTreeSet::new();
    loop {
        let mut printer = Printer::new(source, kept, &forced);
        printer.file(file);
        if printer.lost {
            return None;
        }
        let (mut lines, candidates) = (printer.lines, printer.candidates);
        lines::align(&mut lines);
        let more = to_break(&lines, &candidates);
        let known = forced.len();
        forced.extend(more);
        if forced.len() == known {
            return Some(lines::text(&lines));
        }
    }
}

/// Where the lines that are too long are broken: between entries, else at the widest braces, else
/// at the widest list or call.
fn to_break(lines: &[Line], candidates: &[Candidate]) -> Vec<usize> {
    let mut places = Vec::new();
    for line in lines::overlong(lines, WIDTH) {
        let here = candidates.iter().filter(|c| c.line == line);
        let Some(best) = here.clone().max_by_key(|c| c.weight) else {
            continue;
        };
        let together = here.filter(|c| c.weight.0 == best.weight.0 && best.weight.0 == 2);
        places.push(best.at);
        places.extend(together.map(|c| c.at));
    }
    places
}

/// Whether `printed` is read as `before` was.
fn same(source: &str, before: &Parsed, printed: &str) -> bool {
    let after = parse(FileId(0), printed);
    let faults = |parsed: &Parsed| -> Vec<_> {
        let kinds = parsed.errors.iter();
        kinds.map(|e| std::mem::discriminant(&e.fault)).collect()
    };
    let comments = |file: &File| -> Vec<(String, bool)> {
        let text = |c: &Comment| (c.text.clone(), c.doc);
        file.comments.iter().map(text).collect()
    };
    faults(before) == faults(&after)
        && comments(&before.file) == comments(&after.file)
        && unread(source, &before.file) == unread(printed, &after.file)
        && before.file.clone().without_spans() == after.file.without_spans()
}

/// The text of every part that could not be read.
fn unread<'t>(text: &'t str, file: &File) -> Vec<&'t str> {
    let mut spans: Vec<Span> = Vec::new();
    for item in &file.items {
        match &item.kind {
            ItemKind::Error => spans.push(item.span),
            ItemKind::Use(_) => {}
            ItemKind::Block(block) => {
                let entries = block.body.iter().flat_map(|body| &body.entries);
                let errors = entries.filter(|e| matches!(e, Entry::Error(_)));
                spans.extend(errors.map(broken::entry_span));
            }
        }
    }
    let slice = |span: Span| text.get(span.range()).unwrap_or("").trim_end();
    spans.into_iter().map(slice).collect()
}
