//! L208: a declared class has no row in a partition that judges or is learned from.

use super::context::{Context, Rows};
use super::{Answers, declare_check};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{Dataset, Id, Label, Plan};
use std::collections::{BTreeMap, BTreeSet};

declare_check!("L208" "class-missing" Warning "l208_class_missing.md" run);

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Answers) {
    let mut by_dataset: BTreeMap<Id<Dataset>, Vec<(&Rows<'_>, Vec<&str>)>> = BTreeMap::new();
    for rows in cx.used() {
        let Some(label) = &cx.plan.datasets[rows.data.dataset].label else {
            continue;
        };
        if let Some(missing) = missing(label, rows) {
            by_dataset
                .entry(rows.data.dataset)
                .or_default()
                .push((rows, missing));
        }
    }
    for (id, parts) in by_dataset {
        let d = &cx.plan.datasets[id];
        let Some(label) = &d.label else { continue };
        if parts.iter().any(|(_, missing)| !missing.is_empty()) {
            out.report(diagnose(code, cx.plan, label, &parts));
        } else {
            let why = format!(
                "by the data, every part of `{}` has rows of all classes",
                d.common.name
            );
            out.prove(code, label.column.span, why);
        }
    }
}

/// The declared classes without a row; `None` where none are declared or the rows have no labels.
fn missing<'p>(label: &'p Label, rows: &Rows<'_>) -> Option<Vec<&'p str>> {
    if label.classes.is_empty() {
        return None;
    }
    let (_, text) = rows.held.table.text(&label.column.value)?;
    let codes: BTreeSet<u32> = rows
        .rows
        .iter()
        .filter_map(|&r| text.codes.get(r as usize).copied())
        .collect();
    let words = codes.iter().filter_map(|&c| text.words.get(c as usize));
    let found: BTreeSet<&str> = words
        .map(String::as_str)
        .filter(|w| !w.trim().is_empty())
        .collect();
    if found.is_empty() {
        return None;
    }
    let classes = label.classes.iter().map(|c| c.value.as_str());
    Some(classes.filter(|c| !found.contains(c)).collect())
}

fn diagnose(
    code: &'static CodeInfo,
    plan: &Plan,
    label: &Label,
    parts: &[(&Rows<'_>, Vec<&str>)],
) -> Diagnostic {
    let lacking: Vec<&(&Rows<'_>, Vec<&str>)> = parts
        .iter()
        .filter(|(_, missing)| !missing.is_empty())
        .collect();
    let classes: BTreeSet<&str> = lacking
        .iter()
        .flat_map(|(_, m)| m.iter().copied())
        .collect();
    let named = |all: Vec<String>| all.join(", ");
    let parts: Vec<String> = lacking
        .iter()
        .map(|(r, _)| format!("`{}`", plan.show_data(&r.data)))
        .collect();
    let has = if parts.len() == 1 { "has" } else { "have" };
    let message = format!(
        "{} {has} no row of {}",
        named(parts),
        named(classes.iter().map(|c| format!("`{c}`")).collect()),
    );
    let mut d = Diagnostic::new(code, message);
    for class in label
        .classes
        .iter()
        .filter(|c| classes.contains(c.value.as_str()))
    {
        d = d.label(class.span, "declared here");
    }
    for (rows, missing) in lacking {
        let names: Vec<String> = missing.iter().map(|c| format!("`{c}`")).collect();
        let table = &rows.held.table;
        d = d.data(table.path.clone(), 0, 0).witness(format!(
            "`{}`: none of {} rows is {}",
            plan.show_data(&rows.data),
            super::tell::grouped(rows.rows.len()),
            names.join(" or "),
        ));
    }
    d.why(
        "a metric of a class without rows is undefined, or counts as 0 without a warning, and a class \
         nobody learned from cannot be told (Forman & Scholz 2010)",
    )
    .help("deal the rows so that every part has all classes: `strata:` of the label, or another split")
    .help("or declare only the classes that the data have")
}
