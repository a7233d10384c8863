//! The report as GitHub Markdown.

use super::blocks::{Block, Detail};
use super::compose;
use super::table::{Cell, Row, Table, single_spaced};
use crate::result::RunResult;

/// The report; what the terminal shows, with the objective on top and every claim by slice.
pub fn markdown(result: &RunResult) -> String {
    shown(compose(result, Detail::Full, "±"))
}

/// Blocks as Markdown.
pub(super) fn shown(blocks: Vec<Block>) -> String {
    let parts: Vec<String> = blocks
        .into_iter()
        .map(written)
        .filter(|p| !p.is_empty())
        .collect();
    joined(&parts)
}

/// Blank lines between the parts, none between the items of a list.
fn joined(parts: &[String]) -> String {
    let mut text = String::new();
    let mut previous = "";
    for part in parts {
        let list = previous.starts_with("- ") && part.starts_with("- ");
        if !text.is_empty() && !list {
            text.push('\n');
        }
        text.push_str(part);
        text.push('\n');
        previous = part;
    }
    text
}

fn written(block: Block) -> String {
    match block {
        Block::Title {
            left,
            right,
            objective,
        } => {
            let objective = objective
                .map(|o| format!("\n> {}\n", escaped(&o)))
                .unwrap_or_default();
            let right = if right.is_empty() {
                String::new()
            } else {
                format!("\n{}", escaped(&right))
            };
            format!("# {}\n{objective}{right}", escaped(&left))
        }
        Block::Verdict {
            mark,
            outcome,
            of,
            why,
            failed,
            paint: _,
        } => {
            let of = of
                .map(|of| format!(" ({})", escaped(&of)))
                .unwrap_or_default();
            let failed = failed
                .map(|f| format!("\n\n**failed**: {}", escaped(&f)))
                .unwrap_or_default();
            let why = if why.is_empty() {
                String::new()
            } else {
                format!("\n\n{}", escaped(&why))
            };
            format!("## {mark} {}{of}{why}{failed}", escaped(&outcome))
        }
        Block::Heading { text, aside } if aside.is_empty() => format!("### {}", escaped(&text)),
        Block::Heading { text, aside } => format!("### {}\n\n{}", escaped(&text), escaped(&aside)),
        Block::Table(table) => self::table(&table),
        Block::Note(text) => escaped(&text),
        Block::Legend(items) => escaped(&items.join(" · ")),
        Block::Facts { name, items } => {
            let items: Vec<String> = items.iter().map(|i| escaped(i)).collect();
            format!("- **{name}**: {}", items.join(" · "))
        }
    }
}

fn table(table: &Table) -> String {
    let titles: Vec<String> = table.columns.iter().map(|c| escaped(&c.title)).collect();
    let rules: Vec<&str> = table
        .columns
        .iter()
        .map(|c| if c.right { "---:" } else { "---" })
        .collect();
    let mut lines = vec![line(&titles), format!("| {} |", rules.join(" | "))];
    for row in &table.rows {
        lines.push(line(&row.cells.iter().map(cell).collect::<Vec<_>>()));
        lines.extend(below(row, table.columns.len()));
    }
    lines.join("\n")
}

fn line(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

fn cell(cell: &Cell) -> String {
    // Blanks that line numbers up in a terminal have no use here.
    escaped(&single_spaced(&cell.text).replace("[ ", "["))
}

/// A remark under a row, as a row of its own in the second column.
fn below(row: &Row, columns: usize) -> Option<String> {
    let text = row.below.as_ref()?;
    let mut cells = vec![String::new(); columns];
    if let Some(cell) = cells.get_mut(usize::from(columns > 1)) {
        *cell = format!("*{}*", escaped(text));
    }
    Some(line(&cells))
}

/// `text` on one line, with nothing in it that Markdown would read, save code in backticks.
fn escaped(text: &str) -> String {
    let text = single_spaced(text);
    let mut out = String::new();
    for (i, part) in text.split('`').enumerate() {
        if i > 0 {
            out.push('`');
        }
        let mut before = ' ';
        let mut rest = part.chars().peekable();
        while let Some(c) = rest.next() {
            let code = i % 2 == 1;
            let next = rest.peek().copied().unwrap_or(' ');
            let inside_word = before.is_alphanumeric() && next.is_alphanumeric();
            match c {
                // A table is cut at bars before code is read.
                '|' => out.push_str("\\|"),
                '<' if !code && (next.is_alphabetic() || matches!(next, '/' | '!' | '?')) => {
                    out.push_str("&lt;");
                }
                '*' | '\\' if !code => out.extend(['\\', c]),
                '_' if !code && !inside_word => out.extend(['\\', c]),
                ']' if !code && matches!(next, '(' | '[') => out.extend(['\\', c]),
                c => out.push(c),
            }
            before = c;
        }
    }
    out
}
