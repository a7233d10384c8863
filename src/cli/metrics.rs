//! `benchwright metrics`, and how a metric is shown.

use super::args::MetricsArgs;
use super::{exit, io};
use crate::analysis::{
    LoadError, MetricFacts, class_in_words, cost_in_words, metrics, needs_in_words,
};
use crate::text::DiskWorld;
use std::path::Path;
use std::process::ExitCode;

/// Prints the metrics that all words are about, one a line.
pub(super) fn list(args: &MetricsArgs) -> ExitCode {
    let known = match known(args.plan.as_deref()) {
        Ok(known) => known,
        Err(failed) => return failed,
    };
    let words: Vec<String> = args.words.iter().map(|w| w.to_lowercase()).collect();
    let about = |m: &&MetricFacts| {
        let text = format!("{} {} {}", m.module, m.name, m.docs).to_lowercase();
        words.iter().all(|w| text.contains(w.as_str()))
    };
    let found: Vec<&MetricFacts> = known.iter().filter(about).collect();
    if found.is_empty() {
        io::err(&format!(
            "error: no metric is about `{}`; `benchwright metrics` lists all\n",
            args.words.join(" ")
        ));
        return ExitCode::from(exit::OUTSIDE);
    }
    let widest = |of: &dyn Fn(&MetricFacts) -> usize| found.iter().map(|m| of(m)).max();
    let name = widest(&|m| m.signature().chars().count()).unwrap_or(0);
    let module = widest(&|m| m.module.chars().count()).unwrap_or(0);
    let mut text = String::new();
    for m in found {
        text += &format!(
            "{:<name$}  {:<module$}  {:<6}  {}\n",
            m.signature(),
            m.module,
            m.direction().unwrap_or_default(),
            m.summary()
        );
    }
    io::out(&text);
    ExitCode::from(exit::OK)
}

/// Every metric of the library, and of a plan.
pub(super) fn known(plan: Option<&Path>) -> Result<Vec<MetricFacts>, ExitCode> {
    metrics(&DiskWorld, plan).map_err(|error: LoadError| {
        io::err(&format!("error: {error}\n"));
        ExitCode::from(exit::OUTSIDE)
    })
}

/// Those of a name, with or without their module in front of it.
pub(super) fn named<'m>(name: &str, known: &'m [MetricFacts]) -> Vec<&'m MetricFacts> {
    known
        .iter()
        .filter(|m| m.name == name || format!("{}.{}", m.module, m.name) == name)
        .collect()
}

/// All that is known of a metric.
pub(super) fn page(m: &MetricFacts) -> String {
    let mut text = format!("{}  ({})\n", m.signature(), m.module);
    for line in m.docs.lines() {
        text += &format!("  {line}\n");
    }
    text.push('\n');
    let mut row = |key: &str, value: &str| {
        let mut key = key;
        for line in value.lines() {
            text += format!("  {key:<11} {line}").trim_end();
            text.push('\n');
            key = "";
        }
    };
    row("value", m.formula.as_deref().unwrap_or("none"));
    row("by zero", m.by_zero().unwrap_or_default());
    row("parameters", &m.params.join(", "));
    row("better", m.direction().unwrap_or_default());
    row("range", &m.range_text().unwrap_or_default());
    row("unit", &m.measure.to_string());
    match &m.outline {
        Ok(outline) => {
            row("needs", &needs_in_words(outline).join("\n"));
            row("statistic", class_in_words(outline.class));
            row("a resample", &cost_in_words(outline).join("\n"));
        }
        Err(_) => row("needs", "something that this version cannot compute"),
    }
    text
}
