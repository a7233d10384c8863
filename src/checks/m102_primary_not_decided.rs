//! M102: no decision reads the metric that the plan calls primary.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph;
use crate::hir::{Condition, Decide, MetricRef, Plan, Select};
use crate::text::Span;

declare_check!("M102" "primary-not-decided" Warning "m102_primary_not_decided.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let Some(primary) = plan.header.as_ref().and_then(|h| h.primary.as_ref()) else {
        return;
    };
    let (read, broken) = read(plan);
    if let Some(found) = read.iter().find(|m| m.same(primary)) {
        let why = format!("a decision reads `{}`", primary.text);
        out.prove(code, found.span, why);
    } else if !broken && !plan.incomplete && !read.is_empty() {
        out.report(diagnose(code, primary, &read));
    }
}

/// The metrics that decide, and whether part of what decides could not be read. Where there is no
/// `decide`, the plan's choices decide.
fn read(plan: &Plan) -> (Vec<MetricRef>, bool) {
    if plan.decides.is_empty() {
        let metrics = plan
            .selects
            .iter()
            .flat_map(|(_, s)| chosen_by(s))
            .collect();
        return (metrics, plan.selects.iter().any(|(_, s)| s.common.broken));
    }
    let metrics = plan.decides.iter().flat_map(|(_, d)| graph::metrics_of(d));
    (
        metrics.collect(),
        plan.decides.iter().any(|(_, d)| unread(d)),
    )
}

fn chosen_by(select: &Select) -> Vec<MetricRef> {
    let objective = select.objective.iter().map(|(m, _)| m);
    let prefer = select.prefer.iter().map(|(m, _)| m);
    let required = select.require.iter().flat_map(|c| c.quantities());
    let required = required.map(|q| &q.metric);
    objective.chain(prefer).chain(required).cloned().collect()
}

fn unread(decide: &Decide) -> bool {
    let conditions = decide.rules.iter().filter_map(|r| r.when.as_ref());
    decide.common.broken || conditions.into_iter().any(has_error)
}

fn has_error(condition: &Condition) -> bool {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(has_error),
        Condition::Not(inner) | Condition::Possibly(inner) => has_error(inner),
        Condition::Every { body, .. } => has_error(body),
        Condition::Atom(_) => false,
        Condition::Error => true,
    }
}

fn diagnose(code: &'static CodeInfo, primary: &MetricRef, read: &[MetricRef]) -> Diagnostic {
    let mut names: Vec<String> = read.iter().map(|m| format!("`{}`", m.text)).collect();
    names.sort();
    names.dedup();
    let first: Option<Span> = read.first().map(|m| m.span);
    let message = format!("the primary metric `{}` decides nothing", primary.text);
    let mut d = Diagnostic::new(code, message).label(primary.span, "said to be what counts");
    if let Some(at) = first {
        d = d.label(
            at,
            format!("and what decides reads only {}", names.join(", ")),
        );
    }
    d.why(
        "a verdict on another metric than the one announced is outcome switching, however honest \
         (Goldacre et al. 2019; Simmons et al. 2011)",
    )
    .help(format!(
        "let a rule read it, such as one on `gain({})`",
        primary.text
    ))
    .help("or name as `primary:` the metric that decides")
}
