//! What the language server offers beyond what is written: fields to be added, items to be moved, power, pages of codes,
//! progress, folders.

use super::lsp::{Client, PLAN, URI, edited, position};
use benchwright::analysis::{Analysis, analyse};
use benchwright::diagnostic::{Fix, apply_fixes};
use benchwright::editing::{Document, extractions};
use benchwright::syntax::ast::ItemKind;
use benchwright::text::MemoryWorld;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A client that can what editors can.
fn client(folders: Value) -> Client {
    let edits = json!({ "documentChanges": true, "resourceOperations": ["create", "rename"] });
    let capabilities = json!({
        "workspace": { "workspaceEdit": edits },
        "textDocument": { "publishDiagnostics": { "codeDescriptionSupport": true } },
        "window": { "workDoneProgress": true },
    });
    Client::with(capabilities, folders)
}

fn actions(client: &mut Client, uri: &str, at: Value) -> Vec<Value> {
    let asked = json!({
        "textDocument": { "uri": uri },
        "range": { "start": at, "end": at },
        "context": { "diagnostics": [] },
    });
    let found = client.ask("textDocument/codeAction", asked);
    found.as_array().unwrap().clone()
}

fn titled(actions: &[Value], title: &str) -> Value {
    let found = actions.iter().find(|a| a["title"] == title);
    let titles: Vec<&Value> = actions.iter().map(|a| &a["title"]).collect();
    found
        .cloned()
        .unwrap_or_else(|| panic!("no `{title}` in {titles:?}"))
}

#[test]
fn a_missing_field_is_added_as_the_others_are_laid_out() {
    for (without, at, title, with) in [
        (
            PLAN.replace(
                "step tfidf { kind: vectorizer, fit: reviews }",
                "step tfidf { kind: vectorizer }",
            ),
            "tfidf {",
            "Add `fit:`",
            "step tfidf { kind: vectorizer, fit: data.train }",
        ),
        (
            PLAN.replace(
                "{ kind: vectorizer, fit: reviews }",
                "{ fit: reviews }  # why",
            ),
            "tfidf {",
            "Add `kind:`",
            "step tfidf { fit: reviews, kind: vectorizer }  # why",
        ),
        (
            PLAN.replace(
                "step tfidf { kind: vectorizer, fit: reviews }",
                "metric m {\n  value:  mean(latency)  # in ms\n}",
            ),
            "m {",
            "Add `better:`",
            "  value:  mean(latency)  # in ms\n  better: higher\n}",
        ),
        (
            format!("{PLAN}\nstep s {{}}\n"),
            "s {}",
            "Add `kind:`",
            "step s { kind: vectorizer }",
        ),
    ] {
        let mut client = client(Value::Null);
        client.open(URI, &without);
        client.faults(URI);
        let found = actions(&mut client, URI, position(&without, at, 0));
        let action = titled(&found, title);
        assert_eq!(action["diagnostics"][0]["code"], "N104");
        let after = edited(&without, &action["edit"]["changes"][URI]);
        assert!(after.contains(with), "{after}");
        client.replace(URI, &after);
        let missing =
            |f: &&Value| f["code"] == "N104" && f["message"].to_string().contains(&title[4..]);
        assert!(!client.faults(URI).iter().any(|f| missing(&f)), "{after}");
        client.bye();
    }
}

/// The files after an edit of the protocol, new ones included.
fn changed(files: &BTreeMap<String, String>, edit: &Value) -> BTreeMap<String, String> {
    let mut files = files.clone();
    if let Some(changes) = edit["changes"].as_object() {
        for (uri, edits) in changes {
            let text = edited(&files[uri], edits);
            files.insert(uri.clone(), text);
        }
    }
    for change in edit["documentChanges"].as_array().into_iter().flatten() {
        if change["kind"] == "create" {
            let uri = change["uri"].as_str().unwrap().to_owned();
            assert!(files.insert(uri, String::new()).is_none());
        } else {
            let uri = change["textDocument"]["uri"].as_str().unwrap();
            let text = edited(&files[uri], &change["edits"]);
            files.insert(uri.to_owned(), text);
        }
    }
    files
}

#[test]
fn an_item_moves_into_a_shared_file_with_what_it_rests_on() {
    let folder = tempfile::tempdir().unwrap();
    let uri = |name: &str| format!("file://{}/{name}", folder.path().display());
    let (plan, shared) = (uri("plan.bench"), uri("shared.bench"));
    let text = PLAN.replace("fit: reviews }", "fit: reviews.train }");
    let mut client = client(Value::Null);
    client.open(&plan, &text);
    let before: Vec<Value> = client
        .faults(&plan)
        .iter()
        .map(|f| f["code"].clone())
        .collect();
    let found = actions(&mut client, &plan, position(&text, "baseline words", 3));
    let action = titled(
        &found,
        "Move `words` and the 2 items it rests on to shared.bench",
    );
    assert_eq!(action["kind"], "refactor.extract");
    let files = BTreeMap::from([(plan.clone(), text)]);
    let files = changed(&files, &action["edit"]);
    let (now, moved) = (&files[&plan], &files[&shared]);
    assert!(
        moved.starts_with("## Reviews of three kinds.\ndataset reviews {"),
        "{moved}"
    );
    assert!(now.contains("\nuse \"shared.bench\" as shared\n"), "{now}");
    assert!(now.contains("candidate chars from shared.words {"), "{now}");
    assert!(now.contains("on: shared.reviews.test"), "{now}");
    client.open(&shared, moved);
    client.replace(&plan, now);
    let after: Vec<Value> = client
        .faults(&plan)
        .iter()
        .map(|f| f["code"].clone())
        .collect();
    assert_eq!(
        after.iter().filter(|c| !before.contains(c)).count(),
        0,
        "{after:?}"
    );

    // A second one goes into the same file, and says there what it says here.
    let found = actions(&mut client, &plan, position(now, "candidate chars", 12));
    let action = titled(
        &found,
        "Move `chars` and the item it rests on to shared.bench",
    );
    let files = changed(&files, &action["edit"]);
    assert!(
        files[&shared].contains("\ncandidate chars from words {"),
        "{}",
        files[&shared]
    );
    assert!(
        files[&plan].contains("compare shared.chars with shared.words"),
        "{}",
        files[&plan]
    );
    client.bye();

    // A client that cannot make files is offered none.
    let mut client = Client::with(json!({}), Value::Null);
    client.open(&plan, PLAN);
    let found = actions(&mut client, &plan, position(PLAN, "baseline words", 3));
    assert!(
        found.iter().all(|a| a["kind"] != "refactor.extract"),
        "{found:?}"
    );
    client.bye();
}

#[test]
fn what_moves_leaves_no_name_unbound() {
    let plans = super::editors::corpus();
    let moves: usize = plans
        .par_iter()
        .map(|(name, text)| {
            let world = MemoryWorld::default().with("/plans/plan.bench", text);
            let analysis = analyse(&world, Path::new("/plans/plan.bench")).unwrap();
            let document = Document::root(&analysis);
            let blocks = analysis.modules[0]
                .ast
                .items
                .iter()
                .filter_map(|i| match &i.kind {
                    ItemKind::Block(block) => Some(block.head_span.start),
                    _ => None,
                });
            let mut moves = 0;
            for at in blocks {
                for found in extractions(&document, at, &world) {
                    moves += 1;
                    let fix = Fix {
                        title: String::new(),
                        safe: true,
                        edits: found.edits.clone(),
                    };
                    let now = apply_fixes(text, document.file, [&fix]);
                    let (path, moved) = found.made.clone().unwrap();
                    let world = MemoryWorld::default()
                        .with("/plans/plan.bench", &now)
                        .with(path, &moved);
                    let after = analyse(&world, Path::new("/plans/plan.bench")).unwrap();
                    let meant = |a: &Analysis| {
                        a.plan.systems.len() + a.plan.datasets.len() + a.plan.decides.len()
                    };
                    assert_eq!(
                        meant(&after),
                        meant(&analysis),
                        "{name}\n{now}\n---\n{moved}"
                    );
                }
            }
            moves
        })
        .sum();
    assert!(moves > 500, "only {moves} moves are offered");
}

#[test]
fn a_claim_says_what_it_can_show() {
    let mut client = client(Value::Null);
    let text = PLAN.replace(
        "metrics: [f1_macro, accuracy] }",
        "metrics: [f1_macro, accuracy], pilot: { disagreement: 10% } }",
    );
    client.open(URI, &text);
    let mut said = |needle: &str, within| {
        let hover = client.at("textDocument/hover", URI, &text, needle, within);
        hover["contents"]["value"].as_str().unwrap().to_owned()
    };
    let compare = said("compare chars", 2);
    for part in [
        "Measures a system against others",
        "### chars on words",
        "| in |",
        "| accuracy |",
        "2,000 rows",
    ] {
        assert!(compare.contains(part), "{compare}");
    }
    let metric = said("[f1_macro, accuracy]", 12);
    assert!(
        metric.contains("metric **accuracy**") && metric.contains("smallest gain"),
        "{metric}"
    );
    assert!(!said("gain(f1_macro", 6).contains("smallest gain"));
    assert!(said("ablation of", 1).contains("arms of chars"));

    let whole =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let asked = json!({ "textDocument": { "uri": URI }, "range": whole });
    let hints = client.ask("textDocument/inlayHint", asked);
    let of = |h: &&Value| h["label"].as_str().unwrap().starts_with("≥ ");
    let hints: Vec<&Value> = hints.as_array().unwrap().iter().filter(of).collect();
    // By the closed form of paired shares: 2,000 rows of which a tenth disagree show 2.0 pp with 80 % power.
    let accuracy = hints
        .iter()
        .find(|h| h["position"] == position(&text, "accuracy], pilot", 8));
    assert_eq!(accuracy.unwrap()["label"], "≥ 2.0 pp");
    assert!(
        accuracy.unwrap()["tooltip"]
            .as_str()
            .unwrap()
            .contains("80 % power")
    );
    client.bye();
}

#[test]
fn lenses_check_run_and_seal_a_plan() {
    let mut client = client(Value::Null);
    let text = format!("plan p {{ primary: f1_macro }}\n{PLAN}");
    client.open(URI, &text);
    let lenses = client.ask(
        "textDocument/codeLens",
        json!({ "textDocument": { "uri": URI } }),
    );
    let commands: Vec<(&str, &Value)> = lenses
        .as_array()
        .unwrap()
        .iter()
        .map(|l| {
            (
                l["command"]["command"].as_str().unwrap(),
                &l["command"]["arguments"],
            )
        })
        .filter(|(command, _)| !command.is_empty())
        .collect();
    let uri = json!([URI]);
    let want = ["check", "run", "power", "seal"].map(|c| format!("benchwright.{c}"));
    assert_eq!(commands, want.each_ref().map(|c| (c.as_str(), &uri)));
    client.bye();
}

#[test]
fn a_code_leads_to_its_page() {
    let mut client = client(Value::Null);
    client.open(URI, PLAN);
    let faults = client.faults(URI);
    let leak = faults.iter().find(|f| f["code"] == "L102").unwrap();
    let page = leak["codeDescription"]["href"].as_str().unwrap();
    let text = std::fs::read_to_string(page.strip_prefix("file://").unwrap()).unwrap();
    assert_eq!(text, include_str!("../src/checks/l102_fit_beyond_train.md"));
    client.bye();
    // Clients that cannot show it are not told.
    let mut client = Client::with(json!({}), Value::Null);
    client.open(URI, PLAN);
    assert!(
        client
            .faults(URI)
            .iter()
            .all(|f| f["codeDescription"].is_null())
    );
    client.bye();
}

#[test]
fn long_work_says_how_far_it_is() {
    let mut client = client(Value::Null);
    client.open(URI, PLAN);
    client.faults(URI);
    assert_eq!(client.progress, Vec::<Value>::new());
    // More than a MiB is long.
    let long = format!("{PLAN}\n{}", "# as long as it is\n".repeat(60_000));
    client.replace(URI, &long);
    client.faults(URI);
    let answer = client.ask(
        "workspace/symbol",
        json!({ "query": "tfidf", "workDoneToken": "mine" }),
    );
    assert_eq!(answer[0]["name"], "tfidf");
    let kinds = |client: &Client, token: &str| -> Vec<String> {
        let own = client.progress.iter().filter(|p| p["token"] == token);
        own.map(|p| p["value"]["kind"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(kinds(&client, "benchwright-1"), ["begin", "report", "end"]);
    assert_eq!(kinds(&client, "mine"), ["begin", "report", "end"]);
    client.bye();
}

#[test]
fn folders_come_and_go() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let step = |name: &str| format!("step {name} {{ kind: scaler, fit: d.train }}\n");
    for (folder, name) in folders.iter().zip(["first", "second"]) {
        std::fs::write(folder.path().join("plan.bench"), step(name)).unwrap();
    }
    let of =
        |i: usize| json!({ "uri": format!("file://{}", folders[i].path().display()), "name": "f" });
    let mut client = client(json!([of(0)]));
    assert_eq!(
        client.capabilities["workspace"]["workspaceFolders"]["supported"],
        true
    );
    let names = |client: &mut Client| -> Vec<String> {
        let found = client.ask("workspace/symbol", json!({ "query": "" }));
        let found = found.as_array().unwrap().iter();
        found
            .map(|s| s["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&mut client), ["first"]);
    let event = json!({ "added": [of(1)], "removed": [of(0)] });
    client.tell(
        "workspace/didChangeWorkspaceFolders",
        json!({ "event": event }),
    );
    assert_eq!(names(&mut client), ["second"]);
    client.bye();
}

#[test]
fn a_name_is_changed_in_plans_of_the_folder_that_are_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let team = "dataset reviews { source: \"r.csv\", version: \"1\", label: y in [a, b], split: all(test) }\n";
    let plan = "use \"team.bench\" as team\n\nbaseline a { predictions: \"a.csv\" }\ncandidate b { predictions: \"b.csv\" }\ncompare b with a { on: team.reviews.test }\n";
    std::fs::write(folder.path().join("team.bench"), team).unwrap();
    std::fs::write(folder.path().join("plan.bench"), plan).unwrap();
    let uri = |name: &str| format!("file://{}/{name}", folder.path().display());
    let mut client = client(json!([{ "uri": uri("").trim_end_matches('/'), "name": "f" }]));
    client.open(&uri("team.bench"), team);
    let asked = json!({
        "textDocument": { "uri": uri("team.bench") },
        "position": { "line": 0, "character": 10 },
        "newName": "texts",
    });
    let edit = client.ask("textDocument/rename", asked);
    assert!(edited(team, &edit["changes"][uri("team.bench")]).starts_with("dataset texts {"));
    assert!(edited(plan, &edit["changes"][uri("plan.bench")]).contains("on: team.texts.test"));
    client.bye();
}
