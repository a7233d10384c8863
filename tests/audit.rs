//! Every data check by its page and its further cases: plans with small files beside them.

use benchwright::analysis::{self, Analysis};
use benchwright::audit;
use benchwright::diagnostic::{Answer, Diagnostic, Level};
use benchwright::exec;
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

/// The plan called `plan.bench` in a world, with its data read.
fn audited(world: &MemoryWorld) -> Analysis {
    let mut a = analysis::analyse(world, Path::new("plan.bench")).unwrap();
    let errors: Vec<&Diagnostic> = a.diagnostics.iter().filter(|d| d.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    if let Err(found) = analysis::audit(&mut a, world, &|_| {}) {
        a.diagnostics.extend(found);
    }
    a
}

/// What the data checks and the readers of files refute.
fn found(a: &Analysis) -> Vec<&Diagnostic> {
    let of_data = |d: &&Diagnostic| {
        audit::ALL.iter().any(|c| c.info.code == d.code.code) || d.code.code.starts_with('F')
    };
    let counts = |d: &&Diagnostic| d.answer == Answer::Refuted && of_data(d);
    a.diagnostics.iter().filter(counts).collect()
}

fn codes(a: &Analysis) -> Vec<&'static str> {
    let mut codes: Vec<_> = found(a).iter().map(|d| d.code.code).collect();
    codes.dedup();
    codes
}

/// The files of a section: fenced blocks, `bench` is the plan, any other bears its name behind its kind.
fn world(section: &str) -> MemoryWorld {
    let mut world = MemoryWorld::default();
    let blocks = section.split("```").skip(1).step_by(2);
    for block in blocks {
        let (head, text) = block.split_once('\n').unwrap();
        match head.split_once(' ') {
            Some((_, name)) => world = world.with(name, text),
            None => world = world.with("plan.bench", text),
        }
    }
    world
}

fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let section = page.split(heading).nth(1).unwrap_or_default();
    section.split("\n## ").next().unwrap()
}

fn shown(a: &Analysis) -> String {
    let said: Vec<Diagnostic> = found(a).into_iter().cloned().collect();
    terminal(&said, &a.sources, &Options::default())
}

#[test]
fn the_registry_is_sorted_and_its_pages_are_whole() {
    let names: Vec<_> = audit::ALL.iter().map(|c| c.info.code).collect();
    assert!(names.is_sorted());
    for check in audit::ALL {
        let (code, page) = (check.info.code, check.info.page);
        assert!(
            page.starts_with(&format!("# {code} {}\n", check.info.name)),
            "{code}"
        );
        let found: Vec<&str> = page.lines().filter(|l| l.starts_with("## ")).collect();
        assert_eq!(found, HEADINGS, "{code}");
        let mut words = section(page, HEADINGS[1]).split(|c: char| !c.is_ascii_digit());
        assert!(
            words.any(|w| w.len() == 4),
            "{code}: a source with its year"
        );
    }
}

#[test]
fn bad_data_yield_exactly_their_check_and_good_data_nothing() {
    for check in audit::ALL {
        let (code, page) = (check.info.code, check.info.page);
        let a = audited(&world(section(page, HEADINGS[2])));
        assert_eq!(codes(&a), [code], "the bad plan of {code}\n{}", shown(&a));
        for d in found(&a) {
            assert_eq!(d.level, check.info.level, "{code}");
            assert!(
                !d.labels.is_empty() && d.why.is_some() && !d.help.is_empty(),
                "{code}"
            );
            assert!(!d.witness.is_empty(), "{code}: witness");
        }
        insta::with_settings!({ snapshot_path => "audit", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(code.to_lowercase(), shown(&a));
        });
        let a = audited(&world(section(page, HEADINGS[3])));
        assert_eq!(codes(&a), [""; 0], "the good plan of {code}\n{}", shown(&a));
        let proved = |c: &str| a.proofs.iter().any(|p| p.code.code == c);
        assert!(proved(code), "{code} is proved by the good data");
    }
}

/// A case is a Markdown file with a plan and its files as fenced blocks. Those called `clean-…` are quiet,
/// every other one yields the code that its name begins with.
#[test]
fn cases() {
    let mut files: Vec<PathBuf> = std::fs::read_dir("tests/audit")
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "md"))
        .collect();
    files.sort();
    for file in files {
        let stem = file.file_stem().unwrap().to_str().unwrap().to_string();
        let a = audited(&world(&std::fs::read_to_string(&file).unwrap()));
        if stem.starts_with("clean-") {
            assert_eq!(codes(&a), [""; 0], "{stem}\n{}", shown(&a));
            continue;
        }
        let code = stem.split('-').next().unwrap().to_uppercase();
        assert_eq!(codes(&a), [code.as_str()], "{stem}\n{}", shown(&a));
        insta::with_settings!({ snapshot_path => "audit", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(stem, shown(&a));
        });
    }
}

/// The files of the bad or good plan of a check's page.
fn of_page(code: &str, heading: &str) -> String {
    let check = audit::ALL.iter().find(|c| c.info.code == code).unwrap();
    section(check.info.page, heading).to_string()
}

#[test]
fn what_the_data_answer_is_no_longer_open() {
    for (design, data) in [("L105", "L205"), ("L106", "L206")] {
        let world = world(&of_page(data, HEADINGS[3]));
        let open = |a: &Analysis| {
            let mut all = a.diagnostics.iter();
            all.any(|d| d.code.code == design && d.answer == Answer::Open)
        };
        let plan = analysis::analyse(&world, Path::new("plan.bench")).unwrap();
        assert!(open(&plan), "{design} is open before the data are read");
        assert!(!open(&audited(&world)), "{design} is answered by them");
    }
}

#[test]
fn warnings_are_waived_and_idle_waivers_wait_for_the_data() {
    let waive =
        |text: String| text.replace("compare chars", "@allow(L203, \"known\")\ncompare chars");
    let a = audited(&world(&waive(of_page("L203", HEADINGS[2]))));
    assert_eq!(found(&a)[0].waived.as_deref(), Some("known"));
    let good = world(&waive(of_page("L203", HEADINGS[3])));
    let idle = |a: &Analysis| a.diagnostics.iter().any(|d| d.code.code == "W101");
    assert!(!idle(
        &analysis::analyse(&good, Path::new("plan.bench")).unwrap()
    ));
    assert!(idle(&audited(&good)));
}

#[test]
fn outputs_that_are_there_are_joined() {
    let good = world(&of_page("L202", HEADINGS[3]));
    let differ = |world: &MemoryWorld| {
        let mut a = analysis::analyse(world, Path::new("plan.bench")).unwrap();
        let shelf = analysis::audit(&mut a, world, &|_| {}).unwrap();
        let found = exec::outputs_differ(world, &a.plan, &a.sources, &|_| {}, shelf);
        found.iter().map(|d| d.code.code).collect::<Vec<_>>()
    };
    assert_eq!(differ(&good), [""; 0], "no outputs are there yet");
    let whole = good
        .clone()
        .with("runs/words-1.csv", "id,prediction\nr7,neg\nr8,pos\n");
    assert_eq!(differ(&whole), [""; 0]);
    let short = whole.with("runs/words-2.csv", "id,prediction\nr7,neg\nr9,pos\n");
    assert_eq!(
        differ(&short),
        ["F202", "F202"],
        "an id too many, an id too few"
    );
}

#[test]
fn another_file_than_declared_is_found() {
    let hash = "0".repeat(64);
    let text =
        of_page("L202", HEADINGS[3]).replace("id: id", &format!("sha256: \"{hash}\", id: id"));
    assert_eq!(codes(&audited(&world(&text))), ["F201"]);
}

#[test]
fn threads_play_no_part() {
    let bad = world(&of_page("L203", HEADINGS[2]));
    let with = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n)
            .build()
            .unwrap();
        pool.install(|| shown(&audited(&bad)))
    };
    assert_eq!(with(1), with(4));
}

/// Examples whose files lie beside them.
const WITH_DATA: [&str; 9] = [
    "examples/augmentation/augmentation.bench",
    "examples/classifier/classifier.bench",
    "examples/digits/factorial.bench",
    "examples/digits/vision.bench",
    "examples/hardware-cost/cost.bench",
    "examples/latency/encoders.bench",
    "examples/latency/pick.bench",
    "examples/multilingual/multilingual.bench",
    "examples/reviews/reviews.bench",
];

#[test]
fn the_data_of_the_examples_are_sound() {
    for plan in WITH_DATA {
        let mut a = analysis::analyse(&DiskWorld, Path::new(plan)).unwrap();
        if let Err(found) = analysis::audit(&mut a, &DiskWorld, &|_| {}) {
            a.diagnostics.extend(found);
        }
        let said: Vec<String> = found(&a)
            .into_iter()
            .filter(|d| d.level > Level::Info)
            .map(|d| format!("{} {}", d.code.code, d.message))
            .collect();
        assert_eq!(said, [""; 0], "{plan}\n{}", shown(&a));
    }
}
