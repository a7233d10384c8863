//! Partitions: which rows of a dataset are for training, tuning and judging.

use super::deal::{Order, Unit, deal, digest, uniform};
use super::hash::hex;
use super::{Column, DataError, Moment, Precision, SplitFault, Straddling, Table, TextColumn};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// How rows are dealt to partitions; partitions in the order of the plan.
#[derive(Debug, Clone, PartialEq)]
pub enum SplitRule {
    /// By the values of a column; without parts every value names its own partition.
    Column {
        /// The column, read as text.
        column: String,
        /// Each partition with the values that belong to it.
        parts: Vec<(String, Vec<String>)>,
    },
    /// All rows in one partition.
    All {
        /// Its name.
        name: String,
    },
    /// By chance, equal values of a column together.
    Hash {
        /// The column, read as text.
        column: String,
        /// Another seed deals anew.
        seed: u64,
        /// Each partition with its share of the values; of the rows where there are strata.
        parts: Vec<(String, Share)>,
        /// Columns within each combination of whose values every partition gets its share, as nearly
        /// as whole values of the column allow.
        strata: Vec<String>,
    },
    /// By time: each partition takes the rows before its date that no earlier one took.
    Before {
        /// The column of dates, read as text.
        column: String,
        /// Each partition with its end.
        parts: Vec<(String, Bound)>,
    },
}

/// A partition's share of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Share {
    /// In percent, above 0 and at most 100.
    Percent(f64),
    /// What the others leave.
    Rest,
}

/// The end of a partition in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// An ISO 8601 date or date-time; rows of that moment no longer belong.
    Before(String),
    /// What the others leave.
    Rest,
}

/// The partitions of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// In the order of the plan; none is empty, no row is in two.
    pub partitions: Vec<Partition>,
    /// Number of rows in no partition.
    pub unassigned: usize,
}

/// The rows of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its name.
    pub name: String,
    /// Rows of the table, from 0, ascending.
    pub rows: Vec<u32>,
    /// A sha256 of its name and its ids, whatever their order; of row numbers where there are no ids.
    pub fingerprint: String,
}

/// Deals the rows of `table`; `id` is the text column that names rows in fingerprints.
///
/// The same values give the same partitions on every machine, whatever the order of the rows.
///
/// # Errors
/// A rule that does not add up, a partition without rows, or dates that cannot be compared.
pub fn split(table: &Table, rule: &SplitRule, id: Option<&str>) -> Result<Split, Vec<DataError>> {
    let fault = |fault: SplitFault| {
        vec![DataError::Split {
            path: table.path.clone(),
            fault: Box::new(fault),
        }]
    };
    let dealt = match rule {
        SplitRule::All { name } => Dealt {
            names: vec![name.clone()],
            parts: vec![Some(0); table.rows()],
        },
        SplitRule::Column { column, parts } => {
            by_column(text(table, column).map_err(fault)?, parts).map_err(fault)?
        }
        SplitRule::Hash {
            column,
            seed,
            parts,
            strata,
        } => {
            let values = text(table, column).map_err(fault)?;
            if strata.is_empty() {
                by_hash(values, *seed, parts).map_err(fault)?
            } else {
                by_strata(table, values, *seed, parts, strata).map_err(fault)?
            }
        }
        SplitRule::Before { column, parts } => by_time(table, column, parts).map_err(fault)?,
    };
    let ids = id.and_then(|name| table.text(name)).map(|(_, ids)| ids);
    gather(dealt, ids).map_err(|name| fault(empty(table, rule, name)))
}

/// For every row the number of its partition.
struct Dealt {
    names: Vec<String>,
    parts: Vec<Option<usize>>,
}

pub(super) fn text<'t>(table: &'t Table, name: &str) -> Result<&'t TextColumn, SplitFault> {
    table
        .text(name)
        .map(|(_, text)| text)
        .ok_or_else(|| SplitFault::NoColumn {
            name: name.to_owned(),
        })
}

fn by_column(text: &TextColumn, parts: &[(String, Vec<String>)]) -> Result<Dealt, SplitFault> {
    let own: Vec<(String, Vec<String>)>;
    let parts = if parts.is_empty() {
        let mut values: Vec<&String> = text.words.iter().filter(|w| !w.is_empty()).collect();
        values.sort();
        own = values
            .into_iter()
            .map(|v| (v.clone(), vec![v.clone()]))
            .collect();
        &own
    } else {
        parts
    };
    let mut named: Vec<(&String, usize, &String)> = Vec::new();
    for (part, (name, values)) in parts.iter().enumerate() {
        for value in values {
            if let Some((_, _, first)) = named.iter().find(|(v, _, _)| *v == value) {
                return Err(SplitFault::ValueTwice {
                    value: value.clone(),
                    first: (*first).clone(),
                    second: name.clone(),
                });
            }
            named.push((value, part, name));
        }
    }
    let part_of = |word: &String| named.iter().find(|(v, _, _)| *v == word).map(|n| n.1);
    Ok(Dealt {
        names: names(parts),
        parts: by_word(text, part_of),
    })
}

/// Deals whole values in the order of their hashes, each to the partition that lacks most of the
/// value's strata.
fn by_strata(
    table: &Table,
    values: &TextColumn,
    seed: u64,
    parts: &[(String, Share)],
    strata: &[String],
) -> Result<Dealt, SplitFault> {
    let total = check_shares(parts)?;
    let shares: Vec<f64> = parts
        .iter()
        .map(|(_, share)| match share {
            Share::Percent(percent) => percent / 100.0,
            Share::Rest => 1.0 - total / 100.0,
        })
        .collect();
    let all: Vec<u32> = (0u32..).take(table.rows()).collect();
    let units = units(table, values, &all, strata, seed)?;
    let of_value = deal(&units, &shares, Order::Digests);
    Ok(Dealt {
        names: names(parts),
        parts: by_code(values, &of_value),
    })
}

/// The values of a column that stand in `rows`, each with how many of them lie in each stratum.
pub(super) fn units(
    table: &Table,
    values: &TextColumn,
    rows: &[u32],
    strata: &[String],
    seed: u64,
) -> Result<Vec<Unit>, SplitFault> {
    let columns = strata.iter().map(|name| text(table, name));
    let columns: Vec<&TextColumn> = columns.collect::<Result<_, _>>()?;
    let mut units: BTreeMap<u32, BTreeMap<Vec<&str>, u64>> = BTreeMap::new();
    for &row in rows {
        let stratum = columns.iter().map(|c| c.get(row as usize).unwrap_or(""));
        let Some(&code) = values.codes.get(row as usize) else {
            continue;
        };
        let counts = units.entry(code).or_default();
        *counts.entry(stratum.collect()).or_insert(0) += 1;
    }
    // Strata are numbered by their values, so that sums don't depend on the order of rows.
    let strata: BTreeSet<&Vec<&str>> = units.values().flat_map(BTreeMap::keys).collect();
    let number: BTreeMap<&Vec<&str>, usize> = strata
        .into_iter()
        .enumerate()
        .map(|(n, s)| (s, n))
        .collect();
    let unit = |(code, counts): (&u32, &BTreeMap<Vec<&str>, u64>)| {
        let value = values.words.get(*code as usize).map_or("", String::as_str);
        let of = |(s, n): (&Vec<&str>, &u64)| Some((*number.get(s)?, *n));
        Unit {
            code: *code,
            digest: digest(seed, value),
            rows: counts.iter().filter_map(of).collect(),
        }
    };
    Ok(units.iter().map(unit).collect())
}

/// The partition of every row from that of its value.
fn by_code(values: &TextColumn, of_value: &BTreeMap<u32, usize>) -> Vec<Option<usize>> {
    let codes = values.codes.iter();
    codes.map(|code| of_value.get(code).copied()).collect()
}

/// The sum of the shares in percent, where they add up.
fn check_shares(parts: &[(String, Share)]) -> Result<f64, SplitFault> {
    let shares = parts
        .iter()
        .map(|(name, share)| (name, *share == Share::Rest));
    one_rest(shares)?;
    let mut total = 0.0;
    for (partition, share) in parts {
        let Share::Percent(percent) = *share else {
            continue;
        };
        if !(percent > 0.0 && percent <= 100.0) {
            return Err(SplitFault::BadShare {
                partition: partition.clone(),
                percent,
            });
        }
        total += percent;
    }
    let rest = parts.iter().any(|(_, share)| *share == Share::Rest);
    let adds_up = if rest {
        total < 100.0
    } else {
        (total - 100.0).abs() < 1e-6
    };
    if !adds_up {
        return Err(SplitFault::Shares {
            percent: total,
            rest,
        });
    }
    Ok(total)
}

fn by_hash(text: &TextColumn, seed: u64, parts: &[(String, Share)]) -> Result<Dealt, SplitFault> {
    check_shares(parts)?;
    // The rest takes what lies beyond the shares, wherever it stands; without a rest the last
    // partition does, so that no value falls through by rounding.
    let last = parts.len().saturating_sub(1);
    let fallback = parts
        .iter()
        .position(|(_, share)| *share == Share::Rest)
        .unwrap_or(last);
    let mut bounds = Vec::new();
    let mut sum = 0.0;
    for (part, (_, share)) in parts.iter().enumerate() {
        if let Share::Percent(percent) = share {
            sum += percent;
            bounds.push((sum / 100.0, part));
        }
    }
    let part_of = |word: &String| {
        let u = uniform(seed, word);
        let found = bounds.iter().find(|(bound, _)| u < *bound);
        Some(found.map_or(fallback, |&(_, part)| part))
    };
    Ok(Dealt {
        names: names(parts),
        parts: by_word(text, part_of),
    })
}

fn by_time(table: &Table, name: &str, parts: &[(String, Bound)]) -> Result<Dealt, SplitFault> {
    one_rest(
        parts
            .iter()
            .map(|(name, bound)| (name, *bound == Bound::Rest)),
    )?;
    let missing = || SplitFault::NoColumn {
        name: name.to_owned(),
    };
    let (column, text) = table.text(name).ok_or_else(missing)?;
    let (moments, first) = moments(table, column, text, None)?;
    let precision = first.map_or(Precision::Day, |moment| moment.precision);
    let sample = text.words.first().cloned().unwrap_or_default();
    let bounds = bounds(parts, name, precision, &sample)?;
    let rest = parts.iter().position(|(_, bound)| *bound == Bound::Rest);
    let of_word: Vec<Option<usize>> = moments
        .iter()
        .map(|moment| {
            let moment = (*moment)?;
            let found = bounds.iter().find(|(bound, _)| moment.before(bound));
            found.map(|&(_, part)| part).or(rest)
        })
        .collect();
    let of_row = |&code: &u32| of_word.get(code as usize).copied().flatten();
    Ok(Dealt {
        names: names(parts),
        parts: text.codes.iter().map(of_row).collect(),
    })
}

/// The moment of every distinct text of a column of dates, as far as it stands in `rows` (in all
/// where `None`), and the first one.
pub(super) fn moments(
    table: &Table,
    column: &Column,
    text: &TextColumn,
    rows: Option<&[u32]>,
) -> Result<(Vec<Option<Moment>>, Option<Moment>), SplitFault> {
    let name = &column.name;
    let mut first: Option<(Moment, usize)> = None;
    let mut moments: Vec<Option<Moment>> = vec![None; text.words.len()];
    let all: Vec<u32>;
    let rows = match rows {
        Some(rows) => rows,
        None => {
            all = (0u32..).take(table.rows()).collect();
            &all
        }
    };
    for row in rows.iter().map(|&row| row as usize) {
        let (Some(&code), Some(word)) = (text.codes.get(row), text.get(row)) else {
            continue;
        };
        let Some(slot) = moments.get_mut(code as usize) else {
            continue;
        };
        if slot.is_some() {
            continue;
        }
        let Some(moment) = Moment::parse(word) else {
            return Err(SplitFault::NotADate {
                place: table.place(row, column),
                name: name.clone(),
                text: word.to_owned(),
            });
        };
        let (start, at) = *first.get_or_insert((moment, row));
        if moment.precision != start.precision {
            return Err(SplitFault::MixedDates {
                place: table.place(row, column),
                name: name.clone(),
                text: word.to_owned(),
                first_at: Box::new(table.place(at, column)),
                first: text.get(at).unwrap_or_default().to_owned(),
            });
        }
        *slot = Some(moment);
    }
    Ok((moments, first.map(|(moment, _)| moment)))
}

/// The dates of the plan, each with the number of its partition.
fn bounds(
    parts: &[(String, Bound)],
    column: &str,
    precision: Precision,
    sample: &str,
) -> Result<Vec<(Moment, usize)>, SplitFault> {
    let mut bounds: Vec<(Moment, usize)> = Vec::new();
    let mut earlier: Option<&String> = None;
    for (part, (partition, bound)) in parts.iter().enumerate() {
        let Bound::Before(text) = bound else {
            continue;
        };
        let moment = Moment::parse(text).ok_or_else(|| SplitFault::BadBound {
            partition: partition.clone(),
            text: text.clone(),
        })?;
        if !precision.accepts(moment.precision) {
            return Err(SplitFault::BoundForm {
                partition: partition.clone(),
                text: text.clone(),
                column: column.to_owned(),
                sample: sample.to_owned(),
            });
        }
        if let (Some((before, _)), Some(earlier)) = (bounds.last(), earlier)
            && !before.before(&moment)
        {
            return Err(SplitFault::BoundOrder {
                earlier: earlier.clone(),
                later: text.clone(),
            });
        }
        bounds.push((moment, part));
        earlier = Some(text);
    }
    Ok(bounds)
}

fn one_rest<'p>(parts: impl Iterator<Item = (&'p String, bool)>) -> Result<(), SplitFault> {
    let mut rests = parts.filter(|(_, rest)| *rest).map(|(name, _)| name);
    match (rests.next(), rests.next()) {
        (Some(first), Some(second)) => Err(SplitFault::TwoRests {
            first: first.clone(),
            second: second.clone(),
        }),
        _ => Ok(()),
    }
}

fn names<T>(parts: &[(String, T)]) -> Vec<String> {
    parts.iter().map(|(name, _)| name.clone()).collect()
}

/// The partition of every row, asked once for each distinct word.
fn by_word(text: &TextColumn, part_of: impl Fn(&String) -> Option<usize>) -> Vec<Option<usize>> {
    let of_word: Vec<Option<usize>> = text.words.iter().map(part_of).collect();
    let of_row = |&code: &u32| of_word.get(code as usize).copied().flatten();
    text.codes.iter().map(of_row).collect()
}

/// Rows by partition, or the name of an empty one.
fn gather(dealt: Dealt, ids: Option<&TextColumn>) -> Result<Split, String> {
    let mut rows: Vec<Vec<u32>> = vec![Vec::new(); dealt.names.len()];
    let mut unassigned = 0;
    for (row, part) in (0u32..).zip(&dealt.parts) {
        match part.and_then(|part| rows.get_mut(part)) {
            Some(rows) => rows.push(row),
            None => unassigned += 1,
        }
    }
    let mut partitions = Vec::new();
    for (name, rows) in dealt.names.into_iter().zip(rows) {
        if rows.is_empty() {
            return Err(name);
        }
        partitions.push(Partition {
            fingerprint: fingerprint(&name, &rows, ids),
            name,
            rows,
        });
    }
    Ok(Split {
        partitions,
        unassigned,
    })
}

/// The sha256 of the name and the sorted ids, each behind its length.
fn fingerprint(name: &str, rows: &[u32], ids: Option<&TextColumn>) -> String {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update(format!("{}:", text.len()));
        hasher.update(text);
    };
    add(name);
    match ids {
        Some(ids) => {
            let mut of_rows: Vec<&str> = rows
                .iter()
                .filter_map(|&row| ids.get(row as usize))
                .collect();
            of_rows.sort_unstable();
            of_rows.into_iter().for_each(add);
        }
        None => rows.iter().for_each(|row| add(&row.to_string())),
    }
    hex(&hasher.finalize())
}

fn empty(table: &Table, rule: &SplitRule, partition: String) -> SplitFault {
    let (wanted, values) = match rule {
        SplitRule::Column { column, parts } => {
            let wanted = parts.iter().find(|(name, _)| *name == partition);
            let mut values = table
                .text(column)
                .map(|(_, text)| text.words.clone())
                .unwrap_or_default();
            values.sort();
            (wanted.map(|(_, w)| w.clone()).unwrap_or_default(), values)
        }
        SplitRule::All { .. } | SplitRule::Hash { .. } | SplitRule::Before { .. } => {
            (Vec::new(), Vec::new())
        }
    };
    SplitFault::EmptyPartition {
        partition,
        wanted,
        values,
    }
}

/// Groups that stand in two of several sets of rows, named by the first one found.
///
/// `parts` are partitions or folds with their names; `group` was read as text. An empty field is no
/// group. `None` where every group is whole.
pub fn straddling(table: &Table, parts: &[(String, &[u32])], group: &str) -> Option<DataError> {
    let (_, values) = table.text(group)?;
    let mut home: Vec<Option<(usize, u32)>> = vec![None; values.words.len()];
    let mut found: Option<(String, (usize, u32), (usize, u32))> = None;
    let mut straddling = BTreeSet::new();
    for (part, (_, rows)) in parts.iter().enumerate() {
        for &row in *rows {
            let Some(&code) = values.codes.get(row as usize) else {
                continue;
            };
            let Some(slot) = home.get_mut(code as usize) else {
                continue;
            };
            let (first, at) = *slot.get_or_insert((part, row));
            let value = values.get(row as usize).unwrap_or_default();
            if first != part && !value.trim().is_empty() {
                straddling.insert(code);
                let _ = found.get_or_insert((value.to_owned(), (first, at), (part, row)));
            }
        }
    }
    let (value, first, second) = found?;
    let told = |(part, row): (usize, u32)| {
        let name = parts.get(part).map(|(name, _)| name.clone());
        let path = table.path_of(row as usize).to_owned();
        (name.unwrap_or_default(), path, table.line(row as usize))
    };
    Some(DataError::Split {
        path: table.path.clone(),
        fault: Box::new(SplitFault::Straddles(Box::new(Straddling {
            group: group.to_owned(),
            value,
            first: told(first),
            second: told(second),
            groups: straddling.len(),
        }))),
    })
}
