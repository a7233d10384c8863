//! Parsing: whole plans, slips and broken plans, and properties of every text.

use benchwright::syntax::ast::*;
use benchwright::syntax::{Parsed, diagnose, parse};
use benchwright::text::{FileId, LineIndex, Span};
use std::fmt::Write as _;
use std::path::{Path as FilePath, PathBuf};

fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let root = FilePath::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "bench"))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|p| {
            let text = std::fs::read_to_string(&p).unwrap();
            (p, text)
        })
        .collect()
}

fn plans() -> Vec<(PathBuf, String)> {
    files("tests/plans")
}

fn of(text: &str) -> Parsed {
    parse(FileId(0), text)
}

fn stem(path: &FilePath) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Every error of a text as people read it: place, text under the span, help and fixes.
fn report(text: &str, parsed: &Parsed) -> String {
    let lines = LineIndex::new(text);
    let place = |span: Span| {
        let at = lines.line_column(text, span.start);
        let under = text.get(span.range()).unwrap().replace('\n', "⏎");
        format!("{}:{} `{under}`", at.line, at.column)
    };
    let mut out = String::new();
    for error in &parsed.errors {
        let d = diagnose(error);
        writeln!(out, "{}[{}] {}", d.code.code, d.code.name, d.message).unwrap();
        for label in &d.labels {
            writeln!(out, "  at {} {}", place(label.span), label.text).unwrap();
        }
        for help in &d.help {
            writeln!(out, "  help: {help}").unwrap();
        }
        for fix in &d.fixes {
            let safe = if fix.safe { "safe" } else { "unsafe" };
            for edit in &fix.edits {
                let to = edit.text.replace('\n', "⏎");
                writeln!(
                    out,
                    "  fix ({safe}): {}: {} → `{to}`",
                    fix.title,
                    place(edit.span)
                )
                .unwrap();
            }
        }
    }
    out
}

#[test]
fn plans_parse_without_error() {
    for (path, text) in plans() {
        let parsed = of(&text);
        assert_eq!(report(&text, &parsed), "", "{}", path.display());
    }
}
