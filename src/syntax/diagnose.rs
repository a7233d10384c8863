//! Syntax errors in words.

use super::ast::Keyword;
use super::codes::*;
use super::errors::{EqualsFor, Fault, SyntaxError};
use crate::diagnostic::{Diagnostic, suggest};
use crate::text::Span;

/// Words that link parts of a head or rule.
const LINKS: [&str; 7] = ["with", "from", "of", "for", "against", "when", "otherwise"];

/// The diagnostic of a syntax error: what is wrong, where, and what to do.
pub fn diagnose(error: &SyntaxError) -> Diagnostic {
    let at = error.span;
    match &error.fault {
        Fault::TooLarge { .. } | Fault::TooDeep | Fault::LongExpression => limits(at, &error.fault),
        Fault::NotAnItem { .. }
        | Fault::StrayBrace
        | Fault::UnknownItem { .. }
        | Fault::BrokenHead { .. }
        | Fault::BrokenUse
        | Fault::UseWithoutName
        | Fault::SameLine { .. }
        | Fault::WaiverReason { .. } => items(at, &error.fault),
        Fault::MissingOpen
        | Fault::BraceBelow { .. }
        | Fault::MissingBody
        | Fault::UnclosedBrace { .. }
        | Fault::UnclosedBracket { .. }
        | Fault::StrayBracket { .. } => brackets(at, &error.fault),
        Fault::MissingColon { .. }
        | Fault::MissingValue { .. }
        | Fault::MissingCondition { .. }
        | Fault::ValueBelow { .. }
        | Fault::MissingMember { .. }
        | Fault::LooseValue { .. }
        | Fault::Unexpected { .. } => fields(at, &error.fault),
        Fault::Conflict { .. }
        | Fault::Equals { .. }
        | Fault::SlashComment
        | Fault::Semicolon { .. }
        | Fault::Quotes { .. }
        | Fault::UnclosedString
        | Fault::Escape { .. } => slips(at, &error.fault),
        Fault::Operator { .. }
        | Fault::Power { .. }
        | Fault::NotIn { .. }
        | Fault::PlusSign
        | Fault::Chained { .. }
        | Fault::LeadingDot
        | Fault::HugeNumber => operators(at, &error.fault),
    }
}

fn limits(at: Span, fault: &Fault) -> Diagnostic {
    match fault {
        Fault::TooLarge { bytes } => Diagnostic::new(
            &S120,
            format!(
                "the file has {bytes} bytes; a plan has at most {}",
                super::MAX_BYTES
            ),
        )
        .label(at, "")
        .help("data belongs in files of its own that `source:` or `predictions:` names"),
        Fault::LongExpression => Diagnostic::new(&S120, "this expression has too many operators")
            .label(at, "begins here")
            .help("split it into several metrics or rules"),
        _ => Diagnostic::new(
            &S120,
            format!("brackets nest more than {} deep", super::MAX_DEPTH),
        )
        .label(at, "this one is too many")
        .help("close the brackets above, or split the value"),
    }
}

fn items(at: Span, fault: &Fault) -> Diagnostic {
    match fault {
        Fault::StrayBrace => Diagnostic::new(&S102, "this `}` closes nothing")
            .label(at, "no `{` is open here")
            .help("remove it, or look for a `}` too many above"),
        Fault::NotAnItem { field: true } => Diagnostic::new(&S102, "this field belongs to no item")
            .label(at, "outside every `{ }`")
            .help("look for a `}` too many above, or give it a head such as `dataset reviews {`"),
        Fault::UnknownItem { word, meant } => unknown_item(at, word, *meant),
        Fault::BrokenHead {
            keyword,
            expected,
            found,
        } => {
            let message = format!("expected {expected}, found {found}");
            let found_it = Diagnostic::new(&S104, message)
                .label(at, format!("in the head of this {}", keyword.text()));
            with_link(found_it, at, expected, found)
                .help(format!("write `{}`", super::head_shape(*keyword)))
        }
        Fault::BrokenUse => Diagnostic::new(&S104, "this `use` is not understood")
            .label(at, "")
            .help("write `use std.classification.{f1_macro, accuracy}` or `use \"shared.bench\" as shared`"),
        Fault::UseWithoutName => Diagnostic::new(&S109, "a file that is used needs a name")
            .label(at, "")
            .help("write `use \"shared.bench\" as shared`"),
        Fault::SameLine { gap } => Diagnostic::new(&S101, "an item begins a line")
            .label(at, "begins on the line where the item before it ends")
            .fix("begin a new line", true, *gap, "\n"),
        Fault::WaiverReason { code } => Diagnostic::new(&S119, format!("the waiver of `{code}` gives no reason"))
            .label(at, "")
            .help(format!("write `@allow({code}, \"why this is right here\")`; the reason is printed in every report")),
        _ => Diagnostic::new(&S102, "this is no item")
            .label(at, "")
            .help(format!("an item begins with one of {}", keyword_list())),
    }
}

fn unknown_item(at: Span, word: &str, meant: Option<Keyword>) -> Diagnostic {
    let found = Diagnostic::new(&S103, format!("there is no item `{word}`")).label(at, "");
    match meant {
        Some(keyword) => {
            let text = keyword.text();
            found.help(format!("did you mean `{text}`?")).fix(
                format!("write `{text}`"),
                true,
                at,
                text,
            )
        }
        None => found.help(format!("an item begins with one of {}", keyword_list())),
    }
}

fn brackets(at: Span, fault: &Fault) -> Diagnostic {
    match fault {
        Fault::MissingOpen => Diagnostic::new(&S105, "`{` is missing after this head")
            .label(at, "")
            .fix("open the item", true, at.at_end(), " {"),
        Fault::BraceBelow { gap } => {
            let found = Diagnostic::new(&S105, "`{` stands on the line of the head").label(at, "");
            match gap {
                Some(gap) => found.fix("join the lines", true, *gap, " "),
                None => found.help("move it to the end of the head"),
            }
        }
        Fault::UnclosedBrace {
            count,
            adopted_by,
            insert,
        } => unclosed_brace(at, *count, *adopted_by, insert.as_ref()),
        Fault::UnclosedBracket { open } => {
            let close = closer(*open);
            Diagnostic::new(&S106, format!("`{open}` is never closed"))
                .label(at, "")
                .help(format!("add `{close}` where the value ends"))
        }
        Fault::StrayBracket { close } => {
            Diagnostic::new(&S106, format!("this `{close}` closes nothing"))
                .label(at, "")
                .help("remove it, or open the bracket it belongs to")
        }
        _ => Diagnostic::new(&S105, "this head has no body")
            .label(at, "")
            .fix("add an empty body", false, at.at_end(), " { }"),
    }
}

fn unclosed_brace(
    at: Span,
    count: usize,
    adopted_by: Option<Span>,
    insert: Option<&(Span, String)>,
) -> Diagnostic {
    let message = match count {
        0 | 1 => "`{` is never closed".to_owned(),
        n => format!("{n} `{{` are never closed"),
    };
    let mut found = Diagnostic::new(&S106, message).label(at, "");
    if let Some(close) = adopted_by {
        found = found
            .label(
                close,
                "by its indentation, this `}` belongs to the item around it",
            )
            .help("add `}` where the record ends");
    } else {
        found = found.help("add `}` where the fields end");
    }
    match insert {
        Some((place, text)) => found.fix("close it here", false, *place, text),
        None => found,
    }
}

fn fields(at: Span, fault: &Fault) -> Diagnostic {
    match fault {
        Fault::MissingColon { name } => {
            Diagnostic::new(&S107, format!("`:` is missing after `{name}`"))
                .label(at, "")
                .fix("add `:`", !is_keyword(name), at.at_end(), ":")
        }
        Fault::MissingValue { of } => Diagnostic::new(&S108, format!("`{of}` has no value"))
            .label(at, "")
            .help("write the value on the line of its colon"),
        Fault::MissingCondition { outcome } => {
            Diagnostic::new(&S108, format!("`{outcome}` has no condition"))
                .label(at, "")
                .help(format!(
                    "write `{outcome} when gain(f1_macro) > 0pp`, or `{outcome} otherwise`"
                ))
        }
        Fault::ValueBelow { gap } => {
            let found =
                Diagnostic::new(&S108, "a value begins on the line of its colon").label(at, "");
            match gap {
                Some(gap) => found.fix("join the lines", true, *gap, " "),
                None => found.help("move it up to its colon"),
            }
        }
        Fault::MissingMember { after } => {
            Diagnostic::new(&S109, format!("a name is missing after `{after}.`"))
                .label(at, "")
                .help("name the part, as in `reviews.train`")
        }
        Fault::LooseValue { list, values } => {
            Diagnostic::new(&S101, "several values stand in square brackets")
                .label(at, "a comma outside brackets ends the field")
                .help(format!("write `{list}`"))
                .fix("put them in brackets", false, *values, list.clone())
        }
        Fault::Unexpected { expected, found } => {
            let message = format!("expected {expected}, found {found}");
            with_link(
                Diagnostic::new(&S101, message).label(at, ""),
                at,
                expected,
                found,
            )
        }
        _ => Diagnostic::new(&S101, "this is not understood").label(at, ""),
    }
}

fn slips(at: Span, fault: &Fault) -> Diagnostic {
    match fault {
        Fault::Equals { meant } => equals(at, *meant),
        Fault::SlashComment => Diagnostic::new(&S111, "a comment begins with `#`")
            .label(at, "`//` is no token of the language")
            .fix("write `#`", true, at, "#"),
        Fault::Semicolon { inside: true } => {
            Diagnostic::new(&S111, "`;` is no token of the language")
                .label(at, "")
                .fix("write `,`", true, at, ",")
        }
        Fault::Semicolon { inside: false } => {
            Diagnostic::new(&S111, "`;` is no token of the language")
                .label(at, "")
                .help("a comma or the end of the line ends a field")
                .fix("write `,`", true, at, ",")
        }
        Fault::Quotes { content } => {
            let quoted = format!("\"{}\"", content.replace("\\'", "'").replace('"', "\\\""));
            Diagnostic::new(&S112, "strings stand in straight double quotes")
                .label(at, "")
                .fix(format!("write `{quoted}`"), true, at, quoted)
        }
        Fault::UnclosedString => Diagnostic::new(&S113, "this string is never closed")
            .label(at, "a string ends on its line")
            .help("add `\"` where it ends"),
        Fault::Escape { escaped } => {
            Diagnostic::new(&S114, format!("strings have no escape `\\{escaped}`"))
                .label(at, "")
                .help("the escapes are `\\\"`, `\\\\`, `\\n` and `\\t`")
                .fix("double the backslash", true, at, format!("\\\\{escaped}"))
        }
        Fault::Conflict { others } => {
            let found = Diagnostic::new(&S117, "the file holds an unresolved merge conflict")
                .label(at, "begins here");
            others
                .iter()
                .fold(found, |d, o| d.label(*o, ""))
                .help("keep one side and remove the markers; only the first side was read")
        }
        _ => Diagnostic::new(&S101, "this is not understood").label(at, ""),
    }
}

fn equals(at: Span, meant: EqualsFor) -> Diagnostic {
    let found = Diagnostic::new(&S110, "`=` is no token of the language");
    match meant {
        EqualsFor::FieldColon => {
            found
                .label(at, "a field gets its value by `:`")
                .fix("write `:`", true, at, ":")
        }
        EqualsFor::ArgumentColon => found
            .label(
                at,
                "an argument gets its value by `:`, a comparison is `==`",
            )
            .fix("write `:`", false, at, ":")
            .fix("write `==`", false, at, "=="),
        EqualsFor::Equality => {
            found
                .label(at, "a comparison is `==`")
                .fix("write `==`", true, at, "==")
        }
    }
}

fn operators(at: Span, fault: &Fault) -> Diagnostic {
    match fault {
        Fault::Operator { written, meant } => {
            let text = if *meant == "not" { "not " } else { meant };
            Diagnostic::new(&S115, format!("`{written}` is no operator of the language"))
                .label(at, "")
                .help(format!("write `{meant}`"))
                // `!a == b` groups otherwise where it comes from.
                .fix(format!("write `{meant}`"), *meant != "not", at, text)
        }
        Fault::Power { whole, instead } => {
            let found = Diagnostic::new(&S115, "`**` is no operator of the language").label(at, "");
            match instead {
                Some(text) => found.help("a square is a product").fix(
                    format!("write `{text}`"),
                    true,
                    *whole,
                    text.clone(),
                ),
                None => found.help("write powers as products"),
            }
        }
        Fault::NotIn { whole, instead } => {
            Diagnostic::new(&S115, "`not in` is no operator of the language")
                .label(at, "")
                .help(format!("write `{instead}`"))
                .fix(format!("write `{instead}`"), true, *whole, instead.clone())
        }
        Fault::PlusSign => Diagnostic::new(&S115, "a number needs no `+`")
            .label(at, "")
            .fix("remove it", true, at, ""),
        Fault::Chained { first, middle, op } => chained(at, *first, middle, op),
        Fault::LeadingDot => Diagnostic::new(&S118, "a number begins with a digit")
            .label(at, "")
            .fix("add the `0`", true, at.at_start(), "0"),
        _ => Diagnostic::new(&S118, "this number is too large").label(at, ""),
    }
}

fn chained(at: Span, first: Span, middle: &str, op: &str) -> Diagnostic {
    if op == ".." {
        return Diagnostic::new(&S116, "a range has two ends")
            .label(at, "a second `..`")
            .label(first, "is a range already");
    }
    Diagnostic::new(&S116, "comparisons don't chain")
        .label(at, "a second comparison")
        .label(first, "is a comparison already")
        .help(format!(
            "say both, joined by `and`: `… and {middle} {op} …`"
        ))
        .fix(
            "join two comparisons by `and`",
            true,
            first.at_end(),
            format!(" and {middle}"),
        )
}

/// Adds the linking word that `found` was probably meant to be.
fn with_link(diagnostic: Diagnostic, at: Span, expected: &str, found: &str) -> Diagnostic {
    let word = found.trim_matches('`');
    let fitting = LINKS
        .into_iter()
        .filter(|l| expected == "`{`" || expected.contains(&format!("`{l}`")));
    match suggest(word, fitting).filter(|l| *l != word && word.len() > 2) {
        Some(link) => diagnostic.help(format!("did you mean `{link}`?")).fix(
            format!("write `{link}`"),
            true,
            at,
            link,
        ),
        None => diagnostic,
    }
}

fn closer(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

/// Whether a field of this name may as well be the head of an item.
fn is_keyword(name: &str) -> bool {
    super::item_keywords().any(|k| k == name)
}

fn keyword_list() -> String {
    let quoted: Vec<String> = super::item_keywords().map(|k| format!("`{k}`")).collect();
    quoted.join(", ")
}
