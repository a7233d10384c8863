//! What the language server says of every valid plan, written for the grammars that other engines run: `.ci/editors`
//! holds those of TextMate, highlight.js, Pygments, Vim, Emacs, Sublime Text and Kate to it.

use super::{corpus, valid};
use benchwright::analysis::analyse;
use benchwright::editing::{Document, tokens};
use benchwright::text::MemoryWorld;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::path::Path;

/// Where the plans lie with their colours: `[{ name, pieces: [[text, class or null], …] }, …]`; the pieces of a plan,
/// put together, are its text.
const FILE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/editors-corpus.json");

#[test]
fn colours_are_written_for_other_engines() {
    let plans: Vec<(Value, usize)> = corpus()
        .par_iter()
        .map(|(name, text)| (name, text.trim_start_matches('\u{feff}')))
        .filter(|(_, text)| valid(text))
        .map(|(name, text)| coloured(name, text))
        .collect();
    let words: usize = plans.iter().map(|(_, words)| words).sum();
    assert!(
        plans.len() > 700 && words > 20_000,
        "{} plans with {words} words",
        plans.len()
    );
    let plans: Vec<Value> = plans.into_iter().map(|(plan, _)| plan).collect();
    std::fs::write(FILE, serde_json::to_string(&plans).unwrap()).unwrap();
}

/// A plan in pieces, and how many of them have a class.
fn coloured(name: &str, text: &str) -> (Value, usize) {
    let world = MemoryWorld::default().with("plan.bench", text);
    let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
    let tokens = tokens(&Document::root(&analysis));
    let mut pieces = Vec::new();
    let mut at = 0;
    for token in &tokens {
        let range = token.span.range();
        if at < range.start {
            pieces.push(json!([&text[at..range.start], null]));
        }
        pieces.push(json!([&text[range.clone()], format!("{:?}", token.class)]));
        at = range.end;
    }
    pieces.push(json!([&text[at..], null]));
    (json!({ "name": name, "pieces": pieces }), tokens.len())
}
