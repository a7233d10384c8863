//! The README keeps its word: its reports are what the commands print, its plans check clean.
//! `UPDATE=1 cargo test readme` writes the blocks anew.

use crate::support::copied::copied;
use benchwright::analysis::analyse;
use benchwright::diagnostic::{Answer, Level};
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

/// Holds a marked block of a page to `text`, or rewrites it.
fn keep(path: &Path, name: &str, text: &str) {
    let page = std::fs::read_to_string(path).unwrap();
    let (begin, end) = (
        format!("<!-- {name}:begin -->\n"),
        format!("\n<!-- {name}:end -->"),
    );
    let start = page.find(&begin).unwrap() + begin.len();
    let stop = start + page[start..].find(&end).unwrap();
    let wanted = format!("```text\n{text}\n```");
    if page[start..stop] == wanted {
        return;
    }
    assert!(
        std::env::var_os("UPDATE").is_some(),
        "{}: the `{name}` block is stale; run `UPDATE=1 cargo test readme`\n{text}",
        path.display()
    );
    std::fs::write(path, format!("{}{wanted}{}", &page[..start], &page[stop..])).unwrap();
}

/// The report of a plan in a copy of its folder, whose ledger knows nothing yet, without the last lines that name
/// folders.
fn report(plan: &str) -> String {
    let copy = tempfile::tempdir().unwrap();
    let plan = Path::new(plan);
    // Some read the data of `reviews`.
    for folder in [plan.parent().unwrap(), Path::new("examples/reviews")] {
        let to = copy.path().join(folder.file_name().unwrap());
        copied(folder, &to);
        let _ = std::fs::remove_dir_all(to.join(".bench"));
    }
    let plan = copy.path().join(plan.strip_prefix("examples").unwrap());
    let folder = copy.path().join("out").display().to_string();
    let plan = &plan.display().to_string();
    let report = printed(&["run", plan, "--out", &folder]);
    // The folder's length moves the line break; everything above is the report itself.
    let cut = report.find("\n   evidence");
    report[..cut.unwrap_or_else(|| panic!("{plan}: {report}"))].to_owned()
}

#[test]
fn the_blocks_are_what_is_printed() {
    let page = Path::new("README.md");
    keep(page, "report", &report("examples/reviews/reviews.bench"));
    let leak = printed(&["check", "examples/faulty/L102-fit-beyond-train.bench"]);
    keep(page, "leak", leak.split("\n\n").next().unwrap());
}

/// A block `<!-- report PLAN:begin -->` of an example's README is what running the plan beside it prints.
#[test]
fn the_examples_pages_show_what_is_printed() {
    let mut shown = 0;
    for folder in std::fs::read_dir("examples").unwrap() {
        let page = folder.unwrap().path().join("README.md");
        let Ok(text) = std::fs::read_to_string(&page) else {
            continue;
        };
        for mark in text.split("<!-- report ").skip(1) {
            let Some((plan, _)) = mark.split_once(":begin -->") else {
                continue;
            };
            let path = page.with_file_name(plan).display().to_string();
            keep(&page, &format!("report {plan}"), &report(&path));
            shown += 1;
        }
    }
    assert!(shown >= 8, "only {shown} reports");
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
                // Hints and open questions belong to every plan that says no more than it must.
                .filter(|d| d.level > Level::Info && d.answer == Answer::Refuted)
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
        let target = link.split([')', '#']).next().unwrap();
        assert!(Path::new(target).exists(), "{target}");
    }
}

/// A block that is never closed swallows what follows it.
#[test]
fn every_block_of_code_is_closed() {
    let docs = std::fs::read_dir("docs").unwrap();
    let docs = docs.map(|e| e.unwrap().path());
    let pages = docs.filter(|p| p.extension().is_some_and(|e| e == "md"));
    for page in pages.chain(["README.md", "CHANGELOG.md"].map(Into::into)) {
        let text = std::fs::read_to_string(&page).unwrap();
        let mut open: Option<usize> = None;
        for (number, line) in text.lines().enumerate() {
            let Some(info) = line.trim_start().strip_prefix("```") else {
                continue;
            };
            let at = format!("{}:{}", page.display(), number + 1);
            match open {
                None => open = Some(number),
                Some(begun) => {
                    assert!(
                        info.is_empty(),
                        "{at}: the block of line {} is open",
                        begun + 1
                    );
                    open = None;
                }
            }
        }
        assert_eq!(open, None, "{}", page.display());
    }
}
