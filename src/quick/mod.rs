//! Questions asked on the command line: what files of labels and outputs score, without a plan file.
//!
//! A [`Question`] becomes the plan that it stands for ([`ask`]), which takes the one path of all plans:
//! `analysis`, `exec`, `verdict` ([`answer`]). What goes wrong is said in the words of the question: places
//! in the plan become places on the command line. `line` is that command line, `roles` finds out which
//! columns are meant, `classes` which classes there are, `write` puts the plan down, `faults` turns
//! diagnostics back.

mod classes;
mod faults;
mod line;
mod roles;
mod write;

pub use line::{Kind, Question};

use crate::analysis::{self, LoadError};
use crate::data;
use crate::diagnostic::Diagnostic;
use crate::exec::{self, Events};
use crate::result::RunResult;
use crate::text::{SourceMap, World};
use crate::verdict::{self, Setting};
use line::Line;
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
    let (line, told) = Line::new(question);
    let sources = line.sources();
    let refused = |diagnostics| Refused {
        diagnostics,
        sources: sources.clone(),
    };
    let known = match analysis::metrics(world, None) {
        Ok(known) => known,
        Err(LoadError::Unreadable(..) | LoadError::NotText(..)) => Vec::new(),
    };
    let mut guesses = Vec::new();
    let roles = roles::roles(world, question.kind, &told, &known, &mut guesses).map_err(refused)?;
    let classes = classes::classes(world, &told, &roles, &mut guesses).map_err(refused)?;
    let written = write::plan(&told, &roles, &classes);
    Ok(Asked {
        plan: written.text,
        guesses,
        sources,
        line,
        from: written.pieces,
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
        let overlay = Overlay {
            world,
            plan: &self.plan,
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
        let evidence = exec::gather(&overlay, plan, sources, seed, events)?;
        let setting = Setting {
            seed,
            file: PLAN,
            plan_sha256: data::sha256(self.plan.as_bytes()),
            meaning_sha256: analysis.meaning_sha256.clone(),
        };
        Ok(verdict::conclude(plan, &evidence, &setting, events))
    }
}

/// The plan of a question beside the files of a world.
struct Overlay<'w> {
    world: &'w dyn World,
    plan: &'w str,
}

impl World for Overlay<'_> {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send + '_>> {
        if path == Path::new(PLAN) {
            return Ok(Box::new(self.plan.as_bytes()));
        }
        self.world.open(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.world.list(folder)
    }
}
