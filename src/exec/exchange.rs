//! Pairs of systems whose rows stand side by side, for tests that let them change places.

use super::columns::Owned;
use super::wanted::Wanted;
use crate::hir::{Compare, MetricKind, Over, Plan, TestMethod, Variant};
use crate::infer::Exchange;
use crate::metrics::{Classes, Kernel, Program};
use crate::stats::resample::Units;

/// A pair of systems, and what their rows say where they change places.
#[derive(Debug, Clone)]
pub struct Exchanged {
    /// The candidate.
    pub candidate: Variant,
    /// The baseline.
    pub baseline: Variant,
    /// The wanted metrics, as places in [`Wanted::metrics`], program by program.
    pub metrics: Vec<usize>,
    /// For each part the rows of both.
    pub parts: Vec<Option<Exchange>>,
}

/// One side: its programs with the place of each wanted metric's, and the columns of its runs.
pub(super) struct Side<'a> {
    pub(super) programs: Option<(&'a [Program], &'a [Option<usize>])>,
    pub(super) runs: Vec<&'a Owned>,
}

/// The rows of a partition.
pub(super) struct Rows<'a> {
    pub(super) shared: &'a Owned,
    pub(super) classes: &'a Classes,
    pub(super) parts: &'a [Vec<u32>],
    pub(super) units: &'a Units,
}

/// The pairs of the comparisons whose test needs them. What is a mean of rows is tested by its rows' differences.
pub(super) fn exchanges<'a>(
    plan: &Plan,
    w: &Wanted,
    row_by_row: bool,
    of: impl Fn(&Variant) -> Side<'a>,
    rows: &Rows<'_>,
) -> Vec<Exchanged> {
    let asks = |c: &&Compare| {
        c.on.as_ref().is_some_and(|on| on.data == w.on)
            && c.row_by_row() == row_by_row
            && c.over.is_none_or(|o| o.value == Over::Rows)
            && c.test.is_some_and(|t| {
                matches!(
                    t.value,
                    TestMethod::Permutation | TestMethod::ApproximateRandomization
                )
            })
    };
    let mut found: Vec<Exchanged> = Vec::new();
    for c in plan.compares.iter().map(|(_, c)| c).filter(asks) {
        let wanted: Vec<usize> = c
            .metrics
            .iter()
            .filter(|m| {
                !matches!(
                    plan.metric_kind(m.metric),
                    MetricKind::Mean | MetricKind::Share
                )
            })
            .filter_map(|m| w.metric(m))
            .collect();
        for against in &c.against {
            let candidate = &c.subject.variant;
            let pair = (&of(candidate), &of(&against.variant));
            if let Some((metrics, parts)) = one(&wanted, pair, rows) {
                found.push(Exchanged {
                    candidate: candidate.clone(),
                    baseline: against.variant.clone(),
                    metrics,
                    parts,
                });
            }
        }
    }
    found
}

fn one(
    wanted: &[usize],
    (own, other): (&Side<'_>, &Side<'_>),
    rows: &Rows<'_>,
) -> Option<(Vec<usize>, Vec<Option<Exchange>>)> {
    let (mut metrics, mut programs) = (Vec::new(), Vec::new());
    for &metric in wanted {
        // What is priced by the system's own hardware is another quantity on either side.
        let (a, b) = (program(own, metric)?, program(other, metric)?);
        if a == b && a.figures().is_empty() && !metrics.contains(&metric) {
            metrics.push(metric);
            programs.push(a);
        }
    }
    if programs.is_empty() || own.runs.len() != other.runs.len() {
        return None;
    }
    let n = u32::try_from(rows.units.n_rows()).ok()?;
    let shared = rows.shared.before(rows.shared)?;
    let both = own.runs.iter().zip(&other.runs);
    let stacked: Vec<Owned> = both.map(|(a, b)| a.before(b)).collect::<Option<_>>()?;
    let part = |places: &Vec<u32>| {
        let all: Vec<u32> = places
            .iter()
            .copied()
            .chain(places.iter().map(|p| n + p))
            .collect();
        let kernels = stacked.iter().map(|owned| {
            let joint = owned.joint(&shared, rows.classes);
            let columns = owned.with(&shared, &joint, rows.classes);
            Kernel::new(&programs, columns, rows.classes.names.len(), &all)
        });
        Exchange::new(kernels.collect(), rows.units.unit_of_row())
    };
    Some((metrics, rows.parts.iter().map(part).collect()))
}

fn program<'a>(side: &Side<'a>, metric: usize) -> Option<&'a Program> {
    let (programs, places) = side.programs?;
    programs.get((*places.get(metric)?)?)
}
