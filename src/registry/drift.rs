//! What moved since an earlier report, value by value, and which values got worse than is tolerated.
//!
//! Reports hold estimates and intervals, not rows, so nothing here is paired: where both are of the same rows,
//! the standard error of the difference is too large rather than too small, as the two estimates go together.

use crate::hir::Better;
use crate::result::{Drift, Drifted, Drifting, Metric, RunResult, Unit};
use crate::stats::normal;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How much worse a value may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Tolerance {
    /// As it was given.
    pub text: String,
    /// The metric; all where none is named.
    pub metric: Option<String>,
    /// By how much, in the unit.
    pub by: f64,
    /// The unit of differences that it is for.
    pub unit: Unit,
}

/// What tells one value of a report from another.
type Key = (String, String, String, String, Option<String>);

/// A value with its interval.
#[derive(Debug, Clone)]
struct Measured {
    estimate: f64,
    low: Option<f64>,
    high: Option<f64>,
    level: Option<f64>,
}

impl Measured {
    /// Half the interval's width over the normal quantile of its level.
    fn standard_error(&self) -> Option<f64> {
        let z = normal::quantile(0.5 + self.level? / 2.0)?;
        let se = (self.high? - self.low?) / (2.0 * z);
        (se.is_finite() && se > 0.0).then_some(se)
    }
}

/// Compares a result with an earlier report. Without a tolerance for its metric, a value is steady while it is
/// within the earlier interval; where that one has none, while it is no worse.
///
/// # Errors
/// The text is no report.
pub fn drift(
    now: &RunResult,
    name: &str,
    report: &str,
    sha256: String,
    better: &dyn Fn(&str) -> Option<Better>,
    tolerances: &[Tolerance],
) -> Result<Drift, String> {
    let then: Value = serde_json::from_str(report).map_err(|e| e.to_string())?;
    let text = |pointer: &str| then.pointer(pointer).and_then(Value::as_str);
    let tool = text("/tool/version").ok_or("it has no `tool.version`, so it is no report")?;
    let (before, units) = earlier(&then).ok_or("it has no `metrics`, so it is no report")?;
    let after = current(now);
    let keys: BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
    let metrics: Vec<Drifted> = keys
        .into_iter()
        .map(|key| {
            let unit = after.get(key).map(|(_, unit)| unit.clone());
            let unit = unit
                .or_else(|| units.get(key).cloned())
                .unwrap_or(Unit::Plain);
            let now = after.get(key).map(|(m, _)| m);
            let way = better(&key.2);
            drifted(key, before.get(key), now, unit, way, tolerances)
        })
        .collect();
    let worse = |d: &&Drifted| matches!(d.drifting, Drifting::Worse | Drifting::Gone);
    Ok(Drift {
        report: name.to_owned(),
        sha256,
        same_data: data_of(&then)
            == now
                .data
                .iter()
                .map(|d| (d.dataset.clone(), d.sha256.clone()))
                .collect(),
        same_plan: text("/plan/meaning_sha256") == Some(&now.plan.meaning_sha256),
        tool: tool.to_owned(),
        tolerated: tolerances.iter().map(|t| t.text.clone()).collect(),
        regressions: metrics.iter().filter(worse).count() as u64,
        metrics,
    })
}

fn drifted(
    key: &Key,
    before: Option<&Measured>,
    after: Option<&Measured>,
    unit: Unit,
    better: Option<Better>,
    tolerances: &[Tolerance],
) -> Drifted {
    let (system, variant, metric, partition, slice) = key.clone();
    let mut d = Drifted {
        system,
        variant,
        unit,
        partition,
        slice,
        before: before.map(|m| m.estimate),
        after: after.map(|m| m.estimate),
        ..Drifted::default()
    };
    let (Some(then), Some(now)) = (before, after) else {
        d.drifting = if before.is_some() {
            Drifting::Gone
        } else {
            Drifting::New
        };
        d.metric = metric;
        return d;
    };
    let change = now.estimate - then.estimate;
    d.change = Some(change);
    d.standard_errors = then
        .standard_error()
        .zip(now.standard_error())
        .map(|(a, b)| change / a.hypot(b));
    let inside = then
        .low
        .zip(then.high)
        .map(|(low, high)| low <= now.estimate && now.estimate <= high);
    d.inside = inside;
    let fits = |t: &&Tolerance| t.unit == d.unit.difference();
    let mut fitting: Vec<&Tolerance> = tolerances.iter().filter(fits).collect();
    fitting.retain(|t| t.metric.as_ref().is_none_or(|m| *m == metric));
    // One that names the metric is nearer.
    let tolerance = fitting.into_iter().max_by_key(|t| t.metric.is_some());
    let beyond = match tolerance {
        // A rounding error in the last place is no regression.
        Some(t) => change.abs() > t.by * (1.0 + 1e-9),
        None => !inside.unwrap_or(change == 0.0),
    };
    let gained = match better {
        Some(Better::Higher) => change > 0.0,
        Some(Better::Lower) => change < 0.0,
        None => false,
    };
    d.drifting = match (beyond && better.is_some(), gained) {
        (false, _) => Drifting::Steady,
        (true, true) => Drifting::Better,
        (true, false) => Drifting::Worse,
    };
    d.metric = metric;
    d
}

/// The values over runs of a result; of a system with one run those of the run.
fn current(now: &RunResult) -> BTreeMap<Key, (Measured, Unit)> {
    let over = |m: &&Metric| m.seed.is_none();
    let found = now.metrics.iter().filter(over).filter_map(|m| {
        let key = (
            m.system.clone(),
            m.variant.clone(),
            m.metric.clone(),
            m.partition.clone(),
            m.slice.clone(),
        );
        let finite = |x: f64| x.is_finite().then_some(x);
        let interval = m.interval.as_ref();
        let measured = Measured {
            estimate: m.estimate.and_then(finite)?,
            low: interval.and_then(|i| finite(i.low)),
            high: interval.and_then(|i| finite(i.high)),
            level: interval.map(|i| i.level),
        };
        Some((key, (measured, m.unit.clone())))
    });
    found.collect()
}

/// The same of a report.
fn earlier(report: &Value) -> Option<(BTreeMap<Key, Measured>, BTreeMap<Key, Unit>)> {
    let all = report.get("metrics")?.as_array()?;
    let (mut values, mut units) = (BTreeMap::new(), BTreeMap::new());
    for m in all.iter().filter(|m| m.get("seed").is_none()) {
        let text = |key: &str| m.get(key).and_then(Value::as_str).map(str::to_owned);
        let number = |pointer: &str| m.pointer(pointer).and_then(Value::as_f64);
        let key = (
            text("system")?,
            text("variant")?,
            text("metric")?,
            text("partition")?,
            text("slice"),
        );
        let Some(estimate) = number("/estimate") else {
            continue;
        };
        let measured = Measured {
            estimate,
            low: number("/interval/low"),
            high: number("/interval/high"),
            level: number("/interval/level"),
        };
        units.insert(key.clone(), unit(&text("unit").unwrap_or_default()));
        values.insert(key, measured);
    }
    Some((values, units))
}

fn unit(word: &str) -> Unit {
    match word {
        "ratio" => Unit::Ratio,
        "ratio_difference" => Unit::RatioDifference,
        "plain" => Unit::Plain,
        "count" => Unit::Count,
        // Currencies go by their ISO codes, three capitals; no other unit does.
        code if code.len() == 3 && code.chars().all(|c| c.is_ascii_uppercase()) => {
            Unit::Money(code.to_owned())
        }
        other => Unit::Named(other.to_owned()),
    }
}

fn data_of(report: &Value) -> BTreeSet<(String, String)> {
    let all = report.get("data").and_then(Value::as_array);
    let pair = |d: &Value| {
        let text = |key: &str| d.get(key).and_then(Value::as_str).map(str::to_owned);
        Some((text("dataset")?, text("sha256")?))
    };
    all.into_iter().flatten().filter_map(pair).collect()
}
