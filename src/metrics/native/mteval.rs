//! The tokens of mteval-v13a in one pass over a text, which BLEU scores are made of; the rules themselves, one
//! replacement after the other, stand in [`text::apart_13a`](super::text::apart_13a).

use super::text::{apart_13a, is_space, words};
use std::borrow::Cow;

/// What a byte is to the tokeniser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Part of a word.
    Plain,
    Digit,
    /// White space.
    Space,
    /// A token of its own.
    Symbol,
    /// Full stop or comma: a token of its own unless digits stand on both sides, or as [`joins`] says of several.
    Mark,
    /// A token of its own behind a digit.
    Dash,
    /// Begins a character outside ASCII, which may be white space.
    Wide,
}

const CLASSES: [Class; 256] = {
    let mut table = [Class::Plain; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'\t'..=b'\r' | 0x1c..=0x1f | b' ' => Class::Space,
            b'0'..=b'9' => Class::Digit,
            b'.' | b',' => Class::Mark,
            b'-' => Class::Dash,
            b'{'..=b'~' | b'['..=b'`' | b'!'..=b'&' | b'('..=b'+' | b':'..=b'@' | b'/' => {
                Class::Symbol
            }
            // White space outside ASCII begins with one of these.
            0xc2 | 0xe1..=0xe3 => Class::Wide,
            _ => Class::Plain,
        };
        byte += 1;
    }
    table
};

/// The tokens of a text, one after the other.
pub fn tokens(text: &str, mut take: impl FnMut(&str)) {
    if text.contains('\n') || text.contains("<skipped>") {
        words(&apart_13a(text)).into_iter().for_each(take);
        return;
    }
    let text = &*unescaped(text);
    let bytes = text.as_bytes();
    let class = |at: usize| {
        bytes
            .get(at)
            .map_or(Class::Space, |&b| CLASSES[usize::from(b)])
    };
    let digit = |at: usize| class(at) == Class::Digit;
    let mut from = 0;
    let mut word = |from: usize, to: usize| {
        if let Some(token) = text.get(from..to).filter(|token| !token.is_empty()) {
            take(token);
        }
    };
    let mut at = 0;
    while at < bytes.len() {
        let before = at.wrapping_sub(1);
        let own = match class(at) {
            Class::Plain | Class::Digit => false,
            Class::Space => {
                word(from, at);
                from = at + 1;
                false
            }
            Class::Symbol => true,
            Class::Mark => {
                let first = at;
                while class(at + 1) == Class::Mark {
                    at += 1;
                }
                let joins = joins(digit(first.wrapping_sub(1)), at + 1 - first, digit(at + 1));
                if !joins || at > first {
                    word(from, first);
                    (first..at).for_each(|mark| word(mark, mark + 1));
                    from = at;
                }
                !joins
            }
            Class::Dash => digit(before),
            Class::Wide => {
                let c = text.get(at..).and_then(|rest| rest.chars().next());
                let c = c.filter(|c| is_space(*c));
                if let Some(c) = c {
                    word(from, at);
                    from = at + c.len_utf8();
                    at = from - 1;
                }
                false
            }
        };
        if own {
            word(from, at);
            word(at, at + 1);
            from = at + 1;
        }
        at += 1;
    }
    word(from, bytes.len());
}

/// Whether the last of some marks stays with the digit behind it. The first rule takes marks in twos with what is no
/// digit before them, the second those before what is no digit: one between digits is left, and the last of
/// several where the twos do not come out even.
fn joins(digit_before: bool, marks: usize, digit_behind: bool) -> bool {
    let left = marks.is_multiple_of(2) != digit_before;
    left && digit_behind
}

/// The four entities that are known, unescaped one after the other: of `&amp;lt;` both.
fn unescaped(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else {
        return Cow::Borrowed(text);
    };
    let mut plain = String::with_capacity(text.len());
    let (before, mut rest) = text.split_at(first);
    plain.push_str(before);
    let known = [
        ("&quot;", "\""),
        ("&amp;lt;", "<"),
        ("&amp;gt;", ">"),
        ("&amp;", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
    ];
    while !rest.is_empty() {
        let found = known
            .iter()
            .find_map(|(old, new)| Some((rest.strip_prefix(old)?, new)));
        rest = match found {
            Some((after, new)) => {
                plain.push_str(new);
                after
            }
            None => {
                plain.push('&');
                rest.get(1..).unwrap_or_default()
            }
        };
        let (before, from) = rest.split_at(rest.find('&').unwrap_or(rest.len()));
        plain.push_str(before);
        rest = from;
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one_pass(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        tokens(text, |token| found.push(token.to_owned()));
        found
    }

    proptest! {
        /// What the rules say, of any text of what they tell apart.
        #[test]
        fn one_pass_finds_what_the_rules_find(text in "([a-c0-9.,\\- '\"(&<\u{a0}é\u{3000}\u{2003}\u{1d}\u{1f600}]|[.,5a]{2,5}|&(quot|lt|gt|amp|amp;lt|amp;amp);|<skipped>){0,20}") {
            let rules: Vec<String> = words(&apart_13a(&text)).into_iter().map(str::to_owned).collect();
            prop_assert_eq!(one_pass(&text), rules);
        }
    }

    #[test]
    fn tokens_of_a_sentence() {
        assert_eq!(
            one_pass("It's 3.5% of $1,000.50; 5-6 A-B."),
            [
                "It's", "3.5", "%", "of", "$", "1,000.50", ";", "5", "-", "6", "A-B", "."
            ]
        );
    }
}
