//! R107: a claim rests on published numbers alone.

use super::context::{Context, Findings};
use super::declare_check;
use super::family::{self, Side};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Outputs, Plan, Variant, VariantRef};
use crate::text::Span;
use std::collections::BTreeMap;

declare_check!("R107" "reported-only-claim" Warning "r107_reported_only_claim.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let reported = |v: &VariantRef| plan.is_reported(v.variant.system);
    let mut faults: BTreeMap<(Variant, Variant), Vec<Side<'_>>> = BTreeMap::new();
    for side in family::sides(plan) {
        if reported(side.subject) && reported(side.against) {
            let key = (side.subject.variant.clone(), side.against.variant.clone());
            faults.entry(key).or_default().push(side);
        } else if side.decided {
            let name = if reported(side.subject) {
                side.against
            } else {
                side.subject
            };
            let why = format!("`{}` is measured on rows", plan.show(&name.variant));
            out.prove(code, name.span, why);
        }
    }
    for sides in faults.values() {
        if let Some(d) = diagnose(code, plan, sides) {
            out.report(d);
        }
    }
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, sides: &[Side<'_>]) -> Option<Diagnostic> {
    let side = sides.first()?;
    let (a, b) = (
        plan.show(&side.subject.variant),
        plan.show(&side.against.variant),
    );
    let verb = |s: &Side<'_>| if s.decided { "decided" } else { "compared" };
    let with = |s: &Side<'_>| if s.decided { "against" } else { "with" };
    let message = format!(
        "`{a}` and `{b}` are {} by published numbers alone",
        verb(side)
    );
    let mut d = Diagnostic::new(code, message);
    for s in sides {
        let text = format!("`{a}` is {} {} `{b}` here", verb(s), with(s));
        d = d.label(s.subject.span.to(s.against.span), text);
    }
    for v in [side.subject, side.against] {
        let (name, at) = (plan.show(&v.variant), numbers(plan, v));
        if d.labels.iter().all(|l| l.span != at) {
            d = d.label(at, format!("published, not measured: `{name}`"));
        }
    }
    Some(
        d.witness(format!("rows measured of `{a}`: 0, of `{b}`: 0"))
            .why(
                "nothing in such a claim can be checked or repeated: no rows, no intervals, no runs \
                 (Pineau et al. 2021; Marie et al. 2021)",
            )
            .help("run both on the same rows, and give their outputs as `predictions:` or `run:`")
            .help("or keep the numbers as a table: an `ablation` of published numbers without a decision"),
    )
}

/// Where a system's published numbers stand.
fn numbers(plan: &Plan, v: &VariantRef) -> Span {
    let system = &plan.systems[v.variant.system];
    match &system.outputs {
        Some(Outputs::Reported(all)) => all
            .first()
            .map_or(system.common.name_span, |r| r.metric.span),
        Some(Outputs::Run { .. } | Outputs::Predictions { .. } | Outputs::Predict { .. })
        | None => system.common.name_span,
    }
}
