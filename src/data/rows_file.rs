//! Rows of tables as one CSV.

use super::{Table, TextColumn};

/// Some rows of a table, with some of its columns, read as text.
#[derive(Debug)]
pub struct RowsOf<'t> {
    /// The table.
    pub table: &'t Table,
    /// Names of the columns, in the order in which they are written.
    pub columns: Vec<String>,
    /// The rows, from 0, in the order in which they are written.
    pub rows: Vec<u32>,
}

/// A CSV of rows of tables, one behind the other, under the columns of all; a column that a table is not asked for is
/// empty in its rows.
pub fn rows_file(parts: &[RowsOf<'_>]) -> Vec<u8> {
    let mut header: Vec<&String> = Vec::new();
    for name in parts.iter().flat_map(|part| &part.columns) {
        if !header.contains(&name) {
            header.push(name);
        }
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(header.iter().map(|n| n.as_bytes()));
    for part in parts {
        let own = |name: &&String| part.columns.contains(name);
        let text = |name: &&String| part.table.text(name).filter(|_| own(name)).map(|(_, t)| t);
        let columns: Vec<Option<&TextColumn>> = header.iter().map(text).collect();
        for &row in &part.rows {
            let fields = columns.iter().map(|c| c.and_then(|c| c.get(row as usize)));
            let _ = writer.write_record(fields.map(Option::unwrap_or_default));
        }
    }
    writer.into_inner().unwrap_or_default()
}
