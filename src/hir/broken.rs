//! Which items were not understood whole: what is absent from them proves nothing.

use super::errors::{HirError, diagnose};
use super::model::{Common, Plan};
use crate::text::Span;

/// Marks every item that an error lies in, and every system that inherits from such a one. An error
/// in no item (a claim that could not be built, an import) makes the plan incomplete.
pub(super) fn mark(plan: &mut Plan, errors: &[HirError]) {
    for error in errors {
        let Some(at) = diagnose(error).labels.first().map(|l| l.span) else {
            continue;
        };
        if !mark_items(plan, at) {
            plan.incomplete = true;
        }
    }
    let ids: Vec<_> = plan.systems.ids().collect();
    for _ in &ids {
        let mut changed = false;
        for &id in &ids {
            let inherits = plan.systems[id]
                .parent
                .as_ref()
                .is_some_and(|p| plan.systems[p.variant.system].common.broken);
            changed |= inherits && !plan.systems[id].common.broken;
            plan.systems[id].common.broken |= inherits;
        }
        if !changed {
            break;
        }
    }
}

/// Whether some item holds the place; it is marked.
fn mark_items(plan: &mut Plan, at: Span) -> bool {
    let mut found = false;
    let mut visit = |common: &mut Common| {
        let span = common.span;
        if span.file == at.file && span.start <= at.start && at.end <= span.end {
            common.broken = true;
            found = true;
        }
    };
    plan.header.iter_mut().for_each(|h| visit(&mut h.common));
    plan.datasets.iter_mut().for_each(|i| visit(&mut i.common));
    plan.steps.iter_mut().for_each(|i| visit(&mut i.common));
    plan.components
        .iter_mut()
        .for_each(|i| visit(&mut i.common));
    plan.hardware.iter_mut().for_each(|i| visit(&mut i.common));
    plan.metrics.iter_mut().for_each(|i| visit(&mut i.common));
    plan.systems.iter_mut().for_each(|i| visit(&mut i.common));
    plan.compares.iter_mut().for_each(|i| visit(&mut i.common));
    plan.ablations.iter_mut().for_each(|i| visit(&mut i.common));
    plan.factorials
        .iter_mut()
        .for_each(|i| visit(&mut i.common));
    plan.selects.iter_mut().for_each(|i| visit(&mut i.common));
    plan.stops.iter_mut().for_each(|i| visit(&mut i.common));
    plan.decides.iter_mut().for_each(|i| visit(&mut i.common));
    found
}
