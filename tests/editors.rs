//! What editors know of the language: the tree-sitter grammar reads every valid plan, its queries are sound, and no
//! word of the language is missing in any of the packages under `editors`.

mod dump;
mod packages;
mod sublime;
mod words;

use super::format::{plans, written};
use benchwright::syntax::{ast::Keyword, parse};
use benchwright::text::FileId;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tree_sitter::{Language, Node, Parser, Query, Tree};
use tree_sitter_highlight::{HighlightConfiguration, HighlightEvent, Highlighter};

const PACKAGE: &str = "editors/tree-sitter-bench";

fn language() -> Language {
    tree_sitter_bench::LANGUAGE.into()
}

fn tree(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&language()).unwrap();
    parser.parse(text, None).unwrap()
}

/// The first place that tree-sitter could not read.
fn fault(text: &str) -> Option<String> {
    let tree = tree(text);
    let mut node = tree.root_node();
    if !node.has_error() {
        return None;
    }
    while let Some(child) = children(node).into_iter().find(Node::has_error) {
        node = child;
    }
    let place = node.start_position();
    Some(format!(
        "{}:{}: {}",
        place.row + 1,
        place.column + 1,
        node.to_sexp()
    ))
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    node.children(&mut node.walk()).collect()
}

pub fn valid(text: &str) -> bool {
    parse(FileId(0), text).errors.is_empty()
}

/// Files below a folder that end so, sorted.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Every plan of the repository: files, and blocks of Markdown pages.
pub fn corpus() -> Vec<(String, String)> {
    let folders = ["examples", "stdlib", "tests"];
    let mut found: Vec<(String, String)> = folders
        .iter()
        .flat_map(|folder| plans(Path::new(folder)))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect();
    for page in ["docs", "src", "tests"]
        .iter()
        .flat_map(|folder| files(Path::new(folder), ".md"))
    {
        let text = std::fs::read_to_string(&page).unwrap();
        let mut lines = text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            let kind = line.trim_start().strip_prefix("```");
            if kind.is_some_and(|k| ["bench", "alone", "run", "base"].contains(&k.trim())) {
                let block = lines
                    .by_ref()
                    .take_while(|(_, l)| !l.trim_start().starts_with("```"));
                let block = block.map(|(_, l)| format!("{l}\n")).collect();
                found.push((format!("{}:{}", page.display(), number + 1), block));
            }
        }
    }
    found
}

#[test]
fn tree_sitter_reads_every_valid_plan() {
    let corpus = corpus();
    let read: Vec<_> = corpus.iter().filter(|(_, text)| valid(text)).collect();
    assert!(read.len() > 700, "only {} plans", read.len());
    let faults: Vec<String> = read
        .iter()
        .filter_map(|(name, text)| Some(format!("{name}:{}", fault(text)?)))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn tree_sitter_sees_that_a_plan_is_broken() {
    for text in ["plan p {", "dataset d { id: }", "plan p { a = 1 }"] {
        assert!(!valid(text) && fault(text).is_some(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tree_sitter_reads_random_plans(tape in proptest::collection::vec(any::<u8>(), 0..300)) {
        let text = written(&tape);
        if valid(&text) {
            prop_assert_eq!(fault(&text), None, "{}", text);
        }
    }
}

/// `test/corpus`: a name between bars of `=`, a plan, a bar of `-`, the tree.
#[test]
fn tree_sitter_corpus() {
    let mut seen = 0;
    for file in files(&Path::new(PACKAGE).join("test/corpus"), ".txt") {
        let text = std::fs::read_to_string(&file).unwrap();
        let bar = "=".repeat(60);
        let parts: Vec<&str> = text.split(&format!("{bar}\n")).skip(1).collect();
        for case in parts.chunks(2) {
            let [name, rest] = case else {
                panic!("{}: a name without a plan", file.display());
            };
            let (plan, want) = rest.split_once("\n---\n").unwrap();
            let plan = plan.strip_prefix('\n').unwrap_or(plan);
            let want: Vec<&str> = want.split_whitespace().collect();
            assert_eq!(
                tree(plan).root_node().to_sexp(),
                want.join(" "),
                "{}: {name}",
                file.display()
            );
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen} cases");
}

/// What of a plan has which class: for each byte the innermost.
pub fn classes(text: &str) -> Vec<Option<String>> {
    let query = Query::new(&language(), tree_sitter_bench::HIGHLIGHTS_QUERY).unwrap();
    let names: Vec<&str> = query.capture_names().to_vec();
    let mut config = HighlightConfiguration::new(
        language(),
        "bench",
        tree_sitter_bench::HIGHLIGHTS_QUERY,
        "",
        "",
    )
    .unwrap();
    config.configure(&names);
    let mut highlighter = Highlighter::new();
    let events = highlighter
        .highlight(&config, text.as_bytes(), None, |_| None)
        .unwrap();
    let mut found = vec![None; text.len()];
    let mut open = Vec::new();
    for event in events {
        match event.unwrap() {
            HighlightEvent::HighlightStart(class) => open.push(names[class.0]),
            HighlightEvent::HighlightEnd => drop(open.pop()),
            HighlightEvent::Source { start, end } => {
                found[start..end].fill(open.last().map(|c| (*c).to_owned()));
            }
        }
    }
    found
}

/// `test/highlight`: below a line of a plan comments whose `^` stand under what has the class.
#[test]
fn tree_sitter_highlights() {
    let mut seen = 0;
    for file in files(&Path::new(PACKAGE).join("test/highlight"), ".bench") {
        let text = std::fs::read_to_string(&file).unwrap();
        let classes = classes(&text);
        let (mut start, mut above) = (0, 0);
        for (number, line) in text.lines().enumerate() {
            let caret = line.strip_prefix('#').and_then(|_| line.find('^'));
            let Some(caret) = caret else {
                above = start;
                start += line.len() + 1;
                continue;
            };
            let carets = line.get(caret..).unwrap();
            let width = carets.len() - carets.trim_start_matches('^').len();
            let want = carets.trim_start_matches('^').trim();
            let from = above + caret;
            for class in &classes[from..from + width] {
                let place = format!("{}:{}", file.display(), number + 1);
                assert_eq!(class.as_deref(), Some(want), "{place}");
            }
            seen += 1;
            start += line.len() + 1;
        }
    }
    assert!(seen > 25, "only {seen} places");
}

#[test]
fn queries_are_sound() {
    let folders = ["tree-sitter-bench", "neovim", "helix", "zed"];
    let mut seen = 0;
    for folder in folders {
        for file in files(&Path::new("editors").join(folder), ".scm") {
            let text = std::fs::read_to_string(&file).unwrap();
            let query = Query::new(&language(), &text).unwrap();
            assert!(query.pattern_count() > 0, "{}", file.display());
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen} queries");
}

#[test]
fn every_word_of_the_language_is_known_to_every_editor() {
    let words = words::of_the_grammar();
    for keyword in Keyword::ALL {
        assert!(words.contains(keyword.text()), "{}", keyword.text());
    }
    let packages = [
        "editors/tree-sitter-bench/grammar.js",
        "editors/tree-sitter-bench/queries/highlights.scm",
        "editors/vscode/syntaxes/bench.tmLanguage.json",
    ];
    for package in packages {
        let text = std::fs::read_to_string(package).unwrap();
        let known: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_lowercase()).collect();
        let folds = ["mean", "sum", "min", "max"];
        let missing: Vec<_> = words
            .iter()
            .filter(|w| !known.contains(w.as_str()))
            // Highlighted by the rule that reads them.
            .filter(|w| !(package.ends_with(".scm") && folds.contains(&w.as_str())))
            .collect();
        assert!(missing.is_empty(), "{package}: {missing:?}");
    }
}
