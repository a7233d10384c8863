//! D109: “no worse” is concluded from a difference that isn't significant.
//!
//! A favourable rule takes as good enough that a change is not significant (`p_value(…) > 5%`), not
//! refuted (`possibly(…)`), or that its favourable end is (`upper(gain(…)) >= 0pp`), and nothing in
//! the same conjunction bounds the change of this metric from the worse side by its interval.
//! `not (gain(…) < 0pp)` is no such thing: it is established only where the whole interval is.

use super::asks::{
    Ask, Asks, alternatives, asks, favourable_rules, favoured, orientation, wants_more,
};
use super::cells::{How, Key, Linear, Taken, linear, more_is_better};
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Condition, Decide, Plan};
use crate::text::Span;

declare_check!("D109" "absence-as-equality" Warning "d109_absence_as_equality.md" run);

fn run(info: &'static CodeInfo, context: &Context<'_>, findings: &mut Findings) {
    let plan = context.plan;
    for (_, decide) in plan.decides.iter().filter(|(_, d)| !d.common.broken) {
        let Some(favoured) = favoured(plan, decide) else {
            continue;
        };
        let rules = favourable_rules(plan, decide);
        let (mut sound, mut said): (bool, Vec<Span>) = (true, Vec::new());
        for (_, when) in &rules {
            let Some(ways) = alternatives(when) else {
                sound = false;
                continue;
            };
            for way in &ways {
                for ask in way.iter().filter(|a| absent(plan, decide, a, way)) {
                    sound = false;
                    if !said.contains(&ask.atom.span) {
                        said.push(ask.atom.span);
                        findings.report(refuted(info, plan, favoured, ask));
                    }
                }
            }
        }
        if sound && !rules.is_empty() {
            let why = format!("nothing that `{favoured}` asks is met by a mere lack of evidence");
            findings.prove(info, decide.common.name_span, why);
        }
    }
}

/// Whether the comparison takes the absence of a difference for “no worse”, and nothing beside it
/// bounds the change.
pub(super) fn absent(plan: &Plan, decide: &Decide, ask: &Ask<'_>, way: &[Ask<'_>]) -> bool {
    let Some(form) = linear(plan, decide, &ask.atom.left, &ask.atom.right) else {
        return false;
    };
    let Some(key) = unproved(plan, &form, ask) else {
        return false;
    };
    !way.iter().any(|other| bounds(plan, decide, other, &key))
}

/// The change that the comparison takes for none, where it does.
fn unproved(plan: &Plan, form: &Linear, ask: &Ask<'_>) -> Option<Key> {
    let change = |k: &&(Key, How)| matches!(k.0.taken, Taken::Gain | Taken::Relative);
    let of_change = form.terms.keys().find(change);
    let more = wants_more(ask.atom.op, ask.positive);
    let Some((key, how)) = of_change else {
        return two_values(plan, form).filter(|_| ask.weak);
    };
    let coefficient = *form.terms.get(&(key.clone(), *how))?;
    let large = more.map(|m| m == (coefficient > 0.0));
    let found = match how {
        How::PValue => large == Some(true),
        // Possibly no change at all, or possibly one for the better.
        How::Whole => ask.weak && (large.is_none() || large == orientation(plan, key, *how)),
        How::Upper | How::Lower => {
            let favourable = match orientation(plan, key, *how) {
                Some(true) => *how == How::Upper,
                Some(false) => *how == How::Lower,
                None => false,
            };
            favourable && large == orientation(plan, key, *how)
        }
        How::Point | How::Width => false,
    };
    found.then(|| key.clone())
}

/// The system's own value where it is compared with that of the other one.
fn two_values(plan: &Plan, form: &Linear) -> Option<Key> {
    let is = |taken: &Taken| {
        let mut keys = form.terms.keys();
        keys.find(|(k, h)| k.taken == *taken && *h == How::Whole)
    };
    let (subject, against) = (is(&Taken::Subject)?, is(&Taken::Against)?);
    more_is_better(plan, subject.0.metric)?;
    subject.0.same_metric(&against.0).then(|| subject.0.clone())
}

/// Whether the comparison bounds a change of the metric from the worse side, by its interval.
fn bounds(plan: &Plan, decide: &Decide, ask: &Ask<'_>, key: &Key) -> bool {
    if ask.weak || asks(plan, decide, ask.atom, ask.positive).0 != Asks::Better {
        return false;
    }
    let Some(form) = linear(plan, decide, &ask.atom.left, &ask.atom.right) else {
        return false;
    };
    let two = two_values(plan, &form).is_some();
    form.terms.keys().any(|(k, how)| {
        let change = two || matches!(k.taken, Taken::Gain | Taken::Relative);
        let worse_end = match orientation(plan, k, *how) {
            Some(true) => How::Lower,
            Some(false) | None => How::Upper,
        };
        change && k.same_metric(key) && (*how == How::Whole || *how == worse_end)
    })
}

fn refuted(info: &'static CodeInfo, plan: &Plan, favoured: &str, ask: &Ask<'_>) -> Diagnostic {
    let condition = Condition::Atom(ask.atom.clone());
    let quantities = condition.quantities();
    let first = quantities.first();
    let metric = first.map_or("a metric", |q| q.metric.text.as_str());
    let unit = first.map_or(String::new(), |q| {
        plan.metrics[q.metric.metric]
            .measure
            .difference()
            .display_unit()
            .0
    });
    let written = match (ask.weak, ask.positive) {
        (true, true) => format!("possibly({})", ask.atom.text),
        (true, false) => format!("possibly(not ({}))", ask.atom.text),
        (false, true) => ask.atom.text.clone(),
        (false, false) => format!("not ({})", ask.atom.text),
    };
    let shown = super::cells::unit(&unit);
    Diagnostic::new(
        info,
        format!("`{favoured}` takes the lack of a significant difference for “no worse”: `{written}`"),
    )
    .label(
        ask.atom.span,
        format!("a wide interval of `gain({metric})` meets this, too"),
    )
    .witness(format!(
        "gain({metric}) = −5{shown} [−15, 5], p = 0.3 → this holds, and so it does for any gain that is \
         measured badly enough"
    ))
    .why(
        "absence of evidence is not evidence of absence: the fewer the rows, the easier this is met \
         (Altman & Bland 1995)",
    )
    .help(format!(
        "ask that the interval stays above the loss you would accept: `gain({metric}) > -1{unit}`"
    ))
}
