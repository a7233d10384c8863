//! How well the data checks find faults: sound plans with small files, and operators that put one fault into the files
//! (or into what the plan says of them).

use super::table::{Measured, measured};
use benchwright::analysis::{self, analyse};
use benchwright::audit;
use benchwright::diagnostic::{Answer, Diagnostic, Level};
use benchwright::exec;
use benchwright::text::MemoryWorld;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

/// The data checks, and the two errors of files among them.
const CATALOGUE: &[(&str, &str)] = &[
    ("F201", "hash-differs"),
    ("F202", "output-ids-differ"),
    ("L201", "duplicate-ids"),
    ("L202", "same-content-across-splits"),
    ("L203", "near-duplicates"),
    ("L204", "corpus-overlap"),
    ("L205", "group-straddles"),
    ("L206", "time-straddles"),
    ("L207", "label-proxy"),
    ("L208", "class-missing"),
    ("L209", "shares-off"),
    ("L210", "strata-off"),
];

/// A table of texts.
#[derive(Clone)]
struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn at(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| *c == column)
    }

    fn get(&self, row: usize, column: &str) -> &str {
        &self.rows[row][self.at(column).unwrap()]
    }

    fn set(&mut self, row: usize, column: &str, value: &str) {
        let at = self.at(column).unwrap();
        self.rows[row][at] = value.into();
    }

    /// The rows with this value.
    fn with(&self, column: &str, value: &str) -> Vec<usize> {
        let rows = 0..self.rows.len();
        rows.filter(|&r| self.get(r, column) == value).collect()
    }

    fn csv(&self) -> String {
        let mut text = self.columns.join(",") + "\n";
        for row in &self.rows {
            let _ = writeln!(text, "{}", row.join(","));
        }
        text
    }
}

/// A plan with its files.
#[derive(Clone)]
pub struct Files {
    name: &'static str,
    about: &'static str,
    plan: String,
    rows: Table,
    /// Of a corpus: one text a line.
    corpus: Vec<String>,
    /// Ids that an output file names beyond, or without.
    outputs: Outputs,
    /// The hash the plan declares is of these bytes; of the file as it is where `None`.
    hashed: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Outputs {
    #[default]
    Whole,
    WithoutOne,
    OneMore,
    OneTwice,
}

/// Whole numbers without a pattern, the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn words(&mut self, n: usize) -> String {
        let words: Vec<&str> = (0..n).map(|_| WORDS[self.roll(WORDS.len())]).collect();
        words.join(" ")
    }
}

const WORDS: [&str; 64] = [
    "amber", "basket", "candle", "dinner", "engine", "feather", "garden", "hammer", "island",
    "jacket", "kettle", "ladder", "marble", "needle", "orange", "pepper", "quarry", "ribbon",
    "saddle", "timber", "umbrella", "velvet", "window", "yellow", "zipper", "anchor", "bottle",
    "castle", "desert", "elbow", "forest", "glacier", "harbour", "insect", "jungle", "kitchen",
    "lantern", "meadow", "napkin", "ocean", "pillow", "quilt", "river", "shadow", "thunder",
    "uncle", "valley", "whistle", "yonder", "zebra", "acorn", "bridge", "cotton", "dragon",
    "ember", "fiddle", "gravel", "hollow", "ivory", "jigsaw", "knuckle", "locket", "mitten",
    "nutmeg",
];

const SYSTEMS: &str = r#"
baseline words { CORPUStrain: reviews.train, tune: reviews.val { by: f1_macro, trials: 20 }, seeds: 2, predictions: "words-{seed}.csv" }

candidate chars from words { predictions: "chars-{seed}.csv" }

compare chars with words { on: reviews.test, metrics: [f1_macro, accuracy], correct: holm }

decide for chars against words {
  ship   when gain(f1_macro) > 10pp
  reject otherwise
}
"#;

const HEAD: &str = r#"use std.classification.{accuracy, f1_macro}

plan ship_chars { objective: "Characters beat words by more than 10 pp macro-F1", primary: f1_macro, guardrails: [accuracy] }
"#;

const LABELS: [&str; 3] = ["neg", "mixed", "pos"];

/// Reviews by authors, in the order of time, in three languages.
fn reviews() -> Table {
    let mut dice = Dice(7);
    let mut rows = Vec::new();
    for i in 0..600 {
        let part = ["train", "train", "train", "val", "test"][i / 120];
        let text = dice.words(14);
        let author = format!("a{}", i / 3);
        let day = format!("2024-{:02}-{:02}", 1 + i / 56, 1 + i / 2 % 28);
        // An author writes in one language.
        let language = ["en", "de", "fr"][Dice(i as u64 / 3 * 7919).roll(3)];
        let label = LABELS[dice.roll(3)];
        let age = (18 + dice.roll(60)).to_string();
        let row = [
            format!("r{i}"),
            text,
            author,
            day,
            language.into(),
            label.into(),
            age,
        ];
        rows.push(row.into_iter().chain([part.into()]).collect());
    }
    let columns = [
        "id",
        "text",
        "author",
        "day",
        "language",
        "sentiment",
        "age",
        "part",
    ];
    Table {
        columns: columns.into(),
        rows,
    }
}

/// As many as are declared, dealt by the hash of their author.
fn dealt() -> Table {
    let mut dice = Dice(11);
    let mut rows = Vec::new();
    for i in 0..600 {
        let (text, author) = (dice.words(14), format!("a{}", i / 2));
        let label = if dice.roll(10) < 7 { "neg" } else { "pos" };
        rows.push(vec![format!("r{i}"), text, author, label.into()]);
    }
    Table {
        columns: vec!["id", "text", "author", "sentiment"],
        rows,
    }
}

pub fn sound() -> Vec<Files> {
    let files = |name, about, dataset: &str, corpus: &str, rows| {
        let of_corpus = match corpus {
            "" => "",
            _ => "pretrained_on: web, ",
        };
        let systems = SYSTEMS.replace("CORPUS", of_corpus);
        Files {
            name,
            about,
            plan: format!("{HEAD}\n{dataset}\n{corpus}{systems}"),
            rows,
            corpus: (0..20).map(|i| Dice(100 + i).words(30)).collect(),
            outputs: Outputs::Whole,
            hashed: None,
        }
    };
    let everything = r#"dataset reviews {
  source: "reviews.csv", version: "1", sha256: "SHA256", id: id, text: text, group: author, time: day, strata: [language]
  label:  sentiment in [neg, mixed, pos]
  split:  column(part)
}"#;
    let by_hash = r#"dataset reviews {
  source: "reviews.csv", version: "1", sha256: "SHA256", rows: 600, id: id, text: text, group: author
  label:  sentiment in [neg: 70%, pos: 30%]
  split:  hash(author, seed: 7) { train: 60%, val: 20%, test: 20% }
}"#;
    let features = r#"dataset reviews {
  source: "reviews.csv", version: "1", sha256: "SHA256", id: id
  label:  sentiment in [neg, mixed, pos]
  split:  column(part)
}"#;
    let web = "dataset web { source: \"web.jsonl\", version: \"1\", text: text, disjoint_from: reviews }\n";
    let mut bare = reviews();
    let text = bare.at("text").unwrap();
    bare.columns.remove(text);
    bare.rows.iter_mut().for_each(|r| {
        r.remove(text);
    });
    vec![
        files(
            "column",
            "texts with authors, days and languages, split by a column",
            everything,
            "",
            reviews(),
        ),
        files(
            "hash",
            "texts with declared rows and shares, split by the hash of their author",
            by_hash,
            "",
            dealt(),
        ),
        files(
            "corpus",
            "the same texts beside a corpus that both systems were pre-trained on",
            everything,
            web,
            reviews(),
        ),
        files(
            "features",
            "features without a text, split by a column",
            features,
            "",
            bare,
        ),
    ]
}

impl Files {
    fn world(&self) -> MemoryWorld {
        let csv = self.rows.csv();
        let hashed = self.hashed.as_ref().unwrap_or(&csv);
        let hash: String = Sha256::digest(hashed.as_bytes())
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let plan = self.plan.replace("SHA256", &hash);
        let mut world = MemoryWorld::default().with("plan.bench", &plan);
        for system in ["words", "chars"] {
            for seed in 1..=2 {
                let text = self.output(system, seed);
                world = world.with(format!("{system}-{seed}.csv"), &text);
            }
        }
        let corpus = self
            .corpus
            .iter()
            .map(|t| format!("{{\"text\": \"{t}\"}}\n"));
        world
            .with("web.jsonl", corpus.collect::<String>())
            .with("reviews.csv", &csv)
    }

    /// Predictions of every row, right in part.
    fn output(&self, system: &str, seed: u64) -> String {
        let mut dice = Dice(seed + system.len() as u64 * if system == "words" { 3 } else { 5 });
        let mut ids: Vec<&str> = (0..self.rows.rows.len())
            .map(|r| self.rows.get(r, "id"))
            .collect();
        ids.dedup();
        let faulty = (system, seed) == ("chars", 2);
        match self.outputs {
            Outputs::WithoutOne if faulty => drop(ids.pop()),
            Outputs::OneMore if faulty => ids.push("r9999"),
            Outputs::OneTwice if faulty => ids.push(ids[ids.len() - 1]),
            _ => {}
        }
        let mut text = String::from("id,prediction\n");
        for id in ids {
            let guess = ["neg", "pos"][dice.roll(2)];
            let _ = writeln!(text, "{id},{guess}");
        }
        text
    }

    /// The first rows of the part, where the split is a column.
    fn part(&self, part: &str) -> Vec<usize> {
        match self.rows.at("part") {
            Some(_) => self.rows.with("part", part),
            None => Vec::new(),
        }
    }

    /// One mutant with the rows changed.
    fn changed(&self, change: impl FnOnce(&mut Table)) -> Files {
        let mut files = self.clone();
        change(&mut files.rows);
        files
    }

    /// A text of the row that judges, put where it must not stand.
    fn copied(&self, alter: impl Fn(&str) -> String) -> Vec<Files> {
        let (test, train) = (self.part("test"), self.part("train"));
        if self.rows.at("text").is_none() || test.is_empty() {
            return Vec::new();
        }
        let text = |row: usize| self.rows.get(row, "text").to_string();
        let pairs = [
            (test[3], train[5]),
            (test[20], train[100]),
            (test[41], self.part("val")[7]),
        ];
        let copy = |(from, to): (usize, usize)| {
            self.changed(|rows| rows.set(to, "text", &alter(&text(from))))
        };
        pairs.into_iter().map(copy).collect()
    }
}

/// Puts one fault into files that are sound.
#[derive(Clone, Copy)]
pub struct Operator {
    code: &'static str,
    name: &'static str,
    apply: fn(&Files) -> Vec<Files>,
}

const fn op(code: &'static str, name: &'static str, apply: fn(&Files) -> Vec<Files>) -> Operator {
    Operator { code, name, apply }
}

const OPERATORS: &[Operator] = &[
    op(
        "F201",
        "change a byte of the file after its hash was taken",
        |f| {
            let mut changed = f.clone();
            changed.hashed = Some(f.rows.csv());
            let label = f.rows.get(0, "sentiment").to_string();
            changed
                .rows
                .set(0, "sentiment", if label == "neg" { "pos" } else { "neg" });
            vec![changed]
        },
    ),
    op(
        "F201",
        "add a row to the file after its hash was taken",
        |f| {
            let mut changed = f.clone();
            changed.hashed = Some(f.rows.csv());
            let mut row = f.rows.rows[0].clone();
            row[0] = "r5000".into();
            if let Some(text) = f.rows.at("text") {
                row[text] = Dice(1).words(14);
            }
            changed.rows.rows.push(row);
            vec![changed]
        },
    ),
    op("F202", "leave a row out of an output", |f| {
        outputs(f, Outputs::WithoutOne)
    }),
    op(
        "F202",
        "put a row into an output that the data don't have",
        |f| outputs(f, Outputs::OneMore),
    ),
    op("F202", "put a row into an output twice", |f| {
        outputs(f, Outputs::OneTwice)
    }),
    op("L201", "give a row the id of the row before", |f| {
        let again = |row: usize| {
            f.changed(|rows| {
                let id = rows.get(row - 1, "id").to_string();
                rows.set(row, "id", &id);
            })
        };
        [20, 200, 590].map(again).into()
    }),
    op(
        "L202",
        "copy a text that judges into the training rows",
        |f| f.copied(str::to_string),
    ),
    op("L202", "copy it in capitals, with other punctuation", |f| {
        f.copied(|t| format!("{}!", t.to_uppercase().replacen(' ', " - ", 2)))
    }),
    op("L203", "copy a text that judges, with a word more", |f| {
        f.copied(|t| format!("{t} again"))
    }),
    op("L203", "copy a text that judges, with a word less", |f| {
        f.copied(|t| t.split_once(' ').unwrap().1.to_string())
    }),
    op("L204", "put a text that judges into the corpus", |f| {
        in_corpus(f, str::to_string)
    }),
    op("L204", "put it in the midst of another text", |f| {
        in_corpus(f, |t| {
            format!("{} {t} {}", Dice(3).words(9), Dice(4).words(9))
        })
    }),
    op(
        "L205",
        "give a row that judges the author of a training row",
        |f| {
            let (test, train) = (f.part("test"), f.part("train"));
            if test.is_empty() || !f.plan.contains("group: author") {
                return Vec::new();
            }
            let author = |to: usize, from: usize| {
                f.changed(|rows| {
                    let author = rows.get(from, "author").to_string();
                    rows.set(to, "author", &author);
                })
            };
            vec![
                author(test[0], train[0]),
                author(test[50], train[90]),
                author(train[30], test[9]),
            ]
        },
    ),
    op(
        "L206",
        "date a training row after the rows that judge",
        |f| dated(f, "train", "2025-03-01"),
    ),
    op("L206", "date a row that judges before training rows", |f| {
        dated(f, "test", "2024-02-02")
    }),
    op(
        "L207",
        "add a column that is another name of the label",
        |f| {
            column(f, |label, _| {
                ["n", "m", "p"][LABELS.iter().position(|l| *l == label).unwrap()].into()
            })
        },
    ),
    op(
        "L207",
        "add a number that lies in another range for each class",
        |f| {
            column(f, |label, row| {
                let class = LABELS.iter().position(|l| *l == label).unwrap();
                (100 * class + row * 37 % 90).to_string()
            })
        },
    ),
    op(
        "L208",
        "leave no row of a class in the rows that judge",
        |f| without(f, "test", "mixed", "pos"),
    ),
    op(
        "L208",
        "leave no row of a class in the training rows",
        |f| without(f, "train", "neg", "pos"),
    ),
    op("L209", "lose rows of those declared", |f| {
        let lost = |n: usize| f.changed(|rows| rows.rows.truncate(600 - n));
        match f.plan.contains("rows: 600") {
            true => vec![lost(60), lost(200)],
            false => Vec::new(),
        }
    }),
    op(
        "L209",
        "turn labels round, so that classes have other shares than declared",
        |f| {
            if !f.plan.contains("neg: 70%") {
                return Vec::new();
            }
            vec![f.changed(|rows| {
                for row in 0..rows.rows.len() {
                    let turned = if rows.get(row, "sentiment") == "neg" {
                        "pos"
                    } else {
                        "neg"
                    };
                    rows.set(row, "sentiment", turned);
                }
            })]
        },
    ),
    op(
        "L209",
        "give one author a third of the rows, so that the hash deals unevenly",
        |f| {
            if !f.plan.contains("hash(author") {
                return Vec::new();
            }
            let of =
                |who: &str| f.changed(|rows| (0..200).for_each(|r| rows.set(r * 3, "author", who)));
            vec![of("everyman"), of("nobody")]
        },
    ),
    op(
        "L210",
        "let one language all but fill the rows that judge",
        |f| {
            if !f.plan.contains("strata: [language]") {
                return Vec::new();
            }
            let shift = |part: &str, to: &str| {
                f.changed(|rows| {
                    for row in f.part(part).into_iter().filter(|r| r / 3 % 10 != 0) {
                        rows.set(row, "language", to);
                    }
                })
            };
            vec![
                shift("test", "en"),
                shift("test", "fr"),
                shift("train", "de"),
            ]
        },
    ),
];

fn outputs(f: &Files, outputs: Outputs) -> Vec<Files> {
    let mut changed = f.clone();
    changed.outputs = outputs;
    vec![changed]
}

fn in_corpus(f: &Files, alter: impl Fn(&str) -> String) -> Vec<Files> {
    if !f.plan.contains("pretrained_on") {
        return Vec::new();
    }
    let with = |row: usize| {
        let mut changed = f.clone();
        changed.corpus[7] = alter(f.rows.get(row, "text"));
        changed
    };
    let test = f.part("test");
    vec![with(test[2]), with(test[33])]
}

fn dated(f: &Files, part: &str, day: &str) -> Vec<Files> {
    let rows = f.part(part);
    if rows.is_empty() || !f.plan.contains("time: day") {
        return Vec::new();
    }
    let of = |row: usize| f.changed(|rows| rows.set(row, "day", day));
    vec![of(rows[1]), of(rows[44])]
}

fn column(f: &Files, value: fn(&str, usize) -> String) -> Vec<Files> {
    vec![f.changed(|rows| {
        rows.columns.push("told");
        for row in 0..rows.rows.len() {
            let told = value(rows.get(row, "sentiment"), row);
            rows.rows[row].push(told);
        }
    })]
}

fn without(f: &Files, part: &str, class: &str, instead: &str) -> Vec<Files> {
    if f.part(part).is_empty() {
        return Vec::new();
    }
    vec![f.changed(|rows| {
        for row in f.part(part) {
            if rows.get(row, "sentiment") == class {
                rows.set(row, "sentiment", instead);
            }
        }
    })]
}

/// What is said of the files, beyond hints: of the data checks first, then what a run meets.
fn said(files: &Files) -> Vec<Diagnostic> {
    let world = files.world();
    let mut a = analyse(&world, Path::new("plan.bench")).unwrap();
    if let Err(found) = analysis::audit(&mut a, &world, &|_| {}) {
        a.diagnostics.extend(found);
    }
    let is_error = |d: &Diagnostic| d.level == Level::Error && d.answer == Answer::Refuted;
    if !a.diagnostics.iter().any(is_error)
        && let Err(found) = exec::gather(&world, &a.plan, &a.sources, 42, &|_| {})
    {
        a.diagnostics.extend(found);
    }
    let counts = |d: &Diagnostic| d.answer == Answer::Refuted && d.level > Level::Info;
    a.diagnostics.retain(counts);
    a.diagnostics
}

fn codes(files: &Files) -> BTreeSet<&'static str> {
    said(files).iter().map(|d| d.code.code).collect()
}

/// A mutant and the codes said of it.
pub struct Trial {
    operator: Operator,
    files: &'static str,
    codes: BTreeSet<&'static str>,
}

pub fn trials() -> Vec<Trial> {
    let sound = sound();
    let mut made: Vec<(Operator, Files)> = Vec::new();
    for operator in OPERATORS {
        let mutants = sound.iter().flat_map(|f| (operator.apply)(f));
        made.extend(mutants.map(|m| (*operator, m)));
    }
    let one = |(operator, files): &(Operator, Files)| Trial {
        operator: *operator,
        files: files.name,
        codes: codes(files),
    };
    made.par_iter().map(one).collect()
}

/// What else rightly is said.
const COMPANIONS: &[(&str, &str, &str)] = &[];

fn false_alarms(t: &Trial) -> Vec<&'static str> {
    let follows = |code: &str| {
        let of = |c: &&(&str, &str, &str)| c.0 == t.operator.code && c.1 == code;
        COMPANIONS.iter().any(|c| of(&c))
    };
    let other = |code: &&&str| **code != t.operator.code && !follows(code);
    t.codes.iter().filter(other).copied().collect()
}

/// Everything that is not as it should be, one line each.
pub fn wrong(trials: &[Trial]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (i, t) in trials.iter().enumerate() {
        let what = format!(
            "{i:04} {} {} in {}",
            t.operator.code, t.operator.name, t.files
        );
        if !t.codes.contains(t.operator.code) {
            wrong.push(format!("missed: {what}"));
        }
        for code in false_alarms(t) {
            wrong.push(format!("false alarm: {code} on {what}"));
        }
    }
    for o in OPERATORS {
        if !trials.iter().any(|t| t.operator.name == o.name) {
            wrong.push(format!("never applicable: {} {}", o.code, o.name));
        }
    }
    wrong
}

/// The part of the page on the data checks.
pub fn section(trials: &[Trial]) -> String {
    let sound = sound();
    let found = |t: &&Trial| t.codes.contains(t.operator.code);
    let mut page = format!(
        "\n## The data checks\n\nThe same of what is in the files: {} sound plans with generated files, {} operators that put one fault into \
         them, {} mutants of {} checks: {} found. Errors and warnings on the sound files: none.\n\n",
        sound.len(),
        OPERATORS.len(),
        trials.len(),
        CATALOGUE.len(),
        trials.iter().filter(found).count(),
    );
    let rows: Vec<Measured> = CATALOGUE
        .iter()
        .map(|(code, name)| {
            let mine: Vec<&Trial> = trials.iter().filter(|t| t.operator.code == *code).collect();
            let others = trials.iter().filter(|t| t.operator.code != *code);
            Measured {
                code,
                name,
                operators: OPERATORS.iter().filter(|o| o.code == *code).count(),
                mutants: mine.len(),
                found: mine.iter().copied().filter(|t| found(t)).count(),
                others: others.clone().count(),
                alarms: others.filter(|t| false_alarms(t).contains(code)).count(),
            }
        })
        .collect();
    page.push_str(&measured(&rows));
    page.push_str("\n| code | operator | mutants |\n| --- | --- | --: |\n");
    for o in OPERATORS {
        let mine = trials.iter().filter(|t| t.operator.name == o.name).count();
        let _ = writeln!(page, "| {} | {} | {mine} |", o.code, o.name);
    }
    page.push_str("\nThe files: ");
    let about: Vec<String> = sound
        .iter()
        .map(|f| format!("`{}` ({})", f.name, f.about))
        .collect();
    page.push_str(&(about.join("; ") + ".\n"));
    page
}

#[test]
fn sound_files_raise_no_alarm() {
    for files in sound() {
        let said = said(&files);
        assert!(said.is_empty(), "{}: {said:#?}", files.name);
    }
}

/// Every data check has an operator, and so has each of the two errors of files that the catalogue names.
#[test]
fn every_data_check_has_an_operator() {
    let with: BTreeSet<&str> = OPERATORS.iter().map(|o| o.code).collect();
    let wanted: BTreeSet<&str> = CATALOGUE.iter().map(|c| c.0).collect();
    assert_eq!(with, wanted);
    let known = audit::ALL.iter().map(|c| c.info.code);
    let missing: Vec<&str> = known.filter(|c| !wanted.contains(c)).collect();
    assert!(missing.is_empty(), "{missing:?} want operators");
}
