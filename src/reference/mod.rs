//! The language reference as Markdown, made from what the language is made of: the grammar, the fields of
//! items, the vocabulary of formulas and conditions, the library's comments and the checks' pages.
//!
//! [`pages`] gives the pages that lie in `docs/`; a test holds the files to them. [`item`] is what
//! `benchwright explain dataset` prints. What cannot be derived (why the language is as it is) is not
//! said here.

mod codes;
mod grammar;
mod language;
mod library;

use crate::syntax::ast::Keyword;

/// A page of the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its file under `docs/`.
    pub file: &'static str,
    /// Its text.
    pub text: String,
}

/// Every page, by file.
pub fn pages() -> Vec<Page> {
    let page = |file, text: String| Page {
        file,
        text: text.trim_end().to_string() + "\n",
    };
    vec![
        page("checks.md", codes::page()),
        page("language.md", language::page()),
        page("library.md", library::page()),
    ]
}

/// One kind of item: how it begins, what it is for, and its fields.
pub fn item(keyword: Keyword) -> String {
    language::item(keyword, "#")
}

/// What stands at the top of every page.
const MADE: &str = "<!-- made by `UPDATE=1 cargo test reference`; do not edit -->\n\n";

/// A cell of a table: on one line, without an end of its own.
fn cell(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

/// Code in a cell: in backticks that its own don't end.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", cell(text))
}
