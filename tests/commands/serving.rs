//! Served systems: what they are asked, what is timed, what happens when they fail. Real processes.

use super::project::{Done, Project};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Answers lines in the order they come, and does `FAULT` before each answer. `n` counts the requests of all its lives,
/// `life` those of this one.
const LINES: &str = r#"
import json, os, sys, time
def count(name):
    n = int(open(name).read()) + 1 if os.path.exists(name) else 1
    open(name, "w").write(str(n))
    return n
count("starts")
life = 0
def say(**answer):
    print(json.dumps(answer), flush=True)
for line in sys.stdin:
    row = json.loads(line)
    open("asked", "a").write(line)
    n, life = count("n"), life + 1
    FAULT
    say(id=row["id"], prediction=row["word"])
"#;

/// Answers over HTTP at the port it is told; does `FAULT` before each answer.
const HTTP: &str = r#"
import json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
n = 0
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.VERSION"
    # Head and body are written apart: the second must not wait until the first is acknowledged.
    disable_nagle_algorithm = True
    def do_POST(self):
        global n
        n += 1
        row = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, answer = 200, {"prediction": row["word"], "path": self.path}
        FAULT
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *all):
        pass
server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"#;

/// Candidate `b` has its outputs in a file and is served by `command`; baseline `a` has latencies in a file.
fn served(command: &str, how: &str) -> Project {
    let p = Project::new("true");
    let mut outputs = String::from("id,prediction,ms\n");
    for i in 0..60 {
        let class = if i % 2 == 0 { "pos" } else { "neg" };
        let word = if i % 7 == 3 { "neg" } else { class };
        outputs += &format!("test{i},{word},{}\n", 5000 + i);
    }
    p.write("outputs.csv", &outputs);
    p.write("own.csv", &outputs);
    p.write("p.bench", &plan(command, how));
    p
}

fn plan(command: &str, how: &str) -> String {
    format!(
        r#"use std.classification.accuracy
use std.serving.latency_p95
metric failures {{ better: lower, range: 0%..100%, value: run.errors / run.requests }}
metric speed    {{ better: higher, value: run.throughput }}
plan p {{ objective: "o", primary: accuracy, guardrails: [latency_p95] }}
hardware box {{ cores: 1 }}
dataset d {{
  source: "d.csv", version: "1", id: id, label: y in [neg, pos], split: column(part) {{ train: "train", val: "val", test: "test" }}
  columns: {{ later: {{ known: after_outcome }}, hint: {{ derived_from: label }} }}
}}
baseline a {{
  train: d.train, tune: d.val {{ by: accuracy, trials: 2 }}, version: "1", hardware: box
  predictions: "outputs.csv" {{ prediction: prediction, latency: ms in ms }}
}}
candidate b from a {{
  predictions: "own.csv" {{ prediction: prediction }}
  serve: "{command}" {{ {how} }}
}}
compare b with a {{ on: d.test, metrics: [accuracy, latency_p95], interval: bootstrap(300) }}
decide for b against a {{
  ship when gain(latency_p95) > 0ms and failures <= 5% and speed > 0/s
  hold otherwise
}}
"#
    )
}

fn lines(fault: &str, how: &str) -> Project {
    let p = served("python3 server.py", how);
    p.write("server.py", &LINES.replace("FAULT", fault));
    p
}

fn http(version: &str, fault: &str, how: &str) -> Project {
    let p = served("python3 server.py {port}", how);
    let server = HTTP.replace("VERSION", version).replace("FAULT", fault);
    p.write("server.py", &server);
    p
}

/// The replies of the one served task, and its record.
fn replies(p: &Project) -> (Vec<Value>, Value) {
    let kept = p.kept("runs");
    assert_eq!(kept.len(), 1);
    let text = std::fs::read_to_string(kept[0].join("served.jsonl")).unwrap();
    let replies = text.lines().map(|l| serde_json::from_str(l).unwrap());
    (replies.collect(), p.records("runs").remove(0))
}

/// A process that ends with the test, however that ends.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn outcomes(replies: &[Value], outcome: &str) -> usize {
    replies.iter().filter(|r| r["outcome"] == outcome).count()
}

#[test]
fn a_served_system_is_asked_row_by_row_without_labels_and_once() {
    let p = lines("pass", "requests: 90, warmup: 7");
    p.benchwright(&["dry-run", "p.bench"]).expect(
        0,
        &[
            "b served on d.test",
            "PYTHONHASHSEED=0 python3 server.py",
            "asked 90 times, one at a time",
            "d.test, without labels, 60 rows",
            "1 runs, 1 to run",
        ],
    );
    let done = p.run();
    done.expect(0, &["drawn in blocks of"]);
    let (all, record) = replies(&p);
    assert_eq!((all.len(), outcomes(&all, "answered")), (90, 90));
    for (i, reply) in all.iter().enumerate() {
        assert_eq!(reply["id"], format!("test{}", i % 60));
        assert_eq!(reply["request"], i + 1);
        assert!(reply["latency_ms"].as_f64().unwrap() > 0.0);
    }
    // One to see that it answers, 7 to warm up, 90 that are timed.
    let asked = p.read("asked");
    assert_eq!(
        (asked.lines().count(), p.read("starts").as_str()),
        (98, "1")
    );
    for line in asked.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let names: Vec<&String> = row.as_object().unwrap().keys().collect();
        assert_eq!(names, ["id", "part", "word"]);
    }
    let figures = &record["served"];
    assert_eq!(
        (&figures["requests"], &figures["answered"]),
        (&90.into(), &90.into())
    );
    assert_eq!(
        (&figures["load"], &record["what"]["served"]),
        (&"one at a time".into(), &true.into())
    );
    assert!(figures["throughput"].as_f64().unwrap() > 0.0);
    let report: Value = serde_json::from_str(&p.read(".bench/p/report.json")).unwrap();
    let of = |system: &str| {
        let all = report["metrics"].as_array().unwrap().iter();
        let mut own = all.filter(|m| m["system"] == system && m["metric"] == "latency_p95");
        own.next().unwrap().clone()
    };
    let (b, a) = (of("b"), of("a"));
    assert_eq!(
        (&b["rows"], &b["interval"]["unit"]),
        (&90.into(), &"request".into())
    );
    assert_eq!(b["interval"]["method"], "percentile");
    assert!(
        b["interval"]["note"]
            .as_str()
            .unwrap()
            .contains("drawn in blocks of")
    );
    // Where no request fails, how many there were says how sure that is; rows say nothing of it.
    let all = report["metrics"].as_array().unwrap().iter();
    let failures = all.clone().find(|m| m["metric"] == "failures").unwrap();
    assert_eq!(failures["estimate"], 0.0);
    let interval = &failures["interval"];
    assert_eq!(
        (&interval["method"], &interval["unit"], &interval["units"]),
        (&"Wilson".into(), &"request".into(), &90.into())
    );
    let (_, high) = benchwright::stats::analytic::wilson(0, 90, 0.95).unwrap();
    assert!((interval["high"].as_f64().unwrap() - high).abs() < 1e-12);
    let mut speed = report["metrics"].as_array().unwrap().iter();
    let speed = speed.find(|m| m["metric"] == "speed").unwrap();
    assert_eq!(
        (&speed["interval"]["unit"], &speed["interval"]["note"]),
        (
            &"run".into(),
            &"of one run, so how it varies is not known".into()
        )
    );
    // The histogram has every request.
    let histogram = figures["latencies_us"].as_array().unwrap().iter();
    let requests = histogram.map(|bucket| bucket[1].as_u64().unwrap());
    assert_eq!(requests.sum::<u64>(), 90);
    // Where the other side is not served, its outputs' latencies stand for the same rows.
    assert_eq!(a["rows"], 90);
    assert!(a["estimate"].as_f64().unwrap() >= 5000.0);
    // The second run asks nothing and says the same.
    let again = p.run();
    assert_eq!((again.code, &again.out), (Some(0), &done.out));
    assert_eq!(p.read("asked"), asked);
    p.benchwright(&["status", "p.bench"]).expect(
        0,
        &[
            "done     b served on d.test",
            "1 done",
            "served       runs  requests",
            "b on d.test     1        90",
        ],
    );
    p.benchwright(&["verify", ".bench/p/report.json"])
        .expect(0, &["the same bytes"]);
    // Other labels change no request; another number of them does.
    p.write(
        "p.bench",
        &plan("python3 server.py", "requests: 91, warmup: 7"),
    );
    p.run().expect(0, &[]);
    assert_eq!(p.read("starts"), "2");
}

#[test]
fn an_endpoint_is_told_its_port_and_may_keep_connections_or_close_them() {
    for version in ["1", "0"] {
        let p = http(version, "pass", "requests: 70, concurrency: 3");
        p.run().expect(0, &[]);
        let (all, record) = replies(&p);
        assert_eq!(outcomes(&all, "answered"), 70, "{}", record["served"]);
        assert_eq!(
            (&all[0]["path"], &record["served"]["load"]),
            (&"/predict".into(), &"3 at a time".into())
        );
        for reply in &all {
            let n: usize = reply["id"].as_str().unwrap()[4..].parse().unwrap();
            let class = if n.is_multiple_of(2) { "pos" } else { "neg" };
            let word = if n % 7 == 3 { "neg" } else { class };
            assert_eq!(reply["prediction"], word);
        }
    }
}

#[test]
fn an_endpoint_that_is_there_already_is_asked_and_left_alone() {
    let p = served("", "");
    p.write(
        "server.py",
        &HTTP.replace("VERSION", "1").replace("FAULT", "pass"),
    );
    let server = Command::new("python3")
        .args(["server.py", "0"])
        .current_dir(&p.home)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut server = Ends(server);
    let mut port = String::new();
    BufReader::new(server.0.stdout.take().unwrap())
        .read_line(&mut port)
        .unwrap();
    let address = format!("http://localhost:{}/v1/answer?full=1", port.trim());
    p.write("p.bench", &plan(&address, "requests: 30"));
    p.run().expect(0, &[]);
    let (all, _) = replies(&p);
    assert_eq!(
        (outcomes(&all, "answered"), &all[3]["path"]),
        (30, &"/v1/answer?full=1".into())
    );
    assert!(server.0.try_wait().unwrap().is_none(), "it still runs");
}

#[test]
fn answers_may_come_out_of_order() {
    let p = served("python3 server.py", "requests: 60, concurrency: 4");
    p.write(
        "server.py",
        r#"
import json, sys
first = json.loads(sys.stdin.readline())
print(json.dumps({"id": first["id"], "prediction": first["word"]}), flush=True)
while True:
    rows = [json.loads(line) for line in (sys.stdin.readline() for _ in range(4)) if line]
    if not rows: break
    for row in reversed(rows):
        print(json.dumps({"id": row["id"], "prediction": row["word"]}))
    sys.stdout.flush()
"#,
    );
    p.run().expect(0, &[]);
    let (all, _) = replies(&p);
    assert_eq!(outcomes(&all, "answered"), 60);
    // What the file of outputs says of each row, its own answer says, too.
    let outputs = p.read("outputs.csv");
    for reply in all {
        let row = format!(
            "\n{},{},",
            reply["id"].as_str().unwrap(),
            reply["prediction"].as_str().unwrap()
        );
        assert!(outputs.contains(&row), "{row}");
    }
}

/// A server that stands still for half a second makes one request wait where each waits for the last; where requests
/// arrive by themselves, all that came meanwhile have waited.
#[test]
fn latencies_count_from_when_a_request_was_due() {
    let stall = "if n == 40: time.sleep(0.5)";
    let p = lines(stall, "requests: 200, arrival: 100/s");
    p.run().expect(0, &[]);
    let (all, record) = replies(&p);
    assert_eq!(record["served"]["load"], "100 a second");
    let number = |reply: &Value, name: &str| reply[name].as_f64().unwrap();
    let mut last = 0.0;
    for (i, reply) in all.iter().enumerate() {
        assert!((number(reply, "due_ms") - 10.0 * i as f64).abs() < 0.01);
        // One answers after the other, whenever they were due.
        let end = number(reply, "due_ms") + number(reply, "latency_ms");
        assert!(end + 0.01 >= last, "{i}");
        last = end;
    }
    // Due in the first 300 ms of the 500: each waited at least 200.
    let waited = all
        .iter()
        .filter(|r| number(r, "latency_ms") >= 190.0)
        .count();
    assert!(waited >= 30, "{waited}");
}

#[test]
fn a_process_that_ends_is_started_again_and_what_it_lost_is_counted() {
    let p = lines(
        "if life == 31: sys.exit(3)",
        "requests: 60, restarts: 3, timeout: 2s",
    );
    p.run().expect(0, &[]);
    let (all, record) = replies(&p);
    // Each life answers 30, the first of them to show that it does.
    assert_eq!(
        (outcomes(&all, "answered"), outcomes(&all, "lost")),
        (58, 2)
    );
    let figures = &record["served"];
    assert_eq!(
        (&figures["restarts"], &figures["lost"]),
        (&2.into(), &2.into())
    );
    // A failure is never fast: it counts with the time an answer may take.
    let lost = all.iter().find(|r| r["outcome"] == "lost").unwrap();
    assert!(lost["latency_ms"].as_f64().unwrap() >= 2000.0);
    assert_eq!(lost["prediction"], Value::Null);
    let report: Value = serde_json::from_str(&p.read(".bench/p/report.json")).unwrap();
    let metrics = report["metrics"].as_array().unwrap();
    let failures = metrics
        .iter()
        .find(|m| m["metric"] == "failures" && m["system"] == "b");
    let share = failures.unwrap()["estimate"].as_f64().unwrap();
    assert!((share - 2.0 / 60.0).abs() < 1e-9, "{share}");
}

#[test]
fn one_that_ends_too_often_fails_the_run() {
    let p = lines(
        "if life == 5: print('worn out', file=sys.stderr); sys.exit(3)",
        "requests: 60, restarts: 1",
    );
    p.run().expect(
        2,
        &[
            "error[E120] server-failed",
            "the run of `b served on d.test` gave nothing to measure: while it was asked, started again once: it ended with exit code 3",
            "it said: worn out",
        ],
    );
    assert!(p.kept("runs").is_empty());
    p.benchwright(&["status", "p.bench"])
        .expect(0, &["1 failed", "worn out"]);
}

#[test]
fn a_hang_is_a_timeout_and_ends_the_process() {
    let hang = "if n == 20: open('pid', 'w').write(str(os.getpid())); time.sleep(600)";
    let p = lines(hang, "requests: 40, timeout: 300ms");
    p.run().expect(0, &[]);
    let (all, record) = replies(&p);
    assert_eq!(
        (outcomes(&all, "timed_out"), outcomes(&all, "answered")),
        (1, 39)
    );
    assert_eq!(
        (&record["served"]["timeouts"], &record["served"]["restarts"]),
        (&1.into(), &1.into())
    );
    assert!(!std::path::Path::new(&format!("/proc/{}", p.read("pid"))).exists());
}

#[test]
fn a_request_that_hangs_over_http_leaves_the_others_alone() {
    let hang = "if n == 20: threading.Event().wait(600)";
    let p = http("1", hang, "requests: 60, concurrency: 4, timeout: 1s");
    p.run().expect(0, &[]);
    let (all, record) = replies(&p);
    assert_eq!(
        outcomes(&all, "answered") + outcomes(&all, "timed_out") + outcomes(&all, "lost"),
        60
    );
    assert_eq!(record["served"]["timeouts"], 1);
}

#[test]
fn what_is_no_answer_is_an_error_of_its_request() {
    for fault in [
        "if n == 9: print('Traceback (most recent call last):', flush=True); continue",
        "if n == 9: print(json.dumps(['a', 'list']), flush=True); continue",
        "if n == 9: say(prediction='pos'); continue",
        "if n == 9: say(id='nobody', prediction='pos'); continue",
        "if n == 9: say(id=row['id']); continue",
        "if n == 9: say(id=row['id'], prediction='pos', error='out of memory'); continue",
        "if n == 9: sys.stdout.buffer.write(bytes(range(128, 256)) + b'\\n'); sys.stdout.flush(); continue",
    ] {
        let p = lines(fault, "requests: 40");
        p.run().expect(0, &[]);
        let (all, record) = replies(&p);
        let counts = (outcomes(&all, "unusable"), outcomes(&all, "answered"));
        assert_eq!(counts, (1, 39), "{fault}");
        assert_eq!(record["served"]["restarts"], 0);
    }
    let p = http("1", "if n == 9: status = 503", "requests: 40");
    p.run().expect(0, &[]);
    assert_eq!(outcomes(&replies(&p).0, "unusable"), 1);
}

#[test]
fn an_answer_that_comes_twice_is_no_one_elses() {
    let p = lines("say(id=row['id'], prediction=row['word'])", "requests: 40");
    p.run().expect(0, &[]);
    let (all, record) = replies(&p);
    assert_eq!(outcomes(&all, "answered"), 40);
    assert!(record["served"]["strays"].as_u64().unwrap() >= 38);
}

#[test]
fn one_that_never_answers_or_only_nonsense_is_given_up() {
    for (fault, how, said) in [
        (
            "time.sleep(600)",
            "start: 400ms",
            "it had no answer within 0.4 s",
        ),
        (
            "print('hello', flush=True); continue",
            "",
            "its first answer is none: `hello` is no JSON object",
        ),
        (
            "if n > 1: say(id='x'); continue",
            "",
            "20 requests in a row had no answer, the last: nothing was asked of `x`",
        ),
        (
            "sys.exit('no model here')",
            "",
            "before its first answer it ended with exit code 1",
        ),
        (
            "os.kill(os.getpid(), 9)",
            "",
            "before its first answer it was ended by SIGKILL",
        ),
        (
            "if n > 1: os.close(1); time.sleep(600)",
            "restarts: 0",
            "it closed its standard output",
        ),
    ] {
        let p = lines(fault, how);
        p.run().expect(2, &["error[E120] server-failed", said]);
        assert!(p.kept("runs").is_empty());
    }
    let p = served("no-such-server", "");
    p.run()
        .expect(2, &["error[E113] command-not-started", "no-such-server"]);
    let p = served("http://127.0.0.1:1/", "start: 200ms");
    p.run().expect(
        2,
        &["error[E120] server-failed", "it had no answer within 0.2 s"],
    );
}

#[test]
fn processes_that_a_server_leaves_behind_are_ended() {
    let fork = "if n == 1: open('pid', 'w').write(str(os.spawnlp(os.P_NOWAIT, 'setsid', 'setsid', 'sleep', '600')))";
    let p = lines(fork, "requests: 30");
    p.run().expect(0, &[]);
    assert_eq!(outcomes(&replies(&p).0, "answered"), 30);
    let cmdline = std::fs::read_to_string(format!("/proc/{}/cmdline", p.read("pid")));
    assert!(
        !cmdline.is_ok_and(|text| text.contains("sleep")),
        "the child lives"
    );
}

#[test]
fn killed_while_it_serves_it_ends_the_server_and_asks_again_next_time() {
    // It sleeps, so that the end of its input is not seen.
    let hang = "if n == 9 and not os.path.exists('go'): open('pid', 'w').write(str(os.getpid()) + '.'); time.sleep(600)";
    let p = lines(hang, "requests: 30, timeout: 10min");
    let mut child = p
        .command(&["run", "p.bench"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !p.path("pid").exists() || !p.read("pid").ends_with('.') {
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
        std::thread::yield_now();
    }
    let pid = p.read("pid").replace('.', "");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(std::path::Path::new(&format!("/proc/{pid}")).exists());
    assert!(p.kept("runs").is_empty() && !p.path(".bench/p/report.json").exists());
    p.write("go", "");
    let done = p.run();
    done.expect(0, &[]);
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    assert!(stat.is_empty() || stat.contains(") Z"), "it lives: {stat}");
    // Nothing half is used: all requests are of the second run, which asks once more to see that it answers.
    let (all, record) = replies(&p);
    assert_eq!((all.len(), outcomes(&all, "answered")), (30, 30));
    assert_eq!(record["served"]["answered"], 30);
    assert_eq!(p.read("asked").lines().count(), 9 + 31);
    assert_eq!(p.run().out, done.out);
}

#[test]
fn limits_and_interrupts_end_a_server() {
    let p = lines("time.sleep(0.05)", "requests: 100_000");
    let text = p
        .read("p.bench")
        .replace("  serve:", "  limits: { time: 1s }\n  serve:");
    p.write("p.bench", &text);
    p.run().expect(
        2,
        &["error[E112] command-timed-out", "took longer than 1 s"],
    );
    let p = lines(
        "open('pid', 'w').write(str(os.getpid())); time.sleep(0.05)",
        "requests: 100_000",
    );
    let mut child = p
        .command(&["run", "p.bench"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !p.path("pid").exists() || p.read("pid").is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
        std::thread::yield_now();
    }
    let pid = p.read("pid");
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    let done = Done::of(child.wait_with_output().unwrap());
    done.expect(130, &["interrupted"]);
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    assert!(p.kept("runs").is_empty() && p.kept("failed").is_empty());
}

#[test]
fn the_server_finds_the_model_beside_what_its_run_wrote() {
    for ending in ["", ".jsonl"] {
        let p = lines("pass", "requests: 30");
        p.write(
            "server.py",
            &LINES.replace("FAULT", "row['word'] = open(sys.argv[1]).read()"),
        );
        let write = if ending.is_empty() {
            "(echo id,prediction; tail -n +2 $1 | cut -d, -f1 | sed 's/$/,pos/') > $2".to_string()
        } else {
            r#"tail -n +2 $1 | cut -d, -f1 | sed 's/.*/{"id": "&", "prediction": "pos"}/' > $2.jsonl"#.to_string()
        };
        p.write("train.sh", &format!("{write}; printf pos > $2.model"));
        let text = plan("python3 server.py {out}.model", "requests: 30").replace(
            "predictions: \"own.csv\" { prediction: prediction }",
            &format!(
                "run: \"sh train.sh {{on}} {{out}} {{out}}{ending}\" {{ prediction: prediction }}"
            ),
        );
        p.write("p.bench", &text);
        p.run().expect(0, &[]);
        assert_eq!(p.kept("runs").len(), 2);
        let served = p
            .records("runs")
            .into_iter()
            .find(|r| r["what"]["served"] == true)
            .unwrap();
        assert_eq!(served["upstream"].as_array().unwrap().len(), 1);
        assert_eq!(served["served"]["answered"], 30);
        let report = p.read(".bench/p/report.json");
        assert!(
            !report.contains("otherwise than its outputs say"),
            "{report}"
        );
    }
}

#[test]
fn a_server_that_predicts_otherwise_than_the_outputs_is_named() {
    let p = lines("row['word'] = 'pos'", "requests: 60");
    p.run().expect(
        0,
        &[
            "b as served answers",
            "of 60 requests otherwise than its outputs say",
        ],
    );
}

#[test]
fn systems_under_different_loads_are_not_compared() {
    let p = lines("pass", "requests: 30");
    let text = p.read("p.bench").replace(
        "latency: ms in ms }\n}",
        "latency: ms in ms }\n  serve: \"python3 server.py\" { requests: 40 }\n}",
    );
    p.write("p.bench", &text);
    p.run().expect(
        1,
        &["error[E121] served-unlike", "`latency_p95` of `a` and `b`"],
    );
    p.write("p.bench", &text.replace("requests: 40", "requests: 30"));
    p.run().expect(0, &[]);
    assert_eq!(
        p.kept("runs").len(),
        1,
        "two systems with one command are one run"
    );
}
