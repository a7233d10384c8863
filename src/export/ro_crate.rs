//! What runs came from as an RO-Crate 1.1: JSON-LD that archives and registries of research read, with each run
//! as a `CreateAction` (the Process Run Crate profile 0.5).

use crate::registry::{File, Manifest};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The name that the specification gives the file, in the folder that it describes.
pub const METADATA: &str = "ro-crate-metadata.json";

/// A run to describe.
#[derive(Debug, Clone)]
pub struct Crate {
    /// Where it came from.
    pub manifest: Manifest,
    /// The folder of its reports, from the plan's folder.
    pub folder: String,
    /// Its manifest's hash.
    pub manifest_sha256: String,
}

/// Describes the runs of plans of one folder, the root of the crate. `license` is that of the crate.
pub fn ro_crate(runs: &[Crate], license: Option<&str>) -> String {
    let mut all = Entities::default();
    let actions: Vec<Value> = runs.iter().map(|run| action(run, &mut all)).collect();
    let parts: Vec<Value> = all.files.keys().map(|id| reference(id)).collect();
    let titles: Vec<&str> = runs
        .iter()
        .map(|r| r.manifest.plan.title.as_str())
        .collect();
    let objectives = runs
        .iter()
        .filter_map(|r| r.manifest.plan.objective.as_deref());
    let mut description: Vec<&str> = objectives.collect();
    if description.is_empty() {
        description.push("Runs of evaluation plans, with what they came from");
    }
    let published = runs
        .iter()
        .map(|r| r.manifest.ended.as_str())
        .max()
        .unwrap_or_default();
    let license = match license {
        Some(url) if url.contains("://") => {
            all.other(url, json!({"@type": "CreativeWork", "name": url}));
            reference(url)
        }
        Some(text) => json!(text),
        None => json!("No licence is stated"),
    };
    const PROFILE: &str = "https://w3id.org/ro/wfrun/process/0.5";
    let profile = json!({"@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"});
    all.other(PROFILE, profile);
    let mut graph = vec![
        json!({
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        }),
        json!({
            "@id": "./",
            "@type": "Dataset",
            "name": titles.join(", "),
            "description": description.join("; "),
            "datePublished": published,
            "license": license,
            "conformsTo": {"@id": PROFILE},
            "hasPart": parts,
            "mentions": actions,
        }),
    ];
    graph.extend(all.files.into_values());
    graph.extend(all.others.into_values());
    let document = json!({
        "@context": [
            "https://w3id.org/ro/crate/1.1/context",
            {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"},
        ],
        "@graph": graph,
    });
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// Entities by their ids.
#[derive(Default)]
struct Entities {
    files: BTreeMap<String, Value>,
    others: BTreeMap<String, Value>,
}

impl Entities {
    fn other(&mut self, id: &str, value: Value) {
        self.others.insert(id.to_owned(), with_id(id, value));
    }

    /// A file of the crate; one that lies outside of it, or a pattern, is only named.
    fn file(&mut self, path: &str, name: &str, sha256: &str, license: Option<&str>) -> Value {
        let mut value = json!({"name": name, "sha256": sha256});
        if let (Some(license), Some(fields)) = (license, value.as_object_mut()) {
            fields.insert("license".to_owned(), json!(license));
        }
        let outside = path.starts_with("..") || path.starts_with('/') || path.contains(':');
        if outside || path.contains(['*', '?', '[']) {
            let id = format!("#{}", encoded(path));
            if let Some(fields) = value.as_object_mut() {
                fields.insert("@type".to_owned(), json!("CreativeWork"));
                fields.insert("identifier".to_owned(), json!(path));
            }
            self.other(&id, value);
            return reference(&id);
        }
        if let Some(fields) = value.as_object_mut() {
            fields.insert("@type".to_owned(), json!("File"));
            fields.insert("encodingFormat".to_owned(), json!(format_of(path)));
        }
        let id = encoded(path);
        self.files.insert(id.clone(), with_id(&id, value));
        reference(&id)
    }
}

fn with_id(id: &str, value: Value) -> Value {
    let mut fields = Map::new();
    fields.insert("@id".to_owned(), json!(id));
    if let Value::Object(rest) = value {
        fields.extend(rest);
    }
    Value::Object(fields)
}

fn reference(id: &str) -> Value {
    json!({"@id": id})
}

fn action(run: &Crate, all: &mut Entities) -> Value {
    let m = &run.manifest;
    let tool = format!("#{}", encoded(&m.tool.replace(' ', "-")));
    let version = m.tool.rsplit(' ').next().unwrap_or_default();
    all.other(
        &tool,
        json!({
            "@type": "SoftwareApplication",
            "name": m.tool.split(' ').next().unwrap_or_default(),
            "softwareVersion": version,
            "version": version,
        }),
    );
    let mut objects = vec![all.file(&m.plan.file, &m.plan.title, &m.plan.sha256, None)];
    if let Some(seal) = &m.seal_sha256 {
        let lock = format!("{}.lock", m.plan.file);
        objects.push(all.file(&lock, "seal of the plan", seal, None));
    }
    let of = |f: &File| match (&f.of, f.seed) {
        (Some(of), Some(seed)) => format!("{of}, seed {seed}"),
        (Some(of), None) => of.clone(),
        (None, _) => f.path.clone(),
    };
    for f in m.data.iter().chain(&m.outputs) {
        let file = all.file(&f.path, &of(f), &f.sha256, f.license.as_deref());
        if !objects.contains(&file) {
            objects.push(file);
        }
    }
    let mut results: Vec<Value> = Vec::new();
    for f in &m.reports {
        results.push(all.file(&f.path, &of(f), &f.sha256, None));
    }
    let manifest = format!("{}/manifest.json", run.folder);
    results.push(all.file(&manifest, "manifest of the run", &run.manifest_sha256, None));
    let stem = encoded(&m.plan.file);
    let mut properties = vec![
        ("status", m.status.clone()),
        ("seed", m.seed.to_string()),
        ("meaning sha256", m.plan.meaning_sha256.clone()),
        ("machine", machine(m)),
    ];
    if let Some(git) = &m.git {
        let dirty = if git.dirty { ", with changes" } else { "" };
        properties.push(("git commit", format!("{}{dirty}", git.commit)));
    }
    let mut about = Vec::new();
    for (name, value) in properties {
        let id = format!("#{stem}-{}", encoded(&name.replace(' ', "-")));
        all.other(
            &id,
            json!({"@type": "PropertyValue", "name": name, "value": value}),
        );
        about.push(reference(&id));
    }
    let id = format!("#run-of-{stem}");
    all.other(
        &id,
        json!({
            "@type": "CreateAction",
            "name": format!("Run of {}", m.plan.title),
            "startTime": m.started,
            "endTime": m.ended,
            "instrument": reference(&tool),
            "object": objects,
            "result": results,
            "additionalProperty": about,
            "actionStatus": "http://schema.org/CompletedActionStatus",
        }),
    );
    reference(&id)
}

fn machine(m: &Manifest) -> String {
    let machine = &m.machine;
    let mut parts = vec![machine.os.clone(), format!("{} cores", machine.cores)];
    if !machine.cpu.is_empty() {
        parts.push(machine.cpu.clone());
    }
    if machine.memory > 0 {
        let gib = machine.memory as f64 / f64::from(1u32 << 30);
        parts.push(format!("{gib:.1} GiB"));
    }
    parts.join(", ")
}

fn format_of(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "json" | "lock" => "application/json",
        "jsonl" | "ndjson" => "application/x-ndjson",
        "md" => "text/markdown",
        "parquet" => "application/vnd.apache.parquet",
        "gz" => "application/gzip",
        "zst" => "application/zstd",
        "bench" => "text/plain",
        _ => "application/octet-stream",
    }
}

/// The text as a part of a URI (RFC 3986): everything but unreserved characters and slashes is percent-encoded.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            other => out += &format!("%{other:02X}"),
        }
    }
    out
}
