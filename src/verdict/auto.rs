//! What `method: auto` takes: BCa, but where the bootstrap is known to claim too much a method that does not.
//!
//! The limits are read off the study of coverage (`docs/statistics.md`).

use super::shares::{Shares, rarer, shares};
use crate::hir::AnalyticMethod;
use crate::infer::Sample;
use crate::metrics::Basis;
use crate::result::ResampleUnit;

/// Fewer units than this of either kind, or pairs that differ: resamples of a share are too lumpy.
const FEW_COUNTS: u64 = 15;
/// Fewer units than this: a bootstrap knows too little of the tails.
const FEW_UNITS: u64 = 20;
/// Fewer rows than this beyond a quantile: its resamples are a handful of values.
const FEW_BEYOND: f64 = 10.0;

/// The method in closed form that `auto` takes instead of BCa, and why.
pub(super) fn instead_of_bca(
    sample: &Sample,
    unit: ResampleUnit,
    level: f64,
) -> Option<(AnalyticMethod, String)> {
    let units = sample.units();
    let apart = sample.strata.iter().any(|s| *s > 0);
    if let Some(found) = of_runs(sample) {
        return Some(found);
    }
    match unit {
        ResampleUnit::Run if units < FEW_UNITS => {
            return Some((
                AnalyticMethod::T,
                format!("of {units} runs a bootstrap is too narrow"),
            ));
        }
        ResampleUnit::Run | ResampleUnit::Fold | ResampleUnit::Request => return None,
        ResampleUnit::Row | ResampleUnit::Cluster => {}
    }
    // Values without each unit know nothing of how strata vary, and but for shares of how runs do.
    if apart {
        return None;
    }
    if unit == ResampleUnit::Row
        && let Some(found) = of_rows(sample, level)
    {
        return Some(found);
    }
    if sample.runs.len() > 1 {
        return None;
    }
    let few = sample.sides.as_ref().map_or(units, |s| {
        s.candidate.counted().len().min(s.baseline.counted().len())
    });
    (few < FEW_UNITS && few > 2 && !sample.rough && sample.positive.is_none()).then(|| {
        let what = match unit {
            ResampleUnit::Cluster => "clusters",
            _ => "rows",
        };
        let why = format!("of {few} {what} a bootstrap is too narrow");
        (AnalyticMethod::T, why)
    })
}

/// What is measured of whole runs, and not of rows, is not known any better by more rows.
fn of_runs(sample: &Sample) -> Option<(AnalyticMethod, String)> {
    let runs = sample.runs.len() as u64;
    match sample.basis {
        Basis::Requests(_) => {
            let method = match sample.sides {
                None => AnalyticMethod::Wilson,
                Some(_) => AnalyticMethod::Newcombe,
            };
            let why = "requests are counted, no rows resampled".to_owned();
            Some((method, why))
        }
        Basis::Runs if runs > 1 && runs < FEW_UNITS => {
            let alike = sample.runs.windows(2).all(|two| two[0] == two[1]);
            let why = if alike {
                format!("all {runs} runs are alike, so how it varies is not known")
            } else {
                format!("of {runs} runs a bootstrap is too narrow")
            };
            Some((AnalyticMethod::T, why))
        }
        Basis::Runs | Basis::Rows | Basis::Share => None,
    }
}

fn of_rows(sample: &Sample, level: f64) -> Option<(AnalyticMethod, String)> {
    match shares(sample, level) {
        Some(Shares::One(_)) => {
            let fewer = rarer(sample);
            let why = match fewer {
                0 => "all rows alike: resamples cannot differ".to_owned(),
                1 => "only 1 row unlike the others".to_owned(),
                _ => format!("only {fewer} rows of one kind"),
            };
            return (fewer < FEW_COUNTS).then_some((AnalyticMethod::Wilson, why));
        }
        Some(Shares::Paired(p)) => {
            let differ = p.first + p.second;
            let why = match differ {
                0 => "no row tells the two apart: resamples cannot differ".to_owned(),
                1 => "only 1 row tells the two apart".to_owned(),
                _ => format!("only {differ} rows tell the two apart"),
            };
            return (differ < FEW_COUNTS).then_some((AnalyticMethod::Newcombe, why));
        }
        Some(Shares::Apart(a, b)) => {
            let fewer = a.rarer().min(b.rarer());
            let why = format!("only {fewer} rows of one kind on a side");
            return (fewer < FEW_COUNTS).then_some((AnalyticMethod::Newcombe, why));
        }
        None => {}
    }
    let (sorted, q) = sample.quantile.as_deref()?;
    let beyond = sorted.len() as f64 * q.min(1.0 - q);
    (beyond < FEW_BEYOND).then(|| {
        let why = format!("about {beyond:.0} rows beyond the quantile");
        (AnalyticMethod::OrderStatistic, why)
    })
}
