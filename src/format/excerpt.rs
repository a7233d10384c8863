//! What formatting changes, in a few lines.

/// How many lines of either text are shown.
const SHOWN: usize = 4;

/// The first lines in which two texts differ, `-` before those of `before` and `+` before those of
/// `after`, each with its number; empty where the texts are equal.
pub fn excerpt(before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (lines(before), lines(after));
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let changed = |lines: &[&str], other: &[&str]| -> usize {
        let ends = lines.iter().rev().zip(other.iter().rev());
        let tail = ends.take_while(|(a, b)| a == b).count();
        let tail = tail.min(lines.len().min(other.len()) - same);
        lines.len() - same - tail
    };
    let removed = shown('-', &old, same, changed(&old, &new));
    removed + &shown('+', &new, same, changed(&new, &old))
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n')
        .map(|line| line.strip_suffix('\n').unwrap_or(line))
        .collect()
}

fn shown(mark: char, lines: &[&str], from: usize, count: usize) -> String {
    let numbered = (from + 1..).zip(lines.iter().skip(from));
    let taken = numbered.take(count.min(SHOWN));
    let mut text: String = taken
        .map(|(number, line)| format!("{number:>5} {mark} {}\n", visible(line)))
        .collect();
    if count > SHOWN {
        text += &format!("      {mark} {} more\n", count - SHOWN);
    }
    text
}

/// The line with what cannot be seen written out.
fn visible(line: &str) -> String {
    line.replace('\r', "\\r").replace('\u{FEFF}', "\\u{feff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        let shown = excerpt("a\nb\nc\n", "a\nB\nb2\nc\n");
        assert_eq!(shown, "    2 - b\n    2 + B\n    3 + b2\n");
        assert_eq!(excerpt("a\n", "a\n"), "");
    }

    #[test]
    fn carriage_returns_are_visible_and_long_stretches_cut() {
        assert_eq!(excerpt("a\r\n", "a\n"), "    1 - a\\r\n    1 + a\n");
        let shown = excerpt("1\n2\n3\n4\n5\n6\n", "");
        assert!(shown.ends_with("      - 2 more\n"), "{shown}");
    }
}
