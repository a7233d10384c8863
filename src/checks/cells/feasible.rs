//! Whether a combination of the axes' states can be measured, given how quantities of one metric
//! hang together; see the module page for what is taken into account.

use super::Space;
use super::axis::{ANY, Axis, Kind, Look, Range, Scale, State, Way};
use super::linear::{Key, Of, Taken};
use super::numbers::numbers;
use super::parts::Parts;
use super::sums::Together;
use std::borrow::Cow;

/// Where in a state: its cells, and numbers where other quantities fix them.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// The cells.
    pub way: Option<Way>,
    /// The point estimate, canonical.
    pub number: Option<f64>,
    /// The ends of the interval, canonical.
    pub ends: Option<Range>,
}

/// A choice between ways for one of the axes of a metric.
pub(super) struct Choice<'a> {
    axis: usize,
    state: usize,
    /// What is measured.
    pub(super) of: Cow<'a, Of>,
    /// One of the unit that it is shown in.
    pub(super) unit: f64,
    /// `None` for a p value.
    pub(super) scale: Option<&'a Scale>,
    /// Of the width.
    pub(super) width: Option<&'a Scale>,
    /// One way for each cell of the point and side of 0.
    pub(super) ways: Vec<&'a Way>,
    /// Every way.
    pub(super) all: Vec<&'a Way>,
    /// For a p value: its cells.
    pub(super) p: Option<&'a Scale>,
}

impl<'a> Choice<'a> {
    /// Of a state of a measured quantity or a p value.
    fn of(whole: &'a Axis, axis: usize, number: usize) -> Option<Choice<'a>> {
        let state = whole.states.get(number)?;
        let (of, scale, width, p) = match &whole.kind {
            Kind::Measured { of, scale, width } => {
                (Cow::Borrowed(of), Some(scale), Some(width), None)
            }
            Kind::PValue { key, scale } => {
                (Cow::Owned(Of::One(key.clone())), None, None, Some(scale))
            }
            Kind::Parts(_) | Kind::Opaque => return None,
        };
        Some(Choice {
            axis,
            state: number,
            of,
            unit: 1.0 / whole.look.factor.abs(),
            scale,
            width,
            ways: distinct(&state.ways, scale),
            all: state.ways.iter().collect(),
            p,
        })
    }

    fn key(&self) -> Option<&Key> {
        match &*self.of {
            Of::One(key) => Some(key),
            Of::Sum(_) => None,
        }
    }

    /// Whether ends that read well are found around a point estimate.
    pub(super) fn has_ends(&self, way: &Way, point: Option<f64>) -> bool {
        let look = Look {
            factor: 1.0 / self.unit,
            ..Look::default()
        };
        let scales = self.scale.zip(self.width);
        scales.is_none_or(|(scale, width)| numbers(way, scale, width, &look, point).is_some())
    }
}

/// The chosen states of slices.
pub(super) type Slices<'a> = Vec<(&'a Parts, &'a State)>;

impl Point {
    /// In these cells; of a slice, which has no numbers of its own, in none.
    pub(super) fn somewhere(way: Option<Way>) -> Point {
        Point {
            way,
            number: None,
            ends: None,
        }
    }
}

/// More combinations of ways than this are not looked through.
const MAX_TRIES: usize = 5_000;

impl Space {
    /// A place in each chosen state such that all can be measured together; `systems` is how many systems of
    /// inequalities may still be looked at.
    pub(super) fn feasible(
        &self,
        states: &[Option<usize>],
        systems: &mut usize,
    ) -> Together<Vec<Option<(usize, Point)>>> {
        let mut points: Vec<Option<(usize, Point)>> = vec![None; states.len()];
        let mut choices: Vec<Choice<'_>> = Vec::new();
        let mut slices: Slices<'_> = Vec::new();
        let mut unsure = false;
        for (axis, (whole, state)) in self.axes.iter().zip(states).enumerate() {
            let Some((number, state)) = state.and_then(|n| Some((n, whole.states.get(n)?))) else {
                continue;
            };
            if let Kind::Parts(parts) = &whole.kind {
                unsure |= state.parts.iter().any(|p| !p.sure);
                slices.push((parts, state));
                if let Some(slot) = points.get_mut(axis) {
                    *slot = Some((number, Point::somewhere(None)));
                }
            }
            choices.extend(Choice::of(whole, axis, number));
        }
        for group in groups(choices) {
            match self.group(&group, &slices, systems) {
                Together::At(found) => {
                    for (choice, point) in found {
                        if let Some(slot) = points.get_mut(choice.axis) {
                            *slot = Some((choice.state, point));
                        }
                    }
                }
                Together::Never => return Together::Never,
                Together::Unsure => unsure = true,
            }
        }
        if unsure {
            Together::Unsure
        } else {
            Together::At(points)
        }
    }

    /// Where in the states of one part's quantities all can be measured together.
    pub(super) fn in_part(
        &self,
        axes: &[Axis],
        states: &[usize],
        systems: &mut usize,
    ) -> Together<Vec<Point>> {
        let chosen = axes.iter().zip(states).enumerate();
        let choices = chosen.filter_map(|(at, (axis, &state))| Choice::of(axis, at, state));
        let mut points = vec![Point::somewhere(None); axes.len()];
        let mut unsure = false;
        for group in groups(choices.collect()) {
            match self.group(&group, &Vec::new(), systems) {
                Together::At(found) => {
                    for (choice, point) in found {
                        if let Some(slot) = points.get_mut(choice.axis) {
                            *slot = point;
                        }
                    }
                }
                Together::Never => return Together::Never,
                Together::Unsure => unsure = true,
            }
        }
        match unsure {
            true => Together::Unsure,
            false => Together::At(points),
        }
    }

    /// Of one metric by round numbers, as long as these do; else by what is linear between them.
    fn group<'a, 'c>(
        &self,
        group: &'c [Choice<'a>],
        slices: &Slices<'_>,
        systems: &mut usize,
    ) -> Together<Vec<(&'c Choice<'a>, Point)>> {
        if group.iter().all(|c| c.key().is_some())
            && let Some(found) = self.place(group, slices)
        {
            return Together::At(found);
        }
        self.place_linear(group, slices, systems)
    }

    /// Ways of one metric's axes that go together.
    fn place<'a, 'c>(
        &self,
        group: &'c [Choice<'a>],
        slices: &Slices<'_>,
    ) -> Option<Vec<(&'c Choice<'a>, Point)>> {
        let size = |product: usize, c: &Choice<'_>| product.saturating_mul(c.ways.len());
        let tries = group.iter().fold(1, size).min(MAX_TRIES);
        (0..tries).find_map(|number| {
            let ways = nth(number, group)?;
            if !agrees(group, &ways, slices) {
                return None;
            }
            let numbers = self.points_agree(group, &ways)?;
            let found = group.iter().zip(ways).zip(numbers);
            let ends = |((c, way), n): ((&Choice<'_>, &Way), Option<f64>)| {
                n.is_none() || c.has_ends(way, n)
            };
            if !found.clone().all(ends) {
                return None;
            }
            Some(
                found
                    .map(|((choice, way), number)| {
                        let way = Some(*way);
                        let ends = None;
                        (choice, Point { way, number, ends })
                    })
                    .collect(),
            )
        })
    }

    /// Point estimates with `gain = ±(value − value of the baseline)` and
    /// `relative = (value − value of the baseline) / value of the baseline`; `None` where none were
    /// found, and no number for an axis that is alone.
    fn points_agree(&self, group: &[Choice<'_>], ways: &[&Way]) -> Option<Vec<Option<f64>>> {
        let cell = |taken: &Taken| {
            group.iter().zip(ways).find_map(|(c, way)| {
                let scale = c
                    .scale
                    .filter(|_| c.key().is_some_and(|k| k.taken == *taken))?;
                Some(scale.bounds(way.point))
            })
        };
        let related = [Taken::Subject, Taken::Against, Taken::Gain, Taken::Relative];
        let there: Vec<&Taken> = related.iter().filter(|t| cell(t).is_some()).collect();
        let changes = cell(&Taken::Gain).is_some() || cell(&Taken::Relative).is_some();
        if there.len() < 2 || !changes {
            return Some(vec![None; group.len()]);
        }
        let &(sign, range) = self.metrics.get(&group.first()?.key()?.metric)?;
        let bounds = |taken: Taken, range: Range| cell(&taken).unwrap_or(range);
        let (a, b) = (bounds(Taken::Subject, range), bounds(Taken::Against, range));
        let (d, r) = (bounds(Taken::Gain, ANY), bounds(Taken::Relative, ANY));
        let fits = |old: f64, delta: f64| {
            let ratio = delta / old;
            let relative = cell(&Taken::Relative).is_none() || old != 0.0 && inside(ratio, r);
            let all = inside(old, b) && inside(old + delta, a) && inside(sign * delta, d);
            (all && relative).then_some((old, delta))
        };
        let olds = samples(b);
        let by_delta = olds
            .iter()
            .flat_map(|&old| samples(d).into_iter().map(move |gain| (old, sign * gain)));
        let by_ratio = olds
            .iter()
            .flat_map(|&old| samples(r).into_iter().map(move |ratio| (old, ratio * old)));
        let by_value = olds
            .iter()
            .flat_map(|&old| samples(a).into_iter().map(move |new| (old, new - old)));
        let by_both = samples(d).into_iter().flat_map(|gain| {
            samples(r)
                .into_iter()
                .map(move |ratio| (sign * gain / ratio, sign * gain))
        });
        let by_new = samples(a).into_iter().flat_map(|new| {
            samples(d)
                .into_iter()
                .map(move |gain| (new - sign * gain, sign * gain))
        });
        let (old, delta) = by_delta
            .chain(by_ratio)
            .chain(by_value)
            .chain(by_both)
            .chain(by_new)
            .find_map(|(old, delta)| fits(old, delta))?;
        let number = |c: &Choice<'_>| {
            c.scale?;
            match c.key()?.taken {
                Taken::Subject => Some(old + delta),
                Taken::Against => Some(old),
                Taken::Gain => Some(sign * delta),
                Taken::Relative => Some(delta / old),
                Taken::Other(_) | Taken::Interaction(..) => None,
            }
        };
        Some(group.iter().map(number).collect())
    }
}

/// The choices that hang together by a metric, each group for itself.
fn groups(mut choices: Vec<Choice<'_>>) -> Vec<Vec<Choice<'_>>> {
    let mut all = Vec::new();
    while !choices.is_empty() {
        let mut group = vec![choices.remove(0)];
        loop {
            let near = |c: &Choice<'_>| group.iter().any(|g| g.of.touches(&c.of));
            let Some(at) = choices.iter().position(near) else {
                break;
            };
            group.push(choices.remove(at));
        }
        group.sort_by_key(|c| c.axis);
        all.push(group);
    }
    all
}

/// Whether the ways agree with those of the slices, and p values with their intervals.
pub(super) fn agrees(group: &[Choice<'_>], ways: &[&Way], slices: &Slices<'_>) -> bool {
    let within = |(c, way): (&Choice<'_>, &&Way)| within_slices(c, way, slices);
    group.iter().zip(ways).all(within) && p_agrees(group, ways)
}

/// One way for each cell of the point and side of 0.
fn distinct<'a>(ways: &'a [Way], scale: Option<&Scale>) -> Vec<&'a Way> {
    let mut seen = Vec::new();
    ways.iter()
        .filter(|way| {
            let mark = (way.point, scale.map(|s| without_zero(s, way)));
            let new = !seen.contains(&mark);
            if new {
                seen.push(mark);
            }
            new
        })
        .collect()
}

fn nth<'a>(mut number: usize, group: &[Choice<'a>]) -> Option<Vec<&'a Way>> {
    group
        .iter()
        .map(|c| {
            let digit = number % c.ways.len().max(1);
            number /= c.ways.len().max(1);
            c.ways.get(digit).copied()
        })
        .collect()
}

/// Whether the whole's point lies between those that the parts can have.
fn within_slices(choice: &Choice<'_>, way: &Way, slices: &Slices<'_>) -> bool {
    let Some(scale) = choice.scale else {
        return true;
    };
    let whole = scale.bounds(way.point);
    slices.iter().all(|(parts, state)| {
        parts.axes.iter().zip(&state.spans).all(|(axis, span)| {
            let same = matches!(&axis.kind, Kind::Measured { of, .. } if *of == *choice.of);
            !same || overlap(whole, *span)
        })
    })
}

fn overlap(a: Range, b: Range) -> bool {
    let (low, high) = (a.0.max(b.0), a.1.min(b.1));
    low < high || low == high && (a.0 == a.1 || b.0 == b.1)
}

fn without_zero(scale: &Scale, way: &Way) -> bool {
    let zero = scale.cell(0.0);
    way.low > zero || way.high < zero
}

/// Whether no p value below 5 % stands beside an interval with 0 in it.
fn p_agrees(group: &[Choice<'_>], ways: &[&Way]) -> bool {
    let covers = |of: &Of| {
        group
            .iter()
            .zip(ways)
            .any(|(c, way)| *c.of == *of && c.scale.is_some_and(|s| !without_zero(s, way)))
    };
    group.iter().zip(ways).all(|(c, way)| {
        let Some(p) = c.p else { return true };
        !covers(&c.of) || p.bounds(way.point).1 >= 0.05
    })
}

/// Numbers of a cell that stand for it.
fn samples((low, high): Range) -> Vec<f64> {
    if low == high {
        return vec![low];
    }
    let size = [low, high]
        .into_iter()
        .filter(|x| x.is_finite())
        .fold(0.0, |a: f64, b| a.max(b.abs()));
    let size = if size == 0.0 { 1.0 } else { size };
    let (from, to) = match (low.is_finite(), high.is_finite()) {
        (true, true) => (low, high),
        (true, false) => (low, low + 4.0 * size),
        (false, true) => (high - 4.0 * size, high),
        (false, false) => (-4.0, 4.0),
    };
    [0.5, 0.25, 0.75, 0.05, 0.95, 0.001, 0.999]
        .iter()
        .map(|share| from + share * (to - from))
        .collect()
}

fn inside(number: f64, (low, high): Range) -> bool {
    if low == high {
        return (number - low).abs() <= 1e-12 * low.abs().max(1e-3);
    }
    low < number && number < high
}
