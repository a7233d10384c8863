//! The lines a fix would leave behind.

use crate::diagnostic::{Edit, Fix};
use crate::text::{FileId, SourceMap};

/// Lines shown of one fix at most.
const SHOWN: usize = 6;

/// `(line number, new text)` of the lines that `fix` changes, the first few; empty where its edits
/// overlap or lie outside their file.
pub(super) fn new_lines(fix: &Fix, sources: &SourceMap) -> Vec<(u64, String)> {
    let Some(file) = fix.edits.first().map(|e| e.span.file) else {
        return Vec::new();
    };
    let mut edits: Vec<&Edit> = fix.edits.iter().filter(|e| e.span.file == file).collect();
    edits.sort_by_key(|e| (e.span.start, e.span.end));
    let mut out = Vec::new();
    let mut rest = edits.as_slice();
    while let Some((hunk, later)) = next_hunk(rest, file, sources) {
        let Some(lines) = apply(hunk, file, sources) else {
            return Vec::new();
        };
        out.extend(lines);
        rest = later;
    }
    out.truncate(SHOWN);
    out
}

/// The edits whose lines touch those of the first, and the others.
fn next_hunk<'a, 'e>(
    edits: &'a [&'e Edit],
    file: FileId,
    sources: &SourceMap,
) -> Option<(&'a [&'e Edit], &'a [&'e Edit])> {
    let lines = &sources.get(file)?.lines;
    let mut last = lines.line(edits.first()?.span.end);
    let mut count = 0;
    for edit in edits {
        if lines.line(edit.span.start) > last {
            break;
        }
        last = last.max(lines.line(edit.span.end));
        count += 1;
    }
    edits.split_at_checked(count)
}

/// The lines from the first edit's to the last one's, with the edits applied.
fn apply(edits: &[&Edit], file: FileId, sources: &SourceMap) -> Option<Vec<(u64, String)>> {
    let source = sources.get(file)?;
    let first = source.lines.line(edits.first()?.span.start);
    let last = edits.iter().map(|e| source.lines.line(e.span.end)).max()?;
    let start = source.lines.start(first)? as usize;
    let end = source
        .lines
        .start(last + 1)
        .map_or(source.text.len(), |e| e as usize);
    let mut text = String::new();
    let mut at = start;
    for edit in edits {
        text.push_str(source.text.get(at..edit.span.start as usize)?);
        text.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    text.push_str(source.text.get(at..end)?);
    let lines = text.trim_end_matches(['\n', '\r']).split('\n');
    Some(
        (first as u64 + 1..)
            .zip(lines.map(|l| l.trim_end_matches('\r').to_owned()))
            .collect(),
    )
}
