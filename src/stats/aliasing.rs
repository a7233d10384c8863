//! What runs can tell apart: which coefficients of a linear model a design estimates, and which only together.
//!
//! A coefficient is estimable where its column is in the span of no others. What is not estimable is confounded
//! with what its column is made of, and falls into groups: the connected components of the columns' dependences
//! (those of the matroid), which for a regular fraction are the alias chains. (Box, Hunter & Hunter 2005,
//! *Statistics for Experimenters*, chapter 6; Oxley 2011, *Matroid Theory*, section 4.1.)

/// Entries are small integers, so that anything below this is zero.
const ZERO: f64 = 1e-9;

/// What a design says of one coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Apart from all others.
    Alone,
    /// Together with the others of this group.
    Together(usize),
    /// Not at all: it is zero in every run.
    Unseen,
}

/// A design read: its rank, and what it says of each column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// How many columns are independent.
    pub rank: usize,
    /// One answer a column.
    pub columns: Vec<Told>,
}

/// Reads a design, one row a run. Rows shorter than the first are filled with zeros.
pub fn read(rows: &[Vec<f64>]) -> Reading {
    let width = rows.first().map_or(0, Vec::len);
    let (reduced, pivots) = reduce(rows, width);
    let mut groups: Vec<usize> = (0..width).collect();
    for column in (0..width).filter(|c| !pivots.contains(c)) {
        for (row, &pivot) in reduced.iter().zip(&pivots) {
            if row.get(column).is_some_and(|x| x.abs() > ZERO) {
                join(&mut groups, pivot, column);
            }
        }
    }
    let seen = |c: usize| {
        rows.iter()
            .any(|r| r.get(c).is_some_and(|x| x.abs() > ZERO))
    };
    let answer = |c: usize| {
        let group = groups.get(c).copied().unwrap_or(c);
        match groups.iter().filter(|g| **g == group).count() {
            _ if !seen(c) => Told::Unseen,
            1 => Told::Alone,
            _ => Told::Together(group),
        }
    };
    Reading {
        rank: pivots.len(),
        columns: (0..width).map(answer).collect(),
    }
}

/// Joins two groups under the smaller number.
fn join(groups: &mut [usize], a: usize, b: usize) {
    let of = |c: usize| groups.get(c).copied().unwrap_or(c);
    let (a, b) = (of(a), of(b));
    let (low, high) = (a.min(b), a.max(b));
    for group in groups.iter_mut().filter(|g| **g == high) {
        *group = low;
    }
}

/// The rows in reduced form, and the column that each begins with.
fn reduce(rows: &[Vec<f64>], width: usize) -> (Vec<Vec<f64>>, Vec<usize>) {
    let at = |row: &Vec<f64>, c: usize| row.get(c).copied().unwrap_or(0.0);
    let mut left: Vec<Vec<f64>> = rows
        .iter()
        .map(|r| (0..width).map(|c| at(r, c)).collect())
        .collect();
    let mut done: Vec<Vec<f64>> = Vec::new();
    let mut pivots = Vec::new();
    for column in 0..width {
        let largest = (0..left.len()).max_by(|&a, &b| {
            let size = |i: usize| left.get(i).map_or(0.0, |r| at(r, column).abs());
            size(a).total_cmp(&size(b))
        });
        let Some(place) =
            largest.filter(|&i| left.get(i).is_some_and(|r| at(r, column).abs() > ZERO))
        else {
            continue;
        };
        let row = left.swap_remove(place);
        let by = at(&row, column);
        let row: Vec<f64> = row.iter().map(|x| x / by).collect();
        for other in left.iter_mut().chain(&mut done) {
            let times = at(other, column);
            for (x, y) in other.iter_mut().zip(&row) {
                *x -= times * y;
            }
        }
        done.push(row);
        pivots.push(column);
    }
    (done, pivots)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::factorial::{Word, fraction};

    /// Products of the −1/+1 codes of cells, one column a word.
    fn design(cells: &[Vec<usize>], words: &[Word]) -> Vec<Vec<f64>> {
        let code = |cell: &Vec<usize>, f: usize| if cell[f] == 0 { -1.0 } else { 1.0 };
        let product =
            |cell: &Vec<usize>, w: &Word| w.members().iter().map(|&f| code(cell, f)).product();
        cells
            .iter()
            .map(|cell| words.iter().map(|w| product(cell, w)).collect())
            .collect()
    }

    #[test]
    fn the_chains_of_a_half_fraction_are_its_aliases() {
        let cells = fraction(4, &[(3, Word::of([0, 1, 2]))], 100).unwrap();
        let mut words = vec![Word::default()];
        words.extend((0..4).map(|f| Word::of([f])));
        for a in 0..4 {
            words.extend((a + 1..4).map(|b| Word::of([a, b])));
        }
        let reading = read(&design(&cells, &words));
        assert_eq!(reading.rank, 8);
        // The mean and the four factors alone; AB with CD, AC with BD, AD with BC.
        assert!(reading.columns[..5].iter().all(|t| *t == Told::Alone));
        let of = |a: usize, b: usize| {
            let place = words.iter().position(|w| *w == Word::of([a, b])).unwrap();
            reading.columns[place]
        };
        assert_eq!(of(0, 1), of(2, 3));
        assert_eq!(of(0, 2), of(1, 3));
        assert_eq!(of(0, 3), of(1, 2));
        assert_ne!(of(0, 1), of(0, 2));
    }

    #[test]
    fn one_at_a_time_shows_no_interaction() {
        // The mean, a, b, a with b: the whole, without a, without b.
        let rows = [
            [1.0, 0.0, 0.0, 0.0],
            [1.0, 1.0, 0.0, 0.0],
            [1.0, 0.0, 1.0, 0.0],
        ];
        let reading = read(&rows.map(|r| r.to_vec()));
        assert_eq!(reading.rank, 3);
        assert_eq!(
            reading.columns,
            [Told::Alone, Told::Alone, Told::Alone, Told::Unseen]
        );
    }

    #[test]
    fn what_always_goes_together_is_told_together() {
        // Without a there is never b.
        let rows = [[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]];
        let reading = read(&rows.map(|r| r.to_vec()));
        assert_eq!(reading.rank, 2);
        assert_eq!(reading.columns[0], Told::Alone);
        assert!(reading.columns[1..].iter().all(|t| *t == Told::Together(1)));
        assert_eq!(
            read(&[]),
            Reading {
                rank: 0,
                columns: vec![]
            }
        );
    }
}
