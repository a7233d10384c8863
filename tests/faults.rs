//! Faults from the field: each plan of `tests/faults` tells what happened in its first lines, and the codes at the
//! end of its name must be found, no other. Plans called `clean-…` are the same questions asked well.

use benchwright::analysis::analyse;
use benchwright::checks;
use benchwright::diagnostic::{Answer, Diagnostic, Level};
use benchwright::text::DiskWorld;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The codes that end the file's name; nothing where one of them is not there yet.
fn wanted(file: &Path) -> Option<BTreeSet<String>> {
    let stem = file.file_stem().unwrap().to_str().unwrap();
    let is_code = |w: &&str| {
        w.len() == 4 && w.starts_with(char::is_uppercase) && w[1..].parse::<u32>().is_ok()
    };
    let there = |w: &str| checks::ALL.iter().any(|c| c.info.code == w);
    let codes: Vec<&str> = stem.split('-').filter(is_code).collect();
    let all = codes.iter().all(|c| there(c));
    all.then(|| codes.into_iter().map(str::to_string).collect())
}

/// What stands as a fault. `run` refuses (E103) what M106 says of a plan.
fn is_alarm(d: &Diagnostic) -> bool {
    d.answer == Answer::Refuted && d.level > Level::Info && d.code.code != "E103"
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir("tests/faults")
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "bench"))
        .collect();
    files.sort();
    files
}

#[test]
fn faults_from_the_field_are_found_and_their_controls_are_quiet() {
    let mut wrong = Vec::new();
    for file in files() {
        let analysis = analyse(&DiskWorld, &file).unwrap();
        let all = analysis.diagnostics.iter();
        let alarms: Vec<&Diagnostic> = all.filter(|d| is_alarm(d)).collect();
        let found: BTreeSet<String> = alarms.iter().map(|d| d.code.code.to_string()).collect();
        if wanted(&file).is_some_and(|wanted| found != wanted) {
            let said: Vec<String> = alarms
                .iter()
                .map(|d| format!("  {} {}", d.code.code, d.message))
                .collect();
            wrong.push(format!("{}\n{}", file.display(), said.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
