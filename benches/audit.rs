//! What the data checks take: a plan over one file of short texts, from its bytes to the answers.

use benchwright::analysis::{analyse, audit};
use benchwright::text::MemoryWorld;
use divan::{Bencher, black_box};
use std::fmt::Write;
use std::path::Path;

fn main() {
    divan::main();
}

const PLAN: &str = r#"
use std.classification.accuracy
dataset d { source: "d.csv", version: "1", id: id, label: y in [neg, pos], text: text, split: column(split) }
baseline a { train: d.train, seeds: 3, predictions: "a-{seed}.csv" }
candidate b from a { predictions: "b-{seed}.csv" }
compare b with a { on: d.test, metrics: [accuracy] }
"#;

/// So many rows of twelve words out of five thousand; every hundredth is nearly the one before it.
fn rows(n: u64) -> String {
    let mut text = "id,text,y,split\n".to_string();
    let mut state = 1u64;
    let mut draw = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut words: Vec<u64> = Vec::new();
    for row in 0..n {
        if row % 100 == 0 {
            words.push(draw(5000));
        } else {
            words = (0..12).map(|_| draw(5000)).collect();
        }
        let said: Vec<String> = words.iter().map(|w| format!("w{w:04}")).collect();
        let part = ["train", "train", "train", "val", "test"];
        let part = part.get(row as usize % 5).copied().unwrap_or("train");
        let label = if draw(2) == 0 { "neg" } else { "pos" };
        let _ = writeln!(text, "r{row},{},{label},{part}", said.join(" "));
    }
    text
}

#[divan::bench(args = [10_000, 100_000], sample_count = 3)]
fn short_texts(bencher: Bencher, n: u64) {
    let world = MemoryWorld::default()
        .with("p.bench", PLAN)
        .with("d.csv", rows(n));
    bencher.bench(|| {
        let analysis = analyse(&world, Path::new("p.bench"));
        let read =
            analysis.map(|mut a| audit(&mut a, &world, &|_| {}).map(|_| a.diagnostics.len()));
        black_box(read.is_ok())
    });
}
