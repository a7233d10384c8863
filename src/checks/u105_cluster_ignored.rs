//! U105: rows that belong together are resampled one by one.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Dataset, Id, Over, Plan};
use crate::text::{Span, Spanned};
use std::collections::BTreeMap;

declare_check!("U105" "cluster-ignored" Warning "u105_cluster_ignored.md" run);

const WHY: &str = "rows of one unit resemble each other, so they say less than as many independent rows: the \
                   interval comes out too narrow (Field & Welsh 2007; Cameron & Miller 2015; Miller 2024)";

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    for (_, c) in plan.compares.iter() {
        let Some(on) = &c.on else { continue };
        let d = &plan.datasets[on.data.dataset];
        let Some(unit) = unit(d) else { continue };
        match c.over.filter(|o| o.value == Over::Rows) {
            Some(over) => out.report(by_rows(code, over.span, unit)),
            None if c.common.broken || c.over.is_some() || every_row(d).is_some() => {}
            None => {
                let why = format!("whole `{}`s are resampled", unit.value);
                out.prove(code, on.span, why);
            }
        }
    }
    for (id, at) in judging(plan) {
        let d = &plan.datasets[id];
        if let Some((cluster, group)) = every_row(d) {
            out.report(own_rows(code, cluster, group, at));
        }
    }
}

/// What is resampled as a whole, as declared.
fn unit(d: &Dataset) -> Option<&Spanned<String>> {
    d.cluster.as_ref().or(d.group.as_ref())
}

/// `cluster:` that names the id beside a group: every row is its own unit.
fn every_row(d: &Dataset) -> Option<(&Spanned<String>, &Spanned<String>)> {
    let (cluster, group) = d.cluster.as_ref().zip(d.group.as_ref())?;
    let is_id = d.id.as_ref().is_some_and(|id| id.value == cluster.value);
    (is_id && group.value != cluster.value).then_some((cluster, group))
}

/// The datasets that judge, each with the first place of that.
fn judging(plan: &Plan) -> BTreeMap<Id<Dataset>, Span> {
    let compared = plan.compares.iter().filter_map(|(_, c)| c.on.as_ref());
    let ablated = plan.ablations.iter().filter_map(|(_, a)| a.on.as_ref());
    let varied = plan.factorials.iter().filter_map(|(_, f)| f.on.as_ref());
    let mut found = BTreeMap::new();
    for on in compared.chain(ablated).chain(varied) {
        found.entry(on.data.dataset).or_insert(on.span);
    }
    found
}

fn by_rows(code: &'static CodeInfo, over: Span, unit: &Spanned<String>) -> Diagnostic {
    let name = &unit.value;
    Diagnostic::new(
        code,
        format!("rows are resampled one by one, and rows of one `{name}` belong together"),
    )
    .label(over, "each row counts as independent of the others")
    .label(unit.span, format!("but a `{name}` may have many of them"))
    .why(WHY)
    .help(format!(
        "leave `over:` out: whole `{name}`s are resampled then, and runs with them"
    ))
}

fn own_rows(
    code: &'static CodeInfo,
    cluster: &Spanned<String>,
    group: &Spanned<String>,
    at: Span,
) -> Diagnostic {
    let (unit, name) = (&cluster.value, &group.value);
    Diagnostic::new(
        code,
        format!("every `{unit}` is resampled by itself, and rows of one `{name}` belong together"),
    )
    .label(cluster.span, "the id of a row: each row is its own unit")
    .label(group.span, format!("but a `{name}` may have many of them"))
    .label(at, "and they judge here")
    .why(WHY)
    .help(format!(
        "leave `cluster:` out: whole `{name}`s are resampled then"
    ))
    .fix(
        format!("resample whole `{name}`s"),
        false,
        cluster.span,
        name.clone(),
    )
}
