//! Printed lines, before their columns are known: alignment, indentation, trailing comments.

use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

/// Blanks at least between code and the comment behind it.
const COMMENT_GAP: usize = 2;

/// Cells of a table are not padded by more than this.
const MAX_PAD: usize = 16;

/// Where a line begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Base {
    /// At this column.
    Column(usize),
    /// Relative to a place in a line above.
    At {
        /// Index of that line.
        line: usize,
        /// Byte in its text.
        offset: usize,
        /// Columns to the right of it.
        delta: isize,
    },
}

impl Base {
    /// `by` columns further to the right.
    pub(super) fn shifted(self, by: isize) -> Base {
        match self {
            Base::Column(column) => Base::Column(column.saturating_add_signed(by)),
            Base::At {
                line,
                offset,
                delta,
            } => Base::At {
                line,
                offset,
                delta: delta + by,
            },
        }
    }
}

/// What a line is aligned with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Class {
    /// Nothing.
    #[default]
    Alone,
    /// Fields, at their values.
    Field,
    /// Rules, at `when` and `otherwise`.
    Rule,
    /// Neighbouring lines of one kind, at their braces; as a table where they have the same fields.
    Row(String),
}

/// A comment behind code.
#[derive(Debug, Clone)]
pub(super) struct Trailing {
    pub(super) text: String,
    /// The column it was written at.
    pub(super) column: usize,
}

/// A line, and what its column depends on.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) base: Base,
    pub(super) text: String,
    pub(super) trailing: Option<Trailing>,
    /// Whether a blank line stands before it.
    pub(super) blank: bool,
    /// Which bracket it stands in.
    pub(super) container: usize,
    /// Whether an entry, element or item begins here.
    pub(super) starts: bool,
    pub(super) class: Class,
    /// Names of the fields of a row: rows form a table as far as these are the same.
    pub(super) fields: Vec<String>,
    /// Bytes of `text` before which blanks may be put, and how many.
    pub(super) stops: Vec<(usize, usize)>,
    /// Whether it is nothing but a comment, or copied: nothing is put behind it.
    pub(super) sealed: bool,
    /// Whether it ends in the opening bracket of what stands on the lines below.
    pub(super) opens: bool,
}

impl Line {
    /// An empty line.
    pub(super) fn new(base: Base, blank: bool, container: usize) -> Line {
        Line {
            base,
            text: String::new(),
            trailing: None,
            blank,
            container,
            starts: false,
            class: Class::Alone,
            fields: Vec::new(),
            stops: Vec::new(),
            sealed: false,
            opens: false,
        }
    }

    /// Columns from the line's beginning to byte `offset`, padding included.
    fn width_to(&self, offset: usize) -> usize {
        let pads = self.stops.iter().filter(|(at, _)| *at <= offset);
        self.text.get(..offset).unwrap_or("").width() + pads.map(|(_, pad)| pad).sum::<usize>()
    }

    fn width(&self) -> usize {
        self.width_to(self.text.len())
    }

    fn padded(&self) -> String {
        let mut padded = String::with_capacity(self.text.len());
        let mut done = 0;
        for &(at, pad) in &self.stops {
            padded += self.text.get(done..at).unwrap_or("");
            padded.extend(std::iter::repeat_n(' ', pad));
            done = at;
        }
        padded + self.text.get(done..).unwrap_or("")
    }
}

/// Pads what stands in one run to common columns.
pub(super) fn align(lines: &mut [Line]) {
    let mut runs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut ended: Vec<Vec<usize>> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let run = runs.entry(line.container).or_default();
        let last = run.last().and_then(|&last| Some((last, lines.get(last)?)));
        let goes_on = last.is_some_and(|(at, before)| {
            let next = !matches!(line.class, Class::Row(_)) || at + 1 == i;
            !line.starts || (before.class == line.class && next)
        });
        if line.blank || !goes_on {
            ended.push(std::mem::take(run));
        }
        if line.starts && line.class != Class::Alone {
            run.push(i);
        }
    }
    ended.extend(runs.into_values());
    for run in ended {
        pad(lines, &run, 0, usize::MAX);
        let first = run.first().and_then(|&i| lines.get(i));
        if first.is_some_and(|l| matches!(l.class, Class::Row(_))) {
            tables(lines, &run);
        }
    }
}

/// Aligns the fields of rows one after the other, as far as their names are the same.
fn tables(lines: &mut [Line], run: &[usize]) {
    let stops = run
        .iter()
        .filter_map(|&i| lines.get(i))
        .map(|l| l.stops.len());
    for stop in 1..stops.max().unwrap_or(0) {
        let names = |i: &usize| lines.get(*i).and_then(|l| l.fields.get(..=stop));
        let same = |a: &usize, b: &usize| names(a).is_some() && names(a) == names(b);
        let tables: Vec<Vec<usize>> = run.chunk_by(same).map(<[usize]>::to_vec).collect();
        for table in tables {
            pad(lines, &table, stop, MAX_PAD);
        }
    }
}

fn pad(lines: &mut [Line], run: &[usize], stop: usize, limit: usize) {
    let column = |line: &Line| line.stops.get(stop).map(|(at, _)| line.width_to(*at));
    let columns = run.iter().filter_map(|&i| column(lines.get(i)?));
    let (Some(most), Some(least)) = (columns.clone().max(), columns.min()) else {
        return;
    };
    if most - least > limit {
        return;
    }
    for &i in run {
        let Some(line) = lines.get_mut(i) else {
            continue;
        };
        let pad = column(line).map_or(0, |c| most - c);
        if let Some(slot) = line.stops.get_mut(stop) {
            slot.1 = pad;
        }
    }
}

/// The column at which each line begins.
pub(super) fn columns(lines: &[Line]) -> Vec<usize> {
    let mut columns: Vec<usize> = Vec::with_capacity(lines.len());
    for line in lines {
        let column = match line.base {
            Base::Column(column) => column,
            Base::At {
                line,
                offset,
                delta,
            } => {
                let above = lines.get(line).map_or(0, |l| l.width_to(offset));
                let start = columns.get(line).copied().unwrap_or(0);
                (start + above).saturating_add_signed(delta)
            }
        };
        columns.push(column);
    }
    columns
}

/// The lines wider than `limit`, comments aside.
pub(super) fn overlong(lines: &[Line], limit: usize) -> Vec<usize> {
    let columns = columns(lines);
    let wide = |(i, line): (usize, &Line)| {
        let column = columns.get(i).copied().unwrap_or(0);
        (!line.sealed && column + line.width() > limit).then_some(i)
    };
    lines.iter().enumerate().filter_map(wide).collect()
}

/// The text of all lines.
pub(super) fn text(lines: &[Line]) -> String {
    let columns = columns(lines);
    let comments = comment_columns(lines, &columns);
    let mut text = String::new();
    for (i, line) in lines.iter().enumerate() {
        if line.blank {
            text.push('\n');
        }
        let mut written = 0;
        if !line.text.is_empty() {
            let column = columns.get(i).copied().unwrap_or(0);
            text.extend(std::iter::repeat_n(' ', column));
            text += &line.padded();
            written = column + line.width();
        }
        if let Some(trailing) = &line.trailing {
            let column = comments.get(&i).copied().unwrap_or(0);
            text.extend(std::iter::repeat_n(' ', column.saturating_sub(written)));
            text += &trailing.text;
        }
        text.push('\n');
    }
    text
}

/// Comments behind code that hang together: neighbours, and those written at one column.
#[derive(Default)]
struct Comments {
    lines: Vec<usize>,
    columns: BTreeMap<usize, usize>,
    needed: usize,
}

impl Comments {
    /// Their column: the one most were written at, if there is room for all.
    fn column(&self) -> usize {
        let most = self.columns.iter().max_by_key(|(_, count)| **count);
        let shared = most.filter(|(_, count)| **count > 1 || self.lines.len() == 1);
        shared.map_or(0, |(column, _)| *column).max(self.needed)
    }
}

fn comment_columns(lines: &[Line], columns: &[usize]) -> BTreeMap<usize, usize> {
    let mut groups: Vec<Comments> = Vec::new();
    let mut before: Option<(usize, usize)> = None;
    for (i, line) in lines.iter().enumerate() {
        let Some(trailing) = &line.trailing else {
            continue;
        };
        let joined = before.is_some_and(|(at, column)| {
            let same = lines.get(at).is_some_and(|l| l.container == line.container);
            column == trailing.column || (at + 1 == i && !line.blank && same)
        });
        if !joined {
            groups.push(Comments::default());
        }
        if let Some(group) = groups.last_mut() {
            group.lines.push(i);
            *group.columns.entry(trailing.column).or_default() += 1;
            if !line.text.is_empty() {
                let end = columns.get(i).copied().unwrap_or(0) + line.width();
                group.needed = group.needed.max(end + COMMENT_GAP);
            }
        }
        before = Some((i, trailing.column));
    }
    let column_of = |g: &Comments| {
        let column = g.column();
        g.lines
            .iter()
            .map(move |&i| (i, column))
            .collect::<Vec<_>>()
    };
    groups.iter().flat_map(column_of).collect()
}
