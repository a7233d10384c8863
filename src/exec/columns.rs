//! The columns of one run on one partition: read, joined, and put together for the kernels.

use super::dataset::{Evidenced, diagnosed, place_by_column};
use super::outputs::Run;
use super::roles::{self, Home};
use super::{Event, Files, Input};
use crate::data::{self, ColumnKind, ColumnRequest, DataError, IdIndex, Table, TextColumn};
use crate::diagnostic::Diagnostic;
use crate::hir::formula::{Cell, Figure};
use crate::hir::{DataRef, Each, Outputs, Plan};
use crate::metrics::native::{ListError, lists};
use crate::metrics::{Classes, Need, RunColumns, Texts};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Columns, row by row of a partition: those of one run, or those of the dataset.
#[derive(Debug, Default)]
pub(super) struct Owned {
    /// Codes of the label's classes.
    pub(super) classes: BTreeMap<Cell, Vec<u32>>,
    pub(super) numbers: BTreeMap<Cell, Vec<f64>>,
    pub(super) texts: BTreeMap<Cell, TextColumn>,
    /// The positive class's.
    pub(super) score: Vec<f64>,
    /// Each class's.
    pub(super) scores: Vec<Vec<f64>>,
    pub(super) weight: Vec<f64>,
    /// Figures of the whole run, where something measured them.
    pub(super) figures: BTreeMap<Figure, f64>,
}

/// Columns whose words need not be classes of the label, in one code.
#[derive(Debug, Default)]
pub(super) struct Joint {
    /// Words that are no classes, sorted.
    extra: Vec<String>,
    codes: BTreeMap<Cell, Vec<u32>>,
}

impl Owned {
    /// Takes the scores of the positive class; of two classes the other has what is left.
    pub(super) fn set_score(&mut self, score: Vec<f64>, classes: &Classes) {
        if let (Some(positive), 2) = (classes.positive, classes.names.len()) {
            let other = score.iter().map(|s| 1.0 - s).collect();
            self.scores = match positive {
                0 => vec![score.clone(), other],
                _ => vec![other, score.clone()],
            };
        }
        self.score = score;
    }

    /// These rows and then `other`'s; `None` where one has what the other hasn't, or figures of whole runs.
    pub(super) fn before(&self, other: &Owned) -> Option<Owned> {
        let lists = |a: &Vec<Vec<f64>>, b: &Vec<Vec<f64>>| -> Vec<Vec<f64>> {
            a.iter().zip(b).map(|(a, b)| joined(a, b)).collect()
        };
        if !self.figures.is_empty() || !other.figures.is_empty() {
            return None;
        }
        let whole = self.score.is_empty() == other.score.is_empty()
            && self.scores.len() == other.scores.len()
            && self.weight.is_empty() == other.weight.is_empty();
        whole.then_some(Owned {
            classes: each(&self.classes, &other.classes, |a, b| joined(a, b))?,
            numbers: each(&self.numbers, &other.numbers, |a, b| joined(a, b))?,
            texts: each(&self.texts, &other.texts, joined_texts)?,
            score: joined(&self.score, &other.score),
            scores: lists(&self.scores, &other.scores),
            weight: joined(&self.weight, &other.weight),
            figures: BTreeMap::new(),
        })
    }

    /// One code for the words of all columns of the run and of the dataset. An empty field is missing.
    pub(super) fn joint(&self, shared: &Owned, classes: &Classes) -> Joint {
        let known: BTreeMap<&str, u32> = (0u32..)
            .zip(&classes.names)
            .map(|(code, name)| (name.as_str(), code))
            .collect();
        let columns = || shared.texts.iter().chain(&self.texts);
        let mut extra = BTreeSet::new();
        for word in columns().flat_map(|(_, column)| &column.words) {
            if !word.is_empty() && !known.contains_key(word.as_str()) {
                extra.insert(word.clone());
            }
        }
        let extra: Vec<String> = extra.into_iter().collect();
        let code = |word: &String| -> u32 {
            if word.is_empty() {
                return u32::MAX;
            }
            let place = || extra.binary_search(word).ok();
            let beyond = || u32::try_from(classes.names.len() + place()?).ok();
            known
                .get(word.as_str())
                .copied()
                .or_else(beyond)
                .unwrap_or(u32::MAX)
        };
        let coded = |column: &TextColumn| -> Vec<u32> {
            let words: Vec<u32> = column.words.iter().map(code).collect();
            let of = |&c: &u32| words.get(c as usize).copied().unwrap_or(u32::MAX);
            column.codes.iter().map(of).collect()
        };
        let codes = columns()
            .map(|(cell, column)| (cell.clone(), coded(column)))
            .collect();
        Joint { extra, codes }
    }

    pub(super) fn with<'a>(
        &'a self,
        shared: &'a Owned,
        joint: &'a Joint,
        classes: &'a Classes,
    ) -> RunColumns<'a> {
        let mut columns = RunColumns {
            names: &classes.names,
            extra: &joint.extra,
            score: &self.score,
            scores: &self.scores,
            weight: &shared.weight,
            figures: self.figures.clone(),
            ..RunColumns::default()
        };
        let coded = joint
            .codes
            .iter()
            .chain(&shared.classes)
            .chain(&self.classes);
        columns
            .classes
            .extend(coded.map(|(c, codes)| (c.clone(), codes.as_slice())));
        let numbers = shared.numbers.iter().chain(&self.numbers);
        columns
            .numbers
            .extend(numbers.map(|(c, n)| (c.clone(), n.as_slice())));
        for (cell, text) in shared.texts.iter().chain(&self.texts) {
            let texts = Texts {
                codes: &text.codes,
                words: &text.words,
            };
            columns.texts.insert(cell.clone(), texts);
        }
        columns
    }
}

fn joined<T: Copy>(a: &[T], b: &[T]) -> Vec<T> {
    a.iter().chain(b).copied().collect()
}

/// The columns of both; `None` unless they have the same ones.
fn each<T>(
    a: &BTreeMap<Cell, T>,
    b: &BTreeMap<Cell, T>,
    both: impl Fn(&T, &T) -> T,
) -> Option<BTreeMap<Cell, T>> {
    let same = a.len() == b.len();
    let one = |(cell, own): (&Cell, &T)| Some((cell.clone(), both(own, b.get(cell)?)));
    a.iter().map(one).collect::<Option<_>>().filter(|_| same)
}

/// The texts of both columns, each word once.
fn joined_texts(a: &TextColumn, b: &TextColumn) -> TextColumn {
    let mut words = a.words.clone();
    let known: BTreeMap<&str, u32> = (0u32..)
        .zip(&a.words)
        .map(|(c, w)| (w.as_str(), c))
        .collect();
    let place = |word: &String| match known.get(word.as_str()) {
        Some(&code) => code,
        None => {
            words.push(word.clone());
            u32::try_from(words.len() - 1).unwrap_or(u32::MAX)
        }
    };
    let of_b: Vec<u32> = b.words.iter().map(place).collect();
    let moved = |&c: &u32| of_b.get(c as usize).copied().unwrap_or(u32::MAX);
    TextColumn {
        codes: a
            .codes
            .iter()
            .copied()
            .chain(b.codes.iter().map(moved))
            .collect(),
        words,
    }
}

/// What the dataset has of a partition's rows: label, weight, and the columns that formulas name.
pub(super) fn shared(
    plan: &Plan,
    data: &Evidenced,
    rows: &[u32],
    needs: &[Need],
) -> Result<Owned, Vec<Diagnostic>> {
    let d = &plan.datasets[data.dataset];
    let mut shared = Owned::default();
    let label = Cell::Role("label".into());
    if let Some(column) = d.label.as_ref().map(|l| &l.column)
        && needs
            .iter()
            .any(|n| n.is_class("label") || n.is_class("prediction"))
    {
        let codes = data::encode_classes(&data.table, &column.value, rows, &data.classes.names)
            .map_err(|e| diagnosed(&e, column.span))?;
        shared.classes.insert(label.clone(), codes);
    }
    for need in needs {
        let Some(cell) = need.cell() else { continue };
        let Some(Home::Dataset(column)) = roles::home_in_dataset(d, cell) else {
            continue;
        };
        match need {
            Need::Number(_) => {
                let numbers = data.table.numbers(&column).unwrap_or_default();
                shared
                    .numbers
                    .insert(cell.clone(), data::take_numbers(numbers, rows));
            }
            Need::Class(_) if *cell == label => {}
            Need::Class(_) | Need::Text(_) | Need::List(..) => {
                if let Some((_, text)) = data.table.text(&column) {
                    let place = d
                        .label
                        .as_ref()
                        .map_or(d.common.name_span, |l| l.column.span);
                    check_lists(need, &data.table, &column).map_err(|e| diagnosed(&[e], place))?;
                    shared.texts.insert(cell.clone(), taken(text, rows));
                }
            }
            Need::Score | Need::Scores => {}
        }
    }
    if let Some(weight) = &d.weight {
        let numbers = data.table.numbers(&weight.value).unwrap_or_default();
        shared.weight = data::take_numbers(numbers, rows);
    }
    Ok(shared)
}

/// The texts of some rows.
pub(super) fn taken(column: &TextColumn, rows: &[u32]) -> TextColumn {
    let code = |&row: &u32| column.codes.get(row as usize).copied().unwrap_or(u32::MAX);
    TextColumn {
        words: column.words.clone(),
        codes: rows.iter().map(code).collect(),
    }
}

/// The first field of a column of lists that is none.
fn check_lists(need: &Need, table: &Table, column: &str) -> Result<(), DataError> {
    let (Need::List(kind, _), Some((place, texts))) = (need, table.text(column)) else {
        return Ok(());
    };
    let Err((code, error)) = lists(*kind, texts.words.iter().map(String::as_str)) else {
        return Ok(());
    };
    let row = texts.codes.iter().position(|&c| c as usize == code);
    Err(DataError::NotAList {
        place: table.place(row.unwrap_or_default(), place),
        name: column.to_string(),
        text: texts.words.get(code).cloned().unwrap_or_default(),
        why: match error {
            ListError::Json => "it begins like JSON and is none",
            ListError::Part => {
                "it has a part that is neither text nor number, or a grade that is no number"
            }
            ListError::Object => "it is a JSON object, which has no order",
        },
    })
}

/// Reads a run's files once, and takes from them the columns of each partition it is measured on. `paths` are the
/// files, or else one is `path`, which may be a pattern.
pub(super) fn read(
    files: &Files<'_>,
    plan: &Plan,
    (run, path, paths): (&Run, PathBuf, Option<&[PathBuf]>),
    (data, index): (&Evidenced, Option<&IdIndex<'_>>),
    on: &BTreeMap<&DataRef, Vec<u32>>,
    needs: &[Need],
) -> Result<(Vec<Owned>, Input), Vec<Diagnostic>> {
    let asked = Asked::new(plan, run, data, needs);
    (files.events)(Event::Reading(&path));
    let progress = |bytes| (files.events)(Event::Bytes(bytes));
    let table = match paths {
        Some(paths) => data::read_tables(files.world, &path, paths, &asked.requests, &progress),
        None => data::read_table(files.world, &path, &asked.requests, &progress),
    };
    let table =
        table.map_err(|e| place_by_column(&e, run.span, |column| mapped(plan, run, column)))?;
    (files.events)(Event::Read);
    let table = match &asked.rank {
        Some((rank, item)) => data::gather(&table, asked.id.as_deref().unwrap_or("id"), rank, item)
            .map_err(|e| diagnosed(&e, run.span))?,
        None => table,
    };
    for (need, column) in &asked.lists {
        check_lists(need, &table, column).map_err(|e| diagnosed(&[e], run.span))?;
    }
    let columns: Result<Vec<Owned>, _> = on
        .values()
        .map(|rows| take(&asked, &table, data, index, rows))
        .collect();
    let input = Input {
        path,
        sha256: table.sha256.clone(),
        rows: table.rows() as u64,
        run: Some((run.variant.system, plan.spell(&run.variant), run.seed)),
    };
    let columns = columns.map_err(|e| diagnosed(&e, run.span))?;
    Ok((columns, input))
}

/// Where the plan maps a column of a run's file.
fn mapped(plan: &Plan, run: &Run, column: &str) -> Option<Span> {
    let outputs = plan.systems[run.variant.system].outputs.as_ref();
    let maps = outputs.and_then(Outputs::columns)?;
    maps.iter().find_map(|m| m.names(column))
}

/// The columns asked of a file.
struct Asked {
    /// The column of ids; `None` where the dataset's rows need none.
    id: Option<String>,
    /// What is taken of the file: the field, how it is read, the column, the factor to canonical units.
    fields: Vec<(Cell, Read, String, (f64, f64))>,
    /// The column of the score of each class; of one class alone where there is but one.
    scores: Vec<(Option<usize>, String)>,
    /// The columns of ranks and of items, where the rows of an id become one list.
    rank: Option<(String, String)>,
    /// Columns that are read as lists.
    lists: Vec<(Need, String)>,
    requests: Vec<ColumnRequest>,
}

/// How a field is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    /// As one of the label's classes.
    Class,
    Number,
    Text,
}

impl Asked {
    fn new(plan: &Plan, run: &Run, data: &Evidenced, needs: &[Need]) -> Self {
        let d = &plan.datasets[data.dataset];
        let outputs = plan.systems[run.variant.system].outputs.as_ref();
        let maps = outputs.and_then(Outputs::columns).unwrap_or_default();
        let find = |role: &str| maps.iter().find(|c| c.role.value == role);
        let own = data.id.as_ref();
        let id = own.map(|id| find("id").map_or(id.clone(), |c| c.column.value.clone()));
        let mut wanted: Vec<(Cell, Read)> = Vec::new();
        for need in needs {
            let Some(cell) = need.cell() else { continue };
            if roles::home(plan, run.variant.system, d, cell) != Some(Home::Outputs) {
                continue;
            }
            let read = match need {
                Need::Number(_) => Read::Number,
                Need::Class(_) if need.is_class("prediction") => Read::Class,
                _ => Read::Text,
            };
            if !wanted.contains(&(cell.clone(), read)) {
                wanted.push((cell.clone(), read));
            }
        }
        // A mapped column is a claim about the file: it is read, and held to its kind, whether or not a
        // metric needs it.
        for map in maps
            .iter()
            .filter(|m| !matches!(m.role.value.as_str(), "id" | "score" | "rank"))
        {
            let cell = Cell::Role(map.role.value.clone());
            if wanted.iter().any(|(c, _)| *c == cell) {
                continue;
            }
            let classes = !data.classes.names.is_empty();
            wanted.push(match map.role.value.as_str() {
                "prediction" if classes => (cell, Read::Class),
                "latency" => (cell, Read::Number),
                _ if map.unit.is_some() => (cell, Read::Number),
                _ => (cell, Read::Text),
            });
        }
        let fields: Vec<(Cell, Read, String, (f64, f64))> = wanted
            .into_iter()
            .map(|(cell, read)| {
                let map = find(cell.name());
                let column = map.map_or(cell.name().to_string(), |c| c.column.value.clone());
                let unit = map.and_then(|c| c.unit.as_ref());
                (
                    cell,
                    read,
                    column,
                    unit.map_or((1.0, 1.0), |(up, down, _)| (*up, *down)),
                )
            })
            .collect();
        let scored = needs.contains(&Need::Score) || needs.contains(&Need::Scores);
        let scores = match find("score") {
            Some(map) if map.each != Each::One => data
                .classes
                .names
                .iter()
                .enumerate()
                .filter_map(|(place, name)| Some((Some(place), map.of_class(place, name)?)))
                .collect(),
            Some(map) => vec![(None, map.column.value.clone())],
            None if scored => vec![(None, "score".to_string())],
            None => Vec::new(),
        };
        let mut requests: Vec<ColumnRequest> = Vec::new();
        requests.extend(id.iter().map(|id| ColumnRequest::new(id, ColumnKind::Key)));
        let of_fields = fields.iter().map(|(_, read, column, _)| match read {
            Read::Number => (column, ColumnKind::Number),
            Read::Class => (column, ColumnKind::Text),
            Read::Text => (column, ColumnKind::Json),
        });
        let of_scores = scores
            .iter()
            .map(|(_, column)| (column, ColumnKind::Number));
        let item =
            || find("prediction").map_or("prediction".to_string(), |m| m.column.value.clone());
        let rank = find("rank").map(|map| (map.column.value.clone(), item()));
        let of_rank = rank
            .iter()
            .flat_map(|(rank, item)| [(rank, ColumnKind::Number), (item, ColumnKind::Text)]);
        for (name, kind) in of_fields.chain(of_scores).chain(of_rank) {
            let request = ColumnRequest::new(name.clone(), kind);
            if !requests.contains(&request) {
                requests.push(request);
            }
        }
        let column_of = |need: &Need| {
            let field = fields.iter().find(|(cell, ..)| Some(cell) == need.cell());
            field.map(|(_, _, column, _)| (need.clone(), column.clone()))
        };
        let lists = needs
            .iter()
            .filter(|n| matches!(n, Need::List(..)))
            .filter_map(column_of)
            .collect();
        Asked {
            id,
            rank,
            lists,
            fields,
            scores,
            requests,
        }
    }
}

fn take(
    asked: &Asked,
    table: &Table,
    data: &Evidenced,
    index: Option<&IdIndex<'_>>,
    rows: &[u32],
) -> Result<Owned, Vec<data::DataError>> {
    // Without ids the file is the dataset's own, and each output stands in its label's row.
    let found = match (index, &asked.id) {
        (Some(index), Some(id)) => index.join(rows, table, id)?.rows,
        _ => rows.to_vec(),
    };
    let numbers = |name: &str| data::take_numbers(table.numbers(name).unwrap_or_default(), &found);
    let mut owned = Owned::default();
    for (cell, read, column, (up, down)) in &asked.fields {
        match read {
            Read::Class => {
                let classes = &data.classes.names;
                let codes = data::encode_classes(table, column, &found, classes)?;
                owned.classes.insert(cell.clone(), codes);
            }
            Read::Number => {
                let values = numbers(column).into_iter().map(|x| x * up / down);
                owned.numbers.insert(cell.clone(), values.collect());
            }
            Read::Text => {
                if let Some((_, text)) = table.text(column) {
                    owned.texts.insert(cell.clone(), taken(text, &found));
                }
            }
        }
    }
    let positive = data.classes.positive.map(|p| p as usize);
    match asked.scores.as_slice() {
        [(None, column)] => owned.set_score(numbers(column), &data.classes),
        columns => {
            owned.scores = columns.iter().map(|(_, column)| numbers(column)).collect();
            let of_positive = positive.and_then(|p| owned.scores.get(p));
            owned.score = of_positive.cloned().unwrap_or_default();
        }
    }
    Ok(owned)
}
