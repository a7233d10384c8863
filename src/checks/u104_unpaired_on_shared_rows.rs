//! U104: two systems answered the same rows, and the comparison gives the pairs up.

use super::context::{Context, Findings};
use super::{claims, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Compare, DataUse, Over, Plan, VariantRef};
use crate::text::Span;

declare_check!("U104" "unpaired-on-shared-rows" Warning "u104_unpaired_on_shared_rows.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (_, c) in cx.plan.compares.iter() {
        let Some(on) = &c.on else { continue };
        // Runs are no rows: those of two systems need not be pairs.
        if c.over.is_some_and(|o| o.value == Over::Runs) {
            continue;
        }
        let shares = |v: &&VariantRef| !cx.plan.is_reported(v.variant.system);
        let mut others = c.against.iter().filter(shares);
        let learned = others.clone().find(|v| claims::is_run(cx.plan, v));
        let Some(against) = learned.or(others.next()).filter(|_| shares(&&c.subject)) else {
            continue;
        };
        let apart = c.paired.filter(|p| !p.value).map(|p| (p.span, "yes"));
        let unpaired = c.test.filter(|t| !t.value.pairs()).map(|t| (t.span, "t"));
        match apart.or(unpaired) {
            Some(at) => out.report(diagnose(code, cx.plan, (c, on), at, against)),
            None if !c.common.broken => {
                let rows = cx.plan.show_data(&on.data);
                let why = format!("the two are compared row by row of `{rows}`");
                out.prove(code, c.subject.span, why);
            }
            None => {}
        }
    }
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    (c, on): (&Compare, &DataUse),
    (at, paired): (Span, &str),
    against: &VariantRef,
) -> Diagnostic {
    let names = [&c.subject, against].map(|v| format!("`{}`", plan.show(&v.variant)));
    let both = claims::listed(&names);
    let rows = plan.show_data(&on.data);
    Diagnostic::new(
        code,
        format!("{both} answer the same rows, and are compared as if they answered others"),
    )
    .label(at, "the pairs are given up here")
    .label(on.span, format!("and both are judged on every row of `{rows}`"))
    .why(
        "what makes a row hard makes it hard for both; without the pairs that counts as chance, and the \
         interval of the difference is wider than it is (Dietterich 1998; Dror et al. 2018)",
    )
    .help("compare in pairs: leave `paired: no` out, and take a test of pairs such as `t` or `wilcoxon`")
    .fix("compare row by row", false, at, paired)
}
