//! `resamples: auto`: as many resamples as the ends of the intervals need.

use super::book::Book;
use super::{ablate, compare};
use crate::exec::Measured;
use crate::hir::{IntervalSpec, Plan};
use crate::infer::{Samples, resample};
use crate::result::Interval;

/// The Monte-Carlo error of an end that is small enough, as a share of the interval's width.
const SMALL: f64 = 0.05;
/// Where growing ends: what is still unsettled then is said by `mc_error`.
const MOST: u32 = 256_000;

/// Doubles the resamples of a partition until the error of every end that asks for it is under
/// [`SMALL`] of its interval's width. The resamples there are stay the first ones.
pub(super) fn until_settled(
    plan: &Plan,
    measured: &[Measured],
    seed: u64,
    samples: &mut [Samples],
) {
    for place in 0..measured.len() {
        let Some(m) = measured.get(place).filter(|m| m.wanted.grows) else {
            continue;
        };
        let mut drawn = m.wanted.resamples;
        while drawn < MOST && !settled(plan, measured, seed, samples, place) {
            drawn = (2 * drawn).min(MOST);
            if let Some(slot) = samples.get_mut(place) {
                *slot = resample(&m.panel, drawn, seed, &|_| {});
            }
        }
    }
}

fn settled(
    plan: &Plan,
    measured: &[Measured],
    seed: u64,
    samples: &[Samples],
    place: usize,
) -> bool {
    let (Some(m), Some(own)) = (measured.get(place), samples.get(place)) else {
        return true;
    };
    let book = Book {
        plan,
        measured: std::slice::from_ref(m),
        samples: std::slice::from_ref(own),
        seed,
    };
    let grows = |spec: &IntervalSpec| matches!(spec, IntervalSpec::Bootstrap { grows: true, .. });
    let asks = |spec: &Option<crate::text::Spanned<IntervalSpec>>| {
        spec.as_ref().is_some_and(|s| grows(&s.value))
    };
    let compared = plan.compares.iter().filter(|(_, c)| asks(&c.interval));
    let compared = compared.flat_map(|(_, c)| compare::family(&book, c));
    let ablated = plan.ablations.iter().filter(|(_, a)| asks(&a.interval));
    let ablated = ablated.filter_map(|(_, a)| ablate::table(&book, a));
    let intervals = compared
        .filter_map(|c| c.interval)
        .chain(ablated.flat_map(|t| t.arms).filter_map(|arm| arm.interval));
    intervals.into_iter().all(|i| small(&i))
}

fn small(i: &Interval) -> bool {
    let width = i.high - i.low;
    i.resamples.is_none() || i.mc_error.is_none_or(|error| error <= SMALL * width)
}
