//! First drafts of plans: every template checks clean, and what is proposed from files runs.

use super::support::pipeline;
use benchwright::analysis::analyse;
use benchwright::diagnostic::{Answer, Level};
use benchwright::draft::{self, Kind, Source};
use benchwright::format;
use benchwright::text::{DiskWorld, MemoryWorld, World};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn benchwright(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_benchwright"))
        .args(args)
        .env_remove("NO_COLOR")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn every_kind_checks_clean_and_is_laid_out() {
    let folder = tempfile::tempdir().unwrap();
    let known = stdout(&benchwright(&["metrics"]));
    for kind in Kind::ALL {
        // A template whose module the library does not have yet waits for it.
        let module = match kind {
            Kind::Ranking => "std.ranking",
            Kind::Generation => "std.generation",
            Kind::Classification | Kind::Regression | Kind::Ablation | Kind::Latency => "std.",
        };
        if !known.contains(module) {
            continue;
        }
        let path = folder.path().join(format!("{}.bench", kind.name()));
        let path = path.to_str().unwrap();
        let made = benchwright(&["new", kind.name(), path]);
        assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
        let checked = benchwright(&["check", "--deny", "warnings", path]);
        let said = stdout(&checked) + &stderr(&checked);
        assert_eq!(checked.status.code(), Some(0), "{}: {said}", kind.name());
        assert!(!said.contains("waived"), "{}: {said}", kind.name());
        let laid_out = benchwright(&["fmt", "--check", path]);
        assert_eq!(laid_out.status.code(), Some(0), "{}", stdout(&laid_out));
        assert_eq!(
            stdout(&benchwright(&["new", kind.name(), "-"])),
            draft::template(kind)
        );
    }
}

#[test]
fn no_plan_is_overwritten_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.bench");
    std::fs::write(&path, "mine").unwrap();
    let path_text = path.to_str().unwrap();
    let refused = benchwright(&["new", "ablation", path_text]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("is there already"));
    assert!(stderr(&refused).contains("--force"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    let replaced = benchwright(&["new", "ablation", path_text, "--force"]);
    assert_eq!(replaced.status.code(), Some(0));
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        draft::template(Kind::Ablation)
    );
}

#[test]
fn slips_on_the_command_line() {
    for (args, said) in [
        (&["new"][..], "classification, regression"),
        (&["new", "clasification"], "did you mean `classification`?"),
        (&["new", "poetry"], "`poetry` is no kind of plan"),
        (
            &["new", "--from", "no-such.csv"],
            "there is no file `no-such.csv`",
        ),
        (
            &["new", "--from", "a.csv", "x.bench", "y.bench"],
            "`y.bench` is one argument too many",
        ),
        (
            &["new", "latency", "x.bench", "y.bench"],
            "`y.bench` is one argument too many",
        ),
        (
            &["new", "--from", "a.csv", "no-such.csv", "x.bench"],
            "there is no file `no-such.csv`",
        ),
    ] {
        let output = benchwright(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            stderr(&output).contains(said),
            "{args:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_proposal_is_written_beside_its_file_and_runs() {
    let folder = tempfile::tempdir().unwrap();
    let text = rows("id,label,old,new", |i, label| {
        let wrong = |every: usize| if i % every == 0 { other(label) } else { label };
        format!("{i},{label},{},{}", wrong(3), wrong(20))
    });
    let file = folder.path().join("results.csv");
    std::fs::write(&file, text).unwrap();
    let made = benchwright(&["new", "--from", file.to_str().unwrap()]);
    assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    let plan = folder.path().join("results.bench");
    let text = std::fs::read_to_string(&plan).unwrap();
    assert!(text.contains("source:  \"results.csv\""), "{text}");
    let plan = plan.to_str().unwrap();
    let checked = benchwright(&["check", "--deny", "warnings", plan]);
    assert_eq!(checked.status.code(), Some(0), "{}", stdout(&checked));
    let run = benchwright(&["run", plan, "--require", "ship"]);
    assert_eq!(
        run.status.code(),
        Some(0),
        "{}{}",
        stdout(&run),
        stderr(&run)
    );
}

fn propose(world: &dyn World, files: &[&str]) -> Result<String, Vec<String>> {
    let source = |file: &&str| Source {
        path: PathBuf::from(file),
        named: (*file).to_owned(),
    };
    let sources: Vec<Source> = files.iter().map(source).collect();
    draft::propose(world, &sources).map_err(|errors| {
        let said = |e| {
            let d = draft::diagnose(e);
            format!("{} {} | {}", d.code.code, d.message, d.help.join(" | "))
        };
        errors.iter().map(said).collect()
    })
}

/// The proposal over files of the repository.
fn of_disk(files: &[&str]) -> String {
    propose(&DiskWorld, files).unwrap_or_else(|e| panic!("{files:?}: {e:#?}"))
}

fn of_memory(files: &[(&str, &str)]) -> Result<String, Vec<String>> {
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    propose(&world(files), &names)
}

fn world(files: &[(&str, &str)]) -> MemoryWorld {
    let world = MemoryWorld::default();
    files
        .iter()
        .fold(world, |world, (name, text)| world.with(*name, text))
}

/// Puts a proposal beside its files, holds it to be clean and laid out, and runs it.
fn outcome(plan: &str, files: &[(&str, &str)]) -> String {
    let world = world(files).with("plan.bench", plan);
    let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
    let told = |d: &&benchwright::diagnostic::Diagnostic| {
        d.waived.is_none() && d.level >= Level::Warning && d.answer == Answer::Refuted
    };
    let found: Vec<&str> = analysis
        .diagnostics
        .iter()
        .filter(told)
        .map(|d| d.message.as_str())
        .collect();
    assert!(found.is_empty(), "{found:?}\n{plan}");
    assert_eq!(format::format(plan).text, plan);
    // Fewer resamples: what is asked here is whether it runs.
    let quick = plan.replace("bootstrap(10_000", "bootstrap(500");
    let world = world.with("plan.bench", quick);
    let result = pipeline::run(&world, "plan.bench").unwrap_or_else(|e| panic!("{e:#?}\n{plan}"));
    result.decisions[0].outcome.clone().unwrap()
}

/// The proposal over files of the repository, run where they are.
fn runs_on_disk(files: &[&str]) -> (String, String) {
    let plan = of_disk(files);
    let texts: Vec<(&str, String)> = files
        .iter()
        .map(|f| (*f, std::fs::read_to_string(f).unwrap()))
        .collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(f, t)| (*f, t.as_str())).collect();
    let outcome = outcome(&plan, &texts);
    (plan, outcome)
}

#[test]
fn a_wide_file() {
    let (plan, outcome) = runs_on_disk(&["examples/classifier/results.csv"]);
    insta::assert_snapshot!(plan);
    assert_eq!(outcome, "ship");
}

#[test]
fn a_wide_file_with_times_and_a_split() {
    let (plan, outcome) = runs_on_disk(&["examples/latency/encoders.csv"]);
    insta::assert_snapshot!(plan);
    assert_eq!(outcome, "ship");
}

#[test]
fn labels_and_runs_in_files_of_their_own() {
    let mut files = vec!["examples/reviews/data/reviews.csv".to_owned()];
    for system in ["lr", "chars"] {
        files.extend((1..=5).map(|n| format!("examples/reviews/runs/{system}/full-seed{n}.csv")));
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (plan, outcome) = runs_on_disk(&files);
    insta::assert_snapshot!(plan);
    assert_eq!(outcome, "ship");
}

#[test]
fn digits_are_classes_and_pixels_no_predictions() {
    let mut files = vec!["examples/digits/data/digits.csv".to_owned()];
    for system in ["logreg", "mlp"] {
        files.extend((1..=5).map(|n| format!("examples/digits/runs/{system}/full-seed{n}.csv")));
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let plan = of_disk(&files);
    assert!(plan.contains("label in 0..9"), "{plan}");
    assert!(plan.contains("Not read: `px00`, `px01`"), "{plan}");
    assert!(plan.contains("on:       digits.test"), "{plan}");
    let (_, outcome) = runs_on_disk(&files);
    assert_eq!(outcome, "ship");
    let alone = propose(&DiskWorld, &["examples/digits/data/digits.csv"]).unwrap_err();
    assert_eq!(alone.len(), 1);
    assert!(alone[0].starts_with("F303 no column of"), "{alone:?}");
}

#[test]
fn numbers() {
    let mut text = String::from("flat_id,building,rooms,price,linear,trees\n");
    for i in 0..60 {
        let price = 1000.0 + f64::from(i * 37 % 60) * 25.5;
        let wobble = f64::from(i * 7 % 11) - 5.0;
        text += &format!(
            "f{i},b{},{},{price},{},{}\n",
            i / 3,
            1 + i % 5,
            price + 40.0 * wobble,
            price + 12.0 * wobble
        );
    }
    let text = text.replace("price,", "target,");
    let files = [("flats.csv", text.as_str())];
    let plan = of_memory(&files).unwrap();
    insta::assert_snapshot!(plan);
    assert_eq!(outcome(&plan, &files), "ship");
}

#[test]
fn one_run_of_each_system_is_named_by_its_folder() {
    let files = [
        "examples/reviews/data/reviews.csv",
        "examples/reviews/runs/lr/full-seed1.csv",
        "examples/reviews/runs/chars/full-seed1.csv",
    ];
    let plan = propose(&DiskWorld, &files).unwrap();
    assert!(plan.contains("\nbaseline lr {"), "{plan}");
    assert!(plan.contains("\ncandidate chars {"), "{plan}");
    assert!(plan.contains("runs/chars/full-seed1.csv\""), "{plan}");
}

/// 60 rows with classes `a` and `b`: header, and what follows the label in each row.
fn rows(header: &str, row: impl Fn(usize, &str) -> String) -> String {
    let mut text = format!("{header}\n");
    for i in 0..60 {
        let label = if i % 2 == 0 { "a" } else { "b" };
        text += &format!("{}\n", row(i, label));
    }
    text
}

fn other(label: &str) -> &str {
    if label == "a" { "b" } else { "a" }
}

#[test]
fn a_label_without_a_telling_name() {
    let text = rows("key,colour,ours,theirs", |i, label| {
        let wrong = |every: usize| if i % every == 0 { other(label) } else { label };
        format!("{i},{label},{},{}", wrong(20), wrong(3))
    });
    let files = [("wide.csv", text.as_str())];
    let plan = of_memory(&files).unwrap();
    assert!(plan.contains("label:   colour in [a, b]"), "{plan}");
    assert!(
        plan.contains("it is the first of the columns that hold the same classes"),
        "{plan}"
    );
    assert!(plan.contains("candidate ours"), "{plan}");
    assert_eq!(outcome(&plan, &files), "ship");
    let named = text.replace("ours,theirs", "pred_ours,pred_theirs");
    let plan = of_memory(&[("wide.csv", &named)]).unwrap();
    assert!(
        plan.contains("the values of `pred_ours` are among its 2"),
        "{plan}"
    );
}

#[test]
fn names_that_are_no_identifiers() {
    let text = rows("Row ID,label,model A,7b", |i, label| {
        let wrong = |every: usize| if i % every == 0 { other(label) } else { label };
        let spelt = |class: &str| format!("class {class}");
        format!(
            "{i},{},{},{}",
            spelt(label),
            spelt(wrong(9)),
            spelt(wrong(3))
        )
    });
    let files = [("my results.csv", text.as_str())];
    let plan = of_memory(&files).unwrap();
    assert!(plan.contains("\"class a\", \"class b\""), "{plan}");
    assert!(plan.contains("baseline model_A"), "{plan}");
    assert!(plan.contains("candidate model_7b"), "{plan}");
    assert_eq!(outcome(&plan, &files), "reject");
}

#[test]
fn what_no_plan_can_do_without() {
    let wide = |header: &str| rows(header, |i, label| format!("{i},{label},{label},{label}"));
    let cases = [
        // No label: nothing named so, and no columns with shared values.
        (
            "id,x\n1,0.5\n2,0.25\n3,0.125\n".to_owned(),
            "F301 no column of `r.csv` can be told to be the label",
        ),
        // One column of predictions.
        (
            rows("id,label,pred", |i, l| format!("{i},{l},{l}")),
            "F303 `pred` is the only column of predictions",
        ),
        (
            wide("n,label,pred_a,pred_b")
                .replace(",a,a,a", ",a,c,c")
                .replace(",b,b,b", ",b,d,d"),
            "F303 no column of `r.csv` holds predictions",
        ),
        // No id.
        (
            rows("label,p_a,p_b", |_, l| format!("{l},{l},{l}")),
            "F302 no column names each row",
        ),
        // A long file: one row for each id and system.
        (
            rows("id,model,label,pred", |i, l| {
                format!("{},{},{l},{l}", i / 2, if i % 2 == 0 { "x" } else { "y" })
            }),
            "F302 `id` repeats: one row for each `model`",
        ),
        // Free texts.
        (
            rows("id,label,pred", |i, _| format!("{i},text {i},text {i}")),
            "F301 `label` holds 60 different texts",
        ),
        ("id,label\n".to_owned(), "F105"),
        ("id,label\n1\n".to_owned(), "F107"),
        (String::new(), "F105"),
    ];
    for (text, said) in cases {
        let errors = of_memory(&[("r.csv", &text)]).unwrap_err();
        assert!(errors[0].starts_with(said), "{said}: {errors:?}\n{text}");
    }
    let labels = rows("id,label", |i, l| format!("{i},{l}"));
    let errors = of_memory(&[("l.csv", &labels), ("p.csv", "row,pred\n1,a\n")]).unwrap_err();
    assert!(
        errors[0].starts_with("F302 `p.csv` has no column `id`"),
        "{errors:?}"
    );
    let errors = of_memory(&[("l.csv", &labels), ("p.csv", "id,x\n1,9\n2,8\n")]).unwrap_err();
    assert!(
        errors[0].starts_with("F303 no column of `p.csv` holds predictions"),
        "{errors:?}"
    );
}

#[test]
fn numbered_files_are_runs_only_where_the_numbers_can_be_seeds() {
    let labels = rows("id,label", |i, l| format!("{i},{l}"));
    let outputs = |every: usize| {
        rows("id,pred", |i, l| {
            format!("{i},{}", if i % every == 0 { other(l) } else { l })
        })
    };
    let (a, b) = (outputs(5), outputs(7));
    let models = [
        ("l.csv", labels.as_str()),
        ("resnet-18.csv", &a),
        ("resnet-50.csv", &b),
    ];
    let plan = of_memory(&models).unwrap();
    assert!(
        plan.contains("baseline resnet_18") && plan.contains("candidate resnet_50"),
        "{plan}"
    );
    outcome(&plan, &models);
    let seeds = [
        ("l.csv", labels.as_str()),
        ("old-seed3.csv", &a),
        ("old-seed8.csv", &a),
        ("new-1.csv", &b),
        ("new-2.csv", &b),
    ];
    let plan = of_memory(&seeds).unwrap();
    assert!(
        plan.contains("[3, 8]") && plan.contains("\"old-seed{seed}.csv\""),
        "{plan}"
    );
    assert!(
        plan.contains("seeds:       2") && plan.contains("\"new-{seed}.csv\""),
        "{plan}"
    );
    assert!(plan.contains("candidate new"), "{plan}");
    outcome(&plan, &seeds);
}

#[test]
fn tabs_scores_groups_dates_and_slices() {
    let text = rows(
        "id,user,language,day,split,gold,base_pred,base_prob,new_pred,new_prob",
        |i, l| {
            let class = |l: &str| if l == "a" { "yes" } else { "no" };
            let wrong = |every: usize| if i % every == 0 { other(l) } else { l };
            let prob = |l: &str| {
                if l == "a" {
                    0.75 + i as f64 / 1000.0
                } else {
                    0.25
                }
            };
            let (base, new) = (wrong(4), wrong(29));
            let split = if i < 20 { "train" } else { "dev" };
            format!(
                "{i},u{},{},2024-05-{:02},{split},{},{},{},{},{}",
                i / 2,
                if i % 3 == 0 { "en" } else { "de" },
                1 + i % 28,
                class(l),
                class(base),
                prob(base),
                class(new),
                prob(new)
            )
        },
    );
    let tabs = text.replace(',', "\t");
    let files = [("r.tsv", tabs.as_str())];
    let plan = of_memory(&files).unwrap();
    insta::assert_snapshot!(plan);
    assert_eq!(outcome(&plan, &files), "ship");
}

#[test]
fn one_system_is_set_against_the_floor() {
    let text = rows("id,label,split,pred", |i, l| {
        let split = if i < 20 { "train" } else { "test" };
        format!("{i},{l},{split},{}", if i % 20 == 0 { other(l) } else { l })
    });
    let files = [("r.csv", text.as_str())];
    let plan = of_memory(&files).unwrap();
    assert!(plan.contains("@allow(B102"), "{plan}");
    assert!(plan.contains("with [majority]"), "{plan}");
    assert_eq!(outcome(&plan, &files), "ship");
}
