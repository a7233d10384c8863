//! What may stand at a place: fields that aren't there yet, names of the kind that fits, columns of the file, units.

use super::Document;
use super::place::{Inside, Place, Within, place};
use crate::analysis::{MetricFacts, codes};
use crate::data;
use crate::hir::schema;
use crate::hir::vocabulary::{CONDITIONS, FORMULAS, STEP_KINDS, Word};
use crate::hir::{AnalyticMethod, Builtin, Correction, Dataset, Plan, library_names};
use crate::syntax::ast::{Keyword, Use};
use crate::text::{Span, World};
use crate::types;
use std::collections::BTreeSet;

/// What kind of thing is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the kind of its name")]
pub enum CompletionKind {
    Item,
    Field,
    System,
    Dataset,
    Partition,
    Step,
    Component,
    Level,
    Hardware,
    Metric,
    Function,
    Column,
    Class,
    Unit,
    Code,
    Module,
    Word,
    Hole,
}

/// Something that may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// As it would be written, and as it is shown.
    pub label: String,
    /// What kind of thing it is.
    pub kind: CompletionKind,
    /// A few words on it.
    pub detail: String,
    /// What is inserted, where that is more than the label.
    pub insert: Option<String>,
    /// What it replaces: what is written of it so far.
    pub replaces: Span,
}

/// What may stand at `offset`, in the order in which it is best offered. `metrics` are those of the library; the
/// headers of data files are read through `world`.
pub fn complete(
    document: &Document<'_>,
    offset: u32,
    metrics: &[MetricFacts],
    world: &dyn World,
) -> Vec<Completion> {
    let mut offers = Offers {
        document,
        world,
        metrics,
        replaces: written(document, offset),
        found: Vec::new(),
        labels: BTreeSet::new(),
    };
    offers.at(place(document, offset), offset);
    offers.found
}

/// What is written so far of the word that ends at `offset`.
fn written(document: &Document<'_>, offset: u32) -> Span {
    let before = document.text().get(..offset as usize).unwrap_or("");
    let letters = before
        .chars()
        .rev()
        .take_while(|c| *c == '_' || c.is_alphanumeric());
    let length: usize = letters.map(char::len_utf8).sum();
    let start = offset.saturating_sub(u32::try_from(length).unwrap_or(0));
    Span::new(document.file, start, offset)
}

struct Offers<'a> {
    document: &'a Document<'a>,
    world: &'a dyn World,
    metrics: &'a [MetricFacts],
    replaces: Span,
    found: Vec<Completion>,
    /// Those of what was found: each is offered once.
    labels: BTreeSet<String>,
}

impl Offers<'_> {
    fn plan(&self) -> &Plan {
        &self.document.analysis.plan
    }

    fn add(&mut self, label: impl Into<String>, kind: CompletionKind, detail: impl Into<String>) {
        let label = label.into();
        if !self.labels.insert(label.clone()) {
            return;
        }
        self.found.push(Completion {
            label,
            kind,
            detail: detail.into(),
            insert: None,
            replaces: self.replaces,
        });
    }

    fn at(&mut self, place: Place<'_>, offset: u32) {
        // `reviews.` asks for what the name before the dot has.
        if let Some(of) = self.before_dot() {
            return self.members(&of);
        }
        match place {
            Place::Outside => self.items(),
            Place::Import(used) => self.imports(used),
            Place::Code => {
                for info in codes()
                    .into_iter()
                    .filter(|c| c.level != crate::diagnostic::Level::Error)
                {
                    self.add(info.code, CompletionKind::Code, info.name);
                }
            }
            Place::Head => self.systems(),
            Place::Entry(within) => self.fields(&within),
            Place::Value(within, field, inside) => self.value(&within, field, inside, offset),
            Place::Condition(inside) => self.condition(inside, offset),
        }
    }

    /// The path before a dot that the word at hand follows.
    fn before_dot(&self) -> Option<String> {
        let before = self.document.text().get(..self.replaces.start as usize)?;
        let path = before.strip_suffix('.')?;
        let letters = path
            .chars()
            .rev()
            .take_while(|c| *c == '_' || *c == '.' || c.is_alphanumeric());
        let length: usize = letters.map(char::len_utf8).sum();
        let path = path.get(path.len() - length..)?;
        let begins = path.starts_with(|c: char| c == '_' || c.is_alphabetic());
        begins.then(|| path.to_owned())
    }

    fn members(&mut self, of: &str) {
        if of == "std" {
            return library_names()
                .for_each(|n| self.add(n, CompletionKind::Module, "of the library"));
        }
        let library = of.strip_prefix("std.").unwrap_or(of);
        if library_names().any(|n| n == library) {
            return self.library(Some(library));
        }
        let parts: Vec<String> = self
            .plan()
            .datasets
            .iter()
            .filter(|(_, d)| d.common.name == of)
            .flat_map(|(_, d)| partitions(d))
            .collect();
        for part in parts {
            self.add(part, CompletionKind::Partition, format!("rows of {of}"));
        }
    }

    fn items(&mut self) {
        for keyword in Keyword::ALL {
            self.add(keyword.text(), CompletionKind::Item, schema::about(keyword));
        }
        self.add(
            "use",
            CompletionKind::Item,
            "import names of the library or of another file",
        );
    }

    fn imports(&mut self, used: &Use) {
        let Use::Path { path, .. } = used else { return };
        match path.names.as_slice() {
            [first, module, ..] if first.text == "std" => self.library(Some(&module.text)),
            _ => self.add("std", CompletionKind::Module, "the library"),
        }
    }

    /// Metrics of the library, of one module or all.
    fn library(&mut self, module: Option<&str>) {
        let of = |m: &&MetricFacts| module.is_none_or(|name| m.module == format!("std.{name}"));
        let found: Vec<(String, String)> = self
            .metrics
            .iter()
            .filter(of)
            .map(|m| (m.name.clone(), m.summary()))
            .collect();
        for (name, summary) in found {
            self.add(name, CompletionKind::Metric, summary);
        }
    }

    /// Fields that aren't there yet; in rules' braces also how a rule begins.
    fn fields(&mut self, within: &Within<'_>) {
        let has: BTreeSet<&str> = within
            .body
            .fields()
            .filter(|f| !f.name.span.touches(self.replaces.end))
            .map(|f| f.name.text.as_str())
            .collect();
        let specs = match within.fields.as_slice() {
            [] => schema::fields(within.keyword),
            ["predictions"] => schema::ROLES,
            ["split", ..] | ["rows"] => {
                let names = ["train", "val", "test"];
                for name in names.into_iter().filter(|n| !has.contains(n)) {
                    self.add(name, CompletionKind::Partition, "rows of a partition");
                }
                return;
            }
            _ => return,
        };
        for spec in specs.iter().filter(|s| !has.contains(s.name)) {
            self.add(spec.name, CompletionKind::Field, spec.doc);
            if let Some(last) = self.found.last_mut() {
                last.insert = Some(format!("{}: ", spec.name));
            }
        }
    }

    fn value(&mut self, within: &Within<'_>, field: &str, inside: Inside<'_>, offset: u32) {
        if inside.text.is_some() {
            return self.holes(within, field);
        }
        if self.units(offset) {
            return;
        }
        if let Some(system) = inside.variant {
            return self.components_of(&system.text());
        }
        if let Some((function, _)) = inside.call
            && within.keyword == Keyword::Dataset
            && matches!(
                function.text().as_str(),
                "column" | "hash" | "before" | "kfold" | "grouped" | "stratified" | "rolling"
            )
        {
            return self.columns_of_source(within);
        }
        let path: Vec<&str> = within.fields.iter().copied().chain([field]).collect();
        match (within.keyword, path.as_slice()) {
            (
                Keyword::Dataset,
                [
                    "id" | "group" | "cluster" | "time" | "text" | "weight" | "strata" | "label"
                    | "columns",
                ],
            ) => {
                self.columns_of_source(within);
            }
            (Keyword::Dataset, ["split"]) => self.words(
                &["column", "hash", "before", "all"],
                "how rows fall into partitions",
            ),
            (Keyword::Dataset, ["folds"]) => self.words(
                &["kfold", "grouped", "stratified", "rolling"],
                "how rows fall into folds",
            ),
            (Keyword::Dataset, ["positive"]) => self.classes(),
            (_, ["predictions", _]) => self.columns_of_output(within),
            (
                _,
                [
                    "on" | "report_on" | "train" | "fit" | "tune" | "early_stop" | "threshold"
                    | "calibrate" | "pretrained_on" | "derived_from" | "disjoint_from" | "overlaps",
                ],
            ) => self.data(),
            (
                _,
                [
                    "primary" | "guardrails" | "metric" | "metrics" | "maximize" | "minimize"
                    | "prefer",
                ]
                | [_, "by"],
            ) => self.metrics_that_fit(),
            (_, ["steps" | "uses"]) => self.steps(),
            (_, ["components" | "remove" | "set" | "over" | "requires" | "excludes"]) => {
                self.components();
            }
            (_, ["hardware"]) => self.hardware(),
            (_, ["distilled_from" | "ensemble"]) => self.systems(),
            (_, ["slices"]) => self.columns_of_data(),
            (_, ["interval"]) => {
                let detail = "the uncertainty method";
                self.words(&["bootstrap"], detail);
                self.words(&AnalyticMethod::ALL.map(|(name, _)| name), detail);
                self.words(&["none"], detail);
            }
            (_, ["correct"]) => {
                let names = Correction::ALL.map(|(name, _)| name);
                self.words(&names, "the correction for many claims");
            }
            (Keyword::Metric, ["better"]) => {
                self.words(&["higher", "lower"], "which way is better");
            }
            (Keyword::Metric, ["value"]) => {
                self.vocabulary(FORMULAS);
                self.metrics_that_fit();
            }
            (Keyword::Step, ["kind"]) => self.words(&STEP_KINDS, "what the step is"),
            (Keyword::Select, ["require"]) => self.condition(inside, offset),
            (_, ["predict"]) => {
                let names = Builtin::ALL.map(|(name, _)| name);
                self.words(&names, "a built-in reference predictor");
            }
            _ => {}
        }
    }

    fn condition(&mut self, inside: Inside<'_>, offset: u32) {
        if self.units(offset) {
            return;
        }
        if let Some(system) = inside.variant {
            return self.components_of(&system.text());
        }
        self.metrics_that_fit();
        self.vocabulary(CONDITIONS);
    }

    fn words(&mut self, words: &[&str], detail: &str) {
        words
            .iter()
            .for_each(|w| self.add(*w, CompletionKind::Word, detail));
    }

    fn vocabulary(&mut self, words: &[Word]) {
        for word in words {
            let name: String = word
                .usage
                .chars()
                .take_while(|c| *c == '_' || *c == '.' || c.is_alphanumeric())
                .collect();
            if !name.is_empty() && name != "f1_macro" {
                self.add(name, CompletionKind::Function, word.doc);
            }
        }
    }

    /// Units, right behind a number.
    fn units(&mut self, offset: u32) -> bool {
        let before = self.document.text().get(..offset as usize).unwrap_or("");
        let unit = before.trim_end_matches(|c: char| c.is_alphabetic() || c == '%');
        if !unit.ends_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
        // `f1` is a name that ends in a digit.
        let word = unit.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_' || c == '.');
        if word.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            return false;
        }
        let start = u32::try_from(unit.len()).unwrap_or(offset);
        self.replaces = Span::new(self.document.file, start, offset);
        for (unit, meaning) in types::units() {
            self.add(unit, CompletionKind::Unit, meaning);
        }
        true
    }

    fn systems(&mut self) {
        let plan = self.plan();
        let of: Vec<(String, &str)> = plan
            .systems
            .iter()
            .filter(|(_, s)| !s.of_arm)
            .map(|(_, s)| {
                (
                    s.common.name.clone(),
                    s.role.map_or("system", crate::hir::Role::text),
                )
            })
            .collect();
        for (name, role) in of {
            self.add(name, CompletionKind::System, role);
        }
    }

    fn data(&mut self) {
        let plan = self.plan();
        let mut found = Vec::new();
        for (_, d) in plan.datasets.iter() {
            let parts = partitions(d);
            found.extend(
                parts
                    .iter()
                    .map(|p| (format!("{}.{p}", d.common.name), CompletionKind::Partition)),
            );
            found.push((d.common.name.clone(), CompletionKind::Dataset));
        }
        for (name, kind) in found {
            self.add(name, kind, "rows");
        }
    }

    fn steps(&mut self) {
        let steps = self.plan().steps.iter();
        let names: Vec<String> = steps.map(|(_, s)| s.common.name.clone()).collect();
        names
            .into_iter()
            .for_each(|n| self.add(n, CompletionKind::Step, "a step"));
    }

    fn hardware(&mut self) {
        let hardware = self.plan().hardware.iter();
        let names: Vec<String> = hardware.map(|(_, h)| h.common.name.clone()).collect();
        names
            .into_iter()
            .for_each(|n| self.add(n, CompletionKind::Hardware, "what it runs on"));
    }

    fn components(&mut self) {
        let components = self.plan().components.iter();
        let of: Vec<(String, String)> = components
            .map(|(_, c)| (c.common.name.clone(), c.levels.join(", ")))
            .collect();
        of.into_iter()
            .for_each(|(n, levels)| self.add(n, CompletionKind::Component, levels));
    }

    /// The components of a system, each with the colon behind it.
    fn components_of(&mut self, system: &str) {
        let plan = self.plan();
        let of = plan.systems.iter().find(|(_, s)| s.common.name == system);
        let components = of.into_iter().flat_map(|(_, s)| &s.components);
        let found: Vec<(String, Vec<String>)> = components
            .map(|c| &plan.components[c.value])
            .map(|c| (c.common.name.clone(), c.levels.clone()))
            .collect();
        for (name, levels) in found {
            self.add(name.clone(), CompletionKind::Component, levels.join(", "));
            if let Some(last) = self.found.last_mut() {
                last.insert = Some(format!("{name}: "));
            }
            levels
                .into_iter()
                .for_each(|l| self.add(l, CompletionKind::Level, format!("of {name}")));
        }
    }

    /// Metrics in force, then what the library has beside them.
    fn metrics_that_fit(&mut self) {
        let root = self.plan().root;
        let imported: Vec<String> = self
            .document
            .analysis
            .modules
            .iter()
            .filter(|m| m.file == root)
            .flat_map(|m| &m.ast.items)
            .filter_map(|i| match &i.kind {
                crate::syntax::ast::ItemKind::Use(Use::Path {
                    names: Some(names), ..
                }) => Some(names),
                _ => None,
            })
            .flatten()
            .map(|n| n.text.clone())
            .collect();
        let plan = self.plan();
        let mut found = Vec::new();
        for (_, m) in plan.metrics.iter() {
            let own = !m.origin.starts_with("std.");
            if own || imported.contains(&m.common.name) {
                found.push((
                    m.common.name.clone(),
                    m.common.docs.lines().next().unwrap_or_default().to_owned(),
                ));
            }
        }
        for (name, docs) in found {
            self.add(name, CompletionKind::Metric, docs);
        }
    }

    fn classes(&mut self) {
        let labels = self
            .plan()
            .datasets
            .iter()
            .filter_map(|(_, d)| d.label.as_ref());
        let names: Vec<String> = labels
            .flat_map(|l| &l.classes)
            .map(|c| c.value.clone())
            .collect();
        names
            .into_iter()
            .for_each(|n| self.add(n, CompletionKind::Class, "a class of the label"));
    }

    /// Columns of the file that `source:` beside names.
    fn columns_of_source(&mut self, within: &Within<'_>) {
        let at = within.body.span;
        let plan = self.plan();
        let inside = |s: Span| s.file == at.file && s.start <= at.start && at.end <= s.end;
        let source = plan
            .datasets
            .iter()
            .find(|(_, d)| inside(d.common.span))
            .and_then(|(_, d)| d.source.as_ref())
            .map(|s| s.value.clone());
        self.columns(source.as_deref(), "a column of the file");
    }

    /// Columns of the files of all datasets.
    fn columns_of_data(&mut self) {
        let datasets = self.plan().datasets.iter();
        let sources: Vec<String> = datasets
            .filter_map(|(_, d)| Some(d.source.as_ref()?.value.clone()))
            .collect();
        for source in sources {
            self.columns(Some(&source), "a column of the data");
        }
    }

    /// Columns of the first file of outputs that is there.
    fn columns_of_output(&mut self, within: &Within<'_>) {
        let at = within.body.span;
        let plan = self.plan();
        let inside = |s: Span| s.file == at.file && s.start <= at.start && at.end <= s.end;
        let system = plan.systems.iter().find(|(_, s)| inside(s.common.span));
        let file = system.and_then(|(_, s)| {
            let crate::hir::Outputs::Predictions { template, .. } = s.outputs.as_ref()? else {
                return None;
            };
            let seed = s.runs().first().copied().flatten().unwrap_or(0).to_string();
            let filled = template.value.pieces.iter().map(|piece| match piece {
                crate::hir::template::Piece::Text(text) => text.clone(),
                crate::hir::template::Piece::Hole { name, .. } => match name.as_str() {
                    "seed" => seed.clone(),
                    "repeat" => "1".to_owned(),
                    "system" => s.common.name.clone(),
                    "variant" => "full".to_owned(),
                    _ => String::new(),
                },
            });
            Some(filled.collect::<String>())
        });
        self.columns(file.as_deref(), "a column of the outputs");
    }

    fn columns(&mut self, file: Option<&str>, detail: &str) {
        let root = self.document.analysis.sources.get(self.plan().root);
        let folder = root
            .and_then(|f| f.path.as_deref())
            .and_then(|p| p.parent());
        let Some(path) = file.map(|f| folder.map_or_else(|| f.into(), |d| d.join(f))) else {
            return;
        };
        for column in data::header(self.world, &path).unwrap_or_default() {
            self.add(column, CompletionKind::Column, detail);
        }
    }

    /// Holes of a template.
    fn holes(&mut self, within: &Within<'_>, field: &str) {
        let before = self
            .document
            .text()
            .get(..self.replaces.start as usize)
            .unwrap_or("");
        if !before.ends_with('{') {
            return;
        }
        let words: &[&str] = match field {
            "run" => &[
                "seed", "system", "variant", "flags", "out", "train", "val", "on", "fold", "repeat",
            ],
            "serve" => &[
                "seed", "system", "variant", "flags", "out", "train", "val", "port",
            ],
            "predictions" => &["seed", "system", "variant", "repeat"],
            _ => return,
        };
        words
            .iter()
            .for_each(|w| self.add(*w, CompletionKind::Hole, "filled for each run"));
        let at = within.body.span;
        let plan = self.plan();
        let system = plan.systems.iter().find(|(_, s)| {
            s.common.span.file == at.file
                && s.common.span.start <= at.start
                && at.end <= s.common.span.end
        });
        let names: Vec<String> = system
            .into_iter()
            .flat_map(|(_, s)| &s.components)
            .map(|c| plan.components[c.value].common.name.clone())
            .collect();
        names
            .into_iter()
            .for_each(|n| self.add(n, CompletionKind::Hole, "the component's level"));
    }
}

fn partitions(d: &Dataset) -> Vec<String> {
    let parts = d.split.iter().flat_map(|s| &s.parts);
    let mut names: Vec<String> = parts.map(|(name, _)| name.value.clone()).collect();
    if d.folds.is_some() {
        names.push(crate::hir::FOLDS.to_owned());
    }
    names
}
