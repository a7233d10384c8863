//! The language, sentence by sentence: each page under `tests/language` quotes what the language promises and
//! shows plans that would be answered otherwise if it were false.

use benchwright::analysis::analyse;
use benchwright::diagnostic::Diagnostic;
use benchwright::text::MemoryWorld;
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
}

/// The cases of a page: a quoted sentence, then blocks of plans, each with its `says:` lines.
fn cases(page: &str, text: &str, base: &str) -> Vec<Case> {
    let mut found: Vec<Case> = Vec::new();
    let mut sentence = String::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(quoted) = line.strip_prefix("> ") {
            sentence = quoted.to_string();
        } else if let Some(kind @ ("bench" | "alone")) = line.strip_prefix("```") {
            let mut plan = if kind == "bench" {
                format!("{base}\n")
            } else {
                String::new()
            };
            for (_, line) in lines.by_ref().take_while(|(_, l)| *l != "```") {
                plan += line;
                plan.push('\n');
            }
            found.push(Case {
                page: page.to_string(),
                line: number + 1,
                sentence: sentence.clone(),
                plan,
                says: Vec::new(),
            });
        } else if let Some(said) = line.strip_prefix("says: ") {
            found.last_mut().unwrap().says.push(said.to_string());
        }
    }
    found
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
    let world = MemoryWorld::default().with("plan.bench", &case.plan);
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
                !case.says.is_empty(),
                "{page}:{} says nothing of what is said",
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
