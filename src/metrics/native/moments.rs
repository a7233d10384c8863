//! Natives of means and squares, in two passes so that nothing cancels.

use super::{Columns, Implementation, Native};

pub(super) const TABLE: &[Native] = &[
    Native {
        name: "pearson",
        implementation: Implementation::Whole(pearson),
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
