//! The folders that are open, and the plans in them.

use std::path::{Path, PathBuf};

/// How deep folders are looked into.
const DEEPEST: usize = 8;

/// Plans in the folders and those below; folders of tools are left out.
pub(super) fn plans(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in folders {
        below(folder, 0, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

/// The plans among them whose text names the file, as one that uses it does.
pub(super) fn naming(folders: &[PathBuf], file: &Path) -> Vec<PathBuf> {
    let Some(name) = file.file_name().map(|n| n.to_string_lossy().into_owned()) else {
        return Vec::new();
    };
    let names = |path: &PathBuf| {
        let text = std::fs::read(path).unwrap_or_default();
        path != file && String::from_utf8_lossy(&text).contains(&name)
    };
    plans(folders).into_iter().filter(names).collect()
}

fn below(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kind = entry.file_type();
        if kind.as_ref().is_ok_and(std::fs::FileType::is_dir) {
            let tools =
                name.starts_with('.') || ["target", "node_modules"].contains(&name.as_ref());
            if depth < DEEPEST && !tools {
                below(&path, depth + 1, found);
            }
        } else if name.ends_with(".bench") && kind.is_ok_and(|k| k.is_file()) {
            found.push(path);
        }
    }
}
