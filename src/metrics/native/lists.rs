//! Cells of a table that hold a list: a JSON array, a JSON object of grades, or parts between separators.
//!
//! The separator is that of the whole column: `|` where a cell has one, else `;`, else `,`, else white
//! space. Items that hold a separator themselves are written as JSON. Graded items come out as item,
//! tabulator, grade; in an array nothing is taken for a grade.

use super::text::is_space;
use crate::hir::natives::ListKind;
use serde_json::Value as Json;

/// What is wrong with a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListError {
    /// It begins like JSON and isn't.
    Json,
    /// A part of the array is neither text nor number, or the object has a value that is no grade.
    Part,
    /// It is an object where the order matters.
    Object,
}

/// The lists of a column's cells.
///
/// # Errors
/// The first cell that is no list, by its place, and why.
pub fn lists<'a>(
    kind: ListKind,
    cells: impl Iterator<Item = &'a str> + Clone,
) -> Result<Vec<Vec<String>>, (usize, ListError)> {
    let separator = match kind {
        ListKind::Texts => None,
        ListKind::Items | ListKind::Graded => Some(separator(cells.clone())),
    };
    let list = |(place, cell)| list(kind, cell, separator).map_err(|e| (place, e));
    cells.enumerate().map(list).collect()
}

/// What parts a cell's items.
type Separator = fn(char) -> bool;

fn separator<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> Separator {
    let plain = || cells.clone().filter(|c| !is_json(c));
    let separators: [(char, Separator); 3] = [
        ('|', |c| c == '|'),
        (';', |c| c == ';'),
        (',', |c| c == ','),
    ];
    let found = separators
        .into_iter()
        .find(|(s, _)| plain().any(|c| c.contains(*s)));
    found.map_or(is_space, |(_, separator)| separator)
}

fn is_json(cell: &str) -> bool {
    cell.trim_start().starts_with(['[', '{'])
}

fn list(
    kind: ListKind,
    cell: &str,
    separator: Option<Separator>,
) -> Result<Vec<String>, ListError> {
    match (separator, kind) {
        (Some(_), _) if is_json(cell) => {
            let json = serde_json::from_str(cell).map_err(|_| ListError::Json)?;
            json_list(kind, json)
        }
        (Some(separator), ListKind::Graded) => parts(cell, separator).map(graded).collect(),
        (Some(separator), _) => Ok(parts(cell, separator).map(str::to_string).collect()),
        (None, _) => Ok(texts(cell)),
    }
}

fn parts(cell: &str, separator: Separator) -> impl Iterator<Item = &str> {
    let parts = cell.split(separator).map(|p| p.trim_matches(is_space));
    parts.filter(|p| !p.is_empty())
}

/// `item:grade`, or an item.
fn graded(part: &str) -> Result<String, ListError> {
    let split = part.rsplit_once(':').and_then(|(item, grade)| {
        let grade: f64 = grade.parse().ok()?;
        (!item.is_empty()).then_some((item, grade))
    });
    match split {
        Some((item, grade)) => with_grade(item, grade),
        None => with_grade(part, 1.0),
    }
}

fn with_grade(item: &str, grade: f64) -> Result<String, ListError> {
    if grade.is_finite() {
        Ok(format!("{item}\t{grade}"))
    } else {
        Err(ListError::Part)
    }
}

/// Item and grade of a part of a graded list.
pub fn item_and_grade(part: &str) -> (&str, f64) {
    let split = part.rsplit_once('\t');
    let found = split.and_then(|(item, grade)| Some((item, grade.parse().ok()?)));
    found.unwrap_or((part, 1.0))
}

fn json_list(kind: ListKind, json: Json) -> Result<Vec<String>, ListError> {
    let text = |part: Json| match part {
        Json::String(text) => Ok(text),
        Json::Number(number) => Ok(number.to_string()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => Err(ListError::Part),
    };
    match (json, kind) {
        (Json::Array(parts), ListKind::Graded) => {
            let graded = |part| with_grade(&text(part)?, 1.0);
            parts.into_iter().map(graded).collect()
        }
        (Json::Array(parts), _) => parts.into_iter().map(text).collect(),
        (Json::Object(grades), ListKind::Graded) => {
            let graded = |(item, grade): (String, Json)| {
                with_grade(&item, grade.as_f64().ok_or(ListError::Part)?)
            };
            grades.into_iter().map(graded).collect()
        }
        (Json::Object(_), _) => Err(ListError::Object),
        _ => Err(ListError::Part),
    }
}

/// Several texts where the cell is a JSON array of texts, else the one that it is.
fn texts(cell: &str) -> Vec<String> {
    let several = || {
        cell.trim_start().starts_with('[').then_some(())?;
        serde_json::from_str::<Vec<String>>(cell).ok()
    };
    let several = several().filter(|texts| !texts.is_empty());
    several.unwrap_or_else(|| vec![cell.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: ListKind, cells: &[&str]) -> Result<Vec<Vec<String>>, (usize, ListError)> {
        lists(kind, cells.iter().copied())
    }

    #[test]
    fn one_column_has_one_separator() {
        let items = |cells: &[&str]| of(ListKind::Items, cells).unwrap();
        assert_eq!(items(&["d1  d2\td3", ""]), [vec!["d1", "d2", "d3"], vec![]]);
        assert_eq!(items(&["d1, d2", "d 3"]), [vec!["d1", "d2"], vec!["d 3"]]);
        assert_eq!(
            items(&["a, b|c;", "a b"]),
            [vec!["a, b", "c;"], vec!["a b"]]
        );
        assert_eq!(
            items(&["a; b,c", r#"["x|y", 7]"#]),
            [vec!["a", "b,c"], vec!["x|y", "7"]]
        );
    }

    #[test]
    fn grades() {
        let graded = |cell: &str| of(ListKind::Graded, &[cell]).unwrap().concat();
        for (cell, expected) in [
            ("d1:3 d5", vec![("d1", 3.0), ("d5", 1.0)]),
            (
                "urn:x:2.5 :4 a:b",
                vec![("urn:x", 2.5), (":4", 1.0), ("a:b", 1.0)],
            ),
            (r#"["urn:3"]"#, vec![("urn:3", 1.0)]),
            (r#"{"urn:3": 2}"#, vec![("urn:3", 2.0)]),
        ] {
            let parts = graded(cell);
            let found: Vec<(&str, f64)> = parts.iter().map(|p| item_and_grade(p)).collect();
            assert_eq!(found, expected, "{cell}");
        }
    }

    #[test]
    fn texts_are_whole_unless_an_array() {
        let texts = |cell: &str| of(ListKind::Texts, &[cell]).unwrap().concat();
        assert_eq!(texts("a b|c"), ["a b|c"]);
        assert_eq!(texts(r#"["a", "b c"]"#), ["a", "b c"]);
        assert_eq!(texts("[1, 2]"), ["[1, 2]"]);
        assert_eq!(texts("[]"), ["[]"]);
        assert_eq!(texts(""), [""]);
    }

    #[test]
    fn what_is_no_list() {
        for (kind, cell, error) in [
            (ListKind::Items, r#"["a", b]"#, ListError::Json),
            (ListKind::Items, r#"{"a": 1}"#, ListError::Object),
            (ListKind::Items, r#"["a", null]"#, ListError::Part),
            (ListKind::Graded, r#"{"a": "x"}"#, ListError::Part),
            (ListKind::Graded, "a:inf", ListError::Part),
        ] {
            assert_eq!(of(kind, &["fine", cell]), Err((1, error)), "{cell}");
        }
    }
}
