//! Systems ranked over several datasets or slices.

use super::measures::absent;
use serde::Serialize;

/// The mean ranks of several systems over blocks of rows, with what tells them apart.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Ranking {
    /// The metric's name.
    pub metric: String,
    /// The blocks, one rank of each system on each: `reviews.test`, or `reviews.test, domain = yelp`.
    pub blocks: Vec<String>,
    /// The systems, the best mean rank first.
    pub systems: Vec<RankedSystem>,
    /// Friedman's χ², corrected for ties.
    #[serde(skip_serializing_if = "absent")]
    pub chi2: Option<f64>,
    /// Its p value.
    #[serde(skip_serializing_if = "absent")]
    pub p_value: Option<f64>,
    /// Iman and Davenport's F; absent where every block ranks alike.
    #[serde(skip_serializing_if = "absent")]
    pub f: Option<f64>,
    /// Its p value.
    #[serde(skip_serializing_if = "absent")]
    pub f_p_value: Option<f64>,
    /// The level of the critical difference: the plan's alpha.
    pub alpha: f64,
    /// Nemenyi's critical difference of mean ranks.
    #[serde(skip_serializing_if = "absent")]
    pub critical_difference: Option<f64>,
    /// The largest sets of systems that it doesn't tell apart, the best first.
    pub groups: Vec<Vec<String>>,
    /// Nemenyi's p value of each pair.
    pub pairs: Vec<RankedPair>,
    /// Why there are no Elo ratings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elo_note: Option<String>,
    /// Why there is no test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One system in a ranking.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct RankedSystem {
    /// The system, with its variant unless full.
    pub system: String,
    /// The mean of its ranks; 1 is the best.
    pub mean_rank: f64,
    /// Its Elo rating, by Bradley and Terry's model of which system beats which on the blocks; the ratings' mean is 0, and 400
    /// more make the odds ten to one.
    #[serde(skip_serializing_if = "absent")]
    pub elo: Option<f64>,
    /// Half of the rating's 1 − alpha interval.
    #[serde(skip_serializing_if = "absent")]
    pub elo_half_width: Option<f64>,
}

/// Two systems of a ranking.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct RankedPair {
    /// The one with the better mean rank.
    pub better: String,
    /// The other.
    pub worse: String,
    /// Nemenyi's p value, which holds for all pairs together.
    #[serde(skip_serializing_if = "absent")]
    pub p_value: Option<f64>,
}
