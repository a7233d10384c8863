//! `benchwright new`.

use super::args::NewArgs;
use super::{exit, io};
use crate::data::{DataError, write_atomic};
use crate::diagnostic::suggest;
use crate::draft::{self, Kind, Source};
use crate::render::{self, Options};
use crate::text::{DiskWorld, SourceMap};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Writes a first draft of a plan.
pub(super) fn new(args: &NewArgs) -> ExitCode {
    let drafted = if args.from.is_empty() {
        of_kind(&args.what)
    } else {
        from_files(args)
    };
    let written = drafted.and_then(|(target, text)| write(&target, &text, args.force));
    match written {
        Ok(()) => ExitCode::from(exit::OK),
        Err(message) => {
            io::err(&message);
            ExitCode::from(exit::OUTSIDE)
        }
    }
}

/// Where to write, and what.
type Drafted = Result<(PathBuf, String), String>;

fn of_kind(what: &[String]) -> Drafted {
    if let Some(third) = what.get(2) {
        return Err(format!(
            "error: `{third}` is one argument too many\n  after the kind there is only the path of the plan\n"
        ));
    }
    let names: Vec<&str> = Kind::ALL.iter().map(|k| k.name()).collect();
    let Some(name) = what.first() else {
        return Err(format!(
            "error: say what the plan is about: {}\n  or draft it from files: `benchwright new --from results.csv`\n",
            names.join(", ")
        ));
    };
    let Some(kind) = Kind::named(name) else {
        let near = suggest(name, names.iter().copied());
        let help = near.map_or_else(
            || format!("there are: {}", names.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(format!("error: `{name}` is no kind of plan\n  {help}\n"));
    };
    let target = what
        .get(1)
        .map_or_else(|| PathBuf::from(format!("{name}.bench")), PathBuf::from);
    Ok((target, draft::template(kind).to_owned()))
}

fn from_files(args: &NewArgs) -> Drafted {
    let (more, what): (Vec<&String>, Vec<&String>) =
        args.what.iter().partition(|path| names_rows(path));
    if let [_, second, ..] = what.as_slice() {
        return Err(format!(
            "error: `{second}` is one argument too many\n  with --from there is only the path of the plan\n"
        ));
    }
    let first = args
        .from
        .first()
        .map(PathBuf::as_path)
        .unwrap_or(Path::new(""));
    let target = what
        .first()
        .map_or_else(|| first.with_extension("bench"), PathBuf::from);
    let folder = target.parent().unwrap_or(Path::new(""));
    let source = |path: &Path| Source {
        path: path.to_path_buf(),
        named: draft::as_named_from(folder, path),
    };
    let files = args.from.iter().map(PathBuf::as_path);
    let sources: Vec<Source> = files
        .chain(more.into_iter().map(Path::new))
        .map(source)
        .collect();
    let text = draft::propose(&DiskWorld, &sources).map_err(|errors| {
        let diagnostics: Vec<_> = errors.iter().map(draft::diagnose).collect();
        let options = Options {
            style: io::stderr_style(args.color),
            fixable: false,
            proofs: false,
        };
        render::terminal(&diagnostics, &SourceMap::default(), &options)
    })?;
    Ok((target, text))
}

/// Whether an argument beside `--from` is one more file of rows, such as a shell's `runs/*.csv` leaves there.
fn names_rows(path: &str) -> bool {
    let plain = path.trim_end_matches(".gz").trim_end_matches(".zst");
    [".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"]
        .iter()
        .any(|ending| plain.ends_with(ending))
}

fn write(target: &Path, text: &str, force: bool) -> Result<(), String> {
    if target == Path::new("-") {
        io::out(text);
        return Ok(());
    }
    let name = target.display();
    if target.symlink_metadata().is_ok() && !force {
        return Err(format!(
            "error: `{name}` is there already\n  give another path, `-` to print the plan, or --force to replace the file\n"
        ));
    }
    write_atomic(target, text.as_bytes()).map_err(|error| {
        let reason = match error {
            DataError::Unwritable { reason, .. } => reason,
            _ => "it cannot be replaced".to_owned(),
        };
        format!("error: cannot write `{name}`: {reason}\n")
    })?;
    io::out(&format!("wrote {name}; next: benchwright check {name}\n"));
    Ok(())
}
