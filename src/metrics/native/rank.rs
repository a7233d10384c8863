//! Natives that judge an order: ROC-AUC, average precision and their kin. Rows that weigh 0 are
//! not there; a row that weighs 2 is there twice.

use super::{Columns, Implementation, Native, Swept};

const fn whole(name: &'static str, function: fn(&Columns, &[f64], &[f64]) -> f64) -> Native {
    Native {
        name,
        implementation: Implementation::Whole(function),
    }
}

pub(super) const TABLE: &[Native] = &[
    Native {
        name: "roc_auc",
        implementation: Implementation::Swept(Swept {
            value: roc_auc,
            without: roc_auc_without,
            area: true,
        }),
    },
    Native {
        name: "average_precision",
        implementation: Implementation::Swept(Swept {
            value: average_precision,
            without: average_precision_without,
            area: false,
        }),
    },
    Native {
        name: "pr_auc",
        implementation: Implementation::Swept(Swept {
            value: pr_auc,
            without: pr_auc_without,
            area: false,
        }),
    },
    whole("win_rate", win_rate),
    whole("calibration_error", calibration_error),
];

pub(super) fn column(columns: &Columns, argument: usize) -> &[f64] {
    columns.values.get(argument).map_or(&[], Vec::as_slice)
}

pub(super) fn order(columns: &Columns, argument: usize) -> &[u32] {
    columns.order.get(argument).map_or(&[], Vec::as_slice)
}

pub(super) fn at(values: &[f64], row: u32) -> f64 {
    values.get(row as usize).copied().unwrap_or(f64::NAN)
}

/// Rows of equal values, in ascending order of the values.
pub(super) fn ties<'a>(
    values: &'a [f64],
    order: &'a [u32],
) -> impl DoubleEndedIterator<Item = &'a [u32]> {
    order.chunk_by(|&a, &b| at(values, a) == at(values, b))
}

/// For each distinct number, from the smallest, what the rows where the condition holds weigh, and the
/// others.
fn steps<'a>(
    columns: &'a Columns,
    weights: &'a [f64],
) -> impl DoubleEndedIterator<Item = (f64, f64)> {
    let holds = column(columns, 1);
    ties(column(columns, 0), order(columns, 0)).map(move |rows| {
        rows.iter().fold((0.0, 0.0), |(yes, no), &row| {
            let weight = at(weights, row);
            match at(holds, row) != 0.0 {
                true => (yes + weight, no),
                false => (yes, no + weight),
            }
        })
    })
}

/// `Σ yes · (no below + ½ no equal) / (Σ yes · Σ no)`; Hanley & McNeil 1982. Undefined without both.
fn roc_auc(columns: &Columns, weights: &[f64], _: &[f64]) -> f64 {
    let (mut all_yes, mut below, mut won) = (0.0, 0.0, 0.0);
    for (yes, no) in steps(columns, weights) {
        won += yes * (below + no / 2.0);
        all_yes += yes;
        below += no;
    }
    if all_yes > 0.0 && below > 0.0 {
        won / all_yes / below
    } else {
        f64::NAN
    }
}

/// Rows of the first condition against those of the second; a row of both meets itself. Undefined without both.
fn win_rate(columns: &Columns, weights: &[f64], _: &[f64]) -> f64 {
    let (first, second) = (column(columns, 1), column(columns, 2));
    let (mut of_first, mut of_second, mut won) = (0.0, 0.0, 0.0);
    for rows in ties(column(columns, 0), order(columns, 0)) {
        let weigh = |holds: &[f64]| -> f64 {
            let there = rows.iter().filter(|&&row| at(holds, row) != 0.0);
            there.map(|&row| at(weights, row)).sum()
        };
        let (a, b) = (weigh(first), weigh(second));
        won += a * (of_second + b / 2.0);
        of_first += a;
        of_second += b;
    }
    if of_first > 0.0 && of_second > 0.0 {
        won / of_first / of_second
    } else {
        f64::NAN
    }
}

/// The area where one row weighs less, for each: what it won or what won against it goes with it (the
/// placements of DeLong, DeLong & Clarke-Pearson 1988). O(rows).
fn roc_auc_without(columns: &Columns, weights: &[f64], less: &[f64]) -> Vec<f64> {
    let ends: Vec<(f64, f64)> = steps(columns, weights).collect();
    let (all_yes, all_no) = ends.iter().fold((0.0, 0.0), |(y, n), s| (y + s.0, n + s.1));
    let (mut yes_below, mut no_below, mut won) = (0.0, 0.0, 0.0);
    for (yes, no) in &ends {
        won += yes * (no_below + no / 2.0);
        no_below += no;
    }
    let holds = column(columns, 1);
    let last = LastRows::new(holds, weights);
    let mut found = vec![f64::NAN; weights.len()];
    no_below = 0.0;
    for (rows, (yes, no)) in ties(column(columns, 0), order(columns, 0)).zip(&ends) {
        for &row in rows {
            let gone = at(less, row);
            let (left, of_yes, of_no) = match at(holds, row) != 0.0 {
                true => (won - gone * (no_below + no / 2.0), all_yes - gone, all_no),
                false => {
                    let above = all_yes - yes_below - yes;
                    (won - gone * (above + yes / 2.0), all_yes, all_no - gone)
                }
            };
            if let Some(slot) = found.get_mut(row as usize)
                && of_yes > 0.0
                && of_no > 0.0
                && !last.takes_all(holds, weights, gone, row)
            {
                *slot = left / of_yes / of_no;
            }
        }
        yes_below += yes;
        no_below += no;
    }
    found
}

/// How many rows weigh something where the condition holds, and where it doesn't: differences of weights leave
/// a trace of rounding where nothing is left.
struct LastRows([usize; 2]);

impl LastRows {
    fn new(holds: &[f64], weights: &[f64]) -> Self {
        let mut found = [0, 0];
        for (holds, weight) in holds.iter().zip(weights) {
            found[usize::from(*holds != 0.0)] += usize::from(*weight != 0.0);
        }
        LastRows(found)
    }

    /// Whether without `gone` of a row its side is empty.
    fn takes_all(&self, holds: &[f64], weights: &[f64], gone: f64, row: u32) -> bool {
        let of_side = self.0[usize::from(at(holds, row) != 0.0)];
        let whole = at(weights, row);
        let others = of_side - usize::from(whole != 0.0).min(of_side);
        others == 0 && gone >= whole
    }
}

/// Precision and recall at each threshold, from the highest; nothing where no row holds.
fn curve(columns: &Columns, weights: &[f64]) -> Vec<(f64, f64)> {
    let all: f64 = steps(columns, weights).map(|(yes, _)| yes).sum();
    let (mut right, mut taken) = (0.0, 0.0);
    let mut found = Vec::new();
    for (yes, no) in steps(columns, weights).rev() {
        if yes + no == 0.0 {
            continue;
        }
        right += yes;
        taken += yes + no;
        found.push((right / taken, right / all));
    }
    if all > 0.0 { found } else { Vec::new() }
}

/// `Σ (Rₙ − Rₙ₋₁) · Pₙ`; undefined where the condition holds nowhere.
fn average_precision(columns: &Columns, weights: &[f64], _: &[f64]) -> f64 {
    let curve = curve(columns, weights);
    if curve.is_empty() {
        return f64::NAN;
    }
    let mut before = 0.0;
    let mut area = 0.0;
    for (precision, recall) in curve {
        area += (recall - before) * precision;
        before = recall;
    }
    area
}

/// The average precision where one row weighs less, for each: what stands above it stays as it is, and below
/// it each precision has so much less to count. O(rows) where all weigh the same.
fn average_precision_without(columns: &Columns, weights: &[f64], less: &[f64]) -> Vec<f64> {
    let gone = less.first().copied().unwrap_or(0.0);
    if gone == 0.0 || less.iter().any(|&w| w != gone) {
        return one_by_one(average_precision, columns, weights, less);
    }
    let ends: Vec<(f64, f64)> = steps(columns, weights).rev().collect();
    let all: f64 = ends.iter().map(|s| s.0).sum();
    let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
    // Σ yes · precision of the thresholds before each.
    let (mut right, mut taken, mut sum) = (0.0, 0.0, 0.0);
    let (mut before, mut counts) = (Vec::new(), Vec::new());
    for (yes, no) in &ends {
        before.push(sum);
        right += yes;
        taken += yes + no;
        counts.push((right, taken));
        sum += yes * ratio(right, taken);
    }
    // And of those after each where a positive, or a negative, row above is gone.
    let mut after = vec![(0.0, 0.0); ends.len()];
    let mut below = (0.0, 0.0);
    for ((slot, (yes, _)), (right, taken)) in after.iter_mut().zip(&ends).zip(&counts).rev() {
        *slot = below;
        below.0 += yes * ratio(right - gone, taken - gone);
        below.1 += yes * ratio(*right, taken - gone);
    }
    let holds = column(columns, 1);
    let last = LastRows::new(holds, weights);
    let mut found = vec![f64::NAN; weights.len()];
    let sums = before.iter().zip(&after).zip(ends.iter().zip(&counts));
    let thresholds = ties(column(columns, 0), order(columns, 0)).rev();
    for (rows, ((before, after), ((yes, _), (right, taken)))) in thresholds.zip(sums) {
        for &row in rows {
            let positive = at(holds, row) != 0.0;
            let (own, rest, of) = match positive {
                true => (
                    (yes - gone) * ratio(right - gone, taken - gone),
                    after.0,
                    all - gone,
                ),
                false => (yes * ratio(*right, taken - gone), after.1, all),
            };
            if let Some(slot) = found.get_mut(row as usize)
                && of > 0.0
                && !(positive && last.takes_all(holds, weights, gone, row))
            {
                *slot = (before + own + rest) / of;
            }
        }
    }
    found
}

/// A native's values where one row weighs less, each computed anew.
pub(super) fn one_by_one(
    value: fn(&Columns, &[f64], &[f64]) -> f64,
    columns: &Columns,
    weights: &[f64],
    less: &[f64],
) -> Vec<f64> {
    let mut changed = weights.to_vec();
    let mut found = Vec::with_capacity(weights.len());
    for (row, gone) in less.iter().enumerate() {
        let whole = weights.get(row).copied().unwrap_or(0.0);
        if let Some(weight) = changed.get_mut(row) {
            *weight = if *gone == whole { 0.0 } else { whole - gone };
        }
        found.push(value(columns, &changed, &[]));
        if let Some(weight) = changed.get_mut(row) {
            *weight = whole;
        }
    }
    found
}

/// Trapezoids under the precision-recall curve, which begins at precision 1 and recall 0.
fn pr_auc(columns: &Columns, weights: &[f64], _: &[f64]) -> f64 {
    let curve = curve(columns, weights);
    if curve.is_empty() {
        return f64::NAN;
    }
    let (mut precision_before, mut recall_before) = (1.0, 0.0);
    let mut area = 0.0;
    for (precision, recall) in curve {
        area += (recall - recall_before) * (precision + precision_before) / 2.0;
        (precision_before, recall_before) = (precision, recall);
    }
    area
}

/// The same where one row weighs less, for each: trapezoids above it stay, and those below it have so much less to count.
/// O(rows) where all weigh the same.
fn pr_auc_without(columns: &Columns, weights: &[f64], less: &[f64]) -> Vec<f64> {
    let gone = less.first().copied().unwrap_or(0.0);
    if gone == 0.0 || less.iter().any(|&w| w != gone) {
        return one_by_one(pr_auc, columns, weights, less);
    }
    let all_steps: Vec<(f64, f64)> = steps(columns, weights).rev().collect();
    let all: f64 = all_steps.iter().map(|s| s.0).sum();
    let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
    // Thresholds that have rows: what holds and what doesn't, and both with all before.
    let (mut right, mut taken) = (0.0, 0.0);
    let mut ends = Vec::new();
    for (yes, no) in all_steps.iter().filter(|(yes, no)| yes + no != 0.0) {
        right += yes;
        taken += yes + no;
        ends.push((*yes, *no, right, taken));
    }
    let precision = |(_, _, right, taken): &(f64, f64, f64, f64), side: usize| match side {
        0 => ratio(right - gone, taken - gone),
        _ => ratio(*right, taken - gone),
    };
    // Twice the area of the trapezoids before each threshold, and of those after the next one, on either side.
    let mut before = vec![0.0; ends.len() + 1];
    let mut last = 1.0;
    for (i, (yes, _, right, taken)) in ends.iter().enumerate() {
        before[i + 1] = before[i] + yes * (last + ratio(*right, *taken));
        last = ratio(*right, *taken);
    }
    let mut after = vec![[0.0; 2]; ends.len() + 1];
    for i in (1..ends.len()).rev() {
        let next = after[i];
        for (side, (area, next)) in after[i - 1].iter_mut().zip(next).enumerate() {
            let pair = precision(&ends[i], side) + precision(&ends[i - 1], side);
            *area = next + ends[i].0 * pair;
        }
    }
    let holds = column(columns, 1);
    let last_rows = LastRows::new(holds, weights);
    let mut found = vec![f64::NAN; weights.len()];
    let thresholds = ties(column(columns, 0), order(columns, 0)).rev();
    let mut place = 0;
    for (rows, (yes, no)) in thresholds.zip(&all_steps) {
        if yes + no == 0.0 {
            continue;
        }
        let i = place;
        place += 1;
        let previous = match i {
            0 => 1.0,
            _ => ratio(ends[i - 1].2, ends[i - 1].3),
        };
        for &row in rows {
            let positive = at(holds, row) != 0.0;
            let side = usize::from(!positive);
            let (own, of) = match positive {
                true => (yes - gone, all - gone),
                false => (*yes, all),
            };
            // Without its only row the threshold is none.
            let empty = yes + no - gone <= 0.0;
            let here = if empty {
                previous
            } else {
                precision(&ends[i], side)
            };
            let own = if empty { 0.0 } else { own * (previous + here) };
            let next = ends
                .get(i + 1)
                .map_or(0.0, |end| end.0 * (here + precision(end, side)));
            let rest = after.get(i + 1).map_or(0.0, |sides| sides[side]);
            if let Some(slot) = found.get_mut(row as usize)
                && of > 0.0
                && !(positive && last_rows.takes_all(holds, weights, gone, row))
            {
                *slot = (before[i] + own + next + rest) / of / 2.0;
            }
        }
    }
    found
}

/// Options: bins, mean or max. Rows by their number, equal ones as they stand, into bins of as many rows each, the
/// first ones taking what is left over; of rows with weights, into bins that weigh the same. Undefined of nothing.
fn calibration_error(columns: &Columns, weights: &[f64], options: &[f64]) -> f64 {
    let (numbers, holds) = (column(columns, 0), column(columns, 1));
    let bins = options.first().copied().unwrap_or(f64::NAN);
    let all: f64 = weights.iter().sum();
    if !(bins >= 1.0 && all > 0.0) {
        return f64::NAN;
    }
    let whole = weights.iter().all(|w| w.fract() == 0.0);
    let (size, longer) = match whole {
        true => ((all / bins).floor(), all % bins),
        false => (all / bins, 0.0),
    };
    let room = |bin: f64| size + f64::from(u8::from(bin < longer));
    let (mut mean, mut worst) = (0.0, 0.0f64);
    let (mut bin, mut left) = (0.0, room(0.0));
    let mut gap = 0.0;
    for &row in order(columns, 0) {
        let mut weight = at(weights, row);
        while weight > 0.0 {
            // The last bin takes what rounding leaves.
            let some = if bin + 1.0 < bins {
                weight.min(left)
            } else {
                weight
            };
            gap += some * (at(holds, row) - at(numbers, row));
            (weight, left) = (weight - some, left - some);
            if left <= 0.0 && bin + 1.0 < bins {
                (mean, worst) = close(gap, room(bin), all, mean, worst);
                (gap, bin) = (0.0, bin + 1.0);
                left = room(bin);
                if left <= 0.0 {
                    break;
                }
            }
        }
    }
    let last = room(bin);
    if last > 0.0 {
        (mean, worst) = close(gap, last, all, mean, worst);
    }
    match options.get(1) {
        Some(1.0) => worst,
        _ => mean,
    }
}

/// The error so far and the worst, with one bin more.
fn close(gap: f64, size: f64, all: f64, mean: f64, worst: f64) -> (f64, f64) {
    (mean + gap.abs() / all, worst.max(gap.abs() / size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Areas without each row, against those of the rows that are left.
        #[test]
        fn sweeps_are_the_values_without_each_row(
            rows in proptest::collection::vec((0u8..6, any::<bool>(), 0u8..4), 1..14),
        ) {
            let mut columns = Columns::default();
            columns.push(rows.iter().map(|r| f64::from(r.0)).collect());
            columns.push(rows.iter().map(|r| f64::from(u8::from(r.1))).collect());
            // Rows of no weight are not left out.
            let weights: Vec<f64> = rows.iter().map(|r| f64::from(r.2 + 1)).collect();
            let less = vec![1.0; weights.len()];
            for native in TABLE {
                let Implementation::Swept(swept) = native.implementation else { continue };
                let plain = one_by_one(swept.value, &columns, &weights, &less);
                let found = (swept.without)(&columns, &weights, &less);
                for (a, b) in found.iter().zip(&plain) {
                    prop_assert!((a - b).abs() < 1e-12 || (a.is_nan() && b.is_nan()), "{}: {found:?} {plain:?}", native.name);
                }
            }
        }
    }
}
