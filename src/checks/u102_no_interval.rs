//! U102: a claim is made without an interval.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Decide, IntervalSpec, Outputs, Plan, Quantity, QuantityKind, VariantRef};
use crate::text::{Span, Spanned};

declare_check!("U102" "no-interval" Warning "u102_no_interval.md" run);

const WHY: &str = "a point estimate does not say how far chance alone would have carried it \
                   (Dror et al. 2018; Card et al. 2020)";

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (_, c) in cx.plan.compares.iter() {
        let claim = Claim {
            verb: "compared",
            at: c.subject.span,
            broken: c.common.broken,
        };
        answer(code, c.interval.as_ref(), &claim, out);
    }
    for (_, a) in cx.plan.ablations.iter() {
        let claim = Claim {
            verb: "ablated",
            at: a.of.span,
            broken: a.common.broken,
        };
        answer(code, a.interval.as_ref(), &claim, out);
    }
    for (_, f) in cx.plan.factorials.iter() {
        let claim = Claim {
            verb: "varied",
            at: f.of.span,
            broken: f.common.broken,
        };
        answer(code, f.interval.as_ref(), &claim, out);
    }
    for (_, d) in cx.plan.decides.iter() {
        reported(code, cx.plan, d, out);
    }
}

struct Claim {
    verb: &'static str,
    at: Span,
    broken: bool,
}

fn answer(
    code: &'static CodeInfo,
    interval: Option<&Spanned<IntervalSpec>>,
    claim: &Claim,
    out: &mut Findings,
) {
    let said = interval.map_or_else(IntervalSpec::default, |i| i.value.clone());
    match (said, interval) {
        (IntervalSpec::None, Some(interval)) => out.report(
            Diagnostic::new(code, "differences are reported without an interval")
                .label(interval.span, "no uncertainty is computed")
                .label(claim.at, format!("for what is {} here", claim.verb))
                .why(WHY)
                .help("leave `interval:` out: the default is `bootstrap(10_000, level: 95%)`")
                .fix(
                    "compute bootstrap intervals",
                    false,
                    interval.span,
                    "bootstrap(10_000, level: 95%)",
                ),
        ),
        (
            IntervalSpec::Bootstrap {
                resamples,
                level,
                grows,
                ..
            },
            interval,
        ) if interval.is_some() || !claim.broken => {
            let at = interval.map_or(claim.at, |i| i.span);
            let percent = (level * 1e4).round() / 1e2;
            let why = if grows {
                format!("as many resamples as it takes give an interval at {percent} %")
            } else {
                format!("{resamples} resamples give an interval at {percent} %")
            };
            out.prove(code, at, why);
        }
        (IntervalSpec::Analytic { level, .. }, Some(interval)) => {
            let percent = (level * 1e4).round() / 1e2;
            let why = format!("an analytic interval at {percent} %");
            out.prove(code, interval.span, why);
        }
        _ => {}
    }
}

/// A rule that reads a published number, which has no rows to resample. Where nothing else is decided on, R107
/// says so.
fn reported(code: &'static CodeInfo, plan: &Plan, decide: &Decide, out: &mut Findings) {
    let published_only = [&decide.subject, &decide.against]
        .iter()
        .all(|v| plan.is_reported(v.variant.system));
    if published_only {
        return;
    }
    let quantities = decide.rules.iter().filter_map(|r| r.when.as_ref());
    let first = quantities
        .flat_map(|when| when.quantities())
        .find_map(|q| published(plan, decide, q).map(|v| (q, v)));
    if let Some((q, v)) = first {
        let name = &plan.systems[v.variant.system].common.name;
        out.report(
            Diagnostic::new(
                code,
                "a rule reads a published number, which has no interval",
            )
            .label(q.span, "this has to be established")
            .label(
                v.span,
                format!("`{name}` has published numbers and no rows"),
            )
            .why(WHY)
            .help(format!(
                "run `{name}` yourself, and give its outputs as `predictions:`"
            )),
        );
    }
}

fn published<'a>(plan: &Plan, decide: &'a Decide, q: &'a Quantity) -> Option<&'a VariantRef> {
    let subject = q.of.as_ref().unwrap_or(&decide.subject);
    let against = match q.kind {
        QuantityKind::Value | QuantityKind::Interaction(..) => None,
        QuantityKind::Gain | QuantityKind::Delta | QuantityKind::Relative => Some(&decide.against),
    };
    let numbers = |v: &&VariantRef| {
        let outputs = &plan.systems[v.variant.system].outputs;
        matches!(outputs, Some(Outputs::Reported(_)))
    };
    std::iter::once(subject).chain(against).find(numbers)
}
