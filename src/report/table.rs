//! Tables: what a cell says, and how columns are fitted to a width.
//!
//! In a narrow terminal the least important columns leave; then remarks move below their rows; then other columns leave by
//! their `drop` number, the highest first; then the flexible column wraps; then each row becomes a small list. What left is
//! named below the table.

use super::layout::{Paint, Style, left, right, width, wrap};

/// Blanks between two columns.
const GAP: usize = 2;
/// The least a flexible column may shrink to.
const NARROWEST: usize = 14;
/// The least a column of remarks may shrink to before they move below their rows.
const TERSEST: usize = 28;
/// Columns with a higher `drop` leave before remarks move.
const DISPENSABLE: u8 = 100;

/// What a cell says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// The text, on one line.
    pub text: String,
    /// Its colour.
    pub paint: Paint,
}

impl Cell {
    /// An ordinary cell.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            paint: Paint::Plain,
        }
    }

    /// A cell in a colour.
    pub fn painted(text: impl Into<String>, paint: Paint) -> Self {
        Self {
            text: text.into(),
            paint,
        }
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Column {
    /// Its heading, empty for none.
    pub title: String,
    /// Whether its cells end at one edge.
    pub right: bool,
    /// Its turn to leave a narrow terminal: the highest leaves first, 0 never.
    pub drop: u8,
    /// Whether it may wrap.
    pub flexible: bool,
    /// Whether a terminal leaves its heading out, since the cells explain themselves.
    pub quiet: bool,
    /// Whether its cells move below their rows before any column leaves.
    pub remark: bool,
}

impl Column {
    /// A column that starts at one edge and never leaves.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// A column whose heading only Markdown shows.
    pub fn quiet(title: impl Into<String>) -> Self {
        Self {
            quiet: true,
            ..Self::new(title)
        }
    }

    /// What a terminal shows as its heading.
    fn heading(&self) -> &str {
        if self.quiet { "" } else { &self.title }
    }

    /// The same, leaving a narrow terminal before anything else does, the later `turn` first.
    #[must_use]
    pub fn dispensable(self, turn: u8) -> Self {
        self.dropped(DISPENSABLE.saturating_add(1).saturating_add(turn))
    }

    fn narrowest(&self) -> usize {
        if self.remark { TERSEST } else { NARROWEST }
    }

    /// The same, leaving a narrow terminal at turn `drop`.
    #[must_use]
    pub fn dropped(mut self, drop: u8) -> Self {
        self.drop = drop;
        self
    }

    /// The same, allowed to wrap.
    #[must_use]
    pub fn flexible(mut self) -> Self {
        self.flexible = true;
        self
    }

    /// A column of remarks, which wrap or move below their rows.
    pub fn remark(title: impl Into<String>) -> Self {
        Self {
            remark: true,
            flexible: true,
            ..Self::new(title)
        }
    }

    /// The same, ending at one edge.
    #[must_use]
    pub fn right(mut self) -> Self {
        self.right = true;
        self
    }
}

/// One row, with what belongs below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// One cell a column.
    pub cells: Vec<Cell>,
    /// A remark under the row.
    pub below: Option<String>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Columns from left to right.
    pub columns: Vec<Column>,
    /// Rows from top to bottom.
    pub rows: Vec<Row>,
}

impl Table {
    /// The table without columns in which no cell says anything.
    #[must_use]
    pub fn without_empty_columns(self) -> Self {
        let keep: Vec<bool> = (0..self.columns.len())
            .map(|i| {
                self.rows
                    .iter()
                    .any(|r| r.cells.get(i).is_some_and(|c| !c.text.trim().is_empty()))
            })
            .collect();
        self.keeping(&keep)
    }

    fn keeping(self, keep: &[bool]) -> Self {
        let kept = |i: usize| keep.get(i).copied().unwrap_or(true);
        let columns = pick(self.columns, kept);
        let rows = self
            .rows
            .into_iter()
            .map(|r| Row {
                cells: pick(r.cells, kept),
                ..r
            })
            .collect();
        Self { columns, rows }
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self.columns.iter().map(|c| width(c.heading())).collect();
        for row in &self.rows {
            for (w, cell) in widths.iter_mut().zip(&row.cells) {
                *w = (*w).max(width(&cell.text));
            }
        }
        widths
    }
}

fn pick<T>(items: Vec<T>, kept: impl Fn(usize) -> bool) -> Vec<T> {
    items
        .into_iter()
        .enumerate()
        .filter(|(i, _)| kept(*i))
        .map(|(_, item)| item)
        .collect()
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// The lines of `table`, indented by `indent`, within the style's width.
pub fn lay_out(table: &Table, indent: usize, style: &Style) -> Vec<String> {
    let room = style.columns().saturating_sub(indent);
    let (table, gone) = fitted(table.clone(), room);
    let mut widths = table.widths();
    let mut over = total(&widths).saturating_sub(room);
    let columns = table.columns.iter().zip(&mut widths).rev();
    for (column, w) in columns.filter(|(c, _)| c.flexible) {
        let narrow = w.saturating_sub(over).max(column.narrowest().min(*w));
        over = over.saturating_sub(*w - narrow);
        *w = narrow;
    }
    let mut lines = if total(&widths) <= room {
        grid(&table, &widths, room, style)
    } else {
        stacked(&table, room, style)
    };
    if !gone.is_empty() {
        let note = format!("not shown at this width: {}", gone.join(", "));
        lines.extend(
            wrap(&note, room)
                .iter()
                .map(|l| style.paint(Paint::Faint, l)),
        );
    }
    let pad = " ".repeat(indent);
    lines
        .into_iter()
        .map(|l| format!("{pad}{l}").trim_end().to_owned())
        .collect()
}

/// The table without the columns that must leave for it to fit, and the titles of those that left.
fn fitted(mut table: Table, room: usize) -> (Table, Vec<String>) {
    let mut gone = Vec::new();
    while !fits(&table, room) {
        let next = table.columns.iter().map(|c| c.drop).max().unwrap_or(0);
        if next <= DISPENSABLE && table.columns.iter().any(|c| c.remark) {
            table = with_remarks_below(table);
            continue;
        }
        if next == 0 {
            break;
        }
        let keep: Vec<bool> = table.columns.iter().map(|c| c.drop < next).collect();
        let left = table.columns.iter().filter(|c| c.drop == next);
        gone.extend(left.map(|c| c.heading().to_owned()));
        table = table.keeping(&keep);
    }
    gone.retain(|t| !t.is_empty());
    (table, gone)
}

/// Whether the table fits once its flexible columns are as narrow as may be.
fn fits(table: &Table, room: usize) -> bool {
    let widths = table.widths();
    let flexible = table
        .columns
        .iter()
        .zip(&widths)
        .filter(|(c, _)| c.flexible);
    let slack: usize = flexible.map(|(c, w)| w.saturating_sub(c.narrowest())).sum();
    total(&widths).saturating_sub(slack) <= room
}

/// The table with each remark below its row.
fn with_remarks_below(table: Table) -> Table {
    let keep: Vec<bool> = table.columns.iter().map(|c| !c.remark).collect();
    let mut table = table;
    for row in &mut table.rows {
        let moved = row
            .cells
            .iter()
            .zip(&keep)
            .filter(|(c, keep)| !**keep && !c.text.is_empty());
        let all: Vec<String> = moved
            .map(|(c, _)| c.text.clone())
            .chain(row.below.take())
            .collect();
        row.below = (!all.is_empty()).then(|| all.join("; "));
    }
    table.keeping(&keep)
}

fn grid(table: &Table, widths: &[usize], room: usize, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    if table.columns.iter().any(|c| !c.heading().is_empty()) {
        let titles: Vec<Cell> = table
            .columns
            .iter()
            .map(|c| Cell::painted(c.heading(), Paint::Faint))
            .collect();
        lines.extend(grid_row(&titles, table, widths, style));
    }
    for row in &table.rows {
        lines.extend(grid_row(&row.cells, table, widths, style));
        if let Some(below) = &row.below {
            // After a column of marks, inside the column of names.
            let start = widths
                .first()
                .map_or(0, |&w| w + GAP + if w <= 1 { GAP } else { 0 });
            let wrapped = wrap(below, room.saturating_sub(start).max(NARROWEST));
            lines.extend(wrapped.iter().map(|l| format!("{}{l}", " ".repeat(start))));
        }
    }
    lines
}

/// One row, on several lines where the flexible column wraps.
fn grid_row(cells: &[Cell], table: &Table, widths: &[usize], style: &Style) -> Vec<String> {
    let parts: Vec<Vec<String>> = cells
        .iter()
        .zip(widths)
        .map(|(c, &w)| {
            if width(&c.text) > w {
                wrap(&c.text, w)
            } else {
                vec![c.text.clone()]
            }
        })
        .collect();
    let height = parts.iter().map(Vec::len).max().unwrap_or(0);
    (0..height)
        .map(|i| {
            let mut line = String::new();
            for (((part, cell), column), &w) in
                parts.iter().zip(cells).zip(&table.columns).zip(widths)
            {
                let text = part.get(i).map_or("", String::as_str);
                let padded = if column.right {
                    right(text, w)
                } else {
                    left(text, w)
                };
                if !line.is_empty() {
                    line.push_str(&" ".repeat(GAP));
                }
                line.push_str(&style.paint(cell.paint, &padded));
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// Each row as a list of its cells, for terminals too narrow for a grid.
fn stacked(table: &Table, room: usize, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    for row in &table.rows {
        let said = row
            .cells
            .iter()
            .zip(&table.columns)
            .filter(|(c, _)| !c.text.trim().is_empty());
        for (i, (cell, column)) in said.enumerate() {
            let text = single_spaced(&cell.text);
            let text = if i == 0 || column.heading().is_empty() {
                text
            } else {
                format!("{}: {text}", column.heading())
            };
            let pad = if i == 0 { "" } else { "  " };
            let wrapped = wrap(&text, room.saturating_sub(pad.len()));
            lines.extend(
                wrapped
                    .iter()
                    .map(|l| format!("{pad}{}", style.paint(cell.paint, l))),
            );
        }
        if let Some(below) = &row.below {
            lines.extend(
                wrap(below, room.saturating_sub(4))
                    .iter()
                    .map(|l| format!("    {l}")),
            );
        }
    }
    lines
}

/// `text` with runs of blanks made one.
pub fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
