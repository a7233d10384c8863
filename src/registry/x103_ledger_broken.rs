//! X103: the ledger or the seal is not what was written.

use super::chain::Fault;
use super::context::Context;
use super::declare_check;
use super::entry::Event;
use crate::checks::Findings;
use crate::diagnostic::{CodeInfo, Diagnostic};

declare_check!("X103" "ledger-broken" Error Early "x103_ledger_broken.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let faults: Vec<&Fault> = cx
        .ledger
        .faults
        .iter()
        .filter(|f| f.is_tampering())
        .collect();
    let seal = seal(cx);
    if faults.is_empty() && seal.is_none() {
        out.prove(
            code,
            cx.head(),
            "no fault is in the ledger, nor in the seal",
        );
        return;
    }
    let message = match (&seal, faults.is_empty()) {
        (Some(_), true) => "the seal beside the plan is not what was sealed",
        _ => "the ledger of looks at held-out rows is not what was written",
    };
    let mut d = Diagnostic::new(code, message).label(cx.head(), "of this plan");
    for fault in &faults {
        d = d.witness(fault.words());
    }
    if let Some(seal) = seal {
        d = d.witness(seal);
    }
    out.report(
        d.why(
            "what was looked at and promised before can no longer be told, so no run can be called confirmatory \
             (Haber & Stornetta 1991)",
        )
        .help("get `.bench/ledger.jsonl`, `.bench/ledger.head` and the seal back from version control or a copy")
        .help(
            "where there is none, move the three away: a new ledger begins, and what the old one knew has to be told \
             beside the results",
        ),
    );
}

/// What is wrong with the seal.
fn seal(cx: &Context<'_>) -> Option<String> {
    if let Some(trouble) = &cx.standing.trouble {
        return Some(trouble.clone());
    }
    let found = cx.standing.sealed.as_ref()?;
    if !found.whole {
        return Some(
            "the seal was written in: its bytes are not those that its hash was made of".to_owned(),
        );
    }
    let known: Vec<&str> = cx
        .ledger
        .entries
        .iter()
        .filter_map(|e| match &e.event {
            Event::Seal {
                plan, lock_sha256, ..
            } if plan == cx.name => Some(lock_sha256.as_str()),
            _ => None,
        })
        .collect();
    let last = known.last()?;
    if *last == found.lock_sha256 {
        return None;
    }
    Some(if known.contains(&found.lock_sha256.as_str()) {
        "the seal is an earlier one, put in the place of the last".to_owned()
    } else {
        "the seal is one that the ledger doesn't know".to_owned()
    })
}
