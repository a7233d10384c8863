//! The files of rows that commands are given.

use super::super::shelf::{Held, Shelf, output_columns};
use super::demand::On;
use crate::data::{self, RowsOf};
use crate::hir::{DataRef, Dataset, FOLDS, Id, Known, Plan, System};
use crate::runner::{Handed, Source};
use crate::text::Spanned;
use std::collections::{BTreeMap, BTreeSet};

/// What a file holds: rows of partitions, in a fold or not, with or without labels, of some columns or all.
type Content = (Vec<On>, Option<(Id<Dataset>, u32)>, bool, Option<String>);

/// The files made so far; equal ones are made once.
pub(super) struct Rows<'a> {
    plan: &'a Plan,
    shelf: &'a Shelf,
    made: BTreeMap<Content, Result<Handed, String>>,
    files: BTreeMap<String, (String, Vec<u8>)>,
}

/// The rows of `{val}`: those that tune, stop, choose, threshold or calibrate, else the partition of that name beside
/// the rows it is trained on.
pub(super) fn validating(plan: &Plan, system: &System) -> Vec<DataRef> {
    let tune = system.tune.iter().flat_map(|t| &t.on);
    let fields = [
        tune.collect::<Vec<_>>(),
        system.early_stop.iter().collect(),
        system.select.iter().collect(),
        system.threshold.iter().collect(),
        system.calibrate.iter().collect(),
    ];
    let mut found: Vec<DataRef> = Vec::new();
    for used in fields.into_iter().flatten() {
        if !found.contains(&used.data) {
            found.push(used.data.clone());
        }
    }
    if found.is_empty()
        && let Some(train) = system.train.first()
    {
        let split = plan.datasets[train.data.dataset].split.as_ref();
        let parts = split.map_or(&[][..], |s| &s.parts);
        let names = ["val", "valid", "validation", "dev"];
        let named = parts
            .iter()
            .find(|(n, _)| names.contains(&n.value.as_str()));
        found.extend(named.map(|(name, _)| DataRef {
            dataset: train.data.dataset,
            part: Some(name.value.clone()),
        }));
    }
    found
}

impl<'a> Rows<'a> {
    pub(super) fn new(plan: &'a Plan, shelf: &'a Shelf) -> Self {
        Rows {
            plan,
            shelf,
            made: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// The files by name, each with its hash.
    pub(super) fn written(self) -> BTreeMap<String, (String, Vec<u8>)> {
        self.files
    }

    /// The rows a run is asked for, without labels.
    pub(super) fn asked(
        &mut self,
        on: &BTreeSet<On>,
        fold: Option<(Id<Dataset>, u32)>,
        features: Option<&Spanned<String>>,
    ) -> Result<Handed, String> {
        let on = on.iter().cloned().collect();
        self.make("on", (on, fold, false, features.map(|f| f.value.clone())))
    }

    /// The rows that a served system is asked for, one JSON object a line, without labels: the id of each as `id`, and its
    /// other columns as texts.
    pub(super) fn requests(
        &mut self,
        on: &BTreeSet<On>,
        features: Option<&Spanned<String>>,
    ) -> Result<Handed, String> {
        let on = on.first().ok_or("nothing is asked of it")?;
        let id = on.data.dataset;
        let d = &self.plan.datasets[id];
        let held = self.shelf.held.get(&id);
        let held = held.ok_or_else(|| format!("the file of `{}` is not there", d.common.name))?;
        let shown = self.plan.show_data(&on.data);
        let rows = held.rows(on.data.part.as_deref());
        let rows = rows.filter(|rows| !rows.is_empty());
        let rows = rows.ok_or_else(|| format!("`{shown}` has no rows"))?;
        let columns = columns(
            self.plan,
            id,
            held,
            false,
            features.map(|f| f.value.as_str()),
        );
        let mut bytes = Vec::new();
        for &row in &rows {
            let text = |column: &str| held.table.text(column)?.1.get(row as usize);
            let number = (row + 1).to_string();
            let id = held.id.as_deref().map_or(Some(number.as_str()), text);
            let mut object = serde_json::Map::new();
            object.insert("id".into(), id.unwrap_or_default().into());
            for column in columns.iter().filter(|c| Some(*c) != held.id.as_ref()) {
                object
                    .entry(column.clone())
                    .or_insert_with(|| text(column).unwrap_or_default().into());
            }
            // Texts are always written.
            bytes.extend(serde_json::to_vec(&object).unwrap_or_default());
            bytes.push(b'\n');
        }
        let sha256 = data::sha256(&bytes);
        let name = plain(&d.common.name);
        let hash = sha256.get(..16).unwrap_or_default();
        let file = format!("{name}-requests-{hash}.jsonl");
        let handed = Handed {
            name: "requests.jsonl".into(),
            sha256: sha256.clone(),
            bytes: bytes.len() as u64,
            rows: rows.len() as u64,
            holds: format!("{shown}, without labels"),
            source: Source::Split(file.clone()),
        };
        self.files.insert(file, (sha256, bytes));
        Ok(handed)
    }

    /// Rows a run learns from, with labels where `labelled`.
    pub(super) fn learned(
        &mut self,
        name: &str,
        uses: Vec<DataRef>,
        fold: Option<(Id<Dataset>, u32)>,
        features: Option<&Spanned<String>>,
        labelled: bool,
    ) -> Result<Handed, String> {
        if uses.is_empty() {
            return Err(match name {
                "train" => "it has no `train:`".into(),
                "val" => {
                    "it has no `tune:`, `early_stop:` or the like, and no partition is named `val`"
                        .into()
                }
                _ => format!("`{name}` has no `fit:`"),
            });
        }
        let on = uses.into_iter().map(|data| On {
            data,
            learned: true,
        });
        let features = features.map(|f| f.value.clone());
        self.make(name, (on.collect(), fold, labelled, features))
    }

    fn make(&mut self, name: &str, content: Content) -> Result<Handed, String> {
        if !self.made.contains_key(&content) {
            let made = self.write(&content);
            self.made.insert(content.clone(), made);
        }
        let made = self.made.get(&content).cloned();
        let handed = made.unwrap_or_else(|| Err("it cannot be made".into()))?;
        Ok(Handed {
            name: format!("{name}.csv"),
            ..handed
        })
    }

    fn write(&mut self, content: &Content) -> Result<Handed, String> {
        let (all, fold, labelled, features) = content;
        let (mut tables, mut shown) = (Vec::new(), Vec::new());
        // Partitions of one dataset are one table, in the order of its rows.
        let mut by_dataset: BTreeMap<Id<Dataset>, BTreeSet<u32>> = BTreeMap::new();
        for on in all {
            let d = &self.plan.datasets[on.data.dataset];
            let name = &d.common.name;
            let held = self.shelf.held.get(&on.data.dataset);
            let held = held.ok_or_else(|| format!("the file of `{name}` is not there"))?;
            let rows = rows(held, on, *fold);
            let data = self.plan.show_data(&on.data);
            let rows = rows.ok_or_else(|| format!("`{data}` has no rows"))?;
            by_dataset.entry(on.data.dataset).or_default().extend(rows);
            let fold = fold
                .filter(|(of, _)| *of == on.data.dataset && on.data.part.as_deref() == Some(FOLDS));
            let fold = fold.and_then(|(_, n)| {
                let folds = held.cut.folds.as_ref()?;
                let (repeat, place) = folds.place(n as usize);
                Some(match folds.repeats {
                    ..=1 => format!("fold {}", place + 1),
                    _ => format!("fold {} of repeat {}", place + 1, repeat + 1),
                })
            });
            shown.push(match (fold, on.learned) {
                (None, _) => data,
                (Some(fold), false) => format!("{data}, {fold}"),
                (Some(fold), true) => format!("{data} without {fold}"),
            });
        }
        let mut datasets: Vec<String> = Vec::new();
        for (id, rows) in by_dataset {
            let Some(held) = self.shelf.held.get(&id) else {
                continue;
            };
            datasets.push(plain(&self.plan.datasets[id].common.name));
            tables.push(RowsOf {
                table: &held.table,
                columns: columns(self.plan, id, held, *labelled, features.as_deref()),
                rows: rows.into_iter().collect(),
            });
        }
        shown.dedup();
        let bytes = data::rows_file(&tables);
        let sha256 = data::sha256(&bytes);
        let labels = if *labelled { "labelled" } else { "unlabelled" };
        let file = format!(
            "{}-{labels}-{}.csv",
            datasets.join("+"),
            sha256.get(..16).unwrap_or_default()
        );
        let handed = Handed {
            name: String::new(),
            sha256: sha256.clone(),
            bytes: bytes.len() as u64,
            rows: tables.iter().map(|part| part.rows.len() as u64).sum(),
            holds: format!(
                "{}, {}",
                shown.join(" and "),
                if *labelled {
                    "with labels"
                } else {
                    "without labels"
                }
            ),
            source: Source::Split(file.clone()),
        };
        self.files.insert(file, (sha256, bytes));
        Ok(handed)
    }
}

fn plain(name: &str) -> String {
    let fits = |c: char| if c.is_alphanumeric() { c } else { '_' };
    name.chars().map(fits).collect()
}

/// The rows of a partition; of folds in a fold, those held out or those learned from.
fn rows(held: &Held, on: &On, fold: Option<(Id<Dataset>, u32)>) -> Option<Vec<u32>> {
    let of_folds = on.data.part.as_deref() == Some(FOLDS);
    let (Some((_, n)), Some(folds)) = (
        fold.filter(|(of, _)| of_folds && *of == on.data.dataset),
        held.cut.folds.as_ref(),
    ) else {
        return held.rows(on.data.part.as_deref());
    };
    let n = n as usize;
    if on.learned {
        Some(folds.learned(n))
    } else {
        folds.folds.get(n).cloned()
    }
}

/// The columns that a command is given: all that were there before the outcome, or the features it names; outputs
/// of systems in the same file are never among them.
fn columns(
    plan: &Plan,
    id: Id<Dataset>,
    held: &Held,
    labelled: bool,
    features: Option<&str>,
) -> Vec<String> {
    let d = &plan.datasets[id];
    let hidden = if labelled {
        BTreeSet::new()
    } else {
        told_by_label(d)
    };
    let outputs = output_columns(plan, id);
    let given = |name: &&String| !hidden.contains(name.as_str()) && !outputs.contains(*name);
    let all: Vec<String> = held.table.header.iter().filter(given).cloned().collect();
    let named: Option<Vec<&str>> = features.map(|f| f.split(", ").collect());
    let Some(named) = named.filter(|named| {
        named
            .iter()
            .all(|n| held.table.header.iter().any(|h| h == n))
    }) else {
        return all;
    };
    let own = [
        held.id.as_deref(),
        d.label.as_ref().map(|l| l.column.value.as_str()),
    ];
    let kept = |name: &String| named.contains(&name.as_str()) || own.contains(&Some(name.as_str()));
    all.into_iter().filter(kept).collect()
}

/// The label, what is made from it, and what is known only after the outcome.
fn told_by_label(d: &Dataset) -> BTreeSet<&str> {
    let label = d.label.as_ref().map(|l| l.column.value.as_str());
    let mut hidden: BTreeSet<&str> = label.into_iter().collect();
    let after = |known: &Spanned<Known>| known.value == Known::After;
    loop {
        let before = hidden.len();
        for fact in &d.columns {
            let from = |name: &Spanned<String>| {
                name.value == "label" || hidden.contains(name.value.as_str())
            };
            if fact.known.as_ref().is_some_and(after) || fact.derived_from.iter().any(from) {
                hidden.insert(&fact.name.value);
            }
        }
        if hidden.len() == before {
            return hidden;
        }
    }
}
