//! A report as a list of blocks, before it is written for a terminal or as Markdown.

use super::layout::Paint;
use super::table::Table;
use crate::result::Truth;

/// How much of a result a view shows; JSON always has all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What bears on the verdict, for a terminal.
    Brief,
    /// Every claim, for a file.
    Full,
}

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
        /// `✓`, `→` or `✗`.
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
    /// What the signs of a table mean.
    Legend(Vec<String>),
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

/// `p adjusted by Holm over 40 claims`: what was done to p values, given each with its correction and
/// the claims of its family.
pub fn adjustment<'a>(of: impl Iterator<Item = (Option<&'a str>, Option<u64>)>) -> Option<String> {
    let mut ways: Vec<String> = Vec::new();
    for (correction, claims) in of {
        let way = match (correction, claims) {
            (Some(name), Some(n)) => format!(
                "by {} over {} claim{}",
                correction_name(name),
                super::number::count(n),
                if n == 1 { "" } else { "s" }
            ),
            (Some(name), None) => format!("by {}", correction_name(name)),
            (None, _) => String::new(),
        };
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    match ways.as_slice() {
        [] => None,
        [way] if way.is_empty() => Some("p not adjusted".to_owned()),
        ways => {
            let said: Vec<&str> = ways
                .iter()
                .map(|w| if w.is_empty() { "not at all" } else { w })
                .collect();
            Some(format!("p adjusted {}", said.join(" or ")))
        }
    }
}

fn correction_name(name: &str) -> &str {
    match name {
        "bonferroni" => "Bonferroni",
        "holm" => "Holm",
        "hochberg" => "Hochberg",
        "bh" => "Benjamini–Hochberg",
        "by" => "Benjamini–Yekutieli",
        other => other,
    }
}

/// The name of a system in one variant.
pub fn system_name(name: &str, variant: &str) -> String {
    match variant {
        "" | "full" => name.to_owned(),
        _ => format!("{name} {variant}"),
    }
}
