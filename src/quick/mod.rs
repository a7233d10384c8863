//! Questions asked on the command line: what files of labels and outputs score, without a plan file.
//!
//! A [`Question`] becomes the plan that it stands for ([`ask`]), which takes the one path of all plans:
//! `analysis`, `exec`, `verdict` (see `score` and `compare`). What goes wrong is said in the words of the question: places
//! in the plan become places on the command line. `line` is that command line, `roles` finds out which
//! columns are meant, `classes` which classes there are, `write` puts the plan down, `faults` turns
//! diagnostics back. `big` counts large files instead of reading them.

mod big;
mod classes;
mod faults;
mod line;
mod roles;
mod write;

pub use line::{Kind, Question};

use crate::analysis;
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::exec::{self, Events};
use crate::result::RunResult;
use crate::text::{SourceMap, Spanned, World};
use crate::verdict::{self, Setting};
use line::Line;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Something that the question left open and its files answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// The option that would say it: `--label`.
    pub option: &'static str,
    /// What was taken.
    pub value: String,
    /// What spoke for it.
    pub why: String,
}

/// A question with the plan it stands for.
#[derive(Debug)]
pub struct Asked {
    /// The plan, as it is run.
    pub plan: String,
    /// What was guessed, in the order in which it was.
    pub guesses: Vec<Guess>,
    /// The command line, as diagnostics point at it.
    pub sources: SourceMap,
    line: Line,
    from: Vec<write::Piece>,
    counted: Option<OnCells>,
}

/// Rows that were counted, and the plan on the different ones.
#[derive(Debug)]
struct OnCells {
    counted: big::Counted,
    plan: String,
    from: Vec<write::Piece>,
    file: Vec<u8>,
}

/// What keeps a question from being answered, with the command line that it points at.
#[derive(Debug)]
pub struct Refused {
    /// All of it.
    pub diagnostics: Vec<Diagnostic>,
    /// The command line.
    pub sources: SourceMap,
}

/// The name under which the plan of a question is analysed.
const PLAN: &str = "question.bench";

/// Reads what the question leaves open from its files and puts down the plan it stands for.
///
/// # Errors
/// What the question names and the files lack, or what it leaves open and they do not tell.
pub fn ask(world: &dyn World, question: &Question) -> Result<Asked, Refused> {
    ask_counting(world, question, big::BIG)
}

/// The same, where files of `from_bytes` and more in all are counted if they can be: their rows are then never held.
/// The answer does not depend on it.
///
/// # Errors
/// As those of [`ask`].
pub fn ask_counting(
    world: &dyn World,
    question: &Question,
    from_bytes: u64,
) -> Result<Asked, Refused> {
    let (line, told) = Line::new(question);
    let sources = line.sources();
    let refused = |diagnostics| Refused {
        diagnostics,
        sources: sources.clone(),
    };
    let known = known(world);
    let mut guesses = Vec::new();
    let roles = roles::roles(world, question.kind, &told, &known, &mut guesses).map_err(refused)?;
    let counted = big::count_large(world, &told, &roles, from_bytes).map_err(|error| {
        let file = told.files.first().map(|f| f.span);
        refused(vec![data::diagnose(&error, file)])
    })?;
    put_down(world, (line, &told), &roles, counted, guesses)
}

/// The counts of the different rows of a shard as the text of a file, to be merged with those of others
/// ([`ask_merged`]); or why its rows cannot be counted.
///
/// # Errors
/// As those of [`ask`].
pub fn counts(world: &dyn World, question: &Question) -> Result<Result<String, String>, Refused> {
    let (line, told) = Line::new(question);
    let refused = |diagnostics| Refused {
        diagnostics,
        sources: line.sources(),
    };
    let known = known(world);
    let roles = roles::roles(world, question.kind, &told, &known, &mut Vec::new());
    let roles = roles.map_err(refused)?;
    let counted = big::count_shard(world, &told, &roles).map_err(|error| {
        let file = told.files.first().map(|f| f.span);
        refused(vec![data::diagnose(&error, file)])
    })?;
    Ok(counted.map(|counted| counted.stored()))
}

/// A question about shards that were counted apart: files of [`counts`], in the order of the shards.
///
/// # Errors
/// Files that hold no counts or those of other columns, and metrics that counts do not give.
pub fn ask_merged(world: &dyn World, question: &Question) -> Result<Asked, Refused> {
    let (line, mut told) = Line::new(question);
    let sources = line.sources();
    let refused = |diagnostics| Refused {
        diagnostics,
        sources: sources.clone(),
    };
    let mut all: Option<big::Counted> = None;
    for file in &told.files {
        let bad = |reason: String| {
            let error = data::DataError::Unreadable {
                path: file.value.clone().into(),
                reason,
            };
            refused(vec![data::diagnose(&error, Some(file.span))])
        };
        let bytes = world.read(Path::new(&file.value));
        let bytes = bytes.map_err(|e| bad(e.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| bad("it is no text".to_owned()))?;
        let counted = big::Counted::restored(&text).map_err(bad)?;
        match &mut all {
            None => all = Some(counted),
            Some(all) => {
                if !all.merge(&counted) {
                    return Err(bad(format!(
                        "it counts {}, the first one {}",
                        counted.columns.join(", "),
                        all.columns.join(", ")
                    )));
                }
            }
        }
    }
    let Some(counted) = all else {
        return Err(refused(Vec::new()));
    };
    let named = |column: Option<&String>, what: &str| {
        let column = column.map_or("", String::as_str);
        column.strip_prefix(what).unwrap_or(column).to_owned()
    };
    let label = named(counted.columns.first(), "label ");
    let system = named(counted.columns.last(), "prediction ");
    let at = told.files.first().map(|f| f.span).unwrap_or_default();
    let slices = counted
        .columns
        .iter()
        .filter_map(|c| c.strip_prefix("slice "));
    told.slices = slices.map(|s| Spanned::new(s.to_owned(), at)).collect();
    let roles = roles::of_counts(world, &told, &known(world), (&label, &system));
    let roles = roles.map_err(refused)?;
    put_down(world, (line, &told), &roles, Some(counted), Vec::new())
}

fn known(world: &dyn World) -> Vec<analysis::MetricFacts> {
    // The library is embedded and can always be read.
    analysis::metrics(world, None).unwrap_or_default()
}

fn put_down(
    world: &dyn World,
    (line, told): (Line, &Question<line::Word>),
    roles: &roles::Roles,
    counted: Option<big::Counted>,
    mut guesses: Vec<Guess>,
) -> Result<Asked, Refused> {
    let sources = line.sources();
    let classes = classes::classes(world, told, roles, counted.as_ref(), &mut guesses);
    let classes = classes.map_err(|diagnostics| Refused {
        diagnostics,
        sources: sources.clone(),
    })?;
    let written = write::plan(told, roles, &classes);
    let counted = counted.map(|counted| {
        let (on_cells, header) = big::on_cells(told, roles);
        let written = write::plan(told, &on_cells, &classes);
        OnCells {
            file: data::cells_file(&counted.tally, &header),
            counted,
            plan: written.text,
            from: written.pieces,
        }
    });
    Ok(Asked {
        plan: written.text,
        guesses,
        sources,
        line,
        from: written.pieces,
        counted,
    })
}

impl Asked {
    /// The plan in the canonical layout, each guess as a comment with its reason: a plan to go on with.
    pub fn plan_file(&self) -> String {
        let mut text = format!("# What `{}` asks, as a plan.\n", self.line.text);
        for guess in &self.guesses {
            text += &format!(
                "# `{} {}` was guessed: {}.\n",
                guess.option, guess.value, guess.why
            );
        }
        text.push('\n');
        text += &self.plan;
        crate::format::format(&text).text
    }

    /// Where the parts of the plan that is run come from.
    fn pieces(&self) -> &[write::Piece] {
        self.counted.as_ref().map_or(&self.from, |on| &on.from)
    }

    /// Whether rows were counted, not held.
    pub fn is_counted(&self) -> bool {
        self.counted.is_some()
    }

    /// Runs the plan.
    ///
    /// # Errors
    /// Everything wrong with the question or its files.
    pub fn answer(
        &self,
        world: &dyn World,
        seed: u64,
        events: Events<'_>,
    ) -> Result<RunResult, Refused> {
        self.run(world, seed, events)
            .map_err(|diagnostics| Refused {
                diagnostics: faults::back(diagnostics, self),
                sources: self.sources.clone(),
            })
    }

    fn run(
        &self,
        world: &dyn World,
        seed: u64,
        events: Events<'_>,
    ) -> Result<RunResult, Vec<Diagnostic>> {
        let on = self.counted.as_ref();
        let overlay = Overlay {
            world,
            plan: on.map_or(&self.plan, |on| &on.plan),
            cells: on.map(|on| on.file.as_slice()),
        };
        let analysed = analysis::analyse(&overlay, Path::new(PLAN));
        let Ok(analysis) = analysed else {
            return Err(Vec::new());
        };
        // What a plan should say beside what it asks is nothing that a question can be held to.
        let wrong: Vec<Diagnostic> = analysis
            .diagnostics
            .iter()
            .filter(|d| d.is_error() && faults::is_of_text(d))
            .cloned()
            .collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let (plan, sources) = (&analysis.plan, &analysis.sources);
        let evidence = match on {
            Some(on) => {
                let copies = on.counted.copies();
                exec::gather_counted(&overlay, plan, sources, &copies, events)?
            }
            None => exec::gather(&overlay, plan, sources, seed, events)?,
        };
        let setting = Setting {
            seed,
            file: PLAN,
            plan_sha256: data::sha256(self.plan.as_bytes()),
            meaning_sha256: analysis.meaning_sha256().to_owned(),
        };
        Ok(verdict::conclude(plan, &evidence, &setting, events))
    }
}

/// The plan of a question beside the files of a world.
struct Overlay<'w> {
    world: &'w dyn World,
    plan: &'w str,
    /// The file of different rows, where rows were counted.
    cells: Option<&'w [u8]>,
}

impl World for Overlay<'_> {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send + '_>> {
        if path == Path::new(PLAN) {
            return Ok(Box::new(self.plan.as_bytes()));
        }
        if let Some(cells) = self.cells.filter(|_| path == Path::new(big::CELLS)) {
            return Ok(Box::new(cells));
        }
        self.world.open(path)
    }

    fn file(&self, path: &Path) -> io::Result<Option<File>> {
        self.world.file(path)
    }

    fn size(&self, path: &Path) -> Option<u64> {
        self.world.size(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.world.list(folder)
    }
}
