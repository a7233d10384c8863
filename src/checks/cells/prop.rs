//! Three-valued truth, and conditions over atoms of which some are not known yet.

/// The truth of a condition about measured quantities, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// Holds nowhere on the interval.
    Refuted,
    /// Holds on a part of the interval.
    Unclear,
    /// Holds on all of the interval.
    Established,
}

impl Truth {
    /// Kleene's negation.
    pub fn not(self) -> Truth {
        match self {
            Truth::Refuted => Truth::Established,
            Truth::Unclear => Truth::Unclear,
            Truth::Established => Truth::Refuted,
        }
    }

    /// Whether it is not refuted.
    pub fn possibly(self) -> Truth {
        match self {
            Truth::Refuted => Truth::Refuted,
            Truth::Unclear | Truth::Established => Truth::Established,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Truth {
        if holds {
            Truth::Established
        } else {
            Truth::Refuted
        }
    }
}

/// The least and the greatest truth that something can still have.
pub type Known = (Truth, Truth);

/// Nothing is known.
pub const UNKNOWN: Known = (Truth::Refuted, Truth::Established);

/// A condition over numbered atoms.
#[derive(Debug, Clone)]
pub enum Prop {
    /// All hold.
    All(Vec<Prop>),
    /// One holds.
    Any(Vec<Prop>),
    /// It does not hold.
    Not(Box<Prop>),
    /// It is not refuted.
    Possibly(Box<Prop>),
    /// The atom of this number.
    Atom(usize),
    /// Something that needs no measurement.
    Fixed(Truth),
}

impl Prop {
    /// What can be said of it when this is known of the atoms.
    pub fn known(&self, atoms: &[Known]) -> Known {
        match self {
            Prop::All(parts) => parts
                .iter()
                .map(|p| p.known(atoms))
                .fold((Truth::Established, Truth::Established), |a, b| {
                    (a.0.min(b.0), a.1.min(b.1))
                }),
            Prop::Any(parts) => parts
                .iter()
                .map(|p| p.known(atoms))
                .fold((Truth::Refuted, Truth::Refuted), |a, b| {
                    (a.0.max(b.0), a.1.max(b.1))
                }),
            Prop::Not(inner) => {
                let (low, high) = inner.known(atoms);
                (high.not(), low.not())
            }
            Prop::Possibly(inner) => {
                let (low, high) = inner.known(atoms);
                (low.possibly(), high.possibly())
            }
            Prop::Atom(atom) => atoms.get(*atom).copied().unwrap_or(UNKNOWN),
            Prop::Fixed(truth) => (*truth, *truth),
        }
    }

    /// The atoms that are unclear and make it so.
    pub fn unclear(&self, atoms: &[Known], found: &mut Vec<usize>) {
        const UNCLEAR: Known = (Truth::Unclear, Truth::Unclear);
        if self.known(atoms) != UNCLEAR {
            return;
        }
        match self {
            Prop::All(parts) | Prop::Any(parts) => {
                parts.iter().for_each(|p| p.unclear(atoms, found));
            }
            Prop::Not(inner) | Prop::Possibly(inner) => inner.unclear(atoms, found),
            Prop::Atom(atom) => found.push(*atom),
            Prop::Fixed(_) => {}
        }
    }
}
