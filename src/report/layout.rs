//! Laying out text for a terminal of a given width: measuring, wrapping, padding, colour, plain ASCII.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How text for a terminal looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal; below 40 counts as 40.
    pub width: usize,
    /// Whether characters beyond ASCII may be drawn.
    pub unicode: bool,
    /// Whether ANSI colours may be used; they never say anything that words don't.
    pub color: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            width: 100,
            unicode: true,
            color: false,
        }
    }
}

impl Style {
    /// The columns to fill.
    pub fn columns(&self) -> usize {
        self.width.max(40)
    }

    /// `text` in `paint`, where colours are on.
    pub fn paint(&self, paint: Paint, text: &str) -> String {
        match paint.code() {
            Some(code) if self.color && !text.trim().is_empty() => {
                format!("\x1b[{code}m{text}\x1b[0m")
            }
            _ => text.to_owned(),
        }
    }

    /// The text as this style can show it: drawn characters become ASCII of the same width where `unicode` is off.
    pub fn finish(&self, text: String) -> String {
        if self.unicode {
            text
        } else {
            text.chars().map(plain).collect()
        }
    }

    /// `±`, or its spelling in ASCII.
    pub fn plus_minus(&self) -> &'static str {
        if self.unicode { "±" } else { "+/-" }
    }
}

/// The ASCII stand-in of a character this crate draws; any other character is kept.
fn plain(c: char) -> char {
    match c {
        '−' | '–' | '—' | '─' | '▕' => '-',
        '·' | '│' | '╷' | '╵' => '|',
        '╭' | '╮' | '╰' | '╯' | '├' | '┬' | '┤' => '+',
        '✓' => '+',
        '✗' | '×' => 'x',
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        '…' => '~',
        '█' => '#',
        '▉' | '▊' | '▋' | '▌' | '▍' | '▎' | '▏' | '▐' => '-',
        '▸' | '▶' => '>',
        '→' => ':',
        '▲' => '^',
        '•' => '*',
        _ => c,
    }
}

/// What a piece of text is, for colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paint {
    /// Ordinary text.
    #[default]
    Plain,
    /// Names and headings.
    Strong,
    /// What may be skipped.
    Faint,
    /// What holds.
    Good,
    /// What does not hold, and errors.
    Bad,
    /// What is unclear, and warnings.
    Doubt,
    /// Places and notes.
    Hint,
}

impl Paint {
    fn code(self) -> Option<&'static str> {
        match self {
            Paint::Plain => None,
            Paint::Strong => Some("1"),
            Paint::Faint => Some("2"),
            Paint::Good => Some("1;32"),
            Paint::Bad => Some("1;31"),
            Paint::Doubt => Some("1;33"),
            Paint::Hint => Some("36"),
        }
    }
}

/// Columns that `text` takes; a control character takes none.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Columns that `text` takes once the colours in it are gone.
pub fn visible(text: &str) -> usize {
    let mut parts = text.split("\x1b[");
    let first = parts.next().map_or(0, width);
    first
        + parts
            .map(|p| width(p.split_once('m').map_or("", |(_, rest)| rest)))
            .sum::<usize>()
}

/// `text` with blanks on the right up to `columns`.
pub fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// `text` with blanks on the left up to `columns`.
pub fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// `text` without control and direction characters, so that no name or message can steer a terminal.
/// Line breaks and tabs become blanks.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if steers(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Whether a character moves the cursor or turns the direction of what follows.
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text` cut into lines of at most `columns`, between words where possible; never empty.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        let word = word.as_str();
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        push_broken(word, columns, &mut line, &mut lines);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The words of `text`; a number and its unit (`1 pp`) are one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let unit = word.chars().count() <= 3;
        match words.last_mut() {
            Some(last) if unit && last.ends_with(|c: char| c.is_ascii_digit()) => {
                *last = format!("{last} {word}");
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// Adds `word` to `line`, moving full lines to `lines` where the word alone is too long for one.
fn push_broken(word: &str, columns: usize, line: &mut String, lines: &mut Vec<String>) {
    let mut used = width(line);
    for c in word.chars() {
        let w = c.width().unwrap_or(0);
        if used + w > columns && !line.is_empty() {
            lines.push(std::mem::take(line));
            used = 0;
        }
        line.push(c);
        used += w;
    }
}

/// `head` and then `text` wrapped beside it, later lines indented to where the text began.
pub fn hanging(head: &str, text: &str, columns: usize) -> Vec<String> {
    let indent = width(head);
    wrap(text, columns.saturating_sub(indent).max(16))
        .iter()
        .enumerate()
        .map(|(i, line)| match i {
            0 => format!("{head}{line}"),
            _ => format!("{}{line}", " ".repeat(indent)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_between_words_and_breaks_long_ones() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("above 10 ms", 8), ["above", "10 ms"]);
        assert_eq!(wrap("語語語", 4), ["語語", "語"]);
    }

    #[test]
    fn pads_by_columns_not_bytes() {
        assert_eq!(left("語", 4), "語  ");
        assert_eq!(right("−1", 4), "  −1");
    }

    #[test]
    fn escapes_do_not_reach_the_terminal() {
        assert_eq!(clean("a\x1b[31mb\tc\u{202e}"), "a\u{fffd}[31mb c\u{fffd}");
    }
}
