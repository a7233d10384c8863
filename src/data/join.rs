//! Output rows joined to dataset rows by id, never by order.

use super::dictionary::Lookup;
use super::{Column, DataError, IdLine, RepeatedId, Repeats, SHOWN, Table, TextColumn};

/// The ids of a dataset, each of one row.
#[derive(Debug, Clone)]
pub struct IdIndex<'t> {
    table: &'t Table,
    ids: &'t TextColumn,
    lookup: Lookup,
}

/// The output rows of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// For each row of the partition, in its order, the row of the outputs.
    pub rows: Vec<u32>,
    /// Number of output rows that belong to other partitions and were passed over.
    pub elsewhere: usize,
}

impl<'t> IdIndex<'t> {
    /// Indexes the text column `name` of a dataset.
    ///
    /// # Errors
    /// The column was not read as text, or an id stands in two rows.
    pub fn new(table: &'t Table, name: &str) -> Result<Self, Vec<DataError>> {
        let (column, ids) = id_column(table, name)?;
        match repeats(table, column, ids, Repeats::Dataset) {
            Some(error) => Err(vec![error]),
            None => Ok(Self {
                table,
                ids,
                lookup: Lookup::new(&ids.words),
            }),
        }
    }

    /// Finds for each row of a partition (rows of the dataset) its row in a file of outputs, whose
    /// ids are in the text column `name`.
    ///
    /// # Errors
    /// Ids that repeat, that the dataset does not know, or that the outputs lack, named by line.
    pub fn join(
        &self,
        partition: &[u32],
        outputs: &Table,
        name: &str,
    ) -> Result<Joined, Vec<DataError>> {
        let (column, ids) = id_column(outputs, name)?;
        let mut errors: Vec<DataError> = repeats(outputs, column, ids, Repeats::Outputs)
            .into_iter()
            .collect();
        let mut found: Vec<Option<u32>> = vec![None; self.table.rows()];
        let mut extra = Named::default();
        for (row, id) in (0u32..).zip(ids.iter()) {
            // Ids of the dataset do not repeat, so a word's code is its row.
            match self.lookup.find(&self.ids.words, id) {
                Ok(code) => {
                    if let Some(slot) = found.get_mut(code as usize) {
                        slot.get_or_insert(row);
                    }
                }
                Err(_) => extra.add(id, outputs, row),
            }
        }
        if extra.total > 0 {
            errors.push(DataError::ExtraIds {
                path: outputs.path.clone(),
                reference: self.table.path.clone(),
                column: column.position,
                ids: extra.ids,
                total: extra.total,
            });
        }
        let at = |row: u32| found.get(row as usize).copied().flatten();
        let rows: Vec<u32> = partition.iter().filter_map(|&row| at(row)).collect();
        if rows.len() < partition.len() {
            errors.push(self.missing(partition, outputs, at));
        }
        if errors.is_empty() {
            let elsewhere = outputs.rows() - rows.len();
            Ok(Joined { rows, elsewhere })
        } else {
            Err(errors)
        }
    }

    fn missing(
        &self,
        partition: &[u32],
        outputs: &Table,
        at: impl Fn(u32) -> Option<u32>,
    ) -> DataError {
        let mut missing = Named::default();
        for &row in partition.iter().filter(|&&row| at(row).is_none()) {
            let id = self.ids.get(row as usize).unwrap_or_default();
            missing.add(id, self.table, row);
        }
        DataError::MissingIds {
            path: outputs.path.clone(),
            reference: self.table.path.clone(),
            ids: missing.ids,
            total: missing.total,
            wanted: partition.len(),
        }
    }
}

/// The first few ids of a list, and how many it has.
#[derive(Default)]
struct Named {
    ids: Vec<IdLine>,
    total: usize,
}

impl Named {
    fn add(&mut self, id: &str, table: &Table, row: u32) {
        self.total += 1;
        if self.ids.len() < SHOWN {
            self.ids.push(IdLine {
                id: id.to_owned(),
                path: table.path_of(row as usize).to_owned(),
                line: table.line(row as usize),
            });
        }
    }
}

/// The text column `name`, or what is missing.
pub(super) fn id_column<'t>(
    table: &'t Table,
    name: &str,
) -> Result<(&'t Column, &'t TextColumn), Vec<DataError>> {
    table.text(name).ok_or_else(|| {
        vec![DataError::MissingColumn {
            path: table.path.clone(),
            line: 1,
            name: name.to_owned(),
            has: table.header.clone(),
        }]
    })
}

/// The ids of a dataset that stand in two rows, where the column `name` was read as text.
pub fn repeated_ids(table: &Table, name: &str) -> Option<DataError> {
    let (column, ids) = table.text(name)?;
    repeats(table, column, ids, Repeats::Dataset)
}

fn repeats(table: &Table, column: &Column, ids: &TextColumn, of: Repeats) -> Option<DataError> {
    if ids.words.len() == ids.codes.len() {
        return None;
    }
    let mut first_rows: Vec<Option<usize>> = vec![None; ids.words.len()];
    let mut repeated = Vec::new();
    let mut total = 0;
    for (row, &code) in ids.codes.iter().enumerate() {
        let Some(slot) = first_rows.get_mut(code as usize) else {
            continue;
        };
        let Some(first) = *slot else {
            *slot = Some(row);
            continue;
        };
        total += 1;
        if repeated.len() < SHOWN {
            repeated.push(RepeatedId {
                id: ids.get(row).unwrap_or_default().to_owned(),
                first: (table.path_of(first).to_owned(), table.line(first)),
                second: (table.path_of(row).to_owned(), table.line(row)),
            });
        }
    }
    Some(DataError::RepeatedIds {
        path: table.path.clone(),
        column: column.position,
        ids: repeated,
        total,
        of,
    })
}
