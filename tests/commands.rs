//! Commands as plans run them: what they are given, what is kept, what happens when things go wrong. Real processes.

mod faults;
pub mod project;
mod protocol;
mod resume;
mod serving;

/// The page on running names the tests that try each fault: each of them is there.
#[test]
fn every_fault_of_the_page_is_tried() {
    let page = std::fs::read_to_string("docs/running.md").unwrap();
    let table = page.split("| what goes wrong |").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|l| l.starts_with('|'));
    let files =
        ["faults", "protocol", "resume", "serving"].map(|f| format!("tests/commands/{f}.rs"));
    let mut sources = std::fs::read_to_string("tests/registry.rs").unwrap();
    for file in files {
        sources += &std::fs::read_to_string(file).unwrap();
    }
    let mut tried = 0;
    for row in rows {
        let tests = row.trim_end_matches('|').rsplit('|').next().unwrap();
        for test in tests.split('`').skip(1).step_by(2) {
            assert!(
                sources.contains(&format!("\n#[test]\nfn {test}() {{")),
                "{test}"
            );
            tried += 1;
        }
    }
    assert!(tried > 35, "{tried}");
}
