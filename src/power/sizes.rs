//! How many rows, clusters and runs a claim rests on: as read from the files, else as declared.

use crate::hir::{DataRef, Dataset, FOLDS, Plan, Rows, SplitRule, Take, Variant};
use crate::text::{Span, Spanned};
use std::collections::BTreeMap;

/// How many there are, as far as known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Count {
    /// This many.
    Exactly(f64),
    /// About this many: the share of a hash split.
    About(f64),
    /// No more than this: a partition of unknown share.
    AtMost(f64),
    /// Nothing is known.
    Unknown,
}

impl Count {
    /// The number to reckon with; none where there is only a bound.
    pub fn number(self) -> Option<f64> {
        match self {
            Count::Exactly(n) | Count::About(n) => Some(n),
            Count::AtMost(_) | Count::Unknown => None,
        }
    }

    /// What the count surely doesn't exceed. A hash deals rows as a coin would, so four standard
    /// deviations are granted.
    pub fn bound(self) -> Option<f64> {
        match self {
            Count::Exactly(n) | Count::AtMost(n) => Some(n),
            Count::About(n) => Some(n + 4.0 * n.sqrt()),
            Count::Unknown => None,
        }
    }

    fn share(self, share: f64) -> Count {
        match self {
            Count::Exactly(n) | Count::About(n) => Count::About((n * share).round()),
            Count::AtMost(n) => Count::AtMost(n),
            Count::Unknown => Count::Unknown,
        }
    }

    fn part(self) -> Count {
        let most = self.number().or(self.bound());
        most.map_or(Count::Unknown, Count::AtMost)
    }
}

/// A count, and where the plan declares it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// How many.
    pub count: Count,
    /// Where it is declared; none where it was read or is unknown.
    pub declared: Option<Span>,
}

const UNKNOWN: Size = Size {
    count: Count::Unknown,
    declared: None,
};

/// The independent units of some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Units<'a> {
    /// The rows.
    pub rows: Size,
    /// The column whose values hang together, and how many of them there are.
    pub clusters: Option<(&'a Spanned<String>, Size)>,
}

/// What was read of the rows of a partition.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Read {
    /// Rows.
    pub rows: u64,
    /// Clusters, where a column names them.
    pub clusters: Option<u64>,
    /// Rows of each class of the label.
    pub classes: BTreeMap<String, u64>,
    /// Of each slice by name its parts with their rows and clusters.
    pub slices: BTreeMap<String, Vec<(String, u64, Option<u64>)>>,
}

/// What was read, by partition; empty where no file was opened.
pub type Reads = BTreeMap<DataRef, Read>;

/// The rows of a dataset or one of its partitions, as declared.
pub fn rows(plan: &Plan, data: &DataRef) -> Size {
    let d = &plan.datasets[data.dataset];
    let part = match data.part.as_deref() {
        Some(FOLDS) => folded(d),
        part => part,
    };
    match &d.rows {
        None | Some(Rows::Unknown(_)) => UNKNOWN,
        Some(Rows::All(n)) => Size {
            count: portion(d, Count::Exactly(n.value), part),
            declared: Some(n.span),
        },
        Some(Rows::Parts(parts)) => of_parts(d, parts, part),
    }
}

/// The partition that the folds cut; `None` for all rows.
fn folded(d: &Dataset) -> Option<&str> {
    let of = d.folds.as_ref().and_then(|f| f.of.as_ref());
    of.map(|of| of.value.as_str())
}

/// How much of a whole falls into a partition.
fn portion(d: &Dataset, whole: Count, part: Option<&str>) -> Count {
    let Some(part) = part else { return whole };
    let Some(split) = &d.split else {
        return whole.part();
    };
    if matches!(&split.rule, SplitRule::All(name) if name.value == part) {
        return whole;
    }
    let share = |take: &Take| match take {
        Take::Share(s) => Some(*s),
        Take::Value(_) | Take::Before(_) | Take::Rest => None,
    };
    let taken: f64 = split.parts.iter().filter_map(|(_, t)| share(t)).sum();
    let hashed = matches!(split.rule, SplitRule::Hash { .. });
    let own = split.parts.iter().find(|(name, _)| name.value == part);
    match own.map(|(_, take)| take) {
        Some(Take::Share(s)) => whole.share(*s),
        Some(Take::Rest) if hashed => whole.share((1.0 - taken).max(0.0)),
        Some(Take::Value(_) | Take::Before(_) | Take::Rest) | None => whole.part(),
    }
}

fn of_parts(d: &Dataset, parts: &[(Spanned<String>, Spanned<f64>)], part: Option<&str>) -> Size {
    if let Some(part) = part {
        let own = parts.iter().find(|(name, _)| name.value == part);
        return own.map_or(UNKNOWN, |(_, n)| Size {
            count: Count::Exactly(n.value),
            declared: Some(n.span),
        });
    }
    let declared = d.split.iter().flat_map(|s| &s.parts);
    let mut names = declared.map(|(name, _)| &name.value).peekable();
    let whole =
        names.peek().is_some() && names.all(|n| parts.iter().any(|(name, _)| name.value == *n));
    match parts.first().filter(|_| whole) {
        Some((_, first)) => Size {
            count: Count::Exactly(parts.iter().map(|(_, n)| n.value).sum()),
            declared: Some(first.span),
        },
        None => UNKNOWN,
    }
}

/// The units of a dataset or partition: as read where it was, else as declared.
pub fn units<'a>(plan: &'a Plan, reads: &Reads, data: &DataRef) -> Units<'a> {
    let d = &plan.datasets[data.dataset];
    let column = d.cluster.as_ref().or(d.group.as_ref());
    if let Some(read) = reads.get(data) {
        let of = |n: u64| Size {
            count: Count::Exactly(n as f64),
            declared: None,
        };
        let clusters = read.clusters.map_or(UNKNOWN, of);
        return Units {
            rows: of(read.rows),
            clusters: column.map(|c| (c, clusters)),
        };
    }
    let rows = rows(plan, data);
    Units {
        rows,
        clusters: column.map(|c| (c, clusters(plan, data, rows))),
    }
}

/// The clusters of a partition: the declared number, in proportion to the rows. There are never more of
/// them than rows.
fn clusters(plan: &Plan, data: &DataRef, own: Size) -> Size {
    let d = &plan.datasets[data.dataset];
    let Some(declared) = &d.clusters else {
        return Size {
            count: own.count.part(),
            ..own
        };
    };
    let all = DataRef {
        dataset: data.dataset,
        part: None,
    };
    let whole = Count::Exactly(declared.value);
    let part = match data.part.as_deref() {
        Some(FOLDS) => folded(d),
        part => part,
    };
    let count = match (own.count.number(), rows(plan, &all).count.number()) {
        _ if part.is_none() => whole,
        (Some(own), Some(all)) if all > 0.0 => whole.share((own / all).min(1.0)),
        _ => portion(d, whole, part),
    };
    Size {
        count,
        declared: Some(declared.span),
    }
}

/// How many runs a variant has; none where it is known by published numbers.
pub fn runs(plan: &Plan, variant: &Variant) -> usize {
    if plan.is_reported(variant.system) {
        return 0;
    }
    plan.systems[variant.system].runs().len()
}
