//! `benchwright status`.

use super::args::PlannedArgs;
use super::{exit, io, planned};
use crate::report::{self, Asked};
use crate::runner::{self, Entry, TaskRecord};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::ExitCode;

/// How many lines of a failed run's complaint are shown.
const LINES: usize = 5;

/// Prints which runs are done, missing and failed.
pub(super) fn status(args: &PlannedArgs) -> ExitCode {
    let (_, commands) = match planned::commands(args) {
        Ok(planned) => planned,
        Err(code) => return code,
    };
    let root = planned::store(&args.plan, args.out.as_deref());
    let (mut done, mut failed, mut missing) = (0, 0, 0);
    let mut text = String::new();
    let mut served = BTreeMap::new();
    let width = commands
        .tasks
        .iter()
        .map(|t| t.name.chars().count())
        .max()
        .unwrap_or(0);
    for (task, key) in commands.tasks.iter().zip(&commands.keys) {
        let name = &task.name;
        let _ = match runner::stored(&root, key) {
            Entry::Done(record) => {
                done += 1;
                take(&mut served, &record);
                writeln!(text, "done     {name:width$}  {}", took(&record))
            }
            Entry::Failed(record) => {
                failed += 1;
                let why = record.failure.clone().unwrap_or_default();
                let folder = root.join("failed").join(key);
                {
                    let mut said = String::new();
                    for line in runner::complaint(&root, key, &record, LINES) {
                        let _ = write!(said, "\n           | {line}");
                    }
                    let _ = write!(said, "\n           in {}", folder.display());
                    writeln!(text, "failed   {name:width$}  {why}{said}")
                }
            }
            Entry::Absent => {
                missing += 1;
                writeln!(text, "missing  {name}")
            }
        };
    }
    let n = commands.tasks.len();
    let _ = match n {
        0 => writeln!(text, "the plan runs no commands"),
        _ => writeln!(
            text,
            "{n} runs: {done} done, {failed} failed, {missing} missing"
        ),
    };
    let all = served.iter().map(|(name, asked)| (name.clone(), asked));
    let table = report::served(all, &io::stdout_style(args.color));
    if !table.is_empty() {
        let _ = write!(text, "\n{table}");
    }
    io::out(&text);
    ExitCode::from(exit::OK)
}

fn take(served: &mut BTreeMap<String, Asked>, record: &TaskRecord) {
    let Some(own) = &record.served else { return };
    let what = &record.what;
    let system = report::blocks::system_name(&what.system, &what.variant);
    let name = format!("{system} on {}", what.partitions.join(", "));
    let asked = served.entry(name).or_default();
    asked.runs += 1;
    asked.latencies.merge(&own.latencies_us);
}

fn took(record: &TaskRecord) -> String {
    let mut text = format!("{:.1} s", record.wall_ms / 1e3);
    if let Some(peak) = record.peak_memory {
        let _ = write!(text, ", {} MiB", peak.bytes.div_ceil(1 << 20));
    }
    if record.attempts > 1 {
        let _ = write!(text, ", {} attempts", record.attempts);
    }
    text
}
