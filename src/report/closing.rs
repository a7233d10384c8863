//! What to keep in mind, and where the numbers come from.

use super::blocks::Block;
use super::number::count;
use crate::diagnostic::{Answer, Level};
use crate::result::{Check, Interval, RunResult};

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

/// How the intervals were made, each way once, and what happened on the way.
fn methods(result: &RunResult) -> Vec<String> {
    let metrics = result.metrics.iter().filter_map(|m| m.interval.as_ref());
    let gains = result
        .comparisons
        .iter()
        .filter_map(|c| c.interval.as_ref());
    let arms = result
        .ablations
        .iter()
        .flat_map(|a| &a.arms)
        .filter_map(|a| a.interval.as_ref());
    let mut items = Vec::new();
    for interval in gains.chain(metrics).chain(arms) {
        let item = method(interval);
        if !items.contains(&item) {
            items.push(item);
        }
    }
    items
}

/// `95 % bca interval, 10,000 resamples of clusters`.
fn method(i: &Interval) -> String {
    use crate::result::ResampleUnit::{Cluster, Fold, Row, Run};
    let level = (i.level * 1e6).round() / 1e4;
    let drawn = match i.unit {
        Row => "rows",
        Cluster => "clusters",
        Run => "runs",
        Fold => "folds",
    };
    let mut text = format!("{level} % {} interval", i.method);
    if let Some(n) = i.resamples {
        text.push_str(&format!(", {} resamples of {drawn}", count(n)));
    }
    if let Some(n) = i.undefined.filter(|n| *n > 0) {
        text.push_str(&format!(", {} of them without a value", count(n)));
    }
    if let Some(note) = &i.note {
        text.push_str(&format!(" ({note})"));
    }
    text
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
