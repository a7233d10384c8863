//! Simulated spread of a gain for metrics that read numbers and have no closed form: areas under a curve and quantiles.
//! Rows are drawn, and the metric itself is computed on them by the same programs as in a run.
//!
//! What the plan doesn't say is assumed, and said so. **Areas:** scores are normal given the class (binormal), apart by
//! what gives the level; the two systems' scores are independent given the class, which is the most that two systems
//! of one level differ. **Quantiles:** times are log-normal about the pilot's level, from [`SLIM`] to [`HEAVY`] tails; the other
//! system's differ from them row by row by the pilot's standard deviation.

use super::claims::Claim;
use super::simulate::{LEAST, MOST, classes};
use super::sizes::Reads;
use crate::hir::formula::{AggregateKind, Formula};
use crate::hir::{Id, Metric, Plan};
use crate::metrics::{Classes, Kernel, Need, Program, RunColumns, Scratch, compile};
use crate::stats::normal;
use crate::stats::random::{Purpose, key, stream, unit};
use rayon::prelude::*;

/// The standard deviation of the logarithm of times that vary little.
pub const SLIM: f64 = 0.2;
/// And of times with a heavy tail.
pub const HEAVY: f64 = 0.8;
/// Simulated tables; the standard deviation is then known to ± 4 %.
pub const TABLES: u64 = 400;
/// Rows of each.
const ROWS: usize = 2_000;

/// The most that a row contributes to the standard deviation of the gain in an area under the curve (the gain's standard
/// error times √n); `None` where the metric reads more than label and score.
pub fn of_area(plan: &Plan, reads: &Reads, claim: &Claim<'_>) -> Option<f64> {
    let (classes, shares) = classes(plan, reads, claim)?;
    let program = compile(plan, claim.metric, &classes, None, false).ok()?;
    let known = |need: &Need| {
        matches!(need, Need::Score)
            || matches!(need, Need::Class(_)) && need.role() == Some("label")
    };
    if !program.needs().iter().all(known) {
        return None;
    }
    let positive = classes.positive? as usize;
    let share = *shares.get(positive)?;
    let levels = match claim.level_of_baseline {
        Some(level) => vec![level],
        None => vec![LEAST, MOST],
    };
    let of_level = |level: f64| {
        // Area = Φ(d/√2) for normal scores d apart (Green & Swets 1966).
        let apart = std::f64::consts::SQRT_2 * normal::quantile(level)?;
        let draw = |normals: &mut dyn FnMut() -> f64, chance: f64| {
            let is_positive = chance < share;
            let centre = if is_positive { apart } else { 0.0 };
            let code = if is_positive {
                positive
            } else {
                usize::from(positive == 0)
            };
            (code as u32, centre + normals(), centre + normals())
        };
        deviation(
            claim,
            |rows| {
                let score = |values: &[f64]| {
                    let mut columns = RunColumns::default().class("label", &rows.label);
                    columns.names = &classes.names;
                    columns.score = values;
                    measured(&program, &classes, columns)
                };
                Some(score(&rows.subject)? - score(&rows.against)?)
            },
            draw,
        )
    };
    let found: Option<Vec<f64>> = levels.into_iter().map(of_level).collect();
    let most = found?.into_iter().fold(0.0, f64::max) * (ROWS as f64).sqrt();
    (most > 0.0).then_some(most)
}

/// What a row contributes to the standard deviation of the gain in a quantile, of slim and of heavy tails; `None`
/// where the metric reads more than one number of a row.
pub fn of_quantile(plan: &Plan, claim: &Claim<'_>, sd: f64) -> Option<(f64, f64)> {
    let level = claim.level_of_baseline.filter(|l| *l > 0.0)?;
    let share = quantile_of(plan, claim.metric.metric)?;
    let classes = Classes::default();
    let program = compile(plan, claim.metric, &classes, None, false).ok()?;
    let needs = program.needs();
    let [Need::Number(cell)] = needs.as_slice() else {
        return None;
    };
    let of_tail = |tail: f64| {
        let middle = level / (tail * normal::quantile(share)?).exp();
        let draw = |normals: &mut dyn FnMut() -> f64, _: f64| {
            let time = middle * (tail * normals()).exp();
            (0, time + sd * normals(), time)
        };
        deviation(
            claim,
            |rows| {
                let quantile = |values: &[f64]| {
                    let mut columns = RunColumns::default();
                    columns.numbers.insert(cell.clone(), values);
                    measured(&program, &classes, columns)
                };
                Some(quantile(&rows.subject)? - quantile(&rows.against)?)
            },
            draw,
        )
    };
    let (slim, heavy) = (of_tail(SLIM)?, of_tail(HEAVY)?);
    let root = (ROWS as f64).sqrt();
    let (least, most) = (slim.min(heavy) * root, slim.max(heavy) * root);
    (least > 0.0).then_some((least, most))
}

/// Which quantile the metric is, names for other metrics followed.
fn quantile_of(plan: &Plan, metric: Id<Metric>) -> Option<f64> {
    let mut at = plan.metrics[metric].formula.as_ref()?;
    for _ in 0..16 {
        match at {
            Formula::Metric(m) => at = plan.metrics[m.metric].formula.as_ref()?,
            Formula::Aggregate(a) => {
                let AggregateKind::Quantile(_, share) = &a.kind else {
                    return None;
                };
                return match **share {
                    Formula::Constant(q, _) => Some(q).filter(|q| *q > 0.0 && *q < 1.0),
                    _ => None,
                };
            }
            _ => return None,
        }
    }
    None
}

/// Simulated rows: the class of each, and what either system gives it.
#[derive(Default)]
struct Rows {
    label: Vec<u32>,
    subject: Vec<f64>,
    against: Vec<f64>,
}

/// The standard deviation of a gain over simulated tables. `draw` makes a row of normal numbers and a chance.
fn deviation(
    claim: &Claim<'_>,
    gain: impl Fn(&Rows) -> Option<f64> + Sync,
    draw: impl Fn(&mut dyn FnMut() -> f64, f64) -> (u32, f64, f64) + Sync,
) -> Option<f64> {
    let key = key(&["power of scores", &claim.metric.text]);
    let one = |index: u64| {
        let mut rng = stream(0, Purpose::Simulation, key, index);
        let mut rows = Rows::default();
        for _ in 0..ROWS {
            let chance = unit(&mut rng);
            let mut normals = || {
                let u = unit(&mut rng).clamp(1e-12, 1.0 - 1e-12);
                normal::quantile(u).unwrap_or(0.0)
            };
            let (label, subject, against) = draw(&mut normals, chance);
            rows.label.push(label);
            rows.subject.push(subject);
            rows.against.push(against);
        }
        gain(&rows)
    };
    let gains: Option<Vec<f64>> = (0..TABLES).into_par_iter().map(one).collect();
    crate::stats::summary::sd(&gains?).filter(|sd| sd.is_finite())
}

fn measured(program: &Program, classes: &Classes, columns: RunColumns<'_>) -> Option<f64> {
    let rows: Vec<u32> = (0u32..).take(ROWS).collect();
    let kernel = Kernel::new(&[program], columns, classes.names.len(), &rows);
    let mut value = [f64::NAN];
    kernel.evaluate(&vec![1; ROWS], &mut Scratch::default(), &mut value);
    value.first().copied().filter(|v| v.is_finite())
}
