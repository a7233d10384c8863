//! Whose outputs the files hold.

use super::DraftError;
use super::roles::{Roles, Target, agree};
use super::tables::{Held, Read};
use super::words;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a system is in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Baseline,
    Candidate,
}

/// The seeds of a system's runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seeds {
    /// One file, one run.
    One,
    /// 1 to this.
    Count(usize),
    /// These.
    These(Vec<u64>),
}

/// A column of times, with its unit and whether the name says the unit.
#[derive(Debug, Clone)]
pub(super) struct Latency {
    pub(super) column: String,
    pub(super) unit: &'static str,
    pub(super) said: bool,
}

/// A system.
#[derive(Debug, Clone)]
pub(super) struct System {
    pub(super) name: String,
    pub(super) part: Part,
    /// Why it has this part.
    pub(super) part_why: &'static str,
    /// The file, with `{seed}` where there are several.
    pub(super) file: String,
    pub(super) seeds: Seeds,
    pub(super) prediction: String,
    /// What its column of predictions was told by, after its name.
    pub(super) why: &'static str,
    pub(super) score: Option<String>,
    pub(super) latency: Option<Latency>,
}

/// The systems and the partition that all of them answered.
#[derive(Debug, Clone)]
pub(super) struct Systems {
    pub(super) all: Vec<System>,
    pub(super) on: &'static str,
    /// Whether every row of that partition has an answer of each.
    pub(super) covered: bool,
    /// Whether there are training rows for a floor.
    pub(super) floor: bool,
}

impl Systems {
    /// Whether every system has a time.
    pub(super) fn timed(&self) -> bool {
        self.all.iter().all(|s| s.latency.is_some())
    }

    /// Whether every system has a score.
    pub(super) fn scored(&self) -> bool {
        self.all.iter().all(|s| s.score.is_some())
    }
}

/// A system before its name and part are settled.
struct Found<'t> {
    name: String,
    tables: Vec<&'t Read>,
    file: String,
    seeds: Seeds,
    prediction: &'t Held,
    why: &'static str,
}

/// Finds the systems of all files.
pub(super) fn of(tables: &[Read], data: &Roles) -> Result<Systems, DraftError> {
    let Some(home) = tables.get(data.table) else {
        return Err(nothing(Path::new(""), None));
    };
    let mut found = Vec::new();
    for (prediction, why) in predictions(home, home, data) {
        found.push(Found {
            name: named(home, prediction, &home.named),
            tables: vec![home],
            file: home.named.clone(),
            seeds: Seeds::One,
            prediction,
            why,
        });
    }
    let others = tables
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != data.table);
    for (file, seeds, runs) in runs(others.map(|(_, read)| read)) {
        let Some(first) = runs.first().copied() else {
            continue;
        };
        let columns = predictions(first, home, data);
        if columns.is_empty() {
            return Err(nothing(&first.path, None));
        }
        for (prediction, why) in columns {
            found.push(Found {
                name: named(first, prediction, &file),
                tables: runs.clone(),
                file: file.clone(),
                seeds: seeds.clone(),
                prediction,
                why,
            });
        }
    }
    let trains = data
        .split
        .iter()
        .flat_map(|s| &s.parts)
        .any(|p| p.name == "train");
    let floor = trains && matches!(data.target, Target::Classes { .. });
    match found.as_slice() {
        [] => return Err(nothing(&home.path, None)),
        [one] if !floor => {
            return Err(nothing(
                &home.path,
                Some(one.prediction.profile.name.clone()),
            ));
        }
        _ => {}
    }
    let (on, covered) = partition(&found, home, data);
    Ok(Systems {
        all: settled(&found, home, data),
        on,
        covered,
        floor,
    })
}

fn nothing(path: &Path, only: Option<String>) -> DraftError {
    DraftError::NothingToCompare {
        path: path.to_owned(),
        only,
    }
}

/// The columns of predictions of a file, each with what spoke for it.
fn predictions<'t>(read: &'t Read, home: &Read, data: &Roles) -> Vec<(&'t Held, &'static str)> {
    let label = home.column(&data.label.column);
    let own = std::ptr::eq(read, home);
    let free = |c: &&Held| {
        let p = &c.profile;
        let role = if own {
            data.has(&p.name)
        } else {
            p.name == data.id.column
        };
        !role && !words::is_score(&p.name) && !words::is_latency(&p.name)
    };
    let fits = |c: &Held| match &data.target {
        Target::Classes { .. } => label.is_some_and(|l| c.profile.within(&l.profile)),
        Target::Number { .. } => c.profile.numbers.is_some(),
    };
    let close = |c: &Held| {
        let Some(label) = label.filter(|_| own) else {
            return false;
        };
        match &data.target {
            Target::Classes { .. } => c.profile.distinct() >= 2 && agree(label, c),
            Target::Number { .. } => nearer_than_the_middle(label, c),
        }
    };
    let free: Vec<&Held> = read
        .columns
        .iter()
        .filter(free)
        .filter(|c| fits(c))
        .collect();
    let by_name = free
        .iter()
        .filter(|c| words::is_prediction(&c.profile.name))
        .map(|c| (*c, "is named like predictions"));
    let by_name: Vec<(&Held, &'static str)> = by_name.collect();
    if !by_name.is_empty() {
        return by_name;
    }
    let why = match &data.target {
        Target::Classes { .. } => {
            "holds the label's classes and agrees with it more than chance would"
        }
        Target::Number { .. } => "lies nearer to the label than the label's own mean does",
    };
    let near = free.iter().filter(|c| close(c)).map(|c| (*c, why));
    let mut near: Vec<(&Held, &'static str)> = near.collect();
    if let (true, false, [only]) = (near.is_empty(), own, free.as_slice()) {
        near.push((only, "is the only column that can hold predictions"));
    }
    near
}

/// Whether a column is on average nearer to the label than the label's mean is.
fn nearer_than_the_middle(label: &Held, column: &Held) -> bool {
    let numbers = |held: &Held| -> Vec<f64> {
        let number = |text: &str| text.trim().parse().unwrap_or(f64::NAN);
        held.texts.iter().map(number).collect()
    };
    let (truth, guess) = (numbers(label), numbers(column));
    let mean = truth.iter().sum::<f64>() / truth.len().max(1) as f64;
    let error: f64 = truth.iter().zip(&guess).map(|(t, g)| (t - g).abs()).sum();
    let spread: f64 = truth.iter().map(|t| (t - mean).abs()).sum();
    error < spread
}

/// The name of a system: what its column says, or else its file, or the folder of it.
fn named(read: &Read, prediction: &Held, file: &str) -> String {
    let of_column = words::whose(&prediction.profile.name);
    let alone =
        !words::is_prediction(&prediction.profile.name) && prediction.profile.name != "label";
    if alone || !of_column.is_empty() {
        return if alone {
            prediction.profile.name.clone()
        } else {
            of_column
        };
    }
    // The only run of a system that is here is named like one of several.
    let run = numbered(file).filter(|(template, _)| says_run(template));
    let file = run.map_or_else(|| file.to_owned(), |(template, _)| template);
    let path = Path::new(&file);
    let part = |p: Option<&std::ffi::OsStr>| {
        let text = p
            .map(|p| p.to_string_lossy().replace("{seed}", ""))
            .unwrap_or_default();
        words::whose(&text)
    };
    let stem = part(path.file_stem());
    let folder = part(path.parent().and_then(Path::file_name));
    let first = [stem, folder].into_iter().find(|n| !n.is_empty());
    first.unwrap_or_else(|| {
        read.path
            .file_stem()
            .map_or_else(String::new, |s| s.to_string_lossy().into_owned())
    })
}

/// Files that are runs of one system: their names differ in a number at the end.
fn runs<'t>(tables: impl Iterator<Item = &'t Read>) -> Vec<(String, Seeds, Vec<&'t Read>)> {
    let mut groups: BTreeMap<String, Vec<(u64, &Read)>> = BTreeMap::new();
    let mut order: Vec<(String, Option<&Read>)> = Vec::new();
    for read in tables {
        match numbered(&read.named) {
            Some((template, number)) => {
                let group = groups.entry(template.clone()).or_default();
                if group.is_empty() {
                    order.push((template, None));
                }
                group.push((number, read));
            }
            None => order.push((read.named.clone(), Some(read))),
        }
    }
    let mut found = Vec::new();
    for (name, alone) in order {
        if let Some(read) = alone {
            found.push((name, Seeds::One, vec![read]));
            continue;
        }
        let mut group = groups.remove(&name).unwrap_or_default();
        group.sort_by_key(|(number, _)| *number);
        match seeds(&name, &group) {
            Some(seeds) => {
                let reads = group.iter().map(|(_, read)| *read).collect();
                found.push((name, seeds, reads));
            }
            None => {
                let each = group
                    .iter()
                    .map(|(_, read)| (read.named.clone(), Seeds::One, vec![*read]));
                found.extend(each);
            }
        }
    }
    found
}

/// `runs/lr-{seed}.csv` and 3 of `runs/lr-3.csv`.
fn numbered(named: &str) -> Option<(String, u64)> {
    let (stem, ending) = named.rsplit_once('.')?;
    let start = stem.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (before, digits) = stem.split_at_checked(start)?;
    let number: u64 = digits.parse().ok()?;
    // `{seed}` writes plain numbers.
    (number.to_string() == digits).then(|| (format!("{before}{{seed}}.{ending}"), number))
}

fn before_seed(template: &str) -> &str {
    template.split("{seed}").next().unwrap_or_default()
}

fn trimmed(before: &str) -> &str {
    before.trim_end_matches(['-', '_', '.'])
}

/// Whether the number in a file's name is said to be a run's.
fn says_run(template: &str) -> bool {
    let bare = trimmed(before_seed(template)).to_lowercase();
    bare.ends_with("seed") || bare.ends_with("run")
}

/// The seeds of files, where their numbers can be such: `resnet-18` and `resnet-50` are no runs of one.
fn seeds(template: &str, group: &[(u64, &Read)]) -> Option<Seeds> {
    let before = before_seed(template);
    let numbers: Vec<u64> = group.iter().map(|(n, _)| *n).collect();
    let first = numbers.first().copied().unwrap_or(0);
    let in_a_row = first <= 1 && numbers.iter().zip(first..).all(|(a, b)| *a == b);
    if numbers.len() < 2 || !(says_run(template) || in_a_row && trimmed(before) != before) {
        return None;
    }
    Some(if first == 1 && in_a_row {
        Seeds::Count(numbers.len())
    } else {
        Seeds::These(numbers)
    })
}

/// The partition that all systems answered, test first.
fn partition(found: &[Found<'_>], home: &Read, data: &Roles) -> (&'static str, bool) {
    let answered: Vec<BTreeSet<&str>> = found
        .iter()
        .flat_map(|f| f.tables.iter().map(|t| answered(t, f, data)))
        .collect();
    let Some(ids) = home.column(&data.id.column) else {
        return ("test", false);
    };
    let split = data.split.as_ref();
    let of_row = split.and_then(|s| home.column(&s.column));
    let covers = |value: Option<&str>| {
        let asked =
            ids.texts.iter().enumerate().filter(|(row, _)| {
                value.is_none() || of_row.and_then(|c| c.texts.get(*row)) == value
            });
        asked
            .into_iter()
            .all(|(_, id)| answered.iter().all(|a| a.contains(id)))
    };
    let Some(split) = split else {
        return ("test", covers(None));
    };
    let judged = split.parts.iter().rev().filter(|p| p.name != "train");
    let parts: Vec<(&'static str, bool)> =
        judged.map(|p| (p.name, covers(Some(&p.value)))).collect();
    let whole = parts.iter().find(|(_, covered)| *covered);
    whole.or(parts.first()).copied().unwrap_or(("test", false))
}

/// The ids that a system answered in a file.
fn answered<'t>(read: &'t Read, found: &Found<'_>, data: &Roles) -> BTreeSet<&'t str> {
    let (Some(ids), Some(answers)) = (
        read.column(&data.id.column),
        read.column(&found.prediction.profile.name),
    ) else {
        return BTreeSet::new();
    };
    let both = ids.texts.iter().zip(answers.texts.iter());
    both.filter(|(_, answer)| !answer.trim().is_empty())
        .map(|(id, _)| id)
        .collect()
}

/// Names, parts and the columns beside the predictions.
fn settled(found: &[Found<'_>], home: &Read, data: &Roles) -> Vec<System> {
    let (candidate, why_candidate) = candidate(found);
    let mut taken: Vec<String> = super::write::taken(home);
    let mut all: Vec<System> = Vec::new();
    for (at, f) in found.iter().enumerate() {
        let name = words::identifier(&f.name, "model", &taken);
        taken.push(name.clone());
        let read = f.tables.first().copied().unwrap_or(home);
        let key = words::whose(&f.prediction.profile.name);
        let beside = |is: &dyn Fn(&Held) -> bool| {
            let mut mine = read
                .columns
                .iter()
                .filter(|c| !data.has(&c.profile.name) && is(c));
            mine.find(|c| words::whose(&c.profile.name) == key)
        };
        let probable = |c: &Held| {
            let range = c.profile.numbers.filter(|n| n.low >= 0.0 && n.high <= 1.0);
            words::is_score(&c.profile.name) && range.is_some_and(|n| n.low < n.high)
        };
        let time = |c: &Held| {
            words::is_latency(&c.profile.name) && c.profile.numbers.is_some_and(|n| n.low >= 0.0)
        };
        let binary = matches!(
            &data.target,
            Target::Classes {
                positive: Some(_),
                ..
            }
        );
        let is_candidate = at == candidate;
        all.push(System {
            name,
            part: if is_candidate {
                Part::Candidate
            } else {
                Part::Baseline
            },
            part_why: if is_candidate { why_candidate } else { "" },
            file: f.file.clone(),
            seeds: f.seeds.clone(),
            prediction: f.prediction.profile.name.clone(),
            why: f.why,
            score: beside(&probable)
                .filter(|_| binary)
                .map(|c| c.profile.name.clone()),
            latency: beside(&time).map(|c| Latency {
                column: c.profile.name.clone(),
                unit: words::unit_of(&c.profile.name).unwrap_or("ms"),
                said: words::unit_of(&c.profile.name).is_some(),
            }),
        });
    }
    all
}

/// Which system is the candidate, and why.
fn candidate(found: &[Found<'_>]) -> (usize, &'static str) {
    let position = |is: &dyn Fn(&str) -> bool| found.iter().position(|f| is(&f.name));
    if let Some(at) = position(&words::is_candidate) {
        return (at, "its name says that it is new");
    }
    let last = found.len().saturating_sub(1);
    let others = found.iter().rposition(|f| !words::is_baseline(&f.name));
    match (others, position(&words::is_baseline)) {
        (Some(at), Some(_)) => (at, "another is named like a baseline"),
        _ => (last, "it comes last"),
    }
}
