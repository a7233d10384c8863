//! What the columns of the labelled file are: label, id, split, group, slices.

use super::DraftError;
use super::profile::Profile;
use super::tables::{Held, Read};
use super::text::counted;
use super::words;

/// A column with what spoke for it.
#[derive(Debug, Clone)]
pub(super) struct Guess {
    pub(super) column: String,
    pub(super) why: String,
}

/// What is predicted.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// One of these classes, each with its rows.
    Classes {
        classes: Vec<(String, usize)>,
        positive: Option<String>,
    },
    /// A number between these two.
    Number { low: f64, high: f64 },
}

/// A partition: its name in the plan, its value in the column, its rows.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) rows: usize,
}

/// The column that says which partition a row is of.
#[derive(Debug, Clone)]
pub(super) struct Split {
    pub(super) column: String,
    pub(super) parts: Vec<Part>,
    /// Values that name no partition.
    pub(super) others: Vec<String>,
}

/// The labelled file and its columns.
#[derive(Debug, Clone)]
pub(super) struct Roles {
    /// Its place among the tables.
    pub(super) table: usize,
    pub(super) label: Guess,
    pub(super) target: Target,
    pub(super) id: Guess,
    pub(super) split: Option<Split>,
    pub(super) group: Option<Guess>,
    pub(super) time: Option<String>,
    pub(super) slices: Vec<String>,
}

impl Roles {
    /// Whether a column already has a role.
    pub(super) fn has(&self, column: &str) -> bool {
        let split = self.split.as_ref().map(|s| s.column.as_str());
        let group = self.group.as_ref().map(|g| g.column.as_str());
        [
            Some(self.label.column.as_str()),
            Some(&self.id.column),
            split,
            group,
            self.time.as_deref(),
        ]
        .contains(&Some(column))
            || self.slices.iter().any(|s| s == column)
    }
}

/// Finds the labelled file and what its columns are.
pub(super) fn of(tables: &[Read]) -> Result<Roles, DraftError> {
    let (table, label) = labelled(tables).ok_or_else(|| DraftError::NoLabel {
        files: tables.iter().map(|t| t.named.clone()).collect(),
        columns: tables.first().map_or_else(Vec::new, names),
    })?;
    let Some((read, held)) = tables
        .get(table)
        .and_then(|read| Some((read, read.column(&label.column)?)))
    else {
        return Err(DraftError::NoLabel {
            files: Vec::new(),
            columns: Vec::new(),
        });
    };
    let target = target(read, &held.profile)?;
    let id = id(read, &label.column, tables)?;
    let mut roles = Roles {
        table,
        label,
        target,
        id,
        split: None,
        group: None,
        time: None,
        slices: Vec::new(),
    };
    let free = |roles: &Roles| -> Vec<&Profile> {
        let profiles = read.columns.iter().map(|c| &c.profile);
        profiles.filter(|p| !roles.has(&p.name)).collect()
    };
    roles.split = free(&roles).into_iter().find_map(split);
    roles.group = free(&roles).into_iter().find_map(group);
    roles.time = free(&roles)
        .into_iter()
        .find(|p| p.moments && p.numbers.is_none() && p.filled == p.rows)
        .map(|p| p.name.clone());
    roles.slices = free(&roles)
        .into_iter()
        .filter(|p| {
            words::is_slice(&p.name) && (2..=12).contains(&p.distinct()) && p.filled == p.rows
        })
        .map(|p| p.name.clone())
        .collect();
    Ok(roles)
}

/// The names of a file's columns.
pub(super) fn names(read: &Read) -> Vec<String> {
    read.columns
        .iter()
        .map(|c| c.profile.name.clone())
        .collect()
}

pub(super) fn labelled(tables: &[Read]) -> Option<(usize, Guess)> {
    let find = |by: &dyn Fn(&Read) -> Option<Guess>| {
        let mut all = tables.iter().enumerate();
        all.find_map(|(at, read)| Some((at, by(read)?)))
    };
    find(&by_name)
        .or_else(|| find(&|read| by_predictions(read, tables)))
        .or_else(|| find(&by_likeness))
}

fn by_name(read: &Read) -> Option<Guess> {
    let named = |wanted: &&str| {
        let of_name = |c: &&Held| words::words(&c.profile.name).join("_") == **wanted;
        read.columns.iter().find(of_name)
    };
    let column = words::LABEL.iter().find_map(named)?;
    Some(Guess {
        column: column.profile.name.clone(),
        why: "its name says so".to_owned(),
    })
}

/// A column whose classes hold all the predictions of a column named like one.
fn by_predictions(read: &Read, tables: &[Read]) -> Option<Guess> {
    let predicted = || {
        let all = tables.iter().flat_map(|t| &t.columns).map(|c| &c.profile);
        all.filter(|p| words::is_prediction(&p.name) && p.distinct() >= 2)
    };
    let candidates = read
        .columns
        .iter()
        .map(|c| &c.profile)
        .filter(|p| can_be_label(p));
    let mut with = candidates
        .filter_map(|p| Some((p, predicted().find(|q| q.name != p.name && q.within(p))?)));
    with.next().map(|(label, prediction)| Guess {
        column: label.name.clone(),
        why: format!(
            "the values of `{}` are among its {}",
            prediction.name,
            label.distinct()
        ),
    })
}

/// The first of several columns that hold the same classes and agree more than chance would.
fn by_likeness(read: &Read) -> Option<Guess> {
    let candidates: Vec<&Held> = read
        .columns
        .iter()
        .filter(|c| can_be_label(&c.profile))
        .collect();
    candidates.iter().enumerate().find_map(|(at, label)| {
        let alike: Vec<String> = candidates
            .iter()
            .skip(at + 1)
            .filter(|c| c.profile.within(&label.profile) && agree(label, c))
            .map(|c| format!("`{}`", c.profile.name))
            .collect();
        (!alike.is_empty()).then(|| Guess {
            column: label.profile.name.clone(),
            why: format!(
                "it is the first of the columns that hold the same classes ({} are like it)",
                alike.join(", ")
            ),
        })
    })
}

fn can_be_label(p: &Profile) -> bool {
    let spoken_for = [
        words::is_prediction,
        words::is_score,
        words::is_latency,
        words::is_group,
        words::is_slice,
        words::is_split,
        words::is_system,
        words::is_id,
    ];
    p.few() && !spoken_for.iter().any(|is| is(&p.name))
}

/// Whether two columns agree on clearly more rows than their shares alone would make them.
pub(super) fn agree(one: &Held, other: &Held) -> bool {
    let rows = one.profile.rows.max(1) as f64;
    let same = one
        .texts
        .iter()
        .zip(other.texts.iter())
        .filter(|(a, b)| a == b && !a.is_empty());
    let observed = same.count() as f64 / rows;
    let share = |value: &str| {
        let found = other.profile.values.iter().find(|(w, _)| w == value);
        found.map_or(0.0, |&(_, n)| n as f64 / rows)
    };
    let chance: f64 = one
        .profile
        .values
        .iter()
        .map(|(w, n)| *n as f64 / rows * share(w))
        .sum();
    observed > chance + 0.05
}

fn target(read: &Read, label: &Profile) -> Result<Target, DraftError> {
    // Predictions with fractions make even a few whole numbers a quantity.
    let counted = label.few() || label.distinct() == 1;
    if let (Some(numbers), false) = (label.numbers, counted) {
        return Ok(Target::Number {
            low: numbers.low,
            high: numbers.high,
        });
    }
    if !counted {
        return Err(DraftError::LabelOfTexts {
            path: read.path.clone(),
            column: label.name.clone(),
            distinct: label.distinct(),
        });
    }
    let mut classes = label.values.clone();
    let number = |word: &str| word.trim().parse::<f64>().unwrap_or(f64::NAN);
    classes.sort_by(|(a, _), (b, _)| number(a).total_cmp(&number(b)).then_with(|| a.cmp(b)));
    let positive = classes
        .iter()
        .map(|(c, _)| c)
        .find(|c| words::POSITIVE.contains(&c.to_lowercase().as_str()))
        .filter(|_| classes.len() == 2)
        .cloned();
    Ok(Target::Classes { classes, positive })
}

/// The column that names rows, of those that every file of outputs has, too.
fn id(read: &Read, label: &str, tables: &[Read]) -> Result<Guess, DraftError> {
    let own: Vec<&Profile> = read
        .columns
        .iter()
        .map(|c| &c.profile)
        .filter(|p| p.name != label)
        .collect();
    let shared = |p: &&&Profile| tables.iter().all(|t| t.column(&p.name).is_some());
    let named = |p: &&&Profile| words::is_id(&p.name) && p.unique();
    let short = |p: &&&Profile| {
        let handy = |w: &str| w.len() <= 64 && !w.contains(' ');
        let whole = p.numbers.is_none_or(|n| n.whole);
        p.unique() && whole && p.values.iter().all(|(w, _)| handy(w))
    };
    let guess = |p: &Profile, why: &str| Guess {
        column: p.name.clone(),
        why: why.to_owned(),
    };
    let by_name = "it is named like one, and no value repeats";
    let by_values = "no value repeats";
    if let Some(p) = own.iter().filter(named).find(shared) {
        return Ok(guess(p, by_name));
    }
    if let Some(p) = own.iter().filter(short).find(shared) {
        return Ok(guess(p, by_values));
    }
    let alone = own.iter().find(named).or_else(|| own.iter().find(short));
    if let (Some(id), Some(other)) = (
        alone,
        tables
            .iter()
            .find(|t| alone.is_some_and(|p| t.column(&p.name).is_none())),
    ) {
        return Err(DraftError::OtherId {
            path: other.path.clone(),
            id: id.name.clone(),
            columns: names(other),
        });
    }
    let repeated = own
        .iter()
        .find(|p| words::is_id(&p.name) && !words::is_group(&p.name));
    let system = own.iter().find(|p| words::is_system(&p.name));
    Err(DraftError::NoId {
        path: read.path.clone(),
        repeated: repeated.map(|p| p.name.clone()),
        system: system.map(|p| p.name.clone()),
    })
}

fn split(p: &Profile) -> Option<Split> {
    if !words::is_split(&p.name) {
        return None;
    }
    let mut split = Split {
        column: p.name.clone(),
        parts: Vec::new(),
        others: Vec::new(),
    };
    for (value, rows) in &p.values {
        let name = match value.to_lowercase().as_str() {
            "train" | "training" | "tr" => "train",
            "val" | "valid" | "validation" | "dev" | "devel" | "development" => "val",
            "test" | "testing" | "eval" | "evaluation" | "holdout" | "heldout" | "held_out" => {
                "test"
            }
            _ => "",
        };
        if name.is_empty() || split.parts.iter().any(|part| part.name == name) {
            split.others.push(value.clone());
            continue;
        }
        split.parts.push(Part {
            name,
            value: value.clone(),
            rows: *rows,
        });
    }
    split.parts.sort_by_key(|part| {
        ["train", "val", "test"]
            .iter()
            .position(|n| *n == part.name)
    });
    split
        .parts
        .iter()
        .any(|part| part.name != "train")
        .then_some(split)
}

fn group(p: &Profile) -> Option<Guess> {
    let repeats = p.filled == p.rows && p.distinct() >= 2 && p.distinct() < p.rows;
    let named = words::is_group(&p.name) || words::is_id(&p.name);
    (named && repeats).then(|| Guess {
        column: p.name.clone(),
        why: format!(
            "named like a group, {} values in {} rows",
            counted(p.distinct()),
            counted(p.rows)
        ),
    })
}
