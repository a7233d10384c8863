//! The same for some claims of a plan that is being written: from what the plan declares, without simulations that a
//! keystroke could not wait for.

use super::{Entry, effect, entry, group_blocks, groups, notes};
use crate::hir::Plan;
use crate::power::sizes::Reads;
use crate::power::{Between, Claim, Effort, claims, wished};
use crate::report::blocks::Block;
use crate::report::markdown;
use crate::text::Span;
use std::collections::BTreeMap;

/// What the claims that are written within a span can show, as Markdown; `None` where there are none.
pub fn power_within(plan: &Plan, within: Span) -> Option<String> {
    let entries = of(plan, within, |_| true);
    if entries.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    for group in groups(&entries) {
        blocks.extend(group_blocks(plan, &group));
    }
    blocks.extend(notes(plan, &entries).into_iter().map(Block::Note));
    Some(markdown::shown(blocks))
}

/// Of each claim on all rows that is written within a span the smallest effect that it shows with the power wished for,
/// where that is known: its place, `3.2 pp`, and what that means.
pub fn smallest_within(plan: &Plan, within: Span) -> Vec<(Span, String, String)> {
    // One metric may be claimed against several baselines.
    let mut found: BTreeMap<Span, Vec<String>> = BTreeMap::new();
    for e in of(plan, within, |c| c.part.is_none()) {
        if e.found.smallest != Between::default() {
            let shown = effect(&e, e.found.smallest);
            let here = found.entry(e.claim.span).or_default();
            if !here.contains(&shown) {
                here.push(shown);
            }
        }
    }
    let power = super::percent(wished(plan));
    let meaning = format!(
        "the smallest effect that is established with {power} power, by what the plan declares"
    );
    found
        .into_iter()
        .map(|(span, shown)| (span, shown.join(", "), meaning.clone()))
        .collect()
}

fn of<'a>(plan: &'a Plan, within: Span, wanted: impl Fn(&Claim<'a>) -> bool) -> Vec<Entry<'a>> {
    let reads = Reads::new();
    let inside = |c: &Claim<'_>| {
        let (own, around) = (c.span, within);
        own.file == around.file && around.start <= own.start && own.end <= around.end
    };
    claims(plan, &reads)
        .into_iter()
        .filter(|c| !c.broken && inside(c) && wanted(c))
        .map(|c| entry(plan, &reads, &[], c, Effort::Quick))
        .collect()
}
