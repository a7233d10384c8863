//! Templates of commands and paths: text with holes such as `{seed}` or `{augment:1|0}`.

use crate::text::Span;

/// A template, split at its holes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    /// The pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Text(String),
    /// A hole.
    Hole {
        /// The name between the braces.
        name: String,
        /// `on|off` after a colon.
        choice: Option<(String, String)>,
        /// Braces included.
        span: Span,
    },
}

/// Why a template was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateError {
    /// A `{` without its `}`.
    Unclosed(Span),
    /// A `}` without its `{`.
    Unopened(Span),
    /// `{}` or `{a b}`.
    NotAName(Span),
}

/// Splits the raw text of a string literal at its holes. `raw` is the text between the quotes as
/// written, and `start` the place of its first byte, so holes keep their spans; escapes in the text
/// between holes are resolved. `{{` and `}}` stand for braces.
///
/// # Errors
/// Every malformed hole.
pub fn parse_template(raw: &str, start: Span) -> Result<Template, Vec<TemplateError>> {
    let at = |from: usize, to: usize| {
        let offset = |i: usize| start.start + u32::try_from(i).unwrap_or(u32::MAX - start.start);
        Span::new(start.file, offset(from), offset(to))
    };
    let (mut pieces, mut errors, mut text) = (Vec::new(), Vec::new(), String::new());
    let mut rest = raw.char_indices().peekable();
    while let Some((i, c)) = rest.next() {
        match c {
            '\\' => {
                if let Some((_, escaped)) = rest.next() {
                    text.push(match escaped {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    });
                }
            }
            '{' if rest.next_if(|&(_, n)| n == '{').is_some() => text.push('{'),
            '}' if rest.next_if(|&(_, n)| n == '}').is_some() => text.push('}'),
            '}' => errors.push(TemplateError::Unopened(at(i, i + 1))),
            '{' => {
                let tail = raw.get(i + 1..).unwrap_or("");
                let Some(length) = tail
                    .find(['{', '}'])
                    .filter(|&l| tail.as_bytes().get(l) == Some(&b'}'))
                else {
                    errors.push(TemplateError::Unclosed(at(i, i + 1)));
                    continue;
                };
                let end = i + 1 + length;
                while rest.next_if(|&(j, _)| j <= end).is_some() {}
                match hole(tail.get(..length).unwrap_or(""), at(i, end + 1)) {
                    Some(piece) => {
                        if !text.is_empty() {
                            pieces.push(Piece::Text(std::mem::take(&mut text)));
                        }
                        pieces.push(piece);
                    }
                    None => errors.push(TemplateError::NotAName(at(i, end + 1))),
                }
            }
            other => text.push(other),
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    if errors.is_empty() {
        Ok(Template { pieces })
    } else {
        Err(errors)
    }
}

fn hole(inside: &str, span: Span) -> Option<Piece> {
    let (name, choice) = match inside.split_once(':') {
        Some((name, choice)) => (name, Some(choice.split_once('|')?)),
        None => (inside, None),
    };
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then(|| Piece::Hole {
        name: name.to_string(),
        choice: choice.map(|(on, off)| (on.to_string(), off.to_string())),
        span,
    })
}

impl Template {
    /// The holes.
    pub fn holes(&self) -> impl Iterator<Item = (&str, bool, Span)> {
        self.pieces.iter().filter_map(|p| match p {
            Piece::Hole { name, choice, span } => Some((name.as_str(), choice.is_some(), *span)),
            Piece::Text(_) => None,
        })
    }

    /// The text with every hole filled by `value(name, choice)`; `None` where it has none.
    pub fn fill(
        &self,
        value: impl Fn(&str, Option<(&str, &str)>) -> Option<String>,
    ) -> Option<String> {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Hole { name, choice, .. } => {
                    let choice = choice.as_ref().map(|(a, b)| (a.as_str(), b.as_str()));
                    filled.push_str(&value(name, choice)?);
                }
            }
        }
        Some(filled)
    }

    /// The template as written, for showing.
    pub fn show(&self) -> String {
        self.fill(|name, choice| {
            Some(match choice {
                Some((on, off)) => format!("{{{name}:{on}|{off}}}"),
                None => format!("{{{name}}}"),
            })
        })
        .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::FileId;

    fn parse(raw: &str) -> Result<Template, Vec<TemplateError>> {
        parse_template(raw, Span::new(FileId(0), 10, 10))
    }

    #[test]
    fn holes_keep_their_places() {
        let t = parse("runs/{system}-{a:1|0}{{x}}.csv").unwrap();
        let holes: Vec<_> = t.holes().map(|(n, c, s)| (n, c, s.start, s.end)).collect();
        assert_eq!(holes, [("system", false, 15, 23), ("a", true, 24, 31)]);
        let filled = t.fill(|n, c| Some(c.map_or(n, |c| c.0).to_uppercase()));
        assert_eq!(filled.as_deref(), Some("runs/SYSTEM-1{x}.csv"));
    }

    #[test]
    fn broken_holes_are_reported_each() {
        let span = |a, b| Span::new(FileId(0), a, b);
        assert_eq!(
            parse("{a b} } {c"),
            Err(vec![
                TemplateError::NotAName(span(10, 15)),
                TemplateError::Unopened(span(16, 17)),
                TemplateError::Unclosed(span(18, 19)),
            ])
        );
    }
}
