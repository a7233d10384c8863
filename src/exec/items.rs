//! The dataset's table of items: what is known of each item, put beside the lists that hold it.

use super::columns::Owned;
use super::dataset::place_by_column;
use super::{Event, Files, Input};
use crate::data::{self, ColumnKind, ColumnRequest, DataError, TextColumn};
use crate::diagnostic::Diagnostic;
use crate::hir::formula::Cell;
use crate::hir::natives::ListKind;
use crate::hir::{Dataset, ItemTable};
use crate::metrics::Need;
use crate::metrics::native::lists;
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// How many unknown items a diagnostic names.
const SHOWN: usize = 5;

/// What is known of items, by role and item.
#[derive(Debug)]
pub(super) struct Items {
    roles: BTreeMap<&'static str, BTreeMap<String, String>>,
    path: PathBuf,
    span: Span,
}

/// Reads the table where some metric needs it.
pub(super) fn read(
    files: &Files<'_>,
    d: &Dataset,
    needs: &[Need],
) -> Result<Option<(Items, Input)>, Vec<Diagnostic>> {
    let wanted = |items: &&ItemTable| {
        let of = |n: &Need| n.role().is_some_and(|role| items.offers(role));
        needs.iter().any(of)
    };
    let Some(items) = d.items.as_ref().filter(wanted) else {
        return Ok(None);
    };
    let mut asked = vec![ColumnRequest::new(items.id.value.clone(), ColumnKind::Key)];
    for column in items.interactions.iter().chain(&items.features) {
        let request = ColumnRequest::new(column.value.clone(), ColumnKind::Number);
        if !asked.contains(&request) {
            asked.push(request);
        }
    }
    let path = files.folder.join(&items.source.value);
    (files.events)(Event::Reading(&path));
    let progress = |bytes| (files.events)(Event::Bytes(bytes));
    let span = items.source.span;
    let named = |column: &str| {
        let all = std::iter::once(&items.id)
            .chain(&items.interactions)
            .chain(&items.features);
        all.into_iter().find(|c| c.value == column).map(|c| c.span)
    };
    let table = data::read_table(files.world, &path, &asked, &progress)
        .map_err(|e| place_by_column(&e, span, named))?;
    (files.events)(Event::Read);
    let names: Vec<String> = match table.text(&items.id.value) {
        Some((_, ids)) => (0..table.rows())
            .map(|row| ids.get(row).unwrap_or_default().to_owned())
            .collect(),
        None => Vec::new(),
    };
    let column = |c: &crate::text::Spanned<String>| table.numbers(&c.value).unwrap_or_default();
    let keyed = |values: Vec<String>| names.iter().cloned().zip(values).collect();
    let mut roles: BTreeMap<&'static str, BTreeMap<String, String>> = BTreeMap::new();
    if let Some(interactions) = &items.interactions {
        let numbers = column(interactions);
        let all: f64 = numbers.iter().sum();
        let shares = numbers.iter().map(|n| (n / all).to_string()).collect();
        roles.insert("item_share", keyed(shares));
    }
    if !items.features.is_empty() {
        let vector = |row: usize| {
            let of = |c| column(c).get(row).copied().unwrap_or(f64::NAN).to_string();
            items.features.iter().map(of).collect::<Vec<_>>().join(" ")
        };
        roles.insert(
            "item_features",
            keyed((0..table.rows()).map(vector).collect()),
        );
    }
    let input = Input {
        path: table.path.clone(),
        sha256: table.sha256.clone(),
        rows: table.rows() as u64,
        run: None,
    };
    let path = table.path.clone();
    Ok(Some((Items { roles, path, span }, input)))
}

impl Items {
    /// Puts what is known of the items of each predicted list beside it.
    pub(super) fn beside(&self, owned: &mut Owned) -> Result<(), Box<Diagnostic>> {
        let prediction = Cell::Role("prediction".into());
        let Some(column) = owned.texts.get(&prediction) else {
            return Ok(());
        };
        // What is no list was refused where the file was read.
        let listed =
            lists(ListKind::Items, column.words.iter().map(String::as_str)).unwrap_or_default();
        let mut unknown: BTreeSet<String> = BTreeSet::new();
        let mut made = Vec::new();
        for (role, known) in &self.roles {
            let mut word = |list: &Vec<String>| {
                let of = |item: &String| {
                    known.get(item).cloned().unwrap_or_else(|| {
                        unknown.insert(item.clone());
                        String::new()
                    })
                };
                serde_json::to_string(&list.iter().map(of).collect::<Vec<_>>()).unwrap_or_default()
            };
            let column = TextColumn {
                words: listed.iter().map(&mut word).collect(),
                codes: column.codes.clone(),
            };
            made.push((Cell::Role((*role).into()), column));
        }
        if !unknown.is_empty() {
            let error = DataError::UnknownItems {
                path: self.path.clone(),
                items: unknown.iter().take(SHOWN).cloned().collect(),
                total: unknown.len(),
            };
            return Err(Box::new(data::diagnose(&error, Some(self.span))));
        }
        owned.texts.extend(made);
        Ok(())
    }
}
