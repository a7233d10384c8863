//! D107: one outcome whatever happens.
//!
//! Speaks where the rules name one outcome only, or where the first rule always holds. Where an
//! outcome is lost because its rule is covered or contradicts itself, D102 says so; where some
//! results have no outcome at all, D101.

use super::cells::{Found, Space};
use super::d105_impossible_threshold::by_threshold;
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};

declare_check!("D107" "unfalsifiable" Error "d107_unfalsifiable.md" run);

/// Why a decision has one outcome only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum One {
    /// All rules name it.
    Named,
    /// The first rule holds on every result.
    Always,
}

/// Why the decision has one outcome only, if it has.
pub(super) fn one_outcome(space: &Space) -> Option<One> {
    let first = space.rules.first()?;
    if first.when.is_none() || space.always(0) {
        let more = space.rules.iter().any(|r| r.outcome != first.outcome);
        return Some(if more { One::Always } else { One::Named });
    }
    let all = space.rules.iter().all(|r| r.outcome == first.outcome);
    let wants = space.none_before(space.rules.len());
    let covered = space.otherwise().is_some() || matches!(space.search(&wants), Found::Nowhere);
    (all && covered).then_some(One::Named)
}

fn run(info: &'static CodeInfo, context: &Context<'_>, findings: &mut Findings) {
    for (id, decide) in context
        .plan
        .decides
        .iter()
        .filter(|(_, d)| !d.common.broken)
    {
        let space = context.space(id);
        let Some(first) = space.rules.first() else {
            continue;
        };
        let Some(why) = one_outcome(&space) else {
            if let Some(two) = two_outcomes(&space) {
                findings.prove(info, decide.common.name_span, two);
            }
            continue;
        };
        if why == One::Always && by_threshold(context.plan, decide, first.span) {
            continue; // a threshold outside a range, as D105 says
        }
        let message = format!("the verdict is `{}` whatever the result", first.outcome);
        let mut diagnostic = Diagnostic::new(info, message);
        diagnostic = match why {
            One::Always if first.when.is_none() => {
                diagnostic.label(first.span, "this takes every result, and it comes first")
            }
            One::Always => {
                diagnostic.label(first.span, "this holds on every result, and it comes first")
            }
            One::Named => {
                let spans = space.rules.iter().enumerate();
                spans.fold(diagnostic, |d, (number, rule)| {
                    let also = if number == 0 {
                        "this outcome"
                    } else {
                        "and the same one here"
                    };
                    d.label(rule.span, also)
                })
            }
        };
        findings.report(
            diagnostic
                .why("a claim that no result could contradict is not tested by the run (Popper 1959, §6)")
                .help("say which results lead to another outcome, such as `reject otherwise`"),
        );
    }
}

/// Two results with different outcomes.
fn two_outcomes(space: &Space) -> Option<String> {
    let mut reached: Vec<(&str, String)> = Vec::new();
    for (number, rule) in space.rules.iter().enumerate() {
        if reached.iter().any(|(outcome, _)| *outcome == rule.outcome) {
            continue;
        }
        if let Found::At(solution) = space.first(number) {
            reached.push((&rule.outcome, space.show(&solution)));
        }
    }
    match reached.as_slice() {
        [(a, at), (b, other), ..] => Some(format!("`{a}` at {at}, `{b}` at {other}")),
        _ => None,
    }
}
