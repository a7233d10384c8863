//! What can go wrong with files of rows, as data; [`super::diagnose`] puts it into words.

use super::codes;
use crate::diagnostic::{CodeInfo, DataPlace};
use std::path::PathBuf;

/// Something wrong with a file, its rows, or what is asked of them.
#[expect(missing_docs, reason = "fields are named for what they hold")]
#[derive(Debug, Clone, PartialEq)]
pub enum DataError {
    /// There is no such file; what its folder holds, if there is a folder.
    NoSuchFile {
        path: PathBuf,
        near: Option<String>,
        folder: Option<Vec<String>>,
    },
    /// No file fits a pattern; what the folder looked in holds, if there is one.
    NoMatch {
        path: PathBuf,
        folder: Option<Vec<String>>,
    },
    /// The path is a folder.
    Folder { path: PathBuf, inside: Vec<String> },
    /// The system refused to read the file.
    Unreadable { path: PathBuf, reason: String },
    /// The name tells of a format that is not read.
    UnknownFormat { path: PathBuf, format: UnreadFormat },
    /// The bytes are not text.
    NotText {
        path: PathBuf,
        content: &'static str,
    },
    /// What is compressed or in pages cannot be unpacked; `cut` where it stops before its end.
    Damaged {
        path: PathBuf,
        format: &'static str,
        cut: bool,
        reason: String,
    },
    /// A line is no JSON object.
    BadJson { place: DataPlace, slip: JsonSlip },
    /// A list or record where one value is needed.
    Nested {
        place: DataPlace,
        name: String,
        list: bool,
        wanted: &'static str,
    },
    /// A column of a Parquet file is of a type that is not read.
    UnreadType {
        path: PathBuf,
        name: String,
        found: String,
    },
    /// No byte, or no row below the header.
    Empty { path: PathBuf, header: Vec<String> },
    /// A column that was asked for is not in the header.
    MissingColumn {
        path: PathBuf,
        line: u64,
        name: String,
        has: Vec<String>,
    },
    /// Two columns have one name; both field numbers.
    DuplicateColumn {
        path: PathBuf,
        line: u64,
        name: String,
        first: u64,
        second: u64,
    },
    /// A row has more or fewer fields than the header.
    Ragged {
        path: PathBuf,
        line: u64,
        last_line: u64,
        found: u64,
        wanted: u64,
        truncated: bool,
    },
    /// A quoted field runs to the end of the file.
    UnclosedQuote { place: DataPlace },
    /// A field is not UTF-8.
    NotUtf8 { place: DataPlace },
    /// A field of a number column is none.
    NotANumber {
        place: DataPlace,
        name: String,
        text: String,
        slip: NumberSlip,
    },
    /// A field that must name something is empty.
    EmptyCell { place: DataPlace, name: String },
    /// The bytes are not those the plan declares.
    HashDiffers {
        path: PathBuf,
        declared: String,
        found: String,
    },
    /// Rows of the partition that the outputs do not have.
    MissingIds {
        path: PathBuf,
        reference: PathBuf,
        ids: Vec<IdLine>,
        total: usize,
        wanted: usize,
    },
    /// Rows of the outputs that the dataset does not have.
    ExtraIds {
        path: PathBuf,
        reference: PathBuf,
        column: u64,
        ids: Vec<IdLine>,
        total: usize,
    },
    /// Ids that stand in more than one row.
    RepeatedIds {
        path: PathBuf,
        column: u64,
        ids: Vec<RepeatedId>,
        total: usize,
        of: Repeats,
    },
    /// Rows of an id that have one rank.
    RepeatedRanks {
        path: PathBuf,
        column: u64,
        ids: Vec<RepeatedId>,
        total: usize,
    },
    /// A field that a metric reads as a list is none; why.
    NotAList {
        place: DataPlace,
        name: String,
        text: String,
        why: &'static str,
    },
    /// Lists hold items that the table of items doesn't have.
    UnknownItems {
        path: PathBuf,
        items: Vec<String>,
        total: usize,
    },
    /// A class the plan does not declare.
    UndeclaredClass(Box<Undeclared>),
    /// A split that cannot be made.
    Split {
        path: PathBuf,
        fault: Box<SplitFault>,
    },
    /// A file could not be written.
    Unwritable { path: PathBuf, reason: String },
    /// Further errors of a kind that were not kept.
    More {
        path: PathBuf,
        code: &'static CodeInfo,
        count: usize,
    },
}

/// A format that is recognised, to say so, but not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadFormat {
    /// A Parquet file within a compressed file.
    PackedParquet,
    /// Compressed, by its ending.
    Compressed(String),
    /// Any other ending; empty where there is none.
    Ending(String),
}

/// Why a line is no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonSlip {
    /// It is JSON, but no object.
    NotAnObject {
        /// Whether it begins a list, as a whole JSON document often does.
        list: bool,
    },
    /// The file stops within it.
    Cut,
    /// It holds `NaN` or an infinity.
    NotFinite,
    /// A key stands twice.
    Twice(String),
    /// It has no end within reason.
    TooLong,
    /// Anything else, as the parser says it.
    Syntax(String),
}

/// Why a field is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberSlip {
    /// Nothing, or a word that stands for nothing, such as `NA`.
    Missing,
    /// `NaN`, an infinity, or beyond the range of a double.
    NotFinite,
    /// A comma where a point belongs.
    DecimalComma,
    /// A number as a text, in a file that knows numbers.
    Quoted,
    /// Anything else.
    Other,
}

/// An id and the line it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdLine {
    /// The id.
    pub id: String,
    /// Its file.
    pub path: PathBuf,
    /// Its line, from 1; of a Parquet file its row.
    pub line: u64,
}

/// An id that stands in two rows or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatedId {
    /// The id.
    pub id: String,
    /// The file and line of its first row.
    pub first: (PathBuf, u64),
    /// The file and line of its second row.
    pub second: (PathBuf, u64),
}

/// Whose ids repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// The dataset's own.
    Dataset,
    /// Those of a file of outputs.
    Outputs,
}

/// A value that is none of the declared classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undeclared {
    /// Where it stands first.
    pub place: DataPlace,
    /// The column's name.
    pub name: String,
    /// The value.
    pub value: String,
    /// In how many rows it stands.
    pub rows: usize,
    /// The declared classes.
    pub declared: Vec<String>,
    /// The class it was probably meant to be.
    pub near: Option<String>,
}

/// Why a split cannot be made.
#[expect(missing_docs, reason = "fields are named for what they hold")]
#[derive(Debug, Clone, PartialEq)]
pub enum SplitFault {
    /// The rule needs a column that was not read as text.
    NoColumn { name: String },
    /// A partition without rows; what the column holds instead, where the rule names values.
    EmptyPartition {
        partition: String,
        wanted: Vec<String>,
        values: Vec<String>,
    },
    /// One value names two partitions.
    ValueTwice {
        value: String,
        first: String,
        second: String,
    },
    /// A share is not above 0 % and at most 100 %.
    BadShare { partition: String, percent: f64 },
    /// The shares make too much, or too little without `rest`.
    Shares { percent: f64, rest: bool },
    /// More than one partition takes the rest.
    TwoRests { first: String, second: String },
    /// A date of the plan is no ISO 8601 date.
    BadBound { partition: String, text: String },
    /// A date of the plan is finer than, or of another kind than, those of the column.
    BoundForm {
        partition: String,
        text: String,
        column: String,
        sample: String,
    },
    /// Dates of the plan do not ascend.
    BoundOrder { earlier: String, later: String },
    /// A field is no ISO 8601 date.
    NotADate {
        place: DataPlace,
        name: String,
        text: String,
    },
    /// There are fewer values than folds, or equal times leave a fold empty.
    FewUnits {
        column: String,
        units: usize,
        k: u32,
    },
    /// Groups stand in two partitions or folds.
    Straddles(Box<Straddling>),
    /// Fields are written in two ways.
    MixedDates {
        place: DataPlace,
        name: String,
        text: String,
        first_at: Box<DataPlace>,
        first: String,
    },
}

/// Groups that stand in two partitions or folds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Straddling {
    /// The column of groups.
    pub group: String,
    /// One of them.
    pub value: String,
    /// Name, file and line of its first place.
    pub first: (String, PathBuf, u64),
    /// Name, file and line of a place elsewhere.
    pub second: (String, PathBuf, u64),
    /// How many groups do.
    pub groups: usize,
}

impl DataError {
    /// The code it is reported under.
    pub fn code(&self) -> &'static CodeInfo {
        match self {
            Self::NoSuchFile { .. } | Self::NoMatch { .. } => &codes::F101,
            Self::Folder { .. } | Self::Unreadable { .. } => &codes::F102,
            Self::UnknownFormat { .. } | Self::UnreadType { .. } => &codes::F103,
            Self::Damaged { .. } => &codes::F113,
            Self::BadJson { .. } => &codes::F114,
            Self::Nested { .. } => &codes::F115,
            Self::MissingColumn { .. } => &codes::F104,
            Self::Empty { .. } => &codes::F105,
            Self::DuplicateColumn { .. } => &codes::F106,
            Self::Ragged { .. } => &codes::F107,
            Self::UnclosedQuote { .. } => &codes::F108,
            Self::NotUtf8 { .. } | Self::NotText { .. } => &codes::F109,
            Self::NotANumber { .. } => &codes::F110,
            Self::EmptyCell { .. } => &codes::F111,
            Self::Unwritable { .. } => &codes::F112,
            Self::HashDiffers { .. } => &codes::F201,
            Self::MissingIds { .. } | Self::ExtraIds { .. } => &codes::F202,
            Self::RepeatedIds { of, .. } => match of {
                Repeats::Outputs => &codes::F202,
                Repeats::Dataset => &codes::L201,
            },
            Self::RepeatedRanks { .. } => &codes::F117,
            Self::NotAList { .. } => &codes::F116,
            Self::UnknownItems { .. } => &codes::F118,
            Self::UndeclaredClass(_) => &codes::F204,
            Self::Split { fault, .. } => fault.code(),
            Self::More { code, .. } => code,
        }
    }
}

impl SplitFault {
    fn code(&self) -> &'static CodeInfo {
        match self {
            Self::EmptyPartition { .. } => &codes::F205,
            Self::NoColumn { .. }
            | Self::ValueTwice { .. }
            | Self::BadShare { .. }
            | Self::Shares { .. }
            | Self::TwoRests { .. }
            | Self::FewUnits { .. }
            | Self::BoundOrder { .. } => &codes::F206,
            Self::Straddles(_) => &codes::L205,
            Self::BadBound { .. }
            | Self::BoundForm { .. }
            | Self::NotADate { .. }
            | Self::MixedDates { .. } => &codes::F207,
        }
    }
}

/// Errors of one file, of each kind only the first [`super::SHOWN`] and a count.
#[derive(Debug, Default)]
pub(super) struct Errors {
    kept: Vec<DataError>,
    counts: Vec<(&'static CodeInfo, usize)>,
}

impl Errors {
    /// Keeps `error`, or counts it where enough of its kind are kept.
    pub(super) fn push(&mut self, error: DataError) {
        if self.count(error.code()) <= super::SHOWN {
            self.kept.push(error);
        }
    }

    /// Keeps an error only where there is no other.
    pub(super) fn push_if_none(&mut self, error: impl FnOnce() -> DataError) {
        if self.kept.is_empty() {
            self.push(error());
        }
    }

    /// `value` where nothing was pushed.
    pub(super) fn or<T>(mut self, path: &std::path::Path, value: T) -> Result<T, Vec<DataError>> {
        if self.kept.is_empty() {
            return Ok(value);
        }
        self.keep_causes();
        let more = self.counts.iter().filter(|(_, n)| *n > super::SHOWN);
        self.kept.extend(more.map(|&(code, n)| DataError::More {
            path: path.to_owned(),
            code,
            count: n - super::SHOWN,
        }));
        Err(self.kept)
    }

    /// Drops what only follows from another error: odd rows of a damaged file, and empty fields of a
    /// column that is not there.
    fn keep_causes(&mut self) {
        let damaged = |e: &DataError| matches!(e, DataError::Damaged { .. });
        if self.kept.iter().any(damaged) {
            self.kept.retain(damaged);
        }
        let missing = self.kept.iter().filter_map(|e| match e {
            DataError::MissingColumn { name, .. } => Some(name.clone()),
            _ => None,
        });
        let missing: Vec<String> = missing.collect();
        self.kept.retain(|e| match e {
            DataError::NotANumber { name, .. } | DataError::EmptyCell { name, .. } => {
                !missing.contains(name)
            }
            _ => true,
        });
        let kept = &self.kept;
        self.counts
            .retain(|(code, _)| kept.iter().any(|e| e.code().code == code.code));
    }

    /// The errors kept so far, to mend one that later rows explain.
    pub(super) fn kept_mut(&mut self) -> &mut [DataError] {
        &mut self.kept
    }

    fn count(&mut self, code: &'static CodeInfo) -> usize {
        match self.counts.iter_mut().find(|(c, _)| c.code == code.code) {
            Some((_, n)) => {
                *n += 1;
                *n
            }
            None => {
                self.counts.push((code, 1));
                1
            }
        }
    }
}
