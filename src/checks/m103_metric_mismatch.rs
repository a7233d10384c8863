//! M103: a system is tuned or chosen by another metric than decides.

use super::context::{Context, Findings};
use super::{claims, declare_check, m112_aggregation_mismatch as families};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Id, MetricRef, Plan, System};
use crate::text::Span;
use std::collections::BTreeMap;

declare_check!("M103" "metric-mismatch" Warning "m103_metric_mismatch.md" run);

const WHY: &str = "what is tuned by one metric gives up what another asks: the systems are not at their best at what \
                   decides, and by how much differs from one to the next (Hand 2006; Dodge et al. 2019)";

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let (mut deciding, broken) = claims::deciding(plan);
    let decided = !plan.decides.is_empty();
    let primary = plan.header.as_ref().and_then(|h| h.primary.clone());
    deciding.extend(primary);
    if deciding.is_empty() || broken || plan.incomplete {
        return;
    }
    let agrees = |m: &MetricRef| deciding.iter().any(|d| d.same(m));
    for (span, (by, systems)) in tuned(plan) {
        let names: Vec<String> = systems.iter().map(|s| format!("`{s}`")).collect();
        let names = claims::listed(&names);
        if agrees(by) {
            let why = format!("{names} are tuned by `{}`, which decides", by.text);
            out.prove(code, span, why);
            continue;
        }
        let what = format!("the settings of {names} are chosen");
        out.report(diagnose(code, plan, by, &what, &deciding));
    }
    if !decided {
        return;
    }
    for (by, what) in chosen(plan, &deciding) {
        out.report(diagnose(code, plan, by, &what, &deciding));
    }
}

/// The evaluated systems by what tunes them.
fn tuned(plan: &Plan) -> BTreeMap<Span, (&MetricRef, Vec<&str>)> {
    let mut found: BTreeMap<Span, (&MetricRef, Vec<&str>)> = BTreeMap::new();
    let ids: std::collections::BTreeSet<Id<System>> =
        plan.evaluated().into_keys().map(|v| v.system).collect();
    for s in ids.into_iter().map(|id| &plan.systems[id]) {
        let tuned = s.tune.as_ref().and_then(|t| t.by.as_ref());
        for by in tuned.into_iter().chain(&s.stopped_by) {
            let (_, names) = found.entry(by.span).or_insert((by, Vec::new()));
            if !names.contains(&s.common.name.as_str()) {
                names.push(&s.common.name);
            }
        }
    }
    found
}

/// The plan's choices by metrics that don't decide. An average of what decides is M112's.
fn chosen<'a>(
    plan: &'a Plan,
    deciding: &'a [MetricRef],
) -> impl Iterator<Item = (&'a MetricRef, String)> {
    let agrees = move |m: &MetricRef| deciding.iter().any(|d| d.same(m));
    let selected = plan.selects.iter().filter_map(move |(_, s)| {
        let (by, _) = s.objective.as_ref()?;
        (!agrees(by)).then(|| (by, format!("`{}` is chosen", s.common.name)))
    });
    let kept = plan.ablations.iter().filter_map(move |(_, a)| {
        a.tolerance?;
        let by = a.metric.as_ref()?;
        if agrees(by) {
            return None;
        }
        let of = plan.show(&a.of.variant);
        let akin = deciding.iter().any(|d| families::akin(plan, d, by));
        (!akin).then(|| (by, format!("the smallest `{of}` is chosen")))
    });
    selected.chain(kept)
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    by: &MetricRef,
    what: &str,
    deciding: &[MetricRef],
) -> Diagnostic {
    let primary = plan.header.as_ref().and_then(|h| h.primary.as_ref());
    let read = |m: &&MetricRef| deciding.iter().any(|d| d.same(m));
    let Some(decides) = primary.filter(read).or(deciding.first()) else {
        return Diagnostic::new(code, what);
    };
    let at = deciding
        .iter()
        .find(|d| d.same(decides))
        .map_or(decides.span, |d| d.span);
    Diagnostic::new(
        code,
        format!("{what} by `{}`, and `{}` decides", by.text, decides.text),
    )
    .label(by.span, "this chooses")
    .label(at, "and this decides")
    .why(WHY)
    .help(format!(
        "choose by what decides, `{}`, or decide by `{}`",
        decides.text, by.text
    ))
    .help("or say why the two agree: `@allow(M103, \"…\")` before the item")
    .fix(
        format!("choose by `{}`", decides.text),
        false,
        by.span,
        decides.text.clone(),
    )
}
