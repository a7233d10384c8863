//! The plan of a question, with the place on the command line of each of its parts.

use super::classes::Classes;
use super::line::{Kind, Question, Word};
use super::roles::{DATA, Roles, System};
use crate::draft::words::{quoted, written};
use crate::hir::AnalyticMethod;
use crate::text::Span;

/// The resamples of intervals unless said.
const RESAMPLES: &str = "10_000";

/// A stretch of the plan and the words of the command line that it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// First byte in the plan.
    pub(super) start: u32,
    /// One past the last byte.
    pub(super) end: u32,
    /// Where on the command line.
    pub(super) span: Span,
}

/// A plan with what its parts come from.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) pieces: Vec<Piece>,
}

impl Written {
    fn put(&mut self, text: &str) {
        self.text += text;
    }

    fn from(&mut self, text: &str, span: Span) {
        let at = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let start = at(self.text.len());
        self.text += text;
        self.pieces.push(Piece {
            start,
            end: at(self.text.len()),
            span,
        });
    }

    /// `name: value` on a line of its own.
    fn field(&mut self, name: &str, value: &str, span: Span) {
        self.put(&format!("  {name}: "));
        self.from(value, span);
        self.put("\n");
    }

    fn list(&mut self, words: &[Word], how: impl Fn(&str) -> String) {
        self.put("[");
        for (at, word) in words.iter().enumerate() {
            self.put(if at == 0 { "" } else { ", " });
            self.from(&how(&word.value), word.span);
        }
        self.put("]");
    }
}

/// Puts the plan down.
pub(super) fn plan(told: &Question<Word>, roles: &Roles, classes: &Classes) -> Written {
    let mut w = Written::default();
    for (module, name) in &roles.modules {
        w.put(&format!("use {module}.{{{name}}}\n"));
    }
    w.put("\n");
    dataset(&mut w, told, roles, classes);
    for (at, system) in roles.systems.iter().enumerate() {
        let keyword = match (told.kind, at) {
            (Kind::Score, _) => "system",
            (Kind::Compare, 0) => "candidate",
            (Kind::Compare, _) => "baseline",
        };
        outputs(&mut w, keyword, system);
    }
    claim(&mut w, told, roles);
    w
}

fn dataset(w: &mut Written, told: &Question<Word>, roles: &Roles, classes: &Classes) {
    w.put("dataset ");
    w.from(DATA, roles.source.span);
    w.put(" {\n");
    w.field("source", &quoted(&roles.source.value), roles.source.span);
    if let Some(id) = &roles.id {
        w.field("id", &written(&id.value), id.span);
    }
    if let Some(label) = &roles.label {
        w.put("  label: ");
        w.from(&written(&label.value), label.span);
        if !classes.names.is_empty() {
            w.put(" in ");
            w.list(&classes.names, written);
        }
        w.put("\n");
    }
    let columns = [
        ("positive", &classes.positive),
        ("group", &told.group),
        ("weight", &told.weight),
    ];
    for (name, column) in columns {
        if let Some(column) = column {
            w.field(name, &written(&column.value), column.span);
        }
    }
    w.put("  split: all(test)\n}\n\n");
}

fn outputs(w: &mut Written, keyword: &str, system: &System) {
    w.put(&format!("{keyword} "));
    w.from(&system.name, system.file.span);
    w.put(" {\n  predictions: ");
    // Braces of a path are no holes of a template.
    let path = system.file.value.replace('{', "{{").replace('}', "}}");
    w.from(&quoted(&path), system.file.span);
    w.put(" { ");
    for (at, (role, column)) in system.columns.iter().enumerate() {
        w.put(if at == 0 { "" } else { ", " });
        w.from(role, column.span);
        w.put(": ");
        w.from(&mapped(role, &column.value), column.span);
    }
    w.put(" }\n}\n\n");
}

/// A column, or several, as a column map has them.
fn mapped(role: &str, column: &str) -> String {
    if role == "score" && column.contains('{') {
        return quoted(column);
    }
    if role == "score" && column.contains(',') {
        let each: Vec<String> = column.split(',').map(|c| written(c.trim())).collect();
        return format!("[{}]", each.join(", "));
    }
    match column.split_once(" in ") {
        Some((name, unit)) => format!("{} in {}", written(name.trim()), unit.trim()),
        None => written(column),
    }
}

fn claim(w: &mut Written, told: &Question<Word>, roles: &Roles) {
    let mut names = roles.systems.iter().map(|s| (s.name.as_str(), s.file.span));
    w.put("compare ");
    if let Some((subject, span)) = names.next() {
        w.from(subject, span);
    }
    w.put(" with [");
    let mut against = 0;
    for (at, (name, span)) in names.enumerate() {
        w.put(if at == 0 { "" } else { ", " });
        w.from(name, span);
        against += 1;
    }
    w.put(&format!("] {{\n  on: {DATA}.test\n  metrics: "));
    w.list(&told.metrics, str::to_owned);
    w.put("\n");
    if !told.slices.is_empty() {
        w.put("  slices: ");
        w.list(&told.slices, written);
        w.put("\n");
    }
    interval(w, told);
    if let Some(test) = &told.test {
        w.field("test", &test.value, test.span);
    }
    let claims = against * told.metrics.len();
    match &told.correct {
        Some(correct) => w.field("correct", &correct.value, correct.span),
        None if claims > 1 || against > 0 && !told.slices.is_empty() => {
            w.put("  correct: holm\n");
        }
        None => {}
    }
    w.put("}\n");
}

fn interval(w: &mut Written, told: &Question<Word>) {
    let method = told.interval.as_ref();
    let name = method.map_or("auto", |m| m.value.as_str());
    let analytic = AnalyticMethod::ALL.iter().any(|(known, _)| *known == name);
    w.put("  interval: ");
    match (name, method) {
        ("none", Some(m)) => w.from("none", m.span),
        (_, Some(m)) if analytic => {
            w.from(&m.value, m.span);
            w.put("(level: ");
            level(w, told);
            w.put(")");
        }
        _ => {
            w.put("bootstrap(");
            match &told.resamples {
                Some(n) => w.from(&n.value, n.span),
                None => w.put(RESAMPLES),
            }
            w.put(", level: ");
            level(w, told);
            w.put(", method: ");
            match method {
                Some(m) => w.from(&m.value, m.span),
                None => w.put("auto"),
            }
            w.put(")");
        }
    }
    w.put("\n");
}

/// `95%`, also said as `95` or `0.95`.
fn level(w: &mut Written, told: &Question<Word>) {
    let Some(level) = &told.level else {
        w.put("95%");
        return;
    };
    let percent = level.value.parse().is_ok_and(|x: f64| x > 1.0);
    let sign = if percent { "%" } else { "" };
    w.from(&format!("{}{sign}", level.value), level.span);
}
