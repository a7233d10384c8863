//! M107: times taken on different machines are compared.

use super::context::{Context, Findings};
use super::{claims, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{
    Condition, Decide, Hardware, Id, MetricRef, Plan, Quantity, QuantityKind, VariantRef,
};
use crate::text::{Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

/// Places shown at most.
const LABELS: usize = 6;

declare_check!("M107" "latency-across-hardware" Warning "m107_latency_across_hardware.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let mut told = BTreeSet::new();
    for (_, c) in plan.compares.iter() {
        let Some(metric) = c.metrics.iter().find(|m| times(cx, m)) else {
            continue;
        };
        let pairs = c.against.iter().map(|a| (&c.subject, a));
        let claim = Claim::of(plan, metric, pairs, &mut told);
        claim.answer(code, plan, c.common.broken, out);
    }
    for (_, d) in plan.decides.iter() {
        let Some(q) = compared(cx, d) else { continue };
        let pair = std::iter::once((&d.subject, &d.against));
        let claim = Claim::of(plan, &q.metric, pair, &mut told);
        // What holds was said of the comparison.
        if !claim.apart.is_empty() {
            claim.answer(code, plan, d.common.broken, out);
        }
    }
}

/// Whether a metric is a time of rows, and not what that time costs: a price makes machines comparable.
fn times(cx: &Context<'_>, metric: &MetricRef) -> bool {
    let latency = |o: &crate::metrics::Outline| {
        !o.price && o.needs.iter().any(|n| n.role() == Some("latency"))
    };
    cx.outline(metric).is_some_and(latency)
}

/// The first difference in time that a decision reads.
fn compared<'a>(cx: &Context<'_>, d: &'a Decide) -> Option<&'a Quantity> {
    let conditions = d.rules.iter().filter_map(|r| r.when.as_ref());
    conditions
        .flat_map(Condition::quantities)
        .find(|q| match q.kind {
            QuantityKind::Gain | QuantityKind::Delta | QuantityKind::Relative => {
                times(cx, &q.metric)
            }
            QuantityKind::Value | QuantityKind::Interaction(..) => false,
        })
}

type Machine = Spanned<Id<Hardware>>;

/// Pairs whose times are compared.
struct Claim<'a> {
    metric: &'a MetricRef,
    /// The first pair on one machine.
    together: Option<Machine>,
    /// The subject's machine, and what ran on another, each with its own.
    apart: Vec<(&'a VariantRef, Machine, &'a VariantRef, Machine)>,
}

impl<'a> Claim<'a> {
    fn of(
        plan: &Plan,
        metric: &'a MetricRef,
        pairs: impl Iterator<Item = (&'a VariantRef, &'a VariantRef)>,
        told: &mut BTreeSet<[usize; 2]>,
    ) -> Claim<'a> {
        let mut claim = Claim {
            metric,
            together: None,
            apart: Vec::new(),
        };
        let on = |v: &VariantRef| {
            let system = &plan.systems[v.variant.system];
            system.hardware.filter(|_| claims::is_run(plan, v))
        };
        for (subject, against) in pairs {
            let (Some(own), Some(other)) = (on(subject), on(against)) else {
                continue;
            };
            let pair = [subject, against].map(|v| v.variant.system.index());
            if own.value == other.value {
                claim.together = claim.together.or(Some(own));
            } else if told.insert(pair) {
                claim.apart.push((subject, own, against, other));
            }
        }
        claim
    }

    fn answer(self, code: &'static CodeInfo, plan: &Plan, broken: bool, out: &mut Findings) {
        if !self.apart.is_empty() {
            out.report(diagnose(code, plan, &self));
        } else if let Some(machine) = self.together.filter(|_| !broken) {
            let name = &plan.hardware[machine.value].common.name;
            let why = format!(
                "`{}` is compared on one machine, `{name}`",
                self.metric.text
            );
            out.prove(code, self.metric.span, why);
        }
    }
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, claim: &Claim<'_>) -> Diagnostic {
    let text = &claim.metric.text;
    let machine = |m: &Machine| plan.hardware[m.value].common.name.as_str();
    let mut d = Diagnostic::new(code, format!("`{text}` is compared across machines"))
        .label(claim.metric.span, "asked for here");
    let mut shown: BTreeMap<Span, String> = BTreeMap::new();
    let mut order: Vec<Span> = Vec::new();
    for (subject, own, against, other) in &claim.apart {
        for (v, m) in [(subject, own), (against, other)] {
            let name = plan.show(&v.variant);
            let text = format!("`{name}` runs on `{}`", machine(m));
            if shown.insert(m.span, text).is_none() {
                order.push(m.span);
            }
        }
    }
    for at in order.into_iter().take(LABELS) {
        d = d.label(at, shown.remove(&at).unwrap_or_default());
    }
    for (subject, own, against, other) in claim.apart.iter().take(3) {
        d = d.witness(format!(
            "{text} of `{}` on `{}` against `{}` on `{}`",
            plan.show(&subject.variant),
            machine(own),
            plan.show(&against.variant),
            machine(other)
        ));
    }
    let first = claim.apart.first().map_or("one machine", |a| machine(&a.1));
    d.why(
        "the difference of the machines is in the difference of the systems, and nobody can take it out again \
         (Dehghani et al. 2022, the efficiency misnomer; Mattson et al. 2020)",
    )
    .help(format!("time both on `{first}`, or leave `{text}` out of this comparison"))
    .help("or compare what the time costs, such as `cost_per_1k`, with a `price:` for each machine")
}
