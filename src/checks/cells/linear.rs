//! Comparisons brought to the form `Σ coefficient · quantity op constant`.

use crate::hir::{
    Arithmetic, Better, BootstrapMethod, Component, Decide, Id, IntervalSpec, Metric, Over, Plan,
    Quantity, QuantityKind, Reading, Term, Variant, VariantRef,
};
use std::collections::BTreeMap;

/// What is taken of a metric.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Taken {
    /// Its value on the system decided on.
    Subject,
    /// Its value on the system it is judged against.
    Against,
    /// Its value on a third system.
    Other(Variant),
    /// The gain.
    Gain,
    /// The relative change.
    Relative,
    /// How far two components work together.
    Interaction(Id<Component>, Id<Component>),
}

/// A measured quantity; `gain` and `delta` of a metric are one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The metric.
    pub metric: Id<Metric>,
    /// Its arguments, to the bit.
    pub args: Vec<String>,
    /// What is taken of it.
    pub taken: Taken,
}

impl Key {
    /// Whether both are about one metric with the same arguments.
    pub fn same_metric(&self, other: &Key) -> bool {
        self.metric == other.metric && self.args == other.args
    }

    /// Something else of the same metric.
    pub fn with(&self, taken: Taken) -> Key {
        Key {
            taken,
            ..self.clone()
        }
    }
}

/// How a quantity is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// As an interval.
    Whole,
    /// Its point estimate.
    Point,
    /// Its lower end.
    Lower,
    /// Its upper end.
    Upper,
    /// Its width.
    Width,
    /// Its p value.
    PValue,
}

/// `Σ coefficient · reading` of several quantities, the first with the coefficient 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// The readings with their coefficients.
    pub terms: Vec<((Key, How), f64)>,
}

impl Sum {
    /// The terms that are read as intervals: the sum has the interval of their sum.
    pub fn wholes(&self) -> impl Iterator<Item = (&Key, f64)> {
        let terms = self.terms.iter();
        terms.filter_map(|((key, how), c)| (*how == How::Whole).then_some((key, *c)))
    }

    /// The terms that are plain numbers, and move the sum's interval as a whole.
    pub fn plain(&self) -> impl Iterator<Item = (&Key, How, f64)> {
        let terms = self.terms.iter();
        terms.filter_map(|((key, how), c)| (*how != How::Whole).then_some((key, *how, *c)))
    }
}

/// What an axis measures.
#[derive(Debug, Clone, PartialEq)]
pub enum Of {
    /// One quantity.
    One(Key),
    /// A sum of several.
    Sum(Sum),
}

impl Of {
    /// The quantities it is made of.
    pub fn keys(&self) -> Vec<&Key> {
        match self {
            Of::One(key) => vec![key],
            Of::Sum(sum) => sum.terms.iter().map(|((key, _), _)| key).collect(),
        }
    }

    /// Whether some quantity of both is of one metric.
    pub fn touches(&self, other: &Of) -> bool {
        let others = other.keys();
        self.keys()
            .iter()
            .any(|a| others.iter().any(|b| a.same_metric(b)))
    }
}

/// `Σ coefficient · quantity + constant`.
#[derive(Debug, Clone, Default)]
pub struct Linear {
    /// The coefficient of each quantity; none is 0.
    pub terms: BTreeMap<(Key, How), f64>,
    /// The constant.
    pub constant: f64,
}

impl Linear {
    fn scaled(mut self, factor: f64) -> Linear {
        self.constant *= factor;
        self.terms.values_mut().for_each(|c| *c *= factor);
        self
    }

    fn plus(mut self, other: Linear) -> Linear {
        self.constant += other.constant;
        for (key, coefficient) in other.terms {
            *self.terms.entry(key).or_insert(0.0) += coefficient;
        }
        self
    }

    /// The sum of its terms with the factor that makes it this one; `None` of fewer than two.
    pub fn sum(&self) -> Option<(Sum, f64)> {
        let (_, &factor) = self.terms.first_key_value()?;
        let terms = self.terms.iter();
        let terms = terms.map(|(term, c)| (term.clone(), c / factor));
        (self.terms.len() > 1).then(|| {
            let terms = terms.collect();
            (Sum { terms }, factor)
        })
    }

    fn fixed(&self) -> Option<f64> {
        self.terms.is_empty().then_some(self.constant)
    }
}

/// `left - right`; `None` where it is not linear.
pub fn linear(plan: &Plan, decide: &Decide, left: &Term, right: &Term) -> Option<Linear> {
    let left = of_term(plan, decide, left)?;
    let right = of_term(plan, decide, right)?;
    let mut sum = left.plus(right.scaled(-1.0));
    sum.terms.retain(|_, c| *c != 0.0);
    let sum = as_change(plan, decide, sum);
    let finite = sum.constant.is_finite() && sum.terms.values().all(|c| c.is_finite());
    finite.then_some(sum)
}

/// A system's value less the other's is the change between them: of point estimates always, of intervals where both
/// are drawn together and the method treats a change as it does any other quantity.
fn as_change(plan: &Plan, decide: &Decide, sum: Linear) -> Linear {
    let mut terms = sum.terms.iter();
    let (Some(((a, how), &c)), Some(((b, other), &d)), None) =
        (terms.next(), terms.next(), terms.next())
    else {
        return sum;
    };
    let sides = a.same_metric(b) && a.taken == Taken::Subject && b.taken == Taken::Against;
    let read = *how == How::Point || *how == How::Whole && drawn_together(plan, decide);
    if !sides || !read || how != other || c != -d {
        return sum;
    }
    let gain = Key {
        taken: Taken::Gain,
        ..a.clone()
    };
    let sign = plan.metrics[a.metric].sign();
    Linear {
        terms: [((gain, *how), c * sign)].into(),
        constant: sum.constant,
    }
}

/// Whether the pair's comparison resamples both sides together.
fn drawn_together(plan: &Plan, decide: &Decide) -> bool {
    let compare = plan.compares.iter().map(|(_, c)| c).find(|c| {
        let of = |a: &VariantRef| a.variant == decide.against.variant;
        c.subject.variant == decide.subject.variant && c.against.iter().any(of)
    });
    compare.is_none_or(|c| {
        let paired = c.paired.is_none_or(|p| p.value);
        let rows = c.over.is_none_or(|o| o.value == Over::Rows);
        let alike = match c.interval.as_ref().map(|i| &i.value) {
            None | Some(IntervalSpec::None) => true,
            Some(IntervalSpec::Bootstrap { method, .. }) => *method != BootstrapMethod::Studentized,
            Some(IntervalSpec::Analytic { .. }) => false,
        };
        paired && rows && alike
    })
}

fn of_term(plan: &Plan, decide: &Decide, term: &Term) -> Option<Linear> {
    match term {
        Term::Constant(number, _) => Some(Linear {
            constant: *number,
            ..Linear::default()
        }),
        Term::Quantity(q) => Some(of_quantity(plan, decide, q, How::Whole)),
        Term::Read(reading, q) => Some(of_quantity(plan, decide, q, how(*reading))),
        Term::Binary(op, left, right) => {
            let left = of_term(plan, decide, left)?;
            let right = of_term(plan, decide, right)?;
            match op {
                Arithmetic::Add => Some(left.plus(right)),
                Arithmetic::Sub => Some(left.plus(right.scaled(-1.0))),
                Arithmetic::Mul => match (left.fixed(), right.fixed()) {
                    (Some(factor), _) => Some(right.scaled(factor)),
                    (None, Some(factor)) => Some(left.scaled(factor)),
                    (None, None) => None,
                },
                Arithmetic::Div => right.fixed().map(|by| left.scaled(1.0 / by)),
            }
        }
    }
}

fn how(reading: Reading) -> How {
    match reading {
        Reading::Point => How::Point,
        Reading::Lower => How::Lower,
        Reading::Upper => How::Upper,
        Reading::Width => How::Width,
        Reading::PValue => How::PValue,
    }
}

fn of_quantity(plan: &Plan, decide: &Decide, q: &Quantity, how: How) -> Linear {
    let sign = match q.kind {
        QuantityKind::Delta => plan.metrics[q.metric.metric].sign(),
        QuantityKind::Value
        | QuantityKind::Gain
        | QuantityKind::Relative
        | QuantityKind::Interaction(..) => 1.0,
    };
    // A delta of a metric of which less is better is the gain turned round, ends included.
    let (how, sign) = match (how, sign < 0.0) {
        (How::Lower, true) => (How::Upper, -1.0),
        (How::Upper, true) => (How::Lower, -1.0),
        (How::Width | How::PValue, _) => (how, 1.0),
        (how, _) => (how, sign),
    };
    Linear {
        terms: [((key(decide, q), how), sign)].into(),
        constant: 0.0,
    }
}

/// Which quantity it is.
pub fn key(decide: &Decide, q: &Quantity) -> Key {
    let taken = match (q.kind, &q.of) {
        (QuantityKind::Gain | QuantityKind::Delta, _) => Taken::Gain,
        (QuantityKind::Relative, _) => Taken::Relative,
        (QuantityKind::Interaction(a, b), _) => Taken::Interaction(a, b),
        (QuantityKind::Value, None) => Taken::Subject,
        (QuantityKind::Value, Some(of)) if of.variant == decide.subject.variant => Taken::Subject,
        (QuantityKind::Value, Some(of)) if of.variant == decide.against.variant => Taken::Against,
        (QuantityKind::Value, Some(of)) => Taken::Other(of.variant.clone()),
    };
    Key {
        metric: q.metric.metric,
        args: q.metric.key(),
        taken,
    }
}

/// Whether more of the metric is better; `None` where it doesn't say.
pub fn more_is_better(plan: &Plan, metric: Id<Metric>) -> Option<bool> {
    let better = plan.metrics[metric].better.as_ref()?;
    Some(matches!(better.value, Better::Higher))
}
