//! What a command is made of on this machine: its program, the project's files it names, and variables that may change
//! what it does.

use super::record::FileHash;
use super::task::{Part, Task, Word};
use crate::data;
use crate::diagnostic;
use crate::text::DiskWorld;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Variables that commands of this field are known to heed.
const HEEDED: [&str; 17] = [
    "CONDA_PREFIX",
    "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_VISIBLE_DEVICES",
    "JULIA_PROJECT",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PYTHONHASHSEED",
    "PYTHONPATH",
    "R_LIBS",
    "TZ",
    "VIRTUAL_ENV",
];

/// Variables that say how many threads a library may use.
const THREADS: [&str; 4] = [
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
];

/// Hashes of files, each made once.
#[derive(Debug, Default)]
pub struct Hashes {
    known: Mutex<BTreeMap<PathBuf, Option<FileHash>>>,
}

impl Hashes {
    /// The hash of a file; `None` where it cannot be read.
    pub fn of(&self, path: &Path, name: &str) -> Option<FileHash> {
        let mut known = self.known.lock().ok()?;
        let found = known.entry(path.to_owned()).or_insert_with(|| {
            let (sha256, bytes) = data::hash_file(&DiskWorld, path, &|_| {}).ok()?;
            Some(FileHash {
                sha256,
                bytes,
                ..FileHash::default()
            })
        });
        let named = found.clone()?;
        Some(FileHash {
            file: name.to_string(),
            ..named
        })
    }
}

/// Completes a task whose words are known by what this machine has of it. `folder` is the one that commands work in;
/// `cores` is set where the plan promises so many.
pub fn complete(task: &mut Task, folder: &Path, cores: Option<u32>, hashes: &Hashes) {
    task.surroundings = HEEDED
        .iter()
        .filter(|name| !task.env.contains_key(**name))
        .filter_map(|name| Some(((*name).to_string(), std::env::var(name).ok()?)))
        .collect();
    // The order of Python's sets would else differ from run to run.
    let mut unless_said = |name: &str, value: String| {
        if !task.surroundings.contains_key(name) {
            task.env.entry(name.to_string()).or_insert(value);
        }
    };
    unless_said("PYTHONHASHSEED", "0".into());
    if let Some(cores) = cores {
        for name in THREADS {
            unless_said(name, cores.to_string());
        }
    }
    let program = task.words.first().map(text).unwrap_or_default();
    task.found = find(&program, folder);
    task.program = task
        .found
        .as_ref()
        .and_then(|path| hashes.of(path, &program));
    let mut scripts: BTreeMap<String, FileHash> = BTreeMap::new();
    for word in task.words.iter().skip(1) {
        for name in names(word) {
            for (name, path) in with_imports(&name, folder) {
                if let Some(hash) = hashes.of(&path, &name) {
                    scripts.insert(name, hash);
                }
            }
        }
    }
    task.scripts = scripts.into_values().collect();
}

/// The text of a word, as far as it is known.
fn text(word: &Word) -> String {
    word.fill(|_| String::new())
}

/// What in a word may name a file: the word, the value of an option, the words of a shell's script.
fn names(word: &Word) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in &word.0 {
        let Part::Text(text) = part else { continue };
        if let Some((_, value)) = text.split_once('=') {
            found.insert(value.to_string());
        }
        let cut = |c: char| c.is_whitespace() || "'\"`;|&<()".contains(c);
        // What a shell writes to is no input.
        let mut written = false;
        for name in text.split(cut).flat_map(|part| part.split_inclusive('>')) {
            let ends = name.ends_with('>');
            let name = name.trim_end_matches('>');
            if !written {
                found.insert(name.to_string());
            }
            written = ends || (written && name.is_empty());
        }
        if !text.contains('>') {
            found.insert(text.clone());
        }
    }
    found.retain(|name| !name.is_empty() && name.len() < 4096 && !name.starts_with('-'));
    found
}

/// A file that a word names, with the modules beside it that a Python script imports, and those that these import.
/// `package.module` names a file, too.
fn with_imports(name: &str, folder: &Path) -> BTreeMap<String, PathBuf> {
    let module = format!("{}.py", name.replace('.', "/"));
    let there = |name: &str| folder.join(name).is_file().then(|| folder.join(name));
    let mut found = BTreeMap::new();
    let Some((name, path)) = there(name)
        .map(|path| (name.to_string(), path))
        .or_else(|| there(&module).map(|path| (module.clone(), path)))
    else {
        return found;
    };
    let home = path.parent().unwrap_or(folder).to_owned();
    let mut next = vec![(name, path)];
    while let Some((name, path)) = next.pop() {
        let python = path.extension().is_some_and(|e| e == "py");
        if found.insert(name, path.clone()).is_some() || !python {
            continue;
        }
        let source = std::fs::read(&path).unwrap_or_default();
        for module in imported(&String::from_utf8_lossy(&source)) {
            let own = path.parent().unwrap_or(&home);
            for base in [home.as_path(), folder, own] {
                let file = base.join(module.replace('.', "/"));
                let package = file.join("__init__.py");
                for file in [file.with_extension("py"), package] {
                    if file.is_file() {
                        let shown = file.strip_prefix(folder).unwrap_or(&file);
                        next.push((shown.display().to_string(), file.clone()));
                    }
                }
            }
        }
    }
    found
}

/// The modules that a Python source imports, as it names them.
fn imported(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in source.lines().map(str::trim_start) {
        let (from, names) = match line.strip_prefix("from ") {
            Some(rest) => match rest.split_once(" import ") {
                Some((module, names)) => (module.trim().trim_start_matches('.'), names),
                None => continue,
            },
            None => match line.strip_prefix("import ") {
                Some(names) => ("", names),
                None => continue,
            },
        };
        if !from.is_empty() {
            found.insert(from.to_string());
        }
        let dot = if from.is_empty() { "" } else { "." };
        for name in names.split([',', '(', ')', '#']) {
            let name = name.split_whitespace().next().unwrap_or("");
            if !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
            {
                found.insert(format!("{from}{dot}{name}"));
            }
        }
    }
    found
}

/// The file of a program: beside the plan where its name has a slash, else in a folder of `PATH`.
fn find(program: &str, folder: &Path) -> Option<PathBuf> {
    if program.contains('/') {
        let path = folder.join(program);
        return path.is_file().then_some(path);
    }
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|place| place.join(program));
    found.into_iter().find(|p| p.is_file())
}

/// A program of `PATH` whose name is near.
pub fn near_program(program: &str) -> Option<String> {
    let path = std::env::var_os("PATH")?;
    let names: BTreeSet<String> = std::env::split_paths(&path)
        .filter_map(|place| std::fs::read_dir(place).ok())
        .flat_map(Iterator::flatten)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let found = diagnostic::suggest(program, names.iter().map(String::as_str));
    found.map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_files_that_are_read() {
        let of = |text: &str| {
            names(&Word(vec![Part::Text(text.into())]))
                .into_iter()
                .collect::<Vec<_>>()
        };
        assert_eq!(of("train.py"), ["train.py"]);
        assert_eq!(of("--config=a.yaml"), ["a.yaml"]);
        assert_eq!(
            of("sort <a.csv > b.csv; echo x>>c 2>/dev/null"),
            ["2", "a.csv", "echo", "sort", "x"]
        );
    }

    #[test]
    fn a_script_brings_what_it_imports() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "train.py",
            "import sys, words as w\nfrom lib.chars import grams\n",
        );
        write("words.py", "import train\n");
        write("lib/__init__.py", "");
        write("lib/chars.py", "  from . import more\n");
        write("lib/more.py", "");
        write("other.py", "");
        let names: Vec<String> = with_imports("train.py", folder.path())
            .into_keys()
            .collect();
        assert_eq!(
            names,
            ["lib/chars.py", "lib/more.py", "train.py", "words.py"]
        );
        assert!(with_imports("lib.chars", folder.path()).contains_key("lib/chars.py"));
        assert!(with_imports("none.py", folder.path()).is_empty());
    }
}
