//! Which classes there are, and which one is positive.

use super::Guess;
use super::big::Counted;
use super::line::{Question, Word};
use super::roles::Roles;
use crate::data::{self, ColumnKind, ColumnRequest, TextColumn};
use crate::diagnostic::Diagnostic;
use crate::draft::{self, DraftError, words};
use crate::text::{Spanned, World};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// With more values than this a column is not taken for one of classes unasked.
const MOST: usize = 2000;
/// A guess names no more classes than this.
const NAMED: usize = 20;

/// The classes of the label.
#[derive(Debug, Default)]
pub(super) struct Classes {
    /// Their names; empty where the metrics need none.
    pub(super) names: Vec<Word>,
    pub(super) positive: Option<Word>,
}

/// The classes that are said, else all that stand in the columns of labels and predictions.
pub(super) fn classes(
    world: &dyn World,
    told: &Question<Word>,
    roles: &Roles,
    counted: Option<&Counted>,
    guesses: &mut Vec<Guess>,
) -> Result<Classes, Vec<Diagnostic>> {
    let Some(label) = roles.label.as_ref().filter(|_| roles.classes) else {
        return Ok(Classes::default());
    };
    let names = if told.labels.is_empty() {
        let (labels, all) = match counted {
            Some(counted) => of_counts(counted, told.slices.len()),
            None => of_files(world, roles, label)?,
        };
        named(roles, label, &labels, all, guesses)?
    } else {
        told.labels.clone()
    };
    let positive = match (&told.positive, &roles.positive) {
        (Some(positive), _) => Some(positive.clone()),
        (None, Some(_)) => Some(likely(roles, label, &names, guesses)?),
        (None, None) => None,
    };
    Ok(Classes { names, positive })
}

/// The classes of labels, and those of labels and predictions.
type Found = (BTreeSet<String>, BTreeSet<String>);

fn of_counts(counted: &Counted, slices: usize) -> Found {
    let filled = |w: &&String| !w.is_empty();
    let labels: BTreeSet<String> = counted.values(0).filter(filled).cloned().collect();
    let mut all = labels.clone();
    for at in 1 + slices..counted.columns.len() {
        all.extend(counted.values(at).filter(filled).cloned());
    }
    (labels, all)
}

fn of_files(world: &dyn World, roles: &Roles, label: &Word) -> Result<Found, Vec<Diagnostic>> {
    let mut wanted: BTreeMap<&str, (&Word, Vec<&Word>)> = BTreeMap::new();
    let of = |file| (file, Vec::new());
    let source = wanted.entry(&roles.source.value);
    source.or_insert_with(|| of(&roles.source)).1.push(label);
    for system in &roles.systems {
        if let Some(prediction) = system.prediction() {
            let entry = wanted.entry(&system.file.value);
            entry.or_insert_with(|| of(&system.file)).1.push(prediction);
        }
    }
    let (mut labels, mut all) = (BTreeSet::new(), BTreeSet::new());
    let mut errors = Vec::new();
    for (file, columns) in wanted.values() {
        match values(world, file, columns) {
            Ok(found) => {
                for (column, words) in columns.iter().zip(found) {
                    if file.value == roles.source.value && column.value == label.value {
                        labels.extend(words.iter().cloned());
                    }
                    all.extend(words);
                }
            }
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() {
        Ok((labels, all))
    } else {
        Err(errors)
    }
}

fn named(
    roles: &Roles,
    label: &Word,
    labels: &BTreeSet<String>,
    all: BTreeSet<String>,
    guesses: &mut Vec<Guess>,
) -> Result<Vec<Word>, Vec<Diagnostic>> {
    if all.len() > MOST {
        let error = DraftError::LabelOfTexts {
            path: PathBuf::from(&roles.source.value),
            column: label.value.clone(),
            distinct: all.len(),
        };
        let mut d = draft::diagnose(&error).label(label.span, "taken for classes");
        d.help = vec!["name the classes: `--labels a,b,c`".to_owned()];
        return Err(vec![d]);
    }
    let only: Vec<String> = all.difference(labels).map(|w| format!("`{w}`")).collect();
    let column: TextColumn = all.into_iter().collect();
    let rows: Vec<u32> = (0..).take(column.codes.len()).collect();
    let names = data::classes_of(&column, &rows);
    let mut why = format!("they stand in `{}` or among the predictions", label.value);
    if !only.is_empty() {
        why += &format!("; {} in no label", only.join(", "));
    }
    let value = match names.len() {
        0..=NAMED => names.join(","),
        n => format!("({n} classes)"),
    };
    guesses.push(Guess {
        option: "--labels",
        value,
        why,
    });
    let word = |name: String| Spanned::new(name, label.span);
    Ok(names.into_iter().map(word).collect())
}

/// The different values of each of some columns, the empty one left out.
fn values(
    world: &dyn World,
    file: &Word,
    columns: &[&Word],
) -> Result<Vec<Vec<String>>, Vec<Diagnostic>> {
    let mut requests: Vec<ColumnRequest> = Vec::new();
    for column in columns {
        let request = ColumnRequest::new(&column.value, ColumnKind::Text);
        if !requests.contains(&request) {
            requests.push(request);
        }
    }
    let table = data::read_table(world, Path::new(&file.value), &requests, &|_| {});
    let diagnosed = |e: &data::DataError| data::diagnose(e, Some(file.span));
    let table = table.map_err(|errors| errors.iter().map(diagnosed).collect::<Vec<_>>())?;
    let words = |column: &&Word| {
        let text = table.text(&column.value);
        let words = text.map(|(_, t)| t.words.clone()).unwrap_or_default();
        words.into_iter().filter(|w| !w.is_empty()).collect()
    };
    Ok(columns.iter().map(words).collect())
}

/// The one of two classes that is called like a positive one.
fn likely(
    roles: &Roles,
    label: &Word,
    names: &[Word],
    guesses: &mut Vec<Guess>,
) -> Result<Word, Vec<Diagnostic>> {
    let called = |n: &&Word| words::POSITIVE.contains(&n.value.to_lowercase().as_str());
    if let (Some(positive), 2) = (names.iter().find(called), names.len()) {
        guesses.push(Guess {
            option: "--positive",
            value: positive.value.clone(),
            why: "it is called like a positive one".to_owned(),
        });
        return Ok(positive.clone());
    }
    let among: Vec<String> = names.iter().map(|n| n.value.clone()).collect();
    let error = DraftError::NotTold {
        what: "which class is the positive one".to_owned(),
        path: PathBuf::from(&roles.source.value),
        say: "--positive CLASS".to_owned(),
        among,
        columns: Vec::new(),
    };
    let metric = roles.positive.as_ref().map_or(label.span, |m| m.span);
    Err(vec![
        draft::diagnose(&error).label(metric, "this metric is about it"),
    ])
}
