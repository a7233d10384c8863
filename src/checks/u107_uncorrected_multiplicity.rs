//! U107: several claims are made, and nothing corrects for there being several.
//!
//! A claim is a metric, against one baseline, on the whole or on a part of the rows. A primary metric
//! with one guardrail beside it is one claim: both have to hold, and a conjunction needs no correction
//! (Berger 1982). Rules read nominal intervals, which no correction widens: alternatives of the
//! favourable outcome are several claims even where p values are corrected.

use super::context::{Context, Findings};
use super::{alternatives, claims, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Compare, Correction, Decide, IntervalSpec, MetricRef, Plan, SliceBy};
use crate::text::Span;

declare_check!("U107" "uncorrected-multiplicity" Warning "u107_uncorrected_multiplicity.md" run);

const WHY: &str = "each claim is another chance for noise to pass for a finding, so one of many all but surely does \
                   (Holm 1979; Demšar 2006; Dror et al. 2017)";

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    for (_, c) in plan.compares.iter() {
        let family = Family::of(plan, c);
        let correction = c.correct.filter(|x| x.value != Correction::None);
        // Without intervals nothing is claimed but points, which U102 says.
        let points = matches!(
            c.interval.as_ref().map(|i| &i.value),
            Some(IntervalSpec::None)
        );
        let absent = c.correct.is_none() && c.common.broken;
        match correction {
            Some(said) if family.claims() > 1 => {
                let why = format!("{} are corrected for each other", family.shown());
                out.prove(code, said.span, why);
            }
            None if family.several() && !points && !absent => {
                out.report(uncorrected(code, plan, c, &family));
            }
            None if family.claims() == 1 && !c.common.broken => {
                out.prove(code, c.subject.span, "there is one claim");
            }
            Some(_) | None => {}
        }
    }
    for (_, d) in plan.decides.iter() {
        let corrected = compared(plan, d)
            .is_some_and(|c| c.correct.is_some_and(|x| x.value != Correction::None));
        let found = alternatives::of(plan, d, corrected);
        if found.len() > 1 {
            out.report(either(code, plan, d, &found));
        }
    }
}

/// The comparison of a decision's two sides.
fn compared<'a>(plan: &'a Plan, d: &Decide) -> Option<&'a Compare> {
    let all = plan.compares.iter().map(|(_, c)| c);
    all.into_iter().find(|c| {
        let against = |a: &crate::hir::VariantRef| a.variant == d.against.variant;
        c.subject.variant == d.subject.variant && c.against.iter().any(against)
    })
}

/// What a comparison's claims are made of.
struct Family {
    metrics: usize,
    guardrails: usize,
    baselines: usize,
    /// The whole, and parts of it.
    parts: usize,
    /// Whether a column may have more values than the two counted.
    at_least: bool,
}

impl Family {
    fn of(plan: &Plan, c: &Compare) -> Family {
        let header = plan.header.as_ref();
        let guards = |m: &MetricRef| {
            let all = header.map_or(&[][..], |h| h.guardrails.as_slice());
            all.iter().any(|g| g.same(m))
        };
        let measured = |v: &crate::hir::VariantRef| !plan.is_reported(v.variant.system);
        let baselines = c.against.iter().filter(|v| measured(v)).count();
        let by_column = |by: &SliceBy| matches!(by, SliceBy::Column(_));
        let slices = c
            .slices
            .iter()
            .map(|s| if by_column(&s.by) { 2 } else { 1 });
        Family {
            metrics: c.metrics.len(),
            guardrails: c.metrics.iter().filter(|m| guards(m)).count(),
            baselines: if measured(&c.subject) { baselines } else { 0 },
            parts: 1 + slices.sum::<usize>(),
            at_least: c.slices.iter().any(|s| by_column(&s.by)),
        }
    }

    fn claims(&self) -> usize {
        self.metrics * self.baselines * self.parts
    }

    /// Whether it is more than one claim with one guardrail.
    fn several(&self) -> bool {
        let free = (self.metrics - self.guardrails) * self.baselines * self.parts;
        free > 1 || self.claims() > 2
    }

    fn shown(&self) -> String {
        let least = if self.at_least { "at least " } else { "" };
        format!("{least}{} claims", self.claims())
    }
}

/// The level of one claim, as a chance of error.
fn alpha(plan: &Plan, c: Option<&Compare>) -> f64 {
    let said = plan.header.as_ref().and_then(|h| h.alpha);
    let level = match c.and_then(|c| c.interval.as_ref()).map(|i| &i.value) {
        Some(IntervalSpec::Bootstrap { level, .. } | IntervalSpec::Analytic { level, .. }) => {
            *level
        }
        Some(IntervalSpec::None) | None => 0.95,
    };
    said.map_or(1.0 - level, |a| a.value)
}

/// The chance, in per cent, that one of `k` independent claims passes though none is true.
fn family_wise(alpha: f64, k: usize) -> f64 {
    // More claims than this are certain to err, so the cast is exact where it matters.
    let none = (1.0 - alpha).powi(i32::try_from(k).unwrap_or(i32::MAX));
    ((1.0 - none) * 1e3).round() / 1e1
}

fn percent(share: f64) -> f64 {
    (share * 1e4).round() / 1e2
}

fn uncorrected(code: &'static CodeInfo, plan: &Plan, c: &Compare, f: &Family) -> Diagnostic {
    let alpha = alpha(plan, Some(c));
    let k = f.claims();
    let chance = family_wise(alpha, k);
    let mut d = Diagnostic::new(
        code,
        format!(
            "{} are made, and none is corrected for the others",
            f.shown()
        ),
    );
    if let Some(said) = c.correct {
        d = d.label(said.span, "no correction");
    }
    for (place, text) in places(c, f) {
        d = d.label(place, text);
    }
    let least = if f.at_least { "at least " } else { "" };
    d = d
        .witness(format!(
            "{least}{k} claims at {} % each: where nothing differs, one of them passes with a chance of {least}{chance} % \
             (1 − (1 − {alpha})^{k}, of independent claims)",
            percent(alpha),
            alpha = (alpha * 1e6).round() / 1e6,
        ))
        .why(WHY)
        .help("add `correct: holm`, which keeps the chance of any false claim at the level of one");
    match (c.correct, &c.on) {
        (Some(said), _) => d.fix("correct by Holm", false, said.span, "holm"),
        (None, Some(on)) => {
            let end = Span::new(on.span.file, on.span.end, on.span.end);
            d.fix("correct by Holm", false, end, ", correct: holm")
        }
        (None, None) => d,
    }
}

/// Where the claims come from.
fn places(c: &Compare, f: &Family) -> Vec<(Span, String)> {
    let count = |n: usize, one: &str| match n {
        1 => format!("1 {one}"),
        n => format!("{n} {one}s"),
    };
    let metrics = c
        .metrics
        .first()
        .map(|m| (m.span, count(f.metrics, "metric")));
    let against = c
        .against
        .first()
        .map(|a| (a.span, format!("× {}", count(f.baselines, "baseline"))));
    let parts = format!(
        "× the whole and {}{}",
        if f.at_least { "at least " } else { "" },
        count(f.parts - 1, "part"),
    );
    let slices = c.slices.first().map(|s| (s.name.span, parts));
    metrics.into_iter().chain(against).chain(slices).collect()
}

fn either(
    code: &'static CodeInfo,
    plan: &Plan,
    d: &Decide,
    found: &[alternatives::Alternative],
) -> Diagnostic {
    let k = found.len();
    let rules = claims::favourable(plan, d);
    let outcome = rules.first().map_or("", |r| r.outcome.value.as_str());
    let one_sided = alpha(plan, compared(plan, d)) / 2.0;
    let mut diagnostic = Diagnostic::new(
        code,
        format!("`{outcome}` follows from any of {k} claims, and none is corrected for the others"),
    );
    for (place, alternative) in found.iter().enumerate() {
        let text = if place == 0 {
            "enough by itself"
        } else {
            "and so is this"
        };
        diagnostic = diagnostic.label(alternative.span, text);
    }
    diagnostic
        .witness(format!(
            "{k} claims at {} % each: where nothing differs, one of them passes with a chance of {} % (of independent claims)",
            percent(one_sided),
            family_wise(one_sided, k),
        ))
        .why(WHY)
        .help("ask for all of them (`and`), or let the primary metric decide alone")
        .help("or rest each alternative on a corrected p value: `p_value(gain(…)) < 5%` with `correct: holm` in the comparison")
}
