//! The operators: what each fault is, written from the catalogue of checks and not from how a check decides.

mod ablations;
mod baselines;
mod decisions;
mod leakage;
mod metrics;
mod uncertainty;

use super::base::{Base, Mutant};

/// Turns sound plans into plans with one fault.
#[derive(Clone, Copy)]
pub struct Operator {
    /// The code that must be found.
    pub code: &'static str,
    /// What is done to the plan.
    pub name: &'static str,
    /// Every place where it can be done.
    pub apply: fn(&Base) -> Vec<Mutant>,
}

/// Metrics that are shares, so that a number in % fits.
const SHARES: [&str; 4] = ["accuracy", "f1_macro", "roc_auc", "exact_match"];

const fn op(code: &'static str, name: &'static str, apply: fn(&Base) -> Vec<Mutant>) -> Operator {
    Operator { code, name, apply }
}

/// Every operator, by code.
pub fn all() -> Vec<Operator> {
    let mut all = [
        ablations::ALL,
        baselines::ALL,
        decisions::ALL,
        leakage::ALL,
        metrics::ALL,
        uncertainty::ALL,
    ]
    .concat();
    all.sort_by_key(|o| o.code);
    all
}
