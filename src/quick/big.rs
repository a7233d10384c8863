//! Large files, counted instead of read: of a question about classes alone, the different rows and their numbers say
//! all that its metrics need, and there are few of them.
//!
//! What is counted becomes a small file of one row for each different one, and the plan of the question is run on it
//! with the number of rows that each stands for. So the numbers, intervals included, are those of all rows.

use super::line::{Question, Word};
use super::roles::{Roles, System};
use crate::data::{self, CountedFile, Counting, DataError, Tally};
use crate::text::{Spanned, World};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// From so many bytes on files are counted, where they can be.
pub(super) const BIG: u64 = 32 << 20;
/// Up to so many bytes what is wrong with ids is looked up in whole tables.
const SMALL_ENOUGH_TO_READ: u64 = 1 << 30;
/// With fewer rows than that for each different one, or more different ones than that, rows are drawn one by one, and
/// have to be there.
const ROWS_A_CELL: u64 = 16;
const MOST_CELLS: usize = 4096;

/// The file of different rows in the plan that is run.
pub(super) const CELLS: &str = "counted.csv";

/// Counted rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) tally: Tally,
    /// What the columns of cells are: the label, the slices, and each system's prediction.
    pub(super) columns: Vec<String>,
}

/// What keeps files from being counted or read.
pub(super) type Wrong = Box<DataError>;

/// Whether a question can be answered from counted rows.
pub(super) fn can_count(told: &Question<Word>, roles: &Roles) -> bool {
    // A studentized interval, DeLong's and most tests go over all units.
    let counted = |m: &Word| {
        let methods = [
            "auto",
            "percentile",
            "basic",
            "bca",
            "t",
            "normal",
            "wilson",
            "exact",
            "newcombe",
            "none",
        ];
        methods.contains(&m.value.as_str())
    };
    roles.counting
        && told.group.is_none()
        && told.weight.is_none()
        && told.columns.is_empty()
        && told.score.is_none()
        && told.test.as_ref().is_none_or(|t| t.value == "mcnemar")
        && told.interval.as_ref().is_none_or(counted)
        && roles
            .systems
            .iter()
            .all(|s| s.columns.len() == 1 && s.prediction().is_some())
}

/// Counts the rows of a question's files where they are large and can be.
pub(super) fn count_large(
    world: &dyn World,
    told: &Question<Word>,
    roles: &Roles,
    from_bytes: u64,
) -> Result<Option<Counted>, Wrong> {
    if !can_count(told, roles) {
        return Ok(None);
    }
    let (files, order) = files(told, roles);
    let paths: Vec<&Path> = files.iter().map(|f| f.path.as_path()).collect();
    let Some(bytes) = data::stored_bytes(world, &paths).filter(|n| *n >= from_bytes) else {
        return Ok(None);
    };
    match data::count_rows(world, &files) {
        Counting::Counted(tally) => {
            let counted = in_order(tally, &order, columns(told, roles));
            Ok(Some(counted).filter(Counted::fits))
        }
        Counting::Wrong(error) if bytes > SMALL_ENOUGH_TO_READ => Err(error),
        Counting::Wrong(_) | Counting::Unread(_) => Ok(None),
    }
}

/// Counts the rows of a shard, or says why they cannot be.
pub(super) fn count_shard(
    world: &dyn World,
    told: &Question<Word>,
    roles: &Roles,
) -> Result<Result<Counted, String>, Wrong> {
    if !can_count(told, roles) {
        let takes = "that takes metrics of labels and predictions as classes, and no --group, --weight, --score or --column";
        return Ok(Err(takes.to_owned()));
    }
    let (files, order) = files(told, roles);
    match data::count_rows(world, &files) {
        Counting::Counted(tally) => Ok(Ok(in_order(tally, &order, columns(told, roles)))),
        Counting::Unread(why) => Ok(Err(why)),
        Counting::Wrong(error) => Err(error),
    }
}

fn in_order(tally: Tally, order: &[usize], columns: Vec<String>) -> Counted {
    let reordered = |(cell, n): (Vec<String>, u64)| {
        let at = |&place: &usize| cell.get(place).cloned().unwrap_or_default();
        (order.iter().map(at).collect(), n)
    };
    Counted {
        tally: Tally {
            cells: tally.cells.into_iter().map(reordered).collect(),
        },
        columns,
    }
}

impl Counted {
    /// Whether rows that were read would be drawn by their kinds, too.
    fn fits(&self) -> bool {
        let cells = self.tally.cells.len();
        cells <= MOST_CELLS && self.tally.rows() / ROWS_A_CELL >= cells as u64
    }

    /// How many rows each cell stands for.
    pub(super) fn copies(&self) -> Vec<u64> {
        self.tally.cells.iter().map(|(_, n)| *n).collect()
    }

    /// The different values of a column.
    pub(super) fn values(&self, at: usize) -> impl Iterator<Item = &String> {
        self.tally
            .cells
            .iter()
            .filter_map(move |(cell, _)| cell.get(at))
    }
}

/// The columns of cells by name: the label's, the slices', the predictions'.
fn columns(told: &Question<Word>, roles: &Roles) -> Vec<String> {
    let label = roles.label.iter().map(|l| format!("label {}", l.value));
    let slices = told.slices.iter().map(|s| format!("slice {}", s.value));
    let of = |s: &System| {
        let column = s.prediction().map_or("", |p| p.value.as_str());
        format!("prediction {column}")
    };
    label
        .chain(slices)
        .chain(roles.systems.iter().map(of))
        .collect()
}

/// The files to count, and for each column of a cell its place in what is counted.
fn files(told: &Question<Word>, roles: &Roles) -> (Vec<CountedFile>, Vec<usize>) {
    let mut files: Vec<CountedFile> = Vec::new();
    // The file and the place in it of each column of a cell.
    let mut wanted: Vec<(usize, usize)> = Vec::new();
    let mut want = |path: &str, column: &str| {
        let known = files.iter().position(|f| f.path == Path::new(path));
        let file = known.unwrap_or_else(|| {
            files.push(CountedFile {
                path: PathBuf::from(path),
                columns: Vec::new(),
                id: None,
            });
            files.len() - 1
        });
        if let Some(f) = files.get_mut(file) {
            let known = f.columns.iter().position(|c| c == column);
            let place = known.unwrap_or_else(|| {
                f.columns.push(column.to_owned());
                f.columns.len() - 1
            });
            wanted.push((file, place));
        }
    };
    let source = &roles.source.value;
    for column in roles.label.iter().chain(&told.slices) {
        want(source, &column.value);
    }
    for system in &roles.systems {
        if let Some(prediction) = system.prediction() {
            want(&system.file.value, &prediction.value);
        }
    }
    let id = match &roles.id {
        Some(id) => Some(id.value.clone()),
        None => roles.has_id.then(|| "id".to_owned()),
    };
    for file in &mut files {
        file.id.clone_from(&id);
    }
    let starts: Vec<usize> = files
        .iter()
        .scan(0, |next, f| {
            let start = *next;
            *next += f.columns.len();
            Some(start)
        })
        .collect();
    let place = |(file, place): (usize, usize)| starts.get(file).copied().unwrap_or(0) + place;
    (files, wanted.into_iter().map(place).collect())
}

/// The question about the file of cells: label and slices by their own names, each prediction by a free one; with the
/// header of that file, and for each of its columns the place in a cell.
pub(super) fn on_cells(told: &Question<Word>, roles: &Roles) -> (Roles, Vec<(String, usize)>) {
    let file = |word: &Word| Spanned::new(CELLS.to_owned(), word.span);
    let mut roles = roles.clone();
    roles.source = file(&roles.source);
    roles.id = None;
    let mut header: Vec<(String, usize)> = Vec::new();
    let own = roles.label.iter().chain(&told.slices);
    for (place, word) in own.enumerate() {
        if !header.iter().any(|(name, _)| *name == word.value) {
            header.push((word.value.clone(), place));
        }
    }
    let first = usize::from(roles.label.is_some()) + told.slices.len();
    for (place, system) in (first..).zip(&mut roles.systems) {
        system.file = file(&system.file);
        let mut name = format!("c{place}");
        while header.iter().any(|(known, _)| *known == name) {
            name.insert(0, '_');
        }
        header.push((name.clone(), place));
        for (_, prediction) in &mut system.columns {
            prediction.value.clone_from(&name);
        }
    }
    (roles, header)
}

/// Counted rows as a file.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    /// `benchwright counts`
    format: String,
    version: u32,
    columns: Vec<String>,
    cells: Vec<(Vec<String>, u64)>,
}

const FORMAT: &str = "benchwright counts";
const VERSION: u32 = 1;

impl Counted {
    /// The counted rows as the text of a file.
    pub(super) fn stored(&self) -> String {
        let stored = Stored {
            format: FORMAT.to_owned(),
            version: VERSION,
            columns: self.columns.clone(),
            cells: self.tally.cells.clone(),
        };
        // Texts and whole numbers can always be written.
        serde_json::to_string(&stored).unwrap_or_default() + "\n"
    }

    /// The counted rows of a file, or why it holds none.
    pub(super) fn restored(text: &str) -> Result<Counted, String> {
        let stored: Stored = serde_json::from_str(text)
            .map_err(|_| "it holds no counts, as `--partial` writes them".to_owned())?;
        if stored.format != FORMAT || stored.version != VERSION {
            return Err(format!(
                "it is `{}` of version {}",
                stored.format, stored.version
            ));
        }
        let width = stored.columns.len();
        if stored.cells.iter().any(|(cell, _)| cell.len() != width) {
            return Err("its cells are not those of its columns".to_owned());
        }
        Ok(Counted {
            tally: Tally {
                cells: stored.cells,
            },
            columns: stored.columns,
        })
    }

    /// Adds the rows of another shard; `false` where it counts other columns.
    pub(super) fn merge(&mut self, other: &Counted) -> bool {
        let same = self.columns == other.columns;
        if same {
            self.tally.merge(&other.tally);
        }
        same
    }
}
