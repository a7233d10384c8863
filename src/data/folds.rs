//! Cross-validation: the rows of a dataset or partition cut into folds.

use super::deal::{Order, deal, digest};
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
        /// How often the rows are dealt anew, at least once.
        repeats: u32,
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
    /// The rows of each fold, ascending; none is empty. Those of the first repeat come first.
    pub folds: Vec<Vec<u32>>,
    /// How often all rows were dealt.
    pub repeats: u32,
    /// Rows that are learned from and in no fold: the first stretch of rolling folds.
    pub before: Vec<u32>,
}

impl Folds {
    /// The rows that are predicted out of fold, ascending.
    pub fn rows(&self) -> Vec<u32> {
        let mut rows: Vec<u32> = self
            .folds
            .iter()
            .take(self.k())
            .flatten()
            .copied()
            .collect();
        rows.sort_unstable();
        rows
    }

    /// How many folds each repeat has.
    pub fn k(&self) -> usize {
        self.folds.len() / (self.repeats as usize).max(1)
    }

    /// The folds of each repeat.
    pub fn each(&self) -> impl Iterator<Item = &[Vec<u32>]> {
        self.folds.chunks(self.k().max(1))
    }

    /// The repeat of a fold and its place in it, both from 0.
    pub fn place(&self, fold: usize) -> (usize, usize) {
        let k = self.k().max(1);
        (fold / k, fold % k)
    }

    /// The rows that a fold is predicted from, ascending: those of its repeat's other folds, or what came before it.
    pub fn learned(&self, fold: usize) -> Vec<u32> {
        let (repeat, place) = self.place(fold);
        let rolling = !self.before.is_empty();
        let others = self
            .each()
            .nth(repeat)
            .unwrap_or_default()
            .iter()
            .enumerate();
        let others = others.filter(|(at, _)| *at != place && !(rolling && *at > place));
        let mut rows = self.before.clone();
        rows.extend(others.flat_map(|(_, rows)| rows));
        rows.sort_unstable();
        rows
    }

    /// Held-out rows over the rows that are learned from, all folds together: 1/(k - 1) where each fold
    /// is predicted from all the others, however often that is repeated.
    pub fn test_over_train(&self) -> f64 {
        // Every repeat deals the same rows, so that one tells of all.
        let sizes = self.folds.iter().take(self.k()).map(Vec::len);
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
            repeats,
        } => repeated(*seed, *repeats, |seed| {
            whole(table, rows, (column, *k, seed), strata)
        }),
        FoldRule::Rolling { column, k } => rolling(table, rows, column, *k),
    };
    cut.map_err(|fault| {
        vec![DataError::Split {
            path: table.path.clone(),
            fault: Box::new(fault),
        }]
    })
}

/// The folds of every repeat: of the first those of the seed itself, of repeat r > 1 those of the seed that the first 8
/// bytes of the sha256 of `SEED:repeat r` spell, the highest first.
fn repeated(
    seed: u64,
    repeats: u32,
    whole: impl Fn(u64) -> Result<Vec<Vec<u32>>, SplitFault>,
) -> Result<Folds, SplitFault> {
    let mut folds = whole(seed)?;
    for repeat in 2..=repeats {
        let bytes = digest(seed, &format!("repeat {repeat}"));
        let first = bytes.iter().take(8);
        let seed = first.fold(0u64, |bits, &byte| bits << 8 | u64::from(byte));
        folds.extend(whole(seed)?);
    }
    Ok(Folds {
        folds,
        repeats: repeats.max(1),
        before: Vec::new(),
    })
}

fn whole(
    table: &Table,
    rows: &[u32],
    (column, k, seed): (&String, u32, u64),
    strata: &[String],
) -> Result<Vec<Vec<u32>>, SplitFault> {
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
    Ok(folds)
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
        repeats: 1,
    })
}
