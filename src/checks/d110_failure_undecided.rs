//! D110: nothing, or the favourable outcome, follows from a failed result.
//!
//! A result that failed, is missing or is not a number makes every comparison that reads it unclear.
//! `failed:` names what follows; else the first rule that holds all the same, at last the `otherwise`.
//! Where results that didn't fail have no outcome either, D101 speaks alone, and D107 where all have
//! the same.

use super::asks::{Ask, alternatives, favourable_rules, favoured};
use super::cells::{Found, Space, Truth, Want};
use super::d107_unfalsifiable::one_outcome;
use super::d109_absence_as_equality::absent;
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Decide, Plan, Rule};
use crate::text::Span;

declare_check!("D110" "failure-undecided" Warning "d110_failure_undecided.md" run);

fn run(info: &'static CodeInfo, context: &Context<'_>, findings: &mut Findings) {
    let plan = context.plan;
    for (id, decide) in plan.decides.iter().filter(|(_, d)| !d.common.broken) {
        let Some(favoured) = favoured(plan, decide) else {
            continue;
        };
        if let Some(failed) = &decide.failed {
            if failed.value == favoured {
                findings.report(named(info, decide, favoured, failed.span));
            } else {
                let why = format!("`failed: {}` takes every failed result", failed.value);
                findings.prove(info, failed.span, why);
            }
            continue;
        }
        unnamed(info, (plan, decide), &context.space(id), favoured, findings);
    }
}

/// A decision that does not name an outcome for failures.
fn unnamed(
    info: &'static CodeInfo,
    (plan, decide): (&Plan, &Decide),
    space: &Space,
    favoured: &str,
    findings: &mut Findings,
) {
    if one_outcome(space).is_some() {
        return;
    }
    let rest = decide.rules.iter().find(|r| r.when.is_none());
    let found = match rest {
        None if !matches!(
            space.search(&space.none_before(space.rules.len())),
            Found::At(_)
        ) =>
        {
            Some(nowhere(info, decide))
        }
        None => return,
        Some(rest) if rest.outcome.value == favoured => Some(by_rest(info, rest, favoured)),
        Some(_) if lacks_evidence(plan, decide) => return,
        Some(_) => by_rule(info, decide, space, favoured),
    };
    match (found, rest) {
        (Some(diagnostic), _) => findings.report(mended(diagnostic, decide, favoured)),
        (None, Some(rest)) => {
            let why = format!("`{} otherwise` takes failed results", rest.outcome.value);
            findings.prove(info, rest.span, why);
        }
        (None, None) => {}
    }
}

/// Whether D109 speaks of a favourable rule that holds without evidence, which a failed result is, too.
fn lacks_evidence(plan: &Plan, decide: &Decide) -> bool {
    let rules = favourable_rules(plan, decide);
    let ways = rules.iter().filter_map(|(_, when)| alternatives(when));
    let found = |way: &Vec<Ask<'_>>| way.iter().any(|a| absent(plan, decide, a, way));
    ways.flatten().any(|way| found(&way))
}

fn named(info: &'static CodeInfo, decide: &Decide, favoured: &str, at: Span) -> Diagnostic {
    let message = format!("a failed result leads to `{favoured}`, the favourable outcome");
    let diagnostic = Diagnostic::new(info, message)
        .label(at, "takes every failed, missing or NaN result")
        .why(WHY);
    match other(decide, favoured) {
        Some(other) => diagnostic.help(format!("write `failed: {other}`")).fix(
            format!("let failures be `{other}`"),
            false,
            at,
            other,
        ),
        None => diagnostic.help("name an outcome that is not the favourable one"),
    }
}

const WHY: &str = "runs that crash or give no number tend to be the bad ones, so a plan that \
                   lets them pass, or leaves them open, favours the system that failed";

fn nowhere(info: &'static CodeInfo, decide: &Decide) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(info, "nothing says what follows from a failed result");
    if let Some(last) = decide.rules.last() {
        diagnostic = diagnostic.label(last.span, "the last rule, and no `otherwise` behind it");
    }
    diagnostic.witness("a run crashes, or a metric has no value → what reads it is unclear")
}

fn by_rest(info: &'static CodeInfo, rest: &Rule, favoured: &str) -> Diagnostic {
    let message = format!("a failed result leads to `{favoured}`, the favourable outcome");
    Diagnostic::new(info, message)
        .label(
            rest.span,
            "takes what no other rule fires on, failed results among it",
        )
        .witness(format!(
            "a run crashes, or a metric has no value → no other rule can be established → `{favoured}`"
        ))
}

/// A rule for the favourable outcome that fires although something it depends on has failed.
fn by_rule(
    info: &'static CodeInfo,
    decide: &Decide,
    space: &Space,
    favoured: &str,
) -> Option<Diagnostic> {
    let rules = space.rules.iter().enumerate();
    let own = rules.filter(|(_, r)| r.outcome == favoured && r.when.is_some());
    let (number, axis, numbers) = own
        .flat_map(|(number, _)| (0..space.axes.len()).map(move |axis| (number, axis)))
        .find_map(|(number, axis)| Some((number, axis, passes(space, number, axis)?)))?;
    let name = &space.axes.get(axis)?.look.name;
    let name = if name.is_empty() { "a result" } else { name };
    let rule = decide.rules.get(number)?;
    let message = format!("a failed result can lead to `{favoured}`, the favourable outcome");
    Some(
        Diagnostic::new(info, message)
            .label(
                rule.span,
                "`possibly` holds where nothing could be measured",
            )
            .witness(format!("{name} failed, {numbers} → `{favoured}`")),
    )
}

/// The numbers beside which the rule fires where the axis failed, though not whatever it had been.
fn passes(space: &Space, rule: usize, axis: usize) -> Option<String> {
    let mut wants = space.none_before(rule);
    wants.push((rule, Want::Established));
    let Found::At(solution) = space.search_failed(axis, &wants) else {
        return None;
    };
    let failed = space.axes.get(axis)?;
    let outcome = &space.rules.get(rule)?.outcome;
    let elsewhere = (0..failed.states.len()).any(|state| {
        let mut atoms = solution.atoms.clone();
        failed.tell(state, &mut atoms);
        let fires = |r: &&super::cells::Rule| {
            let when = r.when.as_ref();
            when.is_none_or(|w| w.known(&atoms).0 == Truth::Established)
        };
        space.rules.iter().find(fires).map(|r| &r.outcome) != Some(outcome)
    });
    let numbers = match solution.points.iter().any(Option::is_some) {
        true => space.show(&solution),
        false => "whatever else is measured".into(),
    };
    elsewhere.then_some(numbers)
}

/// The last outcome that is not the favourable one.
fn other<'a>(decide: &'a Decide, favoured: &str) -> Option<&'a str> {
    let outcomes = decide.rules.iter().map(|r| r.outcome.value.as_str());
    outcomes.rev().find(|o| *o != favoured)
}

fn mended(diagnostic: Diagnostic, decide: &Decide, favoured: &str) -> Diagnostic {
    let diagnostic = diagnostic.why(WHY);
    let (Some(other), Some(last)) = (other(decide, favoured), decide.rules.last()) else {
        return diagnostic.help("name the outcome of failures, such as `failed: reject`");
    };
    let end = Span {
        start: last.span.end,
        ..last.span
    };
    diagnostic
        .help(format!(
            "name the outcome of failures: add `failed: {other}` to the decision"
        ))
        .fix(
            format!("let failures be `{other}`"),
            false,
            end,
            format!("\n  failed: {other}"),
        )
}
