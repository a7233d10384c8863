//! What goes wrong with commands, one by one: each is said, nothing is lost, nothing half is used.

use super::project::{Project, RUN};
use std::path::Path;
use std::time::{Duration, Instant};

/// The command of a candidate that does something else for seed 2.
const FAULT: &str = "sh fault.sh {on} {out} {seed}";

/// A plan whose candidate does `fault` for seed 2, else predicts. In it `$1` are the rows and `$2` the output.
fn faulty(fault: &str, fields: &str) -> Project {
    let p = Project::with(FAULT, fields);
    p.write(
        "fault.sh",
        &format!("if [ $3 = 2 ]; then {fault}\nelse sh predict.sh x $1 $2 1; fi\n"),
    );
    p
}

/// It fails: exit code 2, what is said; the other three runs are kept, and nothing is reported.
fn goes_wrong(fault: &str, fields: &str, said: &[&str]) -> Project {
    let p = faulty(fault, fields);
    let done = p.run();
    done.expect(2, said);
    assert_eq!(p.kept("runs").len(), 3, "{}", done.err);
    assert!(!p.path(".bench/p/report.json").exists());
    p.benchwright(&["status", "p.bench"]).expect(
        0,
        &["4 runs: 3 done, 1 failed, 0 missing", "failed   b seed 2"],
    );
    p
}

#[test]
fn a_command_that_exits_non_zero() {
    let fault = "echo hopeful; echo no such luck >&2; exit 7";
    let p = goes_wrong(
        fault,
        "",
        &[
            "error[E110] command-failed",
            "the run of `b seed 2` ended with exit code 7",
            "it said: no such luck",
        ],
    );
    let failed = p.kept("failed");
    assert_eq!(
        std::fs::read_to_string(failed[0].join("stdout.log")).unwrap(),
        "hopeful\n"
    );
    assert_eq!(p.records("failed")[0]["exit"]["code"], 7);
}

#[test]
fn a_command_killed_by_a_signal() {
    goes_wrong(
        "kill -SEGV $$",
        "",
        &["error[E111] command-killed", "SIGSEGV"],
    );
}

#[test]
fn a_command_that_hangs() {
    let began = Instant::now();
    let p = goes_wrong(
        "sleep 600",
        "limits: { time: 300ms }",
        &["error[E112] command-timed-out", "took longer than 0.3 s"],
    );
    assert!(began.elapsed() < Duration::from_secs(60));
    assert_eq!(p.records("failed")[0]["exit"], "timed_out");
}

#[test]
fn a_command_that_ignores_being_asked_to_end() {
    let fault = "trap '' TERM; while true; do sleep 0.05; done";
    goes_wrong(fault, "limits: { time: 200ms }", &["error[E112]"]);
}

/// The process whose number a file holds is gone.
fn gone(p: &Project, file: &str) {
    let pid = p.read(file).trim().to_owned();
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit(')')
        .next()
        .unwrap_or("")
        .split_whitespace()
        .next();
    assert!(
        matches!(state, None | Some("Z" | "X")),
        "process {pid} lives: {stat}"
    );
}

#[test]
fn children_that_linger_are_ended_with_the_group() {
    for (fault, fields, said) in [
        ("sleep 600 & echo $! > child; exit 3", "", "exit code 3"),
        (
            "sleep 600 & echo $! > child; wait",
            "limits: { time: 300ms }",
            "took longer",
        ),
        // One that moved to a session of its own, and holds the output open.
        (
            "setsid sleep 600 & echo $! > child; sleep 0.1; exit 3",
            "",
            "exit code 3",
        ),
        // One that also let go of the output.
        (
            "setsid sleep 600 >/dev/null 2>&1 </dev/null & echo $! > child; sleep 0.1; exit 3",
            "",
            "exit code 3",
        ),
    ] {
        let p = goes_wrong(fault, fields, &[said]);
        gone(&p, "child");
    }
}

#[test]
fn a_run_that_ends_well_leaves_no_one_behind() {
    let p = Project::new(FAULT);
    p.write(
        "fault.sh",
        "sleep 600 & echo $! > child-$3; sh predict.sh x $1 $2 1",
    );
    p.run().expect(0, &[]);
    gone(&p, "child-1");
    gone(&p, "child-2");
}

#[test]
fn no_output() {
    goes_wrong("true", "", &["error[E114] no-output"]);
}

#[test]
fn an_output_that_cannot_be_used() {
    let cases: [(&str, &str); 13] = [
        // Half a file: rows are missing; a row is cut off; the header stands alone; nothing at all.
        (
            "sh predict.sh x $1 $2 1; head -n 30 $2 > t; cp t $2",
            "lacks 31 of",
        ),
        (
            "sh predict.sh x $1 $2 1; head -c 300 $2 > t; cp t $2",
            "lacks 33 of",
        ),
        ("echo id,prediction > $2", "has a header but no rows"),
        (": > $2", "out.csv` is empty"),
        // Binary garbage, wrong ids, a class that is none, an id twice, another column.
        ("head -c 4000 /dev/zero > $2", "it holds binary data"),
        (
            "head -c 40000 \"$(command -v awk)\" > $2",
            "it holds binary data",
        ),
        ("printf 'id,prediction\\ntest0,\\377\\376\\n' > $2", "UTF-8"),
        ("gzip -c $1 > $2", "it holds gzip-compressed data"),
        // A quoted field that never ends takes in all that follows.
        ("sh predict.sh x $1 $2 1; echo 'test0,\"pos' >> $2", "quote"),
        (
            "sh predict.sh x $1 $2 1; sed s/test/text/ $2 > t; cp t $2",
            "`text0` (line 2)",
        ),
        (
            "sh predict.sh x $1 $2 1; sed s/pos/nan/ $2 > t; cp t $2",
            "`nan`",
        ),
        (
            "sh predict.sh x $1 $2 1; tail -n 1 $2 >> $2",
            "`test59` on line 61 and again on line 62",
        ),
        (
            "sh predict.sh x $1 $2 1; sed s/prediction/pred/ $2 > t; cp t $2",
            "the file has: id, pred",
        ),
    ];
    for (fault, said) in cases {
        let p = goes_wrong(fault, "", &["error[E115] bad-output", said]);
        // What it wrote is there to be looked at, where it is said to be, and nowhere else.
        let failed = p.kept("failed");
        assert!(failed[0].join("out.csv").is_file());
        let key = failed[0]
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        p.run().expect(2, &[&format!(".bench/p/failed/{key}")]);
    }
}

#[test]
fn garbage_in_other_formats() {
    for (ending, fault, said) in [
        (
            "jsonl",
            "head -c 3000 /dev/zero > $2",
            "error[E115] bad-output",
        ),
        (
            "jsonl",
            "printf '{\"id\": \"test0\", \"pred' > $2",
            "error[E115] bad-output",
        ),
        (
            "parquet",
            "printf 'PAR1 and no more' > $2",
            "error[E115] bad-output",
        ),
        (
            "csv.gz",
            "sh predict.sh x $1 t 1; gzip -c t | head -c 90 > $2",
            "error[E115] bad-output",
        ),
        (
            "csv.zst",
            "echo id,prediction > $2",
            "error[E115] bad-output",
        ),
    ] {
        let p = Project::new(&format!("sh fault.sh {{on}} {{out}}.{ending} {{seed}}"));
        p.write("fault.sh", &format!("{fault}\n"));
        let done = p.run();
        done.expect(2, &[said, "b seed 1"]);
        assert!(!done.err.contains("panicked"), "{}", done.err);
        assert_eq!((p.kept("runs").len(), p.kept("failed").len()), (2, 2));
    }
}

#[test]
fn half_a_file_of_a_command_that_dies_is_not_used() {
    for fault in ["exit 1", "kill -KILL $$", "sleep 600"] {
        let fault = format!("sh predict.sh x $1 $2 1; head -n 20 $2 > t; cp t $2; {fault}");
        let p = goes_wrong(&fault, "limits: { time: 2s }", &[]);
        // What it wrote lies with the failed run, and once it is mended the half is not in the way.
        let half = p.kept("failed")[0].join("out.csv");
        assert_eq!(std::fs::read_to_string(half).unwrap().lines().count(), 20);
        p.write("fault.sh", "sh predict.sh x $1 $2 $3\n");
        p.run().expect(0, &["hold"]);
        for folder in p.kept("runs") {
            let lines = std::fs::read_to_string(folder.join("out.csv")).unwrap();
            assert_eq!(lines.lines().count(), 61);
        }
    }
}

#[test]
fn not_a_number() {
    let p = Project::new("sh score.sh {on} {out} {seed}");
    p.write(
        "score.sh",
        "awk -F, -v seed=\"$3\" 'NR == 1 { print \"id,prediction,score\"; next } { print $1 \",\" $2 \",\" (NR == 9 && seed == 2 ? \"NaN\" : 0.5) }' \"$1\" > \"$2\"\n",
    );
    let plan = p
        .read("p.bench")
        .replace(
            "label: y in [neg, pos]",
            "label: y in [neg, pos], positive: pos",
        )
        .replace(
            "sh predict.sh {train} {on} {out} {seed} a",
            "sh score.sh {on} {out} 1{seed}",
        )
        .replace(
            "metrics: [accuracy, f1_macro]",
            "metrics: [accuracy, f1_macro, roc_auc]",
        )
        .replace("{accuracy, f1_macro}", "{accuracy, f1_macro, roc_auc}");
    p.write("p.bench", &plan);
    p.run()
        .expect(2, &["error[E115] bad-output", "NaN", "line 9"]);
    assert_eq!(p.kept("runs").len(), 3);
}

#[test]
fn far_too_many_rows() {
    let fault = "sh predict.sh x $1 $2 1; awk 'BEGIN { for (i = 0; i < 1000000; i++) print \"more\" i \",pos\" }' >> $2";
    goes_wrong(fault, "", &["error[E115]", "more0", "1000000 ids"]);
}

#[test]
fn huge_logs_are_cut_in_the_middle() {
    let run = "sh -c 'echo begin; yes 0123456789 | head -c 5000000; echo end; sh predict.sh x {on} {out} {seed}'";
    let p = Project::new(run);
    p.run().expect(0, &[]);
    let records = p.records("runs");
    let r = records.iter().find(|r| r["name"] == "b seed 1").unwrap();
    assert_eq!(r["stdout"]["bytes"], 5_000_010);
    let folder = p
        .kept("runs")
        .into_iter()
        .find(|f| f.ends_with(r["key"].as_str().unwrap()))
        .unwrap();
    let log = std::fs::read_to_string(folder.join("stdout.log")).unwrap();
    assert!(log.starts_with("begin\n") && log.ends_with("end\n"));
    assert!(log.contains("bytes left out") && log.len() < 300_000);
}

#[test]
fn a_program_that_is_not_there() {
    let p = Project::new("pythn3 predict.py {on} {out} {seed}");
    p.run().expect(
        2,
        &[
            "error[E113] command-not-started",
            "`pythn3`",
            "did you mean",
            "the same of `b seed 2`",
        ],
    );
    assert_eq!(p.kept("runs").len(), 2);
    let p = Project::new("./predict.sh x {on} {out} {seed}");
    p.run().expect(2, &["error[E113]", "make it executable"]);
    let p = Project::new("tools/predict.sh x {on} {out} {seed}");
    p.run()
        .expect(2, &["error[E113]", "from the plan's folder"]);
}

#[test]
fn transient_failures_are_tried_again_and_others_are_not() {
    let flaky = |fields: &str| {
        let p = Project::with("sh flaky.sh {on} {out} {seed}", fields);
        let script = "echo x >> tries-$3\nif [ $(wc -l < tries-$3) -lt 3 ]; then exit 75; fi\nsh predict.sh x $1 $2 $3\n";
        p.write("flaky.sh", script);
        p
    };
    let p = flaky("limits: { retries: 2, retry_on: [75, timeout] }");
    p.run().expect(0, &[]);
    let records = p.records("runs");
    let b = records.iter().find(|r| r["name"] == "b seed 1").unwrap();
    assert_eq!(b["attempts"], 3);
    for (fields, tries) in [
        ("limits: { retries: 1 }", 2),
        ("limits: { retries: 5, retry_on: [signal] }", 1),
        ("", 1),
    ] {
        let p = flaky(fields);
        p.run().expect(2, &["exit code 75"]);
        assert_eq!(p.read("tries-1").lines().count(), tries, "{fields}");
    }
    // A bad output is no passing thing.
    let p = faulty("echo x >> tries; echo id > $2", "limits: { retries: 5 }");
    p.run().expect(2, &["E115"]);
    assert_eq!(p.read("tries").lines().count(), 1);
}

#[test]
fn fail_fast_ends_at_the_first_failure() {
    let p = Project::new("sh -c 'exit 4' {seed}");
    let done = p.benchwright(&["run", "p.bench", "--fail-fast", "--jobs", "1"]);
    done.expect(2, &["exit code 4"]);
    assert!(!done.err.contains("the same of"), "{}", done.err);
    assert_eq!(p.kept("failed").len(), 1);
}

#[test]
fn a_failure_with_a_declared_outcome_decides() {
    let p = faulty("exit 9", "");
    let plan = p
        .read("p.bench")
        .replace("  hold otherwise\n", "  hold otherwise\n  failed: broken\n");
    p.write("p.bench", &plan);
    let done = p.run();
    done.expect(0, &["error[E110]", "broken", "nothing of b is claimed"]);
    assert_eq!(done.out, p.run().out);
}

#[test]
fn a_command_that_writes_to_its_input() {
    goes_wrong(
        "chmod u+w $1; echo x >> $1; sh predict.sh x $1 $2 1",
        "",
        &["error[E119] input-changed", "`on.csv`"],
    );
}

#[test]
fn what_needs_a_failed_run_is_not_started() {
    let p = Project::new("sh -c 'exit 3' {seed}");
    let plan = p.read("p.bench")
        + "candidate joint from a { ensemble: [a, b], run: \"sh -c 'touch started; exit 1; : {a} {b} {out} {seed}'\" }\n\
           compare joint with a { on: d.test, metrics: [accuracy], interval: bootstrap(300) }\n";
    p.write("p.bench", &plan);
    p.run()
        .expect(2, &["exit code 3", "2 runs that need it were not started"]);
    assert!(!p.path("started").exists());
}

#[test]
fn holes_that_nothing_fills_and_open_quotes() {
    let p = Project::new("sh predict.sh 'x {on} {out} {seed}");
    p.run()
        .expect(1, &["error[E118] command-incomplete", "has no end"]);
    let p = Project::new(RUN);
    let plan = p.read("p.bench").replace("train: d.train, ", "");
    p.write("p.bench", &plan);
    let done = p.run();
    done.expect(1, &["error[E118]", "`{train}`", "it has no `train:`"]);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let p = Project::new(RUN);
    p.write("file", "");
    p.benchwright(&["run", "p.bench", "--out", "file/below"])
        .expect(2, &["error[E116] run-not-kept", "cannot be written"]);
    // A folder whose permissions say so; they do not bind root.
    let closed = p.path("closed");
    std::fs::create_dir(&closed).unwrap();
    let mut permissions = std::fs::metadata(&closed).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&closed, permissions).unwrap();
    if std::fs::write(closed.join("probe"), "").is_ok() {
        eprintln!("skipped: permissions do not bind this user");
    } else {
        p.benchwright(&["run", "p.bench", "--out", "closed/runs"])
            .expect(2, &["error[E116] run-not-kept"]);
    }
    // A mount that is read-only binds everyone.
    if Path::new("/sys/kernel").is_dir() {
        p.benchwright(&["run", "p.bench", "--out", "/sys/kernel/benchwright"])
            .expect(2, &["error[E116] run-not-kept"]);
    }
}

#[test]
fn a_full_disk() {
    let p = Project::new(RUN);
    let disk = p.path("disk");
    std::fs::create_dir(&disk).unwrap();
    let mount = |size: &str, more: &str| {
        let options = format!("size={size}{more}");
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&disk)
            .output();
        mounted.is_ok_and(|o| o.status.success())
    };
    if !mount("64k", "") {
        eprintln!("skipped: this user cannot mount a small tmpfs");
        return;
    }
    struct Mounted<'a>(&'a Path);
    impl Drop for Mounted<'_> {
        fn drop(&mut self) {
            let _ = std::process::Command::new("umount").arg(self.0).output();
        }
    }
    let mounted = Mounted(&disk);
    let filler = disk.join("filler");
    std::fs::write(&filler, vec![0; 32 * 1024]).unwrap();
    let done = p.benchwright(&["run", "p.bench", "--out", "disk"]);
    done.expect(2, &["No space left"]);
    // With room again, it goes on.
    std::fs::remove_file(&filler).unwrap();
    assert!(
        mount("4m", ",remount") || {
            let remounted = std::process::Command::new("mount")
                .args(["-o", "remount,size=4m"])
                .arg(&disk)
                .output();
            remounted.is_ok_and(|o| o.status.success())
        }
    );
    p.benchwright(&["run", "p.bench", "--out", "disk"])
        .expect(0, &["hold"]);
    drop(mounted);
}
