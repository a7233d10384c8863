//! L206: rows that shaped a system are later than rows that judge it.

use super::context::{Context, Pair};
use super::{Answers, declare_check, tell};
use crate::data::Moment;
use crate::diagnostic::{Answer, CodeInfo, Diagnostic};
use crate::hir::{Dataset, SplitRule};
use std::collections::BTreeSet;

declare_check!("L206" "time-straddles" Error "l206_time_straddles.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Answers) {
    let mut unread = BTreeSet::new();
    let within = |p: &&Pair<'_>| !p.across() && p.folds.is_none() && p.shaped.is_some();
    for pair in cx.pairs.iter().filter(within) {
        let d = &cx.plan.datasets[pair.judged.data.dataset];
        let Some(time) = d.time.as_ref().filter(|_| by_column_or_time(d)) else {
            continue;
        };
        let Some(moments) = moments(pair, &time.value) else {
            if unread.insert(pair.judged.data.dataset) {
                out.report(open(code, d));
            }
            continue;
        };
        let (Some(earliest), Some(latest)) = (
            pair.judged.rows.iter().filter_map(|&r| moments.of(r)).min(),
            pair.other.rows.iter().filter_map(|&r| moments.of(r)).max(),
        ) else {
            continue;
        };
        out.settle("L106", d.common.span);
        if earliest.0.before(&latest.0) {
            out.report(diagnose(code, cx, pair, &moments, earliest, latest));
        } else {
            let why = format!(
                "by the data, no row of `{}` is later than one of `{}`",
                cx.plan.show_data(&pair.other.data),
                cx.plan.show_data(&pair.judged.data),
            );
            out.prove(code, time.span, why);
        }
    }
}

fn by_column_or_time(d: &Dataset) -> bool {
    d.split.as_ref().is_some_and(|s| match s.rule {
        SplitRule::Column(_) | SplitRule::Before(_) => true,
        SplitRule::Hash { .. } | SplitRule::All(_) => false,
    })
}

/// The moment of each text of a column.
struct Moments<'a> {
    codes: &'a [u32],
    of_text: Vec<Option<Moment>>,
}

impl Moments<'_> {
    /// The moment of a row, and the row.
    fn of(&self, row: u32) -> Option<(Moment, u32)> {
        let code = *self.codes.get(row as usize)?;
        let moment = self.of_text.get(code as usize).copied().flatten()?;
        Some((moment, row))
    }
}

/// The moments of the dataset's rows; `None` where a text is no date, or dates are written in several ways.
fn moments<'a>(pair: &Pair<'a>, column: &str) -> Option<Moments<'a>> {
    let (_, text) = pair.judged.held.table.text(column)?;
    let mut of_text = Vec::with_capacity(text.words.len());
    let mut precision = None;
    for word in &text.words {
        if word.trim().is_empty() {
            of_text.push(None);
            continue;
        }
        let moment = Moment::parse(word)?;
        if *precision.get_or_insert(moment.precision) != moment.precision {
            return None;
        }
        of_text.push(Some(moment));
    }
    Some(Moments {
        codes: &text.codes,
        of_text,
    })
}

fn open(code: &'static CodeInfo, d: &Dataset) -> Diagnostic {
    let (name, span) = match &d.time {
        Some(time) => (time.value.as_str(), time.span),
        None => ("", d.common.name_span),
    };
    Diagnostic::new(
        code,
        format!("whether rows are later than those that judge cannot be told from `{name}`"),
    )
    .answered(Answer::Open)
    .label(
        span,
        "the file has no such column, or not all of it is dates written one way",
    )
    .help("write all of them one way in ISO 8601: `2024-06-01` or `2024-06-01T12:00:00Z`")
}

fn diagnose(
    code: &'static CodeInfo,
    cx: &Context<'_>,
    pair: &Pair<'_>,
    moments: &Moments<'_>,
    earliest: (Moment, u32),
    latest: (Moment, u32),
) -> Diagnostic {
    let d = &cx.plan.datasets[pair.judged.data.dataset];
    let (judged, other) = (
        cx.plan.show_data(&pair.judged.data),
        cx.plan.show_data(&pair.other.data),
    );
    let later = |&&r: &&u32| moments.of(r).is_some_and(|m| earliest.0.before(&m.0));
    let n = pair.other.rows.iter().filter(later).count();
    let verb = if n == 1 { "is" } else { "are" };
    let mut found = Diagnostic::new(
        code,
        format!(
            "{} of `{other}` {verb} later than rows of `{judged}`, which judge",
            tell::counted(n, "row")
        ),
    );
    found = tell::places(cx.plan, pair, found);
    if let Some(time) = &d.time {
        found = found.label(time.span, "by this time");
    }
    let column = d.time.as_ref().map_or("", |t| t.value.as_str());
    let at = |row: u32| {
        let text = pair.judged.held.table.text(column);
        text.and_then(|(_, t)| t.get(row as usize))
            .unwrap_or_default()
    };
    tell::both(pair, earliest.1, latest.1, found)
        .witness(format!("{} is of {}", tell::row(&pair.other, latest.1), at(latest.1)))
        .witness(format!("{} judges and is of {}", tell::row(&pair.judged, earliest.1), at(earliest.1)))
        .why(
            "who learns from what came later knows what nobody can know when it counts, so the score is \
             too good (Kapoor & Narayanan 2023, L3.1)",
        )
        .help(format!("split by time, such as `split: before({column}) {{ train: \"2024-01-01\", test: rest }}`"))
        .help("where the order of rows plays no part in the use, leave `time:` out")
}
