//! What each row adds to the statistics that are sums, and which rows an area tells apart.

use super::prepare::{Prepared, RankedRows};
use super::{Expression, Kernel};

/// Rows, and what each adds to every value of the statistics.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// The rows of the partition.
    pub rows: Vec<u32>,
    /// For each row its part in each value; NaN in those that are no sums.
    pub statistics: Vec<Vec<f64>>,
}

impl Kernel {
    /// What each row adds to every value of the statistics; a program that reads another kind of
    /// statistic has no value from them.
    pub fn contributions(&self) -> Contributions {
        let mut statistics = vec![vec![0.0; self.width]; self.rows.len()];
        for (statistic, from) in &self.statistics {
            for (place, row) in statistics.iter_mut().enumerate() {
                let to = from + statistic.width();
                if let Some(out) = row.get_mut(*from..to) {
                    self.contribution(statistic, place, out);
                }
            }
        }
        Contributions {
            rows: self.rows.clone(),
            statistics,
        }
    }

    /// For each statistic what each row adds to it, where all statistics are sums of finite values and there
    /// are no more than `most`.
    pub fn sums(&self, most: usize) -> Option<Vec<Vec<f64>>> {
        let is_sum = |s: &Prepared| matches!(s, Prepared::Cells { .. } | Prepared::Rows { .. });
        if self.width > most || !self.statistics.iter().all(|(s, _)| is_sum(s)) {
            return None;
        }
        let mut columns = vec![vec![0.0; self.rows.len()]; self.width];
        let mut own = vec![0.0; self.width];
        for (statistic, from) in &self.statistics {
            let to = from + statistic.width();
            for place in 0..self.rows.len() {
                let out = own.get_mut(*from..to)?;
                out.fill(0.0);
                self.contribution(statistic, place, out);
                for (column, value) in columns.get_mut(*from..to)?.iter_mut().zip(out) {
                    *column.get_mut(place)? = *value;
                }
            }
        }
        let finite = columns.iter().flatten().all(|v| v.is_finite());
        finite.then_some(columns)
    }

    /// The unit of each row.
    pub fn units(&self) -> &[u32] {
        &self.units
    }

    /// The values of the first quantile that it takes, in ascending order.
    pub fn sorted(&self) -> Option<&[f64]> {
        let first = self.statistics.first().map(|(statistic, _)| statistic);
        let Some(Prepared::Quantile { groups, .. }) = first else {
            return None;
        };
        Some(groups.first()?.ranked.as_ref()?.sorted().values())
    }

    /// The sorted values and the probability of each statistic, where all are quantiles of the same values of
    /// all units.
    pub fn quantiles(&self) -> Option<(&[f64], Vec<f64>)> {
        let mut known: Option<&RankedRows> = None;
        let mut found = Vec::new();
        for (statistic, _) in &self.statistics {
            let Prepared::Quantile { groups, q } = statistic else {
                return None;
            };
            let [rows] = groups.as_slice() else {
                return None;
            };
            let same = known.is_none_or(|k| k.ranked == rows.ranked && k.units == rows.units);
            if !rows.all || !same {
                return None;
            }
            known = Some(rows);
            found.push(*q);
        }
        Some((known?.ranked.as_ref()?.sorted().values(), found))
    }

    fn contribution(&self, statistic: &Prepared, place: usize, out: &mut [f64]) {
        match statistic {
            Prepared::Cells { table, groups } => {
                let cell = self.tables.get(*table).and_then(|t| t.of_row.get(place));
                let weight = self.weight.get(place).copied().unwrap_or(1.0);
                for (value, coefficients) in out.iter_mut().zip(groups) {
                    let own = coefficients.iter().filter(|(c, _)| Some(c) == cell);
                    *value = weight * own.map(|(_, k)| k).sum::<f64>();
                }
            }
            Prepared::Rows { values, groups, .. } => {
                let own = values.get(place).copied().unwrap_or(0.0);
                match groups {
                    None => out.fill(own),
                    Some(groups) => {
                        let group = groups.get(place).map_or(usize::MAX, |&g| g as usize);
                        if let Some(value) = out.get_mut(group) {
                            *value = own;
                        }
                    }
                }
            }
            Prepared::Matrix { .. }
            | Prepared::Vectors(_)
            | Prepared::Quantile { .. }
            | Prepared::Extreme { .. }
            | Prepared::Whole { .. }
            | Prepared::Undefined(_) => out.fill(f64::NAN),
        }
    }

    /// Of a program that is one native of all rows: for each row whether the native's condition
    /// (its second argument) holds of it.
    pub fn positives(&self, program: usize) -> Option<Vec<bool>> {
        let Expression::Statistic(place) = self.roots.get(program)? else {
            return None;
        };
        let own = self
            .statistics
            .iter()
            .find(|(_, from)| *from == place.offset)?;
        let Prepared::Whole { groups, .. } = &own.0 else {
            return None;
        };
        let [rows] = groups.as_slice() else {
            return None;
        };
        let holds = rows.columns.values.get(1)?;
        let all = rows.places.len() == self.rows.len() && holds.len() == self.rows.len();
        all.then(|| holds.iter().map(|h| *h != 0.0).collect())
    }

    /// A program's value from sums of the statistics; NaN where undefined.
    pub fn value_of(&self, program: usize, statistics: &[f64]) -> f64 {
        let root: Option<&Expression> = self.roots.get(program);
        root.map_or(f64::NAN, |root| root.value(statistics, &mut Vec::new()))
    }
}
