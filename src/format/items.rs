//! Printing items, heads, bodies and their entries.

use super::broken::entry_span;
use super::exprs::{entry_context, is_rate};
use super::lines::{Base, Class};
use super::printer::{Context, Printer};
use crate::syntax::ast::{
    Allow, Block, Body, Entry, Field, File, Head, Item, ItemKind, Rule, SystemRef, Use,
};
use crate::text::Span;

const LEFT: Base = Base::Column(0);

impl Printer<'_> {
    pub(super) fn file(&mut self, file: &File) {
        let mut gap = self.gap(LEFT, true, false);
        for item in &file.items {
            let start = item.allows.first().map_or(item.span, |a| a.span).start;
            // What lies before the position was copied.
            if start as usize >= self.position {
                self.lost |= !gap.breaks && !self.lines.is_empty();
                self.new_line(LEFT, gap.blank);
                self.item(item);
                gap = self.gap(LEFT, false, false);
            }
        }
        self.lost |= self.position != self.source.len();
    }

    fn item(&mut self, item: &Item) {
        for allow in &item.allows {
            self.mark(self.line(), |l| l.starts = true);
            self.allow(allow);
            let gap = self.gap(LEFT, true, false);
            self.new_line(LEFT, gap.blank);
        }
        let line = self.line();
        self.mark(line, |l| l.starts = true);
        match &item.kind {
            ItemKind::Use(used) => self.used(used),
            ItemKind::Block(block) => self.block(block),
            ItemKind::Error => self.lost = true,
        }
    }

    fn allow(&mut self, allow: &Allow) {
        self.token("@");
        self.token("allow");
        let code = Some(allow.code.span);
        let reason = allow.reason.as_ref().map(|r| r.span);
        let parts: Vec<Span> = code.into_iter().chain(reason).collect();
        self.spans(("(", ")"), &parts);
    }

    /// Names and the like, in brackets.
    fn spans(&mut self, brackets: (&str, &str), spans: &[Span]) {
        let context = (Context::at(LEFT), false);
        self.list(brackets, spans, context, |s| *s, |p, s, _| p.atom(*s));
    }

    fn used(&mut self, used: &Use) {
        self.word("use");
        match used {
            Use::Path { path, names } => {
                self.atom(path.span);
                if let Some(names) = names {
                    self.token(".");
                    let spans: Vec<Span> = names.iter().map(|n| n.span).collect();
                    self.spans(("{", "}"), &spans);
                }
            }
            Use::File { file, name } => {
                self.atom(file.span);
                self.put(" ");
                self.word("as");
                self.atom(name.span);
            }
        }
    }

    fn word(&mut self, word: &str) {
        self.token(word);
        self.put(" ");
    }

    fn block(&mut self, block: &Block) {
        let line = self.line();
        self.head(&block.head);
        self.put(" ");
        self.stop();
        let Some(body) = &block.body else {
            self.lost = true;
            return;
        };
        self.body(body, LEFT);
        if line == self.line() {
            let kind = block.head.keyword().map_or("", |k| k.text());
            self.row(line, kind, field_names(body));
        }
    }

    fn head(&mut self, head: &Head) {
        match head {
            Head::Declare {
                keyword,
                name,
                params,
                from,
            } => {
                self.word(keyword.text());
                self.atom(name.span);
                if self.peek() == Some('(') {
                    let spans: Vec<Span> = params.iter().map(|n| n.span).collect();
                    self.spans(("(", ")"), &spans);
                }
                if let Some(from) = from {
                    self.put(" ");
                    self.word("from");
                    self.system(from);
                }
            }
            Head::Compare { subject, against } => {
                self.word("compare");
                self.system(subject);
                self.put(" ");
                self.word("with");
                self.systems(against);
            }
            Head::Ablation { of } => {
                self.word("ablation");
                self.word("of");
                self.system(of);
            }
            Head::Factorial { of } => {
                self.word("factorial");
                self.word("of");
                self.system(of);
            }
            Head::Select { name, from } => {
                self.word("select");
                self.atom(name.span);
                self.put(" ");
                self.word("from");
                self.systems(from);
            }
            Head::Decide {
                name,
                subject,
                against,
            } => {
                self.word("decide");
                if let Some(name) = name {
                    self.atom(name.span);
                    self.put(" ");
                }
                self.judged(subject, against);
            }
            Head::Stop { subject, against } => {
                self.word("stop");
                self.judged(subject, against);
            }
            Head::Broken { .. } => self.lost = true,
        }
    }

    fn judged(&mut self, subject: &SystemRef, against: &SystemRef) {
        self.word("for");
        self.system(subject);
        self.put(" ");
        self.word("against");
        self.system(against);
    }

    fn systems(&mut self, systems: &[SystemRef]) {
        if self.peek() == Some('[') {
            let context = (Context::at(LEFT), false);
            let print = |p: &mut Self, s: &SystemRef, _| p.system(s);
            self.list(("[", "]"), systems, context, |s| s.span, print);
        } else if let Some(system) = systems.first() {
            self.system(system);
        }
    }

    fn system(&mut self, system: &SystemRef) {
        self.atom(system.path.span);
        if self.peek() == Some('[') {
            self.args(("[", "]"), &system.levels, (Context::at(LEFT), false));
        }
        for name in &system.minus {
            self.put(" ");
            self.word("-");
            self.atom(name.span);
        }
    }

    /// A body, whose closing brace goes to `base` if it is broken: one that took several lines
    /// stays so, but for an empty one.
    pub(super) fn body(&mut self, body: &Body, base: Base) {
        let at = body.span.start as usize;
        let empty = body.entries.is_empty() && !self.has_comment(at + 1);
        let broken = self.several_lines(body.span) || self.is_forced(at);
        let (line, start) = (self.line(), self.offset());
        self.token("{");
        if empty || !broken {
            self.within(|p| p.flat_entries(body, base));
            self.candidate(!empty, at, line, start, 1);
        } else {
            self.mark(self.line(), |l| l.opens = true);
            self.inside(at, base, |p, inner| p.entries(body, inner));
            self.new_line(base, false);
            self.token("}");
        }
    }

    fn flat_entries(&mut self, body: &Body, base: Base) {
        let cells = self.is_just_inside() && self.lines.last().is_some_and(|l| l.starts);
        self.put(" ");
        for (i, entry) in body.entries.iter().enumerate() {
            self.gap(base, true, true);
            if i > 0 {
                self.put(", ");
                if cells {
                    self.stop();
                }
            }
            self.entry(entry, base);
        }
        self.gap(base, true, true);
        self.put(if body.entries.is_empty() { "" } else { " " });
        self.token("}");
    }

    fn entries(&mut self, body: &Body, inner: Base) {
        let at = body.span.start as usize;
        let mut above: Option<Span> = None;
        let mut line = self.line();
        let mut gap = self.gap(inner, true, true);
        for entry in &body.entries {
            let span = entry_span(entry);
            let start = span.start as usize;
            // What lies before the position was copied.
            if start < self.position {
                continue;
            }
            let joins = above.is_some_and(|a| !self.several_lines(a)) && !self.several_lines(span);
            if joins && !gap.breaks && !self.is_forced(at) && !self.is_forced(start) {
                self.put(", ");
                self.mark(line, |l| l.class = Class::Alone);
                let offset = self.offset();
                self.entry(entry, inner);
                self.candidate(true, start, line, offset, 2);
            } else {
                self.new_line(inner, gap.blank);
                line = self.line();
                self.mark(line, |l| l.starts = true);
                self.entry(entry, inner);
                self.mark(line, |l| l.class = class_of(entry, l.opens));
            }
            above = Some(span);
            gap = self.gap(inner, false, true);
        }
    }

    fn entry(&mut self, entry: &Entry, base: Base) {
        match entry {
            Entry::Field(field) => self.field(field, base),
            Entry::Rule(rule) => self.rule(rule, base),
            Entry::Error(_) => self.lost = true,
        }
    }

    fn field(&mut self, field: &Field, base: Base) {
        self.atom(field.name.span);
        self.token(":");
        self.put(" ");
        self.entry_stop();
        let context = entry_context(base, self.here(), false);
        match &field.value.expr {
            Some(expr) if field.name.text == "unit" && is_rate(expr) => self.rate(expr, context),
            _ => self.value(&field.value, context),
        }
    }

    fn rule(&mut self, rule: &Rule, base: Base) {
        self.atom(rule.outcome.span);
        self.put(" ");
        self.entry_stop();
        match &rule.when {
            Some(when) => {
                self.word("when");
                let context = entry_context(base, self.here(), true);
                self.expr(when, context);
            }
            None => self.token("otherwise"),
        }
    }

    /// The place where what begins a line may be padded.
    pub(super) fn entry_stop(&mut self) {
        let line = self.lines.last();
        if line.is_some_and(|l| l.starts && l.stops.is_empty()) && self.is_outside() {
            self.stop();
        }
    }

    /// Makes the line of a list's element a row of its list.
    pub(super) fn element_row(&mut self, line: usize, record: &Body) {
        let starts = self.lines.get(line).is_some_and(|l| l.starts);
        if starts && self.is_outside() {
            self.row(line, "", field_names(record));
        }
    }
}

/// What the line of an entry is aligned with; one that ends in an opening bracket stands alone.
fn class_of(entry: &Entry, opens: bool) -> Class {
    match entry {
        Entry::Field(_) if opens => Class::Alone,
        Entry::Field(_) => Class::Field,
        Entry::Rule(_) => Class::Rule,
        Entry::Error(_) => Class::Alone,
    }
}

fn field_names(body: &Body) -> Vec<String> {
    body.fields().map(|f| f.name.text.clone()).collect()
}
