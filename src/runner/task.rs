//! What is to be run, and the key under which its result is kept.

use super::record::{FileHash, What};
use super::serve::Serving;
use crate::data;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

/// Raised whenever the meaning of what is kept changes: older results are then made again.
const FORMAT: u32 = 1;

/// A command to run.
#[derive(Debug, Clone, Default)]
pub struct Task {
    /// What it is, in the plan's words.
    pub what: What,
    /// As people read it: `chars - bigrams, seed 3`.
    pub name: String,
    /// The command.
    pub words: Vec<Word>,
    /// Variables set for it, beside those it inherits.
    pub env: BTreeMap<String, String>,
    /// Files it is given.
    pub inputs: Vec<Handed>,
    /// Tasks whose outputs it is given, or that must come before it; places in the list of tasks.
    pub upstream: Vec<usize>,
    /// The name of its output file.
    pub output: String,
    /// Where the program was found.
    pub found: Option<PathBuf>,
    /// The program, with its hash.
    pub program: Option<FileHash>,
    /// Files of the project that the command names.
    pub scripts: Vec<FileHash>,
    /// Variables of the surroundings that may change the result, as they are.
    pub surroundings: BTreeMap<String, String>,
    /// Cores it is promised.
    pub cores: u32,
    /// Memory it is promised, in bytes; 0 where nothing is said.
    pub memory: u64,
    /// What only one task may use at a time.
    pub device: Option<String>,
    /// Other things that change what it means, by name: hardware, version.
    pub declared: BTreeMap<String, String>,
    /// Its limits.
    pub limits: Limits,
    /// How it is asked, where it answers requests instead of writing its output itself.
    pub serve: Option<Serving>,
}

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word(pub Vec<Part>);

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// A path that is known only when the task runs.
    Path(Place),
    /// A path within the script of a shell, between these quotes of the script.
    Quoted(Place, Option<char>),
}

/// A path of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// An input, by its name.
    Input(String),
    /// The output of another task.
    Upstream(usize),
    /// The output.
    Output,
    /// The output's name without its ending, which the command writes itself.
    OutputStem,
    /// The name of the output of another task without its ending.
    UpstreamStem(usize),
    /// The port at which it is asked.
    Port,
}

/// A file that a task is given in a folder of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Its name there: `train.csv`.
    pub name: String,
    /// Its hash.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// How many rows; 0 where that is not known.
    pub rows: u64,
    /// What it holds, in words.
    pub holds: String,
    /// Where it comes from.
    pub source: Source,
}

/// Where an input comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file of the store's `splits`.
    Split(String),
    /// Any other file, by its path.
    File(PathBuf),
}

/// How long a task may take, and which failures are tried again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// The longest.
    pub time: Option<Duration>,
    /// How often it is tried again.
    pub retries: u32,
    /// After which failures; after all of the command's own where empty.
    pub retry_on: Vec<RetryOn>,
}

/// A failure that may not happen again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryOn {
    /// It ended with this code.
    Exit(i32),
    /// It took too long.
    Timeout,
    /// A signal ended it.
    Signal,
}

impl Word {
    /// The word with each path filled in.
    pub fn fill(&self, path: impl Fn(&Place) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Path(place) => path(place),
            Part::Quoted(place, quote) => quoted(&path(place), *quote),
        };
        self.0.iter().map(part).collect()
    }
}

/// A value as it may stand in the script of a shell, where no quote or one of them is open.
pub(crate) fn quoted(value: &str, open: Option<char>) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./=:@%+,".contains(c);
    match open {
        Some('\'') => value.replace('\'', r"'\''"),
        Some(_) => {
            let mut safe = String::new();
            for c in value.chars() {
                if matches!(c, '"' | '\\' | '$' | '`') {
                    safe.push('\\');
                }
                safe.push(c);
            }
            safe
        }
        None if !value.is_empty() && value.chars().all(plain) => value.to_string(),
        None => format!("'{}'", value.replace('\'', r"'\''")),
    }
}

impl Task {
    /// The command as it is the same on every machine and in every folder: paths as `{train.csv}`, `{out.csv}`.
    pub fn canonical(&self, tasks: &[Task]) -> Vec<String> {
        let path = |place: &Place| match place {
            Place::Input(name) => format!("{{{name}}}"),
            Place::Output => format!("{{{}}}", self.output),
            Place::OutputStem => "{out}".to_string(),
            Place::Upstream(at) | Place::UpstreamStem(at) => {
                let name = tasks.get(*at).map_or("", |t| t.name.as_str());
                format!("{{output of {name}}}")
            }
            Place::Port => "{port}".to_string(),
        };
        self.words.iter().map(|w| w.fill(path)).collect()
    }
}

/// The key of a task: a hash of everything that can change its result. Those of the tasks before it are
/// known: `keys` has one for each.
pub fn key(task: &Task, tasks: &[Task], keys: &[String]) -> String {
    let mut text = format!("benchwright task {FORMAT}\n");
    let mut line = |name: &str, value: &str| {
        // Lengths keep two lists of words from looking alike.
        let _ = writeln!(text, "{name} {} {value}", value.len());
    };
    for word in task.canonical(tasks) {
        line("word", &word);
    }
    for (name, value) in task.env.iter().chain(&task.surroundings) {
        line("env", &format!("{name}={value}"));
    }
    for input in &task.inputs {
        line("input", &format!("{} {}", input.name, input.sha256));
    }
    for &at in &task.upstream {
        line("upstream", keys.get(at).map_or("", String::as_str));
    }
    for file in task.program.iter().chain(&task.scripts) {
        line("file", &file.sha256);
    }
    for (name, value) in &task.declared {
        line("declared", &format!("{name} {value}"));
    }
    line("output", &task.output);
    if let Some(serving) = &task.serve {
        line("serve", &serving.canonical());
    }
    let mut key = data::sha256(text.as_bytes());
    key.truncate(32);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(word: &str) -> Task {
        Task {
            words: vec![Word(vec![
                Part::Text(word.into()),
                Part::Path(Place::Input("on.csv".into())),
            ])],
            output: "out.csv".into(),
            ..Task::default()
        }
    }

    #[test]
    fn everything_that_can_change_the_result_changes_the_key() {
        let base = task("a");
        let keys = |t: &Task| key(t, &[], &[]);
        let first = keys(&base);
        assert_eq!(first, keys(&task("a")));
        let changes: Vec<fn(&mut Task)> = vec![
            |t| t.words.push(Word(vec![Part::Text(String::new())])),
            |t| drop(t.env.insert("A".into(), "1".into())),
            |t| drop(t.surroundings.insert("TZ".into(), "UTC".into())),
            |t| drop(t.declared.insert("cores".into(), "2".into())),
            |t| t.output = "out.jsonl".into(),
            |t| t.program = Some(FileHash::default()),
            |t| {
                t.inputs.push(Handed {
                    name: "on.csv".into(),
                    sha256: "1".into(),
                    bytes: 1,
                    rows: 1,
                    holds: String::new(),
                    source: Source::Split(String::new()),
                });
            },
        ];
        let mut all = vec![first];
        for change in changes {
            let mut other = base.clone();
            change(&mut other);
            all.push(keys(&other));
        }
        all.push(key(
            &Task {
                upstream: vec![0],
                ..base
            },
            &[],
            &["k".into()],
        ));
        let mut unique = all.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), all.len());
    }

    #[test]
    fn values_in_a_script_are_quoted_for_where_they_stand() {
        let nasty = "a'b\"c$(d)`e`\\ f";
        for (open, wrap) in [(None, ""), (Some('\''), "'"), (Some('"'), "\"")] {
            let script = format!("printf %s {wrap}{}{wrap}", quoted(nasty, open));
            let out = std::process::Command::new("sh")
                .arg("-c")
                .arg(&script)
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(out.stdout).unwrap(), nasty, "{script}");
        }
        assert_eq!(quoted("/plain/path.csv", None), "/plain/path.csv");
    }
}
