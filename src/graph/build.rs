//! From a plan to its DAG.

use super::{Dag, How, Node, plain};
use crate::hir::{
    Ablation, Condition, DataRef, Decide, Id, MetricRef, Outputs, Plan, Quantity, QuantityKind,
    Step, StepModel, System, Variant, VariantRef,
};
use crate::text::Span;
use petgraph::graph::NodeIndex;

/// Expands the plan: every system it evaluates in every variant and seed, what shapes them, and what
/// is measured, compared and decided.
pub fn build(plan: &Plan) -> Dag {
    let mut dag = made(plan, runs);
    claims(&mut dag, plan);
    dag
}

/// The part of it that shapes systems: enough for [`Dag::influences`], in a fraction of the time.
pub fn shaping(plan: &Plan) -> Dag {
    made(plan, |_, _, _| ())
}

/// Steps, systems and what shapes them, with what comes of each variant that is evaluated.
fn made(plan: &Plan, then: fn(&mut Dag, &Plan, &Variant)) -> Dag {
    let mut dag = Dag::default();
    for (id, _) in plan.steps.iter() {
        step(&mut dag, plan, id);
    }
    for (id, _) in plan.systems.iter().filter(|(_, s)| !s.of_arm) {
        shape(&mut dag, plan, id, &Variant::plain(id));
    }
    for variant in plan.evaluated().keys() {
        shape(&mut dag, plan, variant.system, variant);
        then(&mut dag, plan, variant);
    }
    choices(&mut dag, plan);
    dag
}

fn data(dag: &mut Dag, data: &DataRef) -> NodeIndex {
    dag.node(Node::Partition(data.clone()))
}

fn step(dag: &mut Dag, plan: &Plan, id: Id<Step>) {
    let step = &plan.steps[id];
    let at = dag.node(Node::Step(id));
    let how = match step.kind.as_ref().map(|k| k.value.as_str()) {
        Some("prompt") => How::Prompted,
        Some("retrieval") => How::Retrieved,
        Some(_) | None => How::Fitted,
    };
    for fit in &step.fit {
        let from = data(dag, &fit.data);
        dag.edge(from, at, how, fit.span);
    }
    for used in &step.uses {
        let from = dag.node(Node::Step(used.value));
        dag.edge(from, at, How::Through, used.span);
    }
    for teacher in &step.fit_systems {
        let from = dag.node(plain(teacher.value));
        dag.edge(from, at, How::Taught, teacher.span);
    }
    if let Some(StepModel::System(system)) = &step.model {
        let from = dag.node(plain(system.value));
        dag.edge(from, at, How::Taught, system.span);
    }
}

/// What shapes a system in a variant.
fn shape(dag: &mut Dag, plan: &Plan, id: Id<System>, variant: &Variant) {
    let s = &plan.systems[id];
    let at = dag.node(Node::System(variant.clone()));
    let tuned = s.tune.iter().flat_map(|t| &t.on);
    let uses = [
        (How::Trained, s.train.iter().collect::<Vec<_>>()),
        (How::Tuned, tuned.collect()),
        (How::Selected, s.select.iter().collect()),
        (How::StoppedEarly, s.early_stop.iter().collect()),
        (How::Thresholded, s.threshold.iter().collect()),
        (How::Calibrated, s.calibrate.iter().collect()),
        (How::PreTrained, s.pretrained_on.iter().collect()),
    ];
    for (how, list) in uses {
        for used in list {
            let from = data(dag, &used.data);
            dag.edge(from, at, how, used.span);
        }
    }
    for step in &s.steps {
        let from = dag.node(Node::Step(step.value));
        dag.edge(from, at, How::Through, step.span);
    }
    for (how, list) in [
        (How::Distilled, &s.distilled_from),
        (How::Ensembled, &s.ensemble),
    ] {
        for other in list {
            let from = dag.node(plain(other.value));
            dag.edge(from, at, how, other.span);
        }
    }
    if let Some(Outputs::Predict {
        from: Some(used), ..
    }) = &s.outputs
    {
        let from = data(dag, &used.data);
        dag.edge(from, at, How::Trained, used.span);
    }
}

/// Rows that choose a system among several, or the parts it keeps, shape whichever is chosen.
fn choices(dag: &mut Dag, plan: &Plan) {
    for (_, s) in plan.selects.iter() {
        let Some(on) = &s.on else { continue };
        let from = data(dag, &on.data);
        for v in &s.from {
            let at = dag.node(Node::System(v.variant.clone()));
            dag.edge(from, at, How::Selected, on.span);
        }
    }
    let evaluated = plan.evaluated();
    for (_, a) in plan.ablations.iter() {
        let (Some(on), Some(_)) = (&a.on, &a.tolerance) else {
            continue;
        };
        let from = data(dag, &on.data);
        let whole = Variant::plain(a.of.variant.system);
        for v in evaluated.keys().chain([&whole]) {
            if configures(plan, v, &a.of.variant) {
                let at = dag.node(Node::System(v.clone()));
                dag.edge(from, at, How::Selected, on.span);
            }
        }
    }
}

/// Whether `variant` is `of` with its parts set in some way, by itself or as a system derived from it.
fn configures(plan: &Plan, variant: &Variant, of: &Variant) -> bool {
    let parent = plan.systems[variant.system].parent.as_ref();
    let derived = parent.is_some_and(|p| p.variant.system == of.system && !p.sets.is_empty());
    variant.system == of.system || derived
}

/// The ablation with a tolerance that a decision rests on, where no comparison of the two stands.
pub(super) fn choosing<'p>(plan: &'p Plan, d: &Decide) -> Option<(Id<Ablation>, &'p Ablation)> {
    let (subject, against) = (&d.subject.variant, &d.against.variant);
    let compared = plan.compares.iter().any(|(_, c)| {
        c.subject.variant == *subject && c.against.iter().any(|a| a.variant == *against)
    });
    let holds = |a: &Ablation, v: &Variant| {
        *v == a.of.variant || a.arms.iter().any(|arm| arm.variant == *v)
    };
    let mut all = plan.ablations.iter();
    let found = all.find(|(_, a)| holds(a, subject) && holds(a, against))?;
    (!compared && found.1.tolerance.is_some()).then_some(found)
}

fn runs(dag: &mut Dag, plan: &Plan, variant: &Variant) {
    let system = &plan.systems[variant.system];
    let at = dag.node(Node::System(variant.clone()));
    let span = system
        .seeds
        .as_ref()
        .map_or(system.common.name_span, |s| s.span);
    for seed in system.runs() {
        let run = dag.node(Node::Run(variant.clone(), seed));
        dag.edge(at, run, How::Runs, span);
        let output = dag.node(Node::Output(variant.clone(), seed));
        dag.edge(run, output, How::Yields, span);
    }
}

/// The node of a metric of a variant on some rows, with all it rests on.
fn measured(
    dag: &mut Dag,
    plan: &Plan,
    v: &Variant,
    on: &DataRef,
    metric: &MetricRef,
    span: Span,
) -> NodeIndex {
    let at = dag.node(Node::Metric(v.clone(), on.clone(), metric.text.clone()));
    let rows = data(dag, on);
    dag.edge(rows, at, How::Measured, span);
    for seed in plan.systems[v.system].runs() {
        let output = dag.node(Node::Output(v.clone(), seed));
        dag.edge(output, at, How::Measured, span);
    }
    for judge in plan.judges(metric.metric) {
        let from = dag.node(Node::Step(judge.value));
        dag.edge(from, at, How::Judged, judge.span);
    }
    let resample = dag.node(Node::Resample(on.clone()));
    dag.edge(rows, resample, How::Resampled, span);
    dag.edge(resample, at, How::Enters, span);
    at
}

fn claims(dag: &mut Dag, plan: &Plan) {
    for (id, c) in plan.compares.iter() {
        let Some(on) = &c.on else { continue };
        for against in &c.against {
            let at = dag.node(Node::Comparison(id, against.variant.clone()));
            for metric in &c.metrics {
                for v in [&c.subject, against] {
                    let m = measured(dag, plan, &v.variant, &on.data, metric, metric.span);
                    dag.edge(m, at, How::Enters, v.span);
                }
            }
        }
    }
    for (id, a) in plan.ablations.iter() {
        let at = dag.node(Node::Ablation(id));
        let arms = a.arms.iter().map(|arm| (&arm.variant, arm.span));
        let (Some(on), Some(metric)) = (&a.on, &a.metric) else {
            for (v, span) in std::iter::once((&a.of.variant, a.of.span)).chain(arms) {
                let output = dag.node(Node::Output(v.clone(), None));
                dag.edge(output, at, How::Enters, span);
            }
            continue;
        };
        for (v, span) in std::iter::once((&a.of.variant, a.of.span)).chain(arms) {
            let m = measured(dag, plan, v, &on.data, metric, metric.span);
            dag.edge(m, at, How::Enters, span);
        }
    }
    factorials(dag, plan);
    selections(dag, plan);
    decisions(dag, plan);
}

fn factorials(dag: &mut Dag, plan: &Plan) {
    for (id, f) in plan.factorials.iter() {
        let (Some(on), Some(metric)) = (&f.on, &f.metric) else {
            continue;
        };
        let at = dag.node(Node::Factorial(id));
        for cell in &f.cells {
            let m = measured(dag, plan, &cell.variant, &on.data, metric, metric.span);
            dag.edge(m, at, How::Enters, f.over_span);
        }
    }
}

fn selections(dag: &mut Dag, plan: &Plan) {
    for (id, s) in plan.selects.iter() {
        let Some(on) = &s.on else { continue };
        let at = dag.node(Node::Selection(id));
        let mut metrics = Vec::new();
        if let Some(require) = &s.require {
            condition_metrics(require, &mut metrics);
        }
        metrics.extend(s.objective.iter().map(|o| o.0.clone()));
        metrics.extend(s.prefer.iter().map(|p| p.0.clone()));
        for v in &s.from {
            for metric in &metrics {
                let m = measured(dag, plan, &v.variant, &on.data, metric, metric.span);
                dag.edge(m, at, How::Enters, v.span);
            }
        }
    }
}

fn decisions(dag: &mut Dag, plan: &Plan) {
    for (id, d) in plan.decides.iter() {
        let at = dag.node(Node::Decision(id));
        let Some(on) = crate::hir::rows_of(plan, d) else {
            continue;
        };
        for (compare, c) in plan.compares.iter() {
            let same = |v: &VariantRef| v.variant == d.against.variant;
            if c.subject.variant == d.subject.variant && c.against.iter().any(same) {
                let from = dag.node(Node::Comparison(compare, d.against.variant.clone()));
                dag.edge(from, at, How::Enters, d.common.name_span);
            }
        }
        for q in quantities(d) {
            if let QuantityKind::Interaction(a, b) = q.kind
                && let Some((f, _)) = plan.interacting(&d.subject.variant, a, b)
            {
                let from = dag.node(Node::Factorial(f));
                dag.edge(from, at, How::Enters, q.span);
            }
        }
        for metric in metrics_of(d) {
            for v in [&d.subject, &d.against] {
                let m = measured(dag, plan, &v.variant, &on, &metric, metric.span);
                dag.edge(m, at, How::Enters, metric.span);
            }
        }
    }
}

fn quantities(d: &Decide) -> Vec<&Quantity> {
    let conditions = d.rules.iter().filter_map(|r| r.when.as_ref());
    conditions.flat_map(Condition::quantities).collect()
}

/// The metrics a decision's rules read of its two sides, each once, in reading order.
pub(super) fn metrics_of(d: &Decide) -> Vec<MetricRef> {
    let mut found = Vec::new();
    for rule in &d.rules {
        if let Some(when) = &rule.when {
            condition_metrics(when, &mut found);
        }
    }
    found
}

fn condition_metrics(c: &Condition, found: &mut Vec<MetricRef>) {
    for q in c.quantities() {
        let Quantity { metric, kind, .. } = q;
        // An interaction is measured by its factorial, perhaps on other rows.
        if matches!(kind, QuantityKind::Interaction(..)) {
            continue;
        }
        if !found.iter().any(|f| f.same(metric)) {
            found.push(metric.clone());
        }
    }
}
