//! Counts of cells: how many rows have each combination of classes and group. Once counted, a
//! statistic of classes alone is a sum over cells.

use super::columns::RunColumns;
use super::groups::Groups;
use crate::hir::formula::Cell;
use crate::metrics::program::{Argument, Class, Grouping, Kind, Statistic, Test};

/// What a cell tells apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Axis {
    Class(Cell),
    Groups(Grouping),
}

/// A table of cells.
#[derive(Debug, Clone)]
pub(super) struct Table {
    axes: Vec<Axis>,
    widths: Vec<usize>,
    /// How many cells there are.
    pub(super) count: usize,
    /// The cell of each row.
    pub(super) of_row: Vec<u32>,
}

/// The axes that a statistic is a sum over cells of; `None` where it isn't one.
pub(super) fn axes(statistic: &Statistic) -> Option<Vec<Axis>> {
    let mut found = Vec::new();
    match &statistic.kind {
        Kind::Linear(_) if statistic.is_count() => {}
        Kind::Native(native) if !statistic.is_numeric() => {
            if native.signature.family != crate::hir::natives::Family::Table {
                return None;
            }
            for arg in &native.args {
                let Argument::Class(class) = arg else {
                    return None;
                };
                of_class(class, &mut found);
            }
        }
        Kind::Linear(_) | Kind::Quantile(..) | Kind::Extreme(..) | Kind::Native(_) => return None,
    }
    statistic.filter.iter().for_each(|f| of_test(f, &mut found));
    if !statistic.grouping.is_empty() {
        found.push(Axis::Groups(statistic.grouping.clone()));
    }
    Some(found)
}

fn of_class(class: &Class, found: &mut Vec<Axis>) {
    if let Class::Cell(cell) = class {
        let axis = Axis::Class(cell.clone());
        if !found.contains(&axis) {
            found.push(axis);
        }
    }
}

fn of_test(test: &Test, found: &mut Vec<Axis>) {
    match test {
        Test::And(a, b) | Test::Or(a, b) => {
            of_test(a, found);
            of_test(b, found);
        }
        Test::Not(a) => of_test(a, found),
        Test::Same(a, b, _) => {
            of_class(a, found);
            of_class(b, found);
        }
        Test::Compare(..) => {}
    }
}

/// The sets of axes in which each wanted set is a part of one, largest first.
pub(super) fn covering(mut wanted: Vec<Vec<Axis>>) -> Vec<Vec<Axis>> {
    wanted.sort_by_key(|axes| std::cmp::Reverse(axes.len()));
    let mut kept: Vec<Vec<Axis>> = Vec::new();
    for axes in wanted {
        if !kept.iter().any(|k| contains(k, &axes)) {
            kept.push(axes);
        }
    }
    kept
}

fn contains(all: &[Axis], some: &[Axis]) -> bool {
    some.iter().all(|axis| all.contains(axis))
}

impl Table {
    /// The table of `axes` over `rows`; `None` where it would have too many cells to be worth it.
    pub(super) fn new(
        axes: Vec<Axis>,
        columns: &RunColumns<'_>,
        classes: usize,
        rows: &[u32],
        groups: &[(Grouping, Groups)],
    ) -> Option<Self> {
        let mut codes: Vec<(Vec<u32>, usize)> = Vec::new();
        for axis in &axes {
            codes.push(match axis {
                Axis::Class(cell) => {
                    let column = columns.classes.get(cell).copied().unwrap_or_default();
                    let code = |&r: &u32| column.get(r as usize).copied().unwrap_or(u32::MAX);
                    let codes: Vec<u32> = rows.iter().map(code).collect();
                    // One more class stands for rows without a code, so that every row has a cell.
                    let known = codes.iter().filter(|&&c| c != u32::MAX).max();
                    let width = classes.max(known.map_or(0, |&c| c as usize + 1)) + 1;
                    (codes, width)
                }
                Axis::Groups(grouping) => {
                    let (_, groups) = groups.iter().find(|(g, _)| g == grouping)?;
                    (groups.of_row.clone(), groups.count.max(1))
                }
            });
        }
        let widths: Vec<usize> = codes.iter().map(|(_, width)| *width).collect();
        let most = rows.len().saturating_mul(2).max(1 << 16);
        let count = widths
            .iter()
            .try_fold(1usize, |n, &w| n.checked_mul(w).filter(|&n| n <= most))?;
        // There are fewer cells than codes have.
        let mut of_row = vec![0u32; rows.len()];
        for (codes, width) in &codes {
            let width = u32::try_from(*width).unwrap_or(u32::MAX);
            for (cell, &code) in of_row.iter_mut().zip(codes) {
                *cell = *cell * width + code.min(width - 1);
            }
        }
        Some(Table {
            axes,
            widths,
            count,
            of_row,
        })
    }

    /// Whether the statistic of some axes is a sum over this table's cells.
    pub(super) fn serves(&self, axes: &[Axis]) -> bool {
        contains(&self.axes, axes)
    }

    /// The code of a cell on each axis.
    fn decode(&self, mut cell: usize) -> Vec<u32> {
        let mut codes = vec![0; self.widths.len()];
        for ((code, &width), axis) in codes.iter_mut().zip(&self.widths).zip(&self.axes).rev() {
            let missing = matches!(axis, Axis::Class(_)) && cell % width == width - 1;
            *code = match missing {
                true => u32::MAX,
                false => u32::try_from(cell % width).unwrap_or(u32::MAX),
            };
            cell /= width;
        }
        codes
    }

    fn axis(&self, wanted: &Axis) -> Option<usize> {
        self.axes.iter().position(|axis| axis == wanted)
    }

    pub(super) fn code(&self, class: &Class, codes: &[u32], columns: &RunColumns<'_>) -> u32 {
        match class {
            Class::Cell(cell) => {
                let axis = self.axis(&Axis::Class(cell.clone()));
                axis.and_then(|a| codes.get(a)).copied().unwrap_or(u32::MAX)
            }
            Class::Code(code) => *code,
            Class::Word(word) => columns.word(word),
        }
    }

    fn holds(&self, test: &Test, codes: &[u32], columns: &RunColumns<'_>) -> bool {
        match test {
            Test::And(a, b) => self.holds(a, codes, columns) && self.holds(b, codes, columns),
            Test::Or(a, b) => self.holds(a, codes, columns) || self.holds(b, codes, columns),
            Test::Not(a) => !self.holds(a, codes, columns),
            Test::Same(a, b, same) => {
                (self.code(a, codes, columns) == self.code(b, codes, columns)) == *same
            }
            Test::Compare(..) => false,
        }
    }

    /// The cells where a statistic's filter holds, by group; each with its codes.
    pub(super) fn chosen(
        &self,
        statistic: &Statistic,
        columns: &RunColumns<'_>,
        groups: usize,
    ) -> Vec<Vec<(u32, Vec<u32>)>> {
        let mut found = vec![Vec::new(); groups];
        let group_axis = self.axis(&Axis::Groups(statistic.grouping.clone()));
        for cell in 0..self.count {
            let codes = self.decode(cell);
            let filter = statistic.filter.as_ref();
            if filter.is_some_and(|f| !self.holds(f, &codes, columns)) {
                continue;
            }
            let group = group_axis
                .and_then(|a| codes.get(a))
                .map_or(0, |&g| g as usize);
            if let Some(slot) = found.get_mut(group) {
                slot.push((u32::try_from(cell).unwrap_or(u32::MAX), codes));
            }
        }
        found
    }

    /// How many codes a class of this table can have.
    pub(super) fn side(&self) -> usize {
        let classes = self.axes.iter().zip(&self.widths);
        let widths = classes.filter(|(axis, _)| matches!(axis, Axis::Class(_)));
        widths.map(|(_, width)| width - 1).max().unwrap_or(0)
    }
}
