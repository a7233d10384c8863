//! How many of what.

use crate::diagnostic::{Answer, Diagnostic, Level};
use crate::report::layout::{Paint, Style};
use serde::Serialize;

/// Numbers of diagnostics by what they are; every diagnostic counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Refuted at error level.
    pub errors: usize,
    /// Refuted at warning level.
    pub warnings: usize,
    /// Refuted at info level.
    pub infos: usize,
    /// Claims the plan alone can't settle.
    pub open: usize,
    /// Claims the plan proves.
    pub proved: usize,
    /// Waived by the author.
    pub waived: usize,
}

impl Counts {
    /// Counts `diags`.
    pub fn of(diags: &[Diagnostic]) -> Self {
        let mut counts = Self::default();
        for d in diags {
            *counts.slot(d) += 1;
        }
        counts
    }

    fn slot(&mut self, d: &Diagnostic) -> &mut usize {
        match (d.answer, d.level) {
            (Answer::Proved, _) => &mut self.proved,
            // An error cannot be waived.
            (Answer::Refuted, Level::Error) => &mut self.errors,
            _ if d.waived.is_some() => &mut self.waived,
            (Answer::Open, _) => &mut self.open,
            (Answer::Refuted, Level::Warning) => &mut self.warnings,
            (Answer::Refuted, Level::Info) => &mut self.infos,
        }
    }
}

/// The closing line: `2 errors, 1 warning; 14 claims proved, 3 open`.
pub fn summary(counts: &Counts, style: &Style) -> String {
    let found: Vec<String> = [
        (counts.errors, "error", Paint::Bad),
        (counts.warnings, "warning", Paint::Doubt),
        (counts.infos, "note", Paint::Hint),
    ]
    .iter()
    .filter(|(n, _, _)| *n > 0)
    .map(|&(n, word, paint)| style.paint(paint, &plural(n, word)))
    .collect();
    let found = if found.is_empty() {
        "no faults found".to_owned()
    } else {
        found.join(", ")
    };
    let mut claims = Vec::new();
    if counts.proved > 0 {
        claims.push(format!("{} proved", plural(counts.proved, "claim")));
    }
    if counts.open > 0 {
        claims.push(format!("{} open", counts.open));
    }
    if counts.waived > 0 {
        claims.push(format!("{} waived", counts.waived));
    }
    if claims.is_empty() {
        found
    } else {
        format!("{found}; {}", claims.join(", "))
    }
}

fn plural(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}
