//! What a command prints, of which the beginning and the end are kept.

use std::collections::VecDeque;

/// How many bytes are kept of the beginning, and as many of the end.
pub const KEPT: usize = 128 * 1024;

/// The output of a stream, bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    total: u64,
}

impl Captured {
    /// Takes more bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = KEPT.saturating_sub(self.head.len()).min(bytes.len());
        let (first, rest) = bytes.split_at(room);
        self.head.extend_from_slice(first);
        // Of a long write only the end can be kept.
        let rest = rest.get(rest.len().saturating_sub(KEPT)..).unwrap_or(rest);
        let over = (self.tail.len() + rest.len()).saturating_sub(KEPT);
        self.tail.drain(..over.min(self.tail.len()));
        self.tail.extend(rest);
    }

    /// How many bytes were written in all.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many of them are not kept.
    pub fn dropped(&self) -> u64 {
        self.total - (self.head.len() + self.tail.len()) as u64
    }

    /// What is kept, with a line in place of what is not.
    pub fn bytes(&self) -> Vec<u8> {
        let mut all = self.head.clone();
        if self.dropped() > 0 {
            let said = format!("\n[… {} bytes left out …]\n", self.dropped());
            all.extend_from_slice(said.as_bytes());
        }
        all.extend(&self.tail);
        all
    }

    /// The last lines, as text: at most `lines`, each cut at 300 characters.
    pub(super) fn last_lines(&self, lines: usize) -> Vec<String> {
        last_lines(&self.bytes(), lines)
    }
}

/// The last lines of a log as text that is safe to print.
pub fn last_lines(bytes: &[u8], lines: usize) -> Vec<String> {
    let from = bytes.len().saturating_sub(16 * 1024);
    let text = String::from_utf8_lossy(bytes.get(from..).unwrap_or(bytes)).into_owned();
    let shown = |line: &str| -> String {
        let plain = line.chars().map(|c| if c.is_control() { ' ' } else { c });
        plain.take(300).collect::<String>().trim_end().to_string()
    };
    let mut all: Vec<String> = text
        .lines()
        .map(shown)
        .filter(|line| !line.trim().is_empty())
        .collect();
    let first = all.len().saturating_sub(lines);
    all.drain(..first);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_output_is_kept_whole() {
        let mut c = Captured::default();
        c.push(b"one\n");
        c.push(b"two\n");
        assert_eq!(
            (c.bytes(), c.dropped(), c.total()),
            (b"one\ntwo\n".to_vec(), 0, 8)
        );
        assert_eq!(c.last_lines(1), ["two"]);
    }

    #[test]
    fn of_long_output_the_ends_are_kept() {
        let (mut one, mut many) = (Captured::default(), Captured::default());
        let bytes: Vec<u8> = (0..10 * KEPT).map(|i| b'a' + (i % 26) as u8).collect();
        one.push(&bytes);
        bytes.chunks(777).for_each(|chunk| many.push(chunk));
        assert_eq!(one, many);
        assert_eq!(one.dropped(), 8 * KEPT as u64);
        let kept = one.bytes();
        assert!(kept.starts_with(&bytes[..KEPT]) && kept.ends_with(&bytes[9 * KEPT..]));
        assert!(
            String::from_utf8(kept)
                .unwrap()
                .contains("1048576 bytes left out")
        );
    }
}
