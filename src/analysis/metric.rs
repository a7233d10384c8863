//! What there is to know about metrics, of the library and of a plan, as plain data.

use super::{LoadError, load};
use crate::hir::formula::Cell;
use crate::hir::natives::ListKind;
use crate::hir::{self, Argument, Better, Id, Metric, MetricRef, Module, Plan, library_names};
use crate::metrics::{CompileError, Need, Outline, StatisticClass, outline};
use crate::syntax::ast::{Entry, Head, ItemKind, Keyword};
use crate::text::{MemoryWorld, SourceMap, World};
use crate::types::Measure;
use std::path::Path;

/// The root file of a plan that uses the whole library.
const LIBRARY: &str = "library.bench";
/// Stands for a parameter's value; a quantile can be had at it, and a number of bins or of ranks is it.
const ARGUMENT: f64 = 1.0;
/// Stands for a column.
const COLUMN: &str = "\0";

/// A metric, explained.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricFacts {
    /// Its name.
    pub name: String,
    /// Where it is from: `std.classification`, or a plan file.
    pub module: String,
    /// Names of its parameters.
    pub params: Vec<String>,
    /// Its `##` lines, joined by newlines.
    pub docs: String,
    /// Which way is better.
    pub better: Option<Better>,
    /// Lowest and highest value, canonical.
    pub range: Option<(f64, f64)>,
    /// What it measures.
    pub measure: Measure,
    /// Its formula as written, later lines moved left as far as they all go.
    pub formula: Option<String>,
    /// What it needs and costs; or why it cannot be computed for any label.
    pub outline: Result<Outline, CompileError>,
}

impl MetricFacts {
    /// Whether it is one of the library.
    pub fn is_library(&self) -> bool {
        self.module.starts_with("std.")
    }

    /// `higher` or `lower`.
    pub fn direction(&self) -> Option<&'static str> {
        self.better.map(|better| match better {
            Better::Higher => "higher",
            Better::Lower => "lower",
        })
    }

    /// The name with its parameters: `f_beta(beta)`.
    pub fn signature(&self) -> String {
        if self.params.is_empty() {
            self.name.clone()
        } else {
            format!("{}({})", self.name, self.params.join(", "))
        }
    }

    /// The first sentence of its comment, on one line.
    pub fn summary(&self) -> String {
        let line = self.docs.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.find(". ") {
            Some(end) => line.get(..end).unwrap_or(&line).to_string(),
            None => line.trim_end_matches('.').to_string(),
        }
    }

    /// What the language makes of divisions by zero, where the formula divides.
    pub fn by_zero(&self) -> Option<&'static str> {
        let divides = self.formula.as_ref().is_some_and(|f| f.contains('/'));
        divides.then_some("0/0 is 0; anything else over 0 is undefined")
    }

    /// Lowest and highest value in the metric's unit: `0 % to 100 %`.
    pub fn range_text(&self) -> Option<String> {
        let (low, high) = self.range?;
        let (unit, factor) = self.measure.display_unit();
        let gap = if unit.is_empty() { "" } else { " " };
        let one = |x: f64| format!("{}{gap}{unit}", x * factor);
        Some(format!("{} to {}", one(low), one(high)))
    }
}

/// What a metric needs of data and outputs, in words, each as a plan would give it.
pub fn needs_in_words(outline: &Outline) -> Vec<String> {
    let called = |cell: &Cell| match cell {
        Cell::Role(role) => role.clone(),
        Cell::Column(column) if column.starts_with(COLUMN) => "a column it is given".into(),
        Cell::Column(column) => format!("the dataset's column `{column}`"),
    };
    let word = |need: &Need| match need {
        Need::Class(cell) if matches!(cell, Cell::Column(_)) => called(cell),
        Need::Class(cell) => format!("{}, a class", called(cell)),
        // What some roles are their names say.
        Need::Number(cell) if need.is_number("latency") || need.is_number("tokens") => called(cell),
        Need::Number(cell) => format!("{}, a number", called(cell)),
        Need::Text(cell) => format!("{}, a text", called(cell)),
        Need::List(ListKind::Items, cell) => format!("{}, a list", called(cell)),
        Need::List(ListKind::Graded, cell) => {
            format!("{}, a list of what is relevant", called(cell))
        }
        Need::List(ListKind::Texts, cell) => format!("{}, one text or several", called(cell)),
        Need::Score => "score".into(),
        Need::Scores => "score of each class".into(),
    };
    let mut words: Vec<String> = outline.needs.iter().map(word).collect();
    words.extend(
        outline
            .figures
            .iter()
            .map(|f| format!("`{}` of each run", f.text())),
    );
    if outline.positive {
        words.push("the dataset's `positive:` class".into());
    }
    if outline.price {
        words.push("the hardware's `price:`".into());
    }
    words
}

/// The class of statistic, in a word or two.
pub fn class_in_words(class: StatisticClass) -> &'static str {
    match class {
        StatisticClass::Figures => "figures of runs",
        StatisticClass::Counts => "counts",
        StatisticClass::Sums => "sums",
        StatisticClass::Vectors => "sums of vectors, by a native",
        StatisticClass::Order => "order statistics",
        StatisticClass::Ranks => "ranks, by a native",
    }
}

/// What one resample costs, in words: the schemes of `infer` and `metrics::Kernel::evaluate_lanes` as they are.
pub fn cost_in_words(outline: &Outline) -> Vec<String> {
    if outline.class == StatisticClass::Figures {
        return vec!["none: it has one value for each run, whatever the rows".into()];
    }
    let s = outline.statistics;
    let mut words = vec![
        "where rows are of few kinds in all that is measured: one draw for each kind, whatever the rows"
            .to_string(),
        "else a draw for each row, and for 16 resamples at once:".to_string(),
        "one pass over the rows counts the cells (label, prediction), for all metrics at once"
            .to_string(),
    ];
    if s.counts > 0 {
        words.push(
            "each count is then a sum over cells only, at most (classes + 1)² of them".into(),
        );
    }
    if s.sums > 0 {
        let passes = match s.sums {
            1 => "one pass".to_string(),
            n => format!("{n} passes"),
        };
        words.push(format!(
            "{passes} over the rows for sums of values computed once"
        ));
    }
    if s.vectors > 0 {
        let passes = match s.vectors {
            1 => "one pass".to_string(),
            n => format!("{n} passes"),
        };
        words.push(format!(
            "{passes} over the rows for sums of vectors computed once, then a step whatever the rows"
        ));
    }
    if s.quantiles > 0 {
        words.push("a walk from the nearer end of an order sorted once to the rank".into());
        words.push(
            "but a beta draw for each rank where quantiles of one system are all that is measured"
                .into(),
        );
    }
    if s.extremes > 0 {
        words.push("the first drawn row of an order sorted once, a few steps".into());
    }
    if s.ranks > 0 {
        words.push(
            "a few passes over the rows in orders sorted once, each row as often as it is drawn"
                .into(),
        );
    }
    if s.grouped > 0 {
        words.push("those of groups in the same passes, however many groups there are".into());
    }
    words
}

/// The metrics of the library and, first, those of the plan at `plan` itself and its files.
///
/// # Errors
/// The plan cannot be read.
pub fn metrics(world: &dyn World, plan: Option<&Path>) -> Result<Vec<MetricFacts>, LoadError> {
    let mut found = Vec::new();
    if let Some(path) = plan {
        found = facts(world, path)?;
        found.retain(|m| !m.is_library());
    }
    let uses: String = library_names().map(|n| format!("use std.{n}\n")).collect();
    let library = MemoryWorld::default().with(LIBRARY, uses);
    found.extend(facts(&library, Path::new(LIBRARY))?);
    Ok(found)
}

fn facts(world: &dyn World, path: &Path) -> Result<Vec<MetricFacts>, LoadError> {
    let loaded = load(world, path)?;
    let (plan, _) = hir::resolve(&loaded.modules);
    let of = |(id, metric)| fact(&plan, id, metric, &loaded.modules, &loaded.sources);
    Ok(plan.metrics.iter().map(of).collect())
}

fn fact(
    plan: &Plan,
    id: Id<Metric>,
    metric: &Metric,
    modules: &[Module],
    sources: &SourceMap,
) -> MetricFacts {
    let reference = MetricRef {
        metric: id,
        args: (0..metric.params.len())
            .map(|i| match metric.column_params.contains(&i) {
                true => Argument::Column(Cell::Column(format!("{COLUMN}{i}"))),
                false => Argument::Number(ARGUMENT),
            })
            .collect(),
        text: metric.common.name.clone(),
        span: metric.common.name_span,
    };
    MetricFacts {
        name: metric.common.name.clone(),
        module: metric.origin.clone(),
        params: metric.params.iter().map(|p| p.value.clone()).collect(),
        docs: metric.common.docs.clone(),
        better: metric.better.as_ref().map(|b| b.value),
        range: metric.range,
        measure: metric.measure.clone(),
        formula: written(metric, modules, sources),
        outline: outline(plan, &reference),
    }
}

/// The text of a metric's `value:`.
fn written(metric: &Metric, modules: &[Module], sources: &SourceMap) -> Option<String> {
    let file = metric.common.span.file;
    let module = modules.iter().find(|m| m.file == file)?;
    let value = module.ast.items.iter().find_map(|item| {
        let ItemKind::Block(block) = &item.kind else {
            return None;
        };
        let Head::Declare { keyword, name, .. } = &block.head else {
            return None;
        };
        if *keyword != Keyword::Metric || name.span != metric.common.name_span {
            return None;
        }
        let entries = &block.body.as_ref()?.entries;
        entries.iter().find_map(|entry| match entry {
            Entry::Field(f) if f.name.text == "value" => Some(f.value.span),
            Entry::Field(_) | Entry::Rule(_) | Entry::Error(_) => None,
        })
    })?;
    let text = sources.get(file)?.text.get(value.range())?;
    Some(dedented(text))
}

/// The text with its later lines moved left by what they have in common.
fn dedented(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let later = text.lines().skip(1).filter(|l| !l.trim().is_empty());
    let common = later.map(indent).min().unwrap_or(0);
    let mut lines: Vec<&str> = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let from = if i == 0 { 0 } else { common };
        lines.push(line.get(from..).unwrap_or("").trim_end());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_lines_keep_their_shape() {
        assert_eq!(dedented("a (\n      b\n    )"), "a (\n  b\n)");
        assert_eq!(dedented("a"), "a");
    }
}
