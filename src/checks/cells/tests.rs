//! The cells against plain sampling of numbers, through an evaluator of its own.

use super::axis::{Axis, Kind, State};
use super::linear::{Of, Taken};
use super::numbers::{Shown, numbers};
use super::search::{Found, Solution};
use super::{Ranges, Space, Truth, Want};
use crate::hir::*;
use crate::text::{Span, Spanned};
use crate::types::Measure;
use proptest::prelude::*;

/// Of each quantity low, point and high: the gain of metric 0, the gain of metric 1 (of which less
/// is better), the value of metric 2 (from 0 to 3).
type Numbers = [[f64; 3]; 3];

/// A concrete result: the whole, and each part of the slice.
#[derive(Debug, Clone)]
struct Sample {
    whole: Numbers,
    parts: Vec<Numbers>,
}

fn plan() -> Plan {
    let mut plan = Plan::default();
    for (better, range) in [
        (Better::Higher, None),
        (Better::Lower, None),
        (Better::Higher, Some((0.0, 3.0))),
    ] {
        plan.metrics.add(Metric {
            better: Some(Spanned::new(better, Span::default())),
            range,
            ..Metric::default()
        });
    }
    plan
}

fn quantity(which: usize) -> Quantity {
    let (kind, metric) = match which {
        0 => (QuantityKind::Gain, 0),
        1 => (QuantityKind::Gain, 1),
        2 => (QuantityKind::Delta, 1),
        _ => (QuantityKind::Value, 2),
    };
    Quantity {
        kind,
        metric: MetricRef {
            metric: Id::new(metric),
            args: Vec::new(),
            text: format!("m{metric}"),
            span: Span::default(),
        },
        of: None,
        measure: Measure::Number,
        span: Span::default(),
    }
}

fn number(n: i32) -> Box<Term> {
    Box::new(Term::Constant(f64::from(n), Measure::Number))
}

fn atom() -> impl Strategy<Value = Condition> {
    let op = prop_oneof![
        3 => Just(Comparison::Gt), 3 => Just(Comparison::Le), 2 => Just(Comparison::Ge),
        2 => Just(Comparison::Lt), 1 => Just(Comparison::Eq), 1 => Just(Comparison::Ne),
    ];
    (0..4usize, 0..9usize, op, -1..=2i32, 0..6usize).prop_map(|(q, how, op, at, form)| {
        let q = quantity(q);
        let read = match how {
            0 => Term::Read(Reading::Point, q),
            1 => Term::Read(Reading::Lower, q),
            2 => Term::Read(Reading::Upper, q),
            3 => Term::Read(Reading::Width, q),
            _ => Term::Quantity(q),
        };
        let left = match form {
            0 => Term::Binary(Arithmetic::Mul, number(-1), Box::new(read)),
            1 => Term::Binary(
                Arithmetic::Sub,
                number(1),
                Box::new(Term::Binary(Arithmetic::Div, Box::new(read), number(2))),
            ),
            _ => read,
        };
        Condition::Atom(Atom {
            left,
            op,
            right: Term::Constant(f64::from(at), Measure::Number),
            span: Span::default(),
            text: String::new(),
        })
    })
}

fn flat() -> impl Strategy<Value = Condition> {
    atom().prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::And),
            prop::collection::vec(inner.clone(), 2..3).prop_map(Condition::Or),
            inner.clone().prop_map(|c| Condition::Not(Box::new(c))),
            inner.prop_map(|c| Condition::Possibly(Box::new(c))),
        ]
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
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Condition::Or(vec![a, b])),
            inner.clone().prop_map(|c| Condition::Not(Box::new(c))),
            inner.prop_map(|c| Condition::Possibly(Box::new(c))),
        ]
    })
}

fn decide(conditions: Vec<Condition>) -> Decide {
    let variant = |index| VariantRef {
        variant: Variant::plain(Id::new(index)),
        span: Span::default(),
        sets: Vec::new(),
    };
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

/// 200 results drawn from a seed, on whole and half numbers.
fn samples(mut seed: u64) -> Vec<Sample> {
    let mut draw = |from: i32, to: i32| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        from + ((seed >> 33) % (to - from + 1) as u64) as i32
    };
    let mut numbers = || {
        [(-6, 8), (-6, 8), (0, 6)].map(|(from, to)| {
            let mut ends = [0; 3].map(|_| draw(from, to));
            ends.sort_unstable();
            ends.map(|n| f64::from(n) / 2.0)
        })
    };
    (0..200)
        .map(|i| Sample {
            whole: numbers(),
            parts: (0..1 + i % 3).map(|_| numbers()).collect(),
        })
        .collect()
}

/// The value of a term where each interval is taken at its lower (0) or upper (2) end.
fn value(term: &Term, at: &Numbers, end: usize) -> f64 {
    let read = |q: &Quantity| match q.kind {
        QuantityKind::Delta => at[1].map(|n| -n),
        _ => at[q.metric.metric.index()],
    };
    match term {
        Term::Constant(n, _) => *n,
        Term::Quantity(q) => read(q)[end],
        Term::Read(reading, q) => {
            let [a, point, b] = read(q);
            match reading {
                Reading::Point => point,
                Reading::Lower => a.min(b),
                Reading::Upper => a.max(b),
                Reading::Width => (b - a).abs(),
                Reading::PValue => f64::NAN,
            }
        }
        Term::Binary(op, l, r) => {
            let (l, r) = (value(l, at, end), value(r, at, end));
            match op {
                Arithmetic::Add => l + r,
                Arithmetic::Sub => l - r,
                Arithmetic::Mul => l * r,
                Arithmetic::Div => l / r,
            }
        }
    }
}

fn evaluate(condition: &Condition, at: &Numbers, parts: &[Numbers]) -> Truth {
    let all = |parts_of: &[Condition]| -> Vec<Truth> {
        parts_of.iter().map(|c| evaluate(c, at, parts)).collect()
    };
    match condition {
        Condition::And(c) => all(c).into_iter().min().unwrap_or(Truth::Established),
        Condition::Or(c) => all(c).into_iter().max().unwrap_or(Truth::Refuted),
        Condition::Not(c) => match evaluate(c, at, parts) {
            Truth::Refuted => Truth::Established,
            Truth::Unclear => Truth::Unclear,
            Truth::Established => Truth::Refuted,
        },
        Condition::Possibly(c) => Truth::from(evaluate(c, at, parts) != Truth::Refuted),
        Condition::Every { body, .. } => {
            let truths = parts.iter().map(|p| evaluate(body, p, &[]));
            truths.min().unwrap_or(Truth::Established)
        }
        Condition::Atom(a) => compare(a, at),
        Condition::Error => Truth::Unclear,
    }
}

fn compare(a: &Atom, at: &Numbers) -> Truth {
    let difference = |end| value(&a.left, at, end) - value(&a.right, at, end);
    let (x, y) = (difference(0), difference(2));
    let (low, high) = (x.min(y), x.max(y));
    // Only the side of 0 matters: both ends, 0 itself, and what lies between them.
    let zero = 0f64.clamp(low, high);
    let points = [low, (low + zero) / 2.0, zero, (zero + high) / 2.0, high];
    let holds = |d: &&f64| match a.op {
        Comparison::Lt => **d < -1e-9,
        Comparison::Le => **d < 1e-9,
        Comparison::Gt => **d > 1e-9,
        Comparison::Ge => **d > -1e-9,
        Comparison::Eq => d.abs() < 1e-9,
        Comparison::Ne => d.abs() > 1e-9,
    };
    let count = points.iter().filter(holds).count();
    if count == points.len() {
        Truth::Established
    } else if count == 0 {
        Truth::Refuted
    } else {
        Truth::Unclear
    }
}

/// The rule that fires.
fn fires(decide: &Decide, sample: &Sample) -> Option<usize> {
    decide.rules.iter().position(|r| {
        let when = r.when.as_ref().unwrap();
        evaluate(when, &sample.whole, &sample.parts) == Truth::Established
    })
}

/// The witness's own numbers; `None` where a number had to leave the grid of the evaluator.
fn concrete(space: &Space, solution: &Solution) -> Sample {
    let none = [[0.0; 3]; 3];
    let mut sample = Sample {
        whole: none,
        parts: Vec::new(),
    };
    for (axis, point) in space.axes.iter().zip(&solution.points) {
        let Some((state, point)) = point else {
            continue;
        };
        match &axis.kind {
            Kind::Parts(parts) => {
                let State { parts: members, .. } = &axis.states[*state];
                for member in members {
                    let mut part = none;
                    for (axis, at) in parts.axes.iter().zip(&member.points) {
                        put(axis, &at.way.unwrap(), at.number, &mut part);
                    }
                    sample.parts.push(part);
                }
            }
            _ => put(axis, &point.way.unwrap(), point.number, &mut sample.whole),
        }
    }
    if sample.parts.is_empty() {
        sample.parts.push(none);
    }
    sample
}

fn put(axis: &Axis, way: &super::Way, number: Option<f64>, into: &mut Numbers) {
    let Kind::Measured {
        of: Of::One(key),
        scale,
        width,
    } = &axis.kind
    else {
        panic!("no other axis here");
    };
    let found = numbers(way, scale, width, &axis.look, number);
    let Shown { low, point, high } =
        found.unwrap_or_else(|| panic!("no numbers for {way:?} in {scale:?} {width:?}"));
    assert!(low <= point && point <= high, "{low} {point} {high}");
    let turned = axis.look.factor < 0.0;
    let gain = if turned {
        [-high, -point, -low]
    } else {
        [low, point, high]
    };
    let slot = match key.taken {
        Taken::Gain => key.metric.index(),
        _ => 2,
    };
    into[slot] = gain;
}

/// Of one part either body holds, of two parts each may miss another one.
#[test]
fn parts_of_a_slice_fail_different_quantifiers() {
    let every = |op| Condition::Every {
        slice: Spanned::new("s".into(), Span::default()),
        body: Box::new(Condition::Atom(Atom {
            left: Term::Read(Reading::Point, quantity(0)),
            op,
            right: Term::Constant(0.0, Measure::Number),
            span: Span::default(),
            text: String::new(),
        })),
        span: Span::default(),
    };
    let (plan, decide) = (
        plan(),
        decide(vec![every(Comparison::Gt), every(Comparison::Le)]),
    );
    let space = Space::new(&plan, &decide, Ranges::Declared);
    let Found::At(hole) = space.search(&space.none_before(2)) else {
        panic!("no hole");
    };
    let sample = concrete(&space, &hole);
    assert_eq!((sample.parts.len(), fires(&decide, &sample)), (2, None));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cells_agree_with_samples(rules in prop::collection::vec(condition(), 1..4), seed in any::<u64>()) {
        let samples = samples(seed);
        let (plan, decide) = (plan(), decide(rules));
        let space = Space::new(&plan, &decide, Ranges::Declared);
        let fired: Vec<Option<usize>> = samples.iter().map(|s| fires(&decide, s)).collect();

        match space.search(&space.none_before(decide.rules.len())) {
            Found::Nowhere => prop_assert!(!fired.contains(&None), "called covered, but isn't"),
            Found::At(hole) => prop_assert_eq!(fires(&decide, &concrete(&space, &hole)), None),
            Found::Unsure => {}
        }
        for rule in 0..decide.rules.len() {
            match space.first(rule) {
                Found::Nowhere => prop_assert!(!fired.contains(&Some(rule)), "called unreachable, but isn't"),
                Found::At(there) => prop_assert_eq!(fires(&decide, &concrete(&space, &there)), Some(rule)),
                Found::Unsure => {}
            }
            let unclear = space.search(&[(rule, Want::Unclear)]);
            if let Found::At(there) = unclear {
                let sample = concrete(&space, &there);
                let when = decide.rules[rule].when.as_ref().unwrap();
                prop_assert_eq!(evaluate(when, &sample.whole, &sample.parts), Truth::Unclear);
            }
        }
    }
}
