//! D106: a rule that numbers could meet, but no result of this design.
//!
//! The rule's condition is searched with what the design leaves: the steps that shares of the declared
//! rows take, the least p value of the resamples or the test, the ends and widths of analytic intervals
//! over so many rows, and published numbers. Every bound holds whatever the result is. Left to others:
//! contradictions and covered rules (D102), thresholds outside a range or finer than a row (D105),
//! exact tests over runs (U114).

use super::cells::{Found, Ranges, Reach, Space, Want};
use super::d105_impossible_threshold::faults;
use super::design::reaches;
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Decide, Plan};
use std::borrow::Cow;

declare_check!("D106" "unattainable" Warning "d106_unattainable.md" run);

fn run(info: &'static CodeInfo, context: &Context<'_>, findings: &mut Findings) {
    let plan = context.plan;
    for (id, decide) in plan.decides.iter().filter(|(_, d)| !d.common.broken) {
        let reaches = reaches(plan, decide);
        if reaches.is_empty() {
            continue;
        }
        let spaces = (
            context.space(id),
            Space::within(plan, decide, Ranges::Declared, &reaches),
        );
        let impossible = faults(plan, decide);
        let mut sound = impossible.is_empty();
        for (number, rule) in decide.rules.iter().enumerate() {
            let by_d105 = impossible.iter().any(|(atom, _)| {
                rule.span.start <= atom.span.start && atom.span.end <= rule.span.end
            });
            if rule.when.is_none() || by_d105 {
                continue;
            }
            if let Some(lost) = lost(&spaces, number) {
                sound = false;
                let by = responsible(plan, decide, number, lost, &reaches);
                findings.report(refuted(info, &spaces.0, number, lost, &by));
            }
        }
        if sound {
            let why = "a result of this design can meet each rule";
            findings.prove(info, decide.common.name_span, why);
        }
    }
}

/// How a rule is out of reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    /// Nothing meets its condition.
    Condition,
    /// What meets it was taken by an earlier rule.
    Place,
}

/// Whether the rule can come out by the rules alone, and can't in this design.
fn lost((free, bound): &(Cow<'_, Space>, Space), rule: usize) -> Option<Lost> {
    let holds = [(rule, Want::Established)];
    if !matches!(free.first(rule), Found::At(_)) {
        return None;
    }
    if matches!(bound.search(&holds), Found::Nowhere) {
        return Some(Lost::Condition);
    }
    matches!(bound.first(rule), Found::Nowhere).then_some(Lost::Place)
}

/// The bounds that rule it out: one alone where one does.
fn responsible<'a>(
    plan: &Plan,
    decide: &Decide,
    rule: usize,
    lost: Lost,
    reaches: &'a [Reach],
) -> Vec<&'a Reach> {
    let alone = |reach: &&Reach| {
        let space = Space::within(plan, decide, Ranges::Declared, std::slice::from_ref(*reach));
        let found = match lost {
            Lost::Condition => space.search(&[(rule, Want::Established)]),
            Lost::Place => space.first(rule),
        };
        matches!(found, Found::Nowhere)
    };
    match reaches.iter().find(alone) {
        Some(one) => vec![one],
        None => reaches.iter().collect(),
    }
}

fn refuted(
    info: &'static CodeInfo,
    space: &Space,
    number: usize,
    lost: Lost,
    by: &[&Reach],
) -> Diagnostic {
    let Some(rule) = space.rules.get(number) else {
        return Diagnostic::new(info, "no result of this design meets the rule");
    };
    let outcome = &rule.outcome;
    let message = match by {
        [one] => format!("`{outcome}` can't come out of this design: {}", one.said),
        _ => format!("`{outcome}` can't come out of this design"),
    };
    let label = match lost {
        Lost::Condition => "no result meets this",
        Lost::Place => "what meets this is taken by an earlier rule",
    };
    let mut diagnostic = Diagnostic::new(info, message).label(rule.span, label);
    for reach in by {
        diagnostic = match reach.at {
            Some(at) => diagnostic.label(at, "because of this"),
            None => diagnostic,
        };
        diagnostic = diagnostic.witness(&reach.said);
    }
    if let Found::At(solution) = space.first(number) {
        let numbers = space.show(&solution);
        diagnostic = diagnostic.witness(format!("it would take {numbers}"));
    }
    let mut remedies: Vec<&str> = by.iter().map(|r| r.remedy.as_str()).collect();
    remedies.dedup();
    diagnostic
        .why("an outcome that no run can bring about makes the plan look fairer than it is")
        .help(remedies.join(", or "))
}
