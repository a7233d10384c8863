//! Contests: a candidate and a baseline set against each other, and what went into each. What of that is unfair
//! is left to the checks.

use super::family;
use crate::hir::{Id, Outputs, Plan, Role, StepModel, System, VariantRef};
use crate::text::Span;
use std::collections::BTreeSet;

/// A candidate and what it has to beat, as the first claim names them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contest<'a> {
    /// The system that is to win.
    pub candidate: &'a VariantRef,
    /// The other.
    pub baseline: &'a VariantRef,
}

impl<'a> Contest<'a> {
    /// The candidate's system.
    pub fn ours(&self, plan: &'a Plan) -> &'a System {
        &plan.systems[self.candidate.variant.system]
    }

    /// The baseline's system.
    pub fn theirs(&self, plan: &'a Plan) -> &'a System {
        &plan.systems[self.baseline.variant.system]
    }

    /// Why the two may have had unequal means, where one of them says so.
    pub fn handicap(&self, plan: &'a Plan) -> Option<&'a crate::text::Spanned<String>> {
        let (ours, theirs) = (self.ours(plan), self.theirs(plan));
        ours.handicap.as_ref().or(theirs.handicap.as_ref())
    }
}

/// The contests of the plan between systems that were made and measured, each pair once. Variants of one system
/// are no contest, nor are built-in floors and published numbers: nothing was spent on them.
pub(super) fn contests(plan: &Plan) -> Vec<Contest<'_>> {
    let mut done = BTreeSet::new();
    let mut found = Vec::new();
    for side in family::sides(plan) {
        let baseline = |v: &VariantRef| plan.systems[v.variant.system].role == Some(Role::Baseline);
        let (candidate, other) = match (baseline(side.subject), baseline(side.against)) {
            (true, true) => continue,
            (true, false) => (side.against, side.subject),
            (false, _) => (side.subject, side.against),
        };
        let (a, b) = (&candidate.variant, &other.variant);
        let skipped = side.broken || family::variants_of_one(plan, a, b) || a.system == b.system;
        if skipped || !made(plan, a.system) || !made(plan, b.system) {
            continue;
        }
        if done.insert((a.system, b.system)) {
            found.push(Contest {
                candidate,
                baseline: other,
            });
        }
    }
    found
}

/// Whether something was spent on a system, as far as could be read.
fn made(plan: &Plan, id: Id<System>) -> bool {
    let system = &plan.systems[id];
    let nothing = match &system.outputs {
        Some(Outputs::Predict { .. } | Outputs::Reported(_)) => true,
        Some(Outputs::Run { .. } | Outputs::Predictions { .. }) | None => false,
    };
    !system.common.broken && !nothing
}

/// The configurations that were tried for a system.
#[derive(Debug, Default)]
pub(super) struct Trials {
    /// How many, as far as said.
    pub total: f64,
    /// Each tuning: whose it is, how many trials it says, and where.
    pub parts: Vec<(String, Option<f64>, Span)>,
}

impl Trials {
    /// The tuning whose number of trials is not said.
    pub fn unsaid(&self) -> Option<Span> {
        self.parts.iter().find(|p| p.1.is_none()).map(|p| p.2)
    }

    /// `60 (forest 30, logistic 30)`
    pub fn show(&self) -> String {
        match self.parts.as_slice() {
            [] | [_] => format!("{}", self.total),
            parts => {
                let one = |(name, n, _): &(String, Option<f64>, Span)| {
                    format!("{name} {}", n.map_or("?".to_string(), |n| n.to_string()))
                };
                let all: Vec<String> = parts.iter().map(one).collect();
                format!("{} ({})", self.total, all.join(", "))
            }
        }
    }

    fn add(&mut self, system: &System) {
        if let Some(tune) = &system.tune {
            let n = tune.trials.map(|t| t.value);
            self.total += n.unwrap_or(0.0);
            self.parts.push((system.common.name.clone(), n, tune.span));
        }
    }
}

/// The trials of a system, its members and its teachers; and of those that a `select` chose it from, unless
/// `rival` was chosen from, too.
pub(super) fn trials(plan: &Plan, id: Id<System>, rival: Id<System>) -> Trials {
    let mut roots = vec![id];
    for (_, select) in plan.selects.iter() {
        let has = |id| select.from.iter().any(|v| v.variant.system == id);
        if has(id) && !has(rival) {
            roots.extend(select.from.iter().map(|v| v.variant.system));
        }
    }
    let mut seen = BTreeSet::new();
    let mut found = Trials::default();
    while let Some(id) = roots.pop() {
        if !seen.insert(id) {
            continue;
        }
        let system = &plan.systems[id];
        found.add(system);
        roots.extend(makers(plan, system));
    }
    found.parts.sort_by(|a, b| (a.2, &a.0).cmp(&(b.2, &b.0)));
    found
}

/// The members and teachers of a system.
fn makers(plan: &Plan, system: &System) -> Vec<Id<System>> {
    let own = system.ensemble.iter().chain(&system.distilled_from);
    let mut found: Vec<Id<System>> = own.map(|s| s.value).collect();
    for step in &system.steps {
        let step = &plan.steps[step.value];
        found.extend(step.fit_systems.iter().map(|s| s.value));
        if let Some(StepModel::System(s)) = &step.model {
            found.push(s.value);
        }
    }
    found
}
