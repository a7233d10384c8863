//! What keeps a plan from being proposed.

use crate::codes;
use crate::data::{self, DataError};
use crate::diagnostic::Diagnostic;
use std::path::{Path, PathBuf};

codes! {
    /// No column can be what is predicted.
    F301 "no-label-found" Error include_str!("pages/F301.md");
    /// Rows have no names.
    F302 "no-id-found" Error include_str!("pages/F302.md");
    /// Fewer than two systems.
    F303 "nothing-to-compare" Error include_str!("pages/F303.md");
    /// A column or class that must be said.
    F304 "not-told" Error include_str!("pages/F304.md");
}

/// What keeps a plan from being proposed.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftError {
    /// A file that cannot be read.
    Data(DataError),
    /// No column can be the label.
    NoLabel {
        /// The files, as named.
        files: Vec<String>,
        /// The columns of the first.
        columns: Vec<String>,
    },
    /// The label's column holds neither classes nor numbers.
    LabelOfTexts {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// Distinct texts.
        distinct: usize,
    },
    /// No column names the rows.
    NoId {
        /// The file.
        path: PathBuf,
        /// A column named like an id whose values repeat.
        repeated: Option<String>,
        /// A column that says which system a row is of.
        system: Option<String>,
    },
    /// A file of outputs without the dataset's id.
    OtherId {
        /// The file.
        path: PathBuf,
        /// The dataset's id.
        id: String,
        /// Its columns.
        columns: Vec<String>,
    },
    /// Nothing, or one system alone and no rows for a floor to learn from.
    NothingToCompare {
        /// The file with the label.
        path: PathBuf,
        /// The column of the one system there is.
        only: Option<String>,
    },
    /// Something that a question on the command line leaves open and its files do not tell.
    NotTold {
        /// What: `which column holds the predictions`.
        what: String,
        /// The file.
        path: PathBuf,
        /// How to say it: `--prediction COLUMN`.
        say: String,
        /// What it could be, where there are several.
        among: Vec<String>,
        /// The columns of the file.
        columns: Vec<String>,
    },
}

/// Puts an error into words.
pub fn diagnose(error: &DraftError) -> Diagnostic {
    match error {
        DraftError::Data(error) => data::diagnose(error, None),
        DraftError::NoLabel { files, columns } => Diagnostic::new(
            &F301,
            format!("no column of {} can be told to be the label", listed(files)),
        )
        .witness(format!("the first has: {}", listed(columns)))
        .help("name the column of right answers `label`, or give the file that has it with another `--from`"),
        DraftError::LabelOfTexts {
            path,
            column,
            distinct,
        } => Diagnostic::new(
            &F301,
            format!("`{column}` holds {distinct} different texts, neither classes nor numbers"),
        )
        .data(path, 1, 0)
        .help("for texts begin with `benchwright new generation`"),
        DraftError::NoId {
            path,
            repeated,
            system,
        } => no_id(path, repeated.as_deref(), system.as_deref()),
        DraftError::OtherId { path, id, columns } => Diagnostic::new(
            &F302,
            format!("`{}` has no column `{id}`", path.display()),
        )
        .data(path, 1, 0)
        .witness(format!("it has: {}", listed(columns)))
        .help(format!("outputs are joined with the labels by `{id}`: add it, spelt the same in every file")),
        DraftError::NotTold {
            what,
            path,
            say,
            among,
            columns,
        } => not_told(what, path, say, among, columns),
        DraftError::NothingToCompare { path, only: None } => Diagnostic::new(
            &F303,
            format!("no column of `{}` holds predictions", path.display()),
        )
        .data(path, 1, 0)
        .help("give files of predictions with another `--from`, or name their columns `pred_SYSTEM`"),
        DraftError::NothingToCompare {
            path,
            only: Some(column),
        } => Diagnostic::new(
            &F303,
            format!("`{column}` is the only column of predictions, and there is nothing to compare it with"),
        )
        .data(path, 1, 0)
        .help("add the outputs of what is used today, as a column or with another `--from`"),
    }
}

fn not_told(
    what: &str,
    path: &Path,
    say: &str,
    among: &[String],
    columns: &[String],
) -> Diagnostic {
    let said = format!("`{}` does not tell {what}", path.display());
    let witness = if among.is_empty() {
        format!("it has: {}", listed(columns))
    } else {
        format!("it could be one of: {}", listed(among))
    };
    Diagnostic::new(&F304, said)
        .witness(witness)
        .help(format!("say it: `{say}`"))
}

fn no_id(path: &Path, repeated: Option<&str>, system: Option<&str>) -> Diagnostic {
    let said = match (repeated, system) {
        (Some(id), Some(system)) => format!("`{id}` repeats: one row for each `{system}`"),
        (Some(id), None) => format!("`{id}` is named like an id, and its values repeat"),
        (None, _) => "no column names each row by a value of its own".to_owned(),
    };
    let help = match (repeated, system) {
        (Some(id), Some(system)) => format!(
            "write a file for each `{system}`, or one row for each `{id}` with a column for each `{system}`"
        ),
        (Some(_), None) => "give every row an id of its own".to_owned(),
        (None, _) => {
            "add a column `id`: outputs are joined by it, never by the order of rows".to_owned()
        }
    };
    Diagnostic::new(&F302, said).data(path, 1, 0).help(help)
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    shown.join(", ")
}
