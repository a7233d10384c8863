//! L201: an id stands in two rows of a dataset.

use super::{Answers, Check, Context};
use crate::data;
use crate::diagnostic::CodeInfo;

/// The check; its code is that of the join, which finds the same.
pub static CHECK: Check = Check {
    info: &data::L201,
    run,
};

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Answers) {
    for held in cx.shelf.held.values() {
        let d = &cx.plan.datasets[held.dataset];
        let judged = cx
            .pairs
            .iter()
            .any(|p| p.judged.data.dataset == held.dataset);
        let Some(id) = held.id.as_deref().filter(|_| judged || d.id.is_some()) else {
            continue;
        };
        let named = d.id.as_ref().map_or(d.common.name_span, |c| c.span);
        match data::repeated_ids(&held.table, id) {
            Some(error) => out.report(data::diagnose(&error, Some(named))),
            None => {
                let rows = held.table.rows();
                let why = format!("the {rows} rows of `{}` have as many ids", d.common.name);
                out.prove(code, named, why);
            }
        }
    }
}
