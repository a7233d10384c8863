//! Reading the source along the tree, and putting lines together.
//!
//! The tree says what comes next; the source says where comments, blank lines and line breaks are.
//! Should the two ever disagree, the printer gives up, and the text stays as it is.

use super::broken::Kept;
use super::lines::{Base, Class, Line, Trailing};
use crate::text::Span;
use std::collections::BTreeSet;

/// Columns of one step of indentation.
const INDENT: isize = 2;

/// The container of items.
pub(super) const TOP: usize = usize::MAX;

/// What stands between two tokens.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Gap {
    /// A line break or a comment.
    pub(super) breaks: bool,
    /// A blank line just before the next token.
    pub(super) blank: bool,
}

/// How what is being printed goes on in a new line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    /// Where the closer of a list, call or record goes.
    pub(super) block: Base,
    /// Where the closer of a group goes.
    pub(super) group: Base,
    /// Where the operands of an expression stand.
    pub(super) operands: Base,
    /// Whether operators hang left of the operands, else they take their column.
    pub(super) hang: bool,
}

impl Context {
    /// Everything at one column.
    pub(super) fn at(base: Base) -> Context {
        Context {
            block: base,
            group: base,
            operands: base,
            hang: false,
        }
    }
}

/// A place where a line that is too long may be broken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// The byte in the source that stands for it.
    pub(super) at: usize,
    /// The printed line.
    pub(super) line: usize,
    /// How much it holds, in bytes; braces come before brackets.
    pub(super) weight: (u8, usize),
}

/// The state of printing one text.
pub(super) struct Printer<'a> {
    pub(super) source: &'a str,
    kept: &'a Kept,
    /// What has to be broken though it was not: too long.
    forced: &'a BTreeSet<usize>,
    pub(super) position: usize,
    pub(super) lines: Vec<Line>,
    pub(super) candidates: Vec<Candidate>,
    container: usize,
    /// Brackets open on the line at hand that are not broken.
    flat: usize,
    /// Whether source and tree disagreed.
    pub(super) lost: bool,
}

impl<'a> Printer<'a> {
    pub(super) fn new(source: &'a str, kept: &'a Kept, forced: &'a BTreeSet<usize>) -> Self {
        Printer {
            source,
            kept,
            forced,
            position: 0,
            lines: Vec::new(),
            candidates: Vec::new(),
            container: TOP,
            flat: 0,
            lost: false,
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.source.get(self.position..).unwrap_or("")
    }

    /// The index of the line at hand.
    pub(super) fn line(&self) -> usize {
        self.lines.len().saturating_sub(1)
    }

    /// The byte of the line at hand where printing goes on.
    pub(super) fn offset(&self) -> usize {
        self.lines.last().map_or(0, |l| l.text.len())
    }

    /// The place where printing goes on.
    pub(super) fn here(&self) -> Base {
        Base::At {
            line: self.line(),
            offset: self.offset(),
            delta: 0,
        }
    }

    pub(super) fn new_line(&mut self, base: Base, blank: bool) {
        let blank = blank && !self.lines.is_empty();
        self.lines.push(Line::new(base, blank, self.container));
    }

    /// Changes the line where an entry, element or item began.
    pub(super) fn mark(&mut self, line: usize, change: impl FnOnce(&mut Line)) {
        if let Some(line) = self.lines.get_mut(line) {
            change(line);
        }
    }

    /// A place at which the line at hand may be padded.
    pub(super) fn stop(&mut self) {
        let at = self.offset();
        self.mark(self.line(), |l| l.stops.push((at, 0)));
    }

    pub(super) fn put(&mut self, text: &str) {
        match self.lines.last_mut() {
            Some(line) if !line.sealed && line.trailing.is_none() => line.text += text,
            _ => self.lost = true,
        }
    }

    fn skip_blank(&mut self) {
        let rest = self.rest();
        let skipped = rest.len() - rest.trim_start_matches(is_blank).len();
        self.position += skipped;
    }

    /// The character of the next token, comments aside.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().trim_start_matches(is_blank).chars().next()
    }

    /// Takes a token that the tree implies.
    pub(super) fn token(&mut self, token: &str) {
        self.put(token);
        self.skip(token);
    }

    /// Takes a token without printing it.
    pub(super) fn skip(&mut self, token: &str) {
        self.skip_blank();
        if self.rest().starts_with(token) {
            self.position += token.len();
        } else {
            self.lost = true;
        }
    }

    /// Takes a name, a literal or another part that stays as written.
    pub(super) fn atom(&mut self, span: Span) {
        let text = self.source.get(span.range()).unwrap_or("");
        self.put(text);
        self.pass(span);
    }

    /// Takes what `span` covers without printing it.
    pub(super) fn pass(&mut self, span: Span) {
        self.skip_blank();
        self.lost |= self.position != span.start as usize;
        self.position = span.end as usize;
    }

    /// Takes blanks, line breaks, comments and lines to copy, up to the next token; commas as well
    /// where they only separate. Comments on lines of their own go to `base`.
    pub(super) fn gap(&mut self, base: Base, first: bool, commas: bool) -> Gap {
        let mut gap = Gap::default();
        let (mut breaks, mut first) = (0, first);
        loop {
            if self.copies(breaks > 1 && !first) {
                (gap.breaks, breaks, first) = (true, 0, false);
                continue;
            }
            let Some(next) = self.rest().chars().next() else {
                break;
            };
            match next {
                '\n' => breaks += 1,
                ',' if commas => {}
                '#' | '/' if next == '#' || self.rest().starts_with("//") => {
                    self.comment(base, breaks, breaks > 1 && !first);
                    (gap.breaks, breaks, first) = (true, 0, false);
                    continue;
                }
                c if is_blank(c) => {}
                _ => break,
            }
            self.position += next.len_utf8();
        }
        gap.breaks |= breaks > 0;
        gap.blank = breaks > 1 && !first;
        gap
    }

    /// Copies the lines that begin here, if they are to be copied.
    fn copies(&mut self, blank: bool) -> bool {
        let index = &self.kept.index;
        let offset = u32::try_from(self.position).unwrap_or(u32::MAX);
        let line = index.line(offset);
        if index.start(line) != Some(offset) || !self.kept.line(line) {
            return false;
        }
        let next = (line..).find(|&l| !self.kept.line(l)).unwrap_or(line);
        let end = index.start(next).map_or(self.source.len(), |s| s as usize);
        if end <= self.position {
            return false;
        }
        let text = self.source.get(self.position..end).unwrap_or("");
        let text = text.strip_suffix('\n').unwrap_or(text);
        self.new_line(Base::Column(0), blank);
        self.put(text);
        self.mark(self.line(), |l| (l.sealed, l.starts) = (true, true));
        self.position += text.len();
        // An empty line leaves nothing to go past: its break belongs to the copy.
        if text.is_empty() {
            self.position += usize::from(self.rest().starts_with('\n'));
        }
        true
    }

    fn comment(&mut self, base: Base, breaks: usize, blank: bool) {
        let rest = self.rest();
        let text = rest.split('\n').next().unwrap_or("");
        let before = self.source.get(..self.position).unwrap_or("");
        let column = before.rsplit('\n').next().unwrap_or("").chars().count();
        let shown = text.trim_end_matches([' ', '\t']).to_owned();
        self.position += text.len();
        let last = self.lines.last();
        let trailing = Some(Trailing {
            text: shown.clone(),
            column,
        });
        let behind = last.is_some_and(|l| !l.sealed && l.trailing.is_none());
        let below = last.and_then(|l| l.trailing.as_ref());
        let goes_on = breaks == 1 && below.is_some_and(|t| t.column == column);
        if breaks == 0 && behind {
            self.mark(self.line(), |l| l.trailing = trailing);
            return;
        }
        self.new_line(base, blank);
        if goes_on {
            self.mark(self.line(), |l| l.trailing = trailing);
        } else {
            self.put(&shown);
            self.mark(self.line(), |l| l.sealed = true);
        }
    }

    /// Whether a line ends, or a comment stands, between byte `from` and the next token.
    fn breaks_after(&self, from: usize) -> bool {
        let rest = self.source.get(from..).unwrap_or("");
        let rest = rest.trim_start_matches(|c| is_blank(c) || c == ',');
        rest.starts_with(['\n', '#']) || rest.starts_with("//")
    }

    /// Whether a bracket that opens at `at` holds elements on lines of their own.
    fn is_broken(&self, at: usize, mut elements: impl Iterator<Item = Span>) -> bool {
        let open = self.breaks_after(at + 1);
        let mut none = true;
        let between = elements.any(|span| {
            none = false;
            self.breaks_after(span.end as usize)
        });
        let comment = open && self.has_comment(at + 1);
        between || (open && !none) || comment || self.forced.contains(&at)
    }

    /// Whether the next thing after `from` that is not blank is a comment.
    pub(super) fn has_comment(&self, from: usize) -> bool {
        let rest = self.source.get(from..).unwrap_or("").trim_start();
        rest.starts_with('#') || rest.starts_with("//")
    }

    /// Prints what stands between brackets, separated by commas: on the line at hand, or each
    /// element on a line of its own with a comma behind it.
    pub(super) fn list<T>(
        &mut self,
        (open, close): (&str, &str),
        elements: &[T],
        (context, may_break): (Context, bool),
        span: impl Fn(&T) -> Span,
        mut print: impl FnMut(&mut Self, &T, Context),
    ) {
        self.skip_blank();
        let at = self.position;
        let line = self.line();
        let start = self.offset();
        self.token(open);
        if !self.is_broken(at, elements.iter().map(&span)) {
            self.flat += 1;
            for (i, element) in elements.iter().enumerate() {
                if i > 0 {
                    self.put(", ");
                }
                self.gap(context.block, true, true);
                let here = self.here();
                let hugging = Context {
                    group: here,
                    operands: here,
                    hang: true,
                    ..context
                };
                print(self, element, hugging);
            }
            self.gap(context.block, true, true);
            self.token(close);
            self.flat -= 1;
            let breakable = may_break && !elements.is_empty();
            self.candidate(breakable, at, line, start, 0);
            return;
        }
        self.mark(self.line(), |l| l.opens = true);
        self.inside(at, context.block, |p, inner| {
            for (i, element) in elements.iter().enumerate() {
                let gap = p.gap(inner, i == 0, true);
                p.new_line(inner, gap.blank);
                let line = p.line();
                p.mark(line, |l| l.starts = true);
                print(p, element, Context::at(inner));
                p.put(",");
            }
            p.gap(inner, elements.is_empty(), true);
        });
        self.new_line(context.block, false);
        self.token(close);
    }

    /// Prints the inside of a broken bracket that opened at `at`.
    pub(super) fn inside(&mut self, at: usize, base: Base, print: impl FnOnce(&mut Self, Base)) {
        let container = std::mem::replace(&mut self.container, at);
        let flat = std::mem::take(&mut self.flat);
        print(self, base.shifted(INDENT));
        self.container = container;
        self.flat = flat;
    }

    /// Prints the inside of braces that stay on one line.
    pub(super) fn within(&mut self, print: impl FnOnce(&mut Self)) {
        self.flat += 1;
        print(self);
        self.flat -= 1;
    }

    /// Notes that the line at hand could be broken in what was printed since `start`.
    pub(super) fn candidate(&mut self, may: bool, at: usize, line: usize, start: usize, kind: u8) {
        if may && self.flat == 0 && line == self.line() {
            let weight = (kind, self.offset().saturating_sub(start));
            self.candidates.push(Candidate { at, line, weight });
        }
    }

    /// Whether no bracket is open on the line at hand.
    pub(super) fn is_outside(&self) -> bool {
        self.flat == 0
    }

    /// Whether exactly one is.
    pub(super) fn is_just_inside(&self) -> bool {
        self.flat == 1
    }

    /// Whether what `at` stands for has to be broken.
    pub(super) fn is_forced(&self, at: usize) -> bool {
        self.forced.contains(&at)
    }

    /// Whether a part of the source takes several lines.
    pub(super) fn several_lines(&self, span: Span) -> bool {
        self.source.get(span.range()).unwrap_or("").contains('\n')
    }

    /// Makes the line a row of a table.
    pub(super) fn row(&mut self, line: usize, kind: &str, fields: Vec<String>) {
        let row = Class::Row(kind.to_owned());
        self.mark(line, |l| (l.class, l.fields) = (row, fields));
    }
}

/// Blank, but no line end.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{A0}' | '\u{0C}')
}
