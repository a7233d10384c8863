//! Tables: the columns a plan asks for, of one file or several, each read once.

use super::builder::{Builder, Cell};
use super::errors::Errors;
use super::files::{self, Format};
use super::hash::hash_of_hashes;
use super::records::Records;
use super::stream::{Fingerprint, Stream};
use super::{DataError, TextColumn, columnar, jsonl};
use crate::diagnostic::DataPlace;
use crate::text::World;
use csv::ByteRecord;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Called now and then with the bytes read so far of the file at hand.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// A column to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRequest {
    /// Its name in the header.
    pub name: String,
    /// How its fields are read.
    pub kind: ColumnKind,
}

impl ColumnRequest {
    /// The column `name`, read as `kind`.
    pub fn new(name: impl Into<String>, kind: ColumnKind) -> Self {
        Self {
            name: name.into(),
            kind,
        }
    }
}

/// How the fields of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text as it stands, also empty.
    Text,
    /// Text that names something, such as an id: never empty.
    Key,
    /// Text as it stands, and lists and records of formats that have them as JSON: `["a","b"]`.
    Json,
    /// A finite number.
    Number,
}

/// The values of a column, one for each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Of a [`ColumnKind::Text`], [`ColumnKind::Key`] or [`ColumnKind::Json`] column.
    Text(TextColumn),
    /// Of a [`ColumnKind::Number`] column; all finite.
    Number(Vec<f64>),
}

/// A column that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name in the header.
    pub name: String,
    /// Its place in the file's header, from 1.
    pub position: u64,
    /// Its values.
    pub values: Values,
}

/// The rows of one file, or of several one behind the other, by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The file, or the pattern of its files.
    pub path: PathBuf,
    /// Its files, in order of their paths, each with the number of its first row.
    pub files: Vec<(PathBuf, usize)>,
    /// Names of all its columns, also those that were not kept; of several files the first one's.
    pub header: Vec<String>,
    /// The line on which each row begins, from 1 (the header's); of a Parquet file its row, from 1.
    pub lines: Vec<u64>,
    /// The columns, in the order in which they were asked for.
    pub columns: Vec<Column>,
    /// The file's hash, as `sha256sum` prints it; of several, [`hash_of_hashes`].
    pub sha256: String,
    /// The length of all files.
    pub bytes: u64,
}

impl Table {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The text column `name`, with its place, if it was asked for as text.
    pub fn text(&self, name: &str) -> Option<(&Column, &TextColumn)> {
        self.columns.iter().find_map(|column| match &column.values {
            Values::Text(text) if column.name == name => Some((column, text)),
            Values::Text(_) | Values::Number(_) => None,
        })
    }

    /// The number column `name`, if it was asked for as numbers.
    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        self.columns.iter().find_map(|column| match &column.values {
            Values::Number(numbers) if column.name == name => Some(numbers.as_slice()),
            Values::Text(_) | Values::Number(_) => None,
        })
    }

    /// The line of a row; 0 beyond the last one.
    pub fn line(&self, row: usize) -> u64 {
        self.lines.get(row).copied().unwrap_or(0)
    }

    /// The file of a row.
    pub fn path_of(&self, row: usize) -> &Path {
        let behind = self.files.partition_point(|(_, first)| *first <= row);
        let file = behind.checked_sub(1).and_then(|i| self.files.get(i));
        file.map_or(&self.path, |(path, _)| path)
    }

    /// The place of a row's field in a column of this table.
    pub fn place(&self, row: usize, column: &Column) -> DataPlace {
        DataPlace {
            path: self.path_of(row).to_owned(),
            line: self.line(row),
            column: column.position,
        }
    }
}

/// Reads the asked-for columns of a file, or of all files that a pattern matches, in the order of
/// their paths.
///
/// CSV (`.csv`) and TSV (`.tsv`) with a header, JSON Lines (`.jsonl`, `.ndjson`) with keys as columns,
/// each also compressed (`.gz`, `.zst`), and Parquet. Text is UTF-8, with or without a byte-order mark;
/// lines end in LF, CRLF or the end of the file; blank lines are passed over. Fields stay as they
/// stand; numbers of files without types may have blanks around them. Null, and a key that a row does
/// not have, are empty fields.
///
/// # Errors
/// Everything that is wrong with the files, of each kind the first [`super::SHOWN`] and a count.
pub fn read_table(
    world: &dyn World,
    path: &Path,
    columns: &[ColumnRequest],
    progress: Progress,
) -> Result<Table, Vec<DataError>> {
    let paths = files::find(world, path).map_err(|e| vec![e])?;
    read_tables(world, path, &paths, columns, progress)
}

/// The same of these files, in this order; `path` names them all.
///
/// # Errors
/// As of [`read_table`].
pub fn read_tables(
    world: &dyn World,
    path: &Path,
    paths: &[PathBuf],
    columns: &[ColumnRequest],
    progress: Progress,
) -> Result<Table, Vec<DataError>> {
    let mut reading = Reading {
        builders: columns.iter().map(Builder::new).collect(),
        header: Vec::new(),
        lines: Vec::new(),
        errors: Errors::default(),
    };
    let (mut parts, mut hashes, mut bytes) = (Vec::new(), Vec::new(), 0);
    for file in paths {
        let rows = reading.lines.len();
        let before = bytes;
        let so_far = |n| progress(before + n);
        match reading.file(world, file, &so_far) {
            Ok(whole) => {
                bytes += whole.bytes;
                hashes.push(whole.sha256);
            }
            Err(error) => reading.errors.push(error),
        }
        parts.push((file.clone(), rows));
    }
    let Reading {
        builders,
        header,
        lines,
        mut errors,
    } = reading;
    if lines.is_empty() {
        errors.push_if_none(|| DataError::Empty {
            path: path.to_owned(),
            header: header.clone(),
        });
    }
    errors.or(
        path,
        Table {
            path: path.to_owned(),
            files: parts,
            header,
            lines,
            columns: builders.into_iter().map(Builder::finish).collect(),
            sha256: hash_of_hashes(&hashes),
            bytes,
        },
    )
}

/// The columns while files are read.
struct Reading {
    builders: Vec<Builder>,
    header: Vec<String>,
    lines: Vec<u64>,
    errors: Errors,
}

impl Reading {
    fn file(
        &mut self,
        world: &dyn World,
        path: &Path,
        progress: Progress,
    ) -> Result<Fingerprint, DataError> {
        // What is not there is said before what it would be.
        drop(files::open(world, path)?);
        let (format, packing) = files::format(path)?;
        let mut stream = Stream::open(world, path, packing, progress)?;
        match format {
            Format::Delimited(delimiter) => self.delimited(stream, path, delimiter),
            Format::JsonLines => self.json_lines(stream, path),
            Format::Parquet => {
                let mut bytes = Vec::new();
                let read = stream.read_to_end(&mut bytes);
                read.map_err(|e| stream.fault(&e))?;
                let whole = stream.finish()?;
                if bytes.is_empty() {
                    return Err(DataError::Empty {
                        path: path.to_owned(),
                        header: Vec::new(),
                    });
                }
                let mut rows = Vec::new();
                columnar::read(
                    bytes,
                    path,
                    &mut self.builders,
                    (&mut self.header, &mut rows),
                    &mut self.errors,
                );
                self.lines.extend(rows);
                Ok(whole)
            }
        }
    }

    fn json_lines(&mut self, stream: Stream<'_>, path: &Path) -> Result<Fingerprint, DataError> {
        let rows = self.lines.len();
        let whole = jsonl::read(
            stream,
            path,
            &mut self.builders,
            (&mut self.header, &mut self.lines),
            &mut self.errors,
        )?;
        if self.lines.len() == rows {
            return Ok(whole);
        }
        for builder in &mut self.builders {
            match self.header.iter().position(|key| *key == builder.name) {
                Some(at) if builder.position == 0 => builder.position = at as u64 + 1,
                Some(_) => {}
                None => self.errors.push(DataError::MissingColumn {
                    path: path.to_owned(),
                    line: 0,
                    name: builder.name.clone(),
                    has: self.header.clone(),
                }),
            }
        }
        Ok(whole)
    }

    fn delimited(
        &mut self,
        stream: Stream<'_>,
        path: &Path,
        delimiter: u8,
    ) -> Result<Fingerprint, DataError> {
        let mut records = Records::open(stream, path, delimiter)?;
        let mut record = ByteRecord::new();
        if !records.read(&mut record)? {
            return Err(DataError::Empty {
                path: path.to_owned(),
                header: Vec::new(),
            });
        }
        let Some((header, at)) = self.read_header(path, records.line(), &record) else {
            return Ok(records.finish()?.0);
        };
        let mut body = Body {
            path,
            width: header.len(),
            at,
            short_at: None,
            reading: self,
        };
        loop {
            match records.read(&mut record) {
                Ok(true) => body.add(&record, records.line(), records.last_line()),
                Ok(false) => break,
                Err(error) => {
                    body.reading.errors.push(error);
                    break;
                }
            }
        }
        let last_line = records.last_line();
        let (whole, ends_line) = records.finish()?;
        if !ends_line {
            body.mark_truncated(last_line);
        }
        Ok(whole)
    }

    /// The header of a delimited file, and for every builder the place of its column; `None` where
    /// something is wrong with them.
    fn read_header(
        &mut self,
        path: &Path,
        line: u64,
        record: &ByteRecord,
    ) -> Option<(Vec<String>, Vec<usize>)> {
        if let Some(column) = not_utf8(record) {
            let path = path.to_owned();
            self.errors.push(DataError::NotUtf8 {
                place: DataPlace { path, line, column },
            });
            return None;
        }
        let header: Vec<String> = record
            .iter()
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        let mut whole = true;
        for (second, name) in (1u64..).zip(&header) {
            let first = (1u64..).zip(&header).find(|(_, n)| *n == name);
            if let Some((first, _)) = first.filter(|&(first, _)| first < second) {
                whole = false;
                self.errors.push(DataError::DuplicateColumn {
                    path: path.to_owned(),
                    line,
                    name: name.clone(),
                    first,
                    second,
                });
            }
        }
        let mut places = Vec::new();
        for builder in &mut self.builders {
            match header.iter().position(|name| *name == builder.name) {
                Some(at) => {
                    places.push(at);
                    if builder.position == 0 {
                        builder.position = at as u64 + 1;
                    }
                }
                None => {
                    whole = false;
                    self.errors.push(DataError::MissingColumn {
                        path: path.to_owned(),
                        line,
                        name: builder.name.clone(),
                        has: header.clone(),
                    });
                }
            }
        }
        if self.header.is_empty() {
            self.header.clone_from(&header);
        }
        whole.then_some((header, places))
    }
}

/// The rows of one delimited file.
struct Body<'p> {
    path: &'p Path,
    width: usize,
    /// For every builder the place of its column.
    at: Vec<usize>,
    short_at: Option<u64>,
    reading: &'p mut Reading,
}

impl Body<'_> {
    fn add(&mut self, record: &ByteRecord, line: u64, last_line: u64) {
        if record.len() == 1 && self.width > 1 && record.as_slice().trim_ascii().is_empty() {
            return;
        }
        let place = |column| DataPlace {
            path: self.path.to_owned(),
            line,
            column,
        };
        let errors = &mut self.reading.errors;
        if let Some(column) = not_utf8(record) {
            errors.push(DataError::NotUtf8 {
                place: place(column),
            });
            return;
        }
        if record.len() != self.width {
            self.short_at = (record.len() < self.width).then_some(last_line);
            errors.push(DataError::Ragged {
                path: self.path.to_owned(),
                line,
                last_line,
                found: record.len() as u64,
                wanted: self.width as u64,
                truncated: false,
            });
            return;
        }
        self.reading.lines.push(line);
        for (builder, &at) in self.reading.builders.iter_mut().zip(&self.at) {
            let field = record.get(at).unwrap_or_default();
            let cell = Cell::Field(str::from_utf8(field).unwrap_or_default());
            if let Err(error) = builder.push(cell, || place(at as u64 + 1)) {
                errors.push(error);
            }
        }
    }

    /// A file that stops within a line whose fields do not suffice was cut there.
    fn mark_truncated(&mut self, end: u64) {
        if self.short_at != Some(end) {
            return;
        }
        if let Some(DataError::Ragged {
            last_line,
            truncated,
            ..
        }) = self.reading.errors.kept_mut().last_mut()
        {
            *truncated = *last_line == end;
        }
    }
}

/// The field (from 1) that is not UTF-8.
fn not_utf8(record: &ByteRecord) -> Option<u64> {
    if record.as_slice().is_ascii() {
        return None;
    }
    (1u64..)
        .zip(record)
        .find(|(_, field)| str::from_utf8(field).is_err())
        .map(|(column, _)| column)
}
