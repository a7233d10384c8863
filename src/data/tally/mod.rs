//! The different rows of some columns of large files, and how many there are of each, without holding the rows.
//!
//! A few columns of classes are all that counting metrics need, and however many rows there are, there are few
//! different ones. [`tally`] reads files once in blocks, joins them by id, and gives those rows with their numbers:
//! sufficient statistics that are whole numbers, so that they merge exactly ([`Tally::merge`]).
//! It reads what files of outputs mostly are: CSV and TSV without quotes, and Parquet columns of texts and whole numbers
//! in the usual encodings. Anything else is [`Odd`], and is left to those who read whole tables and say what is wrong.

mod delimited;
mod ids;
mod join;
mod pages;
mod words;

use delimited::Delimited;
use ids::{IdReader, Ids};
use join::Counted;
use pages::Pages;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use words::Words;

/// More different rows than this are no sufficient statistics.
pub const MOST_CELLS: usize = 1 << 20;

/// The bytes of a file.
pub enum Source<'w> {
    /// Of a delimited file, from its beginning, unpacked.
    Delimited(Box<dyn Read + Send + 'w>, u8),
    /// Of a Parquet file on the disk.
    Pages(File),
    /// Of a Parquet file in memory.
    Held(bytes::Bytes),
}

/// Opens a file, as often as it is read.
pub type Opener<'w> = Box<dyn Fn() -> io::Result<Source<'w>> + Send + Sync + 'w>;

/// Columns by their places in the header, from 0.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Those that are counted by.
    pub columns: Vec<usize>,
    /// That of the ids.
    pub id: Option<usize>,
}

/// One file, or one of several that stand one behind the other.
pub struct Part<'w> {
    /// Opens it.
    pub open: Opener<'w>,
    /// How many columns its header has.
    pub width: usize,
    /// What is read of it.
    pub wanted: Wanted,
}

/// Rows to be counted: those of one file, or of several as one.
pub struct Input<'w> {
    /// The files, each with the same columns in the same order.
    pub parts: Vec<Part<'w>>,
}

impl Input<'_> {
    fn columns(&self) -> usize {
        self.parts.first().map_or(0, |p| p.wanted.columns.len())
    }
}

/// Why files are not counted.
#[derive(Debug)]
pub enum Odd {
    /// The system refuses.
    Io(io::Error),
    /// Something that only those who read whole tables know how to read, or to say what is wrong with.
    Unread(&'static str),
    /// Too many different values, or different rows.
    TooMany,
    /// Ids that are not those of the first file.
    Mismatch(Mismatch),
}

/// Ids that are not those of the first file, which is file 0. A whole number's key is itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each names a file, and the key of an id")]
pub enum Mismatch {
    /// An id stands in two rows.
    Repeats { file: usize, key: u128 },
    /// An id that the first file does not have.
    Extra { file: usize, key: u128 },
    /// Ids that are not there.
    Missing {
        file: usize,
        missing: u64,
        wanted: u64,
    },
}

/// Rows read together.
#[derive(Default)]
struct Batch {
    rows: usize,
    /// For each column a code for each row.
    codes: Vec<Vec<u32>>,
    ids: Ids,
    /// Whether all ids so far ascend, so that none repeats.
    ascending: bool,
}

impl Batch {
    fn with_columns(n: usize) -> Self {
        Self {
            codes: vec![Vec::new(); n],
            ascending: true,
            ..Self::default()
        }
    }
}

/// What goes on from file to file: the words of each column, and the ids.
#[derive(Default)]
struct Carry {
    words: Vec<Words>,
    ids: IdReader,
}

/// A file while it is read.
enum Open<'w> {
    Delimited(Box<Delimited<Box<dyn Read + Send + 'w>>>),
    Pages(Box<Pages<File>>),
    Held(Box<Pages<bytes::Bytes>>),
}

/// The rows of an input while they are read.
struct Reader<'i, 'w> {
    parts: std::slice::Iter<'i, Part<'w>>,
    open: Option<Open<'w>>,
    carry: Carry,
}

impl<'w> Part<'w> {
    fn open(&self) -> Result<Open<'w>, Odd> {
        let wanted = self.wanted.clone();
        Ok(match (self.open)().map_err(Odd::Io)? {
            Source::Delimited(file, delimiter) => {
                let read = Delimited::new(file, delimiter, self.width, wanted)?;
                Open::Delimited(Box::new(read))
            }
            Source::Pages(file) => Open::Pages(Box::new(Pages::new(file, self.width, wanted)?)),
            Source::Held(bytes) => Open::Held(Box::new(Pages::new(bytes, self.width, wanted)?)),
        })
    }
}

impl<'i, 'w> Reader<'i, 'w> {
    fn new(input: &'i Input<'w>) -> Self {
        let mut carry = Carry::default();
        carry.words.resize_with(input.columns(), Words::default);
        Reader {
            parts: input.parts.iter(),
            open: None,
            carry,
        }
    }

    fn next(&mut self) -> Result<Option<Batch>, Odd> {
        loop {
            let carry = &mut self.carry;
            let batch = match &mut self.open {
                Some(Open::Delimited(read)) => read.next(carry)?,
                Some(Open::Pages(read)) => read.next(carry)?,
                Some(Open::Held(read)) => read.next(carry)?,
                None => None,
            };
            if batch.is_some() {
                return Ok(batch);
            }
            match self.parts.next() {
                Some(part) => self.open = Some(part.open()?),
                None => return Ok(None),
            }
        }
    }
}

/// The different rows of some columns, in the order in which they first stand in the first file, and how many
/// there are of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// The texts of the columns of all files, file by file, and the number of rows that have them.
    pub cells: Vec<(Vec<String>, u64)>,
}

impl Tally {
    /// Number of rows.
    pub fn rows(&self) -> u64 {
        self.cells.iter().map(|(_, n)| n).sum()
    }

    /// Adds the rows of the shard behind this one. Whole numbers are added, so shards in their order give what all
    /// rows together give.
    pub fn merge(&mut self, other: &Tally) {
        let places = self.cells.iter().enumerate();
        let mut known: HashMap<Vec<String>, usize> =
            places.map(|(at, (cell, _))| (cell.clone(), at)).collect();
        for (cell, n) in &other.cells {
            let at = *known.entry(cell.clone()).or_insert_with(|| {
                self.cells.push((cell.clone(), 0));
                self.cells.len() - 1
            });
            if let Some((_, held)) = self.cells.get_mut(at) {
                *held += n;
            }
        }
    }
}

/// Counts the rows of files, joined by id where there are several. The first file says which ids there are; every
/// other one has each of them in one row.
///
/// # Errors
/// What the files have that is not counted here.
pub fn tally(inputs: &[Input<'_>]) -> Result<Tally, Odd> {
    let counted = match join::beside(inputs)? {
        Some(counted) => counted,
        None => match join::by_slots(inputs)? {
            Some(counted) => counted,
            None => join::by_partitions(inputs)?,
        },
    };
    spelt(&counted)
}

/// The codes of cells as texts.
fn spelt(counted: &Counted) -> Result<Tally, Odd> {
    let mut tally = Tally::default();
    let lost = || Odd::Unread("a code is lost");
    for &code in &counted.order {
        let n = counted.counts.get(code as usize).copied().unwrap_or(0);
        // Back from the last file to the first.
        let mut of_file = vec![0u32; counted.words.len()];
        let mut code = code;
        for at in (0..counted.files.len()).rev() {
            let met = counted.files.get(at).and_then(|f| f.met.get(code as usize));
            let Some(&(first, second)) = met else {
                return Err(lost());
            };
            if let Some(slot) = of_file.get_mut(at + 1) {
                *slot = second;
            }
            code = first;
        }
        if let Some(slot) = of_file.first_mut() {
            *slot = code;
        }
        let mut cell = Vec::new();
        for ((words, columns), code) in counted.words.iter().zip(&counted.columns).zip(of_file) {
            let mut codes = vec![0u32; columns.len()];
            let mut code = code;
            if let [only] = codes.as_mut_slice() {
                *only = code;
            } else {
                for (slot, pairs) in codes.iter_mut().zip(columns).rev() {
                    let Some(&(first, second)) = pairs.met.get(code as usize) else {
                        return Err(lost());
                    };
                    (*slot, code) = (second, first);
                }
            }
            for (words, code) in words.iter().zip(codes) {
                let word = words
                    .words
                    .get(code as usize)
                    .map(|w| String::from_utf8_lossy(w));
                cell.push(word.unwrap_or_default().into_owned());
            }
        }
        tally.cells.push((cell, n));
    }
    Ok(tally)
}
