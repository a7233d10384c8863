//! What a check is handed, and where it puts its answers.

use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{self, Dag, Evaluation, Influence};
use crate::hir::{Dataset, Id, Plan, Variant};
use crate::text::Span;
use std::collections::BTreeMap;

/// The plan, its DAG and what several checks need of them.
#[derive(Debug)]
pub struct Context<'a> {
    /// The resolved plan.
    pub plan: &'a Plan,
    /// Its DAG.
    pub dag: &'a Dag,
    /// Every variant evaluated on some rows, in source order of the claims.
    pub evaluations: Vec<Evaluation>,
    influences: BTreeMap<Variant, Vec<Influence>>,
}

impl<'a> Context<'a> {
    /// Gathers what checks need.
    pub fn new(plan: &'a Plan, dag: &'a Dag) -> Self {
        let evaluations = graph::evaluations(plan);
        let influences = evaluations
            .iter()
            .map(|e| &e.variant)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .map(|v| (v.clone(), dag.influences(v)))
            .collect();
        Context {
            plan,
            dag,
            evaluations,
            influences,
        }
    }

    /// The influence set of an evaluated variant.
    pub fn influences(&self, variant: &Variant) -> &[Influence] {
        self.influences.get(variant).map_or(&[], Vec::as_slice)
    }

    /// The datasets that are evaluated (`true`), or shape what is evaluated, with the first place of that.
    pub fn taking_part(&self) -> BTreeMap<Id<Dataset>, (Span, bool)> {
        let mut found = BTreeMap::new();
        for e in &self.evaluations {
            found.entry(e.on.dataset).or_insert((e.on_span, true));
        }
        for e in &self.evaluations {
            for i in self.influences(&e.variant) {
                if let Some(first) = i.path.first() {
                    found.entry(i.data.dataset).or_insert((first.span, false));
                }
            }
        }
        found
    }
}

/// A claim that the plan rules the fault out.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The check.
    pub code: &'static CodeInfo,
    /// What it is about.
    pub span: Span,
    /// Why it holds, as one clause.
    pub why: String,
}

/// The answers of the checks.
#[derive(Debug, Default)]
pub struct Findings {
    /// Refuted and open claims.
    pub diagnostics: Vec<Diagnostic>,
    /// Proved claims.
    pub proofs: Vec<Proof>,
}

impl Findings {
    /// Reports a refuted or open claim.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Notes that a claim is proved.
    pub fn prove(&mut self, code: &'static CodeInfo, span: Span, why: impl Into<String>) {
        self.proofs.push(Proof {
            code,
            span,
            why: why.into(),
        });
    }
}
