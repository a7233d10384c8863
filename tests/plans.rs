//! Every plan in the repository that should be sound: what is said of its text, names, types and of
//! meanings that are not there yet. What the checks say is theirs to test.

use benchwright::analysis::analyse;
use benchwright::diagnostic::Diagnostic;
use benchwright::text::DiskWorld;
use std::fmt::Write;
use std::path::Path;

const FOLDERS: [&str; 5] = [
    "examples/digits",
    "examples/latency",
    "examples/reviews",
    "tests/plans",
    "tests/whole-plan",
];

fn is_of_the_language(d: &Diagnostic) -> bool {
    d.code.code.starts_with(['S', 'N', 'T', 'E'])
}

/// The plan's diagnostics, one a line with its remedies below.
fn said(plan: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(plan);
    let analysis = analyse(&DiskWorld, &path).unwrap();
    let mut said = format!("{plan}\n");
    for d in analysis
        .diagnostics
        .iter()
        .filter(|d| is_of_the_language(d))
    {
        let at = analysis.sources.position(d.labels.first().unwrap().span);
        let (line, column) = (at.line, at.column);
        writeln!(said, "  {line}:{column} {} {}", d.code.code, d.message).unwrap();
        for help in &d.help {
            writeln!(said, "    help: {help}").unwrap();
        }
    }
    said
}

#[test]
fn sound_plans_are_understood() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut said_of_all = String::new();
    for folder in FOLDERS {
        let entries = std::fs::read_dir(root.join(folder)).unwrap();
        let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut plans: Vec<String> = names
            .filter(|n| n.ends_with(".bench") && !n.starts_with('.'))
            .collect();
        plans.sort();
        assert!(!plans.is_empty(), "no plan in {folder}");
        for plan in plans {
            said_of_all += &said(&format!("{folder}/{plan}"));
        }
    }
    insta::assert_snapshot!(said_of_all);
}
