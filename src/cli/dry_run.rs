//! `benchwright dry-run`.

use super::args::PlannedArgs;
use super::{exit, io, planned};
use crate::runner::{self, Entry, Task};
use std::fmt::Write;
use std::process::ExitCode;

/// Prints every command in its order, why it is needed, what it is given, and whether it is done.
pub(super) fn dry_run(args: &PlannedArgs) -> ExitCode {
    let (_, commands) = match planned::commands(args) {
        Ok(planned) => planned,
        Err(code) => return code,
    };
    let root = planned::store(&args.plan, args.out.as_deref());
    let mut text = String::new();
    let mut open = 0;
    let all = commands.tasks.iter().zip(&commands.keys).zip(&commands.why);
    for (n, ((task, key), why)) in (1..).zip(all) {
        let state = match runner::stored(&root, key) {
            Entry::Done(_) => "done, not run again",
            Entry::Failed(_) => "failed last time, to run",
            Entry::Absent => "to run",
        };
        open += usize::from(state.ends_with("to run"));
        let _ = writeln!(text, "{n:>4}  {}  ({state})", task.name);
        match task.declared.get("endpoint") {
            Some(endpoint) => {
                let _ = writeln!(text, "      at {endpoint}");
            }
            None => {
                let _ = writeln!(text, "      $ {}", shown(task, &commands.tasks));
            }
        }
        if let Some(serving) = &task.serve {
            let before = match serving.warmup {
                0 => String::new(),
                n => format!(", after {n} that are not timed"),
            };
            let (n, load) = (serving.requests, serving.load());
            let _ = writeln!(text, "      asked {n} times, {load}{before}");
        }
        let rows = task.serve.iter().map(|s| &s.rows);
        for input in task.inputs.iter().chain(rows) {
            let rows = if input.rows > 0 {
                format!(", {} rows", input.rows)
            } else {
                String::new()
            };
            let _ = writeln!(text, "      {{{}}}: {}{rows}", input.name, input.holds);
        }
        let _ = writeln!(text, "      for: {}", why.join(" · "));
    }
    let n = commands.tasks.len();
    let _ = match n {
        0 => writeln!(text, "the plan runs no commands"),
        _ => writeln!(text, "{n} runs, {open} to run, {} done", n - open),
    };
    io::out(&text);
    ExitCode::from(exit::OK)
}

/// A command as one would type it, paths as `{train.csv}`.
fn shown(task: &Task, tasks: &[Task]) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./=:@%+,{}".contains(c);
    let quoted = |word: &String| {
        if !word.is_empty() && word.chars().all(plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    let env = task
        .env
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    let words = task.canonical(tasks);
    let all: Vec<String> = env.chain(words.iter().map(quoted)).collect();
    all.join(" ")
}
