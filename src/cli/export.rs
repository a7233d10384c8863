//! `benchwright export`.

use super::args::{ExportArgs, Exported, RoCrateArgs};
use super::{exit, io};
use crate::data;
use crate::export::{Crate, METADATA, ro_crate};
use crate::registry::{Manifest, Place};
use std::path::Path;
use std::process::ExitCode;

/// Writes what was asked for.
pub(super) fn export(args: &ExportArgs) -> ExitCode {
    let Exported::RoCrate(args) = &args.what;
    match written(args) {
        Ok(path) => {
            io::out(&format!("wrote {path}\n"));
            ExitCode::from(exit::OK)
        }
        Err(said) => {
            io::err(&format!("error: {said}\n"));
            ExitCode::from(exit::OUTSIDE)
        }
    }
}

fn written(args: &RoCrateArgs) -> Result<String, String> {
    let folder = |plan: &Path| Place::of(plan).project().to_path_buf();
    let Some(root) = args.plans.first().map(|p| folder(p)) else {
        return Ok(String::new());
    };
    let mut runs = Vec::new();
    for plan in &args.plans {
        if folder(plan) != root {
            return Err(format!(
                "`{}` lies in another folder; a crate is one folder",
                plan.display()
            ));
        }
        runs.push(run_of(plan)?);
    }
    let path = root.join(METADATA);
    let text = ro_crate(&runs, args.license.as_deref());
    data::write_atomic(&path, text.as_bytes()).map_err(|e| data::diagnose(&e, None).message)?;
    Ok(path.display().to_string())
}

fn run_of(plan: &Path) -> Result<Crate, String> {
    let place = Place::of(plan);
    let stem = plan.file_stem().unwrap_or_default();
    let folder = place.folder().join(stem);
    let path = folder.join("manifest.json");
    let bytes = std::fs::read(&path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => format!(
            "there is no `{}`; run the plan first: `benchwright run {}`",
            path.display(),
            plan.display()
        ),
        _ => format!("cannot read `{}`: {e}", path.display()),
    })?;
    let manifest: Manifest = serde_json::from_slice(&bytes)
        .map_err(|e| format!("`{}` is no manifest: {e}", path.display()))?;
    Ok(Crate {
        manifest,
        folder: place.below(&folder),
        manifest_sha256: data::sha256(&bytes),
    })
}
