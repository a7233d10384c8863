//! Text as the reference libraries of generation metrics cut it: words, the tokens of mteval-v13a,
//! and SQuAD's normal form; with the metrics that need no more than that.
//!
//! White space, lower case and punctuation are those of Python's `str`, so that a value here is the
//! value there. No Unicode normalisation takes place, as none does there.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// White space of Python's `str.split`: Unicode's, and the four separators of ASCII.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// The words of a text, between white space.
pub fn words(text: &str) -> Vec<&str> {
    text.split(is_space).filter(|w| !w.is_empty()).collect()
}

/// The characters of a text without the white space around it.
pub fn characters(text: &str) -> Vec<char> {
    text.trim_matches(is_space).chars().collect()
}

/// A text with white space between its tokens of `mteval-v13a.pl`, the tokenisation that BLEU scores are published with (Post 2018,
/// A Call for Clarity in Reporting BLEU Scores): entities unescaped, ASCII punctuation set apart, full
/// stop and comma only where no digits surround them.
pub fn apart_13a(text: &str) -> String {
    let mut text = Cow::Borrowed(text);
    for (old, new) in [("<skipped>", ""), ("-\n", ""), ("\n", " ")] {
        if text.contains(old) {
            text = Cow::Owned(text.replace(old, new));
        }
    }
    marks_apart(&symbols_apart(&format!(" {} ", unescape(&text))))
}

/// [`words`], each a string of its own.
pub fn owned_words(text: &str) -> Vec<String> {
    words(text).into_iter().map(str::to_string).collect()
}

/// The four XML entities that both tokenisers of machine translation know, in their order.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let plain = text
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">");
    Cow::Owned(plain)
}

/// Blanks round ASCII punctuation: all but apostrophe, comma, dash and full stop, `[{-~[-` -&(-+:-@/]`.
fn symbols_apart(text: &str) -> String {
    let symbol = |c| matches!(c, '{'..='~' | '['..='`' | ' '..='&' | '('..='+' | ':'..='@' | '/');
    let mut apart = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(place) = rest.find(symbol) {
        let (plain, from) = rest.split_at(place);
        // Symbols are ASCII.
        let (mark, after) = from.split_at(1);
        apart.push_str(plain);
        apart.push(' ');
        apart.push_str(mark);
        apart.push(' ');
        rest = after;
    }
    apart.push_str(rest);
    apart
}

/// Blanks round full stops and commas that don't stand between digits, and round a dash after a digit.
fn marks_apart(text: &str) -> String {
    // What isn't ASCII is neither mark nor digit, so bytes do for characters but for where a character begins:
    // blanks go in beside a mark, never inside another character.
    let mark = |c: u8| c == b'.' || c == b',';
    let digit = |c: u8| c.is_ascii_digit();
    let (mut apart, mut next) = (text.as_bytes().to_vec(), Vec::with_capacity(text.len() * 2));
    pairs(
        &apart,
        &mut next,
        |a, b| mark(b) && !digit(a),
        |a, b| [a, b' ', b, b' '],
    );
    std::mem::swap(&mut apart, &mut next);
    pairs(
        &apart,
        &mut next,
        |a, b| mark(a) && !digit(b),
        |a, b| [b' ', a, b' ', b],
    );
    std::mem::swap(&mut apart, &mut next);
    pairs(
        &apart,
        &mut next,
        |a, b| b == b'-' && digit(a),
        |a, b| [a, b' ', b, b' '],
    );
    String::from_utf8(next).unwrap_or_default()
}

/// Replaces neighbours, from the left and without overlaps, as a regular expression does.
fn pairs(
    line: &[u8],
    out: &mut Vec<u8>,
    matches: impl Fn(u8, u8) -> bool,
    with: impl Fn(u8, u8) -> [u8; 4],
) {
    out.clear();
    let mut rest = line;
    while let [a, tail @ ..] = rest {
        match tail {
            [b, after @ ..] if matches(*a, *b) => {
                out.extend(with(*a, *b));
                rest = after;
            }
            _ => {
                out.push(*a);
                rest = tail;
            }
        }
    }
}

/// The words of Tercom's tokenisation: lower case, and with `normalized` punctuation set apart as in
/// `apart_13a`, with the possessive `'s` (Snover et al. 2006, A Study of Translation Edit Rate).
pub fn tokens_tercom(text: &str, normalized: bool) -> Vec<String> {
    let text = text.to_lowercase();
    if !normalized {
        return owned_words(&text);
    }
    let text = text.replace("\n-", "").replace('\n', " ");
    let text = unescape(&text);
    let text = symbols_apart(&format!(" {text} ")).replace("'s ", " 's ");
    owned_words(&marks_apart(&text))
}

/// SQuAD's normal form of an answer: lower case, no ASCII punctuation, no articles, single blanks
/// (Rajpurkar et al. 2016, SQuAD). Returns its words.
pub fn squad_words(text: &str) -> Vec<String> {
    let bare: String = text
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_ascii_punctuation())
        .collect();
    owned_words(&without_articles(&bare))
}

/// A blank for each `a`, `an` and `the` that stands between borders of words (of letters and digits).
fn without_articles(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() {
            run.push(c);
            continue;
        }
        if matches!(run.as_str(), "a" | "an" | "the") {
            out.push(' ');
        } else {
            out.push_str(&run);
        }
        run.clear();
        out.push(c);
    }
    out
}

/// 1 where the normal forms of SQuAD agree with one of the references, else 0.
pub fn exact_match(prediction: &str, references: &[&str]) -> f64 {
    let prediction = squad_words(prediction);
    best(references, |r| f64::from(squad_words(r) == prediction))
}

/// F1 of the words of SQuAD's normal form, the best over the references; 1 where both sides are empty
/// (Rajpurkar et al. 2018, Know What You Don't Know).
pub fn token_f1(prediction: &str, references: &[&str]) -> f64 {
    let prediction = squad_words(prediction);
    best(references, |r| {
        let reference = squad_words(r);
        if prediction.is_empty() || reference.is_empty() {
            return f64::from(prediction == reference);
        }
        let shared = overlap(&counts(&prediction, 1), &counts(&reference, 1));
        2.0 * shared / (prediction.len() + reference.len()) as f64
    })
}

/// The largest score over the references; undefined without one.
pub fn best(references: &[&str], score: impl Fn(&str) -> f64) -> f64 {
    let scores = references.iter().map(|r| score(r));
    scores.reduce(f64::max).unwrap_or(f64::NAN)
}

/// How often each of some things occurs.
pub type Bag<K, V = u32> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// A hash for short runs of small numbers, which texts are cut into by the million: a rotation, a difference and
/// a product for each eight bytes, as rustc's own tables have it. Nothing depends on its order.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words
            .iter()
            .for_each(|&word| self.write_u64(u64::from_le_bytes(word)));
        if !rest.is_empty() {
            let mut word = [0; 8];
            word.iter_mut().zip(rest).for_each(|(w, r)| *w = *r);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(word.into());
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0xf135_7aea_2e62_a9c5);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_u128(&mut self, word: u128) {
        self.write_u64(word as u64);
        self.write_u64((word >> 64) as u64);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

/// Numbers for words, equal where the words are: runs of them are quicker to hash and to compare.
#[derive(Debug, Default)]
pub struct Numbers<'a>(Bag<&'a str>);

impl<'a> Numbers<'a> {
    /// The number of each word.
    pub fn of(&mut self, words: impl Iterator<Item = &'a str>) -> Vec<u32> {
        let number = |word: &'a str| {
            let next = self.0.len() as u32;
            *self.0.entry(word).or_insert(next)
        };
        words.map(number).collect()
    }
}

/// The runs of `n` numbers, each as one number: `n` times `bits`, which hold any of them, are at most 128.
fn runs(parts: &[u32], n: usize, bits: usize) -> impl Iterator<Item = u128> {
    let mask = u128::MAX >> (128 - (n * bits).clamp(1, 128));
    let mut run = 0u128;
    let runs = parts.iter().map(move |&part| {
        run = run << bits & mask | u128::from(part);
        run
    });
    runs.skip(n.saturating_sub(1))
}

/// How many runs of `n` numbers of a hypothesis its references have, each run as often as the reference that
/// has it most often. Numbers below 2^`bits`, `n · bits` at most 128; `known` is a buffer.
pub fn matches(
    hypothesis: &[u32],
    references: &[Vec<u32>],
    (n, bits): (usize, usize),
    known: &mut Bag<u128>,
) -> u32 {
    known.clear();
    for (place, reference) in references.iter().enumerate() {
        if place == 0 {
            runs(reference, n, bits).for_each(|run| *known.entry(run).or_insert(0) += 1);
            continue;
        }
        let mut own: Bag<u128> = Bag::default();
        runs(reference, n, bits).for_each(|run| *own.entry(run).or_insert(0) += 1);
        for (run, count) in own {
            let most = known.entry(run).or_insert(0);
            *most = count.max(*most);
        }
    }
    let mut matched = 0;
    for run in runs(hypothesis, n, bits) {
        if let Some(left) = known.get_mut(&run).filter(|left| **left > 0) {
            *left -= 1;
            matched += 1;
        }
    }
    matched
}

/// How often each run of `n` parts occurs.
pub fn counts<T: std::hash::Hash + Eq>(parts: &[T], n: usize) -> Bag<&[T]> {
    let mut found = Bag::default();
    if n > 0 {
        found.reserve((parts.len() + 1).saturating_sub(n));
        for run in parts.windows(n) {
            *found.entry(run).or_insert(0) += 1;
        }
    }
    found
}

/// The size of the intersection of two bags.
pub fn overlap<K: std::hash::Hash + Eq>(a: &Bag<K>, b: &Bag<K>) -> f64 {
    let shared = a
        .iter()
        .map(|(k, &n)| n.min(b.get(k).copied().unwrap_or(0)));
    shared.map(u64::from).sum::<u64>() as f64
}

/// The size of a bag.
pub fn size<K>(bag: &Bag<K>) -> f64 {
    bag.values().copied().map(u64::from).sum::<u64>() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_apart_unless_between_digits() {
        for (text, tokens) in [
            ("It's 3.5% of $1,000.50;", "It's 3.5 % of $ 1,000.50 ;"),
            ("5-6 A.B. 1,a .5 2.", "5 - 6 A . B . 1 , a . 5 2 ."),
            (
                "&quot;x&amp;y&quot; end-\nof\nline",
                "\" x & y \" endof line",
            ),
            ("", ""),
            ("\u{a0}\u{1c} ", ""),
        ] {
            assert_eq!(words(&apart_13a(text)).join(" "), tokens, "{text}");
        }
        assert_eq!(
            tokens_tercom("Dog's (A)", true),
            ["dog", "'s", "(", "a", ")"]
        );
        assert_eq!(tokens_tercom("Dog's (A)", false), ["dog's", "(a)"]);
    }

    #[test]
    fn articles_are_words() {
        assert_eq!(squad_words("The theory, an Äpfel a"), ["theory", "äpfel"]);
        assert_eq!(squad_words("«the» thé"), ["«", "»", "thé"]);
        assert_eq!(token_f1("", &[""]), 1.0);
        assert_eq!(token_f1("the", &["x", ""]), 1.0);
        assert!(token_f1("x", &[]).is_nan());
    }
}
