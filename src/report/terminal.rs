//! The report for a terminal.

use super::blocks::{Block, Detail};
use super::compose;
use super::layout::{Paint, Style, clean, hanging, width, wrap};
use super::table::{Cell, Row, Table, lay_out};
use crate::result::RunResult;

/// Where the names of facts end.
const FACTS: usize = 10;

/// The report, no line wider than the style's width (at least 40 columns).
pub fn terminal(result: &RunResult, style: &Style) -> String {
    shown(compose(result, Detail::Brief, style.plus_minus()), style)
}

/// Blocks as lines of the style's width.
pub(super) fn shown(blocks: Vec<Block>, style: &Style) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut facts = false;
    let mut headed = false;
    for block in blocks {
        let apart = match block {
            Block::Note(_) | Block::Legend(_) => false,
            Block::Facts { .. } => !facts,
            Block::Table(_) => !headed,
            Block::Title { .. } | Block::Verdict { .. } | Block::Heading { .. } => true,
        };
        if apart && !lines.is_empty() {
            lines.push(String::new());
        }
        facts = matches!(block, Block::Facts { .. });
        // Notes between a heading and its table stay with them.
        headed =
            matches!(block, Block::Heading { .. }) || headed && matches!(block, Block::Note(_));
        lines.extend(written(block, style));
    }
    style.finish(
        lines
            .iter()
            .map(|l| l.trim_end().to_owned() + "\n")
            .collect(),
    )
}

fn written(block: Block, style: &Style) -> Vec<String> {
    match block {
        Block::Title {
            left,
            right,
            objective: _,
        } => title(&clean(&left), &clean(&right), style),
        Block::Verdict {
            mark,
            outcome,
            of,
            why,
            failed,
            paint,
        } => {
            let head = format!(" {mark} {}", clean(&outcome));
            let of = of
                .map(|of| format!("   {}", clean(&of)))
                .unwrap_or_default();
            verdict(&head, &of, &clean(&why), failed.as_deref(), paint, style)
        }
        Block::Heading { text, aside } => heading(&clean(&text), &clean(&aside), style),
        Block::Table(table) => lay_out(&cleaned(table), 3, style),
        Block::Note(text) => hanging("   ", &clean(&text), style.columns()),
        Block::Legend(items) => {
            let items: Vec<String> = items.iter().map(|i| clean(i)).collect();
            packed(&items, style.columns().saturating_sub(3))
                .iter()
                .map(|l| format!("   {}", style.paint(Paint::Faint, l)))
                .collect()
        }
        Block::Facts { name, items } => {
            let items: Vec<String> = items.iter().map(|i| clean(i)).collect();
            self::facts(name, &items, style)
        }
    }
}

/// Left and right on one line, or on two.
fn title(left: &str, right: &str, style: &Style) -> Vec<String> {
    let room = style.columns().saturating_sub(1);
    let gap = room.saturating_sub(width(left) + width(right));
    if gap >= 2 && !right.is_empty() {
        let gap = " ".repeat(gap.min(room));
        return vec![format!(
            " {}{gap}{}",
            style.paint(Paint::Strong, left),
            style.paint(Paint::Faint, right)
        )];
    }
    let mut lines: Vec<String> = wrap(left, room)
        .iter()
        .map(|l| format!(" {}", style.paint(Paint::Strong, l)))
        .collect();
    if !right.is_empty() {
        lines.extend(
            wrap(right, room)
                .iter()
                .map(|l| format!(" {}", style.paint(Paint::Faint, l))),
        );
    }
    lines
}

fn verdict(
    head: &str,
    of: &str,
    why: &str,
    failed: Option<&str>,
    paint: Paint,
    style: &Style,
) -> Vec<String> {
    let columns = style.columns();
    let mut lines = if width(head) + width(of) + 4 + width(why) <= columns && !why.is_empty() {
        vec![format!("{}{of}    {why}", style.paint(paint, head))]
    } else {
        let mut lines: Vec<String> = hanging(" ", head.trim_start(), columns)
            .iter()
            .map(|l| style.paint(paint, l))
            .collect();
        for text in [of.trim_start(), why].iter().filter(|t| !t.is_empty()) {
            lines.extend(hanging("   ", text, columns));
        }
        lines
    };
    if let Some(failed) = failed {
        lines.extend(hanging("   failed: ", &clean(failed), columns));
    }
    lines
}

fn heading(text: &str, aside: &str, style: &Style) -> Vec<String> {
    let room = style.columns().saturating_sub(3);
    if aside.is_empty() {
        return wrap(text, room)
            .iter()
            .map(|l| format!("   {}", style.paint(Paint::Strong, l)))
            .collect();
    }
    if width(text) + 3 + width(aside) <= room {
        return vec![format!(
            "   {}   {}",
            style.paint(Paint::Strong, text),
            style.paint(Paint::Faint, aside)
        )];
    }
    let mut lines: Vec<String> = wrap(text, room)
        .iter()
        .map(|l| format!("   {}", style.paint(Paint::Strong, l)))
        .collect();
    lines.extend(
        wrap(aside, room)
            .iter()
            .map(|l| format!("   {}", style.paint(Paint::Faint, l))),
    );
    lines
}

/// `   risks    one · two`, broken between entries where possible.
fn facts(name: &str, items: &[String], style: &Style) -> Vec<String> {
    let indent = FACTS + 3;
    packed(items, style.columns().saturating_sub(indent))
        .iter()
        .enumerate()
        .map(|(i, line)| {
            let head = if i == 0 { name } else { "" };
            let gap = " ".repeat(FACTS.saturating_sub(head.len()));
            format!("   {}{gap}{line}", style.paint(Paint::Faint, head))
        })
        .collect()
}

/// `one · two`, broken between entries where possible.
fn packed(items: &[String], room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(last) if width(last) + 3 + width(item) <= room => {
                *last = format!("{last} · {item}");
            }
            _ => lines.extend(wrap(item, room)),
        }
    }
    lines
}

/// The table with nothing in it that could steer the terminal.
fn cleaned(table: Table) -> Table {
    let cell = |c: Cell| Cell {
        text: clean(&c.text),
        ..c
    };
    let row = |r: Row| Row {
        cells: r.cells.into_iter().map(cell).collect(),
        below: r.below.map(|b| clean(&b)),
    };
    let columns = table
        .columns
        .into_iter()
        .map(|c| super::table::Column {
            title: clean(&c.title),
            ..c
        })
        .collect();
    Table {
        columns,
        rows: table.rows.into_iter().map(row).collect(),
    }
}
