//! B105: a system that is measured is compared with published numbers.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Id, Outputs, Plan, System, VariantRef};
use crate::text::Span;
use std::collections::BTreeMap;

declare_check!("B105" "reported-baseline" Warning "b105_reported_baseline.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    let mut faults: BTreeMap<Id<System>, Vec<(&VariantRef, &VariantRef)>> = BTreeMap::new();
    for (_, c) in plan.compares.iter() {
        for against in &c.against {
            let reported = |v: &VariantRef| plan.is_reported(v.variant.system);
            let pair = match (reported(&c.subject), reported(against)) {
                (false, true) => (&c.subject, against),
                (true, false) => (against, &c.subject),
                (false, false) => {
                    let name = plan.show(&against.variant);
                    out.prove(
                        code,
                        against.span,
                        format!("`{name}` is measured on the same rows"),
                    );
                    continue;
                }
                // R107: nothing at all is measured.
                (true, true) => continue,
            };
            faults.entry(pair.1.variant.system).or_default().push(pair);
        }
    }
    for (id, pairs) in faults {
        out.report(diagnose(code, plan, id, &pairs));
    }
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    id: Id<System>,
    pairs: &[(&VariantRef, &VariantRef)],
) -> Diagnostic {
    let name = &plan.systems[id].common.name;
    let subject = pairs
        .first()
        .map_or(String::new(), |p| plan.show(&p.0.variant));
    let message =
        format!("`{subject}` is compared with `{name}`, which is known by published numbers alone");
    let (at, numbers) = published(plan, id);
    let mut d =
        Diagnostic::new(code, message).label(at, format!("`{name}` has no rows to pair with"));
    for (ours, theirs) in pairs {
        let ours = plan.show(&ours.variant);
        d = d.label(
            theirs.span,
            format!("`{ours}`, which is measured, is compared with it here"),
        );
    }
    for number in numbers {
        d = d.witness(format!(
            "published of `{name}`: {number}; no rows, runs or hardware"
        ));
    }
    d.why(
        "a published number stands for another split, version or machine, and without its rows nothing can be paired \
         (Ferrari Dacrema et al. 2019; Marie et al. 2021)",
    )
    .help(format!(
        "run `{name}` yourself on these rows, and give its outputs as `predictions:` or `run:`"
    ))
    .help("or leave it out of the comparison, and quote it beside the results")
}

/// Where the numbers stand, and what they are of.
fn published(plan: &Plan, id: Id<System>) -> (Span, Vec<String>) {
    let system = &plan.systems[id];
    let all = match &system.outputs {
        Some(Outputs::Reported(all)) => all.as_slice(),
        Some(Outputs::Run { .. } | Outputs::Predictions { .. } | Outputs::Predict { .. })
        | None => &[],
    };
    let at = all
        .first()
        .map_or(system.common.name_span, |r| r.metric.span);
    let names = all.iter().map(|r| format!("`{}`", r.metric.text));
    (at, names.collect())
}
