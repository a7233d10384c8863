//! Sizes as checks may use them: declared ones, for a check opens no file. And how sizes and effects
//! are written.

use super::cells::{shown_number, unit};
use crate::hir::{DataRef, Plan};
use crate::power::sizes::{Count, Reads, units};
pub(super) use crate::power::sizes::{Units, runs};
use crate::text::thousands;
use crate::types::Measure;

/// The rows and clusters of a dataset or partition, as declared.
pub(super) fn declared<'a>(plan: &'a Plan, data: &DataRef) -> Units<'a> {
    units(plan, &Reads::new(), data)
}

/// The independent units there can be at most, with what they are called.
pub(super) fn most_units(units: &Units<'_>) -> Option<(f64, &'static str)> {
    let rows = units.rows.count.bound();
    let clusters = units.clusters.as_ref().map(|(_, size)| size.count.bound());
    match clusters {
        Some(Some(clusters)) => Some((rows.map_or(clusters, |r| clusters.min(r)), "clusters")),
        Some(None) | None => rows.map(|r| (r, "rows")),
    }
}

/// `1,050`, `about 6,000`, `at most 30,000`.
pub(super) fn counted(count: Count) -> String {
    match count {
        Count::Exactly(n) => whole(n),
        Count::About(n) => format!("about {}", whole(n)),
        Count::AtMost(n) => format!("at most {}", whole(n)),
        Count::Unknown => "an unknown number of".into(),
    }
}

/// A number of things, rounded up: `11,000`.
pub(super) fn whole(n: f64) -> String {
    thousands(n.ceil().clamp(0.0, 1e15) as usize, ',')
}

/// An effect of a metric that measures `measure`, with its unit: `1 pp`, `5 ms`.
pub(super) fn effect(measure: &Measure, size: f64) -> String {
    let (word, factor) = measure.difference().display_unit();
    // Two digits are enough of what is estimated, and an asked one has no more.
    let shown = size * factor;
    let order = shown.abs().log10().floor();
    let step = if shown > 0.0 {
        10f64.powf(order - 2.0)
    } else {
        1.0
    };
    format!(
        "{}{}",
        shown_number((shown / step).round() * step),
        unit(&word)
    )
}

/// A share as people read it: `97.5 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", shown_number((share * 1e6).round() / 1e4))
}
