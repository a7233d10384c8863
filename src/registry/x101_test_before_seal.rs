//! X101: held-out rows were looked at before the plan was sealed.

use super::context::{Context, Look};
use super::declare_check;
use crate::checks::Findings;
use crate::diagnostic::{CodeInfo, Diagnostic};

declare_check!("X101" "test-before-seal" Warning Late "x101_test_before_seal.md" run);

/// Looks named in one diagnostic at most.
const NAMED: usize = 5;

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for partition in cx.partitions {
        let looks: Vec<Look<'_>> = before(cx)
            .into_iter()
            .filter(|l| l.at(partition) && cx.same_matter(l))
            .collect();
        if looks.is_empty() {
            if cx.sealing().is_some() {
                let why = format!("`{}` was not looked at before the seal", partition.name);
                out.prove(code, cx.place(partition), why);
            }
            continue;
        }
        let n = looks.len();
        let times = if n == 1 {
            "once".to_owned()
        } else {
            format!("{n} times")
        };
        let sealed = cx.standing.sealed.as_ref();
        let message = match sealed {
            Some(_) => format!(
                "`{}` was looked at {times} before the plan was sealed",
                partition.name
            ),
            None => format!(
                "`{}` was looked at {times}, and the plan is not sealed",
                partition.name
            ),
        };
        let mut d = Diagnostic::new(code, message).label(cx.place(partition), "these rows judge");
        for look in looks.iter().take(NAMED) {
            let day = look.entry.day();
            d = d.witness(format!(
                "entry {}: `{}` on {day}",
                look.entry.seq, look.plan
            ));
        }
        if n > NAMED {
            d = d.witness(format!("and {} more", n - NAMED));
        }
        if let Some(found) = sealed {
            d = d.witness(format!("sealed {}", found.seal.day()));
        }
        out.report(
            d.why(
                "who has seen the results can choose what to claim, so a seal that comes later vouches for nothing \
                 (Nosek et al. 2018; Kerr 1998)",
            )
            .help("claim on rows that nobody has looked at, or say in the report that these results are exploratory"),
        );
    }
}

/// The looks that came before the seal. Without one, those before this one that X104 says nothing of, since nothing
/// was decided by them or nothing is now.
fn before<'a>(cx: &Context<'a>) -> Vec<Look<'a>> {
    let Some(found) = &cx.standing.sealed else {
        let undecided = |l: &Look<'_>| l.decides.is_empty() || cx.plan.decides.is_empty();
        let other = |l: &Look<'_>| cx.key.is_some() || l.meaning_sha256 != cx.meaning_sha256;
        return cx.looks().filter(|l| undecided(l) && other(l)).collect();
    };
    match cx.sealing() {
        Some(sealing) => cx
            .all_looks()
            .filter(|l| l.entry.seq < sealing.seq)
            .collect(),
        // The ledger doesn't know the seal; the clocks are all there is.
        None => cx
            .all_looks()
            .filter(|l| l.entry.time < found.seal.sealed)
            .collect(),
    }
}
