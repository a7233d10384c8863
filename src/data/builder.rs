//! One column while it is read, from cells of any format.

use super::dictionary::TextBuilder;
use super::table::{Column, ColumnKind, ColumnRequest, Values};
use super::{DataError, NumberSlip};
use crate::diagnostic::DataPlace;

/// A cell as its file holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    /// Null, or not there.
    Empty,
    /// A field of a file without types.
    Field(&'a str),
    /// A text.
    Text(&'a str),
    /// A number as it is written.
    Number(&'a str),
    /// A whole number.
    Whole(i128),
    /// A number with a fraction.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A list or a record, as JSON.
    Nested(&'a str),
}

/// One column while it is read.
pub(super) struct Builder {
    pub(super) name: String,
    /// Its place in the first file's header, from 1; 0 until it is known.
    pub(super) position: u64,
    pub(super) kind: ColumnKind,
    text: TextBuilder,
    numbers: Vec<f64>,
}

impl Builder {
    pub(super) fn new(request: &ColumnRequest) -> Self {
        Self {
            name: request.name.clone(),
            position: 0,
            kind: request.kind,
            text: TextBuilder::default(),
            numbers: Vec::new(),
        }
    }

    /// Adds a row's cell; `place` tells where it stands.
    pub(super) fn push(
        &mut self,
        cell: Cell<'_>,
        place: impl Fn() -> DataPlace,
    ) -> Result<(), DataError> {
        match self.kind {
            ColumnKind::Number => {
                let number = number(cell).map_err(|slip| match cell {
                    Cell::Nested(json) => self.nested(json, place()),
                    _ => DataError::NotANumber {
                        place: place(),
                        name: self.name.clone(),
                        text: shown(cell),
                        slip,
                    },
                })?;
                self.numbers.push(number);
            }
            ColumnKind::Text | ColumnKind::Key | ColumnKind::Json => {
                self.push_text(cell, place)?;
            }
        }
        Ok(())
    }

    fn push_text(
        &mut self,
        cell: Cell<'_>,
        place: impl Fn() -> DataPlace,
    ) -> Result<(), DataError> {
        let owned: String;
        let text = match cell {
            Cell::Empty => "",
            Cell::Field(text) if self.kind == ColumnKind::Json && looks_nested(text) => {
                owned = canonical(text).unwrap_or_else(|| text.to_owned());
                &owned
            }
            Cell::Field(text) | Cell::Text(text) | Cell::Number(text) => text,
            Cell::Bool(true) => "true",
            Cell::Bool(false) => "false",
            Cell::Whole(_) | Cell::Float(_) => {
                owned = shown(cell);
                &owned
            }
            Cell::Nested(json) if self.kind == ColumnKind::Json => {
                owned = canonical(json).unwrap_or_else(|| json.to_owned());
                &owned
            }
            Cell::Nested(json) => return Err(self.nested(json, place())),
        };
        if self.kind == ColumnKind::Key && text.trim().is_empty() {
            return Err(DataError::EmptyCell {
                place: place(),
                name: self.name.clone(),
            });
        }
        self.text.push(text);
        Ok(())
    }

    fn nested(&self, json: &str, place: DataPlace) -> DataError {
        DataError::Nested {
            place,
            name: self.name.clone(),
            list: json.starts_with('['),
            wanted: match self.kind {
                ColumnKind::Number => "a number",
                ColumnKind::Text | ColumnKind::Key | ColumnKind::Json => "one text",
            },
        }
    }

    pub(super) fn finish(self) -> Column {
        Column {
            name: self.name,
            position: self.position,
            values: match self.kind {
                ColumnKind::Number => Values::Number(self.numbers),
                ColumnKind::Text | ColumnKind::Key | ColumnKind::Json => {
                    Values::Text(self.text.finish())
                }
            },
        }
    }
}

fn looks_nested(text: &str) -> bool {
    text.starts_with(['[', '{'])
}

/// JSON without blanks, the keys of records sorted.
fn canonical(json: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    serde_json::to_string(&value).ok()
}

/// A cell as text.
fn shown(cell: Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Field(text) | Cell::Text(text) | Cell::Number(text) | Cell::Nested(text) => {
            text.to_owned()
        }
        Cell::Whole(number) => number.to_string(),
        // As JSON and most programs that write tables have it: `1.0`, `1e-5`.
        Cell::Float(number) => format!("{number:?}"),
        Cell::Bool(value) => value.to_string(),
    }
}

fn number(cell: Cell<'_>) -> Result<f64, NumberSlip> {
    let finite = |x: f64| x.is_finite().then_some(x).ok_or(NumberSlip::NotFinite);
    match cell {
        Cell::Empty => Err(NumberSlip::Missing),
        Cell::Field(text) | Cell::Number(text) => parse(text),
        Cell::Whole(number) => finite(number as f64),
        Cell::Float(number) => finite(number),
        Cell::Text(text) => Err(match parse(text) {
            Ok(_) => NumberSlip::Quoted,
            Err(slip) => slip,
        }),
        Cell::Bool(_) | Cell::Nested(_) => Err(NumberSlip::Other),
    }
}

fn parse(text: &str) -> Result<f64, NumberSlip> {
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
