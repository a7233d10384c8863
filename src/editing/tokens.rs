//! How the words of a plan are coloured: by what they are in the tree, and names by what they stand for.

use super::Document;
use crate::hir::Plan;
use crate::syntax::ast::{
    Arg, Body, Entry, Expr, ExprKind, Head, Item, ItemKind, Keyword, Name, Path, SystemRef, Text,
    Use, Value,
};
use crate::text::Span;
use std::collections::BTreeMap;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the class of its name")]
pub enum Class {
    Comment,
    DocComment,
    Keyword,
    Operator,
    Property,
    Parameter,
    Type,
    Function,
    Variable,
    Module,
    Constant,
    Number,
    Text,
    Hole,
    Annotation,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 15] = [
        Class::Comment,
        Class::DocComment,
        Class::Keyword,
        Class::Operator,
        Class::Property,
        Class::Parameter,
        Class::Type,
        Class::Function,
        Class::Variable,
        Class::Module,
        Class::Constant,
        Class::Number,
        Class::Text,
        Class::Hole,
        Class::Annotation,
    ];
}

/// A coloured stretch of text on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where.
    pub span: Span,
    /// What it is.
    pub class: Class,
}

/// The tokens of a document, by place; none overlap.
pub fn tokens(document: &Document<'_>) -> Vec<Token> {
    let Some(tree) = document.tree() else {
        return Vec::new();
    };
    let mut painter = Painter {
        text: document.text(),
        found: BTreeMap::new(),
        named: named(document),
    };
    for comment in &tree.comments {
        let class = if comment.doc {
            Class::DocComment
        } else {
            Class::Comment
        };
        painter.put(comment.span, class);
    }
    tree.items.iter().for_each(|item| painter.item(item));
    let mut end = 0;
    let mut tokens = Vec::new();
    for ((start, stop), class) in painter.found {
        if start >= end && start < stop {
            tokens.push(Token {
                span: Span::new(document.file, start, stop),
                class,
            });
            end = stop;
        }
    }
    tokens
}

/// Names that stand for something else than a thing of the plan: metrics are functions, modules are modules.
fn named(document: &Document<'_>) -> BTreeMap<Span, Class> {
    let plan: &Plan = &document.analysis.plan;
    let metrics: BTreeMap<Span, ()> = plan
        .metrics
        .iter()
        .map(|(_, m)| (m.common.name_span, ()))
        .collect();
    let mut found = BTreeMap::new();
    for used in plan.uses.iter().filter(|u| document.has(u.at)) {
        if metrics.contains_key(&used.declared) {
            found.insert(used.at, Class::Function);
        } else if used.declared.is_empty() {
            found.insert(used.at, Class::Module);
        }
    }
    found
}

struct Painter<'a> {
    text: &'a str,
    /// By start and end.
    found: BTreeMap<(u32, u32), Class>,
    named: BTreeMap<Span, Class>,
}

impl Painter<'_> {
    fn put(&mut self, span: Span, class: Class) {
        if !span.is_empty() {
            self.found.insert((span.start, span.end), class);
        }
    }

    fn name(&mut self, name: &Name, class: Class) {
        self.put(name.span, class);
    }

    /// The words between two bytes that are `words`, as keywords.
    fn words(&mut self, from: u32, to: u32, file: Span, words: &[&str]) {
        let Some(text) = self.text.get(from as usize..to as usize) else {
            return;
        };
        // Comments between them are theirs.
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let code = line.split('#').next().unwrap_or("");
            let mut rest = 0;
            while let Some(found) = code
                .get(rest..)
                .and_then(|c| c.find(|c: char| c.is_alphabetic()))
            {
                let start = rest + found;
                let tail = code.get(start..).unwrap_or("");
                let length = tail
                    .find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap_or(tail.len());
                if tail.get(..length).is_some_and(|w| words.contains(&w)) {
                    let byte = |i: usize| from + u32::try_from(at + i).unwrap_or(0);
                    self.put(
                        Span::new(file.file, byte(start), byte(start + length)),
                        Class::Keyword,
                    );
                }
                rest = start + length;
            }
            at += line.len();
        }
    }

    fn item(&mut self, item: &Item) {
        for allow in &item.allows {
            let word = Span::new(allow.span.file, allow.span.start, allow.span.start + 6);
            self.put(word, Class::Annotation);
            self.name(&allow.code, Class::Constant);
            if let Some(reason) = &allow.reason {
                self.literal(reason);
            }
        }
        match &item.kind {
            ItemKind::Use(used) => self.import(item.span, used),
            ItemKind::Block(block) => {
                self.head(block.head_span, &block.head);
                if let Some(body) = &block.body {
                    let rules = matches!(block.head, Head::Decide { .. } | Head::Stop { .. });
                    self.body(body, rules);
                }
            }
            ItemKind::Error => {}
        }
    }

    fn import(&mut self, span: Span, used: &Use) {
        self.put(
            Span::new(span.file, span.start, span.start + 3),
            Class::Keyword,
        );
        match used {
            Use::Path { path, names } => {
                let last = path.names.len().saturating_sub(1);
                for (i, name) in path.names.iter().enumerate() {
                    let named = self.named.get(&name.span).copied();
                    let class = named.filter(|_| i == last).unwrap_or(Class::Module);
                    self.name(name, class);
                }
                for name in names.iter().flatten() {
                    self.reference(name);
                }
            }
            Use::File { file, name } => {
                self.literal(file);
                self.words(file.span.end, name.span.start, span, &["as"]);
                self.name(name, Class::Module);
            }
        }
    }

    fn head(&mut self, span: Span, head: &Head) {
        let words = [
            "from",
            "with",
            "of",
            "for",
            "against",
            "compare",
            "ablation",
            "factorial",
            "select",
            "decide",
            "stop",
        ];
        let (mut at, end) = (span.start, span.end);
        let mut names: Vec<(Span, Vec<&SystemRef>)> = Vec::new();
        match head {
            Head::Declare {
                keyword,
                name,
                params,
                from,
            } => {
                let length = u32::try_from(keyword.text().len()).unwrap_or(0);
                self.put(
                    Span::new(span.file, span.start, span.start + length),
                    Class::Keyword,
                );
                let declares = matches!(keyword, Keyword::Metric | Keyword::Protocol);
                self.name(
                    name,
                    if declares {
                        Class::Function
                    } else {
                        Class::Type
                    },
                );
                params.iter().for_each(|p| self.name(p, Class::Parameter));
                at = params.last().map_or(name.span.end, |p| p.span.end);
                names.extend(from.iter().map(|f| (f.span, vec![f])));
            }
            Head::Select { name, from } => {
                self.words(at, name.span.start, span, &words);
                self.name(name, Class::Type);
                at = name.span.end;
                names.extend(from.iter().map(|f| (f.span, vec![f])));
            }
            Head::Decide {
                name,
                subject,
                against,
            } => {
                if let Some(name) = name {
                    self.words(at, name.span.start, span, &words);
                    self.name(name, Class::Type);
                    at = name.span.end;
                }
                names.extend([subject, against].map(|s| (s.span, vec![s])));
            }
            Head::Compare { subject, against } => {
                names.extend(
                    std::iter::once(subject)
                        .chain(against)
                        .map(|s| (s.span, vec![s])),
                );
            }
            Head::Ablation { of } | Head::Factorial { of } => names.push((of.span, vec![of])),
            Head::Stop { subject, against } => {
                names.extend([subject, against].map(|s| (s.span, vec![s])));
            }
            Head::Broken { word, name, .. } => {
                self.name(word, Class::Keyword);
                if let Some(name) = name {
                    self.name(name, Class::Type);
                }
                at = end;
            }
        }
        for (place, systems) in names {
            self.words(at, place.start, span, &words);
            systems.into_iter().for_each(|s| self.system(s));
            at = place.end;
        }
    }

    fn system(&mut self, system: &SystemRef) {
        self.path(&system.path);
        self.arguments(&system.levels);
        let mut at = system.path.span.end;
        for name in &system.minus {
            self.operators(at, name.span.start, system.span);
            self.name(name, Class::Variable);
            at = name.span.end;
        }
    }

    /// The signs between two bytes.
    fn operators(&mut self, from: u32, to: u32, file: Span) {
        let text = self.text.get(from as usize..to as usize).unwrap_or("");
        if let Some(i) = text.rfind('-') {
            let start = from + u32::try_from(i).unwrap_or(0);
            self.put(Span::new(file.file, start, start + 1), Class::Operator);
        }
    }

    fn body(&mut self, body: &Body, _rules: bool) {
        for entry in &body.entries {
            match entry {
                Entry::Field(field) => {
                    self.name(&field.name, Class::Property);
                    self.value(&field.value);
                }
                Entry::Rule(rule) => {
                    self.name(&rule.outcome, Class::Constant);
                    let end = rule.when.as_ref().map_or(rule.span.end, |e| e.span.start);
                    self.words(
                        rule.outcome.span.end,
                        end,
                        rule.span,
                        &["when", "otherwise"],
                    );
                    if let Some(when) = &rule.when {
                        self.expr(when);
                    }
                }
                Entry::Error(_) => {}
            }
        }
    }

    fn value(&mut self, value: &Value) {
        if let Some(expr) = &value.expr {
            self.expr(expr);
        }
        if let Some(record) = &value.record {
            self.body(record, false);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Quantity(_) => self.put(expr.span, Class::Number),
            ExprKind::Text(text) => self.literal(text),
            ExprKind::Path(path) => self.path(path),
            ExprKind::List(args) => self.arguments(args),
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Call { path, args } => {
                self.path(path);
                if let Some(last) = path.names.last() {
                    self.name(last, Class::Function);
                }
                self.arguments(args);
            }
            ExprKind::Index { path, args } => {
                self.path(path);
                self.arguments(args);
            }
            ExprKind::Every { path, body } => {
                self.words(expr.span.start, path.span.start, expr.span, &["every"]);
                self.path(path);
                self.expr(body);
            }
            ExprKind::Over { name, body, .. } => {
                self.fold(expr.span);
                self.words(
                    expr.span.start,
                    name.span.start,
                    expr.span,
                    &["over", "class"],
                );
                self.name(name, Class::Variable);
                self.words(name.span.end, body.span.start, expr.span, &["of"]);
                self.expr(body);
            }
            ExprKind::By {
                path, args, body, ..
            } => {
                self.fold(expr.span);
                self.words(expr.span.start, path.span.start, expr.span, &["by"]);
                self.path(path);
                if args.is_some()
                    && let Some(last) = path.names.last()
                {
                    self.name(last, Class::Function);
                }
                let args = args.as_deref().unwrap_or_default();
                self.arguments(args);
                let after = args.last().map_or(path.span.end, |a| a.span.end);
                self.words(after, body.span.start, expr.span, &["of"]);
                self.expr(body);
            }
            ExprKind::Binary {
                op_span,
                left,
                right,
                ..
            } => {
                self.expr(left);
                let word = self.text.get(op_span.range()).unwrap_or("");
                let class = if word.starts_with(char::is_alphabetic) {
                    Class::Keyword
                } else {
                    Class::Operator
                };
                self.put(*op_span, class);
                self.expr(right);
            }
            ExprKind::Unary { operand, .. } => {
                let text = self
                    .text
                    .get(expr.span.start as usize..operand.span.start as usize)
                    .unwrap_or("");
                let length = u32::try_from(text.trim_end().len()).unwrap_or(0);
                let class = if text.starts_with(char::is_alphabetic) {
                    Class::Keyword
                } else {
                    Class::Operator
                };
                self.put(
                    Span::new(expr.span.file, expr.span.start, expr.span.start + length),
                    class,
                );
                self.expr(operand);
            }
            ExprKind::Error => {}
        }
    }

    /// `mean`, `sum`, `min` or `max` at the start of a fold.
    fn fold(&mut self, span: Span) {
        let text = self.text.get(span.range()).unwrap_or("");
        let length = text
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(text.len());
        let length = u32::try_from(length).unwrap_or(0);
        self.put(
            Span::new(span.file, span.start, span.start + length),
            Class::Function,
        );
    }

    fn arguments(&mut self, args: &[Arg]) {
        for arg in args {
            if let Some(name) = &arg.name {
                self.name(name, Class::Parameter);
            }
            self.value(&arg.value);
        }
    }

    fn path(&mut self, path: &Path) {
        path.names.iter().for_each(|name| self.reference(name));
    }

    fn reference(&mut self, name: &Name) {
        let class = self
            .named
            .get(&name.span)
            .copied()
            .unwrap_or(Class::Variable);
        self.name(name, class);
    }

    /// A string, cut at its holes.
    fn literal(&mut self, text: &Text) {
        let start = text.span.start + 1;
        let template = crate::hir::template::parse_template(
            &text.raw,
            Span::new(text.span.file, start, start),
        );
        let mut at = text.span.start;
        let holes: Vec<Span> = template
            .iter()
            .flat_map(|t| t.holes().map(|(_, _, span)| span).collect::<Vec<_>>())
            .collect();
        for hole in holes {
            self.put(Span::new(text.span.file, at, hole.start), Class::Text);
            self.put(hole, Class::Hole);
            at = hole.end;
        }
        self.put(Span::new(text.span.file, at, text.span.end), Class::Text);
    }
}
