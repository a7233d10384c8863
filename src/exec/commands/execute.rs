//! Running the commands of a plan.

use super::failures::locked;
use super::{Commands, Made};
use crate::diagnostic::Diagnostic;
use crate::exec::{Event, Events, Prepared, validate};
use crate::hir::Plan;
use crate::runner::{self, Entry, Outcome, Settings, Store};
use crate::text::SourceMap;
use std::path::Path;

/// Runs what isn't finished of `commands` and gives the outputs of all, with what failed. `root` is the folder of the
/// store as the user names it.
///
/// # Errors
/// The store is in use or cannot be written.
pub fn execute(
    plan: &Plan,
    sources: &SourceMap,
    prepared: &Prepared,
    commands: &Commands,
    root: &Path,
    settings: &Settings<'_>,
    events: Events<'_>,
) -> Result<(Made, Vec<Diagnostic>), Vec<Diagnostic>> {
    if commands.is_empty() {
        return Ok((Made::default(), Vec::new()));
    }
    let store = Store::open(root).map_err(|error| vec![locked(&error)])?;
    for (name, (sha256, bytes)) in &commands.splits {
        let written = store.split(name, sha256, bytes);
        written.map_err(|error| vec![locked(&error)])?;
    }
    let check = |at: usize, file: &Path| validate(plan, sources, prepared, commands, (at, file));
    let tell = |event: runner::Event<'_>| match event {
        runner::Event::Tasks(open, done) => events(Event::Commands(open, done)),
        runner::Event::Began(task) => events(Event::Began(&task.name)),
        runner::Event::Ended(task, outcome) => {
            events(Event::Ended(
                &task.name,
                matches!(outcome, Outcome::Done(_)),
            ));
        }
    };
    let (tasks, keys) = (&commands.tasks, &commands.keys);
    let outcomes = runner::run(&store, tasks, keys, settings, &check, &tell);
    let failures = commands.failures(&outcomes, root);
    Ok((commands.made(root, &outcomes), failures))
}

/// The outputs of the runs that are finished in the store at `root`, as [`execute`] gives them; nothing is run, and
/// what is not there counts as failed.
pub fn kept(commands: &Commands, root: &Path) -> Made {
    let outcome = |key: &String| match runner::stored(root, key) {
        Entry::Done(record) => Outcome::Cached(record),
        Entry::Failed(_) | Entry::Absent => Outcome::NotRun,
    };
    let outcomes: Vec<Outcome> = commands.keys.iter().map(outcome).collect();
    commands.made(root, &outcomes)
}
