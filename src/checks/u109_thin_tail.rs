//! U109: a quantile so far out that the rows hold too little of the tail for an interval.
//!
//! The largest of n rows lies above the true q-quantile with a chance of 1 − qⁿ; where that is under
//! 1 − α/2, no row at all is an upper limit at the level.

use super::sizes::{counted, declared, percent, whole};
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::formula::{Aggregate, AggregateKind, Cell, Formula, RowNumber};
use crate::hir::{Argument, DataRef, Id, Metric, MetricRef, Plan, Variant};
use crate::power::level;
use crate::power::sizes::{Count, runs};
use crate::text::Span;
use std::collections::BTreeSet;

declare_check!("U109" "thin-tail" Warning "u109_thin_tail.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let mut seen: BTreeSet<(Id<Metric>, Vec<String>, &DataRef)> = BTreeSet::new();
    for (_, c) in plan.compares.iter().filter(|(_, c)| !c.common.broken) {
        let Some(on) = &c.on else { continue };
        let alpha = level(plan, c.interval.as_ref());
        let sides: Vec<&Variant> = std::iter::once(&c.subject)
            .chain(&c.against)
            .map(|v| &v.variant)
            .collect();
        for metric in &c.metrics {
            let Some(tail) = tail(plan, metric) else {
                continue;
            };
            if !seen.insert((metric.metric, metric.key(), &on.data)) {
                continue;
            }
            let Some(size) = measured(plan, &on.data, &sides, tail.latency) else {
                continue;
            };
            answer(code, metric, &tail, &size, alpha, out);
        }
    }
}

/// A quantile of a number of the rows.
struct Tail {
    /// Which.
    share: f64,
    /// Whether of the latency.
    latency: bool,
}

/// The rows or requests a quantile is taken of.
struct Measured {
    count: Count,
    what: &'static str,
    at: Option<Span>,
}

/// The quantile that a metric is; of a low one the share above it.
fn tail(plan: &Plan, metric: &MetricRef) -> Option<Tail> {
    let (mut at, mut args) = (metric.metric, &metric.args);
    // Names for other metrics are followed; circles were refused, so a few steps are enough.
    for _ in 0..16 {
        match plan.metrics[at].formula.as_ref()? {
            Formula::Metric(m) => (at, args) = (m.metric, &m.args),
            Formula::Aggregate(a) => return quantile(a, args),
            _ => return None,
        }
    }
    None
}

fn quantile(a: &Aggregate, args: &[Argument]) -> Option<Tail> {
    let AggregateKind::Quantile(number, share) = &a.kind else {
        return None;
    };
    let share = match share.as_ref() {
        Formula::Constant(share, _) => *share,
        Formula::Param(i) => match args.get(*i)? {
            Argument::Number(share) => *share,
            Argument::Column(_) | Argument::Param(_) => return None,
        },
        _ => return None,
    };
    let latency = matches!(number, RowNumber::Cell(Cell::Role(role)) if role == "latency");
    // Filtered rows are fewer by an unknown share.
    let whole = a.filter.is_none();
    (whole && share > 0.0 && share < 1.0).then_some(Tail {
        share: share.max(1.0 - share),
        latency,
    })
}

/// Requests where a system serves and the latency is meant, else rows.
fn measured(plan: &Plan, on: &DataRef, sides: &[&Variant], latency: bool) -> Option<Measured> {
    let served = sides.iter().filter_map(|v| {
        let requests = plan.systems[v.system].serve.as_ref()?.requests.as_ref()?;
        Some((requests.value * runs(plan, v).max(1) as f64, requests.span))
    });
    if latency && sides.iter().any(|v| plan.systems[v.system].serve.is_some()) {
        let (n, at) = served.min_by(|a, b| a.0.total_cmp(&b.0))?;
        return Some(Measured {
            count: Count::Exactly(n),
            what: "requests",
            at: Some(at),
        });
    }
    let rows = declared(plan, on).rows;
    Some(Measured {
        count: rows.count,
        what: "rows",
        at: rows.declared,
    })
}

fn answer(
    code: &'static CodeInfo,
    metric: &MetricRef,
    tail: &Tail,
    size: &Measured,
    alpha: f64,
    out: &mut Findings,
) {
    let Some(most) = size.count.bound() else {
        return;
    };
    let uncovered = |n: f64| tail.share.powf(n);
    if uncovered(most) > alpha / 2.0 {
        out.report(refuted(code, metric, tail, size, alpha));
    } else if let Some(n) = size.count.number() {
        let beyond = n * (1.0 - tail.share);
        let why = format!(
            "about {} of {} {} lie beyond the quantile of `{}`",
            beyond.round(),
            counted(size.count),
            size.what,
            metric.text
        );
        out.prove(code, metric.span, why);
    }
}

fn refuted(
    code: &'static CodeInfo,
    metric: &MetricRef,
    tail: &Tail,
    size: &Measured,
    alpha: f64,
) -> Diagnostic {
    let n = size.count.bound().unwrap_or(0.0);
    let (beyond, shown) = (n * (1.0 - tail.share), counted(size.count));
    let needed = ((alpha / 2.0).ln() / tail.share.ln()).ceil();
    let what = size.what;
    let message = format!(
        "`{}` rests on the {} most extreme of {shown} {what}",
        metric.text,
        whole(beyond.round().max(1.0)),
    );
    let mut d = Diagnostic::new(code, message).label(
        metric.span,
        format!(
            "a quantile that {} of the {what} exceed",
            percent(1.0 - tail.share)
        ),
    );
    if let Some(at) = size.at {
        d = d.label(at, format!("{shown} {what}"));
    }
    let chance = tail.share.powf(n);
    d.witness(format!(
        "the largest of {} {what} lies below the true quantile with a chance of {:.1} %, and an interval at {} grants {} %",
        whole(n),
        100.0 * chance,
        percent(1.0 - alpha),
        ((alpha / 2.0) * 1e6).round() / 1e4,
    ))
    .why(
        "with so little of the tail seen no value in the data is an upper limit at this level, and the interval of any \
         method is too short (Hahn & Meeker 1991, ch. 5; Davison & Hinkley 1997, sec. 2.6)",
    )
    .help(format!("measure at least {} {what}", whole(needed)))
    .help("or judge by a quantile nearer to the middle")
}
