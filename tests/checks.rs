//! Every check by its page, its further cases and the example plans.

use benchwright::analysis::{self, Analysis};
use benchwright::checks;
use benchwright::diagnostic::{Answer, Diagnostic, Level, apply_fixes};
use benchwright::render::{Options, terminal};
use benchwright::text::{DiskWorld, MemoryWorld};
use std::path::{Path, PathBuf};

const HEADINGS: [&str; 5] = [
    "## What it does",
    "## Why it is bad",
    "## Bad plan",
    "## Use instead",
    "## How to fix",
];

const BAD: &str = HEADINGS[2];
const GOOD: &str = HEADINGS[3];

fn analyse(text: &str) -> Analysis {
    let world = MemoryWorld::default().with("plan.bench", text);
    analysis::analyse(&world, Path::new("plan.bench")).unwrap()
}

/// The codes found, each once, in order of place: faults that count, not hints and open questions, which
/// belong to every plan that says no more than it must.
fn codes(a: &Analysis) -> Vec<&'static str> {
    codes_beside(a, "")
}

/// The same with `own` whatever its level and answer.
fn codes_beside(a: &Analysis, own: &str) -> Vec<&'static str> {
    let counts = |d: &&Diagnostic| {
        d.answer == Answer::Refuted && d.level > Level::Info && d.waived.is_none()
    };
    let mut codes: Vec<_> = a
        .diagnostics
        .iter()
        .filter(|d| counts(d) || d.code.code == own)
        .map(|d| d.code.code)
        .collect();
    codes.dedup();
    codes
}

/// The `bench` blocks of a page under a heading.
fn blocks<'a>(page: &'a str, heading: &str) -> Vec<&'a str> {
    let section = page.split(heading).nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap();
    section
        .split("```bench\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect()
}

#[test]
fn the_registry_is_sorted_and_its_pages_are_whole() {
    let names: Vec<_> = checks::ALL.iter().map(|c| c.info.code).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(names, sorted);
    for check in checks::ALL {
        let (code, page) = (check.info.code, check.info.page);
        let title = format!("# {code} {}\n", check.info.name);
        assert!(page.starts_with(&title), "{code}: title");
        let mut wanted = HEADINGS.to_vec();
        let found: Vec<&str> = page.lines().filter(|l| l.starts_with("## ")).collect();
        if found.len() > wanted.len() {
            wanted.push("## Options");
        }
        assert_eq!(found, wanted, "{code}");
        assert!(!blocks(page, BAD).is_empty(), "{code}: a bad plan");
        assert!(!blocks(page, GOOD).is_empty(), "{code}: a good plan");
        let why = page.split(HEADINGS[1]).nth(1).unwrap();
        let why = why.split("\n## ").next().unwrap();
        let mut words = why.split(|c: char| !c.is_ascii_digit());
        assert!(
            words.any(|w| w.len() == 4),
            "{code}: a source with its year"
        );
    }
}

#[test]
fn bad_plans_yield_exactly_their_check_and_good_plans_nothing() {
    for check in checks::ALL {
        let code = check.info.code;
        for bad in blocks(check.info.page, BAD) {
            let a = analyse(bad);
            assert_eq!(codes_beside(&a, code), [code], "the bad plan of {code}");
            for d in a.diagnostics.iter().filter(|d| d.code.code == code) {
                assert_eq!(d.level, check.info.level);
                assert!(!d.labels.is_empty() && d.why.is_some(), "{code}");
                assert!(!(d.help.is_empty() && d.fixes.is_empty()), "{code}: remedy");
            }
        }
        for good in blocks(check.info.page, GOOD) {
            let found = analyse(good);
            assert_eq!(
                codes_beside(&found, code),
                [""; 0],
                "the good plan of {code}"
            );
        }
    }
}

#[test]
fn safe_fixes_mend_and_converge() {
    for check in checks::ALL {
        for bad in blocks(check.info.page, BAD) {
            let mended = mend(bad);
            let left = analyse(&mended);
            let safe = |a: &Analysis| a.diagnostics.iter().any(|d| d.fixes.iter().any(|f| f.safe));
            assert!(!safe(&left), "{}: fixes converge", check.info.code);
            if safe(&analyse(bad)) {
                assert_eq!(
                    codes(&left),
                    [""; 0],
                    "{} mended:\n{mended}",
                    check.info.code
                );
            } else {
                assert_eq!(mended, bad);
            }
        }
    }
}

/// The text with its safe fixes applied until none is left, at most five times.
fn mend(text: &str) -> String {
    let mut text = text.to_string();
    for _ in 0..5 {
        let a = analyse(&text);
        let fixes = a.diagnostics.iter().flat_map(|d| &d.fixes);
        text = apply_fixes(&text, a.plan.root, fixes.filter(|f| f.safe));
    }
    text
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

/// Cases called `clean-…` are quiet; every other one yields the code of its folder and nothing else.
#[test]
fn cases() {
    for check in checks::ALL {
        let folder = format!("tests/checks/{}", check.info.code.to_lowercase());
        if !Path::new(&folder).is_dir() {
            continue;
        }
        for file in plans(Path::new(&folder)) {
            let text = std::fs::read_to_string(&file).unwrap();
            let stem = file.file_stem().unwrap().to_str().unwrap().to_string();
            let a = analyse(&text);
            let of_checks: Vec<&str> = codes_beside(&a, check.info.code)
                .into_iter()
                .filter(|c| checks::ALL.iter().any(|k| k.info.code == *c))
                .collect();
            if stem.starts_with("clean-") {
                assert_eq!(of_checks, [""; 0], "{}", file.display());
            } else {
                assert_eq!(of_checks, [check.info.code], "{}", file.display());
                let mut said = a.diagnostics.clone();
                said.retain(|d| codes_beside(&a, check.info.code).contains(&d.code.code));
                let shown = terminal(&said, &a.sources, &Options::default());
                let mut settings = insta::Settings::clone_current();
                settings.set_snapshot_path(folder.trim_start_matches("tests/"));
                settings.set_prepend_module_to_snapshot(false);
                settings.set_omit_expression(true);
                settings.bind(|| insta::assert_snapshot!(stem, shown));
            }
        }
    }
}

#[test]
fn faulty_examples_yield_their_code_alone() {
    for file in plans(Path::new("examples/faulty")) {
        let name = file.file_name().unwrap().to_str().unwrap();
        let Some((code, _)) = name.split_once('-').filter(|(c, _)| *c != "ten") else {
            continue;
        };
        if !checks::ALL.iter().any(|c| c.info.code == code) {
            continue;
        }
        let a = analysis::analyse(&DiskWorld, &file).unwrap();
        assert_eq!(codes(&a), [code], "{name}");
    }
}

#[test]
fn sound_plans_are_quiet() {
    for folder in [
        "examples/reviews",
        "examples/trained",
        "examples/digits",
        "examples/latency",
        "tests/whole-plan",
        "tests/plans",
    ] {
        for file in plans(Path::new(folder)) {
            let a = analysis::analyse(&DiskWorld, &file).unwrap();
            let of_checks: Vec<&str> = codes(&a)
                .into_iter()
                .filter(|c| checks::ALL.iter().any(|k| k.info.code == *c))
                .collect();
            assert_eq!(of_checks, [""; 0], "{}", file.display());
        }
    }
}

#[test]
fn what_holds_is_proved() {
    let a = analysis::analyse(&DiskWorld, Path::new("examples/reviews/reviews.bench")).unwrap();
    let mut proofs: Vec<String> = a
        .proofs
        .iter()
        // Those of decisions have tests of their own.
        .filter(|p| !p.code.code.starts_with('D'))
        .map(|p| format!("{} {}", p.code.code, p.why))
        .collect();
    proofs.sort();
    proofs.dedup();
    insta::assert_snapshot!(proofs.join("\n"));
}
