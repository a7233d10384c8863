//! Systems, how their outputs come to be, and their variants.

use super::*;
use crate::hir::template::{Piece, Template};
use crate::text::{Span, Spanned};
use crate::types::Measure;
use std::collections::BTreeMap;

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
    Run {
        /// The command of each run.
        template: Spanned<Template>,
        /// Role → column of the file it writes, as of `predictions:`; `None` without a map.
        columns: Option<Vec<ColumnMap>>,
    },
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
        /// What it learns from; `column` learns from nothing.
        from: Option<DataUse>,
        /// The column that `column` copies.
        column: Option<Spanned<String>>,
    },
    /// `reported:` published numbers.
    Reported(Vec<Reported>),
}

/// `limits: { time: 30min, retries: 2, retry_on: [75, timeout] }`: how long a run may take, and which failures
/// of it are tried again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limits {
    /// The longest a run may take, in ms.
    pub time: Option<Spanned<f64>>,
    /// How often a failed run is tried again.
    pub retries: Option<Spanned<f64>>,
    /// Which failures are; all of the command's own where empty.
    pub retry_on: Vec<Spanned<Transient>>,
}

/// A failure of a command that may not happen again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transient {
    /// It ended with this code.
    Exit(i32),
    /// It took too long.
    Timeout,
    /// A signal ended it.
    Signal,
}

/// `serve: "command" { requests: 2_000, arrival: 20/s, warmup: 100 }`: a process, or an endpoint on
/// this machine, that answers requests for single rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Serve {
    /// The command or address.
    pub command: Spanned<Template>,
    /// How many requests are timed.
    pub requests: Option<Spanned<f64>>,
    /// How many requests arrive per ms.
    pub arrival: Option<Spanned<f64>>,
    /// How many requests are answered before the first is timed.
    pub warmup: Option<Spanned<f64>>,
    /// How many requests are under way at a time, at most.
    pub concurrency: Option<Spanned<f64>>,
    /// How long an answer may take, in ms.
    pub timeout: Option<Spanned<f64>>,
    /// How long the first answer of a new process may take, in ms.
    pub start: Option<Spanned<f64>>,
    /// How often a process that ended or hangs is started again.
    pub restarts: Option<Spanned<f64>>,
}

/// How a served system is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// By lines on the standard input and output of a process.
    Lines,
    /// By HTTP at a port that the process is told.
    Port,
    /// By HTTP at an endpoint that is there already.
    Endpoint,
}

impl Serve {
    /// How it is reached, as its command says.
    pub fn door(&self) -> Door {
        let pieces = &self.command.value.pieces;
        let port = |piece: &Piece| matches!(piece, Piece::Hole { name, .. } if name == "port");
        match pieces.first() {
            Some(Piece::Text(text)) if text.starts_with("http://") => Door::Endpoint,
            _ if pieces.iter().any(port) => Door::Port,
            _ => Door::Lines,
        }
    }

    /// How often it is asked and how fast, as far as two systems have to agree on to be compared.
    pub fn load(&self) -> [Option<f64>; 3] {
        let value = |n: &Option<Spanned<f64>>| n.as_ref().map(|n| n.value);
        [
            value(&self.requests),
            value(&self.arrival),
            value(&self.concurrency),
        ]
    }
}

/// A published number.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// Of what.
    pub metric: MetricRef,
    /// Its value, canonical.
    pub value: f64,
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
    /// Whether it is one column, or one for each class.
    pub each: Each,
}

/// One column, or one for each class of the label.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Each {
    /// One column.
    #[default]
    One,
    /// `[p_neg, p_pos]`: these, in the order of the classes.
    InOrder(Vec<Spanned<String>>),
    /// `"p_{class}"`: the column's name has a hole for the class.
    Named,
}

/// The hole for a class in the name of a column.
pub const CLASS_HOLE: &str = "{class}";

impl ColumnMap {
    /// The column of a class, the label's `place`-th.
    pub fn of_class(&self, place: usize, class: &str) -> Option<String> {
        match &self.each {
            Each::One => None,
            Each::InOrder(columns) => columns.get(place).map(|c| c.value.clone()),
            Each::Named => Some(self.column.value.replace(CLASS_HOLE, class)),
        }
    }

    /// Where a column of the file is named.
    pub fn names(&self, column: &str) -> Option<Span> {
        match &self.each {
            Each::One => (self.column.value == column).then_some(self.column.span),
            Each::InOrder(columns) => columns.iter().find(|c| c.value == column).map(|c| c.span),
            Each::Named => {
                let (before, after) = self.column.value.split_once(CLASS_HOLE)?;
                let fits = column.starts_with(before) && column.ends_with(after);
                fits.then_some(self.column.span)
            }
        }
    }
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

impl Builtin {
    /// Every predictor with its name.
    pub const ALL: [(&str, Builtin); 7] = [
        ("majority", Builtin::Majority),
        ("stratified", Builtin::Stratified),
        ("mean", Builtin::Mean),
        ("median", Builtin::Median),
        ("popularity", Builtin::Popularity),
        ("last_value", Builtin::LastValue),
        ("column", Builtin::Column),
    ];
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
    /// The metric by which they did.
    pub stopped_by: Option<MetricRef>,
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
    /// How long its commands may take, and which failures are tried again.
    pub limits: Option<Spanned<Limits>>,
    /// What it ran on.
    pub hardware: Option<Spanned<Id<Hardware>>>,
    /// Its version.
    pub version: Option<Spanned<String>>,
    /// Why an unequal budget is fair.
    pub handicap: Option<Spanned<String>>,
    /// How its outputs come to be.
    pub outputs: Option<Outputs>,
    /// How it answers single requests; its latency is measured on that.
    pub serve: Option<Serve>,
    /// Made by the block of an ablation's arm: it bears the reference's name, and no plan can name it.
    pub of_arm: bool,
}

impl Outputs {
    /// The columns mapped of the files a command or `predictions:` gives, where there is a map.
    pub fn columns(&self) -> Option<&[ColumnMap]> {
        match self {
            Outputs::Run { columns, .. } | Outputs::Predictions { columns, .. } => {
                columns.as_deref()
            }
            Outputs::Predict { .. } | Outputs::Reported(_) => None,
        }
    }
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
