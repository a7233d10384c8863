//! Cross-validation: the rows of a dataset or partition cut into folds.

use super::deal::{Order, deal};
use super::split::{moments, text, units};
use super::{DataError, SplitFault, Table};
use std::collections::BTreeMap;

/// How rows are cut into folds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoldRule {
    /// By chance, rows with one value of a column together.
    Whole {
        /// The column, read as text: the group, or the id where every row stands for itself.
        column: String,
        /// How many folds.
        k: u32,
        /// Another seed deals anew.
        seed: u64,
        /// Columns within each combination of whose values the folds are alike, read as text.
        strata: Vec<String>,
    },
    /// By time: `k + 1` stretches of as nearly equal numbers of rows as equal times allow. The first
    /// one is only learned from; each later one is a fold, predicted from all before it.
    Rolling {
        /// The column of dates, read as text.
        column: String,
        /// How many folds.
        k: u32,
    },
}

/// The folds of some rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folds {
    /// The rows of each fold, ascending; none is empty.
    pub folds: Vec<Vec<u32>>,
    /// Rows that are learned from and in no fold: the first stretch of rolling folds.
    pub before: Vec<u32>,
}

impl Folds {
    /// The rows that are predicted out of fold, ascending.
    pub fn rows(&self) -> Vec<u32> {
        let mut rows: Vec<u32> = self.folds.iter().flatten().copied().collect();
        rows.sort_unstable();
        rows
    }

    /// Held-out rows over the rows that are learned from, all folds together: 1/(k - 1) where each fold
    /// is predicted from all the others.
    pub fn test_over_train(&self) -> f64 {
        let sizes = self.folds.iter().map(Vec::len);
        let held_out: usize = sizes.clone().sum();
        let learned: usize = if self.before.is_empty() {
            sizes.map(|n| held_out - n).sum()
        } else {
            let until = |passed: &mut usize, n: usize| {
                let before = *passed;
                *passed += n;
                Some(before)
            };
            sizes.scan(self.before.len(), until).sum()
        };
        held_out as f64 / learned as f64
    }
}

/// Cuts `rows` of a table into folds; the same values give the same folds on every machine, whatever
/// the order of the rows.
///
/// # Errors
/// A column that was not read as text, dates that cannot be compared, or fewer units than folds.
pub fn folds(table: &Table, rule: &FoldRule, rows: &[u32]) -> Result<Folds, Vec<DataError>> {
    let cut = match rule {
        FoldRule::Whole {
            column,
            k,
            seed,
            strata,
        } => whole(table, rows, (column, *k, *seed), strata),
        FoldRule::Rolling { column, k } => rolling(table, rows, column, *k),
    };
    cut.map_err(|fault| {
        vec![DataError::Split {
            path: table.path.clone(),
            fault: Box::new(fault),
        }]
    })
}

fn whole(
    table: &Table,
    rows: &[u32],
    (column, k, seed): (&String, u32, u64),
    strata: &[String],
) -> Result<Folds, SplitFault> {
    let values = text(table, column)?;
    let units = units(table, values, rows, strata, seed)?;
    let too_few = |units: usize| SplitFault::FewUnits {
        column: column.clone(),
        units,
        k,
    };
    if units.len() < k as usize {
        return Err(too_few(units.len()));
    }
    let dealt = deal(
        &units,
        &vec![1.0 / f64::from(k); k as usize],
        Order::LargestFirst,
    );
    let mut folds = vec![Vec::new(); k as usize];
    for &row in rows {
        let code = values.codes.get(row as usize);
        let fold = code.and_then(|code| dealt.get(code));
        if let Some(fold) = fold.and_then(|&fold| folds.get_mut(fold)) {
            fold.push(row);
        }
    }
    if folds.iter().any(Vec::is_empty) {
        return Err(too_few(units.len()));
    }
    Ok(Folds {
        folds,
        before: Vec::new(),
    })
}

fn rolling(table: &Table, rows: &[u32], name: &str, k: u32) -> Result<Folds, SplitFault> {
    let missing = || SplitFault::NoColumn {
        name: name.to_owned(),
    };
    let (column, texts) = table.text(name).ok_or_else(missing)?;
    let (moments, _) = moments(table, column, texts, Some(rows))?;
    let mut by_time: BTreeMap<_, Vec<u32>> = BTreeMap::new();
    for &row in rows {
        let code = texts.codes.get(row as usize).copied();
        let moment = code.and_then(|code| moments.get(code as usize).copied().flatten());
        if let Some(moment) = moment {
            by_time.entry(moment).or_default().push(row);
        }
    }
    let times = by_time.len();
    let stretches = k as usize + 1;
    let mut cut: Vec<Vec<u32>> = vec![Vec::new(); stretches];
    let mut passed = 0;
    for rows_of in by_time.into_values() {
        // Rows of one time go where the middle of them falls.
        let middle = 2 * passed + rows_of.len();
        let at = (middle * stretches / (2 * rows.len()).max(1)).min(stretches - 1);
        passed += rows_of.len();
        if let Some(stretch) = cut.get_mut(at) {
            stretch.extend(rows_of);
        }
    }
    cut.iter_mut().for_each(|rows| rows.sort_unstable());
    if cut.iter().any(Vec::is_empty) {
        return Err(SplitFault::FewUnits {
            column: name.to_owned(),
            units: times,
            k: k + 1,
        });
    }
    let mut cut = cut.into_iter();
    Ok(Folds {
        before: cut.next().unwrap_or_default(),
        folds: cut.collect(),
    })
}
