//! U106: runs of the same rows are counted as if they were more rows.

use super::context::{Context, Findings};
use super::{declare_check, sizes};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Compare, Over, Plan, TestMethod, VariantRef};
use crate::text::Span;

declare_check!("U106" "runs-as-rows" Error "u106_runs_as_rows.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (_, c) in cx.plan.compares.iter() {
        if let Some((over, test)) = plain_t(c) {
            out.report(folds(code, cx.plan, c, (over, test)));
            continue;
        }
        match c.pooled {
            Some(at) => out.report(diagnose(code, cx.plan, c, at)),
            None if c.common.broken => {}
            None => {
                if let Some(v) = most_runs(cx.plan, c).filter(|v| runs(cx.plan, v) > 1) {
                    let n = runs(cx.plan, v);
                    let why = format!("{n} runs of each row stay {n} runs, and none becomes a row");
                    out.prove(code, c.subject.span, why);
                }
            }
        }
    }
}

/// Where folds are compared, and where a plain t test of them is asked for.
fn plain_t(c: &Compare) -> Option<(Span, Span)> {
    let over = c.over.filter(|o| o.value == Over::Folds)?;
    let test = c.test.filter(|t| t.value == TestMethod::T)?;
    Some((over.span, test.span))
}

fn folds(
    code: &'static CodeInfo,
    plan: &Plan,
    c: &Compare,
    (over, test): (Span, Span),
) -> Diagnostic {
    let cut =
        c.on.as_ref()
            .and_then(|on| plan.datasets[on.data.dataset].folds.as_ref());
    let mut d = Diagnostic::new(code, "a plain t test counts folds as independent examples")
        .label(test, "takes each fold for a draw of its own")
        .label(over, "but folds share most of their training rows");
    if let Some(folds) = cut.filter(|f| f.k > 2) {
        let (k, shared) = (
            folds.k,
            (100.0 * f64::from(folds.k - 2) / f64::from(folds.k - 1)).round(),
        );
        d = d.witness(format!(
            "any two of {k} folds share about {shared} % of the rows they are trained on"
        ));
    }
    d.why(
        "the differences of folds vary together, which a plain t test does not know: it finds differences where          there are none far more often than it says (Dietterich 1998; Nadeau & Bengio 2003)",
    )
    .help("write `test: corrected_t`, or leave `test:` out, which corrects for it as well")
    .fix("correct for shared training rows", true, test, "corrected_t")
}

fn runs(plan: &Plan, v: &VariantRef) -> usize {
    plan.systems[v.variant.system].runs().len()
}

fn most_runs<'a>(plan: &Plan, c: &'a Compare) -> Option<&'a VariantRef> {
    let all = std::iter::once(&c.subject).chain(&c.against);
    // The first of those with the most.
    all.min_by_key(|v| std::cmp::Reverse(runs(plan, v)))
}

fn diagnose(code: &'static CodeInfo, plan: &Plan, c: &Compare, at: Span) -> Diagnostic {
    let mut d = Diagnostic::new(code, "runs of the same rows are counted as more rows")
        .label(at, "both are pooled as one sample");
    if let Some(v) = most_runs(plan, c) {
        let (name, n) = (plan.show(&v.variant), runs(plan, v));
        d = d.label(v.span, format!("`{name}` answers every row {n} times"));
        let rows =
            c.on.as_ref()
                .and_then(|on| sizes::declared(plan, &on.data).rows.count.number());
        if let Some(rows) = rows.filter(|_| n > 1) {
            let all = rows * n as f64;
            d = d.witness(format!(
                "{rows} rows × {n} runs would pass for {all} independent rows"
            ));
        } else if n > 1 {
            let narrow = (n as f64).sqrt();
            d = d.witness(format!(
                "every row would count {n} times, and the interval come out up to {narrow:.1} times too narrow"
            ));
        }
    }
    d = d
        .why(
            "another run of a row is no other row: the rows stay as few as they are, however often they are \
             answered (Hurlbert 1984, pseudoreplication; Dietterich 1998; Bouthillier et al. 2021)",
        )
        .help("leave `over:` out: rows (or groups) and runs are resampled, each as what it is")
        .help("or write `over: runs` to claim something of further runs on these very rows");
    // Beside a group `rows` would be the next fault.
    match grouped(plan, c) {
        true => d,
        false => d.fix("resample rows, and runs with them", false, at, "rows"),
    }
}

fn grouped(plan: &Plan, c: &Compare) -> bool {
    let dataset = c.on.as_ref().map(|on| &plan.datasets[on.data.dataset]);
    dataset.is_some_and(|d| d.cluster.is_some() || d.group.is_some())
}
