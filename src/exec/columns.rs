//! The columns of one run on one partition.

use super::dataset::{Evidenced, diagnosed, place_by_column};
use super::outputs::Run;
use super::{Event, Files, Input};
use crate::data::{self, ColumnKind, ColumnRequest, IdIndex, Table};
use crate::diagnostic::Diagnostic;
use crate::hir::{ColumnMap, DataRef, Outputs, Plan};
use crate::metrics::{Need, RunColumns};
use crate::text::Span;
use std::collections::BTreeMap;

/// Owned columns, row by row of a partition.
#[derive(Debug, Default)]
pub(super) struct Owned {
    pub(super) prediction: Vec<u32>,
    pub(super) prediction_number: Vec<f64>,
    pub(super) score: Vec<f64>,
    latency: Vec<f64>,
}

/// The columns that all runs on a partition share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    label: Vec<u32>,
    label_number: Vec<f64>,
    weight: Vec<f64>,
}

impl Owned {
    pub(super) fn with<'a>(&'a self, shared: &'a Shared) -> RunColumns<'a> {
        RunColumns {
            label: &shared.label,
            prediction: &self.prediction,
            label_number: &shared.label_number,
            prediction_number: &self.prediction_number,
            score: &self.score,
            latency: &self.latency,
            weight: &shared.weight,
        }
    }
}

/// Label and weight of a partition's rows.
pub(super) fn shared(
    plan: &Plan,
    data: &Evidenced,
    rows: &[u32],
    needs: &[Need],
) -> Result<Shared, Vec<Diagnostic>> {
    let d = &plan.datasets[data.dataset];
    let mut shared = Shared::default();
    if let Some(label) = &d.label {
        let column = &label.column;
        if needs.contains(&Need::Label) || needs.contains(&Need::Prediction) {
            shared.label =
                data::encode_classes(&data.table, &column.value, rows, &data.classes.names)
                    .map_err(|e| diagnosed(&e, column.span))?;
        }
        if needs.contains(&Need::LabelNumber) {
            let numbers = data.table.numbers(&column.value).unwrap_or_default();
            shared.label_number = data::take_numbers(numbers, rows);
        }
    }
    if let Some(weight) = &d.weight {
        let numbers = data.table.numbers(&weight.value).unwrap_or_default();
        shared.weight = data::take_numbers(numbers, rows);
    }
    Ok(shared)
}

/// Reads a run's file once, and takes from it the columns of each partition it is measured on.
pub(super) fn read(
    files: &Files<'_>,
    plan: &Plan,
    (run, file): (&Run, &str),
    (data, index): (&Evidenced, &IdIndex<'_>),
    on: &BTreeMap<&DataRef, Vec<u32>>,
    needs: &[Need],
) -> Result<(Vec<Owned>, Input), Vec<Diagnostic>> {
    let path = files.folder.join(file);
    let asked = Asked::new(plan, run, &data.id, needs);
    (files.events)(Event::Reading(&path));
    let progress = |bytes| (files.events)(Event::Bytes(bytes));
    let table = data::read_table(files.world, &path, &asked.requests, &progress)
        .map_err(|e| place_by_column(&e, run.span, |column| mapped(plan, run, column)))?;
    (files.events)(Event::Read);
    let columns: Result<Vec<Owned>, _> = on
        .values()
        .map(|rows| take(&asked, &table, data, index, rows))
        .collect();
    let input = Input {
        path,
        sha256: table.sha256.clone(),
        rows: table.rows() as u64,
        run: Some((run.variant.system, plan.spell(&run.variant), run.seed)),
    };
    let columns = columns.map_err(|e| diagnosed(&e, run.span))?;
    Ok((columns, input))
}

/// Where the plan maps a column of a run's file.
fn mapped(plan: &Plan, run: &Run, column: &str) -> Option<Span> {
    match &plan.systems[run.variant.system].outputs {
        Some(Outputs::Predictions {
            columns: Some(maps),
            ..
        }) => maps
            .iter()
            .find(|m| m.column.value == column)
            .map(|m| m.column.span),
        _ => None,
    }
}

/// The columns asked of a file, by role.
struct Asked {
    id: String,
    prediction: Option<String>,
    prediction_number: Option<String>,
    score: Option<String>,
    /// With the factors to ms.
    latency: Option<(String, f64, f64)>,
    requests: Vec<ColumnRequest>,
}

impl Asked {
    fn new(plan: &Plan, run: &Run, dataset_id: &str, needs: &[Need]) -> Self {
        let maps = match &plan.systems[run.variant.system].outputs {
            Some(Outputs::Predictions { columns, .. }) => columns.as_deref(),
            _ => None,
        };
        let find = |role: &str| maps.and_then(|m| m.iter().find(|c| c.role.value == role));
        let column = |role: &str| find(role).map_or(role.to_string(), |c| c.column.value.clone());
        // A mapped column is a claim about the file: it is read, and held to its kind, whether or not a
        // metric needs it.
        let numeric = needs.contains(&Need::PredictionNumber);
        let asked = |need: Need, role: &str| needs.contains(&need) || find(role).is_some();
        let when = |need: Need, role: &str| asked(need, role).then(|| column(role));
        let latency = asked(Need::Latency, "latency").then(|| {
            let factors = |c: &ColumnMap| c.unit.as_ref().map(|(up, down, _)| (*up, *down));
            let (up, down) = find("latency").and_then(factors).unwrap_or((1.0, 1.0));
            (column("latency"), up, down)
        });
        let id = find("id").map_or(dataset_id.to_string(), |c| c.column.value.clone());
        let mut asked = Asked {
            id,
            prediction: when(Need::Prediction, "prediction").filter(|_| !numeric),
            prediction_number: numeric.then(|| column("prediction")),
            score: when(Need::Score, "score"),
            latency,
            requests: Vec::new(),
        };
        let mut requests = vec![ColumnRequest::new(asked.id.clone(), ColumnKind::Key)];
        let texts = asked.prediction.iter().map(|c| (c, ColumnKind::Text));
        let numbers = asked
            .prediction_number
            .iter()
            .chain(&asked.score)
            .chain(asked.latency.iter().map(|l| &l.0))
            .map(|c| (c, ColumnKind::Number));
        for (name, kind) in texts.chain(numbers) {
            let request = ColumnRequest::new(name.clone(), kind);
            if !requests.contains(&request) {
                requests.push(request);
            }
        }
        asked.requests = requests;
        asked
    }
}

fn take(
    asked: &Asked,
    table: &Table,
    data: &Evidenced,
    index: &IdIndex<'_>,
    rows: &[u32],
) -> Result<Owned, Vec<data::DataError>> {
    let joined = index.join(rows, table, &asked.id)?;
    let numbers = |name: &Option<String>| match name {
        Some(name) => data::take_numbers(table.numbers(name).unwrap_or_default(), &joined.rows),
        None => Vec::new(),
    };
    let prediction = match &asked.prediction {
        Some(name) => data::encode_classes(table, name, &joined.rows, &data.classes.names)?,
        None => Vec::new(),
    };
    let latency = match &asked.latency {
        Some((name, up, down)) => {
            data::take_numbers(table.numbers(name).unwrap_or_default(), &joined.rows)
                .into_iter()
                .map(|x| x * up / down)
                .collect()
        }
        None => Vec::new(),
    };
    Ok(Owned {
        prediction,
        prediction_number: numbers(&asked.prediction_number),
        score: numbers(&asked.score),
        latency,
    })
}
