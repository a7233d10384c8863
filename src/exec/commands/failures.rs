//! Commands that failed, put into words.

use super::super::errors::{E110, E111, E112, E113, E114, E115, E116, E117, E119, E120};
use super::Commands;
use crate::diagnostic::Diagnostic;
use crate::hir::Plan;
use crate::runner::{self, Failure, FailureKind, Outcome, StoreError, Task};
use crate::text::Span;
use std::path::Path;

/// Says that the store cannot be used.
pub fn locked(error: &StoreError) -> Diagnostic {
    match error {
        StoreError::Held { path, holder } => {
            let folder = path.parent().unwrap_or(path);
            let by = if holder.is_empty() {
                "another run"
            } else {
                holder
            };
            Diagnostic::new(&E117, format!("`{}` is in use by {by}", folder.display()))
                .help("wait for it to end, or give this run a folder of its own: `--out FOLDER`")
        }
        StoreError::Unwritable { path, reason, full } => {
            unkept(&path.display().to_string(), reason, *full)
        }
    }
}

/// Says that something of a run could not be written.
pub fn unkept(file: &str, reason: &str, full: bool) -> Diagnostic {
    let found = Diagnostic::new(&E116, format!("`{file}` cannot be written: {reason}"));
    if full {
        found.help("make room (`benchwright clean PLAN` takes away runs that no claim needs), then run again: what is finished is kept")
    } else {
        found.help("give the run a folder that can be written: `--out FOLDER`")
    }
}

/// Whether something outside the plan is to blame: a file, a command, a disk.
pub fn is_outside(found: &Diagnostic) -> bool {
    let code = found.code;
    let of_runs = [
        &E110, &E111, &E112, &E113, &E114, &E115, &E116, &E117, &E119, &E120,
    ];
    code.code.starts_with('F') || of_runs.iter().any(|c| c.code == code.code)
}

/// Whether a plan runs to its verdict all the same: it says in each decision what a failure decides.
pub fn survives(plan: &Plan, failures: &[Diagnostic]) -> bool {
    let mut decides = plan.decides.iter();
    let named = plan.decides.iter().next().is_some() && decides.all(|(_, d)| d.failed.is_some());
    let kept = |d: &Diagnostic| d.code.code != E116.code;
    failures.is_empty() || (named && failures.iter().all(kept))
}

impl Commands {
    /// What went wrong, each failure once; those that failed in one way for one command are told together.
    pub fn failures(&self, outcomes: &[Outcome], store: &Path) -> Vec<Diagnostic> {
        let mut groups: Vec<Alike<'_>> = Vec::new();
        for (at, outcome) in outcomes.iter().enumerate() {
            let Outcome::Failed(failure) = outcome else {
                continue;
            };
            let span = self.spans.get(at).copied().unwrap_or_default();
            let kind = alike(&failure.kind);
            match groups.iter_mut().find(|(s, k, _)| *s == span && *k == kind) {
                Some((.., all)) => all.push((at, failure)),
                None => groups.push((span, kind, vec![(at, failure)])),
            }
        }
        let mut found: Vec<Diagnostic> = groups
            .into_iter()
            .filter_map(|(span, _, all)| self.failure(span, &all, store))
            .collect();
        let waiting = outcomes
            .iter()
            .filter(|o| matches!(o, Outcome::NotRun))
            .count();
        if let (Some(first), 1..) = (found.first_mut(), waiting) {
            let runs = if waiting == 1 {
                "1 run was"
            } else {
                "runs were"
            };
            let n = if waiting == 1 {
                String::new()
            } else {
                format!("{waiting} ")
            };
            first
                .witness
                .push(format!("the run ended there: {n}{runs} not done"));
        }
        let blocked = outcomes
            .iter()
            .filter(|o| matches!(o, Outcome::Blocked(_)))
            .count();
        if let (Some(first), 1..) = (found.first_mut(), blocked) {
            let runs = if blocked == 1 {
                "1 run that needs it was"
            } else {
                "runs that need it were"
            };
            let n = if blocked == 1 {
                String::new()
            } else {
                format!("{blocked} ")
            };
            first.witness.push(format!("{n}{runs} not started"));
        }
        found
    }

    fn failure(&self, span: Span, all: &[(usize, &Failure)], store: &Path) -> Option<Diagnostic> {
        let (at, failure) = all.first()?;
        let (task, key) = (self.tasks.get(*at)?, self.keys.get(*at)?);
        let folder = store.join("failed").join(key);
        let mut found = moved(one(task, failure), &failure.folder, &folder);
        found = found.label(span, "this command");
        if failure.attempts > 1 {
            found = found.witness(format!("tried {} times", failure.attempts));
        }
        for line in &failure.said {
            found = found.witness(format!("it said: {line}"));
        }
        let names = all.iter().skip(1).filter_map(|(at, _)| self.tasks.get(*at));
        let names: Vec<String> = names.map(|t| format!("`{}`", t.name)).collect();
        match names.as_slice() {
            [] => {}
            [.., _, _, _, _] => {
                let (n, first) = (names.len(), names.first()?);
                let last = names.last()?;
                found = found.witness(format!("the same of {n} more runs, from {first} to {last}"));
            }
            names => found = found.witness(format!("the same of {}", names.join(", "))),
        }
        Some(match failure.kind {
            FailureKind::NotStarted(..) | FailureKind::Unwritable(..) => found,
            _ => found.witness(format!("logs and files: {}", folder.display())),
        })
    }
}

/// A diagnostic about files that were moved since.
fn moved(mut found: Diagnostic, from: &Path, to: &Path) -> Diagnostic {
    if from.as_os_str().is_empty() {
        return found;
    }
    let (old, new) = (from.display().to_string(), to.display().to_string());
    let texts = found.witness.iter_mut().chain(&mut found.help);
    for text in texts.chain([&mut found.message]) {
        *text = text.replace(&old, &new);
    }
    for place in &mut found.places {
        if let Ok(below) = place.path.strip_prefix(from) {
            place.path = to.join(below);
        }
    }
    found
}

/// Failures of one command that have one kind: where, of which kind, and which.
type Alike<'a> = (Span, String, Vec<(usize, &'a Failure)>);

/// A word for what failures of one kind have in common.
fn alike(kind: &FailureKind) -> String {
    match kind {
        FailureKind::BadOutput(found) => {
            let code = found.first().map_or("", |d| d.code.code);
            format!("output {code}")
        }
        FailureKind::Exit(_)
        | FailureKind::Signal(_)
        | FailureKind::Timeout(_)
        | FailureKind::NotStarted(..)
        | FailureKind::NoOutput
        | FailureKind::Unserved(..)
        | FailureKind::InputChanged(_)
        | FailureKind::Unwritable(..) => kind.text(),
    }
}

fn one(task: &Task, failure: &Failure) -> Diagnostic {
    let kind = &failure.kind;
    let message = format!("the run of `{}` {}", task.name, kind.text());
    match kind {
        FailureKind::Exit(code) => {
            let found = Diagnostic::new(&E110, message);
            match code {
                126 | 127 => {
                    found.help("codes 126 and 127 are a shell's for a program that it cannot start")
                }
                _ => found,
            }
        }
        FailureKind::Signal(_) => Diagnostic::new(&E111, message),
        FailureKind::Timeout(_) => Diagnostic::new(&E112, message)
            .help("give it more time, `limits: { time: 2h }`, or find out what it waits for"),
        FailureKind::NotStarted(program, _, missing) => {
            let found = Diagnostic::new(&E113, message);
            let near = runner::near_program(program).filter(|_| *missing);
            match near {
                Some(near) => found.help(format!("did you mean `{near}`?")),
                None if *missing && program.contains('/') => found.help(
                    "a program with a slash in its name is looked for from the plan's folder",
                ),
                None if *missing => {
                    found.help("no folder of PATH has it: install it, or name its file")
                }
                None => found
                    .help("make it executable, or start it by its interpreter: `python3 train.py`"),
            }
        }
        FailureKind::Unserved(..) => Diagnostic::new(&E120, message).help(
            "it answers each request with a JSON object that has a `prediction`: `benchwright explain E120`",
        ),
        FailureKind::NoOutput => Diagnostic::new(&E114, message).help(
            "a command writes its predictions to the file `{out}`; is the hole in the command?",
        ),
        FailureKind::BadOutput(all) => {
            let mut found = Diagnostic::new(&E115, message);
            if let Some(first) = all.first() {
                found.places.clone_from(&first.places);
                found.witness.clone_from(&first.witness);
                found.help.clone_from(&first.help);
            }
            for more in all.iter().skip(1).take(3) {
                found = found.witness(format!("and {}", more.message));
            }
            found
        }
        FailureKind::InputChanged(_) => Diagnostic::new(&E119, message)
            .help("let it write beside `{out}`, whose folder is its own"),
        FailureKind::Unwritable(file, reason, full) => unkept(file, reason, *full),
    }
}
