//! A plain look at tokens and brackets, without the grammar.
//!
//! It guards the parser against nests that would overflow the stack, and says for skipped text
//! which bracket or quote has no partner. It follows the grammar's idea of strings and comments.

use super::ast::Keyword;

/// A token as far as brackets care.
enum Piece {
    /// One of `([{`, at this byte.
    Open(usize, char),
    /// One of `)]}`.
    Close(usize, char),
    /// A `"` whose line ends before it is closed, and where it ends.
    Unclosed(usize, usize),
    /// The first byte of a line that surely begins an item.
    Head,
}

/// A bracket without a partner, and the byte where it stands.
#[derive(Clone, Copy)]
pub(super) enum Bracket {
    /// Never closed.
    Open(usize, char),
    /// Closes nothing.
    Close(usize, char),
}

/// The first bracket that opens more than `limit` levels.
///
/// The count is never less than the depth to which the parser recurses: a closing bracket counts
/// only where it matches, a `}` closes whatever is open inside its braces, and the head of an item
/// ends everything.
pub(super) fn too_deep(text: &str, limit: usize) -> Option<usize> {
    let mut open: Vec<char> = Vec::new();
    for piece in pieces(text) {
        match piece {
            Piece::Open(at, c) => {
                open.push(c);
                if open.len() > limit {
                    return Some(at);
                }
            }
            Piece::Close(_, '}') => {
                let brace = open.iter().rposition(|&c| c == '{');
                open.truncate(brace.unwrap_or(open.len()));
            }
            Piece::Close(_, c) => {
                if open
                    .last()
                    .is_some_and(|&o| matches!((o, c), ('(', ')') | ('[', ']')))
                {
                    open.pop();
                }
            }
            Piece::Head => open.clear(),
            Piece::Unclosed(..) => {}
        }
    }
    None
}

/// The first bracket of `text` without a partner: the outermost unclosed one, else a stray one.
pub(super) fn unbalanced(text: &str) -> Option<Bracket> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut stray = None;
    for piece in pieces(text) {
        match piece {
            Piece::Open(at, c) => open.push((at, c)),
            Piece::Close(at, c) => match open.pop() {
                Some((_, o)) if matches!((o, c), ('(', ')') | ('[', ']') | ('{', '}')) => {}
                Some((other, o)) => return Some(Bracket::Open(other, o)),
                None => stray = stray.or(Some(Bracket::Close(at, c))),
            },
            Piece::Head | Piece::Unclosed(..) => {}
        }
    }
    open.last().map(|&(at, c)| Bracket::Open(at, c)).or(stray)
}

/// The byte range of the first string without its closing quote.
pub(super) fn unclosed_string(text: &str) -> Option<(usize, usize)> {
    pieces(text).find_map(|piece| match piece {
        Piece::Unclosed(from, to) => Some((from, to)),
        Piece::Open(..) | Piece::Close(..) | Piece::Head => None,
    })
}

/// Byte ranges of the words of `text`: letters, digits and underscores.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let from = at + rest.find(is_word)?;
        let rest = text.get(from..)?;
        let to = from + rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        at = to;
        Some((from, to))
    })
}

/// Length of the first token of `text`, and how to name it in a message.
pub(super) fn token(text: &str) -> (usize, String) {
    let Some(first) = text.chars().next() else {
        return (0, "the end".to_owned());
    };
    if first == '\n' || first == '\r' {
        return (0, "the end of the line".to_owned());
    }
    if first == '"' {
        let end = string_end(text, 0, '"').unwrap_or_else(|| line_end(text, 0));
        return (end, "a string".to_owned());
    }
    let length = match words(text).next() {
        Some((0, to)) => to,
        _ => first.len_utf8(),
    };
    (length, format!("`{}`", text.get(..length).unwrap_or("")))
}

fn pieces(text: &str) -> impl Iterator<Item = Piece> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            let c = rest.chars().next()?;
            let start = at;
            let line_begins = start == 0 || text.as_bytes().get(start - 1) == Some(&b'\n');
            at += c.len_utf8();
            match c {
                '(' | '[' | '{' => return Some(Piece::Open(start, c)),
                ')' | ']' | '}' => return Some(Piece::Close(start, c)),
                '#' => at = line_end(text, start),
                '/' if rest.starts_with("//") => at = line_end(text, start),
                '=' | '|' | '<' | '>' if is_marker(rest) => at = marker_end(text, start),
                '"' => match string_end(text, start, '"') {
                    Some(end) => at = end,
                    None => {
                        at = line_end(text, start);
                        return Some(Piece::Unclosed(start, at));
                    }
                },
                '\'' => at = string_end(text, start, '\'').unwrap_or(at),
                _ if is_smart(c) => at = smart_end(text, at).unwrap_or(at),
                _ if line_begins && is_head(rest) => return Some(Piece::Head),
                _ => {}
            }
        }
    })
}

fn line_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or("");
    from + rest.find(['\n', '\r']).unwrap_or(rest.len())
}

/// The byte after the quote that closes the one at `from`, if it stands on the same line.
fn string_end(text: &str, from: usize, quote: char) -> Option<usize> {
    let mut chars = text.get(from + 1..)?.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\n' | '\r' => return None,
            '\\' if matches!(chars.clone().next(), Some((_, '\n' | '\r')) | None) => return None,
            '\\' => {
                chars.next();
            }
            _ if c == quote => return Some(from + 1 + at + 1),
            _ => {}
        }
    }
    None
}

fn is_smart(c: char) -> bool {
    "“”„‟‘’‚«»".contains(c)
}

/// The byte after the quote that closes a smart one which ends at `from`.
fn smart_end(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let (at, close) = rest
        .char_indices()
        .find(|&(_, c)| is_smart(c) || matches!(c, '"' | '\n' | '\r'))?;
    (!matches!(close, '\n' | '\r')).then_some(from + at + close.len_utf8())
}

fn is_marker(rest: &str) -> bool {
    ["=======", "|||||||", "<<<<<<<", ">>>>>>>"]
        .iter()
        .any(|m| rest.starts_with(m))
}

/// Where what a conflict marker hides ends: its line, or all of the side that is not read.
fn marker_end(text: &str, from: usize) -> usize {
    let mut middle = Some(from);
    if text.get(from..).is_some_and(|t| t.starts_with('|')) {
        middle = next_marker(text, from, '=');
    } else if !text.get(from..).is_some_and(|t| t.starts_with('=')) {
        middle = None;
    }
    let end = middle.and_then(|at| next_marker(text, at, '>'));
    line_end(text, end.unwrap_or(from))
}

/// The marker that follows the one at `from`, if it is one of `kind`.
fn next_marker(text: &str, from: usize, kind: char) -> Option<usize> {
    const LENGTH: usize = 7;
    let rest = text.get(from + LENGTH..)?;
    let (at, c) = rest
        .char_indices()
        .find(|&(at, c)| "=|<>".contains(c) && rest.get(at..).is_some_and(is_marker))?;
    (c == kind).then_some(from + LENGTH + at)
}

/// Whether a line begins an item in a way that ends every body in the grammar too.
fn is_head(rest: &str) -> bool {
    let line = rest.get(..line_end(rest, 0)).unwrap_or("");
    let Some(keyword) = Keyword::ALL.iter().find(|k| line.starts_with(k.text())) else {
        return false;
    };
    let after = line.get(keyword.text().len()..).unwrap_or("");
    let name = after.trim_start_matches([' ', '\t']);
    let letter = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let rule = words(name)
        .next()
        .is_some_and(|(a, b)| matches!(name.get(a..b), Some("when" | "otherwise")));
    let brace = name.find('{').and_then(|at| name.get(..at));
    let plain = brace.is_some_and(|head| {
        !head.contains(['}', '#', '"', '\'', '/', ':', '(', '[', '=', '<', '>', '|'])
    });
    after.len() > name.len() && letter && !rule && plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_strings_and_comments() {
        assert_eq!(too_deep("a(b[c{", 2), Some(5));
        assert_eq!(too_deep("\"(((\" # (((\n'(((' ( )", 1), None);
        assert_eq!(too_deep("{{ ( }", 3), None);
    }

    #[test]
    fn a_closing_bracket_counts_only_where_it_matches() {
        assert_eq!(too_deep("{ ] { ) { ] {", 3), Some(12));
        assert_eq!(too_deep("{ ( [ } { ( [", 3), None);
    }

    #[test]
    fn the_head_of_an_item_ends_every_nest() {
        assert_eq!(too_deep("{ {\nplan p {", 2), None);
        assert_eq!(too_deep("{ {\nplan when {", 2), Some(14));
    }

    #[test]
    fn tokens_are_named_as_written() {
        assert_eq!(token("größe: 1"), (7, "`größe`".to_owned()));
        assert_eq!(token("\"a b\" c"), (5, "a string".to_owned()));
        assert_eq!(token("\nx"), (0, "the end of the line".to_owned()));
    }
}
