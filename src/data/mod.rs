//! Files of rows, read once: tables, joins by id, classes, splits and fingerprints.
//!
//! Callers hand in plain requests (a path, column names, a split rule) and get columns back; what
//! goes wrong is a [`DataError`], and [`diagnose`] alone turns one into a diagnostic. Nothing here
//! knows the plan, a metric or a system. CSV, TSV, JSON Lines and Parquet are read, the first three also
//! compressed, and several files as one. Start with [`read_table`].

mod atomic;
mod builder;
mod classes;
mod codes;
mod columnar;
mod counted;
mod deal;
mod diagnose;
mod dictionary;
mod errors;
mod files;
mod folds;
mod gather;
mod hash;
mod header;
mod ids;
mod join;
mod jsonl;
mod moment;
mod records;
mod rows_file;
mod split;
mod stream;
mod table;
mod tally;

pub use atomic::write_atomic;
pub use classes::{classes_of, encode_classes, take_numbers};
pub use codes::{CODES, L201, L205};
pub use counted::{CountedFile, Counting, cells_file, count_rows, stored_bytes};
pub use diagnose::diagnose;
pub use dictionary::TextColumn;
pub use errors::{
    DataError, IdLine, JsonSlip, NumberSlip, RepeatedId, Repeats, SplitFault, Straddling,
    Undeclared, UnreadFormat,
};
pub use folds::{FoldRule, Folds, folds};
pub use gather::gather;
pub use hash::{check_hash, hash_file, hash_found, hash_of_hashes, sha256};
pub use header::header;
pub use ids::id_file;
pub use join::{IdIndex, Joined, repeated_ids};
pub use moment::{Moment, Precision};
pub use rows_file::{RowsOf, rows_file};
pub use split::{Bound, Partition, Share, Split, SplitRule, split, straddling};
pub use table::{
    Column, ColumnKind, ColumnRequest, Progress, Table, Values, read_table, read_tables,
};
pub use tally::Tally;

/// How many errors of a kind, and how many ids of an error, are named before the rest is counted.
pub const SHOWN: usize = 5;
