//! `benchwright audit`.

use super::args::{AuditArgs, AuditFormat};
use super::{exit, io};
use crate::registry::{Inspection, Severity, inspect};
use crate::text::DiskWorld;
use std::path::Path;
use std::process::ExitCode;

/// Holds ledger, seals and reports against each other.
pub(super) fn audit(args: &AuditArgs) -> ExitCode {
    let path = &args.path;
    let (project, only) = if path.is_dir() {
        (path.as_path(), None)
    } else {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
        if !path.exists() {
            io::err(&format!("error: there is no `{}`\n", path.display()));
            return ExitCode::from(exit::OUTSIDE);
        }
        (path.parent().unwrap_or(Path::new("")), name)
    };
    let signers = args.allowed_signers.as_deref();
    if let Some(signers) = signers.filter(|s| !s.exists()) {
        io::err(&format!("error: there is no `{}`\n", signers.display()));
        return ExitCode::from(exit::OUTSIDE);
    }
    match inspect(&DiskWorld, project, only.as_deref(), signers) {
        Ok(found) => {
            io::out(&match args.format {
                AuditFormat::Terminal => terminal(&found),
                AuditFormat::Json => json(&found),
            });
            ExitCode::from(match found.worst() {
                Severity::Tampered => exit::ERRORS,
                Severity::Note | Severity::Sound => exit::OK,
            })
        }
        Err(error) => {
            io::err(&format!("error: {error}\n"));
            ExitCode::from(exit::OUTSIDE)
        }
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Sound => "sound",
        Severity::Note => "note",
        Severity::Tampered => "tampered",
    }
}

fn terminal(found: &Inspection) -> String {
    let mut text = String::new();
    for (severity, words) in &found.findings {
        text += &format!("{:<9} {words}\n", word(*severity));
    }
    let tampered = |f: &&(Severity, String)| f.0 == Severity::Tampered;
    text += &match found.findings.iter().filter(tampered).count() {
        0 => "nothing was tampered with\n".to_owned(),
        1 => "1 thing is not what was written\n".to_owned(),
        n => format!("{n} things are not what was written\n"),
    };
    text
}

fn json(found: &Inspection) -> String {
    let findings: Vec<serde_json::Value> = found
        .findings
        .iter()
        .map(|(severity, words)| serde_json::json!({"level": word(*severity), "message": words}))
        .collect();
    let sound = found.worst() != Severity::Tampered;
    let all = serde_json::json!({"schema_version": 1, "sound": sound, "findings": findings});
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}
