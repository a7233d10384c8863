//! Effect sizes of a difference, turned so that more is better.

use super::closed::without_rounding;
use super::shares::agreements;
use crate::hir::MetricKind;
use crate::infer::Sample;
use crate::result::ResampleUnit;
use crate::stats::copies::Copies;
use crate::stats::effects;
use std::collections::BTreeMap;

/// The effect sizes of `gain` by name, each only where it has a meaning.
///
/// Standardised differences and chances of exceeding need units with a value of their own: rows of a mean or share,
/// whole runs, folds. The probability of improvement is of runs where there are several, paired by their place among
/// the seeds (Bouthillier et al. 2021), else of paired units; where sides do not pair it is A12.
pub(super) fn effects(
    gain: &Sample,
    (own, other): (&Sample, &Sample),
    kind: MetricKind,
    unit: ResampleUnit,
) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    let mut put = |name: &str, value: Option<f64>| {
        if let Some(value) = value.filter(|v| v.is_finite()) {
            found.insert(name.to_owned(), value);
        }
    };
    let Some(sides) = &gain.sides else {
        return found;
    };
    let turned = |values: &[f64]| {
        without_rounding(values.iter().map(|v| sides.sign * v).collect::<Vec<f64>>())
    };
    let (a, b) = (&sides.candidate, &sides.baseline);
    let (of_a, of_b) = (turned(&a.values), turned(&b.values));
    let valued = match unit {
        ResampleUnit::Row => matches!(kind, MetricKind::Mean | MetricKind::Share),
        ResampleUnit::Run | ResampleUnit::Fold => true,
        ResampleUnit::Cluster | ResampleUnit::Request => false,
    };
    let paired = sides.paired && of_a.len() == of_b.len();
    let differences = |a: &[f64], b: &[f64]| -> Vec<f64> {
        let apart = a.iter().zip(b).map(|(a, b)| a - b).collect();
        without_rounding(apart)
    };
    let mut improvement = None;
    if valued {
        let d = differences(&of_a, &of_b);
        let d = Copies::new(&d, a.copies.as_deref());
        let (a, b) = (
            Copies::new(&of_a, a.copies.as_deref()),
            Copies::new(&of_b, b.copies.as_deref()),
        );
        put("cohens_d", effects::cohen_d(a, b));
        put("hedges_g", effects::hedges_g(a, b));
        put("cliffs_delta", effects::cliff_delta(a, b));
        put("a12", effects::a12(a, b));
        if paired {
            put("cohens_dz", effects::cohen_dz(d));
            improvement = effects::probability_of_improvement(d);
        } else {
            improvement = effects::a12(a, b);
        }
    }
    if own.runs.len() > 1 && other.runs.len() > 1 {
        let (a, b) = (turned(&own.runs), turned(&other.runs));
        improvement = if a.len() == b.len() && sides.paired {
            effects::probability_of_improvement(&differences(&a, &b))
        } else {
            effects::a12(&a, &b)
        };
    }
    put("probability_of_improvement", improvement);
    if let (true, Some(p)) = (unit == ResampleUnit::Row, agreements(gain)) {
        // More right than wrong for each pair that differs; without a limit where none is lost.
        put(
            "odds_ratio",
            (p.second > 0).then(|| p.first as f64 / p.second as f64),
        );
    }
    found
}
