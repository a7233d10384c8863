//! Words that several data checks share: rows by id and line, excerpts, what the others did.

use super::context::{Pair, Rows};
use super::l202_same_content_across_splits;
use crate::diagnostic::{Answer, Diagnostic};
use crate::exec::Absent;
use crate::hir::Plan;

/// Rows named in one diagnostic at most.
pub(super) const NAMED: usize = 5;
/// Characters of a text that are shown.
const SHOWN: usize = 60;

/// A dataset beside the judged ones that could not be read.
pub(super) fn absent(plan: &Plan, absent: &Absent) -> Diagnostic {
    let d = &plan.datasets[absent.dataset];
    let name = &d.common.name;
    let span = d.source.as_ref().map_or(d.common.name_span, |s| s.span);
    Diagnostic::new(
        &l202_same_content_across_splits::INFO,
        format!("whether `{name}` holds rows that judge cannot be told, since it cannot be read"),
    )
    .answered(Answer::Open)
    .label(span, absent.why.clone())
    .help(format!(
        "put the file there and check again, or declare how `{name}` relates to the rows that judge: `disjoint_from:`, `overlaps:`"
    ))
}

/// A row by its id, where it has one, and its line.
pub(super) fn row(rows: &Rows<'_>, row: u32) -> String {
    let table = &rows.held.table;
    let line = table.line(row as usize);
    let id = rows.held.id.as_deref().and_then(|id| table.text(id));
    let id = id.and_then(|(_, ids)| ids.get(row as usize));
    // The whole path stands with the diagnostic's places.
    let path = table.path_of(row as usize);
    let path = path.file_name().unwrap_or(path.as_os_str()).display();
    match id {
        Some(id) => format!("`{id}` ({path}:{line})"),
        None => format!("{path}:{line}"),
    }
}

/// The first words of a text, in quotes.
pub(super) fn excerpt(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("“{}…”", text.get(..end).unwrap_or_default()),
        None => format!("“{text}”"),
    }
}

/// A count of things: `1 row`, `3 rows`.
pub(super) fn counted(n: usize, of: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {of}{s}", grouped(n))
}

/// A number with its thousands apart: `12,345`.
pub(super) fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Labels where the rows judge and where the others enter.
pub(super) fn places(plan: &Plan, pair: &Pair<'_>, d: Diagnostic) -> Diagnostic {
    let other = plan.show_data(&pair.other.data);
    let d = d.label(pair.judged_at, "these rows judge");
    match (
        &pair.shaped,
        plan.datasets[pair.judged.data.dataset].split.as_ref(),
    ) {
        (Some(shaped), _) => match shaped.path.first() {
            Some(link) => {
                let to = crate::graph::show(plan, &link.to);
                d.label(
                    link.span,
                    format!("and `{other}` {} `{to}`", shaped.how.verb()),
                )
            }
            None => d,
        },
        (None, Some(split)) if pair.folds.is_none() => d.label(split.span, "they are split here"),
        (None, _) => match (&pair.folds, &plan.datasets[pair.judged.data.dataset].folds) {
            (Some(_), Some(folds)) => d.label(folds.span, "they are cut into folds here"),
            _ => d,
        },
    }
}

/// Adds the places of two rows in their files.
pub(super) fn both(pair: &Pair<'_>, judged: u32, other: u32, d: Diagnostic) -> Diagnostic {
    let one = |rows: &Rows<'_>, row: u32| {
        let table = &rows.held.table;
        (
            table.path_of(row as usize).to_owned(),
            table.line(row as usize),
        )
    };
    let ((first, line), (second, again)) = (one(&pair.judged, judged), one(&pair.other, other));
    d.data(first, line, 0).data(second, again, 0)
}

/// What the plan calls the others, or “another fold”.
pub(super) fn others(plan: &Plan, pair: &Pair<'_>) -> String {
    match pair.folds {
        Some(_) => "another fold".to_string(),
        None => format!("`{}`", plan.show_data(&pair.other.data)),
    }
}

/// A share in percent, to one decimal.
pub(super) fn percent(part: usize, of: usize) -> String {
    format!("{:.1} %", 100.0 * part as f64 / of.max(1) as f64)
}

/// A small probability.
pub(super) fn chance(p: f64) -> String {
    if p < 1e-15 {
        "under 1e-15".to_string()
    } else {
        format!("{p:.0e}")
    }
}
