//! Parquet: the asked-for columns of a file, as cells.

use super::DataError;
use super::builder::{Builder, Cell};
use super::errors::Errors;
use super::moment;
use crate::diagnostic::DataPlace;
use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::{ColumnDescPtr, Type};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// Records decoded at a time.
const BATCH: usize = 4096;

/// Reads the rows of a file into `builders`; `header` gets its columns, `lines` the numbers of its
/// rows, from 1.
pub(super) fn read(
    bytes: Vec<u8>,
    path: &Path,
    builders: &mut [Builder],
    (header, lines): (&mut Vec<String>, &mut Vec<u64>),
    errors: &mut Errors,
) {
    // Of a file that was damaged on purpose the library may make a panic.
    let read = AssertUnwindSafe(|| read_columns(bytes, path, builders, header, errors));
    match catch_unwind(read) {
        Ok(Ok(rows)) => lines.extend(1..=rows as u64),
        Ok(Err(error)) => errors.push(damaged(path, &error)),
        Err(_) => errors.push(DataError::Damaged {
            path: path.to_owned(),
            format: "Parquet",
            cut: false,
            reason: "its pages contradict each other".to_owned(),
        }),
    }
}

/// The names of a file's columns; `None` where it cannot be read.
pub(super) fn names<F: ChunkReader + 'static>(file: F) -> Option<Vec<String>> {
    let names = AssertUnwindSafe(|| {
        let file = SerializedFileReader::new(file).ok()?;
        let schema = file.metadata().file_metadata().schema_descr_ptr();
        let fields = schema.root_schema().get_fields();
        Some(fields.iter().map(|f| f.name().to_owned()).collect())
    });
    catch_unwind(names).ok().flatten()
}

fn damaged(path: &Path, error: &ParquetError) -> DataError {
    let text = error.to_string();
    let reason = ["Parquet error: ", "EOF: ", "External: "]
        .iter()
        .fold(text.as_str(), |t, start| t.trim_start_matches(start));
    DataError::Damaged {
        path: path.to_owned(),
        format: "Parquet",
        cut: matches!(error, ParquetError::EOF(_)) || reason.contains("Corrupt footer"),
        reason: reason.to_owned(),
    }
}

/// The number of rows of the file; 0 where something was wrong with the columns.
fn read_columns(
    bytes: Vec<u8>,
    path: &Path,
    builders: &mut [Builder],
    header: &mut Vec<String>,
    errors: &mut Errors,
) -> Result<usize> {
    let file = SerializedFileReader::new(Bytes::from(bytes))?;
    let schema = file.metadata().file_metadata().schema_descr_ptr();
    let roots: Vec<String> = schema
        .root_schema()
        .get_fields()
        .iter()
        .map(|f| f.name().to_owned())
        .collect();
    let mut rows = None;
    for builder in builders.iter_mut() {
        let Some(root) = roots.iter().position(|name| *name == builder.name) else {
            errors.push(DataError::MissingColumn {
                path: path.to_owned(),
                line: 0,
                name: builder.name.clone(),
                has: roots.clone(),
            });
            continue;
        };
        if builder.position == 0 {
            builder.position = root as u64 + 1;
        }
        let mut sink = Sink {
            path,
            column: root as u64 + 1,
            row: 0,
            builder,
            errors,
        };
        let mut leaves =
            (0..schema.num_columns()).filter(|&leaf| schema.get_column_root_idx(leaf) == root);
        let flat = leaves.next().filter(|&leaf| {
            let column = schema.column(leaf);
            let primitive = schema.root_schema().get_fields().get(root);
            primitive.is_some_and(|t| t.is_primitive()) && column.max_rep_level() == 0
        });
        match flat {
            Some(leaf) => {
                let column = schema.column(leaf);
                let Some(meaning) = meaning(&column) else {
                    sink.errors.push(DataError::UnreadType {
                        path: path.to_owned(),
                        name: sink.builder.name.clone(),
                        found: kind_of(&column),
                    });
                    continue;
                };
                for group in 0..file.num_row_groups() {
                    let reader = file.get_row_group(group)?.get_column_reader(leaf)?;
                    sink.flat(reader, column.max_def_level(), meaning)?;
                }
            }
            None => sink.nested(&file, root)?,
        }
        let found = sink.row as usize;
        match rows {
            Some(rows) if rows != found => {
                return Err(ParquetError::General(format!(
                    "column `{}` has {found} rows where another has {rows}",
                    builder.name
                )));
            }
            _ => rows = Some(found),
        }
    }
    if header.is_empty() {
        *header = roots;
    }
    Ok(rows.unwrap_or(0))
}

/// Where the cells of one column go.
struct Sink<'s> {
    path: &'s Path,
    column: u64,
    row: u64,
    builder: &'s mut Builder,
    errors: &'s mut Errors,
}

impl Sink<'_> {
    fn push(&mut self, cell: Cell<'_>) {
        self.row += 1;
        let (path, line, column) = (self.path, self.row, self.column);
        let pushed = self.builder.push(cell, || DataPlace {
            path: path.to_owned(),
            line,
            column,
        });
        if let Err(error) = pushed {
            self.errors.push(error);
        }
    }

    fn text(&mut self, text: &str) {
        self.push(Cell::Text(text));
    }

    fn flat(&mut self, reader: ColumnReader, depth: i16, meaning: Meaning) -> Result<()> {
        match reader {
            ColumnReader::BoolColumnReader(r) => pour(r, depth, |v| match v {
                Some(v) => self.push(Cell::Bool(*v)),
                None => self.push(Cell::Empty),
            }),
            ColumnReader::Int32ColumnReader(r) => pour(r, depth, |v| match v {
                Some(v) if meaning == Meaning::Unsigned => {
                    self.push(Cell::Whole(i128::from(v.cast_unsigned())));
                }
                Some(v) => self.whole(i64::from(*v), meaning),
                None => self.push(Cell::Empty),
            }),
            ColumnReader::Int64ColumnReader(r) => pour(r, depth, |v| match v {
                Some(v) => self.whole(*v, meaning),
                None => self.push(Cell::Empty),
            }),
            ColumnReader::Int96ColumnReader(r) => pour(r, depth, |v| match v {
                Some(v) => self.whole(v.to_micros(), meaning),
                None => self.push(Cell::Empty),
            }),
            ColumnReader::FloatColumnReader(r) => pour(r, depth, |v| match v {
                Some(v) => self.push(Cell::Float(f64::from(*v))),
                None => self.push(Cell::Empty),
            }),
            ColumnReader::DoubleColumnReader(r) => pour(r, depth, |v| match v {
                Some(v) => self.push(Cell::Float(*v)),
                None => self.push(Cell::Empty),
            }),
            ColumnReader::ByteArrayColumnReader(r) => pour(r, depth, |v| match v {
                Some(v) => self.bytes(v.data(), meaning),
                None => self.push(Cell::Empty),
            }),
            ColumnReader::FixedLenByteArrayColumnReader(r) => pour(r, depth, |v| match v {
                Some(v) => self.bytes(v.data(), meaning),
                None => self.push(Cell::Empty),
            }),
        }
    }

    fn whole(&mut self, value: i64, meaning: Meaning) {
        match meaning {
            Meaning::Unsigned => self.push(Cell::Whole(i128::from(value.cast_unsigned()))),
            Meaning::Date => self.text(&moment::written_date(value)),
            Meaning::Moment { parts, utc } => {
                self.text(&moment::written(value, parts, utc));
            }
            Meaning::Decimal(scale) => self.push(Cell::Number(&decimal(i128::from(value), scale))),
            Meaning::Plain | Meaning::Uuid => self.push(Cell::Whole(i128::from(value))),
        }
    }

    fn bytes(&mut self, bytes: &[u8], meaning: Meaning) {
        match (meaning, str::from_utf8(bytes)) {
            (Meaning::Decimal(scale), _) => {
                let sign = bytes
                    .first()
                    .map_or(0, |b| if b >> 7 == 1 { -1 } else { 0 });
                let value = bytes
                    .iter()
                    .fold(sign, |n: i128, b| n.wrapping_shl(8) | i128::from(*b));
                self.push(Cell::Number(&decimal(value, scale)));
            }
            (Meaning::Uuid, _) => {
                let hex: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
                let part = |a, b| hex.get(a..b).unwrap_or_default().concat();
                let parts = [
                    part(0, 4),
                    part(4, 6),
                    part(6, 8),
                    part(8, 10),
                    part(10, 16),
                ];
                self.text(&parts.join("-"));
            }
            (_, Ok(text)) => self.text(text),
            (_, Err(_)) => {
                self.row += 1;
                self.errors.push(DataError::NotUtf8 {
                    place: DataPlace {
                        path: self.path.to_owned(),
                        line: self.row,
                        column: self.column,
                    },
                });
            }
        }
    }

    /// A column of lists or records: row by row, as JSON.
    fn nested(&mut self, file: &SerializedFileReader<Bytes>, root: usize) -> Result<()> {
        let schema = file.metadata().file_metadata().schema_descr_ptr();
        let whole = schema.root_schema();
        let field = whole.get_fields().get(root).map(Arc::clone);
        let only = Type::group_type_builder(whole.name())
            .with_fields(field.into_iter().collect())
            .build()?;
        for row in file.get_row_iter(Some(only))? {
            match row?.into_columns().pop() {
                Some((_, Field::Null)) | None => self.push(Cell::Empty),
                Some((_, field)) => self.push(Cell::Nested(&json(&field).to_string())),
            }
        }
        Ok(())
    }
}

/// Hands on every value of a column, nulls included.
fn pour<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    depth: i16,
    mut each: impl FnMut(Option<&T::T>),
) -> Result<()> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    loop {
        levels.clear();
        values.clear();
        let wanted = (depth > 0).then_some(&mut levels);
        let (records, ..) = reader.read_records(BATCH, wanted, None, &mut values)?;
        if records == 0 {
            return Ok(());
        }
        if depth == 0 {
            values.iter().for_each(|v| each(Some(v)));
            continue;
        }
        let mut present = values.iter();
        for level in &levels {
            each(if *level == depth {
                present.next()
            } else {
                None
            });
        }
    }
}

/// What the stored numbers or bytes of a column mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Plain,
    Unsigned,
    Date,
    /// Since 1970, in so many parts of a second.
    Moment {
        parts: i64,
        utc: bool,
    },
    Decimal(u32),
    Uuid,
}

/// `None` where the type is not read.
fn meaning(column: &ColumnDescPtr) -> Option<Meaning> {
    use parquet::basic::Type as Physical;
    let decimal = || Some(Meaning::Decimal(u32::try_from(column.type_scale()).ok()?));
    let moment = |parts, utc| Some(Meaning::Moment { parts, utc });
    let stored = column.physical_type();
    if let Some(LogicalType::Timestamp(t)) = column.logical_type_ref() {
        let parts = match t.unit {
            TimeUnit::MILLIS => 1_000,
            TimeUnit::MICROS => 1_000_000,
            TimeUnit::NANOS => 1_000_000_000,
        };
        return moment(parts, t.is_adjusted_to_u_t_c);
    }
    if let Some(LogicalType::Uuid) = column.logical_type_ref() {
        return Some(Meaning::Uuid);
    }
    match (stored, column.converted_type()) {
        (Physical::INT96, _) => moment(1_000_000, false),
        (_, ConvertedType::TIMESTAMP_MILLIS) => moment(1_000, true),
        (_, ConvertedType::TIMESTAMP_MICROS) => moment(1_000_000, true),
        (_, ConvertedType::DATE) => Some(Meaning::Date),
        (_, ConvertedType::DECIMAL) => decimal(),
        (
            _,
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64,
        ) => Some(Meaning::Unsigned),
        (
            _,
            ConvertedType::TIME_MILLIS
            | ConvertedType::TIME_MICROS
            | ConvertedType::INTERVAL
            | ConvertedType::BSON,
        )
        | (Physical::FIXED_LEN_BYTE_ARRAY, _) => None,
        _ => Some(Meaning::Plain),
    }
}

fn kind_of(column: &ColumnDescPtr) -> String {
    match column.converted_type() {
        ConvertedType::NONE => format!("{}", column.physical_type()),
        converted => format!("{converted}"),
    }
}

fn decimal(value: i128, scale: u32) -> String {
    let digits = value.unsigned_abs().to_string();
    let scale = scale as usize;
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(scale));
    let sign = if value < 0 { "-" } else { "" };
    if scale == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

fn json(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(v) => Value::from(*v),
        Field::Byte(v) => Value::from(*v),
        Field::Short(v) => Value::from(*v),
        Field::Int(v) => Value::from(*v),
        Field::Long(v) => Value::from(*v),
        Field::UByte(v) => Value::from(*v),
        Field::UShort(v) => Value::from(*v),
        Field::UInt(v) => Value::from(*v),
        Field::ULong(v) => Value::from(*v),
        Field::Float(v) => Value::from(f64::from(*v)),
        Field::Double(v) => Value::from(*v),
        Field::Str(v) => Value::from(v.as_str()),
        Field::Date(days) => Value::from(moment::written_date(i64::from(*days))),
        Field::TimestampMillis(n) => Value::from(moment::written(*n, 1_000, true)),
        Field::TimestampMicros(n) => Value::from(moment::written(*n, 1_000_000, true)),
        Field::Bytes(bytes) => Value::from(String::from_utf8_lossy(bytes.data())),
        Field::ListInternal(list) => list.elements().iter().map(json).collect(),
        Field::MapInternal(map) => map
            .entries()
            .iter()
            .map(|(key, value)| (key_text(key), json(value)))
            .collect(),
        Field::Group(row) => row
            .get_column_iter()
            .map(|(name, value)| (name.clone(), json(value)))
            .collect(),
        Field::Float16(_) | Field::Decimal(_) | Field::TimeMillis(_) | Field::TimeMicros(_) => {
            Value::from(field.to_string())
        }
    }
}

fn key_text(field: &Field) -> String {
    match json(field) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
