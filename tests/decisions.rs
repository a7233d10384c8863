//! What the checks of decisions say about `tests/decisions/*.bench` and the plans of the repository.
//!
//! A case is a `decide` that is put under a common head
//! (`tests/decisions/head.txt`); a first line `# favours: OUTCOME` sets that field. The codes that must be
//! found, and no others, end the file's name.

use benchwright::analysis::{Analysis, analyse};
use benchwright::diagnostic::{Answer, Diagnostic};
use benchwright::text::MemoryWorld;
use std::fmt::Write;
use std::path::Path;

const CODES: [&str; 4] = ["D101", "D102", "D104", "D107"];

fn check(text: &str) -> Analysis {
    let world = MemoryWorld::default().with("plan.bench", text);
    analyse(&world, Path::new("plan.bench")).unwrap()
}

fn mine(a: &Analysis) -> Vec<&Diagnostic> {
    let is = |d: &&Diagnostic| CODES.contains(&d.code.code);
    a.diagnostics.iter().filter(is).collect()
}

fn files(folder: &str) -> Vec<String> {
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "bench"))
        .map(|p| p.to_str().unwrap().to_string())
        .collect();
    found.sort();
    found
}

fn show(a: &Analysis) -> String {
    let mut out = String::new();
    for d in a.diagnostics.iter().filter(|d| !is_design_check(d)) {
        writeln!(out, "{} {:?}: {}", d.code.code, d.answer, d.message).unwrap();
        for l in &d.labels {
            let at = a.sources.position(l.span);
            let code: String = a
                .sources
                .text(l.span)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            writeln!(out, "  {}:{} `{code}` {}", at.line, at.column, l.text).unwrap();
        }
        for line in &d.witness {
            writeln!(out, "  witness: {line}").unwrap();
        }
        for line in &d.help {
            writeln!(out, "  help: {line}").unwrap();
        }
        for fix in &d.fixes {
            writeln!(out, "  fix: {} {:?}", fix.title, fix.edits[0].text).unwrap();
        }
    }
    for p in a.proofs.iter().filter(|p| CODES.contains(&p.code.code)) {
        writeln!(out, "{} proved: {}", p.code.code, p.why).unwrap();
    }
    out
}

/// A finding of the other checks, which these cases aren't about.
fn is_design_check(d: &Diagnostic) -> bool {
    let design = ["L", "A", "B", "U", "M", "D", "R"];
    design.iter().any(|l| d.code.code.starts_with(l)) && !CODES.contains(&d.code.code)
}

#[test]
fn cases() {
    let head = std::fs::read_to_string("tests/decisions/head.txt").unwrap();
    let mut wrong = Vec::new();
    for file in files("tests/decisions") {
        let body = std::fs::read_to_string(&file).unwrap();
        let head = match body
            .lines()
            .next()
            .and_then(|l| l.strip_prefix("# favours: "))
        {
            Some(outcome) => head.replace(
                "  primary:",
                &format!("  favours:    {outcome}\n  primary:"),
            ),
            None => head.clone(),
        };
        let a = check(&format!("{head}{body}"));
        let name = Path::new(&file).file_stem().unwrap().to_str().unwrap();
        insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "decisions", omit_expression => true, description => body}, {
            insta::assert_snapshot!(name, show(&a));
        });
        let wanted: Vec<&str> = CODES
            .into_iter()
            .filter(|c| name.contains(&c.to_lowercase()))
            .collect();
        let mut found: Vec<&str> = mine(&a)
            .iter()
            .filter(|d| d.answer == Answer::Refuted)
            .map(|d| d.code.code)
            .collect();
        found.dedup();
        if found != wanted {
            wrong.push(format!("{file}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn faulty_examples_have_their_fault_only() {
    for file in files("examples/faulty") {
        let a = check(&std::fs::read_to_string(&file).unwrap());
        let name = Path::new(&file).file_name().unwrap().to_str().unwrap();
        let found: Vec<&str> = mine(&a).iter().map(|d| d.code.code).collect();
        let wanted: Vec<&str> = match name {
            "ten-faults.bench" => vec!["D102"],
            _ => CODES.into_iter().filter(|c| name.starts_with(c)).collect(),
        };
        assert_eq!(found, wanted, "{file}\n{}", show(&a));
    }
}

#[test]
fn sound_plans_have_none() {
    for folder in [
        "tests/plans",
        "tests/whole-plan",
        "examples/reviews",
        "examples/trained",
        "examples/digits",
        "examples/latency",
    ] {
        for file in files(folder) {
            let a = check(&std::fs::read_to_string(&file).unwrap());
            let found = mine(&a);
            assert!(found.is_empty(), "{file}: {found:#?}");
            let proved = a
                .proofs
                .iter()
                .filter(|p| CODES.contains(&p.code.code))
                .count();
            let whole = a
                .plan
                .decides
                .iter()
                .filter(|(_, d)| !d.common.broken)
                .count();
            assert_eq!(proved, 4 * whole, "{file}\n{}", show(&a));
        }
    }
}
