//! Every plan in the repository: what it says, and that nothing more is said.

use benchwright::analysis::analyse;
use benchwright::text::DiskWorld;
use std::path::Path;

fn show(path: &str) {
    let a = analyse(&DiskWorld, Path::new(path)).unwrap();
    println!("== {path} {} nodes", a.dag.nodes().len());
    for d in &a.diagnostics {
        let at = d.labels.first().map(|l| a.sources.position(l.span));
        println!(
            "  {} {:?} {} | {}",
            d.code.code,
            at.map(|a| (a.line, a.column)),
            d.message,
            d.help.join("; ")
        );
    }
}

#[test]
fn plans_show() {
    for dir in [
        "examples/faulty",
        "examples/reviews",
        "examples/digits",
        "examples/latency",
        "tests/whole-plan",
        "tests/plans",
    ] {
        let mut files: Vec<_> = std::fs::read_dir(dir)
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "bench"))
            .collect();
        files.sort();
        for f in files {
            show(f.to_str().unwrap());
        }
    }
}
