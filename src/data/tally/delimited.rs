//! Rows of CSV and TSV without quotes, straight from blocks of bytes.

use super::{Batch, Carry, Odd, Wanted};
use std::io::Read;

/// Bytes read at a time.
const BLOCK: usize = 1 << 20;

/// Reads a file from behind its header.
pub(super) struct Delimited<R> {
    file: R,
    delimiter: u8,
    width: usize,
    wanted: Wanted,
    buffer: Vec<u8>,
    /// Bytes of the buffer that are read and not yet taken.
    held: usize,
    ended: bool,
    /// Rows and blank lines taken.
    line: u64,
    /// For each field of a row what it is: a column by place, the id, or nothing.
    fields: Vec<Field>,
}

#[derive(Clone, Copy, PartialEq)]
enum Field {
    Skip,
    Id,
    Column(usize),
}

impl<R: Read> Delimited<R> {
    pub(super) fn new(file: R, delimiter: u8, width: usize, wanted: Wanted) -> Result<Self, Odd> {
        let mut fields = vec![Field::Skip; width];
        let mut twice = false;
        for (place, &at) in wanted.columns.iter().enumerate() {
            twice |= fields.get(at) != Some(&Field::Skip);
            if let Some(field) = fields.get_mut(at) {
                *field = Field::Column(place);
            }
        }
        if let Some(at) = wanted.id {
            twice |= fields.get(at) != Some(&Field::Skip);
            if let Some(field) = fields.get_mut(at) {
                *field = Field::Id;
            }
        }
        if twice {
            return Err(Odd::Unread("one column is asked for twice"));
        }
        let mut read = Self {
            file,
            delimiter,
            width,
            wanted,
            buffer: vec![0; BLOCK],
            held: 0,
            ended: false,
            line: 1,
            fields,
        };
        read.skip_header()?;
        Ok(read)
    }

    fn skip_header(&mut self) -> Result<(), Odd> {
        loop {
            let more = self.fill()?;
            let bytes = self.buffer.get(..self.held).unwrap_or_default();
            match memchr::memchr(b'\n', bytes) {
                Some(end) => {
                    // A header in quotes may hold a line break.
                    let quotes = bytes.iter().take(end).filter(|b| **b == b'"').count();
                    if quotes % 2 == 1 {
                        return Err(Odd::Unread("its header runs over a line break"));
                    }
                    self.drop_first(end + 1);
                    return Ok(());
                }
                None if more => {}
                None => {
                    self.held = 0;
                    return Ok(());
                }
            }
        }
    }

    /// Reads until the buffer is full or the file ends; whether it can go on.
    fn fill(&mut self) -> Result<bool, Odd> {
        if self.held == self.buffer.len() {
            let longer = 2 * self.buffer.len();
            self.buffer.resize(longer, 0);
        }
        while !self.ended && self.held < self.buffer.len() {
            let room = self.buffer.get_mut(self.held..).unwrap_or_default();
            match self.file.read(room) {
                Ok(0) => self.ended = true,
                Ok(n) => self.held += n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Odd::Io(e)),
            }
        }
        Ok(!self.ended)
    }

    fn drop_first(&mut self, n: usize) {
        self.buffer.copy_within(n..self.held, 0);
        self.held -= n;
    }

    /// The next rows; `None` behind the last one.
    pub(super) fn next(&mut self, carry: &mut Carry) -> Result<Option<Batch>, Odd> {
        loop {
            let more = self.fill()?;
            if self.held == 0 {
                return Ok(None);
            }
            let bytes = self.buffer.get(..self.held).unwrap_or_default();
            let end = match memchr::memrchr(b'\n', bytes) {
                Some(last) => last + 1,
                None if more => continue,
                None => self.held,
            };
            // What stands behind the last line break of the file is its last row.
            let end = if more { end } else { self.held };
            let buffer = std::mem::take(&mut self.buffer);
            let read = self.rows(buffer.get(..end).unwrap_or_default(), carry);
            self.buffer = buffer;
            let batch = read?;
            self.drop_first(end);
            if batch.rows > 0 {
                return Ok(Some(batch));
            }
        }
    }

    fn rows(&mut self, bytes: &[u8], carry: &mut Carry) -> Result<Batch, Odd> {
        if memchr::memchr(b'"', bytes).is_some() {
            return Err(Odd::Unread("it has quoted fields"));
        }
        if std::str::from_utf8(bytes).is_err() {
            return Err(Odd::Unread("it is not all UTF-8"));
        }
        let mut batch = Batch::with_columns(carry.words.len());
        let (mut field, mut start) = (0usize, 0usize);
        let mut row_start = 0usize;
        for at in memchr::memchr2_iter(self.delimiter, b'\n', bytes) {
            let ends_row = bytes[at] == b'\n';
            let mut text = &bytes[start..at];
            if ends_row {
                text = text.strip_suffix(b"\r").unwrap_or(text);
                self.line += 1;
                if field == 0 && blank(&bytes[row_start..at], self.width) {
                    start = at + 1;
                    row_start = start;
                    continue;
                }
            }
            self.take(&mut batch, carry, field, text)?;
            field += 1;
            start = at + 1;
            if ends_row {
                self.end_row(&mut batch, field)?;
                field = 0;
                row_start = start;
            }
        }
        if start < bytes.len() || field > 0 {
            let text = &bytes[start..];
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            self.line += 1;
            if field > 0 || !blank(text, self.width) {
                self.take(&mut batch, carry, field, text)?;
                self.end_row(&mut batch, field + 1)?;
            }
        }
        if self.wanted.id.is_some() {
            batch.ids = carry.ids.take();
            batch.ascending = carry.ids.ascending;
        }
        Ok(batch)
    }

    #[inline]
    fn take(
        &self,
        batch: &mut Batch,
        carry: &mut Carry,
        field: usize,
        text: &[u8],
    ) -> Result<(), Odd> {
        match self.fields.get(field) {
            Some(Field::Column(place)) => {
                let code = carry.words[*place].code(text)?;
                batch.codes[*place].push(code);
            }
            Some(Field::Id) if !carry.ids.add(text) => {
                return Err(Odd::Unread("a row has no id"));
            }
            Some(Field::Id | Field::Skip) => {}
            None => return Err(Odd::Unread("a row has more fields than the header")),
        }
        Ok(())
    }

    #[inline]
    fn end_row(&self, batch: &mut Batch, fields: usize) -> Result<(), Odd> {
        batch.rows += 1;
        if fields == self.width {
            Ok(())
        } else {
            Err(Odd::Unread("a row has fewer fields than the header"))
        }
    }
}

fn blank(line: &[u8], width: usize) -> bool {
    let text = line.strip_suffix(b"\r").unwrap_or(line);
    text.is_empty() || width > 1 && text.trim_ascii().is_empty()
}
