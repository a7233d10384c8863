//! Leave-one-unit-out values, without evaluating everything again for each unit.

use super::prepare::{Prepared, RankedRows};
use super::{Kernel, Picked};

/// What a cell was before rows were taken out of it: table, cell, count, rows.
type Before = (usize, usize, f64, u32);

impl Kernel {
    /// Leave-one-unit-out values of every program: for each unit that has rows here, in ascending
    /// order, the values without one of it. `unit_of_row` is of the partition's rows; row r stands
    /// `of_row[r]` times, as often as its unit does. Costs one evaluation of the expressions a unit, and no
    /// pass over the rows for counts, sums, areas and quantiles of single rows.
    pub fn jackknife(&self, unit_of_row: &[u32], of_row: &[u32]) -> Vec<(u32, Vec<f64>)> {
        let unit = |place: u32| {
            let row = self.rows.get(place as usize).copied().unwrap_or(0);
            unit_of_row.get(row as usize).copied().unwrap_or(0)
        };
        let mut places: Vec<u32> = (0u32..).take(self.rows.len()).collect();
        places.sort_by_key(|&p| (unit(p), p));
        let single = places.windows(2).all(|two| unit(two[0]) != unit(two[1]));
        let (mut cells, mut picked) = (Vec::new(), Picked::default());
        self.count(of_row, &mut cells);
        let times: Vec<u32> = self.rows.iter().map(|&row| at(of_row, row)).collect();
        let mut present = self.present(&times);
        let mut whole = vec![0.0; self.width];
        for (statistic, from) in &self.statistics {
            if let Some(out) = whole.get_mut(*from..from + statistic.width()) {
                self.statistic(statistic, of_row, &cells, &mut picked, out);
            }
        }
        let tables: Vec<Lookup> = self
            .statistics
            .iter()
            .map(|(s, _)| self.lookup(s, &times, single))
            .collect();
        let mut groups = Vec::new();
        let mut statistics = whole.clone();
        places
            .chunk_by(|&a, &b| unit(a) == unit(b))
            .map(|left_out| {
                let before = self.take_out(&mut cells, &mut present, left_out);
                statistics.copy_from_slice(&whole);
                for ((s, from), lookup) in self.statistics.iter().zip(&tables) {
                    if let Some(out) = statistics.get_mut(*from..from + s.width()) {
                        self.without(s, lookup, (&cells, &times), left_out, out);
                    }
                }
                for (table, cell, count, rows) in before.into_iter().rev() {
                    let slot = cells.get_mut(table).and_then(|t| t.get_mut(cell));
                    let here = present.get_mut(table).and_then(|t| t.get_mut(cell));
                    if let (Some(c), Some(p)) = (slot, here) {
                        (*c, *p) = (count, rows);
                    }
                }
                let value = |r: &super::Expression| r.value(&statistics, &mut groups);
                let values = self.roots.iter().map(value).collect();
                (left_out.first().map_or(0, |&p| unit(p)), values)
            })
            .collect()
    }

    /// How many rows that weigh something each cell of each table has.
    fn present(&self, times: &[u32]) -> Vec<Vec<u32>> {
        let of_table = |table: &super::Table| {
            let mut present = vec![0; table.count];
            for ((place, &cell), times) in table.of_row.iter().enumerate().zip(times) {
                if let Some(rows) = present.get_mut(cell as usize)
                    && self.weight.get(place).is_none_or(|&w| w != 0.0)
                {
                    *rows += times;
                }
            }
            present
        };
        self.tables.iter().map(of_table).collect()
    }

    /// Takes rows out of their cells; gives back what each cell was before, in the order of change.
    fn take_out(
        &self,
        cells: &mut [Vec<f64>],
        present: &mut [Vec<u32>],
        left_out: &[u32],
    ) -> Vec<Before> {
        let mut before = Vec::with_capacity(left_out.len());
        let tables = self.tables.iter().zip(cells).zip(present);
        for (number, ((table, cells), present)) in tables.enumerate() {
            for &place in left_out {
                let weight = self.weight.get(place as usize).copied().unwrap_or(1.0);
                let cell = table.of_row.get(place as usize).map_or(0, |&c| c as usize);
                let (Some(count), Some(rows)) = (cells.get_mut(cell), present.get_mut(cell)) else {
                    continue;
                };
                before.push((number, cell, *count, *rows));
                *count -= weight;
                *rows -= u32::from(weight != 0.0);
                // Weights are no whole numbers: their differences leave a trace of rounding, and a
                // ratio of two traces would be taken for a value.
                if *rows == 0 {
                    *count = 0.0;
                }
            }
        }
        before
    }

    fn lookup(&self, s: &Prepared, times: &[u32], single: bool) -> Lookup {
        let mut found = Lookup {
            once: times.iter().all(|&times| times == 1),
            ..Lookup::default()
        };
        match s {
            Prepared::Rows {
                values,
                groups,
                count,
            } => {
                found.nonzero = vec![0; *count];
                for ((place, value), times) in values.iter().enumerate().zip(times) {
                    let group = groups.as_ref().map_or(Some(&0), |g| g.get(place));
                    if let Some(rows) = group.and_then(|&g| found.nonzero.get_mut(g as usize))
                        && *value != 0.0
                    {
                        *rows += times;
                    }
                }
            }
            Prepared::Quantile { groups, .. } => {
                let mut ranks = vec![u32::MAX; self.rows.len()];
                for group in groups {
                    set_ranks(group, &mut ranks);
                }
                found.ranks = ranks;
                found.groups = self.groups(groups.iter().map(|g| g.places.as_slice()));
            }
            Prepared::Extreme { groups } => {
                let places: Vec<Vec<u32>> = groups
                    .iter()
                    .map(|order| order.iter().map(|(place, _)| *place).collect())
                    .collect();
                found.groups = self.groups(places.iter().map(Vec::as_slice));
            }
            Prepared::Whole { groups, native } => {
                found.groups = self.groups(groups.iter().map(|g| g.places.as_slice()));
                if let Some(swept) = native.swept.filter(|_| single) {
                    found.each = vec![f64::NAN; self.rows.len()];
                    for group in groups.iter().filter(|g| !g.broken) {
                        let one = self.weights(&group.places, |_| 1);
                        let all = self.weights(&group.places, |p| at(times, p));
                        let values = (swept.without)(&group.columns, &all, &one);
                        for (&place, value) in group.places.iter().zip(values) {
                            if let Some(slot) = found.each.get_mut(place as usize) {
                                *slot = value;
                            }
                        }
                    }
                }
            }
            Prepared::Vectors(vectors) => {
                found.groups = self.groups(vectors.places.iter().map(Vec::as_slice));
                let sums = |group| vectors.whole_sums(group, |place| at(times, place));
                found.sums = (0..vectors.places.len()).map(sums).collect();
                found.ranks = vec![u32::MAX; self.rows.len()];
                for places in &vectors.places {
                    for (rank, &place) in (0u32..).zip(places) {
                        if let Some(slot) = found.ranks.get_mut(place as usize) {
                            *slot = rank;
                        }
                    }
                }
            }
            Prepared::Cells { .. } | Prepared::Matrix { .. } | Prepared::Undefined(_) => {}
        }
        found
    }

    /// What rows weigh that stand that often.
    fn weights(&self, places: &[u32], times: impl Fn(u32) -> u32) -> Vec<f64> {
        let weight = |&place: &u32| {
            let weight = self.weight.get(place as usize).copied().unwrap_or(1.0);
            f64::from(times(place)) * weight
        };
        places.iter().map(weight).collect()
    }

    /// The group of each row; `u32::MAX` of a row that is in none.
    fn groups<'g>(&self, groups: impl Iterator<Item = &'g [u32]>) -> Vec<u32> {
        let mut of = vec![u32::MAX; self.rows.len()];
        for (group, places) in (0u32..).zip(groups) {
            for &place in places {
                if let Some(slot) = of.get_mut(place as usize) {
                    *slot = group;
                }
            }
        }
        of
    }

    /// The values of a statistic without some rows; `out` holds those with them.
    fn without(
        &self,
        s: &Prepared,
        lookup: &Lookup,
        (cells, times): (&[Vec<f64>], &[u32]),
        left_out: &[u32],
        out: &mut [f64],
    ) {
        let left = |place: u32| at(times, place) - u32::from(left_out.contains(&place));
        match s {
            Prepared::Cells { .. } | Prepared::Matrix { .. } => s.of_cells(cells, out),
            Prepared::Rows { values, groups, .. } => {
                let group = |place: u32| match groups {
                    Some(groups) => groups
                        .get(place as usize)
                        .map_or(usize::MAX, |&g| g as usize),
                    None => 0,
                };
                let mut gone: Vec<(usize, f64)> = left_out
                    .iter()
                    .filter_map(|&p| Some((group(p), *values.get(p as usize)?)))
                    .filter(|(_, value)| *value != 0.0)
                    .collect();
                gone.sort_by_key(|(group, _)| *group);
                for of_group in gone.chunk_by(|a, b| a.0 == b.0) {
                    let group = of_group.first().map_or(usize::MAX, |g| g.0);
                    let Some(value) = out.get_mut(group) else {
                        continue;
                    };
                    // A difference would leave a trace of rounding where nothing is left.
                    if lookup
                        .nonzero
                        .get(group)
                        .is_some_and(|&n| n as usize == of_group.len())
                    {
                        *value = 0.0;
                    } else {
                        *value -= of_group.iter().map(|(_, v)| v).sum::<f64>();
                    }
                }
            }
            Prepared::Vectors(vectors) => {
                for group in lookup.touched(left_out) {
                    if let Some(value) = out.get_mut(group) {
                        *value = match lookup.sums.get(group) {
                            Some(Some(sums)) => {
                                vectors.without(group, sums, left_out, &lookup.ranks)
                            }
                            _ => vectors.value(group, left),
                        };
                    }
                }
            }
            Prepared::Quantile { groups, q } => {
                for group in lookup.touched(left_out) {
                    let (Some(value), Some(rows)) = (out.get_mut(group), groups.get(group)) else {
                        continue;
                    };
                    let mut gone: Vec<u32> = left_out
                        .iter()
                        .filter(|&&p| lookup.group(p) == group)
                        .filter_map(|&p| lookup.ranks.get(p as usize).copied())
                        .filter(|&rank| rank != u32::MAX)
                        .collect();
                    gone.sort_unstable();
                    *value = match &rows.ranked {
                        Some(ranked) if lookup.once => {
                            quantile_without(ranked.sorted().values(), &gone, *q)
                        }
                        Some(ranked) => {
                            let times: Vec<u32> = rows.places.iter().map(|&p| left(p)).collect();
                            ranked.linear(&times, *q).unwrap_or(f64::NAN)
                        }
                        None => f64::NAN,
                    };
                }
            }
            Prepared::Extreme { groups } => {
                for group in lookup.touched(left_out) {
                    if let (Some(value), Some(order)) = (out.get_mut(group), groups.get(group)) {
                        *value = order
                            .iter()
                            .find(|(place, _)| left(*place) > 0)
                            .map_or(f64::NAN, |(_, value)| *value);
                    }
                }
            }
            Prepared::Whole { groups, native } => {
                for group in lookup.touched(left_out) {
                    let (Some(value), Some(rows)) = (out.get_mut(group), groups.get(group)) else {
                        continue;
                    };
                    *value = match (lookup.each.as_slice(), left_out) {
                        ([], _) => native.value(rows, &self.weights(&rows.places, left)),
                        (each, [one]) => each.get(*one as usize).copied().unwrap_or(f64::NAN),
                        (_, _) => f64::NAN,
                    };
                }
            }
            Prepared::Undefined(_) => {}
        }
    }
}

/// What is looked up of a statistic for each row.
#[derive(Debug, Default)]
struct Lookup {
    /// The row's group; `u32::MAX` where it is in none.
    groups: Vec<u32>,
    /// The row's rank among those of a quantile, its place among those of a sum of vectors.
    ranks: Vec<u32>,
    /// Whether each row stands once.
    once: bool,
    /// How many rows of each group have a value that isn't 0.
    nonzero: Vec<u32>,
    /// Without each row, where that is known at once.
    each: Vec<f64>,
    /// The sums of vectors of each group, where whole numbers make differences exact.
    sums: Vec<Option<Vec<f64>>>,
}

fn at(times: &[u32], place: u32) -> u32 {
    times.get(place as usize).copied().unwrap_or(0)
}

impl Lookup {
    fn group(&self, place: u32) -> usize {
        self.groups
            .get(place as usize)
            .map_or(usize::MAX, |&g| g as usize)
    }

    /// The groups of some rows, each once.
    fn touched(&self, places: &[u32]) -> Vec<usize> {
        let mut found: Vec<usize> = places.iter().map(|&p| self.group(p)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn set_ranks(group: &RankedRows, ranks: &mut [u32]) {
    let Some(ranked) = &group.ranked else { return };
    for (rank, &among) in (0u32..).zip(ranked.rows()) {
        let place = group
            .places
            .get(among as usize)
            .map_or(usize::MAX, |&p| p as usize);
        if let Some(slot) = ranks.get_mut(place) {
            *slot = rank;
        }
    }
}

/// The linear quantile of sorted values without those at the ranks `gone` (ascending).
fn quantile_without(sorted: &[f64], gone: &[u32], q: f64) -> f64 {
    let n = sorted.len() - gone.len().min(sorted.len());
    if n == 0 {
        return f64::NAN;
    }
    let h = (n - 1) as f64 * q;
    // Below n, so the cast is exact.
    let k = h.floor() as usize;
    let at = |mut rank: usize| {
        for &g in gone {
            if g as usize <= rank {
                rank += 1;
            }
        }
        sorted.get(rank).copied()
    };
    let Some(low) = at(k) else { return f64::NAN };
    let high = if k + 1 < n {
        at(k + 1).unwrap_or(low)
    } else {
        low
    };
    low + (h - h.floor()) * (high - low)
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_without_some_rows_is_that_of_the_others() {
        let sorted = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
        for gone in [&[0u32][..], &[5], &[2], &[1, 2], &[0, 3, 5], &[]] {
            for q in [0.0, 0.3, 0.5, 0.95, 1.0] {
                let kept: Vec<f64> = (0u32..)
                    .zip(sorted)
                    .filter(|(i, _)| !gone.contains(i))
                    .map(|(_, v)| v)
                    .collect();
                let want = crate::stats::quantile::Sorted::new(kept).unwrap().linear(q);
                assert_eq!(
                    Some(quantile_without(&sorted, gone, q)),
                    want,
                    "{gone:?} {q}"
                );
            }
        }
    }
}
