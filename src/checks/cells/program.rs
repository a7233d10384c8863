//! Systems of linear inequalities, some of them strict: whether any numbers meet them all, and which.
//!
//! Strict inequalities are met with the most room t that a linear program over the others leaves; the system has
//! a solution where t can be above 0. Solved by the simplex method with Bland's rule (1977), which never cycles.

/// Less room than this, relative to the numbers of the system, is none.
const SLACK: f64 = 1e-9;
/// What adding up a few numbers may lose, relative to them.
const LAST_BITS: f64 = 1e-12;
/// Pivots after which a system is given up; Bland's rule ends far earlier on systems of this size.
const MAX_PIVOTS: usize = 5_000;

/// `Σ coefficients · x ≤ bound`, or `<`.
#[derive(Debug, Clone)]
pub struct Row {
    /// One for each variable.
    pub coefficients: Vec<f64>,
    /// The right side.
    pub bound: f64,
    /// Whether `<`.
    pub strict: bool,
}

impl Row {
    /// Whether the numbers meet it: a strict one with some room, another one but for the last bits, so that what is
    /// made of many rows still lies within the slack.
    pub fn holds(&self, x: &[f64]) -> bool {
        let terms = || self.coefficients.iter().zip(x).map(|(c, x)| c * x);
        let sum: f64 = terms().sum();
        match self.strict {
            true => sum < self.bound - SLACK * self.bound.abs().max(sum.abs()).max(1e-3),
            false => {
                let added: f64 = terms().map(f64::abs).sum();
                sum <= self.bound + LAST_BITS * self.bound.abs().max(added).max(1e-3)
            }
        }
    }
}

/// What a system comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// These numbers meet it.
    Met(Vec<f64>),
    /// None do.
    Never,
    /// Not found out.
    Unknown,
}

/// Numbers ≥ 0 that meet all rows, strict ones with as much room as there is up to `most`.
pub fn solve(variables: usize, rows: &[Row], most: f64) -> Answer {
    let size = most.max(1e-6);
    let room = variables; // the variable t
    let mut table = Table::new(variables + 1, rows.len() + 1);
    for (i, row) in rows.iter().enumerate() {
        // Each row has the same weight, so that room means the same in all.
        let scale = row
            .coefficients
            .iter()
            .fold(0.0, |a: f64, c| a.max(c.abs()));
        let scale = if scale > 0.0 { scale } else { 1.0 };
        for (j, c) in row.coefficients.iter().enumerate() {
            table.set(i, j, c / scale);
        }
        table.set(i, room, if row.strict { 1.0 } else { 0.0 });
        table.set_bound(i, row.bound / scale);
    }
    let last = rows.len();
    table.set(last, room, 1.0);
    table.set_bound(last, size);
    let Some(feasible) = table.start() else {
        return Answer::Unknown;
    };
    if !feasible {
        return Answer::Never;
    }
    if !table.maximise(room) {
        return Answer::Unknown;
    }
    let x = table.values(variables + 1);
    let strict = rows.iter().any(|r| r.strict);
    if strict && x.get(room).is_none_or(|t| *t <= SLACK * size) {
        return Answer::Never;
    }
    Answer::Met(x.into_iter().take(variables).collect())
}

/// A simplex tableau in dictionary form: each row is a basic variable, `bound − Σ a · nonbasic`.
struct Table {
    columns: usize,
    /// Row by row: coefficients, then the bound.
    cells: Vec<f64>,
    basic: Vec<usize>,
    nonbasic: Vec<usize>,
}

impl Table {
    /// `variables` numbered from 0 as nonbasic, slacks after them as basic.
    fn new(variables: usize, rows: usize) -> Table {
        Table {
            columns: variables,
            cells: vec![0.0; rows * (variables + 1)],
            basic: (variables..variables + rows).collect(),
            nonbasic: (0..variables).collect(),
        }
    }

    fn get(&self, row: usize, column: usize) -> f64 {
        let at = row * (self.columns + 1) + column;
        self.cells.get(at).copied().unwrap_or(0.0)
    }

    fn set(&mut self, row: usize, column: usize, value: f64) {
        let at = row * (self.columns + 1) + column;
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = value;
        }
    }

    fn bound(&self, row: usize) -> f64 {
        self.get(row, self.columns)
    }

    fn set_bound(&mut self, row: usize, value: f64) {
        self.set(row, self.columns, value);
    }

    /// Brings the table to a feasible start; `Some(false)` where there is none.
    ///
    /// The dual of Bland's rule: of the rows below 0 the one of the lowest variable leaves, of the columns that mend it
    /// the lowest variable enters.
    fn start(&mut self) -> Option<bool> {
        for _ in 0..MAX_PIVOTS {
            let below = (0..self.basic.len()).filter(|&r| self.bound(r) < -1e-12);
            let Some(row) = below.min_by_key(|&r| self.basic.get(r).copied()) else {
                return Some(true);
            };
            let mends = (0..self.columns).filter(|&c| self.get(row, c) < -1e-12);
            let Some(column) = mends.min_by_key(|&c| self.nonbasic.get(c).copied()) else {
                return Some(false);
            };
            self.pivot(row, column);
        }
        None
    }

    /// Raises a variable as far as it goes; false where that was given up.
    fn maximise(&mut self, variable: usize) -> bool {
        for _ in 0..MAX_PIVOTS {
            let Some(column) = self.improving(variable) else {
                return true;
            };
            let ratio = |r: usize| self.bound(r).max(0.0) / self.get(r, column);
            let limits = (0..self.basic.len()).filter(|&r| self.get(r, column) > 1e-12);
            let least = limits.min_by(|&a, &b| {
                let order = ratio(a).total_cmp(&ratio(b));
                order.then(self.basic.get(a).cmp(&self.basic.get(b)))
            });
            let Some(row) = least else {
                return true; // no bound; the room itself is bounded
            };
            self.pivot(row, column);
        }
        false
    }

    /// The lowest nonbasic variable whose growth raises `variable`.
    fn improving(&self, variable: usize) -> Option<usize> {
        let raises = |c: &usize| match self.basic.iter().position(|&b| b == variable) {
            Some(row) => self.get(row, *c) < -1e-12,
            None => self.nonbasic.get(*c) == Some(&variable),
        };
        let columns = (0..self.columns).filter(raises);
        columns.min_by_key(|&c| self.nonbasic.get(c).copied())
    }

    fn pivot(&mut self, row: usize, column: usize) {
        let by = self.get(row, column);
        let width = self.columns + 1;
        for c in 0..width {
            let value = self.get(row, c) / by;
            self.set(row, c, value);
        }
        self.set(row, column, 1.0 / by);
        for r in (0..self.basic.len()).filter(|&r| r != row) {
            let times = self.get(r, column);
            if times == 0.0 {
                continue;
            }
            for c in (0..width).filter(|&c| c != column) {
                let value = self.get(r, c) - times * self.get(row, c);
                self.set(r, c, value);
            }
            self.set(r, column, -times / by);
        }
        if let (Some(b), Some(n)) = (self.basic.get_mut(row), self.nonbasic.get_mut(column)) {
            std::mem::swap(b, n);
        }
    }

    fn values(&self, variables: usize) -> Vec<f64> {
        let of = |v: usize| {
            let row = self.basic.iter().position(|&b| b == v);
            row.map_or(0.0, |r| self.bound(r).max(0.0))
        };
        (0..variables).map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(coefficients: &[f64], bound: f64, strict: bool) -> Row {
        Row {
            coefficients: coefficients.to_vec(),
            bound,
            strict,
        }
    }

    #[test]
    fn strict_rows_need_room() {
        let between = |strict| [row(&[1.0], 2.0, strict), row(&[-1.0], -2.0, false)];
        assert_eq!(solve(1, &between(true), 1.0), Answer::Never);
        assert_eq!(solve(1, &between(false), 1.0), Answer::Met(vec![2.0]));
        // x < y < z < x
        let ring = [
            row(&[1.0, -1.0, 0.0], 0.0, true),
            row(&[0.0, 1.0, -1.0], 0.0, true),
            row(&[-1.0, 0.0, 1.0], 0.0, true),
        ];
        assert_eq!(solve(3, &ring, 1.0), Answer::Never);
        assert!(matches!(solve(3, &ring[..2], 1.0), Answer::Met(_)));
    }

    proptest! {
        /// What is met is met; what is said to have no solution has none among the halves from 0 to 6.
        #[test]
        fn answers_are_those_of_looking_through_a_grid(
            rows in prop::collection::vec(
                (prop::collection::vec(-2i32..=2, 3), -6i32..=6, any::<bool>()), 1..7
            )
        ) {
            let rows: Vec<Row> = rows
                .into_iter()
                .map(|(c, bound, strict)| {
                    let c: Vec<f64> = c.into_iter().map(f64::from).collect();
                    row(&c, f64::from(bound), strict)
                })
                .collect();
            let meets = |x: &[f64]| rows.iter().all(|r| r.holds(x));
            match solve(3, &rows, 1.0) {
                Answer::Met(x) => prop_assert!(meets(&x), "{x:?}"),
                Answer::Never => {
                    for n in 0..13 * 13 * 13 {
                        let x = [n % 13, n / 13 % 13, n / 169].map(|d| f64::from(d) / 2.0);
                        prop_assert!(!meets(&x), "{x:?}");
                    }
                }
                Answer::Unknown => prop_assert!(false, "given up"),
            }
        }
    }
}
