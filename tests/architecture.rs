//! Holds the modules to `docs/architecture.md`: floors, homes of crates, who prints.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The rows of the page's table under the heading `## title`, cells without blanks and backticks.
fn table(title: &str) -> Vec<Vec<String>> {
    let page = read("docs/architecture.md");
    let section = page.split("\n## ").find(|s| s.starts_with(title)).unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let cell = |text: &str| text.trim().replace('`', "");
    let cells = |row: &str| row.trim_matches('|').split('|').map(cell).collect();
    rows.map(cells).collect()
}

fn floors() -> BTreeMap<String, u32> {
    let rows = table("Floors");
    let floors = rows
        .iter()
        .map(|row| (row[1].clone(), row[0].parse().unwrap()));
    let floors: BTreeMap<String, u32> = floors.collect();
    assert_eq!(floors.len(), rows.len(), "a module stands twice");
    floors
}

/// A source file: its module, its place below `src`, its code without line comments.
struct Source {
    module: String,
    path: PathBuf,
    code: String,
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let mut sources: Vec<Source> = files(&src)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| {
            let below = path.strip_prefix(&src).unwrap().to_path_buf();
            let module = below.iter().next().unwrap().to_string_lossy();
            let without_comment = |line: &str| match line.trim_start().starts_with("//") {
                true => "\n".to_owned(),
                false => line.to_owned() + "\n",
            };
            Source {
                module: module.trim_end_matches(".rs").to_owned(),
                code: read(&path).lines().map(without_comment).collect(),
                path: below,
            }
        })
        .collect();
    sources.retain(|s| s.module != "lib" && s.module != "main");
    sources
}

/// All files below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What follows each occurrence of `prefix` at the start of a path.
fn after<'a>(code: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(prefix)
        .filter(|(at, _)| !code[..*at].ends_with(|c| is_word(c) || c == ':'))
        .map(|(at, _)| &code[at + prefix.len()..])
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    &text[..end]
}

/// The first segments of `crate::…` paths; of `crate::{a, b::{c, d}}` all at the outermost braces.
fn crate_paths(code: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for rest in after(code, "crate::") {
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(first_word(rest));
            continue;
        };
        let (mut depth, mut starts) = (0, true);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => starts = true,
                c if is_word(c) && starts => {
                    found.insert(first_word(&group[at..]));
                    starts = false;
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn paths_are_read_rightly() {
    let code =
        "use crate::{a, b::{c, d}, e};\nfn f() { crate::g::h(); $crate::i! {} my_crate::j() }";
    assert_eq!(crate_paths(code), ["a", "b", "e", "g", "i"].into());
}

#[test]
fn modules_use_lower_floors_only() {
    let floors = floors();
    let mut wrong = Vec::new();
    for source in sources() {
        let own = floors.get(&source.module);
        let own = own.unwrap_or_else(|| panic!("`{}` has no floor on the page", source.module));
        for used in crate_paths(&source.code) {
            // A macro of the crate's root has no floor: it is where its expansion leads.
            let Some(floor) = floors.get(used) else {
                continue;
            };
            if used != source.module && floor >= own {
                let path = source.path.display();
                wrong.push(format!("{path} (floor {own}) uses {used} (floor {floor})"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_do_not_reach_around_the_floors() {
    for source in sources() {
        let inside_module = source.path.components().count() - 1;
        let depth = match source.path.ends_with("mod.rs") {
            true => inside_module,
            false => inside_module + 1,
        };
        // Indented ones stand in a module of the file, one step deeper.
        let outside = format!("\nuse {}", "super::".repeat(depth));
        let path = source.path.display();
        assert!(
            !source.code.contains(&outside),
            "{path}: `{}`",
            outside.trim()
        );
    }
}

#[test]
fn the_page_lists_the_modules_there_are() {
    let folders: BTreeSet<String> = sources().into_iter().map(|s| s.module).collect();
    let listed: BTreeSet<String> = floors().into_keys().collect();
    assert_eq!(folders, listed);
    let page = read("docs/architecture.md");
    for module in listed {
        assert!(
            page.contains(&format!("\n`{module}`: ")),
            "no paragraph about `{module}`"
        );
    }
}

#[test]
fn crates_are_used_in_their_homes_only() {
    let sources = sources();
    let mut listed = BTreeSet::new();
    for row in table("Crates from outside") {
        let name = row[0].replace('-', "_");
        let homes: BTreeSet<&str> = row[1].split(", ").filter(|home| !home.is_empty()).collect();
        let prefix = format!("{name}::");
        let uses = |s: &&Source| after(&s.code, &prefix).next().is_some();
        let used: BTreeSet<&str> = sources
            .iter()
            .filter(uses)
            .map(|s| s.module.as_str())
            .collect();
        assert!(!used.is_empty(), "`{name}` is not used");
        if !homes.is_empty() {
            let strays: Vec<_> = used.difference(&homes).collect();
            let idle: Vec<_> = homes.difference(&used).collect();
            assert!(strays.is_empty(), "`{name}` is used in {strays:?}");
            assert!(idle.is_empty(), "`{name}` is not used in {idle:?}");
        }
        listed.insert(row[0].clone());
    }
    assert_eq!(dependencies("dependencies"), listed);
}

/// The names in a section of `Cargo.toml`.
fn dependencies(section: &str) -> BTreeSet<String> {
    let manifest = read("Cargo.toml");
    let head = format!("[{section}]\n");
    let text = manifest
        .split("\n[")
        .map(|s| format!("[{s}"))
        .find(|s| s.starts_with(&head));
    let text = text.unwrap();
    let name = |line: &str| line.split_once(" = ").map(|(name, _)| name.to_owned());
    text.lines().filter_map(name).collect()
}

#[test]
fn crates_of_the_tests_are_used_by_them() {
    let folders = ["tests", "benches", "src"];
    let code = |folder: &str| {
        let all = files(&root().join(folder));
        let rust = all
            .into_iter()
            .filter(|p| p.extension().is_some_and(|e| e == "rs"));
        rust.map(read).collect::<String>()
    };
    let code: String = folders.map(code).concat();
    for name in dependencies("dev-dependencies") {
        let prefix = format!("{}::", name.replace('-', "_"));
        assert!(
            after(&code, &prefix).next().is_some(),
            "`{name}` is not used"
        );
    }
}

#[test]
fn only_the_command_prints() {
    for source in sources().iter().filter(|s| s.module != "cli") {
        for print in ["print!", "println!", "eprint!", "eprintln!"] {
            let found = after(&source.code, print).next().is_some();
            assert!(!found, "{} uses {print}", source.path.display());
        }
    }
}

#[test]
fn the_repository_names_no_machine() {
    for folder in ["src", "tests", "docs", "examples", "stdlib", "grammar"] {
        for path in files(&root().join(folder)) {
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let words = [
                ["/wo", "rk/"].concat(),
                ["/ro", "ot/"].concat(),
                ["../sh", "ared"].concat(),
            ];
            for word in words {
                assert!(!text.contains(&word), "{} names {word}", path.display());
            }
        }
    }
}
