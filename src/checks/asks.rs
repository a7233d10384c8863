//! What the favourable outcome asks: the comparisons of its rules as alternatives, and whether each asks
//! the system decided on to be better or worse.

use super::cells::{How, Key, Linear, Ranges, Taken, linear, metric_range, more_is_better};
use crate::hir::{Atom, Comparison, Condition, Decide, Plan, Rule};

/// More alternatives than this are not written out.
const MAX_ALTERNATIVES: usize = 64;

/// The favourable outcome: the plan's `favours:`, else that of the first rule.
pub(super) fn favoured<'a>(plan: &'a Plan, decide: &'a Decide) -> Option<&'a str> {
    let said = plan.header.as_ref().and_then(|h| h.favours.as_ref());
    let first = decide.rules.first().map(|r| &r.outcome.value);
    said.map(|f| &f.value).or(first).map(String::as_str)
}

/// The rules that name the favourable outcome and have a condition.
pub(super) fn favourable_rules<'a>(
    plan: &'a Plan,
    decide: &'a Decide,
) -> Vec<(&'a Rule, &'a Condition)> {
    let favoured = favoured(plan, decide);
    let rules = decide.rules.iter();
    rules
        .filter(|r| Some(r.outcome.value.as_str()) == favoured)
        .filter_map(|r| Some((r, r.when.as_ref()?)))
        .collect()
}

/// A comparison, and in which sense it is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    /// The comparison.
    pub atom: &'a Atom,
    /// Whether it is to hold; else its opposite.
    pub positive: bool,
    /// Whether not being refuted is enough.
    pub weak: bool,
}

/// The ways in which a condition can hold, each a conjunction; `None` of too many.
pub(super) fn alternatives(condition: &Condition) -> Option<Vec<Vec<Ask<'_>>>> {
    written_out(condition, true, false)
}

fn written_out(condition: &Condition, positive: bool, weak: bool) -> Option<Vec<Vec<Ask<'_>>>> {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => {
            let together = matches!(condition, Condition::And(_)) == positive;
            let mut all = parts.iter().map(|p| written_out(p, positive, weak));
            let found = if together {
                all.try_fold(vec![Vec::new()], |sum, part| Some(product(&sum, &part?)))
            } else {
                all.try_fold(Vec::new(), |mut sum, part| {
                    sum.extend(part?);
                    Some(sum)
                })
            };
            found.filter(|f| f.len() <= MAX_ALTERNATIVES)
        }
        Condition::Not(inner) => written_out(inner, !positive, weak),
        // What must not even be possible has to be refuted: nothing weak about that.
        Condition::Possibly(inner) => written_out(inner, positive, positive),
        Condition::Every { body, .. } => written_out(body, positive, weak),
        Condition::Atom(atom) => Some(vec![vec![Ask {
            atom,
            positive,
            weak,
        }]]),
        Condition::Error => None,
    }
}

fn product<'a>(left: &[Vec<Ask<'a>>], right: &[Vec<Ask<'a>>]) -> Vec<Vec<Ask<'a>>> {
    let joined = left.iter().flat_map(|a| {
        let with = move |b: &Vec<Ask<'a>>| a.iter().chain(b).copied().collect();
        right.iter().map(with)
    });
    joined.take(MAX_ALTERNATIVES + 1).collect()
}

/// What a comparison asks of the quantities that belong to the system decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// More of what counts as good.
    Better,
    /// Less of it.
    Worse,
    /// Both, or nothing of the kind.
    Neither,
}

/// What the comparison, or its opposite, asks, and of which quantities.
pub(super) fn asks(plan: &Plan, decide: &Decide, atom: &Atom, positive: bool) -> (Asks, Vec<Key>) {
    let Some(form) = linear(plan, decide, &atom.left, &atom.right) else {
        return (Asks::Neither, Vec::new());
    };
    match wants_more(atom.op, positive) {
        Some(more) => asked(plan, &form, more),
        None => (Asks::Neither, Vec::new()),
    }
}

/// Whether the comparison, or its opposite, wants its left side to be large.
pub(super) fn wants_more(op: Comparison, positive: bool) -> Option<bool> {
    match op {
        Comparison::Gt | Comparison::Ge => Some(positive),
        Comparison::Lt | Comparison::Le => Some(!positive),
        Comparison::Eq | Comparison::Ne => None,
    }
}

fn asked(plan: &Plan, form: &Linear, more: bool) -> (Asks, Vec<Key>) {
    let mut all: Option<Asks> = None;
    let mut keys = Vec::new();
    for ((key, how), &coefficient) in &form.terms {
        let Some(more_is_better) = orientation(plan, key, *how) else {
            continue;
        };
        let better = (more == (coefficient > 0.0)) == more_is_better;
        let asks = if better { Asks::Better } else { Asks::Worse };
        keys.push(key.clone());
        all = Some(match all {
            Some(other) if other != asks => Asks::Neither,
            Some(_) | None => asks,
        });
    }
    (all.unwrap_or(Asks::Neither), keys)
}

/// Whether more of the quantity is better for the system decided on; `None` where it says nothing
/// of the kind.
pub(super) fn orientation(plan: &Plan, key: &Key, how: How) -> Option<bool> {
    if matches!(how, How::Width | How::PValue) {
        return None;
    }
    let better = more_is_better(plan, key.metric)?;
    match key.taken {
        Taken::Subject => Some(better),
        Taken::Gain => Some(true),
        Taken::Relative => {
            let (low, _) = metric_range(plan, key.metric, Ranges::Declared);
            (low >= 0.0).then_some(better)
        }
        Taken::Against | Taken::Other(_) | Taken::Interaction(..) => None,
    }
}
