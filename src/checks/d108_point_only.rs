//! D108: the favourable outcome rests on point estimates, or on significance without a margin.
//!
//! Each way in which a favourable rule can hold has to read the interval of a change somewhere; of the
//! system's own values where the rule speaks of no change. A p value is as good beside a point that
//! has to lie beyond a margin. What is concluded from the absence of significance is D109's.

use super::asks::{Ask, Asks, alternatives, asks, favourable_rules, favoured, wants_more};
use super::cells::{How, Key, Linear, Ranges, Taken, linear, range_of, shown_number};
use super::d107_unfalsifiable::one_outcome;
use super::d109_absence_as_equality::absent;
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Condition, Decide, Plan, Quantity};
use crate::text::Span;

declare_check!("D108" "point-only" Warning "d108_point_only.md" run);

fn run(info: &'static CodeInfo, context: &Context<'_>, findings: &mut Findings) {
    let plan = context.plan;
    for (id, decide) in plan.decides.iter().filter(|(_, d)| !d.common.broken) {
        let Some(favoured) = favoured(plan, decide) else {
            continue;
        };
        // One outcome whatever happens rests on nothing: D107 speaks alone.
        if one_outcome(&context.space(id)).is_some() {
            continue;
        }
        let (mut sound, mut said): (bool, Vec<Span>) = (true, Vec::new());
        let rules = favourable_rules(plan, decide);
        for (_, when) in &rules {
            let Some(ways) = alternatives(when) else {
                sound = false;
                continue;
            };
            for way in ways {
                let Some(fault) = fault(plan, decide, &way) else {
                    continue;
                };
                sound = false;
                if let Some(first) = fault.asks.first()
                    && !said.contains(&first.atom.span)
                {
                    said.push(first.atom.span);
                    findings.report(refuted(info, (plan, decide), favoured, &fault));
                }
            }
        }
        if sound && !rules.is_empty() {
            let why = format!("every way to `{favoured}` reads an interval");
            findings.prove(info, decide.common.name_span, why);
        }
    }
}

/// The comparisons that a way rests on, none of which reads an interval.
struct Fault<'a> {
    asks: Vec<Ask<'a>>,
    significance: bool,
}

fn fault<'a>(plan: &Plan, decide: &Decide, way: &[Ask<'a>]) -> Option<Fault<'a>> {
    if way.iter().any(|a| absent(plan, decide, a, way)) {
        return None;
    }
    let forms: Vec<(Ask<'a>, Linear)> = way
        .iter()
        .filter_map(|a| Some((*a, linear(plan, decide, &a.atom.left, &a.atom.right)?)))
        .collect();
    if forms.len() < way.len() {
        return None; // a product or ratio of two quantities: read as an interval
    }
    let changes: Vec<&(Ask<'a>, Linear)> = forms.iter().filter(|(_, f)| is_change(f)).collect();
    let rests: Vec<&(Ask<'a>, Linear)> = match changes.is_empty() {
        true => forms.iter().collect(),
        false => changes,
    };
    let has = |form: &Linear, how: How| form.terms.keys().any(|(_, h)| *h == how);
    let interval = |f: &Linear| {
        [How::Whole, How::Lower, How::Upper]
            .iter()
            .any(|h| has(f, *h))
    };
    let points: Vec<&&(Ask<'a>, Linear)> =
        rests.iter().filter(|(_, f)| has(f, How::Point)).collect();
    let significance = rests.iter().any(|(_, f)| has(f, How::PValue));
    let margin = || {
        points.iter().any(|(a, f)| {
            let better = asks(plan, decide, a.atom, a.positive).0 == Asks::Better;
            better && beyond_zero(f, wants_more(a.atom.op, a.positive))
        })
    };
    let sound = rests.iter().any(|(_, f)| interval(f)) || significance && margin();
    if sound || points.is_empty() && !significance {
        return None;
    }
    let named = rests
        .iter()
        .filter(|(_, f)| has(f, How::Point) || has(f, How::PValue));
    Some(Fault {
        asks: named.map(|(a, _)| *a).collect(),
        significance,
    })
}

/// Whether the form is about the difference between two systems.
fn is_change(form: &Linear) -> bool {
    let systems = form
        .terms
        .keys()
        .filter(|(k, _)| matches!(k.taken, Taken::Subject | Taken::Against | Taken::Other(_)));
    let change = |k: &Key| {
        matches!(
            k.taken,
            Taken::Gain | Taken::Relative | Taken::Interaction(..)
        )
    };
    form.terms.keys().any(|(k, _)| change(k)) || systems.count() > 1
}

/// Whether `Σ coefficient · quantity + constant` beyond 0 asks for more than no change.
fn beyond_zero(form: &Linear, more: Option<bool>) -> bool {
    match more {
        Some(true) => form.constant < 0.0,
        Some(false) => form.constant > 0.0,
        None => false,
    }
}

fn refuted(
    info: &'static CodeInfo,
    (plan, decide): (&Plan, &Decide),
    favoured: &str,
    fault: &Fault<'_>,
) -> Diagnostic {
    let message = match fault.significance {
        true => format!("`{favoured}` rests on significance without a margin"),
        false => format!("`{favoured}` rests on point estimates alone"),
    };
    let why = match fault.significance {
        true => {
            "with enough rows any difference is significant, however small: a p value says nothing \
             about its size (Wasserstein & Lazar 2016; Dror et al. 2018)"
        }
        false => {
            "a point estimate beyond the threshold may be chance: the interval may reach far to the \
             other side (Card et al. 2020; Dror et al. 2018)"
        }
    };
    let mut diagnostic = Diagnostic::new(info, message).why(why);
    for (number, ask) in fault.asks.iter().enumerate() {
        let label = match (fault.significance, number) {
            (true, 0) => "no size of the effect is asked for",
            (false, 0) => "whatever the interval is, this reads its middle",
            _ => "and this adds none",
        };
        diagnostic = diagnostic.label(ask.atom.span, label);
    }
    if let Some(line) = witness(plan, decide, favoured, fault) {
        diagnostic = diagnostic.witness(line);
    }
    remedy(diagnostic, fault)
}

/// The quantity that the way is about first.
fn quantity(fault: &Fault<'_>) -> Option<Quantity> {
    let first = fault.asks.first()?;
    let condition = Condition::Atom(first.atom.clone());
    condition.quantities().first().map(|q| (*q).clone())
}

/// What is read, without `point(…)` or `p_value(…)`, and the unit of its thresholds.
fn read(fault: &Fault<'_>) -> Option<(String, String)> {
    use crate::hir::QuantityKind::{Delta, Gain, Interaction, Relative, Value};
    let q = quantity(fault)?;
    let metric = &q.metric.text;
    let name = match (q.kind, &q.of) {
        (Gain | Delta, _) => format!("gain({metric})"),
        (Relative, _) => format!("relative({metric})"),
        (Value, None) => metric.clone(),
        (Value, Some(_)) | (Interaction(..), _) => return None,
    };
    Some((name, q.measure.display_unit().0))
}

/// A result that meets the rule though its interval reaches far to the other side.
fn witness(plan: &Plan, decide: &Decide, favoured: &str, fault: &Fault<'_>) -> Option<String> {
    let (name, unit) = read(fault)?;
    let unit = super::cells::unit(&unit);
    if fault.significance {
        return Some(format!(
            "{name} = 0.01{unit} [0.001, 0.02], p = 0.03 → `{favoured}` by its p value"
        ));
    }
    let first = fault.asks.first()?;
    let form = linear(plan, decide, &first.atom.left, &first.atom.right)?;
    let ((key, _), coefficient) = form.terms.iter().next().filter(|_| form.terms.len() == 1)?;
    let up = wants_more(first.atom.op, first.positive)? == (*coefficient > 0.0);
    let factor = quantity(fault)?.measure.display_unit().1;
    let at = -form.constant / coefficient * factor;
    let (low, high) = range_of(plan, key, Ranges::Declared);
    let end = if up { high } else { low } * factor;
    // A round step, and never out of the metric's range.
    let step = at.abs().max(1.0).min((end - at).abs() / 4.0);
    let point = if up { at + step / 2.0 } else { at - step / 2.0 };
    let [low, point, high] = [point - 3.0 * step, point, point + 3.0 * step]
        .map(|x| shown_number(x.clamp(low * factor, high * factor)));
    Some(format!(
        "{name} = {point}{unit} [{low}, {high}] → `{favoured}` as far as this goes"
    ))
}

fn remedy(diagnostic: Diagnostic, fault: &Fault<'_>) -> Diagnostic {
    let (Some((name, unit)), Some(first)) = (read(fault), fault.asks.first()) else {
        return diagnostic.help(
            "compare the quantity itself: a comparison without `point(…)` reads the interval",
        );
    };
    if fault.significance {
        return diagnostic.help(format!(
            "ask for an effect worth having, by its interval: `{name} > 1{unit}`, or beside the p value \
             `point({name}) >= 1{unit}`"
        ));
    }
    let value = !name.contains('(');
    if value || !first.positive {
        let text = first
            .atom
            .text
            .replacen(&format!("point({name})"), &name, 1);
        return diagnostic.help(format!("read the interval: `{text}`"));
    }
    let text = format!("{name} > 0{unit} and {}", first.atom.text);
    diagnostic
        .help(format!("ask for the interval too: `{text}`"))
        .fix("ask for the interval too", false, first.atom.span, text)
}
