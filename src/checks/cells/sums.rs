//! Whether states of sums and of what they are made of can be measured together: everything between them is linear, so
//! a linear program decides it.
//!
//! The unknowns are, for each quantity, its point and how far its ends lie from it. The point of a change is the
//! difference of the two values, a relative change that difference over a value above 0, the point of a sum the sum of
//! the points. The interval of a sum of several intervals is free around its point; one interval moved by plain numbers,
//! or turned by a factor, stays what it is.

use super::Space;
use super::axis::{Range, Scale, Way};
use super::feasible::{Choice, Point, Slices};
use super::linear::{How, Key, Of, Sum, Taken};
use super::program::{Answer, Row, solve};
use std::collections::BTreeMap;

/// Systems looked at for one combination of states.
const MAX_OF_ONE: usize = 400;

/// What a combination of states comes to.
pub enum Together<T> {
    /// They can be measured together.
    At(T),
    /// They can't.
    Never,
    /// Not found out.
    Unsure,
}

/// `Σ coefficient · unknown`.
type Line = BTreeMap<usize, f64>;

/// An interval as lines over the unknowns.
#[derive(Clone)]
struct Ends {
    low: Line,
    point: Line,
    high: Line,
    /// What all three are shares of, where they are: a ratio with a positive number under it is compared with a
    /// threshold by what stands above it, which is linear.
    under: Option<Line>,
}

impl Ends {
    fn of(low: Line, point: Line, high: Line) -> Ends {
        Ends {
            low,
            point,
            high,
            under: None,
        }
    }

    /// A number without an interval.
    fn plain(point: Line) -> Ends {
        Ends::of(point.clone(), point.clone(), point)
    }
}

/// The unknowns and what holds of them whatever the states.
struct System {
    unknowns: usize,
    rows: Vec<Loose>,
    ends: BTreeMap<Key, Ends>,
    /// The p values.
    p: BTreeMap<Key, Line>,
    /// The free intervals of sums of several intervals, by their terms.
    free: Vec<(Vec<(Key, f64)>, Ends)>,
}

/// A row before all unknowns are known.
#[derive(Clone)]
struct Loose {
    line: Line,
    bound: f64,
    strict: bool,
}

impl Space {
    /// Ways of these axes, linked by sums or changes, that go together.
    pub(super) fn place_linear<'a, 'c>(
        &self,
        group: &'c [Choice<'a>],
        slices: &Slices<'_>,
        systems: &mut usize,
    ) -> Together<Vec<(&'c Choice<'a>, Point)>> {
        // In a sum a relative change is anything at all, which leaves out nothing but may allow what can't be.
        let relative = |k: &Key| k.taken == Taken::Relative;
        let free = |c: &Choice<'_>| {
            let keys = c.of.keys();
            let summed = matches!(&*c.of, Of::Sum(_));
            let negative = |k: &Key| self.metrics.get(&k.metric).is_none_or(|(_, r)| r.0 < 0.0);
            keys.iter().any(|k| relative(k) && (summed || negative(k)))
        };
        let free = group.iter().any(free);
        let mut system = System::new(self, group, free);
        let ends: Option<Vec<Ends>> = group.iter().map(|c| system.of(c)).collect();
        let Some(ends) = ends else {
            return Together::Unsure;
        };
        let exact = group.len() == 1 || !free;
        let linked = group.iter().any(|c| reads_ends(&c.of));
        let mut walk = Walk {
            group,
            slices,
            ends: &ends,
            system: &system,
            linked,
            unsure: false,
            looked: 0,
            left: systems,
            unit: group.iter().map(|c| c.unit).fold(1e3, f64::min),
        };
        let rows = system.rows.clone();
        match walk.descend(&mut Vec::new(), rows) {
            Some((ways, x)) if exact => Together::At(points(group, &ends, &ways, &x, linked)),
            None if !walk.unsure => Together::Never,
            Some(_) | None => Together::Unsure,
        }
    }
}

/// Whether the sum makes ends of intervals matter to each other.
fn reads_ends(of: &Of) -> bool {
    match of {
        Of::One(_) => false,
        Of::Sum(sum) => {
            sum.plain().any(|(_, how, _)| how != How::Point) || sum.wholes().count() == 1
        }
    }
}

impl System {
    fn new(space: &Space, group: &[Choice<'_>], free: bool) -> System {
        let mut system = System {
            unknowns: 0,
            rows: Vec::new(),
            ends: BTreeMap::new(),
            p: BTreeMap::new(),
            free: Vec::new(),
        };
        let mut keys: Vec<&Key> = group.iter().flat_map(|c| c.of.keys()).collect();
        keys.sort();
        keys.dedup();
        // Values before the changes that are made of them.
        let made = |k: &Key| match k.taken {
            Taken::Gain => true,
            Taken::Relative => !free && keys.len() > 1,
            Taken::Subject | Taken::Against | Taken::Other(_) | Taken::Interaction(..) => false,
        };
        for key in keys.iter().filter(|k| !made(k)) {
            system.quantity(space, key);
        }
        for key in keys.iter().filter(|k| made(k)) {
            match key.taken {
                Taken::Relative => system.ratio(space, key),
                _ => system.change(space, key, &keys, free),
            }
        }
        system
    }

    fn unknown(&mut self) -> usize {
        self.unknowns += 1;
        self.unknowns - 1
    }

    /// A number of any sign.
    fn free_number(&mut self) -> Line {
        let (up, down) = (self.unknown(), self.unknown());
        [(up, 1.0), (down, -1.0)].into()
    }

    fn around(&mut self, point: Line) -> Ends {
        let (below, above) = (self.unknown(), self.unknown());
        let low = plus(&point, &[(below, 1.0)].into(), -1.0);
        let high = plus(&point, &[(above, 1.0)].into(), 1.0);
        Ends::of(low, point, high)
    }

    fn within(&mut self, ends: &Ends, (low, high): Range) {
        if low.is_finite() {
            self.rows.push(at_least(&ends.low, low, false));
        }
        if high.is_finite() {
            self.rows.push(at_most(&ends.high, high, false));
        }
    }

    fn quantity(&mut self, space: &Space, key: &Key) {
        let point = self.free_number();
        let ends = self.around(point);
        let range = space.ranges.get(key).copied();
        self.within(&ends, range.unwrap_or(super::axis::ANY));
        self.ends.insert(key.clone(), ends);
    }

    /// The change of a metric is the difference of its values, where one of these, or their ratio, takes part.
    fn change(&mut self, space: &Space, key: &Key, keys: &[&Key], free: bool) {
        let takes_part = |taken: Taken| {
            let side = key.with(taken);
            keys.contains(&&side)
        };
        let ratio = !free && takes_part(Taken::Relative);
        let linked = ratio || takes_part(Taken::Subject) || takes_part(Taken::Against);
        let sign = space.metrics.get(&key.metric).map(|(sign, _)| *sign);
        let Some((a, b, sign)) = sign.filter(|_| linked).and_then(|sign| {
            Some((
                self.value(space, &key.with(Taken::Subject))?,
                self.value(space, &key.with(Taken::Against))?,
                sign,
            ))
        }) else {
            return self.quantity(space, key);
        };
        let point = times(&plus(&a, &b, -1.0), sign);
        let ends = self.around(point);
        let range = space.ranges.get(key).copied();
        self.within(&ends, range.unwrap_or(super::axis::ANY));
        self.ends.insert(key.clone(), ends);
    }

    /// The relative change is the change as a share of the other's value, which is above 0.
    fn ratio(&mut self, space: &Space, key: &Key) {
        let sides = [Taken::Subject, Taken::Against].map(|side| self.value(space, &key.with(side)));
        let [Some(a), Some(b)] = sides else {
            return self.quantity(space, key);
        };
        self.rows.push(at_least(&b, 0.0, true));
        let ends = self.around(plus(&a, &b, -1.0));
        let under = Some(b);
        self.ends.insert(key.clone(), Ends { under, ..ends });
    }

    /// The point of a metric's value, which may be asked for nowhere else.
    fn value(&mut self, space: &Space, key: &Key) -> Option<Line> {
        if !self.ends.contains_key(key) {
            let (_, range) = space.metrics.get(&key.metric).copied()?;
            let ends = Ends::plain(self.free_number());
            self.within(&ends, range);
            self.ends.insert(key.clone(), ends);
        }
        self.ends.get(key).map(|e| e.point.clone())
    }

    /// What an axis measures, over the unknowns.
    fn of(&mut self, choice: &Choice<'_>) -> Option<Ends> {
        match &*choice.of {
            Of::One(key) if choice.p.is_some() => Some(Ends::plain(self.p_value(key))),
            Of::One(key) => self.ends.get(key).cloned(),
            Of::Sum(sum) => self.sum(sum),
        }
    }

    fn p_value(&mut self, key: &Key) -> Line {
        if let Some(known) = self.p.get(key) {
            return known.clone();
        }
        let p: Line = [(self.unknown(), 1.0)].into();
        self.rows.push(at_most(&p, 1.0, false));
        self.p.insert(key.clone(), p.clone());
        p
    }

    fn sum(&mut self, sum: &Sum) -> Option<Ends> {
        let mut moved = Line::new();
        for (key, how, c) in sum.plain() {
            let read = match how {
                How::PValue => self.p_value(key),
                How::Point | How::Whole => self.ends.get(key)?.point.clone(),
                How::Lower => self.ends.get(key)?.low.clone(),
                How::Upper => self.ends.get(key)?.high.clone(),
                How::Width => {
                    let ends = self.ends.get(key)?;
                    plus(&ends.high, &ends.low, -1.0)
                }
            };
            moved = plus(&moved, &read, c);
        }
        let wholes: Vec<(Key, f64)> = sum.wholes().map(|(k, c)| (k.clone(), c)).collect();
        let own = match wholes.as_slice() {
            [] => None,
            [(key, c)] => {
                let ends = self.ends.get(key)?;
                let (low, high) = match *c < 0.0 {
                    true => (&ends.high, &ends.low),
                    false => (&ends.low, &ends.high),
                };
                Some(Ends::of(
                    times(low, *c),
                    times(&ends.point, *c),
                    times(high, *c),
                ))
            }
            _ => Some(self.free_interval(wholes)?),
        };
        let shift = |line: &Line| plus(line, &moved, 1.0);
        Some(match own {
            None => Ends::plain(moved),
            Some(ends) => Ends::of(shift(&ends.low), shift(&ends.point), shift(&ends.high)),
        })
    }

    fn free_interval(&mut self, wholes: Vec<(Key, f64)>) -> Option<Ends> {
        if let Some((_, known)) = self.free.iter().find(|(terms, _)| *terms == wholes) {
            return Some(known.clone());
        }
        let mut point = Line::new();
        for (key, c) in &wholes {
            point = plus(&point, &self.ends.get(key)?.point, *c);
        }
        let ends = self.around(point);
        self.free.push((wholes, ends.clone()));
        Some(ends)
    }
}

struct Walk<'w, 'a, 'c> {
    group: &'c [Choice<'a>],
    slices: &'w Slices<'w>,
    ends: &'w [Ends],
    system: &'w System,
    linked: bool,
    unsure: bool,
    looked: usize,
    /// Systems that the whole search may still look at.
    left: &'w mut usize,
    /// One of the unit that is shown.
    unit: f64,
}

impl<'a> Walk<'_, 'a, '_> {
    /// Adds axis after axis, leaving off where what there is has no solution.
    fn descend(
        &mut self,
        ways: &mut Vec<&'a Way>,
        rows: Vec<Loose>,
    ) -> Option<(Vec<&'a Way>, Vec<f64>)> {
        if self.looked == MAX_OF_ONE || *self.left == 0 {
            self.unsure = true;
            return None;
        }
        self.looked += 1;
        *self.left -= 1;
        let x = match solve(self.system.unknowns, &self.dense(&rows), self.unit) {
            Answer::Met(x) => x,
            Answer::Never => return None,
            Answer::Unknown => {
                self.unsure = true;
                return None;
            }
        };
        let (group, ends) = (self.group, self.ends);
        let Some((choice, ends)) = group.iter().zip(ends).nth(ways.len()) else {
            if super::feasible::agrees(self.group, ways, self.slices) {
                return Some((ways.clone(), self.rounded(&rows, x)));
            }
            // Ruled out by what is more than linear.
            self.unsure = true;
            return None;
        };
        let all = match self.linked {
            true => &choice.all,
            false => &choice.ways,
        };
        for way in all {
            let mut more = rows.clone();
            more.extend(in_cells(choice, way, ends));
            ways.push(way);
            if let Some(found) = self.descend(ways, more) {
                return Some(found);
            }
            ways.pop();
        }
        None
    }

    fn dense(&self, rows: &[Loose]) -> Vec<Row> {
        let one = |row: &Loose| {
            let mut coefficients = vec![0.0; self.system.unknowns];
            for (&at, &c) in &row.line {
                if let Some(slot) = coefficients.get_mut(at) {
                    *slot = c;
                }
            }
            Row {
                coefficients,
                bound: row.bound,
                strict: row.strict,
            }
        };
        rows.iter().map(one).collect()
    }

    /// The roundest numbers near a solution that still are one.
    fn rounded(&self, rows: &[Loose], x: Vec<f64>) -> Vec<f64> {
        let rows = self.dense(rows);
        let largest = x.iter().fold(1e-6, |a: f64, v| a.max(v.abs()));
        let order = largest.log10().ceil() as i32;
        let steps = (order - 9..=order).rev();
        let steps = steps.flat_map(|e| [5.0, 2.0, 1.0].map(|times| times * 10f64.powi(e)));
        steps
            .map(|step| x.iter().map(|v| (v / step).round() * step).collect())
            .find(|near: &Vec<f64>| rows.iter().all(|r| r.holds(near)))
            .unwrap_or(x)
    }
}

/// Where in its way each axis lies.
fn points<'a, 'c>(
    group: &'c [Choice<'a>],
    ends: &[Ends],
    ways: &[&Way],
    x: &[f64],
    linked: bool,
) -> Vec<(&'c Choice<'a>, Point)> {
    let value = |line: &Line| -> f64 {
        let terms = line.iter();
        terms
            .map(|(&at, c)| c * x.get(at).copied().unwrap_or(0.0))
            .sum()
    };
    let all = group.iter().zip(ends).zip(ways);
    all.map(|((choice, ends), way)| {
        let under = ends.under.as_ref().map_or(1.0, value);
        let value = |line: &Line| value(line) / under;
        // A sum that nothing else is tied to may be any number of its cells.
        let number = (choice.p.is_none() && group.len() > 1).then(|| value(&ends.point));
        let fixed = number.is_some() && (linked || !choice.has_ends(way, number));
        let point = Point {
            way: Some(**way),
            number,
            ends: fixed.then(|| (value(&ends.low), value(&ends.high))),
        };
        (choice, point)
    })
    .collect()
}

/// The rows that put an interval into its cells.
fn in_cells(choice: &Choice<'_>, way: &Way, ends: &Ends) -> Vec<Loose> {
    let mut rows = Vec::new();
    let scales: [(&Line, usize, Option<&Scale>); 3] = [
        (&ends.low, way.low, choice.scale.or(choice.p)),
        (&ends.point, way.point, choice.scale.or(choice.p)),
        (&ends.high, way.high, choice.scale.or(choice.p)),
    ];
    for (line, cell, scale) in scales {
        let Some(scale) = scale else { continue };
        rows.extend(in_range(line, scale.bounds(cell), ends.under.as_ref()));
    }
    if let Some(width) = choice.width {
        let line = plus(&ends.high, &ends.low, -1.0);
        let bounds = width.bounds(way.width);
        rows.extend(in_range(&line, bounds, ends.under.as_ref()));
    }
    rows
}

/// A line, or the ratio of two, within a cell.
fn in_range(line: &Line, (low, high): Range, under: Option<&Line>) -> Vec<Loose> {
    let strict = low != high;
    let beside = |bound: f64| match under {
        Some(under) => (plus(line, under, -bound), 0.0),
        None => (line.clone(), bound),
    };
    let (least, most) = (beside(low), beside(high));
    let below = low.is_finite().then(|| at_least(&least.0, least.1, strict));
    let above = high.is_finite().then(|| at_most(&most.0, most.1, strict));
    below.into_iter().chain(above).collect()
}

fn at_most(line: &Line, bound: f64, strict: bool) -> Loose {
    Loose {
        line: line.clone(),
        bound,
        strict,
    }
}

fn at_least(line: &Line, bound: f64, strict: bool) -> Loose {
    Loose {
        line: times(line, -1.0),
        bound: -bound,
        strict,
    }
}

fn plus(a: &Line, b: &Line, factor: f64) -> Line {
    let mut sum = a.clone();
    for (&at, &c) in b {
        *sum.entry(at).or_insert(0.0) += factor * c;
    }
    sum.retain(|_, c| *c != 0.0);
    sum
}

fn times(line: &Line, factor: f64) -> Line {
    line.iter().map(|(&at, &c)| (at, factor * c)).collect()
}
