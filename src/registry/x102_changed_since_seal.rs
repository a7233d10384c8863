//! X102: the plan, its data or the library are not what was sealed.

use super::changes::words;
use super::context::Context;
use super::declare_check;
use crate::checks::Findings;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::result::Deviation;

declare_check!("X102" "changed-since-seal" Warning Early "x102_changed_since_seal.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let Some(found) = &cx.standing.sealed else {
        return;
    };
    let all = &cx.standing.changes;
    if all.is_empty() {
        let why = format!("it is what was sealed on {}", found.seal.day());
        out.prove(code, cx.head(), why);
        return;
    }
    // What adds a claim is X105's.
    let changes: Vec<&Deviation> = all.iter().filter(|c| !c.adds_claim).collect();
    let Some(first) = changes.first() else { return };
    let bearing = changes.iter().filter(|c| c.bears).count();
    let what = match (changes.len(), bearing) {
        (1, 0) => "1 change that does not bear on a decision".to_owned(),
        (1, _) => "1 change that bears on a decision".to_owned(),
        (n, 0) => format!("{n} changes, none of which bears on a decision"),
        (n, b) if b == n => format!("{n} changes, all of which bear on a decision"),
        (n, 1) => format!("{n} changes, 1 of which bears on a decision"),
        (n, b) => format!("{n} changes, {b} of which bear on a decision"),
    };
    let place = |c: &Deviation| cx.meaning.place(&c.item, c.field.as_deref());
    let mut d = Diagnostic::new(
        code,
        format!("the plan has changed since it was sealed: {what}"),
    );
    let mut placed = changes
        .iter()
        .filter_map(|c| Some((place(c)?, c)))
        .peekable();
    if placed.peek().is_none() {
        d = d.label(cx.head(), format!("sealed {}", found.seal.day()));
    }
    for (span, c) in placed {
        d = d.label(
            span,
            if c.bears {
                "bears on a decision"
            } else {
                "does not bear on a decision"
            },
        );
    }
    for c in &changes {
        let bears = if c.bears { "bears" } else { "does not bear" };
        d = d.witness(format!("{}; {bears} on a decision", words(c)));
    }
    let again = if bearing == 0 {
        "nothing that the decision rests on has changed: say so beside the results"
    } else {
        "say in the report what was changed and why, and what the plan as it was sealed would have concluded"
    };
    let d = d.why(
        "what is changed after the rows were seen may have been changed because of what was seen, and then the \
         error rates of the plan no longer hold (Nosek et al. 2018; Simmons, Nelson & Simonsohn 2011)",
    );
    let d = d.help(again);
    out.report(d.help(if first.before.is_some() && bearing > 0 {
        "put back what was sealed; or, before any held-out rows are looked at, seal it again: `benchwright seal --again`"
    } else {
        "before any held-out rows are looked at, seal it again: `benchwright seal --again`"
    }));
}
