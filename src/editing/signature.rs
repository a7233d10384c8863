//! The call around a place: how it is written, what it means, and which of its arguments is being typed.
//!
//! A call that is being typed is rarely whole, so it is found in the text and not in the tree.

use super::Document;
use crate::analysis::MetricFacts;
use crate::hir::schema;
use crate::hir::vocabulary::{CONDITIONS, FORMULAS};
use crate::syntax::ast::Keyword;
use std::ops::Range;

/// A way to write a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// `quantile(latency, 95%)`.
    pub usage: String,
    /// What it means.
    pub doc: String,
    /// Each argument, as bytes of `usage`.
    pub arguments: Vec<Range<usize>>,
}

/// The ways in which the call around a byte may be written, and the argument that the byte is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// In the order in which they are best shown.
    pub signatures: Vec<Signature>,
    /// Counted from 0.
    pub argument: usize,
}

/// The call around `offset`; `metrics` are those of the library.
pub fn call(document: &Document<'_>, offset: u32, metrics: &[MetricFacts]) -> Option<Call> {
    let before = document.text().get(..offset as usize)?;
    let item = item(before);
    let (name, argument) = open_call(item)?;
    let mut usages: Vec<(String, String)> = Vec::new();
    let called = format!("{name}(");
    let words = CONDITIONS.iter().chain(FORMULAS);
    let words = words.filter(|w| w.usage.starts_with(&called));
    usages.extend(words.map(|w| (w.usage.to_owned(), w.doc.to_owned())));
    if let Some((params, doc)) = metric(document, name, metrics) {
        let system = format!("{name}(system)");
        let usage = match params.as_slice() {
            [] => system,
            params => format!("{name}({}: …)", params.join(": …, ")),
        };
        usages.push((usage, doc));
    }
    let keyword = Keyword::ALL
        .into_iter()
        .find(|k| item.split_whitespace().next() == Some(k.text()));
    for spec in keyword.map_or(&[][..], schema::fields) {
        let found = spec.example.find(&called);
        let written = found.and_then(|at| spec.example.get(at..)).and_then(whole);
        usages.extend(written.map(|w| (w.to_owned(), format!("{}: {}", spec.name, spec.doc))));
    }
    usages.dedup_by(|a, b| a.0 == b.0);
    let signatures: Vec<Signature> = usages
        .into_iter()
        .map(|(usage, doc)| Signature {
            arguments: arguments(&usage),
            usage,
            doc,
        })
        .collect();
    (!signatures.is_empty()).then_some(Call {
        signatures,
        argument,
    })
}

/// From where the last item begins: a line that begins with a letter.
fn item(before: &str) -> &str {
    let mut start = 0;
    let mut at = 0;
    for line in before.split_inclusive('\n') {
        if line.starts_with(char::is_alphabetic) {
            start = at;
        }
        at += line.len();
    }
    before.get(start..).unwrap_or(before)
}

/// The name before the innermost parenthesis that is still open, and how many commas stand behind that.
fn open_call(text: &str) -> Option<(&str, usize)> {
    let mut open: Vec<(char, usize, usize)> = Vec::new();
    let mut letters = text.char_indices();
    while let Some((at, c)) = letters.next() {
        match c {
            '#' => drop(letters.by_ref().find(|(_, c)| *c == '\n')),
            '"' => {
                while let Some((_, c)) = letters.next() {
                    match c {
                        '\\' => drop(letters.next()),
                        '"' | '\n' => break,
                        _ => {}
                    }
                }
            }
            '(' | '[' | '{' => open.push((c, at, 0)),
            ')' | ']' | '}' => drop(open.pop()),
            ',' => {
                if let Some((_, _, commas)) = open.last_mut() {
                    *commas += 1;
                }
            }
            _ => {}
        }
    }
    let &(bracket, at, commas) = open.last()?;
    let head = text.get(..at).filter(|_| bracket == '(')?;
    let word = |c: char| c == '_' || c == '.' || c.is_alphanumeric();
    let name = head.rsplit(|c| !word(c)).next()?;
    (!name.is_empty()).then_some((name, commas))
}

/// Parameters and first line of a metric of the plan or of the library.
fn metric(
    document: &Document<'_>,
    name: &str,
    metrics: &[MetricFacts],
) -> Option<(Vec<String>, String)> {
    let mut own = document.analysis.plan.metrics.iter();
    if let Some((_, m)) = own.find(|(_, m)| m.common.name == name) {
        let params = m.params.iter().map(|p| p.value.clone()).collect();
        let doc = m.common.docs.lines().next().unwrap_or_default();
        return Some((params, doc.to_owned()));
    }
    let known = metrics.iter().find(|m| m.name == name)?;
    Some((known.params.clone(), known.summary()))
}

/// A call up to its closing parenthesis.
fn whole(text: &str) -> Option<&str> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return text.get(..=at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// What stands between the parentheses and their commas.
fn arguments(usage: &str) -> Vec<Range<usize>> {
    let (Some(open), Some(close)) = (usage.find('('), usage.rfind(')')) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let (mut depth, mut from) = (0, open + 1);
    for (at, c) in usage.char_indices().filter(|(at, _)| *at > open) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth > 0 => depth -= 1,
            ',' | ')' if depth == 0 => {
                let argument = usage.get(from..at).unwrap_or("");
                let blanks = argument.len() - argument.trim_start().len();
                found.extend((!argument.trim().is_empty()).then_some(from + blanks..at));
                from = at + 1;
                if at >= close {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_open_call_counts() {
        let at = |text| open_call(item(text));
        assert_eq!(
            at("metric m { value: quantile(latency, "),
            Some(("quantile", 1))
        );
        assert_eq!(at("metric m { value: mean(abs(label - "), Some(("abs", 0)));
        assert_eq!(at("metric m { value: mean(abs(label), "), Some(("mean", 1)));
        assert_eq!(
            at("decide for a against b {\n  ship when gain("),
            Some(("gain", 0))
        );
        // Not in a list, in text, in a comment, or behind a call.
        assert_eq!(
            at("compare a with b { interval: bootstrap(seed: 1), metrics: [f(1), "),
            None
        );
        assert_eq!(at("system s { run: \"python f(a, "), None);
        assert_eq!(at("system s { # f(\n  train: "), None);
        assert_eq!(at("metric f { value: (1"), None);
    }

    #[test]
    fn arguments_are_between_commas() {
        let of = |usage: &'static str| -> Vec<&str> {
            arguments(usage).into_iter().map(|r| &usage[r]).collect()
        };
        assert_eq!(of("quantile(latency, 95%)"), ["latency", "95%"]);
        assert_eq!(of("p_value(gain(f1_macro))"), ["gain(f1_macro)"]);
        assert!(of("count()").is_empty());
        assert_eq!(
            whole("kfold(k: 5, of: [a, b]) { x: 1 }"),
            Some("kfold(k: 5, of: [a, b])")
        );
    }
}
