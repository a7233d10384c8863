//! What a plan claims: comparisons, ablations, selections, decisions.

use super::*;
use crate::text::{Span, Spanned};
use std::collections::BTreeMap;

/// The uncertainty method.
#[derive(Debug, Clone, PartialEq)]
pub enum IntervalSpec {
    /// `bootstrap(B, level:, method:)`
    Bootstrap {
        /// Resamples; where they grow, the number to begin with.
        resamples: u32,
        /// `auto`: doubled until the ends' Monte-Carlo error is small beside the width.
        grows: bool,
        /// Confidence level, a fraction.
        level: f64,
        /// How the interval is read off the replicates.
        method: BootstrapMethod,
    },
    /// `wilson(level:)`, `t`, …
    Analytic {
        /// Which.
        method: AnalyticMethod,
        /// Confidence level, a fraction.
        level: f64,
    },
    /// `none`
    None,
}

/// How many resamples `auto` begins with.
pub const FIRST_RESAMPLES: u32 = 2_000;

impl Default for IntervalSpec {
    fn default() -> Self {
        IntervalSpec::Bootstrap {
            resamples: 10_000,
            grows: false,
            level: 0.95,
            method: BootstrapMethod::Auto,
        }
    }
}

/// How an interval is read off the replicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the method of its name")]
pub enum BootstrapMethod {
    Auto,
    Percentile,
    Basic,
    Bca,
    Studentized,
}

/// A correction for many claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the correction of its name")]
pub enum Correction {
    None,
    Bonferroni,
    Holm,
    Hochberg,
    Bh,
    By,
}

impl Correction {
    /// Every correction with its name.
    pub const ALL: [(&str, Correction); 6] = [
        ("none", Correction::None),
        ("bonferroni", Correction::Bonferroni),
        ("holm", Correction::Holm),
        ("hochberg", Correction::Hochberg),
        ("bh", Correction::Bh),
        ("by", Correction::By),
    ];
}

/// A slice of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// Its name: the column's, or the one given to a condition.
    pub name: Spanned<String>,
    /// What makes its parts.
    pub by: SliceBy,
}

/// What makes the parts of a slice.
#[derive(Debug, Clone, PartialEq)]
pub enum SliceBy {
    /// Each value of a column.
    Column(Spanned<String>),
    /// One part: the rows where a condition holds.
    Where(RowTest),
}

/// A condition on columns of the dataset.
#[derive(Debug, Clone, PartialEq)]
pub enum RowTest {
    /// Both hold.
    And(Box<RowTest>, Box<RowTest>),
    /// One holds.
    Or(Box<RowTest>, Box<RowTest>),
    /// It does not hold.
    Not(Box<RowTest>),
    /// A number of the row compares.
    Number(Spanned<String>, Comparison, f64),
    /// A text of the row is this one (`true`) or another.
    Text(Spanned<String>, String, bool),
}

impl Slice {
    /// The columns it reads; whether as numbers.
    pub fn columns(&self) -> Vec<(&Spanned<String>, bool)> {
        match &self.by {
            SliceBy::Column(column) => vec![(column, false)],
            SliceBy::Where(test) => {
                let mut found = Vec::new();
                test.columns(&mut found);
                found
            }
        }
    }
}

impl RowTest {
    fn columns<'a>(&'a self, found: &mut Vec<(&'a Spanned<String>, bool)>) {
        match self {
            RowTest::And(a, b) | RowTest::Or(a, b) => {
                a.columns(found);
                b.columns(found);
            }
            RowTest::Not(a) => a.columns(found),
            RowTest::Number(column, ..) => found.push((column, true)),
            RowTest::Text(column, ..) => found.push((column, false)),
        }
    }
}

/// A `compare` item.
#[derive(Debug, Clone)]
pub struct Compare {
    /// Name and place.
    pub common: Common,
    /// The system compared.
    pub subject: VariantRef,
    /// What it is compared with.
    pub against: Vec<VariantRef>,
    /// The rows.
    pub on: Option<DataUse>,
    /// The metrics.
    pub metrics: Vec<MetricRef>,
    /// The slices.
    pub slices: Vec<Slice>,
    /// The uncertainty method, where said.
    pub interval: Option<Spanned<IntervalSpec>>,
    /// The correction.
    pub correct: Option<Spanned<Correction>>,
    /// `paired: no`.
    pub paired: Option<Spanned<bool>>,
    /// The test that p values come from.
    pub test: Option<Spanned<TestMethod>>,
    /// What is resampled.
    pub over: Option<Spanned<Over>>,
    /// Where `over:` lists several things, which would pool them as one sample.
    pub pooled: Option<Span>,
    /// The margin of an equivalence claim, canonical, with what it measures.
    pub margin: Option<(Spanned<f64>, crate::types::Measure)>,
    /// What a pilot showed.
    pub pilot: Option<Pilot>,
}

impl Compare {
    /// The metric it is about: the plan's primary where it is compared, else the first.
    pub fn about(&self, plan: &Plan) -> Option<&MetricRef> {
        let primary = plan.header.as_ref().and_then(|h| h.primary.as_ref());
        let own = |p: &MetricRef| self.metrics.iter().find(|m| m.same(p));
        primary.and_then(own).or(self.metrics.first())
    }

    /// Whether it says that rows are resampled one by one, whatever group they belong to.
    pub fn row_by_row(&self) -> bool {
        self.over.is_some_and(|o| o.value == Over::Rows)
    }
}

/// One arm of an ablation.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The component the table names.
    pub component: Id<Component>,
    /// The level it is set to; `None` for a component that has no level meaning “not there”.
    pub level: usize,
    /// What is run.
    pub variant: Variant,
    /// Whether it was written under `set:`.
    pub set: bool,
    /// Where the arm is written.
    pub span: Span,
    /// A hand-written system that stands for the arm.
    pub by_hand: Option<Spanned<Id<System>>>,
    /// Published numbers of the arm.
    pub reported: Vec<Reported>,
    /// Components that go with the one taken away, because they require it.
    pub forced: Vec<Id<Component>>,
    /// Fields the arm overrides, as canonical text.
    pub overrides: BTreeMap<String, Spanned<String>>,
}

/// An `ablation` item.
#[derive(Debug, Clone)]
pub struct Ablation {
    /// Name and place.
    pub common: Common,
    /// The reference.
    pub of: VariantRef,
    /// The rows.
    pub on: Option<DataUse>,
    /// The metric; the plan's primary unless said.
    pub metric: Option<MetricRef>,
    /// The arms, in written order.
    pub arms: Vec<Arm>,
    /// The uncertainty method, where said.
    pub interval: Option<Spanned<IntervalSpec>>,
    /// The correction.
    pub correct: Option<Spanned<Correction>>,
    /// How far below the reference the smallest configuration may lie, canonical.
    pub tolerance: Option<Spanned<f64>>,
}

impl Ablation {
    /// The places of the arms that a variant takes away together, and no other change; `None` of any other variant.
    pub fn takes_away(&self, plan: &Plan, variant: &Variant) -> Option<Vec<usize>> {
        let mut left = plan.differing(&self.of.variant, variant);
        let levels = plan.configuration(variant);
        let mut taken = Vec::new();
        for (place, arm) in self.arms.iter().enumerate() {
            let absent = plan.components[arm.component].absent;
            if arm.set || absent.is_none() || levels.get(&arm.component).copied() != absent {
                continue;
            }
            taken.push(place);
            left.retain(|c| *c != arm.component && !arm.forced.contains(c));
        }
        (left.is_empty() && variant.system == self.of.variant.system).then_some(taken)
    }
}

/// A `select` item.
#[derive(Debug, Clone)]
pub struct Select {
    /// Name and place.
    pub common: Common,
    /// The systems chosen among.
    pub from: Vec<VariantRef>,
    /// The rows that choose.
    pub on: Option<DataUse>,
    /// What a choice must meet.
    pub require: Option<Condition>,
    /// The metric, and whether it is maximized.
    pub objective: Option<(MetricRef, bool)>,
    /// The tie-break and how far from the best still ties, canonical.
    pub prefer: Option<(MetricRef, f64)>,
    /// Other rows on which the choice is reported.
    pub report_on: Option<DataUse>,
}

/// A `decide` item.
#[derive(Debug, Clone)]
pub struct Decide {
    /// Name and place. A block without a name of its own is called `A against B`.
    pub common: Common,
    /// The system decided on.
    pub subject: VariantRef,
    /// What it is judged against.
    pub against: VariantRef,
    /// The rules, in order.
    pub rules: Vec<Rule>,
    /// The outcome of a failed or NaN result.
    pub failed: Option<Spanned<String>>,
    /// Whether every rule was read, though conditions may be mistyped.
    pub read: bool,
}

/// A rule of a decision.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What follows.
    pub outcome: Spanned<String>,
    /// When; `None` for `otherwise`.
    pub when: Option<Condition>,
    /// The whole rule.
    pub span: Span,
}

/// The rows on which a decision's two sides are measured: those of the comparison of the two, or of
/// the ablation that has one as reference and the other as an arm.
pub fn rows_of(plan: &Plan, decide: &Decide) -> Option<DataRef> {
    let (subject, against) = (&decide.subject.variant, &decide.against.variant);
    let compared = plan.compares.iter().find(|(_, c)| {
        c.subject.variant == *subject && c.against.iter().any(|a| a.variant == *against)
    });
    let ablated = || {
        plan.ablations.iter().find(|(_, a)| {
            let is = |v: &Variant| *v == a.of.variant || a.arms.iter().any(|arm| arm.variant == *v);
            is(subject) && is(against)
        })
    };
    let on = match compared {
        Some((_, c)) => c.on.as_ref(),
        None => ablated().and_then(|(_, a)| a.on.as_ref()),
    };
    on.map(|on| on.data.clone())
}
