//! One run's rows on one part of a partition, ready to be evaluated for any multiplicities.
//!
//! [`Kernel::new`] prepares each statistic once (`prepare`), whatever programs need it; `evaluate`
//! then costs one pass over the rows for all counts, and one for each other statistic; `lanes` does so for many
//! resamples at once. The jackknife takes units out of what is prepared (`jackknife`), and rows that nothing
//! tells apart are merged (`merge`).

mod basis;
mod bind;
mod columns;
mod contributions;
mod expression;
mod groups;
mod jackknife;
mod lanes;
mod merge;
mod orders;
mod prepare;
mod tables;

pub use basis::Basis;
pub use columns::{RunColumns, Texts};
pub use contributions::Contributions;
pub use lanes::{Drawn, LANES, LaneScratch, Lanes};
pub use merge::{Keys, Marks};

use super::program::{Node, Program, Statistic};
use expression::{Expression, Place};
use groups::Groups;
use prepare::Prepared;
use tables::Table;

/// Programs over one run's rows. Statistics that several programs need are computed once.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// Rows of the partition.
    rows: Vec<u32>,
    /// The unit of each of `rows`.
    units: Vec<u32>,
    /// The weight of each of `rows`; empty where all weigh 1.
    weight: Vec<f64>,
    tables: Vec<Table>,
    /// Each statistic, and where its values begin.
    statistics: Vec<(Prepared, usize)>,
    /// How many values all statistics have.
    width: usize,
    roots: Vec<Expression>,
    /// What each program's value rests on.
    bases: Vec<Basis>,
}

/// Buffers that evaluation uses again and again.
#[derive(Debug, Default)]
pub struct Scratch {
    cells: Vec<Vec<f64>>,
    statistics: Vec<f64>,
    picked: Picked,
}

/// Rows picked for one statistic.
#[derive(Debug, Default)]
struct Picked {
    times: Vec<u32>,
    weights: Vec<f64>,
}

impl Kernel {
    /// Prepares `programs` for a run's `rows` (places in the columns). `classes` is the number of the
    /// label's.
    pub fn new(
        programs: &[&Program],
        columns: RunColumns<'_>,
        classes: usize,
        rows: &[u32],
    ) -> Self {
        let mut known: Vec<&Statistic> = Vec::new();
        let mut places: Vec<Vec<usize>> = Vec::new();
        for program in programs {
            let place = |statistic| {
                known
                    .iter()
                    .position(|k| *k == statistic)
                    .unwrap_or_else(|| {
                        known.push(statistic);
                        known.len() - 1
                    })
            };
            places.push(program.statistics.iter().map(place).collect());
        }
        let mut groups: Vec<(Vec<_>, Groups)> = Vec::new();
        for statistic in known.iter().filter(|s| !s.grouping.is_empty()) {
            if !groups.iter().any(|(g, _)| *g == statistic.grouping) {
                let found = Groups::new(&statistic.grouping, &columns, rows);
                groups.push((statistic.grouping.clone(), found));
            }
        }
        let wanted = known.iter().filter_map(|s| tables::axes(s)).collect();
        let tables: Vec<Table> = tables::covering(wanted)
            .into_iter()
            .filter_map(|axes| Table::new(axes, &columns, classes, rows, &groups))
            .collect();
        let weight = if columns.weight.is_empty() {
            Vec::new()
        } else {
            let weight = |&r: &u32| columns.weight.get(r as usize).copied().unwrap_or(f64::NAN);
            rows.iter().map(weight).collect()
        };
        let (mut statistics, mut width) = (Vec::new(), 0);
        let mut placed = Vec::new();
        for statistic in known {
            let prepared = prepare::prepare(statistic, &columns, rows, &tables, &groups);
            placed.push(Place {
                offset: width,
                depth: statistic.grouping.len(),
            });
            let from = width;
            width += prepared.width();
            statistics.push((prepared, from));
        }
        let root = |(program, places): (&&Program, &Vec<usize>)| {
            let place = |i: usize| {
                let known = places.get(i).and_then(|&k| placed.get(k)).copied();
                known.unwrap_or(Place {
                    offset: usize::MAX,
                    depth: 0,
                })
            };
            expression(&program.root, &place, &columns, &groups)
        };
        Kernel {
            rows: rows.to_vec(),
            units: rows.to_vec(),
            weight,
            tables,
            statistics,
            width,
            roots: programs.iter().zip(&places).map(root).collect(),
            bases: programs
                .iter()
                .map(|program| Basis::of(program, &columns.figures))
                .collect(),
        }
    }

    /// What a program's value rests on.
    pub fn basis(&self, program: usize) -> Basis {
        self.bases.get(program).cloned().unwrap_or_default()
    }

    /// How many programs there are.
    pub fn programs(&self) -> usize {
        self.roots.len()
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// How many rows there are where row r of the partition stands `times[r]` times.
    pub fn rows_of(&self, times: &[u32]) -> usize {
        let of = |&row: &u32| times.get(row as usize).map_or(0, |&t| t as usize);
        self.rows.iter().map(of).sum()
    }

    /// Every program's value where row r of the partition stands `weights[r]` times, written to
    /// `values`; NaN where undefined. O(rows).
    pub fn evaluate(&self, weights: &[u32], scratch: &mut Scratch, values: &mut [f64]) {
        self.count(weights, &mut scratch.cells);
        scratch.statistics.clear();
        scratch.statistics.resize(self.width, 0.0);
        for (statistic, from) in &self.statistics {
            let to = from + statistic.width();
            if let Some(out) = scratch.statistics.get_mut(*from..to) {
                self.statistic(statistic, weights, &scratch.cells, &mut scratch.picked, out);
            }
        }
        let mut groups = Vec::new();
        for (value, root) in values.iter_mut().zip(&self.roots) {
            *value = root.value(&scratch.statistics, &mut groups);
        }
    }

    fn count(&self, weights: &[u32], cells: &mut Vec<Vec<f64>>) {
        cells.resize(self.tables.len().max(cells.len()), Vec::new());
        let of = |row: u32| f64::from(weights.get(row as usize).copied().unwrap_or(0));
        for (table, cells) in self.tables.iter().zip(cells.iter_mut()) {
            cells.clear();
            cells.resize(table.count, 0.0);
            let places = self.rows.iter().zip(&table.of_row);
            if self.weight.is_empty() {
                for (&row, &cell) in places {
                    if let Some(c) = cells.get_mut(cell as usize) {
                        *c += of(row);
                    }
                }
            } else {
                for ((&row, &cell), &weight) in places.zip(&self.weight) {
                    if let Some(c) = cells.get_mut(cell as usize) {
                        *c += of(row) * weight;
                    }
                }
            }
        }
    }

    /// A statistic's values, one for each of its groups, where rows stand as often as `weights` says.
    fn statistic(
        &self,
        s: &Prepared,
        weights: &[u32],
        cells: &[Vec<f64>],
        picked: &mut Picked,
        out: &mut [f64],
    ) {
        let of = |row: u32| weights.get(row as usize).copied().unwrap_or(0);
        let times = |place: u32| self.rows.get(place as usize).map_or(0, |&r| of(r));
        match s {
            Prepared::Cells { .. } | Prepared::Matrix { .. } => s.of_cells(cells, out),
            Prepared::Rows { values, groups, .. } => match groups {
                None => {
                    let sum = self
                        .rows
                        .iter()
                        .zip(values)
                        .map(|(&r, v)| f64::from(of(r)) * v)
                        .sum();
                    out.iter_mut().for_each(|value| *value = sum);
                }
                Some(groups) => {
                    for ((&row, v), &group) in self.rows.iter().zip(values).zip(groups) {
                        if let Some(value) = out.get_mut(group as usize) {
                            *value += f64::from(of(row)) * v;
                        }
                    }
                }
            },
            Prepared::Vectors(vectors) => {
                for (group, value) in out.iter_mut().enumerate() {
                    *value = vectors.value(group, times);
                }
            }
            Prepared::Quantile { groups, q } => {
                for (value, group) in out.iter_mut().zip(groups) {
                    picked.times.clear();
                    picked
                        .times
                        .extend(group.places.iter().map(|&place| times(place)));
                    let ranked = group.ranked.as_ref();
                    *value = ranked
                        .and_then(|r| r.linear(&picked.times, *q))
                        .unwrap_or(f64::NAN);
                }
            }
            Prepared::Extreme { groups } => {
                for (value, order) in out.iter_mut().zip(groups) {
                    *value = order
                        .iter()
                        .find(|(place, _)| times(*place) > 0)
                        .map_or(f64::NAN, |(_, value)| *value);
                }
            }
            Prepared::Whole { groups, native } => {
                for (value, group) in out.iter_mut().zip(groups) {
                    picked.weights.clear();
                    picked.weights.extend(group.places.iter().map(|&place| {
                        let weight = self.weight.get(place as usize).copied().unwrap_or(1.0);
                        f64::from(times(place)) * weight
                    }));
                    *value = native.value(group, &picked.weights);
                }
            }
            Prepared::Undefined(_) => out.iter_mut().for_each(|value| *value = f64::NAN),
        }
    }
}

/// A program's expression over the places of its statistics.
fn expression(
    node: &Node,
    place: &impl Fn(usize) -> Place,
    columns: &RunColumns<'_>,
    groups: &[(Vec<super::program::Key>, Groups)],
) -> Expression {
    let inner = |node: &Node| expression(node, place, columns, groups);
    match node {
        Node::Constant(c) => Expression::Constant(*c),
        Node::Figure(figure) => {
            Expression::Constant(columns.figures.get(figure).copied().unwrap_or(f64::NAN))
        }
        Node::Statistic(i) => Expression::Statistic(place(*i)),
        Node::Mean(sum, count) => Expression::Mean(place(*sum), place(*count)),
        Node::Binary(op, a, b) => Expression::Binary(*op, Box::new(inner(a)), Box::new(inner(b))),
        Node::Call(f, parts) => Expression::Call(*f, parts.iter().map(inner).collect()),
        Node::Fold(f, parts) => Expression::Fold(*f, parts.iter().map(inner).collect()),
        Node::By {
            fold,
            grouping,
            rows,
            body,
        } => {
            let found = groups.iter().find(|(g, _)| g == grouping);
            Expression::By {
                fold: *fold,
                inside: found.map_or_else(Vec::new, |(_, g)| g.inside.clone()),
                rows: place(*rows),
                body: Box::new(inner(body)),
            }
        }
    }
}
