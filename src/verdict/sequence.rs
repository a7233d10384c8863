//! Looks at a growing number of runs: what each look says, by a boundary that holds over all of them together, and
//! whether a rule ends the runs there.
//!
//! Rows and runs both vary: the squared standard error of the gain over the first k runs is the rows'
//! (jackknife of units) plus s²/k of the runs' own gains. The gains over more and more runs then
//! behave as a walk in information 1/se², which is what the boundaries are made for. A boundary that the
//! gain crosses says where the runs could stop; a rule that is established ends them, and nothing else of the
//! result reads later runs of the pair.

use super::book::{Book, Page, name, unit_of};
use super::looking::{Look, Runs};
use crate::exec::Measured;
use crate::hir::{Plan, Stop, Variant};
use crate::result::{self, Interval, ResampleUnit, Truth};

/// One table for each `stop`.
pub(super) fn stops<'a>(book: &Book<'a>) -> Vec<(&'a Stop, result::Stop)> {
    let stops = book.plan.stops.iter();
    stops
        .filter_map(|(_, s)| Some((s, table(book, s)?)))
        .collect()
}

/// What is measured without the runs that a rule spared; `None` where none did.
pub(super) fn without_spared_runs(
    measured: &[Measured],
    stops: &[(&Stop, result::Stop)],
) -> Option<Vec<Measured>> {
    let ended: Vec<(&Stop, usize)> = stops
        .iter()
        .filter_map(|(s, found)| Some((*s, usize::try_from(found.ended_after?).ok()?)))
        .collect();
    let most = |v: Option<&Variant>| {
        let of = |(s, _): &&(&Stop, usize)| {
            Some(&s.subject.variant) == v || Some(&s.against.variant) == v
        };
        let runs = ended.iter().filter(of).map(|(_, runs)| *runs);
        runs.min().unwrap_or(usize::MAX)
    };
    let cut = |m: &Measured| Measured {
        wanted: m.wanted.clone(),
        parts: m.parts.clone(),
        variants: m.variants.clone(),
        places: m.places.clone(),
        panel: m.panel.first_runs(|place| most(m.variants.get(place))),
        clustered: m.clustered,
        rows: m.rows,
        exchanges: m.exchanges.clone(),
    };
    (!ended.is_empty()).then(|| measured.iter().map(cut).collect())
}

/// The rows of the comparison of the two.
fn page<'a>(book: &Book<'a>, s: &Stop) -> Option<Page<'a>> {
    let (_, c) = book.plan.compares.iter().find(|(_, c)| {
        c.subject.variant == s.subject.variant
            && c.against.iter().any(|a| a.variant == s.against.variant)
    })?;
    book.page_of(c)
}

fn table<'a>(book: &Book<'a>, s: &'a Stop) -> Option<result::Stop> {
    let plan: &Plan = book.plan;
    let page = page(book, s)?;
    let metric = &plan.metrics[s.metric.metric];
    let (unit, factor) = unit_of(&metric.measure.difference());
    let measured = Runs::of(book, s, page)?;
    let mut looks: Vec<result::Look> = Vec::new();
    let mut stopped = None;
    let mut ended: Option<(u64, String)> = None;
    for (place, &runs) in s.looks.iter().enumerate() {
        let samples = measured.first(runs);
        let look = Look {
            place,
            runs,
            samples: &samples,
        };
        let (gain, ends) = measured.gain(look, metric.sign());
        let interval = ends.map(|(low, high)| Interval {
            low: low * factor,
            high: high * factor,
            level: s.level,
            method: s.using.name().into(),
            unit: ResampleUnit::Run,
            units: Some(u64::from(runs)),
            ..Interval::default()
        });
        let stop = interval
            .as_ref()
            .is_some_and(|i| i.low > 0.0 || i.high < 0.0);
        if stop && stopped.is_none() {
            stopped = Some(u64::from(runs));
        }
        let rules = measured.judged(book, look);
        let fired = rules.last().filter(|r| r.truth == Truth::Established);
        ended = fired.map(|r| (u64::from(runs), r.outcome.clone()));
        looks.push(result::Look {
            runs: u64::from(runs),
            gain: gain.map(|g| g * factor),
            interval,
            stop,
            rules,
        });
        if ended.is_some() {
            break;
        }
    }
    let (ended_after, ended_by) = ended.unzip();
    Some(result::Stop {
        candidate: name(plan, &s.subject.variant),
        baseline: name(plan, &s.against.variant),
        metric: s.metric.text.clone(),
        unit,
        partition: plan.show_data(&page.measured.wanted.on),
        method: s.using.name().into(),
        level: s.level,
        planned: s.looks.len() as u64,
        looks,
        stopped_after: stopped,
        ended_after,
        ended_by,
    })
}
