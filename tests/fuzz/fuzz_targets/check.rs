//! Any text is analysed without a panic, and everything said of it can be shown.

#![no_main]

use benchwright::analysis::analyse;
use benchwright::export::{GraphFormat, graph};
use benchwright::render::{Counts, json};
use benchwright::text::MemoryWorld;
use libfuzzer_sys::fuzz_target;
use std::path::Path;

fuzz_target!(|text: &[u8]| {
    let world = MemoryWorld::default().with("plan.bench", text);
    let Ok(analysis) = analyse(&world, Path::new("plan.bench")) else {
        assert!(std::str::from_utf8(text).is_err(), "only what is no text cannot be read");
        return;
    };
    for diagnostic in &analysis.diagnostics {
        let edits = diagnostic.fixes.iter().flat_map(|f| &f.edits).map(|e| e.span);
        for span in diagnostic.labels.iter().map(|l| l.span).chain(edits) {
            let file = analysis.sources.get(span.file);
            let inside = file.is_some_and(|f| f.text.get(span.range()).is_some());
            assert!(inside, "{diagnostic:?}");
        }
    }
    let counts = Counts::of(&analysis.diagnostics);
    let shown = json("plan.bench", &analysis.diagnostics, &analysis.sources, counts);
    let drawn = graph(&analysis.plan, analysis.dag(), GraphFormat::Text);
    assert!(!shown.is_empty() && !drawn.is_empty());
});
