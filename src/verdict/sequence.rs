//! Looks at a growing number of runs: what each look would have said, by a boundary that holds over all
//! of them together.
//!
//! Rows and runs both vary: the squared standard error of the gain over the first k runs is the rows'
//! (jackknife of units) plus s²/k of the runs' own gains. The gains over more and more runs then
//! behave as a walk in information 1/se², which is what the boundaries are made for.

use super::book::{Book, Page, name, unit_of};
use crate::hir::{Boundary, Plan, Stop, Variant};
use crate::metrics::Scratch;
use crate::result::{self, Interval, Look, ResampleUnit};
use crate::stats::sequential::{Mixture, Shape, boundary};
use crate::stats::{normal, summary};

/// One table for each `stop`.
pub(super) fn stops(book: &Book<'_>) -> Vec<result::Stop> {
    let stops = book.plan.stops.iter();
    stops.filter_map(|(_, s)| table(book, s)).collect()
}

/// The rows of the comparison of the two.
fn page<'a>(book: &Book<'a>, s: &Stop) -> Option<Page<'a>> {
    let (_, c) = book.plan.compares.iter().find(|(_, c)| {
        c.subject.variant == s.subject.variant
            && c.against.iter().any(|a| a.variant == s.against.variant)
    })?;
    book.page(&c.on.as_ref()?.data)
}

fn table(book: &Book<'_>, s: &Stop) -> Option<result::Stop> {
    let plan: &Plan = book.plan;
    let page = page(book, s)?;
    let metric = &plan.metrics[s.metric.metric];
    let (unit, factor) = unit_of(&metric.measure.difference());
    let gains = gains(&page, s, metric.sign())?;
    let planned = s.looks.len();
    let mut radius = Radius::new(s);
    let mut looks = Vec::new();
    let mut stopped = None;
    for (place, &runs) in s.looks.iter().enumerate() {
        let Some(first) = gains.get(..runs as usize) else {
            break;
        };
        let gain = summary::mean(&first.iter().map(|g| g.value).collect::<Vec<_>>());
        let se = standard_error(&page, first);
        let half = se.and_then(|se| radius.at(place, runs, se));
        let interval = gain.zip(half).map(|(gain, half)| Interval {
            low: (gain - half) * factor,
            high: (gain + half) * factor,
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
        looks.push(Look {
            runs: u64::from(runs),
            gain: gain.map(|g| g * factor),
            interval,
            stop,
        });
    }
    Some(result::Stop {
        candidate: name(plan, &s.subject.variant),
        baseline: name(plan, &s.against.variant),
        metric: s.metric.text.clone(),
        unit,
        partition: plan.show_data(&page.measured.wanted.on),
        method: s.using.name().into(),
        level: s.level,
        planned: planned as u64,
        looks,
        stopped_after: stopped,
    })
}

/// One run's gain, and the gain without each unit.
struct RunGain {
    value: f64,
    units: Vec<u32>,
    left_out: Vec<f64>,
}

fn gains(page: &Page<'_>, s: &Stop, sign: f64) -> Option<Vec<RunGain>> {
    let side = |v: &Variant| page.place(v, &s.metric);
    let (of, against) = (side(&s.subject.variant)?, side(&s.against.variant)?);
    let panel = &page.measured.panel;
    let last = *s.looks.last()? as usize;
    let one = |(member, place): (usize, usize), run: usize| {
        let kernel = panel.members.get(member)?.kernels.get(run)?.first()?;
        let mut values = vec![0.0; kernel.programs()];
        let times = panel.units.rows_as_they_are();
        kernel.evaluate(&times, &mut Scratch::default(), &mut values);
        let jackknife = kernel.jackknife(panel.units.unit_of_row(), &times);
        let left_out: Vec<(u32, f64)> = jackknife
            .into_iter()
            .filter_map(|(unit, v)| Some((unit, *v.get(place)?)))
            .collect();
        Some((*values.get(place)?, left_out))
    };
    (0..last)
        .map(|run| {
            let ((a, without_a), (b, without_b)) = (one(of, run)?, one(against, run)?);
            let both = without_a.iter().zip(&without_b);
            Some(RunGain {
                value: sign * (a - b),
                units: without_a.iter().map(|w| w.0).collect(),
                left_out: both.map(|(a, b)| sign * (a.1 - b.1)).collect(),
            })
        })
        .collect()
}

/// Of the mean gain over these runs; `None` of fewer than two, whose spread nobody knows.
fn standard_error(page: &Page<'_>, runs: &[RunGain]) -> Option<f64> {
    let k = runs.len() as f64;
    let values: Vec<f64> = runs.iter().map(|r| r.value).collect();
    let of_runs = summary::sd(&values)?.powi(2) / k;
    let first = runs.first()?;
    let left_out: Vec<f64> = (0..first.left_out.len())
        .map(|u| runs.iter().filter_map(|r| r.left_out.get(u)).sum::<f64>() / k)
        .collect();
    let units = &page.measured.panel.units;
    let of = |i: usize| first.units.get(i).map_or(usize::MAX, |&u| u as usize);
    let stratum = |i: usize| units.stratum_of_unit().get(of(i)).copied().unwrap_or(0);
    let copies = |i: usize| {
        units
            .copies()
            .and_then(|c| c.get(of(i)))
            .copied()
            .unwrap_or(1) as f64
    };
    let mut sums: std::collections::BTreeMap<u32, Vec<(f64, f64)>> =
        std::collections::BTreeMap::new();
    for (i, value) in left_out.iter().enumerate() {
        let values = sums.entry(stratum(i)).or_default();
        values.push((copies(i), *value));
    }
    // (n-1)/n Σ (θ₍ᵢ₎ - mean)² of each stratum (Efron & Tibshirani 1993, §11.2).
    let of_rows: f64 = sums
        .values()
        .filter_map(|v| {
            let n: f64 = v.iter().map(|(copies, _)| copies).sum();
            let origin = v.first()?.1;
            let mean = origin + v.iter().map(|(c, x)| c * (x - origin)).sum::<f64>() / n;
            let squares: f64 = v.iter().map(|(c, x)| c * (x - mean).powi(2)).sum();
            (n > 1.0).then_some((n - 1.0) / n * squares)
        })
        .sum();
    let se = (of_rows + of_runs).sqrt();
    (se.is_finite() && se > 0.0).then_some(se)
}

/// Half the width of the interval at each look.
struct Radius {
    using: Boundary,
    alpha: f64,
    last: f64,
    bounds: Option<Vec<f64>>,
    mixture: Option<Mixture>,
}

impl Radius {
    fn new(s: &Stop) -> Radius {
        let alpha = 1.0 - s.level;
        let shared = |shape| boundary(shape, s.looks.len(), alpha);
        let bounds = match s.using {
            Boundary::ObrienFleming => shared(Shape::OBrienFleming),
            Boundary::Pocock => shared(Shape::Pocock),
            // The bound of a single look, at each.
            Boundary::Nominal => {
                normal::quantile(1.0 - alpha / 2.0).map(|z| vec![z; s.looks.len()])
            }
            Boundary::ConfidenceSequence => None,
        };
        Radius {
            using: s.using,
            alpha,
            last: s.looks.last().map_or(1.0, |n| f64::from(*n)),
            bounds,
            mixture: None,
        }
    }

    fn at(&mut self, look: usize, runs: u32, se: f64) -> Option<f64> {
        if self.using != Boundary::ConfidenceSequence {
            return Some(self.bounds.as_ref()?.get(look)? * se);
        }
        if self.mixture.is_none() {
            // Known at the first look: tightest where the information of the last one may lie.
            let information = self.last / f64::from(runs) / (se * se);
            self.mixture = Mixture::tightest_at(information, self.alpha);
        }
        Some(self.mixture?.radius(se))
    }
}
