//! Questions without a plan: `score` and `compare` give what the plan they stand for gives, and say what is wrong
//! in the words of the command line.

use super::support::pipeline;
use benchwright::quick::{self, Kind, Question, Refused};
use benchwright::render::{self, Options};
use benchwright::report;
use benchwright::report::layout::Style;
use benchwright::result::RunResult;
use benchwright::text::{MemoryWorld, World};
use parquet::basic::Encoding;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::process::{Command, Output};
use std::sync::Arc;

/// Three classes; the confusion matrix is 3 1 0 / 1 2 1 / 0 0 2 by rows of truth.
const PREDS: &str = "\
y,p,score,latency_ms,site
a,a,0.9,5,n
a,a,0.8,7,s
a,a,0.7,9,n
a,b,0.4,4,s
b,b,0.3,3,n
b,b,0.2,8,s
b,a,0.6,6,n
b,c,0.1,2,s
c,c,0.3,1,n
c,c,0.2,10,s
";

const TRUTH: &str = "id,label,language
r1,no,en
r2,no,de
r3,yes,en
r4,yes,de
r5,no,en
r6,yes,de
r7,no,en
r8,yes,en
";

/// In another order than the labels.
const NEW: &str = "id,prediction,score
r8,yes,0.9
r1,no,0.1
r2,no,0.4
r4,yes,0.6
r3,yes,0.8
r6,no,0.5
r5,no,0.3
r7,no,0.2
";

const OLD: &str = "id,prediction,score
r1,no,0.3
r2,yes,0.7
r3,yes,0.6
r4,no,0.4
r5,no,0.5
r6,yes,0.9
r7,yes,0.8
r8,no,0.2
";

fn world() -> MemoryWorld {
    MemoryWorld::default()
        .with("preds.csv", PREDS)
        .with("truth.csv", TRUTH)
        .with("new.csv", NEW)
        .with("old.csv", OLD)
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn score(metrics: &[&str]) -> Question {
    Question {
        files: texts(&["preds.csv"]),
        metrics: texts(metrics),
        resamples: Some("500".to_owned()),
        ..Question::default()
    }
}

fn compare(metrics: &[&str]) -> Question {
    Question {
        kind: Kind::Compare,
        files: texts(&["new.csv", "old.csv"]),
        truth: Some("truth.csv".to_owned()),
        ..score(metrics)
    }
}

fn answer(world: &dyn World, question: &Question) -> RunResult {
    let answered = quick::ask(world, question).and_then(|a| a.answer(world, 42, &|_| {}));
    answered.unwrap_or_else(|refused| panic!("{}", shown(&refused)))
}

/// What is printed where a question is refused.
fn refused(world: &dyn World, question: &Question) -> String {
    let answered = quick::ask(world, question).and_then(|a| a.answer(world, 42, &|_| {}));
    match answered {
        Ok(_) => panic!("answered"),
        Err(refused) => shown(&refused),
    }
}

fn plain() -> Style {
    Style {
        width: 100,
        unicode: true,
        color: false,
    }
}

fn shown(refused: &Refused) -> String {
    let options = Options {
        style: plain(),
        fixable: false,
        proofs: false,
    };
    render::terminal(&refused.diagnostics, &refused.sources, &options)
}

fn estimates(result: &RunResult) -> Vec<(String, f64)> {
    let of = |m: &benchwright::result::Metric| (m.metric.clone(), m.estimate.unwrap());
    result.metrics.iter().map(of).collect()
}

#[test]
fn metrics_have_the_values_of_hand_counting() {
    let result = answer(
        &world(),
        &score(&[
            "accuracy",
            "f1_macro",
            "latency_p50",
            "f_beta_macro(beta: 2)",
        ]),
    );
    let found = estimates(&result);
    let value = |name: &str| found.iter().find(|(n, _)| n == name).unwrap().1;
    assert!((value("accuracy") - 0.7).abs() < 1e-12);
    // F1 of a: 6/8, of b: 4/7, of c: 4/5.
    let f1 = (0.75 + 4.0 / 7.0 + 0.8) / 3.0;
    assert!((value("f1_macro") - f1).abs() < 1e-12);
    // (1 + 4) tp / ((1 + 4) tp + 4 fn + fp): 15/20, 10/19, 10/11.
    let f2 = (0.75 + 10.0 / 19.0 + 10.0 / 11.0) / 3.0;
    assert!((value("f_beta_macro(beta: 2)") - f2).abs() < 1e-12);
    assert!((value("latency_p50") - 5.5).abs() < 1e-12);
    assert_eq!(result.metrics[0].rows, 10);
    assert!(result.comparisons.is_empty());
}

#[test]
fn texts_numbers_and_lists_are_scored_too() {
    let world = MemoryWorld::default()
        .with("t.csv", "reference,output\nthe cat sat on the mat,the cat sat on the mat\na dog barked at me,a dog barked at us\n")
        .with("n.csv", "target,pred\n1,2\n2,2\n3,5\n5,5\n")
        .with("r.csv", "label,prediction\nd1 d3,d1 d2 d3\nd2,d1 d2\n");
    let one = |file: &str, metric: &str| {
        let question = Question {
            files: texts(&[file]),
            ..score(&[metric])
        };
        estimates(&answer(&world, &question))[0].1
    };
    assert!((one("n.csv", "mae") - 0.75).abs() < 1e-12);
    assert!((one("t.csv", "exact_match") - 0.5).abs() < 1e-12);
    let bleu = one("t.csv", "bleu");
    assert!(0.7 < bleu && bleu < 0.95, "{bleu}");
    // Discounts 1, 1/log2 3, 1/2.
    let second = 1.0 / 3f64.log2();
    let ndcg = (1.5 / (1.0 + second) + second) / 2.0;
    assert!((one("r.csv", "ndcg(k: 10)") - ndcg).abs() < 1e-12);
}

/// The same numbers, to the last digit, as a run of the plan that `--plan` prints.
fn same_as_its_plan(question: &Question) {
    let world = world();
    let asked = quick::ask(&world, question).unwrap_or_else(|r| panic!("{}", shown(&r)));
    let quickly = answer(&world, question);
    let planned = world.clone().with("question.bench", asked.plan_file());
    let run = pipeline::run(&planned, "question.bench").unwrap();
    assert_eq!(quickly.metrics, run.metrics);
    assert_eq!(quickly.comparisons, run.comparisons);
    assert!(!run.metrics.is_empty());
    let json = report::answer_json(&quickly, &[]);
    let whole = report::json(&run);
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let (json, whole) = (parse(&json), parse(&whole));
    for entries in ["metrics", "comparisons"] {
        assert_eq!(json[entries], whole[entries], "{entries}");
    }
    assert_eq!(
        json["metrics"].as_array().unwrap().len(),
        quickly.metrics.len()
    );
    let laid_out = asked.plan_file();
    assert_eq!(benchwright::format::format(&laid_out).text, laid_out);
}

#[test]
fn answers_are_those_of_the_plan() {
    same_as_its_plan(&score(&["f1_macro", "latency_p95"]));
    same_as_its_plan(&Question {
        group: Some("site".to_owned()),
        interval: Some("percentile".to_owned()),
        level: Some("90".to_owned()),
        labels: texts(&["c", "b", "a"]),
        ..score(&["accuracy", "mcc"])
    });
    same_as_its_plan(&compare(&["f1_macro", "roc_auc"]));
    same_as_its_plan(&Question {
        test: Some("mcnemar".to_owned()),
        interval: Some("newcombe".to_owned()),
        resamples: None,
        slices: texts(&["language"]),
        correct: Some("bonferroni".to_owned()),
        ..compare(&["accuracy"])
    });
}

#[test]
fn outputs_are_joined_by_id_whatever_their_order() {
    let result = answer(&world(), &compare(&["accuracy"]));
    let delta = result.comparisons[0].delta.unwrap();
    // 7 of 8 against 4 of 8.
    assert!((delta - 0.375).abs() < 1e-12, "{delta}");
    assert_eq!(result.comparisons[0].candidate, "new");
}

#[test]
fn several_columns_of_one_file_are_compared() {
    let wide = "id,y,pred_bert,pred_rules\n1,a,a,a\n2,b,b,a\n3,a,a,b\n4,b,a,b\n5,a,a,a\n6,b,b,b\n";
    let world = MemoryWorld::default().with("wide.csv", wide);
    let question = Question {
        files: texts(&["wide.csv"]),
        truth: None,
        ..compare(&["accuracy"])
    };
    let result = answer(&world, &question);
    let c = &result.comparisons[0];
    assert_eq!(
        (c.candidate.as_str(), c.baseline.as_str()),
        ("bert", "rules")
    );
    assert!((c.delta.unwrap() - 1.0 / 6.0).abs() < 1e-12);
}

#[test]
fn guesses_are_said_with_their_reasons() {
    let asked = quick::ask(&world(), &compare(&["f1", "roc_auc"]))
        .ok()
        .unwrap();
    let said: Vec<(&str, &str)> = asked
        .guesses
        .iter()
        .map(|g| (g.option, g.value.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("--label", "label"),
            ("--prediction", "prediction"),
            ("--score", "score"),
            ("--id", "id"),
            ("--labels", "no,yes"),
            ("--positive", "yes"),
        ]
    );
    assert!(asked.guesses.iter().all(|g| !g.why.is_empty()));
    let told = Question {
        label: Some("y".to_owned()),
        predictions: texts(&["p"]),
        labels: texts(&["a", "b", "c"]),
        ..score(&["accuracy"])
    };
    assert!(quick::ask(&world(), &told).ok().unwrap().guesses.is_empty());
}

#[test]
fn what_is_wrong_is_said_of_the_command_line() {
    let world = world();
    let misspelt = refused(
        &world,
        &Question {
            label: Some("yy".to_owned()),
            ..score(&["accuracy"])
        },
    );
    assert!(
        misspelt.contains("`preds.csv` has no column `yy`"),
        "{misspelt}"
    );
    assert!(misspelt.contains("did you mean `y`?"), "{misspelt}");
    assert!(misspelt.contains("--label yy"), "{misspelt}");
    let unknown = refused(&world, &score(&["f1_makro", "acuracy"]));
    assert!(unknown.contains("did you mean `f1_macro`?"), "{unknown}");
    assert!(unknown.contains("did you mean `accuracy`?"), "{unknown}");
    let positive = refused(&world, &score(&["f1"]));
    assert!(positive.contains("--positive CLASS"), "{positive}");
    let method = refused(
        &world,
        &Question {
            interval: Some("wilsn".to_owned()),
            ..score(&["accuracy"])
        },
    );
    assert!(method.contains("did you mean `wilson`?"), "{method}");
    let undeclared = refused(
        &world,
        &Question {
            labels: texts(&["a", "b"]),
            ..score(&["accuracy"])
        },
    );
    assert!(undeclared.contains("--labels a,b,c"), "{undeclared}");
    let argument = refused(&world, &score(&["f_beta_macro(bta: 2)"]));
    assert!(
        argument.contains("--metric 'f_beta_macro(bta: 2)'"),
        "{argument}"
    );
    let nowhere = refused(
        &world,
        &Question {
            files: texts(&["pred.csv"]),
            ..score(&["accuracy"])
        },
    );
    assert!(nowhere.contains("preds.csv"), "{nowhere}");
    for said in [
        misspelt, unknown, positive, method, undeclared, argument, nowhere,
    ] {
        assert!(!said.contains("question.bench"), "{said}");
    }
}

#[test]
fn ids_that_differ_are_named() {
    let short: String = OLD
        .lines()
        .filter(|l| !l.starts_with("r5"))
        .fold(String::new(), |t, l| t + l + "\n");
    let said = refused(&world().with("old.csv", short), &compare(&["accuracy"]));
    assert!(said.contains("`r5`") && said.contains("F202"), "{said}");
    let twice = OLD.to_owned() + "r1,yes,0.5\n";
    let said = refused(&world().with("old.csv", twice), &compare(&["accuracy"]));
    assert!(said.contains("`r1`"), "{said}");
}

#[test]
fn what_is_not_told_is_asked_for() {
    let several = MemoryWorld::default().with("x.csv", "y,pred_a,pred_b\n1,1,0\n0,0,0\n1,1,1\n");
    let question = Question {
        files: texts(&["x.csv"]),
        ..score(&["accuracy"])
    };
    let said = refused(&several, &question);
    assert!(
        said.contains("F304") && said.contains("`pred_a`, `pred_b`"),
        "{said}"
    );
    assert!(said.contains("--prediction COLUMN"), "{said}");
    let nameless = MemoryWorld::default().with("x.csv", "u,v\n1,1\n0,0\n");
    let said = refused(&nameless, &question);
    assert!(said.contains("--truth FILE"), "{said}");
}

fn benchwright(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_benchwright"))
        .args(args)
        .args(["--color", "never"])
        .output()
        .unwrap()
}

#[test]
fn the_command_prints_a_line_a_table_and_json() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    for (name, text) in [("new.csv", NEW), ("old.csv", OLD), ("truth.csv", TRUTH)] {
        std::fs::write(path(name), text).unwrap();
    }
    let (new, old, truth) = (path("new.csv"), path("old.csv"), path("truth.csv"));
    let asked = [
        "compare", &new, &old, "--truth", &truth, "--metric", "accuracy",
    ];
    let out = benchwright(&asked);
    let text = String::from_utf8(out.stdout).unwrap();
    assert_eq!(out.status.code(), Some(0));
    let first = text.lines().next().unwrap();
    assert!(first.contains("accuracy +37.5 pp ["), "{text}");
    assert!(first.contains("8 rows"), "{text}");
    let json = benchwright(&[&asked[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["comparisons"][0]["delta"], 0.375);
    assert_eq!(json["metrics"].as_array().unwrap().len(), 2);
    let plan = benchwright(&[&asked[..], &["--plan"]].concat());
    let file = path("own.bench");
    std::fs::write(&file, &plan.stdout).unwrap();
    assert!(String::from_utf8_lossy(&plan.stdout).contains("compare new with [old]"));
    let wrong = benchwright(&[
        "score", &new, "--truth", &truth, "--metric", "accuracy", "--id", "di",
    ]);
    assert_eq!(wrong.status.code(), Some(2));
    let wrong = benchwright(&["score", &new, "--truth", &truth, "--metric", "nothing"]);
    assert_eq!(wrong.status.code(), Some(1));
}

#[test]
fn threads_do_not_change_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("preds.csv").display().to_string();
    std::fs::write(&file, PREDS).unwrap();
    let with = |threads: &str| {
        let args = [
            "score",
            &file,
            "--metric",
            "f1_macro",
            "--format",
            "json",
            "--threads",
            threads,
        ];
        benchwright(&args).stdout
    };
    assert_eq!(with("1"), with("2"));
    assert!(!with("1").is_empty());
}

/// 3,000 rows of labels and of two systems' outputs, each in an order of its own.
struct Large {
    labels: Vec<String>,
    a: Vec<String>,
    b: Vec<String>,
}

impl Large {
    /// `id` writes the id of a row; outputs stand in the order of `order` times their place, modulo the rows.
    fn new(id: impl Fn(usize) -> String, order: usize) -> Self {
        let n = 3000usize;
        let class = |x: usize| ["neg", "neu", "pos"][x % 3];
        let label = |i: usize| class(i * i / 7);
        let answer = |i: usize, often: usize| {
            if i.is_multiple_of(often) {
                class(i / 5)
            } else {
                label(i)
            }
        };
        let site = |i: usize| ["north", "south, \u{e9}"][usize::from(i % 11 > 4)];
        let labels = (0..n)
            .map(|i| format!("{}\t{}\t{}", id(i), label(i), site(i)))
            .collect();
        let outputs = |often: usize| {
            let rows = (0..n).map(|k| k * order % n);
            rows.map(|i| format!("{}\t{}", id(i), answer(i, often)))
                .collect()
        };
        Large {
            labels,
            a: outputs(4),
            b: outputs(3),
        }
    }

    fn world(&self, end: &str) -> MemoryWorld {
        let file = |header: &str, rows: &[String]| {
            let lines = std::iter::once(header.to_owned()).chain(rows.iter().cloned());
            lines.collect::<Vec<_>>().join(end)
        };
        MemoryWorld::default()
            .with("t.tsv", file("id\tlabel\tsite", &self.labels))
            .with("a.tsv", file("id\tprediction", &self.a) + end)
            .with("b.tsv", file("id\tprediction", &self.b))
    }
}

fn large_question(metrics: &[&str]) -> Question {
    Question {
        files: texts(&["a.tsv", "b.tsv"]),
        truth: Some("t.tsv".to_owned()),
        ..compare(metrics)
    }
}

/// Counted and read, a question has one answer.
fn same_counted_and_read(world: &dyn World, question: &Question) {
    let ask = |bytes| {
        quick::ask_counting(world, question, bytes).unwrap_or_else(|r| panic!("{}", shown(&r)))
    };
    let (counted, read) = (ask(0), ask(u64::MAX));
    assert!(counted.is_counted() && !read.is_counted());
    assert_eq!(counted.plan_file(), read.plan_file());
    let answer = |asked: quick::Asked| {
        let result = asked.answer(world, 42, &|_| {});
        result.unwrap_or_else(|r| panic!("{}", shown(&r)))
    };
    let (counted, read) = (answer(counted), answer(read));
    assert_eq!(
        report::answer_json(&counted, &[]),
        report::answer_json(&read, &[])
    );
    assert_eq!(counted.metrics[0].rows, 3000);
}

#[test]
fn counted_rows_give_what_rows_that_are_read_give() {
    let metrics = ["f1_macro", "accuracy", "mcc", "cohen_kappa"];
    // Side by side, through slots, and through partitions.
    let numbered = Large::new(|i| i.to_string(), 1);
    let shuffled = Large::new(|i| (3 * i + 5).to_string(), 1009);
    let far_apart = Large::new(|i| (i * 77_777_777).to_string(), 1009);
    let named = Large::new(|i| format!("row-{i:05}"), 1);
    let mixed = Large::new(
        |i| {
            if i % 2 == 0 {
                i.to_string()
            } else {
                format!("x{i}")
            }
        },
        7,
    );
    for large in [numbered, shuffled, far_apart, named, mixed] {
        for end in ["\n", "\r\n"] {
            same_counted_and_read(&large.world(end), &large_question(&metrics));
        }
    }
}

#[test]
fn slices_classes_and_one_file_are_counted_too() {
    let world = Large::new(|i| i.to_string(), 1009).world("\n");
    same_counted_and_read(
        &world,
        &Question {
            slices: texts(&["site", "label"]),
            positive: Some("pos".to_owned()),
            labels: texts(&["pos", "neu", "neg"]),
            interval: Some("percentile".to_owned()),
            ..large_question(&["f1", "precision"])
        },
    );
    let rows = (0..3000).map(|i| format!("{},{}\n", ["x", "y"][i % 2], ["x", "y"][i % 7 / 4]));
    let one = MemoryWorld::default().with("p.csv", "y,p\n".to_owned() + &rows.collect::<String>());
    let question = Question {
        files: texts(&["p.csv"]),
        ..score(&["accuracy", "f1_macro"])
    };
    same_counted_and_read(&one, &question);
}

/// What goes over all units goes over kinds of units.
#[test]
fn closed_forms_are_counted_too() {
    let world = Large::new(|i| i.to_string(), 1009).world("\n");
    for (interval, test) in [
        ("auto", Some("mcnemar")),
        ("t", None),
        ("normal", None),
        ("wilson", None),
        ("exact", Some("mcnemar")),
        ("newcombe", None),
        ("none", Some("mcnemar")),
    ] {
        let resamples = large_question(&[]).resamples.filter(|_| interval == "auto");
        same_counted_and_read(
            &world,
            &Question {
                interval: Some(interval.to_owned()),
                test: test.map(str::to_owned),
                resamples,
                ..large_question(&["accuracy"])
            },
        );
    }
}

/// Rows of tabs as a Parquet file of several row groups and pages: a column `id` of whole numbers, and texts that are
/// absent where they are empty.
fn parquet(header: &str, rows: &[String], version: WriterVersion, dictionary: bool) -> Vec<u8> {
    let names: Vec<&str> = header.split('\t').collect();
    let fields: Vec<String> = names
        .iter()
        .map(|name| match *name {
            "id" => "REQUIRED INT64 id;".to_owned(),
            name => format!("OPTIONAL BYTE_ARRAY {name} (UTF8);"),
        })
        .collect();
    let schema = format!("message m {{ {} }}", fields.join(" "));
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let properties = WriterProperties::builder()
        .set_writer_version(version)
        .set_dictionary_enabled(dictionary)
        .set_encoding(Encoding::PLAIN)
        .set_data_page_row_count_limit(300)
        .set_write_batch_size(100)
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    for group in rows.chunks(1100) {
        let mut out = writer.next_row_group().unwrap();
        for (at, name) in names.iter().enumerate() {
            let fields = || group.iter().map(|row| row.split('\t').nth(at).unwrap());
            let mut column = out.next_column().unwrap().unwrap();
            if *name == "id" {
                let ids: Vec<i64> = fields().map(|f| f.parse().unwrap()).collect();
                column
                    .typed::<Int64Type>()
                    .write_batch(&ids, None, None)
                    .unwrap();
            } else {
                let texts: Vec<ByteArray> = fields()
                    .filter(|f| !f.is_empty())
                    .map(ByteArray::from)
                    .collect();
                let there: Vec<i16> = fields().map(|f| i16::from(!f.is_empty())).collect();
                let column = column.typed::<ByteArrayType>();
                column.write_batch(&texts, Some(&there), None).unwrap();
            }
            column.close().unwrap();
        }
        out.close().unwrap();
    }
    writer.into_inner().unwrap()
}

#[test]
fn parquet_is_counted_in_every_usual_encoding() {
    for (version, dictionary) in [
        (WriterVersion::PARQUET_1_0, true),
        (WriterVersion::PARQUET_2_0, true),
        (WriterVersion::PARQUET_1_0, false),
        (WriterVersion::PARQUET_2_0, false),
    ] {
        let mut large = Large::new(|i| (2 * i).to_string(), 1009);
        // Some sites are not known.
        for row in large.labels.iter_mut().step_by(13) {
            *row = row.rsplit_once('\t').unwrap().0.to_owned() + "\t";
        }
        let file = |header: &str, rows: &[String]| parquet(header, rows, version, dictionary);
        let world = large
            .world("\n")
            .with("t.parquet", file("id\tlabel\tsite", &large.labels))
            .with("a.parquet", file("id\tprediction", &large.a));
        let question = Question {
            files: texts(&["a.parquet", "b.tsv"]),
            truth: Some("t.parquet".to_owned()),
            slices: texts(&["site"]),
            ..large_question(&["f1_macro"])
        };
        same_counted_and_read(&world, &question);
        let text = Question {
            truth: Some("t.tsv".to_owned()),
            files: texts(&["a.tsv", "b.tsv"]),
            ..question.clone()
        };
        let (columns, lines) = (answer(&world, &question), answer(&world, &text));
        assert_eq!(columns.comparisons, lines.comparisons);
    }
}

#[test]
fn packed_files_and_several_as_one_are_counted() {
    use std::io::Write;
    let large = Large::new(|i| i.to_string(), 1);
    let part = |rows: &[String]| "id\tprediction\n".to_owned() + &rows.join("\n");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(part(&large.a[1000..]).as_bytes()).unwrap();
    let packed = zstd::encode_all(part(&large.b).as_bytes(), 1).unwrap();
    let world = large
        .world("\n")
        .with("runs/a-1.tsv", part(&large.a[..1000]))
        .with("runs/a-2.tsv.gz", gzip.finish().unwrap())
        .with("runs/b.tsv.zst", packed);
    let question = Question {
        files: texts(&["runs/a-*", "runs/b.tsv.zst"]),
        ..large_question(&["f1_macro"])
    };
    same_counted_and_read(&world, &question);
}

#[test]
fn what_cannot_be_counted_is_read() {
    let large = Large::new(|i| i.to_string(), 1);
    let counted = |world: &dyn World, question: &Question| {
        quick::ask_counting(world, question, 0)
            .ok()
            .unwrap()
            .is_counted()
    };
    let question = large_question(&["accuracy"]);
    let world = large.world("\n");
    assert!(counted(&world, &question));
    let quoted = large.b.join("\n").replace("neu", "\"neu\"");
    let quoted = world
        .clone()
        .with("b.tsv", "id\tprediction\n".to_owned() + &quoted);
    assert!(!counted(&quoted, &question));
    let plain = answer(&world, &question);
    assert_eq!(answer(&quoted, &question).comparisons, plain.comparisons);
    for question in [
        Question {
            group: Some("site".to_owned()),
            ..question.clone()
        },
        Question {
            test: Some("permutation".to_owned()),
            ..question.clone()
        },
        Question {
            interval: Some("studentized".to_owned()),
            ..question.clone()
        },
    ] {
        assert!(!counted(&world, &question));
    }
    // Every row its own: nothing is gained by counting.
    let own: String = (0..200).map(|i| format!("{i}\tneg\n")).collect();
    let few = MemoryWorld::default()
        .with("t.tsv", "id\tlabel\n".to_owned() + &own)
        .with("a.tsv", "id\tprediction\n0\tneg\n");
    let asked = quick::ask_counting(
        &few,
        &Question {
            files: texts(&["a.tsv", "a.tsv"]),
            ..question.clone()
        },
        0,
    );
    assert!(!asked.ok().unwrap().is_counted());
}

#[test]
fn ids_of_large_files_are_held_to_those_of_the_labels() {
    for (id, order) in [(1usize, 1usize), (3, 1009), (77_777_777, 1009)] {
        let large = Large::new(|i| (i * id).to_string(), order);
        let question = large_question(&["accuracy"]);
        let with = |rows: &[String]| {
            let text = "id\tprediction\n".to_owned() + &rows.join("\n");
            let world = large.world("\n").with("b.tsv", text);
            refused(&world, &question)
        };
        let said = with(&large.b[1..]);
        assert!(said.contains("lacks 1 of the partition's"), "{said}");
        let twice = [&large.b[..], &large.b[7..8]].concat();
        assert!(with(&twice).contains("F202"), "{}", with(&twice));
        let extra = [&large.b[..], &["5555555\tneg".to_owned()]].concat();
        assert!(with(&extra).contains("`5555555`"), "{}", with(&extra));
    }
}

#[test]
fn shards_that_are_counted_apart_give_the_whole() {
    let large = Large::new(|i| i.to_string(), 1);
    let joined = large
        .labels
        .iter()
        .zip(&large.a)
        .map(|(l, a)| format!("{l}\t{}", a.split('\t').nth(1).unwrap()));
    let rows: Vec<String> = joined.collect();
    let file = |rows: &[String]| "id\tlabel\tsite\tprediction\n".to_owned() + &rows.join("\n");
    let mut world = MemoryWorld::default().with("all.tsv", file(&rows));
    for (name, part) in [
        ("1", &rows[..40]),
        ("2", &rows[40..2000]),
        ("3", &rows[2000..]),
    ] {
        world = world.with(format!("part-{name}.tsv"), file(part));
    }
    let question = |file: &str| Question {
        files: texts(&[file]),
        slices: texts(&["site"]),
        ..score(&["f1_macro", "accuracy"])
    };
    let whole = answer(&world, &question("all.tsv"));
    for name in ["1", "2", "3"] {
        let counts = quick::counts(&world, &question(&format!("part-{name}.tsv")));
        let counts = counts.ok().unwrap().unwrap();
        world = world.with(format!("{name}.counts"), counts);
    }
    let merged = Question {
        files: texts(&["1.counts", "2.counts", "3.counts"]),
        slices: Vec::new(),
        ..question("")
    };
    let asked = quick::ask_merged(&world, &merged).unwrap_or_else(|r| panic!("{}", shown(&r)));
    let result = asked
        .answer(&world, 42, &|_| {})
        .unwrap_or_else(|r| panic!("{}", shown(&r)));
    let numbers = |r: &RunResult| {
        let of = |m: &benchwright::result::Metric| {
            (
                m.metric.clone(),
                m.slice.clone(),
                m.rows,
                m.estimate,
                m.interval.clone(),
            )
        };
        r.metrics.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&result), numbers(&whole));
    let other = Question {
        files: texts(&["1.counts", "all.tsv"]),
        ..merged.clone()
    };
    let said = quick::ask_merged(&world, &other)
        .err()
        .map(|r| shown(&r))
        .unwrap();
    assert!(
        said.contains("all.tsv") && said.contains("counts"),
        "{said}"
    );
    let numbers = Question {
        metrics: texts(&["latency_p95"]),
        ..merged
    };
    let said = quick::ask_merged(&world, &numbers)
        .err()
        .map(|r| shown(&r))
        .unwrap();
    assert!(said.contains("--metric latency_p95"), "{said}");
}
