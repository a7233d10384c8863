//! What the rules of a decision can meet, decided exactly: thresholds cut every measured quantity's
//! range into cells, and the rules' truths are constant on each combination of cells.
//!
//! **The model.** A quantity is an interval with a point in it, so its state is the triple of the
//! cells of `low ≤ point ≤ high` (and the cell of its width, where a rule reads that). A comparison
//! of the interval is *established* where it holds on all of it, *refuted* where it holds nowhere
//! on it, else *unclear*; a comparison of `point(…)`, `lower(…)`, `upper(…)`, `width(…)` or
//! `p_value(…)` is a plain one. `and`, `or`, `not`, `every` follow Kleene, `possibly(c)` holds where
//! `c` isn't refuted, and a rule fires where its condition is established and no earlier rule's is.
//! `gain` and `delta` of one metric are one axis, read in the gain's direction. The metric's range
//! bounds the cells; a change lies within plus and minus the range's length.
//!
//! **Sums.** A comparison of two measured quantities, or of a sum of them, is one of their difference with a
//! threshold: the run resamples both together and takes the interval of the difference. So a difference is an axis
//! of its own, whose point is the difference of the points and whose ends are free (`sums`); a system's value less the
//! other's is the change itself. Plain readings (`point(a) < lower(b)`) are sums without an interval.
//!
//! **`every slice (…)`.** The slice has n ≥ 1 parts of which nothing further is known, each with a
//! state of its own of all that the quantifiers over this slice read. A quantifier's truth is the
//! least of its body's truths over the parts. What several quantifiers over one slice can be
//! together is therefore the closure, under taking the least in each place, of what one part can
//! make them be. A quantifier is an atom on that axis.
//!
//! **Sound in which sense.** Axes are taken to be independent of each other. Leaving relations out
//! only adds states, so “no state does this” (covered, unreachable) is always right. A state that is
//! claimed to exist has to be one that can be: the point estimates of one metric's value, its
//! value on the baseline, their difference and their ratio must agree; the difference of the whole must
//! lie between those of the parts; a p value below 5 % needs an interval without 0. What is linear in this (sums,
//! changes, values, and relative changes of what can't be negative, of the whole or within a part) is decided exactly,
//! by a linear program: a combination of states that contradicts it doesn't exist.
//! A state that only the free treatment allows, or that rests on a product of two measured quantities
//! (an *opaque* atom), is answered [`Found::Unsure`], never claimed.
//!
//! **Limits.** More than [`MAX_CUTS`] thresholds on one quantity make its atoms opaque, more than
//! [`MAX_STEPS`] steps of one search end it as unsure, as do [`MAX_SYSTEMS`] systems of inequalities. Start reading with [`Space::new`].

mod axis;
mod build;
mod feasible;
mod linear;
mod numbers;
mod parts;
mod program;
mod prop;
mod reach;
mod same;
mod search;
mod sums;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_sums;
mod witness;

pub(super) use axis::{Axis, Kind, Range, State, Way};
pub(super) use build::{metric_range, range_of};
pub(super) use linear::{How, Key, Linear, Taken, key, linear, more_is_better};
pub(super) use prop::{Prop, Truth};
pub(super) use reach::{Bound, Reach};
pub(super) use same::same_for_all;
pub(super) use search::{Found, Solution, Want};
pub(super) use witness::{shown_number, unit};

use crate::hir::{Id, Metric};
use crate::text::Span;
use std::collections::BTreeMap;

/// More thresholds than this on one quantity are not cut into cells.
pub(super) const MAX_CUTS: usize = 24;
/// Steps after which a search gives up.
pub(super) const MAX_STEPS: usize = 100_000;
/// Systems of inequalities after which a search finds nothing more out about quantities that hang together.
pub(super) const MAX_SYSTEMS: usize = 1_000;

/// Whether the metrics' declared ranges bound the cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ranges {
    /// They do.
    Declared,
    /// As if none were declared: what the comparisons alone say.
    Ignored,
}

/// A comparison, or a quantifier, of a rule.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    /// The first rule that reads it.
    pub rule: usize,
    /// The axis it lies on.
    pub axis: usize,
}

/// A rule, its comparisons replaced by atoms.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// What follows.
    pub outcome: String,
    /// When; `None` for `otherwise`.
    pub when: Option<Prop>,
    /// The whole rule.
    pub span: Span,
}

/// The states that the rules of a decision can meet.
#[derive(Debug, Clone)]
pub(super) struct Space {
    /// What is measured.
    pub axes: Vec<Axis>,
    /// The comparisons.
    pub atoms: Vec<Atom>,
    /// The rules, in order.
    pub rules: Vec<Rule>,
    /// Of each metric the sign that turns a delta into a gain, and between what its value lies.
    metrics: BTreeMap<Id<Metric>, (f64, axis::Range)>,
    /// Between what each quantity lies that a sum is made of.
    ranges: BTreeMap<Key, axis::Range>,
    /// What was searched before.
    searched: search::Searched,
}

impl Space {
    /// Whether the last word is an `otherwise`.
    pub fn otherwise(&self) -> Option<usize> {
        self.rules.iter().position(|r| r.when.is_none())
    }

    /// That no rule before the `end`-th fires.
    pub fn none_before(&self, end: usize) -> Vec<(usize, Want)> {
        (0..end).map(|rule| (rule, Want::NotEstablished)).collect()
    }

    /// A state in which the rule is the first to fire.
    pub fn first(&self, rule: usize) -> Found {
        let mut wants = self.none_before(rule);
        wants.push((rule, Want::Established));
        self.search(&wants)
    }

    /// Whether the rule fires whatever is measured, were it alone.
    pub fn always(&self, rule: usize) -> bool {
        matches!(self.search(&[(rule, Want::NotEstablished)]), Found::Nowhere)
    }
}
