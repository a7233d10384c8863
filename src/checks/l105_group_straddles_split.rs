//! L105: rows of one group fall on both sides of a split.

use super::context::{Context, Findings};
use super::declare_check;
use super::held::{self, Judged};
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::hir::{Dataset, FoldRule, Folds, Plan, Split, SplitRule};
use crate::text::Spanned;

declare_check!("L105" "group-straddles-split" Error "l105_group_straddles_split.md" run);

const WHY: &str = "rows of one group resemble each other, so a model that saw some of them knows part of the answer to the rest \
                   (Kapoor & Narayanan 2023, L3.2; Roberts et al. 2017)";

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for judged in held::judged(cx, |d| d.group.is_some()) {
        let dataset = &cx.plan.datasets[judged.dataset];
        let Some(group) = dataset.group.as_ref().filter(|_| !dataset.common.broken) else {
            continue;
        };
        if let Some(split) = dataset.split.as_ref().filter(|_| judged.by_parts()) {
            by_split(code, cx.plan, &judged, group, split, out);
        }
        if let Some(folds) = dataset.folds.as_ref().filter(|_| judged.uses_folds()) {
            by_folds(code, cx.plan, &judged, group, folds, out);
        }
    }
}

fn by_split(
    code: &'static CodeInfo,
    plan: &Plan,
    judged: &Judged<'_>,
    group: &Spanned<String>,
    split: &Split,
    out: &mut Findings,
) {
    let dataset = &plan.datasets[judged.dataset];
    let shaped = !judged.shaping.is_empty();
    match &split.rule {
        SplitRule::All(_) => {}
        SplitRule::Hash { column, .. } | SplitRule::Column(column)
            if coarser(dataset, group, column) =>
        {
            let why = format!("the split is by `{}`: no group is cut", column.value);
            out.prove(code, split.span, why);
        }
        SplitRule::Hash { column, .. } => {
            if split.parts.len() > 1 && (shaped || judged.silent) {
                out.report(hashed(code, plan, judged, group, column));
            }
        }
        SplitRule::Column(column) => {
            if shaped {
                let why = format!(
                    "`{}` may give rows of one group to both sides",
                    column.value
                );
                out.report(unknown(code, plan, judged, group, &why, split));
            }
        }
        SplitRule::Before(time) => {
            if shaped {
                let why = format!(
                    "a group with rows on both sides of a `{}` is cut",
                    time.value
                );
                out.report(unknown(code, plan, judged, group, &why, split));
            }
        }
    }
}

/// Whether the column is the group, or declared to be made from it, so that it is the same for all rows of one.
fn coarser(dataset: &Dataset, group: &Spanned<String>, column: &Spanned<String>) -> bool {
    let mut facts = dataset.columns.iter();
    let fact = facts.find(|f| f.name.value == column.value);
    let made = fact.is_some_and(|f| {
        let from = &f.derived_from;
        !from.is_empty() && from.iter().all(|c| c.value == group.value)
    });
    made || column.value == group.value
}

fn hashed(
    code: &'static CodeInfo,
    plan: &Plan,
    judged: &Judged<'_>,
    group: &Spanned<String>,
    column: &Spanned<String>,
) -> Diagnostic {
    let message = format!(
        "the split of `{}` deals rows by `{}`, and so cuts the groups of `{}`",
        plan.datasets[judged.dataset].common.name, column.value, group.value
    );
    let d = Diagnostic::new(code, message)
        .label(
            column.span,
            "1. each value goes to a partition of its own, whatever its group",
        )
        .label(group.span, "2. these rows belong together");
    let d = paths(plan, judged, d)
        .witness(format!(
            "two rows with one `{0}` and different `{1}`: one may train, the other judge",
            group.value, column.value
        ))
        .why(WHY)
        .help(format!("split by the group: `hash({}, …)`", group.value));
    // Never safe: the partitions are others then.
    let title = format!("deal whole groups of `{}`", group.value);
    d.fix(title, false, column.span, spelt(group))
}

/// The column as the plan writes it: quoted where it is no word.
fn spelt(column: &Spanned<String>) -> String {
    let word = column
        .value
        .chars()
        .all(|c| c.is_alphanumeric() || c == '_');
    let digit = column.value.starts_with(|c: char| c.is_ascii_digit());
    if word && !digit {
        column.value.clone()
    } else {
        format!("{:?}", column.value)
    }
}

/// Which rows shape whom, and where they are judged.
fn paths(plan: &Plan, judged: &Judged<'_>, d: Diagnostic) -> Diagnostic {
    let Some((influence, e)) = judged.shaping.first() else {
        return match judged.evaluations.first() {
            Some(e) => d.label(
                e.on_span,
                "3. and systems are judged here on one side of it",
            ),
            None => d,
        };
    };
    let shown = plan.show(&e.variant);
    let enters = influence.path.first().map(|l| l.span).unwrap_or_default();
    d.label(enters, format!("3. one side shapes `{shown}`"))
        .label(e.on_span, "4. which is judged here, on the other")
}

fn unknown(
    code: &'static CodeInfo,
    plan: &Plan,
    judged: &Judged<'_>,
    group: &Spanned<String>,
    why: &str,
    split: &Split,
) -> Diagnostic {
    let name = &plan.datasets[judged.dataset].common.name;
    let message = format!(
        "whether the split of `{name}` keeps each `{}` on one side is for the data to say",
        group.value
    );
    let help = match &split.rule {
        SplitRule::Before(_) => {
            "`benchwright check --data` looks; where the system will meet known groups again, a group on both sides \
             may be what is wanted"
        }
        SplitRule::Column(_) | SplitRule::Hash { .. } | SplitRule::All(_) => {
            "`benchwright check --data` looks; or split by the group itself, with `hash`"
        }
    };
    Diagnostic::new(code, message)
        .answered(Answer::Open)
        .label(split.span, why.to_string())
        .label(group.span, "these rows belong together")
        .why(WHY)
        .help(help)
}

fn by_folds(
    code: &'static CodeInfo,
    plan: &Plan,
    judged: &Judged<'_>,
    group: &Spanned<String>,
    folds: &Folds,
    out: &mut Findings,
) {
    let dataset = &plan.datasets[judged.dataset];
    match &folds.rule {
        FoldRule::KFold | FoldRule::Stratified(_) => {
            let why = format!("folds deal whole groups of `{}`", group.value);
            out.prove(code, folds.span, why);
        }
        FoldRule::Grouped(column) if coarser(dataset, group, column) => {
            let why = format!("the folds are by `{}`: no group is cut", column.value);
            out.prove(code, folds.span, why);
        }
        FoldRule::Grouped(column) => {
            let message = format!(
                "the folds of `{}` keep each `{}` whole, and cut the groups of `{}`",
                dataset.common.name, column.value, group.value
            );
            let d = Diagnostic::new(code, message)
                .label(column.span, "1. rows are dealt by this column")
                .label(group.span, "2. these rows belong together")
                .witness(format!(
                    "two rows with one `{}` and different `{}`: one may train, the other judge",
                    group.value, column.value
                ))
                .why(WHY)
                .help(format!("cut by the group: `grouped({}, …)`", group.value));
            let title = format!("deal whole groups of `{}`", group.value);
            out.report(d.fix(title, false, column.span, spelt(group)));
        }
        // Which groups recur is for the data to say, and later rows of known groups may be the point.
        FoldRule::Rolling(_) => {}
    }
}
