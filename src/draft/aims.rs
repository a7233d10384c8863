//! The gain that a drafted decision asks for: one that its rows can show.

use super::roles::{Roles, Target};
use super::systems::Systems;
use super::tables::Read;
use crate::stats::power::best_proportion;

/// A gain in percentage points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Aim {
    pub(super) points: u32,
    /// The rows it is to be seen on.
    pub(super) rows: usize,
    /// Whether the rows made it more than what would be asked for of many.
    pub(super) raised: bool,
}

/// What would be asked for on any number of rows.
const USUAL: u32 = 1;

/// The level and the power that a plan has unless it says otherwise.
const LEVEL: f64 = 0.05;
const POWER: f64 = 0.8;

/// The gain to ask for; none where numbers are predicted, whose unit nobody knows.
pub(super) fn aim(home: &Read, data: &Roles, systems: &Systems) -> Option<Aim> {
    match data.target {
        Target::Number { .. } => None,
        Target::Classes { .. } => Some(on(judged(home, data, systems))),
    }
}

fn judged(home: &Read, data: &Roles, systems: &Systems) -> usize {
    let mut parts = data.split.iter().flat_map(|s| &s.parts);
    let part = parts.find(|p| p.name == systems.on);
    part.map_or(home.rows, |p| p.rows)
}

/// The least whole number of points that so many rows show if all disagreements go one way; where they
/// are too few to show any, that of one row.
fn on(rows: usize) -> Aim {
    let n = rows.max(1) as f64;
    let least = best_proportion(n, LEVEL, POWER).unwrap_or(1.0 / n);
    let points = ((100.0 * least).ceil() as u32).clamp(USUAL, 100);
    Aim {
        points,
        rows,
        raised: points > USUAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_ask_for_more() {
        let points = |rows| on(rows).points;
        assert_eq!([points(0), points(1), points(3)], [100, 100, 34]);
        assert_eq!([points(60), points(560), points(20_000)], [9, 1, 1]);
        assert!(on(60).raised && !on(560).raised);
    }
}
