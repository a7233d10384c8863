//! Parsing: text to a syntax tree, with every error of a file in one go.
//!
//! Start with [`parse`]. It never fails: it yields what it could read, and the errors as data,
//! which [`diagnose`] puts into words. What names and fields mean is left to `hir`; holes in
//! templates stay plain text.

mod again;
pub mod ast;
mod codes;
mod diagnose;
mod errors;
mod explain;
mod grammar;
mod lower;
mod pieces;
mod scan;
mod spans;

pub use again::parse_again;
pub use codes::CODES;
pub use diagnose::diagnose;
pub use errors::{EqualsFor, Fault, SyntaxError};

use crate::text::{FileId, Span};
use ast::{Head, Keyword};
use grammar::{BenchParser, Rule};
use pest::Parser;

/// The largest plan that is read, in bytes.
pub const MAX_BYTES: usize = 16 << 20;

/// How deep brackets may nest.
pub const MAX_DEPTH: usize = 128;

/// What came of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// The tree, with error nodes where something could not be read.
    pub file: ast::File,
    /// The errors, in source order.
    pub errors: Vec<SyntaxError>,
}

/// Reads `text`, the whole text of `file`.
///
/// A byte-order mark is skipped, line ends may be `\n` or `\r\n`. Offsets are those of `text`.
pub fn parse(file: FileId, text: &str) -> Parsed {
    if let Some(error) = beyond_limits(file, text) {
        return Parsed {
            file: ast::File::default(),
            errors: vec![error],
        };
    }
    match pieces::parse(file, text) {
        Some(tree) => Parsed {
            file: tree,
            errors: Vec::new(),
        },
        None => parse_whole(file, text),
    }
}

fn parse_whole(file: FileId, text: &str) -> Parsed {
    let root = BenchParser::parse(Rule::file, text)
        .ok()
        .and_then(|mut pairs| pairs.next());
    let Some(root) = root else {
        let whole = Span::new(file, 0, u32::try_from(text.len()).unwrap_or(0));
        let fault = Fault::NotAnItem { field: false };
        return Parsed {
            file: ast::File::default(),
            errors: vec![SyntaxError { span: whole, fault }],
        };
    };
    let (tree, mut errors) = lower::lower(file, text, 0, root);
    errors.sort_by_key(|e| (e.span.start, e.span.end));
    Parsed { file: tree, errors }
}

fn beyond_limits(file: FileId, text: &str) -> Option<SyntaxError> {
    if text.len() > MAX_BYTES {
        let fault = Fault::TooLarge { bytes: text.len() };
        let span = Span::new(file, 0, 0);
        return Some(SyntaxError { span, fault });
    }
    let at = u32::try_from(scan::too_deep(text, MAX_DEPTH)?).unwrap_or(0);
    Some(SyntaxError {
        span: Span::new(file, at, at + 1),
        fault: Fault::TooDeep,
    })
}

/// The words that are never names: they are operators everywhere.
pub fn reserved() -> &'static [&'static str] {
    &["and", "or", "not", "in", "every"]
}

/// The words that begin an item, in the order of the language reference.
pub fn item_keywords() -> impl Iterator<Item = &'static str> {
    std::iter::once("use").chain(Keyword::ALL.into_iter().map(Keyword::text))
}

/// How the head of an item with this keyword is written.
pub fn head_shape(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Plan => "plan NAME { … }",
        Keyword::Dataset => "dataset NAME { … }",
        Keyword::Step => "step NAME { … }",
        Keyword::Component => "component NAME { … }",
        Keyword::Hardware => "hardware NAME { … }",
        Keyword::Metric => "metric NAME { … }",
        Keyword::Protocol => "protocol NAME(PARAMETER) { … }",
        Keyword::System => "system NAME { … }",
        Keyword::Baseline => "baseline NAME { … }",
        Keyword::Candidate => "candidate NAME from SYSTEM { … }",
        Keyword::Compare => "compare SYSTEM with SYSTEM { … }",
        Keyword::Ablation => "ablation of SYSTEM { … }",
        Keyword::Factorial => "factorial of SYSTEM { … }",
        Keyword::Select => "select NAME from [SYSTEM, SYSTEM] { … }",
        Keyword::Decide => "decide for SYSTEM against SYSTEM { … }",
        Keyword::Stop => "stop for SYSTEM against SYSTEM { … }",
    }
}

impl Head {
    /// The keyword, where it is known or surely meant.
    pub fn keyword(&self) -> Option<Keyword> {
        match self {
            Head::Declare { keyword, .. } => Some(*keyword),
            Head::Compare { .. } => Some(Keyword::Compare),
            Head::Ablation { .. } => Some(Keyword::Ablation),
            Head::Factorial { .. } => Some(Keyword::Factorial),
            Head::Select { .. } => Some(Keyword::Select),
            Head::Decide { .. } => Some(Keyword::Decide),
            Head::Stop { .. } => Some(Keyword::Stop),
            Head::Broken { meant, .. } => *meant,
        }
    }
}
