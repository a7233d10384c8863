//! Which columns a question is about: those it names, and for what its metrics need beside them those that
//! their names give away.

use super::Guess;
use super::line::{Kind, Question, Word};
use crate::analysis::MetricFacts;
use crate::data::{self, DataError};
use crate::diagnostic::{Diagnostic, suggest};
use crate::draft::{self, DraftError, words};
use crate::hir::formula::Cell;
use crate::hir::{self, AnalyticMethod, HirError};
use crate::metrics::Need;
use crate::text::{Spanned, World};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the dataset in the plan.
pub(super) const DATA: &str = "data";

/// What a question is about.
#[derive(Debug, Clone)]
pub(super) struct Roles {
    /// The file of the labels.
    pub(super) source: Word,
    pub(super) label: Option<Word>,
    /// The column by which outputs are joined; `None` where they stand in the rows of their labels.
    pub(super) id: Option<Word>,
    pub(super) systems: Vec<System>,
    /// The metrics, each with its module.
    pub(super) modules: Vec<(String, String)>,
    /// Whether some metric takes labels or predictions as classes.
    pub(super) classes: bool,
    /// The first metric that is about the positive class.
    pub(super) positive: Option<Word>,
    /// Whether the classes of labels and predictions are all that metrics read, so that rows can be counted.
    pub(super) counting: bool,
    /// Whether the labels' file has a column `id`, by which its rows are held apart where no other is named.
    pub(super) has_id: bool,
}

/// A system whose outputs are given.
#[derive(Debug, Clone)]
pub(super) struct System {
    pub(super) name: String,
    pub(super) file: Word,
    /// Its columns by role, as a plan maps them.
    pub(super) columns: Vec<(String, Word)>,
}

impl System {
    pub(super) fn prediction(&self) -> Option<&Word> {
        let mut all = self.columns.iter();
        all.find(|(role, _)| role == "prediction").map(|(_, c)| c)
    }
}

/// Finds out what the question is about.
pub(super) fn roles(
    world: &dyn World,
    kind: Kind,
    told: &Question<Word>,
    known: &[MetricFacts],
    guesses: &mut Vec<Guess>,
) -> Result<Roles, Vec<Diagnostic>> {
    let mut finder = Finder {
        world,
        headers: BTreeMap::new(),
        errors: Vec::new(),
        guesses,
    };
    let asked = finder.metrics(&told.metrics, known);
    finder.methods(told);
    let source = told.truth.as_ref().or(told.files.first());
    let Some(source) = source.cloned() else {
        return Err(finder.errors);
    };
    for file in std::iter::once(&source).chain(&told.files) {
        finder.read_header(file);
    }
    if !finder.errors.is_empty() {
        return Err(finder.errors);
    }
    let needs: Vec<&Need> = asked
        .iter()
        .filter_map(|m| m.outline.as_ref().ok())
        .flat_map(|o| &o.needs)
        .collect();
    let label = finder.label(told, &source, &needs);
    let of_source = [&told.group, &told.weight].into_iter().flatten();
    for column in of_source.chain(&told.slices) {
        finder.must_have(&source, column);
    }
    let roles = outputs(&needs);
    let systems = finder.systems(kind, told, &roles, label.as_ref());
    let apart = systems.iter().any(|s| s.file.value != source.value);
    let ranked = systems
        .iter()
        .any(|s| s.columns.iter().any(|(r, _)| r == "rank"));
    let id = finder.id(told, &source, &systems, apart || ranked);
    if !finder.errors.is_empty() {
        return Err(finder.errors);
    }
    let counts = |n: &&Need| n.is_class("label") || n.is_class("prediction");
    let has_id = finder.header(&source).iter().any(|c| c == "id");
    Ok(Roles {
        counting: label.is_some() && needs.iter().all(counts),
        has_id,
        label,
        id,
        systems,
        modules: modules(&asked),
        classes: needs.iter().any(|n| of_classes(n)) || !told.labels.is_empty(),
        positive: positive(told, &asked),
        source,
    })
}

/// The roles of counted rows, of which nothing is left to find out but the metrics.
pub(super) fn of_counts(
    world: &dyn World,
    told: &Question<Word>,
    known: &[MetricFacts],
    (label, system): (&str, &str),
) -> Result<Roles, Vec<Diagnostic>> {
    let mut finder = Finder {
        world,
        headers: BTreeMap::new(),
        errors: Vec::new(),
        guesses: &mut Vec::new(),
    };
    let asked = finder.metrics(&told.metrics, known);
    finder.methods(told);
    let counts = |n: &Need| n.is_class("label") || n.is_class("prediction");
    for (word, metric) in told.metrics.iter().zip(&asked) {
        let needs = metric.outline.as_ref().map(|o| o.needs.as_slice());
        if !needs.unwrap_or_default().iter().all(counts) {
            let error = HirError::Shape {
                wanted: "a metric of labels and predictions as classes".to_owned(),
                found: format!("`{}`", word.value),
                span: word.span,
            };
            let mut d = hir::diagnose(&error);
            d.help = vec!["counts of classes are all that a file of `--partial` holds".to_owned()];
            finder.errors.push(d);
        }
    }
    let errors = std::mem::take(&mut finder.errors);
    let Some(file) = told.files.first().filter(|_| errors.is_empty()) else {
        return Err(errors);
    };
    let word = |text: &str| Spanned::new(text.to_owned(), file.span);
    Ok(Roles {
        source: file.clone(),
        label: Some(word(label)),
        id: None,
        systems: vec![System {
            name: words::identifier(system, "system", &[DATA.to_owned()]),
            file: file.clone(),
            columns: vec![("prediction".to_owned(), word("prediction"))],
        }],
        modules: modules(&asked),
        classes: true,
        positive: positive(told, &asked),
        counting: true,
        has_id: false,
    })
}

fn modules(asked: &[&MetricFacts]) -> Vec<(String, String)> {
    let named = asked.iter().map(|m| (m.module.clone(), m.name.clone()));
    let mut modules: Vec<(String, String)> = named.collect();
    modules.sort();
    modules.dedup();
    modules
}

/// The first metric that is about the positive class.
fn positive(told: &Question<Word>, asked: &[&MetricFacts]) -> Option<Word> {
    let about = |m: &&MetricFacts| m.outline.as_ref().is_ok_and(|o| o.positive);
    let mut both = told.metrics.iter().zip(asked);
    both.find(|(_, m)| about(m)).map(|(word, _)| word.clone())
}

/// Whether a metric takes labels or predictions as classes.
fn of_classes(need: &Need) -> bool {
    need.is_class("label") || need.is_class("prediction") || matches!(need, Need::Scores)
}

/// The roles that metrics need of outputs.
fn outputs(needs: &[&Need]) -> Vec<String> {
    let of_dataset = ["label", "text", "group", "cluster", "time", "weight"];
    let mut roles: Vec<String> = needs
        .iter()
        .filter_map(|need| match need {
            Need::Score | Need::Scores => Some("score".to_owned()),
            need => match need.cell()? {
                Cell::Role(role) if !of_dataset.contains(&role.as_str()) => Some(role.clone()),
                Cell::Role(_) | Cell::Column(_) => None,
            },
        })
        .collect();
    roles.sort();
    roles.dedup();
    roles
}

/// What is found out so far.
struct Finder<'w, 'g> {
    world: &'w dyn World,
    headers: BTreeMap<String, Vec<String>>,
    errors: Vec<Diagnostic>,
    guesses: &'g mut Vec<Guess>,
}

impl Finder<'_, '_> {
    /// The metrics asked for; a name that is none, or one of several, is an error.
    fn metrics<'k>(&mut self, asked: &[Word], known: &'k [MetricFacts]) -> Vec<&'k MetricFacts> {
        let mut found = Vec::new();
        for word in asked {
            let name = word.value.split('(').next().unwrap_or("").trim();
            match known.iter().find(|m| m.name == name) {
                Some(metric) => found.push(metric),
                None => {
                    let names = || known.iter().map(|m| m.name.as_str());
                    let error = HirError::UnknownName {
                        wanted: "metric",
                        name: name.to_owned(),
                        span: word.span,
                        near: suggest(name, names()).map(str::to_owned),
                        legal: Vec::new(),
                    };
                    let mut d = hir::diagnose(&error);
                    d.fixes.clear();
                    self.errors
                        .push(d.help("`benchwright metrics` lists them all"));
                }
            }
        }
        found
    }

    /// A method of intervals that is none, and resamples where nothing is drawn.
    fn methods(&mut self, told: &Question<Word>) {
        let Some(method) = &told.interval else { return };
        let analytic = || AnalyticMethod::ALL.iter().map(|m| m.0);
        let drawn = || ["auto", "percentile", "basic", "bca", "studentized"].into_iter();
        if !drawn()
            .chain(analytic())
            .chain(["none"])
            .any(|m| m == method.value)
        {
            let error = HirError::Choice {
                word: method.value.clone(),
                span: method.span,
                choices: drawn()
                    .chain(analytic())
                    .chain(["none"])
                    .map(str::to_owned)
                    .collect(),
            };
            self.errors.push(hir::diagnose(&error));
        }
        if let (Some(n), false) = (&told.resamples, drawn().any(|m| m == method.value)) {
            let error = HirError::Shape {
                wanted: "an interval by resampling beside a number of resamples".to_owned(),
                found: format!("`{}`", method.value),
                span: n.span,
            };
            let mut d = hir::diagnose(&error).label(method.span, "draws nothing by itself");
            d.help = vec!["leave one of the two out".to_owned()];
            self.errors.push(d);
        }
    }

    fn read_header(&mut self, file: &Word) {
        if self.headers.contains_key(&file.value) {
            return;
        }
        let path = Path::new(&file.value);
        match data::header(self.world, path) {
            Some(header) if !header.is_empty() => {
                self.headers.insert(file.value.clone(), header);
            }
            _ => {
                let read = data::read_table(self.world, path, &[], &|_| {});
                let errors = read.err().unwrap_or_default();
                let said = errors.iter().map(|e| data::diagnose(e, Some(file.span)));
                self.errors.extend(said);
                self.headers.insert(file.value.clone(), Vec::new());
            }
        }
    }

    fn header(&self, file: &Word) -> Vec<String> {
        self.headers.get(&file.value).cloned().unwrap_or_default()
    }

    /// Holds a column that was named to what the file has.
    fn must_have(&mut self, file: &Word, column: &Word) -> bool {
        let has = self.header(file);
        if has.contains(&column.value) {
            return true;
        }
        let error = DataError::MissingColumn {
            path: PathBuf::from(&file.value),
            line: 1,
            name: column.value.clone(),
            has,
        };
        self.errors.push(data::diagnose(&error, Some(column.span)));
        false
    }

    fn guess(&mut self, option: &'static str, value: &str, why: &str, at: &Word) -> Word {
        let guess = Guess {
            option,
            value: value.to_owned(),
            why: why.to_owned(),
        };
        if !self.guesses.contains(&guess) {
            self.guesses.push(guess);
        }
        Spanned::new(value.to_owned(), at.span)
    }

    fn not_told(&mut self, what: &str, file: &Word, say: &str, among: Vec<String>) {
        let error = DraftError::NotTold {
            what: what.to_owned(),
            path: PathBuf::from(&file.value),
            say: say.to_owned(),
            among,
            columns: self.header(file),
        };
        let said = draft::diagnose(&error).label(file.span, "this file");
        self.errors.push(said);
    }

    fn label(&mut self, told: &Question<Word>, source: &Word, needs: &[&Need]) -> Option<Word> {
        if let Some(label) = &told.label {
            return self.must_have(source, label).then(|| label.clone());
        }
        if !needs
            .iter()
            .any(|n| n.role() == Some("label") || of_classes(n))
        {
            return None;
        }
        let header = self.header(source);
        let named = |wanted: &&str| {
            let mut all = header.iter();
            all.find(|c| words::words(c).join("_") == **wanted)
        };
        let taken = |c: &&String| told.predictions.iter().all(|p| p.value != **c);
        if let Some(column) = words::LABEL.iter().find_map(named).filter(taken) {
            let column = column.clone();
            return Some(self.guess("--label", &column, "its name says so", source));
        }
        match draft::label_of(self.world, Path::new(&source.value)) {
            Some((column, why)) => Some(self.guess("--label", &column, &why, source)),
            None => {
                self.not_told(
                    "which column holds the labels",
                    source,
                    "--label COLUMN` or `--truth FILE",
                    Vec::new(),
                );
                None
            }
        }
    }

    /// The systems: a file each, or a column of predictions each.
    fn systems(
        &mut self,
        kind: Kind,
        told: &Question<Word>,
        roles: &[String],
        label: Option<&Word>,
    ) -> Vec<System> {
        let several = kind == Kind::Compare && told.files.len() == 1;
        let mut systems: Vec<System> = Vec::new();
        for file in &told.files {
            let wanted = roles.iter().any(|r| r == "prediction") || !told.predictions.is_empty();
            let predictions = if wanted {
                self.predictions(told, file, label, several)
            } else {
                vec![None]
            };
            for prediction in predictions {
                let mut columns: Vec<(String, Word)> = Vec::new();
                let named = match &prediction {
                    Some(column) if several => column.value.clone(),
                    _ => stem(&told.files, file),
                };
                columns.extend(prediction.map(|p| ("prediction".to_owned(), p)));
                self.other_columns(told, file, roles, &mut columns);
                let mut taken: Vec<String> = systems.iter().map(|s| s.name.clone()).collect();
                taken.push(DATA.to_owned());
                let plain = match words::whose(&named) {
                    whose if several && !whose.is_empty() => whose,
                    _ => named,
                };
                systems.push(System {
                    name: words::identifier(&plain, "system", &taken),
                    file: file.clone(),
                    columns,
                });
            }
        }
        if several && systems.len() < 2 && self.errors.is_empty() {
            let file = &told.files.first().cloned().unwrap_or_else(|| unsaid(""));
            let say = "--prediction COLUMN --prediction OTHER";
            self.not_told(
                "which columns hold the predictions of two systems",
                file,
                say,
                Vec::new(),
            );
        }
        systems
    }

    fn predictions(
        &mut self,
        told: &Question<Word>,
        file: &Word,
        label: Option<&Word>,
        several: bool,
    ) -> Vec<Option<Word>> {
        if !told.predictions.is_empty() {
            let named = if several {
                told.predictions.as_slice()
            } else {
                // One name for all files, or one for each.
                let place = told.files.iter().position(|f| f.span == file.span);
                let own = place.filter(|_| told.predictions.len() == told.files.len());
                let at = own.unwrap_or(0);
                told.predictions.get(at..=at).unwrap_or_default()
            };
            return named
                .iter()
                .filter(|column| self.must_have(file, column))
                .map(|column| Some(column.clone()))
                .collect();
        }
        let header = self.header(file);
        let free = |c: &&String| {
            let label = label.is_some_and(|l| l.value == **c);
            !label && !words::is_score(c) && !words::is_latency(c)
        };
        let by_name = header
            .iter()
            .filter(free)
            .filter(|c| words::is_prediction(c));
        let mut found: Vec<String> = by_name.cloned().collect();
        if found.is_empty() {
            let exact = header.iter().filter(free).filter(|c| c.as_str() == "p");
            found = exact.cloned().collect();
        }
        let why = "its name says so";
        match found.as_slice() {
            [one] => vec![Some(self.guess("--prediction", one, why, file))],
            [_, _, ..] if several => found
                .iter()
                .map(|c| Some(self.guess("--prediction", c, why, file)))
                .collect(),
            among => {
                let among = among.to_vec();
                self.not_told(
                    "which column holds the predictions",
                    file,
                    "--prediction COLUMN",
                    among,
                );
                Vec::new()
            }
        }
    }

    /// Everything but the prediction that metrics need of a file of outputs.
    fn other_columns(
        &mut self,
        told: &Question<Word>,
        file: &Word,
        roles: &[String],
        columns: &mut Vec<(String, Word)>,
    ) {
        for said in &told.columns {
            let Some((role, column)) = said.value.split_once('=') else {
                let d = HirError::Shape {
                    wanted: "a role and its column, as in `latency=latency_ms in ms`,".to_owned(),
                    found: format!("`{}`", said.value),
                    span: said.span,
                };
                self.errors.push(hir::diagnose(&d));
                continue;
            };
            let name = column.split(" in ").next().unwrap_or("").trim().to_owned();
            if self.must_have(file, &Spanned::new(name, said.span)) {
                let column = Spanned::new(column.trim().to_owned(), said.span);
                columns.push((role.trim().to_owned(), column));
            }
        }
        if let Some(score) = &told.score {
            let whole = score.value.contains('{')
                || score.value.split(',').all(|name| {
                    let name = Spanned::new(name.trim().to_owned(), score.span);
                    self.must_have(file, &name)
                });
            if whole {
                columns.push(("score".to_owned(), score.clone()));
            }
        }
        for role in roles.iter().filter(|r| r.as_str() != "prediction") {
            if columns.iter().any(|(known, _)| known == role) {
                continue;
            }
            let found = match role.as_str() {
                "score" => self.score(file),
                "latency" => self.latency(file),
                _ => self.of_its_name(file, role),
            };
            columns.extend(found.map(|column| (role.clone(), column)));
        }
    }

    /// One column of scores, or one for each class: `p_neg`, `p_pos`.
    fn score(&mut self, file: &Word) -> Option<Word> {
        let header = self.header(file);
        let named: Vec<String> = header
            .iter()
            .filter(|c| words::is_score(c))
            .cloned()
            .collect();
        let begins = ["p_", "prob_", "proba_", "probability_", "score_"];
        let each = begins
            .iter()
            .find(|b| header.iter().filter(|c| c.starts_with(**b)).count() >= 2);
        match (each, named.as_slice()) {
            (Some(begin), _) => {
                let pattern = format!("{begin}{{class}}");
                let why = "several columns are named like it";
                Some(self.guess("--score", &pattern, why, file))
            }
            (None, [one]) => Some(self.guess("--score", one, "its name says so", file)),
            (None, among) => {
                let among = among.to_vec();
                self.not_told(
                    "which column holds the scores",
                    file,
                    "--score COLUMN",
                    among,
                );
                None
            }
        }
    }

    fn latency(&mut self, file: &Word) -> Option<Word> {
        const SAY: &str = "--column 'latency=COLUMN in ms'";
        let header = self.header(file);
        let named = header.iter().filter(|c| words::is_latency(c));
        let with_unit: Vec<String> = named
            .clone()
            .filter_map(|c| Some(format!("{c} in {}", words::unit_of(c)?)))
            .collect();
        match with_unit.as_slice() {
            [one] => Some(self.guess("--column latency=", one, "its name says so", file)),
            _ => {
                let among = named.cloned().collect();
                self.not_told(
                    "which column holds the latency, and in what unit",
                    file,
                    SAY,
                    among,
                );
                None
            }
        }
    }

    /// A column that is called like what it is for.
    fn of_its_name(&mut self, file: &Word, role: &str) -> Option<Word> {
        if self.header(file).iter().any(|c| c == role) {
            return Some(Spanned::new(role.to_owned(), file.span));
        }
        let say = format!("--column {role}=COLUMN");
        self.not_told(
            &format!("which column holds the {role}"),
            file,
            &say,
            Vec::new(),
        );
        None
    }

    /// The column that names rows, where outputs stand in files of their own.
    fn id(
        &mut self,
        told: &Question<Word>,
        source: &Word,
        systems: &[System],
        needed: bool,
    ) -> Option<Word> {
        let files: Vec<Word> = std::iter::once(source)
            .chain(systems.iter().map(|s| &s.file))
            .cloned()
            .collect();
        if let Some(id) = &told.id {
            let mut whole = true;
            for file in &files {
                whole &= self.must_have(file, id);
            }
            return whole.then(|| id.clone());
        }
        if !needed || systems.is_empty() {
            return None;
        }
        let shared = |c: &&String| files.iter().all(|f| self.header(f).contains(c));
        let header = self.header(source);
        let common: Vec<&String> = header.iter().filter(shared).collect();
        let named = common.iter().find(|c| words::is_id(c));
        match named.map(|c| (**c).clone()) {
            Some(id) => {
                let why = "it is named like one, and every file has it";
                Some(self.guess("--id", &id, why, source))
            }
            None => {
                let odd = files.iter().find(|f| f.value != source.value);
                let file = odd.unwrap_or(source).clone();
                self.not_told(
                    "which column names its rows as the labels do",
                    &file,
                    "--id COLUMN",
                    Vec::new(),
                );
                None
            }
        }
    }
}

fn unsaid(text: &str) -> Word {
    Spanned::new(text.to_owned(), crate::text::Span::default())
}

/// What tells a file from the others: its name without endings, or, where two have the same, the folder
/// in which their paths part.
fn stem(files: &[Word], file: &Word) -> String {
    let parts = |f: &Word| -> Vec<String> {
        let path = Path::new(&f.value);
        let mut parts: Vec<String> = path
            .components()
            .map(|c| c.as_os_str().to_string_lossy().into_owned())
            .collect();
        if let Some(name) = parts.last_mut() {
            let stem = name.split('.').find(|s| !s.is_empty()).unwrap_or(name);
            *name = stem.to_owned();
        }
        parts.reverse();
        parts
    };
    let own = parts(file);
    let others: Vec<Vec<String>> = files
        .iter()
        .filter(|f| f.value != file.value)
        .map(&parts)
        .collect();
    let apart = |at: &usize| {
        let part = own.get(*at);
        others.iter().all(|o| o.get(*at) != part)
    };
    let at = (0..own.len()).find(apart).unwrap_or(0);
    own.get(at).cloned().unwrap_or_default()
}
