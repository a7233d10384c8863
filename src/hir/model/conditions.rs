//! Three-valued conditions and the measured quantities they read.

use super::*;
use crate::text::{Span, Spanned};
use crate::types::Measure;

/// A three-valued condition.
#[expect(
    clippy::large_enum_variant,
    reason = "a plan has few; most of them are atoms"
)]
#[derive(Debug, Clone)]
pub enum Condition {
    /// All hold.
    And(Vec<Condition>),
    /// One holds.
    Or(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A comparison.
    Atom(Atom),
    /// Holds in every part of a slice.
    Every {
        /// The slice's name.
        slice: Spanned<String>,
        /// What has to hold.
        body: Box<Condition>,
        /// The whole quantifier.
        span: Span,
    },
    /// Is not refuted.
    Possibly(Box<Condition>),
    /// Could not be read; reported.
    Error,
}

/// `quantity op threshold`.
#[derive(Debug, Clone)]
pub struct Atom {
    /// Left of the operator.
    pub left: Term,
    /// The comparison.
    pub op: Comparison,
    /// Right of the operator.
    pub right: Term,
    /// The whole comparison.
    pub span: Span,
    /// As shown in reports.
    pub text: String,
}

/// The comparison operators of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the operator of its name")]
pub enum Comparison {
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
}

impl Comparison {
    /// The comparison with both sides swapped, or both multiplied by −1.
    #[must_use]
    pub fn turned(self) -> Comparison {
        match self {
            Comparison::Lt => Comparison::Gt,
            Comparison::Le => Comparison::Ge,
            Comparison::Gt => Comparison::Lt,
            Comparison::Ge => Comparison::Le,
            Comparison::Eq => Comparison::Eq,
            Comparison::Ne => Comparison::Ne,
        }
    }

    /// Whether `a op b`; false where either is NaN, but for `!=`.
    pub fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Comparison::Lt => a < b,
            Comparison::Le => a <= b,
            Comparison::Gt => a > b,
            Comparison::Ge => a >= b,
            Comparison::Eq => a == b,
            Comparison::Ne => a != b,
        }
    }
}

/// A side of a comparison.
#[derive(Debug, Clone)]
pub enum Term {
    /// A number, canonical.
    Constant(f64, Measure),
    /// A measured quantity, as an interval.
    Quantity(Quantity),
    /// A plain number read off a measured quantity.
    Read(Reading, Quantity),
    /// Arithmetic.
    Binary(Arithmetic, Box<Term>, Box<Term>),
}

/// The arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the operator of its name")]
pub enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
}

/// What is read off an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the function of its name")]
pub enum Reading {
    Point,
    Lower,
    Upper,
    Width,
    PValue,
}

/// A measured quantity of a decision.
#[derive(Debug, Clone)]
pub struct Quantity {
    /// Which.
    pub kind: QuantityKind,
    /// The metric.
    pub metric: MetricRef,
    /// The system; `None` for the one decided on.
    pub of: Option<VariantRef>,
    /// What it measures.
    pub measure: Measure,
    /// As written.
    pub span: Span,
}

/// What is taken of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuantityKind {
    /// The metric itself.
    Value,
    /// Candidate minus baseline, oriented so that more is better.
    Gain,
    /// Candidate minus baseline.
    Delta,
    /// The change relative to the baseline.
    Relative,
    /// How far two components of the candidate work together, from the factorial over both: half of what
    /// the effect of the one changes by with the other.
    Interaction(Id<Component>, Id<Component>),
}

impl Condition {
    /// The measured quantities it reads, in reading order.
    pub fn quantities(&self) -> Vec<&Quantity> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    /// Whether some comparison takes this reading of a quantity.
    pub fn reads(&self, reading: Reading) -> bool {
        match self {
            Condition::And(parts) | Condition::Or(parts) => parts.iter().any(|p| p.reads(reading)),
            Condition::Not(inner) | Condition::Possibly(inner) => inner.reads(reading),
            Condition::Every { body, .. } => body.reads(reading),
            Condition::Atom(atom) => atom.left.reads(reading) || atom.right.reads(reading),
            Condition::Error => false,
        }
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Quantity>) {
        match self {
            Condition::And(parts) | Condition::Or(parts) => {
                parts.iter().for_each(|p| p.collect(found));
            }
            Condition::Not(inner) | Condition::Possibly(inner) => inner.collect(found),
            Condition::Every { body, .. } => body.collect(found),
            Condition::Atom(atom) => {
                atom.left.collect(found);
                atom.right.collect(found);
            }
            Condition::Error => {}
        }
    }
}

impl Term {
    fn reads(&self, reading: Reading) -> bool {
        match self {
            Term::Constant(..) | Term::Quantity(_) => false,
            Term::Read(own, _) => *own == reading,
            Term::Binary(_, l, r) => l.reads(reading) || r.reads(reading),
        }
    }

    /// The quantities it reads, in reading order.
    pub fn quantities(&self) -> Vec<&Quantity> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Quantity>) {
        match self {
            Term::Constant(..) => {}
            Term::Quantity(q) | Term::Read(_, q) => found.push(q),
            Term::Binary(_, l, r) => {
                l.collect(found);
                r.collect(found);
            }
        }
    }
}
