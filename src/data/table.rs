//! Tables: the columns a plan asks for, of one file, read in one pass.

use super::dictionary::TextBuilder;
use super::errors::Errors;
use super::records::Records;
use super::{DataError, NumberSlip, TextColumn};
use crate::diagnostic::DataPlace;
use crate::text::World;
use csv::ByteRecord;
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
    /// A finite number.
    Number,
}

/// The values of a column, one for each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Of a [`ColumnKind::Text`] or [`ColumnKind::Key`] column.
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

/// The rows of one file, by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The file.
    pub path: PathBuf,
    /// Names of all its columns, also those that were not kept.
    pub header: Vec<String>,
    /// The line on which each row begins, from 1 (the header's).
    pub lines: Vec<u64>,
    /// The columns, in the order in which they were asked for.
    pub columns: Vec<Column>,
    /// The file's hash, as `sha256sum` prints it.
    pub sha256: String,
    /// The file's length.
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

    /// The place of a row's field in a column of this table.
    pub fn place(&self, row: usize, column: &Column) -> DataPlace {
        DataPlace {
            path: self.path.clone(),
            line: self.line(row),
            column: column.position,
        }
    }
}

/// Reads the asked-for columns of a CSV (`.csv`) or TSV (`.tsv`) file with a header.
///
/// UTF-8, with or without a byte-order mark; lines end in LF, CRLF or the end of the file; blank
/// lines are passed over. Fields stay as they stand; numbers may have blanks around them.
///
/// # Errors
/// Everything that is wrong with the file, of each kind the first [`super::SHOWN`] and a count.
pub fn read_table(
    world: &dyn World,
    path: &Path,
    columns: &[ColumnRequest],
    progress: Progress,
) -> Result<Table, Vec<DataError>> {
    let mut records = Records::open(world, path, progress).map_err(|e| vec![e])?;
    let mut record = ByteRecord::new();
    if !records.read(&mut record).map_err(|e| vec![e])? {
        return Err(vec![DataError::Empty {
            path: path.to_owned(),
            header: Vec::new(),
        }]);
    }
    let (header, builders) = read_header(path, records.line(), &record, columns)?;
    let mut body = Body {
        path,
        width: header.len(),
        builders,
        lines: Vec::new(),
        errors: Errors::default(),
        short_at: None,
    };
    loop {
        match records.read(&mut record) {
            Ok(true) => body.add(&record, records.line(), records.last_line()),
            Ok(false) => break,
            Err(error) => {
                body.errors.push(error);
                break;
            }
        }
    }
    let last_line = records.last_line();
    let whole = records.finish();
    if !whole.ends_line {
        body.mark_truncated(last_line);
    }
    if body.lines.is_empty() {
        body.errors.push_if_none(|| DataError::Empty {
            path: path.to_owned(),
            header: header.clone(),
        });
    }
    let Body {
        builders,
        lines,
        errors,
        ..
    } = body;
    let columns = builders.into_iter().map(Builder::finish).collect();
    errors.or(
        path,
        Table {
            path: path.to_owned(),
            header,
            lines,
            columns,
            sha256: whole.sha256,
            bytes: whole.bytes,
        },
    )
}

fn read_header(
    path: &Path,
    line: u64,
    record: &ByteRecord,
    columns: &[ColumnRequest],
) -> Result<(Vec<String>, Vec<Builder>), Vec<DataError>> {
    if let Some(column) = not_utf8(record) {
        let path = path.to_owned();
        return Err(vec![DataError::NotUtf8 {
            place: DataPlace { path, line, column },
        }]);
    }
    let header: Vec<String> = record
        .iter()
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    let mut errors = Errors::default();
    for (second, name) in (1u64..).zip(&header) {
        let first = (1u64..).zip(&header).find(|(_, n)| *n == name);
        if let Some((first, _)) = first.filter(|&(first, _)| first < second) {
            errors.push(DataError::DuplicateColumn {
                path: path.to_owned(),
                line,
                name: name.clone(),
                first,
                second,
            });
        }
    }
    let mut builders = Vec::new();
    for request in columns {
        match header.iter().position(|name| *name == request.name) {
            Some(at) => builders.push(Builder::new(request, at)),
            None => errors.push(DataError::MissingColumn {
                path: path.to_owned(),
                line,
                name: request.name.clone(),
                has: header.clone(),
            }),
        }
    }
    errors.or(path, (header, builders))
}

/// The rows read so far.
struct Body<'p> {
    path: &'p Path,
    width: usize,
    builders: Vec<Builder>,
    lines: Vec<u64>,
    errors: Errors,
    short_at: Option<u64>,
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
        if let Some(column) = not_utf8(record) {
            self.errors.push(DataError::NotUtf8 {
                place: place(column),
            });
            return;
        }
        if record.len() != self.width {
            self.short_at = (record.len() < self.width).then_some(last_line);
            self.errors.push(DataError::Ragged {
                path: self.path.to_owned(),
                line,
                last_line,
                found: record.len() as u64,
                wanted: self.width as u64,
                truncated: false,
            });
            return;
        }
        self.lines.push(line);
        for builder in &mut self.builders {
            let field = record.get(builder.at).unwrap_or_default();
            if let Err(error) = builder.push(field, place) {
                self.errors.push(error);
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
        }) = self.errors.kept_mut().last_mut()
        {
            *truncated = *last_line == end;
        }
    }
}

/// One column while it is read.
struct Builder {
    name: String,
    at: usize,
    values: Building,
}

enum Building {
    Text(TextBuilder),
    Key(TextBuilder),
    Number(Vec<f64>),
}

impl Builder {
    fn new(request: &ColumnRequest, at: usize) -> Self {
        Self {
            name: request.name.clone(),
            at,
            values: match request.kind {
                ColumnKind::Text => Building::Text(TextBuilder::default()),
                ColumnKind::Key => Building::Key(TextBuilder::default()),
                ColumnKind::Number => Building::Number(Vec::new()),
            },
        }
    }

    fn push(&mut self, field: &[u8], place: impl Fn(u64) -> DataPlace) -> Result<(), DataError> {
        let text = str::from_utf8(field).unwrap_or_default();
        match &mut self.values {
            Building::Text(builder) => builder.push(text),
            Building::Key(_) if text.trim().is_empty() => {
                return Err(DataError::EmptyCell {
                    place: place(self.at as u64 + 1),
                    name: self.name.clone(),
                });
            }
            Building::Key(builder) => builder.push(text),
            Building::Number(numbers) => {
                let number = number(text).map_err(|slip| DataError::NotANumber {
                    place: place(self.at as u64 + 1),
                    name: self.name.clone(),
                    text: text.to_owned(),
                    slip,
                })?;
                numbers.push(number);
            }
        }
        Ok(())
    }

    fn finish(self) -> Column {
        Column {
            name: self.name,
            position: self.at as u64 + 1,
            values: match self.values {
                Building::Text(builder) | Building::Key(builder) => Values::Text(builder.finish()),
                Building::Number(numbers) => Values::Number(numbers),
            },
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

fn number(text: &str) -> Result<f64, NumberSlip> {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(NumberSlip::NotFinite),
        Err(_) => Err(match text.to_lowercase().as_str() {
            "" | "na" | "n/a" | "null" | "none" | "-" | "?" => NumberSlip::Missing,
            _ if text.replacen(',', ".", 1).parse::<f64>().is_ok() => NumberSlip::DecimalComma,
            _ => NumberSlip::Other,
        }),
    }
}
