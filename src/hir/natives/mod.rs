//! The functions behind `native.name(…)`: what each takes and gives. Their implementations are in
//! `metrics::native`; a test there holds the two together.

mod code;
mod core;
mod generation;
mod ranking;
mod sets;

/// What a native is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// One number for each row; stands wherever a number of a row stands.
    Row,
    /// A vector of fixed width for each row; the value is computed from the sums of the vectors.
    Corpus,
    /// All rows at once, each as often as it was drawn.
    Whole,
    /// How often each pair of two classes occurs.
    Table,
}

/// What an argument is, for each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgKind {
    /// A number: a role, a column, arithmetic.
    Number,
    /// A condition; a bare `label` or `prediction` asks whether it is the positive class.
    Condition,
    /// A class: a role, a bound class.
    Class,
    /// The text of a role or column.
    Text,
    /// The list in a role or column.
    List(ListKind),
    /// The scores of all classes: `score`.
    Scores,
}

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListKind {
    /// Items, such as a ranked list: `d3 d1 d7`, `["d3", "d1"]`.
    Items,
    /// Items with grades, 1 unless said: `d3:2 d1`, `["d3", "d1"]`, `{"d3": 2, "d1": 1}`.
    Graded,
    /// Texts: a JSON array of them, or the whole cell as one.
    Texts,
}

/// What an option may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OptionKind {
    /// A number from the first to the second, whole where the third says so.
    Number(f64, f64, bool),
    /// One of some words; it reaches the function as its place among them.
    Choice(&'static [&'static str]),
}

/// A named parameter of a native: `k: 10`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NativeOption {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: OptionKind,
    /// What it is unless said; `None` where it has to be said.
    pub default: Option<f64>,
}

/// What a native measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// A plain number.
    Number,
    /// A ratio.
    Ratio,
    /// What its first argument measures.
    First,
}

/// A native function as formulas see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signature {
    /// Its name, without `native.`.
    pub name: &'static str,
    /// What it is computed from.
    pub family: Family,
    /// What its arguments are.
    pub args: &'static [ArgKind],
    /// What any further arguments are, where it takes any number of them.
    pub rest: Option<ArgKind>,
    /// Its named parameters, in the order in which they reach the function.
    pub options: &'static [NativeOption],
    /// What it measures.
    pub gives: Gives,
    /// What it is, with its source, in one line.
    pub doc: &'static str,
}

impl Signature {
    /// Whether it says of a row yes or no, so that its mean is a share of the rows.
    pub fn is_yes_or_no(&self) -> bool {
        ["exact_match", "hit", "top_class_is", "same_set"].contains(&self.name)
    }
}

/// The tables of all natives. Each file of `metrics::native` has one here.
const TABLES: [&[Signature]; 5] = [
    core::TABLE,
    generation::TABLE,
    ranking::TABLE,
    code::TABLE,
    sets::TABLE,
];

/// All natives, by table.
pub fn natives() -> impl Iterator<Item = &'static Signature> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// The native of a name, without `native.`.
pub fn native(name: &str) -> Option<&'static Signature> {
    natives().find(|n| n.name == name)
}
