//! Natives of means and squares, in two passes so that nothing cancels.

use super::{Columns, Implementation, Native, Swept};

pub(super) const TABLE: &[Native] = &[
    Native {
        name: "pearson",
        implementation: Implementation::Swept(Swept {
            value: pearson,
            without: pearson_without,
            area: false,
        }),
    },
    Native {
        name: "r2",
        implementation: Implementation::Whole(r2),
    },
];

fn column(columns: &Columns, argument: usize) -> &[f64] {
    columns.values.get(argument).map_or(&[], Vec::as_slice)
}

/// The weighted mean, found around one of the values; `None` over nothing.
fn mean(values: &[f64], weights: &[f64]) -> Option<f64> {
    let there = || values.iter().zip(weights).filter(|(_, w)| **w != 0.0);
    let origin = *there().next()?.0;
    let (sum, all) = there().fold((0.0, 0.0), |(sum, all), (v, w)| {
        (sum + w * (v - origin), all + w)
    });
    Some(origin + sum / all)
}

/// Whether all values that weigh something are equal.
fn constant(values: &[f64], weights: &[f64]) -> bool {
    let mut there = values.iter().zip(weights).filter(|(_, w)| **w != 0.0);
    let first = there.next();
    first.is_none_or(|(first, _)| there.all(|(v, _)| v == first))
}

/// `Σ w (x − x̄)(y − ȳ) / √(Σ w (x − x̄)² · Σ w (y − ȳ)²)`; undefined where one is constant.
pub(super) fn correlation(x: &[f64], y: &[f64], weights: &[f64]) -> f64 {
    if constant(x, weights) || constant(y, weights) {
        return f64::NAN;
    }
    let (Some(mx), Some(my)) = (mean(x, weights), mean(y, weights)) else {
        return f64::NAN;
    };
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for ((x, y), w) in x.iter().zip(y).zip(weights) {
        if *w == 0.0 {
            continue;
        }
        let (dx, dy) = (x - mx, y - my);
        xx += w * dx * dx;
        yy += w * dy * dy;
        xy += w * dx * dy;
    }
    (xy / xx.sqrt() / yy.sqrt()).clamp(-1.0, 1.0)
}

fn pearson(columns: &Columns, weights: &[f64], _: &[f64]) -> f64 {
    correlation(column(columns, 0), column(columns, 1), weights)
}

/// The same where one row weighs less, for each: it is taken out of the sums of squares around the mean. Where it holds nearly all of
/// a spread, what is left would be rounding, and is computed anew.
fn pearson_without(columns: &Columns, weights: &[f64], less: &[f64]) -> Vec<f64> {
    const NEARLY_ALL: f64 = 1e-4;
    let (x, y) = (column(columns, 0), column(columns, 1));
    let (Some(mx), Some(my)) = (mean(x, weights), mean(y, weights)) else {
        return vec![f64::NAN; less.len()];
    };
    let (mut all, mut sx, mut sy) = (0.0, 0.0, 0.0);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    let there = x.iter().zip(y).zip(weights).filter(|(_, w)| **w != 0.0);
    for ((x, y), w) in there {
        let (dx, dy) = (x - mx, y - my);
        (all, sx, sy) = (all + w, sx + w * dx, sy + w * dy);
        (xx, yy, xy) = (xx + w * dx * dx, yy + w * dy * dy, xy + w * dx * dy);
    }
    let mut changed = weights.to_vec();
    let mut anew = |row: usize, gone: f64| {
        let whole = weights.get(row).copied().unwrap_or(0.0);
        let Some(slot) = changed.get_mut(row) else {
            return f64::NAN;
        };
        *slot = if gone == whole { 0.0 } else { whole - gone };
        let value = correlation(x, y, &changed);
        if let Some(slot) = changed.get_mut(row) {
            *slot = whole;
        }
        value
    };
    let one = |(row, &gone): (usize, &f64)| {
        let (Some(x), Some(y)) = (x.get(row), y.get(row)) else {
            return f64::NAN;
        };
        let (dx, dy) = (x - mx, y - my);
        let (left, lx, ly) = (all - gone, sx - gone * dx, sy - gone * dy);
        let vx = xx - gone * dx * dx - lx * lx / left;
        let vy = yy - gone * dy * dy - ly * ly / left;
        if gone == 0.0 || vx.is_nan() || vy.is_nan() || vx < NEARLY_ALL * xx || vy < NEARLY_ALL * yy
        {
            return anew(row, gone);
        }
        let both = xy - gone * dx * dy - lx * ly / left;
        (both / vx.sqrt() / vy.sqrt()).clamp(-1.0, 1.0)
    };
    less.iter().enumerate().map(one).collect()
}

/// `1 − Σ w (y − f)² / Σ w (y − ȳ)²` of predictions f and labels y. Of labels that are all equal it is 1
/// where f is right and else 0 (scikit-learn's `force_finite`); undefined of fewer than two rows.
fn r2(columns: &Columns, weights: &[f64], _: &[f64]) -> f64 {
    let (f, y) = (column(columns, 0), column(columns, 1));
    let mut there = weights.iter().filter(|w| **w != 0.0);
    let rows = match (there.next(), there.next()) {
        (Some(_), Some(_)) => 2.0,
        (Some(one), None) => *one,
        (None, _) => 0.0,
    };
    if rows < 2.0 {
        return f64::NAN;
    }
    let residual = |((f, y), w): ((&f64, &f64), &f64)| match *w == 0.0 {
        true => 0.0,
        false => w * (y - f) * (y - f),
    };
    let left: f64 = f.iter().zip(y).zip(weights).map(residual).sum();
    if constant(y, weights) {
        return f64::from(u8::from(left == 0.0));
    }
    let Some(mean) = mean(y, weights) else {
        return f64::NAN;
    };
    let spread = |(y, w): (&f64, &f64)| match *w == 0.0 {
        true => 0.0,
        false => w * (y - mean) * (y - mean),
    };
    1.0 - left / y.iter().zip(weights).map(spread).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::super::rank::one_by_one;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Without each row, against the correlation of the rows that are left; also where one row holds nearly all of the spread.
        #[test]
        fn sums_without_each_row(
            rows in proptest::collection::vec((0u8..6, 0u8..6, 0u8..3), 1..12),
            far in 0u32..4,
        ) {
            let mut columns = Columns::default();
            let mut x: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
            if let Some(first) = x.first_mut() {
                *first *= 1e4f64.powi(far as i32);
            }
            columns.push(x);
            columns.push(rows.iter().map(|r| f64::from(r.1)).collect());
            let weights: Vec<f64> = rows.iter().map(|r| f64::from(r.2)).collect();
            let less: Vec<f64> = weights.iter().map(|w| w.min(1.0)).collect();
            let plain = one_by_one(pearson, &columns, &weights, &less);
            let found = pearson_without(&columns, &weights, &less);
            for (a, b) in found.iter().zip(&plain) {
                prop_assert!((a - b).abs() < 1e-9 || (a.is_nan() && b.is_nan()), "{found:?} {plain:?}");
            }
        }
    }
}
