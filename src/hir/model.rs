//! The resolved plan as data: every name bound, inheritance applied, values typed.
//!
//! Items live in arenas and refer to each other by [`Id`]. An item some part of which could not be
//! read is `broken`; what is absent from it proves nothing.

use super::formula::Formula;
use super::template::Template;
use crate::text::{FileId, Span, Spanned};
use crate::types::Measure;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// The index of a `T` in its arena.
pub struct Id<T>(pub u32, PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// The id of the arena's `index`-th element.
    pub fn new(index: usize) -> Self {
        Id(u32::try_from(index).unwrap_or(u32::MAX), PhantomData)
    }

    /// The place in the arena.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A vector addressed by [`Id`].
#[derive(Debug, Clone)]
pub struct Arena<T>(Vec<T>);

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Arena(Vec::new())
    }
}

impl<T> Arena<T> {
    /// Adds an element and returns its id.
    pub fn add(&mut self, item: T) -> Id<T> {
        self.0.push(item);
        Id::new(self.0.len() - 1)
    }

    /// All elements with their ids, in source order.
    pub fn iter(&self) -> impl Iterator<Item = (Id<T>, &T)> {
        self.0.iter().enumerate().map(|(i, t)| (Id::new(i), t))
    }

    /// All elements, to be changed, in source order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut()
    }

    /// All ids, in source order.
    pub fn ids(&self) -> impl Iterator<Item = Id<T>> + use<T> {
        (0..self.0.len()).map(Id::new)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

// Ids are only ever made by the arena they index, so these cannot be out of range.
impl<T> std::ops::Index<Id<T>> for Arena<T> {
    type Output = T;
    fn index(&self, id: Id<T>) -> &T {
        &self.0[id.index()]
    }
}
impl<T> std::ops::IndexMut<Id<T>> for Arena<T> {
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        &mut self.0[id.index()]
    }
}

/// What all items have.
#[derive(Debug, Clone, Default)]
pub struct Common {
    /// The declared name; for items without one, a description such as `chars with words`.
    pub name: String,
    /// Where the name stands; the head for items without one.
    pub name_span: Span,
    /// The whole item.
    pub span: Span,
    /// Its `##` lines, joined by newlines.
    pub docs: String,
    /// Some part could not be read; what is absent proves nothing.
    pub broken: bool,
}

/// The whole plan: the root file with all it uses.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The file the analysis began with.
    pub root: FileId,
    /// The `plan` item, if there is one.
    pub header: Option<Header>,
    /// `dataset` items.
    pub datasets: Arena<Dataset>,
    /// `step` items.
    pub steps: Arena<Step>,
    /// `component` items.
    pub components: Arena<Component>,
    /// `hardware` items.
    pub hardware: Arena<Hardware>,
    /// `metric` items, the library's included.
    pub metrics: Arena<Metric>,
    /// `system`, `baseline` and `candidate` items, parents before children.
    pub systems: Arena<System>,
    /// `compare` items.
    pub compares: Arena<Compare>,
    /// `ablation` items.
    pub ablations: Arena<Ablation>,
    /// `select` items.
    pub selects: Arena<Select>,
    /// `decide` items.
    pub decides: Arena<Decide>,
    /// The one currency of all prices.
    pub currency: Option<String>,
    /// Waivers.
    pub waivers: Vec<Waiver>,
    /// Whether some item could not be read at all; what is absent from the plan proves nothing.
    pub incomplete: bool,
}

/// The `plan` item.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// Name and place.
    pub common: Common,
    /// What the plan wants to find out.
    pub objective: Option<Spanned<String>>,
    /// What its authors expect.
    pub hypothesis: Option<Spanned<String>>,
    /// The metric the decision is about.
    pub primary: Option<MetricRef>,
    /// The metrics that must not suffer.
    pub guardrails: Vec<MetricRef>,
    /// The significance level.
    pub alpha: Option<Spanned<f64>>,
    /// The power wished for.
    pub power: Option<Spanned<f64>>,
    /// The favourable outcome, where it is not the first rule's.
    pub favours: Option<Spanned<String>>,
    /// Who answers for the plan.
    pub owner: Option<Spanned<String>>,
    /// Known risks, printed in every report.
    pub risks: Vec<Spanned<String>>,
}

/// A `dataset` item.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    /// Name and place.
    pub common: Common,
    /// Its file.
    pub source: Option<Spanned<String>>,
    /// Its version.
    pub version: Option<Spanned<String>>,
    /// The hash its file must have.
    pub sha256: Option<Spanned<String>>,
    /// The column of row ids.
    pub id: Option<Spanned<String>>,
    /// What is predicted.
    pub label: Option<Label>,
    /// The positive class.
    pub positive: Option<Spanned<String>>,
    /// Rows that belong together; never straddles a split.
    pub group: Option<Spanned<String>>,
    /// The unit of resampling where it is not the group.
    pub cluster: Option<Spanned<String>>,
    /// When a row came to be.
    pub time: Option<Spanned<String>>,
    /// The text column.
    pub text: Option<Spanned<String>>,
    /// The weight of a row.
    pub weight: Option<Spanned<String>>,
    /// Columns within whose values resampling stays.
    pub strata: Vec<Spanned<String>>,
    /// How rows fall into partitions.
    pub split: Option<Split>,
    /// The data this one was made from.
    pub derived_from: Vec<DataUse>,
    /// Datasets with which rows are shared.
    pub overlaps: Vec<Spanned<Id<Dataset>>>,
    /// Datasets or partitions that surely share no row.
    pub disjoint_from: Vec<DataUse>,
}

/// What a dataset's rows are labelled with.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The column.
    pub column: Spanned<String>,
    /// The classes, if it has any, in declared order.
    pub classes: Vec<Spanned<String>>,
    /// The declared share of each class, as far as declared.
    pub shares: BTreeMap<String, f64>,
    /// What a number label measures.
    pub measure: Option<Measure>,
}

/// The rule of a split.
#[derive(Debug, Clone, PartialEq)]
pub enum SplitRule {
    /// The value of a column names the partition.
    Column(Spanned<String>),
    /// A hash of a column's value.
    Hash {
        /// The column hashed.
        column: Spanned<String>,
        /// Mixed into the hash.
        seed: u64,
    },
    /// Rows before a date.
    Before(Spanned<String>),
    /// One partition of all rows.
    All(Spanned<String>),
}

/// Which rows a partition takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Take {
    /// Those whose column has this value.
    Value(String),
    /// A share of the hash range.
    Share(f64),
    /// Those before this date and in no earlier partition.
    Before(String),
    /// Those in no other partition.
    Rest,
}

/// A split: a rule and its partitions.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// The rule.
    pub rule: SplitRule,
    /// The partitions in declared order; empty for `column(c)` without a record, whose partitions
    /// are named by the column's values.
    pub parts: Vec<(Spanned<String>, Take)>,
    /// Where the split is written.
    pub span: Span,
}

/// A dataset, or one partition of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataRef {
    /// The dataset.
    pub dataset: Id<Dataset>,
    /// The partition; `None` for the whole dataset.
    pub part: Option<String>,
}

/// A reference to data, where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataUse {
    /// What is read.
    pub data: DataRef,
    /// Where it says so.
    pub span: Span,
}

/// A `step` item.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// Name and place.
    pub common: Common,
    /// vectorizer, scaler, …
    pub kind: Option<Spanned<String>>,
    /// What it learns from.
    pub fit: Vec<DataUse>,
    /// Systems it learns from (a teacher).
    pub fit_systems: Vec<Spanned<Id<System>>>,
    /// Steps it reads its input through.
    pub uses: Vec<Spanned<Id<Step>>>,
    /// The system or outside model it is made of.
    pub model: Option<StepModel>,
    /// `per_item: exclude_self`.
    pub excludes_self: bool,
    /// `labels: unused`: it learns from rows without their labels.
    pub labels_unused: bool,
    /// Declared as transductive: may read unlabelled rows of the evaluation.
    pub transductive: bool,
}

/// What a teacher or judge is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepModel {
    /// A system of the plan.
    System(Spanned<Id<System>>),
    /// Something outside.
    Outside(Spanned<String>),
}

/// A `component` item. A toggle has the levels `off` and `on`.
#[derive(Debug, Clone, Default)]
pub struct Component {
    /// Name and place.
    pub common: Common,
    /// The levels, in declared order.
    pub levels: Vec<String>,
    /// Whether it was declared without `levels:`.
    pub toggle: bool,
    /// The level that means “not there”.
    pub absent: Option<usize>,
    /// The level unless said.
    pub default: usize,
    /// How it reaches a command: `flag:`, `on:`, `off:`, `env:` as written.
    pub reach: BTreeMap<String, Spanned<String>>,
}

/// A `hardware` item.
#[derive(Debug, Clone, Default)]
pub struct Hardware {
    /// Name and place.
    pub common: Common,
    /// Cores.
    pub cores: Option<Spanned<f64>>,
    /// Price in the currency's unit per ms.
    pub price: Option<Spanned<f64>>,
    /// The currency of the price.
    pub currency: Option<String>,
    /// Memory in bytes.
    pub memory: Option<Spanned<f64>>,
    /// The accelerator.
    pub accelerator: Option<Spanned<String>>,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

/// A `metric` item.
#[derive(Debug, Clone)]
pub struct Metric {
    /// Name and place.
    pub common: Common,
    /// Where it is from: `std.classification`, or the plan itself.
    pub origin: String,
    /// Parameters.
    pub params: Vec<Spanned<String>>,
    /// Which way is better.
    pub better: Option<Spanned<Better>>,
    /// Lowest and highest value it can take, canonical.
    pub range: Option<(f64, f64)>,
    /// What it measures.
    pub measure: Measure,
    /// The formula; `None` where there is none (a reported metric) or it could not be read.
    pub formula: Option<Formula>,
}

impl Metric {
    /// The sign that turns a delta into a gain.
    pub fn sign(&self) -> f64 {
        match self.better.map(|b| b.value) {
            Some(Better::Lower) => -1.0,
            Some(Better::Higher) | None => 1.0,
        }
    }
}

/// A metric with its arguments, where it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricRef {
    /// The metric.
    pub metric: Id<Metric>,
    /// A number for each parameter.
    pub args: Vec<f64>,
    /// As shown: `f_beta(beta: 2)`.
    pub text: String,
    /// Where it is asked for.
    pub span: Span,
}

impl MetricRef {
    /// Whether both ask for the same metric with the same arguments.
    pub fn same(&self, other: &MetricRef) -> bool {
        self.metric == other.metric && self.args == other.args
    }
}

/// What a system is to the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `system`
    System,
    /// `baseline`
    Baseline,
    /// `candidate`
    Candidate,
}

impl Role {
    /// The keyword.
    pub fn text(self) -> &'static str {
        match self {
            Role::System => "system",
            Role::Baseline => "baseline",
            Role::Candidate => "candidate",
        }
    }
}

/// How a system is tuned.
#[derive(Debug, Clone, PartialEq)]
pub struct Tune {
    /// The rows that judge the trials.
    pub on: Vec<DataUse>,
    /// The metric.
    pub by: Option<MetricRef>,
    /// How many configurations are tried.
    pub trials: Option<Spanned<f64>>,
    /// The whole field.
    pub span: Span,
}

/// How a system's outputs come to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Outputs {
    /// `run:` a command.
    Run(Spanned<Template>),
    /// `predictions:` files.
    Predictions {
        /// The file of each run.
        template: Spanned<Template>,
        /// Role → column of the file, with the unit of a number; `None` without a map.
        columns: Option<Vec<ColumnMap>>,
    },
    /// `predict:` a built-in reference predictor.
    Predict {
        /// Which.
        builtin: Spanned<Builtin>,
        /// What it learns from.
        from: Option<DataUse>,
    },
    /// `reported:` published numbers, canonical.
    Reported(Vec<(MetricRef, f64)>),
}

/// A role mapped to a column of an output file.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnMap {
    /// prediction, score, latency, …
    pub role: Spanned<String>,
    /// The column in the file.
    pub column: Spanned<String>,
    /// Factor to canonical units as (numerator, denominator), and what the numbers measure.
    pub unit: Option<(f64, f64, Measure)>,
}

/// The built-in reference predictors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the predictor of its name")]
pub enum Builtin {
    Majority,
    Stratified,
    Mean,
    Median,
    Popularity,
    LastValue,
    Column,
}

/// A `system`, `baseline` or `candidate` with inheritance applied. A field keeps the place where it
/// was written, so an inherited one points into the parent.
#[derive(Debug, Clone, Default)]
pub struct System {
    /// Name and place.
    pub common: Common,
    /// What it is to the plan.
    pub role: Option<Role>,
    /// The variant inherited from.
    pub parent: Option<VariantRef>,
    /// The components it has, in declared order.
    pub components: Vec<Spanned<Id<Component>>>,
    /// Levels set by `from parent[…]`, where they are not the default.
    pub levels: BTreeMap<Id<Component>, usize>,
    /// Steps.
    pub steps: Vec<Spanned<Id<Step>>>,
    /// Where `steps:` is written, if it is.
    pub steps_span: Option<Span>,
    /// Rows it is trained on.
    pub train: Vec<DataUse>,
    /// How it is tuned.
    pub tune: Option<Tune>,
    /// Rows that chose it.
    pub select: Vec<DataUse>,
    /// Rows that stopped its training.
    pub early_stop: Vec<DataUse>,
    /// Rows its threshold was set on.
    pub threshold: Vec<DataUse>,
    /// Rows it was calibrated on.
    pub calibrate: Vec<DataUse>,
    /// Data it was pre-trained on.
    pub pretrained_on: Vec<DataUse>,
    /// Systems it was distilled from.
    pub distilled_from: Vec<Spanned<Id<System>>>,
    /// Its members.
    pub ensemble: Vec<Spanned<Id<System>>>,
    /// `budget:`, as canonical text.
    pub budget: BTreeMap<String, Spanned<String>>,
    /// `params:`, as canonical text.
    pub params: BTreeMap<String, Spanned<String>>,
    /// The model's name.
    pub model: Option<Spanned<String>>,
    /// The year it was published.
    pub published: Option<Spanned<f64>>,
    /// `features:`, as canonical text.
    pub features: Option<Spanned<String>>,
    /// `retune:`
    pub retune: Option<Spanned<String>>,
    /// The seeds of its runs.
    pub seeds: Option<Spanned<Vec<u64>>>,
    /// Declared the same whatever the seed.
    pub deterministic: Option<Spanned<bool>>,
    /// What it ran on.
    pub hardware: Option<Spanned<Id<Hardware>>>,
    /// Its version.
    pub version: Option<Spanned<String>>,
    /// Why an unequal budget is fair.
    pub handicap: Option<Spanned<String>>,
    /// How its outputs come to be.
    pub outputs: Option<Outputs>,
}

impl System {
    /// Whether it is a built-in reference predictor.
    pub fn is_builtin(&self) -> bool {
        matches!(self.outputs, Some(Outputs::Predict { .. }))
    }

    /// The seeds of its runs; one unnamed run (`None`) where it declares none.
    pub fn runs(&self) -> Vec<Option<u64>> {
        match &self.seeds {
            Some(seeds) if !self.is_builtin() => seeds.value.iter().map(|&s| Some(s)).collect(),
            _ => vec![None],
        }
    }
}

/// A system, possibly with some components at other levels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variant {
    /// The system.
    pub system: Id<System>,
    /// Components whose level differs from the system's own.
    pub levels: BTreeMap<Id<Component>, usize>,
}

impl Variant {
    /// The system as it is.
    pub fn plain(system: Id<System>) -> Self {
        Variant {
            system,
            levels: BTreeMap::new(),
        }
    }
}

/// A variant, where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantRef {
    /// Which.
    pub variant: Variant,
    /// Where.
    pub span: Span,
    /// Where each level is set, in the order written: the components named.
    pub sets: Vec<(Id<Component>, Span)>,
}

/// The uncertainty method.
#[derive(Debug, Clone, PartialEq)]
pub enum IntervalSpec {
    /// `bootstrap(B, level:, method:)`
    Bootstrap {
        /// Resamples.
        resamples: u32,
        /// Confidence level, a fraction.
        level: f64,
        /// How the interval is read off the replicates.
        method: BootstrapMethod,
    },
    /// `none`
    None,
}

impl Default for IntervalSpec {
    fn default() -> Self {
        IntervalSpec::Bootstrap {
            resamples: 10_000,
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

/// A slice of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// Its name: the column's.
    pub name: Spanned<String>,
    /// The column whose values make the parts.
    pub column: Spanned<String>,
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

/// A three-valued condition.
#[expect(
    clippy::large_enum_variant,
    reason = "a plan has few; most of them are atoms"
)]
#[derive(Debug, Clone)]
pub enum Condition {
    /// All hold.
    And(Vec<Condition>),
    /// One holds.
    Or(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A comparison.
    Atom(Atom),
    /// Holds in every part of a slice.
    Every {
        /// The slice's name.
        slice: Spanned<String>,
        /// What has to hold.
        body: Box<Condition>,
        /// The whole quantifier.
        span: Span,
    },
    /// Is not refuted.
    Possibly(Box<Condition>),
    /// Could not be read; reported.
    Error,
}

/// `quantity op threshold`.
#[derive(Debug, Clone)]
pub struct Atom {
    /// Left of the operator.
    pub left: Term,
    /// The comparison.
    pub op: Comparison,
    /// Right of the operator.
    pub right: Term,
    /// The whole comparison.
    pub span: Span,
    /// As shown in reports.
    pub text: String,
}

/// The comparison operators of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the operator of its name")]
pub enum Comparison {
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
}

/// A side of a comparison.
#[derive(Debug, Clone)]
pub enum Term {
    /// A number, canonical.
    Constant(f64, Measure),
    /// A measured quantity, as an interval.
    Quantity(Quantity),
    /// A plain number read off a measured quantity.
    Read(Reading, Quantity),
    /// Arithmetic.
    Binary(Arithmetic, Box<Term>, Box<Term>),
}

/// The arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the operator of its name")]
pub enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
}

/// What is read off an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the function of its name")]
pub enum Reading {
    Point,
    Lower,
    Upper,
    Width,
    PValue,
}

/// A measured quantity of a decision.
#[derive(Debug, Clone)]
pub struct Quantity {
    /// Which.
    pub kind: QuantityKind,
    /// The metric.
    pub metric: MetricRef,
    /// The system; `None` for the one decided on.
    pub of: Option<VariantRef>,
    /// What it measures.
    pub measure: Measure,
    /// As written.
    pub span: Span,
}

/// What is taken of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuantityKind {
    /// The metric itself.
    Value,
    /// Candidate minus baseline, oriented so that more is better.
    Gain,
    /// Candidate minus baseline.
    Delta,
    /// The change relative to the baseline.
    Relative,
}

/// An `@allow`.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// Code or name.
    pub code: Spanned<String>,
    /// Why.
    pub reason: String,
    /// The item it stands before.
    pub item: Span,
    /// The waiver itself.
    pub span: Span,
}

impl Plan {
    /// The level of each of the variant's components, the system's own settings included.
    pub fn configuration(&self, variant: &Variant) -> BTreeMap<Id<Component>, usize> {
        let system = &self.systems[variant.system];
        let mut levels: BTreeMap<_, _> = system
            .components
            .iter()
            .map(|c| (c.value, self.components[c.value].default))
            .collect();
        levels.extend(system.levels.iter().map(|(&c, &l)| (c, l)));
        levels.extend(variant.levels.iter().map(|(&c, &l)| (c, l)));
        levels
    }

    /// The components that two variants set differently, or that only one of them has.
    pub fn differing(&self, a: &Variant, b: &Variant) -> Vec<Id<Component>> {
        let (a, b) = (self.configuration(a), self.configuration(b));
        let mut ids: Vec<Id<Component>> = a.keys().chain(b.keys()).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|c| a.get(c) != b.get(c));
        ids
    }

    /// How `{variant}` spells it: `full`, `no-bigrams`, `augment-strong`, joined by `+`.
    pub fn spell(&self, variant: &Variant) -> String {
        let own = self.configuration(&Variant::plain(variant.system));
        let parts: Vec<String> = self.systems[variant.system]
            .components
            .iter()
            .filter_map(|c| {
                let level = *variant.levels.get(&c.value)?;
                (own.get(&c.value) != Some(&level)).then(|| self.spell_level(c.value, level))
            })
            .collect();
        if parts.is_empty() {
            "full".to_string()
        } else {
            parts.join("+")
        }
    }

    /// `no-NAME` where the level means “not there”, else `NAME-LEVEL`.
    pub fn spell_level(&self, component: Id<Component>, level: usize) -> String {
        let c = &self.components[component];
        if c.absent == Some(level) {
            format!("no-{}", c.common.name)
        } else {
            let level = c.levels.get(level).map_or("?", String::as_str);
            format!("{}-{level}", c.common.name)
        }
    }

    /// The variant as people read it: `chars`, `chars - bigrams`, `chars[augment: strong]`.
    pub fn show(&self, variant: &Variant) -> String {
        let name = &self.systems[variant.system].common.name;
        let own = self.configuration(&Variant::plain(variant.system));
        let (mut minus, mut set) = (String::new(), Vec::new());
        for (&c, &level) in &variant.levels {
            if own.get(&c) == Some(&level) {
                continue;
            }
            let component = &self.components[c];
            if component.absent == Some(level) {
                minus.push_str(" - ");
                minus.push_str(&component.common.name);
            } else {
                let level = component.levels.get(level).map_or("?", String::as_str);
                set.push(format!("{}: {level}", component.common.name));
            }
        }
        if set.is_empty() {
            format!("{name}{minus}")
        } else {
            format!("{name}[{}]{minus}", set.join(", "))
        }
    }

    /// The data reference as written: `reviews.train`.
    pub fn show_data(&self, data: &DataRef) -> String {
        let name = &self.datasets[data.dataset].common.name;
        match &data.part {
            Some(part) => format!("{name}.{part}"),
            None => name.clone(),
        }
    }

    /// The systems that take part in a comparison, ablation, selection or decision, with the place
    /// where they are named first; in source order of the systems.
    pub fn evaluated(&self) -> BTreeMap<Variant, Span> {
        let mut found = BTreeMap::new();
        let mut add = |v: &VariantRef| {
            found.entry(v.variant.clone()).or_insert(v.span);
        };
        for (_, c) in self.compares.iter() {
            add(&c.subject);
            c.against.iter().for_each(&mut add);
        }
        for (_, s) in self.selects.iter() {
            s.from.iter().for_each(&mut add);
        }
        for (_, d) in self.decides.iter() {
            add(&d.subject);
            add(&d.against);
        }
        for (_, a) in self.ablations.iter() {
            add(&a.of);
        }
        for (_, a) in self.ablations.iter() {
            for arm in &a.arms {
                found.entry(arm.variant.clone()).or_insert(arm.span);
            }
        }
        found
    }
}

impl Condition {
    /// The measured quantities it reads, in reading order.
    pub fn quantities(&self) -> Vec<&Quantity> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Quantity>) {
        match self {
            Condition::And(parts) | Condition::Or(parts) => {
                parts.iter().for_each(|p| p.collect(found));
            }
            Condition::Not(inner) | Condition::Possibly(inner) => inner.collect(found),
            Condition::Every { body, .. } => body.collect(found),
            Condition::Atom(atom) => {
                term_quantities(&atom.left, found);
                term_quantities(&atom.right, found);
            }
            Condition::Error => {}
        }
    }
}

fn term_quantities<'a>(term: &'a Term, found: &mut Vec<&'a Quantity>) {
    match term {
        Term::Constant(..) => {}
        Term::Quantity(q) | Term::Read(_, q) => found.push(q),
        Term::Binary(_, l, r) => {
            term_quantities(l, found);
            term_quantities(r, found);
        }
    }
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
