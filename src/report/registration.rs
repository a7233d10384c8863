//! What changed since the plan was sealed, and what moved since an earlier report.

use super::blocks::{Block, system_name};
use super::layout::Paint;
use super::number::{Digits, alone, decimals, exponent, signed_with_unit};
use super::table::{Cell, Column, Row, Table};
use crate::registry;
use crate::result::{Drift, Drifted, Drifting, RunResult, Unit};

/// The changes, each with whether it bears.
pub(super) fn deviations(result: &RunResult) -> Option<Block> {
    let items: Vec<String> = result
        .plan
        .deviations
        .iter()
        .map(|d| {
            let bears = if d.bears { "bears" } else { "does not bear" };
            let added = if d.adds_claim { ", a claim added" } else { "" };
            format!("{}{added} ({bears} on a decision)", registry::words(d))
        })
        .collect();
    (!items.is_empty()).then_some(Block::Facts {
        name: "changed",
        items,
    })
}

/// The table of what moved.
pub(super) fn drift(result: &RunResult) -> Vec<Block> {
    let Some(drift) = &result.drift else {
        return Vec::new();
    };
    let same = |same, what: &str| match same {
        true => format!("the same {what}"),
        false => format!("another {what}"),
    };
    let heading = Block::Heading {
        text: format!("since {}", drift.report),
        aside: [same(drift.same_plan, "plan"), same(drift.same_data, "data")].join(", "),
    };
    let columns = vec![
        Column::new("model"),
        Column::new("metric"),
        Column::new("on").dropped(3),
        Column::new("then").right(),
        Column::new("now").right(),
        Column::new("change").right(),
        Column::new("in standard errors").right().dropped(2),
        Column::new("").flexible(),
    ];
    let rows = drift.metrics.iter().map(row).collect();
    let table = Table { columns, rows }.without_empty_columns();
    vec![heading, Block::Table(table), Block::Note(said(drift))]
}

fn row(d: &Drifted) -> Row {
    let number = |v: Option<f64>| v.map_or("—".to_owned(), |v| alone(&d.unit, v));
    let place = match &d.slice {
        Some(slice) => format!("{}, {slice}", d.partition),
        None => d.partition.clone(),
    };
    let (word, paint) = match (d.drifting, d.inside) {
        (Drifting::Worse, _) => ("✗ worse", Paint::Bad),
        (Drifting::Gone, _) => ("✗ gone", Paint::Bad),
        (Drifting::Better, _) => ("✓ better", Paint::Good),
        (Drifting::New, _) => ("new", Paint::Plain),
        (Drifting::Steady, Some(true)) => ("within the earlier interval", Paint::Plain),
        (Drifting::Steady, _) => ("within the tolerance", Paint::Plain),
    };
    let unchanged = d.change == Some(0.0);
    Row {
        cells: vec![
            Cell::new(system_name(&d.system, &d.variant)),
            Cell::new(d.metric.clone()),
            Cell::new(place),
            Cell::new(number(d.before)),
            Cell::new(number(d.after)),
            Cell::new(d.change.map_or("—".to_owned(), |c| change(&d.unit, c))),
            Cell::new(
                d.standard_errors
                    .map_or(String::new(), |z| format!("{z:+.1}").replace('-', "−")),
            ),
            Cell::painted(if unchanged { "the same" } else { word }, paint),
        ],
        below: None,
    }
}

fn change(unit: &Unit, change: f64) -> String {
    let unit = unit.difference();
    let exponent = exponent(&unit, change.abs());
    let decimals = decimals(&unit, change, None, exponent);
    signed_with_unit(&unit, change, Digits { decimals, exponent })
}

fn said(drift: &Drift) -> String {
    let gate = match drift.regressions {
        0 => "nothing got worse beyond what is tolerated".to_owned(),
        1 => "1 value got worse beyond what is tolerated".to_owned(),
        n => format!("{n} values got worse beyond what is tolerated"),
    };
    format!(
        "{gate}; two reports hold no rows, so nothing is paired here: the standard errors are those of two estimates apart, \
         too large where both are of the same rows"
    )
}
