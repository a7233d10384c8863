//! M112: one family of metrics is averaged, or cut off, in two ways by claims that belong together.

use super::context::{Context, Findings};
use super::{claims, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::graph;
use crate::hir::{Argument, MetricRef, Outputs, Plan, Reported};
use std::collections::BTreeMap;

declare_check!("M112" "aggregation-mismatch" Warning "m112_aggregation_mismatch.md" run);

/// How averages over classes are named at the end of a metric's name.
const AVERAGES: [&str; 6] = ["macro", "micro", "weighted", "samples", "ovr", "ovo"];

/// What decides, what is ablated, what is published: each with its metrics.
type Claims = [(&'static str, Vec<MetricRef>); 3];

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let claims: Claims = [
        ("decides", decided(plan)),
        ("is what the ablation shows", ablated(plan)),
        ("is what is published", published(plan)),
    ];
    let broken = plan.incomplete || plan.decides.iter().any(|(_, d)| claims::unread(d));
    let mut families: BTreeMap<String, [Vec<&MetricRef>; 3]> = BTreeMap::new();
    for (place, (_, metrics)) in claims.iter().enumerate() {
        for m in metrics {
            let members = families.entry(family(plan, m)).or_default();
            if let Some(own) = members.get_mut(place) {
                own.push(m);
            }
        }
    }
    for members in families.values() {
        match mismatch(members) {
            Answer::Alone => {}
            Answer::One(m) => {
                let why = format!("`{}` is averaged and cut off in one way throughout", m.text);
                out.prove(code, m.span, why);
            }
            Answer::Two((a, i), (b, j)) if !broken => {
                let does = |place: usize| claims.get(place).map_or("", |c| c.0);
                out.report(diagnose(code, (a, does(i)), (b, does(j))));
            }
            Answer::Two(..) => {}
        }
    }
}

enum Answer<'a> {
    /// One kind of claim knows the family.
    Alone,
    /// All that know it share a member.
    One(&'a MetricRef),
    /// Two share none, each with its place.
    Two((&'a MetricRef, usize), (&'a MetricRef, usize)),
}

fn mismatch<'a>(members: &[Vec<&'a MetricRef>; 3]) -> Answer<'a> {
    let mut shared = None;
    for (i, own) in members.iter().enumerate() {
        for (j, others) in members.iter().enumerate().skip(i + 1) {
            let (Some(&a), Some(&b)) = (own.first(), others.first()) else {
                continue;
            };
            match own.iter().find(|m| others.iter().any(|o| o.same(m))) {
                Some(&m) => shared = Some(m),
                None => return Answer::Two((a, i), (b, j)),
            }
        }
    }
    shared.map_or(Answer::Alone, Answer::One)
}

fn decided(plan: &Plan) -> Vec<MetricRef> {
    let read = plan.decides.iter().flat_map(|(_, d)| graph::metrics_of(d));
    read.collect()
}

fn ablated(plan: &Plan) -> Vec<MetricRef> {
    let tables = plan.ablations.iter().filter_map(|(_, a)| a.metric.clone());
    let cells = plan.factorials.iter().filter_map(|(_, f)| f.metric.clone());
    tables.chain(cells).collect()
}

fn published(plan: &Plan) -> Vec<MetricRef> {
    let of = |all: &[Reported]| all.iter().map(|r| r.metric.clone()).collect::<Vec<_>>();
    let systems = plan.systems.iter().flat_map(|(_, s)| match &s.outputs {
        Some(Outputs::Reported(all)) => of(all),
        _ => Vec::new(),
    });
    let arms = plan.ablations.iter().flat_map(|(_, a)| &a.arms);
    systems
        .chain(arms.flat_map(|arm| of(&arm.reported)))
        .collect()
}

/// Whether two metrics are of one family, and not the same.
pub(super) fn akin(plan: &Plan, a: &MetricRef, b: &MetricRef) -> bool {
    !a.same(b) && family(plan, a) == family(plan, b)
}

/// What is left of a metric without its average and its cut-off `k`: `f1`, `ndcg(k)`.
fn family(plan: &Plan, m: &MetricRef) -> String {
    let metric = &plan.metrics[m.metric];
    let mut words: Vec<&str> = metric.common.name.split('_').collect();
    while words.len() > 1 && words.last().is_some_and(|w| AVERAGES.contains(w)) {
        words.pop();
    }
    let mut family = words.join("_");
    for (param, argument) in metric.params.iter().zip(&m.args) {
        let shown = match argument {
            Argument::Number(_) if param.value == "k" => "k".to_string(),
            Argument::Number(n) => n.to_string(),
            Argument::Column(cell) => cell.name().to_string(),
            Argument::Param(i) => format!("#{i}"),
        };
        family = format!("{family} {shown}");
    }
    family
}

fn diagnose(
    code: &'static CodeInfo,
    (a, does): (&MetricRef, &str),
    (b, other_does): (&MetricRef, &str),
) -> Diagnostic {
    Diagnostic::new(
        code,
        format!("`{}` {does}, and `{}` {other_does}", a.text, b.text),
    )
    .label(b.span, format!("`{}` here", b.text))
    .label(a.span, format!("and `{}` here", a.text))
    .witness(format!(
        "what `{}` shows of a part need not hold of `{}`: the two may even change in opposite directions",
        b.text, a.text
    ))
    .why(
        "averages and cut-offs of one family weigh rows and classes otherwise, so numbers from two of them cannot \
         be set beside each other (Opitz & Burst 2019; Grandini et al. 2020)",
    )
    .help(format!("use `{}` for both, or show both metrics in both places", a.text))
    .fix(format!("use `{}` here too", a.text), false, b.span, a.text.clone())
}
