//! Statistics, prepared for a run's rows: all that doesn't depend on which rows are drawn.

use super::bind::{RowArgs, RowClass, RowNumber, RowTest};
use super::columns::RunColumns;
use super::groups::Groups;
use super::tables::{Table, axes};
use crate::hir::formula::Cell;
use crate::hir::natives::ListKind;
use crate::metrics::native::{Columns, Implementation, Swept, implementation, lists};
use crate::metrics::program::{Argument, Class, Grouping, Kind, Native, Number, Statistic};
use crate::stats::quantile::Ranked;
use std::collections::BTreeMap;

/// A statistic, prepared. Places are those in the kernel's rows.
#[derive(Debug, Clone)]
pub(super) enum Prepared {
    /// For each group Σ coefficient · count of the cell.
    Cells {
        table: usize,
        groups: Vec<Vec<(u32, f64)>>,
    },
    /// For each group a function of a square table of counts.
    Matrix {
        table: usize,
        groups: Vec<Vec<(u32, u32)>>,
        native: MatrixNative,
    },
    /// Σ value of the row, for each of `count` groups.
    Rows {
        values: Vec<f64>,
        groups: Option<Vec<u32>>,
        count: usize,
    },
    /// A function of the sums of a vector for each row.
    Vectors(Vectors),
    /// A quantile over some of the rows of each group.
    Quantile { groups: Vec<RankedRows>, q: f64 },
    /// For each group the first of these rows that is there, best first.
    Extreme { groups: Vec<Vec<(u32, f64)>> },
    /// A function of all rows of each group.
    Whole {
        groups: Vec<WholeRows>,
        native: WholeNative,
    },
    /// Not computable.
    Undefined(usize),
}

/// Rows in the order of their values; `None` where a value is missing or not finite.
#[derive(Debug, Clone)]
pub(super) struct RankedRows {
    pub(super) places: Vec<u32>,
    pub(super) ranked: Option<Ranked>,
    /// The unit of each in the order of their values, for sweeps.
    pub(super) units: Vec<u32>,
    /// Whether each unit of the panel is one of these rows.
    pub(super) all: bool,
}

impl RankedRows {
    pub(super) fn new(places: Vec<u32>, values: &[f64]) -> Self {
        RankedRows {
            places,
            ranked: Ranked::new(values).ok(),
            units: Vec::new(),
            all: false,
        }
    }

    /// Whether there are more than `most` values, equal ones counted once; none where there is no order.
    pub(super) fn more_than(&self, most: usize) -> bool {
        let values = self
            .ranked
            .as_ref()
            .map_or(&[][..], |r| r.sorted().values());
        values.chunk_by(|a, b| a == b).nth(most).is_some()
    }

    /// The values, row by row; nothing where there is no order.
    pub(super) fn values(&self) -> Option<Vec<f64>> {
        let ranked = self.ranked.as_ref()?;
        let mut values = vec![0.0; self.places.len()];
        for (&row, &value) in ranked.rows().iter().zip(ranked.sorted().values()) {
            if let Some(slot) = values.get_mut(row as usize) {
                *slot = value;
            }
        }
        Some(values)
    }
}

/// Rows with the arguments of a native of all rows.
#[derive(Debug, Clone)]
pub(super) struct WholeRows {
    pub(super) places: Vec<u32>,
    pub(super) columns: Columns,
    /// An argument is missing where it may not be.
    pub(super) broken: bool,
    /// Of an area: the rows in the order of their scores, for sweeps.
    pub(super) sweep: Vec<Row>,
}

/// A row in the order of its score.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) unit: u32,
    pub(super) holds: bool,
    /// Whether the next one's score is another.
    pub(super) ends: bool,
}

/// A native of all rows.
#[derive(Debug, Clone)]
pub(super) struct WholeNative {
    pub(super) function: fn(&Columns, &[f64], &[f64]) -> f64,
    pub(super) swept: Option<Swept>,
    pub(super) options: Vec<f64>,
}

impl WholeNative {
    pub(super) fn value(&self, rows: &WholeRows, weights: &[f64]) -> f64 {
        if rows.broken {
            return f64::NAN;
        }
        (self.function)(&rows.columns, weights, &self.options)
    }
}

/// A native of a table of counts.
#[derive(Debug, Clone)]
pub(super) struct MatrixNative {
    function: fn(&[f64], usize, &[f64]) -> f64,
    side: usize,
    options: Vec<f64>,
}

impl MatrixNative {
    /// The value from the entry of each cell and the cells' counts.
    pub(super) fn value(&self, entries: &[(u32, u32)], cells: &[f64]) -> f64 {
        let mut matrix = vec![0.0; self.side * self.side];
        for &(cell, entry) in entries {
            let count = cells.get(cell as usize).copied().unwrap_or(0.0);
            if let Some(slot) = matrix.get_mut(entry as usize) {
                *slot += count;
            }
        }
        (self.function)(&matrix, self.side, &self.options)
    }
}

/// A vector for each of some rows, by group.
#[derive(Debug, Clone)]
pub(super) struct Vectors {
    pub(super) width: usize,
    /// For each group its rows.
    pub(super) places: Vec<Vec<u32>>,
    /// For each group its rows' vectors, one after the other.
    pub(super) vectors: Vec<Vec<f64>>,
    pub(super) combine: fn(&[f64], &[f64]) -> f64,
    pub(super) options: Vec<f64>,
}

impl Vectors {
    /// The value of a group where its rows stand as often as `times` says.
    pub(super) fn value(&self, group: usize, times: impl Fn(u32) -> u32) -> f64 {
        (self.combine)(&self.sums(group, times), &self.options)
    }

    fn sums(&self, group: usize, times: impl Fn(u32) -> u32) -> Vec<f64> {
        let mut sums = vec![0.0; self.width];
        let places = self.places.get(group).map_or(&[][..], Vec::as_slice);
        for (&place, vector) in places.iter().zip(self.rows(group)) {
            let times = f64::from(times(place));
            if times != 0.0 {
                for (sum, v) in sums.iter_mut().zip(vector) {
                    *sum += times * v;
                }
            }
        }
        sums
    }

    /// The vectors of a group's rows.
    pub(super) fn rows(&self, group: usize) -> impl Iterator<Item = &[f64]> {
        let vectors = self.vectors.get(group).map_or(&[][..], Vec::as_slice);
        vectors.chunks(self.width.max(1))
    }

    /// A group's sums where all are whole numbers, so that rows can be taken out without a trace.
    pub(super) fn whole_sums(&self, group: usize, times: impl Fn(u32) -> u32) -> Option<Vec<f64>> {
        let whole = |v: &f64| v.fract() == 0.0 && v.abs() < (1u64 << 53) as f64;
        let sums = self.sums(group, times);
        let all = self.rows(group).flatten().all(whole) && sums.iter().all(whole);
        all.then_some(sums)
    }

    /// A group's value where some of the rows behind its `sums` are gone. `among` is where each row of the
    /// kernel stands in its group.
    pub(super) fn without(&self, group: usize, sums: &[f64], gone: &[u32], among: &[u32]) -> f64 {
        let mut left = sums.to_vec();
        let places = self.places.get(group).map_or(&[][..], Vec::as_slice);
        let vectors = self.vectors.get(group).map_or(&[][..], Vec::as_slice);
        for &place in gone {
            let rank = among
                .get(place as usize)
                .map_or(usize::MAX, |&r| r as usize);
            let own = rank
                .checked_mul(self.width)
                .and_then(|from| vectors.get(from..));
            if places.get(rank) == Some(&place) {
                let own = own.unwrap_or_default();
                left.iter_mut().zip(own).for_each(|(sum, v)| *sum -= v);
            }
        }
        (self.combine)(&left, &self.options)
    }
}

impl Prepared {
    /// Writes the values of a statistic that the counts of cells are enough for, a group each; others
    /// leave `out` as it is.
    pub(super) fn of_cells(&self, cells: &[Vec<f64>], out: &mut [f64]) {
        let counts = |table: usize| cells.get(table).map_or(&[][..], Vec::as_slice);
        match self {
            Prepared::Cells { table, groups } => {
                for (value, coefficients) in out.iter_mut().zip(groups) {
                    *value = sum_cells(coefficients, counts(*table));
                }
            }
            Prepared::Matrix {
                table,
                groups,
                native,
            } => {
                for (value, entries) in out.iter_mut().zip(groups) {
                    *value = native.value(entries, counts(*table));
                }
            }
            Prepared::Rows { .. }
            | Prepared::Vectors(_)
            | Prepared::Quantile { .. }
            | Prepared::Extreme { .. }
            | Prepared::Whole { .. }
            | Prepared::Undefined(_) => {}
        }
    }

    /// How many values it has: one for each group.
    pub(super) fn width(&self) -> usize {
        match self {
            Prepared::Cells { groups, .. } => groups.len(),
            Prepared::Matrix { groups, .. } => groups.len(),
            Prepared::Rows { count, .. } => *count,
            Prepared::Vectors(vectors) => vectors.places.len(),
            Prepared::Quantile { groups, .. } => groups.len(),
            Prepared::Extreme { groups } => groups.len(),
            Prepared::Whole { groups, .. } => groups.len(),
            Prepared::Undefined(groups) => *groups,
        }
    }
}

fn sum_cells(coefficients: &[(u32, f64)], cells: &[f64]) -> f64 {
    coefficients
        .iter()
        .map(|&(cell, k)| k * cells.get(cell as usize).copied().unwrap_or(0.0))
        .sum()
}

/// Rows, and the group of each.
struct Grouped<'g> {
    rows: &'g [u32],
    of_row: Option<&'g [u32]>,
    count: usize,
}

impl Grouped<'_> {
    fn group(&self, place: usize) -> usize {
        let group = self.of_row.and_then(|of| of.get(place));
        group.map_or(0, |&g| g as usize)
    }
}

pub(super) fn prepare(
    s: &Statistic,
    columns: &RunColumns<'_>,
    rows: &[u32],
    tables: &[Table],
    groups: &[(Grouping, Groups)],
) -> Prepared {
    let own = groups
        .iter()
        .find(|(g, _)| *g == s.grouping)
        .map(|(_, g)| g);
    let grouped = Grouped {
        rows,
        of_row: own.map(|g| g.of_row.as_slice()),
        count: own.map_or(1, |g| g.count),
    };
    if let Some(wanted) = axes(s)
        && let Some(found) = tables.iter().position(|t| t.serves(&wanted))
        && let Some(table) = tables.get(found)
    {
        return of_cells(s, columns, (found, table), grouped.count);
    }
    match &s.kind {
        Kind::Linear(value) => sums(value.as_ref(), s, columns, &grouped),
        Kind::Quantile(value, q) => {
            let ranked = |(places, values): (Vec<u32>, Vec<f64>)| RankedRows::new(places, &values);
            let groups = chosen(value, s, columns, &grouped).into_iter().map(ranked);
            Prepared::Quantile {
                groups: groups.collect(),
                q: *q,
            }
        }
        Kind::Extreme(value, largest) => {
            let groups = chosen(value, s, columns, &grouped).into_iter();
            Prepared::Extreme {
                groups: groups.map(|(p, v)| ordered(p, v, *largest)).collect(),
            }
        }
        Kind::Native(native) => of_native(native, s, columns, &grouped),
    }
}

/// Best first; where a value is missing the group has none.
fn ordered(places: Vec<u32>, values: Vec<f64>, largest: bool) -> Vec<(u32, f64)> {
    if values.iter().any(|v| v.is_nan()) {
        return places.into_iter().map(|p| (p, f64::NAN)).collect();
    }
    let mut order: Vec<(u32, f64)> = places.into_iter().zip(values).collect();
    order.sort_by(|a, b| {
        let by = a.1.total_cmp(&b.1);
        if largest { by.reverse() } else { by }
    });
    order
}

fn of_cells(
    s: &Statistic,
    columns: &RunColumns<'_>,
    (place, table): (usize, &Table),
    groups: usize,
) -> Prepared {
    let chosen = table.chosen(s, columns, groups);
    if let Kind::Native(native) = &s.kind {
        return of_matrix(native, columns, (place, table), &chosen);
    }
    let k = match &s.kind {
        Kind::Linear(Some(Number::Constant(k))) => *k,
        Kind::Linear(_) | Kind::Quantile(..) | Kind::Extreme(..) | Kind::Native(_) => 1.0,
    };
    let coefficients =
        |cells: Vec<(u32, Vec<u32>)>| cells.iter().map(|(cell, _)| (*cell, k)).collect();
    Prepared::Cells {
        table: place,
        groups: chosen.into_iter().map(coefficients).collect(),
    }
}

fn of_matrix(
    native: &Native,
    columns: &RunColumns<'_>,
    (place, table): (usize, &Table),
    chosen: &[Vec<(u32, Vec<u32>)>],
) -> Prepared {
    let (Some(Implementation::Table(function)), [Argument::Class(a), Argument::Class(b)]) =
        (implementation(native.signature), native.args.as_slice())
    else {
        return Prepared::Undefined(chosen.len());
    };
    let side = table.side();
    let entries = |cells: &Vec<(u32, Vec<u32>)>| {
        let entry = |(cell, codes): &(u32, Vec<u32>)| {
            let a = table.code(a, codes, columns) as usize;
            let b = table.code(b, codes, columns) as usize;
            let entry = (a < side && b < side).then_some(a * side + b)?;
            Some((*cell, u32::try_from(entry).ok()?))
        };
        cells.iter().filter_map(entry).collect()
    };
    Prepared::Matrix {
        table: place,
        groups: chosen.iter().map(entries).collect(),
        native: MatrixNative {
            function,
            side,
            options: native.options.clone(),
        },
    }
}

fn sums(
    value: Option<&Number>,
    s: &Statistic,
    columns: &RunColumns<'_>,
    grouped: &Grouped<'_>,
) -> Prepared {
    let filter = s.filter.as_ref().map(|f| RowTest::new(f, columns));
    let number = value.map(|v| RowNumber::new(v, columns));
    let mut values = Vec::with_capacity(grouped.rows.len());
    for &row in grouped.rows {
        let holds = filter.as_ref().is_none_or(|f| f.holds(row));
        let weight = columns.weight.get(row as usize).copied().unwrap_or(1.0);
        let value = match (holds, &number) {
            (false, _) => 0.0,
            (true, None) => weight,
            (true, Some(number)) => weight * number.value(row),
        };
        values.push(value);
    }
    Prepared::Rows {
        values,
        groups: grouped.of_row.map(<[u32]>::to_vec),
        count: grouped.count,
    }
}

/// The rows of each group where the filter holds, with their values.
fn chosen(
    value: &Number,
    s: &Statistic,
    columns: &RunColumns<'_>,
    grouped: &Grouped<'_>,
) -> Vec<(Vec<u32>, Vec<f64>)> {
    let number = RowNumber::new(value, columns);
    let rows = places(s, columns, grouped).into_iter();
    let valued = |places: Vec<u32>| {
        let of = |&place: &u32| number.value(row_at(grouped, place));
        let values = places.iter().map(of).collect();
        (places, values)
    };
    rows.map(valued).collect()
}

fn row_at(grouped: &Grouped<'_>, place: u32) -> u32 {
    grouped
        .rows
        .get(place as usize)
        .copied()
        .unwrap_or(u32::MAX)
}

/// The rows of each group where the filter holds.
fn places(s: &Statistic, columns: &RunColumns<'_>, grouped: &Grouped<'_>) -> Vec<Vec<u32>> {
    let filter = s.filter.as_ref().map(|f| RowTest::new(f, columns));
    if filter.is_none() && grouped.of_row.is_none() {
        return vec![(0u32..).take(grouped.rows.len()).collect()];
    }
    let mut found = vec![Vec::new(); grouped.count];
    for (place, &row) in (0u32..).zip(grouped.rows) {
        if filter.as_ref().is_some_and(|f| !f.holds(row)) {
            continue;
        }
        if let Some(group) = found.get_mut(grouped.group(place as usize)) {
            group.push(place);
        }
    }
    found
}

fn of_native(
    native: &Native,
    s: &Statistic,
    columns: &RunColumns<'_>,
    grouped: &Grouped<'_>,
) -> Prepared {
    let places = places(s, columns, grouped);
    match implementation(native.signature) {
        Some(Implementation::Whole(function)) => {
            of_whole(native, columns, grouped, places, (function, None))
        }
        Some(Implementation::Swept(swept)) => {
            of_whole(native, columns, grouped, places, (swept.value, Some(swept)))
        }
        Some(Implementation::Corpus {
            width,
            row,
            combine,
        }) => {
            let width = width(&native.options);
            let args = RowArgs::new(native, columns);
            let vector = |places: &Vec<u32>| {
                let mut all = vec![0.0; places.len() * width];
                for (&place, vector) in places.iter().zip(all.chunks_mut(width.max(1))) {
                    let at = row_at(grouped, place);
                    args.with(at, |values| row(values, &native.options, vector));
                    let weight = columns.weight.get(at as usize).copied().unwrap_or(1.0);
                    vector.iter_mut().for_each(|v| *v *= weight);
                }
                all
            };
            Prepared::Vectors(Vectors {
                width,
                vectors: places.iter().map(vector).collect(),
                places,
                combine,
                options: native.options.clone(),
            })
        }
        // A table of counts whose filter reads numbers, or with too many cells for a table.
        Some(Implementation::Table(_) | Implementation::Row(_)) | None => {
            Prepared::Undefined(grouped.count)
        }
    }
}

/// What computes a native of all rows.
type OfWhole = fn(&Columns, &[f64], &[f64]) -> f64;

fn of_whole(
    native: &Native,
    columns: &RunColumns<'_>,
    grouped: &Grouped<'_>,
    places: Vec<Vec<u32>>,
    (function, swept): (OfWhole, Option<Swept>),
) -> Prepared {
    let places = places.into_iter();
    Prepared::Whole {
        groups: places.map(|p| whole(native, columns, grouped, p)).collect(),
        native: WholeNative {
            function,
            swept,
            options: native.options.clone(),
        },
    }
}

/// The arguments of a native of all rows. Only classes may be missing.
fn whole(
    native: &Native,
    columns: &RunColumns<'_>,
    grouped: &Grouped<'_>,
    places: Vec<u32>,
) -> WholeRows {
    let rows: Vec<u32> = places.iter().map(|&p| row_at(grouped, p)).collect();
    let mut broken = false;
    let mut found = Columns::default();
    let mut known = BTreeMap::new();
    for arg in &native.args {
        let values: Vec<f64> = match arg {
            Argument::Number(n) => {
                let number = RowNumber::new(n, columns);
                let values: Vec<f64> = rows.iter().map(|&row| number.value(row)).collect();
                broken |= values.iter().any(|v| !v.is_finite());
                values
            }
            Argument::Condition(t) => {
                let test = RowTest::new(t, columns);
                let value = |&row: &u32| f64::from(u8::from(test.holds(row)));
                rows.iter().map(value).collect()
            }
            Argument::Class(class) => class_numbers(class, columns, &rows),
            Argument::List(kind, cell) => {
                found
                    .lists
                    .push(items(*kind, cell, columns, &rows, &mut known));
                Vec::new()
            }
            Argument::Text(_) | Argument::Scores => {
                broken = true;
                Vec::new()
            }
        };
        found.push(values);
    }
    WholeRows {
        places,
        columns: found,
        broken,
        sweep: Vec::new(),
    }
}

/// Each row's items as numbers, the same for all lists that share `known`.
fn items(
    kind: ListKind,
    cell: &Cell,
    columns: &RunColumns<'_>,
    rows: &[u32],
    known: &mut BTreeMap<String, u32>,
) -> Vec<Vec<u32>> {
    let texts = columns.texts.get(cell).copied().unwrap_or_default();
    // What is no list was refused where the file was read.
    let parsed = lists(kind, texts.words.iter().map(String::as_str)).unwrap_or_default();
    let mut number = |item: String| {
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        *known.entry(item).or_insert(next)
    };
    let numbered: Vec<Vec<u32>> = parsed
        .into_iter()
        .map(|list| list.into_iter().map(&mut number).collect())
        .collect();
    let of = |&row: &u32| {
        let code = texts.codes.get(row as usize).copied().unwrap_or(u32::MAX);
        numbered.get(code as usize).cloned().unwrap_or_default()
    };
    rows.iter().map(of).collect()
}

/// Classes as the numbers they are called where all are called by numbers, else as their places.
fn class_numbers(class: &Class, columns: &RunColumns<'_>, rows: &[u32]) -> Vec<f64> {
    let words = columns.names.iter().chain(columns.extra);
    let called: Option<Vec<f64>> = words
        .filter(|w| !w.trim().is_empty())
        .map(|w| w.trim().parse().ok().filter(|n: &f64| n.is_finite()))
        .collect();
    let class = RowClass::new(class, columns);
    let number = |&row: &u32| match (class.code(row), &called) {
        (u32::MAX, _) => f64::NAN,
        (code, Some(called)) if !called.is_empty() => {
            called.get(code as usize).copied().unwrap_or(f64::NAN)
        }
        (code, _) => f64::from(code),
    };
    rows.iter().map(number).collect()
}
