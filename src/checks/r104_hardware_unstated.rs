//! R104: a time, a cost or an energy is measured, and nothing says on what.

use super::context::{Context, Findings};
use super::declare_check;
use super::family;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Condition, Id, MetricRef, Outputs, Plan, System, Variant};
use crate::text::Span;
use std::collections::BTreeMap;

declare_check!("R104" "hardware-unstated" Warning "r104_hardware_unstated.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let mut faults: BTreeMap<Span, Vec<(Id<System>, Timed)>> = BTreeMap::new();
    for (id, timed) in timed(plan) {
        let s = &plan.systems[id];
        let name = &s.common.name;
        if s.common.broken || s.is_builtin() || matches!(s.outputs, Some(Outputs::Reported(_))) {
            continue;
        }
        match &s.hardware {
            Some(h) => {
                let on = &plan.hardware[h.value].common.name;
                out.prove(code, h.span, format!("`{name}` is measured on `{on}`"));
            }
            None => {
                let place = plan.systems[family::eldest(plan, id)].common.name_span;
                faults.entry(place).or_default().push((id, timed));
            }
        }
    }
    for (place, systems) in faults {
        out.report(diagnose(code, plan, place, &systems));
    }
}

/// What of a system depends on the machine: the metric, where it is asked for, and what it reads.
struct Timed {
    metric: String,
    at: Span,
    reads: &'static str,
}

/// The systems measured by something that depends on the machine.
fn timed(plan: &Plan) -> BTreeMap<Id<System>, Timed> {
    let mut found: BTreeMap<Id<System>, Timed> = BTreeMap::new();
    let mut known: BTreeMap<Vec<String>, Option<&'static str>> = BTreeMap::new();
    let mut add = |v: &Variant, metric: &MetricRef| {
        if found.contains_key(&v.system) {
            return;
        }
        let mut key = metric.key();
        key.push(metric.metric.index().to_string());
        let reads = known
            .entry(key)
            .or_insert_with(|| plan.reads(metric).machine());
        if let Some(reads) = *reads {
            let (metric, at) = (metric.text.clone(), metric.span);
            found.insert(v.system, Timed { metric, at, reads });
        }
    };
    for (_, c) in plan.compares.iter() {
        for metric in &c.metrics {
            add(&c.subject.variant, metric);
            c.against.iter().for_each(|a| add(&a.variant, metric));
        }
    }
    for (_, a) in plan.ablations.iter() {
        if let Some(metric) = &a.metric {
            add(&a.of.variant, metric);
            a.arms.iter().for_each(|arm| add(&arm.variant, metric));
        }
    }
    for (_, f) in plan.factorials.iter() {
        if let Some(metric) = &f.metric {
            add(&f.of.variant, metric);
        }
    }
    for (_, s) in plan.selects.iter() {
        let asked = s
            .require
            .iter()
            .flat_map(Condition::quantities)
            .map(|q| &q.metric);
        let chosen = s
            .objective
            .iter()
            .map(|o| &o.0)
            .chain(s.prefer.iter().map(|p| &p.0));
        for metric in asked.chain(chosen) {
            s.from.iter().for_each(|v| add(&v.variant, metric));
        }
    }
    for (_, d) in plan.decides.iter() {
        let conditions = d.rules.iter().filter_map(|r| r.when.as_ref());
        for q in conditions.flat_map(Condition::quantities) {
            add(
                q.of.as_ref().map_or(&d.subject.variant, |v| &v.variant),
                &q.metric,
            );
        }
    }
    found
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    place: Span,
    systems: &[(Id<System>, Timed)],
) -> Diagnostic {
    let names: Vec<String> = systems
        .iter()
        .map(|(id, _)| format!("`{}`", plan.systems[*id].common.name))
        .collect();
    let verb = if names.len() == 1 { "says" } else { "say" };
    let list = names.join(" and ");
    let metric = systems.first().map_or("", |(_, t)| t.metric.as_str());
    let message = format!("{list} {verb} nothing of the hardware on which `{metric}` is measured");
    let mut d = Diagnostic::new(code, message).label(place, "no `hardware:`");
    if let Some((_, timed)) = systems.first() {
        d = d
            .label(timed.at, format!("`{metric}` reads `{}`", timed.reads))
            .witness(format!(
                "`{metric}` reads `{}`, which depends on the machine",
                timed.reads
            ));
    }
    d.why(
        "a time or cost says nothing without the machine it was measured on, and two of them can't be compared \
         (Dodge et al. 2019; Schwartz et al. 2020)",
    )
    .help(match plan.hardware.iter().next() {
        Some((_, h)) => format!("say what it ran on: `hardware: {}`", h.common.name),
        None => "declare the machine, as in `hardware cpu1 { cores: 1 }`, and say that it ran there: `hardware: cpu1`".to_string(),
    })
}
