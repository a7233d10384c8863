//! Findings as a JUnit report, for CI systems that show tests.

use super::{place_in_words, sorted};
use crate::diagnostic::{Answer, CodeInfo, Diagnostic, Level};
use crate::text::SourceMap;
use std::fmt::Write;

/// A plan's findings.
#[derive(Debug, Clone, Copy)]
pub struct Checked<'a> {
    /// The plan file.
    pub file: &'a str,
    /// What was found.
    pub diagnostics: &'a [Diagnostic],
    /// The files it points into.
    pub sources: &'a SourceMap,
}

/// One suite for each plan, in it one case for each of `checks` and for each other code found. An error
/// is a failure; a warning, a note and an open claim are told in the output of their case; waived ones
/// are skipped cases.
pub fn junit(plans: &[Checked<'_>], checks: &[&CodeInfo]) -> String {
    let suites: Vec<(usize, usize, usize, String)> =
        plans.iter().map(|p| suite(p, checks)).collect();
    let tests: usize = suites.iter().map(|s| s.0).sum();
    let failures: usize = suites.iter().map(|s| s.1).sum();
    let skipped: usize = suites.iter().map(|s| s.2).sum();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        text,
        "<testsuites name=\"benchwright check\" tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\" errors=\"0\">"
    );
    for suite in suites {
        text.push_str(&suite.3);
    }
    text.push_str("</testsuites>\n");
    text
}

fn suite(plan: &Checked<'_>, checks: &[&CodeInfo]) -> (usize, usize, usize, String) {
    let found = sorted(plan.diagnostics, plan.sources);
    let mut codes: Vec<&CodeInfo> = checks.to_vec();
    codes.extend(found.iter().map(|d| d.code));
    codes.sort_by_key(|c| c.code);
    codes.dedup_by_key(|c| c.code);
    let (mut failures, mut skipped, mut cases) = (0, 0, String::new());
    for code in &codes {
        let own: Vec<&Diagnostic> = found
            .iter()
            .copied()
            .filter(|d| d.code.code == code.code && d.answer != Answer::Proved)
            .collect();
        let failing: Vec<&Diagnostic> = own.iter().copied().filter(|d| d.is_error()).collect();
        let waived = !own.is_empty() && own.iter().all(|d| d.waived.is_some() && !d.is_error());
        failures += usize::from(!failing.is_empty());
        skipped += usize::from(waived);
        let _ = write!(
            cases,
            "    <testcase classname=\"{}\" name=\"{} {}\"",
            escaped(plan.file),
            code.code,
            code.name
        );
        if own.is_empty() {
            cases.push_str("/>\n");
            continue;
        }
        cases.push_str(">\n");
        if waived {
            let reasons: Vec<&str> = own.iter().filter_map(|d| d.waived.as_deref()).collect();
            let _ = writeln!(
                cases,
                "      <skipped message=\"waived: {}\"/>",
                escaped(&reasons.join("; "))
            );
        }
        if let Some(first) = failing.first() {
            let _ = writeln!(
                cases,
                "      <failure message=\"{}\" type=\"{}\">{}</failure>",
                escaped(&first.message),
                code.code,
                escaped(&told(&failing, plan.sources))
            );
        }
        let rest: Vec<&Diagnostic> = own.into_iter().filter(|d| !d.is_error()).collect();
        if !rest.is_empty() {
            let _ = writeln!(
                cases,
                "      <system-out>{}</system-out>",
                escaped(&told(&rest, plan.sources))
            );
        }
        cases.push_str("    </testcase>\n");
    }
    let text = format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" skipped=\"{skipped}\" errors=\"0\">\n{cases}  </testsuite>\n",
        escaped(plan.file),
        codes.len()
    );
    (codes.len(), failures, skipped, text)
}

/// Each finding with its places, witness and remedies.
fn told(diagnostics: &[&Diagnostic], sources: &SourceMap) -> String {
    let mut text = String::new();
    for d in diagnostics {
        let kind = match (d.answer, d.level) {
            (Answer::Open, _) => "open",
            (_, Level::Error) => "error",
            (_, Level::Warning) => "warning",
            (_, Level::Info) => "note",
        };
        let _ = writeln!(text, "{kind}: {}", d.message);
        for label in &d.labels {
            let place = place_in_words(label.span, sources);
            let _ = writeln!(text, "  at {place} {}", label.text);
        }
        for place in &d.places {
            let _ = writeln!(text, "  at {}:{}", place.path.display(), place.line);
        }
        for line in &d.witness {
            let _ = writeln!(text, "  witness: {line}");
        }
        for line in d.help.iter().chain(d.fixes.iter().map(|f| &f.title)) {
            let _ = writeln!(text, "  fix: {line}");
        }
    }
    text
}

/// Text of XML 1.0: its five characters escaped, control characters it cannot hold replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}
