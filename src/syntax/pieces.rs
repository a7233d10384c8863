//! Reading a long file in pieces at once: items begin lines, so that a file without a fault is the sum of
//! its pieces, whatever the cuts. A file with a fault in any piece is read as a whole, since recovery may
//! reach over a cut.

use super::ast::{File, Keyword};
use super::grammar::{BenchParser, Rule};
use super::lower;
use crate::text::FileId;
use pest::Parser;
use rayon::prelude::*;
use std::ops::Range;

/// Pieces are at least this long, in bytes: shorter ones aren't worth a thread.
const PIECE: usize = 16 << 10;

/// The tree of a text that is long and has no fault.
pub(super) fn parse(file: FileId, text: &str) -> Option<File> {
    parse_by(file, text, PIECE)
}

fn parse_by(file: FileId, text: &str, length: usize) -> Option<File> {
    let pieces = cut(text, length);
    if pieces.len() < 2 {
        return None;
    }
    let trees: Option<Vec<File>> = pieces
        .into_par_iter()
        .map(|range| piece(file, text, range))
        .collect();
    let mut whole = File::default();
    for tree in trees? {
        whole.items.extend(tree.items);
        whole.comments.extend(tree.comments);
    }
    Some(whole)
}

fn piece(file: FileId, text: &str, range: Range<usize>) -> Option<File> {
    let base = range.start;
    let text = text.get(range)?;
    let root = BenchParser::parse(Rule::file, text).ok()?.next()?;
    let (tree, errors) = lower::lower(file, text, base, root);
    errors.is_empty().then_some(tree)
}

/// Ranges that make up the text, each but the first from the start of an item that has neither comment nor
/// waiver before it.
fn cut(text: &str, length: usize) -> Vec<Range<usize>> {
    let (mut ranges, mut start, mut at) = (Vec::new(), 0, 0);
    let (mut blank, mut belongs) = (false, false);
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if at >= start + length && blank && !belongs && begins_item(line) {
            ranges.push(start..at);
            start = at;
        }
        blank = content.is_empty();
        if !blank {
            belongs = content.starts_with(['#', '@']);
        }
        at += line.len();
    }
    ranges.push(start..text.len());
    ranges
}

fn begins_item(line: &str) -> bool {
    let word = line.split([' ', '\t']).next().unwrap_or("");
    Keyword::ALL.iter().any(|k| k.text() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "use std.classification.accuracy\r\n\n\
        ## Doc of the data.\n\ndataset d { source: \"a.csv\" }\n\n\
        # aside\n\n## Doc of the step.\nstep s { kind: scaler, fit: d.train }\n\n\
        system é {\n\n  steps: [s]\n}  # at the end\n\n\
        @allow(U101, \"once\")\n\nbaseline b { train: d.train }\n\ncandidate c from b { seeds: 3 }\n";

    #[test]
    fn pieces_are_the_whole() {
        let whole = super::super::parse_whole(FileId(3), TEXT);
        assert!(whole.errors.is_empty(), "{:?}", whole.errors);
        let text = TEXT.repeat(3);
        let whole = super::super::parse_whole(FileId(3), &text).file;
        for length in [0, 1, 40, 100, 200] {
            assert_eq!(parse_by(FileId(3), &text, length).as_ref(), Some(&whole));
        }
        assert_eq!(whole.items.len(), 18);
        assert_eq!(
            cut(TEXT, 0).len(),
            3,
            "docs and waivers stay with their items"
        );
    }

    #[test]
    fn a_fault_anywhere_leaves_it_to_the_whole() {
        for fault in [
            "compare {\n\n",
            "metric m { value: (1 + }\n\n",
            "x = 1\n\n",
            "'\n",
        ] {
            let text = format!("{TEXT}\n{fault}{TEXT}");
            assert_eq!(parse_by(FileId(0), &text, 0), None, "{fault}");
        }
    }
}
