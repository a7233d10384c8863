//! One run's rows on one part of a partition, ready to be evaluated for any multiplicities.

mod contributions;

pub use contributions::Contributions;

use super::program::{Class, Need, Node, Number, Program, Statistic, Test, arithmetic, call};
use crate::stats::quantile::Ranked;

/// The columns of one run, row by row of a partition; empty where a run doesn't have one.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunColumns<'a> {
    /// Code of the label's class.
    pub label: &'a [u32],
    /// Code of the predicted class.
    pub prediction: &'a [u32],
    /// The label as a number.
    pub label_number: &'a [f64],
    /// The prediction as a number.
    pub prediction_number: &'a [f64],
    /// The score.
    pub score: &'a [f64],
    /// The latency, in ms.
    pub latency: &'a [f64],
    /// The weight of each row; empty where all weigh 1.
    pub weight: &'a [f64],
}

/// Programs over one run's rows. Statistics that several programs need are computed once.
#[derive(Debug)]
pub struct Kernel {
    /// Rows of the partition.
    rows: Vec<u32>,
    /// Cell (label, prediction) of each of `rows`.
    cells: Vec<u32>,
    cell_count: usize,
    weight: Vec<f64>,
    statistics: Vec<Prepared>,
    roots: Vec<Node>,
}

#[derive(Debug)]
enum Prepared {
    /// Σ coefficient · count of the cell.
    Cells(Vec<(u32, f64)>),
    /// Σ value of the row; with it, how many of the values aren't 0.
    Rows(Vec<f64>, usize),
    /// A quantile over some of the rows (places in `Kernel::rows`).
    Quantile {
        rows: Vec<u32>,
        ranked: Ranked,
        q: f64,
    },
    /// The first row of `order` (places in `Kernel::rows`, best first) that is there.
    Extreme { order: Vec<(u32, f64)> },
    /// Not computable: a value is missing or not finite.
    Undefined,
}

/// Buffers that evaluation uses again and again.
#[derive(Debug, Default)]
pub struct Scratch {
    cells: Vec<f64>,
    statistics: Vec<f64>,
    weights: Vec<u32>,
}

impl Kernel {
    /// Prepares `programs` for a run's `rows` (places in the columns).
    pub fn new(
        programs: &[&Program],
        columns: RunColumns<'_>,
        classes: usize,
        rows: &[u32],
    ) -> Self {
        // One more class stands for rows without a code, so that every row has a cell.
        let width = classes + 1;
        let code = |column: &[u32], row: u32| {
            column
                .get(row as usize)
                .map_or(classes, |&c| (c as usize).min(classes))
        };
        let cell = |row: u32| code(columns.label, row) * width + code(columns.prediction, row);
        let mut kernel = Kernel {
            rows: rows.to_vec(),
            cells: rows
                .iter()
                .map(|&r| u32::try_from(cell(r)).unwrap_or(u32::MAX))
                .collect(),
            cell_count: width * width,
            weight: if columns.weight.is_empty() {
                Vec::new()
            } else {
                let weight = |&r: &u32| columns.weight.get(r as usize).copied().unwrap_or(f64::NAN);
                rows.iter().map(weight).collect()
            },
            statistics: Vec::new(),
            roots: Vec::new(),
        };
        let mut known: Vec<&Statistic> = Vec::new();
        for program in programs {
            let mut places = Vec::new();
            for statistic in &program.statistics {
                let place = known.iter().position(|k| *k == statistic);
                places.push(place.unwrap_or_else(|| {
                    known.push(statistic);
                    kernel
                        .statistics
                        .push(prepare(statistic, columns, width, rows));
                    known.len() - 1
                }));
            }
            kernel.roots.push(program.root.moved(&places));
        }
        kernel
    }

    /// How many programs there are.
    pub fn programs(&self) -> usize {
        self.roots.len()
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Every program's value where row r of the partition stands `weights[r]` times, written to
    /// `values`; NaN where undefined. O(rows).
    pub fn evaluate(&self, weights: &[u32], scratch: &mut Scratch, values: &mut [f64]) {
        self.count(weights, &mut scratch.cells);
        scratch.statistics.clear();
        for statistic in &self.statistics {
            let value = self.statistic(statistic, weights, &scratch.cells, &mut scratch.weights);
            scratch.statistics.push(value);
        }
        for (value, root) in values.iter_mut().zip(&self.roots) {
            *value = root.value(&scratch.statistics);
        }
    }

    fn count(&self, weights: &[u32], cells: &mut Vec<f64>) {
        cells.clear();
        cells.resize(self.cell_count, 0.0);
        let of = |row: u32| f64::from(weights.get(row as usize).copied().unwrap_or(0));
        if self.weight.is_empty() {
            for (&row, &cell) in self.rows.iter().zip(&self.cells) {
                if let Some(c) = cells.get_mut(cell as usize) {
                    *c += of(row);
                }
            }
        } else {
            for ((&row, &cell), &weight) in self.rows.iter().zip(&self.cells).zip(&self.weight) {
                if let Some(c) = cells.get_mut(cell as usize) {
                    *c += of(row) * weight;
                }
            }
        }
    }

    fn statistic(
        &self,
        s: &Prepared,
        weights: &[u32],
        cells: &[f64],
        picked: &mut Vec<u32>,
    ) -> f64 {
        let of = |row: u32| weights.get(row as usize).copied().unwrap_or(0);
        match s {
            Prepared::Cells(coefficients) => sum_cells(coefficients, cells),
            Prepared::Rows(values, _) => self
                .rows
                .iter()
                .zip(values)
                .map(|(&row, value)| f64::from(of(row)) * value)
                .sum(),
            Prepared::Quantile { rows, ranked, q } => {
                picked.clear();
                picked.extend(
                    rows.iter()
                        .map(|&place| self.rows.get(place as usize).map_or(0, |&r| of(r))),
                );
                ranked.linear(picked, *q).unwrap_or(f64::NAN)
            }
            Prepared::Extreme { order } => order
                .iter()
                .find(|(place, _)| self.rows.get(*place as usize).is_some_and(|&r| of(r) > 0))
                .map_or(f64::NAN, |(_, value)| *value),
            Prepared::Undefined => f64::NAN,
        }
    }

    /// Leave-one-unit-out values of every program: for each unit that has rows here, in ascending
    /// order, the values without its rows. `unit_of_row` is of the partition's rows. Costs one
    /// evaluation of the expressions a unit, and no pass over the rows for counts, sums and
    /// quantiles of single rows.
    pub fn jackknife(&self, unit_of_row: &[u32]) -> Vec<(u32, Vec<f64>)> {
        let unit = |place: u32| {
            let row = self.rows.get(place as usize).copied().unwrap_or(0);
            unit_of_row.get(row as usize).copied().unwrap_or(0)
        };
        let mut places: Vec<u32> = (0u32..).take(self.rows.len()).collect();
        places.sort_by_key(|&p| (unit(p), p));
        let highest = self.rows.iter().max().map_or(0, |&r| r as usize + 1);
        let ones = vec![1u32; highest];
        let (mut cells, mut picked) = (Vec::new(), Vec::new());
        self.count(&ones, &mut cells);
        let mut present = self.present();
        let whole: Vec<f64> = self
            .statistics
            .iter()
            .map(|s| self.statistic(s, &ones, &cells, &mut picked))
            .collect();
        let quantiles = self.rank_tables();
        places
            .chunk_by(|&a, &b| unit(a) == unit(b))
            .map(|left_out| {
                let before = self.take_out(&mut cells, &mut present, left_out);
                let statistics: Vec<f64> = self
                    .statistics
                    .iter()
                    .zip(&whole)
                    .zip(&quantiles)
                    .map(|((s, &all), ranks)| {
                        self.without(s, all, ranks.as_deref(), &cells, left_out)
                    })
                    .collect();
                for (cell, count, rows) in before.into_iter().rev() {
                    if let (Some(c), Some(p)) = (cells.get_mut(cell), present.get_mut(cell)) {
                        (*c, *p) = (count, rows);
                    }
                }
                let values = self.roots.iter().map(|r| r.value(&statistics)).collect();
                (left_out.first().map_or(0, |&p| unit(p)), values)
            })
            .collect()
    }

    /// How many rows that weigh something each cell has.
    fn present(&self) -> Vec<u32> {
        let mut present = vec![0; self.cell_count];
        for (place, &cell) in self.cells.iter().enumerate() {
            if let Some(rows) = present.get_mut(cell as usize)
                && self.weight.get(place).is_none_or(|&w| w != 0.0)
            {
                *rows += 1;
            }
        }
        present
    }

    /// Takes rows out of their cells; gives back what each cell was before, in the order of change.
    fn take_out(
        &self,
        cells: &mut [f64],
        present: &mut [u32],
        left_out: &[u32],
    ) -> Vec<(usize, f64, u32)> {
        let mut before = Vec::with_capacity(left_out.len());
        for &place in left_out {
            let weight = self.weight.get(place as usize).copied().unwrap_or(1.0);
            let cell = self.cells.get(place as usize).map_or(0, |&c| c as usize);
            let (Some(count), Some(rows)) = (cells.get_mut(cell), present.get_mut(cell)) else {
                continue;
            };
            before.push((cell, *count, *rows));
            *count -= weight;
            *rows -= u32::from(weight != 0.0);
            // Weights are no whole numbers: their differences leave a trace of rounding, and a
            // ratio of two traces would be taken for a value.
            if *rows == 0 {
                *count = 0.0;
            }
        }
        before
    }

    /// For each quantile, the rank of each of the kernel's rows among the quantile's; `u32::MAX` for
    /// rows that it leaves out.
    fn rank_tables(&self) -> Vec<Option<Vec<u32>>> {
        let table = |s: &Prepared| match s {
            Prepared::Quantile { rows, ranked, .. } => {
                let mut ranks = vec![u32::MAX; self.rows.len()];
                for (rank, &among) in (0u32..).zip(ranked.rows()) {
                    let place = rows.get(among as usize).map_or(usize::MAX, |&p| p as usize);
                    if let Some(slot) = ranks.get_mut(place) {
                        *slot = rank;
                    }
                }
                Some(ranks)
            }
            Prepared::Cells(_)
            | Prepared::Rows(..)
            | Prepared::Extreme { .. }
            | Prepared::Undefined => None,
        };
        self.statistics.iter().map(table).collect()
    }

    fn without(
        &self,
        s: &Prepared,
        all: f64,
        ranks: Option<&[u32]>,
        cells: &[f64],
        left_out: &[u32],
    ) -> f64 {
        match s {
            Prepared::Cells(coefficients) => sum_cells(coefficients, cells),
            Prepared::Rows(values, nonzero) => {
                let gone = left_out.iter().filter_map(|&p| values.get(p as usize));
                let gone = gone.filter(|&&value| value != 0.0);
                // A difference would leave a trace of rounding where nothing is left.
                if gone.clone().count() == *nonzero {
                    0.0
                } else {
                    all - gone.sum::<f64>()
                }
            }
            Prepared::Quantile { ranked, q, .. } => {
                let mut gone: Vec<u32> = left_out
                    .iter()
                    .filter_map(|&p| ranks?.get(p as usize).copied())
                    .filter(|&rank| rank != u32::MAX)
                    .collect();
                gone.sort_unstable();
                quantile_without(ranked.sorted().values(), &gone, *q)
            }
            Prepared::Extreme { order } => order
                .iter()
                .find(|(place, _)| !left_out.contains(place))
                .map_or(f64::NAN, |(_, value)| *value),
            Prepared::Undefined => f64::NAN,
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

fn sum_cells(coefficients: &[(u32, f64)], cells: &[f64]) -> f64 {
    coefficients
        .iter()
        .map(|&(cell, k)| k * cells.get(cell as usize).copied().unwrap_or(0.0))
        .sum()
}

fn prepare(s: &Statistic, columns: RunColumns<'_>, width: usize, rows: &[u32]) -> Prepared {
    match s {
        Statistic::Linear { value, filter } => {
            let constant = match value {
                None => Some(1.0),
                Some(Number::Constant(c)) => Some(*c),
                Some(_) => None,
            };
            match constant {
                Some(k) if !filter.as_ref().is_some_and(Test::is_numeric) => {
                    prepare_cells(filter.as_ref(), k, width)
                }
                _ => prepare_rows(value.as_ref(), filter.as_ref(), columns, rows),
            }
        }
        Statistic::Quantile { value, q, filter } => {
            let (places, values) = chosen(value, filter.as_ref(), columns, rows);
            match Ranked::new(&values) {
                Ok(ranked) => Prepared::Quantile {
                    rows: places,
                    ranked,
                    q: *q,
                },
                Err(_) => Prepared::Undefined,
            }
        }
        Statistic::Extreme {
            value,
            largest,
            filter,
        } => {
            let (places, values) = chosen(value, filter.as_ref(), columns, rows);
            if values.iter().any(|v| v.is_nan()) {
                return Prepared::Undefined;
            }
            let mut order: Vec<(u32, f64)> = places.into_iter().zip(values).collect();
            order.sort_by(|a, b| {
                let by = a.1.total_cmp(&b.1);
                if *largest { by.reverse() } else { by }
            });
            Prepared::Extreme { order }
        }
    }
}

fn prepare_cells(filter: Option<&Test>, k: f64, width: usize) -> Prepared {
    let mut coefficients = Vec::new();
    for label in 0..width {
        for prediction in 0..width {
            let codes = (label as u32, prediction as u32);
            if filter.is_none_or(|t| t.holds(codes, &|_| f64::NAN)) {
                let cell = u32::try_from(label * width + prediction).unwrap_or(u32::MAX);
                coefficients.push((cell, k));
            }
        }
    }
    Prepared::Cells(coefficients)
}

fn prepare_rows(
    value: Option<&Number>,
    filter: Option<&Test>,
    columns: RunColumns<'_>,
    rows: &[u32],
) -> Prepared {
    let values: Vec<f64> = rows
        .iter()
        .map(|&row| {
            let number = |need: Need| columns.number(need, row);
            let holds = filter.is_none_or(|t| t.holds(columns.codes(row), &number));
            let weight = columns.weight.get(row as usize).copied().unwrap_or(1.0);
            match (holds, value) {
                (false, _) => 0.0,
                (true, None) => weight,
                (true, Some(v)) => weight * v.value(&number),
            }
        })
        .collect();
    let nonzero = values.iter().filter(|&&value| value != 0.0).count();
    Prepared::Rows(values, nonzero)
}

/// The rows where the filter holds, as places in `rows`, with their values.
fn chosen(
    value: &Number,
    filter: Option<&Test>,
    columns: RunColumns<'_>,
    rows: &[u32],
) -> (Vec<u32>, Vec<f64>) {
    (0u32..)
        .zip(rows)
        .filter_map(|(place, &row)| {
            let number = |need: Need| columns.number(need, row);
            let holds = filter.is_none_or(|t| t.holds(columns.codes(row), &number));
            holds.then(|| (place, value.value(&number)))
        })
        .unzip()
}

impl RunColumns<'_> {
    fn number(&self, need: Need, row: u32) -> f64 {
        let column = match need {
            Need::LabelNumber => self.label_number,
            Need::PredictionNumber => self.prediction_number,
            Need::Score => self.score,
            Need::Latency => self.latency,
            Need::Label | Need::Prediction => &[],
        };
        column.get(row as usize).copied().unwrap_or(f64::NAN)
    }

    fn codes(&self, row: u32) -> (u32, u32) {
        let code = |column: &[u32]| column.get(row as usize).copied().unwrap_or(u32::MAX);
        (code(self.label), code(self.prediction))
    }
}

impl Test {
    fn holds(&self, codes: (u32, u32), number: &dyn Fn(Need) -> f64) -> bool {
        match self {
            Test::And(a, b) => a.holds(codes, number) && b.holds(codes, number),
            Test::Or(a, b) => a.holds(codes, number) || b.holds(codes, number),
            Test::Not(a) => !a.holds(codes, number),
            Test::Same(a, b, same) => {
                let code = |c: &Class| match c {
                    Class::Label => codes.0,
                    Class::Prediction => codes.1,
                    Class::Code(code) => *code,
                };
                (code(a) == code(b)) == *same
            }
            Test::Compare(op, a, b) => op.holds(a.value(number), b.value(number)),
        }
    }
}

impl Number {
    fn value(&self, number: &dyn Fn(Need) -> f64) -> f64 {
        match self {
            Number::Column(need) => number(*need),
            Number::Constant(c) => *c,
            Number::Binary(op, a, b) => arithmetic(*op, a.value(number), b.value(number)),
            Number::Call(f, parts) => {
                let values: Vec<f64> = parts.iter().map(|p| p.value(number)).collect();
                call(*f, &values)
            }
        }
    }
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
