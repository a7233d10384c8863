//! M106: a metric reads a score, latency, text, … that the outputs don't have.
//!
//! What a column map leaves out is not there. Built-in predictors have no times and scores; of them
//! such metrics are not claimed. A latency that `serve:` would measure is for those who run it.

use super::context::{Context, Findings};
use super::{claims, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::formula::Cell;
use crate::hir::{ColumnMap, Dataset, Each, Id, MetricRef, Outputs, Plan, System};
use crate::metrics::{Need, Outline};
use crate::text::Span;
use std::collections::BTreeMap;

declare_check!("M106" "needs-column" Error "m106_needs_column.md" run);

const WHY: &str = "without it the metric has no value; what is put in its place (a hard decision for a score, the \
                   time of a whole run for that of a row) is another metric (Hand & Till 2001; Flach 2019)";

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let mut faults: BTreeMap<Fault, Uses<'_>> = BTreeMap::new();
    let mut met: BTreeMap<Span, (&MetricRef, bool)> = BTreeMap::new();
    for claim in claims::measuring(plan) {
        let d = &plan.datasets[claim.on.dataset];
        for metric in claim.metrics {
            let Some(outline) = cx.outline(metric) else {
                continue;
            };
            for &(id, _) in &claim.systems {
                let s = &plan.systems[id];
                let known = !d.common.broken && !s.common.broken && !s.is_builtin();
                let Some(maps) = mapped(s).filter(|_| known) else {
                    continue;
                };
                let lacking = lacking(cx, d, s, maps, (metric, outline));
                let (_, whole) = met.entry(metric.span).or_insert((metric, true));
                *whole &= lacking.is_none();
                if let Some(fault) = lacking {
                    let uses = faults.entry(fault).or_default();
                    uses.add(metric, id);
                }
            }
        }
    }
    for (fault, uses) in &faults {
        out.report(diagnose(code, plan, fault, uses));
    }
    for (at, (metric, _)) in met.into_iter().filter(|(_, (_, whole))| *whole) {
        out.prove(
            code,
            at,
            format!("the outputs have what `{}` reads", metric.text),
        );
    }
}

/// Something that outputs lack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Fault {
    /// Where the outputs are mapped.
    at: Span,
    lack: Lack,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    /// A role that is not mapped.
    Role(String),
    /// A role of the dataset, that is declared there or mapped.
    Declared(String, Id<Dataset>),
    /// A score for each class: how many are mapped, and the classes.
    Scores(usize, Vec<String>),
}

/// Who meets a fault.
#[derive(Default)]
struct Uses<'a> {
    metrics: Vec<&'a MetricRef>,
    systems: Vec<Id<System>>,
}

impl<'a> Uses<'a> {
    fn add(&mut self, metric: &'a MetricRef, system: Id<System>) {
        if !self.metrics.iter().any(|m| m.same(metric)) {
            self.metrics.push(metric);
        }
        if !self.systems.contains(&system) {
            self.systems.push(system);
        }
    }
}

/// The columns to which a system's outputs are mapped; `None` where nothing is said of them.
fn mapped(s: &System) -> Option<(Span, &[ColumnMap])> {
    match &s.outputs {
        Some(Outputs::Predictions { template, columns } | Outputs::Run { template, columns }) => {
            Some((template.span, columns.as_deref()?))
        }
        Some(Outputs::Predict { .. } | Outputs::Reported(_)) | None => None,
    }
}

/// The first thing that a metric reads and the outputs lack.
fn lacking(
    cx: &Context<'_>,
    d: &Dataset,
    s: &System,
    (at, maps): (Span, &[ColumnMap]),
    (metric, outline): (&MetricRef, &Outline),
) -> Option<Fault> {
    let has = |role: &str| {
        maps.iter().any(|m| m.role.value == role) || role == "latency" && s.serve.is_some()
    };
    let stated = cx.plan.metrics[metric.metric].needs.iter();
    let needs = outline.needs.iter();
    let roles = needs.filter_map(|n| match n.cell() {
        Some(Cell::Role(role)) => Some(role.as_str()),
        Some(Cell::Column(_)) => None,
        None => Some("score"),
    });
    let roles: Vec<&str> = roles.chain(stated.map(|n| n.value.as_str())).collect();
    for role in roles {
        // What the label lacks is said of the dataset.
        if role == "label" || declared(d, role) || has(role) {
            continue;
        }
        let of_rows = ["text", "group", "cluster", "time", "weight"].contains(&role);
        let dataset = cx.plan.datasets.iter().find(|(_, x)| std::ptr::eq(*x, d));
        let lack = match dataset.filter(|_| of_rows) {
            Some((id, _)) => Lack::Declared(role.into(), id),
            None => Lack::Role(role.into()),
        };
        return Some(Fault { at, lack });
    }
    outline
        .needs
        .contains(&Need::Scores)
        .then(|| scores(d, maps))?
}

/// Whether the dataset declares a column for a role.
fn declared(d: &Dataset, role: &str) -> bool {
    match role {
        "text" => d.text.is_some(),
        "group" => d.group.is_some(),
        "cluster" => d.cluster.is_some(),
        "time" => d.time.is_some(),
        "weight" => d.weight.is_some(),
        _ => d.items.as_ref().is_some_and(|items| items.offers(role)),
    }
}

/// Another number of score columns than of classes, where the classes are declared.
fn scores(d: &Dataset, maps: &[ColumnMap]) -> Option<Fault> {
    let map = maps.iter().find(|m| m.role.value == "score")?;
    let classes = d.label.as_ref().map_or(&[][..], |l| l.classes.as_slice());
    let (found, enough) = match &map.each {
        Each::Named => return None,
        Each::InOrder(columns) => (columns.len(), columns.len() == classes.len()),
        // Of two classes the other one has what is left.
        Each::One => (1, classes.len() == 2 && d.positive.is_some()),
    };
    let names = || classes.iter().map(|c| c.value.clone()).collect();
    (!classes.is_empty() && !enough).then(|| Fault {
        at: place(map),
        lack: Lack::Scores(found, names()),
    })
}

fn place(map: &ColumnMap) -> Span {
    match &map.each {
        Each::InOrder(columns) => columns.last().map_or(map.column.span, |last| {
            Span::new(map.column.span.file, map.column.span.start, last.span.end)
        }),
        Each::One | Each::Named => map.column.span,
    }
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, fault: &Fault, uses: &Uses<'_>) -> Diagnostic {
    let metrics: Vec<String> = uses
        .metrics
        .iter()
        .map(|m| format!("`{}`", m.text))
        .collect();
    let name = |id: &Id<System>| format!("`{}`", plan.systems[*id].common.name);
    let mut systems: Vec<String> = uses.systems.iter().map(name).collect();
    systems.dedup();
    let (metrics, systems) = (claims::listed(&metrics), claims::listed(&systems));
    let verb = if uses.metrics.len() == 1 {
        "needs"
    } else {
        "need"
    };
    let (message, label, help) = match &fault.lack {
        Lack::Role(role) => (
            format!(
                "{metrics} {verb} the {role} of each row, and the outputs of {systems} have none"
            ),
            format!("maps no `{role}`"),
            match role.as_str() {
                "latency" => {
                    "add `latency: column in ms` to the column map, or leave the metric out".into()
                }
                _ => format!("add `{role}: column` to the column map, or leave the metric out"),
            },
        ),
        Lack::Declared(role, d) => {
            let dataset = &plan.datasets[*d].common.name;
            (
                format!(
                    "{metrics} {verb} the {role} of each row, and neither `{dataset}` nor the outputs of {systems} have it"
                ),
                format!("maps no `{role}`"),
                format!("declare it, `{role}: column` in `{dataset}`, or leave the metric out"),
            )
        }
        Lack::Scores(found, classes) => {
            let columns: Vec<String> = classes.iter().map(|c| format!("p_{c}")).collect();
            (
                format!(
                    "{metrics} {verb} the score of each of {} classes, and the outputs of {systems} map {found}",
                    classes.len()
                ),
                "scores are mapped here".into(),
                format!(
                    "map one column for each class, in their order, `score: [{}]`, or by name, `score: \"p_{{class}}\"`",
                    columns.join(", ")
                ),
            )
        }
    };
    let mut d = Diagnostic::new(code, message).label(fault.at, label);
    for m in &uses.metrics {
        d = d.label(m.span, "asked for here");
    }
    if let Lack::Declared(_, id) = &fault.lack {
        d = d.label(plan.datasets[*id].common.name_span, "and declares none");
    }
    d.why(WHY).help(help)
}
