//! A small plan whose systems are run by `sh` and `python3`, in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder with a plan, its data and its scripts.
pub struct Project {
    folder: TempDir,
    pub home: PathBuf,
}

/// Copies the text of each row to its prediction, but for one row in `seed + 2`: shorter than Python to start.
pub const PREDICT: &str = r#"#!/bin/sh
# predict.sh TRAIN ON OUT SEED
awk -F, -v seed="$4" 'NR == 1 { print "id,prediction"; next } { print $1 "," ((NR % (seed + 2)) ? $2 : "neg") }' "$2" > "$3"
"#;

/// The command of the systems unless a test says another.
pub const RUN: &str = "sh predict.sh {train} {on} {out} {seed}";

impl Project {
    /// Baseline `a` predicts one class, candidate `b` runs `run`; both with two seeds.
    pub fn new(run: &str) -> Self {
        Self::within("", run, "")
    }

    /// The same with more fields in `b`.
    pub fn with(run: &str, fields: &str) -> Self {
        Self::within("", run, fields)
    }

    /// The same in a folder of this name.
    pub fn within(name: &str, run: &str, fields: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join(name);
        std::fs::create_dir_all(&home).unwrap();
        let project = Project { folder, home };
        project.write("p.bench", &plan(run, fields));
        project.write("d.csv", &data());
        project.write("predict.sh", PREDICT);
        project
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        String::from_utf8(std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_benchwright"));
        command
            .args(args)
            .current_dir(&self.home)
            .env_remove("NO_COLOR")
            .stdin(Stdio::null());
        command
    }

    /// Runs benchwright in the project's folder.
    pub fn benchwright(&self, args: &[&str]) -> Done {
        Done::of(self.command(args).output().unwrap())
    }

    pub fn run(&self) -> Done {
        self.benchwright(&["run", "p.bench"])
    }

    /// The folders of finished tasks, or of failed ones.
    pub fn kept(&self, kind: &str) -> Vec<PathBuf> {
        let folder = self.path(".bench/p").join(kind);
        let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .map(|e| e.unwrap().path())
            .collect();
        found.sort();
        found
    }

    /// The records of finished or failed tasks, by name.
    pub fn records(&self, kind: &str) -> Vec<serde_json::Value> {
        let read = |folder: PathBuf| std::fs::read(folder.join("task.json")).unwrap();
        let mut found: Vec<serde_json::Value> = self
            .kept(kind)
            .into_iter()
            .map(|folder| serde_json::from_slice(&read(folder)).unwrap())
            .collect();
        found.sort_by_key(|r| r["name"].as_str().unwrap().to_owned());
        found
    }
}

/// How a command ended.
#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Done {
    pub fn of(output: Output) -> Self {
        Done {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// That it ended with a code, and said all of these.
    pub fn expect(&self, code: i32, said: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        let all = format!("{}{}", self.out, self.err);
        // Lines break where the terminal ends.
        let flat: Vec<&str> = all.split_whitespace().collect();
        let flat = flat.join(" ");
        for text in said {
            let there = all.contains(text) || flat.contains(text);
            assert!(there, "{text:?} is missing in:\n{all}");
        }
        self
    }
}

pub fn plan(run: &str, fields: &str) -> String {
    let run = run.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        r#"use std.classification.{{accuracy, f1_macro}}
plan p {{ objective: "o", primary: accuracy, guardrails: [f1_macro] }}
dataset d {{
  source: "d.csv", version: "1", id: id, label: y in [neg, pos], split: column(part) {{ train: "train", val: "val", test: "test" }}
  columns: {{ later: {{ known: after_outcome }}, hint: {{ derived_from: label }} }}
}}
baseline a {{ train: d.train, tune: d.val {{ by: accuracy, trials: 2 }}, seeds: 2, run: "sh predict.sh {{train}} {{on}} {{out}} {{seed}} a" }}
candidate b from a {{
  {fields}
  run: "{run}"
}}
compare b with a {{ on: d.test, metrics: [accuracy, f1_macro], interval: bootstrap(300) }}
decide for b against a {{
  ship when gain(accuracy) > 0pp
  hold otherwise
}}
"#
    )
}

/// 12 training rows, 6 for validation, 60 to judge; `word` tells the class.
pub fn data() -> String {
    let mut text = String::from("id,word,y,later,hint,part\n");
    for (part, rows) in [("train", 12), ("val", 6), ("test", 60)] {
        for i in 0..rows {
            let class = if i % 2 == 0 { "pos" } else { "neg" };
            let word = if i % 7 == 3 { "neg" } else { class };
            text += &format!("{part}{i},{word},{class},L{class},H{class},{part}\n");
        }
    }
    text
}
