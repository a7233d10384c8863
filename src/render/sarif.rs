//! Findings as SARIF 2.1.0 (OASIS, 2020), for code scanning.

use super::junit::Checked;
use super::sorted;
use crate::diagnostic::{Answer, CodeInfo, DataPlace, Diagnostic, Edit, Fix, Label, Level};
use crate::text::{SourceMap, Span};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// One run over `plans`, ended by a newline. A refuted claim is a result of kind `fail`, an open one of
/// kind `open`, a proved one of kind `pass`; a path of places is a code flow; a waiver is a suppression
/// in the source.
pub fn sarif(plans: &[Checked<'_>]) -> String {
    let mut rules: Vec<&'static CodeInfo> = plans
        .iter()
        .flat_map(|p| p.diagnostics.iter().map(|d| d.code))
        .collect();
    rules.sort_by_key(|c| c.code);
    rules.dedup_by_key(|c| c.code);
    let index: BTreeMap<&str, usize> = rules.iter().map(|c| c.code).zip(0..).collect();
    let results: Vec<Value> = plans
        .iter()
        .flat_map(|p| {
            let found = sorted(p.diagnostics, p.sources);
            let result = |d| result(d, p.sources, &index);
            found.into_iter().map(result).collect::<Vec<_>>()
        })
        .collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|c| rule(c)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    // Strings and integers only: writing them cannot fail.
    serde_json::to_string_pretty(&document)
        .map(|text| text + "\n")
        .unwrap_or_default()
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
    }
}

fn rule(code: &CodeInfo) -> Value {
    json!({
        "id": code.code,
        "name": code.name,
        "shortDescription": { "text": code.name.replace('-', " ") },
        "help": { "text": code.page, "markdown": code.page },
        "defaultConfiguration": { "level": level(code.level) },
    })
}

fn result(d: &Diagnostic, sources: &SourceMap, index: &BTreeMap<&str, usize>) -> Value {
    let (kind, level) = match d.answer {
        Answer::Refuted => ("fail", level(d.level)),
        Answer::Open => ("open", "none"),
        Answer::Proved => ("pass", "none"),
    };
    let mut entry = Map::new();
    let mut put = |key: &str, value: Value| entry.insert(key.to_string(), value);
    put("ruleId", json!(d.code.code));
    put("ruleIndex", json!(index.get(d.code.code)));
    put("kind", json!(kind));
    put("level", json!(level));
    put("message", json!({ "text": message(d) }));
    let places: Vec<Value> = d
        .labels
        .iter()
        .filter_map(|l| plan_place(l, sources))
        .chain(d.places.iter().map(data_place))
        .collect();
    if let Some(first) = places.first() {
        put("locations", json!([first]));
    }
    if d.labels.len() > 1 {
        let mut related: Vec<Value> = places.iter().skip(1).cloned().collect();
        for (id, place) in related.iter_mut().enumerate() {
            if let Some(place) = place.as_object_mut() {
                place.insert("id".into(), json!(id + 1));
            }
        }
        put("relatedLocations", json!(related));
        let flow: Vec<Value> = places.iter().map(|p| json!({ "location": p })).collect();
        put(
            "codeFlows",
            json!([{ "threadFlows": [{ "locations": flow }] }]),
        );
    }
    let fixes: Vec<Value> = d.fixes.iter().map(|f| fix(f, sources)).collect();
    if !fixes.is_empty() {
        put("fixes", json!(fixes));
    }
    if let Some(reason) = &d.waived {
        let suppression = json!({ "kind": "inSource", "justification": reason });
        put("suppressions", json!([suppression]));
    }
    Value::Object(entry)
}

/// What is wrong, then its witness, why it matters and what to do.
fn message(d: &Diagnostic) -> String {
    let mut text = d.message.clone();
    for line in &d.witness {
        text += &format!("\nwitness: {line}");
    }
    if let Some(line) = &d.why {
        text += &format!("\nwhy: {line}");
    }
    for line in &d.help {
        text += &format!("\nfix: {line}");
    }
    text
}

fn plan_place(label: &Label, sources: &SourceMap) -> Option<Value> {
    let file = sources.get(label.span.file)?;
    let mut place = json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&file.name) },
        "region": region(label.span, sources),
    }});
    if !label.text.is_empty()
        && let Some(place) = place.as_object_mut()
    {
        place.insert("message".into(), json!({ "text": label.text }));
    }
    Some(place)
}

/// From the first character to behind the last one, counted from 1.
fn region(span: Span, sources: &SourceMap) -> Value {
    let start = sources.position(span);
    let end = sources.position(Span {
        start: span.end,
        ..span
    });
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn data_place(place: &DataPlace) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(&place.path.to_string_lossy()) } });
    if place.line > 0
        && let Some(physical) = physical.as_object_mut()
    {
        physical.insert("region".into(), json!({ "startLine": place.line }));
    }
    json!({ "physicalLocation": physical })
}

fn fix(fix: &Fix, sources: &SourceMap) -> Value {
    let mut by_file: BTreeMap<String, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        let name = super::file_name(sources, edit.span);
        by_file.entry(name).or_default().push(edit);
    }
    let changes: Vec<Value> = by_file
        .into_iter()
        .map(|(name, mut edits)| {
            edits.sort_by_key(|e| e.span);
            let replacement = |e: &&Edit| {
                json!({
                    "deletedRegion": region(e.span, sources),
                    "insertedContent": { "text": e.text },
                })
            };
            json!({
                "artifactLocation": { "uri": uri(&name) },
                "replacements": edits.iter().map(replacement).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}

/// A path as a relative reference (RFC 3986): `/` between its parts, other bytes than unreserved ones
/// as `%XX`.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.replace('\\', "/").trim_start_matches("./").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}
