//! Parsing: text to a syntax tree, with every error of a file in one go.
pub mod ast;
