//! BLEU (Papineni et al. 2002) as sacreBLEU computes it: [`row`] counts, [`score`] turns the sums of
//! counts into the score. Sums of rows resample; scores of rows don't.

use super::clipped::{Places, clipped};
use super::mteval;
use super::text::{Bag, Numbers, is_space, matches, words};
use std::borrow::Cow;

/// Numbers of a row: matches of orders 1 to 4, n-grams of orders 1 to 4, length, reference length.
pub const WIDTH: usize = 10;
const ORDERS: usize = 4;

/// What counts as a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    /// Those of mteval-v13a.
    Mteval,
    /// What white space separates.
    Words,
    /// Characters, but for white space.
    Characters,
}

/// How a text is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// What counts as a token.
    pub tokens: Tokens,
    /// Whether upper and lower case are one.
    pub lower: bool,
}

impl Cut {
    /// The tokens of a text, one after the other, into `found`.
    fn tokens(self, text: &str, found: &mut Tokenised) {
        // sacreBLEU drops the white space at the end before it cuts.
        let text = text.trim_end_matches(is_space);
        let text = match self.lower {
            true => Cow::Owned(text.to_lowercase()),
            false => Cow::Borrowed(text),
        };
        match self.tokens {
            Tokens::Mteval => mteval::tokens(&text, |token| found.push(token)),
            Tokens::Words => words(&text).into_iter().for_each(|w| found.push(w)),
            Tokens::Characters => {
                let mut bytes = [0; 4];
                let characters = text.chars().filter(|c| !is_space(*c));
                characters.for_each(|c| found.push(c.encode_utf8(&mut bytes)));
            }
        }
    }

    fn of(self, text: &str) -> Tokenised {
        let mut found = Tokenised {
            text: String::with_capacity(text.len()),
            ends: Vec::with_capacity(text.len() / 4),
        };
        self.tokens(text, &mut found);
        found
    }
}

/// Tokens without what was between them.
#[derive(Debug)]
struct Tokenised {
    text: String,
    ends: Vec<u32>,
}

impl Tokenised {
    fn push(&mut self, token: &str) {
        self.text.push_str(token);
        self.ends
            .push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let mut from = 0;
        self.ends.iter().map(move |&end| {
            let token = self.text.get(from..end as usize).unwrap_or_default();
            from = end as usize;
            token
        })
    }
}

/// What stands for a precision of 0 (Chen & Cherry 2014, A Systematic Comparison of Smoothing
/// Techniques for Sentence-Level BLEU).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Smoothing {
    /// 0: so is the score.
    None,
    /// That many matches.
    Floor(f64),
    /// That many matches and n-grams more, above order 1.
    Add(f64),
    /// A half, a quarter … of a match, each time it happens.
    Exponential,
}

/// The counts of a row against its references. Matches are clipped at the most that one reference
/// has; the reference length is the one closest to the hypothesis, the shorter of two.
pub fn row(cut: Cut, hypothesis: &str, references: &[&str]) -> [f64; WIDTH] {
    let hypothesis = cut.of(hypothesis);
    let references: Vec<Tokenised> = references.iter().map(|r| cut.of(r)).collect();
    let length = hypothesis.ends.len();
    let of_references = references.iter().map(|r| r.ends.len());
    let closest = of_references.min_by_key(|&l| (l.abs_diff(length), l));
    let mut numbers = [0.0; WIDTH];
    let matched = matches_of(&hypothesis, &references);
    for (n, number) in numbers.iter_mut().take(2 * ORDERS).enumerate() {
        *number = match matched.get(n) {
            Some(&matched) => f64::from(matched),
            None => length.saturating_sub(n - ORDERS) as f64,
        };
    }
    let [.., own, reference] = &mut numbers;
    *own = length as f64;
    *reference = closest.unwrap_or(0) as f64;
    numbers
}

/// Clipped matches of each order.
fn matches_of(hypothesis: &Tokenised, references: &[Tokenised]) -> [u32; ORDERS] {
    if let [reference] = references {
        let tokens: Vec<&str> = reference.iter().collect();
        if let Some(places) = Places::new(&tokens) {
            let of: Vec<_> = hypothesis.iter().map(|token| places.of(token)).collect();
            return clipped(&of);
        }
    }
    let mut numbers = Numbers::default();
    let hypothesis = numbers.of(hypothesis.iter());
    let references: Vec<Vec<u32>> = references.iter().map(|r| numbers.of(r.iter())).collect();
    let mut known = Bag::default();
    std::array::from_fn(|n| matches(&hypothesis, &references, (n + 1, 32), &mut known))
}

/// The score from the sums of rows, 0 to 1. With `effective` the orders beyond the hypothesis's
/// length don't count, as is right for single sentences.
pub fn score(sums: &[f64], smoothing: Smoothing, effective: bool) -> f64 {
    let (Some(matches), Some(totals), Some(&[length, reference])) = (
        sums.get(..ORDERS),
        sums.get(ORDERS..2 * ORDERS),
        sums.get(2 * ORDERS..WIDTH),
    ) else {
        return f64::NAN;
    };
    if matches.iter().all(|&m| m == 0.0) {
        return 0.0;
    }
    let mut logs = 0.0;
    let mut orders = if effective { 0 } else { ORDERS };
    let mut halves = 1.0;
    for (n, (&matched, &total)) in (1..).zip(matches.iter().zip(totals)) {
        let (matched, total) = match smoothing {
            Smoothing::Add(k) if n > 1 => (matched + k, total + k),
            _ => (matched, total),
        };
        if total == 0.0 {
            if effective {
                break;
            }
            return 0.0;
        }
        if effective {
            orders = n;
        }
        let precision = match smoothing {
            _ if matched > 0.0 => matched / total,
            Smoothing::Exponential => {
                halves *= 2.0;
                1.0 / (halves * total)
            }
            Smoothing::Floor(little) => little / total,
            Smoothing::None | Smoothing::Add(_) => return 0.0,
        };
        logs += precision.ln();
    }
    let brevity = if length < reference {
        (1.0 - reference / length).exp()
    } else {
        1.0
    };
    brevity * (logs / orders as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: Cut = Cut {
        tokens: Tokens::Mteval,
        lower: false,
    };

    #[test]
    fn the_closest_reference_gives_the_length() {
        let length = |references: &[&str]| row(CUT, "a b c", references)[9];
        assert_eq!(length(&["a b c d e", "a b", "a b c d"]), 2.0);
        assert_eq!(length(&[""]), 0.0);
        assert_eq!(length(&[]), 0.0);
    }

    #[test]
    fn matches_are_clipped_by_one_reference() {
        let numbers = row(CUT, "the the the", &["the cat", "the dog the"]);
        assert_eq!(numbers, [2.0, 0.0, 0.0, 0.0, 3.0, 2.0, 1.0, 0.0, 3.0, 3.0]);
    }

    #[test]
    fn nothing_is_nothing() {
        let smoothing = Smoothing::Exponential;
        assert_eq!(score(&row(CUT, "", &[""]), smoothing, true), 0.0);
        assert_eq!(score(&row(CUT, "a", &["a"]), smoothing, false), 0.0);
        assert_eq!(score(&row(CUT, "a", &["a"]), smoothing, true), 1.0);
        assert!(score(&[], smoothing, true).is_nan());
    }
}
