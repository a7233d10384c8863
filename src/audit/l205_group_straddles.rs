//! L205: rows of one group stand in two partitions or folds.

use super::{Answers, Check, Context};
use crate::data;
use crate::diagnostic::CodeInfo;
use crate::exec::{Held, straddles};
use crate::hir::{Dataset, FoldRule, SplitRule};

/// The check; its code is that of splits, which find the same.
pub static CHECK: Check = Check {
    info: &data::L205,
    run,
};

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Answers) {
    for held in cx.shelf.held.values() {
        let d = &cx.plan.datasets[held.dataset];
        let Some(group) = &d.group else {
            continue;
        };
        // Under a split by time a group may stand in two parts; whether that is meant stays open.
        if !cut_whole(d) && (d.split.is_none() || in_two(held, &group.value)) {
            continue;
        }
        out.settle("L105", d.common.span);
        match straddles(d, &held.table, &held.cut) {
            Some(found) => out.report(found),
            None if held.table.text(&group.value).is_some() => out.prove(
                code,
                group.span,
                format!(
                    "by the data, no `{}` stands in two parts of `{}`",
                    group.value, d.common.name
                ),
            ),
            None => {}
        }
    }
}

/// Whether a group stands in two partitions, whatever the split.
fn in_two(held: &Held, group: &str) -> bool {
    let parts = held.cut.partitions.iter();
    let parts: Vec<(String, &[u32])> = parts.map(|p| (p.name.clone(), p.rows.as_slice())).collect();
    data::straddling(&held.table, &parts, group).is_some()
}

/// Whether the dataset is cut, and not only by time.
fn cut_whole(d: &Dataset) -> bool {
    let split = d
        .split
        .as_ref()
        .is_some_and(|s| !matches!(s.rule, SplitRule::Before(_)));
    let folds = d
        .folds
        .as_ref()
        .is_some_and(|f| !matches!(f.rule, FoldRule::Rolling(_)));
    split || folds
}
