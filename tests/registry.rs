//! Seals, the ledger and what is said of them: real processes in folders of their own.

use crate::commands::project::{Project as Commanded, RUN};
use crate::support::copied::copied;
use benchwright::registry::{self, Event, Fault, ledger};
use benchwright::text::DiskWorld;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HEADINGS: [&str; 5] = [
    "## What it does",
    "## Why it is bad",
    "## Bad plan",
    "## Use instead",
    "## How to fix",
];

/// A folder with a plan, its data and outputs.
pub struct Project(pub tempfile::TempDir);

impl Project {
    /// A small plan of two systems that decides.
    pub fn new() -> Self {
        let folder = Project(tempfile::tempdir().unwrap());
        folder.write("plan.bench", PLAN);
        let mut rows = String::from("id,y,part,a,b\n");
        for i in 0..4 {
            let y = ["neg", "pos"][i % 2];
            rows += &format!("r{i},{y},train,{y},{y}\n");
        }
        for i in 0..40 {
            let class = |on: bool| if on { "pos" } else { "neg" };
            let y = i % 2 == 0;
            let (a, b) = (class(y != (i % 3 == 0)), class(y != (i % 20 == 0)));
            rows += &format!("t{i},{},test,{a},{b}\n", class(y));
        }
        folder.write("d.csv", &rows);
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from:?}:\n{text}");
        self.write(name, &text.replacen(from, to, 1));
    }

    /// A command in the folder.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_benchwright"));
        command
            .args(args)
            .current_dir(self.0.path())
            .env_remove("NO_COLOR")
            .env("GIT_CEILING_DIRECTORIES", self.0.path().parent().unwrap());
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must end with a code; its standard output and error.
    pub fn ends(&self, code: i32, args: &[&str]) -> String {
        let out = self.run(args);
        let text = [&out.stdout, &out.stderr].map(|t| String::from_utf8_lossy(t).into_owned());
        let text = text.concat();
        assert_eq!(out.status.code(), Some(code), "{args:?}\n{text}");
        text
    }

    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// The codes of the checks of seal and ledger in the last report.
    pub fn codes(&self) -> Vec<String> {
        let report = self.json(REPORT);
        let all = report["checks"].as_array().unwrap();
        let refuted = all.iter().filter(|c| c["answer"] == "refuted");
        let codes = refuted.map(|c| c["code"].as_str().unwrap().to_owned());
        codes.filter(|c| c.starts_with('X')).collect()
    }

    pub fn ledger(&self) -> registry::Ledger {
        ledger::read(&DiskWorld, &self.path(".bench")).unwrap()
    }
}

const REPORT: &str = ".bench/plan/report.json";
const LEDGER: &str = ".bench/ledger.jsonl";

const PLAN: &str = r#"use std.classification.{accuracy, f1_macro}
plan p { objective: "o", owner: "us", primary: accuracy, guardrails: [f1_macro] }
dataset d { source: "d.csv", version: "1", id: id, label: y in [neg, pos], split: column(part) }
baseline a { train: d.train, deterministic: yes, predictions: "d.csv" { prediction: a } }
candidate b from a { predictions: "d.csv" { prediction: b } }
compare b with a { on: d.test, metrics: [accuracy, f1_macro], correct: holm, interval: bootstrap(300) }
decide for b against a {
  ship when gain(accuracy) > 0pp
  hold otherwise
}
"#;

#[test]
fn a_run_is_exploratory_then_confirmatory_then_deviating() {
    let p = Project::new();
    let shown = p.ends(0, &["run", "plan.bench"]);
    assert!(shown.contains("p · exploratory (not sealed)"), "{shown}");
    let report = p.json(REPORT);
    assert_eq!(report["plan"]["status"], "exploratory");
    assert!(report["plan"]["sealed"].is_null());

    let q = Project::new();
    let told = q.ends(0, &["seal", "plan.bench"]);
    assert!(told.contains("plan.bench: sealed, meaning"), "{told}");
    let shown = q.ends(0, &["run", "plan.bench"]);
    let seal = q.json("plan.bench.lock");
    let day = &seal["sealed"].as_str().unwrap()[..10];
    assert!(
        shown.contains(&format!("p · confirmatory (sealed {day}, unchanged)")),
        "{shown}"
    );
    assert!(q.codes().is_empty(), "{:?}", q.codes());
    assert!(
        q.read(".bench/plan/report.md")
            .contains("confirmatory (sealed")
    );

    // Comments, layout and order are no change.
    q.replace("plan.bench", "plan p {", "# why\nplan  p  {\n");
    q.ends(0, &["run", "plan.bench"]);
    assert_eq!(q.json(REPORT)["plan"]["status"], "confirmatory");

    q.replace("plan.bench", "\"us\"", "\"them\"");
    q.replace("plan.bench", "> 0pp", "> 1pp");
    let shown = q.ends(0, &["run", "plan.bench"]);
    assert!(
        shown.contains(&format!(
            "deviating (sealed {day}, 2 changes, 1 bears on a decision)"
        )),
        "{shown}"
    );
    let report = q.json(REPORT);
    let changes = report["plan"]["deviations"].as_array().unwrap();
    let of = |field: &str| changes.iter().find(|c| c["field"] == field).unwrap();
    assert_eq!(of("owner")["bears"], false);
    assert_eq!(of("rule ship")["bears"], true);
    assert_eq!(of("rule ship")["before"], "when gain(accuracy) > 0pp");
    let mut codes = q.codes();
    codes.sort();
    assert_eq!(codes, ["X102", "X104"]);
}

#[test]
fn other_data_another_seed_and_another_file_are_changes() {
    let p = Project::new();
    p.ends(0, &["seal", "plan.bench"]);
    p.ends(0, &["run", "plan.bench", "--seed", "7"]);
    let changes = p.json(REPORT)["plan"]["deviations"].clone();
    assert_eq!(
        (&changes[0]["field"], &changes[0]["bears"]),
        (&"seed".into(), &true.into())
    );
    p.replace("d.csv", "t1,neg,test,neg", "t1,neg,test,pos");
    p.ends(0, &["run", "plan.bench"]);
    let changes = p.json(REPORT)["plan"]["deviations"].clone();
    assert_eq!(changes.as_array().unwrap().len(), 1);
    assert_eq!(changes[0]["item"], "dataset d");
    assert_eq!(changes[0]["bears"], true);
}

#[test]
fn the_same_run_again_prints_the_same_bytes() {
    let p = Project::new();
    p.ends(0, &["run", "plan.bench"]);
    let first = p.read(REPORT);
    p.ends(0, &["run", "plan.bench", "--threads", "1"]);
    assert_eq!(p.read(REPORT), first);
    // Another plan on the same rows comes later, and changes nothing that was said before it.
    p.write("other.bench", &PLAN.replace("> 0pp", "> 5pp"));
    p.ends(0, &["run", "other.bench"]);
    p.ends(0, &["run", "plan.bench"]);
    assert_eq!(p.read(REPORT), first);
    let looks = p.ledger().entries;
    let access = |e: &&registry::Entry| matches!(e.event, Event::Access { .. });
    assert_eq!(
        looks.iter().filter(access).count(),
        4,
        "every look is recorded"
    );
}

#[test]
fn seals_refuse_errors_and_say_what_changed() {
    let p = Project::new();
    p.replace("plan.bench", "on: d.test", "on: d.train");
    let told = p.ends(1, &["seal", "plan.bench"]);
    assert!(told.contains("was not sealed"), "{told}");
    assert!(!p.path("plan.bench.lock").exists());
    p.write("plan.bench", PLAN);
    p.ends(0, &["seal", "plan.bench"]);
    let seal = p.read("plan.bench.lock");
    let told = p.ends(0, &["seal", "plan.bench"]);
    assert!(told.contains("already, and unchanged"), "{told}");
    p.replace("plan.bench", "> 0pp", "> 1pp");
    let told = p.ends(1, &["seal", "plan.bench"]);
    assert!(
        told.contains(
            "`rule ship` of `decide for b against a` was `when gain(accuracy) > 0pp` and is"
        ),
        "{told}"
    );
    assert_eq!(p.read("plan.bench.lock"), seal);
    p.ends(0, &["seal", "plan.bench", "--again"]);
    assert_ne!(p.read("plan.bench.lock"), seal);
    let seals = |e: &&registry::Entry| matches!(e.event, Event::Seal { .. });
    assert_eq!(p.ledger().entries.iter().filter(seals).count(), 2);
    let json = p.json("plan.bench.lock");
    for key in [
        "format", "sealed", "tool", "git", "library", "data", "power", "open", "waivers", "meaning",
    ] {
        assert!(json.get(key).is_some(), "{key}");
    }
    assert_eq!(json["data"][0]["sha256"].as_str().unwrap().len(), 64);
    assert!(
        json["power"]["claims"]
            .as_array()
            .is_some_and(|c| !c.is_empty()),
        "{json:#}"
    );
}

#[test]
fn plans_may_be_sealed_before_their_data_are_there() {
    let p = Project::new();
    let data = p.read("d.csv");
    std::fs::remove_file(p.path("d.csv")).unwrap();
    let told = p.ends(0, &["seal", "plan.bench"]);
    assert!(told.contains("the data of d aren't there yet"), "{told}");
    p.write("d.csv", &data);
    p.ends(0, &["run", "plan.bench"]);
    let report = p.json(REPORT);
    assert_eq!(report["plan"]["status"], "confirmatory");
    let risks = report["risks"].to_string();
    assert!(
        risks.contains("weren't there when the plan was sealed"),
        "{risks}"
    );
}

#[test]
fn imports_are_part_of_what_is_sealed() {
    let p = Project::new();
    let dataset = PLAN.lines().find(|l| l.starts_with("dataset d")).unwrap();
    p.write("shared.bench", &format!("{dataset}\n"));
    let plan = PLAN
        .replace(dataset, "use \"shared.bench\" as shared")
        .replace("d.train", "shared.d.train")
        .replace("d.test", "shared.d.test");
    p.write("plan.bench", &plan);
    p.ends(0, &["seal", "plan.bench"]);
    p.replace("shared.bench", "id: id", "id: id, strata: [part]");
    let told = p.ends(1, &["seal", "plan.bench"]);
    assert!(
        told.contains("`strata` of `shared.bench: dataset d` is new: `[part]`; bears"),
        "{told}"
    );
}

/// Many processes at once: every look is in the chain, and the chain is whole.
#[test]
fn concurrent_runs_keep_the_ledger_whole() {
    let p = Project::new();
    let children: Vec<_> = (0..12)
        .map(|i| {
            let (seed, out) = (i.to_string(), format!("out-{i}"));
            p.command(&[
                "run",
                "plan.bench",
                "--seed",
                &seed,
                "--out",
                &out,
                "--threads",
                "1",
            ])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let ledger = p.ledger();
    assert_eq!(ledger.faults, []);
    assert_eq!(ledger.entries.len(), 24, "a look and a report of each");
    let seqs: Vec<u64> = ledger.entries.iter().map(|e| e.seq).collect();
    assert_eq!(seqs, (1..=24).collect::<Vec<u64>>());
    p.ends(0, &["audit"]);
}

/// Threads of one process, each with its own file handle, many entries each.
#[test]
fn concurrent_writers_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let folder = folder.path();
            scope.spawn(move || {
                for n in 0..10 {
                    let torn = format!("{writer} {n}");
                    ledger::append(folder, Event::Mended { torn }).unwrap();
                }
            });
        }
    });
    let read = ledger::read(&DiskWorld, folder.path()).unwrap();
    assert_eq!((read.entries.len(), read.faults), (40, vec![]));
}

/// Cut at every byte, as by a crash while the last line was written: what was whole stays, and the next entry
/// keeps the torn bytes.
#[test]
fn a_torn_last_line_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let add = |n: u32| {
        ledger::append(
            folder.path(),
            Event::Mended {
                torn: n.to_string(),
            },
        )
    };
    add(1).unwrap();
    let head = std::fs::read(folder.path().join("ledger.head")).unwrap();
    let first = std::fs::read(folder.path().join("ledger.jsonl")).unwrap();
    add(2).unwrap();
    let both = std::fs::read(folder.path().join("ledger.jsonl")).unwrap();
    for cut in first.len() + 1..both.len() {
        std::fs::write(folder.path().join("ledger.jsonl"), &both[..cut]).unwrap();
        std::fs::write(folder.path().join("ledger.head"), &head).unwrap();
        let read = ledger::read(&DiskWorld, folder.path()).unwrap();
        let whole = cut == both.len() - 1;
        assert_eq!(
            read.faults,
            if whole { vec![] } else { vec![Fault::Torn(2)] },
            "{cut}"
        );
        add(3).unwrap();
        let read = ledger::read(&DiskWorld, folder.path()).unwrap();
        assert_eq!((read.faults, read.entries.len()), (vec![], 3), "{cut}");
        if !whole {
            let torn = String::from_utf8(both[first.len()..cut].to_vec()).unwrap();
            assert_eq!(read.entries[1].event, Event::Mended { torn }, "{cut}");
        }
    }
}

/// Every byte of a ledger, flipped: each is found, and nothing is appended to it.
#[test]
fn every_flipped_byte_is_found() {
    let p = Project::new();
    p.ends(0, &["seal", "plan.bench"]);
    p.ends(0, &["run", "plan.bench"]);
    let bytes = std::fs::read(p.path(LEDGER)).unwrap();
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        std::fs::write(p.path(LEDGER), &flipped).unwrap();
        let faults = p.ledger().faults;
        assert!(!faults.is_empty(), "byte {at}");
    }
    let mut flipped = bytes.clone();
    flipped[100] ^= 1;
    std::fs::write(p.path(LEDGER), &flipped).unwrap();
    let event = Event::Mended {
        torn: String::new(),
    };
    assert!(ledger::append(&p.path(".bench"), event).is_err());
    assert_eq!(
        std::fs::read(p.path(LEDGER)).unwrap(),
        flipped,
        "nothing was written"
    );
    let told = p.ends(1, &["run", "plan.bench"]);
    assert!(told.contains("error[X103]"), "{told}");
}

/// A folder with a sealed plan that was run twice, and changed in between, for audits.
fn lived_in() -> Project {
    let p = Project::new();
    p.ends(0, &["seal", "plan.bench"]);
    p.ends(0, &["run", "plan.bench"]);
    p.replace("plan.bench", "> 0pp", "> 1pp");
    p.ends(0, &["seal", "plan.bench", "--again"]);
    p.ends(0, &["run", "plan.bench"]);
    p
}

fn lines(p: &Project, change: impl FnOnce(&mut Vec<String>)) {
    let text = p.read(LEDGER);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    change(&mut lines);
    p.write(LEDGER, &(lines.join("\n") + "\n"));
}

/// The lines of an audit that say that something was tampered with.
fn tampered(p: &Project) -> Vec<String> {
    let out = p.run(&["audit"]);
    let text = String::from_utf8(out.stdout).unwrap();
    let all = text.lines().filter_map(|l| l.strip_prefix("tampered"));
    let found: Vec<String> = all.map(|l| l.trim().to_owned()).collect();
    assert_eq!(
        out.status.code(),
        Some(i32::from(!found.is_empty())),
        "{text}"
    );
    found
}

#[test]
fn audits_find_a_flipped_byte() {
    let p = lived_in();
    lines(&p, |l| {
        l[1] = l[1].replacen("confirmatory", "confirmatorY", 1);
    });
    assert_eq!(
        tampered(&p),
        ["ledger: line 2: the bytes are not those that its hash was made of"]
    );
}

#[test]
fn audits_find_lines_taken_out_and_swapped() {
    let p = lived_in();
    lines(&p, |l| drop(l.remove(2)));
    assert_eq!(tampered(&p)[0], "ledger: entry 3 was taken out");
    let p = lived_in();
    lines(&p, |l| l.swap(1, 2));
    assert_eq!(
        tampered(&p),
        ["ledger: line 3: entry 2 stands behind a later one: lines were swapped"]
    );
    let p = lived_in();
    lines(&p, |l| l.truncate(4));
    let found = tampered(&p);
    assert_eq!(
        found[0],
        "ledger: the ledger ends with entry 4, and its head remembers entry 6: its end was cut off"
    );
    let p = lived_in();
    std::fs::remove_file(p.path(LEDGER)).unwrap();
    assert!(
        tampered(&p)[0].contains("the ledger is gone"),
        "{:?}",
        tampered(&p)
    );
}

/// A chain that was written anew from some entry on, each line with the right hash of its own.
#[test]
fn audits_find_a_ledger_written_anew() {
    let p = lived_in();
    let q = lived_in();
    let head = p.read(".bench/ledger.head");
    p.write(LEDGER, &q.read(LEDGER));
    p.write(".bench/ledger.head", &head);
    if p.read(LEDGER) != q.read(LEDGER) || head != q.read(".bench/ledger.head") {
        let found = tampered(&p);
        assert!(
            found
                .iter()
                .any(|f| f.contains("is not the one that the head remembers")),
            "{found:#?}"
        );
    }
    // One line of another ledger in the place of its own.
    let p = lived_in();
    let r = Project::new();
    r.ends(0, &["run", "plan.bench"]);
    let other = r.read(LEDGER).lines().nth(1).unwrap().to_owned();
    lines(&p, |l| l[1] = other);
    let found = tampered(&p);
    assert!(
        found.iter().any(|f| f.contains("was replaced")),
        "{found:#?}"
    );
}

#[test]
fn audits_find_edited_reports_and_seals() {
    let p = lived_in();
    p.replace(REPORT, "\"confirmatory\"", "\"exploratory\"");
    assert_eq!(
        tampered(&p),
        [".bench/plan/report.json: the report was edited: entry 6 records other bytes"]
    );
    let p = lived_in();
    p.replace("plan.bench.lock", "> 1pp", "> 0pp");
    assert_eq!(
        tampered(&p),
        ["plan.bench.lock: the seal was edited: its bytes are not those that its hash was made of"]
    );
    let told = p.ends(1, &["run", "plan.bench"]);
    assert!(told.contains("the seal was written in"), "{told}");
}

#[test]
fn audits_find_replaced_seals() {
    let p = Project::new();
    p.ends(0, &["seal", "plan.bench"]);
    let first = p.read("plan.bench.lock");
    p.replace("plan.bench", "> 0pp", "> 1pp");
    p.ends(0, &["seal", "plan.bench", "--again"]);
    let second = p.read("plan.bench.lock");
    p.write("plan.bench.lock", &first);
    assert_eq!(
        tampered(&p),
        [
            "plan.bench.lock: the seal was replaced by the earlier one of entry 1; the last is that of entry 2"
        ]
    );
    // A whole seal of a plan that was never sealed here.
    let q = Project::new();
    q.replace("plan.bench", "> 0pp", "> 2pp");
    q.ends(0, &["seal", "plan.bench"]);
    p.write("plan.bench.lock", &q.read("plan.bench.lock"));
    assert_eq!(
        tampered(&p),
        ["plan.bench.lock: the seal was replaced: it is not the one that entry 2 records"]
    );
    p.write("plan.bench.lock", &second);
    assert_eq!(tampered(&p), [""; 0]);
    std::fs::remove_file(p.path("plan.bench.lock")).unwrap();
    assert!(tampered(&p)[0].contains("the seal is gone; entry 2 records it"));
    p.write(
        "plan.bench.lock",
        &second.replace("\"seed\": 42", "\"seed\": \"x\""),
    );
    assert!(tampered(&p)[0].contains("is no seal"), "{:?}", tampered(&p));
}

#[test]
fn an_audit_of_what_cannot_be_read_is_2() {
    let p = Project::new();
    p.ends(2, &["audit", "nowhere.bench"]);
    std::fs::create_dir_all(p.path(LEDGER)).unwrap();
    let told = p.ends(2, &["audit"]);
    assert!(told.contains("cannot read"), "{told}");
}

/// A check of a page is told as a story in shell commands, of which these are understood.
fn told(p: &Project, story: &str) {
    for line in story.lines().filter(|l| !l.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["benchwright", "check", ..] => {}
            ["benchwright", args @ ..] => drop(p.ends(0, args)),
            ["cp", from, to] => p.write(to, &p.read(from)),
            ["sed", "-i", ..] => {
                let script = line.split('\'').nth(1).unwrap();
                let parts: Vec<&str> = script.split('/').collect();
                let to = parts[2].replace("\\n", "\n");
                p.replace(words.last().unwrap(), parts[1], &to);
            }
            _ => panic!("a story has no `{line}`"),
        }
    }
}

fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let section = page.split(heading).nth(1).unwrap_or_default();
    section.split("\n## ").next().unwrap_or_default()
}

/// The folder of a section, once its story is told.
fn lived(section: &str) -> Project {
    let p = Project(tempfile::tempdir().unwrap());
    let mut story = "";
    for block in section.split("```").skip(1).step_by(2) {
        let (head, text) = block.split_once('\n').unwrap();
        match head.split_once(' ') {
            Some((_, "story")) => story = text,
            Some((_, name)) => p.write(name, text),
            None => p.write("plan.bench", text),
        }
    }
    assert!(
        story
            .trim_end()
            .ends_with("benchwright check --data plan.bench"),
        "{story}"
    );
    told(&p, story);
    p
}

/// What the checks of seal and ledger say.
fn said(p: &Project) -> (Vec<String>, String) {
    let out = p.run(&["check", "--data", "plan.bench", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let all = json["diagnostics"].as_array().unwrap();
    let own = all.iter().filter(|d| d["waived"].is_null());
    let codes = own.map(|d| d["code"].as_str().unwrap().to_owned());
    let shown = p.run(&["check", "--data", "plan.bench"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    let warned = codes.filter(|c| c.starts_with('X') || c == "W101");
    (warned.collect(), shown)
}

#[test]
fn pages_have_their_headings() {
    for check in registry::ALL {
        let (code, page) = (check.info.code, check.info.page);
        assert!(
            page.starts_with(&format!("# {code} {}\n", check.info.name)),
            "{code}"
        );
        let places: Vec<_> = HEADINGS.iter().map(|h| page.find(h)).collect();
        assert!(places.iter().all(Option::is_some), "{code}");
        assert!(places.is_sorted(), "{code}");
        assert!(section(page, HEADINGS[1]).contains("Source: "), "{code}");
    }
}

#[test]
fn bad_stories_yield_exactly_their_check_and_good_ones_nothing() {
    for check in registry::ALL {
        let (code, page) = (check.info.code, check.info.page);
        let p = lived(section(page, HEADINGS[2]));
        let (codes, shown) = said(&p);
        assert_eq!(codes, [code], "the bad plan of {code}\n{shown}");
        insta::with_settings!({
            snapshot_path => "registry", prepend_module_to_snapshot => false, omit_expression => true,
            filters => vec![(r"\d{4}-\d\d-\d\d", "DATE"), (r"[0-9a-f]{64}", "HASH")],
        }, {
            insta::assert_snapshot!(code.to_lowercase(), of_registry(&shown));
        });
        let p = lived(section(page, HEADINGS[3]));
        let (codes, shown) = said(&p);
        assert_eq!(codes, [""; 0], "the good plan of {code}\n{shown}");
        let proofs = p.run(&["check", "--data", "--explain-proofs", "plan.bench"]);
        let proofs = String::from_utf8(proofs.stdout).unwrap();
        assert!(
            proofs.contains(&format!("proved[{code}]")),
            "{code} is proved\n{proofs}"
        );
    }
}

/// The parts of a terminal's text that are about seal and ledger.
fn of_registry(shown: &str) -> String {
    let parts = shown.split("\n\n").filter(|p| p.contains("[X1"));
    parts.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn every_code_is_explained() {
    for check in registry::ALL {
        let out = Command::new(env!("CARGO_BIN_EXE_benchwright"))
            .args(["explain", check.info.code])
            .output()
            .unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        assert!(
            out.status.success() && text.contains(check.info.name),
            "{text}"
        );
    }
}

#[test]
fn reports_are_verified_wherever_they_lie() {
    let p = lived_in();
    let told = p.ends(0, &["verify", REPORT]);
    assert!(told.contains("the same bytes"), "{told}");
    let ledger = p.read(LEDGER);
    let moved = tempfile::tempdir().unwrap();
    copied(p.0.path(), &moved.path().join("elsewhere"));
    let out = Command::new(env!("CARGO_BIN_EXE_benchwright"))
        .args(["verify", "elsewhere/.bench/plan/report.json"])
        .current_dir(moved.path())
        .output()
        .unwrap();
    assert!(out.status.success(), "{out:?}");
    assert_eq!(p.read(LEDGER), ledger, "verifying writes nothing");
}

#[test]
fn an_edited_report_is_found_by_its_first_field() {
    let p = lived_in();
    p.replace(REPORT, "\"outcome\": \"ship\"", "\"outcome\": \"hold\"");
    let told = p.ends(1, &["verify", REPORT]);
    assert!(
        told.contains("decisions[0].outcome: \"hold\" in the report, \"ship\" made again"),
        "{told}"
    );
    assert!(told.contains("the report was edited"), "{told}");
}

/// Every file below a folder, with its bytes and when it was changed last.
fn all_of(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let (mut open, mut found) = (vec![folder.to_owned()], BTreeMap::new());
    while let Some(path) = open.pop() {
        let changed = std::fs::metadata(&path).unwrap().modified().unwrap();
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
            found.insert(path, (Vec::new(), changed));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.insert(path, (bytes, changed));
        }
    }
    found
}

#[test]
fn verifying_changes_nothing() {
    let p = lived_in();
    let before = all_of(p.0.path());
    assert!(before.keys().any(|f| f.ends_with("manifest.json")));
    p.ends(0, &["verify", REPORT]);
    assert_eq!(all_of(p.0.path()), before);
    p.replace(REPORT, "\"outcome\": \"ship\"", "\"outcome\": \"hold\"");
    let before = all_of(p.0.path());
    p.ends(1, &["verify", REPORT]);
    assert_eq!(all_of(p.0.path()), before);
}

#[test]
fn an_edited_manifest_beside_a_report_is_found() {
    const MANIFEST: &str = ".bench/plan/manifest.json";
    let p = lived_in();
    let whole = p.read(MANIFEST);
    let manifest: Value = serde_json::from_str(&whole).unwrap();
    for (pointer, field) in [
        ("/tool", "tool"),
        ("/plan/meaning_sha256", "plan"),
        ("/library_sha256", "library_sha256"),
        ("/status", "status"),
        ("/data/0/sha256", "data"),
        ("/outputs/1/path", "outputs"),
        ("/reports/0/sha256", "reports"),
    ] {
        let mut edited = manifest.clone();
        let slot = edited.pointer_mut(pointer).unwrap();
        *slot = format!("{}x", slot.as_str().unwrap()).into();
        std::fs::write(p.0.path().join(MANIFEST), edited.to_string()).unwrap();
        let told = p.ends(1, &["verify", REPORT]);
        assert!(
            told.contains(&format!("manifest.json: `{field}` is not")),
            "{told}"
        );
        assert_eq!(told.matches("is not what").count(), 1, "{told}");
    }
    std::fs::write(p.0.path().join(MANIFEST), "{}").unwrap();
    let told = p.ends(1, &["verify", REPORT]);
    assert!(told.contains("no manifest can be read there"), "{told}");
    // One that isn't there vouches for nothing.
    std::fs::remove_file(p.0.path().join(MANIFEST)).unwrap();
    p.ends(0, &["verify", REPORT]);
}

#[test]
fn an_edited_view_beside_a_report_is_found() {
    let p = lived_in();
    p.replace(".bench/plan/report.md", "ship", "shop");
    let told = p.ends(1, &["verify", REPORT]);
    assert!(told.contains("report.md"), "{told}");
    assert!(told.contains("it was edited"), "{told}");
    // One that isn't there says nothing.
    std::fs::remove_file(p.0.path().join(".bench/plan/report.md")).unwrap();
    p.ends(0, &["verify", REPORT]);
}

#[test]
fn another_way_to_write_a_quantity_is_no_change() {
    let p = Project::new();
    p.ends(0, &["run", "plan.bench", "--deny", "U101"]);
    p.ends(0, &["seal", "plan.bench"]);
    p.replace("plan.bench", "> 0pp", "> 0.0pp");
    let told = p.ends(0, &["run", "plan.bench"]);
    assert!(told.contains("confirmatory"), "{told}");
    let quantity = |text: &str| {
        let plan = format!(
            "use std.serving.latency_p95\nplan p {{ objective: \"o\", primary: latency_p95 }}\n\
             system s {{ limits: {{ time: {text} }}, predictions: \"s.csv\" }}\n"
        );
        let world = benchwright::text::MemoryWorld::default().with("p.bench", &plan);
        let found = benchwright::analysis::analyse(&world, std::path::Path::new("p.bench"));
        found.unwrap().meaning_sha256().to_owned()
    };
    for (a, b) in [("100ms", "0.1s"), ("2h", "120min"), ("90s", "1.5min")] {
        assert_eq!(quantity(a), quantity(b), "{a} {b}");
    }
    assert_ne!(quantity("100ms"), quantity("0.2s"));
}

#[test]
fn what_explains_another_report_is_named_and_nothing_else_shown() {
    let p = lived_in();
    p.replace("d.csv", "t1,neg,test,neg", "t1,neg,test,pos");
    let told = p.ends(1, &["verify", REPORT]);
    assert!(told.contains("dataset d: "), "{told}");
    assert!(!told.contains("made again"), "{told}");
    let p = lived_in();
    p.replace("plan.bench", "> 1pp", "> 2pp");
    let told = p.ends(1, &["verify", REPORT]);
    assert!(told.contains("the plan's meaning: "), "{told}");
    let p = lived_in();
    p.replace(REPORT, "\"version\": \"0", "\"version\": \"9");
    let told = p.ends(1, &["verify", REPORT]);
    assert!(told.contains("the version of benchwright: 9"), "{told}");
    p.ends(2, &["verify", "nowhere.json"]);
    p.write("no.json", "{}");
    p.ends(2, &["verify", "no.json"]);
}

#[test]
fn an_exploratory_report_is_verified_after_the_seal() {
    let p = Project::new();
    p.ends(0, &["run", "plan.bench", "--deny", "U101"]);
    p.ends(0, &["seal", "plan.bench"]);
    p.ends(0, &["verify", REPORT]);
}

#[test]
fn a_regression_is_told_and_is_3() {
    let p = Project::new();
    p.ends(0, &["run", "plan.bench"]);
    p.write("old.json", &p.read(REPORT));
    let same = ["run", "plan.bench", "--baseline-report", "old.json"];
    let shown = p.ends(0, &same);
    assert!(shown.contains("since old.json"), "{shown}");
    let drift = p.json(REPORT)["drift"].clone();
    assert_eq!(
        (&drift["same_data"], &drift["regressions"]),
        (&true.into(), &0.into())
    );
    p.ends(0, &["verify", REPORT]);
    // `b` errs in every third row now: 1 in 20 wrong becomes 1 in 3.
    let rows = p.read("d.csv");
    let worse = rows.lines().map(|l| {
        let cells: Vec<&str> = l.split(',').collect();
        match cells[0] {
            "id" => l.to_owned(),
            _ => format!("{},{}", cells[..4].join(","), cells[3]),
        }
    });
    let worse: Vec<String> = worse.collect();
    p.write("d.csv", &(worse.join("\n") + "\n"));
    let shown = p.ends(3, &same);
    assert!(
        shown.contains("got worse beyond what is tolerated"),
        "{shown}"
    );
    let drift = p.json(REPORT)["drift"].clone();
    assert_eq!(drift["same_data"], false);
    let all = drift["metrics"].as_array().unwrap();
    let of = |system: &str| {
        all.iter()
            .find(|m| m["system"] == system && m["metric"] == "accuracy")
            .unwrap()
    };
    assert_eq!(of("b")["drifting"], "worse");
    assert_eq!(of("a")["drifting"], "steady");
    assert!(
        (of("b")["change"].as_f64().unwrap() + 0.3).abs() < 1e-12,
        "{}",
        of("b")
    );
    // Much is tolerated.
    let args = [&same[..], &["--regression-tolerance", "90pp"]].concat();
    p.ends(0, &args);
    let args = [
        &same[..],
        &[
            "--regression-tolerance",
            "90pp",
            "--regression-tolerance",
            "accuracy=1pp",
        ],
    ]
    .concat();
    p.ends(3, &args);
    p.ends(
        2,
        &[&same[..], &["--regression-tolerance", "much"]].concat(),
    );
    p.ends(2, &["run", "plan.bench", "--baseline-report", "plan.bench"]);
}

#[test]
fn manifests_say_what_a_run_came_from() {
    let p = lived_in();
    let m = p.json(".bench/plan/manifest.json");
    assert_eq!(m["status"], "confirmatory");
    assert_eq!(
        m["plan"]["sha256"],
        p.json(REPORT)["provenance"]["plan_sha256"]
    );
    assert_eq!(m["ledger"]["seq"], 6);
    assert!(
        m["machine"]["os"]
            .as_str()
            .unwrap()
            .starts_with(std::env::consts::OS)
    );
    for key in [
        "library_sha256",
        "seal_sha256",
        "started",
        "ended",
        "environment",
    ] {
        assert!(!m[key].is_null(), "{key}: {m:#}");
    }
    assert_eq!(m["data"][0]["path"], "d.csv");
}

#[test]
fn crates_of_research_objects_describe_every_file() {
    let p = lived_in();
    p.ends(2, &["export", "ro-crate", "other.bench"]);
    p.ends(
        0,
        &[
            "export",
            "ro-crate",
            "plan.bench",
            "--license",
            "https://spdx.org/licenses/MIT",
        ],
    );
    let json = p.json("ro-crate-metadata.json");
    let graph = json["@graph"].as_array().unwrap();
    let by_id = |id: &str| {
        let found = graph.iter().filter(|e| e["@id"] == id).collect::<Vec<_>>();
        assert_eq!(found.len(), 1, "{id}");
        found[0].clone()
    };
    let root = by_id("./");
    assert_eq!(by_id("ro-crate-metadata.json")["about"]["@id"], "./");
    for part in root["hasPart"].as_array().unwrap() {
        let file = by_id(part["@id"].as_str().unwrap());
        let bytes = std::fs::read(p.path(file["@id"].as_str().unwrap())).unwrap();
        assert_eq!(
            file["sha256"],
            benchwright::data::sha256(&bytes).as_str(),
            "{file}"
        );
    }
    let action = by_id(root["mentions"][0]["@id"].as_str().unwrap());
    assert_eq!(action["@type"], "CreateAction");
    // No reference leads nowhere.
    for entity in graph {
        for reference in references(entity) {
            let known = graph.iter().any(|e| e["@id"] == reference.as_str());
            assert!(
                known || reference.starts_with("https://w3id.org/ro/crate/"),
                "{reference}"
            );
        }
    }
}

/// The ids that an entity refers to.
fn references(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Object(fields) => {
            let own = (fields.len() == 1).then(|| fields.get("@id")).flatten();
            let mut found: Vec<String> = own
                .and_then(|v| v.as_str())
                .map(str::to_owned)
                .into_iter()
                .collect();
            found.extend(fields.values().flat_map(references));
            found
        }
        serde_json::Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// Signatures by a key made for the test. Where there is no `ssh-keygen`, that is said; with CI=true there is.
#[test]
fn seals_are_signed_and_signatures_checked() {
    let p = Project::new();
    let keygen = |args: &[&str]| {
        Command::new("ssh-keygen")
            .args(args)
            .current_dir(p.0.path())
            .output()
    };
    let made = keygen(&[
        "-q",
        "-t",
        "ed25519",
        "-N",
        "",
        "-C",
        "ann@example.org",
        "-f",
        "key",
    ]);
    if made.is_err() && std::env::var("CI").is_ok_and(|v| v == "true") {
        panic!("ssh-keygen is missing");
    }
    let Ok(made) = made else {
        let told = p.ends(2, &["seal", "plan.bench", "--sign", "key"]);
        assert!(told.contains("cannot start `ssh-keygen`"), "{told}");
        eprintln!("skipped: ssh-keygen is missing (apt install openssh-client)");
        return;
    };
    assert!(made.status.success());
    p.write("allowed", &format!("ann@example.org {}", p.read("key.pub")));
    let told = p.ends(0, &["seal", "plan.bench", "--sign", "key"]);
    assert!(told.contains("sealed, signed"), "{told}");
    let check = ["audit", "plan.bench", "--allowed-signers", "allowed"];
    let told = p.ends(0, &check);
    assert!(told.contains("signed by ann@example.org"), "{told}");
    // Somebody else's list.
    keygen(&["-q", "-t", "ed25519", "-N", "", "-f", "other"]).unwrap();
    p.write(
        "others",
        &format!("eve@example.org {}", p.read("other.pub")),
    );
    let told = p.ends(1, &["audit", "--allowed-signers", "others"]);
    assert!(told.contains("not that of an allowed signer"), "{told}");
    // The signature of other bytes.
    let signature = p.read("plan.bench.lock.sig");
    p.replace("plan.bench", "> 0pp", "> 1pp");
    p.ends(0, &["seal", "plan.bench", "--again", "--sign", "key"]);
    p.ends(0, &check);
    p.write("plan.bench.lock.sig", &signature);
    p.ends(1, &check);
    std::fs::remove_file(p.path("plan.bench.lock.sig")).unwrap();
    let told = p.ends(1, &check);
    assert!(told.contains("the signature is gone"), "{told}");
    p.ends(2, &["audit", "--allowed-signers", "nobody"]);
    p.ends(2, &["seal", "plan.bench", "--sign", "no-such-key"]);
}

/// Killed without a chance to clean up, at whatever moment: what was whole stays whole, and the next run goes on.
#[test]
fn a_killed_run_leaves_a_ledger_that_goes_on() {
    let p = Project::new();
    p.ends(0, &["run", "plan.bench"]);
    let wanted = p.read(REPORT);
    let mut kept = p.ledger().entries;
    for n in 0..8 {
        let size = || std::fs::metadata(p.path(LEDGER)).map_or(0, |m| m.len());
        let before = size();
        let mut child = p
            .command(&["run", "plan.bench"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Some at once, some as soon as the ledger grows.
        while n % 2 == 1 && size() == before && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let ledger = p.ledger();
        assert!(
            !ledger.faults.iter().any(Fault::is_tampering),
            "{:?}",
            ledger.faults
        );
        assert_eq!(&ledger.entries[..kept.len()], kept, "what was whole");
        kept = ledger.entries;
    }
    p.ends(0, &["run", "plan.bench"]);
    assert_eq!(p.read(REPORT), wanted);
    p.ends(0, &["audit"]);
}

/// The held-out rows of a plan with these claims.
fn held_out(claims: &str) -> Vec<String> {
    let plan = format!(
        "use std.classification.{{accuracy}}\n\
         dataset d {{ source: \"d.csv\", version: \"1\", id: id, label: y in [neg, pos], split: column(part) {{ train: \"train\", val: \"val\", test: \"test\" }}, folds: kfold(k: 5, seed: 3, of: train) }}\n\
         component x {{ }}\n\
         baseline a {{ train: d.train, tune: d.val {{ by: accuracy, trials: 2 }}, components: [x], predictions: \"a-{{variant}}.csv\" }}\n\
         candidate b from a {{ predictions: \"b-{{variant}}.csv\" }}\n{claims}"
    );
    let world = benchwright::text::MemoryWorld::default().with("p.bench", plan);
    let a = benchwright::analysis::analyse(&world, std::path::Path::new("p.bench")).unwrap();
    let of_text =
        |d: &&benchwright::diagnostic::Diagnostic| d.code.code.starts_with(['S', 'N', 'T']);
    assert_eq!(
        a.diagnostics.iter().filter(of_text).count(),
        0,
        "{:#?}",
        a.diagnostics
    );
    let found = registry::held_out(&a.plan, a.dag());
    found.iter().map(|(on, _)| a.plan.show_data(on)).collect()
}

#[test]
fn held_out_rows_are_those_that_shaped_nothing_they_judge() {
    let on = |part: &str| format!("compare b with a {{ on: d.{part}, metrics: [accuracy] }}\n");
    assert_eq!(held_out(&on("test")), ["d.test"]);
    assert_eq!(held_out(&on("val")), [""; 0], "they tuned");
    assert_eq!(held_out(&on("train")), [""; 0], "they trained");
    let choosing = "select best from [a, b] { on: d.val, maximize: accuracy, report_on: d.test }\n";
    assert_eq!(held_out(choosing), ["d.test"]);
    let pruning = "ablation of b { on: d.test, metric: accuracy, remove: [x], tolerance: 1pp }\n";
    assert_eq!(held_out(pruning), [""; 0], "they choose what is kept");
    assert_eq!(
        held_out("ablation of b { on: d.test, metric: accuracy, remove: [x] }\n"),
        ["d.test"]
    );
    assert_eq!(held_out(""), [""; 0]);
}

/// What commands made is evidence like any file: named in the manifest, verified without being run again, wherever
/// it lies by then.
#[test]
fn runs_of_commands_are_verified_and_described() {
    let p = Commanded::within("there", RUN, "");
    let run = p.run();
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    let text = p.read(".bench/p/manifest.json");
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    let commands = manifest["commands"].as_array().unwrap();
    assert_eq!(commands.len(), p.kept("runs").len(), "{manifest:#}");
    assert!(
        commands.iter().all(|c| c["command"][0] == "sh"),
        "{manifest:#}"
    );
    let done = p.benchwright(&["verify", ".bench/p/report.json"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let moved = tempfile::tempdir().unwrap();
    copied(&p.home, &moved.path().join("here"));
    let out = Command::new(env!("CARGO_BIN_EXE_benchwright"))
        .args(["verify", "here/.bench/p/report.json"])
        .current_dir(moved.path())
        .output()
        .unwrap();
    assert!(out.status.success(), "{out:?}");
    let audit = p.benchwright(&["audit"]);
    assert_eq!(audit.code, Some(0), "{}", audit.out);
}
