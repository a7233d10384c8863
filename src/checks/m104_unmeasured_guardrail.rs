//! M104: a metric is said to be a guardrail, and nothing measures it where it would guard.

use super::context::{Context, Findings};
use super::{claims, declare_check};
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::graph;
use crate::hir::{Compare, Header, MetricRef, Plan, Variant, VariantRef};
use crate::text::Span;

declare_check!("M104" "unmeasured-guardrail" Warning "m104_unmeasured_guardrail.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let Some(header) = &plan.header else { return };
    let mut absent = Vec::new();
    for guard in &header.guardrails {
        match measured(plan, guard) {
            Measured::At(at) => {
                let why = format!("`{}` is measured beside what decides", guard.text);
                out.prove(code, at, why);
            }
            // Where all is measured beside floors only, B102 says it.
            Measured::OnFloor(at) if beside_more(plan) => absent.push((guard, Some(at))),
            Measured::OnFloor(_) => {}
            Measured::Nowhere => absent.push((guard, None)),
        }
    }
    if absent.is_empty() || unsure(plan, header) {
        return;
    }
    match plan.compares.iter().next() {
        Some((_, first)) => out.report(diagnose(code, plan, first, &absent)),
        None if plan.ablations.is_empty() && plan.factorials.is_empty() => {}
        None => out.report(open(code, plan, &absent)),
    }
}

/// Where a guardrail is measured.
enum Measured {
    /// Beside a baseline that could be lived with.
    At(Span),
    /// Beside a floor only.
    OnFloor(Span),
    Nowhere,
}

/// Whether something that could measure a guardrail was not read.
fn unsure(plan: &Plan, header: &Header) -> bool {
    plan.incomplete
        || header.common.broken
        || plan.compares.iter().any(|(_, c)| c.common.broken)
        || plan.selects.iter().any(|(_, s)| s.common.broken)
        || plan.decides.iter().any(|(_, d)| claims::unread(d))
}

fn measured(plan: &Plan, guard: &MetricRef) -> Measured {
    let asks = |m: &&MetricRef| m.same(guard);
    let mut floor = None;
    for (_, c) in plan
        .compares
        .iter()
        .filter(|(_, c)| guarded(plan, &c.subject.variant))
    {
        let Some(m) = c.metrics.iter().find(asks) else {
            continue;
        };
        match c.against.iter().any(|v| claims::is_run(plan, v)) {
            true => return Measured::At(m.span),
            false => floor = floor.or(Some(m.span)),
        }
    }
    let tables = plan.ablations.iter().filter_map(|(_, a)| a.metric.as_ref());
    let cells = plan
        .factorials
        .iter()
        .filter_map(|(_, f)| f.metric.as_ref());
    let chosen = plan.selects.iter().flat_map(|(_, s)| claims::chosen_by(s));
    if let Some(m) = tables.chain(cells).chain(chosen).find(asks) {
        return Measured::At(m.span);
    }
    let read = plan
        .decides
        .iter()
        .filter(|(_, d)| claims::is_run(plan, &d.against));
    let read = read.flat_map(|(_, d)| graph::metrics_of(d));
    match (read.into_iter().find(|m| m.same(guard)), floor) {
        (Some(m), _) => Measured::At(m.span),
        (None, Some(at)) => Measured::OnFloor(at),
        (None, None) => Measured::Nowhere,
    }
}

/// Whether what is decided on is set against more than floors.
fn beside_more(plan: &Plan) -> bool {
    let compared = plan.compares.iter().map(|(_, c)| c);
    let mut own = compared.filter(|c| guarded(plan, &c.subject.variant));
    own.any(|c| c.against.iter().any(|v| claims::is_run(plan, v)))
}

/// Whether the variant is decided on; all are where nothing is.
fn guarded(plan: &Plan, subject: &Variant) -> bool {
    plan.decides.is_empty()
        || plan
            .decides
            .iter()
            .any(|(_, d)| d.subject.variant == *subject)
}

type Absent<'a> = [(&'a MetricRef, Option<Span>)];

fn names(absent: &Absent<'_>) -> String {
    let all: Vec<String> = absent
        .iter()
        .map(|(m, _)| format!("`{}`", m.text))
        .collect();
    claims::listed(&all)
}

fn described(mut d: Diagnostic, absent: &Absent<'_>) -> Diagnostic {
    for (guard, floor) in absent {
        d = d.label(guard.span, "said to be a guardrail");
        if let Some(at) = floor {
            d = d.label(*at, "measured here, beside a floor only");
        }
    }
    d.why(
        "a guardrail that is not measured guards nothing: the gain may be paid for by just what was to be kept \
         (Kohavi, Tang & Xu 2020, on guardrail metrics; Thomas & Uminsky 2022)",
    )
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    first: &Compare,
    absent: &Absent<'_>,
) -> Diagnostic {
    let floors = absent.iter().all(|(_, floor)| floor.is_some());
    let verb = if absent.len() == 1 { "is" } else { "are" };
    let beside = if floors {
        "beside a floor only"
    } else {
        "by no comparison"
    };
    let decided = |c: &&Compare| {
        plan.decides
            .iter()
            .any(|(_, d)| pair(c, &d.subject, &d.against))
    };
    let compares = || plan.compares.iter().map(|(_, c)| c);
    let compare = compares().find(decided).unwrap_or(first);
    let message = format!("{} {verb} measured {beside}", names(absent));
    let mut d = described(Diagnostic::new(code, message), absent);
    let text: Vec<&str> = absent.iter().map(|(m, _)| m.text.as_str()).collect();
    let text = text.join(", ");
    if let Some(last) = compare.metrics.last() {
        d = d.label(last.span, "not among these");
    }
    d = d.help(format!(
        "add it where the decision is measured: `metrics: [… {text}]`"
    ));
    match compare.metrics.as_slice() {
        // Two metrics can only stand in a list.
        [_, .., last] => {
            let end = Span::new(last.span.file, last.span.end, last.span.end);
            d.fix("measure it", false, end, format!(", {text}"))
        }
        [_] | [] => d,
    }
}

fn pair(c: &Compare, subject: &VariantRef, against: &VariantRef) -> bool {
    c.subject.variant == subject.variant && c.against.iter().any(|a| a.variant == against.variant)
}

/// An ablation has one metric, and may be all there is.
fn open(code: &'static CodeInfo, plan: &Plan, absent: &Absent<'_>) -> Diagnostic {
    let message = format!(
        "nothing but an ablation of one metric could measure {}",
        names(absent)
    );
    let d = described(Diagnostic::new(code, message), absent).answered(Answer::Open);
    let pair = plan.decides.iter().next().map(|(_, d)| d);
    let (subject, against) = pair.map_or(("candidate".into(), "baseline".into()), |d| {
        (plan.show(&d.subject.variant), plan.show(&d.against.variant))
    });
    d.help(format!(
        "`compare {subject} with {against} {{ on: …, metrics: [… {}] }}` would settle it",
        absent.first().map_or("", |(m, _)| m.text.as_str())
    ))
}
