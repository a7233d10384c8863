//! Work of the language server that nobody waits for any more is given up while it runs.
//!
//! A plan that uses a named pipe keeps the server reading until the test lets it go on, so that nothing here depends on
//! who is quicker.

#![cfg(unix)]

use benchwright::lsp::serve_on;
use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::JoinHandle;
use tempfile::TempDir;

/// A server that is told of a plan that uses `pipe.bench`.
struct Held {
    connection: Connection,
    server: JoinHandle<Result<(), String>>,
    folder: TempDir,
}

impl Held {
    /// Sends the messages at once: none of them waits for another.
    fn new(plan: &str, then: &[(i32, &str, Value)]) -> Held {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe.bench");
        let made = Command::new("mkfifo").arg(pipe).status().unwrap();
        assert!(made.success());
        let (server, connection) = Connection::memory();
        let held = Held {
            connection,
            server: std::thread::spawn(move || serve_on(server)),
            folder,
        };
        held.ask(
            1,
            "initialize",
            json!({ "processId": null, "rootUri": null, "capabilities": {} }),
        );
        held.answer(1).unwrap();
        held.tell("initialized", json!({}));
        let document =
            json!({ "uri": held.uri(), "languageId": "bench", "version": 1, "text": plan });
        held.tell("textDocument/didOpen", json!({ "textDocument": document }));
        for (id, method, params) in then {
            let mut params = params.clone();
            params["textDocument"] = json!({ "uri": held.uri() });
            held.ask(*id, method, params);
        }
        held
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn uri(&self) -> String {
        format!("file://{}", self.path("plan.bench").display())
    }

    fn ask(&self, id: i32, method: &str, params: Value) {
        let request = Request::new(id.into(), method.into(), params);
        self.send(Message::Request(request));
    }

    fn tell(&self, method: &str, params: Value) {
        self.send(Message::Notification(Notification::new(
            method.into(),
            params,
        )));
    }

    fn send(&self, message: Message) {
        self.connection.sender.send(message).unwrap();
    }

    /// The pipe, once the server reads from it: it is at work now, and waits.
    fn reached(&self) -> File {
        let pipe: &Path = &self.path("pipe.bench");
        OpenOptions::new().write(true).open(pipe).unwrap()
    }

    /// The answer to a request, or its error's code; what is told before that is passed over.
    fn answer(&self, id: i32) -> Result<Value, i32> {
        loop {
            if let Message::Response(r) = self.connection.receiver.recv().unwrap() {
                assert_eq!(r.id, RequestId::from(id));
                return r.response_result.map_err(|e| e.code);
            }
        }
    }

    /// The faults that are told until one of them speaks of `word`.
    fn faults(&self, word: &str) -> String {
        let mut all = String::new();
        while !all.contains(word) {
            if let Message::Notification(n) = self.connection.receiver.recv().unwrap() {
                all += &n.params.to_string();
            }
        }
        all
    }

    fn end(self) {
        self.tell("exit", Value::Null);
        self.server.join().unwrap().unwrap();
    }
}

const PLAN: &str = "use \"pipe.bench\" as shared\n\nhardware here { cores: 1 }\nsystem one { hardware: nobody1 }\n";

/// Text of a file that is used.
fn let_go(mut pipe: File) {
    pipe.write_all(b"hardware there { cores: 2 }\n").unwrap();
}

#[test]
fn a_request_that_is_taken_back_while_it_is_answered_is_given_up() {
    let at = json!({ "position": { "line": 2, "character": 11 } });
    let held = Held::new(
        PLAN,
        &[
            (2, "textDocument/hover", at.clone()),
            (3, "textDocument/hover", at),
        ],
    );
    let pipe = held.reached();
    held.tell("$/cancelRequest", json!({ "id": 2 }));
    let_go(pipe);
    assert_eq!(held.answer(2), Err(-32800));
    // The next one reads the files again, and is answered.
    let_go(held.reached());
    let shown = held.answer(3).unwrap();
    let text = shown["contents"]["value"].as_str().unwrap();
    assert!(text.starts_with("hardware **here**"), "{text}");
    // Too late to be taken back.
    held.tell("$/cancelRequest", json!({ "id": 3 }));
    assert!(held.faults("nobody1").contains("nobody1"));
    held.end();
}

#[test]
fn an_edit_gives_up_the_look_at_the_text_before_it() {
    let held = Held::new(PLAN, &[]);
    let pipe = held.reached();
    let document = json!({ "uri": held.uri(), "version": 2 });
    let text = "system one { hardware: nobody2 }\n";
    held.tell(
        "textDocument/didChange",
        json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
    );
    let_go(pipe);
    let told = held.faults("nobody2");
    assert!(!told.contains("nobody1"), "{told}");
    held.end();
}

#[test]
fn an_edit_does_not_touch_the_answer_to_what_was_asked_before_it() {
    let at = json!({ "position": { "line": 2, "character": 11 } });
    let held = Held::new(PLAN, &[(2, "textDocument/hover", at)]);
    let pipe = held.reached();
    let document = json!({ "uri": held.uri(), "version": 2 });
    held.tell(
        "textDocument/didChange",
        json!({ "textDocument": document, "contentChanges": [{ "text": "\n" }] }),
    );
    let_go(pipe);
    let shown = held.answer(2).unwrap();
    let text = shown["contents"]["value"].as_str().unwrap();
    assert!(text.starts_with("hardware **here**"), "{text}");
    held.end();
}
