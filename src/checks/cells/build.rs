//! From a decision's rules to the axes and atoms of their [`Space`].

use super::axis::{
    ANY, Axis, Kind, Look, Range, Scale, State, Test, Way, measured_states, number_states,
};
use super::linear::{How, Key, Linear, Of, Sum, Taken, key, linear};
use super::parts::{Parts, part_states};
use super::prop::{Prop, Truth};
use super::reach::{Bounds, Reach};
use super::same::same_for_all;
use super::search::Searched;
use super::{Atom, MAX_CUTS, Ranges, Rule, Space};
use crate::hir::formula::{AggregateKind, Cell, Formula, Function, RowNumber};
use crate::hir::{self, Arithmetic, Condition, Decide, Plan, Quantity, QuantityKind};
use std::cmp::Reverse;

/// What tells two axes apart.
#[derive(Debug, PartialEq)]
enum Name {
    Measured(Key),
    Sum(Sum),
    PValue(Key),
    Slice(String),
    Opaque(String),
}

/// An axis of which not all atoms are known yet.
struct Draft {
    name: Name,
    look: Look,
    atoms: Vec<usize>,
    tests: Vec<Test>,
    slice: Option<(Scope, Vec<Prop>)>,
}

/// The axes of the whole, or of the parts of a slice.
#[derive(Default)]
struct Scope {
    drafts: Vec<Draft>,
    atoms: Vec<Atom>,
}

struct Builder<'a> {
    plan: &'a Plan,
    decide: &'a Decide,
    ranges: Ranges,
    reaches: &'a [Reach],
    rule: usize,
}

impl Space {
    /// The space of a decision's rules.
    pub fn new(plan: &Plan, decide: &Decide, ranges: Ranges) -> Space {
        Space::within(plan, decide, ranges, &[])
    }

    /// The same with what a design leaves of it.
    pub fn within(plan: &Plan, decide: &Decide, ranges: Ranges, reaches: &[Reach]) -> Space {
        let mut builder = Builder {
            plan,
            decide,
            ranges,
            reaches,
            rule: 0,
        };
        let mut scope = Scope::default();
        let mut rules = Vec::new();
        for (number, rule) in decide.rules.iter().enumerate() {
            builder.rule = number;
            let when = rule.when.as_ref();
            rules.push(Rule {
                outcome: rule.outcome.value.clone(),
                when: when.map(|c| builder.condition(&mut scope, c, false)),
                span: rule.span,
            });
        }
        let (axes, atoms) = builder.finish(scope, false);
        Space {
            rules,
            atoms,
            ..builder.space(axes)
        }
    }
}

impl Builder<'_> {
    fn condition(&self, scope: &mut Scope, c: &Condition, in_slice: bool) -> Prop {
        let mut all = |parts: &[Condition]| -> Vec<Prop> {
            parts
                .iter()
                .map(|p| self.condition(scope, p, in_slice))
                .collect()
        };
        match c {
            Condition::And(parts) => Prop::All(all(parts)),
            Condition::Or(parts) => Prop::Any(all(parts)),
            Condition::Not(inner) => Prop::Not(Box::new(self.condition(scope, inner, in_slice))),
            Condition::Possibly(inner) => {
                Prop::Possibly(Box::new(self.condition(scope, inner, in_slice)))
            }
            Condition::Atom(atom) => self.atom(scope, atom),
            Condition::Every { slice, body, .. } if !in_slice => {
                self.every(scope, &slice.value, body)
            }
            Condition::Every { slice, span, .. } => {
                let name = format!("every {} @{}", slice.value, span.start);
                self.opaque(scope, name)
            }
            Condition::Error => self.opaque(scope, "?".into()),
        }
    }

    fn opaque(&self, scope: &mut Scope, text: String) -> Prop {
        scope.atom(Name::Opaque(text), self.rule, None, Look::default())
    }

    fn atom(&self, scope: &mut Scope, atom: &hir::Atom) -> Prop {
        let Some(form) = linear(self.plan, self.decide, &atom.left, &atom.right) else {
            return self.opaque(scope, atom.text.clone());
        };
        let mut terms = form.terms.iter();
        match (terms.next(), terms.next()) {
            (None, _) => Prop::Fixed(Truth::from(atom.op.holds(form.constant, 0.0))),
            (Some(((name, how), &coefficient)), None) => {
                let at = -form.constant / coefficient;
                if !at.is_finite() {
                    return self.opaque(scope, atom.text.clone());
                }
                let op = if coefficient < 0.0 {
                    atom.op.turned()
                } else {
                    atom.op
                };
                let axis = match how {
                    How::PValue => Name::PValue(name.clone()),
                    _ => Name::Measured(name.clone()),
                };
                let condition = Condition::Atom(atom.clone());
                let quantities = condition.quantities();
                let quantity = quantities.iter().find(|q| key(self.decide, q) == *name);
                let look = match quantity {
                    Some(q) => self.look(q, *how),
                    None => self.look_of_change(&quantities),
                };
                let test = Test { how: *how, op, at };
                scope.atom(axis, self.rule, Some(test), look)
            }
            (Some(_), Some(_)) => self.sum(scope, atom, &form),
        }
    }

    /// A comparison of several quantities, as one of their sum.
    fn sum(&self, scope: &mut Scope, atom: &hir::Atom, form: &Linear) -> Prop {
        let Some((sum, factor)) = form.sum() else {
            return self.opaque(scope, atom.text.clone());
        };
        let at = -form.constant / factor;
        if !at.is_finite() {
            return self.opaque(scope, atom.text.clone());
        }
        let turned = factor < 0.0;
        let op = if turned { atom.op.turned() } else { atom.op };
        // Of plain numbers alone there is no interval.
        let how = match sum.wholes().next() {
            Some(_) => How::Whole,
            None => How::Point,
        };
        let condition = Condition::Atom(atom.clone());
        let look = self.look_of_sum(&condition.quantities(), &sum);
        let test = Test { how, op, at };
        scope.atom(Name::Sum(sum), self.rule, Some(test), look)
    }

    /// `gain(f1_macro) − gain(accuracy)`, in the unit of the first.
    fn look_of_sum(&self, quantities: &[&Quantity], sum: &Sum) -> Look {
        let mut whole = Look::default();
        for ((wanted, how), coefficient) in &sum.terms {
            let of = quantities.iter().find(|q| key(self.decide, q) == *wanted);
            let Some(q) = of else { continue };
            let look = self.look(q, *how);
            let name = match how {
                How::Whole | How::PValue => look.name,
                How::Point => format!("point({})", look.name),
                How::Lower => format!("lower({})", look.name),
                How::Upper => format!("upper({})", look.name),
                How::Width => format!("width({})", look.name),
            };
            // A delta of a metric of which less is better stands in a sum as the gain that it is.
            let name = match look.factor < 0.0 {
                true => name.replacen("delta(", "gain(", 1),
                false => name,
            };
            let times = match coefficient.abs() == 1.0 {
                true => String::new(),
                false => format!("{} × ", super::shown_number(coefficient.abs())),
            };
            if whole.name.is_empty() {
                let measure = match how {
                    How::Width => q.measure.difference(),
                    How::Whole | How::Point | How::Lower | How::Upper | How::PValue => {
                        q.measure.clone()
                    }
                };
                let (unit, factor) = match how {
                    How::PValue => (String::new(), 1.0),
                    _ => measure.difference().display_unit(),
                };
                whole = Look { name, unit, factor };
            } else {
                let sign = if *coefficient < 0.0 { "−" } else { "+" };
                whole.name = format!("{} {sign} {times}{name}", whole.name);
            }
        }
        whole
    }

    /// The axes with what is known of the metrics.
    fn space(&self, axes: Vec<Axis>) -> Space {
        let conditions = self.decide.rules.iter().filter_map(|r| r.when.as_ref());
        let of = |id| {
            let range = metric_range(self.plan, id, self.ranges);
            (id, (self.plan.metrics[id].sign(), range))
        };
        let metrics = conditions.flat_map(Condition::quantities);
        Space {
            metrics: metrics.map(|q| of(q.metric.metric)).collect(),
            ranges: self.summed(&axes, false),
            axes,
            atoms: Vec::new(),
            rules: Vec::new(),
            searched: Searched::default(),
        }
    }

    /// Between what each quantity of the axes lies.
    fn summed(&self, axes: &[Axis], part: bool) -> std::collections::BTreeMap<Key, Range> {
        let of_axis = |a: &Axis| match &a.kind {
            Kind::Measured { of, .. } => of.keys().into_iter().cloned().collect(),
            Kind::PValue { .. } | Kind::Parts(_) | Kind::Opaque => Vec::new(),
        };
        let keys = axes.iter().flat_map(of_axis);
        keys.map(|key| {
            let range = match part {
                true => range_of(self.plan, &key, self.ranges),
                false => self.range(&key),
            };
            (key, range)
        })
        .collect()
    }

    /// As declared, and what the design leaves of it.
    fn range(&self, key: &Key) -> Range {
        Bounds::of(self.reaches, key, false).narrow(range_of(self.plan, key, self.ranges))
    }

    /// Between what a sum lies, its quantities each for themselves.
    fn range_of_sum(&self, sum: &Sum, part: bool) -> Range {
        let mut whole = (0.0, 0.0);
        for ((key, how), c) in &sum.terms {
            let (low, high) = match part {
                true => range_of(self.plan, key, self.ranges),
                false => self.range(key),
            };
            let (low, high) = match how {
                How::Whole | How::Point | How::Lower | How::Upper => (low, high),
                How::Width => (0.0, high - low),
                How::PValue => (0.0, 1.0),
            };
            let (a, b) = (c * low, c * high);
            whole = (whole.0 + a.min(b), whole.1 + a.max(b));
        }
        whole
    }

    fn every(&self, scope: &mut Scope, slice: &str, body: &Condition) -> Prop {
        let name = Name::Slice(slice.to_string());
        let atom = scope.atom(name, self.rule, None, Look::default());
        let Some(draft) = scope
            .drafts
            .iter_mut()
            .find(|d| matches!(&d.name, Name::Slice(s) if s == slice))
        else {
            return atom;
        };
        let mut inner = draft.slice.take().unwrap_or_default();
        let prop = self.condition(&mut inner.0, body, true);
        inner.1.push(prop);
        draft.slice = Some(inner);
        atom
    }

    fn look(&self, q: &Quantity, how: How) -> Look {
        let metric = &q.metric.text;
        let name = match (q.kind, &q.of) {
            (QuantityKind::Interaction(a, b), _) => {
                let name = |c| &self.plan.components[c].common.name;
                format!("interaction({}, {})", name(a), name(b))
            }
            (QuantityKind::Gain, _) => format!("gain({metric})"),
            (QuantityKind::Delta, _) => format!("delta({metric})"),
            (QuantityKind::Relative, _) => format!("relative({metric})"),
            (QuantityKind::Value, None) => metric.clone(),
            (QuantityKind::Value, Some(of)) => {
                format!("{metric}({})", self.plan.show(&of.variant))
            }
        };
        if how == How::PValue {
            return Look {
                name: format!("p_value({name})"),
                unit: String::new(),
                factor: 1.0,
            };
        }
        let (unit, factor) = q.measure.display_unit();
        let sign = match q.kind {
            QuantityKind::Delta => self.plan.metrics[q.metric.metric].sign(),
            QuantityKind::Value
            | QuantityKind::Gain
            | QuantityKind::Relative
            | QuantityKind::Interaction(..) => 1.0,
        };
        Look {
            name,
            unit,
            factor: factor * sign,
        }
    }

    /// Of a change that is written as one value less the other.
    fn look_of_change(&self, quantities: &[&Quantity]) -> Look {
        let Some(q) = quantities.first() else {
            return Look::default();
        };
        let (unit, factor) = q.measure.difference().display_unit();
        let name = format!("gain({})", q.metric.text);
        Look { name, unit, factor }
    }

    fn finish(&self, scope: Scope, part: bool) -> (Vec<Axis>, Vec<Atom>) {
        let tested = |wanted: &Key| {
            let is = |d: &Draft| matches!(&d.name, Name::PValue(k) if k == wanted);
            scope.drafts.iter().any(is)
        };
        let zero: Vec<bool> = scope
            .drafts
            .iter()
            .map(|d| matches!(&d.name, Name::Measured(k) if tested(k)))
            .collect();
        let drafts = scope.drafts.into_iter().zip(zero);
        let mut axes: Vec<Axis> = drafts.map(|(d, zero)| self.axis(d, zero, part)).collect();
        for axis in &mut axes {
            let atoms = axis.atoms.clone();
            axis.states
                .sort_by_key(|s| reading_order(s, &atoms, &scope.atoms));
        }
        (axes, scope.atoms)
    }

    fn axis(&self, draft: Draft, with_zero: bool, part: bool) -> Axis {
        let tests = &draft.tests;
        let cuts = |width: bool| {
            let of = |t: &&Test| (t.how == How::Width) == width;
            tests.iter().filter(of).map(|t| t.at).collect::<Vec<f64>>()
        };
        let mut ends = cuts(false);
        ends.extend(with_zero.then_some(0.0));
        let too_many = ends.len() > MAX_CUTS || cuts(true).len() > MAX_CUTS;
        let (kind, states) = match draft.name {
            _ if too_many => (Kind::Opaque, Vec::new()),
            Name::Measured(key) => {
                let bounds = Bounds::of(self.reaches, &key, part);
                let range = bounds.narrow(range_of(self.plan, &key, self.ranges));
                ends.extend(bounds.cuts());
                let scale = Scale::new(ends, range);
                let mut widths = cuts(true);
                widths.extend(bounds.width());
                let width = if widths.is_empty() {
                    Scale::default()
                } else {
                    Scale::new(widths, (0.0, f64::INFINITY))
                };
                let allow = |way: &Way| bounds.allow(way, &scale, &width);
                let states = measured_states(&scale, &width, tests, allow);
                let of = Of::One(key);
                (Kind::Measured { of, scale, width }, states)
            }
            Name::Sum(sum) => {
                let range = self.range_of_sum(&sum, part);
                let (scale, width) = (Scale::new(ends, range), Scale::default());
                let plain = sum.wholes().next().is_none();
                let allow = |way: &Way| !plain || way.low == way.high;
                let states = measured_states(&scale, &width, tests, allow);
                let of = Of::Sum(sum);
                (Kind::Measured { of, scale, width }, states)
            }
            Name::PValue(key) => {
                let bounds = Bounds::of_p(self.reaches, &key);
                let scale = Scale::new(ends, bounds.narrow((0.0, 1.0)));
                let states = number_states(&scale, tests);
                (Kind::PValue { key, scale }, states)
            }
            Name::Slice(slice) => {
                let (scope, bodies) = draft.slice.unwrap_or_default();
                let (axes, _) = self.finish(scope, true);
                let parts = Parts {
                    slice,
                    axes,
                    bodies,
                };
                let space = Space {
                    ranges: self.summed(&parts.axes, true),
                    ..self.space(Vec::new())
                };
                match part_states(&parts, &space) {
                    Some(states) => (Kind::Parts(parts), states),
                    None => (Kind::Opaque, Vec::new()),
                }
            }
            Name::Opaque(_) => (Kind::Opaque, Vec::new()),
        };
        Axis {
            kind,
            look: draft.look,
            atoms: draft.atoms,
            tests: draft.tests,
            states,
        }
    }
}

impl Scope {
    /// The atom of this comparison: a new one, or the same as before.
    fn atom(&mut self, name: Name, rule: usize, test: Option<Test>, look: Look) -> Prop {
        let found = self.drafts.iter().position(|d| d.name == name);
        let axis = found.unwrap_or_else(|| {
            self.drafts.push(Draft {
                name,
                look,
                atoms: Vec::new(),
                tests: Vec::new(),
                slice: None,
            });
            self.drafts.len() - 1
        });
        let next = self.atoms.len();
        let Some(draft) = self.drafts.get_mut(axis) else {
            return Prop::Fixed(Truth::Unclear);
        };
        let same = match (&test, &draft.name) {
            (Some(test), _) => draft.tests.iter().position(|t| t == test),
            (None, Name::Opaque(_)) => (!draft.atoms.is_empty()).then_some(0),
            (None, _) => None,
        };
        if let Some(&known) = same.and_then(|at| draft.atoms.get(at)) {
            return Prop::Atom(known);
        }
        draft.atoms.push(next);
        draft.tests.extend(test);
        self.atoms.push(Atom { rule, axis });
        Prop::Atom(next)
    }
}

/// States without unclear atoms first, then those that do what the first rule asks.
fn reading_order(
    state: &State,
    own: &[usize],
    atoms: &[Atom],
) -> (usize, Reverse<usize>, Reverse<usize>) {
    let unclear = state
        .truths
        .iter()
        .filter(|t| **t == Truth::Unclear)
        .count();
    let held = |first: bool| {
        own.iter()
            .zip(&state.truths)
            .filter(|(atom, truth)| {
                let of_first = atoms.get(**atom).is_some_and(|a| a.rule == 0);
                **truth == Truth::Established && (of_first || !first)
            })
            .count()
    };
    (unclear, Reverse(held(true)), Reverse(held(false)))
}

/// Between what a quantity lies.
pub fn range_of(plan: &Plan, key: &Key, ranges: Ranges) -> Range {
    let (low, high) = metric_range(plan, key.metric, ranges);
    match key.taken {
        Taken::Subject | Taken::Against | Taken::Other(_) => (low, high),
        Taken::Gain | Taken::Relative if same_for_all(plan, key.metric) => (0.0, 0.0),
        Taken::Gain | Taken::Interaction(..) if (high - low).is_finite() => {
            (low - high, high - low)
        }
        Taken::Gain | Taken::Interaction(..) => ANY,
        Taken::Relative if low >= 0.0 => (-1.0, f64::INFINITY),
        Taken::Relative => ANY,
    }
}

/// Between what a metric's value lies: as declared, and not below 0 where its formula can't be.
pub fn metric_range(plan: &Plan, id: hir::Id<hir::Metric>, ranges: Ranges) -> Range {
    let metric = &plan.metrics[id];
    let (low, high) = match (metric.range, ranges) {
        (Some(range), Ranges::Declared) => range,
        (_, _) => ANY,
    };
    let positive = |f: &Formula| never_negative(plan, f, 0);
    if low < 0.0 && metric.formula.as_ref().is_some_and(positive) {
        return (0.0, high.max(0.0));
    }
    (low, high)
}

/// Whether the formula has no value below 0, as far as its form shows.
fn never_negative(plan: &Plan, formula: &Formula, depth: usize) -> bool {
    let inner = |f: &Formula| depth < 64 && never_negative(plan, f, depth + 1);
    match formula {
        Formula::Constant(number, _) => *number >= 0.0,
        Formula::Param(_) => false,
        Formula::Aggregate(aggregate) => match &aggregate.kind {
            AggregateKind::Count | AggregateKind::Share | AggregateKind::MeanOf(_) => true,
            AggregateKind::Sum(n)
            | AggregateKind::Mean(n)
            | AggregateKind::Quantile(n, _)
            | AggregateKind::Min(n)
            | AggregateKind::Max(n) => row_never_negative(n),
            AggregateKind::Native(_) => false,
        },
        Formula::OverClass { body, .. } | Formula::By { body, .. } => inner(body),
        Formula::Metric(m) => {
            let metric = &plan.metrics[m.metric];
            metric.range.is_some_and(|(low, _)| low >= 0.0)
                || metric.formula.as_ref().is_some_and(inner)
        }
        Formula::Price | Formula::Figure(_) => true,
        Formula::Call(function, args) => match function {
            Function::Abs | Function::Sqrt | Function::Exp => true,
            Function::Greatest => args.iter().any(inner),
            Function::Least => args.iter().all(inner),
            Function::Log => false,
        },
        Formula::Binary(Arithmetic::Sub, ..) => false,
        Formula::Binary(Arithmetic::Add | Arithmetic::Mul | Arithmetic::Div, a, b) => {
            inner(a) && inner(b)
        }
    }
}

fn row_never_negative(number: &RowNumber) -> bool {
    match number {
        RowNumber::Cell(cell) => *cell == Cell::Role("latency".into()),
        RowNumber::Score(_) | RowNumber::Native(_) => false,
        RowNumber::Constant(number) => *number >= 0.0,
        RowNumber::Param(_) => false,
        RowNumber::Binary(Arithmetic::Sub, ..) => false,
        RowNumber::Binary(Arithmetic::Add | Arithmetic::Mul | Arithmetic::Div, a, b) => {
            row_never_negative(a) && row_never_negative(b)
        }
        RowNumber::Call(function, args) => match function {
            Function::Abs | Function::Sqrt | Function::Exp => true,
            Function::Greatest => args.iter().any(row_never_negative),
            Function::Least => args.iter().all(row_never_negative),
            Function::Log => false,
        },
    }
}
