//! M109: a judge gives the judgements of a claim, and nothing says how far people agree with it.

use super::context::{Context, Findings};
use super::declare_check;
use super::judging;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::AgreementMeasure;
use std::collections::BTreeSet;

declare_check!("M109" "judge-without-agreement" Warning "m109_judge_without_agreement.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let mut done = BTreeSet::new();
    for j in judging::judgings(cx) {
        let step = &cx.plan.steps[j.judge];
        if step.common.broken || !done.insert(j.judge) {
            continue;
        }
        let name = &step.common.name;
        if let Some(agreement) = &step.agreement {
            let by = match &agreement.by.value {
                AgreementMeasure::Metric(m) => cx.plan.metrics[*m].common.name.clone(),
                AgreementMeasure::Native(name) => (*name).to_string(),
            };
            let with = &agreement.with.value;
            out.prove(
                code,
                agreement.span,
                format!("`{name}` is held against `{with}` by {by}"),
            );
            continue;
        }
        out.report(
            Diagnostic::new(code, format!("nothing says how far people agree with the judge `{name}`"))
                .label(step.common.name_span, "1. the judge has no `agreement:`")
                .label(j.named, "2. its judgements are this metric")
                .label(j.metric.span, format!("3. by which `{}` is measured here", cx.plan.show(&j.evaluation.variant)))
                .why(
                    "judges prefer long answers, the first of two and their own kind; without rows that people rated as well \
                     nobody knows what their scores mean (Zheng et al. 2023; Panickssery et al. 2024)",
                )
                .help(
                    "have people rate some of the rows, and hold the judge against them: `agreement: { with: human, metric: \
                     cohen_kappa, rows: \"judge/human.csv\" }`",
                ),
        );
    }
}
