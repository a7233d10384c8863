//! The ids of some rows as a file, the same whatever the order of the rows.

use super::TextColumn;

/// A CSV of ids: one a line, sorted, below the name of their column; each of `numbers` is a further column with
/// its name and a number for each row.
pub fn id_file(
    (column, ids): (&str, &TextColumn),
    rows: &[u32],
    numbers: &[(&str, &[usize])],
) -> String {
    let beside = |at: usize| {
        numbers
            .iter()
            .filter_map(move |(_, of)| of.get(at).copied())
    };
    let mut lines: Vec<(&str, Vec<usize>)> = rows
        .iter()
        .enumerate()
        .filter_map(|(at, &row)| Some((ids.get(row as usize)?, beside(at).collect())))
        .collect();
    lines.sort_unstable();
    let mut text = quoted(column);
    for (name, _) in numbers {
        text.push(',');
        text.push_str(&quoted(name));
    }
    text.push('\n');
    for (id, numbers) in lines {
        text.push_str(&quoted(id));
        for number in numbers {
            text.push(',');
            text.push_str(&number.to_string());
        }
        text.push('\n');
    }
    text
}

fn quoted(field: &str) -> String {
    if field.is_empty() || field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_and_quoted() {
        let ids = TextColumn {
            words: ["b", "a,\"x\"", "c"].map(str::to_owned).into(),
            codes: vec![0, 1, 2],
        };
        assert_eq!(
            id_file(("id", &ids), &[0, 1], &[]),
            "id\n\"a,\"\"x\"\"\"\nb\n"
        );
        let folds = [("fold", &[2, 1][..])];
        assert_eq!(
            id_file(("id", &ids), &[2, 0], &folds),
            "id,fold\nb,1\nc,2\n"
        );
    }
}
