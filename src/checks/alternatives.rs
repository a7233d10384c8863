//! The alternatives of a favourable outcome: sets of differences, each of which is enough by itself.

use super::claims;
use crate::hir::{Condition, Decide, Plan, Quantity, QuantityKind, Reading, Term};
use crate::text::Span;
use std::collections::BTreeSet;

/// More alternatives than this are not told apart.
const MOST: usize = 64;

/// One way to the favourable outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Alternative {
    /// The differences it rests on.
    claims: BTreeSet<String>,
    /// Where the first of them is read.
    pub(super) span: Span,
}

impl Alternative {
    fn and(&self, other: &Alternative) -> Alternative {
        let span = if self.claims.is_empty() {
            other.span
        } else {
            self.span
        };
        Alternative {
            claims: self.claims.union(&other.claims).cloned().collect(),
            span,
        }
    }
}

/// The alternatives that rest on different differences; at most one where all share a difference.
/// Where p values are `corrected`, what rests on them needs no more.
pub(super) fn of(plan: &Plan, d: &Decide, corrected: bool) -> Vec<Alternative> {
    let walk = Walk { plan, corrected };
    let rules = claims::favourable(plan, d);
    let conditions = rules.iter().filter_map(|r| r.when.as_ref());
    let mut all: Vec<Alternative> = conditions
        .flat_map(|when| walk.ways(when, true, ""))
        .filter(|a| !a.claims.is_empty())
        .collect();
    // What asks for all that another asks for, and more, is no further chance.
    let asked = all.clone();
    all.retain(|a| {
        !asked
            .iter()
            .any(|b| b.claims != a.claims && b.claims.is_subset(&a.claims))
    });
    let mut found: Vec<Alternative> = Vec::new();
    for a in all {
        if !found.iter().any(|f| f.claims == a.claims) {
            found.push(a);
        }
    }
    let shared = found.split_first().map(|(first, rest)| {
        rest.iter()
            .fold(first.claims.clone(), |shared, a| &shared & &a.claims)
    });
    if shared.is_some_and(|s| !s.is_empty()) {
        found.truncate(1);
    }
    found
}

struct Walk<'a> {
    plan: &'a Plan,
    corrected: bool,
}

impl Walk<'_> {
    /// The ways in which a condition holds, or fails to where it is not `positive`.
    fn ways(&self, condition: &Condition, positive: bool, slice: &str) -> Vec<Alternative> {
        match condition {
            Condition::And(parts) | Condition::Or(parts) => {
                let each = parts.iter().map(|p| self.ways(p, positive, slice));
                if matches!(condition, Condition::And(_)) == positive {
                    each.fold(vec![Alternative::default()], |all, ways| {
                        product(&all, &ways)
                    })
                } else {
                    each.flatten().take(MOST).collect()
                }
            }
            Condition::Not(inner) => self.ways(inner, !positive, slice),
            Condition::Possibly(inner) => self.ways(inner, positive, slice),
            Condition::Every { slice, body, .. } => self.ways(body, positive, &slice.value),
            Condition::Atom(atom) => {
                let mut read = Alternative::default();
                for term in [&atom.left, &atom.right] {
                    self.differences(term, slice, &mut read);
                }
                vec![read]
            }
            Condition::Error => vec![Alternative::default()],
        }
    }

    fn differences(&self, term: &Term, slice: &str, read: &mut Alternative) {
        match term {
            Term::Constant(..) | Term::Read(Reading::Point | Reading::Width, _) => {}
            Term::Read(Reading::PValue, _) if self.corrected => {}
            Term::Quantity(q)
            | Term::Read(Reading::Lower | Reading::Upper | Reading::PValue, q) => {
                if let Some(claim) = self.difference(q, slice) {
                    if read.claims.is_empty() {
                        read.span = q.span;
                    }
                    read.claims.insert(claim);
                }
            }
            Term::Binary(_, left, right) => {
                self.differences(left, slice, read);
                self.differences(right, slice, read);
            }
        }
    }

    /// What a difference is of; `None` of a system's own value.
    fn difference(&self, q: &Quantity, slice: &str) -> Option<String> {
        let of = q.of.as_ref().map(|of| self.plan.show(&of.variant));
        let of = of.unwrap_or_default();
        match q.kind {
            QuantityKind::Value => None,
            QuantityKind::Gain | QuantityKind::Delta | QuantityKind::Relative => {
                Some(format!("{} {of} {slice}", q.metric.text))
            }
            QuantityKind::Interaction(a, b) => {
                Some(format!("{} {} {of} {slice}", a.index(), b.index()))
            }
        }
    }
}

fn product(a: &[Alternative], b: &[Alternative]) -> Vec<Alternative> {
    let pairs = a.iter().flat_map(|x| b.iter().map(move |y| x.and(y)));
    pairs.take(MOST).collect()
}
