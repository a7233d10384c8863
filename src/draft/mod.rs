//! First drafts of plans: a commented one for each kind of question, and one proposed from files.
//!
//! [`template`] gives the plans of `templates/`. [`propose`] reads files of labels and outputs and
//! writes a plan in which every guess stands as a comment with what it was guessed from. `tables` reads,
//! `roles` guesses what columns are, `systems` whose outputs they hold, `write` puts it into words.
//! Where a plan is written to is left to the caller.

mod aims;
mod errors;
mod paths;
mod profile;
mod roles;
mod systems;
mod tables;
mod text;
pub(crate) mod words;
mod write;

pub use errors::{CODES, DraftError, diagnose};
pub use paths::as_named_from;

use crate::text::World;
use std::path::{Path, PathBuf};

/// A kind of question that a plan may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Classes are predicted.
    Classification,
    /// Numbers are predicted.
    Regression,
    /// Items are put in order for a query or a user.
    Ranking,
    /// Texts are written.
    Generation,
    /// Parts are taken out of one system.
    Ablation,
    /// The best quality within a limit of time is chosen.
    Latency,
}

impl Kind {
    /// All kinds, in the order of their help.
    pub const ALL: [Self; 6] = [
        Self::Classification,
        Self::Regression,
        Self::Ranking,
        Self::Generation,
        Self::Ablation,
        Self::Latency,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Regression => "regression",
            Self::Ranking => "ranking",
            Self::Generation => "generation",
            Self::Ablation => "ablation",
            Self::Latency => "latency",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A plan of this kind, ready to be edited: it checks clean and explains each of its lines.
pub fn template(kind: Kind) -> &'static str {
    match kind {
        Kind::Classification => include_str!("templates/classification.bench"),
        Kind::Regression => include_str!("templates/regression.bench"),
        Kind::Ranking => include_str!("templates/ranking.bench"),
        Kind::Generation => include_str!("templates/generation.bench"),
        Kind::Ablation => include_str!("templates/ablation.bench"),
        Kind::Latency => include_str!("templates/latency.bench"),
    }
}

/// A file to propose a plan from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it is read.
    pub path: PathBuf,
    /// How the plan names it: its path from the plan's folder.
    pub named: String,
}

/// The column of a file that can be told to be the label, with what spoke for it. Reads the whole file.
pub fn label_of(world: &dyn World, path: &Path) -> Option<(String, String)> {
    let source = Source {
        path: path.to_path_buf(),
        named: path.display().to_string(),
    };
    let tables = tables::read(world, &[source]).ok()?;
    let (_, label) = roles::labelled(&tables)?;
    Some((label.column, label.why))
}

/// A plan over these files, in the canonical layout.
///
/// The first file with a column that can be the label is the dataset; what else holds predictions
/// becomes systems. Every choice that was guessed is said in a comment, with its reason.
///
/// # Errors
/// What is wrong with the files, or what no plan can do without and none of them has.
pub fn propose(world: &dyn World, sources: &[Source]) -> Result<String, Vec<DraftError>> {
    let tables = tables::read(world, sources)?;
    let data = roles::of(&tables).map_err(|e| vec![e])?;
    let systems = systems::of(&tables, &data).map_err(|e| vec![e])?;
    Ok(write::plan(&tables, &data, &systems))
}
