//! The files, read and profiled.

use super::profile::Profile;
use super::{DraftError, Source};
use crate::data::{ColumnKind, ColumnRequest, TextColumn, Values, read_table};
use crate::text::World;
use std::path::PathBuf;

/// A file with all its columns.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) path: PathBuf,
    pub(super) named: String,
    pub(super) rows: usize,
    pub(super) sha256: String,
    pub(super) columns: Vec<Held>,
}

/// A column: its texts and what is to be seen in them.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) profile: Profile,
    pub(super) texts: TextColumn,
}

impl Read {
    /// The column of this name.
    pub(super) fn column(&self, name: &str) -> Option<&Held> {
        self.columns.iter().find(|c| c.profile.name == name)
    }
}

/// Reads every file; all that is wrong with them is told.
pub(super) fn read(world: &dyn World, sources: &[Source]) -> Result<Vec<Read>, Vec<DraftError>> {
    let (mut tables, mut errors) = (Vec::new(), Vec::new());
    for source in sources {
        match read_one(world, source) {
            Ok(table) => tables.push(table),
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() {
        Ok(tables)
    } else {
        Err(errors)
    }
}

fn read_one(world: &dyn World, source: &Source) -> Result<Read, Vec<DraftError>> {
    let table = |columns: &[ColumnRequest]| {
        let read = read_table(world, &source.path, columns, &|_| {});
        read.map_err(|errors| errors.into_iter().map(DraftError::Data).collect::<Vec<_>>())
    };
    // The header tells which columns there are to ask for.
    let header = table(&[])?.header;
    let requests: Vec<ColumnRequest> = header
        .into_iter()
        .map(|name| ColumnRequest::new(name, ColumnKind::Text))
        .collect();
    let table = table(&requests)?;
    let rows = table.rows();
    let held = |name: String, values: Values| match values {
        Values::Text(texts) => Some(Held {
            profile: Profile::new(name, &texts),
            texts,
        }),
        Values::Number(_) => None,
    };
    Ok(Read {
        path: source.path.clone(),
        named: source.named.clone(),
        rows,
        sha256: table.sha256,
        columns: table
            .columns
            .into_iter()
            .filter_map(|c| held(c.name, c.values))
            .collect(),
    })
}
