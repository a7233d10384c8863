//! D105: a threshold outside the range of what it is compared with, or finer than one row.
//!
//! A comparison that no value in the range meets, one whose threshold lies outside the range, so that
//! all values do, and one of a quantity that has one value only. Where a number of rows is declared,
//! also a threshold that lies nearer to 0 (of a change) or to the end of the range (of a value) than one
//! row can move a share.

use super::cells::{
    How, Key, Linear, Range, Ranges, Taken, linear, metric_range, range_of, same_for_all,
    shown_number, unit,
};
use super::design::runs_of;
use super::resolution::{Size, size, step};
use super::{Context, Findings, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Atom, Comparison, Condition, Decide, Plan, Reading, Term, rows_of};
use crate::text::Span;

declare_check!("D105" "impossible-threshold" Error "d105_impossible_threshold.md" run);

fn run(info: &'static CodeInfo, context: &Context<'_>, findings: &mut Findings) {
    let plan = context.plan;
    for (_, decide) in plan.decides.iter().filter(|(_, d)| !d.common.broken) {
        let faults = faults(plan, decide);
        let mut said: Vec<&str> = Vec::new();
        for (atom, fault) in &faults {
            if said.contains(&atom.text.as_str()) {
                continue;
            }
            said.push(&atom.text);
            let same = faults.iter().filter(|(a, _)| a.text == atom.text);
            let places: Vec<Span> = same.map(|(a, _)| a.span).collect();
            findings.report(refuted(info, plan, atom, fault, &places));
        }
        if faults.is_empty() {
            let why = "every threshold lies within the range of what it is compared with";
            findings.prove(info, decide.common.name_span, why);
        }
    }
}

/// What is wrong with a threshold.
#[derive(Debug)]
pub(super) enum Fault {
    /// No value, or every one, meets the comparison.
    Outside {
        /// Between what the compared side lies, less the threshold.
        range: Range,
        /// Whether every value meets it.
        always: bool,
    },
    /// Nearer to what can be reached than one row.
    Fine {
        /// What one row makes.
        step: f64,
        /// The rows.
        size: Size,
    },
}

/// The comparisons of a decision with an impossible threshold.
pub(super) fn faults<'a>(plan: &Plan, decide: &'a Decide) -> Vec<(&'a Atom, Fault)> {
    let rows = rows_of(plan, decide).and_then(|on| {
        let weighted = plan.datasets[on.dataset].weight.is_some();
        size(plan, &on).filter(|_| !weighted)
    });
    let mut atoms = Vec::new();
    let conditions = decide.rules.iter().filter_map(|r| r.when.as_ref());
    conditions.for_each(|c| collect(c, &mut atoms));
    let of_atom = |atom: &'a Atom| {
        let form = linear(plan, decide, &atom.left, &atom.right)?;
        let fault = outside(plan, &form, atom.op).or_else(|| fine(plan, decide, &form, rows?))?;
        Some((atom, fault))
    };
    atoms.into_iter().filter_map(of_atom).collect()
}

/// Whether a rule has a comparison whose threshold lies outside its range.
pub(super) fn by_threshold(plan: &Plan, decide: &Decide, rule: Span) -> bool {
    let inside = |at: Span| rule.start <= at.start && at.end <= rule.end;
    let outside = |fault: &Fault| matches!(fault, Fault::Outside { .. });
    let all = faults(plan, decide);
    all.iter()
        .any(|(atom, fault)| inside(atom.span) && outside(fault))
}

fn collect<'a>(condition: &'a Condition, found: &mut Vec<&'a Atom>) {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().for_each(|p| collect(p, found));
        }
        Condition::Not(inner) | Condition::Possibly(inner) => collect(inner, found),
        Condition::Every { body, .. } => collect(body, found),
        Condition::Atom(atom) => found.push(atom),
        Condition::Error => {}
    }
}

fn outside(plan: &Plan, form: &Linear, op: Comparison) -> Option<Fault> {
    let range = reach(plan, form)?;
    let slack = 1e-9 * form.constant.abs().max(1e-3);
    let (low, high) = range;
    let beyond = low > slack || high < -slack;
    let at_end = |met: bool| !met && !beyond;
    let never = match op {
        Comparison::Gt => high <= slack,
        Comparison::Ge => high < -slack,
        Comparison::Lt => low >= -slack,
        Comparison::Le => low > slack,
        Comparison::Eq => beyond,
        Comparison::Ne => at_end(low.abs() > slack || high.abs() > slack),
    };
    let always = beyond || low == high;
    (never || always).then_some(Fault::Outside {
        range,
        always: !never,
    })
}

/// Between what the left side less the right one lies, its quantities each for themselves.
fn reach(plan: &Plan, form: &Linear) -> Option<Range> {
    if form.terms.is_empty() {
        return None;
    }
    let mut sum = (form.constant, form.constant);
    for ((key, how), coefficient) in &form.terms {
        let (low, high) = of_reading(plan, key, *how);
        let (a, b) = (coefficient * low, coefficient * high);
        sum = (sum.0 + a.min(b), sum.1 + a.max(b));
    }
    Some(sum)
}

fn of_reading(plan: &Plan, key: &Key, how: How) -> Range {
    let (low, high) = range_of(plan, key, Ranges::Declared);
    match how {
        How::Whole | How::Point | How::Lower | How::Upper => (low, high),
        How::Width => (0.0, high - low),
        How::PValue => (0.0, 1.0),
    }
}

/// A threshold that tells no more than one row does.
fn fine(plan: &Plan, decide: &Decide, form: &Linear, size: Size) -> Option<Fault> {
    let mut terms = form.terms.iter();
    let ((key, how), coefficient) = terms.next().filter(|_| form.terms.len() == 1)?;
    if matches!(how, How::Width | How::PValue) {
        return None;
    }
    let runs = runs_of(plan, decide, &key.taken)?;
    let step = step(plan, key.metric, size.rows)? / runs as f64;
    let at = -form.constant / coefficient;
    let ends = match key.taken {
        Taken::Gain => (0.0, 0.0),
        Taken::Subject | Taken::Against | Taken::Other(_) => {
            metric_range(plan, key.metric, Ranges::Declared)
        }
        Taken::Relative | Taken::Interaction(..) => return None,
    };
    let between = |end: f64| {
        let distance = (at - end).abs() / step;
        distance > 1e-9 && distance < 1.0 - 1e-9
    };
    (between(ends.0) || between(ends.1)).then_some(Fault::Fine { step, size })
}

fn refuted(
    info: &'static CodeInfo,
    plan: &Plan,
    atom: &Atom,
    fault: &Fault,
    places: &[Span],
) -> Diagnostic {
    match fault {
        Fault::Outside { range, always } => off_range(info, plan, atom, *range, *always, places),
        Fault::Fine { step, size } => too_fine(info, atom, *step, *size, places),
    }
}

fn off_range(
    info: &'static CodeInfo,
    plan: &Plan,
    atom: &Atom,
    range: Range,
    always: bool,
    places: &[Span],
) -> Diagnostic {
    let holds = if always {
        "always holds"
    } else {
        "can never hold"
    };
    let condition = Condition::Atom(atom.clone());
    let quantities = condition.quantities();
    let metric = quantities
        .first()
        .map(|q| (&q.metric.text, q.metric.metric));
    let constant = range.0 == range.1;
    let message = match metric {
        Some((name, id)) if constant && same_for_all(plan, id) => format!(
            "`{}` {holds}: `{name}` reads nothing that a system answers, so no two systems differ in it",
            atom.text
        ),
        _ => format!("`{}` {holds}: {}", atom.text, lies(atom, range)),
    };
    let mut diagnostic = Diagnostic::new(info, message);
    for (number, place) in places.iter().enumerate() {
        let label = if number == 0 { holds } else { "and here again" };
        diagnostic = diagnostic.label(*place, label);
    }
    if let Some((name, id)) = metric
        && plan.metrics[id].common.span.file == plan.root
    {
        let said = format!("`{name}` is defined here");
        diagnostic = diagnostic.label(plan.metrics[id].common.name_span, said);
    }
    diagnostic
        .witness(lies(atom, range))
        .why("a rule that no result can change decides nothing, and reads as if it did")
        .help(remedy(atom, constant))
}

fn remedy(atom: &Atom, constant: bool) -> &'static str {
    match (&atom.left, constant) {
        (_, true) => "decide by a metric that reads what the systems answer",
        (Term::Read(Reading::PValue, _), false) => {
            "a p value lies between 0 and 1: write `5%` or `0.05`"
        }
        (_, false) => "mend the threshold or its unit, or leave the comparison out",
    }
}

/// “`gain(f1_macro)` lies between −100 pp and 100 pp”.
fn lies(atom: &Atom, range: Range) -> String {
    let Some((name, word, factor, at)) = compared(atom) else {
        let left = atom.text.split(['<', '>', '=', '!']).next();
        let left = left.unwrap_or_default().trim();
        return match range.1 < 0.0 {
            true => format!("`{left}` is always less"),
            false => format!("`{left}` is on the same side of it on every result"),
        };
    };
    let unit = unit(&word);
    let (low, high) = (range.0 + at, range.1 + at);
    let show = |x: f64| shown_number(if x.abs() < 1e-12 { 0.0 } else { x * factor });
    match (low.is_finite(), high.is_finite()) {
        (true, true) if low == high => format!("`{name}` is {}{unit} on every result", show(low)),
        (true, true) => format!(
            "`{name}` lies between {}{unit} and {}{unit}",
            show(low),
            show(high)
        ),
        (true, false) => format!("`{name}` is at least {}{unit}", show(low)),
        (false, _) => format!("`{name}` is at most {}{unit}", show(high)),
    }
}

/// What is compared with a constant on its right: its text, its unit and the factor to it, and the
/// constant.
fn compared(atom: &Atom) -> Option<(&str, String, f64, f64)> {
    let Term::Constant(at, measure) = &atom.right else {
        return None;
    };
    let name = atom.text.split(['<', '>', '=', '!']).next()?.trim();
    let (word, factor) = match &atom.left {
        Term::Quantity(q) => q.measure.display_unit(),
        Term::Read(Reading::PValue, _) => (String::new(), 1.0),
        Term::Read(Reading::Width, q) => q.measure.difference().display_unit(),
        Term::Read(Reading::Point | Reading::Lower | Reading::Upper, q) => q.measure.display_unit(),
        Term::Binary(..) => measure.display_unit(),
        Term::Constant(..) => return None,
    };
    Some((name, word, factor, *at))
}

fn too_fine(
    info: &'static CodeInfo,
    atom: &Atom,
    step: f64,
    size: Size,
    places: &[Span],
) -> Diagnostic {
    let condition = Condition::Atom(atom.clone());
    let quantities = condition.quantities();
    let (word, factor) = quantities.first().map_or((String::new(), 1.0), |q| {
        q.measure.difference().display_unit()
    });
    let one = format!("{}{}", shown_number(step * factor), unit(&word));
    let most = if size.exact { "" } else { "at most " };
    let rows = grouped(size.rows);
    let message = format!(
        "`{}` is finer than {most}{rows} rows can tell: one row of one run is {one}",
        atom.text
    );
    let mut diagnostic = Diagnostic::new(info, message);
    for (number, place) in places.iter().enumerate() {
        let label = match number {
            0 => "no number of rows lies between this and the next value there is",
            _ => "and here again",
        };
        diagnostic = diagnostic.label(*place, label);
    }
    diagnostic
        .label(size.at, format!("{most}{rows} rows"))
        .witness(format!("1 of {rows} rows in one run = {one}, the next is {}{}", shown_number(2.0 * step * factor), unit(&word)))
        .why("the threshold promises a precision that the data don't have: it acts like the next whole row")
        .help(format!(
            "ask for a multiple of {one}, or measure on more rows"
        ))
}

/// `30,000`
fn grouped(n: f64) -> String {
    let digits = format!("{n:.0}");
    let mut shown = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(c);
    }
    shown
}
