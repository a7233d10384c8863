//! Labels and predictions as numbers of declared classes, and columns cut down to rows.

use super::dictionary::Lookup;
use super::errors::{Errors, Undeclared};
use super::{DataError, Table, TextColumn, join};
use crate::diagnostic::suggest;

/// For each of `rows`, the place among `declared` of its class in the text column `name`.
///
/// Serves labels and predictions alike; rows that are not asked for may hold anything.
///
/// # Errors
/// Every value that is not declared, with its first line and how many rows have it.
pub fn encode_classes(
    table: &Table,
    name: &str,
    rows: &[u32],
    declared: &[String],
) -> Result<Vec<u32>, Vec<DataError>> {
    let (column, text) = join::id_column(table, name)?;
    let lookup = Lookup::new(declared);
    let known: Vec<Option<u32>> = text
        .words
        .iter()
        .map(|word| lookup.find(declared, word).ok())
        .collect();
    let of_row = |row: u32| text.codes.get(row as usize).copied();
    let class_of = |row: u32| known.get(of_row(row)? as usize).copied().flatten();
    let codes: Vec<u32> = rows.iter().filter_map(|&row| class_of(row)).collect();
    if codes.len() == rows.len() {
        return Ok(codes);
    }
    let mut counts = vec![0usize; text.words.len()];
    let mut firsts = Vec::new();
    let mut unknown: Vec<u32> = rows
        .iter()
        .copied()
        .filter(|&row| class_of(row).is_none())
        .collect();
    unknown.sort_unstable();
    for row in unknown {
        let Some(count) = of_row(row).and_then(|code| counts.get_mut(code as usize)) else {
            continue;
        };
        if *count == 0 {
            firsts.push(row);
        }
        *count += 1;
    }
    let mut errors = Errors::default();
    for row in firsts {
        let value = text.get(row as usize).unwrap_or_default();
        let count = of_row(row).and_then(|code| counts.get(code as usize));
        errors.push(DataError::UndeclaredClass(Box::new(Undeclared {
            place: table.place(row as usize, column),
            name: name.to_owned(),
            value: value.to_owned(),
            rows: count.copied().unwrap_or(0),
            declared: declared.to_vec(),
            near: nearest(value, declared),
        })));
    }
    errors.or(&table.path, codes)
}

/// The classes that stand in `rows`, in the order of numbers where all are numbers, else of text.
pub fn classes_of(column: &TextColumn, rows: &[u32]) -> Vec<String> {
    let mut seen = vec![false; column.words.len()];
    for &row in rows {
        let code = column.codes.get(row as usize).copied();
        if let Some(slot) = code.and_then(|code| seen.get_mut(code as usize)) {
            *slot = true;
        }
    }
    let present = column.words.iter().zip(seen).filter(|(_, seen)| *seen);
    let mut classes: Vec<String> = present.map(|(word, _)| word.clone()).collect();
    classes.sort();
    let mut numbered: Vec<(f64, String)> = classes
        .iter()
        .filter_map(|class| Some((class.parse().ok()?, class.clone())))
        .collect();
    if numbered.len() < classes.len() {
        return classes;
    }
    numbered.sort_by(|a, b| a.0.total_cmp(&b.0));
    numbered.into_iter().map(|(_, class)| class).collect()
}

/// The numbers of `rows`, in their order.
pub fn take_numbers(numbers: &[f64], rows: &[u32]) -> Vec<f64> {
    rows.iter()
        .filter_map(|&row| numbers.get(row as usize).copied())
        .collect()
}

/// The class a value was meant to be: the same number (`1.0` for `1`), or a near word.
fn nearest(value: &str, declared: &[String]) -> Option<String> {
    let number = value.trim().parse::<f64>().ok();
    let same = number.and_then(|n| declared.iter().find(|d| d.parse::<f64>() == Ok(n)));
    if number.is_some() {
        return same.cloned();
    }
    suggest(value.trim(), declared.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_stand_in_the_order_of_numbers_or_of_text() {
        let column = |words: &[&str]| TextColumn {
            words: words.iter().map(|&w| w.to_owned()).collect(),
            codes: vec![0, 1, 2],
        };
        let numbers = column(&["10", "9", "-1"]);
        assert_eq!(classes_of(&numbers, &[0, 1, 2]), ["-1", "9", "10"]);
        assert_eq!(classes_of(&numbers, &[1]), ["9"]);
        assert_eq!(
            classes_of(&column(&["pos", "neg", "1"]), &[2, 1, 0]),
            ["1", "neg", "pos"]
        );
    }
}
