//! Whether a ledger is what was written: every line whole, in order, none missing, and all of what its
//! head remembers.

use super::entry::{Entry, GENESIS, Unwhole};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The last entry, kept in a file of its own, so that a ledger that lost its end is found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its number.
    pub seq: u64,
    /// Its hash.
    pub sha256: String,
}

/// What is wrong with a ledger. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There is a head, and no ledger.
    Gone(u64),
    /// The last line was not written whole: a crash, which the next entry mends.
    Torn(u64),
    /// A line is no entry.
    Form(u64),
    /// A line has other bytes than those its hash was made of.
    Edited(u64),
    /// Entries from one number to another are not there.
    Missing(u64, u64),
    /// An entry stands twice; here the second time.
    Repeated(u64, u64),
    /// An entry stands behind a later one: the line, and its number.
    Moved(u64, u64),
    /// An entry was written after another one than that before it: its number.
    Replaced(u64),
    /// The ledger ends before the entry that its head remembers: the last entry and the head's.
    Truncated(u64, u64),
    /// The entry of the head's number is another one.
    Rewritten(u64),
    /// The head cannot be read.
    Head,
}

impl Fault {
    /// Whether somebody must have done it; a crash leaves no more than a torn last line.
    pub fn is_tampering(&self) -> bool {
        !matches!(self, Fault::Torn(_))
    }

    /// In one clause.
    pub fn words(&self) -> String {
        match self {
            Fault::Gone(seq) => {
                format!("the ledger is gone, and its head remembers {seq} of its entries")
            }
            Fault::Torn(line) => format!(
                "line {line}: the last line was not written whole, as after a crash; the next entry mends it"
            ),
            Fault::Form(line) => format!("line {line}: no entry can be read there"),
            Fault::Edited(line) => {
                format!("line {line}: the bytes are not those that its hash was made of")
            }
            Fault::Missing(from, to) if from == to => format!("entry {from} was taken out"),
            Fault::Missing(from, to) => format!("entries {from} to {to} were taken out"),
            Fault::Repeated(line, seq) => format!("line {line}: entry {seq} stands a second time"),
            Fault::Moved(line, seq) => {
                format!("line {line}: entry {seq} stands behind a later one: lines were swapped")
            }
            Fault::Replaced(seq) => format!(
                "entry {seq} was written after another entry than the one before it: that one, or what followed, was replaced"
            ),
            Fault::Truncated(last, head) => {
                format!(
                    "the ledger ends with entry {last}, and its head remembers entry {head}: its end was cut off"
                )
            }
            Fault::Rewritten(seq) => {
                format!(
                    "entry {seq} is not the one that the head remembers: the ledger was written anew"
                )
            }
            Fault::Head => "the head, `ledger.head`, cannot be read".to_owned(),
        }
    }
}

/// The whole entries of a ledger's text, and what is wrong with it.
pub(super) fn read(text: &[u8], head: Option<&Head>) -> (Vec<Entry>, Vec<Fault>) {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    let ended = text.is_empty() || text.ends_with(b"\n");
    let mut lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
    if ended {
        lines.pop();
    }
    let last = lines.len() as u64;
    for (number, line) in (1u64..).zip(lines) {
        let read = std::str::from_utf8(line).map_or(Err(Unwhole::Form), Entry::read);
        match read {
            Ok(entry) => found.push((number, entry)),
            Err(_) if number == last && !ended => faults.push(Fault::Torn(number)),
            Err(Unwhole::Hash) => faults.push(Fault::Edited(number)),
            Err(Unwhole::Form) => faults.push(Fault::Form(number)),
        }
    }
    let broken = faults.iter().filter(|f| f.is_tampering()).count() as u64;
    order(&found, broken, &mut faults);
    let entries: Vec<Entry> = found.into_iter().map(|(_, e)| e).collect();
    ends(&entries, broken, head, &mut faults);
    (entries, faults)
}

fn order(found: &[(u64, Entry)], broken: u64, faults: &mut Vec<Fault>) {
    let mut by_seq: BTreeMap<u64, &Entry> = BTreeMap::new();
    let mut highest = 0;
    for (line, entry) in found {
        if by_seq.contains_key(&entry.seq) {
            faults.push(Fault::Repeated(*line, entry.seq));
            continue;
        }
        if entry.seq < highest {
            faults.push(Fault::Moved(*line, entry.seq));
        }
        highest = highest.max(entry.seq);
        by_seq.insert(entry.seq, entry);
    }
    // A line that cannot be read accounts for one of the entries that are not there.
    let mut unread = broken;
    let mut missing: Vec<u64> = Vec::new();
    let seen: BTreeSet<u64> = by_seq.keys().copied().collect();
    for seq in (1..=highest).filter(|s| !seen.contains(s)) {
        match unread.checked_sub(1) {
            Some(left) => unread = left,
            None => missing.push(seq),
        }
    }
    faults.extend(
        runs(&missing)
            .into_iter()
            .map(|(a, b)| Fault::Missing(a, b)),
    );
    for (seq, entry) in &by_seq {
        let before = match seq.checked_sub(1) {
            Some(0) => Some(GENESIS),
            Some(before) => by_seq.get(&before).map(|e| e.sha256.as_str()),
            None => None,
        };
        if before.is_some_and(|b| b != entry.prev) {
            faults.push(Fault::Replaced(*seq));
        }
    }
}

/// Consecutive numbers as first and last.
fn runs(numbers: &[u64]) -> Vec<(u64, u64)> {
    let mut found: Vec<(u64, u64)> = Vec::new();
    for &n in numbers {
        match found.last_mut() {
            Some(run) if run.1 + 1 == n => run.1 = n,
            _ => found.push((n, n)),
        }
    }
    found
}

fn ends(entries: &[Entry], broken: u64, head: Option<&Head>, faults: &mut Vec<Fault>) {
    let Some(head) = head else { return };
    let last = entries.iter().map(|e| e.seq).max().unwrap_or(0);
    match entries.iter().find(|e| e.seq == head.seq) {
        Some(entry) if entry.sha256 != head.sha256 => faults.push(Fault::Rewritten(head.seq)),
        None if last < head.seq && last + broken < head.seq => {
            faults.push(Fault::Truncated(last, head.seq));
        }
        Some(_) | None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Event;
    use super::*;

    /// A ledger of entries with the given times.
    fn ledger(times: &[&str]) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for time in times {
            let torn = entries.len().to_string();
            let event = Event::Mended { torn };
            let next = Entry::after(entries.last(), (*time).to_owned(), event);
            entries.push(next);
        }
        entries
    }

    fn text<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Vec<u8> {
        let lines = entries.into_iter().map(|e| e.line() + "\n");
        lines.collect::<String>().into_bytes()
    }

    fn faults(text: &[u8], head: Option<&Head>) -> Vec<Fault> {
        read(text, head).1
    }

    #[test]
    fn a_clock_that_goes_back_harms_nothing() {
        let all = ledger(&[
            "2026-03-02T00:00:00Z",
            "2026-03-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
        ]);
        assert_eq!(faults(&text(&all), None), []);
        let (entries, _) = read(&text(&all), None);
        assert_eq!(entries, all);
    }

    #[test]
    fn each_fault_is_named_and_no_other() {
        let all = ledger(&["t"; 5]);
        let head = Head {
            seq: 5,
            sha256: all[4].sha256.clone(),
        };
        let of = |picked: &[usize]| faults(&text(picked.iter().map(|i| &all[*i])), Some(&head));
        assert_eq!(of(&[0, 1, 2, 3, 4]), []);
        assert_eq!(of(&[0, 3, 4]), [Fault::Missing(2, 3)]);
        assert_eq!(of(&[1, 2, 3, 4]), [Fault::Missing(1, 1)]);
        assert_eq!(of(&[0, 2, 1, 3, 4]), [Fault::Moved(3, 2)]);
        assert_eq!(of(&[0, 1, 1, 2, 3, 4]), [Fault::Repeated(3, 2)]);
        assert_eq!(of(&[0, 1, 2]), [Fault::Truncated(3, 5)]);
        assert_eq!(of(&[]), [Fault::Truncated(0, 5)]);
    }

    #[test]
    fn an_entry_of_another_chain_is_found() {
        let all = ledger(&["t"; 3]);
        let mut other = ledger(&["u"; 3]);
        let head = |e: &Entry| Head {
            seq: e.seq,
            sha256: e.sha256.clone(),
        };
        let mixed = [&all[0], &other[1], &all[2]];
        assert_eq!(
            faults(&text(mixed), Some(&head(&all[2]))),
            [Fault::Replaced(2), Fault::Replaced(3)]
        );
        assert_eq!(
            faults(&text(&other), Some(&head(&all[2]))),
            [Fault::Rewritten(3)]
        );
        // What is ahead of its head was written before a crash kept the head from following.
        assert_eq!(faults(&text(&other), Some(&head(&other.remove(1)))), []);
    }

    #[test]
    fn what_is_no_text_is_no_entry() {
        let all = ledger(&["t"; 2]);
        let mut bytes = b"\xff\xfe\n".to_vec();
        bytes.extend(text(&all[1..]));
        assert_eq!(faults(&bytes, None), [Fault::Form(1)]);
        assert_eq!(faults(b"\n", None), [Fault::Form(1)]);
        assert_eq!(faults(b"{", None), [Fault::Torn(1)]);
        assert_eq!(faults(b"", None), []);
    }
}
