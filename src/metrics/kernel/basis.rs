//! What a value rests on, where a method in closed form wants to count it.

use crate::hir::ShareOf;
use crate::hir::formula::Figure;
use crate::metrics::program::{Program, StatisticClass};
use std::collections::BTreeMap;

/// What a program's value rests on, by its formula: whatever its values happen to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Basis {
    /// Numbers of rows.
    #[default]
    Rows,
    /// A share of rows, each of which says yes or no.
    Share,
    /// A share of requests to a server; for each run how many were sent.
    Requests(Vec<u64>),
    /// Figures of whole runs, and no row.
    Runs,
}

impl Basis {
    /// That of one run of a program.
    pub(super) fn of(program: &Program, figures: &BTreeMap<Figure, f64>) -> Basis {
        let sent = figures.get(&Figure::Requests);
        match (program.share, sent) {
            (Some(ShareOf::Rows), _) => Basis::Share,
            (Some(ShareOf::Requests), Some(&sent)) => Basis::Requests(vec![sent as u64]),
            _ if program.class() == StatisticClass::Figures => Basis::Runs,
            _ => Basis::Rows,
        }
    }

    /// What the difference of two values rests on: what both do.
    #[must_use]
    pub fn beside(&self, other: &Basis) -> Basis {
        match (self, other) {
            (Basis::Share, Basis::Share) => Basis::Share,
            // How many is for each side to say.
            (Basis::Requests(_), Basis::Requests(_)) => Basis::Requests(Vec::new()),
            (Basis::Runs, Basis::Runs) => Basis::Runs,
            _ => Basis::Rows,
        }
    }

    /// Of these runs and then `other`'s, which rest on the same.
    #[must_use]
    pub fn and(mut self, other: Basis) -> Basis {
        if let (Basis::Requests(sent), Basis::Requests(more)) = (&mut self, other) {
            sent.extend(more);
        }
        self
    }
}
