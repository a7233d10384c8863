//! The effects that the favourable rules of decisions ask for.

use crate::hir::{
    Comparison, Condition, Decide, MetricRef, Plan, Quantity, QuantityKind, Reading, Term,
};
use crate::text::Span;

/// What a rule asks of a gain.
#[derive(Debug, Clone, PartialEq)]
pub struct Needed {
    /// The effect that has to be told from none, canonical, above 0.
    pub effect: f64,
    /// What the rule does with it.
    pub how: Ask,
    /// The outcome it is asked for.
    pub outcome: String,
    /// The comparison.
    pub span: Span,
    /// The comparison as written.
    pub text: String,
}

/// What a rule does with a gain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// The gain must surely not fall below minus the effect: a margin.
    Margin,
    /// The point estimate has to reach the effect.
    Point,
    /// The whole interval has to lie beyond the effect.
    Beyond,
}

impl Needed {
    /// Whether it says more of what the decision needs than another on the same claim: a gain rather than a
    /// margin, and of gains the larger, of margins the narrower.
    pub fn over(&self, other: &Needed) -> bool {
        match (self.how == Ask::Margin, other.how == Ask::Margin) {
            (false, true) => true,
            (true, false) => false,
            (false, false) => self.effect > other.effect,
            (true, true) => self.effect < other.effect,
        }
    }
}

/// What a decision asks of one of its gains.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The decision.
    pub decide: &'a Decide,
    /// The metric.
    pub metric: &'a MetricRef,
    /// The slice in every part of which it is asked.
    pub slice: Option<&'a str>,
    /// The effect.
    pub needed: Needed,
}

/// The favourable outcome of a decision: the first rule's, unless the plan says otherwise.
pub fn favourable<'a>(plan: &'a Plan, decide: &'a Decide) -> Option<&'a str> {
    let said = plan.header.as_ref().and_then(|h| h.favours.as_ref());
    match said {
        Some(outcome) => Some(&outcome.value),
        None => decide.rules.first().map(|r| r.outcome.value.as_str()),
    }
}

/// What the favourable rules of all decisions ask of gains.
pub fn needed(plan: &Plan) -> Vec<Asked<'_>> {
    let mut found = Vec::new();
    for (_, decide) in plan.decides.iter().filter(|(_, d)| !d.common.broken) {
        let Some(favours) = favourable(plan, decide) else {
            continue;
        };
        for rule in decide.rules.iter().filter(|r| r.outcome.value == favours) {
            if let Some(when) = &rule.when {
                collect(plan, decide, favours, when, None, &mut found);
            }
        }
    }
    found
}

fn collect<'a>(
    plan: &'a Plan,
    decide: &'a Decide,
    outcome: &str,
    condition: &'a Condition,
    slice: Option<&'a str>,
    found: &mut Vec<Asked<'a>>,
) {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts
            .iter()
            .for_each(|c| collect(plan, decide, outcome, c, slice, found)),
        Condition::Every { slice, body, .. } => {
            collect(plan, decide, outcome, body, Some(&slice.value), found);
        }
        Condition::Atom(atom) => {
            let Some((metric, effect, how)) = asked(plan, atom) else {
                return;
            };
            found.push(Asked {
                decide,
                metric,
                slice,
                needed: Needed {
                    effect,
                    how,
                    outcome: outcome.to_string(),
                    span: atom.span,
                    text: atom.text.clone(),
                },
            });
        }
        // What has to fail, or may stay unclear, asks for no effect.
        Condition::Not(_) | Condition::Possibly(_) | Condition::Error => {}
    }
}

/// `gain op constant`, with the effect it asks for.
fn asked<'a>(plan: &Plan, atom: &'a crate::hir::Atom) -> Option<(&'a MetricRef, f64, Ask)> {
    let (term, op, constant) = match (&atom.left, &atom.right) {
        (term, Term::Constant(n, _)) => (term, atom.op, *n),
        (Term::Constant(n, _), term) => (term, atom.op.turned(), *n),
        _ => return None,
    };
    let (quantity, reading) = match term {
        Term::Quantity(q) => (q, None),
        Term::Read(reading, q) => (q, Some(*reading)),
        Term::Constant(..) | Term::Binary(..) => return None,
    };
    let (op, threshold) = oriented(plan, quantity, op, constant)?;
    let more = matches!(op, Comparison::Gt | Comparison::Ge);
    // A delta of a metric of which less is better is the gain turned round, ends included.
    let turned =
        quantity.kind == QuantityKind::Delta && plan.metrics[quantity.metric.metric].sign() < 0.0;
    let how = match (reading, turned) {
        (None, _) | (Some(Reading::Lower), false) | (Some(Reading::Upper), true) => Ask::Beyond,
        (Some(Reading::Point), _) => Ask::Point,
        (Some(Reading::Lower), true) | (Some(Reading::Upper), false) => return None,
        (Some(Reading::Width | Reading::PValue), _) => return None,
    };
    match (more, threshold) {
        (true, t) if t > 0.0 => Some((&quantity.metric, t, how)),
        (true, t) if t < 0.0 && how == Ask::Beyond => Some((&quantity.metric, -t, Ask::Margin)),
        _ => None,
    }
}

/// The comparison as one of the gain.
fn oriented(
    plan: &Plan,
    quantity: &Quantity,
    op: Comparison,
    constant: f64,
) -> Option<(Comparison, f64)> {
    let sign = plan.metrics[quantity.metric.metric].sign();
    match quantity.kind {
        QuantityKind::Gain => Some((op, constant)),
        QuantityKind::Delta if sign < 0.0 => Some((op.turned(), -constant)),
        QuantityKind::Delta => Some((op, constant)),
        QuantityKind::Value | QuantityKind::Relative | QuantityKind::Interaction(..) => None,
    }
}
