//! From what a plan writes to files: patterns, endings, and what is there instead.

use super::{DataError, SHOWN, UnreadFormat};
use crate::diagnostic::suggest;
use crate::text::World;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// How rows are written in a file, told by its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Fields between commas (`,`) or tabs.
    Delimited(u8),
    /// One JSON object a line.
    JsonLines,
    /// Apache Parquet.
    Parquet,
}

/// How a file of text is compressed, told by its last ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    None,
    /// `.gz`
    Gzip,
    /// `.zst`
    Zstd,
}

impl Packing {
    /// What people call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// The files that `path` stands for: itself, or those its pattern matches, sorted by path.
///
/// `*` stands for any characters, `?` for one, `[a-c]` for one of some and `[!a-c]` for one of the
/// others, none of them across folders; hidden files are matched by patterns that begin with a dot.
/// A name that exists as it is written is that file.
///
/// # Errors
/// A pattern that nothing matches.
pub(super) fn find(world: &dyn World, path: &Path) -> Result<Vec<PathBuf>, DataError> {
    let mut found = vec![PathBuf::new()];
    let mut matched = false;
    let mut last_folder = None;
    for component in path.components() {
        let name = component.as_os_str().to_string_lossy();
        let pattern = matches!(component, Component::Normal(_)) && is_pattern(&name);
        if !pattern && !matched {
            found.iter_mut().for_each(|f| f.push(component));
            continue;
        }
        let mut next = Vec::new();
        for folder in found {
            let Ok(names) = list(world, &folder) else {
                continue;
            };
            // A name written as it stands may hold brackets.
            let fits: Vec<&String> = match names.iter().find(|n| **n == name) {
                Some(exact) => vec![exact],
                None if pattern => names.iter().filter(|n| matches(&name, n)).collect(),
                None => Vec::new(),
            };
            next.extend(fits.into_iter().map(|n| folder.join(n)));
            last_folder = Some(names);
        }
        matched |= pattern;
        found = next;
    }
    found.sort();
    if found.is_empty() {
        return Err(DataError::NoMatch {
            path: path.to_owned(),
            folder: last_folder,
        });
    }
    Ok(found)
}

/// Whether a name holds signs of a pattern.
pub(super) fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

fn list(world: &dyn World, folder: &Path) -> io::Result<Vec<String>> {
    world.list(folder).or_else(|error| {
        if folder.as_os_str().is_empty() {
            world.list(Path::new("."))
        } else {
            Err(error)
        }
    })
}

fn matches(pattern: &str, name: &str) -> bool {
    let hidden = name.starts_with('.') && !pattern.starts_with('.');
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    !hidden && matches_from(&pattern, &name)
}

/// Greedy matching that goes back to the last star alone, so its time is bounded by the product of
/// the lengths.
fn matches_from(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p + 1, n));
            p += 1;
            continue;
        }
        if let Some(after) = one(pattern, p, name.get(n).copied()) {
            (p, n) = (after, n + 1);
            continue;
        }
        let Some((after, taken)) = star else {
            return false;
        };
        (p, n) = (after, taken + 1);
        star = Some((after, taken + 1));
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

/// The place behind the part of the pattern at `at` that stands for `c`.
fn one(pattern: &[char], at: usize, c: Option<char>) -> Option<usize> {
    let c = c?;
    match pattern.get(at)? {
        '?' => Some(at + 1),
        '[' => {
            let rest = pattern.get(at + 1..)?;
            // A bracket that never closes is itself.
            let Some(close) = rest.iter().skip(1).position(|x| *x == ']').map(|i| i + 1) else {
                return (c == '[').then_some(at + 1);
            };
            let set = rest.get(..close)?;
            let (others, set) = match set.split_first() {
                Some(('!' | '^', set)) => (true, set),
                _ => (false, set),
            };
            (within(set, c) != others).then_some(at + close + 2)
        }
        literal => (*literal == c).then_some(at + 1),
    }
}

fn within(set: &[char], c: char) -> bool {
    let mut rest = set;
    loop {
        match rest {
            [low, '-', high, after @ ..] => {
                if (*low..=*high).contains(&c) {
                    return true;
                }
                rest = after;
            }
            [only, after @ ..] => {
                if *only == c {
                    return true;
                }
                rest = after;
            }
            [] => return false,
        }
    }
}

/// Format and packing of a file, from its endings.
pub(super) fn format(path: &Path) -> Result<(Format, Packing), DataError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    let (stem, packing) = match name.rsplit_once('.') {
        Some((stem, "gz")) => (stem, Packing::Gzip),
        Some((stem, "zst")) => (stem, Packing::Zstd),
        _ => (name.as_str(), Packing::None),
    };
    let ending = stem.rsplit_once('.').map_or("", |(_, ending)| ending);
    let unread = |format| DataError::UnknownFormat {
        path: path.to_owned(),
        format,
    };
    match (ending, packing) {
        ("csv", _) => Ok((Format::Delimited(b','), packing)),
        ("tsv", _) => Ok((Format::Delimited(b'\t'), packing)),
        ("jsonl" | "ndjson", _) => Ok((Format::JsonLines, packing)),
        ("parquet", Packing::None) => Ok((Format::Parquet, packing)),
        ("parquet", _) => Err(unread(UnreadFormat::PackedParquet)),
        ("zip" | "bz2" | "xz" | "7z" | "tgz", Packing::None) => {
            Err(unread(UnreadFormat::Compressed(ending.to_owned())))
        }
        _ => Err(unread(UnreadFormat::Ending(ending.to_owned()))),
    }
}

/// Opens a file for reading, or says what is there instead.
pub(super) fn open<'w>(
    world: &'w dyn World,
    path: &Path,
) -> Result<Box<dyn Read + Send + 'w>, DataError> {
    world.open(path).map_err(|error| match world.list(path) {
        Ok(mut inside) => {
            inside.truncate(SHOWN);
            DataError::Folder {
                path: path.to_owned(),
                inside,
            }
        }
        Err(_) if error.kind() == io::ErrorKind::NotFound => no_such_file(world, path),
        Err(_) => unreadable(path, &error),
    })
}

/// The system's refusal as data.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> DataError {
    DataError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

fn no_such_file(world: &dyn World, path: &Path) -> DataError {
    let parent = path.parent().unwrap_or(Path::new(""));
    let folder = list(world, parent).ok();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let near = folder
        .as_ref()
        .and_then(|names| suggest(&name, names.iter().map(String::as_str)))
        .map(|near| parent.join(near).display().to_string());
    DataError::NoSuchFile {
        path: path.to_owned(),
        near,
        folder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::MemoryWorld;

    #[test]
    fn patterns_match_whole_names() {
        let yes = [
            ("*.csv", "a.csv"),
            ("a*b*c", "axxbxbc"),
            ("part-?.csv", "part-1.csv"),
            ("part-[0-3].csv", "part-2.csv"),
            ("part-[!0-3].csv", "part-7.csv"),
            ("*", "x"),
            ("[", "["),
            (".*", ".hidden"),
        ];
        let no = [
            ("*.csv", "a.tsv"),
            ("*.csv", ".a.csv"),
            ("part-?.csv", "part-10.csv"),
            ("part-[0-3].csv", "part-4.csv"),
            ("part-[!0-3].csv", "part-2.csv"),
            ("a*b", "ab-"),
        ];
        assert!(yes.iter().all(|(p, n)| matches(p, n)), "{yes:?}");
        assert!(!no.iter().any(|(p, n)| matches(p, n)), "{no:?}");
    }

    #[test]
    fn patterns_find_files_in_the_order_of_their_paths() {
        let world = ["b/2.csv", "b/1.csv", "a/3.csv", "a/[x].csv", "c/other.csv"]
            .iter()
            .fold(MemoryWorld::default(), |w, p| w.with(*p, "x"));
        let found = |pattern: &str| -> Vec<String> {
            let found = find(&world, Path::new(pattern)).unwrap();
            found.iter().map(|p| p.display().to_string()).collect()
        };
        assert_eq!(found("*/?.csv"), ["a/3.csv", "b/1.csv", "b/2.csv"]);
        assert_eq!(found("a/[x].csv"), ["a/[x].csv"]);
        assert_eq!(found("*/1.csv"), ["b/1.csv"]);
        assert_eq!(found("not/there.csv"), ["not/there.csv"]);
        assert!(find(&world, Path::new("a/*.tsv")).is_err());
        assert!(find(&world, Path::new("d/*.csv")).is_err());
    }
}
