//! Datasets, steps, components, hardware and metrics.

use super::*;
use crate::hir::formula::{Cell, Formula};
use crate::text::{Span, Spanned};
use crate::types::Measure;
use std::collections::BTreeMap;

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
    /// The items that lists of its rows hold.
    pub items: Option<ItemTable>,
    /// What is known of other columns.
    pub columns: Vec<ColumnFact>,
    /// When the data became public.
    pub released: Option<Spanned<String>>,
    /// The newest date in the data.
    pub cutoff: Option<Spanned<String>>,
    /// The licence of the data.
    pub license: Option<Spanned<String>>,
    /// How many rows there are, as far as declared.
    pub rows: Option<Rows>,
    /// How many clusters.
    pub clusters: Option<Spanned<f64>>,
    /// How rows fall into partitions.
    pub split: Option<Split>,
    /// How rows fall into cross-validation folds; their rows are the partition `folds`.
    pub folds: Option<Folds>,
    /// The data this one was made from.
    pub derived_from: Vec<DataUse>,
    /// Datasets with which rows are shared.
    pub overlaps: Vec<Spanned<Id<Dataset>>>,
    /// Datasets or partitions that surely share no row.
    pub disjoint_from: Vec<DataUse>,
}

/// A table of items: those that lists recommend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemTable {
    /// The file.
    pub source: Spanned<String>,
    /// The column of items.
    pub id: Spanned<String>,
    /// The column of how often each was used; makes the role `item_share`.
    pub interactions: Option<Spanned<String>>,
    /// The columns of what each is like; make the role `item_features`.
    pub features: Vec<Spanned<String>>,
}

impl ItemTable {
    /// Whether a role of lists comes from the table.
    pub fn offers(&self, role: &str) -> bool {
        match role {
            "item_share" => self.interactions.is_some(),
            "item_features" => !self.features.is_empty(),
            _ => false,
        }
    }
}

/// What is known of a column that is no role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnFact {
    /// The column.
    pub name: Spanned<String>,
    /// When its value is known.
    pub known: Option<Spanned<Known>>,
    /// The columns it was made from; `label` is the label's.
    pub derived_from: Vec<Spanned<String>>,
}

/// When a value is known, as seen from what is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// When the prediction is made.
    Before,
    /// Only once the outcome is there.
    After,
}

/// The declared numbers of rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    /// Declared as unknown.
    Unknown(Span),
    /// In all.
    All(Spanned<f64>),
    /// By partition.
    Parts(Vec<(Spanned<String>, Spanned<f64>)>),
}

/// How rows fall into cross-validation folds.
#[derive(Debug, Clone, PartialEq)]
pub struct Folds {
    /// The rule.
    pub rule: FoldRule,
    /// How many folds.
    pub k: u32,
    /// Mixed into the hashes that deal.
    pub seed: u64,
    /// How often the rows are dealt anew, at least once.
    pub repeats: u32,
    /// The partition that is cut; `None` for the whole dataset.
    pub of: Option<Spanned<String>>,
    /// Where it is written.
    pub span: Span,
}

/// The rule of folds.
#[derive(Debug, Clone, PartialEq)]
pub enum FoldRule {
    /// Groups where the dataset has a group, else rows.
    KFold,
    /// Rows with one value of a column together.
    Grouped(Spanned<String>),
    /// As `KFold`, each fold with its share of the values of these columns.
    Stratified(Vec<Spanned<String>>),
    /// By time; each fold is predicted from what came before it.
    Rolling(Spanned<String>),
}

/// The name by which the rows of the folds stand for a partition.
pub const FOLDS: &str = "folds";

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
    pub unit: Option<LabelUnit>,
}

/// The unit of a number label.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelUnit {
    /// What it measures.
    pub measure: Measure,
    /// One of it in canonical units.
    pub factor: f64,
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
    /// The columns it reads, where said.
    pub features: Vec<Spanned<String>>,
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
    /// How far a judge agrees with people.
    pub agreement: Option<Agreement>,
}

impl Step {
    /// Whether it is a judge.
    pub fn is_judge(&self) -> bool {
        self.kind.as_ref().is_some_and(|k| k.value == "judge")
    }
}

/// `agreement: { with: human, metric: cohen_kappa, rows: "judge/human.csv" }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Whom the judge is held against: the column of the other rater.
    pub with: Spanned<String>,
    /// By what.
    pub by: Spanned<AgreementMeasure>,
    /// The file of the rows that both rated.
    pub rows: Spanned<String>,
    /// The whole field.
    pub span: Span,
}

/// What agreement is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgreementMeasure {
    /// A metric of the plan or the library.
    Metric(Id<Metric>),
    /// A native function, by its name.
    Native(&'static str),
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
    /// Components that must be there where this one is.
    pub requires: Vec<Spanned<Id<Component>>>,
    /// Components that must not be there where this one is.
    pub excludes: Vec<Spanned<Id<Component>>>,
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
    /// Those of them that stand for a column of the dataset, as places in `params`.
    pub column_params: Vec<usize>,
    /// Roles it needs, as it says itself.
    pub needs: Vec<Spanned<String>>,
    /// Which way is better.
    pub better: Option<Spanned<Better>>,
    /// Lowest and highest value it can take, canonical.
    pub range: Option<(f64, f64)>,
    /// What it measures.
    pub measure: Measure,
    /// Where it has the unit of the label: one of that in canonical units. The formula gives numbers in
    /// the label's own unit.
    pub label_factor: Option<f64>,
    /// The formula; `None` where there is none (a reported metric) or it could not be read.
    pub formula: Option<Formula>,
    /// The step whose judgements it reads.
    pub judge: Option<Spanned<Id<Step>>>,
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
    /// What stands for each parameter.
    pub args: Vec<Argument>,
    /// As shown: `f_beta(beta: 2)`.
    pub text: String,
    /// Where it is asked for.
    pub span: Span,
}

/// What stands for a metric's parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// A number.
    Number(f64),
    /// A column: of the dataset, or a role.
    Column(Cell),
    /// Inside a metric's formula, that metric's own `i`-th parameter.
    Param(usize),
}

impl MetricRef {
    /// The arguments as text that tells different ones apart, to the bit.
    pub fn key(&self) -> Vec<String> {
        let one = |a: &Argument| match a {
            Argument::Number(n) => format!("{:x}", n.to_bits()),
            Argument::Column(c) => format!("={c:?}"),
            Argument::Param(i) => format!("#{i}"),
        };
        self.args.iter().map(one).collect()
    }

    /// Whether both ask for the same metric with the same arguments.
    pub fn same(&self, other: &MetricRef) -> bool {
        self.metric == other.metric && self.args == other.args
    }
}
