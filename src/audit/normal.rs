//! Texts in a form in which copies are equal: compatibility forms, case, blanks and punctuation set
//! aside, and what carries meaning in code and arithmetic kept.

use unicode_normalization::UnicodeNormalization;

/// Writes the normal form of `text` over `out`: NFKC, lower case, words parted by one blank. Marks of
/// no width vanish, punctuation parts words; signs such as `+`, `=`, `#`, emoji and
/// the minus of a number stay. Each ideograph is a word. A text of nothing but punctuation stays as
/// it is.
pub(super) fn normalise(text: &str, out: &mut String) {
    out.clear();
    let mut writer = Writer { out, before: ' ' };
    if text.is_ascii() {
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            writer.push(c.to_ascii_lowercase(), chars.peek().copied());
        }
    } else {
        let mut chars = text.nfkc().flat_map(char::to_lowercase).nfkc().peekable();
        while let Some(c) = chars.next() {
            writer.push(c, chars.peek().copied());
        }
    }
    let kept = out.trim_end().len();
    out.truncate(kept);
    if out.is_empty() {
        out.push_str(text.trim());
    }
}

struct Writer<'o> {
    out: &'o mut String,
    before: char,
}

impl Writer<'_> {
    fn push(&mut self, c: char, next: Option<char>) {
        let minus =
            c == '-' && !self.before.is_alphanumeric() && next.is_some_and(|n| n.is_ascii_digit());
        if is_ideograph(c) {
            self.part();
            self.out.push(c);
            self.out.push(' ');
        } else if vanishes(c) {
            return;
        } else if minus || !parts_words(c) {
            self.out.push(c);
        } else {
            self.part();
        }
        self.before = c;
    }

    fn part(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
    }
}

fn vanishes(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}'
        | '\u{FE00}'..='\u{FE0F}')
}

fn parts_words(c: char) -> bool {
    let ascii = matches!(
        c,
        '!' | '"'
            | '\''
            | '('
            | ')'
            | ','
            | '-'
            | '.'
            | ':'
            | ';'
            | '?'
            | '['
            | ']'
            | '_'
            | '{'
            | '}'
    );
    let beyond = matches!(c, '¡' | 'ʼ' | '§' | '«' | '¶' | '·' | '»' | '¿'
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' | '\u{2E00}'..='\u{2E7F}'
        | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301F}'
        | '\u{30FB}' | '\u{055A}'..='\u{055F}' | '\u{0589}' | '\u{060C}' | '\u{061B}'
        | '\u{061F}' | '\u{06D4}' | '\u{0964}' | '\u{0965}');
    c.is_whitespace() || c.is_control() || ascii || beyond
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FA}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// A hash of bytes, the same on every machine; 0 is never one.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut state = 0x9E37_79B9_7F4A_7C15u64 ^ bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0u8; 8];
        word.iter_mut().zip(chunk).for_each(|(w, c)| *w = *c);
        state = mix(state ^ u64::from_le_bytes(word));
    }
    state.max(1)
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
pub(super) fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> String {
        let mut out = String::new();
        normalise(text, &mut out);
        out
    }

    #[test]
    fn copies_are_equal() {
        assert_eq!(normal("  Great  phone, really!\n"), "great phone really");
        assert_eq!(normal("Don’t"), normal("don't"));
        assert_eq!(normal("ｆｕｌｌ　ｗｉｄｔｈ"), "full width");
        assert_eq!(normal("cafe\u{301}"), normal("CAFÉ"));
        assert_eq!(normal("„Straße“ – nein"), "straße nein");
        assert_eq!(normal("你好，世界。"), normal("你好 世界"));
    }

    #[test]
    fn what_carries_meaning_stays() {
        assert_ne!(normal("C++"), normal("C#"));
        assert_ne!(normal("2 + 2"), normal("2 * 2"));
        assert_ne!(normal("-5"), normal("5"));
        assert_ne!(normal("1.5"), normal("15"));
        assert_eq!(normal("well-known"), "well known");
        assert_eq!(normal(" ?! "), "?!");
        assert_eq!(normal("👍"), "👍");
        assert_eq!(normal("  "), "");
    }
}
