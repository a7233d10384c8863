//! Files of rows, read once: tables, joins by id, classes, splits and fingerprints.
//!
//! Callers hand in plain requests (a path, column names, a split rule) and get columns back; what
//! goes wrong is a [`DataError`], and [`diagnose`] alone turns one into a diagnostic. Nothing here
//! knows the plan, a metric or a system. CSV and TSV are read. Start with [`read_table`].

mod atomic;
mod classes;
mod codes;
mod diagnose;
mod dictionary;
mod errors;
mod gather;
mod hash;
mod join;
mod moment;
mod records;
mod split;
mod table;

pub use atomic::write_atomic;
pub use classes::{classes_of, encode_classes, take_numbers};
pub use codes::CODES;
pub use diagnose::diagnose;
pub use dictionary::TextColumn;
pub use errors::{
    DataError, IdLine, NumberSlip, RepeatedId, Repeats, SplitFault, Undeclared, UnreadFormat,
};
pub use gather::gather;
pub use hash::{check_hash, hash_file, hash_of_hashes, sha256};
pub use join::{IdIndex, Joined};
pub use moment::{Moment, Precision};
pub use split::{Bound, Partition, Share, Split, SplitRule, split};
pub use table::{Column, ColumnKind, ColumnRequest, Progress, Table, Values, read_table};

/// How many errors of a kind, and how many ids of an error, are named before the rest is counted.
pub const SHOWN: usize = 5;
