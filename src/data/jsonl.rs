//! JSON Lines: one object a line, keys as columns.

use super::builder::{Builder, Cell};
use super::errors::Errors;
use super::records::text_head;
use super::stream::{Fingerprint, Stream};
use super::{DataError, JsonSlip};
use crate::diagnostic::DataPlace;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The longest line that is read; a longer one is no row, and would fill the memory.
const LONGEST: u64 = 1 << 26;

/// Reads the rows of a file into `builders`; `lines` and `header` grow by its lines and new keys.
pub(super) fn read(
    mut file: Stream<'_>,
    path: &Path,
    builders: &mut [Builder],
    (header, lines): (&mut Vec<String>, &mut Vec<u64>),
    errors: &mut Errors,
) -> Result<Fingerprint, DataError> {
    let head = text_head(&mut file, path)?;
    let mut reader = BufReader::with_capacity(1 << 16, head.chain(file));
    let mut known: HashSet<String> = header.iter().cloned().collect();
    let mut bytes = Vec::new();
    let mut line = 0u64;
    loop {
        bytes.clear();
        let read = (&mut reader).take(LONGEST).read_until(b'\n', &mut bytes);
        let n = match read {
            Ok(n) => n,
            Err(error) => {
                errors.push(reader.get_ref().get_ref().1.fault(&error));
                break;
            }
        };
        if n == 0 {
            break;
        }
        line += 1;
        let ended = bytes.last() == Some(&b'\n');
        if !ended && n as u64 == LONGEST {
            errors.push(bad(path, line, 0, JsonSlip::TooLong));
            break;
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        match row(&bytes, path, line, ended) {
            Ok(row) => {
                lines.push(line);
                for (key, _) in &row.0 {
                    if !known.contains(key) {
                        known.insert(key.clone());
                        header.push(key.clone());
                    }
                }
                add(&row, builders, path, line, errors);
            }
            Err(error) => errors.push(error),
        }
    }
    let (_, file) = reader.into_inner().into_inner();
    file.finish()
}

fn add(row: &Row<'_>, builders: &mut [Builder], path: &Path, line: u64, errors: &mut Errors) {
    let place = || DataPlace {
        path: path.to_owned(),
        line,
        column: 0,
    };
    for builder in builders {
        let value = row.0.iter().find(|(key, _)| *key == builder.name);
        let owned: String;
        let cell = match value.map(|(_, value)| value.get()) {
            None => Cell::Empty,
            Some(raw) => match raw.as_bytes().first() {
                Some(b'"') => {
                    // What was read as JSON is a text; lone surrogates alone are none.
                    owned = match serde_json::from_str(raw) {
                        Ok(text) => text,
                        Err(_) => {
                            errors.push(DataError::NotUtf8 { place: place() });
                            continue;
                        }
                    };
                    Cell::Text(&owned)
                }
                Some(b'n') | None => Cell::Empty,
                Some(b't') => Cell::Bool(true),
                Some(b'f') => Cell::Bool(false),
                Some(b'[' | b'{') => Cell::Nested(raw),
                Some(_) => Cell::Number(raw),
            },
        };
        if let Err(error) = builder.push(cell, place) {
            errors.push(error);
        }
    }
}

fn bad(path: &Path, line: u64, column: u64, slip: JsonSlip) -> DataError {
    DataError::BadJson {
        place: DataPlace {
            path: path.to_owned(),
            line,
            column,
        },
        slip,
    }
}

fn row<'r>(bytes: &'r [u8], path: &Path, line: u64, ended: bool) -> Result<Row<'r>, DataError> {
    let text = str::from_utf8(bytes).map_err(|e| DataError::NotUtf8 {
        place: DataPlace {
            path: path.to_owned(),
            line,
            column: e.valid_up_to() as u64 + 1,
        },
    })?;
    if !text.trim_start().starts_with('{') {
        let list = text.trim_start().starts_with('[');
        return Err(bad(path, line, 1, JsonSlip::NotAnObject { list }));
    }
    let row: Row<'r> = serde_json::from_str(text).map_err(|e| {
        let column = e.column() as u64;
        let at = text.get(e.column().saturating_sub(1)..).unwrap_or_default();
        let slip = if e.is_eof() && !ended {
            JsonSlip::Cut
        } else if ["NaN", "N", "Infinity", "-I"]
            .iter()
            .any(|w| at.starts_with(w))
        {
            JsonSlip::NotFinite
        } else {
            let reason = e.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            JsonSlip::Syntax(reason.to_owned())
        };
        bad(path, line, column, slip)
    })?;
    let mut seen = HashSet::new();
    match row.0.iter().find(|(key, _)| !seen.insert(key)) {
        Some((key, _)) => Err(bad(path, line, 0, JsonSlip::Twice(key.clone()))),
        None => Ok(row),
    }
}

/// The keys of an object with their values as they are written.
struct Row<'r>(Vec<(String, &'r RawValue)>);

impl<'de> Deserialize<'de> for Row<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Row<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row<'de>, A::Error> {
                let mut row = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    row.push(entry);
                }
                Ok(Row(row))
            }
        }
        deserializer.deserialize_map(Keys)
    }
}
