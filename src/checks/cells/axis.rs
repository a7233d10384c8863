//! One measured quantity: its cells, its states, and what they make of its atoms.

use super::linear::{How, Key, Of};
use super::parts::{Part, Parts};
use super::prop::Truth;
use crate::hir::Comparison;
use std::collections::BTreeMap;

/// Numbers cut into cells: cell `2k + 1` is the `k`-th cut itself, cell `2k` what lies before it.
#[derive(Debug, Clone, Default)]
pub struct Scale {
    /// The cuts, ascending.
    pub cuts: Vec<f64>,
    /// The first cell within the range.
    pub first: usize,
    /// The last cell within the range.
    pub last: usize,
}

/// The lowest and the highest number there is, infinite where there is no bound.
pub type Range = (f64, f64);

/// No bound.
pub const ANY: Range = (f64::NEG_INFINITY, f64::INFINITY);

impl Scale {
    /// The cells that the cuts and the ends of the range make.
    pub fn new(cuts: impl IntoIterator<Item = f64>, range: Range) -> Scale {
        let ends = [range.0, range.1];
        let mut all: Vec<f64> = cuts
            .into_iter()
            .chain(ends)
            .filter(|c| c.is_finite())
            .collect();
        all.sort_by(f64::total_cmp);
        all.dedup_by(|a, b| near(*a, *b));
        let mut scale = Scale {
            first: 0,
            last: 2 * all.len(),
            cuts: all,
        };
        if range.0.is_finite() {
            scale.first = scale.cell(range.0);
        }
        if range.1.is_finite() {
            scale.last = scale.cell(range.1);
        }
        scale
    }

    /// The cell of a number.
    pub fn cell(&self, number: f64) -> usize {
        match self.cuts.iter().position(|&c| near(c, number)) {
            Some(k) => 2 * k + 1,
            None => 2 * self.cuts.iter().filter(|&&c| c < number).count(),
        }
    }

    /// The ends of a cell: equal for a cut, else not part of it.
    pub fn bounds(&self, cell: usize) -> Range {
        let cut = |k: usize| self.cuts.get(k).copied();
        if cell % 2 == 1 {
            let at = cut(cell / 2).unwrap_or(f64::NAN);
            return (at, at);
        }
        let low = (cell / 2).checked_sub(1).and_then(cut);
        let high = cut(cell / 2);
        (
            low.unwrap_or(f64::NEG_INFINITY),
            high.unwrap_or(f64::INFINITY),
        )
    }

    fn cells(&self) -> std::ops::RangeInclusive<usize> {
        self.first..=self.last
    }
}

/// Two thresholds that differ by rounding only are one.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1e-3)
}

/// The cells of an interval's ends, point and width. Of a p value only `point` means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Of the lower end.
    pub low: usize,
    /// Of the point estimate.
    pub point: usize,
    /// Of the upper end.
    pub high: usize,
    /// Of the width.
    pub width: usize,
}

/// A comparison of one reading with a threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// What is read.
    pub how: How,
    /// How it is compared.
    pub op: Comparison,
    /// With what.
    pub at: f64,
}

/// Everything that makes an axis's atoms true in the same way.
#[derive(Debug, Clone)]
pub struct State {
    /// The truth of each atom of the axis.
    pub truths: Vec<Truth>,
    /// The cells that do it, the ones that read best first.
    pub ways: Vec<Way>,
    /// For a slice: parts that do it together.
    pub parts: Vec<Part>,
    /// For a slice: between what each of its quantities can lie, over all parts that may stand in
    /// such a state.
    pub spans: Vec<Range>,
}

/// What an axis is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A measured quantity, or a sum of several.
    Measured {
        /// Which.
        of: Of,
        /// The cells of its ends and its point.
        scale: Scale,
        /// The cells of its width.
        width: Scale,
    },
    /// The p value of a change.
    PValue {
        /// Of which.
        key: Key,
        /// Its cells.
        scale: Scale,
    },
    /// The parts of a slice.
    Parts(Parts),
    /// A comparison about which nothing is known.
    Opaque,
}

/// How numbers of an axis are shown.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// `gain(f1_macro)`.
    pub name: String,
    /// The unit's word.
    pub unit: String,
    /// Factor from canonical to that unit; negative for a `delta` where less is better.
    pub factor: f64,
}

/// One measured quantity, or whatever else varies by itself.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What it is.
    pub kind: Kind,
    /// How it is shown.
    pub look: Look,
    /// The numbers of its atoms.
    pub atoms: Vec<usize>,
    /// The comparisons that these are (none on a slice or an opaque axis).
    pub tests: Vec<Test>,
    /// What it can be, the ones that read best first.
    pub states: Vec<State>,
}

impl Axis {
    /// Whether its atoms are taken to be anything at all.
    pub fn is_opaque(&self) -> bool {
        matches!(self.kind, Kind::Opaque)
    }
}

/// The states of a measured quantity.
pub fn measured_states(
    scale: &Scale,
    width: &Scale,
    tests: &[Test],
    allow: impl Fn(&Way) -> bool,
) -> Vec<State> {
    let mut ways = Vec::new();
    for low in scale.cells() {
        for point in low..=scale.last {
            for high in point..=scale.last {
                let fits = |&w: &usize| {
                    let (from, to) = (scale.bounds(low), scale.bounds(high));
                    width_fits(low == high, from, to, width.bounds(w))
                };
                ways.extend(width.cells().filter(fits).map(|width| Way {
                    low,
                    point,
                    high,
                    width,
                }));
            }
        }
    }
    ways.retain(allow);
    states(ways, |way| {
        tests.iter().map(|t| truth(t, way, scale, width)).collect()
    })
}

/// The states of a p value.
pub fn number_states(scale: &Scale, tests: &[Test]) -> Vec<State> {
    let ways = scale.cells().map(|point| Way {
        low: point,
        point,
        high: point,
        width: 0,
    });
    states(ways.collect(), |way| {
        tests
            .iter()
            .map(|t| plain(t.op, way.point, scale.cell(t.at)))
            .collect()
    })
}

fn states(ways: Vec<Way>, truths: impl Fn(&Way) -> Vec<Truth>) -> Vec<State> {
    let mut by_truths: BTreeMap<Vec<Truth>, Vec<Way>> = BTreeMap::new();
    for way in ways {
        by_truths.entry(truths(&way)).or_default().push(way);
    }
    by_truths
        .into_iter()
        .map(|(truths, mut ways)| {
            ways.sort_by_key(awkward);
            State {
                truths,
                ways,
                parts: Vec::new(),
                spans: Vec::new(),
            }
        })
        .collect()
}

/// How badly a way reads: on a threshold, over many cells, the point at the edge.
fn awkward(way: &Way) -> (usize, usize, usize, usize) {
    let on_cut = way.low % 2 + way.point % 2 + way.high % 2 + way.width % 2;
    let off_middle = (way.low + way.high).abs_diff(2 * way.point);
    (
        on_cut,
        way.high - way.low,
        off_middle,
        usize::MAX - way.point,
    )
}

/// Whether an interval from one cell to another can have a width of the given cell.
fn width_fits(same: bool, from: Range, to: Range, width: Range) -> bool {
    let (least, most) = if same {
        (0.0, from.1 - from.0)
    } else {
        (to.0 - from.1, to.1 - from.0)
    };
    if width.0 == width.1 {
        // One number: reached inside, and at an end that is itself one number.
        let inside = least < width.0 && width.0 < most;
        return inside || width.0 == least && (same || least == most);
    }
    if least == most {
        return width.0 < least && least < width.1;
    }
    width.0.max(least) < width.1.min(most)
}

fn truth(test: &Test, way: &Way, scale: &Scale, width: &Scale) -> Truth {
    let at = scale.cell(test.at);
    match test.how {
        How::Whole => interval(test.op, way.low, way.high, at),
        How::Point => plain(test.op, way.point, at),
        How::Lower => plain(test.op, way.low, at),
        How::Upper => plain(test.op, way.high, at),
        How::Width => plain(test.op, way.width, width.cell(test.at)),
        How::PValue => Truth::Unclear, // on an axis of its own
    }
}

fn plain(op: Comparison, cell: usize, at: usize) -> Truth {
    Truth::from(match op {
        Comparison::Lt => cell < at,
        Comparison::Le => cell <= at,
        Comparison::Gt => cell > at,
        Comparison::Ge => cell >= at,
        Comparison::Eq => cell == at,
        Comparison::Ne => cell != at,
    })
}

fn interval(op: Comparison, low: usize, high: usize, at: usize) -> Truth {
    let (all, some) = match op {
        Comparison::Lt => (high < at, low < at),
        Comparison::Le => (high <= at, low <= at),
        Comparison::Gt => (low > at, high > at),
        Comparison::Ge => (low >= at, high >= at),
        Comparison::Eq => (low == at && high == at, low <= at && at <= high),
        Comparison::Ne => (high < at || low > at, low != at || high != at),
    };
    match (all, some) {
        (true, _) => Truth::Established,
        (false, true) => Truth::Unclear,
        (false, false) => Truth::Refuted,
    }
}

impl Axis {
    /// Notes what the state makes of the axis's atoms.
    pub fn tell(&self, state: usize, known: &mut [super::prop::Known]) {
        let Some(state) = self.states.get(state) else {
            return;
        };
        for (&atom, &truth) in self.atoms.iter().zip(&state.truths) {
            if let Some(slot) = known.get_mut(atom) {
                *slot = (truth, truth);
            }
        }
    }
}
