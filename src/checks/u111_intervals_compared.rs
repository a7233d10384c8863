//! U111: the intervals of two systems are compared, where the interval of their difference is meant.

use super::context::{Context, Findings};
use super::{claims, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{
    Atom, Comparison, Condition, Decide, MetricRef, Plan, Quantity, QuantityKind, Reading, Term,
    Variant,
};

declare_check!("U111" "intervals-compared" Warning "u111_intervals_compared.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    for (_, d) in cx.plan.decides.iter() {
        let mut atoms = Vec::new();
        for when in d.rules.iter().filter_map(|r| r.when.as_ref()) {
            collect(when, &mut atoms);
        }
        let before = out.diagnostics.len();
        for atom in &atoms {
            if let Some(pair) = pair(d, atom) {
                out.report(diagnose(code, cx.plan, d, atom, pair));
            }
        }
        if out.diagnostics.len() == before && !atoms.is_empty() && !claims::unread(d) {
            let why = "no rule sets one system's own value against another's";
            out.prove(code, d.common.name_span, why);
        }
    }
}

fn collect<'a>(condition: &'a Condition, found: &mut Vec<&'a Atom>) {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().for_each(|p| collect(p, found));
        }
        Condition::Not(inner) => collect(inner, found),
        // What is only not refuted is D109's.
        Condition::Possibly(_) => {}
        Condition::Every { body, .. } => collect(body, found),
        Condition::Atom(atom) => found.push(atom),
        Condition::Error => {}
    }
}

/// What is read of one system's own value.
type Own<'a> = (&'a Quantity, Option<Reading>);

/// The first two readings of one metric, of two systems, that a comparison sets against each other.
fn pair<'a>(d: &'a Decide, atom: &'a Atom) -> Option<(Own<'a>, Own<'a>)> {
    let mut read = Vec::new();
    values(&atom.left, &mut read);
    values(&atom.right, &mut read);
    read.iter().enumerate().find_map(|(i, a)| {
        let other =
            |b: &&Own<'a>| a.0.metric.same(&b.0.metric) && subject(d, a.0) != subject(d, b.0);
        let later = read.get(i + 1..)?;
        Some((*a, *later.iter().find(other)?))
    })
}

fn subject<'a>(d: &'a Decide, q: &'a Quantity) -> &'a Variant {
    q.of.as_ref().map_or(&d.subject.variant, |of| &of.variant)
}

/// Two points make no intervals; D108 speaks of them.
fn values<'a>(term: &'a Term, found: &mut Vec<Own<'a>>) {
    match term {
        Term::Constant(..) | Term::Read(Reading::Point | Reading::Width | Reading::PValue, _) => {}
        Term::Quantity(q) if q.kind == QuantityKind::Value => found.push((q, None)),
        Term::Read(reading @ (Reading::Lower | Reading::Upper), q)
            if q.kind == QuantityKind::Value =>
        {
            found.push((q, Some(*reading)));
        }
        Term::Quantity(_) | Term::Read(Reading::Lower | Reading::Upper, _) => {}
        Term::Binary(_, left, right) => {
            values(left, found);
            values(right, found);
        }
    }
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    d: &Decide,
    atom: &Atom,
    (a, b): (Own<'_>, Own<'_>),
) -> Diagnostic {
    let metric = &a.0.metric.text;
    let names = [a, b].map(|own| format!("`{}`", plan.show(subject(d, own.0))));
    let [first, second] = &names;
    let message = format!(
        "{} are compared by their own values of `{metric}`, where the difference is meant",
        claims::listed(&names)
    );
    let found = Diagnostic::new(code, message)
        .label(a.0.span, format!("what {first} reaches, with its own interval"))
        .label(b.0.span, format!("and what {second} reaches, with its own"))
        .witness(witness(plan, &a.0.metric, &names))
        .why(
            "two intervals may overlap where the difference is established: both hold what makes the shared rows \
             hard, and that cancels in the difference (Schenker & Gentleman 2001; Dietterich 1998)",
        );
    match gain(plan, d, atom, a.0) {
        Some(text) => {
            // Two whole intervals say the same as their difference; ends of intervals ask for more.
            let whole = a.1.is_none() && b.1.is_none();
            found
                .help(format!("write `{text}`, whose interval is that of the difference"))
                .fix("ask for the gain", whole, atom.span, text)
        }
        None => found.help(format!(
            "ask for `gain({metric})` in a decision for {first} against {second}, whose interval is that of the difference"
        )),
    }
}

/// Numbers with which the two ways part, better ones for the first.
fn witness(plan: &Plan, metric: &MetricRef, [first, second]: &[String; 2]) -> String {
    let m = &plan.metrics[metric.metric];
    let (high, low) = ("84.0 [82.6, 85.4]", "82.0 [80.6, 83.4]");
    let (own, other, gain) = match m.sign() > 0.0 {
        true => (high, low, "2.0 [1.2, 2.8]"),
        false => (low, high, "−2.0 [−2.8, −1.2]"),
    };
    let (unit, _) = m.measure.display_unit();
    let (difference, _) = m.measure.difference().display_unit();
    let text = &metric.text;
    format!(
        "{text} of {first} = {own} {unit}, of {second} = {other} {unit}: the intervals overlap, while the \
         difference on the same rows may be {gain} {difference}"
    )
}

/// `gain(f1_macro) > 0pp`, where that is what the comparison asks.
fn gain(plan: &Plan, d: &Decide, atom: &Atom, first: &Quantity) -> Option<String> {
    let side = |term: &Term| match term {
        Term::Quantity(q) | Term::Read(_, q) => Some(subject(d, q).clone()),
        Term::Constant(..) | Term::Binary(..) => None,
    };
    let (left, right) = (side(&atom.left)?, side(&atom.right)?);
    let (own, other) = (&d.subject.variant, &d.against.variant);
    let in_order = left == *own && right == *other;
    let turned = left == *other && right == *own;
    if !(in_order || turned) {
        return None;
    }
    let metric = &plan.metrics[first.metric.metric];
    let op = match in_order == (metric.sign() > 0.0) {
        true => atom.op,
        false => atom.op.turned(),
    };
    let op = match op {
        Comparison::Lt => "<",
        Comparison::Le => "<=",
        Comparison::Gt => ">",
        Comparison::Ge => ">=",
        Comparison::Eq => "==",
        Comparison::Ne => "!=",
    };
    let (unit, _) = metric.measure.difference().display_unit();
    Some(format!("gain({}) {op} 0{unit}", first.metric.text))
}
