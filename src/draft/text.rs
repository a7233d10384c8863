//! Lines of a plan with comments of one width.

use crate::text::thousands;

/// The width of comments.
const WIDTH: usize = 110;

/// A plan as it is written.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) text: String,
}

impl Page {
    /// A line as it is; an empty one parts items.
    pub(super) fn line(&mut self, line: &str) {
        self.text += line;
        self.text.push('\n');
    }

    /// A comment on lines of its own, with this before each.
    pub(super) fn comment(&mut self, before: &str, text: &str) {
        let mut line = format!("{before}#");
        for word in text.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > WIDTH && !line.ends_with('#') {
                self.line(&line);
                line = format!("{before}#");
            }
            line.push(' ');
            line += word;
        }
        self.line(&line);
    }

    /// A comment within an item.
    pub(super) fn note(&mut self, text: &str) {
        self.comment("  ", text);
    }
}

/// `20000` as `20_000`, as plans write it.
pub(super) fn grouped(n: usize) -> String {
    thousands(n, '_')
}

/// `20000` as `20,000`, as comments write it.
pub(super) fn counted(n: usize) -> String {
    thousands(n, ',')
}
