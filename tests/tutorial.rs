//! The tutorial keeps its word: every file it shows is written, every command run, every output held to the page.
//! `UPDATE=1 cargo test tutorial` writes the outputs anew; lines left out (`…`) must then be left out again.

use std::fmt::Write;
use std::io::Read;
use std::path::Path;
use std::process::Command;

/// The day that stands in the page.
const WRITTEN: &str = "2026-11-30";
const PAGE: &str = "docs/tutorial.md";

/// What a fenced block of the page asks for, by its info string.
enum Block<'a> {
    /// `bench`: a piece of a plan, which must parse.
    Piece,
    /// `bench FILE`: a file to write.
    File(&'a str),
    /// `diff FILE`: lines of a file to replace.
    Edit(&'a str),
    /// `console`: commands after `$ `, each followed by what it prints.
    Console,
    /// Anything else is for the reader alone.
    Other,
}

fn block(info: &str) -> Block<'_> {
    match info.split_once(' ').unwrap_or((info, "")) {
        ("bench", "") => Block::Piece,
        ("bench", file) => Block::File(file),
        ("diff", file) if !file.is_empty() => Block::Edit(file),
        ("console", _) => Block::Console,
        _ => Block::Other,
    }
}

/// The page with every block carried out in `folder`, in its order.
fn carried_out(page: &str, folder: &Path) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("```") {
        let (info, after) = after.split_once('\n').unwrap();
        let (body, after) = after.split_once("```\n").unwrap();
        let body = match block(info) {
            Block::Piece => {
                assert_parses(body);
                body.to_owned()
            }
            Block::File(file) => {
                std::fs::write(folder.join(file), body).unwrap();
                body.to_owned()
            }
            Block::Edit(file) => {
                edit(&folder.join(file), body);
                body.to_owned()
            }
            Block::Console => console(body, folder),
            Block::Other => body.to_owned(),
        };
        write!(out, "{before}```{info}\n{body}```\n").unwrap();
        rest = after;
    }
    out + rest
}

fn assert_parses(piece: &str) {
    let parsed = benchwright::syntax::parse(benchwright::text::FileId(0), piece);
    assert!(parsed.errors.is_empty(), "{:?}\n{piece}", parsed.errors);
}

/// Replaces the `-` and blank lines of a block by its `+` and blank lines, at the one place where they stand.
fn edit(path: &Path, block: &str) {
    let side = |mark: char| -> String {
        let lines = block.lines().filter(|l| l.starts_with([' ', mark]));
        lines.map(|l| format!("{}\n", &l[1..])).collect()
    };
    let text = std::fs::read_to_string(path).unwrap();
    let (old, new) = (side('-'), side('+'));
    assert_eq!(text.matches(&old).count(), 1, "{block}\nin\n{text}");
    std::fs::write(path, text.replacen(&old, &new, 1)).unwrap();
}

/// A console block with what its commands print, as it stands where that is so.
fn console(block: &str, folder: &Path) -> String {
    let mut out = String::new();
    let mut last = 0;
    let first = block.strip_prefix("$ ").expect("a command first");
    for part in first.split("\n$ ") {
        let (command, shown) = part.split_once('\n').unwrap_or((part, ""));
        let printed = match command {
            "echo $?" => format!("{last}\n"),
            _ => {
                let (code, printed) = run(command, folder);
                last = code;
                printed
            }
        };
        let shown = lines(shown);
        let kept = match agree(&shown, &lines(&printed)) {
            true => shown,
            false => lines(&printed),
        };
        writeln!(out, "$ {command}").unwrap();
        kept.iter()
            .for_each(|line| writeln!(out, "{line}").unwrap());
    }
    out
}

/// The exit code of a command and what it prints, errors in their place as a terminal shows them.
fn run(command: &str, folder: &Path) -> (i32, String) {
    let mut words = command.split(' ');
    assert_eq!(words.next(), Some("benchwright"), "{command}");
    let (mut printed, writer) = std::io::pipe().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_benchwright"));
    child
        .args(words.flat_map(|word| expanded(word, folder)))
        .env("NO_COLOR", "1")
        .current_dir(folder)
        .stdout(writer.try_clone().unwrap())
        .stderr(writer);
    let mut running = child.spawn().unwrap();
    // The pipe ends once nobody can write to it, and `child` still could.
    drop(child);
    let mut text = String::new();
    printed.read_to_string(&mut text).unwrap();
    // The page was written on one day and is held to every other.
    let now = benchwright::registry::now();
    let text = text.replace(now.split('T').next().unwrap(), WRITTEN);
    (running.wait().unwrap().code().unwrap(), text)
}

/// The files that a word with a `*` in its last part names, as a shell gives them; else the word.
fn expanded(word: &str, folder: &Path) -> Vec<String> {
    let Some((before, after)) = word.split_once('*') else {
        return vec![word.to_owned()];
    };
    let (parent, begin) = before.rsplit_once('/').unwrap();
    let entries = std::fs::read_dir(folder.join(parent)).unwrap();
    let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
    let fitting = names.filter(|n| n.starts_with(begin) && n.ends_with(after));
    let mut files: Vec<String> = fitting.map(|n| format!("{parent}/{n}")).collect();
    files.sort();
    files
}

fn lines(text: &str) -> Vec<&str> {
    text.trim_end().lines().map(str::trim_end).collect()
}

/// Whether the lines are those shown, `…` standing for any number of them.
fn agree(shown: &[&str], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((&"…", rest)) => (0..=printed.len()).any(|n| agree(rest, &printed[n..])),
        Some((first, rest)) => printed.first() == Some(first) && agree(rest, &printed[1..]),
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, to) = (
            entry.as_ref().unwrap().path(),
            to.join(entry.unwrap().file_name()),
        );
        match path.is_dir() {
            true => copy(&path, &to),
            false => drop(std::fs::copy(&path, &to).unwrap()),
        }
    }
}

#[test]
fn the_tutorial_is_what_happens() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("tour");
    for part in ["data", "runs"] {
        copy(
            &Path::new("examples/reviews").join(part),
            &folder.join(part),
        );
    }
    let page = std::fs::read_to_string(PAGE).unwrap();
    let wanted = carried_out(&page, &folder);
    if page == wanted {
        return;
    }
    if std::env::var_os("UPDATE").is_some() {
        return std::fs::write(PAGE, wanted).unwrap();
    }
    let differs = page.lines().zip(wanted.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or_default();
    let excerpt: Vec<&str> = wanted.lines().skip(line).take(12).collect();
    panic!(
        "{PAGE}:{}: stale; run `UPDATE=1 cargo test tutorial`\n{}",
        line + 1,
        excerpt.join("\n")
    );
}

#[test]
fn an_ellipsis_stands_for_any_lines() {
    let printed = ["a", "b", "c"];
    for shown in [&["…"][..], &["a", "…"], &["…", "c"], &["a", "b", "…", "c"]] {
        assert!(agree(shown, &printed), "{shown:?}");
    }
    for shown in [&["a"][..], &["b", "…"], &["…", "d"], &["a", "…", "b"]] {
        assert!(!agree(shown, &printed), "{shown:?}");
    }
}
