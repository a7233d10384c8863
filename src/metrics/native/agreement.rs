//! Natives of agreement between raters.

use super::{Columns, Implementation, Native};

pub(super) const TABLE: &[Native] = &[
    Native {
        name: "cohen_kappa",
        implementation: Implementation::Table(cohen_kappa),
    },
    Native {
        name: "krippendorff_alpha",
        implementation: Implementation::Whole(krippendorff_alpha),
    },
    Native {
        name: "fleiss_kappa",
        implementation: Implementation::Whole(fleiss_kappa),
    },
    Native {
        name: "randolph_kappa",
        implementation: Implementation::Whole(randolph_kappa),
    },
];

/// `1 − Σ w observed / Σ w expected`, w the weight of each disagreement: 1, the distance, or its square;
/// Cohen 1968. Undefined where chance alone agrees fully.
fn cohen_kappa(table: &[f64], side: usize, options: &[f64]) -> f64 {
    let weights = options.first().copied().unwrap_or(0.0);
    let weight = |i: usize, j: usize| match (weights, i.abs_diff(j) as f64) {
        (0.0, d) => f64::from(u8::from(d != 0.0)),
        (1.0, d) => d,
        (_, d) => d * d,
    };
    let (mut of_row, mut of_column, mut all) = (vec![0.0; side], vec![0.0; side], 0.0);
    for (row, sum) in table.chunks(side.max(1)).zip(&mut of_row) {
        for (count, below) in row.iter().zip(&mut of_column) {
            *sum += count;
            *below += count;
            all += count;
        }
    }
    let (mut observed, mut expected) = (0.0, 0.0);
    for (i, (row, a)) in table.chunks(side.max(1)).zip(&of_row).enumerate() {
        for (j, (count, b)) in row.iter().zip(&of_column).enumerate() {
            observed += weight(i, j) * count;
            expected += weight(i, j) * a * b;
        }
    }
    if expected == 0.0 {
        return f64::NAN;
    }
    1.0 - observed * all / expected
}

/// The ratings of each row that weighs something, missing ones left out, with its weight.
fn units(columns: &Columns, weights: &[f64]) -> Vec<(Vec<f64>, f64)> {
    let there = weights.iter().enumerate().filter(|(_, w)| **w != 0.0);
    let ratings = |row: usize| {
        let of = columns.values.iter().filter_map(|v| v.get(row).copied());
        of.filter(|v| !v.is_nan()).collect::<Vec<f64>>()
    };
    there.map(|(row, w)| (ratings(row), *w)).collect()
}

/// Places of ratings among all that occur.
fn values(units: &[(Vec<f64>, f64)]) -> Vec<f64> {
    let mut values: Vec<f64> = units.iter().flat_map(|(r, _)| r.iter().copied()).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

/// How many of a row's ratings are each value.
fn counts(ratings: &[f64], values: &[f64]) -> Vec<f64> {
    let mut counts = vec![0.0; values.len()];
    for rating in ratings {
        let place = values.binary_search_by(|v| v.total_cmp(rating));
        if let Some(count) = place.ok().and_then(|p| counts.get_mut(p)) {
            *count += 1.0;
        }
    }
    counts
}

/// `1 − (n − 1) Σ o_ck δ_ck / Σ n_c n_k δ_ck` over pairs of values, o their coincidences within rows;
/// Krippendorff 2011. Rows with fewer than two ratings are left out; undefined without variation.
fn krippendorff_alpha(columns: &Columns, weights: &[f64], options: &[f64]) -> f64 {
    let mut units = units(columns, weights);
    units.retain(|(ratings, _)| ratings.len() > 1);
    let values = values(&units);
    let side = values.len();
    let (mut coincidences, mut of_value) = (vec![0.0; side * side], vec![0.0; side]);
    for (ratings, weight) in &units {
        let counts = counts(ratings, &values);
        let others = ratings.len() as f64 - 1.0;
        let mut rows = coincidences.chunks_mut(side.max(1));
        for (c, (a, sum)) in counts.iter().zip(&mut of_value).enumerate() {
            *sum += weight * a;
            let Some(row) = rows.next().filter(|_| *a != 0.0) else {
                continue;
            };
            for (k, (b, slot)) in counts.iter().zip(row).enumerate() {
                let pairs = if c == k { a * (a - 1.0) } else { a * b };
                *slot += weight * pairs / others;
            }
        }
    }
    let all: f64 = of_value.iter().sum();
    let level = options.first().copied().unwrap_or(0.0);
    let (mut observed, mut expected) = (0.0, 0.0);
    for (c, (row, (n_c, value_c))) in coincidences
        .chunks(side.max(1))
        .zip(of_value.iter().zip(&values))
        .enumerate()
    {
        let mut between = *n_c;
        let later = row.iter().zip(of_value.iter().zip(&values)).skip(c + 1);
        for (o, (n_k, value_k)) in later {
            between += n_k;
            let distance = match level {
                0.0 => 1.0,
                1.0 => between - (n_c + n_k) / 2.0,
                2.0 => value_c - value_k,
                _ => (value_c - value_k) / (value_c + value_k),
            };
            observed += o * distance * distance;
            expected += n_c * n_k * distance * distance;
        }
    }
    if expected == 0.0 {
        return f64::NAN;
    }
    1.0 - (all - 1.0) * observed / expected
}

/// What a fixed number of raters say.
struct Ratings {
    /// The share of pairs of raters that agree, over all rows.
    agreed: f64,
    /// The share of each class among all ratings.
    shares: Vec<f64>,
}

/// `None` where a rating is missing, and of fewer than two raters.
fn ratings(columns: &Columns, weights: &[f64]) -> Option<Ratings> {
    let units = units(columns, weights);
    let raters = columns.values.len() as f64;
    let missing = |(ratings, _): &(Vec<f64>, f64)| ratings.len() < columns.values.len();
    if units.iter().any(missing) || raters < 2.0 {
        return None;
    }
    let values = values(&units);
    let mut of_value = vec![0.0; values.len()];
    let (mut agreed, mut all) = (0.0, 0.0);
    for (ratings, weight) in &units {
        let counts = counts(ratings, &values);
        let squares: f64 = counts.iter().map(|n| n * n).sum();
        agreed += weight * (squares - raters) / (raters * (raters - 1.0));
        all += weight;
        for (sum, n) in of_value.iter_mut().zip(&counts) {
            *sum += weight * n;
        }
    }
    Some(Ratings {
        agreed: agreed / all,
        shares: of_value.iter().map(|n| n / (all * raters)).collect(),
    })
}

/// `(P̄ − P̄ₑ) / (1 − P̄ₑ)`; Fleiss 1971. Undefined where a rating is missing or all are of one class.
fn fleiss_kappa(columns: &Columns, weights: &[f64], _: &[f64]) -> f64 {
    let several = ratings(columns, weights).filter(|r| r.shares.len() > 1);
    several.map_or(f64::NAN, |r| {
        let by_chance: f64 = r.shares.iter().map(|s| s * s).sum();
        (r.agreed - by_chance) / (1.0 - by_chance)
    })
}

/// The same, by chance being one over the classes there are: the option, or 0 for those that occur; Randolph 2005.
/// Undefined of fewer than two classes.
fn randolph_kappa(columns: &Columns, weights: &[f64], options: &[f64]) -> f64 {
    ratings(columns, weights).map_or(f64::NAN, |r| {
        let declared = options.first().copied().unwrap_or(0.0);
        let by_chance = 1.0 / declared.max(r.shares.len() as f64);
        if by_chance < 1.0 {
            (r.agreed - by_chance) / (1.0 - by_chance)
        } else {
            f64::NAN
        }
    })
}
