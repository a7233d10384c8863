//! Looks for a state in which the rules are as wanted, axis by axis, leaving off as soon as what is
//! known of the atoms rules it out.

use super::axis::State;
use super::feasible::Point;
use super::prop::{Known, Prop, Truth, UNKNOWN};
use super::sums::Together;
use super::{MAX_STEPS, MAX_SYSTEMS, Space};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// What a rule's condition is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Want {
    /// Established.
    Established,
    /// Unclear or refuted.
    NotEstablished,
    /// Refuted.
    Refuted,
    /// Unclear.
    Unclear,
}

impl Want {
    /// Whether it is so; `None` where that is not known yet.
    fn met(self, (low, high): Known) -> Option<bool> {
        let known = |all: bool, some: bool| match (all, some) {
            (true, _) => Some(true),
            (false, true) => None,
            (false, false) => Some(false),
        };
        let at = |t: Truth| known(low == t && high == t, low <= t && t <= high);
        match self {
            Want::Established => at(Truth::Established),
            Want::Refuted => at(Truth::Refuted),
            Want::Unclear => at(Truth::Unclear),
            Want::NotEstablished => known(high < Truth::Established, low < Truth::Established),
        }
    }
}

/// The answer of a search.
#[derive(Debug, Clone)]
pub enum Found {
    /// This state.
    At(Solution),
    /// There may be one; the rules alone don't tell.
    Unsure,
    /// There is none.
    Nowhere,
}

/// Answers to the searches of a space. A space that is made from another one has none of its answers.
#[derive(Debug, Default)]
pub struct Searched {
    answers: Mutex<BTreeMap<Vec<(usize, Want)>, Found>>,
}

impl Clone for Searched {
    fn clone(&self) -> Self {
        Searched::default()
    }
}

/// A state that can be.
#[derive(Debug, Clone)]
pub struct Solution {
    /// For each axis that matters, its state and where in it.
    pub points: Vec<Option<(usize, Point)>>,
    /// What is known of each atom.
    pub atoms: Vec<Known>,
}

impl Solution {
    /// The truth of a rule's condition there, where it is known.
    pub fn truth(&self, space: &Space, rule: usize) -> Option<Truth> {
        let when = space.rules.get(rule)?.when.as_ref()?;
        let (low, high) = when.known(&self.atoms);
        (low == high).then_some(low)
    }
}

impl Space {
    /// A state in which the rules are as wanted. Several checks ask the same.
    pub fn search(&self, wants: &[(usize, Want)]) -> Found {
        let known = self.searched.answers.lock().ok();
        if let Some(found) = known.and_then(|k| k.get(wants).cloned()) {
            return found;
        }
        let found = self.search_among(wants, &|_, _| true);
        if let Ok(mut known) = self.searched.answers.lock() {
            known.insert(wants.to_vec(), found.clone());
        }
        found
    }

    /// The same, among the axes' states that `allowed` lets through.
    pub fn search_among(
        &self,
        wants: &[(usize, Want)],
        allowed: &dyn Fn(usize, &State) -> bool,
    ) -> Found {
        let unknown = vec![UNKNOWN; self.atoms.len()];
        self.search_from(wants, allowed, self.concerned(wants), unknown)
    }

    fn search_from(
        &self,
        wants: &[(usize, Want)],
        allowed: &dyn Fn(usize, &State) -> bool,
        order: Vec<usize>,
        atoms: Vec<Known>,
    ) -> Found {
        let mut search = Search {
            space: self,
            wants,
            allowed,
            order,
            states: vec![None; self.axes.len()],
            atoms,
            steps: 0,
            systems: MAX_SYSTEMS,
            unsure: false,
        };
        match search.descend(0) {
            Some(solution) => Found::At(solution),
            None if search.unsure => Found::Unsure,
            None => Found::Nowhere,
        }
    }

    /// A state in which the rules are as wanted though an axis has failed: all it is read for is unclear.
    pub fn search_failed(&self, failed: usize, wants: &[(usize, Want)]) -> Found {
        const UNCLEAR: Known = (Truth::Unclear, Truth::Unclear);
        let mut atoms = vec![UNKNOWN; self.atoms.len()];
        for (slot, _) in atoms
            .iter_mut()
            .zip(&self.atoms)
            .filter(|(_, a)| a.axis == failed)
        {
            *slot = UNCLEAR;
        }
        let mut order = self.concerned(wants);
        order.retain(|&axis| axis != failed);
        self.search_from(wants, &|_, _| true, order, atoms)
    }

    /// The axes that the rules read and about which something is known.
    fn concerned(&self, wants: &[(usize, Want)]) -> Vec<usize> {
        let mut atoms = Vec::new();
        for (rule, _) in wants {
            if let Some(when) = self.rules.get(*rule).and_then(|r| r.when.as_ref()) {
                collect(when, &mut atoms);
            }
        }
        let mut axes: Vec<usize> = atoms
            .iter()
            .filter_map(|&a| self.atoms.get(a).map(|a| a.axis))
            .filter(|&axis| self.axes.get(axis).is_some_and(|a| !a.is_opaque()))
            .collect();
        axes.sort_unstable();
        axes.dedup();
        axes
    }
}

fn collect(prop: &Prop, atoms: &mut Vec<usize>) {
    match prop {
        Prop::All(parts) | Prop::Any(parts) => parts.iter().for_each(|p| collect(p, atoms)),
        Prop::Not(inner) | Prop::Possibly(inner) => collect(inner, atoms),
        Prop::Atom(atom) => atoms.push(*atom),
        Prop::Fixed(_) => {}
    }
}

struct Search<'a> {
    space: &'a Space,
    wants: &'a [(usize, Want)],
    allowed: &'a dyn Fn(usize, &State) -> bool,
    order: Vec<usize>,
    states: Vec<Option<usize>>,
    atoms: Vec<Known>,
    steps: usize,
    systems: usize,
    unsure: bool,
}

impl Search<'_> {
    fn descend(&mut self, depth: usize) -> Option<Solution> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            self.unsure = true;
            return None;
        }
        let met = self.met();
        if met == Some(false) {
            return None;
        }
        let Some(&axis) = self.order.get(depth) else {
            return self.leaf(met == Some(true));
        };
        let whole = self.space.axes.get(axis)?;
        for (number, state) in whole.states.iter().enumerate() {
            if !(self.allowed)(axis, state) {
                continue;
            }
            whole.tell(number, &mut self.atoms);
            self.put(axis, Some(number));
            if let Some(solution) = self.descend(depth + 1) {
                return Some(solution);
            }
        }
        self.put(axis, None);
        for &atom in &whole.atoms {
            if let Some(known) = self.atoms.get_mut(atom) {
                *known = UNKNOWN;
            }
        }
        None
    }

    fn put(&mut self, axis: usize, state: Option<usize>) {
        if let Some(slot) = self.states.get_mut(axis) {
            *slot = state;
        }
    }

    /// Whether all wants are met; `None` where that is not known yet.
    fn met(&self) -> Option<bool> {
        let mut all = Some(true);
        for (rule, want) in self.wants {
            let when = self.space.rules.get(*rule).and_then(|r| r.when.as_ref());
            let known = when.map_or((Truth::Established, Truth::Established), |when| {
                when.known(&self.atoms)
            });
            match want.met(known) {
                Some(true) => {}
                None => all = None,
                Some(false) => return Some(false),
            }
        }
        all
    }

    fn leaf(&mut self, met: bool) -> Option<Solution> {
        if !met {
            self.unsure = true;
            return None;
        }
        match self.space.feasible(&self.states, &mut self.systems) {
            Together::At(points) => Some(Solution {
                points,
                atoms: self.atoms.clone(),
            }),
            Together::Never => None,
            Together::Unsure => {
                self.unsure = true;
                None
            }
        }
    }
}
