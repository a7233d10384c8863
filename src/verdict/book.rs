//! Looking measurements up, and turning them into the result model's numbers.

use super::{auto, closed};
use crate::exec::{Exchanged, Measured, PartName, Wanted};
use crate::hir::{
    AnalyticMethod, BootstrapMethod, Compare, DataRef, IntervalSpec, MetricRef, Plan, TestMethod,
    Variant, VariantRef,
};
use crate::infer::{Exchange, Sample, Samples, estimate};
use crate::metrics::Basis;
use crate::result::{Interval, ResampleUnit, Unit};
use crate::stats::interval::{Fallback, Method, Undefined};
use crate::stats::significance::P;
use crate::types::Measure;
use std::borrow::Cow;

/// Everything measured, by partition.
pub(super) struct Book<'a> {
    pub(super) plan: &'a Plan,
    pub(super) measured: &'a [Measured],
    pub(super) samples: &'a [Samples],
    /// Seed of the resampling streams.
    pub(super) seed: u64,
}

/// The measurements on one partition.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) measured: &'a Measured,
    plan: &'a Plan,
    samples: &'a Samples,
    /// What was measured on requests for the same rows.
    served: Option<(&'a Measured, &'a Samples)>,
}

impl<'a> Book<'a> {
    pub(super) fn pages(&self) -> impl Iterator<Item = Page<'a>> {
        let all = || self.measured.iter().zip(self.samples);
        all().map(move |(measured, samples)| Page {
            measured,
            plan: self.plan,
            samples,
            served: all().find(|(other, _)| {
                other.served && !measured.served && other.wanted.on == measured.wanted.on
            }),
        })
    }

    /// The page on which claims are read that say nothing of what is resampled.
    pub(super) fn page(&self, on: &DataRef) -> Option<Page<'a>> {
        let own = || self.pages().filter(|p| p.measured.wanted.on == *on);
        // Requests are found through the page of their rows.
        own().find(|p| !p.measured.served).or_else(|| own().next())
    }

    /// The page of a comparison: row by row where it says so.
    pub(super) fn page_of(&self, c: &Compare) -> Option<Page<'a>> {
        let on = &c.on.as_ref()?.data;
        if !c.row_by_row() {
            return self.page(on);
        }
        // Where both are there, whole units come first.
        let own = || self.pages().filter(|p| p.measured.wanted.on == *on);
        own()
            .filter(|p| !p.measured.served)
            .last()
            .or_else(|| own().next())
    }
}

impl<'a> Page<'a> {
    /// The same rows with other samples of the same members.
    pub(super) fn reading<'s>(&self, samples: &'s Samples) -> Page<'s>
    where
        'a: 's,
    {
        Page {
            measured: self.measured,
            plan: self.plan,
            samples,
            // Requests are not looked at run by run.
            served: None,
        }
    }

    /// The sample of a variant's metric on a part (0 is the whole). A published number is a sample
    /// without rows or resamples: it has an estimate and nothing else.
    pub(super) fn sample(
        &self,
        variant: &Variant,
        metric: &MetricRef,
        part: usize,
    ) -> Option<Cow<'a, Sample>> {
        if self.plan.is_reported(variant.system) {
            let value = self.plan.reported(variant, metric).filter(|_| part == 0)?;
            return Some(Cow::Owned(published(value)));
        }
        if let Some((member, place)) = place(self.measured, variant, metric) {
            return self.samples.get(member, part, place).map(Cow::Borrowed);
        }
        let (served, samples) = self.served?;
        let (member, place) = place(served, variant, metric)?;
        samples.get(member, part, place).map(Cow::Borrowed)
    }

    /// How many runs each seed of a variant has: repeats of a cross-validation, else one.
    pub(super) fn repeats(&self, variant: &Variant) -> usize {
        let member = self.measured.variants.iter().position(|v| v == variant);
        let member = member.and_then(|at| self.measured.panel.members.get(at));
        member.map_or(1, |member| member.repeats.max(1))
    }

    /// The places of a variant and of its metric in the panel; `None` of one that is measured on requests.
    pub(super) fn place(&self, variant: &Variant, metric: &MetricRef) -> Option<(usize, usize)> {
        place(self.measured, variant, metric)
    }

    /// The parts of a slice, by place, with their values.
    pub(super) fn parts(&self, slice: &str) -> Vec<(usize, &'a PartName)> {
        let named = |(i, p): (usize, &'a Option<PartName>)| p.as_ref().map(|p| (i, p));
        self.measured
            .parts
            .iter()
            .enumerate()
            .filter_map(named)
            .filter(|(_, p)| p.slice == slice)
            .collect()
    }

    /// What a test that lets both systems of a comparison change places finds of them.
    pub(super) fn exchanged(&self, c: &Compare, against: &VariantRef, seed: u64) -> Swapped<'a> {
        let asked = c.test.is_some_and(|t| {
            matches!(
                t.value,
                TestMethod::Permutation | TestMethod::ApproximateRandomization
            )
        });
        let own = |e: &&Exchanged| {
            asked && e.candidate == c.subject.variant && e.baseline == against.variant
        };
        let found = self.measured.exchanges.iter().find(own);
        let parts = found.map_or(&[][..], |e| e.parts.as_slice());
        let p = |part: &Option<Exchange>| match part {
            Some(exchange) => exchange.p_values(closed::DRAWS, seed),
            None => Vec::new(),
        };
        Swapped {
            wanted: &self.measured.wanted,
            metrics: found.map_or(&[][..], |e| e.metrics.as_slice()),
            parts: parts.iter().map(p).collect(),
        }
    }

    pub(super) fn unit(&self) -> ResampleUnit {
        if self.measured.clustered {
            ResampleUnit::Cluster
        } else {
            ResampleUnit::Row
        }
    }
}

fn place(measured: &Measured, variant: &Variant, metric: &MetricRef) -> Option<(usize, usize)> {
    let member = measured.variants.iter().position(|v| v == variant)?;
    let wanted = measured.wanted.metric(metric)?;
    let place = (*measured.places.get(member)?.get(wanted)?)?;
    Some((member, place))
}

/// p values of a pair of systems that changed places, by part and metric.
pub(super) struct Swapped<'a> {
    wanted: &'a Wanted,
    metrics: &'a [usize],
    parts: Vec<Vec<Option<P>>>,
}

impl Swapped<'_> {
    pub(super) fn p_value(&self, metric: &MetricRef, part: usize) -> Option<P> {
        let wanted = self.wanted.metric(metric)?;
        let program = self.metrics.iter().position(|m| *m == wanted)?;
        *self.parts.get(part)?.get(program)?
    }
}

/// A published number.
pub(super) fn published(value: f64) -> Sample {
    Sample {
        rows: 0,
        estimate: value,
        runs: vec![value],
        replicates: Vec::new(),
        left_out: Vec::new(),
        strata: Vec::new(),
        copies: None,
        positive: None,
        quantile: None,
        basis: Basis::Rows,
        rough: false,
        sides: None,
        errors: None,
        folds: None,
        test_over_train: None,
        block: None,
    }
}

/// The uncertainty method of a claim; the careful default unless it says otherwise.
pub(super) fn spec(written: Option<&IntervalSpec>) -> IntervalSpec {
    written.cloned().unwrap_or_default()
}

/// An estimate as the result model has it.
pub(super) struct Number {
    pub(super) estimate: Option<f64>,
    pub(super) interval: Option<Interval>,
    pub(super) p_value: Option<f64>,
    /// Why there is no interval where one was asked for.
    pub(super) note: Option<String>,
    /// The method that `auto` took instead of BCa.
    pub(super) chosen: Option<AnalyticMethod>,
}

/// The estimate and interval of a sample, times `factor`.
pub(super) fn number(
    sample: &Sample,
    spec: &IntervalSpec,
    unit: ResampleUnit,
    factor: f64,
) -> Number {
    let drawn = u32::try_from(sample.replicates.len()).unwrap_or(u32::MAX);
    let unit = match sample.basis {
        _ if sample.block.is_some() => ResampleUnit::Request,
        Basis::Requests(_) => ResampleUnit::Request,
        Basis::Runs => ResampleUnit::Run,
        Basis::Rows | Basis::Share => unit,
    };
    let (resamples, level, method, fallback) = match *spec {
        IntervalSpec::Bootstrap {
            resamples,
            grows,
            level,
            method,
        } => {
            if method == BootstrapMethod::Auto
                && let Some((method, why)) = auto::instead_of_bca(sample, unit, level)
                && let Some(found) = closed::interval(sample, method, level)
                    .filter(|((low, high), _)| low.is_finite() && high.is_finite())
            {
                let mut number = in_closed_form(sample, found, level, unit, factor);
                number.chosen = Some(method);
                if let Some(i) = &mut number.interval {
                    i.note = Some(format!("auto: {why}"));
                }
                return number;
            }
            (if grows { drawn } else { resamples }, level, method, None)
        }
        IntervalSpec::Analytic { method, level } => {
            if sample.block.is_none()
                && let Some(found) = closed::interval(sample, method, level)
            {
                return in_closed_form(sample, found, level, unit, factor);
            }
            let name = AnalyticMethod::ALL.iter().find(|m| m.1 == method);
            let why = format!(
                "by resampling: {} does not fit it",
                name.map_or("", |m| m.0)
            );
            (drawn, level, BootstrapMethod::Auto, Some(why))
        }
        IntervalSpec::None => {
            return Number {
                estimate: sample
                    .estimate
                    .is_finite()
                    .then_some(sample.estimate * factor),
                interval: None,
                p_value: None,
                note: None,
                chosen: None,
            };
        }
    };
    let mut found = estimate(sample, resamples, level, method);
    if sample.left_out.is_empty() && fallback.is_some() {
        found.interval = None;
    }
    let (interval, note) = match found.interval {
        Some(Ok(i)) => {
            let mut shown = shown(&i, sample, unit, factor);
            let blocks = sample
                .block
                .map(|length| format!("drawn in blocks of {length} requests"));
            let alone = sample.sides.is_none() && sample.runs.len() == 1;
            let one = (sample.basis == Basis::Runs && alone)
                .then(|| "of one run, so how it varies is not known".to_owned());
            shown.note = one.or(fallback).or(shown.note).or(blocks);
            (Some(shown), None)
        }
        Some(Err(why)) => (None, Some(undefined(&why))),
        None => (None, None),
    };
    Number {
        estimate: found.estimate.map(|e| e * factor),
        interval,
        p_value: found.p_value,
        note,
        chosen: None,
    }
}

/// An interval that no resampling made. Its p value is the test's to give.
fn in_closed_form(
    sample: &Sample,
    ((low, high), name): ((f64, f64), &str),
    level: f64,
    unit: ResampleUnit,
    factor: f64,
) -> Number {
    let (low, high) = (low * factor, high * factor);
    Number {
        estimate: Some(sample.estimate * factor),
        interval: Some(Interval {
            low: low.min(high),
            high: low.max(high),
            level,
            method: name.into(),
            unit,
            units: Some(units(sample)),
            runs: Some(sample.runs.len() as u64).filter(|_| unit != ResampleUnit::Run),
            note: sample.test_over_train.map(|ratio| {
                let folds = units(sample);
                format!("variance corrected for shared training rows: 1/{folds} + {ratio:.3}")
            }),
            ..Interval::default()
        }),
        p_value: None,
        note: None,
        chosen: None,
    }
}

/// How many units a sample rests on: of sides apart those of one.
fn units(sample: &Sample) -> u64 {
    match &sample.basis {
        Basis::Requests(_) => {
            let candidate = sample.sides.as_ref().map(|s| s.candidate.trials.clone());
            let trials = candidate.unwrap_or_else(|| sample.trials());
            return trials.iter().flatten().map(|(_, all)| all).sum();
        }
        Basis::Runs => return sample.runs.len() as u64,
        Basis::Rows | Basis::Share => {}
    }
    match &sample.sides {
        Some(sides) => sides.candidate.counted().len(),
        None => sample.units(),
    }
}

fn shown(
    i: &crate::stats::interval::Interval,
    sample: &Sample,
    unit: ResampleUnit,
    factor: f64,
) -> Interval {
    let (low, high) = (i.low * factor, i.high * factor);
    let error = i.mc_error.0.max(i.mc_error.1) * factor.abs();
    Interval {
        low: low.min(high),
        high: low.max(high),
        level: i.level,
        method: method(i.method).into(),
        resamples: Some(i.resamples as u64),
        unit,
        units: Some(units(sample)),
        runs: Some(sample.runs.len() as u64).filter(|_| unit != ResampleUnit::Run),
        mc_error: Some(error).filter(|e| e.is_finite()),
        undefined: (i.undefined > 0).then_some(i.undefined as u64),
        note: i
            .note
            .as_ref()
            .map(|why| format!("percentile interval: {}", fallback(why))),
    }
}

fn method(m: Method) -> &'static str {
    match m {
        Method::Percentile => "percentile",
        Method::Basic => "basic",
        Method::Bca => "bca",
        Method::Studentized => "studentized",
    }
}

fn fallback(why: &Fallback) -> &'static str {
    match why {
        Fallback::OneSided => "all resamples lie on one side of the value",
        Fallback::NoJackknife | Fallback::NoJackknifeSpread => "no single unit changes the value",
        Fallback::JackknifeUndefined => "undefined without some unit",
        Fallback::CorrectionOutOfRange => "BCa’s correction is out of range",
        Fallback::NoStandardErrors => "no standard error on each resample",
    }
}

fn undefined(why: &Undefined) -> String {
    match why {
        Undefined::NoEstimate => "undefined on these rows".into(),
        Undefined::NoReplicates => "no interval: no rows to resample".into(),
        Undefined::TooManyUndefined {
            undefined,
            resamples,
        } => format!("no interval: undefined on {undefined} of {resamples} resamples"),
        _ => "no interval at this level".into(),
    }
}

/// The unit of a measure in the result model, and the factor from canonical to it.
pub(super) fn unit_of(measure: &Measure) -> (Unit, f64) {
    Unit::of(measure)
}

/// A system in a variant, as tables name it.
pub(super) fn name(plan: &Plan, variant: &Variant) -> String {
    let system = &plan.systems[variant.system].common.name;
    match plan.spell(variant).as_str() {
        "full" => system.clone(),
        spelt => format!("{system} {spelt}"),
    }
}

/// A part as tables name it: `domain = yelp`.
pub(super) fn part_name(part: &PartName) -> String {
    match part.value.as_str() {
        "" => part.slice.clone(),
        value => format!("{} = {value}", part.slice),
    }
}
