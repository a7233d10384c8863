//! U113: a t or normal interval or test rests on so few values that it rests on their being normal.

use super::sizes::{declared, most_units, whole};
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{AnalyticMethod, Compare, IntervalSpec, Over, Plan, TestMethod};
use crate::power::sizes::runs;
use crate::text::Span;

declare_check!("U113" "normal-theory-small-n" Info "u113_normal_theory_small_n.md" run);

/// From so many values on the mean of most laws is normal enough.
const MANY: f64 = 30.0;

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (_, c) in cx.plan.compares.iter().filter(|(_, c)| !c.common.broken) {
        let Some((what, at)) = method(c) else {
            continue;
        };
        let Some((n, values)) = values(cx.plan, c) else {
            continue;
        };
        if n >= MANY {
            let why = format!("{} {values} are enough for normal theory", whole(n));
            out.prove(code, at, why);
            continue;
        }
        let message = format!(
            "{what} of {} {values} takes their differences as normal",
            whole(n)
        );
        let mut d = Diagnostic::new(code, message).label(at, "normal theory");
        if let Some(seeds) = seeds(cx.plan, c).filter(|_| values == "runs") {
            d = d.label(seeds, format!("{} {values}", whole(n)));
        }
        let d = d
            .why(
                "with few values the sampling law of a mean is that of the values, and their law cannot be seen in so \
                 few of them (Student 1908; Demšar 2006)",
            )
            .help(match values {
                "runs" => "leave `over: runs` out, so that rows and runs are both resampled, or take more runs".to_owned(),
                _ => format!(
                    "take more {values}, or `interval: bootstrap(10_000, method: studentized)`, which fails less where few \
                     values are skewed"
                ),
            })
            .help("or keep it where the differences are known to be near normal, and say so in the plan's risks");
        out.report(d);
    }
}

/// What rests on normal theory, as written.
fn method(c: &Compare) -> Option<(&'static str, Span)> {
    let interval = c.interval.as_ref().and_then(|i| match i.value {
        IntervalSpec::Analytic { method, .. } => match method {
            AnalyticMethod::T => Some(("the t interval", i.span)),
            AnalyticMethod::Normal => Some(("the normal interval", i.span)),
            AnalyticMethod::Wilson
            | AnalyticMethod::Exact
            | AnalyticMethod::Newcombe
            | AnalyticMethod::Delong
            | AnalyticMethod::OrderStatistic => None,
        },
        IntervalSpec::Bootstrap { .. } | IntervalSpec::None => None,
    });
    let test = c.test.filter(|t| t.value == TestMethod::T);
    interval.or(test.map(|t| ("the t test", t.span)))
}

/// The values it is computed of at most, and what they are.
fn values(plan: &Plan, c: &Compare) -> Option<(f64, &'static str)> {
    if c.over.is_some_and(|o| o.value == Over::Runs) {
        let most = std::iter::once(&c.subject)
            .chain(&c.against)
            .map(|v| runs(plan, &v.variant))
            .max()?;
        return (most > 1).then_some((most as f64, "runs"));
    }
    most_units(&declared(plan, &c.on.as_ref()?.data))
}

fn seeds(plan: &Plan, c: &Compare) -> Option<Span> {
    let system = &plan.systems[c.subject.variant.system];
    system.seeds.as_ref().map(|s| s.span)
}
