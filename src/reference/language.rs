//! `docs/language.md`: items with their fields, words of formulas and conditions, units, grammar.

use super::grammar::productions;
use super::{MADE, cell, code};
use crate::hir::natives::{Family, Signature, natives};
use crate::hir::{native_usage, schema, vocabulary};
use crate::syntax::ast::Keyword;
use crate::syntax::{head_shape, item_keywords, reserved};
use crate::types::units;
use std::fmt::Write;

pub(super) fn page() -> String {
    let mut text = format!("# The Bench language\n\n{MADE}");
    text += "The reference of what can be written. How to begin is told in the [tutorial](tutorial.md), what the library\n\
        measures in the [library](library.md), what is checked in [checks](checks.md), files and splits in [data](data.md).\n\n";
    text += "## Items\n\nA plan is a list of items in any order, each at the beginning of a line. Fields stand one a line, or \
        separated by commas.\n`##` comments before an item say what it is; `@allow(CODE, \"reason\")` waives a warning in it.\n\n";
    let words: Vec<String> = item_keywords().map(code).collect();
    let _ = write!(text, "Words that begin an item: {}.\n", words.join(", "));
    let words: Vec<String> = reserved().iter().map(|w| code(w)).collect();
    let _ = write!(
        text,
        "Words that are never names: {}.\n\n",
        words.join(", ")
    );
    text += "### use\n\n```text\nuse std.classification.{f1_macro, accuracy}\nuse std.classification\nuse \"shared.bench\" as shared\n```\n\n\
        Takes names from the standard library or from another file; circles are reported with their path.\n\n";
    for keyword in Keyword::ALL {
        text += &item(keyword, "###");
        text.push('\n');
    }
    text += &roles();
    text += &words_of("Words of formulas", vocabulary::FORMULAS);
    text += &native_table();
    text += &words_of("Words of conditions", vocabulary::CONDITIONS);
    text += &operators();
    text += &unit_table();
    let _ = write!(
        text,
        "## Grammar\n\nIn the notation of [pest](https://pest.rs), without what only recovers from faults. Blanks and comments\n\
         stand between the parts of a rule.\n\n```text\n{}\n```\n",
        productions()
    );
    text
}

/// One kind of item, its heading at `level`.
pub(super) fn item(keyword: Keyword, level: &str) -> String {
    let mut text = format!(
        "{level} {}\n\n```text\n{}\n```\n\n{}\n\n",
        keyword.text(),
        head_shape(keyword),
        schema::about(keyword)
    );
    let fields = schema::fields(keyword);
    if !fields.is_empty() {
        text += "| field | as in | |\n| --- | --- | --- |\n";
    }
    for f in fields {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            f.name,
            code(f.example),
            cell(f.doc)
        );
    }
    text
}

fn roles() -> String {
    let mut text = "## Roles\n\nThe columns of an output file, mapped in `predictions: \"…\" { role: column }`. Without a map they bear the role's \
        name.\nAny other name is a role of your own, for formulas that read it.\n\n| role | as in | |\n| --- | --- | --- |\n".to_string();
    for f in schema::ROLES {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            f.name,
            code(f.example),
            cell(f.doc)
        );
    }
    text.push('\n');
    text
}

fn words_of(title: &str, words: &[vocabulary::Word]) -> String {
    let mut text = format!("## {title}\n\n| | |\n| --- | --- |\n");
    for w in words {
        let _ = writeln!(text, "| {} | {} |", code(w.usage), cell(w.doc));
    }
    text.push('\n');
    text
}

fn native_table() -> String {
    let mut text = "## Native functions\n\nWhat no formula can say. One of rows stands wherever a number of a row does; the others stand for a \
        whole metric, and in groups.\n\n| | of | |\n| --- | --- | --- |\n".to_string();
    let of = |s: &Signature| match s.family {
        Family::Row => "each row",
        Family::Corpus => "sums over rows",
        Family::Whole => "all rows",
        Family::Table => "pairs of classes",
    };
    let mut all: Vec<&Signature> = natives().collect();
    all.sort_by_key(|s| s.name);
    for s in all {
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            code(&native_usage(s)),
            of(s),
            cell(s.doc)
        );
    }
    text.push('\n');
    text
}

fn operators() -> String {
    let mut text =
        "## Operators\n\nFrom the loosest to the tightest.\n\n| | |\n| --- | --- |\n".to_string();
    for w in vocabulary::OPERATORS {
        let _ = writeln!(text, "| {} | {} |", code(w.usage), cell(w.doc));
    }
    text.push('\n');
    text
}

fn unit_table() -> String {
    let mut text = "## Units\n\nAttached to their number, or after a blank: `100ms`, `0.5 pp`, `0.04USD/h`, `20/s`. Every unit of time, size, energy, \
        money and tokens may\nstand over a unit of time.\n\n| unit | |\n| --- | --- |\n".to_string();
    for (word, what) in units() {
        let _ = writeln!(text, "| `{word}` | {what} |");
    }
    text.push('\n');
    text
}
