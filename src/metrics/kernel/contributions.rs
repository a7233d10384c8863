//! What each row adds to the statistics, where all of them are sums.

use super::{Kernel, Prepared};

/// Rows, and what each adds to every statistic.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// The rows of the partition.
    pub rows: Vec<u32>,
    /// For each row its part in each statistic.
    pub statistics: Vec<Vec<f64>>,
}

impl Kernel {
    /// What each row adds to every statistic; `None` where some statistic is no sum.
    pub fn contributions(&self) -> Option<Contributions> {
        let mut columns: Vec<Vec<f64>> = Vec::new();
        for statistic in &self.statistics {
            columns.push(match statistic {
                Prepared::Cells(coefficients) => {
                    let mut of_cell = vec![0.0; self.cell_count];
                    for &(cell, k) in coefficients {
                        if let Some(sum) = of_cell.get_mut(cell as usize) {
                            *sum += k;
                        }
                    }
                    let value = |(place, &cell): (usize, &u32)| {
                        let weight = self.weight.get(place).copied().unwrap_or(1.0);
                        weight * of_cell.get(cell as usize).copied().unwrap_or(0.0)
                    };
                    self.cells.iter().enumerate().map(value).collect()
                }
                Prepared::Rows(values, _) => values.clone(),
                Prepared::Quantile { .. } | Prepared::Extreme { .. } | Prepared::Undefined => {
                    return None;
                }
            });
        }
        let row = |place: usize| {
            columns
                .iter()
                .filter_map(|c| c.get(place).copied())
                .collect()
        };
        Some(Contributions {
            rows: self.rows.clone(),
            statistics: (0..self.rows.len()).map(row).collect(),
        })
    }

    /// A program's value from sums of the statistics; NaN where undefined.
    pub fn value_of(&self, program: usize, statistics: &[f64]) -> f64 {
        self.roots
            .get(program)
            .map_or(f64::NAN, |root| root.value(statistics))
    }
}
