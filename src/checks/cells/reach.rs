//! What a design leaves of what could be measured, as bounds on the cells of an axis.

use super::axis::{Range, Scale, Way};
use super::linear::Key;
use crate::text::Span;

/// A bound that holds whatever the result is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// The value lies between these.
    Within(f64, f64),
    /// The point estimate is a whole multiple of this.
    Step(f64),
    /// The lower end lies no higher than this.
    LowAtMost(f64),
    /// The upper end lies no lower than this.
    HighAtLeast(f64),
    /// The interval is no narrower than this.
    WidthAtLeast(f64),
    /// The p value is no smaller than this.
    PAtLeast(f64),
}

/// A bound on a quantity, and what sets it.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Of which quantity.
    pub key: Key,
    /// The bound.
    pub bound: Bound,
    /// What it comes to, with its numbers, as one clause.
    pub said: String,
    /// Where the plan says what sets it.
    pub at: Option<Span>,
    /// What would lift it.
    pub remedy: String,
}

/// The bounds on one axis.
#[derive(Debug, Default)]
pub struct Bounds(Vec<Bound>);

impl Bounds {
    /// Those on a quantity; of a part of the rows only the ones that hold of fewer rows, too.
    pub fn of(reaches: &[Reach], key: &Key, part: bool) -> Bounds {
        let whole_only = |b: &Bound| matches!(b, Bound::Within(..) | Bound::Step(_));
        let own = reaches.iter().filter(|r| r.key == *key).map(|r| r.bound);
        let own = own.filter(|b| !matches!(b, Bound::PAtLeast(_)));
        Bounds(own.filter(|b| !part || !whole_only(b)).collect())
    }

    /// Those on the p value of a change.
    pub fn of_p(reaches: &[Reach], key: &Key) -> Bounds {
        let own = reaches.iter().filter(|r| r.key == *key).map(|r| r.bound);
        Bounds(own.filter(|b| matches!(b, Bound::PAtLeast(_))).collect())
    }

    /// Cuts that the bounds add to the ends.
    pub fn cuts(&self) -> impl Iterator<Item = f64> + '_ {
        self.0.iter().filter_map(|b| match b {
            Bound::LowAtMost(x) | Bound::HighAtLeast(x) => Some(*x),
            Bound::Within(..) | Bound::Step(_) | Bound::WidthAtLeast(_) | Bound::PAtLeast(_) => {
                None
            }
        })
    }

    /// The narrowest width there can be.
    pub fn width(&self) -> Option<f64> {
        self.0.iter().find_map(|b| match b {
            Bound::WidthAtLeast(x) => Some(*x),
            Bound::Within(..)
            | Bound::Step(_)
            | Bound::LowAtMost(_)
            | Bound::HighAtLeast(_)
            | Bound::PAtLeast(_) => None,
        })
    }

    /// The range cut down.
    pub fn narrow(&self, range: Range) -> Range {
        self.0.iter().fold(range, |(low, high), b| match b {
            Bound::Within(from, to) => (low.max(*from), high.min(*to)),
            Bound::PAtLeast(least) => (low.max(least.min(1.0)), high),
            Bound::Step(_)
            | Bound::LowAtMost(_)
            | Bound::HighAtLeast(_)
            | Bound::WidthAtLeast(_) => (low, high),
        })
    }

    /// Whether an interval with its ends, point and width in these cells keeps the bounds.
    pub fn allow(&self, way: &Way, scale: &Scale, width: &Scale) -> bool {
        self.0.iter().all(|b| match b {
            Bound::LowAtMost(x) => way.low <= scale.cell(*x),
            Bound::HighAtLeast(x) => way.high >= scale.cell(*x),
            Bound::WidthAtLeast(x) => way.width >= width.cell(*x),
            Bound::Step(step) => holds_multiple(scale.bounds(way.point), *step),
            Bound::Within(..) | Bound::PAtLeast(_) => true,
        })
    }
}

/// Whether a whole multiple of `step` lies between the ends, or is the one number.
fn holds_multiple((low, high): Range, step: f64) -> bool {
    const SLACK: f64 = 1e-9;
    if low == high {
        let times = low / step;
        return (times - times.round()).abs() <= SLACK * times.abs().max(1.0);
    }
    if !low.is_finite() || !high.is_finite() {
        return true;
    }
    let slack = SLACK * (low / step).abs().max((high / step).abs()).max(1.0);
    (low / step + slack).floor() + 1.0 < high / step - slack
}
