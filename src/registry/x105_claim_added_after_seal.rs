//! X105: the plan claims what it did not claim when it was sealed.

use super::changes::words;
use super::context::Context;
use super::declare_check;
use crate::checks::Findings;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::result::Deviation;

declare_check!("X105" "claim-added-after-seal" Warning Early "x105_claim_added_after_seal.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let Some(found) = &cx.standing.sealed else {
        return;
    };
    let added: Vec<&Deviation> = cx
        .standing
        .changes
        .iter()
        .filter(|c| c.adds_claim)
        .collect();
    if added.is_empty() {
        let why = "every claim was there when it was sealed";
        out.prove(code, cx.head(), why);
        return;
    }
    let what = match added.len() {
        1 => "a claim was added".to_owned(),
        n => format!("claims were added in {n} places"),
    };
    let day = found.seal.day();
    let mut d = Diagnostic::new(code, format!("{what} after the plan was sealed"));
    for c in &added {
        let span = cx.meaning.place(&c.item, c.field.as_deref());
        d = d.label(
            span.unwrap_or_else(|| cx.head()),
            if c.bears {
                "a decision reads it"
            } else {
                "no decision reads it"
            },
        );
        d = d.witness(words(c));
    }
    out.report(
        d.witness(format!("sealed {day}"))
            .why(
                "a hypothesis that came after the seal may have come from the results, and confirms nothing on the same \
                 rows (Kerr 1998; Nosek et al. 2018)",
            )
            .help("report it as exploratory, apart from what was sealed")
            .help("or claim it in a plan of its own, sealed, on rows that nobody has looked at"),
    );
}
