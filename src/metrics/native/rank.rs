//! Natives that judge an order: ROC-AUC, average precision, rank correlations. Rows that weigh 0 are
//! not there; a row that weighs 2 is there twice.

use super::moments::correlation;
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
    whole("pr_auc", pr_auc),
    whole("spearman", spearman),
    whole("kendall_tau_b", kendall_tau_b),
];

fn column(columns: &Columns, argument: usize) -> &[f64] {
    columns.values.get(argument).map_or(&[], Vec::as_slice)
}

fn order(columns: &Columns, argument: usize) -> &[u32] {
    columns.order.get(argument).map_or(&[], Vec::as_slice)
}

fn at(values: &[f64], row: u32) -> f64 {
    values.get(row as usize).copied().unwrap_or(f64::NAN)
}

/// Rows of equal values, in ascending order of the values.
fn ties<'a>(values: &'a [f64], order: &'a [u32]) -> impl DoubleEndedIterator<Item = &'a [u32]> {
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
fn one_by_one(
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

/// Mid-ranks of one argument, less a half.
fn ranks(columns: &Columns, argument: usize, weights: &[f64]) -> Vec<f64> {
    let values = column(columns, argument);
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0.0;
    for rows in ties(values, order(columns, argument)) {
        let weight: f64 = rows.iter().map(|&row| at(weights, row)).sum();
        for &row in rows {
            if let Some(rank) = ranks.get_mut(row as usize) {
                *rank = below + weight / 2.0;
            }
        }
        below += weight;
    }
    ranks
}

/// The correlation of mid-ranks; Spearman 1904.
fn spearman(columns: &Columns, weights: &[f64], _: &[f64]) -> f64 {
    let (x, y) = (ranks(columns, 0, weights), ranks(columns, 1, weights));
    correlation(&x, &y, weights)
}

/// Sums of weights by place, added to and read in O(log n) (Fenwick 1994).
struct Sums(Vec<f64>);

impl Sums {
    fn add(&mut self, place: usize, weight: f64) {
        let mut i = place + 1;
        while let Some(sum) = self.0.get_mut(i) {
            *sum += weight;
            i += i & i.wrapping_neg();
        }
    }

    /// The sum of the first `count` places.
    fn first(&self, count: usize) -> f64 {
        let (mut i, mut sum) = (count, 0.0);
        while i > 0 {
            sum += self.0.get(i).copied().unwrap_or(0.0);
            i &= i - 1;
        }
        sum
    }
}

/// `(C − D) / √((n₀ − n₁)(n₀ − n₂))`; Kendall 1945. Undefined where all of one argument are equal.
fn kendall_tau_b(columns: &Columns, weights: &[f64], _: &[f64]) -> f64 {
    let (x, y) = (column(columns, 0), column(columns, 1));
    let mut place = vec![0usize; y.len()];
    let (mut all, mut equal_y, mut places) = (0.0, 0.0, 0usize);
    // Differences of sums of weights leave traces of rounding: whether there are two values is counted.
    let (mut values_x, mut values_y) = (0, 0);
    for rows in ties(y, order(columns, 1)) {
        let weight: f64 = rows.iter().map(|&row| at(weights, row)).sum();
        equal_y += weight * weight;
        values_y += usize::from(weight != 0.0);
        all += weight;
        for &row in rows {
            if let Some(slot) = place.get_mut(row as usize) {
                *slot = places;
            }
        }
        places += 1;
    }
    let mut sums = Sums(vec![0.0; places + 1]);
    let (mut equal_x, mut before, mut agreed) = (0.0, 0.0, 0.0);
    for rows in ties(x, order(columns, 0)) {
        let mut weight = 0.0;
        for &row in rows {
            let own = at(weights, row);
            let place = place.get(row as usize).copied().unwrap_or(0);
            let (below, up_to) = (sums.first(place), sums.first(place + 1));
            agreed += own * (below - (before - up_to));
            weight += own;
        }
        for &row in rows {
            sums.add(
                place.get(row as usize).copied().unwrap_or(0),
                at(weights, row),
            );
        }
        equal_x += weight * weight;
        values_x += usize::from(weight != 0.0);
        before += weight;
    }
    let pairs = all * all;
    if values_x < 2 || values_y < 2 {
        return f64::NAN;
    }
    let value = 2.0 * agreed / (pairs - equal_x).sqrt() / (pairs - equal_y).sqrt();
    value.clamp(-1.0, 1.0)
}
