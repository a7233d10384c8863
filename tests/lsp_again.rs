//! A plan that is read again after an edit is what it is when it is read from scratch.

use benchwright::analysis::{
    Analysis, MetricFacts, Reading, Trees, analyse, metrics, read, read_again,
};
use benchwright::editing::{Document, complete, hover};
use benchwright::syntax::{parse, parse_again};
use benchwright::text::{FileId, MemoryWorld};
use rayon::prelude::*;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What people and programs put into plans, and what breaks them.
const PIECES: [&str; 40] = [
    "",
    "",
    "",
    "x",
    "1",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "é",
    "🙂",
    "\"",
    "'",
    "“",
    "#",
    "## a doc\n",
    "# aside\n",
    "}",
    "{",
    "[",
    "]",
    "(",
    ")",
    ",",
    ";",
    ":",
    "=",
    ".",
    "-",
    "\\",
    "//",
    "@allow(U101, \"why\")\n",
    "use std.ranking.mrr\n",
    "dataset x {\n",
    "\ndecide for a against b {\n",
    "system y { }\n",
    "metric\n",
    "<<<<<<< ours\n",
    ">>>>>>> theirs\n",
];

/// Draws that are the same in every run.
struct Draws(u32);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % n.max(1)
    }

    /// A place between two characters, more often at a line's begin or end.
    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
        if self.below(3) == 0 {
            at = text[..at].rfind('\n').map_or(0, |i| i + self.below(2));
        }
        at
    }

    /// The text with a stretch replaced: by a piece, or by another stretch of it.
    fn edited(&mut self, text: &str) -> String {
        let from = self.place(text);
        let most = [0, 0, 1, 1, 3, 12, 80, 600][self.below(8)];
        let mut to = (from + self.below(most + 1)).min(text.len());
        while !text.is_char_boundary(to) {
            to += 1;
        }
        let by = if self.below(8) == 0 {
            let (a, b) = (self.place(text), self.place(text));
            text[a.min(b)..a.max(b)].chars().take(400).collect()
        } else {
            PIECES[self.below(PIECES.len())].to_owned()
        };
        format!("{}{by}{}", &text[..from], &text[to..])
    }
}

fn plans() -> Vec<(String, String)> {
    let mut all = super::editors::corpus();
    all.retain(|(_, text)| text.len() < 60_000);
    // Pages repeat each other's plans.
    all.into_iter().step_by(4).collect()
}

#[test]
fn a_tree_that_is_read_again_is_the_tree() {
    plans()
        .par_iter()
        .enumerate()
        .for_each(|(seed, (name, original))| {
            let mut draws = Draws(seed as u32 * 7_919 + 1);
            let file = FileId(0);
            let mut text = original.clone();
            let mut known = parse(file, &text);
            for round in 0..60 {
                let next = draws.edited(&text);
                let again = parse_again(file, &next, &text, known);
                let fresh = parse(file, &next);
                assert!(
                    again == fresh,
                    "{name}, edit {round}\n--- before\n{text}\n--- after\n{next}"
                );
                (text, known) = (next, fresh);
                // What is all broken tells little.
                if round % 6 == 5 {
                    text.clone_from(original);
                    known = parse(file, &text);
                }
            }
        });
}

#[test]
fn a_long_plan_is_read_again_by_its_items() {
    let (_, study) = plans().into_iter().max_by_key(|(_, t)| t.len()).unwrap();
    let text = [study.as_str(); 3].join("\n");
    let (file, mut draws) = (FileId(7), Draws(11));
    let known = parse(file, &text);
    for _ in 0..60 {
        let next = draws.edited(&text);
        let again = parse_again(file, &next, &text, known.clone());
        assert!(again == parse(file, &next), "{next}");
    }
}

/// All that is said of a plan.
fn said(analysis: &Analysis) -> String {
    format!(
        "{:#?}\n{:#?}\n{:?}\n{:?}\n{}",
        analysis.diagnostics,
        analysis.proofs,
        analysis.plan.uses,
        analysis.gaps,
        analysis.meaning_sha256()
    )
}

/// What is shown and offered at a byte.
fn offers(analysis: &Analysis, at: usize, library: &[MetricFacts]) -> String {
    let (document, at) = (Document::root(analysis), at as u32);
    let shown = hover(&document, at, library);
    let offered = complete(&document, at, library, &MemoryWorld::default());
    format!("{shown:#?}\n{offered:#?}")
}

fn world(text: &str) -> MemoryWorld {
    MemoryWorld::default().with("plan.bench", text)
}

fn whole(reading: Reading) -> Analysis {
    match reading {
        Reading::Whole(analysis) => *analysis,
        Reading::GivenUp(_) => panic!("nobody gave it up"),
    }
}

/// Says so from the `n`th time on that it is asked.
fn after(n: usize) -> impl Fn() -> bool + Sync {
    let asked = AtomicUsize::new(0);
    move || asked.fetch_add(1, Ordering::Relaxed) >= n
}

#[test]
fn a_reading_that_is_given_up_costs_nothing_but_time() {
    let path = Path::new("plan.bench");
    // Those with an item that has a meaning, of which there are some.
    let plans = plans()
        .into_iter()
        .filter(|(_, text)| text.starts_with("dataset ") || text.contains("\ndataset "));
    let some = plans.step_by(5).collect::<Vec<_>>();
    assert!(some.len() > 5);
    some.par_iter()
        .enumerate()
        .for_each(|(seed, (name, text))| {
            let mut draws = Draws(seed as u32 * 31 + 3);
            let asked = AtomicUsize::new(0);
            let count = || {
                asked.fetch_add(1, Ordering::Relaxed);
                false
            };
            whole(read_again(&world(text), path, Trees::default(), &count).unwrap());
            let items = asked.into_inner();
            assert!(items > 0, "{name}");
            for n in [0, items / 2, items - 1] {
                let known = read(&world(text), path).unwrap().into_trees();
                let next = draws.edited(text);
                let stop = after(n);
                let trees = match read_again(&world(text), path, known, &stop).unwrap() {
                    Reading::GivenUp(trees) => trees,
                    Reading::Whole(_) => panic!("{name} was read to its end"),
                };
                let again = read_again(&world(&next), path, trees, &|| false).unwrap();
                let mut again = whole(again);
                let before = said(&again);
                assert!(!again.check_unless(&after(n % 40)), "{name}");
                assert_eq!(said(&again), before, "{name}");
                assert!(again.check_unless(&|| false));
                let fresh = analyse(&world(&next), path).unwrap();
                assert_eq!(said(&again), said(&fresh), "{name}: {next}");
            }
        });
}

#[test]
fn a_plan_that_is_analysed_again_is_said_the_same_of() {
    let path = Path::new("plan.bench");
    let library = metrics(&MemoryWorld::default(), None).unwrap();
    let checks = plans()
        .into_iter()
        .filter(|(name, _)| !name.contains("std/"))
        .step_by(2);
    checks
        .collect::<Vec<_>>()
        .par_iter()
        .enumerate()
        .for_each(|(seed, (name, original))| {
            let mut draws = Draws(seed as u32 * 104_729 + 5);
            let after = |known: Analysis, text: &str| {
                whole(read_again(&world(text), path, known.into_trees(), &|| false).unwrap())
            };
            let mut text = original.clone();
            let mut known = read(&world(&text), path).unwrap();
            for round in 0..4 {
                let next = draws.edited(&text);
                let mut again = after(known, &next);
                let fresh = analyse(&world(&next), path).unwrap();
                // Asked before the checks as well, as behind a keystroke: not all is known by then.
                for _ in 0..6 {
                    let at = draws.place(&next);
                    let (now, then) = (offers(&again, at, &library), offers(&fresh, at, &library));
                    assert_eq!(now, then, "{name}, edit {round}, at {at}: {next}");
                }
                again.check();
                assert_eq!(said(&again), said(&fresh), "{name}, edit {round}: {next}");
                (text, known) = (next, again);
                if round == 2 {
                    text.clone_from(original);
                    known = after(known, &text);
                }
            }
        });
}
