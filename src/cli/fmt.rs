//! `benchwright fmt`.

use super::args::FmtArgs;
use super::{exit, io};
use crate::format::{self, Extent, Formatted};
use crate::text::{DiskWorld, World};
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

/// Formats every file; the worst exit code of them counts.
pub(super) fn fmt(args: &FmtArgs) -> ExitCode {
    let one = |plan: &Path| match plan == Path::new("-") {
        true => from_stdin(args.check),
        false => in_place(plan, args.check),
    };
    let codes = args.plans.iter().map(|plan| one(plan));
    ExitCode::from(codes.max().unwrap_or(exit::OK))
}

fn from_stdin(check: bool) -> u8 {
    let mut bytes = Vec::new();
    if let Err(error) = std::io::stdin().read_to_end(&mut bytes) {
        io::err(&format!("error: cannot read standard input: {error}\n"));
        return exit::OUTSIDE;
    }
    let Some((text, formatted)) = formatted("standard input", bytes) else {
        return exit::OUTSIDE;
    };
    if check {
        return differs("standard input", &text, &formatted);
    }
    io::out(&formatted.text);
    exit::OK
}

fn in_place(plan: &Path, check: bool) -> u8 {
    let name = plan.display().to_string();
    let bytes = match DiskWorld.read(plan) {
        Ok(bytes) => bytes,
        Err(error) => {
            io::err(&format!("error: cannot read `{name}`: {error}\n"));
            return exit::OUTSIDE;
        }
    };
    let Some((text, formatted)) = formatted(&name, bytes) else {
        return exit::OUTSIDE;
    };
    if check {
        return differs(&name, &text, &formatted);
    }
    if text == formatted.text {
        return exit::OK;
    }
    match io::replace(plan, &formatted.text) {
        Ok(()) => exit::OK,
        Err(reason) => {
            io::err(&format!("error: cannot write `{name}`: {reason}\n"));
            exit::OUTSIDE
        }
    }
}

/// The text and its canonical form; what is left as it is gets a word.
fn formatted(name: &str, bytes: Vec<u8>) -> Option<(String, Formatted)> {
    let Ok(text) = String::from_utf8(bytes) else {
        io::err(&format!(
            "error: `{name}` is not UTF-8 text\n  save it as UTF-8\n"
        ));
        return None;
    };
    let formatted = format::format(&text);
    match formatted.extent {
        Extent::Whole => {}
        Extent::Readable => io::err(&format!(
            "note: {name}: what cannot be read is left as it is; `benchwright check` says why\n"
        )),
        Extent::Nothing => io::err(&format!(
            "warning: {name}: left as it is: laid out anew, it would not be read as the same plan\n"
        )),
    }
    Some((text, formatted))
}

fn differs(name: &str, text: &str, formatted: &Formatted) -> u8 {
    if text == formatted.text {
        return exit::OK;
    }
    io::out(&format!(
        "{name}\n{}",
        format::excerpt(text, &formatted.text)
    ));
    exit::ERRORS
}
