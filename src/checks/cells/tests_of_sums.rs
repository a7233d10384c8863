//! Sums of measured quantities against plain sampling of numbers, and witnesses against what sums are made of.

use super::axis::{Axis, Kind};
use super::linear::{How, Key, Of, Sum, Taken};
use super::numbers::numbers;
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
/// between 0 and 3, the candidate's value and the delta.
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
        _ => (QuantityKind::Delta, 1, None),
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
    let reading = (0..5usize, 0..8usize);
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

/// A result: the quantities in the order of [`quantity`], and whence the free intervals of sums are drawn.
struct Measured {
    of: [Interval; 5],
    seed: u64,
}

fn measured(seed: u64) -> Vec<Measured> {
    let mut state = seed;
    let mut draw = move |from: i32, to: i32| {
        state = next(state);
        f64::from(from + ((state >> 33) % (to - from + 1) as u64) as i32) / 2.0
    };
    (0..200)
        .map(|i| {
            let (a, b) = (draw(-4, 6), draw(-4, 6));
            let (c, d) = (draw(0, 6), draw(0, 6));
            let mut around = |point: f64, (least, most): (f64, f64)| {
                let low = (point - draw(0, 4)).max(least);
                [low, point, (point + draw(0, 4)).min(most)]
            };
            let any = (f64::NEG_INFINITY, f64::INFINITY);
            // The delta of the second metric lies within ±3.
            let of = [
                around(a, any),
                around(b, any),
                around(a - b, any),
                around(c, (0.0, 3.0)),
                around(c - d, (-3.0, 3.0)),
            ];
            let seed = seed.wrapping_add(i);
            Measured { of, seed }
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
            [point + plain + x.min(y), point + plain + x.max(y)]
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
        Condition::Every { .. } | Condition::Error => panic!("not here"),
    }
}

fn fires(decide: &Decide, at: &Measured) -> Option<usize> {
    decide
        .rules
        .iter()
        .position(|r| evaluate(r.when.as_ref().unwrap(), at) == Truth::Established)
}

/// The numbers of an axis in a solution, canonical.
fn found(axis: &Axis, solution: &Solution, at: usize) -> Option<Interval> {
    let (_, point) = solution.points[at].as_ref()?;
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
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
    let mut base: BTreeMap<Key, Interval> = BTreeMap::new();
    let mut sums: Vec<(&Sum, Interval)> = Vec::new();
    for (number, axis) in space.axes.iter().enumerate() {
        let Some(interval) = found(axis, solution, number) else {
            continue;
        };
        let [low, point, high] = interval;
        assert!(low <= point + 1e-9 && point <= high + 1e-9, "{interval:?}");
        for (atom, test) in axis.atoms.iter().zip(&axis.tests) {
            let said = match test.how {
                How::Whole => holds(test.op, low, high, test.at),
                How::Point => holds(test.op, point, point, test.at),
                How::Lower => holds(test.op, low, low, test.at),
                How::Upper => holds(test.op, high, high, test.at),
                How::Width => holds(test.op, high - low, high - low, test.at),
                How::PValue => continue,
            };
            assert_eq!(solution.atoms[*atom], (said, said), "{axis:?} {interval:?}");
        }
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
        if sum.wholes().count() < 2 {
            near(whole[0], low);
            near(whole[2], high);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

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
