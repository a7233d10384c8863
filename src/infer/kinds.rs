//! Which units are alike in all that a panel measures, and the panel in which each kind stands once.

use super::{Folds, Member, Panel};
use crate::metrics::{Kernel, Keys, Marks};
use std::collections::HashMap;

/// A kind costs as much to draw as that many rows; with fewer rows a kind, rows are drawn.
const ROWS_A_KIND: usize = 16;
/// How many pairs of a class and a mark a table may have, whatever the rows.
const DENSE: usize = 1 << 12;
/// The most kinds that are worth while.
const MOST: usize = 4096;

/// The kind of each unit, in order of first appearance; `None` where there are too many kinds.
pub(super) fn of(panel: &Panel) -> Option<Vec<u32>> {
    if panel.units.block().is_some() {
        // Where a row stands in time tells it apart.
        return None;
    }
    let all = usize::try_from(panel.units.n_copies()).unwrap_or(usize::MAX);
    let most = (all / ROWS_A_KIND).min(MOST);
    // What is quickly seen is looked at first.
    if most == 0 || panel.kernels().any(|kernel| kernel.tells_more_apart(most)) {
        return None;
    }
    let n = panel.units.n_rows();
    let mut rows = Classes::new(
        n,
        if panel.units.rows_are_units() {
            most
        } else {
            n
        },
    );
    let mut codes = |codes| {
        let all: Vec<u32> = (0u32..).take(n).collect();
        rows.tell_apart(Marks {
            rows: &all,
            keys: Keys::Codes(codes),
        })
    };
    if let Some(folds) = &panel.folds
        && !folds.of_row.iter().all(|of_row| codes(of_row.as_slice()))
    {
        return None;
    }
    let strata = panel.units.stratum_of_unit();
    let one_stratum = panel.units.strata().count() == 1;
    if panel.units.rows_are_units() && !one_stratum && !codes(strata) {
        return None;
    }
    for kernel in panel.kernels() {
        if !kernel.marks(most, &mut |marks| rows.tell_apart(marks)) {
            return None;
        }
    }
    if panel.units.rows_are_units() {
        return in_order(&rows, most);
    }
    let mut kinds = Vec::with_capacity(panel.units.n_units());
    let mut known: HashMap<(u32, Vec<u32>), u32> = HashMap::new();
    let mut of_unit = vec![Vec::new(); panel.units.n_units()];
    for (&unit, &class) in panel.units.unit_of_row().iter().zip(&rows.of_row) {
        of_unit.get_mut(unit as usize)?.push(class);
    }
    for (mut classes, &stratum) in of_unit.into_iter().zip(strata) {
        // A cluster is the bag of its rows.
        classes.sort_unstable();
        let next = u32::try_from(known.len()).ok()?;
        kinds.push(*known.entry((stratum, classes)).or_insert(next));
        if known.len() > most {
            return None;
        }
    }
    Some(kinds)
}

/// The class of each of `rows` rows: equal where no kernel tells them apart in anything that it reads.
pub(super) fn classes<'k>(
    mut kernels: impl Iterator<Item = &'k Kernel>,
    rows: usize,
) -> Option<Vec<u32>> {
    let mut found = Classes::new(rows, usize::MAX);
    let mut see = |marks: Marks<'_>| found.tell_apart(marks);
    let apart = kernels.all(|kernel| kernel.marks(usize::MAX, &mut see));
    apart.then_some(found.of_row)
}

/// The class of each row, numbered in order of first appearance; `None` of more than `most`.
fn in_order(rows: &Classes, most: usize) -> Option<Vec<u32>> {
    let mut number_of = vec![u32::MAX; rows.next as usize];
    let mut next = 0u32;
    let number = |class: &u32| {
        let number = number_of.get_mut(*class as usize)?;
        if *number == u32::MAX {
            *number = next;
            next += 1;
        }
        Some(*number)
    };
    let numbers: Option<Vec<u32>> = rows.of_row.iter().map(number).collect();
    numbers.filter(|_| next as usize <= most)
}

/// The panel of one unit of each kind.
pub(super) fn merge(panel: Panel, kind_of_unit: &[u32]) -> Panel {
    let (units, rows) = panel.units.merged(kind_of_unit);
    let mut place_of_row = vec![u32::MAX; panel.units.n_rows()];
    for (place, &row) in (0u32..).zip(&rows) {
        if let Some(slot) = place_of_row.get_mut(row as usize) {
            *slot = place;
        }
    }
    let member = |member: Member| Member {
        kernels: member
            .kernels
            .into_iter()
            .map(|parts| {
                let parts = parts.into_iter();
                parts.map(|kernel| kernel.of_rows(&place_of_row)).collect()
            })
            .collect(),
        ..member
    };
    let merged = |of_row: &Vec<u32>| {
        let of = rows.iter().filter_map(|&row| of_row.get(row as usize));
        of.copied().collect()
    };
    let folds = |folds: Folds| Folds {
        of_row: folds.of_row.iter().map(merged).collect(),
        ..folds
    };
    Panel {
        units,
        members: panel.members.into_iter().map(member).collect(),
        folds: panel.folds.map(folds),
        ..panel
    }
}

/// Rows in classes that are told apart step by step.
struct Classes {
    of_row: Vec<u32>,
    next: u32,
    most: usize,
}

impl Classes {
    fn new(rows: usize, most: usize) -> Self {
        Classes {
            of_row: vec![0; rows],
            next: 1,
            most,
        }
    }

    /// Splits classes by marks; whether there are few enough yet.
    fn tell_apart(&mut self, marks: Marks<'_>) -> bool {
        let classes = self.next as usize;
        match marks.keys {
            Keys::One => self.by_table(marks.rows, std::iter::repeat(&0), (1, classes)),
            Keys::Codes(codes) => {
                let highest = codes.iter().max().map_or(0, |&code| code as usize);
                let width = highest.saturating_add(1);
                let cells = width.saturating_mul(classes);
                if cells <= self.of_row.len().max(DENSE) {
                    return self.by_table(marks.rows, codes, (width, cells));
                }
                self.by_pairs(marks.rows, codes.iter().map(|&c| c.into()))
            }
            Keys::Numbers(values) => self.by_pairs(marks.rows, values.iter().map(|v| v.to_bits())),
        }
    }

    fn by_pairs(&mut self, rows: &[u32], keys: impl Iterator<Item = u64>) -> bool {
        let mut known: HashMap<(u32, u64), u32> = HashMap::new();
        let mut last = ((u32::MAX, 0), 0);
        for (&row, key) in rows.iter().zip(keys) {
            let Some(class) = self.of_row.get_mut(row as usize) else {
                continue;
            };
            let pair = (*class, key);
            if last.0 != pair {
                let next = self.next;
                let number = *known.entry(pair).or_insert(next);
                self.next = next.max(number + 1);
                last = (pair, number);
            }
            *class = last.1;
            if known.len() > self.most {
                return false;
            }
        }
        true
    }

    /// The same where classes and keys are few enough for a table of their pairs: so many keys, so many pairs.
    fn by_table<'k>(
        &mut self,
        rows: &[u32],
        keys: impl IntoIterator<Item = &'k u32>,
        (width, cells): (usize, usize),
    ) -> bool {
        let mut known = vec![u32::MAX; cells];
        let (first, mut pairs) = (self.next, 0);
        for (&row, &key) in rows.iter().zip(keys) {
            let Some(class) = self.of_row.get_mut(row as usize) else {
                continue;
            };
            let Some(number) = known.get_mut(*class as usize * width + key as usize) else {
                continue;
            };
            if *number == u32::MAX {
                *number = first + pairs;
                pairs += 1;
                if pairs as usize > self.most {
                    return false;
                }
            }
            *class = *number;
        }
        self.next = first + pairs;
        true
    }
}
