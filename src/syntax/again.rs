//! Reading a text again after an edit: items begin lines, so that those which the edit doesn't touch stay as they are.
//!
//! An item that begins its line, and has neither comment nor waiver before it, is a *joint*: what stands before it was
//! read without a look beyond its first line, and what begins there is read without a look back. So the text is read
//! anew from a joint whose first line lies before the edit to one that lies behind it, and the rest is moved. That the
//! reading gets in step again is seen, not assumed: it must find the same item at the joint behind.

use super::ast::{Comment, File, Item, ItemKind};
use super::errors::{Fault, SyntaxError};
use super::{Parsed, parse, parse_whole, scan, spans};
use crate::text::{FileId, Span};

/// How many joints behind the edit are tried before the whole text is read.
const TRIES: usize = 3;

/// What [`parse`] yields for `text`, from what it yielded for the text `before`.
pub fn parse_again(file: FileId, text: &str, before: &str, known: Parsed) -> Parsed {
    if text == before {
        return known;
    }
    match Edit::between(before, text) {
        Some(edit) if is_plain(text) && is_plain(before) && text.len() <= super::MAX_BYTES => {
            edit.read(file, text, before, known)
        }
        _ => parse(file, text),
    }
}

/// Whether no stretch of the text goes over the borders of items: marks of a conflict do.
fn is_plain(text: &str) -> bool {
    let marks = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    !marks.iter().any(|mark| text.contains(mark))
}

/// What changed from one text to another.
struct Edit {
    /// Bytes that both begin with.
    start: usize,
    /// The first byte, in the text before, of what both end in.
    end: usize,
    /// How much further the rest is in the text after.
    by: i64,
}

impl Edit {
    fn between(before: &str, after: &str) -> Option<Edit> {
        let (old, new) = (before.as_bytes(), after.as_bytes());
        let same =
            |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(a, b)| a == b).count();
        let mut start = same(&mut old.iter().zip(new));
        while !before.is_char_boundary(start) {
            start -= 1;
        }
        let most = old.len().min(new.len()) - start;
        let mut rest = same(&mut old.iter().rev().zip(new.iter().rev())).min(most);
        while !before.is_char_boundary(old.len() - rest) {
            rest -= 1;
        }
        Some(Edit {
            start,
            end: old.len() - rest,
            by: i64::try_from(new.len()).ok()? - i64::try_from(old.len()).ok()?,
        })
    }

    /// Where a byte behind the edit is now.
    fn moved(&self, at: usize) -> usize {
        usize::try_from(i64::try_from(at).unwrap_or(i64::MAX) + self.by).unwrap_or(0)
    }

    fn read(&self, file: FileId, text: &str, before: &str, known: Parsed) -> Parsed {
        let spoilt = |e: &SyntaxError| matches!(e.fault, Fault::TooLarge { .. } | Fault::TooDeep);
        if known.errors.iter().any(spoilt) {
            return parse(file, text);
        }
        let items = &known.file.items;
        let is_joint = |i: &usize| items.get(*i).is_some_and(|item| joint(before, item));
        let line_end = |i: &usize| {
            let from = start(items, *i);
            let line = before.get(from..).and_then(|t| t.find('\n'));
            line.map_or(before.len(), |at| from + at)
        };
        let behind = items.partition_point(|item| (item.span.start as usize) < self.end);
        let first = (0..behind)
            .rev()
            .find(|i| is_joint(i) && line_end(i) < self.start);
        let from = first.map_or(0, |i| start(items, i));
        // One joint more than the one that is compared, so that its item is read as a whole.
        let joints: Vec<usize> = (behind..items.len())
            .filter(is_joint)
            .take(TRIES + 1)
            .collect();
        for pair in joints.windows(2) {
            let [joint, next] = pair else { continue };
            let (old, end) = (start(items, *joint), self.moved(start(items, *next)));
            let Some(read) = text.get(from..end).and_then(|t| part(file, t, from)) else {
                return parse(file, text);
            };
            let now = self.moved(old);
            let found = read
                .file
                .items
                .iter()
                .position(|i| i.span.start as usize == now);
            // On a line of its own still: an item that follows another one on its line is told of.
            let begins = text.get(..now).is_some_and(|t| t.ends_with('\n'));
            let in_step = begins
                && found
                    .and_then(|at| read.file.items.get(at))
                    .is_some_and(|item| {
                        let mut was = items.get(*joint).cloned();
                        if let Some(was) = &mut was {
                            shift_item(was, self.by);
                        }
                        was.as_ref() == Some(item)
                    });
            if in_step {
                return self.joined(known, first.unwrap_or(0), from, read, *joint, old);
            }
        }
        // Not in step yet, or too near to the end: all that follows is read.
        match text.get(from..).and_then(|t| part(file, t, from)) {
            Some(read) => {
                let (all, end) = (items.len(), before.len() + 1);
                self.joined(known, first.unwrap_or(0), from, read, all, end)
            }
            None => parse(file, text),
        }
    }

    /// What was read up to `from`, which is item `first`; what is read now; what was read from the item `joint` on,
    /// which is at `old`.
    fn joined(
        &self,
        known: Parsed,
        first: usize,
        from: usize,
        read: Parsed,
        joint: usize,
        old: usize,
    ) -> Parsed {
        let now = self.moved(old);
        let Parsed { file, errors } = known;
        let File {
            mut items,
            mut comments,
        } = file;
        let mut rest = items.split_off(joint);
        items.truncate(first);
        rest.iter_mut().for_each(|i| shift_item(i, self.by));
        items.extend(
            read.file
                .items
                .into_iter()
                .take_while(|i| (i.span.start as usize) < now),
        );
        items.append(&mut rest);

        let at = |c: &Comment| c.span.start as usize;
        let mut rest = comments.split_off(comments.partition_point(|c| at(c) < old));
        comments.truncate(comments.partition_point(|c| at(c) < from));
        rest.iter_mut().for_each(|c| shift_comment(c, self.by));
        comments.extend(read.file.comments.into_iter().take_while(|c| at(c) < now));
        comments.append(&mut rest);

        let at = |e: &SyntaxError| e.span.start as usize;
        let mut all: Vec<SyntaxError> = Vec::new();
        all.extend(errors.iter().filter(|e| at(e) < from).cloned());
        all.extend(read.errors.into_iter().filter(|e| at(e) < now));
        all.extend(errors.into_iter().filter(|e| at(e) >= old).map(|mut e| {
            spans::error(&mut e, &mut |span| shift(span, self.by));
            e
        }));
        Parsed {
            file: File { items, comments },
            errors: all,
        }
    }
}

/// Whether the item begins its line, with nothing before it that belongs to it.
fn joint(text: &str, item: &Item) -> bool {
    let before = text.get(..item.span.start as usize).unwrap_or("");
    let bare = item.docs.is_empty() && item.allows.is_empty();
    bare && before.ends_with('\n') && matches!(item.kind, ItemKind::Block(_))
}

/// What a part of a text that begins at `from` yields; `None` where it nests too deep.
fn part(file: FileId, text: &str, from: usize) -> Option<Parsed> {
    let by = i64::try_from(from).ok()?;
    let deep = scan::too_deep(text, super::MAX_DEPTH).is_some();
    (!deep).then(|| shifted(parse_whole(file, text), by))
}

fn start(items: &[Item], index: usize) -> usize {
    items.get(index).map_or(0, |i| i.span.start as usize)
}

fn shift(span: &mut Span, by: i64) {
    let moved = |at: u32| u32::try_from(i64::from(at) + by).unwrap_or(0);
    (span.start, span.end) = (moved(span.start), moved(span.end));
}

fn shift_item(item: &mut Item, by: i64) {
    spans::item(item, &mut |span| shift(span, by));
}

fn shift_comment(comment: &mut Comment, by: i64) {
    spans::comment(comment, &mut |span| shift(span, by));
}

fn shifted(mut parsed: Parsed, by: i64) -> Parsed {
    parsed.file.items.iter_mut().for_each(|i| shift_item(i, by));
    parsed
        .file
        .comments
        .iter_mut()
        .for_each(|c| shift_comment(c, by));
    let errors = parsed.errors.iter_mut();
    errors.for_each(|e| spans::error(e, &mut |span| shift(span, by)));
    parsed
}
