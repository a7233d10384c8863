//! What can be wrong with the text of a plan, as data.
//!
//! `diagnose` turns each into a diagnostic; the pages say the same at more length.

use super::ast::Keyword;
use crate::text::Span;

/// One fault and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What.
    pub fault: Fault,
}

/// What an `=` was surely meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EqualsFor {
    /// `name = value` in braces.
    FieldColon,
    /// `name = value` among arguments, where `==` may have been meant as well.
    ArgumentColon,
    /// `a = b` in a condition.
    Equality,
}

/// A fault in the text of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The file is larger than a plan may be.
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// Brackets nest too deep.
    TooDeep,
    /// An expression has more operators than it may.
    LongExpression,
    /// Markers of a merge conflict.
    Conflict {
        /// The markers after the first.
        others: Vec<Span>,
    },
    /// Text outside every item.
    NotAnItem {
        /// Whether it looks like a field that lost its item.
        field: bool,
    },
    /// A closing brace without an opening one.
    StrayBrace,
    /// An item's first word is no keyword.
    UnknownItem {
        /// The word.
        word: String,
        /// What it was surely meant to be.
        meant: Option<Keyword>,
    },
    /// The head of an item is not as it should be.
    BrokenHead {
        /// The item's keyword.
        keyword: Keyword,
        /// What was expected.
        expected: String,
        /// What is there.
        found: String,
    },
    /// `use` without a path or file, or with more than it takes.
    BrokenUse,
    /// `use "file"` without `as name`.
    UseWithoutName,
    /// The opening brace of an item is missing.
    MissingOpen,
    /// The opening brace stands on a line below the head.
    BraceBelow {
        /// What lies between head and brace, where that is only blank.
        gap: Option<Span>,
    },
    /// An item without braces.
    MissingBody,
    /// A brace that is never closed.
    UnclosedBrace {
        /// How many are unclosed there.
        count: usize,
        /// The closing brace that was taken for its own.
        adopted_by: Option<Span>,
        /// Where and how to close it.
        insert: Option<(Span, String)>,
    },
    /// A round or square bracket that is never closed.
    UnclosedBracket {
        /// The bracket.
        open: char,
    },
    /// A closing bracket that closes nothing.
    StrayBracket {
        /// The bracket.
        close: char,
    },
    /// A name and a value without the colon between.
    MissingColon {
        /// The name.
        name: String,
    },
    /// A colon and no value.
    MissingValue {
        /// The name before the colon.
        of: String,
    },
    /// A rule without its condition.
    MissingCondition {
        /// The outcome.
        outcome: String,
    },
    /// A value on the line below its colon.
    ValueBelow {
        /// What lies between, where that is only blank.
        gap: Option<Span>,
    },
    /// A dot and no name.
    MissingMember {
        /// The path before the dot.
        after: String,
    },
    /// `=` where `:` or `==` is meant.
    Equals {
        /// Which of them.
        meant: EqualsFor,
    },
    /// `//` for `#`.
    SlashComment,
    /// `;` between fields or arguments.
    Semicolon {
        /// Whether it stands in brackets, where a comma is required.
        inside: bool,
    },
    /// A string in quotes other than `"`.
    Quotes {
        /// What stands between them.
        content: String,
    },
    /// A string without its closing quote.
    UnclosedString,
    /// An escape that strings do not have.
    Escape {
        /// The character after the backslash.
        escaped: char,
    },
    /// An operator of another language.
    Operator {
        /// As written.
        written: String,
        /// As the language has it.
        meant: &'static str,
    },
    /// `**`.
    Power {
        /// Both operands.
        whole: Span,
        /// How to write it, where that is plain.
        instead: Option<String>,
    },
    /// `a not in b`.
    NotIn {
        /// Both operands.
        whole: Span,
        /// How to write it.
        instead: String,
    },
    /// A plus sign before an operand.
    PlusSign,
    /// `a < b < c`, `a..b..c`.
    Chained {
        /// The comparison on the left.
        first: Span,
        /// The operand both would share, as written.
        middle: String,
        /// The second operator.
        op: &'static str,
    },
    /// `.5`.
    LeadingDot,
    /// A number no computer number can hold.
    HugeNumber,
    /// A waiver without a reason.
    WaiverReason {
        /// The waived check.
        code: String,
    },
    /// An item that begins on the line where another one ends.
    SameLine {
        /// The blanks between.
        gap: Span,
    },
    /// Several values without brackets round them.
    LooseValue {
        /// All of them, as a list.
        list: String,
        /// Where they stand.
        values: Span,
    },
    /// Anything else.
    Unexpected {
        /// What was expected.
        expected: String,
        /// What is there.
        found: String,
    },
}
