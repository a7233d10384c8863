//! The packages under `editors` hold the words of the language, and each other's files, by generation:
//! `UPDATE=1 cargo test editors` writes what is marked as made.

use super::words::{List, lists};
use benchwright::hir::schema;
use benchwright::syntax::ast::{Body, ItemKind, Keyword};
use benchwright::syntax::parse;
use benchwright::text::FileId;
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

/// Holds a file to `text`, or writes it.
pub fn keep(path: &str, text: &str) {
    if std::fs::read_to_string(path).is_ok_and(|held| held == text) {
        return;
    }
    assert!(
        std::env::var_os("UPDATE").is_some(),
        "{path} is stale; run `UPDATE=1 cargo test editors`"
    );
    std::fs::create_dir_all(Path::new(path).parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Words in lines of at most 100 columns, each word as `one` writes it.
fn lines(words: &[String], indent: &str, one: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    let mut line = String::new();
    for word in words {
        let word = one(word);
        if !line.is_empty() && indent.len() + line.len() + 1 + word.len() > 100 {
            let _ = writeln!(text, "{indent}{line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += &word;
    }
    text + indent + &line + "\n"
}

/// A list in the form of a package's language.
fn emacs(list: &List) -> String {
    let words = lines(&list.words, "    ", |w| format!("\"{w}\""));
    format!(
        "(defconst bench--{}\n  '(\n{}    )\n  \"Words of Bench, made from its grammar and its items.\")\n",
        list.name, words
    )
}

fn vim(list: &List) -> String {
    let words = lines(&list.words, "  \\ ", str::to_owned);
    format!("let s:{} = split('\n{words}  \\')\n", list.name)
}

fn highlightjs(list: &List) -> String {
    let words = lines(&list.words, "    ", |w| format!("'{w}',"));
    format!("  const {} = [\n{words}  ];\n", list.name.to_uppercase())
}

fn python(list: &List) -> String {
    let words = lines(&list.words, "    ", |w| format!("\"{w}\","));
    format!("{} = (\n{words})\n", list.name.to_uppercase())
}

fn kate(list: &List) -> String {
    format!("  <!ENTITY {} \"{}\">\n", list.name, list.words.join("|"))
}

#[test]
fn packages_hold_the_words_of_the_language() {
    type Form = fn(&List) -> String;
    let forms: [(&str, Form); 5] = [
        ("editors/emacs/bench-mode.el", emacs),
        ("editors/vim/syntax/bench.vim", vim),
        ("editors/highlightjs/bench.js", highlightjs),
        ("editors/pygments/benchwright_pygments/words.py", python),
        ("editors/kate/bench.xml", kate),
    ];
    let lists = lists();
    for (path, form) in forms {
        let held = std::fs::read_to_string(path).unwrap();
        let end_of = |at: usize| at + held[at..].find('\n').map_or(0, |i| i + 1);
        let start = end_of(held.find("words:begin").unwrap());
        let close = start + held[start..].find("words:end").unwrap();
        let stop = held[..close].rfind('\n').unwrap() + 1;
        let words: String = lists.iter().map(form).collect();
        keep(path, &(held[..start].to_owned() + &words + &held[stop..]));
    }
}

/// Neovim, Helix and Zed read the same queries; each has its own copy, since each is installed alone.
#[test]
fn queries_are_those_of_tree_sitter() {
    let copies = [
        (
            "editors/neovim/queries/bench",
            &["highlights", "locals", "injections", "folds", "indents"][..],
        ),
        (
            "editors/helix/queries/bench",
            &["highlights", "locals", "injections"],
        ),
        ("editors/zed/languages/bench", &["highlights", "injections"]),
    ];
    for (folder, names) in copies {
        for name in names {
            let from = format!("editors/tree-sitter-bench/queries/{name}.scm");
            let text = std::fs::read_to_string(&from).unwrap();
            keep(
                &format!("{folder}/{name}.scm"),
                &format!("; made from {from} by `UPDATE=1 cargo test editors`\n{text}"),
            );
        }
    }
}

/// A snippet as it stands when nothing is typed over: `${1:name}` is `name`, `${2|a,b|}` is `a`.
fn expanded(body: &Value) -> String {
    let lines: Vec<&str> = match body {
        Value::Array(lines) => lines.iter().map(|l| l.as_str().unwrap()).collect(),
        one => vec![one.as_str().unwrap()],
    };
    let mut text = lines.join("\n") + "\n";
    while let Some(start) = text.find("${") {
        let stop = start + text[start..].find('}').unwrap();
        let inside = &text[start + 2..stop];
        let shown = match inside.split_once(['|', ':']) {
            Some((_, words)) => words
                .split([',', '|'])
                .next()
                .filter(|_| inside.contains('|'))
                .unwrap_or(words),
            None => "",
        };
        text = format!("{}{shown}{}", &text[..start], &text[stop + 1..]);
    }
    text
}

#[test]
fn snippets_are_items_with_their_fields() {
    let text = std::fs::read_to_string("editors/vscode/snippets/bench.json").unwrap();
    let snippets: Value = serde_json::from_str(&text).unwrap();
    for (name, snippet) in snippets.as_object().unwrap() {
        let text = expanded(&snippet["body"]);
        let parsed = parse(FileId(0), &text);
        assert!(parsed.errors.is_empty(), "{name}: {text}");
        let ItemKind::Block(block) = &parsed.file.items[0].kind else {
            panic!("{name}: {text}");
        };
        let head = &text[block.head_span.range()];
        let keyword = Keyword::ALL
            .into_iter()
            .find(|k| snippet["prefix"] == k.text());
        let keyword = keyword.unwrap_or_else(|| panic!("{name}: its prefix is no item"));
        assert!(head.starts_with(keyword.text()), "{name}: {head}");
        for field in block.body.iter().flat_map(Body::fields) {
            let known = schema::fields(keyword);
            assert!(
                known.iter().any(|f| f.name == field.name.text),
                "{name}: there is no field `{}`",
                field.name.text
            );
        }
    }
}
