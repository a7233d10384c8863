//! What a check is handed, and where it puts its answers.

use super::cells::{Ranges, Space};
use super::claims;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph::{self, Dag, Evaluation, Influence};
use crate::hir::{Condition, Dataset, Decide, Id, Metric, MetricRef, Plan, Variant};
use crate::metrics::{Outline, outline};
use crate::text::Span;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

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
    /// What the rules of each decision can meet, once a check asks.
    spaces: Vec<OnceLock<Space>>,
    outlines: BTreeMap<MetricKey, Outline>,
}

/// A metric with its arguments.
type MetricKey = (Id<Metric>, Vec<String>);

impl<'a> Context<'a> {
    /// Gathers what checks need.
    pub fn new(plan: &'a Plan, dag: &'a Dag) -> Self {
        let evaluations = graph::evaluations(plan);
        let variants: BTreeSet<&Variant> = evaluations.iter().map(|e| &e.variant).collect();
        let shaped = || {
            let variants = variants.iter().map(|&v| (v.clone(), dag.influences(v)));
            variants.collect()
        };
        let (influences, outlines) = rayon::join(shaped, || outlines(plan));
        Context {
            plan,
            dag,
            evaluations,
            influences,
            spaces: plan.decides.iter().map(|_| OnceLock::new()).collect(),
            outlines,
        }
    }

    /// What a claimed metric needs; `None` of one without a formula.
    pub fn outline(&self, metric: &MetricRef) -> Option<&Outline> {
        self.outlines.get(&(metric.metric, metric.key()))
    }

    /// What the rules of a decision can meet within the declared ranges.
    pub(super) fn space(&self, decide: Id<Decide>) -> Cow<'_, Space> {
        let new = || Space::new(self.plan, &self.plan.decides[decide], Ranges::Declared);
        match self.spaces.get(decide.index()) {
            Some(space) => Cow::Borrowed(space.get_or_init(new)),
            None => Cow::Owned(new()),
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

/// What the metrics of the plan's claims need.
fn outlines(plan: &Plan) -> BTreeMap<MetricKey, Outline> {
    let compared = plan.compares.iter().flat_map(|(_, c)| &c.metrics);
    let ablated = plan.ablations.iter().filter_map(|(_, a)| a.metric.as_ref());
    let varied = plan
        .factorials
        .iter()
        .filter_map(|(_, f)| f.metric.as_ref());
    let chosen = plan.selects.iter().flat_map(|(_, s)| claims::chosen_by(s));
    let rules = plan.decides.iter().flat_map(|(_, d)| &d.rules);
    let read = rules
        .filter_map(|r| r.when.as_ref())
        .flat_map(Condition::quantities);
    let watched = plan.stops.iter().map(|(_, s)| &s.metric);
    let mut found = BTreeMap::new();
    let all = compared.chain(ablated).chain(varied).chain(chosen);
    for m in all.chain(read.map(|q| &q.metric)).chain(watched) {
        let key = (m.metric, m.key());
        if !found.contains_key(&key)
            && let Ok(outline) = outline(plan, m)
        {
            found.insert(key, outline);
        }
    }
    found
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
