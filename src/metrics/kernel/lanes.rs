//! Many resamples in one pass: every value stands in lanes, one for each of [`LANES`] resamples, so that a
//! row's place is looked up once for all of them and the arithmetic is a machine's vectors.
//!
//! [`Kernel::evaluate_lanes`] is [`Kernel::evaluate`], lane by lane, but for the rounding of sums whose order
//! differs.

use super::Kernel;
use super::prepare::{MatrixNative, Prepared, RankedRows, Row, Vectors, WholeNative, WholeRows};
use crate::stats::quantile::{between, linear_position};
use crate::stats::resample::Times;

/// How many resamples are evaluated together.
pub const LANES: usize = 16;

/// A number of each resample.
pub type Lanes = [f64; LANES];

/// How often each unit stands in each resample.
pub type Drawn<'a, T> = &'a [[T; LANES]];

/// Buffers that evaluation uses again and again.
#[derive(Debug, Default)]
pub struct LaneScratch {
    counts: Vec<[u32; LANES]>,
    cells: Vec<Vec<Lanes>>,
    statistics: Vec<Lanes>,
    column: Vec<f64>,
}

impl Kernel {
    /// Every program's value on each of some resamples, written to `values`; NaN where undefined. The units
    /// are those that [`Kernel::on_units`] was told of.
    pub fn evaluate_lanes<T: Times>(
        &self,
        drawn: Drawn<'_, T>,
        scratch: &mut LaneScratch,
        values: &mut [Lanes],
    ) {
        self.count_lanes(drawn, scratch);
        let LaneScratch {
            cells,
            statistics,
            column,
            ..
        } = scratch;
        statistics.clear();
        statistics.resize(self.width, [0.0; LANES]);
        for (statistic, from) in &self.statistics {
            if let Some(out) = statistics.get_mut(*from..from + statistic.width()) {
                self.statistic_lanes(statistic, drawn, cells, column, out);
            }
        }
        self.values_of_lanes(statistics, values);
    }

    /// Every program's value from the statistics of each resample.
    pub fn values_of_lanes(&self, statistics: &[Lanes], values: &mut [Lanes]) {
        let mut groups = Vec::new();
        for (value, root) in values.iter_mut().zip(&self.roots) {
            *value = root.lanes(statistics, &mut groups);
        }
    }

    fn count_lanes<T: Times>(&self, drawn: Drawn<'_, T>, scratch: &mut LaneScratch) {
        let LaneScratch { counts, cells, .. } = scratch;
        cells.resize(self.tables.len().max(cells.len()), Vec::new());
        for (table, cells) in self.tables.iter().zip(cells) {
            cells.clear();
            cells.resize(table.count, [0.0; LANES]);
            let places = self.units.iter().zip(&table.of_row);
            if self.weight.is_empty() {
                counts.clear();
                counts.resize(table.count, [0; LANES]);
                for (&unit, &cell) in places {
                    if let Some(count) = counts.get_mut(cell as usize)
                        && let Some(times) = drawn.get(unit as usize)
                    {
                        count
                            .iter_mut()
                            .zip(times)
                            .for_each(|(c, &t)| *c += t.into());
                    }
                }
                for (cell, count) in cells.iter_mut().zip(&*counts) {
                    *cell = count.map(f64::from);
                }
            } else {
                for ((&unit, &cell), &weight) in places.zip(&self.weight) {
                    if let Some(count) = cells.get_mut(cell as usize) {
                        add(count, drawn, unit, weight);
                    }
                }
            }
        }
    }

    fn statistic_lanes<T: Times>(
        &self,
        s: &Prepared,
        drawn: Drawn<'_, T>,
        cells: &[Vec<Lanes>],
        column: &mut Vec<f64>,
        out: &mut [Lanes],
    ) {
        let counts = |table: usize| cells.get(table).map_or(&[][..], Vec::as_slice);
        match s {
            Prepared::Cells { table, groups } => {
                for (value, coefficients) in out.iter_mut().zip(groups) {
                    for &(cell, k) in coefficients {
                        if let Some(count) = counts(*table).get(cell as usize) {
                            value.iter_mut().zip(count).for_each(|(v, c)| *v += k * c);
                        }
                    }
                }
            }
            Prepared::Matrix {
                table,
                groups,
                native,
            } => {
                for (value, entries) in out.iter_mut().zip(groups) {
                    matrix(native, entries, counts(*table), column, value);
                }
            }
            Prepared::Rows { values, groups, .. } => match (groups, out) {
                (None, [sum]) => {
                    for (&unit, &v) in self.units.iter().zip(values) {
                        add(sum, drawn, unit, v);
                    }
                }
                (None, _) => {}
                (Some(groups), out) => {
                    for ((&unit, &v), &group) in self.units.iter().zip(values).zip(groups) {
                        if let Some(sum) = out.get_mut(group as usize) {
                            add(sum, drawn, unit, v);
                        }
                    }
                }
            },
            Prepared::Vectors(vectors) => {
                for (group, value) in out.iter_mut().enumerate() {
                    self.vectors(vectors, group, drawn, value);
                }
            }
            Prepared::Quantile { groups, q } => {
                for (value, group) in out.iter_mut().zip(groups) {
                    *value = quantile(group, drawn, *q);
                }
            }
            Prepared::Extreme { groups } => {
                for (value, order) in out.iter_mut().zip(groups) {
                    for (l, value) in value.iter_mut().enumerate() {
                        let there = |place: u32| self.times(drawn, place, l) > 0;
                        let first = order.iter().find(|(place, _)| there(*place));
                        *value = first.map_or(f64::NAN, |(_, v)| *v);
                    }
                }
            }
            Prepared::Whole { groups, native } => {
                for (value, group) in out.iter_mut().zip(groups) {
                    self.whole(native, group, drawn, column, value);
                }
            }
            Prepared::Undefined(_) => out.fill([f64::NAN; LANES]),
        }
    }

    fn times<T: Times>(&self, drawn: Drawn<'_, T>, place: u32, lane: usize) -> u32 {
        let unit = self
            .units
            .get(place as usize)
            .map_or(usize::MAX, |&u| u as usize);
        let times = drawn.get(unit).and_then(|times| times.get(lane));
        times.map_or(0, |&t| t.into())
    }

    fn vectors<T: Times>(
        &self,
        vectors: &Vectors,
        group: usize,
        drawn: Drawn<'_, T>,
        value: &mut Lanes,
    ) {
        let mut sums = vec![[0.0; LANES]; vectors.width];
        let places = vectors.places.get(group).map_or(&[][..], Vec::as_slice);
        for (&place, vector) in places.iter().zip(vectors.rows(group)) {
            let unit = self.units.get(place as usize).copied().unwrap_or(u32::MAX);
            let Some(times) = drawn.get(unit as usize) else {
                continue;
            };
            let times = times.map(|t| f64::from(t.into()));
            for (sum, &v) in sums.iter_mut().zip(vector) {
                sum.iter_mut().zip(&times).for_each(|(s, t)| *s += t * v);
            }
        }
        let mut own = vec![0.0; vectors.width];
        for (l, value) in value.iter_mut().enumerate() {
            own.iter_mut().zip(&sums).for_each(|(o, sum)| *o = sum[l]);
            *value = (vectors.combine)(&own, &vectors.options);
        }
    }

    fn whole<T: Times>(
        &self,
        native: &WholeNative,
        group: &WholeRows,
        drawn: Drawn<'_, T>,
        column: &mut Vec<f64>,
        value: &mut Lanes,
    ) {
        if !group.sweep.is_empty() && !group.broken {
            *value = area(&group.sweep, drawn);
            return;
        }
        for (l, value) in value.iter_mut().enumerate() {
            column.clear();
            column.extend(group.places.iter().map(|&place| {
                let weight = self.weight.get(place as usize).copied().unwrap_or(1.0);
                f64::from(self.times(drawn, place, l)) * weight
            }));
            *value = native.value(group, column);
        }
    }
}

#[inline]
fn add<T: Times>(sum: &mut Lanes, drawn: Drawn<'_, T>, unit: u32, v: f64) {
    if let Some(times) = drawn.get(unit as usize) {
        let both = sum.iter_mut().zip(times);
        both.for_each(|(s, &t)| *s += f64::from(t.into()) * v);
    }
}

fn matrix(
    native: &MatrixNative,
    entries: &[(u32, u32)],
    cells: &[Lanes],
    column: &mut Vec<f64>,
    value: &mut Lanes,
) {
    for (l, value) in value.iter_mut().enumerate() {
        column.clear();
        column.extend(cells.iter().map(|lanes| lanes[l]));
        *value = native.value(entries, column);
    }
}

/// The linear quantile on each resample: from the nearer end, a chunk at a time, until the rank is reached.
#[allow(
    clippy::needless_range_loop,
    reason = "lanes of several arrays, side by side"
)]
fn quantile<T: Times>(group: &RankedRows, drawn: Drawn<'_, T>, q: f64) -> Lanes {
    let mut found = [f64::NAN; LANES];
    let Some(ranked) = &group.ranked else {
        return found;
    };
    let values = ranked.sorted().values();
    let mut total = [0u32; LANES];
    let mut count = |times: &[T; LANES]| {
        let both = total.iter_mut().zip(times);
        both.for_each(|(sum, &t)| *sum += t.into());
    };
    if group.all {
        drawn.iter().for_each(&mut count);
    } else {
        let of = |unit: &u32| drawn.get(*unit as usize);
        group.units.iter().filter_map(of).for_each(count);
    }
    let down = q > 0.5;
    let wanted = total.map(|n| linear_position(u64::from(n), q));
    // The first of the two ranks on the way, counted from where the walk begins.
    let mut first = [u32::MAX; LANES];
    for ((first, wanted), &n) in first.iter_mut().zip(&wanted).zip(&total) {
        if let Some((index, _)) = wanted {
            let index = u32::try_from(*index).unwrap_or(u32::MAX);
            *first = if down {
                (n - 1 - index).saturating_sub(1)
            } else {
                index
            };
        }
    }
    let n = group.units.len();
    let at = |step: usize| if down { n - 1 - step } else { step };
    let times = |step: usize| {
        group
            .units
            .get(at(step))
            .and_then(|&u| drawn.get(u as usize))
    };
    let mut passed = [0u32; LANES];
    let mut open = wanted.iter().filter(|w| w.is_some()).count();
    const CHUNK: usize = 32;
    for from in (0..n).step_by(CHUNK) {
        if open == 0 {
            break;
        }
        let before = passed;
        for times in (from..n.min(from + CHUNK)).filter_map(times) {
            passed
                .iter_mut()
                .zip(times)
                .for_each(|(p, &t)| *p += t.into());
        }
        for l in 0..LANES {
            let crosses = before[l] <= first[l] && passed[l] > first[l];
            let (true, Some((index, fraction))) = (crosses, wanted[l]) else {
                continue;
            };
            open -= 1;
            let mut seen = before[l];
            let (mut one, mut other) = (None, None);
            for step in from..n {
                seen += times(step).map_or(0, |t| t[l].into());
                if one.is_none() && seen > first[l] {
                    one = values.get(at(step)).copied();
                }
                if seen > first[l].saturating_add(1) {
                    other = values.get(at(step)).copied();
                    break;
                }
            }
            let one = one.unwrap_or(f64::NAN);
            let other = other.unwrap_or(one);
            // At the last rank there is no next one.
            let last = index + 1 >= u64::from(total[l]);
            found[l] = match (last, down) {
                (true, _) => one,
                (false, true) => between(other, one, fraction),
                (false, false) => between(one, other, fraction),
            };
        }
    }
    found
}

/// The area under the ROC curve on each resample: one sweep over the scores, in whole numbers.
#[allow(
    clippy::needless_range_loop,
    reason = "lanes of several arrays, side by side"
)]
fn area<T: Times>(sweep: &[Row], drawn: Drawn<'_, T>) -> Lanes {
    let (mut won, mut tied) = ([0u64; LANES], [0u64; LANES]);
    let (mut below, mut all) = ([0u32; LANES], [0u32; LANES]);
    let (mut yes, mut no) = ([0u32; LANES], [0u32; LANES]);
    let mut begins = true;
    for row in sweep {
        let Some(times) = drawn.get(row.unit as usize) else {
            continue;
        };
        let times: [u32; LANES] = times.map(Into::into);
        match (begins && row.ends, row.holds) {
            (true, true) => {
                for l in 0..LANES {
                    won[l] += u64::from(times[l]) * u64::from(below[l]);
                    all[l] += times[l];
                }
            }
            (true, false) => {
                for l in 0..LANES {
                    below[l] += times[l];
                }
            }
            (false, holds) => {
                let side = if holds { &mut yes } else { &mut no };
                side.iter_mut().zip(&times).for_each(|(s, t)| *s += t);
                if row.ends {
                    for l in 0..LANES {
                        won[l] += u64::from(yes[l]) * u64::from(below[l]);
                        tied[l] += u64::from(yes[l]) * u64::from(no[l]);
                        below[l] += no[l];
                        all[l] += yes[l];
                    }
                    (yes, no) = ([0; LANES], [0; LANES]);
                }
            }
        }
        begins = row.ends;
    }
    let mut found = [f64::NAN; LANES];
    for l in 0..LANES {
        if all[l] > 0 && below[l] > 0 {
            let won = won[l] as f64 + tied[l] as f64 / 2.0;
            found[l] = won / f64::from(all[l]) / f64::from(below[l]);
        }
    }
    found
}
