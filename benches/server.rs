//! What a client of the language server waits for in a plan of 5,000 lines: faults after a keystroke, completion and
//! hover right after one, the first faults after the start of the process; and the most memory it held.
//!
//! `cargo bench --bench server`

#![allow(clippy::print_stdout)]

mod plans;

use divan::Bencher;
use plans::plan;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const URI: &str = "file:///plans/long.bench";

fn main() {
    divan::main();
    memory();
}

/// The server as a process, and what is said to it.
struct Server {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    asked: u64,
    /// Whether the letter is written that a keystroke adds and the next takes away.
    longer: bool,
    /// Changes whose faults have not been told yet.
    untold: usize,
}

impl Server {
    fn start() -> Server {
        let mut process = Command::new(env!("CARGO_BIN_EXE_benchwright"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let to = process.stdin.take().expect("its input");
        let from = BufReader::new(process.stdout.take().expect("its output"));
        let mut server = Server {
            process,
            to,
            from,
            asked: 0,
            longer: false,
            untold: 0,
        };
        server.ask(
            "initialize",
            &json!({ "processId": null, "rootUri": null, "capabilities": {} }),
        );
        server.tell("initialized", &json!({}));
        server
    }

    fn opened(text: &str) -> Server {
        let mut server = Server::start();
        let document = json!({ "uri": URI, "languageId": "bench", "version": 1, "text": text });
        server.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        server.untold = 1;
        server.settle();
        server
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("it listens");
        self.to.flush().expect("it listens");
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let heard = self.hear();
            if heard["id"] == id {
                return heard;
            }
        }
    }

    fn hear(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.from.read_line(&mut line).expect("it speaks");
            match line.trim().split_once(": ") {
                Some(("Content-Length", n)) => length = n.parse().expect("a length"),
                Some(_) => {}
                None => break,
            }
        }
        let mut bytes = vec![0; length];
        self.from.read_exact(&mut bytes).expect("a message");
        let heard: Value = serde_json::from_slice(&bytes).expect("JSON");
        if heard["method"] == "textDocument/publishDiagnostics" {
            self.untold -= 1;
        }
        heard
    }

    /// Waits until all faults are told.
    fn settle(&mut self) {
        while self.untold > 0 {
            self.hear();
        }
    }

    /// A letter typed into a comment's line, a name or a number, and taken away again.
    fn type_at(&mut self, place: &Value) {
        let mut end = place.clone();
        let text = if self.longer {
            end["character"] = json!(end["character"].as_u64().unwrap_or(0) + 1);
            ""
        } else {
            "1"
        };
        self.longer = !self.longer;
        let change = json!({ "range": { "start": place, "end": end }, "text": text });
        let document = json!({ "uri": URI, "version": 2 });
        self.tell(
            "textDocument/didChange",
            &json!({ "textDocument": document, "contentChanges": [change] }),
        );
        self.untold += 1;
    }

    /// The most memory it held, in MiB.
    fn memory(&self) -> f64 {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(status).unwrap_or_default();
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib = line.and_then(|l| l.trim().trim_end_matches(" kB").parse::<f64>().ok());
        kib.unwrap_or(f64::NAN) / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The place `within` bytes into the study in the middle's `needle`.
fn place(text: &str, needle: &str, within: usize) -> Value {
    let middle = text.len() / 2;
    let rest = text.get(middle..).unwrap_or("");
    let at = middle + rest.find(needle).expect("the text is there") + within;
    let before = text.get(..at).unwrap_or("");
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    json!({ "line": before.matches('\n').count(), "character": at - start })
}

/// Where a letter is typed, by what it changes.
fn typed(text: &str, what: &str) -> Value {
    match what {
        // `trials: 20`, then `trials: 201`.
        "number" => place(text, "trials: 20", 10),
        // `tfidf57`, which is used elsewhere, then `tfidf571`.
        "name" => place(text, "\nstep tfidf", 13),
        // `"data/reviews57.csv"`.
        "text" => place(text, "data/reviews", 12),
        // A threshold of a decision: `>= 1pp`, then `>= 11pp`.
        "rule" => place(text, "point(gain(f1_macro)) >= 1", 25),
        // A bracket that isn't closed for a while: not a number, so a fault of syntax.
        _ => place(text, "metrics: [f1_macro, ", 20),
    }
}

#[divan::bench(args = ["number", "name", "text", "rule", "list"])]
fn faults_after_a_keystroke(bencher: Bencher, what: &str) {
    let text = plan(5_000);
    let at = typed(&text, what);
    let mut server = Server::opened(&text);
    bencher.bench_local(|| {
        server.type_at(&at);
        server.settle();
    });
}

/// A request right behind a keystroke: the answer knows the text as it is now.
fn behind_a_keystroke(bencher: Bencher, method: &str, needle: &str, within: usize) {
    let text = plan(5_000);
    let (at, typed) = (place(&text, needle, within), typed(&text, "number"));
    let server = RefCell::new(Server::opened(&text));
    let params = json!({ "textDocument": { "uri": URI }, "position": at });
    bencher
        .with_inputs(|| server.borrow_mut().settle())
        .bench_local_values(|()| {
            let mut server = server.borrow_mut();
            server.type_at(&typed);
            server.ask(method, &params)
        });
}

#[divan::bench(args = ["system", "metric", "compare"])]
fn hover(bencher: Bencher, what: &str) {
    let (needle, within) = match what {
        "system" => ("candidate chars", 12),
        "metric" => ("metrics: [f1_macro", 12),
        _ => ("\ncompare chars", 3),
    };
    behind_a_keystroke(bencher, "textDocument/hover", needle, within);
}

#[divan::bench(args = ["field", "rows", "metrics", "condition"])]
fn completion(bencher: Bencher, what: &str) {
    let (needle, within) = match what {
        "field" => ("\n  version: ", 5),
        "rows" => ("train:       reviews", 15),
        "metrics" => ("metrics: [f1_macro", 12),
        _ => ("when gain(", 6),
    };
    behind_a_keystroke(bencher, "textDocument/completion", needle, within);
}

#[divan::bench]
fn start_to_first_faults(bencher: Bencher) {
    let text = plan(5_000);
    bencher.bench_local(|| Server::opened(&text));
}

#[divan::bench]
fn start_to_first_faults_of_an_example(bencher: Bencher) {
    let text = std::fs::read_to_string("examples/reviews/reviews.bench").expect("the example");
    bencher.bench_local(|| Server::opened(&text));
}

/// A session in which all is typed and asked that the benches type and ask.
fn memory() {
    let text = plan(5_000);
    let mut server = Server::opened(&text);
    let opened = server.memory();
    for round in 0..50 {
        for what in ["number", "name", "text", "rule", "list"] {
            let at = typed(&text, what);
            for _ in 0..2 {
                server.type_at(&at);
                server.settle();
            }
        }
        if round % 10 == 0 {
            let at = place(&text, "metrics: [f1_macro", 12);
            let here = json!({ "textDocument": { "uri": URI }, "position": at });
            server.ask("textDocument/hover", &here);
            server.ask("textDocument/completion", &here);
            server.ask("textDocument/semanticTokens/full", &here);
            server.ask("textDocument/documentSymbol", &here);
        }
    }
    println!(
        "most memory: {opened:.0} MiB once open, {:.0} MiB after 500 keystrokes",
        server.memory()
    );
}
