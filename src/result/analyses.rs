//! Tables over several variants or systems: ablations, factorials, selections.

use super::measures::{Interval, absent};
use super::{Truth, Unit};
use serde::Serialize;
use std::collections::BTreeMap;

/// What each component adds to a system.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Ablation {
    /// The full system.
    pub reference: String,
    /// The metric's name.
    pub metric: String,
    /// The unit of estimates; deltas are in its difference.
    pub unit: Unit,
    /// `reviews.val`.
    pub partition: String,
    /// Rows of the partition.
    pub rows: u64,
    /// The reference's value.
    #[serde(skip_serializing_if = "absent")]
    pub estimate: Option<f64>,
    /// One arm a change, by rank.
    pub arms: Vec<Arm>,
    /// All removed components off at once, minus the sum of the single deltas; absent unless some claim
    /// measures that variant on the same rows.
    #[serde(skip_serializing_if = "absent")]
    pub additivity_gap: Option<f64>,
    /// Interval of `additivity_gap`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additivity_interval: Option<Interval>,
    /// How much may be lost for a smaller configuration, as a difference.
    #[serde(skip_serializing_if = "absent")]
    pub tolerance: Option<f64>,
    /// The smallest configuration within `tolerance`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimal: Option<Minimal>,
    /// The correction of the arms' p values: `holm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// Claims in the family the correction covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<u64>,
    /// What a reader must know: `` `chars` was tuned on these rows ``.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One changed component.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Arm {
    /// The component's name.
    pub component: String,
    /// `removed`, or the level it is set to.
    pub change: String,
    /// Components that went with it, because they require it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
    /// The arm's value.
    #[serde(skip_serializing_if = "absent")]
    pub estimate: Option<f64>,
    /// The arm minus the reference.
    #[serde(skip_serializing_if = "absent")]
    pub delta: Option<f64>,
    /// Interval of `delta`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// 1 for the component whose change hurts most; equal where nothing tells them apart.
    pub rank: u32,
    /// The ranks it may have: a confidence set that holds for all arms at once, at the level of the intervals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranks: Option<(u32, u32)>,
    /// p-value of no effect, adjusted where the ablation corrects.
    #[serde(skip_serializing_if = "absent")]
    pub p_value: Option<f64>,
}

/// The smallest configuration that loses no more than the tolerance.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Minimal {
    /// Components that stay, sorted.
    pub components_kept: Vec<String>,
    /// Its value: measured, or predicted from the single deltas.
    #[serde(skip_serializing_if = "absent")]
    pub predicted: Option<f64>,
    /// The share of resamples on which the loss stays within the tolerance.
    #[serde(skip_serializing_if = "absent")]
    pub confidence: Option<f64>,
    /// Whether the value is a prediction that a run must confirm.
    pub needs_confirmation: bool,
}

/// Effects and interactions of a factorial design.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Factorial {
    /// The full system.
    pub reference: String,
    /// The metric's name.
    pub metric: String,
    /// The unit of the cells' values; effects are in its difference.
    pub unit: Unit,
    /// `reviews.val`.
    pub partition: String,
    /// Rows of the partition.
    pub rows: u64,
    /// The components varied, as the plan lists them.
    pub components: Vec<String>,
    /// `1/4`, where not all cells are run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fraction: Option<String>,
    /// The defining relation of a fraction, as products of components.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relation: Vec<String>,
    /// The length of its shortest product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<u32>,
    /// Every cell, in the order of the design.
    pub cells: Vec<FactorialCell>,
    /// Those of single components, then interactions; the largest first.
    pub effects: Vec<Effect>,
    /// What a reader must know: `` `chars` was tuned on these rows ``.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One cell of a factorial design.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct FactorialCell {
    /// The variant that was run.
    pub variant: String,
    /// The level of each component that is varied.
    pub levels: BTreeMap<String, String>,
    /// Its value.
    #[serde(skip_serializing_if = "absent")]
    pub estimate: Option<f64>,
    /// Interval of `estimate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// One effect of a factorial design.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Effect {
    /// The components, one for a main effect.
    pub components: Vec<String>,
    /// The level meant of each, against its low one, where some component has more than two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<String>,
    /// Whether the plan claims it: every single component, and the interactions it names.
    pub claimed: bool,
    /// The effect on the metric: high minus low, over all other settings; of two components half of what the
    /// effect of the one changes by with the other.
    #[serde(skip_serializing_if = "absent")]
    pub estimate: Option<f64>,
    /// Its interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// Effects that this design cannot tell from it, `-` before those that count against it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// The best of several systems under requirements.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Selection {
    /// The name in the plan.
    pub name: String,
    /// The rows it was made on.
    pub partition: String,
    /// Every system considered, best first.
    pub candidates: Vec<Candidate>,
    /// The winner; absent where none is established to meet the requirements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen: Option<Choice>,
    /// Why this one, or why none: one clause.
    pub reason: String,
    /// The rows on which the winner is claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_on: Option<String>,
    /// What choosing added to the winner's value; absent where other rows report it, or there was no choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optimism: Option<Optimism>,
    /// The metrics that the front weighs against each other; empty where there is but one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<String>,
}

/// The winner's value on the rows that chose it, and what is left of it once choosing is allowed for.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Optimism {
    /// The value on the rows that chose it.
    pub estimate: f64,
    /// How much of it is owed to the choice; has the sign of what is better.
    pub optimism: f64,
    /// What is left.
    pub corrected: f64,
    /// The interval of what is left: the choice is made again on every resample.
    pub interval: Interval,
}

/// The winner of a selection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Choice {
    /// The system's name.
    pub system: String,
    /// Its variant.
    pub variant: String,
}

/// One system in a selection.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Candidate {
    /// The system's name.
    pub system: String,
    /// Its variant.
    pub variant: String,
    /// Each requirement, in the plan's order.
    pub requirements: Vec<Requirement>,
    /// What is maximised or minimised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective: Option<Objective>,
    /// Whether all requirements hold.
    pub eligible: Truth,
    /// Whether no other system is as good by all criteria and better by one; absent without criteria.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub front: Option<bool>,
    /// The share of resamples on which it is on the front.
    #[serde(skip_serializing_if = "absent")]
    pub front_share: Option<f64>,
    /// Why it cannot be judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One requirement on one system.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Requirement {
    /// As the plan writes it.
    pub text: String,
    /// Whether it holds.
    pub truth: Truth,
    /// The unit of the numbers.
    pub unit: Unit,
    /// The measured value.
    #[serde(skip_serializing_if = "absent")]
    pub value: Option<f64>,
    /// Lower bound of its interval.
    #[serde(skip_serializing_if = "absent")]
    pub low: Option<f64>,
    /// Upper bound of its interval.
    #[serde(skip_serializing_if = "absent")]
    pub high: Option<f64>,
}

/// The value by which a selection ranks.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Objective {
    /// The metric's name.
    pub metric: String,
    /// The unit of the numbers.
    pub unit: Unit,
    /// The measured value.
    #[serde(skip_serializing_if = "absent")]
    pub estimate: Option<f64>,
    /// Lower bound of its interval.
    #[serde(skip_serializing_if = "absent")]
    pub low: Option<f64>,
    /// Upper bound of its interval.
    #[serde(skip_serializing_if = "absent")]
    pub high: Option<f64>,
}
