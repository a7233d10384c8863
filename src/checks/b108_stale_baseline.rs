//! B108: a baseline was published years before what it is compared with.

use super::contests::{self, Contest};
use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Dataset, Id, Plan, System};
use crate::text::Span;
use std::collections::BTreeMap;

declare_check!("B108" "stale-baseline" Info "b108_stale_baseline.md" run);

/// So many years make a baseline old.
const YEARS: i64 = 5;

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let mut of_candidate: BTreeMap<Id<System>, Vec<Contest<'_>>> = BTreeMap::new();
    for contest in contests::contests(plan) {
        let id = contest.candidate.variant.system;
        of_candidate.entry(id).or_default().push(contest);
    }
    for contests in of_candidate.values() {
        answer(code, cx, contests, out);
    }
}

fn answer(code: &'static CodeInfo, cx: &Context<'_>, contests: &[Contest<'_>], out: &mut Findings) {
    let plan = cx.plan;
    // A newer baseline beside it keeps an old one from misleading.
    let newest = contests
        .iter()
        .filter_map(|c| dated(plan, c))
        .max_by_key(|(y, ..)| *y);
    let (Some((published, at, contest)), true) =
        (newest, contests.iter().all(|c| dated(plan, c).is_some()))
    else {
        return;
    };
    let Some((now, place, what)) = present(cx, &contest) else {
        return;
    };
    let name = &contest.theirs(plan).common.name;
    if now - published < YEARS {
        let why = format!("`{name}` was published in {published}, {what} in {now}");
        out.prove(code, at, why);
        return;
    }
    out.report(
        Diagnostic::new(code, format!("`{name}` is {} years older than {what}", now - published))
            .label(at, format!("published in {published}"))
            .label(place, format!("{what}: {now}"))
            .label(contest.baseline.span, "and this is the newest baseline compared with")
            .witness(format!("{now} - {published} = {} years", now - published))
            .why(
                "what was hard to beat then may be easy today, and gains over old baselines don't add up \
                 (Armstrong et al. 2009; Ferrari Dacrema et al. 2019)",
            )
            .help("add a baseline of the last years to the comparison"),
    );
}

/// The year of a contest's baseline, with where it is said.
fn dated<'a>(plan: &'a Plan, contest: &Contest<'a>) -> Option<(i64, Span, Contest<'a>)> {
    let (year, at) = year(contest.theirs(plan))?;
    Some((year, at, *contest))
}

fn year(system: &System) -> Option<(i64, Span)> {
    system.published.map(|p| (p.value as i64, p.span))
}

/// The newest year of the candidate and of the data it is judged on.
fn present(cx: &Context<'_>, contest: &Contest<'_>) -> Option<(i64, Span, String)> {
    let plan = cx.plan;
    let candidate = contest.ours(plan);
    let own = year(candidate).map(|(y, at)| (y, at, format!("`{}`", candidate.common.name)));
    let variant = &contest.candidate.variant;
    let data = cx
        .evaluations
        .iter()
        .filter(|e| e.variant == *variant)
        .filter_map(|e| released(plan, e.on.dataset));
    own.into_iter().chain(data).max_by_key(|(y, ..)| *y)
}

/// The year in which the data became public.
fn released(plan: &Plan, dataset: Id<Dataset>) -> Option<(i64, Span, String)> {
    let d = &plan.datasets[dataset];
    let released = d.released.as_ref()?;
    let year = released.value.get(..4)?.parse().ok()?;
    Some((year, released.span, format!("`{}`", d.common.name)))
}
