//! Rank correlations: Spearman's ρ, Kendall's τ. Rows that weigh 0 are not there; a row that weighs 2 is there
//! twice. The values without each row come from two sweeps over the pairs.

use super::moments::correlation;
use super::rank::{at, column, one_by_one, order, ties};
use super::{Columns, Implementation, Native, Swept};

const fn swept(
    name: &'static str,
    value: fn(&Columns, &[f64], &[f64]) -> f64,
    without: fn(&Columns, &[f64], &[f64]) -> Vec<f64>,
) -> Native {
    Native {
        name,
        implementation: Implementation::Swept(Swept {
            value,
            without,
            area: false,
        }),
    }
}

pub(super) const TABLE: &[Native] = &[
    swept("spearman", spearman, spearman_without),
    swept("kendall_tau_b", kendall_tau_b, |columns, weights, less| {
        kendall_without(columns, weights, less, kendall_tau_b, tau_b)
    }),
    swept("kendall_tau_c", kendall_tau_c, |columns, weights, less| {
        kendall_without(columns, weights, less, kendall_tau_c, tau_c)
    }),
];

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
    tau_b(&pairs(columns, weights))
}

fn tau_b(p: &Pairs) -> f64 {
    if p.values.0 < 2 || p.values.1 < 2 {
        return f64::NAN;
    }
    let value = 2.0 * p.agreed / (p.all - p.equal.0).sqrt() / (p.all - p.equal.1).sqrt();
    value.clamp(-1.0, 1.0)
}

/// `2 (C − D) / (n² (m − 1)/m)`, m the fewer of both arguments' values; Stuart 1953. Undefined where all of one
/// argument are equal.
fn kendall_tau_c(columns: &Columns, weights: &[f64], _: &[f64]) -> f64 {
    tau_c(&pairs(columns, weights))
}

fn tau_c(p: &Pairs) -> f64 {
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

/// For each row the weight of those in the same order with it in both arguments, less that of those in opposite
/// order: Σ w sgn(x − xᵢ) sgn(y − yᵢ). Two sweeps in O(n log n).
fn agreement(columns: &Columns, weights: &[f64]) -> Vec<f64> {
    let (x, y) = (column(columns, 0), column(columns, 1));
    let mut place = vec![0usize; y.len()];
    let mut places = 0;
    for rows in ties(y, order(columns, 1)) {
        for &row in rows {
            if let Some(slot) = place.get_mut(row as usize) {
                *slot = places;
            }
        }
        places += 1;
    }
    let place = |row: u32| place.get(row as usize).copied().unwrap_or(0);
    let mut found = vec![0.0; y.len()];
    let groups: Vec<&[u32]> = ties(x, order(columns, 0)).collect();
    let mut sweep = |groups: &mut dyn Iterator<Item = &&[u32]>, sign: f64| {
        let (mut sums, mut passed) = (Sums(vec![0.0; places + 1]), 0.0);
        for rows in groups {
            for &row in *rows {
                let (below, up_to) = (sums.first(place(row)), sums.first(place(row) + 1));
                if let Some(slot) = found.get_mut(row as usize) {
                    *slot += sign * (below - (passed - up_to));
                }
            }
            for &row in *rows {
                sums.add(place(row), at(weights, row));
                passed += at(weights, row);
            }
        }
    };
    sweep(&mut groups.iter(), 1.0);
    sweep(&mut groups.iter().rev(), -1.0);
    found
}

/// For each row the weight and the number of rows, of those that weigh something, equal to it in an argument.
fn equals(columns: &Columns, argument: usize, weights: &[f64]) -> Vec<(f64, u32)> {
    let values = column(columns, argument);
    let mut found = vec![(0.0, 0); values.len()];
    for rows in ties(values, order(columns, argument)) {
        let weight: f64 = rows.iter().map(|&row| at(weights, row)).sum();
        let there = rows.iter().filter(|&&row| at(weights, row) != 0.0);
        let there = u32::try_from(there.count()).unwrap_or(u32::MAX);
        for &row in rows {
            if let Some(slot) = found.get_mut(row as usize) {
                *slot = (weight, there);
            }
        }
    }
    found
}

/// The value where one row weighs less, for each: its own pairs are taken out of what all pairs say.
fn kendall_without(
    columns: &Columns,
    weights: &[f64],
    less: &[f64],
    value: fn(&Columns, &[f64], &[f64]) -> f64,
    of: fn(&Pairs) -> f64,
) -> Vec<f64> {
    if weights.iter().any(|w| w.fract() != 0.0) {
        // Differences of sums that aren't whole leave traces of rounding.
        return one_by_one(value, columns, weights, less);
    }
    let whole = pairs(columns, weights);
    let all: f64 = weights.iter().sum();
    let agreement = agreement(columns, weights);
    let (of_x, of_y) = (equals(columns, 0, weights), equals(columns, 1, weights));
    let one = |(row, &gone): (usize, &f64)| {
        let own = weights.get(row).copied().unwrap_or(0.0);
        let (x, y) = (of_x.get(row)?, of_y.get(row)?);
        let last = |(_, there): &(f64, u32)| u32::from(own != 0.0 && gone >= own && *there == 1);
        let less = |sum: f64, (weight, _): &(f64, u32)| {
            sum - weight * weight + (weight - gone) * (weight - gone)
        };
        Some(of(&Pairs {
            agreed: whole.agreed - gone * agreement.get(row)?,
            all: (all - gone) * (all - gone),
            equal: (less(whole.equal.0, x), less(whole.equal.1, y)),
            values: (whole.values.0 - last(x), whole.values.1 - last(y)),
        }))
    };
    less.iter()
        .enumerate()
        .map(one)
        .map(|v| v.unwrap_or(f64::NAN))
        .collect()
}

/// The value where one row weighs less, for each. Mid-ranks around their mean move by half of what is gone: up below the row,
/// down above it, not at all beside it; sums of products follow from sums below and above.
fn spearman_without(columns: &Columns, weights: &[f64], less: &[f64]) -> Vec<f64> {
    if weights.iter().any(|w| w.fract() != 0.0) {
        return one_by_one(spearman, columns, weights, less);
    }
    let all: f64 = weights.iter().sum();
    let centred = |argument: usize| -> Vec<f64> {
        let ranks = ranks(columns, argument, weights);
        ranks.iter().map(|r| r - all / 2.0).collect()
    };
    let (x, y) = (centred(0), centred(1));
    let product = |a: &[f64], b: &[f64]| -> f64 {
        a.iter()
            .zip(b)
            .zip(weights)
            .map(|((a, b), w)| a * b * w)
            .sum()
    };
    let (xx, yy, xy) = (product(&x, &x), product(&y, &y), product(&x, &y));
    let halves = [(0, &x), (0, &y), (1, &x), (1, &y)]
        .map(|(argument, of)| below_less_above(columns, argument, of, weights));
    let [x_by_x, y_by_x, x_by_y, y_by_y] = halves;
    let agreement = agreement(columns, weights);
    let (of_x, of_y) = (equals(columns, 0, weights), equals(columns, 1, weights));
    let one = |(row, &gone): (usize, &f64)| {
        let (cx, cy) = (x.get(row)?, y.get(row)?);
        let at = |of: &[f64]| of.get(row).copied().unwrap_or(f64::NAN);
        let spread = |whole: f64, c: f64, half: f64, equal: f64| {
            whole - gone * c * c + gone * half + gone * gone * (all - equal) / 4.0
        };
        let vx = spread(xx, *cx, at(&x_by_x), of_x.get(row)?.0);
        let vy = spread(yy, *cy, at(&y_by_y), of_y.get(row)?.0);
        let both = xy - gone * cx * cy
            + gone * (at(&x_by_y) + at(&y_by_x)) / 2.0
            + gone * gone * at(&agreement) / 4.0;
        // A spread of whole numbers over four is at least a quarter, or nothing.
        (vx >= 0.125 && vy >= 0.125).then(|| (both / vx.sqrt() / vy.sqrt()).clamp(-1.0, 1.0))
    };
    less.iter()
        .enumerate()
        .map(one)
        .map(|v| v.unwrap_or(f64::NAN))
        .collect()
}

/// For each row Σ w c of the rows below it in an argument, less that of the rows above.
fn below_less_above(columns: &Columns, argument: usize, of: &[f64], weights: &[f64]) -> Vec<f64> {
    let term = |row: u32| at(weights, row) * at(of, row);
    let all: f64 = order(columns, argument).iter().map(|&row| term(row)).sum();
    let mut found = vec![0.0; of.len()];
    let mut below = 0.0;
    for rows in ties(column(columns, argument), order(columns, argument)) {
        let own: f64 = rows.iter().map(|&row| term(row)).sum();
        for &row in rows {
            if let Some(slot) = found.get_mut(row as usize) {
                *slot = below - (all - below - own);
            }
        }
        below += own;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: &[f64], b: &[f64]) -> bool {
        let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12 || (a.is_nan() && b.is_nan());
        a.iter().zip(b).all(close)
    }

    proptest! {
        /// All rank correlations without each row, against those of the rows that are left.
        #[test]
        fn sweeps_are_the_values_without_each_row(
            rows in proptest::collection::vec((0u8..6, 0u8..6, 0u8..4), 1..14),
        ) {
            let mut columns = Columns::default();
            columns.push(rows.iter().map(|r| f64::from(r.0)).collect());
            columns.push(rows.iter().map(|r| f64::from(r.1)).collect());
            let weights: Vec<f64> = rows.iter().map(|r| f64::from(r.2)).collect();
            let less: Vec<f64> = weights.iter().map(|w| w.min(1.0)).collect();
            for native in TABLE {
                let Implementation::Swept(swept) = native.implementation else { continue };
                let plain = one_by_one(swept.value, &columns, &weights, &less);
                let found = (swept.without)(&columns, &weights, &less);
                prop_assert!(near(&found, &plain), "{}: {found:?} {plain:?}", native.name);
            }
        }
    }
}
