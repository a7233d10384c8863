//! The language, sentence by sentence: each page under `tests/language` quotes what the language promises and
//! shows plans that would be answered otherwise if it were false.
//!
//! A `bench` block goes behind base.bench, an `alone` block stands for itself, and `says:` lines are all that
//! is said of it. A `run` block goes behind the page's `base` block, is run beside its `data` files, and
//! `gives:` lines are what stands in the result. Files of `data` blocks lie beside every plan that follows.

use super::support::pipeline;
use benchwright::analysis::analyse;
use benchwright::diagnostic::Diagnostic;
use benchwright::text::MemoryWorld;
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

const FOLDER: &str = "tests/language";

/// A plan of a page, and what must be said of it.
struct Case {
    page: String,
    line: usize,
    sentence: String,
    plan: String,
    says: Vec<String>,
    /// Places of the result (JSON pointers) with what stands there.
    gives: Vec<(String, Value)>,
    files: Vec<(String, String)>,
}

/// The cases of a page: a quoted sentence, then blocks of plans, each with its `says:` or `gives:` lines.
fn cases(page: &str, text: &str, base: &str) -> Vec<Case> {
    let mut found: Vec<Case> = Vec::new();
    let (mut sentence, mut own_base, mut files) = (String::new(), String::new(), Vec::new());
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(quoted) = line.strip_prefix("> ") {
            sentence = quoted.to_string();
        } else if let Some(kind) = line.strip_prefix("```") {
            let block = lines.by_ref().take_while(|(_, l)| *l != "```");
            let block: String = block.map(|(_, l)| format!("{l}\n")).collect();
            let plan = match kind {
                "bench" => format!("{base}\n{block}"),
                "alone" => block,
                "run" => format!("{own_base}\n{block}"),
                "base" => {
                    own_base = block;
                    continue;
                }
                other => {
                    let file = other
                        .strip_prefix("data ")
                        .unwrap_or_else(|| panic!("{other}"));
                    files.push((file.to_string(), block));
                    continue;
                }
            };
            found.push(Case {
                page: page.to_string(),
                line: number + 1,
                sentence: sentence.clone(),
                plan,
                says: Vec::new(),
                gives: Vec::new(),
                files: files.clone(),
            });
        } else if let Some(said) = line.strip_prefix("says: ") {
            found.last_mut().unwrap().says.push(said.to_string());
        } else if let Some(given) = line.strip_prefix("gives: ") {
            let (pointer, value) = given.split_once(' ').unwrap();
            let value = serde_json::from_str(value).unwrap_or_else(|e| panic!("{given}: {e}"));
            let gives = &mut found.last_mut().unwrap().gives;
            gives.push((pointer.to_string(), value));
        }
    }
    found
}

/// Whether the values are the same, numbers but for rounding.
fn same(found: &Value, wanted: &Value) -> bool {
    match (found.as_f64(), wanted.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        _ => found == wanted,
    }
}

/// The plan of a case with the files beside it.
fn world(case: &Case) -> MemoryWorld {
    let world = MemoryWorld::default().with("plan.bench", &case.plan);
    let with = |world: MemoryWorld, (name, text): &(String, String)| world.with(name, text);
    case.files.iter().fold(world, with)
}

/// What is wrong with the result of a case, if anything.
fn misgiven(case: &Case) -> Option<String> {
    let world = world(case);
    let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
    // What the rules mean, whether or not it is wise to write them.
    let errors = analysis.diagnostics.iter().filter(|d| d.is_error());
    let errors: String = errors.filter(|d| of_the_language(d)).map(whole).collect();
    if !errors.is_empty() {
        return Some(errors);
    }
    let result = match pipeline::run_analysed(&world, &analysis, "plan.bench") {
        Ok(result) => serde_json::to_value(&result).unwrap(),
        Err(errors) => return Some(errors.iter().map(whole).collect()),
    };
    let mut wrong = case.gives.iter().filter(|(pointer, wanted)| {
        let found = result.pointer(pointer).unwrap_or(&Value::Null);
        !same(found, wanted)
    });
    let (pointer, wanted) = wrong.next()?;
    let found = result.pointer(pointer).unwrap_or(&Value::Null);
    Some(format!("{pointer} is {found:#}, not {wanted}"))
}

fn of_the_language(d: &Diagnostic) -> bool {
    d.code.code.starts_with(['S', 'N', 'T', 'F', 'E'])
}

/// The message with its labels and remedies.
fn whole(d: &Diagnostic) -> String {
    let labels = d.labels.iter().map(|l| l.text.as_str());
    let help = d.help.iter().map(String::as_str);
    let fixes = d.fixes.iter().flat_map(|f| {
        [f.title.as_str()]
            .into_iter()
            .chain(f.edits.iter().map(|e| e.text.as_str()))
    });
    let parts = labels.chain(help).chain(fixes);
    parts.fold(format!("{} {}", d.code.code, d.message), |text, part| {
        format!("{text}\n{part}")
    })
}

/// What is wrong with the answer to a case, if anything.
fn fault(case: &Case) -> Option<String> {
    if !case.gives.is_empty() {
        return misgiven(case);
    }
    let world = world(case);
    let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
    let mut said: Vec<String> = analysis
        .diagnostics
        .iter()
        .filter(|d| of_the_language(d))
        .map(whole)
        .collect();
    let all = said.join("\n  ");
    let wanted: Vec<&String> = case.says.iter().filter(|s| *s != "nothing").collect();
    for want in wanted {
        let (code, part) = want.split_once(' ').unwrap_or((want, ""));
        let Some(place) = said
            .iter()
            .position(|s| s.starts_with(code) && s.contains(part))
        else {
            return Some(format!("not said: {want}\n  {all}"));
        };
        said.remove(place);
    }
    (!said.is_empty()).then(|| format!("said beside it:\n  {all}"))
}

#[test]
fn every_sentence_holds() {
    let base = std::fs::read_to_string(format!("{FOLDER}/base.bench")).unwrap();
    let mut pages: Vec<String> = std::fs::read_dir(FOLDER)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.ends_with(".md"))
        .collect();
    pages.sort();
    let (mut count, mut faults) = (0, String::new());
    for page in pages {
        let text = std::fs::read_to_string(format!("{FOLDER}/{page}")).unwrap();
        for case in cases(&page, &text, &base) {
            count += 1;
            assert!(
                case.says.is_empty() != case.gives.is_empty(),
                "{page}:{} says nothing of what is said or given",
                case.line
            );
            if let Some(fault) = fault(&case) {
                let _ = writeln!(
                    faults,
                    "{}:{}: {}\n  {fault}",
                    case.page, case.line, case.sentence
                );
            }
        }
    }
    assert!(faults.is_empty(), "of {count} cases:\n{faults}");
}
