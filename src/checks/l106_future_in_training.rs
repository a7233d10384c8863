//! L106: rows that shape a system may be later than the rows that judge it.

use super::context::{Context, Findings};
use super::declare_check;
use super::held::{self, Judged};
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::graph::{Evaluation, Influence};
use crate::hir::{DataRef, Dataset, FoldRule, Folds, Plan, Split, SplitRule, Take};
use crate::text::{Span, Spanned};

declare_check!("L106" "future-in-training" Error "l106_future_in_training.md" run);

const WHY: &str = "a system that is used will know nothing of the future; one that learned from it is judged too well \
                   (Kapoor & Narayanan 2023, L3.1; Bergmeir & Benítez 2012)";

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for judged in held::judged(cx, |d| d.time.is_some()) {
        let dataset = &cx.plan.datasets[judged.dataset];
        let Some(time) = dataset.time.as_ref().filter(|_| !dataset.common.broken) else {
            continue;
        };
        if let Some(split) = dataset.split.as_ref().filter(|_| judged.by_parts()) {
            by_split(code, cx.plan, &judged, time, split, out);
        }
        if let Some(folds) = dataset.folds.as_ref().filter(|_| judged.by_folds()) {
            by_folds(code, dataset, &judged, time, folds, out);
        }
    }
}

fn by_split(
    code: &'static CodeInfo,
    plan: &Plan,
    judged: &Judged<'_>,
    time: &Spanned<String>,
    split: &Split,
    out: &mut Findings,
) {
    let dataset = &plan.datasets[judged.dataset];
    let shaped = !judged.shaping.is_empty();
    match &split.rule {
        SplitRule::All(_) => {}
        SplitRule::Hash { column, .. } => {
            if split.parts.len() > 1 && (shaped || judged.silent) {
                out.report(hashed(code, plan, judged, time, column, split));
            }
        }
        SplitRule::Before(column) if column.value == time.value => {
            let mut late = judged.shaping.iter();
            match late.find(|(i, e)| later(dataset, split, &i.data, &e.on)) {
                Some((influence, e)) => out.report(reversed(code, plan, influence, e, split)),
                None if shaped => {
                    let why = format!(
                        "what shapes the systems is before what judges them by split before({})",
                        time.value
                    );
                    out.prove(code, split.span, why);
                }
                None => {}
            }
        }
        SplitRule::Column(column) | SplitRule::Before(column) => {
            if shaped {
                out.report(unknown(code, dataset, time, column, split.span));
            }
        }
    }
}

/// Whether the partition of `data` takes later rows than that of `on`.
fn later(dataset: &Dataset, split: &Split, data: &DataRef, on: &DataRef) -> bool {
    let rank = |d: &DataRef| {
        let cut = dataset.folds.as_ref().and_then(|f| f.of.as_ref());
        let name = match &d.part {
            Some(_) if held::of_folds(d) => cut.map(|c| &c.value),
            part => part.as_ref(),
        }?;
        let place = split.parts.iter().position(|(n, _)| n.value == *name)?;
        let rest = split
            .parts
            .get(place)
            .is_some_and(|(_, t)| *t == Take::Rest);
        Some((rest, place))
    };
    rank(data).zip(rank(on)).is_some_and(|(a, b)| a > b)
}

fn hashed(
    code: &'static CodeInfo,
    plan: &Plan,
    judged: &Judged<'_>,
    time: &Spanned<String>,
    column: &Spanned<String>,
    split: &Split,
) -> Diagnostic {
    let name = &plan.datasets[judged.dataset].common.name;
    let message = format!(
        "the split of `{name}` deals rows by `{}`, so training rows lie after judged ones",
        column.value
    );
    let d = Diagnostic::new(code, message)
        .label(
            split.span,
            "1. early and late rows fall into every partition",
        )
        .label(time.span, "2. rows have their time here");
    let d = match (judged.shaping.first(), judged.evaluations.first()) {
        (Some((influence, e)), _) => entering(plan, influence, e, d),
        (None, Some(e)) => d.label(
            e.on_span,
            "3. and systems are judged here on one side of it",
        ),
        (None, None) => d,
    };
    d.witness(format!(
        "two rows with their `{}` a year apart: the later one may train, the earlier one judge",
        time.value
    ))
    .why(WHY)
    .help(format!(
        "split by time: `before({}) {{ train: \"2024-01-01\", test: rest }}`; or leave `time:` out where it plays no part",
        time.value
    ))
}

fn entering(plan: &Plan, influence: &Influence, e: &Evaluation, d: Diagnostic) -> Diagnostic {
    let at = influence.path.first().map(|l| l.span).unwrap_or_default();
    let (data, shown) = (plan.show_data(&influence.data), plan.show(&e.variant));
    d.label(at, format!("3. `{data}` shapes `{shown}`"))
        .label(e.on_span, "4. which is judged here, also on earlier rows")
}

fn reversed(
    code: &'static CodeInfo,
    plan: &Plan,
    influence: &Influence,
    e: &Evaluation,
    split: &Split,
) -> Diagnostic {
    let (data, on) = (plan.show_data(&influence.data), plan.show_data(&e.on));
    let shown = plan.show(&e.variant);
    let at = influence.path.first().map(|l| l.span).unwrap_or_default();
    Diagnostic::new(
        code,
        format!("`{shown}` learns from `{data}`, and is judged on earlier rows"),
    )
    .label(at, format!("1. `{data}` shapes `{shown}`"))
    .label(
        split.span,
        format!("2. by this split its rows come after `{on}`"),
    )
    .label(e.on_span, "3. which judges here")
    .witness(format!(
        "every row of `{data}` is later than every row of `{on}`"
    ))
    .why(WHY)
    .help("train on the earlier partition, and judge on the later one")
}

fn unknown(
    code: &'static CodeInfo,
    dataset: &Dataset,
    time: &Spanned<String>,
    column: &Spanned<String>,
    at: Span,
) -> Diagnostic {
    let message = format!(
        "whether the split of `{}` puts training before testing is for the data to say",
        dataset.common.name
    );
    Diagnostic::new(code, message)
        .answered(Answer::Open)
        .label(at, format!("`{}` decides, not the time", column.value))
        .label(time.span, "rows have their time here")
        .why(WHY)
        .help(format!(
            "`benchwright check --data` looks; or split by time itself: `before({}) {{ … }}`",
            time.value
        ))
}

fn by_folds(
    code: &'static CodeInfo,
    dataset: &Dataset,
    judged: &Judged<'_>,
    time: &Spanned<String>,
    folds: &Folds,
    out: &mut Findings,
) {
    match &folds.rule {
        FoldRule::Rolling(column) if column.value == time.value => {
            let why = format!(
                "each fold is judged by what came before it by `{}`",
                time.value
            );
            out.prove(code, folds.span, why);
        }
        FoldRule::Rolling(column) => {
            out.report(unknown(code, dataset, time, column, folds.span));
        }
        FoldRule::KFold | FoldRule::Grouped(_) | FoldRule::Stratified(_) => {
            let message = format!(
                "the folds of `{}` are judged by models that saw later rows",
                dataset.common.name
            );
            let d = Diagnostic::new(code, message)
                .label(folds.span, "1. every fold holds early and late rows")
                .label(time.span, "2. rows have their time here");
            let mut all = judged.evaluations.iter();
            let d = match all.find(|e| held::of_folds(&e.on)) {
                Some(e) => d.label(
                    e.on_span,
                    "3. and each fold is judged here by a model of the others",
                ),
                None => d,
            };
            let of = folds
                .of
                .as_ref()
                .map_or(String::new(), |of| format!(", of: {}", of.value));
            let rolling = format!("rolling({}, k: {}{of})", time.value, folds.k);
            out.report(
                d.witness(format!(
                    "fold 1 of {} is told by a model of folds 2 to {}, whose rows are no earlier",
                    folds.k, folds.k
                ))
                .why(WHY)
                .help(format!("fold by time: `{rolling}`"))
                .fix("fold by time", false, folds.span, rolling),
            );
        }
    }
}
