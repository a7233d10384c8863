//! ROUGE (Lin 2004, ROUGE: A Package for Automatic Evaluation of Summaries) as Google's `rouge_score`
//! computes it. One triple a row: precision, recall and their harmonic mean.
//!
//! Longest common subsequences take a bit a pair of words, and 64 pairs a step.

use super::porter;
use super::text::{counts, overlap, size};
use std::collections::{BTreeSet, HashMap};

/// What a hypothesis shares with a reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// Share of the hypothesis.
    pub precision: f64,
    /// Share of the reference.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f: f64,
}

impl Overlap {
    const NONE: Overlap = Overlap {
        precision: 0.0,
        recall: 0.0,
        f: 0.0,
    };

    fn of(shared: f64, hypothesis: f64, reference: f64) -> Self {
        if shared == 0.0 {
            return Overlap::NONE;
        }
        let (precision, recall) = (shared / hypothesis, shared / reference);
        let f = 2.0 * precision * recall / (precision + recall);
        Overlap {
            precision,
            recall,
            f,
        }
    }
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Runs of that many words: ROUGE-N.
    Grams(usize),
    /// The longest common subsequence of the texts: ROUGE-L.
    Text,
    /// That of each sentence (a line) of the reference with all of the hypothesis: ROUGE-Lsum.
    Lines,
}

/// The overlap with the reference that gives the largest F; none without a reference.
pub fn rouge(unit: Unit, stemmed: bool, hypothesis: &str, references: &[&str]) -> Option<Overlap> {
    let overlaps = references.iter().map(|r| match unit {
        Unit::Grams(n) => grams(&tokens(hypothesis, stemmed), &tokens(r, stemmed), n),
        Unit::Text => longest(&tokens(hypothesis, stemmed), &tokens(r, stemmed)),
        Unit::Lines => lines(&sentences(hypothesis, stemmed), &sentences(r, stemmed)),
    });
    overlaps.reduce(|best, next| if next.f > best.f { next } else { best })
}

/// Runs of ASCII letters and digits in lower case; the stems of those longer than 3.
fn tokens(text: &str, stemmed: bool) -> Vec<String> {
    let lower = text.to_lowercase();
    let runs = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let runs = runs.filter(|r| !r.is_empty());
    runs.map(|run| {
        if stemmed && run.len() > 3 {
            porter::stem(run)
        } else {
            run.to_string()
        }
    })
    .collect()
}

fn sentences(text: &str, stemmed: bool) -> Vec<Vec<String>> {
    let lines = text.split('\n').filter(|l| !l.is_empty());
    lines.map(|l| tokens(l, stemmed)).collect()
}

fn grams(hypothesis: &[String], reference: &[String], n: usize) -> Overlap {
    let (hypothesis, reference) = (counts(hypothesis, n), counts(reference, n));
    let shared = overlap(&hypothesis, &reference);
    Overlap::of(shared, size(&hypothesis), size(&reference))
}

fn longest(hypothesis: &[String], reference: &[String]) -> Overlap {
    let mut row = Row::new(hypothesis);
    for word in reference {
        row.advance(word);
    }
    let shared = row.upto(hypothesis.len());
    Overlap::of(
        shared as f64,
        hypothesis.len() as f64,
        reference.len() as f64,
    )
}

/// Summary level (Lin 2004, section 3.2): the words of each sentence of the reference that are in a
/// common subsequence with any sentence of the hypothesis, none counted more often than it occurs.
fn lines(hypothesis: &[Vec<String>], reference: &[Vec<String>]) -> Overlap {
    let bag = |sentences: &[Vec<String>]| {
        let mut left: HashMap<String, usize> = HashMap::new();
        for word in sentences.iter().flatten() {
            *left.entry(word.clone()).or_insert(0) += 1;
        }
        left
    };
    let (mut own, mut theirs) = (bag(hypothesis), bag(reference));
    let mut shared = 0usize;
    for sentence in reference {
        let found = hypothesis.iter().flat_map(|h| common(h, sentence));
        let places: BTreeSet<usize> = found.collect();
        for word in places.into_iter().filter_map(|p| sentence.get(p)) {
            if let (Some(a), Some(b)) = (own.get_mut(word), theirs.get_mut(word))
                && *a > 0
                && *b > 0
            {
                shared += 1;
                *a -= 1;
                *b -= 1;
            }
        }
    }
    let words = |s: &[Vec<String>]| s.iter().map(Vec::len).sum::<usize>() as f64;
    Overlap::of(shared as f64, words(hypothesis), words(reference))
}

/// The places in `reference` of one longest common subsequence, found from the end: a step back in the
/// reference is preferred where both ways are as long.
fn common(hypothesis: &[String], reference: &[String]) -> Vec<usize> {
    let mut rows = vec![Row::new(hypothesis)];
    for word in reference {
        let mut next = rows.last().cloned().unwrap_or_else(|| Row::new(hypothesis));
        next.advance(word);
        rows.push(next);
    }
    let length = |i: usize, j: usize| rows.get(i).map_or(0, |r| r.upto(j));
    let (mut i, mut j, mut places) = (reference.len(), hypothesis.len(), Vec::new());
    while i > 0 && j > 0 {
        if reference.get(i - 1) == hypothesis.get(j - 1) {
            i -= 1;
            j -= 1;
            places.push(i);
        } else if length(i, j - 1) > length(i - 1, j) {
            j -= 1;
        } else {
            i -= 1;
        }
    }
    places
}

/// A row of the table of lengths, as bits: bit j is 0 where the length grows with the j-th word of the
/// hypothesis (Hyyrö 2004, Bit-Parallel LCS-length Computation Revisited).
#[derive(Clone)]
struct Row<'a> {
    bits: Vec<u64>,
    /// For each word, where it stands.
    stands: std::rc::Rc<HashMap<&'a str, Vec<u64>>>,
}

impl<'a> Row<'a> {
    fn new(hypothesis: &'a [String]) -> Self {
        let width = hypothesis.len().div_ceil(64);
        let mut stands: HashMap<&str, Vec<u64>> = HashMap::new();
        for (j, word) in hypothesis.iter().enumerate() {
            let bits = stands.entry(word).or_insert_with(|| vec![0; width]);
            if let Some(word) = bits.get_mut(j / 64) {
                *word |= 1 << (j % 64);
            }
        }
        Row {
            bits: vec![u64::MAX; width],
            stands: stands.into(),
        }
    }

    /// The row below, where `word` is the next of the reference.
    fn advance(&mut self, word: &str) {
        let Some(stands) = self.stands.get(word) else {
            return;
        };
        let mut carry = false;
        for (bits, stands) in self.bits.iter_mut().zip(stands) {
            let hits = *bits & stands;
            let (sum, first) = bits.overflowing_add(hits);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            carry = first || second;
            *bits = sum | (*bits & !stands);
        }
    }

    /// The length with the first `j` words of the hypothesis.
    fn upto(&self, j: usize) -> usize {
        let whole = self.bits.iter().take(j / 64);
        let whole: usize = whole.map(|w| w.count_zeros() as usize).sum();
        let rest = self.bits.get(j / 64).map_or(0, |w| {
            let mask = (1u64 << (j % 64)) - 1;
            (!w & mask).count_ones() as usize
        });
        whole + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_ascii() {
        assert_eq!(
            tokens("It's 3.5% Müllers_x", false),
            ["it", "s", "3", "5", "m", "llers", "x"]
        );
        assert_eq!(
            tokens("running runs", true),
            ["run", "runs"].map(porter::stem)
        );
    }

    /// Rows of bits wider than one word of them.
    #[test]
    fn long_texts() {
        let words =
            |from: usize, to: usize| (from..to).map(|i| format!("w{i} ")).collect::<String>();
        let of = |unit| rouge(unit, false, &words(0, 200), &[&words(100, 400)]).unwrap();
        assert_eq!(of(Unit::Text).precision, 0.5);
        assert_eq!(of(Unit::Lines), of(Unit::Text));
        assert_eq!(of(Unit::Grams(1)), of(Unit::Text));
    }

    #[test]
    fn no_reference_is_no_score() {
        assert_eq!(rouge(Unit::Text, false, "a", &[]), None);
        assert_eq!(rouge(Unit::Lines, true, "", &[""]), Some(Overlap::NONE));
        assert_eq!(
            rouge(Unit::Grams(9), true, "a b", &["a b"]),
            Some(Overlap::NONE)
        );
    }
}
