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
