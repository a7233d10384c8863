//! Which findings count, and how much: what a project or a run sets over the checks' own levels.

use super::codes;
use crate::diagnostic::{CodeInfo, Diagnostic, Level, suggest};

/// Codes by code (`U101`), name (`single-run`) or the letters they begin with (`U`, `L1`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Raised to errors; `warnings` raises all of them.
    pub deny: Vec<String>,
    /// Only these of the checks are answered; all where empty.
    pub select: Vec<String>,
    /// These are not, unless they are errors.
    pub ignore: Vec<String>,
}

/// A word of a policy that can't be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyError {
    /// It names no code.
    Unknown {
        /// The word.
        word: String,
        /// A near code or name.
        near: Option<&'static str>,
    },
    /// It asks to ignore errors alone.
    Error(String),
}

impl std::fmt::Display for PolicyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PolicyError::Unknown {
                word,
                near: Some(near),
            } => {
                write!(f, "`{word}` names no code; did you mean `{near}`?")
            }
            PolicyError::Unknown { word, near: None } => {
                write!(
                    f,
                    "`{word}` names no code; `benchwright explain` lists them"
                )
            }
            PolicyError::Error(word) => {
                write!(f, "`{word}` is an error, and errors cannot be ignored")
            }
        }
    }
}

impl std::error::Error for PolicyError {}

/// Takes out what the policy doesn't select or ignores, and raises what it denies.
///
/// Faults of the text, of names and of types stay, and so do errors that are to be ignored: nothing
/// can be said of a plan beside them.
///
/// # Errors
/// A word that names no code, or asks to ignore an error.
pub fn hold(diagnostics: &mut Vec<Diagnostic>, policy: &Policy) -> Result<(), PolicyError> {
    let words = policy.select.iter().chain(&policy.ignore);
    for word in words.chain(policy.deny.iter().filter(|w| *w != "warnings")) {
        known(word)?;
    }
    for word in &policy.ignore {
        let mut named = codes().into_iter().filter(|c| names(word, c)).peekable();
        if named.peek().is_some() && named.all(|c| c.level == Level::Error) {
            return Err(PolicyError::Error(word.clone()));
        }
    }
    let any = |words: &[String], c: &CodeInfo| words.iter().any(|w| names(w, c));
    diagnostics.retain(|d| {
        let selected = policy.select.is_empty() || any(&policy.select, d.code);
        let ignored = any(&policy.ignore, d.code) && d.level != Level::Error;
        of_the_language(d.code) || selected && !ignored
    });
    for d in diagnostics.iter_mut().filter(|d| d.waived.is_none()) {
        let warned = d.level == Level::Warning && policy.deny.iter().any(|w| w == "warnings");
        if warned || any(&policy.deny, d.code) {
            d.level = Level::Error;
        }
    }
    Ok(())
}

/// Whether the code is about the text, its names and types, and not about a claim of the plan.
fn of_the_language(code: &CodeInfo) -> bool {
    code.code.starts_with(['S', 'N', 'T', 'F', 'E'])
}

fn names(word: &str, code: &CodeInfo) -> bool {
    let family = word.chars().next().is_some_and(|c| c.is_ascii_uppercase());
    code.name == word || family && code.code.starts_with(word)
}

fn known(word: &str) -> Result<(), PolicyError> {
    let all = codes();
    if all.iter().any(|c| names(word, c)) {
        return Ok(());
    }
    let near = suggest(word, all.iter().flat_map(|c| [c.code, c.name]));
    let word = word.to_string();
    Err(PolicyError::Unknown { word, near })
}
