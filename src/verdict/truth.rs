//! Three-valued conditions: established over the whole interval, refuted in all of it, or unclear.

use super::book::{Number, Page, number, unit_of};
use super::design::Design;
use crate::exec::PartName;
use crate::hir::{
    Arithmetic, Atom, Comparison, Component, Condition, Id, MetricKind, Plan, Quantity,
    QuantityKind, Reading, Term, Variant,
};
use crate::infer::Sample;
use crate::result::{self, Truth};
use crate::types::Measure;

/// What a condition is judged on.
pub(super) struct Scene<'a> {
    pub(super) plan: &'a Plan,
    pub(super) page: Page<'a>,
    /// The system a bare metric is of.
    pub(super) subject: &'a Variant,
    /// The other side of gains.
    pub(super) against: Option<&'a Variant>,
    pub(super) design: Design,
    /// The adjusted p value of a gain, where a correction was made.
    pub(super) adjusted: &'a dyn Fn(&str, usize) -> Option<f64>,
    /// The interaction of two components on a part, where a factorial measures it.
    pub(super) interaction: Interactions<'a>,
    /// How the ends of a quantity's interval are found.
    pub(super) ends: Ends<'a>,
}

/// How the ends of a quantity's interval are found.
pub(super) enum Ends<'a> {
    /// As the comparison's `interval:` says.
    Planned,
    /// So that they hold at all looks at the runs together; `None` where nothing is known yet.
    Looks(&'a AtLooks<'a>),
}

/// The ends of a sample's interval at a look.
pub(super) type AtLooks<'a> = dyn Fn(&Asked<'_>, &Sample) -> Option<(f64, f64)> + 'a;

/// A quantity whose interval is asked for.
pub(super) struct Asked<'a> {
    /// As the plan writes it, so that all looks know it again.
    pub(super) what: &'a str,
    /// Whether leaving single units out says how it varies; not so of a quantile.
    pub(super) smooth: bool,
    /// The part of the rows.
    pub(super) part: usize,
}

impl Scene<'_> {
    fn number(&self, asked: &Asked<'_>, sample: &Sample) -> Number {
        match self.ends {
            Ends::Planned => {
                let unit = self.design.unit(&self.page);
                number(sample, &self.design.spec, unit, 1.0)
            }
            Ends::Looks(ends) => Number {
                chosen: None,
                estimate: Some(sample.estimate).filter(|e| e.is_finite()),
                interval: ends(asked, sample).map(|(low, high)| result::Interval {
                    low,
                    high,
                    ..result::Interval::default()
                }),
                p_value: None,
                note: None,
            },
        }
    }

    fn is_smooth(&self, q: &Quantity) -> bool {
        self.plan.metric_kind(q.metric.metric) != MetricKind::Quantile
    }
}

/// Looks an interaction of two components up, on a part.
pub(super) type Interactions<'a> =
    &'a dyn Fn((Id<Component>, Id<Component>), usize) -> Option<Sample>;

/// A judged condition: its truth, its atoms in reading order, and whether something had no value.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) truth: Truth,
    pub(super) atoms: Vec<result::Atom>,
    pub(super) failed: Vec<String>,
}

/// Judges a condition on the whole partition.
pub(super) fn judge(scene: &Scene<'_>, condition: &Condition) -> Judged {
    let mut judged = Judged::default();
    judged.truth = holds(scene, condition, 0, &mut judged);
    judged
}

fn holds(scene: &Scene<'_>, condition: &Condition, part: usize, out: &mut Judged) -> Truth {
    match condition {
        Condition::And(parts) => fold(
            parts.iter().map(|p| holds(scene, p, part, out)),
            Truth::Refuted,
        ),
        Condition::Or(parts) => fold(
            parts.iter().map(|p| holds(scene, p, part, out)),
            Truth::Established,
        ),
        Condition::Not(inner) => match holds(scene, inner, part, out) {
            Truth::Established => Truth::Refuted,
            Truth::Refuted => Truth::Established,
            Truth::Unclear => Truth::Unclear,
        },
        Condition::Possibly(inner) => match holds(scene, inner, part, out) {
            Truth::Refuted => Truth::Refuted,
            Truth::Established | Truth::Unclear => Truth::Established,
        },
        Condition::Every { slice, body, .. } => every(scene, &slice.value, body, out),
        Condition::Atom(atom) => {
            let judged = judge_atom(scene, atom, part, out);
            let truth = judged.truth;
            out.atoms.push(judged);
            truth
        }
        Condition::Error => Truth::Unclear,
    }
}

/// Kleene's conjunction where `decisive` is refuted, disjunction where it is established.
fn fold(truths: impl Iterator<Item = Truth>, decisive: Truth) -> Truth {
    let all: Vec<Truth> = truths.collect();
    if all.contains(&decisive) {
        decisive
    } else if all.contains(&Truth::Unclear) {
        Truth::Unclear
    } else if decisive == Truth::Refuted {
        Truth::Established
    } else {
        Truth::Refuted
    }
}

/// Holds in every part; of each atom, the part that decides is shown.
fn every(scene: &Scene<'_>, slice: &str, body: &Condition, out: &mut Judged) -> Truth {
    let parts = scene.page.parts(slice);
    let mut inner: Vec<(&PartName, Judged)> = Vec::new();
    for (place, part) in parts {
        let mut judged = Judged::default();
        judged.truth = holds(scene, body, place, &mut judged);
        out.failed.append(&mut judged.failed);
        inner.push((part, judged));
    }
    let atoms = inner.iter().map(|(_, j)| j.atoms.len()).max().unwrap_or(0);
    for i in 0..atoms {
        let of_part = |(part, j): &(&PartName, Judged)| {
            let mut atom = j.atoms.get(i)?.clone();
            atom.slice = Some(part_value(part).to_string());
            atom.text = format!("every {slice} ({})", atom.text);
            Some(atom)
        };
        let worst = inner
            .iter()
            .filter_map(of_part)
            .min_by(|a, b| weight(a).total_cmp(&weight(b)));
        out.atoms.extend(worst);
    }
    fold(inner.iter().map(|(_, j)| j.truth), Truth::Refuted)
}

/// The value of a slice's column, or the name of a slice that is one condition.
fn part_value(part: &PartName) -> &str {
    if part.value.is_empty() {
        &part.slice
    } else {
        &part.value
    }
}

/// Refuted before unclear before established, and the narrower margin first.
fn weight(atom: &result::Atom) -> f64 {
    let class = match atom.truth {
        Truth::Refuted => 0.0,
        Truth::Unclear => 1.0,
        Truth::Established => 2.0,
    };
    // The arctangent keeps the order of margins and never crosses into the next class.
    class + 0.3 * atom.margin.unwrap_or(0.0).atan() / std::f64::consts::FRAC_PI_2
}

/// A side of a comparison.
enum Value {
    Measured(Box<Sample>),
    Plain(f64),
    Missing(String),
}

fn judge_atom(scene: &Scene<'_>, atom: &Atom, part: usize, out: &mut Judged) -> result::Atom {
    let (left, right) = (
        value(scene, &atom.left, part),
        value(scene, &atom.right, part),
    );
    let measure = measure_of(&atom.left).or_else(|| measure_of(&atom.right));
    let (unit, factor) = unit_of(&measure.unwrap_or(Measure::Number));
    let mut shown = result::Atom {
        text: atom.text.clone(),
        unit,
        ..result::Atom::default()
    };
    let (value, threshold, op) = match (left, right) {
        (Value::Missing(what), _) | (_, Value::Missing(what)) => {
            if !out.failed.contains(&what) {
                out.failed.push(what);
            }
            return shown;
        }
        (Value::Measured(a), Value::Measured(b)) => (
            Value::Measured(Box::new(a.with(&b, |a, b| a - b))),
            0.0,
            atom.op,
        ),
        (Value::Plain(c), Value::Measured(b)) => (Value::Measured(b), c, atom.op.turned()),
        (a, Value::Plain(c)) => (a, c, atom.op),
    };
    match value {
        Value::Plain(x) => {
            shown.truth = compare(op, x, x, threshold);
            shown.value = Some(x * factor);
            shown.margin = Some(margin(op, x, threshold) * factor);
        }
        Value::Measured(sample) => {
            let sides = [&atom.left, &atom.right];
            let asked = Asked {
                what: &atom.text,
                smooth: sides
                    .iter()
                    .flat_map(|t| t.quantities())
                    .all(|q| scene.is_smooth(q)),
                part,
            };
            let found = scene.number(&asked, &sample);
            shown.value = found.estimate.map(|e| e * factor);
            shown.margin = found.estimate.map(|e| margin(op, e, threshold) * factor);
            if let Some(i) = &found.interval {
                shown.truth = compare(op, i.low, i.high, threshold);
                (shown.low, shown.high) = (Some(i.low * factor), Some(i.high * factor));
                if shown.truth == Truth::Unclear && matches!(scene.ends, Ends::Planned) {
                    shown.would_settle = settle(scene, &sample, i, threshold, part);
                }
            } else if found.estimate.is_none() {
                out.failed.push(format!("`{}` has no value", atom.text));
            }
        }
        Value::Missing(_) => {}
    }
    shown
}

fn value(scene: &Scene<'_>, term: &Term, part: usize) -> Value {
    match term {
        Term::Constant(c, _) => Value::Plain(*c),
        Term::Quantity(q) => match sample(scene, q, part) {
            Some(s) => Value::Measured(Box::new(s)),
            None => Value::Missing(format!(
                "`{}` of {} was not measured",
                quantity(scene, q),
                scene.plan.show(subject(scene, q))
            )),
        },
        Term::Read(reading, q) => read(scene, *reading, q, part),
        Term::Binary(op, a, b) => {
            let (a, b) = (value(scene, a, part), value(scene, b, part));
            let f = |x: f64, y: f64| match op {
                Arithmetic::Add => x + y,
                Arithmetic::Sub => x - y,
                Arithmetic::Mul => x * y,
                Arithmetic::Div => x / y,
            };
            match (a, b) {
                (Value::Missing(what), _) | (_, Value::Missing(what)) => Value::Missing(what),
                (Value::Plain(a), Value::Plain(b)) => Value::Plain(f(a, b)),
                (Value::Measured(a), Value::Measured(b)) => {
                    Value::Measured(Box::new(a.with(&b, f)))
                }
                (Value::Measured(a), Value::Plain(b)) => {
                    Value::Measured(Box::new(a.with(&a, |x, _| f(x, b))))
                }
                (Value::Plain(a), Value::Measured(b)) => {
                    Value::Measured(Box::new(b.with(&b, |x, _| f(a, x))))
                }
            }
        }
    }
}

fn subject<'a>(scene: &Scene<'a>, q: &'a Quantity) -> &'a Variant {
    q.of.as_ref().map_or(scene.subject, |of| &of.variant)
}

/// What is not there where a quantity is missing.
fn quantity(scene: &Scene<'_>, q: &Quantity) -> String {
    match q.kind {
        QuantityKind::Interaction(a, b) => {
            let name = |c| &scene.plan.components[c].common.name;
            format!("interaction({}, {})", name(a), name(b))
        }
        _ => q.metric.text.clone(),
    }
}

fn sample(scene: &Scene<'_>, q: &Quantity, part: usize) -> Option<Sample> {
    if let QuantityKind::Interaction(a, b) = q.kind {
        return (scene.interaction)((a, b), part);
    }
    let of = q.of.as_ref().map_or(scene.subject, |of| &of.variant);
    let design = &scene.design;
    let own = scene.page.sample(of, &q.metric, part)?;
    if q.kind == QuantityKind::Value {
        let mut own = design.value(own).into_owned();
        design.studentize(&scene.page, &mut own, &q.metric, part, (of, None));
        return Some(own);
    }
    let other = scene.page.sample(scene.against?, &q.metric, part)?;
    let mut change = match q.kind {
        QuantityKind::Gain => design.gain(&own, &other, scene.plan.metrics[q.metric.metric].sign()),
        QuantityKind::Delta => design.gain(&own, &other, 1.0),
        QuantityKind::Relative | QuantityKind::Value | QuantityKind::Interaction(..) => {
            return Some(design.change(&own, &other, |a, b| (a - b) / b));
        }
    };
    let pair = (of, scene.against);
    design.studentize(&scene.page, &mut change, &q.metric, part, pair);
    Some(change)
}

fn read(scene: &Scene<'_>, reading: Reading, q: &Quantity, part: usize) -> Value {
    let missing = || Value::Missing(format!("`{}` has no value", quantity(scene, q)));
    let Some(sample) = sample(scene, q, part) else {
        return missing();
    };
    let asked = Asked {
        what: &format!(
            "{:?} {} of {}",
            q.kind,
            quantity(scene, q),
            scene.plan.show(subject(scene, q))
        ),
        smooth: scene.is_smooth(q),
        part,
    };
    let found = scene.number(&asked, &sample);
    let ends = found.interval.as_ref();
    let read = match reading {
        Reading::Point => found.estimate,
        Reading::Lower => ends.map(|i| i.low),
        Reading::Upper => ends.map(|i| i.high),
        Reading::Width => ends.map(|i| i.high - i.low),
        Reading::PValue => adjusted(scene, q, part).or(found.p_value),
    };
    read.map_or_else(missing, Value::Plain)
}

/// The adjusted p value of a change; an interaction is in no comparison's family.
fn adjusted(scene: &Scene<'_>, q: &Quantity, part: usize) -> Option<f64> {
    match q.kind {
        QuantityKind::Interaction(..) => None,
        _ => (scene.adjusted)(&q.metric.text, part),
    }
}

/// What a side measures, where it says so itself.
fn measure_of(term: &Term) -> Option<Measure> {
    match term {
        Term::Constant(..) => None,
        Term::Quantity(q) => Some(q.measure.clone()),
        Term::Read(Reading::PValue, _) => Some(Measure::Number),
        Term::Read(Reading::Width, q) => Some(q.measure.difference()),
        Term::Read(_, q) => Some(q.measure.clone()),
        Term::Binary(_, a, b) => measure_of(a).or_else(|| measure_of(b)),
    }
}

/// Whether `x op c` holds for every x from `low` to `high`, for none, or for some.
pub(super) fn compare(op: Comparison, low: f64, high: f64, c: f64) -> Truth {
    let (all, none) = match op {
        Comparison::Gt => (low > c, high <= c),
        Comparison::Ge => (low >= c, high < c),
        Comparison::Lt => (high < c, low >= c),
        Comparison::Le => (high <= c, low > c),
        Comparison::Eq => (low == c && high == c, c < low || high < c),
        Comparison::Ne => (c < low || high < c, low == c && high == c),
    };
    match (all, none) {
        (true, _) => Truth::Established,
        (false, true) => Truth::Refuted,
        (false, false) => Truth::Unclear,
    }
}

/// How far the value lies on the asked side of the threshold.
fn margin(op: Comparison, x: f64, c: f64) -> f64 {
    match op {
        Comparison::Gt | Comparison::Ge => x - c,
        Comparison::Lt | Comparison::Le => c - x,
        Comparison::Eq => -(x - c).abs(),
        Comparison::Ne => (x - c).abs(),
    }
}

/// How many more rows would take the threshold out of the interval, if the estimate holds: an
/// interval's half-width falls with the root of what is sampled.
fn settle(
    scene: &Scene<'_>,
    sample: &Sample,
    i: &result::Interval,
    c: f64,
    part: usize,
) -> Option<String> {
    let distance = (sample.estimate - c).abs();
    let half = if sample.estimate > c {
        sample.estimate - i.low
    } else {
        i.high - sample.estimate
    };
    let part = scene.page.measured.parts.get(part).and_then(Option::as_ref);
    let of = part.map_or(String::new(), |p| format!("{} ", part_value(p)));
    let rows_word = if sample.block.is_some() {
        "requests"
    } else {
        "rows"
    };
    if distance <= 0.0 {
        return Some(format!(
            "no number of {of}{rows_word} would settle it: the estimate is the threshold"
        ));
    }
    let times = (half / distance).powi(2);
    if !times.is_finite() || times > 100.0 {
        return Some(format!(
            "it would take more than 100 times the {of}{rows_word} to settle it"
        ));
    }
    let more = |n: usize| two_digits((times.max(1.0) - 1.0) * n as f64);
    // Rows and runs each add to the interval's square, so both have to grow.
    let runs = match sample.runs.len() {
        0 | 1 => String::new(),
        n => match more(n).as_str() {
            "1" => " and 1 more run".to_owned(),
            n => format!(" and {n} more runs"),
        },
    };
    Some(format!(
        "about {} more {of}{rows_word}{runs} would settle it, if the estimate holds",
        more(sample.rows)
    ))
}

/// Rounded up to two significant digits, thousands set apart.
fn two_digits(n: f64) -> String {
    let n = n.max(1.0);
    let scale = 10f64.powf((n.log10().floor() - 1.0).max(0.0));
    let rounded = ((n / scale).ceil() * scale) as u64;
    let digits = rounded.to_string();
    let mut shown = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(c);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_is_read_off_the_whole_interval() {
        use Truth::{Established, Refuted, Unclear};
        assert_eq!(compare(Comparison::Gt, 0.1, 0.3, 0.0), Established);
        assert_eq!(compare(Comparison::Gt, 0.0, 0.3, 0.0), Unclear);
        assert_eq!(compare(Comparison::Ge, 0.0, 0.3, 0.0), Established);
        assert_eq!(compare(Comparison::Gt, -0.3, 0.0, 0.0), Refuted);
        assert_eq!(compare(Comparison::Ge, -0.3, 0.0, 0.0), Unclear);
        assert_eq!(compare(Comparison::Le, 1.0, 2.0, 2.0), Established);
        assert_eq!(compare(Comparison::Lt, 1.0, 2.0, 1.0), Refuted);
        assert_eq!(compare(Comparison::Eq, 1.0, 1.0, 1.0), Established);
        assert_eq!(compare(Comparison::Ne, 0.0, 2.0, 1.0), Unclear);
    }

    #[test]
    fn kleene() {
        use Truth::{Established, Refuted, Unclear};
        let and = |v: &[Truth]| fold(v.iter().copied(), Refuted);
        let or = |v: &[Truth]| fold(v.iter().copied(), Established);
        assert_eq!(and(&[Established, Unclear]), Unclear);
        assert_eq!(and(&[Refuted, Unclear]), Refuted);
        assert_eq!(and(&[Established, Established]), Established);
        assert_eq!(or(&[Established, Unclear]), Established);
        assert_eq!(or(&[Refuted, Unclear]), Unclear);
        assert_eq!(or(&[Refuted, Refuted]), Refuted);
    }

    #[test]
    fn rows_are_rounded_up() {
        assert_eq!(two_digits(1894.2), "1,900");
        assert_eq!(two_digits(3.1), "4");
        assert_eq!(two_digits(1_200_001.0), "1,300,000");
    }
}
