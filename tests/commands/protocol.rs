//! What commands are given, in which order they run, and what is written about them.

use super::project::{Project, RUN};
use std::collections::BTreeSet;

#[test]
fn a_plan_of_commands_runs_to_its_verdict_and_a_second_run_does_nothing() {
    let p = Project::new(RUN);
    let first = p.run();
    first.expect(0, &["hold", "b"]);
    assert_eq!(p.kept("runs").len(), 4);
    let (report, made) = (p.read(".bench/p/report.json"), p.kept("runs"));
    // A command that ran again would fail.
    p.benchwright(&["status", "p.bench"])
        .expect(0, &["4 runs: 4 done, 0 failed, 0 missing"]);
    let stamp =
        |folder: &std::path::PathBuf| std::fs::metadata(folder).unwrap().modified().unwrap();
    let stamps: Vec<_> = made.iter().map(stamp).collect();
    let second = p.run();
    second.expect(0, &[]);
    assert_eq!(first.out, second.out);
    assert_eq!(report, p.read(".bench/p/report.json"));
    assert_eq!(stamps, made.iter().map(stamp).collect::<Vec<_>>());
    assert_eq!(made, p.kept("runs"));
}

#[test]
fn labels_of_the_rows_to_predict_never_lie_in_the_folder_of_a_run() {
    let p = Project::new("sh spy.sh {train} {val} {on} {out} {seed}");
    p.write(
        "spy.sh",
        "set -e\ncat \"$(dirname \"$3\")\"/* \"$(dirname \"$4\")\"/* > seen-$5.txt 2>/dev/null || true\n\
         ls \"$(dirname \"$3\")\" \"$(dirname \"$4\")\" > names-$5.txt\ncp \"$1\" train-$5.csv\ncp \"$3\" on-$5.csv\n\
         sh predict.sh \"$1\" \"$3\" \"$4\" \"$5\"\n",
    );
    p.run().expect(0, &[]);
    let seen = p.read("seen-1.txt");
    let on = p.read("on-1.csv");
    assert_eq!(on.lines().next(), Some("id,word,part"));
    assert_eq!(on.lines().count(), 61);
    assert_eq!(
        p.read("train-1.csv").lines().next(),
        Some("id,word,y,later,hint,part")
    );
    assert_eq!(p.read("train-1.csv").lines().count(), 13);
    for line in seen.lines().filter(|l| l.starts_with("test")) {
        assert_eq!(line.split(',').count(), 3, "{line}");
    }
    assert!(seen.contains("test0,pos,test") && seen.contains("train0,pos,pos,Lpos,Hpos,train"));
    let names: BTreeSet<String> = p.read("names-1.txt").lines().map(str::to_owned).collect();
    for name in ["train.csv", "val.csv", "on.csv"] {
        assert!(names.contains(name), "{names:?}");
    }
}

/// Everything below what a run is given, at any depth, while it runs: no file holds the label of a row it is to predict,
/// in whatever column, nor a column that tells it.
#[test]
fn no_file_that_a_run_is_given_tells_a_label() {
    let p = Project::new("sh spy.sh {train} {val} {on} {out} {seed}");
    p.write(
        "spy.sh",
        "set -e\nrm -rf \"copy-$5\"; mkdir \"copy-$5\"\n\
         cp -rL \"$(dirname \"$(dirname \"$3\")\")\" \"copy-$5/task\"\nsh predict.sh \"$1\" \"$3\" \"$4\" \"$5\"\n",
    );
    p.run().expect(0, &[]);
    let mut open = vec![p.path("copy-1/task")];
    let (mut files, mut told) = (0, 0);
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
            continue;
        }
        files += 1;
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        for line in text.lines().filter(|l| l.starts_with("test")) {
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!((fields.len(), fields[2]), (3, "test"), "{}", path.display());
            told += 1;
        }
    }
    assert_eq!(told, 60);
    assert!(files >= 3, "{files}");
}

#[test]
fn what_a_command_is_given_is_one_word_whatever_it_holds() {
    let folder = "plans of 'ü' $(touch pwned) `touch pwned`; touch pwned & \"x\"";
    let run = r#"python3 args.py {on} "a b" --seed={seed} '' {out} 'it''s' {system}"#;
    let p = Project::within(folder, run, "");
    p.write(
        "args.py",
        "import sys, json, os\njson.dump(sys.argv[1:], open('args-%s.json' % sys.argv[3][-1], 'w'))\n\
         rows = open(sys.argv[1]).read().split()[1:]\n\
         open(sys.argv[5], 'w').write('id,prediction\\n' + ''.join('%s,%s\\n' % tuple(r.split(',')[:2]) for r in rows))\n",
    );
    p.run().expect(0, &[]);
    let args: Vec<String> = serde_json::from_str(&p.read("args-2.json")).unwrap();
    assert_eq!(args[1..4], ["a b", "--seed=2", ""]);
    assert_eq!(args[5..], ["its", "b"]);
    assert!(
        args[0].contains(folder) && args[0].ends_with("in/on.csv"),
        "{args:?}"
    );
    let all: Vec<_> = std::fs::read_dir(p.root())
        .unwrap()
        .chain(std::fs::read_dir(&p.home).unwrap())
        .collect();
    let names = all.into_iter().map(|e| e.unwrap().file_name());
    assert!(!names.into_iter().any(|n| n == "pwned"));
}

#[test]
fn names_with_blanks_and_umlauts_stand_anywhere() {
    let p = Project::within(
        "Pläne für  上海",
        "sh 'mein skript ß.sh' {train} {on} {out} {seed}",
        "",
    );
    std::fs::create_dir(p.path("Daten ü")).unwrap();
    std::fs::rename(p.path("d.csv"), p.path("Daten ü/alle 文.csv")).unwrap();
    let text = p
        .read("p.bench")
        .replace("\"d.csv\"", "\"Daten ü/alle 文.csv\"");
    std::fs::remove_file(p.path("p.bench")).unwrap();
    p.write("mein plan é.bench", &text);
    p.write("mein skript ß.sh", &p.read("predict.sh"));
    let done = p.benchwright(&["run", "mein plan é.bench"]);
    done.expect(0, &["hold"]);
    assert!(p.path(".bench/mein plan é/report.json").is_file());
    p.benchwright(&["verify", ".bench/mein plan é/report.json"])
        .expect(0, &["the same bytes"]);
    p.benchwright(&["status", "mein plan é.bench"])
        .expect(0, &["4 done"]);
    let elsewhere = p.benchwright(&["run", "mein plan é.bench", "--out", "aus gabe/ö 1"]);
    elsewhere.expect(0, &["hold", "aus gabe/ö 1/report.md"]);
    p.benchwright(&["verify", "aus gabe/ö 1/report.json"])
        .expect(0, &["the same bytes"]);
}

#[test]
fn a_shell_named_by_the_plan_gets_quoted_values() {
    let folder = "it's $HOME `x` \"ü\"";
    let run = r#"sh -c 'sh predict.sh x {on} "{out}.part" {seed} && mv "{out}.part" {out}'"#;
    let p = Project::within(folder, run, "");
    p.run().expect(0, &["hold"]);
}

#[test]
fn components_reach_commands_by_flags_choices_and_variables() {
    let p = Project::new("sh args.sh {out} {on} {flags} {fast:--fast yes|} {size} {variant}");
    p.write(
        "args.sh",
        "out=$1; on=$2; shift 2; echo \"$# $* $SPEED\" >> args.txt; sh predict.sh x \"$on\" \"$out\" 1\n",
    );
    let plan = p.read("p.bench").replace(
        "candidate b from a {",
        "component fast { off: \"--slow 'a b'\", env: \"SPEED\" }\ncomponent size { levels: [s, l], absent: s, default: l, flag: \"--size {level}\" }\n\
         candidate b from a {\n  components: [fast, size]",
    ) + "ablation of b { on: d.val, remove: [fast, size], metric: accuracy, tolerance: 5pp }\n";
    p.write("p.bench", &plan.replace("seeds: 2", "seeds: 1"));
    p.run().expect(0, &[]);
    let mut lines: Vec<String> = p.read("args.txt").lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "6 --size l --fast yes l full on",
            "6 --size s --fast yes s size-s on"
                .replace("size-s", "no-size")
                .as_str(),
            "6 --slow a b --size l l no-fast off",
        ]
    );
}

#[test]
fn one_run_predicts_all_rows_asked_of_it_and_dry_run_says_why() {
    let p = Project::new(RUN);
    let plan = p.read("p.bench")
        + "component c { off: \"--no-c\" }\ncandidate d from b { components: [c], run: \"sh predict.sh {train} {on} {out} {seed} {flags}\" }\n\
           compare d with a { on: d.test, metrics: [accuracy], interval: bootstrap(300) }\n\
           ablation of d { on: d.val, remove: [c], metric: accuracy, tolerance: 5pp }\n";
    let plan = plan
        .replace("dataset d {", "dataset e {")
        .replace("d.test", "e.test")
        .replace("d.val", "e.val")
        .replace("d.train", "e.train");
    p.write("p.bench", &plan);
    let said = p.benchwright(&["dry-run", "p.bench"]);
    said.expect(
        0,
        &[
            "d seed 1  (to run)",
            "$ PYTHONHASHSEED=0 sh predict.sh {train.csv} {on.csv} {out.csv} 1",
            "{on.csv}: e.test and e.val, without labels, 66 rows",
            "{train.csv}: e.train, with labels, 12 rows",
            "for: compare d with a on e.test · ablation of d on e.val",
            "d - c seed 2  (to run)",
            "{on.csv}: e.val, without labels, 6 rows",
            "8 runs, 8 to run, 0 done",
        ],
    );
    assert!(!p.path(".bench").exists(), "a dry run wrote something");
    p.run().expect(0, &[]);
    p.benchwright(&["dry-run", "p.bench"])
        .expect(0, &["8 runs, 0 to run, 8 done"]);
}

#[test]
fn systems_made_of_others_come_after_them_and_are_handed_their_outputs() {
    let p = Project::new(RUN);
    let plan = p.read("p.bench")
        + "candidate joint from a {\n  ensemble: [a, b]\n  distilled_from: [teacher]\n\
             run: \"sh join.sh {a} {b} {teacher} {out} {seed}\"\n}\n\
           system teacher from a { seeds: 1, run: \"sh predict.sh {train} {on} {out} 5\" }\n\
           compare joint with a { on: d.test, metrics: [accuracy], interval: bootstrap(300) }\n";
    p.write("p.bench", &plan);
    // Members have to predict what the joint system learns from, too.
    p.write("join.sh", "set -e\ngrep -q train0 \"$1\" && grep -q test0 \"$2\" && grep -q train0 \"$3\"\ncp \"$2\" \"$4\"\n");
    p.run().expect(0, &["joint"]);
    let records = p.records("runs");
    assert_eq!(records.len(), 7);
    let joint = records
        .iter()
        .find(|r| r["name"] == "joint seed 2")
        .unwrap();
    let key_of = |name: &str| records.iter().find(|r| r["name"] == name).unwrap()["key"].clone();
    let upstream: BTreeSet<String> = joint["upstream"]
        .as_array()
        .unwrap()
        .iter()
        .map(|k| k.as_str().unwrap().to_owned())
        .collect();
    let wanted =
        ["a seed 2", "b seed 2", "teacher seed 1"].map(|n| key_of(n).as_str().unwrap().to_owned());
    assert_eq!(upstream, wanted.into());
}

/// Both systems learn from folds and are judged on them, by a script that is told which.
fn judge_on_folds(p: &Project, folds: &str, which: &str) {
    let plan = p
        .read("p.bench")
        .replace(
            "split: column(part) { train: \"train\", val: \"val\", test: \"test\" }",
            &format!("folds: {folds}"),
        )
        .replace(
            "train: d.train, tune: d.val { by: accuracy, trials: 2 }",
            "train: d.folds",
        )
        .replace("on: d.test", "on: d.folds")
        .replace(
            "sh predict.sh {train} {on} {out} {seed}",
            &format!("sh fold.sh {{train}} {{on}} {{out}} {{seed}} {which}"),
        );
    p.write("p.bench", &plan);
}

#[test]
fn folds_are_run_one_by_one_each_without_its_own_rows() {
    let p = Project::new(RUN);
    judge_on_folds(&p, "kfold(k: 3, seed: 1)", "{fold}");
    p.write(
        "fold.sh",
        "set -e\ntail -n +2 \"$1\" | cut -d, -f1 | sort > t.$5.$4.$$; tail -n +2 \"$2\" | cut -d, -f1 | sort > o.$5.$4.$$\n\
         test -z \"$(comm -12 t.$5.$4.$$ o.$5.$4.$$)\"\ntest $(cat t.$5.$4.$$ o.$5.$4.$$ | wc -l) = 78\nsh predict.sh \"$1\" \"$2\" \"$3\" \"$4\"\n",
    );
    p.run().expect(0, &[]);
    let records = p.records("runs");
    assert_eq!(records.len(), 12);
    assert_eq!(records[0]["what"]["fold"], 1);
    assert!(
        records[0]["inputs"]
            .to_string()
            .contains("d.folds without fold 1")
    );
}

#[test]
fn repeated_folds_are_run_one_by_one_in_each_repeat() {
    let p = Project::new(RUN);
    judge_on_folds(&p, "kfold(k: 3, seed: 1, repeats: 2)", "{repeat}-{fold}");
    p.write(
        "fold.sh",
        "set -e\necho $5 >> folds\ntail -n +2 \"$2\" | cut -d, -f1 | sort > on-$5.$4.$$\n\
         tail -n +2 \"$1\" | cut -d, -f1 | sort > learned\ntest -z \"$(comm -12 learned on-$5.$4.$$)\"\n\
         test $(cat learned on-$5.$4.$$ | wc -l) = 78\nsh predict.sh \"$1\" \"$2\" \"$3\" \"$4\"\n",
    );
    let done = p.benchwright(&["run", "p.bench", "--jobs", "1"]);
    done.expect(0, &[]);
    let records = p.records("runs");
    assert_eq!(records.len(), 24);
    let r = records
        .iter()
        .find(|r| r["name"] == "b seed 2 repeat 2 fold 3")
        .unwrap();
    assert_eq!(
        (&r["what"]["repeat"], &r["what"]["fold"]),
        (&2.into(), &3.into())
    );
    assert!(
        r["inputs"]
            .to_string()
            .contains("d.folds without fold 3 of repeat 2")
    );
    let folds: BTreeSet<String> = p.read("folds").lines().map(str::to_owned).collect();
    let all = ["1-1", "1-2", "1-3", "2-1", "2-2", "2-3"].map(str::to_owned);
    assert_eq!(folds, all.into());
    assert_eq!(p.run().out, done.out);
    assert_eq!(p.read("folds").lines().count(), 24);
    // Fewer repeats are the first of more: nothing is run again.
    let plan = p.read("p.bench").replace(", repeats: 2", "");
    p.write("p.bench", &plan);
    p.run().expect(0, &[]);
    assert_eq!(p.read("folds").lines().count(), 24);
}

#[test]
fn what_is_judged_on_its_folds_and_on_other_rows_is_run_for_either() {
    let p = Project::new(RUN);
    let plan = p
        .read("p.bench")
        .replace("  columns:", "  folds: kfold(k: 3, seed: 1, of: train)\n  columns:")
        .replace(
            "train: d.train, tune: d.val { by: accuracy, trials: 2 }",
            "train: d.folds",
        )
        .replace(
            "decide for",
            "compare b with a { on: d.folds, metrics: [accuracy, run_time], interval: bootstrap(300) }\ndecide for",
        )
        .replace("dataset d", "metric run_time { better: lower, value: run.elapsed }\ndataset d");
    p.write("p.bench", &plan);
    p.run().expect(0, &[]);
    let records = p.records("runs");
    assert_eq!(records.len(), 16);
    let on = |partition: &str, fold: bool| {
        let of = |r: &&serde_json::Value| {
            r["what"]["partitions"][0] == partition && r["what"]["fold"].is_number() == fold
        };
        records.iter().filter(of).count()
    };
    assert_eq!((on("d.folds", true), on("d.test", false)), (12, 4));
    // The figures of either are its own: of folds the sum of three runs, none of another.
    let report: serde_json::Value = serde_json::from_str(&p.read(".bench/p/report.json")).unwrap();
    let mut metrics = report["metrics"].as_array().unwrap().iter();
    let told = metrics
        .find(|m| m["metric"] == "run_time" && m["system"] == "b" && m["seed"] == 1)
        .unwrap();
    let of_seed = |r: &&serde_json::Value| {
        r["what"]["system"] == "b" && r["what"]["seed"] == 1 && r["what"]["fold"].is_number()
    };
    let wall = |r: &serde_json::Value| r["wall_ms"].as_f64().unwrap();
    let sum: f64 = records.iter().filter(of_seed).map(wall).sum();
    assert!((told["estimate"].as_f64().unwrap() - sum).abs() < 1e-6);
}

#[test]
fn a_record_tells_what_was_run_on_what_and_what_it_took() {
    let p = Project::new(RUN);
    p.run().expect(0, &[]);
    let records = p.records("runs");
    let r = records.iter().find(|r| r["name"] == "b seed 2").unwrap();
    assert_eq!(r["command"][1], "predict.sh");
    assert_eq!(r["command"][3], "{on.csv}");
    assert_eq!(r["what"]["seed"], 2);
    assert_eq!(r["exit"]["code"], 0);
    assert_eq!(r["scripts"][0]["file"], "predict.sh");
    assert_eq!(r["inputs"].as_array().unwrap().len(), 2);
    assert!(r["wall_ms"].as_f64().unwrap() > 0.0);
    assert!(r["machine"]["cores"].as_u64().unwrap() > 0);
    let started = r["started"].as_str().unwrap();
    assert!(
        started.ends_with('Z') && started.starts_with("20"),
        "{started}"
    );
    let output = p
        .kept("runs")
        .into_iter()
        .find(|f| f.ends_with(r["key"].as_str().unwrap()))
        .unwrap();
    assert!(!output.join("in").exists());
    assert!(output.join("out.csv").is_file());
}

#[test]
fn figures_of_runs_are_measured_and_kept() {
    // More memory than benchwright itself takes, so that the system's count holds.
    let p = Project::new("python3 large.py {on} {out} {seed}");
    p.write(
        "large.py",
        "import subprocess, sys\nx = bytearray(400 << 20)\nx[::4096] = b'x' * len(x[::4096])\n\
         subprocess.run(['sh', 'predict.sh', 'x', *sys.argv[1:]], check=True)\n",
    );
    let plan = p.read("p.bench").replace("sh predict.sh {train} {on} {out} {seed} a", "python3 large.py {on} {out} 1{seed}").replace(
        "baseline a {",
        "metric elapsed { better: lower, value: run.elapsed }\nmetric peak { better: lower, value: run.peak_memory }\nbaseline a {",
    );
    p.write(
        "p.bench",
        &plan.replace(
            "metrics: [accuracy, f1_macro]",
            "metrics: [accuracy, f1_macro, elapsed, peak]",
        ),
    );
    let first = p.run();
    first.expect(0, &["elapsed", "peak"]);
    let json: serde_json::Value = serde_json::from_str(&p.read(".bench/p/report.json")).unwrap();
    let of = |metric: &str| {
        let all = json["metrics"].as_array().unwrap();
        let of = all
            .iter()
            .find(|m| m["metric"] == metric && m["system"] == "b" && m["slice"].is_null())
            .unwrap();
        of["estimate"].as_f64().unwrap()
    };
    assert!(of("elapsed") > 0.0);
    let peak = of("peak");
    assert!(
        (400e6..900e6).contains(&peak) || (400.0..900.0).contains(&peak),
        "{peak}"
    );
    let records = p.records("runs");
    assert!(records.iter().all(|r| r["peak_memory"]["sampled"] == false
        && r["peak_memory"]["bytes"].as_u64().unwrap() > 400 << 20));
    assert!(
        records
            .iter()
            .all(|r| r["cpu_user_ms"].as_f64().unwrap() > 0.0)
    );
    assert_eq!(first.out, p.run().out);
}

#[test]
fn what_shapes_a_result_makes_it_new_and_nothing_else() {
    let p = Project::new(RUN);
    p.run().expect(0, &[]);
    let open = |said: &str| {
        p.benchwright(&["dry-run", "p.bench"])
            .expect(0, &[said])
            .code
    };
    let plan = p.read("p.bench");
    p.write(
        "p.bench",
        &plan
            .replace("hold otherwise", "wait otherwise")
            .replace("bootstrap(300)", "bootstrap(400)"),
    );
    open("4 runs, 0 to run, 4 done");
    p.write(
        "p.bench",
        &plan.replace(
            "candidate b from a {",
            "candidate b from a { version: \"2\"",
        ),
    );
    open("4 runs, 2 to run, 2 done");
    p.write("p.bench", &plan);
    let script = p.read("predict.sh");
    p.write("predict.sh", &(script.clone() + "# more\n"));
    open("4 runs, 4 to run, 0 done");
    p.write("predict.sh", &script);
    let data = p.read("d.csv");
    p.write("d.csv", &data.replace("test0,pos", "test0,neg"));
    open("4 runs, 4 to run, 0 done");
    // A label that no run sees changes none of them.
    p.write("d.csv", &data.replace("test1,neg,neg,", "test1,neg,pos,"));
    open("4 runs, 0 to run, 4 done");
    p.write("d.csv", &data);
    let done = p
        .command(&["dry-run", "p.bench"])
        .env("OMP_NUM_THREADS", "7")
        .output()
        .unwrap();
    assert!(String::from_utf8(done.stdout).unwrap().contains("4 to run"));
    open("4 runs, 0 to run, 4 done");
}

#[test]
fn one_and_the_same_command_is_run_once() {
    let p = Project::new("sh count.sh {train} {on} {out} {seed}");
    p.write("count.sh", "echo $4 >> ran; sh predict.sh $1 $2 $3 $4");
    let plan = p.read("p.bench")
        + "candidate c from b { }\ncompare c with a { on: d.test, metrics: [accuracy], interval: bootstrap(300) }\n";
    p.write("p.bench", &plan);
    p.run().expect(0, &[]);
    assert_eq!(p.read("ran").lines().count(), 2);
    assert_eq!(p.kept("runs").len(), 4);
    p.benchwright(&["status", "p.bench"])
        .expect(0, &["6 runs: 6 done"]);
}

#[test]
fn clean_takes_away_what_no_claim_needs() {
    let p = Project::new(RUN);
    p.run().expect(0, &[]);
    let plan = p.read("p.bench");
    p.write("p.bench", &plan.replace("seeds: 2", "seeds: 1"));
    p.benchwright(&["clean", "p.bench"])
        .expect(0, &["2 runs taken away"]);
    assert_eq!(p.kept("runs").len(), 2);
    p.benchwright(&["status", "p.bench"])
        .expect(0, &["2 runs: 2 done"]);
    p.benchwright(&["clean", "p.bench", "--all"])
        .expect(0, &["2 runs taken away"]);
    p.benchwright(&["status", "p.bench"])
        .expect(0, &["missing  b seed 1", "0 done, 0 failed, 2 missing"]);
}
