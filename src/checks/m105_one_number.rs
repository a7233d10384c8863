//! M105: the decision rests on one metric, and nothing guards what else may suffer.

use super::context::{Context, Findings};
use super::{claims, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Decide, MetricRef, Plan};

declare_check!("M105" "one-number" Warning "m105_one_number.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let (deciding, broken) = claims::deciding(plan);
    let header = plan.header.as_ref();
    let guards = header.map_or(&[][..], |h| h.guardrails.as_slice());
    let metrics = claims::once(&deciding);
    match (metrics.as_slice(), guards) {
        ([], _) => {}
        ([first, second, ..], _) => {
            let why = format!("`{}` and `{}` decide together", first.text, second.text);
            out.prove(code, second.span, why);
        }
        ([_], [guard, ..]) => {
            out.prove(code, guard.span, format!("`{}` is a guardrail", guard.text));
        }
        ([one], []) => {
            let unread = header.is_some_and(|h| h.common.broken);
            if !broken && !unread && !plan.incomplete && !published(plan) {
                out.report(diagnose(code, plan, one));
            }
        }
    }
}

/// Whether all decisions rest on published numbers, which R107 says.
fn published(plan: &Plan) -> bool {
    let reported = |d: &Decide| plan.is_reported(d.subject.variant.system);
    !plan.decides.is_empty() && plan.decides.iter().all(|(_, d)| reported(d))
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, one: &MetricRef) -> Diagnostic {
    let compared = plan.compares.iter().flat_map(|(_, c)| &c.metrics);
    let other = compared.into_iter().find(|m| !m.same(one));
    let mut d = Diagnostic::new(
        code,
        format!(
            "everything rests on `{}`, and nothing guards the rest",
            one.text
        ),
    )
    .label(one.span, "the only number that decides");
    if let Some(header) = &plan.header {
        d = d.label(header.common.name_span, "no `guardrails:`");
    }
    if let Some(other) = other {
        d = d.label(other.span, "shown, but free to fall");
    }
    let name = other.map_or("latency_p95", |m| m.text.as_str());
    d.why(
        "a measure that becomes the target stops being a good measure: what is not measured pays for the gain \
         (Goodhart 1975; Strathern 1997; Thomas & Uminsky 2022)",
    )
    .help(format!("name what must not suffer, `guardrails: [{name}]` in the plan, and measure it in the comparison"))
    .help(format!("or let a rule ask for it beside `{}`", one.text))
}
