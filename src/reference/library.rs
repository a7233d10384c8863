//! `docs/library.md`: every metric and protocol of the standard library.

use super::{MADE, cell, code};
use crate::analysis::{self, MetricFacts, class_in_words, needs_in_words};
use crate::hir::{library, library_names};
use crate::syntax::{self, ast};
use crate::text::{FileId, MemoryWorld};
use std::fmt::Write;

pub(super) fn page() -> String {
    let mut text = format!("# The standard library\n\n{MADE}");
    text += "Its modules are written in Bench itself, under `stdlib/`. `use std.classification.f1_macro` takes one metric,\n\
        `use std.classification.{f1_macro, accuracy}` several, `use std.classification` all as `classification.f1_macro`.\n\n";
    let metrics = analysis::metrics(&MemoryWorld::default(), None).unwrap_or_default();
    for name in library_names() {
        let module = format!("std.{name}");
        let own: Vec<&MetricFacts> = metrics.iter().filter(|m| m.module == module).collect();
        let _ = write!(text, "## {module}\n\n");
        if let Some(about) = library(name).and_then(about) {
            let _ = write!(text, "{about}\n\n");
        }
        if !own.is_empty() {
            text += "| metric | | better |\n| --- | --- | --- |\n";
        }
        for m in &own {
            let _ = writeln!(
                text,
                "| {} | {} | {} |",
                code(&m.signature()),
                cell(&m.summary()),
                better(m)
            );
        }
        text.push('\n');
        for m in own {
            text += &metric(m);
        }
        for protocol in library(name).map(protocols).unwrap_or_default() {
            text += &protocol;
        }
    }
    text
}

/// The comment at the top of a module.
fn about(text: &str) -> Option<String> {
    let lines: Vec<&str> = text
        .lines()
        .take_while(|l| l.starts_with('#') && !l.starts_with("##"))
        .map(|l| l.trim_start_matches('#').trim())
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn better(m: &MetricFacts) -> &'static str {
    m.direction().unwrap_or("")
}

fn metric(m: &MetricFacts) -> String {
    let mut text = format!("### {}\n\n{}\n\n", m.signature(), m.docs.trim());
    if let Some(formula) = &m.formula {
        let _ = write!(text, "```bench\nvalue: {formula}\n```\n\n");
    }
    let mut row = |key: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "- {key}: {}", cell(value));
        }
    };
    row("better", better(m));
    row("range", &m.range_text().unwrap_or_default());
    row("unit", &m.measure.to_string());
    row("by zero", m.by_zero().unwrap_or_default());
    if let Ok(outline) = &m.outline {
        row("needs", &needs_in_words(outline).join("; "));
        row("statistic", class_in_words(outline.class));
    }
    text.push('\n');
    text
}

/// The module's protocols: name, comment, and the rules as written.
fn protocols(text: &str) -> Vec<String> {
    let parsed = syntax::parse(FileId(0), text);
    let mut found = Vec::new();
    for item in &parsed.file.items {
        let ast::ItemKind::Block(block) = &item.kind else {
            continue;
        };
        let ast::Head::Declare {
            keyword,
            name,
            params,
            ..
        } = &block.head
        else {
            continue;
        };
        if keyword.text() != "protocol" {
            continue;
        }
        let docs: Vec<&str> = item.docs.iter().map(|d| d.text.as_str()).collect();
        let params: Vec<&str> = params.iter().map(|p| p.text.as_str()).collect();
        let written = text.get(item.span.range()).unwrap_or_default();
        found.push(format!(
            "### {}({})\n\n{}\n\n```bench\n{written}\n```\n\n",
            name.text,
            params.join(", "),
            docs.join("\n")
        ));
    }
    found
}
