//! Latencies of served systems: what is measured request by request, and on which rows.
//!
//! Requests follow each other in time, and one that waits makes others wait. So metrics that read the latency of a system
//! with `serve:` have a panel of their own, whose rows are requests in their order, drawn in blocks. Systems without
//! `serve:` stand in it with the latencies that their outputs give for the same rows.

use super::columns::Owned;
use super::commands::Made;
use super::dataset::{Evidenced, diagnosed};
use super::errors::{ExecError, diagnose};
use super::outputs::Run;
use super::roles;
use super::wanted::Wanted;
use super::{Event, Files, Input};
use crate::data::{self, ColumnKind, ColumnRequest};
use crate::diagnostic::Diagnostic;
use crate::hir::{MetricRef, Plan, Variant};
use crate::metrics::Classes;
use crate::stats::blocks;
use std::collections::{BTreeMap, BTreeSet};

/// The latencies of requests are tails more than means: blocks are as long as this quantile needs, too.
const TAIL: f64 = 0.95;

/// Whether a metric reads latencies.
fn reads_latency(plan: &Plan, metric: &MetricRef) -> bool {
    plan.reads(metric).cells.contains(&roles::latency())
}

/// The metrics that are measured on requests, by place: those that read the latency of some served system.
pub(super) fn metrics(plan: &Plan, w: &Wanted) -> BTreeSet<usize> {
    let served = |place: &usize| {
        let mut variants = w.variants.iter();
        variants.any(|(v, (own, _))| own.contains(place) && plan.systems[v.system].serve.is_some())
    };
    let all = w.metrics.iter().enumerate();
    all.filter(|(_, metric)| reads_latency(plan, metric))
        .map(|(place, _)| place)
        .filter(served)
        .collect()
}

/// Whether a variant is asked for these rows: some metric reads its latency, or a figure of its answers.
pub(super) fn is_asked(plan: &Plan, w: &Wanted, variant: &Variant) -> bool {
    let own = w.variants.get(variant).map_or(&[][..], |(own, _)| own);
    let mut metrics = own.iter().filter_map(|&place| w.metrics.get(place));
    plan.systems[variant.system].serve.is_some()
        && metrics.any(|metric| {
            let reads = plan.reads(metric);
            let mut figures = reads.figures.iter();
            reads.cells.contains(&roles::latency()) || figures.any(|f| f.is_served())
        })
}

/// Whether a metric reads figures of a server that only other systems have: how well one bears up is asked of it alone, not
/// of what it is compared with.
pub(super) fn of_others(plan: &Plan, w: &Wanted, metric: &MetricRef) -> bool {
    let place = w.metric(metric);
    let asked = |own: &[usize]| place.is_some_and(|place| own.contains(&place));
    let mut variants = w.variants.iter();
    plan.reads(metric).figures.iter().any(|f| f.is_served())
        && variants.any(|(v, (own, _))| asked(own) && plan.systems[v.system].serve.is_some())
}

/// Systems that share a metric of latency and are asked in different ways.
pub(super) fn apart(plan: &Plan, w: &Wanted) -> Option<ExecError> {
    metrics(plan, w).into_iter().find_map(|place| {
        let metric = w.metrics.get(place)?;
        let mut served = w.variants.iter().filter_map(|(variant, (own, _))| {
            let system = &plan.systems[variant.system];
            let serve = system.serve.as_ref()?;
            own.contains(&place).then_some((system, serve))
        });
        let (first, own) = served.next()?;
        let (other, unlike) = served.find(|(_, serve)| serve.load() != own.load())?;
        Some(ExecError::ServedApart {
            metric: metric.text.clone(),
            systems: (first.common.name.clone(), other.common.name.clone()),
            spans: (own.command.span, unlike.command.span),
            metric_span: metric.span,
        })
    })
}

/// The requests for the rows of a partition.
pub(super) struct Requests {
    /// For each request the place of its row in the partition.
    pub(super) places: Vec<u32>,
    /// Their latencies in ms, for each run that was asked, by its place among all.
    pub(super) latencies: BTreeMap<usize, Vec<f64>>,
    /// How many requests depend on each other.
    pub(super) block: u32,
    /// The files they were read from.
    pub(super) inputs: Vec<Input>,
    /// What a reader must know.
    pub(super) notes: Vec<String>,
}

/// Reads the replies of the runs that are asked for the rows of a partition; `None` where none is.
///
/// # Errors
/// Replies that are not there, or no longer what they were.
pub(super) fn read(
    files: &Files<'_>,
    plan: &Plan,
    w: &Wanted,
    data: &Evidenced,
    (runs, columns): (&[&Run], &[&Owned]),
    made: &Made,
) -> Result<Option<Requests>, Vec<Diagnostic>> {
    let rows = u32::try_from(data.rows(w.on.part.as_deref()).len()).unwrap_or(u32::MAX);
    let mut found = Requests {
        places: Vec::new(),
        latencies: BTreeMap::new(),
        block: 1,
        inputs: Vec::new(),
        notes: Vec::new(),
    };
    for (at, run) in runs.iter().enumerate() {
        if !is_asked(plan, w, &run.variant) || failed(run) {
            continue;
        }
        let Some(replies) = made.replies(&run.variant, run.seed, &w.on) else {
            let system = &plan.systems[run.variant.system];
            let serve = system.serve.as_ref();
            return Err(vec![diagnose(&ExecError::Command {
                system: system.common.name.clone(),
                span: serve.map_or(run.span, |s| s.command.span),
            })]);
        };
        let requests = [
            ColumnRequest::new("latency_ms", ColumnKind::Number),
            ColumnRequest::new("outcome", ColumnKind::Text),
            ColumnRequest::new("prediction", ColumnKind::Json),
        ];
        (files.events)(Event::Reading(&replies.file));
        let progress = |bytes| (files.events)(Event::Bytes(bytes));
        let table = data::read_table(files.world, &replies.file, &requests, &progress)
            .map_err(|e| diagnosed(&e, run.span))?;
        (files.events)(Event::Read);
        let latencies = table.numbers("latency_ms").unwrap_or_default().to_vec();
        let places: Vec<u32> = (0..rows).cycle().take(latencies.len()).collect();
        found.block = found.block.max(blocks::length(&latencies, TAIL));
        let own = columns.get(at).copied();
        found.notes.extend(own.and_then(|own| {
            let said = otherwise(&table, own, &places, &data.classes)?;
            Some(format!("{} as served {said}", plan.show(&run.variant)))
        }));
        found.inputs.push(Input {
            path: replies.file.clone(),
            sha256: table.sha256.clone(),
            rows: table.rows() as u64,
            run: Some((run.variant.system, plan.spell(&run.variant), run.seed)),
        });
        found.latencies.insert(at, latencies);
        // All have as many: they are asked in one way.
        found.places = places;
    }
    Ok((!found.latencies.is_empty()).then_some(found))
}

fn failed(run: &Run) -> bool {
    run.made
        .as_ref()
        .is_some_and(|made| !made.failed.is_empty())
}

/// How many answers predict another class than the system's outputs do for the same row: what is timed is then not what
/// is judged.
fn otherwise(
    table: &data::Table,
    own: &Owned,
    places: &[u32],
    classes: &Classes,
) -> Option<String> {
    let codes = own
        .classes
        .get(&crate::hir::formula::Cell::Role("prediction".into()))?;
    let (_, said) = table.text("prediction")?;
    let (_, outcomes) = table.text("outcome")?;
    let (mut answered, mut other) = (0usize, 0usize);
    for (row, &place) in places.iter().enumerate() {
        if outcomes.get(row) != Some("answered") {
            continue;
        }
        let code = codes.get(place as usize).map(|&code| code as usize);
        let outputs = code
            .and_then(|code| classes.names.get(code))
            .map(String::as_str);
        answered += 1;
        other += usize::from(outputs.is_some() && said.get(row) != outputs);
    }
    (other > 0)
        .then(|| format!("answers {other} of {answered} requests otherwise than its outputs say"))
}
