//! M110: the baseline leaves less head-room than the gain asked for.

use super::sizes::effect;
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Better, Plan};
use crate::power::sizes::Reads;
use crate::power::{Ask, Claim, Needed, claims};
use crate::text::Span;
use std::collections::BTreeSet;

declare_check!("M110" "saturated" Info "m110_saturated.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let mut seen: BTreeSet<Span> = BTreeSet::new();
    for claim in claims(plan, &Reads::new()).iter().filter(|c| !c.broken) {
        let whole = claim.part.is_none();
        let gain = |n: &&Needed| n.how != Ask::Margin;
        let Some(needed) = claim.needed.as_ref().filter(gain).filter(|_| whole) else {
            continue;
        };
        let Some((level, at)) = level(plan, claim) else {
            continue;
        };
        let Some(room) = head_room(plan, claim, level) else {
            continue;
        };
        if room >= needed.effect * (1.0 - 1e-9) {
            let why = format!(
                "the baseline leaves {} of head-room in `{}`",
                shown(plan, claim, room),
                claim.metric.text
            );
            out.prove(code, needed.span, why);
        } else if seen.insert(needed.span) {
            out.report(refuted(code, plan, claim, needed, (level, at, room)));
        }
    }
}

/// What the baseline is known to score, and where that is said: a published number, or the pilot's of the
/// comparison's first concern.
fn level(plan: &Plan, claim: &Claim<'_>) -> Option<(f64, Option<Span>)> {
    if let Some(value) = plan.reported(claim.against, claim.metric) {
        let system = &plan.systems[claim.against.system];
        return Some((value, Some(system.common.name_span)));
    }
    let level = claim.pilot?.level.as_ref()?;
    let about = plan.compares.iter().find_map(|(_, c)| {
        let own = c
            .pilot
            .as_ref()
            .is_some_and(|p| p.level.as_ref() == Some(level));
        own.then(|| c.about(plan))?
    })?;
    about
        .same(claim.metric)
        .then_some((level.value, Some(level.span)))
}

fn head_room(plan: &Plan, claim: &Claim<'_>, level: f64) -> Option<f64> {
    let metric = &plan.metrics[claim.metric.metric];
    let (low, high) = metric.range?;
    let room = match metric.better.as_ref()?.value {
        Better::Higher => high - level,
        Better::Lower => level - low,
    };
    (room.is_finite() && room >= 0.0).then_some(room)
}

fn shown(plan: &Plan, claim: &Claim<'_>, size: f64) -> String {
    effect(&plan.metrics[claim.metric.metric].measure, size)
}

fn refuted(
    code: &'static CodeInfo,
    plan: &Plan,
    claim: &Claim<'_>,
    needed: &Needed,
    (level, at, room): (f64, Option<Span>, f64),
) -> Diagnostic {
    let metric = &plan.metrics[claim.metric.metric];
    let (word, factor) = metric.measure.display_unit();
    let level = format!(
        "{}{}",
        super::cells::shown_number(level * factor),
        super::cells::unit(&word)
    );
    let (asked, left) = (shown(plan, claim, needed.effect), shown(plan, claim, room));
    let message = format!(
        "`{}` leaves {left} of head-room, and `{}` asks for {asked}",
        claim.metric.text, needed.outcome
    );
    let mut d =
        Diagnostic::new(code, message).label(needed.span, "a perfect system doesn't gain so much");
    if let Some(at) = at {
        d = d.label(at, format!("the baseline is at {level}"));
    }
    d.witness(format!(
        "from {level} to the end of the metric's range: {left}, asked: {asked}"
    ))
    .why(
        "near its ceiling a metric no longer tells systems apart, and what is left is mostly noise in the labels \
         (Bowman & Dahl 2021; Northcutt et al. 2021)",
    )
    .help("ask for a share of the remaining errors, take harder rows, or a metric with head-room")
}
