//! The names of a file's columns, from its beginning.

use super::columnar;
use super::files::{self, Format};
use super::records::Records;
use super::stream::Stream;
use crate::text::World;
use bytes::Bytes;
use csv::ByteRecord;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Lines of a JSON Lines file whose keys are looked at.
const LINES: usize = 100;

/// The columns of the first file that `path` stands for: of JSON Lines the keys of its first hundred
/// rows. `None` where it cannot be read; [`super::read_table`] says why.
pub fn header(world: &dyn World, path: &Path) -> Option<Vec<String>> {
    let file = files::find(world, path).ok()?.into_iter().next()?;
    let (format, packing) = files::format(&file).ok()?;
    let open = || Stream::open(world, &file, packing, &|_| {}).ok();
    match format {
        Format::Delimited(delimiter) => {
            let mut records = Records::open(open()?, &file, delimiter).ok()?;
            let mut record = ByteRecord::new();
            records.read(&mut record).ok()?;
            let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
            Some(record.iter().map(text).collect())
        }
        Format::JsonLines => {
            let mut names: Vec<String> = Vec::new();
            for line in BufReader::new(open()?).lines().take(LINES) {
                let keys: BTreeMap<String, IgnoredAny> =
                    serde_json::from_str(&line.ok()?).unwrap_or_default();
                names.extend(keys.into_keys());
            }
            names.sort();
            names.dedup();
            Some(names)
        }
        // Its names stand at the end of the file.
        Format::Parquet => match world.file(&file).ok()? {
            Some(file) => columnar::names(file),
            None => columnar::names(Bytes::from(world.read(&file).ok()?)),
        },
    }
}
