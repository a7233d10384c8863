//! Natives that judge an order: ROC-AUC, average precision, rank correlations. Rows that weigh 0 are
//! not there; a row that weighs 2 is there twice.

use super::moments::correlation;
use super::{Columns, Implementation, Native};

const fn whole(name: &'static str, function: fn(&Columns, &[f64], &[f64]) -> f64) -> Native {
    Native {
        name,
        implementation: Implementation::Whole(function),
    }
}

pub(super) const TABLE: &[Native] = &[
    whole("roc_auc", roc_auc),
    whole("average_precision", average_precision),
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
