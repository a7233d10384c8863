//! Runs that are cut off, at any moment and by whatever, and go on.

use super::project::{Done, Project, RUN};
use benchwright::runner::{
    self, FailureKind, Limits, Outcome, Part, Place, Settings, Store, Task, Word,
};
use std::io::Read;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// Waits until a file is there, which must come with what it holds; the child must not end before.
fn until(p: &Project, child: &mut Child, name: &str) {
    while !p.path(name).exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
        std::thread::yield_now();
    }
}

fn signal(child: &Child, signal: &str) {
    let done = std::process::Command::new("kill")
        .args([signal, &child.id().to_string()])
        .output();
    assert!(done.unwrap().status.success());
}

#[test]
fn interrupted_it_ends_its_commands_and_goes_on_next_time() {
    for how in ["-INT", "-TERM"] {
        let p = Project::new("sh wait.sh {on} {out} {seed}");
        p.write("wait.sh", "if [ $3 = 2 ] && ! [ -e go ]; then echo $$ > own; mv own pid; sleep 600; fi; sh predict.sh x $1 $2 1");
        let mut child = p
            .command(&["run", "p.bench"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        until(&p, &mut child, "pid");
        signal(&child, how);
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(130));
        let mut said = String::new();
        child.stderr.unwrap().read_to_string(&mut said).unwrap();
        assert!(said.contains("interrupted"), "{said}");
        let pid = p.read("pid");
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        assert!(!pid.trim().is_empty() && stat.is_err(), "{pid:?} {stat:?}");
        assert_eq!(
            std::fs::read_to_string(p.path(".bench/p/lock")).unwrap(),
            ""
        );
        p.write("go", "");
        p.run().expect(0, &["hold"]);
        assert_eq!(p.kept("runs").len(), 4);
        assert!(p.kept("failed").is_empty());
    }
}

#[test]
fn two_runs_at_once_in_one_folder() {
    let p = Project::new("sh wait.sh {on} {out} {seed}");
    p.write("wait.sh", "if [ $3 = 2 ]; then : > begun; while ! [ -e go ]; do sleep 0.02; done; fi; sh predict.sh x $1 $2 1");
    let mut first = p
        .command(&["run", "p.bench"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until(&p, &mut first, "begun");
    let said = format!("process {}", first.id());
    p.run().expect(2, &["error[E117] folder-in-use", &said]);
    p.benchwright(&["status", "p.bench"]).expect(0, &["4 runs"]);
    // Elsewhere there is room.
    p.write("go", "");
    let first = Done::of(first.wait_with_output().unwrap());
    first.expect(0, &["hold"]);
    p.run().expect(0, &["hold"]);
}

#[test]
fn a_lock_of_a_process_that_died_holds_no_one_and_its_commands_are_ended() {
    let p = Project::new("sh wait.sh {on} {out} {seed}");
    p.write("wait.sh", "if ! [ -e go ]; then echo $$ > own; mv own pid; setsid sleep 600 & sleep 600; fi; sh predict.sh x $1 $2 $3");
    let mut child = p
        .command(&["run", "p.bench"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until(&p, &mut child, "pid");
    signal(&child, "-KILL");
    child.wait().unwrap();
    assert!(
        !std::fs::read_to_string(p.path(".bench/p/lock"))
            .unwrap()
            .is_empty()
    );
    p.write("go", "");
    p.run().expect(0, &["hold"]);
    assert_eq!(p.kept("tmp"), Vec::<std::path::PathBuf>::new());
    // Whatever the killed run had started is gone.
    let marks = marked(&p);
    assert!(marks.is_empty(), "{marks:?}");
}

/// Processes that bear the mark of the project's store.
fn marked(p: &Project) -> Vec<String> {
    let store = std::fs::canonicalize(p.path(".bench/p")).unwrap();
    let mark = format!("BENCHWRIGHT_TASK={}:", store.display());
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .map(|e| e.path())
        .filter(|path| {
            let environ = std::fs::read(path.join("environ")).unwrap_or_default();
            environ
                .split(|&b| b == 0)
                .any(|v| v.starts_with(mark.as_bytes()))
        })
        .map(|path| path.display().to_string())
        .collect()
}

#[test]
fn killed_at_fifty_moments_it_resumes_to_the_same_bytes() {
    let undisturbed = Project::new(RUN);
    let whole = undisturbed.run();
    whole.expect(0, &[]);
    let report = undisturbed.read(".bench/p/report.json");
    let began = std::time::Instant::now();
    Project::new(RUN).run().expect(0, &[]);
    let length = began.elapsed();
    let p = Project::new(RUN);
    // Moments spread over the length of a run by the golden ratio, so that no two are near; the folder is emptied
    // whenever a run got through.
    let (mut killed, mut through) = (0, 0);
    let mut at = 0.0_f64;
    while killed < 50 {
        at = (at + 0.618_033_988_75).fract();
        let mut child = p
            .command(&["run", "p.bench"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moment = length.mul_f64(at);
        std::thread::park_timeout(moment.max(Duration::from_millis(1)));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            killed += 1;
        } else {
            through += 1;
        }
        child.wait().unwrap();
        if p.path(".bench/p/report.json").exists() {
            let found = p.read(".bench/p/report.json");
            assert!(found == report, "a report of a disturbed run differs");
            std::fs::remove_dir_all(p.path(".bench")).unwrap();
        }
        assert!(through < 2000);
    }
    let last = p.run();
    last.expect(0, &[]);
    assert_eq!(last.out, whole.out);
    assert_eq!(p.read(".bench/p/report.json"), report);
    assert!(marked(&p).is_empty());
}

#[test]
fn clocks_and_files_that_go_backwards_change_nothing() {
    let p = Project::new(RUN);
    let whole = p.run();
    whole.expect(0, &[]);
    // Records from a future that has not come, files from before all runs.
    for folder in p.kept("runs") {
        let record = folder.join("task.json");
        let text = std::fs::read_to_string(&record).unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value["started"] = "2099-01-01T00:00:00Z".into();
        value["ended"] = "1970-01-01T00:00:00Z".into();
        std::fs::write(&record, value.to_string()).unwrap();
        let file = std::fs::File::options()
            .append(true)
            .open(folder.join("out.csv"))
            .unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH)
            .unwrap();
    }
    p.benchwright(&["status", "p.bench"]).expect(0, &["4 done"]);
    assert_eq!(p.run().out, whole.out);
}

/// A clock that is set back by a day each time someone looks at it.
fn backwards() -> SystemTime {
    static LOOKS: AtomicU64 = AtomicU64::new(0);
    let looks = LOOKS.fetch_add(1, Ordering::SeqCst);
    SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000 - looks * 86_400)
}

#[test]
fn a_clock_that_is_set_back_while_commands_run_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let text = |text: &str| Word(vec![Part::Text(text.into())]);
    let task = |name: &str, script: &str, upstream: Vec<usize>| Task {
        name: name.into(),
        words: vec![
            text("sh"),
            text("-c"),
            text(script),
            Word(vec![Part::Path(Place::Output)]),
        ],
        output: "out.csv".into(),
        upstream,
        limits: Limits {
            time: Some(Duration::from_secs(60)),
            ..Limits::default()
        },
        ..Task::default()
    };
    let mut tasks = vec![
        task("first", "echo 1 > $0", Vec::new()),
        task("second", "echo 2 > $0", vec![0]),
        task("hangs", "sleep 600", Vec::new()),
    ];
    tasks[2].limits.time = Some(Duration::from_millis(200));
    let mut keys: Vec<String> = Vec::new();
    for task in &tasks {
        keys.push(runner::key(task, &tasks, &keys));
    }
    let settings = Settings {
        jobs: 2,
        time: None,
        grace: Duration::from_millis(100),
        fail_fast: false,
        folder: folder.path(),
        machine: runner::machine(),
        clock: backwards,
    };
    let store = Store::open(&folder.path().join("store")).unwrap();
    let run = || {
        runner::run(
            &store,
            &tasks,
            &keys,
            &settings,
            &|_, _| Vec::new(),
            &|_| {},
        )
    };
    let first = run();
    let second = run();
    for at in 0..2 {
        let (Outcome::Done(done), Outcome::Cached(kept)) = (&first[at], &second[at]) else {
            panic!("{:?} {:?}", first[at], second[at]);
        };
        assert_eq!(done, kept);
        assert!(done.started > done.ended, "{} {}", done.started, done.ended);
        assert!(done.wall_ms < 60_000.0);
    }
    for outcomes in [&first, &second] {
        let Outcome::Failed(failure) = &outcomes[2] else {
            panic!("{:?}", outcomes[2]);
        };
        assert!(
            matches!(failure.kind, FailureKind::Timeout(_)),
            "{:?}",
            failure.kind
        );
    }
}

#[test]
fn what_was_tampered_with_or_half_written_is_made_again() {
    let p = Project::new(RUN);
    let whole = p.run();
    whole.expect(0, &[]);
    let report = p.read(".bench/p/report.json");
    let folders = p.kept("runs");
    let out = std::fs::read_to_string(folders[0].join("out.csv")).unwrap();
    std::fs::write(folders[0].join("out.csv"), out.replacen("pos", "neg", 1)).unwrap();
    std::fs::write(folders[1].join("out.csv"), "").unwrap();
    std::fs::write(folders[2].join("task.json"), "{").unwrap();
    std::fs::remove_file(folders[3].join("out.csv")).unwrap();
    p.benchwright(&["status", "p.bench"])
        .expect(0, &["0 done, 0 failed, 4 missing"]);
    assert_eq!(p.run().out, whole.out);
    assert_eq!(p.read(".bench/p/report.json"), report);
}

#[test]
fn jobs_do_not_change_the_report() {
    let one = Project::new(RUN);
    let four = Project::new(RUN);
    let a = one.benchwright(&["run", "p.bench", "--jobs", "1", "--threads", "1"]);
    let b = four.benchwright(&["run", "p.bench", "--jobs", "4"]);
    assert_eq!(a.expect(0, &[]).out, b.expect(0, &[]).out);
    assert_eq!(
        one.read(".bench/p/report.json"),
        four.read(".bench/p/report.json")
    );
}
