//! What has to be measured on which rows.

use crate::graph::metrics_of;
use crate::hir::{
    Condition, DataRef, IntervalSpec, MetricRef, Plan, Quantity, Slice, Variant, VariantRef,
    rows_of,
};
use crate::text::Span;
use std::collections::BTreeMap;

/// What has to be measured on one partition.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The rows.
    pub on: DataRef,
    /// Where the plan names them first.
    pub on_span: Span,
    /// The variants with, for each, its metrics as places in `metrics`, and where it is named first.
    pub variants: BTreeMap<Variant, (Vec<usize>, Span)>,
    /// The metrics, each once.
    pub metrics: Vec<MetricRef>,
    /// Slices of the rows.
    pub slices: Vec<Slice>,
    /// The most resamples any claim asks for.
    pub resamples: u32,
    /// Whether some claim asks for as many as its intervals need.
    pub grows: bool,
    /// Whether some claim resamples whole units: groups where they are declared.
    pub by_unit: bool,
    /// Whether some claim resamples rows one by one, whatever is declared.
    pub row_by_row: bool,
}

/// What the plan's claims need, by partition.
pub fn wanted(plan: &Plan) -> Vec<Wanted> {
    let mut all: BTreeMap<DataRef, Wanted> = BTreeMap::new();
    for (_, c) in plan.compares.iter() {
        let Some(on) = &c.on else { continue };
        let w = entry(&mut all, &on.data, on.span);
        w.draw(c.interval.as_ref().map(|i| &i.value));
        w.row_by_row |= c.row_by_row();
        w.by_unit |= !c.row_by_row();
        for slice in &c.slices {
            if !w.slices.contains(slice) {
                w.slices.push(slice.clone());
            }
        }
        for v in std::iter::once(&c.subject).chain(&c.against) {
            w.want(v, &c.metrics);
        }
    }
    for (_, a) in plan.ablations.iter() {
        let (Some(on), Some(metric)) = (&a.on, &a.metric) else {
            continue;
        };
        let w = entry(&mut all, &on.data, on.span);
        w.draw(a.interval.as_ref().map(|i| &i.value));
        w.by_unit = true;
        let metrics = std::slice::from_ref(metric);
        w.want(&a.of, metrics);
        for arm in &a.arms {
            w.want_variant(&arm.variant, arm.span, metrics);
        }
    }
    for (_, f) in plan.factorials.iter() {
        let (Some(on), Some(metric)) = (&f.on, &f.metric) else {
            continue;
        };
        let w = entry(&mut all, &on.data, on.span);
        w.draw(f.interval.as_ref().map(|i| &i.value));
        w.by_unit = true;
        for cell in &f.cells {
            w.want_variant(&cell.variant, f.over_span, std::slice::from_ref(metric));
        }
    }
    for (_, s) in plan.selects.iter() {
        let mut metrics: Vec<MetricRef> = s.require.iter().flat_map(condition_metrics).collect();
        metrics.extend(s.objective.iter().map(|o| o.0.clone()));
        metrics.extend(s.prefer.iter().map(|p| p.0.clone()));
        for on in s.on.iter().chain(&s.report_on) {
            let w = entry(&mut all, &on.data, on.span);
            w.draw(None);
            w.by_unit = true;
            for v in &s.from {
                w.want(v, &metrics);
            }
        }
    }
    for (_, d) in plan.decides.iter() {
        let Some(on) = rows_of(plan, d) else { continue };
        let Some(w) = all.get_mut(&on) else { continue };
        let metrics = metrics_of(d);
        w.want(&d.subject, &metrics);
        w.want(&d.against, &metrics);
        for q in d
            .rules
            .iter()
            .filter_map(|r| r.when.as_ref())
            .flat_map(Condition::quantities)
        {
            if let Some(of) = &q.of {
                w.want(of, std::slice::from_ref(&q.metric));
            }
        }
    }
    for (_, a) in plan.ablations.iter() {
        let (Some(on), Some(metric)) = (&a.on, &a.metric) else {
            continue;
        };
        // Where other claims run what several arms take away together, the table uses it.
        let Some(w) = all.get_mut(&on.data) else {
            continue;
        };
        let known: Vec<(Variant, Span)> = w
            .variants
            .iter()
            .filter(|(v, _)| v.system == a.of.variant.system)
            .map(|(v, (_, span))| (v.clone(), *span))
            .collect();
        for (v, span) in known {
            if a.takes_away(plan, &v).is_some() {
                w.want_variant(&v, span, std::slice::from_ref(metric));
            }
        }
    }
    for (_, s) in plan.stops.iter() {
        let compared = plan.compares.iter().find(|(_, c)| {
            c.subject.variant == s.subject.variant
                && c.against.iter().any(|a| a.variant == s.against.variant)
        });
        let on = compared.and_then(|(_, c)| c.on.as_ref());
        let Some(w) = on.and_then(|on| all.get_mut(&on.data)) else {
            continue;
        };
        let conditions = s.rules.iter().filter_map(|r| r.when.as_ref());
        let quantities: Vec<&Quantity> = conditions.flat_map(Condition::quantities).collect();
        let mut metrics: Vec<MetricRef> = quantities.iter().map(|q| q.metric.clone()).collect();
        metrics.push(s.metric.clone());
        w.want(&s.subject, &metrics);
        w.want(&s.against, &metrics);
        for q in quantities {
            if let Some(of) = &q.of {
                w.want(of, std::slice::from_ref(&q.metric));
            }
        }
    }
    for w in all.values_mut() {
        // Published numbers have no rows: they are taken as they are.
        w.variants.retain(|v, _| !plan.is_reported(v.system));
    }
    all.into_values()
        .filter(|w| !w.variants.is_empty())
        .collect()
}

fn condition_metrics(c: &Condition) -> Vec<MetricRef> {
    c.quantities()
        .into_iter()
        .map(|q: &Quantity| q.metric.clone())
        .collect()
}

fn entry<'m>(all: &'m mut BTreeMap<DataRef, Wanted>, on: &DataRef, span: Span) -> &'m mut Wanted {
    all.entry(on.clone()).or_insert_with(|| Wanted {
        on: on.clone(),
        on_span: span,
        variants: BTreeMap::new(),
        metrics: Vec::new(),
        slices: Vec::new(),
        resamples: 0,
        grows: false,
        by_unit: false,
        row_by_row: false,
    })
}

impl Wanted {
    fn draw(&mut self, interval: Option<&IntervalSpec>) {
        match interval.cloned().unwrap_or_default() {
            IntervalSpec::Bootstrap {
                resamples, grows, ..
            } => {
                self.resamples = self.resamples.max(resamples);
                self.grows |= grows;
            }
            // Quantities without a closed form are resampled all the same.
            IntervalSpec::Analytic { .. } => self.draw(None),
            IntervalSpec::None => {}
        }
    }

    fn want(&mut self, v: &VariantRef, metrics: &[MetricRef]) {
        self.want_variant(&v.variant, v.span, metrics);
    }

    fn want_variant(&mut self, variant: &Variant, span: Span, metrics: &[MetricRef]) {
        let places: Vec<usize> = metrics.iter().map(|m| self.place(m)).collect();
        let (own, _) = self
            .variants
            .entry(variant.clone())
            .or_insert_with(|| (Vec::new(), span));
        own.extend(places);
        own.sort_unstable();
        own.dedup();
    }

    fn place(&mut self, metric: &MetricRef) -> usize {
        if let Some(known) = self.metric(metric) {
            return known;
        }
        self.metrics.push(metric.clone());
        self.metrics.len() - 1
    }

    /// The place of a metric.
    pub fn metric(&self, metric: &MetricRef) -> Option<usize> {
        self.metrics.iter().position(|m| m.same(metric))
    }
}
