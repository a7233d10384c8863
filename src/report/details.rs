//! Slices, and comparisons that the table of models doesn't show.

use super::blocks::{Block, Detail, system_name};
use super::models::{gains, listed, metric_names, pair, partitions, primary, significances};
use super::models::{transposed, turn};
use super::number::{count, signed_with_unit};
use super::table::Column;
use super::values::{Value, plus_minus, with_range};
use crate::result::{Comparison, Metric, RunResult, System, Unit};

/// The slices, then the other comparisons, then how many claims only a file shows.
pub(super) fn blocks(result: &RunResult, detail: Detail, sign: &str) -> Vec<Block> {
    let metrics = sliced_metrics(result, detail);
    let (mut shown, mut left): (Vec<&Comparison>, u64) = (Vec::new(), 0);
    for c in &result.comparisons {
        match place_of(result, c, &metrics) {
            Place::Elsewhere => {}
            Place::Whole => shown.push(c),
            Place::Slice if detail == Detail::Full => shown.push(c),
            Place::Slice => left += 1,
        }
    }
    let mut blocks: Vec<Block> = slice_table(result, &metrics, sign).into_iter().collect();
    let mut legend = Vec::new();
    if let Some(table) = comparison_table(result, shown) {
        blocks.push(table);
        legend.push("a gain above 0 is better, also of a metric where less is better".to_owned());
    }
    if left > 0 {
        let s = if left == 1 { "" } else { "s" };
        let file = result.provenance.evidence.iter();
        let file = file
            .filter_map(|f| f.rsplit(['/', '\\']).next())
            .find(|f| f.ends_with(".md"))
            .unwrap_or("the JSON");
        legend.push(format!("{} more claim{s} by slice: {file}", count(left)));
    }
    if !legend.is_empty() {
        blocks.push(Block::Legend(legend));
    }
    blocks
}

/// Where a claim is shown.
enum Place {
    /// In the table of models or of slices.
    Elsewhere,
    /// In the table of comparisons.
    Whole,
    /// There as well, where every claim is shown.
    Slice,
}

fn place_of(result: &RunResult, c: &Comparison, sliced: &[String]) -> Place {
    let first = partitions(result).into_iter().next().unwrap_or_default();
    let (candidate, against) = pair(result).unwrap_or_default();
    match &c.slice {
        Some(_)
            if sliced.contains(&c.metric)
                && c.partition == first
                && (c.candidate.as_str(), c.baseline.as_str()) == (candidate, against) =>
        {
            Place::Elsewhere
        }
        Some(_) => Place::Slice,
        None if c.baseline == against && c.metric == primary(result, &c.partition) => {
            Place::Elsewhere
        }
        None => Place::Whole,
    }
}

/// The metrics shown by slice: the primary one and those that an `every` reads, or all.
fn sliced_metrics(result: &RunResult, detail: Detail) -> Vec<String> {
    let Some(first) = partitions(result).into_iter().next() else {
        return Vec::new();
    };
    let every: Vec<&str> = result
        .decisions
        .iter()
        .flat_map(|d| d.rules.iter().flat_map(|r| &r.atoms))
        .filter(|a| a.slice.is_some())
        .map(|a| a.text.as_str())
        .collect();
    metric_names(result, &first)
        .into_iter()
        .map(|(name, _)| name)
        .enumerate()
        .filter(|(i, name)| {
            *i == 0 || detail == Detail::Full || every.iter().any(|text| mentions(text, name))
        })
        .map(|(_, name)| name)
        .collect()
}

/// Whether `text` has `name` as a whole word.
fn mentions(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == name)
}

/// Every comparison that no other table shows, those with the reference first.
fn comparison_table(result: &RunResult, mut rest: Vec<&Comparison>) -> Option<Block> {
    let first = rest.first()?.partition.clone();
    let (_, against) = pair(result).unwrap_or_default();
    let role = |name: &str| {
        result
            .systems
            .iter()
            .position(|s| system_name(&s.name, &s.variant) == name)
    };
    rest.sort_by_key(|c| {
        let names = metric_names(result, &c.partition);
        let metric = names.iter().position(|(n, _)| *n == c.metric);
        (
            c.partition.clone(),
            c.baseline != against,
            role(&c.baseline),
            c.slice.is_some(),
            metric,
        )
    });
    let values: Vec<Value> = rest
        .iter()
        .map(|c| Value::difference(&c.unit, c.gain, c.interval.as_ref()))
        .collect();
    let several = rest.iter().any(|c| c.partition != first);
    let columns = vec![
        Column::new("gain of"),
        Column::new("in"),
        Column::new(if several { "rows of" } else { "" }),
        Column::new("gain"),
        Column::new("relative").right().dropped(2),
        Column::new("p").dropped(1),
        Column::new("rows").right().dispensable(0),
        Column::remark("note"),
    ];
    let partition = |c: &&Comparison| {
        if several {
            c.partition.clone()
        } else {
            String::new()
        }
    };
    let note = |c: &&Comparison| {
        let note = c.interval.as_ref().and_then(|i| i.note.clone());
        note.unwrap_or_default()
    };
    let claims: Vec<Option<&Comparison>> = rest.iter().map(|c| Some(*c)).collect();
    let cells = [
        rest.iter()
            .map(|c| format!("{} on {}", c.candidate, c.baseline))
            .collect(),
        rest.iter().map(|c| place(c)).collect(),
        rest.iter().map(partition).collect(),
        with_range(&values),
        rest.iter().map(|c| relative(c)).collect(),
        significances(&claims),
        rest.iter().map(|c| count(c.rows)).collect(),
        rest.iter().map(note).collect(),
    ];
    Some(Block::Table(
        transposed(columns, &cells).without_empty_columns(),
    ))
}

/// `+4.7 %` with the sign of the gain, or nothing where the change has no base.
fn relative(c: &Comparison) -> String {
    let turned = match (c.gain, c.delta) {
        (Some(gain), Some(delta)) if gain * delta < 0.0 => -1.0,
        _ => 1.0,
    };
    match c.relative.filter(|r| r.is_finite()) {
        Some(r) => signed_with_unit(
            &Unit::Ratio,
            turned * r,
            super::number::Digits {
                decimals: 1,
                exponent: 0,
            },
        ),
        None => String::new(),
    }
}

/// `f1_macro, language = en`.
fn place(c: &Comparison) -> String {
    match &c.slice {
        Some(slice) => format!("{}, {slice}", c.metric),
        None => c.metric.clone(),
    }
}

/// A row of the table of slices: metric and slice.
type Key<'a> = (&'a str, &'a str);

/// Sliced values of the main partition: the pair and its gain first, then the other systems.
fn slice_table(result: &RunResult, metrics: &[String], sign: &str) -> Option<Block> {
    let partition = partitions(result).into_iter().next()?;
    let sliced: Vec<&Metric> = result
        .metrics
        .iter()
        .filter(|m| m.partition == partition && m.seed.is_none() && m.slice.is_some())
        .collect();
    let mut keys: Vec<Key<'_>> = Vec::new();
    for metric in metrics {
        for m in sliced.iter().filter(|m| m.metric == *metric) {
            let key = (m.metric.as_str(), m.slice.as_deref().unwrap_or_default());
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    if keys.is_empty() {
        return None;
    }
    let (candidate, against) = pair(result).unwrap_or_default();
    let mut systems = listed(result, &partition);
    systems.sort_by_key(|s| match system_name(&s.name, &s.variant) {
        name if name == candidate => 0,
        name if name == against => 1,
        _ => 2,
    });
    let rows = |k: &Key<'_>| {
        let of = sliced.iter().filter(|m| key_of(m) == *k);
        count(of.map(|m| m.rows).max().unwrap_or(0))
    };
    let one = metrics.len() == 1;
    let title = metrics.first().filter(|_| one);
    let mut columns = vec![
        Column::new(title.map_or("slice".to_owned(), |m| format!("{m} in"))),
        Column::new("metric"),
        Column::new("rows").right().dispensable(0),
    ];
    let metric = |k: &Key<'_>| if one { String::new() } else { k.0.to_owned() };
    let mut cells: Vec<Vec<String>> = vec![
        keys.iter().map(|k| k.1.to_owned()).collect(),
        keys.iter().map(metric).collect(),
        keys.iter().map(rows).collect(),
    ];
    let mut others = 0;
    for s in systems {
        let name = system_name(&s.name, &s.variant);
        let column = Column::new(&name);
        let main = name == candidate || name == against;
        others += u8::from(!main);
        columns.push(if main {
            column
        } else {
            column.dispensable(turn(others.into()))
        });
        cells.push(plus_minus(&values(&keys, &sliced, s), sign));
        if name == against {
            let claim = |k: &Key<'_>| {
                result.comparisons.iter().find(|c| {
                    c.partition == partition
                        && (c.candidate.as_str(), c.baseline.as_str()) == (candidate, against)
                        && (c.metric.as_str(), c.slice.as_deref()) == (k.0, Some(k.1))
                })
            };
            let claims: Vec<Option<&Comparison>> = keys.iter().map(claim).collect();
            columns.push(Column::new("gain"));
            cells.push(gains(&claims, &Unit::default()));
            columns.push(Column::new("p").dropped(1));
            cells.push(significances(&claims));
        }
    }
    Some(Block::Table(
        transposed(columns, &cells).without_empty_columns(),
    ))
}

fn key_of(m: &Metric) -> Key<'_> {
    (m.metric.as_str(), m.slice.as_deref().unwrap_or_default())
}

fn values(keys: &[Key<'_>], sliced: &[&Metric], s: &System) -> Vec<Value> {
    let own = |k: &Key<'_>| {
        sliced
            .iter()
            .find(|m| key_of(m) == *k && m.system == s.name && m.variant == s.variant)
    };
    keys.iter()
        .map(|k| {
            own(k).map_or_else(Value::default, |m| {
                Value::new(&m.unit, m.estimate, m.interval.as_ref())
            })
        })
        .collect()
}
