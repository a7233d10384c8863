//! chrF (Popović 2015) and chrF++ (Popović 2017) as sacreBLEU computes them: F-score of n-grams of
//! characters, and of words. [`row`] counts, [`score`] turns the sums of counts into the score.

use super::clipped::clipped_characters;
use super::text::{Bag, Numbers, is_space, matches, words};

/// Orders of characters, without white space.
pub const CHARACTERS: usize = 6;

/// Length of a row's numbers: hypothesis, reference and matching n-grams of each order.
pub const fn width(word_orders: usize) -> usize {
    3 * (CHARACTERS + word_orders)
}

/// The counts of a row: those against the reference that scores best.
pub fn row(word_orders: usize, beta: f64, hypothesis: &str, references: &[&str]) -> Vec<f64> {
    let marks = |text| match word_orders {
        0 => Vec::new(),
        _ => words_and_marks(text),
    };
    let own = marks(hypothesis);
    let others: Vec<Vec<String>> = references.iter().map(|r| marks(r)).collect();
    let mut numbers = Numbers::default();
    let cut = |text: &str, words| Cut {
        characters: text
            .chars()
            .filter(|&c| !is_space(c))
            .map(u32::from)
            .collect(),
        words,
    };
    let hypothesis = cut(hypothesis, numbers.of(own.iter().map(String::as_str)));
    let mut chosen = (f64::NEG_INFINITY, vec![0.0; width(word_orders)]);
    let mut known = Bag::default();
    for (reference, words) in references.iter().zip(&others) {
        let reference = cut(reference, numbers.of(words.iter().map(String::as_str)));
        let numbers = against(&hypothesis, &reference, word_orders, &mut known);
        let score = score(&numbers, beta);
        if score > chosen.0 {
            chosen = (score, numbers);
        }
    }
    chosen.1
}

/// A text as characters and as words, both as numbers.
struct Cut {
    characters: Vec<u32>,
    words: Vec<u32>,
}

fn against(
    hypothesis: &Cut,
    reference: &Cut,
    word_orders: usize,
    known: &mut Bag<u128>,
) -> Vec<f64> {
    let mut numbers = Vec::with_capacity(width(word_orders));
    let both = (&hypothesis.characters, &reference.characters);
    let matched = clipped_characters::<CHARACTERS>(both.0, both.1);
    for n in 1..=CHARACTERS {
        let known = || bags(both, (n, 21), known);
        let matched = matched.map_or_else(known, |of| of.get(n - 1).copied().unwrap_or(0));
        numbers.extend(order(both, n, matched));
    }
    for n in 1..=word_orders {
        let both = (&hypothesis.words, &reference.words);
        numbers.extend(order(both, n, bags(both, (n, 32), known)));
    }
    numbers
}

/// Matches of runs of `n` numbers, of so many bits each: a character takes 21.
fn bags(
    (hypothesis, reference): (&Vec<u32>, &Vec<u32>),
    run: (usize, usize),
    known: &mut Bag<u128>,
) -> u32 {
    matches(hypothesis, std::slice::from_ref(reference), run, known)
}

fn order((hypothesis, reference): (&Vec<u32>, &Vec<u32>), n: usize, matched: u32) -> [f64; 3] {
    let size = |parts: &Vec<u32>| (parts.len() + 1).saturating_sub(n) as f64;
    // An order that the reference doesn't have isn't held against the hypothesis.
    let own = if size(reference) == 0.0 {
        0.0
    } else {
        size(hypothesis)
    };
    [own, size(reference), f64::from(matched)]
}

/// Words, with one ASCII punctuation mark at the end, or else at the beginning, set apart.
fn words_and_marks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in words(text) {
        let mut chars = word.chars();
        let (first, last) = (chars.next(), chars.next_back());
        match (first, last) {
            (Some(_), Some(last)) if last.is_ascii_punctuation() => {
                found.extend([
                    word.strip_suffix(last).unwrap_or(word).to_string(),
                    last.into(),
                ]);
            }
            (Some(first), Some(_)) if first.is_ascii_punctuation() => {
                found.extend([
                    first.into(),
                    word.strip_prefix(first).unwrap_or(word).to_string(),
                ]);
            }
            _ => found.push(word.to_string()),
        }
    }
    found
}

/// The score from the sums of rows, 0 to 1: F-beta of the mean precision and the mean recall over the
/// orders that both sides have.
pub fn score(sums: &[f64], beta: f64) -> f64 {
    let (mut precision, mut recall, mut orders) = (0.0, 0.0, 0.0);
    for order in sums.chunks_exact(3) {
        if let &[hypothesis, reference, matched] = order
            && hypothesis > 0.0
            && reference > 0.0
        {
            precision += matched / hypothesis;
            recall += matched / reference;
            orders += 1.0;
        }
    }
    if precision + recall == 0.0 {
        return 0.0;
    }
    let (precision, recall) = (precision / orders, recall / orders);
    let square = beta * beta;
    (1.0 + square) * precision * recall / (square * precision + recall)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_part_from_words() {
        let marks = "(hi) a, . x \"y ..";
        assert_eq!(
            words_and_marks(marks),
            ["(hi", ")", "a", ",", ".", "x", "\"", "y", ".", "."]
        );
    }

    #[test]
    fn the_best_reference_counts() {
        let best = row(0, 2.0, "abc", &["xyz", "abd", ""]);
        assert_eq!(best, row(0, 2.0, "abc", &["abd"]));
        assert_eq!(score(&row(2, 2.0, "", &[""]), 2.0), 0.0);
        assert_eq!(score(&row(2, 2.0, "a", &[]), 2.0), 0.0);
        assert_eq!(score(&row(2, 2.0, "ab c", &["ab c"]), 2.0), 1.0);
    }
}
