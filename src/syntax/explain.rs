//! Why a part was skipped.
//!
//! Recovery only says that something could not be read. Here the skipped text is looked at again:
//! first for the plain slips, then by the strict grammar, which tells how far it got and what it
//! would have taken there.

use super::ast::Keyword;
use super::errors::{Fault, SyntaxError};
use super::grammar::{BenchParser, Rule};
use super::scan::{self, Bracket};
use crate::diagnostic::suggest;
use crate::text::Span;
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

/// A skipped entry and what is known of its neighbourhood.
pub(super) struct Skipped<'i> {
    /// The whole file.
    pub(super) text: &'i str,
    /// The skipped part.
    pub(super) span: Span,
    /// The entry before it.
    pub(super) before: Option<Span>,
    /// Whether that entry has a colon and no value.
    pub(super) before_lacks_value: bool,
    /// Whether that entry and this part may have been meant as one.
    pub(super) touches: bool,
    /// Whether that entry was skipped itself.
    pub(super) after_skip: bool,
}

/// The error of a skipped entry; `None` where the error before it says it all.
pub(super) fn skipped_entry(skipped: &Skipped<'_>) -> Option<SyntaxError> {
    let text = skipped.text.get(skipped.span.range()).unwrap_or("");
    if skipped.after_skip && skipped.touches {
        return None;
    }
    if skipped.before_lacks_value
        && !skipped.touches
        && let Some(before) = skipped.before
        && strict(Rule::strict_value, text).is_ok()
    {
        return Some(value_below(skipped, before));
    }
    if let Some(error) = unclosed_string(skipped.span, text) {
        return Some(error);
    }
    if let Some(error) = unbalanced(skipped.span, text) {
        return Some(error);
    }
    if let Some(before) = skipped
        .before
        .filter(|_| skipped.touches && !skipped.after_skip)
    {
        return Some(joined(skipped, before));
    }
    Some(missing_colon(skipped.span, text).unwrap_or_else(|| entry(skipped.span, text)))
}

/// A head that did not parse.
pub(super) struct BrokenHead {
    /// What to report.
    pub(super) error: SyntaxError,
    /// Byte range of the first word in the head.
    pub(super) word: (usize, usize),
    /// The keyword it is or was meant to be.
    pub(super) meant: Option<Keyword>,
    /// Byte range of the name after it.
    pub(super) name: Option<(usize, usize)>,
}

/// What can be told of a head that did not parse.
pub(super) fn broken_head(span: Span, text: &str) -> BrokenHead {
    let mut words = scan::words(text);
    let word = words.next().unwrap_or((0, 0));
    let first = text.get(word.0..word.1).unwrap_or("");
    let exact = Keyword::ALL.into_iter().find(|k| k.text() == first);
    let meant = exact.or_else(|| {
        let near = suggest(first, Keyword::ALL.iter().map(|k| k.text()))?;
        Keyword::ALL.into_iter().find(|k| k.text() == near)
    });
    let name = words.next().filter(|&(from, to)| {
        let between = text.get(word.1..from).unwrap_or("");
        let name = text.get(from..to).unwrap_or("");
        let link = ["of", "for", "from", "with", "against"].contains(&name);
        between.trim().is_empty() && !link && !super::reserved().contains(&name)
    });
    let error = match exact {
        Some(keyword) => strict_error(Rule::strict_head, span, text, "`{`", |expected, found| {
            Fault::BrokenHead {
                keyword,
                expected,
                found,
            }
        }),
        None => SyntaxError {
            span: sub(span, word.0, word.1),
            fault: Fault::UnknownItem {
                word: first.to_owned(),
                meant,
            },
        },
    };
    BrokenHead {
        error,
        word,
        meant,
        name,
    }
}

/// The error of text that is no item.
pub(super) fn skipped_item(span: Span, text: &str) -> SyntaxError {
    let line = text.lines().next().unwrap_or("").trim_end();
    let at = sub(span, 0, line.len());
    if line.starts_with('}') {
        return SyntaxError {
            span: sub(span, 0, 1),
            fault: Fault::StrayBrace,
        };
    }
    let (from, to) = scan::words(line).next().unwrap_or((0, 0));
    let first = line.get(from..to).unwrap_or("");
    let rest = line.get(to..).unwrap_or("").trim_start();
    if first == "use" && !rest.starts_with(':') {
        return SyntaxError {
            span: at,
            fault: Fault::BrokenUse,
        };
    }
    let exact = Keyword::ALL.into_iter().find(|k| k.text() == first);
    if from == 0
        && !rest.starts_with([':', '='])
        && let Some(keyword) = exact
    {
        return strict_error(
            Rule::strict_head,
            at,
            line,
            "the end of the line",
            |expected, found| Fault::BrokenHead {
                keyword,
                expected,
                found,
            },
        );
    }
    let field = rest.starts_with([':', '=']) || rest.starts_with("when ") || rest == "otherwise";
    SyntaxError {
        span: at,
        fault: Fault::NotAnItem { field },
    }
}

/// Whether the text begins with an operator that needs something before it.
pub(super) fn begins_with_operator(text: &str) -> bool {
    let symbol = text.starts_with([
        '+', '*', '/', '<', '>', '&', '|', '−', '–', '—', '≤', '≥', '≠', '-', '=', '.',
    ]) || text.starts_with("!=");
    symbol
        || ["and", "or", "in"].iter().any(|w| {
            scan::words(text)
                .next()
                .is_some_and(|(a, b)| a == 0 && text.get(a..b) == Some(*w))
        })
}

fn sub(span: Span, from: usize, to: usize) -> Span {
    let offset = |o: usize| span.start + u32::try_from(o).unwrap_or(0);
    Span::new(span.file, offset(from), offset(to))
}

fn value_below(skipped: &Skipped<'_>, before: Span) -> SyntaxError {
    let gap = Span::new(before.file, before.end, skipped.span.start);
    let blank = skipped
        .text
        .get(gap.range())
        .is_some_and(|t| t.trim().is_empty());
    SyntaxError {
        span: skipped.span,
        fault: Fault::ValueBelow {
            gap: blank.then_some(gap),
        },
    }
}

fn unclosed_string(span: Span, text: &str) -> Option<SyntaxError> {
    let (from, to) = scan::unclosed_string(text)?;
    Some(SyntaxError {
        span: sub(span, from, to),
        fault: Fault::UnclosedString,
    })
}

fn unbalanced(span: Span, text: &str) -> Option<SyntaxError> {
    let (at, fault) = match scan::unbalanced(text)? {
        Bracket::Open(at, '{') => (
            at,
            Fault::UnclosedBrace {
                count: 1,
                adopted_by: None,
                insert: None,
            },
        ),
        Bracket::Open(at, open) => (at, Fault::UnclosedBracket { open }),
        Bracket::Close(at, close) => (at, Fault::StrayBracket { close }),
    };
    Some(SyntaxError {
        span: sub(span, at, at + 1),
        fault,
    })
}

/// The error of an entry that goes on where the entry before it seemed to end.
fn joined(skipped: &Skipped<'_>, before: Span) -> SyntaxError {
    let whole = before.to(skipped.span);
    let both = skipped.text.get(whole.range()).unwrap_or("");
    let text = skipped.text.get(skipped.span.range()).unwrap_or("");
    if begins_with_operator(text) {
        return entry(whole, both);
    }
    let first = skipped.text.get(before.range()).unwrap_or("");
    if strict(Rule::strict_value, text).is_ok()
        && let Some(colon) = first.find(':')
    {
        let from = colon + 1 + first[colon + 1..].len() - first[colon + 1..].trim_start().len();
        let values = sub(whole, from, both.len());
        let list = both.get(from..).unwrap_or("");
        let quoted = first.starts_with('"');
        if !quoted && !first.get(from..).unwrap_or("").starts_with(['[', '{']) {
            return SyntaxError {
                span: skipped.span,
                fault: Fault::LooseValue {
                    list: format!("[{list}]"),
                    values,
                },
            };
        }
    }
    missing_colon(skipped.span, text).unwrap_or_else(|| entry(skipped.span, text))
}

/// `name value` without its colon.
fn missing_colon(span: Span, text: &str) -> Option<SyntaxError> {
    let (from, to) = scan::words(text).next().filter(|&(from, _)| from == 0)?;
    let name = text.get(from..to)?;
    let rest = text.get(to..)?;
    let value = rest.trim_start();
    let second = scan::words(value).next().filter(|w| w.0 == 0);
    let second = second.and_then(|(a, b)| value.get(a..b)).unwrap_or("");
    let rule_like = suggest(second, ["when", "otherwise"]).is_some();
    let separate = rest.len() != value.len() || value.starts_with(['"', '[', '{']);
    let plain = separate && !rule_like && !begins_with_operator(value) && !value.starts_with('(');
    (plain && strict(Rule::strict_value, value).is_ok()).then(|| SyntaxError {
        span: sub(span, from, to),
        fault: Fault::MissingColon {
            name: name.to_owned(),
        },
    })
}

fn entry(span: Span, text: &str) -> SyntaxError {
    strict_error(
        Rule::strict_entry,
        span,
        text,
        "the end of the field",
        |expected, found| Fault::Unexpected { expected, found },
    )
}

/// Where the strict grammar stopped in `text`, and what it would have taken.
fn strict(entry: Rule, text: &str) -> Result<(), (usize, Vec<Rule>)> {
    match BenchParser::parse(entry, text) {
        Ok(_) => Ok(()),
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            match error.variant {
                ErrorVariant::ParsingError { positives, .. } => Err((at, positives)),
                ErrorVariant::CustomError { .. } => Err((at, Vec::new())),
            }
        }
    }
}

fn strict_error(
    entry: Rule,
    span: Span,
    text: &str,
    end: &str,
    fault: impl FnOnce(String, String) -> Fault,
) -> SyntaxError {
    let (at, rules) = match strict(entry, text) {
        Ok(()) => (text.len(), Vec::new()),
        Err(stopped) => stopped,
    };
    let rest = text.get(at..).unwrap_or("");
    let at = at + (rest.len() - rest.trim_start_matches([' ', '\t', '\u{A0}']).len());
    let (token, found) = match scan::token(text.get(at..).unwrap_or("")) {
        (0, _) if at >= text.len() => (0, end.to_owned()),
        token => token,
    };
    SyntaxError {
        span: sub(span, at, at + token),
        fault: fault(expected(entry, &rules, text.get(..at).unwrap_or("")), found),
    }
}

/// What the rules that would have gone on at one place amount to, in words.
fn expected(entry: Rule, rules: &[Rule], before: &str) -> String {
    let has = |wanted: &[Rule]| rules.iter().any(|r| wanted.contains(r));
    let operators = [
        Rule::or_op,
        Rule::and_op,
        Rule::cmp_op,
        Rule::range_op,
        Rule::add_op,
        Rule::mul_op,
    ];
    let links = [
        (Rule::kw_with, "`with`"),
        (Rule::kw_of, "`of`"),
        (Rule::kw_for, "`for`"),
        (Rule::kw_against, "`against`"),
        (Rule::kw_class, "`class`"),
        (Rule::kw_as, "`as`"),
        (Rule::kw_from, "`from`"),
    ];
    if let Some((_, link)) = links.iter().find(|(r, _)| rules.contains(r)) {
        return (*link).to_owned();
    }
    if has(&[Rule::paren]) && !has(&[Rule::quantity, Rule::list]) {
        return "`(`".to_owned();
    }
    if has(&operators) {
        return match scan::unbalanced(before) {
            Some(Bracket::Open(_, '(')) => "an operator, `,` or `)`".to_owned(),
            Some(Bracket::Open(_, '[')) => "an operator, `,` or `]`".to_owned(),
            _ => "an operator or the end of the field".to_owned(),
        };
    }
    if has(&[Rule::colon, Rule::wrong_eq]) {
        return if has(&[Rule::kw_when]) {
            "`:`, `when` or `otherwise`".to_owned()
        } else {
            "`:`".to_owned()
        };
    }
    let value = [
        Rule::expr,
        Rule::value,
        Rule::quantity,
        Rule::paren,
        Rule::not_op,
        Rule::arg,
    ];
    if has(&value) {
        return "a value".to_owned();
    }
    if has(&[Rule::field, Rule::rule]) {
        return "a field `name: value`".to_owned();
    }
    if has(&[Rule::system, Rule::systems, Rule::path]) {
        return "a name".to_owned();
    }
    if has(&[Rule::ident]) {
        return "a name".to_owned();
    }
    match entry {
        Rule::strict_head => "`{`".to_owned(),
        _ => "a field `name: value`".to_owned(),
    }
}
