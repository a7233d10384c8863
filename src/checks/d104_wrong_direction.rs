//! D104: the favourable outcome asks a metric to be worse.
//!
//! An atom of a favourable rule asks for worse where only worse values establish it and nothing
//! beside it in the same conjunction bounds the same quantity the right way: a band is no fault.
//! Where the decision has one outcome whatever happens, D107 speaks alone.

use super::asks::{Asks, asks, favoured};
use super::cells::{Key, more_is_better};
use super::d107_unfalsifiable::one_outcome;
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Atom, Comparison, Condition, Decide, Plan};

declare_check!("D104" "wrong-direction" Warning "d104_wrong_direction.md" run);

fn run(info: &'static CodeInfo, context: &Context<'_>, findings: &mut Findings) {
    let plan = context.plan;
    for (id, decide) in plan.decides.iter().filter(|(_, d)| !d.common.broken) {
        let Some(favoured) = favoured(plan, decide) else {
            continue;
        };
        if one_outcome(&context.space(id)).is_some() {
            continue;
        }
        let mut sound = true;
        for rule in decide.rules.iter().filter(|r| r.outcome.value == *favoured) {
            let Some(when) = &rule.when else { continue };
            let mut wrong = Vec::new();
            Walk { plan, decide }.wrong(when, true, &[], &mut wrong);
            for (atom, negated) in wrong {
                sound = false;
                findings.report(refuted(info, plan, favoured, atom, negated));
            }
        }
        if sound {
            let why = format!("nothing that `{favoured}` asks is met by worse values only");
            findings.prove(info, decide.common.name_span, why);
        }
    }
}

fn refuted(
    info: &'static CodeInfo,
    plan: &Plan,
    favoured: &str,
    atom: &Atom,
    negated: bool,
) -> Diagnostic {
    let condition = Condition::Atom(atom.clone());
    let quantities = condition.quantities();
    let metric = quantities.first().map(|q| &q.metric);
    let name = metric.map_or("a metric", |m| m.text.as_str());
    let better = match metric.and_then(|m| more_is_better(plan, m.metric)) {
        Some(false) => format!("of `{name}` less is better"),
        Some(true) | None => format!("of `{name}` more is better"),
    };
    let asked = if negated {
        format!("not ({})", atom.text)
    } else {
        atom.text.clone()
    };
    let message = format!("`{favoured}` asks `{name}` to be worse: `{asked}`");
    let diagnostic = Diagnostic::new(info, message)
        .label(
            atom.span,
            format!("{better}, and only worse values meet this"),
        )
        .why("the favourable outcome would reward what the metric counts as harm");
    match opposite(atom) {
        Some(text) => diagnostic
            .help(format!(
                "write `{text}`, or name the outcome you favour: `plan {{ favours: … }}`"
            ))
            .fix("turn the comparison round", false, atom.span, text),
        None => diagnostic.help(
            "turn the comparison round, or name the outcome you favour: `plan { favours: … }`",
        ),
    }
}

/// The comparison turned round, as text.
fn opposite(atom: &Atom) -> Option<String> {
    let (from, to) = match atom.op {
        Comparison::Lt => (" < ", " > "),
        Comparison::Le => (" <= ", " >= "),
        Comparison::Gt => (" > ", " < "),
        Comparison::Ge => (" >= ", " <= "),
        Comparison::Eq | Comparison::Ne => return None,
    };
    (atom.text.matches(from).count() == 1).then(|| atom.text.replacen(from, to, 1))
}

struct Walk<'a> {
    plan: &'a Plan,
    decide: &'a Decide,
}

impl Walk<'_> {
    /// Adds the atoms that ask for worse. `positive` turns under `not`; `beside` are the conditions
    /// that hold together with this one, with their sign.
    fn wrong<'c>(
        &self,
        condition: &'c Condition,
        positive: bool,
        beside: &[(&'c Condition, bool)],
        found: &mut Vec<(&'c Atom, bool)>,
    ) {
        match condition {
            Condition::And(parts) | Condition::Or(parts) => {
                let together = matches!(condition, Condition::And(_)) == positive;
                for (number, part) in parts.iter().enumerate() {
                    let mut all = beside.to_vec();
                    if together {
                        let others = parts.iter().enumerate().filter(|(i, _)| *i != number);
                        all.extend(others.map(|(_, p)| (p, positive)));
                    }
                    self.wrong(part, positive, &all, found);
                }
            }
            Condition::Not(inner) => self.wrong(inner, !positive, beside, found),
            Condition::Possibly(inner) | Condition::Every { body: inner, .. } => {
                self.wrong(inner, positive, beside, found);
            }
            Condition::Atom(atom) => {
                let (asked, keys) = asks(self.plan, self.decide, atom, positive);
                let bounded = || beside.iter().any(|(c, sign)| self.bounds(c, *sign, &keys));
                if asked == Asks::Worse && !bounded() {
                    found.push((atom, !positive));
                }
            }
            Condition::Error => {}
        }
    }

    /// Whether the condition asks one of these quantities' metrics to be better.
    fn bounds(&self, condition: &Condition, positive: bool, keys: &[Key]) -> bool {
        match condition {
            Condition::And(parts) | Condition::Or(parts) => {
                parts.iter().any(|p| self.bounds(p, positive, keys))
            }
            Condition::Not(inner) => self.bounds(inner, !positive, keys),
            Condition::Possibly(inner) => self.bounds(inner, positive, keys),
            // The value in each slice is another quantity than the one over all rows.
            Condition::Every { .. } => false,
            Condition::Atom(atom) => {
                let (asked, own) = asks(self.plan, self.decide, atom, positive);
                asked == Asks::Better && own.iter().any(|o| keys.contains(o))
            }
            Condition::Error => false,
        }
    }
}
