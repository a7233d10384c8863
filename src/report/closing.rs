//! What to keep in mind, and where the numbers come from.

use super::blocks::Block;
use super::number::count;
use crate::diagnostic::{Answer, Level};
use crate::result::{Check, Interval, ResampleUnit, Role, RunResult};

/// Risks, methods, data and evidence.
pub(super) fn blocks(result: &RunResult) -> Vec<Block> {
    [
        ("risks", risks(result)),
        ("method", methods(result)),
        ("data", data(result)),
        ("evidence", evidence(result)),
    ]
    .into_iter()
    .filter(|(_, items)| !items.is_empty())
    .map(|(name, items)| Block::Facts { name, items })
    .collect()
}

fn risks(result: &RunResult) -> Vec<String> {
    let mut items = result.risks.clone();
    items.extend(result.checks.iter().filter_map(waiver));
    let standing =
        |c: &&Check| c.answer == Answer::Refuted && c.level == Level::Warning && c.waived.is_none();
    items.extend(
        result
            .checks
            .iter()
            .filter(standing)
            .map(|c| format!("{} {}: {}", c.code, c.name, c.message)),
    );
    let open = result
        .checks
        .iter()
        .filter(|c| c.answer == Answer::Open && c.waived.is_none());
    items.extend(open.map(|c| format!("open {} {}: {}", c.code, c.name, c.message)));
    items
}

fn waiver(c: &Check) -> Option<String> {
    c.waived
        .as_ref()
        .map(|reason| format!("{} {} waived: “{reason}”", c.code, c.name))
}

/// How the intervals of whole partitions were made, and from how much. An interval with a note was made
/// another way and says so where it stands.
pub(super) fn methods(result: &RunResult) -> Vec<String> {
    let (mut ways, mut sizes): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for (partition, interval) in intervals(result).filter(|(_, i)| i.note.is_none()) {
        let way = method(interval);
        if !ways.contains(&way) {
            ways.push(way);
        }
        let head = format!("{partition}: ");
        if let Some(units) = interval
            .units
            .filter(|_| !sizes.iter().any(|s| s.starts_with(&head)))
        {
            sizes.push(head + &drawn(result, partition, interval, units));
        }
    }
    ways.extend(tests(result));
    let undefined = intervals(result).filter_map(|(_, i)| i.undefined).max();
    ways.extend(sizes);
    ways.extend(
        undefined
            .filter(|n| *n > 0)
            .map(|n| format!("up to {} resamples without a value", count(n))),
    );
    ways
}

/// `p by McNemar’s test, exact`, `sides sampled apart`, `80 % power for gains from 3.2 pp (pilot)`.
fn tests(result: &RunResult) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    let whole = || result.comparisons.iter().filter(|c| c.slice.is_none());
    for c in whole() {
        let mut found = Vec::new();
        found.extend(c.test.as_ref().map(|t| format!("p of {} by {t}", c.metric)));
        if c.unpaired {
            found.push(format!("{} and {} sampled apart", c.candidate, c.baseline));
        }
        found.extend(c.detectable.map(|d| {
            let shown = super::number::alone(&c.unit, d);
            format!(
                "by the pilot gains of {} from {shown} on can be shown",
                c.metric
            )
        }));
        for f in found {
            if !said.contains(&f) {
                said.push(f);
            }
        }
    }
    said
}

/// Intervals of whole partitions with their partition, those of systems first: a floor has fewer runs.
fn intervals(result: &RunResult) -> impl Iterator<Item = (&str, &Interval)> {
    let floor = |name: &str| {
        result
            .systems
            .iter()
            .any(|s| s.name == name && s.role == Role::Floor)
    };
    let gains = result
        .comparisons
        .iter()
        .filter(move |c| c.slice.is_none() && !floor(&c.baseline))
        .filter_map(|c| Some((c.partition.as_str(), c.interval.as_ref()?)));
    let metrics = result
        .metrics
        .iter()
        .filter(move |m| m.slice.is_none() && m.seed.is_none() && !floor(&m.system))
        .filter_map(|m| Some((m.partition.as_str(), m.interval.as_ref()?)));
    let arms = result.ablations.iter().flat_map(|a| {
        let of = a.arms.iter().filter_map(|arm| arm.interval.as_ref());
        of.map(|i| (a.partition.as_str(), i))
    });
    gains.chain(metrics).chain(arms)
}

/// `95 % BCa intervals, 10,000 resamples`.
fn method(i: &Interval) -> String {
    let level = (i.level * 1e6).round() / 1e4;
    let name = match i.method.as_str() {
        "bca" => "BCa",
        other => other,
    };
    let resamples = i
        .resamples
        .map(|n| format!(", {} resamples", count(n)))
        .unwrap_or_default();
    format!("{level} % {name} intervals{resamples}")
}

/// `1,043 clusters (group) and 5 runs`.
fn drawn(result: &RunResult, partition: &str, i: &Interval, units: u64) -> String {
    let of = result
        .data
        .iter()
        .find(|d| partition.split('.').next() == Some(d.dataset.as_str()));
    let what = match (i.unit, of.and_then(|d| d.cluster.as_ref())) {
        (ResampleUnit::Row, _) => "rows".to_owned(),
        (ResampleUnit::Cluster, Some(column)) => format!("clusters ({column})"),
        (ResampleUnit::Cluster, None) => "clusters".to_owned(),
        (ResampleUnit::Run, _) => "runs".to_owned(),
        (ResampleUnit::Fold, _) => "folds".to_owned(),
        (ResampleUnit::Request, _) => "requests, in blocks".to_owned(),
    };
    let runs = i
        .runs
        .filter(|n| *n > 1)
        .map(|n| format!(" and {} runs", count(n)))
        .unwrap_or_default();
    format!("{} {what}{runs}", count(units))
}

fn data(result: &RunResult) -> Vec<String> {
    let named = |d: &crate::result::Data| {
        let version = d
            .version
            .as_ref()
            .map(|v| format!(" version {v}"))
            .unwrap_or_default();
        format!(
            "{}{version}, {} rows, sha256 {}",
            d.dataset,
            count(d.rows),
            short(&d.sha256)
        )
    };
    let mut items: Vec<String> = result.data.iter().map(named).collect();
    match result.provenance.inputs.len() {
        0 => {}
        1 => items.push("1 file of outputs".to_owned()),
        n => items.push(format!("{n} files of outputs")),
    }
    items
}

fn evidence(result: &RunResult) -> Vec<String> {
    let mut items = result.provenance.evidence.clone();
    if !result.provenance.plan_sha256.is_empty() {
        items.push(format!(
            "plan sha256 {}",
            short(&result.provenance.plan_sha256)
        ));
    }
    items.push(format!("seed {}", result.provenance.seed));
    items.push(
        format!("{} {}", result.tool.name, result.tool.version)
            .trim()
            .to_owned(),
    );
    items
}

/// The first digits of a hash; the JSON has it whole.
fn short(hash: &str) -> String {
    match hash.char_indices().nth(8) {
        Some((end, _)) => format!("{}…", hash.get(..end).unwrap_or(hash)),
        None => hash.to_owned(),
    }
}
