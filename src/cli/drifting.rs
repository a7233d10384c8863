//! `run --baseline-report`: what moved since an earlier report.

use super::args::RunArgs;
use super::power::amount;
use super::{exit, io};
use crate::data;
use crate::hir::{Better, Plan};
use crate::registry::{self, Tolerance};
use crate::result::{RunResult, Unit};
use serde_json::Value;
use std::process::ExitCode;

/// An earlier report, read before anything is run.
pub(super) struct Earlier {
    name: String,
    text: String,
    tolerances: Vec<Tolerance>,
}

/// Reads what the arguments name.
pub(super) fn earlier(args: &RunArgs) -> Result<Option<Earlier>, ExitCode> {
    let Some(path) = &args.baseline_report else {
        return Ok(None);
    };
    let refused = |said: String| {
        io::err(&format!("error: {said}\n"));
        ExitCode::from(exit::OUTSIDE)
    };
    let name = path.display().to_string();
    let text =
        std::fs::read_to_string(path).map_err(|e| refused(format!("cannot read `{name}`: {e}")))?;
    let tolerances = args.regression_tolerance.iter().map(|text| tolerance(text));
    let tolerances: Result<Vec<Tolerance>, String> = tolerances.collect();
    Ok(Some(Earlier {
        name,
        text,
        tolerances: tolerances.map_err(refused)?,
    }))
}

fn tolerance(text: &str) -> Result<Tolerance, String> {
    let (metric, size, measure) = amount("--regression-tolerance", text)?;
    let (unit, factor) = Unit::of(&measure);
    Ok(Tolerance {
        text: text.to_owned(),
        metric,
        by: size * factor,
        unit: unit.difference(),
    })
}

/// Compares, and writes into the result what moved.
pub(super) fn compare(
    earlier: &Earlier,
    plan: &Plan,
    result: &mut RunResult,
) -> Result<(), ExitCode> {
    let better = |name: &str| direction(plan, name);
    let hash = data::sha256(earlier.text.as_bytes());
    let (name, text) = (&earlier.name, &earlier.text);
    let found = registry::drift(result, name, text, hash, &better, &earlier.tolerances);
    match found {
        Ok(drift) => {
            result.drift = Some(drift);
            Ok(())
        }
        Err(why) => {
            io::err(&format!("error: `{name}` is no report.json: {why}\n"));
            Err(ExitCode::from(exit::OUTSIDE))
        }
    }
}

/// The same for a report that is made again: with the earlier one that it names, if that is still the same.
pub(super) fn compare_again(
    report: &Value,
    plan: &Plan,
    result: &mut RunResult,
) -> Result<(), ExitCode> {
    let Some(drift) = report.get("drift") else {
        return Ok(());
    };
    let text = |key: &str| drift.get(key).and_then(Value::as_str).unwrap_or_default();
    let refused = |said: String| {
        io::err(&format!("error: {said}\n"));
        ExitCode::from(exit::OUTSIDE)
    };
    let name = text("report").to_owned();
    let read = std::fs::read_to_string(&name).map_err(|e| {
        refused(format!(
            "cannot read `{name}`, with which the report compares: {e}"
        ))
    })?;
    if data::sha256(read.as_bytes()) != text("sha256") {
        return Err(refused(format!(
            "`{name}`, with which the report compares, is another file now"
        )));
    }
    let tolerated = drift.get("tolerated").and_then(Value::as_array);
    let tolerances = tolerated
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(tolerance);
    let tolerances: Result<Vec<Tolerance>, String> = tolerances.collect();
    let earlier = Earlier {
        name,
        text: read,
        tolerances: tolerances.map_err(refused)?,
    };
    compare(&earlier, plan, result)
}

/// Which way a metric of the report is better, by its name without arguments.
pub(super) fn direction(plan: &Plan, name: &str) -> Option<Better> {
    let name = name.split('(').next().unwrap_or(name);
    let name = name.rsplit('.').next().unwrap_or(name);
    let mut all = plan.metrics.iter().map(|(_, m)| m);
    all.find(|m| m.common.name == name)?.better.map(|b| b.value)
}

/// Says whether anything got worse.
pub(super) fn regressed(result: &RunResult) -> bool {
    let Some(drift) = result.drift.as_ref().filter(|d| d.regressions > 0) else {
        return false;
    };
    let s = if drift.regressions == 1 { "" } else { "s" };
    io::err(&format!(
        "`--baseline-report {}`: {} value{s} got worse beyond what is tolerated\n",
        drift.report, drift.regressions
    ));
    true
}
