//! Rows of several files brought together by id, and counted by what they hold.
//!
//! Files in one ascending order go side by side. Others are met through a table of slots by id where the ids
//! are whole numbers that lie close, else through partitions by the ids' keys, on disk where they are many.

use super::ids::Ids;
use super::words::{Pairs, Words};
use super::{Batch, Input, Mismatch, Odd, Reader};
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

/// How rows of all files are combined, and how many there are of each combination.
pub(super) struct Counted {
    /// For each file the words of its columns.
    pub(super) words: Vec<Vec<Words>>,
    /// For each file the combinations of its columns: of none so far and the first, and so on.
    pub(super) columns: Vec<Vec<Pairs>>,
    /// The combinations of files.
    pub(super) files: Vec<Pairs>,
    /// How many rows have each combination of all files.
    pub(super) counts: Vec<u64>,
    /// Those that some row has, in the order of their first rows in the first file.
    pub(super) order: Vec<u32>,
}

/// A file's rows as they come, one number for the columns of each.
struct Feed<'s> {
    batches: Receiver<Result<Row, Odd>>,
    words: std::thread::ScopedJoinHandle<'s, Vec<Words>>,
    columns: Vec<Pairs>,
    held: Row,
    /// Rows of `held` that were taken.
    at: usize,
}

/// A batch, and the one number of each of its rows.
#[derive(Default)]
struct Row {
    batch: Batch,
    codes: Vec<u32>,
}

impl<'s> Feed<'s> {
    fn start<'e, 'w: 's>(scope: &'s Scope<'s, 'e>, input: &'s Input<'w>) -> Feed<'s> {
        let (send, batches) = sync_channel(2);
        let words = scope.spawn(move || {
            let mut source = Reader::new(input);
            loop {
                // Of a file that was damaged on purpose the library of Parquet may make a panic.
                let next = catch_unwind(AssertUnwindSafe(|| source.next()));
                let batch = match next.unwrap_or(Err(Odd::Unread("it is damaged"))) {
                    Ok(Some(batch)) => Ok(Row {
                        batch,
                        codes: Vec::new(),
                    }),
                    Ok(None) => break,
                    Err(odd) => Err(odd),
                };
                let last = batch.is_err();
                // Where nobody takes more, nothing more is read.
                if send.send(batch).is_err() || last {
                    break;
                }
            }
            source.carry.words
        });
        Feed {
            batches,
            words,
            columns: (0..input.columns()).map(|_| Pairs::default()).collect(),
            held: Row::default(),
            at: 0,
        }
    }

    /// Makes sure that rows are held; `false` behind the last one.
    fn more(&mut self) -> Result<bool, Odd> {
        while self.at == self.held.batch.rows {
            let Ok(next) = self.batches.recv() else {
                return Ok(false);
            };
            let mut next = next?;
            let mut columns = next.batch.codes.iter();
            let mut codes = vec![0; next.batch.rows];
            if let (Some(first), [_]) = (columns.next(), self.columns.as_slice()) {
                codes.copy_from_slice(first);
            } else {
                for (column, pairs) in next.batch.codes.iter().zip(&mut self.columns) {
                    for (so_far, &code) in codes.iter_mut().zip(column) {
                        *so_far = pairs.code(*so_far, code)?;
                    }
                }
            }
            next.codes = codes;
            self.held = next;
            self.at = 0;
        }
        Ok(true)
    }

    fn left(&self) -> usize {
        self.held.batch.rows - self.at
    }

    fn finish(self) -> Result<(Vec<Words>, Vec<Pairs>), Odd> {
        drop(self.batches);
        let words = self
            .words
            .join()
            .map_err(|_| Odd::Unread("it cannot be read"))?;
        Ok((words, self.columns))
    }
}

/// Counts files side by side; `None` where their ids do not ascend together.
pub(super) fn beside(inputs: &[Input<'_>]) -> Result<Option<Counted>, Odd> {
    std::thread::scope(|scope| {
        let mut feeds: Vec<Feed<'_>> = inputs.iter().map(|i| Feed::start(scope, i)).collect();
        let mut files: Vec<Pairs> = inputs.iter().skip(1).map(|_| Pairs::default()).collect();
        let mut counts: Vec<u64> = Vec::new();
        loop {
            let mut open = 0;
            for feed in &mut feeds {
                open += usize::from(feed.more()?);
            }
            if open == 0 {
                break;
            }
            if open < feeds.len() {
                return Ok(None);
            }
            let n = feeds.iter().map(Feed::left).min().unwrap_or(0);
            let Some((first, others)) = feeds.split_first_mut() else {
                break;
            };
            // Only ids that ascend surely do not repeat.
            if !matches!(first.held.batch.ids, Ids::None) && !first.held.batch.ascending {
                return Ok(None);
            }
            let from = first.at;
            let mut codes = first
                .held
                .codes
                .get(from..from + n)
                .unwrap_or_default()
                .to_vec();
            for (other, pairs) in others.iter_mut().zip(&mut files) {
                let ids = &first.held.batch.ids;
                if !ids.same(from, &other.held.batch.ids, other.at, n) {
                    return Ok(None);
                }
                let own = other
                    .held
                    .codes
                    .get(other.at..other.at + n)
                    .unwrap_or_default();
                for (code, &own) in codes.iter_mut().zip(own) {
                    *code = pairs.code(*code, own)?;
                }
                other.at += n;
            }
            first.at += n;
            for code in codes {
                count(&mut counts, code)?;
            }
        }
        // Codes are given in the order in which rows are met.
        let order = (0u32..).zip(&counts).filter(|(_, n)| **n > 0);
        let order = order.map(|(code, _)| code).collect();
        finish(feeds, files, counts, order).map(Some)
    })
}

#[inline]
fn count(counts: &mut Vec<u64>, code: u32) -> Result<(), Odd> {
    let at = code as usize;
    if at >= counts.len() {
        if at >= super::MOST_CELLS {
            return Err(Odd::TooMany);
        }
        counts.resize(at + 1, 0);
    }
    counts[at] += 1;
    Ok(())
}

fn finish(
    feeds: Vec<Feed<'_>>,
    files: Vec<Pairs>,
    counts: Vec<u64>,
    order: Vec<u32>,
) -> Result<Counted, Odd> {
    let mut counted = Counted {
        words: Vec::new(),
        columns: Vec::new(),
        files,
        counts,
        order,
    };
    for feed in feeds {
        let (words, columns) = feed.finish()?;
        counted.words.push(words);
        counted.columns.push(columns);
    }
    Ok(counted)
}

/// Slots by id, in pages of 65,536 that are there where ids are.
#[derive(Default)]
struct Slots {
    pages: Vec<Option<Box<[u16]>>>,
    made: u64,
}

/// Ids beyond this are no numbering.
const MOST_PAGES: u64 = 1 << 20;

impl Slots {
    #[inline]
    fn get(&mut self, id: u64) -> Option<&mut u16> {
        let page = usize::try_from(id >> 16).ok()?;
        self.pages
            .get_mut(page)?
            .as_mut()?
            .get_mut((id & 0xffff) as usize)
    }

    /// The slot of an id, made where it is not there; `None` where ids lie too far apart to have slots.
    #[inline]
    fn make(&mut self, id: u64, rows: u64) -> Option<&mut u16> {
        let page = id >> 16;
        let at = usize::try_from(page).ok()?;
        if self.pages.get(at).is_none_or(Option::is_none) {
            if page >= MOST_PAGES || self.made > 64 + rows / 4096 {
                return None;
            }
            self.made += 1;
            if at >= self.pages.len() {
                self.pages.resize(at + 1, None);
            }
            *self.pages.get_mut(at)? = Some(vec![0; 1 << 16].into());
        }
        self.get(id)
    }
}

/// Counts files through slots; `None` where their ids have none.
///
/// A slot holds 0, or one more than the code of what was combined for its id so far. Codes of later files are
/// larger than those of earlier ones, so a slot says how many files have had its id.
pub(super) fn by_slots(inputs: &[Input<'_>]) -> Result<Option<Counted>, Odd> {
    std::thread::scope(|scope| {
        let mut feeds: Vec<Feed<'_>> = Vec::new();
        let mut files: Vec<Pairs> = inputs.iter().skip(1).map(|_| Pairs::default()).collect();
        let mut slots = Slots::default();
        let mut counts: Vec<u64> = Vec::new();
        let (mut rows, mut base, mut most) = (0u64, 0usize, 0usize);
        for (at, input) in inputs.iter().enumerate() {
            let mut feed = Feed::start(scope, input);
            // Where the codes of the file before begin, and those of this one.
            let before = base;
            if let Some(last) = at.checked_sub(1) {
                base += match last.checked_sub(1).and_then(|l| files.get(l)) {
                    Some(pairs) => pairs.met.len(),
                    None => most + 1,
                };
            }
            let last = at + 1 == inputs.len();
            let mut found = 0u64;
            while feed.more()? {
                let (Ids::Whole(ids), own) = (&feed.held.batch.ids, &feed.held.codes) else {
                    return Ok(None);
                };
                for (&id, &own) in ids.iter().zip(own) {
                    if at == 0 {
                        let Some(slot) = slots.make(id, rows) else {
                            return Ok(None);
                        };
                        if *slot != 0 {
                            return Err(Odd::Mismatch(Mismatch::Repeats {
                                file: at,
                                key: id.into(),
                            }));
                        }
                        let Ok(code) = u16::try_from(own + 1) else {
                            return Ok(None);
                        };
                        *slot = code;
                        most = most.max(own as usize);
                        rows += 1;
                        if last {
                            count(&mut counts, own)?;
                        }
                    } else {
                        let slot = slots.get(id).filter(|slot| **slot != 0);
                        let Some(slot) = slot else {
                            return Err(Odd::Mismatch(Mismatch::Extra {
                                file: at,
                                key: id.into(),
                            }));
                        };
                        let so_far = usize::from(*slot) - 1;
                        if so_far >= base {
                            return Err(Odd::Mismatch(Mismatch::Repeats {
                                file: at,
                                key: id.into(),
                            }));
                        }
                        if so_far < before {
                            return Err(missing(at - 1, 1, rows));
                        }
                        let Some(pairs) = files.get_mut(at - 1) else {
                            return Ok(None);
                        };
                        let code = pairs.code((so_far - before) as u32, own)?;
                        let Ok(next) = u16::try_from(base + code as usize + 1) else {
                            return Ok(None);
                        };
                        *slot = next;
                        found += 1;
                        if last {
                            count(&mut counts, code)?;
                        }
                    }
                }
                feed.at = feed.held.batch.rows;
            }
            if at > 0 && found < rows {
                return Err(missing(at, rows - found, rows));
            }
            feeds.push(feed);
        }
        let last = base;
        let mut code_of = |id| u32::from(*slots.get(id)?).checked_sub(last as u32 + 1);
        let order = first_rows(&inputs[0], &counts, &mut code_of)?;
        finish(feeds, files, counts, order).map(Some)
    })
}

fn missing(file: usize, missing: u64, wanted: u64) -> Odd {
    Odd::Mismatch(Mismatch::Missing {
        file,
        missing,
        wanted,
    })
}

/// The codes that some row has in the order of their first rows: the first file is read once more, up to the row
/// where the last of them is met.
fn first_rows(
    input: &Input<'_>,
    counts: &[u64],
    code_of: &mut dyn FnMut(u64) -> Option<u32>,
) -> Result<Vec<u32>, Odd> {
    let wanted = counts.iter().filter(|n| **n > 0).count();
    let mut seen = vec![false; counts.len()];
    let mut order = Vec::new();
    let mut reader = Reader::new(input);
    while order.len() < wanted
        && let Some(batch) = reader.next()?
    {
        let Ids::Whole(ids) = &batch.ids else {
            return Err(Odd::Unread("its ids changed while it was read"));
        };
        for code in ids.iter().filter_map(|&id| code_of(id)) {
            if let Some(slot) = seen.get_mut(code as usize).filter(|seen| !**seen) {
                *slot = true;
                order.push(code);
            }
        }
    }
    Ok(order)
}

/// Bytes of records that are held before they go to disk.
const HELD: usize = 256 << 20;
const PARTITIONS: usize = 128;
/// A key, a code, and the number of the row.
const RECORD: usize = 28;

/// Records by partition, in memory or on disk.
struct Records {
    held: Vec<Vec<u8>>,
    files: Vec<Option<File>>,
    bytes: usize,
}

impl Records {
    fn new() -> Self {
        Self {
            held: vec![Vec::new(); PARTITIONS],
            files: (0..PARTITIONS).map(|_| None).collect(),
            bytes: 0,
        }
    }

    #[inline]
    fn add(&mut self, key: u128, code: u32, row: u64) -> Result<(), Odd> {
        let mixed = ((key >> 64) as u64 ^ key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let at = (mixed >> 57) as usize;
        if let Some(held) = self.held.get_mut(at) {
            held.extend_from_slice(&key.to_le_bytes());
            held.extend_from_slice(&code.to_le_bytes());
            held.extend_from_slice(&row.to_le_bytes());
        }
        self.bytes += RECORD;
        if self.bytes >= HELD {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<(), Odd> {
        for (held, file) in self.held.iter_mut().zip(&mut self.files) {
            if file.is_none() {
                *file = Some(tempfile::tempfile().map_err(Odd::Io)?);
            }
            if let Some(file) = file {
                file.write_all(held).map_err(Odd::Io)?;
            }
            held.clear();
            held.shrink_to(1 << 16);
        }
        self.bytes = 0;
        Ok(())
    }

    /// The records of a partition.
    fn take(&mut self, at: usize) -> Result<Vec<u8>, Odd> {
        let mut all = Vec::new();
        if let Some(file) = self.files.get_mut(at).and_then(Option::as_mut) {
            file.seek(SeekFrom::Start(0)).map_err(Odd::Io)?;
            file.read_to_end(&mut all).map_err(Odd::Io)?;
        }
        if let Some(held) = self.held.get_mut(at) {
            all.append(held);
        }
        Ok(all)
    }
}

fn record(bytes: &[u8]) -> (u128, u32, u64) {
    let (key, rest) = bytes.split_at(16);
    let (code, row) = rest.split_at(4);
    (
        u128::from_le_bytes(key.try_into().unwrap_or_default()),
        u32::from_le_bytes(code.try_into().unwrap_or_default()),
        u64::from_le_bytes(row.try_into().unwrap_or_default()),
    )
}

/// Counts files through partitions by key.
pub(super) fn by_partitions(inputs: &[Input<'_>]) -> Result<Counted, Odd> {
    std::thread::scope(|scope| {
        let mut feeds: Vec<Feed<'_>> = Vec::new();
        let mut records: Vec<Records> = Vec::new();
        for input in inputs {
            let mut feed = Feed::start(scope, input);
            let mut own = Records::new();
            let mut before = 0u64;
            while feed.more()? {
                for (row, &code) in feed.held.codes.iter().enumerate() {
                    own.add(feed.held.batch.ids.key(row), code, before + row as u64)?;
                }
                before += feed.held.batch.rows as u64;
                feed.at = feed.held.batch.rows;
            }
            feeds.push(feed);
            records.push(own);
        }
        let mut files: Vec<Pairs> = inputs.iter().skip(1).map(|_| Pairs::default()).collect();
        let mut counts: Vec<u64> = Vec::new();
        let mut first: Vec<u64> = Vec::new();
        let mut lost = vec![0u64; inputs.len()];
        let mut rows = 0u64;
        for partition in 0..PARTITIONS {
            // What was combined for an id so far, for how many files, and its row in the first.
            let mut known: HashMap<u128, (u32, usize, u64)> = HashMap::new();
            for (file, own) in records.iter_mut().enumerate() {
                let bytes = own.take(partition)?;
                let mut found = 0;
                if file == 0 {
                    known.reserve(bytes.len() / RECORD);
                }
                for (key, code, row) in bytes.chunks_exact(RECORD).map(record) {
                    if file == 0 {
                        if known.insert(key, (code, 1, row)).is_some() {
                            return Err(Odd::Mismatch(Mismatch::Repeats { file, key }));
                        }
                        continue;
                    }
                    let Some((so_far, files_had, _)) = known.get_mut(&key) else {
                        return Err(Odd::Mismatch(Mismatch::Extra { file, key }));
                    };
                    if *files_had > file {
                        return Err(Odd::Mismatch(Mismatch::Repeats { file, key }));
                    }
                    let Some(pairs) = files.get_mut(file - 1) else {
                        return Err(Odd::TooMany);
                    };
                    *so_far = pairs.code(*so_far, code)?;
                    *files_had = file + 1;
                    found += 1;
                }
                if let Some(lost) = lost.get_mut(file).filter(|_| file > 0) {
                    *lost += (known.len() - found) as u64;
                }
            }
            rows += known.len() as u64;
            for (code, _, row) in known.into_values() {
                count(&mut counts, code)?;
                first.resize(counts.len(), u64::MAX);
                if let Some(first) = first.get_mut(code as usize) {
                    *first = row.min(*first);
                }
            }
        }
        if let Some((file, &n)) = lost.iter().enumerate().find(|(_, n)| **n > 0) {
            return Err(missing(file, n, rows));
        }
        let held = (0u32..).zip(&first).filter(|(_, row)| **row < u64::MAX);
        let mut order: Vec<u32> = held.map(|(code, _)| code).collect();
        order.sort_by_key(|&code| first.get(code as usize).copied());
        finish(feeds, files, counts, order)
    })
}
