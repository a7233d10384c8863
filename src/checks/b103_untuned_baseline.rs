//! B103: the candidate was tuned and the baseline was not.

use super::contests::{self, Contest, Trials};
use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::hir::{Plan, System, Tune};

declare_check!("B103" "untuned-baseline" Warning "b103_untuned_baseline.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    for contest in contests::contests(plan) {
        let (a, b) = (
            contest.candidate.variant.system,
            contest.baseline.variant.system,
        );
        let (ours, theirs) = (contests::trials(plan, a, b), contests::trials(plan, b, a));
        let (name, other) = (&contest.ours(plan).common.name, contest.theirs(plan));
        let at = contest.baseline.span;
        if ours.parts.is_empty() {
            continue;
        }
        if !theirs.parts.is_empty() {
            let why = format!("`{}` was tuned as well as `{name}`", other.common.name);
            out.prove(code, at, why);
        } else if contest.handicap(plan).is_none() {
            out.report(diagnose(code, plan, &contest, &ours));
        }
    }
}

/// Whether the plan says nothing at all of how a system came to be.
fn silent(system: &System) -> bool {
    system.train.is_empty() && system.steps.is_empty() && system.ensemble.is_empty()
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    contest: &Contest<'_>,
    ours: &Trials,
) -> Diagnostic {
    let (candidate, baseline) = (contest.ours(plan), contest.theirs(plan));
    let (a, b) = (&candidate.common.name, &baseline.common.name);
    let unknown = silent(baseline);
    let message = if unknown {
        format!("the plan does not say whether `{b}` was tuned, as `{a}` was")
    } else {
        format!("`{a}` was tuned and `{b}` was not")
    };
    let mut d = Diagnostic::new(code, message).label(baseline.common.name_span, "no `tune:`");
    for (name, trials, at) in &ours.parts {
        let text = match trials {
            Some(n) => format!("`{name}` was chosen among {n} settings"),
            None => format!("the settings of `{name}` were chosen"),
        };
        d = d.label(*at, text);
    }
    d = d
        .label(contest.baseline.span, format!("and `{b}` is what `{a}` has to beat here"))
        .witness(format!("settings tried: {} for `{a}`, 0 for `{b}`", ours.show()))
        .why(
            "tuning alone often gives more than the method that is claimed, and tuned baselines have undone such \
             claims (Melis et al. 2018; Ferrari Dacrema et al. 2019; Dodge et al. 2019)",
        )
        .help(match candidate.tune.as_ref().and_then(|t| written(plan, t)) {
            Some(tune) => format!("tune `{b}` on the same rows with as many trials: `tune: {tune}`"),
            None => format!("tune `{b}` on the same rows with as many trials"),
        })
        .help(format!("or say in `{a}` why that is fair: `handicap: \"…\"`"));
    if unknown { d.answered(Answer::Open) } else { d }
}

/// The candidate's tuning as a plan writes it.
fn written(plan: &Plan, tune: &Tune) -> Option<String> {
    let [on] = tune.on.as_slice() else {
        return None;
    };
    let (by, trials) = (tune.by.as_ref()?, tune.trials?);
    Some(format!(
        "{} {{ by: {}, trials: {} }}",
        plan.show_data(&on.data),
        by.text,
        trials.value
    ))
}
