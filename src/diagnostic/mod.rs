//! One plain struct for everything benchwright has to say about a plan or its files.
//!
//! Phases return enums that carry what happened; one function per folder turns them into a
//! [`Diagnostic`]; `render` alone decides how it looks. Every folder lists its codes in a `CODES`
//! table made with [`crate::codes!`].

use crate::text::{FileId, Span};
use serde::Serialize;
use std::path::PathBuf;

/// How serious a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing; nothing to do.
    Info,
    /// Weakens what the plan can claim.
    Warning,
    /// The plan's claim does not hold, or the plan cannot be read.
    Error,
}

/// What a check found about its claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The fault is there, with a witness.
    Refuted,
    /// The plan alone cannot tell; the message says what would settle it.
    Open,
    /// The plan rules the fault out.
    Proved,
}

/// A stable code with its name, level and page.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// Letter and number, such as `L102`; never reused.
    pub code: &'static str,
    /// Kebab-case name of the fault, such as `fit-beyond-train`.
    pub name: &'static str,
    /// Level unless the caller raises it.
    pub level: Level,
    /// Markdown page shown by `benchwright explain`.
    pub page: &'static str,
}

/// Defines one static [`CodeInfo`] per line and a `CODES` table of them all.
#[macro_export]
macro_rules! codes {
    ($($(#[$doc:meta])* $id:ident $name:literal $level:ident $page:expr;)*) => {
        $(
            $(#[$doc])*
            #[doc = concat!("`", stringify!($id), "` ", $name)]
            pub static $id: $crate::diagnostic::CodeInfo = $crate::diagnostic::CodeInfo {
                code: stringify!($id),
                name: $name,
                level: $crate::diagnostic::Level::$level,
                page: $page,
            };
        )*
        /// Every code of this folder, in order.
        pub static CODES: &[&$crate::diagnostic::CodeInfo] = &[$(&$id),*];
    };
}

/// A place in a plan file with what is to be seen there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// One short clause; empty to point without words.
    pub text: String,
}

/// A place in a data file, counted from 1; 0 where a line or column does not apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataPlace {
    /// The file as the plan names it.
    pub path: PathBuf,
    /// Line in the file, from 1; 0 for the file as a whole.
    pub line: u64,
    /// Column (field) of the line, from 1; 0 for the line as a whole.
    pub column: u64,
}

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// A mechanical remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What applying it does, as an order: “fit on the training rows only”.
    pub title: String,
    /// Whether it keeps what the author meant, so that `--fix` may apply it unasked.
    pub safe: bool,
    /// Replacements that do not overlap, in any order.
    pub edits: Vec<Edit>,
}

/// A finding: what is wrong, where, why it matters and what to do.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// The code; carries name and page.
    pub code: &'static CodeInfo,
    /// The level in force, after any raising.
    pub level: Level,
    /// What was found.
    pub answer: Answer,
    /// What is wrong: one clause, lower case, no full stop, the user's words in backticks.
    pub message: String,
    /// Every place that takes part, in reading order of the argument; the first one is the diagnostic's place.
    pub labels: Vec<Label>,
    /// Places in data files.
    pub places: Vec<DataPlace>,
    /// Values that show the fault, one a line.
    pub witness: Vec<String>,
    /// Why it matters, with its source.
    pub why: Option<String>,
    /// What to do, one remedy a line.
    pub help: Vec<String>,
    /// Mechanical remedies.
    pub fixes: Vec<Fix>,
    /// The reason of the `@allow` that waives it.
    pub waived: Option<String>,
}

impl Diagnostic {
    /// A refuted claim at the code's own level, with nothing but its message.
    pub fn new(code: &'static CodeInfo, message: impl Into<String>) -> Self {
        Self {
            code,
            level: code.level,
            answer: Answer::Refuted,
            message: message.into(),
            labels: Vec::new(),
            places: Vec::new(),
            witness: Vec::new(),
            why: None,
            help: Vec::new(),
            fixes: Vec::new(),
            waived: None,
        }
    }

    /// Adds a place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a place in a data file.
    #[must_use]
    pub fn data(mut self, path: impl Into<PathBuf>, line: u64, column: u64) -> Self {
        self.places.push(DataPlace {
            path: path.into(),
            line,
            column,
        });
        self
    }

    /// Adds a line of witness.
    #[must_use]
    pub fn witness(mut self, line: impl Into<String>) -> Self {
        self.witness.push(line.into());
        self
    }

    /// Says why it matters.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Adds a remedy in words.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds a mechanical remedy of one replacement.
    #[must_use]
    pub fn fix(
        mut self,
        title: impl Into<String>,
        safe: bool,
        span: Span,
        text: impl Into<String>,
    ) -> Self {
        self.fixes.push(Fix {
            title: title.into(),
            safe,
            edits: vec![Edit {
                span,
                text: text.into(),
            }],
        });
        self
    }

    /// The same finding with another answer.
    #[must_use]
    pub fn answered(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }

    /// Whether it stands as an error: refuted, at error level, not waived.
    pub fn is_error(&self) -> bool {
        self.level == Level::Error && self.answer == Answer::Refuted
    }
}

/// The text of `file` with the fixes applied, in order, each wholly or not at all: one that touches
/// what an earlier one replaced, or another file, is left out; apply it to the result's own findings.
pub fn apply_fixes<'a>(
    text: &str,
    file: FileId,
    fixes: impl IntoIterator<Item = &'a Fix>,
) -> String {
    let mut taken: Vec<&Edit> = Vec::new();
    for fix in fixes {
        let fits = |e: &Edit| e.span.file == file && text.get(e.span.range()).is_some();
        let apart = |a: &Edit, b: &Edit| a.span.end < b.span.start || b.span.end < a.span.start;
        let free = |e: &Edit| taken.iter().all(|t| apart(t, e));
        if fix.edits.iter().all(|e| fits(e) && free(e)) {
            taken.extend(&fix.edits);
        }
    }
    taken.sort_by_key(|e| e.span);
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in taken {
        let range = edit.span.range();
        result.push_str(text.get(at..range.start).unwrap_or_default());
        result.push_str(&edit.text);
        at = range.end;
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

/// The name among `candidates` that `word` was probably meant to be: close in edit distance
/// (Damerau–Levenshtein, at most a third of its length) or equal but for case and separators.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |s: &str| s.to_lowercase().replace(['-', '_', ' '], "");
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter_map(|c| {
            let distance = if plain(c) == plain(word) {
                0
            } else {
                strsim::damerau_levenshtein(&word.to_lowercase(), &c.to_lowercase())
            };
            (distance <= limit).then_some((distance, c))
        })
        .min()
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixes_apply_wholly_or_not_at_all() {
        let edit = |start, end, text: &str| Edit {
            span: Span::new(FileId(0), start, end),
            text: text.into(),
        };
        let fix = |edits| Fix {
            title: String::new(),
            safe: true,
            edits,
        };
        let fixes = [
            fix(vec![edit(6, 7, "Z"), edit(0, 1, "AA")]),
            fix(vec![edit(3, 4, "x"), edit(6, 7, "y")]),
            fix(vec![edit(3, 90, "x")]),
        ];
        assert_eq!(apply_fixes("a b c d e", FileId(0), &fixes), "AA b c Z e");
        assert_eq!(apply_fixes("a b c d e", FileId(1), &fixes), "a b c d e");
    }

    #[test]
    fn suggests_only_what_is_near() {
        let names = ["prediction", "score", "latency_ms"];
        assert_eq!(suggest("predicton", names), Some("prediction"));
        assert_eq!(suggest("Latency-MS", names), Some("latency_ms"));
        assert_eq!(suggest("colour", names), None);
    }
}
