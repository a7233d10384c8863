//! States as people read them: numbers, and what the rules make of them.

use super::Space;
use super::axis::{Axis, Kind, Scale, State};
use super::feasible::Point;
use super::linear::How;
use super::numbers::{Shown, number, numbers};
use super::prop::Truth;
use super::search::Solution;

impl Space {
    /// The numbers of a state: `gain(f1_macro) = 0.4 pp [0.1, 0.7], latency_p95 = 80 ms`.
    pub fn show(&self, solution: &Solution) -> String {
        let shown: Vec<String> = self
            .axes
            .iter()
            .zip(&solution.points)
            .filter_map(|(axis, point)| {
                let (state, point) = point.as_ref()?;
                let state = axis.states.get(*state)?;
                match &axis.kind {
                    Kind::Parts(_) => slice(axis, state),
                    Kind::Measured { .. } | Kind::PValue { .. } | Kind::Opaque => {
                        measured(axis, point)
                    }
                }
            })
            .collect();
        if shown.is_empty() {
            "whatever is measured".into()
        } else {
            shown.join(", ")
        }
    }

    /// What the rules before `end` make of a state: `` `ship` is unclear (the interval of
    /// gain(f1_macro) reaches across 1 pp), `reject` is refuted ``.
    pub fn reasons(&self, solution: &Solution, end: usize) -> String {
        let rules = self.rules.iter().take(end).enumerate();
        let mut said: Vec<String> = Vec::new();
        let mut refuted: Vec<String> = Vec::new();
        for (number, rule) in rules {
            let Some(truth) = solution.truth(self, number) else {
                continue;
            };
            let name = format!("`{}`", rule.outcome);
            match truth {
                Truth::Refuted => refuted.push(name),
                Truth::Unclear => said.push(name + &self.unclear(solution, number)),
                Truth::Established => said.push(name + " holds"),
            }
        }
        match refuted.as_slice() {
            [] => {}
            [one] => said.push(format!("{one} is refuted")),
            [first @ .., last] => {
                said.push(format!("{} and {last} are refuted", first.join(", ")));
            }
        }
        said.join(", ")
    }

    fn unclear(&self, solution: &Solution, rule: usize) -> String {
        let mut atoms = Vec::new();
        if let Some(when) = self.rules.get(rule).and_then(|r| r.when.as_ref()) {
            when.unclear(&solution.atoms, &mut atoms);
        }
        let why: Vec<String> = atoms.iter().filter_map(|&a| self.across(a)).collect();
        if why.is_empty() {
            " is unclear".into()
        } else {
            format!(" is unclear ({})", why.join(", "))
        }
    }

    fn across(&self, atom: usize) -> Option<String> {
        let axis = self.axes.get(self.atoms.get(atom)?.axis)?;
        let at = axis.atoms.iter().position(|&a| a == atom)?;
        match (&axis.kind, axis.tests.get(at)) {
            (Kind::Parts(parts), _) => Some(format!("a part of `{}` is unclear", parts.slice)),
            (_, Some(test)) if test.how == How::Whole => {
                let at = shown_number(test.at * axis.look.factor);
                let unit = unit(&axis.look.unit);
                Some(format!("the interval reaches across {at}{unit}"))
            }
            _ => None,
        }
    }
}

fn measured(axis: &Axis, at: &Point) -> Option<String> {
    let way = &at.way?;
    let look = &axis.look;
    let unit = unit(&look.unit);
    let (scale, width) = match &axis.kind {
        Kind::Measured { scale, width, .. } => (scale, width),
        Kind::PValue { scale, .. } => {
            let p = shown_number(number(way.point, scale, look));
            return Some(format!("{} = {p}", look.name));
        }
        Kind::Parts(_) | Kind::Opaque => return None,
    };
    let only_point = axis.tests.iter().all(|t| t.how == How::Point);
    let shown = match at.ends.zip(at.number) {
        Some(((low, high), point)) => Some(Shown::of(low, point, high, look)),
        None => numbers(way, scale, width, look, at.number),
    };
    let Some(Shown { low, point, high }) = shown else {
        return Some(format!("{} {}", look.name, between(scale, way.point, axis)));
    };
    let point = shown_number(point);
    if only_point {
        return Some(format!("{} = {point}{unit}", look.name));
    }
    let (low, high) = (shown_number(low), shown_number(high));
    Some(format!("{} = {point}{unit} [{low}, {high}]", look.name))
}

/// `between 0 pp and 1 pp`, for where no numbers are given.
fn between(scale: &Scale, cell: usize, axis: &Axis) -> String {
    let (low, high) = scale.bounds(cell);
    let show = |n: f64| {
        format!(
            "{}{}",
            shown_number(n * axis.look.factor),
            unit(&axis.look.unit)
        )
    };
    match (low.is_finite(), high.is_finite()) {
        (true, true) if low == high => format!("= {}", show(low)),
        (true, true) => format!("between {} and {}", show(low), show(high)),
        (true, false) => format!("beyond {}", show(low)),
        (false, true) => format!("short of {}", show(high)),
        (false, false) => "anything".into(),
    }
}

/// `in one part of `language` gain(f1_macro) = −2 pp [−2.5, −1.5]`.
fn slice(axis: &Axis, state: &State) -> Option<String> {
    let Kind::Parts(parts) = &axis.kind else {
        return None;
    };
    let one = state.parts.len() == 1;
    let shown: Vec<String> = state
        .parts
        .iter()
        .map(|member| {
            let numbers: Vec<String> = parts
                .axes
                .iter()
                .zip(&member.points)
                .filter_map(|(axis, point)| measured(axis, point))
                .collect();
            let which = match (one, state.truths.iter().all(|t| *t == Truth::Established)) {
                (true, true) => "every",
                (_, false) | (false, true) => "one",
            };
            format!("{} in {which} `{}`", numbers.join(" and "), parts.slice)
        })
        .collect();
    Some(shown.join(", "))
}

/// The unit behind a number: `%` and words alike stand behind a blank.
pub fn unit(word: &str) -> String {
    if word.is_empty() {
        String::new()
    } else {
        format!(" {word}")
    }
}

/// Up to four digits, with a true minus sign.
pub fn shown_number(number: f64) -> String {
    if number == 0.0 {
        return "0".into();
    }
    let order = number.abs().log10().floor() as i32;
    let decimals = usize::try_from((3 - order).clamp(0, 12)).unwrap_or(0);
    let text = format!("{:.decimals$}", number.abs());
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    let sign = if number < 0.0 { "−" } else { "" };
    format!("{sign}{text}")
}
