//! Terminal properties and output that survives a closed pipe.

use super::args::{Color, PolicyArgs};
use super::exit;
use crate::analysis::{Analysis, LoadError, Policy, analyse, hold};
use crate::data::{DataError, write_atomic};
use crate::diagnostic::Diagnostic;
use crate::render::{self, Options};
use crate::report::layout::Style;
use crate::result;
use crate::text::DiskWorld;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

/// Prints to standard output; a reader that went away is no error.
pub(super) fn out(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
    let _ = std::io::stdout().flush();
}

/// Prints to standard error.
pub(super) fn err(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// How text looks on a stream.
pub(super) fn style(color: Color, terminal: bool) -> Style {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let width = terminal_size::terminal_size().map(|(w, _)| usize::from(w.0));
    Style {
        width: if terminal { width.unwrap_or(100) } else { 100 },
        unicode: !terminal || speaks_utf8(),
        color: match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !plain,
        },
    }
}

/// The style of standard output.
pub(super) fn stdout_style(color: Color) -> Style {
    style(color, std::io::stdout().is_terminal())
}

/// The style of standard error.
pub(super) fn stderr_style(color: Color) -> Style {
    style(color, std::io::stderr().is_terminal())
}

fn speaks_utf8() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    set.is_none_or(|value| {
        let value = value.to_lowercase();
        value.contains("utf-8") || value.contains("utf8")
    })
}

/// Reads and analyses a plan and holds it to the policy; what goes wrong is printed.
pub(super) fn load(path: &Path, args: &PolicyArgs) -> Result<Analysis, ExitCode> {
    let mut analysis = analyse(&DiskWorld, path).map_err(|error| unread(path, &error))?;
    hold(&mut analysis.diagnostics, &policy(args)).map_err(|error| {
        err(&format!("error: {error}\n"));
        ExitCode::from(exit::OUTSIDE)
    })?;
    Ok(analysis)
}

/// Says that a plan cannot be read.
pub(super) fn unread(path: &Path, error: &LoadError) -> ExitCode {
    err(&format!("error: {error}\n{}", advice(path, error)));
    ExitCode::from(exit::OUTSIDE)
}

fn advice(path: &Path, error: &LoadError) -> String {
    match error {
        LoadError::Unreadable(_, e) if e.kind() == std::io::ErrorKind::NotFound => {
            near_plans(path).map_or_else(String::new, |near| format!("  did you mean `{near}`?\n"))
        }
        LoadError::NotText(..) => "  save it as UTF-8\n".into(),
        LoadError::Unreadable(..) => String::new(),
    }
}

/// A plan beside `path` with a near name.
fn near_plans(path: &Path) -> Option<String> {
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let names: Vec<String> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|n| n.ends_with(".bench") && !n.starts_with('.'))
        .collect();
    let wanted = path.file_name()?.to_string_lossy().into_owned();
    let near = crate::diagnostic::suggest(&wanted, names.iter().map(String::as_str))?;
    Some(path.with_file_name(near).display().to_string())
}

/// What the arguments say of which findings count.
pub(super) fn policy(args: &PolicyArgs) -> Policy {
    Policy {
        deny: args.deny.clone(),
        select: args.select.clone(),
        ignore: args.ignore.clone(),
    }
}

/// The same for a report; `None` where nothing is said.
pub(super) fn policy_used(args: &PolicyArgs) -> Option<result::Policy> {
    let used = result::Policy {
        deny: args.deny.clone(),
        select: args.select.clone(),
        ignore: args.ignore.clone(),
    };
    (used != result::Policy::default()).then_some(used)
}

/// Shows diagnostics on standard error.
pub(super) fn complain(diagnostics: &[Diagnostic], analysis: &Analysis, color: Color) {
    let options = Options {
        style: stderr_style(color),
        fixable: false,
        proofs: false,
    };
    err(&render::terminal(diagnostics, &analysis.sources, &options));
}

/// Replaces a plan file: writes through links, and keeps who may do what with the file.
pub(super) fn replace(plan: &Path, text: &str) -> Result<(), String> {
    let target = std::fs::canonicalize(plan).map_err(|e| e.to_string())?;
    let permissions = std::fs::metadata(&target).map_err(|e| e.to_string())?;
    if permissions.permissions().readonly() {
        return Err("it is read-only".to_owned());
    }
    write_atomic(&target, text.as_bytes()).map_err(|error| match error {
        DataError::Unwritable { reason, .. } => reason,
        _ => "it cannot be replaced".to_owned(),
    })?;
    std::fs::set_permissions(&target, permissions.permissions()).map_err(|e| e.to_string())
}
