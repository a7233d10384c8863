//! `docs/checks.md`: every code, and its page.

use super::{MADE, cell};
use crate::analysis::codes;
use crate::diagnostic::{CodeInfo, Level};
use std::fmt::Write;

/// What a code's first letter says of it.
const FAMILIES: [(char, &str); 14] = [
    ('L', "leakage"),
    ('A', "ablations"),
    ('B', "baselines"),
    ('U', "uncertainty"),
    ('M', "metrics"),
    ('D', "decisions"),
    ('R', "reproducibility"),
    ('X', "registration"),
    ('W', "waivers"),
    ('S', "text"),
    ('N', "names"),
    ('T', "types and units"),
    ('F', "files and data"),
    ('E', "execution"),
];

pub(super) fn page() -> String {
    let all = codes();
    let mut text = format!("# Checks and codes\n\n{MADE}");
    text += "Everything that benchwright says of a plan or its files has a code. `benchwright explain CODE` prints its page.\n\
        An error stands until it is mended; a warning may be waived by `@allow(CODE, \"reason\")` before its item.\n\n";
    for (letter, family) in FAMILIES {
        let own: Vec<&&CodeInfo> = all.iter().filter(|c| c.code.starts_with(letter)).collect();
        if own.is_empty() {
            continue;
        }
        let _ = write!(
            text,
            "## {letter}: {family}\n\n| code | name | level | |\n| --- | --- | --- | --- |\n"
        );
        for c in &own {
            let _ = writeln!(
                text,
                "| [{}](#{}) | {} | {} | {} |",
                c.code,
                anchor(c),
                c.name,
                level(c.level),
                cell(&summary(c))
            );
        }
        text.push('\n');
        for c in own {
            text += &demoted(c);
            text += "\n\n";
        }
    }
    text
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
    }
}

/// The anchor that the heading of its page gets.
fn anchor(c: &CodeInfo) -> String {
    format!("{}-{}", c.code.to_lowercase(), c.name)
}

/// The first sentence of a page's first paragraph.
fn summary(c: &CodeInfo) -> String {
    let mut lines = c
        .page
        .lines()
        .skip_while(|l| l.is_empty() || l.starts_with('#'));
    let paragraph: Vec<&str> = lines.by_ref().take_while(|l| !l.is_empty()).collect();
    let paragraph = paragraph.join(" ");
    let end = paragraph.find(". ").map_or(paragraph.len(), |i| i + 1);
    paragraph.get(..end).unwrap_or(&paragraph).to_string()
}

/// The page with its headings two levels down; a page without a title gets one.
fn demoted(c: &CodeInfo) -> String {
    let mut text = String::new();
    let title = format!("# {} {}", c.code, c.name);
    if !c.page.starts_with(&title) {
        let _ = writeln!(text, "##{title}\n");
    }
    let mut code = false;
    for line in c.page.trim_end().lines() {
        code ^= line.starts_with("```");
        if line.starts_with('#') && !code {
            text += "##";
        }
        text += line;
        text.push('\n');
    }
    text.trim_end().to_string()
}
