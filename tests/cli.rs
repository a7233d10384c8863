//! The command as people and scripts use it: exit codes, streams, files written.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn benchwright(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_benchwright"))
        .args(args)
        .env_remove("NO_COLOR")
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A small plan with its files in a folder of its own.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let plan = r#"use std.classification.{accuracy, f1_macro}
plan p { objective: "o", primary: accuracy, guardrails: [f1_macro] }
dataset d { source: "d.csv", version: "1", id: id, label: y in [neg, pos], split: column(part) { train: "train", val: "val", test: "test" } }
baseline a { train: d.train, tune: d.val { by: accuracy, trials: 2 }, seeds: 2, predictions: "a-{seed}.csv" }
candidate b from a { predictions: "b-{seed}.csv" }
compare b with a { on: d.test, metrics: [accuracy, f1_macro], interval: bootstrap(300) }
decide for b against a {
  ship when gain(accuracy) > 0pp
  hold otherwise
}
"#;
    let mut data = String::from("id,y,part\nx,neg,train\ny,pos,val\n");
    let (mut a, mut b) = (
        String::from("id,prediction\n"),
        String::from("id,prediction\n"),
    );
    for i in 0..60 {
        let class = |on: bool| if on { "pos" } else { "neg" };
        data += &format!("{i},{},test\n", class(i % 2 == 0));
        a += &format!("{i},{}\n", class((i % 2 == 0) != (i % 3 == 0)));
        b += &format!("{i},{}\n", class((i % 2 == 0) != (i % 20 == 0)));
    }
    for (name, text) in [
        ("p.bench", plan),
        ("d.csv", &data),
        ("a-1.csv", &a),
        ("a-2.csv", &a),
        ("b-1.csv", &b),
        ("b-2.csv", &b),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

#[test]
fn a_sound_plan_checks_with_0() {
    let out = benchwright(&["check", "examples/reviews/reviews.bench"]);
    assert_eq!(code(&out), 0, "{}", stdout(&out));
    assert!(stdout(&out).contains("no faults found"));
    assert!(stderr(&out).is_empty());
}

#[test]
fn a_plan_with_errors_checks_with_1() {
    let out = benchwright(&["check", "examples/faulty/L102-fit-beyond-train.bench"]);
    assert_eq!(code(&out), 1);
    assert!(stdout(&out).contains("error[L102] fit-beyond-train"));
}

#[test]
fn every_faulty_example_names_its_code() {
    for entry in std::fs::read_dir("examples/faulty").unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Some((expected, _)) = name.split_once('-').filter(|(c, _)| c.len() == 4) else {
            continue;
        };
        let out = benchwright(&["check", "--deny", "warnings", &path.display().to_string()]);
        assert_eq!(code(&out), 1, "{name}");
        assert!(
            stdout(&out).contains(&format!("[{expected}]")),
            "{name}: {}",
            stdout(&out)
        );
    }
}

#[test]
fn warnings_pass_unless_denied() {
    let plan = "examples/faulty/U101-single-run.bench";
    assert_eq!(code(&benchwright(&["check", plan])), 0);
    for deny in ["warnings", "U101", "single-run"] {
        assert_eq!(
            code(&benchwright(&["check", plan, "--deny", deny])),
            1,
            "{deny}"
        );
    }
    assert_eq!(code(&benchwright(&["check", plan, "--deny", "U102"])), 0);
    let out = benchwright(&["check", plan, "--deny", "U999"]);
    assert_eq!(code(&out), 2);
    assert!(stderr(&out).contains("U999"));
}

#[test]
fn an_unreadable_plan_is_2() {
    let out = benchwright(&["check", "examples/reviews/review.bench"]);
    assert_eq!(code(&out), 2);
    assert!(
        stderr(&out).contains("did you mean `examples/reviews/reviews.bench`?"),
        "{}",
        stderr(&out)
    );
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("latin1.bench");
    std::fs::write(&bad, b"# ok\n# \xe9\n").unwrap();
    let out = benchwright(&["check", &bad.display().to_string()]);
    assert_eq!(code(&out), 2);
    assert!(stderr(&out).contains("line 2"), "{}", stderr(&out));
}

#[test]
fn json_of_check_is_what_the_page_says() {
    let plan = "examples/faulty/L102-fit-beyond-train.bench";
    let out = benchwright(&["check", "--format", "json", plan]);
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(json["file"], plan);
    let all = json["diagnostics"].as_array().unwrap();
    let d = all.iter().find(|d| d["level"] == "error").unwrap();
    for key in [
        "code", "name", "level", "answer", "message", "why", "help", "places", "fixes",
    ] {
        assert!(!d[key].is_null(), "{key} in {d}");
    }
    assert_eq!(
        (d["code"].as_str(), d["answer"].as_str()),
        (Some("L102"), Some("refuted"))
    );
    let place = &d["places"][0];
    let text = std::fs::read_to_string(plan).unwrap();
    let range = place["start"].as_u64().unwrap() as usize..place["end"].as_u64().unwrap() as usize;
    assert_eq!(&text[range], "reviews");
    assert!(json["counts"]["errors"].as_u64() == Some(1));
}

#[test]
fn a_run_reports_and_leaves_its_evidence() {
    let folder = project();
    let out = benchwright(&["run", &path(&folder, "p.bench")]);
    assert_eq!(code(&out), 0, "{}", stderr(&out));
    let shown = stdout(&out);
    assert!(shown.lines().take(3).any(|l| l.contains("ship")), "{shown}");
    let evidence = folder.path().join(".bench/p");
    let json = std::fs::read(evidence.join("report.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["decisions"][0]["outcome"], "ship");
    assert_eq!(json["provenance"]["seed"], 42);
    assert_eq!(json["provenance"]["inputs"].as_array().unwrap().len(), 4);
    assert!(
        std::fs::read_to_string(evidence.join("report.md"))
            .unwrap()
            .contains("ship")
    );
    let mut names: Vec<_> = std::fs::read_dir(&evidence)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    names.sort();
    let whole = ["manifest.json", "report.json", "report.md"];
    assert_eq!(names, whole, "nothing but whole files");
}

#[test]
fn bytes_are_the_same_on_any_number_of_threads() {
    let folder = project();
    let plan = path(&folder, "p.bench");
    let run = |threads: &str| {
        benchwright(&["run", &plan, "--format", "json", "--threads", threads]).stdout
    };
    let one = run("1");
    assert!(!one.is_empty());
    assert_eq!(one, run("2"));
    assert_eq!(one, run("7"));
    let other = benchwright(&["run", &plan, "--format", "json", "--seed", "7"]).stdout;
    assert_ne!(one, other);
}

#[test]
fn require_asks_for_an_outcome() {
    let folder = project();
    let plan = path(&folder, "p.bench");
    assert_eq!(code(&benchwright(&["run", &plan, "--require", "ship"])), 0);
    let out = benchwright(&["run", &plan, "--require", "hold"]);
    assert_eq!(code(&out), 3);
    assert!(stderr(&out).contains("is ship"));
}

#[test]
fn a_plan_with_errors_is_not_run() {
    let out = benchwright(&["run", "examples/faulty/D101-undecided-region.bench"]);
    assert_eq!(code(&out), 1);
    assert!(stderr(&out).contains("was not run"));
    assert!(stdout(&out).is_empty());
    assert!(!Path::new("examples/faulty/.bench").exists());
}

#[test]
fn a_bad_file_is_2() {
    let folder = project();
    std::fs::write(folder.path().join("b-2.csv"), "id,prediction\n0,pos\n").unwrap();
    let out = benchwright(&["run", &path(&folder, "p.bench")]);
    assert_eq!(code(&out), 2);
    assert!(
        stderr(&out).contains("error[F202] output-ids-differ"),
        "{}",
        stderr(&out)
    );
    assert!(!folder.path().join(".bench").exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_2() {
    let folder = project();
    std::fs::write(folder.path().join("occupied"), "a file").unwrap();
    let out = benchwright(&[
        "run",
        &path(&folder, "p.bench"),
        "--out",
        &path(&folder, "occupied/here"),
    ]);
    assert_eq!(code(&out), 2, "{}", stderr(&out));
    assert!(stderr(&out).contains("F112"), "{}", stderr(&out));
}

#[test]
fn explain_shows_pages_and_lists_codes() {
    let out = benchwright(&["explain", "L102"]);
    assert_eq!(code(&out), 0);
    assert!(stdout(&out).starts_with("# L102 fit-beyond-train"));
    assert_eq!(
        stdout(&benchwright(&["explain", "fit-beyond-train"])),
        stdout(&out)
    );
    let all = stdout(&benchwright(&["explain"]));
    for known in benchwright::analysis::codes() {
        assert!(all.contains(known.code), "{}", known.code);
        assert!(!known.page.trim().is_empty(), "{}", known.code);
    }
    let out = benchwright(&["explain", "L120"]);
    assert_eq!(code(&out), 2);
    assert!(stderr(&out).contains("did you mean"));
}

#[test]
fn explain_shows_a_metric() {
    let out = benchwright(&["explain", "metric", "f1_macro"]);
    assert_eq!(code(&out), 0, "{}", stderr(&out));
    insta::assert_snapshot!(stdout(&out));
    let short = benchwright(&["explain", "f1_macro"]);
    assert_eq!(stdout(&short), stdout(&out));
    insta::assert_snapshot!(stdout(&benchwright(&[
        "explain",
        "std.calibration.log_loss"
    ])));
    insta::assert_snapshot!(stdout(&benchwright(&["explain", "cost_per_1k"])));
    insta::assert_snapshot!(stdout(&benchwright(&[
        "explain",
        "absolute_error_quantile"
    ])));
    for (asked, told) in [
        (
            &["explain", "metric", "f1_makro"][..],
            "did you mean `f1_macro`?",
        ),
        (&["explain", "f1_makro"], "did you mean `f1_macro`?"),
        (&["explain", "metric", "L102"], "there is no metric `L102`"),
        (&["explain", "code", "L102"], "`code` takes no name"),
    ] {
        let out = benchwright(asked);
        assert_eq!(code(&out), 2);
        assert!(stderr(&out).contains(told), "{}", stderr(&out));
    }
}

#[test]
fn explain_knows_the_metrics_of_a_plan() {
    let folder = tempfile::tempdir().unwrap();
    let text = "## What wrong answers cost.\nmetric loss(each) {\n  better: lower\n  value:  each * count(prediction != label)\n          / count()\n}\n\n## Stricter than the library's.\nmetric f1 { better: higher, value: mean(prediction == label) }\n";
    std::fs::write(folder.path().join("p.bench"), text).unwrap();
    let plan = path(&folder, "p.bench");
    let explain = |name: &str| benchwright(&["explain", "metric", name, "--plan", &plan]);
    let shown = stdout(&explain("loss"));
    assert!(
        shown.starts_with(&format!("loss(each)  ({plan})\n")),
        "{shown}"
    );
    assert!(
        shown
            .contains("  value       each * count(prediction != label)\n              / count()\n")
    );
    let out = explain("f1");
    assert_eq!(code(&out), 2);
    assert!(
        stderr(&out).contains("`std.classification.f1`"),
        "{}",
        stderr(&out)
    );
    assert_eq!(code(&explain("std.classification.f1")), 0);
    assert_eq!(code(&benchwright(&["explain", "loss"])), 2);
    let listed = stdout(&benchwright(&["metrics", "--plan", &plan]));
    assert!(listed.starts_with("loss(each)"), "{listed}");
    let out = benchwright(&["metrics", "--plan", "nowhere.bench"]);
    assert_eq!(code(&out), 2);
}

#[test]
fn metrics_lists_and_searches_the_library() {
    insta::assert_snapshot!(stdout(&benchwright(&["metrics"])));
    let found = stdout(&benchwright(&["metrics", "Jaccard", "weighted"]));
    assert_eq!(found.lines().count(), 2, "{found}");
    assert!(found.starts_with("jaccard_weighted"));
    let out = benchwright(&["metrics", "nonsense"]);
    assert_eq!(code(&out), 2);
    assert!(stderr(&out).contains("no metric is about `nonsense`"));
}

#[test]
fn graphs_in_every_form() {
    let plan = "examples/digits/vision.bench";
    let text = stdout(&benchwright(&["graph", plan]));
    assert!(text.contains("mlp - scale"), "{text}");
    let dot = stdout(&benchwright(&["graph", plan, "--format", "dot"]));
    assert!(dot.starts_with("digraph") && dot.trim_end().ends_with('}'));
    assert!(
        stdout(&benchwright(&["graph", plan, "--format", "mermaid"])).starts_with("flowchart LR")
    );
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&benchwright(&["graph", plan, "--format", "json"]))).unwrap();
    let nodes = json["nodes"].as_array().unwrap();
    let runs = nodes.iter().filter(|n| n["kind"] == "run").count();
    assert_eq!(
        runs,
        7 * 5,
        "mlp, four arms, logreg and svm, five seeds each"
    );
    for edge in json["edges"].as_array().unwrap() {
        assert!(edge["from"].as_u64().unwrap() < nodes.len() as u64);
        assert!(edge["to"].as_u64().unwrap() < nodes.len() as u64);
    }
}

#[test]
fn fmt_writes_only_what_changes_and_check_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let (tidy, untidy) = (path(&folder, "tidy.bench"), path(&folder, "untidy.bench"));
    std::fs::write(&tidy, "plan p { objective: \"o\" }\n").unwrap();
    std::fs::write(&untidy, "plan   p{objective:\"o\"}\n").unwrap();
    let before = std::fs::metadata(&tidy).unwrap().modified().unwrap();

    let out = benchwright(&["fmt", "--check", &tidy, &untidy]);
    assert_eq!(code(&out), 1);
    let wanted = format!(
        "{untidy}\n    1 - plan   p{{objective:\"o\"}}\n    1 + plan p {{ objective: \"o\" }}\n"
    );
    assert_eq!(stdout(&out), wanted);

    let out = benchwright(&["fmt", &tidy, &untidy]);
    assert_eq!((code(&out), stdout(&out)), (0, String::new()));
    assert!(stderr(&out).is_empty(), "{}", stderr(&out));
    assert_eq!(
        std::fs::read(&tidy).unwrap(),
        std::fs::read(&untidy).unwrap()
    );
    let after = std::fs::metadata(&tidy).unwrap().modified().unwrap();
    assert_eq!(before, after, "written without need");
    assert_eq!(code(&benchwright(&["fmt", "--check", &tidy, &untidy])), 0);
}

#[test]
fn fmt_says_what_it_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let plan = path(&folder, "broken.bench");
    std::fs::write(&plan, "use  a.b\nplan p {\n").unwrap();
    let out = benchwright(&["fmt", &plan]);
    assert_eq!(code(&out), 0);
    assert!(stderr(&out).contains("what cannot be read is left as it is"));
    assert_eq!(
        std::fs::read_to_string(&plan).unwrap(),
        "use a.b\nplan p {\n"
    );
    let missing = benchwright(&["fmt", &path(&folder, "none.bench"), &plan]);
    assert_eq!(code(&missing), 2);
    assert!(stderr(&missing).contains("cannot read"));
}

#[test]
fn fmt_formats_standard_input() {
    use std::io::Write;
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_benchwright"))
        .args(["fmt", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"hardware c{cores:1}\r\n").unwrap();
    drop(stdin);
    let out = child.wait_with_output().unwrap();
    assert_eq!(
        (code(&out), stdout(&out)),
        (0, "hardware c { cores: 1 }\n".to_owned())
    );
}

/// A plan whose step is fitted on all rows, and which waives what isn't there.
fn leaking() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let page = std::fs::read_to_string("src/checks/l102_fit_beyond_train.md").unwrap();
    let bad = page
        .split("```bench\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let plan = bad.replace(
        "candidate chars",
        "@allow(U101, \"outdated\")\ncandidate chars",
    );
    std::fs::write(folder.path().join("plan.bench"), plan).unwrap();
    folder
}

#[test]
fn fix_applies_what_is_safe_and_diff_shows_it() {
    let folder = leaking();
    let plan = path(&folder, "plan.bench");
    let before = std::fs::read_to_string(&plan).unwrap();
    let shown = benchwright(&["check", "--diff", &plan]);
    assert_eq!(code(&shown), 1);
    let diff = stdout(&shown);
    for line in [
        "-step tfidf { kind: vectorizer, fit: reviews }",
        "+step tfidf { kind: vectorizer, fit: reviews.train }",
        "-@allow(U101, \"outdated\")",
    ] {
        assert!(diff.lines().any(|l| l == line), "{diff}");
    }
    assert_eq!(std::fs::read_to_string(&plan).unwrap(), before);

    let mended = benchwright(&["check", "--fix", "--deny", "warnings", &plan]);
    assert_eq!(code(&mended), 0, "{}", stdout(&mended));
    let said = stderr(&mended);
    assert!(
        said.contains("fixed: fit on the training rows only"),
        "{said}"
    );
    let after = std::fs::read_to_string(&plan).unwrap();
    assert!(after.contains("fit: reviews.train }") && !after.contains("@allow"));

    // What is mended stays as it is.
    let again = benchwright(&["check", "--fix", &plan]);
    assert_eq!(code(&again), 0);
    assert_eq!(std::fs::read_to_string(&plan).unwrap(), after);
    assert_eq!(stdout(&benchwright(&["check", "--diff", &plan])), "");
}

#[test]
fn fix_keeps_to_what_is_selected() {
    let folder = leaking();
    let plan = path(&folder, "plan.bench");
    let mended = benchwright(&["check", "--fix", "--select", "W", &plan]);
    assert_eq!(code(&mended), 0);
    let after = std::fs::read_to_string(&plan).unwrap();
    assert!(after.contains("fit: reviews }") && !after.contains("@allow"));
}

#[test]
fn select_and_ignore_narrow_what_is_answered() {
    let plan = "examples/faulty/ten-faults.bench";
    let codes = |args: &[&str]| {
        let out = benchwright(&[&["check", "--format", "json", plan], args].concat());
        let json: serde_json::Value = serde_json::from_str(&stdout(&out)).unwrap();
        let found = json["diagnostics"].as_array().unwrap().iter();
        let of_checks = |c: &String| !c.starts_with(['S', 'N', 'T', 'E']);
        found
            .map(|d| d["code"].as_str().unwrap().to_string())
            .filter(of_checks)
            .collect::<Vec<_>>()
    };
    let all = codes(&[]);
    let leaks = codes(&["--select", "L"]);
    assert!(!leaks.is_empty() && leaks.iter().all(|c| c.starts_with('L')));
    assert!(leaks.len() < all.len());
    let named = codes(&["--select", "fit-beyond-train,D102"]);
    assert!(named.iter().all(|c| c == "L102" || c == "D102") && named.len() >= 2);
    let rest = codes(&["--ignore", "R"]);
    assert!(rest.len() < all.len() && !rest.contains(&"R101".to_string()));
    // An error stays whatever is ignored with it.
    let left = codes(&["--ignore", "D"]);
    assert!(left.contains(&"D102".to_string()));

    let refused = benchwright(&["check", "--ignore", "L102", plan]);
    assert_eq!(code(&refused), 2);
    assert!(stderr(&refused).contains("errors cannot be ignored"));
    let unknown = benchwright(&["check", "--select", "fit-beyond-trian", plan]);
    assert_eq!(code(&unknown), 2);
    assert!(stderr(&unknown).contains("did you mean `fit-beyond-train`?"));
}

#[test]
fn waivers_that_waive_nothing_are_named() {
    let said = |code: &str| {
        let folder = project();
        let plan = path(&folder, "p.bench");
        let text = std::fs::read_to_string(&plan).unwrap();
        let text = text.replace(
            "candidate b",
            &format!("@allow({code}, \"r\")\ncandidate b"),
        );
        std::fs::write(&plan, text).unwrap();
        stdout(&benchwright(&["check", &plan]))
    };
    assert!(said("U101").contains("warning[W101] unused-waiver: nothing here needs the waiver"));
    assert!(said("L102").contains("`L102` is an error, and errors cannot be waived"));
    assert!(said("U10l").contains("did you mean `U101`?"));
}

#[test]
fn sarif_tells_paths_and_kinds() {
    let plans = [
        "examples/faulty/ten-faults.bench",
        "examples/reviews/reviews.bench",
    ];
    let out = benchwright(
        &[
            &["check", "--format", "sarif", "--explain-proofs"],
            &plans[..],
        ]
        .concat(),
    );
    assert_eq!(code(&out), 1);
    let sarif: serde_json::Value = serde_json::from_str(&stdout(&out)).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let of = |code: &str| results.iter().find(|r| r["ruleId"] == code).unwrap();
    let leak = of("L102");
    assert_eq!(leak["level"], "error");
    assert!(
        leak["codeFlows"][0]["threadFlows"][0]["locations"]
            .as_array()
            .unwrap()
            .len()
            >= 2
    );
    assert!(
        results
            .iter()
            .any(|r| r["kind"] == "pass" && r["level"] == "none")
    );
}

#[test]
fn junit_counts_what_fails() {
    let plans = [
        "examples/faulty/ten-faults.bench",
        "examples/reviews/reviews.bench",
    ];
    let out = benchwright(&[&["check", "--format", "junit"], &plans[..]].concat());
    assert_eq!(code(&out), 1);
    let text = stdout(&out);
    let count = |what: &str| text.matches(what).count();
    let said = |key: &str| -> usize {
        let head = text
            .split("<testsuites ")
            .nth(1)
            .unwrap()
            .split('>')
            .next()
            .unwrap();
        head.split(&format!("{key}=\""))
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    assert_eq!(count("<testsuite "), 2);
    assert_eq!(count("<testcase "), said("tests"));
    assert_eq!(count("<failure "), said("failures"));
    assert!(said("failures") >= 5 && said("tests") > 2 * said("failures"));
    assert!(text.contains("name=\"L102 fit-beyond-train\""));
    assert!(text.starts_with("<?xml") && text.ends_with("</testsuites>\n"));
}

#[test]
fn what_the_library_has_is_imported_by_a_fix() {
    let folder = tempfile::tempdir().unwrap();
    let plan = path(&folder, "plan.bench");
    let text = "use std.classification.{f1_macro}\n\n\
        dataset d { source: \"d.csv\", version: \"1\", label: y in [a, b], split: column(part) { train: \"a\", test: \"b\" } }\n\
        baseline a { train: d.train, predictions: \"a.csv\" }\n\
        candidate b { train: d.train, predictions: \"b.csv\" }\n\
        compare b with a { on: d.test, metrics: [f1_macro, accuracy, latency_p95] }\n\
        decide for b against a {\n  ship when gain(accuracy) > 0pp and recall_macro > 80%\n  reject otherwise\n}\n";
    std::fs::write(&plan, text).unwrap();
    let found = stdout(&benchwright(&["check", &plan]));
    assert!(found.contains("there is no metric `accuracy`"), "{found}");
    assert!(
        found.contains("write `use std.serving.latency_p95` at the top"),
        "{found}"
    );
    benchwright(&["check", "--fix", &plan]);
    let mended = std::fs::read_to_string(&plan).unwrap();
    assert!(
        mended.starts_with("use std.classification.{f1_macro, accuracy, recall_macro}\nuse std.serving.latency_p95\n\ndataset"),
        "{mended}"
    );
    assert!(!stdout(&benchwright(&["check", &plan])).contains("N101"));
}
