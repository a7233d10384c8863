//! chrF (Popović 2015) and chrF++ (Popović 2017) as sacreBLEU computes them: F-score of n-grams of
//! characters, and of words. [`row`] counts, [`score`] turns the sums of counts into the score.

use super::text::{counts, is_space, overlap, size, words};

/// Orders of characters, without white space.
pub const CHARACTERS: usize = 6;

/// Length of a row's numbers: hypothesis, reference and matching n-grams of each order.
pub const fn width(word_orders: usize) -> usize {
    3 * (CHARACTERS + word_orders)
}

/// The counts of a row: those against the reference that scores best.
pub fn row(word_orders: usize, beta: f64, hypothesis: &str, references: &[&str]) -> Vec<f64> {
    let hypothesis = Cut::new(hypothesis, word_orders);
    let mut chosen = (f64::NEG_INFINITY, vec![0.0; width(word_orders)]);
    for reference in references {
        let numbers = against(&hypothesis, &Cut::new(reference, word_orders), word_orders);
        let score = score(&numbers, beta);
        if score > chosen.0 {
            chosen = (score, numbers);
        }
    }
    chosen.1
}

/// A text as characters and as words.
struct Cut {
    /// As numbers, whose runs are quicker to hash.
    characters: Vec<u32>,
    words: Vec<String>,
}

impl Cut {
    fn new(text: &str, word_orders: usize) -> Self {
        Cut {
            characters: text
                .chars()
                .filter(|&c| !is_space(c))
                .map(u32::from)
                .collect(),
            words: if word_orders == 0 {
                Vec::new()
            } else {
                words_and_marks(text)
            },
        }
    }
}

fn against(hypothesis: &Cut, reference: &Cut, word_orders: usize) -> Vec<f64> {
    let mut numbers = Vec::with_capacity(width(word_orders));
    for n in 1..=CHARACTERS {
        numbers.extend(order(&hypothesis.characters, &reference.characters, n));
    }
    for n in 1..=word_orders {
        numbers.extend(order(&hypothesis.words, &reference.words, n));
    }
    numbers
}

fn order<T: std::hash::Hash + Eq>(hypothesis: &[T], reference: &[T], n: usize) -> [f64; 3] {
    let (hypothesis, reference) = (counts(hypothesis, n), counts(reference, n));
    // An order that the reference doesn't have isn't held against the hypothesis.
    let own = if reference.is_empty() {
        0.0
    } else {
        size(&hypothesis)
    };
    [own, size(&reference), overlap(&hypothesis, &reference)]
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
