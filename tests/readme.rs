//! The README keeps its word: its reports are what the commands print, its plans check clean.
//! `UPDATE=1 cargo test readme` writes the blocks anew.

use benchwright::analysis::analyse;
use benchwright::text::MemoryWorld;
use std::path::Path;
use std::process::Command;

/// What a command of the README prints, without the lines that name folders.
fn printed(args: &[&str]) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_benchwright"))
        .args(args)
        .args(["--color", "never"])
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n")
}

/// Holds a marked block to `text`, or rewrites it.
fn keep(name: &str, text: &str) {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let (begin, end) = (
        format!("<!-- {name}:begin -->\n"),
        format!("\n<!-- {name}:end -->"),
    );
    let start = readme.find(&begin).unwrap() + begin.len();
    let stop = start + readme[start..].find(&end).unwrap();
    let wanted = format!("```text\n{text}\n```");
    if readme[start..stop] == wanted {
        return;
    }
    assert!(
        std::env::var_os("UPDATE").is_some(),
        "the README's `{name}` block is stale; run `UPDATE=1 cargo test readme`\n{text}"
    );
    std::fs::write(
        "README.md",
        format!("{}{wanted}{}", &readme[..start], &readme[stop..]),
    )
    .unwrap();
}

#[test]
fn the_blocks_are_what_is_printed() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().display().to_string();
    let report = printed(&["run", "examples/reviews/reviews.bench", "--out", &folder]);
    let report = report.replace(&format!("{folder}/"), "examples/reviews/.bench/reviews/");
    // The folder's length moves the line break; everything above is the report itself.
    let cut = report.find("\n   evidence").unwrap();
    keep("report", &report[..cut]);
    let leak = printed(&["check", "examples/faulty/L102-fit-beyond-train.bench"]);
    keep("leak", leak.split("\n\n").next().unwrap());
}

#[test]
fn the_plans_check_clean() {
    for page in ["README.md", "docs/architecture.md"] {
        let text = std::fs::read_to_string(page).unwrap();
        for block in text.split("```bench\n").skip(1) {
            let plan = block.split("```").next().unwrap();
            let world = MemoryWorld::default().with("plan.bench", plan);
            let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
            let found: Vec<&str> = analysis
                .diagnostics
                .iter()
                .map(|d| d.message.as_str())
                .collect();
            assert!(found.is_empty(), "{page}: {found:?}\n{plan}");
        }
    }
}

/// Every folder and file the README links is there.
#[test]
fn links_lead_somewhere() {
    let text = std::fs::read_to_string("README.md").unwrap();
    for link in text.split("](").skip(1) {
        let target = link.split(')').next().unwrap();
        assert!(Path::new(target).exists(), "{target}");
    }
}
