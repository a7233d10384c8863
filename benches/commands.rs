//! What scheduling, recording and keeping a task costs beyond starting its process: 10,000 tasks that only touch
//! their output, beside the bare processes and beside GNU make on the same tasks.
//!
//! `cargo bench --bench commands [-- TASKS]`

#![allow(clippy::print_stdout)]

use benchwright::runner::{Part, Place, Settings, Store, Task, Word, key, machine, run};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn main() {
    let tasks: usize = std::env::args()
        .skip(1)
        .find_map(|a| a.parse().ok())
        .unwrap_or(10_000);
    for jobs in [1, 2] {
        let bare = bare(tasks, jobs);
        let ours = ours(tasks, jobs);
        let each = |time: Duration| time.as_secs_f64() * 1e3 / tasks as f64;
        println!("{tasks} tasks, {jobs} at a time");
        println!("  bare processes  {:>8.3} ms a task", each(bare));
        println!(
            "  benchwright     {:>8.3} ms a task, {:+.3} ms beyond process start",
            each(ours),
            each(ours) - each(bare)
        );
        match make(tasks, jobs) {
            Some(make) => println!(
                "  GNU make        {:>8.3} ms a task; benchwright takes {:.2} times as long",
                each(make),
                ours.as_secs_f64() / make.as_secs_f64()
            ),
            None => println!("  GNU make        not installed"),
        }
    }
}

fn bare(tasks: usize, jobs: usize) -> Duration {
    let folder = tempfile::tempdir().expect("a folder");
    let began = Instant::now();
    std::thread::scope(|scope| {
        for job in 0..jobs {
            let folder = folder.path();
            scope.spawn(move || {
                for n in (job..tasks).step_by(jobs) {
                    let file = folder.join(n.to_string());
                    let done = Command::new("touch")
                        .arg(file)
                        .stdin(Stdio::null())
                        .output();
                    assert!(done.is_ok_and(|o| o.status.success()));
                }
            });
        }
    });
    began.elapsed()
}

fn ours(tasks: usize, jobs: usize) -> Duration {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("store")).expect("a store");
    let text = |text: &str| Word(vec![Part::Text(text.to_owned())]);
    let all: Vec<Task> = (0..tasks)
        .map(|n| Task {
            name: n.to_string(),
            words: vec![text("touch"), Word(vec![Part::Path(Place::Output)])],
            env: [("N".to_owned(), n.to_string())].into(),
            output: "out.csv".into(),
            cores: 1,
            ..Task::default()
        })
        .collect();
    let keys: Vec<String> = all.iter().map(|t| key(t, &all, &[])).collect();
    let settings = Settings {
        jobs,
        time: None,
        grace: Duration::from_secs(1),
        fail_fast: true,
        folder: Path::new("."),
        machine: machine(),
        clock: std::time::SystemTime::now,
    };
    let began = Instant::now();
    let outcomes = run(&store, &all, &keys, &settings, &|_, _| Vec::new(), &|_| {});
    let took = began.elapsed();
    assert!(outcomes.iter().all(|o| o.record().is_some()));
    took
}

fn make(tasks: usize, jobs: usize) -> Option<Duration> {
    let folder = tempfile::tempdir().expect("a folder");
    let names: Vec<String> = (0..tasks).map(|n| format!("t{n}")).collect();
    let file = format!("all: {}\nt%:\n\t@touch $@\n", names.join(" "));
    std::fs::write(folder.path().join("Makefile"), file).expect("a Makefile");
    let began = Instant::now();
    let done = Command::new("make")
        .arg(format!("-j{jobs}"))
        .current_dir(folder.path())
        .output()
        .ok()?;
    done.status.success().then(|| began.elapsed())
}
