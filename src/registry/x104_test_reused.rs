//! X104: the held-out rows have served earlier decisions.

use super::context::{Context, Look};
use super::declare_check;
use crate::checks::Findings;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::power;
use std::collections::BTreeMap;

declare_check!("X104" "test-reused" Warning Late "x104_test_reused.md" run);

/// Decisions named in one diagnostic at most.
const NAMED: usize = 5;

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    if cx.plan.decides.is_empty() {
        return;
    }
    for partition in cx.partitions {
        let mut earlier: BTreeMap<&str, Look<'_>> = BTreeMap::new();
        for look in cx
            .looks()
            .filter(|l| l.at(partition) && !l.decides.is_empty())
        {
            // Before the outputs are read, the plan as it is can't be told from itself.
            let own = match cx.key {
                Some(key) => look.key == key,
                None => look.meaning_sha256 == cx.meaning_sha256,
            };
            if !own {
                earlier.entry(look.key).or_insert(look);
            }
        }
        let place = cx.place(partition);
        if earlier.is_empty() {
            let why = format!(
                "`{}` has served no earlier decision that the ledger knows",
                partition.name
            );
            out.prove(code, place, why);
            continue;
        }
        let k = earlier.len();
        let mut looks: Vec<Look<'_>> = earlier.into_values().collect();
        looks.sort_by_key(|l| l.entry.seq);
        let alpha = power::alpha(cx.plan);
        let s = if k == 1 { "" } else { "s" };
        let mut d = Diagnostic::new(
            code,
            format!("`{}` has served {k} earlier decision{s}", partition.name),
        )
        .label(place, format!("decision {} on these rows", k + 1));
        for look in looks.iter().take(NAMED) {
            let names: Vec<String> = look.decides.iter().map(|n| format!("`{n}`")).collect();
            let (names, day) = (names.join(", "), look.entry.day());
            d = d.witness(format!(
                "entry {}: {names} of `{}` on {day}",
                look.entry.seq, look.plan
            ));
        }
        if k > NAMED {
            d = d.witness(format!("and {} more", k - NAMED));
        }
        let n = k + 1;
        let family = family_wise(alpha, n);
        d = d.witness(format!(
            "one decision at a level of {} errs with that chance; of {n}, one errs with 1 − (1 − {alpha})^{n} = {} \
             where they are independent, and with {} at most",
            percent(alpha),
            percent(family),
            percent((alpha * n as f64).min(1.0)),
        ));
        out.report(
            d.why(
                "every decision on the same rows is one more chance to be right by luck, and what was learned from the \
                 earlier ones shapes the later (Dwork et al. 2015; Recht et al. 2019)",
            )
            .help(format!(
                "decide on fresh rows; or keep the family-wise level by `alpha: {}` (Bonferroni over {n} decisions)",
                percent(alpha / n as f64)
            )),
        );
    }
}

/// The chance that one of `n` independent decisions errs.
fn family_wise(alpha: f64, n: usize) -> f64 {
    let n = u32::try_from(n).map_or(f64::INFINITY, f64::from);
    -(n * (-alpha).ln_1p()).exp_m1()
}

/// `18.5%`: at most three digits, as a plan may write it.
fn percent(share: f64) -> String {
    let shown = 100.0 * share;
    let digits = if shown >= 10.0 { 1 } else { 2 };
    let text = format!("{shown:.digits$}");
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_add_up_as_chances_do() {
        // 1 − 0.95⁴ = 0.18549375 exactly.
        assert!((family_wise(0.05, 4) - 0.185_493_75).abs() < 1e-15);
        assert!((family_wise(0.01, 1) - 0.01).abs() < 1e-17);
        assert_eq!(percent(0.185_493_75), "18.5%");
        assert_eq!(percent(0.05 / 3.0), "1.67%");
        assert_eq!(percent(1.0), "100%");
    }
}
