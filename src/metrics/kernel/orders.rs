//! What a program reads of the order of rows: the numbers that it is a quantile of, and whether it depends on
//! single order statistics at all, of which the jackknife knows nothing.

use super::Kernel;
use super::expression::{Expression, Place};
use super::prepare::Prepared;

impl Kernel {
    /// The numbers in ascending order that a program is a quantile of where row r stands `times[r]` times, with the
    /// quantile; `None` where it is anything else, or of weighted rows.
    pub fn quantile(&self, program: usize, times: &[u32]) -> Option<(Vec<f64>, f64)> {
        let Expression::Statistic(place) = self.roots.get(program)? else {
            return None;
        };
        let Prepared::Quantile { groups, q } = self.at(*place)? else {
            return None;
        };
        let [group] = groups.as_slice() else {
            return None;
        };
        let ranked = group.ranked.as_ref()?;
        let of_place = |place: &u32| {
            let row = *self
                .rows
                .get(*group.places.get(*place as usize)? as usize)?;
            times.get(row as usize).copied()
        };
        let both = ranked.sorted().values().iter().zip(ranked.rows());
        let sorted = both
            .flat_map(|(value, place)| {
                let times = of_place(place).unwrap_or(0);
                std::iter::repeat_n(*value, times as usize)
            })
            .collect();
        (place.depth == 0 && self.weight.is_empty()).then_some((sorted, *q))
    }

    /// Whether a program reads a quantile, a minimum or a maximum.
    pub fn is_rough(&self, program: usize) -> bool {
        let mut places = Vec::new();
        if let Some(root) = self.roots.get(program) {
            read(root, &mut places);
        }
        let rough =
            |p: &Prepared| matches!(p, Prepared::Quantile { .. } | Prepared::Extreme { .. });
        places.into_iter().filter_map(|p| self.at(p)).any(rough)
    }

    fn at(&self, place: Place) -> Option<&Prepared> {
        let found = self
            .statistics
            .iter()
            .find(|(_, from)| *from == place.offset);
        found.map(|(statistic, _)| statistic)
    }
}

/// The places of all statistics that an expression reads.
fn read(expression: &Expression, into: &mut Vec<Place>) {
    match expression {
        Expression::Constant(_) => {}
        Expression::Statistic(place) => into.push(*place),
        Expression::Mean(a, b) => into.extend([*a, *b]),
        Expression::Binary(_, a, b) => {
            read(a, into);
            read(b, into);
        }
        Expression::Call(_, parts) | Expression::Fold(_, parts) => {
            parts.iter().for_each(|p| read(p, into));
        }
        Expression::By { rows, body, .. } => {
            into.push(*rows);
            read(body, into);
        }
    }
}
