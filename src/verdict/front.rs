//! The Pareto front: the systems that no other beats by one criterion without losing by another.

use super::book::Page;
use crate::hir::{Condition, MetricRef, Plan, QuantityKind, Select, Variant};

/// Where a system stands.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Standing {
    /// On the front; `None` where it has no value by some criterion.
    pub(super) front: Option<bool>,
    /// On what share of the resamples.
    pub(super) share: Option<f64>,
}

/// The metrics of a selection, each with 1 where more is better: what is optimised, what breaks ties, and what the
/// requirements read of the system itself.
pub(super) fn criteria(plan: &Plan, s: &Select) -> Vec<(MetricRef, f64)> {
    let mut found: Vec<(MetricRef, f64)> = Vec::new();
    let mut add = |metric: &MetricRef, sign: f64| {
        if !found.iter().any(|(m, _)| m.same(metric)) {
            found.push((metric.clone(), sign));
        }
    };
    if let Some((metric, maximize)) = &s.objective {
        add(metric, if *maximize { 1.0 } else { -1.0 });
    }
    if let Some((metric, _)) = &s.prefer {
        add(metric, plan.metrics[metric.metric].sign());
    }
    for q in s.require.iter().flat_map(Condition::quantities) {
        if q.kind == QuantityKind::Value && q.of.is_none() {
            add(&q.metric, plan.metrics[q.metric.metric].sign());
        }
    }
    found
}

/// The standing of each system.
pub(super) fn standings(
    page: &Page<'_>,
    systems: &[&Variant],
    criteria: &[(MetricRef, f64)],
) -> Vec<Standing> {
    let nothing = vec![Standing::default(); systems.len()];
    if criteria.len() < 2 {
        return nothing;
    }
    // For each system the values by every criterion, more being better, with their replicates.
    let own = |v: &&Variant| -> Option<Vec<(f64, Vec<f64>)>> {
        let by = |(metric, sign): &(MetricRef, f64)| {
            let sample = page.sample(v, metric, 0)?;
            let replicates = sample.replicates.iter().map(|r| sign * r).collect();
            Some((sign * sample.estimate, replicates)).filter(|(e, _)| e.is_finite())
        };
        criteria.iter().map(by).collect()
    };
    let own: Vec<_> = systems.iter().map(own).collect();
    let known: Vec<&Vec<(f64, Vec<f64>)>> = own.iter().flatten().collect();
    let resamples = known
        .iter()
        .flat_map(|by| by.iter().map(|(_, r)| r.len()))
        .min()
        .unwrap_or(0);
    let observed: Vec<Vec<f64>> = known
        .iter()
        .map(|by| by.iter().map(|(e, _)| *e).collect())
        .collect();
    let mut times = vec![0usize; known.len()];
    for b in 0..resamples {
        let drawn: Vec<Vec<f64>> = known
            .iter()
            .map(|by| by.iter().filter_map(|(_, r)| r.get(b).copied()).collect())
            .collect();
        for (count, i) in times.iter_mut().zip(0..) {
            *count += usize::from(on_front(&drawn, i));
        }
    }
    let mut found = (0..known.len()).zip(times).map(|(i, count)| Standing {
        front: Some(on_front(&observed, i)),
        share: (resamples > 0).then(|| count as f64 / resamples as f64),
    });
    own.iter()
        .map(|by| by.as_ref().and_then(|_| found.next()).unwrap_or_default())
        .collect()
}

/// Whether no other row is at least as large everywhere and larger somewhere.
fn on_front(rows: &[Vec<f64>], i: usize) -> bool {
    let Some(own) = rows.get(i) else {
        return false;
    };
    let beats = |other: &Vec<f64>| {
        let both = || other.iter().zip(own);
        both().all(|(a, b)| a >= b) && both().any(|(a, b)| a > b)
    };
    !rows.iter().any(beats)
}

#[cfg(test)]
mod tests {
    use super::on_front;

    #[test]
    fn fronts() {
        let rows = [
            vec![3.0, 1.0],
            vec![2.0, 2.0],
            vec![2.0, 1.0],
            vec![3.0, 1.0],
        ];
        let front: Vec<bool> = (0..4).map(|i| on_front(&rows, i)).collect();
        // Equal ones do not beat each other.
        assert_eq!(front, [true, true, false, true]);
    }
}
