//! L210: a stratum has another share of one part than of another.

use super::chance::{STRICT, alike};
use super::context::{Context, Rows};
use super::{Answers, declare_check, tell};
use crate::diagnostic::{CodeInfo, Diagnostic};
use crate::hir::{DataRef, Dataset, FOLDS, Id, SplitRule};
use crate::text::Spanned;
use std::collections::{BTreeMap, BTreeSet};

declare_check!("L210" "strata-off" Warning "l210_strata_off.md" run);

/// Cramér's V below which a difference is too small to matter, however sure (Cohen 1988: small).
const SMALL: f64 = 0.1;
/// Rows of a part below which its shares say nothing.
const LEAST: usize = 20;

fn run(code: &'static CodeInfo, cx: &Context<'_>, out: &mut Answers) {
    let mut by_dataset: BTreeMap<Id<Dataset>, Vec<&Rows<'_>>> = BTreeMap::new();
    for rows in cx.used() {
        let folds = rows.data.part.as_deref() == Some(FOLDS);
        if rows.data.part.is_some() && !folds && rows.rows.len() >= LEAST {
            by_dataset.entry(rows.data.dataset).or_default().push(rows);
        }
    }
    for (id, parts) in by_dataset {
        let d = &cx.plan.datasets[id];
        // What changes over time is what a split by time is for.
        let by_time = d
            .split
            .as_ref()
            .is_some_and(|s| matches!(s.rule, SplitRule::Before(_)));
        if by_time || parts.len() < 2 {
            continue;
        }
        for stratum in &d.strata {
            answer(code, cx, d, stratum, &parts, out);
        }
    }
}

fn answer(
    code: &'static CodeInfo,
    cx: &Context<'_>,
    d: &Dataset,
    stratum: &Spanned<String>,
    parts: &[&Rows<'_>],
    out: &mut Answers,
) {
    let counts: Vec<BTreeMap<&str, f64>> =
        parts.iter().map(|r| counts(d, &stratum.value, r)).collect();
    let values: BTreeSet<&str> = counts.iter().flat_map(|c| c.keys().copied()).collect();
    let row = |c: &BTreeMap<&str, f64>| {
        values
            .iter()
            .map(|v| c.get(v).copied().unwrap_or(0.0))
            .collect()
    };
    let table: Vec<Vec<f64>> = counts.iter().map(row).collect();
    let Some((p, v)) = alike(&table) else { return };
    if p >= STRICT || v < SMALL {
        let why = format!(
            "by the data, the parts of `{}` are alike in `{}`",
            d.common.name, stratum.value
        );
        out.prove(code, stratum.span, why);
        return;
    }
    let names: Vec<DataRef> = parts.iter().map(|r| r.data.clone()).collect();
    let unit = if cluster(d).is_some() {
        "groups"
    } else {
        "rows"
    };
    let message = format!(
        "the parts of `{}` differ in `{}` by more than chance",
        d.common.name, stratum.value
    );
    let mut found = Diagnostic::new(code, message).label(stratum.span, "declared as strata");
    if let Some(split) = &d.split {
        found = found.label(split.span, "dealt here");
    }
    for value in widest(&table, &values) {
        let share = |(data, c): (&DataRef, &BTreeMap<&str, f64>)| {
            let (n, all) = (
                c.get(value).copied().unwrap_or(0.0),
                c.values().sum::<f64>(),
            );
            format!(
                "{} of `{}`",
                tell::percent(n as usize, all as usize),
                cx.plan.show_data(data)
            )
        };
        let shares: Vec<String> = names.iter().zip(&counts).map(share).collect();
        found = found.witness(format!("`{value}`: {} ({unit})", shares.join(", ")));
    }
    out.report(
        found
            .witness(format!("Cramér's V = {v:.2}; by chance with probability {}", tell::chance(p)))
            .why(
                "a score on rows of another mix than was learned from tells as much of the mix as of the \
                 system (Cohen 1988; Moreno-Torres et al. 2012)",
            )
            .help(format!("deal within the strata: `hash(…)` beside `strata: [{}]` does it", stratum.value))
            .help("or, where the parts are meant to differ, take the column out of `strata:` and report it as slices"),
    );
}

fn cluster(d: &Dataset) -> Option<&Spanned<String>> {
    d.group.as_ref().or(d.cluster.as_ref())
}

/// For each value of a column its rows in a part; its groups, where rows vary together.
fn counts<'a>(d: &Dataset, column: &str, rows: &Rows<'a>) -> BTreeMap<&'a str, f64> {
    let mut found: BTreeMap<&str, f64> = BTreeMap::new();
    let table = &rows.held.table;
    let Some((_, text)) = table.text(column) else {
        return found;
    };
    let group = cluster(d).and_then(|c| table.text(&c.value));
    let mut seen = BTreeSet::new();
    for &row in &rows.rows {
        let (Some(&code), Some(value)) = (text.codes.get(row as usize), text.get(row as usize))
        else {
            continue;
        };
        let of_group = group.and_then(|(_, g)| g.codes.get(row as usize));
        if of_group.is_none_or(|g| seen.insert((*g, code))) {
            *found.entry(value).or_default() += 1.0;
        }
    }
    found
}

/// The values whose shares lie furthest apart, at most three.
fn widest<'v>(table: &[Vec<f64>], values: &BTreeSet<&'v str>) -> Vec<&'v str> {
    let mut spread: Vec<(f64, &str)> = Vec::new();
    for (at, value) in values.iter().enumerate() {
        let shares = table
            .iter()
            .map(|row| row.get(at).copied().unwrap_or(0.0) / row.iter().sum::<f64>().max(1.0));
        let (low, high) = shares.fold((1.0f64, 0.0f64), |(l, h), s| (l.min(s), h.max(s)));
        spread.push((high - low, value));
    }
    spread.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    spread.into_iter().take(3).map(|s| s.1).collect()
}
