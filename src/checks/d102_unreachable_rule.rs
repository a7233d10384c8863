//! D102: a rule that is never the first to fire.
//!
//! Left to others: a decision with one outcome only (D107), a rule that only its metrics' ranges
//! rule out (D105). An `otherwise` after rules that cover everything isn't a fault: it takes failed
//! results.

use super::cells::{Found, Ranges, Space, Want};
use super::d105_impossible_threshold::by_threshold;
use super::d107_unfalsifiable::one_outcome;
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Decide, Plan};

declare_check!("D102" "unreachable-rule" Error "d102_unreachable_rule.md" run);

fn run(info: &'static CodeInfo, context: &Context<'_>, findings: &mut Findings) {
    let plan = context.plan;
    for (id, decide) in plan.decides.iter().filter(|(_, d)| !d.common.broken) {
        let space = context.space(id);
        if one_outcome(&space).is_some() {
            continue;
        }
        let mut all_reached = true;
        for (number, rule) in space.rules.iter().enumerate() {
            let after_rest = space.otherwise().is_some_and(|rest| rest < number);
            if rule.when.is_none() && !after_rest {
                continue;
            }
            match space.first(number) {
                Found::At(_) => {}
                Found::Unsure => all_reached = false,
                Found::Nowhere => {
                    all_reached = false;
                    if let Some(d) = unreachable(info, plan, decide, &space, number) {
                        findings.report(d);
                    }
                }
            }
        }
        if all_reached {
            let why = "for each rule there are results on which it is the first to fire";
            findings.prove(info, decide.common.name_span, why);
        }
    }
}

fn unreachable(
    info: &'static CodeInfo,
    plan: &Plan,
    decide: &Decide,
    space: &Space,
    number: usize,
) -> Option<Diagnostic> {
    let rule = space.rules.get(number)?;
    let name = format!("`{}`", rule.outcome);
    if matches!(space.search(&[(number, Want::Established)]), Found::Nowhere) {
        let ranges_aside = Space::new(plan, decide, Ranges::Ignored);
        let wants = [(number, Want::Established)];
        let by_range = !matches!(ranges_aside.search(&wants), Found::Nowhere);
        if by_range || by_threshold(plan, decide, rule.span) {
            return None;
        }
        return Some(
            Diagnostic::new(
                info,
                format!("the rule for {name} contradicts itself: no result can meet it"),
            )
            .label(rule.span, "no result meets all of this at once")
            .why("an outcome that can't come out makes the plan look fairer than it is")
            .help("mend the thresholds or their directions, or leave the rule out"),
        );
    }
    let blockers = blockers(space, number);
    let mut earlier = blockers.iter().filter_map(|&b| space.rules.get(b));
    if earlier.any(|r| by_threshold(plan, decide, r.span)) {
        return None; // a threshold outside a range, as D105 says
    }
    let names: Vec<String> = blockers
        .iter()
        .filter_map(|&b| space.rules.get(b))
        .map(|r| format!("`{}`", r.outcome))
        .collect();
    let by = names.join(" and ");
    let message = if blockers.len() == 1 {
        format!("{name} can never be decided: {by} has fired wherever it holds")
    } else {
        format!("{name} can never be decided: one of {by} has fired wherever it holds")
    };
    let mut diagnostic = Diagnostic::new(info, message).label(rule.span, "never the first to fire");
    for earlier in blockers.iter().filter_map(|&b| space.rules.get(b)) {
        let holds = if earlier.when.is_none() {
            "this takes every result that comes so far"
        } else if blockers.len() == 1 {
            "this comes first and holds wherever that does"
        } else {
            "this comes first and holds on a part of it"
        };
        diagnostic = diagnostic.label(earlier.span, holds);
    }
    if let Found::At(solution) = space.search(&[(number, Want::Established)])
        && let Some(first) = blockers.iter().find(|&&b| {
            space.rules.get(b).is_some_and(|r| r.when.is_none())
                || solution.truth(space, b) == Some(super::cells::Truth::Established)
        })
        && let Some(first) = space.rules.get(*first)
    {
        let numbers = space.show(&solution);
        diagnostic = diagnostic.witness(format!("{numbers} → `{}`, before {name}", first.outcome));
    }
    Some(
        diagnostic
            .why("rules are read in order and the first established one decides, so this outcome can't come out")
            .help(format!("put the rule for {name} before {by}, narrow what comes before it, or leave it out")),
    )
}

/// A least set of earlier rules that together leave nothing for this one.
fn blockers(space: &Space, number: usize) -> Vec<usize> {
    let blocked = |by: &[usize]| {
        let mut wants: Vec<(usize, Want)> = by.iter().map(|&b| (b, Want::NotEstablished)).collect();
        wants.push((number, Want::Established));
        matches!(space.search(&wants), Found::Nowhere)
    };
    if let Some(alone) = (0..number).find(|&b| blocked(&[b])) {
        return vec![alone];
    }
    let mut needed: Vec<usize> = (0..number).collect();
    for candidate in 0..number {
        let without: Vec<usize> = needed.iter().copied().filter(|&b| b != candidate).collect();
        if blocked(&without) {
            needed = without;
        }
    }
    needed
}
