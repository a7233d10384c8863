//! Bytes to records of delimited files: byte-order mark, and the exact line of every record.

use super::DataError;
use super::stream::{Fingerprint, Stream};
use crate::diagnostic::DataPlace;
use csv::ByteRecord;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

/// Bytes looked at to tell text from something else.
const HEAD: u64 = 8192;
/// Put behind the file: the last record is exactly this, unless an open quote swallowed it.
const SENTINEL: &[u8] = b"\n\x1f\n";
/// The one field of the sentinel's record.
const SENTINEL_FIELD: &[u8] = b"\x1f";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The records of one delimited file, in order.
pub(super) struct Records<'w> {
    path: PathBuf,
    reader: csv::Reader<Tee<'w>>,
    line: u64,
    last_line: u64,
}

impl<'w> Records<'w> {
    /// Begins to read a file whose fields lie between `delimiter`s, after its first bytes showed
    /// that it is text.
    pub(super) fn open(
        mut file: Stream<'w>,
        path: &Path,
        delimiter: u8,
    ) -> Result<Self, DataError> {
        let head = text_head(&mut file, path)?;
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(Tee::new(head, file));
        Ok(Self {
            path: path.to_owned(),
            reader,
            line: 0,
            last_line: 0,
        })
    }

    /// Reads the next record; `false` at the end of the file.
    pub(super) fn read(&mut self, record: &mut ByteRecord) -> Result<bool, DataError> {
        let more = self
            .reader
            .read_byte_record(record)
            .map_err(io::Error::from);
        let more = more.map_err(|e| self.reader.get_ref().file.fault(&e))?;
        if !more {
            return Ok(false);
        }
        let swallowed = self.reader.position().byte() > self.reader.get_ref().real_end();
        if swallowed && record.len() == 1 && record.get(0) == Some(SENTINEL_FIELD) {
            return Ok(false);
        }
        (self.line, self.last_line) = self.lines_of(record, swallowed);
        if !swallowed {
            return Ok(true);
        }
        let before = record.iter().take(record.len().saturating_sub(1));
        let lines: u64 = before.map(newlines).sum();
        Err(DataError::UnclosedQuote {
            place: DataPlace {
                path: self.path.clone(),
                line: self.line + lines,
                column: record.len() as u64,
            },
        })
    }

    /// The line on which the last record begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The line on which the last record ends.
    pub(super) fn last_line(&self) -> u64 {
        self.last_line
    }

    /// The fingerprint of the file after its last record, and whether its last byte ended a line.
    pub(super) fn finish(self) -> Result<(Fingerprint, bool), DataError> {
        let tee = self.reader.into_inner();
        let ends_line = matches!(tee.last_byte, Some(b'\n' | b'\r'));
        Ok((tee.file.finish()?, ends_line))
    }

    /// The reader's own line is that of the end of the record before, which blank lines and the
    /// `\n` of a `\r\n` put off; so lines are counted back from the end of this record.
    fn lines_of(&self, record: &ByteRecord, swallowed: bool) -> (u64, u64) {
        let position = self.reader.position();
        let at_break = self.reader.get_ref().byte_before(position.byte()) == Some(b'\n');
        // In a record that an open quote runs through to the end, the last break is text.
        let ended = at_break && !swallowed;
        let last_line = position.line() - u64::from(ended);
        let line = last_line.saturating_sub(newlines(record.as_slice()));
        (line.max(1), last_line)
    }
}

/// The first bytes of a file of text, without its byte-order mark.
pub(super) fn text_head(file: &mut Stream<'_>, path: &Path) -> Result<Cursor<Vec<u8>>, DataError> {
    let mut head = Vec::new();
    let read = file.take(HEAD).read_to_end(&mut head);
    read.map_err(|e| file.fault(&e))?;
    if let Some(content) = not_text(&head) {
        return Err(DataError::NotText {
            path: path.to_owned(),
            content,
        });
    }
    let marked = head.starts_with(BYTE_ORDER_MARK);
    let mut head = Cursor::new(head);
    if marked {
        head.set_position(BYTE_ORDER_MARK.len() as u64);
    }
    Ok(head)
}

/// What the bytes are, where they are not text.
fn not_text(head: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"\x1f\x8b", "gzip-compressed data"),
        (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
        (b"BZh", "bzip2-compressed data"),
        (b"\xfd7zXZ", "xz-compressed data"),
        (b"PK\x03\x04", "a zip archive or a spreadsheet"),
        (b"PAR1", "a Parquet file"),
        (b"\xff\xfe", "UTF-16 text"),
        (b"\xfe\xff", "UTF-16 text"),
    ];
    MAGIC
        .iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|&(_, content)| content)
        .or_else(|| head.contains(&0).then_some("binary data"))
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b == b'\n').count() as u64
}

/// Passes a file on, and the sentinel behind it.
struct Tee<'w> {
    head: Cursor<Vec<u8>>,
    file: Stream<'w>,
    bytes: u64,
    last_byte: Option<u8>,
    chunk: Vec<u8>,
    chunk_start: u64,
    passed: u64,
    tail: Option<&'static [u8]>,
}

impl<'w> Tee<'w> {
    fn new(head: Cursor<Vec<u8>>, file: Stream<'w>) -> Self {
        Self {
            head,
            file,
            bytes: 0,
            last_byte: None,
            chunk: Vec::new(),
            chunk_start: 0,
            passed: 0,
            tail: None,
        }
    }

    /// The offset behind the file and the sentinel's first line break; no end while reading on.
    fn real_end(&self) -> u64 {
        match self.tail {
            Some(_) => self.bytes + 1,
            None => u64::MAX,
        }
    }

    /// The byte before `offset` of what was passed on, while it is in the newest chunk.
    fn byte_before(&self, offset: u64) -> Option<u8> {
        let at = offset.checked_sub(self.chunk_start + 1)?;
        self.chunk.get(usize::try_from(at).ok()?).copied()
    }

    fn next_bytes(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(tail) = &mut self.tail {
            return tail.read(buffer);
        }
        let mut n = self.head.read(buffer)?;
        if n == 0 {
            n = read_on(&mut self.file, buffer)?;
        }
        if n == 0 {
            let mut tail = SENTINEL;
            let n = tail.read(buffer)?;
            self.tail = Some(tail);
            return Ok(n);
        }
        let bytes = buffer.get(..n).unwrap_or_default();
        self.bytes += n as u64;
        self.last_byte = bytes.last().copied();
        Ok(n)
    }
}

impl Read for Tee<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.next_bytes(buffer)?;
        if n > 0 {
            self.chunk.clear();
            self.chunk
                .extend_from_slice(buffer.get(..n).unwrap_or_default());
            self.chunk_start = self.passed;
            self.passed += n as u64;
        }
        Ok(n)
    }
}

/// Reads once, again where a signal came between.
fn read_on(file: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
