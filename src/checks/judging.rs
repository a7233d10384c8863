//! Judges: which claim rests on the judgements of which step.

use super::context::Context;
use crate::graph::Evaluation;
use crate::hir::{Condition, DataUse, Id, MetricRef, Plan, Step, VariantRef};
use crate::text::Span;

/// A metric that a claim reads, and the judge whose judgements it rests on.
pub(super) struct Judging<'a> {
    /// The judge.
    pub judge: Id<Step>,
    /// Where the metric names it.
    pub named: Span,
    /// The metric, where the claim asks for it.
    pub metric: &'a MetricRef,
    /// What is judged, and on which rows.
    pub evaluation: Evaluation,
}

/// Every judge at work in comparisons, ablations, selections and decisions, in source order of these.
pub(super) fn judgings<'a>(cx: &'a Context<'_>) -> Vec<Judging<'a>> {
    let plan = cx.plan;
    if plan.metrics.iter().all(|(_, m)| m.judge.is_none()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (metrics, systems, on) in claims(plan) {
        for metric in metrics {
            for judge in plan.judges(metric.metric) {
                let of = |v: &VariantRef| Judging {
                    judge: judge.value,
                    named: judge.span,
                    metric,
                    evaluation: Evaluation {
                        variant: v.variant.clone(),
                        variant_span: v.span,
                        on: on.data.clone(),
                        on_span: on.span,
                        choice: false,
                        claim: "compare",
                    },
                };
                found.extend(systems.iter().map(of));
            }
        }
    }
    found
}

type Claim<'a> = (Vec<&'a MetricRef>, Vec<VariantRef>, &'a DataUse);

fn claims(plan: &Plan) -> Vec<Claim<'_>> {
    let mut all: Vec<Claim<'_>> = Vec::new();
    for (_, c) in plan.compares.iter() {
        let systems = std::iter::once(&c.subject).chain(&c.against);
        all.extend(c.on.iter().map(|on| {
            let systems: Vec<VariantRef> = systems.clone().cloned().collect();
            (c.metrics.iter().collect(), systems, on)
        }));
    }
    for (_, a) in plan.ablations.iter() {
        let whole = std::iter::once(a.of.clone());
        let arms = a.arms.iter().map(|arm| VariantRef {
            variant: arm.variant.clone(),
            span: arm.span,
            sets: Vec::new(),
        });
        let systems: Vec<VariantRef> = whole.chain(arms).collect();
        all.extend(
            a.on.iter()
                .map(|on| (a.metric.iter().collect(), systems.clone(), on)),
        );
    }
    for (_, s) in plan.selects.iter() {
        let objective = s.objective.iter().map(|o| &o.0);
        let metrics: Vec<&MetricRef> = objective.chain(s.prefer.iter().map(|p| &p.0)).collect();
        let on = s.report_on.iter().chain(&s.on);
        all.extend(on.map(|on| (metrics.clone(), s.from.clone(), on)));
    }
    for (_, d) in plan.decides.iter() {
        let conditions = d.rules.iter().filter_map(|r| r.when.as_ref());
        let metrics: Vec<&MetricRef> = conditions
            .flat_map(Condition::quantities)
            .map(|q| &q.metric)
            .collect();
        let rows = crate::hir::rows_of(plan, d);
        let used = plan.compares.iter().filter_map(|(_, c)| c.on.as_ref());
        let mut used = used.chain(plan.ablations.iter().filter_map(|(_, a)| a.on.as_ref()));
        let on = used.find(|on| rows.as_ref() == Some(&on.data));
        all.extend(on.map(|on| (metrics, vec![d.subject.clone(), d.against.clone()], on)));
    }
    all
}
