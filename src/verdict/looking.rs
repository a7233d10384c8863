//! Rules judged at one look: every quantity that they read gets an interval that holds at all looks together.

use super::book::{Book, Page};
use super::design::Design;
use super::truth::{Asked, Ends, Judged, Scene, judge};
use crate::hir::{Boundary, Condition, IntervalSpec, MetricKind, Stop, Variant};
use crate::infer::{Sample, Samples, resample};
use crate::result::{self, Truth};
use crate::stats::sequential::{Mixture, Shape, boundary};
use crate::stats::{normal, summary};
use rayon::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Resamples of the rows where a rule reads a quantile, whose standard error no jackknife gives: two digits of it.
const RESAMPLES: u32 = 2_000;

/// The runs of one `stop`, each measured by itself.
pub(super) struct Runs<'a> {
    stop: &'a Stop,
    page: Page<'a>,
    each: Vec<Samples>,
    seed: u64,
    /// For each quantity the boundary, settled at the first look that knows its standard error.
    radii: RefCell<BTreeMap<(String, usize), Radius>>,
}

impl<'a> Runs<'a> {
    /// `None` where one of the pair has fewer runs than the last look asks for.
    pub(super) fn of(book: &Book<'a>, stop: &'a Stop, page: Page<'a>) -> Option<Runs<'a>> {
        let panel = &page.measured.panel;
        let read = variants(stop);
        let reads = |member: usize| {
            let variant = page.measured.variants.get(member);
            variant.is_some_and(|v| read.contains(&v))
        };
        let last = *stop.looks.last()? as usize;
        let there = |v: &Variant| {
            let member = page.measured.variants.iter().position(|m| m == v)?;
            Some(panel.members.get(member)?.kernels.len())
        };
        if there(&stop.subject.variant)? < last || there(&stop.against.variant)? < last {
            return None;
        }
        let quantiles = quantities(stop)
            .any(|q| book.plan.metric_kind(q.metric.metric) == MetricKind::Quantile);
        let resamples = if quantiles { RESAMPLES } else { 0 };
        let each = (0..last).into_par_iter().map(|run| {
            let alone = panel.one_run(run, reads);
            resample(&alone, resamples, book.seed, &|_| {})
        });
        Some(Runs {
            stop,
            page,
            each: each.collect(),
            seed: book.seed,
            radii: RefCell::default(),
        })
    }

    /// What is measured over the first runs.
    pub(super) fn first(&self, runs: u32) -> Samples {
        Samples::over_runs(self.each.get(..runs as usize).unwrap_or_default())
    }

    /// The watched gain over the first runs, with its interval.
    pub(super) fn gain(&self, look: Look<'_>, sign: f64) -> (Option<f64>, Option<(f64, f64)>) {
        let page = self.page.reading(look.samples);
        let side = |v: &Variant| page.sample(v, &self.stop.metric, 0);
        let gain = side(&self.stop.subject.variant)
            .zip(side(&self.stop.against.variant))
            .map(|(a, b)| self.design().gain(&a, &b, sign));
        let watched = Asked {
            what: "",
            smooth: true,
            part: 0,
        };
        let ends = gain.as_ref().and_then(|g| self.ends(&look, &watched, g));
        (gain.map(|g| g.estimate).filter(|e| e.is_finite()), ends)
    }

    /// The rules up to the first established one, which ends the runs.
    pub(super) fn judged(&self, book: &Book<'a>, look: Look<'_>) -> Vec<result::Rule> {
        let scene = Scene {
            plan: book.plan,
            page: self.page.reading(look.samples),
            subject: &self.stop.subject.variant,
            against: Some(&self.stop.against.variant),
            design: self.design(),
            adjusted: &|_, _| None,
            interaction: &|_, _| None,
            ends: Ends::Looks(&|asked, sample| self.ends(&look, asked, sample)),
        };
        let mut judged = Vec::new();
        for rule in &self.stop.rules {
            let Some(when) = &rule.when else { continue };
            let Judged { truth, atoms, .. } = judge(&scene, when);
            judged.push(result::Rule {
                outcome: rule.outcome.value.clone(),
                truth,
                otherwise: false,
                atoms,
            });
            if truth == Truth::Established {
                break;
            }
        }
        judged
    }

    /// Rows and runs both vary, whatever the comparison resamples.
    fn design(&self) -> Design {
        Design::of(None, IntervalSpec::default(), self.seed)
    }

    fn ends(&self, look: &Look<'_>, asked: &Asked<'_>, sample: &Sample) -> Option<(f64, f64)> {
        let se = standard_error(sample, asked.smooth, look.runs)?;
        let mut radii = self.radii.borrow_mut();
        let radius = radii
            .entry((asked.what.to_owned(), asked.part))
            .or_insert_with(|| Radius::new(self.stop));
        let half = radius.at(look.place, look.runs, se)?;
        Some((sample.estimate - half, sample.estimate + half))
    }
}

/// One look: which, after how many runs, and what they measured.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) place: usize,
    pub(super) runs: u32,
    pub(super) samples: &'a Samples,
}

fn quantities(stop: &Stop) -> impl Iterator<Item = &crate::hir::Quantity> {
    let conditions = stop.rules.iter().filter_map(|r| r.when.as_ref());
    conditions.flat_map(Condition::quantities)
}

/// Everything the stop reads.
fn variants(stop: &Stop) -> Vec<&Variant> {
    let named = quantities(stop).filter_map(|q| q.of.as_ref().map(|of| &of.variant));
    named
        .chain([&stop.subject.variant, &stop.against.variant])
        .collect()
}

/// Of a mean over the looked-at runs: the rows' (jackknife of units, or resamples of the rows where the quantity isn't
/// smooth) and s²/k of the runs' own values. `None` of a first run, whose spread nobody knows; what has one run
/// only at every look varies by its rows.
fn standard_error(sample: &Sample, smooth: bool, looked: u32) -> Option<f64> {
    let k = sample.runs.len() as f64;
    let of_runs = match sample.runs.len() {
        1 if looked > 1 => 0.0,
        _ => summary::sd(&sample.runs)?.powi(2) / k,
    };
    let of_rows = if smooth {
        of_units(sample)
    } else {
        let replicates = sample.replicates.iter().copied();
        let defined: Vec<f64> = replicates.filter(|r| r.is_finite()).collect();
        summary::sd(&defined)?.powi(2)
    };
    let se = (of_rows + of_runs).sqrt();
    (se.is_finite() && se > 0.0).then_some(se)
}

/// (n-1)/n Σ (θ₍ᵢ₎ - mean)² of each stratum (Efron & Tibshirani 1993, §11.2), each value as often as it stands for units.
fn of_units(sample: &Sample) -> f64 {
    let mut strata: BTreeMap<u32, Vec<(f64, f64)>> = BTreeMap::new();
    let copies = |i: usize| sample.copies.as_ref().and_then(|c| c.get(i)).copied();
    let values = sample.left_out.iter().zip(&sample.strata).enumerate();
    for (i, (value, stratum)) in values {
        let of = strata.entry(*stratum).or_default();
        of.push((copies(i).unwrap_or(1) as f64, *value));
    }
    let variance = |v: &Vec<(f64, f64)>| {
        let n: f64 = v.iter().map(|(copies, _)| copies).sum();
        let origin = v.first()?.1;
        let mean = origin + v.iter().map(|(c, x)| c * (x - origin)).sum::<f64>() / n;
        let squares: f64 = v.iter().map(|(c, x)| c * (x - mean).powi(2)).sum();
        (n > 1.0).then_some((n - 1.0) / n * squares)
    };
    strata.values().filter_map(variance).sum()
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
