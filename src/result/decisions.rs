//! What was decided and why.

use super::Unit;
use super::measures::absent;
use serde::Serialize;

/// Whether a condition on a measured quantity holds: over the whole interval, nowhere in it, or in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// Holds over the whole interval.
    Established,
    /// Holds nowhere in it.
    Refuted,
    /// Holds in part of it, or nothing was measured.
    #[default]
    Unclear,
}

/// The outcome of one `decide`.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Decision {
    /// The name in the plan; `candidate against baseline` where it has none.
    pub name: String,
    /// The system judged.
    pub candidate: String,
    /// What it is judged against.
    pub baseline: String,
    /// The outcome; absent where no rule fired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Whether it is the outcome the plan hopes for; absent where the plan doesn't tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub favourable: Option<bool>,
    /// Why this outcome, in one clause: ``ship` is unclear, `iterate` is refuted``.
    pub verdict: String,
    /// What failed or has no value, where that shaped the outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// The rules in the plan's order.
    pub rules: Vec<Rule>,
    /// What would settle the unclear rules, one clause each.
    pub would_settle: Vec<String>,
}

/// One rule of a decision.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Rule {
    /// Its outcome.
    pub outcome: String,
    /// Whether its condition holds; `otherwise` is always established.
    pub truth: Truth,
    /// Whether it is `otherwise`.
    pub otherwise: bool,
    /// Its atoms in reading order.
    pub atoms: Vec<Atom>,
}

/// One comparison inside a rule.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Atom {
    /// As the plan writes it, units in the formatter's spelling.
    pub text: String,
    /// Whether it holds.
    pub truth: Truth,
    /// The unit of the numbers.
    pub unit: Unit,
    /// The slice that decides an `every`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slice: Option<String>,
    /// The measured value.
    #[serde(skip_serializing_if = "absent")]
    pub value: Option<f64>,
    /// Lower bound of its interval; absent where the atom reads a plain number.
    #[serde(skip_serializing_if = "absent")]
    pub low: Option<f64>,
    /// Upper bound of its interval.
    #[serde(skip_serializing_if = "absent")]
    pub high: Option<f64>,
    /// Distance from the threshold to the value, positive where the value is on the asked side.
    #[serde(skip_serializing_if = "absent")]
    pub margin: Option<f64>,
    /// What would settle it, in one clause; also listed in the decision's `would_settle`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would_settle: Option<String>,
}
