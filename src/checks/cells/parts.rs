//! The parts of a slice: what quantifiers over one slice can be together.

use super::axis::{ANY, Axis, Kind, Range, State};
use super::feasible::Point;
use super::linear::Of;
use super::prop::{Known, Prop, Truth, UNKNOWN};
use super::sums::Together;
use super::{MAX_SYSTEMS, Space};
use std::collections::BTreeMap;

/// More combinations of cells of one part than this are not looked through.
const MAX_COMBINATIONS: usize = 20_000;
/// More quantifiers over one slice than this are not told apart.
const MAX_BODIES: usize = 5;

/// What one part of a slice is made of.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The slice.
    pub slice: String,
    /// What is measured in a part.
    pub axes: Vec<Axis>,
    /// What each quantifier asks of a part.
    pub bodies: Vec<Prop>,
}

/// One part: where each of its quantities lies.
#[derive(Debug, Clone)]
pub struct Part {
    /// In the order of the axes of a part.
    pub points: Vec<Point>,
    /// Whether all can be measured together; else that was not found out.
    pub sure: bool,
}

/// What one part can make of the bodies: for each vector of truths, a part that does it and, per axis, between what
/// its point then lies.
type Singles = BTreeMap<Vec<Truth>, (Part, Vec<Range>)>;

/// The states of the slice; `None` where there are too many, or an opaque comparison takes part. `space` knows what
/// the metrics are.
pub fn part_states(parts: &Parts, space: &Space) -> Option<Vec<State>> {
    let size = |product: usize, axis: &Axis| product.checked_mul(axis.states.len());
    let combinations = parts.axes.iter().try_fold(1, size)?;
    let opaque = parts.axes.iter().any(Axis::is_opaque);
    if opaque || combinations > MAX_COMBINATIONS || parts.bodies.len() > MAX_BODIES {
        return None;
    }
    let singles = singles(parts, space, combinations);
    Some(
        closure(&singles)
            .into_iter()
            .map(|(truths, members)| State {
                spans: spans(&singles, &truths, parts.axes.len()),
                truths,
                ways: Vec::new(),
                parts: members,
            })
            .collect(),
    )
}

fn singles(parts: &Parts, space: &Space, combinations: usize) -> Singles {
    let mut found = Singles::new();
    let atoms = parts.axes.iter().map(|a| a.atoms.len()).sum();
    let linked = linked(&parts.axes);
    let mut systems = MAX_SYSTEMS;
    for number in 0..combinations {
        let chosen = digits(number, &parts.axes);
        let mut known: Vec<Known> = vec![UNKNOWN; atoms];
        for (axis, &state) in parts.axes.iter().zip(&chosen) {
            axis.tell(state, &mut known);
        }
        let truths: Vec<Truth> = parts.bodies.iter().map(|b| b.known(&known).0).collect();
        let sure = found.get(&truths).is_some_and(|(part, _)| part.sure);
        let looked = match linked {
            false => Together::At(anywhere(&parts.axes, &chosen)),
            true if sure || systems == 0 => Together::Unsure,
            true => space.in_part(&parts.axes, &chosen, &mut systems),
        };
        let part = match looked {
            Together::Never => continue,
            Together::At(points) => Part { points, sure: true },
            Together::Unsure => Part {
                points: anywhere(&parts.axes, &chosen),
                sure: false,
            },
        };
        let spans: Vec<Range> = parts
            .axes
            .iter()
            .zip(&chosen)
            .map(|(axis, &state)| point_span(axis, state))
            .collect();
        let entry = found
            .entry(truths)
            .or_insert_with(|| (part.clone(), spans.clone()));
        if part.sure && !entry.0.sure {
            entry.0 = part;
        }
        for (known, new) in entry.1.iter_mut().zip(spans) {
            *known = join(*known, new);
        }
    }
    found
}

/// Whether quantities of a part hang together.
fn linked(axes: &[Axis]) -> bool {
    let all: Vec<Of> = axes
        .iter()
        .filter_map(|a| match &a.kind {
            Kind::Measured { of, .. } => Some(of.clone()),
            Kind::PValue { key, .. } => Some(Of::One(key.clone())),
            Kind::Parts(_) | Kind::Opaque => None,
        })
        .collect();
    all.iter()
        .enumerate()
        .any(|(i, a)| all.iter().skip(i + 1).any(|b| a.touches(b)))
}

/// Each quantity where it reads best, for itself.
fn anywhere(axes: &[Axis], states: &[usize]) -> Vec<Point> {
    let way = |(axis, &state): (&Axis, &usize)| axis.states.get(state)?.ways.first().copied();
    let ways = axes.iter().zip(states).map(way);
    ways.map(Point::somewhere).collect()
}

/// The states of the axes that make up the `number`-th combination.
fn digits(mut number: usize, axes: &[Axis]) -> Vec<usize> {
    axes.iter()
        .map(|axis| {
            let base = axis.states.len().max(1);
            let digit = number % base;
            number /= base;
            digit
        })
        .collect()
}

fn point_span(axis: &Axis, state: usize) -> Range {
    let Kind::Measured { scale, .. } = &axis.kind else {
        return ANY;
    };
    let ways = axis.states.get(state).map_or(&[][..], |s| &s.ways);
    ways.iter()
        .map(|w| scale.bounds(w.point))
        .reduce(join)
        .unwrap_or(ANY)
}

fn join(a: Range, b: Range) -> Range {
    (a.0.min(b.0), a.1.max(b.1))
}

/// All that several parts can make of the quantifiers, each with parts that do it.
fn closure(singles: &Singles) -> BTreeMap<Vec<Truth>, Vec<Part>> {
    let mut all: BTreeMap<Vec<Truth>, Vec<Part>> = singles
        .iter()
        .map(|(truths, (part, _))| (truths.clone(), vec![part.clone()]))
        .collect();
    loop {
        let mut new = BTreeMap::new();
        for (a, with) in &all {
            for (b, (part, _)) in singles {
                let least: Vec<Truth> = a.iter().zip(b).map(|(a, b)| *a.min(b)).collect();
                if !all.contains_key(&least) {
                    new.entry(least).or_insert_with(|| {
                        let mut members = with.clone();
                        members.push(part.clone());
                        members
                    });
                }
            }
        }
        if new.is_empty() {
            return all;
        }
        all.extend(new);
    }
}

/// Between what each axis's point lies, over all parts that may be among those of this state.
fn spans(singles: &Singles, truths: &[Truth], axes: usize) -> Vec<Range> {
    let may_be = |part: &[Truth]| part.iter().zip(truths).all(|(p, t)| p >= t);
    let mut all: Option<Vec<Range>> = None;
    for (_, (_, spans)) in singles.iter().filter(|(part, _)| may_be(part)) {
        all = Some(match all {
            None => spans.clone(),
            Some(known) => known.iter().zip(spans).map(|(a, b)| join(*a, *b)).collect(),
        });
    }
    all.unwrap_or_else(|| vec![ANY; axes])
}
