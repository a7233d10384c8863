//! Bench for tree-sitter: the parser and its queries.

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_bench() -> *const ();
}

/// The grammar of `.bench` plans.
// SAFETY: `tree_sitter_bench` is what tree-sitter generated from `grammar.js`, and returns its table.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_bench) };

/// What is coloured how.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");
/// What is defined and used where.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");
/// What is text of another language.
pub const INJECTIONS_QUERY: &str = include_str!("../../queries/injections.scm");
/// What folds.
pub const FOLDS_QUERY: &str = include_str!("../../queries/folds.scm");
/// What is indented.
pub const INDENTS_QUERY: &str = include_str!("../../queries/indents.scm");
