//! L205: rows of one group stand in two partitions or folds.

use super::{Answers, Check, Context};
use crate::data;
use crate::diagnostic::CodeInfo;
use crate::exec::straddles;
use crate::hir::{Dataset, FoldRule, SplitRule};

/// The check; its code is that of splits, which find the same.
pub static CHECK: Check = Check {
    info: &data::L205,
    run,
};

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Answers) {
    for held in cx.shelf.held.values() {
        let d = &cx.plan.datasets[held.dataset];
        let Some(group) = d.group.as_ref().filter(|_| cut_whole(d)) else {
            continue;
        };
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
