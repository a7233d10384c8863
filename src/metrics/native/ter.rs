//! Translation edit rate (Snover et al. 2006): edits where moving a block of words is one edit, as
//! sacreBLEU counts them after Tercom. The rate of a corpus is the sum of edits over the sum of
//! reference lengths.
//!
//! The search is greedy and bounded as there: blocks of up to 10 words, moved by up to 50 places, 1000
//! candidates a pair; distances within a beam of 25 round the diagonal, so memory grows with length.

use super::text::tokens_tercom;
use std::cmp::Reverse;
use std::collections::HashMap;

const LONGEST_BLOCK: usize = 10;
const FARTHEST_MOVE: usize = 50;
const MOST_CANDIDATES: usize = 1000;
const BEAM: usize = 25;

/// Edits from a hypothesis to the nearest of its references; undefined without one.
pub fn edits(normalized: bool, hypothesis: &str, references: &[&str]) -> f64 {
    let mut known = HashMap::new();
    let mut codes = |text: &str| -> Vec<usize> {
        let words = tokens_tercom(text, normalized).into_iter();
        let code = |word| {
            let next = known.len();
            *known.entry(word).or_insert(next)
        };
        words.map(code).collect()
    };
    let hypothesis = codes(hypothesis);
    let edits = references
        .iter()
        .map(|r| edits_between(&hypothesis, &codes(r)));
    edits.min().map_or(f64::NAN, |edits| edits as f64)
}

/// The mean length of the references in words; undefined without one.
pub fn reference_words(normalized: bool, references: &[&str]) -> f64 {
    let words = |r: &&str| tokens_tercom(r, normalized).len();
    references.iter().map(words).sum::<usize>() as f64 / references.len() as f64
}

fn edits_between(hypothesis: &[usize], reference: &[usize]) -> usize {
    if reference.is_empty() {
        return hypothesis.len();
    }
    let mut words = hypothesis.to_vec();
    let mut moves = 0;
    let mut tried = 0;
    loop {
        let table = Table::new(&words, reference, None);
        let moved = best_move(&words, reference, &table, &mut tried);
        match moved {
            Some(better) if tried < MOST_CANDIDATES => {
                moves += 1;
                words = better;
            }
            _ => return moves + table.distance(),
        }
    }
}

/// The words after the move that lessens the distance most, if one does; ties fall to the longest
/// block, then the first one, then the first place.
fn best_move(
    words: &[usize],
    reference: &[usize],
    table: &Table,
    tried: &mut usize,
) -> Option<Vec<usize>> {
    let trace = table.trace();
    let before = table.distance();
    let mut chosen = None;
    for block in blocks(words, reference) {
        let source = block.start..block.start + block.length;
        let target = block.at..block.at + block.length;
        let wrong = |errors: &[bool], range: &std::ops::Range<usize>| {
            errors.get(range.clone()).is_some_and(|e| e.contains(&true))
        };
        let over = trace.aligned.get(block.at).copied().unwrap_or(0);
        // Aligned within itself: `over` counts words, so word `over - 1` is the one.
        let within = over > source.start && over <= source.end;
        if !wrong(&trace.hypothesis_errors, &source)
            || !wrong(&trace.reference_errors, &target)
            || within
        {
            continue;
        }
        let mut last = None;
        for step in 0..=block.length {
            // The place behind the word that stands before the step-th word of the target.
            let place = match (block.at + step).checked_sub(1) {
                None => Some(0),
                Some(before) => trace.aligned.get(before).copied(),
            };
            let Some(place) = place else { break };
            if last == Some(place) {
                continue;
            }
            last = Some(place);
            let moved = moved(words, &source, place);
            let after = Table::new(&moved, reference, Some((table, words))).distance();
            *tried += 1;
            let rank = (
                before as isize - after as isize,
                block.length,
                Reverse(block.start),
                Reverse(place),
            );
            if chosen.as_ref().is_none_or(|(best, _)| rank > *best) {
                chosen = Some((rank, moved));
            }
        }
        if *tried >= MOST_CANDIDATES {
            break;
        }
    }
    chosen
        .filter(|(rank, _)| rank.0 > 0)
        .map(|(_, words)| words)
}

struct Block {
    /// First word in the hypothesis.
    start: usize,
    /// First word in the reference.
    at: usize,
    length: usize,
}

/// Every run of words that stands in both, in order of hypothesis, reference, length.
fn blocks(words: &[usize], reference: &[usize]) -> impl Iterator<Item = Block> {
    (0..words.len()).flat_map(move |start| {
        let first = start.saturating_sub(FARTHEST_MOVE);
        let last = reference.len().min(start + FARTHEST_MOVE + 1);
        (first..last).flat_map(move |at| {
            let tails = words.iter().skip(start).zip(reference.iter().skip(at));
            let same = tails
                .take(LONGEST_BLOCK)
                .take_while(|(a, b)| a == b)
                .count();
            (1..=same).map(move |length| Block { start, at, length })
        })
    })
}

/// The words with `block` moved before the word at `place`.
fn moved(words: &[usize], block: &std::ops::Range<usize>, place: usize) -> Vec<usize> {
    let part = |from: usize, to: usize| words.get(from..to.min(words.len())).unwrap_or(&[]);
    let (start, end, all) = (block.start, block.end, words.len());
    let own = part(start, end);
    if place < start {
        [part(0, place), own, part(place, start), part(end, all)].concat()
    } else if place > end {
        [part(0, start), part(end, place), own, part(place, all)].concat()
    } else {
        // Into itself: it moves on by as many words as the place lies behind its start.
        let skip = (end - start + place).min(all);
        [part(0, start), part(end, skip), own, part(skip, all)].concat()
    }
}

/// How an edit came about, as a step of rewriting the hypothesis to the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Keep,
    Substitute,
    /// A word of the reference is put in.
    Insert,
    /// A word of the hypothesis is taken out.
    Delete,
    /// Outside the beam.
    Unknown,
}

/// A table of distances, near its diagonal.
struct Table {
    rows: Vec<Row>,
    reference: usize,
}

#[derive(Clone)]
struct Row {
    first: usize,
    cells: Vec<(u32, Step)>,
}

const FAR: (u32, Step) = (u32::MAX / 2, Step::Unknown);

impl Row {
    fn get(&self, j: usize) -> (u32, Step) {
        let place = j.checked_sub(self.first);
        place
            .and_then(|p| self.cells.get(p))
            .copied()
            .unwrap_or(FAR)
    }
}

impl Table {
    /// The distances between all beginnings of the two. `known` is the table of other words of the
    /// same number: what they begin alike is taken from there.
    fn new(words: &[usize], reference: &[usize], known: Option<(&Table, &[usize])>) -> Self {
        let (n, m) = (words.len(), reference.len());
        let mut rows = Vec::with_capacity(n + 1);
        if let Some((table, others)) = known {
            let same = words.iter().zip(others).take_while(|(a, b)| a == b).count();
            rows.extend(table.rows.iter().take(same + 1).cloned());
        } else {
            let cells = (0..).take(m + 1).map(|j| (j, Step::Insert)).collect();
            rows.push(Row { first: 0, cells });
        }
        let ratio = if n == 0 { 1.0 } else { m as f64 / n as f64 };
        let beam = if (BEAM as f64) < ratio / 2.0 {
            (ratio / 2.0 + BEAM as f64).ceil() as usize
        } else {
            BEAM
        };
        for (i, word) in (1..).zip(words).skip(rows.len() - 1) {
            let diagonal = (i as f64 * ratio).floor() as usize;
            let first = diagonal.saturating_sub(beam);
            let end = if i == n {
                m + 1
            } else {
                (m + 1).min(diagonal + beam)
            };
            let Some(above) = rows.last() else { break };
            let row = row_below(above, *word, reference, first, end);
            rows.push(row);
        }
        Table { rows, reference: m }
    }

    fn distance(&self) -> usize {
        self.rows
            .last()
            .map_or(0, |r| r.get(self.reference).0 as usize)
    }

    fn trace(&self) -> Trace {
        let mut steps = Vec::new();
        let (mut i, mut j) = (self.rows.len().saturating_sub(1), self.reference);
        while i > 0 || j > 0 {
            let step = self.rows.get(i).map_or(Step::Unknown, |r| r.get(j).1);
            // Beyond the beam any way out will do; it is never needed where lengths are sane.
            let step = match step {
                Step::Unknown if j > 0 => Step::Insert,
                Step::Unknown => Step::Delete,
                step => step,
            };
            steps.push(step);
            i = i.saturating_sub(usize::from(step != Step::Insert));
            j = j.saturating_sub(usize::from(step != Step::Delete));
        }
        let mut trace = Trace::default();
        let mut words = 0;
        for step in steps.into_iter().rev() {
            let wrong = step != Step::Keep;
            if step != Step::Insert {
                words += 1;
                trace.hypothesis_errors.push(wrong);
            }
            if step != Step::Delete {
                trace.reference_errors.push(wrong);
                trace.aligned.push(words);
            }
        }
        trace
    }
}

fn row_below(above: &Row, word: usize, reference: &[usize], first: usize, end: usize) -> Row {
    let mut cells: Vec<(u32, Step)> = Vec::with_capacity(end.saturating_sub(first));
    for j in first..end {
        let Some(other) = j.checked_sub(1).and_then(|k| reference.get(k)) else {
            cells.push((above.get(0).0 + 1, Step::Delete));
            continue;
        };
        let left = cells.last().copied().unwrap_or(FAR);
        let diagonal = above.get(j - 1).0;
        let kept = if *other == word {
            (diagonal, Step::Keep)
        } else {
            (diagonal + 1, Step::Substitute)
        };
        // Of equal ways the first stands: the order is Tercom's, seen from the other side.
        let ways = [
            kept,
            (above.get(j).0 + 1, Step::Delete),
            (left.0 + 1, Step::Insert),
        ];
        let better = |best: (u32, Step), way: (u32, Step)| if way.0 < best.0 { way } else { best };
        cells.push(ways.into_iter().fold(FAR, better));
    }
    Row { first, cells }
}

/// A shortest way, word by word.
#[derive(Default)]
struct Trace {
    /// For each word of the reference, how many words of the hypothesis stand up to its place.
    aligned: Vec<usize>,
    reference_errors: Vec<bool>,
    hypothesis_errors: Vec<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_moves_at_once() {
        let edits = |h: &str, r: &str| super::edits(false, h, &[r]);
        assert_eq!(edits("d e f a b c", "a b c d e f"), 1.0);
        assert_eq!(edits("a x c", "A b c d"), 2.0);
        assert_eq!(edits("a b", ""), 2.0);
        assert_eq!(edits("", "a b"), 2.0);
        assert_eq!(edits("", ""), 0.0);
    }

    #[test]
    fn references() {
        assert_eq!(edits(false, "a b", &["x", "a", "c d"]), 1.0);
        assert_eq!(reference_words(false, &["a b c", "d"]), 2.0);
        assert!(edits(false, "a", &[]).is_nan());
        assert!(reference_words(false, &[]).is_nan());
    }

    /// Lengths far apart, and texts far longer than the beam is wide.
    #[test]
    fn long_texts_stay_near_the_diagonal() {
        let words = |n: usize| (0..n).map(|i| format!("w{i} ")).collect::<String>();
        assert_eq!(edits(false, &words(3000), &[&words(3000)]), 0.0);
        // One row only, and its beam lies round the end: the match at the beginning is not seen.
        assert_eq!(edits(false, "w0", &[&words(500)]), 500.0);
        assert_eq!(edits(false, &words(500), &["w499"]), 499.0);
    }
}
