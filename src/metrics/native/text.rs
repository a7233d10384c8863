//! Text as the reference libraries of generation metrics cut it: words, the tokens of mteval-v13a,
//! and SQuAD's normal form; with the metrics that need no more than that.
//!
//! White space, lower case and punctuation are those of Python's `str`, so that a value here is the
//! value there. No Unicode normalisation takes place, as none does there.

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

/// The tokens of `mteval-v13a.pl`, the tokenisation that BLEU scores are published with (Post 2018,
/// A Call for Clarity in Reporting BLEU Scores): entities unescaped, ASCII punctuation set apart, full
/// stop and comma only where no digits surround them.
pub fn tokens_13a(text: &str) -> Vec<String> {
    let text = text
        .replace("<skipped>", "")
        .replace("-\n", "")
        .replace('\n', " ");
    owned_words(&marks_apart(&symbols_apart(&format!(
        " {} ",
        unescape(&text)
    ))))
}

/// [`words`], each a string of its own.
pub fn owned_words(text: &str) -> Vec<String> {
    words(text).into_iter().map(str::to_string).collect()
}

/// The four XML entities that both tokenisers of machine translation know, in their order.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_string();
    }
    text.replace("&quot;", "\"")
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
}

/// Blanks round ASCII punctuation: all but apostrophe, comma, dash and full stop, `[{-~[-` -&(-+:-@/]`.
fn symbols_apart(text: &str) -> String {
    let symbol = |c| matches!(c, '{'..='~' | '['..='`' | ' '..='&' | '('..='+' | ':'..='@' | '/');
    let mut apart = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if symbol(c) {
            apart.extend([' ', c, ' ']);
        } else {
            apart.push(c);
        }
    }
    apart
}

/// Blanks round full stops and commas that don't stand between digits, and round a dash after a digit.
fn marks_apart(text: &str) -> String {
    let apart: Vec<char> = text.chars().collect();
    let mark = |c: char| c == '.' || c == ',';
    let digit = |c: char| c.is_ascii_digit();
    let apart = pairs(&apart, |a, b| mark(b) && !digit(a), |a, b| [a, ' ', b, ' ']);
    let apart = pairs(&apart, |a, b| mark(a) && !digit(b), |a, b| [' ', a, ' ', b]);
    let apart = pairs(&apart, |a, b| b == '-' && digit(a), |a, b| [a, ' ', b, ' ']);
    apart.into_iter().collect()
}

/// Replaces neighbours, from the left and without overlaps, as a regular expression does.
fn pairs(
    line: &[char],
    matches: impl Fn(char, char) -> bool,
    with: impl Fn(char, char) -> [char; 4],
) -> Vec<char> {
    let mut out = Vec::with_capacity(line.len() + line.len() / 4);
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
    out
}

/// The words of Tercom's tokenisation: lower case, and with `normalized` punctuation set apart as in
/// `tokens_13a`, with the possessive `'s` (Snover et al. 2006, A Study of Translation Edit Rate).
pub fn tokens_tercom(text: &str, normalized: bool) -> Vec<String> {
    let text = text.to_lowercase();
    if !normalized {
        return owned_words(&text);
    }
    let text = unescape(&text.replace("\n-", "").replace('\n', " "));
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
pub type Bag<K> = HashMap<K, u32, BuildHasherDefault<Quick>>;

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

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0xf135_7aea_2e62_a9c5);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

/// Numbers for words, equal where the words are: short runs of them are quicker to hash and to compare.
#[derive(Debug, Default)]
pub struct Numbers<'a>(Bag<&'a str>);

impl<'a> Numbers<'a> {
    /// The number of each word.
    pub fn of(&mut self, words: &'a [String]) -> Vec<u32> {
        let number = |word: &'a String| {
            let next = self.0.len() as u32;
            *self.0.entry(word).or_insert(next)
        };
        words.iter().map(number).collect()
    }
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
            assert_eq!(tokens_13a(text).join(" "), tokens, "{text}");
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
