//! R105: a command reads what may be something else tomorrow, or on another machine.

use super::context::{Context, Findings};
use super::declare_check;
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Outputs, System};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

declare_check!("R105" "unpinned-command" Warning "r105_unpinned_command.md" run);

/// Folders that every machine has, with the same in them as far as plans go.
const EVERYWHERE: [&str; 4] = ["/bin/", "/usr/bin/", "/dev/", "/usr/local/bin/"];

/// This machine itself.
const LOOPBACK: [&str; 4] = ["localhost", "127.", "[::1]", "0.0.0.0"];

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Findings) {
    let mut done: BTreeSet<Span> = BTreeSet::new();
    for (_, system) in cx.plan.systems.iter() {
        for (at, text) in texts(cx, system) {
            if !done.insert(at) {
                continue;
            }
            let faults = faults(&text);
            if faults.is_empty() {
                let why = format!("`{}` names nothing outside the project", text.trim());
                out.prove(code, at, why);
            } else {
                out.report(diagnose(code, system, at, &faults));
            }
        }
    }
}

/// The commands of a system and what its components add to them.
fn texts(cx: &Context<'_>, system: &System) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    if let Some(Outputs::Run { template, .. }) = &system.outputs {
        found.push((template.span, template.value.show()));
        for c in &system.components {
            let reach = &cx.plan.components[c.value].reach;
            found.extend(reach.values().map(|t| (t.span, t.value.clone())));
        }
    }
    if let Some(serve) = &system.serve {
        found.push((serve.command.span, serve.command.value.show()));
    }
    found
}

/// What is unpinned in a command, each with what is wrong with it.
fn faults(text: &str) -> BTreeMap<String, &'static str> {
    let mut found = BTreeMap::new();
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|w| w.trim_matches(['\'', '"', '`', '(', ')', ';']))
        .collect();
    for (i, word) in words.iter().enumerate() {
        let next = words.get(i + 1).copied().unwrap_or("");
        if let Some(fetch) = fetches(word, next) {
            found.insert(fetch, "fetches from the network");
        } else if outside(word) {
            found.insert((*word).to_string(), "lies outside the project");
        } else if word.split([':', '@', '/', '=', '.']).any(|w| w == "latest") {
            found.insert((*word).to_string(), "means another version tomorrow");
        }
    }
    found
}

/// The words of a fetch.
fn fetches(word: &str, next: &str) -> Option<String> {
    let program = word.rsplit('/').next().unwrap_or(word);
    let with_next = || Some(format!("{program} {next}"));
    match (program, next) {
        ("curl" | "wget" | "aria2c", _) => Some(program.to_string()),
        ("git", "clone" | "pull" | "fetch") => with_next(),
        ("pip" | "pip3" | "conda" | "mamba" | "npm" | "apt" | "apt-get" | "cargo", "install") => {
            with_next()
        }
        ("docker", "pull") => with_next(),
        _ => remote(word).then(|| word.to_string()),
    }
}

/// Whether the word holds an address on another machine.
fn remote(word: &str) -> bool {
    let Some(at) = word.find("://") else {
        return false;
    };
    let (scheme, host) = (
        word.get(..at).unwrap_or(""),
        word.get(at + 3..).unwrap_or(""),
    );
    let scheme = scheme.rsplit(|c: char| !c.is_ascii_alphanumeric()).next();
    let known = ["http", "https", "ftp", "s3", "gs", "hf", "ssh", "git"];
    scheme.is_some_and(|s| known.contains(&s)) && !LOOPBACK.iter().any(|l| host.starts_with(l))
}

/// Whether the word, or the value of an option, is a path from the root of the machine or a home folder.
fn outside(word: &str) -> bool {
    let value = match word.split_once('=') {
        Some((_, value)) => value,
        None => word.trim_start_matches(['<', '>']),
    };
    let bytes = value.as_bytes();
    let drive = bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && (value.get(1..3) == Some(":\\") || value.get(1..3) == Some(":/"));
    let home =
        value.starts_with("~/") || value.starts_with("$HOME") || value.starts_with("${HOME}");
    let rooted = value.starts_with('/') && value.len() > 1 && !value.starts_with("//");
    drive || home || (rooted && !EVERYWHERE.iter().any(|e| value.starts_with(e)))
}

fn diagnose(
    code: &'static CodeInfo,
    system: &System,
    at: Span,
    faults: &BTreeMap<String, &'static str>,
) -> Diagnostic {
    let name = &system.common.name;
    let words: Vec<String> = faults.keys().map(|w| format!("`{w}`")).collect();
    let message = format!(
        "the command of `{name}` is not pinned: {}",
        words.join(", ")
    );
    let told: Vec<String> = faults
        .iter()
        .map(|(w, how)| format!("`{w}` {how}"))
        .collect();
    let mut d = Diagnostic::new(code, message).label(at, told.join(", and "));
    for (word, how) in faults {
        d = d.witness(format!("{word}: {how}"));
    }
    let any = |how: &str| faults.values().any(|h| *h == how);
    d = d.why(
        "what a command reads from elsewhere can change without a trace in the plan, and then nobody can repeat the \
         run (Pineau et al. 2021; Peng 2011)",
    );
    if any("fetches from the network") {
        d = d.help(
            "fetch it once before the run, and name the file or environment that was fetched",
        );
    }
    if any("lies outside the project") {
        d = d.help("keep what the command needs in the project, and name it by a path relative to the plan");
    }
    if any("means another version tomorrow") {
        d = d.help("name the version or digest instead of `latest`");
    }
    d
}
