//! Which rows a kernel tells apart, and a kernel of fewer rows: where many rows are alike in all that is read
//! of them, one stands for them all.

use super::Kernel;
use super::prepare::{Prepared, RankedRows, Row, WholeRows};
use crate::metrics::native::Columns;
use crate::stats::resample::Units;

/// What a statistic tells apart: for some rows of the partition a number each, equal only where the rows are
/// alike to it. Rows that aren't named are alike, and like none that is.
#[derive(Debug, Clone, Copy)]
pub struct Marks<'a> {
    /// The rows.
    pub rows: &'a [u32],
    /// The number of each.
    pub keys: Keys<'a>,
}

/// A number for each of some rows.
#[derive(Debug, Clone, Copy)]
pub enum Keys<'a> {
    /// All have the same.
    One,
    /// Codes, counted from 0.
    Codes(&'a [u32]),
    /// Numbers, equal where all their bits are.
    Numbers(&'a [f64]),
}

impl Kernel {
    /// Whether some order that this kernel reads tells more than `most` rows apart, which is quickly seen.
    pub fn tells_more_apart(&self, most: usize) -> bool {
        let orders = self
            .statistics
            .iter()
            .flat_map(|(statistic, _)| match statistic {
                Prepared::Quantile { groups, .. } => groups.as_slice(),
                _ => &[],
            });
        orders.into_iter().any(|rows| rows.more_than(most))
    }

    /// Everything that this kernel's statistics tell rows apart by, handed to `see` until that gives `false`;
    /// whether it never did. Two rows that no mark tells apart can change places in every resample. It gives up
    /// by itself where a column tells apart more than `most` rows.
    pub fn marks(&self, most: usize, see: &mut dyn FnMut(Marks<'_>) -> bool) -> bool {
        let all = |keys| Marks {
            rows: &self.rows,
            keys,
        };
        if !see(all(Keys::One)) {
            return false;
        }
        if !self.weight.is_empty() && !see(all(Keys::Numbers(&self.weight))) {
            return false;
        }
        let tables = self.tables.iter();
        if !tables
            .map(|table| Keys::Codes(&table.of_row))
            .all(|codes| see(all(codes)))
        {
            return false;
        }
        self.statistics
            .iter()
            .all(|(statistic, _)| match statistic {
                Prepared::Cells { .. } | Prepared::Matrix { .. } | Prepared::Undefined(_) => true,
                Prepared::Rows { values, groups, .. } => {
                    let mut groups = groups.iter();
                    groups.all(|groups| see(all(Keys::Codes(groups))))
                        && see(all(Keys::Numbers(values)))
                }
                Prepared::Vectors(vectors) => {
                    let mut groups = vectors.places.iter().enumerate();
                    groups.all(|(number, places)| {
                        let component = |k: usize| -> Vec<f64> {
                            let of = |row: &[f64]| row.get(k).copied().unwrap_or(0.0);
                            vectors.rows(number).map(of).collect()
                        };
                        self.see_some(places, (0..vectors.width).map(component), see)
                    })
                }
                Prepared::Quantile { groups, .. } => groups.iter().all(|rows| {
                    !rows.more_than(most) && self.see_some(&rows.places, rows.values(), see)
                }),
                Prepared::Extreme { groups } => groups.iter().all(|order| {
                    let (places, values): (Vec<u32>, Vec<f64>) = order.iter().copied().unzip();
                    self.see_some(&places, [values], see)
                }),
                Prepared::Whole { groups, .. } => groups.iter().all(|rows| {
                    let columns = rows.columns.values.iter();
                    let whole = columns.filter(|values| values.len() == rows.places.len());
                    self.see_some(&rows.places, whole, see)
                }),
            })
    }

    /// The rows at some places, which are apart from all others and from each other by columns of numbers.
    fn see_some<C: AsRef<[f64]>>(
        &self,
        places: &[u32],
        columns: impl IntoIterator<Item = C>,
        see: &mut dyn FnMut(Marks<'_>) -> bool,
    ) -> bool {
        let row = |&place: &u32| self.rows.get(place as usize).copied();
        let rows: Vec<u32> = places.iter().filter_map(row).collect();
        let mut see = |keys: Keys<'_>| see(Marks { rows: &rows, keys });
        let mut columns = columns.into_iter();
        see(Keys::One) && columns.all(|values| see(Keys::Numbers(values.as_ref())))
    }

    /// The kernel of some of the partition's rows alone: `place_of_row` gives each row its place among those
    /// kept, `u32::MAX` to one that goes.
    #[must_use]
    pub fn of_rows(mut self, place_of_row: &[u32]) -> Kernel {
        let new_row = |row: u32| {
            let place = place_of_row.get(row as usize).copied();
            place.filter(|&place| place != u32::MAX)
        };
        let keep: Vec<bool> = self
            .rows
            .iter()
            .map(|&row| new_row(row).is_some())
            .collect();
        // Where each place of the kernel goes.
        let mut next = 0u32;
        let moved: Vec<u32> = keep
            .iter()
            .map(|&kept| {
                let place = if kept { next } else { u32::MAX };
                next += u32::from(kept);
                place
            })
            .collect();
        let to = |place: u32| {
            moved
                .get(place as usize)
                .copied()
                .filter(|&p| p != u32::MAX)
        };
        self.rows = self.rows.iter().filter_map(|&row| new_row(row)).collect();
        self.units = self.rows.clone();
        filter(&mut self.weight, &keep);
        self.tables
            .iter_mut()
            .for_each(|table| filter(&mut table.of_row, &keep));
        for (statistic, _) in &mut self.statistics {
            match statistic {
                Prepared::Cells { .. } | Prepared::Matrix { .. } | Prepared::Undefined(_) => {}
                Prepared::Rows { values, groups, .. } => {
                    filter(values, &keep);
                    groups.iter_mut().for_each(|groups| filter(groups, &keep));
                }
                Prepared::Vectors(vectors) => {
                    for (places, all) in vectors.places.iter_mut().zip(&mut vectors.vectors) {
                        let rows = all.chunks(vectors.width.max(1));
                        let kept = places.iter().zip(rows).filter(|(p, _)| to(**p).is_some());
                        *all = kept.flat_map(|(_, row)| row.iter().copied()).collect();
                        *places = places.iter().filter_map(|&p| to(p)).collect();
                    }
                }
                Prepared::Quantile { groups, .. } => {
                    for rows in groups {
                        let kept: Vec<u32> = rows.places.iter().filter_map(|&p| to(p)).collect();
                        *rows = match rows.values() {
                            Some(values) => {
                                let both = rows.places.iter().zip(values);
                                let both = both.filter(|(p, _)| to(**p).is_some());
                                RankedRows::new(kept, &both.map(|(_, v)| v).collect::<Vec<_>>())
                            }
                            None => RankedRows {
                                places: kept,
                                ranked: None,
                                units: Vec::new(),
                                all: false,
                            },
                        };
                    }
                }
                Prepared::Extreme { groups } => {
                    for order in groups {
                        let kept = order.iter().filter_map(|&(p, v)| Some((to(p)?, v)));
                        *order = kept.collect();
                    }
                }
                Prepared::Whole { groups, .. } => {
                    for rows in groups {
                        let kept: Vec<bool> =
                            rows.places.iter().map(|&p| to(p).is_some()).collect();
                        let mut columns = Columns::default();
                        for values in &rows.columns.values {
                            let mut values = values.clone();
                            filter(&mut values, &kept);
                            columns.push(values);
                        }
                        rows.columns = columns;
                        rows.places = rows.places.iter().filter_map(|&p| to(p)).collect();
                    }
                }
            }
        }
        self
    }

    /// Tells the kernel which units its rows are of, for [`Kernel::evaluate_lanes`].
    pub fn on_units(&mut self, units: &Units) {
        let of_row = units.unit_of_row();
        let unit = |&row: &u32| of_row.get(row as usize).copied().unwrap_or(u32::MAX);
        self.units.clear();
        self.units.extend(self.rows.iter().map(unit));
        let of_place = |place: u32| self.units.get(place as usize).copied().unwrap_or(u32::MAX);
        for (statistic, _) in &mut self.statistics {
            match statistic {
                Prepared::Quantile { groups, .. } => {
                    for rows in groups {
                        let place = |&i: &u32| rows.places.get(i as usize).copied();
                        let unit = |i: &u32| place(i).map_or(u32::MAX, of_place);
                        let order = rows.ranked.as_ref().map_or(&[][..], |r| r.rows());
                        rows.units = order.iter().map(unit).collect();
                        rows.all = units.rows_are_units() && rows.places.len() == units.n_units();
                    }
                }
                Prepared::Whole { groups, native } => {
                    let area = native.swept.is_some_and(|s| s.area) && self.weight.is_empty();
                    for rows in groups.iter_mut().filter(|_| area) {
                        rows.sweep = sweep(rows, of_place);
                    }
                }
                Prepared::Cells { .. }
                | Prepared::Matrix { .. }
                | Prepared::Rows { .. }
                | Prepared::Vectors(_)
                | Prepared::Extreme { .. }
                | Prepared::Undefined(_) => {}
            }
        }
    }
}

/// The rows of an area in the order of their scores.
fn sweep(rows: &WholeRows, unit: impl Fn(u32) -> u32) -> Vec<Row> {
    let ([scores, holds], [order, _]) = (
        rows.columns.values.as_slice(),
        rows.columns.order.as_slice(),
    ) else {
        return Vec::new();
    };
    let score = |i: u32| scores.get(i as usize).copied().unwrap_or(f64::NAN);
    let next = order.iter().skip(1).map(Some).chain([None]);
    let row = |(&i, next): (&u32, Option<&u32>)| Row {
        unit: rows.places.get(i as usize).map_or(u32::MAX, |&p| unit(p)),
        holds: holds.get(i as usize).is_some_and(|h| *h != 0.0),
        ends: next.is_none_or(|&j| score(i) != score(j)),
    };
    order.iter().zip(next).map(row).collect()
}

fn filter<T: Copy>(values: &mut Vec<T>, keep: &[bool]) {
    let both = values.iter().zip(keep).filter(|(_, keep)| **keep);
    *values = both.map(|(v, _)| *v).collect();
}
