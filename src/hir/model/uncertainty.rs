//! How sure a comparison is: analytic methods, tests, what is resampled, margins, pilots, and the
//! looks of a sequential plan.

use super::*;
use crate::hir::formula::{Aggregate, AggregateKind, Figure, Formula, RowNumber};
use crate::text::{Span, Spanned};

/// An interval in closed form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the method of its name")]
pub enum AnalyticMethod {
    T,
    Normal,
    Wilson,
    Exact,
    Newcombe,
    Delong,
    OrderStatistic,
}

impl AnalyticMethod {
    /// Every method with its name.
    pub const ALL: [(&str, AnalyticMethod); 7] = [
        ("t", AnalyticMethod::T),
        ("normal", AnalyticMethod::Normal),
        ("wilson", AnalyticMethod::Wilson),
        ("exact", AnalyticMethod::Exact),
        ("newcombe", AnalyticMethod::Newcombe),
        ("delong", AnalyticMethod::Delong),
        ("order_statistic", AnalyticMethod::OrderStatistic),
    ];

    /// The kinds of metric whose rows it can take, as people call them.
    pub fn fits(self) -> &'static [MetricKind] {
        match self {
            AnalyticMethod::T | AnalyticMethod::Normal => &[MetricKind::Mean, MetricKind::Share],
            AnalyticMethod::Wilson | AnalyticMethod::Exact | AnalyticMethod::Newcombe => {
                &[MetricKind::Share]
            }
            AnalyticMethod::Delong => &[MetricKind::RocArea],
            AnalyticMethod::OrderStatistic => &[MetricKind::Quantile],
        }
    }

    /// The test that belongs to the interval; an interval of a quantile has none.
    pub fn test(self) -> Option<TestMethod> {
        match self {
            AnalyticMethod::T | AnalyticMethod::Normal => Some(TestMethod::T),
            AnalyticMethod::Wilson | AnalyticMethod::Exact | AnalyticMethod::Newcombe => {
                Some(TestMethod::Mcnemar)
            }
            AnalyticMethod::Delong => Some(TestMethod::Delong),
            AnalyticMethod::OrderStatistic => None,
        }
    }
}

/// A test of no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the test of its name")]
pub enum TestMethod {
    T,
    Welch,
    MannWhitney,
    Z,
    Sign,
    Wilcoxon,
    Permutation,
    ApproximateRandomization,
    Mcnemar,
    Delong,
    CorrectedT,
    /// Of the ranks of all systems over several datasets or slices.
    Friedman,
}

impl TestMethod {
    /// Every test with its name.
    pub const ALL: [(&str, TestMethod); 12] = [
        ("t", TestMethod::T),
        ("welch", TestMethod::Welch),
        ("mann_whitney", TestMethod::MannWhitney),
        ("z", TestMethod::Z),
        ("sign", TestMethod::Sign),
        ("wilcoxon", TestMethod::Wilcoxon),
        ("permutation", TestMethod::Permutation),
        (
            "approximate_randomization",
            TestMethod::ApproximateRandomization,
        ),
        ("mcnemar", TestMethod::Mcnemar),
        ("delong", TestMethod::Delong),
        ("corrected_t", TestMethod::CorrectedT),
        ("friedman", TestMethod::Friedman),
    ];

    /// Whether it takes the two systems' rows in pairs.
    pub fn pairs(self) -> bool {
        match self {
            TestMethod::Welch | TestMethod::MannWhitney | TestMethod::Z => false,
            TestMethod::T
            | TestMethod::Sign
            | TestMethod::Wilcoxon
            | TestMethod::Permutation
            | TestMethod::ApproximateRandomization
            | TestMethod::Mcnemar
            | TestMethod::Delong
            | TestMethod::CorrectedT
            | TestMethod::Friedman => true,
        }
    }

    /// The kinds of metric whose rows it can take.
    pub fn fits(self) -> &'static [MetricKind] {
        match self {
            TestMethod::T
            | TestMethod::Welch
            | TestMethod::MannWhitney
            | TestMethod::Z
            | TestMethod::Sign
            | TestMethod::Wilcoxon => &[MetricKind::Mean, MetricKind::Share],
            // Systems change places, whatever is made of the rows.
            TestMethod::Permutation | TestMethod::ApproximateRandomization => &[
                MetricKind::Mean,
                MetricKind::Share,
                MetricKind::RocArea,
                MetricKind::Quantile,
                MetricKind::Other,
            ],
            TestMethod::Mcnemar => &[MetricKind::Share],
            TestMethod::Delong => &[MetricKind::RocArea],
            // Of folds, or of datasets, whatever the metric.
            TestMethod::CorrectedT | TestMethod::Friedman => &[],
        }
    }
}

/// What a metric is of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// The share of all rows where a condition holds.
    Share,
    /// The mean of a number over all rows.
    Mean,
    /// A quantile of a number over all rows.
    Quantile,
    /// The area under the ROC curve.
    RocArea,
    /// Anything else.
    Other,
}

impl MetricKind {
    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            MetricKind::Share => "a share of the rows",
            MetricKind::Mean => "a mean over the rows",
            MetricKind::Quantile => "a quantile",
            MetricKind::RocArea => "the area under the ROC curve",
            MetricKind::Other => "neither a share nor a mean of the rows",
        }
    }
}

/// What a share is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareOf {
    /// Rows that say yes or no.
    Rows,
    /// Requests to a server that have an answer or none.
    Requests,
}

impl Plan {
    /// What a metric is of its rows.
    pub fn metric_kind(&self, metric: Id<Metric>) -> MetricKind {
        let mut at = self.metrics[metric].formula.as_ref();
        // Names for other metrics are followed; circles were refused, so a few steps are enough.
        for _ in 0..16 {
            match at {
                Some(Formula::Metric(m)) => at = self.metrics[m.metric].formula.as_ref(),
                Some(Formula::Aggregate(a)) => return kind(a),
                _ => break,
            }
        }
        MetricKind::Other
    }

    /// What a metric is a share of, where it says yes or no of each and is the share of those that say yes: a mean of a
    /// condition, rows counted over all rows, requests that failed over all requests, or what is left of such a share to 1.
    pub fn share_of(&self, metric: Id<Metric>) -> Option<ShareOf> {
        // Circles were refused, so a few steps are enough.
        self.says_yes_or_no(self.metrics[metric].formula.as_ref()?, 16)
    }

    fn says_yes_or_no(&self, formula: &Formula, steps: u32) -> Option<ShareOf> {
        let steps = steps.checked_sub(1)?;
        let count = |formula: &Formula, filtered: bool| match formula {
            Formula::Aggregate(a) => {
                a.kind == AggregateKind::Count && a.filter.is_some() == filtered
            }
            _ => false,
        };
        match formula {
            Formula::Metric(m) => {
                self.says_yes_or_no(self.metrics[m.metric].formula.as_ref()?, steps)
            }
            Formula::Aggregate(a) => (kind(a) == MetricKind::Share
                || a.kind == AggregateKind::Share)
                .then_some(ShareOf::Rows),
            Formula::Binary(Arithmetic::Sub, one, share) => match **one {
                Formula::Constant(1.0, _) => self.says_yes_or_no(share, steps),
                _ => None,
            },
            Formula::Binary(Arithmetic::Div, some, all) => match (&**some, &**all) {
                (
                    Formula::Figure(Figure::Errors | Figure::Timeouts),
                    Formula::Figure(Figure::Requests),
                ) => Some(ShareOf::Requests),
                (some, all) if count(some, true) && count(all, false) => Some(ShareOf::Rows),
                _ => None,
            },
            Formula::Constant(..)
            | Formula::Param(_)
            | Formula::OverClass { .. }
            | Formula::By { .. }
            | Formula::Price
            | Formula::Figure(_)
            | Formula::Call(..)
            | Formula::Binary(..) => None,
        }
    }
}

fn kind(a: &Aggregate) -> MetricKind {
    if a.filter.is_some() {
        return MetricKind::Other;
    }
    match a.kind {
        AggregateKind::MeanOf(_) => MetricKind::Share,
        AggregateKind::Mean(RowNumber::Native(ref call)) if call.native.is_yes_or_no() => {
            MetricKind::Share
        }
        AggregateKind::Mean(_) => MetricKind::Mean,
        AggregateKind::Quantile(..) => MetricKind::Quantile,
        AggregateKind::Count
        | AggregateKind::Share
        | AggregateKind::Sum(_)
        | AggregateKind::Min(_)
        | AggregateKind::Max(_) => MetricKind::Other,
        AggregateKind::Native(ref call) if call.native.name == "roc_auc" => MetricKind::RocArea,
        AggregateKind::Native(_) => MetricKind::Other,
    }
}

/// What a comparison resamples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Over {
    /// Rows (or groups), and runs with them.
    #[default]
    Rows,
    /// Whole runs, on rows taken as given.
    Runs,
    /// Whole folds of a cross-validation, runs averaged.
    Folds,
}

/// What a pilot showed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pilot {
    /// The share of rows on which the two systems differ in being right.
    pub disagreement: Option<Spanned<f64>>,
    /// The standard deviation of the rows' differences, canonical, with what it measures.
    pub sd: Option<(Spanned<f64>, crate::types::Measure)>,
    /// What the baseline scored on the metric the comparison is about, canonical: the plan's primary where
    /// it is compared, else the first.
    pub level: Option<Spanned<f64>>,
}

/// A `stop` item.
#[derive(Debug, Clone)]
pub struct Stop {
    /// Name and place.
    pub common: Common,
    /// The system decided on.
    pub subject: VariantRef,
    /// What it is judged against.
    pub against: VariantRef,
    /// After how many runs it is looked at, in order.
    pub looks: Vec<u32>,
    /// Where they are written.
    pub look_span: Span,
    /// The boundary.
    pub using: Boundary,
    /// Where it is written; `None` where nothing is said.
    pub using_span: Option<Span>,
    /// The metric whose gain is watched.
    pub metric: MetricRef,
    /// The level that all looks keep together, a fraction.
    pub level: f64,
    /// Rules judged at each look, in order: the first established one ends the runs.
    pub rules: Vec<Rule>,
}

/// A boundary for several looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the method of its name")]
pub enum Boundary {
    ConfidenceSequence,
    ObrienFleming,
    Pocock,
    /// None: each look by itself.
    Nominal,
}

impl Boundary {
    /// Every boundary that all looks share, with its name.
    pub const ALL: [(&str, Boundary); 3] = [
        ("confidence_sequence", Boundary::ConfidenceSequence),
        ("obrien_fleming", Boundary::ObrienFleming),
        ("pocock", Boundary::Pocock),
    ];

    /// The name in a plan.
    pub fn name(self) -> &'static str {
        let of = Self::ALL.iter().find(|b| b.1 == self);
        of.map_or("nominal", |b| b.0)
    }
}
