//! M102: no decision reads the metric that the plan calls primary.

use super::context::{Context, Findings};
use super::{claims, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::MetricRef;
use crate::text::Span;

declare_check!("M102" "primary-not-decided" Warning "m102_primary_not_decided.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let Some(primary) = plan.header.as_ref().and_then(|h| h.primary.as_ref()) else {
        return;
    };
    let (read, broken) = claims::deciding(plan);
    if let Some(found) = read.iter().find(|m| m.same(primary)) {
        let why = format!("a decision reads `{}`", primary.text);
        out.prove(code, found.span, why);
    } else if !broken && !plan.incomplete && !read.is_empty() {
        out.report(diagnose(code, primary, &read));
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
