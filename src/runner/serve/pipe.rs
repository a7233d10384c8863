//! Requests as lines on a process's standard input, answers as lines on its standard output.

use super::session::Heard;
use rustix::event::{PollFd, PollFlags};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Write;
use std::process::ChildStdin;

/// A line that is longer is no answer, and would fill the memory.
const LONGEST: usize = 1 << 24;

/// Both ends of the conversation.
pub(super) struct Lines<'a> {
    stdin: Option<ChildStdin>,
    /// What is still to be written.
    out: VecDeque<u8>,
    /// The beginning of a line.
    part: Vec<u8>,
    /// Requests under way by id, the earliest first; one row may be asked for twice at a time.
    asked: BTreeMap<String, VecDeque<usize>>,
    /// Requests under way, in their order.
    order: BTreeSet<usize>,
    /// All ids there are.
    known: &'a BTreeSet<String>,
    open: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(stdin: Option<ChildStdin>, known: &'a BTreeSet<String>) -> Self {
        if let Some(pipe) = &stdin {
            // Writing to a process that does not read must not keep others waiting.
            let _ = rustix::io::ioctl_fionbio(pipe, true);
        }
        Lines {
            open: stdin.is_some(),
            stdin,
            out: VecDeque::new(),
            part: Vec::new(),
            asked: BTreeMap::new(),
            order: BTreeSet::new(),
            known,
        }
    }

    pub(super) fn send(&mut self, number: usize, id: &str, body: &str) {
        self.out.extend(body.as_bytes());
        self.out.push_back(b'\n');
        self.asked
            .entry(id.to_string())
            .or_default()
            .push_back(number);
        self.order.insert(number);
        self.write();
    }

    /// Writes as much as the process takes.
    pub(super) fn write(&mut self) {
        while let (Some(pipe), false) = (&mut self.stdin, self.out.is_empty()) {
            let (first, _) = self.out.as_slices();
            match pipe.write(first) {
                Ok(n) => drop(self.out.drain(..n)),
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => return,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => {
                    self.stdin = None;
                    self.open = false;
                }
            }
        }
    }

    /// No more requests will come.
    pub(super) fn close(&mut self) {
        self.stdin = None;
    }

    /// Whether both ends are still there.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    pub(super) fn poll(&self) -> Option<PollFd<'_>> {
        let pipe = self.stdin.as_ref().filter(|_| !self.out.is_empty())?;
        Some(PollFd::new(pipe, PollFlags::OUT))
    }

    /// What the process printed since, and whether it can still print more.
    pub(super) fn take(&mut self, (bytes, more): (Vec<u8>, bool)) -> Vec<Heard> {
        self.open &= more;
        self.part.extend(bytes);
        let mut heard = Vec::new();
        let mut from = 0;
        while let Some(end) = self
            .part
            .get(from..)
            .and_then(|b| b.iter().position(|&b| b == b'\n'))
        {
            let line = self.part.get(from..from + end).unwrap_or_default().to_vec();
            from += end + 1;
            if !line.trim_ascii().is_empty() {
                heard.push(self.line(&line));
            }
        }
        self.part.drain(..from);
        if self.part.len() > LONGEST {
            self.part.clear();
            self.open = false;
        }
        heard
    }

    fn line(&mut self, line: &[u8]) -> Heard {
        let object: Map<String, Value> = match serde_json::from_slice(line) {
            Ok(object) => object,
            Err(_) => return self.bad(format!("`{}` is no JSON object", shown(line))),
        };
        let Some(id) = object.get("id").map(as_text) else {
            return self.bad(format!("`{}` has no `id`", shown(line)));
        };
        let number = self.asked.get_mut(&id).and_then(VecDeque::pop_front);
        match number {
            Some(number) => {
                self.order.remove(&number);
                Heard::Answer(number, object)
            }
            // Given up before, or answered twice.
            None if self.known.contains(&id) => Heard::Stray,
            None => self.bad(format!("nothing was asked of `{id}`")),
        }
    }

    /// What cannot be told to be an answer to any request is taken for that to the first one under way.
    fn bad(&mut self, why: String) -> Heard {
        match self.order.first().copied() {
            Some(number) => {
                self.forget(number);
                Heard::Bad(number, why)
            }
            None => Heard::Stray,
        }
    }

    /// A request that no one waits for any longer.
    pub(super) fn forget(&mut self, number: usize) {
        self.order.remove(&number);
        for waiting in self.asked.values_mut() {
            waiting.retain(|&n| n != number);
        }
    }
}

/// A text as it is, anything else as JSON.
pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The beginning of an answer, as text that is safe to print.
pub(super) fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes.get(..200.min(bytes.len())).unwrap_or_default());
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let short: String = plain.take(60).collect();
    if short.len() < bytes.len() {
        format!("{short}…")
    } else {
        short
    }
}
