//! The partitions and folds of a plan's datasets, written out as files of ids.

use super::dataset::{diagnosed, table};
use super::{Events, Files, folder, splits};
use crate::data::{self, ColumnKind, ColumnRequest};
use crate::diagnostic::Diagnostic;
use crate::hir::{Dataset, Plan};
use crate::text::{SourceMap, World};
use serde_json::{Value, json};

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitFile {
    /// Where, below the folder that is written to: `reviews/train.csv`.
    pub path: String,
    /// What it holds.
    pub text: String,
    /// How many ids; 0 of the list of all files.
    pub rows: usize,
}

/// Cuts every dataset that has a split or folds: a file of ids for each partition, one with the fold
/// of each id, and `splits.json` with the hashes of all. The bytes depend on the values of the data
/// alone, not on their order.
///
/// # Errors
/// Everything wrong with the files, the splits and the folds.
pub fn materialise(
    world: &dyn World,
    plan: &Plan,
    sources: &SourceMap,
    events: Events<'_>,
) -> Result<Vec<SplitFile>, Vec<Diagnostic>> {
    let folder = folder(plan, sources);
    let files = Files {
        world,
        folder: &folder,
        seed: 0,
        copies: None,
        events,
    };
    let (mut written, mut listed, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for (_, d) in plan.datasets.iter() {
        if d.split.is_none() && d.folds.is_none() {
            continue;
        }
        match one(&files, d) {
            Ok((of, entry)) => {
                written.extend(of);
                listed.push(entry);
            }
            Err(more) => errors.extend(more),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let text = serde_json::to_string_pretty(&json!({ "datasets": listed })).unwrap_or_default();
    written.push(SplitFile {
        path: "splits.json".into(),
        text: text + "\n",
        rows: 0,
    });
    Ok(written)
}

fn one(files: &Files<'_>, d: &Dataset) -> Result<(Vec<SplitFile>, Value), Vec<Diagnostic>> {
    let (_, span) = files.source(d);
    let source = d.source.as_ref().map_or("", |s| s.value.as_str());
    let id = d.id.as_ref().map_or("id", |c| c.value.as_str());
    let mut requests = vec![ColumnRequest::new(id, ColumnKind::Key)];
    let declared = d.group.iter().chain(&d.strata).map(|c| c.value.as_str());
    for name in splits::columns(d, id).into_iter().chain(declared) {
        if !requests.iter().any(|r| r.name == name) {
            requests.push(ColumnRequest::new(name, ColumnKind::Text));
        }
    }
    let table = table(files, d, &requests, |_| None)?;
    // Ids that repeat would name rows of two partitions.
    data::IdIndex::new(&table, id).map_err(|e| diagnosed(&e, span))?;
    let cut = splits::cut(d, &table, id)?;
    if let Some(straddling) = splits::straddles(d, &table, &cut) {
        return Err(vec![straddling]);
    }
    let Some((_, ids)) = table.text(id) else {
        return Ok((Vec::new(), Value::Null));
    };
    let name = &d.common.name;
    let file = |part: &str, text: String, rows: usize| SplitFile {
        path: format!("{name}/{part}.csv"),
        text,
        rows,
    };
    let mut written: Vec<SplitFile> = cut
        .partitions
        .iter()
        .map(|p| {
            file(
                &plain(&p.name),
                data::id_file((id, ids), &p.rows, &[]),
                p.rows.len(),
            )
        })
        .collect();
    if let Some(folds) = &cut.folds {
        // Rows that are only learned from stand in no fold, which is 0.
        let (mut rows, mut repeats, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for (repeat, dealt) in (1..).zip(folds.each()) {
            for (n, of) in std::iter::once(&folds.before).chain(dealt).enumerate() {
                rows.extend(of);
                repeats.extend(of.iter().map(|_| repeat));
                numbers.extend(of.iter().map(|_| n));
            }
        }
        let fold = ("fold", numbers.as_slice());
        let beside = [("repeat", repeats.as_slice()), fold];
        let beside = if folds.repeats > 1 {
            &beside[..]
        } else {
            &[fold]
        };
        let text = data::id_file((id, ids), &rows, beside);
        written.push(file(crate::hir::FOLDS, text, rows.len()));
    }
    let entry = json!({
        "dataset": name,
        "source": source,
        "sha256": table.sha256,
        "rows": table.rows(),
        "unassigned": cut.unassigned,
        "files": written.iter().map(|f| json!({
            "file": f.path,
            "rows": f.rows,
            "sha256": data::sha256(f.text.as_bytes()),
        })).collect::<Vec<_>>(),
    });
    Ok((written, entry))
}

/// A partition's name as that of a file; values of a column may hold anything.
fn plain(name: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let text: String = name
        .chars()
        .map(|c| if fits(c) { c } else { '_' })
        .collect();
    if text == name && !name.starts_with('.') {
        text
    } else {
        let hash = data::sha256(name.as_bytes());
        format!(
            "{}-{}",
            text.trim_start_matches('.'),
            hash.get(..8).unwrap_or_default()
        )
    }
}
