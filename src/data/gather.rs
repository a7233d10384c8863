//! Long outputs made into lists: the rows of an id become one row, in order of their ranks.

use super::join::id_column;
use super::{Column, DataError, RepeatedId, SHOWN, Table, TextColumn, Values};
use std::collections::HashMap;

/// One row for each id of the text column `id`, in the order of their first rows: its field of the text
/// column `item` is a JSON array of the items of the id's rows, in ascending order of the number column
/// `rank`. Every other field is that of the row that ranks first.
///
/// # Errors
/// A column that is missing, or ranks that an id has twice.
pub fn gather(table: &Table, id: &str, rank: &str, item: &str) -> Result<Table, Vec<DataError>> {
    let (_, ids) = id_column(table, id)?;
    let (_, items) = id_column(table, item)?;
    let ranks = table.numbers(rank).unwrap_or_default();
    let mut rows_of: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut order = Vec::new();
    for (row, &code) in ids.codes.iter().enumerate() {
        let rows = rows_of.entry(code).or_insert_with(|| {
            order.push(code);
            Vec::new()
        });
        rows.push(row);
    }
    let rank_of = |row: &usize| ranks.get(*row).copied().unwrap_or(f64::NAN);
    let place = |row: usize| (table.path_of(row).to_owned(), table.line(row));
    let mut repeated = Vec::new();
    let mut lists: Vec<Vec<usize>> = Vec::with_capacity(order.len());
    for code in order {
        let mut rows = rows_of.remove(&code).unwrap_or_default();
        rows.sort_by(|a, b| rank_of(a).total_cmp(&rank_of(b)));
        for pair in rows.windows(2) {
            if let [a, b] = pair
                && rank_of(a) == rank_of(b)
            {
                repeated.push(RepeatedId {
                    id: ids.get(*a).unwrap_or_default().to_owned(),
                    first: place(*a.min(b)),
                    second: place(*a.max(b)),
                });
            }
        }
        lists.push(rows);
    }
    if !repeated.is_empty() {
        return Err(vec![repeated_ranks(table, rank, repeated)]);
    }
    Ok(one_row_each(table, item, items, &lists))
}

fn repeated_ranks(table: &Table, rank: &str, mut ids: Vec<RepeatedId>) -> DataError {
    let total = ids.len();
    ids.truncate(SHOWN);
    let column = table.columns.iter().find(|c| c.name == rank);
    DataError::RepeatedRanks {
        path: table.path.clone(),
        column: column.map_or(0, |c| c.position),
        ids,
        total,
    }
}

/// `lists` are the rows of each id, best first; none is empty.
fn one_row_each(table: &Table, item: &str, items: &TextColumn, lists: &[Vec<usize>]) -> Table {
    let firsts: Vec<usize> = lists
        .iter()
        .filter_map(|rows| rows.first().copied())
        .collect();
    let column = |column: &Column| Column {
        values: match &column.values {
            Values::Text(_) if column.name == item => Values::Text(arrays(items, lists)),
            Values::Text(text) => Values::Text(TextColumn {
                words: text.words.clone(),
                codes: firsts
                    .iter()
                    .filter_map(|&row| text.codes.get(row).copied())
                    .collect(),
            }),
            Values::Number(numbers) => Values::Number(
                firsts
                    .iter()
                    .filter_map(|&row| numbers.get(row).copied())
                    .collect(),
            ),
        },
        ..column.clone()
    };
    Table {
        lines: firsts.iter().map(|&row| table.line(row)).collect(),
        columns: table.columns.iter().map(column).collect(),
        // Rows of several files may stand in any order now.
        files: match table.files.as_slice() {
            [only] => vec![only.clone()],
            _ => Vec::new(),
        },
        ..table.clone()
    }
}

fn arrays(items: &TextColumn, lists: &[Vec<usize>]) -> TextColumn {
    let array = |rows: &Vec<usize>| {
        let items: Vec<&str> = rows.iter().filter_map(|&row| items.get(row)).collect();
        serde_json::to_string(&items).unwrap_or_default()
    };
    lists.iter().map(array).collect()
}
