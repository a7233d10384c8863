//! The language server as a client sees it: over a connection in memory, message by message.

use benchwright::analysis::analyse;
use benchwright::editing::{Class, Document, tokens};
use benchwright::lsp::serve_on;
use benchwright::text::MemoryWorld;
use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::thread::JoinHandle;

/// A client at the other end of a server.
pub struct Client {
    connection: Connection,
    server: JoinHandle<Result<(), String>>,
    next: i32,
    /// The last diagnostics of each file.
    diagnostics: BTreeMap<String, Vec<Value>>,
    /// What the server said of long work.
    pub progress: Vec<Value>,
    /// What it said it can.
    pub capabilities: Value,
}

impl Client {
    fn new(encodings: Value) -> Self {
        Client::with(
            json!({ "general": { "positionEncodings": encodings } }),
            Value::Null,
        )
    }

    pub fn with(capabilities: Value, folders: Value) -> Self {
        let (server, connection) = Connection::memory();
        let server = std::thread::spawn(move || serve_on(server));
        let mut client = Client {
            connection,
            server,
            next: 0,
            diagnostics: BTreeMap::new(),
            progress: Vec::new(),
            capabilities: Value::Null,
        };
        let mut answer = client.ask(
            "initialize",
            json!({ "processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders }),
        );
        client.capabilities = answer["capabilities"].take();
        assert!(client.capabilities["hoverProvider"].as_bool().unwrap());
        client.tell("initialized", json!({}));
        client
    }

    pub fn tell(&self, method: &str, params: Value) {
        let notification = Notification::new(method.to_owned(), params);
        self.connection
            .sender
            .send(Message::Notification(notification))
            .unwrap();
    }

    /// The result of a request, or its error under `error`.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = RequestId::from(self.next);
        let request = Request::new(id.clone(), method.to_owned(), params);
        self.connection
            .sender
            .send(Message::Request(request))
            .unwrap();
        loop {
            match self.connection.receiver.recv().unwrap() {
                Message::Response(response) if response.id == id => {
                    return match response.response_result {
                        Ok(value) => value,
                        Err(error) => json!({ "error": error.message, "code": error.code }),
                    };
                }
                Message::Response(other) => panic!("an answer that nobody waits for: {other:?}"),
                Message::Notification(n) => self.hear(n),
                Message::Request(r) => self.asked(r),
            }
        }
    }

    /// The one thing that the server asks.
    fn asked(&mut self, request: Request) {
        assert_eq!(request.method, "window/workDoneProgress/create");
        let answer = lsp_server::Response::new_ok(request.id, Value::Null);
        self.connection
            .sender
            .send(Message::Response(answer))
            .unwrap();
    }

    fn hear(&mut self, n: Notification) {
        if n.method == "$/progress" {
            self.progress.push(n.params);
            return;
        }
        assert_eq!(n.method, "textDocument/publishDiagnostics");
        let uri = n.params["uri"].as_str().unwrap().to_owned();
        let found = n.params["diagnostics"].as_array().unwrap().clone();
        self.diagnostics.insert(uri, found);
    }

    pub fn open(&self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "bench", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub fn replace(&self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "version": 2 });
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
        );
    }

    /// Waits until the server has told what it found in a file.
    pub fn faults(&mut self, uri: &str) -> Vec<Value> {
        self.diagnostics.remove(uri);
        while !self.diagnostics.contains_key(uri) {
            match self.connection.receiver.recv().unwrap() {
                Message::Notification(n) => self.hear(n),
                Message::Request(r) => self.asked(r),
                Message::Response(other) => panic!("{other:?}"),
            }
        }
        self.diagnostics[uri].clone()
    }

    pub fn at(
        &mut self,
        method: &str,
        uri: &str,
        text: &str,
        needle: &str,
        within: usize,
    ) -> Value {
        let position = position(text, needle, within);
        let mut params = json!({ "textDocument": { "uri": uri }, "position": position });
        if method.ends_with("references") {
            params["context"] = json!({ "includeDeclaration": true });
        }
        self.ask(method, params)
    }

    pub fn bye(mut self) {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.tell("exit", Value::Null);
        self.server.join().unwrap().unwrap();
    }
}

/// The position `within` bytes into the first `needle`, in UTF-16 units.
pub fn position(text: &str, needle: &str, within: usize) -> Value {
    let at = text.find(needle).unwrap_or_else(|| panic!("no `{needle}`")) + within;
    let before = text.get(..at).unwrap();
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    let character = before.get(start..).unwrap().encode_utf16().count();
    json!({ "line": line, "character": character })
}

pub const URI: &str = "file:///plans/reviews.bench";

pub const PLAN: &str = r#"use std.classification.{f1_macro, accuracy}

## Reviews of three kinds.
dataset reviews {
  source:  "reviews.csv"
  version: "1"
  sha256:  "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
  label:   sentiment in [neg, pos]
  rows:    { train: 8_000, val: 1_000, test: 2_000 }
  split:   column(split) { train: "train", val: "val", test: "test" }
}
step tfidf { kind: vectorizer, fit: reviews }
component bigrams { off: "--no-bigrams" }
baseline words { steps: [tfidf], train: reviews.train, seeds: 5, predictions: "words-{seed}.csv" }
candidate chars from words { components: [bigrams], predictions: "chars-{variant}-{seed}.csv" }
compare chars with words { on: reviews.test, metrics: [f1_macro, accuracy] }
ablation of chars { on: reviews.val, metric: f1_macro, remove: [bigrams] }
decide for chars against words {
  ship when gain(f1_macro) > 0pp and accuracy >= 80%
  reject otherwise
}
"#;

fn opened() -> Client {
    let mut client = Client::new(json!(["utf-16"]));
    client.open(URI, PLAN);
    client.faults(URI);
    client
}

#[test]
fn faults_come_with_all_their_places() {
    let mut client = Client::new(json!(["utf-16"]));
    client.open(URI, PLAN);
    let faults = client.faults(URI);
    let leak = faults.iter().find(|f| f["code"] == "L102").unwrap();
    assert_eq!(leak["severity"], 1);
    assert_eq!(leak["range"]["start"], position(PLAN, "fit: reviews", 5));
    assert!(
        leak["message"]
            .as_str()
            .unwrap()
            .contains("fix: fit on the training rows only")
    );
    let related = leak["relatedInformation"].as_array().unwrap();
    assert!(
        related
            .iter()
            .any(|r| r["location"]["range"]["start"] == position(PLAN, "steps: [tfidf]", 8))
    );

    client.replace(URI, &PLAN.replace("fit: reviews }", "fit: reviews.train }"));
    let faults = client.faults(URI);
    assert!(faults.iter().all(|f| f["code"] != "L102"));

    client.tell(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": URI } }),
    );
    assert_eq!(client.faults(URI), Vec::<Value>::new());
    client.bye();
}

#[test]
fn hover_says_what_a_thing_is() {
    let mut client = opened();
    let mut said = |needle: &str, within| -> String {
        let hover = client.at("textDocument/hover", URI, PLAN, needle, within);
        hover["contents"]["value"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let metric = said("gain(f1_macro", 6);
    for part in [
        "metric **f1_macro**",
        "mean over class c of",
        "statistic: counts",
        "`std.classification`",
    ] {
        assert!(metric.contains(part), "{metric}");
    }
    let system = said("for chars", 5);
    for part in [
        "candidate **chars**",
        "| `bigrams` | on |",
        "5 runs",
        "`reviews` fits `tfidf` → `chars`",
    ] {
        assert!(system.contains(part), "{system}");
    }
    assert!(said("reviews {", 1).contains("Reviews of three kinds."));
    assert!(said("reviews.test", 9).contains("partition **test**"));
    assert!(said("predictions:", 2).contains("**predictions**"));
    assert!(said("gain(", 1).contains("above 0 where the candidate is better"));
    assert!(said("ablation of", 1).contains("**ablation**"));
    client.bye();
}

#[test]
fn completion_knows_the_place() {
    let mut client = opened();
    let mut offered = |text: &str, needle: &str, within| -> Vec<String> {
        client.replace(URI, text);
        let found = client.at("textDocument/completion", URI, text, needle, within);
        let labels = found.as_array().unwrap().iter();
        labels
            .map(|c| c["label"].as_str().unwrap().to_owned())
            .collect()
    };
    let has = |found: &[String], name: &str| found.iter().any(|f| f == name);

    let fields = offered(&PLAN.replace("  version: \"1\"\n", "  ve\n"), "  ve", 4);
    assert!(
        has(&fields, "version") && has(&fields, "group"),
        "{fields:?}"
    );
    assert!(
        !has(&fields, "source") && !has(&fields, "metrics"),
        "{fields:?}"
    );

    let parts = offered(
        &PLAN.replace("on: reviews.test", "on: reviews."),
        "on: reviews.,",
        12,
    );
    assert_eq!(parts, ["train", "val", "test"]);

    let data = offered(PLAN, "on: reviews.test", 4);
    assert!(
        has(&data, "reviews.train") && !has(&data, "chars"),
        "{data:?}"
    );

    let metrics = offered(PLAN, "[f1_macro, accuracy]", 1);
    assert_eq!(metrics, ["accuracy", "f1_macro"]);

    let library = offered(
        &PLAN.replace("use std.classification.{f1_macro, accuracy}", "use std."),
        "use std.",
        8,
    );
    assert!(
        has(&library, "classification") && has(&library, "serving"),
        "{library:?}"
    );

    let units = offered(PLAN, "> 0pp", 3);
    assert!(has(&units, "pp") && has(&units, "ms"), "{units:?}");

    let rule = offered(PLAN, "when gain", 5);
    assert!(
        has(&rule, "gain") && has(&rule, "f1_macro") && has(&rule, "p_value"),
        "{rule:?}"
    );

    let holes = offered(PLAN, "words-{", 7);
    assert!(has(&holes, "seed") && !has(&holes, "train"), "{holes:?}");

    let items = offered(&format!("{PLAN}\n"), "otherwise\n}\n\n", 13);
    assert!(has(&items, "dataset") && has(&items, "use"), "{items:?}");

    let code = offered(
        &PLAN.replace("step tfidf", "@allow()\nstep tfidf"),
        "@allow(",
        7,
    );
    assert!(has(&code, "U101") && !has(&code, "L102"), "{code:?}");

    let systems = offered(PLAN, "against words", 8);
    assert_eq!(systems, ["words", "chars"]);
    client.bye();
}

#[test]
fn completion_reads_the_header_of_the_data() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("reviews.csv"), "id,sentiment,author\n").unwrap();
    let uri = format!("file://{}/plan.bench", folder.path().display());
    let mut client = Client::new(json!(null));
    let text = PLAN.replace("  version: \"1\"\n", "  version: \"1\"\n  group: \n");
    client.open(&uri, &text);
    let found = client.at("textDocument/completion", &uri, &text, "group: ", 7);
    let labels: Vec<&str> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["id", "sentiment", "author"]);
    client.bye();
}

#[test]
fn names_lead_to_where_they_are_declared() {
    let mut client = opened();
    let mut declared =
        |needle: &str, within| client.at("textDocument/definition", URI, PLAN, needle, within);
    let words = declared("against words", 9);
    assert_eq!(words["uri"], URI);
    assert_eq!(words["range"]["start"], position(PLAN, "baseline words", 9));
    let part = declared("on: reviews.test", 13);
    assert_eq!(part["range"]["start"], position(PLAN, "test: \"test\"", 0));
    let component = declared("remove: [bigrams]", 10);
    assert_eq!(
        component["range"]["start"],
        position(PLAN, "component bigrams", 10)
    );

    let library = declared("gain(f1_macro", 6);
    let path = library["uri"]
        .as_str()
        .unwrap()
        .strip_prefix("file://")
        .unwrap()
        .to_owned();
    assert!(path.ends_with("std/classification.bench"), "{path}");
    let line = library["range"]["start"]["line"].as_u64().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    assert!(
        text.lines()
            .nth(line as usize)
            .unwrap()
            .starts_with("metric f1_macro")
    );

    let uses = client.at("textDocument/references", URI, PLAN, "words {", 1);
    assert_eq!(uses.as_array().unwrap().len(), 4, "{uses}");
    let here = client.at("textDocument/documentHighlight", URI, PLAN, "tfidf {", 1);
    assert_eq!(here.as_array().unwrap().len(), 2);
    client.bye();
}

/// A text with the edits of a file applied.
pub fn edited(text: &str, edits: &Value) -> String {
    let byte = |p: &Value| -> usize {
        let line = p["line"].as_u64().unwrap() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let mut units = 0;
        let rest = text.get(start..).unwrap();
        for (at, c) in rest.char_indices() {
            if units >= p["character"].as_u64().unwrap() as usize {
                return start + at;
            }
            units += c.len_utf16();
        }
        text.len()
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            let range = &e["range"];
            (
                byte(&range["start"]),
                byte(&range["end"]),
                e["newText"].as_str().unwrap(),
            )
        })
        .collect();
    edits.sort_unstable();
    let mut result = text.to_owned();
    for (from, to, by) in edits.into_iter().rev() {
        result.replace_range(from..to, by);
    }
    result
}

#[test]
fn a_name_is_changed_wherever_it_is_used() {
    let mut client = opened();
    let change = |client: &mut Client, needle: &str, within, name: &str| {
        let position = position(PLAN, needle, within);
        client.ask(
            "textDocument/rename",
            json!({ "textDocument": { "uri": URI }, "position": position, "newName": name }),
        )
    };
    let edit = change(&mut client, "against words", 10, "lexical");
    let renamed = edited(PLAN, &edit["changes"][URI]);
    assert_eq!(
        renamed,
        PLAN.replace(" words", " lexical")
            .replace("with words", "with lexical")
    );

    let edit = change(&mut client, "on: reviews.test", 12, "held_out");
    let renamed = edited(PLAN, &edit["changes"][URI]);
    assert!(
        renamed.contains("held_out: \"test\" }") && renamed.contains("on: reviews.held_out"),
        "{renamed}"
    );

    for (needle, name, error) in [
        ("against words", "chars", "already declared"),
        ("against words", "5x", "is no name"),
        ("gain(f1_macro", "f2", "a name of the library"),
        ("seeds: 5", "x", "no name of this plan"),
    ] {
        let within = needle.len() - 1;
        let refused = change(&mut client, needle, within, name);
        assert!(
            refused["error"].as_str().unwrap().contains(error),
            "{refused}"
        );
    }
    let shown = client.at("textDocument/prepareRename", URI, PLAN, "against words", 9);
    assert_eq!(shown["placeholder"], "words");
    client.bye();
}

#[test]
fn a_name_is_changed_in_the_plans_that_use_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let team = "dataset reviews { source: \"r.csv\", version: \"1\", label: y in [a, b], split: all(test) }\n";
    std::fs::write(folder.path().join("team.bench"), team).unwrap();
    let uri = |name: &str| format!("file://{}/{name}", folder.path().display());
    let plan = "use \"team.bench\" as team\n\nbaseline a { predictions: \"a.csv\" }\ncandidate b { predictions: \"b.csv\" }\ncompare b with a { on: team.reviews.test }\n";
    let mut client = Client::new(json!(null));
    client.open(&uri("team.bench"), team);
    client.open(&uri("plan.bench"), plan);
    let edit = client.ask(
        "textDocument/rename",
        json!({ "textDocument": { "uri": uri("team.bench") }, "position": { "line": 0, "character": 10 }, "newName": "texts" }),
    );
    assert!(edited(team, &edit["changes"][uri("team.bench")]).starts_with("dataset texts {"));
    assert!(edited(plan, &edit["changes"][uri("plan.bench")]).contains("on: team.texts.test"));
    client.bye();
}

#[test]
fn fixes_and_waivers_are_offered() {
    let mut client = opened();
    let place = position(PLAN, "fit: reviews", 6);
    let range = json!({ "start": place, "end": place });
    let asked =
        json!({ "textDocument": { "uri": URI }, "range": range, "context": { "diagnostics": [] } });
    let actions = client.ask("textDocument/codeAction", asked);
    let fix = &actions[0];
    assert_eq!(fix["title"], "Fit on the training rows only");
    assert_eq!(fix["isPreferred"], true);
    let mended = edited(PLAN, &fix["edit"]["changes"][URI]);
    assert!(mended.contains("fit: reviews.train }"));

    let start = position(PLAN, "compare chars", 0);
    let end = position(PLAN, "[f1_macro, accuracy]", 20);
    let range = json!({ "start": start, "end": end });
    let asked =
        json!({ "textDocument": { "uri": URI }, "range": range, "context": { "diagnostics": [] } });
    let actions = client.ask("textDocument/codeAction", asked);
    let titled = |a: &&Value| a["title"] == "Waive U107 here, with a reason";
    let waive = actions.as_array().unwrap().iter().find(titled).unwrap();
    let waived = edited(PLAN, &waive["edit"]["changes"][URI]);
    let want = "@allow(U107, \"why this is fine\")\ncompare chars with words";
    assert!(waived.contains(want), "{waived}");
    client.replace(URI, &waived);
    assert!(client.faults(URI).iter().all(|f| f["code"] != "U107"));
    client.bye();
}

#[test]
fn a_plan_is_laid_out_by_the_lines_that_change() {
    let mut client = Client::new(json!(null));
    let untidy = PLAN.replace("  version: \"1\"\n", "  version:   \"1\"\n");
    client.open(URI, &untidy);
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let asked = json!({ "textDocument": { "uri": URI }, "options": options });
    let edits = client.ask("textDocument/formatting", asked.clone());
    let tidy = benchwright::format::format(&untidy).text;
    assert_eq!(edited(&untidy, &edits), tidy);
    client.replace(URI, &tidy);
    assert_eq!(client.ask("textDocument/formatting", asked), json!([]));
    client.bye();
}

#[test]
fn a_part_of_a_plan_is_laid_out() {
    let mut client = Client::new(json!(null));
    let untidy = PLAN
        .replace("  version: \"1\"\n", "  version:   \"1\"\n")
        .replace("decide for", "decide  for");
    let tidy = benchwright::format::format(&untidy).text;
    client.open(URI, &untidy);
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let mut asked = json!({ "textDocument": { "uri": URI }, "options": options });
    // The lines of the decision alone: the other stays as it is.
    let (from, to) = (
        position(&untidy, "decide", 0),
        position(&untidy, "decide", 3),
    );
    asked["range"] = json!({ "start": from, "end": to });
    let edits = client.ask("textDocument/rangeFormatting", asked.clone());
    let decided = edited(&untidy, &edits);
    assert!(
        decided.contains("\ndecide for") && decided.contains("version:   "),
        "{edits}"
    );
    // The brace that ends an item lays out that item, a line break the line before it.
    let dataset = &untidy[untidy.find("dataset").unwrap()..];
    let end = dataset.find("\n}").unwrap() + 2;
    asked["position"] = position(&untidy, dataset, end);
    asked["ch"] = json!("}");
    let edits = client.ask("textDocument/onTypeFormatting", asked.clone());
    let closed = edited(&untidy, &edits);
    assert!(
        !closed.contains("version:   ") && closed.contains("decide  for"),
        "{edits}"
    );
    asked["ch"] = json!("\n");
    asked["position"] = position(&untidy, "version:   \"1\"\n", 15);
    let edits = client.ask("textDocument/onTypeFormatting", asked);
    assert_eq!(edited(&untidy, &edits), closed);
    assert_ne!(closed, tidy);
    client.bye();
}

#[test]
fn a_call_says_how_it_is_written() {
    let mut client = opened();
    let typed = PLAN.replace("gain(f1_macro", "p_value(gain(");
    assert_ne!(typed, PLAN);
    client.replace(URI, &typed);
    let mut said = |text: &str, needle: &str, within: usize| {
        let found = client.at("textDocument/signatureHelp", URI, text, needle, within);
        let labels = found["signatures"].as_array().map(|all| {
            let label = |s: &Value| s["label"].as_str().unwrap_or_default().to_owned();
            all.iter().map(label).collect::<Vec<_>>()
        });
        (
            labels.unwrap_or_default(),
            found["activeParameter"].as_u64(),
        )
    };
    assert_eq!(
        said(&typed, "p_value(", 8),
        (vec!["p_value(gain(f1_macro))".into()], Some(0))
    );
    assert_eq!(
        said(&typed, "gain(", 5),
        (vec!["gain(f1_macro)".into()], Some(0))
    );
    assert_eq!(said(&typed, "dataset", 3).0, Vec::<String>::new());
    let formula = format!("{PLAN}\nmetric slow {{ value: quantile(latency, ");
    client.replace(URI, &formula);
    let end = formula.len() - formula.rfind("quantile").unwrap();
    let found = client.at("textDocument/signatureHelp", URI, &formula, "quantile", end);
    assert_eq!(found["signatures"][0]["label"], "quantile(latency, 95%)");
    assert_eq!(found["signatures"][0]["parameters"][1]["label"], "95%");
    assert_eq!(found["activeParameter"], 1);
    client.bye();
}

#[test]
fn the_outline_and_what_folds() {
    let mut client = opened();
    let asked = json!({ "textDocument": { "uri": URI } });
    let symbols = client.ask("textDocument/documentSymbol", asked.clone());
    let names: Vec<&str> = symbols
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "reviews",
            "tfidf",
            "bigrams",
            "words",
            "chars",
            "chars with words",
            "chars",
            "chars against words"
        ]
    );
    let fields = symbols[0]["children"].as_array().unwrap().len();
    assert_eq!(fields, 6);
    let found = client.ask("workspace/symbol", json!({ "query": "TFI" }));
    assert_eq!(found[0]["name"], "tfidf");

    let folds = client.ask("textDocument/foldingRange", asked.clone());
    let lines: Vec<(u64, u64)> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            (
                f["startLine"].as_u64().unwrap(),
                f["endLine"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(lines, [(3, 9), (17, 19)]);

    let place = position(PLAN, "gain(f1_macro", 6);
    let around = client.ask(
        "textDocument/selectionRange",
        json!({ "textDocument": { "uri": URI }, "positions": [place] }),
    );
    let mut widths = Vec::new();
    let mut at = &around[0];
    while !at.is_null() {
        let (start, end) = (&at["range"]["start"], &at["range"]["end"]);
        widths.push((
            end["line"].as_u64().unwrap() - start["line"].as_u64().unwrap(),
            start["character"].as_u64().unwrap(),
        ));
        at = &at["parent"];
    }
    assert!(
        widths.len() >= 4 && widths.is_sorted_by(|a, b| a.0 <= b.0),
        "{widths:?}"
    );

    let whole =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let hints = client.ask(
        "textDocument/inlayHint",
        json!({ "textDocument": { "uri": URI }, "range": whole }),
    );
    let labels: Vec<&str> = hints
        .as_array()
        .unwrap()
        .iter()
        .map(|h| h["label"].as_str().unwrap())
        .collect();
    assert_eq!(
        labels,
        [
            "8,000 rows",
            "5 runs",
            "2,000 rows",
            "≥ 0.055–6.3 pp",
            "1,000 rows"
        ]
    );
    let lenses = client.ask("textDocument/codeLens", asked);
    let titles: Vec<&str> = lenses
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["command"]["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["2 systems, 10 runs, 2 metrics", "1 arms × 5 runs"]);
    client.bye();
}

#[test]
fn positions_are_right_with_emoji_and_carriage_returns() {
    let text = PLAN
        .replace("## Reviews of three kinds.", "## 🙂🙂 Reviews é")
        .replace("\"1\"", "\"🙂\"")
        .replace('\n', "\r\n");
    let text = text.replace("version: \"🙂\"", "version: \"🙂\", group: author");
    for encodings in [json!(["utf-16"]), json!(["utf-8", "utf-16"])] {
        let utf8 = encodings[0] == "utf-8";
        let mut client = Client::new(encodings);
        client.open(URI, &text);
        client.faults(URI);
        let mut place = position(&text, "group: author", 2);
        if utf8 {
            // The emoji has four bytes and two units of UTF-16.
            place["character"] = json!(place["character"].as_u64().unwrap() + 2);
        }
        let hover = client.ask(
            "textDocument/hover",
            json!({ "textDocument": { "uri": URI }, "position": place }),
        );
        assert!(
            hover["contents"]["value"]
                .as_str()
                .unwrap()
                .contains("**group**"),
            "{hover}"
        );

        // An edit in the middle of that line.
        let end =
            json!({ "line": place["line"], "character": place["character"].as_u64().unwrap() + 3 });
        let change = json!({ "range": { "start": place, "end": end }, "text": "o" });
        let document = json!({ "uri": URI, "version": 3 });
        client.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [change] }),
        );
        let faults = client.faults(URI);
        let unknown = faults.iter().find(|f| f["code"] == "N102").unwrap();
        assert!(
            unknown["message"].as_str().unwrap().contains("`gro`"),
            "{unknown}"
        );
        client.bye();
    }
}

#[test]
fn what_cannot_be_answered_ends_nothing() {
    let mut client = opened();
    assert_eq!(
        client.ask("textDocument/unheardOf", json!({}))["code"],
        -32601
    );
    assert_eq!(
        client.ask("textDocument/hover", json!({ "textDocument": 5 }))["code"],
        -32602
    );
    let nowhere = json!({ "textDocument": { "uri": "file:///nowhere.bench" }, "position": { "line": 0, "character": 0 } });
    assert!(client.ask("textDocument/hover", nowhere)["error"].is_string());
    client.tell("textDocument/didChange", json!({ "nonsense": true }));
    client.tell(
        "workspace/didChangeConfiguration",
        json!({ "settings": {} }),
    );
    let far =
        json!({ "textDocument": { "uri": URI }, "position": { "line": 9999, "character": 9999 } });
    assert!(client.ask("textDocument/hover", far).is_null());
    client.bye();
}

#[test]
fn a_request_that_is_taken_back_is_not_answered_at_length() {
    let (server, connection) = Connection::memory();
    let send = |message: Message| connection.sender.send(message).unwrap();
    let ask = |id: i32, method: &str, params: Value| {
        send(Message::Request(Request::new(
            id.into(),
            method.into(),
            params,
        )));
    };
    let tell = |method: &str, params: Value| {
        send(Message::Notification(Notification::new(
            method.into(),
            params,
        )));
    };
    // Everything waits before the server begins.
    ask(
        1,
        "initialize",
        json!({ "processId": null, "rootUri": null, "capabilities": {} }),
    );
    tell("initialized", json!({}));
    ask(2, "workspace/symbol", json!({ "query": "" }));
    tell("$/cancelRequest", json!({ "id": 2 }));
    ask(3, "workspace/symbol", json!({ "query": "" }));
    ask(4, "shutdown", Value::Null);
    tell("exit", Value::Null);
    serve_on(server).unwrap();
    let answers: Vec<(RequestId, bool)> = connection
        .receiver
        .try_iter()
        .filter_map(|m| match m {
            Message::Response(r) => Some((r.id, r.response_result.is_ok())),
            _ => None,
        })
        .collect();
    let want = [(1, true), (2, false), (3, true), (4, true)];
    assert_eq!(answers, want.map(|(id, fine)| (RequestId::from(id), fine)));
}

/// Asks everything that can be asked of a place.
fn asks_everything(client: &mut Client, text: &str, at: usize) {
    let lines = text.matches('\n').count() as u64;
    let before = text.get(..at).unwrap();
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    let place = json!({
        "line": before.matches('\n').count(),
        "character": before.get(start..).unwrap().encode_utf16().count(),
    });
    let here = json!({ "uri": URI });
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": place });
    for (method, params) in [
        ("hover", json!({ "position": place })),
        ("completion", json!({ "position": place })),
        ("definition", json!({ "position": place })),
        (
            "references",
            json!({ "position": place, "context": { "includeDeclaration": true } }),
        ),
        ("documentHighlight", json!({ "position": place })),
        ("documentSymbol", json!({})),
        (
            "codeAction",
            json!({ "range": range, "context": { "diagnostics": [] } }),
        ),
        ("codeLens", json!({})),
        ("documentLink", json!({})),
        ("foldingRange", json!({})),
        ("selectionRange", json!({ "positions": [place] })),
        ("semanticTokens/full", json!({})),
        ("inlayHint", json!({ "range": range })),
    ] {
        let mut params = params;
        params["textDocument"] = here.clone();
        let answer = client.ask(&format!("textDocument/{method}"), params);
        let code = answer.get("code");
        assert!(code.is_none(), "{method}: {answer}");
        ranges(&answer, &mut |line| {
            assert!(line <= lines, "{method}: line {line} of {lines}");
        });
    }
}

/// Every line of a range that is in the open file.
fn ranges(value: &Value, see: &mut dyn FnMut(u64)) {
    match value {
        Value::Object(fields) => {
            let elsewhere = fields.get("uri").is_some_and(|u| u != URI);
            if let Some(line) = fields.get("line").and_then(Value::as_u64) {
                see(line);
            }
            if !elsewhere {
                fields.values().for_each(|v| ranges(v, see));
            }
        }
        Value::Array(all) => all.iter().for_each(|v| ranges(v, see)),
        _ => {}
    }
}

/// Pieces of plans that begin at a step's multiple, so that few of them show what all would.
fn cuts(text: &str, step: usize) -> Vec<usize> {
    let all = text.char_indices().map(|(i, _)| i);
    all.step_by(step).collect()
}

#[test]
fn a_plan_may_be_typed_letter_by_letter() {
    let files = [
        "examples/latency/pick.bench",
        "examples/faulty/ten-faults.bench",
        "examples/reviews/reviews.bench",
    ];
    // No threads of rayon's: the server needs those while its client waits.
    let typed = |file: &str| {
        let text = std::fs::read_to_string(file).unwrap();
        let mut client = Client::new(json!(null));
        client.open(URI, "");
        let step = text.len() / 40 + 1;
        for at in cuts(&text, step) {
            let typed = text.get(..at).unwrap();
            client.replace(URI, typed);
            asks_everything(&mut client, typed, at);
        }
        client.bye();
    };
    std::thread::scope(|scope| {
        for file in files {
            scope.spawn(move || typed(file));
        }
    });
}

#[test]
fn a_plan_may_lose_any_word() {
    let text = std::fs::read_to_string("examples/latency/pick.bench").unwrap();
    let words: Vec<(usize, &str)> = text
        .match_indices(|c: char| !c.is_whitespace())
        .filter(|(i, _)| *i == 0 || text.get(..*i).unwrap().ends_with(char::is_whitespace))
        .map(|(i, _)| (i, text.get(i..).unwrap().split_whitespace().next().unwrap()))
        .collect();
    let mut client = Client::new(json!(null));
    client.open(URI, &text);
    for (at, word) in words.into_iter().step_by(3) {
        let without = format!("{}{}", &text[..at], &text[at + word.len()..]);
        client.replace(URI, &without);
        asks_everything(&mut client, &without, at);
    }
    client.bye();
}

#[test]
fn random_edits_keep_server_and_client_at_one() {
    let mut text = PLAN.to_owned();
    let mut client = opened();
    let mut state = 12_345_u32;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below.max(1)
    };
    let pieces = [
        "", "🙂", "}", "{", "\n", "\r\n", "reviews.", "gain(", "\"", " 5 ms", "é", "@allow(", "#",
    ];
    for round in 0..300 {
        let borders: Vec<usize> = text
            .char_indices()
            .map(|(i, _)| i)
            .chain([text.len()])
            .collect();
        // A carriage return and its line feed are one line's end: a place between them is none.
        let whole = |at: usize| !text.get(..at).unwrap().ends_with('\r');
        let (a, b) = (borders[next(borders.len())], borders[next(borders.len())]);
        let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 12));
        let to = borders.iter().copied().find(|i| *i >= to).unwrap();
        if !whole(from) || !whole(to) {
            continue;
        }
        let by = pieces[next(pieces.len())];
        let place = |at: usize| {
            let before = text.get(..at).unwrap();
            let start = before.rfind('\n').map_or(0, |i| i + 1);
            json!({ "line": before.matches('\n').count(), "character": before.get(start..).unwrap().encode_utf16().count() })
        };
        let change = json!({ "range": { "start": place(from), "end": place(to) }, "text": by });
        let document = json!({ "uri": URI, "version": round });
        client.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [change] }),
        );
        text.replace_range(from..to, by);
        if round % 10 == 0 {
            asks_everything(&mut client, &text, from);
            let edits = client.ask(
                "textDocument/formatting",
                json!({ "textDocument": { "uri": URI }, "options": { "tabSize": 2, "insertSpaces": true } }),
            );
            let want = benchwright::format::format(&text).text;
            assert_eq!(edited(&text, &edits), want, "after {round} edits");
            if text.len() < 600 {
                text = PLAN.to_owned();
                client.replace(URI, &text);
            }
        }
    }
    client.bye();
}

/// The classes of tree-sitter's highlights, as classes of tokens; names are not told apart, since only the server knows
/// what they stand for.
fn class_of(highlight: &str) -> Option<Class> {
    Some(match highlight {
        "comment" => Class::Comment,
        "comment.documentation" => Class::DocComment,
        "keyword" | "keyword.conditional" | "keyword.operator" => Class::Keyword,
        "operator" => Class::Operator,
        "property" => Class::Property,
        "variable.parameter" => Class::Parameter,
        "type" | "function" | "function.builtin" | "variable" | "module" => Class::Variable,
        "constant" => Class::Constant,
        "number" => Class::Number,
        "string" | "string.escape" => Class::Text,
        "string.special" => Class::Hole,
        "attribute" => Class::Annotation,
        _ => return None,
    })
}

#[test]
fn every_editor_gives_a_word_the_same_class() {
    let mut seen = 0;
    for (name, text) in super::editors::corpus() {
        if !super::editors::valid(&text) {
            continue;
        }
        let text = text.trim_start_matches('\u{feff}');
        let world = MemoryWorld::default().with("plan.bench", text);
        let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
        let document = Document::root(&analysis);
        let highlights = super::editors::classes(text);
        for token in tokens(&document) {
            let range = token.span.range();
            let word = text.get(range.clone()).unwrap();
            let own = match token.class {
                Class::Type | Class::Function | Class::Variable | Class::Module => Class::Variable,
                other => other,
            };
            for at in range {
                let theirs = highlights[at].as_deref().and_then(class_of);
                let blank = text.as_bytes()[at].is_ascii_whitespace();
                assert!(
                    blank || theirs == Some(own),
                    "{name}: `{word}` is {own:?} here and {:?} in tree-sitter",
                    highlights[at]
                );
            }
            seen += 1;
        }
    }
    assert!(seen > 20_000, "only {seen} words");
}
