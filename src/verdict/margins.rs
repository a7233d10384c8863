//! Gains beside a margin, and the smallest gain that the rows at hand can show.

use super::closed;
use super::truth::compare;
use crate::hir::{Compare, Comparison, Over, Plan};
use crate::infer::Sample;
use crate::result::{Equivalence, Interval, Truth};
use crate::stats::power;
use crate::types::Measure;

/// What the interval of a gain (in display units, `factor` from canonical) says beside the margin; the
/// p value is of two one-sided t tests of independent units.
pub(super) fn equivalence(
    c: &Compare,
    measure: &Measure,
    gain: &Sample,
    interval: Option<&Interval>,
    factor: f64,
) -> Option<Equivalence> {
    let (margin, of) = c.margin.as_ref()?;
    if of != measure {
        return None;
    }
    let margin = margin.value * factor;
    let truth =
        |op, threshold| interval.map_or(Truth::Unclear, |i| compare(op, i.low, i.high, threshold));
    let not_worse = truth(Comparison::Gt, -margin);
    let not_better = truth(Comparison::Lt, margin);
    let within = match (not_worse, not_better) {
        (Truth::Established, Truth::Established) => Truth::Established,
        (Truth::Refuted, _) | (_, Truth::Refuted) => Truth::Refuted,
        _ => Truth::Unclear,
    };
    let of_rows = c.over.is_none_or(|o| o.value == Over::Rows);
    // Pseudo-values of rows know nothing of the runs' spread.
    let alone = (gain.runs.len() < 2 || !of_rows) && gain.block.is_none();
    let tested = closed::equivalence(gain, margin / factor).filter(|_| alone);
    Some(Equivalence {
        margin,
        within,
        not_worse,
        p_value: tested.map(|t| t.0),
    })
}

/// The smallest gain that as many units show at the plan's level and power, by the pilot of the
/// comparison: Connor's formula for shares, the paired t test for means.
pub(super) fn detectable(
    plan: &Plan,
    c: &Compare,
    gain: &Sample,
    measure: &Measure,
    factor: f64,
) -> Option<f64> {
    // A pilot speaks of rows.
    let of_folds = c.over.is_some_and(|o| o.value == Over::Folds);
    let pilot = c
        .pilot
        .as_ref()
        .filter(|_| !of_folds && gain.block.is_none())?;
    let header = plan.header.as_ref();
    let alpha = header
        .and_then(|h| h.alpha.as_ref())
        .map_or(0.05, |a| a.value);
    let wished = header
        .and_then(|h| h.power.as_ref())
        .map_or(0.8, |p| p.value);
    let n = gain.units() as f64;
    if let Some((sd, of)) = pilot.sd.as_ref()
        && of == measure
    {
        return Some(power::detectable_mean(n, alpha, wished)? * sd.value * factor);
    }
    let share = pilot
        .disagreement
        .as_ref()
        .filter(|_| *measure == Measure::Points)?;
    Some(power::detectable_proportion(n, share.value, alpha, wished)? * factor)
}
