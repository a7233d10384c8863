//! What is shown of the thing under the cursor, as Markdown.

use super::place::{Place, place};
use super::{Document, declaration};
use crate::analysis::{MetricFacts, class_in_words, codes, needs_in_words};
use crate::graph;
use crate::hir::schema::{self, FieldSpec};
use crate::hir::vocabulary::{CONDITIONS, FORMULAS, Word};
use crate::hir::{Component, Dataset, Id, Metric, Plan, Step, System, Variant};
use crate::report;
use crate::syntax::ast::{Item, ItemKind, Keyword};
use crate::text::{Span, thousands};
use crate::types;
use std::fmt::Write;

/// What is shown, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The thing.
    pub span: Span,
    /// Markdown.
    pub text: String,
}

/// What is to be said of the thing at `offset`. `metrics` are those of the library and the plan.
pub fn hover(document: &Document<'_>, offset: u32, metrics: &[MetricFacts]) -> Option<Hover> {
    let word = word(document, offset)?;
    let mut text = named(document, offset, metrics)
        .or_else(|| placed(document, offset, document.analysis.sources.text(word)))?;
    if let Some(claims) = power(document, word) {
        text.push_str("\n\n---\n\n");
        text.push_str(&claims);
    }
    Some(Hover { span: word, text })
}

/// What can be shown by the claims of the item whose first word it is, or of the metric that is claimed here.
fn power(document: &Document<'_>, word: Span) -> Option<String> {
    let plan = &document.analysis.plan;
    let starts = |i: &&Item| i.span.start == word.start && matches!(i.kind, ItemKind::Block(_));
    let item = document.items().iter().find(starts);
    report::power_within(plan, item.map_or(word, |i| i.span))
}

/// The word, unit included, at a byte.
fn word(document: &Document<'_>, offset: u32) -> Option<Span> {
    let text = document.text();
    let at = offset as usize;
    let letter = |c: char| c == '_' || c.is_alphanumeric();
    let before = text.get(..at)?;
    let start = before.len()
        - before
            .chars()
            .rev()
            .take_while(|c| letter(*c))
            .map(char::len_utf8)
            .sum::<usize>();
    let after = text.get(at..)?;
    let end = at
        + after
            .chars()
            .take_while(|c| letter(*c))
            .map(char::len_utf8)
            .sum::<usize>();
    let byte = |i: usize| u32::try_from(i).ok();
    (start < end).then(|| Some(Span::new(document.file, byte(start)?, byte(end)?)))?
}

/// Of a name of the plan or the library.
fn named(document: &Document<'_>, offset: u32, metrics: &[MetricFacts]) -> Option<String> {
    let (_, declared) = declaration(document, offset)?;
    let plan = &document.analysis.plan;
    let is = |span: Span| span == declared;
    if let Some((id, m)) = plan.metrics.iter().find(|(_, m)| is(m.common.name_span)) {
        return Some(metric(id, m, metrics));
    }
    if let Some((id, s)) = plan.systems.iter().find(|(_, s)| is(s.common.name_span)) {
        return Some(system(document, id, s));
    }
    if let Some((_, d)) = plan.datasets.iter().find(|(_, d)| is(d.common.name_span)) {
        return Some(dataset(d));
    }
    if let Some((_, c)) = plan.components.iter().find(|(_, c)| is(c.common.name_span)) {
        return Some(component(c));
    }
    if let Some((_, s)) = plan.steps.iter().find(|(_, s)| is(s.common.name_span)) {
        return Some(step(plan, s));
    }
    if let Some((_, h)) = plan.hardware.iter().find(|(_, h)| is(h.common.name_span)) {
        let mut text = title("hardware", &h.common.name, &h.common.docs);
        if let Some(cores) = h.cores {
            let _ = write!(text, "\n\n{} cores", cores.value);
        }
        return Some(text);
    }
    let part = plan.datasets.iter().find_map(|(_, d)| {
        let parts = &d.split.as_ref()?.parts;
        let (name, _) = parts.iter().find(|(name, _)| is(name.span))?;
        Some(format!(
            "partition **{}** of `{}`",
            name.value, d.common.name
        ))
    });
    part.or_else(|| {
        let file = document.analysis.sources.get(declared.file)?;
        declared
            .is_empty()
            .then(|| format!("module `{}`", file.name))
    })
}

fn title(kind: &str, name: &str, docs: &str) -> String {
    let mut text = format!("{kind} **{name}**");
    if !docs.is_empty() {
        text.push_str("\n\n");
        text.push_str(docs);
    }
    text
}

fn metric(id: Id<Metric>, m: &Metric, facts: &[MetricFacts]) -> String {
    let _ = id;
    let same = |f: &&MetricFacts| f.name == m.common.name && f.module == m.origin;
    let Some(fact) = facts.iter().find(same) else {
        return title("metric", &m.common.name, &m.common.docs);
    };
    let mut text = title("metric", &fact.signature(), &fact.docs);
    if let Some(formula) = &fact.formula {
        let _ = write!(text, "\n\n```bench\n{formula}\n```");
    }
    let mut line = |key: &str, value: &str| {
        if !value.is_empty() {
            let _ = write!(text, "\n- {key}: {value}");
        }
    };
    line("\nbetter", fact.direction().unwrap_or_default());
    line("range", &fact.range_text().unwrap_or_default());
    if let Ok(outline) = &fact.outline {
        line("needs", &needs_in_words(outline).join(", "));
        line("statistic", class_in_words(outline.class));
    }
    line("from", &format!("`{}`", fact.module));
    text
}

/// The system with its components, and the rows that could have shaped it.
fn system(document: &Document<'_>, id: Id<System>, s: &System) -> String {
    let plan = &document.analysis.plan;
    let kind = s.role.map_or("system", crate::hir::Role::text);
    let mut text = title(kind, &s.common.name, &s.common.docs);
    let variant = Variant::plain(id);
    let levels = plan.configuration(&variant);
    if !levels.is_empty() {
        text.push_str("\n\n| component | level |\n| --- | --- |");
        for (component, level) in levels {
            let c = &plan.components[component];
            let level = c.levels.get(level).map_or("?", String::as_str);
            let _ = write!(text, "\n| `{}` | {level} |", c.common.name);
        }
    }
    let runs = s.runs();
    if runs.len() > 1 {
        let _ = write!(text, "\n\n{} runs", runs.len());
    }
    let shaped = document.analysis.influences(&variant);
    if !shaped.is_empty() {
        text.push_str("\n\nrows that shape it:");
    }
    for influence in shaped {
        let _ = write!(
            text,
            "\n- `{}` {}",
            plan.show_data(&influence.data),
            influence.how.verb()
        );
        let way: Vec<String> = influence
            .path
            .iter()
            .map(|l| format!("`{}`", graph::show(plan, &l.to)))
            .collect();
        let _ = write!(text, " {}", way.join(" → "));
    }
    text
}

fn dataset(d: &Dataset) -> String {
    let mut text = title("dataset", &d.common.name, &d.common.docs) + "\n";
    let mut line = |key: &str, value: String| {
        let _ = write!(text, "\n- {key}: {value}");
    };
    if let Some(source) = &d.source {
        line("source", format!("`{}`", source.value));
    }
    if let Some(label) = &d.label {
        let classes: Vec<&str> = label.classes.iter().map(|c| c.value.as_str()).collect();
        line(
            "label",
            format!("`{}` {}", label.column.value, classes.join(", ")),
        );
    }
    if let Some(split) = &d.split {
        let parts: Vec<&str> = split
            .parts
            .iter()
            .map(|(name, _)| name.value.as_str())
            .collect();
        line("partitions", parts.join(", "));
    }
    if let Some(crate::hir::Rows::All(rows)) = &d.rows {
        line("rows", thousands(rows.value as usize, ','));
    }
    text
}

fn component(c: &Component) -> String {
    let mut text = title("component", &c.common.name, &c.common.docs);
    let level = |i: usize| c.levels.get(i).map_or("?", String::as_str);
    let _ = write!(text, "\n\nlevels: {}", c.levels.join(", "));
    let _ = write!(text, "; `{}` unless said", level(c.default));
    if let Some(absent) = c.absent {
        let _ = write!(text, "; `{}` means that it is not there", level(absent));
    }
    text
}

fn step(plan: &Plan, s: &Step) -> String {
    let kind = s.kind.as_ref().map_or("step", |k| k.value.as_str());
    let mut text = title(kind, &s.common.name, &s.common.docs);
    let fit: Vec<String> = s
        .fit
        .iter()
        .map(|d| format!("`{}`", plan.show_data(&d.data)))
        .collect();
    if !fit.is_empty() {
        let _ = write!(text, "\n\nlearns from {}", fit.join(", "));
    }
    text
}

/// Of a word by where it stands: a field, an item, a code, a function, a unit.
fn placed(document: &Document<'_>, offset: u32, word: &str) -> Option<String> {
    match place(document, offset) {
        Place::Outside | Place::Import(_) => keyword(word),
        Place::Code => {
            let info = codes()
                .into_iter()
                .find(|c| c.code == word || c.name == word)?;
            Some(info.page.to_owned())
        }
        Place::Head => None,
        Place::Entry(within) => {
            let spec = field(within.keyword, &within.fields, word)?;
            Some(format!(
                "**{}**: {}\n\n```bench\n{}: {}\n```",
                spec.name, spec.doc, spec.name, spec.example
            ))
        }
        Place::Value(within, ..) => {
            let words = if within.keyword == Keyword::Metric {
                FORMULAS
            } else {
                CONDITIONS
            };
            vocabulary(words, word).or_else(|| unit(word))
        }
        Place::Condition(..) => vocabulary(CONDITIONS, word).or_else(|| unit(word)),
    }
}

/// Of an item, by its keyword.
fn keyword(word: &str) -> Option<String> {
    let keyword = Keyword::ALL.into_iter().find(|k| k.text() == word)?;
    Some(format!("**{word}**: {}", schema::about(keyword)))
}

/// The field of an item, or the role mapped in the record of `predictions:`.
pub(super) fn field(keyword: Keyword, path: &[&str], name: &str) -> Option<FieldSpec> {
    let of: &[FieldSpec] = match path {
        [] => schema::fields(keyword),
        ["predictions"] => schema::ROLES,
        _ => return None,
    };
    of.iter().find(|f| f.name == name).copied()
}

fn vocabulary(words: &[Word], word: &str) -> Option<String> {
    let begins = |w: &&Word| {
        let rest = w.usage.strip_prefix(word);
        rest.is_some_and(|r| !r.starts_with(|c: char| c == '_' || c.is_alphanumeric()))
    };
    let found = words.iter().find(begins)?;
    Some(format!("`{}`: {}", found.usage, found.doc))
}

fn unit(word: &str) -> Option<String> {
    let letters = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_' || c == '.');
    let units = types::units();
    let (name, meaning) = units.iter().find(|(name, _)| *name == letters)?;
    Some(format!("unit `{name}`: {meaning}"))
}
