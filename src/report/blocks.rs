//! A report as a list of blocks, before it is written for a terminal or as Markdown.

use super::layout::Paint;
use super::table::Table;
use crate::result::Truth;

/// One part of a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// The title, and what the numbers rest on.
    Title {
        /// Name and status of the plan.
        left: String,
        /// Rows and runs.
        right: String,
        /// The objective in the author's words; only where there is room for prose.
        objective: Option<String>,
    },
    /// An outcome and why.
    Verdict {
        /// `✓`, `✗`, `?` or `•`.
        mark: &'static str,
        /// The outcome, or `undecided`.
        outcome: String,
        /// Whose: shown where there are several decisions.
        of: Option<String>,
        /// Why, in one clause.
        why: String,
        /// What failed, where that shaped it.
        failed: Option<String>,
        /// Colour of mark and outcome.
        paint: Paint,
    },
    /// A heading.
    Heading {
        /// What follows.
        text: String,
        /// What it rests on.
        aside: String,
    },
    /// A table.
    Table(Table),
    /// A remark under a table.
    Note(String),
    /// `risks    one · two`: a name and its entries.
    Facts {
        /// The name.
        name: &'static str,
        /// The entries.
        items: Vec<String>,
    },
}

/// The mark of a truth value.
pub fn mark(truth: Truth) -> &'static str {
    match truth {
        Truth::Established => "✓",
        Truth::Refuted => "✗",
        Truth::Unclear => "?",
    }
}

/// The word of a truth value.
pub fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::Established => "established",
        Truth::Refuted => "refuted",
        Truth::Unclear => "unclear",
    }
}

/// The colour of a truth value.
pub fn paint(truth: Truth) -> Paint {
    match truth {
        Truth::Established => Paint::Good,
        Truth::Refuted => Paint::Bad,
        Truth::Unclear => Paint::Doubt,
    }
}

/// The name of a system in one variant.
pub fn system_name(name: &str, variant: &str) -> String {
    match variant {
        "" | "full" => name.to_owned(),
        _ => format!("{name} {variant}"),
    }
}
