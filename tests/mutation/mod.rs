//! How well the checks find faults: operators turn sound plans into plans with one fault, and each check is
//! held to what it finds and what it wrongly says. `UPDATE=1 cargo test --test all mutation` writes
//! `docs/precision.md` anew; `MUTANTS=folder` writes every mutant there as well, to look at.

mod base;
mod companions;
mod operators;
mod rows;
mod table;

use base::{Base, Mutant};
use benchwright::analysis::analyse;
use benchwright::checks;
use benchwright::diagnostic::{Answer, Diagnostic, Level};
use benchwright::text::{DiskWorld, MemoryWorld};
use operators::Operator;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Of one operator and one plan made for this, at most so many places are tried; of other plans one.
const PLACES: usize = 3;

/// Folders of sound plans.
const SOUND: [&str; 13] = [
    "tests/mutation/plans",
    "tests/plans",
    "tests/whole-plan",
    "examples/atlas",
    "examples/augmentation",
    "examples/classifier",
    "examples/digits",
    "examples/five-lines",
    "examples/hardware-cost",
    "examples/latency",
    "examples/multilingual",
    "examples/reviews",
    "examples/vision-reported",
];

/// A mutant and what was said of it.
pub struct Trial {
    pub operator: Operator,
    pub base: String,
    pub text: String,
    /// Codes of refuted claims that are no mere hints.
    pub alarms: BTreeSet<&'static str>,
    /// Whether the code that is meant was found, as its level and answer may be.
    pub found: bool,
    /// Errors of syntax, names, types and execution.
    pub unmeant: Vec<String>,
}

/// The code of a check, unless it is not there yet.
pub fn implemented(code: &str) -> bool {
    checks::ALL.iter().any(|c| c.info.code == code)
}

fn bases() -> Vec<Base> {
    let mut bases = Vec::new();
    for file in sound_plans() {
        let text = std::fs::read_to_string(&file).unwrap();
        bases.push(Base::new(file.to_str().unwrap(), &text));
    }
    bases
}

/// Plans that show a part of the language beside a mistake of names or types, which other tests want.
const UNSOUND: [&str; 3] = [
    "tests/plans/metrics.bench",
    "tests/plans/ship-chars.bench",
    "tests/plans/stacked.bench",
];

fn sound_plans() -> Vec<PathBuf> {
    let all = SOUND.iter().flat_map(|f| plans(Path::new(f)));
    all.filter(|f| !UNSOUND.iter().any(|u| f == Path::new(u)))
        .collect()
}

fn plans(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "bench"))
        .collect();
    files.sort();
    files
}

/// The places to try: all where they are few, otherwise a choice that depends on names alone.
fn chosen(all: Vec<Mutant>, operator: &Operator, base: &Base) -> Vec<Mutant> {
    let mut all: Vec<(usize, Mutant)> = all.into_iter().enumerate().collect();
    let most = if base.name.starts_with(SOUND[0]) {
        PLACES
    } else {
        1
    };
    if all.len() > most {
        all.sort_by_key(|(i, _)| mixed(&format!("{} {} {i}", operator.name, base.name)));
        all.truncate(most);
        all.sort_by_key(|m| m.0);
    }
    all.into_iter().map(|m| m.1).collect()
}

/// FNV-1a, and a last mix of its bits.
fn mixed(text: &str) -> u64 {
    let step = |h: u64, b: u8| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3);
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn diagnostics(text: &str) -> Vec<Diagnostic> {
    let world = MemoryWorld::default().with("plan.bench", text);
    analyse(&world, Path::new("plan.bench"))
        .unwrap()
        .diagnostics
}

fn is_alarm(d: &Diagnostic) -> bool {
    d.answer == Answer::Refuted && d.level > Level::Info && d.waived.is_none()
}

/// Whether this is the finding that is meant: refuted, at the level of the check; open for L107 alone.
fn is_meant(d: &Diagnostic, code: &str) -> bool {
    let answer = if code == "L107" {
        d.answer != Answer::Proved
    } else {
        d.answer == Answer::Refuted
    };
    d.code.code == code && answer && d.waived.is_none()
}

/// What the language itself refuses before a check could speak: no mutant.
const REFUSED: &[(&str, &str)] = &[
    // A variant that is spelt out lacks what its component requires.
    ("A104", "N108"),
];

/// Errors that say of the mutant what its check says of it, too.
const MEANT: &[(&str, &str)] = &[("M106", "E103")];

fn trial(operator: Operator, base: &Base, mutant: &Mutant) -> Option<Trial> {
    let text = base.apply(mutant);
    let said = diagnostics(&text);
    let refused = |d: &Diagnostic| REFUSED.contains(&(operator.code, d.code.code));
    if said.iter().any(refused) {
        return None;
    }
    let check = |d: &&Diagnostic| implemented(d.code.code);
    // What the plan waives elsewhere, it may say of more places now.
    let waived = |d: &&Diagnostic| base.text.contains(&format!("@allow({}", d.code.code));
    let alarms = said
        .iter()
        .filter(check)
        .filter(|d| is_alarm(d) && !waived(d));
    Some(Trial {
        operator,
        base: base.name.clone(),
        alarms: alarms.map(|d| d.code.code).collect(),
        found: said.iter().any(|d| is_meant(d, operator.code)),
        unmeant: said
            .iter()
            .filter(|d| !check(d) && d.is_error())
            .filter(|d| !MEANT.contains(&(operator.code, d.code.code)))
            .map(|d| format!("{} {}", d.code.code, d.message))
            .collect(),
        text,
    })
}

fn trials(bases: &[Base]) -> Vec<Trial> {
    let mut made = Vec::new();
    for operator in operators::all() {
        // A plan that waives the code cannot show it.
        let waives = |b: &&Base| b.text.contains(&format!("@allow({}", operator.code));
        for base in bases.iter().filter(|b| !waives(b)) {
            let places = chosen((operator.apply)(base), &operator, base);
            made.extend(places.into_iter().map(|m| (operator, base, m)));
        }
    }
    let tried: Vec<Option<Trial>> = made.par_iter().map(|(o, b, m)| trial(*o, b, m)).collect();
    tried.into_iter().flatten().collect()
}

/// Writes the mutants into the folder that `MUTANTS` names.
fn write_mutants(trials: &[Trial]) {
    let Some(folder) = std::env::var_os("MUTANTS").map(PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(&folder).unwrap();
    for (i, t) in trials.iter().enumerate() {
        let base = Path::new(&t.base).file_stem().unwrap().to_str().unwrap();
        let head = format!("# {} {}\n# {}\n", t.operator.code, t.operator.name, t.base);
        let name = format!("{}-{i:04}-{base}.bench", t.operator.code);
        std::fs::write(folder.join(name), head + &t.text).unwrap();
    }
}

#[test]
fn sound_plans_raise_no_alarm() {
    let mut wrong = Vec::new();
    for file in sound_plans() {
        let analysis = analyse(&DiskWorld, &file).unwrap();
        for d in analysis.diagnostics.iter().filter(|d| is_alarm(d)) {
            wrong.push(format!("{}: {} {}", file.display(), d.code.code, d.message));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_seeded_fault_is_found_and_nothing_else_said() {
    let bases = bases();
    let trials = trials(&bases);
    write_mutants(&trials);
    let of_rows = rows::trials();
    let page = table::page(&bases, &trials) + &rows::section(&of_rows);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write("docs/precision.md", &page).unwrap();
    }
    let mut wrong = table::wrong(&trials);
    wrong.extend(rows::wrong(&of_rows));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let held = std::fs::read_to_string("docs/precision.md").unwrap_or_default();
    assert!(
        held == page,
        "docs/precision.md is stale; run `UPDATE=1 cargo test --test all mutation`"
    );
}

/// Every code of the catalogue has an operator, and no operator means a code that isn't there.
#[test]
fn every_design_check_has_an_operator() {
    let with: BTreeSet<&str> = operators::all().iter().map(|o| o.code).collect();
    let wanted: BTreeSet<&str> = table::CATALOGUE.iter().map(|c| c.0).collect();
    assert_eq!(with, wanted);
    let design = |c: &&&str| !c.starts_with("L2") && !c.starts_with('F');
    let known: Vec<&str> = checks::ALL.iter().map(|c| c.info.code).collect();
    let missing: Vec<&&str> = known
        .iter()
        .filter(design)
        .filter(|c| !wanted.contains(**c))
        .collect();
    assert!(missing.is_empty(), "{missing:?} want operators");
}
