//! Which files' rows are counted, and how they are opened for it.

use super::files::{self, Format, Packing};
use super::stream::Stream;
use super::tally::{Input, Mismatch, Odd, Opener, Part, Source, Tally, Wanted, tally};
use super::{DataError, IdLine, RepeatedId, Repeats, header};
use crate::text::World;
use std::io;
use std::path::{Path, PathBuf};

/// Files whose columns are counted: one, or those of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedFile {
    /// The file, or the pattern.
    pub path: PathBuf,
    /// The columns, by name.
    pub columns: Vec<String>,
    /// The column of ids; all files have one, or a single one has none.
    pub id: Option<String>,
}

/// Bytes on the disk of all files that paths stand for; `None` where that cannot be had.
pub fn stored_bytes(world: &dyn World, paths: &[&Path]) -> Option<u64> {
    let mut all = 0;
    for path in paths {
        for file in files::find(world, path).ok()? {
            all += world.size(&file)?;
        }
    }
    Some(all)
}

/// Counts the different rows of columns of files, joined by id, in blocks: rows are never held. The first file says
/// which ids there are.
pub fn count_rows(world: &dyn World, files: &[CountedFile]) -> Counting {
    let inputs: Option<Vec<Input<'_>>> = files.iter().map(|f| input(world, f)).collect();
    let Some(inputs) = inputs else {
        return Counting::Unread("a file is of another format, or lacks a column".to_owned());
    };
    let odd = match tally(&inputs) {
        Ok(counted) if counted.cells.is_empty() => return Counting::Unread("no rows".to_owned()),
        Ok(counted) => return Counting::Counted(counted),
        Err(odd) => odd,
    };
    Counting::Unread(match odd {
        Odd::Mismatch(mismatch) => match differs(files, mismatch) {
            Some(error) => return Counting::Wrong(Box::new(error)),
            None => "ids that are not those of the labels".to_owned(),
        },
        Odd::Io(error) => error.to_string(),
        Odd::Unread(why) => why.to_owned(),
        Odd::TooMany => "too many different values".to_owned(),
    })
}

/// What came of counting.
#[derive(Debug)]
pub enum Counting {
    /// The different rows.
    Counted(Tally),
    /// Nothing: the files are such as only [`super::read_table`] reads, or says what is wrong with.
    Unread(String),
    /// Ids are not those of the first file.
    Wrong(Box<DataError>),
}

fn input<'w>(world: &'w dyn World, file: &CountedFile) -> Option<Input<'w>> {
    let paths = files::find(world, &file.path).ok()?;
    let parts: Option<Vec<Part<'w>>> = paths.into_iter().map(|p| part(world, p, file)).collect();
    Some(Input { parts: parts? })
}

fn part<'w>(world: &'w dyn World, path: PathBuf, file: &CountedFile) -> Option<Part<'w>> {
    let names = header(world, &path)?;
    let place = |name: &String| {
        let mut found = names.iter().enumerate().filter(|(_, n)| *n == name);
        // Of two columns with one name nobody knows which is meant.
        let (at, _) = found.next()?;
        found.next().is_none().then_some(at)
    };
    let columns: Option<Vec<usize>> = file.columns.iter().map(place).collect();
    let id = match &file.id {
        Some(id) => Some(place(id)?),
        None => None,
    };
    let (format, packing) = files::format(&path).ok()?;
    let open: Opener<'w> = match format {
        Format::Delimited(delimiter) => Box::new(move || {
            Ok(Source::Delimited(
                delimited(world, &path, packing)?,
                delimiter,
            ))
        }),
        Format::Parquet => Box::new(move || match world.file(&path)? {
            Some(file) => Ok(Source::Pages(file)),
            None => Ok(Source::Held(world.read(&path)?.into())),
        }),
        Format::JsonLines => return None,
    };
    Some(Part {
        open,
        width: names.len(),
        wanted: Wanted {
            columns: columns?,
            id,
        },
    })
}

fn delimited<'w>(
    world: &'w dyn World,
    path: &Path,
    packing: Packing,
) -> io::Result<Box<dyn io::Read + Send + 'w>> {
    if packing == Packing::None {
        return world.open(path);
    }
    let stream = Stream::open(world, path, packing, &|_| {});
    let stream = stream.map_err(|_| io::Error::other("it cannot be unpacked"))?;
    Ok(Box::new(stream))
}

/// What is wrong with the ids, where their texts are known: those of whole numbers are.
fn differs(files: &[CountedFile], mismatch: Mismatch) -> Option<DataError> {
    let path = |file: usize| files.get(file).map(|f| f.path.clone());
    let reference = path(0)?;
    let text = |key: u128| u64::try_from(key).ok().map(|id| id.to_string());
    Some(match mismatch {
        Mismatch::Repeats { file, key } => DataError::RepeatedIds {
            path: path(file)?,
            column: 0,
            ids: vec![RepeatedId {
                id: text(key)?,
                first: (path(file)?, 0),
                second: (path(file)?, 0),
            }],
            total: 1,
            of: if file == 0 {
                Repeats::Dataset
            } else {
                Repeats::Outputs
            },
        },
        Mismatch::Extra { file, key } => DataError::ExtraIds {
            path: path(file)?,
            reference,
            column: 0,
            ids: vec![IdLine {
                id: text(key)?,
                path: path(file)?,
                line: 0,
            }],
            total: 1,
        },
        Mismatch::Missing {
            file,
            missing,
            wanted,
        } => DataError::MissingIds {
            path: path(file)?,
            reference,
            ids: Vec::new(),
            total: usize::try_from(missing).ok()?,
            wanted: usize::try_from(wanted).ok()?,
        },
    })
}

/// The different rows as a CSV file: for each column its name and its place in a cell.
pub fn cells_file(tally: &Tally, columns: &[(String, usize)]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(columns.iter().map(|(name, _)| name));
    for (cell, _) in &tally.cells {
        let text = |&(_, at): &(String, usize)| cell.get(at).map_or("", String::as_str);
        let _ = writer.write_record(columns.iter().map(text));
    }
    writer.into_inner().unwrap_or_default()
}
