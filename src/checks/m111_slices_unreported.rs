//! M111: strata are declared, and no comparison reports them.

use super::context::{Context, Findings};
use super::{claims, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Compare, Dataset, Plan, Slice};
use crate::text::Spanned;

declare_check!("M111" "slices-unreported" Info "m111_slices_unreported.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let plan = cx.plan;
    for (id, d) in plan.datasets.iter() {
        let strata = strata(d);
        let compares: Vec<&Compare> = plan
            .compares
            .iter()
            .map(|(_, c)| c)
            .filter(|c| c.on.as_ref().is_some_and(|on| on.data.dataset == id))
            .collect();
        let (Some(_), Some(first)) = (strata.first(), compares.first()) else {
            continue;
        };
        let slices = || compares.iter().flat_map(|c| &c.slices);
        let reported = slices().find(|s| reads(s, &strata));
        let unsure = plan.incomplete || compares.iter().any(|c| c.common.broken);
        match reported {
            Some(slice) => {
                let why = format!("`{}` is reported part by part", slice.name.value);
                out.prove(code, slice.name.span, why);
            }
            None if unsure => {}
            None => out.report(diagnose(code, plan, first, &strata)),
        }
    }
}

/// The strata but the label: what a metric says of each class is another question.
fn strata(d: &Dataset) -> Vec<&Spanned<String>> {
    let label = d.label.as_ref().map(|l| &l.column.value);
    d.strata
        .iter()
        .filter(|s| Some(&s.value) != label)
        .collect()
}

fn reads(slice: &Slice, strata: &[&Spanned<String>]) -> bool {
    let columns = slice.columns();
    columns
        .iter()
        .any(|(c, _)| strata.iter().any(|s| s.value == c.value))
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    c: &Compare,
    strata: &[&Spanned<String>],
) -> Diagnostic {
    let names: Vec<String> = strata.iter().map(|s| format!("`{}`", s.value)).collect();
    let columns: Vec<&str> = strata.iter().map(|s| s.value.as_str()).collect();
    let are = if names.len() == 1 {
        "is a stratum"
    } else {
        "are strata"
    };
    let subject = plan.show(&c.subject.variant);
    let mut d = Diagnostic::new(
        code,
        format!(
            "{} {are}, and no comparison reports the parts",
            claims::listed(&names)
        ),
    )
    .label(
        c.subject.span,
        format!("`{subject}` is judged on the whole alone"),
    );
    for s in strata {
        d = d.label(s.span, "declared to matter");
    }
    d.why(
        "an average over parts hides the part in which the system fails (Buolamwini & Gebru 2018; Oakden-Rayner et al. 2020)",
    )
    .help(format!("add `slices: [{}]` to the comparison", columns.join(", ")))
}
