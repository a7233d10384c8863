//! Sums of measured quantities against plain sampling of numbers, and witnesses against what sums are made of.

use super::axis::{Axis, Kind, State};
use super::feasible::Point;
use super::linear::{How, Key, Of, Sum, Taken};
use super::numbers::numbers;
use super::parts::Parts;
use super::search::{Found, Solution};
use super::{Ranges, Space, Truth};
use crate::hir::*;
use crate::text::{Span, Spanned};
use crate::types::Measure;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Low, point and high of a quantity.
type Interval = [f64; 3];

/// Two metrics: of the first both values and the gain are read, of the second, of which less is better and which lies
/// between 0 and 3, the candidate's value, the delta and the relative change.
fn plan() -> Plan {
    let mut plan = Plan::default();
    for name in ["new", "old"] {
        let common = Common {
            name: name.into(),
            ..Common::default()
        };
        plan.systems.add(System {
            common,
            ..System::default()
        });
    }
    for (better, range) in [(Better::Higher, None), (Better::Lower, Some((0.0, 3.0)))] {
        plan.metrics.add(Metric {
            better: Some(Spanned::new(better, Span::default())),
            range,
            ..Metric::default()
        });
    }
    plan
}

fn variant(index: usize) -> VariantRef {
    VariantRef {
        variant: Variant::plain(Id::new(index)),
        span: Span::default(),
        sets: Vec::new(),
    }
}

fn quantity(which: usize) -> Quantity {
    let (kind, metric, of) = match which {
        0 => (QuantityKind::Value, 0, None),
        1 => (QuantityKind::Value, 0, Some(variant(1))),
        2 => (QuantityKind::Gain, 0, None),
        3 => (QuantityKind::Value, 1, None),
        4 => (QuantityKind::Delta, 1, None),
        _ => (QuantityKind::Relative, 1, None),
    };
    Quantity {
        kind,
        metric: MetricRef {
            metric: Id::new(metric),
            args: Vec::new(),
            text: format!("m{metric}"),
            span: Span::default(),
        },
        of,
        measure: Measure::Number,
        span: Span::default(),
    }
}

fn read(which: usize, how: usize) -> Term {
    let q = quantity(which);
    match how {
        0 => Term::Read(Reading::Point, q),
        1 => Term::Read(Reading::Lower, q),
        2 => Term::Read(Reading::Upper, q),
        3 => Term::Read(Reading::Width, q),
        _ => Term::Quantity(q),
    }
}

fn constant(n: i32) -> Term {
    Term::Constant(f64::from(n), Measure::Number)
}

fn binary(op: Arithmetic, a: Term, b: Term) -> Term {
    Term::Binary(op, Box::new(a), Box::new(b))
}

fn atom() -> impl Strategy<Value = Condition> {
    let op = prop_oneof![
        3 => Just(Comparison::Gt), 3 => Just(Comparison::Le), 2 => Just(Comparison::Ge),
        2 => Just(Comparison::Lt), 1 => Just(Comparison::Eq), 1 => Just(Comparison::Ne),
    ];
    let reading = (0..6usize, 0..8usize);
    (reading.clone(), reading, op, -1..=2i32, 0..5usize).prop_map(|(a, b, op, at, form)| {
        let (a, b) = (read(a.0, a.1), read(b.0, b.1));
        let (left, right) = match form {
            0 => (binary(Arithmetic::Add, a, b), constant(at)),
            1 => (a, binary(Arithmetic::Mul, constant(2), b)),
            2 => (a, constant(at)),
            _ => (a, binary(Arithmetic::Add, b, constant(at))),
        };
        Condition::Atom(Atom {
            left,
            op,
            right,
            span: Span::default(),
            text: String::new(),
        })
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let every = flat().prop_map(|body| Condition::Every {
        slice: Spanned::new("s".into(), Span::default()),
        body: Box::new(body),
        span: Span::default(),
    });
    prop_oneof![3 => flat(), 1 => every].prop_recursive(1, 4, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Condition::And(vec![a, b])),
            inner.prop_map(|c| Condition::Not(Box::new(c))),
        ]
    })
}

fn flat() -> impl Strategy<Value = Condition> {
    atom().prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..3).prop_map(Condition::And),
            prop::collection::vec(inner.clone(), 2..3).prop_map(Condition::Or),
            inner.clone().prop_map(|c| Condition::Not(Box::new(c))),
            inner.prop_map(|c| Condition::Possibly(Box::new(c))),
        ]
    })
}

fn decide(conditions: Vec<Condition>) -> Decide {
    let rules = conditions.into_iter().enumerate().map(|(i, when)| Rule {
        outcome: Spanned::new(format!("r{i}"), Span::default()),
        when: Some(when),
        span: Span::default(),
    });
    Decide {
        common: Common::default(),
        subject: variant(0),
        against: variant(1),
        rules: rules.collect(),
        failed: None,
        read: true,
    }
}

/// Between what each of them lies.
const RANGES: [(f64, f64); 6] = [
    super::axis::ANY,
    super::axis::ANY,
    super::axis::ANY,
    (0.0, 3.0),
    (-3.0, 3.0),
    (-1.0, f64::INFINITY),
];

/// A result: the quantities in the order of [`quantity`], whence the free intervals of sums are drawn, and the parts of
/// the slice.
struct Measured {
    of: [Interval; 6],
    seed: u64,
    parts: Vec<Measured>,
}

/// 200 results of one to three parts each.
fn measured(seed: u64) -> Vec<Measured> {
    let mut all = drawn(seed, 800);
    let wholes = all.split_off(600);
    let mut parts = all.into_iter();
    let with_parts = |(i, whole): (usize, Measured)| Measured {
        parts: parts.by_ref().take(1 + i % 3).collect(),
        ..whole
    };
    wholes.into_iter().enumerate().map(with_parts).collect()
}

fn drawn(seed: u64, count: u64) -> Vec<Measured> {
    let mut state = seed;
    let mut draw = move |from: i32, to: i32| {
        state = next(state);
        f64::from(from + ((state >> 33) % (to - from + 1) as u64) as i32) / 2.0
    };
    (0..count)
        .map(|i| {
            let (a, b) = (draw(-4, 6), draw(-4, 6));
            let (c, d) = (draw(0, 6), draw(1, 6));
            let mut around = |point: f64, (least, most): (f64, f64)| {
                let low = (point - draw(0, 4)).max(least);
                [low, point, (point + draw(0, 4)).min(most)]
            };
            let points = [a, b, a - b, c, c - d, (c - d) / d];
            let of = [0, 1, 2, 3, 4, 5].map(|q: usize| around(points[q], RANGES[q]));
            let seed = seed.wrapping_add(i);
            Measured {
                of,
                seed,
                parts: Vec::new(),
            }
        })
        .collect()
}

fn next(seed: u64) -> u64 {
    seed.wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407)
}

/// What the run would hold an atom to: the whole quantities with their coefficients, and the plain rest.
fn split(term: &Term, times: f64, at: &Measured, wholes: &mut BTreeMap<usize, f64>) -> f64 {
    let which = |q: &Quantity| match (q.kind, q.metric.metric.index(), &q.of) {
        (QuantityKind::Value, 0, None) => 0,
        (QuantityKind::Value, 0, Some(_)) => 1,
        (QuantityKind::Gain, _, _) => 2,
        (QuantityKind::Relative, _, _) => 5,
        (QuantityKind::Value, _, _) => 3,
        _ => 4,
    };
    match term {
        Term::Constant(n, _) => times * n,
        Term::Quantity(q) => {
            *wholes.entry(which(q)).or_insert(0.0) += times;
            0.0
        }
        Term::Read(reading, q) => {
            let [low, point, high] = at.of[which(q)];
            times
                * match reading {
                    Reading::Point => point,
                    Reading::Lower => low,
                    Reading::Upper => high,
                    Reading::Width => high - low,
                    Reading::PValue => f64::NAN,
                }
        }
        Term::Binary(op, a, b) => match (op, &**a) {
            (Arithmetic::Mul, Term::Constant(n, _)) => split(b, times * n, at, wholes),
            (Arithmetic::Add, _) => split(a, times, at, wholes) + split(b, times, at, wholes),
            _ => panic!("no other form here"),
        },
    }
}

fn truth(a: &Atom, at: &Measured) -> Truth {
    let mut wholes = BTreeMap::new();
    let plain = split(&a.left, 1.0, at, &mut wholes) + split(&a.right, -1.0, at, &mut wholes);
    wholes.retain(|_, c| *c != 0.0);
    // The value less the other's is the change.
    if wholes.len() == 2
        && let (Some(&c), Some(&d)) = (wholes.get(&0), wholes.get(&1))
        && c == -d
    {
        wholes = [(2, c)].into();
    }
    let terms: Vec<(usize, f64)> = wholes.into_iter().collect();
    let [low, high] = match terms.as_slice() {
        [] => [plain, plain],
        [(q, c)] => {
            let [low, _, high] = at.of[*q];
            let (x, y) = (c * low, c * high);
            [x.min(y) + plain, x.max(y) + plain]
        }
        [(_, first), ..] => {
            let point: f64 = terms.iter().map(|(q, c)| c * at.of[*q][1]).sum();
            // One interval for each sum up to a factor.
            let mut seed = at.seed;
            for (q, c) in &terms {
                seed = next(seed ^ (*q as u64) ^ (c / first).to_bits());
            }
            let (below, above) = ((seed >> 40) % 5, (seed >> 50) % 5);
            let ends = [-(below as f64) / 2.0 * first, above as f64 / 2.0 * first];
            let (x, y) = (ends[0], ends[1]);
            let (least, most) = terms.iter().fold((0.0, 0.0), |(least, most), (q, c)| {
                let (x, y) = (c * RANGES[*q].0, c * RANGES[*q].1);
                (least + x.min(y), most + x.max(y))
            });
            let low = (point + x.min(y)).max(least) + plain;
            let high = (point + x.max(y)).min(most) + plain;
            [low, high]
        }
    };
    holds(a.op, low, high, 0.0)
}

fn holds(op: Comparison, low: f64, high: f64, at: f64) -> Truth {
    const NEAR: f64 = 1e-9;
    let (all, none) = match op {
        Comparison::Lt => (high < at - NEAR, low >= at - NEAR),
        Comparison::Le => (high <= at + NEAR, low > at + NEAR),
        Comparison::Gt => (low > at + NEAR, high <= at + NEAR),
        Comparison::Ge => (low >= at - NEAR, high < at - NEAR),
        Comparison::Eq => (
            (low - at).abs() < NEAR && (high - at).abs() < NEAR,
            at < low - NEAR || high + NEAR < at,
        ),
        Comparison::Ne => (
            at < low - NEAR || high + NEAR < at,
            (low - at).abs() < NEAR && (high - at).abs() < NEAR,
        ),
    };
    match (all, none) {
        (true, _) => Truth::Established,
        (false, true) => Truth::Refuted,
        (false, false) => Truth::Unclear,
    }
}

fn evaluate(condition: &Condition, at: &Measured) -> Truth {
    let all = |c: &[Condition]| -> Vec<Truth> { c.iter().map(|c| evaluate(c, at)).collect() };
    match condition {
        Condition::And(c) => all(c).into_iter().min().unwrap(),
        Condition::Or(c) => all(c).into_iter().max().unwrap(),
        Condition::Not(c) => match evaluate(c, at) {
            Truth::Refuted => Truth::Established,
            Truth::Unclear => Truth::Unclear,
            Truth::Established => Truth::Refuted,
        },
        Condition::Possibly(c) => Truth::from(evaluate(c, at) != Truth::Refuted),
        Condition::Atom(a) => truth(a, at),
        Condition::Every { body, .. } => at.parts.iter().map(|p| evaluate(body, p)).min().unwrap(),
        Condition::Error => panic!("not here"),
    }
}

fn fires(decide: &Decide, at: &Measured) -> Option<usize> {
    decide
        .rules
        .iter()
        .position(|r| evaluate(r.when.as_ref().unwrap(), at) == Truth::Established)
}

/// The numbers of an axis where a witness lies, canonical.
fn found(axis: &Axis, point: &Point) -> Option<Interval> {
    let Kind::Measured { scale, width, .. } = &axis.kind else {
        return None;
    };
    if let (Some((low, high)), Some(point)) = (point.ends, point.number) {
        return Some([low, point, high]);
    }
    let look = super::axis::Look {
        factor: 1.0,
        ..axis.look.clone()
    };
    let way = point.way.unwrap();
    let shown = numbers(&way, scale, width, &look, point.number).unwrap();
    Some([shown.low, shown.point, shown.high])
}

/// Holds the numbers of a witness to the states that they stand for, and sums to what they are made of.
fn check(space: &Space, solution: &Solution) {
    let there = space.axes.iter().zip(&solution.points);
    let there: Vec<(&Axis, &Point)> = there
        .filter_map(|(axis, p)| Some((axis, &p.as_ref()?.1)))
        .collect();
    hang_together(&there);
    for (axis, point) in &there {
        for (atom, truth) in axis.atoms.iter().zip(truths(axis, point)) {
            assert!(
                truth.is_none_or(|t| solution.atoms[*atom] == (t, t)),
                "{axis:?} {point:?}"
            );
        }
    }
    for (axis, at) in space.axes.iter().zip(&solution.points) {
        if let (Kind::Parts(parts), Some((state, _))) = (&axis.kind, at) {
            check_parts(parts, &axis.states[*state]);
        }
    }
}

/// The truth of each comparison of an axis by its numbers; `None` where it has none.
fn truths(axis: &Axis, point: &Point) -> Vec<Option<Truth>> {
    let Some([low, point, high]) = found(axis, point) else {
        return vec![None; axis.tests.len()];
    };
    let of = |test: &super::axis::Test| match test.how {
        How::Whole => Some(holds(test.op, low, high, test.at)),
        How::Point => Some(holds(test.op, point, point, test.at)),
        How::Lower => Some(holds(test.op, low, low, test.at)),
        How::Upper => Some(holds(test.op, high, high, test.at)),
        How::Width => Some(holds(test.op, high - low, high - low, test.at)),
        How::PValue => None,
    };
    axis.tests.iter().map(of).collect()
}

/// Holds the numbers of each part to each other, and what they make of the quantifiers to the state.
fn check_parts(parts: &Parts, state: &State) {
    let mut all = vec![Truth::Established; parts.bodies.len()];
    for part in &state.parts {
        assert!(part.sure);
        let there: Vec<(&Axis, &Point)> = parts.axes.iter().zip(&part.points).collect();
        hang_together(&there);
        let atoms = parts.axes.iter().map(|a| a.atoms.len()).sum();
        let mut known = vec![super::prop::UNKNOWN; atoms];
        for (axis, point) in there {
            for (&atom, truth) in axis.atoms.iter().zip(truths(axis, point)) {
                known[atom] = truth.map_or(super::prop::UNKNOWN, |t| (t, t));
            }
        }
        for (all, body) in all.iter_mut().zip(&parts.bodies) {
            let (low, high) = body.known(&known);
            assert_eq!(low, high);
            *all = (*all).min(low);
        }
    }
    assert_eq!(all, state.truths);
}

/// What is made of quantities is made of them.
fn hang_together(there: &[(&Axis, &Point)]) {
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
    let mut base: BTreeMap<Key, Interval> = BTreeMap::new();
    let mut sums: Vec<(&Sum, Interval)> = Vec::new();
    for (axis, point) in there {
        let Some(interval) = found(axis, point) else {
            continue;
        };
        let [low, point, high] = interval;
        assert!(low <= point + 1e-9 && point <= high + 1e-9, "{interval:?}");
        match &axis.kind {
            Kind::Measured {
                of: Of::One(key), ..
            } => {
                base.insert(key.clone(), interval);
            }
            Kind::Measured {
                of: Of::Sum(sum), ..
            } => sums.push((sum, interval)),
            _ => {}
        }
    }
    let side = |metric, taken| {
        let args = Vec::new();
        let key = Key {
            metric,
            args,
            taken,
        };
        base.get(&key).copied()
    };
    let (first, second) = (Id::new(0), Id::new(1));
    if let (Some(a), Some(b), Some(gain)) = (
        side(first, Taken::Subject),
        side(first, Taken::Against),
        side(first, Taken::Gain),
    ) {
        near(a[1] - b[1], gain[1]);
    }
    if let (Some(a), Some(gain)) = (side(second, Taken::Subject), side(second, Taken::Gain)) {
        // Less is better: the other's value is this one's and the gain.
        assert!((-1e-9..=3.0 + 1e-9).contains(&(a[1] + gain[1])));
    }
    if let Some(ratio) = side(second, Taken::Relative) {
        // Of the value above 0 that one of the others leaves for the other system.
        let subject = side(second, Taken::Subject).map(|a| a[1]);
        let gain = side(second, Taken::Gain).map(|g| g[1]);
        if let (Some(a), Some(gain)) = (subject, gain) {
            near(ratio[1] * (a + gain), -gain);
        }
        let other = subject.map(|a| a / (1.0 + ratio[1]));
        let other = other
            .or(gain.map(|g| -g / ratio[1]))
            .filter(|o| o.is_finite());
        assert!(
            other.is_none_or(|o| (-1e-6..=3.0 + 1e-6).contains(&o)),
            "{other:?}"
        );
    }
    for (sum, [low, point, high]) in sums {
        let mut whole = [0.0; 3];
        let parts = sum.terms.iter().map(|((key, how), c)| {
            let of = base.get(key).copied()?;
            Some((of, *how, *c))
        });
        let Some(parts) = parts.collect::<Option<Vec<_>>>() else {
            continue;
        };
        for (of, how, c) in &parts {
            let moved = match how {
                How::Whole if *c < 0.0 => [c * of[2], c * of[1], c * of[0]],
                How::Whole => of.map(|x| c * x),
                How::Point => [c * of[1]; 3],
                How::Lower => [c * of[0]; 3],
                How::Upper => [c * of[2]; 3],
                How::Width => [c * (of[2] - of[0]); 3],
                How::PValue => continue,
            };
            whole.iter_mut().zip(moved).for_each(|(w, m)| *w += m);
        }
        near(whole[1], point);
        // A sum of points has no interval, one of several intervals a free one.
        if sum.wholes().count() == 1 {
            near(whole[0], low);
            near(whole[2], high);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sums_agree_with_samples(rules in prop::collection::vec(condition(), 1..4), seed in any::<u64>()) {
        let (plan, decide) = (plan(), decide(rules));
        let space = Space::new(&plan, &decide, Ranges::Declared);
        let fired: Vec<Option<usize>> = measured(seed).iter().map(|m| fires(&decide, m)).collect();
        match space.search(&space.none_before(decide.rules.len())) {
            Found::Nowhere => prop_assert!(!fired.contains(&None), "called covered, but isn't"),
            Found::At(hole) => check(&space, &hole),
            Found::Unsure => {}
        }
        for rule in 0..decide.rules.len() {
            match space.first(rule) {
                Found::Nowhere => prop_assert!(!fired.contains(&Some(rule)), "called unreachable, but isn't"),
                Found::At(there) => check(&space, &there),
                Found::Unsure => {}
            }
        }
    }
}
