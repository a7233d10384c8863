//! The language, sentence by sentence: each page under `tests/language` quotes what the language promises and
//! shows plans that would be answered otherwise if it were false.
//!
//! A `bench` block goes behind base.bench, an `alone` block stands for itself, and `says:` lines are all that
//! is said of it. `finds:` lines are codes of design checks that speak of it, `misses:` lines codes that don't. A `run` block goes behind the page's `base` block, is run beside its `data` files, and
//! `gives:` lines are what stands in the result. Files of `data` blocks lie beside every plan that follows.

use super::support::pipeline;
use benchwright::analysis::analyse;
use benchwright::diagnostic::{Answer, Diagnostic};
use benchwright::hir::schema;
use benchwright::syntax;
use benchwright::syntax::ast::{Head, ItemKind, Keyword};
use benchwright::text::FileId;
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
    /// Codes of design checks that must (or must not) refute the plan or leave it open.
    finds: Vec<(String, bool)>,
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
                finds: Vec::new(),
                gives: Vec::new(),
                files: files.clone(),
            });
        } else if let Some(said) = line.strip_prefix("says: ") {
            found.last_mut().unwrap().says.push(said.to_string());
        } else if let Some(code) = line.strip_prefix("finds: ") {
            let finds = &mut found.last_mut().unwrap().finds;
            finds.push((code.to_string(), true));
        } else if let Some(code) = line.strip_prefix("misses: ") {
            let finds = &mut found.last_mut().unwrap().finds;
            finds.push((code.to_string(), false));
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
    for (code, wanted) in &case.finds {
        let mut of_code = analysis.diagnostics.iter();
        let found = of_code.any(|d| d.code.code == code && d.answer != Answer::Proved);
        if found != *wanted {
            let codes: Vec<&str> = analysis.diagnostics.iter().map(|d| d.code.code).collect();
            return Some(format!(
                "{code} is {}found among {codes:?}",
                if found { "" } else { "not " }
            ));
        }
    }
    if case.says.is_empty() {
        // What checks say is asked; of the language nothing may be wrong.
        return (!all.is_empty()).then_some(all);
    }
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

/// The cases of all pages.
fn all() -> Vec<Case> {
    let base = std::fs::read_to_string(format!("{FOLDER}/base.bench")).unwrap();
    let mut pages: Vec<String> = std::fs::read_dir(FOLDER)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.ends_with(".md"))
        .collect();
    pages.sort();
    let of_page = |page: &String| {
        let text = std::fs::read_to_string(format!("{FOLDER}/{page}")).unwrap();
        cases(page, &text, &base)
    };
    pages.iter().flat_map(of_page).collect()
}

/// The keyword of an item and the names of its fields.
fn written(plan: &str) -> Vec<(Keyword, String)> {
    let parsed = syntax::parse(FileId(0), plan);
    let mut found = Vec::new();
    for item in &parsed.file.items {
        let ItemKind::Block(block) = &item.kind else {
            continue;
        };
        let keyword = match &block.head {
            Head::Declare { keyword, .. } => *keyword,
            Head::Compare { .. } => Keyword::Compare,
            Head::Ablation { .. } => Keyword::Ablation,
            Head::Factorial { .. } => Keyword::Factorial,
            Head::Select { .. } => Keyword::Select,
            Head::Decide { .. } => Keyword::Decide,
            Head::Stop { .. } => Keyword::Stop,
            Head::Broken { .. } => continue,
        };
        let fields = block
            .body
            .iter()
            .flat_map(benchwright::syntax::ast::Body::fields);
        found.extend(fields.map(|f| (keyword, f.name.text.clone())));
    }
    found
}

/// Each field of each kind of item stands in a plan of the pages that is accepted, so that it is known to be read.
#[test]
fn every_field_has_a_case() {
    let accepted = |c: &Case| {
        let nothing = c.says.iter().all(|s| s == "nothing");
        nothing || !c.gives.is_empty()
    };
    let all = all();
    let shown: Vec<(Keyword, String)> = all
        .iter()
        .filter(|c| accepted(c))
        .flat_map(|c| written(&c.plan))
        .collect();
    let mut missing = Vec::new();
    for keyword in Keyword::ALL {
        // A baseline and a candidate have the fields of a system.
        let same = |k: Keyword| match k {
            Keyword::Baseline | Keyword::Candidate => Keyword::System,
            other => other,
        };
        if same(keyword) != keyword {
            continue;
        }
        for field in schema::fields(keyword) {
            let is = |(k, name): &(Keyword, String)| same(*k) == keyword && name == field.name;
            if !shown.iter().any(is) {
                missing.push(format!("{keyword:?} {}", field.name));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// What the table of sentences names is there: quotes with plans behind them, and tests.
#[test]
fn every_sentence_of_the_table_is_shown() {
    let table = std::fs::read_to_string(format!("{FOLDER}/sentences.md")).unwrap();
    let quotes: Vec<String> = all().into_iter().map(|c| c.sentence).collect();
    let mut missing = Vec::new();
    for line in table.lines().filter(|l| l.starts_with("| ")).skip(2) {
        // A bar inside a cell is escaped.
        let line = line.replace("\\|", "\u{1}").replace("\\\"", "\"");
        let shown = line.split('|').nth(2).unwrap().replace('\u{1}', "|");
        let parts: Vec<&str> = shown.split("; ").map(str::trim).collect();
        assert!(
            !parts.is_empty() && parts.iter().all(|p| !p.is_empty()),
            "{line}"
        );
        for part in parts {
            let there = match part.strip_prefix('“').and_then(|p| p.strip_suffix('”')) {
                Some(quote) => quotes.iter().any(|q| q.starts_with(quote)),
                None => {
                    let (file, test) = part.split_once("::").unwrap_or_else(|| panic!("{part}"));
                    let source = std::fs::read_to_string(format!("tests/{file}")).unwrap();
                    ["", "pub "]
                        .iter()
                        .any(|seen| source.contains(&format!("#[test]\n{seen}fn {test}(")))
                }
            };
            if !there {
                missing.push(part.to_string());
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Each word that is legal where the language has a list of words stands in an accepted plan.
#[test]
fn every_word_has_a_case() {
    let all = all();
    let accepted = all.iter().filter(|c| c.says.iter().all(|s| s == "nothing"));
    let text: String = accepted.map(|c| c.plan.as_str()).collect();
    let words = std::fs::read_to_string(format!("{FOLDER}/words.txt")).unwrap();
    let word = |w: &str| {
        let part = |c: char| c.is_alphabetic() || c == '_';
        text.match_indices(w).any(|(at, _)| {
            // A unit may stand behind its number.
            let (before, after) = (&text[..at], &text[at + w.len()..]);
            !before.ends_with(part) && !after.starts_with(|c: char| part(c) || c.is_numeric())
        })
    };
    let named = words.lines().filter(|l| !l.starts_with('#'));
    let named = named.flat_map(str::split_whitespace);
    let missing: Vec<&str> = named.filter(|w| !word(w)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_sentence_holds() {
    let (mut count, mut faults) = (0, String::new());
    for case in all() {
        count += 1;
        assert!(
            (case.says.is_empty() && case.finds.is_empty()) != case.gives.is_empty(),
            "{}:{} says nothing of what is said or given",
            case.page,
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
    assert!(faults.is_empty(), "of {count} cases:\n{faults}");
}

#[test]
fn an_item_without_a_name_goes_by_its_keyword() {
    let plan = "candidate a { predictions: \"a.csv\" }\nbaseline b { predictions: \"b.csv\" }\ncompare a with b { methd: t }\n";
    let world = benchwright::text::MemoryWorld::default().with("p.bench", plan);
    let found = benchwright::analysis::analyse(&world, std::path::Path::new("p.bench")).unwrap();
    let said = found
        .diagnostics
        .iter()
        .find(|d| d.code.code == "N102")
        .unwrap();
    assert_eq!(said.message, "this `compare` has no field `methd`");
}
