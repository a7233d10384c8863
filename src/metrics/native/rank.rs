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
    whole("kendall_tau_c", kendall_tau_c),
    whole("win_rate", win_rate),
    whole("calibration_error", calibration_error),
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

/// What the pairs of rows say of two orders.
struct Pairs {
    /// Concordant less discordant pairs.
    agreed: f64,
    /// The square of the weight of all rows.
    all: f64,
    /// Of rows equal in the first argument, and in the second: the squares of their weights.
    equal: (f64, f64),
    /// How many values either argument takes.
    values: (u32, u32),
}

/// `(C − D) / √((n₀ − n₁)(n₀ − n₂))`; Kendall 1945. Undefined where all of one argument are equal.
fn kendall_tau_b(columns: &Columns, weights: &[f64], _: &[f64]) -> f64 {
    let p = pairs(columns, weights);
    if p.values.0 < 2 || p.values.1 < 2 {
        return f64::NAN;
    }
    let value = 2.0 * p.agreed / (p.all - p.equal.0).sqrt() / (p.all - p.equal.1).sqrt();
    value.clamp(-1.0, 1.0)
}

/// `2 (C − D) / (n² (m − 1)/m)`, m the fewer of both arguments' values; Stuart 1953. Undefined where all of one
/// argument are equal.
fn kendall_tau_c(columns: &Columns, weights: &[f64], _: &[f64]) -> f64 {
    let p = pairs(columns, weights);
    let fewer = p.values.0.min(p.values.1);
    if fewer < 2 {
        return f64::NAN;
    }
    let fewer = f64::from(fewer);
    (2.0 * p.agreed / p.all * fewer / (fewer - 1.0)).clamp(-1.0, 1.0)
}

/// Knight's way (1966), with ties and weights, in O(n log n).
fn pairs(columns: &Columns, weights: &[f64]) -> Pairs {
    let (x, y) = (column(columns, 0), column(columns, 1));
    let mut place = vec![0usize; y.len()];
    let (mut all, mut equal_y, mut places) = (0.0, 0.0, 0usize);
    // Differences of sums of weights leave traces of rounding: whether there are two values is counted.
    let (mut values_x, mut values_y) = (0u32, 0u32);
    for rows in ties(y, order(columns, 1)) {
        let weight: f64 = rows.iter().map(|&row| at(weights, row)).sum();
        equal_y += weight * weight;
        values_y += u32::from(weight != 0.0);
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
        values_x += u32::from(weight != 0.0);
        before += weight;
    }
    Pairs {
        agreed,
        all: all * all,
        equal: (equal_x, equal_y),
        values: (values_x, values_y),
    }
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
