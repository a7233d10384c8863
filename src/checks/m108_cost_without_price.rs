//! M108: a cost is asked for, and the machine has no price.

use super::context::{Context, Findings};
use super::{claims, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Hardware, Id, MetricRef, Plan, System};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

declare_check!("M108" "cost-without-price" Warning "m108_cost_without_price.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let mut unpriced: BTreeMap<Id<Hardware>, Vec<(&MetricRef, Id<System>)>> = BTreeMap::new();
    let mut priced: BTreeSet<Span> = BTreeSet::new();
    for claim in claims::measuring(plan) {
        for metric in claim.metrics {
            if !cx.outline(metric).is_some_and(|o| o.price) {
                continue;
            }
            for &(id, _) in &claim.systems {
                match price(plan, id) {
                    Some(Ok(price)) => {
                        priced.insert(price);
                    }
                    Some(Err(machine)) => unpriced.entry(machine).or_default().push((metric, id)),
                    None => {}
                }
            }
        }
    }
    for at in priced {
        out.prove(code, at, "what is paid for has a price");
    }
    for (machine, uses) in unpriced {
        out.report(diagnose(code, plan, machine, &uses));
    }
}

/// Where the price of a system is, or the machine that lacks one. A floor or published number costs
/// nothing; where no machine is named at all, R104 says it.
fn price(plan: &Plan, id: Id<System>) -> Option<Result<Span, Id<Hardware>>> {
    let system = &plan.systems[id];
    if system.common.broken || system.is_builtin() || plan.is_reported(id) {
        return None;
    }
    let machine = system.hardware?.value;
    let hardware = &plan.hardware[machine];
    match &hardware.price {
        Some(price) => Some(Ok(price.span)),
        None if hardware.common.broken => None,
        None => Some(Err(machine)),
    }
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    machine: Id<Hardware>,
    uses: &[(&MetricRef, Id<System>)],
) -> Diagnostic {
    let metrics = claims::once(uses.iter().map(|u| u.0));
    let names: BTreeSet<String> = uses
        .iter()
        .map(|(_, s)| format!("`{}`", plan.systems[*s].common.name))
        .collect();
    let names: Vec<String> = names.into_iter().collect();
    let names = claims::listed(&names);
    let texts: Vec<String> = metrics.iter().map(|m| format!("`{}`", m.text)).collect();
    let texts = claims::listed(&texts);
    let verb = if metrics.len() == 1 { "needs" } else { "need" };
    let hardware = &plan.hardware[machine].common;
    let machine = &hardware.name;
    let mut d = Diagnostic::new(
        code,
        format!("{texts} {verb} a price, and `{machine}` has none"),
    )
    .label(
        hardware.name_span,
        format!("{names} would be paid for here"),
    );
    for m in metrics {
        d = d.label(m.span, "asked for here");
    }
    d.why(
        "a cost is time at a price; without one it is left out of the report, and what was to be weighed against \
         the gain with it (Dehghani et al. 2022; Henderson et al. 2020)",
    )
    .help(format!("add what it costs to `{machine}`, such as `price: 0.17USD/h`"))
    .help("or leave the cost out, and measure the time alone")
}
