//! Simulated spread of a gain for metrics without a closed form that read classes alone (macro-F1, MCC,
//! …): joint tables of label and both predictions are drawn with the declared disagreement, and the
//! metric itself is computed on each by the same programs as in a run.
//!
//! What the plan doesn't say is assumed, and said so: classes as declared or read, else equally
//! frequent; wrong predictions spread evenly over the other classes; and the systems right on
//! [`LEAST`] to [`MOST`] of the rows on which they agree in being right or wrong, from which come the two ends.

use super::claims::Claim;
use super::sizes::Reads;
use crate::hir::Plan;
use crate::metrics::{Classes, Kernel, Need, Program, RunColumns, Scratch, compile};
use crate::stats::binomial::multinomial;
use crate::stats::random::{Purpose, key, stream};

/// Of the rows on which both are right or both wrong, the least share on which both are right.
pub const LEAST: f64 = 0.6;
/// And the most.
pub const MOST: f64 = 0.95;
/// Simulated tables; the standard deviation is then known to ± 2 %.
pub const TABLES: u64 = 1_000;
/// Rows of each.
const ROWS: u64 = 4_000;
/// With more classes the joint table has too many cells.
const MOST_CLASSES: usize = 12;
/// Chances as integers: parts of this many.
const PARTS: f64 = 1e9;

/// The standard deviation that a row contributes to the gain (the gain's standard error times √n), the least
/// and the greatest over the systems' levels; `None` where the metric reads more than classes.
pub fn spread(
    plan: &Plan,
    reads: &Reads,
    claim: &Claim<'_>,
    disagreement: f64,
) -> Option<(f64, f64)> {
    let (classes, shares) = classes(plan, reads, claim)?;
    let program = compile(plan, claim.metric, &classes, None, false).ok()?;
    let known = |need: &Need| {
        matches!(need, Need::Class(_)) && matches!(need.role(), Some("label" | "prediction"))
    };
    if !program.needs().iter().all(known) {
        return None;
    }
    let table = Table::new(&classes, &shares);
    let mut found: Vec<f64> = Vec::new();
    for right in [LEAST, MOST] {
        let chances = table.chances(disagreement, right);
        found.push(table.deviation(&program, &classes, &chances, claim)? * (ROWS as f64).sqrt());
    }
    let least = found.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = found.iter().copied().fold(0.0, f64::max);
    (least > 0.0 && greatest.is_finite()).then_some((least, greatest))
}

/// The label's classes and how frequent each is: as read, as declared, else equally.
pub(super) fn classes(
    plan: &Plan,
    reads: &Reads,
    claim: &Claim<'_>,
) -> Option<(Classes, Vec<f64>)> {
    let d = &plan.datasets[claim.on.dataset];
    let label = d.label.as_ref()?;
    let read = reads.get(claim.on).map(|r| &r.classes);
    let names: Vec<String> = match read.filter(|_| label.classes.is_empty()) {
        Some(read) => read.keys().cloned().collect(),
        None => label.classes.iter().map(|c| c.value.clone()).collect(),
    };
    if !(2..=MOST_CLASSES).contains(&names.len()) {
        return None;
    }
    let equal = 1.0 / names.len() as f64;
    let known = |name: &String| match read.filter(|r| !r.is_empty()) {
        Some(read) => read.get(name).map_or(0.0, |n| *n as f64),
        None if label.shares.len() + 1 >= names.len() => {
            let rest = 1.0 - label.shares.values().sum::<f64>();
            label.shares.get(name).copied().unwrap_or(rest.max(0.0))
        }
        None => equal,
    };
    let shares: Vec<f64> = names.iter().map(known).collect();
    let total: f64 = shares.iter().sum();
    let positive = d.positive.as_ref();
    let positive = positive.and_then(|p| (0u32..).zip(&names).find(|(_, n)| **n == p.value));
    let classes = Classes {
        positive: positive.map(|(code, _)| code),
        names,
    };
    (total > 0.0).then(|| (classes, shares.iter().map(|s| s / total).collect()))
}

/// The joint cells of label and both predictions, as the rows of a made table.
struct Table {
    label: Vec<u32>,
    subject: Vec<u32>,
    against: Vec<u32>,
    shares: Vec<f64>,
}

impl Table {
    fn new(classes: &Classes, shares: &[f64]) -> Table {
        let mut table = Table {
            label: Vec::new(),
            subject: Vec::new(),
            against: Vec::new(),
            shares: shares.to_vec(),
        };
        let all = || (0u32..).take(classes.names.len());
        for label in all() {
            for subject in all() {
                for against in all() {
                    table.label.push(label);
                    table.subject.push(subject);
                    table.against.push(against);
                }
            }
        }
        table
    }

    /// The chance of each cell where neither system is better, in [`PARTS`].
    fn chances(&self, disagreement: f64, right: f64) -> Vec<u64> {
        let others = (self.shares.len() as f64 - 1.0).max(1.0);
        let cells = self.label.iter().zip(&self.subject).zip(&self.against);
        cells
            .map(|((&label, &subject), &against)| {
                let share = self.shares.get(label as usize).copied().unwrap_or(0.0);
                let given = match (subject == label, against == label) {
                    (true, true) => (1.0 - disagreement) * right,
                    (false, false) => (1.0 - disagreement) * (1.0 - right) / (others * others),
                    (true, false) | (false, true) => 0.5 * disagreement / others,
                };
                (share * given * PARTS).round() as u64
            })
            .collect()
    }

    /// The standard deviation of the gain over simulated tables.
    fn deviation(
        &self,
        program: &Program,
        classes: &Classes,
        chances: &[u64],
        claim: &Claim<'_>,
    ) -> Option<f64> {
        let rows: Vec<u32> = (0u32..).take(self.label.len()).collect();
        let kernel = |prediction: &[u32]| {
            let mut columns = RunColumns::default()
                .class("label", &self.label)
                .class("prediction", prediction);
            columns.names = &classes.names;
            Kernel::new(&[program], columns, classes.names.len(), &rows)
        };
        let (subject, against) = (kernel(&self.subject), kernel(&self.against));
        let (mut counts, mut scratch) = (vec![0u64; rows.len()], Scratch::default());
        let key = key(&["power", &claim.metric.text]);
        let mut gains = Vec::new();
        for index in 0..TABLES {
            let mut rng = stream(0, Purpose::Simulation, key, index);
            multinomial(&mut rng, ROWS, chances, &mut counts);
            let weights: Vec<u32> = counts.iter().map(|&c| c as u32).collect();
            let (mut a, mut b) = ([f64::NAN], [f64::NAN]);
            subject.evaluate(&weights, &mut scratch, &mut a);
            against.evaluate(&weights, &mut scratch, &mut b);
            gains.push(a[0] - b[0]);
        }
        let mean = gains.iter().sum::<f64>() / gains.len() as f64;
        let square = gains.iter().map(|g| (g - mean).powi(2)).sum::<f64>();
        let deviation = (square / (gains.len() as f64 - 1.0)).sqrt();
        deviation.is_finite().then_some(deviation)
    }
}
